use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};

use crate::context::RuleContext;
use crate::explored;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds sends that no receiver can meet on some path: the parent returns early, takes the branch of a timeout, or reads only the first of several results; the size of the buffer is taken into account. Tests, `main` and
    /// functions that start goroutines are executed in every order in which their goroutines can take turns, within bounds; the finding
    /// carries one order in which it happens.
    ///
    /// ## Why it is bad
    ///
    /// The goroutine, and everything it refers to, stays until the process ends.
    ///
    /// ## Example
    ///
    /// ```go
    /// func ask(ctx context.Context, compute func() int) (int, error) {
    ///     result := make(chan int)
    ///     go func() { result <- compute() }()
    ///     select {
    ///     case v := <-result:
    ///         return v, nil
    ///     case <-ctx.Done():
    ///         return 0, ctx.Err()
    ///     }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func ask(ctx context.Context, compute func() int) (int, error) {
    ///     result := make(chan int, 1)
    ///     go func() { result <- compute() }()
    ///     select {
    ///     case v := <-result:
    ///         return v, nil
    ///     case <-ctx.Done():
    ///         return 0, ctx.Err()
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
        code: RuleCode::new(Family::Leaks, 2),
        name: "send-with-no-receiver",
        summary: "a goroutine sends to a channel from which nobody receives any more",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Wait("chan send")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    explored::report(cx, &RULE.info, sink);
}
