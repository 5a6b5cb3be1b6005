//! Which locks a function holds, along every path through it.
//!
//! A lock is known by how its function gets to it: a parameter, captured or package-level variable, and the fields from there. What functions
//! do to locks of their callers is a summary, so helpers that lock or unlock are seen through, in this package and in others. Paths that ask the same
//! question twice get the same answer. A lock that goes where it is not followed is not judged.
//!
//! Long because the walk, its state, the summaries and what rules ask of them share types that nobody else needs.

use std::cell::RefCell;
use std::rc::Rc;

use gosleuth_base::{Finding, Idx as _, RuleInfo};
use gosleuth_ir::{BlockId, Call, Callee, Func, FuncId, Op, Terminator, ValueId};
use gosleuth_model::FuncKey;
use gosleuth_syntax::ast::UnaryOp;
use gosleuth_types::{BasicKind, ConstValue, ObjRef, Type};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::asked::is_asked;
use crate::context::{OWN, RuleContext};
use crate::flow::has;
use crate::models::Behaviour;
use crate::places::addressed;
use crate::remote::Asked;

/// How a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mode {
    Write,
    Read,
}

/// What a path begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Root {
    Param(u32),
    Captured(u32),
    Global(ObjRef),
    /// What this value yielded when it was last met.
    Value(ValueId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Part {
    Field(u32),
    Load,
}

/// How a function gets to a lock.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Path {
    root: Root,
    parts: Vec<Part>,
}

/// A lock that is held, or that was released, and where that was done.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Held {
    path: Path,
    mode: Mode,
    site: ValueId,
}

/// Something wrong with the locks of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// `site` locks what `first` has locked; the lock itself is at `inner` where `site` is a call.
    Twice {
        first: ValueId,
        held: Mode,
        site: ValueId,
        wanted: Mode,
        inner: Option<(FuncKey, ValueId)>,
        deferred: bool,
    },
    /// The function returns at the end of `block` with the lock held, which it releases at `release` on another path.
    Kept {
        first: ValueId,
        block: BlockId,
        release: ValueId,
    },
    /// `site` unlocks what `first` has unlocked already, or has locked in the other mode.
    NotHeld {
        site: ValueId,
        first: ValueId,
        other_mode: bool,
        deferred: bool,
    },
    /// `site` waits for somebody outside of the process while what `first` has locked is held.
    Asks {
        site: ValueId,
        first: ValueId,
        whom: &'static str,
    },
}

/// What a function does with the locks of its callers.
#[derive(Clone, Debug, Default)]
struct Summary {
    /// Held at every return, and not when it was called.
    takes: Vec<(Path, Mode)>,
    /// Released at every return, without having been locked here.
    gives: Vec<(Path, Mode)>,
    /// Touched in another way: nothing is known of these behind a call.
    touches: Vec<Path>,
    /// Locked on some path before it is unlocked.
    locks: Vec<FirstLock>,
    /// No path returns.
    never_returns: bool,
}

/// A lock that a function takes, and that its callers must not hold.
#[derive(Clone, Debug)]
struct FirstLock {
    path: Path,
    mode: Mode,
    at: (FuncKey, ValueId),
    /// Whether it is taken only after a question that callers may have decided ([`is_asked`]).
    is_asked: bool,
}

/// States of one function; one that needs more is not judged.
const MAX_STATES: usize = 3_000;

/// The locks of a package.
pub(crate) struct Locks<'c, 'a> {
    cx: &'c RuleContext<'a>,
    /// Functions that lock or unlock, or call one that does.
    relevant: FxHashSet<FuncKey>,
    summaries: RefCell<FxHashMap<FuncKey, Rc<Summary>>>,
    asked: RefCell<Asked>,
}

/// The faults of all functions of a package.
pub(crate) fn faults(cx: &RuleContext<'_>) -> Vec<(FuncId, Fault)> {
    let locks = Locks {
        cx,
        relevant: relevant(cx),
        summaries: RefCell::default(),
        asked: RefCell::default(),
    };
    // Those of other packages are found there.
    let mut ids: Vec<_> = locks.relevant.iter().copied().filter(|id| id.unit == OWN).collect();
    ids.sort_unstable();
    let mut all = Vec::new();
    for id in ids {
        let (_, faults) = locks.walk(id);
        all.extend(faults.into_iter().map(|fault| (id.func, fault)));
    }
    all
}

/// Whether a call takes a lock (or gives it back), and how.
pub(crate) fn lock_operation(cx: &RuleContext<'_>, call: &Call) -> Option<(bool, Mode)> {
    // A `sync.Locker` may lock for reading.
    let is_static = matches!(call.callee, Callee::Static(_));
    if !is_static
        || cx
            .callee_symbol(call)
            .is_some_and(|symbol| symbol.starts_with("sync.Locker."))
    {
        return None;
    }
    let models = cx.call_models(call);
    [
        (Behaviour::Lock, true, Mode::Write),
        (Behaviour::ReadLock, true, Mode::Read),
        (Behaviour::Unlock, false, Mode::Write),
        (Behaviour::ReadUnlock, false, Mode::Read),
    ]
    .into_iter()
    .find(|&(behaviour, ..)| has(models, behaviour))
    .map(|(_, locks, mode)| (locks, mode))
}

