//! The closure: what is planned, in which order, and what is refused.

use yoe_model::{Locked, Project};

use super::project::Sample;
use crate::{Graph, Plan, PlanError, WorkingTrees, plan};

fn planned(project: &Project<Locked>, target: &str) -> Result<Plan, PlanError> {
    plan(project, &WorkingTrees::new(), &[target.to_owned()], &super::keys::SIGNER)
}

fn labels(sample: Sample, target: &str) -> Vec<String> {
    let plan = planned(&sample.locked(), target).unwrap();
    plan.actions.into_iter().map(|action| action.label).collect()
}

fn refusal(sample: Sample, target: &str) -> String {
    planned(&sample.locked(), target).unwrap_err().to_string()
}

#[test]
fn a_unit_takes_its_sysroot_and_what_it_runs_with() {
    let expected =
        ["container env", "source debian:app@1", "unit lib", "unit app", "unit daemon", "package app"];
    assert_eq!(labels(Sample::new(), "app"), expected);
}

#[test]
fn an_image_takes_packages_of_what_runs_and_the_kernel() {
    let labels = labels(Sample::new(), "image");
    for present in
        ["package app", "package daemon", "unit kernel", "container tools", "root image", "image image"]
    {
        assert!(labels.iter().any(|label| label == present), "{present} is missing from {labels:?}");
    }
    // A library that was only built against is not packaged, and neither is the kernel.
    assert!(!labels.iter().any(|label| label == "package lib" || label == "package kernel"), "{labels:?}");
}

#[test]
fn inputs_come_before_what_reads_them() {
    let plan = planned(&Sample::new().locked(), "image").unwrap();
    for (place, action) in plan.actions.iter().enumerate() {
        assert!(action.inputs.iter().all(|input| input.0 < place), "{}", action.label);
    }
}

#[test]
fn what_a_dep_needs_to_run_is_in_the_sysroot() {
    let mut sample = Sample::new();
    sample.add("user", &["app"]);
    let graph = Graph::new(&sample.locked(), &["user".to_owned()]).unwrap();
    assert_eq!(graph.sysroot["user"].iter().collect::<Vec<_>>(), ["app", "daemon"]);
}

#[test]
fn a_cycle_is_told_as_the_path_of_names() {
    let mut sample = Sample::new();
    sample.add("a", &["b"]);
    sample.add("b", &["c"]);
    sample.add("c", &["a"]);
    sample.add("start", &["a"]);
    assert_eq!(refusal(sample, "start"), "units need each other to be built: a -> b -> c -> a");
}

#[test]
fn a_unit_that_is_needed_to_build_what_it_runs_with_is_a_cycle() {
    let mut sample = Sample::new();
    sample.unit("lib", |lib| lib.deps = vec!["daemon".into()]);
    sample.unit("daemon", |daemon| daemon.deps = vec!["app".into()]);
    assert_eq!(refusal(sample, "app"), "units need each other to be built: app -> lib -> daemon -> app");
}

#[test]
fn units_that_only_run_together_are_no_cycle() {
    let mut sample = Sample::new();
    sample.unit("daemon", |daemon| daemon.runtime_deps = vec!["app".into()]);
    assert!(labels(sample, "app").contains(&"unit daemon".to_owned()));
}

#[test]
fn unknown_names_are_told_with_near_ones() {
    let unknown = refusal(Sample::new(), "deamon");
    assert_eq!(unknown, "nothing in this project is called \"deamon\"; did you mean \"daemon\"?");
    let mut sample = Sample::new();
    sample.unit("app", |app| app.deps = vec!["libb".into()]);
    let missing = refusal(sample, "app");
    assert!(
        missing.contains("needs \"libb\" (deps)") && missing.contains("did you mean \"lib\"?"),
        "{missing}"
    );
}

#[test]
fn a_chain_of_many_units_does_not_exhaust_the_stack() {
    let mut sample = Sample::new();
    sample.add("u0", &[]);
    for n in 1..20_000 {
        sample.add(&format!("u{n}"), &[&format!("u{}", n - 1)]);
    }
    assert_eq!(Graph::new(&sample.locked(), &["u19999".to_owned()]).unwrap().order.len(), 20_000);
}
