//! Everything after suspects and groups: crashes, races, change, waiting, profiles, tables, problems.

use std::io;

use super::groups::{frame_text, stack};
use super::{Shape, location, more, verdict_style};
use crate::names::{self, counted, counted_as, thousands};
use crate::style::{Line, Printer, Style};
use crate::view::{Crash, Race, RaceAccess, Report, SeriesRow, Site, Table};

/// Frames of a stack shown where whole stacks are not asked for.
const SHORT_STACK: usize = 8;
/// From this width on the two stacks of a race stand side by side.
const SIDE_BY_SIDE: usize = 120;

fn label(indent: usize, text: &str) -> Line {
    let mut line = Line::indented(indent);
    line.put(Style::Dim, text).pad_to(indent + 9);
    line
}

pub(super) fn crashes(p: &mut Printer<'_>, report: &Report<'_>, shape: &Shape) -> io::Result<()> {
    if report.crashes.is_empty() {
        return Ok(());
    }
    p.title("CRASHES", "")?;
    let shown = report.crashes.len().min(shape.top);
    for crash in &report.crashes[..shown] {
        one_crash(p, crash, shape)?;
    }
    let rest = report.crashes.len() - shown;
    if rest > 0 {
        more(p, 2, &counted(rest as u64, "more crash report"), true)?;
    }
    Ok(())
}

fn one_crash(p: &mut Printer<'_>, crash: &Crash<'_>, shape: &Shape) -> io::Result<()> {
    p.paragraph(Line::indented(2), Style::Bad, &crash.message)?;
    let mut facts = Vec::new();
    if let Some(goroutine) = crash.goroutine {
        facts.push(format!("goroutine {goroutine}"));
    }
    if crash.count > 1 {
        facts.push(format!("seen {} times", thousands(crash.count)));
    }
    match crash.recoverable {
        Some(true) => facts.push("a recover could have stopped it".to_owned()),
        Some(false) => facts.push("no recover can stop it".to_owned()),
        None => {}
    }
    if let Some(peer) = &crash.peer {
        facts.push(format!("while serving {peer}"));
    }
    if let Some(test) = &crash.test {
        facts.push(format!("in {test}"));
    }
    if let Some(status) = crash.exit_status {
        facts.push(format!("exit status {status}"));
    }
    facts.push(format!("{}:{}", crash.input, crash.line));
    if let Some(time) = &crash.time {
        facts.push(time.clone());
    }
    p.paragraph(Line::indented(4), Style::Dim, &facts.join(" · "))?;
    if crash.chain.len() > 1 {
        for link in &crash.chain {
            let mut marks = String::new();
            for (set, mark) in [
                (link.fatal, " [fatal]"),
                (link.recovered && !link.repanicked, " [recovered]"),
                (link.repanicked, " [recovered, repanicked]"),
                (link.goexit, " [goexit]"),
            ] {
                marks.push_str(if set { mark } else { "" });
            }
            p.paragraph(label(4, "chain"), Style::Plain, &format!("{}{marks}", link.text))?;
        }
    } else if let Some(link) = crash.chain.first().filter(|link| link.text.contains('\n')) {
        let rows: Vec<&str> = link.text.lines().collect();
        let limit = if shape.full { usize::MAX } else { 6 };
        for row in rows.iter().take(limit) {
            p.paragraph(label(4, ""), Style::Plain, row)?;
        }
        if rows.len() > limit {
            more(p, 13, &counted((rows.len() - limit) as u64, "more line"), true)?;
        }
    }
    for test in &crash.running_tests {
        p.paragraph(
            label(4, "running"),
            Style::Plain,
            &format!("{} ({})", test.test, test.duration),
        )?;
    }
    if !crash.meaning.is_empty() {
        p.paragraph(label(4, "means"), Style::Plain, &shape.sentence(&crash.meaning))?;
    }
    for (name, list) in [("causes", crash.causes), ("check", crash.checks)] {
        for (index, entry) in list.iter().enumerate() {
            let mut line = label(4, if index == 0 { name } else { "" });
            line.put(Style::Dim, "• ");
            p.paragraph(line, Style::Plain, entry)?;
        }
    }
    for note in crash.notes.iter().take(if shape.full { usize::MAX } else { 4 }) {
        p.paragraph(label(4, "note"), Style::Plain, note)?;
    }
    if let Some(site) = &crash.site {
        location(p, label(4, "at"), site, shape)?;
    }
    if let Some(whole) = crash.stack {
        p.line(label(4, "stack"))?;
        if shape.full {
            stack(p, whole, 6, shape)?;
        } else {
            for frame in whole.frames().take(SHORT_STACK) {
                p.line(frame_text(&frame, 6, p.width(), shape))?;
            }
            let rest = whole.frames().len().saturating_sub(SHORT_STACK);
            if rest > 0 {
                more(p, 6, &counted(rest as u64, "more frame"), true)?;
            }
        }
    }
    Ok(())
}

