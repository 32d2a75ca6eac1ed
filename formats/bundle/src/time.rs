//! Points in time, as TUF writes them: `2026-11-24T00:00:00Z`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

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

    fn parse(text: &str) -> Option<Self> {
        let shape = text.len() == 20
            && text.bytes().zip(b"0000-00-00T00:00:00Z").all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                other => byte == *other,
            });
        let number = |range| text.get(range).and_then(|digits: &str| digits.parse::<u64>().ok());
        if !shape {
            return None;
        }
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
        let sane =
            year >= 1970 && (1..=12).contains(&month) && day >= 1 && hour < 24 && minute < 60 && second < 60;
        let time = Self(days_until(year, month, day) * DAY + hour * 3600 + minute * 60 + second);
        // A day that the month does not have comes back as another one.
        (sane && time.to_string() == text).then_some(time)
    }
}

/// Days from 1970 to this day of the Gregorian calendar, counting years from March.
fn days_until(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year.saturating_sub(1), month + 9) };
    let of_year = (153 * month + 2) / 5 + day.saturating_sub(1);
    (year * 365 + year / 4 - year / 100 + year / 400 + of_year).saturating_sub(719_468)
}

/// Year, month and day.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, turn) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + turn, month, day)
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date(self.0 / DAY);
        let rest = self.0 % DAY;
        let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
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
        Self::parse(&text).ok_or_else(|| {
            de::Error::custom(format!("{text:?} is not a time: expected the form \"2026-11-24T00:00:00Z\""))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_times() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("2026-11-24T00:00:00Z", 1_795_478_400),
            ("9999-12-31T23:59:59Z", LAST),
        ] {
            assert_eq!(Time::parse(text), Some(Time(seconds)), "{text}");
        }
        assert_eq!(Time(0).plus_days(u64::MAX), Time(LAST));
        for text in [
            "2026-02-29T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "2026-13-01T00:00:00Z",
            "2026-1-1T00:00:00Z",
            "2026-11-24T00:00:00",
            "2026-00-10T00:00:00Z",
        ] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn there_and_back(seconds in 0..=LAST) {
            proptest::prop_assert_eq!(Time::parse(&Time(seconds).to_string()), Some(Time(seconds)));
        }
    }
}
