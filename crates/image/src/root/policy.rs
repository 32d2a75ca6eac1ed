//! Which images the device may run.

use std::collections::BTreeMap;
use std::path::Path;

use yoe_model::{Image, ImagePolicy, PolicyDefault};
use yoe_policy_format::{FILE, FORMAT, Key, KeyError, Otherwise, Policy, PublicKey, Rule};

use super::tree::RootTree;
use crate::ImageError;

/// Where containerd has the programs that judge images.
const VERIFIERS: &str = "usr/lib/yoe/image-verifiers/";

/// Adds the policy, which the root must have a program for: without one, nobody would go by it.
pub(super) fn add(tree: &mut RootTree, image: &Image) -> Result<(), ImageError> {
    let judged = tree.nodes.keys().any(|path| path.starts_with(VERIFIERS));
    let Some(policy) = &image.policy else {
        return match judged {
            true => {
                Err(ImageError::PolicyMissing { origin: image.origin.clone(), image: image.name.clone() })
            }
            false => Ok(()),
        };
    };
    if !judged {
        return Err(ImageError::PolicyOfNobody { origin: image.origin.clone(), image: image.name.clone() });
    }
    let path = Path::new(FILE);
    let unfit = |error| ImageError::io("write", path)(std::io::Error::other(error));
    let document = document(policy).map_err(unfit)?;
    let text =
        serde_json::to_string(&document).map_err(|error| ImageError::io("write", path)(error.into()))?;
    tree.put(FILE, &format!("{text}\n"), 0o644).map_err(ImageError::io("write", path))
}

/// The policy as the device reads it. Its keys were read when the project was, so an error is a mistake of this program; none is left out.
fn document(policy: &ImagePolicy) -> Result<Policy, KeyError> {
    let key =
        |(name, pem): (&String, &String)| Ok(Key { name: name.clone(), public: PublicKey::from_pem(pem)? });
    let rule = |(scope, keys): (&String, &BTreeMap<String, String>)| {
        Ok(Rule { scope: scope.clone(), keys: keys.iter().map(key).collect::<Result<_, KeyError>>()? })
    };
    Ok(Policy {
        format: FORMAT,
        default: match policy.default {
            PolicyDefault::Refuse => Otherwise::Refuse,
            PolicyDefault::Accept => Otherwise::Accept,
        },
        rules: policy.rules.iter().map(rule).collect::<Result<_, KeyError>>()?,
    })
}
