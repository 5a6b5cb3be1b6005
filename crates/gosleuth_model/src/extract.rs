//! The finite model of a function: for each goroutine an automaton of the operations that others see.
//!
//! The states of the whole program are visited without any reduction that leaves out orders, and each is taken apart into what its goroutines
//! know by themselves. Their steps make the automata; states of an automaton from which the same can happen are one (Moore, 1956). Put together
//! again, the automata can do whatever the program can, and more where a branch depends on memory that goroutines share.

use std::collections::VecDeque;

use gosleuth_types::TypeId;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::automaton::{Action, Automaton, End, Local, LocalStep, Model, Object, ObjectKind};
use crate::explore::{Bounds, Explorer, is_whole};
use crate::failure::operation;
use crate::hash::{local, named_fingerprint, owners};
use crate::machine::Machine;
use crate::program::Site;
use crate::state::{Gid, Obj, Parked, State, Sync, SyncOp};
use crate::sync::{Transition, parked};
use crate::value::{Loc, ObjId, Val};
use gosleuth_ir::FuncKey;

/// Goroutines of a state that is followed: nobody reads a model with more.
const MAX_GOROUTINES: usize = 200;

impl Explorer<'_> {
    /// The model of a function, as far as these bounds let it be seen.
    pub fn extract(&mut self, root: FuncKey, bounds: Bounds) -> Model {
        let func = self.machine.program.func(root);
        let is_main = func.name == "main" && func.parent.is_none();
        let is_part = !is_whole(&func.name);
        self.machine.begin_root(bounds.instructions, bounds.guesses, is_part);
        let state = self.initialised(root.unit);
        let mut search = Extraction {
            machine: &self.machine,
            is_main,
            nodes: Vec::new(),
            by_fingerprint: FxHashMap::default(),
            waiting: VecDeque::new(),
            goroutines: vec![Goroutine::default()],
            goroutine_names: FxHashMap::default(),
            object_names: FxHashMap::default(),
            objects: Vec::new(),
            object_numbers: FxHashMap::default(),
            locals: Vec::new(),
            local_numbers: FxHashMap::default(),
            steps: Vec::new(),
            known_steps: FxHashSet::default(),
            environment: Vec::new(),
            complete: true,
        };
        search.run(root, state, bounds);
        search.finish()
    }
}

/// Names of the goroutines and objects of a state, by their numbers in it.
#[derive(Clone, Default)]
struct Names {
    goroutines: Vec<u32>,
    objects: Vec<u32>,
}

struct Node {
    state: State,
    names: Names,
    /// By goroutine: the number of its local state.
    locals: Vec<u32>,
}

/// A goroutine by its name.
#[derive(Default)]
struct Goroutine {
    created: Option<Site>,
    parent: u32,
    /// Local states in which it begins, and whether they follow from a guess.
    begins: Vec<u32>,
}

