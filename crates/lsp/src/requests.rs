//! Requests about a place in a file.

use lsp_server::{ErrorCode, ResponseError};
use lsp_types::{
    CompletionParams, CompletionResponse, GotoDefinitionParams, GotoDefinitionResponse, HoverParams,
    PrepareRenameResponse, ReferenceParams, RenameParams, TextDocumentPositionParams,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::view::View;
use crate::{completion, definition, hover, rename};

/// An answer.
pub(crate) type Answer = Result<Value, ResponseError>;

/// What gives a file and what is known around it, and null when it is not open.
pub(crate) type Look<'a> =
    dyn Fn(&TextDocumentPositionParams, &dyn Fn(&View<'_>, usize) -> Answer) -> Answer + 'a;

/// Answers a request about a place; absent when it is none that this server knows. `renames` is whether the editor renames files.
pub(crate) fn answer(method: &str, params: Value, look: &Look<'_>, renames: bool) -> Option<Answer> {
    Some(match method {
        "textDocument/completion" => read(params).and_then(|params: CompletionParams| {
            look(&params.text_document_position, &|view, at| {
                value(CompletionResponse::Array(completion::completion(view, at)))
            })
        }),
        "textDocument/hover" => read(params).and_then(|params: HoverParams| {
            look(&params.text_document_position_params, &|view, at| value(hover::hover(view, at)))
        }),
        "textDocument/definition" => read(params).and_then(|params: GotoDefinitionParams| {
            look(&params.text_document_position_params, &|view, at| {
                value(definition::definition(view, at).map(GotoDefinitionResponse::Scalar))
            })
        }),
        "textDocument/references" => read(params).and_then(|params: ReferenceParams| {
            look(&params.text_document_position, &|view, at| {
                value(rename::unit_at(view, at).map(|(name, _)| rename::references(view, &name)))
            })
        }),
        "textDocument/prepareRename" => read(params).and_then(|params: TextDocumentPositionParams| {
            look(&params, &|view, at| {
                let unit = rename::unit_at(view, at);
                value(unit.map(|(_, range)| PrepareRenameResponse::Range(view.range(&range))))
            })
        }),
        "textDocument/rename" => read(params).and_then(|params: RenameParams| {
            look(&params.text_document_position, &|view, at| renamed(view, at, &params.new_name, renames))
        }),
        _ => return None,
    })
}

fn renamed(view: &View<'_>, at: usize, new: &str, renames: bool) -> Answer {
    let refused = |message: String| error(ErrorCode::RequestFailed, message);
    if !renames {
        return Err(refused(
            "a unit's file is named as the unit is, and this editor renames no files".to_owned(),
        ));
    }
    let (name, _) =
        rename::unit_at(view, at).ok_or_else(|| refused("there is no name of a unit here".to_owned()))?;
    value(rename::rename(view, &name, new).map_err(refused)?)
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, ResponseError> {
    serde_json::from_value(params).map_err(|wrong| error(ErrorCode::InvalidParams, wrong.to_string()))
}

fn value(answer: impl Serialize) -> Answer {
    serde_json::to_value(answer).map_err(|wrong| error(ErrorCode::InternalError, wrong.to_string()))
}

/// An error as the protocol has it.
pub(crate) fn error(code: ErrorCode, message: String) -> ResponseError {
    ResponseError { code: code as i32, message, data: None }
}
