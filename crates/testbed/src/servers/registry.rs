//! A registry for a device under test: it serves OCI images over TLS from this host's loopback, with a certificate authority that
//! lives as long as it does.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use yoe_sandbox::{Child, Mount};
use yoe_vm::Credential;

use super::registry_scripts::{self as scripts, Door, Served};
use super::server::{HOST, Place, credential};
use crate::error::TestbedError;

/// The registry's directory, inside its sandbox.
const DIRECTORY: &str = "/run/registry";
/// The images' directory, inside.
const IMAGES: &str = "/run/images";
/// More than any certificate has, in bytes.
const LARGEST_CA: u64 = 64 << 10;

/// What a registry is made of.
pub struct Parts {
    /// The container with the registry and its client.
    pub container: PathBuf,
    /// What it serves.
    pub images: Vec<Served>,
    /// What it serves to those alone who log in.
    pub private: Vec<Served>,
    /// The key that signs, as PEM.
    pub signer: Option<String>,
    /// A directory of its own.
    pub directory: PathBuf,
    /// Seconds since 1970 from which its certificates are valid: no device's clock is older.
    pub epoch: u64,
}

/// A registry that runs. It ends when it is dropped.
pub struct Registry {
    port: u16,
    ca: Vec<u8>,
    private: Option<u16>,
    children: Vec<Child>,
}

impl Registry {
    /// Starts it and pushes the images. What its programs say goes to the file `log`.
    pub fn start(parts: &Parts, log: &Path) -> Result<Self, TestbedError> {
        let inside = parts.directory.join("run");
        let place = place(parts, &inside, log);
        place.begin()?;
        fs::create_dir_all(&inside).map_err(|error| place.failed("its directory cannot be made", error))?;
        if let Some(signer) = &parts.signer {
            fs::write(inside.join(scripts::SIGNER), signer)
                .map_err(|error| place.failed("its key cannot be written", error))?;
        }
        place.run("certificates", &scripts::certificates(HOST, parts.epoch))?;
        // Its programs write into this directory.
        let ca =
            yoe_tree::Tree::directory(&inside).and_then(|tree| tree.read(Path::new(scripts::CA), LARGEST_CA));
        let ca = ca.map_err(|error| place.failed("it has no certificate", error))?;
        let (port, child) = serve(&place, &inside, &parts.images, Door::Open)?;
        let mut registry = Self { port, ca, private: None, children: vec![child] };
        if !parts.private.is_empty() {
            let scratch = parts.directory.join("private");
            fs::create_dir_all(&scratch)
                .map_err(|error| place.failed("its directory cannot be made", error))?;
            let second = Place { scratch: &scratch, mounts: place.mounts.clone(), ..place };
            let (port, child) = serve(&second, &inside, &parts.private, Door::Locked)?;
            registry.private = Some(port);
            registry.children.push(child);
        }
        Ok(registry)
    }

    /// Tells a device where it is and whom it may trust.
    pub fn credentials(&self) -> Result<Vec<Credential>, TestbedError> {
        let ca = |port| credential(format!("registry.ca.{HOST}_{port}"), self.ca.clone());
        let mut credentials =
            vec![credential("registry.address", format!("{HOST}:{}", self.port))?, ca(self.port)?];
        if let Some(port) = self.private {
            credentials.push(credential("registry.private.address", format!("{HOST}:{port}"))?);
            credentials.push(credential("registry.private.login", scripts::LOGIN)?);
            credentials.push(ca(port)?);
        }
        Ok(credentials)
    }
}

/// Runs one and pushes the images. Returns its port.
fn serve(
    place: &Place<'_>,
    inside: &Path,
    images: &[Served],
    door: Door,
) -> Result<(u16, Child), TestbedError> {
    let port = place.free_port()?;
    let unwritten = |error| place.failed("its settings cannot be written", error);
    fs::write(inside.join(door.settings()), scripts::config(DIRECTORY, port, door)).map_err(unwritten)?;
    fs::write(inside.join(scripts::PASSWORDS), scripts::PASSWORD_LINE).map_err(unwritten)?;
    let child = place.serve(&scripts::serve(DIRECTORY, door), port)?;
    place.run("images", &scripts::push(images, IMAGES, DIRECTORY, port, door))?;
    Ok((port, child))
}

fn place<'p>(parts: &'p Parts, inside: &Path, log: &'p Path) -> Place<'p> {
    let images: BTreeMap<_, _> =
        parts.images.iter().chain(&parts.private).map(|image| (&image.name, image)).collect();
    let images = images
        .into_values()
        .map(|image| Mount::bind(image.directory.clone(), format!("{IMAGES}/{}", image.name), false));
    Place {
        name: "registry",
        container: &parts.container,
        mounts: images.chain([Mount::bind(inside.to_owned(), DIRECTORY, true)]).collect(),
        directory: DIRECTORY,
        scratch: &parts.directory,
        log,
    }
}
