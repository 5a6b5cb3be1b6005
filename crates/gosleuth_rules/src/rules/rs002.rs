use gosleuth_base::{
    Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom,
};
use gosleuth_syntax::ast::Span;

use crate::context::RuleContext;
use crate::rule::rule;
use crate::syntax::{assigns_field, call_symbol, calls, imports, literals_of};

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
    }
    for literal in literals_of(cx, "net/http", "Server") {
        let file = &cx.files[literal.index];
        if !literal.is_keyed(file) || literal.sets(file, TIMEOUTS) || assigns_field(cx, "net/http", "Server", TIMEOUTS)
        {
            continue;
        }
        let mut report = cx
            .report(
                &RULE.info,
                literal.index,
                literal.span,
                "this server waits for requests without any time limit",
            )
            .why(
                "neither `ReadHeaderTimeout` nor `ReadTimeout` is set: a client that sends nothing keeps its goroutine",
            )
            .action("set `ReadHeaderTimeout`");
        // On lines of their own, fields are aligned; that is left to whoever edits them.
        let first = literal.elems.first().map(|&elem| file.tree.exprs[elem].span.start);
        let same_line = |first: &u32| file.tree.line_column(*first).0 == file.tree.line_column(literal.span.start).0;
        if let Some(first) = first.filter(same_line).filter(|_| imports(file, "time")) {
            let at = Span::new(first, first);
            let edit = [(literal.index, at, "ReadHeaderTimeout: 10 * time.Second, ")];
            report = report.fix(FixSafety::Suggest, "set `ReadHeaderTimeout` to 10 seconds", edit);
        }
        report.push(sink);
    }
}
