use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom};

use crate::context::RuleContext;
use crate::races;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds calls of `time.Sleep` and `runtime.Gosched` between the start of a goroutine and a read of what it writes, where nothing else makes
    /// the reader wait. Locks and atomics keep the two accesses apart but do not order them: the read may still come too early.
    ///
    /// ## Why it is bad
    ///
    /// The sleep is long enough until the machine is busy. Then a test fails that has nothing wrong with it, or the program goes on with a
    /// value that is not there yet; and until then everybody waits longer than they have to.
    ///
    /// ## Example
    ///
    /// ```go
    /// func TestCount(t *testing.T) {
    ///     var n atomic.Int64
    ///     go func() { n.Add(1) }()
    ///     time.Sleep(10 * time.Millisecond)
    ///     if n.Load() != 1 {
    ///         t.Error("not counted")
    ///     }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func TestCount(t *testing.T) {
    ///     var n atomic.Int64
    ///     done := make(chan struct{})
    ///     go func() {
    ///         defer close(done)
    ///         n.Add(1)
    ///     }()
    ///     <-done
    ///     if n.Load() != 1 {
    ///         t.Error("not counted")
    ///     }
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Tests, `main` and functions that start goroutines are followed as for DR002. Sleeps in loops, with which somebody asks again and again, are
    /// left out, and so are those in files that use `testing/synctest`. Where
    /// the goroutine waits for something before it writes, the sleep may be there to see that it does, and nothing is said. A sleep that
    /// waits for a server to listen, or for anything else that is not memory, is not seen.
    ///
    /// ## Version notes
    ///
    /// `testing/synctest` exists from Go 1.25, and is advised only there.
    RuleInfo {
        code: RuleCode::new(Family::Races, 11),
        name: "sleep-as-synchronisation",
        summary: "a sleep stands where a goroutine should be waited for",
        set: RuleSet::Strict,
        severity: Severity::Warning,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Wait("sleep"), Symptom::Suspect(SuspectKind::DataRace)],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    races::report_sleeps(cx, &RULE.info, sink);
}
