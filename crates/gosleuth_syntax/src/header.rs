//! What a Go file says before its first declaration, without parsing the rest.
//!
//! The package clause, imports, build constraints and the mark of generated files are all that choosing and ordering the files of a
//! build takes. A reader passes the first kilobytes of a file and comes back with all of it if those were not enough.
//!
//! Non-goals: whether the rest of the file is Go is the parser's business.

use memchr::{memchr, memmem};

use crate::ast::{Span, SyntaxError};
use crate::constraint::{self, Constraint};
use crate::quote;
use crate::version::GoVersion;

/// The start of a Go file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The name behind `package`, if there is one.
    pub package: Option<String>,
    /// Imports in source order, `"C"` among them.
    pub imports: Vec<Import>,
    /// What must hold for the file to be built. None if nothing is asked for, or if [`Header::constraint_invalid`].
    pub constraint: Option<Constraint>,
    /// There is a build constraint, but it cannot be read: the go command builds no package with such a file.
    pub constraint_invalid: bool,
    /// The language version that a `//go:build` line asks for, before the rule that it is at least 1.21.
    pub go_version: Option<GoVersion>,
    /// A comment before the package clause says `Code generated … DO NOT EDIT.`
    pub generated: bool,
    /// The text ended before the imports did; with more text there may be more.
    pub cut: bool,
    /// What is not Go, in source order.
    pub errors: Vec<SyntaxError>,
}

/// One import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The import path, without quotes.
    pub path: String,
    /// The name before it: an identifier, `.` or `_`.
    pub name: Option<String>,
    /// The quoted path in the text.
    pub span: Span,
}

impl Header {
    /// Whether the file is one of cgo.
    pub fn cgo(&self) -> bool {
        self.imports.iter().any(|import| import.path == "C")
    }

    /// Whether the file has [`embeds`].
    pub fn embeds(&self) -> bool {
        self.imports.iter().any(|import| import.path == "embed")
    }
}

/// Most imports of one file; what comes behind is not Go that anybody wrote.
const MAX_IMPORTS: usize = 10_000;
/// Most `// +build` lines of one file; it bounds the depth of the constraint.
const MAX_PLUS_LINES: usize = 100;
/// Most errors kept; the rest says nothing new.
const MAX_ERRORS: usize = 10;

/// Reads the header at the start of `text`. `whole` says that this is the whole file, not just its start.
pub fn scan(text: &[u8], whole: bool) -> Header {
    let mut header = Header::default();
    let start = if text.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
    let mut scanner = Scanner {
        text,
        at: start,
        newline: false,
        open_comment: None,
        errors: Vec::new(),
    };
    scanner.skip();
    let comments = &text[start..scanner.at];
    constraints(text, start, &mut header);
    header.generated = generated(comments);
    let outcome = scanner.file(&mut header);
    // A token that touches the end of the text might go on, and a slash might start a comment.
    let touched = scanner.at + 1 >= text.len();
    // Nor is a start decided that is no Go: lines of constraints are looked for behind what the scanner stops at.
    header.cut = !whole && (touched || scanner.open_comment.is_some() || !scanner.errors.is_empty());
    if outcome.is_none() && !header.cut && scanner.errors.is_empty() {
        scanner.error(scanner.at, "the file ends within its imports");
    }
    if let Some(at) = scanner.open_comment.filter(|_| whole) {
        scanner.error(at, "a comment does not end");
    }
    let parsed = &text[..(scanner.at + 1).min(text.len())];
    if let Some(at) = memchr(0, parsed) {
        scanner.error(at, "a NUL byte");
    }
    header.errors.append(&mut scanner.errors);
    header.errors.sort_by_key(|error| error.span);
    header.errors.truncate(MAX_ERRORS);
    header
}

/// Finds the constraint. A `//go:build` line may stand anywhere in the comments that start a file; `// +build` lines count only
/// without one, and only before a blank line that nothing but `//` comments precede.
fn constraints(text: &[u8], start: usize, header: &mut Header) {
    let mut lines: Vec<Span> = Vec::new();
    let mut plus_end = start;
    let mut only_line_comments = true;
    let mut in_comment = false;
    let mut at = start;
    'lines: while at < text.len() {
        let end = memchr(b'\n', &text[at..]).map_or(text.len(), |length| at + length);
        let (line_start, mut line) = (at, text[at..end].trim_ascii());
        at = (end + 1).min(text.len());
        if line.is_empty() && only_line_comments {
            plus_end = at;
            continue;
        }
        only_line_comments &= line.starts_with(b"//");
        if !in_comment && directive(line, b"//go:build").is_some() {
            lines.push(Span::new(line_start as u32, end as u32));
        }
        while !line.is_empty() {
            if in_comment {
                let Some(end) = memmem::find(line, b"*/") else {
                    continue 'lines;
                };
                in_comment = false;
                line = line[end + 2..].trim_ascii();
            } else if line.starts_with(b"//") {
                continue 'lines;
            } else if line.starts_with(b"/*") {
                in_comment = true;
                line = line[2..].trim_ascii();
            } else {
                break 'lines;
            }
        }
    }
    match lines.as_slice() {
        [] => plus(&text[start..plus_end], header),
        &[line] => {
            let text = line.of(text).trim_ascii();
            let expression = String::from_utf8_lossy(directive(text, b"//go:build").unwrap_or_default());
            match constraint::parse(&expression) {
                Ok(constraint) => {
                    header.go_version = constraint.go_version();
                    header.constraint = Some(constraint);
                }
                Err(error) => invalid(header, line, format!("this is no build constraint: {}", error.message)),
            }
        }
        &[_, second, ..] => invalid(header, second, "a second //go:build line".to_owned()),
    }
}

