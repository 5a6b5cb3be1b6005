//! Models of the library: what its functions do to locks, counters, contexts and timers.

use std::rc::Rc;

use gosleuth_ir::ValueId;
use gosleuth_types::{Type, TypeId};

use crate::errors::{MAX_WRAPPED, is_error, new_error};
use crate::exec::Flow;
use crate::machine::Machine;
use crate::program::Site;
use crate::state::{Chan, Context, Crash, Gid, Obj, Starter, State, Sync, SyncOp};
use crate::text::{Text, sprintf};
use crate::value::{Callable, Loc, ObjId, Val};

/// A library function with a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Native {
    Lock,
    TryLock,
    Unlock,
    ReadLock,
    TryReadLock,
    ReadUnlock,
    ReadLocker,
    Add,
    Done,
    Wait,
    WaitGroupGo,
    OnceDo,
    NewCond,
    CondWait,
    Signal,
    Broadcast,
    NeverDone,
    WithCancel,
    WithDeadline,
    WithValue,
    ContextDone,
    ContextErr,
    ContextValue,
    After,
    NewTimer,
    NewTicker,
    Tick,
    TimerStop,
    TimerReset,
    TickerStop,
    AfterFunc,
    AtomicAdd,
    AtomicLoad,
    AtomicStore,
    AtomicSwap,
    AtomicCas,
    Goexit,
    Exit,
    Panic,
    Yield,
    TestRun,
    Parallel,
    Cleanup,
    NewError,
    FormatError,
    TestError,
    TestFatal,
    ErrorIs,
    Text(Text),
    /// Another value each time.
    Anything,
    Format,
    Pipe,
    PipeRead,
    PipeWrite,
    PipeCloseRead,
    PipeCloseWrite,
    GroupGo,
    GroupWait,
    GroupWithContext,
    Nothing,
}

