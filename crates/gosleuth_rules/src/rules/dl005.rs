use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};

use crate::context::RuleContext;
use crate::explored;
use crate::locks::Fault;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds waits at a channel, a WaitGroup or a Cond while a lock is held that whoever ends the wait has to take first. Tests, `main` and
    /// functions that start goroutines are executed in every order in which their goroutines can take turns, within bounds; the finding
    /// carries one order in which it happens.
    ///
    /// Where `strict` or this rule is selected, it also finds requests over the network, to databases and other services while a lock is held
    /// that keeps all others out, in the function or in functions of the package that it calls, whoever needs the lock.
    ///
    /// ## Why it is bad
    ///
    /// Both sides stop for ever. A request under a lock stops everybody who wants the lock for as long as the other machine takes.
    ///
    /// ## Example
    ///
    /// ```go
    /// func handOver() {
    ///     var mu sync.Mutex
    ///     done := make(chan struct{})
    ///     mu.Lock()
    ///     go func() {
    ///         mu.Lock()
    ///         defer mu.Unlock()
    ///         close(done)
    ///     }()
    ///     <-done
    ///     mu.Unlock()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func handOver() {
    ///     var mu sync.Mutex
    ///     done := make(chan struct{})
    ///     mu.Lock()
    ///     go func() {
    ///         mu.Lock()
    ///         defer mu.Unlock()
    ///         close(done)
    ///     }()
    ///     mu.Unlock()
    ///     <-done
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
        code: RuleCode::new(Family::Deadlocks, 5),
        name: "blocking-while-locked",
        summary: "a goroutine waits while it holds a lock that the other side needs",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Wait("chan send"), Symptom::Wait("chan receive"), Symptom::Wait("sync.Mutex.Lock")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    explored::report(cx, &RULE.info, sink);
    if !cx.is_wide(RULE.info.code) {
        return;
    }
    for (id, fault) in cx.lock_faults() {
        let Fault::Asks { site, first, whom } = *fault else {
            continue;
        };
        let func = &cx.ir.funcs[*id];
        if cx.files[func.file].is_test {
            continue;
        }
        cx.report(
            &RULE.info,
            func.file,
            cx.span_of(func, site),
            format!("{} waits for {whom} while it holds a lock", func.name),
        )
        .severity(Severity::Warning)
        .related(func.file, cx.span_of(func, first), "locked here")
        .why(
            "everybody else who needs the lock waits as long as the answer takes, and for ever where nothing limits it",
        )
        .action("copy what is needed under the lock, unlock it, and ask then; lock again to keep the answer")
        .push(sink);
    }
}
