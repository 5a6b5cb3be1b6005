use gosleuth_base::{Family, Finding, FixAvailability, Idx as _, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{BlockId, Call, Callee, Func, Op, ValueId};
use gosleuth_types::Type;

use crate::context::{OWN, RuleContext};
use crate::flow::has;
use crate::locks::only_parameter;
use crate::models::Behaviour;
use crate::nil_channels::is_reachable;
use crate::nils::{Nils, describe};
use crate::rule::rule;
use crate::same::live;

rule! {
    /// ## What it does
    ///
    /// Finds locks that are taken through a nil pointer: a `*sync.Mutex` that nobody ever made, or a method that locks a field of its
    /// receiver and is called on a receiver that is nil on that path.
    ///
    /// ## Why it is bad
    ///
    /// Locking through nil panics. In a goroutine without a deferred recover that ends the process, and in one with it the error often says
    /// no more than "nil pointer dereference" deep in `sync`.
    ///
    /// ## Example
    ///
    /// ```go
    /// type counter struct {
    ///     mu    *sync.Mutex
    ///     count int
    /// }
    ///
    /// func newCounter() *counter {
    ///     return &counter{count: 1}
    /// }
    ///
    /// func (c *counter) add() {
    ///     c.mu.Lock()
    ///     defer c.mu.Unlock()
    ///     c.count++
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// type counter struct {
    ///     mu    sync.Mutex
    ///     count int
    /// }
    ///
    /// func newCounter() *counter {
    ///     return &counter{count: 1}
    /// }
    ///
    /// func (c *counter) add() {
    ///     c.mu.Lock()
    ///     defer c.mu.Unlock()
    ///     c.count++
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Fields and variables count as never set where only this package can set them, and nothing in it does or asks whether they are nil.
    /// Elements of maps, and results that are nil without an error, are not known. Tests are left out.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Panics, 6),
        name: "nil-lock-owner",
        summary: "a lock is taken through a pointer that is nil",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Death("panic: runtime error: invalid memory address or nil pointer dereference")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let mut nils = None;
    for func in cx.ir.funcs.iter() {
        if cx.files[func.file].is_test {
            continue;
        }
        for (id, node) in live(func) {
            let (Op::Call(call) | Op::Go(call) | Op::Defer(call)) = &node.op else {
                continue;
            };
            let (pointer, message) = if is_lock(cx, call) {
                let Some(receiver) = lock_of(call) else { continue };
                let pointer = pointer_behind(func, receiver);
                let message = match pointer == receiver {
                    true => "this locks a mutex that is nil, which panics",
                    false => "this locks a field of something that is nil, which panics",
                };
                (pointer, message)
            } else if locks_receiver(cx, func, call)
                && let Some(&receiver) = call.args.first()
            {
                (
                    pointer_behind(func, receiver),
                    "this method locks a field of its receiver, which is nil here",
                )
            } else {
                continue;
            };
            let nils = nils.get_or_insert_with(|| Nils::new(cx, can_own_lock));
            let Some(why) = nils.why(cx, func, pointer, id).filter(|_| is_reachable(func, id)) else {
                continue;
            };
            let (text, place) = describe(cx, func, why);
            let mut report = cx
                .report(&RULE.info, func.file, cx.span_of(func, id), message)
                .why(text)
                .action("make it before it is used; a mutex is best a value, not a pointer");
            if let Some((file, span, label)) = place {
                report = report.related(file, span, label);
            }
            report.push(sink);
        }
    }
}

fn can_own_lock(ty: &Type) -> bool {
    matches!(ty, Type::Pointer(_) | Type::Interface(_))
}

fn is_lock(cx: &RuleContext<'_>, call: &Call) -> bool {
    let models = cx.call_models(call);
    has(models, Behaviour::Lock) || has(models, Behaviour::ReadLock)
}

fn lock_of(call: &Call) -> Option<ValueId> {
    match call.callee {
        Callee::Interface { recv, .. } => Some(recv),
        _ => call.args.first().copied(),
    }
}

/// The pointer that is followed to get to an address: that of the struct for one of its fields.
fn pointer_behind(func: &Func, mut addr: ValueId) -> ValueId {
    while let Op::FieldAddr { base, .. } = func.op(addr) {
        addr = *base;
    }
    addr
}

/// Whether a method locks a field of its receiver before it does anything else that matters.
fn locks_receiver(cx: &RuleContext<'_>, func: &Func, call: &Call) -> bool {
    let Some(body) = cx.called_body(OWN, func, call).map(|key| cx.body(key)) else {
        return false;
    };
    if !body.has_receiver || body.blocks.is_empty() {
        return false;
    }
    let first = &body.blocks[BlockId::from_usize(0)];
    let is_receiver = |value: ValueId| match *body.op(value) {
        Op::Param(0) => true,
        Op::Load(cell) => only_parameter(body, cell) == Some(0),
        _ => false,
    };
    for &value in &first.values {
        let Op::Call(inner) = body.op(value) else { continue };
        if !is_lock(cx, inner) {
            return false;
        }
        return lock_of(inner).is_some_and(|lock| {
            let lock = match body.op(lock) {
                Op::Load(addr) => *addr,
                _ => lock,
            };
            matches!(body.op(lock), Op::FieldAddr { .. }) && is_receiver(pointer_behind(body, lock))
        });
    }
    false
}
