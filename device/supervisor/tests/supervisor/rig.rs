//! A runtime that is a script, containers that are directories, and the program.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const RUNTIME: &str = r#"#!/bin/sh -eu
root=$2
shift 2
case $1 in
    state) cat "$root/$2/answer" ;;
    exec)
        echo $$ >"$3"
        cd "$root/$4"
        shift 4
        exec "$@"
        ;;
esac
"#;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Rig {
    directory: tempfile::TempDir,
    programs: BTreeMap<String, Child>,
    supervisor: Option<Child>,
    /// Of the containers that are made from now on.
    pub retries: u32,
}

impl Rig {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let runtime = directory.path().join("runtime");
        fs::write(&runtime, RUNTIME).unwrap();
        fs::set_permissions(&runtime, fs::Permissions::from_mode(0o755)).unwrap();
        Self { directory, programs: BTreeMap::new(), supervisor: None, retries: 2 }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn command(&self, command: &str) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_supervisor"));
        program.arg(command).stdin(Stdio::null());
        for (option, name) in [("--runtime", "runtime"), ("--containers", "containers"), ("--state", "state")]
        {
            program.arg(option).arg(self.path(name));
        }
        program
    }

    pub fn run(&mut self) {
        self.supervisor = Some(self.command("run").stdout(Stdio::null()).spawn().unwrap());
    }

    pub fn stop(&mut self) {
        if let Some(mut child) = self.supervisor.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// What `supervisor status` prints.
    pub fn status(&self) -> String {
        String::from_utf8(self.command("status").output().unwrap().stdout).unwrap()
    }

    pub fn container(&mut self, id: &str, test: Option<&str>) -> PathBuf {
        self.container_in("default", id, test)
    }

    /// A container that runs, with this check.
    pub fn container_in(&mut self, namespace: &str, id: &str, test: Option<&str>) -> PathBuf {
        let program = Command::new("sleep").arg("1000").spawn().unwrap();
        let mut annotations = json!({ "nerdctl/name": format!("name-of-{id}") });
        if let Some(test) = test {
            let times = format!(r#""Interval":100000000,"Timeout":400000000,"Retries":{}"#, self.retries);
            annotations["nerdctl/healthcheck"] = format!(r#"{{"Test":{test},{times}}}"#).into();
        }
        let answer = json!({
            "ociVersion": "1.2.0", "id": id, "pid": program.id(), "status": "running", "bundle": "/", "annotations": annotations,
        });
        // It is there as a whole, as the runtime's is once it answers.
        let directory = self.path("containers").join(namespace).join(id);
        fs::create_dir_all(&directory).unwrap();
        put(&directory.join("answer"), &answer.to_string());
        self.programs.insert(id.to_owned(), program);
        directory
    }

    /// Changes what the runtime says of a container.
    pub fn answer(&self, directory: &Path, status: &str) {
        let path = directory.join("answer");
        let mut answer: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        answer["status"] = status.into();
        put(&path, &answer.to_string());
    }

    /// Ends a container's program.
    pub fn end(&mut self, id: &str) {
        let mut program = self.programs.remove(id).unwrap();
        program.kill().unwrap();
        program.wait().unwrap();
    }

    /// Takes a container's directory away.
    pub fn remove(&self, id: &str) {
        fs::remove_dir_all(self.path("containers").join("default").join(id)).unwrap();
    }

    pub fn found(&self, id: &str) -> Option<Value> {
        self.found_in("default", id)
    }

    pub fn found_in(&self, namespace: &str, id: &str) -> Option<Value> {
        let text = fs::read(self.path("state").join(namespace).join(format!("{id}.json"))).ok()?;
        Some(serde_json::from_slice(&text).unwrap())
    }

    pub fn until(&self, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.until_in("default", id, wanted)
    }

    pub fn until_in(&self, namespace: &str, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut last = None;
        self.wait(|| {
            last = self.found_in(namespace, id);
            last.as_ref().is_some_and(&wanted)
        });
        last.unwrap()
    }

    pub fn until_gone(&self, id: &str) {
        self.wait(|| self.found(id).is_none());
    }

    fn wait(&self, mut wanted: impl FnMut() -> bool) {
        let until = Instant::now() + PATIENCE;
        while !wanted() {
            assert!(Instant::now() < until, "it did not come: {}", self.status());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        for child in self.programs.values_mut().chain(self.supervisor.as_mut()) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn put(path: &Path, text: &str) {
    let fresh = path.with_extension("new");
    fs::write(&fresh, text).unwrap();
    fs::rename(fresh, path).unwrap();
}
