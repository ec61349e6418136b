//! Questions about a place of a document, put to the compiler and answered in the protocol's types.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use attnc_compiler::diagnostic::visible::lines as shown;
use attnc_compiler::diagnostic::{Edit, Span};
use attnc_compiler::ide::complete::complete;
use attnc_compiler::ide::document::Document;
use attnc_compiler::ide::hints::intervals;
use attnc_compiler::ide::hover::hover;
use attnc_compiler::ide::outline::{outline, Entry};
use attnc_compiler::ide::rename::{everywhere, rename, renameable, File};
use attnc_compiler::ide::signature::signatures;
use attnc_compiler::ide::symbols::Kind;
use attnc_compiler::syntax::ast::Visibility;
use attnc_compiler::syntax::format::format;
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, DocumentSymbol, Documentation, Hover,
    HoverContents, InlayHint, InlayHintKind, InlayHintLabel, InlayHintTooltip, InsertTextFormat,
    Location, MarkupContent, MarkupKind, ParameterInformation, ParameterLabel, Position, Range,
    SignatureHelp, SignatureInformation, SymbolKind, TextEdit, WorkspaceEdit,
};

use crate::laboratory::attribute::{Attribution, Cost};
use crate::lsp::document::{loader, uri, Open, Text};
use crate::lsp::neighbours::{Neighbour, Neighbours};
use crate::lsp::position::{Encoding, Lines};
use crate::lsp::settings::Settings;
use crate::lsp::tell::changes;

/// A document and what it is asked with.
pub struct Asked<'a> {
    pub text: &'a Text,
    pub open: &'a Arc<Open>,
    /// The folders that the editor has open.
    pub roots: &'a [PathBuf],
    pub encoding: Encoding,
    /// Whether completions may have places to fill in.
    pub snippets: bool,
}

