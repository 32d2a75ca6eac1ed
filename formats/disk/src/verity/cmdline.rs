//! `dm-mod.create=` on the kernel command line (the kernel's dm-init and verity documents).

use yoe_notation::hex;

use super::BLOCK;
use crate::Uuid;

/// The root that a command line names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The partition that holds data and tree.
    pub partition: Uuid,
    /// Number of data blocks; the tree follows them.
    pub data_blocks: u64,
    /// The root hash.
    pub root_hash: [u8; 32],
    /// The salt.
    pub salt: Vec<u8>,
}

/// A command line names no root that the kernel verifies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CmdlineError {
    /// There is no `dm-mod.create=`.
    #[error("the kernel command line has no dm-mod.create= with a verity table")]
    NoTable,
    /// A field of the table is not what it should be.
    #[error(
        "the verity table on the kernel command line has a {field} that is {found:?}; expected {expected}"
    )]
    Field {
        /// Which one.
        field: &'static str,
        /// What is there.
        found: String,
        /// What would be right.
        expected: &'static str,
    },
}

impl Root {
    /// One for tests.
    #[cfg(test)]
    pub(crate) fn sample() -> Self {
        Self {
            partition: Uuid::of_root_hash(&[7; 32]),
            data_blocks: 300,
            root_hash: [7; 32],
            salt: vec![1, 2, 3],
        }
    }

    /// Finds the verified root on a command line.
    ///
    /// # Errors
    /// When there is none, or one that this program would not have written.
    pub fn on(cmdline: &str) -> Result<Self, CmdlineError> {
        let rest = cmdline.split_once("dm-mod.create=").ok_or(CmdlineError::NoTable)?.1;
        let value = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or_default(),
            None => rest,
        };
        // name,uuid,minor,flags,table: the fourth comma begins the table; a fifth would begin another one.
        let table = value.splitn(5, ',').nth(4).ok_or(CmdlineError::NoTable)?;
        let words: Vec<&str> = table.split(',').next().unwrap_or_default().split_whitespace().collect();
        let word = |at: usize| words.get(at).copied().unwrap_or_default();
        if word(2) != "verity" {
            return Err(CmdlineError::NoTable);
        }
        let fixed: [(_, usize, _, _); 6] = [
            ("hash type", 3, "1", "1"),
            ("hash device", 5, word(4), "the data device"),
            ("data block size", 6, "4096", "4096"),
            ("hash block size", 7, "4096", "4096"),
            ("start of the tree", 9, word(8), "the number of data blocks"),
            ("hash algorithm", 10, "sha256", "sha256"),
        ];
        if let Some((field, at, _, expected)) =
            fixed.into_iter().find(|(_, at, value, _)| word(*at) != *value)
        {
            return Err(wrong(field, word(at), expected));
        }
        let name = word(4).strip_prefix("PARTUUID=").unwrap_or_default();
        let data_blocks = blocks(word(8))?;
        if (word(0), word(1)) != ("0", sectors(data_blocks).to_string().as_str()) {
            return Err(wrong("size", word(1), "the sectors of its data blocks, from the first one on"));
        }
        Ok(Self {
            partition: name.parse().map_err(|_| wrong("data device", word(4), "PARTUUID= and a UUID"))?,
            data_blocks,
            root_hash: hex::array(word(11))
                .ok_or_else(|| wrong("root hash", word(11), "64 hexadecimal digits"))?,
            salt: salt(word(12))?,
        })
    }

    /// The value of `dm-mod.create=`, to be quoted: the root as `/dev/dm-0`, read-only. A block that does not fit its hash
    /// is a panic: a device that restarts can fall back, and the reason is on its console.
    pub fn table(&self) -> String {
        let Self { partition, data_blocks, root_hash, salt } = self;
        let sectors = sectors(*data_blocks);
        let salt = if salt.is_empty() { "-".to_owned() } else { hex::encode(salt) };
        format!(
            "yoe-root,,,ro,0 {sectors} verity 1 PARTUUID={partition} PARTUUID={partition} {BLOCK} {BLOCK} \
             {data_blocks} {data_blocks} sha256 {} {salt} 1 panic_on_corruption",
            hex::encode(root_hash)
        )
    }
}

/// Sectors of 512 bytes, in which the kernel counts.
fn sectors(data_blocks: u64) -> u64 {
    data_blocks.saturating_mul(BLOCK as u64 / 512)
}

/// So many that their bytes can be counted.
fn blocks(text: &str) -> Result<u64, CmdlineError> {
    let countable = |blocks: &u64| blocks.checked_mul(BLOCK as u64).is_some();
    let blocks = text.parse().ok().filter(countable);
    blocks.ok_or_else(|| wrong("number of data blocks", text, "a number of 4096-byte blocks on a disk"))
}

fn salt(text: &str) -> Result<Vec<u8>, CmdlineError> {
    match text {
        "-" => Ok(Vec::new()),
        text => hex::decode(text)
            .filter(|salt| !salt.is_empty())
            .ok_or_else(|| wrong("salt", text, "hexadecimal digits, or \"-\"")),
    }
}

fn wrong(field: &'static str, found: &str, expected: &'static str) -> CmdlineError {
    CmdlineError::Field { field, found: found.to_owned(), expected }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for root in [Root::sample(), Root { salt: Vec::new(), ..Root::sample() }] {
            let line = format!("quiet dm-mod.create=\"{}\" root=/dev/dm-0 rootfstype=erofs", root.table());
            assert_eq!(Root::on(&line), Ok(root));
        }
    }

    #[test]
    fn foreign_tables_are_named() {
        let table = Root::sample().table();
        let read = |table: &str| Root::on(&format!("dm-mod.create=\"{table}\"")).unwrap_err().to_string();
        assert_eq!(Root::on("root=/dev/vda2"), Err(CmdlineError::NoTable));
        assert_eq!(Root::on("dm-mod.create=\"a,,,ro,0 8 linear /dev/vda 0\""), Err(CmdlineError::NoTable));
        for (from, to) in [
            (" 300 300 ", " 300 301 "),
            (" 300 300 ", " 18446744073709551615 18446744073709551615 "),
            ("ro,0 2400 ", "ro,0 8 "),
            ("ro,0 2400 ", "ro,8 2400 "),
            ("sha256", "sha1"),
            ("0707", "xyzw"),
            ("010203", "0102zz"),
            ("verity 1", "verity 0"),
        ] {
            let message = read(&table.replacen(from, to, 1));
            assert!(message.contains("verity table"), "{message}");
        }
        assert!(read(&table[..80]).contains("data"), "{}", read(&table[..80]));
    }
}
