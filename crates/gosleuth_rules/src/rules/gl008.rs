use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};

use crate::context::RuleContext;
use crate::explored;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds waits for a counter that cannot reach zero: a counted goroutine returns without `Done` on some path, or more was added than can be done. Tests, `main` and
    /// functions that start goroutines are executed in every order in which their goroutines can take turns, within bounds; the finding
    /// carries one order in which it happens.
    ///
    /// ## Why it is bad
    ///
    /// The goroutine that waits never goes on.
    ///
    /// ## Example
    ///
    /// ```go
    /// func all(a, b func() error) {
    ///     var wg sync.WaitGroup
    ///     for _, f := range []func() error{a, b} {
    ///         wg.Add(1)
    ///         go func(f func() error) {
    ///             if f() != nil {
    ///                 return
    ///             }
    ///             wg.Done()
    ///         }(f)
    ///     }
    ///     wg.Wait()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func all(a, b func() error) {
    ///     var wg sync.WaitGroup
    ///     for _, f := range []func() error{a, b} {
    ///         wg.Add(1)
    ///         go func(f func() error) {
    ///             defer wg.Done()
    ///             if f() != nil {
    ///                 return
    ///             }
    ///         }(f)
    ///     }
    ///     wg.Wait()
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
        code: RuleCode::new(Family::Leaks, 8),
        name: "waitgroup-never-done",
        summary: "the counter of a WaitGroup that is waited for does not reach zero",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Wait("sync.WaitGroup.Wait"), Symptom::Wait("semacquire")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    explored::report(cx, &RULE.info, sink);
}
