//! Dates of the Gregorian calendar, in UTC and without leap seconds, from 1970 to 9999.

use std::fmt;

const DAY: u64 = 86_400;

/// A day; shown as `2026-11-24` (RFC 3339, `full-date`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Since 1970-01-01.
    days: u64,
}

impl Date {
    /// The day of this year, month and day of the month, the last two from 1; `None` when the calendar has no such day, or when
    /// the year is not one from 1970 to 9999.
    pub fn new(year: u64, month: u64, day: u64) -> Option<Self> {
        if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        // Years begin in March here, so that the day which leap years add comes last.
        let (from_march, turn) = if month > 2 { (month - 3, 0) } else { (month + 9, 1) };
        let years = year - turn;
        let of_year = (153 * from_march + 2) / 5 + day - 1;
        let date = Self { days: years * 365 + years / 4 - years / 100 + years / 400 + of_year - 719_468 };
        // A day that the month does not have comes back as another one.
        (date.parts() == (year, month, day)).then_some(date)
    }

    /// The day of a number of seconds since 1970.
    pub fn of_second(seconds: u64) -> Self {
        Self { days: seconds / DAY }
    }

    /// The number of seconds since 1970 when the day begins.
    pub fn first_second(self) -> u64 {
        self.days * DAY
    }

    /// Year, month and day of the month. An era is 400 years.
    fn parts(self) -> (u64, u64, u64) {
        let days = self.days + 719_468;
        let (era, of_era) = (days / 146_097, days % 146_097);
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let (month, turn) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        (era * 400 + year + turn, month, day)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// A number of seconds since 1970 as `YYYY-MM-DDThh:mm:ssZ` (RFC 3339).
pub fn rfc3339(seconds: u64) -> String {
    let rest = seconds % DAY;
    format!("{}T{:02}:{:02}:{:02}Z", Date::of_second(seconds), rest / 3600, rest / 60 % 60, rest % 60)
}

/// The number of seconds since 1970 of a text in the one form that [`rfc3339`] writes; `None` for any other.
pub fn parse_rfc3339(text: &str) -> Option<u64> {
    let shape = text.len() == 20
        && text.bytes().zip(b"0000-00-00T00:00:00Z").all(|(byte, wanted)| match wanted {
            b'0' => byte.is_ascii_digit(),
            other => byte == *other,
        });
    if !shape {
        return None;
    }
    let number = |range| text.get(range).and_then(|digits: &str| digits.parse::<u64>().ok());
    let date = Date::new(number(0..4)?, number(5..7)?, number(8..10)?)?;
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let of_day = hour < 24 && minute < 60 && second < 60;
    of_day.then(|| date.first_second() + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The last second of the year 9999.
    const LAST: u64 = 253_402_300_799;

    /// Expected values are those of date(1).
    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_799, "2000-02-29T23:59:59Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (1_750_000_000, "2025-06-15T15:06:40Z"),
            (1_795_478_400, "2026-11-24T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (LAST, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(rfc3339(seconds), text);
            assert_eq!(parse_rfc3339(text), Some(seconds));
            assert_eq!(Date::of_second(seconds).to_string(), text[..10]);
        }
    }

    #[test]
    fn days_are_in_order_and_begin_at_midnight() {
        let day = |year, month, day| Date::new(year, month, day).unwrap();
        assert_eq!(day(1970, 1, 1).first_second(), 0);
        assert_eq!(day(2000, 2, 29).first_second(), 11_016 * DAY);
        assert_eq!(day(2026, 11, 28).first_second(), 20_785 * DAY);
        assert!(day(2026, 11, 30) < day(2026, 12, 1));
    }

    #[test]
    fn what_the_calendar_does_not_have_is_refused() {
        for (year, month, day) in [
            (2026, 2, 29),
            (2100, 2, 29),
            (2026, 4, 31),
            (2026, 0, 10),
            (2026, 13, 1),
            (2026, 1, 0),
            (1969, 12, 31),
            (10_000, 1, 1),
            (2026, 1, u64::MAX),
        ] {
            assert_eq!(Date::new(year, month, day), None, "{year} {month} {day}");
        }
        for text in [
            "2026-02-29T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "2026-1-1T00:00:00Z",
            "2026-11-24T00:00:00",
            "2026-11-24T24:00:00Z",
            "2026-11-24T00:00:60Z",
            "+026-11-24T00:00:00Z",
            "2026-11-24t00:00:00Z",
        ] {
            assert_eq!(parse_rfc3339(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn there_and_back(seconds in 0..=LAST) {
            proptest::prop_assert_eq!(parse_rfc3339(&rfc3339(seconds)), Some(seconds));
        }
    }
}
