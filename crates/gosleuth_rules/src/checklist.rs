//! The checklist of a review: what is known of each goroutine that a package starts.
//!
//! Every answer rests on the text of the function that the goroutine runs, of the functions of the package that it calls, and of what else
//! the package does with its wait groups and channels. What is given to it from elsewhere makes an answer unknown, not no.

use gosleuth_base::{Answer, GoroutineStart, Idx as _, Known};
use gosleuth_ir::{BlockId, Call, Callee, Func, FuncId, Op, Terminator, ValueId};
use gosleuth_types::{Builtin, Type};

use crate::context::{PackageInput, RuleContext};
use crate::flow::has;
use crate::goroutines::{model_argument, spawned};
use crate::models::Behaviour;
use crate::places::{At, Place, is_same, place_of};

/// Calls in each other that are looked into.
const MAX_DEPTH: usize = 3;

/// The places of a package that start goroutines, in source order, tests left out.
pub fn checklist(input: &PackageInput<'_>) -> Vec<GoroutineStart> {
    let cx = &RuleContext::new(input);
    let mut starts = Vec::new();
    for (by, func) in cx.ir.funcs.iter_enumerated() {
        if cx.files[func.file].is_test {
            continue;
        }
        for block in func.blocks.iter() {
            for &site in &block.values {
                let call = match func.op(site) {
                    Op::Go(call) => call,
                    Op::Call(call) if model_argument(cx, call, Behaviour::Spawn).is_some() => call,
                    _ => continue,
                };
                starts.push(start(cx, by, site, call));
            }
        }
    }
    starts.sort_by(|a, b| {
        let key = |start: &GoroutineStart| (start.location.file.clone(), start.location.line, start.location.column);
        key(a).cmp(&key(b))
    });
    starts
}

fn start(cx: &RuleContext<'_>, by: FuncId, site: ValueId, call: &Call) -> GoroutineStart {
    let func = &cx.ir.funcs[by];
    let starter = match func.op(site) {
        Op::Go(_) => "go".to_owned(),
        _ => cx
            .callee_symbol(call)
            .map_or_else(String::new, |symbol| symbol.to_string()),
    };
    let location = cx.location(func.file, cx.span_of(func, site));
    let Some(body) = spawned(cx, func, site) else {
        let runs = match func.op(site) {
            Op::Go(call) => cx
                .callee_symbol(call)
                .map_or_else(String::new, |symbol| symbol.to_string()),
            _ => String::new(),
        };
        let unseen = || Answer {
            known: Known::Unknown,
            reason: "the function is not in this package".to_owned(),
            line: None,
        };
        return GoroutineStart {
            location,
            awaited: match waited_by_library(&starter) {
                Some(answer) => answer,
                None => unseen(),
            },
            by: starter,
            runs,
            recovers: unseen(),
            cancellation: unseen(),
            bounded: unseen(),
            blocking_defers: unseen(),
            deadline: unseen(),
        };
    };
    let reached = reached(cx, body);
    GoroutineStart {
        location,
        runs: format!("{}.{}", cx.path, cx.ir.funcs[body].name),
        recovers: recovers(cx, body, &reached),
        cancellation: cancellation(cx, &reached),
        bounded: bounded(cx, &reached),
        awaited: match waited_by_library(&starter) {
            Some(answer) => answer,
            None => awaited(cx, body, &reached),
        },
        blocking_defers: blocking_defers(cx, body),
        deadline: deadline(cx, by, &reached),
        by: starter,
    }
}

fn answer(cx: &RuleContext<'_>, known: Known, reason: impl Into<String>, at: Option<(FuncId, ValueId)>) -> Answer {
    let line = at.map(|(func, value)| {
        let func = &cx.ir.funcs[func];
        cx.files[func.file].tree.line_column(func.values[value].pos).0
    });
    Answer {
        known,
        reason: reason.into(),
        line,
    }
}

