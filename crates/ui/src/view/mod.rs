//! All that a frame depends on, and how it changes.

mod build;
mod keys;
mod pane;

use std::collections::VecDeque;
use std::time::Duration;

pub use build::{Build, Ended};
pub use pane::Pane;

use crate::entry::{Entry, Kind, State};
use crate::event::{BuildEvent, Input, Order};

/// All that a frame depends on.
#[derive(Debug, Default)]
pub struct View {
    /// What the project's directory is called.
    pub project: String,
    /// What it is built for.
    pub machine: String,
    /// Whether there may be colours.
    pub color: bool,
    /// All that the project has.
    pub entries: Vec<Entry>,
    /// Places of the entries that are listed: those that fit the search and the state.
    pub listed: Vec<usize>,
    /// Which of the listed ones is chosen.
    pub chosen: usize,
    /// What is searched for.
    pub search: String,
    /// Whether keys are letters of the search.
    pub searching: bool,
    /// The state that is listed; all when absent.
    pub filter: Option<State>,
    /// Whether the project is being read.
    pub loading: bool,
    /// Why the project could not be read.
    pub broken: Option<String>,
    /// Whether the keys are explained.
    pub help: bool,
    /// An answer in front of the list.
    pub pane: Option<Pane>,
    /// The build that runs.
    pub build: Option<Build>,
    /// How the last build ended, until it is put away.
    pub ended: Option<Ended>,
    /// What is built next.
    pub waiting: VecDeque<String>,
    /// A line about the last key, or about the project.
    pub notice: String,
    /// Whether the view ends once the build has.
    pub ending: bool,
    /// Rows of the terminal.
    pub rows: u16,
    /// How long there has been a view.
    pub now: Duration,
    /// Whether reading was asked for while the project was read.
    outdated: bool,
    /// How many questions were asked.
    asked: u64,
}

impl View {
    /// The view of a project that is yet to be read.
    pub fn new(project: &str, color: bool) -> Self {
        Self { project: project.to_owned(), color, loading: true, rows: 24, ..Self::default() }
    }

    /// Takes what happened.
    pub fn take(&mut self, input: Input) -> Vec<Order> {
        match input {
            Input::Key(key) => return keys::pressed(self, key),
            Input::Rows(rows) => self.rows = rows,
            Input::Time(now) => self.now = now,
            Input::Loaded { entries, machine, without_states } => {
                self.loaded(entries, machine, &without_states);
                return self.load_again();
            }
            Input::Broken(said) => {
                self.loading = false;
                self.broken = Some(said);
                return self.load_again();
            }
            Input::Build(event) => self.reported(event),
            Input::BuildEnded { success, said } => return self.build_ended(success, &said),
            Input::Answer { number, text } => {
                if let Some(pane) = self.pane.as_mut().filter(|pane| pane.number == number) {
                    pane.answer(&text);
                }
            }
            Input::Back(notice) => {
                self.notice = notice;
                return self.load();
            }
            Input::End => return self.end(),
        }
        Vec::new()
    }

    /// The entry that is chosen.
    pub fn chosen(&self) -> Option<&Entry> {
        self.entries.get(*self.listed.get(self.chosen)?)
    }

    /// How many entries are in this state; of all when absent.
    pub fn count(&self, state: Option<State>) -> usize {
        self.entries.iter().filter(|entry| state.is_none() || entry.state == state).count()
    }

    /// Rows of the list: what the head, the build and the two lines at the bottom leave.
    pub fn list_rows(&self) -> usize {
        usize::from(self.rows).saturating_sub(4 + self.build_rows())
    }

    /// Rows of the build: none where there is none.
    pub fn build_rows(&self) -> usize {
        match self.build.is_some() || self.ended.is_some() {
            true => (usize::from(self.rows) * 2 / 5).clamp(1, 12),
            false => 0,
        }
    }

    /// Rows of a text in front of the list, below its head.
    pub fn pane_rows(&self) -> usize {
        usize::from(self.rows).saturating_sub(2)
    }

    fn load(&mut self) -> Vec<Order> {
        if self.loading {
            self.outdated = true;
            return Vec::new();
        }
        self.loading = true;
        vec![Order::Load]
    }

    /// What was asked for while the project was read may be of a later edit than what was read.
    fn load_again(&mut self) -> Vec<Order> {
        if std::mem::take(&mut self.outdated) { self.load() } else { Vec::new() }
    }

