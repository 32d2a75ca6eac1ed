//! The mounts of a sandbox, as data.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// One thing that is put into a sandbox's root. `dest` is an absolute path inside; missing directories on the way to it
/// are made. Sources are absolute paths of the host.
///
/// A list of mounts is carried out parents first (see [`Spec::mounts`](crate::Spec::mounts)). The
/// [`Display`](fmt::Display) form is one line that shows all of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Mount {
    /// Layers seen as one tree (overlayfs); what is written goes to `upper`, also the directories and files that are made to
    /// mount on. What a layer holds can be changed only if it belongs to the caller,
    /// the one user that the sandbox knows.
    Overlay {
        /// Read-only layers, the topmost first.
        lower: Vec<PathBuf>,
        /// Where changes go: on ext4, xfs, btrfs or tmpfs.
        upper: PathBuf,
        /// An empty directory on the file system of `upper`, for overlayfs itself.
        work: PathBuf,
        /// Where the tree appears.
        dest: String,
    },
    /// Layers seen as one tree that cannot be changed. A single layer is allowed.
    ReadOnlyOverlay {
        /// The layers, the topmost first.
        lower: Vec<PathBuf>,
        /// Where the tree appears.
        dest: String,
    },
    /// A directory, file or device of the host, with everything mounted below it.
    Bind {
        /// The path on the host. There must be no symbolic link on it: what comes from a user is resolved by the caller, and
        /// what lies in a tree that others wrote is bound with [`Mount::BindInside`].
        source: PathBuf,
        /// Where it appears.
        dest: String,
        /// Whether the step may change it.
        writable: bool,
    },
    /// A directory or file of a tree that others wrote, read-only. Links are followed as if the tree were `/`, so none leads to
    /// another file of the host.
    BindInside {
        /// The tree's directory on the host. There must be no symbolic link on the way to it.
        tree: PathBuf,
        /// The path in the tree.
        path: String,
        /// Where it appears.
        dest: String,
    },
    /// A small `/dev`: null, zero, full, random, urandom, tty, ptmx, pts, shm, fd and the three standard streams.
    Dev {
        /// Where it appears.
        dest: String,
    },
    /// The `/proc` of the sandbox's own PID namespace; what in it speaks to the whole machine is read-only.
    Proc {
        /// Where it appears.
        dest: String,
    },
    /// A directory; one that exists already gets this mode.
    Dir {
        /// Its path.
        dest: String,
        /// Its permission bits.
        mode: u32,
    },
}

impl Mount {
    /// A [`Mount::Bind`].
    pub fn bind(source: impl Into<PathBuf>, dest: impl Into<String>, writable: bool) -> Self {
        Self::Bind { source: source.into(), dest: dest.into(), writable }
    }

    /// Where this appears inside the sandbox.
    pub fn dest(&self) -> &str {
        match self {
            Self::Overlay { dest, .. }
            | Self::ReadOnlyOverlay { dest, .. }
            | Self::Bind { dest, .. }
            | Self::BindInside { dest, .. }
            | Self::Dev { dest }
            | Self::Proc { dest }
            | Self::Dir { dest, .. } => dest,
        }
    }

    /// The paths of the host that this uses.
    pub fn sources(&self) -> Vec<&PathBuf> {
        match self {
            Self::Overlay { lower, upper, work, .. } => lower.iter().chain([upper, work]).collect(),
            Self::ReadOnlyOverlay { lower, .. } => lower.iter().collect(),
            Self::Bind { source, .. } | Self::BindInside { tree: source, .. } => vec![source],
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overlay { lower, upper, work, dest } => {
                write!(f, "overlay {dest:?} upper={upper:?} work={work:?} lower={lower:?}")
            }
            Self::ReadOnlyOverlay { lower, dest } => write!(f, "overlay {dest:?} read-only lower={lower:?}"),
            Self::Bind { source, dest, writable } => {
                let how = if *writable { "writable" } else { "read-only" };
                write!(f, "bind {dest:?} {how} from={source:?}")
            }
            Self::BindInside { tree, path, dest } => {
                write!(f, "bind {dest:?} read-only from={path:?} inside={tree:?}")
            }
            Self::Dev { dest } => write!(f, "dev {dest:?}"),
            Self::Proc { dest } => write!(f, "proc {dest:?}"),
            Self::Dir { dest, mode } => write!(f, "dir {dest:?} mode={mode:04o}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mount_describes_itself_in_one_line() {
        let mounts = [
            Mount::Overlay {
                lower: vec!["/a:b".into(), "/c".into()],
                upper: "/u".into(),
                work: "/w".into(),
                dest: "/".into(),
            },
            Mount::ReadOnlyOverlay { lower: vec!["/p".into()], dest: "/sysroot".into() },
            Mount::bind("/src", "/build/files", false),
            Mount::Dev { dest: "/dev".into() },
            Mount::Proc { dest: "/proc".into() },
            Mount::Dir { dest: "/build".into(), mode: 0o700 },
        ];
        let lines: Vec<String> = mounts.iter().map(Mount::to_string).collect();
        assert_eq!(
            lines,
            [
                r#"overlay "/" upper="/u" work="/w" lower=["/a:b", "/c"]"#,
                r#"overlay "/sysroot" read-only lower=["/p"]"#,
                r#"bind "/build/files" read-only from="/src""#,
                r#"dev "/dev""#,
                r#"proc "/proc""#,
                r#"dir "/build" mode=0700"#,
            ]
        );
        assert!(lines.iter().all(|line| !line.contains('\n')));
    }

    #[test]
    fn a_mount_survives_being_written_and_read() {
        let mount = Mount::Dir { dest: "/t".into(), mode: 0o1777 };
        let text = serde_json::to_string(&mount).unwrap();
        assert_eq!(serde_json::from_str::<Mount>(&text).unwrap(), mount);
    }
}
