//! Operations that others see: which can happen, and what they do.

use std::rc::Rc;

use gosleuth_ir::{Func, Op, ValueId};
use gosleuth_types::{Type, TypeId};

use crate::hash::{Owner, owners};
use crate::machine::Machine;
use crate::program::Site;
use crate::state::{Chan, Crash, Gid, Obj, Parked, Starter, State, Sync, SyncOp};
use crate::value::{Loc, ObjId, Val};

/// One way an execution can go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Transition {
    /// A goroutine does what it stands in front of; of a select the case with this number, the default being the last.
    Go(Gid, u32),
    /// A sender and a receiver meet at a channel without buffer, with their numbers of cases.
    Meet { sender: (Gid, u32), receiver: (Gid, u32) },
    /// A timer fires.
    Fire(ObjId),
    /// The deadline of a context is over.
    Expire(ObjId),
}

impl Transition {
    /// Whether a goroutine goes on by it.
    pub(crate) fn moves(&self, gid: Gid) -> bool {
        match self {
            Self::Go(mover, _) => *mover == gid,
            Self::Meet { sender, receiver } => sender.0 == gid || receiver.0 == gid,
            Self::Fire(_) | Self::Expire(_) => false,
        }
    }

    /// The goroutine that acts.
    pub(crate) fn mover(&self) -> Option<Gid> {
        match self {
            Self::Go(gid, _) => Some(*gid),
            Self::Meet { receiver, .. } => Some(receiver.0),
            Self::Fire(_) | Self::Expire(_) => None,
        }
    }
}

/// Whether a communication can happen.
enum Ready {
    No,
    /// Whatever others do.
    Yes,
    /// If code outside does its part.
    Maybe,
}

impl<'a> Machine<'a> {
    /// The ways in which an execution can go on, without those that make no difference.
    pub(crate) fn transitions(&self, state: &State) -> Vec<Transition> {
        self.ways(state, true)
    }

    /// The ways in which an execution can go on; with `local_first` what concerns nobody else comes first, and alone.
    pub(crate) fn ways(&self, state: &State, local_first: bool) -> Vec<Transition> {
        let mut out = Vec::new();
        for gid in 0..state.goroutines.len() as Gid {
            let Some(parked) = parked(state, gid) else {
                continue;
            };
            let before = out.len();
            self.own_transitions(state, gid, parked, &mut out);
            // What no other goroutine can prevent or observe needs no alternatives.
            if local_first && out.len() == before + 1 && is_local(state, &parked.op) {
                return vec![out.swap_remove(before)];
            }
        }
        for (obj, value) in state.heap.iter().enumerate() {
            let obj = obj as ObjId;
            match &***value {
                Obj::Chan(chan)
                    if chan.timer && chan.buffer.is_empty() && (chan.stoppable || is_awaited(state, obj)) =>
                {
                    out.push(Transition::Fire(obj));
                }
                Obj::Context(context) if context.deadline && !context.cancelled => out.push(Transition::Expire(obj)),
                _ => {}
            }
        }
        if out.is_empty() {
            let calls = |gid: &Gid| matches!(parked(state, *gid).map(|it| &it.op), Some(SyncOp::Called(_)));
            let gids = 0..state.goroutines.len() as Gid;
            out.extend(gids.filter(calls).map(|gid| Transition::Go(gid, 0)));
        }
        out
    }

    /// Transitions that are enough for now, of all that are possible: those of one goroutine whose operation is on objects that no other one
    /// can reach, as far as what it can do does not depend on others. What others do can wait (ample sets; Peled, 1993). Whoever uses them sees to it
    /// that the others are not put off for ever.
    pub(crate) fn ample(&self, state: &State, all: &[Transition]) -> Option<Vec<Transition>> {
        let mover = |transition: &Transition| match transition {
            Transition::Go(gid, _) => Some(*gid),
            _ => None,
        };
        let first = all.first().and_then(mover);
        if all.len() < 2
            || all
                .iter()
                .all(|transition| mover(transition).is_some() && mover(transition) == first)
        {
            return None;
        }
        let mut known = None;
        let mut seen = None;
        for transition in all {
            let Some(gid) = mover(transition).filter(|&gid| seen != Some(gid)) else {
                continue;
            };
            seen = Some(gid);
            let Some(parked) = parked(state, gid) else {
                continue;
            };
            if !is_private(state, &parked.op, |obj| {
                let owners = known.get_or_insert_with(|| owners(self, state));
                owners[obj as usize] == Owner::One(gid)
            }) {
                continue;
            }
            return Some(all.iter().filter(|other| mover(other) == Some(gid)).cloned().collect());
        }
        None
    }

