//! `yoe verify`.

mod show;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use yoe_build::{Builder, Clock, Outcome, Variation, Verdict, verifiable};
use yoe_model::nearest;
use yoe_plan::{ActionId, ActionKind, Plan};
use yoe_store::Store;

use self::show::show;
use crate::commands::provenance;
use crate::error::{CommandError, Kind};
use crate::output::Output;
use crate::papers;
use crate::project::{self, isolation};
use crate::ui::{self, Mode};

/// The arguments of `yoe verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The image, container image or unit [default: the project's image]
    pub target: Option<String>,
    /// The machine that it was built for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Comma-separated list of units and images to make again, of all that the target is made of
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Comma-separated list of what is to differ from the build
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',', default_values_t = [Vary::Time, Vary::Order, Vary::Cores])]
    pub vary: Vec<Vary>,
    /// When all of it is the same, sign that to this file with this project's key, as a second party
    #[arg(long, value_name = "FILE", conflicts_with = "only")]
    pub attest: Option<PathBuf>,
    /// Write events as JSON, one object per line; the last one has the verdicts
    #[arg(long)]
    pub json: bool,
}

/// What differs when something is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Vary {
    /// The time: 400 days later, for programs linked to glibc
    Time,
    /// The order in which directories list their entries
    Order,
    /// The number of processors
    Cores,
}

/// The container with libfaketime.
const TOOLS: &str = "verify-tools";
/// How far the clock is moved.
const OFFSET: &str = "+400d";
/// A file system in memory, which lists entries in the order of their making.
const MEMORY: &str = "/dev/shm";

/// Carries `yoe verify` out.
pub fn run(args: &Verify) -> Result<(), CommandError> {
    isolation()?;
    let attestation = args.attest.as_deref().map(Output::at).transpose()?;
    let locked = project::open(args.machine.as_deref())?.lock()?;
    let tools = args.vary.contains(&Vary::Time).then(|| locked.project.containers.contains_key(TOOLS));
    let (buildable, plan) = locked.buildable(&args.target.iter().cloned().collect::<Vec<_>>())?;
    let chosen = chosen(&plan, &args.only)?;
    let tools = match tools {
        Some(true) => Some(buildable.plan(&[TOOLS.to_owned()])?),
        Some(false) => {
            ui::warn(&format!(
                "the project has no container {TOOLS:?} with libfaketime: the time is not moved, and differs by what has \
                 passed since the build"
            ));
            None
        }
        None => None,
    };
    let builder = buildable.builder(Mode::choose(args.json).reporter())?;
    let memory = if args.vary.contains(&Vary::Order) { Memory::open() } else { None };
    let clock = tools.map(|plan| clock(&builder, &plan)).transpose()?.flatten();
    let variation = Variation {
        cores: if args.vary.contains(&Vary::Cores) { other(builder.cores) } else { builder.cores },
        elsewhere: memory.as_ref().map(|memory| memory.store.session()).transpose()?,
        clock,
    };
    let varied = varied(&variation, args);
    let verdicts = builder.verify(&plan, &chosen, &variation)?;
    drop((variation, memory));
    show(&verdicts, args.json);
    judge(&verdicts)?;
    match attestation {
        Some(output) => attest(args, &varied, output),
        None => Ok(()),
    }
}

/// What differed indeed: not all that was asked for is possible on every machine.
fn varied(variation: &Variation, args: &Verify) -> Vec<String> {
    let differs = [
        ("time", variation.clock.is_some()),
        ("order", variation.elsewhere.is_some()),
        ("cores", args.vary.contains(&Vary::Cores)),
    ];
    differs.iter().filter(|(_, differs)| *differs).map(|(name, _)| (*name).to_owned()).collect()
}

/// Signs that all of the target was made again and is the same.
fn attest(args: &Verify, varied: &[String], output: Output) -> Result<(), CommandError> {
    let envelope = papers::of_built(args.machine.as_deref(), args.target.as_deref(), |request, _| {
        provenance::signed(request, Some(varied), &BTreeMap::new())
    })?;
    output.write_all(envelope.as_bytes())
}

/// The actions that are made again.
fn chosen(plan: &Plan, only: &[String]) -> Result<BTreeSet<ActionId>, CommandError> {
    let all: Vec<(ActionId, &str)> = verifiable(plan).map(|(id, action)| (id, name(&action.kind))).collect();
    if let Some(unknown) = only.iter().find(|wanted| !all.iter().any(|(_, name)| name == wanted)) {
        let target = plan.targets.first().map(|(target, _)| target.name()).unwrap_or_default();
        let error = CommandError::user(format!("{target} is not made of a unit or an image {unknown:?}"));
        return Err(match nearest(unknown, all.iter().map(|(_, name)| *name)) {
            Some(near) => error.hint(format!("did you mean {near:?}?")),
            None => error.hint("`yoe graph` shows what it is made of"),
        });
    }
    let wanted = |name: &str| only.is_empty() || only.iter().any(|wanted| wanted == name);
    Ok(all.into_iter().filter(|(_, name)| wanted(name)).map(|(id, _)| id).collect())
}

fn name(kind: &ActionKind) -> &str {
    match kind {
        ActionKind::Unit(unit) => &unit.unit.name,
        ActionKind::Package(package) => &package.unit.name,
        ActionKind::Notice(notice) => &notice.image.name,
        ActionKind::Root(root) => &root.image.name,
        ActionKind::Disk(disk) => &disk.image.name,
        ActionKind::OciImage(image) => &image.image.name,
        ActionKind::Source(_) | ActionKind::Container(_) | ActionKind::RegistryImage(_) => "",
    }
}

/// Another number of processors than that of builds.
fn other(cores: usize) -> usize {
    if cores == 1 { 3 } else { 1 }
}

fn clock(builder: &Builder, plan: &Plan) -> Result<Option<Clock>, CommandError> {
    let tree = builder.build(plan)?.into_iter().next();
    let library = format!("/usr/lib/{}-linux-gnu/faketime/libfaketimeMT.so.1", std::env::consts::ARCH);
    Ok(tree.map(|tree| Clock { tree, library, offset: OFFSET.to_owned() }))
}

/// A store in memory, which goes with the value.
struct Memory {
    store: Store,
    path: PathBuf,
}

impl Memory {
    /// Opens it; says so when there is none.
    fn open() -> Option<Self> {
        let path = Path::new(MEMORY).join(format!("yoe-verify-{}", std::process::id()));
        match Store::open(&path) {
            Ok(store) => Some(Self { store, path }),
            Err(error) => {
                ui::warn(&format!(
                    "the order of entries does not differ, for lack of a file system in memory: {error}"
                ));
                None
            }
        }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // Scratch directories went with their session; what is left is empty, and gone at the next boot at the latest.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

fn judge(verdicts: &[Verdict]) -> Result<(), CommandError> {
    let count =
        |wanted: fn(&Outcome) -> bool| verdicts.iter().filter(|verdict| wanted(&verdict.outcome)).count();
    let differ = count(|outcome| matches!(outcome, Outcome::Differs { .. }));
    let failed = count(|outcome| matches!(outcome, Outcome::Failed(_)));
    let all = verdicts.len();
    if differ + failed == 0 {
        ui::note(&format!("{all} results were made again, and all bytes are the same"));
        return Ok(());
    }
    let message =
        format!("of {all} results that were made again, {differ} differ and {failed} could not be made");
    Err(CommandError::new(Kind::Differs, message))
}
