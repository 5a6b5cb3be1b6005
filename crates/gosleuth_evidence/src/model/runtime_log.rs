//! Counters and decisions written as lines: GODEBUG traces, expvar, Prometheus text, escape analysis, test events.

use gosleuth_base::Sym;

use super::{InputId, Origin, Time};

/// One `gctrace` line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GcCycle {
    /// Where it stands.
    pub origin: Origin,
    /// Number of the cycle.
    pub number: u64,
    /// Seconds since the process started.
    pub at: f64,
    /// Share of CPU time spent in GC since the start, percent.
    pub cpu_percent: f64,
    /// Wall time in milliseconds: stop-the-world sweep termination, concurrent mark, stop-the-world mark termination.
    pub wall_ms: [f64; 3],
    /// CPU time in milliseconds: sweep termination, assist, background, idle, mark termination.
    pub cpu_ms: [f64; 5],
    /// Heap at start, at end, live after, in MB (the runtime's MB is 2^20 bytes).
    pub heap_mb: [u64; 3],
    /// Heap goal, MB.
    pub goal_mb: u64,
    /// Stacks and globals, MB (Go 1.18 and later).
    pub stacks_globals_mb: Option<(u64, u64)>,
    /// Number of processors.
    pub procs: u32,
    /// `(forced)`.
    pub forced: bool,
    /// `(checking for goroutine leaks)`.
    pub leak_check: bool,
}

/// One `scavtrace` line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScavTick {
    /// Where it stands.
    pub origin: Origin,
    /// KiB returned to the operating system (background and eager work together).
    pub work_kib: u64,
    /// KiB still held.
    pub total_kib: u64,
    /// Utilisation, percent.
    pub util_percent: u32,
    /// `(forced)`.
    pub forced: bool,
}

/// One `schedtrace` line, with the counts of the `scheddetail` lines that follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchedTick {
    /// Where it stands.
    pub origin: Origin,
    /// Milliseconds since the process started.
    pub at_ms: u64,
    /// `gomaxprocs`.
    pub gomaxprocs: u32,
    /// `idleprocs`.
    pub idle_procs: u32,
    /// `threads`.
    pub threads: u32,
    /// `spinningthreads`.
    pub spinning_threads: u32,
    /// `needspinning` (Go 1.21 and later).
    pub need_spinning: Option<u32>,
    /// `idlethreads`.
    pub idle_threads: u32,
    /// Global run queue length.
    pub run_queue: u64,
    /// Local run queue lengths, one per P.
    pub local_queues: Vec<u32>,
    /// `schedticks`, one per P (Go 1.25 and later).
    pub sched_ticks: Vec<u64>,
    /// Goroutines of `scheddetail` `G` lines by wait reason text (empty text: not waiting), sorted by text.
    pub goroutines: Vec<(Sym, u64)>,
    /// `M` lines with `blocked=true`, and in total.
    pub threads_detail: Option<(u32, u32)>,
}

/// GODEBUG lines in input order. Each list keeps the first 1,000 and then every n-th line so that at most 100,000 stand here.
#[derive(Clone, Debug, Default)]
pub struct RuntimeLog {
    /// `gctrace=1`.
    pub gc: Vec<GcCycle>,
    /// `scavtrace=1`.
    pub scav: Vec<ScavTick>,
    /// `schedtrace=X`.
    pub sched: Vec<SchedTick>,
    thinning: [Thinning; 3],
}

/// How the lines of one list are thinned out.
#[derive(Clone, Copy, Debug, Default)]
struct Thinning {
    seen: u64,
    /// The last line was left out.
    skipped: bool,
    /// Every 2^shift-th line is kept.
    shift: u32,
}

impl Thinning {
    const HEAD: usize = 1_000;
    const CAP: usize = 100_000;

    fn push<T>(&mut self, list: &mut Vec<T>, item: T) {
        let index = self.seen;
        self.seen += 1;
        let behind_head = index.saturating_sub(Self::HEAD as u64);
        self.skipped = behind_head & ((1 << self.shift) - 1) != 0;
        if self.skipped {
            return;
        }
        if list.len() >= Self::CAP {
            // Every second one behind the head goes, the first one stays, so the distances stay equal.
            let mut position = 0usize;
            list.retain(|_| {
                position += 1;
                position <= Self::HEAD || (position - Self::HEAD) % 2 == 1
            });
            self.shift += 1;
            self.skipped = behind_head & ((1 << self.shift) - 1) != 0;
            if self.skipped {
                return;
            }
        }
        list.push(item);
    }
}

