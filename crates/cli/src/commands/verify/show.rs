//! What `yoe verify` found, for people and for programs.

use serde_json::json;
use yoe_build::{Outcome, Verdict};

use crate::ui;

/// So many differing files are named.
const LISTED: usize = 10;

/// Shows what became of each action.
pub fn show(verdicts: &[Verdict], json: bool) {
    if json {
        let verdicts: Vec<_> = verdicts.iter().map(as_json).collect();
        ui::result(&json!({ "event": "verified", "actions": verdicts }).to_string());
        return;
    }
    for verdict in verdicts {
        lines(verdict).iter().for_each(|line| ui::result(line));
    }
}

fn lines(Verdict { label, outcome, .. }: &Verdict) -> Vec<String> {
    match outcome {
        Outcome::Same => Vec::new(),
        Outcome::Failed(error) => vec![format!("{label}: could not be made again: {}", error.kind)],
        Outcome::Differs { differences, expected, again } => {
            let mut lines = vec![format!("{label}: differs in {} paths", differences.len())];
            let named = differences.iter().take(LISTED);
            lines.extend(
                named.map(|difference| format!("  {} {}", difference.path.display(), difference.how)),
            );
            if differences.len() > LISTED {
                lines.push(format!("  and {} more", differences.len() - LISTED));
            }
            lines.push(format!("  compare {} with {}", expected.display(), again.display()));
            lines
        }
    }
}

fn as_json(Verdict { label, expected, took, outcome }: &Verdict) -> serde_json::Value {
    let mut value = json!({ "action": label, "tree": expected.to_string(), "seconds": took.as_secs_f64() });
    let more = match outcome {
        Outcome::Same => json!({ "outcome": "same" }),
        Outcome::Failed(error) => {
            json!({ "outcome": "failed", "message": error.kind.to_string(), "log": error.log })
        }
        Outcome::Differs { differences, expected, again } => json!({
            "outcome": "differs",
            "expected": expected,
            "again": again,
            "differences": differences.iter().map(|difference| json!({
                "path": difference.path, "how": difference.how.to_string(),
            })).collect::<Vec<_>>(),
        }),
    };
    if let (Some(value), serde_json::Value::Object(more)) = (value.as_object_mut(), more) {
        value.extend(more);
    }
    value
}
