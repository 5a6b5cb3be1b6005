//! The checklist of goroutine starts, for a person, a ticket or a program.

use std::io;

use gosleuth_base::{Answer, GoroutineStart};
use serde::Serialize;

use crate::clean::clean;
use crate::json::write_document;

/// A form of the checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChecklistFormat {
    /// For a person at a terminal.
    Text,
    /// A table for a ticket.
    Markdown,
    /// One versioned document, described by `docs/schema/checklist.v1.json`.
    Json,
}

/// What `gosleuth check --checklist --format json` writes.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(title = "gosleuth check --checklist"))]
struct Document<'a> {
    /// Version of this form: 1. Fields may be added without a new one.
    version: u32,
    /// Version of what wrote it.
    tool: &'a str,
    /// By file and line.
    goroutines: Vec<StartJson<'a>>,
}

/// A place that starts a goroutine.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct StartJson<'a> {
    /// Path of the file, relative to the working directory where it is below.
    file: &'a str,
    /// 1-based.
    line: u32,
    /// 1-based, in bytes.
    column: u32,
    /// The function around.
    function: &'a str,
    /// `go`, or the function that starts the goroutine.
    by: &'a str,
    /// The function the goroutine runs; empty where that is not known.
    runs: &'a str,
    /// The questions, by their words: `recovers`, `cancellation`, `bounded`, `awaited`, `blocking_defers`, `deadline`.
    answers: Vec<AnswerJson<'a>>,
}

/// The answer to one question.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct AnswerJson<'a> {
    /// The word of the question.
    question: &'a str,
    /// `yes`, `no` or `unknown`.
    answer: &'a str,
    /// Whether a review should look at it: the answer is not the one that is wished for.
    open: bool,
    /// What it rests on; may be empty.
    reason: &'a str,
    /// The line it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

/// Writes the checklist. `version` is that of the tool. Fails only if `out` does.
pub fn write_checklist(
    format: ChecklistFormat,
    starts: &[GoroutineStart],
    version: &str,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match format {
        ChecklistFormat::Text => text(starts, out),
        ChecklistFormat::Markdown => markdown(starts, out),
        ChecklistFormat::Json => write_document(&document(starts, version), out),
    }
}

/// What an answer rests on, with its line.
fn because(answer: &Answer) -> String {
    let reason = clean(&answer.reason);
    match (reason.is_empty(), answer.line) {
        (true, None) => String::new(),
        (true, Some(line)) => format!("line {line}"),
        (false, None) => reason.into_owned(),
        (false, Some(line)) => format!("{reason} (line {line})"),
    }
}

fn runs(start: &GoroutineStart) -> String {
    let name = if start.runs.is_empty() {
        "a function that is not known"
    } else {
        &start.runs
    };
    match start.by.as_str() {
        "go" => clean(name).into_owned(),
        by => format!("{}, started by {}", clean(name), clean(by)),
    }
}

fn text(starts: &[GoroutineStart], out: &mut dyn io::Write) -> io::Result<()> {
    for start in starts {
        let place = &start.location;
        writeln!(
            out,
            "{}:{}:{} {}",
            clean(&place.file),
            place.line,
            place.column,
            runs(start)
        )?;
        for question in GoroutineStart::QUESTIONS {
            let &(_, heading, _, get) = question;
            let answer = get(start);
            let mark = if start.is_open(question) { '!' } else { ' ' };
            let line = format!(
                "  {mark} {heading:<17} {:<8} {}",
                answer.known.as_str(),
                because(answer)
            );
            writeln!(out, "{}", line.trim_end())?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{}", summary(starts))
}

/// How many there are, and how many have each question open.
fn summary(starts: &[GoroutineStart]) -> String {
    let mut parts = Vec::new();
    for question in GoroutineStart::QUESTIONS {
        let &(_, heading, wished, _) = question;
        let open = starts.iter().filter(|start| start.is_open(question)).count();
        if let Some(wished) = wished.filter(|_| open > 0) {
            parts.push(format!("{open} where \"{heading}\" is not {}", wished.as_str()));
        }
    }
    let count = match starts.len() {
        0 => return "no goroutines are started".to_owned(),
        1 => "1 place starts goroutines".to_owned(),
        count => format!("{count} places start goroutines"),
    };
    match parts.is_empty() {
        true => count,
        false => format!("{count}: {}", parts.join(", ")),
    }
}

fn markdown(starts: &[GoroutineStart], out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "# Goroutines\n\n{}\n", summary(starts))?;
    if starts.is_empty() {
        return Ok(());
    }
    let headings: Vec<&str> = GoroutineStart::QUESTIONS.iter().map(|question| question.1).collect();
    writeln!(out, "| place | runs | {} |", headings.join(" | "))?;
    writeln!(out, "|---|---|{}", "---|".repeat(headings.len()))?;
    let cell = |text: &str| text.replace('|', "\\|").replace('`', "'");
    for start in starts {
        let place = &start.location;
        write!(
            out,
            "| `{}:{}` | `{}` |",
            cell(&clean(&place.file)),
            place.line,
            cell(&runs(start))
        )?;
        for question in GoroutineStart::QUESTIONS {
            let answer = question.3(start);
            let word = match start.is_open(question) {
                true => format!("**{}**", answer.known.as_str()),
                false => answer.known.as_str().to_owned(),
            };
            let because = because(answer);
            let tail = if because.is_empty() {
                String::new()
            } else {
                format!(": {because}")
            };
            write!(out, " {word}{} |", cell(&tail))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn document<'a>(starts: &'a [GoroutineStart], version: &'a str) -> Document<'a> {
    let answers = |start: &'a GoroutineStart| {
        let questions = GoroutineStart::QUESTIONS.iter();
        questions
            .map(|question| {
                let answer = question.3(start);
                AnswerJson {
                    question: question.0,
                    answer: answer.known.as_str(),
                    open: start.is_open(question),
                    reason: &answer.reason,
                    line: answer.line,
                }
            })
            .collect()
    };
    Document {
        version: 1,
        tool: version,
        goroutines: starts
            .iter()
            .map(|start| StartJson {
                file: &start.location.file,
                line: start.location.line,
                column: start.location.column,
                function: &start.location.function,
                by: &start.by,
                runs: &start.runs,
                answers: answers(start),
            })
            .collect(),
    }
}

/// The JSON schema of the document, with a final line break.
#[cfg(feature = "schema")]
pub fn checklist_schema() -> String {
    crate::json::schema_of::<Document<'static>>()
}
