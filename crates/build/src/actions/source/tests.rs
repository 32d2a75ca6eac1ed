use std::os::unix::fs::symlink;

use super::*;

/// The files of a commit in `work`, and a directory of the host next to it.
fn rig() -> tempfile::TempDir {
    let rig = tempfile::tempdir().unwrap();
    for (path, text) in [("work/src/a/main.c", "a"), ("work/src/b.c", "b"), ("home/.ssh/id_rsa", "secret")] {
        let path = rig.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    rig
}

fn keep(rig: &tempfile::TempDir, only: &[&str]) -> Result<(), ActionError> {
    keep_only(&rig.path().join("work"), &only.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>())
}

#[test]
fn only_the_named_parts_are_kept() {
    let rig = rig();
    keep(&rig, &["src/a/"]).unwrap();
    assert_eq!(fs::read_to_string(rig.path().join("work/src/a/main.c")).unwrap(), "a");
    assert!(!rig.path().join("work/src/b.c").exists());
    assert!(keep(&rig, &["none"]).is_err());
}

/// A new commit of an upstream repository: `docs -> /home/u/.ssh`, with `only = ["docs/id_rsa"]` in the unit.
#[test]
fn no_file_of_the_host_is_moved_into_the_tree() {
    let secret = |rig: &tempfile::TempDir| fs::read_to_string(rig.path().join("home/.ssh/id_rsa"));
    for target in ["home/.ssh", "../home/.ssh"] {
        let rig = rig();
        let target = if target.starts_with('.') { target.into() } else { rig.path().join(target) };
        symlink(target, rig.path().join("work/docs")).unwrap();
        let Err(ActionError::Io { source, .. }) = keep(&rig, &["docs/id_rsa"]) else {
            panic!("it was taken")
        };
        assert!(source.to_string().contains("docs is a symbolic link to"), "{source}");
        assert_eq!(secret(&rig).unwrap(), "secret");
        assert!(!rig.path().join("work/docs/id_rsa").exists());
    }
    let rig = rig();
    for part in ["../home/.ssh/id_rsa", "src/../../home/.ssh/id_rsa"] {
        assert!(keep(&rig, &[part]).is_err(), "{part}");
        assert_eq!(secret(&rig).unwrap(), "secret");
        fs::remove_dir_all(rig.path().join("work.all")).unwrap();
    }
}