/// A local state.
struct Point {
    goroutine: u32,
    operation: &'static str,
    site: Option<Site>,
    end: End,
    /// Whether what comes next was not followed in full.
    open: bool,
    /// The point it turned out to be the same as.
    same: u32,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Edge {
    from: u32,
    action: Action,
    starts: Vec<u32>,
    guessed: bool,
    to: u32,
}

struct Extraction<'m, 'a> {
    machine: &'m Machine<'a>,
    is_main: bool,
    nodes: Vec<Node>,
    by_fingerprint: FxHashMap<u128, u32>,
    waiting: VecDeque<u32>,
    goroutines: Vec<Goroutine>,
    /// Names by parent, `go` statement and how many the parent has started there.
    goroutine_names: FxHashMap<(u32, Option<Site>, u32), u32>,
    /// Names by who made it, what and where it is, and how many of them are there.
    object_names: FxHashMap<(u32, Made, u32), u32>,
    objects: Vec<Object>,
    object_numbers: FxHashMap<(ObjectKind, u32, Vec<u32>), u32>,
    locals: Vec<Point>,
    local_numbers: FxHashMap<(u32, u64), u32>,
    steps: Vec<Edge>,
    known_steps: FxHashSet<Edge>,
    environment: Vec<Action>,
    complete: bool,
}

/// What an object is, and where it was made.
type Made = (u8, Option<Site>, TypeId);

fn made(obj: &Obj) -> Made {
    match obj {
        Obj::Cell(ty, _) => (0, None, *ty),
        Obj::Array(_) => (1, None, TypeId::UNKNOWN),
        Obj::Map { .. } => (2, None, TypeId::UNKNOWN),
        Obj::Chan(chan) => (3, chan.site, TypeId::UNKNOWN),
        Obj::Context(_) => (4, None, TypeId::UNKNOWN),
    }
}

impl Extraction<'_, '_> {
    fn run(&mut self, root: FuncKey, initialised: State, bounds: Bounds) {
        let mut names = Names::default();
        self.name_objects(&mut names, &initialised, 0);
        for state in self.machine.begin(root, initialised) {
            let mut names = names.clone();
            names.goroutines.push(0);
            for goroutine in &state.goroutines[1..] {
                self.name_goroutine(&mut names, 0, goroutine.created);
            }
            self.name_objects(&mut names, &state, 0);
            let named = names.goroutines.clone();
            if state.over || state.crashed.is_some() || state.doubtful {
                continue;
            }
            let node = self.visit(state, names);
            for name in named {
                let begin = self.local_of(node, name);
                self.begins(name, begin);
            }
        }
        self.complete &= !self.machine.cut.replace(false);
        while let Some(node) = self.waiting.pop_front() {
            let spent = self.nodes.len() as u32 >= bounds.states || self.machine.fuel.get() == 0;
            let Node { state, names, locals } = &self.nodes[node as usize];
            if spent || state.goroutines.len() > MAX_GOROUTINES {
                self.complete = false;
                for local in locals.clone() {
                    self.locals[local as usize].open = true;
                }
                continue;
            }
            let (state, names, locals) = (state.clone(), names.clone(), locals.clone());
            for transition in self.machine.ways(&state, false) {
                let movers = movers(&transition);
                let after = self.machine.apply(&state, &transition);
                let whole = !self.machine.cut.replace(false);
                if !whole {
                    self.complete = false;
                    for &(gid, _) in &movers {
                        self.locals[locals[gid as usize] as usize].open = true;
                    }
                }
                // Only what the program leaves open makes several states of one.
                let guessed = after.len() > 1;
                for after in after {
                    self.follow(&state, &names, &locals, &transition, &movers, after, guessed);
                }
            }
        }
    }

    /// Notes what a transition is for each goroutine.
    #[expect(clippy::too_many_arguments, reason = "a transition is all of this")]
    fn follow(
        &mut self,
        state: &State,
        names: &Names,
        locals: &[u32],
        transition: &Transition,
        movers: &[(Gid, u32)],
        after: State,
        guessed: bool,
    ) {
        let mut new_names = names.clone();
        let creator = movers.first().map_or(0, |&(gid, _)| names.goroutines[gid as usize]);
        let mut started = Vec::new();
        for gid in names.goroutines.len()..after.goroutines.len() {
            let name = self.name_goroutine(&mut new_names, creator, after.goroutines[gid].created);
            started.push((gid, name));
        }
        self.name_objects(&mut new_names, &after, creator);
        let actions: Vec<(u32, Action)> = movers
            .iter()
            .map(|&(gid, case)| {
                let meets = matches!(transition, Transition::Meet { .. });
                (gid, self.action(state, names, gid, case, meets, &after))
            })
            .collect();
        if movers.is_empty() {
            let closed = self.closed(state, names, &after);
            let action = match transition {
                Transition::Fire(obj) => Action::Fire(self.channel(state, names, *obj, None)),
                _ => Action::Cancel(closed),
            };
            if !self.environment.contains(&action) {
                self.environment.push(action);
            }
        }
        let starts: Vec<u32> = started.iter().map(|&(_, name)| name).collect();
        let is_end = after.over || after.crashed.is_some() || (self.is_main && after.goroutines[0].ended);
        if after.doubtful || is_end {
            self.complete &= !after.doubtful;
            for (number, (gid, action)) in actions.into_iter().enumerate() {
                let from = locals[gid as usize];
                let name = names.goroutines[gid as usize];
                let end = match &after.crashed {
                    _ if after.doubtful => {
                        self.locals[from as usize].open = true;
                        continue;
                    }
                    Some(_) => End::Panicked,
                    None => End::Exited,
                };
                let to = self.point(name, u64::from(end as u8), "", None, end);
                let starts = if number == 0 { starts.clone() } else { Vec::new() };
                self.step(from, action, starts, guessed, to);
            }
            return;
        }
        let node = self.visit(after, new_names);
        for (_, name) in started {
            let begin = self.local_of(node, name);
            self.begins(name, begin);
        }
        for (number, (gid, action)) in actions.into_iter().enumerate() {
            let starts = if number == 0 { starts.clone() } else { Vec::new() };
            let to = self.local_of(node, names.goroutines[gid as usize]);
            self.step(locals[gid as usize], action, starts, guessed, to);
        }
        for gid in 0..locals.len() as Gid {
            if movers.iter().any(|&(mover, _)| mover == gid) {
                continue;
            }
            let name = names.goroutines[gid as usize];
            let (from, to) = (locals[gid as usize], self.local_of(node, name));
            let stands = |local: u32| (self.locals[local as usize].site, self.locals[local as usize].operation);
            if stands(from) == stands(to) {
                self.unite(from, to);
            } else if let Some(Parked {
                op: SyncOp::CondQueued { cond, .. },
                site,
                ..
            }) = parked(state, gid)
            {
                let cond = self.object(ObjectKind::Cond, names, cond, state, Some(*site), None);
                self.step(from, Action::Woken(cond), Vec::new(), false, to);
            } else {
                self.step(from, Action::Other, Vec::new(), false, to);
            }
        }
    }