fn relevant(cx: &RuleContext<'_>) -> FxHashSet<FuncKey> {
    let mut callers: FxHashMap<FuncKey, Vec<FuncKey>> = FxHashMap::default();
    let mut work = Vec::new();
    for (id, func) in cx.bodies() {
        for value in func.values.iter() {
            match &value.op {
                Op::Call(call) | Op::Defer(call) | Op::Go(call) => {
                    if lock_operation(cx, call).is_some() {
                        work.push(id);
                    } else if let Some(callee) = cx.called_body(id.unit, func, call) {
                        callers.entry(callee).or_default().push(id);
                    }
                }
                Op::Closure { func: inner, .. } => {
                    let inner = FuncKey { func: *inner, ..id };
                    callers.entry(inner).or_default().push(id);
                }
                _ => {}
            }
        }
    }
    let mut found = FxHashSet::default();
    while let Some(id) = work.pop() {
        if found.insert(id) {
            work.extend(callers.get(&id).into_iter().flatten().copied());
        }
    }
    found
}

/// A question that a path has answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Answer {
    question: u64,
    /// The values it depends on.
    on: Vec<ValueId>,
    /// Whether it reads memory, which may change from round to round of a loop.
    reads: bool,
    answer: bool,
}

/// Where a path of a function is now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct State {
    held: Vec<Held>,
    released: Vec<Held>,
    /// Calls that were deferred, in order.
    deferred: Vec<ValueId>,
    /// Questions that were answered.
    answers: Vec<Answer>,
    /// Phis that are constant on this path.
    constants: Vec<(ValueId, bool)>,
}

impl Summary {
    /// The locks that are not as they were when it returns, or may not be.
    fn changed(&self) -> impl Iterator<Item = &Path> {
        let known = self.takes.iter().chain(&self.gives).map(|(path, _)| path);
        known.chain(&self.touches)
    }
}

impl Path {
    fn join(&self, parts: &[Part]) -> Self {
        Self {
            root: self.root,
            parts: self.parts.iter().chain(parts).copied().collect(),
        }
    }
}

impl State {
    fn forget(&mut self, path: &Path) {
        self.held.retain(|held| held.path != *path);
        self.released.retain(|held| held.path != *path);
    }

    /// A pointer is replaced: what was reached through it is something else now.
    fn overwrite(&mut self, place: &Path) {
        let is_other = |path: &Path| {
            let through = path.root == place.root
                && path.parts.len() > place.parts.len()
                && path.parts.starts_with(&place.parts)
                && path.parts[place.parts.len()] == Part::Load;
            !through
        };
        self.held.retain(|held| is_other(&held.path));
        self.released.retain(|held| is_other(&held.path));
    }

    /// A value is made anew: what was known by it is something else now.
    fn renew(&mut self, value: ValueId) {
        let is_other = |path: &Path| path.root != Root::Value(value);
        self.held.retain(|held| is_other(&held.path));
        self.released.retain(|held| is_other(&held.path));
        self.answers.retain(|answer| !answer.on.contains(&value));
    }
}

struct Walk<'w> {
    id: FuncKey,
    func: &'w Func,
    /// Locks that go where they are not followed.
    lost: FxHashSet<Path>,
    /// Questions that are asked more than once.
    repeated: FxHashSet<u64>,
    faults: Vec<Fault>,
    locks: Vec<FirstLock>,
    touches: FxHashSet<Path>,
    /// States at returns.
    ends: Vec<(BlockId, State)>,
    /// Locks and where they were released, on any path.
    releases: FxHashMap<(ValueId, Path), ValueId>,
    /// Locks of the caller that some path unlocks.
    foreign: FxHashSet<Path>,
}

impl Locks<'_, '_> {
    fn summary(&self, id: FuncKey) -> Rc<Summary> {
        if !self.relevant.contains(&id) {
            return Rc::default();
        }
        if let Some(known) = self.summaries.borrow().get(&id) {
            return Rc::clone(known);
        }
        self.summaries.borrow_mut().insert(id, Rc::default());
        let (summary, _) = self.walk(id);
        let summary = Rc::new(summary);
        self.summaries.borrow_mut().insert(id, Rc::clone(&summary));
        summary
    }

