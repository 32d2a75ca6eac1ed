//! The terminal view: units, images and containers of a project by their state, and what is asked and done about them with one key.
//!
//! ```text
//! keys, children ──Input──▶ View ──draw──▶ a frame
//!                            └──Order──▶ children: yoe list, build, run, test, log, why, desc
//! ```
//!
//! [`View`] is all that a frame depends on: it takes an [`Input`] and gives [`Order`]s, and does neither input nor output itself.
//! [`draw`](draw()) is a pure function of it. What is done is done by the program's own commands in processes of their own, so that the
//! view does what the command line does, a mistake in one of them does not end the view, and a project is read as it is now.

mod draw;
mod entry;
mod event;
mod program;
mod screen;
mod serve;
mod text;
mod view;

pub use draw::draw;
pub use entry::{Entry, Kind, State, entries};
pub use event::{BuildEvent, Input, Order};
pub use program::Program;
pub use screen::Screen;
pub use serve::serve;
pub use view::View;

/// Why a view ended before it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// The terminal cannot be read, written or set.
    #[error("the terminal cannot be used")]
    Terminal(#[source] std::io::Error),
    /// Another process asked for the end, by a signal.
    #[error("the view has ended")]
    Interrupted,
    /// Signals cannot be handled.
    #[error("signals cannot be handled")]
    Signals(#[source] std::io::Error),
}
