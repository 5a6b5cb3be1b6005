//! What functions can do for those who wait, by their code.
//!
//! A channel is served by a send, a receive or a close of a channel with the same element type, a counter by `Done`, a condition by a signal. What
//! has none of these before it cannot bring about what another goroutine waits for, whatever it can reach. One look at all instructions that can
//! still be executed; the functions that values can be are those that are there.

use std::rc::Rc;

use gosleuth_base::Idx as _;
use gosleuth_ir::{BlockId, Call, Callee, Func, Op, ValueId};
use gosleuth_types::{Builtin, ObjRef, Query, Type, TypeId};
use rustc_hash::FxHashSet;

use crate::machine::Machine;
use crate::native::Native;
use crate::state::{Frame, Goroutine, Obj, Parked, Target};
use crate::value::{Callable, Val};
use gosleuth_ir::FuncKey;

/// What code can do.
#[derive(Clone, Default)]
pub(crate) struct Abilities {
    /// It is not known.
    anything: bool,
    /// It calls function values.
    pub(crate) calls: bool,
    /// The elements of channels it sends to, closes, and receives from.
    sends: FxHashSet<TypeId>,
    closes: FxHashSet<TypeId>,
    receives: FxHashSet<TypeId>,
    counts: bool,
    signals: bool,
}

/// What a goroutine wants of a channel.
#[derive(Clone, Copy)]
pub(crate) struct Element {
    ty: TypeId,
    /// Whether it sends.
    sends: bool,
}

/// Functions that are looked into for what they can do.
const MAX_ABLE: usize = 200;

/// Types in types that are looked into for type parameters.
const MAX_TYPES: u32 = 8;

impl Abilities {
    /// Whether a goroutine that wants this of a channel may get it.
    pub(crate) fn may_serve(&self, element: Option<Element>) -> bool {
        let known = |Element { ty, sends }: Element| {
            self.closes.contains(&ty) || if sends { &self.receives } else { &self.sends }.contains(&ty)
        };
        self.anything || self.calls || element.is_none_or(known)
    }

    pub(crate) fn may_count(&self) -> bool {
        self.anything || self.calls || self.counts
    }

    pub(crate) fn may_signal(&self) -> bool {
        self.anything || self.calls || self.signals
    }

    /// Takes in what other code can do.
    pub(crate) fn extend(&mut self, other: &Self) {
        self.anything |= other.anything;
        self.calls |= other.calls;
        self.counts |= other.counts;
        self.signals |= other.signals;
        self.sends.extend(&other.sends);
        self.closes.extend(&other.closes);
        self.receives.extend(&other.receives);
    }

    fn native(&mut self, native: Native) {
        match native {
            Native::Add | Native::Done | Native::WaitGroupGo | Native::GroupGo => self.counts = true,
            Native::Signal | Native::Broadcast => self.signals = true,
            Native::TimerReset => self.calls = true,
            _ => {}
        }
    }
}

