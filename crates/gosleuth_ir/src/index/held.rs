//! Which locks are held at the places of a function: on every path that comes there.
//!
//! A forward walk over the graph whose states meet by intersection. A lock is told by the object it is kept in and by how this function gets
//! to it, so that two structs of one type are two locks; what helpers leave locked or unlocked is taken over from their last block.

use gosleuth_base::Idx as _;
use rustc_hash::FxHashMap;

use super::objects::Objects;
use crate::index::symbol;
use crate::ir::{BlockId, Call, Callee, Func, FuncId, Op, Package, Terminator, ValueId};

/// A lock that is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) object: u32,
    /// How the function gets to it.
    path: String,
    pub(super) read: bool,
    /// Where it was taken.
    pub(super) pos: u32,
}

/// Locks by the value at which they are held.
#[derive(Default)]
pub(super) struct HeldAt {
    places: FxHashMap<ValueId, Vec<Held>>,
    /// Locks that are held at some returns and not at others.
    pub(super) left: Vec<Held>,
}

impl HeldAt {
    pub(super) fn at(&self, value: ValueId) -> impl Iterator<Item = &Held> {
        self.places.get(&value).into_iter().flatten()
    }
}

/// What functions leave locked (true) or unlocked, by object.
pub(super) type Nets = FxHashMap<FuncId, Vec<(u32, bool, bool)>>;

/// Rounds in which helpers of helpers are seen.
const ROUNDS: usize = 3;

