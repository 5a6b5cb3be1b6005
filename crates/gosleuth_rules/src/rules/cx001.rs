use gosleuth_base::{Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Func, Op, ValueId};
use gosleuth_syntax::ast::{ExprId, ExprKind, Span, StmtId, StmtKind};

use crate::context::{OWN, RuleContext};
use crate::flow::{Follow, Held, Lost, Slot, Step, end_pos, follow, in_loop, position, results};
use crate::handed::is_left_alone;
use crate::models::Behaviour;
use crate::rule::rule;
use crate::syntax::is_program;

rule! {
    /// ## What it does
    ///
    /// Finds paths on which the cancel function of `context.WithCancel`, `WithTimeout`, `WithDeadline` (and their `Cause` forms) or the stop
    /// function of `signal.NotifyContext` is neither called nor handed on.
    ///
    /// ## Why it is bad
    ///
    /// Until the cancel function is called or the parent ends, the parent keeps the child, its timer and whatever waits for it.
    ///
    /// ## Example
    ///
    /// ```go
    /// func load(ctx context.Context, ready bool) error {
    ///     ctx, cancel := context.WithTimeout(ctx, time.Second)
    ///     if !ready {
    ///         return errors.New("not ready")
    ///     }
    ///     defer cancel()
    ///     <-ctx.Done()
    ///     return ctx.Err()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func load(ctx context.Context, ready bool) error {
    ///     ctx, cancel := context.WithTimeout(ctx, time.Second)
    ///     defer cancel()
    ///     if !ready {
    ///         return errors.New("not ready")
    ///     }
    ///     <-ctx.Done()
    ///     return ctx.Err()
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Any use of the cancel function counts as handing it on: storing it, returning it, capturing it, passing it to a function that is not
    /// known to ignore it. Paths that end in a panic
    /// or end the process are not looked at, and neither is `main`, whose end is that of the process.
    ///
    /// ## Version notes
    ///
    /// `WithCancelCause` exists from Go 1.20, `WithTimeoutCause` and `WithDeadlineCause` from 1.21.
    RuleInfo {
        code: RuleCode::new(Family::Contexts, 1),
        name: "lost-cancel",
        summary: "a cancel function is not called on some path",
        set: RuleSet::Default,
        severity: Severity::Warning,
        fix: FixAvailability::Safe,
        symptoms: &[Symptom::Other("timers and children that stay registered with their parent: heap growth")],
    }
}

/// Nothing is known of the cancel function but whether it is used. A function that does nothing with it does not use it.
struct AnyUse<'c, 'a> {
    cx: &'c RuleContext<'a>,
    func: &'c Func,
}

