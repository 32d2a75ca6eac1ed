//! Every problem, with the words that a person reads.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use support::elf::{AARCH64, Elf, X86_64};
use support::put;
use yoe_package::check::BUILD_PATHS;
use yoe_package::{Arch, CheckContext, Tree, check};

fn problems(root: &Path, change: impl FnOnce(&mut CheckContext<'_>)) -> String {
    problems_with(root, &[], change)
}

fn problems_with(root: &Path, setuid: &[String], change: impl FnOnce(&mut CheckContext<'_>)) -> String {
    let provided: BTreeSet<String> = ["libc.so", "libz.so.1"].map(str::to_owned).into();
    let mut context = CheckContext {
        arch: Some(Arch::X86_64),
        provided: &provided,
        setuid,
        build_paths: &BUILD_PATHS,
        host_paths_ok: false,
    };
    change(&mut context);
    let problems = check(&Tree::scan(root).unwrap(), &context).unwrap();
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn with_elf(elf: &Elf<'_>) -> String {
    let directory = tempfile::tempdir().unwrap();
    put(directory.path(), "usr/bin/tool", &elf.bytes(), 0o755);
    problems(directory.path(), |_| ())
}

const MUSL: Option<&str> = Some("/lib/ld-musl-x86_64.so.1");

#[test]
fn a_good_tree_has_none() {
    let directory = tempfile::tempdir().unwrap();
    let good =
        Elf { machine: X86_64, interpreter: MUSL, needed: &["libc.so", "libown.so.1"], ..Elf::default() };
    let own = Elf { machine: X86_64, soname: Some("libown.so.1"), needed: &["libc.so"], ..Elf::default() };
    put(directory.path(), "usr/bin/tool", &good.bytes(), 0o755);
    put(directory.path(), "usr/lib/private/libown.so.1", &own.bytes(), 0o755);
    put(directory.path(), "etc/tool.conf", b"path=/usr/src\n", 0o644);
    // What goes to no package is not looked at.
    put(directory.path(), "usr/lib/libown.la", b"libdir='/build/dest/usr/lib'", 0o644);
    symlink("usr/lib", directory.path().join("lib")).unwrap();
    symlink("tool", directory.path().join("usr/bin/other")).unwrap();
    assert_eq!(problems(directory.path(), |_| ()), "");
}

#[test]
fn a_library_that_nobody_provides() {
    insta::assert_snapshot!(with_elf(&Elf {
        machine: X86_64,
        needed: &["libz.so.2", "libunheard.so"],
        ..Elf::default()
    }));
}

#[test]
fn the_hosts_libraries() {
    let host = Elf {
        machine: X86_64,
        interpreter: Some("/lib64/ld-linux-x86-64.so.2"),
        needed: &["libc.so.6", "libgcc_s.so.1"],
        ..Elf::default()
    };
    insta::assert_snapshot!(with_elf(&host));
}

#[test]
fn the_hosts_libraries_in_a_static_program() {
    let note = |kind| Elf { machine: X86_64, note: Some(kind), ..Elf::default() };
    insta::assert_snapshot!(with_elf(&note(1)));
    // A build id.
    assert_eq!(with_elf(&note(3)), "");
    // Said once: by the library that it needs.
    let needed = with_elf(&Elf { needed: &["libc.so.6"], ..note(1) });
    assert!(needed.contains("libc.so.6") && !needed.contains("statically"), "{needed}");
}

#[test]
fn another_loader() {
    insta::assert_snapshot!(with_elf(&Elf {
        machine: X86_64,
        interpreter: Some("/lib/ld-linux.so.2"),
        ..Elf::default()
    }));
}

#[test]
fn another_machine() {
    insta::assert_snapshot!(with_elf(&Elf {
        machine: AARCH64,
        needed: &["libunheard.so"],
        ..Elf::default()
    }));
}

/// A library to be linked statically, of one object file.
fn static_library(machine: u16) -> Vec<u8> {
    let object = Elf { machine, ..Elf::default() }.bytes();
    let header = format!("{:<16}{:<32}{:<10}`\n", "part.o/", "0", object.len());
    [b"!<arch>\n", header.as_bytes(), &object].concat()
}

#[test]
fn another_machine_in_a_library_that_is_linked_statically() {
    let directory = tempfile::tempdir().unwrap();
    put(directory.path(), "usr/lib/libown.a", &static_library(X86_64), 0o644);
    put(directory.path(), "usr/lib/libtext.a", b"!<arch>\nno header", 0o644);
    assert_eq!(problems(directory.path(), |_| ()), "");
    let noarch = problems(directory.path(), |context| context.arch = None);
    insta::assert_snapshot!(noarch, @r#"/usr/lib/libown.a(part.o) is machine code, but the unit's scope is "noarch"; give it scope = "arch""#);
    put(directory.path(), "usr/lib/libhost.a", &static_library(AARCH64), 0o644);
    insta::assert_snapshot!(problems(directory.path(), |_| ()), @"/usr/lib/libhost.a(part.o) is machine code for aarch64; expected x86_64");
}

#[test]
fn code_that_weakens_the_system() {
    let weak = Elf {
        machine: X86_64,
        run_path: Some("$ORIGIN:/build/work/lib"),
        text_relocations: true,
        executable_stack: true,
        ..Elf::default()
    };
    insta::assert_snapshot!(with_elf(&weak));
}

#[test]
fn a_file_that_only_begins_as_elf() {
    let directory = tempfile::tempdir().unwrap();
    put(directory.path(), "usr/bin/tool", b"\x7fELF\x02\x01", 0o755);
    put(directory.path(), "usr/lib/firmware/blob", b"\x7fELF\x02\x01", 0o644);
    insta::assert_snapshot!(problems(directory.path(), |_| ()));
}

#[test]
fn machine_code_in_noarch() {
    let directory = tempfile::tempdir().unwrap();
    put(directory.path(), "usr/bin/tool", &Elf { machine: X86_64, ..Elf::default() }.bytes(), 0o755);
    insta::assert_snapshot!(problems(directory.path(), |context| context.arch = None));
}

#[test]
fn build_paths() {
    let directory = tempfile::tempdir().unwrap();
    put(directory.path(), "usr/lib/pkgconfig/x.pc", b"prefix=/usr\nLibs: -L/sysroot/usr/lib -lx\n", 0o644);
    put(directory.path(), "usr/bin/x", b"\x00\x01/build/src/main.c\0assert\0", 0o755);
    symlink("/build/dest/usr/bin/x", directory.path().join("usr/bin/y")).unwrap();
    symlink("../../../etc/x", directory.path().join("usr/bin/z")).unwrap();
    insta::assert_snapshot!(problems(directory.path(), |_| ()));
    let accepted = problems(directory.path(), |context| context.host_paths_ok = true);
    assert!(!accepted.contains("names /"), "{accepted}");
}

#[test]
fn privileged_and_open_files() {
    let directory = tempfile::tempdir().unwrap();
    put(directory.path(), "usr/bin/su", b"", 0o4755);
    put(directory.path(), "usr/bin/passwd", b"", 0o4755);
    put(directory.path(), "usr/bin/mount", b"", 0o755);
    put(directory.path(), "etc/open", b"", 0o666);
    for (path, mode) in [("tmp", 0o1777), ("var", 0o777)] {
        fs::create_dir(directory.path().join(path)).unwrap();
        fs::set_permissions(directory.path().join(path), fs::Permissions::from_mode(mode)).unwrap();
    }
    let declared = ["/usr/bin/su", "/usr/bin/mount", "/usr/bin/absent"].map(str::to_owned);
    insta::assert_snapshot!(problems_with(directory.path(), &declared, |_| ()));
}

#[test]
fn places_that_a_device_does_not_have() {
    let directory = tempfile::tempdir().unwrap();
    for path in ["bin/tool", "lib/libx.so", "stray", "build/dest/usr/x", "usr/bin/tool"] {
        put(directory.path(), path, b"", 0o755);
    }
    insta::assert_snapshot!(problems(directory.path(), |_| ()));
}
