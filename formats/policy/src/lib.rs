//! Which images a device may run, as the host writes it into the verified root and `yoe-image-policy` reads it.
//!
//! A rule is for a repository or for all below a path, and names the keys of which one must have signed what is run of it. Where several
//! rules fit, the longest one counts. The device's own images, those of its workloads, are no matter of rules: their digests are in the root.

mod key;
mod name;

use serde::{Deserialize, Serialize};

pub use key::{KeyError, PublicKey};
pub use name::repository;

/// Where the policy is, from the root.
pub const FILE: &str = "usr/lib/yoe/image-policy.json";
/// The version of the form that this crate writes and reads.
pub const FORMAT: u32 = 1;

/// Which images a device may run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Version of this format: [`FORMAT`].
    pub format: u32,
    /// What becomes of images that no rule is for.
    pub default: Otherwise,
    /// The rules, in any order.
    pub rules: Vec<Rule>,
}

/// What becomes of images that no rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Otherwise {
    /// They may not run.
    Refuse,
    /// They may run, signed or not.
    Accept,
}

/// Who must have signed the images of some repositories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// A registry and a repository, or, with a `/` at its end, all repositories below it.
    pub scope: String,
    /// The keys: the signature of one of them is enough.
    pub keys: Vec<Key>,
}

/// A key with the name that people know it by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The name of its file in the project.
    pub name: String,
    /// The key itself.
    pub public: PublicKey,
}

impl Policy {
    /// The rule for a repository, such as `docker.io/library/redis`; the longest where several are.
    pub fn rule(&self, repository: &str) -> Option<&Rule> {
        let fitting = self.rules.iter().filter(|rule| covers(&rule.scope, repository));
        fitting.max_by_key(|rule| rule.scope.len())
    }
}

fn covers(scope: &str, repository: &str) -> bool {
    scope == repository || scope.ends_with('/') && repository.starts_with(scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(scopes: &[&str]) -> Policy {
        let rules = scopes.iter().map(|scope| Rule { scope: (*scope).to_owned(), keys: Vec::new() });
        Policy { format: FORMAT, default: Otherwise::Refuse, rules: rules.collect() }
    }

    #[test]
    fn the_longest_rule_counts() {
        let policy = policy(&["a.test/", "a.test/team/app", "a.test/team/"]);
        for (repository, scope) in [
            ("a.test/x", "a.test/"),
            ("a.test/team/x", "a.test/team/"),
            ("a.test/team/app", "a.test/team/app"),
            ("a.test/team/app/x", "a.test/team/"),
        ] {
            assert_eq!(policy.rule(repository).unwrap().scope, scope);
        }
    }

    #[test]
    fn a_name_that_only_begins_alike_has_no_rule() {
        let policy = policy(&["a.test/team/", "a.test/app"]);
        for repository in
            ["a.test/teams/x", "a.test/team", "a.test/app2", "a.test/app/x", "b.test/team/x", ""]
        {
            assert_eq!(policy.rule(repository), None, "{repository}");
        }
    }

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let text = r#"{"format":1,"default":"refuse","rules":[{"scope":"a/","keys":[]}]}"#;
        let policy: Policy = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&policy).unwrap(), text);
        for text in [
            r#"{"format":1,"rules":[]}"#,
            r#"{"format":1,"default":"maybe","rules":[]}"#,
            r#"{"format":1,"default":"accept","rules":[],"more":1}"#,
            r#"{"format":1,"default":"accept","rules":[{"scope":"a","keys":[{"name":"k","public":"AAAA"}]}]}"#,
        ] {
            assert!(serde_json::from_str::<Policy>(text).is_err(), "{text}");
        }
    }
}
