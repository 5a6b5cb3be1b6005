use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};

use crate::context::RuleContext;
use crate::explored;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds goroutines that wait for each other through channels, WaitGroups, Conds and locks in any mix; the finding carries the schedule step by step. Tests, `main` and
    /// functions that start goroutines are executed in every order in which their goroutines can take turns, within bounds; the finding
    /// carries one order in which it happens.
    ///
    /// ## Why it is bad
    ///
    /// None of them ever goes on.
    ///
    /// ## Example
    ///
    /// ```go
    /// func drain() {
    ///     jobs := make(chan int)
    ///     var wg sync.WaitGroup
    ///     defer close(jobs)
    ///     wg.Add(1)
    ///     go func() {
    ///         defer wg.Done()
    ///         for range jobs {
    ///         }
    ///     }()
    ///     wg.Wait()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func drain() {
    ///     jobs := make(chan int)
    ///     var wg sync.WaitGroup
    ///     wg.Add(1)
    ///     go func() {
    ///         defer wg.Done()
    ///         for range jobs {
    ///         }
    ///     }()
    ///     close(jobs)
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
        code: RuleCode::new(Family::Deadlocks, 8),
        name: "circular-wait",
        summary: "goroutines wait for each other",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Wait("chan receive"), Symptom::Wait("chan send"), Symptom::Wait("sync.WaitGroup.Wait")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    explored::report(cx, &RULE.info, sink);
}
