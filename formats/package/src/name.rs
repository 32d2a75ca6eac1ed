//! The grammar of names and versions, as apk-tools has it.

use crate::PackageError;

/// Names: letters, digits, `.`, `_`, `+` and `-`, beginning with a letter, a digit or `_`.
pub(crate) fn check_name(name: &str) -> Result<(), PackageError> {
    let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    if begins && name.chars().all(|c| c.is_ascii_alphanumeric() || "._+-".contains(c)) {
        return Ok(());
    }
    let problem = "is not a package name: expected letters, digits, \".\", \"_\", \"+\" and \"-\"";
    Err(PackageError::Field { field: "name", value: name.to_owned(), problem })
}

/// Versions: `1.2.3`, perhaps a letter, perhaps `_alpha`, `_beta`, `_pre`, `_rc`, `_cvs`, `_svn`, `_git`, `_hg` or `_p`
/// with a number, perhaps `~` and a commit, perhaps `-r` and a number.
pub(crate) fn check_version(version: &str) -> Result<(), PackageError> {
    if is_version(version).is_some() {
        return Ok(());
    }
    let problem = "is not a package version: expected numbers with dots, such as \"1.2.5-r0\", \"1.3_rc2-r1\" or \"2026b-r0\"";
    Err(PackageError::Field { field: "version", value: version.to_owned(), problem })
}

fn is_version(text: &str) -> Option<()> {
    let mut rest = number(text)?;
    while let Some(after) = rest.strip_prefix('.') {
        rest = number(after)?;
    }
    rest = rest.strip_prefix(|c: char| c.is_ascii_lowercase()).unwrap_or(rest);
    while let Some(after) = rest.strip_prefix('_') {
        rest = suffix(after)?;
    }
    if let Some(after) = rest.strip_prefix('~') {
        rest = after.trim_start_matches(|c: char| c.is_ascii_hexdigit() && !c.is_ascii_uppercase());
        if rest.len() == after.len() {
            return None;
        }
    }
    if let Some(after) = rest.strip_prefix("-r") {
        rest = number(after)?;
    }
    rest.is_empty().then_some(())
}

/// What follows one or more digits.
fn number(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() < text.len()).then_some(rest)
}

const SUFFIXES: [&str; 9] = ["alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"];

fn suffix(text: &str) -> Option<&str> {
    let rest = SUFFIXES.iter().find_map(|suffix| text.strip_prefix(suffix))?;
    Some(rest.trim_start_matches(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_apk_compares() {
        for version in [
            "1",
            "1.2.5-r0",
            "1.37.0-r12",
            "2026b-r0",
            "1.0_rc2",
            "1.0_p20260101-r1",
            "1.2~0abc-r0",
            "0_git20260101",
        ] {
            check_version(version).unwrap();
        }
    }

    #[test]
    fn versions_that_it_does_not() {
        for version in
            ["", "v1", "1.", "1.2.5-3", "1.3.dfsg", "1_foo", "1-r", "1.2ab", "1~", "1 2", "1.0-r0\n"]
        {
            assert!(check_version(version).is_err(), "{version}");
        }
    }

    #[test]
    fn names() {
        for name in ["musl", "gtk+3.0", "libstdc++", "_x", "7zip"] {
            check_name(name).unwrap();
        }
        for name in ["", "-x", ".x", "a b", "a/b", "é", "a\n"] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}
