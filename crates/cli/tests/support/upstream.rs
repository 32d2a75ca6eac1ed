//! A module that somebody else publishes: a project of its own, with a lock, in a git repository.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::Sandbox;

/// The module `parts`, at the top of its repository, with a container, a machine and a unit `hello`.
pub struct Upstream {
    sandbox: Sandbox,
}

impl Upstream {
    /// With one commit, which the tag `v1` names.
    pub fn new() -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("MODULE.star", "module(name = \"parts\")\n");
        sandbox.unit("hello", &["true"], "source = path(\"src\")");
        sandbox.write("src/words", "one\n");
        sandbox.lock();
        let this = Self { sandbox };
        this.git(&["init", "-q"]);
        this.publish("v1");
        this
    }

    /// Commits everything, and moves a tag there.
    pub fn publish(&self, tag: &str) -> String {
        self.git(&["add", "."]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "x"]);
        self.git(&["tag", "-f", tag]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Writes a file, which is not published yet.
    pub fn write(&self, path: &str, text: &str) {
        self.sandbox.write(path, text);
    }

    /// Where it is.
    pub fn directory(&self) -> PathBuf {
        self.sandbox.project()
    }

    /// The address of the repository.
    pub fn url(&self) -> String {
        format!("file://{}", self.directory().display())
    }

    /// An archive of what is published, with one directory at its top.
    pub fn archive(&self, to: &std::path::Path) {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        let to = to.display().to_string();
        self.git(&["archive", "--format=tar.gz", "--prefix=parts-1/", "--output", &to, "HEAD"]);
    }

    /// Runs git in it; gives what it prints.
    pub fn git(&self, arguments: &[&str]) -> String {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@invalid", "-c", "init.defaultBranch=main"];
        let mut command = Command::new("git");
        let output = command.current_dir(self.directory()).args(identity).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

/// A project that has the module `parts`, as `what` says where it comes from, and nothing of its own.
pub fn product(what: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    fs::remove_dir_all(sandbox.project()).unwrap();
    names(&sandbox, &format!("module_ref(name = \"parts\", {what})"));
    sandbox
}

/// Writes PROJECT.star with these modules.
pub fn names(sandbox: &Sandbox, modules: &str) {
    let text =
        format!("project(\n    name = \"product\",\n    machine = \"box\",\n    modules = [{modules}],\n)\n");
    sandbox.write("PROJECT.star", &text);
}