impl RuntimeLog {
    pub(crate) fn push_gc(&mut self, cycle: GcCycle) {
        self.thinning[0].push(&mut self.gc, cycle);
    }

    pub(crate) fn push_scav(&mut self, tick: ScavTick) {
        self.thinning[1].push(&mut self.scav, tick);
    }

    pub(crate) fn push_sched(&mut self, tick: SchedTick) {
        self.thinning[2].push(&mut self.sched, tick);
    }

    /// The tick that the next scheddetail lines belong to, unless it was left out.
    pub(crate) fn last_sched(&mut self) -> Option<&mut SchedTick> {
        if self.thinning[2].skipped {
            return None;
        }
        self.sched.last_mut()
    }
}

/// The fields of `runtime.MemStats` that the diagnosis uses. Bytes, counts, nanoseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MemStats {
    /// Bytes of live heap objects.
    pub heap_alloc: u64,
    /// Bytes of heap obtained from the operating system.
    pub heap_sys: u64,
    /// Bytes of spans in use.
    pub heap_inuse: u64,
    /// Live objects.
    pub heap_objects: u64,
    /// Bytes of stacks in use.
    pub stack_inuse: u64,
    /// Bytes obtained from the operating system.
    pub sys: u64,
    /// Heap size at which the next collection starts.
    pub next_gc: u64,
    /// Nanoseconds since the epoch of the last collection.
    pub last_gc: u64,
    /// Completed collections.
    pub num_gc: u64,
    /// Total stop-the-world time, nanoseconds.
    pub pause_total_ns: u64,
    /// The last pauses, nanoseconds, newest last, at most 256.
    pub recent_pauses_ns: Vec<u64>,
    /// Share of CPU in GC since start, 0 to 1.
    pub gc_cpu_fraction: f64,
}

/// One `/debug/vars` document.
#[derive(Clone, Debug)]
pub struct ExpVars {
    /// Where it starts.
    pub origin: Origin,
    /// When it was taken, if known.
    pub time: Option<Time>,
    /// `cmdline`.
    pub cmdline: Vec<String>,
    /// `memstats`.
    pub memstats: Option<MemStats>,
    /// Numbers that the program publishes itself, as dotted paths, sorted; at most 4,096.
    pub numbers: Vec<(String, f64)>,
}

/// One sample of a Prometheus page.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricSample {
    /// Metric name.
    pub name: Sym,
    /// Labels in written order.
    pub labels: Vec<(Sym, Sym)>,
    /// Value.
    pub value: f64,
}

/// The Go runtime's part of one Prometheus page (`go_*`, `process_*`), and how many other samples it has.
#[derive(Clone, Debug)]
pub struct MetricsPage {
    /// Where it starts.
    pub origin: Origin,
    /// When it was taken, if known.
    pub time: Option<Time>,
    /// Samples of `go_*` and `process_*`, in page order, at most 4,096.
    pub samples: Vec<MetricSample>,
    /// Number of samples of other names.
    pub others: u64,
}

/// What the compiler decided about a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EscapeKind {
    /// `moved to heap: x`.
    MovedToHeap,
    /// `x escapes to heap`.
    Escapes,
    /// `leaking param: x` (with or without `content` or result).
    LeakingParam,
}

/// One line of `-gcflags=-m`.
#[derive(Clone, Debug)]
pub struct Escape {
    /// Where it stands.
    pub origin: Origin,
    /// File as written.
    pub file: Sym,
    /// 1-based line.
    pub line: u32,
    /// 1-based column.
    pub column: u32,
    /// Decision.
    pub kind: EscapeKind,
    /// The expression or variable, as written by the compiler.
    pub what: Sym,
    /// Reason lines of `-m=2` below it (`flow: …`, `from … `), at most 16.
    pub flow: Vec<Sym>,
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TestOutcome {
    /// `pass`.
    Pass,
    /// `fail`.
    Fail,
    /// `skip`.
    Skip,
    /// Started and never ended in this output.
    Unfinished,
}

/// One test (or package, with an empty test name).
#[derive(Clone, Debug, PartialEq)]
pub struct TestEvent {
    /// Package path.
    pub package: Sym,
    /// Test name, empty for the package itself.
    pub test: Sym,
    /// How it ended.
    pub outcome: TestOutcome,
    /// Seconds, where printed.
    pub elapsed: Option<f64>,
}

/// The tests of one input, sorted by package and test; at most 65,536.
#[derive(Clone, Debug)]
pub struct TestRun {
    /// The input.
    pub input: InputId,
    /// Tests.
    pub tests: Vec<TestEvent>,
}
