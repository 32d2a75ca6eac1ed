//! `override`.

use std::collections::BTreeMap;

use yoe_model::{Digest, Vex};

use crate::arguments::license::License;
use crate::arguments::numbers::Whole;
use crate::arguments::paths::{ArchivePath, OwnPath};
use crate::arguments::plain::OneOrMany;
use crate::arguments::sources::SourceText;
use crate::arguments::text::{HttpsUrl, UnitName, Variable};
use crate::arguments::version::Version;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::builtins::unit::{files, sources, versioned};
use crate::definitions::{Definition, Made, OverrideDraft, Part};
use crate::session::FileKind;

arguments! {
    /// Changes a unit of a module for this project, in a file of the same name. Files of the directory next to it are added to those
    /// of the unit, or take the place of those of the same name. What is not given stays as the module has it.
    "override" => pub(crate) struct Arguments {
        /// The unit, also the name of the file.
        name: UnitName,
        /// Another version.
        version: Option<Version> = None,
        /// Another count of changes to the same upstream version.
        release: Option<Whole<0, { u32::MAX }>> = None,
        /// Other sources, in the place of all of the unit's.
        source: Option<OneOrMany<SourceText>> = None,
        /// The digest of a `source` that is a bare address.
        sha256: Option<Digest> = None,
        /// Further places of a `source` that is a bare address.
        mirrors: Vec<HttpsUrl> = Vec::new(),
        /// Patches to apply after those of the unit: files below this one's directory.
        add_patches: Vec<OwnPath> = Vec::new(),
        /// Files of this one's directory that are appended to those of the unit, such as a fragment with more options of a kernel.
        append: Vec<OwnPath> = Vec::new(),
        /// Environment variables of its steps, in addition to the unit's or in their place.
        environment: BTreeMap<Variable, String> = BTreeMap::new(),
        /// Other statements about holes, in the place of all of the unit's: for another version, or because this project knows better.
        vex: Option<Vec<Vex>> = None,
        /// The licences of what is linked into its programs now, in the place of what the unit says.
        linked_license: Option<License> = None,
        /// Other texts of its licence, in the place of all of the unit's.
        license_files: Option<BTreeMap<ArchivePath, Digest>> = None,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = Some(FileKind::Unit);

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let version = self.version.map(String::from);
        let sources = match self.source {
            None => None,
            Some(given) => Some(sources(given.0, self.sha256, &self.mirrors, call)?),
        };
        let of_version = |made: Made<_>| versioned(made.value, version.as_deref().unwrap_or_default());
        let sources = sources.map(|sources| sources.into_iter().map(of_version).collect());
        let value = OverrideDraft {
            name: self.name.into(),
            version,
            release: self.release.map(|release| release.0),
            sources,
            add_patches: self.add_patches.into_iter().map(String::from).collect(),
            append: self.append.into_iter().map(String::from).collect(),
            environment: self.environment.into_iter().map(|(name, value)| (name.into(), value)).collect(),
            vex: self.vex,
            linked_license: self.linked_license.map(String::from),
            license_files: self.license_files.map(files),
        };
        call.session.define(Definition::Override(Made { value, site: call.site.clone() }));
        None
    }
}