    fn walk(&self, id: FuncKey) -> (Summary, Vec<Fault>) {
        let func = self.cx.body(id);
        let mut walk = Walk {
            id,
            func,
            lost: self.lost(id),
            repeated: repeated(func),
            faults: Vec::new(),
            locks: Vec::new(),
            touches: FxHashSet::default(),
            ends: Vec::new(),
            releases: FxHashMap::default(),
            foreign: FxHashSet::default(),
        };
        if func.blocks.is_empty() {
            return Default::default();
        }
        let mut seen = FxHashSet::default();
        let mut work = vec![(BlockId::from_usize(0), State::default())];
        while let Some((block, mut state)) = work.pop() {
            if seen.len() > MAX_STATES {
                // Whatever it does, nothing is known.
                let touches = self.mentioned(id.unit, func);
                return (
                    Summary {
                        touches,
                        ..Summary::default()
                    },
                    Vec::new(),
                );
            }
            let node = &func.blocks[block];
            let goes_on = node
                .values
                .iter()
                .all(|&value| self.value(&mut walk, block, value, &mut state));
            if !goes_on {
                continue;
            }
            match &node.end {
                Terminator::Return(_) => walk.ends.push((block, state)),
                Terminator::If(cond, then, els) => {
                    for (to, taken) in [(*els, false), (*then, true)] {
                        let mut next = state.clone();
                        if walk.answer(&mut next, *cond, taken) {
                            walk.enter(block, to, next, &mut seen, &mut work);
                        }
                    }
                }
                end => {
                    for to in end.successors() {
                        walk.enter(block, to, state.clone(), &mut seen, &mut work);
                    }
                }
            }
        }
        self.kept(&mut walk);
        // A loop that locks in each round and never unlocks has somebody else who does.
        let releases = &walk.releases;
        walk.faults.retain(|fault| match fault {
            Fault::Twice {
                first,
                site,
                inner: None,
                ..
            } => first != site || releases.keys().any(|(at, _)| at == first),
            _ => true,
        });
        let summary = walk.summary();
        (summary, walk.faults)
    }

    /// Every lock that a function or what it calls may lock or unlock.
    fn mentioned(&self, unit: u32, func: &Func) -> Vec<Path> {
        let mut all = Vec::new();
        for value in func.values.iter() {
            let (Op::Call(call) | Op::Defer(call) | Op::Go(call)) = &value.op else {
                continue;
            };
            if lock_operation(self.cx, call).is_some() {
                all.extend(path_of_receiver(func, call));
            } else if let Some(callee) = self.cx.called_body(unit, func, call) {
                let summary = self.summary(callee);
                all.extend(summary.changed().filter_map(|path| translate(func, call, path)));
            }
        }
        all.retain(|path| !matches!(path.root, Root::Value(_)));
        all
    }

    /// Whether a call ends the goroutine or the process, as far as its name says.
    fn ends(&self, func: &Func, call: &Call) -> bool {
        match call.callee {
            Callee::Interface { method, .. } => {
                matches!(self.cx.name_of(method), "FailNow" | "Fatal" | "Fatalf" | "SkipNow")
            }
            // `var OsExit = os.Exit`
            Callee::Value(value) => match func.op(value) {
                Op::Load(addr) => matches!(func.op(*addr), Op::Global(obj)
                    if self.cx.name_of(*obj).to_ascii_lowercase().contains("exit")),
                _ => false,
            },
            _ => has(self.cx.call_models(call), Behaviour::NoReturn),
        }
    }

    /// Executes a value; whether the path goes on.
    fn value(&self, walk: &mut Walk<'_>, block: BlockId, value: ValueId, state: &mut State) -> bool {
        let op = walk.func.op(value);
        match op {
            Op::Phi(_) => return true,
            Op::RunDefers => {
                while let Some(deferred) = state.deferred.pop() {
                    if let Op::Defer(call) = walk.func.op(deferred)
                        && !self.call(walk, block, deferred, call, state, true)
                    {
                        return false;
                    }
                }
                return true;
            }
            Op::Defer(call) => {
                if let Some((true, mode)) = lock_operation(self.cx, call)
                    && let Some(path) = path_of_receiver(walk.func, call)
                    && let Some(first) = state.held.iter().find(|held| held.path == path)
                    && !walk.lost.contains(&path)
                {
                    let fault = Fault::Twice {
                        first: first.site,
                        held: first.mode,
                        site: value,
                        wanted: mode,
                        inner: None,
                        deferred: true,
                    };
                    walk.fault(fault);
                    return false;
                }
                // In a loop it is deferred again and again; once is enough to know.
                if !state.deferred.contains(&value) {
                    state.deferred.push(value);
                }
                return true;
            }
            Op::Store { addr, .. } => {
                if let Some(path) = path_of(walk.func, *addr) {
                    state.overwrite(&path);
                }
                return true;
            }
            _ => {}
        }
        state.renew(value);
        match op {
            Op::Call(call) => {
                if self.ends(walk.func, call) {
                    return false;
                }
                self.call(walk, block, value, call, state, false)
            }
            _ => true,
        }
    }

