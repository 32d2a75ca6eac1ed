//! `yoe.lock`: the lock as text, made to be read and compared line by line.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use yoe_model::{
    ArchiveFile, Digest, Lock, LockedContainer, LockedModule, LockedPackage, LockedSource, LockedSuite,
};

use super::images::TextArch;
use super::text::quote;
use super::{images, modules};

/// Why a text is not a lock.
#[derive(Debug, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct LockFileError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is wrong there.
    pub problem: String,
}

/// Reads the text of a lock.
///
/// # Errors
/// The first place where the text is not that of a lock.
pub fn parse(text: &str) -> Result<Lock, LockFileError> {
    let text_lock: TextLock = toml::from_str(text).map_err(|error| {
        let before = &text[..error.span().map_or(0, |span| text.floor_char_boundary(span.start))];
        LockFileError {
            line: before.matches('\n').count() + 1,
            column: before.chars().rev().take_while(|c| *c != '\n').count() + 1,
            problem: error.message().to_owned(),
        }
    })?;
    Ok(text_lock.into())
}

/// The text of a lock: the same lock always gives the same text, and every package has a line of its own.
pub fn render(lock: &Lock) -> String {
    let mut out = String::from("# Written by `yoe lock`. Not to be edited by hand.\n");
    let _ = writeln!(out, "version = {}", lock.version);
    for (name, LockedSuite { date, release, signed_by }) in &lock.suites {
        let _ = writeln!(out, "\n[suite.{}]\ndate = {date}", quote(name));
        let _ = writeln!(out, "release = \"{release}\"\nsigned_by = {}", quote(signed_by));
    }
    for (name, LockedContainer { request, packages, copies }) in &lock.containers {
        let name = quote(name);
        let _ = writeln!(out, "\n[container.{name}]\nrequest = \"{request}\"\npackages = {}", list(packages));
        if !copies.is_empty() {
            let _ = writeln!(out, "\n[container.{name}.copies]");
        }
        for (arch, packages) in copies {
            let _ = writeln!(out, "{arch} = {}", list(packages));
        }
    }
    for (name, LockedSource { files, tree, patches, applied }) in &lock.sources {
        let _ = writeln!(out, "\n[source.{}]", quote(name));
        if let Some(tree) = tree {
            let _ = writeln!(out, "tree = \"{tree}\"");
            continue;
        }
        out.push_str("files = [\n");
        for file in files {
            let _ = writeln!(out, "    {{ {} }},", fields(file));
        }
        out.push_str("]\n");
        if let Some(file) = patches {
            let _ = writeln!(out, "patches = {{ {} }}\napplied = [", fields(file));
            for name in applied {
                let _ = writeln!(out, "    {},", quote(name));
            }
            out.push_str("]\n");
        }
    }
    out.push_str(&modules::render(&lock.modules));
    out.push_str(&images::render(&lock.images));
    out
}

fn list(packages: &[LockedPackage]) -> String {
    let mut out = String::from("[\n");
    for LockedPackage { name, version, file } in packages {
        let (name, version) = (quote(name), quote(version));
        let _ = writeln!(out, "    {{ name = {name}, version = {version}, {} }},", fields(file));
    }
    out + "]"
}

fn fields(file: &ArchiveFile) -> String {
    let ArchiveFile { archive, path, size, sha256 } = file;
    format!("archive = {}, path = {}, size = {size}, sha256 = \"{sha256}\"", quote(archive), quote(path))
}

