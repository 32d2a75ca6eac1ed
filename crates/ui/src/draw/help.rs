//! What the keys do.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Looks, put, row, rule};
use crate::view::View;

/// Keys, and what they do.
const KEYS: [(&str, &str); 17] = [
    ("Up, Down", "choose; also k, j, PgUp, PgDn, g, G"),
    ("/", "search names and descriptions for words"),
    ("Tab", "list the next state alone; Shift-Tab the one before"),
    ("Esc", "put away: a message, a build that ended, the search, the state"),
    ("", ""),
    ("b", "build; while a build runs, after it"),
    ("x", "end the build in order; once more: at once"),
    ("r", "run an image: its console takes the terminal, Ctrl-A X ends it"),
    ("t", "test an image"),
    ("", ""),
    ("l", "log of the last build, or output of what runs now"),
    ("w", "why it is in the project's image, and why it would be built"),
    ("d", "description; also Enter"),
    ("u", "read the project again, as after each build"),
    ("", ""),
    ("?", "this help"),
    ("q", "quit; a build that runs is ended first. Also Ctrl-C"),
];

pub fn draw(buffer: &mut Buffer, area: Rect, view: &View) {
    let looks = Looks::of(view);
    rule(buffer, row(area, 0), "keys", looks);
    for ((key, does), number) in KEYS.into_iter().zip(2..area.height.saturating_sub(1)) {
        let key = Span::styled(format!("  {key:10}"), looks.strong());
        put(buffer, row(area, number), Line::from(vec![key, Span::raw(does)]));
    }
    if area.height > 1 {
        put(buffer, row(area, area.height - 1), Line::styled(" any key goes back", looks.faint()));
    }
}
