//! A device in a directory: a disk image that sfdisk(8) partitioned, an EFI system partition as a directory, and everything
//! else that the updater reads.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use yoe_disk::Uuid;
use yoe_disk::entry::DIRECTORY;
use yoe_disk::gpt::Gpt;
use yoe_disk::loader;
use yoe_disk::partition::{self, Slot};
use yoe_disk::verity::{Root, Tree, TreeBuilder};

pub const EPOCH: u64 = 1_795_000_000;
pub const MACHINE: &str = "qemu-x86_64";
const SFDISK: &str = "/usr/sbin/sfdisk";

/// A built image: root file system and kernel image.
#[derive(Clone)]
pub struct Built {
    pub version: String,
    pub root: Vec<u8>,
    pub tree: Tree,
    pub kernel: Vec<u8>,
}

/// Bytes that look random: the same for the same seed.
pub fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

impl Built {
    /// A version with this root and kernel.
    pub fn new(version: &str, root: Vec<u8>, kernel: &[u8]) -> Self {
        let mut builder = TreeBuilder::new(&[1, 2, 3]);
        builder.update(&root);
        let tree = builder.finish().unwrap();
        let named = Root {
            partition: Uuid::of_root_hash(&tree.root_hash),
            data_blocks: tree.data_blocks,
            root_hash: tree.root_hash,
            salt: vec![1, 2, 3],
        };
        let cmdline = format!("dm-mod.create=\"{}\" root=/dev/dm-0 rootfstype=erofs ro", named.table());
        let os_release = os_release(version);
        let kernel = yoe_disk::uki::skeleton(&cmdline, &os_release, kernel);
        Self { version: version.to_owned(), root, tree, kernel }
    }

    /// The usual one: each version has a root of its own that has most in common with the others'.
    pub fn version(version: &str) -> Self {
        let mut root = noise(2 << 20, 1);
        root[1 << 20..][..version.len()].copy_from_slice(version.as_bytes());
        Self::new(version, root, &noise(300_000, 2))
    }

    pub fn uuid(&self) -> Uuid {
        Uuid::of_root_hash(&self.tree.root_hash)
    }

    fn cmdline(&self) -> String {
        yoe_disk::uki::Uki::read(&self.kernel).unwrap().cmdline
    }
}

fn os_release(version: &str) -> String {
    format!("ID=yoe\nIMAGE_ID=\"box\"\nIMAGE_VERSION=\"{version}\"\nBUILD_ID=\"{EPOCH}\"\n")
}

pub struct Device {
    directory: tempfile::TempDir,
}

impl Device {
    /// A device that runs this version from slot A, found good.
    pub fn new(built: &Built) -> Self {
        Self::with_slots(built, 4)
    }

    /// The same with slots of this size in MiB.
    pub fn with_slots(built: &Built, slot: u64) -> Self {
        let device = Self { directory: tempfile::tempdir().unwrap() };
        for directory in ["efi/EFI/Linux", "efivars", "state", "run", "server"] {
            fs::create_dir_all(device.path(directory)).unwrap();
        }
        fs::File::create(device.path("disk")).unwrap().set_len((4 + 2 * slot) << 20).unwrap();
        let kind = partition::ROOT_X86_64_TYPE;
        device.sfdisk(&format!(
            "label: gpt\nsize=1M, type={}, name=esp\nsize={slot}M, type={kind}, name=root-a\nsize={slot}M, type={kind}, name=root-b\n",
            partition::ESP_TYPE
        ));
        let disk = fs::File::options().write(true).open(device.path("disk")).unwrap();
        let start = device.partition(Slot::A).start;
        std::os::unix::fs::FileExt::write_all_at(
            &disk,
            &[&built.root[..], &built.tree.blocks].concat(),
            start,
        )
        .unwrap();
        for write in device.gpt().write_uuid(2, built.uuid()).unwrap() {
            std::os::unix::fs::FileExt::write_all_at(&disk, &write.bytes, write.offset).unwrap();
        }
        fs::write(device.entry(&format!("box_{}.efi", built.version)), &built.kernel).unwrap();
        device.runs(built);
        device.configure("");
        device
    }

