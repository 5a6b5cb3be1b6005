use gosleuth_base::{Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Call, Callee, Func, FuncId, Op, Terminator, ValueId};
use gosleuth_syntax::ast::{ExprKind, Span, StmtKind};
use gosleuth_types::Builtin;

use crate::context::RuleContext;
use crate::contexts::is_handler;
use crate::goroutines::spawned;
use crate::rule::rule;
use crate::same::{live, only_value, values};

rule! {
    /// ## What it does
    ///
    /// Finds goroutines in packages that serve requests, which do something that panics on unexpected input (a call of `panic`, a type
    /// assertion without `ok`, an element with a fixed index of what was split) and have no deferred `recover`.
    ///
    /// ## Why it is bad
    ///
    /// `net/http` recovers from the panic of a handler. It does not see that of a goroutine which the handler started: this ends the process,
    /// with every other request in it.
    ///
    /// ## Example
    ///
    /// ```go
    /// func handle(w http.ResponseWriter, r *http.Request) {
    ///     value := r.Context().Value("user")
    ///     go func() {
    ///         log.Print("seen: ", value.(string))
    ///     }()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func handle(w http.ResponseWriter, r *http.Request) {
    ///     value := r.Context().Value("user")
    ///     go func() {
    ///         defer func() {
    ///             if r := recover(); r != nil {
    ///                 log.Print("panic: ", r)
    ///             }
    ///         }()
    ///         log.Print("seen: ", value.(string))
    ///     }()
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// The function of the goroutine and what it calls directly in this package are looked at. A deferred call whose name speaks of recovering,
    /// panics or crashes counts as a recover. Programs that do not serve, and tests, are left out.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Panics, 8),
        name: "goroutine-without-recover",
        summary: "a goroutine of a server may panic, and nothing recovers",
        set: RuleSet::Strict,
        severity: Severity::Warning,
        fix: FixAvailability::Suggest,
        symptoms: &[Symptom::Death("panic: ")],
    }
}

/// Calls that are looked into.
const MAX_DEPTH: u32 = 1;

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    if !serves(cx) {
        return;
    }
    for func in cx.ir.funcs.iter() {
        if cx.files[func.file].is_test {
            continue;
        }
        for (site, node) in live(func) {
            let (Op::Go(_), Some(body)) = (&node.op, spawned(cx, func, site)) else {
                continue;
            };
            let Some((by, at, what)) = risk(cx, body, MAX_DEPTH) else {
                continue;
            };
            let by = &cx.ir.funcs[by];
            let mut report = cx
                .report(
                    &RULE.info,
                    func.file,
                    cx.span_of(func, site),
                    "a panic in this goroutine ends the server: nothing recovers",
                )
                .related(by.file, cx.span_of(by, at), what)
                .why("a recover sees only panics of its own goroutine, so that of the server does not help here")
                .action("recover in a function that the goroutine defers, and say what happened");
            if let Some((span, text)) = recover_first(cx, func, node.pos) {
                let edit = [(func.file, span, text.as_str())];
                report = report.fix(FixSafety::Suggest, "recover and log", edit);
            }
            report.push(sink);
        }
    }
}

/// Whether a package serves requests: it has a handler, accepts connections, or starts a server.
fn serves(cx: &RuleContext<'_>) -> bool {
    cx.ir
        .funcs
        .iter()
        .filter(|func| !cx.files[func.file].is_test)
        .any(|func| {
            is_handler(cx, func.sig)
                || values(func).any(|value| match &value.op {
                    Op::Call(call) => cx.callee_symbol(call).is_some_and(|symbol| {
                        matches!(
                            &*symbol,
                            "net.Listener.Accept"
                                | "net/http.ListenAndServe"
                                | "net/http.ListenAndServeTLS"
                                | "net/http.(*Server).ListenAndServe"
                                | "net/http.(*Server).Serve"
                                | "google.golang.org/grpc.(*Server).Serve"
                        )
                    }),
                    _ => false,
                })
        })
}

