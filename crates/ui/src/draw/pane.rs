//! A text in front of the list.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{Looks, put, row, rule};
use crate::view::{Pane, View};

/// The keys at the bottom.
const KEYS: &str = " arrows, PgUp, PgDn, g, G move  q back";

pub fn draw(buffer: &mut Buffer, area: Rect, view: &View, pane: &Pane) {
    let looks = Looks::of(view);
    let rows = usize::from(area.height).saturating_sub(2);
    let first = pane.first(rows);
    let last = (first + rows).min(pane.lines.len());
    let place = match pane.lines.len() > rows {
        true => format!(", lines {} to {last} of {}", first + 1, pane.lines.len()),
        false => String::new(),
    };
    rule(buffer, row(area, 0), &format!("{}{place}", pane.title), looks);
    if pane.asking {
        put(buffer, row(area, 1), "  asking…");
    }
    for (line, number) in pane.lines[first..last].iter().zip(1..) {
        let shown: String = line.chars().skip(pane.left).collect();
        put(buffer, row(area, number), shown);
    }
    if area.height > 1 {
        put(buffer, row(area, area.height - 1), Line::styled(KEYS, looks.faint()));
    }
}
