//! Why a unit is in an image.

use serde::Serialize;
use yoe_model::{Project, Unlocked};
use yoe_plan::{Place, Relations, Step, Target, Why};

use crate::error::CommandError;
use crate::project::{self, OpenProject, image};

/// The answer.
#[derive(Debug, Serialize)]
pub struct Answer {
    unit: String,
    image: String,
    /// `device`, `build`, or `absent`.
    place: &'static str,
    /// How many shortest ways there are; the first fifty are listed.
    total: usize,
    paths: Vec<Vec<Link>>,
}

/// One step of a way.
#[derive(Debug, Serialize)]
struct Link {
    /// `named`, `kernel`, `runtime`, `build`.
    kind: &'static str,
    /// Who needs the unit.
    by: String,
    /// Where that says so: FILE:LINE.
    place: String,
    /// What is needed.
    unit: String,
}

/// Why `unit` is in the image, or in the project's.
pub fn answer(opened: &OpenProject, unit: &str, image_name: Option<&str>) -> Result<Answer, CommandError> {
    let project = &opened.project;
    let (name, held_in) = match image_name.filter(|name| project.oci_images.contains_key(*name)) {
        Some(oci) => (oci.to_owned(), Target::OciImage(oci.to_owned())),
        None => {
            let (name, _) = image(project, image_name, "ask about")?;
            (name.clone(), Target::Image(name))
        }
    };
    project::unit(project, unit)
        .map_err(|error| error.hint("images hold units; `yoe desc` says who uses a container"))?;
    let Why { place, paths } = Relations::new(project).why(&held_in, &Target::Unit(unit.to_owned()));
    let link = |by: &Target, step: &Step| Link {
        kind: step.kind.as_str(),
        by: by.name().to_owned(),
        place: place_of(project, by),
        unit: step.target.name().to_owned(),
    };
    let links = |path: &Vec<Step>| {
        let befores = std::iter::once(&held_in).chain(path.iter().map(|step| &step.target));
        befores.zip(path).map(|(by, step)| link(by, step)).collect()
    };
    let place = match place {
        Place::Device => "device",
        Place::Build => "build",
        Place::Absent => "absent",
    };
    let listed = paths.listed.iter().map(links).collect();
    Ok(Answer { unit: unit.to_owned(), image: name, place, total: paths.total, paths: listed })
}

/// Where the definition stands that names a unit.
fn place_of(project: &Project<Unlocked>, by: &Target) -> String {
    let name = by.name();
    let origin = match by {
        Target::Unit(_) => project.units.get(name).map(|unit| unit.origin.clone()),
        Target::OciImage(_) => project.oci_images.get(name).map(|image| image.origin.clone()),
        Target::Image(_) => project.image(name).map(|image| image.origin),
        Target::Container(_) => None,
    };
    origin.map(|origin| project::place(&origin)).unwrap_or_default()
}

impl Answer {
    /// For a person: a line for each way, and where each of its steps is said.
    pub fn lines(&self) -> Vec<String> {
        let Self { unit, image, total, .. } = self;
        let ways = if *total == 1 { "one shortest way".to_owned() } else { format!("{total} shortest ways") };
        let first = match self.place {
            "device" => format!("{unit} is on the device of {image}, by {ways}:"),
            "build" => {
                format!("{unit} is not on the device of {image}; what is there is built with it, by {ways}:")
            }
            _ => format!("{unit} is not in {image}, and nothing in it is built with it"),
        };
        let mut lines = vec![first];
        for path in &self.paths {
            let chain =
                path.iter().map(|link| format!(" -{}-> {}", link.kind, link.unit)).collect::<String>();
            lines.push(format!("  {image}{chain}"));
        }
        let mut places: Vec<(&str, &str)> =
            self.paths.iter().flatten().map(|link| (link.by.as_str(), link.place.as_str())).collect();
        places.sort_unstable();
        places.dedup();
        if self.paths.len() < *total {
            lines.push(format!("  and {} more", total - self.paths.len()));
        }
        lines.extend(places.into_iter().map(|(by, place_of)| format!("{by} is defined at {place_of}")));
        lines
    }
}
