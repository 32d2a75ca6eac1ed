//! `yoe kernel`.

use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use yoe_kernel::contract::{Conclusion, Runtime, check, check_part};
use yoe_kernel::{Config, KernelVersion};
use yoe_tree::Tree;

use crate::error::{CommandError, Kind};
use crate::project::{self, isolation};
use crate::ui::{self, Mode};
use crate::{near, paths};

/// No kernel with its configuration inside is larger.
const LARGEST: u64 = 256 << 20;
/// The argument that means standard input.
const STDIN: &str = "-";

/// Where a configuration comes from.
enum Input {
    File(PathBuf),
    Stdin,
}

/// The arguments of `yoe kernel`.
#[derive(Debug, Args)]
pub struct Kernel {
    /// Which of its commands.
    #[command(subcommand)]
    pub command: KernelCommand,
}

/// The commands of `yoe kernel`.
#[derive(Debug, Subcommand)]
pub enum KernelCommand {
    /// Check a kernel configuration against the requirements of container runtimes
    ///
    /// Exits with 0 if every requirement is met, with 1 if one is not or the configuration cannot be read, and with 5 if
    /// that cannot be decided: a defconfig or a fragment leaves out options that have their default.
    Check(KernelCheck),
}

/// The arguments of `yoe kernel check`.
#[derive(Debug, Args)]
pub struct KernelCheck {
    /// A .config file, plain or gzipped; a kernel image with an embedded configuration; `-` for standard input; or an
    /// image of this project [default: the running kernel]
    pub config: Option<String>,
    /// Comma-separated list of runtimes: docker, podman, podman-rootless, containerd, nerdctl, k3s
    #[arg(long = "for", value_name = "RUNTIMES", default_value = "containerd")]
    pub runtimes: String,
    /// Version of the kernel [default: as stated in the configuration]
    #[arg(long)]
    pub kernel_version: Option<String>,
    /// Write the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// Carries `yoe kernel` out.
pub fn run(command: &KernelCommand) -> Result<(), CommandError> {
    let KernelCommand::Check(args) = command;
    let runtimes =
        Runtime::parse_list(&args.runtimes).map_err(|error| CommandError::user(error.to_string()))?;
    let input = find(args.config.as_deref())?;
    let config = Config::parse(&input.read()?).map_err(|error| {
        CommandError::user(format!("{} is not a kernel configuration", input.shown())).because(error)
    })?;
    let version = version(args, &config, &input)?;
    let report = if config.is_whole() {
        check(&config, version, &runtimes)
    } else {
        check_part(&config, version, &runtimes)
    };
    if args.json {
        ui::result(&report.to_json().to_string());
    } else {
        ui::result(report.to_text(std::io::stdout().is_terminal()).trim_end());
    }
    match report.conclusion {
        Conclusion::Passes => Ok(()),
        Conclusion::Fails => Err(CommandError::new(
            Kind::Config,
            format!("{} lacks what {} requires", input.shown(), args.runtimes),
        )),
        Conclusion::Undecided => Err(undecided(&input)),
    }
}

/// What to do about a configuration that is not whole.
fn undecided(input: &Input) -> CommandError {
    let message = format!(
        "{} is a defconfig or a fragment: nothing follows from the options that it leaves out",
        input.shown()
    );
    CommandError::new(Kind::Undecided, message).hint(
        "make the whole configuration in the kernel's sources, and check that: copy this file to .config there, then \
         `make ARCH=… olddefconfig`; or take /proc/config.gz of a device that runs the kernel",
    )
}

fn version(args: &KernelCheck, config: &Config, input: &Input) -> Result<KernelVersion, CommandError> {
    match &args.kernel_version {
        Some(text) => KernelVersion::parse(text).map_err(|error| CommandError::user(error.to_string())),
        None => config.version().ok_or_else(|| {
            CommandError::user(format!("{} does not say which kernel it is for", input.shown()))
                .hint("say it with --kernel-version, such as --kernel-version 6.12")
        }),
    }
}

/// The file that is meant: a path, the kernel of an image, or the running kernel's.
fn find(config: Option<&str>) -> Result<Input, CommandError> {
    match config {
        Some(STDIN) => Ok(Input::Stdin),
        Some(text) if Path::new(text).exists() || text.contains('/') => Ok(Input::File(text.into())),
        Some(text) if paths::project_root().is_err() => Err(no_file(text)),
        Some(image) => built(image).map(Input::File),
        None => running().map(Input::File),
    }
}

/// A name that is no file, where there is no project that could have an image of that name.
fn no_file(name: &str) -> CommandError {
    let here: Vec<String> = fs::read_dir(".")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    let error = CommandError::user(format!("there is no file {name:?}"));
    match near::nearest(name, here.iter().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean {near:?}?")),
        None => error
            .hint("name a configuration, or an image within a project's directory; `-` reads standard input"),
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
    let locked = project::open(None)?.lock()?;
    if locked.project.image(image).is_none() {
        let names = locked.project.images.keys().map(String::as_str);
        return Err(CommandError::user(format!("{image:?} is neither a file nor an image of this project"))
            .hint(near::hint(image, "image", names)));
    }
    let unit = locked.project.machine.kernel.unit.clone();
    let (buildable, plan) = locked.buildable(std::slice::from_ref(&unit))?;
    isolation()?;
    let builder = buildable.builder(Mode::choose(false).reporter())?;
    builder.build(&plan)?;
    let key = plan.unit(&unit).map(|id| plan.action(id).key);
    let result = key.map(|key| builder.store.action(&key)).transpose()?.flatten();
    let tree = result.map(|result| builder.store.tree(&result.tree)).transpose()?.flatten();
    let tree = tree.ok_or_else(|| CommandError::new(Kind::Internal, format!("unit {unit} has no result")))?;
    // Its steps wrote there: a link would lead to a file of this machine, of which the report may quote a line.
    let config = Tree::directory(&tree).and_then(|tree| tree.plain(Path::new("boot/config")));
    config.map_err(|error| CommandError::config(format!("unit {unit} left no configuration")).because(error))
}

impl Input {
    /// What messages call it.
    fn shown(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdin => "standard input".to_owned(),
        }
    }

    fn read(&self) -> Result<Vec<u8>, CommandError> {
        let mut bytes = Vec::new();
        let mut from: Box<dyn Read> = match self {
            Self::Stdin => Box::new(io::stdin()),
            Self::File(path) => Box::new(fs::File::open(path).map_err(|error| self.unreadable(error))?),
        };
        from.by_ref().take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| self.unreadable(error))?;
        if bytes.len() as u64 > LARGEST {
            let message = format!("{} is longer than {}", self.shown(), ui::bytes(LARGEST));
            return Err(CommandError::user(message).hint("name a kernel's configuration"));
        }
        Ok(bytes)
    }

    fn unreadable(&self, error: io::Error) -> CommandError {
        CommandError::user(format!("{} cannot be read", self.shown())).because(error)
    }
}
