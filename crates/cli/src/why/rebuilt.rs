//! What a build would do, and which inputs differ from those of the last result.

use std::path::Path;

use serde::Serialize;
use yoe_build::{Cause, Difference, Reason};
use yoe_model::Origin;

use super::changed_lines::{Line, changed_lines};
use crate::error::CommandError;
use crate::project::{self, OpenProject};

/// Lines of a text that are shown to a person.
const SHOWN: usize = 20;

/// The answer.
#[derive(Debug, Serialize)]
pub struct Answer {
    target: String,
    /// How many actions the plan has.
    actions: usize,
    /// Those that would run, in order.
    rebuilt: Vec<Rebuilt>,
}

/// An action that would run.
#[derive(Debug, Serialize)]
struct Rebuilt {
    action: String,
    /// `new`, `changed`, or `gone`: the last result is not in the store any more.
    reason: &'static str,
    /// FILE:LINE of what differs, or of the definition.
    place: Option<String>,
    inputs: Vec<Input>,
}

/// An input that differs.
#[derive(Debug, Serialize)]
struct Input {
    name: String,
    old: Option<String>,
    new: Option<String>,
    /// The action that it is the result of, which would run too.
    follows: Option<String>,
}

/// Why a build of `target` would do something.
pub fn answer(opened: OpenProject, target: &str) -> Result<Answer, CommandError> {
    let root = opened.root.clone();
    let locked = opened.lock()?;
    let plan = locked.plan(&[target.to_owned()])?;
    let causes = yoe_build::causes(&locked.store, &plan)?;
    let rebuilt = causes.into_iter().map(|cause| rebuilt(&root, cause)).collect();
    Ok(Answer { target: target.to_owned(), actions: plan.actions.len(), rebuilt })
}

fn rebuilt(root: &Path, cause: Cause) -> Rebuilt {
    let reason = match cause.reason {
        Reason::New => "new",
        Reason::Changed(_) => "changed",
        Reason::Gone => "gone",
        Reason::Compared => "compared",
    };
    let place = cause.origin.as_ref().map(|origin| place(root, origin, &cause.differences));
    let input = |difference: Difference| Input {
        name: difference.part,
        old: difference.old.or(difference.from.map(|digest| digest.to_string())),
        new: difference.new.or(difference.to.map(|digest| digest.to_string())),
        follows: difference.follows,
    };
    let inputs = cause.differences.into_iter().map(input).collect();
    Rebuilt { action: cause.label, reason, place, inputs }
}

/// The line of the definition's file that holds the first line that is new; else where the definition begins.
fn place(root: &Path, origin: &Origin, differences: &[Difference]) -> String {
    let own = differences.iter().filter(|difference| difference.follows.is_none());
    let texts = own.filter_map(|difference| difference.old.as_deref().zip(difference.new.as_deref()));
    let added = texts.flat_map(|(old, new)| changed_lines(old, new)).find_map(|line| match line {
        Line::Added(text) => Some(text.trim()).filter(|text| !text.is_empty()),
        Line::Removed(_) => None,
    });
    let file = std::fs::read_to_string(root.join(&origin.file)).unwrap_or_default();
    let line = added.and_then(|added| line_of(&file, added));
    project::place(&Origin { line: line.unwrap_or(origin.line), ..origin.clone() })
}

/// The number of the only line that holds a text, as it is or as a string of Starlark has it; or the last word of it, such as a
/// version.
fn line_of(file: &str, text: &str) -> Option<u32> {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    let value = text.rsplit([' ', '=']).next().unwrap_or_default();
    let version = value.rsplit_once("-r").map_or(value, |(version, _)| version);
    let wanted = [text.to_owned(), escaped, format!("\"{version}\"")];
    wanted.iter().find_map(|wanted| {
        let mut lines = file.lines().zip(1u32..).filter(|(line, _)| line.contains(wanted.as_str()));
        let (_, number) = lines.next()?;
        lines.next().is_none().then_some(number)
    })
}

impl Answer {
    /// For a person: first what differs by itself, then what follows from that.
    pub fn lines(&self) -> Vec<String> {
        if self.rebuilt.is_empty() {
            return vec![format!("{}: up to date ({} actions)", self.target, self.actions)];
        }
        let mut lines = Vec::new();
        for one in self.rebuilt.iter().filter(|one| !one.follows()) {
            lines.extend(one.lines());
        }
        for one in self.rebuilt.iter().filter(|one| one.follows()) {
            let mut inputs: Vec<&str> =
                one.inputs.iter().filter_map(|input| input.follows.as_deref()).collect();
            inputs.dedup();
            lines.push(format!("{}: follows from {}", one.action, inputs.join(", ")));
        }
        lines
    }
}

impl Rebuilt {
    /// Whether all that differs is the result of another action that would run.
    fn follows(&self) -> bool {
        !self.inputs.is_empty() && self.inputs.iter().all(|input| input.follows.is_some())
    }

    fn lines(&self) -> Vec<String> {
        let place = self.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
        let reason = match self.reason {
            "new" => "was never built",
            "gone" => "its result is gone from the store",
            _ => "changed",
        };
        let mut lines = vec![format!("{}: {reason}{place}", self.action)];
        for input in &self.inputs {
            match &input.follows {
                Some(label) => lines.push(format!("  {}: follows from {label}", input.name)),
                None => lines.extend(input.lines()),
            }
        }
        lines
    }
}

impl Input {
    fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("  {}:", self.name)];
        let (old, new) = (self.old.as_deref().unwrap_or_default(), self.new.as_deref().unwrap_or_default());
        let changed = changed_lines(old, new);
        lines.extend(changed.iter().take(SHOWN).map(|line| match line {
            Line::Removed(text) => format!("    - {text}"),
            Line::Added(text) => format!("    + {text}"),
        }));
        if changed.len() > SHOWN {
            lines.push(format!("    and {} more lines; --json has all", changed.len() - SHOWN));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::line_of;

    #[test]
    fn the_line_that_holds_what_is_new_is_found() {
        let file = "unit(\n    version = \"1.2\",\n    steps = [\"echo \\\"hello\\\"\"],\n    a = \"x\",\n    b = \"x\",\n)\n";
        assert_eq!(line_of(file, "echo \"hello\""), Some(3));
        assert_eq!(line_of(file, "zlib 1.2-r0"), Some(2));
        assert_eq!(line_of(file, "FLAVOUR=x"), None, "two lines hold it");
        assert_eq!(line_of(file, "nowhere"), None);
    }
}
