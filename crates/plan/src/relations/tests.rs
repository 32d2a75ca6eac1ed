use std::collections::BTreeSet;

use super::*;
use crate::tests::project::Sample;
use yoe_model::{Origin, Source, SourceEntry};

fn unit(name: &str) -> Target {
    Target::Unit(name.to_owned())
}

fn image() -> Target {
    Target::Image("image".to_owned())
}

fn shown(paths: &Paths) -> Vec<String> {
    let step = |step: &Step| format!("-{}-> {}", step.kind.as_str(), step.target.name());
    paths.listed.iter().map(|steps| steps.iter().map(step).collect::<Vec<_>>().join(" ")).collect()
}

fn why(sample: Sample, name: &str) -> (Place, Vec<String>) {
    let why = Relations::new(&sample.locked()).why(&image(), &unit(name));
    (why.place, shown(&why.paths))
}

#[test]
fn what_is_on_the_device_is_told_from_what_is_only_built_with() {
    assert_eq!(why(Sample::new(), "app"), (Place::Device, vec!["-named-> app".into()]));
    let daemon = "-named-> app -runtime-> daemon".to_owned();
    assert_eq!(why(Sample::new(), "daemon"), (Place::Device, vec![daemon]));
    assert_eq!(why(Sample::new(), "kernel"), (Place::Device, vec!["-kernel-> kernel".into()]));
    assert_eq!(why(Sample::new(), "lib"), (Place::Build, vec!["-named-> app -build-> lib".into()]));
    let mut sample = Sample::new();
    sample.add("alone", &[]);
    assert_eq!(why(sample, "alone"), (Place::Absent, vec![]));
}

#[test]
fn a_longer_way_on_the_device_counts_more_than_a_shorter_one_of_the_build() {
    let mut sample = Sample::new();
    sample.unit("daemon", |daemon| daemon.runtime_deps = vec!["lib".into()]);
    let (place, paths) = why(sample, "lib");
    assert_eq!((place, paths), (Place::Device, vec!["-named-> app -runtime-> daemon -runtime-> lib".into()]));
}

#[test]
fn all_shortest_ways_are_found_and_no_longer_one() {
    let mut sample = Sample::new();
    for name in ["left", "right", "far"] {
        sample.add(name, &[]);
    }
    sample.unit("app", |app| app.runtime_deps = vec!["left".into(), "right".into(), "far".into()]);
    sample.unit("far", |far| far.runtime_deps = vec!["left".into()]);
    for name in ["left", "right"] {
        sample.unit(name, |unit| unit.runtime_deps = vec!["daemon".into()]);
    }
    let (_, paths) = why(sample, "daemon");
    let way = |over: &str| format!("-named-> app -runtime-> {over} -runtime-> daemon");
    assert_eq!(paths, [way("left"), way("right")]);
}

#[test]
fn ways_beyond_number_are_counted_and_some_are_listed() {
    let mut sample = Sample::new();
    // Two ways at each of forty layers.
    for layer in 0..40 {
        let below: Vec<String> = match layer {
            0 => vec!["daemon".to_owned()],
            _ => ["a", "b"].map(|side| format!("{side}{}", layer - 1)).into(),
        };
        for side in ["a", "b"] {
            sample.add(&format!("{side}{layer}"), &[]);
            sample.unit(&format!("{side}{layer}"), |unit| unit.runtime_deps = below.clone());
        }
    }
    sample.unit("app", |app| app.runtime_deps = vec!["a39".into()]);
    let why = Relations::new(&sample.locked()).why(&image(), &unit("daemon"));
    assert_eq!((why.paths.total, why.paths.listed.len()), (1 << 39, 50));
}

/// The shortest of some tries at asking about so many units, in seconds.
fn seconds_of(units: usize) -> f64 {
    let mut sample = Sample::new();
    sample.add("u0", &[]);
    for n in 1..units {
        sample.add(&format!("u{n}"), &[&format!("u{}", n / 2), &format!("u{}", n - 1)]);
    }
    sample.unit("app", |app| app.runtime_deps = vec![format!("u{}", units - 1)]);
    let project = sample.locked();
    let ask = || {
        let began = std::time::Instant::now();
        let why = Relations::new(&project).why(&image(), &unit("u0"));
        assert_eq!(why.place, Place::Build);
        began.elapsed().as_secs_f64()
    };
    (0..4).map(|_| ask()).fold(f64::INFINITY, f64::min)
}

#[test]
fn asking_about_ten_times_as_many_units_takes_no_hundred_times_as_long() {
    let (few, many) = (seconds_of(1_000), seconds_of(10_000));
    assert!(many < few * 50.0, "{few} s and {many} s");
}

