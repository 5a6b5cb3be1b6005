//! Where goroutines start, and what they run.

use gosleuth_ir::{Call, Func, FuncId, Op, ValueId};

use crate::context::RuleContext;
use crate::models::Behaviour;

/// A place that starts a goroutine whose function is in this package.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spawn {
    /// The function that starts it.
    pub(crate) by: FuncId,
    /// The `go` statement, or the call that starts it.
    pub(crate) site: ValueId,
    /// The function it runs.
    pub(crate) body: FuncId,
}

/// The goroutines that a package starts, in source order of the functions that start them.
pub(crate) fn spawns(cx: &RuleContext<'_>) -> Vec<Spawn> {
    let mut found = Vec::new();
    for (by, func) in cx.ir.funcs.iter_enumerated() {
        for block in func.blocks.iter() {
            for &site in &block.values {
                if let Some(body) = spawned(cx, func, site) {
                    found.push(Spawn { by, site, body });
                }
            }
        }
    }
    found
}

/// The function that a value starts in a goroutine of its own, if it does that and the function is in this package.
pub(crate) fn spawned(cx: &RuleContext<'_>, func: &Func, site: ValueId) -> Option<FuncId> {
    match func.op(site) {
        Op::Go(call) => cx.called_function(func, call),
        Op::Call(call) => {
            let value = model_argument(cx, call, Behaviour::Spawn)?;
            cx.known_function(func, value)
        }
        _ => None,
    }
}

/// The argument that a model of this behaviour is about; none if the callee has no such model.
pub(crate) fn model_argument(cx: &RuleContext<'_>, call: &Call, behaviour: Behaviour) -> Option<ValueId> {
    let model = cx.call_models(call).iter().find(|model| model.behaviour == behaviour)?;
    arguments(cx, call).get(model.argument as usize).copied()
}

/// The arguments of a call without the receiver.
pub(crate) fn arguments<'c>(cx: &RuleContext<'_>, call: &'c Call) -> &'c [ValueId] {
    let first = usize::from(receiver(cx, call).is_some());
    call.args.get(first..).unwrap_or(&[])
}

/// The receiver of a call of a method that is known.
pub(crate) fn receiver(cx: &RuleContext<'_>, call: &Call) -> Option<ValueId> {
    use gosleuth_types::ObjKind;
    let gosleuth_ir::Callee::Static(obj) = call.callee else {
        return None;
    };
    match cx.query.object(obj)?.kind {
        ObjKind::Func { recv: Some(_), .. } => call.args.first().copied(),
        _ => None,
    }
}
