use gosleuth_base::{
    Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom,
};
use gosleuth_ir::{BlockId, Call, Func, FuncId, Op, Terminator, ValueId};
use gosleuth_syntax::ast::{Span, StmtKind, UnaryOp};
use gosleuth_types::ObjRef;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::context::RuleContext;
use crate::flow::{has, position};
use crate::goroutines::receiver;
use crate::locks::only_parameter;
use crate::models::Behaviour;
use crate::places::{Place, place_of};
use crate::rule::rule;
use crate::same::{live, values};

rule! {
    /// ## What it does
    ///
    /// Finds receives from the channel of a timer, behind `Stop`, for which there is no value: it was taken already, the timer was stopped
    /// before, `Stop` has just said that it never fires, or the timer calls a function and has no channel.
    ///
    /// ## Why it is bad
    ///
    /// `if !timer.Stop() { <-timer.C }` takes the value of a timer that has fired. When somebody has taken it already, `Stop` reports false
    /// as well, and the receive waits for ever.
    ///
    /// ## Example
    ///
    /// ```go
    /// func debounce(events chan int, flush func()) {
    ///     timer := time.NewTimer(time.Second)
    ///     for {
    ///         select {
    ///         case <-timer.C:
    ///             flush()
    ///         case <-events:
    ///         }
    ///         if !timer.Stop() {
    ///             <-timer.C
    ///         }
    ///         timer.Reset(time.Second)
    ///     }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func debounce(events chan int, flush func()) {
    ///     timer := time.NewTimer(time.Second)
    ///     for {
    ///         select {
    ///         case <-timer.C:
    ///             flush()
    ///         case <-events:
    ///         }
    ///         if !timer.Stop() {
    ///             select {
    ///             case <-timer.C:
    ///             default:
    ///             }
    ///         }
    ///         timer.Reset(time.Second)
    ///     }
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Where the value was taken and where the timer is drained must be in one function, or the latter in a function of this package that it
    /// calls or defers. Paths on which a variable of type `bool` decides are left out: it may say whether the value was taken.
    ///
    /// ## Version notes
    ///
    /// From Go 1.23 on `Stop` and `Reset` throw an old value away, so neither needs a drain, and a receive behind a `Stop` always waits
    /// for ever. Before, a receive behind a `Stop` whose result nobody looks at waits for ever if the timer had not fired.
    RuleInfo {
        code: RuleCode::new(Family::Leaks, 16),
        name: "timer-drained-twice",
        summary: "a value of a timer is waited for that is taken already, or never comes",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::Suggest,
        symptoms: &[
            Symptom::Wait("chan receive"),
            Symptom::Suspect(SuspectKind::BlockedReceive),
        ],
    }
}

/// A receive that stands behind a `Stop` of the same timer.
#[derive(Clone, Copy, Debug)]
struct Drain {
    stop: ValueId,
    recv: ValueId,
    /// The result of Stop under which the receive is reached; none where nobody looks.
    stopped: Option<bool>,
    timer: Place,
}

