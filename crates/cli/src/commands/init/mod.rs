//! `yoe init`.

mod files;
mod module_source;
pub mod place;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use self::files::Project;
use self::module_source::ModuleSource;
use crate::error::CommandError;
use crate::project::modules;
use crate::ui;

/// The arguments of `yoe init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The directory of the project; it is made when it is not there
    pub directory: PathBuf,

    /// The container runtime of the device
    #[arg(long, value_enum, default_value_t = Runtime::Containerd)]
    pub runtime: Runtime,

    /// The machine to build for [default: the QEMU machine of this computer's architecture]
    #[arg(long)]
    pub machine: Option<String>,

    /// The git repository of yoe, or of a fork, that the project takes its units from
    #[arg(long, value_name = "URL", requires = "module_tag", conflicts_with = "module_path")]
    pub module_git: Option<String>,

    /// The tag of that repository
    #[arg(long, value_name = "TAG", requires = "module_git")]
    pub module_tag: Option<String>,

    /// A clone of yoe on this computer that the project takes its units from
    #[arg(long, value_name = "DIRECTORY")]
    pub module_path: Option<PathBuf>,
}

/// What runs containers on the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Runtime {
    /// containerd with nerdctl
    Containerd,
    /// Docker
    Docker,
    /// Podman
    Podman,
    /// Nothing: a device without containers
    None,
}

/// Carries `yoe init` out.
pub fn run(args: &Init) -> Result<(), CommandError> {
    let directory = place::of_project(&args.directory)?;
    let name = place::project_name(&directory)?;
    let source = ModuleSource::of(args, &directory)?;
    let machine = args.machine.clone().unwrap_or_else(|| format!("qemu-{}", std::env::consts::ARCH));
    source.check_machine(&machine)?;
    let project = Project { name: &name, machine: &machine, runtime: args.runtime, modules: &source };
    let files = project.files();
    check(&files)?;
    place::write(&directory, &files)?;
    ui::note(&format!("{}: a project of {} files", args.directory.display(), files.len()));
    for line in next(&args.directory) {
        ui::result(&line);
    }
    Ok(())
}

/// Makes sure that what the options say can stand in a PROJECT.star, before anything is written.
fn check(files: &[(String, String)]) -> Result<(), CommandError> {
    let cannot = |error| CommandError::config("no temporary directory can be used").because(error);
    let scratch = tempfile::tempdir().map_err(cannot)?;
    for (path, text) in files.iter().filter(|(path, _)| path == "PROJECT.star") {
        std::fs::write(scratch.path().join(path), text).map_err(cannot)?;
    }
    modules::named(scratch.path()).map(drop)
}

/// What to type next.
fn next(directory: &Path) -> [String; 2] {
    let shown = directory.display().to_string();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+".contains(&byte);
    let quoted = match shown.bytes().all(plain) {
        true => shown,
        false => format!("'{}'", shown.replace('\'', "'\\''")),
    };
    let enter = if quoted == "." { String::new() } else { format!("cd {quoted} && ") };
    [format!("{enter}yoe lock"), "yoe run".to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_commands_can_be_typed_as_they_are() {
        assert_eq!(next(Path::new("a/b"))[0], "cd a/b && yoe lock");
        assert_eq!(next(Path::new("."))[0], "yoe lock");
        assert_eq!(next(Path::new("my 'own'"))[0], "cd 'my '\\''own'\\''' && yoe lock");
    }
}