    /// The local state of a goroutine in a node; who has ended may not be there any more.
    fn local_of(&mut self, node: u32, name: u32) -> u32 {
        let node = &self.nodes[node as usize];
        match node.names.goroutines.iter().position(|&known| known == name) {
            Some(gid) => node.locals[gid],
            None => self.point(name, 0, "", None, End::Returned),
        }
    }

    /// The node of a state.
    fn visit(&mut self, state: State, names: Names) -> u32 {
        let fingerprint = named_fingerprint(self.machine, &state, &names.goroutines);
        if let Some(&node) = self.by_fingerprint.get(&fingerprint) {
            return node;
        }
        self.machine.spend(40 + state.heap.len() as u64);
        let owners = owners(self.machine, &state);
        let mut locals = Vec::with_capacity(state.goroutines.len());
        for gid in 0..state.goroutines.len() as Gid {
            let name = names.goroutines[gid as usize];
            let local = match parked(&state, gid) {
                None => self.point(name, 0, "", None, End::Returned),
                Some(parked) => {
                    let key = local(self.machine, &state, gid, &owners, &names.objects) | 1 << 63;
                    self.point(name, key, operation(&parked.op), Some(parked.site), End::Runs)
                }
            };
            locals.push(local);
        }
        let node = self.nodes.len() as u32;
        self.by_fingerprint.insert(fingerprint, node);
        self.nodes.push(Node { state, names, locals });
        self.waiting.push_back(node);
        node
    }

    fn point(&mut self, goroutine: u32, key: u64, operation: &'static str, site: Option<Site>, end: End) -> u32 {
        let locals = &mut self.locals;
        *self.local_numbers.entry((goroutine, key)).or_insert_with(|| {
            let number = locals.len() as u32;
            locals.push(Point {
                goroutine,
                operation,
                site,
                end,
                open: false,
                same: number,
            });
            number
        })
    }

    fn begins(&mut self, goroutine: u32, local: u32) {
        let begins = &mut self.goroutines[goroutine as usize].begins;
        if !begins.contains(&local) {
            begins.push(local);
        }
    }

    fn step(&mut self, from: u32, action: Action, starts: Vec<u32>, guessed: bool, to: u32) {
        let edge = Edge {
            from,
            action,
            starts,
            guessed,
            to,
        };
        if self.known_steps.insert(edge.clone()) {
            self.steps.push(edge);
        }
    }

    /// The first of the local states that are the same as this one.
    fn find(&self, mut local: u32) -> u32 {
        while self.locals[local as usize].same != local {
            local = self.locals[local as usize].same;
        }
        local
    }

    fn unite(&mut self, one: u32, other: u32) {
        let (one, other) = (self.find(one), self.find(other));
        let (first, then) = (one.min(other), one.max(other));
        self.locals[then as usize].same = first;
    }

    fn name_goroutine(&mut self, names: &mut Names, parent: u32, created: Option<Site>) -> u32 {
        let is_like = |&&name: &&u32| {
            let known = &self.goroutines[name as usize];
            name != 0 && known.parent == parent && known.created == created
        };
        let before = names.goroutines.iter().filter(is_like).count() as u32;
        let goroutines = &mut self.goroutines;
        let name = *self
            .goroutine_names
            .entry((parent, created, before))
            .or_insert_with(|| {
                goroutines.push(Goroutine {
                    created,
                    parent,
                    begins: Vec::new(),
                });
                goroutines.len() as u32 - 1
            });
        names.goroutines.push(name);
        name
    }

