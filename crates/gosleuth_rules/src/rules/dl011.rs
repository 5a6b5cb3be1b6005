use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Callee, Func, Op, ValueId};
use gosleuth_syntax::ast::{Span, StmtKind};

use crate::context::RuleContext;
use crate::flow::{has, in_loop, position};
use crate::goroutines::receiver;
use crate::models::Behaviour;
use crate::places::{At, is_same};
use crate::rule::rule;
use crate::same::{Rounds, live, loop_around, rounds, values};

rule! {
    /// ## What it does
    ///
    /// Finds endless loops that take a `sync.RWMutex` for reading in each round without a pause, with work of unknown length under the lock,
    /// where somebody else takes it for writing.
    ///
    /// ## Why it is bad
    ///
    /// A writer waits for the readers that hold the lock when it comes, and while it waits no new reader gets in: readers do not overtake a
    /// waiting writer. So one long read section delays the writer, and with it every reader that comes after, each time.
    ///
    /// ## Example
    ///
    /// ```go
    /// type table struct {
    ///     mu   sync.RWMutex
    ///     rows []int
    /// }
    ///
    /// func (t *table) scan(use func(int)) {
    ///     for {
    ///         t.mu.RLock()
    ///         for _, row := range t.rows {
    ///             use(row)
    ///         }
    ///         t.mu.RUnlock()
    ///     }
    /// }
    ///
    /// func (t *table) add(row int) {
    ///     t.mu.Lock()
    ///     t.rows = append(t.rows, row)
    ///     t.mu.Unlock()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// type table struct {
    ///     mu   sync.RWMutex
    ///     rows []int
    /// }
    ///
    /// func (t *table) scan(use func(int), tick <-chan time.Time) {
    ///     for range tick {
    ///         t.mu.RLock()
    ///         rows := t.rows
    ///         t.mu.RUnlock()
    ///         for _, row := range rows {
    ///             use(row)
    ///         }
    ///     }
    /// }
    ///
    /// func (t *table) add(row int) {
    ///     t.mu.Lock()
    ///     t.rows = append(t.rows, row)
    ///     t.mu.Unlock()
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// The loop is `for {…}`, and nothing in it receives, selects, sleeps or waits. How long the writer may wait is not known. Tests are left
    /// out.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Deadlocks, 11),
        name: "writer-starvation",
        summary: "a tight loop holds a lock for reading most of the time",
        set: RuleSet::Advice,
        severity: Severity::Advice,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Wait("sync.RWMutex.Lock")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let mut writers: Option<Vec<(At, ValueId)>> = None;
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        if cx.files[func.file].is_test {
            continue;
        }
        for (site, node) in live(func) {
            let Op::Call(call) = &node.op else { continue };
            if !has(cx.call_models(call), Behaviour::ReadLock) {
                continue;
            }
            let Some(recv) = receiver(cx, call) else { continue };
            let lock = (id, recv);
            if position(func, site).is_none_or(|(block, _)| !in_loop(func, block)) {
                continue;
            }
            let Some(around) = loop_around(cx, func, node.pos) else {
                continue;
            };
            let span = cx.files[func.file].tree.stmts[around].span;
            if rounds(cx, func.file, around) != Rounds::Endless
                || pauses(cx, func, span)
                || !is_long(cx, func, node.pos, span)
            {
                continue;
            }
            let writers = writers.get_or_insert_with(|| writers_of(cx));
            let Some(&((by, _), write)) = writers.iter().find(|(other, _)| is_same(cx, *other, lock)) else {
                continue;
            };
            let by = &cx.ir.funcs[by];
            cx.report(
                &RULE.info,
                func.file,
                cx.span_of(func, site),
                "this loop holds the lock for reading nearly all the time",
            )
            .related(
                by.file,
                cx.span_of(by, write),
                "this writer waits for the end of a round each time",
            )
            .why("a writer waits for the readers that are in, and while it waits no other reader gets in")
            .action(
                "copy what is needed under the lock and work behind it, or publish a snapshot with `atomic.Pointer`",
            )
            .push(sink);
        }
    }
}

/// Where locks are taken for writing.
fn writers_of(cx: &RuleContext<'_>) -> Vec<(At, ValueId)> {
    let mut found = Vec::new();
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        for (site, node) in live(func) {
            if let Op::Call(call) = &node.op
                && has(cx.call_models(call), Behaviour::Lock)
                && let Some(recv) = receiver(cx, call)
            {
                found.push(((id, recv), site));
            }
        }
    }
    found
}

/// Whether something in a loop waits.
fn pauses(cx: &RuleContext<'_>, func: &Func, span: Span) -> bool {
    // A range over a channel waits in its head.
    let tree = cx.files[func.file].tree;
    let ranges = tree
        .stmts
        .iter()
        .any(|stmt| stmt.span == span && matches!(stmt.kind, StmtKind::Range { .. }));
    ranges
        || values(func).any(|value| {
            span.contains(value.pos)
                && match &value.op {
                    Op::Recv { .. } | Op::Select { .. } | Op::Send { .. } => true,
                    Op::Call(call) => has(cx.call_models(call), Behaviour::Block),
                    _ => false,
                }
        })
}

/// Whether the lock is held for a loop, or for a call of which nothing is known.
fn is_long(cx: &RuleContext<'_>, func: &Func, lock: u32, span: Span) -> bool {
    let unlock = values(func)
        .filter(|value| {
            value.pos > lock && matches!(&value.op, Op::Call(call) if has(cx.call_models(call), Behaviour::ReadUnlock))
        })
        .map(|value| value.pos)
        .min()
        .unwrap_or(span.end);
    let tree = cx.files[func.file].tree;
    let held = Span::new(lock, unlock);
    tree.stmts.iter().any(|stmt| {
        matches!(stmt.kind, StmtKind::For { .. } | StmtKind::Range { .. }) && held.contains(stmt.span.start)
    }) || values(func).any(|value| {
        held.contains(value.pos)
            && matches!(&value.op, Op::Call(call) if matches!(call.callee, Callee::Value(_) | Callee::Interface { .. }))
    })
}
