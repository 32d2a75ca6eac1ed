//! What options of every command ask of a build.

use std::num::NonZeroUsize;
use std::sync::OnceLock;

use crate::paths;

/// What was asked for.
static SETTINGS: OnceLock<Settings> = OnceLock::new();

/// What options of every command ask of a build.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings {
    /// Processors that a build uses; all of this machine when absent.
    pub jobs: Option<NonZeroUsize>,
    /// Whether nothing may be fetched.
    pub offline: bool,
    /// Whether working trees of units are left out.
    pub locked: bool,
}

/// Remembers what the user asked for. The first choice counts.
pub fn choose(settings: Settings) {
    let _ = SETTINGS.set(settings);
}

/// Processors that a build uses.
pub fn jobs() -> usize {
    let jobs = SETTINGS.get().and_then(|settings| settings.jobs);
    jobs.map_or_else(paths::cores, NonZeroUsize::get)
}

/// Whether working trees of units are left out.
pub fn locked() -> bool {
    SETTINGS.get().is_some_and(|settings| settings.locked)
}

/// Whether nothing may be fetched.
pub fn offline() -> bool {
    SETTINGS.get().is_some_and(|settings| settings.offline)
}
