//! Suspects and candidates.

use std::io;

use super::{Shape, elide_place, location, more, verdict_style};
use crate::names::{self, counted};
use crate::style::{Line, Printer, Style};
use crate::text::groups::stack;
use crate::view::{JudgedFinding, Report, Site, SourceSide, Suspect};

/// Column where the text behind a label starts.
const TEXT: usize = 12;

/// Every suspect with its reasons.
pub(super) fn suspects(p: &mut Printer<'_>, report: &Report<'_>, shape: &Shape) -> io::Result<()> {
    if report.suspects.is_empty() {
        return Ok(());
    }
    p.title("SUSPECTS", &counted(report.suspects.len() as u64, "suspect"))?;
    for (index, suspect) in report.suspects.iter().enumerate() {
        if index > 0 {
            p.gap()?;
        }
        one(p, suspect, index + 1, shape)?;
    }
    Ok(())
}

fn one(p: &mut Printer<'_>, suspect: &Suspect<'_>, number: usize, shape: &Shape) -> io::Result<()> {
    let mut line = Line::new();
    line.put_right(Style::Bold, &number.to_string(), 3).pad_to(5);
    p.paragraph(line, Style::Bold, &shape.sentence(&suspect.headline))?;
    summary(p, suspect)?;
    if let Some(site) = &suspect.site {
        location(p, label("at"), site, shape)?;
    }
    related(p, suspect, shape)?;
    for (name, text) in [("why", &suspect.why), ("do", &suspect.action)] {
        if !text.is_empty() {
            p.paragraph(label(name), Style::Plain, &shape.sentence(text))?;
        }
    }
    if let Some(source) = &suspect.source {
        lines(p, source, shape)?;
    }
    for (index, step) in suspect.evidence.iter().enumerate() {
        let mut bullet = label(if index == 0 { "evidence" } else { "" });
        bullet.put(Style::Dim, "• ");
        p.paragraph(bullet, Style::Plain, &shape.sentence(step))?;
    }
    if !suspect.goroutines.is_empty() {
        p.paragraph(label("ids"), Style::Plain, &ids(suspect.goroutines, suspect.count))?;
    }
    if shape.full {
        for one in &suspect.stacks {
            p.line(label("stack"))?;
            stack(p, *one, TEXT + 3, shape)?;
        }
    }
    Ok(())
}

/// `1, 2, 3 …`: the sample of ids, marked where it is not all.
pub(super) fn ids(ids: &[u64], count: u64) -> String {
    let shown = &ids[..ids.len().min(8)];
    let list: Vec<String> = shown.iter().map(u64::to_string).collect();
    let rest = if count > shown.len() as u64 { " …" } else { "" };
    format!("{}{rest}", list.join(", "))
}

fn label(text: &str) -> Line {
    let mut line = Line::indented(5);
    line.put(Style::Dim, text).pad_to(TEXT + 2);
    line
}

/// Verdict, kind, count, wait and where to read more.
fn summary(p: &mut Printer<'_>, suspect: &Suspect<'_>) -> io::Result<()> {
    let noun = if suspect.kind == "data-race" {
        "report"
    } else {
        "goroutine"
    };
    let mut facts = vec![suspect.kind.to_owned(), counted(suspect.count, noun)];
    if let Some(waits) = &suspect.waits {
        facts.push(names::waits(&waits.range()));
    }
    facts.push(format!("gosleuth explain {}", suspect.entry));
    facts.extend(suspect.rules.iter().map(|&rule| rule.to_owned()));
    let mut line = Line::indented(5);
    line.put(verdict_style(suspect.verdict), suspect.verdict)
        .put(Style::Plain, " ");
    p.paragraph(line, Style::Dim, &facts.join(" · "))
}

/// Related sites, aligned: role, place, function.
fn related(p: &mut Printer<'_>, suspect: &Suspect<'_>, shape: &Shape) -> io::Result<()> {
    let places: Vec<String> = suspect
        .related
        .iter()
        .map(|related| shape.place(&related.site))
        .collect();
    let place_width = places.iter().map(|place| place.chars().count()).max().unwrap_or(0);
    let label_width = suspect
        .related
        .iter()
        .map(|related| related.label.chars().count())
        .max()
        .unwrap_or(0);
    for (index, (related, at)) in suspect.related.iter().zip(&places).enumerate() {
        let mut line = label(if index == 0 { "related" } else { "" });
        let start = line.width();
        line.put(Style::Dim, &related.label).pad_to(start + label_width + 2);
        let function = &related.site.function;
        let room = p.width().saturating_sub(line.width());
        if place_width + 2 + function.chars().count() <= room {
            let column = line.width() + place_width + 2;
            line.put(Style::Plain, at).pad_to(column).put(Style::Plain, function);
        } else {
            let at = elide_place(at, room);
            let left = room.saturating_sub(at.chars().count() + 2);
            line.put(Style::Plain, &at);
            if left >= 16 {
                let function = names::elide(names::short_function(function), left);
                line.put(Style::Plain, "  ").put(Style::Plain, &function);
            }
        }
        p.line(line)?;
    }
    Ok(())
}

