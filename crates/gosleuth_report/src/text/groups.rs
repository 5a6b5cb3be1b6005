//! The group table, snapshots, healthy waits, and stacks.

use std::io;

use super::{Shape, elide_place, more};
use crate::names::{self, counted, thousands};
use crate::style::{Line, Printer, Style};
use crate::view::{Frame, Group, Report, Site, Stack};

/// Columns of the table: right edge of the count, start of state, wait and place.
struct Columns {
    count: usize,
    state: usize,
    wait: usize,
    site: usize,
}

/// Overview of snapshots, then groups.
pub(super) fn groups(p: &mut Printer<'_>, report: &Report<'_>, shape: &Shape) -> io::Result<()> {
    overview(p, report, shape)?;
    let groups = &report.groups;
    let left_out = report.groups_left_out;
    if groups.is_empty() && left_out.groups == 0 {
        return Ok(());
    }
    let goroutines: u64 = groups.iter().map(|group| group.count).sum::<u64>() + left_out.goroutines;
    let remark = format!(
        "{} in {}",
        counted(goroutines, "goroutine"),
        counted(groups.len() as u64 + left_out.groups, "group")
    );
    p.title("GROUPS", &remark)?;
    let columns = columns(groups);
    let mut line = Line::new();
    line.put_right(Style::Dim, "count", columns.count)
        .pad_to(columns.state)
        .put(Style::Dim, "state")
        .pad_to(columns.wait)
        .put(Style::Dim, "wait")
        .pad_to(columns.site)
        .put(Style::Dim, "where, created by, labels");
    p.line(line)?;
    for group in groups {
        row(p, group, &columns, shape)?;
    }
    if left_out.groups > 0 {
        let what = format!(
            "{} ({})",
            counted(left_out.groups, "more group"),
            counted(left_out.goroutines, "goroutine")
        );
        more(p, 2, &what, true)?;
    }
    Ok(())
}