impl Asked<'_> {
    pub fn names(&self) -> &Document {
        self.text.names(self.open)
    }

    fn at(&self, position: Position) -> usize {
        self.text.lines.offset(&self.text.text, position)
    }

    pub fn range(&self, span: Span) -> Range {
        self.text.lines.range(&self.text.text, span)
    }

    pub fn hover(&self, position: Position) -> Option<Hover> {
        let at = self.at(position);
        let found = hover(self.names(), self.text.facts(), at)?;
        let mut parts = vec![fenced(&found.code)];
        parts.push(found.text.join(" "));
        parts.extend(found.comment.as_deref().map(plain));
        let defined = found.defined.map(|span| self.text.lines.line(span.start));
        let costs = self.text.costs().zip(defined);
        parts.extend(costs.and_then(|(costs, line)| line_cost(costs, line)));
        Some(Hover {
            contents: HoverContents::Markup(markdown(parts.join("\n\n"))),
            range: Some(self.range(found.span)),
        })
    }

    /// Where the name at a place is defined; nowhere if it ships with attnc.
    pub fn definition(&self, position: Position) -> Vec<Location> {
        let names = self.names();
        let Some(found) = names.symbols.at(self.at(position)) else {
            return Vec::new();
        };
        let means = found.means.iter();
        let places = means.filter_map(|number| {
            let symbol = &names.symbols.symbols[*number];
            if symbol.text == 0 {
                return Some(Location::new(
                    self.text.uri.clone(),
                    self.range(symbol.span),
                ));
            }
            let beside = names.beside.get(symbol.text - 1)?;
            beside.path.as_ref()?;
            let lines = Lines::of(&beside.text, self.encoding);
            let range = lines.range(&beside.text, symbol.span);
            Some(Location::new(uri(Path::new(&beside.name))?, range))
        });
        places.collect()
    }

    /// The files in which the name at a place may stand, that of its definition first, and its place there;
    /// nothing if it stands in the document alone.
    fn around(&self, position: Position) -> Result<Option<(Neighbours, usize)>, String> {
        let (names, at) = (self.names(), self.at(position));
        let found = names.symbols.at(at);
        let found = found.and_then(|found| names.symbols.symbols.get(*found.means.first()?));
        let (Some(symbol), Some(path)) = (found, &self.text.path) else {
            return Ok(None);
        };
        // Regions and tests elsewhere name values of a definition too.
        let shared = symbol.kind == Kind::Def || symbol.def.is_some();
        let beside = symbol.text.checked_sub(1).map(|at| &names.beside[at]);
        let (home, text) = match beside {
            None if names.is_library && shared => (path.clone(), &names.text),
            None => return Ok(None),
            Some(beside) => match &beside.path {
                None => return Ok(None),
                Some(used) => (
                    path.parent().unwrap_or(Path::new("")).join(used),
                    &beside.text,
                ),
            },
        };
        let around = Neighbours::of(&home, path, self.roots, self.open)?;
        if around.all[0].document.text != *text {
            return Err(format!(
                "{} has changed since: ask again when this is read anew",
                home.display()
            ));
        }
        Ok(Some((around, symbol.span.start)))
    }

    /// Everywhere that the name at a place stands, in the files around too.
    pub fn references(&self, position: Position, with_definition: bool) -> Vec<Location> {
        let Ok(Some((around, at))) = self.around(position) else {
            return self.own_references(position, with_definition);
        };
        let home = &around.all[0].document.symbols;
        let number = home.at(at).and_then(|found| found.means.first());
        let found = number.map_or(Vec::new(), |number| everywhere(&around.files(), *number));
        let each = found.into_iter().flat_map(|(file, spans)| {
            let Neighbour { path, document, .. } = &around.all[file];
            let (uri, lines) = (uri(path), Lines::of(&document.text, self.encoding));
            let wanted = move |span: &Span| with_definition || (file, span.start) != (0, at);
            let spans = spans.into_iter().filter(wanted);
            let locations: Vec<Location> = spans
                .filter_map(|span| {
                    let range = lines.range(&document.text, span);
                    Some(Location::new(uri.clone()?, range))
                })
                .collect();
            locations
        });
        each.collect()
    }

    /// Where the name at a place stands in the document.
    pub fn own_references(&self, position: Position, with_definition: bool) -> Vec<Location> {
        let names = self.names();
        let Some(found) = names.symbols.at(self.at(position)) else {
            return Vec::new();
        };
        let Some(number) = found.means.first() else {
            return Vec::new();
        };
        let defined = &names.symbols.symbols[*number];
        let own = |span: Span| defined.text == 0 && span == defined.span;
        let places = names.symbols.places(*number);
        let places = places.filter(|place| with_definition || !own(place.span));
        places
            .map(|place| Location::new(self.text.uri.clone(), self.range(place.span)))
            .collect()
    }

    /// Where the name can be renamed, or why not.
    pub fn renameable(&self, position: Position) -> Result<Range, String> {
        renameable(self.names(), self.at(position)).map(|span| self.range(span))
    }

    pub fn rename(&self, position: Position, to: &str) -> Result<WorkspaceEdit, String> {
        renameable(self.names(), self.at(position))?;
        let edits = |text: &str, lines: &Lines, edits: Vec<Edit>| {
            let edits = edits.into_iter().map(|edit| TextEdit {
                range: lines.range(text, edit.span),
                new_text: edit.text,
            });
            edits.collect::<Vec<_>>()
        };
        let Some((around, at)) = self.around(position)? else {
            let load = loader(self.text.path.as_deref(), self.open);
            let reread = |_: usize, texts: &[String]| Document::of(&texts[0], &*load);
            let alone = [File::alone(self.names())];
            let found = rename(&alone, self.at(position), to, &reread)?.concat();
            let own = edits(&self.text.text, &self.text.lines, found);
            return Ok(changes([(self.text.uri.clone(), own)]));
        };
        let reread = |number: usize, texts: &[String]| around.reread(number, texts);
        let found = rename(&around.files(), at, to, &reread)?;
        let each = around.all.iter().zip(found);
        let each = each.filter(|(_, edits)| !edits.is_empty());
        let each = each.filter_map(|(Neighbour { path, document, .. }, found)| {
            let lines = Lines::of(&document.text, self.encoding);
            Some((uri(path)?, edits(&document.text, &lines, found)))
        });
        Ok(changes(each))
    }

    /// The text as `attnc fmt` lays it out: one change, of what differs.
    pub fn formatting(&self) -> Result<Vec<TextEdit>, String> {
        let old: &str = &self.text.text;
        let new = format(old).map_err(|errors| match errors.first() {
            Some(error) => ["mend the errors of syntax first: ", &error.message].concat(),
            None => "mend the errors of syntax first".to_string(),
        })?;
        if new == old {
            return Ok(Vec::new());
        }
        let same = old.chars().zip(new.chars()).take_while(|(a, b)| a == b);
        let start: usize = same.map(|(c, _)| c.len_utf8()).sum();
        let (rest, other) = (&old[start..], &new[start..]);
        let same = rest.chars().rev().zip(other.chars().rev());
        let behind: usize = same
            .take_while(|(a, b)| a == b)
            .map(|(c, _)| c.len_utf8())
            .sum();
        Ok(vec![TextEdit {
            range: self.range(Span::new(start, old.len() - behind)),
            new_text: other[..other.len() - behind].to_string(),
        }])
    }

    pub fn completion(&self, position: Position) -> Vec<CompletionItem> {
        let (word, candidates) = complete(self.names(), self.at(position));
        let range = self.range(word);
        let items = candidates.into_iter().map(|candidate| {
            let kind = match candidate.kind {
                Some(kind) => completion_kind(kind),
                None if candidate.is_function => CompletionItemKind::FUNCTION,
                None => CompletionItemKind::KEYWORD,
            };
            let (text, format) = match self.snippets {
                true => (candidate.snippet, InsertTextFormat::SNIPPET),
                false => (candidate.plain, InsertTextFormat::PLAIN_TEXT),
            };
            CompletionItem {
                label: candidate.label,
                kind: Some(kind),
                detail: Some(candidate.detail),
                documentation: (!candidate.text.is_empty())
                    .then_some(Documentation::MarkupContent(markdown(candidate.text))),
                insert_text_format: Some(format),
                text_edit: Some(CompletionTextEdit::Edit(TextEdit {
                    range,
                    new_text: text,
                })),
                ..CompletionItem::default()
            }
        });
        items.collect()
    }

    pub fn signature(&self, position: Position) -> Option<SignatureHelp> {
        let found = signatures(self.names(), self.at(position));
        let active = found.first()?.active;
        let signatures = found.into_iter().map(|signature| {
            let unit = |at: usize| self.encoding.units(&signature.label[..at]);
            let parameters = signature
                .parameters
                .iter()
                .map(|(from, to)| ParameterInformation {
                    label: ParameterLabel::LabelOffsets([unit(*from), unit(*to)]),
                    documentation: None,
                });
            SignatureInformation {
                parameters: Some(parameters.collect()),
                documentation: (!signature.text.is_empty()).then_some(
                    Documentation::MarkupContent(markdown(plain(&signature.text))),
                ),
                label: signature.label,
                active_parameter: u32::try_from(signature.active).ok(),
            }
        });
        Some(SignatureHelp {
            signatures: signatures.collect(),
            active_signature: Some(0),
            active_parameter: u32::try_from(active).ok(),
        })
    }

    pub fn symbols(&self) -> Vec<DocumentSymbol> {
        let entries = outline(self.names());
        entries
            .into_iter()
            .map(|entry| self.symbol(entry))
            .collect()
    }

    // The field that is out of use must be given all the same.
    #[allow(deprecated)]
    fn symbol(&self, entry: Entry) -> DocumentSymbol {
        let inner = entry.inner.into_iter().map(|inner| self.symbol(inner));
        let inner: Vec<DocumentSymbol> = inner.collect();
        DocumentSymbol {
            name: entry.name,
            detail: Some(entry.detail),
            kind: entry.kind.map_or(SymbolKind::NAMESPACE, symbol_kind),
            tags: None,
            deprecated: None,
            range: self.range(entry.whole),
            selection_range: self.range(entry.span),
            children: (!inner.is_empty()).then_some(inner),
        }
    }

    pub fn hints(&self, range: Range, settings: Settings) -> Vec<InlayHint> {
        let mut hints = Vec::new();
        let asked = self.text.lines.span(&self.text.text, range);
        if let Some(facts) = self.text.facts().filter(|_| settings.interval) {
            let found = intervals(self.names(), facts).into_iter();
            let found = found.filter(|hint| asked.start <= hint.at && hint.at <= asked.end);
            hints.extend(found.map(|hint| InlayHint {
                padding_left: Some(true),
                ..beside(self.range(Span::new(hint.at, hint.at)).start, hint.text)
            }));
        }
        let Some(costs) = self.text.costs().filter(|_| settings.cost) else {
            return hints;
        };
        for line in costs.lines.iter().filter(|line| !line.cost.is_nothing()) {
            let number = u32::try_from(line.line - 1).unwrap_or(u32::MAX);
            if number < range.start.line || number > range.end.line {
                continue;
            }
            let end = Position::new(number, self.encoding.units(&line.text));
            hints.push(InlayHint {
                padding_left: Some(true),
                tooltip: line_cost(costs, line.line - 1).map(InlayHintTooltip::String),
                ..beside(end, brief(&line.cost))
            });
        }
        hints
    }
}

