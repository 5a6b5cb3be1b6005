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
    /// func (b *broker) publish(e string) {
    ///     b.mu.Lock()
    ///     defer b.mu.Unlock()
    ///     for _, s := range b.subs {
    ///         s.events <- e
    ///     }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func (b *broker) publish(e string) {
    ///     b.mu.Lock()
    ///     subs := slices.Clone(b.subs)
    ///     b.mu.Unlock()
    ///     for _, s := range subs {
    ///         s.events <- e
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
