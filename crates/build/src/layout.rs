//! What a step sees: the paths, the environment and the mounts of docs/design/0002-language.md.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use yoe_model::{Arch, Unit};
use yoe_plan::UNIT_EPOCH;
use yoe_sandbox::{Mount, base_environment, container_root, scratch_overlay};

/// The directory of a unit's sources.
pub const SRC: &str = "/build/src";
/// The directory of a unit's compiler cache.
const CACHE: &str = "/build/cache";
/// The directory whose content becomes the package.
pub const DEST: &str = "/build/dest";

/// The directories of one build, below a scratch directory.
#[derive(Debug, Clone)]
pub struct Directories {
    root: PathBuf,
}

/// Trees that are mounted, by where they come from.
#[derive(Debug, Clone, Default)]
pub struct Trees {
    /// The build environment.
    pub container: PathBuf,
    /// Members of the sysroot.
    pub sysroot: Vec<PathBuf>,
    /// Sources with the directory below [`SRC`] that each is put into.
    pub sources: Vec<(String, PathBuf)>,
    /// The cache of the unit's compiler.
    pub cache: Option<PathBuf>,
}

impl Directories {
    /// Names of the directories that every build has.
    const OWN: [&'static str; 7] = ["work", "files", "steps", "dest", "home", "upper", "overlay"];

    /// Makes the directories.
    ///
    /// # Errors
    /// When one cannot be made.
    pub fn make(root: &Path) -> std::io::Result<Self> {
        let this = Self { root: root.to_owned() };
        Self::OWN.iter().try_for_each(|name| this.fresh(name).map(drop))?;
        Ok(this)
    }

    /// One of the directories.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// A directory of this build, made if it is missing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn fresh(&self, name: &str) -> std::io::Result<PathBuf> {
        let path = self.path(name);
        std::fs::create_dir_all(&path)?;
        Ok(path)
    }

    /// Where what steps change of `$SRCDIR` itself is kept: [`Directories::mounts`] mounts it over the first directory of sources,
    /// which is always that one.
    pub fn changed_sources(&self) -> PathBuf {
        self.path("src0-upper")
    }

    /// A directory of this build.
    fn bind(&self, name: &str, writable: bool) -> Mount {
        Mount::bind(self.path(name), format!("/build/{name}"), writable)
    }

    /// All that the steps of a unit see.
    ///
    /// # Errors
    /// When a directory cannot be made.
    pub fn mounts(&self, trees: Trees) -> std::io::Result<Vec<Mount>> {
        let mut mounts = container_root(trees.container, &self.root)?;
        mounts.push(if trees.sysroot.is_empty() {
            Mount::Dir { dest: "/sysroot".into(), mode: 0o755 }
        } else {
            Mount::ReadOnlyOverlay { lower: trees.sysroot, dest: "/sysroot".into() }
        });
        mounts.extend(["work", "dest", "home"].map(|name| self.bind(name, true)));
        mounts.extend(["files", "steps"].map(|name| self.bind(name, false)));
        mounts.extend(trees.cache.map(|cache| Mount::bind(cache, CACHE, true)));
        mounts.extend(self.source_mounts(trees.sources)?);
        Ok(mounts)
    }

    /// The first source in a directory is its lowest layer, so that a later one may add to it.
    fn source_mounts(&self, sources: Vec<(String, PathBuf)>) -> std::io::Result<Vec<Mount>> {
        let mut layers: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
        layers.entry(String::new()).or_default();
        for (into, tree) in sources {
            layers.entry(into).or_default().insert(0, tree);
        }
        let empty = self.fresh("empty")?;
        let mounts = layers.into_iter().enumerate().map(|(number, (into, mut lower))| {
            if lower.is_empty() {
                lower.push(empty.clone());
            }
            let dest = if into.is_empty() { SRC.to_owned() } else { format!("{SRC}/{into}") };
            scratch_overlay(&self.root, &format!("src{number}"), lower, dest)
        });
        mounts.collect()
    }
}

/// The environment of a unit's steps. `cores` is how many of the machine's processors they may use; it enters no key.
pub fn environment(unit: &Unit, arch: Arch, cores: usize) -> BTreeMap<String, String> {
    let mut all = base_environment(UNIT_EPOCH);
    let fixed = [
        ("ARCH", arch.as_str()),
        ("PREFIX", "/usr"),
        ("SYSROOT", "/sysroot"),
        ("SRCDIR", SRC),
        ("BUILDDIR", "/build/work"),
        ("FILESDIR", "/build/files"),
        ("DESTDIR", DEST),
        ("HOME", "/build/home"),
        ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin:/sysroot/usr/bin"),
        ("NPROC", &cores.to_string()),
    ];
    all.extend(fixed.map(|(name, value)| (name.to_owned(), value.to_owned())));
    if unit.cache.is_some() {
        all.insert("CACHEDIR".to_owned(), CACHE.to_owned());
    }
    all.extend(unit.environment.clone());
    all
}
