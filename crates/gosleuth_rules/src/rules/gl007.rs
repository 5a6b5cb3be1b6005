use gosleuth_base::{
    Family, Finding, FixAvailability, FixSafety, Idx as _, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom,
};
use gosleuth_ir::{BlockId, Callee, Func, Op, Terminator, ValueId};
use gosleuth_syntax::ast::{Span, StmtId, StmtKind, UnaryOp};
use gosleuth_types::{Builtin, ConstValue};
use rustc_hash::FxHashSet;

use crate::context::RuleContext;
use crate::goroutines::spawns;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds loops around a `select` whose `default` does nothing, so that the loop spins until a case is ready; and goroutines that look,
    /// sleep and look again in a loop that nothing ends.
    ///
    /// Also finds cases that see that their channel is closed and begin the next round.
    ///
    /// ## Why it is bad
    ///
    /// A spinning goroutine uses a whole processor to wait. One that sleeps between looks wakes for nothing, notices what it waits for
    /// late, and where no case leaves the loop it can never be stopped. Neither shows as blocked: a dump says `running` or `sleep`.
    ///
    /// ## Example
    ///
    /// ```go
    /// func watch(done chan struct{}, jobs chan func()) {
    ///     for {
    ///         select {
    ///         case <-done:
    ///             return
    ///         case job := <-jobs:
    ///             job()
    ///         default:
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func watch(done chan struct{}, jobs chan func()) {
    ///     for {
    ///         select {
    ///         case <-done:
    ///             return
    ///         case job := <-jobs:
    ///             job()
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// A `default` that does anything but yield, and a loop that counts, are taken to be work. Loops that sleep are reported only in
    /// functions that are started with `go` in this package and cannot return. Tests are left out: they spin on purpose.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Leaks, 7),
        name: "spin-on-default",
        summary: "a loop polls with `select` and `default` instead of waiting",
        set: RuleSet::Default,
        severity: Severity::Warning,
        fix: FixAvailability::Suggest,
        symptoms: &[Symptom::Suspect(SuspectKind::Spinning), Symptom::Wait("sleep")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let started: FxHashSet<_> = spawns(cx).iter().map(|spawn| spawn.body).collect();
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        if cx.files[func.file].is_test {
            continue;
        }
        for (block, node) in func.blocks.iter_enumerated() {
            let Terminator::Select(select, targets) = &node.end else {
                continue;
            };
            if let Some(number) = closed_case(cx, func, block, *select, targets) {
                let span = cx.span_of(func, *select);
                let Op::Select { cases, .. } = func.op(*select) else {
                    continue;
                };
                let received = func.values[cases[number].chan].pos;
                cx.report(
                    &RULE.info,
                    func.file,
                    span,
                    "this loop spins as soon as the channel of one of its cases is closed",
                )
                .related(
                    func.file,
                    Span::new(received, received + 1),
                    "a closed channel is ready at once, each time",
                )
                .why("a receive from a closed channel never waits, so the loop uses a whole processor and starves its other cases")
                .action("leave the loop, or set the channel to nil, when it is closed")
                .push(sink);
                continue;
            }
            let (Op::Select { cases, default: true }, Some(&default)) = (func.op(*select), targets.last()) else {
                continue;
            };
            if cases.is_empty() {
                continue;
            }
            let span = cx.span_of(func, *select);
            let clause = default_clause(cx, func.file, func.values[*select].pos);
            let message;
            let report = if comes_back(cx, func, block, *select, default, false) {
                message = "this loop spins while no case is ready";
                let mut report = cx
                    .report(&RULE.info, func.file, span, message)
                    .why("its default does nothing but begin the next round, so the wait uses a whole processor");
                if let Some(removed) = clause.and_then(|clause| whole_lines(cx, func.file, clause)) {
                    let edit = [(func.file, removed, "")];
                    report = report.fix(FixSafety::Suggest, "remove the default", edit);
                }
                report.action("remove the default, so that select waits")
            } else if started.contains(&id)
                && comes_back(cx, func, block, *select, default, true)
                && !can_end(func, block)
            {
                message = "this goroutine looks and sleeps for ever: nothing ends the loop";
                cx.report(&RULE.info, func.file, span, message)
                    .why("no case of the select leaves the loop, and the default only sleeps, so the goroutine cannot be stopped")
                    .action("wait in the select, with a case for a quit channel or a context beside the others")
            } else {
                continue;
            };
            match clause {
                Some(clause) => report
                    .related(
                        func.file,
                        Span::new(clause.start, clause.start + 7),
                        "comes back here at once",
                    )
                    .push(sink),
                None => report.push(sink),
            }
        }
    }
}

