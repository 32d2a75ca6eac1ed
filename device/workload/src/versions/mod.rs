//! Versions of workloads that came apart from the system: which of them run, and what becomes of those that do not.

mod mounted;

use std::collections::BTreeMap;
use std::fs;

use yoe_notation::os_release;
use yoe_notation::version::compare;
use yoe_program::durable;
use yoe_workload_format::Record;
use yoe_workload_format::generations::{Chosen, FILE, Failure, Generation, Generations, WHOLE};

use crate::args::Places;
use crate::error::WorkloadError;
use crate::lock;
use crate::root::Root;

/// Starts that a version on trial has, before it is given up.
const TRIES: u32 = 3;

/// What is on record on this device, for the version of the system that runs.
#[derive(Debug)]
pub struct Versions<'a> {
    places: &'a Places,
    system: String,
}

impl<'a> Versions<'a> {
    /// Of this device.
    pub fn open(places: &'a Places) -> Self {
        let text = fs::read_to_string(&places.os_release).unwrap_or_default();
        let field = |name: &str| os_release::field(&text, name).unwrap_or_default();
        Self { places, system: format!("{} {}", field("IMAGE_ID"), field("IMAGE_VERSION")) }
    }

    /// What was chosen of a workload in the place of the system's own; nothing when that runs.
    pub fn chosen(&self, name: &str) -> Option<Chosen> {
        self.about(name).0
    }

    /// The same, and why a version of the workload was given up last.
    pub fn about(&self, name: &str) -> (Option<Chosen>, Option<Failure>) {
        let mut record = self.record();
        let chosen = record.of(&self.system).and_then(|generation| generation.chosen.get(name).cloned());
        (chosen, record.failures.remove(name))
    }

    /// Puts the generation of this system first. One that was never here takes over what is newer than its own.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn enter(&self, root: &Root) -> Result<(), WorkloadError> {
        self.change(root, |_, _| ()).map(drop)
    }

    /// Chooses a version that is here and whole; it is on trial.
    ///
    /// # Errors
    /// When there is no such file, it is no newer than the system's own, or the choice cannot be written.
    pub fn switch(&self, root: &Root, name: &str, version: &str) -> Result<(), WorkloadError> {
        let own = root.find(name)?;
        if !is_newer(version, own) {
            let own = own.version.as_deref().unwrap_or_default();
            return Err(WorkloadError::Wrong(format!(
                "version {version} of {name} is no newer than the system's own {own}"
            )));
        }
        let at = mounted::directory(self.places, name, version)?;
        mounted::check(&at, name, version)?;
        self.change(root, |generation, failures| {
            failures.remove(name);
            let before = generation.chosen.get(name).and_then(Chosen::good);
            let before = before.filter(|before| *before != version).cloned();
            let chosen = Chosen { version: Some(version.to_owned()), before, tries: Some(TRIES) };
            generation.chosen.insert(name.to_owned(), chosen);
        })
        .map(drop)
    }

    /// Begins a start. Of a version on trial, a try is taken off before anything is started, so a device that goes down with it
    /// comes to the end of them; whether it is on trial.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(&self, root: &Root, name: &str) -> Result<bool, WorkloadError> {
        let Some(Chosen { tries: Some(left), .. }) = self.chosen(name) else { return Ok(false) };
        if left == 0 {
            self.give_up(root, name, &format!("{TRIES} starts, and it was not healthy for long enough"))?;
            return Ok(false);
        }
        self.change(root, |generation, _| {
            if let Some(chosen) = generation.chosen.get_mut(name) {
                chosen.tries = Some(left - 1);
            }
        })?;
        Ok(true)
    }

    /// A version on trial is good.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn settle(&self, root: &Root, name: &str) -> Result<(), WorkloadError> {
        self.change(root, |generation, _| {
            if let Some(chosen) = generation.chosen.get_mut(name) {
                chosen.tries = None;
            }
        })?;
        mounted::sweep(self.places, &self.record())
    }

    /// Comes back to what ran before, and records why.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn give_up(&self, root: &Root, name: &str, reason: &str) -> Result<(), WorkloadError> {
        self.change(root, |generation, failures| {
            let Some(chosen) = generation.chosen.get_mut(name) else { return };
            if let Some(version) = chosen.version.take() {
                failures.insert(name.to_owned(), Failure { version, reason: reason.to_owned() });
            }
            *chosen = Chosen { version: chosen.before.take(), before: None, tries: None };
        })
        .map(drop)
    }

    /// Comes back to what ran before because somebody asks for it. Returns the version; nothing for the system's own.
    ///
    /// # Errors
    /// When the system's own runs already, or it cannot be written.
    pub fn back(&self, root: &Root, name: &str) -> Result<Option<String>, WorkloadError> {
        root.find(name)?;
        if self.chosen(name).is_none_or(|chosen| chosen.version.is_none()) {
            let problem = format!("{name} is the system's own; `updater rollback` takes the system back");
            return Err(WorkloadError::Wrong(problem));
        }
        let before = self.change(root, |generation, _| {
            let chosen = generation.chosen.get_mut(name)?;
            *chosen = Chosen { version: chosen.before.take(), before: None, tries: None };
            chosen.version.clone()
        })?;
        Ok(before)
    }

    /// Puts what was chosen into the place of the system's own. What cannot be used is named in [`Root::damaged`], and the system's own
    /// stays.
    pub fn apply(&self, root: &mut Root) {
        let record = self.record();
        let Some(generation) = record.of(&self.system) else { return };
        for (name, chosen) in &generation.chosen {
            let Some(version) = &chosen.version else { continue };
            let Ok(own) = root.find(name) else { continue };
            if !is_newer(version, own) {
                continue;
            }
            let read = mounted::directory(self.places, name, version)
                .and_then(|at| Ok((mounted::check(&at, name, version)?, at)));
            match read {
                Ok((record, at)) => root.replace(record, at),
                Err(problem) => root.damaged.push((name.clone(), yoe_program::message(&problem))),
            }
        }
    }

    /// What is on record; nothing where it cannot be read: then the system's own runs.
    fn record(&self) -> Generations {
        let text = fs::read(self.places.versions.join(FILE)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Changes what is on record of the system that runs. A loss of power leaves what was there, or this.
    fn change<T: Default>(
        &self,
        root: &Root,
        change: impl FnOnce(&mut Generation, &mut BTreeMap<String, Failure>) -> T,
    ) -> Result<T, WorkloadError> {
        let _lock = lock::hold(&self.places.run, "workload-versions")?;
        let before = self.record();
        let mut record = before.clone();
        let newer = |name: &str, version: &str| {
            let file = self.places.versions.join(name).join(format!("{version}.{WHOLE}"));
            root.own(name).is_some_and(|own| is_newer(version, own)) && file.is_file()
        };
        let mut failures = std::mem::take(&mut record.failures);
        let changed = record.enter(&self.system, newer).map(|first| change(first, &mut failures));
        record.failures = failures;
        if record != before {
            let text = serde_json::to_string_pretty(&record).unwrap_or_default() + "\n";
            durable(&self.places.versions.join(FILE), text.as_bytes())?;
        }
        Ok(changed.unwrap_or_default())
    }
}

/// Whether a version is newer than the system's own, in the order of versions of systems.
fn is_newer(version: &str, own: &Record) -> bool {
    own.version.as_deref().is_none_or(|own| compare(version, own).is_gt())
}