impl Native {
    /// The model of a function, by import path, receiver type and name.
    pub(crate) fn of(path: &str, recv: &str, name: &str) -> Option<Self> {
        Some(match (path, recv, name) {
            ("sync", "Mutex" | "RWMutex" | "Locker", "Lock") => Self::Lock,
            ("sync", "Mutex" | "RWMutex", "TryLock") => Self::TryLock,
            ("sync", "Mutex" | "RWMutex" | "Locker", "Unlock") => Self::Unlock,
            ("sync", "RWMutex", "RLock") => Self::ReadLock,
            ("sync", "RWMutex", "TryRLock") => Self::TryReadLock,
            ("sync", "RWMutex", "RUnlock") => Self::ReadUnlock,
            ("sync", "RWMutex", "RLocker") => Self::ReadLocker,
            ("sync", "WaitGroup", "Add") => Self::Add,
            ("sync", "WaitGroup", "Done") => Self::Done,
            ("sync", "WaitGroup", "Wait") => Self::Wait,
            ("sync", "WaitGroup", "Go") => Self::WaitGroupGo,
            ("sync", "Once", "Do") => Self::OnceDo,
            ("sync", "", "NewCond") => Self::NewCond,
            ("sync", "Cond", "Wait") => Self::CondWait,
            ("sync", "Cond", "Signal") => Self::Signal,
            ("sync", "Cond", "Broadcast") => Self::Broadcast,
            ("context", "", "Background" | "TODO" | "WithoutCancel") => Self::NeverDone,
            ("context", "", "WithCancel" | "WithCancelCause") => Self::WithCancel,
            ("context", "", "WithTimeout" | "WithDeadline" | "WithTimeoutCause" | "WithDeadlineCause") => {
                Self::WithDeadline
            }
            ("context", "", "WithValue") => Self::WithValue,
            ("context", "Context", "Done") => Self::ContextDone,
            ("context", "Context", "Err") => Self::ContextErr,
            ("context", "Context", "Value" | "Deadline") => Self::ContextValue,
            ("time", "", "After") => Self::After,
            ("time", "", "NewTimer") => Self::NewTimer,
            ("time", "", "NewTicker") => Self::NewTicker,
            ("time", "", "Tick") => Self::Tick,
            ("time", "", "AfterFunc") => Self::AfterFunc,
            ("time", "", "Sleep") | ("runtime", "", "Gosched") => Self::Yield,
            ("time", "Timer", "Stop") => Self::TimerStop,
            ("time", "Timer", "Reset") => Self::TimerReset,
            ("time", "Ticker", "Stop") => Self::TickerStop,
            ("time", "Ticker", "Reset") => Self::Nothing,
            ("time", "", "Since" | "Until")
            | (
                "time",
                "Time",
                "After" | "Before" | "Equal" | "Compare" | "Sub" | "Unix" | "UnixMilli" | "UnixNano" | "Nanosecond",
            )
            | ("math/rand" | "math/rand/v2", _, _) => Self::Anything,
            ("sync/atomic", _, name) => return Self::atomic(recv, name),
            ("runtime", "", "Goexit")
            | ("testing", "common" | "T" | "B" | "F" | "TB", "Skip" | "Skipf" | "SkipNow") => Self::Goexit,
            ("testing", "common" | "T" | "B" | "F" | "TB", "Fatal" | "Fatalf" | "FailNow") => Self::TestFatal,
            ("testing", "common" | "T" | "B" | "F" | "TB", "Error" | "Errorf" | "Fail") => Self::TestError,
            ("testing", "common" | "T" | "B" | "F" | "TB", "Log" | "Logf")
            | ("log", "" | "Logger", "Print" | "Printf" | "Println")
            | (
                "fmt",
                "",
                "Print" | "Printf" | "Println" | "Sprint" | "Sprintf" | "Sprintln" | "Fprint" | "Fprintf" | "Fprintln",
            ) => Self::Format,
            ("testing", "T" | "B", "Run") => Self::TestRun,
            ("testing", "common" | "T" | "B" | "TB", "Cleanup") => Self::Cleanup,
            ("testing", "T", "Parallel") => Self::Parallel,
            ("testing", "common" | "T" | "B" | "F" | "TB", _) => Self::Nothing,
            ("os" | "syscall", "", "Exit") | ("log", "" | "Logger", "Fatal" | "Fatalf" | "Fatalln") => Self::Exit,
            ("log", "" | "Logger", "Panic" | "Panicf" | "Panicln") => Self::Panic,
            ("io", "", "Pipe") => Self::Pipe,
            ("io", "PipeReader", "Read") => Self::PipeRead,
            ("io", "PipeWriter", "Write") => Self::PipeWrite,
            ("io", "PipeReader", "Close" | "CloseWithError") => Self::PipeCloseRead,
            ("io", "PipeWriter", "Close" | "CloseWithError") => Self::PipeCloseWrite,
            ("errors", "", "New") => Self::NewError,
            ("fmt", "", "Errorf") => Self::FormatError,
            ("errors", "", "Is") => Self::ErrorIs,
            ("golang.org/x/sync/errgroup", "Group", "Go" | "TryGo") => Self::GroupGo,
            ("golang.org/x/sync/errgroup", "Group", "Wait") => Self::GroupWait,
            ("golang.org/x/sync/errgroup", "Group", "SetLimit") => Self::Nothing,
            ("golang.org/x/sync/errgroup", "", "WithContext") => Self::GroupWithContext,
            (path, "", name) => return Text::of(path, name).map(Self::Text),
            _ => return None,
        })
    }

    /// Whether others see when it happens.
    fn is_seen(self) -> bool {
        self.is_atomic()
            || matches!(
                self,
                Self::ContextErr | Self::TimerStop | Self::TimerReset | Self::PipeCloseRead | Self::PipeCloseWrite
            )
    }

    /// Whether it has to do with goroutines that wait for each other.
    pub(crate) fn is_sync(self) -> bool {
        matches!(
            self,
            Self::Lock
                | Self::ReadLock
                | Self::Unlock
                | Self::ReadUnlock
                | Self::Add
                | Self::Done
                | Self::Wait
                | Self::WaitGroupGo
                | Self::OnceDo
                | Self::CondWait
                | Self::Signal
                | Self::Broadcast
                | Self::AfterFunc
                | Self::GroupGo
                | Self::GroupWait
                | Self::PipeRead
                | Self::PipeWrite
                | Self::PipeCloseRead
                | Self::PipeCloseWrite
        )
    }

