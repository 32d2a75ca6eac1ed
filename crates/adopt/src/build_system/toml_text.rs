//! Texts of a Cargo.toml, some of which a package takes from its workspace.

use toml::{Table, Value};

use crate::AdoptError;

/// A manifest, and that of the workspace it is in.
pub(super) struct Manifest<'a> {
    pub(super) own: &'a Table,
    pub(super) workspace: &'a Table,
}

impl Manifest<'_> {
    /// A text of the package's table.
    pub(super) fn text(&self, field: &str) -> Option<String> {
        match self.own.get("package")?.get(field)? {
            Value::String(text) => Some(text.clone()),
            Value::Table(table) if table.get("workspace") == Some(&Value::Boolean(true)) => {
                let inherited = self.workspace.get("workspace")?.get("package")?.get(field)?;
                inherited.as_str().map(str::to_owned)
            }
            _ => None,
        }
    }
}

/// Reads a manifest.
pub(super) fn parse(file: &str, text: &str) -> Result<Table, AdoptError> {
    text.parse().map_err(|error: toml::de::Error| AdoptError::Form {
        file: file.to_owned(),
        reason: error.message().to_owned(),
    })
}
