//! Sources: where a unit's text comes from.

use std::collections::{BTreeMap, BTreeSet};

use crate::content_hash::content_hash;
use crate::{ContentHash, Digest, Fingerprint, Origin};

/// The archive, a key of the project's mirrors, that serves crates.
pub const CRATES: &str = "crates";

/// A source and the directory below `$SRCDIR` that it is put into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceEntry {
    /// What to fetch.
    pub source: Source,
    /// Directory below `$SRCDIR`; empty for `$SRCDIR` itself.
    pub into: String,
    /// Path prefixes below the archive's single top directory that are unpacked; all of it when empty.
    pub only: Vec<String>,
    /// Where it was written.
    pub origin: Origin,
}

content_hash!(SourceEntry { source, into, only } ignoring { origin });

/// How the names of archives end that can be unpacked. `.crate` is what registries of Rust call theirs.
pub const ARCHIVE_ENDINGS: [&str; 11] = [
    ".tar", ".tar.gz", ".tgz", ".crate", ".tar.xz", ".txz", ".tar.zst", ".tzst", ".tar.bz2", ".tbz2", ".tbz",
];

/// The file's name in a web address: the last part of its path, without a query or a fragment (RFC 3986, section 3).
/// Absent when the path ends in `/` or there is none.
pub fn name_in_url(url: &str) -> Option<&str> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let (_, rest) = path.split_once("://")?;
    let (_, name) = rest.rsplit_once('/')?;
    (!name.is_empty()).then_some(name)
}

/// What can be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file on a web server, known by its digest.
    Https {
        /// The first place to ask.
        url: String,
        /// Further places that serve the same bytes, tried in order.
        mirrors: Vec<String>,
        /// What the file is called: how an archive is read follows from it, and a plain file lies under it.
        name: String,
        /// Of the file as served.
        sha256: Digest,
        /// Whether it is an archive to unpack; otherwise it stays one file.
        unpack: bool,
    },
    /// The upstream tarballs of a Debian source package, with what is applied of Debian's own patches.
    Debian {
        /// Name of the source package.
        package: String,
        /// Debian's version with its revision, such as `1.2.5-3`.
        version: String,
        /// The suite whose index lists it.
        suite: DebianSuite,
        /// What is applied of Debian's patches.
        patches: DebianPatches,
    },
    /// An archive inside of a Debian binary package, such as the kernel's source in `linux-source-6.12`.
    DebianPackage {
        /// Name of the binary package.
        package: String,
        /// Debian's version with its revision, such as `6.12.118-1`.
        version: String,
        /// The archive's path in the package, relative to the root.
        file: String,
        /// The suite whose index lists it.
        suite: DebianSuite,
    },
    /// A commit of a git repository.
    Git {
        /// Where the repository is served.
        url: String,
        /// The full commit name.
        commit: String,
        /// The container that holds git. Whichever git fetches it, a commit is the same bytes.
        container: String,
    },
    /// A Go module as the main module of a build, with every module that it needs.
    GoModule(GoModule),
    /// The archive of a Rust crate, known by its digest.
    Crate {
        /// Its name in its registry.
        name: String,
        /// Its full version, such as `1.15.0`.
        version: String,
        /// Of the `.crate` file as served: what Cargo.lock calls `checksum`.
        sha256: Digest,
    },
    /// A working tree on this machine.
    Path {
        /// Relative to the project.
        path: String,
        /// What of it is left out; see [`TreeFilter`](crate::TreeFilter).
        exclude: Vec<String>,
    },
}

/// A suite of a Debian archive, and whose signature it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DebianSuite {
    /// The archive, a key of the project's mirrors.
    pub archive: String,
    /// Its name in the archive, such as `trixie`.
    pub name: String,
    /// OpenPGP fingerprints (40 or 64 upper-case hexadecimal digits) of the primary keys that may sign it, whatever containers
    /// name. When empty, those of the containers that are made of this suite or archive.
    pub keys: BTreeSet<String>,
}

impl std::fmt::Display for DebianSuite {
    /// As the lock and messages name it: `archive/suite`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.archive, self.name)
    }
}

/// A Go module, as the main module of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoModule {
    /// Its path, such as `github.com/opencontainers/runc`.
    pub path: String,
    /// Its full version, such as `v1.5.1`.
    pub version: String,
    /// The file that stands for its `go.mod` when upstream gave that another name, such as `vendor.mod`.
    pub gomod: Option<String>,
    /// Modules below it that its `go.mod` replaces by directories which its archive lacks: directory to module path. They are
    /// there but empty.
    pub stubs: BTreeMap<String, String>,
    /// Modules that it needs in newer versions than its `go.mod` asks for: module path to version.
    pub upgrade: BTreeMap<String, String>,
    /// The container that holds the Go client.
    pub container: String,
}

/// What is applied of the patches that a Debian source package carries: its `debian/patches/series`, whose form is
/// quilt(1)'s.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum DebianPatches {
    /// The definition does not say. This is right only where the package carries no patches.
    #[default]
    Unsaid,
    /// None of them.
    None,
    /// All of them, in the order of the series.
    Series,
    /// Those with these names, in the order of the series.
    Named(Vec<String>),
}

