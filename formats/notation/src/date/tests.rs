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
