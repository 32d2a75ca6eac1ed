//! Registries on this machine, hostile ones among them.

mod login;
mod refuse;
mod registry;
mod resolve;

use std::collections::BTreeSet;
use std::path::Path;

use yoe_model::{Arch, Digest, LockedImage};

use super::*;
use crate::Cancel;
use crate::client::Settings;
use crate::test_server::{Reply, Server};
use registry::Shelf;

/// Registries that are asked once, with docker's settings in this directory.
fn registries(docker: Option<&Path>, mirrors: Mirrors) -> Registries {
    Registries::new(client(1), mirrors, docker.map(Path::to_owned))
}

/// Registries that are asked so often, by nobody.
fn patient(attempts: u32) -> Registries {
    Registries::new(client(attempts), Mirrors::new(), None)
}

fn client(attempts: u32) -> Client {
    let backoff = std::time::Duration::from_millis(1);
    Client::new(Settings { attempts, backoff, ..Settings::default() }, Cancel::new()).unwrap()
}

/// What `NAME` stands for at a server, for both architectures.
fn resolve(server: &Server, name: &str, docker: Option<&Path>) -> Result<LockedImage, String> {
    let name = format!("{}/{name}", server.host()).parse().unwrap();
    let both: BTreeSet<Arch> = Arch::ALL.into();
    let found = registries(docker, Mirrors::new()).resolve(&name, &both, Arch::X86_64);
    found.map_err(|error| message(&error, server))
}

/// An error with its causes, and the server's address made plain.
fn message(error: &dyn std::error::Error, server: &Server) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(&format!(": {cause}"));
        next = cause.source();
    }
    text.replace(&server.host(), "REGISTRY")
}

/// The bytes of a file of an image, downloaded.
fn download(server: &Server, docker: Option<&Path>, file: &[u8]) -> Result<Vec<u8>, String> {
    let name = format!("{}/a/b:1", server.host()).parse().unwrap();
    let registries = registries(docker, Mirrors::new());
    let directory = tempfile::tempdir().unwrap();
    let partial = directory.path().join("partial");
    let remote = Remote {
        urls: vec![server.url(&format!("v2/a/b/blobs/sha256:{}", Digest::of(file)))],
        size: Some(file.len() as u64),
        sha256: Digest::of(file),
        name: "layer".to_owned(),
    };
    let fetched = registries.download(&name, &remote, &partial, &mut |_| ());
    fetched.map_err(|error| message(&error, server))?;
    Ok(std::fs::read(partial).unwrap())
}