    /// Whether it reads or writes one atomic variable.
    pub(crate) fn is_atomic(self) -> bool {
        matches!(
            self,
            Self::AtomicAdd | Self::AtomicLoad | Self::AtomicStore | Self::AtomicSwap | Self::AtomicCas
        )
    }

    fn atomic(recv: &str, name: &str) -> Option<Self> {
        // Functions have the type in their name: AddInt32, LoadPointer.
        let is = |verb: &str| {
            if recv.is_empty() {
                name.starts_with(verb)
            } else {
                name == verb
            }
        };
        Some(if is("Add") {
            Self::AtomicAdd
        } else if is("Load") {
            Self::AtomicLoad
        } else if is("Store") {
            Self::AtomicStore
        } else if is("Swap") {
            Self::AtomicSwap
        } else if is("CompareAndSwap") {
            Self::AtomicCas
        } else {
            return None;
        })
    }
}

impl<'a> Machine<'a> {
    /// Runs a model in the place of a library function.
    #[expect(clippy::too_many_arguments, reason = "a call is all of this")]
    pub(crate) fn run_native(
        &self,
        state: &mut State,
        gid: Gid,
        native: Native,
        args: &[Val],
        dest: Option<ValueId>,
        site: Site,
        ty: TypeId,
    ) -> Flow {
        let arg = |number: usize| args.get(number).cloned().unwrap_or(Val::Unknown);
        let loc = match arg(0) {
            Val::Ptr(loc) => Some(loc),
            _ => None,
        };
        let query = self.query(site.func.unit);
        let op = match (native, &loc) {
            (Native::Lock, Some(loc)) => SyncOp::Lock(loc.clone()),
            (Native::TryLock, Some(loc)) => SyncOp::TryLock(loc.clone(), true),
            (Native::TryReadLock, Some(loc)) => SyncOp::TryLock(loc.clone(), false),
            (Native::Unlock, Some(loc)) => SyncOp::Unlock(loc.clone()),
            (Native::ReadLock, Some(loc)) => SyncOp::ReadLock(loc.clone()),
            (Native::ReadUnlock, Some(loc)) => SyncOp::ReadUnlock(loc.clone()),
            (Native::Lock, None) => match arg(0) {
                Val::ReadLocker(loc) => SyncOp::ReadLock(loc),
                _ => return Flow::On,
            },
            (Native::Unlock, None) => match arg(0) {
                Val::ReadLocker(loc) => SyncOp::ReadUnlock(loc),
                _ => return Flow::On,
            },
            (Native::Add, Some(loc)) => match arg(1) {
                Val::Int(count) => SyncOp::Add(loc.clone(), count),
                _ => {
                    // A count that is not known can be anything.
                    state.syncs_mut().insert(loc.clone(), Sync::Shared);
                    return Flow::On;
                }
            },
            (Native::Done, Some(loc)) => SyncOp::Add(loc.clone(), -1),
            (Native::Wait | Native::GroupWait, Some(loc)) => {
                self.give(state, gid, dest, site, Val::Lazy(ty));
                SyncOp::Wait(loc.clone())
            }
            (Native::WaitGroupGo | Native::GroupGo, Some(loc)) => {
                let Val::Func(callable) = arg(1) else {
                    self.escape(state, args);
                    return Flow::On;
                };
                state.set(gid, dest, Val::Bool(true));
                state.add(loc, 1);
                state.goroutine(gid).spawns_for = Some(loc.clone());
                SyncOp::Spawn(callable, Vec::new())
            }
            (Native::OnceDo, Some(loc)) => SyncOp::Once(loc.clone(), arg(1)),
            (Native::CondWait, Some(loc)) => SyncOp::CondWait {
                cond: loc.clone(),
                lock: self.load(query, state, &loc.part(COND_LOCKER)),
            },
            (Native::Signal, Some(loc)) => SyncOp::Signal(loc.clone(), false),
            (Native::Broadcast, Some(loc)) => SyncOp::Signal(loc.clone(), true),
            (Native::Yield, _) => SyncOp::Yield,
            (Native::PipeRead | Native::PipeWrite, Some(loc)) => {
                let [data, read_done, write_done] = [0, 1, 2].map(|part| self.load(query, state, &loc.part(part)));
                let sent = (native == Native::PipeWrite).then_some(Val::Unknown);
                let op = SyncOp::Select {
                    cases: vec![(data, sent), (read_done, None), (write_done, None)],
                    default: false,
                };
                self.park(state, gid, op, site, dest);
                return Flow::On;
            }
            (Native::FormatError, _) => {
                let error = new_error(state, args);
                self.give(state, gid, dest, site, error);
                self.format(state, gid, args, site);
                return Flow::On;
            }
            (Native::TestError, _) => {
                state.failed = true;
                self.format(state, gid, args, site);
                return Flow::On;
            }
            (Native::Format, _) => {
                let text = sprintf(state, args).filter(|_| matches!(query.ty(query.underlying(ty)), Type::Basic(_)));
                self.give(state, gid, dest, site, text.unwrap_or(Val::Lazy(ty)));
                self.format(state, gid, args, site);
                return Flow::On;
            }
            _ => {
                if native.is_seen() {
                    let op = SyncOp::Access(native, args.to_vec());
                    self.park(state, gid, op, site, dest);
                    return Flow::On;
                }
                return match self.value_of(state, gid, native, args, site, ty) {
                    Ok(result) => {
                        self.give(state, gid, dest, site, result);
                        Flow::On
                    }
                    Err(flow) => flow,
                };
            }
        };
        let dest = matches!(op, SyncOp::TryLock(..)).then_some(dest).flatten();
        self.park(state, gid, op, site, dest);
        Flow::On
    }