    fn call(
        &self,
        walk: &mut Walk<'_>,
        block: BlockId,
        site: ValueId,
        call: &Call,
        state: &mut State,
        deferred: bool,
    ) -> bool {
        if let Some((locks, mode)) = lock_operation(self.cx, call) {
            let Some(path) = path_of_receiver(walk.func, call) else {
                return true;
            };
            return if locks {
                walk.lock(state, path, mode, site, block, None)
            } else {
                walk.unlock(state, &path, mode, site, deferred)
            };
        }
        if let Some(first) = walk.exclusive(state)
            && walk.id.unit == OWN
            && let Some(whom) = self.asked.borrow_mut().by_call(self.cx, walk.func, call)
        {
            walk.fault(Fault::Asks { site, first, whom });
        }
        let Some(callee) = self.cx.called_body(walk.id.unit, walk.func, call) else {
            return true;
        };
        let summary = self.summary(callee);
        if summary.never_returns {
            return false;
        }
        let to_own = |path: &Path| translate(walk.func, call, path);
        let touched: Vec<_> = summary.touches.iter().filter_map(to_own).collect();
        let gives: Vec<_> = summary
            .gives
            .iter()
            .filter_map(|(path, mode)| Some((to_own(path)?, *mode)))
            .collect();
        let takes: Vec<_> = summary
            .takes
            .iter()
            .filter_map(|(path, mode)| Some((to_own(path)?, *mode)))
            .collect();
        let locked: Vec<_> = summary
            .locks
            .iter()
            .filter_map(|lock| {
                Some(FirstLock {
                    path: to_own(&lock.path)?,
                    ..lock.clone()
                })
            })
            .collect();
        for lock in locked {
            let is_held = state.held.iter().any(|held| held.path == lock.path);
            if !is_held {
                walk.first_lock(lock, block, state);
            } else if !lock.is_asked {
                return walk.lock(state, lock.path, lock.mode, site, block, Some(lock.at));
            }
        }
        for path in touched {
            walk.touches.insert(path.clone());
            state.forget(&path);
        }
        for (path, mode) in gives {
            if !walk.unlock(state, &path, mode, site, deferred) {
                return false;
            }
        }
        for (path, mode) in takes {
            state.released.retain(|held| held.path != path);
            state.held.push(Held { path, mode, site });
        }
        true
    }

    /// Locks of a function that go where they are not followed: their address is handed on, a function value unlocks them, or they are tried.
    fn lost(&self, id: FuncKey) -> FxHashSet<Path> {
        let func = self.cx.body(id);
        let mut lost = FxHashSet::default();
        let mut called = FxHashSet::default();
        for value in func.values.iter() {
            if let Op::Call(call) | Op::Defer(call) = &value.op
                && let Callee::Value(callee) = call.callee
            {
                called.insert(callee);
            }
        }
        for (at, value) in func.values.iter_enumerated() {
            match &value.op {
                Op::Closure { func: inner, captures } if !called.contains(&at) => {
                    let summary = self.summary(FuncKey { func: *inner, ..id });
                    let all = summary
                        .gives
                        .iter()
                        .map(|(path, _)| path)
                        .chain(summary.takes.iter().map(|(path, _)| path))
                        .chain(&summary.touches);
                    lost.extend(all.filter_map(|path| captured(func, captures, path)));
                }
                Op::BoundMethod { recv, method } => {
                    lost.extend(path_of(func, *recv));
                    if let Some(body) = self.cx.body_of(*method) {
                        let base = path_of(func, *recv);
                        let summary = self.summary(body);
                        lost.extend(summary.changed().filter_map(|path| match path.root {
                            Root::Param(0) => base.as_ref().map(|base| base.join(&path.parts)),
                            Root::Global(_) => Some(path.clone()),
                            _ => None,
                        }));
                    }
                }
                Op::MakeInterface(recv) => lost.extend(path_of(func, *recv)),
                // Parameters go to their variables.
                Op::Store { addr, value: stored } if only_parameter(func, *addr).is_none() => {
                    lost.extend(path_of(func, *stored));
                }
                Op::Send { value: sent, .. } => lost.extend(path_of(func, *sent)),
                Op::Call(call) | Op::Defer(call) | Op::Go(call) => {
                    let followed =
                        lock_operation(self.cx, call).is_some() || self.cx.called_body(id.unit, func, call).is_some();
                    let is_go = matches!(value.op, Op::Go(_));
                    if !followed || is_go {
                        // A lock as an argument; `TryLock` is not followed either.
                        lost.extend(call.args.iter().filter_map(|&arg| path_of(func, arg)));
                    }
                    if is_go && let Some(callee) = self.cx.called_body(id.unit, func, call) {
                        let summary = self.summary(callee);
                        let all = summary.gives.iter().map(|(path, _)| path).chain(&summary.touches);
                        lost.extend(all.filter_map(|path| translate(func, call, path)));
                    }
                }
                _ => {}
            }
        }
        lost
    }

