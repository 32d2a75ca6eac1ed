//! `yoe lsp`, as an editor speaks with it.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde_json::{Value, json};
use support::Sandbox;
use support::editor::{Editor, marked, uri};

const CLASS: &str = "\"\"\"Tools.\"\"\"\n\nTOOL_DEPS = [\"base\"]\n\ndef tool(name, extra = [], **kwargs):\n    \"\"\"A tool of this project.\n\n    extra: steps after the others.\n    \"\"\"\n    unit(name = name, container = \"env\", tasks = [task(\"build\", steps = [\"true\"] + extra)], **kwargs)\n";
const HELLO: &str = "load(\"//classes/tool.star\", \"TOOL_DEPS\", \"tool\")\n\n_TEXT = \"Says hello\"\n\ntool(\n    name = \"hello\",\n    version = \"1.0\",\n    description = _TEXT,\n    license = \"MIT\",\n    deps = TOOL_DEPS,\n    patches = [\"fix.patch\"],\n)\n";
const BASE: &str = "unit(name = \"base\", version = \"2.1\", description = \"What others need\", license = \"ISC\", container = \"env\", tasks = [], source = path(\"src\"))\n";

/// A project with two units, a class, an image and a file of a unit.
fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    for (path, text) in [
        ("classes/tool.star", CLASS),
        ("units/test/hello.star", HELLO),
        ("units/test/hello/fix.patch", ""),
        ("units/test/base.star", BASE),
        ("src/main.c", ""),
        (
            "images/small.star",
            "image(name = \"small\", artifacts = [\"hello\", \"base\"], layout = disk(), container = \"env\")\n",
        ),
    ] {
        sandbox.write(path, text);
    }
    sandbox
}

/// One file of a project that is open.
struct Session {
    editor: Editor,
    project: PathBuf,
}

impl Session {
    fn new(sandbox: &Sandbox) -> Self {
        let editor = Editor::start(sandbox.command(&["lsp"]));
        Self { editor, project: sandbox.project().canonicalize().unwrap() }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.project.join(path)
    }

    /// Opens a file with the text that `text` is without its `|`, and asks about that place.
    fn at(&mut self, file: &str, text: &str, method: &str, more: Value) -> Result<Value, Value> {
        let path = self.path(file);
        let (text, position) = marked(text);
        self.editor.open(&path, &text);
        let mut params = json!({"textDocument": {"uri": uri(&path)}, "position": position});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.editor.try_ask(&format!("textDocument/{method}"), params)
    }

    fn labels(&mut self, file: &str, text: &str) -> Vec<String> {
        let answer = self.at(file, text, "completion", json!({})).unwrap();
        let items = answer.as_array().unwrap().iter();
        items.map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }

    /// What is offered has all of these and none of those.
    fn offers(&mut self, file: &str, text: &str, these: &[&str], none: &[&str]) {
        let labels = self.labels(file, text);
        for label in these {
            assert!(labels.iter().any(|offered| offered == label), "{text}: {label} of {labels:?}");
        }
        for label in none {
            assert!(!labels.iter().any(|offered| offered == label), "{text}: {label} of {labels:?}");
        }
    }

