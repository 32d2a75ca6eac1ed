//! Every input that a person can change has a text.

use std::collections::BTreeSet;

use super::keys::SIGNER;
use super::project::Sample;
use crate::{plan, texts};

#[test]
fn each_part_is_a_text_a_result_or_a_number_of_this_program() {
    let mut sample = Sample::new();
    sample.unit("app", |app| app.scope = yoe_model::Scope::Machine);
    sample.image().users.push(super::keys::user());
    sample.image().timezone = Some("Etc/UTC".into());
    sample.image().notice = true;
    let trees = sample.trees.clone();
    let plan = plan(&sample.locked(), &trees, &["image", "box", "app"].map(str::to_owned), &SIGNER).unwrap();
    let mut without = BTreeSet::new();
    for action in &plan.actions {
        let texts = texts(action);
        let bare = |part: &&String| !texts.contains_key(*part) && !action.results.contains_key(*part);
        without.extend(action.parts.keys().filter(bare).map(String::as_str));
        assert!(texts.keys().all(|part| action.parts.contains_key(part)), "{}", action.label);
    }
    // The architecture and the machine are those of the whole plan; a unit's texts and a disk's name them.
    let expected = ["arch", "format", "machine", "only", "rules", "signer"];
    assert_eq!(without.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn a_text_differs_with_its_part() {
    let text = |step: &str| {
        let mut sample = Sample::new();
        sample.unit("lib", |lib| lib.tasks[0].steps = vec![yoe_model::Step::Shell(step.into())]);
        let plan = plan(&sample.locked(), &Default::default(), &["lib".to_owned()], &SIGNER).unwrap();
        texts(plan.action(plan.unit("lib").unwrap()))["tasks"].clone()
    };
    assert_eq!(text("make\nmake install"), "task build\n  make\n  make install\n");
    let long = text(&"x".repeat(100_000));
    assert_eq!(long.len(), 32 * 1024, "a long text is cut");
}
