use gosleuth_base::{Family, Finding, FixAvailability, Idx as _, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{BlockId, Call, Callee, FuncId, Op, Terminator, ValueId};
use gosleuth_syntax::ast::Span;
use rustc_hash::FxHashSet;

use crate::context::RuleContext;
use crate::explored;
use crate::flow::{end_pos, has, in_loop, position};
use crate::goroutines::{receiver, spawns};
use crate::models::Behaviour;
use crate::places::{Place, place_of};
use crate::rule::rule;
use crate::same::live;

rule! {
    /// ## What it does
    ///
    /// Finds waits for a counter that cannot reach zero: a counted goroutine returns without `Done` on some path, or more was added than can be done. Tests, `main` and
    /// functions that start goroutines are executed in every order in which their goroutines can take turns, within bounds; the finding
    /// carries one order in which it happens.
    ///
    /// ## Why it is bad
    ///
    /// The goroutine that waits never goes on.
    ///
    /// ## Example
    ///
    /// ```go
    /// func all(a, b func() error) {
    ///     var wg sync.WaitGroup
    ///     for _, f := range []func() error{a, b} {
    ///         wg.Add(1)
    ///         go func(f func() error) {
    ///             if f() != nil {
    ///                 return
    ///             }
    ///             wg.Done()
    ///         }(f)
    ///     }
    ///     wg.Wait()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func all(a, b func() error) {
    ///     var wg sync.WaitGroup
    ///     for _, f := range []func() error{a, b} {
    ///         wg.Add(1)
    ///         go func(f func() error) {
    ///             defer wg.Done()
    ///             if f() != nil {
    ///                 return
    ///             }
    ///         }(f)
    ///     }
    ///     wg.Wait()
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
        code: RuleCode::new(Family::Leaks, 8),
        name: "waitgroup-never-done",
        summary: "the counter of a WaitGroup that is waited for does not reach zero",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Wait("sync.WaitGroup.Wait"), Symptom::Wait("semacquire")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    explored::report(cx, &RULE.info, sink);
    let mut waits = FxHashSet::default();
    for spawn in spawns(cx) {
        let by = &cx.ir.funcs[spawn.by];
        if !matches!(by.op(spawn.site), Op::Go(_)) {
            continue;
        }
        let Some((group, pos)) = leaves_without_done(cx, spawn.body) else {
            continue;
        };
        let body = &cx.ir.funcs[spawn.body];
        let wait = live(by).find(|(_, node)| match &node.op {
            Op::Call(call) => is_method(cx, call, "Wait") && receiver_place(cx, spawn.by, call) == Some(group),
            _ => false,
        });
        let Some((wait, _)) = wait.filter(|&(wait, _)| waits.insert((spawn.by, wait))) else {
            continue;
        };
        cx.report(
            &RULE.info,
            by.file,
            cx.span_of(by, wait),
            format!("{} can wait here for ever: the counter does not reach zero", by.name),
        )
        .related(
            body.file,
            Span::new(pos, pos + 1),
            "this goroutine can end here without `Done`",
        )
        .why("a path of a goroutine that is counted returns and does not count down")
        .action("begin the goroutine with `defer wg.Done()`")
        .push(sink);
    }
}

fn is_method(cx: &RuleContext<'_>, call: &Call, name: &str) -> bool {
    let symbol = cx.callee_symbol(call);
    let method = symbol
        .as_deref()
        .and_then(|symbol| symbol.strip_prefix("sync.(*WaitGroup)."));
    method == Some(name)
}

fn receiver_place(cx: &RuleContext<'_>, id: FuncId, call: &Call) -> Option<Place> {
    match place_of(cx, id, receiver(cx, call)?) {
        place @ Place::Object(_) => Some(place),
        Place::Value(..) => None,
    }
}

/// The group that a literal counts down on one path and not on another, and where that one returns. Whoever asks a flag may have asked it
/// before it counted.
fn leaves_without_done(cx: &RuleContext<'_>, id: FuncId) -> Option<(Place, u32)> {
    let func = &cx.ir.funcs[id];
    func.parent?;
    let mut dones = Vec::new();
    for (at, node) in live(func) {
        match &node.op {
            // Who counts in a loop counts what it was given, which may be nothing.
            Op::Call(call) if is_method(cx, call, "Done") => match position(func, at) {
                Some((block, _)) if !in_loop(func, block) => dones.push((at, receiver_place(cx, id, call)?)),
                _ => return None,
            },
            // What is deferred, or a function in it, may count down where it is not seen.
            Op::Defer(call) if !matches!(call.callee, Callee::Builtin(_)) => {
                let is_sync =
                    |symbol: &str| symbol.starts_with("sync.(*Mutex)") || symbol.starts_with("sync.(*RWMutex)");
                if !cx.callee_symbol(call).as_deref().is_some_and(is_sync) {
                    return None;
                }
            }
            Op::Closure { .. } | Op::Go(_) => return None,
            _ => {}
        }
    }
    let &(_, group) = dones.first()?;
    if dones.iter().any(|&(_, other)| other != group) {
        return None;
    }
    let passes = |value: ValueId| match func.op(value) {
        Op::Call(call) => {
            has(cx.call_models(call), Behaviour::NoReturn)
                || call.args.iter().any(|&arg| place_of(cx, id, arg) == group)
        }
        _ => false,
    };
    let mut seen = FxHashSet::default();
    let mut work = vec![BlockId::from_usize(0)];
    let mut left = None;
    while let Some(block) = work.pop() {
        let node = &func.blocks[block];
        if node.values.iter().any(|&value| passes(value)) {
            continue;
        }
        match &node.end {
            Terminator::Return(_) => left = Some(end_pos(func, block)),
            Terminator::If(cond, ..) if !matches!(func.op(*cond), Op::Binary(..) | Op::Extract { .. }) => return None,
            _ => {}
        }
        work.extend(node.end.successors().into_iter().filter(|&to| seen.insert(to)));
    }
    Some((group, left?))
}