fn beside(position: Position, text: String) -> InlayHint {
    InlayHint {
        position,
        label: InlayHintLabel::String(text),
        kind: Some(InlayHintKind::TYPE),
        text_edits: None,
        tooltip: None,
        padding_left: None,
        padding_right: None,
        data: None,
    }
}

/// What a line costs, in few words.
fn brief(cost: &Cost) -> String {
    format!(
        "{}, {}, {} B",
        tenths(cost.columns.all(), "column"),
        tenths(cost.sends, "send"),
        cost.bytes
    )
}

/// So many of something, with one decimal where they are not whole.
fn tenths(number: f64, what: &str) -> String {
    match tenth(number).as_str() {
        "1" => format!("1 {what}"),
        number => format!("{number} {what}s"),
    }
}

/// One decimal, where it is not a whole number.
fn tenth(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_string)
}

/// What a line, counted from 0, costs; nothing if it costs nothing.
fn line_cost(costs: &Attribution, line: usize) -> Option<String> {
    let found = costs.lines.get(line)?;
    let cost = &found.cost;
    (!cost.is_nothing()).then(|| {
        let columns = &cost.columns;
        format!(
            "This line costs {} ({} fixed, {} main, {} interaction), {} a row and {} of {} \
             predicted bytes.",
            tenths(columns.all(), "column"),
            tenth(columns.fixed),
            tenth(columns.main),
            tenth(columns.interaction),
            tenths(cost.sends, "send"),
            cost.bytes,
            costs.bytes
        )
    })
}

