//! Cycles. A unit's sysroot holds its deps and what those need at run time, so a cycle with a `deps` in it can never be
//! built. Units may need each other at run time alone.

use std::collections::{BTreeMap, VecDeque};

use crate::assemble::Draft;
use crate::problem::{Place, Problem};

/// One problem for each group of units that wait for each other.
pub(crate) fn check(draft: &Draft) -> Vec<Problem> {
    let graph = Graph::new(draft);
    let groups = graph.groups();
    let mut reported = vec![false; graph.names.len()];
    let mut problems = Vec::new();
    for (from, edges) in graph.edges.iter().enumerate() {
        for edge in edges.iter().filter(|edge| edge.build) {
            let group = groups[from];
            if group == groups[edge.to] && !reported[group] {
                reported[group] = true;
                problems.push(graph.problem(draft, &graph.path(from, edge.to, &groups)));
            }
        }
    }
    problems
}

struct Edge {
    to: usize,
    /// Whether it stands in `deps`; otherwise in `runtime_deps`.
    build: bool,
}

struct Graph<'a> {
    names: Vec<&'a str>,
    edges: Vec<Vec<Edge>>,
}

impl<'a> Graph<'a> {
    fn new(draft: &'a Draft) -> Self {
        let names: Vec<&str> = draft.units.keys().map(String::as_str).collect();
        let index: BTreeMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
        let edges = draft.units.values().map(|made| {
            let to = |names: &'a [String], build| {
                let known = names.iter().filter_map(|name| index.get(name.as_str()).copied());
                known.map(move |to| Edge { to, build }).collect::<Vec<_>>()
            };
            let mut edges = to(&made.value.unit.deps, true);
            edges.extend(to(&made.value.unit.runtime_deps, false));
            edges
        });
        let edges = edges.collect();
        Self { names, edges }
    }

    /// A number for each unit; units that reach each other have the same (Tarjan's algorithm, without recursion: a
    /// chain of units may be long).
    fn groups(&self) -> Vec<usize> {
        let count = self.names.len();
        let mut state = Tarjan {
            order: vec![None; count],
            low: vec![0; count],
            group: vec![None; count],
            ..Tarjan::default()
        };
        for start in 0..count {
            if state.order[start].is_none() {
                state.visit(self, start);
            }
        }
        state.group.into_iter().map(Option::unwrap_or_default).collect()
    }

    /// The shortest way from `to` back to `from`, within their group, as indices from `from` to `from`.
    fn path(&self, from: usize, to: usize, groups: &[usize]) -> Vec<usize> {
        let mut before: Vec<Option<usize>> = vec![None; self.names.len()];
        let mut open = VecDeque::from([to]);
        while let Some(at) = open.pop_front().filter(|at| *at != from) {
            for edge in &self.edges[at] {
                if groups[edge.to] == groups[from] && before[edge.to].is_none() && edge.to != to {
                    before[edge.to] = Some(at);
                    open.push_back(edge.to);
                }
            }
        }
        let mut path = vec![from];
        let mut at = from;
        while at != to {
            let Some(previous) = before[at] else { break };
            path.push(previous);
            at = previous;
        }
        // Found backwards, from the end of the way to its start.
        path.push(from);
        path.reverse();
        path
    }

    fn problem(&self, draft: &Draft, path: &[usize]) -> Problem {
        let names: Vec<&str> = path.iter().map(|at| self.names[*at]).collect();
        let mut steps = path.windows(2).filter_map(|pair| self.step(draft, pair[0], pair[1]));
        let message = format!("units wait for each other: {}", names.join(" -> "));
        let (place, _) = steps.next().unwrap_or((Place::Nowhere, String::new()));
        let problem = Problem::error(place, message);
        steps.fold(problem, |problem, (place, note)| problem.related(place, note))
    }

    /// Where one unit names the next.
    fn step(&self, draft: &Draft, from: usize, to: usize) -> Option<(Place, String)> {
        let (from, to) = (self.names[from], self.names[to]);
        let made = draft.units.get(from)?;
        let build = made.value.unit.deps.iter().any(|name| name == to);
        let field = if build { "deps" } else { "runtime_deps" };
        let when = if build { "to build" } else { "at run time" };
        Some((Place::text(&made.site, field, to), format!("`{from}` needs `{to}` {when}")))
    }
}

#[derive(Default)]
struct Tarjan {
    next: usize,
    order: Vec<Option<usize>>,
    low: Vec<usize>,
    group: Vec<Option<usize>>,
    stack: Vec<usize>,
}

impl Tarjan {
    fn visit(&mut self, graph: &Graph<'_>, start: usize) {
        let mut open = vec![(start, 0)];
        self.enter(start);
        while let Some((at, edge)) = open.pop() {
            let Some(to) = graph.edges[at].get(edge).map(|edge| edge.to) else {
                self.leave(at);
                if let Some((parent, _)) = open.last() {
                    self.low[*parent] = self.low[*parent].min(self.low[at]);
                }
                continue;
            };
            open.push((at, edge + 1));
            match self.order[to] {
                None => {
                    self.enter(to);
                    open.push((to, 0));
                }
                Some(order) if self.group[to].is_none() => self.low[at] = self.low[at].min(order),
                Some(_) => {}
            }
        }
    }

    fn enter(&mut self, at: usize) {
        self.order[at] = Some(self.next);
        self.low[at] = self.next;
        self.next += 1;
        self.stack.push(at);
    }

    /// Closes the group that `at` is the first of, if it is.
    fn leave(&mut self, at: usize) {
        if self.order[at] != Some(self.low[at]) {
            return;
        }
        while let Some(member) = self.stack.pop() {
            self.group[member] = Some(at);
            if member == at {
                return;
            }
        }
    }
}
