//! What a trace adds up to: time by creation site, state, reason and stack; who wakes whom; processors, collections, tasks.
//!
//! One pass over the events, whatever the length of the trace: memory follows the goroutines that live, the distinct sites and
//! stacks, and capped lists. Nothing here judges; `gosleuth_case` does.
//!
//! A *stay* is the time that goroutines of one site spend in one state for one reason at one stack. For a state that others cause
//! (runnable), the stack is that of who caused it, as in `go tool trace -pprof=sched`.

mod herd;
mod histogram;
mod machine;
mod tasks;

use std::collections::hash_map::Entry;
use std::ops::ControlFlow;

use rustc_hash::FxHashMap;

pub use histogram::Histogram;
pub use machine::{Machine, ProcTotals, SpinLimits, Times};
pub use tasks::{NamedTimes, TaskTotals};

use super::event::{Clock, Event, EventKind, GoId, GoState, ProcId, Reason};
use super::reader::{Names, Visitor};
use crate::model::{FrameId, StackId};

/// Sites told apart; any further goroutine belongs to the site without names.
const MAX_SITES: usize = 1 << 16;
/// Stays told apart; any further one loses its stack.
const MAX_STAYS: usize = 1 << 19;
/// Ended goroutines that are listed; of further ones only the sums are kept.
const MAX_ENDED: usize = 1 << 18;
/// Steps of the life that is followed.
const MAX_STEPS: usize = 100_000;
/// Pairs of sites, waker and woken, told apart.
const MAX_EDGES: usize = 1 << 17;

/// What to add up.
#[derive(Clone, Debug, Default)]
pub struct AnalysisOptions {
    /// Only what happens between these, in nanoseconds since the first event.
    pub window: Option<(u64, u64)>,
    /// Keep every change of this goroutine.
    pub follow: Option<GoId>,
    /// Keep ended goroutines one by one.
    pub list: bool,
    /// What counts as a processor that is woken for nothing.
    pub spin: SpinLimits,
}

/// Number of a site in [`Analysis::sites`]; 0 is the site without names.
pub type SiteId = u32;

/// Where goroutines come from: the function they run and the `go` statement.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// The function that a goroutine starts with; where the trace has only a stack, its outermost frame.
    pub start: Option<FrameId>,
    /// The `go` statement; none for goroutines that are older than the trace.
    pub creator: Option<FrameId>,
    /// Goroutines created within the trace.
    pub created: u64,
    /// Goroutines that were there when the trace began.
    pub older: u64,
    /// Goroutines that ended.
    pub ended: u64,
    /// From creation to end, of those that did both.
    pub lifetimes: Histogram,
    /// From runnable to running.
    pub latency: Histogram,
    /// Nanoseconds in each state, by [`GoState`].
    pub times: [u64; 6],
}

impl Site {
    /// Goroutines that live at the end.
    pub fn alive(&self) -> u64 {
        (self.created + self.older).saturating_sub(self.ended)
    }
}

/// What identifies a stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StayKey {
    /// The goroutines.
    pub site: SiteId,
    /// Their state.
    pub state: GoState,
    /// Why.
    pub reason: Reason,
    /// Where, see the head of this module.
    pub stack: Option<StackId>,
}

/// Time spent in a stay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stay {
    /// How often it ended.
    pub count: u64,
    /// Nanoseconds of those that ended.
    pub total: u64,
    /// Longest of those that ended.
    pub longest: u64,
    /// How many had not ended with the trace.
    pub open: u64,
    /// When the last one began.
    pub last: u64,
    /// Nanoseconds of those that ended which lie before the trace first names the goroutine: what it was told to be in, it was in before.
    pub untold: u64,
    /// How often eight or more goroutines were released by one other in one go.
    pub herds: u64,
    /// How many those were.
    pub herded: u64,
    /// The stack of who ended the last one, if somebody else did: where it sends, closes, unlocks.
    pub ended_by: Option<StackId>,
}

