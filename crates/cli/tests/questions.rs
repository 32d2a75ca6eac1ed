//! Questions about a project: list, desc, why, graph, log, diff, as a user would ask them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends where something is not as it should be"
)]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use support::{Sandbox, printed};

fn out(output: &Output) -> String {
    assert!(output.status.success(), "{}", printed(output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_str(&out(output)).unwrap()
}

const HELLO: &str = "mkdir -p $DESTDIR/usr/share; echo hello >$DESTDIR/usr/share/hello";

/// `app` is built with `lib` and runs with `daemon`, which runs with `hello`; `host` and `box` name it. `hello` is the kernel.
fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("PROJECT.star", "project(name = \"sample\", machine = \"box\", image = \"host\")\n");
    sandbox.unit("hello", &[HELLO], "scope = \"noarch\"");
    sandbox.unit("lib", &["mkdir -p $DESTDIR/usr/include; echo 1 >$DESTDIR/usr/include/lib.h"], "");
    sandbox.unit("daemon", &["mkdir -p $DESTDIR/usr/share/daemon"], "runtime_deps = [\"hello\"]");
    sandbox.unit(
        "app",
        &["ls $SYSROOT/usr/include; mkdir -p $DESTDIR/usr/share/app"],
        "deps = [\"lib\"], runtime_deps = [\"daemon\"]",
    );
    sandbox.unit("alone", &["true"], "");
    sandbox.write(
        "images/host.star",
        "image(name = \"host\", description = \"For tests\", artifacts = [\"app\"], layout = verified_ab(slot = \"32M\"), container = \"env\", \
         releases = [release(version = \"2\", add = [\"alone\"])])\n\
         oci_image(name = \"box-image\", artifacts = [\"daemon\"], cmd = [\"/usr/bin/hello\"])\n",
    );
    sandbox.lock();
    sandbox
}

#[test]
fn everything_that_is_defined_is_listed() {
    let sandbox = project();
    insta::assert_snapshot!("list", sandbox.shown(&sandbox.yoe(&["list"])));
    let units = json(&sandbox.yoe(&["list", "units", "--json"]));
    assert_eq!((units.as_array().unwrap().len(), &units[0]["name"]), (5, &"alone".into()));
    assert_eq!(units[0]["defined"], "units/test/alone.star:1");
    // A project without a lock can be asked as well.
    fs::remove_file(sandbox.project().join("yoe.lock")).unwrap();
    assert_eq!(out(&sandbox.yoe(&["list", "images"])).lines().count(), 2);
}

#[test]
fn states_are_listed_and_nothing_counts_as_used_by_that() {
    let sandbox = project();
    sandbox.unit("alone", &["exit 7"], "");
    assert_eq!(sandbox.yoe(&["build", "alone"]).status.code(), Some(3));
    assert!(sandbox.yoe(&["build", "daemon"]).status.success());
    let used = || {
        let files = fs::read_dir(sandbox.store().root().join("used")).unwrap().map(|file| file.unwrap());
        let mut files: Vec<_> =
            files.map(|file| (file.path(), file.metadata().unwrap().modified().unwrap())).collect();
        files.sort();
        files
    };
    let before = used();
    let listed = sandbox.shown(&sandbox.yoe(&["list", "--state"]));
    assert_eq!(used(), before);
    // Other inputs have not failed yet.
    sandbox.unit("alone", &["exit 8"], "");
    let changed = json(&sandbox.yoe(&["list", "units", "--state", "--json"]));
    assert_eq!((&changed[0]["name"], &changed[0]["state"]), (&"alone".into(), &"to build".into()));
    insta::assert_snapshot!(
        "list_states",
        listed + &sandbox.shown(&sandbox.yoe(&["list", "machines", "--state"]))
    );
    fs::remove_file(sandbox.project().join("yoe.lock")).unwrap();
    assert!(printed(&sandbox.yoe(&["list", "--state"])).contains("no yoe.lock"));
}

/// What a description says of a result's size.
fn built_size(description: &str) -> String {
    let size = description.lines().find_map(|line| line.trim().strip_prefix("built")?.split_once("yes, "));
    size.expect("it is built").1.to_owned()
}

#[test]
fn a_description_says_where_by_what_for_whom_and_whether_it_is_built() {
    let sandbox = project();
    let new = sandbox.shown(&sandbox.yoe(&["desc", "daemon"]));
    assert!(sandbox.yoe(&["build", "daemon"]).status.success());
    let names = ["daemon", "app", "host", "host@2", "box-image", "env", "nothing"];
    let built = names.map(|name| sandbox.shown(&sandbox.yoe(&["desc", name])));
    // The size is that of this machine's own programs, which are the container.
    let (size, shown) = (built_size(&built[5]), new + &built.concat());
    insta::assert_snapshot!("desc", shown.replace(&size, "[SIZE]"));
    let described = json(&sandbox.yoe(&["desc", "daemon", "--json"]));
    assert_eq!(described["built"]["built"], true);
    assert_eq!(described["used_by"][0]["how"], "named");
}

#[test]
fn a_description_of_what_has_no_key_says_why_it_has_none() {
    let sandbox = project();
    fs::remove_file(sandbox.project().join("yoe.lock")).unwrap();
    let shown = out(&sandbox.yoe(&["desc", "daemon"]));
    assert!(shown.contains("not known: the project has no yoe.lock"), "{shown}");
}

#[test]
fn why_says_how_a_unit_comes_into_an_image() {
    let sandbox = project();
    let questions: [&[&str]; 7] = [
        &["hello", "--in", "box-image"],
        &["daemon"],
        &["lib", "--in", "host"],
        &["alone"],
        &["alone", "--in", "host@2"],
        &["env"],
        &["app", "--in", "hots"],
    ];
    let shown = questions.map(|rest| sandbox.shown(&sandbox.yoe(&[&["why"], rest].concat())));
    insta::assert_snapshot!("why_in", shown.concat());
    let answer = json(&sandbox.yoe(&["why", "daemon", "--json"]));
    assert_eq!((&answer["place"], &answer["total"]), (&"device".into(), &1.into()));
    assert_eq!(answer["paths"][0][1]["place"], "units/test/app.star:1");
    assert_eq!(answer["paths"][0][1]["kind"], "runtime");
}

#[test]
fn why_rebuilt_names_the_input_and_its_line_with_the_old_and_the_new_text() {
    let sandbox = project();
    sandbox.write(
        "units/test/lib.star",
        "unit(\n    name = \"lib\",\n    version = \"1.0\", description = \"a test\",\n    license = \"MIT\",\n    container = \"env\",\n    tasks = [\n        \
         task(\"build\", steps = [\n            \"mkdir -p $DESTDIR/usr/include\",\n            \"echo 1 >$DESTDIR/usr/include/lib.h\",\n        \
         ]),\n    ],\n)\n",
    );
    let shown = |target: &str| sandbox.shown(&sandbox.yoe(&["why", "--rebuilt", target]));
    let new = shown("lib");
    let built = sandbox.yoe(&["build", "app"]);
    assert!(built.status.success(), "{}", printed(&built));
    let nothing = shown("app");
    let file = sandbox.project().join("units/test/lib.star");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("echo 1 >", "echo \\\"2\\\" >")).unwrap();
    let steps = shown("app");
    let answer = json(&sandbox.yoe(&["why", "--rebuilt", "app", "--json"]));
    assert_eq!(answer["rebuilt"][0]["place"], "units/test/lib.star:9", "{answer:#}");
    fs::write(&file, text.replace("\"1.0\"", "\"1.0.1\"")).unwrap();
    insta::assert_snapshot!("why_rebuilt", [new, nothing, steps, shown("app")].concat());
}