    fn loaded(&mut self, entries: Vec<Entry>, machine: String, without_states: &str) {
        let was = self.chosen().map(|entry| (entry.kind, entry.name.clone()));
        self.loading = false;
        self.broken = None;
        self.machine = machine;
        if let Some(first) = without_states.lines().next() {
            self.notice = format!("states are not known: {first}");
        }
        self.entries = entries;
        // What runs has begun already.
        let running: Vec<String> =
            self.build.iter().flat_map(|build| &build.running).map(|one| one.action.clone()).collect();
        running.iter().for_each(|action| self.set_state(action, State::Building));
        self.list_anew();
        let place = |(kind, name): (Kind, String)| {
            let is = |entry: &Entry| entry.kind == kind && entry.name == name;
            self.listed.iter().position(|index| is(&self.entries[*index]))
        };
        let default = || self.listed.iter().position(|index| self.entries[*index].default);
        self.chosen = was.and_then(place).or_else(default).unwrap_or_default();
    }

    /// Lists what fits. The chosen one stays chosen as long as it fits.
    fn list_anew(&mut self) {
        let was = self.listed.get(self.chosen).copied();
        let search = self.search.to_lowercase();
        let words: Vec<&str> = search.split_whitespace().collect();
        let fits = |entry: &Entry| entry.has(&words) && (self.filter.is_none() || entry.state == self.filter);
        let places = self.entries.iter().enumerate();
        self.listed = places.filter(|(_, entry)| fits(entry)).map(|(index, _)| index).collect();
        self.chosen = was.and_then(|was| self.listed.binary_search(&was).ok()).unwrap_or_default();
    }

    /// Builds this now, or after what is being built.
    fn start(&mut self, name: String) -> Vec<Order> {
        if let Some(build) = &self.build {
            if build.target == name || self.waiting.contains(&name) {
                self.notice = format!("{name} is being built already, or will be");
            } else {
                self.notice = format!("{name} is built after {}", build.target);
                self.waiting.push_back(name);
            }
            return Vec::new();
        }
        self.ended = None;
        self.notice.clear();
        self.build = Some(Build::new(&name, self.now));
        vec![Order::Build(name)]
    }

    fn reported(&mut self, event: BuildEvent) {
        match &event {
            BuildEvent::Started { action } => self.set_state(action, State::Building),
            BuildEvent::Finished { action } => {
                let whole = build::made_by(action).is_some_and(|(.., whole)| whole);
                self.set_state(action, if whole { State::UpToDate } else { State::ToBuild });
            }
            BuildEvent::Failed { action } => self.set_state(action, State::Failed),
            _ => {}
        }
        if let Some(build) = &mut self.build {
            let told = build.take(event, self.now);
            if let (Some(pane), Some((action, line))) = (&mut self.pane, told) {
                pane.follow(&action, &line);
            }
        }
    }

    /// Sets the state of what an action is a part of.
    fn set_state(&mut self, action: &str, state: State) {
        let Some((kind, name, _)) = build::made_by(action) else { return };
        let found = self.entries.iter_mut().find(|entry| entry.kind == kind && entry.name == name);
        if let Some(entry) = found {
            entry.state = Some(state);
            if self.filter.is_some() {
                self.list_anew();
            }
        }
    }

    fn build_ended(&mut self, success: bool, said: &str) -> Vec<Order> {
        let Some(build) = self.build.take() else { return Vec::new() };
        self.ended = Some(build.ended(success, said, self.now));
        for entry in self.entries.iter_mut().filter(|entry| entry.state == Some(State::Building)) {
            entry.state = Some(State::ToBuild);
        }
        if self.ending {
            return vec![Order::Quit];
        }
        let mut orders = match self.waiting.pop_front() {
            Some(next) => {
                self.build = Some(Build::new(&next, self.now));
                vec![Order::Build(next)]
            }
            None => Vec::new(),
        };
        orders.extend(self.load());
        orders
    }

    /// Ends the view; first the build, when one runs.
    fn end(&mut self) -> Vec<Order> {
        self.waiting.clear();
        let Some(build) = &mut self.build else { return vec![Order::Quit] };
        build.interrupted = true;
        self.notice = match self.ending {
            false => "the build is ending, then the view; once more ends it at once".to_owned(),
            true => "the build is ending at once".to_owned(),
        };
        self.ending = true;
        self.pane = None;
        self.help = false;
        vec![Order::Interrupt]
    }
}
