use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};

use crate::context::RuleContext;
use crate::explored;
use crate::locks::{self, Mode};
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds locks of a mutex that the same goroutine holds, directly or down a chain of calls, callbacks and interface methods included. Each function is followed along
    /// every path, with what it calls in the package; and tests, `main` and functions that start goroutines are executed in every order in
    /// which their goroutines can take turns, within bounds, where a finding carries one order in which it happens.
    ///
    /// ## Why it is bad
    ///
    /// The goroutine waits for itself, and everybody else who needs the lock waits with it.
    ///
    /// ## Example
    ///
    /// ```go
    /// type account struct {
    ///     mu      sync.Mutex
    ///     balance int
    /// }
    ///
    /// func (a *account) double() {
    ///     a.mu.Lock()
    ///     defer a.mu.Unlock()
    ///     a.balance = 2 * a.get()
    /// }
    ///
    /// func (a *account) get() int {
    ///     a.mu.Lock()
    ///     defer a.mu.Unlock()
    ///     return a.balance
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
    /// func (a *account) double() {
    ///     a.mu.Lock()
    ///     defer a.mu.Unlock()
    ///     a.balance = 2 * a.balance
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Loops whose end the program does not determine are followed for a few rounds. Objects that code outside the package may use count as
    /// served by it. What rests on numbers from outside is not reported. A function that asks a parameter, or a field for one of several named
    /// values, before it locks or calls what locks, is taken to know that the lock is held.
    ///
    /// ## Version notes
    ///
    /// Timers have the semantics of the module's language version.
    RuleInfo {
        code: RuleCode::new(Family::Deadlocks, 1),
        name: "double-lock",
        summary: "a goroutine locks a mutex that it holds",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Wait("sync.Mutex.Lock")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    explored::report(cx, &RULE.info, sink);
    let texts = |name: &str| {
        [
            format!("{name} locks what it has locked already: it waits for itself"),
            "a mutex does not know who holds it, so that a second Lock waits for an Unlock that comes behind it"
                .to_owned(),
            "unlock first, or split off a function that expects the lock to be held".to_owned(),
        ]
    };
    let is_twice = |held, wanted| (held, wanted) == (Mode::Write, Mode::Write);
    locks::report_twice(cx, &RULE.info, is_twice, texts, sink);
}
