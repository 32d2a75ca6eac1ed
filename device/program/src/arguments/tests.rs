use std::os::unix::ffi::OsStringExt as _;

use super::*;

fn parse(text: &str) -> Result<Arguments, String> {
    let words = text.split_whitespace().map(str::to_owned);
    Arguments::parse(words, &["--json"], &[("--state", "a path")])
}

#[test]
fn options_stand_anywhere() {
    let all = parse("--state /a status --json --state /b now").unwrap();
    assert_eq!(all.words(), ["status", "now"]);
    assert!(all.has("--json") && !all.has("--auto"));
    assert_eq!(all.value("--state"), Some("/b"));
    assert_eq!(parse("status -h").unwrap().words(), ["help"]);
}

#[test]
fn what_is_not_utf_8_is_named() {
    let odd = || OsString::from_vec(b"a\xffb".to_vec());
    for arguments in [vec![odd()], vec!["--state".into(), odd()]] {
        let refused = Arguments::parse(arguments, &[], &[("--state", "a path")]).unwrap_err();
        assert_eq!(refused, r#"the argument "a\xFFb" is not UTF-8"#);
    }
}

#[test]
fn mistakes_are_named() {
    assert_eq!(parse("--jsn").unwrap_err(), "there is no option --jsn");
    assert_eq!(parse("status --state").unwrap_err(), "--state needs a path");
    assert_eq!(parse("").unwrap().no_command(), "no command was given");
    assert_eq!(parse("run now").unwrap().no_command(), "there is no command \"run now\"");
}
