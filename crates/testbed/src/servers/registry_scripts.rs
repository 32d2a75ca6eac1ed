//! What the registry's programs are told.

use std::path::PathBuf;

/// An image that a registry serves.
pub struct Served {
    /// Its name.
    pub name: String,
    /// Its tag.
    pub tag: String,
    /// The directory that holds its layout and its archive.
    pub directory: PathBuf,
    /// What a signature of it calls it; absent when nobody signs it.
    pub signed_as: Option<String>,
}

/// The certificate of the authority, in the registry's directory.
pub const CA: &str = "ca.crt";
/// Who may log in where that is asked for, `USER:PASSWORD`: it guards images of a test on this host's loopback.
pub const LOGIN: &str = "yoe:behind-the-door";
/// The file with who may log in, in the registry's directory.
pub const PASSWORDS: &str = "htpasswd";
/// Its content: [`LOGIN`] with the password's bcrypt hash, the one kind that the registry takes.
pub const PASSWORD_LINE: &str = "yoe:$2b$05$yoeyoeyoeyoeyoeyoeyoe.ph7aWyX.jsCH/a0zH7Orp2dREiNRzNG\n";

/// The file with the key that signs, in the registry's directory.
pub const SIGNER: &str = "signer.key";

/// A function that puts a signature next to the image whose digest is in the file `layout`, in the way of cosign: an image whose one layer is what
/// was signed.
const SIGN: &str = r#"blob() { # FILE
    hash=$(sha256sum <"$1" | cut -d' ' -f1)
    size=$(wc -c <"$1")
    cp "$1" "signature/blobs/sha256/$hash"
}
sign() { # NAME ADDRESS
    digest=$(cat layout)
    rm -rf signature
    mkdir -p signature/blobs/sha256
    printf '{"critical":{"identity":{"docker-reference":"%s"},"image":{"docker-manifest-digest":"%s"},"type":"cosign container image signature"},"optional":null}' \
        "$1" "$digest" >payload
    made=$(openssl dgst -sha256 -sign signer.key payload | base64 -w 0)
    blob payload
    layer='{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json","digest":"sha256:'$hash'","size":'$size',"annotations":{"dev.cosignproject.cosign/signature":"'$made'"}}'
    printf '{"architecture":"","os":"","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' "$hash" >config
    blob config
    config='{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:'$hash'","size":'$size'}'
    printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,"layers":[%s]}' "$config" "$layer" >manifest
    blob manifest
    printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%s,"annotations":{"org.opencontainers.image.ref.name":"signature"}}]}' \
        "$hash" "$size" >signature/index.json
    printf '{"imageLayoutVersion":"1.0.0"}' >signature/oci-layout
    $copy $to oci:signature:signature "$2:sha256-${digest#sha256:}.sig"
}
"#;

/// Whom a registry lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Everybody.
    Open,
    /// Who logs in.
    Locked,
}

impl Door {
    /// The registry's settings, in its directory.
    pub fn settings(self) -> &'static str {
        match self {
            Self::Open => "config.yml",
            Self::Locked => "private.yml",
        }
    }

    /// Where it keeps images, in its directory.
    fn data(self) -> &'static str {
        match self {
            Self::Open => "data",
            Self::Locked => "private",
        }
    }
}

/// Makes an authority and a certificate for `host` and the loopback, on the curve that every client takes. They begin at the
/// epoch, as a device without a clock does, and end in two days.
pub fn certificates(host: &str, epoch: u64) -> String {
    format!(
        r#"begin=$(date -u -d @{epoch} +%Y%m%d%H%M%SZ)
end=$(date -u -d '2 days' +%Y%m%d%H%M%SZ)
cat >authority.cnf <<'END'
[req]
prompt = no
distinguished_name = name
x509_extensions = extensions
[name]
CN = A test's certificate authority
[extensions]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
END
cat >server.cnf <<'END'
[req]
prompt = no
distinguished_name = name
[name]
CN = {host}
[extensions]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = IP:{host}, IP:127.0.0.1, DNS:localhost
END
curve='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc'
openssl req -quiet -x509 -config authority.cnf $curve -keyout ca.key -out {CA} -not_before "$begin" -not_after "$end"
openssl req -quiet -config server.cnf $curve -keyout server.key -out server.csr
openssl x509 -req -in server.csr -CA {CA} -CAkey ca.key -extfile server.cnf -extensions extensions \
    -out server.crt -not_before "$begin" -not_after "$end"
mkdir trust
cp {CA} trust/
"#
    )
}

