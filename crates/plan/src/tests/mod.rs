//! Tests of planning, on a project made of plain data.

mod closure;
mod keys;
pub(crate) mod project;
mod releases;
mod texts;
