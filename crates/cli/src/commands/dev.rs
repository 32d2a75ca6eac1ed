//! `yoe dev`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::Serialize;

use yoe_model::Unit;

use crate::dev::{self, Tree};
use crate::error::CommandError;
use crate::output::Output;
use crate::project::{self, isolation};
use crate::ui::{self, Mode};
use crate::{paths, settings};

/// The arguments of `yoe dev`.
#[derive(Debug, Args)]
pub struct Dev {
    #[command(subcommand)]
    pub command: DevCommand,
}

#[derive(Debug, Subcommand)]
pub enum DevCommand {
    /// Put a unit's source into a working tree, each of its patches a commit
    Start(Start),
    /// List working trees
    Status(Status),
    /// Make patches of a working tree's commits, and remove the tree
    Finish(Finish),
    /// Remove a working tree
    Reset(Reset),
}

/// The arguments of `yoe dev start`.
#[derive(Debug, Args)]
pub struct Start {
    /// The unit
    pub unit: String,
}

/// The arguments of `yoe dev status`.
#[derive(Debug, Args)]
pub struct Status {
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// The arguments of `yoe dev finish`.
#[derive(Debug, Args)]
pub struct Finish {
    /// The unit
    pub unit: String,
    /// Keep the working tree
    #[arg(long)]
    pub keep: bool,
}

/// The arguments of `yoe dev reset`.
#[derive(Debug, Args)]
pub struct Reset {
    /// The unit
    pub unit: String,
    /// Also when it holds work that is in no patch
    #[arg(long)]
    pub force: bool,
}

/// Carries `yoe dev` out.
pub fn run(command: &DevCommand) -> Result<(), CommandError> {
    match command {
        DevCommand::Start(args) => start(args),
        DevCommand::Status(args) => status(args),
        DevCommand::Finish(args) => finish(args),
        DevCommand::Reset(args) => reset(args),
    }
}

fn start(args: &Start) -> Result<(), CommandError> {
    let open = project::open(None)?;
    project::unit(&open.project, &args.unit)?;
    let unit = unit_of(&open.project.units, &args.unit)?;
    let locked = open.lock()?;
    let root = locked.root.clone();
    let (buildable, plan) = locked.buildable(std::slice::from_ref(&args.unit))?;
    isolation()?;
    let builder = buildable.builder(Mode::choose(false).reporter())?;
    let sources = builder.source_trees(&plan, &args.unit)?;
    let patches = dev::start(&root, &unit, &sources)?;
    let tree = Tree::of(&root, &args.unit);
    ui::result(&tree.path.display().to_string());
    ui::note(&format!(
        "{patches} patches are commits after yoe-base; builds take this tree until `yoe dev finish {}`",
        args.unit
    ));
    Ok(())
}

fn unit_of(
    units: &std::collections::BTreeMap<String, std::sync::Arc<Unit>>,
    name: &str,
) -> Result<std::sync::Arc<Unit>, CommandError> {
    units.get(name).cloned().ok_or_else(|| CommandError::user(format!("there is no unit {name:?}")))
}

/// A working tree, for programs.
#[derive(Debug, Serialize)]
struct Listed {
    unit: String,
    path: PathBuf,
    commits: usize,
    changed: Vec<String>,
}

fn status(args: &Status) -> Result<(), CommandError> {
    let mut all = Vec::new();
    for tree in dev::trees(&paths::project_root()?)? {
        let (commits, changed) = (tree.commits()?.len(), tree.changed()?);
        all.push(Listed { unit: tree.unit, path: tree.path, commits, changed });
    }
    if args.json {
        return ui::json_result(&all);
    }
    if all.is_empty() {
        ui::note("there is no working tree; `yoe dev start UNIT` makes one");
    }
    for tree in all {
        let changed = match tree.changed.len() {
            0 => String::new(),
            count => format!(", {count} files not committed"),
        };
        ui::result(&format!("{}: {} commits{changed}, {}", tree.unit, tree.commits, tree.path.display()));
    }
    Ok(())
}

fn finish(args: &Finish) -> Result<(), CommandError> {
    settings::leave_working_trees_out();
    let open = project::open(None)?;
    let unit = unit_of(&open.project.units, &args.unit)?;
    let tree = existing(&open.root, &args.unit)?;
    let finished = dev::finish(&tree, &unit)?;
    let place = Place::of(&open.root, &unit);
    let says = place.says(&unit, &finished.patches)?;
    for (name, content) in &finished.written {
        write(&place.directory, name, content)?;
    }
    for name in &finished.gone {
        let path = place.directory.join(name);
        ui::note(&format!("{} stands for no commit any more: delete it", path.display()));
    }
    match says {
        Some(says) => ui::note(&says),
        None if finished.written.is_empty() => ui::note("no patch changed"),
        None => {}
    }
    if args.keep { Ok(()) } else { removed(&tree) }
}

fn write(directory: &Path, name: &str, content: &[u8]) -> Result<(), CommandError> {
    fs::create_dir_all(directory).map_err(|error| {
        CommandError::config(format!("{} cannot be made", directory.display())).because(error)
    })?;
    let path = directory.join(name);
    Output::at(&path)?.write_all(content)?;
    ui::result(&path.display().to_string());
    Ok(())
}

fn reset(args: &Reset) -> Result<(), CommandError> {
    settings::leave_working_trees_out();
    let root = paths::project_root()?;
    let tree = existing(&root, &args.unit)?;
    if !args.force {
        unfinished(&tree)?;
    }
    removed(&tree)
}

/// Refuses to lose work that is in no patch.
fn unfinished(tree: &Tree) -> Result<(), CommandError> {
    let open = project::open(None)?;
    let lost = match open.project.units.get(&tree.unit) {
        Some(unit) => match dev::finish(tree, unit) {
            Ok(finished) => !finished.written.is_empty(),
            Err(_) => true,
        },
        None => !tree.commits()?.is_empty() || !tree.changed()?.is_empty(),
    };
    if !lost {
        return Ok(());
    }
    let unit = &tree.unit;
    Err(CommandError::user(format!("{} holds work that is in no patch", tree.path.display())).hint(format!(
        "`yoe dev finish {unit}` makes patches of it; `yoe dev reset {unit} --force` drops it"
    )))
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

/// Where a unit's patches are written.
struct Place {
    directory: PathBuf,
    /// What must say which patches there are.
    file: String,
    /// Whether the unit is another module's: what is written overrides it.
    overrides: bool,
}

impl Place {
    fn of(root: &Path, unit: &Unit) -> Self {
        let own = root.join(&unit.origin.file);
        // A module that lies next to the project is somebody else's, too.
        if own.is_file() && !unit.origin.file.starts_with("..") {
            let (directory, file) = (own.with_extension(""), project::place(&unit.origin));
            return Self { directory, file, overrides: false };
        }
        // As the module has it: a file of the same name in the project overrides a unit.
        let category = Path::new(&unit.origin.file).parent().and_then(Path::file_name);
        let below = Path::new("units").join(category.unwrap_or_default());
        let file = below.join(format!("{}.star", unit.name)).display().to_string();
        Self { directory: root.join(below).join(&unit.name), file, overrides: true }
    }

    /// What the file must say; absent when it does already.
    fn says(&self, unit: &Unit, patches: &[String]) -> Result<Option<String>, CommandError> {
        let list =
            |names: &[String]| names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
        if patches == unit.patches {
            return Ok(None);
        }
        if !self.overrides {
            return Ok(Some(format!("{}: say patches = [{}]", self.file, list(patches))));
        }
        let further = patches.strip_prefix(unit.patches.as_slice()).ok_or_else(|| {
            CommandError::user(format!(
                "unit {:?} is another module's: its patches can be changed and further ones can follow, but none can be left out \
                 or moved",
                unit.name
            ))
            .hint(format!("expected commits for {} first, in this order", unit.patches.join(", ")))
        })?;
        let name = &unit.name;
        Ok(Some(format!(
            "{}: add {} to override(name = {name:?}, add_patches = […])",
            self.file,
            list(further)
        )))
    }
}
