//! See [`crate::fuzzing`].

use super::ar;

pub(crate) fn ar_member(mut bytes: &[u8], prefix: &str) -> Option<(String, u64)> {
    ar::seek_member(&mut bytes, prefix).ok()
}
