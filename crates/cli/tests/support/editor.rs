//! An editor: starts `yoe lsp` and speaks with it over its standard input and output (Language Server Protocol 3.17).

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long an answer may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Editor {
    server: Child,
    incoming: Receiver<Value>,
    /// Requests that were sent.
    pub requests: u32,
    /// What the server says to be wrong, by the address of the file.
    pub wrong: BTreeMap<String, Vec<Value>>,
    /// How often it said so.
    pub published: usize,
    /// The longest time that an answer took, by method.
    pub slowest: BTreeMap<String, Duration>,
}

impl Editor {
    /// Starts a server, and initializes it as an editor does that can do all that is asked of one.
    pub fn start(command: Command) -> Self {
        Self::start_with(
            command,
            json!({
                "general": {"positionEncodings": ["utf-16"]},
                "workspace": {"workspaceEdit": {"documentChanges": true, "resourceOperations": ["create", "rename", "delete"]}},
            }),
        )
    }

    pub fn start_with(mut command: Command, capabilities: Value) -> Self {
        let mut server =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut output = BufReader::new(server.stdout.take().unwrap());
        let (sender, incoming) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let mut this = Self {
            server,
            incoming,
            requests: 0,
            wrong: BTreeMap::new(),
            published: 0,
            slowest: BTreeMap::new(),
        };
        let answer =
            this.ask("initialize", json!({"processId": null, "rootUri": null, "capabilities": capabilities}));
        assert_eq!(answer["serverInfo"]["name"], "yoe", "{answer}");
        this.say("initialized", json!({}));
        this
    }

    /// Asks, and waits for the answer: its result, or null and the error.
    pub fn try_ask(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        self.requests += 1;
        let (id, began) = (self.requests, Instant::now());
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self.receive(PATIENCE).unwrap_or_else(|| panic!("no answer to {method}"));
            if message["id"] == id && message.get("method").is_none() {
                let slowest = self.slowest.entry(method.to_owned()).or_default();
                *slowest = (*slowest).max(began.elapsed());
                return match message.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(message["result"].clone()),
                };
            }
        }
    }

    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.try_ask(method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Says something that has no answer.
    pub fn say(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    pub fn open(&mut self, path: &Path, text: &str) {
        let item = json!({"uri": uri(path), "languageId": "starlark", "version": 1, "text": text});
        self.say("textDocument/didOpen", json!({"textDocument": item}));
    }

    pub fn change(&mut self, path: &Path, text: &str) {
        let document = json!({"uri": uri(path), "version": 2});
        self.say(
            "textDocument/didChange",
            json!({"textDocument": document, "contentChanges": [{"text": text}]}),
        );
    }

    /// What is wrong in a file, as soon as that fits.
    pub fn wrong_when(&mut self, path: &Path, fits: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let (uri, began) = (uri(path), Instant::now());
        loop {
            let wrong = self.wrong.get(&uri).cloned().unwrap_or_default();
            if fits(&wrong) {
                return wrong;
            }
            assert!(began.elapsed() < PATIENCE, "{uri}: {wrong:?}");
            self.receive(PATIENCE);
        }
    }

    /// Ends the server as an editor does.
    pub fn quit(mut self) {
        self.ask("shutdown", Value::Null);
        self.say("exit", Value::Null);
        let status = self.server.wait().unwrap();
        assert!(status.success(), "{status}");
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let input = self.server.stdin.as_mut().unwrap();
        write!(input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        input.flush().unwrap();
    }

    /// The next message; notes what it says to be wrong.
    fn receive(&mut self, patience: Duration) -> Option<Value> {
        let message = self.incoming.recv_timeout(patience).ok()?;
        if message["method"] == "textDocument/publishDiagnostics" {
            let params = &message["params"];
            let wrong = params["diagnostics"].as_array().unwrap().clone();
            self.wrong.insert(params["uri"].as_str().unwrap().to_owned(), wrong);
            self.published += 1;
        }
        Some(message)
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // It has ended, or a test failed.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim() {
            "" => break,
            header => {
                length = header.strip_prefix("Content-Length: ").map_or(length, |text| text.parse().unwrap())
            }
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).unwrap())
}

/// The address of a file whose path has no character that is spelt differently there.
pub fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// A place in a text, in units of UTF-16: where `marked` has a `|`. Gives the text without it.
pub fn marked(marked: &str) -> (String, Value) {
    let at = marked.find('|').unwrap();
    let before = &marked[..at];
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap().encode_utf16().count();
    (marked.replacen('|', "", 1), json!({"line": line, "character": column}))
}
