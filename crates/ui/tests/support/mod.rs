//! A view with a terminal in memory.

use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::Color;
use yoe_ui::{BuildEvent, Entry, Input, Order, View, draw};

pub struct Shown {
    pub view: View,
    terminal: Terminal<TestBackend>,
}

#[allow(dead_code, reason = "each test program uses a part of it")]
impl Shown {
    pub fn new(width: u16, height: u16) -> Self {
        let mut view = View::new("my-product", true);
        view.take(Input::Rows(height));
        Self { view, terminal: Terminal::new(TestBackend::new(width, height)).unwrap() }
    }

    pub fn resize(&mut self, width: u16, height: u16) {
        self.terminal.backend_mut().resize(width, height);
        self.view.take(Input::Rows(height));
    }

    pub fn take(&mut self, input: Input) -> Vec<Order> {
        self.view.take(input)
    }

    pub fn load(&mut self, entries: Vec<Entry>) {
        let machine = "qemu-x86_64".into();
        self.view.take(Input::Loaded { entries, machine, without_states: String::new() });
    }

    pub fn report(&mut self, event: BuildEvent) {
        assert_eq!(self.view.take(Input::Build(event)), []);
    }

    pub fn time(&mut self, seconds: u64) {
        self.view.take(Input::Time(Duration::from_secs(seconds)));
    }

    /// Presses keys, as a terminal sends them.
    pub fn keys(&mut self, keys: &str) -> Vec<Order> {
        keys.chars().flat_map(|char| self.view.take(Input::Key(key(char)))).collect()
    }

    /// The rows of the screen.
    pub fn screen(&mut self) -> String {
        let view = &self.view;
        self.terminal.draw(|frame| draw(frame, view)).unwrap();
        let buffer = self.terminal.backend().buffer();
        let rows = buffer.content().chunks(usize::from(buffer.area.width));
        let rows = rows.map(|row| row.iter().map(|cell| cell.symbol()).collect::<String>());
        rows.map(|row| format!("{}\n", row.trim_end())).collect()
    }

    /// Whether anything has a colour of its own.
    pub fn coloured(&mut self) -> bool {
        self.screen();
        let cells = self.terminal.backend().buffer().content();
        cells.iter().any(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset)
    }
}

fn key(char: char) -> KeyEvent {
    match char {
        '\n' => KeyCode::Enter.into(),
        '\t' => KeyCode::Tab.into(),
        '\u{1b}' => KeyCode::Esc.into(),
        '\u{3}' => KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL),
        char => KeyCode::Char(char).into(),
    }
}
