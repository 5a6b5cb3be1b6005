//! Who had what when: goroutines, processors and threads, followed event by event.
//!
//! An event of a thread may happen only if what it changes is in the state that the event starts from; sequence numbers tell
//! apart states that look the same. What cannot happen yet waits for events of other threads. So following the states gives the
//! order of events whatever the clocks say, and finds traces that contradict themselves.

mod ranges;

use rustc_hash::FxHashMap;

use gosleuth_base::Sym;

use super::event::{Event, EventKind, GoId, GoState, ProcId, ProcState, Reason, TaskId, ThreadId};
use super::reader::{Sink, Visitor};
use super::spec::ev;

/// Processors that are told apart; `GOMAXPROCS` is the number of cores.
const MAX_PROCS: u64 = 1 << 16;
/// Unfinished tasks whose names are kept.
pub(super) const MAX_TASKS: usize = 1 << 20;

/// An event that may not have its turn yet.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pending {
    /// Nanoseconds.
    pub time: u64,
    pub args: [u64; 4],
    pub kind: u8,
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It happened.
    Done,
    /// Something else has to happen before.
    Wait,
    /// It cannot happen at all.
    Broken(&'static str),
}

/// A number of a change within a generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Turn {
    number: u64,
    generation: u32,
}

#[derive(Clone, Copy, Debug)]
struct Go {
    turn: Turn,
    state: GoState,
    assists: bool,
}

/// What a processor does, more precisely than events tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    Running,
    Idle,
    Syscall,
    /// Its thread left it in a system call; nobody knows where that thread is.
    Abandoned,
}

impl Hold {
    fn parse(number: u64) -> Option<Self> {
        Some(match number {
            1 => Self::Running,
            2 => Self::Idle,
            3 => Self::Syscall,
            4 => Self::Abandoned,
            _ => return None,
        })
    }

