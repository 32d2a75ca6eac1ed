//! What keys do.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::{Pane, View};
use crate::entry::{Entry, Kind, State};
use crate::event::Order;

/// Columns by which an arrow moves a text.
const SHIFT: isize = 8;

/// Does what a key asks for.
pub fn pressed(view: &mut View, key: KeyEvent) -> Vec<Order> {
    if key.kind == KeyEventKind::Release {
        return Vec::new();
    }
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return if key.code == KeyCode::Char('c') { view.end() } else { Vec::new() };
    }
    if view.help {
        view.help = false;
        return Vec::new();
    }
    if view.pane.is_some() {
        return in_pane(view, key.code);
    }
    if view.searching {
        return in_search(view, key.code);
    }
    in_list(view, key.code)
}

fn in_pane(view: &mut View, code: KeyCode) -> Vec<Order> {
    let rows = view.pane_rows();
    let page = rows.cast_signed();
    let Some(pane) = &mut view.pane else { return Vec::new() };
    match code {
        KeyCode::Down | KeyCode::Char('j') => pane.scroll(1, rows),
        KeyCode::Up | KeyCode::Char('k') => pane.scroll(-1, rows),
        KeyCode::PageDown | KeyCode::Char(' ') => pane.scroll(page, rows),
        KeyCode::PageUp => pane.scroll(-page, rows),
        KeyCode::Home | KeyCode::Char('g') => pane.top = 0,
        KeyCode::End | KeyCode::Char('G') => pane.top = usize::MAX,
        KeyCode::Right => pane.shift(SHIFT),
        KeyCode::Left => pane.shift(-SHIFT),
        KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q') => view.pane = None,
        KeyCode::Char('?') => view.help = true,
        _ => {}
    }
    Vec::new()
}

fn in_search(view: &mut View, code: KeyCode) -> Vec<Order> {
    match code {
        KeyCode::Char(char) => view.search.push(char),
        KeyCode::Backspace if view.search.is_empty() => view.searching = false,
        KeyCode::Backspace => _ = view.search.pop(),
        KeyCode::Esc => {
            view.search.clear();
            view.searching = false;
        }
        KeyCode::Enter => view.searching = false,
        KeyCode::Down | KeyCode::Up => {
            view.searching = false;
            return in_list(view, code);
        }
        _ => return Vec::new(),
    }
    view.list_anew();
    Vec::new()
}

fn in_list(view: &mut View, code: KeyCode) -> Vec<Order> {
    let page = view.list_rows().max(1).cast_signed();
    match code {
        KeyCode::Down | KeyCode::Char('j') => choose(view, 1),
        KeyCode::Up | KeyCode::Char('k') => choose(view, -1),
        KeyCode::PageDown | KeyCode::Char(' ') => choose(view, page),
        KeyCode::PageUp => choose(view, -page),
        KeyCode::Home | KeyCode::Char('g') => choose(view, isize::MIN),
        KeyCode::End | KeyCode::Char('G') => choose(view, isize::MAX),
        KeyCode::Tab => filter(view, 1),
        KeyCode::BackTab => filter(view, State::ALL.len()),
        KeyCode::Char('/') => view.searching = true,
        KeyCode::Char('?') => view.help = true,
        KeyCode::Char('u') => return view.load(),
        KeyCode::Char('x') => return interrupt(view),
        KeyCode::Char('q') => return view.end(),
        KeyCode::Esc => put_away(view),
        KeyCode::Enter => return about(view, 'd'),
        KeyCode::Char(key) => return about(view, key),
        _ => {}
    }
    Vec::new()
}

fn choose(view: &mut View, by: isize) {
    view.notice.clear();
    let last = view.listed.len().saturating_sub(1);
    view.chosen = view.chosen.saturating_add_signed(by).min(last);
}

/// The next state so many places on; between the last and the first are all.
fn filter(view: &mut View, by: usize) {
    let states: Vec<Option<State>> = std::iter::once(None).chain(State::ALL.map(Some)).collect();
    let now = states.iter().position(|state| *state == view.filter).unwrap_or_default();
    view.filter = states[(now + by) % states.len()];
    view.notice.clear();
    view.list_anew();
}

/// Puts away what is in the way, one after the other: an ended build, a search, a state, a line.
fn put_away(view: &mut View) {
    if !view.notice.is_empty() {
        view.notice.clear();
    } else if view.build.is_none() && view.ended.take().is_some() {
    } else if !view.search.is_empty() {
        view.search.clear();
        view.list_anew();
    } else {
        view.filter = None;
        view.list_anew();
    }
}

fn interrupt(view: &mut View) -> Vec<Order> {
    let Some(build) = &mut view.build else {
        view.notice = "no build runs".to_owned();
        return Vec::new();
    };
    view.notice = match build.interrupted {
        false => format!("the build of {} is ending; x once more ends it at once", build.target),
        true => format!("the build of {} is ending at once", build.target),
    };
    build.interrupted = true;
    view.waiting.clear();
    vec![Order::Interrupt]
}

/// What a key does with the chosen entry.
fn about(view: &mut View, key: char) -> Vec<Order> {
    let Some(entry) = view.chosen().filter(|_| view.broken.is_none()) else { return Vec::new() };
    let name = entry.name.clone();
    let arguments = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    match key {
        'b' => view.start(name),
        'r' => foreground(view, "run", "boots"),
        't' => foreground(view, "test", "tests"),
        'd' => ask(view, format!("{name}: description"), vec![arguments(&["desc", &name])], false),
        'w' => {
            let commands = why(entry);
            ask(view, format!("{name}: why"), commands, false)
        }
        'l' => log(view, &name),
        _ => Vec::new(),
    }
}

/// Why it is in the project's image, which is a question about units, and why it would be built.
fn why(entry: &Entry) -> Vec<Vec<String>> {
    let name = &entry.name;
    let held = (entry.kind == Kind::Unit).then(|| vec!["why".to_owned(), name.clone()]);
    let rebuilt = vec!["why".to_owned(), "--rebuilt".to_owned(), name.clone()];
    held.into_iter().chain([rebuilt]).collect()
}

/// The output of what runs, else the log of what ran.
fn log(view: &mut View, name: &str) -> Vec<Order> {
    let kind = view.chosen().map(|entry| entry.kind);
    let of_entry = |action: &str| {
        super::build::made_by(action).is_some_and(|(of, called, _)| Some(of) == kind && called == name)
    };
    let running =
        view.build.as_ref().and_then(|build| build.running.iter().find(|one| of_entry(&one.action)));
    if let Some(running) = running {
        view.pane = Some(Pane::following(&running.action, running.tail.iter().cloned().collect()));
        return Vec::new();
    }
    ask(view, format!("{name}: log"), vec![vec!["log".to_owned(), name.to_owned()]], true)
}

fn ask(view: &mut View, title: String, commands: Vec<Vec<String>>, at_end: bool) -> Vec<Order> {
    view.asked += 1;
    view.notice.clear();
    view.pane = Some(Pane::asking(title, view.asked, at_end));
    vec![Order::Ask { number: view.asked, commands }]
}

/// Hands the terminal to a command about an image.
fn foreground(view: &mut View, command: &str, does: &str) -> Vec<Order> {
    let Some(entry) = view.chosen() else { return Vec::new() };
    if entry.kind != Kind::Image {
        let article = if entry.kind == Kind::OciImage { "an" } else { "a" };
        view.notice =
            format!("yoe {command} {does} images; {} is {article} {}", entry.name, entry.kind.as_str());
        return Vec::new();
    }
    vec![Order::Foreground(vec![command.to_owned(), entry.name.clone()])]
}