#[test]
fn why_if_names_what_a_change_of_a_file_would_rebuild() {
    let sandbox = project();
    sandbox.write("classes/plain.star", "def plain(name, **more):\n    unit(name = name, **more)\n");
    sandbox.write(
        "units/test/lib.star",
        "load(\"//classes/plain.star\", \"plain\")\nplain(name = \"lib\", version = \"1.0\", description = \"a test\", license = \"MIT\", container = \"env\", \
         tasks = [task(\"build\", steps = [\"true\"])])\n",
    );
    sandbox.write("units/test/hello/words", "hello\n");
    let files = [
        "classes/plain.star",
        "units/test/hello/words",
        "images/host.star",
        "README.md",
        "../elsewhere",
        "yoe.lock",
    ];
    let shown = files.map(|file| sandbox.shown(&sandbox.yoe(&["why", "--if", file])));
    insta::assert_snapshot!("why_if", shown.concat());
    // Paths are relative to where the user is, as everywhere.
    let mut below = sandbox.command(&["why", "--if", "words", "--json"]);
    let answer = json(&below.current_dir(sandbox.project().join("units/test/hello")).output().unwrap());
    assert_eq!((&answer["change"], &answer["file"]), (&"content".into(), &"units/test/hello/words".into()));
}

#[test]
fn a_graph_is_a_tree_or_dot_forwards_or_backwards() {
    let sandbox = project();
    let questions: [&[&str]; 6] = [
        &[],
        &["--depth", "1"],
        &["hello", "--reverse"],
        &["app", "--dot"],
        &["env", "--reverse", "--depth", "1"],
        &["lib", "--depth", "0"],
    ];
    let shown = questions.map(|rest| sandbox.shown(&sandbox.yoe(&[&["graph"], rest].concat())));
    insta::assert_snapshot!("graph", shown.concat());
}

