//! Strings of a certain form: names of several kinds, addresses, digests.

use starlark::values::Value;
use yoe_model::{Arch, is_credential_name};

use super::At;
use crate::problem::Problem;

/// Why a string is not of its form.
#[derive(Debug, Default)]
pub(crate) struct Unfit {
    /// What to do, when there is more to say than what was expected.
    pub(crate) hint: Option<String>,
}

impl Unfit {
    /// With advice.
    pub(crate) fn hint(hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()) }
    }
}

/// A form that strings can have.
pub(crate) trait Form {
    /// What such a string is called, with an article.
    const WHAT: &'static str;
    /// What it is made of.
    const RULE: &'static str;

    /// Whether this string has the form.
    fn check(text: &str) -> Result<(), Unfit>;
}

/// Reads a string of a form.
pub(crate) fn read<F: Form>(value: Value<'_>, at: &At<'_>) -> Option<String> {
    let text = value.unpack_str().or_else(|| at.wrong_type(value, F::WHAT.to_owned()))?;
    match F::check(text) {
        Ok(()) => Some(text.to_owned()),
        Err(unfit) => {
            let message = format!("{text:?} is not {}", F::WHAT);
            at.fail(Problem::error(at.text(text), message).expected(F::RULE).maybe_hint(unfit.hint))
        }
    }
}

/// Declares a string of a form.
macro_rules! form {
    ($(#[doc = $doc:literal])* $type:ident, $what:literal, $rule:literal, $check:expr) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) struct $type(pub(crate) String);

        impl $crate::arguments::text::Form for $type {
            const WHAT: &'static str = $what;
            const RULE: &'static str = $rule;

            fn check(text: &str) -> Result<(), $crate::arguments::text::Unfit> {
                let check: fn(&str) -> Result<(), $crate::arguments::text::Unfit> = $check;
                check(text)
            }
        }

        impl $crate::arguments::Argument for $type {
            fn expected() -> String {
                <$type as $crate::arguments::text::Form>::WHAT.to_owned()
            }

            fn read(value: starlark::values::Value<'_>, at: &$crate::arguments::At<'_>) -> Option<Self> {
                $crate::arguments::text::read::<$type>(value, at).map($type)
            }

            fn show(&self) -> String {
                format!("{:?}", self.0)
            }
        }

        impl From<$type> for String {
            fn from(text: $type) -> String {
                text.0
            }
        }
    };
}
pub(crate) use form;

/// A truth as a check's result.
pub(crate) fn fits(right: bool) -> Result<(), Unfit> {
    if right { Ok(()) } else { Err(Unfit::default()) }
}

/// Whether a text starts with `first` and goes on with `rest`.
pub(crate) fn made_of(text: &str, first: impl Fn(u8) -> bool, rest: impl Fn(u8) -> bool) -> bool {
    text.bytes().next().is_some_and(first) && text.bytes().all(rest)
}

fn lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn debian_package(text: &str) -> bool {
    text.len() >= 2 && made_of(text, lower, |byte| lower(byte) || b"+.-".contains(&byte))
}

fn check_name(text: &str) -> Result<(), Unfit> {
    if text.len() <= 128 && made_of(text, lower, |byte| lower(byte) || b"+._-".contains(&byte)) {
        return Ok(());
    }
    let better: String = text.to_lowercase().replace([' ', '/'], "-");
    match made_of(&better, lower, |byte| lower(byte) || b"+._-".contains(&byte)) {
        true if better != text => Err(Unfit::hint(format!("write {better:?}"))),
        _ => Err(Unfit::default()),
    }
}

form! {
    /// The name of a definition.
    Name, "a name", "lower-case letters, digits and + . _ -, starting with a letter or digit", check_name
}

form! {
    /// The name of a unit.
    UnitName, "the name of a unit", "lower-case letters, digits and + . _ -, starting with a letter or digit",
    check_name
}

form! {
    /// The name of a service or a milestone.
    ServiceName, "the name of a service", "lower-case letters, digits, - and _, starting with a letter or digit",
    |text| fits(text.len() <= 32 && made_of(text, lower, |byte| lower(byte) || b"_-".contains(&byte)))
}

form! {
    /// The name of a credential: systemd.system-credentials(7).
    CredentialName, "the name of a credential", "1 to 255 letters, digits and printable ASCII characters other than `/`, `:` and `=`",
    |text| fits(is_credential_name(text))
}

form! {
    /// A name that a package satisfies, such as `cmd:sh` or `so:libz.so.1`.
    Provided, "a name that a package can provide", "letters, digits and + . _ - : =, starting with a letter or digit",
    |text| fits(made_of(text, |b| b.is_ascii_alphanumeric(), |b| b.is_ascii_alphanumeric() || b"+._-:=".contains(&b)))
}

form! {
    /// One line of text.
    Line, "one line of text", "text without line breaks, not empty",
    |text| fits(!text.trim().is_empty() && !text.chars().any(char::is_control))
}

form! {
    /// The name of a Debian package (Debian policy 5.6.7).
    DebianPackage, "the name of a Debian package", "lower-case letters, digits and + . -, at least two characters",
    |text| fits(debian_package(text))
}

form! {
    /// The name of a Debian package, or that of another architecture: `name:arm64`.
    ContainerPackage, "the name of a Debian package",
    "lower-case letters, digits and + . -, at least two characters, and perhaps `:` and Debian's name of an architecture",
    |text| fits(match text.split_once(':') {
        Some((name, arch)) => debian_package(name) && Arch::ALL.iter().any(|known| known.debian() == arch),
        None => debian_package(text),
    })
}

form! {
    /// An environment variable's name (POSIX 8.1).
    Variable, "the name of a variable", "letters, digits and _, not starting with a digit",
    |text| fits(made_of(text, |b| b.is_ascii_alphabetic() || b == b'_', |b| b.is_ascii_alphanumeric() || b == b'_'))
}

form! {
    /// A host name of one label (RFC 1123).
    HostName, "a host name", "up to 63 letters, digits and -, starting and ending with a letter or digit",
    |text| fits(
        text.len() <= 63
            && !text.ends_with('-')
            && made_of(text, |b| b.is_ascii_alphanumeric(), |b| b.is_ascii_alphanumeric() || b == b'-')
    )
}

form! {
    /// The path of a web address.
    UrlPath, "the path of a web address", "a path from `/`, printable ASCII without space",
    |text| fits(text.starts_with('/') && text.bytes().all(|b| b.is_ascii_graphic()))
}

form! {
    /// The web address of a file.
    HttpsUrl, "an https address", "`https://` and a host",
    |text| match text.strip_prefix("https://") {
        Some(rest) => fits(!rest.is_empty() && !rest.starts_with('/') && rest.bytes().all(|b| b.is_ascii_graphic())),
        None if text.starts_with("http://") => Err(Unfit::hint("use https: the address must name its server for sure")),
        None => Err(Unfit::default()),
    }
}

form! {
    /// A mail address.
    EmailAddress, "a mail address", "a name, `@` and a host, without spaces",
    |text| fits(text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.contains('@') && text.bytes().all(|b| b.is_ascii_graphic())
    }))
}

