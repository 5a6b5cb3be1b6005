use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom};

use crate::context::RuleContext;
use crate::races;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds maps that one goroutine writes while another one reads or writes them, where no lock is held at both places and nothing (a channel,
    /// a wait group, a `sync.Once`, an atomic) orders them.
    ///
    /// ## Why it is bad
    ///
    /// The runtime stops the process when it notices (`fatal error: concurrent map writes`), which no `recover` can prevent; when it does not,
    /// the map is damaged.
    ///
    /// ## Example
    ///
    /// ```go
    /// func count(words []string) map[string]int {
    ///     seen := make(map[string]int)
    ///     var wg sync.WaitGroup
    ///     for _, word := range words {
    ///         wg.Add(1)
    ///         go func(word string) {
    ///             defer wg.Done()
    ///             seen[word]++
    ///         }(word)
    ///     }
    ///     wg.Wait()
    ///     return seen
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func count(words []string) map[string]int {
    ///     seen := make(map[string]int)
    ///     var mu sync.Mutex
    ///     var wg sync.WaitGroup
    ///     for _, word := range words {
    ///         wg.Add(1)
    ///         go func(word string) {
    ///             defer wg.Done()
    ///             mu.Lock()
    ///             seen[word]++
    ///             mu.Unlock()
    ///         }(word)
    ///     }
    ///     wg.Wait()
    ///     return seen
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
        code: RuleCode::new(Family::Races, 1),
        name: "concurrent-map-access",
        summary: "a map is written by one goroutine while another one uses it",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Suspect(SuspectKind::DataRace)],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    races::report(cx, &RULE.info, sink);
}