    /// Reads or writes what others write or read.
    pub(crate) fn access(
        &self,
        state: &mut State,
        gid: Gid,
        native: Native,
        args: &[Val],
        dest: Option<ValueId>,
        site: Site,
    ) {
        let frame = state.frame(gid);
        let ty = dest.map_or(TypeId::EMPTY_TUPLE, |dest| {
            self.program.func(frame.func).values[dest].ty
        });
        if let Ok(result) = self.value_of(state, gid, native, args, site, ty) {
            self.give(state, gid, dest, site, result);
        }
    }

    /// Models that block nobody.
    fn value_of(
        &self,
        state: &mut State,
        gid: Gid,
        native: Native,
        args: &[Val],
        site: Site,
        ty: TypeId,
    ) -> Result<Val, Flow> {
        let arg = |number: usize| args.get(number).cloned().unwrap_or(Val::Unknown);
        let query = self.query(site.func.unit);
        let loc = match arg(0) {
            Val::Ptr(loc) => Some(loc),
            _ => None,
        };
        Ok(match native {
            Native::ReadLocker => loc.map_or(Val::Unknown, Val::ReadLocker),
            Native::NewCond => {
                let elem = pointee(query.ty(ty));
                let mut zero = self.zero(query, elem);
                if let Val::Parts(parts) = &mut zero
                    && let Some(slot) = Rc::make_mut(parts).get_mut(COND_LOCKER as usize)
                {
                    *slot = arg(0);
                }
                Val::Ptr(Loc::whole(state.alloc(Obj::Cell(elem, zero))))
            }
            Native::NeverDone => Val::Context(state.alloc(Obj::Context(Context {
                parent: None,
                done: None,
                cancelled: false,
                deadline: false,
            }))),
            Native::WithCancel | Native::WithDeadline | Native::GroupWithContext => {
                let context = self.derive(state, &arg(0), native == Native::WithDeadline, site);
                if native == Native::GroupWithContext {
                    let elem = match query.ty(ty) {
                        Type::Tuple(types) => types.first().map_or(TypeId::UNKNOWN, |&ty| pointee(query.ty(ty))),
                        _ => TypeId::UNKNOWN,
                    };
                    let zero = self.zero(query, elem);
                    let group = Val::Ptr(Loc::whole(state.alloc(Obj::Cell(elem, zero))));
                    // A function of the group that fails cancels the context.
                    self.publish(state, &[Val::Context(context)]);
                    return Ok(Val::tuple([group, Val::Context(context)]));
                }
                Val::tuple([Val::Context(context), Val::func(Callable::Cancel(context))])
            }
            Native::WithValue => match arg(0) {
                parent @ Val::Context(_) => parent,
                parent => Val::Context(self.derive(state, &parent, false, site)),
            },
            Native::ContextDone => match arg(0) {
                Val::Context(context) => state.done(context).map_or(Val::Nil, Val::Chan),
                _ => Val::Lazy(ty),
            },
            Native::ContextErr => match arg(0) {
                Val::Context(context) => match state.context(context) {
                    Some(context) if context.cancelled => state.non_nil(),
                    Some(context) if context.done.is_none() => Val::Nil,
                    Some(context) => match context.done.and_then(|done| state.chan(done)) {
                        Some(chan) if !chan.shared => Val::Nil,
                        _ => state.symbol(),
                    },
                    None => state.symbol(),
                },
                _ => state.symbol(),
            },
            Native::ContextValue => Val::Lazy(ty),
            Native::After => self.timer(state, site, true),
            Native::Tick => self.timer(state, site, false),
            Native::NewTimer | Native::NewTicker => {
                let elem = pointee(query.ty(ty));
                let chan = self.timer(state, site, native == Native::NewTimer);
                if let Val::Chan(obj) = chan
                    && let Some(chan) = state.chan_mut(obj)
                {
                    chan.stoppable = true;
                }
                let mut zero = self.zero(query, elem);
                if let Val::Parts(parts) = &mut zero
                    && let Some(slot) = Rc::make_mut(parts).first_mut()
                {
                    *slot = chan;
                }
                Val::Ptr(Loc::whole(state.alloc(Obj::Cell(elem, zero))))
            }
            Native::TimerStop | Native::TimerReset | Native::TickerStop => {
                let parts = loc.map(|loc| [0, 1].map(|part| self.load(query, state, &loc.part(part))));
                let (chan, func) = match parts {
                    Some([chan, func]) => (Some(chan), func),
                    None => (None, Val::Nil),
                };
                match (chan, func) {
                    (Some(Val::Chan(obj)), Val::Func(callable)) => {
                        self.rearm(state, obj, &callable, native == Native::TimerReset)
                    }
                    (Some(Val::Chan(obj)), _) => {
                        let drains = self.program.unit(site.func).package.go_minor >= 23;
                        match state.chan_mut(obj) {
                            Some(chan) if !chan.shared => {
                                let mut was_active = chan.timer;
                                chan.timer = native == Native::TimerReset;
                                chan.ticker = false;
                                // From Go 1.23 on no value of before is left in the channel, and a value that nobody took counts as not sent.
                                if drains {
                                    was_active |= !chan.buffer.is_empty();
                                    chan.buffer.clear();
                                }
                                Val::Bool(was_active)
                            }
                            _ => state.symbol(),
                        }
                    }
                    _ => state.symbol(),
                }
            }
            Native::AfterFunc => {
                let Val::Func(callable) = arg(1) else {
                    return Ok(Val::Lazy(ty));
                };
                let Val::Chan(obj) = self.timer(state, site, true) else {
                    return Ok(Val::Lazy(ty));
                };
                if let Some(chan) = state.chan_mut(obj) {
                    chan.timer = false;
                }
                self.rearm(state, obj, &callable, true);
                let parts = Val::Parts(Rc::from([Val::Chan(obj), Val::Func(callable)]));
                Val::Ptr(Loc::whole(state.alloc(Obj::Cell(pointee(query.ty(ty)), parts))))
            }
            Native::AtomicAdd | Native::AtomicLoad | Native::AtomicStore | Native::AtomicSwap | Native::AtomicCas => {
                self.atomic(state, native, loc, &arg(1), &arg(2), site, ty)
            }
            Native::Goexit | Native::TestFatal => {
                state.failed |= native == Native::TestFatal;
                self.goexit(state, gid);
                return Err(Flow::On);
            }
            Native::Exit => {
                state.over = true;
                return Err(Flow::On);
            }
            Native::Panic => {
                self.panic(state, gid, Crash::Other, site);
                return Err(Flow::On);
            }
            Native::TestRun => {
                let Val::Func(callable) = arg(2) else {
                    return Ok(Val::Unknown);
                };
                let target = crate::state::Target::Callable(callable);
                let recv = arg(0);
                return Err(self.invoke(state, gid, target, vec![recv], None, site, TypeId::EMPTY_TUPLE));
            }
            Native::Parallel => {
                // A parallel subtest goes on when the test around it has returned, which is not followed.
                state.doubtful |= state.goroutines[gid as usize].frames.len() > 1;
                Val::Unknown
            }
            Native::Cleanup => {
                state.goroutine(gid).cleanups.push(arg(1));
                Val::Unknown
            }
            Native::Pipe => {
                // Both ends: the data, and what is closed with the reader and with the writer.
                let parts: Rc<[Val]> = [false; 3]
                    .map(|_| Val::Chan(state.unbuffered(site)))
                    .into_iter()
                    .collect();
                let ends = match query.ty(ty) {
                    Type::Tuple(types) => types.clone(),
                    _ => Vec::new(),
                };
                let ends: Vec<_> = ends
                    .into_iter()
                    .map(|ty| {
                        let elem = pointee(query.ty(ty));
                        Val::Ptr(Loc::whole(state.alloc(Obj::Cell(elem, Val::Parts(Rc::clone(&parts))))))
                    })
                    .collect();
                Val::tuple(ends)
            }
            Native::PipeCloseRead | Native::PipeCloseWrite => {
                let part = if native == Native::PipeCloseRead { 1 } else { 2 };
                if let Some(loc) = loc
                    && let Val::Chan(obj) = self.load(query, state, &loc.part(part))
                    && let Some(chan) = state.chan_mut(obj)
                {
                    chan.closed = true;
                }
                Val::Nil
            }
            Native::NewError => new_error(state, args),
            Native::ErrorIs => match is_error(state, &arg(0), &arg(1), MAX_WRAPPED) {
                Some(known) => Val::Bool(known),
                None => Val::Lazy(ty),
            },
            Native::Text(text) => text.apply(args).unwrap_or(Val::Lazy(ty)),
            // In another package time may be what a test makes it.
            Native::Anything if site.func.unit == 0 && matches!(query.ty(query.underlying(ty)), Type::Basic(_)) => {
                state.free_symbol()
            }
            _ => Val::Lazy(ty),
        })
    }

