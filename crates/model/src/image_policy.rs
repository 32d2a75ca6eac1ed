//! Which images of containers a device may run.

use std::collections::BTreeMap;

use crate::content_hash::content_hash;
use crate::{ContentHash, Fingerprint};

/// Which images of containers a device may run; whoever starts them. Those of its own workloads always may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImagePolicy {
    /// Who must have signed what is run of a repository, or, of a scope with a `/` at its end, of all below it: the keys of which one is
    /// enough, as PEM, by the names of their files.
    pub rules: BTreeMap<String, BTreeMap<String, String>>,
    /// What becomes of images that no rule is for.
    pub default: PolicyDefault,
}

content_hash!(ImagePolicy { rules, default });

/// What becomes of images that no rule of a policy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyDefault {
    /// They may not run.
    Refuse,
    /// They may run, signed or not.
    Accept,
}

impl PolicyDefault {
    /// All of them, the default first.
    pub const ALL: [PolicyDefault; 2] = [PolicyDefault::Refuse, PolicyDefault::Accept];

    /// As written in a definition.
    pub fn as_str(self) -> &'static str {
        match self {
            PolicyDefault::Refuse => "refuse",
            PolicyDefault::Accept => "accept",
        }
    }
}

impl ContentHash for PolicyDefault {
    fn hash(&self, into: &mut Fingerprint) {
        self.as_str().hash(into);
    }
}
