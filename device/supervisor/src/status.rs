//! What was found, as a table.

use crate::health::Status;
use crate::state::{Key, Record};

/// A line for each container: its namespace and name, its status, and the last line of what it said last when it is not well.
pub fn table(all: &[(Key, Record)]) -> String {
    let mut lines = Vec::new();
    for (key, record) in all {
        let name = if record.name.is_empty() { &key.id } else { &record.name };
        let mut line = format!("{}/{name} {}", key.namespace, word(record.health.status));
        if record.health.status != Status::Healthy {
            if let Some(answer) = record.health.log.back() {
                line += &format!(" {}: {}", answer.exit_code, last_line(&answer.output));
            }
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// A status as others write it.
pub fn word(status: Status) -> &'static str {
    match status {
        Status::Starting => "starting",
        Status::Healthy => "healthy",
        Status::Unhealthy => "unhealthy",
    }
}

/// The last line that says something.
pub fn last_line(output: &str) -> &str {
    output.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::{Answer, Health};

    #[test]
    fn who_is_not_well_says_why() {
        let key = |id: &str| Key { namespace: "default".to_owned(), id: id.to_owned() };
        let mut bad = Health { status: Status::Unhealthy, ..Health::default() };
        let output = "trying\n\nconnection refused\n\n".to_owned();
        bad.log.push_back(Answer { start: String::new(), end: String::new(), exit_code: 7, output });
        let mut good = bad.clone();
        good.status = Status::Healthy;
        let all = [
            (key("a1"), Record { name: "web".to_owned(), pid: 1, health: bad }),
            (key("b2"), Record { name: String::new(), pid: 1, health: good }),
            (key("c3"), Record { name: "new".to_owned(), pid: 1, health: Health::default() }),
        ];
        insta::assert_snapshot!(table(&all), @r"
        default/web unhealthy 7: connection refused
        default/b2 healthy
        default/new starting
        ");
    }
}
