//! From events of form 1, in order, to those that everything else reads.

use std::collections::BTreeMap;

use gosleuth_base::Sym;
use rustc_hash::FxHashMap;

use super::FIRST_TIME;
use super::events::kind;
use super::input::{Exit, Input};
use crate::model::StackId;
use crate::trace::event::{Event, EventKind, GoId, GoState, ProcId, ProcState, Range, Reason, TaskId, ThreadId};
use crate::trace::generation::MAX_TIME;
use crate::trace::order::MAX_TASKS;
use crate::trace::reader::{Sink, Version, Visitor};
use crate::trace::tables::{Sample, Span};

/// An event of form 1 that has its turn.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Happened {
    pub lane: u32,
    /// The processor; [`u64::MAX`] for none.
    pub proc: u64,
    pub kind: u8,
    pub ticks: u64,
    /// The goroutine that runs there, or that the event is about; 0 for none.
    pub goroutine: u64,
    /// The numbers, without the time.
    pub args: [u64; 4],
    /// The message of a log.
    pub text: Span,
    /// A system call that loses its processor.
    pub blocks: bool,
}

/// What a processor does, as told.
#[derive(Clone, Copy, Debug)]
struct Lane {
    state: ProcState,
    thread: ThreadId,
}

#[derive(Clone, Copy, Debug)]
struct Go {
    state: GoState,
    /// The end of its system call was told, at its own time, before the event that says it.
    told_exit: bool,
}

/// Tells events.
pub(super) struct Teller<'i> {
    version: Version,
    data: &'i [u8],
    /// Nanoseconds per tick.
    scale: f64,
    /// Ticks of the first event.
    start: Option<u64>,
    lanes: Vec<Lane>,
    goroutines: FxHashMap<u64, Go>,
    /// Goroutines that are older than the trace and of which nothing was told yet, with the stack that they started with. None once
    /// the trace has begun.
    older: Option<BTreeMap<u64, u64>>,
    exits: std::iter::Peekable<std::slice::Iter<'i, Exit>>,
    samples: std::iter::Peekable<std::slice::Iter<'i, Sample>>,
    tasks: FxHashMap<u64, (TaskId, Sym)>,
    /// The world is stopped by this goroutine for this reason.
    stop: Option<(GoId, Sym)>,
    /// Changes that do not follow from those before.
    pub gaps: u64,
}

impl<'i> Teller<'i> {
    pub(super) fn new(input: &'i Input, version: Version, frequency: u64) -> Self {
        let lane = Lane {
            state: ProcState::Undetermined,
            thread: ThreadId::NONE,
        };
        Self {
            version,
            data: &input.data,
            scale: 1e9 / frequency as f64,
            start: None,
            lanes: vec![lane; input.lanes.len()],
            goroutines: FxHashMap::default(),
            older: Some(BTreeMap::new()),
            exits: input.exits.iter().peekable(),
            samples: input.samples.iter().peekable(),
            tasks: FxHashMap::default(),
            stop: None,
            gaps: 0,
        }
    }

    fn nanos(&mut self, ticks: u64) -> u64 {
        let start = *self.start.get_or_insert(ticks);
        ((ticks.saturating_sub(start) as f64 * self.scale) as u64).min(MAX_TIME) + FIRST_TIME
    }

    /// Tells an event, and before it what lies between it and the one before.
    pub(super) fn tell<V: Visitor>(&mut self, event: &Happened, sink: &mut Sink<'_, V>) {
        self.catch_up(event.ticks, sink);
        let time = self.nanos(event.ticks);
        let lane = self.lanes[event.lane as usize];
        let now = Now {
            time,
            thread: lane.thread,
            proc: ProcId(event.proc),
            goroutine: go_id(event.goroutine),
        };
        if event.kind != kind::GO_CREATE || self.older.is_none() {
            self.changes(event, now, sink);
        } else if let Some(older) = &mut self.older {
            older.insert(event.args[0], event.args[1]);
        }
    }

    /// Tells the samples and the ends of system calls that lie before these ticks.
    fn catch_up<V: Visitor>(&mut self, ticks: u64, sink: &mut Sink<'_, V>) {
        loop {
            let sample = self.samples.peek().map_or(u64::MAX, |sample| sample.time);
            let exit = self.exits.peek().map_or(u64::MAX, |exit| exit.ticks);
            if sample.min(exit) >= ticks {
                return;
            }
            if sample < exit {
                if let Some(&sample) = self.samples.next() {
                    let time = self.nanos(sample.time);
                    sink.sample(&Sample { time, ..sample });
                }
                continue;
            }
            let Some(&Exit { ticks, goroutine }) = self.exits.next() else {
                return;
            };
            let time = self.nanos(ticks);
            let known = self.goroutines.get_mut(&goroutine);
            if let Some(go) = known.filter(|go| go.state == GoState::Syscall) {
                go.told_exit = true;
                self.exit(time, goroutine, sink);
            }
        }
    }