/// What may panic in a function or what it calls, unless that recovers.
fn risk(cx: &RuleContext<'_>, id: FuncId, depth: u32) -> Option<(FuncId, ValueId, &'static str)> {
    let func = &cx.ir.funcs[id];
    if recovers(cx, func) {
        return None;
    }
    for (value, node) in live(func) {
        let what = match &node.op {
            Op::TypeAssert { comma_ok: false, .. } => "this assertion panics on any other type",
            Op::IndexAddr { base, index } if is_part(cx, func, *base, *index) => {
                "this panics where there are fewer parts"
            }
            Op::Call(call) => {
                let callee = cx
                    .called_function(func, call)
                    .filter(|&callee| depth > 0 && callee != id);
                if let Some(found) = callee.and_then(|callee| risk(cx, callee, depth - 1)) {
                    return Some(found);
                }
                continue;
            }
            _ => continue,
        };
        return Some((id, value, what));
    }
    func.blocks.iter().find_map(|block| match block.end {
        Terminator::Panic(value) => Some((id, value, "this panics")),
        _ => None,
    })
}

/// Whether an element is one of the parts that a function cut its argument into, and nobody asked how many there are.
fn is_part(cx: &RuleContext<'_>, func: &Func, base: ValueId, index: ValueId) -> bool {
    let base = only_value(func, base);
    let Op::Call(call) = func.op(base) else { return false };
    let splits = matches!(
        cx.callee_symbol(call).as_deref(),
        Some("strings.Split" | "strings.SplitN" | "strings.Fields" | "bytes.Split" | "bytes.Fields")
    );
    let is_later = matches!(func.op(index), Op::Const(gosleuth_types::ConstValue::Int(number)) if *number > 0);
    splits && is_later && !asks_length(func)
}

fn asks_length(func: &Func) -> bool {
    values(func).any(|value| match &value.op {
        Op::Binary(_, x, y) => [x, y]
            .iter()
            .any(|&&side| matches!(func.op(side), Op::Call(call) if call.callee == Callee::Builtin(Builtin::Len))),
        _ => false,
    })
}

fn recovers(cx: &RuleContext<'_>, func: &Func) -> bool {
    let by_name = |call: &Call| {
        cx.callee(call).is_some_and(|obj| {
            let name = cx.name_of(obj).to_ascii_lowercase();
            ["recover", "panic", "crash"].iter().any(|word| name.contains(word))
        })
    };
    values(func).any(|value| match &value.op {
        Op::Defer(call) => {
            by_name(call)
                || cx.called_function(func, call).is_some_and(|handler| {
                    values(&cx.ir.funcs[handler]).any(|value| match &value.op {
                        Op::Call(call) => call.callee == Callee::Builtin(Builtin::Recover) || by_name(call),
                        _ => false,
                    })
                })
        }
        _ => false,
    })
}

/// A deferred recover at the start of the literal that a `go` statement runs, where the file imports `log`.
fn recover_first(cx: &RuleContext<'_>, func: &Func, go: u32) -> Option<(Span, String)> {
    let file = &cx.files[func.file];
    let tree = file.tree;
    let stmt = tree
        .stmts
        .iter()
        .find(|stmt| matches!(stmt.kind, StmtKind::Go(_)) && stmt.span.contains(go))?;
    let StmtKind::Go(call) = stmt.kind else { return None };
    let ExprKind::Call { fun, .. } = tree.exprs[call].kind else {
        return None;
    };
    let ExprKind::FuncLit { body, .. } = tree.exprs[fun].kind else {
        return None;
    };
    let at = tree.stmts[body].span.start + 1;
    if !crate::syntax::imports(file, "log") || file.text.get(at as usize) != Some(&b'\n') {
        return None;
    }
    let indent = cx.indentation(func.file, stmt.span.start);
    let text = format!(
        "\n{indent}\tdefer func() {{\n{indent}\t\tif r := recover(); r != nil {{\n{indent}\t\t\tlog.Print(\"panic: \", r)\n{indent}\t\t}}\n{indent}\t}}()"
    );
    Some((Span::new(at, at), text))
}
