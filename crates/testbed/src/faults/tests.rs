use std::collections::BTreeSet;

use yoe_model::{Layout, Release, RootFormat, RootSize, Size};

use super::*;

fn image() -> Image {
    let origin = Origin { file: "images/shop.star".into(), line: 1, column: 1 };
    let layout = Layout::disk(Size(64 << 20), RootSize::Fit, RootFormat::Erofs);
    let mut image = Image::new("shop", layout, origin);
    image.workloads = vec!["page".to_owned()];
    image
}

fn names(tests: &[ImageTest]) -> Vec<&str> {
    tests.iter().map(|test| test.name.as_str()).collect()
}

fn release(image: &Image) -> Release {
    let origin = image.origin.clone();
    Release { version: "0.2.0".to_owned(), add: Vec::new(), remove: Vec::new(), workloads: None, origin }
}

#[test]
fn a_seed_gives_the_same_faults_again_and_another_one_others() {
    let image = image();
    let (first, again) = (faults(&image, 7, 30).unwrap(), faults(&image, 7, 30).unwrap());
    assert_eq!(first, again);
    assert_ne!(names(&first), names(&faults(&image, 8, 30).unwrap()));
    let unique: BTreeSet<&str> = names(&first).into_iter().collect();
    assert_eq!(unique.len(), first.len());
}

#[test]
fn each_fault_comes_before_any_comes_again() {
    let image = image();
    let without_updates: Vec<&Fault> = CATALOGUE.iter().filter(|fault| !fault.updates).collect();
    let tests = faults(&image, 3, without_updates.len() as u32).unwrap();
    for fault in without_updates {
        let of = |test: &&ImageTest| test.name.ends_with(&format!(": {}", fault.name));
        assert_eq!(tests.iter().filter(of).count(), 1, "{}", fault.name);
    }
    assert!(!names(&tests).iter().any(|name| name.contains("version")), "{tests:?}");
}

#[test]
fn a_release_is_what_is_installed() {
    let mut image = image();
    image.releases = vec![release(&image)];
    let tests = faults(&image, 3, CATALOGUE.len() as u32).unwrap();
    let install = tests.iter().find(|test| test.name.ends_with("while a version is installed")).unwrap();
    assert!(install.sweep.as_ref().unwrap().during.contains("/0.2.0.bundle"), "{install:?}");
}

#[test]
fn without_workloads_nothing_says_that_a_device_is_well() {
    let image = Image { workloads: Vec::new(), ..image() };
    let message = faults(&image, 1, 1).unwrap_err().to_string();
    assert!(message.contains("\"shop\" has no workloads"), "{message}");
}

/// A shell reads what the device's shell will read.
#[test]
fn every_script_is_shell() {
    let mut image = image();
    image.releases = vec![release(&image)];
    for test in faults(&image, 1, CATALOGUE.len() as u32).unwrap() {
        for script in [Some(&test.run), test.sweep.as_ref().map(|sweep| &sweep.during)].into_iter().flatten()
        {
            let read = std::process::Command::new("sh").args(["-n", "-c", script]).output().unwrap();
            assert!(read.status.success(), "{}: {}", test.name, String::from_utf8_lossy(&read.stderr));
        }
    }
}

/// A fault may end with a start of the device; the next one is brought about when its engine is there.
#[test]
fn nothing_is_done_to_a_device_that_is_not_well_yet() {
    let mut image = image();
    image.releases = vec![release(&image)];
    let tests = faults(&image, 5, CATALOGUE.len() as u32).unwrap();
    let marking: Vec<&ImageTest> = tests.iter().filter(|test| test.run.contains(script::MARK)).collect();
    assert_eq!(marking.len(), CATALOGUE.len() - 1, "all but the first start mark volumes");
    for test in marking {
        let before = test.run.split(script::MARK).next().unwrap();
        assert!(before.contains(script::HEALTHY), "{}: {}", test.name, test.run);
    }
}
