//! What a test run says: one line a test and a loss of power, and what failed below it.

use yoe_testbed::suite::{Cut, Outcome, Reporter, TestResult};

use crate::ui;

/// Most bytes of a line about a loss of power that are what programs said.
const SAID: usize = 160;

/// One line a test, and what failed below it.
pub struct Lines;

impl Reporter for Lines {
    fn started(&mut self, _: &str) {}

    fn finished(&mut self, result: &TestResult) {
        ui::result(&format!(
            "test {} ... {} ({:.1} s)",
            result.name,
            result.outcome.as_str(),
            result.seconds
        ));
        if let Some(reason) = reason(result) {
            ui::result(&reason);
        }
    }

    fn cut(&mut self, cut: &Cut<'_>) {
        ui::result(&line(cut));
    }

    fn slow(&mut self, patience: f64) {
        ui::note(&format!(
            "the device is slow: everything may take {patience:.1} times as long as its limit says"
        ));
    }

    fn lost_start(&mut self) {
        ui::note("the emulator lost a timer's interrupt, and the device stood still: it is started again");
    }
}

fn reason(result: &TestResult) -> Option<String> {
    let why = match &result.outcome {
        Outcome::Passed => return None,
        Outcome::Skipped { reason } => reason.clone(),
        Outcome::Failed(failure) => failure.to_string(),
    };
    let origin = result.origin.as_ref().map(|origin| format!("{origin}: ")).unwrap_or_default();
    let parts = [("stdout", &result.stdout), ("stderr", &result.stderr)];
    let output = parts.iter().filter(|(_, text)| !text.trim().is_empty()).map(|(name, text)| {
        let lines: String = text.trim_end().lines().map(|line| format!("\n    | {line}")).collect();
        format!("\n    {name}:{lines}")
    });
    Some(format!("    {origin}{why}{}", output.collect::<String>()))
}

/// The line of a loss of power.
fn line(cut: &Cut<'_>) -> String {
    let Cut { number, of, checked, after, .. } = cut;
    let printed = cut.printed.iter().map(String::as_str).collect::<Vec<_>>().join("; ");
    let found = cut.found.trim().replace('\n', "; ");
    format!(
        "cut {number} of {of}: {after:.1} s into the work; said: {}; before it ({checked:.1} s): {}",
        end(&printed),
        end(&found)
    )
}

/// The end of a text, which is where the news are.
fn end(text: &str) -> &str {
    match text {
        "" => "nothing",
        long => &long[long.ceil_char_boundary(long.len().saturating_sub(SAID))..],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(printed: &[&str], found: &str) -> String {
        let printed: Vec<String> = printed.iter().map(|&line| line.to_owned()).collect();
        line(&Cut { number: 2, of: 3, found, checked: 4.04, after: 12.31, printed: &printed })
    }

    #[test]
    fn a_cut_is_a_line() {
        assert_eq!(
            shown(&["image begins", "image done"], "image runs\nvolume holds\n"),
            "cut 2 of 3: 12.3 s into the work; said: image begins; image done; before it (4.0 s): image runs; volume holds"
        );
        assert_eq!(
            shown(&[], ""),
            "cut 2 of 3: 12.3 s into the work; said: nothing; before it (4.0 s): nothing"
        );
        let long = "ü".repeat(SAID);
        assert!(shown(&[&long], "").contains(&format!("said: {};", "ü".repeat(SAID / 2))));
    }
}
