//! The same text gives the same project, wherever it lies and however often it is read.

#[path = "support/generated.rs"]
mod generated;
mod support;

/// All of a project as text. Every map in it is ordered, so equal texts mean equal projects.
fn whole(root: &std::path::Path) -> String {
    let project = support::load(root).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    format!("{project:#?}")
}

#[test]
fn two_directories_give_one_project() {
    let (first, second) = (support::project(""), support::project(""));
    generated::write_units(first.path(), 300);
    generated::write_units(second.path(), 300);
    let one = whole(first.path());
    assert!(one.contains("unit-299") && one.contains("fix.patch"));
    assert_eq!(one, whole(second.path()));
    assert_eq!(one, whole(first.path()));
}

#[test]
fn no_path_of_the_machine_reaches_the_project() {
    let directory = support::project("");
    let root = directory.path().to_str().unwrap();
    assert!(!whole(directory.path()).contains(root));
}

#[test]
fn many_mistakes_come_in_the_same_order() {
    let directory = support::project("");
    generated::write_units(directory.path(), 200);
    let class = std::fs::read_to_string(directory.path().join("classes/autotools.star")).unwrap();
    std::fs::write(
        directory.path().join("classes/autotools.star"),
        class.replace("BUILD_CONTAINER,", "\"x\","),
    )
    .unwrap();
    let message = support::rendered(directory.path());
    assert!(message.matches("error: ").count() == 200, "{message}");
    assert_eq!(message, support::rendered(directory.path()));
}
