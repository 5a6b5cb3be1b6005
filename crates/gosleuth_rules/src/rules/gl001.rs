use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};

use crate::context::RuleContext;
use crate::explored;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds goroutines that range over a channel which no goroutine closes any more. Tests, `main` and
    /// functions that start goroutines are executed in every order in which their goroutines can take turns, within bounds; the finding
    /// carries one order in which it happens.
    ///
    /// ## Why it is bad
    ///
    /// The goroutine, and everything it refers to, stays until the process ends.
    ///
    /// ## Example
    ///
    /// ```go
    /// func total(items []int) int {
    ///     ch := make(chan int)
    ///     sum := 0
    ///     go func() {
    ///         for v := range ch {
    ///             sum += v
    ///         }
    ///     }()
    ///     ch <- 1
    ///     return len(items)
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func total(items []int) int {
    ///     ch := make(chan int)
    ///     defer close(ch)
    ///     go func() {
    ///         for range ch {
    ///         }
    ///     }()
    ///     ch <- 1
    ///     return len(items)
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
        code: RuleCode::new(Family::Leaks, 1),
        name: "range-over-unclosed-channel",
        summary: "a goroutine ranges over a channel that nobody closes",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Wait("chan receive")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    explored::report(cx, &RULE.info, sink);
}
