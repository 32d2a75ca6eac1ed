//! Compares what crates depend on with the table of docs/design/0001-architecture.md.

use crate::metadata::Metadata;

/// The rooms of the house, from the top. An arrow goes down this list only.
const ROOMS: [&str; 14] = [
    "crates/cli",
    "crates/testbed",
    "crates/vm",
    "crates/build",
    "crates/image",
    "crates/kernel",
    "crates/store",
    "crates/keys",
    "crates/sandbox",
    "crates/fetch",
    "crates/plan",
    "crates/lang",
    "crates/tree",
    "crates/model",
];

/// What all formats write alike: the one crate that lies below them.
const NOTATION: &str = "formats/notation";

/// Every arrow that the table does not allow.
pub fn check(metadata: &Metadata) -> Result<String, String> {
    let mut wrong = Vec::new();
    let mut arrows = 0;
    for (name, directory) in &metadata.directories {
        if let Err(problem) = placed(directory) {
            wrong.push(problem);
        }
        for target in metadata.depends[name].iter().filter_map(|target| metadata.directories.get(target)) {
            arrows += 1;
            if let Some(reason) = refusal(directory, target) {
                wrong.push(format!("{directory} -> {target}: {reason}"));
            }
        }
    }
    if wrong.is_empty() {
        return Ok(format!(
            "check-deps: {} crates, {arrows} arrows, all allowed",
            metadata.directories.len()
        ));
    }
    Err(format!(
        "check-deps: the table in docs/design/0001-architecture.md does not allow:\n  {}\n\
         A new crate or arrow is a numbered decision in docs/design/ first; then change the table.",
        wrong.join("\n  ")
    ))
}

fn placed(directory: &str) -> Result<(), String> {
    let elsewhere = ["formats/", "device/", "xtask"].iter().any(|part| directory.starts_with(part));
    if elsewhere || ROOMS.contains(&directory) {
        return Ok(());
    }
    Err(format!("{directory}: this crate has no place in the table"))
}

/// Why an arrow is not allowed.
fn refusal(from: &str, to: &str) -> Option<&'static str> {
    let top = |directory: &str| directory.split('/').next().unwrap_or_default().to_owned();
    let place = |directory: &str| ROOMS.iter().position(|room| *room == directory);
    match (top(from).as_str(), top(to).as_str()) {
        ("crates", "crates") if place(from) < place(to) => None,
        ("crates", "crates") => Some("arrows go down the list of rooms only"),
        ("crates", "formats") | ("device", "formats") => None,
        ("device", "device") if to == "device/program" && from != to => None,
        ("device", _) => Some("programs of the device use formats and device/program only"),
        ("formats" | "xtask", "formats") if to == NOTATION && from != to => None,
        ("formats", _) => Some("formats depend on formats/notation only"),
        ("xtask", _) => Some("xtask depends on formats/notation only"),
        _ => Some("this kind of arrow is not in the table"),
    }
}

#[cfg(test)]
mod tests {
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
            let told = check(&metadata(&[arrow])).unwrap_err();
            assert!(told.contains(&format!("{} -> {}", arrow.0, arrow.1)), "{told}");
        }
    }

    #[test]
    fn a_crate_without_a_place_is_told() {
        let told = check(&metadata(&[("crates/utils", "crates/model")])).unwrap_err();
        assert!(told.contains("crates/utils: this crate has no place"), "{told}");
    }
}
