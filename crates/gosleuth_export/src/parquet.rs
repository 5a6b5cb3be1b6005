//! Tables for SQL, as Parquet files: every event, every stay of a goroutine, goroutines, and stacks.
//!
//! `stack` in the first three is a key of `stacks`, which has a row for each frame. Times are nanoseconds since the start of the trace.

mod table;
mod thrift;

use std::io::{self, Write};
use std::ops::ControlFlow;

use gosleuth_base::Idx as _;
use gosleuth_evidence::StackId;
use gosleuth_evidence::trace::{Event, EventKind, GoId, GoState, Names, ProcState, Range, TaskId, Visitor};
use rustc_hash::FxHashMap;

use crate::lives::{Life, LifeSink, Lives, SiteId, Stay};
use crate::names;
use table::{Cell, Column, Table, number, text};

const EVENTS: &[Column] = &[
    number("time"),
    text("event"),
    number("thread").or_none(),
    number("proc").or_none(),
    number("goroutine").or_none(),
    number("of").or_none(),
    text("from").or_none(),
    text("to").or_none(),
    text("name").or_none(),
    number("value").or_none(),
    number("task").or_none(),
    text("message").or_none(),
    number("stack").or_none(),
];

const STATES: &[Column] = &[
    number("goroutine"),
    text("site"),
    text("state"),
    number("start"),
    number("end"),
    number("duration"),
    text("reason").or_none(),
    text("place").or_none(),
    number("proc").or_none(),
    number("cause").or_none(),
    number("stack").or_none(),
];

const GOROUTINES: &[Column] = &[
    number("goroutine"),
    text("site"),
    text("function"),
    number("parent").or_none(),
    number("created").or_none(),
    number("ended").or_none(),
    number("running"),
    number("runnable"),
    number("waiting"),
    number("syscall"),
    number("runs"),
    number("wakes"),
    number("stack").or_none(),
];

const STACKS: &[Column] = &[
    number("stack"),
    number("depth"),
    text("function"),
    text("file"),
    number("line"),
];

/// The tables, by the names of their files without extension, in the order of [`Parquet::new`].
pub const TABLES: [&str; 4] = ["events", "states", "goroutines", "stacks"];

/// Takes the events of a trace and writes tables.
pub struct Parquet {
    lives: Lives,
    tables: Tables,
    events: Table,
    start: u64,
    /// Which stacks were written.
    known: Vec<bool>,
}

#[derive(Default)]
struct Totals {
    times: [u64; 6],
    runs: u64,
    wakes: u64,
}

struct Tables {
    states: Table,
    goroutines: Table,
    stacks: Table,
    totals: FxHashMap<GoId, Totals>,
    sites: FxHashMap<SiteId, String>,
    places: FxHashMap<StackId, String>,
    start: u64,
}

impl Parquet {
    /// Writes to these, in the order of [`TABLES`].
    pub fn new([events, states, goroutines, stacks]: [Box<dyn Write>; 4]) -> Self {
        Self {
            lives: Lives::default(),
            tables: Tables {
                states: Table::new(states, STATES),
                goroutines: Table::new(goroutines, GOROUTINES),
                stacks: Table::new(stacks, STACKS),
                totals: FxHashMap::default(),
                sites: FxHashMap::default(),
                places: FxHashMap::default(),
                start: 0,
            },
            events: Table::new(events, EVENTS),
            start: 0,
            known: Vec::new(),
        }
    }

    /// Ends the files. The first error of writing, if there was one.
    pub fn finish(self) -> io::Result<()> {
        self.events.finish()?;
        self.tables.states.finish()?;
        self.tables.goroutines.finish()?;
        self.tables.stacks.finish()
    }

