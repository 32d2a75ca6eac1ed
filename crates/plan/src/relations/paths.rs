//! Why a unit is in an image: the shortest ways from one to the other.

use std::collections::BTreeMap;

use super::{EdgeKind, Relations};
use crate::graph::Target;

/// So many ways are listed; the number of all is given.
const LISTED: usize = 50;

/// Where a unit is, as seen from an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On the device: its package, or as the kernel.
    Device,
    /// Not on the device: something that is there is built with it.
    Build,
    /// Neither.
    Absent,
}

/// One step of a way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Why the one before needs it.
    pub kind: EdgeKind,
    /// What is needed.
    pub target: Target,
}

/// All shortest ways from one to another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paths {
    /// The ways, each without its beginning; the first fifty in the order of names.
    pub listed: Vec<Vec<Step>>,
    /// How many there are.
    pub total: usize,
}

/// Why a unit is in an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// Where it is.
    pub place: Place,
    /// The shortest ways to it; of a unit that is only built with, the shortest of those.
    pub paths: Paths,
}

impl Relations {
    /// Why this is in `image`.
    pub fn why(&self, image: &Target, unit: &Target) -> Why {
        for (place, kinds) in [(Place::Device, &EdgeKind::DEVICE[..]), (Place::Build, &EdgeKind::UNITS[..])] {
            let paths = self.shortest(image, unit, kinds);
            if paths.total > 0 {
                return Why { place, paths };
            }
        }
        Why { place: Place::Absent, paths: Paths::default() }
    }

    /// All shortest ways along edges of these kinds.
    pub fn shortest(&self, from: &Target, to: &Target, kinds: &[EdgeKind]) -> Paths {
        let mut search = Search { layer: vec![from], reached: [(from, Reached::default())].into() };
        while !search.layer.is_empty() && !search.reached.contains_key(to) {
            search.next(self, kinds);
        }
        let Some(reached) = search.reached.get(to).filter(|_| from != to) else { return Paths::default() };
        let total = reached.ways;
        let mut listed = Vec::new();
        search.list(to, &mut Vec::new(), &mut listed);
        listed.sort_by_key(|steps: &Vec<Step>| {
            steps.iter().map(|step| (step.target.clone(), step.kind)).collect::<Vec<_>>()
        });
        Paths { listed, total }
    }
}

/// How something was reached first: by how many ways, and from whom.
#[derive(Debug, Default)]
struct Reached<'a> {
    ways: usize,
    from: Vec<(&'a Target, EdgeKind)>,
}

/// A search in breadth: one layer of it is as far from the beginning as the number of rounds.
struct Search<'a> {
    layer: Vec<&'a Target>,
    reached: BTreeMap<&'a Target, Reached<'a>>,
}

impl<'a> Search<'a> {
    fn next(&mut self, relations: &'a Relations, kinds: &[EdgeKind]) {
        let mut found: BTreeMap<&'a Target, Reached<'a>> = BTreeMap::new();
        for from in &self.layer {
            let ways = self.reached.get(from).map_or(0, |reached| reached.ways.max(1));
            for edge in relations.needs(from).filter(|edge| kinds.contains(&edge.kind)) {
                if !self.reached.contains_key(&edge.target) {
                    let reached = found.entry(&edge.target).or_default();
                    reached.ways = reached.ways.saturating_add(ways);
                    reached.from.push((from, edge.kind));
                }
            }
        }
        self.layer = found.keys().copied().collect();
        self.reached.extend(found);
    }

    /// Walks back from `to`. As deep as the way is long: an image's is short.
    fn list(&self, to: &Target, behind: &mut Vec<Step>, listed: &mut Vec<Vec<Step>>) {
        let Some(reached) = self.reached.get(to) else { return };
        if reached.from.is_empty() {
            listed.push(behind.iter().rev().cloned().collect());
            return;
        }
        for (from, kind) in &reached.from {
            if listed.len() == LISTED {
                return;
            }
            behind.push(Step { kind: *kind, target: to.clone() });
            self.list(from, behind, listed);
            behind.pop();
        }
    }
}
