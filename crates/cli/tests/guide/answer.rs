//! Whether a program answered what the guide says.

/// Whether these lines are in the answer, one after the other. Numbers may be others: sizes, times and identifiers differ
/// from run to run, but for those of versions (`1.1`).
pub fn matches(expected: &str, answer: &str) -> bool {
    let answer: Vec<String> = answer.lines().map(|line| plain(line.trim())).collect();
    let mut at = 0;
    let mut anywhere = true;
    for line in expected.lines() {
        if line.trim() == "..." {
            anywhere = true;
            continue;
        }
        let found = answer.iter().skip(at).position(|output| fits(&plain(line.trim()), output));
        match found {
            Some(0) => at += 1,
            Some(more) if anywhere => at += more + 1,
            _ => return false,
        }
        anywhere = false;
    }
    true
}

fn fits(expected: &str, output: &str) -> bool {
    match expected.strip_suffix("...") {
        Some(start) => output.starts_with(start),
        None => output == expected,
    }
}

/// A line with long numbers and identifiers replaced.
fn plain(line: &str) -> String {
    let word = |word: &str| {
        let bare = word.trim_matches(|char: char| !char.is_ascii_alphanumeric());
        let number = bare.len() > 3 && bare.bytes().all(|byte| byte.is_ascii_digit());
        let identifier = bare.len() == 36 && bare.matches('-').count() == 4;
        if number || identifier { "N".to_owned() } else { word.to_owned() }
    };
    line.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn answers_are_compared_line_by_line() {
    let output = "noise\nfound version 1.1\nwriting\nversion 1.1 is in slot b; 59566 bytes were fetched\n";
    for right in [
        "found version 1.1\n",
        "found version 1.1\nwriting\n",
        "found version 1.1\n...\nversion 1.1 is in slot b; 1234 bytes were fetched\n",
        "...\nversion 1.1 is in slot b; ...\n",
        "...\n",
    ] {
        assert!(matches(right, output), "{right}");
    }
    for wrong in [
        "found version 1.2\n",
        "found version 1.1\nversion 1.1 is in slot b; ...\n",
        "writing\nfound version 1.1\n",
    ] {
        assert!(!matches(wrong, output), "{wrong}");
    }
}
