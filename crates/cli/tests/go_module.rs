//! Go modules as sources: fetched by a Go client from a proxy that serves files, locked, and unpacked for an offline build.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "other tests use the rest of it")]
mod support;

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use support::{Sandbox, module_proxy, printed};

const TOOL: &str = "module example.org/tool\n\ngo 1.20\n\nrequire example.org/lib v0.1.0\n";
const LIB: &str = "module example.org/lib\n\ngo 1.20\n";

/// A project with a unit of the module example.org/tool and a proxy that serves it and what it needs.
struct Project {
    sandbox: Sandbox,
    proxy: PathBuf,
}

impl Project {
    fn new(arguments: &str) -> Self {
        let sandbox = Sandbox::new();
        let proxy = sandbox.directory().join("proxy");
        let project = Self { sandbox, proxy };
        project.publish_lib("v0.1.0");
        project.publish("package main\n");
        project.unit(
            "find . -type f | sort; cat go.mod go.sum || true; mkdir -p $DESTDIR/usr/share; cp main.go $DESTDIR/usr/share",
            arguments,
        );
        project.sandbox.lock_with_go();
        project
    }

    fn publish_lib(&self, version: &str) {
        let files = [("go.mod", LIB), ("lib.go", "package lib\n")];
        module_proxy::publish(&self.proxy, "example.org/lib", version, &files);
    }

    fn unit(&self, step: &str, arguments: &str) {
        let source = format!("source = go_module(\"example.org/tool\", container = \"env\"{arguments})");
        self.sandbox.unit("hello", &[step], &format!("scope = \"noarch\", {source}"));
    }

    fn publish(&self, main: &str) {
        let files = [("go.mod", TOOL), ("vendor.mod", TOOL), ("main.go", main), ("testdata/x", "x")];
        module_proxy::publish(&self.proxy, "example.org/tool", "v1.0.0", &files);
    }

    fn yoe(&self, arguments: &[&str]) -> Output {
        let proxy = format!("file://{}", self.proxy.display());
        self.sandbox.command(arguments).env("GOPROXY", proxy).env("GOSUMDB", "off").output().unwrap()
    }

    fn locked(&self) -> String {
        let output = self.yoe(&["lock"]);
        assert!(output.status.success(), "{}", printed(&output));
        assert!(printed(&output).contains("GOSUMDB is off"), "{}", printed(&output));
        fs::read_to_string(self.sandbox.project().join("yoe.lock")).unwrap()
    }
}

#[test]
fn a_module_and_what_it_needs_are_locked_and_unpacked_down() {
    let project = Project::new(", version = \"v1.0.0\"");
    let lock = project.locked();
    assert!(lock.contains("[source.\"go:example.org/tool@v1.0.0\"]\ntree = \""), "{lock}");
    let again = project.yoe(&["lock"]);
    assert!(printed(&again).contains("nothing changed"), "{}", printed(&again));
    let built = project.yoe(&["build", "hello"]);
    assert!(built.status.success(), "{}", printed(&built));
    let unpacked = project.sandbox.logs();
    let files = [
        "./.modules/cache/download/example.org/lib/@v/v0.1.0.mod",
        "./.modules/cache/download/example.org/lib/@v/v0.1.0.zip",
        "./main.go",
    ];
    files.iter().for_each(|file| assert!(unpacked.lines().any(|line| line == *file), "{file}: {unpacked}"));
    let foreign = |line: &str| {
        line.ends_with(".info")
            || line.ends_with(".lock")
            || line.ends_with(".ziphash")
            || line.contains("/tool/@v/")
    };
    assert!(!unpacked.lines().any(foreign), "{unpacked}");
}

#[test]
fn a_proxy_that_serves_something_else_is_found_out() {
    let project = Project::new(", version = \"v1.0.0\"");
    project.locked();
    project.publish("package other\n");
    fs::remove_dir_all(project.sandbox.directory().join("cache/yoe/caches")).unwrap();
    let failed = project.yoe(&["build", "hello"]);
    insta::assert_snapshot!(project.sandbox.shown(&failed));
}

#[test]
fn the_same_modules_in_another_packing_are_the_same() {
    let project = Project::new(", version = \"v1.0.0\"");
    let lock = project.locked();
    let files = [("lib.go", "package lib\n"), ("go.mod", LIB)];
    module_proxy::publish(&project.proxy, "example.org/lib", "v0.1.0", &files);
    fs::remove_dir_all(project.sandbox.directory().join("cache/yoe/caches")).unwrap();
    let built = project.yoe(&["build", "hello"]);
    assert!(built.status.success(), "{lock}{}", printed(&built));
}

