use super::*;

fn metadata(arrows: &[(&str, &str)]) -> Metadata {
    let directories = arrows.iter().flat_map(|(from, to)| [*from, *to]);
    Metadata {
        directories: directories
            .clone()
            .map(|directory| (directory.to_owned(), directory.to_owned()))
            .collect(),
        depends: directories
            .map(|directory| {
                let targets = arrows.iter().filter(|(from, _)| *from == directory);
                (directory.to_owned(), targets.map(|(_, to)| (*to).to_owned()).collect())
            })
            .collect(),
    }
}

#[test]
fn arrows_down_the_list_are_allowed() {
    let good = [
        ("crates/cli", "crates/model"),
        ("crates/build", "formats/package"),
        ("device/updater", "formats/disk"),
        ("formats/disk", "formats/notation"),
        ("xtask", "formats/notation"),
        ("formats/package", "formats/package"),
    ];
    assert!(check(&metadata(&good)).is_ok());
}

#[test]
fn each_wrong_arrow_is_told() {
    let bad = [
        ("crates/model", "crates/lang"),
        ("crates/fetch", "crates/store"),
        ("formats/package", "crates/model"),
        ("device/updater", "crates/model"),
        ("formats/disk", "formats/package"),
        ("formats/notation", "formats/disk"),
        ("xtask", "formats/disk"),
        ("crates/cli", "xtask"),
    ];
    for arrow in bad {
        let message = check(&metadata(&[arrow])).unwrap_err();
        assert!(message.contains(&format!("{} -> {}", arrow.0, arrow.1)), "{message}");
    }
}

#[test]
fn a_crate_without_a_place_is_told() {
    let message = check(&metadata(&[("crates/utils", "crates/model")])).unwrap_err();
    assert!(message.contains("crates/utils: this crate has no place"), "{message}");
}
