//! `project`.

use std::collections::BTreeMap;

use yoe_model::Publisher;

use crate::arguments::text::{Line, MirrorUrl, Name};
use crate::arguments::version::LooseVersion;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Definition, Made, ModuleRef, Part, ProjectDraft};
use crate::session::FileKind;

arguments! {
    /// The project: its modules, and what commands take when nothing else is said. PROJECT.star calls it once.
    "project" => pub(crate) struct Arguments {
        /// The name of the project.
        name: Line,
        /// The version of the project.
        version: Option<LooseVersion> = None,
        /// Who answers for what is built of it: bills of materials and other papers name them.
        publisher: Option<Publisher> = None,
        /// The machine to build for when none is chosen.
        machine: Name,
        /// The image to build when none is named.
        image: Option<Name> = None,
        /// The modules that the project takes part of.
        modules: Vec<Made<ModuleRef>> = Vec::new(),
        /// Base addresses of archives by name, in the order they are tried: `{"debian": ["https://…"]}`.
        mirrors: BTreeMap<Name, Vec<MirrorUrl>> = BTreeMap::new(),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = Some(FileKind::Project);

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let mirrors = self.mirrors.into_iter();
        let value = ProjectDraft {
            name: self.name.into(),
            version: self.version.map(String::from).unwrap_or_default(),
            publisher: self.publisher,
            machine: self.machine.into(),
            image: self.image.map(String::from),
            modules: self.modules,
            mirrors: mirrors
                .map(|(name, urls)| (name.into(), urls.into_iter().map(String::from).collect()))
                .collect(),
        };
        call.session.define(Definition::Project(Made { value, site: call.site.clone() }));
        None
    }
}
