use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom};
use gosleuth_ir::{BlockId, Call, Callee, Func, FuncId, Op, Terminator, ValueId};
use gosleuth_types::Builtin;
use rustc_hash::FxHashSet;

use crate::context::RuleContext;
use crate::flow::{nil_check, position};
use crate::models::Behaviour;
use crate::places::{At, Place, is_same, place_of};
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds deferred functions that recover a panic and then wait for something without a limit: a request through a client without
    /// timeout, a command, a query without context, or a lock that the panicking function still holds.
    ///
    /// ## Why it is bad
    ///
    /// Panics come in numbers, when something else is broken already. Each of them then pins its goroutine in the handler, and what was
    /// meant to keep the service alive stops it.
    ///
    /// ## Example
    ///
    /// ```go
    /// func guard(work func()) {
    ///     defer func() {
    ///         if r := recover(); r != nil {
    ///             http.Get("https://alerts.example.com/?" + fmt.Sprint(r))
    ///         }
    ///     }()
    ///     work()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// var alerts = &http.Client{Timeout: 5 * time.Second}
    ///
    /// func guard(work func()) {
    ///     defer func() {
    ///         if r := recover(); r != nil {
    ///             alerts.Get("https://alerts.example.com/?" + fmt.Sprint(r))
    ///         }
    ///     }()
    ///     work()
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// What runs whether or not there was a panic is left out, and so is what the handler calls through interfaces or in other packages.
    /// Sends to channels are not reported: whether somebody receives is a matter of GL002.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Panics, 9),
        name: "blocking-recover-handler",
        summary: "a handler of panics waits without a limit",
        set: RuleSet::Default,
        severity: Severity::Warning,
        fix: FixAvailability::None,
        symptoms: &[
            Symptom::Wait("IO wait"),
            Symptom::Wait("sync.Mutex.Lock"),
            Symptom::Suspect(SuspectKind::BlockedIo),
        ],
    }
}

/// Functions of the package that are looked into, from one handler.
const MAX_DEPTH: u32 = 3;

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let mut reported = FxHashSet::default();
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        if cx.files[func.file].is_test {
            continue;
        }
        for (site, value) in func.values.iter_enumerated() {
            let Op::Defer(call) = &value.op else { continue };
            let Some(handler) = cx.called_function(func, call) else {
                continue;
            };
            let Some((recover, panicked)) = only_after_panic(&cx.ir.funcs[handler]) else {
                continue;
            };
            let Some(wait) = waits(cx, handler, Some(&panicked), MAX_DEPTH, &mut |by, call| {
                is_held(cx, id, site, handler, by, call)
            }) else {
                continue;
            };
            if !reported.insert((wait.func, wait.at)) {
                continue;
            }
            let (by, at) = (&cx.ir.funcs[wait.func], wait.at);
            let body = &cx.ir.funcs[handler];
            let mut report = cx
                .report(
                    &RULE.info,
                    by.file,
                    cx.span_of(by, at),
                    format!("this handler of panics waits for {} without a limit", wait.what),
                )
                .related(body.file, cx.span_of(body, recover), "a panic is recovered here");
            if let Some(lock) = wait.holder {
                report = report
                    .related(
                        func.file,
                        cx.span_of(func, lock),
                        "locked here, and still held when something panics",
                    )
                    .why("the panicking function holds the lock, and the handler runs before anybody unlocks it")
                    .action("unlock in a `defer`, or do without the lock in the handler");
            } else {
                report = report
                    .why("panics come in numbers, and each pins its goroutine here when the other side is slow")
                    .action("give it a timeout, or hand the report to a goroutine that sends it");
            }
            report.push(sink);
        }
    }
}

/// The call of `recover` in a handler, and the blocks that run only when there was a panic.
fn only_after_panic(func: &Func) -> Option<(ValueId, FxHashSet<BlockId>)> {
    let (recover, _) = func
        .values
        .iter_enumerated()
        .find(|(_, value)| matches!(&value.op, Op::Call(call) if call.callee == Callee::Builtin(Builtin::Recover)))?;
    for block in func.blocks.iter() {
        let Terminator::If(cond, then, els) = block.end else {
            continue;
        };
        let Some((value, when_nil)) = nil_check(func, cond) else {
            continue;
        };
        if value != recover {
            continue;
        }
        let (panicked, normal) = if when_nil { (els, then) } else { (then, els) };
        let normal = reachable(func, normal);
        let blocks: FxHashSet<_> = reachable(func, panicked).difference(&normal).copied().collect();
        return Some((recover, blocks));
    }
    None
}

fn reachable(func: &Func, from: BlockId) -> FxHashSet<BlockId> {
    let mut seen = FxHashSet::default();
    let mut work = vec![from];
    while let Some(block) = work.pop() {
        if seen.insert(block) {
            work.extend(func.blocks[block].end.successors());
        }
    }
    seen
}

struct Waits {
    func: FuncId,
    at: ValueId,
    what: &'static str,
    /// Where the panicking function took the lock.
    holder: Option<ValueId>,
}

