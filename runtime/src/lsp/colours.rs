//! What each word of a text is, as the protocol packs it.

use attnc_compiler::ide::document::Document;
use attnc_compiler::ide::highlight::{highlight, Class};
use attnc_compiler::ide::symbols::Kind;
use attnc_compiler::syntax::ast::Visibility;
use lsp_types::{SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokensLegend};

use crate::lsp::position::{Encoding, Lines};

const TYPES: [SemanticTokenType; 10] = [
    SemanticTokenType::COMMENT,
    SemanticTokenType::KEYWORD,
    SemanticTokenType::NUMBER,
    SemanticTokenType::STRING,
    SemanticTokenType::OPERATOR,
    SemanticTokenType::FUNCTION,
    SemanticTokenType::PARAMETER,
    SemanticTokenType::VARIABLE,
    SemanticTokenType::PROPERTY,
    SemanticTokenType::NAMESPACE,
];

const MODIFIERS: [SemanticTokenModifier; 3] = [
    SemanticTokenModifier::DECLARATION,
    SemanticTokenModifier::READONLY,
    SemanticTokenModifier::DEFAULT_LIBRARY,
];

pub fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: TYPES.to_vec(),
        token_modifiers: MODIFIERS.to_vec(),
    }
}

/// The type and the modifiers of a piece, as numbers of the legend.
fn numbers(class: Class) -> (u32, u32) {
    const READONLY: u32 = 1 << 1;
    const LIBRARY: u32 = 1 << 2;
    match class {
        Class::Comment => (0, 0),
        Class::Keyword => (1, 0),
        Class::Number => (2, 0),
        Class::Path => (3, 0),
        Class::Operator => (4, 0),
        Class::Function => (5, LIBRARY),
        Class::Name(kind) => match kind {
            Kind::Table | Kind::Def => (5, 0),
            Kind::Parameter | Kind::Size => (6, READONLY),
            Kind::Argument => (6, 0),
            Kind::Index => (7, READONLY),
            Kind::Value | Kind::Hint => (7, 0),
            Kind::Input(Visibility::Fixed) => (8, READONLY),
            Kind::Input(_) | Kind::Output(_) | Kind::Outcome => (8, 0),
            Kind::Cache | Kind::Carried => (8, 0),
            Kind::Circuit | Kind::Region | Kind::Plan | Kind::Proof => (9, 0),
        },
    }
}

/// The pieces of a text, each by its distance from the one before it.
pub fn colours(document: &Document, lines: &Lines, encoding: Encoding) -> Vec<SemanticToken> {
    let text = &document.text;
    let (mut line, mut column) = (0, 0);
    let pieces = highlight(document).into_iter().map(|piece| {
        let place = lines.position(text, piece.span.start);
        let delta_line = place.line - line;
        let delta_start = match delta_line {
            0 => place.character - column,
            _ => place.character,
        };
        (line, column) = (place.line, place.character);
        let (token_type, modifiers) = numbers(piece.class);
        let written = text.get(piece.span.start..piece.span.end);
        SemanticToken {
            delta_line,
            delta_start,
            length: encoding.units(written.unwrap_or_default()),
            token_type,
            token_modifiers_bitset: modifiers | u32::from(piece.defines),
        }
    });
    pieces.collect()
}
