use gosleuth_base::{Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Func, FuncId, Op, Terminator, ValueId};
use gosleuth_syntax::ast::{ExprKind, Span, StmtId, StmtKind};
use gosleuth_types::ConstValue;
use rustc_hash::FxHashSet;

use crate::context::RuleContext;
use crate::flow::position;
use crate::goroutines::receiver;
use crate::rule::rule;
use crate::same::{Rounds, for_word, is_returned, live, loop_around, names_of, rounds, uses_any};

rule! {
    /// ## What it does
    ///
    /// Finds loops that start a timer in each round (`time.After`, `time.NewTimer`) and begin the next round
    /// while it is still running: another case of the `select` was ready, and nobody stopped it.
    ///
    /// ## Why it is bad
    ///
    /// Before Go 1.23 a running timer is kept until it fires. A loop that handles 10,000 messages in a second and starts a timer of a minute
    /// for each keeps 600,000 timers with their channels: memory that grows with the load, and looks like a leak.
    ///
    /// ## Example
    ///
    /// ```go
    /// func consume(messages chan string, handle func(string)) {
    ///     for {
    ///         select {
    ///         case message := <-messages:
    ///             handle(message)
    ///         case <-time.After(time.Minute):
    ///             return
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func consume(messages chan string, handle func(string)) {
    ///     for {
    ///         timer := time.NewTimer(time.Minute)
    ///         select {
    ///         case message := <-messages:
    ///             timer.Stop()
    ///             handle(message)
    ///         case <-timer.C:
    ///             return
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Timers of less than 10 ms, loops that count to a hundred or less, and tests are left out. A function of this package that starts the
    /// timer is seen where an endless loop calls it directly.
    ///
    /// ## Version notes
    ///
    /// From Go 1.23 on a timer that nobody refers to is freed at once: the loop only makes a little garbage. For such modules this is advice,
    /// given where `advice` or this rule is selected.
    RuleInfo {
        code: RuleCode::new(Family::Leaks, 11),
        name: "timer-goroutine-per-iteration",
        summary: "a loop starts a timer in each round and leaves it running",
        set: RuleSet::Default,
        severity: Severity::Warning,
        fix: FixAvailability::Suggest,
        symptoms: &[Symptom::Other("heap growth in `time.NewTimer` that follows the load")],
    }
}

/// The version from which on unreferenced timers are freed.
const COLLECTED: u32 = 23;

/// Nanoseconds below which a timer does not last.
const SHORT: i64 = 10_000_000;

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        let is_collected = cx.files[func.file].go_minor >= COLLECTED;
        if cx.files[func.file].is_test || is_collected && !cx.is_wide(RULE.info.code) {
            continue;
        }
        for (timer, node) in live(func) {
            let Op::Call(call) = &node.op else { continue };
            let Some(symbol) = cx.callee_symbol(call) else { continue };
            let is_after = match &*symbol {
                "time.After" => true,
                "time.NewTimer" => false,
                _ => continue,
            };
            if call.args.first().is_some_and(|&duration| is_short(func, duration)) {
                continue;
            }
            let Some(left) = left_running(cx, func, timer, is_after) else {
                continue;
            };
            let around = if left.again {
                let Some(stmt) = loop_around(cx, func, node.pos) else {
                    continue;
                };
                if rounds(cx, func.file, stmt) == Rounds::Few {
                    continue;
                }
                (func.file, for_word(cx, func.file, stmt))
            } else if left.returns
                && let Some(around) = called_in_loop(cx, id)
            {
                around
            } else {
                continue;
            };
            report(cx, func, timer, is_after, around, sink);
        }
    }
}

fn is_short(func: &Func, duration: ValueId) -> bool {
    match func.op(duration) {
        Op::Const(ConstValue::Int(nanoseconds)) => *nanoseconds < SHORT,
        Op::Convert(inner) => is_short(func, *inner),
        Op::Zero => true,
        _ => false,
    }
}

/// Where control can get to with the timer still running.
struct Left {
    /// Back to where it was started.
    again: bool,
    /// Out of the function.
    returns: bool,
}

