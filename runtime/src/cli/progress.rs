//! Progress on a terminal: one line that names the stage, on standard error; the door for it.

use std::io::IsTerminal;
use std::time::Duration;

use attnc_compiler::diagnostic::visible::line;
use indicatif::{ProgressBar, ProgressStyle};

/// A spinner, if standard error is a terminal; it disappears when dropped.
pub struct Progress(Option<ProgressBar>);

impl Progress {
    pub fn start(stage: &'static str) -> Self {
        let shown = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
                bar.set_style(style);
            }
            bar.set_message(stage);
            bar.enable_steady_tick(Duration::from_millis(80));
            bar
        });
        Self(shown)
    }

    pub fn stage(&self, stage: impl AsRef<str>) {
        if let Some(bar) = &self.0 {
            bar.set_message(line(stage.as_ref()).into_owned());
        }
    }

    /// A line that stays.
    pub fn line(&self, text: impl AsRef<str>) {
        if let Some(bar) = &self.0 {
            bar.println(line(text.as_ref()));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
