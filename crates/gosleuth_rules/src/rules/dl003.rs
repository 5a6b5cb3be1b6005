use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::Func;
use gosleuth_syntax::ast::Span;
use gosleuth_types::Type;

use crate::context::RuleContext;
use crate::explored;
use crate::flow::end_pos;
use crate::locks::{self, Fault};
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds waits for a lock that a path of another function, or of an earlier call, left locked. Paths
    /// that return with a lock held which other paths of the same function release are found in every function; for the rest, tests, `main`
    /// and functions that start goroutines are executed in every order in which their goroutines can take turns, within bounds, and the
    /// finding carries one order in which it happens.
    ///
    /// ## Why it is bad
    ///
    /// Nobody can take the lock any more.
    ///
    /// ## Example
    ///
    /// ```go
    /// type account struct {
    ///     mu      sync.Mutex
    ///     balance int
    /// }
    ///
    /// func (a *account) spend(n int) bool {
    ///     a.mu.Lock()
    ///     if a.balance < n {
    ///         return false
    ///     }
    ///     a.balance -= n
    ///     a.mu.Unlock()
    ///     return true
    /// }
    ///
    /// func twice() {
    ///     a := &account{balance: 1}
    ///     go a.spend(2)
    ///     a.spend(1)
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// type account struct {
    ///     mu      sync.Mutex
    ///     balance int
    /// }
    ///
    /// func (a *account) spend(n int) bool {
    ///     a.mu.Lock()
    ///     defer a.mu.Unlock()
    ///     if a.balance < n {
    ///         return false
    ///     }
    ///     a.balance -= n
    ///     return true
    /// }
    ///
    /// func twice() {
    ///     a := &account{balance: 1}
    ///     go a.spend(2)
    ///     a.spend(1)
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// A function that is named after locking, one that returns the lock or a function, and locks that others release are taken to be held on
    /// purpose. Loops whose end the program does not determine are followed for a few rounds. Objects that code outside the package may use count as
    /// served by it. What rests on numbers from outside is not reported.
    ///
    /// ## Version notes
    ///
    /// Timers have the semantics of the module's language version.
    RuleInfo {
        code: RuleCode::new(Family::Deadlocks, 3),
        name: "lock-not-released",
        summary: "a lock is still held when the function that took it has returned, and somebody waits for it",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Wait("sync.Mutex.Lock")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    explored::report(cx, &RULE.info, sink);
    for (id, fault) in cx.lock_faults() {
        let Fault::Kept { first, block, release } = *fault else {
            continue;
        };
        let func = &cx.ir.funcs[*id];
        let obj = locks::lock_object(cx, func, first);
        if is_on_purpose(cx, func) || obj.is_some_and(|obj| locks::is_unlocked_elsewhere(cx, obj)) {
            continue;
        }
        let end = end_pos(func, block);
        let is_return = cx.source(func.file, Span::new(end, end + 6)) == "return";
        let end = Span::new(end, if is_return { end + 6 } else { end + 1 });
        let message = format!("this lock is never released on a path of {}", func.name);
        cx.report(&RULE.info, func.file, cx.span_of(func, first), message)
            .related(func.file, end, "returns here with the lock held")
            .related(func.file, cx.span_of(func, release), "released here on another path")
            .why("whoever wants the lock after that waits for ever")
            .action("unlock in a defer right behind the Lock, or on every path")
            .push(sink);
    }
}

/// Whether a function seems to return with the lock held on purpose: its name says so, or it returns the lock
/// or a function that may unlock.
fn is_on_purpose(cx: &RuleContext<'_>, func: &Func) -> bool {
    let name = func.name.to_ascii_lowercase();
    let says = ["lock", "acquire", "begin", "start", "enter", "hold"]
        .iter()
        .any(|word| name.contains(word));
    let returns = match cx.query.ty(func.sig) {
        Type::Func(sig) => cx.query.world.types.list(sig.results).iter().any(|&ty| {
            let is_lock = ["Mutex", "RWMutex"]
                .iter()
                .any(|name| cx.is_type_or_pointer(ty, "sync", name));
            is_lock || matches!(cx.under(ty), Type::Func(_))
        }),
        _ => true,
    };
    says || returns
}
