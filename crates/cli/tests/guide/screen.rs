//! What draws in a terminal, and what is typed there.

use crate::blocks::Block;
use crate::page::Page;
use crate::tmux::Tmux;

/// A terminal; none before the page starts something in one.
#[derive(Default)]
pub struct Screen(Option<Tmux>);

impl Screen {
    /// Starts what a block says.
    pub fn start(&mut self, page: &Page, block: &Block) {
        let terminal = Tmux::start(page.directory(), &page.command(block));
        terminal.line(block.text.trim());
        self.0 = Some(terminal);
    }

    /// Types what a block says, and waits for what it says is to be seen.
    pub fn type_in(&self, block: &Block) {
        let terminal = self.0.as_ref().expect("nothing was started in a terminal");
        for line in block.text.lines() {
            match line.strip_prefix("# ") {
                Some(keys) => keys.split(' ').for_each(|key| press(terminal, key)),
                None => {
                    let wanted = words(line.trim_end_matches("..."));
                    let seen = |screen: &str| screen.lines().any(|line| words(line).contains(&wanted));
                    _ = terminal.wait_until(line, seen);
                }
            }
        }
    }
}

fn press(terminal: &Tmux, key: &str) {
    match key {
        "Enter" | "Tab" => terminal.key(key),
        "Esc" => terminal.key("Escape"),
        text => terminal.text(text),
    }
}

/// A line with one space where it has several.
fn words(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}