/// Lines of the source: place, text, what is there.
fn lines(p: &mut Printer<'_>, source: &SourceSide<'_>, shape: &Shape) -> io::Result<()> {
    let places: Vec<String> = source.lines.iter().map(|line| file_line(&line.site)).collect();
    let width = places.iter().map(|place| place.chars().count()).max().unwrap_or(0);
    for (index, (line, at)) in source.lines.iter().zip(&places).enumerate() {
        let mut row = label(if index == 0 { "source" } else { "" });
        let column = row.width() + width + 2;
        row.put(Style::Plain, at).pad_to(column);
        let room = p.width().saturating_sub(column + line.label.chars().count() + 4);
        if !line.text.is_empty() && room >= 16 {
            row.put(Style::Name, &names::elide(&shape.sentence(&line.text), room))
                .put(Style::Plain, "  ");
        }
        row.put(Style::Dim, "← ").put(Style::Dim, &line.label);
        p.line(row)?;
    }
    Ok(())
}

/// The name of the file and the line: the directory stands above.
fn file_line(site: &Site<'_>) -> String {
    names::place(site.file.rsplit(['/', '\\']).next().unwrap_or(&site.file), site.line)
}

/// What the source says, and what the evidence says of that.
pub(super) fn findings(p: &mut Printer<'_>, report: &Report<'_>, shape: &Shape) -> io::Result<()> {
    let Some(source) = &report.source else {
        return Ok(());
    };
    let shown_by_evidence = source
        .findings
        .iter()
        .filter(|finding| finding.suspect.is_some())
        .count();
    p.title(
        "SOURCE",
        &format!(
            "{} in {}, {} of them seen in the evidence; {} of {} own frames found in the source",
            counted(source.findings.len() as u64, "finding"),
            counted(source.packages, "package"),
            shown_by_evidence,
            source.frames_found,
            source.frames
        ),
    )?;
    let is_told = |finding: &&JudgedFinding<'_>| finding.suspect.is_some() || !finding.evidence.is_empty();
    let told: Vec<_> = source.findings.iter().filter(is_told).collect();
    for finding in told.iter().take(shape.top) {
        let mut line = Line::indented(3);
        line.put(verdict_style(finding.verdict), finding.verdict).pad_to(17);
        line.put(Style::Bold, &finding.code).put(Style::Plain, " ");
        line.put(Style::Plain, &shape.place(&finding.site))
            .put(Style::Plain, "  ");
        p.paragraph(line, Style::Plain, &shape.sentence(&finding.message))?;
        let mut line = Line::indented(17);
        match finding.suspect {
            Some(suspect) => line.put(Style::Dim, &format!("suspect {}", suspect + 1)),
            None => line.put(Style::Dim, "what was seen leaves it open"),
        };
        p.line(line)?;
    }
    if told.len() > shape.top {
        more(p, 3, &counted((told.len() - shape.top) as u64, "more finding"), true)?;
    }
    let silent = source.findings.len() - told.len();
    if silent > 0 {
        let text = format!(
            "{} that nothing in this evidence shows; `gosleuth check` lists them",
            counted(silent as u64, "finding")
        );
        p.paragraph(Line::indented(3), Style::Dim, &text)?;
    }
    Ok(())
}

/// Candidates in three lines each: what, where, what would decide.
pub(super) fn candidates(p: &mut Printer<'_>, report: &Report<'_>, shape: &Shape) -> io::Result<()> {
    let all = &report.candidates;
    if all.is_empty() {
        return Ok(());
    }
    p.title("CANDIDATES", "this evidence alone cannot decide these")?;
    let shown = &all[..all.len().min(shape.top)];
    for candidate in shown {
        let mut line = Line::indented(3);
        line.put(Style::Warn, "? ");
        p.paragraph(line, Style::Plain, &shape.sentence(&candidate.headline))?;
        let mut facts = vec![counted(candidate.count, "goroutine")];
        if let Some(waits) = &candidate.waits {
            facts.push(names::waits(&waits.range()));
        }
        let mut line = Line::indented(5);
        line.put(Style::Dim, &facts.join(" · ")).put(Style::Dim, " · ");
        if let Some(site) = &candidate.site {
            location(p, line, site, shape)?;
        } else {
            line.put(Style::Dim, candidate.kind);
            p.line(line)?;
        }
        if let Some(decider) = candidate.would_decide.as_deref().filter(|text| !text.is_empty()) {
            let mut line = Line::indented(5);
            line.put(Style::Dim, "would decide: ");
            p.paragraph(line, Style::Plain, &shape.sentence(decider))?;
        }
    }
    let rest = &all[shown.len()..];
    if !rest.is_empty() {
        let goroutines = rest.iter().map(|candidate| candidate.count).sum();
        let what = format!(
            "{} ({})",
            counted(rest.len() as u64, "more candidate"),
            counted(goroutines, "goroutine")
        );
        more(p, 3, &what, true)?;
    }
    Ok(())
}
