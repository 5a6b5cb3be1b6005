use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom};

use crate::context::RuleContext;
use crate::races;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds variables that one goroutine uses through functions of `sync/atomic` and another one plainly, where nothing orders the two.
    ///
    /// ## Why it is bad
    ///
    /// The plain access takes no part in the order that the atomic ones give: it may see an old value, and compilers may move it.
    ///
    /// ## Example
    ///
    /// ```go
    /// func total(n int) int64 {
    ///     var sum int64
    ///     for i := 0; i < n; i++ {
    ///         go func() {
    ///             atomic.AddInt64(&sum, 1)
    ///         }()
    ///     }
    ///     return sum
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func total(n int) int64 {
    ///     var sum int64
    ///     for i := 0; i < n; i++ {
    ///         go func() {
    ///             atomic.AddInt64(&sum, 1)
    ///         }()
    ///     }
    ///     return atomic.LoadInt64(&sum)
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
        code: RuleCode::new(Family::Races, 6),
        name: "mixed-atomic",
        summary: "a variable is used through sync/atomic at one place and plainly at another",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Suspect(SuspectKind::DataRace)],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    races::report(cx, &RULE.info, sink);
}
