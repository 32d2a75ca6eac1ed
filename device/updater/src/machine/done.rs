//! What was done already. A step that comes up again had no effect, and would come up for ever.

use std::fmt;

use super::Step;

/// The steps of one run.
#[derive(Debug, Clone, Default)]
pub struct Done(Vec<Step>);

/// A step that was carried out is the next one again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} was done, and is to be done again")]
pub struct NoEffectError(Step);

impl Done {
    /// Notes that a step is about to be carried out.
    ///
    /// # Errors
    /// When it was before.
    pub fn note(&mut self, step: &Step) -> Result<(), NoEffectError> {
        if self.0.contains(step) {
            return Err(NoEffectError(step.clone()));
        }
        self.0.push(step.clone());
        Ok(())
    }

    /// Whether there was nothing to do.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MendTable => write!(f, "mending the partition table"),
            Self::RemoveEntry(name) => write!(f, "removing {name}"),
            Self::RemoveUnfinished(file) => write!(f, "removing {file}"),
            Self::SetUuid(slot, uuid) => write!(f, "setting the UUID of {} to {uuid}", slot.partition()),
            Self::WriteSlot(slot) => write!(f, "writing {}", slot.partition()),
            Self::CopyKernel(file) => write!(f, "copying {file}"),
            Self::Rename { from, to } => write!(f, "renaming {from} to {to}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::UpdaterError;

    #[test]
    fn a_step_without_effect_is_an_error_instead_of_a_loop() {
        let mut done = Done::default();
        for name in ["a.efi", "b.efi"] {
            done.note(&Step::RemoveUnfinished(name.into())).unwrap();
        }
        let error = done.note(&Step::RemoveUnfinished("a.efi".into())).unwrap_err();
        assert_eq!(error.to_string(), "removing a.efi was done, and is to be done again");
        assert_eq!(UpdaterError::from(error).kind(), ("read-back", 30));
    }
}
