//! Text for a person at a terminal: the first ten lines say what is wrong, everything after is detail in falling order of use.

mod detail;
mod groups;
mod suspects;
mod timeline;

use std::io;

pub(crate) use detail::access_title;
pub(crate) use groups::cut_text;
pub(crate) use timeline::{moment, sentence};

use crate::names::{self, counted, place, thousands};
use crate::style::{Line, Printer, Style};
use crate::view::{self, Context, Report, Site};

/// Rows per list where the caller sets no limit.
const DEFAULT_TOP: usize = 10;

/// How names of this report are written.
pub(crate) struct Shape {
    /// Directory that paths are relative to; empty if none.
    pub(crate) root: String,
    /// Rows per list.
    pub(crate) top: usize,
    /// Whole stacks.
    pub(crate) full: bool,
}

/// Writes the report.
pub(crate) fn write(cx: &Context<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let options = cx.options;
    let top = match (options.full, options.top) {
        (_, Some(top)) => top,
        (true, None) => usize::MAX,
        (false, None) => DEFAULT_TOP,
    };
    let report = view::build(cx, top);
    let shape = Shape {
        root: root(cx),
        top,
        full: options.full,
    };
    let mut buffered = io::BufWriter::new(out);
    let mut printer = Printer::new(&mut buffered, options.color, options.width);
    let p = &mut printer;
    headline(p, &report, &shape)?;
    suspects::suspects(p, &report, &shape)?;
    suspects::candidates(p, &report, &shape)?;
    suspects::findings(p, &report, &shape)?;
    timeline::timeline(p, &report, &shape)?;
    detail::crashes(p, &report, &shape)?;
    detail::races(p, &report, &shape)?;
    detail::series(p, &report, &shape)?;
    groups::groups(p, &report, &shape)?;
    detail::waiting(p, &report, &shape)?;
    detail::profiles(p, &report, &shape)?;
    detail::tables(p, &report, &shape)?;
    detail::problems(p, &report, &shape)?;
    stats(p, &report, &shape)?;
    io::Write::flush(&mut buffered)
}

/// The directory that holds all user files that are shown; redacted paths have none.
pub(crate) fn root(cx: &Context<'_>) -> String {
    if cx.options.redact {
        return String::new();
    }
    let case = cx.case;
    let suspects = case.suspects.iter().chain(&case.candidates);
    let sites = suspects
        .flat_map(|suspect| {
            suspect
                .site
                .iter()
                .chain(suspect.related.iter().map(|related| &related.site))
        })
        .chain(
            case.groups
                .iter()
                .take(crate::MOST_GROUPS)
                .flat_map(|group| group.site.iter().chain(&group.creator)),
        )
        .chain(case.crashes.iter().filter_map(|crash| crash.site.as_ref()))
        .chain(case.races.iter().flat_map(|race| race.sites.iter().flatten()));
    names::common_root(sites.filter_map(names::user_file))
}

impl Shape {
    /// `file:line`, shortened.
    pub(crate) fn place(&self, site: &Site<'_>) -> String {
        place(names::short_file(&site.file, &site.function, &self.root), site.line)
    }

    /// A sentence with the root directory left out of the paths that it quotes.
    pub(crate) fn sentence(&self, text: &str) -> String {
        if self.root.is_empty() {
            text.to_owned()
        } else {
            text.replace(&self.root, "")
        }
    }
}

/// The style of a verdict.
pub(crate) fn verdict_style(verdict: &str) -> Style {
    match verdict {
        "proved" | "corroborated" => Style::Bad,
        "cleared" => Style::Good,
        _ => Style::Warn,
    }
}

/// What a verdict means, for a reader who meets it for the first time.
pub(crate) fn verdict_meaning(verdict: &str) -> &'static str {
    match verdict {
        "proved" => "the runtime itself says so",
        "corroborated" => "two independent kinds of evidence agree",
        "observed" => "seen at run time, by one kind of evidence",
        "suspected" => "from the source only",
        "cleared" => "contradicted by evidence",
        _ => "",
    }
}

