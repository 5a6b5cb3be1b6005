//! What the source says: the part of the document that `case` adds.

use serde::Serialize;

#[cfg(feature = "schema")]
use super::words;
use super::{Site, Text};

/// What the source says of a suspect.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct SourceSide<'a> {
    /// Why nobody can release it, or who can.
    pub(crate) explanation: Option<Text<'a>>,
    /// What it waits for, as the source calls it.
    pub(crate) object: Option<Text<'a>>,
    /// Lines that matter: where it waits, where it could be released, findings.
    pub(crate) lines: Vec<SourceLine<'a>>,
    /// Findings that describe the same bug, positions in `source.findings`.
    pub(crate) findings: &'a [usize],
}

/// A line of the source.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct SourceLine<'a> {
    /// Where.
    pub(crate) site: Site<'a>,
    /// What is there.
    pub(crate) label: Text<'a>,
    /// Its text; empty if the file could not be read.
    pub(crate) text: Text<'a>,
}

/// What the source says, with what the evidence says of that.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Source<'a> {
    /// Packages that were looked at.
    pub(crate) packages: u64,
    /// Frames of the program's own code in the evidence.
    pub(crate) frames: u64,
    /// Those of them that the source has at the line they name.
    pub(crate) frames_found: u64,
    /// Every finding, the most certain first.
    pub(crate) findings: Vec<JudgedFinding<'a>>,
}

/// A finding with what the evidence says of it.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct JudgedFinding<'a> {
    /// How sure it is with the evidence: `suspected` if that says nothing.
    #[cfg_attr(feature = "schema", schemars(schema_with = "words::verdict"))]
    pub(crate) verdict: &'static str,
    /// Code of the rule.
    pub(crate) code: String,
    /// How bad.
    #[cfg_attr(feature = "schema", schemars(schema_with = "words::severity"))]
    pub(crate) severity: &'static str,
    /// How sure the rule is without evidence.
    pub(crate) confidence: &'static str,
    /// What happens.
    pub(crate) message: Text<'a>,
    /// Why.
    pub(crate) why: Text<'a>,
    /// What to do.
    #[serde(rename = "do")]
    pub(crate) action: Text<'a>,
    /// Where.
    pub(crate) site: Site<'a>,
    /// Identity over time.
    pub(crate) fingerprint: String,
    /// What the evidence says of it, one sentence each.
    pub(crate) evidence: Vec<Text<'a>>,
    /// The suspect it belongs to, a position in `suspects`.
    pub(crate) suspect: Option<usize>,
}
