//! Which channels are nil where they are used.

use gosleuth_base::Idx as _;
use gosleuth_ir::{Func, Op, Terminator, ValueId};
use gosleuth_syntax::ast::SpecKind;
use gosleuth_types::{ObjKind, ObjRef, Type, VarKind};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::context::RuleContext;
use crate::nils::made_fields;

/// Why a channel is nil.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NilChannel {
    /// The variable was declared without a value, or `nil` was assigned, and nothing else was.
    Value,
    /// On the way through the block at this offset it has no value.
    Path,
    /// Nothing in the package ever gives this variable or field a value.
    NeverMade(ObjRef),
}

/// What a package does with the variables and fields that hold channels.
pub(crate) struct NilChannels {
    /// Package-level variables and fields of this package that get a value somewhere, or whose address goes where it is not followed.
    made: FxHashSet<ObjRef>,
    /// Fields of the structs that the package makes.
    fields: FxHashSet<ObjRef>,
}

impl NilChannels {
    /// Looks through the whole package.
    pub(crate) fn new(cx: &RuleContext<'_>) -> Self {
        let mut made = FxHashSet::default();
        for func in cx.ir.funcs.iter() {
            let mut addresses: FxHashMap<ValueId, ObjRef> = FxHashMap::default();
            for (id, value) in func.values.iter_enumerated() {
                if let Some(obj) = place(cx, func, id)
                    && is_channel_address(cx, value.ty)
                {
                    addresses.insert(id, obj);
                }
            }
            for (id, value) in func.values.iter_enumerated() {
                match &value.op {
                    Op::Load(_) => {}
                    Op::Store { addr, value } => {
                        if let Some(&obj) = addresses.get(addr)
                            && !matches!(func.op(*value), Op::Zero)
                        {
                            made.insert(obj);
                        }
                        if let Some(&obj) = addresses.get(value) {
                            made.insert(obj);
                        }
                    }
                    op => op.for_each_operand(|operand| {
                        if let Some(&obj) = addresses.get(&operand) {
                            made.insert(obj);
                        }
                    }),
                }
                // A conversion of a whole struct, or reflection, can fill fields without naming them.
                if let Op::Convert(_) = value.op {
                    fields(cx, value.ty, &mut made);
                }
                let _ = id;
            }
            for block in func.blocks.iter() {
                if let Terminator::Return(values) = &block.end {
                    made.extend(values.iter().filter_map(|value| addresses.get(value)).copied());
                }
            }
        }
        Self {
            made,
            fields: made_fields(cx),
        }
    }

    /// Why the channel that `user` uses is nil there, if it certainly is on some path.
    pub(crate) fn why(&self, cx: &RuleContext<'_>, func: &Func, chan: ValueId) -> Option<NilChannel> {
        match func.op(chan) {
            Op::Zero => Some(NilChannel::Value),
            Op::Convert(inner) => self.why(cx, func, *inner),
            Op::Phi(_) => phi(func, chan),
            Op::Load(addr) => {
                let obj = place(cx, func, *addr)?;
                let never = !self.made.contains(&obj) && self.is_own(cx, obj) && !is_checked(cx, func, obj);
                never.then_some(NilChannel::NeverMade(obj))
            }
            _ => None,
        }
    }

    /// Whether only this package can give the variable or field a value.
    fn is_own(&self, cx: &RuleContext<'_>, obj: ObjRef) -> bool {
        let Some(object) = cx.query.object(obj) else {
            return false;
        };
        if matches!(object.kind, ObjKind::Var(VarKind::Field)) && !self.fields.contains(&obj) {
            return false;
        }
        // Tests are not part of the package that they test: what they alone fill is named after them.
        let place = cx
            .declaration(obj)
            .map(|(file, span)| declared_in(cx, file, span.start));
        let is_for_tests = [Some(cx.text(object.name)), place]
            .into_iter()
            .flatten()
            .any(|name| name.to_ascii_lowercase().contains("test"));
        obj.pkg == cx.query.pkg && !object.name.is_exported() && !is_for_tests
    }
}

/// The name of the type whose declaration is around an offset; empty elsewhere.
fn declared_in<'a>(cx: &RuleContext<'a>, file: usize, offset: u32) -> &'a str {
    let tree = cx.files[file].tree;
    let found = tree.specs.iter().find_map(|spec| match spec.kind {
        SpecKind::Type { name, .. } if spec.span.contains(offset) => Some(name),
        _ => None,
    });
    found.map_or("", |name| tree.name(name))
}

/// A channel that is nil from one side of a branch, used before any other condition is asked.
fn phi(func: &Func, chan: ValueId) -> Option<NilChannel> {
    let mut seen = FxHashSet::default();
    let mut work = vec![chan];
    let mut all_nil = true;
    while let Some(value) = work.pop() {
        if !seen.insert(value) {
            continue;
        }
        match func.op(value) {
            Op::Phi(operands) => work.extend(operands.iter().copied()),
            Op::Zero => {}
            _ => all_nil = false,
        }
    }
    all_nil.then_some(NilChannel::Path)
}

/// Whether a function asks if the variable or field is nil: hooks that only tests set are used in this way.
fn is_checked(cx: &RuleContext<'_>, func: &Func, obj: ObjRef) -> bool {
    func.values.iter_enumerated().any(|(id, _)| {
        crate::flow::nil_check(func, id).is_some_and(|(value, _)| match func.op(value) {
            Op::Load(addr) => place(cx, func, *addr) == Some(obj),
            _ => false,
        })
    })
}

/// The package-level variable or field whose address a value is.
fn place(cx: &RuleContext<'_>, func: &Func, addr: ValueId) -> Option<ObjRef> {
    match func.op(addr) {
        Op::Global(obj) => Some(*obj),
        Op::FieldAddr { base, field } => {
            let structure = cx.pointee(func.values[*base].ty)?;
            match cx.under(structure) {
                Type::Struct(fields) => fields.get(*field as usize).map(|field| field.obj),
                _ => None,
            }
        }
        _ => None,
    }
}

fn is_channel_address(cx: &RuleContext<'_>, ty: gosleuth_types::TypeId) -> bool {
    cx.pointee(ty).is_some_and(|elem| cx.is_channel(elem))
}

fn fields(cx: &RuleContext<'_>, ty: gosleuth_types::TypeId, made: &mut FxHashSet<ObjRef>) {
    if let Type::Struct(list) = cx.under(ty) {
        made.extend(list.iter().map(|field| field.obj));
    }
}

/// What a nil channel is called in a message, with where it is declared.
pub(crate) fn describe(cx: &RuleContext<'_>, why: NilChannel) -> (String, Option<(usize, gosleuth_syntax::ast::Span)>) {
    match why {
        NilChannel::Value | NilChannel::Path => ("the channel was never made".to_owned(), None),
        NilChannel::NeverMade(obj) => {
            let kind = match cx.query.object(obj).map(|object| &object.kind) {
                Some(gosleuth_types::ObjKind::Var(VarKind::Field)) => "field",
                _ => "variable",
            };
            let text = format!(
                "nothing in this package gives the {kind} `{}` a channel",
                cx.name_of(obj)
            );
            (text, cx.declaration(obj))
        }
    }
}

/// Whether control can get to a value at all.
pub(crate) fn is_reachable(func: &Func, value: ValueId) -> bool {
    func.blocks
        .iter_enumerated()
        .any(|(id, block)| (id.index() == 0 || !block.preds.is_empty()) && block.values.contains(&value))
}