/// A case that asks whether its channel is closed and begins the next round if so.
fn closed_case(
    cx: &RuleContext<'_>,
    func: &Func,
    block: BlockId,
    select: ValueId,
    targets: &[BlockId],
) -> Option<usize> {
    let Op::Select { cases, .. } = func.op(select) else {
        return None;
    };
    cases.iter().zip(targets).enumerate().find_map(|(number, (case, &target))| {
        // A variable that changes from round to round may be nil in the next one.
        if case.send.is_some() || matches!(func.op(case.chan), Op::Phi(_)) {
            return None;
        }
        let node = &func.blocks[target];
        let is_ok = |value: ValueId| {
            matches!(func.op(value), Op::Extract { tuple, index: 1 }
                if matches!(func.op(*tuple), Op::SelectRecv { select: of, case } if *of == select && *case as usize == number))
        };
        let closed = match node.end {
            Terminator::If(cond, _, els) if is_ok(cond) => els,
            Terminator::If(cond, then, _) => match func.op(cond) {
                Op::Unary(UnaryOp::Not, inner) if is_ok(*inner) => then,
                _ => return None,
            },
            _ => return None,
        };
        comes_back(cx, func, block, select, closed, false).then_some(number)
    })
}

/// Whether a way from `default` leads back to the select on which nothing happens; with `sleeps`, nothing but sleeping.
fn comes_back(
    cx: &RuleContext<'_>,
    func: &Func,
    select_block: BlockId,
    select: ValueId,
    default: BlockId,
    sleeps: bool,
) -> bool {
    let mut seen = FxHashSet::default();
    // With the values that phis have on this way.
    let mut work = vec![(default, Vec::new())];
    while let Some((block, known)) = work.pop() {
        let node = &func.blocks[block];
        let idle = node
            .values
            .iter()
            .all(|&value| value == select || is_channel_of(func, select, value) || is_idle(cx, func, value, sleeps));
        if !idle {
            continue;
        }
        if block == select_block {
            return true;
        }
        let taken = match node.end {
            // `for !drained`, where the default sets `drained`.
            Terminator::If(cond, then, els) => match truth(func, &known, cond) {
                Some(true) => vec![then],
                Some(false) => vec![els],
                None => vec![then, els],
            },
            ref end => end.successors(),
        };
        for next in taken {
            if seen.insert((block, next)) {
                work.push((next, phis(func, block, next, &known)));
            }
        }
    }
    false
}

/// What the phis of a block are when control comes from another one.
fn phis(func: &Func, from: BlockId, to: BlockId, known: &[(ValueId, ValueId)]) -> Vec<(ValueId, ValueId)> {
    let node = &func.blocks[to];
    let mut now = known.to_vec();
    let Some(edge) = node.preds.iter().position(|&pred| pred == from) else {
        return now;
    };
    for &value in &node.values {
        let Op::Phi(operands) = func.op(value) else { break };
        now.retain(|&(phi, _)| phi != value);
        if let Some(&operand) = operands.get(edge) {
            let operand = known
                .iter()
                .find(|(phi, _)| *phi == operand)
                .map_or(operand, |&(_, value)| value);
            now.push((value, operand));
        }
    }
    now
}