impl Follow for AnyUse<'_, '_> {
    fn used(&mut self, held: &Held, user: ValueId, _: Slot) -> Step {
        match self.func.op(user) {
            Op::Call(call) | Op::Defer(call)
                if is_left_alone(
                    self.cx,
                    OWN,
                    self.func,
                    call,
                    &|value| held.slot(value).is_some(),
                    &|_, _, _| false,
                ) =>
            {
                Step::Go
            }
            _ => Step::Settled,
        }
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for func in cx.ir.funcs.iter() {
        let is_main = func.name == "main" && func.parent.is_none() && is_program(cx);
        for (id, value) in func.values.iter_enumerated() {
            let Op::Call(call) = &value.op else { continue };
            let models = cx.call_models(call);
            let Some(model) = models.iter().find(|model| model.behaviour == Behaviour::Cancel) else {
                continue;
            };
            // `return context.WithCancel(ctx)` hands both on.
            let Some(&cancel) = results(func, id).get(&model.argument) else {
                continue;
            };
            match follow(cx, func, id, &[(cancel, 0)], &mut AnyUse { cx, func }) {
                Some(Lost::Return(_)) if is_main => {}
                Some(lost) => report(cx, func, id, cancel, lost, sink),
                None => {}
            }
        }
    }
}

fn report(cx: &RuleContext<'_>, func: &Func, call: ValueId, cancel: ValueId, lost: Lost, sink: &mut Vec<Finding>) {
    let span = cx.span_of(func, call);
    let assigned = assignment(cx, func, span);
    let name = assigned.and_then(|(_, lhs)| variable_name(cx, func, lhs));
    let shown = name.unwrap_or("the cancel function");
    let (message, end) = match lost {
        _ if name == Some("_") => ("the cancel function is thrown away".to_owned(), None),
        Lost::Return(block) => (
            format!("`{shown}` is not called on every path"),
            Some((end_pos(func, block), "returns here without calling it")),
        ),
        Lost::Again(block) => (
            format!("`{shown}` is not called before the loop makes another one"),
            Some((end_pos(func, block), "goes on here without calling it")),
        ),
    };
    let mut report = cx
        .report(&RULE.info, func.file, span, message)
        .why("the parent keeps the child context and its timer until cancel is called or the parent itself ends")
        .action("call it on every path, best with `defer` right behind this");
    if let Some((pos, label)) = end.filter(|&(pos, _)| pos > span.end) {
        let length = cx.source(func.file, Span::new(pos, pos + 6));
        let end = if length == "return" { pos + 6 } else { pos + 1 };
        report = report.related(func.file, Span::new(pos, end), label);
    }
    if let Some((stmt, _)) = assigned
        && let Some(name) = name.filter(|&name| name != "_")
        && position(func, call).is_some_and(|(block, _)| !in_loop(func, block))
        && is_only_called(func, cancel)
    {
        let file = &cx.files[func.file];
        let end = file.tree.stmts[stmt].span.end;
        let indent = cx.indentation(func.file, span.start);
        let in_list = crate::syntax::statement_lists(file.tree).any(|list| list.contains(&stmt));
        // The line must end here, and nothing on it may be lost.
        let rest = file.text.get(end as usize..).unwrap_or(&[]);
        let line_ends = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r')) == Some(&b'\n');
        if in_list && line_ends {
            let safety = if keeps_context(cx, func, call) {
                FixSafety::Suggest
            } else {
                FixSafety::Safe
            };
            let takes_cause = cx.is_type(func.values[cancel].ty, "context", "CancelCauseFunc");
            let deferred = format!("defer {name}({})", if takes_cause { "nil" } else { "" });
            let text = format!("\n{indent}{deferred}");
            let title = format!("add `{deferred}`");
            report = report.fix(safety, title, [(func.file, Span::new(end, end), text.as_str())]);
        }
    }
    report.push(sink);
}

/// Whether nothing but calls is made of a cancel function. One that is kept elsewhere on some path is called later there, on purpose.
fn is_only_called(func: &Func, cancel: ValueId) -> bool {
    let hands_on = |value: &gosleuth_ir::Value| match &value.op {
        Op::Call(call) | Op::Defer(call) => call.args.contains(&cancel),
        op => {
            let mut uses = false;
            op.for_each_operand(|operand| uses |= operand == cancel);
            uses
        }
    };
    let returns = func.blocks.iter().any(|block| match &block.end {
        gosleuth_ir::Terminator::Return(values) => values.contains(&cancel),
        _ => false,
    });
    !returns && !func.values.iter().any(hands_on)
}

/// Whether the context may be used when the function has returned, so that a deferred cancel would come too early.
fn keeps_context(cx: &RuleContext<'_>, func: &Func, call: ValueId) -> bool {
    /// Whatever hands the context to somebody who may keep it.
    struct Kept<'f> {
        func: &'f Func,
        kept: bool,
    }
    impl Follow for Kept<'_> {
        fn used(&mut self, _: &Held, user: ValueId, _: Slot) -> Step {
            match self.func.op(user) {
                Op::Store { .. } | Op::Go(_) | Op::Closure { .. } | Op::Send { .. } | Op::MapSet { .. } => {
                    self.kept = true;
                    Step::Settled
                }
                _ => Step::Go,
            }
        }
        fn returned(&mut self, _: Slot) -> Step {
            self.kept = true;
            Step::Settled
        }
    }
    let Some(&context) = results(func, call).get(&0) else {
        return true;
    };
    let mut kept = Kept { func, kept: false };
    follow(cx, func, call, &[(context, 0)], &mut kept);
    // A call may return or keep something that refers to the context.
    let returns_something = matches!(cx.query.ty(func.sig), gosleuth_types::Type::Func(sig)
        if cx.query.world.types.list(sig.results).iter().any(|&ty| may_hold_context(cx, ty)));
    kept.kept || returns_something
}

/// Results that can refer to a context: all but errors and plain values.
fn may_hold_context(cx: &RuleContext<'_>, ty: gosleuth_types::TypeId) -> bool {
    use gosleuth_types::Type;
    !matches!(cx.under(ty), Type::Basic(_))
        && cx.type_name(ty) != Some(("", "error"))
        && !matches!(cx.under(ty), Type::Slice(elem) if matches!(cx.under(*elem), Type::Basic(_)))
}

/// The assignment that takes the results of the call, and its second left side.
fn assignment(cx: &RuleContext<'_>, func: &Func, call: Span) -> Option<(StmtId, ExprId)> {
    let tree = cx.files[func.file].tree;
    tree.stmts.iter_enumerated().find_map(|(id, stmt)| {
        if !matches!(stmt.kind, StmtKind::Assign { .. }) {
            return None;
        }
        match tree.sides(stmt.kind) {
            (&[_, cancel], &[value]) if tree.exprs[value].span == call => Some((id, cancel)),
            _ => None,
        }
    })
}

fn variable_name<'a>(cx: &RuleContext<'a>, func: &Func, expr: ExprId) -> Option<&'a str> {
    let tree = cx.files[func.file].tree;
    match tree.exprs[expr].kind {
        ExprKind::Ident(ident) => Some(tree.name(ident)),
        _ => None,
    }
}
