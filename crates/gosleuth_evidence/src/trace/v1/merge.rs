//! From batches of processors to one order of events.
//!
//! The events of each processor are in order. One that changes a goroutine has its turn when the goroutine is in the state that the change
//! starts from and, where the goroutine may have come from another processor, has had as many changes as the event says. Of all that
//! may happen the earliest does. If none may, something is missing, and the earliest happens as if it were not.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use rustc_hash::FxHashMap;

use super::events::{Raw, decode, kind};
use super::input::{Input, Lane};
use super::tell::{Happened, Teller};
use crate::trace::reader::{Sink, Version, Visitor};

/// How far behind a system call is looked for what comes next of its goroutine.
const LOOK_AHEAD: usize = 64;

/// What a goroutine does, as far as the order needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    New,
    Runnable,
    Running,
    Waiting,
}

#[derive(Clone, Copy, Debug)]
struct Go {
    changes: u64,
    state: State,
}

/// What an event needs of a goroutine, and what it makes of it.
#[derive(Clone, Copy, Debug)]
struct Change {
    goroutine: u64,
    /// The changes before, if the event says how many.
    changes: Option<u64>,
    from: State,
    to: State,
    /// Whether it counts.
    counts: bool,
}

/// The number under which collections are ordered; no goroutine has it.
const COLLECTIONS: u64 = u64::MAX - 1;

/// Position in the batches of a processor.
#[derive(Clone, Copy, Debug)]
struct Cursor<'i> {
    lane: &'i Lane,
    next_batch: usize,
    at: usize,
    end: usize,
    ticks: u64,
    /// The goroutine that runs; 0 for none.
    goroutine: u64,
    event: Happened,
}

impl<'i> Cursor<'i> {
    fn new(lane: &'i Lane, index: usize) -> Self {
        Self {
            lane,
            next_batch: 0,
            at: 0,
            end: 0,
            ticks: 0,
            goroutine: 0,
            event: Happened {
                lane: index as u32,
                proc: lane.proc,
                ..Happened::default()
            },
        }
    }

    /// Reads the next event; false behind the last one.
    fn advance(&mut self, data: &[u8], version: Version) -> bool {
        loop {
            while self.at == self.end {
                let Some(batch) = self.lane.batches.get(self.next_batch) else {
                    return false;
                };
                self.next_batch += 1;
                self.at = batch.span.start as usize;
                self.end = batch.span.end as usize;
                self.ticks = batch.ticks;
            }
            let Ok(raw) = decode(&data[..self.end], &mut self.at, version) else {
                // Cannot be: the batch was decoded when it was found.
                self.at = self.end;
                continue;
            };
            if self.take(&raw) {
                return true;
            }
        }
    }

    /// Makes an event of it, unless it stands for a table.
    fn take(&mut self, raw: &Raw) -> bool {
        if matches!(
            raw.kind,
            kind::FREQUENCY | kind::STACK | kind::STRING | kind::TIMER_GOROUTINE | kind::CPU_SAMPLE
        ) {
            return false;
        }
        let [delta, args @ ..] = raw.args;
        self.ticks = self.ticks.saturating_add(delta);
        let mut event = Happened {
            kind: raw.kind,
            ticks: self.ticks,
            goroutine: self.goroutine,
            args,
            text: raw.text,
            blocks: false,
            ..self.event
        };
        match raw.kind {
            kind::GO_START | kind::GO_START_LOCAL | kind::GO_START_LABEL => {
                self.goroutine = args[0];
                event.goroutine = args[0];
            }
            kind::GO_SYS_EXIT | kind::GO_SYS_EXIT_LOCAL | kind::GO_WAITING | kind::GO_IN_SYSCALL => {
                event.goroutine = args[0];
            }
            kind if stops(kind) => self.goroutine = 0,
            _ => {}
        }
        self.event = event;
        true
    }

    /// Whether the system call that just began lost its processor.
    fn blocks(&self, data: &[u8], version: Version) -> bool {
        let mut ahead = *self;
        for _ in 0..LOOK_AHEAD {
            if !ahead.advance(data, version) {
                break;
            }
            if ahead.event.goroutine == self.event.goroutine {
                return ahead.event.kind == kind::GO_SYS_BLOCK;
            }
        }
        false
    }
}

/// Whether the goroutine that ran no longer does after an event of this type.
fn stops(kind: u8) -> bool {
    matches!(
        kind,
        kind::GO_END | kind::GO_STOP | kind::GO_SCHED | kind::GO_PREEMPT | kind::GO_SYS_BLOCK
    ) || waits(kind)
}

/// Whether the goroutine that ran waits after an event of this type.
fn waits(kind: u8) -> bool {
    matches!(
        kind,
        kind::GO_SLEEP | kind::GO_BLOCK | kind::GO_BLOCK_SEND
            ..=kind::GO_BLOCK_NET | kind::GO_SYS_BLOCK | kind::GO_BLOCK_GC
    )
}

