//! The scripts run with real image tools, in a user namespace without a network.
//!
//! YOE_IMAGE_TOOLS names a directory into which the image-tools container was unpacked. Without it these tests say so
//! and end; the build's own tests make the same disk from the locked container.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![allow(clippy::print_stdout, reason = "a test that is skipped says why")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::{Bench, image};
use yoe_image::DiskManifest;
use yoe_image::disk::{
    DiskRequest, KERNEL, MadeRoot, Measured, ToolRun, disk, kernel_image, root_fs, write_manifest,
};
use yoe_model::{Arch, DataSize, Digest, Image, Kernel, Layout, Machine, RootFormat, Size};

fn tools() -> Option<PathBuf> {
    let directory = std::env::var_os("YOE_IMAGE_TOOLS").map(PathBuf::from);
    if directory.is_none() {
        println!("skipped: YOE_IMAGE_TOOLS does not name an unpacked image-tools container");
    }
    directory
}

/// Mounts the tools, the inputs and the output, and runs a script there. Arguments: tools, directory with `in` and `out`.
const ENTER: &str = r#"
set -eu
tools=$1 bench=$2
mount -t tmpfs -o mode=755 tmpfs "$bench/mnt"
cd "$bench/mnt"
mkdir upper work root
mount -t overlay -o "userxattr,lowerdir=$tools,upperdir=upper,workdir=work" overlay root
mkdir -p root/build/in root/build/dest
mount --rbind "$bench/out" root/build/in
mount -o remount,bind,ro root/build/in
mount --rbind "$bench/dest" root/build/dest
mount --rbind /proc root/proc
mount -t tmpfs -o mode=1777 tmpfs root/tmp
mount -t tmpfs -o mode=755 tmpfs root/dev
for node in null zero random urandom; do
    : >"root/dev/$node"
    mount --bind "/dev/$node" "root/dev/$node"
done
exec chroot root /bin/sh -eu -c "$3"
"#;

fn enter(tools: &Path, bench: &Bench, script: &str, environment: &[(String, String)]) -> Output {
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "--net", "--ipc", "--uts", "sh", "-c", ENTER, "sh"]);
    command
        .arg(tools)
        .arg(bench.directory.path())
        .arg(script)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap());
    command.envs(environment.iter().cloned()).output().unwrap()
}

fn run(tools: &Path, bench: &Bench, run: &ToolRun) {
    let environment: Vec<_> = run.environment.clone().into_iter().collect();
    let output = enter(tools, bench, &run.script, &environment);
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}");
    for file in &run.outputs {
        assert!(bench.directory.path().join("dest").join(file).exists(), "{file} is missing; {printed}");
    }
}

/// A whole disk in a new directory.
fn make(tools: &Path, image: &Image) -> Bench {
    let bench = Bench::with_base();
    let manifest = bench.assemble(image, &[]).unwrap();
    for directory in ["dest", "mnt"] {
        fs::create_dir(bench.directory.path().join(directory)).unwrap();
    }
    // Any EFI program does: nothing is started.
    let kernel = tools.join("usr/lib/systemd/boot/efi/systemd-bootx64.efi");
    fs::copy(kernel, bench.out().join(KERNEL)).unwrap();
    let kernel = Kernel { unit: "linux".into(), cmdline: "console=ttyS0".into() };
    let origin = support::origin("machines/qemu-x86_64.star", 1);
    let machine = Machine::new("qemu-x86_64", Arch::X86_64, kernel, origin);
    let request = DiskRequest { image, machine: &machine, manifest: &manifest, seed: Digest::of(b"test") };
    let dest = bench.directory.path().join("dest");
    run(tools, &bench, &root_fs(&request).unwrap());
    let root = MadeRoot::in_directory(&dest, image).unwrap();
    run(tools, &bench, &kernel_image(&request, &root));
    let measured = Measured::in_directory(&dest, image, root).unwrap();
    run(tools, &bench, &disk(&request, &measured).unwrap());
    write_manifest(&request, &measured, &dest).unwrap();
    bench
}

