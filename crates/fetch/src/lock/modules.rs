//! Modules in the text of a lock.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use yoe_model::{Digest, LockedModule, LockedTree, Revision};

use super::text::quote;

/// The text of these entries.
pub(super) fn render(modules: &BTreeMap<String, LockedModule>) -> String {
    let mut out = String::new();
    for (name, LockedModule { from, tree }) in modules {
        let _ = writeln!(out, "\n[module.{}]", quote(name));
        match from {
            LockedTree::Git { url, revision, commit } => {
                let _ = writeln!(out, "git = {}", quote(url));
                let _ = match revision {
                    Revision::Tag(name) => writeln!(out, "tag = {}", quote(name)),
                    Revision::Branch(name) => writeln!(out, "branch = {}", quote(name)),
                    Revision::Commit(_) => Ok(()),
                };
                let _ = writeln!(out, "commit = {}", quote(commit));
            }
            LockedTree::Archive { url, size, sha256 } => {
                let _ = writeln!(out, "archive = {}\nsize = {size}\nsha256 = \"{sha256}\"", quote(url));
            }
        }
        let _ = writeln!(out, "tree = \"{tree}\"");
    }
    out
}

/// An entry as it is written.
#[derive(Deserialize)]
#[serde(try_from = "Fields")]
pub(super) struct TextModule(LockedModule);

impl From<TextModule> for LockedModule {
    fn from(TextModule(module): TextModule) -> Self {
        module
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    git: Option<String>,
    tag: Option<String>,
    branch: Option<String>,
    commit: Option<String>,
    archive: Option<String>,
    size: Option<u64>,
    sha256: Option<Digest>,
    tree: Digest,
}

impl TryFrom<Fields> for TextModule {
    type Error = &'static str;

    fn try_from(fields: Fields) -> Result<Self, Self::Error> {
        let Fields { git, tag, branch, commit, archive, size, sha256, tree } = fields;
        let from = match (git, tag, branch, commit, archive, size, sha256) {
            (Some(url), tag, branch, Some(commit), None, None, None) => {
                let revision = match (tag, branch) {
                    (Some(tag), None) => Revision::Tag(tag),
                    (None, Some(branch)) => Revision::Branch(branch),
                    (None, None) => Revision::Commit(commit.clone()),
                    (Some(_), Some(_)) => return Err("a module of a tag and of a branch"),
                };
                LockedTree::Git { url, revision, commit }
            }
            (None, None, None, None, Some(url), Some(size), Some(sha256)) => {
                LockedTree::Archive { url, size, sha256 }
            }
            _ => {
                return Err(
                    "a module needs `git` and `commit`, with `tag` or `branch` where the project names one, or \
                     `archive`, `size` and `sha256`",
                );
            }
        };
        Ok(TextModule(LockedModule { from, tree }))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::lock::file;

    /// An entry of each kind.
    pub(crate) fn entries() -> BTreeMap<String, LockedModule> {
        let commit = "0123456789".repeat(4);
        let git = |revision| LockedTree::Git {
            url: "https://example.org/x.git".to_owned(),
            revision,
            commit: commit.clone(),
        };
        let archive = LockedTree::Archive {
            url: "https://example.org/x-1.tar.gz".to_owned(),
            size: 7,
            sha256: Digest::of(b"archive"),
        };
        let all = [
            ("archived", archive),
            ("branched", git(Revision::Branch("main".to_owned()))),
            ("exact", git(Revision::Commit(commit.clone()))),
            ("tagged", git(Revision::Tag("v1".to_owned()))),
        ];
        let entry = |from| LockedModule { from, tree: Digest::of(b"tree") };
        all.into_iter().map(|(name, from)| (name.to_owned(), entry(from))).collect()
    }

    #[test]
    fn modules_come_back_as_they_were_written() {
        let text = format!("version = 2\n{}", render(&entries()));
        assert!(text.contains("tag = \"v1\"\ncommit = \"0123456789"), "{text}");
        assert_eq!(file::parse(&text).unwrap().modules, entries());
    }

    #[test]
    fn an_entry_that_says_too_little_or_too_much_is_refused() {
        let text = format!("version = 2\n{}", render(&entries()));
        for (from, to, problem) in [
            ("size = 7\n", "", "a module needs `git` and `commit`"),
            ("tag = ", "branch = \"x\"\ntag = ", "a module of a tag and of a branch"),
            ("tree = ", "tre = ", "unknown field `tre`"),
        ] {
            let error = file::parse(&text.replacen(from, to, 1)).unwrap_err();
            assert!(error.problem.contains(problem), "{error}");
            assert!(error.line > 2, "{error}");
        }
    }
}
