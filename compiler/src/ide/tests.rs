//! What an editor asks, of programs that are whole and of broken ones.
