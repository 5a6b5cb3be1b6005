use gosleuth_base::{
    Confidence, Family, Finding, FixAvailability, Idx as _, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom,
};
use gosleuth_ir::{BlockId, Call, Callee, Func, FuncId, Op, Terminator, ValueId};
use gosleuth_syntax::ast::{ExprKind, Span, UnaryOp};
use gosleuth_types::{Builtin, Type};

use crate::context::RuleContext;
use crate::flow::position;
use crate::goroutines::spawns;
use crate::locks::{Path, lock_operation, path_of};
use crate::places::addressed;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds objects that are handed to other goroutines through memory that nothing orders, in three forms: a check without the lock under
    /// which it is repeated (double-checked locking), a loop that waits until a plain variable changes, and a write to an object
    /// after a pointer to it has been stored atomically.
    ///
    /// ## Why it is bad
    ///
    /// Who sees the flag or the pointer need not see what was written before it: the object may look half made. A loop on a plain variable
    /// need not end at all, since the compiler may read the variable once. And what is written after the pointer was published is
    /// written while others read it.
    ///
    /// ## Example
    ///
    /// ```go
    /// type cache struct {
    ///     mu    sync.Mutex
    ///     table map[string]int
    /// }
    ///
    /// func (c *cache) get() map[string]int {
    ///     if c.table == nil {
    ///         c.mu.Lock()
    ///         defer c.mu.Unlock()
    ///         if c.table == nil {
    ///             c.table = make(map[string]int)
    ///         }
    ///     }
    ///     return c.table
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// type cache struct {
    ///     once  sync.Once
    ///     table map[string]int
    /// }
    ///
    /// func (c *cache) get() map[string]int {
    ///     c.once.Do(func() { c.table = make(map[string]int) })
    ///     return c.table
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Each form is looked for in one function. Whether several goroutines get there is not asked: the lock, the loop or the atomic store says
    /// that they are expected. Pairs of accesses in goroutines that are seen to start are the matter of DR001, DR002 and DR004.
    ///
    /// ## Version notes
    ///
    /// `sync.OnceFunc` and `sync.OnceValue` exist from Go 1.21, `atomic.Pointer` from Go 1.19.
    RuleInfo {
        code: RuleCode::new(Family::Races, 9),
        name: "publish-without-sync",
        summary: "an object is handed to other goroutines through memory that nothing orders",
        set: RuleSet::Strict,
        severity: Severity::Warning,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Suspect(SuspectKind::DataRace)],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        double_checked(cx, id, func, sink);
        spins(cx, id, func, sink);
        written_later(cx, func, sink);
    }
}