// The lock as it is written. It differs from the model's in that every package is one table, so that a mistake in it is
// reported at its own line.

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextLock {
    version: u32,
    #[serde(default)]
    suite: BTreeMap<String, LockedSuite>,
    #[serde(default)]
    container: BTreeMap<String, TextContainer>,
    #[serde(default)]
    source: BTreeMap<String, TextSource>,
    #[serde(default)]
    module: BTreeMap<String, modules::TextModule>,
    #[serde(default)]
    image: BTreeMap<String, images::TextImage>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextContainer {
    request: Digest,
    packages: Vec<TextPackage>,
    #[serde(default)]
    copies: BTreeMap<TextArch, Vec<TextPackage>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextPackage {
    name: String,
    version: String,
    archive: String,
    path: String,
    size: u64,
    sha256: Digest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextSource {
    #[serde(default)]
    files: Vec<TextFile>,
    tree: Option<Digest>,
    patches: Option<TextFile>,
    #[serde(default)]
    applied: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextFile {
    archive: String,
    path: String,
    size: u64,
    sha256: Digest,
}

impl From<TextLock> for Lock {
    fn from(TextLock { version, suite, container, source, module, image }: TextLock) -> Self {
        let containers = container.into_iter().map(|(name, TextContainer { request, packages, copies })| {
            let list = |packages: Vec<TextPackage>| packages.into_iter().map(Into::into).collect();
            let copies = copies.into_iter().map(|(arch, packages)| (arch.0, list(packages))).collect();
            (name, LockedContainer { request, packages: list(packages), copies })
        });
        let sources = source.into_iter().map(|(key, TextSource { files, tree, patches, applied })| {
            let files = files.into_iter().map(Into::into).collect();
            (key, LockedSource { files, tree, patches: patches.map(Into::into), applied })
        });
        Lock {
            version,
            suites: suite,
            containers: containers.collect(),
            sources: sources.collect(),
            modules: module.into_iter().map(|(name, entry)| (name, LockedModule::from(entry))).collect(),
            images: image.into_iter().map(|(name, entry)| (name, entry.into())).collect(),
        }
    }
}

impl From<TextPackage> for LockedPackage {
    fn from(TextPackage { name, version, archive, path, size, sha256 }: TextPackage) -> Self {
        LockedPackage { name, version, file: ArchiveFile { archive, path, size, sha256 } }
    }
}

impl From<TextFile> for ArchiveFile {
    fn from(TextFile { archive, path, size, sha256 }: TextFile) -> Self {
        ArchiveFile { archive, path, size, sha256 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use yoe_model::Arch;

    use super::*;

    const DIGEST: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn file(path: &str, size: u64) -> ArchiveFile {
        ArchiveFile { archive: "debian".to_owned(), path: path.to_owned(), size, sha256: Digest::of(b"") }
    }

    fn lock(name: &str, version: &str, path: &str, size: u64) -> Lock {
        let package =
            LockedPackage { name: name.to_owned(), version: version.to_owned(), file: file(path, size) };
        let suite = LockedSuite { date: 7, release: Digest::of(b""), signed_by: "AB".to_owned() };
        let packages = vec![package.clone(), package.clone()];
        let copies = [(Arch::Aarch64, vec![package])].into();
        let container = LockedContainer { request: Digest::of(b""), packages, copies };
        Lock {
            version: Lock::VERSION,
            suites: [("debian/trixie".to_owned(), suite)].into(),
            containers: [(name.to_owned(), container)].into(),
            sources: [
                (
                    "debian:musl@1.2.5-3".to_owned(),
                    LockedSource { files: vec![file(path, size)], ..LockedSource::default() },
                ),
                (
                    "debian:musl@1.2.5-3 with its series".to_owned(),
                    LockedSource {
                        files: vec![file(path, size)],
                        patches: Some(file(path, size)),
                        applied: vec![name.to_owned(), "b.patch".to_owned()],
                        ..LockedSource::default()
                    },
                ),
                (
                    "go:example.org/tool@v1.0.0".to_owned(),
                    LockedSource { tree: Some(Digest::of(b"tree")), ..LockedSource::default() },
                ),
            ]
            .into(),
            modules: modules::tests::entries(),
            images: images::tests::entries(),
        }
    }

    #[test]
    fn a_lock_is_readable_text() {
        let text = render(&lock("bash", "5.2.37-2", "pool/bash.deb", 12));
        let package = format!(
            "    {{ name = \"bash\", version = \"5.2.37-2\", archive = \"debian\", path = \"pool/bash.deb\", size = 12, \
             sha256 = \"{DIGEST}\" }},\n"
        );
        assert_eq!(text.matches(&package).count(), 3, "{text}");
        assert!(text.contains("]\n\n[container.\"bash\".copies]\naarch64 = [\n    {"), "{text}");
        assert!(text.contains("\n[suite.\"debian/trixie\"]\ndate = 7\n"), "{text}");
        assert!(text.contains("\n[source.\"debian:musl@1.2.5-3\"]\nfiles = [\n"), "{text}");
        let patches = format!(
            "]\npatches = {{ archive = \"debian\", path = \"pool/bash.deb\", size = 12, sha256 = \"{DIGEST}\" }}\n\
             applied = [\n    \"bash\",\n    \"b.patch\",\n]\n"
        );
        assert!(text.contains(&patches), "{text}");
    }

    #[test]
    fn mistakes_are_reported_at_their_line() {
        let mut lock = lock("bash", "1", "p", 12);
        lock.containers.values_mut().for_each(|container| container.copies.clear());
        let good = render(&lock);
        let cases = [
            ("size = 12", "size = -1", 12, "invalid value"),
            (DIGEST, "zz", 6, "not a SHA-256 digest"),
            ("name = ", "nme = ", 12, "unknown field `nme`"),
            ("version = 2", "version = 2 2", 2, ""),
            ("[container", "[continer", 9, "unknown field `continer`"),
        ];
        for (from, to, line, problem) in cases {
            let error = parse(&good.replacen(from, to, 1)).unwrap_err();
            assert!(error.problem.contains(problem), "{error}");
            assert_eq!(error.line, line, "{error}");
        }
        assert_eq!(parse("").unwrap_err().problem, "missing field `version`");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(name in "\\PC{0,9}|[\"\\\\\n]{0,3}", version in ".{0,9}", size in 0..=i64::MAX as u64) {
            let lock = lock(&name, &version, &name, size);
            prop_assert_eq!(parse(&render(&lock)).unwrap(), lock);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(version = 1\n|\\[container\\.x\\]\n|\\PC|\n){0,20}") {
            let _ = parse(&text);
        }
    }
}
