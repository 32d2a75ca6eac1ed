//! What is known of a unit, an image or a container.

use serde::Serialize;
use yoe_model::{Definitions, Image, Origin, Unit};
use yoe_plan::{EdgeKind, Relations, Target};

use crate::{project, ui};

/// A description. Lists are empty where something does not apply.
#[derive(Debug, Default, Serialize)]
pub struct Description {
    pub kind: &'static str,
    pub name: String,
    pub version: String,
    pub description: String,
    /// FILE:LINE.
    pub defined: String,
    pub license: Option<String>,
    pub sources: Vec<String>,
    pub deps: Vec<String>,
    pub runtime_deps: Vec<String>,
    /// Units that an image names.
    pub artifacts: Vec<String>,
    /// Debian packages that a container names.
    pub packages: Vec<String>,
    /// Containers that it is built, fetched or made with.
    pub built_by: Vec<String>,
    pub tasks: Vec<String>,
    pub services: Vec<String>,
    pub used_by: Vec<User>,
    pub built: Option<Built>,
    /// Why there is no key.
    pub no_key: Option<String>,
}

/// Something that uses what is described.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct User {
    /// How: `named`, `kernel`, `runtime`, `build`, `container`.
    pub how: &'static str,
    pub kind: &'static str,
    pub name: String,
}

/// What a build makes of it.
#[derive(Debug, Serialize)]
pub struct Built {
    /// The action that makes it.
    pub action: String,
    pub key: String,
    /// Whether its result is in the store.
    pub built: bool,
    /// Bytes of the result's files.
    pub bytes: Option<u64>,
    /// How long its last run took.
    pub seconds: Option<f64>,
}

/// Describes a target.
pub fn describe(project: &Definitions, relations: &Relations, target: &Target) -> Description {
    let mut this =
        Description { kind: target.kind(), name: target.name().to_owned(), ..Description::default() };
    let name = target.name();
    match target {
        Target::Unit(_) => project.units.get(name).iter().for_each(|unit| this.unit(unit)),
        Target::Image(_) => find_image(project, name).iter().for_each(|image| this.image(image)),
        Target::OciImage(_) => {
            if let Some(image) = project.oci_images.get(name) {
                this.head(&image.version, &image.description, &image.origin);
                this.artifacts.clone_from(&image.artifacts);
            }
        }
        Target::Container(_) => {
            if let Some(container) = project.containers.get(name) {
                this.head("", "", &container.origin);
                this.packages = container.packages.iter().cloned().collect();
                this.sources = vec![format!("{}/{}", container.archive, container.suite)];
            }
        }
    }
    let containers = relations.needs(target).filter(|edge| edge.kind == EdgeKind::Container);
    this.built_by = containers.map(|edge| edge.target.name().to_owned()).collect();
    let user = |edge: &yoe_plan::Edge| User {
        how: edge.kind.as_str(),
        kind: edge.target.kind(),
        name: edge.target.name().to_owned(),
    };
    this.used_by = relations.users(target).map(user).collect();
    this
}

/// An image, or a release of one.
fn find_image(project: &Definitions, name: &str) -> Option<Image> {
    let image = project.images.get(yoe_model::Release::image_of(name))?;
    let release = |version: &str| image.releases.iter().find(|release| release.version == version);
    match name.split_once('@') {
        None => Some(image.clone()),
        Some((_, version)) => Some(release(version)?.of(image)),
    }
}

impl Description {
    fn head(&mut self, version: &str, description: &str, origin: &Origin) {
        self.version = version.to_owned();
        self.description = description.to_owned();
        self.defined = project::place(origin);
    }

    fn unit(&mut self, unit: &Unit) {
        self.head(&unit.package_version(), &unit.description, &unit.origin);
        self.license = Some(unit.license.clone());
        self.sources = unit.sources.iter().map(|entry| entry.label()).collect();
        self.deps.clone_from(&unit.deps);
        self.runtime_deps.clone_from(&unit.runtime_deps);
        self.tasks = unit.tasks.iter().map(|task| task.name.clone()).collect();
        self.services = unit.services.iter().map(|service| service.name.clone()).collect();
    }

    fn image(&mut self, image: &Image) {
        self.head(&image.version, &image.description, &image.origin);
        self.artifacts.clone_from(&image.artifacts);
    }

    /// Names and values for a person; what there is nothing of is left out.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![("defined", self.defined.clone())];
        fields.extend(self.license.clone().map(|license| ("licence", license)));
        let lists = [
            ("sources", &self.sources, "\n"),
            ("packages", &self.packages, " "),
            ("names", &self.artifacts, " "),
            ("built with", &self.deps, " "),
            ("runs with", &self.runtime_deps, " "),
            ("built by", &self.built_by, " "),
            ("tasks", &self.tasks, " "),
            ("services", &self.services, " "),
        ];
        let lists = lists.into_iter().filter(|(_, items, _)| !items.is_empty());
        fields.extend(lists.map(|(name, items, between)| (name, items.join(between))));
        for how in EdgeKind::ALL {
            let users = self.used_by.iter().filter(|user| user.how == how.as_str());
            let users: Vec<&str> = users.map(|user| user.name.as_str()).collect();
            if !users.is_empty() {
                fields.push((used(how), users.join(" ")));
            }
        }
        if self.used_by.is_empty() {
            fields.push(("used by", "nothing".to_owned()));
        }
        fields.extend(self.no_key.clone().map(|why| ("key", format!("not known: {why}"))));
        if let Some(built) = &self.built {
            fields.push(("key", format!("{} ({})", built.key, built.action)));
            fields.push(("built", built.shown()));
        }
        fields
    }
}

/// How a user is called that uses something this way.
fn used(how: EdgeKind) -> &'static str {
    match how {
        EdgeKind::Named => "named by",
        EdgeKind::Kernel => "kernel of",
        EdgeKind::Runtime => "runtime dep of",
        EdgeKind::Build => "build dep of",
        EdgeKind::Container => "used by",
    }
}

impl Built {
    fn shown(&self) -> String {
        let bytes = self.bytes.map(|bytes| format!(", {}", ui::bytes(bytes))).unwrap_or_default();
        match (self.built, self.seconds) {
            (true, _) => format!("yes{bytes}"),
            (false, Some(_)) => "no, but it was: `yoe why --rebuilt` says what changed".to_owned(),
            (false, None) => "no".to_owned(),
        }
    }
}