/// A goroutine.
#[derive(Clone, Debug)]
pub struct Goroutine {
    /// Its number.
    pub id: GoId,
    /// Where it comes from.
    pub site: SiteId,
    /// Who created it, if that happened within the trace.
    pub parent: GoId,
    /// When it was created, nanoseconds of the trace clock; none if it is older than the trace.
    pub born: Option<u64>,
    /// When it ended; none if it did not.
    pub ended: Option<u64>,
    /// Its last state.
    pub state: GoState,
    /// Since when.
    pub since: u64,
    /// Why, if it waits.
    pub reason: Reason,
    /// Its own stack there.
    pub stack: Option<StackId>,
    /// Nanoseconds in each state, by [`GoState`].
    pub times: [u64; 6],
    /// How often it was woken.
    pub wakes: u64,
    /// Who woke it last.
    pub waker: GoId,
    /// How often it ran.
    pub runs: u64,
    /// When the trace first named it.
    pub told: u64,
    /// How often it gave its processor away by itself (`runtime.Gosched`).
    pub yields: u64,
    /// How many goroutines it has created within the trace.
    pub children: u32,
    /// Since when it has neither waited nor been in a system call.
    pub awake: u64,
    stay: u32,
    /// The last stay in each state.
    recent: [u32; 6],
    /// Its creation is not in the trace, and no stack has told its site yet.
    unplaced: bool,
}

/// A change in the life of the goroutine that is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Nanoseconds of the trace clock.
    pub time: u64,
    /// State before.
    pub from: GoState,
    /// State after.
    pub to: GoState,
    /// Why it stopped.
    pub reason: Reason,
    /// The stack of who caused it.
    pub stack: Option<StackId>,
    /// The goroutine that caused it, if it is another one.
    pub by: GoId,
    /// On which processor.
    pub proc: ProcId,
}

/// How goroutines of one site wake those of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge {
    /// Who wakes; none if no goroutine does: timers, the network poller.
    pub waker: Option<SiteId>,
    /// Who is woken.
    pub woken: SiteId,
}

/// A trace, added up.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    options: AnalysisOptions,
    /// Time of the first event, nanoseconds of the trace clock.
    pub start: u64,
    /// Time of the last event.
    pub end: u64,
    /// Clocks of the first generation.
    pub clock: Option<Clock>,
    /// Sites and stays.
    pub totals: Totals,
    /// Goroutines that live at the end, by number.
    pub alive: FxHashMap<GoId, Goroutine>,
    /// Goroutines that ended, in that order, if they are listed.
    pub ended: Vec<Goroutine>,
    /// Ended goroutines that are not listed.
    pub unlisted: u64,
    /// How often goroutines of a site were woken by those of another.
    pub edges: FxHashMap<Edge, u64>,
    /// Processors, collections, heap.
    pub machine: Machine,
    /// User tasks and regions.
    pub tasks: TaskTotals,
    /// Samples of the CPU profiler.
    pub samples: u64,
    /// Life of the goroutine that is followed.
    pub steps: Vec<Step>,
    /// Changes of it that are not kept.
    pub steps_left_out: u64,
    /// Times at which the trace lost its thread: what lived before is unknown afterwards.
    pub losses: u64,
    /// How many goroutines live over time: at most 512 points of time and number.
    pub population: Series,
    last_runner: Option<(GoId, SiteId)>,
    herd: herd::Herd,
}

/// Values over time, thinned out evenly as they grow in number.
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// Time and value.
    pub points: Vec<(u64, u64)>,
    spacing: u64,
}

impl Series {
    const POINTS: usize = 512;

    #[inline]
    pub(super) fn note(&mut self, time: u64, value: u64) {
        match self.points.last() {
            Some(&(last, _)) if time < last + self.spacing => {}
            _ => self.push(time, value),
        }
    }

    fn push(&mut self, time: u64, value: u64) {
        self.points.push((time, value));
        if self.points.len() > Self::POINTS {
            let mut keep = false;
            self.points.retain(|_| {
                keep = !keep;
                keep
            });
            let first = self.points.first().map_or(time, |&(first, _)| first);
            self.spacing = (time - first) / (Self::POINTS as u64 / 2);
        }
    }
}

/// The part of the time that counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    first: u64,
    last: u64,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            first: 0,
            last: u64::MAX,
        }
    }
}

