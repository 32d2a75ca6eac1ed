//! Names and versions, as tags, archives and modules carry them.

use std::cmp::Ordering;

use yoe_lang::package_version;
use yoe_model::{ARCHIVE_ENDINGS, name_in_url};

/// Marks of a version that is not out yet.
const PREVIEWS: [&str; 6] = ["alpha", "beta", "rc", "pre", "dev", "snapshot"];

/// A name that a unit can have: lower case, other characters as `-`. Absent when nothing of it remains.
pub fn unit_name(text: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "+._-".contains(c);
    let name: String = text.to_lowercase().chars().map(|c| if fits(c) { c } else { '-' }).collect();
    let name = name.trim_start_matches(|c: char| !c.is_ascii_alphanumeric()).trim_end_matches('-');
    (!name.is_empty() && name.len() <= 128).then(|| name.to_owned())
}

/// The version in a tag or a file's name: what is from its first digit on, when a unit can have that. `v1.2`, `foo-1.2` and
/// `release_1_2` are all 1.2.
pub fn version_in_name(name: &str) -> Option<String> {
    let starts = name.char_indices().filter(|(at, c)| {
        let before = name.get(..*at).and_then(|before| before.chars().next_back());
        c.is_ascii_digit() && before.is_none_or(|before| matches!(before, '-' | '_' | '.' | '/' | 'v' | 'V'))
    });
    let texts = starts.filter_map(|(at, _)| name.get(at..));
    // Without a dot it is a version only when it is the whole of the name, as in `v3`.
    let fits = |text: &str| text.contains('.') || name.trim_start_matches(['v', 'V']) == text;
    let version = |text: &str| {
        let plain = package_version(text).filter(|_| fits(text));
        plain.or_else(|| package_version(&text.replace('_', ".")).filter(|_| !text.contains('.')))
    };
    texts.filter_map(version).next()
}

/// The tag with the newest version, which is no preview while there is another. `names` are all tags.
pub fn newest_tag<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let versions = names.into_iter().filter_map(|name| Some((version_in_name(name)?, name)));
    let preview = |name: &str| {
        let name = name.to_lowercase();
        PREVIEWS.iter().any(|mark| name.contains(mark))
    };
    let newest = versions.max_by(|(a, of_a), (b, of_b)| {
        preview(of_b).cmp(&preview(of_a)).then_with(|| order(a, b)).then_with(|| of_a.cmp(of_b))
    });
    newest.map(|(_, name)| name)
}

/// Which of two versions is the newer one: numbers by their value, all else by its text.
fn order(a: &str, b: &str) -> Ordering {
    let parts = |text: &str| -> Vec<(u64, String)> {
        let part = |part: &str| {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = part.split_at(digits);
            (number.parse().unwrap_or(0), rest.to_owned())
        };
        text.split(['.', '_']).map(part).collect()
    };
    parts(a).cmp(&parts(b))
}

/// The name and the version that an archive's address says. Forges name an archive by its tag alone: then the repository gives the
/// name.
pub(crate) fn of_archive(url: &str) -> (String, Option<String>) {
    let file = name_in_url(url).unwrap_or_default();
    let ending =
        ARCHIVE_ENDINGS.iter().filter(|ending| file.ends_with(**ending)).map(|ending| ending.len()).max();
    let stem = file.get(..file.len() - ending.unwrap_or(0)).unwrap_or(file);
    let version = version_in_name(stem);
    let at = stem.char_indices().find(|(at, c)| c.is_ascii_digit() && stem[..*at].ends_with(['-', '_', 'v']));
    let name = at.map_or(stem, |(at, _)| stem.get(..at).unwrap_or(stem)).trim_end_matches(['-', '_', 'v']);
    match name {
        name if !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) => {
            (name.to_owned(), version)
        }
        _ => {
            let parts: Vec<&str> = url.split('/').collect();
            let archive =
                parts.iter().position(|part| matches!(*part, "archive" | "-" | "releases" | "tarball"));
            let repository = archive.and_then(|at| parts.get(at.checked_sub(1)?)).copied().unwrap_or(stem);
            (repository.to_owned(), version)
        }
    }
}

/// The name of a Go module's program: the last part of its path that is no major version.
pub(crate) fn of_go_module(path: &str) -> &str {
    let major =
        |part: &&str| part.strip_prefix('v').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
    path.rsplit('/').find(|part| !major(part)).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_archives_say_versions() {
        for (name, version) in [
            ("v1.2.3", "1.2.3"),
            ("1.2", "1.2"),
            ("foo-1.2.tar", ""),
            ("foo-1.2", "1.2"),
            ("lib2-1.2.3", "1.2.3"),
            ("release_1_2", "1.2"),
            ("openssh-9.9p1", "9.9_p1"),
            ("v3", "3"),
            ("v1.0-rc1", "1.0_rc1"),
            ("nightly", ""),
            ("phase2", ""),
            ("", ""),
            ("é1", ""),
        ] {
            assert_eq!(version_in_name(name).unwrap_or_default(), version, "{name}");
        }
    }

    #[test]
    fn the_newest_tag_is_out_and_by_numbers() {
        assert_eq!(newest_tag(["v1.9", "v1.10", "v1.2", "v2.0-rc1", "odd"]), Some("v1.10"));
        assert_eq!(newest_tag(["v0.1-alpha", "v0.2-alpha"]), Some("v0.2-alpha"));
        assert_eq!(newest_tag(["odd", "main"]), None);
    }

    #[test]
    fn an_archive_says_what_it_is_of() {
        let of = |url: &str| {
            let (name, version) = of_archive(url);
            format!("{name} {}", version.unwrap_or_default())
        };
        assert_eq!(of("https://a.invalid/foo-1.2.3.tar.gz"), "foo 1.2.3");
        assert_eq!(of("https://a.invalid/x/foo_bar-v2.0.tgz?x=1"), "foo_bar 2.0");
        assert_eq!(of("https://forge.invalid/who/tool/archive/refs/tags/v1.2.tar.gz"), "tool 1.2");
        assert_eq!(of("https://forge.invalid/who/tool/-/archive/1.2/1.2.tar.gz"), "tool 1.2");
        assert_eq!(of("https://a.invalid/plain.tar.xz"), "plain ");
    }

    #[test]
    fn names_are_those_of_units() {
        assert_eq!(unit_name("My Tool").as_deref(), Some("my-tool"));
        assert_eq!(unit_name("_x").as_deref(), Some("x"));
        assert_eq!(unit_name("ü"), None);
        assert_eq!(of_go_module("example.org/tool/v2"), "tool");
    }
}