    /// Stops a timer with a function, or starts it: a goroutine waits until it fires, and runs the function. Whether it was active.
    fn rearm(&self, state: &mut State, obj: ObjId, callable: &Rc<Callable>, start: bool) -> Val {
        let site = state.chan(obj).and_then(|chan| chan.site);
        let (Some(chan), Some(site)) = (state.chan_mut(obj), site) else {
            return state.symbol();
        };
        chan.stoppable = true;
        let was_active = std::mem::replace(&mut chan.timer, start);
        if was_active && !start {
            let waits = SyncOp::Recv {
                chan: Val::Chan(obj),
                comma_ok: false,
            };
            let waiter = state.goroutines.iter().position(|goroutine| {
                !goroutine.ended && goroutine.parked.as_ref().is_some_and(|parked| parked.op == waits)
            });
            if let Some(waiter) = waiter {
                let goroutine = state.goroutine(waiter as Gid);
                goroutine.ended = true;
                goroutine.frames.clear();
            }
        }
        if start && !was_active {
            let new = self.new_goroutine(state, Starter::Root, Some(site), None);
            self.start(state, new, callable, Vec::new());
            if state.goroutines[new as usize].ended {
                return Val::Bool(was_active);
            }
            let op = SyncOp::Recv {
                chan: Val::Chan(obj),
                comma_ok: false,
            };
            self.park(state, new, op, site, None);
        }
        Val::Bool(was_active)
    }