impl Window {
    /// Nanoseconds of a stretch that count; none if it lies outside.
    #[inline]
    pub(super) fn clip(self, from: u64, to: u64) -> Option<u64> {
        if to < self.first || from > self.last {
            return None;
        }
        Some(to.min(self.last).saturating_sub(from.max(self.first)))
    }
}

/// Sites and stays.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    pub(super) window: Window,
    /// Sites; the first one has no names.
    pub sites: Vec<Site>,
    site_index: FxHashMap<(Option<FrameId>, Option<FrameId>), SiteId>,
    /// From runnable to running, of goroutines that had waited for the network.
    pub network: Histogram,
    /// Stays, in order of appearance.
    pub stays: Vec<(StayKey, Stay)>,
    stay_index: FxHashMap<StayKey, u32>,
}

impl Totals {
    fn site(&mut self, start: Option<FrameId>, creator: Option<FrameId>) -> SiteId {
        if start.is_none() && creator.is_none() {
            return 0;
        }
        if let Some(&site) = self.site_index.get(&(start, creator)) {
            return site;
        }
        if self.sites.len() >= MAX_SITES {
            return 0;
        }
        let site = self.sites.len() as SiteId;
        self.sites.push(Site {
            start,
            creator,
            ..Site::default()
        });
        self.site_index.insert((start, creator), site);
        site
    }

    /// The row of a stay. `recent` is a guess: where the goroutine was when it was last in this state.
    #[inline]
    fn stay(&mut self, key: StayKey, recent: u32) -> u32 {
        if self.stays.get(recent as usize).is_some_and(|(known, _)| *known == key) {
            return recent;
        }
        match self.stay_index.get(&key) {
            Some(&stay) => stay,
            None => self.new_stay(key),
        }
    }

    #[cold]
    fn new_stay(&mut self, mut key: StayKey) -> u32 {
        if self.stays.len() >= MAX_STAYS {
            // Past the cap there is one row for each site, state and reason.
            key.stack = None;
            if let Some(&stay) = self.stay_index.get(&key) {
                return stay;
            }
        }
        let stay = self.stays.len() as u32;
        self.stays.push((key, Stay::default()));
        self.stay_index.insert(key, stay);
        stay
    }

    /// A goroutine leaves the state that it is in.
    #[inline]
    fn leave(&mut self, goroutine: &mut Goroutine, time: u64) {
        let Some(spent) = self.window.clip(goroutine.since, time) else {
            return;
        };
        add(&mut goroutine.times[goroutine.state as usize], spent);
        let site = &mut self.sites[goroutine.site as usize];
        add(&mut site.times[goroutine.state as usize], spent);
        if goroutine.state == GoState::Runnable {
            site.latency.add(spent);
            if goroutine.reason == Reason::Network {
                self.network.add(spent);
            }
        }
        let (_, stay) = &mut self.stays[goroutine.stay as usize];
        stay.count += 1;
        add(&mut stay.total, spent);
        if goroutine.since < goroutine.told {
            add(
                &mut stay.untold,
                self.window.clip(goroutine.since, goroutine.told).unwrap_or(0),
            );
        }
        stay.longest = stay.longest.max(spent);
    }

    /// The site of a goroutine whose creation is not in the trace is told by the outermost frame of its stack.
    fn guess_site(&mut self, names: Names<'_>, goroutine: &mut Goroutine, stack: Option<StackId>) {
        let Some(stack) = stack else {
            return;
        };
        let outermost = names.stacks.stack(stack).frames.last().copied();
        let site = self.site(outermost, None);
        if site == goroutine.site {
            return;
        }
        self.sites[goroutine.site as usize].older -= 1;
        self.sites[site as usize].older += 1;
        goroutine.site = site;
        goroutine.unplaced = false;
    }
}

impl Analysis {
    /// Nothing yet.
    pub fn new(options: AnalysisOptions) -> Self {
        Self {
            machine: Machine::new(options.spin),
            options,
            totals: Totals {
                sites: vec![Site::default()],
                ..Totals::default()
            },
            ..Self::default()
        }
    }

    /// Nanoseconds that were looked at: from the first to the last event, or what the window has of it.
    pub fn duration(&self) -> u64 {
        self.totals.window.clip(self.start, self.end).unwrap_or(0)
    }

