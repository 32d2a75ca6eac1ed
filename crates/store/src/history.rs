//! The last runs of what has one label: which action ran, how it ended, and what its inputs said. It serves questions of people;
//! no result depends on it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use yoe_model::Digest;

use crate::error::{At, Result, StoreError, present};
use crate::layout::make_directory;
use crate::{Kind, Object, Store};

/// So many runs of a label are remembered. The log of an older one is removed.
pub const REMEMBERED: usize = 10;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunEnd {
    /// It gave a result.
    Built,
    /// It failed.
    Failed,
}

/// A run of an action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The key of the action.
    pub key: Digest,
    /// How it ended.
    pub end: RunEnd,
    /// When it ended, in seconds since 1970.
    pub time: u64,
    /// How long it took.
    pub seconds: f64,
    /// What its inputs said, by the names of its parts. Kept of the newest run that gave a result.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, String>,
}

impl Run {
    /// A run that has just ended.
    pub fn now(key: Digest, end: RunEnd, seconds: f64, inputs: BTreeMap<String, String>) -> Self {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self { key, end, time: since.as_secs(), seconds, inputs }
    }
}

impl Store {
    /// The runs that are remembered of this label, the newest first. A file that is damaged holds none.
    pub fn runs(&self, label: &str) -> Result<Vec<Run>> {
        let path = self.layout.path(history(label));
        let text = present(fs::read(&path)).at("read", &path)?;
        Ok(text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default())
    }

    /// Remembers a run, and forgets the oldest of the label when there are too many. Two processes that do so at once may
    /// lose one of the runs.
    pub fn remember(&self, label: &str, run: Run) -> Result<()> {
        let object = history(label);
        let mut runs = self.runs(label)?;
        if run.end == RunEnd::Built {
            runs.iter_mut().for_each(|older| older.inputs.clear());
        }
        // The log of a key is that of its newest run.
        runs.retain(|older| older.key != run.key || !older.inputs.is_empty());
        runs.insert(0, run);
        let forgotten = runs.split_off(runs.len().min(REMEMBERED));
        let text = serde_json::to_vec(&runs).map_err(|source| StoreError::Encode { object, source })?;
        let session = self.some_session()?;
        let _gate = self.layout.enter()?;
        let (new, path) = (session.free_path(), self.layout.path(object));
        path.parent().map_or(Ok(()), make_directory)?;
        fs::write(&new, &text).at("write", &new)?;
        fs::rename(&new, &path).at("write", &path)?;
        for run in forgotten.iter().filter(|run| runs.iter().all(|kept| kept.key != run.key)) {
            let log = self.layout.path(Object::new(Kind::Log, &run.key));
            present(fs::remove_file(&log)).at("remove", &log)?;
        }
        Ok(())
    }

    /// The log of this action, when there is one.
    pub fn log(&self, key: &Digest) -> Result<Option<PathBuf>> {
        let object = Object::new(Kind::Log, key);
        let _gate = self.layout.enter()?;
        Ok(self.layout.has(object)?.then(|| self.layout.path(object)))
    }
}

fn history(label: &str) -> Object {
    Object::new(Kind::History, &Digest::of(label.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(name: &str, end: RunEnd) -> Run {
        let inputs = if end == RunEnd::Built {
            [("tasks".to_owned(), name.to_owned())].into()
        } else {
            BTreeMap::new()
        };
        Run::now(Digest::of(name.as_bytes()), end, 1.0, inputs)
    }

    #[test]
    fn the_last_runs_are_remembered_with_the_inputs_of_the_last_result() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("store")).unwrap();
        assert_eq!(store.runs("unit a").unwrap(), []);
        for name in 0..REMEMBERED + 5 {
            let run = run(&name.to_string(), RunEnd::Built);
            fs::write(store.log_file(&run.key).unwrap(), "said").unwrap();
            store.remember("unit a", run).unwrap();
        }
        store.remember("unit a", run("failed", RunEnd::Failed)).unwrap();
        let runs = store.runs("unit a").unwrap();
        assert_eq!((runs.len(), runs[0].end, runs[1].end), (REMEMBERED, RunEnd::Failed, RunEnd::Built));
        let with_inputs: Vec<_> = runs.iter().filter(|run| !run.inputs.is_empty()).collect();
        assert_eq!(with_inputs.len(), 1, "those of the newest result alone");
        assert_eq!(with_inputs[0].inputs["tasks"], (REMEMBERED + 4).to_string());
        let log = |name: &str| store.log(&Digest::of(name.as_bytes())).unwrap();
        assert!(log("0").is_none() && log("14").is_some(), "logs of the forgotten are gone");
        assert_eq!(store.runs("unit b").unwrap(), []);
    }

    #[test]
    fn a_damaged_history_is_none_and_is_written_anew() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("store")).unwrap();
        store.remember("unit a", run("1", RunEnd::Built)).unwrap();
        fs::write(store.layout.path(history("unit a")), "[{").unwrap();
        assert_eq!(store.runs("unit a").unwrap(), []);
        store.remember("unit a", run("2", RunEnd::Built)).unwrap();
        assert_eq!(store.runs("unit a").unwrap().len(), 1);
    }
}
