//! Versions of file formats: what to say of one that this attnc does not read.

/// That something has version `found` where this attnc reads `reads`, and what to do: `again` if
/// it is too old.
pub fn unread(what: &str, found: u64, reads: u32, again: &str) -> String {
    let (who, do_what) = match found > reads.into() {
        true => ("a newer", "update attnc"),
        false => ("an older", again),
    };
    format!(
        "{what} was made by {who} attnc: it has version {found}, this attnc reads version {reads}; \
         {do_what}"
    )
}
