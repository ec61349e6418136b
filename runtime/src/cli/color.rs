//! Whether what is said has colours: as `--color` says, else where a terminal shows it and `NO_COLOR`
//! does not ask for none.

use std::ffi::OsString;
use std::sync::atomic::{AtomicU8, Ordering};

use clap::ValueEnum;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    Always,
    Never,
}

/// What was asked for: errors may be told from anywhere, before all arguments are read too.
static ASKED: AtomicU8 = AtomicU8::new(Color::Auto as u8);

impl Color {
    /// What `--color` says among the arguments, right or wrong as they may be.
    pub fn asked(arguments: impl Iterator<Item = OsString>) -> Self {
        let mut asked = Self::default();
        let mut flags = arguments.skip(1).take_while(|argument| argument != "--");
        while let Some(flag) = flags.next() {
            let value = match flag.to_str().and_then(|flag| flag.strip_prefix("--color")) {
                Some("") => flags.next(),
                Some(rest) => rest.strip_prefix('=').map(OsString::from),
                None => None,
            };
            let value = value.as_ref().and_then(|value| value.to_str());
            if let Some(value) = value.and_then(|value| Self::from_str(value, false).ok()) {
                asked = value;
            }
        }
        asked
    }

    /// Has all that is said from now on follow it.
    pub fn set(self) {
        ASKED.store(self as u8, Ordering::Relaxed);
    }

    fn shows(self, terminal: bool, no_color: bool) -> bool {
        match self {
            Self::Auto => terminal && !no_color,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// Whether to write colours to where a terminal is, or not.
pub fn colored(terminal: bool) -> bool {
    let asked = ASKED.load(Ordering::Relaxed);
    let known = [Color::Always, Color::Never].into_iter();
    let asked = known.clone().find(|known| *known as u8 == asked);
    // As no-color.org has it: set to anything but nothing.
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    asked.unwrap_or_default().shows(terminal, no_color)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_has_colours_unless_somebody_says_no() {
        for (color, terminal, no_color, shows) in [
            (Color::Auto, true, false, true),
            (Color::Auto, true, true, false),
            (Color::Auto, false, false, false),
            (Color::Always, false, true, true),
            (Color::Never, true, false, false),
        ] {
            assert_eq!(
                color.shows(terminal, no_color),
                shows,
                "{color:?} {terminal}"
            );
        }
    }

    #[test]
    fn the_flag_is_found_wherever_it_stands() {
        for (arguments, expected) in [
            ("attnc check f --color always", Color::Always),
            ("attnc --color=never check f", Color::Never),
            ("attnc check f --color", Color::Auto),
            ("attnc check f --color blue", Color::Auto),
            ("attnc check f -- --color always", Color::Auto),
            ("attnc check f --colored=always", Color::Auto),
        ] {
            let arguments = arguments.split(' ').map(OsString::from);
            assert_eq!(Color::asked(arguments), expected);
        }
    }
}
