//! `yoe kernel`.

use std::fs;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use yoe_kernel::contract::{Runtime, check};
use yoe_kernel::{Config, KernelVersion};
use yoe_tree::Tree;

use crate::args::{KernelCheck, KernelCommand};
use crate::context::{build_error, evaluate, isolation, store_error};
use crate::error::{CommandError, Kind};
use crate::ui::{self, Mode};

/// No configuration is larger, compressed or not.
const LARGEST: u64 = 16 << 20;

pub fn run(command: &KernelCommand) -> Result<(), CommandError> {
    let KernelCommand::Check(args) = command;
    let runtimes =
        Runtime::parse_list(&args.runtimes).map_err(|error| CommandError::user(error.to_string()))?;
    let path = find(args.config.as_deref())?;
    let config = Config::parse(&read(&path)?).map_err(|error| {
        CommandError::user(format!("{} is not a kernel configuration", path.display())).because(error)
    })?;
    let report = check(&config, version(args, &config, &path)?, &runtimes);
    if args.json {
        ui::result(&report.to_json().to_string());
    } else {
        ui::result(report.to_text(std::io::stdout().is_terminal()).trim_end());
    }
    match report.exit_status() {
        0 => Ok(()),
        _ => Err(CommandError::new(
            Kind::Config,
            format!("{} lacks what {} requires", path.display(), args.runtimes),
        )),
    }
}

fn version(args: &KernelCheck, config: &Config, path: &Path) -> Result<KernelVersion, CommandError> {
    match &args.kernel_version {
        Some(text) => KernelVersion::parse(text).map_err(|error| CommandError::user(error.to_string())),
        None => config.version().ok_or_else(|| {
            CommandError::user(format!("{} does not say which kernel it is for", path.display()))
                .hint("say it with --kernel-version")
        }),
    }
}

/// The file that is meant: a path, the kernel of an image, or the running kernel's.
fn find(config: Option<&str>) -> Result<PathBuf, CommandError> {
    match config {
        Some(text) if Path::new(text).exists() || text.contains('/') => Ok(text.into()),
        Some(image) => built(image),
        None => running(),
    }
}

fn running() -> Result<PathBuf, CommandError> {
    let release = rustix::system::uname().release().to_string_lossy().into_owned();
    let places = ["/proc/config.gz".to_owned(), format!("/boot/config-{release}")].map(PathBuf::from);
    places.into_iter().find(|path| path.exists()).ok_or_else(|| {
        CommandError::config("the running kernel does not show its configuration")
            .hint("name a file: most systems keep it in /boot/config-VERSION")
    })
}

/// Builds the kernel of an image and finds its configuration.
fn built(image: &str) -> Result<PathBuf, CommandError> {
    let mut ready = evaluate(None)?.ready()?;
    if !ready.project.images.contains_key(image) {
        return Err(CommandError::user(format!("{image:?} is neither a file nor an image of this project")));
    }
    let unit = ready.project.machine.kernel.unit.clone();
    let plan = ready.plan_to_build(std::slice::from_ref(&unit))?;
    isolation()?;
    let builder = ready.builder(Mode::choose(false).reporter())?;
    builder.build(&plan).map_err(build_error)?;
    let label = format!("unit {unit}");
    let key = plan.actions.iter().find(|action| action.label == label).map(|action| action.key);
    let result = key.map(|key| builder.store.action(&key)).transpose().map_err(store_error)?.flatten();
    let tree =
        result.map(|result| builder.store.tree(&result.tree)).transpose().map_err(store_error)?.flatten();
    let tree = tree.ok_or_else(|| CommandError::new(Kind::Internal, format!("{label} has no result")))?;
    // Its steps wrote there: a link would lead to a file of this machine, of which the report may quote a line.
    let config = Tree::directory(&tree).and_then(|tree| tree.plain(Path::new("boot/config")));
    config.map_err(|error| CommandError::config(format!("{label} left no configuration")).because(error))
}

fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    let unreadable = |error| CommandError::user(format!("{} cannot be read", path.display())).because(error);
    let mut bytes = Vec::new();
    fs::File::open(path).map_err(unreadable)?.take(LARGEST).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}
