//! `yoe audit --shipped`.

use std::path::{Path, PathBuf};

use yoe_supply::audit::{Named, describe};
use yoe_supply::shipped::{Answer, File, Hit, shipped};

use super::read::read;
use crate::error::{CommandError, Kind};
use crate::{columns, ui};

/// Directories lie in each other no deeper than this.
const DEEPEST: usize = 16;

/// Says which of the bills of materials below a directory have a hole.
pub fn run(directory: &Path, id: &str, db: &Path, json: bool) -> Result<(), CommandError> {
    let hole = Named::find(db, id)
        .map_err(|error| CommandError::config("the advisories cannot be read").because(error))?;
    if hole.is_empty() {
        let message = format!("{} holds no advisory of the name {id}", db.display());
        return Err(CommandError::new(Kind::Undecided, message)
            .hint("newer advisories may have it, or the ecosystem of the component is missing there"));
    }
    let mut paths = Vec::new();
    json_files(directory, DEEPEST, &mut paths)?;
    let file = |path: &PathBuf| {
        Ok(File {
            name: path.strip_prefix(directory).unwrap_or(path).display().to_string(),
            text: read(path)?,
        })
    };
    let files: Vec<File> = paths.iter().map(file).collect::<Result<_, CommandError>>()?;
    let answer = shipped(&files, &hole, db).map_err(|error| {
        CommandError::of(Kind::Config, error).hint("nothing is passed over that could have the hole")
    })?;
    if answer.bills == 0 {
        let message = format!("{} holds no bill of materials in CycloneDX", directory.display());
        return Err(CommandError::user(message)
            .hint("`yoe sbom IMAGE --output FILE` writes one; keep it for each version that you ship"));
    }
    if json {
        ui::json_result(&answer)?;
    } else {
        show(&answer, id);
    }
    if !answer.others.is_empty() {
        ui::note(&format!("not looked into, since they are of other formats: {}", answer.others.join(", ")));
    }
    Ok(())
}

fn show(answer: &Answer, id: &str) {
    let row = |hit: &Hit| {
        let (image, version) = hit.subject.rsplit_once(' ').unwrap_or((hit.subject.as_str(), ""));
        let finding = &hit.finding;
        let component = format!("{} {}", finding.component, finding.version);
        let open = if finding.state.is_open() { "open, " } else { "" };
        vec![
            image.to_owned(),
            version.to_owned(),
            component,
            finding.packages.join(", "),
            format!("{open}{}", describe(finding)),
        ]
    };
    let heading = ["image", "version", "component", "package", "state"].map(str::to_owned).to_vec();
    let rows: Vec<Vec<String>> = std::iter::once(heading).chain(answer.hits.iter().map(row)).collect();
    if !answer.hits.is_empty() {
        columns::lines(&rows).iter().for_each(|line| ui::result(line));
    }
    let distinct = |open: bool| {
        let hits = answer.hits.iter().filter(|hit| !open || hit.finding.state.is_open());
        hits.map(|hit| &hit.file).collect::<std::collections::BTreeSet<_>>().len()
    };
    ui::result(&format!(
        "{id}: {} of {} have it, {} of them open",
        distinct(false),
        answer.bills,
        distinct(true)
    ));
}

/// The JSON files below a directory, in order of their paths. Links are not followed.
fn json_files(directory: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), CommandError> {
    let unread = |error| CommandError::user(format!("{} cannot be read", directory.display())).because(error);
    let entries =
        std::fs::read_dir(directory).map_err(unread)?.collect::<Result<Vec<_>, _>>().map_err(unread)?;
    let mut paths: Vec<PathBuf> = entries.iter().map(std::fs::DirEntry::path).collect();
    paths.sort();
    for path in paths {
        let kind = path.symlink_metadata().map_err(unread)?.file_type();
        if kind.is_dir() && depth > 0 {
            json_files(&path, depth - 1, found)?;
        } else if kind.is_file() && path.extension().is_some_and(|end| end == "json") {
            found.push(path);
        }
    }
    Ok(())
}
