use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom};
use gosleuth_ir::Op;
use gosleuth_syntax::ast::Span;

use crate::context::RuleContext;
use crate::goroutines::spawns;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds `select {}` in a function that runs in a goroutine of its own.
    ///
    /// ## Why it is bad
    ///
    /// `select {}` never ends. In `main` it keeps a program alive; in a goroutine it keeps the goroutine, its stack and everything it
    /// refers to for ever, and nobody can release it.
    ///
    /// ## Example
    ///
    /// ```go
    /// func watch(events chan string) {
    ///     go func() {
    ///         log.Println(<-events)
    ///         select {}
    ///     }()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func watch(ctx context.Context, events chan string) {
    ///     go func() {
    ///         log.Println(<-events)
    ///         <-ctx.Done()
    ///     }()
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Only functions of the package that starts the goroutine are looked at, not what they call.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Leaks, 4),
        name: "empty-select-forever",
        summary: "a goroutine ends in `select {}`, which never ends",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Wait("select (no cases)"), Symptom::Suspect(SuspectKind::EmptySelect)],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for spawn in spawns(cx) {
        let body = &cx.ir.funcs[spawn.body];
        let starter = &cx.ir.funcs[spawn.by];
        for block in body.blocks.iter() {
            for &value in &block.values {
                let Op::Select { cases, default: false } = body.op(value) else {
                    continue;
                };
                if !cases.is_empty() {
                    continue;
                }
                let pos = body.values[value].pos;
                cx.report(
                    &RULE.info,
                    body.file,
                    Span::new(pos, pos + 6),
                    "this goroutine stops at `select {}` for ever",
                )
                .related(
                    starter.file,
                    cx.span_of(starter, spawn.site),
                    "the goroutine starts here",
                )
                .why("a select without cases waits for nothing, so nothing can end the wait")
                .action("return, or wait for a context or a channel that is closed when the goroutine should end")
                .push(sink);
            }
        }
    }
}
