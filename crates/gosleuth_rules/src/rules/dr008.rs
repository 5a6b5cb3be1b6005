use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom};

use crate::context::RuleContext;
use crate::races;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds slice variables that one goroutine appends to while another one uses them. Writing distinct elements of a slice that was made before
    /// is fine and is not reported.
    ///
    /// ## Why it is bad
    ///
    /// `append` reads the variable, may write the memory behind it, and writes the variable: results get lost, and readers see a length that does
    /// not fit the memory.
    ///
    /// ## Example
    ///
    /// ```go
    /// func squares(xs []int) []int {
    ///     var out []int
    ///     var wg sync.WaitGroup
    ///     for _, x := range xs {
    ///         wg.Add(1)
    ///         go func(x int) {
    ///             defer wg.Done()
    ///             out = append(out, x*x)
    ///         }(x)
    ///     }
    ///     wg.Wait()
    ///     return out
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func squares(xs []int) []int {
    ///     out := make([]int, len(xs))
    ///     var wg sync.WaitGroup
    ///     for i, x := range xs {
    ///         wg.Add(1)
    ///         go func(i, x int) {
    ///             defer wg.Done()
    ///             out[i] = x * x
    ///         }(i, x)
    ///     }
    ///     wg.Wait()
    ///     return out
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
        code: RuleCode::new(Family::Races, 8),
        name: "concurrent-append",
        summary: "several goroutines append to one slice variable",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Suspect(SuspectKind::DataRace)],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    races::report(cx, &RULE.info, sink);
}