/// Why no value comes.
#[derive(Clone, Copy)]
enum Reason {
    Taken,
    Stopped,
    StopSaysSo,
    NobodyLooks,
    Function,
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let mut drains: FxHashMap<FuncId, Vec<Drain>> = FxHashMap::default();
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        for (stop, node) in live(func) {
            if let Op::Call(call) = &node.op
                && is_method(cx, call, "time.(*Timer).Stop")
                && let Some(drain) = receiver(cx, call).and_then(|recv| drain(cx, id, stop, place_of(cx, id, recv)))
            {
                drains.entry(id).or_default().push(drain);
            }
        }
    }
    if drains.is_empty() {
        return;
    }
    let functions = made_by_after_func(cx);
    let mut reported = FxHashSet::default();
    let mut found = Vec::new();
    for (&id, list) in &drains {
        for drain in list {
            let is_function = match drain.timer {
                Place::Object(obj) => functions.get(&obj) == Some(&true),
                Place::Value(id, value) => is_after_func(cx, &cx.ir.funcs[id], value),
            };
            let reason = match drain.stopped {
                _ if is_function => Reason::Function,
                Some(true) => Reason::StopSaysSo,
                None => Reason::NobodyLooks,
                Some(false) => continue,
            };
            found.push((id, *drain, reason, None));
        }
    }
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        for (value, block, at, timer, reason) in spent(cx, id, func) {
            let Some((by, drain)) = drained_behind(cx, id, func, (block, at), timer, &drains) else {
                continue;
            };
            found.push((by, drain, reason, Some((id, value))));
        }
    }
    found.sort_by_key(|(id, drain, reason, _)| (*id, drain.recv, *reason as u8));
    for (id, drain, reason, spent) in found {
        if reported.insert((id, drain.recv)) {
            report(cx, id, drain, reason, spent, sink);
        }
    }
}

fn is_method(cx: &RuleContext<'_>, call: &Call, symbol: &str) -> bool {
    cx.callee_symbol(call).as_deref() == Some(symbol)
}

/// The timer whose channel a channel is.
fn timer_of(cx: &RuleContext<'_>, id: FuncId, chan: ValueId) -> Option<Place> {
    let func = &cx.ir.funcs[id];
    let Op::Load(addr) = func.op(chan) else { return None };
    let Op::FieldAddr { base, .. } = func.op(*addr) else {
        return None;
    };
    cx.is_type_or_pointer(func.values[*base].ty, "time", "Timer")
        .then(|| place_of(cx, id, *base))
}

/// The receive from the timer's channel right behind a Stop of it.
fn drain(cx: &RuleContext<'_>, id: FuncId, stop: ValueId, timer: Place) -> Option<Drain> {
    let func = &cx.ir.funcs[id];
    let (block, at) = position(func, stop)?;
    let receives = |block: BlockId, from: usize| {
        let values = func.blocks[block].values.get(from..).unwrap_or(&[]);
        for &value in values {
            match func.op(value) {
                Op::Recv { chan, .. } => return (timer_of(cx, id, *chan) == Some(timer)).then_some(value),
                Op::Call(_) | Op::Send { .. } | Op::Select { .. } | Op::Store { .. } => return None,
                _ => {}
            }
        }
        None
    };
    let found = |recv, stopped| Drain {
        stop,
        recv,
        stopped,
        timer,
    };
    if let Some(recv) = receives(block, at + 1) {
        return Some(found(recv, None));
    }
    let Terminator::If(cond, then, els) = func.blocks[block].end else {
        return None;
    };
    let when_stopped = match func.op(cond) {
        _ if cond == stop => true,
        Op::Unary(UnaryOp::Not, inner) if *inner == stop => false,
        _ => return None,
    };
    let sides = [(then, when_stopped), (els, !when_stopped)];
    sides.into_iter().find_map(|(block, stopped)| {
        // Behind the `if` both ways meet.
        let is_side = func.blocks[block].preds.len() == 1;
        let recv = receives(block, 0).filter(|_| is_side)?;
        Some(found(recv, Some(stopped)))
    })
}

/// Whether all that is stored in a variable or field comes from `time.AfterFunc`, by place.
fn made_by_after_func(cx: &RuleContext<'_>) -> FxHashMap<ObjRef, bool> {
    let mut made = FxHashMap::default();
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        for node in values(func) {
            let Op::Store { addr, value } = node.op else { continue };
            if !cx.is_type_or_pointer(func.values[value].ty, "time", "Timer") || matches!(func.op(value), Op::Zero) {
                continue;
            }
            if let Place::Object(obj) = place_of(cx, id, addr) {
                *made.entry(obj).or_insert(true) &= is_after_func(cx, func, value);
            }
        }
    }
    made
}