/// A function and those of the package that it calls, itself first.
fn reached(cx: &RuleContext<'_>, body: FuncId) -> Vec<FuncId> {
    let mut found = vec![body];
    let mut next = vec![body];
    for _ in 0..MAX_DEPTH {
        let mut calls = Vec::new();
        for id in next {
            let func = &cx.ir.funcs[id];
            for value in func.values.iter() {
                if let Op::Call(call) | Op::Defer(call) = &value.op
                    && let Some(called) = cx.called_function(func, call)
                    && !found.contains(&called)
                {
                    found.push(called);
                    calls.push(called);
                }
            }
        }
        next = calls;
    }
    found
}

/// The operations of functions that control may get to, with where they are.
fn operations<'c>(
    cx: &'c RuleContext<'_>,
    funcs: &'c [FuncId],
) -> impl Iterator<Item = (FuncId, &'c Func, ValueId, &'c Op)> + 'c {
    funcs.iter().flat_map(|&id| {
        let func = &cx.ir.funcs[id];
        let values = func.blocks.iter().flat_map(|block| block.values.iter().copied());
        values.map(move |value| (id, func, value, func.op(value)))
    })
}

fn symbol_of(cx: &RuleContext<'_>, op: &Op) -> Option<std::rc::Rc<str>> {
    match op {
        Op::Call(call) | Op::Defer(call) => cx.callee_symbol(call),
        _ => None,
    }
}

fn recovers(cx: &RuleContext<'_>, body: FuncId, reached: &[FuncId]) -> Answer {
    let recovering = |of: &[FuncId]| {
        operations(cx, of).find_map(|(id, func, value, op)| {
            let Op::Defer(call) = op else { return None };
            let handler = &cx.ir.funcs[cx.called_function(func, call)?];
            let calls = handler
                .values
                .iter()
                .any(|value| matches!(&value.op, Op::Call(call) if call.callee == Callee::Builtin(Builtin::Recover)));
            calls.then_some((id, value))
        })
    };
    if let Some(at) = recovering(&[body]) {
        return answer(cx, Known::Yes, "a deferred function calls recover", Some(at));
    }
    match recovering(&reached[1..]) {
        Some((id, _)) => {
            let name = &cx.ir.funcs[id].name;
            answer(cx, Known::No, format!("only {name}, which it calls, recovers"), None)
        }
        None => answer(cx, Known::No, "a panic ends the process", None),
    }
}

/// The channels that an operation receives from.
fn received(op: &Op) -> Vec<ValueId> {
    match op {
        Op::Recv { chan, .. } => vec![*chan],
        Op::Select { cases, .. } => cases
            .iter()
            .filter(|case| case.send.is_none())
            .map(|case| case.chan)
            .collect(),
        _ => Vec::new(),
    }
}

fn is_context_end(cx: &RuleContext<'_>, func: &Func, chan: ValueId) -> bool {
    symbol_of(cx, func.op(chan)).is_some_and(|symbol| symbol.ends_with("context.Context.Done"))
}

/// Whether the channel carries nothing: it is there to be closed.
fn is_signal(cx: &RuleContext<'_>, func: &Func, chan: ValueId) -> bool {
    match cx.under(func.values[chan].ty) {
        Type::Chan { elem, .. } => matches!(cx.under(*elem), Type::Struct(fields) if fields.is_empty()),
        _ => false,
    }
}

fn cancellation(cx: &RuleContext<'_>, reached: &[FuncId]) -> Answer {
    let mut ranged = None;
    let mut handed = None;
    for (id, func, value, op) in operations(cx, reached) {
        for chan in received(op) {
            if is_context_end(cx, func, chan) {
                return answer(cx, Known::Yes, "it listens to a context", Some((id, value)));
            }
            if is_signal(cx, func, chan) {
                return answer(
                    cx,
                    Known::Yes,
                    "it listens to a channel that signals",
                    Some((id, value)),
                );
            }
            if matches!(op, Op::Recv { comma_ok: true, .. }) {
                ranged = ranged.or(Some((id, value)));
            }
        }
        let takes_context = match op {
            Op::Call(call) => call.args.iter().any(|&arg| cx.is_context(func.values[arg].ty)),
            _ => false,
        };
        if takes_context || symbol_of(cx, op).is_some_and(|symbol| symbol.ends_with("context.Context.Err")) {
            handed = handed.or(Some((id, value)));
        }
    }
    if let Some(at) = handed {
        return answer(cx, Known::Yes, "it hands a context on", Some(at));
    }
    match ranged {
        Some(at) => answer(cx, Known::Yes, "it ends when the channel is closed", Some(at)),
        None => answer(cx, Known::No, "nothing tells it to stop", None),
    }
}

