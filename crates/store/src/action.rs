//! What actions gave.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use yoe_model::Digest;

use crate::error::{At, Result, StoreError, present};
use crate::layout::make_directory;
use crate::{Kind, Object, Store};

/// What an action gave, and what is worth knowing about how it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionResult {
    /// The tree that it made.
    pub tree: Digest,
    /// How long it took.
    pub seconds: f64,
    /// What a person calls it: "unit musl". Results with the same label are those of the same thing over time.
    pub label: String,
    /// The digests of its inputs by name, to explain why another run of the same label was needed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, Digest>,
}

impl ActionResult {
    /// The tree that it made, as an object of the store.
    pub(crate) fn tree(&self) -> Object {
        Object::new(Kind::Tree, &self.tree)
    }
}

impl Store {
    /// The result of this action, if it was recorded and its tree is in the store; marks both as used.
    pub fn action(&self, key: &Digest) -> Result<Option<ActionResult>> {
        let object = Object::new(Kind::Action, key);
        let _gate = self.layout.enter()?;
        let Some(result) = read_result(&self.layout.path(object))? else { return Ok(None) };
        if !self.layout.has(result.tree())? {
            return Ok(None);
        }
        self.mark(object)?;
        self.mark(result.tree())?;
        Ok(Some(result))
    }

    /// The tree that was recorded for this action, whether or not it is still there. Neither counts as used.
    pub fn recorded(&self, key: &Digest) -> Result<Option<Digest>> {
        let result = read_result(&self.layout.path(Object::new(Kind::Action, key)))?;
        Ok(result.map(|result| result.tree))
    }

    /// Whether this action has a result whose tree is in the store. Neither counts as used.
    pub fn has_result(&self, key: &Digest) -> Result<bool> {
        let result = read_result(&self.layout.path(Object::new(Kind::Action, key)))?;
        result.map_or(Ok(false), |result| self.layout.has(result.tree()))
    }

    /// Records what an action gave, in place of what was recorded before.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotStored`] when the tree is not in the store.
    pub fn record(&self, key: &Digest, result: &ActionResult) -> Result<()> {
        let action = Object::new(Kind::Action, key);
        let label = Object::new(Kind::Label, &Digest::of(result.label.as_bytes()));
        let session = self.some_session()?;
        let encode = |source| StoreError::Encode { object: action, source };
        let text = serde_json::to_vec_pretty(result).map_err(encode)?;
        let _gate = self.layout.enter()?;
        if !self.layout.has(result.tree())? {
            return Err(StoreError::NotStored { label: result.label.clone(), tree: result.tree });
        }
        // Before the result stands: killed in between, a collection that had already looked would otherwise take the tree, and
        // leave the result.
        self.mark(result.tree())?;
        for object in [action, label] {
            let (new, path) = (session.free_path(), self.layout.path(object));
            path.parent().map_or(Ok(()), make_directory)?;
            fs::write(&new, &text).at("write", &new)?;
            fs::rename(&new, &path).at("write", &path)?;
        }
        self.mark(action)
    }

    /// The newest result that was recorded for this label, whether or not its tree is still there.
    pub fn last(&self, label: &str) -> Result<Option<ActionResult>> {
        let object = Object::new(Kind::Label, &Digest::of(label.as_bytes()));
        read_result(&self.layout.path(object))
    }

    /// Where the log of this action is to be written. Its directory exists; the file may, from an earlier run.
    pub fn log_file(&self, key: &Digest) -> Result<PathBuf> {
        let object = Object::new(Kind::Log, key);
        let _gate = self.layout.enter()?;
        self.list_in_sessions(object)?;
        Ok(self.layout.path(object))
    }
}

/// The result in this file. None also when the file is damaged: then the action is done again, which mends it.
pub(crate) fn read_result(path: &Path) -> Result<Option<ActionResult>> {
    let text = present(fs::read(path)).at("read", path)?;
    Ok(text.and_then(|text| serde_json::from_slice(&text).ok()))
}
