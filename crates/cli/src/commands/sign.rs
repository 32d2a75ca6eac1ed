//! `yoe sign`.

use std::fs;

use crate::args::Sign;
use crate::commands::artifact;
use crate::context::{build_error, evaluate, isolation, store_error};
use crate::error::{CommandError, Kind};
use crate::secure_boot::{self, CONTAINER, SecureBoot};
use crate::ui::{self, Mode};

pub fn run(args: &Sign) -> Result<(), CommandError> {
    let mut ready = evaluate(args.machine.as_deref())?.ready()?;
    let name = args.image.clone().or_else(|| ready.project.default_image.clone());
    let name = name.ok_or_else(|| CommandError::user("name an image: the project has no default image"))?;
    // Before anything is made or built: what is wrong with the command shows now.
    if !ready.project.images.contains_key(&name) {
        return Err(CommandError::user(format!("{name:?} is not an image")));
    }
    if args.output.exists() && !args.output.is_dir() {
        return Err(CommandError::user(format!("{} is no folder", args.output.display()))
            .hint("--output names the folder that the signed disk is laid into"));
    }
    secure_boot::check(&ready.project.containers)?;
    let plan = ready.plan_to_build(&[name.clone(), CONTAINER.to_owned()])?;
    isolation()?;
    let project = ready.project.name.clone();
    let builder = ready.builder(Mode::choose(false).reporter())?;
    let trees = builder.build(&plan).map_err(build_error)?;
    let mut folders = Vec::new();
    for tree in &trees {
        folders.extend(builder.store.tree(tree).map_err(store_error)?);
    }
    let [image, tools] = &folders[..] else {
        return Err(CommandError::new(Kind::Internal, "the image or what signs it is not in the store"));
    };
    let scratch = builder.session.scratch().map_err(store_error)?;
    let in_scratch = |name: &str| scratch.path().join(name);
    let not_laid = |error| {
        CommandError::config(format!("nothing can be laid into {}", args.output.display())).because(error)
    };
    fs::create_dir_all(&args.output).map_err(not_laid)?;
    let output = args.output.canonicalize().map_err(not_laid)?;
    let secure_boot = SecureBoot::open(tools, &project, &in_scratch("making-keys"))?;
    let disk = artifact(&plan.targets[0].0, image)?;
    secure_boot.sign(&disk, &name, &output, &in_scratch("signing"))?;
    ui::note(&format!("{name}: {}", output.join(format!("{name}.img")).display()));
    Ok(())
}
