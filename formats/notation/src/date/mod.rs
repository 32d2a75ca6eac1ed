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
mod tests;
