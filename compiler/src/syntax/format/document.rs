//! What can be laid out in several ways: groups that stand on one line if they fit, and else break.
//!
//! It is Wadler's algebra, and of our own because of comments: one of ours ends its line wherever it
//! stands, so it breaks the groups around it, swallows the blank or the break after it, and is let be where
//! it comes last in a group. In the algebras of libraries a comment would have to know what follows.

/// Columns of a line.
pub const WIDTH: usize = 100;
/// Columns that a block stands further right than what it is in.
pub const INDENT: usize = 4;

#[derive(Clone, Debug)]
pub enum Doc {
    Text(String),
    /// One or, at the end of a line, several of a column. `own`: on lines of their own.
    Comment {
        lines: Vec<String>,
        own: bool,
        /// Blanks before one at the end of a line.
        gap: usize,
    },
    /// A blank, but not at the end of a line.
    Space,
    /// An end of line; in a group on one line, this.
    Line(&'static str),
    /// An end of line if what follows, to where the next may be, has no room.
    Fill,
    /// An end of line in any case.
    Hard,
    /// An empty line.
    Blank,
    All(Parts),
    Group(Parts),
    /// A group that breaks before those do that follow on its line.
    Before(Parts),
    Nest(Parts),
    /// Further lines begin where this begins.
    Align(Parts),
}

#[derive(Clone, Debug)]
pub struct Parts {
    parts: Vec<Doc>,
    shape: Shape,
}

/// What a document is on one line.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shape {
    pub width: usize,
    /// It begins with a comment of its own line.
    pub begins: bool,
    /// It ends with a comment.
    pub ends: bool,
    /// It cannot be on one line.
    pub forced: bool,
    empty: bool,
}

impl Shape {
    /// Whether it is on one line where there is room, and something may follow there.
    pub fn is_plain(self) -> bool {
        !self.forced && !self.begins && !self.ends
    }
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

impl Parts {
    fn of(parts: Vec<Doc>) -> Self {
        let mut shape = Shape {
            empty: true,
            ..Shape::default()
        };
        for part in &parts {
            let next = part.shape();
            shape.width = shape.width.saturating_add(next.width);
            shape.forced |= next.forced;
            if next.empty {
                continue;
            }
            match shape.empty {
                true => shape.begins = next.begins,
                false => shape.forced |= next.begins || shape.ends,
            }
            shape.ends = next.ends;
            shape.empty = false;
        }
        Self { parts, shape }
    }
}

pub fn text(text: &str) -> Doc {
    Doc::Text(text.to_string())
}

pub fn all(parts: Vec<Doc>) -> Doc {
    Doc::All(Parts::of(parts))
}

pub fn group(parts: Vec<Doc>) -> Doc {
    Doc::Group(Parts::of(parts))
}

pub fn before(parts: Vec<Doc>) -> Doc {
    Doc::Before(Parts::of(parts))
}

pub fn nest(parts: Vec<Doc>) -> Doc {
    Doc::Nest(Parts::of(parts))
}

pub fn align(parts: Vec<Doc>) -> Doc {
    Doc::Align(Parts::of(parts))
}

impl Doc {
    pub fn shape(&self) -> Shape {
        match self {
            Self::Text(text) => Shape {
                width: columns(text),
                empty: text.is_empty(),
                ..Shape::default()
            },
            Self::Comment { own, .. } => Shape {
                begins: *own,
                ends: true,
                ..Shape::default()
            },
            Self::Space | Self::Fill => Shape {
                width: 1,
                empty: true,
                ..Shape::default()
            },
            Self::Line(flat) => Shape {
                width: flat.len(),
                empty: true,
                ..Shape::default()
            },
            Self::Hard | Self::Blank => Shape {
                forced: true,
                empty: true,
                ..Shape::default()
            },
            Self::All(of)
            | Self::Group(of)
            | Self::Before(of)
            | Self::Nest(of)
            | Self::Align(of) => of.shape,
        }
    }

    /// The text, with an end of line after its last line.
    pub fn rendered(&self) -> String {
        let mut page = Page::default();
        let mut open = vec![Open {
            indent: 0,
            flat: false,
            doc: self,
        }];
        while let Some(Open { indent, flat, doc }) = open.pop() {
            let (parts, indent, flat) = match doc {
                Self::Text(text) => {
                    page.text(text, indent);
                    continue;
                }
                Self::Comment { lines, own, gap } => {
                    page.comment(lines, *own, *gap, indent);
                    continue;
                }
                Self::Space => {
                    page.blank(" ");
                    continue;
                }
                Self::Line(instead) => {
                    match flat {
                        true => page.blank(instead),
                        false => page.line(),
                    }
                    continue;
                }
                Self::Fill => {
                    let own = Open {
                        indent,
                        flat: true,
                        doc,
                    };
                    match flat || fits(&page, own, &open, true) {
                        true => page.blank(" "),
                        false => page.line(),
                    }
                    continue;
                }
                Self::Hard => {
                    page.line();
                    continue;
                }
                Self::Blank => {
                    page.empty_line();
                    continue;
                }
                Self::All(of) => (&of.parts, indent, flat),
                Self::Nest(of) => (&of.parts, indent + INDENT, flat),
                Self::Align(of) => (&of.parts, page.place(indent), flat),
                Self::Group(of) | Self::Before(of) => {
                    let first = matches!(doc, Self::Before(_));
                    let own = Open {
                        indent,
                        flat: true,
                        doc,
                    };
                    let whole = flat || (!of.shape.forced && fits(&page, own, &open, first));
                    (&of.parts, indent, whole)
                }
            };
            open.extend(parts.iter().rev().map(|doc| Open { indent, flat, doc }));
        }
        page.line();
        page.out
    }
}

#[derive(Clone, Copy)]
struct Open<'d> {
    indent: usize,
    flat: bool,
    doc: &'d Doc,
}

