//! `yoe diff`.

mod bills;
mod locks;

use std::path::PathBuf;

use clap::Args;
use yoe_image::compare::{Changed, Comparison, Contents, FileEntry, PackageEntry};

use crate::contents::{Wanted, contents};
use crate::error::CommandError;
use crate::{columns, ui};

/// The arguments of `yoe diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// An image, IMAGE@VERSION, IMAGE@REVISION of the project's git repository, the path of an image's manifest, of a bill of materials or of
    /// a lock (`….lock`), or yoe.lock@REVISION
    #[arg(value_name = "FROM")]
    pub from: String,
    /// What to compare it with: one of these, too
    #[arg(value_name = "TO")]
    pub to: String,
    /// Compare the files, too
    #[arg(long)]
    pub files: bool,
    /// The machine to evaluate the project for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Say which holes were opened and closed between two bills of materials, by the advisories in this directory
    #[arg(long, value_name = "DIR")]
    pub advisories: Option<PathBuf>,
    /// Write the comparison as JSON
    #[arg(long)]
    pub json: bool,
}

/// Carries `yoe diff` out.
pub fn run(args: &Diff) -> Result<(), CommandError> {
    match (locks::is_one(&args.from), locks::is_one(&args.to)) {
        (true, true) if args.advisories.is_none() => return locks::run(&args.from, &args.to, args.json),
        (false, false) | (true, true) => {}
        _ => {
            return Err(CommandError::user("a lock can be compared with another one alone")
                .hint("`yoe.lock@REVISION` is that of a commit of the project"));
        }
    }
    match (bills::is_one(&args.from), bills::is_one(&args.to)) {
        (true, true) => return bills::run(&args.from, &args.to, args.advisories.as_deref(), args.json),
        (true, false) | (false, true) => {
            return Err(CommandError::user("a bill of materials can be compared with another one alone")
                .hint("`yoe sbom IMAGE --output FILE` writes that of an image"));
        }
        (false, false) if args.advisories.is_some() => {
            return Err(CommandError::user("holes are compared between two bills of materials")
                .hint("`yoe sbom IMAGE --output FILE` writes that of an image"));
        }
        (false, false) => {}
    }
    let wanted = Wanted { machine: args.machine.as_deref(), files: args.files };
    let (from, to) = (contents(&args.from, wanted)?, contents(&args.to, wanted)?);
    let comparison = Comparison::new(&from, &to);
    if args.json {
        ui::json_result(&comparison)?;
    } else {
        lines(&comparison).iter().for_each(|line| ui::result(line));
    }
    for (name, side) in [(&args.from, &from), (&args.to, &to)] {
        unknown(name, side, args.files);
    }
    Ok(())
}

/// Says what is not compared because one side does not know it.
fn unknown(name: &str, side: &Contents, files: bool) {
    let kinds = [
        ("sizes", side.installed.is_none()),
        ("kernel options", side.kernel.is_none()),
        ("files", files && side.files.is_none()),
    ];
    let missing: Vec<&str> = kinds.iter().filter(|(_, missing)| *missing).map(|(kind, _)| *kind).collect();
    if !missing.is_empty() {
        ui::warn(&format!("{name}: {} are not known and not compared", missing.join(", ")));
    }
}

fn lines(comparison: &Comparison) -> Vec<String> {
    let [from, to] = [&comparison.from, &comparison.to].map(|side| side.join(" "));
    let mut lines = vec![format!("{from} -> {to}")];
    section(&mut lines, "packages", &comparison.packages, package);
    let names = |names: &[String], sign: &str| {
        names.iter().map(|name| vec![format!("  {sign}"), name.clone()]).collect::<Vec<_>>()
    };
    let services =
        [names(&comparison.services_added, "+"), names(&comparison.services_removed, "-")].concat();
    if !services.is_empty() {
        lines.push("services".to_owned());
        lines.extend(columns::lines(&services));
    }
    section(&mut lines, "kernel options", comparison.kernel.as_deref().unwrap_or_default(), option);
    section(&mut lines, "files", comparison.files.as_deref().unwrap_or_default(), file);
    if let Some(amounts) = comparison.installed {
        let (from, to) = (ui::bytes(amounts.from), ui::bytes(amounts.to));
        lines.push(format!("installed {from} -> {to} ({})", growth(amounts.from, amounts.to)));
    }
    if comparison.is_empty() {
        lines.push("no difference".to_owned());
    }
    lines
}

/// A heading, and a line for each that differs.
fn section<T>(
    lines: &mut Vec<String>,
    name: &str,
    changed: &[Changed<T>],
    row: fn(Option<&T>, Option<&T>) -> [String; 2],
) {
    if changed.is_empty() {
        return;
    }
    lines.push(name.to_owned());
    let rows = changed.iter().map(|one| {
        let sign = match (&one.from, &one.to) {
            (None, _) => "+",
            (_, None) => "-",
            _ => "~",
        };
        let [what, size] = row(one.from.as_ref(), one.to.as_ref());
        vec![format!("  {sign}"), one.name.clone(), what, size]
    });
    lines.extend(columns::lines(&rows.collect::<Vec<_>>()));
}

/// One value, or both when they differ.
fn arrow(from: Option<String>, to: Option<String>) -> String {
    match (from, to) {
        (Some(from), Some(to)) if from == to => from,
        (Some(from), Some(to)) => format!("{from} -> {to}"),
        (from, to) => from.or(to).unwrap_or_default(),
    }
}

fn package(from: Option<&PackageEntry>, to: Option<&PackageEntry>) -> [String; 2] {
    let version = |entry: &PackageEntry| entry.version.clone();
    // Where a side has the package and does not know its size, no growth is known.
    let bytes = |entry: Option<&PackageEntry>| entry.map_or(Some(0), |entry| entry.bytes);
    let growth = bytes(from).zip(bytes(to)).map(|(from, to)| growth(from, to));
    [arrow(from.map(version), to.map(version)), growth.unwrap_or_default()]
}

fn option(from: Option<&String>, to: Option<&String>) -> [String; 2] {
    [arrow(from.cloned(), to.cloned()), String::new()]
}

fn file(from: Option<&FileEntry>, to: Option<&FileEntry>) -> [String; 2] {
    let one = |entry: &FileEntry| match (entry.kind, &entry.content) {
        ("file", _) => ui::bytes(entry.bytes),
        (kind, Some(target)) => format!("{kind} to {target}"),
        (kind, None) => kind.to_owned(),
    };
    let rights = |entry: &FileEntry| format!("{} {}:{}", entry.mode, entry.owner[0], entry.owner[1]);
    let alike = from.zip(to).is_some_and(|(from, to)| rights(from) == rights(to));
    let rights = if alike { String::new() } else { arrow(from.map(rights), to.map(rights)) };
    [arrow(from.map(one), to.map(one)), rights]
}

/// How much more the second is, with its sign.
fn growth(from: u64, to: u64) -> String {
    match to >= from {
        true => format!("+{}", ui::bytes(to - from)),
        false => format!("-{}", ui::bytes(from - to)),
    }
}