/// The address that a condition reads, where it asks for nothing else: `x`, `!x`, `x == nil`, `x > 0`.
fn asked(func: &Func, cond: ValueId) -> Option<(ValueId, ValueId)> {
    match func.op(cond) {
        Op::Load(addr) => Some((cond, *addr)),
        Op::Unary(UnaryOp::Not, inner) => asked(func, *inner),
        Op::Call(call) if call.callee == Callee::Builtin(Builtin::Len) => asked(func, *call.args.first()?),
        Op::Binary(_, x, y) => {
            let is_fixed = |value: ValueId| match func.op(value) {
                Op::Zero | Op::Const(_) => true,
                Op::MakeInterface(inner) => matches!(func.op(*inner), Op::Zero | Op::Const(_)),
                _ => false,
            };
            match (is_fixed(*x), is_fixed(*y)) {
                (false, true) => asked(func, *x),
                (true, false) => asked(func, *y),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The text of what is read or called: `c.table`, where [`RuleContext::span_of`] has `c`.
fn read_span(cx: &RuleContext<'_>, func: &Func, value: ValueId) -> Span {
    let span = cx.span_of(func, value);
    let Op::Load(addr) = func.op(value) else { return span };
    let Some(name) = addressed(cx, func, *addr).map(|obj| cx.name_of(obj)) else {
        return span;
    };
    let tree = cx.files[func.file].tree;
    let selectors = tree.exprs.iter().filter(|expr| {
        expr.span.start == span.start && matches!(expr.kind, ExprKind::Selector { sel, .. } if tree.name(sel) == name)
    });
    selectors
        .map(|expr| expr.span)
        .min_by_key(|span| span.end)
        .unwrap_or(span)
}

/// The values that may come after one, in no particular order; `until` says behind which none are looked for, itself included.
fn after(func: &Func, from: ValueId, until: impl Fn(ValueId) -> bool) -> Vec<ValueId> {
    let mut found = Vec::new();
    let Some((block, index)) = position(func, from) else {
        return found;
    };
    let mut seen = vec![false; func.blocks.len()];
    let mut work = vec![(block, index + 1)];
    'blocks: while let Some((block, index)) = work.pop() {
        let node = &func.blocks[block];
        for &value in &node.values[index..] {
            found.push(value);
            if until(value) {
                continue 'blocks;
            }
        }
        for next in node.end.successors() {
            if !std::mem::replace(&mut seen[next.index()], true) {
                work.push((next, 0));
            }
        }
    }
    found
}

fn is_lock(cx: &RuleContext<'_>, func: &Func, value: ValueId) -> bool {
    matches!(func.op(value), Op::Call(call) if matches!(lock_operation(cx, call), Some((true, _))))
}

fn is_unlock(cx: &RuleContext<'_>, func: &Func, value: ValueId) -> bool {
    matches!(func.op(value), Op::Call(call) if matches!(lock_operation(cx, call), Some((false, _))))
}

/// A value is checked, the lock is taken, the same is checked again, and then written.
fn double_checked(cx: &RuleContext<'_>, id: FuncId, func: &Func, sink: &mut Vec<Finding>) {
    let locks: Vec<ValueId> = func
        .values
        .iter_enumerated()
        .filter(|&(id, _)| is_lock(cx, func, id))
        .map(|(id, _)| id)
        .collect();
    // Who calls such a function holds a lock for it.
    if locks.is_empty() || func.name.ends_with("Locked") {
        return;
    }
    // Every condition on one place, with its path and the branches.
    let checks: Vec<(ValueId, Path, [BlockId; 2])> = func
        .blocks
        .iter()
        .filter_map(|block| match block.end {
            Terminator::If(cond, then, els) => {
                let (load, addr) = asked(func, cond)?;
                Some((load, path_of(func, addr).filter(Path::is_shared)?, [then, els]))
            }
            _ => None,
        })
        .collect();
    for (first, path, branches) in &checks {
        // Locked already, or maybe.
        if locks.iter().any(|&lock| after(func, lock, |_| false).contains(first)) {
            continue;
        }
        let writes = |from: ValueId| {
            after(func, from, |_| false).into_iter().find(|&value| {
                matches!(func.op(value), Op::Store { addr, .. } if path_of(func, *addr).as_ref() == Some(path))
            })
        };
        let found = locks.iter().find_map(|&lock| {
            if !after(func, *first, |value| is_lock(cx, func, value)).contains(&lock) {
                return None;
            }
            // What is set need not be locked.
            let (home, _) = position(func, lock)?;
            let ways = branches.map(|branch| branch == home || reachable(func, branch)[home.index()]);
            if ways[0] == ways[1] {
                return None;
            }
            // The caller's lock is given back first.
            let before = after(func, *first, |value| value == lock);
            if before.into_iter().any(|value| is_unlock(cx, func, value)) {
                return None;
            }
            let reached = after(func, lock, |_| false);
            let (second, ..) = checks
                .iter()
                .find(|(second, other, _)| second != first && other == path && reached.contains(second))?;
            Some((lock, *second, writes(*second)?))
        });
        let Some((lock, second, write)) = found else { continue };
        // A variable that one goroutine keeps for itself.
        let is_captured = matches!(func.op(*first), Op::Load(addr) if matches!(func.op(*addr), Op::Captured(_)));
        if is_captured && spawns(cx).iter().any(|spawn| spawn.body == id) {
            continue;
        }
        let span = |value| read_span(cx, func, value);
        cx.report(
            &RULE.info,
            func.file,
            span(*first),
            format!(
                "{} asks `{}` without the lock under which it is asked again and written",
                func.name,
                cx.source(func.file, span(*first))
            ),
        )
        .why("who finds it set has not waited for who set it, and may see an object that is not completely written")
        .action("use sync.Once (or sync.OnceValue), an atomic.Pointer for the first check, or take the lock before it")
        .related(func.file, span(lock), "the lock is taken here")
        .related(func.file, span(second), "asked again here")
        .related(func.file, span(write), "written here")
        .push(sink);
    }
}

/// A loop that does nothing but ask a plain variable, which another function sets.
fn spins(cx: &RuleContext<'_>, id: FuncId, func: &Func, sink: &mut Vec<Finding>) {
    for (head, block) in func.blocks.iter_enumerated() {
        let Terminator::If(cond, ..) = block.end else { continue };
        let Some((load, addr)) = asked(func, cond) else {
            continue;
        };
        let Some(obj) = addressed(cx, func, addr) else { continue };
        let members = loop_of(func, head);
        // The same variable in every round: not the next one of a list.
        let is_one =
            matches!(func.op(addr), Op::Alloc { .. }) || path_of(func, addr).is_some_and(|path| path.is_shared());
        if !is_one {
            continue;
        }
        // Something is counted or looked through.
        let changes = |block: &BlockId| {
            let mut values = func.blocks[*block].values.iter();
            values.any(|&value| matches!(func.op(value), Op::Phi(_)))
        };
        if members.iter().any(changes) {
            continue;
        }
        let asks_here = position(func, load).is_some_and(|(block, _)| members.contains(&block));
        if !asks_here || !members.iter().all(|&block| is_idle(cx, func, block)) {
            continue;
        }
        let setter = cx.ir.funcs.iter_enumerated().find_map(|(other, body)| {
            let (at, _) = body.values.iter_enumerated().find(
                |(_, value)| matches!(value.op, Op::Store { addr, .. } if addressed(cx, body, addr) == Some(obj)),
            )?;
            (other != id && is_concurrent(cx, other)).then_some((body, at))
        });
        let Some((body, at)) = setter else { continue };
        let span = read_span(cx, func, load);
        cx.report(
            &RULE.info,
            func.file,
            span,
            format!(
                "{} waits in a loop until `{}` changes, and nothing makes it see that",
                func.name,
                cx.name_of(obj)
            ),
        )
        .why("the variable is plain: the loop may read it once and go round for ever, and who gets out may not see what was written before it")
        .action("wait with a channel, a sync.WaitGroup or a sync.Cond, or make it an atomic.Bool")
        .related(body.file, cx.span_of(body, at), format!("{} writes it here", body.name))
        .push(sink);
    }
}

/// Whether a function is a literal or method: code that a goroutine can be in while another one waits. What sets a variable before it starts
/// anything is mostly a plain function that makes the object.
fn is_concurrent(cx: &RuleContext<'_>, id: FuncId) -> bool {
    let func = &cx.ir.funcs[id];
    func.parent.is_some() || func.has_receiver || spawns(cx).iter().any(|spawn| spawn.body == id)
}

/// By block: whether control may get there from behind a block.
fn reachable(func: &Func, from: BlockId) -> Vec<bool> {
    let mut seen = vec![false; func.blocks.len()];
    let mut work = func.blocks[from].end.successors();
    while let Some(next) = work.pop() {
        if !std::mem::replace(&mut seen[next.index()], true) {
            work.extend(func.blocks[next].end.successors());
        }
    }
    seen
}

/// The blocks of the loop that a block is in.
fn loop_of(func: &Func, head: BlockId) -> Vec<BlockId> {
    let below = reachable(func, head);
    if !below[head.index()] {
        return Vec::new();
    }
    func.blocks
        .iter_enumerated()
        .map(|(id, _)| id)
        .filter(|&id| id == head || (below[id.index()] && reachable(func, id)[head.index()]))
        .collect()
}

/// Whether a block does nothing that another goroutine, or this one, could be told by: it reads, compares, and lets time pass.
fn is_idle(cx: &RuleContext<'_>, func: &Func, block: BlockId) -> bool {
    func.blocks[block].values.iter().all(|&value| match func.op(value) {
        Op::Call(call) => {
            call.callee == Callee::Builtin(Builtin::Len)
                || matches!(
                    cx.callee_symbol(call).as_deref(),
                    Some("time.Sleep" | "runtime.Gosched")
                )
        }
        Op::Store { .. }
        | Op::MapSet { .. }
        | Op::Recv { .. }
        | Op::Send { .. }
        | Op::Select { .. }
        | Op::Next(_)
        | Op::Go(_)
        | Op::Defer(_)
        | Op::Unknown(_) => false,
        _ => true,
    })
}

/// The pointer that a call publishes atomically.
fn published(cx: &RuleContext<'_>, func: &Func, call: &Call) -> Option<ValueId> {
    let symbol = cx.callee_symbol(call)?;
    let name = symbol.strip_prefix("sync/atomic.")?;
    let is_typed = name.starts_with("(*Pointer).") || name.starts_with("(*Value).");
    let number = match name.rsplit('.').next()? {
        "Store" | "Swap" if is_typed => 1,
        "CompareAndSwap" if is_typed => 2,
        _ => return None,
    };
    let mut value = *call.args.get(number)?;
    while let Op::MakeInterface(inner) | Op::Convert(inner) = func.op(value) {
        value = *inner;
    }
    matches!(cx.under(func.values[value].ty), Type::Pointer(_)).then_some(value)
}

/// A pointer is stored atomically, and then what it points to is written.
fn written_later(cx: &RuleContext<'_>, func: &Func, sink: &mut Vec<Finding>) {
    for (store, value) in func.values.iter_enumerated() {
        let Op::Call(call) = &value.op else { continue };
        let Some(pointer) = published(cx, func, call) else {
            continue;
        };
        let Some(path) = path_of(func, pointer) else { continue };
        // The variable may get another object.
        let variable = match func.op(pointer) {
            Op::Load(addr) => Some(*addr),
            _ => None,
        };
        let is_new = |value: ValueId| {
            value == pointer || matches!(func.op(value), Op::Store { addr, .. } if Some(*addr) == variable)
        };
        let reached = after(func, store, is_new);
        let written = reached.into_iter().find(|&value| match func.op(value) {
            Op::Store { addr, .. } => {
                !is_new(value) && path_of(func, *addr).is_some_and(|later| later.is_within(&path))
            }
            _ => false,
        });
        let Some(written) = written else { continue };
        cx.report(
            &RULE.info,
            func.file,
            cx.span_of(func, written),
            format!("{} writes to an object that it has published atomically", func.name),
        )
        .why("who loads the pointer in between reads the object while it is written")
        .action("write first and store the pointer last, or store a changed copy")
        .related(func.file, cx.span_of(func, store), "published here")
        .confidence(Confidence::High)
        .push(sink);
    }
}
