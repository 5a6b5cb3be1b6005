//! Calls whose callee is not in the text, but certain: methods of interfaces that hold one type only, function values that are one function.

use gosleuth_types::{Name, ObjRef, Query, Type, TypeId};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::ir::{Callee, Func, FuncId, FuncKey, Op, Package, Value, ValueId};
use crate::points::{PlaceKind, Points};

/// A call that means a declared function.
struct Meant {
    callee: ObjRef,
    /// For methods, what the interface holds, and whether the method takes what that points to.
    holds: Option<(TypeId, bool)>,
}

/// Makes calls of methods of interfaces, and of function values, calls of what they mean, where that is one declared function of the package or
/// of those linked to it: the interface is taken apart by an [`Op::Held`]. `is_main` says that nobody imports the package.
pub fn resolve_calls(query: Query<'_, '_>, package: &mut Package, linked: &Package, is_main: bool) {
    let found = meant(query, package, linked, is_main);
    let mut by_func: FxHashMap<FuncId, FxHashMap<ValueId, Meant>> = FxHashMap::default();
    for (func, call, meant) in found {
        by_func.entry(func).or_default().insert(call, meant);
    }
    for (func, calls) in by_func {
        rewrite(query, &mut package.funcs[func], &calls);
    }
}

fn meant(query: Query<'_, '_>, package: &Package, linked: &Package, is_main: bool) -> Vec<(FuncId, ValueId, Meant)> {
    let methods = held_methods(query, [package, linked]);
    let points = Points::new(query, vec![package, linked], is_main);
    let mut found = Vec::new();
    for (id, func) in package.funcs.iter_enumerated() {
        let key = FuncKey { unit: 0, func: id };
        for &call in func.blocks.iter().flat_map(|block| &block.values) {
            let (Op::Call(node) | Op::Go(node) | Op::Defer(node)) = func.op(call) else {
                continue;
            };
            let meant = match node.callee {
                Callee::Interface { recv, method } => {
                    let name = query.object(method).map(|object| object.name);
                    // What an interface of another package holds is mostly from outside.
                    if method.pkg != query.pkg || name.is_none_or(|name| !methods.contains(&name)) {
                        continue;
                    }
                    // Anybody may call with anything.
                    let is_open = func.obj.and_then(|obj| query.object(obj));
                    let is_open = !is_main && is_open.is_some_and(|object| object.name.is_exported());
                    if is_open && matches!(func.op(recv), Op::Param(_)) {
                        continue;
                    }
                    method_meant(&points, package, linked, (key, recv), call)
                }
                Callee::Value(value) => function_meant(&points, func, (key, value)),
                Callee::Static(_) | Callee::Builtin(_) => None,
            };
            found.extend(meant.map(|meant| (id, call, meant)));
        }
    }
    found
}

/// The names of the methods with bodies that things have which are put in interfaces.
fn held_methods(query: Query<'_, '_>, packages: [&Package; 2]) -> FxHashSet<Name> {
    let mut held = FxHashSet::default();
    for func in packages.iter().flat_map(|package| package.funcs.iter()) {
        for value in func.values.iter() {
            if let Op::MakeInterface(inner) = value.op {
                held.insert(owner(query, func.values[inner].ty));
            }
        }
    }
    let methods = packages.iter().flat_map(|package| package.funcs.iter()).filter(|func| {
        let recv = func.params.first().map(|&recv| func.values[recv].ty);
        func.has_receiver && recv.is_some_and(|recv| held.contains(&owner(query, recv)))
    });
    let objects = methods.filter_map(|func| query.object(func.obj?));
    objects.map(|object| object.name).collect()
}

/// The declared type of a receiver.
fn owner(query: Query<'_, '_>, ty: TypeId) -> Option<gosleuth_types::NamedRef> {
    let ty = match *query.ty(ty) {
        Type::Pointer(to) => to,
        _ => ty,
    };
    match *query.ty(ty) {
        Type::Named { decl, .. } => Some(decl),
        _ => None,
    }
}

fn method_meant(
    points: &Points<'_>,
    package: &Package,
    linked: &Package,
    (func, recv): (FuncKey, ValueId),
    call: ValueId,
) -> Option<Meant> {
    let body = |key: FuncKey| match key.unit {
        0 => &package.funcs[key.func],
        _ => &linked.funcs[key.func],
    };
    let mut holds = None;
    for &place in points.of(func, recv)?.iter() {
        let PlaceKind::Box(by, made) = points.place(place).kind else {
            return None;
        };
        let by = body(by);
        let Op::MakeInterface(inner) = by.values[made].op else {
            return None;
        };
        let ty = by.values[inner].ty;
        if holds.replace(ty).is_some_and(|other| other != ty) {
            return None;
        }
    }
    let holds = holds?;
    let &[callee] = points.callees(func, call)?.as_slice() else {
        return None;
    };
    let callee = body(callee);
    let taken = callee.values[*callee.params.first()?].ty;
    let is_pointed_to = points.pointee(holds) == Some(taken);
    (taken == holds || is_pointed_to).then_some(Meant {
        callee: callee.obj?,
        holds: Some((holds, is_pointed_to)),
    })
}

fn function_meant(points: &Points<'_>, func: &Func, (key, value): (FuncKey, ValueId)) -> Option<Meant> {
    // What the text names is known without asking.
    if !matches!(
        func.op(value),
        Op::Load(_) | Op::Field { .. } | Op::Phi(_) | Op::Param(_)
    ) {
        return None;
    }
    let places = points.of(key, value)?;
    let [place] = *places else { return None };
    match points.place(place).kind {
        PlaceKind::Func(callee) => Some(Meant { callee, holds: None }),
        _ => None,
    }
}

fn rewrite(query: Query<'_, '_>, func: &mut Func, calls: &FxHashMap<ValueId, Meant>) {
    for block in 0..func.blocks.len() {
        let block = gosleuth_base::Idx::from_usize(block);
        let values = std::mem::take(&mut func.blocks[block].values);
        let mut rewritten = Vec::with_capacity(values.len());
        for id in values {
            if let Some(meant) = calls.get(&id) {
                let pos = func.values[id].pos;
                let recv = match (&func.values[id].op, meant.holds) {
                    (Op::Call(call) | Op::Go(call) | Op::Defer(call), Some((asserted, is_pointed_to))) => {
                        let Callee::Interface { recv: value, .. } = call.callee else {
                            unreachable!("only interfaces hold something")
                        };
                        let op = Op::Held(value);
                        let mut recv = func.values.push(Value { op, ty: asserted, pos });
                        rewritten.push(recv);
                        if let (true, &Type::Pointer(to)) = (is_pointed_to, query.ty(query.underlying(asserted))) {
                            let op = Op::Load(recv);
                            recv = func.values.push(Value { op, ty: to, pos });
                            rewritten.push(recv);
                        }
                        Some(recv)
                    }
                    _ => None,
                };
                if let Op::Call(call) | Op::Go(call) | Op::Defer(call) = &mut func.values[id].op {
                    call.callee = Callee::Static(meant.callee);
                    if let Some(recv) = recv {
                        call.args.insert(0, recv);
                    }
                }
            }
            rewritten.push(id);
        }
        func.blocks[block].values = rewritten;
    }
}
