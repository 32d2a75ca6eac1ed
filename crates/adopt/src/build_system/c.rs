//! Projects of C's build systems. Their files are programs; what is read of them is the call that names the project.

use super::{Build, Facts, Said};
use crate::AdoptError;
use crate::guess::Guess;
use crate::source_tree::SourceTree;
use crate::starlark::quoted;

pub(super) fn cmake(tree: &SourceTree) -> Result<Facts, AdoptError> {
    let file = "CMakeLists.txt";
    let text = tree.text(file)?.unwrap_or_default();
    let call = arguments(&text, "project").unwrap_or_default();
    let words = words(call);
    let after = |name: &str| {
        let at = words.iter().position(|word| word == name)?;
        words.get(at + 1).cloned()
    };
    let name = words.first().cloned();
    let facts = Facts {
        name: plain(name, file),
        version: plain(after("VERSION"), file),
        description: plain(after("DESCRIPTION"), file),
        homepage: plain(after("HOMEPAGE_URL"), file),
        build: Build { made: vec!["build"], ..Build::default() },
        ..Facts::default()
    };
    Ok(of_c(facts))
}

pub(super) fn meson(tree: &SourceTree) -> Result<Facts, AdoptError> {
    let file = "meson.build";
    let text = tree.text(file)?.unwrap_or_default();
    let call = arguments(&text, "project").unwrap_or_default();
    let named = |name: &str| {
        let rest = call.split_once(&format!("{name}:")).or_else(|| call.split_once(&format!("{name} :")))?.1;
        let rest = rest.trim_start().strip_prefix('\'')?;
        Some(rest.split('\'').next()?.to_owned())
    };
    let name =
        call.trim_start().strip_prefix('\'').and_then(|rest| rest.split('\'').next()).map(str::to_owned);
    let facts = Facts {
        name: plain(name, file),
        version: plain(named("version"), file),
        license: plain(named("license"), file),
        build: Build { made: vec!["build"], ..Build::default() },
        ..Facts::default()
    };
    Ok(of_c(facts))
}

pub(super) fn autotools(tree: &SourceTree) -> Result<Facts, AdoptError> {
    let mut facts = Facts::default();
    for file in ["configure.ac", "configure.in"] {
        let Some(text) = tree.text(file)? else { continue };
        let call = arguments(&text, "AC_INIT").unwrap_or_default();
        let parts: Vec<String> =
            call.split(',').map(|part| part.trim().trim_matches(['[', ']', '"']).trim().to_owned()).collect();
        facts.name = plain(parts.first().cloned(), file);
        facts.version = plain(parts.get(1).cloned(), file);
        facts.homepage = plain(parts.get(4).cloned(), file);
        break;
    }
    if !tree.has("configure") {
        facts.build.arguments.push(("autoreconf", "True".to_owned()));
        facts.guesses.push(Guess::new("autoreconf", "True", "there is no configure yet"));
    }
    Ok(of_c(facts))
}

pub(super) fn make(tree: &SourceTree) -> Result<Facts, AdoptError> {
    let mut facts = Facts::default();
    if tree.has("configure") {
        facts.build.arguments.push(("configure", quoted("./configure --prefix=\"$PREFIX\"")));
        facts.guesses.push(Guess::new("configure", "run before make", "configure, which is not autoconf's"));
    }
    for file in ["GNUmakefile", "makefile", "Makefile"] {
        let Some(text) = tree.text(file)? else { continue };
        let assigned = |line: &str| {
            let rest = line.strip_prefix("VERSION")?.trim_start().trim_start_matches([':', '?']);
            rest.strip_prefix('=').map(|value| value.trim().to_owned())
        };
        facts.version = plain(text.lines().find_map(assigned), file);
        let installs = |line: &str| {
            let targets = line.split_once(':').map(|(targets, rest)| (targets, !rest.starts_with('=')));
            targets
                .is_some_and(|(targets, rule)| rule && targets.split_whitespace().any(|one| one == "install"))
        };
        if !text.lines().any(|line| !line.starts_with(['\t', '#']) && installs(line)) {
            facts.unknown.push(format!(
                "how it is installed: {file} has no target `install`; name another one in `install_targets`"
            ));
        }
        break;
    }
    Ok(of_c(facts))
}

/// What no file of these build systems says for certain.
fn of_c(mut facts: Facts) -> Facts {
    facts.unknown.push("which libraries it needs: name their units in `deps` and `runtime_deps`".to_owned());
    facts
}

/// A text that stands for itself: of variables and calls nothing is known.
fn plain(text: Option<String>, file: &str) -> Option<Said> {
    let text = text?.trim().to_owned();
    let computed = text.is_empty() || text.contains(['$', '@', '(', '`', '#']);
    (!computed).then(|| (text, file.to_owned()))
}

/// What stands in the parentheses of the first call of a function; of lines that are comments nothing is read.
fn arguments<'a>(text: &'a str, function: &str) -> Option<&'a str> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = line.trim_start();
        let begin = start.get(..function.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(function));
        let rest =
            start.get(function.len()..).map(str::trim_start).filter(|rest| begin && rest.starts_with('('));
        if let Some(rest) = rest {
            let from = at + (line.len() - rest.len()) + 1;
            let inside = text.get(from..)?;
            return Some(inside.split(')').next().unwrap_or(inside));
        }
        at += line.len();
    }
    None
}

/// Words, of which those in double quotes may hold spaces.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut rest) = (Vec::new(), text.trim_start());
    while !rest.is_empty() {
        let (word, after) = match rest.strip_prefix('"') {
            Some(inside) => inside.split_once('"').unwrap_or((inside, "")),
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_found_whatever_is_around_it() {
        let text = "# project(no)\ncmake_minimum_required(VERSION 3.1)\nPROJECT (\n  hello VERSION 1.2 DESCRIPTION \"Says hello\" LANGUAGES C\n)\n";
        assert_eq!(
            words(arguments(text, "project").unwrap()),
            ["hello", "VERSION", "1.2", "DESCRIPTION", "Says hello", "LANGUAGES", "C"]
        );
        assert_eq!(arguments("project", "project"), None);
        assert_eq!(arguments("projects(x)", "project"), None);
        assert_eq!(arguments("project(x", "project"), Some("x"));
        assert_eq!(words("\"a"), ["a"]);
    }
}
