//! Units that speak of an architecture are warned of, with the line.

#![allow(clippy::unwrap_used, reason = "a test may stop here")]

mod support;

const PROJECT: &str = r#"
-- PROJECT.star --
project(
    name = "example",
    version = "1.0",
    machine = "board",
    image = "demo",
    modules = [module_ref(name = "core", path = "modules/core")],
)
-- machines/board.star --
machine(name = "board", arch = "arm64", kernel = kernel(unit = "linux", cmdline = ""))
-- modules/core/MODULE.star --
module(name = "core", description = "Shared things")
-- modules/core/classes/program.star --
def program(name, **kwargs):
    unit(name = name, version = "1", container = "tools", environment = {"TARGET": ctx.arch, "HERE": "x86_64"}, **kwargs)
-- modules/core/units/apps/plain.star --
load("//classes/program.star", "program")

program(name = "plain", license = "MIT", description = "For $ARCH, whatever it is")
-- modules/core/units/apps/reasons.star --
# The vendor has one for each.
# arch: the archive is named after it,
# and there is no other.
ARCHIVE = "tool-%s.tar" % ctx.arch

unit(
    name = "reasons",
    version = "1",
    license = "MIT",
    tasks = [task("build", steps = ["unpack amd64"])],  # arch: upstream's name of the directory
)
-- units/apps/own.star --
load("@core//classes/program.star", "program")

program(
    name = "own",
    license = "MIT",
    description = "Made for arm64 boards",
    # This comment says nothing of why.
    tasks = [task("build", steps = ["make CPU=%s" % ctx.arch if ctx.arch != "x86_64" else "make"])],
)
-- units/apps/broken.star --
unit(name = "x86_64"
"#;

#[test]
fn a_unit_that_speaks_of_an_architecture_is_warned_of_with_its_line() {
    let project = tempfile::tempdir().unwrap();
    support::write(project.path(), &support::files(PROJECT));
    let warnings = yoe_lang::architectures(project.path(), &Default::default()).unwrap();
    let found: Vec<String> = warnings
        .iter()
        .map(|one| format!("{}: {}", one.origin.as_ref().unwrap(), one.message.rsplit(' ').next().unwrap()))
        .collect();
    let expected = [
        "units/apps/own.star:6:19: arm64",
        "units/apps/own.star:8:53: ctx.arch",
        "units/apps/own.star:8:65: ctx.arch",
    ];
    assert_eq!(found[..3], expected);
    assert_eq!(found[3..], ["units/apps/own.star:8:77: x86_64"]);
    let first = "warning: this unit speaks of an architecture: arm64\n --> units/apps/own.star:6:19\n  |\n\
                 6 |     description = \"Made for arm64 boards\",\n  |                   ^^^^^^^^^^^^^^^^^^^^^^^\n  = hint: let a class or";
    assert!(warnings.render().starts_with(first), "{}", warnings.render());
    assert!(warnings.iter().all(|one| one.severity == yoe_lang::Severity::Warning));
}
