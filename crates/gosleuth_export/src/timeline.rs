//! One self-contained page with a timeline: lanes of processors, of sites and of goroutines, zoomed and panned with as much detail as there
//! is room for.
//!
//! The events go into three stores with fixed budgets (`lane`, `buckets`, `people`), and from there into tiles: pieces of lanes at several
//! resolutions, each packed on its own, so that the page unpacks only what it shows. The size of the page follows the budgets and not the trace.

mod buckets;
mod lane;
mod page;
mod people;
mod tiles;

use std::io::{self, Write};
use std::ops::ControlFlow;

use gosleuth_base::Interner;
use gosleuth_evidence::StackId;
use gosleuth_evidence::StackTable;
use gosleuth_evidence::trace::{
    Clock, Event, EventKind, GoId, GoState, Names, Outcome, ProcId, Range, Reason, Visitor,
};
use rustc_hash::FxHashMap;

use crate::lives::{Life, LifeSink, Lives, SiteId, Stay};
use buckets::Buckets;
use lane::{Lanes, Piece, STATES};
use people::{People, Place};

/// Lanes of the collector, behind those of processors.
const MARK: u64 = 1 << 40;
/// Pauses.
const STOPPED: u64 = MARK + 1;
/// Processors with a lane of their own.
const MAX_PROCS: u64 = 1 << 12;
/// Sites with a row of their own, by first appearance; all others share one.
const MAX_ROWS: usize = 254;
/// Rows of buckets before those of sites: all goroutines, and those of all further sites.
const ALL: usize = 0;
const REST: usize = 1;

/// How much a page may hold.
#[derive(Clone, Copy, Debug)]
pub struct TimelineOptions {
    /// Pieces of the lanes of processors.
    pub proc_pieces: usize,
    /// Pieces of the lanes of goroutines.
    pub goroutine_pieces: usize,
    /// Goroutines with a lane.
    pub goroutines: usize,
    /// Characters of all packed data; where the pieces take more, fewer are kept.
    pub bytes: usize,
}

impl Default for TimelineOptions {
    fn default() -> Self {
        Self {
            proc_pieces: 1_200_000,
            goroutine_pieces: 1_600_000,
            goroutines: 20_000,
            bytes: 24_000_000,
        }
    }
}

/// Takes the events of a trace and makes a page of them.
pub struct Timeline {
    lives: Lives,
    stores: Stores,
}

/// Sums of a site.
#[derive(Clone, Copy, Debug, Default)]
struct SiteTotals {
    created: u64,
    older: u64,
    ended: u64,
    times: [u64; STATES],
    wakes: u64,
}

#[derive(Debug)]
struct Stores {
    start: u64,
    now: u64,
    clock: Option<Clock>,
    procs: Lanes,
    goroutines: Lanes,
    people: People,
    buckets: Buckets,
    /// Row of each site.
    rows: FxHashMap<SiteId, usize>,
    totals: Vec<SiteTotals>,
    ranges: FxHashMap<Range, u64>,
    gomaxprocs: u64,
    bytes: usize,
}

/// Index of a state in what the page shows.
fn index(state: GoState) -> Option<usize> {
    match state {
        GoState::Running => Some(0),
        GoState::Runnable => Some(1),
        GoState::Waiting => Some(2),
        GoState::Syscall => Some(3),
        GoState::Undetermined | GoState::NotExist => None,
    }
}

/// What a stay looks like: running, runnable, in a system call, or the kind of wait.
fn tone(state: GoState, reason: Reason) -> u32 {
    match (state, reason) {
        (GoState::Running, _) => 0,
        (GoState::Runnable, _) => 1,
        (GoState::Syscall, _) => 2,
        (_, Reason::ChanSend | Reason::ChanReceive | Reason::Select | Reason::Forever) => 3,
        (_, Reason::Sync | Reason::Cond) => 4,
        (_, Reason::Network) => 5,
        (_, Reason::Sleep) => 6,
        _ => 7,
    }
}

impl Timeline {
    /// Nothing yet.
    pub fn new(options: &TimelineOptions) -> Self {
        Self {
            lives: Lives::default(),
            stores: Stores {
                start: 0,
                now: 0,
                clock: None,
                procs: Lanes::new(options.proc_pieces),
                goroutines: Lanes::new(options.goroutine_pieces),
                people: People::new(options.goroutines),
                buckets: Buckets::new(),
                rows: FxHashMap::default(),
                totals: Vec::new(),
                ranges: FxHashMap::default(),
                gomaxprocs: 0,
                bytes: options.bytes,
            },
        }
    }

    /// Writes the page; `name` is what the trace is called, `strings` and `stacks` are those of the walk.
    pub fn write(
        self,
        name: &str,
        outcome: &Outcome,
        strings: &Interner,
        stacks: &StackTable,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        page::write(name, outcome, Names { strings, stacks }, &self.lives, self.stores, out)
    }
}

