//! Findings for a person: the sentence, the source with every party marked, why, and what to do.

use std::collections::BTreeMap;
use std::io;

use gosleuth_base::{Finding, FixSafety, Location, Severity};

use super::{CheckReport, plural, schedule, source};
use crate::RenderOptions;
use crate::style::{Line, Printer, Style};

pub(super) fn write(report: &CheckReport<'_>, options: &RenderOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let mut printer = Printer::new(out, options.color, options.width);
    for finding in report.active() {
        one(report, finding, true, &mut printer)?;
        printer.gap()?;
    }
    end(report, &mut printer)
}

pub(super) fn write_concise(
    report: &CheckReport<'_>,
    options: &RenderOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut printer = Printer::new(out, options.color, options.width);
    for finding in report.active() {
        let place = &finding.location;
        let mut line = Line::new();
        line.put(Style::Bold, &format!("{}:{}:{}", place.file, place.line, place.column))
            .put(Style::Plain, ": ")
            .put(style(finding.severity), &finding.code.to_string())
            .put(Style::Plain, &format!(" {}", finding.message));
        printer.line(line)?;
    }
    end(report, &mut printer)
}

fn style(severity: Severity) -> Style {
    match severity {
        Severity::Error => Style::Bad,
        Severity::Warning => Style::Warn,
        Severity::Advice => Style::Good,
    }
}

/// A finding; its schedule as far as there is room.
pub(super) fn one(
    report: &CheckReport<'_>,
    finding: &Finding,
    with_schedule: bool,
    printer: &mut Printer<'_>,
) -> io::Result<()> {
    let mut head = Line::new();
    head.put(
        style(finding.severity),
        &format!("{}[{}]", finding.severity, finding.code),
    )
    .put(Style::Plain, &format!(" {}: ", report.name(finding.code)))
    .put(Style::Bold, &finding.message);
    printer.line(head)?;
    excerpts(report, finding, printer)?;
    if with_schedule {
        schedule::write_short(finding, printer)?;
    }
    for (label, text) in [("why:", &finding.why), ("do:", &finding.action)] {
        if !text.is_empty() {
            let mut line = Line::indented(2);
            line.put(Style::Dim, label).pad_to(8);
            printer.paragraph(line, Style::Plain, text)?;
        }
    }
    if let Some(fix) = &finding.fix {
        let flags = match fix.safety {
            FixSafety::Safe => "--fix",
            FixSafety::Suggest => "--fix --unsafe",
        };
        let mut line = Line::indented(2);
        line.put(Style::Dim, "fix:").pad_to(8);
        printer.paragraph(line, Style::Plain, &format!("{} ({flags})", fix.title))?;
    }
    Ok(())
}

/// A range to mark; the finding's own has no label.
struct Mark<'a> {
    location: &'a Location,
    label: Option<&'a str>,
}

fn excerpts(report: &CheckReport<'_>, finding: &Finding, printer: &mut Printer<'_>) -> io::Result<()> {
    let own = Mark {
        location: &finding.location,
        label: None,
    };
    let related = finding.related.iter().map(|related| Mark {
        location: &related.location,
        label: Some(&related.label),
    });
    // The file of the finding first, then the others; in each the order of reading.
    let mut files: BTreeMap<(bool, &str), Vec<Mark<'_>>> = BTreeMap::new();
    for mark in std::iter::once(own).chain(related) {
        let file = mark.location.file.as_str();
        files
            .entry((file != finding.location.file, file))
            .or_default()
            .push(mark);
    }
    let last = finding
        .related
        .iter()
        .map(|related| related.location.line)
        .chain([finding.location.line])
        .max()
        .unwrap_or(0);
    let gutter = last.to_string().len() + 1;
    for ((other, file), mut marks) in files {
        marks.sort_by_key(|mark| (mark.location.line, mark.location.column, mark.label.is_some()));
        let first = if other {
            &marks[0]
        } else {
            marks.iter().find(|mark| mark.label.is_none()).unwrap_or(&marks[0])
        };
        let place = first.location;
        let mut line = Line::indented(gutter);
        line.put(Style::Dim, if other { "::: " } else { "--> " })
            .put(Style::Name, &format!("{file}:{}:{}", place.line, place.column));
        if !place.function.is_empty() {
            line.put(Style::Dim, &format!(" in {}", place.function));
        }
        printer.line(line)?;
        lines(report.source(file), &marks, style(finding.severity), gutter, printer)?;
    }
    Ok(())
}

fn lines(
    text: &[u8],
    marks: &[Mark<'_>],
    own_style: Style,
    gutter: usize,
    printer: &mut Printer<'_>,
) -> io::Result<()> {
    let mut before = None;
    for mark in marks {
        let place = mark.location;
        let Some(raw) = source::line(text, place.line) else {
            continue;
        };
        if before != Some(place.line) {
            if before.is_some_and(|before| before + 1 < place.line) {
                let mut line = Line::indented(gutter.saturating_sub(1));
                line.put(Style::Dim, "...");
                printer.line(line)?;
            }
            let mut line = Line::new();
            line.put_right(Style::Dim, &place.line.to_string(), gutter)
                .put(Style::Dim, " | ")
                .put(Style::Plain, &source::shown(&raw));
            printer.line(line)?;
        }
        before = Some(place.line);
        let start = source::shown_column(&raw, place.column);
        let end = if place.end_line == place.line {
            source::shown_column(&raw, place.end_column)
        } else {
            source::shown(raw.trim_end()).chars().count()
        };
        let width = end.saturating_sub(start).max(1);
        let mut line = Line::indented(gutter);
        line.put(Style::Dim, " | ").pad_to(gutter + 3 + start);
        match mark.label {
            None => line.put(own_style, &"^".repeat(width)),
            Some(label) => line
                .put(Style::Name, &"-".repeat(width))
                .put(Style::Name, &format!(" {label}")),
        };
        printer.line(line)?;
    }
    Ok(())
}

fn end(report: &CheckReport<'_>, printer: &mut Printer<'_>) -> io::Result<()> {
    for problem in report.problems {
        let mut line = Line::new();
        line.put(Style::Dim, "problem: ");
        printer.paragraph(line, Style::Plain, &problem.to_string())?;
    }
    if report.statistics {
        let mut counts = BTreeMap::new();
        for finding in report.active() {
            *counts.entry(finding.code).or_insert(0_usize) += 1;
        }
        for (code, count) in counts {
            let mut line = Line::new();
            line.put_right(Style::Number, &count.to_string(), 6)
                .put(Style::Plain, &format!("  {code} {}", report.name(code)));
            printer.line(line)?;
        }
        let stats = report.stats;
        let mut line = Line::new();
        let lines = plural(stats.lines, "line");
        line.put(Style::Dim, &format!("{lines}, {}", plural(stats.rules, "rule")));
        printer.line(line)?;
    }
    let mut line = Line::new();
    line.put(Style::Bold, &report.summary());
    printer.line(line)
}
