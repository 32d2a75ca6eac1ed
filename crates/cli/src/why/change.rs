//! What a change of a file would rebuild.

use std::path::{Component, Path, PathBuf};

use serde::Serialize;
use yoe_plan::{Change, Impact, Relations};
use yoe_store::Store;

use crate::error::CommandError;
use crate::project::{self, OpenProject, open_store};

/// The answer.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// Relative to the project.
    file: String,
    /// `everything`, `definitions`, `content`, or `nothing`.
    change: &'static str,
    units: Vec<Rebuilt>,
    /// Units that are only packaged again.
    packages: Vec<String>,
    containers: Vec<String>,
    images: Vec<Rebuilt>,
    /// What the last runs of all of them took together; those that never ran are not in it.
    seconds: f64,
    /// How many never ran.
    unknown: usize,
}

/// Something that would be made again.
#[derive(Debug, Serialize)]
struct Rebuilt {
    name: String,
    /// Whether the file is a part of it; others follow from those.
    direct: bool,
    /// What its last run took; absent when there was none.
    seconds: Option<f64>,
}

/// What a change of `file` would rebuild.
pub fn answer(opened: &OpenProject, file: &Path) -> Result<Answer, CommandError> {
    let file = relative(opened, file)?;
    let (loads, relations) = (
        yoe_lang::loads(&opened.root, &project::options(None, &opened.modules)),
        Relations::new(&opened.project),
    );
    let impact = Impact::of(&opened.project, &relations, &loads, &file);
    let store = open_store()?;
    let units = rebuilt(&store, "unit", impact.units.iter(), |name| impact.direct.contains(name))?;
    let kind = |name: &String| if opened.project.images.contains_key(name) { "image" } else { "OCI image" };
    let mut images = Vec::new();
    for name in &impact.images {
        images.extend(rebuilt(&store, kind(name), std::iter::once(name), |_| false)?);
    }
    let all = || units.iter().chain(&images);
    Ok(Answer {
        file,
        change: match impact.change {
            Change::Everything => "everything",
            Change::Definitions => "definitions",
            Change::Content => "content",
            Change::Nothing => "nothing",
        },
        // Not by `sum`, whose sum of nothing is -0.
        seconds: all().filter_map(|one| one.seconds).fold(0.0, |sum, seconds| sum + seconds),
        unknown: all().filter(|one| one.seconds.is_none()).count(),
        packages: impact.packages.into_iter().collect(),
        containers: impact.containers.into_iter().collect(),
        units,
        images,
    })
}

fn rebuilt<'a>(
    store: &Store,
    kind: &str,
    names: impl Iterator<Item = &'a String>,
    direct: impl Fn(&str) -> bool,
) -> Result<Vec<Rebuilt>, CommandError> {
    let one = |name: &String| {
        let seconds = store.last(&format!("{kind} {name}"))?.map(|last| last.seconds);
        Ok(Rebuilt { name: name.clone(), direct: direct(name), seconds })
    };
    names.map(one).collect()
}

/// The path below the project. The file need not be there: a change can also make it.
fn relative(opened: &OpenProject, file: &Path) -> Result<String, CommandError> {
    let here = std::env::current_dir()
        .map_err(|error| CommandError::user("the current directory cannot be read").because(error))?;
    let mut path = PathBuf::new();
    for component in here.join(file).components() {
        match component {
            Component::ParentDir => _ = path.pop(),
            Component::CurDir => {}
            other => path.push(other),
        }
    }
    let below = path.strip_prefix(&opened.root).ok().and_then(Path::to_str).filter(|below| !below.is_empty());
    below.map(str::to_owned).ok_or_else(|| {
        CommandError::user(format!(
            "{} is not a file of the project {}",
            file.display(),
            opened.root.display()
        ))
    })
}

impl Answer {
    /// For a person.
    pub fn lines(&self) -> Vec<String> {
        let file = &self.file;
        let first = match self.change {
            "nothing" => return vec![format!("nothing is made from {file}")],
            "everything" => {
                format!("{file} concerns the whole project: `yoe build --dry-run` after the change says more")
            }
            "definitions" => {
                format!("{file} defines what follows; what of it is rebuilt depends on the change")
            }
            _ => format!("any change of {file} rebuilds"),
        };
        let mut lines = vec![first];
        let mut list = |what: &str, items: Vec<String>| {
            if !items.is_empty() {
                lines.push(format!("  {what} ({}): {}", items.len(), items.join(", ")));
            }
        };
        let shown = |one: &Rebuilt| match one.seconds {
            Some(seconds) => format!("{} ({seconds:.1} s)", one.name),
            None => one.name.clone(),
        };
        list("containers", self.containers.clone());
        let direct = self.units.iter().filter(|unit| unit.direct);
        list("units", direct.map(shown).collect());
        let following = self.units.iter().filter(|unit| !unit.direct);
        list("units that are built with these", following.map(shown).collect());
        list("packages of units that run with these", self.packages.clone());
        list("images", self.images.iter().map(shown).collect());
        let ran = self.units.len() + self.images.len() - self.unknown;
        lines.push(match (ran, self.unknown) {
            (0, _) => "none of them ran here yet".to_owned(),
            (_, 0) => format!("together {:.1} s when they ran last", self.seconds),
            (_, unknown) => {
                format!("together {:.1} s when they ran last; {unknown} never ran here", self.seconds)
            }
        });
        lines
    }
}