    fn name_objects(&mut self, names: &mut Names, state: &State, creator: u32) {
        for number in names.objects.len()..state.heap.len() {
            let made = made(&state.heap[number]);
            let mut before = 0;
            // Names that are taken in this state are passed over.
            let name = loop {
                let count = self.object_names.len() as u32 + 1;
                let name = *self.object_names.entry((creator, made, before)).or_insert(count);
                if !names.objects.contains(&name) {
                    break name;
                }
                before += 1;
            };
            names.objects.push(name);
        }
    }

    fn object(
        &mut self,
        kind: ObjectKind,
        names: &Names,
        loc: &Loc,
        state: &State,
        used: Option<Site>,
        operation: Option<&'static str>,
    ) -> u32 {
        let name = names.objects[loc.obj as usize];
        let key = (kind, name, loc.path().to_vec());
        let objects = &mut self.objects;
        let number = *self.object_numbers.entry(key).or_insert_with(|| {
            let chan = state.chan(loc.obj);
            objects.push(Object {
                kind,
                capacity: chan.map_or(0, |chan| chan.capacity),
                made: chan.and_then(|chan| chan.site),
                used: None,
                operation: "",
                shared: false,
            });
            objects.len() as u32 - 1
        });
        let object = &mut self.objects[number as usize];
        object.shared |= match kind {
            ObjectKind::Channel | ObjectKind::Timer | ObjectKind::Ticker | ObjectKind::Context => {
                state.chan(loc.obj).is_some_and(|chan| chan.shared)
            }
            _ => state.shared.contains(loc.obj),
        };
        if object.used.is_none()
            && let Some(operation) = operation
        {
            object.used = used;
            object.operation = operation;
        }
        number
    }

    fn channel(&mut self, state: &State, names: &Names, obj: ObjId, used: Option<&Parked>) -> u32 {
        let is_done = |known: &Obj| matches!(known, Obj::Context(context) if context.done == Some(obj));
        let kind = match state.chan(obj) {
            Some(chan) if chan.ticker => ObjectKind::Ticker,
            Some(chan) if chan.stoppable || chan.timer => ObjectKind::Timer,
            _ if state.heap.iter().any(|known| is_done(known)) => ObjectKind::Context,
            // A timer that has fired.
            _ => {
                let key = (ObjectKind::Timer, names.objects[obj as usize], Vec::new());
                if self.object_numbers.contains_key(&key) {
                    ObjectKind::Timer
                } else {
                    ObjectKind::Channel
                }
            }
        };
        let site = used.map(|parked| parked.site);
        let operation = used.map(|parked| operation(&parked.op));
        self.object(kind, names, &Loc::whole(obj), state, site, operation)
    }

    /// Channels that are closed after a step and were not before.
    fn closed(&mut self, state: &State, names: &Names, after: &State) -> Vec<u32> {
        let mut closed = Vec::new();
        for obj in 0..state.heap.len() as ObjId {
            let is_closed = |state: &State| state.chan(obj).is_some_and(|chan| chan.closed);
            if !is_closed(state) && is_closed(after) {
                closed.push(self.channel(state, names, obj, None));
            }
        }
        closed
    }

