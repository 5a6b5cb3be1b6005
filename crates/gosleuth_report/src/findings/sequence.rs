//! One finding as a page: its schedule as a sequence picture, goroutines as lanes, steps downwards.

use std::fmt::Write as _;
use std::io;

use gosleuth_base::Finding;

use super::schedule::Picture;
use super::{CheckReport, source};
use crate::html::{digest, escape};

const STYLE: &str = "\
:root{color-scheme:light dark;--fg:#1c1f24;--dim:#697079;--bg:#fff;--line:#9aa3ad;--act:#2463c5;--bad:#c62828;--band:#f3f5f8}
@media(prefers-color-scheme:dark){:root{--fg:#e6e8eb;--dim:#98a1ab;--bg:#16181c;--line:#59616b;--act:#7fb0ff;--bad:#ff7a70;--band:#1f2329}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg);margin:2rem auto;max-width:76rem;padding:0 1rem}
h1{font-size:1.25rem;margin:0 0 .25rem}
p{margin:.25rem 0}.dim{color:var(--dim)}.scroll{overflow-x:auto;margin-top:1.5rem}
code,.code{font-family:ui-monospace,monospace;font-size:13px}
svg text{fill:var(--fg);font:14px system-ui,sans-serif}
svg .code{fill:var(--dim);font:12.5px ui-monospace,monospace}svg .num{fill:var(--dim);text-anchor:end}
svg .name{font-weight:600;text-anchor:middle;font-size:13px}svg .band{fill:var(--band)}
svg .lane{stroke:var(--line);stroke-width:1.5}svg .wait{stroke:var(--bad);stroke-width:2.5;stroke-dasharray:5 4}
svg .act{fill:var(--act)}svg .meet{fill:var(--bg);stroke:var(--act);stroke-width:2}svg .arrow{stroke:var(--act);stroke-width:2;fill:none}
svg .tip{fill:var(--act)}svg .stuck{fill:var(--bad)}svg text.bad{fill:var(--bad);font-weight:600}";

/// Pixels of a lane, of a step, above the first step, and left of the first lane.
const LANE: usize = 130;
const STEP: usize = 46;
const TOP: usize = 52;
const LEFT: usize = 46;
/// Characters of a lane's name in its head.
const NAME: usize = 17;

/// Writes the page: it loads nothing and runs nothing.
pub(super) fn write(report: &CheckReport<'_>, finding: &Finding, out: &mut dyn io::Write) -> io::Result<()> {
    let place = format!("{}:{}", finding.location.file, finding.location.line);
    let title = format!("{} {}", finding.code, report.name(finding.code));
    let svg = svg(report, finding);
    let policy = format!(
        "default-src 'none'; style-src '{}'; base-uri 'none'; form-action 'none'",
        digest::csp_hash(STYLE.as_bytes())
    );
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{} — gosleuth</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>{}</h1>\n<p>{}</p>\n\
         <p class=\"dim\"><code>{}</code> · confidence {} · fingerprint {}</p>\n",
        escape(&title),
        escape(&title),
        escape(&finding.message),
        escape(&place),
        finding.confidence.as_str(),
        finding.fingerprint,
    )?;
    writeln!(out, "<div class=\"scroll\">\n{svg}</div>")?;
    for (label, text) in [("Why", &finding.why), ("What to do", &finding.action)] {
        if !text.is_empty() {
            writeln!(out, "<p><b>{label}:</b> {}</p>", escape(text))?;
        }
    }
    out.write_all(b"</body>\n</html>\n")
}

fn svg(report: &CheckReport<'_>, finding: &Finding) -> String {
    let steps = &finding.schedule;
    let picture = Picture::of(steps);
    let x = |lane: usize| LEFT + lane * LANE + LANE / 2;
    let y = |step: usize| TOP + step * STEP + STEP / 2;
    let text_at = LEFT + picture.lanes.len() * LANE + 20;
    let height = TOP + steps.len() * STEP + 24;
    let width = text_at + 620;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-label=\"sequence of the schedule\">\n"
    );
    let _ = (0..steps.len()).filter(|step| step % 2 == 1).try_for_each(|step| {
        let top = TOP + step * STEP;
        writeln!(
            out,
            "<rect class=\"band\" x=\"0\" y=\"{top}\" width=\"{width}\" height=\"{STEP}\"/>"
        )
    });
    for (lane, name) in picture.lanes.iter().enumerate() {
        let (start, last) = picture.spans[lane];
        let top = start.map_or(TOP - 14, y);
        let bottom = y(last);
        // The head stands where the lane begins.
        let short: String = if name.chars().count() > NAME {
            name.chars().take(NAME - 1).chain(['…']).collect()
        } else {
            (*name).to_owned()
        };
        let x = x(lane);
        let _ = writeln!(
            out,
            "<line class=\"lane\" x1=\"{x}\" y1=\"{top}\" x2=\"{x}\" y2=\"{bottom}\"/>"
        );
        if picture.waits[lane] {
            let _ = writeln!(
                out,
                "<line class=\"wait\" x1=\"{x}\" y1=\"{bottom}\" x2=\"{x}\" y2=\"{}\"/>",
                height - 6
            );
        }
        let _ = writeln!(
            out,
            "<text class=\"name\" x=\"{x}\" y=\"24\">{}<title>{}</title></text>",
            escape(&short),
            escape(name)
        );
    }
    for (number, step) in steps.iter().enumerate() {
        let (lane, y) = (picture.lane(&step.goroutine), y(number));
        let is_stuck = step.waits_for.is_some();
        let _ = writeln!(
            out,
            "<text class=\"num\" x=\"{}\" y=\"{}\">{}</text>",
            LEFT - 16,
            y + 5,
            number + 1
        );
        if let Some(to) = step
            .partner
            .as_deref()
            .map(|partner| picture.lane(partner))
            .filter(|&to| to != lane)
        {
            let (from, to) = (x(lane), x(to));
            let (tip, back) = if to > from {
                (to - 8, to - 18)
            } else {
                (to + 8, to + 18)
            };
            let _ = writeln!(
                out,
                "<line class=\"arrow\" x1=\"{from}\" y1=\"{y}\" x2=\"{back}\" y2=\"{y}\"/>\
                 <path class=\"tip\" d=\"M{tip} {y} L{back} {} L{back} {} Z\"/><circle class=\"meet\" cx=\"{to}\" cy=\"{y}\" r=\"6\"/>",
                y - 5,
                y + 5
            );
        }
        let class = if is_stuck { "stuck" } else { "act" };
        let _ = writeln!(out, "<circle class=\"{class}\" cx=\"{}\" cy=\"{y}\" r=\"7\"/>", x(lane));
        let mut text = format!("{} {}", step.goroutine, step.action);
        if let Some(waits) = &step.waits_for {
            let _ = write!(text, ": waits for {waits}");
        }
        let class = if is_stuck { " class=\"bad\"" } else { "" };
        let _ = writeln!(
            out,
            "<text{class} x=\"{text_at}\" y=\"{}\">{}</text>",
            y - 3,
            escape(&text)
        );
        let place = &step.location;
        let code = source::line(report.source(&place.file), place.line).unwrap_or_default();
        let code = format!("{}:{}  {}", place.file, place.line, source::shown(code.trim()));
        let _ = writeln!(
            out,
            "<text class=\"code\" x=\"{text_at}\" y=\"{}\">{}</text>",
            y + 15,
            escape(&code)
        );
    }
    out.push_str("</svg>\n");
    out
}