    fn change(
        &mut self,
        names: Names<'_>,
        event: &Event<'_>,
        goroutine: GoId,
        (from, to): (GoState, GoState),
        reason: Reason,
        own: Option<StackId>,
    ) {
        let time = event.time;
        if from == GoState::NotExist
            && let Some(parent) = self.alive.get_mut(&event.goroutine)
        {
            parent.children = parent.children.saturating_add(1);
        }
        let totals = &mut self.totals;
        let known = match self.alive.entry(goroutine) {
            Entry::Occupied(slot) => slot.into_mut(),
            Entry::Vacant(slot) => {
                let is_new = from == GoState::NotExist;
                let site = if is_new {
                    let top = |stack: Option<StackId>| names.stacks.stack(stack?).frames.first().copied();
                    totals.site(top(own), top(event.stack))
                } else {
                    0
                };
                let row = &mut totals.sites[site as usize];
                row.created += u64::from(is_new);
                row.older += u64::from(!is_new);
                slot.insert(Goroutine {
                    id: goroutine,
                    site,
                    parent: if is_new { event.goroutine } else { GoId::NONE },
                    born: is_new.then_some(time),
                    ended: None,
                    state: GoState::NotExist,
                    // What is first told of it began with the trace at the latest.
                    since: if is_new { time } else { self.start },
                    reason: Reason::None,
                    stack: None,
                    times: [0; 6],
                    wakes: 0,
                    waker: GoId::NONE,
                    runs: 0,
                    told: time,
                    yields: 0,
                    children: 0,
                    awake: if is_new { time } else { self.start },
                    stay: u32::MAX,
                    recent: [u32::MAX; 6],
                    unplaced: !is_new,
                })
            }
        };
        if from == to {
            // Told again, for the new generation. A stack that was not known may be now.
            if own.is_some() && known.stack.is_none() {
                known.stack = own;
                if known.unplaced {
                    totals.guess_site(names, known, own);
                }
            }
            return;
        }
        if known.stay != u32::MAX {
            // What was lost in between is nobody's time.
            if from != GoState::Undetermined {
                totals.leave(known, time);
            }
            if matches!(known.state, GoState::Waiting | GoState::Syscall) {
                if !known.reason.is_for_runtime() {
                    known.awake = time;
                }
                if to == GoState::Runnable {
                    let stay = &mut totals.stays[known.stay as usize].1;
                    stay.ended_by = event.stack;
                    if known.state == GoState::Waiting && event.goroutine.is_some() {
                        self.herd.wake(event.goroutine, known.stay, time, stay);
                    }
                }
            }
            known.since = time;
        } else if from != GoState::Undetermined {
            known.since = time;
        }
        match (from, to) {
            (GoState::Waiting, GoState::Runnable) => {
                known.wakes += 1;
                known.waker = event.goroutine;
            }
            (_, GoState::Running) => known.runs += 1,
            (GoState::NotExist, _) => {}
            _ => {
                known.yields += u64::from(reason == Reason::Gosched);
                known.reason = reason;
                known.stack = own;
                if known.unplaced {
                    totals.guess_site(names, known, own);
                }
            }
        }
        if from == GoState::Undetermined && known.unplaced {
            totals.guess_site(names, known, event.stack);
        }
        known.state = to;
        if to == GoState::NotExist {
            let site = &mut totals.sites[known.site as usize];
            site.ended += 1;
            if let Some(born) = known.born {
                site.lifetimes.add(time - born);
            }
            self.end_of(goroutine, time);
            return;
        }
        let key = StayKey {
            site: known.site,
            state: to,
            reason: if to == GoState::Waiting || from == GoState::Running {
                reason
            } else {
                Reason::None
            },
            // The stack of a first state may be where the goroutine started.
            stack: if from == GoState::Undetermined {
                own
            } else {
                event.stack
            },
        };
        known.stay = totals.stay(key, known.recent[to as usize]);
        totals.stays[known.stay as usize].1.last = time;
        known.recent[to as usize] = known.stay;
        let woken = known.site;
        if from == GoState::Waiting && to == GoState::Runnable {
            self.note_edge(event, woken);
        } else if from == GoState::NotExist {
            self.population.note(time, self.alive.len() as u64);
        }
    }

