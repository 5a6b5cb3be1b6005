//! Fingerprints of states.
//!
//! Two states that differ in the numbers of their objects, symbols and goroutines alone are the same: objects and symbols are numbered in the order
//! in which they are met from the goroutines, and goroutines that were started later are sorted by what they do. What cannot be reached from there,
//! and what nobody reads again, is not looked at. Fingerprints have 128 bits; that two different states have the same one is not expected to happen.
//!
//! A fingerprint is put together from the digests of the parts of a state, which states share: only parts that changed are read again.

use std::hash::{Hash, Hasher};

use gosleuth_base::Idx as _;

use crate::machine::Machine;
use crate::node::Node;
use crate::state::{Frame, Goroutine, Obj, State, Sync, SyncOp, Target};
use crate::value::{Callable, Loc, ObjId, Question, Val};

/// A digest of a part of a state.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    digest: Digest,
    /// The objects and symbols it refers to, in order.
    refs: Box<[Ref]>,
}

/// Something that has another number in an equal state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ref {
    Obj(ObjId),
    Sym(u32),
}

impl Shape {
    /// The objects it refers to.
    pub(crate) fn objects(&self) -> impl Iterator<Item = ObjId> + '_ {
        self.refs.iter().filter_map(|item| match item {
            Ref::Obj(obj) => Some(*obj),
            Ref::Sym(_) => None,
        })
    }
}

/// Two sums of 64 bits over the same words, each with a multiplier of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Digest {
    low: u64,
    high: u64,
}

impl Digest {
    fn new() -> Self {
        Self {
            low: 0x243f_6a88_85a3_08d3,
            high: 0x1319_8a2e_0370_7344,
        }
    }

    /// Of one item.
    fn of(item: impl Hash) -> Self {
        let mut digest = Self::new();
        item.hash(&mut digest);
        digest
    }

    /// Adds something whose order does not matter.
    fn gather(&mut self, other: Self) {
        self.low = self.low.wrapping_add(other.low);
        self.high = self.high.wrapping_add(other.high);
    }
}

impl Hasher for Digest {
    fn finish(&self) -> u64 {
        self.low
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
        self.write_u64(bytes.len() as u64);
    }

    fn write_u8(&mut self, word: u8) {
        self.write_u64(u64::from(word));
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        let product = u128::from(self.low ^ word) * 0x9e37_79b9_7f4a_7c15;
        self.low = (product as u64) ^ ((product >> 64) as u64).rotate_left(23);
        self.high = (self.high.rotate_left(29) ^ word).wrapping_mul(0xd6e8_feb8_6659_fd93);
        self.high ^= self.high >> 32;
    }
}

/// Room for numbers, used again for each fingerprint.
#[derive(Default)]
pub(crate) struct Numbers {
    objects: Vec<u32>,
    symbols: Vec<u32>,
    queue: Vec<ObjId>,
    /// By symbol: what stands for one that was not met but follows from some that were.
    derived: Vec<u64>,
}

pub(crate) fn fingerprint(machine: &Machine<'_>, state: &State) -> u128 {
    digest_in(machine, state, &order(machine, state), &[])
}

/// The fingerprint of a state in which goroutines have names, by their numbers: those that do the same are told apart.
pub(crate) fn named_fingerprint(machine: &Machine<'_>, state: &State, names: &[u32]) -> u128 {
    let mut order: Vec<u32> = (0..state.goroutines.len() as u32)
        .filter(|&gid| !state.goroutines[gid as usize].ended)
        .collect();
    order.sort_unstable_by_key(|&gid| names[gid as usize]);
    digest_in(machine, state, &order, names)
}

