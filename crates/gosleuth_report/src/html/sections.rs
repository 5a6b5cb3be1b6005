//! The body of the page.

use std::io;

use super::{Page, escape, timeline};
use crate::names::{self, counted, counted_as, place, short_file, thousands};
use crate::text;
use crate::view::{Crash, Race, Report, Site, Stack, Suspect, Timeline};

pub(super) fn body(page: &mut Page<'_>, report: &Report<'_>) -> io::Result<()> {
    page.raw(
        "<a class=\"skip\" href=\"#main\">Skip to the findings</a>\n<header class=\"bar\"><strong>gosleuth</strong>",
    )?;
    navigation(page, report)?;
    page.raw("<button type=\"button\" id=\"theme\" hidden>Theme</button></header>\n<main id=\"main\">\n")?;
    headline(page, report)?;
    suspects(page, report)?;
    candidates(page, report)?;
    findings(page, report)?;
    timeline::timeline(page, report)?;
    crashes(page, report)?;
    races(page, report)?;
    series(page, report)?;
    goroutines(page, report)?;
    waiting(page, report)?;
    profiles(page, report)?;
    tables(page, report)?;
    timeline::looked_at(page, report)?;
    problems(page, report)?;
    page.raw("</main>\n<footer>")?;
    footer(page, report)?;
    page.raw("</footer>\n<div id=\"tip\" role=\"status\" hidden></div>\n")
}

fn navigation(page: &mut Page<'_>, report: &Report<'_>) -> io::Result<()> {
    let waiting = &report.waiting;
    let waits = waiting.objects.len() + waiting.families.len() + waiting.cycles.len();
    page.raw("<nav aria-label=\"Sections\">")?;
    for (id, name, count) in [
        ("suspects", "Suspects", report.suspects.len()),
        ("candidates", "Candidates", report.candidates.len()),
        (
            "source",
            "Source",
            report.source.as_ref().map_or(0, |source| source.findings.len()),
        ),
        (
            "timeline",
            "Timeline",
            usize::from(report.timeline.as_ref().is_some_and(Timeline::tells)),
        ),
        ("crashes", "Crashes", report.crashes.len()),
        ("races", "Races", report.races.len()),
        ("change", "Change", usize::from(report.series.is_some())),
        ("groups", "Goroutines", report.groups.len()),
        ("waiting", "Waiting", waits),
        ("profiles", "Profiles", report.profiles.len()),
        ("tables", "Counters", report.tables.len()),
        ("looked-at", "Looked at", usize::from(report.source.is_some())),
        ("problems", "Problems", report.problems.len()),
    ] {
        if count > 0 {
            page.raw(&format!("<a href=\"#{id}\">{name}</a>"))?;
        }
    }
    page.raw("</nav>")
}

fn headline(page: &mut Page<'_>, report: &Report<'_>) -> io::Result<()> {
    let tone = match (report.headline.verdict, report.candidates.is_empty()) {
        (Some(_), _) => "bad",
        (None, false) => "unsure",
        (None, true) => "good",
    };
    page.raw(&format!(
        "<section class=\"headline {tone}\" aria-label=\"Headline\">\n"
    ))?;
    page.element("h1", "", &report.headline.text)?;
    page.raw("<dl class=\"facts\">")?;
    if let (Some(first), Some(verdict)) = (report.suspects.first(), report.headline.verdict) {
        fact(
            page,
            "how sure",
            &format!("{verdict} — {}", text::verdict_meaning(verdict)),
        )?;
        let total = report.snapshots.last().map_or(0, |snapshot| snapshot.total);
        let noun = if first.kind == "data-race" {
            "report"
        } else {
            "goroutine"
        };
        let many = if noun == "goroutine" && total >= first.count && total > 0 {
            format!("{} of {}", thousands(first.count), counted(total, noun))
        } else {
            counted(first.count, noun)
        };
        fact(page, "how many", &many)?;
        if let Some(waits) = &first.waits {
            fact(page, "waiting", &names::waits(&waits.range()))?;
        }
        if let Some(site) = &first.site {
            page.raw("<div><dt>where</dt><dd>")?;
            location(page, site)?;
            page.raw("</dd></div>")?;
        }
        if let Some(related) = first.related.iter().find(|related| related.label.contains("creat")) {
            page.raw("<div><dt>created by</dt><dd>")?;
            location(page, &related.site)?;
            page.raw("</dd></div>")?;
        }
    }
    page.raw("</dl>\n")?;
    if !report.headline.next_step.is_empty() {
        page.raw("<p class=\"next\"><b>Next step</b> ")?;
        page.sentence(&report.headline.next_step)?;
        page.raw("</p>")?;
    }
    page.raw("</section>\n")
}

