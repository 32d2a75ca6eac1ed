//! `yoe list`.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use serde::Serialize;
use yoe_build::TargetState;
use yoe_model::{Origin, Project, Unlocked};

use crate::error::CommandError;
use crate::project::OpenProject;
use crate::{columns, project, ui};

/// The arguments of `yoe list`.
#[derive(Debug, Args)]
pub struct List {
    /// What to list [default: all]
    #[arg(value_enum)]
    pub what: Option<What>,
    /// The machine to evaluate the project for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Say which are up to date, which a build would do something for, and which failed with the same inputs
    #[arg(long)]
    pub state: bool,
    /// Write the list as JSON
    #[arg(long)]
    pub json: bool,
}

/// A kind of definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// What is built and packaged
    Units,
    /// What is booted, and what is run as a container
    Images,
    /// Containers as a part of an image
    Workloads,
    /// What images are made for
    Machines,
    /// Build environments
    Containers,
}

/// A definition of the project.
#[derive(Debug, Serialize)]
struct Listed {
    kind: &'static str,
    name: String,
    version: Option<String>,
    description: String,
    defined: String,
    /// Whether commands take it where none is named.
    default: bool,
    /// `up to date`, `to build`, or `failed`; absent where it was not asked for, and of what is not built.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
}

/// Carries `yoe list` out.
pub fn run(args: &List) -> Result<(), CommandError> {
    let opened = project::open(args.machine.as_deref())?;
    let mut listed = listed(&opened.project, args.what);
    if args.state {
        add_states(opened, &mut listed)?;
    }
    if args.json {
        return ui::json_result(&listed);
    }
    let row = |one: &Listed| {
        let default = if one.default { "(default) " } else { "" };
        let description = format!("{default}{}", one.description);
        let kind = args.what.is_none().then(|| one.kind.to_owned());
        let state = args.state.then(|| one.state.unwrap_or_default().to_owned());
        let name = [one.name.clone(), one.version.clone().unwrap_or_default()];
        kind.into_iter().chain(name).chain(state).chain([description]).collect()
    };
    let rows: Vec<Vec<String>> = listed.iter().map(row).collect();
    columns::lines(&rows).iter().for_each(|line| ui::result(line));
    Ok(())
}

/// Asks the store, by the keys of a plan of everything that is listed and can be built.
fn add_states(opened: OpenProject, listed: &mut [Listed]) -> Result<(), CommandError> {
    let built = listed.iter().filter(|one| !matches!(one.kind, "machine" | "workload"));
    let names: Vec<String> = built.map(|one| one.name.clone()).collect();
    let locked = opened.lock()?;
    if names.is_empty() {
        return Ok(());
    }
    let plan = locked.plan(&names)?;
    let states = yoe_build::states(&locked.store, &plan)?;
    let states: BTreeMap<(&str, &str), TargetState> =
        states.iter().map(|(target, state)| ((target.kind(), target.name()), *state)).collect();
    for one in listed {
        one.state = states.get(&(one.kind, one.name.as_str())).map(|state| match state {
            TargetState::UpToDate => "up to date",
            TargetState::ToBuild => "to build",
            TargetState::Failed => "failed",
        });
    }
    Ok(())
}

fn listed(project: &Project<Unlocked>, what: Option<What>) -> Vec<Listed> {
    let wanted = |kind| what.is_none_or(|what| what == kind);
    let mut all = Vec::new();
    if wanted(What::Units) {
        all.extend(project.units.values().map(|unit| {
            let version = Some(unit.package_version());
            new("unit", &unit.name, version, &unit.description, &unit.origin)
        }));
    }
    if wanted(What::Images) {
        all.extend(project.images.values().map(|image| Listed {
            default: project.default_image.as_ref() == Some(&image.name),
            ..new("image", &image.name, Some(image.version.clone()), &image.description, &image.origin)
        }));
        all.extend(project.oci_images.values().map(|image| {
            new("OCI image", &image.name, Some(image.version.clone()), &image.description, &image.origin)
        }));
    }
    if wanted(What::Workloads) {
        all.extend(project.workloads.values().map(|workload| {
            let services = workload.services.iter().map(|service| service.name.as_str());
            let services = services.collect::<Vec<_>>().join(" ");
            new("workload", &workload.name, Some(workload.project.clone()), &services, &workload.origin)
        }));
    }
    if wanted(What::Machines) {
        all.extend(project.machines.values().map(|machine| Listed {
            default: project.machine.name == machine.name,
            ..new(
                "machine",
                &machine.name,
                Some(machine.arch.to_string()),
                &machine.description,
                &machine.origin,
            )
        }));
    }
    if wanted(What::Containers) {
        all.extend(project.containers.values().map(|container| {
            let packages = container.packages.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
            new("container", &container.name, Some(container.suite.clone()), &packages, &container.origin)
        }));
    }
    all
}

fn new(
    kind: &'static str,
    name: &str,
    version: Option<String>,
    description: &str,
    origin: &Origin,
) -> Listed {
    Listed {
        kind,
        name: name.to_owned(),
        version,
        description: description.to_owned(),
        defined: project::place(origin),
        default: false,
        state: None,
    }
}
