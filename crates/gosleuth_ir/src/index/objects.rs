//! Where channels, locks and counters are kept, and from where to where they flow.
//!
//! Steensgaard's analysis without its end: pairs of places that may hold the same object are collected here, one package at a time, and whoever
//! joins packages makes classes of them ("Points-to Analysis in Almost Linear Time", 1996). A field is one place whatever struct it is in,
//! and elements of containers are the container.

use gosleuth_types::{Builtin, ObjRef, Query, Type, TypeId};
use rustc_hash::FxHashMap;

use super::{CodeObject, ObjectScope, symbol};
use crate::build::Unit;
use crate::ir::{Call, Callee, Func, FuncId, Op, Package, Terminator, ValueId};

/// Pairs of objects.
type Pairs = Vec<(u32, u32)>;

/// The objects of a package while they are collected.
pub(super) struct Objects<'a> {
    unit: &'a Unit<'a>,
    package: &'a Package,
    /// The import path: programs in one module share the name `main`.
    path: String,
    objects: Vec<CodeObject>,
    numbers: FxHashMap<String, u32>,
    known: FxHashMap<(FuncId, ValueId), Option<u32>>,
    interesting: FxHashMap<TypeId, bool>,
    same: Vec<(u32, u32)>,
    elements: Vec<(u32, u32)>,
}

/// Types in types that are looked into.
const MAX_DEPTH: u32 = 4;

impl<'a> Objects<'a> {
    pub(super) fn new(unit: &'a Unit<'a>, package: &'a Package) -> Self {
        let world = unit.query.world;
        Self {
            unit,
            package,
            path: world.path(world.canonical(unit.query.pkg)).to_owned(),
            objects: Vec::new(),
            numbers: FxHashMap::default(),
            known: FxHashMap::default(),
            interesting: FxHashMap::default(),
            same: Vec::new(),
            elements: Vec::new(),
        }
    }

    /// The objects, the pairs that may be the same, and those of channels and what goes through them.
    pub(super) fn finish(mut self) -> (Vec<CodeObject>, Pairs, Pairs) {
        for list in [&mut self.same, &mut self.elements] {
            list.sort_unstable();
            list.dedup();
        }
        (self.objects, self.same, self.elements)
    }

    pub(super) fn query(&self) -> Query<'a, 'a> {
        self.unit.query
    }

    fn object(&mut self, key: String, label: impl FnOnce() -> String, scope: ObjectScope) -> u32 {
        let package = self.path.clone();
        self.object_of(key, label, scope, package)
    }

    fn object_of(&mut self, key: String, label: impl FnOnce() -> String, scope: ObjectScope, package: String) -> u32 {
        if let Some(&known) = self.numbers.get(&key) {
            return known;
        }
        let number = self.objects.len() as u32;
        self.objects.push(CodeObject {
            key: key.clone(),
            package,
            label: label(),
            scope,
        });
        self.numbers.insert(key, number);
        number
    }

    /// The objects that the text of each function touches, as far as they were asked for.
    pub(super) fn touched(&self) -> FxHashMap<FuncId, Vec<u32>> {
        let mut found: FxHashMap<FuncId, Vec<u32>> = FxHashMap::default();
        for (&(func, _), object) in &self.known {
            found.entry(func).or_default().extend(*object);
        }
        for list in found.values_mut() {
            list.sort_unstable();
            list.dedup();
        }
        found
    }

    /// The object that a value is, refers to, or is the address of.
    pub(super) fn of(&mut self, id: FuncId, value: ValueId) -> Option<u32> {
        if let Some(&known) = self.known.get(&(id, value)) {
            return known;
        }
        let package = self.package;
        let func = &package.funcs[id];
        if !self.is_interesting(func.values[value].ty, MAX_DEPTH) {
            return None;
        }
        // Against circles through phis.
        self.known.insert((id, value), None);
        let found = self.place(id, func, value);
        self.known.insert((id, value), found);
        found
    }