fn fact(page: &mut Page<'_>, name: &str, value: &str) -> io::Result<()> {
    page.raw("<div>")?;
    page.element("dt", "", name)?;
    page.element("dd", "", value)?;
    page.raw("</div>")
}

/// A function and its place.
fn location(page: &mut Page<'_>, site: &Site<'_>) -> io::Result<()> {
    let at = place(short_file(&site.file, &site.function, page.root), site.line);
    page.raw(&format!("<code class=\"fn\">{}</code> ", breakable(&site.function)))?;
    page.raw(&format!("<code class=\"at\">{}</code>", breakable(&at)))
}

/// A name that may break after its separators, so that long ones do not widen the page.
fn breakable(name: &str) -> String {
    escape(name).replace('/', "/<wbr>").replace(").", ").<wbr>")
}

fn stack(page: &mut Page<'_>, stack: Stack<'_>) -> io::Result<()> {
    page.raw("<ol class=\"stack\">")?;
    for frame in stack.frames() {
        page.raw(&format!("<li class=\"{}\">", frame.origin))?;
        match frame.note {
            Some("elided") if frame.line > 0 => {
                page.text(&format!(
                    "… {} left out by the runtime …",
                    counted(frame.line.into(), "frame")
                ))?;
            }
            Some("elided") => page.text("… frames left out by the runtime …")?,
            Some("unavailable") => page.text("running on another thread; stack unavailable")?,
            _ => {
                let args = frame
                    .args
                    .as_deref()
                    .map_or_else(String::new, |args| format!("({args})"));
                let at = place(short_file(&frame.file, &frame.function, page.root), frame.line);
                page.raw(&format!(
                    "<code class=\"fn\">{}</code> <code class=\"at\">{}</code>",
                    breakable(&format!("{}{args}", frame.function)),
                    breakable(&at)
                ))?;
            }
        }
        page.raw("</li>")?;
    }
    page.raw("</ol>")
}

fn fold(page: &mut Page<'_>, summary: &str, whole: Stack<'_>) -> io::Result<()> {
    page.raw("<details>")?;
    page.element("summary", "", summary)?;
    stack(page, whole)?;
    page.raw("</details>")
}

pub(super) fn section(page: &mut Page<'_>, id: &str, title: &str, remark: &str) -> io::Result<()> {
    page.raw(&format!("<section id=\"{id}\">\n"))?;
    page.element("h2", "", title)?;
    if !remark.is_empty() {
        page.element("p", "remark", remark)?;
    }
    Ok(())
}

pub(super) fn left_out(page: &mut Page<'_>, total: usize, shown: usize, noun: &str) -> io::Result<()> {
    if total > shown {
        let text = format!(
            "… {} not shown",
            counted((total - shown) as u64, &format!("more {noun}"))
        );
        page.element("p", "remark", &text)?;
    }
    Ok(())
}

fn suspects(page: &mut Page<'_>, report: &Report<'_>) -> io::Result<()> {
    if report.suspects.is_empty() {
        return Ok(());
    }
    section(page, "suspects", "Suspects", "Ranked, most certain and worst first.")?;
    for (index, suspect) in report.suspects.iter().enumerate() {
        card(page, suspect, Some(index + 1))?;
    }
    page.raw("</section>\n")
}

fn candidates(page: &mut Page<'_>, report: &Report<'_>) -> io::Result<()> {
    if report.candidates.is_empty() {
        return Ok(());
    }
    section(
        page,
        "candidates",
        "Candidates",
        "This evidence alone cannot decide these.",
    )?;
    let shown = report.candidates.len().min(page.top);
    for candidate in &report.candidates[..shown] {
        card(page, candidate, None)?;
    }
    left_out(page, report.candidates.len(), shown, "candidate")?;
    page.raw("</section>\n")
}

