use gosleuth_base::{Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_syntax::ast::{AssignOp, ExprId, ExprKind, Span, StmtKind};
use gosleuth_types::{ObjKind, VarKind};

use crate::context::RuleContext;
use crate::contexts::{CallWithContext, calls_with_context, is_cleanup, is_empty_context};
use crate::rule::rule;
use crate::syntax::{self, call_symbol, calls};

rule! {
    /// ## What it does
    ///
    /// Finds contexts that are derived from `context.Background()` where a context is at hand, and functions given to an `errgroup.Group` that
    /// use the parent context instead of the one of the group.
    ///
    /// ## Why it is bad
    ///
    /// Cancelling the parent does not reach the child, and the first error of a group does not reach its other functions: work goes on that
    /// nobody waits for.
    ///
    /// ## Example
    ///
    /// ```go
    /// func load(ctx context.Context) error {
    ///     child, cancel := context.WithTimeout(context.Background(), time.Second)
    ///     defer cancel()
    ///     <-child.Done()
    ///     return child.Err()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func load(ctx context.Context) error {
    ///     child, cancel := context.WithTimeout(ctx, time.Second)
    ///     defer cancel()
    ///     <-child.Done()
    ///     return child.Err()
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Function literals, deferred calls, what comes behind a receive from `Done`, functions whose names say that they clean up, and tests are
    /// left out.
    ///
    /// ## Version notes
    ///
    /// `context.WithoutCancel`, for work that has to go on, exists from Go 1.21.
    RuleInfo {
        code: RuleCode::new(Family::Contexts, 6),
        name: "child-not-derived",
        summary: "a context is not derived from the one at hand",
        set: RuleSet::Default,
        severity: Severity::Warning,
        fix: FixAvailability::Suggest,
        symptoms: &[Symptom::Other("goroutines that go on after their caller was cancelled")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    calls_with_context(cx, |call| derived(cx, call, sink));
    for index in 0..cx.files.len() {
        if !cx.files[index].is_test {
            groups(cx, index, sink);
        }
    }
}

/// A context that is derived from an empty one.
fn derived(cx: &RuleContext<'_>, call: &CallWithContext<'_>, sink: &mut Vec<Finding>) {
    let &CallWithContext {
        index, context, span, ..
    } = call;
    let symbol = call_symbol(cx, index, call.fun);
    let derives = symbol.starts_with("context.With") && &*symbol != "context.WithoutCancel";
    let starts = matches!(
        &*symbol,
        "golang.org/x/sync/errgroup.WithContext" | "os/signal.NotifyContext"
    );
    let Some(&parent) = call.args.first().filter(|_| derives || starts) else {
        return;
    };
    if !is_empty_context(cx, index, parent)
        || is_cleanup(&function_name(cx, index, call.function.span))
        || is_stored(cx, index, span)
        || call.is_late(cx)
    {
        return;
    }
    let parent = cx.files[index].tree.exprs[parent].span;
    cx.report(
        &RULE.info,
        index,
        span,
        format!("this context is not derived from `{}`", context.text),
    )
    .related(index, context.span, format!("`{}` is at hand", context.text))
    .why("cancelling the caller does not reach it, and values and deadlines are lost")
    .action(format!(
        "derive it from `{}`, or from `context.WithoutCancel({})` if it has to go on",
        context.text, context.text
    ))
    .fix(
        FixSafety::Suggest,
        format!("derive it from `{}`", context.text),
        [(index, parent, context.text.as_str())],
    )
    .push(sink);
}

/// Whether the results go to a field or package-level variable: what is kept there is to outlive the call.
fn is_stored(cx: &RuleContext<'_>, index: usize, call: Span) -> bool {
    let file = &cx.files[index];
    let tree = file.tree;
    tree.stmts.iter().any(|stmt| match tree.sides(stmt.kind) {
        (lhs @ [_, ..], &[value]) if tree.exprs[value].span == call => {
            lhs.iter().any(|&place| match tree.exprs[place].kind {
                ExprKind::Selector { .. } | ExprKind::Index { .. } => true,
                ExprKind::Ident(ident) => file.info.object_of(ident).is_some_and(|obj| {
                    matches!(
                        cx.query.object(obj).map(|object| &object.kind),
                        Some(ObjKind::Var(VarKind::Package))
                    )
                }),
                _ => false,
            })
        }
        _ => false,
    })
}

fn function_name(cx: &RuleContext<'_>, index: usize, body: Span) -> String {
    cx.function_at(index, body.start)
        .rsplit('.')
        .next()
        .unwrap_or("")
        .to_owned()
}

/// Functions of an errgroup that use the context around instead of that of the group.
fn groups(cx: &RuleContext<'_>, index: usize, sink: &mut Vec<Finding>) {
    let file = &cx.files[index];
    let tree = file.tree;
    for stmt in tree.stmts.iter() {
        let StmtKind::Assign {
            op: AssignOp::Define, ..
        } = stmt.kind
        else {
            continue;
        };
        let (&[group, child], &[call]) = tree.sides(stmt.kind) else {
            continue;
        };
        let ExprKind::Call { fun, args, .. } = tree.exprs[call].kind else {
            continue;
        };
        if &*call_symbol(cx, index, fun) != "golang.org/x/sync/errgroup.WithContext" {
            continue;
        }
        let parent = tree
            .exprs(args)
            .first()
            .and_then(|&parent| syntax::variable(file, parent));
        let (Some(group), Some(child_obj), Some(parent)) = (variable(file, group), variable(file, child), parent)
        else {
            continue;
        };
        if child_obj == parent {
            continue;
        }
        for (_, fun, args) in calls(tree, Span::new(stmt.span.end, u32::MAX)) {
            let ExprKind::Selector { x, .. } = tree.exprs[fun].kind else {
                continue;
            };
            let is_go = cx
                .named_callee(index, fun)
                .is_some_and(|obj| matches!(cx.name_of(obj), "Go" | "TryGo"));
            if !is_go || variable(file, x) != Some(group) {
                continue;
            }
            let Some(&literal) = args.first() else { continue };
            let inside = tree.exprs[literal].span;
            let uses_child = !syntax::uses(file, child_obj, inside).is_empty();
            if let Some(&used) = syntax::uses(file, parent, inside).first().filter(|_| !uses_child) {
                let name = cx.name_of(child_obj);
                let span = tree.ident_span(used);
                cx.report(
                    &RULE.info,
                    index,
                    span,
                    "this function of the group uses the parent context",
                )
                .related(index, tree.exprs[child].span, "the context of the group")
                .why("the first error of the group cancels the context of the group, not this one")
                .action(format!("use `{name}`"))
                .fix(FixSafety::Suggest, format!("use `{name}`"), [(index, span, name)])
                .push(sink);
            }
        }
    }
}

fn variable(file: &crate::RuleFile<'_>, expr: ExprId) -> Option<gosleuth_types::ObjRef> {
    syntax::variable(file, expr)
}