    /// Locks that are held where a path returns, and released where another one does.
    fn kept(&self, walk: &mut Walk<'_>) {
        let mut found: Vec<(ValueId, BlockId, ValueId)> = Vec::new();
        for (block, state) in &walk.ends {
            for held in &state.held {
                let Some(&release) = walk.releases.get(&(held.site, held.path.clone())) else {
                    continue;
                };
                let is_own =
                    matches!(walk.func.op(held.site), Op::Call(call) if lock_operation(self.cx, call).is_some());
                let is_clear = !walk.lost.contains(&held.path)
                    && !walk.touches.contains(&held.path)
                    // It came with the lock held, and returns with it.
                    && !walk.foreign.contains(&held.path);
                if is_own && is_clear {
                    found.push((held.site, *block, release));
                }
            }
        }
        found.sort_unstable_by_key(|&(site, block, _)| (site, crate::flow::end_pos(walk.func, block), block));
        found.dedup_by_key(|&mut (site, ..)| site);
        for (first, block, release) in found {
            walk.fault(Fault::Kept { first, block, release });
        }
    }
}

impl Walk<'_> {
    /// Where a lock was taken that keeps all others out and is still held.
    fn exclusive(&self, state: &State) -> Option<ValueId> {
        let mut held = state.held.iter();
        held.find(|held| held.mode == Mode::Write && !self.lost.contains(&held.path))
            .map(|held| held.site)
    }

    fn fault(&mut self, fault: Fault) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// A lock that the caller may hold already. The first one counts, but one that is certain counts more.
    fn first_lock(&mut self, mut lock: FirstLock, block: BlockId, state: &State) {
        let was_released = state.released.iter().any(|held| held.path == lock.path);
        if was_released || matches!(lock.path.root, Root::Value(_)) {
            return;
        }
        let known = self.locks.iter().position(|known| known.path == lock.path);
        if known.is_some_and(|known| !self.locks[known].is_asked) {
            return;
        }
        lock.is_asked = lock.is_asked || is_asked(self.func, block);
        match known {
            Some(known) if !lock.is_asked => self.locks[known] = lock,
            Some(_) => {}
            None => self.locks.push(lock),
        }
    }

    fn lock(
        &mut self,
        state: &mut State,
        path: Path,
        mode: Mode,
        site: ValueId,
        block: BlockId,
        inner: Option<(FuncKey, ValueId)>,
    ) -> bool {
        if let Some(first) = state.held.iter().find(|held| held.path == path) {
            if !self.lost.contains(&path) {
                let fault = Fault::Twice {
                    first: first.site,
                    held: first.mode,
                    site,
                    wanted: mode,
                    inner,
                    deferred: false,
                };
                self.fault(fault);
            }
            return false;
        }
        let lock = FirstLock {
            path: path.clone(),
            mode,
            at: inner.unwrap_or((self.id, site)),
            is_asked: false,
        };
        self.first_lock(lock, block, state);
        state.released.retain(|held| held.path != path);
        state.held.push(Held { path, mode, site });
        true
    }

    fn unlock(&mut self, state: &mut State, path: &Path, mode: Mode, site: ValueId, deferred: bool) -> bool {
        let followed = !self.lost.contains(path) && !self.touches.contains(path);
        if let Some(at) = state.held.iter().position(|held| held.path == *path) {
            let held = state.held.remove(at);
            if held.mode != mode && followed {
                self.fault(Fault::NotHeld {
                    site,
                    first: held.site,
                    other_mode: true,
                    deferred,
                });
                return false;
            }
            self.releases.entry((held.site, path.clone())).or_insert(site);
        } else if let Some(first) = state.released.iter().find(|held| held.path == *path) {
            // Readers may hold a lock several times.
            if followed && mode == Mode::Write && first.mode == Mode::Write {
                self.fault(Fault::NotHeld {
                    site,
                    first: first.site,
                    other_mode: false,
                    deferred,
                });
            }
            return false;
        } else {
            self.foreign.insert(path.clone());
        }
        state.released.push(Held {
            path: path.clone(),
            mode,
            site,
        });
        true
    }

    /// Takes a branch; false if an earlier answer on this path was another one.
    fn answer(&self, state: &mut State, cond: ValueId, taken: bool) -> bool {
        let (cond, taken) = match self.func.op(cond) {
            Op::Unary(UnaryOp::Not, inner) => (*inner, !taken),
            _ => (cond, taken),
        };
        if let Some(&(_, known)) = state.constants.iter().find(|(phi, _)| *phi == cond) {
            return known == taken;
        }
        if let Op::Const(ConstValue::Bool(known)) = self.func.op(cond) {
            return *known == taken;
        }
        let asked = question(self.func, cond);
        if !self.repeated.contains(&asked.question) {
            return true;
        }
        match state.answers.iter().find(|known| known.question == asked.question) {
            Some(known) => known.answer == taken,
            None => {
                state.answers.push(Answer { answer: taken, ..asked });
                true
            }
        }
    }

    fn enter(
        &self,
        from: BlockId,
        to: BlockId,
        mut state: State,
        seen: &mut FxHashSet<(BlockId, State)>,
        work: &mut Vec<(BlockId, State)>,
    ) {
        let node = &self.func.blocks[to];
        if to.index() <= from.index() {
            // The next round of a loop asks anew.
            state.answers.retain(|answer| !answer.reads);
        }
        let edge = node.preds.iter().position(|&pred| pred == from);
        let mut constants = Vec::new();
        for &value in &node.values {
            let Op::Phi(operands) = self.func.op(value) else { break };
            state.renew(value);
            let operand = edge.and_then(|edge| operands.get(edge));
            let known = operand.and_then(|&operand| match self.func.op(operand) {
                Op::Const(ConstValue::Bool(known)) => Some(*known),
                Op::Zero if matches!(self.func.values[value].ty, ty if ty == self.func.values[operand].ty) => None,
                _ => state
                    .constants
                    .iter()
                    .find(|(phi, _)| *phi == operand)
                    .map(|&(_, known)| known),
            });
            constants.push((value, known));
        }
        for (phi, known) in constants {
            state.constants.retain(|&(other, _)| other != phi);
            if let Some(known) = known {
                state.constants.push((phi, known));
            }
        }
        if seen.insert((to, state.clone())) {
            work.push((to, state));
        }
    }

    fn summary(&self) -> Summary {
        let is_outer = |path: &Path| !matches!(path.root, Root::Value(_));
        let all = |list: &dyn Fn(&State) -> Vec<(Path, Mode)>| -> (Vec<(Path, Mode)>, FxHashSet<Path>) {
            let mut some = FxHashSet::default();
            let mut every: Option<Vec<(Path, Mode)>> = None;
            for (_, state) in &self.ends {
                let now = list(state);
                some.extend(now.iter().map(|(path, _)| path.clone()));
                every = Some(match every {
                    None => now,
                    Some(before) => before.into_iter().filter(|one| now.contains(one)).collect(),
                });
            }
            (every.unwrap_or_default(), some)
        };
        let outer = |list: &[Held]| -> Vec<(Path, Mode)> {
            let list = list.iter().filter(|held| is_outer(&held.path));
            list.map(|held| (held.path.clone(), held.mode)).collect()
        };
        let (takes, some_take) = all(&|state| outer(&state.held));
        // Released without having been locked here.
        let (gives, _) = all(&|state| {
            let released = outer(&state.released);
            released
                .into_iter()
                .filter(|(path, _)| self.foreign.contains(path))
                .collect()
        });
        let is_sure = |(path, _): &(Path, Mode)| !self.lost.contains(path) && !self.touches.contains(path);
        let takes: Vec<_> = takes.into_iter().filter(is_sure).collect();
        let gives: Vec<_> = gives.into_iter().filter(is_sure).collect();
        let known: FxHashSet<&Path> = takes.iter().chain(&gives).map(|(path, _)| path).collect();
        let mut touches: Vec<Path> = some_take
            .iter()
            .chain(&self.foreign)
            .chain(&self.touches)
            .chain(&self.lost)
            .filter(|path| is_outer(path) && !known.contains(path))
            .cloned()
            .collect();
        touches.sort_unstable_by_key(|path| format!("{path:?}"));
        touches.dedup();
        Summary {
            takes,
            gives,
            touches,
            locks: self.locks.clone(),
            never_returns: self.ends.is_empty(),
        }
    }
}