    /// A context that is done when its parent is.
    fn derive(&self, state: &mut State, parent: &Val, deadline: bool, site: Site) -> ObjId {
        let (parent, unknown, cancelled) = match parent {
            Val::Context(parent) => {
                let shared = state
                    .done(*parent)
                    .and_then(|done| state.chan(done))
                    .is_some_and(|chan| chan.shared);
                let cancelled = state.context(*parent).is_some_and(|context| context.cancelled);
                (Some(*parent), shared, cancelled)
            }
            // Who made the parent may cancel it.
            _ => (None, true, false),
        };
        let done = state.alloc(Obj::Chan(Chan {
            capacity: 0,
            buffer: Vec::new(),
            closed: cancelled,
            shared: unknown,
            timer: false,
            stoppable: false,
            ticker: false,
            site: Some(site),
        }));
        state.alloc(Obj::Context(Context {
            parent,
            done: Some(done),
            cancelled,
            deadline,
        }))
    }

    fn timer(&self, state: &mut State, site: Site, once: bool) -> Val {
        Val::Chan(state.alloc(Obj::Chan(Chan {
            capacity: 1,
            buffer: Vec::new(),
            closed: false,
            shared: false,
            timer: once,
            stoppable: false,
            ticker: !once,
            site: Some(site),
        })))
    }

