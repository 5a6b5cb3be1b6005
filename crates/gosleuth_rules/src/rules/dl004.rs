use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};

use crate::context::RuleContext;
use crate::explored;
use crate::locks::{self, Mode};
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds `Lock` while the same goroutine holds `RLock`, and a second `RLock` down a chain of calls when a writer can come in between. Each function is followed along
    /// every path, with what it calls in the package; and tests, `main` and functions that start goroutines are executed in every order in
    /// which their goroutines can take turns, within bounds, where a finding carries one order in which it happens.
    ///
    /// ## Why it is bad
    ///
    /// A writer that waits keeps new readers out: the second read lock waits for the writer, and the writer for the first read lock.
    ///
    /// ## Example
    ///
    /// ```go
    /// type cache struct {
    ///     mu    sync.RWMutex
    ///     items map[string]int
    /// }
    ///
    /// func (c *cache) refresh(stale bool) {
    ///     c.mu.RLock()
    ///     defer c.mu.RUnlock()
    ///     if stale {
    ///         c.mu.Lock()
    ///         c.items = map[string]int{}
    ///         c.mu.Unlock()
    ///     }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// type cache struct {
    ///     mu    sync.RWMutex
    ///     items map[string]int
    /// }
    ///
    /// func (c *cache) refresh(stale bool) {
    ///     c.mu.Lock()
    ///     defer c.mu.Unlock()
    ///     if stale {
    ///         c.items = map[string]int{}
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
        code: RuleCode::new(Family::Deadlocks, 4),
        name: "rwmutex-upgrade",
        summary: "a read lock is held while the same lock is taken again",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Wait("sync.RWMutex.Lock"), Symptom::Wait("sync.RWMutex.RLock")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    explored::report(cx, &RULE.info, sink);
    let texts = |name: &str| {
        [
            format!("{name} waits for a lock that its own lock keeps from being given"),
            "a writer that waits keeps new readers out, and readers that hold the lock keep the writer out".to_owned(),
            "take the lock once, in the mode that is needed, and do not call functions that take it again".to_owned(),
        ]
    };
    let is_mixed = |held, wanted| (held, wanted) != (Mode::Write, Mode::Write);
    locks::report_twice(cx, &RULE.info, is_mixed, texts, sink);
}
