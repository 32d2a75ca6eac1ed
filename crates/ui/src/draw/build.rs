//! The build: how far it is, what runs, and the end of what was said last.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{Looks, put, row, rule};
use crate::entry::State;
use crate::text::seconds;
use crate::view::{Build, Ended, View};

pub fn draw(buffer: &mut Buffer, area: Rect, view: &View, looks: Looks) {
    match (&view.build, &view.ended) {
        (Some(build), _) => running(buffer, area, view, build, looks),
        (None, Some(ended)) => last(buffer, area, ended, looks),
        (None, None) => {}
    }
}

fn running(buffer: &mut Buffer, area: Rect, view: &View, build: &Build, looks: Looks) {
    let far = match build.pending {
        None => "planning".to_owned(),
        Some(0) => "nothing to do".to_owned(),
        Some(pending) => format!("{} of {pending} done", build.done),
    };
    let took = seconds(view.now.saturating_sub(build.began).as_secs());
    let next = match view.waiting.is_empty() {
        true => String::new(),
        false => format!(", then {}", view.waiting.iter().cloned().collect::<Vec<_>>().join(", ")),
    };
    let ending = if build.interrupted { ", ending" } else { "" };
    rule(buffer, row(area, 0), &format!("build {}: {far}, {took}{ending}{next}", build.target), looks);
    let rows = usize::from(area.height).saturating_sub(1);
    // Half of the room is for what runs, half for what it says.
    let listed = build.running.len().min(rows.div_ceil(2));
    for (one, number) in build.running.iter().take(listed).zip(1..) {
        let took = seconds(view.now.saturating_sub(one.began).as_secs());
        let text = format!("  {}  {}", one.action, one.doing);
        put(buffer, row(area, number), Line::styled(text, looks.state(State::Building)));
        put(buffer, row(area, number), Line::from(format!("{took} ")).right_aligned());
    }
    let Some(speaker) = build.speaker() else { return };
    let room = rows - listed;
    let skipped = speaker.tail.len().saturating_sub(room);
    let first = u16::try_from(1 + listed).unwrap_or(u16::MAX);
    for (line, number) in speaker.tail.iter().skip(skipped).zip(first..) {
        put(buffer, row(area, number), Line::styled(format!("  │ {line}"), looks.faint()));
    }
}

fn last(buffer: &mut Buffer, area: Rect, ended: &Ended, looks: Looks) {
    let how = match (ended.success, ended.interrupted) {
        (true, _) => "done",
        (false, true) => "interrupted",
        (false, false) => "failed",
    };
    let took = seconds(ended.took.as_secs());
    let heading = format!("build {}: {how}, {took}; Esc puts this away", ended.target);
    rule(buffer, row(area, 0), &heading, looks);
    let room = usize::from(area.height).saturating_sub(1);
    let skipped = ended.said.len().saturating_sub(room);
    for (line, number) in ended.said.iter().skip(skipped).zip(1..) {
        put(buffer, row(area, number), format!("  {line}"));
    }
}
