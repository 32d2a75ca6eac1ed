//! Pax extended header records (POSIX.1-2001): `LENGTH KEY=VALUE\n`, the length counting itself.

/// One record's bytes.
pub(super) fn record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let mut total = rest + 1;
    // The length's own digits may lengthen it once.
    while rest + decimal_digits(total) != total {
        total = rest + decimal_digits(total);
    }
    let mut bytes = format!("{total} {key}=").into_bytes();
    bytes.extend_from_slice(value);
    bytes.push(b'\n');
    bytes
}

fn decimal_digits(number: usize) -> usize {
    number.to_string().len()
}

/// The records of a block, or what is wrong with it.
pub(super) fn records(mut bytes: &[u8]) -> Result<Vec<(&str, &[u8])>, &'static str> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let (record, rest) = next(bytes).ok_or("a pax record is malformed")?;
        found.push(record);
        bytes = rest;
    }
    Ok(found)
}

type Record<'a> = (&'a str, &'a [u8]);

fn next(bytes: &[u8]) -> Option<(Record<'_>, &[u8])> {
    let blank = bytes.iter().take(20).position(|byte| *byte == b' ')?;
    let length: usize = std::str::from_utf8(&bytes[..blank]).ok()?.parse().ok()?;
    let body = bytes.get(blank + 1..length)?.strip_suffix(b"\n")?;
    let equals = body.iter().position(|byte| *byte == b'=')?;
    let key = std::str::from_utf8(&body[..equals]).ok()?;
    Some(((key, &body[equals + 1..]), &bytes[length..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn records_read_back(key in "[A-Za-z.]{1,30}", value in proptest::collection::vec(any::<u8>(), 0..1200)) {
            let bytes = record(&key, &value);
            prop_assert_eq!(records(&bytes), Ok(vec![(key.as_str(), value.as_slice())]));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = records(&bytes);
        }
    }

    #[test]
    fn the_length_counts_its_own_digits() {
        assert_eq!(record("path", b"x"), b"9 path=x\n");
        assert_eq!(record("paths", b"x"), b"11 paths=x\n");
        assert_eq!(record("", b"12345"), b"9 =12345\n");
    }

    #[test]
    fn malformed_records_are_refused() {
        for bytes in [
            &b"x"[..],
            b"5 a=b",
            b"99 a=b\n",
            b"0 a=b\n",
            b"6 aab\n",
            b"-6 a=b\n",
            b"18446744073709551615 a=b\n",
        ] {
            assert!(records(bytes).is_err(), "{bytes:?}");
        }
    }
}
