//! `yoe sources`.

use std::path::PathBuf;

use clap::Args;
use yoe_build::FetchedTree;
use yoe_build::archive::{self, About, Contents};
use yoe_plan::{ActionKind, Fetch, Plan};

use crate::error::{CommandError, Kind};
use crate::project::{self, OpenProject};
use crate::project_files::project_files;
use crate::ui::{self, Mode};
use crate::{dev, paths};

/// The arguments of `yoe sources`.
#[derive(Debug, Args)]
pub struct Sources {
    /// The image, container image or unit [default: the project's image]
    pub target: Option<String>,
    /// The machine that it is built for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// The directory to write, which must not be there yet
    #[arg(long, value_name = "DIR")]
    pub output: PathBuf,
}

/// Carries `yoe sources` out.
pub fn run(args: &Sources) -> Result<(), CommandError> {
    if std::fs::symlink_metadata(&args.output).is_ok() {
        let message = format!("{} is there already", args.output.display());
        return Err(CommandError::user(message).hint("name a directory that is not"));
    }
    dev::none(&paths::project_root()?, "an archive of sources")?;
    crate::output::directory(&args.output)?;
    let open = project::open(args.machine.as_deref())?;
    let modules = modules(&open)?;
    let project_files = project_files(&open.root)?;
    let locked = open.lock()?;
    let (root, project) = (locked.root.clone(), locked.project.name.clone());
    let machine = locked.project.machine.name.clone();
    let (buildable, plan) = locked.buildable(&args.target.iter().cloned().collect::<Vec<_>>())?;
    let builder = buildable.builder(Mode::choose(false).reporter())?;
    let (files, mut trees) = builder.fetched(&plan)?;
    trees.extend(modules);
    let target = plan.targets.first().map(|(target, _)| target.name()).unwrap_or_default();
    let contents = Contents {
        about: About::new(env!("CARGO_PKG_VERSION"), &project, target, &machine),
        project: &root,
        project_files,
        working_trees: working_trees(&plan),
        files: &files,
        trees: &trees,
    };
    let bytes = archive::write(contents, &args.output)
        .map_err(|error| CommandError::config("the archive of sources cannot be written").because(error))?;
    let path = args.output.display();
    ui::result(&path.to_string());
    ui::note(&format!("{path}: {} files, {} trees, {}", files.len(), trees.len(), ui::bytes(bytes)));
    Ok(())
}

/// The trees of the project's modules, which nothing in a plan fetches.
fn modules(open: &OpenProject) -> Result<Vec<FetchedTree>, CommandError> {
    let Some(lock) = open.read_lock()? else { return Ok(Vec::new()) };
    let trees = open.modules.directories.iter().map(|(name, path)| {
        let entry = lock.modules.get(name).ok_or_else(|| {
            CommandError::new(Kind::Internal, format!("module {name:?} was fetched and is not locked"))
        })?;
        Ok(FetchedTree { label: format!("module {name}"), tree: entry.tree, path: path.clone() })
    });
    trees.collect()
}

fn working_trees(plan: &Plan) -> Vec<(&str, &[String])> {
    let all = plan.actions.iter().filter_map(|action| match &action.kind {
        ActionKind::Source(source) => match &source.fetch {
            Fetch::Path { path, exclude, .. } => Some((path.as_str(), exclude.as_slice())),
            _ => None,
        },
        _ => None,
    });
    all.collect()
}
