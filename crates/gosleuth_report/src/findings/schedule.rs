//! Schedules for people: a few lines beside a finding, or the whole of one with the source and a picture of who acts when.

use std::io;

use gosleuth_base::{Finding, ScheduleStep};

use super::{CheckReport, source};
use crate::RenderOptions;
use crate::clean::clean;
use crate::style::{Line, Printer, Style};

/// Steps that a finding shows; of longer schedules the middle is left out.
const SHOWN: usize = 12;
/// Steps from the start of a schedule that is cut; the end is what matters.
const SHOWN_FIRST: usize = 4;

/// The schedule of a finding beside its other parts.
pub(super) fn write_short(finding: &Finding, printer: &mut Printer<'_>) -> io::Result<()> {
    let steps = &finding.schedule;
    let (first, last) = cut(steps.len());
    let place = |step: &ScheduleStep| place(step, &finding.location.file);
    let shown = || steps[..first].iter().chain(&steps[last..]);
    let places = shown().map(|step| width(&place(step))).max().unwrap_or(0);
    let lanes = shown().map(|step| width(&step.goroutine)).max().unwrap_or(0);
    for (number, step) in steps.iter().enumerate() {
        if (first..last).contains(&number) {
            if number == first {
                let mut line = Line::indented(8);
                let more = last - first;
                let text = format!(
                    "…   {more} more steps: gosleuth check --explain-schedule {}",
                    finding.fingerprint
                );
                line.put(Style::Dim, &text);
                printer.line(line)?;
            }
            continue;
        }
        let mut line = Line::indented(2);
        line.put(Style::Dim, if number == 0 { "how:" } else { "" })
            .pad_to(8)
            .put(Style::Dim, &format!("{:<3} {}", number + 1, place(step)))
            .pad_to(8 + 4 + places + 2)
            .put(Style::Plain, &step.goroutine)
            .pad_to(8 + 4 + places + 2 + lanes + 2);
        match &step.waits_for {
            None => printer.paragraph(line, Style::Plain, &step.action)?,
            Some(waits) => printer.paragraph(line, Style::Bad, &format!("{}: waits for {waits}", step.action))?,
        }
    }
    Ok(())
}

/// The steps of a list of this length that are left out.
fn cut(length: usize) -> (usize, usize) {
    if length <= SHOWN {
        (length, length)
    } else {
        (SHOWN_FIRST, length - (SHOWN - SHOWN_FIRST - 1))
    }
}

/// `line 12`, or with the file where it is another one.
fn place(step: &ScheduleStep, home: &str) -> String {
    if step.location.file == home {
        format!("line {}", step.location.line)
    } else {
        let name = step.location.file.rsplit(['/', '\\']).next().unwrap_or_default();
        format!("{name}:{}", step.location.line)
    }
}

fn width(text: &str) -> usize {
    clean(text).chars().count()
}

/// One finding with its whole schedule.
pub(super) fn write_whole(
    report: &CheckReport<'_>,
    finding: &Finding,
    options: &RenderOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut printer = Printer::new(out, options.color, options.width);
    super::text::one(report, finding, false, &mut printer)?;
    printer.gap()?;
    let picture = Picture::of(&finding.schedule);
    for (lane, name) in picture.lanes.iter().enumerate() {
        let mut line = Line::indented(7 + lane * LANE);
        line.put(Style::Bold, name);
        printer.line(line)?;
    }
    for (number, step) in finding.schedule.iter().enumerate() {
        let text_at = 7 + picture.lanes.len() * LANE + 2;
        let mut line = Line::new();
        line.put_right(Style::Dim, &(number + 1).to_string(), 5).pad_to(7);
        let style = if step.waits_for.is_some() {
            Style::Bad
        } else {
            Style::Plain
        };
        line.put(style, &picture.row(number, step));
        line.pad_to(text_at);
        let mut text = format!("{} {}", step.goroutine, step.action);
        if let Some(waits) = &step.waits_for {
            text.push_str(&format!(": waits for {waits}"));
        }
        line.put(style, &text);
        printer.line(line)?;
        let mut line = Line::indented(7);
        line.put(Style::Plain, &picture.between(number)).pad_to(text_at + 2);
        line.put(Style::Dim, &format!("{}:{}", step.location.file, step.location.line));
        if let Some(code) = source::line(report.source(&step.location.file), step.location.line) {
            line.put(Style::Plain, &format!("  {}", source::shown(code.trim())));
        }
        printer.line(line)?;
    }
    Ok(())
}

/// Columns of a lane.
const LANE: usize = 4;