#[test]
fn logs_of_what_succeeded_and_of_what_failed_are_found() {
    let sandbox = project();
    let none = sandbox.shown(&sandbox.yoe(&["log", "hello"]));
    let log = |arguments: &[&str]| out(&sandbox.yoe(&[&["log", "hello"], arguments].concat()));
    sandbox.unit("hello", &["echo one; echo first", HELLO], "");
    assert!(sandbox.yoe(&["build", "hello"]).status.success());
    assert_eq!(log(&[]), "one\nfirst\n");
    assert_eq!(log(&["--last", "1"]), "first\n");
    sandbox.unit("hello", &["echo two; exit 3"], "");
    assert_eq!(sandbox.yoe(&["build", "hello"]).status.code(), Some(3));
    assert_eq!((log(&[]), log(&["--previous", "1"])), ("two\n".into(), "one\nfirst\n".into()));
    let path = log(&["--path"]);
    assert_eq!(fs::read_to_string(path.trim()).unwrap(), "two\n");
    let listed = json(&sandbox.yoe(&["log", "hello", "--list", "--json"]));
    let ends: Vec<&str> = listed.as_array().unwrap().iter().map(|one| one["end"].as_str().unwrap()).collect();
    assert_eq!(ends, ["failed", "built"]);
    let mistakes: [&[&str]; 3] = [&["hello", "--previous", "7"], &["env"], &["helo"]];
    let shown = mistakes.map(|rest| sandbox.shown(&sandbox.yoe(&[&["log"], rest].concat())));
    insta::assert_snapshot!("log_mistakes", none + &shown.concat());
}

fn git(directory: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@invalid", "-c", "init.defaultBranch=main"];
    let output = Command::new("git").current_dir(directory).args(identity).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", printed(&output));
}

#[test]
fn images_are_compared_as_they_are_defined_here_at_a_commit_and_by_manifest() {
    let sandbox = project();
    // Git may not look at other configurations than its own.
    git(&sandbox.project(), &["init", "-q"]);
    git(&sandbox.project(), &["add", "-A"]);
    git(&sandbox.project(), &["commit", "-q", "-m", "first"]);
    let lib = fs::read_to_string(sandbox.project().join("units/test/daemon.star")).unwrap();
    sandbox.write("units/test/daemon.star", &lib.replace("\"1.0\"", "\"1.0.1\""));
    sandbox.unit("app", &["true"], "runtime_deps = [\"daemon\", \"lib\"]");
    let package = |name: &str, version: &str, size: u64| {
        format!(
            "{{\"name\": \"{name}\", \"version\": \"{version}\", \"origin\": \"{name}\", \"license\": \"MIT\", \
             \"installed_size\": {size}, \"identity\": \"Q1\"}}"
        )
    };
    let manifest = |version: &str, packages: &[String], services: &str, bytes: u64| {
        format!(
            "{{\"format\": 1, \"image\": \"host\", \"version\": \"{version}\", \"arch\": \"x86_64\", \"epoch\": 1, \
             \"content\": {{\"files\": 1, \"directories\": 1, \"links\": 0, \"bytes\": {bytes}, \"blocks\": 1}}, \
             \"packages\": [{}], \"services\": [{services}]}}",
            packages.join(", ")
        )
    };
    let old = [package("app", "1.0-r0", 4096), package("gone", "3-r1", 10), package("same", "1-r0", 1)];
    let new = [package("app", "1.0.1-r0", 1_052_672), package("new", "1-r0", 20), package("same", "1-r0", 1)];
    sandbox.write("../old.json", &manifest("1", &old, "\"one\", \"two\"", 4107));
    sandbox.write("../new.json", &manifest("2", &new, "\"two\", \"three\"", 1_052_693));
    let questions: [&[&str]; 7] = [
        &["host", "host@2"],
        &["host@HEAD", "host"],
        &["../old.json", "../new.json", "--files"],
        &["host", "host"],
        &["host@nothing", "host"],
        &["hots", "host"],
        &["box-image", "host"],
    ];
    let shown = questions.map(|rest| sandbox.shown(&sandbox.yoe(&[&["diff"], rest].concat())));
    insta::assert_snapshot!("diff", shown.concat());
    let found = json(&sandbox.yoe(&["diff", "../old.json", "../new.json", "--json"]));
    assert_eq!(found["installed"]["to"], 1_052_693);
    assert_eq!(found["packages"][1]["name"], "gone");
    assert!(found["packages"][1]["to"].is_null());
    let left =
        Command::new("git").current_dir(sandbox.project()).args(["worktree", "list"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&left.stdout).lines().count(), 1, "the work tree is gone");
}

