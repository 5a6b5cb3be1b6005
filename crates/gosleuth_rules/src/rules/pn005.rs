use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};

use crate::context::RuleContext;
use crate::explored;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds `Unlock` and `RUnlock` without the matching lock on some path, and unlocks of the wrong kind. Tests, `main` and
    /// functions that start goroutines are executed in every order in which their goroutines can take turns, within bounds; the finding
    /// carries one order in which it happens.
    ///
    /// ## Why it is bad
    ///
    /// The runtime ends the process; no recover helps.
    ///
    /// ## Example
    ///
    /// ```go
    /// func take(isEmpty func() bool) {
    ///     var mu sync.Mutex
    ///     mu.Lock()
    ///     defer mu.Unlock()
    ///     if isEmpty() {
    ///         mu.Unlock()
    ///     }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func take(isEmpty func() bool) {
    ///     var mu sync.Mutex
    ///     mu.Lock()
    ///     defer mu.Unlock()
    ///     if isEmpty() {
    ///         return
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
        code: RuleCode::new(Family::Panics, 5),
        name: "unlock-of-unlocked",
        summary: "an unlock of what is not locked",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Death("fatal error: sync: unlock of unlocked mutex")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    explored::report(cx, &RULE.info, sink);
}
