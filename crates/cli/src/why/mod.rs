//! Answers to `yoe why`.

pub mod change;
mod changed_lines;
pub mod held;
pub mod rebuilt;