pub(super) fn races(p: &mut Printer<'_>, report: &Report<'_>, shape: &Shape) -> io::Result<()> {
    if report.races.is_empty() {
        return Ok(());
    }
    let total: u64 = report.races.iter().map(|race| race.count).sum();
    let remark = format!(
        "{} at {}",
        counted(total, "report"),
        counted_as(report.races.len() as u64, "pair of sites", "pairs of sites")
    );
    p.title("RACES", &remark)?;
    let shown = report.races.len().min(shape.top);
    for (index, race) in report.races[..shown].iter().enumerate() {
        if index > 0 {
            p.gap()?;
        }
        one_race(p, race, shape)?;
    }
    let rest = report.races.len() - shown;
    if rest > 0 {
        more(p, 2, &counted(rest as u64, "more race"), true)?;
    }
    Ok(())
}

fn one_race(p: &mut Printer<'_>, race: &Race<'_>, shape: &Shape) -> io::Result<()> {
    let mut line = Line::indented(2);
    line.put(Style::Bad, race.class)
        .put(Style::Plain, &format!(" · {}", counted(race.count, "report")));
    if race.test_only {
        line.put(Style::Plain, " · test code only");
    }
    if let Some(test) = &race.test {
        line.put(Style::Plain, &format!(" · in {test}"));
    }
    line.put(Style::Dim, &format!(" · {}:{}", race.input, race.line));
    p.line(line)?;
    if let Some(memory) = &race.location {
        let text = match (&memory.name, &memory.declared) {
            (Some(name), Some(declared)) => {
                format!(
                    "global {name} ({} bytes), declared at {}",
                    memory.size,
                    shape.sentence(declared)
                )
            }
            _ => format!("heap block of {} bytes", memory.size),
        };
        p.paragraph(label(4, "memory"), Style::Plain, &text)?;
        if let Some(frame) = memory.stack.and_then(|stack| {
            let user = stack.frames().find(|frame| frame.origin == "user");
            user.or_else(|| stack.frames().next())
        }) {
            let site = Site {
                function: frame.function,
                file: frame.file,
                line: frame.line,
            };
            location(p, label(4, ""), &site, shape)?;
        }
    }
    if let [left, right] = race.accesses.as_slice()
        && p.width() >= SIDE_BY_SIDE
    {
        let half = (p.width() - 7) / 2;
        let left = access_lines(left, half, shape);
        let right = access_lines(right, half, shape);
        let rows = left.len().max(right.len());
        let mut left = left.into_iter();
        let mut right = right.into_iter();
        for _ in 0..rows {
            let mut line = Line::indented(4);
            line.append(left.next().unwrap_or_default());
            line.pad_to(4 + half).put(Style::Dim, " │ ");
            line.append(right.next().unwrap_or_default());
            p.line(line)?;
        }
    } else {
        for access in &race.accesses {
            for row in access_lines(access, p.width() - 4, shape) {
                let mut line = Line::indented(4);
                line.append(row);
                p.line(line)?;
            }
        }
    }
    Ok(())
}

