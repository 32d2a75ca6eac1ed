//! Debian version numbers and their order (deb-version(7)).

use std::cmp::Ordering;

/// Compares two versions. A text that is not a proper version has its place in the order too.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (epoch_a, rest_a) = split_epoch(a);
    let (epoch_b, rest_b) = split_epoch(b);
    let (upstream_a, revision_a) = split_revision(rest_a);
    let (upstream_b, revision_b) = split_revision(rest_b);
    digits(epoch_a.as_bytes(), epoch_b.as_bytes())
        .then_with(|| part(upstream_a.as_bytes(), upstream_b.as_bytes()))
        .then_with(|| part(revision_a.as_bytes(), revision_b.as_bytes()))
}

fn split_epoch(version: &str) -> (&str, &str) {
    match version.split_once(':') {
        Some((epoch, rest)) if !epoch.is_empty() && epoch.bytes().all(|b| b.is_ascii_digit()) => {
            (epoch, rest)
        }
        _ => ("0", version),
    }
}

/// The revision is what follows the last hyphen; none is the same as `0`.
fn split_revision(version: &str) -> (&str, &str) {
    version.rsplit_once('-').unwrap_or((version, "0"))
}

/// Compares by turns a run without digits, letter by letter, and a run of digits, as numbers.
fn part(mut a: &[u8], mut b: &[u8]) -> Ordering {
    while !a.is_empty() || !b.is_empty() {
        let (text_a, rest_a) = split_run(a, |byte| !byte.is_ascii_digit());
        let (text_b, rest_b) = split_run(b, |byte| !byte.is_ascii_digit());
        let (number_a, rest_a) = split_run(rest_a, |byte| byte.is_ascii_digit());
        let (number_b, rest_b) = split_run(rest_b, |byte| byte.is_ascii_digit());
        match text(text_a, text_b).then_with(|| digits(number_a, number_b)) {
            Ordering::Equal => (a, b) = (rest_a, rest_b),
            other => return other,
        }
    }
    Ordering::Equal
}

fn split_run(bytes: &[u8], belongs: impl Fn(&u8) -> bool) -> (&[u8], &[u8]) {
    bytes.split_at(bytes.iter().position(|byte| !belongs(byte)).unwrap_or(bytes.len()))
}

fn text(a: &[u8], b: &[u8]) -> Ordering {
    let weight = |byte: Option<&u8>| match byte {
        Some(b'~') => -1,
        None => 0,
        Some(letter) if letter.is_ascii_alphabetic() => i32::from(*letter),
        Some(other) => i32::from(*other) + 256,
    };
    (0..a.len().max(b.len()))
        .map(|at| weight(a.get(at)).cmp(&weight(b.get(at))))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Compares numbers of any length; no digits are zero.
fn digits(a: &[u8], b: &[u8]) -> Ordering {
    let significant = |bytes: &[u8]| bytes.iter().position(|byte| *byte != b'0').unwrap_or(bytes.len());
    let (a, b) = (&a[significant(a)..], &b[significant(b)..]);
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests;
