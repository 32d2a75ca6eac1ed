//! Services: whether they can run in this root, and what they become for its init.

pub(crate) mod busybox;
mod check;
mod limits;
mod problem;

pub(crate) use check::check;
pub use problem::ServiceProblem;
