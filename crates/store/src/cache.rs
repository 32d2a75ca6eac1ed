//! What every home of results can do.

use yoe_model::Digest;

use crate::{ActionResult, Result, Store, StoreError};

/// Answers to the digest of an action with its result. The local store is one; others may bring what they answer from
/// elsewhere into the local store.
pub trait Cache {
    /// What can go wrong in it.
    type Error: std::error::Error;

    /// The result of this action, if it is known; all that it names is in the local store then.
    fn get(&self, key: &Digest) -> std::result::Result<Option<ActionResult>, Self::Error>;

    /// Remembers the result of this action. All that it names is in the local store.
    fn put(&self, key: &Digest, result: &ActionResult) -> std::result::Result<(), Self::Error>;
}

impl Cache for Store {
    type Error = StoreError;

    fn get(&self, key: &Digest) -> Result<Option<ActionResult>> {
        self.action(key)
    }

    fn put(&self, key: &Digest, result: &ActionResult) -> Result<()> {
        self.record(key, result)
    }
}