/// Follows a timer until somebody stops it, or takes its value; none if it is handed on.
fn left_running(cx: &RuleContext<'_>, func: &Func, timer: ValueId, is_after: bool) -> Option<Left> {
    let same = names_of(func, timer);
    let mut channels: FxHashSet<ValueId> = FxHashSet::default();
    if is_after {
        channels.extend(same.iter().copied());
    }
    for (id, node) in live(func) {
        match &node.op {
            Op::FieldAddr { base, .. } if !is_after && same.contains(base) => {
                channels.insert(id);
            }
            Op::Load(addr) if channels.contains(addr) => {
                channels.extend(names_of(func, id));
            }
            _ => {}
        }
    }
    if is_returned(func, &same) || is_returned(func, &channels) {
        return None;
    }
    let is_own = |value: &ValueId| same.contains(value) || channels.contains(value);
    let mut settling: FxHashSet<ValueId> = FxHashSet::default();
    for (id, node) in live(func) {
        if !uses_any(&node.op, &same) && !uses_any(&node.op, &channels) {
            continue;
        }
        match &node.op {
            Op::Phi(_)
            | Op::Load(_)
            | Op::Convert(_)
            | Op::FieldAddr { .. }
            | Op::Select { .. }
            | Op::SelectRecv { .. }
            | Op::Binary(..) => {}
            Op::Store { addr, value } => {
                if is_own(value) && !matches!(func.op(*addr), Op::Alloc { var: Some(_) }) {
                    return None;
                }
            }
            Op::Recv { .. } => {
                settling.insert(id);
            }
            Op::Call(call) | Op::Defer(call)
                if cx
                    .callee_symbol(call)
                    .is_some_and(|symbol| matches!(&*symbol, "time.(*Timer).Stop" | "time.(*Timer).Reset"))
                    && receiver(cx, call).is_some_and(|recv| is_own(&recv)) =>
            {
                settling.insert(id);
            }
            _ => return None,
        }
    }
    let (block, at) = position(func, timer)?;
    let mut left = Left {
        again: false,
        returns: false,
    };
    let mut seen = FxHashSet::default();
    let mut work = vec![(block, at + 1)];
    'blocks: while let Some((block, from)) = work.pop() {
        let node = &func.blocks[block];
        for &value in node.values.get(from..).unwrap_or(&[]) {
            if value == timer {
                left.again = true;
                continue 'blocks;
            }
            if settling.contains(&value) {
                continue 'blocks;
            }
        }
        let next = match &node.end {
            Terminator::Select(select, targets) => {
                let Op::Select { cases, .. } = func.op(*select) else {
                    return None;
                };
                let fires = |number: usize| {
                    cases
                        .get(number)
                        .is_some_and(|case| case.send.is_none() && channels.contains(&case.chan))
                };
                let others = targets.iter().enumerate().filter(|&(number, _)| !fires(number));
                others.map(|(_, &to)| to).collect()
            }
            Terminator::Return(_) => {
                left.returns = true;
                continue;
            }
            end => end.successors(),
        };
        for to in next {
            if seen.insert(to) {
                work.push((to, 0));
            }
        }
    }
    Some(left)
}

/// An endless loop of the package that calls a function directly.
fn called_in_loop(cx: &RuleContext<'_>, wanted: FuncId) -> Option<(usize, Span)> {
    cx.ir
        .funcs
        .iter()
        .filter(|func| !cx.files[func.file].is_test)
        .find_map(|func| {
            live(func).find_map(|(id, node)| {
                let Op::Call(call) = &node.op else { return None };
                if cx.called_function(func, call) != Some(wanted) {
                    return None;
                }
                let (block, _) = position(func, id)?;
                let stmt = loop_around(cx, func, node.pos)?;
                let is_endless = crate::flow::in_loop(func, block) && rounds(cx, func.file, stmt) == Rounds::Endless;
                is_endless.then(|| (func.file, for_word(cx, func.file, stmt)))
            })
        })
}

