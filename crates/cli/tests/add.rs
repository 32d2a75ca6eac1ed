//! `yoe add`: a unit of something that somebody publishes, or that lies in the project.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use insta::assert_snapshot;
use support::{Sandbox, file_server, module_proxy, tls_server};
use yoe_model::Digest;

const LICENSE: &str = include_str!("../../adopt/src/tests/mit.txt");

/// A project that `yoe init` wrote, and the servers that it may ask.
struct Product {
    sandbox: Sandbox,
    variables: Vec<(&'static str, String)>,
}

impl Product {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        fs::remove_dir_all(sandbox.project()).unwrap();
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
        std::os::unix::fs::symlink(repository, sandbox.directory().join("yoe")).unwrap();
        let init =
            ["init", "project", "--runtime", "none", "--machine", "qemu-x86_64", "--module-path", "yoe"];
        let made = sandbox.command(&init).current_dir(sandbox.directory()).output().unwrap();
        assert!(made.status.success(), "{}", sandbox.shown(&made));
        // Whatever is not named below is not asked.
        let nobody = ("YOE_MIRROR_CRATES_INDEX", "http://127.0.0.1:1".to_owned());
        Self { sandbox, variables: vec![nobody, ("GOPROXY", "off".to_owned())] }
    }

    fn with(mut self, name: &'static str, value: String) -> Self {
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, value));
        self
    }

    fn yoe(&self, arguments: &[&str]) -> Output {
        self.sandbox.command(arguments).envs(self.variables.clone()).output().unwrap()
    }

    fn done(&self, arguments: &[&str]) -> String {
        let output = self.yoe(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", self.sandbox.shown(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.sandbox.project().join(path)).unwrap()
    }

    /// Adds a unit; gives what was said, and what was written. The project is right with it, and nothing is written twice.
    fn added(&self, arguments: &[&str], files: &[&str]) -> String {
        let output = self.yoe(&[&["add"], arguments].concat());
        assert!(output.status.success(), "{arguments:?}: {}", self.sandbox.shown(&output));
        let name = files[0].rsplit('/').next().unwrap().trim_end_matches(".star");
        assert!(self.done(&["desc", name]).contains(name));
        let all: Vec<String> = files.iter().map(|path| format!("=== {path}\n{}", self.text(path))).collect();
        let again = self.yoe(&[&["add"], arguments].concat());
        assert_eq!(again.status.code(), Some(1), "{}", self.sandbox.shown(&again));
        let said = support::printed(&again);
        assert!(said.contains(&format!("the project has {name:?} already: unit, of units/")), "{said}");
        let unchanged: Vec<String> =
            files.iter().map(|path| format!("=== {path}\n{}", self.text(path))).collect();
        assert_eq!(all, unchanged);
        format!("{}{}", self.sandbox.shown(&output), all.concat())
    }
}

/// Writes files below a directory.
fn write(directory: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = directory.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// An archive of these files, with one directory at its top.
fn archive(top: &str, files: &[(&str, &str)], to: &Path) -> Digest {
    let scratch = tempfile::tempdir().unwrap();
    write(&scratch.path().join(top), files);
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    let tar =
        Command::new("tar").arg("-C").arg(scratch.path()).arg("-czf").arg(to).arg(top).status().unwrap();
    assert!(tar.success());
    Digest::of(&fs::read(to).unwrap())
}

/// A repository behind a plain file server, with a tag for each version, each with a commit of its own.
fn repository(served: &Path, files: &[(&str, &str)], tags: &[&str]) {
    let work = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@invalid", "-c", "init.defaultBranch=main"];
        let status =
            Command::new("git").current_dir(work.path()).args(identity).args(arguments).status().unwrap();
        assert!(status.success(), "{arguments:?}");
    };
    git(&["init", "-q"]);
    write(work.path(), files);
    for tag in tags {
        write(work.path(), &[("version", tag)]);
        git(&["add", "."]);
        git(&["commit", "-q", "-m", tag]);
        git(&["tag", "-a", "-m", tag, tag]);
    }
    let bare = served.join("greeter.git");
    git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    git(&["--git-dir", bare.to_str().unwrap(), "update-server-info"]);
}

