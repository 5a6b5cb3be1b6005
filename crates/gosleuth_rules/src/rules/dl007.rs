use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};

use crate::context::RuleContext;
use crate::explored;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds sends without room, and receives, where no other goroutine uses the channel. Tests, `main` and
    /// functions that start goroutines are executed in every order in which their goroutines can take turns, within bounds; the finding
    /// carries one order in which it happens.
    ///
    /// ## Why it is bad
    ///
    /// The goroutine stops for ever.
    ///
    /// ## Example
    ///
    /// ```go
    /// func fill() {
    ///     ch := make(chan int, 2)
    ///     for i := 0; i < 3; i++ {
    ///         ch <- i
    ///     }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func fill() {
    ///     ch := make(chan int, 3)
    ///     for i := 0; i < 3; i++ {
    ///         ch <- i
    ///     }
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
        code: RuleCode::new(Family::Deadlocks, 7),
        name: "self-deadlock-on-channel",
        summary: "the only goroutine that could end the wait is the one that waits",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Wait("chan send"), Symptom::Death("fatal error: all goroutines are asleep - deadlock!")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    explored::report(cx, &RULE.info, sink);
}
