//! What an editor can, and what this server says that it can itself.

use lsp_server::{Request, RequestId};
use lsp_types::{
    CompletionOptions, DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern,
    HoverProviderCapability, InitializeParams, OneOf, Registration, RegistrationParams, RenameOptions,
    ResourceOperationKind, ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind,
    WorkDoneProgressOptions,
};

use crate::position::Encoding;

/// Files that a change of outside of the editor matters of.
const WATCHED: [&str; 3] = ["**/*.star", "**/yoe.lock", "**/units/**"];

/// What an editor can.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Editor {
    pub(crate) encoding: Encoding,
    pub(crate) renames_files: bool,
    pub(crate) watches: bool,
}

impl Editor {
    /// As it says itself.
    pub(crate) fn of(params: &InitializeParams) -> Self {
        let general = params.capabilities.general.as_ref();
        let workspace = params.capabilities.workspace.as_ref();
        let edit = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        let operations = edit.and_then(|edit| edit.resource_operations.as_ref());
        let watched = workspace.and_then(|workspace| workspace.did_change_watched_files);
        Self {
            encoding: Encoding::choose(general.and_then(|general| general.position_encodings.as_deref())),
            renames_files: operations.is_some_and(|all| all.contains(&ResourceOperationKind::Rename)),
            watches: watched.is_some_and(|watched| watched.dynamic_registration == Some(true)),
        }
    }
}

/// What this server can.
pub(crate) fn capabilities(encoding: Encoding) -> ServerCapabilities {
    let characters = ["\"", "'", "/", "@", "(", ","].map(str::to_owned);
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::FULL)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(characters.into()),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        ..ServerCapabilities::default()
    }
}

/// What asks an editor to tell of changes that are not made in it.
pub(crate) fn watch_request() -> Request {
    let watcher =
        |glob: &str| FileSystemWatcher { glob_pattern: GlobPattern::String(glob.to_owned()), kind: None };
    let options = DidChangeWatchedFilesRegistrationOptions { watchers: WATCHED.map(watcher).into() };
    let registration = Registration {
        id: "files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: serde_json::to_value(options).ok(),
    };
    let params = RegistrationParams { registrations: vec![registration] };
    Request::new(RequestId::from("watch".to_owned()), "client/registerCapability".to_owned(), params)
}
