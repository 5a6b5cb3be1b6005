//! The JSON document: the view as it is, one line break after each top-level list entry is left to pretty printing.
//!
//! Text is exact (nothing is shortened), but characters that a terminal would obey are written as `\u…` escapes: `jq` and
//! `less` see what a parser sees, and a `cat` does no harm.

use std::io;

use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use crate::clean::is_unsafe;
use crate::view::{self, Context};

/// Writes the document, indented.
pub(crate) fn write(cx: &Context<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    write_document(&view::build(cx, cx.options.top.unwrap_or(usize::MAX)), out)
}

/// Writes any document like a report: indented, with a final line break, with characters that a terminal would obey as escapes.
///
/// # Errors
///
/// That of the writer.
pub fn write_document(document: &impl serde::Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    let mut buffered = io::BufWriter::new(out);
    document.serialize(&mut Serializer::with_formatter(
        &mut buffered,
        Escaping {
            layout: PrettyFormatter::with_indent(b"  "),
            markup: false,
        },
    ))?;
    io::Write::write_all(&mut buffered, b"\n")?;
    io::Write::flush(&mut buffered)
}

/// The JSON schema of the document, with a final line break.
#[cfg(feature = "schema")]
pub fn schema() -> String {
    schema_of::<view::Report<'static>>()
}

/// The JSON schema of a document that [`write_document`] writes, with a final line break.
#[cfg(feature = "schema")]
pub fn schema_of<T: schemars::JsonSchema>() -> String {
    let schema = schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>();
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is plain JSON");
    text.push('\n');
    text
}

/// A JSON formatter that escapes control and direction characters, and markup where the text goes into a page.
pub(crate) struct Escaping<F> {
    /// Layout.
    pub(crate) layout: F,
    /// Also escape `<`, `>` and `&`, so that no text can end a script element.
    pub(crate) markup: bool,
}

impl<F: Formatter> Formatter for Escaping<F> {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let escaped = |c: char| is_unsafe(c) || (self.markup && matches!(c, '<' | '>' | '&'));
        let mut start = 0;
        for (at, c) in fragment.char_indices().filter(|&(_, c)| escaped(c)) {
            writer.write_all(&fragment.as_bytes()[start..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            start = at + c.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[start..])
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.layout.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.layout.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_object_value(writer)
    }
}