    /// The end of a system call that lost its processor.
    fn exit<V: Visitor>(&mut self, time: u64, goroutine: u64, sink: &mut Sink<'_, V>) {
        let now = Now {
            time,
            thread: ThreadId::NONE,
            proc: ProcId::NONE,
            goroutine: go_id(goroutine),
        };
        self.go(
            now,
            sink,
            goroutine,
            (GoState::Syscall, GoState::Runnable),
            Reason::None,
            (None, None),
        );
    }

    /// What is left when all events are told.
    pub(super) fn finish<V: Visitor>(&mut self, sink: &mut Sink<'_, V>) {
        self.catch_up(u64::MAX, sink);
        self.begin(FIRST_TIME, sink);
    }

    /// The state before the trace is known: goroutines that were only named can run.
    fn begin<V: Visitor>(&mut self, time: u64, sink: &mut Sink<'_, V>) {
        for (goroutine, start) in self.older.take().unwrap_or_default() {
            let now = Now {
                time,
                thread: ThreadId::NONE,
                proc: ProcId::NONE,
                goroutine: GoId::NONE,
            };
            let start = sink.stack(start);
            let states = (GoState::Undetermined, GoState::Runnable);
            self.go(now, sink, goroutine, states, Reason::None, (start, None));
        }
    }

    /// The state of a goroutine before the trace, or of one that is created for a call from C.
    fn status<V: Visitor>(&mut self, now: Now, sink: &mut Sink<'_, V>, goroutine: u64, state: GoState) {
        let start = self.older.as_mut().and_then(|older| older.remove(&goroutine));
        let start = sink.stack(start.unwrap_or(0));
        let is_created = matches!(self.goroutines.get(&goroutine), Some(go) if go.state == GoState::Runnable);
        let before = if is_created {
            GoState::Runnable
        } else {
            GoState::Undetermined
        };
        self.go(now, sink, goroutine, (before, state), Reason::None, (start, None));
    }

    fn changes<V: Visitor>(&mut self, event: &Happened, now: Now, sink: &mut Sink<'_, V>) {
        use GoState::{NotExist, Runnable, Running, Syscall, Waiting};
        let [a, b, c, d] = event.args;
        let this = event.goroutine;
        match event.kind {
            kind::GO_CREATE => {
                let (start, stack) = (sink.stack(b), sink.stack(c));
                self.go(now, sink, a, (NotExist, Runnable), Reason::None, (stack, start));
            }
            kind::GO_WAITING => self.status(now, sink, a, Waiting),
            kind::GO_IN_SYSCALL => self.status(now, sink, a, Syscall),
            kind::GO_START | kind::GO_START_LOCAL if self.older.is_some() => self.status(now, sink, a, Running),
            kind::GO_START | kind::GO_START_LOCAL | kind::GO_START_LABEL => {
                self.go(now, sink, a, (Runnable, Running), Reason::None, (None, None));
                if event.kind == kind::GO_START_LABEL {
                    let label = EventKind::Label(sink.sym(c));
                    now.emit(sink, None, label);
                }
            }
            kind::GO_END => self.go(now, sink, this, (Running, NotExist), Reason::None, (None, None)),
            kind::GO_SCHED | kind::GO_PREEMPT => {
                let stack = sink.stack(a);
                self.go(now, sink, this, (Running, Runnable), reason(event.kind), (stack, stack));
            }
            kind::GO_UNBLOCK | kind::GO_UNBLOCK_LOCAL => {
                let stack = sink.stack(if event.kind == kind::GO_UNBLOCK { c } else { b });
                self.go(now, sink, a, (Waiting, Runnable), Reason::None, (stack, None));
            }
            kind::GO_SYS_CALL => {
                let stack = sink.stack(a);
                self.go(now, sink, this, (Running, Syscall), Reason::None, (stack, stack));
                if !event.blocks {
                    let now = Now {
                        time: now.time + 1,
                        ..now
                    };
                    self.go(now, sink, this, (Syscall, Running), Reason::None, (None, None));
                }
            }
            kind::GO_SYS_BLOCK => {
                let is_told = self.goroutines.get(&this).is_some_and(|go| go.state == Syscall);
                if !is_told {
                    self.go(now, sink, this, (Running, Syscall), Reason::None, (None, None));
                }
            }
            kind::GO_SYS_EXIT | kind::GO_SYS_EXIT_LOCAL => match self.goroutines.get_mut(&a) {
                Some(go) if go.told_exit => go.told_exit = false,
                _ => self.exit(now.time, a, sink),
            },
            kind::GO_STOP
            | kind::GO_SLEEP
            | kind::GO_BLOCK
            | kind::GO_BLOCK_GC
            | kind::GO_BLOCK_SEND..=kind::GO_BLOCK_NET => {
                let stack = sink.stack(a);
                self.go(now, sink, this, (Running, Waiting), reason(event.kind), (stack, stack));
            }
            kind::PROC_START => {
                let lane = &mut self.lanes[event.lane as usize];
                lane.thread = ThreadId(a);
                let now = Now {
                    thread: lane.thread,
                    ..now
                };
                self.proc(event, now, ProcState::Running, sink);
            }
            kind::PROC_STOP => {
                self.proc(event, now, ProcState::Idle, sink);
                self.lanes[event.lane as usize].thread = ThreadId::NONE;
            }
            kind::GOMAXPROCS if self.older.is_some() => self.begin(now.time, sink),
            _ => self.annotate(event, now, sink, [a, b, c, d]),
        }
    }

