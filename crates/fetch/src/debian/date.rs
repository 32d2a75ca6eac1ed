//! The dates of release files, such as `Sat, 09 Aug 2025 08:58:53 UTC` (RFC 5322 with the zone `UTC`).

use yoe_notation::date::Date;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

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
    Some(Date::new(year, month, day)?.first_second() + seconds)
}

fn number(text: &str, low: u64, high: u64) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number = digits.then(|| text.parse().ok()).flatten()?;
    (low..=high).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read() {
        // From date(1).
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 UTC", 0),
            ("Sat, 09 Aug 2025 08:58:53 UTC", 1_754_729_933),
            ("Thu, 29 Feb 2024 23:59:59 +0000", 1_709_251_199),
            ("1 Mar 2100 00:00:00 GMT", 4_107_542_400),
        ] {
            assert_eq!(parse(text), Some(seconds), "{text}");
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
            "30 Feb 2025 00:00:00 UTC",
            "1 Jan 1969 00:00:00 UTC",
            "+1 Jan 2025 00:00:00 UTC",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