impl DebianPatches {
    /// Whether any of them may be applied, so that the file which holds them is needed.
    pub fn applied(&self) -> bool {
        matches!(self, DebianPatches::Series | DebianPatches::Named(_))
    }

    /// What follows the name of a source of which this much is applied.
    fn suffix(&self) -> String {
        match self {
            DebianPatches::Unsaid => String::new(),
            DebianPatches::None => " without patches".to_owned(),
            DebianPatches::Series => " with its series".to_owned(),
            DebianPatches::Named(names) if names.len() <= 2 => format!(" with {}", names.join(", ")),
            // Enough of a digest to tell one choice from another; the lock's entry lists the names.
            DebianPatches::Named(names) => {
                let digest = Fingerprint::new("names of patches").add(names).finish().to_string();
                format!(" with {} patches {}", names.len(), digest.get(..8).unwrap_or_default())
            }
        }
    }
}

impl ContentHash for DebianPatches {
    /// A source of which nothing is applied has one key, however that is said.
    fn hash(&self, into: &mut Fingerprint) {
        match self {
            DebianPatches::Unsaid | DebianPatches::None => (),
            DebianPatches::Series => "series".hash(into),
            DebianPatches::Named(names) => {
                "named".hash(into);
                names.hash(into);
            }
        }
    }
}

impl SourceEntry {
    /// The name of the tree that this becomes: [`Source::key`], and which part of it is unpacked.
    pub fn label(&self) -> String {
        let only = if self.only.is_empty() { String::new() } else { format!(" ({})", self.only.join(", ")) };
        format!("{}{only}", self.source.key())
    }
}

impl Source {
    /// The name of this source in the lock and in messages, such as `debian:musl@1.2.5-3 with its series`.
    pub fn key(&self) -> String {
        match self {
            Source::Https { name, sha256, unpack, .. } => {
                // Enough of the digest that no two files of one name are taken for each other.
                let digest: String = sha256.to_string().chars().take(16).collect();
                let how = if *unpack { "" } else { " as it is" };
                format!("https:{name} ({digest}){how}")
            }
            Source::Debian { package, version, patches, .. } => {
                format!("debian:{package}@{version}{}", patches.suffix())
            }
            Source::DebianPackage { package, version, file, .. } => {
                format!("debian-package:{package}@{version} ({file})")
            }
            Source::Git { url, commit, .. } => format!("git:{url}@{commit}"),
            Source::GoModule(GoModule { path, version, gomod, stubs, upgrade, .. }) => {
                let gomod = gomod.iter().map(|file| format!(" with {file}"));
                let stubs = stubs.iter().map(|(directory, module)| format!(" with {module} in {directory}"));
                let upgrade = upgrade.iter().map(|(module, version)| format!(" with {module}@{version}"));
                format!("go:{path}@{version}{}", gomod.chain(stubs).chain(upgrade).collect::<String>())
            }
            Source::Crate { name, version, sha256 } => format!("crate:{name}@{version}:{sha256}"),
            Source::Path { path, exclude } if exclude.is_empty() => format!("path:{path}"),
            Source::Path { path, exclude } => format!("path:{path} without {}", exclude.join(", ")),
        }
    }

    /// The container that holds the client which fetches it, for what this program does not fetch itself.
    pub fn container(&self) -> Option<&str> {
        match self {
            Source::Git { container, .. } | Source::GoModule(GoModule { container, .. }) => Some(container),
            _ => None,
        }
    }

    /// The archive, a key of the project's mirrors, that serves it, for what has no address of its own.
    pub fn archive(&self) -> Option<&str> {
        match self {
            Source::Crate { .. } => Some(CRATES),
            _ => self.suite().map(|suite| suite.archive.as_str()),
        }
    }

    /// Whether the lock must say which bytes its name stands for.
    pub fn needs_lock(&self) -> bool {
        self.suite().is_some() || matches!(self, Source::GoModule(_))
    }

    /// The suite whose index lists it.
    pub fn suite(&self) -> Option<&DebianSuite> {
        match self {
            Source::Debian { suite, .. } | Source::DebianPackage { suite, .. } => Some(suite),
            _ => None,
        }
    }
}

impl ContentHash for Source {
    /// Where bytes come from does not enter: only which bytes they are.
    fn hash(&self, into: &mut Fingerprint) {
        match self {
            Source::Https { sha256, unpack, name, .. } => {
                "https".hash(into);
                sha256.hash(into);
                unpack.hash(into);
                name.hash(into);
            }
            Source::Debian { package, version, patches, .. } => {
                "debian".hash(into);
                (package, version).hash(into);
                patches.hash(into);
            }
            Source::DebianPackage { package, version, file, .. } => {
                "debian package".hash(into);
                (package, version).hash(into);
                file.hash(into);
            }
            Source::Git { commit, .. } => {
                "git".hash(into);
                commit.hash(into);
            }
            // Its bytes are those that the lock names; which module they are called after changes nothing.
            Source::GoModule(_) => "go".hash(into),
            Source::Crate { sha256, .. } => {
                "crate".hash(into);
                sha256.hash(into);
            }
            // Its bytes are those of the tree; where it lies changes nothing.
            Source::Path { .. } => "path".hash(into),
        }
    }
}

