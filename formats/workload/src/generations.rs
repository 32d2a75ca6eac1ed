//! Which versions of workloads run with which version of the system: a generation is a system and its workloads.
//!
//! | below `/var/lib/yoe/workload-versions` | holds |
//! |---|---|
//! | `generations.json` | [`Generations`] |
//! | `NAME/VERSION.erofs` | a version of a workload that came apart from the system, whole and verified |
//! | `NAME/VERSION.part` | one that is being fetched |

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The directory of versions that came apart from the system.
pub const DIRECTORY: &str = "/var/lib/yoe/workload-versions";
/// What is on record, below [`DIRECTORY`].
pub const FILE: &str = "generations.json";
/// What the name of a version that is whole ends with.
pub const WHOLE: &str = "erofs";
/// What the name of a version that is being fetched ends with.
pub const PART: &str = "part";
/// As many generations are kept as a device has slots.
const KEPT: usize = 2;

/// What is on record of versions that came apart from the system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Generations {
    /// The one that runs first, then the one that ran before it.
    pub generations: Vec<Generation>,
    /// What became of versions that were given up, by the workload's name.
    pub failures: BTreeMap<String, Failure>,
}

/// A version of the system, and the versions of workloads that run with it. Of a workload that is not here, the system's own runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generation {
    /// What the system's version is known by: the root hash, which stands for every bit of it.
    pub system: String,
    /// By the workload's name.
    pub chosen: BTreeMap<String, Chosen>,
}

/// A version of a workload that was chosen in the place of the system's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// The version; the system's own when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The version that ran before it, to come back to; the system's own when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Starts that are left to it while it is on trial; absent when it was found good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries: Option<u32>,
}

/// A version that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// The version.
    pub version: String,
    /// What was wrong with it.
    pub reason: String,
}

impl Chosen {
    /// The version that is known to be good: what is on trial may be what fails. Nothing for the system's own.
    pub fn good(&self) -> Option<&String> {
        if self.tries.is_some() { self.before.as_ref() } else { self.version.as_ref() }
    }
}

impl Generations {
    /// What runs with this version of the system, as far as it was chosen.
    pub fn of(&self, system: &str) -> Option<&Generation> {
        self.generations.iter().find(|generation| generation.system == system)
    }

    /// Puts the generation of this version of the system first. A new one takes over what ran with the one before, as far as `takes`
    /// says so of a workload's name and its version that was good; generations beyond the slots of a device are dropped.
    pub fn enter(
        &mut self,
        system: &str,
        mut takes: impl FnMut(&str, &str) -> bool,
    ) -> Option<&mut Generation> {
        let generation = match self.generations.iter().position(|generation| generation.system == system) {
            Some(at) => self.generations.remove(at),
            None => {
                let mut chosen = BTreeMap::new();
                for (name, old) in self.generations.first().into_iter().flat_map(|first| &first.chosen) {
                    if let Some(version) = old.good().filter(|version| takes(name, version)) {
                        let taken = Chosen { version: Some(version.clone()), before: None, tries: None };
                        chosen.insert(name.clone(), taken);
                    }
                }
                Generation { system: system.to_owned(), chosen }
            }
        };
        self.generations.insert(0, generation);
        self.generations.truncate(KEPT);
        self.generations.first_mut()
    }

    /// Whether a generation needs this version of a workload, to run it or to come back to it.
    pub fn needs(&self, name: &str, version: &str) -> bool {
        let chosen = self.generations.iter().filter_map(|generation| generation.chosen.get(name));
        chosen.flat_map(|chosen| [&chosen.version, &chosen.before]).any(|of| of.as_deref() == Some(version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(version: Option<&str>, before: Option<&str>, tries: Option<u32>) -> Chosen {
        Chosen { version: version.map(str::to_owned), before: before.map(str::to_owned), tries }
    }

    fn with(system: &str, of: Chosen) -> Generations {
        let generation = Generation { system: system.to_owned(), chosen: [("shop".to_owned(), of)].into() };
        Generations { generations: vec![generation], ..Generations::default() }
    }

    #[test]
    fn a_new_system_takes_over_what_is_newer_than_its_own() {
        let mut all = with("one", chosen(Some("3"), Some("2"), None));
        let mut asked = Vec::new();
        let entered = all.enter("two", |name, version| {
            asked.push(format!("{name} {version}"));
            true
        });
        assert_eq!(entered.unwrap().chosen["shop"], chosen(Some("3"), None, None));
        assert_eq!(asked, ["shop 3"]);
        assert!(all.needs("shop", "2") && all.needs("shop", "3") && !all.needs("shop", "4"));
        assert!(all.enter("three", |_, _| false).unwrap().chosen.is_empty());
        assert_eq!(all.of("one"), None, "a device has two slots");
        assert!(!all.needs("shop", "2") && all.needs("shop", "3"));
    }

    #[test]
    fn what_was_on_trial_is_not_taken_over() {
        let mut all = with("one", chosen(Some("3"), Some("2"), Some(1)));
        assert_eq!(all.enter("two", |_, _| true).unwrap().chosen["shop"], chosen(Some("2"), None, None));
        let mut first = with("one", chosen(Some("3"), None, Some(1)));
        assert!(first.enter("two", |_, _| true).unwrap().chosen.is_empty());
    }

    #[test]
    fn an_older_system_finds_what_ran_with_it() {
        let mut all = with("one", chosen(Some("3"), None, None));
        all.enter("two", |_, _| false);
        assert_eq!(all.enter("one", |_, _| false).unwrap().chosen["shop"], chosen(Some("3"), None, None));
        assert_eq!(all.generations.iter().map(|one| one.system.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    }

    #[test]
    fn what_is_written_is_read() {
        let mut all = with("one", chosen(Some("3"), None, Some(2)));
        all.failures.insert("shop".to_owned(), Failure { version: "2".to_owned(), reason: "x".to_owned() });
        let text = serde_json::to_string(&all).unwrap();
        assert_eq!(serde_json::from_str::<Generations>(&text).unwrap(), all);
        assert_eq!(serde_json::from_str::<Generations>("{}").unwrap(), Generations::default());
    }
}
