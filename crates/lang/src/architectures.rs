//! Where units speak of an architecture. A unit that does is not built for the next one until somebody changes it, so it deserves a
//! look; where upstream leaves no choice, a comment `# arch: …` says why, and nothing is reported.

use std::path::Path;

use starlark::codemap::Span;
use starlark::syntax::AstModule;
use starlark::syntax::ast::{AstExpr, AstLiteral, Expr, Stmt};
use yoe_model::Arch;

use crate::blame::Blame;
use crate::evaluate;
use crate::modules::{Places, project_and_modules};
use crate::problem::{Place, Problem};
use crate::project_tree::star_files;
use crate::session::FileKind;
use crate::{Diagnostics, Options, Severity};

/// What a comment begins with that says why a unit speaks of an architecture.
const REASON: &str = "# arch: ";

/// Each place in a unit's file that speaks of an architecture and does not say why. Modules that were fetched are left out: who
/// uses them cannot change them.
pub(crate) fn architectures(root: &Path, options: &Options) -> Option<Diagnostics> {
    let mut problems = Vec::new();
    let (modules, _) = project_and_modules(&Places::new(root, options), &mut problems)?;
    let mut found = Vec::new();
    for (index, module) in modules.iter().enumerate() {
        if module.name.as_ref().is_some_and(|name| options.modules.contains_key(name)) {
            continue;
        }
        for file in star_files(&modules, index, FileKind::Unit, &mut problems) {
            // What is wrong with a file is said by its evaluation.
            let Ok(text) = module.root.star_file(&file.path) else { continue };
            // Most files need not be parsed once more.
            if !text.contains("arch") && named(&text).is_none() {
                continue;
            }
            let Ok(ast) = evaluate::parse(&module.root.shown(&file.path), text.clone()) else { continue };
            found.extend(in_file(&ast, &text));
        }
    }
    let mut blame = Blame::default();
    Diagnostics::collect(found.into_iter().map(|problem| blame.diagnostic(problem)).collect())
}

fn in_file(ast: &AstModule, text: &str) -> Vec<Problem> {
    let lines: Vec<&str> = text.lines().collect();
    let mentions = mentions(ast).into_iter().filter_map(|(span, what)| {
        let span = ast.file_span(span);
        let line = span.resolve_span().begin.line;
        let problem = Problem::error(Place::Span(span), format!("this unit speaks of an architecture: {what}"));
        let problem = Problem { severity: Severity::Warning, ..problem };
        (!has_reason(&lines, line)).then(|| {
            problem.hint(
                "let a class or upstream's own build say what follows from it; where upstream leaves no choice, say why in a \
                 comment `# arch: …` above",
            )
        })
    });
    mentions.collect()
}

/// Whether a comment on this line (from 0), or those right above it, says why.
fn has_reason(lines: &[&str], line: usize) -> bool {
    let own = lines.get(line).is_some_and(|line| line.contains(REASON));
    let above = lines.get(..line).unwrap_or_default().iter().rev().map(|line| line.trim_start());
    own || above.take_while(|line| line.starts_with('#')).any(|line| line.starts_with(REASON))
}

/// `ctx.arch`, and strings that hold the name of an architecture.
fn mentions(ast: &AstModule) -> Vec<(Span, String)> {
    let mut open: Vec<&AstExpr> = Vec::new();
    let mut statements = vec![ast.statement()];
    while let Some(statement) = statements.pop() {
        statement.visit_stmt(|inner| statements.push(inner));
        // Yields the expressions of inner statements as well; meeting one twice does no harm.
        if !matches!(statement.node, Stmt::Statements(_)) {
            statement.visit_expr(|inner| open.push(inner));
        }
    }
    let mut found = Vec::new();
    while let Some(expression) = open.pop() {
        expression.visit_expr(|inner| open.push(inner));
        let what = match &expression.node {
            Expr::Literal(AstLiteral::String(text)) => named(&text.node).map(str::to_owned),
            Expr::Dot(of, field) if field.node == "arch" && is_ctx(of) => Some("ctx.arch".to_owned()),
            _ => None,
        };
        found.extend(what.map(|what| (expression.span, what)));
    }
    found
}

/// The first architecture that a text names.
fn named(text: &str) -> Option<&'static str> {
    let names = Arch::ALL.into_iter().flat_map(|arch| [arch.as_str(), arch.debian()]);
    names.filter_map(|name| Some((text.find(name)?, name))).min().map(|(_, name)| name)
}

fn is_ctx(expression: &AstExpr) -> bool {
    matches!(&expression.node, Expr::Identifier(name) if name.node.ident == "ctx")
}
