//! What the text of a program says about who calls whom and who stores where, before anything is worked out.

use std::cell::RefCell;
use std::rc::Rc;

use gosleuth_base::Idx as _;
use gosleuth_types::{Builtin, NamedRef, ObjKind, ObjRef, Query, Type, TypeId};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::ir::{Call, Callee, Func, FuncKey, Op, Package, Terminator, ValueId};

/// What is the same of types that values can have when they refer to one object: a channel is the same in every direction, and the arguments of
/// a generic type are not told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    Pointer(NamedRef),
    Named(NamedRef),
    Chan(TypeId),
    Other(TypeId),
}

/// A value of a function.
pub(super) type At = (FuncKey, ValueId);

/// Something that writes memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Write {
    pub(super) func: FuncKey,
    /// The address; the map, slice or channel where an element is written.
    pub(super) to: ValueId,
    /// Whether an element of what `to` refers to is written.
    pub(super) element: bool,
    /// The value; the slice whose elements are written where `all`.
    pub(super) value: ValueId,
    pub(super) all: bool,
}

/// A call, a `go` or a `defer`.
pub(super) type CallSite = At;

#[derive(Default)]
pub(super) struct Text {
    /// Calls of functions whose body is here, by function.
    pub(super) callers: FxHashMap<FuncKey, Vec<CallSite>>,
    /// Calls of function values, by number of arguments.
    pub(super) value_calls: FxHashMap<usize, Vec<CallSite>>,
    /// Calls of methods of interfaces, by name.
    pub(super) method_calls: FxHashMap<gosleuth_types::Name, Vec<CallSite>>,
    /// Functions that are values somewhere.
    pub(super) taken: FxHashSet<FuncKey>,
    /// Where methods are bound to receivers.
    pub(super) bound: FxHashMap<ObjRef, Vec<At>>,
    /// Where literals are made.
    pub(super) closures: FxHashMap<FuncKey, Vec<At>>,
    /// Writes of fields, by type of the struct and number.
    pub(super) field_writes: FxHashMap<(Key, u32), Vec<Write>>,
    /// Writes of variables of the package.
    pub(super) global_writes: FxHashMap<ObjRef, Vec<Write>>,
    /// Writes of variables that functions see directly or by capture.
    pub(super) variable_writes: FxHashMap<ObjRef, Vec<Write>>,
    /// Other writes through pointers, by type of the value.
    pub(super) pointer_writes: FxHashMap<Key, Vec<Write>>,
    /// Writes of elements, by type of the element.
    pub(super) element_writes: FxHashMap<Key, Vec<Write>>,
    /// Values that code outside gets: results of what it can call, arguments, what interfaces hold, by type.
    pub(super) leaving: FxHashMap<Key, Vec<At>>,
}

/// What an operation calls, now or later.
pub(super) fn call_of(op: &Op) -> Option<&Call> {
    match op {
        Op::Call(call) | Op::Go(call) | Op::Defer(call) => Some(call),
        _ => None,
    }
}

/// The packages looked at, and their types.
#[derive(Clone)]
pub(super) struct Program<'a> {
    pub(super) query: Query<'a, 'a>,
    pub(super) units: Vec<&'a Package>,
    /// Whether nobody imports the first package.
    pub(super) is_main: bool,
    /// What [`Program::is_tracked`] found.
    pub(super) tracked: Rc<RefCell<FxHashMap<TypeId, bool>>>,
}

