//! The guide, done as it is written: every fenced block of docs/guide is a file of the reader's project, a command, what a
//! command prints, or what is typed on a device, and says which by the second word of its info string:
//!
//! | info string | is |
//! |---|---|
//! | `LANGUAGE file=PATH` | the text of that file of the project |
//! | `sh here` | commands in the project's directory, which need neither network nor device |
//! | `sh boot` | the same, but they build or boot something |
//! | `sh papers` | commands about what was built, which `tests/paper_pages.rs` plays on a small project |
//! | `sh session` | starts a device whose console is in the terminal |
//! | `sh background` | runs until the page ends |
//! | `console device` | what is typed on that device, after `# `, and what it answers |
//! | `sh terminal` | a command that draws in a terminal, by tmux |
//! | `console keys` | what is typed there, after `# `: names of keys, and texts; and what is to be seen then |
//! | `text output` | what the block before printed |
//!
//! A line `...` of an answer stands for any lines, and `...` at the end of one for any text.
//!
//! The test without a device plays each page with files and `sh here` alone. The other one, for
//! `cargo xtask boots`, plays every block: it builds and boots what the guide builds and boots. `YOE_GUIDE_PAGE=hole.md` plays that
//! page alone.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![allow(clippy::print_stderr, reason = "a long test says where it is")]

mod answer;
mod blocks;
mod console;
mod page;
mod screen;
#[path = "../support/tmux.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod tmux;

use blocks::{Block, Kind, pages};
use page::Page;
use screen::Screen;

#[test]
fn every_block_says_what_it_is() {
    let pages = pages();
    assert!(pages.len() >= 2, "the guide is gone");
    let all: Vec<&Block> = pages.iter().flat_map(|page| &page.blocks).collect();
    let count = |is: fn(&Kind) -> bool| all.iter().filter(|block| is(&block.kind)).count();
    assert!(count(|kind| matches!(kind, Kind::Here)) >= 3, "{all:?}");
    assert!(count(|kind| matches!(kind, Kind::Session)) >= 2, "{all:?}");
    for page in &pages {
        let mut session = false;
        for block in &page.blocks {
            session |= matches!(block.kind, Kind::Session);
            let typed = matches!(block.kind, Kind::Device);
            assert!(session || !typed, "{}: nothing was started to type this on", block.place);
        }
    }
}

#[test]
fn what_needs_no_device_works_as_written() {
    for guide in pages() {
        let (page, mut screen) = (Page::new(), Screen::default());
        for block in &guide.blocks {
            match &block.kind {
                Kind::File(path) => page.write(path, &block.text),
                Kind::Here => page.run(block),
                Kind::Terminal => screen.start(&page, block),
                Kind::Keys => screen.type_in(block),
                // These are played with devices.
                Kind::Boot
                | Kind::Papers
                | Kind::Session
                | Kind::Background
                | Kind::Device
                | Kind::Output => {}
            }
        }
    }
}

#[test]
#[ignore = "builds and boots what the guide does; cargo xtask boots runs it"]
fn the_whole_guide_works_as_written() {
    let only = std::env::var("YOE_GUIDE_PAGE").ok();
    for guide in pages().iter().filter(|guide| only.as_ref().is_none_or(|only| guide.name == *only)) {
        console::play(guide, &Page::with_the_users_store());
    }
}
