use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom};

use crate::context::RuleContext;
use crate::races;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds writes under `RLock` of memory that another goroutine uses under the same lock at the same time.
    ///
    /// ## Why it is bad
    ///
    /// `RLock` lets any number of goroutines in: the writer is not alone.
    ///
    /// ## Example
    ///
    /// ```go
    /// type cache struct {
    ///     mu   sync.RWMutex
    ///     hits int
    /// }
    ///
    /// func (c *cache) get() int {
    ///     c.mu.RLock()
    ///     defer c.mu.RUnlock()
    ///     c.hits++
    ///     return c.hits
    /// }
    ///
    /// func serve(c *cache) {
    ///     for i := 0; i < 2; i++ {
    ///         go c.get()
    ///     }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// type cache struct {
    ///     mu   sync.RWMutex
    ///     hits int
    /// }
    ///
    /// func (c *cache) get() int {
    ///     c.mu.Lock()
    ///     defer c.mu.Unlock()
    ///     c.hits++
    ///     return c.hits
    /// }
    ///
    /// func serve(c *cache) {
    ///     for i := 0; i < 2; i++ {
    ///         go c.get()
    ///     }
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Tests, `main` and functions that start goroutines are followed through the calls of their package; what libraries do with memory is known
    /// for few of them. Loops are followed for a few rounds. Exported functions are not assumed to be called by several goroutines.
    /// Tests are followed through the files of the tests only. Where an atomic flag, unknown code that both goroutines call, or input from
    /// outside may order the two accesses, nothing is reported.
    ///
    /// ## Version notes
    ///
    /// Loop variables are new in each round from Go 1.22 on, and shared before.
    RuleInfo {
        code: RuleCode::new(Family::Races, 7),
        name: "write-under-rlock",
        summary: "guarded memory is written while the lock is held for reading only",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Suspect(SuspectKind::DataRace)],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    races::report(cx, &RULE.info, sink);
}
