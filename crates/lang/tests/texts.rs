//! Texts in place of files: what an editor holds.

#![allow(clippy::unwrap_used, reason = "a test may stop here")]

mod support;

use std::path::Path;

use yoe_lang::Options;

const UNIT: &str = "unit(name = \"foo\", version = \"1\", description = \"Foo\", license = \"MIT\", container = \"tools\", tasks = [])\n";

fn with(root: &Path, texts: &[(&str, &str)]) -> String {
    let texts = texts.iter().map(|(path, text)| (root.join(path), (*text).to_owned())).collect();
    match yoe_lang::load(root, &Options { texts, ..Options::default() }) {
        Ok(project) => project.units.keys().cloned().collect::<Vec<_>>().join(" "),
        Err(diagnostics) => diagnostics.render(),
    }
}

#[test]
fn a_text_counts_and_its_file_does_not() {
    let project = support::project(&format!("-- units/apps/foo.star --\n{UNIT}"));
    let root = project.path();
    assert_eq!(with(root, &[]), "foo linux");
    let wrong = UNIT.replace("MIT", "MTI");
    assert!(with(root, &[("units/apps/foo.star", &wrong)]).contains("did you mean \"MIT\"?"));
    assert_eq!(with(root, &[("README.md", "no star")]), "foo linux");
    let large = "#".repeat((1 << 20) + 1);
    let message = with(root, &[("units/apps/foo.star", &large)]);
    assert!(
        message.starts_with("error: the file is larger than 1 MiB\n --> units/apps/foo.star"),
        "{message}"
    );
    // The project's own file, and what others load.
    assert!(with(root, &[("PROJECT.star", "project(")]).contains("--> PROJECT.star"));
}

#[test]
fn a_file_that_is_not_there_yet_is_one_of_the_project() {
    let project = support::project("");
    let other = UNIT.replace("foo", "bar");
    let texts = [("units/apps/foo.star", UNIT), ("units/other/bar.star", other.as_str())];
    assert_eq!(with(project.path(), &texts), "bar foo linux");
    let patched = UNIT.replace("tasks", "patches = [\"own.patch\"], tasks");
    let texts = [("units/apps/foo.star", patched.as_str()), ("units/apps/foo/own.patch", "")];
    assert_eq!(with(project.path(), &texts), "foo linux", "a file of a unit's directory");
    let class = "def program(name):\n    unit(name = name, version = \"1\", description = \"x\", license = \"MIT\", container = \"tools\", tasks = [])\n";
    let unit = "load(\"//classes/program.star\", \"program\")\nprogram(\"foo\")\n";
    assert_eq!(
        with(project.path(), &[("classes/program.star", class), ("units/apps/foo.star", unit)]),
        "foo linux"
    );
}

#[test]
fn values_of_which_there_are_few_are_known() {
    let builtins = yoe_lang::builtins();
    let choices = |builtin: &str, parameter: &str| {
        let builtin = builtins.iter().find(|one| one.name == builtin).unwrap();
        builtin.parameters.iter().find(|one| one.name == parameter).unwrap().choices.clone()
    };
    assert_eq!(choices("unit", "scope"), ["\"arch\"", "\"machine\"", "\"noarch\""]);
    assert_eq!(choices("machine", "arch"), ["\"x86_64\"", "\"aarch64\""]);
    assert_eq!(choices("unit", "host_paths_ok"), ["False", "True"]);
    assert!(choices("unit", "license").is_empty());
    assert_eq!(yoe_lang::package_version("v1.0-rc1").as_deref(), Some("1.0_rc1"));
    assert_eq!(yoe_lang::package_version("2.0-git-abc"), None);
}