    /// Writes the frames of a stack, the first time.
    fn stack(&mut self, names: Names<'_>, stack: Option<StackId>) {
        let Some(stack) = stack else { return };
        let index = stack.index();
        if self.known.len() <= index {
            self.known.resize(index + 1, false);
        }
        if std::mem::replace(&mut self.known[index], true) {
            return;
        }
        for (depth, frame) in (0..).zip(names.stacks.frames(stack)) {
            self.tables.stacks.row(&[
                number_of(stack),
                Cell::Number(depth),
                Cell::Text(names.strings.get(frame.function)),
                Cell::Text(names.strings.get(frame.file)),
                Cell::Number(u64::from(frame.line)),
            ]);
        }
    }
}

fn number_of(stack: StackId) -> Cell<'static> {
    Cell::Number(stack.index() as u64)
}

fn proc_state(state: ProcState) -> &'static str {
    match state {
        ProcState::Undetermined => "undetermined",
        ProcState::NotExist => "not-exist",
        ProcState::Running => "running",
        ProcState::Idle => "idle",
    }
}

/// Cells of an event that not all have.
#[derive(Default)]
struct Rest<'r> {
    of: Option<u64>,
    states: Option<(&'r str, &'r str)>,
    name: Option<&'r str>,
    value: Option<u64>,
    task: Option<TaskId>,
    message: Option<&'r str>,
}

impl Visitor for Parquet {
    fn event(&mut self, names: Names<'_>, event: &Event<'_>) -> ControlFlow<()> {
        if self.lives.start.is_none() {
            self.start = event.time;
            self.tables.start = event.time;
        }
        self.lives.event(names, event, &mut self.tables);
        let get = |sym| Some(names.strings.get(sym));
        let range = |range: Range| match range {
            Range::StopTheWorld(goroutine, why) => ("stop-the-world", goroutine.get(), get(why)),
            Range::Mark => ("gc-mark", None, None),
            Range::Sweep(proc) => ("gc-sweep", proc.get(), None),
            Range::Assist(goroutine) => ("gc-assist", goroutine.get(), None),
        };
        let mut rest = Rest::default();
        let mut own = None;
        let (kind, joined): (&str, Option<&str>) = match event.kind {
            EventKind::Sync { number, .. } => {
                rest.value = Some(number);
                ("sync", None)
            }
            EventKind::Proc { proc, from, to } => {
                rest.of = proc.get();
                rest.states = Some((proc_state(from), proc_state(to)));
                ("proc", None)
            }
            EventKind::Go {
                goroutine,
                from,
                to,
                reason,
                stack,
            } => {
                own = stack;
                rest.of = goroutine.get();
                rest.states = Some((from.as_str(), to.as_str()));
                let reason = names::reason(names, reason, stack);
                rest.name = (reason != "unknown").then_some(reason);
                ("goroutine", None)
            }
            EventKind::Gomaxprocs(value) => {
                rest.value = Some(value);
                ("gomaxprocs", None)
            }
            EventKind::HeapAlloc(value) => {
                rest.value = Some(value);
                ("heap", None)
            }
            EventKind::HeapGoal(value) => {
                rest.value = Some(value);
                ("heap-goal", None)
            }
            EventKind::Label(label) => {
                rest.name = get(label);
                ("label", None)
            }
            EventKind::Begin(which) | EventKind::Active(which) => {
                let (kind, of, name) = range(which);
                (rest.of, rest.name) = (of, name);
                (
                    kind,
                    Some(if matches!(event.kind, EventKind::Begin(_)) {
                        "begin"
                    } else {
                        "active"
                    }),
                )
            }
            EventKind::End { range: which, swept } => {
                let (kind, of, name) = range(which);
                (rest.of, rest.name) = (of, name);
                rest.value = (swept.0 > 0).then_some(swept.0);
                (kind, Some("end"))
            }
            EventKind::TaskBegin { task, parent, name } => {
                (rest.task, rest.of, rest.name) = (Some(task), parent.get(), get(name));
                ("task", Some("begin"))
            }
            EventKind::TaskEnd { task, parent, name } => {
                (rest.task, rest.of, rest.name) = (Some(task), parent.get(), get(name));
                ("task", Some("end"))
            }
            EventKind::RegionBegin(task, name) => {
                (rest.task, rest.name) = (Some(task), get(name));
                ("region", Some("begin"))
            }
            EventKind::RegionEnd(task, name) => {
                (rest.task, rest.name) = (Some(task), get(name));
                ("region", Some("end"))
            }
            EventKind::Log {
                task,
                category,
                message,
            } => {
                (rest.task, rest.name, rest.message) = (Some(task), Some(category), Some(message));
                ("log", None)
            }
            EventKind::Sample => ("sample", None),
            EventKind::Experiment(experiment) => {
                rest.value = Some(u64::from(experiment.kind));
                ("experiment", None)
            }
        };
        if let Some(joined) = joined {
            rest.states = Some(("", joined));
        }
        self.events.row(&[
            Cell::Number(event.time - self.start),
            Cell::Text(kind),
            event.thread.get().into(),
            event.proc.get().into(),
            event.goroutine.get().into(),
            rest.of.into(),
            rest.states.map(|(from, _)| from).filter(|from| !from.is_empty()).into(),
            rest.states.map(|(_, to)| to).into(),
            rest.name.into(),
            rest.value.into(),
            rest.task.and_then(TaskId::get).into(),
            rest.message.into(),
            event.stack.map_or(Cell::None, number_of),
        ]);
        self.stack(names, event.stack);
        self.stack(names, own);
        ControlFlow::Continue(())
    }
}

