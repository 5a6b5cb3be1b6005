//! Functions that are given to code that is not here, which calls them.
//!
//! A handler, a task of a pool, the work of a timer: that it is called is a guess, once for each. It is called where it is given, in a goroutine of its
//! own, and the call to which it was given returns when it has ended: so it is if the code that is not here calls it and waits, and so it can be if it
//! does not. Only when nobody else can go on, and the code that is not here would never return, it is taken not to have waited.

use std::rc::Rc;

use gosleuth_base::Idx as _;
use gosleuth_ir::{Call, Callee, Op, Terminator, ValueId};
use gosleuth_types::Builtin;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::able::Abilities;
use crate::hash::parts;
use crate::machine::{Machine, object_of, parts_of};
use crate::native::Native;
use crate::program::Site;
use crate::state::{Gid, Parked, Starter, State, SyncOp, Target};
use crate::value::{Callable, ObjId, Val};
use gosleuth_ir::FuncKey;

/// What code outside can do by calling again what it was given.
pub(crate) struct Callbacks {
    /// The objects that these functions carry.
    kept: Vec<bool>,
    abilities: Vec<Rc<Abilities>>,
}

impl Callbacks {
    pub(crate) fn of(machine: &Machine<'_>, state: &State) -> Self {
        let mut kept = vec![false; state.heap.len()];
        if state.callbacks.is_empty() {
            return Self {
                kept,
                abilities: Vec::new(),
            };
        }
        let mut work: Vec<ObjId> = Vec::new();
        let mut values: Vec<Val> = state.callbacks.iter().flat_map(|it| parts_of(it)).collect();
        while let Some(value) = values.pop() {
            match &value {
                Val::Func(callable) => values.extend(parts_of(callable)),
                value => work.extend(object_of(value, &mut values)),
            }
        }
        while let Some(obj) = work.pop() {
            if !std::mem::replace(&mut kept[obj as usize], true) {
                work.extend(parts(&state.heap[obj as usize]));
            }
        }
        let keys = state.callbacks.iter().filter_map(|callable| machine.body(callable));
        Self {
            kept,
            abilities: keys.map(|key| machine.abilities(key)).collect(),
        }
    }

    /// Whether code outside can do something to an object.
    pub(crate) fn keeps(&self, obj: ObjId) -> bool {
        self.kept[obj as usize]
    }

    /// What they can do.
    pub(crate) fn abilities(&self) -> &[Rc<Abilities>] {
        &self.abilities
    }

    /// Whether what a goroutine waits for may happen when one of them is called.
    pub(crate) fn may_wake(&self, machine: &Machine<'_>, parked: &Parked) -> bool {
        let serves = |chan: &Val, number: Option<usize>| match chan {
            Val::Chan(obj) => {
                let element = machine.element(parked, number);
                self.kept[*obj as usize] && self.abilities.iter().any(|can| can.may_serve(element))
            }
            _ => false,
        };
        match &parked.op {
            SyncOp::Send { chan, .. } | SyncOp::Recv { chan, .. } => serves(chan, None),
            SyncOp::Select { cases, .. } => cases
                .iter()
                .enumerate()
                .any(|(number, (chan, _))| serves(chan, Some(number))),
            SyncOp::Wait(loc) | SyncOp::CondQueued { cond: loc, .. } => {
                self.kept[loc.obj as usize] && self.abilities.iter().any(|can| can.may_count() || can.may_signal())
            }
            _ => false,
        }
    }
}

/// Functions that are looked into for what others see.
const MAX_SEEN: usize = 60;

