//! Fetches and unpacks sources.

use std::fs;
use std::path::Path;

use yoe_fetch::snapshot;
use yoe_fetch::unpack::{self, SourceFile};
use yoe_model::{Digest, TreeFilter};
use yoe_plan::{Fetch, Patches, SourceAction};
use yoe_sandbox::{Mount, Network, Tool};
use yoe_tree::Tree;

use super::debian_patches::{Changes, apply_debian_patches};
use super::go_module::Fetched;
use super::network::{host_network_files, network_variables};
use super::remotes::unpacked;
use crate::error::ActionError;
use crate::layout::Directories;
use crate::make::{Make, Making};

/// Lays the commit $COMMIT of $URL down in the current directory.
const GIT_SCRIPT: &str = include_str!("git.sh");

impl Make for SourceAction {
    fn make(&self, cx: &Making<'_>) -> Result<Digest, ActionError> {
        let scratch = cx.scratch()?;
        let tree = scratch.path().join("tree");
        match &self.fetch {
            Fetch::Https { unpack, .. } => put_files(cx, *unpack, &self.only, &tree)?,
            Fetch::Crate { .. } | Fetch::Debian { patches: None, .. } => {
                put_files(cx, true, &self.only, &tree)?
            }
            Fetch::Debian { patches: Some(Patches { file, wanted, container }), .. } => {
                // A patch may change more than what is asked for, and all of it has to apply.
                put_files(cx, true, &[], &tree)?;
                let container = cx.input(*container)?;
                let changes = Changes { file, wanted, tree: &tree };
                apply_debian_patches(cx, &changes, &container, scratch.path())?;
                keep_only(&tree, &self.only)?;
            }
            Fetch::DebianPackage { archive, .. } => {
                for package in fetched(cx)? {
                    unpack::archive_in_deb(&package, archive, &self.only, &tree, &cx.limits())?;
                }
            }
            Fetch::Git { url, commit, container } => {
                let container = cx.input(*container)?;
                clone(cx, &container, (url, commit), scratch.path())?;
                keep_only(&scratch.path().join("work"), &self.only)?;
                return cx.keep(&scratch.path().join("work"));
            }
            Fetch::GoModule { module, container, tree: expected } => {
                let container = cx.input(*container)?;
                let fetched =
                    Fetched { label: &cx.action().label, log: &cx.action().key, key: &self.key, module };
                let (found, tree) = cx.go_client().fetch(&fetched, &container, scratch.path())?;
                if *expected != found {
                    let (key, expected) = (self.key.clone(), *expected);
                    return Err(ActionError::NotAsLocked { key, expected, found });
                }
                return cx.keep(&tree);
            }
            Fetch::Path { path, exclude, tree: expected } => {
                let found = snapshot(&cx.fetching().project.join(path), &TreeFilter::new(exclude), &tree)?;
                if *expected != found {
                    return Err(ActionError::TreeChanged { path: cx.fetching().project.join(path) });
                }
            }
        }
        cx.keep(&tree)
    }
}

fn put_files(cx: &Making<'_>, unpack: bool, only: &[String], tree: &Path) -> Result<(), ActionError> {
    let files = fetched(cx)?;
    if unpack {
        return Ok(unpack::source(&files, only, tree, &cx.limits())?);
    }
    fs::create_dir_all(tree).map_err(|error| ActionError::io("make", tree, error))?;
    for SourceFile { file, name } in files {
        let to = tree.join(&name);
        fs::copy(&file, &to).map_err(|error| ActionError::io("write", &to, error))?;
    }
    Ok(())
}

/// Files as they were fetched, ready to be unpacked.
fn fetched(cx: &Making<'_>) -> Result<Vec<SourceFile>, ActionError> {
    let files = unpacked(cx)?;
    let blobs = cx.blobs(&files)?;
    cx.task("unpack");
    let named = blobs.into_iter().zip(files);
    Ok(named.map(|(file, remote)| SourceFile { file, name: remote.name }).collect())
}

/// Fetches one commit with the git of a container. This is the one step that has a network: what it gives is fixed by
/// the commit's name, which git checks.
fn clone(
    cx: &Making<'_>,
    container: &Path,
    (url, commit): (&str, &str),
    scratch: &Path,
) -> Result<(), ActionError> {
    cx.fetching().client.may_fetch(url)?;
    let make = |error| ActionError::io("make the directories of a fetch in", scratch, error);
    let directories = Directories::make(scratch).map_err(make)?;
    let work = Mount::bind(directories.path("work"), "/build/work", true);
    let tool = Tool {
        container: container.to_owned(),
        mounts: [work].into_iter().chain(host_network_files(&cx.fetching().go)).collect(),
        network: Network::Host,
        directory: "/build/work".into(),
        epoch: yoe_plan::UNIT_EPOCH,
    };
    let mut spec = tool.script(scratch, GIT_SCRIPT).map_err(make)?;
    spec.environment.extend(network_variables(&cx.fetching().go));
    spec.environment.extend([("URL".into(), url.to_owned()), ("COMMIT".into(), commit.to_owned())]);
    let ran = cx.run_hearing(&spec, &mut cx.log()?, &mut |_| {})?;
    if ran.exit.success() {
        return Ok(());
    }
    Err(ActionError::Step { task: format!("fetch {url}"), exit: ran.exit.to_string(), tail: ran.tail })
}

/// Removes all but the named parts of a tree that could not be fetched in part. A commit may hold links to anywhere: none of
/// them is followed on the way to a part, or it would be a file of this machine that is moved into the tree.
fn keep_only(tree: &Path, only: &[String]) -> Result<(), ActionError> {
    if only.is_empty() {
        return Ok(());
    }
    let doing = "take the named parts of";
    let aside = tree.with_extension("all");
    let emptied = fs::rename(tree, &aside).and_then(|()| fs::create_dir(tree));
    emptied.map_err(|error| ActionError::io(doing, tree, error))?;
    let moved = Tree::directory(&aside).and_then(|all| {
        let kept = Tree::directory(tree)?;
        only.iter().try_for_each(|part| all.give(Path::new(part.trim_end_matches('/')), &kept))
    });
    moved.map_err(|error| ActionError::io(doing, tree, error.into()))
}

#[cfg(test)]
mod tests;