    /// What a goroutine does in a step, with what others see of how it came out.
    fn action(&mut self, state: &State, names: &Names, gid: Gid, case: u32, meets: bool, after: &State) -> Action {
        let Some(at) = parked(state, gid) else {
            return Action::Other;
        };
        let site = Some(at.site);
        let mut sync =
            |kind: ObjectKind, loc: &Loc| self.object(kind, names, loc, state, site, Some(operation(&at.op)));
        let lock_state = |loc: &Loc| match state.sync(loc) {
            Some(Sync::Lock { writer, readers, .. }) => (writer.is_some(), readers.len()),
            _ => (false, 0),
        };
        let main = match &at.op {
            SyncOp::Send { chan, .. } => self.communication(state, names, at, chan, true, meets),
            SyncOp::Recv { chan, .. } => self.communication(state, names, at, chan, false, meets),
            SyncOp::Select { cases, .. } => match cases.get(case as usize) {
                Some((chan, send)) => self.communication(state, names, at, chan, send.is_some(), meets),
                None => {
                    let looked_at = cases
                        .iter()
                        .map(|(chan, send)| self.communication(state, names, at, chan, send.is_some(), true))
                        .collect();
                    Action::Default(looked_at)
                }
            },
            SyncOp::Close { chan: Val::Chan(obj) } => {
                let is_closed = state.chan(*obj).is_some_and(|chan| chan.closed && !chan.shared);
                let chan = self.channel(state, names, *obj, Some(at));
                if is_closed {
                    Action::CloseClosed(chan)
                } else {
                    Action::Close(chan)
                }
            }
            SyncOp::Lock(loc) => match lock_state(loc) {
                (false, 1..) => Action::Announce(sync(ObjectKind::Lock, loc)),
                _ => Action::Lock(sync(ObjectKind::Lock, loc)),
            },
            SyncOp::LockAnnounced(loc) => Action::LockAnnounced(sync(ObjectKind::Lock, loc)),
            SyncOp::ReadLock(loc) => Action::ReadLock(sync(ObjectKind::Lock, loc)),
            SyncOp::TryLock(loc, write) => {
                let (writer, readers, waiting) = match state.sync(loc) {
                    Some(Sync::Lock {
                        writer,
                        readers,
                        waiting,
                        ..
                    }) => (writer.is_some(), readers.len(), waiting.len()),
                    _ => (false, 0, 0),
                };
                let taken = !writer && if *write { readers == 0 } else { waiting == 0 };
                Action::TryLock {
                    lock: sync(ObjectKind::Lock, loc),
                    write: *write,
                    taken,
                }
            }
            SyncOp::Unlock(loc) => match lock_state(loc) {
                (false, _) => Action::UnlockUnlocked(sync(ObjectKind::Lock, loc)),
                _ => Action::Unlock(sync(ObjectKind::Lock, loc)),
            },
            SyncOp::ReadUnlock(loc) => match lock_state(loc) {
                (_, 0) => Action::UnlockUnlocked(sync(ObjectKind::Lock, loc)),
                _ => Action::ReadUnlock(sync(ObjectKind::Lock, loc)),
            },
            SyncOp::Add(loc, count) => Action::Add(sync(ObjectKind::Counter, loc), *count),
            SyncOp::Wait(loc) if matches!(state.sync(loc), Some(Sync::Shared)) => {
                Action::Outside(sync(ObjectKind::Counter, loc))
            }
            SyncOp::Wait(loc) => Action::Wait(sync(ObjectKind::Counter, loc)),
            SyncOp::CondWait { cond, lock } => {
                let lock = match lock {
                    Val::Ptr(loc) => Some((loc, true)),
                    Val::ReadLocker(loc) => Some((loc, false)),
                    Val::Boxed(_, inner) => match &**inner {
                        Val::Ptr(loc) => Some((loc, true)),
                        _ => None,
                    },
                    _ => None,
                };
                Action::CondWait {
                    cond: sync(ObjectKind::Cond, cond),
                    lock: lock.map(|(loc, write)| (sync(ObjectKind::Lock, loc), write)),
                }
            }
            SyncOp::CondQueued { cond, .. } => Action::Outside(sync(ObjectKind::Cond, cond)),
            SyncOp::Signal(loc, all) => Action::Signal(sync(ObjectKind::Cond, loc), *all),
            SyncOp::Once(loc, _) => {
                let done = !matches!(state.sync(loc), None | Some(Sync::Once { done: false, .. }));
                let once = sync(ObjectKind::Once, loc);
                if done {
                    Action::OncePass(once)
                } else {
                    Action::OnceRun(once)
                }
            }
            SyncOp::Cancel(_) => Action::Cancel(self.closed(state, names, after)),
            SyncOp::Spawn(..) => Action::Go,
            SyncOp::Access(..) => match self.closed(state, names, after) {
                closed if closed.is_empty() => Action::Access,
                closed => Action::Cancel(closed),
            },
            SyncOp::Close { .. } | SyncOp::Yield | SyncOp::Called(_) | SyncOp::Stalled => Action::Other,
        };
        self.with_ends(state, names, gid, after, main)
    }