/// The first block that control may get to and from which no way leads to an end of the function.
fn endless(func: &Func) -> Option<BlockId> {
    let mut seen = vec![false; func.blocks.len()];
    let mut work: Vec<BlockId> = func.blocks.iter_enumerated().map(|(id, _)| id).take(1).collect();
    while let Some(block) = work.pop() {
        if !std::mem::replace(&mut seen[block.index()], true) {
            work.extend(func.blocks[block].end.successors());
        }
    }
    // Backwards from where it ends.
    let mut ends: Vec<bool> = func
        .blocks
        .iter()
        .map(|block| matches!(block.end, Terminator::Return(_) | Terminator::Panic(_)))
        .collect();
    loop {
        let more: Vec<usize> = func
            .blocks
            .iter_enumerated()
            .filter(|(id, block)| !ends[id.index()] && block.end.successors().iter().any(|next| ends[next.index()]))
            .map(|(id, _)| id.index())
            .collect();
        if more.is_empty() {
            break;
        }
        more.into_iter().for_each(|id| ends[id] = true);
    }
    func.blocks.iter_enumerated().map(|(id, _)| id).find(|id| {
        let loops = !func.blocks[*id].end.successors().is_empty();
        seen[id.index()] && !ends[id.index()] && loops
    })
}

fn bounded(cx: &RuleContext<'_>, reached: &[FuncId]) -> Answer {
    for &id in reached {
        let func = &cx.ir.funcs[id];
        if let Some(block) = endless(func) {
            let at = func.blocks[block].values.first().map(|&value| (id, value));
            return answer(cx, Known::No, "a loop has no way out", at);
        }
    }
    // What it waits for decides.
    for (id, func, value, op) in operations(cx, reached) {
        let what = match op {
            Op::Recv { .. } => "it waits to receive",
            Op::Send { .. } => "it waits to send",
            Op::Select { default: false, .. } => "it waits in a select",
            Op::Call(call) if blocks(cx, func, call) => "it calls what may wait",
            _ => continue,
        };
        return answer(cx, Known::Unknown, what, Some((id, value)));
    }
    answer(cx, Known::Yes, "it neither waits nor loops for ever", None)
}

/// Whether a library call waits for something that may not come.
fn blocks(cx: &RuleContext<'_>, func: &Func, call: &Call) -> bool {
    let models = cx.call_models(call);
    cx.called_function(func, call).is_none()
        && (has(models, Behaviour::Block) || has(models, Behaviour::Lock) || has(models, Behaviour::ReadLock))
}

fn waited_by_library(starter: &str) -> Option<Answer> {
    let waits = starter.ends_with(").Go") || starter.ends_with(").TryGo");
    waits.then(|| Answer {
        known: Known::Yes,
        reason: "it is started by a group, whose Wait waits for it".to_owned(),
        line: None,
    })
}

