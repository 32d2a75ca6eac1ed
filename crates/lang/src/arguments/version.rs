//! Versions.

use super::text::{Unfit, fits, form, made_of};

/// Suffixes that apk-tools orders, before and after the plain version.
const SUFFIXES: [&str; 9] = ["alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"];

form! {
    /// Upstream's version in the form that packages carry (apk-tools): `1.2.5`, `9.9_p1`, `2025b`, `1.0_rc2`.
    Version, "a version", "numbers with dots, then a letter, then suffixes such as _rc1 or _p1", check_version
}

form! {
    /// The version of a project or an image.
    LooseVersion, "a version", "a digit, then letters, digits and . _ + ~ -",
    |text| fits(made_of(text, |b| b.is_ascii_digit(), |b| b.is_ascii_alphanumeric() || b"._+~-".contains(&b)))
}

form! {
    /// The version of something that is published by itself: it becomes a part of file names.
    PublishedVersion, "a version", "a digit, then lower-case letters, digits and . _ ~ -",
    |text| fits(made_of(text, |b| b.is_ascii_digit(), |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._~-".contains(&b)))
}

form! {
    /// A version of a Debian package, with its revision (Debian policy 5.6.12).
    DebianVersion, "a Debian version", "a digit, then letters, digits and . + ~ : -, such as 1.2.5-3",
    |text| fits(made_of(text, |b| b.is_ascii_digit(), |b| b.is_ascii_alphanumeric() || b".+~:-".contains(&b)))
}

form! {
    /// The path of a Go module (Go Modules Reference, "Module paths").
    GoModulePath, "the path of a Go module", "a host and a path such as example.org/tool/v2",
    |text| fits(
        text.split('/').all(|part| {
            made_of(part, |b| b.is_ascii_alphanumeric() || b == b'_' || b == b'~', |b| {
                b.is_ascii_alphanumeric() || b"-._~".contains(&b)
            }) && !part.ends_with('.')
        }) && text.split('/').next().is_some_and(|host| host.contains('.'))
    )
}

form! {
    /// The full version of a Go module (Go Modules Reference, "Versions").
    GoVersion, "the version of a Go module", "a full version such as v1.2.3",
    |text| {
        let full = |text: &str| text.strip_prefix('v').is_some_and(semantic);
        match full(text) {
            true => Ok(()),
            false if full(&format!("v{text}")) => Err(Unfit::hint(format!("write \"v{text}\""))),
            false => Err(Unfit::hint("queries such as `latest` move; name the version that they stand for")),
        }
    }
}

form! {
    /// The name of a Rust crate in a registry (The Cargo Book, "Registry Index", "Name restrictions").
    CrateName, "the name of a crate", "letters, digits, - and _, starting with a letter",
    |text| fits(
        text.len() <= 64
            && made_of(text, |b| b.is_ascii_alphabetic(), |b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    )
}

form! {
    /// The full version of a Rust crate (Semantic Versioning 2.0.0).
    CrateVersion, "the version of a crate", "a full version such as 1.2.3, as in Cargo.lock", |text| fits(semantic(text))
}

/// Whether a text is a version of three numbers, then what may follow `-` and `+`.
fn semantic(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    core.split('.').count() == 3
        && core.split('.').all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".+-".contains(&b))
}

fn check_version(text: &str) -> Result<(), Unfit> {
    match package_version(text) {
        Some(right) if right == text => Ok(()),
        Some(better) => Err(Unfit::hint(format!("write {better:?}"))),
        None => Err(Unfit::default()),
    }
}

/// The version of a package out of one as upstream writes it.
pub fn package_version(text: &str) -> Option<String> {
    if ordered(text) {
        return Some(text.to_owned());
    }
    let bare = text.strip_prefix('v').unwrap_or(text);
    let better =
        bare.replace("-rc", "_rc").replace("-alpha", "_alpha").replace("-beta", "_beta").replace('-', ".");
    let split = split_patch(&better).filter(|better| ordered(better));
    split.or_else(|| ordered(&better).then_some(better))
}

/// `9.9p1` as `9.9_p1`.
fn split_patch(text: &str) -> Option<String> {
    let at = text.rfind('p')?;
    let (before, after) = (text.get(..at)?, text.get(at + 1..)?);
    (before.ends_with(|c: char| c.is_ascii_digit()) && !after.is_empty())
        .then(|| format!("{before}_p{after}"))
}

/// Whether apk-tools can order this version.
fn ordered(text: &str) -> bool {
    let mut parts = text.split('_');
    let numbers = parts.next().unwrap_or_default();
    let numbers = numbers.strip_suffix(|c: char| c.is_ascii_lowercase()).unwrap_or(numbers);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    numbers.split('.').all(digits)
        && parts.all(|part| {
            let name = part.trim_end_matches(|c: char| c.is_ascii_digit());
            SUFFIXES.contains(&name)
        })
}

#[cfg(test)]
mod tests {
    use super::{CrateName, CrateVersion, GoModulePath, GoVersion, check_version};
    use crate::arguments::text::Form;

    #[test]
    fn go_modules_have_full_names() {
        for path in ["github.com/BurntSushi/toml", "golang.org/x/sys", "example.org", "gopkg.in/yaml.v3"] {
            assert!(GoModulePath::check(path).is_ok(), "{path}");
        }
        for path in ["", "tool", "/example.org", "example.org//a", "example.org/../a", "-x.org/a", "a b.org"]
        {
            assert!(GoModulePath::check(path).is_err(), "{path}");
        }
        for version in ["v1.2.3", "v29.0.0+incompatible", "v0.0.1-go1.26.8.linux-amd64"] {
            assert!(GoVersion::check(version).is_ok(), "{version}");
        }
        for version in ["", "latest", "v1", "v1.2", "main", "v1.2.3 x", "v1..3"] {
            assert!(GoVersion::check(version).is_err(), "{version}");
        }
        assert_eq!(GoVersion::check("1.2.3").unwrap_err().hint.as_deref(), Some("write \"v1.2.3\""));
    }

    #[test]
    fn crates_have_names_and_full_versions() {
        for name in ["either", "Inflector", "x509-parser", "rustls_pki"] {
            assert!(CrateName::check(name).is_ok(), "{name}");
        }
        for name in ["", "-a", "1a", "a/b", "a@1", "é", &"a".repeat(65)] {
            assert!(CrateName::check(name).is_err(), "{name}");
        }
        for version in ["1.2.3", "0.3.0-beta10", "0.8.5+zstd-1.5"] {
            assert!(CrateVersion::check(version).is_ok(), "{version}");
        }
        for version in ["", "1", "1.2", "^1.2.3", "v1.2.3", "1.2.3/..", "1..3", "*"] {
            assert!(CrateVersion::check(version).is_err(), "{version}");
        }
    }

    #[test]
    fn versions_of_packages_pass() {
        for text in
            ["1", "1.2.5", "9.9_p1", "2025b", "1.0_rc2", "6.12.107", "0.1_git20250101", "1.2_alpha_p3"]
        {
            assert!(check_version(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn others_get_a_better_one_when_there_is_one() {
        let hint = |text| check_version(text).unwrap_err().hint;
        assert_eq!(hint("v1.2").as_deref(), Some("write \"1.2\""));
        assert_eq!(hint("9.9p1").as_deref(), Some("write \"9.9_p1\""));
        assert_eq!(hint("1.0-rc1").as_deref(), Some("write \"1.0_rc1\""));
        for text in ["", "1..2", "latest", "1.2_foo", "1.2 ", "1.2/3", "é"] {
            assert_eq!(hint(text), None, "{text}");
        }
    }
}
