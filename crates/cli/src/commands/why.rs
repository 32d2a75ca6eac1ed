//! `yoe why`.

use std::path::PathBuf;

use clap::Args;

use crate::error::CommandError;
use crate::why::{change, held, rebuilt};
use crate::{project, ui};

/// The arguments of `yoe why`.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("question").required(true).args(["unit", "rebuilt", "file"])))]
pub struct Why {
    /// The unit of which to say why it is in an image
    pub unit: Option<String>,
    /// The image, or IMAGE@VERSION [default: the project's]
    #[arg(long = "in", value_name = "IMAGE", requires = "unit")]
    pub image: Option<String>,
    /// Say what a build of TARGET would do, and which inputs differ from those of the last result
    #[arg(long, value_name = "TARGET")]
    pub rebuilt: Option<String>,
    /// Say which units and images a change of FILE would rebuild
    #[arg(long = "if", value_name = "FILE", id = "file")]
    pub file: Option<PathBuf>,
    /// The machine to evaluate the project for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Write the answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// Carries `yoe why` out.
pub fn run(args: &Why) -> Result<(), CommandError> {
    let opened = project::open(args.machine.as_deref())?;
    match (&args.unit, &args.rebuilt, &args.file) {
        (Some(unit), ..) => {
            let answer = held::answer(&opened, unit, args.image.as_deref())?;
            show(args.json, &answer, || answer.lines())
        }
        (_, Some(target), _) => {
            let answer = rebuilt::answer(opened, target)?;
            show(args.json, &answer, || answer.lines())
        }
        (.., Some(file)) => {
            let answer = change::answer(&opened, file)?;
            show(args.json, &answer, || answer.lines())
        }
        // The parser asks for one of them.
        (None, None, None) => Err(CommandError::user("there is no question")),
    }
}

fn show<T: serde::Serialize>(
    json: bool,
    answer: &T,
    lines: impl FnOnce() -> Vec<String>,
) -> Result<(), CommandError> {
    if json {
        return ui::json_result(answer);
    }
    lines().iter().for_each(|line| ui::result(line));
    Ok(())
}
