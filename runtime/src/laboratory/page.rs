//! A study as one page: what it shows, charts, where the bytes are, every row (spec 8.9).
//!
//! - `content`: what a page shows. `findings`: what a study shows, in numbers. `chart`: as lines.
//! - `fidelity`, `growth`, `fusing`, `bytes`, `table`: the page's sections.

mod bytes;
mod chart;
mod content;
mod fidelity;
mod findings;
mod fusing;
mod growth;
mod table;

use attnc_compiler::diagnostic::visible;
use maud::{html, Markup, PreEscaped, DOCTYPE};

use crate::laboratory::study::Status;
use content::short;

pub use content::{Page, Picture};
pub use fidelity::fidelity_page;
pub use findings::series;

impl Page<'_> {
    pub fn html(&self) -> String {
        let subject = &self.study.subject;
        let title = format!("{}: a study of boundaries", subject.circuit);
        framed(
            &title,
            &html! {
                (self.abstract_())
                (self.fidelity_section())
                h2 { "Growth" }
                (self.growth_text())
                @for parameter in self.comparison.varied() { (self.growth_chart(parameter)) }
                h2 { "One proof against several" }
                (self.fusing_text())
                @for parameter in self.comparison.varied() { (self.ratio_chart(parameter)) }
                h2 { "Where the bytes are" }
                (self.sections())
                @for picture in &self.pictures { (self.costs(picture)) }
                h2 { "The graph and its boundaries" }
                @for picture in &self.pictures { (graph(picture)) }
                h2 { "All rows" }
                (self.table())
                script { (PreEscaped(include_str!("page/sort.js"))) }
            },
        )
    }

    fn abstract_(&self) -> Markup {
        let subject = &self.study.subject;
        let count = |status| {
            self.study
                .rows
                .iter()
                .filter(|row| row.status == status)
                .count()
        };
        let (skipped, failed) = (count(Status::Skipped), count(Status::Failed));
        let machine = &subject.machine;
        html! {
            p {
                (count(Status::Done)) " proofs of " code { (subject.file) } ", each made and verified by "
                "attnc " (subject.attnc) " with " (machine.cores) " threads and " (machine.memory_gib)
                " GiB of memory (" (machine.build) ")."
                @if skipped > 0 { " " (skipped) " cells were predicted not to fit the memory and are skipped." }
                @if failed > 0 { " " (failed) " cells failed; their rows say why." }
            }
            p.note { "Measured by" }
            pre { @for run in &self.study.runs { (run.command) "\n" } }
            p.note { "and made into this page by" }
            pre { (self.command) }
            p.note {
                "Bytes are those of packed proofs with their claims; JSON bytes are the length of "
                "serde_json of Stwo's proofs, what published figures count. One proof's size varies "
                "with its queries, by some 3 % at 96 bits and 12 % at seed."
            }
        }
    }
}

/// A page with its title, which needs nothing from elsewhere.
fn framed(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(include_str!("page/style.css"))) }
            }
            body {
                h1 { (title) }
                (body)
            }
        }
    };
    visible::lines(&page.into_string()).into_owned()
}

fn graph(picture: &Picture) -> Markup {
    html! { figure.graph {
        div.scroll { (PreEscaped(&picture.graph)) }
        figcaption {
            "Plan " (short(&picture.plan)) ": what is computed where, and what crosses. "
            code { (picture.command) " --graph graph.svg" }
        }
    } }
}