impl Path {
    /// Whether it begins at something that other functions see as well.
    pub(crate) fn is_shared(&self) -> bool {
        !matches!(self.root, Root::Value(_))
    }

    /// The numbers of the fields from the receiver, or the first parameter, where it goes through no other pointer.
    pub(crate) fn fields_of_receiver(&self) -> Option<Vec<u32>> {
        if self.root != Root::Param(0) {
            return None;
        }
        let number = |part: &Part| match part {
            Part::Field(number) => Some(*number),
            Part::Load => None,
        };
        self.parts.iter().map(number).collect()
    }

    /// Whether it leads to a part of what a pointer at the end of another one points to.
    pub(crate) fn is_within(&self, from: &Self) -> bool {
        let rest = self.parts.strip_prefix(&from.parts[..]).unwrap_or(&[]);
        self.root == from.root && !rest.is_empty() && !rest.contains(&Part::Load)
    }
}

fn path_of_receiver(func: &Func, call: &Call) -> Option<Path> {
    path_of(func, *call.args.first()?)
}

/// How a function gets to what an address or pointer refers to.
pub(crate) fn path_of(func: &Func, value: ValueId) -> Option<Path> {
    let mut parts = Vec::new();
    let mut value = value;
    let root = loop {
        if parts.len() > 12 {
            return None;
        }
        match func.op(value) {
            Op::FieldAddr { base, field } | Op::Field { base, field } => {
                parts.push(Part::Field(*field));
                value = *base;
            }
            Op::Load(addr) => match only_parameter(func, *addr) {
                Some(parameter) => break Root::Param(parameter),
                None => {
                    parts.push(Part::Load);
                    value = *addr;
                }
            },
            Op::Convert(inner) => value = *inner,
            Op::Param(number) => break Root::Param(*number),
            Op::Captured(number) => break Root::Captured(*number),
            Op::Global(obj) => break Root::Global(*obj),
            _ => break Root::Value(value),
        }
    };
    parts.reverse();
    Some(Path { root, parts })
}

