//! The JSON document of `check`.

use std::io;

use gosleuth_base::{Finding, Location};
use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

use super::CheckReport;
use crate::RenderOptions;
use crate::json::Escaping;

/// What `gosleuth check --format json` writes.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(title = "gosleuth check"))]
struct Document<'a> {
    /// Version of this form: 1. Fields may be added without a new one.
    version: u32,
    /// What wrote it.
    tool: Tool<'a>,
    /// By file, line, column and code.
    findings: Vec<FindingJson<'a>>,
    /// What could not be read or understood.
    problems: Vec<ProblemJson<'a>>,
    /// How much was looked at.
    stats: Stats,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Tool<'a> {
    /// `gosleuth`
    name: &'a str,
    /// Its version.
    version: &'a str,
}

/// What a rule says about a place in source code.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct FindingJson<'a> {
    /// Code of the rule.
    code: String,
    /// Name of the rule.
    name: &'a str,
    /// First letters of the code.
    family: &'a str,
    /// `error`, `warning` or `advice`.
    severity: &'a str,
    /// `witnessed` (with a schedule that was replayed and rests on no guess), `high`, `medium` or `low`.
    confidence: &'a str,
    /// What happens.
    message: &'a str,
    /// Why that is so.
    why: &'a str,
    /// What to do.
    #[serde(rename = "do")]
    action: &'a str,
    /// Where.
    location: Place<'a>,
    /// The other parties.
    related: Vec<RelatedJson<'a>>,
    /// How it comes to happen, where an interleaving matters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    schedule: Vec<StepJson<'a>>,
    /// A change that removes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixJson<'a>>,
    /// Its identity over time: it stays when lines move and unrelated code changes.
    fingerprint: String,
    /// Why it does not count; left out for findings that do.
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<SuppressedJson<'a>>,
}

/// A range of text. Lines and columns are 1-based, columns count bytes; the end is behind the last byte.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Place<'a> {
    /// Relative to the working directory where it is below.
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    /// Symbol of the function around, with its import path; empty outside functions.
    function: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct RelatedJson<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    /// What is there.
    label: &'a str,
}

/// A step of a schedule.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct StepJson<'a> {
    /// Its number, from 1.
    step: usize,
    /// Which goroutine.
    goroutine: &'a str,
    /// What it does.
    action: &'a str,
    /// The goroutine that it starts or meets.
    #[serde(skip_serializing_if = "Option::is_none")]
    partner: Option<&'a str>,
    /// What it waits for from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<&'a str>,
    /// Where.
    location: StepPlace<'a>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct StepPlace<'a> {
    file: &'a str,
    line: u32,
    function: &'a str,
}

/// Edits that are applied together.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct FixJson<'a> {
    /// `safe` or `suggest`.
    safety: &'a str,
    /// What it does.
    title: &'a str,
    /// By file and position.
    edits: Vec<EditJson<'a>>,
}

/// A replacement of the bytes from `start` to before `end`.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct EditJson<'a> {
    file: &'a str,
    start: u32,
    end: u32,
    text: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct SuppressedJson<'a> {
    /// `directive` or `baseline`.
    by: &'a str,
    /// The reason given.
    reason: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct ProblemJson<'a> {
    /// `unreadable`, `partial` or `note`.
    kind: &'a str,
    /// What it is about: a file, a package, a pattern.
    input: &'a str,
    /// 1-based line.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    /// What is wrong and what to do.
    message: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Stats {
    /// Packages, tests not counted apart.
    packages: usize,
    /// Files.
    files: usize,
    /// Lines in them.
    lines: usize,
    /// Rules that ran.
    rules: usize,
    /// Findings that count.
    findings: usize,
    /// Findings that do not.
    suppressed: usize,
}

fn place(location: &Location) -> Place<'_> {
    Place {
        file: &location.file,
        line: location.line,
        column: location.column,
        end_line: location.end_line,
        end_column: location.end_column,
        function: &location.function,
    }
}

fn finding<'a>(report: &CheckReport<'_>, finding: &'a Finding) -> FindingJson<'a> {
    FindingJson {
        code: finding.code.to_string(),
        name: report.name(finding.code),
        family: finding.code.family.prefix(),
        severity: finding.severity.as_str(),
        confidence: finding.confidence.as_str(),
        message: &finding.message,
        why: &finding.why,
        action: &finding.action,
        location: place(&finding.location),
        related: finding
            .related
            .iter()
            .map(|related| RelatedJson {
                place: place(&related.location),
                label: &related.label,
            })
            .collect(),
        schedule: finding
            .schedule
            .iter()
            .enumerate()
            .map(|(index, step)| StepJson {
                step: index + 1,
                goroutine: &step.goroutine,
                action: &step.action,
                partner: step.partner.as_deref(),
                waits_for: step.waits_for.as_deref(),
                location: StepPlace {
                    file: &step.location.file,
                    line: step.location.line,
                    function: &step.location.function,
                },
            })
            .collect(),
        fix: finding.fix.as_ref().map(|fix| FixJson {
            safety: fix.safety.as_str(),
            title: &fix.title,
            edits: fix
                .edits
                .iter()
                .map(|edit| EditJson {
                    file: &edit.file,
                    start: edit.start,
                    end: edit.end,
                    text: &edit.text,
                })
                .collect(),
        }),
        fingerprint: finding.fingerprint.to_string(),
        suppressed: finding.suppressed.as_ref().map(|suppressed| SuppressedJson {
            by: suppressed.by.as_str(),
            reason: &suppressed.reason,
        }),
    }
}

pub(super) fn write(report: &CheckReport<'_>, options: &RenderOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let active = report.active().count();
    let document = Document {
        version: 1,
        tool: Tool {
            name: "gosleuth",
            version: &options.version,
        },
        findings: report.findings.iter().map(|one| finding(report, one)).collect(),
        problems: report
            .problems
            .iter()
            .map(|problem| ProblemJson {
                kind: problem.kind.as_str(),
                input: &problem.input,
                line: problem.line,
                message: &problem.message,
            })
            .collect(),
        stats: Stats {
            packages: report.stats.packages,
            files: report.stats.files,
            lines: report.stats.lines,
            rules: report.stats.rules,
            findings: active,
            suppressed: report.findings.len() - active,
        },
    };
    write_document(&document, out)
}

/// Writes a document as all JSON of gosleuth is written: indented, hostile characters escaped, one line break at the end.
pub(super) fn write_document(document: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
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
pub fn check_schema() -> String {
    let schema = schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Document<'static>>();
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is plain JSON");
    text.push('\n');
    text
}
