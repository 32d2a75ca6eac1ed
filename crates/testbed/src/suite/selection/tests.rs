use super::super::runner::tests::test;
use super::*;

fn names(filter: Option<&str>, skip: &[&str]) -> Result<Vec<String>, String> {
    let tests = [test("network-up", "true"), test("network-down", "true"), test("disk", "true")];
    let skip: Vec<String> = skip.iter().map(|text| (*text).to_owned()).collect();
    let names = Selection { filter, skip: &skip }.names(&tests);
    names.map(|names| names.into_iter().map(str::to_owned).collect()).map_err(|error| error.to_string())
}

#[test]
fn a_filter_chooses_by_a_part_of_the_name() {
    assert_eq!(names(Some("up"), &[]).unwrap(), ["boots", "network-up", "powers-off"]);
    assert_eq!(names(None, &[]).unwrap().len(), 5);
    assert_eq!(
        names(Some("disc"), &[]).unwrap_err(),
        "no test's name contains \"disc\": there are boots, network-up, network-down, disk, powers-off"
    );
}

#[test]
fn what_is_skipped_is_left_out() {
    assert_eq!(names(None, &["network"]).unwrap(), ["boots", "disk", "powers-off"]);
    assert_eq!(names(Some("network"), &["down"]).unwrap(), ["boots", "network-up", "powers-off"]);
    assert_eq!(names(None, &["network", "disk"]).unwrap(), ["boots", "powers-off"]);
}

#[test]
fn what_skips_nothing_is_an_error() {
    let expected = "no test's name contains \"network-off\": there are network-up, network-down, disk";
    assert_eq!(names(None, &["disk", "network-off"]).unwrap_err(), expected);
    // Every run has it.
    assert!(names(None, &["powers-off"]).unwrap_err().starts_with("no test's name contains \"powers-off\""));
}

#[test]
fn a_part_is_told_from_the_whole() {
    assert!(!Selection::default().is_partial());
    assert!(Selection { skip: &["disk".to_owned()], ..Selection::default() }.is_partial());
}