/// Puts results of the image `host` into the store that a build would put there: a root with these files, and a kernel with this
/// configuration. The project is taken as it is now.
fn built(sandbox: &Sandbox, motd: &str, config: &str) {
    let project = yoe_lang::load(&sandbox.project(), &Default::default()).unwrap();
    let lock = fs::read_to_string(sandbox.project().join("yoe.lock")).unwrap();
    let project = project.lock(yoe_fetch::lock::file::parse(&lock).unwrap()).unwrap();
    let options = yoe_plan::Options {
        signer: yoe_model::Digest::of(b""),
        package_rules: yoe_package::REVISION,
        image_rules: yoe_image::REVISION,
        oci_rules: yoe_oci::REVISION,
        kernel_rules: yoe_kernel::REVISION,
    };
    let plan = yoe_plan::plan(&project, &Default::default(), &["host".to_owned()], &options).unwrap();
    let store = sandbox.store();
    let session = store.session().unwrap();
    let record = |label: &str, fill: &dyn Fn(&Path)| {
        let action = plan.actions.iter().find(|action| action.label == label).unwrap();
        let scratch = session.scratch().unwrap();
        fill(scratch.path());
        let tree = store.import_tree(scratch.path()).unwrap();
        let (label, parts) = (label.to_owned(), action.parts.clone());
        store.record(&action.key, &yoe_store::ActionResult { tree, seconds: 1.0, label, parts }).unwrap();
    };
    record("unit hello", &|to| {
        fs::create_dir(to.join("boot")).unwrap();
        fs::write(to.join("boot/config"), config).unwrap();
    });
    record("root host", &|to| {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("etc")).unwrap();
        fs::write(root.path().join("etc/motd"), motd).unwrap();
        let tar = ["--format=ustar", "--owner=0", "--group=0", "--mode=u=rwX,go=rX", "-cf"];
        let made = Command::new("tar")
            .args(tar)
            .arg(to.join("root.tar"))
            .arg("-C")
            .arg(root.path())
            .arg("etc")
            .status();
        assert!(made.unwrap().success());
    });
    let bytes = motd.len();
    let file = format!("{{\"file\": \"x\", \"bytes\": 1, \"sha256\": \"{}\"}}", "0".repeat(64));
    let manifest = format!(
        "{{\"format\": 1, \"image\": \"host\", \"version\": \"0.1.0\", \"arch\": \"x86_64\", \"epoch\": 1, \"content\": {{\"files\": 1, \
         \"directories\": 1, \"links\": 0, \"bytes\": {bytes}, \"blocks\": 1}}, \"packages\": [], \"services\": [], \
         \"disk\": {{\"root\": {file}, \"kernel\": {file}, \"entry\": \"x\"}}}}"
    );
    let name = yoe_image::disk::manifest_file(&project.image("host").unwrap());
    record("image host", &|to| fs::write(to.join(&name), &manifest).unwrap());
}

#[test]
fn images_that_are_built_are_compared_by_sizes_files_and_kernel_options() {
    let sandbox = project();
    git(&sandbox.project(), &["init", "-q"]);
    git(&sandbox.project(), &["add", "-A"]);
    git(&sandbox.project(), &["commit", "-q", "-m", "first"]);
    built(&sandbox, "hello\n", "CONFIG_A=y\nCONFIG_B=m\n# CONFIG_C is not set\nCONFIG_D=\"x\"\n");
    sandbox.unit("hello", &["true"], "scope = \"noarch\"");
    built(&sandbox, "hello, world\n", "CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=7\n# CONFIG_D is not set\n");
    let shown = sandbox.shown(&sandbox.yoe(&["diff", "host@HEAD", "host", "--files"]));
    insta::assert_snapshot!("diff_built", shown);
    let found = json(&sandbox.yoe(&["diff", "host@HEAD", "host", "--json"]));
    assert_eq!((found["kernel"].as_array().unwrap().len(), &found["files"]), (3, &serde_json::Value::Null));
}