    /// Another device, the same in everything.
    pub fn twin(&self) -> Self {
        let twin = Self { directory: tempfile::tempdir().unwrap() };
        let copied = Command::new("cp").arg("-a").arg(self.path(".")).arg(twin.path(".")).status().unwrap();
        assert!(copied.success());
        twin.configure("");
        twin
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn entry(&self, file: &str) -> PathBuf {
        self.path("efi").join(DIRECTORY).join(file)
    }

    /// From now on this version runs.
    pub fn runs(&self, built: &Built) {
        fs::write(self.path("cmdline"), built.cmdline()).unwrap();
        fs::write(self.path("os-release"), os_release(&built.version)).unwrap();
    }

    /// The boot manager counted this boot.
    pub fn counted(&self, file: &str) {
        let variable = loader::variable(&format!("\\EFI\\Linux\\{file}"));
        fs::write(self.path("efivars").join(loader::BOOT_COUNT_PATH), variable).unwrap();
    }

    /// Writes the configuration, with these fields more.
    pub fn configure(&self, more: &str) {
        let path = |name: &str| self.path(name).display().to_string();
        let text = format!(
            "{{\"machine\": {MACHINE:?}, {more} \"reboot\": [\"touch\", {:?}], \"paths\": {{\"state\": {:?}, \"esp\": {:?}, \
             \"disk\": {:?}, \"trust\": {:?}, \"credential\": {:?}, \"efivars\": {:?}, \"cmdline\": {:?}, \"os_release\": {:?}, \"mounts\": {:?}, \
             \"lock\": {:?}, \"workload_program\": {:?}, \"workload_versions\": {:?}}}}}",
            path("restarted"),
            path("state/updater"),
            path("efi"),
            path("disk"),
            path("root.json"),
            path("updater.root"),
            path("efivars"),
            path("cmdline"),
            path("os-release"),
            path("mounts"),
            path("run/lock"),
            path("yoe-workload"),
            path("state/workloads"),
        );
        fs::write(self.path("updater.json"), text).unwrap();
    }

    fn sfdisk(&self, script: &str) {
        let mut child = Command::new(SFDISK)
            .arg("-q")
            .arg(self.path("disk"))
            .stdin(Stdio::piped())
            .spawn()
            .expect("sfdisk starts");
        child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
    }

    /// What another program thinks of the partition table.
    pub fn sfdisk_says(&self) -> String {
        let output = Command::new(SFDISK).arg("--verify").arg(self.path("disk")).output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    }

    fn gpt(&self) -> Gpt {
        Gpt::read(&fs::read(self.path("disk")).unwrap()).unwrap()
    }

    pub fn partition(&self, slot: Slot) -> yoe_disk::gpt::Partition {
        self.gpt().named(slot.partition()).unwrap()
    }

    /// Whether a slot holds this version, by its name and to the last byte of its hash tree.
    pub fn holds(&self, slot: Slot, built: &Built) -> bool {
        let partition = self.partition(slot);
        let content = [&built.root[..], &built.tree.blocks].concat();
        let disk = fs::read(self.path("disk")).unwrap();
        partition.uuid == built.uuid() && disk[partition.start as usize..].starts_with(&content)
    }

    /// Names of all files among the boot entries.
    pub fn entries(&self) -> Vec<String> {
        let files = fs::read_dir(self.path("efi").join(DIRECTORY)).unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_updater"));
        command.arg("--config").arg(self.path("updater.json")).args(arguments).stdin(Stdio::null());
        command
    }

    pub fn updater(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs it and expects this exit code; its JSON.
    pub fn json(&self, arguments: &[&str], code: i32) -> serde_json::Value {
        let output = self.updater(&[&["--json"], arguments].concat());
        let printed = || {
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
        };
        assert_eq!(output.status.code(), Some(code), "{}", printed());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", printed()))
    }

    /// The digest of everything that must not change when an update is refused. What was verified is remembered all the same.
    pub fn digest(&self) -> String {
        let mut files = Vec::new();
        collect(&self.path("efi"), &mut files);
        collect(&self.path("state"), &mut files);
        files.push(self.path("disk"));
        let remembered = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            name.starts_with("memory.") || name.ends_with(".root.json")
        };
        files.retain(|path| !remembered(path));
        files.sort();
        let parts: Vec<u8> = files
            .iter()
            .flat_map(|path| {
                format!("{} {}\n", path.display(), yoe_bundle::sha256(&fs::read(path).unwrap())).into_bytes()
            })
            .collect();
        yoe_bundle::sha256(&parts)
    }
}

fn collect(directory: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, into) } else { into.push(path) }
    }
}
