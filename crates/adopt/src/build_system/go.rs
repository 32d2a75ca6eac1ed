//! Go modules.

use super::{Build, Facts};
use crate::guess::Guess;
use crate::names;
use crate::source_tree::{SourceTree, joined};
use crate::starlark::quoted;
use crate::{AdoptError, Origin};

/// Directories whose programs are not for users: those of tests, examples and of the module's own chores.
const ASIDE: [&str; 12] = [
    "example", "examples", "hack", "internal", "script", "scripts", "test", "testdata", "tests", "tool",
    "tools", "vendor",
];

pub(super) fn facts(tree: &SourceTree, origin: &Origin) -> Result<Facts, AdoptError> {
    let text = tree.text("go.mod")?.unwrap_or_default();
    let module = GoMod::parse(&text)?;
    let programs = programs(tree);
    if programs.is_empty() {
        return Err(AdoptError::NoProgram { what: format!("the Go module {}", module.path) });
    }
    let vendored = tree.has("vendor/modules.txt");
    let brings_modules = matches!(origin, Origin::GoModule { .. });
    if !brings_modules && !vendored && module.needs > 0 {
        return Err(AdoptError::NoGoModules { module: module.path, count: module.needs });
    }
    let name = names::of_go_module(&module.path).to_owned();
    let program = |directory: &String| match directory.as_str() {
        "" => name.clone(),
        directory => directory.rsplit('/').next().unwrap_or(directory).to_owned(),
    };
    let package = |directory: &String| match directory.as_str() {
        "" => ".".to_owned(),
        directory => format!("./{directory}"),
    };
    let pairs = programs.iter().map(|directory| {
        format!("{}: {}", quoted(&package(directory)), quoted(&format!("/usr/bin/{}", program(directory))))
    });
    let mut arguments = vec![("packages", format!("{{{}}}", pairs.collect::<Vec<_>>().join(", ")))];
    if vendored && !brings_modules {
        arguments
            .push(("environment", "{\"GOFLAGS\": \"-mod=vendor -trimpath -buildvcs=false\"}".to_owned()));
    }
    let cgo = programs.iter().any(|directory| imports_c(tree, directory));
    if cgo {
        arguments.push(("cgo", "True".to_owned()));
    }
    let names: Vec<String> = programs.iter().map(program).collect();
    let mut guesses = vec![Guess::new("programs", names.join(", "), "packages called main")];
    if cgo {
        guesses.push(Guess::new("cgo", "True", "its own files import \"C\""));
    }
    let mut unknown = Vec::new();
    if !cgo && module.needs > 0 {
        unknown.push("whether its modules need C code: then add `cgo = True`".to_owned());
    }
    Ok(Facts {
        name: Some((name.clone(), "module in go.mod".to_owned())),
        homepage: homepage(&module.path),
        guesses,
        unknown,
        build: Build { arguments, ..Build::default() },
        ..Facts::default()
    })
}

/// Forges serve a page at a module's path.
fn homepage(path: &str) -> Option<(String, String)> {
    let forges = ["github.com/", "gitlab.com/", "codeberg.org/"];
    let parts: Vec<&str> = path.split('/').take(3).collect();
    let found = forges.iter().any(|forge| path.starts_with(forge)) && parts.len() == 3;
    found.then(|| (format!("https://{}", parts.join("/")), "module in go.mod".to_owned()))
}

/// A go.mod (Go Modules Reference, "go.mod files").
struct GoMod {
    path: String,
    /// How many modules it needs.
    needs: usize,
}

impl GoMod {
    fn parse(text: &str) -> Result<Self, AdoptError> {
        let (mut path, mut needs, mut block) = (None, 0, false);
        for line in text.lines() {
            let line = line.split("//").next().unwrap_or_default().trim();
            let mut words = line.split_whitespace();
            match words.next() {
                Some("module") => path = words.next().map(|word| word.trim_matches(['"', '`']).to_owned()),
                Some("require") if line.ends_with('(') => block = true,
                Some("require") => needs += 1,
                Some(")") => block = false,
                Some(_) if block => needs += 1,
                _ => {}
            }
        }
        let path = path.filter(|path| !path.is_empty());
        let form = || AdoptError::Form { file: "go.mod".to_owned(), reason: "it names no module".to_owned() };
        Ok(Self { path: path.ok_or_else(form)?, needs })
    }
}

/// Directories of programs: the top and those below `cmd`, or else all that are not aside.
fn programs(tree: &SourceTree) -> Vec<String> {
    // What is below `cmd` is for users, whatever it is called.
    let skip = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let never = name.starts_with(['.', '_']) || matches!(name, "testdata" | "vendor");
        never || !path.starts_with("cmd/") && ASIDE.contains(&name)
    };
    let all: Vec<String> =
        tree.directories(skip).into_iter().filter(|directory| is_program(tree, directory)).collect();
    let usual = |directory: &&String| directory.is_empty() || directory.starts_with("cmd/");
    let users: Vec<String> = all.iter().filter(usual).cloned().collect();
    if users.is_empty() { all } else { users }
}

/// The Go files of a directory that a build reads, by their texts.
fn texts(tree: &SourceTree, directory: &str) -> Vec<String> {
    let entries = tree.entries(directory).into_iter();
    let names = entries.filter(|(name, is_directory)| {
        !is_directory && name.ends_with(".go") && !name.ends_with("_test.go") && !name.starts_with(['.', '_'])
    });
    let read = |(name, _): (String, bool)| tree.text(&joined(directory, &name)).ok().flatten();
    names.filter_map(read).filter(|text| !is_ignored(text)).collect()
}

/// Whether a file says that no build reads it.
fn is_ignored(text: &str) -> bool {
    text.lines().take_while(|line| !line.starts_with("package ")).any(|line| {
        line.strip_prefix("//go:build")
            .is_some_and(|rest| rest.split_whitespace().any(|word| word == "ignore"))
    })
}

fn is_program(tree: &SourceTree, directory: &str) -> bool {
    let main = |text: &String| {
        let package = text.lines().find_map(|line| line.strip_prefix("package "));
        package.is_some_and(|name| name.split([' ', ';', '/', '\t']).next() == Some("main"))
    };
    texts(tree, directory).iter().any(main)
}

fn imports_c(tree: &SourceTree, directory: &str) -> bool {
    let import = |line: &str| {
        let line = line.trim();
        line == "import \"C\"" || line.starts_with("import \"C\";")
    };
    texts(tree, directory).iter().any(|text| text.lines().any(import))
}