    /// What comes into being with a value: a channel, a lock, the channels and locks of a struct.
    pub(super) fn made(&mut self, id: FuncId, value: ValueId) -> Vec<u32> {
        let package = self.package;
        let func = &package.funcs[id];
        if matches!(func.op(value), Op::MakeChan { .. }) {
            return self.of(id, value).into_iter().collect();
        }
        let query = self.query();
        let Type::Pointer(pointee) = *query.ty(func.values[value].ty) else {
            return Vec::new();
        };
        if self.is_of_sync(pointee) {
            return self.of(id, value).into_iter().collect();
        }
        let Type::Struct(fields) = query.ty(query.underlying(pointee)) else {
            return Vec::new();
        };
        let types: Vec<TypeId> = fields.iter().map(|field| field.ty).collect();
        let is_held = |(_, ty): &(usize, TypeId)| matches!(query.ty(*ty), Type::Chan { .. }) || self.is_of_sync(*ty);
        let numbers: Vec<usize> = types
            .into_iter()
            .enumerate()
            .filter(is_held)
            .map(|(number, _)| number)
            .collect();
        numbers
            .into_iter()
            .filter_map(|number| self.field(pointee, number as u32))
            .collect()
    }

    fn is_of_sync(&self, ty: TypeId) -> bool {
        let query = self.query();
        match *query.ty(ty) {
            Type::Named { decl, .. } => query.world.path(query.world.canonical(decl.pkg)) == "sync",
            _ => false,
        }
    }

    fn place(&mut self, id: FuncId, func: &'a Func, value: ValueId) -> Option<u32> {
        match func.op(value) {
            Op::Load(inner)
            | Op::Convert(inner)
            | Op::MakeInterface(inner)
            | Op::Held(inner)
            | Op::TypeAssert { value: inner, .. }
            | Op::IndexAddr { base: inner, .. }
            | Op::Index { base: inner, .. }
            | Op::MapGet { map: inner, .. }
            | Op::Slice { base: inner, .. } => self.of(id, *inner),
            Op::Global(obj) => Some(self.global(*obj)),
            Op::Captured(number) => Some(self.variable(func.captures.get(*number as usize)?.obj)),
            Op::Alloc { var: Some(obj) } => Some(self.variable(*obj)),
            Op::Alloc { var: None } | Op::MakeChan { .. } | Op::MakeSlice { .. } | Op::MakeMap => {
                let pos = func.values[value].pos;
                let key = format!("{}:{}@{pos}", self.path, func.file);
                let name = format!("what {} makes", func.name);
                Some(self.object(key, || name, ObjectScope::Local))
            }
            Op::FieldAddr { base, field } | Op::Field { base, field } => self.field(func.values[*base].ty, *field),
            Op::Param(number) => {
                let name = format!("{}.{}#p{number}", self.path, func.name);
                Some(self.object(name, || format!("a parameter of {}", func.name), ObjectScope::Local))
            }
            Op::Phi(operands) => {
                let pos = func.values[value].pos;
                let key = format!(
                    "{}.{}#v{}@{pos}",
                    self.path,
                    func.name,
                    gosleuth_base::Idx::index(value)
                );
                let phi = self.object(key, || format!("a variable of {}", func.name), ObjectScope::Local);
                self.known.insert((id, value), Some(phi));
                for &operand in operands {
                    if let Some(other) = self.of(id, operand) {
                        self.same.push((phi, other));
                    }
                }
                Some(phi)
            }
            Op::Recv { chan, .. } => self.received(id, func, value, *chan),
            Op::SelectRecv { select, case } => match func.op(*select) {
                Op::Select { cases, .. } => self.received(id, func, value, cases.get(*case as usize)?.chan),
                _ => None,
            },
            Op::Call(call) if call.callee == Callee::Builtin(Builtin::Append) => {
                let key = format!("{}.{}#v{}", self.path, func.name, gosleuth_base::Idx::index(value));
                let grown = self.object(key, || format!("a list in {}", func.name), ObjectScope::Local);
                self.known.insert((id, value), Some(grown));
                for &arg in &call.args {
                    if let Some(other) = self.of(id, arg) {
                        self.same.push((grown, other));
                    }
                }
                Some(grown)
            }
            Op::Call(call) => self.result(func, call, 0),
            Op::Extract { tuple, index } => match func.op(*tuple) {
                Op::Call(call) => self.result(func, call, *index),
                Op::Recv { .. } | Op::SelectRecv { .. } if *index == 0 => self.of_pair(id, func, *tuple),
                Op::MapGet { map, .. } if *index == 0 => self.of(id, *map),
                Op::TypeAssert { value, .. } if *index == 0 => self.of(id, *value),
                Op::Next(range) if *index == 2 => match func.op(*range) {
                    Op::Range(container) => self.of(id, *container),
                    _ => None,
                },
                _ => None,
            },
            Op::Const(_) | Op::Zero => None,
            _ => Some(self.unknown()),
        }
    }