fn findings(page: &mut Page<'_>, report: &Report<'_>) -> io::Result<()> {
    let Some(source) = report.source.as_ref().filter(|source| !source.findings.is_empty()) else {
        return Ok(());
    };
    let remark = format!(
        "{} in {}; what the evidence does not show stays suspected.",
        counted(source.findings.len() as u64, "finding"),
        counted(source.packages, "package")
    );
    section(page, "source", "Source", &remark)?;
    page.raw("<table><thead><tr><th>Verdict</th><th>Rule</th><th>Place</th><th>What</th><th>Suspect</th></tr></thead><tbody>")?;
    let shown = source.findings.len().min(page.top);
    for finding in &source.findings[..shown] {
        page.raw("<tr><td>")?;
        page.element("span", &format!("chip verdict {}", finding.verdict), finding.verdict)?;
        page.raw("</td>")?;
        page.element("td", "", &finding.code)?;
        page.raw("<td>")?;
        location(page, &finding.site)?;
        page.raw("</td>")?;
        page.element("td", "", &finding.message)?;
        page.element(
            "td",
            "",
            &finding.suspect.map_or_else(String::new, |at| (at + 1).to_string()),
        )?;
        page.raw("</tr>\n")?;
    }
    page.raw("</tbody></table>\n")?;
    left_out(page, source.findings.len(), shown, "finding")?;
    page.raw("</section>\n")
}

fn card(page: &mut Page<'_>, suspect: &Suspect<'_>, number: Option<usize>) -> io::Result<()> {
    let class = if number.is_some() { suspect.verdict } else { "candidate" };
    page.raw(&format!("<article class=\"card {class}\">\n<h3>"))?;
    if let Some(number) = number {
        page.raw(&format!("<span class=\"number\">{number}</span> "))?;
    }
    page.sentence(&suspect.headline)?;
    page.raw("</h3>\n<p class=\"chips\">")?;
    let noun = if suspect.kind == "data-race" {
        "report"
    } else {
        "goroutine"
    };
    if number.is_some() {
        page.element("span", &format!("chip verdict {}", suspect.verdict), suspect.verdict)?;
    }
    page.element("span", "chip", suspect.kind)?;
    page.element("span", "chip", &counted(suspect.count, noun))?;
    if let Some(waits) = &suspect.waits {
        page.element("span", "chip", &names::waits(&waits.range()))?;
    }
    page.element("span", "chip quiet", suspect.entry)?;
    for rule in suspect.rules {
        page.element("span", "chip quiet", rule)?;
    }
    page.raw("</p>\n<dl class=\"facts\">")?;
    if let Some(site) = &suspect.site {
        page.raw("<div><dt>at</dt><dd>")?;
        location(page, site)?;
        page.raw("</dd></div>")?;
    }
    for related in &suspect.related {
        page.raw("<div>")?;
        page.element("dt", "", &related.label)?;
        page.raw("<dd>")?;
        location(page, &related.site)?;
        page.raw("</dd></div>")?;
    }
    let decider = suspect.would_decide.as_deref().unwrap_or("");
    for (name, text) in [
        ("why", &*suspect.why),
        ("do", &*suspect.action),
        ("would decide", decider),
    ] {
        if !text.is_empty() {
            fact(page, name, text)?;
        }
    }
    page.raw("</dl>\n")?;
    if suspect.source.is_some() {
        page.raw("<div class=\"chain\">\n")?;
    }
    if let Some(source) = &suspect.source {
        page.raw("<div>")?;
        page.element("h4", "", "What the code allows")?;
        page.raw("<table class=\"lines\"><tbody>")?;
        for line in &source.lines {
            page.raw("<tr>")?;
            let file = line.site.file.rsplit(['/', '\\']).next().unwrap_or("");
            page.element("th", "", &place(file, line.site.line))?;
            page.raw("<td>")?;
            page.element("code", "", &line.text)?;
            page.element("span", "quiet", &format!(" ← {}", line.label))?;
            page.raw("</td></tr>")?;
        }
        page.raw("</tbody></table>")?;
        if let Some(explanation) = &source.explanation {
            page.element("p", "", explanation)?;
        }
        page.raw("</div>\n<div>")?;
        page.element("h4", "", "What the process did")?;
    }
    if !suspect.evidence.is_empty() {
        page.raw("<ol class=\"evidence\" aria-label=\"Chain of evidence\">")?;
        for step in &suspect.evidence {
            page.element("li", "", step)?;
        }
        page.raw("</ol>\n")?;
    }
    if suspect.source.is_some() {
        page.raw("</div>\n</div>\n")?;
    }
    let shown = suspect.stacks.len().min(5);
    for (index, whole) in suspect.stacks[..shown].iter().enumerate() {
        let summary = if shown == 1 {
            "Stack".to_owned()
        } else {
            format!("Stack {}", index + 1)
        };
        fold(page, &summary, *whole)?;
    }
    page.raw("</article>\n")
}

