//! The dates of release files, such as `Sat, 09 Aug 2025 08:58:53 UTC` (RFC 5322 with the zone `UTC`).

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY: u64 = 86_400;

/// Seconds since 1970; `None` for what is not such a date, or lies before 1970.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let rest = text.split_once(',').map_or(text, |(_, rest)| rest);
    let words: Vec<&str> = rest.split_whitespace().collect();
    let [day, month, year, time, "UTC" | "GMT" | "Z" | "+0000"] = words[..] else { return None };
    let month = MONTHS.iter().position(|name| *name == month)? as u64 + 1;
    let (day, year) = (number(day, 1, 31)?, number(year, 1970, 9999)?);
    let clock: Vec<&str> = time.split(':').collect();
    let [hour, minute, second] = clock[..] else { return None };
    let seconds = number(hour, 0, 23)? * 3600 + number(minute, 0, 59)? * 60 + number(second, 0, 60)?;
    Some(days(year, month, day) * DAY + seconds)
}

fn number(text: &str, low: u64, high: u64) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number = digits.then(|| text.parse().ok()).flatten()?;
    (low..=high).contains(&number).then_some(number)
}

fn leap(year: u64) -> bool {
    year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
}

fn month_days(year: u64, month: u64) -> u64 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from the first of January 1970.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let years: u64 = (1970..year).map(|year| if leap(year) { 366 } else { 365 }).sum();
    let months: u64 = (1..month).map(|month| month_days(year, month)).sum();
    years + months + day - 1
}

/// The day, as `2025-08-09`.
pub(crate) fn day(seconds: u64) -> String {
    let mut left = seconds / DAY;
    let mut year = 1970;
    while year < 9999 && left >= if leap(year) { 366 } else { 365 } {
        left -= if leap(year) { 366 } else { 365 };
        year += 1;
    }
    let mut month = 1;
    while month < 12 && left >= month_days(year, month) {
        left -= month_days(year, month);
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read() {
        // From date(1).
        for (text, seconds, shown) in [
            ("Thu, 01 Jan 1970 00:00:00 UTC", 0, "1970-01-01"),
            ("Sat, 09 Aug 2025 08:58:53 UTC", 1_754_729_933, "2025-08-09"),
            ("Thu, 29 Feb 2024 23:59:59 +0000", 1_709_251_199, "2024-02-29"),
            ("1 Mar 2100 00:00:00 GMT", 4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(parse(text), Some(seconds), "{text}");
            assert_eq!(day(seconds), shown);
        }
    }

    #[test]
    fn what_is_not_a_date_is_refused() {
        for text in [
            "",
            "Sat, 09 Aug 2025 08:58:53",
            "9 Foo 2025 00:00:00 UTC",
            "0 Jan 2025 00:00:00 UTC",
            "1 Jan 2025 24:00:00 UTC",
            "1 Jan 2025 00:00 UTC",
            "1 Jan 1969 00:00:00 UTC",
            "+1 Jan 2025 00:00:00 UTC",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
