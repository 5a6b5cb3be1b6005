use gosleuth_base::{
    Confidence, Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind,
    Symptom,
};
use gosleuth_syntax::ast::{ExprId, ExprKind, Span, StmtKind};

use crate::context::{RuleContext, RuleFile};
use crate::rule::rule;
use crate::syntax::{call_symbol, calls, unparen};

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
        for (id, expr) in file.tree.exprs.iter_enumerated() {
            let ExprKind::Composite { elems, .. } = expr.kind else {
                continue;
            };
            if !cx.is_type(file.info.type_of(id), "net/http", "Client") {
                continue;
            }
            let elems = file.tree.exprs(elems);
            if elems.iter().any(|&elem| is_key(file, elem, &["Timeout", "Transport"]))
                || elems
                    .iter()
                    .any(|&elem| !matches!(file.tree.exprs[elem].kind, ExprKind::KeyValue { .. }))
                || sets_timeout(cx)
                || *has_contexts.get_or_insert_with(|| gives_contexts(cx))
            {
                continue;
            }
            let mut report = cx
                .report(
                    &RULE.info,
                    index,
                    expr.span,
                    "requests of this client can wait for ever",
                )
                .confidence(Confidence::Medium)
                .why("it has no `Timeout`, and no request in this package has a context")
                .action("set `Timeout`");
            if elems.is_empty() && imports(file, "time") {
                let at = Span::new(expr.span.end - 1, expr.span.end - 1);
                let edit = [(index, at, "Timeout: 30 * time.Second")];
                report = report.fix(FixSafety::Suggest, "set a timeout of 30 seconds", edit);
            }
            report.push(sink);
        }
    }
}

/// Whether a file imports a package under its own name.
pub(crate) fn imports(file: &RuleFile<'_>, path: &str) -> bool {
    use gosleuth_syntax::ast::SpecKind;
    file.tree.imports.iter().any(|&spec| match file.tree.specs[spec].kind {
        SpecKind::Import {
            name: None,
            path: literal,
        } => {
            let text = file.tree.exprs[literal].span.of(file.text);
            text.len() == path.len() + 2 && text[1..text.len() - 1] == *path.as_bytes()
        }
        _ => false,
    })
}

/// Whether an element of a literal sets one of these fields.
pub(crate) fn is_key(file: &RuleFile<'_>, elem: ExprId, names: &[&str]) -> bool {
    match file.tree.exprs[elem].kind {
        ExprKind::KeyValue { key, .. } => {
            matches!(file.tree.exprs[key].kind, ExprKind::Ident(ident) if names.contains(&file.tree.name(ident)))
        }
        _ => false,
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

/// Whether the package sets the timeout of a client behind its literal.
fn sets_timeout(cx: &RuleContext<'_>) -> bool {
    cx.files.iter().any(|file| {
        file.tree.stmts.iter().any(|stmt| {
            if !matches!(stmt.kind, StmtKind::Assign { .. }) {
                return false;
            }
            let (lhs, _) = file.tree.sides(stmt.kind);
            lhs.iter().any(|&place| match file.tree.exprs[place].kind {
                ExprKind::Selector { x, sel } => {
                    matches!(file.tree.name(sel), "Timeout" | "Transport")
                        && cx.is_type_or_pointer(file.info.type_of(x), "net/http", "Client")
                }
                _ => false,
            })
        })
    })
}
