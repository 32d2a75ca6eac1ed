//! What a part is called, so that whoever looks its name up finds what is true of the bytes.
//!
//! The rule that matters: a name says what was built. A Debian source of which not all patches were applied is upstream's
//! code, whatever version of Debian's it was fetched by; under Debian's name it would count as fixed where it is not.

mod image;
mod patches;
mod upstream;

use yoe_model::{
    Container, DebianPatches, Digest, LockedPackage, LockedSource, Mirrors, Source, SourceEntry, Unit,
};

pub use self::image::{oci_image, registry_image};
use self::patches::{debian_patches, own_patches};
use self::upstream::{ancestor_of, component, debian_source, git, main_module};
pub use self::upstream::{crate_of, module, stdlib};
use crate::inventory::package_reference;
use crate::{Ancestor, Component, Kind, Purl, SourceFile};

/// What names of parts depend on in addition to the parts.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The project's name.
    pub project: &'a str,
    /// Its version.
    pub version: &'a str,
    /// The architecture, by its Linux name.
    pub arch: &'a str,
    /// The web address of who answers for the project: who made its own code.
    pub publisher: Option<&'a str>,
    /// Base addresses of archives as the project's text has them: those of one machine are nobody's business, so an archive that the
    /// text names no address of has none in the papers.
    pub mirrors: &'a Mirrors,
}

/// A component and the reference that it is known under.
pub type Named = (String, Component);

impl Names<'_> {
    /// The package of a unit.
    pub fn package(&self, unit: &Unit, noarch: bool) -> Named {
        let purl = Purl::new("apk", &unit.name, &unit.package_version())
            .within(self.project)
            .with("arch", if noarch { "noarch" } else { self.arch })
            .with("distro", &format!("{}-{}", self.project, self.version));
        let mut component = component(Kind::Package, &unit.name, &unit.package_version(), &purl);
        component.description.clone_from(&unit.description);
        component.license = Some(unit.license.clone());
        component.linked_license.clone_from(&unit.linked_license);
        component.homepage = unit.homepage.clone().or_else(|| self.publisher.map(str::to_owned));
        (package_reference(&unit.name), component)
    }

    /// What a unit was made from: its first source is what its version, its home page and its CPE are about. Crates that are
    /// vendored have names of their own, see [`crate_of`].
    pub fn source(&self, unit: &Unit, entry: &SourceEntry, locked: Option<&LockedSource>) -> Option<Named> {
        let first = unit.sources.first().is_some_and(|first| first.source == entry.source);
        let version = unit.version.as_str();
        let (kind, name, version, purl) = match &entry.source {
            Source::Debian { package, version: debian, suite, patches } => {
                let version = if first { version } else { upstream_version(debian) };
                let purl = match patches {
                    DebianPatches::Series => debian_source(package, debian, &suite.name),
                    _ => self.fetched(Purl::new("generic", package, version), locked),
                };
                (Kind::Source, package.as_str(), version.to_owned(), purl)
            }
            // The kernel as Debian hands it out is the stable line's, with its version.
            Source::DebianPackage { package, version: debian, .. } => {
                let name = if first { unit.name.as_str() } else { package.as_str() };
                let version = if first { version } else { upstream_version(debian) };
                (
                    Kind::Source,
                    name,
                    version.to_owned(),
                    self.fetched(Purl::new("generic", name, version), locked),
                )
            }
            Source::Https { url, name, sha256, .. } => {
                let name = if first { unit.name.as_str() } else { name.as_str() };
                let purl = Purl::new("generic", name, version)
                    .with("download_url", url)
                    .with("checksum", &format!("sha256:{sha256}"));
                (Kind::Source, name, version.to_owned(), purl)
            }
            Source::Git { url, commit, .. } => {
                (Kind::Source, unit.name.as_str(), version.to_owned(), git(unit, url, commit))
            }
            Source::GoModule(module) => return Some(main_module(unit, module)),
            Source::Crate { name, version, sha256 } => {
                let (reference, mut component) = crate_of(name, version, Some(&sha256.to_string()));
                component.license = Some(unit.license.clone());
                component.homepage.clone_from(&unit.homepage);
                return Some((reference, component));
            }
            Source::Path { .. } => return Some(self.own(unit)),
        };
        let mut named = component(kind, name, &version, &purl);
        named.license = Some(unit.license.clone());
        named.source = source_file(&entry.source, locked, self);
        named.ancestors = ancestors(&entry.source);
        named.patches = debian_patches(&entry.source, locked);
        if first {
            named.description.clone_from(&unit.description);
            named.homepage.clone_from(&unit.homepage);
            named.cpe = unit.cpe.as_deref().map(|cpe| cpe_of(cpe, &unit.version));
            named.patches.extend(own_patches(unit));
        }
        Some((format!("source:{purl}"), named))
    }

    /// The project's own code in a unit, or a unit that is made of nothing but what its build environment holds.
    pub fn own(&self, unit: &Unit) -> Named {
        let purl = Purl::new("generic", &unit.name, &unit.version).within(self.project);
        let mut component = component(Kind::Source, &unit.name, &unit.version, &purl);
        component.description.clone_from(&unit.description);
        component.license = Some(unit.license.clone());
        component.homepage = unit.homepage.clone().or_else(|| self.publisher.map(str::to_owned));
        component.cpe = unit.cpe.as_deref().map(|cpe| cpe_of(cpe, &unit.version));
        component.patches = own_patches(unit);
        if unit.sources.is_empty() {
            component.note =
                Some("made from files of its unit and packages of its build environment".to_owned());
        }
        (format!("source:{purl}"), component)
    }

    /// A binary package of Debian that is handed out as it is. `suite` is the name of the suite that it was resolved in.
    pub fn debian(&self, package: &LockedPackage, container: Option<&Container>) -> Named {
        let suite = container.map_or("", |container| container.suite.as_str());
        // Of another architecture than the build environment's, the name has it as well.
        let name = package.name.split(':').next().unwrap_or_default();
        let purl = Purl::new("deb", name, &package.version)
            .within("debian")
            .with("arch", package.architecture().unwrap_or_default())
            .with("distro", suite);
        let mut component = component(Kind::Debian, name, &package.version, &purl);
        component.source = Some(self.served(&package.file.archive, &package.file.path, &package.file.sha256));
        component.license = container.and_then(|container| container.licenses.get(name)).cloned();
        component.homepage = container.and_then(|container| container.homepages.get(name)).cloned();
        // The pool keeps a binary package in the directory of its source: `pool/main/a/acl/libacl1_….deb`.
        if let Some(source) = package.file.path.rsplit('/').nth(1).filter(|source| *source != name) {
            let ancestor = debian_source(source, &package.version, suite);
            component.ancestors.push(ancestor_of(source, &package.version, &ancestor));
        }
        (format!("deb:{purl}"), component)
    }

    /// The address and digest of what was fetched, as qualifiers.
    fn fetched(&self, purl: Purl, locked: Option<&LockedSource>) -> Purl {
        let Some(file) = locked.and_then(|locked| locked.files.first()) else { return purl };
        let served = self.served(&file.archive, &file.path, &file.sha256);
        let purl = purl.with("checksum", &format!("sha256:{}", file.sha256));
        served.url.iter().fold(purl, |purl, url| purl.with("download_url", url))
    }

    fn served(&self, archive: &str, path: &str, sha256: &Digest) -> SourceFile {
        let base = self.mirrors.get(archive).and_then(|all| all.first());
        let url = base.map(|base| format!("{}/{path}", base.trim_end_matches('/')));
        SourceFile { url, sha256: Some(sha256.to_string()) }
    }
}

