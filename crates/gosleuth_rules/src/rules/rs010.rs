use gosleuth_base::{Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Op, ValueId};
use gosleuth_syntax::ast::{ExprId, ExprKind, Span};
use gosleuth_types::ConstValue;

use crate::context::RuleContext;
use crate::goroutines::arguments;
use crate::origins::{Origin, Origins, call_of};
use crate::rule::rule;
use crate::syntax::calls;

rule! {
    /// ## What it does
    ///
    /// Finds channels without a buffer that are given to `signal.Notify`, and calls of `Shutdown` of an HTTP server with a context that never
    /// ends.
    ///
    /// ## Why it is bad
    ///
    /// `signal.Notify` does not wait for a receiver: a signal that comes while the program is not receiving is lost, and the program does not
    /// stop. `Shutdown` waits for every request that is being served: one that does not end keeps the process until it is killed.
    ///
    /// ## Example
    ///
    /// ```go
    /// func wait() {
    ///     signals := make(chan os.Signal)
    ///     signal.Notify(signals, os.Interrupt)
    ///     <-signals
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func wait() {
    ///     signals := make(chan os.Signal, 1)
    ///     signal.Notify(signals, os.Interrupt)
    ///     <-signals
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// The channel and the context are followed through variables, fields, and parameters and results of functions of the package; a place that
    /// gets several channels is left out unless all of them have no buffer. Calls of `Shutdown` in tests are left out.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Resources, 10),
        name: "no-graceful-shutdown",
        summary: "a signal can be lost, or a shutdown can wait for ever",
        set: RuleSet::Default,
        severity: Severity::Warning,
        fix: FixAvailability::Safe,
        symptoms: &[Symptom::Other("a process that does not end when it is told to")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let mut origins = None;
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        for (value, node) in func.values.iter_enumerated() {
            let Some(call) = call_of(&node.op) else { continue };
            let Some(symbol) = cx.callee_symbol(call) else { continue };
            let judge = match &*symbol {
                "os/signal.Notify" => signal,
                "net/http.(*Server).Shutdown" if !cx.files[func.file].is_test => shutdown,
                _ => continue,
            };
            let Some(&argument) = arguments(cx, call).first() else {
                continue;
            };
            let found = origins.get_or_insert_with(|| Origins::new(cx)).of(id, argument);
            judge(cx, (id, value), &found, sink);
        }
    }
}

/// A call of `signal.Notify` with a channel from these places.
fn signal(cx: &RuleContext<'_>, (id, site): Origin, origins: &[Origin], sink: &mut Vec<Finding>) {
    let makes: Vec<_> = origins.iter().filter(|&&origin| !is_zero(cx, origin)).collect();
    if makes.is_empty() || !makes.iter().all(|&&origin| is_unbuffered(cx, origin)) {
        return;
    }
    let func = &cx.ir.funcs[id];
    let mut report = cx
        .report(
            &RULE.info,
            func.file,
            cx.span_of(func, site),
            "a signal that comes while nobody receives from this channel is lost",
        )
        .why("the channel has no buffer, and `signal.Notify` does not wait for a receiver")
        .action("make the channel with a buffer of 1");
    let mut edits = Vec::new();
    for &&(made_in, make) in &makes {
        let maker = &cx.ir.funcs[made_in];
        let pos = maker.values[make].pos;
        let Some((span, edit)) = make_at(cx, maker.file, pos) else {
            continue;
        };
        report = report.related(maker.file, span, "made without a buffer");
        edits.extend(edit.map(|(span, text)| (maker.file, span, text)));
    }
    if edits.len() == makes.len() {
        report = report.fix(FixSafety::Safe, "give the channel a buffer of 1", edits);
    }
    report.push(sink);
}

/// A call of `Shutdown` with a context from these places.
fn shutdown(cx: &RuleContext<'_>, (id, site): Origin, origins: &[Origin], sink: &mut Vec<Finding>) {
    let is_endless = |&(id, value): &Origin| match cx.ir.funcs[id].op(value) {
        Op::Call(call) => {
            let symbol = cx.callee_symbol(call);
            matches!(symbol.as_deref(), Some("context.Background" | "context.TODO"))
        }
        _ => false,
    };
    if origins.is_empty() || !origins.iter().all(is_endless) {
        return;
    }
    let func = &cx.ir.funcs[id];
    cx.report(
        &RULE.info,
        func.file,
        cx.span_of(func, site),
        "this shutdown can wait for ever",
    )
    .why("it waits for every request that is being served, and its context never ends")
    .action("give it a context with a timeout, and call `Close` when that passes")
    .push(sink);
}

fn is_zero(cx: &RuleContext<'_>, (id, value): Origin) -> bool {
    matches!(cx.ir.funcs[id].op(value), Op::Zero)
}

/// Whether a value is a channel that is made here, without a buffer.
fn is_unbuffered(cx: &RuleContext<'_>, (id, value): Origin) -> bool {
    let func = &cx.ir.funcs[id];
    let is_nothing = |capacity: ValueId| matches!(func.op(capacity), Op::Zero | Op::Const(ConstValue::Int(0)));
    match *func.op(value) {
        Op::MakeChan { capacity } => capacity.is_none_or(is_nothing),
        _ => false,
    }
}

/// The call of `make` at an offset, and the edit that gives its channel a buffer, if the capacity is not named.
fn make_at(cx: &RuleContext<'_>, file: usize, pos: u32) -> Option<(Span, Option<(Span, &'static str)>)> {
    let tree = cx.files[file].tree;
    let is_make = |fun: ExprId| matches!(tree.exprs[fun].kind, ExprKind::Ident(ident) if tree.name(ident) == "make");
    let (call, _, args) = calls(tree, Span::new(0, u32::MAX))
        .filter(|&(call, fun, _)| is_make(fun) && tree.exprs[call].span.contains(pos))
        .min_by_key(|&(call, ..)| tree.exprs[call].span.end - tree.exprs[call].span.start)?;
    let edit = match *args {
        [ty] => {
            let end = tree.exprs[ty].span.end;
            Some((Span::new(end, end), ", 1"))
        }
        [_, capacity] if matches!(tree.exprs[capacity].kind, ExprKind::Literal(_)) => {
            Some((tree.exprs[capacity].span, "1"))
        }
        _ => None,
    };
    Some((tree.exprs[call].span, edit))
}
