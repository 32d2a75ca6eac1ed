//! What files define, with the calls that did it: the stage between evaluation and the checked project.

use std::collections::BTreeMap;

use yoe_model::{
    Container, Digest, Image, ImageTest, Kernel, Machine, ModuleSource, OciImage, Origin, PolicyDefault,
    Publisher, Qemu, Registry, Release, Service, Size, Source, SourceEntry, Step, Unit, UnitFile, User, Vex,
    WorkloadImage, WorkloadService,
};

use crate::problem::Place;
use crate::site::Site;

/// A value and the call that made it.
#[derive(Debug, Clone)]
pub(crate) struct Made<T> {
    pub(crate) value: T,
    pub(crate) site: Site,
}

/// A definition of a file.
#[derive(Debug)]
pub(crate) enum Definition {
    Project(Made<ProjectDraft>),
    Module(Made<String>),
    Container(Made<Container>),
    Machine(Made<MachineDraft>),
    Unit(Box<Made<UnitDraft>>),
    Override(Made<OverrideDraft>),
    Image(Made<ImageDraft>),
    OciImage(Made<OciImage>),
    Workload(Box<Made<WorkloadDraft>>),
}

/// PROJECT.star.
#[derive(Debug, Clone)]
pub(crate) struct ProjectDraft {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) publisher: Option<Publisher>,
    pub(crate) machine: String,
    pub(crate) image: Option<String>,
    pub(crate) modules: Vec<Made<ModuleRef>>,
    pub(crate) mirrors: yoe_model::Mirrors,
}

/// A module that a project takes part of.
#[derive(Debug, Clone)]
pub(crate) struct ModuleRef {
    pub(crate) name: String,
    pub(crate) source: ModuleSource,
}

/// A machine, with the calls of its parts.
#[derive(Debug, Clone)]
pub(crate) struct MachineDraft {
    pub(crate) machine: Machine,
    pub(crate) kernel: Site,
    pub(crate) qemu: Option<Site>,
}

/// A unit without its files, with the calls of its parts.
#[derive(Debug, Clone)]
pub(crate) struct UnitDraft {
    pub(crate) unit: Unit,
    pub(crate) tasks: Vec<Site>,
    pub(crate) steps: Vec<Made<Step>>,
    pub(crate) services: Vec<Site>,
    /// Paths of the files of its own directory, whatever the project adds.
    pub(crate) own: Vec<String>,
    /// Whether it is in a file of the project itself.
    pub(crate) of_project: bool,
}

/// What the project changes of a module's unit.
#[derive(Debug, Clone)]
pub(crate) struct OverrideDraft {
    pub(crate) name: String,
    pub(crate) version: Option<String>,
    pub(crate) release: Option<u32>,
    pub(crate) sources: Option<Vec<SourceEntry>>,
    pub(crate) add_patches: Vec<String>,
    pub(crate) append: Vec<String>,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) vex: Option<Vec<Vex>>,
    pub(crate) linked_license: Option<String>,
    pub(crate) license_files: Option<BTreeMap<String, Digest>>,
}

/// A change, with the files of its directory.
pub(crate) struct Override {
    pub(crate) made: Made<OverrideDraft>,
    pub(crate) files: Vec<UnitFile>,
    /// Whether it is in a file of the project itself.
    pub(crate) of_project: bool,
    /// The name of its file.
    pub(crate) stem: String,
}

/// An image, with the calls of its parts.
#[derive(Debug, Clone)]
pub(crate) struct ImageDraft {
    pub(crate) image: Image,
    pub(crate) tests: Vec<Site>,
    pub(crate) releases: Vec<Site>,
    pub(crate) registry: Option<Site>,
    pub(crate) users: Vec<Site>,
    pub(crate) policy: Option<Made<PolicyDraft>>,
    /// The files next to it, where its policy needs them.
    pub(crate) files: Vec<UnitFile>,
    /// Where they lie, as messages name it.
    pub(crate) directory: String,
}

/// A policy before its keys are read.
#[derive(Debug, Clone)]
pub(crate) struct PolicyDraft {
    /// From scopes to files with keys.
    pub(crate) rules: BTreeMap<String, Vec<String>>,
    pub(crate) default: PolicyDefault,
}

