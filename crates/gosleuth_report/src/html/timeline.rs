//! What happened when, as a picture and as a table; what was looked at, and how to go on.
//!
//! The picture is drawn here and not by the script, so that it is there on paper and without scripts. It repeats what the table says.

use std::fmt::Write as _;
use std::io;

use super::sections::{left_out, section};
use super::{Page, escape};
use crate::names::{counted, thousands};
use crate::text;
use crate::view::{Event, LogSum, Report, Timeline, clock, day};

/// Sizes of the picture.
const WIDTH: f64 = 1_000.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const LOG: f64 = 70.0;
const GAP: f64 = 22.0;
/// Rows of marks, so that their numbers do not cover each other.
const LEVELS: usize = 6;
const LEVEL: f64 = 20.0;
/// Logs drawn.
const MAX_LOGS: usize = 4;
/// A build is older than the incident by any time; what is further away than this is not drawn.
const FAR: i64 = 86_400_000_000_000;

pub(super) fn timeline(page: &mut Page<'_>, report: &Report<'_>) -> io::Result<()> {
    let Some(timeline) = report.timeline.as_ref().filter(|timeline| timeline.tells()) else {
        return Ok(());
    };
    section(page, "timeline", "Timeline", "Times are UTC; ~ marks an estimate.")?;
    if !timeline.summary.is_empty() {
        page.element("p", "next", &timeline.summary)?;
    }
    let shown = timeline.events.len().min(page.top);
    picture(page, timeline, &timeline.events[..shown])?;
    page.raw("<div class=\"scroll\"><table><thead><tr><th>#</th><th>UTC</th><th>Kind</th><th>What</th><th>From</th></tr></thead><tbody>\n")?;
    let mut today = "";
    for (index, event) in timeline.events[..shown].iter().enumerate() {
        let mut at = text::moment(event);
        if day(&event.at) != today {
            today = day(&event.at);
            at = format!("{today} {at}");
        }
        page.raw(&format!("<tr><td class=\"num\">{}</td>", index + 1))?;
        page.element("td", "wait", &at)?;
        page.raw(&format!(
            "<td><span class=\"chip event-{0}\">{0}</span></td>",
            event.kind
        ))?;
        page.element("td", "", &text::sentence(event))?;
        page.element("td", "at", event.input.as_deref().unwrap_or(""))?;
        page.raw("</tr>\n")?;
    }
    page.raw("</tbody></table></div>\n")?;
    left_out(page, timeline.events.len(), shown, "event")?;
    for log in &timeline.logs {
        messages(page, log)?;
    }
    requests(page, timeline)?;
    for note in &timeline.notes {
        page.element("p", "remark", note)?;
    }
    page.raw("</section>\n")
}

/// The span of the picture: everything but what happened long before.
fn span(timeline: &Timeline<'_>, events: &[Event<'_>]) -> (i64, i64) {
    let logs = timeline.logs.iter().take(MAX_LOGS).flat_map(|log| {
        let steps = i64::try_from(log.lines.len()).unwrap_or(0);
        [
            log.start,
            log.start.saturating_add(steps.saturating_mul(log.step_seconds)),
        ]
        .map(|seconds| seconds.saturating_mul(1_000_000_000))
    });
    let times: Vec<i64> = events.iter().map(|event| event.nanos).chain(logs).collect();
    let last = times.iter().copied().max().unwrap_or(0);
    let near = times.iter().copied().filter(|time| last.saturating_sub(*time) < FAR);
    let first = near.min().unwrap_or(last);
    (first, last.max(first.saturating_add(1_000_000_000)))
}

#[expect(clippy::cast_precision_loss, reason = "positions of a picture")]
fn picture(page: &mut Page<'_>, timeline: &Timeline<'_>, events: &[Event<'_>]) -> io::Result<()> {
    let (first, last) = span(timeline, events);
    let room = WIDTH - LEFT - RIGHT;
    let x = |nanos: i64| LEFT + (nanos.saturating_sub(first)) as f64 / (last - first) as f64 * room;
    let logs = &timeline.logs[..timeline.logs.len().min(MAX_LOGS)];
    let marks_at = GAP + logs.len() as f64 * (LOG + GAP);
    let height = marks_at + LEVELS as f64 * LEVEL + 30.0;
    let mut svg = format!(
        "<figure class=\"tl\"><svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"tl-title\">\
         <title id=\"tl-title\">{} from {} to {}; the table below says the same</title>",
        counted(events.len() as u64, "event"),
        iso(events, first),
        iso(events, last)
    );
    for step in 0..=5 {
        let at = first + (last - first) / 5 * step;
        let x = x(at);
        let anchor = match step {
            0 => "start",
            5 => "end",
            _ => "middle",
        };
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{GAP}\" y2=\"{:.1}\"/>\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            height - 24.0,
            height - 8.0,
            clock_of(at)
        );
    }
    for (index, log) in logs.iter().enumerate() {
        histogram(&mut svg, log, GAP + index as f64 * (LOG + GAP), &x);
    }
    marks(&mut svg, events, first, marks_at, &x);
    svg.push_str("</svg></figure>\n");
    page.raw(&svg)
}