impl Machine<'_> {
    /// What a goroutine wants of the channel it waits for, in the case of a select with this number.
    pub(crate) fn element(&self, parked: &Parked, number: Option<usize>) -> Option<Element> {
        let func = self.program.func(parked.site.func);
        let query = self.query(parked.site.func.unit);
        let wants = |chan: ValueId, sends: bool| {
            let ty = elem(query, func, chan)?;
            Some(Element { ty, sends })
        };
        func.values
            .iter()
            .filter(|value| value.pos == parked.site.pos)
            .find_map(|value| match (&value.op, number) {
                (Op::Send { chan, .. }, None) => wants(*chan, true),
                (Op::Recv { chan, .. }, None) => wants(*chan, false),
                (Op::Select { cases, .. }, Some(number)) => {
                    let case = cases.get(number)?;
                    wants(case.chan, case.send.is_some())
                }
                _ => None,
            })
    }

    /// What a function, those that it calls and those that it makes can do.
    pub(crate) fn abilities(&self, root: FuncKey) -> Rc<Abilities> {
        if let Some(known) = self.abilities.borrow().get(&root) {
            return Rc::clone(known);
        }
        let mut can = Abilities::default();
        let mut seen = FxHashSet::default();
        let mut work = vec![root];
        while let Some(key) = work.pop() {
            if !seen.insert(key) {
                continue;
            }
            if seen.len() > MAX_ABLE {
                can.anything = true;
                break;
            }
            for &value in self.program.func(key).blocks.iter().flat_map(|block| &block.values) {
                self.able_by(key, value, &mut can, &mut work);
            }
        }
        let can = Rc::new(can);
        self.abilities.borrow_mut().insert(root, Rc::clone(&can));
        can
    }

    /// What a goroutine can still do from where it is.
    pub(crate) fn abilities_of(&self, goroutine: &Goroutine, can: &mut Abilities) {
        for frame in &goroutine.frames {
            can.extend(&self.behind(frame));
            for deferred in &frame.defers {
                self.able_by_target(&deferred.callee, can);
            }
        }
        for value in &goroutine.cleanups {
            self.able_by_value(value, can);
        }
        can.counts |= goroutine.counts.is_some();
    }

    /// What a call can still do from where it is; whatever it defers runs in the end.
    fn behind(&self, frame: &Frame) -> Rc<Abilities> {
        // It stands in front of what is done already.
        let next = frame.next.saturating_sub(1);
        let place = (frame.func, frame.block, next);
        if let Some(known) = self.abilities_behind.borrow().get(&place) {
            return Rc::clone(known);
        }
        let func = self.program.func(frame.func);
        let mut can = Abilities::default();
        let mut made = Vec::new();
        let mut seen = vec![false; func.blocks.len()];
        let mut work: Vec<BlockId> = func.blocks[frame.block].end.successors();
        work.extend(func.recovered);
        while let Some(block) = work.pop() {
            if !std::mem::replace(&mut seen[block.index()], true) {
                work.extend(func.blocks[block].end.successors());
            }
        }
        for (id, block) in func.blocks.iter_enumerated() {
            let from = match (seen[id.index()], id == frame.block) {
                (true, _) => 0,
                (false, true) => next as usize,
                (false, false) => usize::MAX,
            };
            for (number, &value) in block.values.iter().enumerate() {
                if number >= from || matches!(func.op(value), Op::Defer(_)) {
                    self.able_by(frame.func, value, &mut can, &mut made);
                }
            }
        }
        for key in made {
            can.extend(&self.abilities(key));
        }
        let can = Rc::new(can);
        self.abilities_behind.borrow_mut().insert(place, Rc::clone(&can));
        can
    }

    /// What an instruction does itself, and the functions that may run because of it.
    fn able_by(&self, key: FuncKey, value: ValueId, can: &mut Abilities, work: &mut Vec<FuncKey>) {
        let func = self.program.func(key);
        let query = self.query(key.unit);
        let mut note = |chan: ValueId, set: fn(&mut Abilities) -> &mut FxHashSet<TypeId>| match elem(query, func, chan)
        {
            Some(elem) => _ = set(can).insert(elem),
            None => can.anything = true,
        };
        match func.op(value) {
            Op::Send { chan, .. } => note(*chan, |can| &mut can.sends),
            Op::Recv { chan, .. } => note(*chan, |can| &mut can.receives),
            Op::Select { cases, .. } => {
                for case in cases {
                    match case.send {
                        Some(_) => note(case.chan, |can| &mut can.sends),
                        None => note(case.chan, |can| &mut can.receives),
                    }
                }
            }
            Op::Closure { .. } | Op::Func(_) | Op::BoundMethod { .. } => {
                self.able_by_function(key, value, can, work);
            }
            Op::Call(call) | Op::Defer(call) | Op::Go(call) => match (call.callee, call.args.first()) {
                (Callee::Builtin(Builtin::Close), Some(chan)) => note(*chan, |can| &mut can.closes),
                _ => self.able_by_call(key, call, can, work),
            },
            _ => {}
        }
    }

    /// A function value, where it is made; whether it is known which one it is.
    fn able_by_function(&self, key: FuncKey, value: ValueId, can: &mut Abilities, work: &mut Vec<FuncKey>) -> bool {
        match self.program.func(key).op(value) {
            Op::Closure { func, .. } => work.push(FuncKey { func: *func, ..key }),
            Op::Func(obj) | Op::BoundMethod { method: obj, .. } => match self.native(*obj) {
                Some(native) => can.native(native),
                None => work.extend(self.bodies(*obj)),
            },
            _ => return false,
        }
        true
    }

    fn able_by_call(&self, key: FuncKey, call: &Call, can: &mut Abilities, work: &mut Vec<FuncKey>) {
        let is_known = match call.callee {
            Callee::Builtin(_) => true,
            Callee::Static(obj) => match self.native(obj) {
                Some(native) => {
                    can.native(native);
                    false
                }
                None => match self.program.body_of(obj) {
                    Some(body) => {
                        work.push(body);
                        true
                    }
                    None => false,
                },
            },
            Callee::Interface { method, .. } => {
                match self.program.names(method) {
                    Some((_, _, "Add" | "Done")) => can.counts = true,
                    Some((_, _, "Signal" | "Broadcast")) => can.signals = true,
                    _ => {}
                }
                work.extend(self.methods_meant(method));
                false
            }
            Callee::Value(value) => {
                can.calls |= !self.able_by_function(key, value, can, work);
                true
            }
        };
        let func = self.program.func(key);
        let query = self.query(key.unit);
        for &arg in &call.args {
            // What is not here, and what a model stands for, may call what it is given.
            let is_function = matches!(query.ty(query.underlying(func.values[arg].ty)), Type::Func(_));
            can.calls |= is_function && !self.able_by_function(key, arg, can, work) && !is_known;
        }
    }

    fn able_by_target(&self, target: &Target, can: &mut Abilities) {
        match target {
            Target::Callable(callable) => self.able_by_callable(callable, can),
            Target::Method(method, _) => {
                for key in self.bodies(*method) {
                    can.extend(&self.abilities(key));
                }
            }
            // Its instruction tells.
            Target::Builtin(_) => {}
            Target::Unknown => can.calls = true,
        }
    }

    fn able_by_callable(&self, callable: &Callable, can: &mut Abilities) {
        match callable {
            Callable::Bound(method, _) | Callable::Declared(method) => match self.native(*method) {
                Some(native) => can.native(native),
                None => {
                    for key in self.bodies(*method) {
                        can.extend(&self.abilities(key));
                    }
                }
            },
            Callable::Closure(key, _) => can.extend(&self.abilities(*key)),
            Callable::Cancel(_) => {}
        }
    }

    /// What the functions in a value can do.
    fn able_by_value(&self, value: &Val, can: &mut Abilities) {
        match value {
            Val::Func(callable) => {
                self.able_by_callable(callable, can);
                match &**callable {
                    Callable::Closure(_, captures) => captures.iter().for_each(|value| self.able_by_value(value, can)),
                    Callable::Bound(_, recv) => self.able_by_value(recv, can),
                    _ => {}
                }
            }
            Val::Parts(parts) | Val::Tuple(parts) => parts.iter().for_each(|value| self.able_by_value(value, can)),
            Val::Boxed(_, inner) => self.able_by_value(inner, can),
            _ => {}
        }
    }

    /// What the functions in an object can do.
    pub(crate) fn able_by_object(&self, obj: &Obj, can: &mut Abilities) {
        match obj {
            Obj::Cell(_, value) => self.able_by_value(value, can),
            Obj::Array(elems) => elems.iter().for_each(|value| self.able_by_value(value, can)),
            Obj::Map { entries, .. } => {
                for (key, value) in entries {
                    self.able_by_value(key, can);
                    self.able_by_value(value, can);
                }
            }
            Obj::Chan(chan) => chan.buffer.iter().for_each(|value| self.able_by_value(value, can)),
            Obj::Context(_) => {}
        }
    }

    /// What the functions in the values that a goroutine still reads can do.
    pub(crate) fn able_by_values(&self, goroutine: &Goroutine, can: &mut Abilities) {
        for frame in &goroutine.frames {
            let live = self.liveness.at(self.program, frame.func, frame.block, frame.next);
            let values = live.iter().map(|value| &frame.values[value.index()]);
            let deferred = frame.defers.iter().flat_map(|deferred| &deferred.args);
            for value in values.chain(&*frame.args).chain(&*frame.captures).chain(deferred) {
                self.able_by_value(value, can);
            }
        }
    }

    /// The bodies that a call of a function can run: of a method of an interface those that it can mean.
    fn bodies(&self, obj: ObjRef) -> Vec<FuncKey> {
        match self.program.body_of(obj) {
            Some(key) => vec![key],
            None => self.methods_meant(obj),
        }
    }

    /// The methods with bodies that a call through an interface can mean, by their name.
    fn methods_meant(&self, method: ObjRef) -> Vec<FuncKey> {
        let Some((_, _, name)) = self.program.names(method) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (unit, known) in self.program.units().iter().enumerate() {
            for (func, body) in known.package.funcs.iter_enumerated() {
                if body.parent.is_none() && body.name.rsplit('.').next() == Some(name) {
                    found.push(FuncKey {
                        unit: unit as u32,
                        func,
                    });
                }
            }
        }
        found
    }
}

