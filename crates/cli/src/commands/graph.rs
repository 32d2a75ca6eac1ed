//! `yoe graph`.

use std::collections::BTreeSet;

use clap::Args;
use yoe_plan::{Edge, EdgeKind, Relations, Target};

use crate::error::CommandError;
use crate::{project, ui};

/// The arguments of `yoe graph`.
#[derive(Debug, Args)]
pub struct Graph {
    /// The unit, image or container [default: the project's image]
    pub target: Option<String>,
    /// Show what uses the target instead of what it needs
    #[arg(long)]
    pub reverse: bool,
    /// Show N steps away from the target at most
    #[arg(long, value_name = "N")]
    pub depth: Option<usize>,
    /// Show the containers too that things are built with
    #[arg(long)]
    pub containers: bool,
    /// Write the graph in the DOT language, for graphviz
    #[arg(long)]
    pub dot: bool,
    /// The machine to evaluate the project for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
}

/// Carries `yoe graph` out.
pub fn run(args: &Graph) -> Result<(), CommandError> {
    let opened = project::open(args.machine.as_deref())?;
    let name = args.target.as_deref().or(opened.project.default_image.as_deref());
    let name = name.ok_or_else(|| {
        CommandError::user("the project has no default image").hint("name a unit, an image or a container")
    })?;
    let target = project::target(&opened.project, name)?;
    let relations = Relations::new(&opened.project);
    let view = View {
        relations: &relations,
        reverse: args.reverse,
        // Of a container there is nothing else to show.
        containers: args.containers || matches!(target, Target::Container(_)),
        depth: args.depth.unwrap_or(usize::MAX),
    };
    if args.dot {
        view.dot(&target)
    } else {
        view.tree(&target)
    }
    Ok(())
}

/// What of the relations is shown.
struct View<'a> {
    relations: &'a Relations,
    reverse: bool,
    containers: bool,
    depth: usize,
}

impl<'a> View<'a> {
    fn edges(&self, of: &Target) -> Vec<&'a Edge> {
        let shown = |edge: &&Edge| self.containers || edge.kind != EdgeKind::Container;
        match self.reverse {
            true => self.relations.users(of).filter(shown).collect(),
            false => self.relations.needs(of).filter(shown).collect(),
        }
    }

    /// A tree. What was shown in full is shown again without what it needs, marked `(*)`.
    fn tree(&self, target: &Target) {
        ui::result(target.name());
        let mut shown = BTreeSet::from([target]);
        // The edges that are yet to be shown, the next one last, each with the lines in front of it.
        let mut open = self.children(target, "", 1);
        while let Some(Branch { edge, front, last, depth }) = open.pop() {
            let corner = if last { "└── " } else { "├── " };
            let inner = depth < self.depth && !self.edges(&edge.target).is_empty();
            let again = inner && !shown.insert(&edge.target);
            let mark = if again { " (*)" } else { "" };
            ui::result(&format!("{front}{corner}{} [{}]{mark}", edge.target.name(), edge.kind.as_str()));
            if inner && !again {
                let front = format!("{front}{}", if last { "    " } else { "│   " });
                open.extend(self.children(&edge.target, &front, depth + 1));
            }
        }
    }

    fn children(&self, of: &Target, front: &str, depth: usize) -> Vec<Branch<'a>> {
        let edges = self.edges(of);
        let count = if self.depth == 0 { 0 } else { edges.len() };
        let branch =
            |(index, edge)| Branch { edge, front: front.to_owned(), last: index + 1 == count, depth };
        edges.into_iter().take(count).enumerate().map(branch).rev().collect()
    }

    /// The same in the DOT language: an arrow leads from who needs to what is needed.
    fn dot(&self, target: &Target) {
        ui::result("digraph yoe {");
        ui::result("  rankdir = LR;");
        ui::result(&format!("  {} [shape = box, style = bold];", id(target)));
        let (mut seen, mut layer) = (BTreeSet::from([target.clone()]), vec![target.clone()]);
        for _ in 0..self.depth {
            let mut next = Vec::new();
            for of in &layer {
                for edge in self.edges(of) {
                    let ends = if self.reverse { [&edge.target, of] } else { [of, &edge.target] };
                    let style = style(edge.kind);
                    let label = edge.kind.as_str();
                    ui::result(&format!(
                        "  {} -> {} [label = \"{label}\"{style}];",
                        id(ends[0]),
                        id(ends[1])
                    ));
                    if seen.insert(edge.target.clone()) {
                        next.push(edge.target.clone());
                    }
                }
            }
            if next.is_empty() {
                break;
            }
            layer = next;
        }
        ui::result("}");
    }
}

/// An edge that is to be shown.
struct Branch<'a> {
    edge: &'a Edge,
    /// What stands in front of it.
    front: String,
    /// Whether it is the last one of its parent.
    last: bool,
    /// Steps away from the target.
    depth: usize,
}

/// A quoted identifier of DOT. A unit and a container may have one name.
fn id(target: &Target) -> String {
    let name = target.name().replace('\\', "\\\\").replace('"', "\\\"");
    match target {
        Target::Container(_) => format!("\"container {name}\""),
        _ => format!("\"{name}\""),
    }
}

fn style(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Build | EdgeKind::Container => ", style = dashed",
        EdgeKind::Named | EdgeKind::Kernel | EdgeKind::Runtime => "",
    }
}