    /// Something that is not followed.
    fn unknown(&mut self) -> u32 {
        self.object("?".to_owned(), || "something unknown".to_owned(), ObjectScope::Foreign)
    }

    /// A pair's own type does not say what is in it.
    fn of_pair(&mut self, id: FuncId, func: &'a Func, tuple: ValueId) -> Option<u32> {
        self.place(id, func, tuple)
    }

    fn received(&mut self, id: FuncId, func: &Func, value: ValueId, chan: ValueId) -> Option<u32> {
        let chan = self.of(id, chan)?;
        let key = format!("{}.{}#v{}", self.path, func.name, gosleuth_base::Idx::index(value));
        let object = self.object(key, || format!("received in {}", func.name), ObjectScope::Local);
        self.elements.push((chan, object));
        Some(object)
    }

    fn result(&mut self, func: &'a Func, call: &Call, index: u32) -> Option<u32> {
        let Some(name) = self.callee(func, call) else {
            return Some(self.unknown());
        };
        let (scope, package) = self.scope_of(func, call);
        Some(self.object_of(
            format!("{name}#r{index}"),
            || format!("the result of {name}"),
            scope,
            package,
        ))
    }

    /// Who gets at the parameters and results of a callee, and its package.
    fn scope_of(&self, func: &Func, call: &Call) -> (ObjectScope, String) {
        let world = self.query().world;
        match call.callee {
            Callee::Static(obj) => (ObjectScope::Local, world.path(world.canonical(obj.pkg)).to_owned()),
            Callee::Value(callee) if matches!(func.op(callee), Op::Closure { .. }) => {
                (ObjectScope::Local, self.path.clone())
            }
            _ => (ObjectScope::Foreign, self.path.clone()),
        }
    }

    fn callee(&self, func: &Func, call: &Call) -> Option<String> {
        let own = |id: FuncId| format!("{}.{}", self.path, self.package.funcs[id].name);
        match call.callee {
            Callee::Static(obj) => Some(match self.package.by_object.get(&obj) {
                Some(&id) => own(id),
                None => symbol(self.query(), obj),
            }),
            Callee::Interface { method, .. } => Some(symbol(self.query(), method)),
            Callee::Value(callee) => match func.op(callee) {
                Op::Closure { func, .. } => Some(own(*func)),
                _ => None,
            },
            Callee::Builtin(_) => None,
        }
    }

    fn global(&mut self, obj: ObjRef) -> u32 {
        let query = self.query();
        let path = query.world.path(query.world.canonical(obj.pkg)).to_owned();
        let name = query
            .object(obj)
            .map_or("", |object| query.world.text(object.name))
            .to_owned();
        self.object_of(format!("{path}.{name}"), || name, ObjectScope::Shared, path)
    }

    fn variable(&mut self, obj: ObjRef) -> u32 {
        let query = self.query();
        let object = query.object(obj);
        let (file, offset) = object.map_or((0, 0), |object| (object.pos.file().unwrap_or(0), object.pos.offset));
        let name = object.map_or("", |object| query.world.text(object.name)).to_owned();
        self.object(format!("{}:{file}#{offset}", self.path), || name, ObjectScope::Local)
    }

    fn field(&mut self, base: TypeId, number: u32) -> Option<u32> {
        let query = self.query();
        let base = match *query.ty(query.underlying(base)) {
            Type::Pointer(to) => to,
            _ => base,
        };
        let Type::Struct(fields) = query.ty(query.underlying(base)) else {
            return None;
        };
        let field = fields.get(number as usize)?;
        let name = query.world.text(field.name).to_owned();
        let owner = match *query.ty(base) {
            Type::Named { decl, .. } => query.named(decl).and_then(|info| {
                let object = query.object(info.obj)?;
                let path = query.world.path(query.world.canonical(decl.pkg));
                // Types of functions share their name with others.
                let place = match object.pos.file() {
                    Some(_) if is_local_type(query, info.obj) => format!("@{}", object.pos.offset),
                    _ => String::new(),
                };
                let name = query.world.text(object.name);
                Some((format!("{path}.{name}{place}"), name, path.to_owned()))
            }),
            _ => None,
        };
        let (owner, shown, package) = match owner {
            Some((owner, shown, package)) => (owner, format!("{shown}.{name}"), package),
            None => {
                let object = query.object(field.obj);
                let pos = object.map_or(0, |object| object.pos.offset);
                (format!("{}:struct@{pos}", self.path), name.clone(), self.path.clone())
            }
        };
        Some(self.object_of(format!("{owner}.{name}"), || shown, ObjectScope::Shared, package))
    }

