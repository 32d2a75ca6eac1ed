//! Statements about holes that units carry: the components that they are about.

use std::collections::BTreeSet;

use yoe_model::{Unit, Vex};

use super::Collector;
use crate::statement::{Stale, Statement};

impl Collector<'_> {
    /// Adds what a unit's author says. `own` are the components that it is made from, `inside` all that it holds; `package` is
    /// absent for what lies in no package, as the kernel does.
    pub(super) fn statements(
        &mut self,
        unit: &Unit,
        own: &[String],
        inside: &BTreeSet<String>,
        package: Option<&str>,
    ) {
        for vex in &unit.vex {
            let candidates: Vec<&String> = match &vex.component {
                None => own.first().into_iter().collect(),
                Some(name) => {
                    let is = |reference: &&String| {
                        self.inventory.components.get(*reference).is_some_and(|one| one.name == *name)
                    };
                    inside.iter().filter(is).collect()
                }
            };
            match self.about(vex, &candidates, &unit.name) {
                Ok(purls) => {
                    self.inventory.statements.extend(purls.into_iter().map(|purl| Statement {
                        id: vex.id.clone(),
                        purl,
                        packages: package.map(|package| [package.to_owned()].into()),
                        judgement: vex.judgement.clone(),
                        place: vex.origin.to_string(),
                    }));
                }
                Err(why) => {
                    self.inventory.stale.push(Stale::new(&vex.origin.to_string(), &vex.id, why));
                }
            }
        }
    }

    /// The package URLs of the components that a statement is about, or why there is none.
    fn about(&self, vex: &Vex, candidates: &[&String], unit: &str) -> Result<Vec<String>, String> {
        let components =
            || candidates.iter().filter_map(|reference| self.inventory.components.get(*reference));
        let right = components().filter(|one| one.version == vex.version);
        let purls: Vec<String> = right.map(|one| one.purl.clone()).collect();
        if !purls.is_empty() {
            return Ok(purls);
        }
        let there: BTreeSet<&str> = components().map(|one| one.version.as_str()).collect();
        let name = vex.component.as_deref().unwrap_or(unit);
        Err(if there.is_empty() {
            format!("the unit {unit} holds no component {name}")
        } else {
            let there: Vec<&str> = there.into_iter().collect();
            format!("{name} is {} now; the statement is about {}", there.join(" and "), vex.version)
        })
    }
}
