use gosleuth_base::{
    Confidence, Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom,
};
use gosleuth_ir::{Callee, Func, Op, Terminator, ValueId};

use crate::context::RuleContext;
use crate::flow::{has, in_loop};
use crate::goroutines::spawns;
use crate::models::Behaviour;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds goroutines that are given a context, wait at a channel or loop for ever, and never look at the context nor pass it on.
    ///
    /// ## Why it is bad
    ///
    /// Whoever cancels the context believes that the goroutine ends. It does not.
    ///
    /// ## Example
    ///
    /// ```go
    /// func start(ctx context.Context, jobs chan func()) {
    ///     go work(ctx, jobs)
    /// }
    ///
    /// func work(ctx context.Context, jobs chan func()) {
    ///     for {
    ///         job := <-jobs
    ///         job()
    ///     }
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func start(ctx context.Context, jobs chan func()) {
    ///     go work(ctx, jobs)
    /// }
    ///
    /// func work(ctx context.Context, jobs chan func()) {
    ///     for {
    ///         select {
    ///         case job := <-jobs:
    ///             job()
    ///         case <-ctx.Done():
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
    /// Reading values of the context does not count as looking at it; every other use does. Goroutines that only range over a channel, which
    /// ends when that is closed, or that have a `select`, are left out.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Contexts, 2),
        name: "goroutine-ignores-context",
        summary: "a goroutine is given a context and waits without looking at it",
        set: RuleSet::Default,
        severity: Severity::Warning,
        fix: FixAvailability::None,
        symptoms: &[
            Symptom::Wait("chan receive"),
            Symptom::Wait("chan send"),
            Symptom::Wait("sleep"),
            Symptom::Suspect(SuspectKind::BlockedReceive),
        ],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for spawn in spawns(cx) {
        let body = &cx.ir.funcs[spawn.body];
        let starter = &cx.ir.funcs[spawn.by];
        let mut contexts = body
            .params
            .iter()
            .filter(|&&param| cx.is_context(body.values[param].ty))
            .peekable();
        if contexts.peek().is_none() || contexts.any(|&param| is_looked_at(cx, body, param)) {
            continue;
        }
        let Some(wait) = waits(cx, body) else { continue };
        cx.report(
            &RULE.info,
            body.file,
            cx.span_of(body, wait),
            "this goroutine has a context and waits here without looking at it",
        )
        .confidence(Confidence::Medium)
        .related(
            starter.file,
            cx.span_of(starter, spawn.site),
            "the goroutine starts here, with a context",
        )
        .why("cancelling the context does not end the wait")
        .action("select on `ctx.Done()` beside it")
        .push(sink);
    }
}

/// Whether anything but a look at its values is done with a context.
fn is_looked_at(cx: &RuleContext<'_>, func: &Func, param: ValueId) -> bool {
    let mut known = vec![param];
    let mut at = 0;
    while at < known.len() {
        let value = known[at];
        at += 1;
        for (id, node) in func.values.iter_enumerated() {
            let mut uses = false;
            node.op.for_each_operand(|operand| uses |= operand == value);
            if !uses {
                continue;
            }
            match &node.op {
                Op::Store { addr, value: stored } if *stored == value && matches!(func.op(*addr), Op::Alloc { .. }) => {
                    if !known.contains(addr) {
                        known.push(*addr);
                    }
                }
                Op::Store { .. } if matches!(func.op(value), Op::Alloc { .. }) => {}
                Op::Load(_) | Op::Phi(_) => {
                    if !known.contains(&id) {
                        known.push(id);
                    }
                }
                Op::Call(call) if matches!(call.callee, Callee::Interface { recv, method } if recv == value && cx.name_of(method) == "Value") =>
                    {}
                _ => return true,
            }
        }
        let returned =
            |block: &gosleuth_ir::Block| matches!(&block.end, Terminator::Return(values) if values.contains(&value));
        if func.blocks.iter().any(returned) {
            return true;
        }
    }
    false
}

/// Where a goroutine waits for a channel, or sleeps in a loop that does not end.
fn waits(cx: &RuleContext<'_>, func: &Func) -> Option<ValueId> {
    let has_select = func.values.iter().any(|value| matches!(value.op, Op::Select { .. }));
    if has_select {
        return None;
    }
    for (id, block) in func.blocks.iter_enumerated() {
        for &value in &block.values {
            match func.op(value) {
                Op::Send { .. } | Op::Recv { comma_ok: false, .. } if in_loop(func, id) => return Some(value),
                Op::Call(call)
                    if has(cx.call_models(call), Behaviour::Block) && in_loop(func, id) && !leaves(func, id) =>
                {
                    return Some(value);
                }
                _ => {}
            }
        }
    }
    None
}

/// Whether the function can return from a block.
fn leaves(func: &Func, block: gosleuth_ir::BlockId) -> bool {
    use gosleuth_base::Idx as _;
    let mut seen = vec![false; func.blocks.len()];
    let mut work = vec![block];
    while let Some(next) = work.pop() {
        if std::mem::replace(&mut seen[next.index()], true) {
            continue;
        }
        match &func.blocks[next].end {
            Terminator::Return(_) | Terminator::Panic(_) => return true,
            end => work.extend(end.successors()),
        }
    }
    false
}
