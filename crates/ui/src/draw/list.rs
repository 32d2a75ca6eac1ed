//! The list: a head, entries, the build when there is one, a line about what happened, and the keys.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Looks, build, put, row};
use crate::entry::{Entry, Kind, State};
use crate::view::View;

/// The keys at the bottom.
const KEYS: &str = " / search  b build  r run  t test  l log  w why  d desc  ? help  q quit";

pub fn draw(buffer: &mut Buffer, area: Rect, view: &View) {
    let looks = Looks::of(view);
    head(buffer, row(area, 0), view, looks);
    states(buffer, row(area, 1), view, looks);
    let below = area.height.saturating_sub(2);
    let build_rows = u16::try_from(view.build_rows()).unwrap_or_default().min(below.saturating_sub(2));
    let list_rows = area.height.saturating_sub(4 + build_rows);
    let list = Rect { y: area.y + 2.min(area.height), height: list_rows, ..area };
    match &view.broken {
        Some(said) => broken(buffer, list, said, looks),
        None => entries(buffer, list, view, looks),
    }
    if build_rows > 0 {
        let area = Rect { y: list.y + list_rows, height: build_rows, ..area };
        build::draw(buffer, area, view, looks);
    }
    if area.height > 3 {
        last_lines(buffer, area, view, looks);
    }
}

fn head(buffer: &mut Buffer, area: Rect, view: &View, looks: Looks) {
    let counted = |kind: Kind, one: &str, many: &str| {
        let count = view.entries.iter().filter(|entry| entry.kind == kind).count();
        format!("{count} {}", if count == 1 { one } else { many })
    };
    let counts = match view.entries.is_empty() {
        true => String::new(),
        false => {
            format!("{}, {} ", counted(Kind::Unit, "unit", "units"), counted(Kind::Image, "image", "images"))
        }
    };
    let right = if view.loading { "reading the project… ".to_owned() } else { counts };
    let left = [
        Span::styled(" yoe ", looks.strong()),
        Span::raw(format!(" {}", view.project)),
        Span::styled(format!("  {}", view.machine), looks.faint()),
    ];
    put(buffer, area, Line::from(left.to_vec()));
    put(buffer, area, Line::from(right).right_aligned());
}

/// How many are in which state; what is listed stands out.
fn states(buffer: &mut Buffer, area: Rect, view: &View, looks: Looks) {
    let mut spans = vec![Span::raw(" ")];
    let all = std::iter::once((None, "all")).chain(State::ALL.map(|state| (Some(state), state.as_str())));
    for (state, name) in all {
        let style = match state {
            _ if view.filter == state => looks.chosen(),
            Some(state) if view.count(Some(state)) > 0 => looks.state(state),
            _ => looks.faint(),
        };
        spans.push(Span::styled(format!(" {name} {} ", view.count(state)), style));
        spans.push(Span::raw(" "));
    }
    put(buffer, area, Line::from(spans));
}

fn entries(buffer: &mut Buffer, area: Rect, view: &View, looks: Looks) {
    if view.listed.is_empty() {
        let why = match (view.entries.is_empty(), view.loading) {
            (true, true) => "",
            (true, false) => "  the project defines nothing",
            (false, _) if !view.search.is_empty() => "  nothing has these words; Esc ends the search",
            (false, _) => "  nothing is in this state; Tab shows the next",
        };
        return put(buffer, row(area, 0), why);
    }
    let rows = usize::from(area.height);
    // The chosen one stays in the middle, but for the ends of the list.
    let first = view.chosen.saturating_sub(rows / 2).min(view.listed.len().saturating_sub(rows));
    let shown: Vec<(usize, &Entry)> = (first..view.listed.len())
        .take(rows)
        .map(|place| (place, &view.entries[view.listed[place]]))
        .collect();
    let longest = |length: fn(&Entry) -> usize, least: usize, most: usize| {
        shown.iter().map(|(_, entry)| length(entry)).max().unwrap_or_default().max(least).min(most)
    };
    let widths = Widths {
        name: longest(|entry| entry.name.chars().count(), 12, usize::from(area.width) * 3 / 8),
        version: longest(|entry| entry.version.chars().count(), 7, usize::from(area.width) / 5),
    };
    for ((place, entry), number) in shown.into_iter().zip(0..) {
        let chosen = place == view.chosen;
        put(buffer, row(area, number), line(entry, chosen, widths, looks));
    }
}

#[derive(Clone, Copy)]
struct Widths {
    name: usize,
    version: usize,
}

fn line(entry: &Entry, chosen: bool, widths: Widths, looks: Looks) -> Line<'static> {
    let state = entry.state.map(State::as_str).unwrap_or_default();
    let state_style = entry.state.map(|state| looks.state(state)).unwrap_or_default();
    let default = if entry.default { "(default) " } else { "" };
    let line = Line::from(vec![
        Span::raw(if chosen { "> " } else { "  " }),
        Span::raw(format!("{} ", fit(&entry.name, widths.name))),
        Span::raw(format!("{} ", fit(&entry.version, widths.version))),
        Span::styled(format!("{state:10} "), state_style),
        Span::styled(format!("{:9} ", entry.kind.as_str()), looks.faint()),
        Span::raw(format!("{default}{}", entry.description)),
    ]);
    if chosen { line.style(looks.chosen()) } else { line }
}

/// A text of exactly this width; of a longer one, the beginning.
fn fit(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return format!("{text:width$}");
    }
    let cut: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{cut}…")
}

fn broken(buffer: &mut Buffer, area: Rect, said: &str, looks: Looks) {
    put(buffer, row(area, 0), Line::styled("  the project cannot be read; u reads it again", looks.strong()));
    for (line, number) in said.lines().zip(2..) {
        put(buffer, row(area, number), format!("  {}", crate::text::plain(line)));
    }
}

fn last_lines(buffer: &mut Buffer, area: Rect, view: &View, looks: Looks) {
    let (line, keys) = (row(area, area.height - 2), row(area, area.height - 1));
    if view.searching {
        put(
            buffer,
            line,
            Line::from(vec![Span::raw(format!(" /{}", view.search)), Span::styled(" ", looks.chosen())]),
        );
        put(buffer, keys, Line::styled(" Enter ends typing  Esc ends the search", looks.faint()));
        return;
    }
    if !view.notice.is_empty() {
        put(buffer, line, format!(" {}", view.notice));
    } else if !view.search.is_empty() {
        put(
            buffer,
            line,
            Line::styled(
                format!(" {} of {} have: {}", view.listed.len(), view.entries.len(), view.search),
                looks.faint(),
            ),
        );
    }
    put(buffer, keys, Line::styled(KEYS, looks.faint()));
}
