//! Accounts: their names, keys and passwords, and the time zone.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use starlark::values::Value;

use super::text::{Unfit, fits, form, made_of};
use super::{Argument, At};
use crate::near;
use crate::problem::Problem;

form! {
    /// The name of an account or a group (POSIX 3.437, as useradd(8) narrows it).
    Account, "the name of an account", "up to 32 lower-case letters, digits, - and _, starting with a letter or _",
    |text| fits(
        text.len() <= 32
            && made_of(
                text,
                |b| b.is_ascii_lowercase() || b == b'_',
                |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b),
            )
    )
}

form! {
    /// The program of a log-in.
    Shell, "the path of a shell", "a path from `/`, of letters, digits and . _ - /",
    |text| fits(
        text.starts_with('/') && !text.ends_with('/')
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b))
    )
}

/// base64 (RFC 4648, 4), as SSH's programs read it: however much padding there is, and whatever the last bits are.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Kinds of keys that SSH servers know (RFC 4253, RFC 5656, RFC 8709, OpenSSH's PROTOCOL.u2f).
const KINDS: [&str; 7] = [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-rsa",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
];

form! {
    /// A public key for SSH.
    SshKey, "an SSH public key", "the line of a file such as id_ed25519.pub: the kind of the key, the key in base64, a comment",
    ssh_key
}

fn ssh_key(text: &str) -> Result<(), Unfit> {
    if text.contains("PRIVATE KEY") {
        return Err(Unfit::hint(
            "this is a private key: it belongs in no project, and is known to all who can read this one; the public one is in the \
             file that ends in .pub",
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(Unfit::hint("a key is one line, without a line break"));
    }
    let mut words = text.split_whitespace();
    let (kind, blob) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if !KINDS.contains(&kind) {
        return Err(Unfit::hint(format!("a key begins with its kind: {}", KINDS.join(", "))));
    }
    // The key itself begins with its kind again (RFC 4253, 6.6): half a key, or one with a letter too many, does not.
    let bytes = BASE64.decode(blob.trim_end_matches('=')).unwrap_or_default();
    let named = bytes.get(..4).and_then(|length| {
        let length = u32::from_be_bytes(length.try_into().ok()?);
        bytes.get(4..)?.get(..usize::try_from(length).ok()?)
    });
    match named == Some(kind.as_bytes()) && whole(&bytes) {
        true => Ok(()),
        false => Err(Unfit::hint("the part in base64 is no key of this kind; was all of the line copied?")),
    }
}

/// Whether these bytes are fields, each after its length, and nothing else.
fn whole(mut bytes: &[u8]) -> bool {
    while !bytes.is_empty() {
        let Some((length, rest)) = bytes.split_at_checked(4) else { return false };
        let length = length.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
        let Some(rest) = rest.get(length..) else { return false };
        bytes = rest;
    }
    true
}

/// A password as crypt(3) hashes it, in a form that the C library of devices knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PasswordHash(pub(crate) String);

impl Argument for PasswordHash {
    fn expected() -> String {
        "a password's hash: what `openssl passwd -6` prints".to_owned()
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        let text = value.unpack_str().or_else(|| at.wrong_type(value, Self::expected()))?;
        let Err(hint) = hash(text) else { return Some(Self(text.to_owned())) };
        let problem = Problem::error(at.place(), format!("`{}` is not a hash that devices know", at.field));
        at.fail(problem.expected(Self::expected()).hint(hint))
    }

    fn show(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// What is wrong with a hash.
fn hash(text: &str) -> Result<(), &'static str> {
    let salted = |text: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"./$=".contains(&b);
        text.len() >= 40 && text.bytes().all(plain)
    };
    match text.get(..3) {
        Some("$5$" | "$6$") if salted(text) => Ok(()),
        Some("$2a" | "$2b" | "$2y") if text.len() == 60 && salted(text) => Ok(()),
        Some("$y$" | "$7$" | "$gy") => {
            Err("devices know neither yescrypt nor scrypt: `openssl passwd -6` makes one that they know")
        }
        Some("$1$") => Err("MD5 is guessed in no time: `openssl passwd -6` makes a better one"),
        Some("$5$" | "$6$" | "$2a" | "$2b" | "$2y") => Err("a part of it is missing"),
        _ => Err(
            "a password in clear text would be in the image and in this project's history: `openssl passwd -6` asks for it and prints its hash",
        ),
    }
}

/// Time zones by name, those of tzdata 2026f. The image's own rules decide in the end.
static ZONES: &str = include_str!("zones.txt");

form! {
    /// A time zone by its name.
    Zone, "a time zone", "a name of the time zone database, such as \"Europe/Vienna\" or \"Etc/UTC\"",
    |text| match ZONES.lines().any(|zone| zone == text) {
        true => Ok(()),
        false => Err(Unfit { hint: zone_like(text) }),
    }
}

fn zone_like(text: &str) -> Option<String> {
    let better = text.trim().replace(' ', "_");
    let same = ZONES.lines().find(|zone| zone.eq_ignore_ascii_case(&better));
    // Whoever gives the city alone.
    let city = ZONES
        .lines()
        .find(|zone| zone.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&better)));
    same.or(city)
        .map(|zone| format!("write {zone:?}"))
        .or_else(|| near::nearest(&better, ZONES.lines()).map(|zone| format!("did you mean {zone:?}?")))
}

#[cfg(test)]
mod tests;