fn invalid(header: &mut Header, span: Span, message: String) {
    header.constraint_invalid = true;
    header.errors.push(SyntaxError { span, message });
}

fn plus(comments: &[u8], header: &mut Header) {
    let mut lines = 0;
    for line in comments.split(|&byte| byte == b'\n') {
        let Some(line) = line.trim_ascii().strip_prefix(b"//") else {
            continue;
        };
        let Some(words) = directive(line.trim_ascii(), b"+build") else {
            continue;
        };
        lines += 1;
        if lines > MAX_PLUS_LINES {
            header.constraint = None;
            return invalid(header, Span::default(), "there are too many // +build lines".to_owned());
        }
        let constraint = constraint::parse_plus(&String::from_utf8_lossy(words));
        header.constraint = Some(match header.constraint.take() {
            Some(before) => Constraint::And(Box::new(before), Box::new(constraint)),
            None => constraint,
        });
    }
}

/// What follows `word` on a line that starts with it as a word.
fn directive<'a>(line: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let rest = line.strip_prefix(word)?;
    (rest.is_empty() || rest[0].is_ascii_whitespace()).then(|| rest.trim_ascii())
}

/// Whether a line of the comments is the mark that <https://go.dev/s/generatedcode> defines.
fn generated(comments: &[u8]) -> bool {
    comments.split(|&byte| byte == b'\n').any(|line| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        line.strip_prefix(b"// Code generated ")
            .is_some_and(|rest| rest.ends_with(b" DO NOT EDIT."))
    })
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    /// A line ended since the last token.
    newline: bool,
    /// Where a `/*` comment starts that does not end.
    open_comment: Option<usize>,
    errors: Vec<SyntaxError>,
}