fn crashes(page: &mut Page<'_>, report: &Report<'_>) -> io::Result<()> {
    if report.crashes.is_empty() {
        return Ok(());
    }
    section(page, "crashes", "Crashes", "")?;
    let shown = report.crashes.len().min(page.top);
    for crash in &report.crashes[..shown] {
        one_crash(page, crash)?;
    }
    left_out(page, report.crashes.len(), shown, "crash report")?;
    page.raw("</section>\n")
}

fn one_crash(page: &mut Page<'_>, crash: &Crash<'_>) -> io::Result<()> {
    page.raw("<article class=\"card proved\">\n")?;
    page.element("h3", "mono", &crash.message)?;
    page.raw("<p class=\"chips\">")?;
    page.element("span", "chip", crash.kind)?;
    if let Some(goroutine) = crash.goroutine {
        page.element("span", "chip", &format!("goroutine {goroutine}"))?;
    }
    if crash.count > 1 {
        page.element("span", "chip", &format!("seen {} times", thousands(crash.count)))?;
    }
    if let Some(recoverable) = crash.recoverable {
        let text = if recoverable {
            "recover could stop it"
        } else {
            "no recover can stop it"
        };
        page.element("span", "chip", text)?;
    }
    page.element("span", "chip quiet", crash.entry)?;
    page.raw("</p>\n")?;
    if crash.chain.len() > 1 || crash.chain.first().is_some_and(|link| link.text.contains('\n')) {
        page.raw("<ol class=\"evidence mono\" aria-label=\"Chain of panics\">")?;
        for link in &crash.chain {
            page.raw("<li>")?;
            for (index, line) in link.text.lines().enumerate() {
                if index > 0 {
                    page.raw("<br>")?;
                }
                page.text(line)?;
            }
            for (set, mark) in [
                (link.fatal, " [fatal]"),
                (link.recovered && !link.repanicked, " [recovered]"),
                (link.repanicked, " [recovered, repanicked]"),
                (link.goexit, " [goexit]"),
            ] {
                if set {
                    page.text(mark)?;
                }
            }
            page.raw("</li>")?;
        }
        page.raw("</ol>")?;
    }
    page.raw("<dl class=\"facts\">")?;
    if let Some(site) = &crash.site {
        page.raw("<div><dt>at</dt><dd>")?;
        location(page, site)?;
        page.raw("</dd></div>")?;
    }
    if !crash.meaning.is_empty() {
        fact(page, "means", &crash.meaning)?;
    }
    for (name, list) in [("usual causes", crash.causes), ("check", crash.checks)] {
        for entry in list {
            fact(page, name, entry)?;
        }
    }
    if let Some(peer) = &crash.peer {
        fact(page, "while serving", peer)?;
    }
    if let Some(test) = &crash.test {
        fact(page, "in test", test)?;
    }
    for test in &crash.running_tests {
        fact(page, "running test", &format!("{} ({})", test.test, test.duration))?;
    }
    for note in &crash.notes {
        fact(page, "note", note)?;
    }
    let when = crash
        .time
        .as_deref()
        .map_or_else(String::new, |time| format!(" at {time}"));
    fact(page, "found in", &format!("{}:{}{when}", crash.input, crash.line))?;
    page.raw("</dl>\n")?;
    if let Some(whole) = crash.stack {
        fold(page, "Stack", whole)?;
    }
    page.raw("</article>\n")
}

