use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_syntax::ast::{Span, StmtKind};

use crate::context::{RuleContext, RuleFile};
use crate::rule::rule;
use crate::syntax::{call_symbol, calls, imports, params};

rule! {
    /// ## What it does
    ///
    /// Finds tests that start goroutines and sleep, in modules of Go 1.25 or later.
    ///
    /// ## Why it is bad
    ///
    /// It is slow when it works and fails when the machine is busy. In `synctest.Test` time stands still until every goroutine waits, and
    /// `synctest.Wait` says when they do: the test takes no time and does not depend on it.
    ///
    /// ## Example
    ///
    /// ```go
    /// func TestCache(t *testing.T) {
    ///     done := make(chan bool, 1)
    ///     go func() {
    ///         time.Sleep(time.Second)
    ///         done <- true
    ///     }()
    ///     time.Sleep(2 * time.Second)
    ///     if len(done) != 1 {
    ///         t.Fatal("not done")
    ///     }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func TestCache(t *testing.T) {
    ///     synctest.Test(t, func(t *testing.T) {
    ///         done := make(chan bool, 1)
    ///         go func() {
    ///             time.Sleep(time.Second)
    ///             done <- true
    ///         }()
    ///         time.Sleep(2 * time.Second)
    ///         synctest.Wait()
    ///         if len(done) != 1 {
    ///             t.Fatal("not done")
    ///         }
    ///     })
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Files that use the network, other processes or files of the system are left out: what waits for those does not count as waiting in a
    /// bubble. So are files that use `testing/synctest` already.
    ///
    /// ## Version notes
    ///
    /// Says nothing below Go 1.25, where `testing/synctest` is missing or an experiment.
    RuleInfo {
        code: RuleCode::new(Family::Advice, 5),
        name: "prefer-synctest",
        summary: "a test sleeps until goroutines are done",
        set: RuleSet::Advice,
        severity: Severity::Advice,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Wait("sleep"), Symptom::Other("tests that fail now and then")],
    }
}

/// The first version with `testing/synctest`.
const HAS_SYNCTEST: u32 = 25;

/// What a bubble cannot wait for, or what is there already.
const OUTSIDE: &[&str] = &[
    "net",
    "net/http",
    "net/http/httptest",
    "os",
    "os/exec",
    "os/signal",
    "syscall",
    "database/sql",
    "testing/synctest",
];

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for (index, file) in cx.files.iter().enumerate() {
        if !file.is_test || file.go_minor < HAS_SYNCTEST || OUTSIDE.iter().any(|path| imports(file, path)) {
            continue;
        }
        for decl in file.tree.func_decls.iter() {
            let Some(body) = decl.body else { continue };
            if decl.recv.is_some() || !takes_test(cx, file, decl) {
                continue;
            }
            let within = file.tree.stmts[body].span;
            let starts = file
                .tree
                .stmts
                .iter()
                .find(|stmt| within.contains(stmt.span.start) && matches!(stmt.kind, StmtKind::Go(_)));
            let Some(start) = starts else { continue };
            let sleeps = calls(file.tree, within).find(|&(_, fun, _)| &*call_symbol(cx, index, fun) == "time.Sleep");
            let Some((sleep, ..)) = sleeps else {
                continue;
            };
            cx.report(
                &RULE.info,
                index,
                file.tree.exprs[sleep].span,
                "this test sleeps in real time beside a goroutine",
            )
            .related(
                index,
                Span::new(start.span.start, start.span.start + 2),
                "the goroutine starts here",
            )
            .why("it takes this long every time, and fails on a machine that is slower than the sleep expects")
            .action(
                "run it in `synctest.Test`, where sleeping takes no time and `synctest.Wait` waits for the goroutines",
            )
            .push(sink);
        }
    }
}

/// Whether a function is a test, or a part of one: its only parameter is a `*testing.T`.
fn takes_test(cx: &RuleContext<'_>, file: &RuleFile<'_>, decl: &gosleuth_syntax::ast::FuncDecl) -> bool {
    let mut params = params(file.tree, decl.ty);
    let (Some((Some(name), _)), None) = (params.next(), params.next()) else {
        return false;
    };
    file.info
        .object_of(name)
        .is_some_and(|obj| cx.is_type_or_pointer(cx.query.object_type(obj), "testing", "T"))
}
