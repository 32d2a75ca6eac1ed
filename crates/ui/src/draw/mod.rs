//! A frame, as a pure function of the view.

mod build;
mod help;
mod list;
mod pane;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::entry::State;
use crate::view::View;

/// Draws a frame. It fits terminals of any size; what there is no room for is left out from the bottom of the list up.
pub fn draw(frame: &mut Frame<'_>, view: &View) {
    let (area, buffer) = (frame.area(), frame.buffer_mut());
    match (&view.pane, view.help) {
        (_, true) => help::draw(buffer, area, view),
        (Some(pane), false) => pane::draw(buffer, area, view, pane),
        (None, false) => list::draw(buffer, area, view),
    }
}

/// How things look, with colours and without.
#[derive(Debug, Clone, Copy)]
struct Looks {
    color: bool,
}

impl Looks {
    fn of(view: &View) -> Self {
        Self { color: view.color }
    }

    fn state(self, state: State) -> Style {
        let color = match state {
            State::Failed => Color::Red,
            State::Building => Color::Yellow,
            State::ToBuild => Color::Cyan,
            State::UpToDate => Color::Green,
        };
        let style = if self.color { Style::new().fg(color) } else { Style::new() };
        match state {
            State::Failed | State::Building => style.add_modifier(Modifier::BOLD),
            State::ToBuild | State::UpToDate => style,
        }
    }

    fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    fn faint(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    fn chosen(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }
}

/// One row of an area; none where the area has no such row.
fn row(area: Rect, row: u16) -> Rect {
    match row < area.height {
        true => Rect { y: area.y + row, height: 1, ..area },
        false => Rect { height: 0, ..area },
    }
}

/// Draws a line into a row.
fn put<'a>(buffer: &mut Buffer, area: Rect, line: impl Into<Line<'a>>) {
    if area.height > 0 {
        line.into().render(area, buffer);
    }
}

/// A rule with a heading in it.
fn rule(buffer: &mut Buffer, area: Rect, heading: &str, looks: Looks) {
    let width = usize::from(area.width).saturating_sub(heading.chars().count() + 4);
    let spans = [
        Span::styled("─ ", looks.faint()),
        Span::styled(heading.to_owned(), looks.strong()),
        Span::styled(format!(" {}", "─".repeat(width + 1)), looks.faint()),
    ];
    put(buffer, area, Line::from(spans.to_vec()));
}