/// Who is there when: goroutines as lanes, steps downwards.
pub(super) struct Picture<'a> {
    /// Names, in the order in which they appear.
    pub(super) lanes: Vec<&'a str>,
    /// By lane: the step that starts it, if one does, and its last step.
    pub(super) spans: Vec<(Option<usize>, usize)>,
    /// By lane: whether it waits at its end.
    pub(super) waits: Vec<bool>,
}

impl<'a> Picture<'a> {
    pub(super) fn of(steps: &'a [ScheduleStep]) -> Self {
        let mut lanes: Vec<&str> = Vec::new();
        for name in steps
            .iter()
            .flat_map(|step| std::iter::once(&step.goroutine).chain(&step.partner))
        {
            if !lanes.contains(&name.as_str()) {
                lanes.push(name);
            }
        }
        let spans = lanes.iter().map(|&lane| {
            let acts = |step: &ScheduleStep| step.goroutine == lane || step.partner.as_deref() == Some(lane);
            let first = steps.iter().position(acts).unwrap_or(0);
            let is_start = steps
                .get(first)
                .is_some_and(|step| step.partner.as_deref() == Some(lane));
            let last = steps.iter().rposition(acts).unwrap_or(first);
            (is_start.then_some(first), last)
        });
        let spans = spans.collect();
        let waits = lanes
            .iter()
            .map(|&lane| {
                steps
                    .iter()
                    .any(|step| step.goroutine == lane && step.waits_for.is_some())
            })
            .collect();
        Self { lanes, spans, waits }
    }

    /// The lane of a goroutine.
    pub(super) fn lane(&self, name: &str) -> usize {
        self.lanes.iter().position(|&lane| lane == name).unwrap_or(0)
    }

    /// Whether a lane is drawn from this step to the next one.
    fn is_there(&self, lane: usize, step: usize) -> bool {
        let (start, last) = self.spans[lane];
        start.is_none_or(|start| start <= step) && (step < last)
    }

    /// Marks of a step: `●───▶○   │`.
    fn row(&self, number: usize, step: &ScheduleStep) -> String {
        let from = self.lane(&step.goroutine);
        let to = step.partner.as_deref().map(|partner| self.lane(partner));
        let mut row = String::new();
        for lane in 0..self.lanes.len() {
            let (low, high) = to.map_or((from, from), |to| (from.min(to), from.max(to)));
            let mark = if lane == from {
                if step.waits_for.is_some() { '✗' } else { '●' }
            } else if to == Some(lane) {
                '○'
            } else if (low..high).contains(&lane) {
                '─'
            } else if number > 0 && self.is_there(lane, number - 1) {
                '│'
            } else {
                ' '
            };
            row.push(mark);
            let fill = match to {
                Some(to) if (low..high).contains(&lane) => {
                    if to > from && lane + 1 == to {
                        "──▶"
                    } else if to < from && lane == to {
                        "◀──"
                    } else {
                        "───"
                    }
                }
                _ => "   ",
            };
            row.push_str(fill);
        }
        row
    }

    fn between(&self, number: usize) -> String {
        (0..self.lanes.len())
            .map(|lane| if self.is_there(lane, number) { "│   " } else { "    " })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(goroutine: &str, partner: Option<&str>, waits: bool) -> ScheduleStep {
        ScheduleStep {
            goroutine: goroutine.to_owned(),
            action: "acts".to_owned(),
            partner: partner.map(str::to_owned),
            waits_for: waits.then(|| "somebody".to_owned()),
            location: gosleuth_base::Location::default(),
        }
    }

    #[test]
    fn lanes_begin_where_goroutines_start() {
        let steps = [
            step("f", Some("g"), false),
            step("f", Some("h"), false),
            step("h", Some("f"), false),
            step("g", None, true),
        ];
        let picture = Picture::of(&steps);
        assert_eq!(picture.lanes, ["f", "g", "h"]);
        let rows: Vec<_> = steps
            .iter()
            .enumerate()
            .map(|(number, step)| picture.row(number, step))
            .collect();
        assert_eq!(rows[0].trim_end(), "●──▶○");
        assert_eq!(rows[1].trim_end(), "●──────▶○");
        assert_eq!(rows[2].trim_end(), "○◀──────●");
        assert_eq!(rows[3].trim_end(), "    ✗");
        assert_eq!(picture.between(1).trim_end(), "│   │   │");
    }

    #[test]
    fn long_schedules_keep_their_end() {
        assert_eq!(cut(12), (12, 12));
        assert_eq!(cut(40), (4, 33));
    }
}