fn is_after_func(cx: &RuleContext<'_>, func: &Func, value: ValueId) -> bool {
    matches!(func.op(value), Op::Call(call) if is_method(cx, call, "time.AfterFunc"))
}

/// A value, where the way goes on behind it, the timer, and why it has no value there.
type Spent = (ValueId, BlockId, usize, Place, Reason);

/// Places behind which a timer has no value any more: a receive took it, or a Stop whose result nobody looks at.
fn spent(cx: &RuleContext<'_>, id: FuncId, func: &Func) -> Vec<Spent> {
    let mut found = Vec::new();
    for (block, node) in func.blocks.iter_enumerated() {
        for (at, &value) in node.values.iter().enumerate() {
            match func.op(value) {
                Op::Recv { chan, .. } => {
                    if let Some(timer) = timer_of(cx, id, *chan) {
                        found.push((value, block, at + 1, timer, Reason::Taken));
                    }
                }
                Op::Call(call) if is_method(cx, call, "time.(*Timer).Stop") => {
                    let mut is_used = false;
                    for other in values(func) {
                        other.op.for_each_operand(|operand| is_used |= operand == value);
                    }
                    let asked = matches!(node.end, Terminator::If(cond, ..) if cond == value);
                    if let Some(recv) = receiver(cx, call).filter(|_| !is_used && !asked) {
                        found.push((value, block, at + 1, place_of(cx, id, recv), Reason::Stopped));
                    }
                }
                _ => {}
            }
        }
        if let Terminator::Select(select, targets) = &node.end
            && let Op::Select { cases, .. } = func.op(*select)
        {
            for (case, &to) in cases.iter().zip(targets) {
                if case.send.is_none()
                    && let Some(timer) = timer_of(cx, id, case.chan)
                    && func.blocks[to].preds.len() == 1
                {
                    found.push((*select, to, 0, timer, Reason::Taken));
                }
            }
        }
    }
    found
}

/// The drain that a path gets to with nothing in between that starts the timer again.
fn drained_behind(
    cx: &RuleContext<'_>,
    id: FuncId,
    func: &Func,
    from: (BlockId, usize),
    timer: Place,
    drains: &FxHashMap<FuncId, Vec<Drain>>,
) -> Option<(FuncId, Drain)> {
    let own = drains.get(&id).map_or(&[][..], Vec::as_slice);
    let mut seen = FxHashSet::default();
    let mut work = vec![from];
    'blocks: while let Some((block, from)) = work.pop() {
        let node = &func.blocks[block];
        for &value in node.values.get(from..).unwrap_or(&[]) {
            match func.op(value) {
                Op::Recv { chan, .. } if timer_of(cx, id, *chan) == Some(timer) => continue 'blocks,
                Op::Store { addr, .. } if is_place(cx, id, *addr, timer) => continue 'blocks,
                // Where the timer is a variable of this function alone, another one begins here.
                _ if matches!(timer, Place::Value(_, made) if made == value) => continue 'blocks,
                Op::Call(call) if has(cx.call_models(call), Behaviour::NoReturn) => {
                    // The end of a test runs what was deferred, that of the process does not.
                    let is_test = cx
                        .callee_symbol(call)
                        .is_some_and(|symbol| symbol.starts_with("testing."));
                    match deferred_drain(cx, id, func, timer, drains).filter(|_| is_test) {
                        Some(found) => return Some(found),
                        None => continue 'blocks,
                    }
                }
                Op::Call(call) => {
                    let same = receiver(cx, call).is_some_and(|recv| place_of(cx, id, recv) == timer);
                    if same && is_method(cx, call, "time.(*Timer).Stop") {
                        let here = own.iter().find(|drain| drain.stop == value);
                        if let Some(drain) = here.filter(|drain| drain.stopped == Some(false)) {
                            return Some((id, *drain));
                        }
                        continue 'blocks;
                    }
                    if same && is_method(cx, call, "time.(*Timer).Reset") {
                        continue 'blocks;
                    }
                    if let Some(found) = drained_in(cx, id, func, call, timer, drains) {
                        return Some(found);
                    }
                    if may_start(cx, id, func, call, timer) {
                        continue 'blocks;
                    }
                }
                Op::RunDefers => {
                    let deferred = deferred_drain(cx, id, func, timer, drains);
                    if deferred.is_some() {
                        return deferred;
                    }
                }
                _ => {}
            }
        }
        let next = match &node.end {
            Terminator::If(cond, ..) if is_flag(func, *cond) => continue,
            Terminator::Select(select, targets) => {
                let Op::Select { cases, .. } = func.op(*select) else {
                    continue;
                };
                let takes = |number: usize| {
                    cases
                        .get(number)
                        .is_some_and(|case| case.send.is_none() && timer_of(cx, id, case.chan) == Some(timer))
                };
                let others = targets.iter().enumerate().filter(|&(number, _)| !takes(number));
                others.map(|(_, &to)| to).collect()
            }
            end => end.successors(),
        };
        for to in next {
            if seen.insert(to) {
                work.push((to, 0));
            }
        }
    }
    None
}

