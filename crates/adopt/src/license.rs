//! Which licence a tree has.

use std::collections::BTreeSet;
use std::path::Path;

use yoe_supply::licenses::{from_manifest, identified, is_expression};

use crate::guess::Guess;

/// What stands where no licence is known: a reference of one's own, in the sense of SPDX 2.3, annex D.
pub(crate) const UNKNOWN: &str = "LicenseRef-unknown";

/// Licences of which SPDX has one identifier for a version alone and one for later ones too, while their text is the same.
const LATER: [&str; 4] = ["GPL-", "LGPL-", "AGPL-", "GFDL-"];

/// A licence, or what is to be said about that none is known.
pub(crate) struct License {
    pub(crate) guess: Option<Guess>,
    pub(crate) unknown: Option<String>,
}

/// The licence that a manifest states, or else that of the texts at the top of the tree.
pub(crate) fn license(stated: Option<(String, String)>, tree: &Path) -> License {
    if let Some((text, from)) = &stated
        && let Some(expression) = Some(from_manifest(text)).filter(|text| is_expression(text))
    {
        return License { guess: Some(Guess::new("license", expression, from)), unknown: None };
    }
    let texts = identified(tree);
    let known: BTreeSet<&str> = texts.iter().filter_map(|(_, name)| name.as_deref()).collect();
    let files: Vec<&str> = texts.iter().map(|(file, _)| file.as_str()).collect();
    let all_known = !texts.is_empty() && texts.iter().all(|(_, name)| name.is_some());
    let unknown = |why: String| License { guess: None, unknown: Some(format!("the licence: {why}")) };
    match stated {
        Some((text, from)) if !all_known => {
            return unknown(format!("{from} says {text:?}, which is no SPDX expression"));
        }
        _ if texts.is_empty() => return unknown("no file at the top says it".to_owned()),
        _ if !all_known => {
            return unknown(format!("the text of {} is none of SPDX' list", files.join(", ")));
        }
        _ => {}
    }
    let terms: Vec<String> = known.iter().map(|name| alone(name)).collect();
    let later = known.iter().any(|name| LATER.iter().any(|begin| name.starts_with(begin)));
    let said = later.then(|| {
        "whether later versions of the licence may be chosen: its text does not say so, so -only was taken".to_owned()
    });
    let several = (terms.len() > 1).then(|| {
        format!("whether all of the licences hold or one may be chosen: there are {}", files.join(", "))
    });
    let from = format!("the text of {}", files.join(", "));
    License { guess: Some(Guess::new("license", terms.join(" AND "), &from)), unknown: several.or(said) }
}

/// The identifier of this version alone, in SPDX' present spelling.
fn alone(name: &str) -> String {
    let bare = name.trim_end_matches("-or-later").trim_end_matches('+');
    let later = LATER.iter().any(|begin| name.starts_with(begin));
    if later && !bare.ends_with("-only") { format!("{bare}-only") } else { name.to_owned() }
}