/// What one side of a race did, and its stacks, in `width` columns.
fn access_lines(access: &RaceAccess<'_>, width: usize, shape: &Shape) -> Vec<Line> {
    let mut head = Line::new();
    head.put(Style::Bold, &access_title(access));
    let mut lines = vec![head];
    let limit = if shape.full { usize::MAX } else { SHORT_STACK };
    match access.stack {
        Some(stack) => {
            lines.extend(
                stack
                    .frames()
                    .take(limit)
                    .map(|frame| frame_text(&frame, 2, width, shape)),
            );
            let rest = stack.frames().len().saturating_sub(limit);
            if rest > 0 {
                let mut line = Line::indented(2);
                line.put(Style::Dim, &format!("… {}", counted(rest as u64, "more frame")));
                lines.push(line);
            }
        }
        None => {
            let mut line = Line::indented(2);
            line.put(Style::Dim, "stack not restored by the race detector");
            lines.push(line);
        }
    }
    if let Some(created) = access.created {
        let mut line = Line::indented(2);
        line.put(Style::Dim, "created at");
        lines.push(line);
        lines.extend(
            created
                .frames()
                .take(3)
                .map(|frame| frame_text(&frame, 4, width, shape)),
        );
    }
    lines
}

/// `previous write by goroutine 7 (race detector's number), no lock in sight`.
pub(crate) fn access_title(access: &RaceAccess<'_>) -> String {
    let mut text = String::new();
    if access.previous {
        text.push_str("previous ");
    }
    if access.atomic {
        text.push_str("atomic ");
    }
    text.push_str(if access.write { "write" } else { "read" });
    match (access.goroutine, access.goroutine_running) {
        (None, _) => text.push_str(" by the main goroutine"),
        (Some(id), Some(false)) => text.push_str(&format!(" by goroutine #{id}, since ended")),
        (Some(id), _) => text.push_str(&format!(" by goroutine #{id}")),
    }
    text.push_str(if access.lock_seen {
        ", under a lock"
    } else {
        ", no lock in sight"
    });
    text
}

pub(super) fn series(p: &mut Printer<'_>, report: &Report<'_>, shape: &Shape) -> io::Result<()> {
    let Some(series) = &report.series else {
        return Ok(());
    };
    let over = match (series.timed, series.at.last()) {
        (true, Some(&last)) => format!(" over {}", names::minutes(last)),
        _ => ", times unknown".to_owned(),
    };
    p.title(
        "CHANGE",
        &format!(
            "{}{over}: {} goroutines",
            counted(series.totals.len() as u64, "snapshot"),
            arrows(series.totals)
        ),
    )?;
    let rate = if series.timed { "/min" } else { "/snapshot" };
    let interesting: Vec<&SeriesRow<'_>> = series.rows.iter().filter(|row| row.trend != "steady").collect();
    let steady: Vec<&SeriesRow<'_>> = series.rows.iter().filter(|row| row.trend == "steady").collect();
    let shown = interesting.len().min(shape.top);
    for row in &interesting[..shown] {
        series_row(p, row, rate, shape)?;
    }
    if interesting.len() > shown {
        more(p, 2, &counted((interesting.len() - shown) as u64, "more change"), true)?;
    }
    if shape.full {
        for row in &steady {
            series_row(p, row, rate, shape)?;
        }
    } else if !steady.is_empty() {
        let goroutines: u64 = steady.iter().filter_map(|row| row.counts.last()).sum();
        let mut line = Line::indented(2);
        line.put(
            Style::Dim,
            &format!(
                "= steady   {} in {}",
                counted(goroutines, "goroutine"),
                counted(steady.len() as u64, "stack")
            ),
        );
        p.line(line)?;
    }
    Ok(())
}

/// `12 → 40 → 97`, with the middle left out of long series.
fn arrows(counts: &[u64]) -> String {
    let all: Vec<String> = counts.iter().map(|&count| thousands(count)).collect();
    if all.len() <= 6 {
        return all.join(" → ");
    }
    format!("{} → … → {}", all[..3].join(" → "), all[all.len() - 2..].join(" → "))
}

