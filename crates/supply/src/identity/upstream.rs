//! Names that others gave: crates, Go modules, commits, Debian's sources.

use yoe_model::{GoModule, Unit};

use super::patches::own_patches;
use super::{Named, cpe_of};
use crate::{Ancestor, Component, Kind, Purl, SourceFile};

/// A component with a name, a version and nothing else that is known.
pub(super) fn component(kind: Kind, name: &str, version: &str, purl: &Purl) -> Component {
    Component {
        kind,
        name: name.to_owned(),
        version: version.to_owned(),
        description: String::new(),
        purl: purl.to_string(),
        cpe: None,
        license: None,
        linked_license: None,
        homepage: None,
        artifact: None,
        source: None,
        sum: None,
        ancestors: Vec::new(),
        patches: Vec::new(),
        note: None,
    }
}

/// A crate. `sha256` is that of its archive.
pub fn crate_of(name: &str, version: &str, sha256: Option<&str>) -> Named {
    let checksum = sha256.map(|sha256| format!("sha256:{sha256}")).unwrap_or_default();
    let purl = Purl::new("cargo", name, version).with("checksum", &checksum);
    let mut component = component(Kind::Crate, name, version, &purl);
    // Where the registry serves it is for the registry to say; the name is enough to ask it.
    component.source = sha256.map(|sha256| SourceFile { url: None, sha256: Some(sha256.to_owned()) });
    (format!("crate:{name}@{version}"), component)
}

/// A Go module. By the go command's own rule a module's path is where it is found.
pub fn module(path: &str, version: &str) -> Named {
    let (namespace, name) = path.rsplit_once('/').unwrap_or(("", path));
    let purl = Purl::new("golang", name, version).within(namespace);
    let mut component = component(Kind::GoModule, path, version, &purl);
    if path.contains('.') {
        component.homepage = Some(format!("https://{path}"));
    }
    (format!("go:{path}@{version}"), component)
}

/// Go's standard library and runtime.
pub fn stdlib(version: &str) -> Named {
    let (reference, mut stdlib) = module("stdlib", version);
    stdlib.homepage = Some("https://go.dev".to_owned());
    stdlib.license = Some("BSD-3-Clause".to_owned());
    (reference, stdlib)
}

/// The module that a unit builds programs of.
pub(super) fn main_module(unit: &Unit, main: &GoModule) -> Named {
    let (reference, mut component) = module(&main.path, &main.version);
    component.description.clone_from(&unit.description);
    component.license = Some(unit.license.clone());
    component.homepage = unit.homepage.clone().or(component.homepage);
    component.cpe = unit.cpe.as_deref().map(|cpe| cpe_of(cpe, &unit.version));
    component.patches = own_patches(unit);
    (reference, component)
}

/// A commit: by its name where a forge has it, else by the address of its repository.
pub(super) fn git(unit: &Unit, url: &str, commit: &str) -> Purl {
    let forge = url
        .strip_prefix("https://github.com/")
        .map(|rest| rest.trim_end_matches('/').trim_end_matches(".git"));
    match forge.and_then(|rest| rest.split_once('/')) {
        // The type is not case-sensitive, so its names are lower case.
        Some((owner, name)) if !name.contains('/') => {
            Purl::new("github", &name.to_lowercase(), commit).within(&owner.to_lowercase())
        }
        _ => Purl::new("generic", &unit.name, &unit.version).with("vcs_url", &format!("git+{url}@{commit}")),
    }
}

pub(super) fn debian_source(package: &str, version: &str, suite: &str) -> Purl {
    Purl::new("deb", package, version).within("debian").with("arch", "source").with("distro", suite)
}

pub(super) fn ancestor_of(name: &str, version: &str, purl: &Purl) -> Ancestor {
    Ancestor { name: name.to_owned(), version: version.to_owned(), purl: purl.to_string() }
}
