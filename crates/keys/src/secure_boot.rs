//! UEFI Secure Boot with the user's own keys: they sign what firmware starts, after it left the store, and are enrolled in the
//! variables of virtual machines. As with the keys of packages, none enters the store, a log or an image.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use yoe_model::{Locked, Project};
use yoe_plan::UNIT_EPOCH;
use yoe_sandbox::{Mount, Network, Tool};

use crate::error::KeysError;

/// The container that holds what signs and enrols.
pub const CONTAINER: &str = "signing-tools";

/// RSA with 2048 bits is what every firmware takes. A certificate's dates are not looked at by firmware.
const MAKE: &str = r#"
cd /new
for name in PK KEK db; do
    openssl req -quiet -new -x509 -newkey rsa:2048 -noenc -sha256 -days 7300 \
        -subj "/CN=$PROJECT $name/" -keyout "$name.key" -out "$name.crt"
done
"#;

/// Boot manager and kernel images in the ESP, which is the first partition and begins at 1 MiB.
const SIGN: &str = r#"
export MTOOLS_SKIP_CHECK=1
cp --sparse=always /in/disk.img /out/disk.new
chmod u+w /out/disk.new
esp=/out/disk.new@@1M
for program in $(mdir -i "$esp" -b ::/EFI/BOOT) $(mdir -i "$esp" -b ::/EFI/Linux); do
    mcopy -n -i "$esp" "$program" /tmp/plain
    sbsign --key /in/keys/db.key --cert /in/keys/db.crt --output /tmp/signed /tmp/plain
    sbverify --cert /in/keys/db.crt /tmp/signed
    mcopy -o -i "$esp" /tmp/signed "$program"
    case $program in
        */EFI/Linux/*) cp /tmp/signed "/out/${program##*/}" ;;
    esac
    rm /tmp/plain /tmp/signed
done
cp /in/keys/*.crt /out
mv /out/disk.new "/out/$NAME.img"
"#;

/// A kernel image alone, outside of any disk.
const SIGN_KERNEL: &str = r#"
sbsign --key /in/keys/db.key --cert /in/keys/db.crt --output /out/kernel.efi /in/kernel.efi
sbverify --cert /in/keys/db.crt /out/kernel.efi
"#;

const ENROL: &str = r#"
virt-fw-vars --input /out/vars.fd --output /out/enrolled.fd --secure-boot \
    --set-pk "$OWNER" /in/keys/PK.crt --add-kek "$OWNER" /in/keys/KEK.crt --add-db "$OWNER" /in/keys/db.crt
mv /out/enrolled.fd /out/vars.fd
"#;

/// Who the firmware notes as the owner of the keys: this program.
const OWNER: &str = "6f7a1d5e-2b0c-4c55-9d3e-79d0a6b1c0e5";

/// The name of the container that holds what signs and enrols.
///
/// # Errors
/// When the project has none.
pub fn tools(project: &Project<Locked>) -> Result<String, KeysError> {
    if project.containers.contains_key(CONTAINER) {
        return Ok(CONTAINER.to_owned());
    }
    Err(KeysError::NoSigningTools(CONTAINER))
}

/// The keys of a project, and what works with them.
pub struct SecureBoot {
    container: PathBuf,
    keys: PathBuf,
    project: String,
    new: bool,
}

impl SecureBoot {
    /// The keys of this project below the directory `keys`, made when there are none yet. `scratch` is a directory for what is
    /// needed meanwhile.
    ///
    /// # Errors
    /// When the keys cannot be made or written.
    pub fn open(container: &Path, keys: &Path, project: &str, scratch: &Path) -> Result<Self, KeysError> {
        // The user's own path, on which there may be links: sandboxes follow none.
        let mut private = fs::DirBuilder::new();
        let made = private.recursive(true).mode(0o700).create(keys).and_then(|()| keys.canonicalize());
        let keys = made.map_err(|error| unusable(keys, error))?.join(format!("{project}.secure-boot"));
        let new = !keys.join("db.key").exists();
        let this = Self { container: container.to_owned(), keys, project: project.to_owned(), new };
        if new {
            this.make(&scratch.join("making-keys"))?;
        }
        Ok(this)
    }

    /// Where the keys are, when [`Self::open`] made them.
    pub fn new_keys(&self) -> Option<&Path> {
        self.new.then_some(&self.keys)
    }

    /// All of them are made in another directory first: half a set would be an error for ever.
    fn make(&self, scratch: &Path) -> Result<(), KeysError> {
        let new = self.keys.with_extension(format!("new-{}", std::process::id()));
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true).mode(0o700).create(&new).map_err(|error| unusable(&new, error))?;
        self.run(MAKE, &[("PROJECT", &self.project)], scratch, vec![Mount::bind(&new, "/new", true)])?;
        fs::rename(&new, &self.keys).map_err(|error| unusable(&self.keys, error))
    }

    /// Signs a copy of this disk: `NAME.img` in the directory `out`, with its kernel images and the certificates.
    ///
    /// # Errors
    /// When a tool failed.
    pub fn sign(&self, disk: &Path, name: &str, out: &Path, scratch: &Path) -> Result<(), KeysError> {
        let mounts = vec![
            Mount::bind(disk, "/in/disk.img", false),
            Mount::bind(&self.keys, "/in/keys", false),
            Mount::bind(out, "/out", true),
        ];
        self.run(SIGN, &[("NAME", name)], scratch, mounts)
    }

    /// Signs a copy of a kernel image, and tells where it is: in `scratch`, a directory that does not exist.
    ///
    /// # Errors
    /// When a tool failed.
    pub fn sign_kernel(&self, kernel: &Path, scratch: &Path) -> Result<PathBuf, KeysError> {
        let out = scratch.join("out");
        fs::create_dir_all(&out).map_err(|source| KeysError::Directory { path: out.clone(), source })?;
        let mounts = vec![
            Mount::bind(kernel, "/in/kernel.efi", false),
            Mount::bind(&self.keys, "/in/keys", false),
            Mount::bind(&out, "/out", true),
        ];
        self.run(SIGN_KERNEL, &[], &scratch.join("sandbox"), mounts)?;
        Ok(out.join("kernel.efi"))
    }

    /// Enrols the certificates in the firmware variables `vars.fd` of this directory, and switches Secure Boot on.
    ///
    /// # Errors
    /// When a tool failed.
    pub fn enrol(&self, directory: &Path, scratch: &Path) -> Result<(), KeysError> {
        self.run(
            ENROL,
            &[("OWNER", OWNER)],
            scratch,
            vec![Mount::bind(&self.keys, "/in/keys", false), Mount::bind(directory, "/out", true)],
        )
    }

    fn run(
        &self,
        script: &str,
        variables: &[(&str, &str)],
        scratch: &Path,
        mounts: Vec<Mount>,
    ) -> Result<(), KeysError> {
        let tool = Tool {
            container: self.container.clone(),
            mounts,
            network: Network::None,
            directory: "/tmp".into(),
            epoch: UNIT_EPOCH,
        };
        tool.run(scratch, script, variables)
            .map_err(|error| KeysError::SecureBootTools(error.to_string().into()))
    }
}

fn unusable(path: &Path, source: std::io::Error) -> KeysError {
    KeysError::SecureBootKeys { path: path.to_owned(), source }
}
