use gosleuth_base::{
    Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom,
};
use gosleuth_syntax::ast::{ExprKind, Span};

use crate::context::RuleContext;
use crate::contexts::{CallWithContext, calls_with_context, is_cleanup, is_empty_context};
use crate::models::Behaviour;
use crate::rule::rule;
use crate::syntax::{self, call_symbol, calls};

rule! {
    /// ## What it does
    ///
    /// Finds calls in a function with a context (or an HTTP request) that do not get it: `context.Background()` or `context.TODO()` as an
    /// argument, and `http.NewRequest`, `exec.Command`, `db.Query` and others that have a twin with a context.
    ///
    /// ## Why it is bad
    ///
    /// The caller gives up, and the call goes on: it waits past the deadline and holds what it holds.
    ///
    /// ## Example
    ///
    /// ```go
    /// func load(ctx context.Context, url string) (*http.Request, error) {
    ///     return http.NewRequest(http.MethodGet, url, nil)
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func load(ctx context.Context, url string) (*http.Request, error) {
    ///     return http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Function literals, deferred calls, what comes behind a receive from `Done`, and calls of functions whose names say that they clean up
    /// are left out: there another context can be right. So are tests, and functions that compare their context.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Contexts, 4),
        name: "context-not-propagated",
        summary: "a call does not get the context that is at hand",
        set: RuleSet::Default,
        severity: Severity::Warning,
        fix: FixAvailability::Safe,
        symptoms: &[Symptom::Suspect(SuspectKind::BlockedIo), Symptom::Other("calls that wait past the deadline of their caller")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    calls_with_context(cx, |call| {
        without_context(cx, call, sink);
        background(cx, call, sink);
    });
}

/// A call of a function whose twin takes a context.
fn without_context(cx: &RuleContext<'_>, call: &CallWithContext<'_>, sink: &mut Vec<Finding>) {
    let &CallWithContext {
        index,
        function,
        context,
        fun,
        span,
        ..
    } = call;
    let file = &cx.files[index];
    let Some(callee) = cx.named_callee(index, fun) else {
        return;
    };
    let Some(model) = cx
        .models(callee)
        .iter()
        .find(|model| model.behaviour == Behaviour::Contextual)
    else {
        return;
    };
    // A request may get its context later.
    let gets_context = calls(file.tree, function.span)
        .any(|(_, fun, _)| &*call_symbol(cx, index, fun) == "net/http.(*Request).WithContext");
    if gets_context || call.is_late(cx) {
        return;
    }
    let ExprKind::Selector { sel, .. } = file.tree.exprs[syntax::unparen(file.tree, fun)].kind else {
        return;
    };
    let name = file.tree.ident_span(sel);
    let open = Span::new(file.tree.exprs[fun].span.end, file.tree.exprs[fun].span.end + 1);
    let has_arguments = cx.source(index, Span::new(open.end, span.end)).trim_start() != ")";
    let argument = format!("({}{}", context.text, if has_arguments { ", " } else { "" });
    let mut report = cx
        .report(
            &RULE.info,
            index,
            span,
            format!("this {} does not get the context", cx.name_of(callee)),
        )
        .related(index, context.span, format!("`{}` is at hand", context.text))
        .why("it goes on when the caller has given up, and waits as long as the other side likes")
        .action(format!("use {} with `{}`", model.twin, context.text));
    if cx.source(index, open) == "(" {
        let edits = [(index, name, model.twin.as_str()), (index, open, argument.as_str())];
        report = report.fix(FixSafety::Safe, format!("use {}", model.twin), edits);
    }
    report.push(sink);
}

/// Whether a name says that the function writes a log or counts: that waits for nobody.
fn is_record(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "print", "log", "debug", "info", "warn", "error", "trace", "record", "observe",
    ];
    let end = name
        .get(1..)
        .unwrap_or("")
        .find(|c: char| c.is_ascii_uppercase())
        .map_or(name.len(), |at| at + 1);
    let first = name[..end].to_ascii_lowercase();
    let first = first.trim_end_matches("ln").trim_end_matches(['f', 'w']);
    WORDS.contains(&first)
}

/// `context.Background()` as an argument.
fn background(cx: &RuleContext<'_>, call: &CallWithContext<'_>, sink: &mut Vec<Finding>) {
    let &CallWithContext {
        index,
        context,
        fun,
        args,
        ..
    } = call;
    let file = &cx.files[index];
    let symbol = call_symbol(cx, index, fun);
    // What derives a context is another rule's.
    if symbol.starts_with("context.With")
        || symbol.starts_with("os/signal.")
        || symbol.starts_with("golang.org/x/sync/errgroup.")
    {
        return;
    }
    let name = match file.tree.exprs[syntax::unparen(file.tree, fun)].kind {
        ExprKind::Ident(ident) | ExprKind::Selector { sel: ident, .. } => file.tree.name(ident),
        _ => return,
    };
    if is_cleanup(name) || is_record(name) {
        return;
    }
    for &arg in args {
        if !is_empty_context(cx, index, arg) || call.is_late(cx) {
            continue;
        }
        let span = file.tree.exprs[arg].span;
        cx.report(
            &RULE.info,
            index,
            span,
            format!("`{name}` gets an empty context although one is at hand"),
        )
        .related(index, context.span, format!("`{}` is at hand", context.text))
        .why("it goes on when the caller has given up, and knows nothing of its deadline")
        .action(format!(
            "pass `{}`, or `context.WithoutCancel({})` if it has to go on",
            context.text, context.text
        ))
        .fix(
            FixSafety::Safe,
            format!("pass `{}`", context.text),
            [(index, span, context.text.as_str())],
        )
        .push(sink);
    }
}
