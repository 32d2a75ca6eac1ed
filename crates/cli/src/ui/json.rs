//! Progress as JSON, one object a line on standard output.

use serde_json::{Value, json};
use yoe_build::{Event, How, Reporter};

use super::result;

/// Writes every event.
pub struct Json;

impl Reporter for Json {
    fn event(&self, event: Event<'_>) {
        result(&object(&event).to_string());
    }
}

fn object(event: &Event<'_>) -> Value {
    match event {
        Event::Planned { total, pending } => json!({"event": "planned", "total": total, "pending": pending}),
        Event::Waiting { label } => json!({"event": "waiting", "action": label}),
        Event::Started { label, reason } => {
            json!({"event": "started", "action": label, "reason": reason.to_string()})
        }
        Event::Progress { label, done, total } => {
            json!({"event": "progress", "action": label, "counted": "bytes", "done": done, "total": total})
        }
        Event::Task { label, task } => json!({"event": "task", "action": label, "task": task}),
        Event::Output { label, line } => json!({"event": "output", "action": label, "line": line}),
        Event::Used { label, processor } => {
            json!({"event": "used", "action": label, "processor_seconds": processor.as_secs_f64()})
        }
        Event::Warning { label, message } => json!({"event": "warning", "action": label, "message": message}),
        Event::Settled => json!({"event": "settled"}),
        Event::Finished { label, how, took } => {
            let how = match how {
                How::Built => "built",
                How::Reused => "reused",
                How::Same => "same",
                How::Differs => "differs",
            };
            json!({"event": "finished", "action": label, "how": how, "seconds": took.as_secs_f64()})
        }
        Event::Failed { label, log } => json!({"event": "failed", "action": label, "log": log}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_object() {
        let event = Event::Task { label: "unit musl", task: "build" };
        assert_eq!(object(&event).to_string(), r#"{"action":"unit musl","event":"task","task":"build"}"#);
    }
}
