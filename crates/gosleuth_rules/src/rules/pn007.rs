use gosleuth_base::{
    Family, Finding, FixAvailability, Idx as _, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom,
};
use gosleuth_ir::{Callee, Func, FuncId, Op, Terminator, ValueId};
use gosleuth_syntax::ast::{ExprKind, Span};
use gosleuth_types::Builtin;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::context::RuleContext;
use crate::goroutines::spawns;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds calls of `recover` that cannot stop a panic: deferred itself, outside functions that are deferred, or one call deeper than the
    /// deferred function.
    ///
    /// Also finds goroutines that panic without a deferred recover of their own, where the function that starts them has one.
    ///
    /// ## Why it is bad
    ///
    /// `recover` stops a panic only when a deferred function calls it directly. Everywhere else it returns nil, and the panic ends the
    /// process although the code looks as if it could not.
    ///
    /// ## Example
    ///
    /// ```go
    /// func guard(name string) {
    ///     if r := recover(); r != nil {
    ///         log.Println(name, r)
    ///     }
    /// }
    ///
    /// func work(do func()) {
    ///     defer func() {
    ///         guard("work")
    ///     }()
    ///     do()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func guard(name string) {
    ///     if r := recover(); r != nil {
    ///         log.Println(name, r)
    ///     }
    /// }
    ///
    /// func work(do func()) {
    ///     defer guard("work")
    ///     do()
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// A function that recovers and is passed on as a value, or that other packages can call, may be deferred where it is not seen; only
    /// its calls in this package are judged.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Panics, 7),
        name: "recover-has-no-effect",
        summary: "`recover` is called where it cannot stop a panic",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Suspect(SuspectKind::Panic), Symptom::Death("panic: ")],
    }
}

/// How a function is used in its package.
#[derive(Clone, Debug, Default)]
struct Uses {
    deferred: bool,
    /// As a value, or in another way that may end in a `defer`.
    escapes: bool,
    /// Calls that are not deferred: the caller and the call.
    calls: Vec<(FuncId, ValueId)>,
    goroutine: bool,
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let recovering: Vec<FuncId> = cx
        .ir
        .funcs
        .iter_enumerated()
        .filter(|(_, func)| recovers(func).is_some())
        .map(|(id, _)| id)
        .collect();
    for func in cx.ir.funcs.iter() {
        for (id, value) in func.values.iter_enumerated() {
            if let Op::Defer(call) = &value.op
                && call.callee == Callee::Builtin(Builtin::Recover)
            {
                cx.report(
                    &RULE.info,
                    func.file,
                    cx.span_of(func, id),
                    "`defer recover()` stops no panic",
                )
                .why("recover works only when a deferred function calls it; here it is the deferred function itself")
                .action("defer a function that calls recover and deals with what it returns")
                .push(sink);
            }
        }
    }
    if recovering.is_empty() {
        return;
    }
    other_goroutines(cx, &recovering, sink);
    let uses = uses(cx);
    for id in recovering {
        let func = &cx.ir.funcs[id];
        let (Some(at), Some(used)) = (recovers(func), uses.get(&id)) else {
            // A declared function that nobody here uses may be deferred elsewhere.
            continue;
        };
        let span = cx.span_of(func, at);
        let is_literal = func.parent.is_some();
        if used.deferred || used.escapes {
            // It works somewhere; what is certain is that a call from a deferred function has no effect.
            for &(caller, call) in used.calls.iter().filter(|_| !is_literal) {
                let by = &cx.ir.funcs[caller];
                if uses
                    .get(&caller)
                    .is_some_and(|uses| uses.deferred && !uses.escapes && uses.calls.is_empty())
                {
                    report_call(cx, by, call, func, at, sink);
                }
            }
            continue;
        }
        if is_literal {
            let message = "this recover stops no panic: the function around it is not deferred";
            cx.report(&RULE.info, func.file, span, message)
                .why("recover works only when a deferred function calls it directly; elsewhere it returns nil")
                .action("defer the function that calls recover")
                .push(sink);
            continue;
        }
        let is_private = func
            .obj
            .and_then(|obj| cx.query.object(obj))
            .is_some_and(|object| !object.name.is_exported());
        let is_entry = (matches!(func.name.as_str(), "main" | "init") || func.name.starts_with("init."));
        if (is_private && !used.calls.is_empty()) || is_entry || used.goroutine {
            let mut report = cx
                .report(
                    &RULE.info,
                    func.file,
                    span,
                    "this recover stops no panic: nothing defers the function around it",
                )
                .why("recover works only when a deferred function calls it directly; elsewhere it returns nil")
                .action("defer the function that calls recover");
            if let Some(&(caller, call)) = used.calls.first() {
                let by = &cx.ir.funcs[caller];
                report = report.related(by.file, cx.span_of(by, call), "called here, not deferred");
            }
            report.push(sink);
            continue;
        }
        for &(caller, call) in &used.calls {
            let by = &cx.ir.funcs[caller];
            if uses
                .get(&caller)
                .is_some_and(|uses| uses.deferred && !uses.escapes && uses.calls.is_empty())
            {
                report_call(cx, by, call, func, at, sink);
            }
        }
    }
}

