//! What functions do with what they are handed.

use gosleuth_ir::{Call, Callee, Func, Op, Terminator, ValueId};
use gosleuth_model::FuncKey;
use rustc_hash::FxHashSet;

use crate::context::RuleContext;

/// Calls in calls that are looked into.
const MAX_DEPTH: u32 = 4;

/// Uses of a value that leave it as it is: `user` is an operation of the function that has one of the values as an operand.
pub(crate) type Harmless<'h> = &'h dyn Fn(&Func, ValueId, &FxHashSet<ValueId>) -> bool;

/// Whether the function that a call in a function of `unit` means is known, in this package or in another one, and neither uses up nor keeps
/// nor hands on those of its arguments that `is_value` says.
pub(crate) fn is_left_alone(
    cx: &RuleContext<'_>,
    unit: u32,
    func: &Func,
    call: &Call,
    is_value: &dyn Fn(ValueId) -> bool,
    harmless: Harmless<'_>,
) -> bool {
    call_leaves(cx, unit, func, call, is_value, harmless, MAX_DEPTH)
}

fn call_leaves(
    cx: &RuleContext<'_>,
    unit: u32,
    func: &Func,
    call: &Call,
    is_value: &dyn Fn(ValueId) -> bool,
    harmless: Harmless<'_>,
    depth: u32,
) -> bool {
    let is_called = match call.callee {
        Callee::Value(value) | Callee::Interface { recv: value, .. } => is_value(value),
        Callee::Static(_) | Callee::Builtin(_) => false,
    };
    let Some(callee) = cx.called_body(unit, func, call).filter(|_| depth > 0 && !is_called) else {
        return false;
    };
    let mut handed = call.args.iter().enumerate().filter(|(_, arg)| is_value(**arg));
    handed.all(|(number, _)| parameter_is_left(cx, callee, number, harmless, depth - 1))
}

/// Whether a function does nothing with a parameter but what is harmless.
fn parameter_is_left(cx: &RuleContext<'_>, key: FuncKey, number: usize, harmless: Harmless<'_>, depth: u32) -> bool {
    let func = cx.body(key);
    let Some(&param) = func.params.get(number).filter(|_| !func.blocks.is_empty()) else {
        return false;
    };
    // The parameter under other names: variables that hold it are among them as addresses.
    let mut same: FxHashSet<ValueId> = FxHashSet::from_iter([param]);
    loop {
        let before = same.len();
        for (id, value) in func.values.iter_enumerated() {
            match &value.op {
                Op::Store { addr, value } if same.contains(value) => {
                    if !matches!(func.op(*addr), Op::Alloc { var: Some(_) }) {
                        return false;
                    }
                    same.insert(*addr);
                }
                Op::Load(from) | Op::Convert(from) | Op::MakeInterface(from) | Op::Held(from)
                    if same.contains(from) =>
                {
                    same.insert(id);
                }
                Op::Phi(values) if values.iter().any(|value| same.contains(value)) => {
                    same.insert(id);
                }
                _ => {}
            }
        }
        if same.len() == before {
            break;
        }
    }
    let is_same = |value: ValueId| same.contains(&value);
    for (id, value) in func.values.iter_enumerated() {
        let mut uses = false;
        value.op.for_each_operand(|operand| uses |= is_same(operand));
        let is_left = match &value.op {
            _ if !uses => true,
            Op::Store { .. }
            | Op::Load(_)
            | Op::Convert(_)
            | Op::MakeInterface(_)
            | Op::Held(_)
            | Op::Phi(_)
            | Op::Binary(..) => true,
            _ if harmless(func, id, &same) => true,
            Op::Call(call) | Op::Defer(call) => call_leaves(cx, key.unit, func, call, &is_same, harmless, depth),
            _ => false,
        };
        if !is_left {
            return false;
        }
    }
    !func.blocks.iter().any(|block| match &block.end {
        Terminator::Return(values) => values.iter().copied().any(is_same),
        Terminator::Panic(value) => is_same(*value),
        _ => false,
    })
}
