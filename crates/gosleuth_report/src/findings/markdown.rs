//! Findings for a ticket or a pull request.

use std::io;

use gosleuth_base::Finding;

use super::{CheckReport, source};
use crate::clean::clean;

pub(super) fn write(report: &CheckReport<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "# gosleuth check\n\n{}\n", escape(&report.summary()))?;
    for group in report
        .active()
        .collect::<Vec<_>>()
        .chunk_by(|a, b| a.location.file == b.location.file)
    {
        writeln!(out, "## {}\n", code(&group[0].location.file))?;
        for finding in group {
            one(report, finding, out)?;
        }
    }
    if !report.problems.is_empty() {
        writeln!(out, "## Problems\n")?;
        for problem in report.problems {
            writeln!(out, "- {}", escape(&problem.to_string()))?;
        }
    }
    Ok(())
}

fn one(report: &CheckReport<'_>, finding: &Finding, out: &mut dyn io::Write) -> io::Result<()> {
    let place = &finding.location;
    writeln!(
        out,
        "### {} {} at line {}\n\n**{}** {}\n",
        finding.code,
        report.name(finding.code),
        place.line,
        finding.severity,
        escape(&finding.message)
    )?;
    if let Some(line) = source::line(report.source(&place.file), place.line) {
        // Four blanks: no text in the line can end the block.
        writeln!(out, "    {}\n", clean(&source::shown(line.trim())))?;
    }
    for related in &finding.related {
        let place = &related.location;
        let at = code(&format!("{}:{}", place.file, place.line));
        writeln!(out, "- {at}: {}", escape(&related.label))?;
    }
    for (number, step) in finding.schedule.iter().enumerate() {
        let at = code(&format!("{}:{}", step.location.file, step.location.line));
        let mut text = format!("{}: {}", step.goroutine, step.action);
        if let Some(waits) = &step.waits_for {
            text.push_str(&format!(", and waits for {waits}"));
        }
        writeln!(out, "{}. {} ({at})", number + 1, escape(&text))?;
    }
    for (word, text) in [("why", &finding.why), ("do", &finding.action)] {
        if !text.is_empty() {
            writeln!(out, "- {word}: {}", escape(text))?;
        }
    }
    writeln!(out)
}

/// Text without the characters that Markdown and HTML take for marks.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '*' | '_' | '[' | ']' | '#' | '|' | '!' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

fn code(text: &str) -> String {
    format!("`{}`", clean(text).replace('`', "'"))
}
