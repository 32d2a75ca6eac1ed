//! The hash tree.

use ring::digest::{Context, SHA256};

use super::BLOCK;

/// Bytes of a digest.
const DIGEST: usize = 32;
/// Digests in a hash block.
const FANOUT: usize = BLOCK / DIGEST;

/// Bytes of the hash tree of this many data blocks; the largest number there is, where no disk could hold it.
pub fn tree_size(data_blocks: u64) -> u64 {
    let mut blocks = 0;
    let mut level = data_blocks;
    while level > 1 {
        level = level.div_ceil(FANOUT as u64);
        blocks += level;
    }
    u64::saturating_mul(blocks, BLOCK as u64)
}

/// A finished tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// What the kernel is told.
    pub root_hash: [u8; 32],
    /// The hash blocks, from the top level to the lowest, as they follow the data.
    pub blocks: Vec<u8>,
    /// Number of data blocks.
    pub data_blocks: u64,
}

/// Takes data in pieces of any size and makes the tree. Memory: 32 bytes for each block of data.
#[derive(Debug)]
pub struct TreeBuilder {
    salt: Vec<u8>,
    digests: Vec<u8>,
    rest: Vec<u8>,
}

impl TreeBuilder {
    /// With this salt, which goes before each block.
    pub fn new(salt: &[u8]) -> Self {
        Self { salt: salt.to_vec(), digests: Vec::new(), rest: Vec::new() }
    }

    /// Takes the next piece of data.
    pub fn update(&mut self, mut data: &[u8]) {
        if !self.rest.is_empty() {
            let take = data.len().min(BLOCK - self.rest.len());
            self.rest.extend_from_slice(&data[..take]);
            data = &data[take..];
            if self.rest.len() < BLOCK {
                return;
            }
            let block = std::mem::take(&mut self.rest);
            self.digests.extend(hash(&self.salt, &block));
        }
        let whole = data.chunks_exact(BLOCK);
        self.rest.extend_from_slice(whole.remainder());
        for block in whole {
            self.digests.extend(hash(&self.salt, block));
        }
    }

    /// The tree; nothing when there was no data or it does not end with a block.
    pub fn finish(self) -> Option<Tree> {
        if !self.rest.is_empty() || self.digests.is_empty() {
            return None;
        }
        let data_blocks = (self.digests.len() / DIGEST) as u64;
        let mut levels = Vec::new();
        let mut digests = self.digests;
        while digests.len() > DIGEST {
            // A hash block is filled up with zeros.
            digests.resize(digests.len().next_multiple_of(BLOCK), 0);
            let above = digests.chunks_exact(BLOCK).flat_map(|block| hash(&self.salt, block)).collect();
            levels.push(std::mem::replace(&mut digests, above));
        }
        let blocks = levels.into_iter().rev().flatten().collect();
        let mut root_hash = [0; DIGEST];
        root_hash.copy_from_slice(&digests);
        Some(Tree { root_hash, blocks, data_blocks })
    }
}

fn hash(salt: &[u8], block: &[u8]) -> [u8; DIGEST] {
    let mut context = Context::new(&SHA256);
    context.update(salt);
    context.update(block);
    let mut digest = [0; DIGEST];
    digest.copy_from_slice(context.finish().as_ref());
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(blocks: usize) -> Vec<u8> {
        (0..blocks * BLOCK).map(|at| (at / 7 % 251) as u8).collect()
    }

    fn tree(data: &[u8], piece: usize) -> Tree {
        let mut builder = TreeBuilder::new(&[0xab, 0xcd]);
        data.chunks(piece).for_each(|piece| builder.update(piece));
        builder.finish().unwrap()
    }

    #[test]
    fn pieces_do_not_matter() {
        let data = data(300);
        let whole = tree(&data, data.len());
        for piece in [1000, BLOCK, BLOCK + 1] {
            assert_eq!(tree(&data, piece), whole);
        }
        assert_eq!(whole.data_blocks, 300);
    }

    #[test]
    fn sizes_are_those_of_the_blocks() {
        for blocks in [1, 2, 128, 129, 300, 128 * 128 + 1] {
            let size = tree(&data(blocks), BLOCK).blocks.len() as u64;
            assert_eq!(size, tree_size(blocks as u64), "{blocks}");
        }
        assert_eq!(tree_size(129), 3 * BLOCK as u64);
        assert_eq!(tree_size(u64::MAX), u64::MAX);
    }

    #[test]
    fn half_a_block_has_no_tree() {
        assert_eq!(TreeBuilder::new(&[]).finish(), None);
        let mut builder = TreeBuilder::new(&[]);
        builder.update(&[1; 100]);
        assert_eq!(builder.finish(), None);
    }
}
