use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};

use crate::context::RuleContext;
use crate::explored;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds waits at a channel, a WaitGroup or a Cond while a lock is held that whoever ends the wait has to take first. Tests, `main` and
    /// functions that start goroutines are executed in every order in which their goroutines can take turns, within bounds; the finding
    /// carries one order in which it happens.
    ///
    /// ## Why it is bad
    ///
    /// Both sides stop for ever.
    ///
    /// ## Example
    ///
    /// ```go
    /// func handOver() {
    ///     var mu sync.Mutex
    ///     done := make(chan struct{})
    ///     mu.Lock()
    ///     go func() {
    ///         mu.Lock()
    ///         defer mu.Unlock()
    ///         close(done)
    ///     }()
    ///     <-done
    ///     mu.Unlock()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func handOver() {
    ///     var mu sync.Mutex
    ///     done := make(chan struct{})
    ///     mu.Lock()
    ///     go func() {
    ///         mu.Lock()
    ///         defer mu.Unlock()
    ///         close(done)
    ///     }()
    ///     mu.Unlock()
    ///     <-done
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
        code: RuleCode::new(Family::Deadlocks, 5),
        name: "blocking-while-locked",
        summary: "a goroutine waits while it holds a lock that the other side needs",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Wait("chan send"), Symptom::Wait("chan receive"), Symptom::Wait("sync.Mutex.Lock")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    explored::report(cx, &RULE.info, sink);
}