/// The settings of a registry in this directory that listens on this port of the loopback.
pub fn config(directory: &str, port: u16, door: Door) -> String {
    let auth = match door {
        Door::Open => String::new(),
        Door::Locked => format!("auth:\n  htpasswd:\n    realm: test\n    path: {directory}/{PASSWORDS}\n"),
    };
    format!(
        "version: 0.1\nlog:\n  level: warn\nstorage:\n  filesystem:\n    rootdirectory: {directory}/{data}\n\
         http:\n  addr: 127.0.0.1:{port}\n  tls:\n    certificate: {directory}/server.crt\n    key: {directory}/server.key\n{auth}",
        data = door.data()
    )
}

/// Runs it.
pub fn serve(directory: &str, door: Door) -> String {
    format!("exec docker-registry serve {directory}/{}\n", door.settings())
}

/// Pushes images as NAME:TAG from their layouts and as NAME:latest from their archives, which must be the same.
pub fn push(served: &[Served], images: &str, directory: &str, port: u16, door: Door) -> String {
    let login = match door {
        Door::Open => String::new(),
        Door::Locked => format!(" --dest-creds {LOGIN}"),
    };
    let mut script = "copy='skopeo copy --quiet --insecure-policy --preserve-digests'\n".to_owned();
    if served.iter().any(|image| image.signed_as.is_some()) {
        script.push_str(SIGN);
    }
    for Served { name, tag, signed_as, .. } in served {
        let layout = yoe_image::oci::layout_directory(name);
        let archive = yoe_image::oci::archive_file(name);
        let to = format!("--dest-cert-dir {directory}/trust{login}");
        let address = format!("docker://127.0.0.1:{port}/{name}");
        script.push_str(&format!(
            "$copy {to} --digestfile layout oci:{images}/{name}/{layout}:{tag} {address}:{tag}\n\
             $copy {to} --digestfile archive oci-archive:{images}/{name}/{archive} {address}:latest\n\
             cmp layout archive\n"
        ));
        if let Some(signed) = signed_as {
            script.push_str(&format!("to='{to}'\nsign {signed} {address}\n"));
        }
    }
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(signed_as: Option<&str>) -> Served {
        let signed_as = signed_as.map(str::to_owned);
        Served { name: "hello".into(), tag: "0.1.0".into(), directory: "/tree".into(), signed_as }
    }

    #[test]
    fn what_is_to_be_signed_is_signed_once_it_is_there() {
        let script =
            push(&[served(Some("signed.test/hello"))], "/run/images", "/run/registry", 5000, Door::Open);
        let end = "cmp layout archive\nto='--dest-cert-dir /run/registry/trust'\nsign signed.test/hello docker://127.0.0.1:5000/hello\n";
        assert!(script.contains("sign() {") && script.ends_with(end), "{script}");
    }

    #[test]
    fn every_image_is_pushed_from_its_layout_and_its_archive() {
        let served = served(None);
        insta::assert_snapshot!(push(&[served], "/run/images", "/run/registry", 5000, Door::Open), @"
        copy='skopeo copy --quiet --insecure-policy --preserve-digests'
        $copy --dest-cert-dir /run/registry/trust --digestfile layout oci:/run/images/hello/hello.oci:0.1.0 docker://127.0.0.1:5000/hello:0.1.0
        $copy --dest-cert-dir /run/registry/trust --digestfile archive oci-archive:/run/images/hello/hello.oci.tar docker://127.0.0.1:5000/hello:latest
        cmp layout archive
        ");
    }

    #[test]
    fn it_listens_on_the_loopback_alone() {
        insta::assert_snapshot!(config("/run/registry", 5000, Door::Open), @"
        version: 0.1
        log:
          level: warn
        storage:
          filesystem:
            rootdirectory: /run/registry/data
        http:
          addr: 127.0.0.1:5000
          tls:
            certificate: /run/registry/server.crt
            key: /run/registry/server.key
        ");
    }

    #[test]
    fn who_does_not_log_in_gets_nothing_from_behind_the_door() {
        let settings = config("/run/registry", 5000, Door::Locked);
        assert!(settings.contains("rootdirectory: /run/registry/private\n"), "{settings}");
        assert!(
            settings.ends_with("auth:\n  htpasswd:\n    realm: test\n    path: /run/registry/htpasswd\n"),
            "{settings}"
        );
        let served = served(None);
        let script = push(&[served], "/run/images", "/run/registry", 5000, Door::Locked);
        assert_eq!(script.matches(" --dest-creds yoe:behind-the-door ").count(), 2, "{script}");
        assert_eq!(LOGIN.split(':').next(), PASSWORD_LINE.split(':').next());
    }
}
