//! `yoe sign`.

use std::fs;

use crate::args::Sign;
use crate::built::{Built, image};
use crate::commands::artifact;
use crate::context::{evaluate, isolation, store_error};
use crate::error::CommandError;
use crate::output;
use crate::secure_boot::{self, SecureBoot};
use crate::ui;

pub fn run(args: &Sign) -> Result<(), CommandError> {
    let ready = evaluate(args.machine.as_deref())?.ready()?;
    let (name, _) = image(&ready.project, args.image.as_deref(), "sign")?;
    // Before anything is made or built: what is wrong with the command shows now.
    if args.output.exists() && !args.output.is_dir() {
        return Err(CommandError::user(format!("{} is no folder", args.output.display()))
            .hint("--output names the folder that the signed disk is laid into"));
    }
    output::directory(&args.output)?;
    let (tools, project) = (secure_boot::tools(&ready.project)?, ready.project.name.clone());
    isolation()?;
    let built = Built::new(ready, &[name.clone(), tools])?;
    let scratch = built.builder.session.scratch().map_err(store_error)?;
    let not_laid = |error| {
        CommandError::config(format!("nothing can be laid into {}", args.output.display())).because(error)
    };
    fs::create_dir_all(&args.output).map_err(not_laid)?;
    let output = args.output.canonicalize().map_err(not_laid)?;
    let secure_boot = SecureBoot::open(built.folder(secure_boot::CONTAINER)?, &project, scratch.path())?;
    let disk = artifact(&built.plan.targets[0].0, built.first()?)?;
    secure_boot.sign(&disk, &name, &output, &scratch.path().join("signing"))?;
    ui::note(&format!("{name}: {}", output.join(format!("{name}.img")).display()));
    Ok(())
}