fn is_place(cx: &RuleContext<'_>, id: FuncId, addr: ValueId, timer: Place) -> bool {
    matches!(timer, Place::Object(_)) && place_of(cx, id, addr) == timer
}

/// A variable that may say whether the value was taken.
fn is_flag(func: &Func, cond: ValueId) -> bool {
    match func.op(cond) {
        Op::Unary(UnaryOp::Not, inner) => is_flag(func, *inner),
        Op::Phi(_) | Op::Load(_) | Op::Field { .. } | Op::Param(_) => true,
        _ => false,
    }
}

/// The drain of a timer that a called function begins with.
fn drained_in(
    cx: &RuleContext<'_>,
    id: FuncId,
    func: &Func,
    call: &Call,
    timer: Place,
    drains: &FxHashMap<FuncId, Vec<Drain>>,
) -> Option<(FuncId, Drain)> {
    let callee = cx.called_function(func, call).filter(|&callee| callee != id)?;
    let body = &cx.ir.funcs[callee];
    let drain = drains.get(&callee)?.iter().find(|drain| {
        let same = match parameter(cx, body, drain.stop) {
            Some(number) => call
                .args
                .get(number as usize)
                .is_some_and(|&argument| place_of(cx, id, argument) == timer),
            None => drain.timer == timer,
        };
        // Nothing starts it again in front of the drain: it stands in the first block.
        let is_first = position(body, drain.stop).is_some_and(|(block, at)| {
            use gosleuth_base::Idx as _;
            block.index() == 0
                && body.blocks[block].values[..at]
                    .iter()
                    .all(|&value| !matches!(body.op(value), Op::Call(_)))
        });
        same && is_first && drain.stopped == Some(false)
    })?;
    Some((callee, *drain))
}

/// The drain in what a function defers.
fn deferred_drain(
    cx: &RuleContext<'_>,
    id: FuncId,
    func: &Func,
    timer: Place,
    drains: &FxHashMap<FuncId, Vec<Drain>>,
) -> Option<(FuncId, Drain)> {
    values(func).find_map(|value| match &value.op {
        Op::Defer(call) => drained_in(cx, id, func, call, timer, drains),
        _ => None,
    })
}

/// The parameter that holds the timer that is stopped.
fn parameter(cx: &RuleContext<'_>, body: &Func, stop: ValueId) -> Option<u32> {
    let Op::Call(call) = body.op(stop) else { return None };
    match body.op(receiver(cx, call)?) {
        Op::Param(number) => Some(*number),
        Op::Load(cell) => only_parameter(body, *cell),
        _ => None,
    }
}