#[test]
fn a_module_that_is_not_served_is_told_by_name() {
    let project = Project::new(", version = \"v1.0.1\"");
    let failed = project.yoe(&["lock"]);
    let message = project.sandbox.shown(&failed);
    insta::assert_snapshot!(message);
}

/// The module is there, and what it needs is not: the one that is missing is named.
#[test]
fn a_needed_module_that_is_not_served_is_told_by_name() {
    let project = Project::new(", version = \"v1.0.0\"");
    fs::remove_dir_all(project.proxy.join("example.org/lib")).unwrap();
    let failed = project.yoe(&["lock"]);
    assert_eq!(failed.status.code(), Some(3), "{}", printed(&failed));
    let message = printed(&failed);
    assert!(
        message.contains("no proxy that was asked serves it") && message.contains("example.org/lib@v0.1.0"),
        "{message}"
    );
    assert!(!message.contains("input file is output file"), "{message}");
}

#[test]
fn a_go_mod_of_another_name_and_stubs_are_unpacked_down() {
    let project = Project::new(
        ", version = \"v1.0.0\", gomod = \"vendor.mod\", stubs = {\"mod/help\": \"example.org/tool/mod/help\"}",
    );
    let lock = project.locked();
    let key = "go:example.org/tool@v1.0.0 with vendor.mod with example.org/tool/mod/help in mod/help";
    assert!(lock.contains(key), "{lock}");
    assert!(project.yoe(&["build", "hello"]).status.success());
    let unpacked = project.sandbox.logs();
    assert!(unpacked.lines().any(|line| line == "./mod/help/go.mod"), "{unpacked}");
    assert!(!unpacked.lines().any(|line| line == "./vendor.mod"), "{unpacked}");
}

#[test]
fn what_a_module_needs_can_be_newer_than_it_asks() {
    let project = Project::new(", version = \"v1.0.0\", upgrade = {\"example.org/lib\": \"v0.2.0\"}");
    project.publish_lib("v0.2.0");
    let lock = project.locked();
    assert!(lock.contains("[source.\"go:example.org/tool@v1.0.0 with example.org/lib@v0.2.0\"]"), "{lock}");
    let built = project.yoe(&["build", "hello"]);
    assert!(built.status.success(), "{}", printed(&built));
    let unpacked = project.sandbox.logs();
    let has = |file: &str| {
        unpacked.lines().any(|line| line == format!("./.modules/cache/download/example.org/lib/@v/{file}"))
    };
    assert!(has("v0.2.0.zip") && !has("v0.1.0.zip"), "{unpacked}");
    // What the build checks the archive against, and what it is asked for.
    assert!(unpacked.lines().any(|line| line.starts_with("example.org/lib v0.2.0 h1:")), "{unpacked}");
    assert!(
        unpacked.lines().any(|line| line.contains("example.org/lib v0.2.0") && !line.contains("h1:")),
        "{unpacked}"
    );
}

#[test]
fn an_upgrade_to_an_older_version_is_refused() {
    let project = Project::new(", version = \"v1.0.0\", upgrade = {\"example.org/lib\": \"v0.0.9\"}");
    project.publish_lib("v0.0.9");
    let failed = project.yoe(&["lock"]);
    assert_eq!(failed.status.code(), Some(3), "{}", printed(&failed));
    assert!(
        printed(&failed).contains("example.org/lib@v0.0.9 would not be an upgrade"),
        "{}",
        printed(&failed)
    );
}

#[test]
fn a_compilers_cache_stays_between_units() {
    let sandbox = Sandbox::new();
    sandbox.unit("hello", &["touch $CACHEDIR/of-hello; mkdir -p $DESTDIR/usr"], "cache = \"tool\"");
    sandbox.unit("user", &["ls $CACHEDIR; mkdir -p $DESTDIR/usr"], "cache = \"tool\"");
    sandbox.lock();
    assert!(sandbox.yoe(&["build", "hello"]).status.success());
    assert!(sandbox.yoe(&["build", "user"]).status.success());
    assert!(sandbox.logs().lines().any(|line| line == "of-hello"), "{}", sandbox.logs());
    // Another sysroot is another cache.
    sandbox.unit(
        "user",
        &["ls $CACHEDIR >&2; echo end; mkdir -p $DESTDIR/usr"],
        "cache = \"tool\", deps = [\"hello\"]",
    );
    let again = sandbox.yoe(&["build", "user"]);
    assert!(again.status.success() && !printed(&again).contains("of-hello"), "{}", printed(&again));
}