    #[expect(clippy::too_many_arguments, reason = "an operation with its operands")]
    fn atomic(
        &self,
        state: &mut State,
        native: Native,
        loc: Option<Loc>,
        first: &Val,
        second: &Val,
        site: Site,
        ty: TypeId,
    ) -> Val {
        let query = self.query(site.func.unit);
        let Some(loc) = loc else {
            return Val::Lazy(ty);
        };
        let old = self.load(query, state, &loc);
        match native {
            // Others may change it all the time.
            Native::AtomicLoad if state.shared.contains(loc.obj) && matches!(old, Val::Sym(_)) => state.symbol(),
            Native::AtomicLoad => old,
            Native::AtomicStore => {
                self.store(query, state, &loc, first.clone());
                Val::Unknown
            }
            Native::AtomicSwap => {
                self.store(query, state, &loc, first.clone());
                old
            }
            Native::AtomicAdd => {
                let new = match (&old, first) {
                    (Val::Int(old), Val::Int(add)) => old.checked_add(*add).map_or(Val::Unknown, Val::Int),
                    _ => Val::Unknown,
                };
                self.store(query, state, &loc, new.clone());
                new
            }
            _ => {
                if old.is_open() || first.is_open() {
                    return state.symbol();
                }
                let equal = old == *first;
                if equal {
                    self.store(query, state, &loc, second.clone());
                }
                Val::Bool(equal)
            }
        }
    }
}

/// The number of the field `L` of `sync.Cond`.
const COND_LOCKER: u32 = 1;

fn pointee(ty: &Type) -> TypeId {
    match ty {
        Type::Pointer(elem) => *elem,
        _ => TypeId::UNKNOWN,
    }
}

impl State {
    /// A new channel without buffer.
    fn unbuffered(&mut self, site: Site) -> ObjId {
        self.alloc(Obj::Chan(Chan {
            capacity: 0,
            buffer: Vec::new(),
            closed: false,
            shared: false,
            timer: false,
            stoppable: false,
            ticker: false,
            site: Some(site),
        }))
    }

    pub(crate) fn context(&self, id: ObjId) -> Option<&Context> {
        match self.obj(id) {
            Obj::Context(context) => Some(context),
            _ => None,
        }
    }

    /// The channel that is closed when a context is done.
    pub(crate) fn done(&self, id: ObjId) -> Option<ObjId> {
        self.context(id)?.done
    }

    /// Ends a context and those derived from it.
    pub(crate) fn cancel(&mut self, id: ObjId) {
        let mut work = vec![id];
        while let Some(id) = work.pop() {
            let done = match self.obj_mut(id) {
                Obj::Context(context) if !context.cancelled => {
                    context.cancelled = true;
                    context.deadline = false;
                    context.done
                }
                _ => continue,
            };
            if let Some(chan) = done.and_then(|done| self.chan_mut(done)) {
                chan.closed = true;
            }
            for (child, obj) in self.heap.iter().enumerate() {
                if matches!(&***obj, Obj::Context(context) if context.parent == Some(id)) {
                    work.push(child as ObjId);
                }
            }
        }
    }

    /// Changes a counter; the new count, none where it is not known.
    pub(crate) fn add(&mut self, loc: &Loc, count: i64) -> Option<i64> {
        if self.shared.contains(loc.obj) {
            return None;
        }
        match self.syncs_mut().entry(loc.clone()).or_insert(Sync::Counter(0)) {
            Sync::Counter(counter) => {
                *counter += count;
                Some(*counter)
            }
            _ => None,
        }
    }

    /// The function of a `Once` has returned.
    pub(crate) fn finish_once(&mut self, loc: &Loc) {
        self.syncs_mut().insert(
            loc.clone(),
            Sync::Once {
                running: None,
                done: true,
            },
        );
    }
}
