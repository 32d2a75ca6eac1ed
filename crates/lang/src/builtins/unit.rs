//! `unit`.

use std::collections::BTreeMap;

use yoe_model::{Digest, GoModule, Scope, Service, Source, SourceEntry, Task, Unit, Vex};

use crate::arguments::license::License;
use crate::arguments::numbers::Whole;
use crate::arguments::paths::{ArchivePath, DevicePath, OwnPath};
use crate::arguments::plain::OneOrMany;
use crate::arguments::sources::SourceText;
use crate::arguments::text::{Cpe, HttpsUrl, Line, Name, Provided, UnitName, Variable};
use crate::arguments::version::Version;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::builtins::https::served_name;
use crate::definitions::{Definition, Made, Part, TaskParts, UnitDraft};
use crate::problem::{Place, Problem};
use crate::session::FileKind;

arguments! {
    /// The smallest thing that is built and packaged. Classes are functions that end in a call of it.
    "unit" => pub(crate) struct Arguments {
        /// The name, also of the file and of the package.
        name: UnitName,
        /// Upstream's version.
        version: Version,
        /// Counts our own changes to the same upstream version.
        release: Whole<0, { u32::MAX }> = Whole(0),
        /// What it is, in one line.
        description: Line,
        /// Its licence.
        license: License,
        /// Licences of what is linked into its programs, by `NAME@VERSION`, where that itself declares none: of Go modules whose texts are
        /// several licences in one. They hold for that version alone, and enter no key.
        licenses: BTreeMap<Line, License> = BTreeMap::new(),
        /// The licences of all that is linked into its programs, in one expression, beyond those of `license`. `yoe licenses` fails where
        /// something is linked in that neither names. Papers hold it; it enters no key.
        linked_license: Option<License> = None,
        /// The files of its sources that hold the texts of its licence, by path in `$SRCDIR`, with the SHA-256 digest of each: a text that
        /// changed is an error of `yoe licenses` until somebody read it. Without them, files are found by their usual names. They enter no key.
        license_files: BTreeMap<ArchivePath, Digest> = BTreeMap::new(),
        /// The web address of the project that it comes from. Papers name it; it enters no key.
        homepage: Option<HttpsUrl> = None,
        /// Its name in the dictionary that advisories are filed under, such as `cpe:2.3:a:zlib:zlib:1.3.1:*:*:*:*:*:*:*`.
        cpe: Option<Cpe> = None,
        /// What is known about holes in what it is made of. Papers hold it; it enters no key.
        vex: Vec<Vex> = Vec::new(),
        /// Units whose code its programs hold because they are linked statically. Papers list them as parts of it.
        contains: Vec<UnitName> = Vec::new(),
        /// What is put into `$SRCDIR`, in this order.
        source: OneOrMany<SourceText> = OneOrMany(Vec::new()),
        /// The digest of a `source` that is a bare address.
        sha256: Option<Digest> = None,
        /// Further places of a `source` that is a bare address.
        mirrors: Vec<HttpsUrl> = Vec::new(),
        /// Patches for `$SRCDIR`, in this order: files below the unit's directory.
        patches: Vec<OwnPath> = Vec::new(),
        /// Units whose packages are in the sysroot when this one builds.
        deps: Vec<UnitName> = Vec::new(),
        /// Units whose packages must be on the device with this one.
        runtime_deps: Vec<UnitName> = Vec::new(),
        /// Further names that its package satisfies.
        provides: Vec<Provided> = Vec::new(),
        /// Packages that it takes the place of.
        replaces: Vec<UnitName> = Vec::new(),
        /// Files on the device that a user may edit.
        conffiles: Vec<DevicePath> = Vec::new(),
        /// The container that its steps run in.
        container: Name,
        /// What is done, in order.
        tasks: Vec<Made<TaskParts>>,
        /// Services that its programs can run as.
        services: Vec<Made<Service>> = Vec::new(),
        /// Additional environment variables of its steps.
        environment: BTreeMap<Variable, String> = BTreeMap::new(),
        /// What the result depends on.
        scope: Scope = Scope::Arch,
        /// Files in the package that carry a setuid or setgid bit.
        setuid: Vec<DevicePath> = Vec::new(),
        /// Whether paths of the build in the output are accepted.
        host_paths_ok: bool = false,
        /// The name of a directory, `$CACHEDIR`, that stays between builds: for a compiler's own cache, which must not change
        /// what it gives. Units with the same name, container and sysroot share it.
        cache: Option<Name> = None,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = Some(FileKind::Unit);

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let sources = sources(self.source.0, self.sha256, &self.mirrors, call)?;
        let version = String::from(self.version);
        let sources = sources.into_iter().map(|made| versioned(made.value, &version)).collect();
        let steps = self.tasks.iter().flat_map(|task| task.value.steps.iter().cloned()).collect();
        let (service_sites, services) = self.services.into_iter().map(|made| (made.site, made.value)).unzip();
        let task_sites = self.tasks.iter().map(|task| task.site.clone()).collect();
        let unit = Unit {
            name: self.name.into(),
            version,
            release: self.release.0,
            description: self.description.into(),
            license: self.license.into(),
            licenses: self
                .licenses
                .into_iter()
                .map(|(name, license)| (name.into(), license.into()))
                .collect(),
            linked_license: self.linked_license.map(String::from),
            license_files: files(self.license_files),
            homepage: self.homepage.map(String::from),
            cpe: self.cpe.map(String::from),
            vex: self.vex,
            contains: once(self.contains),
            sources,
            patches: texts(self.patches),
            deps: once(self.deps),
            runtime_deps: once(self.runtime_deps),
            provides: once(self.provides),
            replaces: once(self.replaces),
            conffiles: once(self.conffiles),
            container: self.container.into(),
            tasks: self.tasks.into_iter().map(plain_task).collect(),
            services,
            environment: self.environment.into_iter().map(|(name, value)| (name.into(), value)).collect(),
            scope: self.scope,
            setuid: once(self.setuid),
            host_paths_ok: self.host_paths_ok,
            cache: self.cache.map(String::from),
            files: Vec::new(),
            origin: call.site.origin(),
        };
        let value = UnitDraft {
            unit,
            tasks: task_sites,
            steps,
            services: service_sites,
            own: Vec::new(),
            of_project: false,
        };
        call.session.define(Definition::Unit(Box::new(Made { value, site: call.site.clone() })));
        None
    }
}

