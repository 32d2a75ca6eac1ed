//! What comes to the view, and what it wants done.

use std::time::Duration;

use ratatui::crossterm::event::KeyEvent;
use serde::Deserialize;

use crate::entry::Entry;

/// Something that happened.
#[derive(Debug)]
pub enum Input {
    /// A key was pressed.
    Key(KeyEvent),
    /// The terminal has this many rows now.
    Rows(u16),
    /// So much time has passed since the view began.
    Time(Duration),
    /// The project was read: its entries, the machine, and why states are not known.
    Loaded {
        /// What it has.
        entries: Vec<Entry>,
        /// What it is for.
        machine: String,
        /// Why there are no states; empty where there are.
        without_states: String,
    },
    /// The project could not be read; what the command said.
    Broken(String),
    /// A build reports.
    Build(BuildEvent),
    /// A build ended.
    BuildEnded {
        /// Whether it did what was asked.
        success: bool,
        /// What it said to people.
        said: String,
    },
    /// A question was answered.
    Answer {
        /// Which question.
        number: u64,
        /// The answer.
        text: String,
    },
    /// A command that had the terminal ended.
    Back(String),
    /// The terminal is gone, or another process asks for the end.
    End,
}

/// What the view wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Read the project.
    Load,
    /// Build this.
    Build(String),
    /// Ask the build to end. Asked twice, it ends at once.
    Interrupt,
    /// Answer a question by what these commands say.
    Ask {
        /// Which question.
        number: u64,
        /// Arguments of the commands.
        commands: Vec<Vec<String>>,
    },
    /// Hand the terminal to this command until it ends.
    Foreground(Vec<String>),
    /// End the view.
    Quit,
}

/// A line of `yoe build --json`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum BuildEvent {
    /// It is known what has to be done.
    Planned {
        /// How many actions have to run.
        pending: usize,
    },
    /// Another process is at the same action.
    Waiting {
        /// Its label.
        action: String,
    },
    /// An action began.
    Started {
        /// Its label.
        action: String,
    },
    /// How many bytes an action has fetched.
    Progress {
        /// Its label.
        action: String,
        /// So many.
        done: u64,
        /// Of so many, where that is known.
        total: Option<u64>,
    },
    /// A task of a unit began.
    Task {
        /// The action's label.
        action: String,
        /// The task's name.
        task: String,
    },
    /// A line of a step's output.
    Output {
        /// The action's label.
        action: String,
        /// The line.
        line: String,
    },
    /// Something that is not as it should be, and no error.
    Warning {
        /// The action's label.
        action: String,
        /// What.
        message: String,
    },
    /// An action gave its result.
    Finished {
        /// Its label.
        action: String,
    },
    /// An action failed.
    Failed {
        /// Its label.
        action: String,
    },
    /// What the view does not show.
    #[serde(other)]
    Other,
}
