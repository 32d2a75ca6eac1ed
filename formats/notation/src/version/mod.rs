//! Which version is newer, by the Version Format Specification of the UAPI group: the order in which systemd-boot sorts.

use std::cmp::Ordering;

/// Compares two versions: `Greater` when `left` is newer.
pub fn compare(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    loop {
        left = skip_foreign(left);
        right = skip_foreign(right);
        // "~" is older than the end, "-" newer than that, "^" newer still, and all older than more text.
        let rank = |rest: &[u8]| match rest.first() {
            Some(b'~') => 0,
            None => 1,
            Some(b'-') => 2,
            Some(b'^') => 3,
            Some(b'.') => 4,
            Some(_) => 5,
        };
        match rank(left).cmp(&rank(right)) {
            Ordering::Equal => {}
            different => return different,
        }
        match rank(left) {
            1 => return Ordering::Equal,
            0 | 2..=4 => (left, right) = (&left[1..], &right[1..]),
            _ => match segment(&mut left, &mut right) {
                Ordering::Equal => {}
                different => return different,
            },
        }
    }
}

/// Compares a run of digits or of letters and steps over it. Digits are newer than letters.
fn segment(left: &mut &[u8], right: &mut &[u8]) -> Ordering {
    let digits = left[0].is_ascii_digit() || right[0].is_ascii_digit();
    let belongs = |byte: &u8| if digits { byte.is_ascii_digit() } else { byte.is_ascii_alphabetic() };
    let take = |rest: &mut &[u8]| {
        let length = rest.iter().take_while(|byte| belongs(byte)).count();
        let (segment, more) = rest.split_at(length);
        *rest = more;
        segment.to_vec()
    };
    let (left, right) = (take(left), take(right));
    if !digits {
        return left.cmp(&right);
    }
    let number = |text: &[u8]| text.iter().copied().skip_while(|byte| *byte == b'0').collect::<Vec<_>>();
    let (one, other) = (number(&left), number(&right));
    // Letters give an empty run here, and are older than any number, also than zero.
    let present = (!left.is_empty()).cmp(&!right.is_empty());
    present.then(one.len().cmp(&other.len())).then(one.cmp(&other))
}

fn skip_foreign(text: &[u8]) -> &[u8] {
    let known = |byte: &u8| byte.is_ascii_alphanumeric() || b"~-^.".contains(byte);
    let start = text.iter().position(known).unwrap_or(text.len());
    &text[start..]
}

#[cfg(test)]
mod tests;