impl Machine<'_> {
    /// Whether a value is a function of which nothing is known but that it is called somehow.
    pub(crate) fn is_opaque_function(&self, value: &Val) -> bool {
        match value {
            Val::Func(callable) => !self.is_called_back(callable),
            Val::Boxed(_, inner) => self.is_opaque_function(inner),
            _ => false,
        }
    }

    /// Whether a function is called when code outside is given it: its body is here, and does something that others see.
    pub(crate) fn is_called_back(&self, callable: &Callable) -> bool {
        self.calls_back.get() && self.body(callable).is_some_and(|key| self.concerns(key))
    }

    pub(crate) fn body(&self, callable: &Callable) -> Option<FuncKey> {
        match callable {
            Callable::Closure(key, _) => Some(*key),
            Callable::Declared(obj) | Callable::Bound(obj, _) if self.native(*obj).is_none() => {
                self.program.body_of(*obj)
            }
            _ => None,
        }
    }

    /// Whether a function, or one that it calls, starts goroutines, or uses channels or what others lock and count.
    fn concerns(&self, root: FuncKey) -> bool {
        if let Some(&known) = self.concerns.borrow().get(&root) {
            return known;
        }
        let mut seen = FxHashSet::default();
        let mut work = vec![root];
        let mut found = false;
        while let Some(key) = work.pop().filter(|_| !found && seen.len() < MAX_SEEN) {
            if !seen.insert(key) {
                continue;
            }
            let func = self.program.func(key);
            for &value in func.blocks.iter().flat_map(|block| &block.values) {
                match func.op(value) {
                    Op::Go(_) | Op::Send { .. } | Op::Recv { .. } | Op::Select { .. } => found = true,
                    Op::Closure { func, .. } => work.push(FuncKey { func: *func, ..key }),
                    Op::Call(call) | Op::Defer(call) => match call.callee {
                        Callee::Builtin(builtin) => found |= builtin == Builtin::Close,
                        Callee::Static(obj) => match self.native(obj) {
                            Some(native) => found |= native.is_sync(),
                            None => work.extend(self.program.body_of(obj)),
                        },
                        _ => {}
                    },
                    _ => {}
                }
            }
        }
        self.concerns.borrow_mut().insert(root, found);
        found
    }

    /// Whether some function unlocks what others have locked: there is an unlock without a lock in the function and its literals, those aside that
    /// are goroutines of their own.
    pub(crate) fn unlocks_for_others(&self) -> bool {
        *self.unlocks_for_others.get_or_init(|| {
            self.program.units().iter().any(|unit| {
                let mut started = FxHashSet::default();
                for func in unit.package.funcs.iter() {
                    started.extend(func.values.iter().filter_map(|value| match &value.op {
                        Op::Go(Call {
                            callee: Callee::Value(literal),
                            ..
                        }) => match func.op(*literal) {
                            Op::Closure { func, .. } => Some(*func),
                            _ => None,
                        },
                        _ => None,
                    }));
                }
                let mut held = FxHashMap::default();
                for (id, func) in unit.package.funcs.iter_enumerated() {
                    let mut home = id;
                    while let Some(parent) = unit.package.funcs[home].parent.filter(|_| !started.contains(&home)) {
                        home = parent;
                    }
                    let (locks, unlocks): &mut (bool, bool) = held.entry(home).or_default();
                    for value in func.values.iter() {
                        let (Op::Call(call) | Op::Defer(call) | Op::Go(call)) = &value.op else {
                            continue;
                        };
                        let (Callee::Static(obj) | Callee::Interface { method: obj, .. }) = call.callee else {
                            continue;
                        };
                        match self.native(obj) {
                            Some(Native::Lock | Native::ReadLock | Native::TryLock | Native::TryReadLock) => {
                                *locks = true
                            }
                            Some(Native::Unlock | Native::ReadUnlock) => *unlocks = true,
                            _ => {}
                        }
                    }
                }
                held.values().any(|&(locks, unlocks)| unlocks && !locks)
            })
        })
    }

    /// A state in which the function that is to be called once more is not.
    pub(crate) fn without_next_call(&self, state: &State, gid: Gid) -> Option<State> {
        let next = state.given.iter().position(|(by, _)| *by == gid)?;
        let is_called = state.callbacks.contains(&state.given[next].1);
        is_called.then(|| {
            let mut other = state.clone();
            other.given.remove(next);
            other
        })
    }

    /// Calls the next function that a goroutine has given to code outside; whether there is one.
    pub(crate) fn call_back(&self, state: &mut State, gid: Gid) -> bool {
        let Some(next) = state.given.iter().position(|(by, _)| *by == gid) else {
            return false;
        };
        // A program's handlers and tasks are called again and again: twice tells most.
        let callable = Rc::clone(&state.given[next].1);
        if !self.is_program() || state.callbacks.contains(&callable) || state.guesses + 1 >= self.guesses.get() {
            state.given.remove(next);
        }
        // How else it could be is not followed.
        self.cut.set(true);
        let key = self.body(&callable).filter(|_| state.guesses < self.guesses.get());
        let (Some(key), Some(site)) = (key, self.call_site(state, gid)) else {
            self.publish(state, &parts_of(&callable));
            return true;
        };
        state.guesses += 1;
        state.callbacks.push(Rc::clone(&callable));
        let func = self.program.func(key);
        let bound = usize::from(matches!(&*callable, Callable::Bound(..)));
        let args = func
            .params
            .iter()
            .skip(bound)
            .map(|&param| Val::Lazy(func.values[param].ty))
            .collect();
        let new = self.new_goroutine(state, Starter::Outside, Some(site), None);
        self.enter_call(state, new, Target::Callable(Rc::clone(&callable)), args, Some(site));
        state.started.push(new);
        self.park(state, gid, SyncOp::Called(new), site, None);
        true
    }

    /// The call that a goroutine has just done.
    fn call_site(&self, state: &State, gid: Gid) -> Option<Site> {
        let frame = state.goroutines[gid as usize].frames.last()?;
        let func = self.program.func(frame.func);
        let values = &func.blocks[frame.block].values;
        let next = frame.next as usize;
        let call = next.checked_sub(1).and_then(|at| values.get(at)).or(values.get(next))?;
        Some(Site {
            func: frame.func,
            pos: func.values[*call].pos,
        })
    }

    /// Whether the root is in a function that does not come to its end from where it is.
    pub(crate) fn never_returns(&self, state: &State) -> bool {
        state.goroutines[0]
            .frames
            .iter()
            .any(|frame| !self.returns(frame.func)[frame.block.index()])
    }

    /// By block of a function: whether a return, or a panic, can come after it.
    fn returns(&self, key: FuncKey) -> Rc<[bool]> {
        if let Some(known) = self.returns.borrow().get(&key) {
            return Rc::clone(known);
        }
        let func = self.program.func(key);
        // One that calls itself is taken to return.
        let all: Rc<[bool]> = vec![true; func.blocks.len()].into();
        self.returns.borrow_mut().insert(key, all);
        let mut returns = vec![false; func.blocks.len()];
        let mut work = Vec::new();
        for (id, block) in func.blocks.iter_enumerated() {
            if matches!(block.end, Terminator::Return(_) | Terminator::Panic(_)) {
                work.push(id);
            }
        }
        while let Some(id) = work.pop() {
            let block = &func.blocks[id];
            let stays = |value: &ValueId| match func.op(*value) {
                Op::Call(call) => self.stays(call),
                _ => false,
            };
            if returns[id.index()] || block.values.iter().any(stays) {
                continue;
            }
            returns[id.index()] = true;
            work.extend(block.preds.iter().copied());
        }
        let returns: Rc<[bool]> = returns.into();
        self.returns.borrow_mut().insert(key, Rc::clone(&returns));
        returns
    }

    /// Whether a call does not return while the process is of use.
    fn stays(&self, call: &Call) -> bool {
        let Callee::Static(obj) = call.callee else {
            return false;
        };
        match self.program.body_of(obj) {
            Some(key) => !self.returns(key)[0],
            None => matches!(
                self.program.names(obj),
                Some((
                    "net/http",
                    _,
                    "ListenAndServe" | "ListenAndServeTLS" | "Serve" | "ServeTLS"
                ))
            ),
        }
    }
}
