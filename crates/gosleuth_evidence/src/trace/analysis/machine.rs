//! Processors, the collector and the heap.

use std::collections::BTreeMap;

use gosleuth_base::Sym;
use rustc_hash::FxHashMap;

use super::{Histogram, Series, Window};
use crate::trace::event::{Event, EventKind, GoState, ProcId, ProcState, Range};

/// Processors told apart.
const MAX_PROCS: u64 = 1 << 12;
/// Changes of `GOMAXPROCS` that are kept.
const MAX_CHANGES: usize = 1_000;

/// What counts as a processor that is woken, finds nothing to do, and is parked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpinLimits {
    /// Longest time from waking to parking, nanoseconds.
    pub held: u64,
    /// Longest time that goroutines ran in it, nanoseconds.
    pub useful: u64,
}

impl Default for SpinLimits {
    fn default() -> Self {
        Self {
            held: 100_000,
            useful: 5_000,
        }
    }
}

/// How often and how long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// How often.
    pub count: u64,
    /// Nanoseconds together.
    pub total: u64,
    /// Nanoseconds of the longest.
    pub longest: u64,
}

impl Times {
    fn add(&mut self, nanos: u64) {
        self.count += 1;
        super::add(&mut self.total, nanos);
        self.longest = self.longest.max(nanos);
    }
}

/// A processor.
#[derive(Clone, Debug, Default)]
pub struct ProcTotals {
    /// Whether it was ever seen.
    pub seen: bool,
    /// Nanoseconds in which a thread had it.
    pub held: u64,
    /// Nanoseconds in which a goroutine ran on it.
    pub busy: u64,
    /// Goroutines started on it.
    pub starts: u64,
    /// How often a thread gave it up.
    pub parks: u64,
    /// How often it was held for a short time in which next to nothing ran, and for how long: see [`SpinLimits`].
    pub spins: Times,
    /// Times between such wakings that follow each other.
    pub spin_gaps: Histogram,
    held_since: Option<u64>,
    busy_since: Option<u64>,
    busy_in_hold: u64,
    last_spin: Option<u64>,
}

impl ProcTotals {
    fn end_busy(&mut self, time: u64, window: Window) {
        if let Some(since) = self.busy_since.take()
            && let Some(spent) = window.clip(since, time)
        {
            super::add(&mut self.busy, spent);
            super::add(&mut self.busy_in_hold, spent);
        }
    }

    fn end_hold(&mut self, time: u64, window: Window, limits: SpinLimits) {
        self.end_busy(time, window);
        let Some(since) = self.held_since.take() else {
            return;
        };
        let useful = std::mem::take(&mut self.busy_in_hold);
        let Some(spent) = window.clip(since, time) else {
            return;
        };
        super::add(&mut self.held, spent);
        self.parks += 1;
        if spent <= limits.held && useful <= limits.useful {
            self.spins.add(spent);
            if let Some(last) = self.last_spin {
                self.spin_gaps.add(since.saturating_sub(last));
            }
            self.last_spin = Some(since);
        } else {
            self.last_spin = None;
        }
    }
}

/// Processors, collections and the heap.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    limits: SpinLimits,
    /// Processors, by number.
    pub procs: Vec<ProcTotals>,
    /// When `GOMAXPROCS` was told and what it was; at most 1,000 changes.
    pub gomaxprocs: Vec<(u64, u64)>,
    /// Marking phases.
    pub marks: Times,
    /// Pauses of the whole program, by reason.
    pub pauses: BTreeMap<Sym, Times>,
    /// Marking that goroutines had to do because they allocate.
    pub assists: Times,
    /// Sweeping.
    pub sweeps: Times,
    /// Bytes swept.
    pub swept: u64,
    /// Bytes freed by sweeping.
    pub reclaimed: u64,
    /// Bytes of the heap over time.
    pub heap: Series,
    /// Most bytes of the heap.
    pub heap_peak: u64,
    /// The last goal of the collector, bytes.
    pub heap_goal: u64,
    mark_since: Option<u64>,
    open: FxHashMap<Range, u64>,
}

