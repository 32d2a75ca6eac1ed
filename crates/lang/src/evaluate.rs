//! Parsing and evaluating one file.

use std::collections::HashMap;

use starlark::environment::{FrozenModule, Globals, Module};
use starlark::eval::{Evaluator, FileLoader};
use starlark::syntax::ast::{AssignOp, Stmt};
use starlark::syntax::{AstModule, Dialect, DialectTypes};

use crate::builtins::multiply;
use crate::labels::Loaded;
use crate::limits;
use crate::problem::{Checked, Place, Problem};
use crate::session::{FileKind, Outcome, Session};
use crate::starlark_errors;
use crate::values::Extra;

/// Standard Starlark with arguments by name only, `f"{x}"` and type annotations. Statements with effects stay in
/// functions: a definition file reads as a list of definitions.
pub(crate) const DIALECT: Dialect = Dialect {
    enable_keyword_only_arguments: true,
    enable_f_strings: true,
    enable_types: DialectTypes::Enable,
    enable_load_reexport: false,
    ..Dialect::Standard
};

/// Parses a file; `name` is its path below the project.
pub(crate) fn parse(name: &str, text: String) -> Checked<AstModule> {
    let mut module = AstModule::parse(name, text, &DIALECT)
        .map_err(|error| Box::new(starlark_errors::problem(error, name, None)))?;
    if let Some(problem) = repeated_assignment(&module) {
        return Err(Box::new(problem));
    }
    module.replace_binary_operators(&HashMap::from([("*".to_owned(), multiply::NAME.to_owned())]));
    Ok(module)
}

/// `x *= y` cannot be bounded as `x * y` is.
fn repeated_assignment(module: &AstModule) -> Option<Problem> {
    let mut found = None;
    let mut open = vec![module.statement()];
    while let Some(statement) = open.pop() {
        if let Stmt::AssignModify(_, AssignOp::Multiply, _) = &statement.node {
            found = Some(module.file_span(statement.span));
        }
        statement.visit_stmt(|inner| open.push(inner));
    }
    found.map(|span| Problem::error(Place::Span(span), "`*=` is not supported").hint("write `x = x * y`"))
}

struct Loader<'a>(&'a Loaded);

#[derive(Debug, thiserror::Error)]
#[error("{0:?} was not loaded")]
struct LoadError(String);

impl FileLoader for Loader<'_> {
    fn load(&self, path: &str) -> starlark::Result<FrozenModule> {
        self.0.get(path).cloned().ok_or_else(|| starlark::Error::new_other(LoadError(path.to_owned())))
    }
}

/// Evaluates a definition file; `name` is its path below the project.
pub(crate) fn definitions(
    name: &str,
    ast: AstModule,
    kind: FileKind,
    loaded: &Loaded,
    globals: &Globals,
) -> Outcome {
    let extra = Extra(Session::new(kind));
    let result = Module::with_temp_heap(|module| run(ast, &module, &extra, loaded, globals));
    if let Err(error) = result {
        extra.0.report(starlark_errors::problem(error, name, Some(loaded)));
    }
    extra.0.finish()
}

/// Evaluates a class file; what it defines is frozen, for all who load it.
pub(crate) fn class(
    name: &str,
    ast: AstModule,
    loaded: &Loaded,
    globals: &Globals,
) -> (Option<FrozenModule>, Vec<Problem>) {
    let extra = Extra(Session::new(FileKind::Class));
    let frozen = Module::with_temp_heap(|module| {
        run(ast, &module, &extra, loaded, globals)?;
        module.freeze().map_err(|error| starlark::Error::new_other(FreezeError(error.err_msg)))
    });
    let frozen =
        frozen.map_err(|error| extra.0.report(starlark_errors::problem(error, name, Some(loaded)))).ok();
    (frozen, extra.0.finish().problems)
}

#[derive(Debug, thiserror::Error)]
#[error("the file's values cannot be kept: {0}")]
struct FreezeError(String);

fn run(
    ast: AstModule,
    module: &Module<'_>,
    extra: &Extra,
    loaded: &Loaded,
    globals: &Globals,
) -> starlark::Result<()> {
    let loader = Loader(loaded);
    let mut evaluator = Evaluator::new(module);
    limits::apply(&mut evaluator)?;
    evaluator.extra = Some(extra);
    evaluator.set_loader(&loader);
    evaluator.eval_module(ast, globals)?;
    Ok(())
}
