//! Large projects, for tests and measurements.

#![allow(clippy::unwrap_used, reason = "a test may stop here")]

use std::fs;
use std::path::Path;

/// Units that share a category's directory.
const PER_CATEGORY: usize = 500;

const CLASS: &str = r#"
BUILD_CONTAINER = "tools"

def autotools(name, version, deps = [], options = [], **kwargs):
    """A program that is built by configure and make."""
    unit(
        name = name,
        version = version,
        container = BUILD_CONTAINER,
        deps = deps,
        environment = {"CFLAGS": "-Os", "ARCHITECTURE": ctx.arch},
        tasks = [
            task("configure", steps = ["./configure --prefix=$PREFIX " + " ".join(options)]),
            task("build", steps = ["make -j$NPROC"]),
            task("install", steps = ["make install DESTDIR=$DESTDIR", symlink(name, "/usr/bin/%s-link" % name)]),
        ],
        **kwargs
    )
"#;

/// Writes `count` units into an existing project, through one class; each needs up to three earlier ones, and every
/// tenth has a patch.
pub fn write_units(root: &Path, count: usize) {
    fs::create_dir_all(root.join("classes")).unwrap();
    fs::write(root.join("classes/autotools.star"), CLASS).unwrap();
    for number in 0..count {
        let directory = root.join(format!("units/category-{}", number / PER_CATEGORY));
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join(format!("unit-{number}.star")), unit(number)).unwrap();
        if number.is_multiple_of(10) {
            let own = directory.join(format!("unit-{number}"));
            fs::create_dir_all(&own).unwrap();
            fs::write(own.join("fix.patch"), format!("--- a/{number}\n+++ b/{number}\n")).unwrap();
        }
    }
}

fn unit(number: usize) -> String {
    let deps: Vec<String> = [number / 2, number / 3, number.saturating_sub(7)]
        .into_iter()
        .filter(|dep| *dep < number)
        .map(|dep| format!("\"unit-{dep}\""))
        .collect();
    let patches = if number.is_multiple_of(10) { "[\"fix.patch\"]" } else { "[]" };
    format!(
        r#"load("//classes/autotools.star", "autotools")

autotools(
    name = "unit-{number}",
    version = "1.{number}",
    description = "The generated unit number {number}",
    license = "MIT OR Apache-2.0",
    source = "https://example.org/unit-{number}.tar.gz",
    sha256 = "{number:064x}",
    patches = {patches},
    deps = [{deps}],
    options = ["--disable-static", "--with-number={number}"],
)
"#,
        deps = deps.join(", ")
    )
}
