use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};

use crate::context::RuleContext;
use crate::explored;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds `Lock` while the same goroutine holds `RLock`, and a second `RLock` down a chain of calls when a writer can come in between. Tests, `main` and
    /// functions that start goroutines are executed in every order in which their goroutines can take turns, within bounds; the finding
    /// carries one order in which it happens.
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
}
