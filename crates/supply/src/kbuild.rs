//! Which sources of a kernel its configuration compiles, by what the makefiles of its source say (Documentation/kbuild).
//!
//! Only what is certain is said: a source counts as not compiled when each way that leads to its object, in any makefile of the tree,
//! passes an option that is not set. Conditions between lines (`ifdef`) are passed over, as if all of them were true.

mod mentions;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use self::mentions::{Gate, Mentions};

/// A kernel's source and configuration.
#[derive(Debug)]
pub struct Kbuild {
    tree: PathBuf,
    /// Options that are set, without `CONFIG_`.
    set: BTreeSet<String>,
    /// The directory of the architecture below `arch/`.
    arch: &'static str,
    /// What makefiles name; they are read when something is asked.
    mentions: OnceLock<Mentions>,
}

impl Kbuild {
    /// The kernel of this source tree and this `.config`, for an architecture by its Linux name. Nothing for an architecture that is
    /// not known here.
    pub(crate) fn new(tree: &Path, config: &str, arch: &str) -> Option<Self> {
        let option = |line: &str| {
            let (name, value) = line.strip_prefix("CONFIG_")?.split_once('=')?;
            matches!(value, "y" | "m").then(|| name.to_owned())
        };
        let arch = match arch {
            "x86_64" => "x86",
            "aarch64" => "arm64",
            _ => return None,
        };
        let set = config.lines().filter_map(option).collect();
        Some(Self { tree: tree.to_owned(), set, arch, mentions: OnceLock::new() })
    }

    /// Why a source of the tree is not compiled; nothing when it is, or may be.
    pub fn not_compiled(&self, source: &str) -> Option<String> {
        let (stem, end) = source.rsplit_once('.')?;
        let top = source.split('/').next()?;
        // Headers are a part of what includes them, and so may be sources in lib/: boot programs take them from there.
        if !matches!(end, "c" | "S" | "rs") || top == "lib" || source.contains("..") {
            return None;
        }
        if let Some(other) = self.other_architecture(source) {
            return Some(format!("{source} is of the architecture {other}"));
        }
        if self.is_included(source) {
            return None;
        }
        let mut options = self.unset(&format!("{stem}.o"), &mut BTreeSet::new());
        let directories =
            source.match_indices('/').skip(usize::from(top == "arch")).map(|(at, _)| &source[..=at]);
        for directory in directories {
            options = options.or_else(|| self.unset(directory, &mut BTreeSet::new()));
        }
        // Without an option there is a circle, and no reason.
        let options = options.filter(|options| !options.is_empty())?;
        let options: Vec<String> = options.into_iter().map(|option| format!("CONFIG_{option}")).collect();
        let are = if options.len() == 1 { "is" } else { "are" };
        Some(format!("{source} is compiled with {} alone, which {are} not set", options.join(" or ")))
    }

    /// The architecture of a source, when it is another one. That of 64 bits takes sources of 32 bits from its older sister.
    fn other_architecture<'a>(&self, source: &'a str) -> Option<&'a str> {
        let arch = source.strip_prefix("arch/")?.split('/').next()?;
        (arch != self.arch && (self.arch, arch) != ("arm64", "arm")).then_some(arch)
    }

    /// The options that stand in every way to an object or a directory, all of them not set. Nothing when one way is open, or
    /// when none is known.
    fn unset(&self, target: &str, seen: &mut BTreeSet<String>) -> Option<BTreeSet<String>> {
        if !seen.insert(target.to_owned()) {
            // A way that leads back leads nowhere new.
            return Some(BTreeSet::new());
        }
        let mentions = self.mentions.get_or_init(|| Mentions::read(&self.tree));
        let mut options = BTreeSet::new();
        let mut any = false;
        for mention in mentions.of(target) {
            any = true;
            match &mention.gate {
                Gate::Option(option) if !self.set.contains(option) => {
                    options.insert(option.clone());
                }
                // Its own option does not keep it out: what it becomes a part of may.
                _ => options.extend(self.unset(mention.into.as_deref()?, seen)?),
            }
        }
        any.then_some(options)
    }

    /// Whether a file next to it takes it in as text.
    fn is_included(&self, source: &str) -> bool {
        let (directory, name) = source.rsplit_once('/').unwrap_or(("", source));
        let end = format!("{name}\"");
        let includes =
            |line: &str| line.trim_start().starts_with("#include \"") && line.trim_end().ends_with(&end);
        let entries = fs::read_dir(self.tree.join(directory)).into_iter().flatten().flatten();
        let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
        files
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|end| end == "c" || end == "h"))
            .any(|path| {
                fs::read(path).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).lines().any(includes))
            })
    }
}

#[cfg(test)]
mod tests;
