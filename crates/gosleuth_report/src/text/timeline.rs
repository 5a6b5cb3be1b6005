//! What happened when, at a terminal.

use std::io;

use super::{Shape, more};
use crate::names::{counted, counted_as, thousands};
use crate::style::{Line, Printer, Style};
use crate::view::{Event, Report, Timeline, clock, day};

/// Requests shown where whole lists are not asked for.
const REQUESTS: usize = 5;
/// Messages of a log shown.
const MESSAGES: usize = 3;
/// Columns of a time, and of a kind.
const TIME: usize = 16;
const KIND: usize = 13;

pub(super) fn timeline(p: &mut Printer<'_>, report: &Report<'_>, shape: &Shape) -> io::Result<()> {
    let Some(timeline) = report.timeline.as_ref().filter(|timeline| timeline.tells()) else {
        return Ok(());
    };
    p.title("TIMELINE", "UTC")?;
    if !timeline.summary.is_empty() {
        p.paragraph(Line::indented(2), Style::Bold, &shape.sentence(&timeline.summary))?;
    }
    events(p, timeline, shape)?;
    logs(p, timeline, shape)?;
    requests(p, timeline, shape)?;
    for note in &timeline.notes {
        p.paragraph(Line::indented(2), Style::Dim, &shape.sentence(note))?;
    }
    Ok(())
}

fn events(p: &mut Printer<'_>, timeline: &Timeline<'_>, shape: &Shape) -> io::Result<()> {
    let mut today = "";
    let most = shape.top.saturating_mul(3);
    for event in timeline.events.iter().take(most) {
        if day(&event.at) != today {
            today = day(&event.at);
            let mut line = Line::indented(2);
            line.put(Style::Dim, today);
            p.line(line)?;
        }
        let mut line = Line::indented(2);
        line.put(Style::Plain, &moment(event)).pad_to(2 + TIME);
        let style = match event.kind {
            "first-block" | "growth" | "memory" | "errors" | "race" | "crash" => Style::Bad,
            _ => Style::Dim,
        };
        line.put(style, event.kind).pad_to(2 + TIME + KIND);
        p.paragraph(line, Style::Plain, &shape.sentence(&sentence(event)))?;
    }
    let rest = timeline.events.len().saturating_sub(most);
    if rest > 0 {
        more(p, 2, &counted(rest as u64, "more event"), true)?;
    }
    Ok(())
}

/// `~09:27:40` where it is an estimate.
pub(crate) fn moment(event: &Event<'_>) -> String {
    let about = if event.margin_seconds > 0 { "~" } else { "" };
    format!("{about}{}", clock(&event.at))
}

/// What happened, whom it concerns, and what the process said.
pub(crate) fn sentence(event: &Event<'_>) -> String {
    let suspect = event
        .suspect
        .map_or_else(String::new, |index| format!("suspect {}: ", index + 1));
    let until = event.until.as_deref().map_or_else(String::new, |until| {
        if day(until) == day(&event.at) {
            format!(", until {}", clock(until))
        } else {
            format!(", until {until}")
        }
    });
    let quote = event.quote.as_deref().map_or_else(String::new, |quote| {
        let often = if event.kind == "errors" { ", most often" } else { ":" };
        format!("{often} “{quote}”")
    });
    format!("{suspect}{}{quote}{until}", event.text)
}

fn logs(p: &mut Printer<'_>, timeline: &Timeline<'_>, shape: &Shape) -> io::Result<()> {
    for log in &timeline.logs {
        let count = |levels: &[&str]| -> u64 { levels.iter().filter_map(|level| log.levels.get(level)).sum() };
        let mut line = Line::indented(2);
        line.put(Style::Dim, "log").pad_to(8);
        let text = format!(
            "{}: {} ({}), {} at error and above, {} at warn; {} to {}",
            log.input,
            counted(log.dated, "line"),
            log.forms.join(", "),
            thousands(count(&["error", "fatal"])),
            thousands(count(&["warn"])),
            log.first,
            log.last
        );
        p.paragraph(line, Style::Plain, &shape.sentence(&text))?;
        let most = if shape.full { usize::MAX } else { MESSAGES };
        for message in log.messages.iter().take(most) {
            let mut line = Line::indented(8);
            line.put(Style::Dim, &format!("{} × ", thousands(message.count)));
            p.paragraph(line, Style::Plain, &format!("[{}] {}", message.level, message.text))?;
        }
    }
    Ok(())
}

fn requests(p: &mut Printer<'_>, timeline: &Timeline<'_>, shape: &Shape) -> io::Result<()> {
    if timeline.requests.is_empty() {
        return Ok(());
    }
    let mut line = Line::indented(2);
    line.put(Style::Dim, "requests that goroutines and logs both name");
    p.line(line)?;
    let most = if shape.full { usize::MAX } else { REQUESTS };
    for request in timeline.requests.iter().take(most) {
        let mut line = Line::indented(4);
        line.put(Style::Name, &format!("{}={}", request.label, request.value));
        let whose = request
            .suspect
            .map_or_else(String::new, |index| format!(" of suspect {}", index + 1));
        let said = request.lines.last().map_or_else(String::new, |line| {
            let at = line.time.as_deref().map_or("", clock);
            format!("; {at} “{}”", line.text)
        });
        let text = format!(
            "  {}{whose}, {}{said}",
            counted(request.goroutines, "goroutine"),
            counted_as(request.count, "line", "lines")
        );
        p.paragraph(line, Style::Plain, &text)?;
    }
    let rest = timeline.requests.len().saturating_sub(most);
    if rest > 0 {
        more(p, 4, &counted(rest as u64, "more request"), true)?;
    }
    Ok(())
}
