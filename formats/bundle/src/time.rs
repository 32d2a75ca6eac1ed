//! Points in time, as TUF writes them: `2026-11-24T00:00:00Z`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use yoe_notation::date;

/// Seconds since 1970, without leap seconds, from year 1970 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Time(pub u64);

const DAY: u64 = 86_400;
/// The last second of the year 9999.
const LAST: u64 = 253_402_300_799;

impl Time {
    /// This many days later; the end of the year 9999 at most.
    pub fn plus_days(self, days: u64) -> Self {
        Self(self.0.saturating_add(days.saturating_mul(DAY)).min(LAST))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&date::rfc3339(self.0))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        date::parse_rfc3339(&text).map(Self).ok_or_else(|| {
            de::Error::custom(format!("{text:?} is not a time: expected the form \"2026-11-24T00:00:00Z\""))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_times() {
        for (text, seconds) in [("1970-01-01T00:00:00Z", 0), ("9999-12-31T23:59:59Z", LAST)] {
            let json = format!("{text:?}");
            assert_eq!(serde_json::from_str::<Time>(&json).unwrap(), Time(seconds));
            assert_eq!(serde_json::to_string(&Time(seconds)).unwrap(), json);
        }
        assert_eq!(Time(0).plus_days(u64::MAX), Time(LAST));
        let error = serde_json::from_str::<Time>("\"2026-02-29T00:00:00Z\"").unwrap_err().to_string();
        assert!(error.contains("is not a time"), "{error}");
    }
}
