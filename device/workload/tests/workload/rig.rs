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
    volume) if [ "$2" = ls ]; then echo shop_data; echo other; else echo "$here/volume/_data"; fi ;;
    load) cat >"$here/loaded" ;;
    ps) sed 's/ .*//' "$here/containers" ;;
    container) cat "$here/inspect" ;;
    compose)
        if [ -s "$here/fails" ]; then
            cat "$here/fails" >&2
            rm "$here/fails"
            exit 1
        fi
        # What comes up is what the Compose file of this workload says.
        file=$(echo "$*" | sed 's/.*--file \([^ ]*\)\/images.yaml.*/\1/')
        if [ -e "$file/comes-up" ]; then cp "$file/comes-up" "$here/inspect"; fi
        ;;
esac
"#;

/// A version's file says where its files are.
const MOUNT: &str = "#!/bin/sh\nset -- \"$5\" \"$6\"\n[ -d \"$(cat \"$1\")\" ] || { echo no file system >&2; exit 32; }\ncp -a \"$(cat \"$1\")/.\" \"$2\"\n";
const UNMOUNT: &str = "#!/bin/sh\nrm -r \"$1\"\n";

pub struct Rig {
    directory: tempfile::TempDir,
    client: &'static str,
}

impl Rig {
    /// A root with one workload of one service, and an engine that has nothing.
    pub fn new() -> Self {
        let rig = Self { directory: tempfile::tempdir().unwrap(), client: "client" };
        for directory in [
            "share/shop/files",
            "share/blobs/sha256",
            "content",
            "state",
            "run",
            "versions/shop",
            "volume/_data",
        ] {
            fs::create_dir_all(rig.path(directory)).unwrap();
        }
        for (name, text) in [("images", ""), ("containers", ""), ("asked", "")] {
            fs::write(rig.path(name), text).unwrap();
        }
        rig.program("client", CLIENT);
        rig.program("mount", MOUNT);
        rig.program("unmount", UNMOUNT);
        rig.program("control", "#!/bin/sh\necho \"$*\" >>\"$(dirname \"$0\")/controlled\"\n");
        fs::write(rig.path("os-release"), "IMAGE_ID=box\nIMAGE_VERSION=\"1\"\n").unwrap();
        fs::write(rig.path("updates"), r#"{"machine": "box", "settle": 1, "deadline": 3}"#).unwrap();
        let record = rig.record("share", None, "f1", "m1");
        fs::write(rig.path("share/shop/workload.json"), serde_json::to_vec(&record).unwrap()).unwrap();
        rig
    }

    fn program(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A workload of one service whose image has this manifest, with its blobs in this directory.
    fn record(&self, share: &str, version: Option<&str>, files: &str, manifest: &str) -> Record {
        let blob = |name: &str, text: &str| {
            fs::write(self.path(share).join("blobs/sha256").join(name), text).unwrap();
            Blob { sha256: name.to_owned(), size: text.len() as u64 }
        };
        let name = format!("yoe.internal/page:{manifest}");
        let service = Service {
            name: "web".to_owned(),
            image: name.clone(),
            containers: 1,
            may_end: false,
            checked: true,
        };
        Record {
            format: 1,
            name: "shop".to_owned(),
            version: version.map(str::to_owned),
            data_version: version.and_then(|version| version.split_once('.')?.0.parse().ok()),
            volumes: vec!["shop_data".to_owned()],
            required: true,
            compose: "compose.yaml".to_owned(),
            files: files.to_owned(),
            services: vec![service],
            images: vec![Image {
                name,
                architecture: "amd64".to_owned(),
                media_type: yoe_workload_format::DOCKER_MANIFEST.to_owned(),
                manifest: blob(manifest, "manifest"),
                config: blob("c1", "config"),
                layers: vec![blob("l1", "layer")],
            }],
        }
    }

    /// The root has this version of its workload.
    pub fn own_version(&self, version: &str) {
        let record = self.record("share", Some(version), "f1", "m1");
        fs::write(self.path("share/shop/workload.json"), serde_json::to_vec(&record).unwrap()).unwrap();
        if !self.path("inspect").exists() {
            fs::write(self.path("inspect"), "[]").unwrap();
        }
        self.comes_up("share", "f1", "m1", "healthy");
    }

    /// A version that came apart from the system is here; its containers come up with this health.
    pub fn version(&self, version: &str, health: &str) {
        let source = format!("source-{version}");
        for directory in ["shop/files", "blobs/sha256"] {
            fs::create_dir_all(self.path(&source).join(directory)).unwrap();
        }
        let (files, manifest) = (format!("f{version}"), format!("m{version}"));
        let record = self.record(&source, Some(version), &files, &manifest);
        let path = self.path(&source).join("shop/workload.json");
        fs::write(path, serde_json::to_vec(&record).unwrap()).unwrap();
        self.comes_up(&source, &files, &manifest, health);
        let file = self.path("versions/shop").join(format!("{version}.erofs"));
        fs::write(file, self.path(&source).display().to_string()).unwrap();
    }

    fn comes_up(&self, share: &str, files: &str, manifest: &str, health: &str) {
        fs::write(self.path("containers"), "a1 web\n").unwrap();
        let container = json!([{
            "Id": "a1",
            "Name": "shop-web-1",
            "State": { "Status": "running", "ExitCode": 0, "Health": { "Status": health } },
            "Config": {
                "Image": format!("yoe.internal/page:{manifest}"),
                "Labels": { "com.docker.compose.service": "web", "internal.yoe.files": files },
            },
        }]);
        fs::write(self.path(share).join("shop/comes-up"), container.to_string()).unwrap();
    }

    /// The device starts: what was mounted is not any more.
    pub fn reboot(&self) {
        let _ = fs::remove_dir_all(self.path("run"));
        fs::create_dir(self.path("run")).unwrap();
    }

    /// What services were asked to do.
    pub fn controlled(&self) -> String {
        fs::read_to_string(self.path("controlled")).unwrap_or_default()
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
        let options = [
            "content",
            "control",
            "data",
            "mount",
            "os-release",
            "reset",
            "run",
            "share",
            "state",
            "unmount",
            "updates",
            "versions",
        ];
        for name in options {
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
