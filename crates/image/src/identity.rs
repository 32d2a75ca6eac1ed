//! Identifiers of disks, partitions and file systems, all derived from one digest.

use yoe_disk::Uuid;
use yoe_model::{Digest, Fingerprint};

/// A UUID made from a digest rather than by chance: version 8 of RFC 9562.
fn derive(seed: Digest, purpose: &str) -> Uuid {
    let digest = Fingerprint::new("uuid").add(&seed).add(purpose).finish();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_bytes()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    Uuid::from_bytes(bytes)
}

/// The identifier of the file system of a workload's version.
pub fn workload_fs(name: &str, version: &str) -> Uuid {
    let seed = Fingerprint::new("workload").add(name).add(version).finish();
    derive(seed, "file system of a workload")
}

/// The identifiers of one disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// Of the partition table.
    pub disk: Uuid,
    /// Of the EFI system partition.
    pub esp: Uuid,
    /// Of the root partition: what `root=PARTUUID=` names.
    pub root: Uuid,
    /// Of the root file system.
    pub root_fs: Uuid,
    /// FAT's volume serial number.
    pub esp_serial: u32,
}

impl Identity {
    /// The identifiers that belong to this digest. Two disks that shall be told apart have different seeds; the digest of
    /// all that goes into a disk is one.
    pub fn new(seed: Digest) -> Self {
        let serial = derive(seed, "esp-serial");
        let serial = serial.as_bytes();
        Self {
            disk: derive(seed, "disk"),
            esp: derive(seed, "esp"),
            root: derive(seed, "root"),
            root_fs: derive(seed, "root-fs"),
            esp_serial: u32::from_le_bytes([serial[0], serial[1], serial[2], serial[3]]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_identifier_is_its_own_and_follows_the_seed() {
        let one = Identity::new(Digest::of(b"one"));
        assert_eq!(one, Identity::new(Digest::of(b"one")));
        let other = Identity::new(Digest::of(b"other"));
        let all = [one, other].into_iter().flat_map(|id| [id.disk, id.esp, id.root, id.root_fs]);
        assert_eq!(all.map(|uuid| uuid.to_string()).collect::<BTreeSet<_>>().len(), 8);
    }

    #[test]
    fn the_form_is_that_of_rfc_9562() {
        let text = Identity::new(Digest::of(b"")).root.to_string();
        assert_eq!(text.len(), 36);
        assert_eq!(&text[14..15], "8");
        assert!("89ab".contains(&text[19..20]));
    }
}
