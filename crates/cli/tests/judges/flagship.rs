//! The flagship as it is in the store.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use yoe_store::Store;

use super::programs::answer;

pub const IMAGE: &str = "container-host-image";

/// What `yoe` prints of this repository.
pub fn yoe(arguments: &[&str]) -> Vec<u8> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    answer(Command::new(env!("CARGO_BIN_EXE_yoe")).arg("-C").arg(repository).args(arguments))
}

/// The root of the flagship, unpacked.
pub fn root() -> tempfile::TempDir {
    let disk = yoe(&["build", IMAGE, "--print-path"]);
    let disk = PathBuf::from(String::from_utf8(disk).unwrap().trim());
    let built = json(&disk.with_file_name(format!("{IMAGE}.manifest.json")));
    // In the store's own directory: `ROOT/trees/DIGEST/IMAGE.img`.
    let store = Store::open(disk.ancestors().nth(3).unwrap()).unwrap();
    let is_of_disk = |tree: &PathBuf| {
        let root = json(&tree.join("manifest.json"));
        ["packages", "services", "content"].iter().all(|part| root[part] == built[part])
    };
    let runs = store.runs(&format!("root {IMAGE}")).unwrap();
    let trees = runs.iter().filter_map(|run| store.tree(&store.action(&run.key).unwrap()?.tree).unwrap());
    let tree = trees.into_iter().find(is_of_disk).expect("the root of the disk is not in the store any more");
    let root = tempfile::tempdir().unwrap();
    let mut tar = Command::new("tar");
    answer(tar.args(["--no-same-owner", "-xf"]).arg(tree.join("root.tar")).arg("-C").arg(root.path()));
    root
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}
