use std::fs;
use std::io::Write as _;

use yoe_model::Cancel;

use super::*;
use crate::client::{Client, Settings};

fn client() -> Client {
    Client::new(Settings { attempts: 1, ..Settings::default() }, Cancel::new()).unwrap()
}

/// A proxy in a directory that serves a module with these versions and, of v1.0.0, an archive with these names.
fn proxy(list: &str, names: &[&str]) -> (tempfile::TempDir, String) {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("example.org/!tool/@v");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("list"), list).unwrap();
    let mut archive = zip::ZipWriter::new(fs::File::create(directory.join("v1.0.0.zip")).unwrap());
    for name in names {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(b"text").unwrap();
    }
    archive.finish().unwrap();
    let proxies = format!("direct,file://{}", root.path().display());
    (root, proxies)
}

#[test]
fn the_newest_version_is_no_preview_while_there_is_another() {
    let newest = |list: &str| {
        let (_root, proxies) = proxy(list, &[]);
        newest_go_version(&client(), &proxies, "example.org/Tool")
    };
    assert_eq!(newest("v1.9.0\nv1.10.0\nv2.0.0-rc.1\n").unwrap(), "v1.10.0");
    assert_eq!(newest("v0.1.0-alpha\nv0.1.0-beta\nx\n").unwrap(), "v0.1.0-beta");
    assert!(newest("").unwrap_err().to_string().starts_with("no proxy has the Go module example.org/Tool: "));
}

#[test]
fn a_modules_archive_is_unpacked_below_its_directory_or_not_at_all() {
    let unpack = |names: &[&str]| {
        let (root, proxies) = proxy("", names);
        let into = root.path().join("tree");
        let done = go_module(&client(), &proxies, ("example.org/Tool", "v1.0.0"), &into);
        (done, root)
    };
    let (done, root) = unpack(&["example.org/Tool@v1.0.0/go.mod", "example.org/Tool@v1.0.0/cmd/a/main.go"]);
    done.unwrap();
    assert!(root.path().join("tree/cmd/a/main.go").is_file());
    for name in ["go.mod", "example.org/Tool@v1.0.0/../x", "example.org/Tool@v1.0.0//x", "/etc/x"] {
        let (done, _root) = unpack(&[name]);
        assert!(matches!(done, Err(UpstreamError::Archive { .. })), "{name}");
    }
}

#[test]
fn without_a_proxy_the_error_says_what_is_set() {
    let error = newest_go_version(&client(), "off", "example.org/tool").unwrap_err();
    assert_eq!(error.to_string(), "no proxy of Go modules is known: GOPROXY is \"off\"");
}
