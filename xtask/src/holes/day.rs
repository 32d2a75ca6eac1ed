//! Days of the Gregorian calendar.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// Days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub i64);

/// This day in UTC. A clock before 1970 is of no day that anything could be past.
pub fn today() -> Day {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    Day(i64::try_from(seconds / 86_400).unwrap_or(i64::MAX))
}

impl Day {
    /// A day by year, month and day of the month, each from 1.
    pub fn of(year: i64, month: i64, day: i64) -> Self {
        // Years begin in March here, so that the leap day is the last one; 400 of them have 146,097 days.
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        Self(
            365 * year + year.div_euclid(4) - year.div_euclid(100)
                + year.div_euclid(400)
                + (153 * month + 2) / 5
                + day
                - 1
                - 719_468,
        )
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
        write!(f, "{:04}-{month:02}-{day:02}", era * 400 + year)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted() {
        for (date, days) in
            [((1970, 1, 1), 0), ((2000, 2, 29), 11_016), ((2026, 11, 28), 20_785), ((2100, 3, 1), 47_541)]
        {
            let day = Day::of(date.0, date.1, date.2);
            assert_eq!(day, Day(days), "{date:?}");
            assert_eq!(day.to_string(), format!("{:04}-{:02}-{:02}", date.0, date.1, date.2));
        }
        assert!(today() > Day::of(2026, 1, 1));
    }
}
