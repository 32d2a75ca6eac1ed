//! `yoe report`.

use std::fs;
use std::path::PathBuf;

use yoe_image::{Manifest, disk};
use yoe_model::Image;
use yoe_plan::Plan;

use crate::args::Report as Arguments;
use crate::built::image;
use crate::context::{Ready, evaluate, store_error};
use crate::error::{CommandError, Kind};
use crate::machine::not_run;
use crate::output::Output;
use crate::report::{Report, page, table};
use crate::{records, ui};

/// The page's name among the records of the image's tests.
const PAGE: &str = "report.html";

pub fn run(args: &Arguments) -> Result<(), CommandError> {
    let mut ready = evaluate(args.machine.as_deref())?.ready()?;
    let (name, image) = image(&ready.project, args.image.as_deref(), "report on")?;
    let plan = ready.plan(std::slice::from_ref(&name))?;
    let (tree, folder) = built(&ready, &plan, &name)?;
    let report = report(&ready, &image, &tree, &folder)?;
    if args.json {
        let json = serde_json::to_string_pretty(&report)
            .map_err(|error| CommandError::new(Kind::Internal, "the report is no JSON").because(error))?;
        ui::result(&json);
    } else {
        ui::result(&table(&report));
    }
    let path = match &args.html {
        Some(path) => path.clone(),
        None => records::folder(&name)?.join(PAGE),
    };
    Output::at(&path)?.write_all(page(&report).as_bytes())?;
    ui::note(&format!("the same as a page: {}", path.display()));
    Ok(())
}

fn report(
    ready: &Ready,
    image: &Image,
    tree: &str,
    folder: &std::path::Path,
) -> Result<Report, CommandError> {
    let newest = records::newest(&image.name, tree)?;
    let manifest = Manifest::open(&folder.join(disk::manifest_file(image)))
        .map_err(|error| not_run("the image's manifest cannot be read", error))?;
    let size = yoe_tree::regular(&folder.join(disk::disk_file(image)))
        .and_then(|disk| disk.metadata())
        .map_err(|error| not_run("the disk image is not there", error))?;
    Ok(Report::new(image, &ready.project.machine, &manifest, size.len(), &newest, tree))
}

/// The digest and the folder of an image that was built already.
fn built(ready: &Ready, plan: &Plan, name: &str) -> Result<(String, PathBuf), CommandError> {
    let missing = || {
        CommandError::user(format!("image {name:?} is not built as it is defined now"))
            .hint(format!("`yoe test {name}` builds it and measures it"))
    };
    let (_, id) = plan.targets.first().ok_or_else(missing)?;
    let result = ready.store.action(&plan.action(*id).key).map_err(store_error)?.ok_or_else(missing)?;
    let folder = ready.store.tree(&result.tree).map_err(store_error)?.ok_or_else(missing)?;
    Ok((result.tree.to_string(), folder))
}
