//! Credentials for the machine, as systemd defines them (systemd.system-credentials(7)): SMBIOS type 11 strings
//! `io.systemd.credential:NAME=VALUE`.

use base64ct::{Base64, Encoding as _};

/// A named value handed to the machine when it starts.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    name: String,
    value: Vec<u8>,
}

/// Why a name is not a credential's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{name:?} is not the name of a credential: expected 1 to 255 printable ASCII characters without space, `/`, `:` and `=`, \
     and neither `.` nor `..`"
)]
pub struct CredentialError {
    /// The name that was given.
    pub name: String,
}

impl Credential {
    /// A credential.
    ///
    /// # Errors
    /// When the name is not one.
    pub fn new(name: impl Into<String>, value: impl Into<Vec<u8>>) -> Result<Self, CredentialError> {
        let name = name.into();
        if !yoe_model::is_credential_name(&name) {
            return Err(CredentialError { name });
        }
        Ok(Self { name, value: value.into() })
    }

    /// The hash of root's password, as crypt(3) makes it (systemd-sysusers(8)).
    pub fn root_password_hash(hash: &str) -> Self {
        Self { name: "passwd.hashed-password.root".to_owned(), value: hash.as_bytes().to_vec() }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its value. It may be a secret.
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// The SMBIOS string that carries it: plain where the value is one line of printable ASCII, else in base64.
    pub fn smbios_string(&self) -> String {
        match std::str::from_utf8(&self.value) {
            Ok(text) if text.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) => {
                format!("io.systemd.credential:{}={text}", self.name)
            }
            _ => format!("io.systemd.credential.binary:{}={}", self.name, Base64::encode_string(&self.value)),
        }
    }
}

impl std::fmt::Debug for Credential {
    /// Without the value: it may be a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credential({}, {} bytes)", self.name, self.value.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_plain_and_the_rest_is_base64() {
        let plain = Credential::new("passwd.hashed-password.root", "$6$a$b").unwrap();
        assert_eq!(plain.smbios_string(), "io.systemd.credential:passwd.hashed-password.root=$6$a$b");
        let binary = Credential::new("k", "zwei\nZeilen").unwrap();
        assert_eq!(binary.smbios_string(), "io.systemd.credential.binary:k=endlaQpaZWlsZW4=");
        assert!(!format!("{plain:?}").contains("$6$"));
    }

    #[test]
    fn what_is_not_a_name_is_refused() {
        for name in ["", ".", "..", "a/b", "a=b", "a:b", "a b", "ä", &"x".repeat(256)] {
            assert!(Credential::new(name, "").is_err(), "{name}");
        }
    }
}
