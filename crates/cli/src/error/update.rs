//! Errors of updates that are to be made, with what to do about them.

use yoe_image::update::UpdateError;
use yoe_keys::KeysError;

use super::CommandError;

impl From<UpdateError> for CommandError {
    fn from(error: UpdateError) -> Self {
        match error {
            UpdateError::OneSlot(_) => Self::user(error.to_string()),
            UpdateError::Published { .. } => Self::user(error.to_string())
                .hint("raise the version: no device that runs it would take this one"),
            UpdateError::NoVersion { .. } => Self::user(error.to_string())
                .hint("an image names its workloads; one with `version = \"…\"` can be updated apart from the system"),
            UpdateError::Sign(refusal) => KeysError::sign(refusal).into(),
            UpdateError::Replaced { .. } => Self::config(error.to_string())
                .hint(
                    "when nobody else has the old keys, --from-old-keys re-signs the list; check the versions it names",
                )
                .hint("when somebody may have them, publish in a directory that is new, and serve that one"),
            UpdateError::Renewed { .. } => Self::config(error.to_string())
                .hint("put back the newest state of the directory, or publish in a directory that is new"),
            UpdateError::NotBootable { .. } => Self::config("no device could start this update")
                .because(error)
                .hint("rebuild the image; if this persists, report a bug"),
            UpdateError::Foreign { .. } => Self::config("the repository cannot be used")
                .because(error)
                .hint("was it made with other keys, or for another project?"),
            other => Self::config("no update can be made").because(other),
        }
    }
}