fn digest_in(machine: &Machine<'_>, state: &State, order: &[u32], names: &[u32]) -> u128 {
    let mut numbers = machine.numbers.borrow_mut();
    let numbers = &mut *numbers;
    // What was there when the search began is the same in all states, and has the same number.
    numbers.objects.clear();
    numbers.objects.extend(1..=state.heap.old() as u32);
    numbers.objects.resize(state.heap.len(), 0);
    numbers.symbols.clear();
    numbers.symbols.extend(0..=state.heap.base().last_symbol);
    numbers.symbols.resize(state.next_sym as usize + 1, 0);
    numbers.queue.clear();
    numbers.queue.extend(state.heap.changed());
    let mut walk = Walk {
        state,
        digest: Digest::of((state.given.len(), state.callbacks.len())),
        last_object: state.heap.old() as u32,
        last_symbol: state.heap.base().last_symbol,
        numbers,
    };
    walk.run(machine, order, names);
    (u128::from(walk.digest.high) << 64) | u128::from(walk.digest.low)
}

/// The digest of a goroutine without its frames.
pub(crate) fn goroutine_shape(goroutine: &Goroutine) -> Shape {
    let mut sketch = Sketch::new();
    sketch.add((
        goroutine.unwinding,
        goroutine.crash,
        goroutine.created,
        goroutine.frames.len(),
    ));
    sketch.values(&goroutine.cleanups);
    if let Some(counts) = &goroutine.counts {
        sketch.loc(counts);
    }
    if let Some(parked) = &goroutine.parked {
        sketch.add((parked.site, parked.dest));
        sketch.op(&parked.op);
    }
    sketch.finish()
}

/// The digest of a frame: of its values, those that are read again.
pub(crate) fn frame_shape(machine: &Machine<'_>, frame: &Frame) -> Shape {
    let mut sketch = Sketch::new();
    sketch.add((frame.func, frame.block, frame.next, frame.unwinding, frame.recovers));
    let live = machine
        .liveness
        .at(machine.program, frame.func, frame.block, frame.next);
    for &value in &*live {
        sketch.value(&frame.values[value.index()]);
    }
    sketch.values(&frame.args);
    sketch.values(&frame.captures);
    for deferred in &frame.defers {
        sketch.add(deferred.pos);
        match &deferred.callee {
            Target::Callable(callable) => sketch.callable(callable),
            Target::Method(method, recv) => {
                sketch.add(*method);
                sketch.value(recv);
            }
            Target::Builtin(builtin) => sketch.add(*builtin),
            Target::Unknown => {}
        }
        sketch.values(&deferred.args);
    }
    if let Some(once) = &frame.once {
        sketch.loc(once);
    }
    sketch.finish()
}

/// The digest of an object.
pub(crate) fn object_shape(obj: &Obj) -> Shape {
    let mut sketch = Sketch::new();
    sketch.add(std::mem::discriminant(obj));
    match obj {
        Obj::Cell(ty, value) => {
            sketch.add(ty);
            sketch.value(value);
        }
        Obj::Array(elems) => sketch.values(elems),
        Obj::Map { entries, complete } => {
            sketch.add(complete);
            for (key, value) in entries {
                sketch.value(key);
                sketch.value(value);
            }
        }
        Obj::Chan(chan) => {
            sketch.add((chan.capacity, chan.closed, chan.shared, chan.timer, chan.ticker));
            sketch.values(&chan.buffer);
        }
        Obj::Context(context) => {
            sketch.add((context.cancelled, context.deadline));
            for obj in [context.parent, context.done].into_iter().flatten() {
                sketch.obj(obj);
            }
        }
    }
    sketch.finish()
}

struct Walk<'s> {
    state: &'s State,
    digest: Digest,
    numbers: &'s mut Numbers,
    last_object: u32,
    last_symbol: u32,
}

