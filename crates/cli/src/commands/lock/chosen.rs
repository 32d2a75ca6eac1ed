//! Which entries `yoe lock --update` moves.

use std::collections::BTreeSet;

use yoe_model::{ImageName, Module, Project, Source, Unlocked};

use crate::error::CommandError;
use crate::near;

/// What is looked up although it is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update<'a> {
    /// Nothing.
    Missing,
    /// All of it.
    All,
    /// What has these names, and nothing else.
    Named(&'a [String]),
}

impl<'a> Update<'a> {
    /// Of the option: absent, without names, or with them.
    pub fn of(option: Option<&'a [String]>) -> Self {
        match option {
            None => Update::Missing,
            Some([]) => Update::All,
            Some(names) => Update::Named(names),
        }
    }
}

/// Which modules are looked up although they are locked: a test of their names. They are needed before the project is
/// evaluated, so whether a name is that of something else, too, is found out later.
pub fn named_modules<'a>(update: &'a Update<'_>, named: &'a [Module]) -> impl Fn(&str) -> bool + 'a {
    move |name| match update {
        Update::Missing => false,
        Update::All => true,
        Update::Named(names) => {
            let module = named.iter().find(|module| module.name == name).map(Entry::of_module);
            module.is_some_and(|entry| names.iter().any(|name| entry.is_called(name)))
        }
    }
}

/// The entries that names mean.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Names of containers.
    pub containers: BTreeSet<String>,
    /// Keys of Debian's sources.
    pub debian: BTreeSet<String>,
    /// Keys of Go modules.
    pub go: BTreeSet<String>,
    /// Names of registries' images.
    pub images: BTreeSet<String>,
}

/// What an entry is called.
struct Entry {
    /// `container`, `module`, `image`, or what the key of a source begins with.
    kind: String,
    name: String,
    /// As the lock has it.
    key: String,
    /// What else it is called, by people who write less.
    short: Option<String>,
}

impl Entry {
    fn of_module(module: &Module) -> Self {
        Self::of("module", &module.name)
    }

    fn of_container(name: &str) -> Self {
        Self::of("container", name)
    }

    /// Of a key such as `debian:musl@1.2.5-3 with its series`.
    fn of_source(key: String) -> Self {
        let (kind, rest) = key.split_once(':').unwrap_or(("source", &key));
        let name = rest.split('@').next().unwrap_or(rest);
        Self { key: key.clone(), ..Self::of(kind, name) }
    }

    fn of(kind: &str, name: &str) -> Self {
        Self { kind: kind.to_owned(), name: name.to_owned(), key: name.to_owned(), short: None }
    }

    /// Without its tag, and as docker shows it.
    fn of_image(image: &ImageName) -> Self {
        let short = Some(image.short_place());
        Self { key: image.to_string(), short, ..Self::of("image", &image.place()) }
    }

    /// By its name, by its kind and name, or as the lock has it.
    fn is_called(&self, name: &str) -> bool {
        let after_kind = name.strip_prefix(&self.kind).and_then(|rest| rest.strip_prefix(':'));
        let own = [Some(&self.name), Some(&self.key), self.short.as_ref()];
        own.into_iter().flatten().any(|own| name == own || after_kind == Some(own.as_str()))
    }
}

/// What these names mean in the project.
///
/// # Errors
/// A name that nothing has which is locked, or that things of two kinds have.
pub fn choose(
    names: &[String],
    project: &Project<Unlocked>,
    modules: &[Module],
) -> Result<Chosen, CommandError> {
    let sources = || project.units.values().flat_map(|unit| &unit.sources).map(|entry| &entry.source);
    let keys: BTreeSet<String> = sources().filter(|source| source.needs_lock()).map(Source::key).collect();
    let go: BTreeSet<String> =
        sources().filter(|source| matches!(source, Source::GoModule(_))).map(Source::key).collect();
    let modules = modules.iter().filter(|module| module.source.needs_lock()).map(Entry::of_module);
    let containers = project.containers.keys().map(|name| Entry::of_container(name));
    let images: BTreeSet<&ImageName> = project.registry_images().map(|(_, image)| image).collect();
    let images = images.into_iter().map(Entry::of_image);
    let entries: Vec<Entry> =
        modules.chain(containers).chain(keys.into_iter().map(Entry::of_source)).chain(images).collect();
    let mut chosen = Chosen::default();
    for name in names {
        for entry in called(name, &entries)? {
            let key = entry.key.clone();
            match entry.kind.as_str() {
                "module" => continue,
                "container" => chosen.containers.insert(key),
                "image" => chosen.images.insert(key),
                _ if go.contains(&key) => chosen.go.insert(key),
                _ => chosen.debian.insert(key),
            };
        }
    }
    Ok(chosen)
}

/// The entries of a name: of one kind, and at least one.
fn called<'a>(name: &str, entries: &'a [Entry]) -> Result<Vec<&'a Entry>, CommandError> {
    let found: Vec<&Entry> = entries.iter().filter(|entry| entry.is_called(name)).collect();
    let kinds: BTreeSet<&str> = found.iter().map(|entry| entry.kind.as_str()).collect();
    if found.is_empty() {
        let names: BTreeSet<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        let message = format!("no container, source, image or module that is locked is called {name:?}");
        return Err(CommandError::user(message).hint(near::hint(name, "entry", names)));
    }
    if kinds.len() > 1 {
        let both: Vec<String> = kinds.iter().map(|kind| format!("`{kind}:{name}`")).collect();
        return Err(CommandError::user(format!("{name:?} is the name of several things"))
            .hint(format!("write {}", both.join(" or "))));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_three_names() {
        let source = Entry::of_source("debian:musl@1.2.5-3 with its series".to_owned());
        for name in ["musl", "debian:musl", "debian:musl@1.2.5-3 with its series"] {
            assert!(source.is_called(name), "{name}");
        }
        for name in ["debian", "debian-package:musl", "mus", "container:musl", "musl@1.2.5-3"] {
            assert!(!source.is_called(name), "{name}");
        }
        let go = Entry::of_source("go:example.org/a/b@v1.0.0 with x@v2".to_owned());
        assert!(go.is_called("example.org/a/b"));
        assert!(Entry::of_container("tools").is_called("container:tools"));
        let image = Entry::of_image(&"redis:8".parse().unwrap());
        for name in ["redis", "image:redis", "docker.io/library/redis", "docker.io/library/redis:8"] {
            assert!(image.is_called(name), "{name}");
        }
        assert!(!image.is_called("redis:8") && !image.is_called("container:redis"));
    }

    #[test]
    fn a_name_of_two_kinds_asks_which() {
        let entries = [Entry::of_container("musl"), Entry::of_source("debian:musl@1".to_owned())];
        let hints = |name: &str| called(name, &entries).err().map(|error| error.hints().to_vec());
        assert_eq!(hints("musl").unwrap(), ["write `container:musl` or `debian:musl`"]);
        assert!(hints("debian:musl").is_none());
        assert_eq!(hints("muls").unwrap(), ["did you mean \"musl\"?"]);
    }
}
