use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};

use crate::context::RuleContext;
use crate::explored;
use crate::locks::{self, Fault};
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds `Unlock` and `RUnlock` without the matching lock on some path, and unlocks of the wrong kind. Each function is followed along
    /// every path, with what it calls in the package; and tests, `main` and functions that start goroutines are executed in every order in
    /// which their goroutines can take turns, within bounds, where a finding carries one order in which it happens.
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
    for (id, fault) in cx.lock_faults() {
        let Fault::NotHeld {
            site,
            first,
            other_mode,
            deferred,
        } = *fault
        else {
            continue;
        };
        let func = &cx.ir.funcs[*id];
        // Where a helper unlocks, exploring says which of its calls is wrong.
        if !locks::is_operation(cx, func, site) {
            continue;
        }
        let name = &func.name;
        let (message, label, why) = if other_mode {
            (
                format!("{name} unlocks in another mode than it locked, which ends the process"),
                "locked here, in the other mode",
                "Unlock belongs to Lock, and RUnlock to RLock",
            )
        } else if deferred {
            (
                format!("{name} can unlock what is not locked, which ends the process"),
                "unlocked here already",
                "the deferred unlock runs on every way out, also on the one that unlocked before",
            )
        } else {
            (
                format!("{name} can unlock what is not locked, which ends the process"),
                "unlocked here already",
                "a path unlocks twice",
            )
        };
        cx.report(&RULE.info, func.file, cx.span_of(func, site), message)
            .related(func.file, cx.span_of(func, first), label)
            .why(why)
            .action("pair each Unlock with the Lock in front of it, in a defer where the region allows")
            .push(sink);
    }
}