impl Walk<'_> {
    fn run(&mut self, machine: &Machine<'_>, order: &[u32], names: &[u32]) {
        let state = self.state;
        for &gid in order {
            let goroutine = &state.goroutines[gid as usize];
            self.digest.write_u8(u8::from(gid == 0));
            if let Some(&name) = names.get(gid as usize) {
                self.digest.write_u32(name);
            }
            self.shape(goroutine.shape(goroutine_shape));
            for frame in &goroutine.frames {
                self.shape(frame.shape(|frame| frame_shape(machine, frame)));
            }
        }
        let old = state.heap.old() as u32;
        for &(obj, cell) in state.globals.iter().filter(|&&(_, cell)| cell >= old) {
            obj.hash(&mut self.digest);
            self.reference(Ref::Obj(cell));
        }
        let mut next = 0;
        while let Some(&obj) = self.numbers.queue.get(next) {
            next += 1;
            if obj < old {
                self.digest.write_u32(obj);
            }
            self.shape(state.heap[obj as usize].shape(object_shape));
        }
        let mut sum = Digest { low: 0, high: 0 };
        for obj in state.shared.iter_without(&state.heap.base().shared) {
            match self.numbers.objects[obj as usize] {
                0 => {}
                number => sum.gather(Digest::of((number, 1_u8))),
            }
        }
        let number_of = |gid: &u32| order.iter().position(|known| known == gid).unwrap_or(usize::MAX);
        for (loc, sync) in state.syncs() {
            let number = self.numbers.objects[loc.obj as usize];
            if number == 0 {
                continue;
            }
            let mut digest = Digest::of((number, loc.path()));
            match sync {
                // Where it was locked last is for the report.
                Sync::Lock {
                    writer,
                    readers,
                    waiting,
                    ..
                } => {
                    writer.as_ref().map(number_of).hash(&mut digest);
                    let mut readers: Vec<_> = readers.iter().map(number_of).collect();
                    readers.sort_unstable();
                    readers.hash(&mut digest);
                    digest.write_usize(waiting.len());
                    waiting.iter().for_each(|gid| digest.write_usize(number_of(gid)));
                }
                Sync::Cond { waiting } => waiting.iter().for_each(|gid| digest.write_usize(number_of(gid))),
                Sync::Once { running, done } => {
                    running.as_ref().map(number_of).hash(&mut digest);
                    done.hash(&mut digest);
                }
                Sync::Counter(count) => count.hash(&mut digest),
                Sync::Shared => digest.write_u8(7),
            }
            sum.gather(digest);
        }
        self.facts(&mut sum);
        self.digest.write_u64(sum.low);
        self.digest.write_u64(sum.high);
        state.failed.hash(&mut self.digest);
    }

    fn shape(&mut self, shape: &Shape) {
        self.digest.write_u64(shape.digest.low);
        self.digest.write_u64(shape.digest.high);
        for &item in &shape.refs {
            self.reference(item);
        }
    }

    fn reference(&mut self, item: Ref) {
        let number = match item {
            Ref::Obj(obj) => {
                let number = &mut self.numbers.objects[obj as usize];
                if *number == 0 {
                    self.numbers.queue.push(obj);
                    self.last_object += 1;
                    *number = self.last_object;
                }
                *number
            }
            Ref::Sym(sym) => {
                let number = &mut self.numbers.symbols[sym as usize];
                if *number == 0 {
                    self.last_symbol += 1;
                    *number = self.last_symbol;
                }
                *number
            }
        };
        self.digest.write_u32(number);
    }

    /// What was decided about the symbols that were met, and about what follows from them.
    fn facts(&mut self, sum: &mut Digest) {
        let state = self.state;
        if state.facts.is_empty() {
            return;
        }
        let derived = &mut self.numbers.derived;
        derived.clear();
        derived.extend(self.numbers.symbols.iter().map(|&number| u64::from(number)));
        // The parts of a question are older than its answer.
        for &(sym, ref question) in state.questions.iter() {
            let of = |value: &Val| match value {
                Val::Sym(sym) => Some(derived[*sym as usize]).filter(|&number| number != 0),
                Val::Unknown | Val::Nil | Val::Bool(_) | Val::Int(_) | Val::Str(_) => Some(Digest::of(value).low),
                _ => None,
            };
            let digest = match &**question {
                Question::Unary(op, x) => of(x).map(|x| Digest::of((op, x))),
                Question::Binary(op, x, y) => of(x).zip(of(y)).map(|parts| Digest::of((op, parts))),
                Question::Part(x, part) => of(x).map(|x| Digest::of((x, part))),
            };
            let Some(digest) = digest else {
                continue;
            };
            if let Some(&fact) = state.facts.get(&sym) {
                sum.gather(Digest::of((digest.low, digest.high, fact)));
            }
            if derived[sym as usize] == 0 {
                derived[sym as usize] = digest.low | 1 << 63;
            }
        }
        for &(sym, fact) in state.facts.iter() {
            let number = self.numbers.symbols[sym as usize];
            if number != 0 {
                sum.gather(Digest::of((number, fact)));
            }
        }
    }
}

