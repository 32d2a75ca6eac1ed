use super::super::facts::tests::{LAPTOP, machine};
use super::*;

fn reported(path: &str, node: Node, need: u64) -> String {
    let (_scratch, facts) = machine(LAPTOP);
    match judge(&facts, Path::new(path), &node, need) {
        Ok(Target::Disk(disk, _)) => format!("disk {}", disk.name),
        Ok(Target::File(path)) => format!("file {}", path.display()),
        Err(refusal) => {
            let error = CommandError::from(refusal);
            [vec![error.message()], error.hints().to_vec()].concat().join("; ")
        }
    }
}

fn block(name: &str) -> Node {
    Node::Block(name.to_owned())
}

#[test]
fn a_free_card_and_a_file_are_taken() {
    assert_eq!(reported("/dev/mmcblk0", block("mmcblk0"), 8_192_000_000), "disk mmcblk0");
    assert_eq!(reported("/dev/disk/by-id/card", block("mmcblk0"), 1), "disk mmcblk0");
    assert_eq!(reported("out.img", Node::Missing, 1), "file out.img");
    assert_eq!(reported("out.img", Node::File, 1), "file out.img");
}

#[test]
fn each_refusal_says_why_and_what_to_do() {
    let cases = [
        ("/dev/sdx", Node::Missing, "there is no /dev/sdx; `yoe flash` lists the media that are there"),
        (
            "sdb",
            Node::Missing,
            "sdb would be a file in this directory, and is the name of a disk; did you mean /dev/sdb?",
        ),
        ("/dev/null", Node::Other("a character device"), "/dev/null is a character device, and no disk"),
        ("/tmp", Node::Other("a directory"), "/tmp is a directory, and no disk"),
        (
            "/dev/sdb1",
            block("sdb1"),
            "/dev/sdb1 is a partition of sdb, and an image is a whole disk; did you mean /dev/sdb?",
        ),
        ("/dev/nvme0n1", block("nvme0n1"), "the system that runs here is on nvme0n1"),
        ("/dev/mapper/root", block("dm-0"), "the system that runs here is on dm-0"),
        (
            "/dev/sdb",
            block("sdb"),
            "sdb is in use: sdb1 is mounted at /media/my stick; sudo umount '/media/my stick'",
        ),
        ("/dev/mmcblk1", block("mmcblk1"), "mmcblk1 is in use: mmcblk1p2 is used as swap"),
        ("/dev/sdc", block("sdc"), "sdc cannot be written to; a card may have a switch on its side"),
        ("/dev/sdd", block("sdd"), "there is no medium in sdd; `yoe flash` lists the media that are there"),
        ("/dev/sde", block("sde"), "sde has sectors of 4096 bytes, and images are made for sectors of 512"),
    ];
    for (path, node, expected) in cases {
        assert_eq!(reported(path, node, 1), expected, "{path}");
    }
    let small = reported("/dev/mmcblk0", block("mmcblk0"), 8_192_000_001);
    assert!(small.starts_with("mmcblk0 has 7.6") && small.contains("and the image needs"), "{small}");
}
