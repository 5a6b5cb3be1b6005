use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};

use crate::context::RuleContext;
use crate::explored;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds receives, and selects, that no send or close can satisfy on some path. Tests, `main` and
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
    /// func first(load func() (int, error)) int {
    ///     ch := make(chan int)
    ///     go func() {
    ///         v, err := load()
    ///         if err != nil {
    ///             return
    ///         }
    ///         ch <- v
    ///     }()
    ///     return <-ch
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func first(load func() (int, error)) int {
    ///     ch := make(chan int)
    ///     go func() {
    ///         defer close(ch)
    ///         v, err := load()
    ///         if err != nil {
    ///             return
    ///         }
    ///         ch <- v
    ///     }()
    ///     return <-ch
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
        code: RuleCode::new(Family::Leaks, 3),
        name: "receive-with-no-sender",
        summary: "a goroutine receives from a channel to which nobody sends any more",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Wait("chan receive"), Symptom::Wait("select")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    explored::report(cx, &RULE.info, sink);
}