    /// Channels, the types of `sync`, and what holds them.
    fn is_interesting(&mut self, ty: TypeId, depth: u32) -> bool {
        if let Some(&known) = self.interesting.get(&ty) {
            return known;
        }
        let query = self.query();
        let found = depth > 0
            && match *query.ty(ty) {
                Type::Chan { .. } => true,
                Type::Named { decl, .. } => {
                    let path = query.world.path(query.world.canonical(decl.pkg));
                    path == "sync" || path == "golang.org/x/sync/semaphore" || path == "golang.org/x/sync/errgroup" || {
                        let under = query.underlying(ty);
                        under != ty
                            && !matches!(query.ty(under), Type::Struct(_))
                            && self.is_interesting(under, depth - 1)
                    }
                }
                Type::Pointer(inner)
                | Type::Slice(inner)
                | Type::Array { elem: inner, .. }
                | Type::Map { value: inner, .. } => self.is_interesting(inner, depth - 1),
                _ => false,
            };
        if depth == MAX_DEPTH {
            self.interesting.insert(ty, found);
        }
        found
    }

    /// Collects what flows where in a function.
    pub(super) fn flows(&mut self, id: FuncId) {
        let package = self.package;
        let func = &package.funcs[id];
        for (at, value) in func.values.iter_enumerated() {
            match &value.op {
                Op::MakeInterface(inner) => self.hidden(id, at, *inner),
                Op::Store { addr, value } => self.flow(id, *value, id, *addr),
                Op::MapSet { map, value, .. } => self.flow(id, *value, id, *map),
                Op::Send { chan, value } => self.sent(id, *chan, *value),
                Op::Select { cases, .. } => {
                    for case in cases {
                        if let Some(value) = case.send {
                            self.sent(id, case.chan, value);
                        }
                    }
                }
                Op::Call(call) | Op::Go(call) | Op::Defer(call) => self.arguments(id, func, call),
                _ => {}
            }
        }
        for block in func.blocks.iter() {
            if let Terminator::Return(values) = &block.end {
                for (index, &value) in values.iter().enumerate() {
                    if let Some(from) = self.of(id, value) {
                        let key = format!("{}.{}#r{index}", self.path, func.name);
                        let label = format!("the result of {}", func.name);
                        let to = self.object(key, || label, ObjectScope::Local);
                        self.same.push((to, from));
                    }
                }
            }
        }
    }

    fn flow(&mut self, from_func: FuncId, from: ValueId, to_func: FuncId, to: ValueId) {
        if let Some(from) = self.of(from_func, from)
            && let Some(to) = self.of(to_func, to)
            && from != to
        {
            self.same.push((to, from));
        }
    }

    fn sent(&mut self, id: FuncId, chan: ValueId, value: ValueId) {
        if let Some(value) = self.of(id, value)
            && let Some(chan) = self.of(id, chan)
        {
            self.elements.push((chan, value));
        }
    }

    fn arguments(&mut self, id: FuncId, func: &'a Func, call: &Call) {
        if matches!(call.callee, Callee::Builtin(_)) {
            return;
        }
        let name = self.callee(func, call);
        // Methods of locks take what everybody gives them.
        if name.as_ref().is_some_and(|name| name.starts_with("sync.")) {
            return;
        }
        for (number, &arg) in call.args.iter().enumerate() {
            let Some(from) = self.of(id, arg) else { continue };
            let to = match &name {
                None => self.unknown(),
                Some(name) => {
                    let (scope, package) = self.scope_of(func, call);
                    self.object_of(
                        format!("{name}#p{number}"),
                        || format!("a parameter of {name}"),
                        scope,
                        package,
                    )
                }
            };
            self.same.push((to, from));
        }
    }

    /// A value in an interface goes where it is not followed; but a lock in a `sync.Locker` stays that lock.
    fn hidden(&mut self, id: FuncId, value: ValueId, inner: ValueId) {
        let query = self.query();
        let ty = self.package.funcs[id].values[value].ty;
        if self.is_of_sync(ty) || query.ty(ty) == &Type::Unknown {
            return;
        }
        if let Some(inner) = self.of(id, inner) {
            let unknown = self.unknown();
            self.same.push((unknown, inner));
        }
    }
}

fn is_local_type(query: Query<'_, '_>, obj: ObjRef) -> bool {
    query
        .object(obj)
        .is_some_and(|object| query.tables(obj.pkg).scope.get(&object.name) != Some(&obj.index))
}
