//! Tests of planning, on a project made of plain data.

mod closure;
mod keys;
mod project;
mod releases;