/// A digest in the making.
struct Sketch {
    digest: Digest,
    refs: Vec<Ref>,
}

impl Sketch {
    fn new() -> Self {
        Self {
            digest: Digest::new(),
            refs: Vec::new(),
        }
    }

    fn finish(self) -> Shape {
        Shape {
            digest: self.digest,
            refs: self.refs.into(),
        }
    }

    fn add(&mut self, item: impl Hash) {
        item.hash(&mut self.digest);
    }

    fn obj(&mut self, obj: ObjId) {
        self.refs.push(Ref::Obj(obj));
    }

    fn loc(&mut self, loc: &Loc) {
        self.obj(loc.obj);
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
            Val::Sym(sym) => self.refs.push(Ref::Sym(*sym)),
            Val::Lazy(ty) => self.add(ty),
            Val::Bool(value) => self.add(value),
            Val::Int(value) => self.add(value),
            Val::Str(text) => self.add(text),
            Val::Ptr(loc) | Val::ReadLocker(loc) => self.loc(loc),
            Val::Parts(parts) | Val::Tuple(parts) => self.values(parts),
            Val::Slice { obj, start, len, cap } => {
                self.obj(*obj);
                self.add((start, len, cap));
            }
            Val::Map(obj) | Val::Chan(obj) | Val::Context(obj) => self.obj(*obj),
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
            Callable::Cancel(context) => self.obj(*context),
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
            SyncOp::Cancel(context) => self.obj(*context),
            SyncOp::Access(native, args) => {
                self.add(native);
                self.values(args);
            }
            SyncOp::Yield | SyncOp::Called(_) | SyncOp::Stalled => {}
        }
    }
}

/// The goroutines that have not ended: the root, then the others by what they do.
fn order(machine: &Machine<'_>, state: &State) -> Vec<u32> {
    let mut order: Vec<_> = state
        .goroutines
        .iter()
        .enumerate()
        .filter(|(_, goroutine)| !goroutine.ended)
        .map(|(gid, goroutine)| {
            let mut digest = goroutine.shape(goroutine_shape).digest;
            for frame in &goroutine.frames {
                digest.write_u64(frame.shape(|frame| frame_shape(machine, frame)).digest.low);
            }
            (gid != 0, goroutine.created, digest, gid as u32)
        })
        .collect();
    order.sort_unstable();
    order.into_iter().map(|(.., gid)| gid).collect()
}

/// A digest of what one goroutine knows: its calls, and the variables that nobody else can reach. Other objects count by their names.
pub(crate) fn local(machine: &Machine<'_>, state: &State, gid: u32, owners: &[Owner], names: &[u32]) -> u64 {
    let goroutine = &state.goroutines[gid as usize];
    let mut digest = Digest::new();
    let mut symbols: Vec<u32> = Vec::new();
    let mut objects: Vec<ObjId> = Vec::new();
    let mut next = 0;
    let mut add = |shape: &Shape, objects: &mut Vec<ObjId>| {
        digest.write_u64(shape.digest.low);
        digest.write_u64(shape.digest.high);
        for item in &shape.refs {
            let number = match *item {
                Ref::Sym(sym) => place_in(&mut symbols, sym),
                Ref::Obj(obj) if is_private(state, obj, gid, owners) => place_in(objects, obj),
                Ref::Obj(obj) => u64::from(names[obj as usize]) << 32,
            };
            digest.write_u64(number);
        }
    };
    add(goroutine.shape(goroutine_shape), &mut objects);
    for frame in &goroutine.frames {
        add(frame.shape(|frame| frame_shape(machine, frame)), &mut objects);
    }
    while let Some(&obj) = objects.get(next) {
        next += 1;
        add(state.heap[obj as usize].shape(object_shape), &mut objects);
    }
    let mut sum = Digest { low: 0, high: 0 };
    for (number, sym) in symbols.iter().enumerate() {
        if let Some(fact) = state.facts.get(sym) {
            sum.gather(Digest::of((number, fact)));
        }
        for (answer, question) in state.questions.iter() {
            let Some(fact) = state.facts.get(answer) else {
                continue;
            };
            let is_this = |value: &Val| *value == Val::Sym(*sym);
            match &**question {
                Question::Unary(op, x) if is_this(x) => sum.gather(Digest::of((number, op, fact))),
                Question::Binary(op, x, y) if is_this(x) && !y.is_open() => {
                    sum.gather(Digest::of((number, op, y, fact)));
                }
                Question::Binary(op, x, y) if is_this(y) && !x.is_open() => {
                    sum.gather(Digest::of((op, x, number, fact)));
                }
                _ => {}
            }
        }
    }
    digest.write_u64(sum.low);
    digest.finish()
}

