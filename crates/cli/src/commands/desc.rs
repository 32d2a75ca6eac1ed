//! `yoe desc`.

use clap::Args;
use yoe_plan::{Relations, Target};

use crate::describe::{Built, Description, describe};
use crate::error::CommandError;
use crate::project::{self, OpenProject};
use crate::ui;

/// The arguments of `yoe desc`.
#[derive(Debug, Args)]
pub struct Desc {
    /// The unit, image or container
    #[arg(value_name = "NAME")]
    pub target: String,
    /// The machine to evaluate the project for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Write the description as JSON
    #[arg(long)]
    pub json: bool,
}

/// Carries `yoe desc` out.
pub fn run(args: &Desc) -> Result<(), CommandError> {
    let opened = project::open(args.machine.as_deref())?;
    let target = project::target(&opened.project, &args.target)?;
    let mut description = describe(&opened.project, &Relations::new(&opened.project), &target);
    // A project without a lock, or a working tree that cannot be read, has no keys: the rest is known all the same.
    match built(opened, &target) {
        Ok(built) => description.built = Some(built),
        Err(error) => description.no_key = Some(error.message()),
    }
    if args.json {
        return ui::json_result(&description);
    }
    show(&description);
    Ok(())
}

/// The key of what a build of this target makes, and the result that it has.
fn built(opened: OpenProject, target: &Target) -> Result<Built, CommandError> {
    let locked = opened.lock()?;
    let plan = locked.plan(&[target.name().to_owned()])?;
    let (_, id) = plan.targets.first().ok_or_else(|| CommandError::user("there is no plan for it"))?;
    let action = plan.action(*id);
    let result = locked.store.action(&action.key)?;
    let tree = result.as_ref().map(|result| result.tree);
    let last = locked.store.last(&action.label)?;
    Ok(Built {
        action: action.label.clone(),
        key: action.key.to_string(),
        built: result.is_some(),
        bytes: tree.map(|tree| locked.store.tree_bytes(&tree)).transpose()?.flatten(),
        seconds: last.map(|last| last.seconds),
    })
}

fn show(description: &Description) {
    ui::result(format!("{} {} {}", description.kind, description.name, description.version).trim_end());
    if !description.description.is_empty() {
        ui::result(&format!("  {}", description.description));
    }
    for (name, value) in description.fields() {
        let mut lines = value.lines();
        ui::result(&format!("  {name:14} {}", lines.next().unwrap_or_default()));
        lines.for_each(|line| ui::result(&format!("  {:14} {line}", "")));
    }
}