/// What differs from run to run is replaced.
fn constant(text: &str, ports: &[u16]) -> String {
    let text = ports.iter().fold(text.to_owned(), |text, port| text.replace(&format!(":{port}"), ":[PORT]"));
    let word = |word: &str| {
        let digits = word.bytes().all(|byte| byte.is_ascii_hexdigit());
        if digits && matches!(word.len(), 40 | 64) { "[DIGEST]".to_owned() } else { word.to_owned() }
    };
    text.split('"').map(word).collect::<Vec<_>>().join("\"")
}

const CMAKE: &str = "project(greeter VERSION 0.1 DESCRIPTION \"Greets\" LANGUAGES C)\n";

#[test]
fn a_repository() {
    let served = tempfile::tempdir().unwrap();
    let files =
        [("CMakeLists.txt", CMAKE), ("LICENSE", LICENSE), ("main.c", "int main(void) { return 0; }\n")];
    repository(served.path(), &files, &["v1.9", "v1.10", "v2.0-rc1"]);
    let port = file_server::serve(served.path());
    let url = format!("http://127.0.0.1:{port}/greeter.git");
    let product = Product::new();
    let added = product.added(&[&url], &["units/app/greeter.star"]);
    assert_snapshot!("repository", constant(&added, &[port]));
    product.done(&["lock"]);
    assert!(product.done(&["build", "greeter", "--dry-run"]).contains("unit greeter"));
    // Another version is another unit.
    product.done(&["add", &url, "--tag", "v1.9", "--name", "old-greeter"]);
    assert!(product.text("units/app/old-greeter.star").contains("version = \"1.9\""));
    product.done(&["add", &url, "--branch", "main", "--name", "new-greeter", "--license", "ISC"]);
    let newest = product.text("units/app/new-greeter.star");
    assert!(newest.contains("version = \"0.1\"") && newest.contains("license = \"ISC\""), "{newest}");
}

const CARGO: &str = "[package]\nname = \"hello-tool\"\nversion = \"1.2.0\"\nlicense = \"MIT OR Apache-2.0\"\n\
     description = \"Says hello, and nothing else.\"\nrepository = \"https://example.org/hello-tool\"\n";
const CARGO_LOCK: &str = "version = 4\n\n[[package]]\nname = \"hello-tool\"\nversion = \"1.2.0\"\ndependencies = [\"either\"]\n\n\
     [[package]]\nname = \"either\"\nversion = \"1.13.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
     checksum = \"60b1af1c220855b6ceac025d3f6ecdd2b7c4894bfe9cd9bda4fbb4bc7c0d4cf0\"\n";

/// A registry with one crate, of which the newest version was taken back.
fn registry(files: &[(&str, &str)]) -> (tempfile::TempDir, u16) {
    let served = tempfile::tempdir().unwrap();
    let digest = archive("hello-tool-1.2.0", files, &served.path().join("dl/hello-tool/1.2.0/download"));
    let line = |version: &str, yanked: bool| {
        format!(
            "{{\"name\":\"hello-tool\",\"vers\":\"{version}\",\"cksum\":\"{digest}\",\"yanked\":{yanked},\"deps\":[]}}\n"
        )
    };
    let index =
        [line("1.0.0", false), line("1.2.0", false), line("1.3.0-rc.1", false), line("1.3.0", true)].concat();
    write(served.path(), &[("index/he/ll/hello-tool", &index)]);
    let port = file_server::serve(served.path());
    (served, port)
}

fn with_registry(port: u16) -> Product {
    let product = Product::new().with("YOE_MIRROR_CRATES", format!("http://127.0.0.1:{port}/dl"));
    product.with("YOE_MIRROR_CRATES_INDEX", format!("http://127.0.0.1:{port}/index/"))
}

