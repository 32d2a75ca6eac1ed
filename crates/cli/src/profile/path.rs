//! The chain of actions that decided when a build ended.

use std::collections::BTreeMap;
use std::time::Duration;

use yoe_build::reads;
use yoe_plan::{ActionId, Plan};

use super::Span;

/// The chain, from its first action to its last, by their places among the spans: before each comes the action that it needed and that
/// ended last.
pub fn critical(plan: &Plan, spans: &[Span]) -> Vec<usize> {
    let places: BTreeMap<&str, usize> =
        spans.iter().enumerate().map(|(place, span)| (span.label.as_str(), place)).collect();
    let ids = plan.actions.iter().enumerate().map(|(id, action)| (action.label.as_str(), ActionId(id)));
    let ids: BTreeMap<&str, ActionId> = ids.collect();
    let last = |places: &mut dyn Iterator<Item = usize>| places.max_by_key(|place| spans[*place].ended);
    let mut chain = Vec::new();
    let mut next = last(&mut (0..spans.len()));
    while let Some(place) = next {
        chain.push(place);
        let needs = ids.get(spans[place].label.as_str()).map(|id| reads(plan, *id)).unwrap_or_default();
        let mut needed = needs.iter().filter_map(|id| places.get(plan.action(*id).label.as_str()).copied());
        next = last(&mut needed);
    }
    chain.reverse();
    chain
}

/// The time of a build, and that of its chain, as lines for a person.
pub fn summary(spans: &[Span], critical: &[usize], whole: Duration) -> Vec<String> {
    /// So many actions of the chain are named.
    const NAMED: usize = 5;
    let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
    let took = |span: &Span| span.ended.saturating_sub(span.began);
    let processor: Duration = spans.iter().map(|span| span.processor).sum();
    let chain: Vec<&Span> = critical.iter().map(|place| &spans[*place]).collect();
    let mut longest = chain.clone();
    longest.sort_by_key(|span| std::cmp::Reverse(took(span)));
    let named = longest.iter().take(NAMED).map(|span| format!("{} {}", span.label, seconds(took(span))));
    let named: Vec<String> = named.collect();
    let mut lines = vec![format!(
        "{} for {} actions; their commands used {} of processor time",
        seconds(whole),
        spans.len(),
        seconds(processor)
    )];
    if !chain.is_empty() {
        lines.push(format!(
            "the critical path: {} actions, {}; longest in it: {}",
            chain.len(),
            seconds(chain.iter().map(|span| took(span)).sum()),
            named.join(", ")
        ));
    }
    lines
}
