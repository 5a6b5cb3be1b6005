use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};

use crate::context::RuleContext;
use crate::explored;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds waits for a lock that a path of another function, or of an earlier call, left locked. Tests, `main` and
    /// functions that start goroutines are executed in every order in which their goroutines can take turns, within bounds; the finding
    /// carries one order in which it happens.
    ///
    /// ## Why it is bad
    ///
    /// Nobody can take the lock any more.
    ///
    /// ## Example
    ///
    /// ```go
    /// type account struct {
    ///     mu      sync.Mutex
    ///     balance int
    /// }
    ///
    /// func (a *account) spend(n int) bool {
    ///     a.mu.Lock()
    ///     if a.balance < n {
    ///         return false
    ///     }
    ///     a.balance -= n
    ///     a.mu.Unlock()
    ///     return true
    /// }
    ///
    /// func twice() {
    ///     a := &account{balance: 1}
    ///     go a.spend(2)
    ///     a.spend(1)
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// type account struct {
    ///     mu      sync.Mutex
    ///     balance int
    /// }
    ///
    /// func (a *account) spend(n int) bool {
    ///     a.mu.Lock()
    ///     defer a.mu.Unlock()
    ///     if a.balance < n {
    ///         return false
    ///     }
    ///     a.balance -= n
    ///     return true
    /// }
    ///
    /// func twice() {
    ///     a := &account{balance: 1}
    ///     go a.spend(2)
    ///     a.spend(1)
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
        code: RuleCode::new(Family::Deadlocks, 3),
        name: "lock-not-released",
        summary: "a lock is still held when the function that took it has returned, and somebody waits for it",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Wait("sync.Mutex.Lock")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    explored::report(cx, &RULE.info, sink);
}
