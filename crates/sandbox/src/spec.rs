//! What a step gets to see, and whether that can be carried out.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Limits, Mount};

/// Which network a step has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Network {
    /// A network of its own with the loopback device alone.
    None,
    /// The caller's network.
    Host,
}

/// One step and the root it runs in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Spec {
    /// What the root is made of. Carried out parents first; among equal paths in the order given. Without a mount on
    /// `/` the root is an empty tmpfs.
    pub mounts: Vec<Mount>,
    /// The program and its arguments. A program without a slash is looked for in the environment's `PATH`.
    pub command: Vec<String>,
    /// The whole environment: nothing is added.
    pub environment: BTreeMap<String, String>,
    /// The working directory inside.
    pub directory: String,
    /// Which network there is.
    pub network: Network,
    /// What the machine is called inside; at most 64 bytes.
    pub hostname: String,
    /// How much of the machine it may take.
    pub limits: Limits,
}

/// Why a [`Spec`] cannot be carried out as written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// The command is empty.
    #[error("there is no command; expected a program and its arguments")]
    NoCommand,
    /// A path inside is not absolute, or climbs.
    #[error("{mount}: {path:?} is not a path inside the sandbox; expected an absolute path without `..`")]
    Dest {
        /// The mount, in one line.
        mount: String,
        /// The path.
        path: String,
    },
    /// A path of the host cannot be used.
    #[error("{mount}: {path:?} is not a usable path of the host; expected an absolute path in UTF-8")]
    Source {
        /// The mount, in one line.
        mount: String,
        /// The path.
        path: PathBuf,
    },
    /// An overlay without layers.
    #[error("{mount}: there is nothing to overlay; expected at least one lower layer")]
    NoLayers {
        /// The mount, in one line.
        mount: String,
    },
    /// A mode has bits beyond the twelve of permissions.
    #[error("{mount}: mode {mode:o} has bits other than permission bits; expected at most 7777")]
    Mode {
        /// The mount, in one line.
        mount: String,
        /// The mode.
        mode: u32,
    },
    /// The working directory is not absolute.
    #[error("the working directory {0:?} is not an absolute path")]
    Directory(String),
    /// A host name that the kernel would refuse.
    #[error("the host name {0:?} is not 1 to 64 bytes long")]
    Hostname(String),
    /// A variable's name is not one.
    #[error(
        "{0:?} cannot be the name of an environment variable; expected a text without `=` that is not empty"
    )]
    Variable(String),
    /// A text that goes to the kernel holds a NUL byte.
    #[error("{0:?} holds a NUL byte")]
    Nul(String),
}

impl Spec {
    /// Tells whether this can be carried out at all; looks at nothing but the description.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), SpecError> {
        self.mounts.iter().try_for_each(check_mount)?;
        if self.command.first().is_none_or(String::is_empty) {
            return Err(SpecError::NoCommand);
        }
        if !self.directory.starts_with('/') {
            return Err(SpecError::Directory(self.directory.clone()));
        }
        if !(1..=64).contains(&self.hostname.len()) {
            return Err(SpecError::Hostname(self.hostname.clone()));
        }
        if let Some(name) = self.environment.keys().find(|name| name.is_empty() || name.contains('=')) {
            return Err(SpecError::Variable(name.clone()));
        }
        let variables = self.environment.iter().flat_map(|(name, value)| [name, value]);
        let texts = self.command.iter().chain(variables).chain([&self.directory, &self.hostname]);
        texts.into_iter().try_for_each(|text| no_nul(text))
    }

    /// The same with its mounts in the order in which they are carried out: a parent before what lies in it.
    pub fn sorted(&self) -> Self {
        let mut sorted = self.clone();
        sorted.mounts.sort_by(|a, b| Path::new(a.dest()).components().cmp(Path::new(b.dest()).components()));
        sorted
    }
}

fn check_mount(mount: &Mount) -> Result<(), SpecError> {
    let dest = Path::new(mount.dest());
    if !dest.is_absolute() || dest.components().any(|part| part == Component::ParentDir) {
        return Err(SpecError::Dest { mount: mount.to_string(), path: mount.dest().to_owned() });
    }
    no_nul(mount.dest())?;
    for source in mount.sources() {
        match source.to_str() {
            Some(text) if source.is_absolute() => no_nul(text)?,
            _ => return Err(SpecError::Source { mount: mount.to_string(), path: source.clone() }),
        }
    }
    match mount {
        Mount::Overlay { lower, .. } | Mount::ReadOnlyOverlay { lower, .. } if lower.is_empty() => {
            Err(SpecError::NoLayers { mount: mount.to_string() })
        }
        Mount::Dir { mode, .. } if *mode > 0o7777 => {
            Err(SpecError::Mode { mount: mount.to_string(), mode: *mode })
        }
        Mount::Dir { .. } if dest == Path::new("/") => {
            Err(SpecError::Dest { mount: mount.to_string(), path: mount.dest().to_owned() })
        }
        Mount::BindInside { path, .. } => no_nul(path),
        _ => Ok(()),
    }
}