    /// An action with what happens at its end: a function of a `Once` has returned, a goroutine that is counted has ended.
    fn with_ends(&mut self, state: &State, names: &Names, gid: Gid, after: &State, main: Action) -> Action {
        let mut also = Vec::new();
        for (loc, sync) in after.syncs() {
            let was_done = matches!(state.sync(loc), Some(Sync::Once { done: true, .. }));
            if matches!(sync, Sync::Once { done: true, .. })
                && !was_done
                && (loc.obj as usize) < names.objects.len()
                && state.sync(loc).is_some()
            {
                also.push(Action::OnceDone(self.object(
                    ObjectKind::Once,
                    names,
                    loc,
                    state,
                    None,
                    None,
                )));
            }
        }
        let ended = after.goroutines[gid as usize].ended && !state.goroutines[gid as usize].ended;
        if ended && let Some(loc) = &state.goroutines[gid as usize].counts {
            also.push(Action::Add(
                self.object(ObjectKind::Counter, names, loc, state, None, None),
                -1,
            ));
        }
        for goroutine in &after.goroutines[state.goroutines.len()..] {
            // One that had nothing to do has been counted already.
            if goroutine.ended
                && let Some(loc) = &state.goroutines[gid as usize].spawns_for
            {
                also.push(Action::Add(
                    self.object(ObjectKind::Counter, names, loc, state, None, None),
                    -1,
                ));
            }
        }
        if also.is_empty() {
            main
        } else {
            also.insert(0, main);
            Action::All(also)
        }
    }

    fn communication(
        &mut self,
        state: &State,
        names: &Names,
        at: &Parked,
        chan: &Val,
        send: bool,
        meets: bool,
    ) -> Action {
        let Val::Chan(obj) = chan else {
            return Action::Other;
        };
        let number = self.channel(state, names, *obj, Some(at));
        let Some(chan) = state.chan(*obj) else {
            return Action::Other;
        };
        match send {
            true if chan.closed && !meets => Action::SendClosed(number),
            true if chan.shared && !meets && chan.buffer.len() >= chan.capacity as usize => Action::Outside(number),
            true => Action::Send(number),
            false if meets || !chan.buffer.is_empty() => Action::Receive(number),
            false if chan.closed => Action::ReceiveClosed(number),
            false => Action::Outside(number),
        }
    }

    /// The automata of the goroutines.
    fn finish(self) -> Model {
        let mut automata = Vec::with_capacity(self.goroutines.len());
        let mut by_goroutine: Vec<Vec<&Edge>> = vec![Vec::new(); self.goroutines.len()];
        for edge in &self.steps {
            by_goroutine[self.locals[edge.from as usize].goroutine as usize].push(edge);
        }
        let mut exact = self.complete;
        for (number, goroutine) in self.goroutines.iter().enumerate() {
            let mut numbers: FxHashMap<u32, u32> = FxHashMap::default();
            let mut states = vec![Local {
                operation: "",
                site: None,
                end: End::Runs,
                open: false,
                steps: Vec::new(),
            }];
            for (local, point) in self.locals.iter().enumerate() {
                if point.goroutine as usize != number {
                    continue;
                }
                let first = self.find(local as u32);
                match numbers.get(&first) {
                    Some(&at) => states[at as usize].open |= point.open,
                    None => {
                        numbers.insert(first, states.len() as u32);
                        states.push(Local {
                            operation: point.operation,
                            site: point.site,
                            end: point.end,
                            open: point.open,
                            steps: Vec::new(),
                        });
                    }
                }
            }
            for &begin in &goroutine.begins {
                let to = numbers[&self.find(begin)];
                states[0].steps.push(LocalStep {
                    action: Action::Begin,
                    starts: Vec::new(),
                    guessed: true,
                    to,
                });
            }
            for edge in &by_goroutine[number] {
                let from = numbers[&self.find(edge.from)];
                states[from as usize].steps.push(LocalStep {
                    action: edge.action.clone(),
                    starts: edge.starts.clone(),
                    guessed: edge.guessed,
                    to: numbers[&self.find(edge.to)],
                });
            }
            let states = crate::automaton::minimise(states);
            exact &= crate::automaton::is_exact(&states);
            automata.push(Automaton {
                created: goroutine.created,
                parent: goroutine.parent,
                states,
            });
        }
        Model {
            objects: self.objects,
            goroutines: automata,
            environment: self.environment,
            states: self.nodes.len() as u32,
            complete: self.complete,
            exact,
        }
    }
}

/// Who moves in a transition, and by which case.
fn movers(transition: &Transition) -> Vec<(Gid, u32)> {
    match *transition {
        Transition::Go(gid, case) => vec![(gid, case)],
        Transition::Meet { sender, receiver } => vec![sender, receiver],
        Transition::Fire(_) | Transition::Expire(_) => Vec::new(),
    }
}
