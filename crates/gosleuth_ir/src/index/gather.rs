//! One walk over the functions of a package that collects its places.

use gosleuth_base::Idx as _;
use gosleuth_syntax::ast::Span;
use gosleuth_types::{Builtin, ConstValue, ObjRef, Qualify, Query, Type, TypeId};
use rustc_hash::{FxHashMap, FxHashSet};

use super::held::{self, Held};
use super::objects::Objects;
use super::{CodeFunction, CodeIndex, CodeSite, HeldLock, SiteKind, escaped, escaped_symbol};
use crate::build::Unit;
use crate::ir::{Call, Callee, Func, FuncId, Op, Package, ValueId};

/// The places of a package, in no order. `path` is as it stands in symbols.
pub(super) fn gather(unit: &Unit<'_>, package: &Package, path: &str) -> CodeIndex {
    let values = used_as_values(package);
    let mut functions: Vec<(CodeFunction, FuncId)> = package
        .funcs
        .iter_enumerated()
        .map(|(id, func)| (function(unit, func, path, values.contains(&id)), id))
        .collect();
    functions.sort_by(|a, b| (&a.0.symbol, a.1).cmp(&(&b.0.symbol, b.1)));
    let position: FxHashMap<FuncId, u32> = functions.iter().zip(0..).map(|((_, id), at)| (*id, at)).collect();
    for (function, id) in &mut functions {
        let id = *id;
        let mut literals: Vec<u32> = package
            .funcs
            .iter_enumerated()
            .filter(|(_, func)| func.parent == Some(id))
            .filter_map(|(inner, _)| position.get(&inner).copied())
            .collect();
        literals.sort_unstable();
        function.literals = literals;
    }
    let mut objects = Objects::new(unit, package);
    let mut sites = Vec::new();
    let nets = held::nets(package, &mut objects);
    for (id, func) in package.funcs.iter_enumerated() {
        let Some(source) = unit.files.get(func.file) else {
            continue;
        };
        objects.flows(id);
        let line = |pos: u32| source.tree.line_column(pos).0;
        let held = held::held(package, id, &mut objects, &nets);
        functions[position[&id] as usize].0.leaves = held.left.iter().map(|lock| told(lock, &line)).collect();
        for (block, body) in func.blocks.iter_enumerated() {
            for (place, &value) in body.values.iter().enumerate() {
                let at = (block.index() as u32, place as u32);
                let walk = Walk {
                    query: unit.query,
                    package,
                    path,
                    func,
                    id,
                };
                let locks: Vec<HeldLock> = held.at(value).map(|lock| told(lock, &line)).collect();
                for (kind, object, select, pos) in walk.places(value, &mut objects) {
                    sites.push(CodeSite {
                        function: position[&id],
                        line: line(pos),
                        kind,
                        object,
                        select: select.map(|default| (line(func.values[value].pos), default)),
                        deferred: matches!(func.op(value), Op::Defer(_)),
                        at,
                        held: locks.clone(),
                    });
                }
            }
        }
    }
    for (at, touched) in objects.touched() {
        if let Some(&at) = position.get(&at) {
            functions[at as usize].0.objects = touched;
        }
    }
    let (objects, same, elements) = objects.finish();
    CodeIndex {
        interfaced: interfaced(unit.query, package, path),
        functions: functions.into_iter().map(|(function, _)| function).collect(),
        sites,
        objects,
        same,
        elements,
        ..CodeIndex::default()
    }
}

fn told(lock: &Held, line: &dyn Fn(u32) -> u32) -> HeldLock {
    HeldLock {
        object: lock.object,
        line: line(lock.pos),
        read: lock.read,
    }
}

fn function(unit: &Unit<'_>, func: &Func, path: &str, is_value: bool) -> CodeFunction {
    let lines = unit.files.get(func.file).map_or((0, 0), |source| {
        let Span { start, end } = func.span;
        (source.tree.line_column(start).0, source.tree.line_column(end).0)
    });
    CodeFunction {
        symbol: format!("{path}.{}", func.name),
        file: func.file as u32,
        lines,
        value: is_value.then(|| signature(unit.query, func.sig)),
        successors: func
            .blocks
            .iter()
            .map(|block| block.end.successors().iter().map(|next| next.index() as u32).collect())
            .collect(),
        literals: Vec::new(),
        objects: Vec::new(),
        leaves: Vec::new(),
    }
}