fn no_nul(text: &str) -> Result<(), SpecError> {
    if text.contains('\0') { Err(SpecError::Nul(text.to_owned())) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    fn spec() -> Spec {
        Spec {
            mounts: vec![Mount::Proc { dest: "/proc".into() }],
            command: vec!["true".into()],
            environment: [("A".to_owned(), "=".to_owned())].into(),
            directory: "/".into(),
            network: Network::None,
            hostname: "box".into(),
            limits: Limits::default(),
        }
    }

    #[track_caller]
    fn refused(change: impl FnOnce(&mut Spec)) -> String {
        let mut spec = spec();
        assert_eq!(spec.check(), Ok(()));
        change(&mut spec);
        spec.check().unwrap_err().to_string()
    }

    fn mount(mount: Mount) -> String {
        refused(|spec| spec.mounts.push(mount))
    }

    #[test]
    fn what_cannot_be_carried_out_is_refused() {
        let refusals = [
            refused(|spec| spec.command.clear()),
            refused(|spec| spec.directory = "src".into()),
            refused(|spec| spec.hostname = "x".repeat(65)),
            refused(|spec| drop(spec.environment.insert("A=B".into(), String::new()))),
            refused(|spec| spec.command.push("a\0b".into())),
            mount(Mount::Dev { dest: "dev".into() }),
            mount(Mount::Dev { dest: "/a/../../dev".into() }),
            mount(Mount::bind("here", "/x", false)),
            mount(Mount::bind(OsStr::from_bytes(b"/\xff"), "/x", false)),
            mount(Mount::ReadOnlyOverlay { lower: Vec::new(), dest: "/x".into() }),
            mount(Mount::Dir { dest: "/x".into(), mode: 0o10000 }),
            mount(Mount::Dir { dest: "/".into(), mode: 0o755 }),
        ];
        assert_eq!(
            refusals,
            [
                "there is no command; expected a program and its arguments",
                "the working directory \"src\" is not an absolute path",
                &format!("the host name {:?} is not 1 to 64 bytes long", "x".repeat(65)),
                "\"A=B\" cannot be the name of an environment variable; expected a text without `=` that is not empty",
                "\"a\\0b\" holds a NUL byte",
                "dev \"dev\": \"dev\" is not a path inside the sandbox; expected an absolute path without `..`",
                "dev \"/a/../../dev\": \"/a/../../dev\" is not a path inside the sandbox; expected an absolute path \
                 without `..`",
                "bind \"/x\" read-only from=\"here\": \"here\" is not a usable path of the host; expected an absolute \
                 path in UTF-8",
                "bind \"/x\" read-only from=\"/\\xFF\": \"/\\xFF\" is not a usable path of the host; expected an \
                 absolute path in UTF-8",
                "overlay \"/x\" read-only lower=[]: there is nothing to overlay; expected at least one lower layer",
                "dir \"/x\" mode=10000: mode 10000 has bits other than permission bits; expected at most 7777",
                "dir \"/\" mode=0755: \"/\" is not a path inside the sandbox; expected an absolute path without `..`",
            ]
        );
    }

    #[test]
    fn parents_come_first_and_equals_stay_in_order() {
        let bind = |source: &str, dest: &str| Mount::bind(source, dest, false);
        let mut spec = spec();
        spec.mounts = vec![
            bind("/1", "/usr/lib/x"),
            bind("/2", "/usr-local"),
            bind("/3", "/usr/lib"),
            bind("/4", "/usr/lib/x"),
            bind("/5", "/usr"),
            bind("/6", "/"),
        ];
        let order: Vec<String> = spec.sorted().mounts.iter().map(Mount::to_string).collect();
        assert_eq!(
            order,
            [
                r#"bind "/" read-only from="/6""#,
                r#"bind "/usr" read-only from="/5""#,
                r#"bind "/usr/lib" read-only from="/3""#,
                r#"bind "/usr/lib/x" read-only from="/1""#,
                r#"bind "/usr/lib/x" read-only from="/4""#,
                r#"bind "/usr-local" read-only from="/2""#,
            ]
        );
    }
}
