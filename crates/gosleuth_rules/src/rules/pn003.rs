use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Callee, Op};
use gosleuth_types::Builtin;

use crate::context::RuleContext;
use crate::explored;
use crate::nil_channels::{NilChannels, describe, is_reachable};
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds `close` of a channel that is nil: declared and never made, or kept in a variable or field that nothing in the package gives a
    /// value.
    ///
    /// ## Why it is bad
    ///
    /// Closing a nil channel panics.
    ///
    /// ## Example
    ///
    /// ```go
    /// type server struct{ quit chan struct{} }
    ///
    /// func newServer() *server { return &server{} }
    ///
    /// func (s *server) Stop() { close(s.quit) }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// type server struct{ quit chan struct{} }
    ///
    /// func newServer() *server { return &server{quit: make(chan struct{})} }
    ///
    /// func (s *server) Stop() { close(s.quit) }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// A channel that is nil on some paths only is not reported, because conditions often go together; neither are exported variables and
    /// fields, which others may set.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Panics, 3),
        name: "close-of-nil-channel",
        summary: "a channel is closed that is nil",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Death("panic: close of nil channel")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let mut nil = None;
    for func in cx.ir.funcs.iter() {
        for (id, value) in func.values.iter_enumerated() {
            let (Op::Call(call) | Op::Defer(call) | Op::Go(call)) = &value.op else {
                continue;
            };
            let (Callee::Builtin(Builtin::Close), &[chan]) = (call.callee, call.args.as_slice()) else {
                continue;
            };
            let nil = nil.get_or_insert_with(|| NilChannels::new(cx));
            let Some(why) = nil.why(cx, func, chan).filter(|_| is_reachable(func, id)) else {
                continue;
            };
            let (text, declared) = describe(cx, why);
            let mut report = cx
                .report(
                    &RULE.info,
                    func.file,
                    cx.span_of(func, id),
                    "this closes a nil channel, which panics",
                )
                .why(text)
                .action("make the channel before it is closed");
            if let Some((file, span)) = declared {
                report = report.related(file, span, "declared here, and never given a value");
            }
            report.push(sink);
        }
    }
    explored::report(cx, &RULE.info, sink);
}
