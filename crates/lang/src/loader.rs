//! Loading class files: each is read, checked and evaluated once, whoever loads it.

use std::collections::HashMap;

use starlark::codemap::{FileSpan, Pos, Span};
use starlark::environment::{FrozenModule, Globals};
use starlark::syntax::{AstLoad, AstModule};

use crate::evaluate;
use crate::labels::Label;
use crate::labels::Loaded;
use crate::near;
use crate::problem::{Checked, Place, Problem};
use crate::project_tree::Module;

/// Class files that may load each other in a row.
const CHAIN: usize = 64;

/// A class file: the index of its module and its path there.
type Key = (usize, String);

/// The class files of one stage of evaluation.
pub(crate) struct Classes<'a> {
    modules: &'a [Module],
    globals: &'a Globals,
    /// What came of each; absent when it failed, which was reported.
    done: HashMap<Key, Option<FrozenModule>>,
    /// The files being loaded now, outermost first.
    open: Vec<Key>,
    pub(crate) problems: Vec<Problem>,
}

impl<'a> Classes<'a> {
    pub(crate) fn new(modules: &'a [Module], globals: &'a Globals) -> Self {
        Self { modules, globals, done: HashMap::new(), open: Vec::new(), problems: Vec::new() }
    }

    /// What a file loads, by the text that it names it with. Absent when something of it failed.
    pub(crate) fn loaded(&mut self, module: usize, ast: &AstModule) -> Option<Loaded> {
        let mut loaded = Some(Loaded::new());
        for load in ast.loads() {
            let found = self.one(module, load.module_id, &load.span);
            let missing = found.as_ref().map(|found| missing_names(found, &load)).unwrap_or_default();
            let found = found.filter(|_| missing.is_empty());
            self.problems.extend(missing);
            loaded = match (loaded, found) {
                (Some(mut loaded), Some(found)) => {
                    loaded.insert(load.module_id.to_owned(), found);
                    Some(loaded)
                }
                _ => None,
            };
        }
        loaded
    }

    fn one(&mut self, module: usize, text: &str, span: &FileSpan) -> Option<FrozenModule> {
        let key = match self.resolve(module, text, span) {
            Ok(key) => key,
            Err(problem) => {
                self.problems.push(*problem);
                return None;
            }
        };
        if let Some(done) = self.done.get(&key) {
            return done.clone();
        }
        if let Some(start) = self.open.iter().position(|open| *open == key) {
            let problem = self.cycle(start, &key, span);
            self.problems.push(problem);
            return None;
        }
        if self.open.len() >= CHAIN {
            let problem = Problem::error(Place::Span(span.clone()), "class files load each other too deep");
            self.problems.push(problem.expected(format!("at most {CHAIN} in a row")));
            return None;
        }
        self.open.push(key.clone());
        let frozen = self.evaluate(&key);
        self.open.pop();
        self.done.insert(key, frozen.clone());
        frozen
    }

    fn evaluate(&mut self, (module, path): &Key) -> Option<FrozenModule> {
        let root = &self.modules.get(*module)?.root;
        let parsed = root.star_file(path).and_then(|text| evaluate::parse(&root.shown(path), text));
        let ast = match parsed {
            Ok(ast) => ast,
            Err(problem) => {
                self.problems.push(*problem);
                return None;
            }
        };
        let loaded = self.loaded(*module, &ast)?;
        let (frozen, problems) = evaluate::class(&root.shown(path), ast, &loaded, self.globals);
        let failed = !problems.is_empty();
        self.problems.extend(problems);
        frozen.filter(|_| !failed)
    }

    /// The file that a label means.
    fn resolve(&self, module: usize, text: &str, span: &FileSpan) -> Checked<Key> {
        let place = || Place::Span(span.clone());
        let label = Label::parse(text)
            .map_err(|unfit| Box::new(Problem::error(place(), unfit.message).hint(unfit.hint)))?;
        let module = match label.module {
            None => module,
            Some(name) => {
                let named = |module: &Module| module.name.as_deref() == Some(name);
                self.modules.iter().position(named).ok_or_else(|| {
                    let names = self.modules.iter().filter_map(|module| module.name.as_deref());
                    let hint = near::nearest(name, names).map(|near| format!("did you mean `@{near}`?"));
                    let hint = hint.unwrap_or_else(|| "name it in `modules` of PROJECT.star".to_owned());
                    Box::new(Problem::error(place(), format!("there is no module `{name}`")).hint(hint))
                })?
            }
        };
        let root = self.modules.get(module).map(|module| &module.root);
        match root {
            Some(root) if root.exists(label.path) => Ok((module, label.path.to_owned())),
            Some(root) => {
                let message = format!("there is no file {}", root.shown(label.path));
                Err(Box::new(Problem::error(place(), message).maybe_hint(self.near_file(module, label.path))))
            }
            None => Err(Box::new(Problem::error(place(), "there is no such module"))),
        }
    }

    /// A class file with a near name.
    fn near_file(&self, module: usize, path: &str) -> Option<String> {
        let (directory, name) = path.rsplit_once('/')?;
        let entries = self.modules.get(module)?.root.entries(directory).ok()?;
        let near = near::nearest(name, entries.iter().map(|entry| entry.name.as_str()))?;
        Some(format!("did you mean `{directory}/{near}`?"))
    }

    fn cycle(&self, start: usize, key: &Key, span: &FileSpan) -> Problem {
        let members = self.open.iter().skip(start).chain([key]);
        let names: Vec<String> =
            members.filter_map(|(module, path)| Some(self.modules.get(*module)?.root.shown(path))).collect();
        Problem::error(
            Place::Span(span.clone()),
            format!("class files load each other: {}", names.join(" -> ")),
        )
        .hint("move what both need to a third file")
    }
}

/// What a load names that the file does not define. It is looked for before anything is evaluated: otherwise the place
/// where the name is used would be blamed, and the misspelt name offered there.
fn missing_names(file: &FrozenModule, load: &AstLoad<'_>) -> Vec<Problem> {
    let defined: Vec<&str> =
        file.names().map(|name| name.as_str()).filter(|name| !name.starts_with('_')).collect();
    let missing = load.symbols.iter().map(|(_, theirs)| *theirs).filter(|name| !name.starts_with('_'));
    let missing = missing.filter(|name| !defined.contains(name));
    missing
        .map(|name| {
            let hint = near::hint(name, defined.iter().copied()).or_else(|| match defined.as_slice() {
                [] => None,
                names => Some(format!("it defines {}", names.join(", "))),
            });
            let message = format!("{} defines no `{name}`", load.module_id);
            Problem::error(Place::Span(name_span(load, name)), message).maybe_hint(hint)
        })
        .collect()
}

/// Where a load writes a name; the load's file when that cannot be found.
fn name_span(load: &AstLoad<'_>, name: &str) -> FileSpan {
    let begin = load.span.span.end().get();
    let rest = load.span.file.source().get(begin as usize..).unwrap_or_default();
    let quoted = ['"', '\''].map(|quote| format!("{quote}{name}{quote}"));
    match quoted.iter().find_map(|text| rest.find(text.as_str()).map(|at| (at, text.len()))) {
        Some((at, length)) => {
            let start = Pos::new(begin + at as u32);
            let span = Span::new(start, start + length as u32);
            FileSpan { file: load.span.file.clone(), span }
        }
        None => load.span.clone(),
    }
}
