use gosleuth_base::{Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Func, Op};
use gosleuth_syntax::ast::{ExprKind, Span, StmtId, StmtKind};

use crate::context::RuleContext;
use crate::explored;
use crate::flow::{has, in_loop};
use crate::models::Behaviour;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds `Cond.Wait` outside a loop, in functions that take the lock themselves.
    ///
    /// ## Why it is bad
    ///
    /// When `Wait` returns, the lock was given up in between: the condition may be false again, or may have been true for another waiter.
    /// Without a loop the code goes on although what it waited for does not hold, or waits although it holds already.
    ///
    /// ## Example
    ///
    /// ```go
    /// type queue struct {
    ///     mu    sync.Mutex
    ///     cond  *sync.Cond
    ///     items []int
    /// }
    ///
    /// func (q *queue) take() int {
    ///     q.mu.Lock()
    ///     defer q.mu.Unlock()
    ///     if len(q.items) == 0 {
    ///         q.cond.Wait()
    ///     }
    ///     item := q.items[0]
    ///     q.items = q.items[1:]
    ///     return item
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// type queue struct {
    ///     mu    sync.Mutex
    ///     cond  *sync.Cond
    ///     items []int
    /// }
    ///
    /// func (q *queue) take() int {
    ///     q.mu.Lock()
    ///     defer q.mu.Unlock()
    ///     for len(q.items) == 0 {
    ///         q.cond.Wait()
    ///     }
    ///     item := q.items[0]
    ///     q.items = q.items[1:]
    ///     return item
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// A function that waits under a lock its caller holds may be called in a loop, and is not reported; nor are tests, which
    /// arrange their signals. Lost signals, and `Signal` where
    /// `Broadcast` is needed, are not found.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Deadlocks, 9),
        name: "cond-misuse",
        summary: "`Cond.Wait` is called outside a loop that checks the condition",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::Safe,
        symptoms: &[Symptom::Wait("sync.Cond.Wait")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    // Tests know who signals.
    for func in cx.ir.funcs.iter().filter(|func| !cx.files[func.file].is_test) {
        for (block_id, block) in func.blocks.iter_enumerated() {
            for &value in &block.values {
                let Op::Call(call) = func.op(value) else { continue };
                let is_wait = cx
                    .callee_symbol(call)
                    .is_some_and(|symbol| &*symbol == "sync.(*Cond).Wait");
                if !is_wait || in_loop(func, block_id) || !locks(cx, func) {
                    continue;
                }
                let span = cx.span_of(func, value);
                let mut report = cx
                    .report(
                        &RULE.info,
                        func.file,
                        span,
                        "this Wait is not in a loop that checks the condition",
                    )
                    .why("the lock is free while it waits, so what it waited for need not hold when it returns")
                    .action("wait in a loop: `for !condition { c.Wait() }`");
                if let Some(keyword) = only_in_if(cx, func, span) {
                    let edit = [(func.file, keyword, "for")];
                    report = report.fix(FixSafety::Safe, "make the `if` a `for`", edit);
                }
                report.push(sink);
            }
        }
    }
    explored::report(cx, &RULE.info, sink);
}

/// Whether a function takes a lock itself.
fn locks(cx: &RuleContext<'_>, func: &Func) -> bool {
    func.values
        .iter()
        .any(|value| matches!(&value.op, Op::Call(call) if has(cx.call_models(call), Behaviour::Lock)))
}

/// The keyword of an `if` that does nothing but wait.
fn only_in_if(cx: &RuleContext<'_>, func: &Func, wait: Span) -> Option<Span> {
    let tree = cx.files[func.file].tree;
    let is_wait = |stmt: StmtId| match tree.stmts[stmt].kind {
        StmtKind::Expr(expr) => tree.exprs[expr].span == wait && matches!(tree.exprs[expr].kind, ExprKind::Call { .. }),
        _ => false,
    };
    let is_else = |start: u32| {
        tree.stmts
            .iter()
            .any(|stmt| matches!(stmt.kind, StmtKind::If { els: Some(els), .. } if tree.stmts[els].span.start == start))
    };
    tree.stmts.iter().find_map(|stmt| match stmt.kind {
        StmtKind::If {
            init: None,
            then,
            els: None,
            ..
        } if matches!(tree.block(then), &[only] if is_wait(only)) && !is_else(stmt.span.start) => {
            Some(Span::new(stmt.span.start, stmt.span.start + 2))
        }
        _ => None,
    })
}