fn headline(p: &mut Printer<'_>, report: &Report<'_>, shape: &Shape) -> io::Result<()> {
    let style = match (report.headline.verdict, report.candidates.is_empty()) {
        (Some(_), _) => Style::Bad,
        (None, false) => Style::Warn,
        (None, true) => Style::Good,
    };
    p.paragraph(Line::new(), style, &shape.sentence(&report.headline.text))?;
    let fact = |label: &str| {
        let mut line = Line::indented(2);
        line.put(Style::Dim, label).pad_to(13);
        line
    };
    if let (Some(first), Some(verdict)) = (report.suspects.first(), report.headline.verdict) {
        let mut line = fact("how sure");
        let sure = format!("{verdict} — {}", verdict_meaning(verdict));
        if line.width() + sure.chars().count() > p.width() {
            line.put(verdict_style(verdict), verdict);
        } else {
            let (word, meaning) = sure.split_at(verdict.len());
            line.put(verdict_style(verdict), word).put(Style::Plain, meaning);
        }
        p.line(line)?;
        let total = report.snapshots.last().map_or(0, |snapshot| snapshot.total);
        let mut many = if first.kind == "data-race" {
            counted(first.count, "report")
        } else if total >= first.count && total > 0 {
            format!("{} of {}", thousands(first.count), counted(total, "goroutine"))
        } else {
            counted(first.count, "goroutine")
        };
        if let Some(waits) = &first.waits {
            many.push_str(&format!(", waiting {}", names::waits(&waits.range())));
        }
        p.paragraph(fact("how many"), Style::Plain, &many)?;
        if let Some(site) = &first.site {
            location(p, fact("where"), site, shape)?;
        }
        if let Some(related) = first.related.iter().find(|related| related.label.contains("creat")) {
            location(p, fact("created by"), &related.site, shape)?;
        }
    }
    if !report.headline.next_step.is_empty() {
        p.paragraph(
            fact("next step"),
            Style::Bold,
            &shape.sentence(&report.headline.next_step),
        )?;
    }
    Ok(())
}

/// A function with its place, on one line where it fits, else the place on a line of its own. The line number always shows.
pub(crate) fn location(p: &mut Printer<'_>, mut first: Line, site: &Site<'_>, shape: &Shape) -> io::Result<()> {
    let at = shape.place(site);
    let indent = first.width();
    let room = p.width().saturating_sub(indent);
    let needed = site.function.chars().count() + 2 + at.chars().count();
    if needed <= room {
        first
            .put(Style::Name, &site.function)
            .put(Style::Plain, "  ")
            .put(Style::Plain, &at);
        return p.line(first);
    }
    first.put(Style::Name, &names::elide(&site.function, room));
    p.line(first)?;
    if !at.is_empty() {
        let mut line = Line::indented(indent);
        line.put(Style::Plain, &elide_place(&at, room));
        p.line(line)?;
    }
    Ok(())
}

/// The first `width` characters, for labels of pictures.
pub(crate) fn window(text: &str, width: usize) -> String {
    let end = text.char_indices().nth(width).map_or(text.len(), |(at, _)| at);
    text[..end].to_owned()
}

/// Shortens a path in the middle, never its end with the line number.
pub(crate) fn elide_place(at: &str, room: usize) -> String {
    let name = at.rsplit(['/', '\\']).next().unwrap_or(at);
    names::elide(at, room.max(name.chars().count() * 3 / 2 + 3))
}

/// `… 12 more groups (34 goroutines); --top N or --full shows them`.
pub(crate) fn more(p: &mut Printer<'_>, indent: usize, what: &str, can_grow: bool) -> io::Result<()> {
    let hint = if can_grow { "; --top N or --full shows them" } else { "" };
    let mut line = Line::indented(indent);
    line.put(Style::Dim, &format!("… {what}{hint}"));
    p.line(line)
}

fn stats(p: &mut Printer<'_>, report: &Report<'_>, shape: &Shape) -> io::Result<()> {
    let stats = &report.stats;
    let mut parts = vec![format!(
        "read {} from {}",
        names::bytes(stats.bytes),
        counted(report.inputs.len() as u64, "input")
    )];
    if stats.lines > 0 {
        parts.push(counted(stats.lines, "line"));
    }
    parts.push(counted(stats.goroutines, "goroutine"));
    parts.push(counted(stats.stacks, "distinct stack"));
    if report.redacted {
        parts.push("redacted".to_owned());
    }
    p.gap()?;
    if !shape.root.is_empty() {
        p.paragraph(
            Line::new(),
            Style::Dim,
            &format!("paths are relative to {}", shape.root),
        )?;
    }
    p.paragraph(Line::new(), Style::Dim, &parts.join(" · "))
}
