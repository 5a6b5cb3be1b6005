//! Which maps and pointers are certainly nil where they are used, on some path.

use gosleuth_base::Idx as _;
use gosleuth_ir::{BlockId, Callee, Func, Op, Terminator, ValueId};
use gosleuth_syntax::ast::{BinaryOp, Span, SpecKind};
use gosleuth_types::{Builtin, ObjKind, ObjRef, Type, TypeId, VarKind};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::context::{OWN, RuleContext};
use crate::flow::{has, nil_check, position, results};
use crate::models::Behaviour;
use crate::places::addressed;
use crate::same::{live, values};

/// Why a value is nil.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nil {
    /// It was declared without a value, or is the constant.
    Value,
    /// It has no value where control comes from this place.
    Path(u32),
    /// Nothing in the package ever gives this variable or field a value.
    NeverSet(ObjRef),
    /// This call returns nil with its error, and the branch of the error goes on to here.
    OnError(ValueId),
}

/// What a package does with its variables and fields of the types that somebody is interested in.
pub(crate) struct Nils {
    /// Those that get a value somewhere, or whose address goes where it is not followed.
    set: FxHashSet<ObjRef>,
    /// Fields of structs that reflection may fill: pointers to them became interfaces.
    shown: FxHashSet<ObjRef>,
    made: FxHashSet<ObjRef>,
}

/// Fields of the structs that the package makes somewhere. Who makes others is not known, nor what it puts into them.
pub(crate) fn made_fields(cx: &RuleContext<'_>) -> FxHashSet<ObjRef> {
    let mut made = FxHashSet::default();
    for func in cx.ir.funcs.iter() {
        for value in values(func) {
            match &value.op {
                Op::Alloc { .. } | Op::Global(_) => {
                    if let Some(elem) = cx.pointee(value.ty) {
                        held_fields(cx, elem, &mut made);
                    }
                }
                Op::Zero | Op::MakeSlice { .. } | Op::MakeMap | Op::MakeChan { .. } => {
                    held_fields(cx, value.ty, &mut made);
                }
                _ => {}
            }
        }
    }
    made
}

/// Fields of the structs that values of a type, or its elements, consist of.
fn held_fields(cx: &RuleContext<'_>, ty: TypeId, found: &mut FxHashSet<ObjRef>) {
    match cx.under(ty) {
        Type::Struct(list) => {
            for field in list {
                if found.insert(field.obj) {
                    held_fields(cx, field.ty, found);
                }
            }
        }
        // What a list of pointers refers to is made for itself, and lists in lists may be of themselves.
        Type::Array { elem, .. } | Type::Slice(elem) | Type::Map { value: elem, .. } | Type::Chan { elem, .. }
            if matches!(cx.under(*elem), Type::Struct(_) | Type::Array { .. }) =>
        {
            held_fields(cx, *elem, found);
        }
        _ => {}
    }
}

impl Nils {
    /// Looks through the whole package for variables and fields of types that `is_wanted` says.
    pub(crate) fn new(cx: &RuleContext<'_>, is_wanted: fn(&Type) -> bool) -> Self {
        let mut set = FxHashSet::default();
        let mut shown = FxHashSet::default();
        for func in cx.ir.funcs.iter() {
            let mut addresses: FxHashMap<ValueId, ObjRef> = FxHashMap::default();
            for (id, value) in live(func) {
                if cx.pointee(value.ty).is_some_and(|elem| is_wanted(cx.under(elem)))
                    && let Some(obj) = addressed(cx, func, id)
                {
                    addresses.insert(id, obj);
                }
            }
            let mut leaves = |operand: ValueId| {
                if let Some(&obj) = addresses.get(&operand) {
                    set.insert(obj);
                }
            };
            for value in values(func) {
                match &value.op {
                    Op::Load(_) | Op::Closure { .. } => {}
                    Op::Store { addr, value } => {
                        // `return m` stores a named result in itself.
                        let is_same = matches!(func.op(*value), Op::Load(from) if from == addr);
                        if !is_same && !matches!(func.op(*value), Op::Zero) {
                            leaves(*addr);
                        }
                        leaves(*value);
                    }
                    op => op.for_each_operand(&mut leaves),
                }
            }
            for block in func.blocks.iter() {
                if let Terminator::Return(values) = &block.end {
                    values.iter().copied().for_each(&mut leaves);
                }
            }
            for value in values(func) {
                match value.op {
                    // A conversion of a whole struct can fill fields without naming them.
                    Op::Convert(_) => fields(cx, value.ty, &mut set),
                    Op::MakeInterface(inner) => {
                        if let Some(elem) = cx.pointee(func.values[inner].ty) {
                            fields(cx, elem, &mut shown);
                        }
                    }
                    _ => {}
                }
            }
        }
        Self {
            set,
            shown,
            made: made_fields(cx),
        }
    }

