use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};

use crate::context::RuleContext;
use crate::explored;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds sends that can happen when the channel is closed: several senders of which one closes, a close by the receiver, a close in the branch of a timeout. Tests, `main` and
    /// functions that start goroutines are executed in every order in which their goroutines can take turns, within bounds; the finding
    /// carries one order in which it happens.
    ///
    /// ## Why it is bad
    ///
    /// The send panics, and the process ends.
    ///
    /// ## Example
    ///
    /// ```go
    /// func race() {
    ///     ch := make(chan int, 1)
    ///     go func() { ch <- 1 }()
    ///     close(ch)
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func race() {
    ///     ch := make(chan int, 1)
    ///     go func() {
    ///         ch <- 1
    ///         close(ch)
    ///     }()
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Loops whose end the program does not determine are followed for a few rounds. Objects that code outside the package may use count as
    /// served by it. What rests on numbers from outside is not reported.
    ///
    /// ## Version notes
    ///
    /// Timers have the semantics of the module's language version.
    RuleInfo {
        code: RuleCode::new(Family::Panics, 1),
        name: "send-on-closed-channel",
        summary: "a send can come after the close of its channel",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Death("panic: send on closed channel")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    explored::report(cx, &RULE.info, sink);
}
