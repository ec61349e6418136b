//! Answers to requests, and why there is none.

use lsp_server::ErrorCode;
use serde::de::DeserializeOwned;
use serde::Serialize;
use serde_json::Value;

/// Why a request gets no answer.
pub struct Refusal(pub ErrorCode, pub String);

pub type Answer = Result<Value, Refusal>;

/// The parameters of a request.
pub fn read<T: DeserializeOwned>(params: Value) -> Result<T, Refusal> {
    serde_json::from_value(params)
        .map_err(|error| Refusal(ErrorCode::InvalidParams, format!("bad parameters: {error}")))
}

pub fn give(value: impl Serialize) -> Answer {
    serde_json::to_value(value).map_err(|error| {
        Refusal(
            ErrorCode::InternalError,
            format!("cannot be written: {error}"),
        )
    })
}

/// What a client tells, as the protocol has it.
pub fn told_of<T: DeserializeOwned>(params: Value) -> Result<T, String> {
    serde_json::from_value(params).map_err(|error| format!("bad parameters: {error}"))
}

/// The answer to what the client wants no more.
pub fn cancelled() -> Answer {
    Err(Refusal(ErrorCode::RequestCanceled, "cancelled".to_string()))
}
