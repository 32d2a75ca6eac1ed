use std::io::Write as _;

use super::*;
use crate::Cancel;
use crate::client::{Client, Settings};
use crate::test_archive::Tar;
use crate::test_server::{Reply, Server};
use crate::unpack::{Limits, archive};

fn at(dl: &str, name: &str) -> String {
    address(dl, name, "1.2.3", Digest::of(b""))
}

#[test]
fn an_address_without_markers_gets_cargos_path() {
    for dl in ["https://a.invalid/api", "https://a.invalid/api/"] {
        assert_eq!(at(dl, "either"), "https://a.invalid/api/either/1.2.3/download");
    }
}

#[test]
fn every_marker_is_filled_in() {
    assert_eq!(at("https://a.invalid/{crate}-{version}", "Either"), "https://a.invalid/Either-1.2.3");
    assert_eq!(at("https://a.invalid/{prefix}/{lowerprefix}", "Either"), "https://a.invalid/Ei/th/ei/th");
    let digest = format!("https://a.invalid/{}", Digest::of(b""));
    assert_eq!(at("https://a.invalid/{sha256-checksum}", "either"), digest);
    for (name, prefix) in [("a", "1"), ("ab", "2"), ("abc", "3/a"), ("abcd", "ab/cd"), ("", "0")] {
        assert_eq!(at("{prefix}", name), prefix);
    }
    // Not a name of a crate, and no reason to fall over.
    assert_eq!(at("{prefix}", "aéé"), "/");
}

#[test]
fn without_a_registry_the_crate_is_named() {
    let empty = [(CRATES.to_owned(), Vec::new())].into();
    for mirrors in [Mirrors::new(), empty] {
        let error = crate_file("either", "1.15.0", Digest::of(b""), &mirrors).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot fetch the crate either 1.15.0: no address of a registry is known"
        );
    }
}

#[test]
fn a_crate_is_fetched_from_the_next_registry_and_unpacked() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&Tar::default().file("either-1.15.0/Cargo.toml", "x").end()).unwrap();
    let bytes = gzip.finish().unwrap();
    let sha256 = Digest::of(&bytes);
    let server = Server::new(move |request| match request.path.as_str() {
        "other/either-1.15.0" => Reply::Bytes(bytes.clone()),
        _ => Reply::Status(404),
    });
    let mirrors = [server.url("api"), server.url("other/{crate}-{version}")];
    let mirrors = [(CRATES.to_owned(), mirrors.into())].into();
    let remote = crate_file("either", "1.15.0", sha256, &mirrors).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    let client = Client::new(Settings::default(), Cancel::new()).unwrap();
    client.download(&remote, &file, &mut |_| ()).unwrap();
    let asked: Vec<String> = server.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(asked, ["api/either/1.15.0/download", "other/either-1.15.0"]);
    let tree = directory.path().join("tree");
    archive(&file, &remote.name, &[], &tree, &Limits::default()).unwrap();
    assert_eq!(std::fs::read(tree.join("Cargo.toml")).unwrap(), b"x");
}