#[test]
fn locks_are_compared_as_files_and_as_they_were_at_a_commit() {
    let sandbox = project();
    git(&sandbox.project(), &["init", "-q"]);
    git(&sandbox.project(), &["add", "-A"]);
    git(&sandbox.project(), &["commit", "-q", "-m", "first"]);
    let digest = |letter: &str| letter.repeat(64);
    let lock = |date: u64, make: &str, musl: &str, more: &str| {
        format!(
            "version = 2\n\n[suite.\"debian/trixie\"]\ndate = {date}\nrelease = \"{}\"\nsigned_by = \"key\"\n{more}\
             \n[container.tools]\nrequest = \"{}\"\npackages = [\n  {{ name = \"make\", version = \"{make}\", archive = \"debian\", path = \"make_{make}.deb\", size = 1, sha256 = \"{}\" }},\n]\n\
             \n[source.\"{musl}\"]\nfiles = [\n  {{ archive = \"debian\", path = \"musl.tar.gz\", size = 1, sha256 = \"{}\" }},\n]\n",
            digest("a"),
            digest("b"),
            digest("c"),
            digest("d"),
        )
    };
    let (old, new) = (
        lock(0, "4", "debian:musl@1.2.5-3", ""),
        lock(
            86_400,
            "5",
            "debian:musl@1.2.5-4",
            &format!("\n[source.\"go:example.org/tool@v1.0.0\"]\ntree = \"{}\"\n", digest("e")),
        ),
    );
    sandbox.write("../old.lock", &old);
    sandbox.write("../new.lock", &new);
    let questions: [&[&str]; 5] = [
        &["../old.lock", "../new.lock"],
        &["../old.lock", "../old.lock"],
        &["yoe.lock@HEAD", "yoe.lock"],
        &["../old.lock", "host"],
        &["yoe.lock@nothing", "yoe.lock"],
    ];
    let shown = questions.map(|rest| sandbox.shown(&sandbox.yoe(&[&["diff"], rest].concat())));
    insta::assert_snapshot!("diff_locks", shown.concat());
    let found = json(&sandbox.yoe(&["diff", "../old.lock", "../new.lock", "--json"]));
    assert_eq!(found["sources"][0]["name"], "debian:musl");
}

#[test]
fn what_runs_left_can_be_cleaned_and_the_store_measured() {
    let sandbox = project();
    assert!(sandbox.yoe(&["build", "app"]).status.success());
    fs::create_dir_all(sandbox.directory().join("state/yoe/runs/host")).unwrap();
    fs::write(sandbox.directory().join("state/yoe/runs/host/console.log"), "12345").unwrap();
    fs::write(sandbox.store().cache("ccache").unwrap().join("x"), "123").unwrap();
    let dry = sandbox.shown(&sandbox.yoe(&["clean", "--dry-run"]));
    let clean = sandbox.shown(&sandbox.yoe(&["clean"]));
    insta::assert_snapshot!("clean", dry + &clean + &sandbox.shown(&sandbox.yoe(&["clean"])));
    let sizes = json(&sandbox.yoe(&["store", "size", "--json"]));
    let du = Command::new("du").args(["-s", "-B1"]).arg(sandbox.store().root()).output().unwrap();
    let du: f64 = String::from_utf8_lossy(&du.stdout).split_whitespace().next().unwrap().parse().unwrap();
    let bytes = sizes["bytes"].as_f64().unwrap();
    assert!((bytes - du).abs() <= du * 0.01 + 8192.0, "{bytes} {du}");
    let images = sizes["images"].as_array().unwrap();
    assert!(
        images.iter().any(|image| image["name"] == "host" && image["bytes"].as_u64() > Some(0)),
        "{sizes:#}"
    );
    assert!(out(&sandbox.yoe(&["store", "size"])).contains("images, with all that they are made from"));
}

