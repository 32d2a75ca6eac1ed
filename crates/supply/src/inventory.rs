//! The inventory of a target: what it holds, and who holds what.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use yoe_model::{Digest, Publisher};

use crate::statement::{Stale, Statement};
use crate::{Component, FileEntry, Kbuild, Kind, Link, Purl};

/// What a target is made of.
#[derive(Debug, Clone)]
pub struct Inventory {
    /// The target.
    pub subject: Subject,
    /// The project's name.
    pub project: String,
    /// Who answers for it; absent when the project does not say.
    pub publisher: Option<Publisher>,
    /// Seconds since 1970 that stand for "now": the date of the lock.
    pub epoch: u64,
    /// Components by their reference.
    pub components: BTreeMap<String, Component>,
    /// For each holder (the subject's reference or a component's), what it holds and how.
    pub links: BTreeMap<String, BTreeSet<(Link, String)>>,
    /// Files of the target by path, without a slash at the beginning.
    pub files: BTreeMap<String, FileEntry>,
    /// Of files that were made with the image, the references of the components that they hold code or text of.
    pub made_of: BTreeMap<String, BTreeSet<String>>,
    /// Where the sources of components lie on this machine, by reference. It enters no paper.
    pub trees: BTreeMap<String, Vec<PathBuf>>,
    /// The texts of licences that units name and hold, by reference of the component. They enter no bill of materials.
    pub named_texts: BTreeMap<String, NamedTexts>,
    /// What units say of holes in components. It enters no bill of materials.
    pub statements: Vec<Statement>,
    /// What they say of components or versions that are not there.
    pub stale: Vec<Stale>,
    /// Programs of Go, by whose code of packages they hold. It enters no bill of materials.
    pub programs: Vec<GoProgram>,
    /// The package URL of the kernel, and what its configuration compiles; absent when its source is not there.
    pub kernel: Option<(String, Arc<Kbuild>)>,
    /// What could not be found out, in sentences.
    pub gaps: Vec<String>,
}

/// What a unit says of the texts of a component's licence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedTexts {
    /// The unit.
    pub unit: String,
    /// Files of the component's source with the digest of each as somebody read it; none when the unit names none.
    pub files: BTreeMap<String, Digest>,
    /// Texts among the unit's own files: name and content.
    pub own: BTreeSet<(String, String)>,
}

/// A program of Go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoProgram {
    /// Its path without a slash at the beginning.
    pub path: String,
    /// The package of the target that it is in; absent when it is in none.
    pub package: Option<String>,
    /// The package URLs of the modules that it was built of.
    pub modules: BTreeSet<String>,
    /// The paths of the Go packages that it holds code of; absent when that is not known.
    pub holds: Option<BTreeSet<String>>,
}

/// The target of an inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Its reference.
    pub reference: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// One line; may be empty.
    pub description: String,
    /// The architecture, by its Linux name.
    pub arch: String,
    /// What stands for all of its bytes: the digest of the tree that was built, in hexadecimal digits.
    pub digest: String,
    /// What it is handed out as: the disk, the archive of an OCI image, or the package.
    pub artifact: Option<FileEntry>,
    /// How it is handed out.
    pub carrier: Carrier,
}

/// How a target is handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// A disk.
    Disk,
    /// An OCI image.
    OciImage,
    /// A package.
    Package,
}

impl Inventory {
    /// An inventory of a target that holds nothing yet.
    pub fn new(subject: Subject, project: &str, publisher: Option<Publisher>, epoch: u64) -> Self {
        Self {
            subject,
            project: project.to_owned(),
            publisher,
            epoch,
            components: BTreeMap::new(),
            links: BTreeMap::new(),
            files: BTreeMap::new(),
            made_of: BTreeMap::new(),
            trees: BTreeMap::new(),
            named_texts: BTreeMap::new(),
            statements: Vec::new(),
            stale: Vec::new(),
            programs: Vec::new(),
            kernel: None,
            gaps: Vec::new(),
        }
    }

    /// Adds a component under this reference; one that is there already stays.
    pub(crate) fn add(&mut self, reference: &str, component: Component) {
        self.components.entry(reference.to_owned()).or_insert(component);
    }

    /// Says that `holder` holds `held`.
    pub(crate) fn link(&mut self, holder: &str, link: Link, held: &str) {
        if holder != held {
            self.links.entry(holder.to_owned()).or_default().insert((link, held.to_owned()));
        }
    }

    /// What a holder holds in this way.
    pub fn held<'a>(&'a self, holder: &str, link: Link) -> impl Iterator<Item = &'a str> {
        let all = self.links.get(holder).into_iter().flatten();
        all.filter(move |(how, _)| *how == link).map(|(_, held)| held.as_str())
    }

    /// The references of all that is inside of a component: what it contains and what is linked in, whole.
    pub fn inside(&self, holder: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open = vec![holder.to_owned()];
        while let Some(next) = open.pop() {
            for (_, held) in
                self.links.get(&next).into_iter().flatten().filter(|(link, _)| *link != Link::Needs)
            {
                if self.components.contains_key(held) && found.insert(held.clone()) {
                    open.push(held.clone());
                }
            }
        }
        found
    }

    /// The package URL of the target.
    pub fn purl(&self) -> String {
        let subject = &self.subject;
        let package = self.components.get(&package_reference(&subject.name));
        match package.filter(|_| subject.carrier == Carrier::Package) {
            Some(package) => package.purl.clone(),
            None => Purl::new("generic", &subject.name, &subject.version)
                .within(&self.project)
                .with("arch", &subject.arch)
                .to_string(),
        }
    }

    /// For each component, the names of the packages that it is in.
    pub fn packages_of(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut packages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (reference, component) in
            self.components.iter().filter(|(_, component)| component.kind == Kind::Package)
        {
            packages.entry(reference.clone()).or_default().insert(component.name.clone());
            for held in self.inside(reference) {
                packages.entry(held).or_default().insert(component.name.clone());
            }
        }
        packages
    }
}

/// The reference of a unit's package.
pub(crate) fn package_reference(unit: &str) -> String {
    format!("package:{unit}")
}

/// The reference of a file.
pub(crate) fn file_reference(path: &str) -> String {
    format!("file:{path}")
}