fn races(page: &mut Page<'_>, report: &Report<'_>) -> io::Result<()> {
    if report.races.is_empty() {
        return Ok(());
    }
    section(
        page,
        "races",
        "Races",
        "Goroutine numbers here are the race detector's own, not goroutine ids.",
    )?;
    let shown = report.races.len().min(page.top);
    for race in &report.races[..shown] {
        one_race(page, race)?;
    }
    left_out(page, report.races.len(), shown, "race")?;
    page.raw("</section>\n")
}

fn one_race(page: &mut Page<'_>, race: &Race<'_>) -> io::Result<()> {
    page.raw("<article class=\"card proved\">\n")?;
    page.element("h3", "", &format!("{} · {}", race.class, counted(race.count, "report")))?;
    page.raw("<p class=\"chips\">")?;
    if race.test_only {
        page.element("span", "chip", "test code only")?;
    }
    if let Some(test) = &race.test {
        page.element("span", "chip", test)?;
    }
    if let Some(location) = &race.location {
        let text = match (&location.name, &location.declared) {
            (Some(name), Some(declared)) => format!("global {name} ({} bytes), declared at {declared}", location.size),
            _ => format!("heap block of {} bytes", location.size),
        };
        page.element("span", "chip", &text)?;
    }
    page.element("span", "chip quiet", &format!("{}:{}", race.input, race.line))?;
    page.raw("</p>\n<div class=\"sides\">")?;
    for access in &race.accesses {
        page.raw("<div>")?;
        page.element(
            "h4",
            if access.write { "write" } else { "read" },
            &text::access_title(access),
        )?;
        match access.stack {
            Some(whole) => stack(page, whole)?,
            None => page.element("p", "remark", "stack not restored by the race detector")?,
        }
        if let Some(created) = access.created {
            fold(page, "Created at", created)?;
        }
        page.raw("</div>")?;
    }
    page.raw("</div>\n</article>\n")
}

fn series(page: &mut Page<'_>, report: &Report<'_>) -> io::Result<()> {
    let Some(series) = &report.series else {
        return Ok(());
    };
    let over = match (series.timed, series.at.last()) {
        (true, Some(&last)) => format!(" over {}", names::minutes(last)),
        _ => ", times unknown".to_owned(),
    };
    let remark = format!("{}{over}.", counted(series.totals.len() as u64, "snapshot"));
    section(page, "change", "Change", &remark)?;
    page.raw(
        "<figure id=\"chart\"></figure>\n<div class=\"scroll\"><table><thead><tr><th>trend</th><th>goroutines</th>",
    )?;
    let rate = if series.timed { "per minute" } else { "per snapshot" };
    page.raw(&format!(
        "<th class=\"num\">{rate}</th><th>limit in</th><th>state</th><th>where</th><th>created by</th></tr></thead><tbody>\n"
    ))?;
    let shown = series.rows.len().min(page.top);
    for row in &series.rows[..shown] {
        let counts: Vec<String> = row.counts.iter().map(|&count| thousands(count)).collect();
        page.raw(&format!("<tr class=\"trend-{}\">", row.trend))?;
        page.element("td", "trend", row.trend)?;
        page.element("td", if counts.len() <= 6 { "counts" } else { "" }, &counts.join(" → "))?;
        page.element("td", "num", &format!("{:+.1}", row.slope))?;
        page.element("td", "", &row.minutes_to_limit.map_or_else(String::new, names::minutes))?;
        page.element("td", "", &row.state)?;
        for site in [&row.site, &row.created_by] {
            page.raw("<td>")?;
            if let Some(site) = site {
                location(page, site)?;
            }
            page.raw("</td>")?;
        }
        page.raw("</tr>\n")?;
    }
    page.raw("</tbody></table></div>")?;
    left_out(page, series.rows.len(), shown, "row")?;
    page.raw("</section>\n")
}