#[test]
fn the_doctor_names_what_is_wrong_and_what_mends_it() {
    let sandbox = project();
    let keys = sandbox.directory().join("data/yoe/keys");
    fs::create_dir_all(&keys).unwrap();
    fs::write(keys.join("sample.pem"), "-----BEGIN PRIVATE KEY-----\n").unwrap();
    let open = sandbox.yoe(&["doctor", "--json"]);
    let checks: serde_json::Value = serde_json::from_slice(&open.stdout).unwrap();
    let check =
        |name: &str| checks.as_array().unwrap().iter().find(|check| check["name"] == name).unwrap().clone();
    assert_eq!((open.status.code(), check("keys")["state"].clone()), (Some(1), "bad".into()), "{checks:#}");
    assert_eq!(check("keys")["mend"], format!("chmod 600 {}", keys.join("sample.pem").display()));
    assert_eq!(
        (check("sandbox")["state"].clone(), check("store")["state"].clone()),
        ("good".into(), "good".into())
    );
    fs::write(sandbox.store().root().join("version"), "9\n").unwrap();
    let wrong = sandbox.yoe(&["doctor"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&wrong.stdout).contains("FAIL  store"), "{wrong:?}");
    assert!(printed(&wrong).contains("this machine is not ready"), "{}", printed(&wrong));
}

#[test]
fn another_directory_and_colours_can_be_asked_for() {
    let sandbox = project();
    let mut command = sandbox.command(&["-C", "project", "list", "units"]);
    assert_eq!(out(&command.current_dir(sandbox.directory()).output().unwrap()).lines().count(), 5);
    let nowhere = sandbox.yoe(&["-C", "nowhere", "list"]);
    assert!(nowhere.status.code() == Some(1) && printed(&nowhere).contains("nowhere cannot be entered"));
    let colour = |arguments: &[&str], variable: &str| {
        let mut command = sandbox.command(&[&["desc", "helo"], arguments].concat());
        printed(&command.env(variable, "1").output().unwrap()).contains('\u{1b}')
    };
    assert!(!colour(&[], "NONE"), "no codes in a pipe");
    assert!(colour(&["--color", "always"], "NO_COLOR") && !colour(&["--color", "auto"], "NO_COLOR"));
    assert!(colour(&[], "CLICOLOR_FORCE") && !colour(&["--color=never"], "CLICOLOR_FORCE"));
}

#[test]
fn a_shell_completes_commands_and_the_names_of_the_project() {
    let sandbox = project();
    let script = out(&sandbox.yoe(&["completion", "bash"]));
    let program = Path::new(env!("CARGO_BIN_EXE_yoe")).parent().unwrap().display().to_string();
    let complete = |words: &str| {
        let count = words.split(' ').count() - 1;
        let text = format!(
            "{script}\nCOMP_WORDS=({words}); [ ${{#COMP_WORDS[@]}} -gt {count} ] || COMP_WORDS+=(''); COMP_CWORD={count}; COMP_TYPE=9; \
             function=$(complete -p yoe | sed 's/.*-F \\([^ ]*\\).*/\\1/'); $function yoe \"${{COMP_WORDS[$COMP_CWORD]}}\" x; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let mut bash = Command::new("bash");
        bash.args(["--norc", "-c", &text]).current_dir(sandbox.project()).env("HOME", sandbox.directory());
        out(&bash.env("PATH", format!("{program}:/usr/bin:/bin")).output().unwrap())
    };
    assert_eq!(complete("yoe doc").trim(), "doctor");
    assert_eq!(complete("yoe desc al").trim(), "alone");
    assert!(complete("yoe run ").lines().count() >= 2, "{}", complete("yoe run "));
    assert!(complete("yoe run ho").contains("host@2"));
    for shell in ["zsh", "fish"] {
        assert!(out(&sandbox.yoe(&["completion", shell])).contains("YOE_COMPLETE"), "{shell}");
    }
}

#[test]
fn there_is_a_manual_page_of_each_command() {
    let sandbox = project();
    let directory = sandbox.directory().join("man");
    assert!(sandbox.yoe(&["man", "../man"]).status.success());
    let page = |name: &str| fs::read_to_string(directory.join(name)).unwrap();
    assert!(page("yoe.1").contains(".TH yoe 1"));
    assert!(page("yoe-store-gc.1").contains("Remove objects that were not used recently"));
    assert!(page("yoe-why.1").contains("yoe why \\-\\-if classes/autotools.star"), "{}", page("yoe-why.1"));
    assert_eq!(out(&sandbox.yoe(&["man"])).trim_end(), page("yoe.1").trim_end());
}
