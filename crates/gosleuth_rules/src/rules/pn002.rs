use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};

use crate::context::RuleContext;
use crate::explored;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds two closes of one channel that can both happen, in one goroutine or in several. Tests, `main` and
    /// functions that start goroutines are executed in every order in which their goroutines can take turns, within bounds; the finding
    /// carries one order in which it happens.
    ///
    /// ## Why it is bad
    ///
    /// The second close panics, and the process ends.
    ///
    /// ## Example
    ///
    /// ```go
    /// func stop(done chan struct{}) {
    ///     select {
    ///     case <-done:
    ///     default:
    ///         close(done) // another goroutine can be here too
    ///     }
    /// }
    ///
    /// func both() {
    ///     done := make(chan struct{})
    ///     go stop(done)
    ///     stop(done)
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func both() {
    ///     var once sync.Once
    ///     done := make(chan struct{})
    ///     stop := func() { close(done) }
    ///     go once.Do(stop)
    ///     once.Do(stop)
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
        code: RuleCode::new(Family::Panics, 2),
        name: "double-close",
        summary: "a channel can be closed twice",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Death("panic: close of closed channel")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    explored::report(cx, &RULE.info, sink);
}
