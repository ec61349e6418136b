//! What may be asked of a document: a request's name, and who answers it.

use lsp_server::ErrorCode;
use lsp_types::{
    CodeActionParams, CompletionList, DocumentHighlight, InlayHintParams, ReferenceParams,
    RenameParams, SemanticTokens, TextDocumentIdentifier, TextDocumentPositionParams,
};
use serde::Deserialize;
use serde_json::Value;

use crate::lsp::colours::colours;
use crate::lsp::commands::lenses;
use crate::lsp::desk::Desk;
use crate::lsp::refusal::{give, read, Answer, Refusal};
use crate::lsp::tell::actions;

/// What every question about a whole document has.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Whole {
    text_document: TextDocumentIdentifier,
}

/// What is asked of a document.
pub fn question(desk: &Desk, method: &str, params: Value) -> Answer {
    let cannot = |why| Refusal(ErrorCode::RequestFailed, why);
    let at = |params: Value| -> Result<_, Refusal> {
        let given: TextDocumentPositionParams = read(params)?;
        Ok((desk.asked(&given.text_document.uri)?, given.position))
    };
    let whole = |params: Value| -> Result<_, Refusal> {
        let given: Whole = read(params)?;
        desk.asked(&given.text_document.uri)
    };
    match method {
        "textDocument/hover" => {
            let (asked, position) = at(params)?;
            give(asked.hover(position))
        }
        "textDocument/definition" => {
            let (asked, position) = at(params)?;
            give(asked.definition(position))
        }
        "textDocument/references" => {
            let given: ReferenceParams = read(params)?;
            let place = given.text_document_position;
            let asked = desk.asked(&place.text_document.uri)?;
            give(asked.references(place.position, given.context.include_declaration))
        }
        "textDocument/documentHighlight" => {
            let (asked, position) = at(params)?;
            let places = asked.own_references(position, true).into_iter();
            let marks = places.map(|place| DocumentHighlight {
                range: place.range,
                kind: None,
            });
            give(marks.collect::<Vec<_>>())
        }
        "textDocument/prepareRename" => {
            let (asked, position) = at(params)?;
            give(asked.renameable(position).map_err(cannot)?)
        }
        "textDocument/rename" => {
            let given: RenameParams = read(params)?;
            let place = given.text_document_position;
            let asked = desk.asked(&place.text_document.uri)?;
            give(
                asked
                    .rename(place.position, &given.new_name)
                    .map_err(cannot)?,
            )
        }
        "textDocument/completion" => {
            let (asked, position) = at(params)?;
            give(CompletionList {
                is_incomplete: false,
                items: asked.completion(position),
            })
        }
        "textDocument/signatureHelp" => {
            let (asked, position) = at(params)?;
            give(asked.signature(position))
        }
        "textDocument/documentSymbol" => give(whole(params)?.symbols()),
        "textDocument/semanticTokens/full" => {
            let asked = whole(params)?;
            let names = asked.names();
            give(SemanticTokens {
                result_id: None,
                data: colours(names, &asked.text.lines, asked.encoding),
            })
        }
        "textDocument/inlayHint" => {
            let given: InlayHintParams = read(params)?;
            let asked = desk.asked(&given.text_document.uri)?;
            give(asked.hints(given.range, desk.settings))
        }
        "textDocument/formatting" => give(whole(params)?.formatting().map_err(cannot)?),
        "textDocument/codeLens" => give(lenses(&whole(params)?)),
        "textDocument/codeAction" => {
            let given: CodeActionParams = read(params)?;
            let asked = desk.asked(&given.text_document.uri)?;
            give(actions(asked.text, given.range, asked.encoding))
        }
        _ => {
            let why = format!("there is no `{method}` here");
            Err(Refusal(ErrorCode::MethodNotFound, why))
        }
    }
}