fn truth(func: &Func, known: &[(ValueId, ValueId)], cond: ValueId) -> Option<bool> {
    match func.op(cond) {
        Op::Const(ConstValue::Bool(value)) => Some(*value),
        Op::Zero => Some(false),
        Op::Unary(UnaryOp::Not, inner) => truth(func, known, *inner).map(|value| !value),
        Op::Phi(_) => {
            let &(_, value) = known.iter().find(|(phi, _)| *phi == cond)?;
            if matches!(func.op(value), Op::Phi(_)) {
                None
            } else {
                truth(func, known, value)
            }
        }
        _ => None,
    }
}

/// Calls that make the channels of the select: `ctx.Done()`, `time.After(d)`.
fn is_channel_of(func: &Func, select: ValueId, value: ValueId) -> bool {
    matches!(func.op(value), Op::Call(_))
        && matches!(func.op(select), Op::Select { cases, .. } if cases.iter().any(|case| case.chan == value))
}

fn is_idle(cx: &RuleContext<'_>, func: &Func, value: ValueId, sleeps: bool) -> bool {
    match func.op(value) {
        Op::Const(_)
        | Op::Zero
        | Op::Phi(_)
        | Op::Load(_)
        | Op::Global(_)
        | Op::Captured(_)
        | Op::FieldAddr { .. }
        | Op::Field { .. }
        | Op::Convert(_) => true,
        Op::Unary(UnaryOp::Not, _) => true,
        Op::Binary(..) | Op::Unary(..) => sleeps,
        Op::Call(call) => match call.callee {
            Callee::Builtin(builtin) => matches!(builtin, Builtin::Len | Builtin::Cap),
            Callee::Static(_) => match cx.callee_symbol(call).as_deref() {
                Some("runtime.Gosched") => true,
                Some("time.Sleep") => sleeps,
                _ => false,
            },
            _ => false,
        },
        _ => false,
    }
}

/// Whether control can leave the function from a block.
fn can_end(func: &Func, from: BlockId) -> bool {
    let mut seen = vec![false; func.blocks.len()];
    let mut work = vec![from];
    while let Some(block) = work.pop() {
        if std::mem::replace(&mut seen[block.index()], true) {
            continue;
        }
        if matches!(func.blocks[block].end, Terminator::Return(_) | Terminator::Panic(_)) {
            return true;
        }
        // What it calls may panic or exit; that is no way to stop it.
        work.extend(func.blocks[block].end.successors());
    }
    false
}

/// The text of the default clause of the select at an offset.
fn default_clause(cx: &RuleContext<'_>, file: usize, select: u32) -> Option<Span> {
    let tree = cx.files[file].tree;
    let clauses = tree.stmts.iter().find_map(|stmt| match stmt.kind {
        StmtKind::Select { body } if stmt.span.start == select => Some(tree.block(body)),
        _ => None,
    })?;
    let clause: StmtId = clauses
        .iter()
        .copied()
        .find(|&clause| matches!(tree.stmts[clause].kind, StmtKind::Comm { comm: None, .. }))?;
    Some(tree.stmts[clause].span)
}

/// A clause with its lines, if nothing else stands on them.
fn whole_lines(cx: &RuleContext<'_>, file: usize, clause: Span) -> Option<Span> {
    let text = cx.files[file].text;
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r');
    let before = text.get(..clause.start as usize)?;
    let start = before.iter().rposition(|byte| !is_blank(byte))?;
    let behind = text.get(clause.end as usize..)?;
    let end = behind.iter().position(|byte| !is_blank(byte))?;
    let alone = text[start] == b'\n' && behind[end] == b'\n';
    // A comment is worth keeping, and the last use of an import may be in a call.
    let is_more = clause.of(text).iter().any(|byte| matches!(byte, b'/' | b'('));
    (alone && !is_more).then(|| Span::new(start as u32 + 1, clause.end + end as u32 + 1))
}
