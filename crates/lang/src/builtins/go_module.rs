//! `go_module`.

use std::collections::BTreeMap;

use yoe_model::{GoModule, Source};

use crate::arguments::paths::{ArchivePath, SourceDirectory};
use crate::arguments::text::Name;
use crate::arguments::version::{GoModulePath, GoVersion};
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::Part;
use crate::session::FileKind;

arguments! {
    /// A source: a Go module as the main module of a build, with every module that it needs. Its Go client fetches it, by the
    /// proxy and checksum settings of whoever runs `yoe`.
    "go_module" => pub(crate) struct Arguments {
        /// The module's path.
        [positional] path: GoModulePath,
        /// Its version; `v` and the unit's version when there is none.
        version: Option<GoVersion> = None,
        /// The file that stands for its `go.mod`, when upstream gave that another name; the sums are next to it.
        gomod: Option<ArchivePath> = None,
        /// Modules that its `go.mod` replaces by directories which no module's archive holds, from directory to module path: each is
        /// there, and empty.
        stubs: BTreeMap<ArchivePath, GoModulePath> = BTreeMap::new(),
        /// Modules that it needs in newer versions than its `go.mod` asks for, from module path to version: for fixes that
        /// upstream has not taken yet. The lock holds what comes of it.
        upgrade: BTreeMap<GoModulePath, GoVersion> = BTreeMap::new(),
        /// The container that holds the Go client.
        container: Name = Name("go-tools".to_owned()),
        /// The directory below `$SRCDIR` that it is put into.
        into: SourceDirectory = SourceDirectory(String::new()),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let source = Source::GoModule(GoModule {
            path: self.path.into(),
            // The unit knows its version.
            version: self.version.map(String::from).unwrap_or_default(),
            gomod: self.gomod.map(String::from),
            stubs: self
                .stubs
                .into_iter()
                .map(|(directory, module)| (directory.into(), module.into()))
                .collect(),
            upgrade: self
                .upgrade
                .into_iter()
                .map(|(module, version)| (module.into(), version.into()))
                .collect(),
            container: self.container.into(),
        });
        Some(Part::source(source, self.into, Vec::<String>::new(), call.site))
    }
}
