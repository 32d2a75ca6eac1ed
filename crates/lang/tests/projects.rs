//! What a right project becomes.

mod support;

use yoe_lang::Options;
use yoe_model::{Arch, Layout, RootFormat, RootSize, Scope, Size, Source, Step};

const PROJECT: &str = r#"
-- PROJECT.star --
project(
    name = "example",
    version = "2.0",
    machine = "board",
    image = "demo",
    modules = [module_ref(name = "core", path = "modules/core")],
    mirrors = {"debian": ["https://deb.example.org/debian"]},
)
-- modules/core/MODULE.star --
module(name = "core", description = "Shared things")
-- modules/core/classes/program.star --
load("//classes/flags.star", "FLAGS")

def program(name, version = "1", **kwargs):
    unit(name = name, version = version, container = "tools", environment = FLAGS, **kwargs)
-- modules/core/classes/flags.star --
FLAGS = {"CFLAGS": "-march=" + ctx.arch}
-- machines/arm.star --
machine(name = "arm", arch = "aarch64", kernel = kernel(unit = "linux", cmdline = "quiet"))
-- modules/core/units/apps/foo.star --
load("//classes/program.star", "program")

program(
    name = "foo",
    description = "Foo",
    license = "MIT",
    release = 3,
    scope = "machine",
    source = [
        "https://example.org/foo.tar.gz",
        debian_source("zlib", "1:1.3-1", into = "zlib", only = ["contrib"]),
        crate(
            "either",
            "1.15.0",
            sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            into = "vendor/either",
        ),
    ],
    sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    mirrors = ["https://mirror.example.org/foo.tar.gz"],
    patches = ["a/fix.patch"],
    deps = ["linux", "linux"],
    tasks = [task("build", steps = ["make", install_file("conf", "/etc/foo.conf", mode = 0o600)])],
)
-- modules/core/units/apps/foo/a/fix.patch --
text
-- modules/core/units/apps/foo/conf --
x = 1
-- units/apps/own.star --
load("@core//classes/program.star", "program")

program(name = "own", description = "Own", license = "MIT", tasks = [], source = path("./"), provides = [ctx.machine])
-- images/demo.star --
image(
    name = "demo",
    artifacts = ["foo"],
    layout = disk(root = "1G", format = "ext4"),
    container = "tools",
    budget = budget(rootfs = "10M", growth = 2),
    tests = [test("boots", run = "true", expect = "x")],
)
"#;

#[test]
fn working_trees_of_a_module_lie_in_the_module() {
    let directory = support::project(&format!(
        "{PROJECT}\n-- modules/core/units/apps/tree.star --\nload(\"//classes/program.star\", \"program\")\n\n\
         program(name = \"tree\", description = \"Tree\", license = \"MIT\", tasks = [], \
         source = [path(\"src/tree\", into = \"a\"), path(\"./\", into = \"b\")])\n"
    ));
    let project = support::load(directory.path()).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let paths = |unit: &str| -> Vec<Source> {
        project.units[unit].sources.iter().map(|entry| entry.source.clone()).collect()
    };
    let tree = |path: &str| Source::Path { path: path.to_owned(), exclude: Vec::new() };
    assert_eq!(paths("tree"), [tree("modules/core/src/tree"), tree("modules/core")]);
    assert_eq!(paths("own"), [tree(".")]);
}

#[test]
fn a_project_holds_what_its_files_say() {
    let directory = support::project(PROJECT);
    let project = support::load(directory.path()).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    assert_eq!((project.name.as_str(), project.version.as_str()), ("example", "2.0"));
    assert_eq!(project.default_image.as_deref(), Some("demo"));
    assert_eq!(project.mirrors["debian"], ["https://deb.example.org/debian"]);
    assert_eq!(project.units.keys().collect::<Vec<_>>(), ["foo", "linux", "own"]);
    let image = &project.images["demo"];
    let layout = Layout::disk(Size(64 << 20), RootSize::Fixed(Size(1 << 30)), RootFormat::Ext4);
    assert_eq!(image.layout, layout);
    assert_eq!(image.budget.unwrap().growth, 2.0);
    assert_eq!(image.tests[0].expect.as_deref(), Some("x"));
    assert_eq!(image.tests[0].origin.to_string(), "images/demo.star:7:14");
}

