//! `yoe report`.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use yoe_image::{DiskManifest, disk};
use yoe_model::Image;
use yoe_plan::Plan;
use yoe_testbed::records;

use crate::error::{CommandError, Kind};
use crate::output::Output;
use crate::project::{self, LockedProject, image};
use crate::report::{self, comparison, page, table};
use crate::{gate, papers, paths, ui};

/// The page's name among the records of the image's tests.
const PAGE: &str = "report.html";

/// The arguments of `yoe report`.
#[derive(Debug, Args)]
pub struct Report {
    /// The image; several are compared in one table [default: the project's]
    #[arg(value_name = "IMAGE")]
    pub images: Vec<String>,
    /// The machine that it was built for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Write the report as JSON; an array of them for several images
    #[arg(long)]
    pub json: bool,
    /// Show known holes that are open, by the advisories in this directory, in OSV's format
    #[arg(long, value_name = "DIR")]
    pub advisories: Option<PathBuf>,
    /// Where to write the HTML page [default: with the records of the image's tests]
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

/// Carries `yoe report` out.
pub fn run(args: &Report) -> Result<(), CommandError> {
    let several = args.images.len() > 1;
    if several && args.html.is_some() {
        return Err(
            CommandError::user("an HTML page is about one image").hint("name one image, or leave out --html")
        );
    }
    if let Some(advisories) = &args.advisories {
        if several {
            return Err(CommandError::user("holes are shown of one image")
                .hint("name one image, or leave out --advisories"));
        }
        gate::directory(advisories, "--advisories")?;
    }
    let locked = project::open(args.machine.as_deref())?.lock()?;
    if several {
        return compare(args, &locked);
    }
    let name = args.images.first().map(String::as_str);
    let mut report = report_on(&locked, name)?;
    let inventory = papers::of_target(args.machine.as_deref(), name)?.inventory;
    report.papers = Some(report::Papers::new(&inventory, args.advisories.as_deref())?);
    ui::result(&if args.json { json(&report)? } else { table(&report) });
    let path = match &args.html {
        Some(path) => path.clone(),
        None => records::directory(&paths::state()?, &report.image)?.join(PAGE),
    };
    Output::at(&path)?.write_all(page(&report).as_bytes())?;
    ui::note(&format!("HTML report: {}", path.display()));
    Ok(())
}

/// One table of several images.
fn compare(args: &Report, locked: &LockedProject) -> Result<(), CommandError> {
    let reports: Vec<_> =
        args.images.iter().map(|name| report_on(locked, Some(name))).collect::<Result<_, _>>()?;
    ui::result(&if args.json { json(&reports)? } else { comparison(&reports) });
    Ok(())
}

fn json(value: &impl Serialize) -> Result<String, CommandError> {
    serde_json::to_string_pretty(value).map_err(|error| {
        CommandError::new(Kind::Internal, "the report cannot be written as JSON").because(error)
    })
}

fn report_on(locked: &LockedProject, name: Option<&str>) -> Result<report::Report, CommandError> {
    let (name, image) = image(&locked.project, name, "report on")?;
    let plan = locked.plan(std::slice::from_ref(&name))?;
    let (tree, directory) = built(locked, &plan, &name)?;
    measure(locked, &image, &tree, &directory)
}

fn measure(
    locked: &LockedProject,
    image: &Image,
    tree: &str,
    directory: &std::path::Path,
) -> Result<report::Report, CommandError> {
    let newest = records::newest(&paths::state()?, &image.name, tree)?;
    let manifest = DiskManifest::open(&directory.join(disk::manifest_file(image)))
        .map_err(|error| CommandError::config("the image's manifest cannot be read").because(error))?;
    let size = yoe_tree::regular(&directory.join(disk::disk_file(image)))
        .and_then(|disk| disk.metadata())
        .map_err(|error| CommandError::config("the disk image is not there").because(error))?;
    Ok(report::Report::new(image, &locked.project.machine, &manifest, size.len(), &newest, tree))
}

/// The digest and the directory of an image that was built as it is locked.
fn built(locked: &LockedProject, plan: &Plan, name: &str) -> Result<(String, PathBuf), CommandError> {
    let missing = || {
        CommandError::user(format!("image {name:?} is not built as it is defined now"))
            .hint(format!("`yoe test {name}` builds it and measures it"))
    };
    let (_, id) = plan.targets.first().ok_or_else(missing)?;
    let result = locked.store.action(&plan.action(*id).key)?.ok_or_else(missing)?;
    let directory = locked.store.tree(&result.tree)?.ok_or_else(missing)?;
    Ok((result.tree.to_string(), directory))
}