impl Machine {
    pub(super) fn new(limits: SpinLimits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Nanoseconds in which goroutines ran, on all processors.
    pub fn busy(&self) -> u64 {
        self.procs
            .iter()
            .fold(0, |sum: u64, proc| sum.saturating_add(proc.busy))
    }

    #[inline]
    fn proc(&mut self, proc: ProcId) -> Option<&mut ProcTotals> {
        if proc.0 >= MAX_PROCS {
            return None;
        }
        let index = proc.0 as usize;
        if self.procs.len() <= index {
            self.procs.resize_with(index + 1, ProcTotals::default);
        }
        Some(&mut self.procs[index])
    }

    /// A goroutine starts or stops on a processor.
    #[inline]
    pub(super) fn goroutine(&mut self, event: &Event<'_>, (from, to): (GoState, GoState), window: Window) {
        if to == GoState::Running && from != to {
            let Some(proc) = self.proc(event.proc) else {
                return;
            };
            proc.busy_since.get_or_insert(event.time);
            proc.starts += u64::from(from == GoState::Runnable);
        } else if from == GoState::Running
            && from != to
            && let Some(proc) = self.proc(event.proc)
        {
            proc.end_busy(event.time, window);
        }
    }

    pub(super) fn event(&mut self, event: &Event<'_>, window: Window) {
        let time = event.time;
        match event.kind {
            EventKind::Proc { proc, to, .. } => {
                let limits = self.limits;
                let Some(proc) = self.proc(proc) else {
                    return;
                };
                proc.seen = true;
                match to {
                    ProcState::Running => {
                        proc.held_since.get_or_insert(time);
                    }
                    _ => proc.end_hold(time, window, limits),
                }
            }
            EventKind::Gomaxprocs(value)
                if self.gomaxprocs.len() < MAX_CHANGES
                    && self.gomaxprocs.last().is_none_or(|&(_, last)| last != value) =>
            {
                self.gomaxprocs.push((time, value));
            }
            EventKind::HeapAlloc(bytes) => {
                self.heap.note(time, bytes);
                self.heap_peak = self.heap_peak.max(bytes);
            }
            EventKind::HeapGoal(bytes) => self.heap_goal = bytes,
            EventKind::Begin(Range::Mark) => self.mark_since = Some(time),
            EventKind::Active(Range::Mark) => {
                self.mark_since.get_or_insert(time);
            }
            EventKind::Begin(range) => {
                self.open.insert(range, time);
            }
            EventKind::Active(range) => {
                self.open.entry(range).or_insert(time);
            }
            EventKind::End { range, swept } => self.end(range, swept, time, window),
            _ => {}
        }
    }

    fn end(&mut self, range: Range, swept: (u64, u64), time: u64, window: Window) {
        let since = match range {
            Range::Mark => self.mark_since.take(),
            _ => self.open.remove(&range),
        };
        let Some(spent) = since.and_then(|since| window.clip(since, time)) else {
            return;
        };
        match range {
            Range::Mark => self.marks.add(spent),
            Range::StopTheWorld(_, kind) => self.pauses.entry(kind).or_default().add(spent),
            Range::Assist(_) => self.assists.add(spent),
            Range::Sweep(_) => {
                self.sweeps.add(spent);
                self.swept = self.swept.saturating_add(swept.0);
                self.reclaimed = self.reclaimed.saturating_add(swept.1);
            }
        }
    }

    /// Nothing is known of what was open.
    pub(super) fn lose(&mut self) {
        self.mark_since = None;
        self.open.clear();
        for proc in &mut self.procs {
            proc.held_since = None;
            proc.busy_since = None;
            proc.last_spin = None;
        }
    }

    pub(super) fn finish(&mut self, time: u64, window: Window) {
        for proc in &mut self.procs {
            proc.end_busy(time, window);
            if let Some(spent) = proc.held_since.take().and_then(|since| window.clip(since, time)) {
                super::add(&mut proc.held, spent);
            }
        }
        if let Some(spent) = self.mark_since.take().and_then(|since| window.clip(since, time)) {
            self.marks.add(spent);
        }
    }
}
