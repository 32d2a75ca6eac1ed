//! Where a unit's patches are written, and what must name them.

use std::path::{Path, PathBuf};

use yoe_model::Unit;

use crate::error::CommandError;
use crate::project;

/// Where a unit's patches are written.
pub struct Place {
    /// Their directory.
    pub directory: PathBuf,
    /// What must say which patches there are.
    file: String,
    /// Whether the unit is another module's: what is written overrides it.
    overrides: bool,
}

impl Place {
    /// Of a unit of the project in this directory.
    pub fn of(root: &Path, unit: &Unit) -> Self {
        let own = root.join(&unit.origin.file);
        // A module that lies next to the project is somebody else's, too.
        if own.is_file() && !unit.origin.file.starts_with("..") {
            let (directory, file) = (own.with_extension(""), project::place(&unit.origin));
            return Self { directory, file, overrides: false };
        }
        // As the module has it: a file of the same name in the project overrides a unit.
        let category = Path::new(&unit.origin.file).parent().and_then(Path::file_name);
        let below = Path::new("units").join(category.unwrap_or_default());
        let file = below.join(format!("{}.star", unit.name)).display().to_string();
        Self { directory: root.join(below).join(&unit.name), file, overrides: true }
    }

    /// What the file must say; absent when it does already.
    pub fn says(&self, unit: &Unit, patches: &[String]) -> Result<Option<String>, CommandError> {
        let list =
            |names: &[String]| names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
        if patches == unit.patches {
            return Ok(None);
        }
        if !self.overrides {
            return Ok(Some(format!("{}: say patches = [{}]", self.file, list(patches))));
        }
        let further = patches.strip_prefix(unit.patches.as_slice()).ok_or_else(|| {
            CommandError::user(format!(
                "unit {:?} is another module's: its patches can be changed and further ones can follow, but none can be left out \
                 or moved",
                unit.name
            ))
            .hint(format!("expected commits for {} first, in this order", unit.patches.join(", ")))
        })?;
        let name = &unit.name;
        Ok(Some(format!(
            "{}: add {} to override(name = {name:?}, add_patches = […])",
            self.file,
            list(further)
        )))
    }
}
