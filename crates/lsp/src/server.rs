//! The conversation with an editor.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::thread;

use crossbeam_channel::{Receiver, Sender, select, unbounded};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, Response};
use lsp_types::{
    Diagnostic, DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    InitializeParams, PublishDiagnosticsParams, TextDocumentPositionParams,
};
use serde::de::DeserializeOwned;
use yoe_lang::Options;

use crate::documents::Documents;
use crate::editor::{Editor, capabilities, watch_request};
use crate::evaluation::{Evaluated, Job, evaluate};
use crate::index::Index;
use crate::requests::{self, Answer, error};
use crate::uri::uri;
use crate::view::View;
use crate::{ModuleTrees, ServeError};

/// Speaks with an editor until it says that it is enough.
pub(crate) fn run(connection: Connection, modules: Box<ModuleTrees>) -> Result<(), ServeError> {
    let protocol = |error: lsp_server::ProtocolError| ServeError::Protocol(error.to_string());
    let (id, params) = connection.initialize_start().map_err(protocol)?;
    let params: InitializeParams =
        serde_json::from_value(params).map_err(|error| ServeError::Protocol(error.to_string()))?;
    let editor = Editor::of(&params);
    let answer = serde_json::json!({
        "capabilities": capabilities(editor.encoding),
        "serverInfo": {"name": "yoe", "version": env!("CARGO_PKG_VERSION")},
    });
    connection.initialize_finish(id, answer).map_err(protocol)?;
    let (jobs, evaluated) = evaluator();
    let mut server = Server {
        connection,
        editor,
        modules,
        documents: Documents::default(),
        projects: BTreeMap::new(),
        jobs,
    };
    server.watch();
    server.converse(&evaluated)
}

/// A thread that evaluates; of jobs for one project that wait, the last one alone.
fn evaluator() -> (Sender<Job>, Receiver<Evaluated>) {
    let (jobs, waiting) = unbounded::<Job>();
    let (done, evaluated) = unbounded();
    thread::spawn(move || {
        while let Ok(first) = waiting.recv() {
            let mut newest: Vec<Job> = vec![first];
            while let Ok(next) = waiting.try_recv() {
                newest.retain(|job| job.root != next.root);
                newest.push(next);
            }
            for job in newest {
                if done.send(evaluate(job)).is_err() {
                    return;
                }
            }
        }
    });
    (jobs, evaluated)
}

/// A project that a file of is open.
#[derive(Default)]
struct Project {
    index: Index,
    /// Where its fetched modules are.
    modules: BTreeMap<String, PathBuf>,
    /// The mistakes that the editor shows, by file.
    wrong: BTreeMap<PathBuf, Vec<Diagnostic>>,
}

struct Server {
    connection: Connection,
    editor: Editor,
    modules: Box<ModuleTrees>,
    documents: Documents,
    projects: BTreeMap<PathBuf, Project>,
    jobs: Sender<Job>,
}

impl Server {
    fn converse(&mut self, evaluated: &Receiver<Evaluated>) -> Result<(), ServeError> {
        let incoming = self.connection.receiver.clone();
        loop {
            select! {
                recv(incoming) -> message => match message {
                    Ok(Message::Request(request)) => {
                        let ended = self.connection.handle_shutdown(&request);
                        if ended.map_err(|error| ServeError::Protocol(error.to_string()))? {
                            return Ok(());
                        }
                        self.request(request);
                    }
                    Ok(Message::Notification(notification)) => self.notification(notification),
                    // To what was registered.
                    Ok(Message::Response(_)) => {}
                    Err(_) => return Err(ServeError::Protocol("it ended without `shutdown`".to_owned())),
                },
                recv(evaluated) -> done => {
                    if let Ok(done) = done {
                        self.publish(done);
                    }
                }
            }
        }
    }

    /// Asks for news of changes that are not made in the editor.
    fn watch(&self) {
        if self.editor.watches {
            self.send(watch_request().into());
        }
    }

    /// Whoever does not hear it is gone, which the next receiving notices.
    fn send(&self, message: Message) {
        let _ = self.connection.sender.send(message);
    }

    fn request(&self, request: Request) {
        let Request { id, method, params } = request;
        let look = |place: &TextDocumentPositionParams, then: &dyn Fn(&View<'_>, usize) -> Answer| {
            self.look(place, then)
        };
        let answer = requests::answer(&method, params, &look, self.editor.renames_files);
        let unknown = || Err(error(ErrorCode::MethodNotFound, format!("{method} is not known here")));
        self.send(
            match answer.unwrap_or_else(unknown) {
                Ok(value) => Response::new_ok(id, value),
                Err(error) => Response::new_err(id, error.code, error.message),
            }
            .into(),
        );
    }