    /// Why a value is nil where `user` uses it, if it certainly is on some path.
    pub(crate) fn why(&self, cx: &RuleContext<'_>, func: &Func, value: ValueId, user: ValueId) -> Option<Nil> {
        match func.op(value) {
            Op::Zero => Some(Nil::Value),
            Op::Convert(inner) => self.why(cx, func, *inner, user),
            Op::Phi(operands) => phi(cx, func, value, operands, user),
            Op::Load(addr) => {
                let obj = addressed(cx, func, *addr)?;
                if !self.set.contains(&obj) && self.is_own(cx, obj) && !is_checked(cx, obj) {
                    return Some(Nil::NeverSet(obj));
                }
                cell(cx, func, *addr, value)
            }
            Op::Extract { tuple, index } => on_error(cx, func, *tuple, *index, user),
            _ => None,
        }
    }

    /// Whether only this package can give the variable or field a value.
    fn is_own(&self, cx: &RuleContext<'_>, obj: ObjRef) -> bool {
        let Some(object) = cx.query.object(obj) else {
            return false;
        };
        if obj.pkg != cx.query.pkg {
            return false;
        }
        let in_test = cx.declaration(obj).is_some_and(|(file, _)| cx.files[file].is_test);
        if matches!(object.kind, ObjKind::Var(VarKind::Field)) && !self.made.contains(&obj) {
            return false;
        }
        match object.kind {
            ObjKind::Var(VarKind::Field) if object.name.is_exported() => {
                (is_program(cx) || is_of_own_type(cx, obj)) && !self.shown.contains(&obj)
            }
            // Tests are not part of the package that they test: what they alone fill is named after them.
            ObjKind::Var(VarKind::Field) => !in_test && !cx.text(object.name).to_ascii_lowercase().contains("test"),
            ObjKind::Var(VarKind::Param | VarKind::Receiver) => false,
            ObjKind::Var(VarKind::Package) => {
                (!object.name.is_exported() || is_program(cx))
                    && !cx.text(object.name).to_ascii_lowercase().contains("test")
            }
            ObjKind::Var(_) => true,
            _ => false,
        }
    }
}

/// Whether a field is of a declared type that other packages cannot name.
fn is_of_own_type(cx: &RuleContext<'_>, field: ObjRef) -> bool {
    let Some((file, span)) = cx.declaration(field) else {
        return false;
    };
    let tree = cx.files[file].tree;
    tree.specs.iter().any(|spec| match spec.kind {
        SpecKind::Type { name, .. } => {
            spec.span.contains(span.start) && !tree.name(name).starts_with(|c: char| c.is_uppercase())
        }
        _ => false,
    })
}

fn is_program(cx: &RuleContext<'_>) -> bool {
    let tree = cx.files.first().map(|file| file.tree);
    tree.is_some_and(|tree| tree.package.is_some_and(|name| tree.name(name) == "main"))
}

