//! `yoe build`.

use std::path::{Path, PathBuf};

use yoe_build::Reason;
use yoe_model::Release;
use yoe_plan::{Plan, Target};

use crate::args::Build;
use crate::context::{build_error, evaluate, isolation};
use crate::error::{CommandError, Kind};
use crate::output;
use crate::ui::{self, Mode};

pub fn run(args: &Build) -> Result<(), CommandError> {
    let mut ready = evaluate(args.machine.as_deref())?.ready()?;
    if args.dry_run {
        let plan = ready.plan(&args.targets)?;
        return dry_run(&ready.store, &plan);
    }
    if let Some(folder) = &args.repository {
        output::directory(folder)?;
    }
    let plan = ready.plan_to_build(&args.targets)?;
    let pending = yoe_build::explain(&ready.store, &plan).map_err(build_error)?;
    if !pending.is_empty() {
        isolation()?;
    } else if !args.json {
        ui::note(&format!("{}: up to date ({} actions)", names(&plan), plan.actions.len()));
    }
    let arch = ready.project.machine.arch;
    let builder = ready.builder(Mode::choose(args.json).reporter())?;
    let trees = builder.build(&plan).map_err(build_error)?;
    if let Some(folder) = &args.repository {
        let count = builder.repository(&plan, arch, folder).map_err(build_error)?;
        ui::note(&format!("{}: {count} packages", folder.display()));
    }
    for ((target, _), tree) in plan.targets.iter().zip(trees) {
        let folder = builder.store.tree(&tree).map_err(crate::context::store_error)?.unwrap_or_default();
        let path = artifact(target, &folder)?;
        if args.print_path {
            ui::result(&path.display().to_string());
        } else if !args.json {
            ui::note(&format!("{}: {}", name(target), path.display()));
            if let Target::OciImage(name) = target {
                let layout = folder.join(yoe_image::oci::layout_folder(name));
                ui::note(&format!(
                    "run it by `nerdctl load -i ARCHIVE` or `podman load -i ARCHIVE`; push it by \
                     `skopeo copy oci:{} docker://HOST/{name}:TAG`",
                    layout.display()
                ));
            }
        }
    }
    Ok(())
}

fn dry_run(store: &yoe_store::Store, plan: &Plan) -> Result<(), CommandError> {
    let pending = yoe_build::explain(store, plan).map_err(build_error)?;
    if pending.is_empty() {
        ui::result(&format!("{}: up to date ({} actions)", names(plan), plan.actions.len()));
    }
    for action in &pending {
        ui::result(&format!("{}: {}", action.label, action.reason));
    }
    let new = pending.iter().filter(|action| action.reason == Reason::New).count();
    ui::note(&format!(
        "{} actions, {} to do, {new} of them for the first time",
        plan.actions.len(),
        pending.len()
    ));
    Ok(())
}

/// The name of a target.
pub fn name(target: &Target) -> &str {
    match target {
        Target::Unit(name) | Target::Image(name) | Target::OciImage(name) | Target::Container(name) => name,
    }
}

fn names(plan: &Plan) -> String {
    plan.targets.iter().map(|(target, _)| name(target)).collect::<Vec<_>>().join(", ")
}

/// What a user wants of a target's tree: the disk of an image, the archive of an OCI image, the package of a unit,
/// the folder of a container.
pub fn artifact(target: &Target, folder: &Path) -> Result<PathBuf, CommandError> {
    match target {
        Target::Image(name) => Ok(folder.join(format!("{}.img", Release::image_of(name)))),
        Target::OciImage(name) => Ok(folder.join(yoe_image::oci::archive_file(name))),
        Target::Container(_) => Ok(folder.to_owned()),
        Target::Unit(name) => {
            let files =
                std::fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.file_name());
            let dev = format!("{name}-dev-");
            let mut packages: Vec<_> =
                files.filter(|file| !file.to_string_lossy().starts_with(&dev)).collect();
            packages.sort();
            let first = packages.first().map(|file| folder.join(file));
            first.ok_or_else(|| CommandError::new(Kind::Internal, format!("unit {name:?} left no package")))
        }
    }
}
