//! Where a source comes from.

use yoe_model::{Digest, name_in_url};

use crate::names;

/// Where a source comes from, and how a unit names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A commit of a git repository.
    Git {
        /// Where it is served.
        url: String,
        /// The commit.
        commit: String,
        /// The tag or branch that named it.
        revision: Option<String>,
    },
    /// An archive on a web server.
    Archive {
        /// Its address.
        url: String,
        /// Of the file as served.
        sha256: Digest,
    },
    /// A crate of a registry.
    Crate {
        /// Its name.
        name: String,
        /// Its version.
        version: String,
        /// Of its archive.
        sha256: Digest,
    },
    /// A Go module.
    GoModule {
        /// Its path.
        path: String,
        /// Its version, with `v`.
        version: String,
    },
    /// A directory of the project.
    Directory {
        /// Relative to the project; `.` for the project itself.
        path: String,
        /// The name of the directory.
        name: String,
    },
}

impl Origin {
    /// What gives the unit its name, when its own files do not.
    pub(crate) fn name(&self) -> String {
        match self {
            Origin::Git { url, .. } => last(url.trim_end_matches('/')).trim_end_matches(".git").to_owned(),
            Origin::Archive { url, .. } => names::of_archive(url).0,
            Origin::Crate { name, .. } | Origin::Directory { name, .. } => name.clone(),
            Origin::GoModule { path, .. } => names::of_go_module(path).to_owned(),
        }
    }

    /// What says that name.
    pub(crate) fn named_by(&self) -> &'static str {
        match self {
            Origin::Git { .. } => "the address",
            Origin::Archive { .. } => "the archive's name",
            Origin::Crate { .. } => "the registry",
            Origin::GoModule { .. } => "the module's path",
            Origin::Directory { .. } => "the directory",
        }
    }

    /// The version, when where it comes from says one, and what says it.
    pub(crate) fn version(&self) -> Option<(String, String)> {
        match self {
            Origin::Git { revision, .. } => {
                let revision = revision.as_ref()?;
                Some((names::version_in_name(revision)?, format!("the tag {revision}")))
            }
            Origin::Archive { url, .. } => {
                let version = names::of_archive(url).1?;
                Some((version, format!("the archive's name {}", name_in_url(url)?)))
            }
            Origin::Crate { version, .. } => Some((version.clone(), "the registry".to_owned())),
            Origin::GoModule { version, .. } => Some((version.clone(), "the proxy".to_owned())),
            Origin::Directory { .. } => None,
        }
    }

    /// A web address of the project, when where it comes from is one.
    pub(crate) fn homepage(&self) -> Option<String> {
        match self {
            Origin::Git { url, .. } if url.starts_with("https://") && !url.contains('@') => {
                Some(url.trim_end_matches(".git").to_owned())
            }
            _ => None,
        }
    }

    /// What it is called in the unit's first line.
    pub(crate) fn shown(&self) -> String {
        match self {
            Origin::Git { url, revision: Some(revision), .. } => format!("{url} at {revision}"),
            Origin::Git { url, .. } | Origin::Archive { url, .. } => url.clone(),
            Origin::Crate { name, version, .. } => format!("the crate {name} {version}"),
            Origin::GoModule { path, version } => format!("the Go module {path} {version}"),
            Origin::Directory { path, .. } => format!("the directory {path}"),
        }
    }
}

/// The last part of a path.
fn last(path: &str) -> &str {
    path.rsplit(['/', ':']).next().unwrap_or(path)
}