/// A module's path or version as proxies and module caches spell it (Go Modules Reference, "Module proxy"): `!a` for `A`, since not all
/// file systems tell them apart.
pub fn go_escaped(text: &str) -> String {
    let letter = |letter: char| match letter {
        'A'..='Z' => format!("!{}", letter.to_ascii_lowercase()),
        _ => letter.to_string(),
    };
    text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trixie() -> DebianSuite {
        DebianSuite { archive: "debian".to_owned(), name: "trixie".to_owned(), keys: BTreeSet::new() }
    }

    fn musl(patches: DebianPatches) -> Source {
        Source::Debian { package: "musl".to_owned(), version: "1.2.5-3".to_owned(), suite: trixie(), patches }
    }

    fn key(source: &Source) -> Digest {
        Fingerprint::new("test").add(source).finish()
    }

    #[test]
    fn what_is_applied_is_part_of_the_name_and_of_the_key() {
        let named =
            |names: &[&str]| DebianPatches::Named(names.iter().map(|name| (*name).to_owned()).collect());
        let names = [
            (DebianPatches::Unsaid, "debian:musl@1.2.5-3"),
            (DebianPatches::None, "debian:musl@1.2.5-3 without patches"),
            (DebianPatches::Series, "debian:musl@1.2.5-3 with its series"),
            (named(&["a.patch", "b.patch"]), "debian:musl@1.2.5-3 with a.patch, b.patch"),
        ];
        for (patches, name) in names {
            assert_eq!(musl(patches).key(), name);
        }
        // Many names would be no name any more.
        let many = musl(named(&["a", "b", "c"])).key();
        assert!(many.starts_with("debian:musl@1.2.5-3 with 3 patches "), "{many}");
        assert_ne!(many, musl(named(&["a", "b", "d"])).key());
        let none = key(&musl(DebianPatches::None));
        assert_eq!(none, key(&musl(DebianPatches::Unsaid)), "nothing is applied in either");
        let series = key(&musl(DebianPatches::Series));
        let one = key(&musl(named(&["a"])));
        assert!(none != series && none != one && series != one && one != key(&musl(named(&["b"]))));
    }

    /// To say of a source that is built for an hour that it takes no patches must not build it again.
    #[test]
    fn without_patches_the_key_is_what_it_was() {
        let before =
            Fingerprint::new("test").add("debian").add(&("musl".to_owned(), "1.2.5-3".to_owned())).finish();
        assert_eq!(key(&musl(DebianPatches::None)), before);
    }

    #[test]
    fn the_name_of_a_file_is_without_query_and_fragment() {
        for (url, name) in [
            ("https://a.invalid/x/foo-1.0.tar.gz", Some("foo-1.0.tar.gz")),
            ("https://a.invalid/foo-1.0.tar.gz?download=1", Some("foo-1.0.tar.gz")),
            ("https://a.invalid/foo-1.0.tar.gz?from=https://b.invalid/bar", Some("foo-1.0.tar.gz")),
            ("https://a.invalid/foo.tgz#sha256=abc/def", Some("foo.tgz")),
            ("https://a.invalid/foo/1.0/download", Some("download")),
            ("https://a.invalid/foo/", None),
            ("https://a.invalid", None),
            ("https://a.invalid?foo.tar.gz", None),
        ] {
            assert_eq!(name_in_url(url), name, "{url}");
        }
    }

    #[test]
    fn sources_that_differ_have_names_that_differ() {
        let https = |name: &str, bytes: &[u8], unpack| Source::Https {
            url: "https://a.invalid/x".into(),
            mirrors: Vec::new(),
            name: name.into(),
            sha256: Digest::of(bytes),
            unpack,
        };
        let path = |exclude: &[&str]| Source::Path {
            path: "apps/demo".into(),
            exclude: exclude.iter().map(|one| (*one).to_owned()).collect(),
        };
        let package = |version: &str, file: &str| Source::DebianPackage {
            package: "linux-source".into(),
            version: version.into(),
            file: file.into(),
            suite: trixie(),
        };
        let all = [
            https("a.tar", b"1", true),
            https("b.tar", b"1", true),
            https("a.tar", b"2", true),
            https("a.tar", b"1", false),
            path(&[]),
            path(&["build"]),
            package("6.12.107-1", "usr/src/a.tar.xz"),
            package("6.12.117-1", "usr/src/a.tar.xz"),
            package("6.12.117-1", "usr/src/b.tar.xz"),
        ];
        let keys: BTreeSet<String> = all.iter().map(Source::key).collect();
        assert_eq!(keys.len(), all.len(), "{keys:?}");
        assert!(all[0].key().starts_with("https:a.tar ("), "{}", all[0].key());
        let contents = all[6..].iter().map(|source| {
            let mut content = Fingerprint::new("test");
            source.hash(&mut content);
            content.finish()
        });
        assert_eq!(contents.collect::<BTreeSet<_>>().len(), 3);
    }
}
