//! `yoe sign`.

use std::fs;

use clap::Args;
use yoe_keys::secure_boot;

use crate::error::CommandError;
use crate::output;
use crate::project::{self, BuiltTargets, image, isolation, open_secure_boot};
use crate::ui;

/// The arguments of `yoe sign`.
#[derive(Debug, Args)]
pub struct Sign {
    /// The image [default: the project's]
    pub image: Option<String>,
    /// The machine to build for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Directory for the signed disk, its kernel and the certificates to enroll
    #[arg(long, value_name = "DIR")]
    pub output: std::path::PathBuf,
}

/// Carries `yoe sign` out.
pub fn run(args: &Sign) -> Result<(), CommandError> {
    let locked = project::open(args.machine.as_deref())?.lock()?;
    let (name, _) = image(&locked.project, args.image.as_deref(), "sign")?;
    // Before anything is made or built: what is wrong with the command shows now.
    if args.output.exists() && !args.output.is_dir() {
        return Err(CommandError::user(format!("{} is not a directory", args.output.display()))
            .hint("--output names the directory for the signed disk"));
    }
    output::directory(&args.output)?;
    let (tools, project) = (secure_boot::tools(&locked.project)?, locked.project.name.clone());
    isolation()?;
    let built = BuiltTargets::new(locked, &[name.clone(), tools])?;
    let scratch = built.builder.session.scratch()?;
    let not_made =
        |error| CommandError::config(format!("cannot write to {}", args.output.display())).because(error);
    fs::create_dir_all(&args.output).map_err(not_made)?;
    let output = args.output.canonicalize().map_err(not_made)?;
    let secure_boot = open_secure_boot(built.directory(secure_boot::CONTAINER)?, &project, scratch.path())?;
    let disk = built.artifact()?;
    secure_boot.sign(&disk, &name, &output, &scratch.path().join("signing"))?;
    ui::note(&format!("{name}: {}", output.join(format!("{name}.img")).display()));
    Ok(())
}
