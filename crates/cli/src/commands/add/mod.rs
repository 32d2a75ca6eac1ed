//! `yoe add`.

mod classes;
mod errors;
mod fetching;
mod what;

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use yoe_adopt::{Class, Finding, Wishes};
use yoe_model::{Project, Unlocked};
use yoe_plan::Target;

use self::fetching::Fetched;
use self::what::What;
use super::init::place;
use crate::error::CommandError;
use crate::project::{self, OpenProject, read_lock};
use crate::{paths, ui};

/// The arguments of `yoe add`.
#[derive(Debug, Args)]
pub struct Add {
    /// crate:NAME[@VERSION], go:MODULE[@VERSION], a directory of the project, the https address of an archive, or the address of a
    /// git repository
    pub source: String,

    /// The unit's name [default: as the source is called]
    #[arg(long)]
    pub name: Option<String>,

    /// The directory below units/ that the unit is written into
    #[arg(long, value_name = "DIRECTORY", default_value = "app")]
    pub category: String,

    /// The class that builds it, where it could be several
    #[arg(long, value_parser = class())]
    pub class: Option<Class>,

    /// Its licence, an SPDX expression
    #[arg(long, value_name = "EXPRESSION")]
    pub license: Option<String>,

    /// Of a git repository: the tag [default: that of the newest version]
    #[arg(long, group = "revision")]
    pub tag: Option<String>,

    /// Of a git repository: the newest commit of this branch
    #[arg(long, group = "revision")]
    pub branch: Option<String>,

    /// Of a git repository: this commit, by its full name
    #[arg(long, group = "revision")]
    pub commit: Option<String>,

    /// Of a Cargo workspace: the package with the programs
    #[arg(long)]
    pub package: Option<String>,

    /// A Cargo.lock for a package that has none
    #[arg(long, value_name = "FILE")]
    pub cargo_lock: Option<PathBuf>,

    /// Print what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// A class by its name, with the files by which a tree is one of it.
fn class() -> impl TypedValueParser<Value = Class> {
    let shown = |class: Class| PossibleValue::new(class.file()).help(class.marks().join(", "));
    PossibleValuesParser::new(Class::ALL.map(shown)).try_map(|name| {
        Class::ALL.into_iter().find(|class| class.file() == name).ok_or("no class has this name")
    })
}

/// Carries `yoe add` out.
pub fn run(args: &Add) -> Result<(), CommandError> {
    let root = paths::project_root()?;
    check_category(&args.category)?;
    let what = What::parse(&args.source, &root, args)?;
    let opened = project::open_as_locked(&root, None)?;
    let wishes = wishes(args)?;
    let scratch = tempfile::tempdir()
        .map_err(|error| CommandError::config("no temporary directory can be used").because(error))?;
    let Fetched { tree, origin } = fetching::fetch(&what, &opened, scratch.path())?;
    let finding = yoe_adopt::read(&tree, &origin, &wishes)
        .map_err(|error| errors::no_unit(error, &args.source, &origin))?;
    free(&opened, &finding.name)?;
    let class = classes::label(&opened, finding.class)?;
    let files = finding.files(&args.category, &class);
    not_there(&root, &files)?;
    let with_unit = evaluated(&opened, &files)?;
    if args.dry_run {
        files.iter().for_each(|(path, text)| ui::result(&format!("# {path}\n{}", text.trim_end())));
    } else {
        place::write(&root, &files)?;
    }
    said(&finding, &files, args.dry_run);
    if !args.dry_run {
        next(&root, with_unit, &finding.name)?.iter().for_each(|line| ui::result(line));
    }
    Ok(())
}

/// Makes sure that units are looked for in this directory.
fn check_category(name: &str) -> Result<(), CommandError> {
    if yoe_adopt::unit_name(name).is_some_and(|fit| fit == name) {
        return Ok(());
    }
    Err(CommandError::user(format!("{name:?} is no directory of units/"))
        .hint("it is one name, of lower-case letters, digits and + . _ -: units/NAME/UNIT.star"))
}

fn wishes(args: &Add) -> Result<Wishes, CommandError> {
    let lock = args.cargo_lock.as_deref().map(|file| {
        std::fs::read_to_string(file)
            .map_err(|error| CommandError::user(format!("{} cannot be read", file.display())).because(error))
    });
    Ok(Wishes {
        name: args.name.clone(),
        license: args.license.clone(),
        class: args.class,
        package: args.package.clone(),
        cargo_lock: lock.transpose()?,
    })
}

/// Makes sure that nothing has this name.
fn free(opened: &OpenProject, name: &str) -> Result<(), CommandError> {
    let Ok(target) = Target::find(&opened.project, name) else { return Ok(()) };
    let place = opened.project.units.get(name).map(|unit| format!(", of {}", project::place(&unit.origin)));
    let (kind, place) = (target.kind(), place.unwrap_or_default());
    Err(CommandError::user(format!("the project has {name:?} already: {kind}{place}"))
        .hint("--name NAME gives the unit another name"))
}

/// Makes sure that nothing would be overwritten.
fn not_there(root: &Path, files: &[(String, String)]) -> Result<(), CommandError> {
    match files.iter().find(|(path, _)| root.join(path).symlink_metadata().is_ok()) {
        None => Ok(()),
        Some((path, _)) => Err(CommandError::user(format!("{path} is there already"))
            .hint("nothing is overwritten: move it away, or give the unit another name by --name")),
    }
}

/// The project with these files, which are not written yet.
fn evaluated(opened: &OpenProject, files: &[(String, String)]) -> Result<Project<Unlocked>, CommandError> {
    let mut options = project::options(None, &opened.modules);
    options.texts = files.iter().map(|(path, text)| (opened.root.join(path), text.clone())).collect();
    yoe_lang::load(&opened.root, &options).map_err(|diagnostics| {
        CommandError::diagnostics(diagnostics.render().trim_end().to_owned())
            .hint("the unit would not be right in this project: nothing was written")
    })
}

fn said(finding: &Finding, files: &[(String, String)], dry_run: bool) {
    let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    let done = if dry_run { "would be written" } else { "written" };
    ui::note(&format!("{done}: {}", paths.join(", ")));
    let wide = finding.guesses.iter().map(|guess| guess.what.len()).max().unwrap_or_default();
    for guess in &finding.guesses {
        ui::note(&format!("  {:wide$}  {} ({})", guess.what, guess.value, guess.from));
    }
    if !finding.unknown.is_empty() {
        ui::note("not known:");
        finding.unknown.iter().for_each(|line| ui::note(&format!("  {line}")));
    }
}

/// What to type next.
fn next(root: &Path, project: Project<Unlocked>, name: &str) -> Result<Vec<String>, CommandError> {
    let locked = read_lock(root)?.is_some_and(|lock| project.lock(lock).is_ok());
    let lock = (!locked).then(|| "yoe lock".to_owned());
    Ok(lock.into_iter().chain([format!("yoe build {name}")]).collect())
}
