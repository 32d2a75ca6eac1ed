//! The system's clock.

use yoe_bundle::Time;

/// What this system's clock says.
pub fn clock() -> Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Time(since.map_or(0, |time| time.as_secs()))
}