/// What the standard tools say of the disk; each must accept it.
fn examined(tools: &Path, bench: &Bench, root_check: &str) -> String {
    let script = format!(
        "cd /tmp; d=/build/dest/base-image.img
         sfdisk --verify $d 2>&1 | grep -v '^$'
         sfdisk -d $d | grep -v '^device'
         dd if=$d of=esp bs=1M skip=1 count=40 status=none
         dd if=$d of=root bs=1M skip=41 status=none
         fsck.vfat -n esp
         mdir -i esp -/ -b ::
         {root_check}"
    );
    let environment = ["PATH=/usr/sbin:/usr/bin", "MTOOLS_SKIP_CHECK=1", "TZ=UTC"];
    let environment: Vec<_> = environment
        .iter()
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let output = enter(tools, bench, &script, &environment);
    let (printed, errors) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{printed}{errors}");
    printed.into_owned()
}

fn same(one: &Bench, other: &Bench, root: &str) {
    for file in ["base-image.img", "base-image.efi", "base-image.manifest.json", root] {
        let read = |bench: &Bench| fs::read(bench.directory.path().join("dest").join(file)).unwrap();
        assert!(read(one) == read(other), "{file} differs");
    }
}

#[test]
fn an_erofs_disk_is_sound_and_the_same_twice() {
    let Some(tools) = tools() else { return };
    let image = image(RootFormat::Erofs);
    let (one, other) = (make(&tools, &image), make(&tools, &image));
    same(&one, &other, "root.erofs");
    let printed = examined(
        &tools,
        &one,
        "fsck.erofs root; fsck.erofs --extract=x root; stat -c '%a %u:%g %Y %n' x/tmp x/etc/shadow x/usr/bin/web x/bin",
    );
    insta::assert_snapshot!(printed);
}

#[test]
fn a_verified_disk_is_sound_and_the_same_twice() {
    let Some(tools) = tools() else { return };
    let layout = Layout::verified_ab(Size(40 << 20), Size(4 << 20), DataSize::Fill);
    let image = Image { layout, ..image(RootFormat::Erofs) };
    let (one, other) = (make(&tools, &image), make(&tools, &image));
    same(&one, &other, "root.erofs");
    let path = one.directory.path().join("dest/base-image.manifest.json");
    let record = DiskManifest::open(&path).unwrap().disk;
    let verified = record.verified.unwrap();
    let kept = fs::read(one.directory.path().join("dest").join(&record.root.file)).unwrap();
    assert_eq!((kept.len() as u64, Digest::of(&kept)), (record.root.bytes, record.root.sha256));
    let (blocks, hash, salt) = (verified.data_blocks, verified.root_hash, verified.salt);
    let verify = |root: &str| {
        format!(
            "veritysetup verify {root} {root} {hash} --no-superblock --data-blocks={blocks} --hash-offset={} --salt={salt}",
            blocks * 4096
        )
    };
    let flipped = "printf x | dd of=root bs=1 seek=9000 conv=notrunc status=none";
    let check = format!(
        "{}; fsck.erofs root; [ \"$(sfdisk --part-uuid $d 2)\" = {} ]
         {flipped}; if {} >/dev/null 2>&1; then echo a flipped bit was not seen; fi",
        verify("root"),
        verified.partuuid.to_uppercase(),
        verify("root"),
    );
    // It follows from the root, which holds the public half of a key that this run made.
    let printed = examined(&tools, &one, &check).replace(&verified.partuuid.to_uppercase(), "THE-ROOT-HASH");
    insta::assert_snapshot!(printed);
}

#[test]
fn an_ext4_disk_is_sound_and_the_same_twice() {
    let Some(tools) = tools() else { return };
    if !tools.join("usr/lib/x86_64-linux-gnu/libarchive.so.13").exists() {
        return println!("skipped: the container has no libarchive, by which mke2fs reads archives");
    }
    let image = image(RootFormat::Ext4);
    let (one, other) = (make(&tools, &image), make(&tools, &image));
    same(&one, &other, "root.ext4");
    let printed = examined(
        &tools,
        &one,
        "e2fsck -fn root; debugfs -R 'stat /etc/shadow' root 2>/dev/null | grep -E 'Mode|User|mtime'",
    );
    insta::assert_snapshot!(printed);
}
