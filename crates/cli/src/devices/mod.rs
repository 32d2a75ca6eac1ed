//! Devices that run now and can be logged in to: what `yoe run --ssh` leaves for `yoe ssh` and `yoe deploy`.
//!
//! Each has a directory of its own below the user's runtime directory, with keys that are good for this run alone. The directory
//! belongs to whoever holds the lock in it, so what a killed run left is known for what it is.

mod keys;
pub mod openssh;
mod place;
pub mod ssh;

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use yoe_vm::Credential;

use self::keys::Keys;
use self::place::Place;
use crate::error::{CommandError, Kind};
use crate::near;

/// The credential with the keys that open root's door (systemd.system-credentials(7)).
const AUTHORIZED: &str = "ssh.authorized_keys.root";
/// The credential with the device's host key for this start.
const HOST_KEY: &str = "ssh.host_key";
/// The port that SSH servers listen at (RFC 4253, 4.2).
const SSH_PORT: u16 = 22;

/// A device as others see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Its image, and a number where several of one image run.
    pub name: String,
    /// Its image.
    pub image: String,
    /// The port of this host's loopback that leads to its SSH server.
    pub port: u16,
    /// The project that it is of.
    pub project: PathBuf,
    /// Whether it was started; its image may have to be built first.
    pub started: bool,
}

/// A device of this process. What was written for it goes with this value.
pub struct RunningDevice {
    place: Place,
    device: Device,
    keys: Keys,
    /// Holds the port until QEMU takes it.
    listener: Option<TcpListener>,
}

impl RunningDevice {
    /// Makes keys and chooses a port for a device of this image.
    ///
    /// # Errors
    /// When this machine has no OpenSSH, or the directory cannot be written.
    pub fn new(image: &str, project: &Path) -> Result<Self, CommandError> {
        let place = Place::new(image)?;
        let keys = Keys::make(place.directory(), place.name())?;
        let none = |error| {
            CommandError::config("this host's loopback has no free port for the device's SSH server")
                .because(error)
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(none)?;
        let port = listener.local_addr().map_err(none)?.port();
        let device = Device {
            name: place.name().to_owned(),
            image: image.to_owned(),
            port,
            project: project.to_owned(),
            started: false,
        };
        place.publish(&device)?;
        Ok(Self { place, device, keys, listener: Some(listener) })
    }

    /// What is handed to the device, in addition to what it is handed already.
    ///
    /// # Errors
    /// When it is handed another host key.
    pub fn add_to(&self, credentials: &mut Vec<Credential>) -> Result<(), CommandError> {
        if credentials.iter().any(|one| one.name() == HOST_KEY) {
            return Err(CommandError::user(format!("--ssh makes the credential {HOST_KEY} itself"))
                .hint("leave out one of the two"));
        }
        let mut authorized = self.keys.login_public.clone();
        for given in credentials.iter().filter(|one| one.name() == AUTHORIZED) {
            authorized.extend(given.value());
            authorized.push(b'\n');
        }
        credentials.retain(|one| one.name() != AUTHORIZED);
        for (name, value) in [(AUTHORIZED, authorized), (HOST_KEY, self.keys.host_private.clone())] {
            credentials.push(Credential::new(name, value).map_err(|error| {
                CommandError::new(Kind::Internal, "the device's keys cannot be handed over").because(error)
            })?);
        }
        Ok(())
    }

    /// Notes that it starts now. Tells the port of this host that is to lead to the device, and the device's; from here on somebody
    /// else may take it.
    ///
    /// # Errors
    /// When that cannot be noted.
    pub fn starts(&mut self) -> Result<(u16, u16), CommandError> {
        self.listener = None;
        self.device.started = true;
        self.place.publish(&self.device)?;
        Ok((self.device.port, SSH_PORT))
    }

    /// How a user gets in.
    pub fn note(&self) -> String {
        format!("`yoe ssh {}` logs in to it", self.device.name)
    }
}

impl Drop for RunningDevice {
    fn drop(&mut self) {
        self.place.remove();
    }
}

/// The devices that run, by name.
///
/// # Errors
/// When the directory of devices cannot be read.
pub fn running() -> Result<Vec<Device>, CommandError> {
    place::running()
}

/// The device of this name or of this image; the only one when no name is given.
///
/// # Errors
/// When none fits, or several do.
pub fn find(name: Option<&str>) -> Result<Device, CommandError> {
    choose(running()?, name)
}

fn choose(running: Vec<Device>, name: Option<&str>) -> Result<Device, CommandError> {
    let names: Vec<String> = running.iter().map(|device| device.name.clone()).collect();
    let start = "`yoe run IMAGE --ssh` starts one, in another terminal";
    if running.is_empty() {
        return Err(CommandError::user("no device runs that can be logged in to").hint(start));
    }
    let fits = |device: &&Device| name.is_none_or(|name| device.name == name || device.image == name);
    let exact =
        running.iter().find(|device| name == Some(device.name.as_str()) && device.name != device.image);
    let found: Vec<&Device> = exact.map_or_else(|| running.iter().filter(fits).collect(), |one| vec![one]);
    match (&found[..], name) {
        ([one], _) => Ok((*one).clone()),
        ([], name) => {
            let name = name.unwrap_or_default();
            let hint = near::hint(name, "device", names.iter().map(String::as_str));
            Err(CommandError::user(format!("no device {name:?} runs that can be logged in to"))
                .hint(hint)
                .hint(start))
        }
        (several, _) => {
            let several: Vec<&str> = several.iter().map(|device| device.name.as_str()).collect();
            Err(CommandError::user(format!("several devices run: {}", several.join(", ")))
                .hint("name one of them"))
        }
    }
}

#[cfg(test)]
mod tests;