fn fields(cx: &RuleContext<'_>, ty: TypeId, found: &mut FxHashSet<ObjRef>) {
    if let Type::Struct(list) = cx.under(ty) {
        for field in list {
            if found.insert(field.obj) {
                fields(cx, field.ty, found);
            }
        }
    }
}

/// Whether a function of the package asks if the variable or field is nil.
fn is_checked(cx: &RuleContext<'_>, obj: ObjRef) -> bool {
    cx.ir.funcs.iter().any(|func| {
        live(func).any(|(id, _)| {
            nil_check(func, id).is_some_and(|(value, _)| match func.op(value) {
                Op::Load(addr) => addressed(cx, func, *addr) == Some(obj),
                _ => false,
            })
        })
    })
}

/// A value that is nil from one side, and used with no condition asked in between but whether a range has a next element.
fn phi(cx: &RuleContext<'_>, func: &Func, value: ValueId, operands: &[ValueId], user: ValueId) -> Option<Nil> {
    let (home, _) = position(func, value)?;
    let (target, _) = position(func, user)?;
    // `if m == nil { m = … }` is certain to be taken where it has no value.
    let asks = values(func).any(|value| match value.op {
        Op::Binary(BinaryOp::Equal | BinaryOp::NotEqual, x, y) => {
            [x, y].iter().all(|&side| matches!(func.op(side), Op::Zero))
        }
        _ => false,
    });
    if asks {
        return None;
    }
    let edge = operands
        .iter()
        .position(|&operand| matches!(func.op(operand), Op::Zero))?;
    let from = *func.blocks[home].preds.get(edge)?;
    if !is_reachable(func, from) {
        return None;
    }
    let mut seen = FxHashSet::default();
    let mut work = vec![home];
    while let Some(block) = work.pop() {
        if block == target {
            return Some(Nil::Path(crate::flow::end_pos(func, from)));
        }
        let node = &func.blocks[block];
        let ends = node
            .values
            .iter()
            .any(|&value| matches!(func.op(value), Op::Call(call) if has(cx.call_models(call), Behaviour::NoReturn)));
        let next = match &node.end {
            _ if ends => continue,
            Terminator::Jump(to) => vec![*to],
            Terminator::If(cond, then, els) if is_next(func, *cond) => vec![*then, *els],
            _ => continue,
        };
        for to in next {
            // Back at the phi it may have another value.
            if to != home && seen.insert(to) {
                work.push(to);
            }
        }
    }
    None
}

/// Whether a condition only asks if a range has a next element.
fn is_next(func: &Func, cond: ValueId) -> bool {
    match func.op(cond) {
        Op::Extract { tuple, .. } => matches!(func.op(*tuple), Op::Next(_) | Op::Recv { .. }),
        Op::Binary(BinaryOp::Less, _, length) => {
            matches!(func.op(*length), Op::Call(call) if call.callee == Callee::Builtin(Builtin::Len))
        }
        _ => false,
    }
}

/// What a variable of a function may hold.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct May {
    nil: bool,
    other: bool,
}