/// Signs that the goroutine gives at its end or on its way, and whether the package waits for one of them.
fn awaited(cx: &RuleContext<'_>, body: FuncId, reached: &[FuncId]) -> Answer {
    let mut signs: Vec<(At, bool)> = Vec::new();
    for (id, func, _, op) in operations(cx, reached) {
        match op {
            Op::Send { chan, .. } => signs.push(((id, *chan), true)),
            Op::Call(call) | Op::Defer(call) => {
                let Some(&first) = call.args.first() else { continue };
                if call.callee == Callee::Builtin(Builtin::Close) {
                    signs.push(((id, first), true));
                } else if cx.callee_symbol(call).as_deref() == Some("sync.(*WaitGroup).Done") {
                    signs.push(((id, first), false));
                }
            }
            Op::Select { cases, .. } => {
                let sends = cases.iter().filter(|case| case.send.is_some());
                signs.extend(sends.map(|case| ((id, case.chan), true)));
            }
            _ => {}
        }
        let _ = func;
    }
    if signs.is_empty() {
        return answer(cx, Known::No, "it tells nobody that it has ended", None);
    }
    let others: Vec<FuncId> = cx
        .ir
        .funcs
        .iter_enumerated()
        .map(|(id, _)| id)
        .filter(|id| *id != body)
        .collect();
    for (id, _, value, op) in operations(cx, &others) {
        let waits = |at: At, of_channel: bool| {
            signs
                .iter()
                .any(|&(sign, is)| is == of_channel && is_same(cx, sign, at))
        };
        let is_wait = match op {
            Op::Call(call) | Op::Defer(call) if cx.callee_symbol(call).as_deref() == Some("sync.(*WaitGroup).Wait") => {
                call.args.first().is_some_and(|&group| waits((id, group), false))
            }
            _ => received(op).into_iter().any(|chan| waits((id, chan), true)),
        };
        if is_wait {
            let name = &cx.ir.funcs[id].name;
            let mut found = answer(
                cx,
                Known::Yes,
                format!("{name} waits for what it tells"),
                Some((id, value)),
            );
            if cx.ir.funcs[id].file != cx.ir.funcs[body].file {
                found.line = None;
            }
            return found;
        }
    }
    let is_given = signs
        .iter()
        .any(|&((id, value), _)| matches!(place_of(cx, id, value), Place::Value(..)));
    if is_given {
        return answer(cx, Known::Unknown, "it tells through what it is given", None);
    }
    answer(cx, Known::No, "nobody in the package waits for what it tells", None)
}

fn blocking_defers(cx: &RuleContext<'_>, body: FuncId) -> Answer {
    for (id, func, value, op) in operations(cx, &[body]) {
        let Op::Defer(call) = op else { continue };
        if blocks(cx, func, call) || cx.callee_symbol(call).as_deref() == Some("sync.(*WaitGroup).Wait") {
            let symbol = cx.callee_symbol(call).unwrap_or_default();
            return answer(cx, Known::Yes, format!("defers {symbol}"), Some((id, value)));
        }
        let Some(called) = cx.called_function(func, call) else {
            continue;
        };
        let inner = reached(cx, called);
        let waiting = operations(cx, &inner).find(|(_, inner, _, op)| match op {
            Op::Recv { .. } | Op::Send { .. } | Op::Select { default: false, .. } => true,
            Op::Call(call) => {
                blocks(cx, inner, call) || cx.callee_symbol(call).as_deref() == Some("sync.(*WaitGroup).Wait")
            }
            _ => false,
        });
        if let Some((at, _, waits, _)) = waiting {
            let same = cx.ir.funcs[at].file == func.file;
            let at = if same { (at, waits) } else { (id, value) };
            return answer(cx, Known::Yes, "a deferred function waits", Some(at));
        }
    }
    answer(cx, Known::No, "", None)
}

fn deadline(cx: &RuleContext<'_>, by: FuncId, reached: &[FuncId]) -> Answer {
    let limits = |symbol: &str| {
        matches!(
            symbol,
            "context.WithTimeout"
                | "context.WithDeadline"
                | "context.WithTimeoutCause"
                | "context.WithDeadlineCause"
                | "time.After"
                | "time.NewTimer"
        ) || symbol.ends_with(".SetDeadline")
            || symbol.ends_with(".SetReadDeadline")
            || symbol.ends_with(".SetWriteDeadline")
    };
    for (id, _, value, op) in operations(cx, reached) {
        if let Some(symbol) = symbol_of(cx, op).filter(|symbol| limits(symbol)) {
            return answer(cx, Known::Yes, format!("calls {symbol}"), Some((id, value)));
        }
    }
    // The starter's context may have one.
    for (_, _, _, op) in operations(cx, &[by]) {
        if let Some(symbol) = symbol_of(cx, op).filter(|symbol| symbol.starts_with("context.With") && limits(symbol)) {
            return answer(cx, Known::Unknown, format!("its starter calls {symbol}"), None);
        }
    }
    answer(cx, Known::No, "", None)
}
