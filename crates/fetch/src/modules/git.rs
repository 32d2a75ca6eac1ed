//! Modules of git repositories.

use std::fs;
use std::path::Path;

use yoe_model::{Cancel, Revision, nearest};

use super::ModuleError;
use super::links::check_links;
use super::run::{Ended, Git};

/// How many names a message lists.
const FEW: usize = 8;

/// The commit that a revision stands for now. `scratch` is a directory in which git may work.
///
/// # Errors
/// When the repository cannot be asked, or has no such tag or branch.
pub fn resolve(
    url: &str,
    revision: &Revision,
    scratch: &Path,
    cancel: &Cancel,
) -> Result<String, ModuleError> {
    let (kind, prefix, name, doing) = match revision {
        Revision::Commit(commit) => return Ok(commit.clone()),
        Revision::Tag(name) => ("--tags", "refs/tags/", name, "list the tags of"),
        Revision::Branch(name) => ("--heads", "refs/heads/", name, "list the branches of"),
    };
    let git = Git { directory: scratch, url, cancel };
    let listed = git.with_settings(&["ls-remote", kind, "--", url])?;
    let listed = succeeded(listed, doing, url)?.output;
    let refs = || listed.lines().filter_map(|line| line.split_once('\t'));
    let of = |wanted: &str| refs().find(|(_, name)| *name == wanted).map(|(commit, _)| commit.to_owned());
    let whole = format!("{prefix}{name}");
    // Of a tag with a message, the second line names the commit that it stands for.
    of(&format!("{whole}^{{}}")).or_else(|| of(&whole)).ok_or_else(|| {
        let names: Vec<&str> = refs().filter_map(|(_, name)| name.strip_prefix(prefix)).collect();
        ModuleError::NoRevision {
            url: url.to_owned(),
            revision: revision.to_string(),
            hint: available(name, names.into_iter().filter(|name| !name.ends_with("^{}"))),
        }
    })
}

/// The names of a repository that fit these patterns, as `git ls-remote` prints them.
pub(crate) fn listed(
    url: &str,
    patterns: &[&str],
    scratch: &Path,
    cancel: &Cancel,
) -> Result<String, ModuleError> {
    let git = Git { directory: scratch, url, cancel };
    let listed = git.with_settings(&[&["ls-remote", "--", url][..], patterns].concat())?;
    Ok(succeeded(listed, "list the names of", url)?.output)
}

/// What a repository has, for who asked for something else.
fn available<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    if let Some(near) = nearest(name, names.iter().copied()) {
        return format!("did you mean {near:?}?");
    }
    match names.as_slice() {
        [] => "it has none at all".to_owned(),
        few if few.len() <= FEW => format!("it has {}", few.join(", ")),
        // git lists them by name, so the newest versions are mostly the last ones.
        many => format!("it has {} and {} more", many[many.len() - FEW..].join(", "), many.len() - FEW),
    }
}

/// Writes the tree of a commit, without its history, into the directory `into`, which is made. Submodules are not
/// followed.
///
/// # Errors
/// When the repository cannot be asked, does not hold the commit, or holds a link that leads out of the tree.
pub fn commit(url: &str, commit: &str, into: &Path, cancel: &Cancel) -> Result<(), ModuleError> {
    let file_error = |source| ModuleError::File { path: into.to_owned(), source };
    fs::create_dir_all(into).map_err(file_error)?;
    let git = Git { directory: into, url, cancel };
    succeeded(git.alone(&["init", "-q", "--template=", "."])?, "make a directory for", url)?;
    fetch(&git, url, commit)?;
    let checkout = ["checkout", "-q", "--detach", commit];
    succeeded(git.alone(&checkout)?, "check out the commit of", url)?;
    fs::remove_dir_all(into.join(".git")).map_err(file_error)?;
    check_links(into)
}

/// Fetches one commit. Plain file servers cannot be asked for one, and some servers refuse commits that are not the newest of a
/// branch: there everything is fetched, and the commit is looked for.
fn fetch(git: &Git<'_>, url: &str, commit: &str) -> Result<(), ModuleError> {
    let alone = git.with_settings(&["fetch", "-q", "--no-tags", "--depth", "1", "--", url, commit])?;
    if alone.status.success() {
        return Ok(());
    }
    let all = ["+refs/heads/*:refs/all/heads/*", "+refs/tags/*:refs/all/tags/*"];
    let whole = git.with_settings(&[&["fetch", "-q", "--no-tags", "--", url][..], &all].concat())?;
    succeeded(whole, "fetch", url)?;
    let object = format!("{commit}^{{commit}}");
    match git.alone(&["cat-file", "-e", &object])?.status.success() {
        true => Ok(()),
        false => Err(ModuleError::NoCommit {
            url: url.to_owned(),
            commit: commit.to_owned(),
            stderr: alone.errors,
        }),
    }
}

fn succeeded(stderr: Ended, doing: &'static str, url: &str) -> Result<Ended, ModuleError> {
    if stderr.status.success() {
        return Ok(stderr);
    }
    let stderr = if stderr.errors.is_empty() { stderr.status.to_string() } else { stderr.errors };
    Err(ModuleError::Git { doing, url: url.to_owned(), stderr })
}