/// The element type of a channel, if it is the same whoever calls.
fn elem(query: Query<'_, '_>, func: &Func, chan: ValueId) -> Option<TypeId> {
    match query.ty(query.underlying(func.values[chan].ty)) {
        Type::Chan { elem, .. } if !depends(query, *elem, MAX_TYPES) => Some(*elem),
        _ => None,
    }
}

/// Whether a type may be made with type parameters.
fn depends(query: Query<'_, '_>, ty: TypeId, depth: u32) -> bool {
    if depth == 0 || query.is_type_param(ty) {
        return true;
    }
    let inner = |ty: TypeId| depends(query, ty, depth - 1);
    match query.ty(ty) {
        Type::Named { args, .. } => match query.ty(*args) {
            Type::Tuple(args) => args.iter().any(|&arg| inner(arg)),
            _ => true,
        },
        Type::Pointer(elem) | Type::Slice(elem) | Type::Array { elem, .. } | Type::Chan { elem, .. } => inner(*elem),
        Type::Map { key, value } => inner(*key) || inner(*value),
        Type::Struct(fields) => fields.iter().any(|field| inner(field.ty)),
        Type::Tuple(types) => types.iter().any(|&ty| inner(ty)),
        Type::Basic(_) | Type::Interface(_) => false,
        _ => true,
    }
}
