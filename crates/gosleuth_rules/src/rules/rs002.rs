use gosleuth_base::{
    Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom,
};
use gosleuth_syntax::ast::{ExprKind, Span, StmtKind};

use super::rs001::{imports, is_key};
use crate::context::RuleContext;
use crate::rule::rule;
use crate::syntax::{call_symbol, calls};

rule! {
    /// ## What it does
    ///
    /// Finds HTTP servers that wait for requests without any time limit: `http.ListenAndServe` and its siblings, and `http.Server` values
    /// with neither `ReadHeaderTimeout` nor `ReadTimeout`.
    ///
    /// ## Why it is bad
    ///
    /// Every client that connects and sends nothing, or one byte a minute, keeps a goroutine and a file descriptor for as long as it likes.
    ///
    /// ## Example
    ///
    /// ```go
    /// func serve(handler http.Handler) error {
    ///     return http.ListenAndServe(":8080", handler)
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func serve(handler http.Handler) error {
    ///     server := &http.Server{Addr: ":8080", Handler: handler, ReadHeaderTimeout: 10 * time.Second}
    ///     return server.ListenAndServe()
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Tests are left out, and so are servers whose timeouts are set somewhere in the package behind the literal.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Resources, 2),
        name: "http-server-no-timeouts",
        summary: "an HTTP server waits for requests without any time limit",
        set: RuleSet::Default,
        severity: Severity::Warning,
        fix: FixAvailability::Suggest,
        symptoms: &[Symptom::Wait("IO wait"), Symptom::Suspect(SuspectKind::Growth)],
    }
}

const TIMEOUTS: &[&str] = &["ReadHeaderTimeout", "ReadTimeout"];

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for (index, file) in cx.files.iter().enumerate().filter(|(_, file)| !file.is_test) {
        for (id, fun, _) in calls(file.tree, Span::new(0, u32::MAX)) {
            let symbol = call_symbol(cx, index, fun);
            if matches!(
                &*symbol,
                "net/http.ListenAndServe" | "net/http.ListenAndServeTLS" | "net/http.Serve" | "net/http.ServeTLS"
            ) {
                let message = format!(
                    "the server of {} waits for requests without any time limit",
                    &symbol[4..]
                );
                cx.report(&RULE.info, index, file.tree.exprs[id].span, message)
                    .why("it has no timeouts: a client that sends nothing keeps its goroutine and connection")
                    .action("use an `http.Server` with `ReadHeaderTimeout`")
                    .push(sink);
            }
        }
        for (id, expr) in file.tree.exprs.iter_enumerated() {
            let ExprKind::Composite { elems, .. } = expr.kind else {
                continue;
            };
            if !cx.is_type(file.info.type_of(id), "net/http", "Server") {
                continue;
            }
            let elems = file.tree.exprs(elems);
            let is_keyed = elems
                .iter()
                .all(|&elem| matches!(file.tree.exprs[elem].kind, ExprKind::KeyValue { .. }));
            if !is_keyed || elems.iter().any(|&elem| is_key(file, elem, TIMEOUTS)) || sets_timeouts(cx) {
                continue;
            }
            let mut report = cx
                .report(&RULE.info, index, expr.span, "this server waits for requests without any time limit")
                .why("neither `ReadHeaderTimeout` nor `ReadTimeout` is set: a client that sends nothing keeps its goroutine")
                .action("set `ReadHeaderTimeout`");
            // On lines of their own, fields are aligned; that is left to whoever edits them.
            let first = elems.first().map(|&elem| file.tree.exprs[elem].span.start);
            let same_line = |first: &u32| file.tree.line_column(*first).0 == file.tree.line_column(expr.span.start).0;
            if let Some(first) = first.filter(same_line).filter(|_| imports(file, "time")) {
                let edit = [(index, Span::new(first, first), "ReadHeaderTimeout: 10 * time.Second, ")];
                report = report.fix(FixSafety::Suggest, "set `ReadHeaderTimeout` to 10 seconds", edit);
            }
            report.push(sink);
        }
    }
}

/// Whether the package sets a timeout of a server behind its literal.
fn sets_timeouts(cx: &RuleContext<'_>) -> bool {
    cx.files.iter().any(|file| {
        file.tree.stmts.iter().any(|stmt| {
            if !matches!(stmt.kind, StmtKind::Assign { .. }) {
                return false;
            }
            let (lhs, _) = file.tree.sides(stmt.kind);
            lhs.iter().any(|&place| match file.tree.exprs[place].kind {
                ExprKind::Selector { x, sel } => {
                    TIMEOUTS.contains(&file.tree.name(sel))
                        && cx.is_type_or_pointer(file.info.type_of(x), "net/http", "Server")
                }
                _ => false,
            })
        })
    })
}