/// A workload, with its files and what its Compose file says once they are read.
#[derive(Debug, Clone)]
pub(crate) struct WorkloadDraft {
    pub(crate) name: String,
    pub(crate) version: Option<String>,
    pub(crate) compose: String,
    pub(crate) images: BTreeMap<String, Made<WorkloadImage>>,
    pub(crate) required: bool,
    pub(crate) volumes: BTreeMap<String, Size>,
    pub(crate) data_version: Option<u32>,
    pub(crate) files: Vec<UnitFile>,
    /// Where its files lie, as messages name it.
    pub(crate) directory: String,
    pub(crate) read: Option<ReadWorkload>,
}

/// What a workload's Compose file says.
#[derive(Debug, Clone)]
pub(crate) struct ReadWorkload {
    pub(crate) project: String,
    pub(crate) compose: yoe_compose::Compose,
    /// The file, as messages name it.
    pub(crate) shown: String,
    pub(crate) text: String,
    pub(crate) services: Vec<WorkloadService>,
}

impl ReadWorkload {
    /// A place in the Compose file.
    pub(crate) fn place(&self, at: yoe_compose::At) -> Place {
        compose_place(&self.shown, &self.text, at)
    }
}

/// A place in a Compose file.
pub(crate) fn compose_place(shown: &str, text: &str, at: yoe_compose::At) -> Place {
    let line = text.lines().nth(at.line.saturating_sub(1) as usize).unwrap_or_default().to_owned();
    let origin = Origin { file: shown.to_owned(), line: at.line, column: at.column };
    Place::Line { origin, text: line, end: at.end }
}

/// A task before its steps lose their places.
#[derive(Debug, Clone)]
pub(crate) struct TaskParts {
    pub(crate) name: String,
    pub(crate) steps: Vec<Made<Step>>,
}

/// What a builtin hands back to Starlark: a part of a definition.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    /// Something that was reported already; whatever takes it says nothing more.
    Broken,
    ModuleRef(Made<ModuleRef>),
    Publisher(Publisher),
    Vex(Vex),
    Kernel(Made<Kernel>),
    Qemu(Made<Qemu>),
    Task(Made<TaskParts>),
    Step(Made<Step>),
    Source(Made<SourceEntry>),
    Service(Made<Service>),
    Layout(yoe_model::Layout),
    Budget(yoe_model::Budget),
    Audit(yoe_model::AuditGate),
    LicensePolicy(yoe_model::LicensePolicy),
    Policy(Made<PolicyDraft>),
    Test(Made<ImageTest>),
    Reach(yoe_model::Reach),
    Measure(yoe_model::Measure),
    Sweep(yoe_model::Sweep),
    Registry(Made<Registry>),
    Release(Made<Release>),
    User(Made<User>),
    WorkloadImage(Made<WorkloadImage>),
}

impl Part {
    /// A source that is put into a directory below `$SRCDIR`. `only` names the parts of it that are taken; all when empty.
    pub(crate) fn source(
        source: Source,
        into: impl Into<String>,
        only: impl IntoIterator<Item = impl Into<String>>,
        site: &Site,
    ) -> Self {
        let only = only.into_iter().map(Into::into).collect();
        let value = SourceEntry { source, into: into.into(), only, origin: site.origin() };
        Part::Source(Made { value, site: site.clone() })
    }

    /// What it is, as messages name it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Part::Broken => "nothing",
            Part::ModuleRef(_) => "module_ref",
            Part::Publisher(_) => "publisher",
            Part::Vex(_) => "vex",
            Part::Kernel(_) => "kernel",
            Part::Qemu(_) => "qemu",
            Part::Task(_) => "task",
            Part::Step(_) => "step",
            Part::Source(_) => "source",
            Part::Service(_) => "service",
            Part::Layout(_) => "layout",
            Part::Budget(_) => "budget",
            Part::Audit(_) => "audit",
            Part::LicensePolicy(_) => "license_policy",
            Part::Policy(_) => "policy",
            Part::Test(_) => "test",
            Part::Reach(_) => "reach",
            Part::Measure(_) => "measure",
            Part::Sweep(_) => "sweep",
            Part::Registry(_) => "registry",
            Part::Release(_) => "release",
            Part::User(_) => "user",
            Part::WorkloadImage(_) => "workload's image",
        }
    }
}
