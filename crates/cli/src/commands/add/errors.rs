//! What to do when a source gives no unit.

use yoe_adopt::{AdoptError, Origin};

use crate::error::CommandError;

/// The error, with what to do.
pub fn no_unit(error: AdoptError, source: &str, origin: &Origin) -> CommandError {
    let here = matches!(origin, Origin::Directory { .. });
    let hint = match &error {
        AdoptError::NoClass { .. } | AdoptError::Unknown { .. } => {
            Some("write the unit by hand: `unit(…)` with the steps of its tasks; docs/reference/language.md has its arguments".to_owned())
        }
        AdoptError::NoProgram { .. } => {
            Some("what links a library names it in its own lock or build: it needs no unit".to_owned())
        }
        AdoptError::SeveralPackages { .. } | AdoptError::NoPackage { .. } => {
            Some("--package NAME chooses one".to_owned())
        }
        AdoptError::NoCargoLock { .. } if here => Some("`cargo generate-lockfile` in it writes one".to_owned()),
        AdoptError::NoCargoLock { .. } => {
            Some("`cargo generate-lockfile` in a copy of it writes one; --cargo-lock FILE takes it".to_owned())
        }
        AdoptError::NoGoModules { .. } if here => Some("`go mod vendor` in it puts them there".to_owned()),
        AdoptError::NoGoModules { module, .. } => {
            Some(format!("`yoe add go:{module}` takes it from a proxy, with all that it needs"))
        }
        AdoptError::NoName { .. } => {
            Some("--name NAME gives it one: lower-case letters, digits and + . _ -".to_owned())
        }
        AdoptError::Misfit { .. } => Some("leave --class out to see what fits".to_owned()),
        AdoptError::Unreadable { .. } | AdoptError::Form { .. } => None,
    };
    let reported = CommandError::user(format!("no unit can be made of {source}")).because(error);
    match hint {
        Some(hint) => reported.hint(hint),
        None => reported,
    }
}