    fn state(self) -> ProcState {
        match self {
            Self::Running | Self::Syscall => ProcState::Running,
            Self::Idle | Self::Abandoned => ProcState::Idle,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Proc {
    turn: Turn,
    hold: Hold,
}

/// What runs where.
#[derive(Clone, Copy, Debug)]
struct Context {
    thread: ThreadId,
    proc: ProcId,
    goroutine: GoId,
}

#[derive(Debug, Default)]
pub(super) struct Order {
    goroutines: FxHashMap<GoId, Go>,
    procs: Vec<Option<Proc>>,
    threads: Vec<Context>,
    thread_index: FxHashMap<u64, u32>,
    tasks: FxHashMap<TaskId, (TaskId, Sym)>,
    /// The world is stopped by these goroutines.
    stops: Vec<(GoId, Sym)>,
    gc_turn: u64,
    gc: Option<bool>,
    first: Option<u64>,
    generation: u32,
}

/// An event is missing what it needs.
const NO_CONTEXT: Step = Step::Broken("an event has no goroutine, processor or thread that it needs");

impl Order {
    /// Forgets everything: the next generation is a first one.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Events of this generation follow.
    pub(super) fn start(&mut self, generation: u64) {
        self.first.get_or_insert(generation);
        self.generation = generation as u32;
        if self.threads.len() > 1 << 16 {
            self.drop_idle_threads();
        }
    }

    /// Forgets threads about which nothing is known, so that their number stays bounded by what is alive.
    fn drop_idle_threads(&mut self) {
        self.threads
            .retain(|context| context.proc.is_some() || context.goroutine.is_some());
        self.thread_index = (0u32..)
            .zip(&self.threads)
            .map(|(index, context)| (context.thread.0, index))
            .collect();
    }

    /// The index of a thread, which stays until the next generation starts.
    pub(super) fn thread(&mut self, thread: u64) -> u32 {
        let next = self.threads.len() as u32;
        let index = *self.thread_index.entry(thread).or_insert(next);
        if index == next {
            self.threads.push(Context {
                thread: ThreadId(thread),
                proc: ProcId::NONE,
                goroutine: GoId::NONE,
            });
        }
        index
    }

    fn turn(&self, number: u64) -> Turn {
        Turn {
            number,
            generation: self.generation,
        }
    }

    fn is_first(&self) -> bool {
        self.first == Some(u64::from(self.generation))
    }

    fn proc(&mut self, proc: ProcId) -> Option<&mut Proc> {
        self.procs.get_mut(usize::try_from(proc.0).ok()?)?.as_mut()
    }

    /// Lets an event of a thread happen if it can, and tells the visitor.
    #[inline]
    pub(super) fn advance<V: Visitor>(&mut self, index: u32, event: &Pending, sink: &mut Sink<'_, V>) -> Step {
        let mut context = self.threads[index as usize];
        let before = context;
        let step = self.step(&mut context, event, sink);
        if step == Step::Done && (context.proc != before.proc || context.goroutine != before.goroutine) {
            let thread = &mut self.threads[index as usize];
            thread.proc = context.proc;
            thread.goroutine = context.goroutine;
        }
        step
    }

    #[inline]
    fn step<V: Visitor>(&mut self, now: &mut Context, event: &Pending, sink: &mut Sink<'_, V>) -> Step {
        let args = &event.args;
        match event.kind {
            ev::GO_START => self.go_start(now, event, sink),
            ev::GO_STOP | ev::GO_BLOCK | ev::GO_DESTROY => self.go_leave(now, event, sink),
            ev::GO_UNBLOCK => {
                let goroutine = GoId(args[0]);
                let turn = self.turn(args[1]);
                let Some(go) = self.waiting(goroutine, args[1]) else {
                    return Step::Wait;
                };
                go.state = GoState::Runnable;
                go.turn = turn;
                let stack = sink.stack(args[2]);
                sink.go(now, event, stack, goroutine, GoState::Waiting, GoState::Runnable);
                Step::Done
            }
            ev::GO_SYSCALL_BEGIN => self.syscall_begin(now, event, sink),
            ev::GO_SYSCALL_END => self.syscall_end(now, event, sink),
            ev::GO_SYSCALL_END_BLOCKED => self.syscall_end_blocked(now, event, sink),
            ev::GO_CREATE | ev::GO_CREATE_BLOCKED => self.go_create(now, event, sink),
            ev::GO_STATUS | ev::GO_STATUS_STACK => self.go_status(now, event, sink),
            ev::GO_SWITCH | ev::GO_SWITCH_DESTROY => self.go_switch(now, event, sink),
            ev::GO_CREATE_SYSCALL => self.go_create_syscall(now, event, sink),
            ev::GO_DESTROY_SYSCALL => self.go_destroy_syscall(now, event, sink),
            ev::PROC_START => self.proc_start(now, event, sink),
            ev::PROC_STOP => self.proc_stop(now, event, sink),
            ev::PROC_STEAL => self.proc_steal(now, event, sink),
            ev::PROC_STATUS => self.proc_status(now, event, sink),
            ev::GC_ACTIVE | ev::GC_BEGIN | ev::GC_END => self.collection(now, event, sink),
            _ => self.annotate(now, event, sink),
        }
    }

    /// The goroutine, if it waits and this is its next change.
    #[inline]
    fn waiting(&mut self, goroutine: GoId, number: u64) -> Option<&mut Go> {
        let generation = self.generation;
        self.goroutines.get_mut(&goroutine).filter(|go| {
            go.state == GoState::Waiting && go.turn.generation == generation && number == go.turn.number.wrapping_add(1)
        })
    }

    /// The goroutine that runs on the thread, if there is one with a processor and it is in this state.
    #[inline]
    fn current(&mut self, now: &Context, state: GoState) -> Result<&mut Go, Step> {
        if !now.proc.is_some() || !now.goroutine.is_some() {
            return Err(NO_CONTEXT);
        }
        self.goroutines
            .get_mut(&now.goroutine)
            .filter(|go| go.state == state)
            .ok_or(Step::Broken(
                "a goroutine is not in the state that its event starts from",
            ))
    }

    fn go_start<V: Visitor>(&mut self, now: &mut Context, event: &Pending, sink: &mut Sink<'_, V>) -> Step {
        let goroutine = GoId(event.args[0]);
        let turn = self.turn(event.args[1]);
        let generation = self.generation;
        let runnable = self.goroutines.get_mut(&goroutine).filter(|go| {
            go.state == GoState::Runnable
                && go.turn.generation == generation
                && turn.number == go.turn.number.wrapping_add(1)
        });
        let Some(go) = runnable else {
            return Step::Wait;
        };
        if !now.proc.is_some() || now.goroutine.is_some() {
            return NO_CONTEXT;
        }
        go.state = GoState::Running;
        go.turn = turn;
        sink.go(now, event, None, goroutine, GoState::Runnable, GoState::Running);
        now.goroutine = goroutine;
        Step::Done
    }

    fn go_leave<V: Visitor>(&mut self, now: &mut Context, event: &Pending, sink: &mut Sink<'_, V>) -> Step {
        let go = match self.current(now, GoState::Running) {
            Ok(go) => go,
            Err(step) => return step,
        };
        let to = match event.kind {
            ev::GO_STOP => GoState::Runnable,
            ev::GO_BLOCK => GoState::Waiting,
            _ => GoState::NotExist,
        };
        go.state = to;
        if to == GoState::NotExist {
            self.goroutines.remove(&now.goroutine);
            sink.go(now, event, None, now.goroutine, GoState::Running, to);
        } else {
            let reason = sink.reason(event.args[0]);
            let stack = sink.stack(event.args[1]);
            sink.emit(
                event.time,
                now,
                stack,
                EventKind::Go {
                    goroutine: now.goroutine,
                    from: GoState::Running,
                    to,
                    reason,
                    stack,
                },
            );
        }
        now.goroutine = GoId::NONE;
        Step::Done
    }

    fn go_create<V: Visitor>(&mut self, now: &mut Context, event: &Pending, sink: &mut Sink<'_, V>) -> Step {
        if !now.proc.is_some() {
            return NO_CONTEXT;
        }
        let goroutine = GoId(event.args[0]);
        let creator = self.goroutines.get(&now.goroutine);
        if creator.is_some_and(|go| go.state != GoState::Running) {
            return Step::Broken("a goroutine that does not run creates another");
        }
        let to = if event.kind == ev::GO_CREATE_BLOCKED {
            GoState::Waiting
        } else {
            GoState::Runnable
        };
        if !self.is_new(goroutine, to) {
            return Step::Broken("a goroutine is created twice");
        }
        let start = sink.stack(event.args[1]);
        let stack = sink.stack(event.args[2]);
        sink.emit(
            event.time,
            now,
            stack,
            EventKind::Go {
                goroutine,
                from: GoState::NotExist,
                to,
                reason: Reason::None,
                stack: start,
            },
        );
        Step::Done
    }

    /// Adds a goroutine; false if it was there.
    fn is_new(&mut self, goroutine: GoId, state: GoState) -> bool {
        let go = Go {
            turn: self.turn(0),
            state,
            assists: false,
        };
        match self.goroutines.entry(goroutine) {
            std::collections::hash_map::Entry::Occupied(_) => false,
            std::collections::hash_map::Entry::Vacant(slot) => {
                slot.insert(go);
                true
            }
        }
    }

    fn go_status<V: Visitor>(&mut self, now: &mut Context, event: &Pending, sink: &mut Sink<'_, V>) -> Step {
        let [id, thread, status, stack] = event.args;
        let goroutine = GoId(id);
        let state = match status {
            1 => GoState::Runnable,
            2 => GoState::Running,
            3 => GoState::Syscall,
            4 => GoState::Waiting,
            _ => return Step::Broken("a goroutine has a state that there is not"),
        };
        let turn = self.turn(0);
        let is_first = self.is_first();
        let from = match self.goroutines.get_mut(&goroutine) {
            Some(go) if go.state != state => {
                return Step::Broken("a goroutine is not in the state that is told of it");
            }
            Some(go) => {
                go.turn = turn;
                state
            }
            None if !is_first => {
                return Step::Broken("a goroutine that nobody created appears after the first generation");
            }
            None => {
                self.is_new(goroutine, state);
                GoState::Undetermined
            }
        };
        let mut shown = *now;
        match state {
            GoState::Running => now.goroutine = goroutine,
            GoState::Syscall if thread == u64::MAX => {
                return Step::Broken("a goroutine is in a system call without a thread");
            }
            GoState::Syscall if thread == now.thread.0 => {
                if !is_first && now.goroutine != goroutine {
                    return Step::Broken("a goroutine is in a system call on a thread of another");
                }
                now.goroutine = goroutine;
            }
            GoState::Syscall => {
                // The thread has been in the kernel for the whole generation and writes nothing itself.
                let known = self.thread_index.contains_key(&thread);
                let index = self.thread(thread) as usize;
                if !known || is_unseen(&self.threads[index]) {
                    self.threads[index].goroutine = goroutine;
                } else if self.threads[index].goroutine == goroutine {
                    shown.goroutine = goroutine;
                } else {
                    return Step::Broken("a goroutine is in a system call on a thread of another");
                }
                shown.thread = ThreadId(thread);
            }
            _ => {}
        }
        let stack = sink.stack(stack);
        sink.emit(
            event.time,
            &shown,
            stack,
            EventKind::Go {
                goroutine,
                from,
                to: state,
                reason: Reason::None,
                stack,
            },
        );
        Step::Done
    }

    /// One coroutine goes on with another: the next one is woken, this one blocks or ends, the next one runs.
    fn go_switch<V: Visitor>(&mut self, now: &mut Context, event: &Pending, sink: &mut Sink<'_, V>) -> Step {
        let (next, turn) = (GoId(event.args[0]), self.turn(event.args[1]));
        if let Err(step) = self.current(now, GoState::Running) {
            return step;
        }
        let Some(go) = self.waiting(next, event.args[1]) else {
            return Step::Wait;
        };
        go.state = GoState::Running;
        go.turn = turn;
        sink.go(now, event, None, next, GoState::Waiting, GoState::Runnable);
        let this = now.goroutine;
        if event.kind == ev::GO_SWITCH {
            if let Some(go) = self.goroutines.get_mut(&this) {
                go.state = GoState::Waiting;
            }
            sink.go(now, event, None, this, GoState::Running, GoState::Waiting);
        } else {
            self.goroutines.remove(&this);
            sink.go(now, event, None, this, GoState::Running, GoState::NotExist);
        }
        now.goroutine = GoId::NONE;
        sink.go(now, event, None, next, GoState::Runnable, GoState::Running);
        now.goroutine = next;
        Step::Done
    }

    fn syscall_begin<V: Visitor>(&mut self, now: &mut Context, event: &Pending, sink: &mut Sink<'_, V>) -> Step {
        let turn = self.turn(event.args[0]);
        match self.current(now, GoState::Running) {
            Ok(go) => go.state = GoState::Syscall,
            Err(step) => return step,
        }
        let generation = self.generation;
        let Some(proc) = self.proc(now.proc) else {
            return Step::Broken("a processor was never named");
        };
        // The number only says which of several calls a theft belongs to; this processor is here and cannot be waited for.
        if proc.turn.generation != generation || turn.number != proc.turn.number.wrapping_add(1) {
            return Step::Broken("a processor missed a change");
        }
        proc.hold = Hold::Syscall;
        proc.turn = turn;
        let stack = sink.stack(event.args[1]);
        sink.emit(
            event.time,
            now,
            stack,
            EventKind::Go {
                goroutine: now.goroutine,
                from: GoState::Running,
                to: GoState::Syscall,
                reason: Reason::None,
                stack,
            },
        );
        Step::Done
    }

    fn syscall_end<V: Visitor>(&mut self, now: &mut Context, event: &Pending, sink: &mut Sink<'_, V>) -> Step {
        match self.current(now, GoState::Syscall) {
            Ok(go) => go.state = GoState::Running,
            Err(step) => return step,
        }
        match self.proc(now.proc) {
            Some(proc) if proc.hold == Hold::Syscall => proc.hold = Hold::Running,
            _ => return Step::Broken("a system call ends on a processor that was in none"),
        }
        sink.go(now, event, None, now.goroutine, GoState::Syscall, GoState::Running);
        Step::Done
    }

    fn syscall_end_blocked<V: Visitor>(&mut self, now: &mut Context, event: &Pending, sink: &mut Sink<'_, V>) -> Step {
        if now.proc.is_some() {
            match self.proc(now.proc) {
                // The event says that the processor was lost; that has to be seen first.
                Some(proc) if proc.hold == Hold::Syscall => return Step::Wait,
                Some(_) => {}
                None => return Step::Broken("a processor was never named"),
            }
        }
        let in_call = self.goroutines.get_mut(&now.goroutine);
        let Some(go) = in_call.filter(|go| go.state == GoState::Syscall) else {
            return Step::Broken("a goroutine leaves a system call that it is not in");
        };
        go.state = GoState::Runnable;
        sink.go(now, event, None, now.goroutine, GoState::Syscall, GoState::Runnable);
        now.goroutine = GoId::NONE;
        Step::Done
    }

    /// C calls Go: a goroutine comes into being in a system call.
    fn go_create_syscall<V: Visitor>(&mut self, now: &mut Context, event: &Pending, sink: &mut Sink<'_, V>) -> Step {
        let goroutine = GoId(event.args[0]);
        if now.goroutine.is_some() {
            return NO_CONTEXT;
        }
        if !self.is_new(goroutine, GoState::Syscall) {
            return Step::Broken("a goroutine is created twice");
        }
        sink.go(now, event, None, goroutine, GoState::NotExist, GoState::Syscall);
        now.goroutine = goroutine;
        Step::Done
    }

    /// The goroutine of a call from C ends with it. Its thread keeps nothing: the number of the thread may be used again.
    fn go_destroy_syscall<V: Visitor>(&mut self, now: &mut Context, event: &Pending, sink: &mut Sink<'_, V>) -> Step {
        let in_call = self.goroutines.get(&now.goroutine);
        if in_call.is_none_or(|go| go.state != GoState::Syscall) {
            return Step::Broken("a goroutine leaves a system call that it is not in");
        }
        let mut after = *now;
        if now.proc.is_some() {
            match self.proc(now.proc) {
                Some(proc) if proc.hold == Hold::Syscall => proc.hold = Hold::Abandoned,
                _ => return Step::Broken("a system call ends on a processor that was in none"),
            }
            sink.proc(now, event, now.proc, ProcState::Running, ProcState::Idle);
            after.proc = ProcId::NONE;
        }
        self.goroutines.remove(&now.goroutine);
        sink.go(now, event, None, now.goroutine, GoState::Syscall, GoState::NotExist);
        after.goroutine = GoId::NONE;
        *now = after;
        Step::Done
    }

    fn proc_start<V: Visitor>(&mut self, now: &mut Context, event: &Pending, sink: &mut Sink<'_, V>) -> Step {
        let (id, turn) = (ProcId(event.args[0]), self.turn(event.args[1]));
        let generation = self.generation;
        let Some(proc) = self.proc(id) else {
            return Step::Wait;
        };
        let is_next = proc.turn.generation == generation && turn.number == proc.turn.number.wrapping_add(1);
        if proc.hold != Hold::Idle || !is_next || now.proc.is_some() {
            return Step::Wait;
        }
        proc.hold = Hold::Running;
        proc.turn = turn;
        sink.proc(now, event, id, ProcState::Idle, ProcState::Running);
        now.proc = id;
        Step::Done
    }

    fn proc_stop<V: Visitor>(&mut self, now: &mut Context, event: &Pending, sink: &mut Sink<'_, V>) -> Step {
        match self.proc(now.proc) {
            Some(proc) if matches!(proc.hold, Hold::Running | Hold::Syscall) => proc.hold = Hold::Idle,
            _ => return Step::Broken("a processor stops that does not run"),
        }
        sink.proc(now, event, now.proc, ProcState::Running, ProcState::Idle);
        now.proc = ProcId::NONE;
        Step::Done
    }

    /// A thread takes the processor of another one that is in a system call.
    fn proc_steal<V: Visitor>(&mut self, now: &mut Context, event: &Pending, sink: &mut Sink<'_, V>) -> Step {
        let (id, turn) = (ProcId(event.args[0]), self.turn(event.args[1]));
        let generation = self.generation;
        let Some(proc) = self.proc(id) else {
            return Step::Wait;
        };
        let is_next = proc.turn.generation == generation && turn.number == proc.turn.number.wrapping_add(1);
        let hold = proc.hold;
        if !matches!(hold, Hold::Syscall | Hold::Abandoned) || !is_next {
            return Step::Wait;
        }
        let victim = ThreadId(event.args[2]);
        if hold == Hold::Syscall {
            let victim_index = self.thread_index.get(&victim.0).copied();
            let held = victim_index.map(|index| self.threads[index as usize].proc);
            if held != Some(id) {
                return Step::Broken("a processor is stolen from a thread that does not have it");
            }
        }
        if let Some(proc) = self.proc(id) {
            proc.hold = Hold::Idle;
            proc.turn = turn;
        }
        let from = hold.state();
        sink.proc(now, event, id, from, ProcState::Idle);
        if hold == Hold::Syscall {
            if victim == now.thread {
                now.proc = ProcId::NONE;
            } else if let Some(&index) = self.thread_index.get(&victim.0) {
                self.threads[index as usize].proc = ProcId::NONE;
            }
        }
        Step::Done
    }

    fn proc_status<V: Visitor>(&mut self, now: &mut Context, event: &Pending, sink: &mut Sink<'_, V>) -> Step {
        let id = ProcId(event.args[0]);
        let Some(told) = Hold::parse(event.args[1]) else {
            return Step::Broken("a processor has a state that there is not");
        };
        if id.0 >= MAX_PROCS {
            return Step::Broken("there are more processors than any machine has");
        }
        let turn = self.turn(0);
        let is_first = self.is_first();
        let mut shown = *now;
        let mut to = told;
        let from = match self.proc(id).map(|proc| proc.hold) {
            None => {
                let index = id.0 as usize;
                if self.procs.len() <= index {
                    self.procs.resize(index + 1, None);
                }
                self.procs[index] = Some(Proc { turn, hold: told });
                if is_first {
                    ProcState::Undetermined
                } else {
                    ProcState::NotExist
                }
            }
            Some(known) => {
                let from = match (known, told) {
                    (Hold::Syscall, Hold::Abandoned) => {
                        // Whoever tells it does not know the thread that had it; that thread is still known here.
                        let Some(holder) = self.threads.iter().find(|holder| holder.proc == id) else {
                            return Step::Broken("a processor in a system call belongs to no thread");
                        };
                        shown = *holder;
                        to = Hold::Syscall;
                        ProcState::Running
                    }
                    (known, told) if known == told => told.state(),
                    _ => return Step::Broken("a processor is not in the state that is told of it"),
                };
                if let Some(proc) = self.proc(id) {
                    proc.turn = turn;
                }
                from
            }
        };
        sink.proc(&shown, event, id, from, to.state());
        if matches!(told, Hold::Running | Hold::Syscall) {
            now.proc = id;
        }
        Step::Done
    }
}

/// Whether nothing is known of a thread.
fn is_unseen(context: &Context) -> bool {
    !context.proc.is_some() && !context.goroutine.is_some()
}

impl<V: Visitor> Sink<'_, V> {
    /// Tells of a goroutine.
    #[inline]
    fn go(
        &mut self,
        now: &Context,
        event: &Pending,
        stack: Option<crate::model::StackId>,
        goroutine: GoId,
        from: GoState,
        to: GoState,
    ) {
        self.emit(
            event.time,
            now,
            stack,
            EventKind::Go {
                goroutine,
                from,
                to,
                reason: Reason::None,
                stack: None,
            },
        );
    }

    /// Tells of a processor.
    fn proc(&mut self, now: &Context, event: &Pending, proc: ProcId, from: ProcState, to: ProcState) {
        self.emit(event.time, now, None, EventKind::Proc { proc, from, to });
    }

    #[inline]
    fn emit(&mut self, time: u64, now: &Context, stack: Option<crate::model::StackId>, kind: EventKind<'_>) {
        self.tell(Event {
            time,
            thread: now.thread,
            proc: now.proc,
            goroutine: now.goroutine,
            stack,
            kind,
        });
    }
}
