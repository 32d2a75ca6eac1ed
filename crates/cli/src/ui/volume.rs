//! How much of a command's course is shown.

use std::sync::OnceLock;

/// What the user asked for.
static VOLUME: OnceLock<Volume> = OnceLock::new();

/// How much of a command's course is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Volume {
    /// Warnings and errors.
    Quiet,
    /// What is done, too.
    #[default]
    Normal,
    /// What the steps of a build print, too.
    Verbose,
}

impl Volume {
    /// As `--quiet` and `--verbose` say.
    pub fn choose(quiet: bool, verbose: bool) -> Self {
        match (quiet, verbose) {
            (true, _) => Volume::Quiet,
            (false, true) => Volume::Verbose,
            (false, false) => Volume::Normal,
        }
    }
}

/// Remembers what the user asked for. The first choice counts.
pub fn choose(volume: Volume) {
    let _ = VOLUME.set(volume);
}

/// What the user asked for.
pub fn chosen() -> Volume {
    VOLUME.get().copied().unwrap_or_default()
}
