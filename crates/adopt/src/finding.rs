//! What is concluded from a tree.

use std::path::Path;

use yoe_lang::package_version;

use crate::build_system::{self, Build, Class, Facts, Said};
use crate::guess::Guess;
use crate::names::unit_name;
use crate::source_tree::SourceTree;
use crate::{AdoptError, Origin, Wishes, license};

/// The longest description that is taken over, in characters.
const LINE: usize = 100;

/// What a tree says about the unit that would build it.
#[derive(Debug)]
pub struct Finding {
    /// The unit's name.
    pub name: String,
    /// The class that builds it.
    pub class: Class,
    /// What was concluded, and from what.
    pub guesses: Vec<Guess>,
    /// What could not be known, in words for whoever asked.
    pub unknown: Vec<String>,
    pub(crate) version: String,
    pub(crate) description: String,
    pub(crate) license: String,
    pub(crate) homepage: Option<String>,
    pub(crate) origin: Origin,
    pub(crate) build: Build,
}

pub(crate) fn find(
    tree: &SourceTree,
    directory: &Path,
    origin: &Origin,
    wishes: &Wishes,
) -> Result<Finding, AdoptError> {
    let (class, chosen) = build_system::choose(tree, wishes.class)?;
    let facts = build_system::facts(class, tree, origin, wishes)?;
    let mut guesses = vec![chosen];
    let mut unknown = Vec::new();
    let name = name(&facts, origin, wishes, &mut guesses)?;
    let version = version(&facts, origin, &mut guesses, &mut unknown);
    let license = match &wishes.license {
        Some(text) => text.clone(),
        None => {
            let found = license::license(facts.license.clone(), directory);
            unknown.extend(found.unknown);
            let value = found.guess.as_ref().map(|guess| guess.value.clone());
            guesses.extend(found.guess);
            value.unwrap_or_else(|| license::UNKNOWN.to_owned())
        }
    };
    let description = facts.description.as_ref().and_then(|(text, from)| Some((line(text)?, from.clone())));
    let description = match description {
        Some((text, from)) => {
            guesses.push(Guess::new("description", text.clone(), &from));
            text
        }
        None => {
            unknown.push("what it is: say so in `description`".to_owned());
            name.clone()
        }
    };
    let homepage = homepage(&facts, origin);
    guesses.extend(facts.guesses);
    unknown.extend(facts.unknown);
    let (origin, build) = (origin.clone(), facts.build);
    Ok(Finding { name, class, guesses, unknown, version, description, license, homepage, origin, build })
}

fn name(
    facts: &Facts,
    origin: &Origin,
    wishes: &Wishes,
    guesses: &mut Vec<Guess>,
) -> Result<String, AdoptError> {
    if let Some(name) = &wishes.name {
        return unit_name(name)
            .filter(|fit| fit == name)
            .ok_or_else(|| AdoptError::NoName { from: name.clone() });
    }
    // A directory may be called anything; what is fetched has the name that others know it by.
    let own: Option<Said> = facts.name.clone().filter(|_| matches!(origin, Origin::Directory { .. }));
    let (text, from) = own.unwrap_or_else(|| (origin.name(), origin.named_by().to_owned()));
    let name = unit_name(&text).ok_or(AdoptError::NoName { from: text })?;
    guesses.push(Guess::new("name", name.clone(), &from));
    Ok(name)
}

fn version(facts: &Facts, origin: &Origin, guesses: &mut Vec<Guess>, unknown: &mut Vec<String>) -> String {
    let said: [Option<Said>; 2] = [origin.version(), facts.version.clone()];
    let fit = said.iter().flatten().find_map(|(text, from)| Some((release(text)?, from)));
    if let Some((version, from)) = fit {
        guesses.push(Guess::new("version", version.clone(), from));
        return version;
    }
    let odd = said.into_iter().flatten().next();
    unknown.push(match odd {
        Some((text, from)) => format!("the version: a unit cannot have {text:?} of {from}; 0 was written"),
        None => "the version: nothing says it; 0 was written".to_owned(),
    });
    "0".to_owned()
}

/// The version of a package out of upstream's: what stands after `+` orders nothing, and what stands after another `-` than that of a
/// preview has no form there.
fn release(text: &str) -> Option<String> {
    let text = text.split('+').next().unwrap_or_default();
    package_version(text).or_else(|| package_version(text.split('-').next().unwrap_or_default()))
}

fn homepage(facts: &Facts, origin: &Origin) -> Option<String> {
    let said = facts.homepage.as_ref().map(|(address, _)| address.clone()).or_else(|| origin.homepage());
    let fits = |address: &String| {
        address.strip_prefix("https://").is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
            && address.bytes().all(|byte| byte.is_ascii_graphic())
    };
    said.filter(fits)
}

/// One line without a full stop, cut between words when it is long.
fn line(text: &str) -> Option<String> {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.chars().count() + word.chars().count() >= LINE {
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let line = line.trim_end_matches(['.', ',', ';', ':']).to_owned();
    (!line.is_empty()).then_some(line)
}