fn series_row(p: &mut Printer<'_>, row: &SeriesRow<'_>, rate: &str, shape: &Shape) -> io::Result<()> {
    let (mark, style) = match row.trend {
        "new" => ("+", Style::Bad),
        "growing" => ("↑", Style::Bad),
        "shrinking" => ("↓", Style::Good),
        "gone" => ("−", Style::Good),
        _ => ("=", Style::Dim),
    };
    let mut line = Line::indented(2);
    line.put(style, &format!("{mark} {:<9}", row.trend))
        .put(Style::Plain, " ")
        .put(Style::Number, &arrows(row.counts));
    if matches!(row.trend, "new" | "growing" | "shrinking") {
        line.put(Style::Plain, &format!("  {:+.1}{rate}", row.slope));
    }
    if let Some(minutes) = row.minutes_to_limit {
        line.put(Style::Bad, &format!("  limit in {}", names::minutes(minutes)));
    }
    line.put(Style::Dim, &format!("  {}", row.state));
    p.line(line)?;
    if let Some(site) = &row.site {
        location(p, label(4, "at"), site, shape)?;
    }
    if let Some(creator) = &row.created_by {
        location(p, label(4, "by"), creator, shape)?;
    }
    Ok(())
}

pub(super) fn waiting(p: &mut Printer<'_>, report: &Report<'_>, shape: &Shape) -> io::Result<()> {
    let waiting = &report.waiting;
    if waiting.objects.is_empty() && waiting.families.is_empty() && waiting.cycles.is_empty() {
        return Ok(());
    }
    p.title("WAITING", "who waits for whom, as far as the evidence shows")?;
    for cycle in &waiting.cycles {
        let mut line = Line::indented(2);
        line.put(Style::Bad, "cycle");
        p.line(line)?;
        for (index, member) in cycle.members.iter().enumerate() {
            let mut line = Line::indented(4);
            line.put(
                Style::Dim,
                if index == 0 {
                    "┌ "
                } else if index + 1 == cycle.members.len() {
                    "└ "
                } else {
                    "│ "
                },
            );
            p.paragraph(line, Style::Plain, &shape.sentence(member))?;
        }
        p.paragraph(Line::indented(4), Style::Plain, &shape.sentence(&cycle.why))?;
    }
    let shown = waiting.objects.len().min(shape.top);
    for object in &waiting.objects[..shown] {
        let total: u64 = object.waiters.iter().map(|waiter| waiter.count).sum();
        let mut line = Line::indented(2);
        line.put(Style::Bold, &format!("{} {}", object.what, object.address))
            .put(Style::Plain, &format!("  {}", counted(total, "waiter")));
        p.line(line)?;
        for waiter in object.waiters.iter().take(shape.top) {
            let mut line = Line::new();
            line.put_right(Style::Number, &thousands(waiter.count), 8)
                .put(Style::Plain, &format!("  {}  ", waiter.state));
            match &waiter.site {
                Some(site) => location(p, line, site, shape)?,
                None => p.line(line)?,
            }
        }
        if let Some(holder) = &object.holder {
            p.paragraph(label(4, "holder"), Style::Plain, &shape.sentence(holder))?;
        }
    }
    if waiting.objects.len() > shown {
        more(
            p,
            2,
            &counted((waiting.objects.len() - shown) as u64, "more object"),
            true,
        )?;
    }
    let shown = waiting.families.len().min(shape.top);
    for family in &waiting.families[..shown] {
        let mut line = Line::indented(2);
        line.put(Style::Bold, &format!("goroutine {}", family.parent)).put(
            Style::Plain,
            &format!(
                " ({}) has {}",
                family.parent_state,
                counted_as(family.children, "living child", "living children")
            ),
        );
        p.line(line)?;
        if let Some(site) = &family.parent_site {
            location(p, label(4, "parent"), site, shape)?;
        }
        if let Some(creator) = &family.created_by {
            location(p, label(4, "children"), creator, shape)?;
        }
    }
    if waiting.families.len() > shown {
        more(
            p,
            2,
            &counted((waiting.families.len() - shown) as u64, "more parent"),
            true,
        )?;
    }
    Ok(())
}