impl<'a> Program<'a> {
    pub(super) fn body(&self, key: FuncKey) -> &'a Func {
        &self.units[key.unit as usize].funcs[key.func]
    }

    pub(super) fn ty(&self, (func, value): At) -> TypeId {
        self.body(func).values[value].ty
    }

    /// The structure of a type; that of the bound for type parameters is not asked for.
    pub(super) fn under(&self, ty: TypeId) -> &'a Type {
        self.query.ty(self.query.underlying(ty))
    }

    pub(super) fn body_of(&self, obj: ObjRef) -> Option<FuncKey> {
        let units = self.units.iter().zip(0..);
        let found = units.filter_map(|(package, unit)| {
            let func = *package.by_object.get(&obj)?;
            (!package.funcs[func].blocks.is_empty()).then_some(FuncKey { unit, func })
        });
        found.into_iter().next()
    }

    pub(super) fn key(&self, ty: TypeId) -> Key {
        match *self.query.ty(ty) {
            Type::Pointer(to) => match *self.query.ty(to) {
                Type::Named { decl, .. } => Key::Pointer(decl),
                _ => Key::Other(ty),
            },
            Type::Named { decl, .. } => match *self.under(ty) {
                Type::Chan { elem, .. } => Key::Chan(elem),
                _ => Key::Named(decl),
            },
            Type::Chan { elem, .. } => Key::Chan(elem),
            _ => Key::Other(ty),
        }
    }

    /// Whether values of a type refer to something that is followed, or contain what does: not numbers, texts, and lists of those. Errors are
    /// left out too: nobody waits for them.
    pub(super) fn is_tracked(&self, ty: TypeId) -> bool {
        if let Some(&known) = self.tracked.borrow().get(&ty) {
            return known;
        }
        // Lists of themselves contain nothing.
        self.tracked.borrow_mut().insert(ty, false);
        let found = match self.under(ty) {
            Type::Basic(_) | Type::Unknown | Type::Tuple(_) | Type::Union(_) => false,
            Type::Interface(_) => !self.is_error(ty),
            Type::Array { elem, .. } | Type::Slice(elem) | Type::Map { value: elem, .. } => self.is_tracked(*elem),
            Type::Pointer(to) => matches!(self.under(*to), Type::Struct(_)) || self.is_tracked(*to),
            Type::Struct(fields) => fields.iter().any(|field| self.is_tracked(field.ty)),
            _ => true,
        };
        self.tracked.borrow_mut().insert(ty, found);
        found
    }

    fn is_error(&self, ty: TypeId) -> bool {
        match *self.query.ty(ty) {
            Type::Named { decl, .. } => {
                let info = self.query.named(decl).and_then(|info| self.query.object(info.obj));
                let world = self.query.world;
                world.path(decl.pkg).is_empty() && info.is_some_and(|object| world.text(object.name) == "error")
            }
            _ => false,
        }
    }

    /// Whether values of a type are memory themselves, and no reference: what they refer to is where they were copied from.
    pub(super) fn is_copied(&self, ty: TypeId) -> bool {
        matches!(self.under(ty), Type::Struct(_) | Type::Array { .. })
    }

    /// What is behind a pointer.
    pub(super) fn pointee(&self, ty: TypeId) -> Option<TypeId> {
        match *self.under(ty) {
            Type::Pointer(to) => Some(to),
            _ => None,
        }
    }

    /// The type of a field.
    pub(super) fn field(&self, ty: TypeId, field: u32) -> TypeId {
        match self.under(ty) {
            Type::Struct(fields) => fields.get(field as usize).map_or(TypeId::UNKNOWN, |field| field.ty),
            _ => TypeId::UNKNOWN,
        }
    }

    /// The type of the elements of what holds some.
    pub(super) fn element(&self, ty: TypeId) -> TypeId {
        match *self.under(ty) {
            Type::Slice(elem) | Type::Array { elem, .. } | Type::Chan { elem, .. } => elem,
            Type::Map { value, .. } => value,
            _ => TypeId::UNKNOWN,
        }
    }

    /// Whether code outside can name an object.
    pub(super) fn is_exported(&self, obj: ObjRef) -> bool {
        self.query.object(obj).is_some_and(|object| object.name.is_exported())
    }

    pub(super) fn read(&self) -> Text {
        let mut text = Text::default();
        for (unit, package) in (0..).zip(&self.units) {
            for (func, body) in package.funcs.iter_enumerated() {
                self.read_function(FuncKey { unit, func }, body, &mut text);
            }
        }
        text
    }

    fn read_function(&self, at: FuncKey, func: &Func, text: &mut Text) {
        let mut called = FxHashSet::default();
        for block in func.blocks.iter() {
            for &id in &block.values {
                let value = &func.values[id];
                if let Some(call) = call_of(&value.op) {
                    self.read_call((at, id), func, call, &mut called, text);
                }
                match &value.op {
                    Op::Store { addr, value } => self.read_store(at, func, *addr, *value, text),
                    Op::MapSet { map: to, value, .. } | Op::Send { chan: to, value } => {
                        self.element_write(at, func, (*to, *value, false), text);
                    }
                    Op::Select { cases, .. } => {
                        for case in cases {
                            if let Some(sent) = case.send {
                                self.element_write(at, func, (case.chan, sent, false), text);
                            }
                        }
                    }
                    Op::Closure { func: literal, .. } => {
                        let literal = FuncKey { func: *literal, ..at };
                        text.closures.entry(literal).or_default().push((at, id));
                    }
                    Op::BoundMethod { method, .. } => text.bound.entry(*method).or_default().push((at, id)),
                    Op::MakeInterface(inner) => self.leaves(at, func, *inner, text),
                    _ => {}
                }
            }
        }
        let is_callable = match func.obj {
            Some(obj) => self.is_exported(obj) && (func.has_receiver || !self.is_main),
            None => true,
        };
        if is_callable {
            for block in func.blocks.iter() {
                if let Terminator::Return(values) = &block.end {
                    values.iter().for_each(|&value| self.leaves(at, func, value, text));
                }
            }
        }
        // Functions that are more than called.
        let mut taken = |value: ValueId| {
            let found = match func.op(value) {
                Op::Closure { func, .. } => Some(FuncKey { func: *func, ..at }),
                Op::Func(obj) | Op::BoundMethod { method: obj, .. } => self.body_of(*obj),
                _ => None,
            };
            text.taken.extend(found);
        };
        for block in func.blocks.iter() {
            for &id in &block.values {
                func.op(id).for_each_operand(|operand| {
                    if !called.contains(&(id, operand)) {
                        taken(operand);
                    }
                });
            }
            if let Terminator::Return(values) = &block.end {
                values.iter().copied().for_each(&mut taken);
            }
        }
    }

    fn leaves(&self, at: FuncKey, func: &Func, value: ValueId, text: &mut Text) {
        let ty = func.values[value].ty;
        if self.is_tracked(ty) {
            text.leaving.entry(self.key(ty)).or_default().push((at, value));
        }
    }

    fn read_call(
        &self,
        (at, site): At,
        func: &Func,
        call: &Call,
        called: &mut FxHashSet<(ValueId, ValueId)>,
        text: &mut Text,
    ) {
        // Receivers stay what they are: libraries keep to themselves what their own methods do with them.
        let handed = match call.callee {
            Callee::Static(obj) if self.body_of(obj).is_none() => {
                match self.query.object(obj).map(|object| &object.kind) {
                    Some(ObjKind::Func { recv: Some(_), .. }) => call.args.get(1..),
                    _ => Some(&call.args[..]),
                }
            }
            Callee::Interface { method, .. } if !self.is_exported(method) => None,
            Callee::Value(_) | Callee::Interface { .. } => Some(&call.args[..]),
            _ => None,
        };
        for &value in handed.unwrap_or_default() {
            self.leaves(at, func, value, text);
        }
        match call.callee {
            Callee::Static(obj) => {
                if let Some(callee) = self.body_of(obj) {
                    text.callers.entry(callee).or_default().push((at, site));
                }
            }
            Callee::Interface { method, .. } => {
                if let Some(object) = self.query.object(method) {
                    text.method_calls.entry(object.name).or_default().push((at, site));
                }
            }
            Callee::Value(value) => {
                let known = match func.op(value) {
                    Op::Closure { func, .. } => Some(FuncKey { func: *func, ..at }),
                    Op::Func(obj) => self.body_of(*obj),
                    _ => None,
                };
                match known {
                    Some(callee) => {
                        if !call.args.contains(&value) {
                            called.insert((site, value));
                        }
                        text.callers.entry(callee).or_default().push((at, site));
                    }
                    None => text.value_calls.entry(call.args.len()).or_default().push((at, site)),
                }
            }
            Callee::Builtin(Builtin::Append) => {
                let list = call.args.first().map_or(TypeId::UNKNOWN, |&list| func.values[list].ty);
                let element = self.key(self.element(list));
                for &more in call.args.iter().skip(1) {
                    // `append(list, more...)`
                    let all = self.key(func.values[more].ty) != element;
                    self.element_write(at, func, (site, more, all), text);
                }
            }
            Callee::Builtin(Builtin::Copy) => {
                if let [to, from] = *call.args {
                    self.element_write(at, func, (to, from, true), text);
                }
            }
            Callee::Builtin(_) => {}
        }
    }

    fn read_store(&self, at: FuncKey, func: &Func, addr: ValueId, value: ValueId, text: &mut Text) {
        if !self.is_tracked(func.values[value].ty) {
            return;
        }
        let write = Write {
            func: at,
            to: addr,
            element: false,
            value,
            all: false,
        };
        let is_seen = match func.op(addr) {
            Op::FieldAddr { base, field } => {
                let owner = self.pointee(func.values[*base].ty).unwrap_or(TypeId::UNKNOWN);
                match self.under(owner) {
                    Type::Struct(fields) => fields
                        .get(*field as usize)
                        .is_some_and(|field| field.name.is_exported()),
                    _ => false,
                }
            }
            Op::Global(obj) => self.is_exported(*obj),
            _ => false,
        };
        if is_seen && !self.is_main {
            self.leaves(at, func, value, text);
        }
        let list = match func.op(addr) {
            Op::FieldAddr { base, field } => {
                let owner = self.pointee(func.values[*base].ty).unwrap_or(TypeId::UNKNOWN);
                text.field_writes.entry((self.key(owner), *field)).or_default()
            }
            Op::Global(obj) => text.global_writes.entry(*obj).or_default(),
            Op::Alloc { var: Some(obj) } => text.variable_writes.entry(*obj).or_default(),
            Op::Captured(number) => match func.captures.get(*number as usize) {
                Some(capture) => text.variable_writes.entry(capture.obj).or_default(),
                None => return,
            },
            Op::IndexAddr { .. } => {
                let key = self.key(func.values[value].ty);
                text.element_writes.entry(key).or_default()
            }
            _ => {
                let key = self.key(func.values[value].ty);
                text.pointer_writes.entry(key).or_default()
            }
        };
        list.push(write);
    }

    fn element_write(&self, at: FuncKey, func: &Func, (to, value, all): (ValueId, ValueId, bool), text: &mut Text) {
        let ty = func.values[value].ty;
        let ty = if all { self.element(ty) } else { ty };
        if self.is_tracked(ty) {
            text.element_writes.entry(self.key(ty)).or_default().push(Write {
                func: at,
                to,
                element: true,
                value,
                all,
            });
        }
    }
}

/// A label for a place of a function in texts: name and offset.
pub(super) fn place(program: &Program<'_>, (func, value): At) -> String {
    let body = program.body(func);
    let pos = body.values[value].pos;
    match func.unit {
        0 => format!("{}@{pos}", body.name),
        unit => format!("{unit}:{}@{pos}.{}", body.name, value.index()),
    }
}
