use gosleuth_base::{Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_syntax::ast::{ExprId, ExprKind, Span, StmtId, StmtKind};

use crate::context::RuleContext;
use crate::rule::rule;
use crate::syntax::{call_symbol, statement_lists};

rule! {
    /// ## What it does
    ///
    /// Finds `wg.Add(1)` with a goroutine behind it whose first statement is `defer wg.Done()`, in modules of Go 1.25 or later.
    ///
    /// ## Why it is bad
    ///
    /// It is not wrong. `wg.Go` does the same in one call, and the two that belong together cannot be separated by the next change: an `Add` that
    /// comes too late and a `Done` that is missing are what most counters that never reach zero come from.
    ///
    /// ## Example
    ///
    /// ```go
    /// func each(items []string, work func(string)) {
    ///     var wg sync.WaitGroup
    ///     for _, item := range items {
    ///         wg.Add(1)
    ///         go func() {
    ///             defer wg.Done()
    ///             work(item)
    ///         }()
    ///     }
    ///     wg.Wait()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func each(items []string, work func(string)) {
    ///     var wg sync.WaitGroup
    ///     for _, item := range items {
    ///         wg.Go(func() {
    ///             work(item)
    ///         })
    ///     }
    ///     wg.Wait()
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Only the plain pattern: `Add(1)` right before the goroutine, a literal, and `Done` deferred first.
    ///
    /// ## Version notes
    ///
    /// Says nothing below Go 1.25, which does not have `WaitGroup.Go`.
    RuleInfo {
        code: RuleCode::new(Family::Advice, 3),
        name: "use-wg-go",
        summary: "`WaitGroup.Go` does what `Add` and `Done` do here",
        set: RuleSet::Advice,
        severity: Severity::Advice,
        fix: FixAvailability::Suggest,
        symptoms: &[Symptom::Wait("sync.WaitGroup.Wait")],
    }
}

/// The first version with `WaitGroup.Go`.
const HAS_GO: u32 = 25;

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for (index, file) in cx.files.iter().enumerate() {
        if file.go_minor < HAS_GO {
            continue;
        }
        for list in statement_lists(file.tree) {
            for pair in list.windows(2) {
                look(cx, index, pair[0], pair[1], sink);
            }
        }
    }
}

/// The receiver's text of a call of a method of WaitGroup, and the arguments.
fn of_group<'a>(cx: &RuleContext<'a>, index: usize, call: ExprId, method: &str) -> Option<(&'a str, &'a [ExprId])> {
    let tree = cx.files[index].tree;
    let ExprKind::Call { fun, args, .. } = tree.exprs[call].kind else {
        return None;
    };
    if &*call_symbol(cx, index, fun) != method {
        return None;
    }
    match tree.exprs[fun].kind {
        ExprKind::Selector { x, .. } => Some((cx.source(index, tree.exprs[x].span), tree.exprs(args))),
        _ => None,
    }
}

fn look(cx: &RuleContext<'_>, index: usize, add: StmtId, start: StmtId, sink: &mut Vec<Finding>) {
    let tree = cx.files[index].tree;
    let (StmtKind::Expr(add_call), StmtKind::Go(go_call)) = (tree.stmts[add].kind, tree.stmts[start].kind) else {
        return;
    };
    let Some((group, &[one])) = of_group(cx, index, add_call, "sync.(*WaitGroup).Add") else {
        return;
    };
    if cx.source(index, tree.exprs[one].span) != "1" {
        return;
    }
    let ExprKind::Call { fun, args, .. } = tree.exprs[go_call].kind else {
        return;
    };
    let ExprKind::FuncLit { ty, body } = tree.exprs[fun].kind else {
        return;
    };
    let statements = tree.block(body);
    let Some(&first) = statements.first() else { return };
    let StmtKind::Defer(done) = tree.stmts[first].kind else {
        return;
    };
    if of_group(cx, index, done, "sync.(*WaitGroup).Done").is_none_or(|(other, _)| other != group) {
        return;
    }
    let span = Span::new(tree.stmts[add].span.start, tree.stmts[start].span.start + 2);
    let mut report = cx
        .report(
            &RULE.info,
            index,
            Span::new(span.start, tree.stmts[add].span.end),
            format!("`{group}.Go` does what this `Add` and the `Done` below do"),
        )
        .related(index, tree.stmts[first].span, "the `Done` of this goroutine")
        .why("an `Add` and a `Done` that stand apart are easily separated; `Go` cannot be counted wrong")
        .action(format!("use `{group}.Go(func() {{ … }})`"));
    let is_plain = tree.exprs(args).is_empty() && tree.fields(tree.func_types[ty].params).is_empty();
    let second = statements.get(1).map(|&stmt| tree.stmts[stmt].span.start);
    if let Some(second) = second.filter(|_| is_plain) {
        let between = Span::new(tree.stmts[add].span.end, tree.stmts[start].span.start);
        let behind_done = Span::new(tree.stmts[first].span.end, second);
        let literal = tree.exprs[fun].span;
        let call = tree.exprs[go_call].span;
        let is_blank = |span: Span| cx.source(index, span).trim().is_empty();
        if is_blank(between) && is_blank(behind_done) {
            let begin = format!("{group}.Go(");
            let edits = [
                (
                    index,
                    Span::new(tree.stmts[add].span.start, literal.start),
                    begin.as_str(),
                ),
                (index, Span::new(tree.stmts[first].span.start, second), ""),
                (index, Span::new(literal.end, call.end), ")"),
            ];
            report = report.fix(FixSafety::Suggest, format!("use `{group}.Go`"), edits);
        }
    }
    report.push(sink);
}