/// Whether a group on one line, and what follows to where a line may end, has room; `whole`: to where one
/// may end outside of the groups that follow.
fn fits(page: &Page, first: Open, rest: &[Open], whole: bool) -> bool {
    let Some(mut room) = WIDTH.checked_sub(page.place(first.indent)) else {
        return false;
    };
    let mut open = vec![first];
    let mut after = rest.iter().rev();
    loop {
        let Some(Open { indent, flat, doc }) = open.pop().or_else(|| after.next().copied()) else {
            return true;
        };
        let width = match doc {
            Doc::Text(text) => columns(text),
            Doc::Space => 1,
            Doc::Fill if flat => 1,
            Doc::Line(instead) if flat => instead.len(),
            Doc::Comment { own: true, .. } if flat => {
                room = WIDTH.saturating_sub(indent);
                0
            }
            Doc::Comment { .. } | Doc::Line(_) | Doc::Fill | Doc::Hard | Doc::Blank => return true,
            Doc::All(of) | Doc::Group(of) | Doc::Before(of) | Doc::Nest(of) | Doc::Align(of) => {
                let flat = match doc {
                    Doc::Group(of) | Doc::Before(of) => flat || (whole && !of.shape.forced),
                    _ => flat,
                };
                // No need to walk through a long list.
                if flat && of.shape.is_plain() && of.shape.width > room {
                    return false;
                }
                let parts = of.parts.iter().rev();
                open.extend(parts.map(|doc| Open { indent, flat, doc }));
                0
            }
        };
        match room.checked_sub(width) {
            Some(left) => room = left,
            None => return false,
        }
    }
}

/// What is written so far.
struct Page {
    out: String,
    column: usize,
    /// Nothing stands on the line yet, its indentation neither.
    fresh: bool,
    /// A comment stands on the line: nothing else may.
    full: bool,
    /// The column of the comment at the end of the line before, and where its lines begin.
    after: (usize, Vec<usize>),
}

impl Default for Page {
    fn default() -> Self {
        Self {
            out: String::new(),
            column: 0,
            fresh: true,
            full: false,
            after: (0, Vec::new()),
        }
    }
}

impl Page {
    /// Where text would be put.
    fn place(&self, indent: usize) -> usize {
        match self.fresh || self.full {
            true => indent,
            false => self.column,
        }
    }

    fn line(&mut self) {
        if !self.fresh {
            let end = self.out.trim_end_matches(' ').len();
            self.out.truncate(end);
            self.out.push('\n');
        }
        self.fresh = true;
        self.full = false;
    }

    fn empty_line(&mut self) {
        self.line();
        self.after.1.clear();
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn text(&mut self, text: &str, indent: usize) {
        if text.is_empty() {
            return;
        }
        if self.full {
            self.line();
        }
        self.after.1.clear();
        if self.fresh {
            self.out.extend(std::iter::repeat_n(' ', indent));
            self.column = indent;
            self.fresh = false;
        }
        self.out += text;
        self.column += columns(text);
    }

    fn blank(&mut self, blank: &str) {
        if !self.fresh && !self.full {
            self.out += blank;
            self.column += blank.len();
        }
    }

    fn comment(&mut self, lines: &[String], own: bool, gap: usize, indent: usize) {
        let alone = own || self.full || self.fresh;
        let mut place = indent;
        if alone {
            self.line();
            self.tell_apart(indent);
        } else {
            let end = self.out.trim_end_matches(' ').len();
            self.column -= self.out.len() - end;
            self.out.truncate(end);
            self.out.extend(std::iter::repeat_n(' ', gap));
            place = self.column + gap;
            self.column = place;
        }
        let mut starts = Vec::new();
        for line in lines {
            self.text(line, place);
            starts.push(self.out.len() - line.len());
            self.full = true;
        }
        if !alone {
            self.after = (place, starts);
        }
    }

    /// A comment on its own line that came to stand right below one at the end of a line would be read as
    /// its second line: the first is moved by a column.
    fn tell_apart(&mut self, indent: usize) {
        let (column, starts) = std::mem::take(&mut self.after);
        if column == indent {
            for start in starts.into_iter().rev() {
                self.out.insert(start, ' ');
            }
        }
    }
}
