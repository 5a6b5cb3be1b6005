//! One self-contained page: works from `file://`, offline, with a keyboard, on paper, and without scripts for all but the group
//! table and the pictures.
//!
//! What is known is written as HTML here; the script adds the searchable group table, the icicle of stacks, the growth chart and
//! the rings of cycles from the JSON beside it. The content security policy allows exactly this script and this style and no
//! connection, so that nothing in the evidence can run or call home.

mod data;
pub(crate) mod digest;
mod sections;
mod timeline;

use std::io;

use serde::Serialize as _;
use serde_json::ser::{CompactFormatter, Serializer};

use crate::clean::clean;
use crate::json::Escaping;
use crate::text;
use crate::view::{self, Context};

pub(crate) const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");

/// Groups embedded where the caller sets no limit: more would make a page that no browser searches quickly.
const DEFAULT_TOP: usize = crate::MOST_GROUPS;

/// Writes the page.
pub(crate) fn write(cx: &Context<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let top = cx.options.top.unwrap_or(DEFAULT_TOP);
    let report = view::build(cx, top);
    let root = text::root(cx);
    let mut buffered = io::BufWriter::new(out);
    let mut page = Page {
        out: &mut buffered,
        root: &root,
        top,
    };
    page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")?;
    page.raw(&format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src '{}'; style-src '{}'; \
         base-uri 'none'; form-action 'none'\">\n",
        digest::csp_hash(SCRIPT.as_bytes()),
        digest::csp_hash(STYLE.as_bytes())
    ))?;
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")?;
    page.raw("<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>")?;
    page.text(&report.headline.text)?;
    page.raw(" — gosleuth</title>\n<style>")?;
    page.raw(STYLE)?;
    page.raw("</style>\n</head>\n<body>\n")?;
    sections::body(&mut page, &report)?;
    page.raw("<script type=\"application/json\" id=\"data\">")?;
    let data = data::Data::new(&report, &root);
    data.serialize(&mut Serializer::with_formatter(
        &mut page.out,
        Escaping {
            layout: CompactFormatter,
            markup: true,
        },
    ))?;
    page.raw("</script>\n<script>")?;
    page.raw(SCRIPT)?;
    page.raw("</script>\n</body>\n</html>\n")?;
    io::Write::flush(&mut buffered)
}

/// Where the page goes. Text from anywhere but this crate goes through [`Page::text`].
struct Page<'a> {
    out: &'a mut dyn io::Write,
    /// Directory that paths are relative to.
    root: &'a str,
    /// Most rows of a list.
    top: usize,
}

impl Page<'_> {
    /// Writes markup of this crate.
    fn raw(&mut self, markup: &str) -> io::Result<()> {
        self.out.write_all(markup.as_bytes())
    }

    /// Writes text as text.
    fn text(&mut self, text: &str) -> io::Result<()> {
        let escaped = escape(text);
        self.out.write_all(escaped.as_bytes())
    }

    /// Writes a sentence, with the common directory left out of its paths.
    fn sentence(&mut self, text: &str) -> io::Result<()> {
        if self.root.is_empty() {
            self.text(text)
        } else {
            let short = text.replace(self.root, "");
            self.text(&short)
        }
    }

    /// An element that holds only text.
    fn element(&mut self, name: &str, class: &str, text: &str) -> io::Result<()> {
        self.open(name, class)?;
        self.sentence(text)?;
        self.raw(&format!("</{name}>"))
    }

    /// A start tag with a class.
    fn open(&mut self, name: &str, class: &str) -> io::Result<()> {
        if class.is_empty() {
            self.raw(&format!("<{name}>"))
        } else {
            self.raw(&format!("<{name} class=\"{class}\">"))
        }
    }
}

/// Text for element content and quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