fn columns(groups: &[Group<'_>]) -> Columns {
    let longest = |texts: &mut dyn Iterator<Item = usize>, least: usize| texts.max().unwrap_or(0).max(least);
    let count = 2 + longest(&mut groups.iter().map(|group| thousands(group.count).len()), 5);
    let state = count + 2;
    let wait = state + 2 + longest(&mut groups.iter().map(|group| state_text(group).chars().count()), 5);
    let site = wait + 2 + longest(&mut groups.iter().map(|group| wait_text(group).chars().count()), 4);
    Columns {
        count,
        state,
        wait,
        site,
    }
}

fn state_text(group: &Group<'_>) -> String {
    let leaked = if group.leaked && group.state != "leaked" {
        " (leaked)"
    } else {
        ""
    };
    let inferred = if group.state_inferred { "~" } else { "" };
    names::elide(&format!("{inferred}{}{leaked}", group.state), 26)
}

fn wait_text(group: &Group<'_>) -> String {
    group
        .waits
        .map_or_else(String::new, |waits| names::waits(&waits.range()))
}

fn row(p: &mut Printer<'_>, group: &Group<'_>, columns: &Columns, shape: &Shape) -> io::Result<()> {
    let mut line = Line::new();
    line.put_right(Style::Number, &thousands(group.count), columns.count)
        .pad_to(columns.state)
        .put(state_style(group), &state_text(group))
        .pad_to(columns.wait)
        .put(Style::Plain, &wait_text(group))
        .pad_to(columns.site);
    let room = p.width().saturating_sub(columns.site);
    if group.key.is_empty() {
        let style = if group.entry.is_some() {
            Style::Plain
        } else {
            Style::Name
        };
        match &group.site {
            Some(site) => short_location(p, line, site, style, room, shape)?,
            None => p.line(line)?,
        }
    } else {
        line.put(Style::Name, &names::elide(&group.key, room));
        p.line(line)?;
        if let Some(site) = &group.site {
            short_location(p, Line::indented(columns.site), site, Style::Plain, room, shape)?;
        }
    }
    if let Some(creator) = &group.created_by {
        let mut line = Line::indented(columns.site);
        line.put(Style::Dim, "by ");
        short_location(p, line, creator, Style::Dim, room.saturating_sub(3), shape)?;
    }
    let mut notes: Vec<String> = group
        .labels
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    notes.extend(group.entry.map(|entry| format!("({entry})")));
    if !notes.is_empty() {
        p.paragraph(Line::indented(columns.site), Style::Dim, &notes.join("  "))?;
    }
    if shape.full {
        stack(p, group.stack, columns.state, shape)?;
        p.gap()?;
    }
    Ok(())
}

/// Colour by what can release the goroutine: marked as leaked, waiting for another goroutine, or anything else.
fn state_style(group: &Group<'_>) -> Style {
    if group.leaked {
        return Style::Bad;
    }
    match &*group.state {
        "running" | "runnable" => Style::Good,
        "IO wait" | "sleep" | "syscall" | "idle" => Style::Plain,
        _ if group.entry.is_some() => Style::Plain,
        _ => Style::Warn,
    }
}

fn short_location(
    p: &mut Printer<'_>,
    mut line: Line,
    site: &Site<'_>,
    style: Style,
    room: usize,
    shape: &Shape,
) -> io::Result<()> {
    let at = shape.place(site);
    let function = names::short_function(&site.function);
    if function.chars().count() + 2 + at.chars().count() <= room {
        let at_style = if style == Style::Dim { Style::Dim } else { Style::Plain };
        line.put(style, function).put(Style::Plain, "  ").put(at_style, &at);
        return p.line(line);
    }
    // The directory goes first: the function already names the package.
    let name = at.rsplit(['/', '\\']).next().unwrap_or(&at);
    let left = room.saturating_sub(name.chars().count() + 2);
    line.put(style, &names::elide(function, left.max(16)))
        .put(Style::Plain, "  ")
        .put(Style::Plain, name);
    p.line(line)
}

/// A whole stack: the program's own frames stand out, those of others step back.
pub(super) fn stack(p: &mut Printer<'_>, stack: Stack<'_>, indent: usize, shape: &Shape) -> io::Result<()> {
    for frame in stack.frames() {
        frame_line(p, &frame, indent, shape)?;
    }
    Ok(())
}

fn frame_line(p: &mut Printer<'_>, frame: &Frame<'_>, indent: usize, shape: &Shape) -> io::Result<()> {
    p.line(frame_text(frame, indent, p.width(), shape))
}

/// One frame in at most `width` columns.
pub(super) fn frame_text(frame: &Frame<'_>, indent: usize, width: usize, shape: &Shape) -> Line {
    let style = match frame.origin {
        "user" => Style::Name,
        "third-party" => Style::Plain,
        _ => Style::Dim,
    };
    let mut line = Line::indented(indent);
    match frame.note {
        Some("elided") if frame.line > 0 => {
            line.put(
                Style::Dim,
                &format!("… {} left out by the runtime …", counted(frame.line.into(), "frame")),
            );
            return line;
        }
        Some("elided") => {
            line.put(Style::Dim, "… frames left out by the runtime …");
            return line;
        }
        Some("unavailable") => {
            line.put(Style::Dim, "running on another thread; stack unavailable");
            return line;
        }
        _ => {}
    }
    let at = shape.place(&Site {
        function: frame.function.clone(),
        file: frame.file.clone(),
        line: frame.line,
    });
    let args = frame
        .args
        .as_deref()
        .map_or_else(String::new, |args| format!("({args})"));
    let name = format!("{}{args}", frame.function);
    let room = width.saturating_sub(indent);
    // Places line up at a column in the middle where everything fits.
    let column = indent + room * 3 / 5;
    let at_width = at.chars().count();
    let name_width = name.chars().count();
    if name_width + 2 + at_width <= room {
        line.put(style, &name);
        if column + at_width <= width && line.width() + 2 <= column {
            line.pad_to(column);
        } else {
            line.put(Style::Plain, "  ");
        }
        line.put(if style == Style::Dim { Style::Dim } else { Style::Plain }, &at);
    } else {
        let short = names::short_function(&name);
        let at = elide_place(&at, room / 2);
        let left = room.saturating_sub(at.chars().count() + 2).max(16);
        line.put(style, &names::elide(short, left))
            .put(Style::Plain, "  ")
            .put(if style == Style::Dim { Style::Dim } else { Style::Plain }, &at);
    }
    line
}

/// Snapshots with their states, and the waits that are no fault.
fn overview(p: &mut Printer<'_>, report: &Report<'_>, shape: &Shape) -> io::Result<()> {
    if !report.snapshots.is_empty() {
        p.title("GOROUTINES", "")?;
        let skipped = report.snapshots.len().saturating_sub(shape.top);
        if skipped > 0 {
            more(p, 2, &counted(skipped as u64, "earlier snapshot"), true)?;
        }
        for snapshot in &report.snapshots[skipped..] {
            let mut line = Line::new();
            line.put_right(Style::Number, &thousands(snapshot.total), 7)
                .put(Style::Plain, "  ");
            let mut name = snapshot.label.to_string();
            if let Some(time) = &snapshot.time {
                name = format!("{name} at {time}");
            }
            if snapshot.kind != "dump" {
                name = format!("{name} ({})", snapshot.kind);
            }
            if let Some(cut) = snapshot.cut {
                name = format!("{name} — not whole: {}", cut_text(cut));
            }
            line.put(Style::Plain, &name);
            p.line(line)?;
            let states: Vec<String> = snapshot
                .states
                .iter()
                .take(if shape.full { usize::MAX } else { 6 })
                .map(|row| format!("{} {}", thousands(row.count), row.state))
                .collect();
            let rest = snapshot.states.len() - states.len();
            let rest = if rest > 0 {
                format!(", {rest} more states")
            } else {
                String::new()
            };
            p.paragraph(Line::indented(9), Style::Dim, &format!("{}{rest}", states.join(", ")))?;
        }
    }
    if !report.healthy.is_empty() {
        let shown = report.healthy.len().min(shape.top);
        let waits: Vec<String> = report.healthy[..shown]
            .iter()
            .map(|row| format!("{} {}", thousands(row.count), row.title))
            .collect();
        let rest: u64 = report.healthy[shown..].iter().map(|row| row.count).sum();
        let rest = if rest > 0 {
            format!(", {} more", thousands(rest))
        } else {
            String::new()
        };
        let mut line = Line::indented(2);
        line.put(Style::Good, "healthy  ");
        p.paragraph(line, Style::Plain, &format!("{}{rest}", waits.join(", ")))?;
    }
    Ok(())
}

/// Why a snapshot is not whole, in words.
pub(crate) fn cut_text(cut: &str) -> &'static str {
    match cut {
        "mid-block" => "the input ends inside a goroutine",
        "http-cap" => "cut at the 64 MiB that debug=2 gives over HTTP",
        _ => "only the crashing goroutine was printed",
    }
}
