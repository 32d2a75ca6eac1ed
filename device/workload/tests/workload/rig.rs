//! An engine's client that is a script, a root that is a directory, and the program.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::json;
use yoe_workload_format::{Blob, Image, Record, Service};

const CLIENT: &str = r#"#!/bin/sh
here=$(dirname "$0")
echo "$*" >>"$here/asked"
basename "$0" >"$here/called"
case $1 in
    images) cat "$here/images" ;;
    load) cat >"$here/loaded" ;;
    ps) sed 's/ .*//' "$here/containers" ;;
    container) cat "$here/inspect" ;;
    compose)
        if [ -s "$here/fails" ]; then
            cat "$here/fails" >&2
            rm "$here/fails"
            exit 1
        fi
        ;;
esac
"#;

pub struct Rig {
    directory: tempfile::TempDir,
    client: &'static str,
}

impl Rig {
    /// A root with one workload of one service, and an engine that has nothing.
    pub fn new() -> Self {
        let rig = Self { directory: tempfile::tempdir().unwrap(), client: "client" };
        for directory in ["share/shop/files", "share/blobs/sha256", "content", "state", "run"] {
            fs::create_dir_all(rig.path(directory)).unwrap();
        }
        for (name, text) in [("images", ""), ("containers", ""), ("asked", ""), ("client", CLIENT)] {
            fs::write(rig.path(name), text).unwrap();
        }
        fs::set_permissions(rig.path("client"), fs::Permissions::from_mode(0o755)).unwrap();
        let blob = |name: &str, text: &str| {
            fs::write(rig.path("share/blobs/sha256").join(name), text).unwrap();
            Blob { sha256: name.to_owned(), size: text.len() as u64 }
        };
        let name = "yoe.internal/page:m1".to_owned();
        let service = Service {
            name: "web".to_owned(),
            image: name.clone(),
            containers: 1,
            may_end: false,
            checked: true,
        };
        let record = Record {
            format: 1,
            name: "shop".to_owned(),
            required: true,
            compose: "compose.yaml".to_owned(),
            files: "f1".to_owned(),
            services: vec![service],
            images: vec![Image {
                name,
                architecture: "amd64".to_owned(),
                media_type: yoe_workload_format::DOCKER_MANIFEST.to_owned(),
                manifest: blob("m1", "manifest"),
                config: blob("c1", "config"),
                layers: vec![blob("l1", "layer")],
            }],
        };
        fs::write(rig.path("share/shop/workload.json"), serde_json::to_vec(&record).unwrap()).unwrap();
        rig
    }

    /// The same with Docker, whose client has a name that is a link.
    pub fn with_docker() -> Self {
        let mut rig = Self::new();
        fs::rename(rig.path("client"), rig.path("docker")).unwrap();
        std::os::unix::fs::symlink("docker", rig.path("workload-client")).unwrap();
        rig.client = "workload-client";
        rig
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The containers that the engine has of whatever workload it is asked for, by ID and service.
    pub fn containers(&self, all: &[(&str, &str)]) {
        let lines: String = all.iter().map(|(id, service)| format!("{id} {service}\n")).collect();
        fs::write(self.path("containers"), lines).unwrap();
        let container = |(id, service): &(&str, &str)| {
            json!({
                "Id": id,
                "Name": format!("shop-{service}-1"),
                "RestartCount": 2,
                "State": { "Status": "running", "ExitCode": 0, "Health": { "Status": "healthy" } },
                "Config": {
                    "Image": "yoe.internal/page:m1",
                    "Labels": { "com.docker.compose.service": service, "internal.yoe.files": "f1" },
                },
            })
        };
        let all: Vec<_> = all.iter().map(container).collect();
        fs::write(self.path("inspect"), serde_json::to_vec(&all).unwrap()).unwrap();
    }

    /// Exit code, standard output and standard error of the program.
    pub fn run(&self, words: &[&str]) -> (i32, String, String) {
        let mut program = Command::new(env!("CARGO_BIN_EXE_yoe-workload"));
        program.args(words).stdin(Stdio::null());
        program.arg("--client").arg(self.path(self.client));
        for name in ["content", "run", "share", "state"] {
            program.arg(format!("--{name}")).arg(self.path(name));
        }
        let output = program.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    /// All that the engine was asked, in order.
    pub fn all(&self) -> Vec<String> {
        fs::read_to_string(self.path("asked")).unwrap().lines().map(str::to_owned).collect()
    }

    /// What it was asked that begins with this word.
    pub fn asked(&self, word: &str) -> Vec<String> {
        self.all().into_iter().filter(|line| line.split(' ').next() == Some(word)).collect()
    }
}
