//! A registry of container images on a port of loopback (OCI distribution specification), with tokens and with faults on demand. It
//! serves as long as the test program runs.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::json;
use yoe_model::Digest;

/// The value of `Authorization` that the token server takes: of `alice` with the password `geheim-7`.
const ALICE: &str = "Basic YWxpY2U6Z2VoZWltLTc=";
/// The token that it hands out.
const TOKEN: &str = "Bearer of-the-token-server";

#[derive(Default)]
struct State {
    files: BTreeMap<String, Vec<u8>>,
    asked: Vec<String>,
    /// After how many bytes of a layer the next connection ends.
    cut: Option<usize>,
    /// Whether nothing is answered any more.
    gone: bool,
}

/// A registry with the repository `team/broker`, which only `alice` may read.
pub struct Registry {
    pub address: String,
    state: Arc<Mutex<State>>,
}

impl Registry {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state = Arc::new(Mutex::new(State::default()));
        let (own, shared) = (address.clone(), Arc::clone(&state));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (own, shared) = (own.clone(), Arc::clone(&shared));
                // A client that goes away is not an error of the server.
                std::thread::spawn(move || drop(answer(stream, &own, &shared)));
            }
        });
        Self { address, state }
    }

    /// Puts an image behind a tag: for amd64, with one layer of these files, compressed, and what its configuration has besides. Gives the
    /// layer's bytes.
    pub fn push(&self, tag: &str, files: &[(&str, &str)], config: serde_json::Value) -> Vec<u8> {
        let (tar, layer) = layer(files);
        self.push_layer(tag, &layer, Digest::of(&tar), config);
        layer
    }

    /// The same with these bytes as the layer, of which the configuration says that they unpack to this digest.
    pub fn push_layer(&self, tag: &str, layer: &[u8], unpacked: Digest, config: serde_json::Value) {
        let layer = self.put("blobs", "application/vnd.docker.image.rootfs.diff.tar.gzip", layer);
        let config = json!({
            "os": "linux", "architecture": "amd64", "config": config,
            "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{unpacked}")] },
        });
        let config = self.put(
            "blobs",
            "application/vnd.docker.container.image.v1+json",
            config.to_string().as_bytes(),
        );
        let kind = "application/vnd.docker.distribution.manifest.v2+json";
        let manifest = json!({ "schemaVersion": 2, "mediaType": kind, "config": config, "layers": [layer] });
        let mut entry = self.put("manifests", kind, manifest.to_string().as_bytes());
        entry["platform"] = json!({ "os": "linux", "architecture": "amd64" });
        let attestation = json!({
            "mediaType": "application/vnd.oci.image.manifest.v1+json", "size": 566,
            "digest": format!("sha256:{}", Digest::of(b"attestation")),
            "platform": { "os": "unknown", "architecture": "unknown" },
        });
        let kind = "application/vnd.oci.image.index.v1+json";
        let index = json!({ "schemaVersion": 2, "mediaType": kind, "manifests": [attestation, entry] });
        let index = index.to_string().into_bytes();
        self.put("manifests", kind, &index);
        self.state.lock().unwrap().files.insert(format!("/v2/team/broker/manifests/{tag}"), index);
    }

    fn put(&self, below: &str, kind: &str, bytes: &[u8]) -> serde_json::Value {
        let digest = format!("sha256:{}", Digest::of(bytes));
        let path = format!("/v2/team/broker/{below}/{digest}");
        self.state.lock().unwrap().files.insert(path, bytes.to_vec());
        json!({ "mediaType": kind, "digest": digest, "size": bytes.len() })
    }

    /// Ends the next answer with a layer after so many bytes.
    pub fn cut(&self, bytes: usize) {
        self.state.lock().unwrap().cut = Some(bytes);
    }

    /// Answers nothing any more.
    pub fn leave(&self) {
        self.state.lock().unwrap().gone = true;
    }

    /// What was asked since the last time: paths, with the first byte where a part was asked for.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().asked)
    }
}

/// A layer of these files, before and after it was compressed.
fn layer(files: &[(&str, &str)]) -> (Vec<u8>, Vec<u8>) {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = directory.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let run = |program: &str, arguments: &[&str], at: &Path| {
        let output = Command::new(program).args(arguments).current_dir(at).output().unwrap();
        assert!(output.status.success(), "{program}");
        output.stdout
    };
    let format = ["--format=ustar", "--owner=0", "--group=0", "--mtime=@0", "--sort=name", "-cf", "-", "."];
    let tar = run("tar", &format, directory.path());
    std::fs::write(directory.path().join("tar"), &tar).unwrap();
    (tar, run("gzip", &["-n", "-c", "tar"], directory.path()))
}

fn answer(stream: TcpStream, own: &str, state: &Mutex<State>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let mut stream = stream;
    let first = lines.next().transpose()?.unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let (mut authorization, mut from) = (String::new(), None);
    for line in lines {
        let line = line?;
        match line.split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("authorization") => {
                authorization = value.to_owned()
            }
            Some((name, value)) if name.eq_ignore_ascii_case("range") => {
                from = value.trim_start_matches("bytes=").trim_end_matches('-').parse::<usize>().ok();
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut state = state.lock().unwrap();
    if state.gone {
        return Ok(());
    }
    let mut head = |status: &str, more: &str, length: usize| {
        write!(stream, "HTTP/1.1 {status}\r\nConnection: close\r\n{more}Content-Length: {length}\r\n\r\n")
    };
    if path.starts_with("/token?") {
        let known = authorization == ALICE;
        let text = if known {
            format!("{{\"token\": \"{}\"}}", TOKEN.trim_start_matches("Bearer "))
        } else {
            String::new()
        };
        head(if known { "200 OK" } else { "401 Unauthorized" }, "", text.len())?;
        return stream.write_all(text.as_bytes());
    }
    if authorization != TOKEN {
        let realm = format!(
            "WWW-Authenticate: Bearer realm=\"http://{own}/token\",service=\"test\",scope=\"repository:team/broker:pull\"\r\n"
        );
        return head("401 Unauthorized", &realm, 0);
    }
    let shown = from.map_or(path.clone(), |from| format!("{path} from {from}"));
    state.asked.push(shown);
    let Some(bytes) = state.files.get(&path).cloned() else { return head("404 Not Found", "", 0) };
    let cut = if path.contains("/blobs/") { state.cut.take() } else { None };
    match from {
        Some(from) => {
            let range = format!("Content-Range: bytes {from}-{}/{}\r\n", bytes.len() - 1, bytes.len());
            head("206 Partial Content", &range, bytes.len() - from)?;
        }
        None => head("200 OK", "", bytes.len())?,
    }
    let rest = &bytes[from.unwrap_or(0)..];
    stream.write_all(&rest[..cut.map_or(rest.len(), |cut| cut.min(rest.len()))])
}
