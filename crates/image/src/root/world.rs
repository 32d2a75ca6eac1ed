//! `/etc/apk/world`: what was asked for, as opposed to what came with it.

use super::tree::RootTree;

/// The packages of the artifacts, a line each. A unit may give its package another name.
pub(crate) fn text(tree: &RootTree, artifacts: &[String]) -> String {
    let info = tree.packages.iter().map(|listed| &listed.control.info);
    let mut asked: Vec<_> =
        info.filter(|info| artifacts.contains(&info.origin)).map(|info| format!("{}\n", info.name)).collect();
    asked.sort();
    asked.concat()
}