/// Whether an object is a variable that a goroutine alone can reach.
fn is_private(state: &State, obj: ObjId, gid: u32, owners: &[Owner]) -> bool {
    owners[obj as usize] == Owner::One(gid) && matches!(state.obj(obj), Obj::Cell(..) | Obj::Array(_) | Obj::Map { .. })
}

/// The place of an item in a list, at the end of which it goes if it is new.
fn place_in(list: &mut Vec<u32>, item: u32) -> u64 {
    let known = list.iter().position(|&known| known == item);
    known.unwrap_or_else(|| {
        list.push(item);
        list.len() - 1
    }) as u64
}

/// Which goroutine can reach each object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Nobody.
    None,
    /// This goroutine alone.
    One(u32),
    /// Several, or package-level variables, or code outside.
    Many,
}

/// By object: who can reach it from what it reads again.
pub(crate) fn owners(machine: &Machine<'_>, state: &State) -> Vec<Owner> {
    // What was there when the search began can be reached from package-level variables.
    let mut owners = vec![Owner::Many; state.heap.old()];
    owners.resize(state.heap.len(), Owner::None);
    let of_changed = |obj: ObjId| state.heap[obj as usize].shape(object_shape).objects();
    let mut work: Vec<ObjId> = state
        .globals
        .iter()
        .map(|&(_, cell)| cell)
        .chain(state.shared.iter_without(&state.heap.base().shared))
        .chain(state.heap.changed().flat_map(of_changed))
        .collect();
    spread(state, &mut owners, &mut work, Owner::Many);
    for (gid, goroutine) in state.goroutines.iter().enumerate() {
        if goroutine.ended {
            continue;
        }
        work.extend(roots(machine, goroutine));
        spread(state, &mut owners, &mut work, Owner::One(gid as u32));
    }
    owners
}

/// The objects that a goroutine refers to in what it reads again.
pub(crate) fn roots(machine: &Machine<'_>, goroutine: &Node<Goroutine>) -> Vec<ObjId> {
    let mut objects: Vec<ObjId> = goroutine.shape(goroutine_shape).objects().collect();
    for frame in &goroutine.frames {
        objects.extend(frame.shape(|frame| frame_shape(machine, frame)).objects());
    }
    objects
}

/// The objects that an object refers to.
pub(crate) fn parts(obj: &Node<Obj>) -> impl Iterator<Item = ObjId> + '_ {
    obj.shape(object_shape).objects()
}

fn spread(state: &State, owners: &mut [Owner], work: &mut Vec<ObjId>, owner: Owner) {
    while let Some(obj) = work.pop() {
        let slot = &mut owners[obj as usize];
        let new = match *slot {
            Owner::Many => continue,
            Owner::None => owner,
            known if known == owner => continue,
            Owner::One(_) => Owner::Many,
        };
        *slot = new;
        let node: &Node<Obj> = &state.heap[obj as usize];
        work.extend(parts(node));
    }
}