/// The first unlimited wait in the blocks of a function, or in what they call.
fn waits(
    cx: &RuleContext<'_>,
    id: FuncId,
    within: Option<&FxHashSet<BlockId>>,
    depth: u32,
    holder: &mut dyn FnMut(FuncId, &Call) -> Option<ValueId>,
) -> Option<Waits> {
    let func = &cx.ir.funcs[id];
    let blocks = func
        .blocks
        .iter_enumerated()
        .filter(|(block, _)| within.is_none_or(|within| within.contains(block)));
    for (_, block) in blocks {
        for &at in &block.values {
            let Op::Call(call) = func.op(at) else { continue };
            if let Some(what) = unlimited(cx, func, call) {
                return Some(Waits {
                    func: id,
                    at,
                    what,
                    holder: None,
                });
            }
            let models = cx.call_models(call);
            if crate::flow::has(models, Behaviour::Lock)
                && let Some(lock) = holder(id, call)
            {
                return Some(Waits {
                    func: id,
                    at,
                    what: "a lock",
                    holder: Some(lock),
                });
            }
            if depth > 0
                && let Some(callee) = cx.called_function(func, call)
                && callee != id
                && let Some(found) = waits(cx, callee, None, depth - 1, holder)
            {
                return Some(found);
            }
        }
    }
    None
}

/// What a call waits for, if nothing limits that.
fn unlimited(cx: &RuleContext<'_>, func: &Func, call: &Call) -> Option<&'static str> {
    let symbol = cx.callee_symbol(call)?;
    match &*symbol {
        "net/http.Get" | "net/http.Head" | "net/http.Post" | "net/http.PostForm" => Some("a response"),
        "net/http.(*Client).Get"
        | "net/http.(*Client).Head"
        | "net/http.(*Client).Post"
        | "net/http.(*Client).PostForm" => {
            let client = *call.args.first()?;
            let is_default = match func.op(client) {
                Op::Load(addr) => {
                    matches!(func.op(*addr), Op::Global(obj) if &*cx.symbol(*obj) == "net/http.DefaultClient")
                }
                _ => false,
            };
            is_default.then_some("a response")
        }
        "net.Dial" => Some("a connection"),
        "net/smtp.SendMail" => Some("a mail server"),
        "os/exec.(*Cmd).Run" | "os/exec.(*Cmd).Output" | "os/exec.(*Cmd).CombinedOutput" | "os/exec.(*Cmd).Wait" => {
            // A command with a context ends with it.
            let with_context = func.values.iter().any(|value| {
                matches!(&value.op, Op::Call(call) if cx.callee_symbol(call).as_deref() == Some("os/exec.CommandContext"))
            });
            (!with_context).then_some("a command")
        }
        "database/sql.(*DB).Query"
        | "database/sql.(*DB).QueryRow"
        | "database/sql.(*DB).Exec"
        | "database/sql.(*DB).Ping" => Some("the database"),
        _ => None,
    }
}

/// Where the function that defers the handler locks what the handler locks, if it may hold it when something panics: it unlocks by a call and
/// not in a `defer` that runs before the handler.
fn is_held(
    cx: &RuleContext<'_>,
    id: FuncId,
    site: ValueId,
    handler: FuncId,
    by: FuncId,
    call: &Call,
) -> Option<ValueId> {
    if by != handler {
        return None;
    }
    let func = &cx.ir.funcs[id];
    let wanted = (by, *call.args.first()?);
    if !matches!(place_of(cx, wanted.0, wanted.1), Place::Object(_)) {
        return None;
    }
    let of = |call: &Call, behaviour| {
        crate::flow::has(cx.call_models(call), behaviour)
            && call.args.first().is_some_and(|&recv| is_same(cx, (id, recv), wanted))
    };
    // What is deferred behind the handler runs before it, by a literal as well.
    let deferred = func.values.iter().any(|value| match &value.op {
        Op::Defer(call) => {
            of(call, Behaviour::Unlock)
                || cx
                    .called_function(func, call)
                    .is_some_and(|body| body != handler && unlocks(cx, body, wanted))
        }
        _ => false,
    });
    if deferred {
        return None;
    }
    let (defer_block, defer_at) = position(func, site)?;
    let behind = reachable(func, defer_block);
    for (block, node) in func.blocks.iter_enumerated() {
        if !behind.contains(&block) {
            continue;
        }
        for (index, &at) in node.values.iter().enumerate() {
            if block == defer_block && index < defer_at {
                continue;
            }
            let Op::Call(call) = func.op(at) else { continue };
            if !of(call, Behaviour::Lock) {
                continue;
            }
            // Something that can panic comes before the unlock.
            let mut held = node.values[index + 1..].iter();
            let panics = held.by_ref().find_map(|&next| match func.op(next) {
                Op::Call(call) if of(call, Behaviour::Unlock) => Some(false),
                Op::Call(call) => matches!(call.callee, Callee::Value(_) | Callee::Interface { .. }).then_some(true),
                _ => None,
            });
            if panics == Some(true) || (panics.is_none() && matches!(node.end, Terminator::Panic(_))) {
                return Some(at);
            }
        }
    }
    None
}

fn unlocks(cx: &RuleContext<'_>, id: FuncId, wanted: At) -> bool {
    let func = &cx.ir.funcs[id];
    func.values.iter().any(|value| {
        matches!(&value.op, Op::Call(call) if crate::flow::has(cx.call_models(call), Behaviour::Unlock)
            && call.args.first().is_some_and(|&recv| is_same(cx, (id, recv), wanted)))
    })
}