impl Visitor for Timeline {
    fn event(&mut self, names: Names<'_>, event: &Event<'_>) -> ControlFlow<()> {
        let stores = &mut self.stores;
        if self.lives.start.is_none() {
            stores.start = event.time;
        }
        stores.now = event.time;
        self.lives.event(names, event, stores);
        stores.event(event);
        ControlFlow::Continue(())
    }
}

impl Stores {
    fn since_start(&self, time: u64) -> u64 {
        time.saturating_sub(self.start)
    }

    fn totals(&mut self, site: SiteId) -> &mut SiteTotals {
        let index = site as usize;
        if self.totals.len() <= index {
            self.totals.resize(index + 1, SiteTotals::default());
        }
        &mut self.totals[index]
    }

    fn row(&mut self, site: SiteId) -> usize {
        let next = self.rows.len() + REST + 1;
        match self.rows.get(&site) {
            Some(&row) => row,
            None if self.rows.len() >= MAX_ROWS => REST,
            None => {
                self.rows.insert(site, next);
                next
            }
        }
    }

    fn event(&mut self, event: &Event<'_>) {
        match event.kind {
            EventKind::Sync { clock, lost, last, .. } => {
                self.clock = self.clock.or(clock);
                if lost || last {
                    let mut open: Vec<(Range, u64)> = self.ranges.drain().collect();
                    open.sort_by_key(|&(_, since)| since);
                    for (range, since) in open {
                        self.range(range, since, event.time);
                    }
                }
            }
            EventKind::Gomaxprocs(value) => self.gomaxprocs = self.gomaxprocs.max(value),
            EventKind::HeapAlloc(value) => self.buckets.peak(self.since_start(event.time), value),
            EventKind::Begin(range @ (Range::Mark | Range::StopTheWorld(..)))
            | EventKind::Active(range @ (Range::Mark | Range::StopTheWorld(..))) => {
                self.ranges.entry(range).or_insert(event.time);
            }
            EventKind::End { range, .. } => {
                if let Some(since) = self.ranges.remove(&range) {
                    self.range(range, since, event.time);
                }
            }
            _ => {}
        }
    }

    fn range(&mut self, range: Range, since: u64, until: u64) {
        let lane = if range == Range::Mark { MARK } else { STOPPED };
        self.procs.push(
            lane,
            Piece {
                start: self.since_start(since),
                end: self.since_start(until),
                label: 0,
                tone: 0,
                shares: [1.0, 0.0, 0.0, 0.0],
                is_exact: true,
            },
        );
    }

    fn place(&mut self, stay: &Stay) -> u32 {
        let stack: Option<StackId> = stay.stack;
        self.people.place(Place {
            state: stay.state,
            // Why it stopped running before is no reason to be runnable.
            reason: if stay.state == GoState::Waiting {
                stay.reason
            } else {
                Reason::None
            },
            stack,
        })
    }
}

impl LifeSink for Stores {
    fn stay(&mut self, _names: Names<'_>, _lives: &Lives, life: &Life, stay: &Stay) {
        let Some(state) = index(stay.state) else { return };
        let (start, end) = (self.since_start(stay.since), self.since_start(stay.until));
        let row = self.row(life.site);
        self.buckets.add(ALL, state, start, end);
        self.buckets.add(row, state, start, end);
        let totals = self.totals(life.site);
        totals.times[state] = totals.times[state].saturating_add(end - start);
        totals.wakes += u64::from(stay.state == GoState::Runnable && stay.from == GoState::Waiting);
        let place = self.place(stay);
        let mut shares = [0.0; STATES];
        shares[state] = 1.0;
        let piece = Piece {
            start,
            end,
            label: u64::from(place),
            tone: tone(stay.state, stay.reason),
            shares,
            is_exact: true,
        };
        if self.people.stay(life, stay, state, place) {
            self.goroutines.push(life.id.0, piece);
        }
        if stay.state == GoState::Running && stay.proc != ProcId::NONE && stay.proc.0 < MAX_PROCS {
            self.procs.push(
                stay.proc.0,
                Piece {
                    label: life.id.0,
                    tone: life.site,
                    ..piece
                },
            );
        }
    }

    fn end(&mut self, _names: Names<'_>, _lives: &Lives, life: &Life) {
        let totals = self.totals(life.site);
        totals.created += u64::from(life.born.is_some());
        totals.older += u64::from(life.born.is_none());
        totals.ended += u64::from(life.ended.is_some());
        if let Some(GoId(gone)) = self.people.end(life, self.start, self.now) {
            self.goroutines.forget(gone);
        }
    }
}

#[cfg(test)]
mod tests;