/// What each function of a package leaves locked or unlocked for its callers.
pub(super) fn nets(package: &Package, objects: &mut Objects<'_>) -> Nets {
    let mut nets = Nets::default();
    for _ in 0..ROUNDS {
        let mut changed = false;
        for (id, func) in package.funcs.iter_enumerated() {
            let mentions = func.values.iter().any(|value| match &value.op {
                Op::Call(call) | Op::Defer(call) => {
                    operation(objects, call).is_some() || called(package, call).is_some_and(|id| nets.contains_key(&id))
                }
                _ => false,
            });
            if !mentions {
                continue;
            }
            let net = Walk::new(package, id, &nets).run(objects).1;
            if !net.is_empty() && nets.get(&id) != Some(&net) {
                nets.insert(id, net);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    nets
}

/// The locks that are held at the calls and communications of a function.
pub(super) fn held(package: &Package, id: FuncId, objects: &mut Objects<'_>, nets: &Nets) -> HeldAt {
    Walk::new(package, id, nets).run(objects).0
}

fn called(package: &Package, call: &Call) -> Option<FuncId> {
    match call.callee {
        Callee::Static(obj) => package.by_object.get(&obj).copied(),
        _ => None,
    }
}

/// Whether a call locks, and for reading.
fn operation(objects: &Objects<'_>, call: &Call) -> Option<(bool, bool)> {
    let (Callee::Static(obj) | Callee::Interface { method: obj, .. }) = call.callee else {
        return None;
    };
    let name = symbol(objects.query(), obj);
    let name = name.strip_prefix("sync.")?;
    match name {
        "(*Mutex).Lock" | "(*RWMutex).Lock" | "Locker.Lock" => Some((true, false)),
        "(*RWMutex).RLock" => Some((true, true)),
        "(*Mutex).Unlock" | "(*RWMutex).Unlock" | "Locker.Unlock" => Some((false, false)),
        "(*RWMutex).RUnlock" => Some((false, true)),
        _ => None,
    }
}

struct Walk<'a> {
    package: &'a Package,
    id: FuncId,
    func: &'a Func,
    nets: &'a Nets,
    /// Locks unlocked without having been locked here.
    given: Vec<(u32, bool)>,
    /// Locks that the function takes somewhere: what it unlocks of them is its own.
    taken: Vec<u32>,
}

impl<'a> Walk<'a> {
    fn new(package: &'a Package, id: FuncId, nets: &'a Nets) -> Self {
        Self {
            package,
            id,
            func: &package.funcs[id],
            nets,
            given: Vec::new(),
            taken: Vec::new(),
        }
    }

    fn run(mut self, objects: &mut Objects<'_>) -> (HeldAt, Vec<(u32, bool, bool)>) {
        let func = self.func;
        let mut found = HeldAt::default();
        if func.blocks.is_empty() {
            return (found, Vec::new());
        }
        let entry = BlockId::from_usize(0);
        let mut states: FxHashMap<BlockId, Vec<Held>> = FxHashMap::default();
        states.insert(entry, Vec::new());
        let mut work = vec![entry];
        let mut ends: Option<Vec<Held>> = None;
        // Each visit takes something from a state or is the first.
        while let Some(block) = work.pop() {
            let mut state = states[&block].clone();
            for &value in &func.blocks[block].values {
                self.value(value, &mut state, objects);
            }
            for next in func.blocks[block].end.successors() {
                let known = states.get(&next);
                let met = match known {
                    None => state.clone(),
                    Some(known) => known.iter().filter(|lock| state.contains(lock)).cloned().collect(),
                };
                if known.is_none_or(|known| known.len() != met.len()) {
                    states.insert(next, met);
                    work.push(next);
                }
            }
        }
        self.given.clear();
        let mut returns: Vec<Vec<Held>> = Vec::new();
        let mut states: Vec<_> = states.into_iter().collect();
        states.sort_unstable_by_key(|(block, _)| *block);
        for (block, state) in states {
            let mut state = state;
            for &value in &func.blocks[block].values {
                let is_place = matches!(
                    func.op(value),
                    Op::Call(_) | Op::Defer(_) | Op::Go(_) | Op::Send { .. } | Op::Recv { .. } | Op::Select { .. }
                );
                if is_place && !state.is_empty() {
                    found.places.insert(value, state.clone());
                }
                self.value(value, &mut state, objects);
            }
            if matches!(func.blocks[block].end, Terminator::Return(_)) {
                returns.push(state.clone());
                ends = Some(match ends {
                    None => state,
                    Some(known) => known.into_iter().filter(|lock| state.contains(lock)).collect(),
                });
            }
        }
        for lock in returns.iter().flatten() {
            if !returns.iter().all(|state| state.contains(lock)) && !found.left.contains(lock) {
                found.left.push(lock.clone());
            }
        }
        let mut net: Vec<(u32, bool, bool)> = ends
            .unwrap_or_default()
            .into_iter()
            .map(|lock| (lock.object, lock.read, true))
            .chain(
                self.given
                    .iter()
                    .filter(|(object, _)| !self.taken.contains(object))
                    .map(|&(object, read)| (object, read, false)),
            )
            .collect();
        net.sort_unstable();
        net.dedup();
        (found, net)
    }

    fn value(&mut self, value: ValueId, state: &mut Vec<Held>, objects: &mut Objects<'_>) {
        match self.func.op(value) {
            Op::Call(call) => self.call(value, call, state, objects),
            Op::RunDefers => {
                // In the order of the text: what is locked and unlocked in them pairs up.
                let deferred: Vec<ValueId> = self
                    .func
                    .blocks
                    .iter()
                    .flat_map(|block| block.values.iter().copied())
                    .filter(|&value| matches!(self.func.op(value), Op::Defer(_)))
                    .collect();
                for value in deferred.into_iter().rev() {
                    if let Op::Defer(call) = self.func.op(value) {
                        self.call(value, call, state, objects);
                    }
                }
            }
            _ => {}
        }
    }

    fn call(&mut self, value: ValueId, call: &Call, state: &mut Vec<Held>, objects: &mut Objects<'_>) {
        let pos = self.func.values[value].pos;
        if let Some((locks, read)) = operation(objects, call) {
            let recv = match call.callee {
                Callee::Interface { recv, .. } => Some(recv),
                _ => call.args.first().copied(),
            };
            let Some(recv) = recv else { return };
            let Some(object) = objects.of(self.id, recv) else {
                return;
            };
            let path = self.path(recv, 0);
            match locks {
                true => {
                    self.taken.push(object);
                    state.push(Held {
                        object,
                        path,
                        read,
                        pos,
                    });
                }
                false => self.unlock(state, object, Some(&path), read),
            }
            return;
        }
        let literal = match call.callee {
            Callee::Value(callee) => match self.func.op(callee) {
                Op::Closure { func, .. } => Some(*func),
                _ => None,
            },
            _ => called(self.package, call),
        };
        let net = literal.and_then(|id| self.nets.get(&id));
        for &(object, read, locks) in net.into_iter().flatten() {
            match locks {
                true => state.push(Held {
                    object,
                    path: String::new(),
                    read,
                    pos,
                }),
                false => self.unlock(state, object, None, read),
            }
        }
    }

    fn unlock(&mut self, state: &mut Vec<Held>, object: u32, path: Option<&str>, read: bool) {
        let exact =
            |lock: &Held| lock.object == object && lock.read == read && path.is_none_or(|path| lock.path == path);
        let at = state.iter().rposition(exact).or_else(|| {
            state
                .iter()
                .rposition(|lock| lock.object == object && lock.path.is_empty())
        });
        match at {
            Some(at) => {
                state.remove(at);
            }
            None if state.iter().all(|lock| lock.object != object) => self.given.push((object, read)),
            None => {}
        }
    }

    /// How the function gets to a value, as text.
    fn path(&self, value: ValueId, depth: u32) -> String {
        if depth > 8 {
            return format!("v{}", value.index());
        }
        match self.func.op(value) {
            Op::Load(inner) => format!("*{}", self.path(*inner, depth + 1)),
            Op::FieldAddr { base, field } | Op::Field { base, field } => {
                format!("{}.{field}", self.path(*base, depth + 1))
            }
            Op::Global(obj) => format!("g{}:{}", obj.pkg.index(), obj.index),
            Op::Captured(number) => format!("c{number}"),
            Op::Param(number) => format!("p{number}"),
            _ => format!("v{}", value.index()),
        }
    }
}