fn report(
    cx: &RuleContext<'_>,
    func: &Func,
    timer: ValueId,
    is_after: bool,
    around: (usize, Span),
    sink: &mut Vec<Finding>,
) {
    let span = cx.span_of(func, timer);
    let is_collected = cx.files[func.file].go_minor >= COLLECTED;
    let mut report = cx
        .report(
            &RULE.info,
            func.file,
            span,
            "each round of the loop starts another timer and leaves the last one running",
        )
        .related(around.0, around.1, "this loop begins its next round before the timer has fired")
        .why(if is_collected {
            "the timer of each round is garbage until the next collection; one timer that is reset is none"
        } else {
            "before Go 1.23 a timer is kept until it fires or is stopped, so that they pile up as fast as the loop turns"
        })
        .severity(if is_collected { Severity::Advice } else { RULE.info.severity })
        .action(if is_after {
            "make a `time.NewTimer` and stop it where another case was taken, or one before the loop and Reset it"
        } else {
            "stop the timer before the next round"
        });
    if let Some(edits) = is_after.then(|| stop_elsewhere(cx, func.file, span)).flatten() {
        let edits: Vec<_> = edits
            .iter()
            .map(|(span, text)| (func.file, *span, text.as_str()))
            .collect();
        report = report.fix(FixSafety::Suggest, "make a timer and stop it in the other cases", edits);
    }
    report.push(sink);
}

/// Edits that make a timer before the select, wait for it in place of `time.After`, and stop it in all other cases.
fn stop_elsewhere(cx: &RuleContext<'_>, file: usize, call: Span) -> Option<Vec<(Span, String)>> {
    let tree = cx.files[file].tree;
    let select: StmtId = crate::syntax::statement_lists(tree)
        .flatten()
        .copied()
        .filter(|&stmt| {
            matches!(tree.stmts[stmt].kind, StmtKind::Select { .. }) && tree.stmts[stmt].span.contains(call.start)
        })
        .min_by_key(|&stmt| tree.stmts[stmt].span.end - tree.stmts[stmt].span.start)?;
    let StmtKind::Select { body } = tree.stmts[select].kind else {
        return None;
    };
    let functions = crate::syntax::functions(tree);
    let function = crate::syntax::innermost(&functions, call.start)?;
    let is_taken = tree
        .idents
        .iter_enumerated()
        .any(|(id, ident)| function.span.contains(ident.start) && tree.name(id) == "timer");
    let (made, arguments) = tree.exprs.iter().find_map(|expr| match expr.kind {
        ExprKind::Call { fun, .. } if expr.span == call => {
            let fun = tree.exprs[fun].span;
            Some((cx.source(file, fun), cx.source(file, Span::new(fun.end, call.end))))
        }
        _ => None,
    })?;
    let package = made.strip_suffix(".After")?;
    let start = tree.stmts[select].span.start;
    let indent = cx.indentation(file, start);
    // The select stands alone at the start of its line.
    let line = tree.line_column(start).1 as usize;
    if is_taken || arguments.contains('\n') || line != indent.len() + 1 {
        return None;
    }
    let mut edits = vec![
        (
            Span::new(start, start),
            format!("timer := {package}.NewTimer{arguments}\n{indent}"),
        ),
        (call, "timer.C".to_owned()),
    ];
    let mut is_case = false;
    for &clause in tree.block(body) {
        let StmtKind::Comm { comm, .. } = tree.stmts[clause].kind else {
            return None;
        };
        let from = comm.map_or(tree.stmts[clause].span.start, |comm| tree.stmts[comm].span.end);
        if comm.is_some_and(|comm| tree.stmts[comm].span.contains(call.start)) {
            is_case = true;
            continue;
        }
        let rest = cx.source(file, Span::new(from, tree.stmts[body].span.end));
        let colon = rest.find(':')?;
        let end = colon + rest[colon..].find('\n')?;
        let behind = rest[colon + 1..end].trim();
        if !behind.is_empty() && !behind.starts_with("//") {
            return None;
        }
        let at = from + u32::try_from(end).ok()?;
        edits.push((Span::new(at, at), format!("\n{indent}\ttimer.Stop()")));
    }
    is_case.then_some(edits)
}