/// The parameter that a variable of the function holds, if it holds nothing else.
pub(crate) fn only_parameter(func: &Func, cell: ValueId) -> Option<u32> {
    let Op::Alloc { var: Some(_) } = func.op(cell) else {
        return None;
    };
    let mut stores = func.values.iter().filter_map(|value| match value.op {
        Op::Store { addr, value } if addr == cell => Some(value),
        _ => None,
    });
    match (stores.next(), stores.next()) {
        (Some(only), None) => match func.op(only) {
            Op::Param(number) => Some(*number),
            _ => None,
        },
        _ => None,
    }
}

/// A path of the callee as the caller has it.
fn translate(func: &Func, call: &Call, path: &Path) -> Option<Path> {
    let base = match path.root {
        Root::Param(number) => path_of(func, *call.args.get(number as usize)?)?,
        Root::Global(_) => return Some(path.clone()),
        Root::Captured(_) => match call.callee {
            Callee::Value(callee) => match func.op(callee) {
                Op::Closure { captures, .. } => return captured(func, captures, path),
                _ => return None,
            },
            _ => return None,
        },
        Root::Value(_) => return None,
    };
    let parts = base.parts.iter().chain(&path.parts).copied().collect();
    Some(Path { root: base.root, parts })
}

/// A path of a literal as the function around it has it.
fn captured(func: &Func, captures: &[ValueId], path: &Path) -> Option<Path> {
    let Root::Captured(number) = path.root else {
        return matches!(path.root, Root::Global(_)).then(|| path.clone());
    };
    let cell = *captures.get(number as usize)?;
    let mut rest = path.parts.as_slice();
    let base = match only_parameter(func, cell) {
        Some(parameter) if rest.first() == Some(&Part::Load) => {
            rest = &rest[1..];
            Path {
                root: Root::Param(parameter),
                parts: Vec::new(),
            }
        }
        _ => path_of(func, cell)?,
    };
    let parts = base.parts.iter().chain(rest).copied().collect();
    Some(Path { root: base.root, parts })
}

/// What a condition asks. Two loads of one field ask the same.
fn question(func: &Func, cond: ValueId) -> Answer {
    use std::hash::{Hash as _, Hasher as _};
    fn walk(func: &Func, value: ValueId, hasher: &mut rustc_hash::FxHasher, into: &mut Answer, depth: u32) {
        let op = func.op(value);
        std::mem::discriminant(op).hash(hasher);
        match op {
            _ if depth == 0 => value.hash(hasher),
            Op::Binary(operator, x, y) => {
                format!("{operator:?}").hash(hasher);
                walk(func, *x, hasher, into, depth - 1);
                walk(func, *y, hasher, into, depth - 1);
            }
            Op::Unary(operator, x) => {
                format!("{operator:?}").hash(hasher);
                walk(func, *x, hasher, into, depth - 1);
            }
            Op::Const(constant) => format!("{constant:?}").hash(hasher),
            Op::Zero => {}
            Op::MakeInterface(x) | Op::Convert(x) => walk(func, *x, hasher, into, depth - 1),
            Op::Load(_) | Op::Field { .. } | Op::Param(_) => match path_of(func, value) {
                Some(path) => {
                    if let Root::Value(root) = path.root {
                        into.on.push(root);
                    }
                    into.reads |= path.parts.contains(&Part::Load);
                    path.hash(hasher);
                }
                None => value.hash(hasher),
            },
            _ => {
                into.on.push(value);
                value.hash(hasher);
            }
        }
    }
    let mut hasher = rustc_hash::FxHasher::default();
    let mut asked = Answer {
        question: 0,
        on: Vec::new(),
        reads: false,
        answer: false,
    };
    walk(func, cond, &mut hasher, &mut asked, 6);
    asked.question = hasher.finish();
    asked
}

fn repeated(func: &Func) -> FxHashSet<u64> {
    let mut seen = FxHashSet::default();
    let mut repeated = FxHashSet::default();
    for block in func.blocks.iter() {
        if let Terminator::If(cond, ..) = block.end {
            let cond = match func.op(cond) {
                Op::Unary(UnaryOp::Not, inner) => *inner,
                _ => cond,
            };
            let key = question(func, cond).question;
            if !seen.insert(key) {
                repeated.insert(key);
            }
        }
    }
    repeated
}

/// The variable or field that a call locks or unlocks.
pub(crate) fn lock_object(cx: &RuleContext<'_>, func: &Func, site: ValueId) -> Option<ObjRef> {
    match func.op(site) {
        Op::Call(call) | Op::Defer(call) => addressed(cx, func, *call.args.first()?),
        _ => None,
    }
}

/// Whether a call locks or unlocks itself.
pub(crate) fn is_operation(cx: &RuleContext<'_>, func: &Func, site: ValueId) -> bool {
    matches!(func.op(site), Op::Call(call) | Op::Defer(call) if lock_operation(cx, call).is_some())
}