/// Lines and errors of a log as bars.
#[expect(clippy::cast_precision_loss, reason = "positions of a picture")]
fn histogram(svg: &mut String, log: &LogSum<'_>, top: f64, x: &impl Fn(i64) -> f64) {
    let most = log.lines.iter().copied().max().unwrap_or(1).max(1);
    let base = top + LOG;
    let _ = write!(
        svg,
        "<text x=\"{LEFT}\" y=\"{:.1}\">{}: lines, and errors in front, per {} s</text>\
         <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
        top - 4.0,
        escape(&log.input),
        log.step_seconds,
        LEFT - 6.0,
        top + 10.0,
        thousands(most)
    );
    for (class, counts) in [("lines", log.lines), ("errors", log.errors)] {
        let mut path = String::new();
        for (step, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let at = |step: usize| {
                let seconds = log.start + i64::try_from(step).unwrap_or(0) * log.step_seconds;
                x(seconds.saturating_mul(1_000_000_000))
            };
            let (from, to) = (at(step), at(step + 1));
            let high = count as f64 / most as f64 * LOG;
            let wide = (to - from - 0.5).max(0.7);
            let _ = write!(path, "M{from:.1} {base:.1}v-{high:.1}h{wide:.1}v{high:.1}z");
        }
        if !path.is_empty() {
            let _ = write!(svg, "<path class=\"{class}\" d=\"{path}\"/>");
        }
    }
}

/// A mark with its number for each event, in rows so that the numbers stay apart.
#[expect(clippy::cast_precision_loss, reason = "positions of a picture")]
fn marks(svg: &mut String, events: &[Event<'_>], first: i64, top: f64, x: &impl Fn(i64) -> f64) {
    let mut free = [f64::MIN; LEVELS];
    let _ = write!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">events</text>",
        LEFT - 6.0,
        top + 14.0
    );
    for (index, event) in events.iter().enumerate().filter(|(_, event)| event.nanos >= first) {
        let at = x(event.nanos);
        let level = (0..LEVELS).find(|level| free[*level] <= at).unwrap_or(LEVELS - 1);
        free[level] = at + 34.0;
        let y = top + level as f64 * LEVEL + 10.0;
        let _ = write!(
            svg,
            "<g class=\"event-{}\"><title>{}. {} {}</title>",
            event.kind,
            index + 1,
            escape(&text::moment(event)),
            escape(&text::sentence(event))
        );
        if event.margin_seconds > 0 {
            let margin = i64::try_from(event.margin_seconds)
                .unwrap_or(0)
                .saturating_mul(1_000_000_000);
            let from = x(event.nanos.saturating_sub(margin)).max(LEFT);
            let _ = write!(
                svg,
                "<line x1=\"{from:.1}\" x2=\"{at:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>"
            );
        }
        let _ = write!(
            svg,
            "<circle cx=\"{at:.1}\" cy=\"{y:.1}\" r=\"5\"/><text x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
            at + 8.0,
            y + 4.0,
            index + 1
        );
    }
}

