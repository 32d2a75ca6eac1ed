//! What `yoe bundle` publishes, judged by programs that this project did not write: python-tuf reads the repository, and
//! sbverify the signature of the kernel. They come from a registry and an image is built, so these tests are for
//! `cargo test --workspace --test published -- --ignored`.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use yoe_bundle::Manifest;

/// The smallest image with two slots.
const IMAGE: &str = "verified-image";

/// A project of its own with the module of this repository and with keys of its own. What it builds is in the user's store.
struct Outside {
    directory: tempfile::TempDir,
}

impl Outside {
    fn new() -> Self {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let this = Self { directory: tempfile::tempdir().unwrap() };
        for part in ["PROJECT.star", "yoe.lock", "modules", "containers/python-tuf.star"] {
            copy(&repository.join(part), &this.path("project").join(part));
        }
        for (unit, container) in [("reader", "python-tuf"), ("verifier", "signing-tools")] {
            this.write(
                &format!("units/judges/{unit}.star"),
                &format!(
                    "unit(name = {unit:?}, version = \"1\", description = \"A judge\", license = \"Apache-2.0\", \
                     container = {container:?}, source = path(\"judged\"), tasks = [task(\"none\", steps = [\"true\"])])\n"
                ),
            );
        }
        this.write("judged/read.py", include_str!("read.py"));
        this
    }

    fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    fn judged(&self, path: &str) -> PathBuf {
        self.path("project/judged").join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path("project").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_yoe"))
            .args(arguments)
            .current_dir(self.path("project"))
            .env("XDG_DATA_HOME", self.path("data"))
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// What a command says on standard output; it must succeed.
    fn yoe(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "yoe {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What python-tuf reads in the repository.
    fn read(&self) -> String {
        self.yoe(&["shell", "reader", "--", "python3", "read.py", "repository", "root.json"])
    }

    /// The manifests and contents that the repository holds, the newest last.
    fn published(&self) -> (Manifest, Vec<u8>) {
        let directory = self.judged(&format!("repository/targets/{IMAGE}/qemu-x86_64"));
        let version = fs::read_dir(directory).unwrap().next().unwrap().unwrap().path();
        let newest = |end: &str| {
            let files = fs::read_dir(&version).unwrap().map(|file| file.unwrap().path());
            let of_kind = files.filter(|file| file.to_str().unwrap().ends_with(end));
            fs::read(of_kind.max_by_key(|file| file.metadata().unwrap().modified().unwrap()).unwrap())
                .unwrap()
        };
        (Manifest::parse(&newest(".manifest.json")).unwrap(), newest(".content"))
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    let status = Command::new("cp").arg("-r").args([from, to]).status().unwrap();
    assert!(status.success());
}

#[test]
#[ignore = "fetches from package registries; cargo xtask test runs it"]
fn others_read_what_is_published() {
    let outside = Outside::new();
    outside.yoe(&["keys", "make", "--root-keys", "2", "--root-threshold", "2"]);
    let (repository, root) = (outside.judged("repository"), outside.judged("root.json"));
    outside.yoe(&["keys", "export", root.to_str().unwrap()]);
    let bundle = ["bundle", IMAGE, "--repository", repository.to_str().unwrap()];

    outside.yoe(&bundle);
    let (manifest, content) = outside.published();
    assert!(!manifest.kernel.signed);
    let expected = |manifest: &Manifest, content: &[u8]| {
        let line = format!("{IMAGE}/qemu-x86_64/{}/content {}\n", manifest.version, content.len());
        (line, 3)
    };
    let printed = outside.read();
    let (line, lines) = expected(&manifest, &content);
    assert!(printed.contains(&line) && printed.lines().count() == lines, "{printed}");

    // From the keys that the image knew at first to those of today.
    outside.yoe(&["keys", "rotate", "root", "targets", "snapshot", "timestamp"]);
    outside.yoe(&[&bundle[..], &["--secure-boot"]].concat());
    let (manifest, content) = outside.published();
    let (line, lines) = expected(&manifest, &content);
    let printed = outside.read();
    assert!(printed.contains(&line) && printed.lines().count() == lines, "{printed}");

    // The kernel is the end of the content, and its signature is one that firmware with this certificate takes.
    assert!(manifest.kernel.signed);
    fs::write(outside.judged("kernel.efi"), &content[manifest.root.size as usize..]).unwrap();
    copy(&outside.path("data/yoe/keys/yoe.secure-boot/db.crt"), &outside.judged("db.crt"));
    let verify = ["shell", "verifier", "--", "sbverify", "--cert", "db.crt", "kernel.efi"];
    assert!(outside.yoe(&verify).contains("Signature verification OK"));
    let mut bytes = fs::read(outside.judged("kernel.efi")).unwrap();
    bytes[5000] ^= 1;
    fs::write(outside.judged("kernel.efi"), bytes).unwrap();
    assert!(!outside.run(&verify).status.success());

    // python-tuf does not read what nobody signed.
    let timestamp = repository.join("metadata/timestamp.json");
    let text = fs::read_to_string(&timestamp).unwrap();
    fs::write(&timestamp, text.replacen("\"version\": 1", "\"version\": 2", 1)).unwrap();
    let refused = outside.run(&["shell", "reader", "--", "python3", "read.py", "repository", "root.json"]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("UnsignedMetadataError"), "{refused:?}");
}

/// An advisory about a source of Debian that the image holds, or about the kernel.
fn advisory(outside: &Outside, ecosystem: &str, place: &str, name: &str, fixed: &str) {
    outside.write(
        &format!("advisories/{place}/one.json"),
        &format!(
            r#"{{"id": "PLANTED-{place}", "modified": "2099-01-01T00:00:00Z", "upstream": ["CVE-2099-40200"], "affected": [{{
            "package": {{"ecosystem": "{ecosystem}", "name": "{name}"}},
            "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}, {{"fixed": "{fixed}"}}]}}]}}]}}"#
        ),
    );
}

#[test]
#[ignore = "fetches from package registries; cargo xtask test runs it"]
fn others_read_the_papers_that_travel_with_an_update() {
    let outside = Outside::new();
    let project = fs::read_to_string(outside.path("project/PROJECT.star")).unwrap();
    let publisher =
        "publisher = publisher(name = \"Example\", email = \"security@example.com\"),\n    modules";
    outside.write("PROJECT.star", &project.replacen("modules", publisher, 1));
    outside.yoe(&["keys", "make"]);
    let (repository, root) = (outside.judged("repository"), outside.judged("root.json"));
    outside.yoe(&["keys", "export", root.to_str().unwrap()]);
    advisory(&outside, "Debian:13", "Debian", "libuev", "2.4.1-9");
    advisory(&outside, "Linux", "Linux", "Kernel", "2.6.34");
    let papers = ["--papers", "--advisories", "advisories"];
    outside.yoe(&[&["bundle", IMAGE, "--repository", repository.to_str().unwrap()][..], &papers].concat());

    let (manifest, _) = outside.published();
    let printed = outside.read();
    let directory = format!("{IMAGE}/qemu-x86_64/{}", manifest.version);
    let names: Vec<&str> =
        printed.lines().filter_map(|line| line.strip_prefix(&directory)?.split(['/', ' ']).nth(1)).collect();
    assert_eq!(
        names,
        [
            "NOTICE",
            "content",
            "csaf.json",
            "index",
            "manifest.json",
            "openvex.json",
            "provenance.intoto.jsonl",
            "sbom.cdx.json",
            "sbom.spdx.json",
        ]
    );
    let text = |end: &str| {
        let files = fs::read_dir(repository.join("targets").join(&directory)).unwrap();
        let mut paths = files.map(|file| file.unwrap().path());
        let path = paths.find(|path| path.to_str().unwrap().ends_with(end)).unwrap();
        (path.clone(), fs::read_to_string(path).unwrap())
    };
    assert!(text(".sbom.cdx.json").1.contains("\"bomFormat\": \"CycloneDX\""));
    assert!(text(".openvex.json").1.contains("CVE-2099-40200"), "the hole is in what finit is linked with");
    // Provenance is of this very update, and signed with the project's key.
    let (path, envelope) = text(".provenance.intoto.jsonl");
    outside.write("key.pem", &outside.yoe(&["provenance", "key"]));
    outside.yoe(&["provenance", "check", path.to_str().unwrap(), "--key", "key.pem"]);
    assert!(envelope.contains("payloadType"));

    // python-tuf does not take a paper that nobody signed.
    let (path, bill) = text(".sbom.cdx.json");
    fs::write(path, bill.replacen("\"CycloneDX\"", "\"CycloneDy\"", 1)).unwrap();
    let refused = outside.run(&["shell", "reader", "--", "python3", "read.py", "repository", "root.json"]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("LengthOrHashMismatchError"), "{refused:?}");
}
