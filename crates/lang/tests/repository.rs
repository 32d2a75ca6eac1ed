//! The repository is a project itself.

mod support;

use std::path::Path;

#[test]
fn the_repository_evaluates() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let project = support::load(&root).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    assert!(project.units.contains_key(&project.machine.kernel.unit));
}
