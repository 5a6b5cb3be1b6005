use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};

use crate::context::RuleContext;
use crate::explored;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds goroutines that wait for each other's locks because they take them in different orders. Tests, `main` and
    /// functions that start goroutines are executed in every order in which their goroutines can take turns, within bounds; the finding
    /// carries one order in which it happens.
    ///
    /// ## Why it is bad
    ///
    /// Both stop for ever, and everybody else who needs one of the locks.
    ///
    /// ## Example
    ///
    /// ```go
    /// type account struct {
    ///     mu sync.Mutex
    /// }
    ///
    /// func transfer(from, to *account) {
    ///     from.mu.Lock()
    ///     defer from.mu.Unlock()
    ///     to.mu.Lock()
    ///     defer to.mu.Unlock()
    /// }
    ///
    /// func both() {
    ///     a, b := &account{}, &account{}
    ///     go transfer(a, b)
    ///     go transfer(b, a)
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// type account struct {
    ///     id int
    ///     mu sync.Mutex
    /// }
    ///
    /// func transfer(from, to *account) {
    ///     first, second := from, to
    ///     if second.id < first.id {
    ///         first, second = second, first
    ///     }
    ///     first.mu.Lock()
    ///     defer first.mu.Unlock()
    ///     second.mu.Lock()
    ///     defer second.mu.Unlock()
    /// }
    ///
    /// func both() {
    ///     a, b := &account{id: 1}, &account{id: 2}
    ///     go transfer(a, b)
    ///     go transfer(b, a)
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
        code: RuleCode::new(Family::Deadlocks, 2),
        name: "lock-order-inversion",
        summary: "goroutines take the same locks in different orders",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Wait("sync.Mutex.Lock")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    explored::report(cx, &RULE.info, sink);
}
