//! What actions said when they ran.

use std::path::PathBuf;

use yoe_plan::Key;
use yoe_store::{Result, RunEnd, Store};

/// The log of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunLog {
    /// Where it is.
    pub path: PathBuf,
    /// How the run ended.
    pub end: RunEnd,
    /// When it ended, in seconds since 1970; absent of a run that was not remembered.
    pub time: Option<u64>,
    /// How long it took.
    pub seconds: f64,
}

/// The logs of the last runs of what has this label, the newest first. `kind` is that of its action. A run whose result was that
/// of an earlier one said nothing, and has none.
///
/// # Errors
/// When the store cannot be read.
pub fn logs(store: &Store, kind: &str, label: &str) -> Result<Vec<RunLog>> {
    let mut found: Vec<RunLog> = Vec::new();
    for run in store.runs(label)? {
        if let Some(path) = store.log(&run.key)?.filter(|path| found.iter().all(|log| log.path != *path)) {
            found.push(RunLog { path, end: run.end, time: Some(run.time), seconds: run.seconds });
        }
    }
    // Before runs were remembered, results were: their parts give their keys.
    if let (true, Some(last)) = (found.is_empty(), store.last(label)?) {
        let path = store.log(&Key::digest(kind, &last.parts))?;
        let seconds = last.seconds;
        found.extend(path.map(|path| RunLog { path, end: RunEnd::Built, time: None, seconds }));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use yoe_model::Digest;
    use yoe_store::{ActionResult, Run};

    use super::*;

    fn store(directory: &tempfile::TempDir) -> Store {
        Store::open(&directory.path().join("store")).unwrap()
    }

    #[test]
    fn failures_and_results_have_logs_and_the_newest_is_first() {
        let directory = tempfile::tempdir().unwrap();
        let store = store(&directory);
        assert_eq!(logs(&store, "unit", "unit a").unwrap(), []);
        let ends = [("built", RunEnd::Built), ("reused", RunEnd::Built), ("failed", RunEnd::Failed)];
        for (name, end) in ends {
            let key = Digest::of(name.as_bytes());
            if name != "reused" {
                fs::write(store.log_file(&key).unwrap(), name).unwrap();
            }
            store.remember("unit a", Run::now(key, end, 1.0, Default::default())).unwrap();
        }
        let found = logs(&store, "unit", "unit a").unwrap();
        let texts: Vec<_> = found.iter().map(|log| fs::read_to_string(&log.path).unwrap()).collect();
        assert_eq!((texts, found[0].end), (vec!["failed".to_owned(), "built".to_owned()], RunEnd::Failed));
    }

    #[test]
    fn the_log_of_a_result_from_before_is_found_by_its_parts() {
        let directory = tempfile::tempdir().unwrap();
        let store = store(&directory);
        let session = store.session().unwrap();
        let scratch = session.scratch().unwrap();
        let tree = store.import_tree(scratch.path()).unwrap();
        let parts = [("rules".to_owned(), Digest::of(b"1"))].into();
        let key = Key::digest("unit", &parts);
        fs::write(store.log_file(&key).unwrap(), "said").unwrap();
        store.record(&key, &ActionResult { tree, seconds: 2.0, label: "unit a".into(), parts }).unwrap();
        let found = logs(&store, "unit", "unit a").unwrap();
        assert_eq!((found.len(), found[0].time), (1, None));
    }
}
