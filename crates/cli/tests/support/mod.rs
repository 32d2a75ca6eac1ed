//! A project in a directory of its own, with a home of its own, and the `yoe` program run on it.
//!
//! Its container is no Debian system but a handful of this machine's own programs, put into the store under the key of the
//! project's container. So these tests need no network.

pub mod editor;
pub mod file_server;
pub mod module_proxy;
pub mod registry;
pub mod tls_server;
pub mod tmux;
pub mod upstream;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use yoe_model::{Container, Digest, Lock, LockedContainer, Project, Unlocked};
use yoe_plan::{Options, Plan};
use yoe_store::{ActionResult, Store};

/// Programs of this machine that the container gets.
const PROGRAMS: [&str; 22] = [
    "sh", "ls", "cat", "cp", "mv", "rm", "mkdir", "ln", "chmod", "install", "dirname", "touch", "sleep",
    "env", "timeout", "find", "git", "sed", "sort", "xargs", "patch", "date",
];

pub struct Sandbox {
    directory: tempfile::TempDir,
}

impl Sandbox {
    /// An empty project with a container called `env`.
    pub fn new() -> Self {
        let this = Self { directory: tempfile::tempdir().unwrap() };
        this.write("PROJECT.star", "project(name = \"sample\", machine = \"box\", image = None)\n");
        this.write(
            "machines/box.star",
            "machine(name = \"box\", arch = \"x86_64\", kernel = kernel(unit = \"hello\"))\n",
        );
        this.write(
            "containers/env.star",
            "container(name = \"env\", packages = [\"none\"], keys = [\"0123456789ABCDEF0123456789ABCDEF01234567\"])\n",
        );
        this
    }

    pub fn project(&self) -> PathBuf {
        self.directory.path().join("project")
    }

    pub fn store(&self) -> Store {
        Store::open(&self.directory.path().join("cache/yoe")).unwrap()
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.project().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A unit with one task of these steps.
    pub fn unit(&self, name: &str, steps: &[&str], more: &str) {
        let steps: Vec<String> = steps.iter().map(|step| format!("{step:?}")).collect();
        self.write(
            &format!("units/test/{name}.star"),
            &format!(
                "unit(name = {name:?}, version = \"1.0\", description = \"a test\", license = \"MIT\", container = \"env\", \
                 tasks = [task(\"build\", steps = [{}])], {more})\n",
                steps.join(", ")
            ),
        );
    }

    /// Writes the lock and puts the container into the store.
    pub fn lock(&self) {
        self.lock_with(|_| ());
    }

    /// As [`Self::lock`], with a Go client in the container.
    pub fn lock_with_go(&self) {
        self.lock_with(write_go_client);
    }

    /// As [`Self::lock`], with what git needs for `http://` in the container.
    pub fn lock_with_git_http(&self) {
        self.lock_with(lay_git_http);
    }

    fn lock_with(&self, more: fn(&Path)) {
        let project = yoe_lang::load(&self.project(), &Default::default()).expect("the project is right");
        let container = &project.containers["env"];
        let lock = lock(container);
        self.write("yoe.lock", &yoe_fetch::lock::file::render(&lock));
        let plan = plan(project, lock);
        let store = self.store();
        let session = store.session().unwrap();
        let scratch = session.scratch().unwrap();
        copy_programs(scratch.path());
        more(scratch.path());
        let tree = store.import_tree(scratch.path()).unwrap();
        let action = &plan.actions[0];
        let result =
            ActionResult { tree, seconds: 0.0, label: action.label.clone(), parts: action.parts.clone() };
        store.record(&action.key, &result).unwrap();
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yoe"));
        let home = self.directory.path();
        command
            .args(arguments)
            .current_dir(self.project())
            .env_clear()
            .env("HOME", home)
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_STATE_HOME", home.join("state"))
            .stdin(Stdio::null());
        command
    }

    /// The directory that holds the project, the store and everything else.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub fn yoe(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Everything that steps printed.
    pub fn logs(&self) -> String {
        let logs = fs::read_dir(self.store().root().join("logs")).into_iter().flatten().flatten();
        logs.filter_map(|log| fs::read_to_string(log.path()).ok()).collect()
    }

    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Exit code, standard output and standard error as one text, with paths and times of this run replaced.
    pub fn shown(&self, output: &Output) -> String {
        let clean = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes)
                .replace(&self.directory.path().display().to_string(), "[HOME]");
            // The version of every unit here is 1.0, and so may be a time.
            let text = text.replace("(1.0 s)", "([TIME] s)");
            let lines: Vec<String> = text.lines().map(clean_line).collect();
            lines.join("\n")
        };
        format!(
            "exit: {}\n--- stdout\n{}\n--- stderr\n{}\n",
            output.status.code().map_or("signal".to_owned(), |code| code.to_string()),
            clean(&output.stdout),
            clean(&output.stderr)
        )
    }
}

