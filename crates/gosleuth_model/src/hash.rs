//! Fingerprints of states.
//!
//! Two states that differ in the numbers of their objects and symbols alone are the same: they are numbered in the order in which they are met
//! from the goroutines. What cannot be reached from there, and what nobody reads again, is not looked at. Fingerprints have 128 bits; that two different states have the same one is
//! not expected to happen.

use std::hash::{Hash, Hasher};

use gosleuth_base::Idx as _;
use rustc_hash::{FxHashMap, FxHasher};

use crate::machine::Machine;
use crate::state::{Obj, State, Sync, SyncOp, Target};
use crate::value::{Callable, Loc, ObjId, Question, Val};

pub(crate) fn fingerprint(machine: &Machine<'_>, state: &State) -> u128 {
    let mut walk = Walk {
        machine,
        state,
        low: FxHasher::default(),
        high: FxHasher::default(),
        numbers: FxHashMap::default(),
        symbols: FxHashMap::default(),
        queue: Vec::new(),
    };
    walk.high.write_u64(0x9e37_79b9_7f4a_7c15);
    walk.run();
    (u128::from(walk.high.finish()) << 64) | u128::from(walk.low.finish())
}

struct Walk<'s, 'a> {
    machine: &'s Machine<'a>,
    state: &'s State,
    low: FxHasher,
    high: FxHasher,
    numbers: FxHashMap<ObjId, u32>,
    symbols: FxHashMap<u32, u32>,
    queue: Vec<ObjId>,
}

impl Walk<'_, '_> {
    fn add(&mut self, item: impl Hash) {
        item.hash(&mut self.low);
        item.hash(&mut self.high);
        // The two differ in more than where they began.
        self.high.write_u8(1);
    }

    fn run(&mut self) {
        let state = self.state;
        for goroutine in &state.goroutines {
            if goroutine.ended {
                continue;
            }
            self.add((
                goroutine.unwinding,
                goroutine.crash,
                goroutine.created,
                goroutine.frames.len(),
            ));
            for frame in &goroutine.frames {
                self.add((frame.func, frame.block, frame.next, frame.unwinding, frame.recovers));
                let live = self
                    .machine
                    .liveness
                    .at(self.machine.program, frame.func, frame.block, frame.next);
                for &value in &*live {
                    self.value(&frame.values[value.index()]);
                }
                self.values(&frame.args);
                self.values(&frame.captures);
                for deferred in &frame.defers {
                    self.add(deferred.pos);
                    match &deferred.callee {
                        Target::Callable(callable) => self.callable(callable),
                        Target::Method(method, recv) => {
                            self.add(*method);
                            self.value(recv);
                        }
                        Target::Builtin(builtin) => self.add(*builtin),
                        Target::Unknown => {}
                    }
                    self.values(&deferred.args);
                }
                if let Some(once) = &frame.once {
                    self.loc(once);
                }
            }
            self.values(&goroutine.cleanups);
            if let Some(counts) = &goroutine.counts {
                self.loc(counts);
            }
            if let Some(parked) = &goroutine.parked {
                self.add((parked.site, parked.dest));
                self.op(&parked.op);
            }
        }
        for (obj, &cell) in &state.globals {
            self.add(*obj);
            self.obj_id(cell);
        }
        let mut next = 0;
        while let Some(&obj) = self.queue.get(next) {
            next += 1;
            self.object(obj);
        }
        let mut syncs: Vec<_> = state
            .syncs
            .iter()
            .filter_map(|(loc, sync)| Some((*self.numbers.get(&loc.obj)?, loc.path(), sync)))
            .collect();
        syncs.sort_unstable_by_key(|&(number, path, _)| (number, path));
        for (number, path, sync) in syncs {
            self.add((number, path));
            match sync {
                // Where it was locked last is for the report.
                Sync::Lock {
                    writer,
                    readers,
                    waiting,
                    ..
                } => self.add((writer, readers, waiting)),
                sync => self.add(sync),
            }
        }
        self.facts();
        self.add(state.doubtful);
    }

    /// What was decided about the symbols that were met.
    fn facts(&mut self) {
        let state = self.state;
        let mut known = Vec::new();
        for (sym, fact) in &*state.facts {
            if let Some(&number) = self.symbols.get(sym) {
                known.push((number, *fact));
            }
        }
        known.sort_unstable();
        self.add(known);
        let mut answers = Vec::new();
        for (question, sym) in &*state.answers {
            let Some(&fact) = state.facts.get(sym) else {
                continue;
            };
            let number = |value: &Val| match value {
                Val::Sym(sym) => self.symbols.get(sym).map(|&number| Val::Sym(number)),
                Val::Unknown | Val::Nil | Val::Bool(_) | Val::Int(_) | Val::Str(_) => Some(value.clone()),
                _ => None,
            };
            let question = match question {
                Question::Unary(op, x) => number(x).map(|x| Question::Unary(*op, x)),
                Question::Binary(op, x, y) => number(x).zip(number(y)).map(|(x, y)| Question::Binary(*op, x, y)),
                Question::Part(x, part) => number(x).map(|x| Question::Part(x, *part)),
            };
            answers.extend(question.map(|question| (question, fact)));
        }
        answers.sort_unstable();
        self.add(answers);
    }