impl Tables {
    fn know_site(&mut self, names: Names<'_>, lives: &Lives, site: SiteId) {
        self.sites
            .entry(site)
            .or_insert_with(|| names::site(names, lives.site(site)));
    }
}

impl LifeSink for Tables {
    fn stay(&mut self, names: Names<'_>, lives: &Lives, life: &Life, stay: &Stay) {
        let totals = self.totals.entry(life.id).or_default();
        let nanos = &mut totals.times[stay.state as usize];
        *nanos = nanos.saturating_add(stay.until - stay.since);
        totals.runs += u64::from(stay.state == GoState::Running);
        totals.wakes += u64::from(stay.state == GoState::Runnable && stay.from == GoState::Waiting);
        self.know_site(names, lives, life.site);
        if let Some(stack) = stay.stack {
            self.places.entry(stack).or_insert_with(|| names::place(names, stack));
        }
        let reason = (stay.state == GoState::Waiting).then(|| names::reason(names, stay.reason, stay.stack));
        let is_running = stay.state == GoState::Running;
        self.states.row(&[
            Cell::Number(life.id.0),
            Cell::Text(&self.sites[&life.site]),
            Cell::Text(stay.state.as_str()),
            Cell::Number(stay.since - self.start),
            Cell::Number(stay.until - self.start),
            Cell::Number(stay.until - stay.since),
            reason.into(),
            stay.stack.map(|stack| self.places[&stack].as_str()).into(),
            stay.proc.get().filter(|_| is_running).into(),
            stay.cause.get().into(),
            stay.stack.map_or(Cell::None, number_of),
        ]);
    }

    fn end(&mut self, names: Names<'_>, lives: &Lives, life: &Life) {
        let totals = self.totals.remove(&life.id).unwrap_or_default();
        self.know_site(names, lives, life.site);
        let since_start = |time: Option<u64>| time.map(|time| time - self.start);
        let time = |state: GoState| Cell::Number(totals.times[state as usize]);
        self.goroutines.row(&[
            Cell::Number(life.id.0),
            Cell::Text(&self.sites[&life.site]),
            Cell::Text(names::start(names, lives.site(life.site))),
            life.parent.get().into(),
            since_start(life.born).into(),
            since_start(life.ended).into(),
            time(GoState::Running),
            time(GoState::Runnable),
            time(GoState::Waiting),
            time(GoState::Syscall),
            Cell::Number(totals.runs),
            Cell::Number(totals.wakes),
            life.created.map_or(Cell::None, number_of),
        ]);
    }
}