    /// Tells that a goroutine changes its state, from the one it is in, or from an unknown one if that does not fit. Stacks are that
    /// of who does it and the goroutine's own.
    fn go<V: Visitor>(
        &mut self,
        now: Now,
        sink: &mut Sink<'_, V>,
        goroutine: u64,
        (mut from, to): (GoState, GoState),
        reason: Reason,
        (stack, own): (Option<StackId>, Option<StackId>),
    ) {
        if goroutine == 0 || goroutine == GoId::NONE.0 {
            // These stand for no goroutine.
            self.gaps += 1;
            return;
        }
        let known = self.goroutines.get(&goroutine).map(|go| go.state);
        let expected = match from {
            GoState::NotExist | GoState::Undetermined => None,
            _ => Some(from),
        };
        if known != expected {
            self.gaps += 1;
            if to == GoState::NotExist && known.is_none() {
                return;
            }
            from = GoState::Undetermined;
        }
        if to == GoState::NotExist {
            self.goroutines.remove(&goroutine);
        } else {
            let told_exit = self.goroutines.get(&goroutine).is_some_and(|go| go.told_exit);
            self.goroutines.insert(goroutine, Go { state: to, told_exit });
        }
        let goroutine = GoId(goroutine);
        now.emit(
            sink,
            stack,
            EventKind::Go {
                goroutine,
                from,
                to,
                reason,
                stack: own,
            },
        );
    }

    fn proc<V: Visitor>(&mut self, event: &Happened, now: Now, to: ProcState, sink: &mut Sink<'_, V>) {
        let lane = &mut self.lanes[event.lane as usize];
        let from = std::mem::replace(&mut lane.state, to);
        if from != to {
            let proc = now.proc;
            now.emit(sink, None, EventKind::Proc { proc, from, to });
        }
    }