/// A variable that is nil where it is read: on every way, or on one that comes in from a side and asks nothing more until then; or that holds
/// what a call returned with an error.
fn cell(cx: &RuleContext<'_>, func: &Func, addr: ValueId, load: ValueId) -> Option<Nil> {
    if !matches!(func.op(addr), Op::Alloc { var: Some(_) }) {
        return None;
    }
    // What others see, they may set.
    for value in values(func) {
        let mut uses = false;
        value.op.for_each_operand(|operand| uses |= operand == addr);
        let is_plain = match value.op {
            Op::Load(_) => true,
            Op::Store { value, .. } => value != addr,
            _ => false,
        };
        if uses && !is_plain {
            return None;
        }
    }
    let asks = live(func).any(|(id, _)| {
        nil_check(func, id).is_some_and(|(value, _)| matches!(func.op(value), Op::Load(from) if *from == addr))
    });
    if asks {
        return None;
    }
    let after = |block: BlockId, mut may: May, until: Option<ValueId>| {
        for &value in &func.blocks[block].values {
            match func.op(value) {
                _ if Some(value) == until => break,
                Op::Alloc { .. } if value == addr => {
                    may = May {
                        nil: true,
                        other: false,
                    }
                }
                Op::Store { addr: to, value } if *to == addr => {
                    let nil = matches!(func.op(*value), Op::Zero);
                    may = May { nil, other: !nil };
                }
                _ => {}
            }
        }
        may
    };
    let mut inputs = vec![May::default(); func.blocks.len()];
    let mut visited = vec![false; func.blocks.len()];
    let mut work = vec![BlockId::from_usize(0)];
    while let Some(block) = work.pop() {
        let out = after(block, inputs[block.index()], None);
        for to in func.blocks[block].end.successors() {
            let input = &mut inputs[to.index()];
            let joined = May {
                nil: input.nil | out.nil,
                other: input.other | out.other,
            };
            let is_new = !std::mem::replace(&mut visited[to.index()], true);
            if is_new || joined != *input {
                *input = joined;
                work.push(to);
            }
        }
    }
    let (target, _) = position(func, load)?;
    let here = after(target, inputs[target.index()], Some(load));
    match here {
        May {
            nil: true,
            other: false,
        } => return Some(Nil::Value),
        May { nil: true, other: true } => {}
        May { nil: false, .. } => {
            return live(func).find_map(|(store, value)| match value.op {
                Op::Store { addr: to, value } if to == addr => match *func.op(value) {
                    Op::Extract { tuple, index } => {
                        on_error(cx, func, tuple, index, load).filter(|_| !stored_again(func, addr, store, target))
                    }
                    _ => None,
                },
                _ => None,
            });
        }
    }
    // Back along ways that ask nothing, to where they meet.
    let mut seen = FxHashSet::from_iter([target]);
    let mut work = vec![target];
    while let Some(block) = work.pop() {
        for &pred in &func.blocks[block].preds {
            let out = after(pred, inputs[pred.index()], None);
            let asks = match func.blocks[pred].end {
                Terminator::Jump(_) => false,
                Terminator::If(cond, ..) => !is_next(func, cond),
                _ => true,
            };
            if out
                == (May {
                    nil: true,
                    other: false,
                })
                && func.blocks[block].preds.len() > 1
            {
                return Some(Nil::Path(crate::flow::end_pos(func, pred)));
            }
            if out.nil && !asks && seen.insert(pred) {
                work.push(pred);
            }
        }
    }
    None
}

/// Whether a variable is stored to behind another store, before the target is reached.
fn stored_again(func: &Func, addr: ValueId, store: ValueId, target: BlockId) -> bool {
    let Some((block, at)) = position(func, store) else {
        return true;
    };
    let mut seen = FxHashSet::default();
    let mut work = vec![(block, at + 1)];
    while let Some((block, from)) = work.pop() {
        let stores = func.blocks[block]
            .values
            .get(from..)
            .unwrap_or(&[])
            .iter()
            .any(|&value| matches!(func.op(value), Op::Store { addr: to, .. } if *to == addr));
        if stores {
            return true;
        }
        if block == target {
            continue;
        }
        for to in func.blocks[block].end.successors() {
            if seen.insert(to) {
                work.push((to, 0));
            }
        }
    }
    false
}

fn is_reachable(func: &Func, block: BlockId) -> bool {
    block.index() == 0 || !func.blocks[block].preds.is_empty()
}

