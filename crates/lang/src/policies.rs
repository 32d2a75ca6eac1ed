//! Reads the keys of images' policies.

use std::collections::BTreeMap;

use yoe_model::{ImagePolicy, UnitFile};
use yoe_policy_format::PublicKey;

use crate::assemble::Draft;
use crate::definitions::{ImageDraft, Made, PolicyDraft};
use crate::near;
use crate::problem::{Place, Problem};

/// Reads the keys of each image's policy; a policy with one that is wrong stays unread.
pub(crate) fn read(draft: &mut Draft, problems: &mut Vec<Problem>) {
    for image in draft.images.values_mut() {
        let ImageDraft { policy, files, directory, .. } = &image.value;
        if let Some(policy) = policy {
            let read = with_keys(policy, files, directory, problems);
            image.value.image.policy = read;
        }
    }
}

fn with_keys(
    made: &Made<PolicyDraft>,
    files: &[UnitFile],
    directory: &str,
    problems: &mut Vec<Problem>,
) -> Option<ImagePolicy> {
    let before = problems.len();
    let mut rules = BTreeMap::new();
    for (scope, names) in &made.value.rules {
        let mut keys = BTreeMap::new();
        for name in names {
            match key(name, files, directory) {
                Ok(key) => {
                    keys.insert(name.clone(), key.to_pem());
                }
                Err((message, hint)) => {
                    let place = Place::text(&made.site, "rules", name);
                    problems.push(Problem::error(place, message).maybe_hint(hint));
                }
            }
        }
        rules.insert(scope.clone(), keys);
    }
    (problems.len() == before).then_some(ImagePolicy { rules, default: made.value.default })
}

/// The key in a file, or what is wrong with it and what to do.
fn key(name: &str, files: &[UnitFile], directory: &str) -> Result<PublicKey, (String, Option<String>)> {
    let shown = format!("{directory}/{name}");
    let Some(file) = files.iter().find(|file| file.path == name) else {
        let near = near::hint(name, files.iter().map(|file| file.path.as_str()));
        let hint = near.unwrap_or_else(|| format!("put the public key into the directory {directory}/"));
        return Err((format!("the policy has no file {shown}"), Some(hint)));
    };
    PublicKey::from_pem(&String::from_utf8_lossy(&file.content)).map_err(|problem| {
        let hint = "`cosign public-key` and `openssl pkey -pubout` write what is expected";
        (format!("{shown} is no key: {problem}"), Some(hint.to_owned()))
    })
}
