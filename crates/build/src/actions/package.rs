//! Checks what a unit left and writes its packages.

use std::collections::BTreeSet;
use std::path::Path;

use yoe_model::{Arch, Digest, Scope, Unit};
use yoe_package::check::BUILD_PATHS;
use yoe_package::{CheckContext, Info, PackageError, Tree, check, sonames, write};
use yoe_plan::{PackageAction, UNIT_EPOCH};

use crate::builder::Builder;
use crate::error::ActionError;
use crate::schedule::Results;

impl Builder {
    /// The result holds `NAME-VERSION.apk`, and `NAME-dev-VERSION.apk` when the unit left something to build against.
    pub(crate) fn package(&self, package: &PackageAction, inputs: &Results) -> Result<Digest, ActionError> {
        let unit = &package.unit;
        let tree = Tree::scan(&self.input(inputs, package.built)?).map_err(archive)?;
        let mut provided = BTreeSet::new();
        for id in &package.runtime {
            let neighbour = Tree::scan(&self.input(inputs, *id)?).map_err(archive)?;
            provided.extend(sonames(&neighbour).map_err(archive)?.provided.into_keys());
        }
        let context = CheckContext {
            arch: (unit.scope != Scope::NoArch).then(|| target(package.arch)),
            provided: &provided,
            setuid: &unit.setuid,
            build_paths: &BUILD_PATHS,
            host_paths_ok: unit.host_paths_ok,
        };
        let problems = check(&tree, &context).map_err(archive)?;
        if !problems.is_empty() {
            let problems = problems.iter().map(ToString::to_string).collect();
            return Err(ActionError::Package { unit: unit.name.clone(), problems });
        }
        let scratch = self.session.scratch()?;
        self.write_packages(&tree, package, scratch.path())?;
        Ok(self.store.import_tree(scratch.path())?)
    }

    fn write_packages(&self, tree: &Tree, package: &PackageAction, into: &Path) -> Result<(), ActionError> {
        let split = tree.split().map_err(archive)?;
        let unit = &package.unit;
        let runtime = info(unit, package.arch);
        let dev = Info {
            name: format!("{}-dev", unit.name),
            description: format!("{} (development files)", unit.description),
            depends: vec![format!("{}={}", unit.name, unit.package_version())],
            provides: Vec::new(),
            replaces: Vec::new(),
            ..runtime.clone()
        };
        // The package itself exists even when it is empty: others name it.
        let parts = [(split.runtime, runtime, true), (split.dev, dev, false)];
        for (tree, info, always) in parts {
            if always || !tree.is_empty() {
                let path = into.join(file_name(&info.name, &info.version));
                write(&tree, &info, &self.signer, &path).map_err(archive)?;
            }
        }
        Ok(())
    }
}

/// The file name of a package, as repositories have it.
pub(crate) fn file_name(name: &str, version: &str) -> String {
    format!("{name}-{version}.apk")
}

fn info(unit: &Unit, arch: Arch) -> Info {
    Info {
        name: unit.name.clone(),
        version: unit.package_version(),
        description: unit.description.clone(),
        url: String::new(),
        license: unit.license.clone(),
        arch: if unit.scope == Scope::NoArch { "noarch".into() } else { arch.to_string() },
        origin: unit.name.clone(),
        build_date: UNIT_EPOCH,
        depends: unit.runtime_deps.clone(),
        provides: unit.provides.clone(),
        replaces: unit.replaces.clone(),
    }
}

fn target(arch: Arch) -> yoe_package::Arch {
    match arch {
        Arch::X86_64 => yoe_package::Arch::X86_64,
        Arch::Aarch64 => yoe_package::Arch::Aarch64,
    }
}

fn archive(error: PackageError) -> ActionError {
    ActionError::Archive(Box::new(error))
}
