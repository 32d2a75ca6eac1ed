//! Projects for tests: written into a directory of their own from a text that holds several files.

#![allow(dead_code, reason = "each test program uses a part of this")]
#![allow(clippy::unwrap_used, reason = "a test may stop here")]

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use yoe_lang::{Diagnostics, Options};
use yoe_model::{Project, Unlocked};

/// The smallest project: what a case does not say is taken from here.
pub const BASE: &str = r#"
-- PROJECT.star --
project(name = "example", machine = "board")
-- machines/board.star --
machine(name = "board", arch = "x86_64", kernel = kernel(unit = "linux"))
-- containers/tools.star --
container(name = "tools", packages = ["make"], keys = ["41587F7DB8C774BCCF131416762F67A0B2C39DE4"])
-- units/kernel/linux.star --
unit(
    name = "linux",
    version = "6.12",
    description = "A kernel",
    license = "GPL-2.0-only",
    container = "tools",
    tasks = [task("build", steps = ["make"])],
)
"#;

/// The files of a text: each begins with a line `-- path --`.
pub fn files(text: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --")) {
            Some(path) => files.push((path.to_owned(), String::new())),
            None => {
                if let Some((_, content)) = files.last_mut() {
                    content.push_str(line);
                    content.push('\n');
                }
            }
        }
    }
    files
}

/// Writes files below a directory. A file that says `(absent)` is removed; one that says `-> target` is a link.
pub fn write(root: &Path, files: &[(String, String)]) {
    for (path, content) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match content.trim_end() {
            "(absent)" => fs::remove_file(path).unwrap(),
            link if link.starts_with("-> ") => std::os::unix::fs::symlink(&link[3..], path).unwrap(),
            _ => fs::write(path, content).unwrap(),
        }
    }
}

/// A project of the base and these files, in a directory that lives as long as the result.
pub fn project(text: &str) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), &files(BASE));
    write(directory.path(), &files(text));
    directory
}

/// Evaluates a project for its default machine.
pub fn load(root: &Path) -> Result<Project<Unlocked>, Diagnostics> {
    yoe_lang::load(root, &Options::default())
}

/// What the user sees.
pub fn rendered(root: &Path) -> String {
    match load(root) {
        Ok(project) => format!("{} units, no mistake\n", project.units.len()),
        Err(diagnostics) => diagnostics.render(),
    }
}