fn goroutines(page: &mut Page<'_>, report: &Report<'_>) -> io::Result<()> {
    if report.groups.is_empty() && report.snapshots.is_empty() {
        return Ok(());
    }
    section(page, "groups", "Goroutines", "")?;
    if !report.snapshots.is_empty() {
        page.raw("<ul class=\"snapshots\">")?;
        for snapshot in &report.snapshots {
            page.raw("<li>")?;
            page.element("b", "", &thousands(snapshot.total))?;
            page.raw(" ")?;
            page.text(&snapshot.label)?;
            if let Some(time) = &snapshot.time {
                page.text(&format!(" at {time}"))?;
            }
            if let Some(cut) = snapshot.cut {
                page.text(&format!(" — not whole: {}", text::cut_text(cut)))?;
            }
            page.raw("</li>")?;
        }
        page.raw("</ul>\n")?;
    }
    if !report.healthy.is_empty() {
        page.raw("<p class=\"chips\"><span class=\"label\">healthy waits</span>")?;
        for row in &report.healthy {
            page.element("span", "chip good", &format!("{} {}", thousands(row.count), row.title))?;
        }
        page.raw("</p>\n")?;
    }
    let out = report.groups_left_out;
    if out.groups > 0 {
        let text = format!(
            "{} ({}) are not in this page: the biggest {} are.",
            counted(out.groups, "group"),
            counted(out.goroutines, "goroutine"),
            thousands(report.groups.len() as u64)
        );
        page.element("p", "remark", &text)?;
    }
    if !report.groups.is_empty() {
        page.raw(
            "<div id=\"flame\"></div>\n<div id=\"table\"></div>\n<noscript><p class=\"remark\">The group table and the picture of \
             the stacks are drawn by the script of this page.</p></noscript>\n",
        )?;
    }
    page.raw("</section>\n")
}

fn waiting(page: &mut Page<'_>, report: &Report<'_>) -> io::Result<()> {
    let waiting = &report.waiting;
    if waiting.objects.is_empty() && waiting.families.is_empty() && waiting.cycles.is_empty() {
        return Ok(());
    }
    section(
        page,
        "waiting",
        "Waiting",
        "Who waits for whom, as far as the evidence shows.",
    )?;
    for (index, cycle) in waiting.cycles.iter().enumerate() {
        page.raw(&format!(
            "<article class=\"card observed cycle\"><div class=\"ring\" data-cycle=\"{index}\"></div><div><h3>Cycle</h3><ol>"
        ))?;
        for member in &cycle.members {
            page.element("li", "", member)?;
        }
        page.raw("</ol>")?;
        page.element("p", "", &cycle.why)?;
        page.raw("</div></article>\n")?;
    }
    let shown = waiting.objects.len().min(page.top);
    for object in &waiting.objects[..shown] {
        let total: u64 = object.waiters.iter().map(|waiter| waiter.count).sum();
        page.raw("<article class=\"card\">")?;
        page.element(
            "h3",
            "",
            &format!("{} {} · {}", object.what, object.address, counted(total, "waiter")),
        )?;
        page.raw("<ul>")?;
        for waiter in object.waiters.iter().take(page.top) {
            page.raw("<li>")?;
            page.text(&format!("{} × {} ", thousands(waiter.count), waiter.state))?;
            if let Some(site) = &waiter.site {
                location(page, site)?;
            }
            page.raw("</li>")?;
        }
        page.raw("</ul>")?;
        if let Some(holder) = &object.holder {
            page.element("p", "", holder)?;
        }
        page.raw("</article>\n")?;
    }
    left_out(page, waiting.objects.len(), shown, "object")?;
    if !waiting.families.is_empty() {
        page.raw("<h3>Parents</h3><ul class=\"families\">")?;
        let shown = waiting.families.len().min(page.top);
        for family in &waiting.families[..shown] {
            page.raw("<li>")?;
            page.text(&format!("goroutine {} ({}) ", family.parent, family.parent_state))?;
            if let Some(site) = &family.parent_site {
                location(page, site)?;
            }
            let children = counted_as(family.children, "living child", "living children");
            page.text(&format!(" has {children} created at "))?;
            if let Some(site) = &family.created_by {
                location(page, site)?;
            }
            page.raw("</li>")?;
        }
        page.raw("</ul>")?;
        left_out(page, waiting.families.len(), shown, "parent")?;
    }
    page.raw("</section>\n")
}