/// Whether a parameter may say that the lock is held already.
pub(crate) fn has_switch(cx: &RuleContext<'_>, func: &Func) -> bool {
    func.params
        .iter()
        .any(|&param| matches!(cx.under(func.values[param].ty), Type::Basic(BasicKind::Bool)))
}

/// Whether a function that does not lock what is in a variable or field unlocks it: then another one may leave it locked on purpose.
pub(crate) fn is_unlocked_elsewhere(cx: &RuleContext<'_>, obj: ObjRef) -> bool {
    let does = |id: FuncId, wanted: bool| {
        let func = &cx.ir.funcs[id];
        func.values.iter_enumerated().any(|(at, value)| {
            let (Op::Call(call) | Op::Defer(call)) = &value.op else {
                return false;
            };
            let locks = match lock_operation(cx, call) {
                Some((locks, _)) => locks == wanted,
                None => wanted && tries(cx, call),
            };
            locks && lock_object(cx, func, at) == Some(obj)
        })
    };
    // A literal belongs to the functions around it.
    let locks = |id: FuncId| {
        let mut around = Some(id);
        std::iter::from_fn(|| {
            let id = around?;
            around = cx.ir.funcs[id].parent;
            Some(id)
        })
        .any(|id| does(id, true))
    };
    cx.ir.funcs.iter_enumerated().any(|(id, func)| {
        if !does(id, false) || locks(id) {
            return false;
        }
        // Helpers that nobody but those who lock call belong to these.
        let Some(helper) = func.obj else { return true };
        let is_open = cx.query.object(helper).is_none_or(|object| object.name.is_exported());
        let mut users = cx.ir.funcs.iter_enumerated().filter_map(|(user, func)| {
            let uses = func.values.iter().any(|value| match &value.op {
                Op::Call(call) | Op::Go(call) | Op::Defer(call) => cx.callee(call) == Some(helper),
                Op::Func(used) | Op::BoundMethod { method: used, .. } => *used == helper,
                _ => false,
            });
            uses.then(|| locks(user))
        });
        is_open || users.next() != Some(true) || users.any(|locks| !locks)
    })
}

fn tries(cx: &RuleContext<'_>, call: &Call) -> bool {
    cx.callee_symbol(call)
        .is_some_and(|symbol| symbol.starts_with("sync.(*") && symbol.contains(").Try"))
}

/// Whether another function of the package locks a variable or field for writing.
fn has_writer(cx: &RuleContext<'_>, obj: ObjRef, but: FuncId) -> bool {
    let but = FuncKey { unit: OWN, func: but };
    cx.bodies().any(|(id, func)| {
        id != but
            && func.values.iter_enumerated().any(|(at, value)| {
                matches!(&value.op, Op::Call(call) | Op::Defer(call)
                if lock_operation(cx, call) == Some((true, Mode::Write)))
                    && lock_object(cx, func, at) == Some(obj)
            })
    })
}

/// Reports that a path locks twice what `wants` says of the two modes: held, wanted.
pub(crate) fn report_twice(
    cx: &RuleContext<'_>,
    info: &RuleInfo,
    wants: impl Fn(Mode, Mode) -> bool,
    texts: impl Fn(&str) -> [String; 3],
    sink: &mut Vec<Finding>,
) {
    for (id, fault) in cx.lock_faults() {
        let Fault::Twice {
            first,
            held,
            site,
            wanted,
            inner,
            deferred,
        } = *fault
        else {
            continue;
        };
        if !wants(held, wanted) {
            continue;
        }
        let func = &cx.ir.funcs[*id];
        let (by, at) = match inner {
            Some((by, at)) => (cx.body(by), at),
            None => (func, site),
        };
        if inner.is_some() && has_switch(cx, by) {
            continue;
        }
        // Readers may read together while nobody writes.
        if (held, wanted) == (Mode::Read, Mode::Read)
            && !lock_object(cx, by, at).is_some_and(|obj| has_writer(cx, obj, *id))
        {
            continue;
        }
        let [message, mut why, action] = texts(&func.name);
        let other = inner.filter(|(by, _)| by.unit != OWN);
        // What is written in another package is shown where it is called.
        let (place, span) = match other {
            Some((by, _)) => {
                why = format!("`{}` locks it; {why}", cx.shown_name(by));
                (func.file, cx.span_of(func, site))
            }
            None => (by.file, cx.span_of(by, at)),
        };
        let mut report =
            cx.report(info, place, span, message)
                .related(func.file, cx.span_of(func, first), "locked here first");
        if inner.is_some() && other.is_none() {
            report = report.related(func.file, cx.span_of(func, site), "called here with the lock held");
        }
        let (why, action) = if deferred {
            let why = "the deferred call locks once more when the function returns, instead of unlocking";
            (why.to_owned(), "defer the unlock".to_owned())
        } else {
            (why, action)
        };
        report.why(why).action(action).push(sink);
    }
}
