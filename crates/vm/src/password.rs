//! A password for one run: the machine learns its hash by a credential, the console gets the password.

use sha_crypt::{CustomizedPasswordHasher as _, Params, ShaCrypt};

use crate::Credential;

/// Five bits a character, without those that look alike.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Characters: 120 bits.
const LENGTH: usize = 24;
/// Bytes of salt: 16 characters once encoded, the most that crypt(3) reads.
const SALT: usize = 12;

/// Why no password could be made.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The kernel gave no random bytes.
    #[error("the system gave no random bytes")]
    Random(#[source] rustix::io::Errno),
    /// The hash failed.
    #[error("the password could not be hashed")]
    Hash(#[source] sha_crypt::password_hash::Error),
}

/// A random password and its SHA-512-crypt hash.
#[derive(Clone)]
pub struct Password {
    plain: String,
    hash: String,
}

impl Password {
    /// A new random password.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn random() -> Result<Self, PasswordError> {
        let bytes = random_bytes::<LENGTH>()?;
        let plain: String = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
        Self::hashed(plain, &random_bytes::<SALT>()?)
    }

    fn hashed(plain: String, salt: &[u8; SALT]) -> Result<Self, PasswordError> {
        let hash = ShaCrypt::SHA512
            .hash_password_customized(plain.as_bytes(), salt, None, None, Params::RECOMMENDED)
            .map_err(PasswordError::Hash)?;
        Ok(Self { plain, hash: hash.as_str().to_owned() })
    }

    /// The password itself.
    pub fn plain(&self) -> &str {
        &self.plain
    }

    /// The hash, as it stands in /etc/shadow.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The credential that makes this root's password.
    pub fn credential(&self) -> Credential {
        Credential::root_password_hash(&self.hash)
    }
}

impl std::fmt::Debug for Password {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Random bytes from the kernel; also the source of the console's markers.
///
/// # Errors
/// When it gives none.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], PasswordError> {
    let mut bytes = [0; N];
    rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())
        .map_err(PasswordError::Random)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
