//! Ctrl-C: the first ends what runs in order, the second ends the program.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};

use crate::error::CommandError;

/// The flag that is set once the user wants the end. From then on a second signal ends the program at once.
pub fn flag() -> Result<Arc<AtomicBool>, CommandError> {
    static FLAG: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    if let Some(flag) = FLAG.get() {
        return Ok(flag.clone());
    }
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // The order matters: the flag must still be unset when the first signal asks whether to end at once.
        signal_hook::flag::register_conditional_shutdown(signal, 130, flag.clone())
            .and_then(|_| signal_hook::flag::register(signal, flag.clone()))
            .map_err(|error| CommandError::config("signals cannot be handled").because(error))?;
    }
    Ok(FLAG.get_or_init(|| flag).clone())
}
