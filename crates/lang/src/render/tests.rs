use yoe_model::Origin;

use crate::{Diagnostic, Severity};

fn example(line: &str, caret: std::ops::Range<u32>) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        message: "wrong".into(),
        origin: Some(Origin { file: "a.star".into(), line: 12, column: caret.start }),
        line: Some(line.into()),
        caret,
        expected: Some("right".into()),
        hint: None,
        related: vec![],
    }
}

#[test]
fn marks_stand_below_what_they_mark() {
    let text = example("\tdeps = 5,", 9..10).render();
    assert_eq!(
        text,
        "error: wrong\n  --> a.star:12:9\n   |\n12 |  deps = 5,\n   |         ^ expected right\n"
    );
}

#[test]
fn a_long_line_is_cut_around_the_mark() {
    let line = format!("{}HERE{}", "a".repeat(5000), "b".repeat(5000));
    let text = example(&line, 5001..5005).render();
    let lines: Vec<&str> = text.lines().collect();
    let at = lines[4].find('^').unwrap();
    assert_eq!(&lines[3][at..at + 4], "HERE");
    assert!(lines[3].len() < 200);
}

#[test]
fn marks_never_pass_the_end_of_the_line() {
    let text = example("ab", 2..900).render();
    assert!(text.contains("   |  ^ expected"), "{text}");
}