fn markdown(value: String) -> MarkupContent {
    MarkupContent {
        kind: MarkupKind::Markdown,
        value,
    }
}

/// A piece of a program as a block of code that nothing in it ends.
fn fenced(code: &str) -> String {
    let code = shown(code);
    let runs = code.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or(0).max(2) + 1);
    format!("{fence}attn\n{code}\n{fence}")
}

/// What somebody wrote, as Markdown that says just that.
fn plain(text: &str) -> String {
    let mut escaped = String::new();
    for c in shown(text).chars() {
        if c.is_ascii_punctuation() && !",.:;'\"()=?%/".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    // An address is no link.
    escaped.replace("://", ":\\/\\/")
}

fn completion_kind(kind: Kind) -> CompletionItemKind {
    match kind {
        Kind::Circuit | Kind::Region | Kind::Plan => CompletionItemKind::MODULE,
        Kind::Parameter | Kind::Size => CompletionItemKind::CONSTANT,
        Kind::Input(_) | Kind::Output(_) | Kind::Outcome => CompletionItemKind::FIELD,
        Kind::Cache | Kind::Carried => CompletionItemKind::PROPERTY,
        Kind::Table | Kind::Def => CompletionItemKind::FUNCTION,
        Kind::Index | Kind::Value | Kind::Hint | Kind::Argument => CompletionItemKind::VARIABLE,
        Kind::Proof => CompletionItemKind::REFERENCE,
        Kind::Test => CompletionItemKind::EVENT,
    }
}

fn symbol_kind(kind: Kind) -> SymbolKind {
    match kind {
        Kind::Circuit | Kind::Region | Kind::Plan => SymbolKind::MODULE,
        Kind::Parameter | Kind::Size => SymbolKind::CONSTANT,
        Kind::Input(Visibility::Fixed) => SymbolKind::CONSTANT,
        Kind::Input(_) | Kind::Output(_) | Kind::Outcome => SymbolKind::FIELD,
        Kind::Cache | Kind::Carried => SymbolKind::PROPERTY,
        Kind::Table | Kind::Def => SymbolKind::FUNCTION,
        Kind::Index | Kind::Value | Kind::Hint | Kind::Argument => SymbolKind::VARIABLE,
        Kind::Proof => SymbolKind::OBJECT,
        Kind::Test => SymbolKind::EVENT,
    }
}
