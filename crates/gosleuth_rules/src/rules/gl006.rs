use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};

use crate::context::RuleContext;
use crate::explored;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds loops around a select of which no case can happen any more, because the owner ends without closing the quit channel or cancelling the context. Tests, `main` and
    /// functions that start goroutines are executed in every order in which their goroutines can take turns, within bounds; the finding
    /// carries one order in which it happens.
    ///
    /// ## Why it is bad
    ///
    /// The worker, and everything it refers to, stays until the process ends.
    ///
    /// ## Example
    ///
    /// ```go
    /// func once(use func(int)) {
    ///     in := make(chan int)
    ///     quit := make(chan struct{})
    ///     go func() {
    ///         for {
    ///             select {
    ///             case j := <-in:
    ///                 use(j)
    ///             case <-quit:
    ///                 return
    ///             }
    ///         }
    ///     }()
    ///     in <- 1
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func once(use func(int)) {
    ///     in := make(chan int)
    ///     quit := make(chan struct{})
    ///     defer close(quit)
    ///     go func() {
    ///         for {
    ///             select {
    ///             case j := <-in:
    ///                 use(j)
    ///             case <-quit:
    ///                 return
    ///             }
    ///         }
    ///     }()
    ///     in <- 1
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
        code: RuleCode::new(Family::Leaks, 6),
        name: "worker-without-exit",
        summary: "a worker's loop waits for signals that nobody gives any more",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Wait("select")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    explored::report(cx, &RULE.info, sink);
}
