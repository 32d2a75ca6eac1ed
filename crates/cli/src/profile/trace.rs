//! A build as a trace in the Trace Event Format, which Perfetto, Chrome's `about:tracing` and speedscope show.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use yoe_plan::Plan;

use super::{End, Span};

/// What kind of action each label is of.
type Kinds<'a> = BTreeMap<&'a str, &'a str>;

/// The rows of the chain that decided when the build ended.
const CRITICAL: u32 = 1;
/// The rows of all actions.
const ACTIONS: u32 = 2;

/// The whole trace: each action as a slice on a free row with its tasks within, and the critical path on rows of its own.
pub fn trace(plan: &Plan, spans: &[Span], critical: &[usize]) -> Value {
    let mut events = vec![name(CRITICAL, "critical path"), name(ACTIONS, "actions")];
    let kinds = plan.actions.iter().map(|action| (action.label.as_str(), action.kind.name())).collect();
    events.extend(critical.iter().map(|place| slice(&kinds, &spans[*place], CRITICAL, 0)));
    for (span, row) in rows(spans) {
        events.push(slice(&kinds, span, ACTIONS, row));
        let ends = span.tasks.iter().skip(1).map(|(began, _)| *began).chain([span.ended]);
        for ((began, task), ended) in span.tasks.iter().zip(ends) {
            events.push(complete(task, "task", (*began, ended), ACTIONS, row));
        }
    }
    json!({"displayTimeUnit": "ms", "traceEvents": events})
}

/// Each span with the first row that is free when it begins.
fn rows(spans: &[Span]) -> Vec<(&Span, usize)> {
    let mut ordered: Vec<&Span> = spans.iter().collect();
    ordered.sort_by(|a, b| (a.began, &a.label).cmp(&(b.began, &b.label)));
    let mut ends: Vec<Duration> = Vec::new();
    let place = |span: &Span| {
        let row = ends.iter().position(|end| *end <= span.began).unwrap_or(ends.len());
        ends.resize(ends.len().max(row + 1), Duration::ZERO);
        ends[row] = span.ended;
        row
    };
    let rows: Vec<usize> = ordered.iter().copied().map(place).collect();
    ordered.into_iter().zip(rows).collect()
}

fn slice(kinds: &Kinds<'_>, span: &Span, process: u32, row: usize) -> Value {
    let kind = kinds.get(span.label.as_str()).copied().unwrap_or_default();
    let mut event = complete(&span.label, kind, (span.began, span.ended), process, row);
    event["args"] = json!({
        "reason": span.reason,
        "end": match span.end {
            End::Built => "built",
            End::Reused => "the same inputs as before",
            End::Failed => "failed",
            End::Open => "not ended",
        },
        "processor seconds of its commands": span.processor.as_secs_f64(),
    });
    event
}

fn complete(
    name: &str,
    category: &str,
    (began, ended): (Duration, Duration),
    process: u32,
    row: usize,
) -> Value {
    let microseconds = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    json!({
        "ph": "X",
        "name": name,
        "cat": category,
        "ts": microseconds(began),
        "dur": microseconds(ended.saturating_sub(began)),
        "pid": process,
        "tid": row,
    })
}

fn name(process: u32, name: &str) -> Value {
    json!({"ph": "M", "name": "process_name", "pid": process, "tid": 0, "args": {"name": name}})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(label: &str, began: u64, ended: u64) -> Span {
        Span {
            label: label.into(),
            began: Duration::from_secs(began),
            ended: Duration::from_secs(ended),
            reason: "new".into(),
            end: End::Built,
            tasks: Vec::new(),
            processor: Duration::ZERO,
        }
    }

    #[test]
    fn what_runs_at_once_has_rows_of_its_own_and_rows_are_used_again() {
        let spans = [span("a", 0, 4), span("b", 1, 2), span("c", 2, 5), span("d", 4, 6)];
        let rows: Vec<_> = rows(&spans).into_iter().map(|(span, row)| (span.label.as_str(), row)).collect();
        assert_eq!(rows, [("a", 0), ("b", 1), ("c", 1), ("d", 0)]);
    }
}