/// Goroutines that panic, started by a function whose deferred recover is meant for that.
fn other_goroutines(cx: &RuleContext<'_>, recovering: &[FuncId], sink: &mut Vec<Finding>) {
    let deferred = |func: &Func| {
        func.values.iter_enumerated().find_map(|(id, value)| {
            let Op::Defer(call) = &value.op else { return None };
            let called = cx.called_function(func, call)?;
            recovering.contains(&called).then_some(id)
        })
    };
    for spawn in spawns(cx) {
        let (by, body) = (&cx.ir.funcs[spawn.by], &cx.ir.funcs[spawn.body]);
        // A group may hand a panic on to whoever waits for it.
        let is_go = matches!(by.op(spawn.site), Op::Go(_));
        if !is_go || cx.files[by.file].is_test || body.parent != Some(spawn.by) || deferred(body).is_some() {
            continue;
        }
        // Another deferred function may recover where it is not seen.
        let is_open = body.values.iter().any(|value| match &value.op {
            Op::Defer(call) => {
                let is_sync = |symbol: &str| symbol.starts_with("sync.(");
                !matches!(call.callee, Callee::Builtin(_))
                    && cx.called_function(body, call).is_none()
                    && !cx.callee_symbol(call).as_deref().is_some_and(is_sync)
            }
            _ => false,
        });
        let Some(recover) = deferred(by).filter(|_| !is_open) else {
            continue;
        };
        let panics = body.blocks.iter_enumerated().find_map(|(block, node)| match node.end {
            Terminator::Panic(value) if block.index() == 0 || !node.preds.is_empty() => panic_call(cx, body, value),
            _ => None,
        });
        let Some(panics) = panics else { continue };
        cx.report(
            &RULE.info,
            body.file,
            panics,
            "nothing recovers this panic: the goroutine has no deferred recover of its own",
        )
        .related(by.file, cx.span_of(by, recover), "this one is for the goroutine that started it only")
        .why("a panic unwinds the stack of its own goroutine; deferred functions of others do not run, and the process ends")
        .action("defer a function that recovers in the goroutine, or return an error instead")
        .push(sink);
    }
}

/// The call `panic(…)` with this argument.
fn panic_call(cx: &RuleContext<'_>, body: &Func, argument: ValueId) -> Option<Span> {
    let pos = body.values[argument].pos;
    let calls = cx.files[body.file].tree.exprs.iter().filter(|expr| {
        matches!(expr.kind, ExprKind::Call { .. })
            && expr.span.end > pos
            && body.span.contains(expr.span.start)
            && cx.source(body.file, expr.span).starts_with("panic(")
    });
    calls.map(|expr| expr.span).min_by_key(|span| span.end)
}

fn report_call(cx: &RuleContext<'_>, by: &Func, call: ValueId, func: &Func, at: ValueId, sink: &mut Vec<Finding>) {
    let message = format!(
        "`{}` cannot recover here: it is called by the deferred function, not deferred itself",
        func.name
    );
    cx.report(&RULE.info, by.file, cx.span_of(by, call), message)
        .related(func.file, cx.span_of(func, at), "this recover returns nil then")
        .why("recover works only when a deferred function calls it directly")
        .action(format!("defer `{}` itself", func.name))
        .push(sink);
}

/// The first call of `recover` in a function.
fn recovers(func: &Func) -> Option<ValueId> {
    func.blocks
        .iter()
        .flat_map(|block| &block.values)
        .copied()
        .find(|&value| matches!(func.op(value), Op::Call(call) if call.callee == Callee::Builtin(Builtin::Recover)))
}

fn uses(cx: &RuleContext<'_>) -> FxHashMap<FuncId, Uses> {
    let mut uses: FxHashMap<FuncId, Uses> = FxHashMap::default();
    let started: FxHashSet<FuncId> = spawns(cx).iter().map(|spawn| spawn.body).collect();
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        if (matches!(func.name.as_str(), "main" | "init") || func.name.starts_with("init.")) && func.parent.is_none() {
            uses.entry(id).or_default();
        }
        // Where a function value is called, it does not go elsewhere by that.
        let mut callees: FxHashSet<(ValueId, ValueId)> = FxHashSet::default();
        for (at, value) in func.values.iter_enumerated() {
            let (Op::Call(call) | Op::Go(call) | Op::Defer(call)) = &value.op else {
                continue;
            };
            if let Callee::Value(callee) = call.callee {
                callees.insert((at, callee));
            }
            let Some(target) = cx.called_function(func, call) else {
                continue;
            };
            let target = uses.entry(target).or_default();
            match &value.op {
                Op::Defer(_) => target.deferred = true,
                Op::Go(_) => target.goroutine = true,
                _ => target.calls.push((id, at)),
            }
        }
        for (at, value) in func.values.iter_enumerated() {
            value.op.for_each_operand(|operand| {
                if callees.contains(&(at, operand)) {
                    return;
                }
                if let Some(target) = cx.known_function(func, operand)
                    && matches!(
                        func.op(operand),
                        Op::Closure { .. } | Op::Func(_) | Op::BoundMethod { .. }
                    )
                {
                    let uses = uses.entry(target).or_default();
                    if started.contains(&target) {
                        uses.goroutine = true;
                    } else {
                        uses.escapes = true;
                    }
                }
            });
        }
        for block in func.blocks.iter() {
            if let gosleuth_ir::Terminator::Return(values) = &block.end {
                for &value in values {
                    if let Some(target) = cx.known_function(func, value) {
                        uses.entry(target).or_default().escapes = true;
                    }
                }
            }
        }
    }
    uses
}