/// Whether a call may start the timer again: it is given the timer, or is a function that has to do with the same variable or field.
fn may_start(cx: &RuleContext<'_>, id: FuncId, func: &Func, call: &Call, timer: Place) -> bool {
    if call.args.iter().any(|&argument| {
        cx.is_type_or_pointer(func.values[argument].ty, "time", "Timer") && place_of(cx, id, argument) == timer
    }) {
        return true;
    }
    let Some(callee) = cx.called_function(func, call) else {
        return false;
    };
    let body = &cx.ir.funcs[callee];
    values(body).any(|value| match &value.op {
        Op::Call(call) => {
            is_method(cx, call, "time.(*Timer).Reset")
                && receiver(cx, call).is_some_and(|recv| place_of(cx, callee, recv) == timer)
        }
        Op::Store { addr, .. } => is_place(cx, callee, *addr, timer),
        _ => false,
    })
}

fn report(
    cx: &RuleContext<'_>,
    id: FuncId,
    drain: Drain,
    reason: Reason,
    spent: Option<(FuncId, ValueId)>,
    sink: &mut Vec<Finding>,
) {
    let func = &cx.ir.funcs[id];
    let span = cx.span_of(func, drain.recv);
    let is_new = cx.files[func.file].go_minor >= 23;
    let (message, why) = match reason {
        Reason::Taken => (
            "this waits for ever for a value of the timer that was taken already",
            "Stop reports false because the timer has fired, and its one value is gone",
        ),
        Reason::Stopped => (
            "this waits for ever for a value of a timer that was stopped before",
            "Stop reports false the second time, and a stopped timer sends nothing",
        ),
        Reason::StopSaysSo => (
            "this waits for ever for a value of a timer that was just stopped",
            "Stop reports true when it has stopped the timer before it fired",
        ),
        Reason::NobodyLooks if is_new => (
            "this waits for ever for a value of a timer that was just stopped",
            "from Go 1.23 on no value can be received behind a Stop",
        ),
        Reason::NobodyLooks => (
            "this waits for ever for a value of a timer that had not fired when it was stopped",
            "only where Stop reports false there is a value to take",
        ),
        Reason::Function => (
            "this waits for ever for a timer that has no channel",
            "a timer of time.AfterFunc calls its function, and its C is nil",
        ),
    };
    let mut report = cx.report(&RULE.info, func.file, span, message).why(why);
    if let Some((by, value)) = spent {
        let by = &cx.ir.funcs[by];
        let label = match reason {
            Reason::Stopped => "stopped here",
            _ => "taken here",
        };
        report = report.related(by.file, cx.span_of(by, value), label);
    }
    report = report.action(match (reason, is_new) {
        (Reason::Function, _) => "remove the receive",
        (_, true) => "remove the receive: Stop and Reset throw an old value away",
        (_, false) => "take the value with a `select` that has a `default`",
    });
    if let Some((span, text)) = select_instead(cx, func.file, span) {
        let edit = [(func.file, span, text.as_str())];
        report = report.fix(FixSafety::Suggest, "take the value only if there is one", edit);
    }
    report.push(sink);
}

/// `<-timer.C` alone on its line as a select with a default.
fn select_instead(cx: &RuleContext<'_>, file: usize, recv: Span) -> Option<(Span, String)> {
    let tree = cx.files[file].tree;
    let stmt = tree.stmts.iter().find(|stmt| match stmt.kind {
        StmtKind::Expr(expr) => tree.exprs[expr].span == recv,
        _ => false,
    })?;
    let indent = cx.indentation(file, stmt.span.start);
    let alone = tree.line_column(stmt.span.start).1 as usize == indent.len() + 1
        && matches!(cx.files[file].text.get(stmt.span.end as usize), Some(b'\n'));
    alone.then(|| {
        let text = cx.source(file, recv);
        (
            stmt.span,
            format!("select {{\n{indent}case {text}:\n{indent}default:\n{indent}}}"),
        )
    })
}