/// The beginning of a program for x86_64, and the build information of Go behind it.
pub fn go_program() -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
    bytes.resize(16, 0);
    bytes.extend([2, 0, 62, 0, 1, 0, 0, 0]);
    bytes.resize(52, 0);
    bytes.extend([64, 0]);
    bytes.resize(64, 0);
    bytes.extend(b"\xff Go buildinf:\x08\x02");
    bytes.resize(96, 0);
    let modules = "0123456789abcdefmod\texample.org/hello\tv1.0.0\t\ndep\tgolang.org/x/net\tv0.61.0\th1:x=\n0123456789abcdef";
    for text in ["go1.26.8", modules] {
        bytes.push(u8::try_from(text.len()).unwrap());
        bytes.extend(text.as_bytes());
    }
    bytes
}

/// What a command printed on standard error.
pub fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Digests and times differ between runs and machines.
fn clean_line(line: &str) -> String {
    let words = line.split_inclusive([' ', '/', '(', ')', '-']).map(|word| {
        let core = word.trim_end_matches([' ', '/', '(', ')', '-', ',']);
        let end = &word[core.len()..];
        let hexadecimal = matches!(core.len(), 40 | 64) && core.bytes().all(|b| b.is_ascii_hexdigit());
        let seconds = core.parse::<f64>().is_ok() && core.contains('.') && core != "1.0";
        match (hexadecimal, seconds) {
            (true, _) => format!("[DIGEST]{end}"),
            (_, true) => format!("[TIME]{end}"),
            _ => word.to_owned(),
        }
    });
    words.collect()
}

fn lock(container: &Container) -> Lock {
    let entry = LockedContainer::new(container.request(), Vec::new());
    Lock { version: Lock::VERSION, containers: [("env".to_owned(), entry)].into(), ..Lock::default() }
}

/// The plan of the container alone: units may not be in the lock yet.
fn plan(project: Project<Unlocked>, lock: Lock) -> Plan {
    let locked = project.containers_alone().lock(lock).expect("the lock fits");
    yoe_plan::plan(
        &locked,
        &Default::default(),
        &["env".to_owned()],
        &Options { signer: Digest::of(b""), package_rules: 1, image_rules: 1, oci_rules: 1, kernel_rules: 1 },
    )
    .expect("there is a plan")
}

/// Copies programs and the libraries that each names.
fn copy_programs(root: &Path) {
    for program in PROGRAMS {
        let path =
            ["/bin", "/usr/bin"].iter().map(|dir| Path::new(dir).join(program)).find(|path| path.exists());
        let path = path.unwrap_or_else(|| panic!("this machine has no {program}"));
        copy_program(root, &path, &root.join("usr/bin").join(program));
    }
    std::os::unix::fs::symlink("usr/bin", root.join("bin")).unwrap();
}

/// Copies a program and the libraries that it names (ldd(1)).
fn copy_program(root: &Path, program: &Path, to: &Path) {
    let listed = Command::new("ldd").arg(program).output().expect("this machine has ldd").stdout;
    let listed = String::from_utf8(listed).unwrap();
    let libraries: BTreeSet<&str> = listed
        .split_whitespace()
        .filter(|word| word.starts_with('/'))
        .map(|word| word.trim_end_matches(':'))
        .collect();
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(program, to).unwrap();
    for library in libraries {
        let to = root.join(library.trim_start_matches('/'));
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(library, to).unwrap();
    }
}

/// The program by which git speaks HTTP.
fn lay_git_http(root: &Path) {
    let found = Command::new("git").arg("--exec-path").output().expect("this machine has no git");
    let program = PathBuf::from(String::from_utf8(found.stdout).unwrap().trim()).join("git-remote-http");
    copy_program(root, &program, &root.join(program.strip_prefix("/").unwrap()));
}

/// The Go client alone: to fetch modules it needs no more of its tree than the outline.
fn write_go_client(root: &Path) {
    let found = Command::new("go").args(["env", "GOROOT"]).output().expect("this machine has no go");
    let from = PathBuf::from(String::from_utf8(found.stdout).unwrap().trim());
    let to = root.join("usr/lib/go");
    ["bin", "pkg/tool", "src"].iter().for_each(|directory| fs::create_dir_all(to.join(directory)).unwrap());
    fs::copy(from.join("bin/go"), to.join("bin/go")).unwrap();
    fs::copy(from.join("VERSION"), to.join("VERSION")).unwrap();
    std::os::unix::fs::symlink("../lib/go/bin/go", root.join("usr/bin/go")).unwrap();
}