/// Declared types of which values are put into interfaces, as they stand in symbols.
fn interfaced(query: Query<'_, '_>, package: &Package, path: &str) -> Vec<String> {
    let mut found = FxHashSet::default();
    for func in package.funcs.iter() {
        for value in func.values.iter() {
            let Op::MakeInterface(inner) = value.op else { continue };
            let ty = func.values[inner].ty;
            let base = match *query.ty(ty) {
                Type::Pointer(base) => base,
                _ => ty,
            };
            if let Type::Named { decl, .. } = *query.ty(base) {
                found.insert(decl);
            }
        }
    }
    let name = |decl| {
        let info = query.named(decl)?;
        let object = query.object(info.obj)?;
        let home = match decl.pkg == query.pkg {
            true => path.to_owned(),
            false => escaped(query.world.path(query.world.canonical(decl.pkg))),
        };
        Some(format!("{home}.{}", query.world.text(object.name)))
    };
    let mut names: Vec<String> = found.into_iter().filter_map(name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Functions that are handed on as values: whoever gets them may call them.
fn used_as_values(package: &Package) -> FxHashSet<FuncId> {
    let mut found = FxHashSet::default();
    for func in package.funcs.iter() {
        let of = |value: ValueId| match func.op(value) {
            Op::Closure { func, .. } => Some(*func),
            Op::Func(obj) | Op::BoundMethod { method: obj, .. } => package.by_object.get(obj).copied(),
            _ => None,
        };
        for value in func.values.iter() {
            value.op.for_each_operand(|operand| {
                let is_callee = matches!(&value.op, Op::Call(call) | Op::Go(call) | Op::Defer(call)
                    if matches!(call.callee, Callee::Value(callee) if callee == operand) && !call.args.contains(&operand));
                if !is_callee {
                    found.extend(of(operand));
                }
            });
        }
        for block in func.blocks.iter() {
            if let crate::ir::Terminator::Return(values) = &block.end {
                found.extend(values.iter().filter_map(|&value| of(value)));
            }
        }
    }
    found
}

/// The type of a function value as text, its name taken off.
fn signature(query: Query<'_, '_>, ty: TypeId) -> String {
    query.display(query.underlying(ty), Qualify::Path).to_string()
}

struct Walk<'a> {
    query: Query<'a, 'a>,
    package: &'a Package,
    path: &'a str,
    func: &'a Func,
    id: FuncId,
}

/// What is done, to which object, whether it is a case of a select (with `default`), and where.
type Place = (SiteKind, Option<u32>, Option<bool>, u32);

impl Walk<'_> {
    fn places(&self, value: ValueId, objects: &mut Objects<'_>) -> Vec<Place> {
        let pos = self.func.values[value].pos;
        let one = |kind, object| vec![(kind, object, None, pos)];
        match self.func.op(value) {
            Op::Go(call) => one(SiteKind::Go(self.target(call)), None),
            Op::MakeChan { .. } | Op::Alloc { .. } => objects
                .made(self.id, value)
                .into_iter()
                .map(|object| (SiteKind::Make, Some(object), None, pos))
                .collect(),
            Op::Send { chan, .. } => one(SiteKind::Send, objects.of(self.id, *chan)),
            Op::Recv { chan, .. } => one(SiteKind::Receive, objects.of(self.id, *chan)),
            Op::Select { cases, default } => {
                let mut found = one(SiteKind::Select, None);
                for case in cases {
                    let kind = if case.send.is_some() {
                        SiteKind::Send
                    } else {
                        SiteKind::Receive
                    };
                    found.push((kind, objects.of(self.id, case.chan), Some(*default), case.pos));
                }
                found
            }
            Op::Call(call) | Op::Defer(call) => {
                let first = call.args.first().and_then(|&arg| objects.of(self.id, arg));
                match call.callee {
                    Callee::Builtin(Builtin::Close) => one(SiteKind::Close, first),
                    Callee::Builtin(_) => Vec::new(),
                    _ => match self.target(call) {
                        // What only counts up releases nobody.
                        Some(symbol) if symbol == "sync.(*WaitGroup).Add" && self.counts_up(call) => {
                            one(SiteKind::Call(symbol), None)
                        }
                        Some(symbol) => one(SiteKind::Call(symbol), first),
                        None => one(SiteKind::CallValue(self.value_type(call)), None),
                    },
                }
            }
            _ => Vec::new(),
        }
    }

    /// The symbol of a function as it stands in symbols; of a program it begins with `main`.
    fn name(&self, obj: ObjRef) -> String {
        match self.package.by_object.get(&obj) {
            Some(&id) => format!("{}.{}", self.path, self.package.funcs[id].name),
            None => escaped_symbol(self.query, obj),
        }
    }

    /// Whether an argument is a length or a number that is not negative.
    fn counts_up(&self, call: &Call) -> bool {
        call.args.get(1).is_some_and(|&number| match self.func.op(number) {
            Op::Const(ConstValue::Int(number)) => *number >= 0,
            Op::Call(inner) => inner.callee == Callee::Builtin(Builtin::Len),
            _ => false,
        })
    }

    /// The type of a function value that is called.
    fn value_type(&self, call: &Call) -> String {
        match call.callee {
            Callee::Value(callee) => signature(self.query, self.func.values[callee].ty),
            _ => String::new(),
        }
    }

    fn target(&self, call: &Call) -> Option<String> {
        match call.callee {
            Callee::Static(obj) | Callee::Interface { method: obj, .. } => Some(self.name(obj)),
            Callee::Value(callee) => match self.func.op(callee) {
                Op::Closure { func, .. } => Some(format!("{}.{}", self.path, self.package.funcs[*func].name)),
                Op::Func(obj) | Op::BoundMethod { method: obj, .. } => Some(self.name(*obj)),
                _ => None,
            },
            Callee::Builtin(_) => None,
        }
    }
}
