use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom};

use crate::context::RuleContext;
use crate::races;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds goroutines of tests that use the handle of the test (`t.Log`, `t.Error`, …) although the test does not wait for them, and
    /// goroutines that call `t.Fatal`, `t.FailNow` or `t.Skip`, which only the test's own goroutine may call.
    ///
    /// ## Why it is bad
    ///
    /// A handle that is used after its test panics, in a test that has nothing to do with it. `t.Fatal` ends the goroutine that calls it,
    /// and the test goes on.
    ///
    /// ## Example
    ///
    /// ```go
    /// func TestEvents(t *testing.T) {
    ///     events := make(chan int, 1)
    ///     go func() {
    ///         for e := range events {
    ///             t.Log("event", e)
    ///         }
    ///     }()
    ///     events <- 1
    ///     close(events)
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func TestEvents(t *testing.T) {
    ///     events := make(chan int, 1)
    ///     done := make(chan struct{})
    ///     go func() {
    ///         defer close(done)
    ///         for e := range events {
    ///             t.Log("event", e)
    ///         }
    ///     }()
    ///     events <- 1
    ///     close(events)
    ///     <-done
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Tests are followed through the calls of their package. What is not known and is called `Wait` or the like counts as waiting, and tests
    /// that use the network, files or processes count as waiting through these. One finding for each function.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Races, 10),
        name: "testing-in-goroutine",
        summary: "a goroutine uses the handle of a test that does not wait for it, or ends a test that is not its own",
        set: RuleSet::Strict,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Suspect(SuspectKind::DataRace)],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    races::report_handles(cx, &RULE.info, sink);
}
