use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom};

use crate::context::RuleContext;
use crate::races;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds fields and variables that one goroutine writes while another one uses them, where nothing orders the two: a lock that only one of
    /// them holds, a lock that is given back too early, or no lock at all.
    ///
    /// ## Why it is bad
    ///
    /// What the reader sees is undefined: an old value, half of a new one, or a pointer to memory that is not written yet.
    ///
    /// ## Example
    ///
    /// ```go
    /// type counter struct {
    ///     mu sync.Mutex
    ///     n  int
    /// }
    ///
    /// func (c *counter) run(done chan struct{}) int {
    ///     go func() {
    ///         c.mu.Lock()
    ///         c.n++
    ///         c.mu.Unlock()
    ///         close(done)
    ///     }()
    ///     return c.n
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// type counter struct {
    ///     mu sync.Mutex
    ///     n  int
    /// }
    ///
    /// func (c *counter) run(done chan struct{}) int {
    ///     go func() {
    ///         c.mu.Lock()
    ///         c.n++
    ///         c.mu.Unlock()
    ///         close(done)
    ///     }()
    ///     c.mu.Lock()
    ///     defer c.mu.Unlock()
    ///     return c.n
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
        code: RuleCode::new(Family::Races, 2),
        name: "unguarded-field",
        summary: "a field or variable is used by several goroutines, not always under its lock",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Suspect(SuspectKind::DataRace)],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    races::report(cx, &RULE.info, sink);
}
