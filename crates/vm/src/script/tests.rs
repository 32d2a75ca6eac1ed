use std::process::Command;

use proptest::prelude::*;

use super::*;

/// What `sh` makes of the assignments.
fn through_sh(text: &str) -> String {
    let mut script = "y_l='\n' y_t='\t'\n".to_owned();
    for line in assignments("y_s", text).unwrap() {
        assert!(line.len() < 1024, "a line of {} bytes", line.len());
        assert!(line.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{line:?}");
        script.push_str(&line);
        script.push('\n');
    }
    script.push_str("printf '%s.' \"$y_s\"");
    let output = Command::new("sh").args(["-eu", "-c", &script]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.pop(), Some('.'));
    text
}

#[test]
fn a_shell_reads_back_what_was_sent() {
    let long = "0123456789".repeat(1000);
    for text in [
        "",
        "true",
        "\n\n",
        "'",
        "it's \"quoted\" $HOME `date` \\ \\n %s !x",
        "a\n\tb\n",
        "Grüße \u{1f600}",
        "\u{3}\u{4}\u{11}\u{1b}[0m\r\x7f",
        long.as_str(),
    ] {
        assert_eq!(through_sh(text), text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_arrives(text in "([ -~\n\t'$\\\\]|[^\0]){0,400}") {
        prop_assert_eq!(through_sh(&text), text);
    }
}

#[test]
fn what_no_shell_reads_is_refused() {
    assert_eq!(assignments("s", "ab\0"), Err(ScriptError::Nul));
    let length = LONGEST + 1;
    assert_eq!(assignments("s", &"x".repeat(length)), Err(ScriptError::TooLong { length }));
}
