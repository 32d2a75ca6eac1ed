//! Writing an image.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Serialize;
use yoe_notation::date::rfc3339;

use crate::archive;
use crate::blob::{self, Blob};
use crate::document::{
    CONFIG, Config, Configuration, History, INDEX, Index, LAYER, Layout, MANIFEST, Manifest, Platform, RootFs,
};
use crate::error::OciError;

/// What an image is made of.
#[derive(Debug, Clone, Copy)]
pub struct Image<'a> {
    /// Its name, without a tag.
    pub name: &'a str,
    /// Its tag.
    pub tag: &'a str,
    /// One line; may be empty.
    pub description: &'a str,
    /// The architecture, as Go names it (`amd64`, `arm64`).
    pub architecture: &'a str,
    /// How a container is run.
    pub config: &'a Config,
    /// The root file system: a tar whose paths are relative to the root.
    pub layer: &'a Path,
    /// Seconds since 1970: the date of everything in it.
    pub created: u64,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The manifest's digest, by which a registry knows the image: `sha256:` and 64 digits.
    pub digest: String,
    /// Bytes of the layer as it is shipped.
    pub compressed: u64,
}

/// Writes the image as a layout into the directory `layout`, which must not exist, and as an archive into the file `archive`.
///
/// # Errors
/// [`OciError`]; after one, both may be there in part.
pub fn write(image: &Image<'_>, layout: &Path, archive: &Path) -> Result<Written, OciError> {
    let blobs = layout.join("blobs/sha256");
    fs::create_dir_all(&blobs).map_err(OciError::io("make", &blobs))?;
    let (layer, diff_id) = blob::layer(&blobs, image.layer)?;
    let config = blob::json(&blobs, "configuration", &configuration(image, diff_id))?;
    let manifest = blob::json(&blobs, "manifest", &manifest(image, &config, &layer))?;
    put(&layout.join("oci-layout"), "layout file", &Layout { version: "1.0.0" })?;
    put(&layout.join("index.json"), "index", &index(image, &manifest))?;
    archive::write(layout, archive, image.created)?;
    Ok(Written { digest: manifest.digest, compressed: layer.size })
}

fn put(path: &Path, document: &'static str, value: &impl Serialize) -> Result<(), OciError> {
    let bytes = serde_json::to_vec(value).map_err(|source| OciError::Json { document, source })?;
    fs::write(path, bytes).map_err(OciError::io("write", path))
}

fn configuration<'a>(image: &Image<'a>, diff_id: String) -> Configuration<'a> {
    Configuration {
        created: rfc3339(image.created),
        architecture: image.architecture,
        os: "linux",
        config: image.config,
        rootfs: RootFs { kind: "layers", diff_ids: vec![diff_id] },
        history: vec![History { created: rfc3339(image.created), created_by: "yoe" }],
    }
}

fn manifest<'a>(image: &Image<'a>, config: &Blob, layer: &Blob) -> Manifest<'a> {
    Manifest {
        schema_version: 2,
        media_type: MANIFEST,
        config: config.descriptor(CONFIG),
        layers: vec![layer.descriptor(LAYER)],
        annotations: annotations(image),
    }
}

