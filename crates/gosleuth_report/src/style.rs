//! Lines of styled text for a terminal. Every piece of text is cleaned here, so no writer can let an escape sequence through.

use std::io;

use crate::clean::clean;

/// How a piece of text looks where colour is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Bold,
    Dim,
    Title,
    Bad,
    Warn,
    Good,
    Name,
    Number,
}

impl Style {
    fn ansi(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "\x1b[1m",
            Self::Dim => "\x1b[2m",
            Self::Title => "\x1b[1;36m",
            Self::Bad => "\x1b[1;31m",
            Self::Warn => "\x1b[33m",
            Self::Good => "\x1b[32m",
            Self::Name => "\x1b[1;97m",
            Self::Number => "\x1b[1m",
        }
    }
}

/// One output line in the making.
#[derive(Default)]
pub(crate) struct Line {
    spans: Vec<(Style, String)>,
    width: usize,
}

impl Line {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A line that starts with `columns` blanks.
    pub(crate) fn indented(columns: usize) -> Self {
        let mut line = Self::new();
        line.pad_to(columns);
        line
    }

    /// Appends text.
    pub(crate) fn put(&mut self, style: Style, text: &str) -> &mut Self {
        if !text.is_empty() {
            let text = clean(text).into_owned();
            self.width += text.chars().count();
            self.spans.push((style, text));
        }
        self
    }

    /// Appends text with blanks before it so that it ends at `column` at the earliest.
    pub(crate) fn put_right(&mut self, style: Style, text: &str, column: usize) -> &mut Self {
        self.pad_to(column.saturating_sub(text.chars().count()));
        self.put(style, text)
    }

    /// Fills with blanks up to `column`.
    pub(crate) fn pad_to(&mut self, column: usize) -> &mut Self {
        if self.width < column {
            self.spans.push((Style::Plain, " ".repeat(column - self.width)));
            self.width = column;
        }
        self
    }

    /// Appends another line.
    pub(crate) fn append(&mut self, other: Self) -> &mut Self {
        self.width += other.width;
        self.spans.extend(other.spans);
        self
    }

    /// Columns used.
    pub(crate) fn width(&self) -> usize {
        self.width
    }
}

/// Where lines go.
pub(crate) struct Printer<'a> {
    out: &'a mut dyn io::Write,
    color: bool,
    width: usize,
}

impl<'a> Printer<'a> {
    pub(crate) fn new(out: &'a mut dyn io::Write, color: bool, width: usize) -> Self {
        Self {
            out,
            color,
            // Below this no column fits; a terminal that reports less wraps by itself.
            width: width.max(60),
        }
    }

    /// Columns of the terminal.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Writes a line without trailing blanks.
    pub(crate) fn line(&mut self, mut line: Line) -> io::Result<()> {
        while let Some((_, text)) = line.spans.last_mut() {
            text.truncate(text.trim_end().len());
            if !text.is_empty() {
                break;
            }
            line.spans.pop();
        }
        for (style, text) in &line.spans {
            let ansi = if self.color { style.ansi() } else { "" };
            if ansi.is_empty() {
                self.out.write_all(text.as_bytes())?;
            } else {
                write!(self.out, "{ansi}{text}\x1b[0m")?;
            }
        }
        self.out.write_all(b"\n")
    }

    /// An empty line.
    pub(crate) fn gap(&mut self) -> io::Result<()> {
        self.line(Line::new())
    }

    /// A section title with a remark beside it.
    pub(crate) fn title(&mut self, title: &str, remark: &str) -> io::Result<()> {
        self.gap()?;
        let mut line = Line::new();
        line.put(Style::Title, title);
        if !remark.is_empty() {
            line.put(Style::Plain, "  ").put(Style::Dim, remark);
        }
        self.line(line)
    }

    /// A paragraph behind a label: `first` starts the first line, the following ones are indented to where its text starts.
    /// Line breaks of the text stay.
    pub(crate) fn paragraph(&mut self, first: Line, style: Style, text: &str) -> io::Result<()> {
        let indent = first.width();
        let room = self.width.saturating_sub(indent).max(20);
        let mut head = Some(first);
        for part in text.split('\n') {
            for row in wrap(&clean(part), room) {
                let mut line = head.take().unwrap_or_else(|| Line::indented(indent));
                line.put(style, &row);
                self.line(line)?;
            }
        }
        Ok(())
    }
}

/// Breaks text at blanks into rows of at most `width` characters; a longer word gets a row of its own.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut rows = Vec::new();
    let mut row = String::new();
    let mut row_width = 0;
    for word in text.split_whitespace() {
        let word_width = word.chars().count();
        if row_width > 0 && row_width + 1 + word_width > width {
            rows.push(std::mem::take(&mut row));
            row_width = 0;
        }
        if row_width > 0 {
            row.push(' ');
            row_width += 1;
        }
        row.push_str(word);
        row_width += word_width;
    }
    if row_width > 0 || rows.is_empty() {
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(color: bool, line: Line) -> String {
        let mut out = Vec::new();
        Printer::new(&mut out, color, 80).line(line).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn lines_are_clean_and_aligned() {
        let mut line = Line::new();
        line.put_right(Style::Number, "12", 5)
            .pad_to(8)
            .put(Style::Bad, "a\x1b[2Jb")
            .pad_to(40);
        assert_eq!(line.width(), 40);
        assert_eq!(printed(false, line), "   12   a\\x1b[2Jb\n");
        let mut line = Line::new();
        line.put(Style::Bad, "x").pad_to(9);
        assert_eq!(printed(true, line), "\x1b[1;31mx\x1b[0m\n");
    }

    #[test]
    fn wrapping() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcdefghij", "k"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