    /// Events that change no goroutine and no processor.
    fn annotate<V: Visitor>(&mut self, event: &Happened, now: Now, sink: &mut Sink<'_, V>, [a, b, c, d]: [u64; 4]) {
        let mut stack = None;
        let ended = |range| EventKind::End { range, swept: (0, 0) };
        let kind = match event.kind {
            kind::GOMAXPROCS => {
                stack = sink.stack(b);
                EventKind::Gomaxprocs(a)
            }
            kind::HEAP_ALLOC => EventKind::HeapAlloc(a),
            kind::HEAP_GOAL => EventKind::HeapGoal(a),
            kind::GC_START => {
                stack = sink.stack(b);
                EventKind::Begin(Range::Mark)
            }
            kind::GC_DONE => ended(Range::Mark),
            kind::STW_START => {
                let stop = (now.goroutine, sink.names.strings.intern(stop_reason(self.version, a)));
                self.stop = Some(stop);
                EventKind::Begin(Range::StopTheWorld(stop.0, stop.1))
            }
            kind::STW_DONE => match self.stop.take() {
                Some((goroutine, reason)) => ended(Range::StopTheWorld(goroutine, reason)),
                None => return self.gaps += 1,
            },
            kind::SWEEP_START => {
                stack = sink.stack(a);
                EventKind::Begin(Range::Sweep(now.proc))
            }
            kind::SWEEP_DONE => EventKind::End {
                range: Range::Sweep(now.proc),
                swept: (a, b),
            },
            kind::ASSIST_START => {
                stack = sink.stack(a);
                EventKind::Begin(Range::Assist(now.goroutine))
            }
            kind::ASSIST_DONE => ended(Range::Assist(now.goroutine)),
            kind::TASK_CREATE => {
                stack = sink.stack(d);
                let (task, name) = (TaskId(a), sink.sym(c));
                let parent = if b == 0 { TaskId::NONE } else { TaskId(b) };
                if self.tasks.len() < MAX_TASKS {
                    self.tasks.insert(a, (parent, name));
                }
                EventKind::TaskBegin { task, parent, name }
            }
            kind::TASK_END => {
                stack = sink.stack(b);
                let known = self.tasks.remove(&a);
                let (parent, name) = known.unwrap_or_else(|| (TaskId::NONE, sink.sym(0)));
                let task = TaskId(a);
                EventKind::TaskEnd { task, parent, name }
            }
            kind::REGION => {
                stack = sink.stack(d);
                let name = sink.sym(c);
                match b {
                    0 => EventKind::RegionBegin(TaskId(a), name),
                    1 => EventKind::RegionEnd(TaskId(a), name),
                    _ => return self.gaps += 1,
                }
            }
            kind::USER_LOG => {
                let stack = sink.stack(c);
                let category = sink.text(b);
                let message = String::from_utf8_lossy(event.text.of(self.data));
                let log = EventKind::Log {
                    task: TaskId(a),
                    category: &category,
                    message: &message,
                };
                return now.emit(sink, stack, log);
            }
            // A wake that led to nothing: what happened then is in the trace as it is.
            _ => return,
        };
        now.emit(sink, stack, kind);
    }
}

/// Where something happens.
#[derive(Clone, Copy, Debug)]
struct Now {
    time: u64,
    thread: ThreadId,
    proc: ProcId,
    goroutine: GoId,
}

impl Now {
    fn emit<V: Visitor>(self, sink: &mut Sink<'_, V>, stack: Option<StackId>, kind: EventKind<'_>) {
        sink.tell(Event {
            time: self.time,
            thread: self.thread,
            proc: self.proc,
            goroutine: self.goroutine,
            stack,
            kind,
        });
    }
}

/// 0 is the scheduler.
fn go_id(goroutine: u64) -> GoId {
    if goroutine == 0 { GoId::NONE } else { GoId(goroutine) }
}

/// Why a goroutine stops running at an event of this type.
fn reason(kind: u8) -> Reason {
    match kind {
        kind::GO_STOP => Reason::Forever,
        kind::GO_SCHED => Reason::Gosched,
        kind::GO_PREEMPT => Reason::Preempted,
        kind::GO_SLEEP => Reason::Sleep,
        kind::GO_BLOCK_SEND => Reason::ChanSend,
        kind::GO_BLOCK_RECEIVE => Reason::ChanReceive,
        kind::GO_BLOCK_SELECT => Reason::Select,
        kind::GO_BLOCK_SYNC => Reason::Sync,
        kind::GO_BLOCK_COND => Reason::Cond,
        kind::GO_BLOCK_NET => Reason::Network,
        kind::GO_BLOCK_GC => Reason::AssistWait,
        _ => Reason::None,
    }
}

/// Why the world is stopped, in the words of format 2. Before Go 1.21 there were two reasons.
fn stop_reason(version: Version, number: u64) -> &'static str {
    const REASONS: [&str; 17] = [
        "",
        "GC mark termination",
        "GC sweep termination",
        "write heap dump",
        "goroutine profile",
        "goroutine profile cleanup",
        "all goroutines stack trace",
        "read mem stats",
        "AllThreadsSyscall",
        "GOMAXPROCS",
        "start trace",
        "stop trace",
        "CountPagesInUse (test)",
        "ReadMetricsSlow (test)",
        "ReadMemStatsSlow (test)",
        "PageCachePagesLeaked (test)",
        "ResetDebugLog (test)",
    ];
    let number = match number {
        0 | 1 if version < Version::Go121 => number as usize + 1,
        _ if version < Version::Go121 => 0,
        _ => usize::try_from(number).unwrap_or(0),
    };
    REASONS.get(number).copied().unwrap_or("")
}
