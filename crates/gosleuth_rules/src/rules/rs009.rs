use gosleuth_base::{
    Confidence, Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom,
};
use gosleuth_ir::{BlockId, Call, Callee, Func, Op, Terminator, ValueId};
use rustc_hash::FxHashSet;

use crate::context::RuleContext;
use crate::flow::{nil_check, position};
use crate::remote::{Asked, error_of, returns_error};
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds loops that repeat a failed request, query or remote call without an end: at once, or after the same pause for ever.
    ///
    /// ## Why it is bad
    ///
    /// When the other side is down, every caller asks it as fast as it can, and keeps it down. The goroutine never gives up, whatever
    /// became of whoever waits for it.
    ///
    /// ## Example
    ///
    /// ```go
    /// func fetch(client *http.Client, url string) *http.Response {
    ///     for {
    ///         resp, err := client.Get(url)
    ///         if err == nil {
    ///             return resp
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func fetch(ctx context.Context, client *http.Client, url string) (*http.Response, error) {
    ///     pause := 100 * time.Millisecond
    ///     for attempt := 1; ; attempt++ {
    ///         resp, err := client.Get(url)
    ///         if err == nil || attempt == 5 {
    ///             return resp, err
    ///         }
    ///         select {
    ///         case <-time.After(pause):
    ///             pause *= 2
    ///         case <-ctx.Done():
    ///             return nil, ctx.Err()
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// A loop that can be left behind the failure, by whatever condition, counts as limited; so does one that pauses and goes on with other work
    /// after a success, such as one that reconnects. A function with a name that speaks of waiting is a pause. Only calls that are
    /// known to ask somebody else count, in the loop or in functions of the package that it calls.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Resources, 9),
        name: "retry-without-limit",
        summary: "a failed call to somebody else is repeated without an end",
        set: RuleSet::Strict,
        severity: Severity::Warning,
        fix: FixAvailability::None,
        symptoms: &[
            Symptom::Suspect(SuspectKind::BlockedIo),
            Symptom::Wait("sleep"),
            Symptom::Other("a storm of requests to a service that is down"),
        ],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let mut asked = Asked::default();
    for func in cx.ir.funcs.iter() {
        if cx.files[func.file].is_test {
            continue;
        }
        for (site, value) in func.values.iter_enumerated() {
            let Op::Call(call) = &value.op else { continue };
            if !returns_error(cx, func, site) {
                continue;
            }
            let Some(whom) = asked.by_call(cx, func, call) else {
                continue;
            };
            let Some((block, _)) = position(func, site) else {
                continue;
            };
            let round = round(func, block);
            if !round.contains(&block) {
                continue;
            }
            let Some(error) = error_of(cx, func, site) else {
                continue;
            };
            let Some(kind) = repeats(cx, func, block, error, &round) else {
                continue;
            };
            let (what, why) = match kind {
                Repeats::AtOnce => (
                    "at once, and without an end",
                    "while the other side is down, this asks it as fast as it can",
                ),
                Repeats::ForEver => (
                    "for ever",
                    "nothing ends it but a success, and after each failure it pauses for as long as before",
                ),
            };
            cx.report(
                &RULE.info,
                func.file,
                cx.span_of(func, site),
                format!("this call to {whom} is repeated {what} when it fails"),
            )
            .confidence(Confidence::Medium)
            .why(why)
            .action("limit the attempts, double the pause, and stop when a context ends")
            .push(sink);
        }
    }
}

enum Repeats {
    AtOnce,
    ForEver,
}

/// The blocks from which control can come back to a block, and to which it can go from there; the block itself only if it is in a loop.
fn round(func: &Func, block: BlockId) -> FxHashSet<BlockId> {
    let forward = reach(block, |at| func.blocks[at].end.successors());
    let backward = reach(block, |at| func.blocks[at].preds.clone());
    forward.intersection(&backward).copied().collect()
}

fn reach(from: BlockId, next: impl Fn(BlockId) -> Vec<BlockId>) -> FxHashSet<BlockId> {
    let mut seen = FxHashSet::default();
    let mut work = next(from);
    while let Some(block) = work.pop() {
        if seen.insert(block) {
            work.extend(next(block));
        }
    }
    seen
}

/// How a failure leads back to the call, if nothing but a success ends that.
fn repeats(
    cx: &RuleContext<'_>,
    func: &Func,
    block: BlockId,
    error: ValueId,
    round: &FxHashSet<BlockId>,
) -> Option<Repeats> {
    // The first branch on the error.
    let (failed, worked) = func.blocks.iter_enumerated().find_map(|(at, node)| {
        let Terminator::If(cond, then, els) = node.end else {
            return None;
        };
        let (value, when_nil) = nil_check(func, cond)?;
        let value = match *func.op(value) {
            Op::Convert(inner) => inner,
            _ => value,
        };
        // `for err != nil { err = … }`
        let is_this = value == error || matches!(func.op(value), Op::Phi(values) if values.contains(&error));
        if !round.contains(&at) || !is_this {
            return None;
        }
        Some(if when_nil { (els, then) } else { (then, els) })
    })?;
    if !round.contains(&failed) {
        return None;
    }
    // What runs between a failure and the next attempt.
    let mut seen = FxHashSet::default();
    let mut work = vec![(failed, false)];
    let mut at_once = false;
    while let Some((at, paused)) = work.pop() {
        if !seen.insert((at, paused)) {
            continue;
        }
        if at == block {
            at_once |= !paused && !pauses(cx, func, before(func, at, error));
            continue;
        }
        let node = &func.blocks[at];
        let paused = paused || pauses(cx, func, &node.values);
        let next = node.end.successors();
        if next.is_empty() || next.iter().any(|to| !round.contains(to)) {
            return None;
        }
        work.extend(next.into_iter().map(|to| (to, paused)));
    }
    if at_once {
        return Some(Repeats::AtOnce);
    }
    // With a success the loop has to be over: otherwise it has other work than this.
    let is_over = !round.contains(&worked);
    is_over.then_some(Repeats::ForEver)
}

/// The values of a block in front of the one that has an error.
fn before(func: &Func, block: BlockId, error: ValueId) -> &[ValueId] {
    let values = &func.blocks[block].values;
    let site = match *func.op(error) {
        Op::Extract { tuple, .. } => tuple,
        _ => error,
    };
    let end = values.iter().position(|&value| value == site).unwrap_or(0);
    &values[..end]
}

/// Whether something in a run of values takes time that does not depend on the other side, or hears of an end.
fn pauses(cx: &RuleContext<'_>, func: &Func, values: &[ValueId]) -> bool {
    values.iter().any(|&value| match func.op(value) {
        Op::Recv { .. } | Op::Send { .. } | Op::Select { .. } => true,
        Op::Call(call) => is_pause(cx, func, call),
        _ => false,
    })
}

fn is_pause(cx: &RuleContext<'_>, func: &Func, call: &Call) -> bool {
    const WORDS: &[&str] = &[
        "sleep", "wait", "backoff", "back_off", "delay", "pause", "retry", "throttle", "limit", "take", "tick", "next",
    ];
    let name = match call.callee {
        Callee::Static(obj) | Callee::Interface { method: obj, .. } => cx.name_of(obj).to_ascii_lowercase(),
        // What a function value does is not known.
        Callee::Value(_) => return cx.called_function(func, call).is_none(),
        Callee::Builtin(_) => return false,
    };
    WORDS.iter().any(|word| name.contains(word))
        || cx
            .callee_symbol(call)
            .is_some_and(|symbol| symbol.starts_with("context.Context."))
}
