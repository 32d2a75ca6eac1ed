//! A build that runs, and one that ended.

use std::collections::VecDeque;
use std::time::Duration;

use yoe_model::Size;

use crate::entry::Kind;
use crate::event::BuildEvent;
use crate::text::plain;

/// Lines of an action's output that are kept.
const KEPT: usize = 1000;

/// A build that runs.
#[derive(Debug)]
pub struct Build {
    /// What is built.
    pub target: String,
    /// When it began.
    pub began: Duration,
    /// How many actions have to run; absent until it is known.
    pub pending: Option<usize>,
    /// How many of them have.
    pub done: usize,
    /// Actions that run, in the order in which they began.
    pub running: Vec<Running>,
    /// Warnings, and that another process is at the same action.
    pub remarks: Vec<String>,
    /// Whether it was asked to end.
    pub interrupted: bool,
}

/// An action that runs.
#[derive(Debug)]
pub struct Running {
    /// Its label.
    pub action: String,
    /// When it began.
    pub began: Duration,
    /// Its task, or how much it has fetched.
    pub doing: String,
    /// The last lines of its output.
    pub tail: VecDeque<String>,
    /// When it said something.
    pub spoke: Duration,
}

/// A build that ended.
#[derive(Debug)]
pub struct Ended {
    /// What was built.
    pub target: String,
    /// Whether it was.
    pub success: bool,
    /// Whether it was asked to end.
    pub interrupted: bool,
    /// How long it took.
    pub took: Duration,
    /// What it said to people.
    pub said: Vec<String>,
}

impl Build {
    pub(crate) fn new(target: &str, now: Duration) -> Self {
        Self {
            target: target.to_owned(),
            began: now,
            pending: None,
            done: 0,
            running: Vec::new(),
            remarks: Vec::new(),
            interrupted: false,
        }
    }

    /// The action that said something last.
    pub fn speaker(&self) -> Option<&Running> {
        self.running.iter().filter(|one| !one.tail.is_empty()).max_by_key(|one| one.spoke)
    }

    /// Takes an event; gives a line of output, with the action that it is of.
    pub(super) fn take(&mut self, event: BuildEvent, now: Duration) -> Option<(String, String)> {
        match event {
            BuildEvent::Planned { pending } => self.pending = Some(pending),
            BuildEvent::Waiting { action } => {
                self.remarks.push(format!("{action}: another yoe is doing this already"));
            }
            BuildEvent::Warning { action, message } => {
                self.remarks.push(plain(&format!("{action}: warning: {message}")));
            }
            BuildEvent::Started { action } => self.running.push(Running {
                action,
                began: now,
                doing: String::new(),
                tail: VecDeque::new(),
                spoke: now,
            }),
            BuildEvent::Progress { action, done, total } => {
                let total = total.map(|total| format!(" of {}", Size(total))).unwrap_or_default();
                self.doing(&action, format!("{}{total}", Size(done)));
            }
            BuildEvent::Task { action, task } => self.doing(&action, task),
            BuildEvent::Output { action, line } => {
                let line = plain(&line);
                let running = self.running.iter_mut().find(|one| one.action == action)?;
                if running.tail.len() == KEPT {
                    running.tail.pop_front();
                }
                running.tail.push_back(line.clone());
                running.spoke = now;
                return Some((action, line));
            }
            BuildEvent::Finished { action } => {
                self.running.retain(|one| one.action != action);
                self.done += 1;
            }
            BuildEvent::Failed { action } => self.running.retain(|one| one.action != action),
            BuildEvent::Other => {}
        }
        None
    }

    fn doing(&mut self, action: &str, what: String) {
        if let Some(running) = self.running.iter_mut().find(|one| one.action == action) {
            running.doing = what;
        }
    }

    pub(super) fn ended(self, success: bool, said: &str, now: Duration) -> Ended {
        Ended {
            target: self.target,
            success,
            interrupted: self.interrupted,
            took: now.saturating_sub(self.began),
            said: self.remarks.into_iter().chain(said.lines().map(plain)).collect(),
        }
    }
}

/// What an action is a part of, by its label, and whether its result is the whole of that.
pub(super) fn made_by(action: &str) -> Option<(Kind, &str, bool)> {
    /// What labels begin with.
    const LABELS: [(&str, Kind, bool); 7] = [
        ("unit ", Kind::Unit, false),
        ("package ", Kind::Unit, true),
        ("image ", Kind::Image, true),
        ("root ", Kind::Image, false),
        ("notice ", Kind::Image, false),
        ("OCI image ", Kind::OciImage, true),
        ("container ", Kind::Container, true),
    ];
    LABELS.into_iter().find_map(|(start, kind, whole)| Some((kind, action.strip_prefix(start)?, whole)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_say_what_they_are_a_part_of() {
        assert_eq!(made_by("package xz"), Some((Kind::Unit, "xz", true)));
        assert_eq!(made_by("OCI image web"), Some((Kind::OciImage, "web", true)));
        assert_eq!(made_by("root base-image"), Some((Kind::Image, "base-image", false)));
        assert_eq!(made_by("source path:tree"), None);
    }

    #[test]
    fn of_much_output_the_end_is_kept() {
        let mut build = Build::new("xz", Duration::ZERO);
        build.take(BuildEvent::Started { action: "unit xz".into() }, Duration::ZERO);
        for line in 0..KEPT + 5 {
            let event = BuildEvent::Output { action: "unit xz".into(), line: line.to_string() };
            build.take(event, Duration::ZERO);
        }
        let tail = &build.speaker().unwrap().tail;
        assert_eq!((tail.len(), tail[0].as_str()), (KEPT, "5"));
    }
}
