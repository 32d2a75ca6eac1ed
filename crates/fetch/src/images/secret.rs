//! What nobody else may see.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

/// A text that is not shown.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret(String);

impl Secret {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the request that needs it.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// What docker knows for a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Login {
    /// A user and a password.
    Password(String, Secret),
    /// What a token is asked for with, in the place of a password (an OAuth 2 refresh token).
    Identity(Secret),
    /// A token for the registry itself.
    Token(Secret),
}

impl Login {
    /// The value of `Authorization` for Basic (RFC 7617).
    pub(super) fn basic(user: &str, password: &Secret) -> Secret {
        Secret::new(format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.reveal()))))
    }

    /// The same, read.
    pub(super) fn of_basic(encoded: &str) -> Option<Self> {
        // Not everybody pads it, and some end the password with zero bytes.
        let bytes = STANDARD_NO_PAD.decode(encoded.trim().trim_end_matches('=')).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (user, password) = text.split_once(':')?;
        Some(Login::Password(user.to_owned(), Secret::new(password.trim_end_matches('\0'))))
    }
}
