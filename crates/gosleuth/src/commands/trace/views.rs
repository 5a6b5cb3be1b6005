//! Which tables a view has.

use gosleuth_base::{GoSymbol, Interner, Origin, Sym};
use gosleuth_case::Suspect;
use gosleuth_evidence::trace::analysis::{
    Analysis, Edge, Goroutine, Histogram, NamedTimes, ProcTotals, Site, SiteId, Stay, StayKey, Times,
};
use gosleuth_evidence::trace::{GoState, Outcome, Reason};
use gosleuth_evidence::{FrameId, StackId, StackTable, Time};
use rustc_hash::FxHashMap;

use super::table::{Cell, Table, duration};
use crate::args::{TraceArgs, TraceFormatArg, TraceView};

/// A trace and what is asked of it.
pub(super) struct View<'a> {
    pub(super) args: &'a TraceArgs,
    pub(super) analysis: &'a Analysis,
    pub(super) outcome: &'a Outcome,
    pub(super) suspects: &'a [Suspect],
    pub(super) strings: &'a Interner,
    pub(super) stacks: &'a StackTable,
}

impl View<'_> {
    pub(super) fn tables(&self) -> Vec<Table> {
        if let Some(goroutine) = self.args.follow {
            return vec![self.story(goroutine)];
        }
        match self.args.view {
            TraceView::Summary => self.summary(),
            TraceView::Goroutines => vec![self.goroutines()],
            TraceView::Sites => vec![self.sites()],
            TraceView::Blocked => vec![self.blocked()],
            TraceView::Latency => self.latency(),
            TraceView::Waits => {
                let herds = self.herds();
                let waits = Table {
                    notes: self.contention_remarks(),
                    ..self.waits("waits", "Time blocked", GoState::Waiting)
                };
                // Most traces have none, which a person need not be told.
                if herds.rows.is_empty() && self.args.format == TraceFormatArg::Text {
                    vec![waits]
                } else {
                    vec![waits, herds]
                }
            }
            TraceView::Syscalls => vec![Table {
                notes: self.syscall_remarks(),
                ..self.waits("syscalls", "Time in system calls", GoState::Syscall)
            }],
            TraceView::Wakers => vec![self.wakers()],
            TraceView::Sched => self.sched(),
            TraceView::Gc => self.gc(),
            TraceView::Tasks => self.tasks(),
            // Written while the trace is read.
            TraceView::Events | TraceView::Export | TraceView::Path => Vec::new(),
        }
    }

    pub(super) fn text(&self, sym: Sym) -> &str {
        self.strings.get(sym)
    }

    fn frame(&self, frame: FrameId) -> String {
        let frame = self.stacks.frame(frame);
        let file = self.text(frame.file);
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        format!("{} {name}:{}", self.text(frame.function), frame.line)
    }

    pub(super) fn site_name(&self, site: SiteId) -> String {
        let site = &self.analysis.totals.sites[site as usize];
        let start = site.start.map(|frame| self.text(self.stacks.frame(frame).function));
        match (start, site.creator) {
            (Some(start), Some(creator)) => format!("{start} from {}", self.frame(creator)),
            (Some(start), None) => format!("{start} (older)"),
            (None, Some(creator)) => format!("from {}", self.frame(creator)),
            (None, None) => "unknown (older)".to_owned(),
        }
    }

    /// The frame of a stack that says most: the first of the program's own, else the first outside the runtime,
    /// else the outermost.
    pub(super) fn place(&self, stack: Option<StackId>) -> String {
        let Some(stack) = stack else {
            return String::new();
        };
        let frames = self.stacks.stack(stack).frames;
        let origin = |frame: &&FrameId| {
            let frame = self.stacks.frame(**frame);
            GoSymbol::parse(self.text(frame.function)).origin(self.text(frame.file))
        };
        let own = frames.iter().find(|frame| origin(frame) == Origin::User);
        let other = || frames.iter().find(|frame| origin(frame) != Origin::Runtime);
        let shown = own.or_else(other).or(frames.last());
        shown.map_or_else(String::new, |&frame| self.frame(frame))
    }

    fn reason(&self, reason: Reason) -> String {
        match reason {
            Reason::Other(sym) => self.text(sym).to_owned(),
            known => known.text().unwrap_or_default().to_owned(),
        }
    }

    /// Why and how a goroutine is where it is: a mutex and a wait group are both `sync` for the runtime, but not on the stack.
    pub(super) fn reason_at(&self, reason: Reason, stack: Option<StackId>) -> String {
        let function = |frame: &FrameId| self.text(self.stacks.frame(*frame).function);
        if let (Reason::Sync, Some(stack)) = (reason, stack) {
            let frames = self.stacks.stack(stack).frames;
            // The outermost of them: Mutex.Lock is within Once.Do and RWMutex.Lock.
            let mut known = frames.iter().map(function).filter(|name| name.starts_with("sync.(*"));
            if let Some(name) = known.next_back() {
                return name.to_owned();
            }
        }
        match reason {
            // The trace tells only that it waits: it did so before.
            Reason::None => "unknown".to_owned(),
            known => self.reason(known),
        }
    }

    /// Whether goroutines of a site belong to the runtime itself.
    pub(super) fn is_system(&self, site: SiteId) -> bool {
        let start = self.analysis.totals.sites[site as usize].start;
        start.is_some_and(|frame| {
            let frame = self.stacks.frame(frame);
            let function = self.text(frame.function);
            // The goroutines by which the tracer writes belong to it too.
            function.starts_with("runtime/trace.")
                || function != "runtime.main"
                    && GoSymbol::parse(function).origin(self.text(frame.file)) == Origin::Runtime
        })
    }

    fn is_site_wanted(&self, site: SiteId) -> bool {
        self.args
            .site
            .as_ref()
            .is_none_or(|wanted| self.site_name(site).contains(wanted.as_str()))
    }

    fn is_wanted(&self, goroutine: &Goroutine) -> bool {
        let args = self.args;
        (args.goroutine.is_empty() || args.goroutine.contains(&goroutine.id.0))
            && args.state.is_none_or(|state| state.state() == goroutine.state)
            && self.is_site_wanted(goroutine.site)
    }

    /// A time of the trace clock since the start.
    pub(super) fn since_start(&self, time: u64) -> Cell {
        Cell::Nanos(time.saturating_sub(self.analysis.start))
    }

    fn summary(&self) -> Vec<Table> {
        let analysis = self.analysis;
        let machine = &analysis.machine;
        let span = analysis.duration();
        let total = |state: GoState| -> u64 {
            let sites = analysis.totals.sites.iter();
            sites.map(|site| site.times[state as usize]).sum()
        };
        let created: u64 = analysis.totals.sites.iter().map(|site| site.created).sum();
        let older: u64 = analysis.totals.sites.iter().map(|site| site.older).sum();
        let mut latency = Histogram::default();
        for site in &analysis.totals.sites {
            latency.merge(&site.latency);
        }
        let procs = machine.procs.iter().filter(|proc| proc.seen).count() as u64;
        let share = |part: u64, whole: u64| Cell::Share(part as f64 / whole.max(1) as f64);
        let stopped: u64 = machine.pauses.values().map(|times| times.total).sum();
        let wall = analysis.clock.map_or(Cell::None, |clock| {
            let offset = clock.trace as i64 - analysis.start as i64;
            Cell::Text(Time(clock.wall.saturating_sub(offset)).iso())
        });
        let version = self.outcome.version.map_or("", |version| version.as_str());
        let fields: Vec<(&'static str, Cell)> = vec![
            ("format", version.into()),
            ("started", wall),
            ("duration", Cell::Nanos(span)),
            ("events", self.outcome.events.into()),
            ("generations", self.outcome.generations.into()),
            ("goroutines_created", created.into()),
            ("goroutines_older", older.into()),
            ("goroutines_alive", (analysis.alive.len() as u64).into()),
            ("processors", procs.into()),
            ("processors_busy", share(machine.busy(), span * procs)),
            ("running", Cell::Nanos(total(GoState::Running))),
            ("runnable", Cell::Nanos(total(GoState::Runnable))),
            ("latency_median", Cell::Nanos(latency.percentile(0.5))),
            ("latency_99th", Cell::Nanos(latency.percentile(0.99))),
            ("latency_longest", Cell::Nanos(latency.longest)),
            ("in_system_calls", Cell::Nanos(total(GoState::Syscall))),
            ("collections", machine.marks.count.into()),
            ("marking", share(machine.marks.total, span)),
            ("world_stopped", Cell::Nanos(stopped)),
            ("assists", Cell::Nanos(machine.assists.total)),
            ("heap_peak", Cell::Bytes(machine.heap_peak)),
            ("cpu_samples", analysis.samples.into()),
        ];
        let (columns, row) = fields.into_iter().unzip();
        let mut summary = Table {
            name: "summary",
            columns,
            rows: vec![row],
            is_record: true,
            ..Table::default()
        };
        summary.notes = self.remarks();
        if analysis.losses > 0 {
            summary.notes.push(format!(
                "The trace contradicts itself {} times; what is known of a goroutine ends there.",
                analysis.losses
            ));
        }
        let mut tables = vec![
            summary,
            self.sites(),
            self.waits("waits", "Time blocked", GoState::Waiting),
        ];
        for table in &mut tables[1..] {
            table.rows.truncate(10);
        }
        if self.args.window.is_none() {
            tables.insert(1, self.suspect_table());
        }
        tables
    }

    fn goroutines(&self) -> Table {
        let analysis = self.analysis;
        let mut goroutines: Vec<&Goroutine> = analysis
            .ended
            .iter()
            .chain(analysis.alive.values())
            .filter(|goroutine| self.is_wanted(goroutine))
            .collect();
        goroutines.sort_by_key(|goroutine| goroutine.id);
        let row = |goroutine: &&Goroutine| {
            let time = |state: GoState| Cell::Nanos(goroutine.times[state as usize]);
            vec![
                goroutine.id.0.into(),
                goroutine.parent.get().map_or(Cell::None, Cell::Count),
                goroutine.born.map_or(Cell::None, |born| self.since_start(born)),
                goroutine.ended.map_or(Cell::None, |ended| self.since_start(ended)),
                goroutine.state.as_str().into(),
                time(GoState::Running),
                time(GoState::Runnable),
                time(GoState::Waiting),
                time(GoState::Syscall),
                goroutine.wakes.into(),
                self.site_name(goroutine.site).into(),
            ]
        };
        let mut notes = Vec::new();
        if analysis.unlisted > 0 {
            notes.push(format!(
                "{} further goroutines ended and are not listed.",
                analysis.unlisted
            ));
        }
        Table {
            name: "goroutines",
            title: "Goroutines".to_owned(),
            columns: vec![
                "goroutine",
                "parent",
                "born",
                "ended",
                "state",
                "running",
                "runnable",
                "waiting",
                "syscall",
                "wakes",
                "site",
            ],
            rows: goroutines.iter().map(row).collect(),
            notes,
            ..Table::default()
        }
    }

    fn sites(&self) -> Table {
        let mut sites: Vec<(SiteId, &Site)> = (0..)
            .zip(&self.analysis.totals.sites)
            .filter(|&(id, site)| site.created + site.older > 0 && self.is_site_wanted(id))
            .collect();
        sites.sort_by_key(|(id, site)| (std::cmp::Reverse(site.times[GoState::Running as usize]), *id));
        let row = |&(id, site): &(SiteId, &Site)| {
            let time = |state: GoState| Cell::Nanos(site.times[state as usize]);
            vec![
                (site.created + site.older).into(),
                site.alive().into(),
                time(GoState::Running),
                time(GoState::Waiting),
                time(GoState::Syscall),
                Cell::Nanos(site.latency.percentile(0.5)),
                Cell::Nanos(site.latency.percentile(0.99)),
                Cell::Nanos(site.lifetimes.percentile(0.5)),
                self.site_name(id).into(),
            ]
        };
        Table {
            name: "sites",
            title: "Where goroutines come from, by time running".to_owned(),
            columns: vec![
                "goroutines",
                "alive",
                "running",
                "waiting",
                "syscall",
                "latency_median",
                "latency_99th",
                "life_median",
                "site",
            ],
            rows: sites.iter().map(row).collect(),
            ..Table::default()
        }
    }

    fn blocked(&self) -> Table {
        let analysis = self.analysis;
        let least = u64::try_from(self.args.blocked_for.as_nanos()).unwrap_or(u64::MAX);
        let waits = |goroutine: &&Goroutine| {
            goroutine.state == GoState::Waiting
                && analysis.end - goroutine.since.min(analysis.end) >= least
                && self.is_wanted(goroutine)
        };
        let mut blocked: Vec<&Goroutine> = analysis.alive.values().filter(waits).collect();
        blocked.sort_by_key(|goroutine| (goroutine.since, goroutine.id));
        let all = blocked.len();
        if self.args.site.is_none() && self.args.goroutine.is_empty() {
            blocked.retain(|goroutine| !self.is_system(goroutine.site));
        }
        let system = all - blocked.len();
        let row = |goroutine: &&Goroutine| {
            vec![
                goroutine.id.0.into(),
                Cell::Nanos(analysis.end - goroutine.since.min(analysis.end)),
                if goroutine.wakes == 0 && goroutine.runs == 0 {
                    "always"
                } else {
                    ""
                }
                .into(),
                self.reason_at(goroutine.reason, goroutine.stack).into(),
                self.place(goroutine.stack).into(),
                goroutine.wakes.into(),
                self.site_name(goroutine.site).into(),
            ]
        };
        Table {
            name: "blocked",
            title: "Blocked when the trace ended, longest first".to_owned(),
            columns: vec!["goroutine", "blocked", "whole_trace", "reason", "at", "wakes", "site"],
            rows: blocked.iter().map(row).collect(),
            notes: vec![
                format!("{system} goroutines of the runtime itself wait too."),
                "That a goroutine waits is no fault: most servers are made of goroutines that do. A goroutine that has been blocked for the whole"
                    .to_owned(),
                "trace has no reason and no creator in it; a goroutine dump of the same process does, under the same number.".to_owned(),
            ],
            ..Table::default()
        }
    }

    /// Stays of a state, summed by these parts of their keys.
    pub(super) fn by<K: std::hash::Hash + Eq + Copy + Ord>(
        &self,
        state: GoState,
        key: impl Fn(&StayKey) -> K,
    ) -> Vec<(K, Stay)> {
        let mut sums: FxHashMap<K, Stay> = FxHashMap::default();
        for (stay_key, stay) in &self.analysis.totals.stays {
            if stay_key.state != state || !self.is_site_wanted(stay_key.site) {
                continue;
            }
            let sum = sums.entry(key(stay_key)).or_default();
            sum.count += stay.count;
            sum.total += stay.total;
            sum.longest = sum.longest.max(stay.longest);
            sum.herds += stay.herds;
            sum.herded += stay.herded;
            sum.open += stay.open;
        }
        let mut sums: Vec<(K, Stay)> = sums
            .into_iter()
            .filter(|(_, stay)| stay.count + stay.open > 0)
            .collect();
        sums.sort_by_key(|(key, stay)| (std::cmp::Reverse(stay.total), *key));
        sums
    }

    fn waits(&self, name: &'static str, title: &str, state: GoState) -> Table {
        let row = |((reason, stack), stay): ((Reason, Option<StackId>), Stay)| {
            vec![
                Cell::Nanos(stay.total),
                stay.count.into(),
                Cell::Nanos(stay.total.checked_div(stay.count).unwrap_or(0)),
                Cell::Nanos(stay.longest),
                stay.open.into(),
                self.reason_at(reason, stack).into(),
                self.place(stack).into(),
            ]
        };
        let sums = self.by(state, |key| (key.reason, key.stack));
        Table {
            name,
            title: format!("{title}, by reason and stack"),
            columns: vec!["total", "count", "mean", "longest", "open", "reason", "at"],
            rows: sums.into_iter().map(row).collect(),
            ..Table::default()
        }
    }

    fn latency(&self) -> Vec<Table> {
        let row = |(stack, stay): (Option<StackId>, Stay)| {
            vec![
                Cell::Nanos(stay.total),
                stay.count.into(),
                Cell::Nanos(stay.total.checked_div(stay.count).unwrap_or(0)),
                Cell::Nanos(stay.longest),
                self.place(stack).into(),
            ]
        };
        let mut sites: Vec<(SiteId, &Site)> = (0..)
            .zip(&self.analysis.totals.sites)
            .filter(|&(id, site)| site.latency.count > 0 && self.is_site_wanted(id))
            .collect();
        sites.sort_by_key(|(id, site)| (std::cmp::Reverse(site.latency.total), *id));
        let site_row = |&(id, site): &(SiteId, &Site)| {
            let latency = &site.latency;
            vec![
                Cell::Nanos(latency.total),
                latency.count.into(),
                Cell::Nanos(latency.percentile(0.5)),
                Cell::Nanos(latency.percentile(0.9)),
                Cell::Nanos(latency.percentile(0.99)),
                Cell::Nanos(latency.longest),
                self.site_name(id).into(),
            ]
        };
        let sums = self.by(GoState::Runnable, |key| key.stack);
        vec![
            Table {
                name: "latency",
                title: "From runnable to running, by site".to_owned(),
                columns: vec!["total", "count", "median", "90th", "99th", "longest", "site"],
                rows: sites.iter().map(site_row).collect(),
                notes: vec!["Percentiles are exact to a sixteenth.".to_owned()],
                ..Table::default()
            },
            self.network_latency(),
            Table {
                name: "causes",
                title: "The same, by what made them runnable".to_owned(),
                columns: vec!["total", "count", "mean", "longest", "at"],
                rows: sums.into_iter().map(row).collect(),
                ..Table::default()
            },
        ]
    }

    fn wakers(&self) -> Table {
        let mut edges: Vec<_> = self
            .analysis
            .edges
            .iter()
            .filter(|(edge, _)| {
                self.is_site_wanted(edge.woken) || edge.waker.is_some_and(|waker| self.is_site_wanted(waker))
            })
            .collect();
        edges.sort_by_key(|&(edge, count)| (std::cmp::Reverse(*count), *edge));
        let row = |&(edge, &count): &(&Edge, &u64)| {
            let waker = edge.waker.map_or_else(
                || "no goroutine: timer, network, runtime".to_owned(),
                |waker| self.site_name(waker),
            );
            vec![count.into(), waker.into(), self.site_name(edge.woken).into()]
        };
        Table {
            name: "wakers",
            title: "Who wakes whom".to_owned(),
            columns: vec!["wakes", "waker", "woken"],
            rows: edges.iter().map(row).collect(),
            ..Table::default()
        }
    }

    fn sched(&self) -> Vec<Table> {
        let span = self.analysis.duration();
        let machine = &self.analysis.machine;
        let procs = machine.procs.iter().enumerate().filter(|(_, proc)| proc.seen);
        let row = |(index, proc): (usize, &ProcTotals)| {
            vec![
                (index as u64).into(),
                Cell::Share(proc.busy as f64 / span.max(1) as f64),
                Cell::Share(proc.held as f64 / span.max(1) as f64),
                proc.starts.into(),
                proc.parks.into(),
                proc.spins.count.into(),
                Cell::Nanos(proc.spins.total),
                Cell::Nanos(proc.spin_gaps.percentile(0.5)),
            ]
        };
        let changes = machine.gomaxprocs.iter();
        vec![
            Table {
                name: "processors",
                title: "Processors".to_owned(),
                columns: vec![
                    "processor",
                    "busy",
                    "held",
                    "starts",
                    "parks",
                    "spins",
                    "spinning",
                    "spin_gap_median",
                ],
                rows: procs.map(row).collect(),
                notes: self.sched_remarks(),
                ..Table::default()
            },
            self.stretches(),
            self.starved(),
            Table {
                name: "gomaxprocs",
                title: "GOMAXPROCS".to_owned(),
                columns: vec!["at", "value"],
                rows: changes
                    .map(|&(time, value)| vec![self.since_start(time), value.into()])
                    .collect(),
                ..Table::default()
            },
        ]
    }

    fn gc(&self) -> Vec<Table> {
        let machine = &self.analysis.machine;
        let times = |what: String, times: &Times| {
            let mean = times.total.checked_div(times.count).unwrap_or(0);
            vec![
                what.into(),
                times.count.into(),
                Cell::Nanos(times.total),
                Cell::Nanos(mean),
                Cell::Nanos(times.longest),
            ]
        };
        let mut rows = vec![
            times("marking, concurrent".to_owned(), &machine.marks),
            times("assists of goroutines that allocate".to_owned(), &machine.assists),
            times("sweeping".to_owned(), &machine.sweeps),
        ];
        let mut pauses: Vec<_> = machine.pauses.iter().collect();
        pauses.sort_by_key(|&(&kind, _)| self.text(kind));
        rows.extend(
            pauses
                .iter()
                .map(|&(&kind, pause)| times(format!("world stopped: {}", self.text(kind)), pause)),
        );
        let fields: [(&'static str, Cell); 4] = [
            ("peak", Cell::Bytes(machine.heap_peak)),
            ("last_goal", Cell::Bytes(machine.heap_goal)),
            ("swept", Cell::Bytes(machine.swept)),
            ("reclaimed", Cell::Bytes(machine.reclaimed)),
        ];
        let (columns, row) = fields.into_iter().unzip();
        vec![
            Table {
                name: "collector",
                title: "Garbage collector and pauses".to_owned(),
                columns: vec!["what", "count", "total", "mean", "longest"],
                rows,
                notes: self.gc_remarks(),
                ..Table::default()
            },
            Table {
                name: "heap",
                title: "Heap".to_owned(),
                columns,
                rows: vec![row],
                is_record: true,
                ..Table::default()
            },
        ]
    }

    fn tasks(&self) -> Vec<Table> {
        let table = |name: &'static str, title: &str, all: &FxHashMap<Sym, NamedTimes>| {
            let mut all: Vec<(&str, &NamedTimes)> = all.iter().map(|(&sym, times)| (self.text(sym), times)).collect();
            all.sort_by_key(|&(name, times)| (std::cmp::Reverse(times.times.total), name));
            let row = |&(name, named): &(&str, &NamedTimes)| {
                let times = &named.times;
                vec![
                    named.begun.into(),
                    named.ended.into(),
                    Cell::Nanos(times.total),
                    Cell::Nanos(times.percentile(0.5)),
                    Cell::Nanos(times.percentile(0.99)),
                    Cell::Nanos(times.longest),
                    name.into(),
                ]
            };
            Table {
                name,
                title: title.to_owned(),
                columns: vec!["begun", "ended", "total", "median", "99th", "longest", "name"],
                rows: all.iter().map(row).collect(),
                ..Table::default()
            }
        };
        let tasks = &self.analysis.tasks;
        let mut regions = table("regions", "Regions", &tasks.regions);
        if tasks.logs > 0 {
            regions
                .notes
                .push(format!("{} log lines; `events` shows them.", tasks.logs));
        }
        vec![table("tasks", "Tasks", &tasks.tasks), regions]
    }

    fn story(&self, goroutine: u64) -> Table {
        let analysis = self.analysis;
        let mut rows = Vec::new();
        for (index, step) in analysis.steps.iter().enumerate() {
            let next = analysis.steps.get(index + 1).map_or(analysis.end, |next| next.time);
            let what = match (step.from, step.to) {
                (GoState::NotExist, _) => "is created".to_owned(),
                (GoState::Undetermined, to) => format!("is there, {}", to.as_str()),
                (_, GoState::NotExist) => "ends".to_owned(),
                (GoState::Waiting, GoState::Runnable) => "is woken".to_owned(),
                (GoState::Syscall, GoState::Runnable) => {
                    "is back from a system call and waits for a processor".to_owned()
                }
                (GoState::Syscall, GoState::Running) => "is back from a system call".to_owned(),
                (_, GoState::Running) => "runs".to_owned(),
                (_, GoState::Runnable) => format!("stops: {}", self.reason(step.reason)),
                (_, GoState::Waiting) => format!("waits: {}", self.reason_at(step.reason, step.stack)),
                (_, GoState::Syscall) => "is in a system call".to_owned(),
                (_, GoState::Undetermined) => String::new(),
            };
            rows.push(vec![
                self.since_start(step.time),
                if step.to == GoState::NotExist {
                    Cell::None
                } else {
                    Cell::Nanos(next.saturating_sub(step.time))
                },
                what.into(),
                step.by.get().map_or(Cell::None, |by| format!("by {by}").into()),
                step.proc.get().map_or(Cell::None, |proc| format!("P{proc}").into()),
                self.place(step.stack).into(),
            ]);
        }
        let mut notes = Vec::new();
        if analysis.steps_left_out > 0 {
            notes.push(format!("{} further changes are left out.", analysis.steps_left_out));
        }
        let known = analysis.alive.values().find(|known| known.id.0 == goroutine);
        if let Some(known) = known {
            notes.push(format!(
                "It lives on, {} since {}; it comes from {}.",
                known.state.as_str(),
                duration(known.since.saturating_sub(analysis.start)),
                self.site_name(known.site)
            ));
        }
        Table {
            name: "steps",
            title: format!("Goroutine {goroutine}"),
            columns: vec!["at", "for", "what", "cause", "on", "where"],
            rows,
            notes,
            ..Table::default()
        }
    }
}
