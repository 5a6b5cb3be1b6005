use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};

use crate::context::RuleContext;
use crate::explored;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds `Done`s that can outnumber what was added on some path. Tests, `main` and
    /// functions that start goroutines are executed in every order in which their goroutines can take turns, within bounds; the finding
    /// carries one order in which it happens.
    ///
    /// ## Why it is bad
    ///
    /// The call panics, and the process ends.
    ///
    /// ## Example
    ///
    /// ```go
    /// func work() {
    ///     var wg sync.WaitGroup
    ///     wg.Add(1)
    ///     go func() {
    ///         defer wg.Done()
    ///         wg.Done()
    ///     }()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func work() {
    ///     var wg sync.WaitGroup
    ///     wg.Add(1)
    ///     go func() {
    ///         defer wg.Done()
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
        code: RuleCode::new(Family::Panics, 4),
        name: "negative-waitgroup",
        summary: "a WaitGroup can be done more often than was added",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Death("panic: sync: negative WaitGroup counter")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    explored::report(cx, &RULE.info, sink);
}
