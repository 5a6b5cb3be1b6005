use gosleuth_base::{
    Confidence, Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom,
};
use gosleuth_syntax::ast::{ExprId, ExprKind, Span, StmtKind, UnaryOp};
use gosleuth_types::ObjRef;

use crate::context::RuleContext;
use crate::contexts::is_handler;
use crate::rule::rule;
use crate::syntax::{self, Function, call_symbol, calls};

rule! {
    /// ## What it does
    ///
    /// Finds goroutines that an HTTP handler starts, does not wait for, and that pass the request's context to a call.
    ///
    /// ## Why it is bad
    ///
    /// The request's context is cancelled when the handler returns. Work that outlives the handler is cut off at a moment that depends on
    /// scheduling, mostly at once.
    ///
    /// ## Example
    ///
    /// ```go
    /// func register(mux *http.ServeMux, audit func(context.Context, string) error) {
    ///     mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
    ///         go func() {
    ///             _ = audit(r.Context(), r.URL.Path)
    ///         }()
    ///     })
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func register(mux *http.ServeMux, audit func(context.Context, string) error) {
    ///     mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
    ///         ctx := context.WithoutCancel(r.Context())
    ///         path := r.URL.Path
    ///         go func() {
    ///             ctx, cancel := context.WithTimeout(ctx, time.Minute)
    ///             defer cancel()
    ///             _ = audit(ctx, path)
    ///         }()
    ///     })
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// A handler is a function whose last parameters are an `http.ResponseWriter` and an `*http.Request`. If it waits for anything (a
    /// receive, a `select`, a method `Wait`) behind the `go` statement, nothing is reported. Goroutines without any context are not reported.
    ///
    /// ## Version notes
    ///
    /// `context.WithoutCancel` exists from Go 1.21.
    RuleInfo {
        code: RuleCode::new(Family::Contexts, 3),
        name: "detached-request-goroutine",
        summary: "a goroutine that outlives its HTTP handler uses the request's context",
        set: RuleSet::Default,
        severity: Severity::Warning,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Suspect(SuspectKind::Growth), Symptom::Other("`context canceled` errors in work that the handler started")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for (index, file) in cx.files.iter().enumerate() {
        let tree = file.tree;
        let all = syntax::functions(tree);
        for function in &all {
            let sig = match function.literal {
                Some(literal) => file.info.type_of(literal),
                None => declared_type(cx, index, function),
            };
            if !is_handler(cx, sig) {
                continue;
            }
            let Some(request) = request(cx, index, function) else {
                continue;
            };
            let contexts = request_contexts(cx, index, function, request);
            for stmt in tree.stmts.iter().filter(|stmt| function.span.contains(stmt.span.start)) {
                let StmtKind::Go(call) = stmt.kind else { continue };
                let is_own = syntax::innermost(&all, stmt.span.start).is_some_and(|inner| inner.body == function.body);
                let rest = Span::new(stmt.span.end, function.span.end);
                if !is_own || waits(cx, index, rest) {
                    continue;
                }
                let used = passed(cx, index, tree.exprs[call].span, request, &contexts);
                let Some(used) = used else { continue };
                cx.report(
                    &RULE.info,
                    index,
                    used,
                    "the request's context ends when the handler returns, before this goroutine",
                )
                .confidence(Confidence::Medium)
                .related(
                    index,
                    Span::new(stmt.span.start, stmt.span.start + 2),
                    "the handler does not wait for it",
                )
                .why("the server cancels the context as soon as the handler has returned")
                .action("use `context.WithoutCancel` with a timeout of its own, or wait for the goroutine")
                .push(sink);
            }
        }
    }
}

fn declared_type(cx: &RuleContext<'_>, index: usize, function: &Function) -> gosleuth_types::TypeId {
    let file = &cx.files[index];
    file.tree
        .func_decls
        .iter()
        .find(|decl| decl.body == Some(function.body))
        .and_then(|decl| file.info.object_of(decl.name))
        .map_or(gosleuth_types::TypeId::UNKNOWN, |obj| cx.query.object_type(obj))
}

/// The request parameter.
fn request(cx: &RuleContext<'_>, index: usize, function: &Function) -> Option<ObjRef> {
    let file = &cx.files[index];
    let (name, _) = syntax::params(file.tree, function.ty).last()?;
    file.info.object_of(name?)
}

/// Variables that hold the request's context or one derived from it, in the handler.
fn request_contexts(cx: &RuleContext<'_>, index: usize, function: &Function, request: ObjRef) -> Vec<ObjRef> {
    let file = &cx.files[index];
    let tree = file.tree;
    let mut found: Vec<ObjRef> = Vec::new();
    for stmt in tree.stmts.iter().filter(|stmt| function.span.contains(stmt.span.start)) {
        if !matches!(stmt.kind, StmtKind::Assign { .. }) {
            continue;
        }
        let (targets, &[value]) = tree.sides(stmt.kind) else {
            continue;
        };
        let Some(&target) = targets.first() else { continue };
        let is_request = is_request_context(cx, index, value, request);
        let derives = match tree.exprs[value].kind {
            ExprKind::Call { fun, args, .. } => {
                let symbol = call_symbol(cx, index, fun);
                symbol.starts_with("context.With")
                    && &*symbol != "context.WithoutCancel"
                    && tree.exprs(args).first().is_some_and(|&parent| {
                        is_request_context(cx, index, parent, request)
                            || syntax::variable(file, parent).is_some_and(|obj| found.contains(&obj))
                    })
            }
            _ => false,
        };
        if let Some(obj) = syntax::variable(file, target) {
            if is_request || derives {
                found.push(obj);
            } else {
                found.retain(|&known| known != obj);
            }
        }
    }
    found
}

/// `r.Context()`
fn is_request_context(cx: &RuleContext<'_>, index: usize, expr: ExprId, request: ObjRef) -> bool {
    let file = &cx.files[index];
    let ExprKind::Call { fun, .. } = file.tree.exprs[syntax::unparen(file.tree, expr)].kind else {
        return false;
    };
    let ExprKind::Selector { x, .. } = file.tree.exprs[fun].kind else {
        return false;
    };
    &*call_symbol(cx, index, fun) == "net/http.(*Request).Context" && syntax::variable(file, x) == Some(request)
}

/// Where the goroutine passes the request's context to a call.
fn passed(cx: &RuleContext<'_>, index: usize, within: Span, request: ObjRef, contexts: &[ObjRef]) -> Option<Span> {
    let file = &cx.files[index];
    calls(file.tree, within).find_map(|(_, fun, args)| {
        if &*call_symbol(cx, index, fun) == "context.WithoutCancel" {
            return None;
        }
        args.iter().find_map(|&arg| {
            let is_variable = syntax::variable(file, arg).is_some_and(|obj| contexts.contains(&obj));
            (is_variable || is_request_context(cx, index, arg, request)).then_some(file.tree.exprs[arg].span)
        })
    })
}

/// Whether code waits for something.
fn waits(cx: &RuleContext<'_>, index: usize, within: Span) -> bool {
    let tree = cx.files[index].tree;
    let receives = tree
        .exprs
        .iter()
        .any(|expr| within.contains(expr.span.start) && matches!(expr.kind, ExprKind::Unary { op: UnaryOp::Recv, .. }));
    let selects = tree.stmts.iter().any(|stmt| {
        within.contains(stmt.span.start) && matches!(stmt.kind, StmtKind::Select { .. } | StmtKind::Range { .. })
    });
    receives
        || selects
        || calls(tree, within).any(|(_, fun, _)| {
            cx.named_callee(index, fun)
                .is_some_and(|obj| cx.name_of(obj).contains("Wait"))
        })
}
