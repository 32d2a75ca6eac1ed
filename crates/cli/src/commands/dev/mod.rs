//! `yoe dev`.

mod finish;
mod place;
mod reset;
mod start;
mod status;

use std::path::Path;
use std::sync::Arc;

use clap::{Args, Subcommand};

use yoe_model::{Project, Unit, Unlocked};

use crate::dev::{self, Tree};
use crate::error::CommandError;
use crate::project;

/// The arguments of `yoe dev`.
#[derive(Debug, Args)]
pub struct Dev {
    #[command(subcommand)]
    pub command: DevCommand,
}

#[derive(Debug, Subcommand)]
pub enum DevCommand {
    /// Put a unit's source into a working tree, each of its patches a commit
    Start(start::Start),
    /// List working trees
    Status(status::Status),
    /// Make patches of a working tree's commits, and remove the tree
    Finish(finish::Finish),
    /// Remove a working tree
    Reset(reset::Reset),
}

/// Carries `yoe dev` out.
pub fn run(command: &DevCommand) -> Result<(), CommandError> {
    match command {
        DevCommand::Start(args) => start::run(args),
        DevCommand::Status(args) => status::run(args),
        DevCommand::Finish(args) => finish::run(args),
        DevCommand::Reset(args) => reset::run(args),
    }
}

fn unit_of(project: &Project<Unlocked>, name: &str) -> Result<Arc<Unit>, CommandError> {
    project::unit(project, name)?;
    project.units.get(name).cloned().ok_or_else(|| CommandError::user(format!("there is no unit {name:?}")))
}

fn removed(tree: &Tree) -> Result<(), CommandError> {
    dev::remove(&tree.path).map_err(|error| {
        CommandError::config(format!("{} cannot be removed", tree.path.display())).because(error)
    })
}

fn existing(root: &Path, unit: &str) -> Result<Tree, CommandError> {
    let tree = Tree::of(root, unit);
    if tree.exists() {
        return Ok(tree);
    }
    Err(CommandError::user(format!("there is no working tree of {unit:?}"))
        .hint(format!("`yoe dev start {unit}` makes one; `yoe dev status` lists them")))
}
