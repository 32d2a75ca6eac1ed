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
    /// Trees and blobs without which the tree is of no use. They are kept for as long as this result is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Digest>,
}

impl ActionResult {
    /// Everything in the store that this names.
    pub(crate) fn contents(&self) -> impl Iterator<Item = &Digest> {
        std::iter::once(&self.tree).chain(&self.references)
    }
}

impl Store {
    /// The result of this action, if it was recorded and everything that it names is in the store; marks that as used.
    pub fn action(&self, key: &Digest) -> Result<Option<ActionResult>> {
        let object = Object::new(Kind::Action, key);
        let _gate = self.layout.enter()?;
        let Some(result) = read_result(&self.layout.path(object))? else { return Ok(None) };
        let Ok(contents) = self.layout.contents_of(&result)? else { return Ok(None) };
        self.mark(object)?;
        contents.into_iter().try_for_each(|content| self.mark(content))?;
        Ok(Some(result))
    }

    /// Records what an action gave, in place of what was recorded before.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotStored`] when the tree or a reference is not in the store.
    pub fn record(&self, key: &Digest, result: &ActionResult) -> Result<()> {
        let action = Object::new(Kind::Action, key);
        let label = Object::new(Kind::Label, &Digest::of(result.label.as_bytes()));
        let session = self.some_session()?;
        let encode = |source| StoreError::Encode { object: action, source };
        let text = serde_json::to_vec_pretty(result).map_err(encode)?;
        let _gate = self.layout.enter()?;
        let contents = self.layout.contents_of(result)?.map_err(|missing| StoreError::NotStored {
            label: result.label.clone(),
            what: if missing == result.tree { "tree" } else { "tree or blob" },
            digest: missing,
        })?;
        // Before the result stands: killed in between, a collection that had already looked would otherwise take what the
        // result names, and leave the result.
        contents.into_iter().try_for_each(|content| self.mark(content))?;
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