/// The time of an event near a place of the picture, for its description.
fn iso(events: &[Event<'_>], nanos: i64) -> String {
    events
        .iter()
        .find(|event| event.nanos == nanos)
        .map_or_else(|| clock_of(nanos), |event| event.at.clone())
}

fn clock_of(nanos: i64) -> String {
    let seconds = nanos.div_euclid(1_000_000_000).rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

fn messages(page: &mut Page<'_>, log: &LogSum<'_>) -> io::Result<()> {
    let levels: Vec<String> = log
        .levels
        .iter()
        .map(|(level, count)| format!("{} {level}", thousands(*count)))
        .collect();
    page.element("h3", "", &log.input)?;
    let sum = format!(
        "{} with a time ({}), {} without; {}; {} to {}",
        counted(log.dated, "line"),
        log.forms.join(", "),
        thousands(log.undated),
        levels.join(", "),
        log.first,
        log.last
    );
    page.element("p", "remark", &sum)?;
    if log.messages.is_empty() {
        return Ok(());
    }
    page.raw("<div class=\"scroll\"><table><thead><tr><th>Times</th><th>Level</th><th>Message, # for numbers</th><th>First</th><th>Last</th></tr></thead><tbody>\n")?;
    let shown = log.messages.len().min(20).min(page.top);
    for message in &log.messages[..shown] {
        page.raw("<tr>")?;
        page.element("td", "num", &thousands(message.count))?;
        page.element("td", "", message.level)?;
        page.element("td", "", &message.text)?;
        page.element("td", "wait", clock(&message.first))?;
        page.element("td", "wait", clock(&message.last))?;
        page.raw("</tr>\n")?;
    }
    page.raw("</tbody></table></div>\n")?;
    left_out(page, log.messages.len(), shown, "message")
}

fn requests(page: &mut Page<'_>, timeline: &Timeline<'_>) -> io::Result<()> {
    if timeline.requests.is_empty() {
        return Ok(());
    }
    page.element("h3", "", "Requests that goroutines and logs both name")?;
    page.raw("<div class=\"scroll\"><table><thead><tr><th>Request</th><th>Suspect</th><th>Goroutines</th><th>What the log says</th></tr></thead><tbody>\n")?;
    let shown = timeline.requests.len().min(20).min(page.top);
    for request in &timeline.requests[..shown] {
        page.raw("<tr><td>")?;
        page.element("code", "", &format!("{}={}", request.label, request.value))?;
        page.raw("</td>")?;
        let suspect = request
            .suspect
            .map_or_else(String::new, |index| (index + 1).to_string());
        page.element("td", "num", &suspect)?;
        page.element("td", "num", &thousands(request.goroutines))?;
        let said: Vec<String> = request
            .lines
            .iter()
            .map(|line| {
                let at = line.time.as_deref().map_or("", clock);
                format!("{at} {} {}", line.level.unwrap_or(""), line.text)
            })
            .collect();
        page.element("td", "", &said.join(" · "))?;
        page.raw("</tr>\n")?;
    }
    page.raw("</tbody></table></div>\n")?;
    left_out(page, timeline.requests.len(), shown, "request")
}

/// What was looked at, what was not there, and what to do after a fix: the end of the report of a case.
pub(super) fn looked_at(page: &mut Page<'_>, report: &Report<'_>) -> io::Result<()> {
    let Some(source) = &report.source else { return Ok(()) };
    section(page, "looked-at", "What was looked at", "")?;
    let text = format!(
        "{} of source, in which {} of {} were found; {}.",
        counted(source.packages, "package"),
        thousands(source.frames_found),
        counted(source.frames, "frame"),
        counted(report.inputs.len() as u64, "piece of evidence").replace("piece of evidences", "pieces of evidence")
    );
    page.element("p", "", &text)?;
    let missing = missing(report);
    if !missing.is_empty() {
        page.element("h3", "", "What was missing")?;
        page.raw("<ul>")?;
        for (what, how) in missing {
            page.raw("<li>")?;
            page.text(what)?;
            page.raw(": ")?;
            page.element("code", "", how)?;
            page.raw("</li>")?;
        }
        page.raw("</ul>\n")?;
    }
    page.element("h3", "", "After a fix")?;
    page.raw("<p>")?;
    page.text("Take the same evidence from the process with the fix, under the same load, and ask what became of each suspect: ")?;
    page.element("code", "", "gosleuth case verify --before OLD.case --after NEW.case")?;
    page.raw("</p>\n</section>\n")
}

/// Kinds of evidence that are not there, and how to get them.
fn missing(report: &Report<'_>) -> Vec<(&'static str, &'static str)> {
    let has = |word: &str| report.inputs.iter().any(|input| input.forms.contains(&word));
    let dumps = report
        .snapshots
        .iter()
        .filter(|snapshot| snapshot.kind == "dump")
        .count();
    let mut missing = Vec::new();
    if dumps == 0 {
        missing.push((
            "no goroutine dump, which has ages, ids and creators",
            "gosleuth capture --stacks URL -o now.case",
        ));
    }
    if report.snapshots.len() < 2 {
        missing.push((
            "one moment only, so that nothing can be seen to grow",
            "gosleuth capture --every 1m --for 5m URL -o now.case",
        ));
    }
    if !report.snapshots.iter().any(|snapshot| snapshot.kind == "leak-profile") {
        missing.push((
            "no goroutine leak profile (Go 1.27, or 1.26 with GOEXPERIMENT=goroutineleakprofile)",
            "curl URL/debug/pprof/goroutineleak?debug=1 > leaks.txt",
        ));
    }
    if !has("execution-trace") {
        missing.push((
            "no execution trace, which shows who wakes whom and what runs",
            "curl URL/debug/pprof/trace?seconds=5 > trace.out",
        ));
    }
    if report.timeline.as_ref().is_none_or(|timeline| timeline.logs.is_empty()) {
        missing.push(("no log on the time line", "gosleuth case --logs app.log …"));
    }
    if report.races.is_empty() {
        missing.push(("no report of the race detector", "go test -race ./... 2> race.txt"));
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks() {
        assert_eq!(clock_of(0), "00:00:00");
        assert_eq!(clock_of(1_795_166_860_123_456_789), "09:27:40");
        assert_eq!(clock_of(-1), "23:59:59");
    }
}
