//! Statement, trace, proof and verdict of circuits that `attnc-compiler` lays out.