impl Scanner<'_> {
    /// Package clause and imports; None if the text ends within them or they are not Go.
    fn file(&mut self, header: &mut Header) -> Option<()> {
        let start = self.at;
        if self.word() != Some(b"package".as_slice()) {
            self.error(start, "a file starts with its package clause");
            return None;
        }
        self.skip();
        let start = self.at;
        let Some(name) = self.word() else {
            self.error(start, "the package clause has no name");
            return None;
        };
        header.package = Some(String::from_utf8_lossy(name).into_owned());
        if name == b"_" {
            self.error(start, "a package cannot be called _");
        }
        self.end_of_statement()?;
        loop {
            let before = self.at;
            if self.word() != Some(b"import".as_slice()) {
                // Where the declarations start, unless a word touches the end.
                if self.at < self.text.len() {
                    self.at = before;
                }
                return Some(());
            }
            self.skip();
            if self.peek() == Some(b'(') {
                self.at += 1;
                self.skip();
                while self.peek()? != b')' {
                    self.spec(header)?;
                    self.skip();
                    match self.peek()? {
                        b';' => self.at += 1,
                        b')' => {}
                        _ if self.newline => {}
                        _ => {
                            self.error(self.at, "a line end is missing behind this import");
                            return None;
                        }
                    }
                    self.skip();
                }
                self.at += 1;
            } else {
                self.spec(header)?;
            }
            self.end_of_statement()?;
        }
    }

    /// `name "path"`
    fn spec(&mut self, header: &mut Header) -> Option<()> {
        let name = match self.peek()? {
            b'.' => {
                self.at += 1;
                Some(".".to_owned())
            }
            _ => self.word().map(|name| String::from_utf8_lossy(name).into_owned()),
        };
        self.skip();
        let start = self.at;
        let Some((path, length)) = quote::literal(&self.text[start..]) else {
            // An open literal is not wrong yet where more text may follow; `scan` sees that by `at`.
            let end = memchr(b'\n', &self.text[start..]).map(|length| start + length);
            self.error(start, "an import path is missing");
            self.at = match (self.peek(), end) {
                (Some(b'`'), _) | (_, None) => self.text.len(),
                (_, Some(end)) => end,
            };
            return None;
        };
        self.at += length;
        let span = Span::new(start as u32, self.at as u32);
        if !valid_path(&path) {
            self.errors.push(SyntaxError {
                span,
                message: "this is no import path".to_owned(),
            });
        } else if header.imports.len() < MAX_IMPORTS {
            header.imports.push(Import { path, name, span });
        } else {
            self.error(start, "there are too many imports");
            return None;
        }
        Some(())
    }

    /// A line end, a semicolon or the end of the file.
    fn end_of_statement(&mut self) -> Option<()> {
        self.skip();
        match self.peek() {
            Some(b';') => {
                self.at += 1;
                self.skip();
            }
            Some(_) if !self.newline => {
                self.error(self.at, "a line end is missing before this");
                return None;
            }
            _ => {}
        }
        Some(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Takes the identifier or keyword that comes next.
    fn word(&mut self) -> Option<&[u8]> {
        let rest = &self.text[self.at..];
        // Letters beyond ASCII are taken as they come: whether they are letters, the parser decides.
        let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80;
        if !is_letter(*rest.first()?) {
            return None;
        }
        let length = rest
            .iter()
            .take_while(|&&byte| is_letter(byte) || byte.is_ascii_digit())
            .count();
        self.at += length;
        Some(&rest[..length])
    }

    /// Skips white space and comments.
    fn skip(&mut self) {
        self.newline = false;
        loop {
            match self.text[self.at..] {
                [b'\n', ..] => {
                    self.newline = true;
                    self.at += 1;
                }
                [b' ' | b'\t' | b'\r', ..] => self.at += 1,
                [b'/', b'/', ref rest @ ..] => {
                    self.at += 2 + memchr(b'\n', rest).unwrap_or(rest.len());
                }
                [b'/', b'*', ref rest @ ..] => {
                    let length = memmem::find(rest, b"*/");
                    self.newline |= memchr(b'\n', &rest[..length.unwrap_or(rest.len())]).is_some();
                    self.open_comment = length.is_none().then_some(self.at);
                    self.at += length.map_or(rest.len(), |length| length + 2) + 2;
                }
                _ => return,
            }
        }
    }

    fn error(&mut self, at: usize, message: &str) {
        let end = (at + 1).min(self.text.len());
        self.errors.push(SyntaxError {
            span: Span::new(at.min(end) as u32, end as u32),
            message: message.to_owned(),
        });
    }
}

/// Whether the specification of Go lets a compiler take this import path.
fn valid_path(path: &str) -> bool {
    let wrong = |c: char| c.is_control() || c.is_whitespace() || "!\"#$%&'()*,:;<=>?[\\]^{|}`\u{fffd}".contains(c);
    !path.is_empty() && !path.chars().any(wrong)
}

/// One pattern of a `//go:embed` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embed {
    /// The pattern without quotes, `all:` included.
    pub pattern: String,
    /// Where it stands.
    pub span: Span,
}

/// The patterns of all `//go:embed` lines of a whole file, in source order. They count only in a file that imports `embed`.
pub fn embeds(text: &[u8]) -> Vec<Embed> {
    let mut found = Vec::new();
    let mut at = 0;
    // Only white space before this on its line.
    let mut line_start = true;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\n' => line_start = true,
            b' ' | b'\t' | b'\r' => {}
            b'"' | b'\'' => {
                line_start = false;
                at += 1;
                while let Some(&inner) = text.get(at).filter(|&&inner| inner != byte && inner != b'\n') {
                    at += if inner == b'\\' { 2 } else { 1 };
                }
                if text.get(at) == Some(&b'\n') {
                    // A literal that is not closed: the line end is not part of it.
                    continue;
                }
            }
            b'`' => {
                line_start = false;
                at += memchr(b'`', &text[at + 1..]).map_or(text.len(), |length| length + 1);
            }
            b'/' if text.get(at + 1) == Some(&b'/') => {
                let end = memchr(b'\n', &text[at..]).map_or(text.len(), |length| at + length);
                let rest = text[at..end].strip_prefix(b"//go:embed");
                if let Some([b' ' | b'\t', ..]) = rest.filter(|_| line_start) {
                    patterns(text, at + "//go:embed".len(), end, &mut found);
                }
                at = end;
                continue;
            }
            b'/' if text.get(at + 1) == Some(&b'*') => {
                at += memmem::find(&text[at + 2..], b"*/").map_or(text.len(), |length| length + 3);
            }
            _ => line_start = false,
        }
        at += 1;
    }
    found
}

/// The words of one line, some of them in quotes.
fn patterns(text: &[u8], mut at: usize, end: usize, found: &mut Vec<Embed>) {
    while at < end {
        let byte = text[at];
        if byte.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let (pattern, length) = match quote::literal(&text[at..end]) {
            Some(literal) => literal,
            None => {
                let rest = &text[at..end];
                let length = rest.iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
                (String::from_utf8_lossy(&rest[..length]).into_owned(), length)
            }
        };
        let span = Span::new(at as u32, (at + length) as u32);
        found.push(Embed { pattern, span });
        at += length;
    }
}

#[cfg(test)]
mod tests;
