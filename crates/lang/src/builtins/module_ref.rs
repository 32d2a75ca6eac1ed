//! `module_ref`.

use yoe_model::{ModuleSource, Revision};

use super::https::served_name;
use crate::arguments::modules::{ArchiveUrl, ModuleDirectory, RefName, RepositoryUrl};
use crate::arguments::paths::ModulePath;
use crate::arguments::text::{Commit, Name};
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, ModuleRef, Part};
use crate::problem::{Place, Problem};
use crate::session::FileKind;

arguments! {
    /// A module of the project: a directory, or one in a git repository or an archive, which `yoe lock` fetches and pins. Its class
    /// files are loaded by `@name//classes/…`.
    "module_ref" => pub(crate) struct Arguments {
        /// The name that the module's MODULE.star gives it.
        name: Name,
        /// Its directory, relative to the project; `../` leads out of it.
        path: Option<ModulePath> = None,
        /// The git repository that it is in, with one of `tag`, `branch` and `commit`.
        git: Option<RepositoryUrl> = None,
        /// The tag whose commit is taken. A tag that moves later is noticed by `yoe lock --update` alone.
        tag: Option<RefName> = None,
        /// The branch whose newest commit `yoe lock` takes; `yoe lock --update` follows it.
        branch: Option<RefName> = None,
        /// The full name of the commit that is taken.
        commit: Option<Commit> = None,
        /// The tar archive that it is in.
        archive: Option<ArchiveUrl> = None,
        /// Its directory in the repository, or below the archive's top directory; empty for that itself.
        directory: ModuleDirectory = ModuleDirectory(String::new()),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let name = self.name.clone().into();
        let source = self.source(call)?;
        Some(Part::ModuleRef(Made { value: ModuleRef { name, source }, site: call.site.clone() }))
    }
}

impl Arguments {
    fn source(self, call: &Call<'_>) -> Option<ModuleSource> {
        let revision = self.revision(call)?;
        let directory = String::from(self.directory);
        let source = match (self.path, self.git, self.archive) {
            (Some(path), None, None) => ModuleSource::Path(path.into()),
            (None, Some(url), None) => {
                let Some(revision) = revision else {
                    let problem = "a module of a git repository needs one of `tag`, `branch` and `commit`";
                    return wrong(call, Place::argument(call.site, "git"), problem, "add tag = \"v1.0\"");
                };
                return Some(ModuleSource::Git { url: url.into(), revision, directory });
            }
            (None, None, Some(url)) => {
                let place = Place::text(call.site, "archive", &url.0);
                let name = match served_name(&url.0, None, true) {
                    Ok(name) => name,
                    Err(unfit) => {
                        return wrong(
                            call,
                            place,
                            &unfit.message,
                            "the address must end in the archive's name",
                        );
                    }
                };
                ModuleSource::Archive { url: url.into(), name, directory: directory.clone() }
            }
            (None, None, None) => {
                let problem = "module_ref() lacks one of `path`, `git` and `archive`";
                return wrong(
                    call,
                    Place::Call(call.site.clone()),
                    problem,
                    "say where the module comes from",
                );
            }
            _ => {
                let problem = "module_ref() takes one of `path`, `git` and `archive`";
                return wrong(call, Place::Call(call.site.clone()), problem, "a module comes from one place");
            }
        };
        if let Some(revision) = revision {
            let field = match revision {
                Revision::Tag(_) => "tag",
                Revision::Branch(_) => "branch",
                Revision::Commit(_) => "commit",
            };
            let problem = format!("`{field}` goes with `git` alone");
            return wrong(call, Place::argument(call.site, field), &problem, "remove it");
        }
        if matches!(source, ModuleSource::Path(_)) && !directory.is_empty() {
            let place = Place::argument(call.site, "directory");
            return wrong(
                call,
                place,
                "`directory` goes with `git` or `archive`",
                "make it a part of `path`",
            );
        }
        Some(source)
    }

    /// What of a git repository is taken; absent when something wrong was reported.
    fn revision(&self, call: &Call<'_>) -> Option<Option<Revision>> {
        let tag = self.tag.clone().map(|tag| Revision::Tag(tag.into()));
        let branch = self.branch.clone().map(|branch| Revision::Branch(branch.into()));
        let commit = self.commit.clone().map(|commit| Revision::Commit(commit.into()));
        let mut given = [tag, branch, commit].into_iter().flatten();
        match (given.next(), given.next()) {
            (first, None) => Some(first),
            _ => {
                let place = Place::Call(call.site.clone());
                wrong(
                    call,
                    place,
                    "module_ref() takes one of `tag`, `branch` and `commit`",
                    "a tree is of one commit",
                )
            }
        }
    }
}

fn wrong<T>(call: &Call<'_>, place: Place, message: &str, hint: &str) -> Option<T> {
    call.report(Problem::error(place, message).hint(hint));
    None
}