#[test]
fn a_unit_holds_what_its_file_and_its_class_say() {
    let directory = support::project(PROJECT);
    let project = support::load(directory.path()).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let foo = &project.units["foo"];
    assert_eq!(foo.package_version(), "1-r3");
    assert_eq!(foo.scope, Scope::Machine);
    assert_eq!(foo.deps, ["linux"]);
    assert_eq!(foo.environment["CFLAGS"], "-march=x86_64");
    assert_eq!(foo.origin.to_string(), "modules/core/units/apps/foo.star:3:1");
    let paths: Vec<&str> = foo.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["a/fix.patch", "conf"]);
    assert_eq!(&*foo.file("conf").unwrap().content, b"x = 1\n");
    let Source::Https { mirrors, unpack: true, .. } = &foo.sources[0].source else { panic!("{foo:?}") };
    assert_eq!(mirrors, &["https://mirror.example.org/foo.tar.gz"]);
    assert_eq!(
        (foo.sources[1].into.as_str(), foo.sources[1].only.as_slice()),
        ("zlib", &["contrib".to_owned()][..])
    );
    let either =
        Source::Crate { name: "either".into(), version: "1.15.0".into(), sha256: yoe_model::Digest::of(b"") };
    assert_eq!((&foo.sources[2].source, foo.sources[2].into.as_str()), (&either, "vendor/either"));
    let install = Step::InstallFile { src: "conf".into(), dest: "/etc/foo.conf".into(), mode: 0o600 };
    assert_eq!(foo.tasks[0].steps, [Step::Shell("make".into()), install]);
    assert_eq!(
        project.units["own"].sources[0].source,
        Source::Path { path: ".".into(), exclude: Vec::new() }
    );
}

/// A tree that somebody fetched, of which a directory is the module.
#[test]
fn a_fetched_module_lies_where_the_caller_says() {
    let directory = tempfile::tempdir().unwrap();
    let (own, tree) = (directory.path().join("product"), directory.path().join("tree"));
    support::write(&own, &support::files(support::BASE));
    let project = "-- PROJECT.star --\nproject(name = \"a\", machine = \"board\", modules = [module_ref(name = \"core\", \
         git = \"https://example.org/x.git\", tag = \"v1\", directory = \"modules/core\")])\n";
    support::write(&own, &support::files(project));
    let module = "-- MODULE.star --\nmodule(name = \"core\")\n\
         -- units/apps/foo.star --\nunit(name = \"foo\", version = \"1\", description = \"Foo\", license = \"MIT\", \
         container = \"tools\", tasks = [], source = [path(\"src\"), path(\"./\", into = \"all\")])\n";
    support::write(&tree.join("modules/core"), &support::files(module));
    let modules = yoe_lang::modules(&own, &Options::default()).unwrap();
    assert_eq!((modules[0].name.as_str(), modules[0].source.directory()), ("core", "modules/core"));
    assert_eq!(modules[0].origin.to_string(), "PROJECT.star:1:51");
    let at = |tree: &std::path::Path| Options {
        modules: [("core".to_owned(), tree.to_owned())].into(),
        ..Options::default()
    };
    let project = yoe_lang::load(&own, &at(&tree)).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let foo = &project.units["foo"];
    assert_eq!(foo.origin.to_string(), "@core//units/apps/foo.star:1:1");
    let real = tree.canonicalize().unwrap().join("modules/core");
    let paths: Vec<String> = foo.sources.iter().map(|entry| entry.source.key()).collect();
    assert_eq!(paths, [format!("path:{}/src", real.display()), format!("path:{}", real.display())]);
    let none = yoe_lang::load(&own, &at(&directory.path().join("none"))).unwrap_err().render();
    assert!(none.contains("tag v1 of https://example.org/x.git has no directory modules/core"), "{none}");
}

/// The project lies next to the module that it uses, and reaches it by `..` or by a link.
#[test]
fn a_module_may_lie_outside_of_the_project() {
    let directory = tempfile::tempdir().unwrap();
    let own = directory.path().join("product");
    support::write(&own, &support::files(support::BASE));
    let module = "-- MODULE.star --\nmodule(name = \"core\", description = \"Shared things\")\n\
         -- units/apps/foo.star --\nunit(name = \"foo\", version = \"1\", description = \"Foo\", license = \"MIT\", \
         container = \"tools\", tasks = [], source = path(\"src\"))\n";
    support::write(&directory.path().join("core"), &support::files(module));
    std::os::unix::fs::symlink("../core", own.join("linked")).unwrap();
    for path in ["../core", "linked"] {
        let project = format!(
            "-- PROJECT.star --\nproject(name = \"a\", machine = \"board\", \
             modules = [module_ref(name = \"core\", path = {path:?})])\n"
        );
        support::write(&own, &support::files(&project));
        let project = support::load(&own).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
        let foo = &project.units["foo"];
        assert_eq!(foo.origin.to_string(), format!("{path}/units/apps/foo.star:1:1"));
        let source = Source::Path { path: format!("{path}/src"), exclude: Vec::new() };
        assert_eq!(foo.sources[0].source, source);
    }
}