/// Annotations by their keys of the image specification.
fn annotations<'a>(image: &Image<'a>) -> BTreeMap<&'a str, String> {
    let all = [
        ("org.opencontainers.image.created", rfc3339(image.created)),
        ("org.opencontainers.image.description", image.description.to_owned()),
        ("org.opencontainers.image.title", image.name.to_owned()),
        ("org.opencontainers.image.version", image.tag.to_owned()),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

fn index<'a>(image: &Image<'a>, manifest: &Blob) -> Index<'a> {
    let mut descriptor = manifest.descriptor(MANIFEST);
    descriptor.platform = Some(Platform { architecture: image.architecture, os: "linux" });
    descriptor.annotations = [
        ("org.opencontainers.image.ref.name", image.tag.to_owned()),
        // containerd takes the whole name from here when it imports; it is the name that a bare NAME:TAG stands for.
        ("io.containerd.image.name", format!("docker.io/library/{}:{}", image.name, image.tag)),
    ]
    .into();
    Index { schema_version: 2, media_type: INDEX, manifests: vec![descriptor] }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    use yoe_notation::hex;

    /// A layer with one file, and the image that it makes.
    fn written(directory: &Path, config: &Config) -> (PathBuf, PathBuf, Written) {
        let tar = directory.join("root.tar");
        let mut builder = tar::Builder::new(fs::File::create(&tar).unwrap());
        let mut header = tar::Header::new_ustar();
        header.set_size(6);
        header.set_mode(0o644);
        header.set_mtime(1);
        header.set_cksum();
        builder.append_data(&mut header, "etc/motd", &b"hello\n"[..]).unwrap();
        builder.into_inner().unwrap();
        let image = Image {
            name: "hello",
            tag: "1.0",
            description: "Says hello",
            architecture: "amd64",
            config,
            layer: &tar,
            created: 1_750_000_000,
        };
        let (layout, archive) = (directory.join("hello"), directory.join("hello.tar"));
        let written = write(&image, &layout, &archive).unwrap();
        (layout, archive, written)
    }

    fn config() -> Config {
        Config {
            entrypoint: vec!["/bin/echo".into()],
            env: vec!["PATH=/bin".into()],
            exposed_ports: ["80/tcp".to_owned()].into(),
            ..Config::default()
        }
    }

    fn read(layout: &Path, name: &str) -> serde_json::Value {
        serde_json::from_slice(&fs::read(layout.join(name)).unwrap()).unwrap()
    }

    fn blob(layout: &Path, descriptor: &serde_json::Value) -> PathBuf {
        let digest = descriptor["digest"].as_str().unwrap().strip_prefix("sha256:").unwrap();
        let path = layout.join("blobs/sha256").join(digest);
        assert_eq!(fs::metadata(&path).unwrap().len(), descriptor["size"].as_u64().unwrap());
        path
    }

    #[test]
    fn every_descriptor_leads_to_its_blob() {
        let directory = tempfile::tempdir().unwrap();
        let (layout, _, written) = written(directory.path(), &config());
        let index = read(&layout, "index.json");
        assert_eq!(index["manifests"][0]["digest"], written.digest);
        let manifest = read(&layout, blob(&layout, &index["manifests"][0]).to_str().unwrap());
        let config = read(&layout, blob(&layout, &manifest["config"]).to_str().unwrap());
        let layer = blob(&layout, &manifest["layers"][0]);
        assert_eq!(manifest["layers"][0]["size"], written.compressed);
        let mut tar = Vec::new();
        std::io::copy(&mut flate2::read::GzDecoder::new(fs::File::open(layer).unwrap()), &mut tar).unwrap();
        assert_eq!(tar, fs::read(directory.path().join("root.tar")).unwrap());
        let diff_id = <sha2::Sha256 as sha2::Digest>::digest(&tar);
        let diff_id = hex::encode(&diff_id);
        assert_eq!(config["rootfs"]["diff_ids"][0], format!("sha256:{diff_id}"));
        assert_eq!(fs::read_dir(layout.join("blobs/sha256")).unwrap().count(), 3, "nothing else is left");
    }

    #[test]
    fn the_configuration_is_as_the_specification_writes_it() {
        let directory = tempfile::tempdir().unwrap();
        let (layout, ..) = written(directory.path(), &config());
        let index = read(&layout, "index.json");
        let manifest = read(&layout, blob(&layout, &index["manifests"][0]).to_str().unwrap());
        let mut config = read(&layout, blob(&layout, &manifest["config"]).to_str().unwrap());
        config["rootfs"]["diff_ids"][0] = "…".into();
        insta::assert_snapshot!(config.to_string(), @r#"{"architecture":"amd64","config":{"Entrypoint":["/bin/echo"],"Env":["PATH=/bin"],"ExposedPorts":{"80/tcp":{}}},"created":"2025-06-15T15:06:40Z","history":[{"created":"2025-06-15T15:06:40Z","created_by":"yoe"}],"os":"linux","rootfs":{"diff_ids":["…"],"type":"layers"}}"#);
        insta::assert_snapshot!(manifest["annotations"].to_string(), @r#"{"org.opencontainers.image.created":"2025-06-15T15:06:40Z","org.opencontainers.image.description":"Says hello","org.opencontainers.image.title":"hello","org.opencontainers.image.version":"1.0"}"#);
        insta::assert_snapshot!(index["manifests"][0]["annotations"].to_string(), @r#"{"io.containerd.image.name":"docker.io/library/hello:1.0","org.opencontainers.image.ref.name":"1.0"}"#);
        insta::assert_snapshot!(fs::read_to_string(layout.join("oci-layout")).unwrap(), @r#"{"imageLayoutVersion":"1.0.0"}"#);
    }

    #[test]
    fn the_same_image_has_the_same_bytes() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (_, first, a) = written(one.path(), &config());
        let (_, second, b) = written(two.path(), &config());
        assert_eq!(a, b);
        assert_eq!(fs::read(first).unwrap(), fs::read(second).unwrap());
        let other = Config { user: "nobody".into(), ..config() };
        let three = tempfile::tempdir().unwrap();
        assert_ne!(written(three.path(), &other).2.digest, a.digest);
    }

    #[test]
    fn the_archive_holds_the_layout() {
        let directory = tempfile::tempdir().unwrap();
        let (layout, archive, _) = written(directory.path(), &config());
        let unpacked = directory.path().join("unpacked");
        tar::Archive::new(fs::File::open(archive).unwrap()).unpack(&unpacked).unwrap();
        for name in ["oci-layout", "index.json"] {
            assert_eq!(fs::read(unpacked.join(name)).unwrap(), fs::read(layout.join(name)).unwrap());
        }
        assert_eq!(fs::read_dir(unpacked.join("blobs/sha256")).unwrap().count(), 3);
    }

    #[test]
    fn a_layer_that_is_not_there_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let image = Image {
            name: "hello",
            tag: "1.0",
            description: "",
            architecture: "amd64",
            config: &Config::default(),
            layer: Path::new("/no/such/layer.tar"),
            created: 0,
        };
        let error = write(&image, &directory.path().join("a"), &directory.path().join("a.tar")).unwrap_err();
        assert_eq!(error.to_string(), "cannot read /no/such/layer.tar");
    }
}