/// What an event changes; none if it may happen at any time.
fn change(event: &Happened) -> Option<Change> {
    let [a, b, ..] = event.args;
    let change = |goroutine, changes, from, to, counts| Change {
        goroutine,
        changes,
        from,
        to,
        counts,
    };
    Some(match event.kind {
        kind::GO_CREATE => change(a, Some(0), State::New, State::Runnable, true),
        kind::GO_WAITING | kind::GO_IN_SYSCALL => change(a, Some(1), State::Runnable, State::Waiting, true),
        kind::GO_START | kind::GO_START_LABEL => change(a, Some(b), State::Runnable, State::Running, true),
        // What made it runnable stands before it on the same processor.
        kind::GO_START_LOCAL => change(a, None, State::Runnable, State::Running, true),
        kind::GO_SCHED | kind::GO_PREEMPT => change(event.goroutine, None, State::Running, State::Runnable, false),
        kind::GO_UNBLOCK | kind::GO_SYS_EXIT => change(a, Some(b), State::Waiting, State::Runnable, true),
        kind::GO_UNBLOCK_LOCAL | kind::GO_SYS_EXIT_LOCAL => change(a, None, State::Waiting, State::Runnable, true),
        kind::GC_START => change(COLLECTIONS, Some(a), State::New, State::New, true),
        kind if waits(kind) => change(event.goroutine, None, State::Running, State::Waiting, false),
        _ => return None,
    })
}

/// The order of all events.
pub(super) struct Merge<'i> {
    input: &'i Input,
    version: Version,
    cursors: Vec<Cursor<'i>>,
    goroutines: FxHashMap<u64, Go>,
    /// Time and cursor of events that may have their turn.
    ready: BinaryHeap<Reverse<(u64, u32)>>,
    /// Those that wait for a change of a goroutine.
    waiting: BTreeSet<(u64, u32)>,
    /// By that goroutine.
    waiters: FxHashMap<u64, Vec<u32>>,
}

impl<'i> Merge<'i> {
    pub(super) fn new(input: &'i Input, version: Version) -> Self {
        let lanes = input.lanes.iter().enumerate();
        Self {
            input,
            version,
            cursors: lanes.map(|(index, lane)| Cursor::new(lane, index)).collect(),
            goroutines: FxHashMap::default(),
            ready: BinaryHeap::new(),
            waiting: BTreeSet::new(),
            waiters: FxHashMap::default(),
        }
    }

    /// Tells all events. Returns how many changes do not follow from those before.
    pub(super) fn run<V: Visitor>(mut self, teller: &mut Teller<'_>, sink: &mut Sink<'_, V>) -> u64 {
        for index in 0..self.cursors.len() as u32 {
            self.read(index);
        }
        loop {
            let (index, is_forced) = if let Some(Reverse((_, index))) = self.ready.pop() {
                (index, false)
            } else if let Some((_, index)) = self.waiting.pop_first() {
                (index, true)
            } else {
                break;
            };
            // The same processor goes on as long as it has the earliest event.
            let mut index = Some((index, is_forced));
            while let Some((current, is_forced)) = index.take() {
                if *sink.stopped {
                    return 0;
                }
                if !self.happen(current, is_forced, teller, sink) {
                    break;
                }
                let cursor = &mut self.cursors[current as usize];
                if !cursor.advance(&self.input.data, self.version) {
                    break;
                }
                let ticks = cursor.event.ticks;
                match self.ready.peek() {
                    Some(Reverse(next)) if *next < (ticks, current) => self.ready.push(Reverse((ticks, current))),
                    _ => index = Some((current, false)),
                }
            }
        }
        teller.finish(sink);
        teller.gaps
    }

    /// Reads the next event of a processor and puts it among those that may have their turn.
    fn read(&mut self, index: u32) {
        let cursor = &mut self.cursors[index as usize];
        if cursor.advance(&self.input.data, self.version) {
            self.ready.push(Reverse((cursor.event.ticks, index)));
        }
    }

    /// Lets the event of a cursor happen; false if it has to wait.
    fn happen<V: Visitor>(
        &mut self,
        index: u32,
        is_forced: bool,
        teller: &mut Teller<'_>,
        sink: &mut Sink<'_, V>,
    ) -> bool {
        let cursor = &mut self.cursors[index as usize];
        let change = change(&cursor.event);
        if let Some(change) = change {
            let known = self.goroutines.get(&change.goroutine).copied();
            let go = known.unwrap_or(Go {
                changes: 0,
                state: State::New,
            });
            let may = go.state == change.from && change.changes.is_none_or(|changes| changes == go.changes);
            if !may && !is_forced {
                self.waiting.insert((cursor.event.ticks, index));
                self.waiters.entry(change.goroutine).or_default().push(index);
                return false;
            }
            if is_forced && let Some(waiters) = self.waiters.get_mut(&change.goroutine) {
                waiters.retain(|&waiter| waiter != index);
            }
            let after = Go {
                changes: change.changes.unwrap_or(go.changes) + u64::from(change.counts),
                state: change.to,
            };
            self.goroutines.insert(change.goroutine, after);
        } else if cursor.event.kind == kind::GO_END {
            self.goroutines.remove(&cursor.event.goroutine);
        }
        if cursor.event.kind == kind::GO_SYS_CALL {
            cursor.event.blocks = cursor.blocks(&self.input.data, self.version);
        }
        teller.tell(&cursor.event, sink);
        if let Some(change) = change
            && let Some(waiters) = self.waiters.remove(&change.goroutine)
        {
            for waiter in waiters {
                let ticks = self.cursors[waiter as usize].event.ticks;
                self.waiting.remove(&(ticks, waiter));
                self.ready.push(Reverse((ticks, waiter)));
            }
        }
        true
    }
}