#[test]
fn users_are_needs_read_backwards() {
    let mut sample = Sample::new();
    sample.release("2", &["lib"], &[]);
    let relations = Relations::new(&sample.locked());
    let users = |target: &Target| -> Vec<String> {
        relations.users(target).map(|edge| format!("{} {}", edge.kind.as_str(), edge.target.name())).collect()
    };
    assert_eq!(users(&unit("lib")), ["named image@2", "build app"]);
    let tools = users(&Target::Container("tools".into()));
    assert_eq!(tools, ["container kernel", "container image", "container image@2"]);
}

fn impact(sample: Sample, loads: &Loads, file: &str) -> Impact {
    let project = sample.locked();
    Impact::of(&project, &Relations::new(&project), loads, file)
}

fn names(set: &BTreeSet<String>) -> Vec<&str> {
    set.iter().map(String::as_str).collect()
}

fn at(file: &str) -> Origin {
    Origin { file: file.to_owned(), line: 1, column: 1 }
}

#[test]
fn a_change_of_a_class_reaches_all_that_load_it() {
    let loads: Loads = [
        ("units/lib.star".to_owned(), ["classes/make.star".to_owned()].into()),
        ("classes/make.star".to_owned(), ["classes/base.star".to_owned()].into()),
    ]
    .into();
    let sample = || {
        let mut sample = Sample::new();
        sample.unit("lib", |lib| lib.origin = at("units/lib.star"));
        sample
    };
    for file in ["units/lib.star", "classes/make.star", "classes/base.star"] {
        let found = impact(sample(), &loads, file);
        assert_eq!((found.change, names(&found.direct)), (Change::Definitions, vec!["lib"]), "{file}");
        assert_eq!((names(&found.units), names(&found.images)), (vec!["app", "lib"], vec!["box", "image"]));
    }
    assert_eq!(impact(sample(), &loads, "classes/other.star").change, Change::Nothing);
}

#[test]
fn what_only_runs_with_it_is_packaged_again() {
    let mut sample = Sample::new();
    sample.unit("daemon", |daemon| daemon.origin = at("units/daemon.star"));
    let found = impact(sample, &Loads::new(), "units/daemon/daemon.conf");
    assert_eq!((found.change, names(&found.units)), (Change::Content, vec!["daemon"]));
    assert_eq!((names(&found.packages), names(&found.images)), (vec!["app"], vec!["box", "image"]));
}

#[test]
fn who_is_built_with_a_unit_is_built_with_what_that_runs_with() {
    let mut sample = Sample::new();
    sample.add("user", &["app"]);
    sample.unit("daemon", |daemon| daemon.origin = at("units/daemon.star"));
    let found = impact(sample, &Loads::new(), "units/daemon.star");
    assert_eq!(names(&found.units), ["daemon", "user"]);
}

#[test]
fn files_of_working_trees_count_but_for_those_left_out() {
    let sample = || {
        let mut sample = Sample::new();
        sample.unit("app", |app| {
            app.sources = vec![SourceEntry {
                source: Source::Path { path: "apps/demo".into(), exclude: vec!["target".into()] },
                into: String::new(),
                only: vec![],
                origin: Origin::default(),
            }];
        });
        sample
    };
    let direct = |file: &str| impact(sample(), &Loads::new(), file).direct.into_iter().collect::<Vec<_>>();
    assert_eq!(direct("apps/demo/src/main.rs"), ["app"]);
    for file in ["apps/demo/target/debug/demo", "apps/demo/.git/HEAD", "apps/demolition", "README.md"] {
        assert!(direct(file).is_empty(), "{file}");
    }
}

#[test]
fn a_container_a_machine_and_the_lock_reach_what_they_make() {
    let container = || {
        let mut sample = Sample::new();
        sample.parts.containers.get_mut("tools").expect("the sample has it").origin =
            at("containers/tools.star");
        sample
    };
    let found = impact(container(), &Loads::new(), "containers/tools.star");
    assert_eq!((names(&found.containers), names(&found.units)), (vec!["tools"], vec!["kernel"]));
    assert_eq!(names(&found.images), ["image"]);
    let mut sample = Sample::new();
    sample.parts.machine.origin = at("machines/box.star");
    let found = impact(sample, &Loads::new(), "machines/box.star");
    assert_eq!((found.units.len(), names(&found.images)), (0, vec!["image"]));
    let found = impact(Sample::new(), &Loads::new(), "yoe.lock");
    assert_eq!((found.change, found.units.len()), (Change::Everything, 4));
}