/// A result that is nil with an error, used where the branch for the error gets to.
fn on_error(cx: &RuleContext<'_>, func: &Func, tuple: ValueId, index: u32, user: ValueId) -> Option<Nil> {
    let Op::Call(call) = func.op(tuple) else { return None };
    let error = live(func).find_map(|(id, value)| match value.op {
        Op::Extract { tuple: of, .. } if of == tuple && cx.type_name(value.ty) == Some(("", "error")) => Some(id),
        _ => None,
    })?;
    let fails_with_nil = match cx.called_body(OWN, func, call).map(|key| cx.body(key)) {
        Some(body) if !body.blocks.is_empty() => nil_with_error(body, index),
        // By custom a pointer is nil when there is an error.
        _ => results(func, tuple)
            .get(&index)
            .is_some_and(|&value| cx.pointee(func.values[value].ty).is_some()),
    };
    if !fails_with_nil {
        return None;
    }
    let (target, _) = position(func, user)?;
    func.blocks.iter().find_map(|block| {
        let Terminator::If(cond, then, els) = block.end else {
            return None;
        };
        let (asked, when_nil) = nil_check(func, cond)?;
        let failed = if when_nil { els } else { then };
        (asked == error && then != els && gets_to(cx, func, failed, target)).then_some(Nil::OnError(tuple))
    })
}

/// Whether a function returns nil as this result wherever it returns an error that is certain, and does so somewhere.
fn nil_with_error(func: &Func, index: u32) -> bool {
    let mut some = false;
    for block in func.blocks.iter() {
        let Terminator::Return(values) = &block.end else {
            continue;
        };
        let (Some(&value), Some(&error)) = (values.get(index as usize), values.last()) else {
            return false;
        };
        if matches!(func.op(error), Op::Zero) {
            continue;
        }
        if !matches!(func.op(value), Op::Zero) {
            return false;
        }
        some = true;
    }
    some
}

/// Whether control gets from one block to another with no other condition asked in between.
fn gets_to(cx: &RuleContext<'_>, func: &Func, from: BlockId, target: BlockId) -> bool {
    let mut block = from;
    for _ in 0..func.blocks.len() {
        if block == target {
            return true;
        }
        let node = &func.blocks[block];
        let ends = node.values.iter().any(|&value| match func.op(value) {
            Op::Call(call) => {
                // Nobody knows what a function value does to the flow.
                has(cx.call_models(call), Behaviour::NoReturn)
                    || matches!(call.callee, Callee::Value(_))
                    || exits(cx, call)
            }
            _ => false,
        });
        match node.end {
            _ if ends => return false,
            Terminator::Jump(to) => block = to,
            _ => return false,
        }
    }
    false
}

/// Whether a call may end the process or the test by its name.
fn exits(cx: &RuleContext<'_>, call: &gosleuth_ir::Call) -> bool {
    let Some(obj) = cx.callee(call) else { return false };
    let name = cx.name_of(obj).to_ascii_lowercase();
    ["fatal", "exit", "panic", "must", "fail", "die", "abort", "check"]
        .iter()
        .any(|word| name.contains(word))
}

/// Why a value is nil, in a sentence, with the place that says so.
pub(crate) fn describe(cx: &RuleContext<'_>, func: &Func, why: Nil) -> (String, Option<(usize, Span, &'static str)>) {
    match why {
        Nil::Value => ("it was never given a value".to_owned(), None),
        Nil::Path(pos) => (
            "on one way to here it was not given a value".to_owned(),
            Some((
                func.file,
                Span::new(pos, pos + 1),
                "it has no value when control comes from here",
            )),
        ),
        Nil::NeverSet(obj) => {
            let kind = match cx.query.object(obj).map(|object| &object.kind) {
                Some(ObjKind::Var(VarKind::Field)) => "field",
                _ => "variable",
            };
            (
                format!("nothing in this package gives the {kind} `{}` a value", cx.name_of(obj)),
                cx.declaration(obj)
                    .map(|(file, span)| (file, span, "declared here, and never given a value")),
            )
        }
        Nil::OnError(call) => (
            "the call returns nil with its error, and the branch for the error goes on".to_owned(),
            Some((func.file, cx.span_of(func, call), "nil when this fails")),
        ),
    }
}
