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
    /// A version of a Debian source package, with its revision (Debian policy 5.6.12).
    DebianVersion, "a Debian version", "a digit, then letters, digits and . + ~ : -, such as 1.2.5-3",
    |text| fits(made_of(text, |b| b.is_ascii_digit(), |b| b.is_ascii_alphanumeric() || b".+~:-".contains(&b)))
}

fn check_version(text: &str) -> Result<(), Unfit> {
    if ordered(text) {
        return Ok(());
    }
    let bare = text.strip_prefix('v').unwrap_or(text);
    let better =
        bare.replace("-rc", "_rc").replace("-alpha", "_alpha").replace("-beta", "_beta").replace('-', ".");
    match split_patch(&better) {
        Some(better) if ordered(&better) => Err(Unfit::hint(format!("write {better:?}"))),
        _ if ordered(&better) => Err(Unfit::hint(format!("write {better:?}"))),
        _ => Err(Unfit::default()),
    }
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
    use super::check_version;

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