    fn own_transitions(&self, state: &State, gid: Gid, parked: &Parked, out: &mut Vec<Transition>) {
        let go = Transition::Go(gid, 0);
        match &parked.op {
            SyncOp::Send { chan, .. } => match send_ready(state, chan) {
                Ready::Yes | Ready::Maybe => out.push(go),
                Ready::No => self.meetings(state, gid, 0, chan, out),
            },
            SyncOp::Recv { chan, .. } => {
                if !matches!(recv_ready(state, chan), Ready::No) {
                    out.push(go);
                }
            }
            SyncOp::Select { cases, default } => {
                let mut certain = false;
                for (number, (chan, send)) in cases.iter().enumerate() {
                    let number = number as u32;
                    let ready = match send {
                        Some(_) => send_ready(state, chan),
                        None => recv_ready(state, chan),
                    };
                    match ready {
                        Ready::Yes => {
                            certain = true;
                            out.push(Transition::Go(gid, number));
                        }
                        Ready::Maybe => out.push(Transition::Go(gid, number)),
                        Ready::No if send.is_some() => self.meetings(state, gid, number, chan, out),
                        Ready::No => {}
                    }
                }
                if *default && !certain {
                    out.push(Transition::Go(gid, cases.len() as u32));
                }
            }
            SyncOp::Lock(loc) => match state.sync(loc) {
                Some(Sync::Lock { writer, readers, .. }) if writer.is_some() || !readers.is_empty() => {
                    if writer.is_none() {
                        out.push(go);
                    }
                }
                _ => out.push(go),
            },
            SyncOp::LockAnnounced(loc) => match state.sync(loc) {
                Some(Sync::Lock { writer, readers, .. }) if writer.is_some() || !readers.is_empty() => {}
                _ => out.push(go),
            },
            SyncOp::ReadLock(loc) => match state.sync(loc) {
                Some(Sync::Lock { writer, waiting, .. }) if writer.is_some() || !waiting.is_empty() => {}
                _ => out.push(go),
            },
            SyncOp::Wait(loc) => match state.sync(loc) {
                Some(Sync::Counter(count)) if *count > 0 => {}
                _ => out.push(go),
            },
            SyncOp::CondQueued { cond, .. } => {
                if state.shared.contains(cond.obj) {
                    out.push(go);
                }
            }
            SyncOp::Once(loc, _) => match state.sync(loc) {
                Some(Sync::Once { running: Some(_), .. }) => {}
                _ => out.push(go),
            },
            SyncOp::Close { .. }
            | SyncOp::TryLock(..)
            | SyncOp::Unlock(_)
            | SyncOp::ReadUnlock(_)
            | SyncOp::Add(..)
            | SyncOp::CondWait { .. }
            | SyncOp::Signal(..)
            | SyncOp::Spawn(..)
            | SyncOp::Cancel(_)
            | SyncOp::Access(..)
            | SyncOp::Yield => out.push(go),
            SyncOp::Stalled => {}
            SyncOp::Called(other) => {
                if state.goroutines[*other as usize].ended {
                    out.push(go);
                }
            }
        }
    }

