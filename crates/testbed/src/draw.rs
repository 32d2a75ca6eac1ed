//! Numbers that a seed gives.

/// A number for each round and purpose, the same for the same seed (Steele, Lea and Flood's SplitMix64).
pub(crate) fn drawn(seed: u64, round: u32, purpose: u64) -> u64 {
    let mut z = seed.wrapping_add((u64::from(round) * 2 + purpose + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
