//! The database of installed packages, as apk-tools keeps it below `/lib/apk/db`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use yoe_package::{Sha1, index};

use super::tree::{Body, Node, RootTree};

/// The text of the file `installed`: each package's fields, then its directories and files with what differs from the
/// usual modes.
pub(crate) fn text(tree: &RootTree) -> String {
    let mut order: Vec<usize> = (0..tree.packages.len()).collect();
    order.sort_by_key(|index| &tree.packages[*index].control.info.name);
    order.into_iter().map(|index| package(tree, index)).collect()
}

fn package(tree: &RootTree, index: usize) -> String {
    let listed = &tree.packages[index];
    let mut text = index::stanza(listed);
    // The stanza's last line is empty: it ends the package.
    text.pop();
    if !listed.control.info.replaces.is_empty() {
        line(&mut text, "r", &listed.control.info.replaces.join(" "));
    }
    let mut directories: BTreeMap<&str, Vec<(&str, &Node)>> = BTreeMap::new();
    for (path, node) in tree.nodes.iter().filter(|(_, node)| node.owner == Some(index)) {
        if matches!(node.body, Body::Directory) {
            directories.entry(path).or_default();
        } else {
            let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
            directories.entry(directory).or_default().push((name, node));
        }
    }
    for (directory, files) in directories {
        line(&mut text, "F", directory);
        if let Some(node) = tree.nodes.get(directory) {
            unusual(&mut text, "M", node, 0o755);
        }
        for (name, node) in files {
            file(&mut text, name, node);
        }
    }
    text.push('\n');
    text
}

fn file(text: &mut String, name: &str, node: &Node) {
    line(text, "R", name);
    unusual(text, "a", node, 0o644);
    let checksum = match &node.body {
        Body::File(_, checksum) => *checksum,
        Body::Symlink(target) => Sha1::of(target.as_bytes()),
        Body::Directory => return,
    };
    line(text, "Z", &checksum.q1());
}

fn unusual(text: &mut String, key: &str, node: &Node, usual: u32) {
    if (node.uid, node.gid, node.mode) != (0, 0, usual) {
        line(text, key, &format!("{}:{}:{:o}", node.uid, node.gid, node.mode));
    }
}

fn line(text: &mut String, key: &str, value: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "{key}:{value}");
}
