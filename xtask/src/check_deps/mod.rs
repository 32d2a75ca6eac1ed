//! Compares what crates depend on with the table of docs/design/0001-architecture.md.

use crate::metadata::Metadata;

/// The rooms of the house, from the top. An arrow goes down this list only.
const ROOMS: [&str; 19] = [
    "crates/cli",
    "crates/ui",
    "crates/lsp",
    "crates/testbed",
    "crates/vm",
    "crates/build",
    "crates/image",
    "crates/adopt",
    "crates/supply",
    "crates/kernel",
    "crates/store",
    "crates/keys",
    "crates/sandbox",
    "crates/fetch",
    "crates/plan",
    "crates/lang",
    "crates/compose",
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
        // Its own tests, which take a feature of it.
        _ if from == to => None,
        ("crates", "crates") if place(from) < place(to) => None,
        ("crates", "crates") => Some("arrows go down the list of rooms only"),
        ("crates", "formats") | ("device", "formats") => None,
        ("device", "device") if to == "device/program" => None,
        ("device", _) => Some("programs of the device use formats and device/program only"),
        ("formats" | "xtask", "formats") if to == NOTATION => None,
        ("formats", _) => Some("formats depend on formats/notation only"),
        ("xtask", _) => Some("xtask depends on formats/notation only"),
        _ => Some("this kind of arrow is not in the table"),
    }
}

#[cfg(test)]
mod tests;
