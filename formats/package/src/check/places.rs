//! Where files may lie, and where links may point.

use super::leaks::names_build_path;
use super::{CheckContext, CheckError};
use crate::{Content, Node, Tree};

/// Directories of the Filesystem Hierarchy Standard that a device has at its top.
const TOP: [&str; 16] = [
    "boot", "data", "dev", "etc", "home", "media", "mnt", "opt", "proc", "root", "run", "srv", "sys", "tmp",
    "usr", "var",
];
/// Links into `/usr` on a device.
const MERGED: [&str; 4] = ["bin", "lib", "lib64", "sbin"];
const EXPECTED: &str = "/usr, /etc, /var, /opt, /boot or another directory of the hierarchy standard";

pub(super) fn check(tree: &Tree, context: &CheckContext<'_>) -> Vec<CheckError> {
    let lasting = tree.iter().filter(|(path, node)| !has_content(tree, path, node));
    lasting.filter_map(|(path, node)| place(path, node).or_else(|| link(path, node, context))).collect()
}

/// Whether it is a directory with something in it: then what is in it is judged, not the directory.
fn has_content(tree: &Tree, path: &str, node: &Node) -> bool {
    let below = format!("{path}/");
    node.content == Content::Directory
        && tree.nodes.range(below.clone()..).next().is_some_and(|(next, _)| next.starts_with(&below))
}

fn place(path: &str, node: &Node) -> Option<CheckError> {
    let (top, rest) = path.split_once('/').unwrap_or((path, ""));
    let path = format!("/{path}");
    if MERGED.contains(&top) {
        let link = rest.is_empty() && matches!(node.content, Content::Symlink(_));
        return (!link).then(|| CheckError::NotMerged { path, top: top.to_owned() });
    }
    let stray = rest.is_empty() && node.content != Content::Directory;
    (stray || !TOP.contains(&top)).then_some(CheckError::Place { path, expected: EXPECTED })
}

fn link(path: &str, node: &Node, context: &CheckContext<'_>) -> Option<CheckError> {
    let Content::Symlink(target) = &node.content else { return None };
    let device_path = format!("/{path}");
    if context.build_paths.iter().any(|build| names_build_path(target.as_bytes(), build).is_some()) {
        return Some(CheckError::LinkToBuild { path: device_path, target: target.clone() });
    }
    climbs(path, target).then(|| CheckError::LinkAboveRoot { path: device_path, target: target.clone() })
}

/// Whether a relative target has more `..` than there are directories above the link.
fn climbs(path: &str, target: &str) -> bool {
    if target.starts_with('/') {
        return false;
    }
    let mut depth = path.matches('/').count();
    for part in target.split('/') {
        match part {
            ".." if depth == 0 => return true,
            ".." => depth -= 1,
            "" | "." => {}
            _ => depth += 1,
        }
    }
    false
}