#[test]
fn a_crate() {
    let (_served, port) =
        registry(&[("Cargo.toml", CARGO), ("Cargo.lock", CARGO_LOCK), ("src/main.rs", "fn main() {}\n")]);
    let product = with_registry(port);
    let files = ["units/app/hello-tool.star", "classes/hello_tool_crates.star"];
    assert_snapshot!("crate", constant(&product.added(&["crate:hello-tool"], &files), &[port]));
    product.done(&["lock"]);
    let planned = product.done(&["build", "hello-tool", "--dry-run"]);
    assert!(planned.contains("crate:either@1.13.0"), "{planned}");
    // What is left of a unit is not overwritten either.
    fs::remove_file(product.sandbox.project().join(files[0])).unwrap();
    let left = product.yoe(&["add", "crate:hello-tool"]);
    assert!(
        support::printed(&left).contains("error: classes/hello_tool_crates.star is there already"),
        "{}",
        support::printed(&left)
    );
    let none = product.yoe(&["add", "crate:hello-tool@1.1.0", "--name", "other"]);
    assert!(
        support::printed(&none).contains("the crate hello-tool has no version 1.1.0"),
        "{}",
        support::printed(&none)
    );
}

#[test]
fn a_crate_without_a_lock_takes_one() {
    let (_served, port) = registry(&[("Cargo.toml", CARGO), ("src/main.rs", "fn main() {}\n")]);
    let product = with_registry(port);
    let refused = product.yoe(&["add", "crate:hello-tool"]);
    assert_eq!(refused.status.code(), Some(1));
    assert_snapshot!("crate_without_lock", constant(&product.sandbox.shown(&refused), &[port]));
    product.sandbox.write("own.lock", CARGO_LOCK);
    let files =
        ["units/net/hello-tool.star", "classes/hello_tool_crates.star", "units/net/hello-tool/Cargo.lock"];
    product.added(&["crate:hello-tool", "--cargo-lock", "own.lock", "--category", "net"], &files);
}

#[test]
fn a_go_module() {
    let product = Product::new();
    let proxy = product.sandbox.directory().join("proxy");
    let go_mod = "module example.org/greet\n\ngo 1.20\n\nrequire example.org/lib v0.1.0\n";
    let files = [("go.mod", go_mod), ("cmd/greet/main.go", "package main\n"), ("LICENSE", LICENSE)];
    for version in ["v1.2.0", "v1.10.0", "v2.0.0-rc.1"] {
        module_proxy::publish(&proxy, "example.org/greet", version, &files);
    }
    fs::write(proxy.join("example.org/greet/@v/list"), "v1.10.0\nv1.2.0\nv2.0.0-rc.1\n").unwrap();
    let product = product.with("GOPROXY", format!("file://{}", proxy.display()));
    assert_snapshot!("go_module", product.added(&["go:example.org/greet"], &["units/app/greet.star"]));
    // A version that packages have no form for stays that of the module.
    product.done(&["add", "go:example.org/greet@v2.0.0-rc.1", "--name", "greet-next"]);
    let next = product.text("units/app/greet-next.star");
    assert!(next.contains("module_version = \"v2.0.0-rc.1\""), "{next}");
}

#[test]
fn a_directory_of_the_project() {
    let product = Product::new();
    let project = product.sandbox.project();
    let makefile = "VERSION = 0.3\nall: wave\n\tcc -o wave wave.c\ninstall:\n\tinstall -D wave $(DESTDIR)/usr/bin/wave\n";
    write(&project, &[("src/wave/Makefile", makefile), ("src/wave/LICENSE", LICENSE)]);
    assert_snapshot!("directory", product.added(&["src/wave"], &["units/app/wave.star"]));
    product.done(&["lock"]);
    assert!(product.done(&["build", "wave", "--dry-run"]).contains("unit wave"));
    // From another directory of the project, and with the project itself as the tree.
    write(&project, &[("Makefile", makefile)]);
    let mut inside = product.sandbox.command(&["add", "..", "--name", "whole", "--license", "MIT"]);
    let output = inside.current_dir(project.join("src")).output().unwrap();
    assert!(output.status.success(), "{}", product.sandbox.shown(&output));
    assert!(product.text("units/app/whole.star").contains("source = path(\"./\")"));
}