/// Debian's package that a source was taken from without being it.
fn ancestors(source: &Source) -> Vec<Ancestor> {
    match source {
        Source::Debian { patches: DebianPatches::Series, .. } => Vec::new(),
        Source::Debian { package, version, suite, .. } => {
            vec![ancestor_of(package, version, &debian_source(package, version, &suite.name))]
        }
        Source::DebianPackage { package, version, suite, .. } => {
            let purl = Purl::new("deb", package, version).within("debian").with("distro", &suite.name);
            vec![ancestor_of(package, version, &purl)]
        }
        _ => Vec::new(),
    }
}

fn source_file(source: &Source, locked: Option<&LockedSource>, names: &Names<'_>) -> Option<SourceFile> {
    match source {
        Source::Https { url, sha256, .. } => {
            Some(SourceFile { url: Some(url.clone()), sha256: Some(sha256.to_string()) })
        }
        Source::Git { url, .. } => Some(SourceFile { url: Some(url.clone()), sha256: None }),
        _ => {
            let file = locked?.files.first()?;
            Some(names.served(&file.archive, &file.path, &file.sha256))
        }
    }
}

/// A CPE whose version may be left open.
fn cpe_of(cpe: &str, version: &str) -> String {
    let mut fields: Vec<&str> = cpe.split(':').collect();
    if let Some(field) = fields.get_mut(5).filter(|field| **field == "*") {
        *field = version;
    }
    fields.join(":")
}

/// A version of Debian's without its epoch and its revision.
pub(crate) fn upstream_version(version: &str) -> &str {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    version.rsplit_once('-').map_or(version, |(upstream, _)| upstream)
}

#[cfg(test)]
mod tests;
