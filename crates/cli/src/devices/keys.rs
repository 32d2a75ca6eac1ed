//! Keys for one run of a device: whom it lets in, and how it is known for itself. OpenSSH makes them.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use super::openssh;
use crate::error::CommandError;

/// The private key that opens the device, in its directory.
pub const LOGIN: &str = "key";
/// The device's own public key under its name, as ssh(1) reads it, in its directory.
pub const KNOWN_HOSTS: &str = "known_hosts";

/// What the device is handed.
pub struct Keys {
    /// A line for those that may log in.
    pub login_public: Vec<u8>,
    /// Its own private key.
    pub host_private: Vec<u8>,
}

impl Keys {
    /// Makes keys for the device of this name in its directory.
    pub fn make(directory: &Path, name: &str) -> Result<Self, CommandError> {
        generate(directory, LOGIN)?;
        generate(directory, "host")?;
        Self::read(directory, name)
            .map_err(|error| CommandError::config("the device's keys cannot be read").because(error))
    }

    fn read(directory: &Path, name: &str) -> io::Result<Self> {
        let host_public = fs::read_to_string(directory.join("host.pub"))?;
        fs::write(directory.join(KNOWN_HOSTS), format!("{name} {host_public}"))?;
        let host_private = fs::read(directory.join("host"))?;
        fs::remove_file(directory.join("host"))?;
        Ok(Self { login_public: fs::read(directory.join(format!("{LOGIN}.pub")))?, host_private })
    }
}

fn generate(directory: &Path, file: &str) -> Result<(), CommandError> {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "yoe run --ssh", "-f", file])
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| openssh::missing("ssh-keygen", error))?;
    if made.status.success() {
        return Ok(());
    }
    let printed = String::from_utf8_lossy(&made.stderr).trim().to_owned();
    Err(CommandError::config("ssh-keygen could not make a key for the device").because(printed))
}