    fn end_of(&mut self, goroutine: GoId, time: u64) {
        let Some(mut known) = self.alive.remove(&goroutine) else {
            return;
        };
        self.population.note(time, self.alive.len() as u64);
        known.ended = Some(time);
        if self.options.list && self.ended.len() < MAX_ENDED {
            self.ended.push(known);
        } else {
            self.unlisted += 1;
        }
    }

    #[inline]
    fn note_edge(&mut self, event: &Event<'_>, woken: SiteId) {
        if self.totals.window.clip(event.time, event.time).is_none() {
            return;
        }
        let waker = match event.goroutine {
            GoId::NONE => None,
            goroutine => match self.last_runner {
                Some((last, site)) if last == goroutine => Some(site),
                _ => {
                    let site = self.alive.get(&goroutine).map_or(0, |known| known.site);
                    self.last_runner = Some((goroutine, site));
                    Some(site)
                }
            },
        };
        let edge = Edge { waker, woken };
        if self.edges.len() < MAX_EDGES || self.edges.contains_key(&edge) {
            *self.edges.entry(edge).or_default() += 1;
        }
    }

    fn follow(&mut self, event: &Event<'_>, step: Step) {
        if step.from == step.to || self.totals.window.clip(event.time, event.time).is_none() {
            return;
        }
        if self.steps.len() < MAX_STEPS {
            self.steps.push(step);
        } else {
            self.steps_left_out += 1;
        }
    }

    fn sync(&mut self, time: u64, clock: Option<Clock>, lost: bool, last: bool) {
        if self.start == 0 {
            self.start = time;
            self.clock = clock;
            if let Some((first, last)) = self.options.window {
                self.totals.window = Window {
                    first: time.saturating_add(first),
                    last: time.saturating_add(last),
                };
            }
        }
        if lost {
            self.losses += 1;
            for known in self.alive.values() {
                self.totals.sites[known.site as usize].ended += 1;
                self.unlisted += 1;
            }
            self.alive.clear();
            self.tasks.lose();
            self.machine.lose();
        }
        if last {
            self.finish(time);
        }
    }

    /// The trace is over: what goes on counts up to here.
    fn finish(&mut self, time: u64) {
        for known in self.alive.values_mut() {
            if known.stay == u32::MAX {
                continue;
            }
            if let Some(spent) = self.totals.window.clip(known.since, time) {
                add(&mut known.times[known.state as usize], spent);
                add(
                    &mut self.totals.sites[known.site as usize].times[known.state as usize],
                    spent,
                );
                self.totals.stays[known.stay as usize].1.open += 1;
            }
        }
        self.machine.finish(time, self.totals.window);
    }
}

impl Visitor for Analysis {
    fn event(&mut self, names: Names<'_>, event: &Event<'_>) -> ControlFlow<()> {
        self.end = event.time;
        match event.kind {
            EventKind::Go {
                goroutine,
                from,
                to,
                reason,
                stack,
            } => {
                if self.options.follow == Some(goroutine) {
                    let step = Step {
                        time: event.time,
                        from,
                        to,
                        reason,
                        stack: stack.or(event.stack),
                        by: if event.goroutine == goroutine {
                            GoId::NONE
                        } else {
                            event.goroutine
                        },
                        proc: event.proc,
                    };
                    self.follow(event, step);
                }
                self.change(names, event, goroutine, (from, to), reason, stack);
                self.machine.goroutine(event, (from, to), self.totals.window);
            }
            EventKind::Sync { clock, lost, last, .. } => self.sync(event.time, clock, lost, last),
            EventKind::TaskBegin { .. }
            | EventKind::TaskEnd { .. }
            | EventKind::RegionBegin(..)
            | EventKind::RegionEnd(..)
            | EventKind::Log { .. } => self.tasks.event(event, self.totals.window),
            EventKind::Sample => self.samples += 1,
            EventKind::Label(_) | EventKind::Experiment(_) => {}
            _ => self.machine.event(event, self.totals.window),
        }
        ControlFlow::Continue(())
    }
}

/// Adds to a sum; times of a damaged trace may be any.
fn add(sum: &mut u64, nanos: u64) {
    *sum = sum.saturating_add(nanos);
}

#[cfg(test)]
mod tests;