fn profiles(page: &mut Page<'_>, report: &Report<'_>) -> io::Result<()> {
    if report.profiles.is_empty() {
        return Ok(());
    }
    section(page, "profiles", "Profiles", "")?;
    for profile in &report.profiles {
        let total = names::measure(profile.total, &profile.unit);
        page.element(
            "h3",
            "",
            &format!("{} — {}, {total} in total", profile.kind, profile.column),
        )?;
        page.element("p", "remark", &profile.input)?;
        page.raw("<ul class=\"profile\">")?;
        let shown = profile.top.len().min(page.top);
        for entry in &profile.top[..shown] {
            page.raw("<li><details><summary>")?;
            page.element("span", "share", &format!("{:.1} %", entry.percent))?;
            page.raw(&format!(
                "<meter min=\"0\" max=\"100\" value=\"{:.1}\"></meter>",
                entry.percent.clamp(0.0, 100.0)
            ))?;
            page.element("span", "value", &names::measure(entry.value, &profile.unit))?;
            page.raw(" ")?;
            if let Some(site) = &entry.site {
                location(page, site)?;
            }
            page.raw("</summary>")?;
            stack(page, entry.stack)?;
            page.raw("</details></li>\n")?;
        }
        page.raw("</ul>")?;
        left_out(page, profile.top.len(), shown, "stack")?;
    }
    page.raw("</section>\n")
}

fn tables(page: &mut Page<'_>, report: &Report<'_>) -> io::Result<()> {
    if report.tables.is_empty() {
        return Ok(());
    }
    section(page, "tables", "Counters", "")?;
    for table in &report.tables {
        page.element("h3", "", &table.title)?;
        if !table.remarks.is_empty() {
            page.raw("<ul class=\"remarks\">")?;
            for remark in &table.remarks {
                page.element("li", "", remark)?;
            }
            page.raw("</ul>")?;
        }
        page.raw("<div class=\"scroll\"><table><thead><tr>")?;
        for head in &table.columns {
            page.element("th", "", head)?;
        }
        page.raw("</tr></thead><tbody>\n")?;
        let skipped = table.rows.len().saturating_sub(page.top);
        for row in &table.rows[skipped..] {
            page.raw("<tr>")?;
            for cell in row {
                page.element("td", "", cell)?;
            }
            page.raw("</tr>\n")?;
        }
        page.raw("</tbody></table></div>")?;
        left_out(page, table.rows.len(), table.rows.len() - skipped, "earlier row")?;
    }
    page.raw("</section>\n")
}

fn problems(page: &mut Page<'_>, report: &Report<'_>) -> io::Result<()> {
    if report.problems.is_empty() {
        return Ok(());
    }
    section(page, "problems", "Problems", "What could not be read or analysed.")?;
    page.raw("<ul>")?;
    let shown = report.problems.len().min(page.top);
    for problem in &report.problems[..shown] {
        page.raw("<li>")?;
        page.element("span", "chip", problem.kind)?;
        let at = problem.line.map_or_else(String::new, |line| format!(":{line}"));
        page.raw(" ")?;
        page.text(&format!("{}{at}: ", problem.input))?;
        page.sentence(&problem.message)?;
        page.raw("</li>")?;
    }
    page.raw("</ul>")?;
    left_out(page, report.problems.len(), shown, "problem")?;
    page.raw("</section>\n")
}

fn footer(page: &mut Page<'_>, report: &Report<'_>) -> io::Result<()> {
    let stats = &report.stats;
    let mut parts = vec![
        format!("gosleuth {}", report.tool.version),
        format!(
            "read {} from {}",
            names::bytes(stats.bytes),
            counted(report.inputs.len() as u64, "input")
        ),
        counted(stats.goroutines, "goroutine"),
        counted(stats.stacks, "distinct stack"),
    ];
    if let Some(time) = &report.generated_at {
        parts.push(format!("made {time}"));
    }
    if !page.root.is_empty() {
        parts.push(format!("paths are relative to {}", page.root));
    }
    if report.redacted {
        parts.push("redacted: values are placeholders".to_owned());
    }
    page.text(&parts.join(" · "))
}
