use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom};
use gosleuth_ir::Op;

use crate::context::RuleContext;
use crate::explored;
use crate::nil_channels::{NilChannels, describe, is_reachable};
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds sends to, receives from and loops over channels that are nil: declared and never made, or kept in a variable or field that
    /// nothing in the package gives a value.
    ///
    /// ## Why it is bad
    ///
    /// An operation on a nil channel blocks for ever. No other goroutine can release it, because there is no channel to meet at.
    ///
    /// ## Example
    ///
    /// ```go
    /// func wait() int {
    ///     var done chan int
    ///     go func(done chan<- int) { done <- 1 }(done)
    ///     return <-done
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func wait() int {
    ///     done := make(chan int)
    ///     go func(done chan<- int) { done <- 1 }(done)
    ///     return <-done
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Cases of a `select` are left out: a nil channel there is a way to switch a case off. A channel that is nil on some paths only is not
    /// reported, because conditions often go together; neither are exported variables and fields, which others may set.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Leaks, 5),
        name: "nil-channel-operation",
        summary: "a channel is used that is nil",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[
            Symptom::Wait("chan send (nil chan)"),
            Symptom::Wait("chan receive (nil chan)"),
            Symptom::Suspect(SuspectKind::NilChannel),
        ],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let mut nil = None;
    for func in cx.ir.funcs.iter() {
        for (id, value) in func.values.iter_enumerated() {
            let (chan, what) = match value.op {
                Op::Recv { chan, .. } => (chan, "receives from"),
                Op::Send { chan, .. } => (chan, "sends to"),
                _ => continue,
            };
            let nil = nil.get_or_insert_with(|| NilChannels::new(cx));
            let Some(why) = nil.why(cx, func, chan).filter(|_| is_reachable(func, id)) else {
                continue;
            };
            let (text, declared) = describe(cx, why);
            let message = format!("this {what} a nil channel and stops for ever");
            let mut report = cx
                .report(&RULE.info, func.file, cx.span_of(func, id), message)
                .why(text)
                .action("make the channel before it is used, or leave the operation out");
            if let Some((file, span)) = declared {
                report = report.related(file, span, "declared here, and never given a value");
            }
            report.push(sink);
        }
    }
    explored::report(cx, &RULE.info, sink);
}
