//! An update server for a device under test: releases of its image, signed by keys of the moment, on this host's loopback.
//!
//! | path | holds |
//! |---|---|
//! | `VERSION.bundle` | each release, and the image itself |
//! | `repository/` | the first release, as a directory |
//! | `workload-NAME-VERSION.bundle` | each version of a workload that is in a release |
//! | `foreign.bundle` | the first release, signed by keys that the device does not trust |

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use yoe_bundle::{Expiry, Publisher, Time, WorkloadManifest};
use yoe_image::update::repository::{Repository, Word};
use yoe_image::update::{Publication, Release, WorkloadRelease, write_bundle};
use yoe_keys::updates::RootKeys;
use yoe_keys::{KeysError, SecureBoot, UpdateKeys};
use yoe_model::Image;
use yoe_sandbox::{Child, Mount};
use yoe_vm::Credential;

use super::server::{HOST, Place, credential};
use crate::error::TestbedError;

/// The container that holds the server.
pub const CONTAINER: &str = "update-server";
/// The server's directory, inside its sandbox.
const DIRECTORY: &str = "/run/updates";
/// Its settings, in its directory.
const CONFIG: &str = "lighttpd.conf";
/// What it serves, in its directory.
const SERVED: &str = "served";

/// What an update server is made of.
pub struct Parts {
    /// The container with the server.
    pub container: PathBuf,
    /// The releases and the image itself.
    pub releases: Vec<Offered>,
    /// The machine that they were built for.
    pub machine: String,
    /// A directory of its own.
    pub directory: PathBuf,
    /// Seconds since 1970: what they are signed at.
    pub now: u64,
}

/// A version that is served.
pub struct Offered {
    /// The image, with this version.
    pub image: Image,
    /// The directory that it was built into.
    pub directory: PathBuf,
    /// A signed copy of its kernel, for firmware that refuses what is not signed.
    pub signed: Option<PathBuf>,
}

impl Parts {
    /// From here on what is served is signed for Secure Boot. `scratch` is a directory that does not exist.
    pub fn sign(&mut self, secure_boot: &SecureBoot, scratch: &Path) -> Result<(), TestbedError> {
        for (index, offered) in self.releases.iter_mut().enumerate() {
            let kernel = offered.directory.join(yoe_image::disk::kernel_file(&offered.image));
            offered.signed = Some(secure_boot.sign_kernel(&kernel, &scratch.join(index.to_string()))?);
        }
        Ok(())
    }
}

/// An update server that runs. It ends when it is dropped.
pub struct UpdateServer {
    port: u16,
    root: Vec<u8>,
    _child: Child,
}

impl UpdateServer {
    /// Signs the releases and serves them. What the server says goes to the file `log`.
    pub fn start(parts: &Parts, log: &Path) -> Result<Self, TestbedError> {
        let inside = parts.directory.join("run");
        let place = Place {
            name: "update server",
            container: &parts.container,
            mounts: vec![Mount::bind(inside.clone(), DIRECTORY, false)],
            directory: DIRECTORY,
            scratch: &parts.directory,
            log,
        };
        place.begin()?;
        fs::create_dir_all(inside.join(SERVED))
            .map_err(|error| place.failed("its directory cannot be made", error))?;
        let root = publish(parts, &inside.join(SERVED))?;
        let port = place.free_port()?;
        fs::write(inside.join(CONFIG), config(port))
            .map_err(|error| place.failed("its settings cannot be written", error))?;
        let child = place.serve(&format!("exec lighttpd -D -f {DIRECTORY}/{CONFIG}\n"), port)?;
        Ok(Self { port, root, _child: child })
    }

    /// Tells a device where it is and whom it may trust.
    pub fn credentials(&self) -> Result<Vec<Credential>, TestbedError> {
        Ok(vec![
            credential("updates.address", format!("{HOST}:{}", self.port))?,
            credential("updater.root", self.root.clone())?,
        ])
    }
}

/// Writes everything that is served; the root metadata that vouches for it.
fn publish(parts: &Parts, served: &Path) -> Result<Vec<u8>, TestbedError> {
    let now = Time(parts.now);
    let keys = UpdateKeys::make_in(&parts.directory.join("keys"), RootKeys::default(), now)?;
    let keyring = keys.keyring()?;
    // One moment for all of them: none has metadata that is older than another's.
    let publisher = Publisher { keyring: &keyring, now, expiry: Expiry::default() };
    for (index, Offered { image, directory, signed }) in parts.releases.iter().enumerate() {
        let release = Release::open(directory, image, &parts.machine, signed.as_deref())?;
        bundle(served, &release.manifest.version, &keys, &publisher, &release)?;
        for workload in WorkloadRelease::all(directory, image, &parts.machine)? {
            let WorkloadManifest { workload: name, version, .. } = &workload.manifest;
            bundle(served, &format!("workload-{name}-{version}"), &keys, &publisher, &workload)?;
        }
        if index == 0 {
            Repository::open(&served.join("repository"), &mut || ()).and_then(|repository| {
                repository.publish(&keys.roots, Word::Nobodys, &publisher, &release)
            })?;
            let keys = UpdateKeys::make_in(&parts.directory.join("foreign-keys"), RootKeys::default(), now)?;
            let keyring = keys.keyring()?;
            let publisher = Publisher { keyring: &keyring, ..publisher };
            bundle(served, "foreign", &keys, &publisher, &release)?;
        }
    }
    Ok(keys.newest()?.bytes().to_vec())
}

fn bundle(
    served: &Path,
    name: &str,
    keys: &UpdateKeys,
    publisher: &Publisher<'_>,
    publication: &dyn Publication,
) -> Result<(), TestbedError> {
    let published =
        publisher.publish(keys.newest()?, None, publication.targets()).map_err(KeysError::sign)?;
    let path = served.join(format!("{name}.bundle"));
    let cannot = |error| TestbedError::host(format!("{} cannot be written", path.display()), error);
    let mut file = BufWriter::new(File::create(&path).map_err(cannot)?);
    write_bundle(&mut file, &path, &keys.roots, &published, publication)?;
    file.flush().map_err(cannot)
}

/// The settings of a server that listens on this port of the loopback.
fn config(port: u16) -> String {
    format!(
        "server.document-root = \"{DIRECTORY}/{SERVED}\"\nserver.bind = \"127.0.0.1\"\nserver.port = {port}\n\
         server.errorlog = \"/dev/stderr\"\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_listens_on_the_loopback_alone() {
        insta::assert_snapshot!(config(8000), @r#"
        server.document-root = "/run/updates/served"
        server.bind = "127.0.0.1"
        server.port = 8000
        server.errorlog = "/dev/stderr"
        "#);
    }
}
