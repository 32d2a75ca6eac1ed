//! What a project begins with: the locks of the projects that its modules are of.
//!
//! A module's own lock says which versions were tested together, and the module is pinned by its tree. So what the project's lock lacks
//! is taken from there, and only what no module has locked is looked up anew.

use std::path::{Path, PathBuf};

use yoe_model::{Lock, Module, ModuleSource, Source};

use crate::project::{LOCK, OpenProject, read_lock};
use crate::ui;

/// The project's lock, with what it lacks and the locks of its modules have. Absent when there is none at all.
pub fn seeded(previous: Option<Lock>, opened: &OpenProject, named: &[Module]) -> Option<Lock> {
    if previous.as_ref().is_some_and(|lock| lock.version != Lock::VERSION) {
        return previous;
    }
    let mut lock = previous;
    let mut seen: Vec<PathBuf> = Vec::new();
    for module in named {
        let Some(directory) = home(module, opened) else { continue };
        if seen.contains(&directory) {
            continue;
        }
        // What is wrong with the lock of somebody else is theirs to mend; everything can be looked up, too.
        match read_lock(&directory) {
            Ok(Some(theirs)) if theirs.version == Lock::VERSION => {
                let into = lock.get_or_insert_with(|| Lock { version: Lock::VERSION, ..Lock::default() });
                say(module, &take(into, &theirs, opened));
            }
            Ok(_) => (),
            Err(_) => {
                ui::warn(&format!("the {LOCK} of module {} cannot be read and is not used", module.name))
            }
        }
        seen.push(directory);
    }
    lock
}

/// The directory of the project that a module is of, when that is another one: the nearest above it with a PROJECT.star, in what
/// was fetched or, of a module on this machine, anywhere.
fn home(module: &Module, opened: &OpenProject) -> Option<PathBuf> {
    let (top, directory) = match (&module.source, opened.modules.directories.get(&module.name)) {
        (ModuleSource::Path(path), _) => (Path::new("/").to_owned(), opened.root.join(path)),
        (source, Some(tree)) => (tree.canonicalize().ok()?, tree.join(source.directory())),
        (_, None) => return None,
    };
    let directory = directory.canonicalize().ok()?;
    let within = directory.ancestors().take_while(|above| above.starts_with(&top));
    let found = within.into_iter().find(|above| above.join("PROJECT.star").is_file())?;
    (opened.root.canonicalize().ok()?.as_path() != found).then(|| found.to_owned())
}

/// How many entries were taken.
#[derive(Debug, Default, PartialEq, Eq)]
struct Taken {
    containers: usize,
    sources: usize,
    images: usize,
}

/// Adds what a lock lacks of another one, as far as the project needs it.
fn take(into: &mut Lock, theirs: &Lock, opened: &OpenProject) -> Taken {
    let mut taken = Taken::default();
    for container in opened.project.containers.values() {
        let request = container.request();
        let fits = |lock: &Lock| {
            lock.containers.get(&container.name).filter(|entry| entry.request == request).cloned()
        };
        if let (None, Some(entry)) = (fits(into), fits(theirs)) {
            into.containers.insert(container.name.clone(), entry);
            taken.containers += 1;
        }
    }
    let sources = opened.project.units.values().flat_map(|unit| &unit.sources).map(|entry| &entry.source);
    for key in sources.filter(|source| source.needs_lock()).map(Source::key) {
        if let (false, Some(entry)) = (into.sources.contains_key(&key), theirs.sources.get(&key)) {
            into.sources.insert(key, entry.clone());
            taken.sources += 1;
        }
    }
    let architectures = opened.project.architectures();
    for (_, image) in opened.project.registry_images() {
        let name = image.to_string();
        let fits = |lock: &Lock| {
            lock.images.get(&name).filter(|entry| entry.answers(image, &architectures)).cloned()
        };
        if let (None, Some(entry)) = (fits(into), fits(theirs)) {
            into.images.insert(name, entry);
            taken.images += 1;
        }
    }
    for (name, suite) in &theirs.suites {
        into.suites.entry(name.clone()).or_insert_with(|| suite.clone());
    }
    taken
}

fn say(module: &Module, taken: &Taken) {
    if *taken != Taken::default() {
        let Taken { containers, sources, images } = taken;
        let images = if *images > 0 { format!(", {images} images") } else { String::new() };
        ui::note(&format!(
            "as module {} has them locked: {containers} containers, {sources} sources{images}",
            module.name
        ));
    }
}
