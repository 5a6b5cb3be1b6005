//! Locks that a path left behind: taken by a call that has returned, and given back by nobody who still runs.

use gosleuth_base::Idx as _;
use gosleuth_ir::{BlockId, Func, Op};
use gosleuth_model::{Blocked, FuncKey, Site};
use rustc_hash::FxHashSet;

use crate::context::RuleContext;

/// Calls in calls that are looked into for an unlock.
const MAX_DEPTH: u32 = 4;

/// Whether the goroutine `holder` will not release what it locked at `locked`, even if its own wait ended: the call that locked it has
/// returned, and nothing that the calls around do afterwards unlocks.
pub(crate) fn is_left_behind(cx: &RuleContext<'_>, holder: &Blocked, locked: Site) -> bool {
    if holder.stack.contains(&locked.func) {
        return false;
    }
    // The place is that of the last lock; one of the callers may have locked before.
    if holder.stack.iter().any(|caller| locks(cx, cx.body(*caller))) {
        return false;
    }
    if locked.func == holder.site.func {
        // A call of its own that has not returned, or an earlier one of the same function.
        let func = cx.body(locked.func);
        return !after(cx, func, locked.pos, true).is_some_and(|places| places.contains(&holder.site.pos));
    }
    // The lock was handed over to one of the callers: does one of them still unlock? What waits for a lock itself unlocks that one.
    let mut callee = holder.site;
    let waits = matches!(holder.operation, "lock" | "rlock");
    let mut unlocks = !waits && unlocks_after(cx, callee.func, Some(callee.pos));
    for caller in &holder.stack {
        // Which of several calls it is in is not known: one behind which nothing unlocks is enough.
        let func = cx.body(*caller);
        let calls = func.values.iter().filter_map(|value| match &value.op {
            Op::Call(call) if cx.called_body(caller.unit, func, call) == Some(callee.func) => Some(value.pos),
            _ => None,
        });
        let calls: Vec<_> = calls.collect();
        unlocks |= match &calls[..] {
            [] => unlocks_after(cx, *caller, None),
            calls => calls.iter().all(|&pos| unlocks_after(cx, *caller, Some(pos))),
        };
        callee = Site { func: *caller, pos: 0 };
    }
    !unlocks
}

/// Whether a function unlocks something behind a place, or anywhere where there is none: itself or in what it calls, deferred calls included.
fn unlocks_after(cx: &RuleContext<'_>, id: FuncKey, from: Option<u32>) -> bool {
    let func = cx.body(id);
    let places = from.and_then(|from| after(cx, func, from, false));
    func.values.iter().any(|value| match &value.op {
        Op::Call(call) => {
            places.as_ref().is_none_or(|places| places.contains(&value.pos)) && {
                is_unlock(cx, call)
                    || cx
                        .called_body(id.unit, func, call)
                        .is_some_and(|id| unlocks(cx, id, MAX_DEPTH))
            }
        }
        Op::Defer(call) => {
            is_unlock(cx, call)
                || cx
                    .called_body(id.unit, func, call)
                    .is_some_and(|id| unlocks(cx, id, MAX_DEPTH))
        }
        _ => false,
    })
}

fn unlocks(cx: &RuleContext<'_>, id: FuncKey, depth: u32) -> bool {
    let func = cx.body(id);
    func.values.iter().any(|value| match &value.op {
        Op::Call(call) | Op::Defer(call) => {
            is_unlock(cx, call)
                || depth > 0
                    && cx
                        .called_body(id.unit, func, call)
                        .is_some_and(|id| unlocks(cx, id, depth - 1))
        }
        _ => false,
    })
}

/// Whether a function itself locks something.
fn locks(cx: &RuleContext<'_>, func: &Func) -> bool {
    func.values.iter().any(|value| match &value.op {
        Op::Call(call) => cx.callee_symbol(call).is_some_and(|symbol| {
            matches!(
                &*symbol,
                "sync.(*Mutex).Lock" | "sync.(*RWMutex).Lock" | "sync.(*RWMutex).RLock" | "sync.Locker.Lock"
            )
        }),
        _ => false,
    })
}

fn is_unlock(cx: &RuleContext<'_>, call: &gosleuth_ir::Call) -> bool {
    cx.callee_symbol(call).is_some_and(|symbol| {
        matches!(
            &*symbol,
            "sync.(*Mutex).Unlock" | "sync.(*RWMutex).Unlock" | "sync.(*RWMutex).RUnlock" | "sync.Locker.Unlock"
        )
    })
}

/// Places of calls and waits that can come behind a place in its function; up to the next unlock, with `unlock`.
fn after(cx: &RuleContext<'_>, func: &Func, from: u32, unlock: bool) -> Option<FxHashSet<u32>> {
    // An expression is several values; the last of them is the call or wait.
    let (block, place) = func.blocks.iter_enumerated().find_map(|(id, block)| {
        let place = block.values.iter().rposition(|&value| func.values[value].pos == from)?;
        Some((id, place))
    })?;
    let mut found = FxHashSet::default();
    let mut seen = vec![false; func.blocks.len()];
    let mut work: Vec<(BlockId, usize)> = vec![(block, place + 1)];
    while let Some((block, place)) = work.pop() {
        let mut ends = false;
        for &value in &func.blocks[block].values[place..] {
            let is_end = unlock && matches!(func.op(value), Op::Call(call) if is_unlock(cx, call));
            if is_end {
                ends = true;
                break;
            }
            found.insert(func.values[value].pos);
        }
        if ends {
            continue;
        }
        for next in func.blocks[block].end.successors() {
            if !std::mem::replace(&mut seen[next.index()], true) {
                work.push((next, 0));
            }
        }
    }
    Some(found)
}
