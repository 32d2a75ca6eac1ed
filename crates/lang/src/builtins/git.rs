//! `git`.

use yoe_model::Source;

use crate::arguments::paths::{ArchivePath, SourceDirectory};
use crate::arguments::text::{Commit, GitUrl, Name};
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::Part;
use crate::session::FileKind;

arguments! {
    /// A source: a commit of a git repository.
    "git" => pub(crate) struct Arguments {
        /// Where the repository is served.
        url: GitUrl,
        /// The full name of the commit.
        commit: Commit,
        /// The container that holds git.
        container: Name = Name("fetch-tools".to_owned()),
        /// The directory below `$SRCDIR` that it is put into.
        into: SourceDirectory = SourceDirectory(String::new()),
        /// The paths of the tree that are put there; all when empty.
        only: Vec<ArchivePath> = Vec::new(),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let source = Source::Git {
            url: self.url.into(),
            commit: self.commit.into(),
            container: self.container.into(),
        };
        Some(Part::source(source, self.into, self.only, call.site))
    }
}
