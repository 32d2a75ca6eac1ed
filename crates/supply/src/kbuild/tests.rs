use super::*;

const FILES: [(&str, &str); 13] = [
    (
        "Kbuild",
        "obj-y += fs/\nobj-y += arch/$(SRCARCH)/ $(ARCH_CORE)\nobj-$(CONFIG_NET) += net/\nobj-y += drivers/ lib/\n",
    ),
    (
        "fs/Makefile",
        "obj-y := open.o \\\n\tread.o # and more\nobj-$(CONFIG_OCFS2_FS) += ocfs2/\nobj-$(CONFIG_EXT4_FS) += ext4/\n",
    ),
    (
        "fs/ocfs2/Makefile",
        "ccflags-y := -I$(src)\nobj-$(CONFIG_OCFS2_FS) += ocfs2.o\nocfs2-objs := file.o inode.o\n",
    ),
    (
        "fs/ext4/Makefile",
        "obj-$(CONFIG_EXT4_FS) += ext4.o\next4-y := super.o\next4-$(CONFIG_EXT4_FS_XATTR) += xattr.o\nobj-$(CONFIG_KUNIT)$(CONFIG_X) += both.o\nobj-$(CONFIG_KUNIT) += included.o ruled.o\n",
    ),
    ("fs/ext4/super.c", "#include \"included.c\"\n"),
    ("net/Makefile", "obj-y += core/\nobj-$(CONFIG_SCTP) += sctp.o\n"),
    (
        "drivers/Makefile",
        "obj-$(CONFIG_A) += a/b/\nobj-$(subst m,y,$(CONFIG_B)) += one.o\nobj-$(CONFIG_C) += one.o\nobj-y += $(objs)-z.o\n",
    ),
    ("drivers/a/b/Makefile", "obj-y += x.o ../y.o\nobj-$(CONFIG_A) += word-$(BITS).o\n"),
    ("drivers/a/Makefile", "obj-$(CONFIG_A) += y.o\n"),
    ("arch/x86/Kbuild", "obj-$(CONFIG_KVM) += kvm/\n"),
    ("arch/x86/boot/Makefile", "$(obj)/r.o: $(srctree)/fs/ext4/ruled.c FORCE\n"),
    ("lib/Makefile", "lib-$(CONFIG_XZ) += xz.o\n"),
    ("scripts/Makefile", "obj-y += ../fs/ocfs2/file.o\n"),
];

fn kbuild(config: &str, arch: &str) -> (Kbuild, tempfile::TempDir) {
    let tree = tempfile::tempdir().unwrap();
    for (path, text) in FILES {
        let path = tree.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    (Kbuild::new(tree.path(), config, arch).unwrap(), tree)
}

const CONFIG: &str =
    "CONFIG_NET=y\nCONFIG_EXT4_FS=y\n# CONFIG_OCFS2_FS is not set\nCONFIG_STRING=\"y\"\nCONFIG_M=m\n";

#[test]
fn a_source_counts_as_absent_only_when_each_way_to_it_is_closed() {
    let (kbuild, _tree) = kbuild(CONFIG, "x86_64");
    let because = |source: &str| kbuild.not_compiled(source);
    let unset = |source: &str, options: &str| {
        assert_eq!(
            because(source).as_deref(),
            Some(format!("{source} is compiled with {options} not set").as_str())
        );
    };
    unset("fs/ocfs2/file.c", "CONFIG_OCFS2_FS alone, which is");
    unset("fs/ext4/xattr.c", "CONFIG_EXT4_FS_XATTR alone, which is");
    unset("net/sctp.c", "CONFIG_SCTP alone, which is");
    unset("drivers/one.c", "CONFIG_B or CONFIG_C alone, which are");
    unset("drivers/a/b/unnamed.c", "CONFIG_A alone, which is");
    unset("arch/x86/kvm/mmu.c", "CONFIG_KVM alone, which is");
    assert_eq!(because("arch/s390/x.c").unwrap(), "arch/s390/x.c is of the architecture s390");
}

#[test]
fn what_is_compiled_or_may_be_is_not_absent() {
    let (kbuild, _tree) = kbuild(CONFIG, "x86_64");
    for source in [
        "fs/open.c",
        "fs/read.c",
        "fs/ext4/super.c",
        // In no list: another source may take it in.
        "fs/namei.c",
        // A condition with two options.
        "fs/ext4/both.c",
        // Another source does take it in, or a rule of its own compiles it.
        "fs/ext4/included.c",
        "fs/ext4/ruled.c",
        "fs/ocfs2/file.h",
        "fs/../fs/ocfs2/file.c",
        // Boot programs compile sources of lib/ once more.
        "lib/xz.c",
        "net/core/dev.c",
        // The makefile of another directory names it, too.
        "drivers/a/y.c",
    ] {
        assert_eq!(kbuild.not_compiled(source), None, "{source}");
    }
}

#[test]
fn a_variable_in_a_name_stands_for_any_text() {
    let (kbuild, _tree) = kbuild("CONFIG_A=y\n", "x86_64");
    assert_eq!(kbuild.not_compiled("drivers/a/b/word-64.c"), None);
    assert_eq!(kbuild.not_compiled("drivers/a/b/x.c"), None);
    assert_eq!(kbuild.not_compiled("drivers/one-z.c"), None);
    let (kbuild, _tree) = self::kbuild("", "x86_64");
    assert!(kbuild.not_compiled("drivers/a/b/word-64.c").is_some());
}

#[test]
fn an_architecture_of_64_bits_may_take_sources_of_its_older_sister() {
    let (kbuild, _tree) = kbuild(CONFIG, "aarch64");
    assert_eq!(kbuild.not_compiled("arch/arm/xen/p2m.c"), None);
    assert!(kbuild.not_compiled("arch/x86/kvm/mmu.c").is_some());
    assert!(Kbuild::new(Path::new("/"), "", "riscv64").is_none());
}