#[test]
fn the_machine_decides_ctx() {
    let directory = support::project(PROJECT);
    let options = Options { machine: Some("arm".into()), ..Options::default() };
    let project =
        yoe_lang::load(directory.path(), &options).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    assert_eq!(project.machine.arch, Arch::Aarch64);
    assert_eq!(project.units["foo"].environment["CFLAGS"], "-march=aarch64");
    assert_eq!(project.units["own"].provides, ["arm"]);
}

#[test]
fn an_architecture_is_known_by_debians_name_too() {
    let own = "machine(name = \"arm\", arch = \"aarch64\"";
    let project = PROJECT.replace(own, "machine(name = \"board-aarch64\", arch = \"arm64\"");
    let directory = support::project(&project);
    for name in ["board-aarch64", "board-arm64"] {
        let options = Options { machine: Some(name.into()), ..Options::default() };
        let project =
            yoe_lang::load(directory.path(), &options).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
        assert_eq!((project.machine.name.as_str(), project.machine.arch), ("board-aarch64", Arch::Aarch64));
        assert_eq!(project.units["foo"].environment["CFLAGS"], "-march=aarch64");
    }
}

#[test]
fn a_machine_that_is_not_there_is_told() {
    let directory = support::project(PROJECT);
    let options = Options { machine: Some("amr".into()), ..Options::default() };
    let message = yoe_lang::load(directory.path(), &options).unwrap_err().render();
    assert_eq!(message, "error: there is no machine `amr`\n  = hint: did you mean `arm`?\n");
}

#[test]
fn the_reference_names_every_builtin() {
    let text = yoe_lang::reference();
    for name in ["project", "unit", "install_template", "debian_source", "service", "image", "test"] {
        assert!(text.contains(&format!("\n## {name}\n")), "{name}");
    }
    assert!(
        text.contains("| `mode` | permission bits, such as 0o644 | `0o644` | Its permission bits. |"),
        "{text}"
    );
}

#[test]
fn json_is_written_as_it_has_to_be() {
    let value = r#"json.encode({"name": "a \"b\"", "all": [1, True, None], "in": struct(x = "END\nEND")})"#;
    let directory = support::project(
        &PROJECT.replace("tasks = [], source", &format!("tasks = [task(\"a\", steps = [{value}])], source")),
    );
    let project = support::load(directory.path()).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let Step::Shell(text) = &project.units["own"].tasks[0].steps[0] else { panic!() };
    assert_eq!(text, r#"{"name":"a \"b\"","all":[1,true,null],"in":{"x":"END\nEND"}}"#);
}

#[test]
fn a_project_changes_units_of_its_modules() {
    let directory = support::project(
        r#"
-- PROJECT.star --
project(name = "example", machine = "board", modules = [module_ref(name = "core", path = "modules/core")])
-- modules/core/MODULE.star --
module(name = "core")
-- modules/core/units/apps/box.star --
unit(
    name = "box",
    version = "1.0",
    description = "An example",
    license = "MIT",
    container = "tools",
    source = "https://example.org/box-1.0.tar.gz",
    sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    patches = ["one.patch"],
    environment = {"CFLAGS": "-O1", "CC": "cc"},
    tasks = [task("build", steps = ["true"])],
)
-- modules/core/units/apps/box/one.patch --
text
-- modules/core/units/apps/box/box.cfg --
A=1
-- modules/core/units/apps/box/page --
old
-- units/apps/box.star --
override(
    name = "box",
    version = "1.1",
    source = "https://example.org/box-1.1.tar.gz",
    sha256 = "a3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    add_patches = ["two.patch"],
    append = ["box.cfg"],
    environment = {"CFLAGS": "-Os"},
)
-- units/apps/box/two.patch --
text
-- units/apps/box/box.cfg --
B=2
-- units/apps/box/page --
new
-- units/apps/box/more --
more
"#,
    );
    let project = support::load(directory.path()).unwrap();
    let unit = &project.units["box"];
    assert_eq!((unit.version.as_str(), unit.patches.join(" ").as_str()), ("1.1", "one.patch two.patch"));
    assert!(matches!(&unit.sources[0].source, Source::Https { url, .. } if url.ends_with("box-1.1.tar.gz")));
    assert_eq!([&unit.environment["CC"], &unit.environment["CFLAGS"]], ["cc", "-Os"]);
    let files: Vec<String> = unit
        .files
        .iter()
        .map(|file| format!("{}: {}", file.path, String::from_utf8_lossy(&file.content).replace('\n', "|")))
        .collect();
    assert_eq!(
        files,
        ["box.cfg: A=1|B=2|", "more: more|", "one.patch: text|", "page: new|", "two.patch: text|"]
    );
    assert_eq!((unit.license.as_str(), unit.description.as_str()), ("MIT", "An example"), "the rest stays");
}