    fn hover(&mut self, file: &str, text: &str) -> String {
        let answer = self.at(file, text, "hover", json!({})).unwrap();
        answer["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    /// Where something is defined, as PATH:LINE:COLUMN, counted from 0.
    fn defined(&mut self, file: &str, text: &str) -> String {
        let answer = self.at(file, text, "definition", json!({})).unwrap();
        self.place(&answer)
    }

    fn place(&self, location: &Value) -> String {
        let Some(uri) = location["uri"].as_str() else { return "nowhere".to_owned() };
        let path = uri.strip_prefix(&format!("{}/", support::editor::uri(&self.project))).unwrap();
        let start = &location["range"]["start"];
        format!("{path}:{}:{}", start["line"], start["character"])
    }
}

const FILE: &str = "units/test/hello.star";

#[test]
fn a_session_of_an_editor() {
    let sandbox = project();
    let mut session = Session::new(&sandbox);
    completions(&mut session);
    hovers(&mut session);
    definitions(&mut session);
    renames(&sandbox, &mut session);
    let asked = session.editor.requests;
    assert!(asked >= 30, "only {asked} requests");
    session.editor.quit();
}

fn completions(session: &mut Session) {
    session.offers(FILE, "|", &["unit", "override", "load"], &["image", "def"]);
    session.offers("images/small.star", "im|", &["image", "oci_image", "workload"], &["unit"]);
    session.offers(FILE, "load(\"|", &["//classes/tool.star"], &["//units/test/base.star"]);
    session.offers(FILE, "load(\"//classes/tool.star\", \"|\")", &["tool", "TOOL_DEPS"], &[]);
    let loaded = "load(\"//classes/tool.star\", \"tool\")\n";
    session.offers(FILE, &format!("{loaded}|"), &["tool", "unit"], &[]);
    session.offers(FILE, &format!("{loaded}tool(|"), &["extra", "name", "version", "deps"], &[]);
    session.offers(
        FILE,
        &format!("{loaded}tool(\n    name = \"a\",\n    de|\n)"),
        &["deps", "extra"],
        &["name"],
    );
    session.offers(FILE, "unit(deps = [\"base\", \"|", &["base", "hello"], &["env", "small"]);
    session.offers(FILE, &format!("{loaded}tool(deps = [\"|\"])"), &["base", "hello"], &[]);
    session.offers(FILE, "unit(container = \"|\")", &["env"], &["base"]);
    session.offers(FILE, "unit(scope = \"|\")", &["arch", "machine", "noarch"], &[]);
    session.offers(FILE, "unit(scope = |)", &["\"noarch\""], &["deps"]);
    session.offers(FILE, "unit(host_paths_ok = |)", &["True", "False"], &[]);
    session.offers(FILE, "unit(tasks = [|])", &["task"], &["service", "image"]);
    session.offers(FILE, "unit(source = |)", &["git", "https", "crate", "path"], &["task"]);
    session.offers(FILE, "unit(patches = [\"|\"])", &["fix.patch"], &[]);
    session.offers("images/small.star", "image(artifacts = [\"|", &["base", "hello"], &[]);
    session.offers("PROJECT.star", "project(machine = \"|\")", &["box"], &[]);
    for nothing in ["# load(|", "unit(version = \"|\")", "ctx.|", "x = \"|\""] {
        assert_eq!(session.labels(FILE, nothing), [""; 0], "{nothing}");
    }
}

fn hovers(session: &mut Session) {
    // The very text of the reference.
    let reference = fs::read_to_string(repository().join("docs/reference/language.md")).unwrap();
    let said = session.hover(FILE, "un|it(name = \"a\")");
    let below = said.strip_prefix("**unit**\n\n").unwrap();
    assert!(reference.contains(&format!("## unit\n\n{below}")), "{said}");
    let deps = "Units whose packages are in the sysroot when this one builds.";
    assert!(session.hover(FILE, "unit(d|eps = [])").contains(deps) && reference.contains(deps));
    let loaded = "load(\"//classes/tool.star\", \"tool\")\n";
    assert!(session.hover(FILE, &format!("{loaded}tool(d|eps = [])")).contains(deps));
    let class = session.hover(FILE, &format!("{loaded}to|ol(name = \"a\")"));
    assert!(
        class.contains("tool(name, extra = [], **kwargs)") && class.contains("A tool of this project."),
        "{class}"
    );
    let own = session.hover(FILE, &format!("{loaded}tool(ex|tra = [])"));
    assert!(own.contains("extra: steps after the others."), "{own}");
    // What it is, is known once the project was evaluated: the open texts above were broken.
    session.editor.change(&session.project.join(FILE), HELLO);
    session.editor.change(
        &session.project.join("PROJECT.star"),
        &fs::read_to_string(session.path("PROJECT.star")).unwrap(),
    );
    let image = fs::read_to_string(session.path("images/small.star")).unwrap();
    session.editor.change(&session.project.join("images/small.star"), &image);
    let image = "image(name = \"small\", artifacts = [\"ba|se\"], layout = disk(), container = \"env\")\n";
    let (began, known) = (Instant::now(), "base 2.1: What others need (ISC)");
    while !session.hover("images/small.star", image).contains(known) {
        assert!(began.elapsed().as_secs() < 60, "{}", session.hover("images/small.star", image));
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let container = session.hover(
        "images/small.star",
        "image(name = \"small\", artifacts = [], layout = disk(), container = \"e|nv\")\n",
    );
    assert!(container.contains("The container `env`."), "{container}");
    assert_eq!(session.hover(FILE, "unit(version = \"1|.0\")"), "");
    assert_eq!(session.hover(FILE, "|"), "");
}

fn definitions(session: &mut Session) {
    assert_eq!(session.defined(FILE, "unit(deps = [\"ba|se\"])"), "units/test/base.star:0:13");
    assert_eq!(session.defined(FILE, "unit(container = \"e|nv\")"), "containers/env.star:0:18");
    let loaded = "load(\"//classes/tool.star\", \"tool\")\n";
    assert_eq!(session.defined(FILE, &format!("{loaded}to|ol()")), "classes/tool.star:4:4");
    assert_eq!(session.defined(FILE, "load(\"//clas|ses/tool.star\", \"tool\")"), "classes/tool.star:0:0");
    assert_eq!(
        session.defined(FILE, "load(\"//classes/tool.star\", \"TOOL|_DEPS\")"),
        "classes/tool.star:2:0"
    );
    assert_eq!(session.defined(FILE, "unit(patches = [\"fix.pa|tch\"])"), "units/test/hello/fix.patch:0:0");
    assert_eq!(session.defined(FILE, "_A = 1\nx = _|A\n"), "units/test/hello.star:0:0");
    assert_eq!(session.defined("PROJECT.star", "project(machine = \"b|ox\")"), "machines/box.star:0:16");
    for nothing in ["unit(deps = [\"no|ne\"])", "x = 1|", "unit(patches = [\"../../te|st/base.star\"])"] {
        assert_eq!(session.defined(FILE, nothing), "nowhere", "{nothing}");
    }
}

fn renames(sandbox: &Sandbox, session: &mut Session) {
    for file in [FILE, "PROJECT.star", "images/small.star"] {
        let text = fs::read_to_string(session.path(file)).unwrap();
        session.editor.change(&session.project.join(file), &text);
    }
    let base = BASE.replacen("base", "ba|se", 1);
    let named = "units/test/base.star";
    let range = session.at(named, &base, "prepareRename", json!({})).unwrap();
    assert_eq!(range, json!({"start": {"line": 0, "character": 13}, "end": {"line": 0, "character": 17}}));
    let other = BASE.replacen("What", "Wh|at", 1);
    assert_eq!(session.at(named, &other, "prepareRename", json!({})), Ok(Value::Null));
    let found =
        session.at(named, &base, "references", json!({"context": {"includeDeclaration": true}})).unwrap();
    let mut places: Vec<String> =
        found.as_array().unwrap().iter().map(|place| session.place(place)).collect();
    places.sort();
    assert_eq!(places, ["classes/tool.star:2:14", "images/small.star:0:45", "units/test/base.star:0:13"]);
    for (new, why) in [
        ("hello", "there is a unit \"hello\" already"),
        ("Ground", "is not the name of a unit"),
        ("", "is not the name"),
    ] {
        let error = session.at(named, &base, "rename", json!({"newName": new})).unwrap_err();
        assert!(error["message"].as_str().unwrap().contains(why), "{error}");
    }
    let (hello, _) = marked(&HELLO.replacen("\"hello\"", "\"hel|lo\"", 1));
    assert_eq!(hello, HELLO);
    let edit = session
        .at(FILE, &HELLO.replacen("\"hello\"", "\"hel|lo\"", 1), "rename", json!({"newName": "greeter"}))
        .unwrap();
    apply(&edit);
    // The machine's kernel, the image, the unit's own file and its directory are all called anew.
    assert!(
        session.path("units/test/greeter.star").is_file()
            && session.path("units/test/greeter/fix.patch").is_file()
    );
    let listed = sandbox.yoe(&["desc", "greeter"]);
    assert!(listed.status.success(), "{}", sandbox.shown(&listed));
    let machine = fs::read_to_string(session.path("machines/box.star")).unwrap();
    assert!(machine.contains("kernel(unit = \"greeter\")"), "{machine}");
    let unknown = session.editor.try_ask("textDocument/formatting", json!({})).unwrap_err();
    assert_eq!(unknown["code"], -32601, "{unknown}");
    let wrong = session.editor.try_ask("textDocument/hover", json!({"textDocument": 1})).unwrap_err();
    assert_eq!(wrong["code"], -32602, "{wrong}");
    let closed =
        json!({"textDocument": {"uri": "file:///nowhere/a.star"}, "position": {"line": 0, "character": 0}});
    assert_eq!(session.editor.ask("textDocument/hover", closed), Value::Null);
}

/// Does what an editor does with a change of the workspace.
fn apply(edit: &Value) {
    let path = |uri: &Value| PathBuf::from(uri.as_str().unwrap().strip_prefix("file://").unwrap());
    for change in edit["documentChanges"].as_array().unwrap() {
        if change["kind"] == "rename" {
            fs::rename(path(&change["oldUri"]), path(&change["newUri"])).unwrap();
            continue;
        }
        let file = path(&change["textDocument"]["uri"]);
        let mut lines: Vec<String> =
            fs::read_to_string(&file).unwrap().split('\n').map(str::to_owned).collect();
        let mut edits = change["edits"].as_array().unwrap().clone();
        // From the back, so that the places before stay where they are.
        edits.sort_by_key(|edit| std::cmp::Reverse(edit["range"]["start"]["character"].as_u64()));
        for edit in edits {
            let number =
                |end: &str, what: &str| usize::try_from(edit["range"][end][what].as_u64().unwrap()).unwrap();
            let line = &mut lines[number("start", "line")];
            line.replace_range(
                number("start", "character")..number("end", "character"),
                edit["newText"].as_str().unwrap(),
            );
        }
        fs::write(&file, lines.join("\n")).unwrap();
    }
}

/// What the editor shows, and what `yoe build` says of the same texts: each mistake with its place.
#[test]
fn mistakes_are_those_of_a_build() {
    let sandbox = project();
    sandbox.lock();
    let mut session = Session::new(&sandbox);
    for (file, text) in [
        (FILE, HELLO.replace("license = \"MIT\"", "license = \"MTI\"")),
        (FILE, HELLO.replace("license", "licence")),
        (FILE, HELLO.replace("deps = TOOL_DEPS", "deps = [\"bsae\"]")),
        (FILE, HELLO.replace("    version = \"1.0\",\n", "")),
        (FILE, HELLO.replace("tool(\n", "tool((\n")),
        (FILE, HELLO.replace('\n', "\r\n").replace("MIT", "MTI")),
        (FILE, HELLO.replace("_TEXT = \"Says hello\"", "_TEXT, x = \"éü\", lod(1)")),
        (FILE, HELLO.replace("//classes/tool.star", "//classes/tol.star")),
        (FILE, "unit(".to_owned()),
        (FILE, String::new()),
        ("classes/tool.star", CLASS.replace("container = \"env\"", "contaner = \"env\"")),
        ("classes/tool.star", CLASS.replace("def tool(", "def tool")),
        ("PROJECT.star", "project(name = \"sample\", machine = \"bx\")\n".to_owned()),
        ("PROJECT.star", "prject()\n".to_owned()),
        ("units/test/base.star", BASE.replace("\"ISC\"", "\"ISC\", arch = ctx.arch")),
    ] {
        let path = session.path(file);
        let before = fs::read_to_string(&path).unwrap();
        session.editor.open(&path, &text);
        fs::write(&path, &text).unwrap();
        let output = sandbox.yoe(&["build", "hello", "--dry-run"]);
        let wanted = rendered(&support::printed(&output));
        assert!(!wanted.is_empty(), "{text}: {}", sandbox.shown(&output));
        let shown = |session: &mut Session| {
            let wrong = &session.editor.wrong;
            let mut all: Vec<(String, String)> = Vec::new();
            for (uri, wrong) in wrong {
                let file = uri.strip_prefix(&format!("{}/", support::editor::uri(&session.project))).unwrap();
                all.extend(wrong.iter().map(|one| {
                    (one["message"].as_str().unwrap().lines().next().unwrap().to_owned(), place_of(file, one))
                }));
            }
            all.sort();
            all
        };
        let began = Instant::now();
        while shown(&mut session) != wanted {
            assert!(
                began.elapsed().as_secs() < 60,
                "{text}\neditor: {:#?}\nbuild: {wanted:#?}",
                shown(&mut session)
            );
            // Whatever is asked, news come before the answer or soon after.
            let document =
                json!({"textDocument": {"uri": uri(&path)}, "position": {"line": 0, "character": 0}});
            session.editor.ask("textDocument/hover", document);
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        fs::write(&path, &before).unwrap();
        session.editor.change(&path, &before);
        session.editor.wrong_when(&path, <[Value]>::is_empty);
        session.editor.say("textDocument/didClose", json!({"textDocument": {"uri": uri(&path)}}));
    }
    session.editor.quit();
}

fn place_of(file: &str, one: &Value) -> String {
    let start = &one["range"]["start"];
    format!("{file}:{}:{}", start["line"].as_u64().unwrap() + 1, start["character"].as_u64().unwrap() + 1)
}

/// Messages of a build with their places, sorted.
fn rendered(text: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut all = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let message = line.strip_prefix("error: ").or_else(|| line.strip_prefix("warning: "));
        let place = lines.get(at + 1).and_then(|next| next.trim_start().strip_prefix("--> "));
        if let (Some(message), Some(place)) = (message, place) {
            all.push((
                message.to_owned(),
                if place.contains(".star:") { place.to_owned() } else { format!("{place}:1:1") },
            ));
        }
    }
    all.sort();
    all
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Whatever is open and wherever the cursor is, there is an answer.
#[test]
fn odd_texts_and_places_have_answers() {
    let sandbox = project();
    let mut session = Session::new(&sandbox);
    let outside = sandbox.directory().canonicalize().unwrap().join("alone.star");
    let inside = session.path(FILE);
    let long = format!("unit(deps = [{}])\n", "\"base\", ".repeat(100_000));
    for (path, text) in [
        (&outside, HELLO.to_owned()),
        (&inside, HELLO.replace('\n', "\r\n")),
        (&inside, "\u{feff}unit(name = \"\u{1F600}\u{1F600}\", deps = [\"é\", \"\n".to_owned()),
        (&inside, ")]}\u{0}\\\"\"\"'''".to_owned()),
        (&inside, "(".repeat(10_000)),
        (&inside, long),
    ] {
        session.editor.open(path, &text);
        let lines = text.lines().count().min(12);
        for line in 0..=lines + 1 {
            for character in [0, 1, 2, 5, 12, 30, 100_000] {
                let params = json!({"textDocument": {"uri": uri(path)}, "position": {"line": line, "character": character}});
                for method in ["completion", "hover", "definition", "prepareRename", "references"] {
                    let mut params = params.clone();
                    params["context"] = json!({"includeDeclaration": true, "triggerKind": 1});
                    session.editor.ask(&format!("textDocument/{method}"), params);
                }
            }
        }
    }
    // Addresses that are no files, and a project that goes away.
    session.editor.say(
        "textDocument/didOpen",
        json!({"textDocument": {"uri": "untitled:1", "languageId": "x", "version": 1, "text": "unit("}}),
    );
    session.editor.say("textDocument/didOpen", json!({"textDocument": 3}));
    session.editor.say("nothing/known", json!({}));
    fs::remove_dir_all(&session.project).unwrap();
    session.editor.open(&inside, HELLO);
    let params = json!({"textDocument": {"uri": "untitled:1"}, "position": {"line": 0, "character": 3}});
    assert_eq!(session.editor.ask("textDocument/hover", params), Value::Null);
    session.editor.quit();
}

/// This repository and its example: mistakes in a file of a module are shown in the time that a person takes for the next key.
#[test]
fn the_projects_of_this_repository() {
    for (project, file, name) in [
        ("", "modules/units-core/units/core/busybox.star", "busybox"),
        ("examples/gateway", "examples/gateway/images/gateway.star", "gateway"),
    ] {
        let sandbox = Sandbox::new();
        let mut command = sandbox.command(&["lsp"]);
        command.current_dir(repository().join(project));
        let mut editor = Editor::start(command);
        let path = repository().join(file);
        let text = fs::read_to_string(&path).unwrap();
        let began = Instant::now();
        editor.open(&path, &text.replace(&format!("name = \"{name}\""), "nme = \"x\""));
        let wrong = editor.wrong_when(&path, |wrong| !wrong.is_empty());
        let first = began.elapsed();
        assert!(wrong[0]["message"].as_str().unwrap().contains("lacks `name`"), "{wrong:?}");
        let began = Instant::now();
        editor.change(&path, &text);
        editor.wrong_when(&path, <[Value]>::is_empty);
        let again = began.elapsed();
        let end = json!({"textDocument": {"uri": uri(&path)}, "position": {"line": 9999, "character": 0}});
        let offered = editor.ask("textDocument/completion", end);
        assert!(offered.as_array().unwrap().len() > 3, "{offered}");
        println!(
            "{file}: first diagnostics {first:?}, after a change {again:?}, slowest {:?}",
            editor.slowest
        );
        editor.quit();
    }
}

/// Each command that the guide gives to an editor starts this server.
#[test]
fn the_settings_of_the_guide_start_it() {
    let page = fs::read_to_string(repository().join("docs/guide/src/editor.md")).unwrap();
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    for block in page.split("\n```").skip(1).step_by(2).filter(|block| block.contains("\"lsp\"")) {
        let (info, text) = block.split_once('\n').unwrap();
        let strings: Vec<&str> = text.split('"').skip(1).step_by(2).collect();
        let last = strings.iter().position(|string| *string == "lsp").unwrap();
        commands.push((
            info.to_owned(),
            strings[last - 1..=last].iter().map(|text| (*text).to_owned()).collect(),
        ));
    }
    assert_eq!(commands.len(), 3, "Helix, Neovim and VS Code: {commands:?}");
    let sandbox = project();
    let bin = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_yoe"), bin.path().join("yoe")).unwrap();
    for (info, words) in commands {
        // What an editor does: look the program up, and start it.
        let mut command = Command::new(bin.path().join(&words[0]));
        command.args(&words[1..]).current_dir(sandbox.project()).env_clear().env("HOME", sandbox.directory());
        let mut editor = Editor::start(command);
        let path = sandbox.project().canonicalize().unwrap().join(FILE);
        editor.open(&path, "unit(");
        assert!(!editor.wrong_when(&path, |wrong| !wrong.is_empty()).is_empty(), "{info}");
        editor.quit();
    }
}

/// An editor that counts bytes is spoken to in bytes, and one that renames no files gets an error that says so.
#[test]
fn editors_differ() {
    let sandbox = project();
    let mut command: Command = sandbox.command(&["lsp", "--stdio"]);
    command.current_dir(sandbox.directory());
    let mut editor =
        Editor::start_with(command, json!({"general": {"positionEncodings": ["utf-8", "utf-16"]}}));
    let path = sandbox.project().canonicalize().unwrap().join(FILE);
    editor.open(&path, &HELLO.replace("\"Says hello\"", "\"é\u{1F600}\", wrong"));
    let wrong = editor.wrong_when(&path, |wrong| !wrong.is_empty());
    let text = "_TEXT = \"é\u{1F600}\", ";
    assert_eq!(wrong[0]["range"]["start"]["character"], text.len(), "{wrong:?}");
    editor.change(&path, HELLO);
    let place = json!({"textDocument": {"uri": uri(&path)}, "position": {"line": 5, "character": 14}, "newName": "x"});
    let refused = editor.try_ask("textDocument/rename", place).unwrap_err();
    assert!(refused["message"].as_str().unwrap().contains("renames no files"), "{refused}");
    editor.quit();
}
