use super::*;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

fn script(directory: &Path, name: &str, text: &str) -> PathBuf {
    let file = directory.join(name);
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    file
}

fn refused(program: &Path) -> Option<i32> {
    find(program.to_str().unwrap(), None).unwrap_err().raw_os_error()
}

#[test]
fn a_name_is_looked_for_in_the_given_path_alone() {
    let directory = tempfile::tempdir().unwrap();
    let file = script(directory.path(), "tool", "#!/bin/sh\n");
    fs::write(directory.path().join("data"), "").unwrap();
    let path = format!("/nowhere::{}", directory.path().display());
    assert_eq!(find("tool", Some(&path)).unwrap(), file);
    assert_eq!(find("data", Some(&path)).unwrap_err().raw_os_error(), Some(libc::ENOENT));
    assert_eq!(find("tool", Some("/nowhere")).unwrap_err().raw_os_error(), Some(libc::ENOENT));
}

#[test]
fn the_sandboxs_own_program_is_never_run() {
    let directory = tempfile::tempdir().unwrap();
    let link = directory.path().join("sh");
    symlink("/proc/self/exe", &link).unwrap();
    let direct = script(directory.path(), "direct", "#!/proc/self/exe x\n");
    let nested = script(directory.path(), "nested", &format!("#! \t{}\n", direct.display()));
    for program in [Path::new("/proc/self/exe"), &link, &direct, &nested] {
        assert_eq!(refused(program), Some(libc::ELOOP), "{program:?}");
    }
}

#[test]
fn a_chain_of_scripts_ends_somewhere() {
    let directory = tempfile::tempdir().unwrap();
    let own = directory.path().join("loop");
    script(directory.path(), "loop", &format!("#!{}\n", own.display()));
    assert_eq!(refused(&own), Some(libc::ELOOP));
}

#[test]
fn first_lines_are_read_as_the_kernel_does() {
    assert_eq!(interpreter(b"#!/bin/sh -e\nx"), Some("/bin/sh".into()));
    assert_eq!(interpreter(b"#!\t /usr/bin/env sh"), Some("/usr/bin/env".into()));
    assert_eq!(interpreter(b"#!\n"), None);
    assert_eq!(interpreter(b"\x7fELF"), None);
}