pub(super) fn profiles(p: &mut Printer<'_>, report: &Report<'_>, shape: &Shape) -> io::Result<()> {
    for profile in &report.profiles {
        let mut remark = format!(
            "{} · {} in total · {}",
            profile.column,
            names::measure(profile.total, &profile.unit),
            profile.input
        );
        if profile.seconds > 0.0 {
            remark.push_str(&format!(" · over {}", names::minutes(profile.seconds / 60.0)));
        }
        p.title(&format!("PROFILE {}", profile.kind), &remark)?;
        let shown = profile.top.len().min(shape.top);
        for entry in &profile.top[..shown] {
            let mut line = Line::new();
            line.put_right(Style::Number, &format!("{:.1}%", entry.percent), 8)
                .put_right(Style::Plain, &names::measure(entry.value, &profile.unit), 20)
                .put(Style::Plain, "  ");
            match &entry.site {
                Some(site) => location(p, line, site, shape)?,
                None => p.line(line)?,
            }
            if shape.full {
                stack(p, entry.stack, 22, shape)?;
            }
        }
        if profile.top.len() > shown {
            more(p, 2, &counted((profile.top.len() - shown) as u64, "more stack"), true)?;
        }
    }
    Ok(())
}

pub(super) fn tables(p: &mut Printer<'_>, report: &Report<'_>, shape: &Shape) -> io::Result<()> {
    for table in &report.tables {
        p.title(&table.title.to_uppercase(), "")?;
        for remark in &table.remarks {
            let mut line = Line::indented(2);
            line.put(Style::Warn, "! ");
            p.paragraph(line, Style::Plain, &shape.sentence(remark))?;
        }
        one_table(p, table, shape)?;
    }
    Ok(())
}

/// The last rows of a table, which tell how it stands now; numbers are aligned to the right.
fn one_table(p: &mut Printer<'_>, table: &Table<'_>, shape: &Shape) -> io::Result<()> {
    let skipped = table.rows.len().saturating_sub(shape.top);
    let rows = &table.rows[skipped..];
    let cells = |column: usize| rows.iter().filter_map(move |row| row.get(column));
    let mut widths = Vec::new();
    let mut numeric = Vec::new();
    for (column, head) in table.columns.iter().enumerate() {
        let longest = cells(column).map(|cell| cell.chars().count()).max().unwrap_or(0);
        widths.push(longest.max(head.chars().count()).min(48));
        numeric.push(
            cells(column)
                .all(|cell| cell.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+') || cell.is_empty()),
        );
    }
    let line_of = |style: Style, texts: &mut dyn Iterator<Item = &str>| {
        let mut line = Line::indented(2);
        for ((text, &width), &numeric) in texts.zip(&widths).zip(&numeric) {
            let start = line.width();
            let text = names::elide(text, width);
            if numeric {
                line.put_right(style, &text, start + width);
            } else {
                line.put(style, &text).pad_to(start + width);
            }
            line.put(Style::Plain, "  ");
        }
        line
    };
    p.line(line_of(Style::Dim, &mut table.columns.iter().map(|head| &**head)))?;
    if skipped > 0 {
        more(p, 2, &counted(skipped as u64, "earlier row"), true)?;
    }
    for row in rows {
        p.line(line_of(Style::Plain, &mut row.iter().map(|cell| &**cell)))?;
    }
    Ok(())
}

pub(super) fn problems(p: &mut Printer<'_>, report: &Report<'_>, shape: &Shape) -> io::Result<()> {
    if report.problems.is_empty() {
        return Ok(());
    }
    p.title("PROBLEMS", "what could not be read")?;
    let shown = report.problems.len().min(shape.top);
    for problem in &report.problems[..shown] {
        let style = if problem.kind == "note" {
            Style::Dim
        } else {
            verdict_style("observed")
        };
        let mut line = Line::indented(2);
        line.put(style, &format!("{:<11}", problem.kind));
        let at = problem.line.map_or_else(String::new, |line| format!(":{line}"));
        let input = if problem.input.is_empty() {
            String::new()
        } else {
            format!("{}{at}: ", problem.input)
        };
        p.paragraph(line, Style::Plain, &format!("{input}{}", problem.message))?;
    }
    if report.problems.len() > shown {
        more(
            p,
            2,
            &counted((report.problems.len() - shown) as u64, "more problem"),
            true,
        )?;
    }
    Ok(())
}
