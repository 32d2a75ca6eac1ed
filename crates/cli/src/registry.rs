//! A registry beside a device: it serves OCI images over TLS from this host's loopback, with a certificate authority that
//! lives as long as it does.

mod scripts;

use std::fs;
use std::path::{Path, PathBuf};

use yoe_sandbox::Child;
use yoe_vm::Credential;

use crate::error::CommandError;
use crate::server::{HOST, Place, bind, credential};

/// The registry's folder, inside its sandbox.
const FOLDER: &str = "/run/registry";
/// The images' folder, inside.
const IMAGES: &str = "/run/images";
/// More than any certificate has, in bytes.
const LARGEST_CA: u64 = 64 << 10;

/// What a registry is made of.
pub struct Parts {
    /// The container with the registry and its client.
    pub container: PathBuf,
    /// What it serves.
    pub images: Vec<Served>,
    /// A folder of its own.
    pub folder: PathBuf,
    /// Seconds since 1970 from which its certificates are valid: no device's clock is older.
    pub epoch: u64,
}

/// An image that a registry serves.
pub struct Served {
    /// Its name.
    pub name: String,
    /// Its tag.
    pub tag: String,
    /// The folder that holds its layout and its archive.
    pub folder: PathBuf,
}

/// A registry that runs. It ends when it is dropped.
pub struct Registry {
    port: u16,
    ca: Vec<u8>,
    _child: Child,
}

impl Registry {
    /// Starts it and pushes the images. What its programs say goes to the file `log`.
    pub fn start(parts: &Parts, log: &Path) -> Result<Self, CommandError> {
        let inside = parts.folder.join("run");
        let place = place(parts, &inside, log);
        place.begin()?;
        fs::create_dir_all(&inside).map_err(|error| place.failed("its folder cannot be made", error))?;
        place.run("certificates", &scripts::certificates(HOST, parts.epoch))?;
        // Its programs write into this folder.
        let ca =
            yoe_tree::Tree::directory(&inside).and_then(|tree| tree.read(Path::new(scripts::CA), LARGEST_CA));
        let ca = ca.map_err(|error| place.failed("it has no certificate", error))?;
        let port = place.free_port()?;
        fs::write(inside.join(scripts::CONFIG), scripts::config(FOLDER, port))
            .map_err(|error| place.failed("its settings cannot be written", error))?;
        let child = place.serve(&scripts::serve(FOLDER), port)?;
        place.run("images", &scripts::push(&parts.images, IMAGES, FOLDER, port))?;
        Ok(Self { port, ca, _child: child })
    }

    /// Tells a device where it is and whom it may trust.
    pub fn credentials(&self) -> Result<Vec<Credential>, CommandError> {
        let ca = format!("registry.ca.{HOST}_{}", self.port);
        Ok(vec![
            credential("registry.address", format!("{HOST}:{}", self.port))?,
            credential(ca, self.ca.clone())?,
        ])
    }
}

fn place<'p>(parts: &'p Parts, inside: &Path, log: &'p Path) -> Place<'p> {
    let images = parts.images.iter();
    let images = images.map(|image| bind(image.folder.clone(), format!("{IMAGES}/{}", image.name), false));
    Place {
        name: "registry",
        container: &parts.container,
        mounts: images.chain([bind(inside.to_owned(), FOLDER, true)]).collect(),
        folder: FOLDER,
        scratch: &parts.folder,
        log,
    }
}
