//! What is to be added, as it is written on the command line.

use std::path::{Path, PathBuf};

use yoe_model::{ARCHIVE_ENDINGS, Revision, name_in_url};

use super::Add;
use crate::error::CommandError;

/// What is to be added.
#[derive(Debug, PartialEq, Eq)]
pub enum What {
    /// A crate; its newest version when absent.
    Crate(String, Option<String>),
    /// A Go module; its newest version when absent.
    GoModule(String, Option<String>),
    /// A file on a web server.
    Archive(String),
    /// A git repository; its newest version when absent.
    Git(String, Option<Revision>),
    /// A directory: its absolute path, and that below the project.
    Directory(PathBuf, String),
}

impl What {
    /// Reads it.
    pub fn parse(text: &str, root: &Path, args: &Add) -> Result<Self, CommandError> {
        let revision = args.tag.clone().map(Revision::Tag);
        let revision = revision.or_else(|| args.branch.clone().map(Revision::Branch));
        let revision = revision.or_else(|| args.commit.clone().map(Revision::Commit));
        let what = match text.split_once(':') {
            Some(("crate", name)) => {
                let (name, version) = versioned(name);
                Self::Crate(name, version)
            }
            Some(("go", path)) => {
                let (path, version) = versioned(path);
                Self::GoModule(path, version)
            }
            _ if text.contains("://") => address(text, revision.clone())?,
            _ => directory(text, root)?,
        };
        if revision.is_some() && !matches!(what, Self::Git(..)) {
            return Err(CommandError::user(format!(
                "{text:?} is no git repository: it has no tags, branches and commits"
            ))
            .hint("the version of a crate or of a Go module is written after an @"));
        }
        Ok(what)
    }
}

fn versioned(text: &str) -> (String, Option<String>) {
    match text.split_once('@') {
        Some((name, version)) => (name.to_owned(), Some(version.to_owned())),
        None => (text.to_owned(), None),
    }
}

/// An archive when its name says so; every other address is that of a git repository.
fn address(text: &str, revision: Option<Revision>) -> Result<What, CommandError> {
    let packed =
        name_in_url(text).is_some_and(|name| ARCHIVE_ENDINGS.iter().any(|ending| name.ends_with(ending)));
    let schemes: &[&str] = if packed { &["https://"] } else { &["https://", "ssh://", "http://", "git://"] };
    if !schemes.iter().any(|scheme| text.starts_with(scheme)) {
        let what = if packed { "an archive" } else { "a git repository" };
        let schemes: Vec<&str> = schemes.iter().map(|scheme| scheme.trim_end_matches("://")).collect();
        return Err(CommandError::user(format!("{text:?} is no address that a unit can take {what} from"))
            .hint(format!("its scheme must be {}", schemes.join(", "))));
    }
    Ok(if packed { What::Archive(text.to_owned()) } else { What::Git(text.to_owned(), revision) })
}

fn directory(text: &str, root: &Path) -> Result<What, CommandError> {
    let real = Path::new(text).canonicalize().ok().filter(|real| real.is_dir()).ok_or_else(|| {
        CommandError::user(format!("there is no directory {text:?}")).hint(format!(
            "a crate is written crate:{text}, a Go module go:MODULE, everything else by its address"
        ))
    })?;
    let root = root
        .canonicalize()
        .map_err(|error| CommandError::user(format!("{} cannot be read", root.display())).because(error))?;
    let below = real.strip_prefix(&root).ok().and_then(Path::to_str).ok_or_else(|| {
        CommandError::user(format!("{} is not below the project", real.display())).hint(
            "a unit takes working trees of the project alone: move it there, make it a git submodule, or add the address of its \
             repository",
        )
    })?;
    let below = if below.is_empty() { "." } else { below }.to_owned();
    Ok(What::Directory(real, below))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(revision: Option<&str>) -> Add {
        Add {
            source: String::new(),
            name: None,
            category: String::new(),
            class: None,
            license: None,
            tag: revision.map(str::to_owned),
            branch: None,
            commit: None,
            package: None,
            cargo_lock: None,
            dry_run: false,
        }
    }

    #[test]
    fn each_kind_is_known_by_how_it_is_written() {
        let root = tempfile::tempdir().unwrap();
        let parse = |text: &str| What::parse(text, root.path(), &args(None)).map_err(|error| error.message());
        let text = str::to_owned;
        assert_eq!(parse("crate:either@1.2.3"), Ok(What::Crate(text("either"), Some(text("1.2.3")))));
        assert_eq!(parse("go:example.org/a/v2"), Ok(What::GoModule(text("example.org/a/v2"), None)));
        let archive = "https://a.invalid/x/foo-1.0.tar.gz?raw=1";
        assert_eq!(parse(archive), Ok(What::Archive(text(archive))));
        let git = "https://a.invalid/x/foo";
        assert_eq!(parse(git), Ok(What::Git(text(git), None)));
        let real = root.path().canonicalize().unwrap();
        assert_eq!(parse(&real.display().to_string()), Ok(What::Directory(real.clone(), text("."))));
        for wrong in ["nothing", "http://a.invalid/x.tar.gz", "file:///x", "/", "", "://"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        let tagged = What::parse(git, root.path(), &args(Some("v1"))).ok();
        assert_eq!(tagged, Some(What::Git(text(git), Some(Revision::Tag(text("v1"))))));
        assert!(What::parse("crate:either", root.path(), &args(Some("v1"))).is_err());
    }
}