/// A Go module without a version of its own has that of its unit.
pub(super) fn versioned(mut entry: SourceEntry, unit: &str) -> SourceEntry {
    if let Source::GoModule(GoModule { version, .. }) = &mut entry.source
        && version.is_empty()
    {
        *version = format!("v{unit}");
    }
    entry
}

/// Digests of files by path.
pub(super) fn files(given: BTreeMap<ArchivePath, Digest>) -> BTreeMap<String, Digest> {
    given.into_iter().map(|(path, digest)| (path.into(), digest)).collect()
}

fn plain_task(made: Made<TaskParts>) -> Task {
    let TaskParts { name, steps } = made.value;
    Task { name, steps: steps.into_iter().map(|step| step.value).collect() }
}

fn texts<T: Into<String>>(items: Vec<T>) -> Vec<String> {
    items.into_iter().map(T::into).collect()
}

/// Texts in their order, each once: a class and its caller may well name the same dep.
fn once<T: Into<String>>(items: Vec<T>) -> Vec<String> {
    let mut all: Vec<String> = Vec::with_capacity(items.len());
    for item in items.into_iter().map(T::into) {
        if !all.contains(&item) {
            all.push(item);
        }
    }
    all
}

/// Gives a bare address the unit's digest and mirrors.
pub(super) fn sources(
    given: Vec<SourceText>,
    sha256: Option<Digest>,
    mirrors: &[HttpsUrl],
    call: &Call<'_>,
) -> Option<Vec<Made<SourceEntry>>> {
    let bare: Vec<&String> = given
        .iter()
        .filter_map(|source| match source {
            SourceText::Address(url) => Some(url),
            SourceText::Made(_) => None,
        })
        .collect();
    if let Some(problem) = unfit(&bare, sha256, mirrors, call) {
        call.report(problem);
        return None;
    }
    given
        .into_iter()
        .map(|source| match source {
            SourceText::Made(made) => Some(made),
            SourceText::Address(url) => {
                let mirrors = mirrors.iter().map(|url| url.0.clone()).collect();
                let name = served_name(&url, None, true).map_err(|unnamed| {
                    let place = Place::text(call.site, "source", &url);
                    call.report(Problem::error(place, unnamed.message).hint(unnamed.hint));
                });
                let source = Source::Https { name: name.ok()?, url, mirrors, sha256: sha256?, unpack: true };
                let origin = call.site.origin();
                let value = SourceEntry { source, into: String::new(), only: Vec::new(), origin };
                Some(Made { value, site: call.site.clone() })
            }
        })
        .collect()
}

/// Where a unit's bare addresses and its digest do not fit together.
fn unfit(bare: &[&String], sha256: Option<Digest>, mirrors: &[HttpsUrl], call: &Call<'_>) -> Option<Problem> {
    match (bare, sha256) {
        ([], Some(_)) => Some(
            Problem::error(Place::argument(call.site, "sha256"), "`sha256` belongs to no source")
                .hint("only a `source` that is an \"https://…\" string takes it"),
        ),
        ([], None) if !mirrors.is_empty() => Some(
            Problem::error(Place::argument(call.site, "mirrors"), "`mirrors` belong to no source")
                .hint("only a `source` that is an \"https://…\" string takes them"),
        ),
        ([url, ..], None) => Some(
            Problem::error(Place::text(call.site, "source", url), "this source has no `sha256`")
                .expected("`sha256 = \"…\"` next to it")
                .hint("`sha256sum FILE` prints it; git(…), go_module(…), debian_source(…) and debian_package(…) need none"),
        ),
        ([_, second, ..], Some(_)) => Some(
            Problem::error(Place::text(call.site, "source", second), "one `sha256` cannot serve two sources")
                .hint("write each as https(url, sha256 = …)"),
        ),
        _ => None,
    }
}