#[test]
fn an_archive() {
    let served = tempfile::tempdir().unwrap();
    let configure = "#!/bin/sh\n# Generated by GNU Autoconf 2.72 for hi.\n";
    let files = [("configure", configure), ("configure.ac", "AC_INIT([hi], [9.9])\n"), ("COPYING", LICENSE)];
    archive("hi-1.4", &files, &served.path().join("hi-1.4.tar.gz"));
    let port = tls_server::serve(served.path());
    let product = Product::new().with("SSL_CERT_FILE", tls_server::authority().display().to_string());
    let url = format!("https://localhost:{port}/hi-1.4.tar.gz");
    assert_snapshot!("archive", constant(&product.added(&[&url], &["units/app/hi.star"]), &[port]));
    product.done(&["lock"]);
    assert!(product.done(&["build", "hi", "--dry-run"]).contains("unit hi"));
    let gone = product.yoe(&["add", &format!("https://localhost:{port}/gone-1.tar.gz")]);
    assert_eq!(gone.status.code(), Some(1));
    assert!(support::printed(&gone).contains("404"), "{}", support::printed(&gone));
}

/// All files of the project but those below a directory of sources.
fn listed(project: &Path) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![project.to_owned()]);
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

#[test]
fn what_cannot_be_added_is_refused_and_nothing_is_written() {
    let product = Product::new();
    let project = product.sandbox.project();
    write(
        &project,
        &[
            ("src/python/pyproject.toml", "[project]\n"),
            ("src/rust/Cargo.toml", "[package]\nname = \"own\"\n"),
            ("src/rust/src/main.rs", "fn main() {}\n"),
            ("src/go/go.mod", "module example.org/own\nrequire example.org/lib v1.0.0\n"),
            ("src/go/main.go", "package main\n"),
            ("src/busybox/Makefile", "install:\n"),
            ("src/empty/README", ""),
        ],
    );
    let before = listed(&project);
    let message = |name: &str, arguments: &[&str]| {
        let output = product.yoe(&[&["add"], arguments].concat());
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", product.sandbox.shown(&output));
        assert_snapshot!(name, product.sandbox.shown(&output));
        assert_eq!(listed(&project), before, "{arguments:?}");
    };
    message("nothing", &["ripgrep"]);
    message("python", &["src/python"]);
    message("unlocked", &["src/rust"]);
    message("modules_missing", &["src/go"]);
    message("unknown", &["src/empty"]);
    message("taken", &["src/busybox"]);
    message("outside", &[product.sandbox.directory().to_str().unwrap()]);
    message("plain_http", &["http://example.org/a-1.tar.gz"]);
    message("no_licence", &["src/busybox", "--name", "own-busybox", "--license", "GPL"]);
    message("no_category", &["src/busybox", "--name", "own-busybox", "--category", "../x"]);
    message("no_proxy", &["go:example.org/greet"]);
    message("wrong_class", &["src/busybox", "--name", "own-busybox", "--class", "go"]);
    // Without units-core there are no classes.
    product.sandbox.write("PROJECT.star", "project(name = \"alone\", machine = \"box\")\n");
    product.sandbox.write(
        "machines/box.star",
        "machine(name = \"box\", arch = \"x86_64\", kernel = kernel(unit = \"linux\"))\n",
    );
    for directory in ["units", "images"] {
        fs::remove_dir_all(project.join(directory)).unwrap();
    }
    let kernel = "unit(name = \"linux\", version = \"1\", description = \"x\", license = \"MIT\", container = \"env\", tasks = [])\n";
    product.sandbox.write("units/kernel/linux.star", kernel);
    product.sandbox.write("containers/env.star", "container(name = \"env\", packages = [\"none\"], keys = [\"0123456789ABCDEF0123456789ABCDEF01234567\"])\n");
    let output = product.yoe(&["add", "src/busybox"]);
    assert_snapshot!("no_classes", product.sandbox.shown(&output));
}

/// What is printed is what would be written.
#[test]
fn a_dry_run_writes_nothing() {
    let product = Product::new();
    let project = product.sandbox.project();
    write(&project, &[("src/wave/Makefile", "install:\n"), ("src/wave/LICENSE", LICENSE)]);
    let before = listed(&project);
    let printed = product.done(&["add", "src/wave", "--dry-run"]);
    assert_eq!(listed(&project), before);
    product.done(&["add", "src/wave"]);
    assert_eq!(printed, format!("# units/app/wave.star\n{}", product.text("units/app/wave.star")));
}
