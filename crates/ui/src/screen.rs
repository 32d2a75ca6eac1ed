//! The terminal: taken for the view, handed to a command, given back.

use std::io::{self, Write as _, stdout};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::event::{self, Event, KeyEventKind};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

use crate::draw::draw;
use crate::view::View;

/// The terminal while it shows the view. It is given back as it was when this ends, and before the message of a panic.
#[derive(Debug)]
pub struct Screen {
    terminal: Terminal<CrosstermBackend<io::Stdout>>,
}

impl Screen {
    /// Takes the terminal.
    ///
    /// # Errors
    /// When it cannot be set.
    pub fn take() -> io::Result<Self> {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            give_back();
            before(panic);
        }));
        enter()?;
        Ok(Self { terminal: Terminal::new(CrosstermBackend::new(stdout()))? })
    }

    /// Rows of the terminal.
    pub(crate) fn rows(&self) -> io::Result<u16> {
        Ok(self.terminal.size()?.height)
    }

    /// Draws the view.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn draw(&mut self, view: &View) -> io::Result<()> {
        self.terminal.draw(|frame| draw(frame, view)).map(|_| ())
    }

    /// Hands the terminal to a command, as it was before the view; takes it back once a key was pressed. `run` gives the line that is
    /// shown at the end.
    pub(crate) fn lend(&mut self, command: &str, run: impl FnOnce() -> String) -> io::Result<()> {
        give_back();
        writeln!(stdout(), "$ {command}")?;
        let ended = run();
        write!(stdout(), "{ended}; Enter goes back to the view ")?;
        stdout().flush()?;
        enable_raw_mode()?;
        loop {
            if let Event::Key(key) = event::read()?
                && key.kind != KeyEventKind::Release
            {
                break;
            }
        }
        writeln!(stdout(), "\r")?;
        enter()?;
        self.terminal.clear()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    execute!(stdout(), EnterAlternateScreen)
}

/// Gives the terminal back. It may be gone; then there is nothing to give back.
fn give_back() {
    let _ = disable_raw_mode();
    let _ = execute!(stdout(), LeaveAlternateScreen, Show);
}