form! {
    /// A name of the dictionary of platforms, as a formatted string (NISTIR 7695, 6.2).
    Cpe, "a CPE 2.3 name", "`cpe:2.3:`, one of a, o and h, and ten fields more, such as \"cpe:2.3:a:zlib:zlib:1.3.1:*:*:*:*:*:*:*\"",
    |text| {
        // A colon within a field is written `\\:`.
        let fields = text.replace("\\:", "").split(':').map(str::len).collect::<Vec<_>>();
        let part = text.strip_prefix("cpe:2.3:").and_then(|rest| rest.chars().next());
        fits(
            matches!(part, Some('a' | 'o' | 'h'))
                && fields.len() == 13
                && fields.iter().all(|length| *length > 0)
                && text.bytes().all(|b| b.is_ascii_graphic())
        )
    }
}

form! {
    /// The address of an archive or a mirror.
    MirrorUrl, "an http or https address", "`https://` or `http://` and a host",
    |text| {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        fits(rest.is_some_and(|rest| {
            !rest.is_empty() && !rest.starts_with('/') && rest.bytes().all(|b| b.is_ascii_graphic())
        }))
    }
}

form! {
    /// The address of a git repository.
    GitUrl, "the address of a git repository", "`https://`, `ssh://`, `http://` or `git://` and a host",
    |text| {
        // The commit's name fixes what is fetched, so a transport need not be trusted.
        let rest = ["https://", "ssh://", "http://", "git://"].iter().find_map(|scheme| text.strip_prefix(scheme));
        fits(rest.is_some_and(|rest| {
            !rest.is_empty() && !rest.starts_with('/') && rest.bytes().all(|b| b.is_ascii_graphic())
        }))
    }
}

form! {
    /// A full git commit name.
    Commit, "a full commit name", "40 (or 64) lower-case hexadecimal digits",
    |text| match text.len() {
        40 | 64 => fits(text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))),
        7..40 if text.bytes().all(|b| b.is_ascii_hexdigit()) => {
            Err(Unfit::hint("an abbreviated commit may come to mean another one; write all 40 digits"))
        }
        _ => Err(Unfit::hint("branches and tags move; name the commit that they point at")),
    }
}

form! {
    /// An OpenPGP fingerprint of a primary key (RFC 9580, 5.5.4).
    KeyFingerprint, "an OpenPGP fingerprint", "40 (or 64) upper-case hexadecimal digits",
    |text| {
        let right = |text: &str| {
            matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b))
        };
        let better: String = text.to_uppercase().split_whitespace().collect();
        match (right(text), right(&better)) {
            (true, _) => Ok(()),
            (false, true) => Err(Unfit::hint(format!("write {better:?}"))),
            (false, false) => Err(Unfit::default()),
        }
    }
}
