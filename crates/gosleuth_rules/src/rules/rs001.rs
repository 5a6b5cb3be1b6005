use gosleuth_base::{
    Confidence, Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind,
    Symptom,
};
use gosleuth_syntax::ast::{ExprId, ExprKind, Span};

use crate::context::{RuleContext, RuleFile};
use crate::rule::rule;
use crate::syntax::{assigns_field, call_symbol, calls, imports, literals_of, unparen};

rule! {
    /// ## What it does
    ///
    /// Finds requests through `http.Get` and its siblings, and `http.Client` values without `Timeout`, in packages that give no request a
    /// context.
    ///
    /// ## Why it is bad
    ///
    /// The default client waits for ever. A server that accepts and does not answer keeps the goroutine, its connection and whatever
    /// waits for it.
    ///
    /// ## Example
    ///
    /// ```go
    /// func ping(url string) error {
    ///     resp, err := http.Get(url)
    ///     if err != nil {
    ///         return err
    ///     }
    ///     return resp.Body.Close()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// var client = &http.Client{Timeout: 10 * time.Second}
    ///
    /// func ping(url string) error {
    ///     resp, err := client.Get(url)
    ///     if err != nil {
    ///         return err
    ///     }
    ///     return resp.Body.Close()
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Tests are left out. A client with a `Transport` of its own, or whose `Timeout` is set somewhere in the package, is taken to be limited
    /// otherwise; so are clients in a package that makes requests with a context.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Resources, 1),
        name: "http-client-no-timeout",
        summary: "an HTTP request can wait for ever",
        set: RuleSet::Default,
        severity: Severity::Warning,
        fix: FixAvailability::Suggest,
        symptoms: &[Symptom::Wait("IO wait"), Symptom::Suspect(SuspectKind::BlockedIo)],
    }
}

/// The fields of a client that limit how long it waits, or may.
const LIMITS: &[&str] = &["Timeout", "Transport"];

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let mut has_contexts = None;
    for (index, file) in cx.files.iter().enumerate().filter(|(_, file)| !file.is_test) {
        let everything = Span::new(0, u32::MAX);
        for (id, fun, _) in calls(file.tree, everything) {
            let symbol = call_symbol(cx, index, fun);
            let short = match &*symbol {
                "net/http.Get" | "net/http.Head" | "net/http.Post" | "net/http.PostForm" => &symbol[4..],
                "net/http.(*Client).Do"
                | "net/http.(*Client).Get"
                | "net/http.(*Client).Head"
                | "net/http.(*Client).Post"
                | "net/http.(*Client).PostForm"
                    if is_default_client(cx, index, file, fun)
                        && (!symbol.ends_with(".Do") || !*has_contexts.get_or_insert_with(|| gives_contexts(cx))) =>
                {
                    "http.DefaultClient"
                }
                _ => continue,
            };
            cx.report(
                &RULE.info,
                index,
                file.tree.exprs[id].span,
                format!("this request through {short} can wait for ever"),
            )
            .why("the default client has no timeout, and this request has no context with a deadline")
            .action("use a client with `Timeout`, or a request with a context that has a deadline")
            .push(sink);
        }
    }
    for literal in literals_of(cx, "net/http", "Client") {
        let file = &cx.files[literal.index];
        if literal.sets(file, LIMITS)
            || !literal.is_keyed(file)
            || assigns_field(cx, "net/http", "Client", LIMITS)
            || *has_contexts.get_or_insert_with(|| gives_contexts(cx))
        {
            continue;
        }
        let mut report = cx
            .report(
                &RULE.info,
                literal.index,
                literal.span,
                "requests of this client can wait for ever",
            )
            .confidence(Confidence::Medium)
            .why("it has no `Timeout`, and no request in this package has a context")
            .action("set `Timeout`");
        if literal.elems.is_empty() && imports(file, "time") {
            let at = Span::new(literal.span.end - 1, literal.span.end - 1);
            let edit = [(literal.index, at, "Timeout: 30 * time.Second")];
            report = report.fix(FixSafety::Suggest, "set a timeout of 30 seconds", edit);
        }
        report.push(sink);
    }
}

fn is_default_client(cx: &RuleContext<'_>, index: usize, file: &RuleFile<'_>, fun: ExprId) -> bool {
    let ExprKind::Selector { x, .. } = file.tree.exprs[unparen(file.tree, fun)].kind else {
        return false;
    };
    let ExprKind::Selector { sel, .. } = file.tree.exprs[unparen(file.tree, x)].kind else {
        return false;
    };
    cx.object_of(index, sel)
        .is_some_and(|obj| &*cx.symbol(obj) == "net/http.DefaultClient")
}

/// Whether the package makes requests that carry a context.
fn gives_contexts(cx: &RuleContext<'_>) -> bool {
    cx.files.iter().enumerate().any(|(index, file)| {
        calls(file.tree, Span::new(0, u32::MAX)).any(|(_, fun, _)| {
            matches!(
                &*call_symbol(cx, index, fun),
                "net/http.NewRequestWithContext" | "net/http.(*Request).WithContext" | "net/http.(*Request).Clone"
            )
        })
    })
}