    fn obj_id(&mut self, obj: ObjId) {
        let count = self.numbers.len() as u32;
        let number = *self.numbers.entry(obj).or_insert_with(|| {
            self.queue.push(obj);
            count
        });
        self.add(number);
    }

    fn loc(&mut self, loc: &Loc) {
        self.obj_id(loc.obj);
        self.add(loc.path());
    }

    fn values(&mut self, values: &[Val]) {
        self.add(values.len());
        for value in values {
            self.value(value);
        }
    }

    fn value(&mut self, value: &Val) {
        self.add(std::mem::discriminant(value));
        match value {
            Val::Unknown | Val::Nil => {}
            Val::Sym(sym) => {
                let count = self.symbols.len() as u32;
                let number = *self.symbols.entry(*sym).or_insert(count);
                self.add(number);
            }
            Val::Lazy(ty) => self.add(ty),
            Val::Bool(value) => self.add(value),
            Val::Int(value) => self.add(value),
            Val::Str(text) => self.add(text),
            Val::Ptr(loc) | Val::ReadLocker(loc) => self.loc(loc),
            Val::Parts(parts) | Val::Tuple(parts) => self.values(parts),
            Val::Slice { obj, start, len, cap } => {
                self.obj_id(*obj);
                self.add((start, len, cap));
            }
            Val::Map(obj) | Val::Chan(obj) | Val::Context(obj) => self.obj_id(*obj),
            Val::Func(callable) => self.callable(callable),
            Val::Boxed(ty, value) => {
                self.add(ty);
                self.value(value);
            }
        }
    }

    fn callable(&mut self, callable: &Callable) {
        self.add(std::mem::discriminant(callable));
        match callable {
            Callable::Declared(obj) => self.add(obj),
            Callable::Closure(key, captures) => {
                self.add(key);
                self.values(captures);
            }
            Callable::Bound(obj, recv) => {
                self.add(obj);
                self.value(recv);
            }
            Callable::Cancel(context) => self.obj_id(*context),
        }
    }

    fn op(&mut self, op: &SyncOp) {
        self.add(std::mem::discriminant(op));
        match op {
            SyncOp::Send { chan, value } => {
                self.value(chan);
                self.value(value);
            }
            SyncOp::Recv { chan, .. } | SyncOp::Close { chan } => self.value(chan),
            SyncOp::Select { cases, default } => {
                self.add(default);
                for (chan, value) in cases {
                    self.value(chan);
                    self.add(value.is_some());
                    if let Some(value) = value {
                        self.value(value);
                    }
                }
            }
            SyncOp::Lock(loc)
            | SyncOp::LockAnnounced(loc)
            | SyncOp::TryLock(loc, _)
            | SyncOp::Unlock(loc)
            | SyncOp::ReadLock(loc)
            | SyncOp::ReadUnlock(loc)
            | SyncOp::Wait(loc)
            | SyncOp::Signal(loc, _) => self.loc(loc),
            SyncOp::Add(loc, count) => {
                self.loc(loc);
                self.add(count);
            }
            SyncOp::CondWait { cond, lock } | SyncOp::CondQueued { cond, lock } => {
                self.loc(cond);
                self.value(lock);
            }
            SyncOp::Once(loc, func) => {
                self.loc(loc);
                self.value(func);
            }
            SyncOp::Spawn(callable, args) => {
                self.callable(callable);
                self.values(args);
            }
            SyncOp::Cancel(context) => self.obj_id(*context),
            SyncOp::Access(native, args) => {
                self.add(native);
                self.values(args);
            }
            SyncOp::Yield => {}
        }
    }

    fn object(&mut self, obj: ObjId) {
        let shared = self.state.shared.contains(&obj);
        self.add(shared);
        match self.state.obj(obj) {
            Obj::Cell(ty, value) => {
                self.add(ty);
                self.value(value);
            }
            Obj::Array(elems) => self.values(elems),
            Obj::Map { entries, complete } => {
                self.add(complete);
                for (key, value) in entries {
                    self.value(key);
                    self.value(value);
                }
            }
            Obj::Chan(chan) => {
                self.add((chan.capacity, chan.closed, chan.shared, chan.timer, chan.ticker));
                self.values(&chan.buffer);
            }
            Obj::Context(context) => {
                self.add((context.cancelled, context.deadline));
                if let Some(parent) = context.parent {
                    self.obj_id(parent);
                }
                if let Some(done) = context.done {
                    self.obj_id(done);
                }
            }
        }
    }
}