    fn look(&self, place: &TextDocumentPositionParams, then: &dyn Fn(&View<'_>, usize) -> Answer) -> Answer {
        let Some((path, document)) = self.documents.get(&place.text_document.uri) else {
            return Ok(serde_json::Value::Null);
        };
        let none = Index::default();
        let project = document.root.as_ref().and_then(|root| self.projects.get(root));
        let options = self.options(project);
        let index = project.map_or(&none, |project| &project.index);
        let view = View::new(path, &document.text, index, &options, self.editor.encoding);
        let at = self.editor.encoding.offset(&document.text, place.position);
        then(&view, at)
    }

    fn notification(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        let changed = match method.as_str() {
            "textDocument/didOpen" => read(params).and_then(|params: DidOpenTextDocumentParams| {
                let root = self.documents.set(params.text_document.uri, params.text_document.text)?;
                self.open(&root);
                Some(root)
            }),
            "textDocument/didChange" => read(params).and_then(|params: DidChangeTextDocumentParams| {
                // Each change is the whole text.
                let text = params.content_changes.into_iter().last()?.text;
                self.documents.set(params.text_document.uri, text)
            }),
            "textDocument/didClose" => read(params).and_then(|params: DidCloseTextDocumentParams| {
                self.documents.close(&params.text_document.uri)
            }),
            "workspace/didChangeWatchedFiles" | "textDocument/didSave" => {
                for root in self.projects.keys().cloned().collect::<Vec<_>>() {
                    self.find_modules(&root);
                    self.evaluate(&root);
                }
                None
            }
            _ => None,
        };
        // A module may be of several projects that are open.
        if changed.is_some() {
            for root in self.projects.keys().cloned().collect::<Vec<_>>() {
                self.refresh(&root);
                self.evaluate(&root);
            }
        }
    }

    /// Begins with a project: what its files say is known at once.
    fn open(&mut self, root: &Path) {
        if self.projects.contains_key(root) {
            return;
        }
        self.projects.insert(root.to_owned(), Project::default());
        self.find_modules(root);
        let options = self.options(self.projects.get(root));
        let index = Index::read(root, &options, None);
        if let Some(project) = self.projects.get_mut(root) {
            project.index = index;
        }
    }

    /// What the open files define, as they are now.
    fn refresh(&mut self, root: &Path) {
        let options = self.options(self.projects.get(root));
        if let Some(project) = self.projects.get_mut(root) {
            project.index.refresh(self.documents.paths(), &options);
        }
    }

    fn find_modules(&mut self, root: &Path) {
        let found = (self.modules)(root);
        if let Some(project) = self.projects.get_mut(root) {
            project.modules = found;
        }
    }

    fn options(&self, project: Option<&Project>) -> Options {
        let modules = project.map(|project| project.modules.clone()).unwrap_or_default();
        Options { machine: None, modules, texts: self.documents.texts() }
    }

    fn evaluate(&self, root: &Path) {
        let (options, encoding) = (self.options(self.projects.get(root)), self.editor.encoding);
        // The thread lives as long as this does.
        let _ = self.jobs.send(Job { root: root.to_owned(), options, encoding });
    }

    /// What is wrong in a file, for each project that it is of; most mistakes are the same in all.
    fn wrong_in(&self, path: &Path) -> Vec<Diagnostic> {
        let mut all: Vec<Diagnostic> = Vec::new();
        for diagnostic in self.projects.values().filter_map(|project| project.wrong.get(path)).flatten() {
            if !all.contains(diagnostic) {
                all.push(diagnostic.clone());
            }
        }
        all
    }

    /// Tells the editor what is wrong, and what is so no more.
    fn publish(&mut self, done: Evaluated) {
        let Evaluated { root, index, wrong } = done;
        let Some(project) = self.projects.get_mut(&root) else { return };
        project.index = index;
        let now: BTreeSet<PathBuf> = wrong.keys().cloned().collect();
        let before = std::mem::replace(&mut project.wrong, wrong);
        // It was evaluated from texts that may have changed meanwhile.
        self.refresh(&root);
        for path in &before.into_keys().chain(now).collect::<BTreeSet<PathBuf>>() {
            let diagnostics = self.wrong_in(path);
            let Some(uri) = self.documents.uri(path).or_else(|| uri(path)) else { continue };
            let params = PublishDiagnosticsParams { uri, diagnostics, version: None };
            self.send(Notification::new("textDocument/publishDiagnostics".to_owned(), params).into());
        }
    }
}

/// The parameters of a notification; what is wrong with them nobody waits to hear.
fn read<T: DeserializeOwned>(params: serde_json::Value) -> Option<T> {
    serde_json::from_value(params).ok()
}
