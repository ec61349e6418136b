//! What the server can do, and what it asks of a client.

use std::path::PathBuf;

use lsp_types::{
    ClientCapabilities, CodeActionKind, CodeActionOptions, CodeActionProviderCapability,
    CodeLensOptions, CompletionOptions, ExecuteCommandOptions, HoverProviderCapability,
    InitializeParams, OneOf, RenameOptions, SemanticTokensFullOptions, SemanticTokensOptions,
    SemanticTokensServerCapabilities, ServerCapabilities, SignatureHelpOptions,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    WorkDoneProgressOptions,
};

use crate::lsp::colours::legend;
use crate::lsp::commands;
use crate::lsp::document::path;
use crate::lsp::position::Encoding;

/// What a client can do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Client {
    pub encoding: Encoding,
    pub snippets: bool,
    /// Whether it answers what its settings are.
    pub settings: bool,
    pub refreshes_hints: bool,
}

impl Client {
    pub fn of(given: &InitializeParams) -> Self {
        let ClientCapabilities {
            general,
            text_document,
            workspace,
            ..
        } = &given.capabilities;
        let offered = general
            .as_ref()
            .and_then(|general| general.position_encodings.as_deref());
        let completion = text_document.as_ref().and_then(|it| it.completion.as_ref());
        let item = completion.and_then(|completion| completion.completion_item.as_ref());
        let workspace = workspace.as_ref();
        let hints = workspace.and_then(|it| it.inlay_hint.as_ref());
        Self {
            encoding: Encoding::of(offered),
            snippets: item.and_then(|item| item.snippet_support) == Some(true),
            settings: workspace.and_then(|it| it.configuration) == Some(true),
            refreshes_hints: hints.and_then(|hints| hints.refresh_support) == Some(true),
        }
    }
}

/// The folders that a client has open.
pub fn roots(given: &InitializeParams) -> Vec<PathBuf> {
    let folders = given.workspace_folders.iter().flatten();
    let mut roots: Vec<PathBuf> = folders.filter_map(|folder| path(&folder.uri)).collect();
    // Older clients say one in this way.
    #[allow(deprecated)]
    let root = given.root_uri.as_ref();
    if roots.is_empty() {
        roots.extend(root.and_then(path));
    }
    roots
}

pub fn capabilities(client: Client) -> ServerCapabilities {
    let triggers = |signs: &[&str]| Some(signs.iter().map(|sign| (*sign).to_string()).collect());
    ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(
            TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::INCREMENTAL),
                ..TextDocumentSyncOptions::default()
            },
        )),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: triggers(&["."]),
            ..CompletionOptions::default()
        }),
        signature_help_provider: Some(SignatureHelpOptions {
            trigger_characters: triggers(&["(", ","]),
            ..SignatureHelpOptions::default()
        }),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        document_formatting_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        code_lens_provider: Some(CodeLensOptions {
            resolve_provider: Some(false),
        }),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: commands::all(),
            ..ExecuteCommandOptions::default()
        }),
        inlay_hint_provider: Some(OneOf::Left(true)),
        semantic_tokens_provider: Some(SemanticTokensServerCapabilities::SemanticTokensOptions(
            SemanticTokensOptions {
                legend: legend(),
                full: Some(SemanticTokensFullOptions::Bool(true)),
                ..SemanticTokensOptions::default()
            },
        )),
        ..ServerCapabilities::default()
    }
}
