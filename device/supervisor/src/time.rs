//! Points in time as Docker writes them: RFC 3339 with nanoseconds, UTC.

use std::time::{SystemTime, UNIX_EPOCH};

use yoe_notation::date;

/// The text of a point in time; one before 1970 is 1970.
pub fn text(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = date::rfc3339(since.as_secs());
    format!("{}.{:09}Z", seconds.trim_end_matches('Z'), since.subsec_nanos())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn known_times() {
        for (seconds, nanos, expected) in [
            (0, 0, "1970-01-01T00:00:00.000000000Z"),
            (951_868_799, 5, "2000-02-29T23:59:59.000000005Z"),
            (1_795_478_400, 999_999_999, "2026-11-24T00:00:00.999999999Z"),
        ] {
            assert_eq!(text(UNIX_EPOCH + Duration::new(seconds, nanos)), expected);
        }
        assert_eq!(text(UNIX_EPOCH - Duration::from_secs(1)), "1970-01-01T00:00:00.000000000Z");
    }
}
