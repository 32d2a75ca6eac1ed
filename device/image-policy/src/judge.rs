//! The judgement about an image.

use yoe_policy_format::{Otherwise, Policy, Rule, repository};
use yoe_workload_format::PREFIX;

use crate::asked::Asked;
use crate::signature::signer;

/// Whether an image may run, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Whether it may.
    pub accepted: bool,
    /// Why; one line.
    pub reason: String,
}

impl Judgement {
    fn accept(reason: impl Into<String>) -> Self {
        Self { accepted: true, reason: reason.into() }
    }

    fn refuse(reason: impl Into<String>) -> Self {
        Self { accepted: false, reason: reason.into() }
    }
}

/// Judges the image of this name and digest. `own` tells whether it came with the device.
pub fn judge(policy: &Policy, name: &str, digest: &str, own: bool, asked: &Asked) -> Judgement {
    // No registry has such a name: what bears it came with the device, or is something that only says so.
    if name.starts_with(PREFIX) {
        return match own {
            true => Judgement::accept("it came with the device"),
            false => Judgement::refuse(format!(
                "names that begin with {PREFIX} are those of images that came with the device; this one did not"
            )),
        };
    }
    if name.is_empty() {
        return otherwise(policy, "the container is made of no image, so nobody can have signed it");
    }
    let of = repository(name);
    match policy.rule(&of) {
        Some(rule) => by_rule(rule, &of, digest, asked),
        None => otherwise(policy, &format!("no rule is for {of}")),
    }
}

fn otherwise(policy: &Policy, why: &str) -> Judgement {
    match policy.default {
        Otherwise::Accept => Judgement::accept(format!("{why}, and the policy accepts what no rule is for")),
        Otherwise::Refuse => Judgement::refuse(format!("{why}, and the policy refuses what no rule is for")),
    }
}

fn by_rule(rule: &Rule, of: &str, digest: &str, asked: &Asked) -> Judgement {
    let mut worthless = Vec::new();
    for signature in &asked.signatures {
        match signer(signature, &rule.keys, of, digest) {
            Ok(key) => return Judgement::accept(format!("it is signed with {}", key.name)),
            Err(why) => worthless.push(why.to_string()),
        }
    }
    worthless.dedup();
    let names: Vec<&str> = rule.keys.iter().map(|key| key.name.as_str()).collect();
    let wanted = format!("images of {} must be signed with {}", rule.scope, names.join(" or "));
    let found = match (&worthless[..], &asked.failure) {
        ([], Some(failure)) => format!("its signatures cannot be fetched: {failure}"),
        ([], None) => "it has no signature".to_owned(),
        ([why], _) => format!("of its signature: {why}"),
        (all, _) => format!("of its signatures: {}", all.join("; ")),
    };
    // What others wrote is in it: it stays one line.
    let reason = format!("{found}; {wanted}").replace(char::is_control, " ");
    Judgement::refuse(reason)
}