    /// The receivers that a send on a channel without buffer can meet.
    fn meetings(&self, state: &State, sender: Gid, case: u32, chan: &Val, out: &mut Vec<Transition>) {
        let Val::Chan(obj) = chan else {
            return;
        };
        if state.chan(*obj).is_none_or(|chan| chan.capacity > 0) {
            return;
        }
        let sender_polls = polls(state, sender);
        for receiver in 0..state.goroutines.len() as Gid {
            let Some(parked) = parked(state, receiver).filter(|_| receiver != sender) else {
                continue;
            };
            // Two that only look never meet.
            if sender_polls && polls(state, receiver) {
                continue;
            }
            let mut meet = |number: u32| {
                out.push(Transition::Meet {
                    sender: (sender, case),
                    receiver: (receiver, number),
                });
            };
            match &parked.op {
                SyncOp::Recv { chan: other, .. } if other == chan => meet(0),
                SyncOp::Select { cases, .. } => {
                    for (number, (other, send)) in cases.iter().enumerate() {
                        if send.is_none() && other == chan {
                            meet(number as u32);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether a select goes on because code outside serves a channel: that it does so now is a guess where all of an execution is here. So
    /// is that one `Read` of a pipe takes all that a `Write` gives.
    pub(crate) fn bets(&self, state: &State, transition: &Transition) -> bool {
        let (gid, case) = match *transition {
            Transition::Go(gid, case) => (gid, case),
            Transition::Meet { sender, .. } => {
                return !self.is_part.get()
                    && parked(state, sender.0).is_some_and(|parked| {
                        let goroutine = &state.goroutines[sender.0 as usize];
                        let func = goroutine.frames.last().map(|frame| self.program.func(frame.func));
                        let is_call = |(func, dest): (&Func, ValueId)| matches!(func.op(dest), Op::Call(_));
                        matches!(parked.op, SyncOp::Select { .. }) && func.zip(parked.dest).is_some_and(is_call)
                    });
            }
            _ => return false,
        };
        let Some(SyncOp::Select { cases, .. }) = parked(state, gid).map(|parked| &parked.op) else {
            return false;
        };
        let Some((Val::Chan(obj), send)) = cases.get(case as usize) else {
            return false;
        };
        let served = |chan: &Chan| chan.shared && !chan.closed && (send.is_some() || chan.buffer.is_empty());
        !self.is_part.get() && state.chan(*obj).is_some_and(served)
    }

    /// Goes on in one way: every state that comes of it.
    pub(crate) fn apply(&self, state: &State, transition: &Transition) -> Vec<State> {
        let bets = self.bets(state, transition);
        let mut state = state.clone();
        state.guesses += u32::from(bets);
        let mut runs = Vec::new();
        match *transition {
            Transition::Go(gid, case) => {
                let Some(parked) = state.goroutine(gid).parked.take() else {
                    return Vec::new();
                };
                self.happen(&mut state, gid, parked, case);
                runs.push(gid);
            }
            Transition::Meet { sender, receiver } => {
                let (Some(from), Some(to)) = (
                    state.goroutine(sender.0).parked.take(),
                    state.goroutine(receiver.0).parked.take(),
                ) else {
                    return Vec::new();
                };
                let value = match &from.op {
                    SyncOp::Send { value, .. } => value.clone(),
                    SyncOp::Select { cases, .. } => cases
                        .get(sender.1 as usize)
                        .and_then(|(_, value)| value.clone())
                        .unwrap_or(Val::Unknown),
                    _ => Val::Unknown,
                };
                if matches!(from.op, SyncOp::Select { .. }) {
                    self.choose(&mut state, sender.0, &from, sender.1, Val::Unknown, Val::Unknown);
                }
                self.receive(&mut state, receiver.0, &to, receiver.1, value, Val::Bool(true));
                runs.extend([sender.0, receiver.0]);
            }
            Transition::Fire(obj) => {
                if let Some(chan) = state.chan_mut(obj) {
                    chan.timer = false;
                    chan.buffer.push(Val::Unknown);
                }
            }
            Transition::Expire(context) => state.cancel(context),
        }
        let mut states = vec![state];
        for gid in runs {
            states = states.into_iter().flat_map(|state| self.run(state, gid)).collect();
        }
        self.run_started(states)
    }

    /// Lets goroutines that were started run to their first operation that others see.
    pub(crate) fn run_started(&self, states: Vec<State>) -> Vec<State> {
        let mut done = Vec::new();
        let mut work = states;
        while let Some(mut state) = work.pop() {
            match state.started.pop() {
                Some(gid) => work.extend(self.run(state, gid)),
                None => done.push(state),
            }
        }
        done
    }

    fn happen(&self, state: &mut State, gid: Gid, parked: Parked, case: u32) {
        let site = parked.site;
        match &parked.op {
            SyncOp::Send { chan, value } => self.send(state, gid, chan, value.clone(), site),
            SyncOp::Recv { chan, .. } => self.take(state, gid, &parked, 0, chan),
            SyncOp::Select { cases, .. } => match cases.get(case as usize) {
                None => self.choose(state, gid, &parked, case, Val::Unknown, Val::Unknown),
                Some((chan, Some(value))) => {
                    self.choose(state, gid, &parked, case, Val::Unknown, Val::Unknown);
                    self.send(state, gid, chan, value.clone(), site);
                }
                Some((chan, None)) => self.take(state, gid, &parked, case, chan),
            },
            SyncOp::Close { chan } => match chan {
                Val::Chan(obj) => match state.chan_mut(*obj) {
                    Some(chan) if chan.closed && !chan.shared => {
                        self.crash(state, gid, Crash::CloseOfClosed, site, true)
                    }
                    Some(chan) => chan.closed = true,
                    None => {}
                },
                Val::Nil => self.crash(state, gid, Crash::CloseOfNil, site, true),
                _ => {}
            },
            SyncOp::Lock(loc) | SyncOp::LockAnnounced(loc) => {
                let (writer, readers, waiting, held) = state.lock(loc);
                if readers.is_empty() {
                    *writer = Some(gid);
                    *held = Some(site);
                    waiting.retain(|&waiter| waiter != gid);
                } else {
                    waiting.push(gid);
                    state.goroutine(gid).parked = Some(Parked {
                        op: SyncOp::LockAnnounced(loc.clone()),
                        ..parked
                    });
                }
            }
            SyncOp::TryLock(loc, write) => {
                let (writer, readers, waiting, held) = state.lock(loc);
                let free = writer.is_none() && if *write { readers.is_empty() } else { waiting.is_empty() };
                if free {
                    *held = Some(site);
                    if *write {
                        *writer = Some(gid);
                    } else {
                        readers.push(gid);
                    }
                }
                state.set(gid, parked.dest, Val::Bool(free));
            }
            SyncOp::ReadLock(loc) => {
                let (_, readers, _, held) = state.lock(loc);
                readers.push(gid);
                readers.sort_unstable();
                *held = Some(site);
            }
            SyncOp::Unlock(loc) => self.unlock(state, gid, loc, site),
            SyncOp::ReadUnlock(loc) => {
                let is_shared = state.shared.contains(loc.obj);
                let (_, readers, ..) = state.lock(loc);
                // Any reader's lock will do; its own first.
                let place = readers
                    .iter()
                    .position(|&reader| reader == gid)
                    .or_else(|| (!readers.is_empty()).then_some(0));
                match place {
                    Some(place) => {
                        readers.remove(place);
                    }
                    None if is_shared => {}
                    None => self.crash(state, gid, Crash::UnlockOfUnlocked, site, false),
                }
            }
            SyncOp::Add(loc, count) => {
                if state.add(loc, *count).is_some_and(|count| count < 0) {
                    self.crash(state, gid, Crash::NegativeCounter, site, true);
                }
            }
            SyncOp::CondWait { cond, lock } => {
                if let Some(loc) = self.lock_of(lock) {
                    match loc {
                        (loc, true) => self.unlock(state, gid, &loc, site),
                        (loc, false) => {
                            let (_, readers, ..) = state.lock(&loc);
                            if let Some(place) = readers.iter().position(|&reader| reader == gid) {
                                readers.remove(place);
                            }
                        }
                    }
                }
                if state.crashed.is_some() {
                    return;
                }
                if let Sync::Cond { waiting } = state
                    .syncs_mut()
                    .entry(cond.clone())
                    .or_insert(Sync::Cond { waiting: Vec::new() })
                {
                    waiting.push(gid);
                }
                state.goroutine(gid).parked = Some(Parked {
                    op: SyncOp::CondQueued {
                        cond: cond.clone(),
                        lock: lock.clone(),
                    },
                    ..parked
                });
            }
            SyncOp::CondQueued { lock, .. } => self.relock(state, gid, lock, &parked),
            SyncOp::Signal(cond, all) => {
                let woken = match state.syncs_mut().get_mut(cond) {
                    Some(Sync::Cond { waiting }) => {
                        let count = if *all { waiting.len() } else { waiting.len().min(1) };
                        waiting.drain(..count).collect()
                    }
                    _ => Vec::new(),
                };
                for gid in woken {
                    if let Some(parked) = state.goroutine(gid).parked.take()
                        && let SyncOp::CondQueued { lock, .. } = &parked.op
                    {
                        self.relock(state, gid, lock, &parked);
                        if state.goroutines[gid as usize].parked.is_none() {
                            state.started.push(gid);
                        }
                    }
                }
            }
            SyncOp::Once(loc, func) => match state.sync(loc) {
                Some(Sync::Once { done: true, .. }) | Some(Sync::Shared) => {}
                _ => {
                    state.syncs_mut().insert(
                        loc.clone(),
                        Sync::Once {
                            running: Some(gid),
                            done: false,
                        },
                    );
                    let depth = state.goroutines[gid as usize].frames.len();
                    if let Val::Func(callable) = func {
                        let target = crate::state::Target::Callable(Rc::clone(callable));
                        self.invoke(state, gid, target, Vec::new(), None, site, TypeId::EMPTY_TUPLE);
                    }
                    if state.goroutines[gid as usize].frames.len() > depth {
                        state.frame(gid).once = Some(loc.clone());
                    } else {
                        state.finish_once(loc);
                    }
                }
            },
            SyncOp::Spawn(callable, args) => {
                let counts = state.goroutine(gid).spawns_for.take();
                let new = self.new_goroutine(state, Starter::Goroutine(gid), Some(site), counts);
                self.start(state, new, callable, args.clone());
                state.started.push(new);
            }
            SyncOp::Cancel(context) => state.cancel(*context),
            SyncOp::Access(native, args) => self.access(state, gid, *native, args, parked.dest, site),
            SyncOp::Wait(_) | SyncOp::Yield | SyncOp::Called(_) | SyncOp::Stalled => {}
        }
    }

    fn crash(&self, state: &mut State, gid: Gid, crash: Crash, site: Site, recoverable: bool) {
        if recoverable {
            self.panic(state, gid, crash, site);
        } else {
            state.crashed = Some((gid, crash, site));
        }
    }

    fn unlock(&self, state: &mut State, gid: Gid, loc: &Loc, site: Site) {
        let is_shared = state.shared.contains(loc.obj);
        let is_alone = (0..state.goroutines.len()).all(|other| other == gid as usize || state.goroutines[other].ended);
        let (writer, ..) = state.lock(loc);
        if writer.take().is_none() {
            if !is_shared {
                self.crash(state, gid, Crash::UnlockOfUnlocked, site, false);
            }
            // What others lock is unlocked here, and not in the order that is followed.
            state.doubtful |= !is_alone;
        }
    }

    /// The lock of a condition, and whether it is locked for writing.
    fn lock_of(&self, lock: &Val) -> Option<(Loc, bool)> {
        match lock {
            Val::Boxed(_, inner) => match &**inner {
                Val::Ptr(loc) => Some((loc.clone(), true)),
                _ => None,
            },
            Val::Ptr(loc) => Some((loc.clone(), true)),
            Val::ReadLocker(loc) => Some((loc.clone(), false)),
            _ => None,
        }
    }

    /// A goroutine that was woken takes the lock of its condition again.
    fn relock(&self, state: &mut State, gid: Gid, lock: &Val, parked: &Parked) {
        let op = match self.lock_of(lock) {
            Some((loc, true)) => SyncOp::Lock(loc),
            Some((loc, false)) => SyncOp::ReadLock(loc),
            None => return,
        };
        state.goroutine(gid).parked = Some(Parked {
            op,
            site: parked.site,
            dest: None,
        });
    }

    fn send(&self, state: &mut State, gid: Gid, chan: &Val, value: Val, site: Site) {
        let Val::Chan(obj) = chan else {
            self.escape(state, &[value]);
            return;
        };
        match state.chan_mut(*obj) {
            Some(chan) if chan.closed => self.panic(state, gid, Crash::SendOnClosed, site),
            Some(chan) if chan.shared => self.escape(state, &[value]),
            Some(chan) => chan.buffer.push(value),
            None => {}
        }
    }

    /// A receive that needs no sender now.
    fn take(&self, state: &mut State, gid: Gid, parked: &Parked, case: u32, chan: &Val) {
        let Val::Chan(obj) = chan else {
            self.receive(state, gid, parked, case, Val::Unknown, Val::Unknown);
            return;
        };
        let (value, ok) = match state.chan_mut(*obj) {
            Some(chan) if !chan.buffer.is_empty() => (chan.buffer.remove(0), Val::Bool(true)),
            Some(chan) if chan.closed => (Val::Nil, Val::Bool(false)),
            Some(Chan { ticker: true, .. }) => (Val::Unknown, Val::Bool(true)),
            _ => (Val::Unknown, state.symbol()),
        };
        let elem = self.received_type(state, gid, parked);
        let value = match (&value, &ok) {
            (Val::Nil, Val::Bool(false)) => self.zero(self.query(parked.site.func.unit), elem),
            (Val::Unknown, ok) if ok.is_open() => Val::Lazy(elem),
            _ => value,
        };
        self.receive(state, gid, parked, case, value, ok);
    }

    fn receive(&self, state: &mut State, gid: Gid, parked: &Parked, case: u32, value: Val, ok: Val) {
        let result = match &parked.op {
            SyncOp::Recv { comma_ok: false, .. } => value,
            SyncOp::Recv { .. } => Val::tuple([value, ok]),
            _ => return self.choose(state, gid, parked, case, ok, value),
        };
        state.set(gid, parked.dest, result);
    }

    /// The result of a select; that of a pipe's `Read` and `Write`, which are selects here, is a length and an error.
    fn choose(&self, state: &mut State, gid: Gid, parked: &Parked, case: u32, ok: Val, value: Val) {
        let Some(dest) = parked.dest else {
            return;
        };
        let func = self.program.func(state.frame(gid).func);
        let result = match func.op(dest) {
            Op::Call(_) if case == 0 => Val::tuple([state.symbol(), Val::Nil]),
            Op::Call(_) => Val::tuple([Val::Int(0), state.non_nil()]),
            _ => Val::tuple([Val::Int(i64::from(case)), ok, value]),
        };
        state.set(gid, Some(dest), result);
    }

    /// The type of what a receive gives.
    fn received_type(&self, state: &mut State, gid: Gid, parked: &Parked) -> TypeId {
        let frame = state.frame(gid);
        let func = self.program.func(frame.func);
        let query = self.query(frame.func.unit);
        let Some(dest) = parked.dest else {
            return TypeId::UNKNOWN;
        };
        let ty = func.values[dest].ty;
        match (func.op(dest), query.ty(ty)) {
            (Op::Recv { comma_ok: true, .. }, Type::Tuple(types)) => types.first().copied().unwrap_or(TypeId::UNKNOWN),
            (Op::Recv { .. }, _) => ty,
            _ => TypeId::UNKNOWN,
        }
    }
}

/// Whether code outside may have a part in an operation, so that nothing is concluded from how it comes out.
pub(crate) fn may_be_served(state: &State, op: &SyncOp) -> bool {
    let chan = |value: &Val| match value {
        Val::Chan(obj) => state.chan(*obj).is_none_or(|chan| chan.shared),
        value => *value != Val::Nil,
    };
    match op {
        SyncOp::Send { chan: value, .. } | SyncOp::Recv { chan: value, .. } | SyncOp::Close { chan: value } => {
            chan(value)
        }
        SyncOp::Select { cases, .. } => cases.iter().any(|(value, _)| chan(value)),
        SyncOp::Lock(loc)
        | SyncOp::LockAnnounced(loc)
        | SyncOp::TryLock(loc, _)
        | SyncOp::Unlock(loc)
        | SyncOp::ReadLock(loc)
        | SyncOp::ReadUnlock(loc)
        | SyncOp::Add(loc, _)
        | SyncOp::Wait(loc)
        | SyncOp::CondWait { cond: loc, .. }
        | SyncOp::CondQueued { cond: loc, .. }
        | SyncOp::Signal(loc, _)
        | SyncOp::Once(loc, _) => state.shared.contains(loc.obj),
        SyncOp::Spawn(..)
        | SyncOp::Cancel(_)
        | SyncOp::Access(..)
        | SyncOp::Yield
        | SyncOp::Called(_)
        | SyncOp::Stalled => false,
    }
}

/// Whether what some goroutine does next is not followed.
pub(crate) fn is_stalled(state: &State) -> bool {
    let gids = 0..state.goroutines.len() as Gid;
    gids.filter_map(|gid| parked(state, gid))
        .any(|parked| parked.op == SyncOp::Stalled)
}

/// What a goroutine stands in front of.
pub(crate) fn parked(state: &State, gid: Gid) -> Option<&Parked> {
    let goroutine = &state.goroutines[gid as usize];
    goroutine.parked.as_ref().filter(|_| !goroutine.ended)
}

/// Whether a goroutine only looks whether something can be received or sent.
fn polls(state: &State, gid: Gid) -> bool {
    matches!(
        parked(state, gid).map(|parked| &parked.op),
        Some(SyncOp::Select { default: true, .. })
    )
}

fn send_ready(state: &State, chan: &Val) -> Ready {
    match chan {
        Val::Nil => Ready::No,
        Val::Chan(obj) => match state.chan(*obj) {
            Some(chan) if chan.closed || chan.buffer.len() < chan.capacity as usize => Ready::Yes,
            Some(chan) if chan.shared => Ready::Maybe,
            Some(_) => Ready::No,
            None => Ready::Maybe,
        },
        _ => Ready::Maybe,
    }
}

fn recv_ready(state: &State, chan: &Val) -> Ready {
    match chan {
        Val::Nil => Ready::No,
        Val::Chan(obj) => match state.chan(*obj) {
            Some(chan) if chan.closed || !chan.buffer.is_empty() => Ready::Yes,
            Some(chan) if chan.shared || chan.ticker => Ready::Maybe,
            Some(_) => Ready::No,
            None => Ready::Maybe,
        },
        _ => Ready::Maybe,
    }
}

/// Whether a goroutine stands in front of a receive from a channel.
fn is_awaited(state: &State, obj: ObjId) -> bool {
    (0..state.goroutines.len() as Gid).any(|gid| match parked(state, gid).map(|parked| &parked.op) {
        Some(SyncOp::Recv { chan, .. }) => *chan == Val::Chan(obj),
        Some(SyncOp::Select { cases, .. }) => cases
            .iter()
            .any(|(chan, send)| send.is_none() && *chan == Val::Chan(obj)),
        _ => false,
    })
}

/// Whether an operation can come first without loss: it is possible whatever others do, and makes nothing impossible for them. No execution goes
/// in circles with such operations alone, so that others are not put off for ever.
fn is_local(state: &State, op: &SyncOp) -> bool {
    match op {
        SyncOp::Spawn(..) => true,
        SyncOp::Unlock(loc) | SyncOp::ReadUnlock(loc) => matches!(state.sync(loc), Some(Sync::Lock { .. })),
        _ => false,
    }
}

/// Whether an operation depends on objects that `is_own` holds for, and on nothing else.
fn is_private(state: &State, op: &SyncOp, mut is_own: impl FnMut(ObjId) -> bool) -> bool {
    let mut chan = |value: &Val| match value {
        Val::Chan(obj) => match state.chan(*obj) {
            // Time may do something to it.
            Some(chan) if chan.timer || chan.ticker => false,
            // Code outside serves it.
            Some(chan) if chan.shared => true,
            _ => is_own(*obj),
        },
        _ => true,
    };
    match op {
        SyncOp::Send { chan: value, .. } | SyncOp::Recv { chan: value, .. } | SyncOp::Close { chan: value } => {
            chan(value)
        }
        SyncOp::Select { cases, .. } => cases.iter().all(|(value, _)| chan(value)),
        SyncOp::Lock(loc)
        | SyncOp::LockAnnounced(loc)
        | SyncOp::TryLock(loc, _)
        | SyncOp::Unlock(loc)
        | SyncOp::ReadLock(loc)
        | SyncOp::ReadUnlock(loc)
        | SyncOp::Add(loc, _)
        | SyncOp::Wait(loc)
        | SyncOp::CondWait { cond: loc, .. }
        | SyncOp::Signal(loc, _)
        | SyncOp::Once(loc, _) => is_own(loc.obj),
        SyncOp::Access(native, args) => match args.first() {
            Some(Val::Ptr(loc)) if native.is_atomic() => is_own(loc.obj),
            _ => false,
        },
        SyncOp::CondQueued { .. }
        | SyncOp::Spawn(..)
        | SyncOp::Cancel(_)
        | SyncOp::Yield
        | SyncOp::Called(_)
        | SyncOp::Stalled => false,
    }
}

type LockParts<'s> = (
    &'s mut Option<Gid>,
    &'s mut Vec<Gid>,
    &'s mut Vec<Gid>,
    &'s mut Option<Site>,
);

impl State {
    /// Writer, readers, waiting writers, and where it was locked last.
    fn lock(&mut self, loc: &Loc) -> LockParts<'_> {
        let fresh = || Sync::Lock {
            writer: None,
            readers: Vec::new(),
            waiting: Vec::new(),
            site: None,
        };
        let sync = self.syncs_mut().entry(loc.clone()).or_insert_with(fresh);
        if !matches!(sync, Sync::Lock { .. }) {
            *sync = fresh();
        }
        match sync {
            Sync::Lock {
                writer,
                readers,
                waiting,
                site,
            } => (writer, readers, waiting, site),
            _ => unreachable!("it was made a lock"),
        }
    }
}
