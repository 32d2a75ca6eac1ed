//! Names of what lies in a store.

use std::fmt;

use yoe_model::Digest;

/// What a store keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A file, named by the SHA-256 of its bytes.
    Blob,
    /// A directory, named by its [`tree_digest`](crate::tree_digest).
    Tree,
    /// The result of an action, named by the action's digest.
    Action,
    /// An action's log, named by the action's digest.
    Log,
    /// The beginning of a download, named by the digest that the whole will have.
    Partial,
    /// The newest result for a label, named by the label's SHA-256.
    Label,
    /// The last runs of a label, named by the label's SHA-256.
    History,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Blob, Self::Tree, Self::Action, Self::Log, Self::Partial, Self::Label, Self::History];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::Tree => "tree",
            Self::Action => "action",
            Self::Log => "log",
            Self::Partial => "partial",
            Self::Label => "label",
            Self::History => "history",
        }
    }

    /// Whether it is content, named by its own digest, and not something known about an action.
    pub(crate) const fn is_content(self) -> bool {
        matches!(self, Self::Blob | Self::Tree)
    }

    /// The directory below the store's root.
    pub(crate) const fn directory(self) -> &'static str {
        match self {
            Self::Blob => "blobs",
            Self::Tree => "trees",
            Self::Action => "actions",
            Self::Log => "logs",
            Self::Partial => "partial",
            Self::Label => "labels",
            Self::History => "history",
        }
    }

    /// Whether a directory for the first two digits lies between: the kinds of which there are many.
    pub(crate) const fn fans_out(self) -> bool {
        matches!(self, Self::Blob | Self::Action)
    }
}

/// One thing in a store. Shown, and written in the lists of sessions, as `tree 0123…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Object {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub digest: Digest,
}

impl Object {
    pub(crate) const fn new(kind: Kind, digest: &Digest) -> Self {
        Self { kind, digest: *digest }
    }

    /// Reads back what `Display` wrote.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (name, digest) = text.split_once(' ')?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name)?;
        Some(Self { kind, digest: digest.parse().ok()? })
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.name(), self.digest)
    }
}

#[cfg(test)]
mod tests;
