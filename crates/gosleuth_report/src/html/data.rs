//! What the script of the page draws from: groups, stacks and series, with every frame stored once.

use std::collections::HashMap;

use serde::Serialize;

use crate::names::{place, short_file};
use crate::text::window;
use crate::view::{Group, Report, Site, Stack};

/// The JSON beside the script. Short names: the page may hold thousands of these.
#[derive(Serialize)]
pub(super) struct Data {
    /// Function, place, whose code it is.
    frames: Vec<(String, String, &'static str)>,
    /// Frames, innermost first.
    stacks: Vec<Vec<usize>>,
    groups: Vec<Row>,
    left_out: (u64, u64),
    series: Option<Chart>,
    /// Number of members and their names, per cycle.
    cycles: Vec<Vec<String>>,
}

#[derive(Serialize)]
struct Row {
    count: u64,
    state: String,
    inferred: bool,
    leaked: bool,
    /// Shortest and longest wait in minutes.
    wait: Option<(u32, u32)>,
    key: String,
    site: Option<(String, String)>,
    creator: Option<(String, String)>,
    labels: Vec<(String, String)>,
    entry: Option<&'static str>,
    ids: Vec<u64>,
    stack: usize,
}

#[derive(Serialize)]
struct Chart {
    at: Vec<f64>,
    timed: bool,
    totals: Vec<u64>,
    lines: Vec<(String, Vec<u64>)>,
}

/// Lines drawn beside the total.
const CHART_LINES: usize = 6;

impl Data {
    pub(super) fn new(report: &Report<'_>, root: &str) -> Self {
        let mut frames = Frames {
            root,
            known: HashMap::new(),
            list: Vec::new(),
            stacks: HashMap::new(),
            stack_list: Vec::new(),
        };
        let groups = report.groups.iter().map(|group| frames.row(group)).collect();
        Self {
            groups,
            frames: frames.list,
            stacks: frames.stack_list,
            left_out: (report.groups_left_out.groups, report.groups_left_out.goroutines),
            series: report.series.as_ref().map(|series| Chart {
                at: series.at.to_vec(),
                timed: series.timed,
                totals: series.totals.to_vec(),
                lines: series
                    .rows
                    .iter()
                    .filter(|row| matches!(row.trend, "new" | "growing"))
                    .take(CHART_LINES)
                    .map(|row| {
                        let (function, at) = row.site.as_ref().map(|site| named(site, root)).unwrap_or_default();
                        (format!("{} {function} {at}", row.state), row.counts.to_vec())
                    })
                    .collect(),
            }),
            cycles: report
                .waiting
                .cycles
                .iter()
                .map(|cycle| cycle.members.iter().map(|member| window(member, 24)).collect())
                .collect(),
        }
    }
}

struct Frames<'a> {
    root: &'a str,
    known: HashMap<(String, String), usize>,
    list: Vec<(String, String, &'static str)>,
    stacks: HashMap<Vec<usize>, usize>,
    stack_list: Vec<Vec<usize>>,
}

impl Frames<'_> {
    fn row(&mut self, group: &Group<'_>) -> Row {
        Row {
            count: group.count,
            state: group.state.to_string(),
            inferred: group.state_inferred,
            leaked: group.leaked,
            wait: group.waits.map(|waits| (waits.min, waits.max)),
            key: group.key.to_string(),
            site: group.site.as_ref().map(|site| named(site, self.root)),
            creator: group.created_by.as_ref().map(|site| named(site, self.root)),
            labels: group
                .labels
                .iter()
                .map(|(key, value)| (key.to_string(), value.to_string()))
                .collect(),
            entry: group.entry,
            ids: group.goroutines.to_vec(),
            stack: self.stack(group.stack),
        }
    }

    fn stack(&mut self, stack: Stack<'_>) -> usize {
        let mut ids = Vec::with_capacity(stack.frames().len());
        for frame in stack.frames() {
            let name = match frame.note {
                Some("elided") if frame.line > 0 => format!("… {} frames left out by the runtime …", frame.line),
                Some("elided") => "… frames left out by the runtime …".to_owned(),
                Some("unavailable") => "running on another thread; stack unavailable".to_owned(),
                _ => match &frame.args {
                    Some(args) => format!("{}({args})", frame.function),
                    None => frame.function.to_string(),
                },
            };
            let at = match frame.note {
                Some("elided" | "unavailable") => String::new(),
                _ => place(short_file(&frame.file, &frame.function, self.root), frame.line),
            };
            let next = self.list.len();
            let id = *self.known.entry((name.clone(), at.clone())).or_insert(next);
            if id == next {
                self.list.push((name, at, frame.origin));
            }
            ids.push(id);
        }
        let next = self.stack_list.len();
        let id = *self.stacks.entry(ids.clone()).or_insert(next);
        if id == next {
            self.stack_list.push(ids);
        }
        id
    }
}

fn named(site: &Site<'_>, root: &str) -> (String, String) {
    let at = place(short_file(&site.file, &site.function, root), site.line);
    (site.function.to_string(), at)
}
