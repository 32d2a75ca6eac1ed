use std::os::unix::fs::symlink;

use super::*;

/// A tree as sysfs and procfs have it, of this text: a line `PATH: CONTENT` each.
pub fn machine(files: &str) -> (tempfile::TempDir, Facts) {
    let scratch = tempfile::tempdir().unwrap();
    let (sys, proc) = (scratch.path().join("sys"), scratch.path().join("proc"));
    for line in files.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (path, content) = line.split_once(": ").unwrap();
        let path = scratch.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match content.strip_prefix("-> ") {
            Some(target) => symlink(target, path).unwrap(),
            None => fs::write(path, content.replace('|', "\n")).unwrap(),
        }
    }
    let facts = Facts::below(&sys, &proc).unwrap();
    (scratch, facts)
}

/// A laptop: an encrypted system disk, a card, a stick with two partitions of which one is mounted, an empty reader.
pub const LAPTOP: &str = "
    sys/block/nvme0n1/size: 2000000
    sys/block/nvme0n1/dev: 259:0
    sys/block/nvme0n1/queue/logical_block_size: 512
    sys/block/nvme0n1/device/model: Fast 1TB
    sys/block/nvme0n1/device/serial: N1
    sys/block/nvme0n1/nvme0n1p1/partition: 1
    sys/block/nvme0n1/nvme0n1p1/dev: 259:1
    sys/block/nvme0n1/nvme0n1p2/partition: 2
    sys/block/nvme0n1/nvme0n1p2/dev: 259:2
    sys/block/nvme0n1/nvme0n1p2/holders/dm-0: -> ../../../dm-0
    sys/block/dm-0/dev: 254:0
    sys/block/dm-0/size: 1000000
    sys/devices/usb1/1-1/block/sdb/size: 8000000
    sys/devices/usb1/1-1/block/sdb/dev: 8:16
    sys/devices/usb1/1-1/block/sdb/removable: 1
    sys/devices/usb1/1-1/block/sdb/queue/logical_block_size: 512
    sys/devices/usb1/1-1/block/sdb/device/vendor: SanDisk
    sys/devices/usb1/1-1/block/sdb/device/model: Ultra
    sys/devices/usb1/1-1/block/sdb/device/serial: 4C53
    sys/devices/usb1/1-1/block/sdb/sdb1/partition: 1
    sys/devices/usb1/1-1/block/sdb/sdb1/dev: 8:17
    sys/block/sdb: -> ../devices/usb1/1-1/block/sdb
    sys/devices/usb1/1-2/block/sdc/size: 4000000
    sys/devices/usb1/1-2/block/sdc/dev: 8:32
    sys/devices/usb1/1-2/block/sdc/ro: 1
    sys/devices/usb1/1-2/block/sdc/queue/logical_block_size: 512
    sys/block/sdc: -> ../devices/usb1/1-2/block/sdc
    sys/devices/usb1/1-3/block/sdd/size: 0
    sys/devices/usb1/1-3/block/sdd/dev: 8:48
    sys/block/sdd: -> ../devices/usb1/1-3/block/sdd
    sys/devices/usb1/1-4/block/sde/size: 4000000
    sys/devices/usb1/1-4/block/sde/dev: 8:64
    sys/devices/usb1/1-4/block/sde/queue/logical_block_size: 4096
    sys/block/sde: -> ../devices/usb1/1-4/block/sde
    sys/block/mmcblk0/size: 16000000
    sys/block/mmcblk0/dev: 179:0
    sys/block/mmcblk0/queue/logical_block_size: 512
    sys/block/mmcblk0/device/type: SD
    sys/block/mmcblk0/device/name: SC16G
    sys/block/mmcblk0/device/serial: 0x1234
    sys/block/mmcblk0/mmcblk0p1/partition: 1
    sys/block/mmcblk0/mmcblk0p1/dev: 179:1
    sys/block/mmcblk1/size: 16000000
    sys/block/mmcblk1/dev: 179:8
    sys/block/mmcblk1/device/type: MMC
    sys/block/mmcblk1/device/name: soldered
    sys/block/mmcblk1/mmcblk1p2/partition: 2
    sys/block/mmcblk1/mmcblk1p2/dev: 179:10
    proc/self/mountinfo: 22 1 254:0 / / rw - ext4 /dev/mapper/root rw|30 22 259:1 / /boot/efi rw shared:1 - vfat /dev/nvme0n1p1 rw|40 22 0:50 / /media/my\\040stick rw - btrfs /dev/sdb1 rw
    proc/swaps: Filename Type Size Used Priority|/dev/mmcblk1p2 partition 100 0 -2";

#[test]
fn disks_are_seen_with_what_uses_them() {
    let (_scratch, facts) = machine(LAPTOP);
    let shown = |disk: &Disk| {
        let Disk { name, bytes, bus, removable, model, serial, system, uses, .. } = disk;
        format!("{name} {bytes} {bus:?} {removable} {model:?} {serial:?} system={system} {uses:?}")
    };
    insta::assert_snapshot!(facts.disks.iter().map(shown).collect::<Vec<_>>().join("\n"), @r#"
    dm-0 512000000 None false "" "" system=true ["dm-0 is mounted at /"]
    mmcblk0 8192000000 Some("mmc") true "SC16G" "0x1234" system=false []
    mmcblk1 8192000000 None false "soldered" "" system=false ["mmcblk1p2 is used as swap"]
    nvme0n1 1024000000 None false "Fast 1TB" "N1" system=true ["nvme0n1p1 is mounted at /boot/efi", "nvme0n1p2 is a part of dm-0", "nvme0n1p2 is mounted at /"]
    sdb 4096000000 Some("usb") true "SanDisk Ultra" "4C53" system=false ["sdb1 is mounted at /media/my stick"]
    sdc 2048000000 Some("usb") true "" "" system=false []
    sdd 0 Some("usb") true "" "" system=false []
    sde 2048000000 Some("usb") true "" "" system=false []
    "#);
    let media: Vec<&str> = facts.media().iter().map(|disk| disk.name.as_str()).collect();
    assert_eq!(media, ["mmcblk0", "sdb", "sdc", "sde"]);
}

#[test]
fn this_machine_can_be_looked_at() {
    let facts = Facts::gather().unwrap();
    assert!(facts.disks.iter().all(|disk| !disk.name.is_empty()));
    assert_eq!(Node::at(Path::new("/dev/null")).unwrap(), Node::Other("a character device"));
    assert_eq!(Node::at(Path::new("/")).unwrap(), Node::Other("a directory"));
    assert_eq!(Node::at(Path::new("/nowhere")).unwrap(), Node::Missing);
}
