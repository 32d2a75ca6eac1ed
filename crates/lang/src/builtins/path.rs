//! `path`.

use yoe_model::Source;

use crate::arguments::paths::{ExcludePattern, SourceDirectory, WorkingTree};
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::Part;
use crate::session::FileKind;

arguments! {
    /// A source: a working tree on this machine.
    "path" => pub(crate) struct Arguments {
        /// Its directory, relative to the project, or to the module that the unit belongs to.
        [positional] path: WorkingTree,
        /// The directory below `$SRCDIR` that it is put into.
        into: SourceDirectory = SourceDirectory(String::new()),
        /// What is left out: names, which may hold `*` and `?`, of files and directories anywhere in it, or paths from its
        /// top. What version control and editors keep there is always left out, and so are sockets and named pipes.
        exclude: Vec<ExcludePattern> = Vec::new(),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let exclude = self.exclude.into_iter().map(String::from).collect();
        let source = Source::Path { path: self.path.normal(), exclude };
        Some(Part::source(source, self.into, Vec::<String>::new(), call.site))
    }
}
