#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
//! Every output format of a case (text, JSON, Markdown, HTML) and of findings (text, JSON, SARIF and others).
//!
//! Role: [`EvidenceSet`] and [`CaseFile`] in, bytes out. Writers never judge: every word about what is wrong comes from the
//! case. All formats are written from one view of the case (`view`), which is where redaction happens, so that no format can
//! show what another one hides; each format escapes what it writes, because evidence may be hostile.
//!
//! Non-goals: no terminal detection, no clock, no files; callers say whether colour is wanted and what time it is.

mod checklist;
mod clean;
mod findings;
mod html;
mod json;
mod markdown;
mod names;
pub mod page;
mod redact;
mod style;
mod text;
mod view;

use std::io;

use gosleuth_case::CaseFile;
use gosleuth_evidence::EvidenceSet;

#[cfg(feature = "schema")]
pub use checklist::checklist_schema;
pub use checklist::{ChecklistFormat, write_checklist};
pub use clean::clean;
#[cfg(feature = "schema")]
pub use findings::check_schema;
pub use findings::{CheckReport, CheckStats, FindingFormat, ToolRemark, write_findings, write_schedule};
pub use json::write_document;
#[cfg(feature = "schema")]
pub use json::{schema, schema_of};

/// An output format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// For a person at a terminal.
    #[default]
    Text,
    /// One versioned document, described by `docs/schema/inspect.v1.json`.
    Json,
    /// For an incident ticket.
    Markdown,
    /// One self-contained page.
    Html,
}

impl Format {
    /// Every format, in declaration order.
    pub const ALL: &[Self] = &[Self::Text, Self::Json, Self::Markdown, Self::Html];

    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }
}

/// How to write a report.
#[derive(Clone, Debug)]
pub struct RenderOptions {
    /// Colour and emphasis by ANSI sequences (text only).
    pub color: bool,
    /// Whole stacks, and no limit on lists.
    pub full: bool,
    /// Most rows of each list after the suspects; none is the default of the format (10 in text and Markdown, 2,000 in HTML).
    /// JSON has no limit of its own.
    pub top: Option<usize>,
    /// Columns of the terminal (text only).
    pub width: usize,
    /// Replace values of labels, arguments, absolute path prefixes, addresses, command lines and panic texts by placeholders.
    pub redact: bool,
    /// When the report is made, as ISO 8601; left out where none is given.
    pub generated_at: Option<String>,
    /// Version of the tool.
    pub version: String,
    /// The command that made this report, for the ticket; left out where none is given.
    pub command: Option<String>,
}

impl RenderOptions {
    /// How many rows of the group table a report of this format looks at, if there is a limit: a case needs no more.
    pub fn most_groups(&self, format: Format) -> Option<usize> {
        let limited = format != Format::Json && !self.full;
        limited.then(|| self.top.unwrap_or(0).max(MOST_GROUPS))
    }
}

/// Rows of the group table in HTML, and rows whose paths count for the root that text and Markdown leave out.
const MOST_GROUPS: usize = 2_000;

impl Default for RenderOptions {
    fn default() -> Self {
        Self {
            color: false,
            full: false,
            top: None,
            width: 100,
            redact: false,
            generated_at: None,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: None,
        }
    }
}

/// Writes a case in one format. Fails only if `out` does.
pub fn write(
    format: Format,
    set: &EvidenceSet,
    case: &CaseFile,
    options: &RenderOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let cx = view::Context::new(set, case, options);
    match format {
        Format::Text => text::write(&cx, out),
        Format::Json => json::write(&cx, out),
        Format::Markdown => markdown::write(&cx, out),
        Format::Html => html::write(&cx, out),
    }
}
