use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{BlockId, Callee, Func, FuncId, Op, Terminator, ValueId};
use gosleuth_types::{Builtin, Type};
use rustc_hash::FxHashSet;

use crate::context::RuleContext;
use crate::flow::nil_check;
use crate::rule::rule;
use crate::same::{live, values};

rule! {
    /// ## What it does
    ///
    /// Finds recovered panics that nobody hears of: the value is thrown away, or the handler does nothing with it; and handlers that leave a
    /// function to report success, because its error result is not set.
    ///
    /// ## Why it is bad
    ///
    /// A panic is a fault of the program. Swallowed, it takes its message and stack with it, and what remains is a request without answer, a
    /// worker that is gone, or a result that is the zero value with a nil error.
    ///
    /// ## Example
    ///
    /// ```go
    /// func run(job func() error) error {
    ///     defer func() {
    ///         if r := recover(); r != nil {
    ///             log.Print(r)
    ///         }
    ///     }()
    ///     return job()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func run(job func() error) (err error) {
    ///     defer func() {
    ///         if r := recover(); r != nil {
    ///             err = fmt.Errorf("job: %v", r)
    ///         }
    ///     }()
    ///     return job()
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Whatever a handler calls, stores or sends after a panic counts as saying it. Tests, and `main`, are left out.
    ///
    /// ## Version notes
    ///
    /// From Go 1.21 on `panic(nil)` is recovered as a `*runtime.PanicNilError`; before, a handler that asks `r != nil` does not see it.
    RuleInfo {
        code: RuleCode::new(Family::Panics, 10),
        name: "recover-and-continue",
        summary: "a recovered panic is swallowed, or the function goes on to report success",
        set: RuleSet::Strict,
        severity: Severity::Warning,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Other("work that is missing without any message")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let mut reported = FxHashSet::default();
    for func in cx.ir.funcs.iter() {
        if cx.files[func.file].is_test {
            continue;
        }
        for (_, node) in live(func) {
            let Op::Defer(call) = &node.op else { continue };
            let Some(handler) = cx.called_function(func, call) else {
                continue;
            };
            let body = &cx.ir.funcs[handler];
            let Some(recover) = recover_in(body) else { continue };
            let span = cx.span_of(body, recover);
            if is_swallowed(body, recover) {
                if reported.insert(handler) {
                    cx.report(
                        &RULE.info,
                        body.file,
                        span,
                        "this recovers from a panic and tells nobody",
                    )
                    .why("the message and the stack of the panic are lost, and the fault stays")
                    .action("log the value with `debug.Stack()`, count it, or return it as an error")
                    .push(sink);
                }
            } else if returns_error(cx, func)
                && !sets_anything(cx, handler)
                && !panics_again(body)
                && reported.insert(handler)
            {
                cx.report(
                    &RULE.info,
                    body.file,
                    span,
                    "after this the function returns a nil error, as if nothing had happened",
                )
                .related(
                    func.file,
                    gosleuth_syntax::ast::Span::new(func.span.start, func.span.start + 4),
                    "the error of this function is not set by the handler",
                )
                .why("a recovered panic returns the results as they are: zero values, and with them no error")
                .action("name the error result and set it in the handler")
                .push(sink);
            }
        }
    }
}

fn recover_in(func: &Func) -> Option<ValueId> {
    live(func)
        .find(|(_, value)| matches!(&value.op, Op::Call(call) if call.callee == Callee::Builtin(Builtin::Recover)))
        .map(|(id, _)| id)
}

/// Whether nothing is done with what was recovered.
fn is_swallowed(func: &Func, recover: ValueId) -> bool {
    let acts = |block: BlockId| {
        let node = &func.blocks[block];
        let does = node.values.iter().any(|&value| {
            value != recover
                && matches!(
                    func.op(value),
                    Op::Call(_)
                        | Op::Go(_)
                        | Op::Send { .. }
                        | Op::Store { .. }
                        | Op::MapSet { .. }
                        | Op::Select { .. }
                        | Op::Defer(_)
                )
        });
        does || matches!(node.end, Terminator::Panic(_))
    };
    let asked = func.blocks.iter().find_map(|block| match block.end {
        Terminator::If(cond, then, els) => {
            let (value, when_nil) = nil_check(func, cond)?;
            let (panicked, normal) = if when_nil { (els, then) } else { (then, els) };
            (value == recover).then_some((panicked, normal))
        }
        _ => None,
    });
    // What is done only after a panic; without a question, what is done at all.
    match asked {
        // A test that a function panics says so where it does not.
        Some((panicked, normal)) => ![panicked, normal]
            .into_iter()
            .flat_map(|side| crate::same::reachable(func, side))
            .any(acts),
        None => !func.blocks.iter_enumerated().any(|(block, _)| acts(block)),
    }
}

/// Whether a function has an error as its last result.
fn returns_error(cx: &RuleContext<'_>, func: &Func) -> bool {
    let Type::Func(sig) = cx.query.ty(func.sig) else {
        return false;
    };
    cx.query
        .world
        .types
        .list(sig.results)
        .last()
        .is_some_and(|&ty| cx.type_name(ty) == Some(("", "error")))
}

/// Whether a handler writes a variable that it captures or was given the address of, or hands one on.
fn sets_anything(cx: &RuleContext<'_>, handler: FuncId) -> bool {
    let func = &cx.ir.funcs[handler];
    let shared = |addr: ValueId| {
        let addr = match func.op(addr) {
            Op::Load(from) => *from,
            _ => addr,
        };
        matches!(func.op(addr), Op::Captured(_) | Op::Param(_) | Op::FieldAddr { .. })
            || matches!(func.op(addr), Op::Alloc { .. }) && crate::locks::only_parameter(func, addr).is_some()
    };
    values(func).any(|value| match &value.op {
        Op::Store { addr, .. } => shared(*addr),
        Op::Send { .. } | Op::MapSet { .. } => true,
        Op::Call(call) => {
            // `handle(r, &err)`, `cancel(err)`, `command.SetErr(err)`
            let name = cx.callee(call).map_or("", |obj| cx.name_of(obj));
            matches!(call.callee, Callee::Value(_))
                || ["Set", "set", "Fail", "fail", "Abort", "Cancel"]
                    .iter()
                    .any(|word| name.starts_with(word))
                || call
                    .args
                    .iter()
                    .any(|&arg| matches!(func.op(arg), Op::Captured(_)) && cx.pointee(func.values[arg].ty).is_some())
        }
        _ => false,
    })
}

fn panics_again(func: &Func) -> bool {
    func.blocks
        .iter()
        .any(|block| matches!(block.end, Terminator::Panic(_)))
}
