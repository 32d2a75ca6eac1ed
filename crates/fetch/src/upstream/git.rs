//! Names of a git repository.

use std::path::Path;

use yoe_model::Cancel;

use crate::modules::{ModuleError, listed};

/// What a repository has names for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refs {
    /// The commit that the repository is at, when it says so.
    pub head: Option<String>,
    /// Tags, each with the commit that it stands for, in the order of the repository.
    pub tags: Vec<(String, String)>,
}

/// Asks a repository. `scratch` is a directory in which git may work.
///
/// # Errors
/// When it cannot be asked.
pub fn refs(url: &str, scratch: &Path, cancel: &Cancel) -> Result<Refs, ModuleError> {
    let printed = listed(url, &["HEAD", "refs/tags/*"], scratch, cancel)?;
    Ok(parse(&printed))
}

fn parse(printed: &str) -> Refs {
    let mut refs = Refs::default();
    for (commit, name) in printed.lines().filter_map(|line| line.split_once('\t')) {
        let Some(tag) = name.strip_prefix("refs/tags/") else {
            refs.head = (name == "HEAD").then(|| commit.to_owned()).or(refs.head);
            continue;
        };
        match tag.strip_suffix("^{}") {
            // Of a tag with a message, the second line names the commit that it stands for.
            Some(tag) => refs.tags.iter_mut().filter(|(name, _)| name == tag).for_each(|(_, of)| {
                *of = commit.to_owned();
            }),
            None => refs.tags.push((tag.to_owned(), commit.to_owned())),
        }
    }
    refs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_with_a_message_stands_for_its_commit() {
        let refs = parse("aa\tHEAD\nbb\trefs/tags/v1\ncc\trefs/tags/v2\ndd\trefs/tags/v2^{}\nodd line");
        assert_eq!(refs.head.as_deref(), Some("aa"));
        let tag = |name: &str, commit: &str| (name.to_owned(), commit.to_owned());
        assert_eq!(refs.tags, [tag("v1", "bb"), tag("v2", "dd")]);
        assert_eq!(parse(""), Refs::default());
    }
}
