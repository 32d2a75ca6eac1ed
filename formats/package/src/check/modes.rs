//! Permission bits.

use super::{CheckContext, CheckError};
use crate::{Content, Node, Tree};

const PRIVILEGED: u32 = 0o6000;
const STICKY: u32 = 0o1000;
const WRITABLE_BY_ALL: u32 = 0o002;

pub(super) fn check(tree: &Tree, context: &CheckContext<'_>) -> Vec<CheckError> {
    let found = tree.iter().filter_map(|(path, node)| mode(path, node, context));
    found.chain(declared(tree, context)).collect()
}

fn mode(path: &str, node: &Node, context: &CheckContext<'_>) -> Option<CheckError> {
    let path = format!("/{path}");
    let directory = node.content == Content::Directory;
    if matches!(node.content, Content::Symlink(_)) {
        return None;
    }
    if node.mode & PRIVILEGED != 0 && !context.setuid.contains(&path) {
        return Some(CheckError::UndeclaredSetuid { path, mode: node.mode });
    }
    let shared = directory && node.mode & STICKY != 0;
    let open = node.mode & WRITABLE_BY_ALL != 0 && !shared;
    open.then_some(CheckError::WorldWritable { path, mode: node.mode, directory })
}

fn declared(tree: &Tree, context: &CheckContext<'_>) -> impl Iterator<Item = CheckError> {
    context.setuid.iter().filter_map(|path| {
        let found = match tree.get(path.trim_start_matches('/')) {
            None => "the unit does not install it",
            Some(node) if matches!(node.content, Content::Symlink(_)) => "it is a link",
            Some(node) if node.mode & PRIVILEGED == 0 => "it has neither bit",
            Some(_) => return None,
        };
        Some(CheckError::AbsentSetuid { path: path.clone(), found })
    })
}
