//! Groups that are added to while somebody may wait for them already.
//!
//! `Add` from zero and `Wait` have to be ordered: a `Wait` that looks first returns before the work is done. Whoever is counted itself may add
//! more, and who closes a door under a lock before it waits keeps the others from adding.

use gosleuth_ir::FuncId;
use rustc_hash::FxHashSet;

use super::exec::{Exec, Here};
use super::graph::{Access, AccessKind, NodeId, Sync};
use super::memory::LocId;
use super::order::Order;
use super::{Side, doubt, side_at};

/// A call of `Add` or `Wait` of one group.
#[derive(Clone, Copy, Debug)]
pub(super) struct GroupCall {
    pub(super) group: LocId,
    pub(super) node: NodeId,
    pub(super) here: Here,
    pub(super) adds: bool,
}

/// An `Add` that may come after the `Wait` that should wait for it.
#[derive(Clone, Debug)]
pub(crate) struct LateAdd {
    pub(crate) root: FuncId,
    pub(crate) add: Side,
    pub(crate) wait: Side,
}

/// Finds them in what was executed last.
pub(super) fn find(exec: &Exec<'_, '_>, root: FuncId, found: &mut Vec<LateAdd>) {
    if exec.graph.threads.len() < 2 || !exec.groups.iter().any(|call| call.adds) {
        return;
    }
    let mut order = None;
    let mut known = FxHashSet::default();
    for add in exec.groups.iter().filter(|call| call.adds) {
        for wait in exec.groups.iter().filter(|call| !call.adds && call.group == add.group) {
            let (by, waiter) = (exec.graph.thread_of(add.node), exec.graph.thread_of(wait.node));
            if by == waiter || known.contains(&(add.here.func, add.here.value)) {
                continue;
            }
            let order = order.get_or_insert_with(|| Order::new(&exec.graph, &exec.memory));
            if order.parallel(add.node, wait.node)
                && !is_counted(exec, order, add)
                && !is_awaited(exec, order, add, wait)
                && !has_a_door(exec, order, add, wait)
                && !doubt::is_doubtful(exec, order, &access(add), &access(wait))
            {
                known.insert((add.here.func, add.here.value));
                found.push(LateAdd {
                    root,
                    add: side_at(exec, order, add.node, add.here.site()),
                    wait: side_at(exec, order, wait.node, wait.here.site()),
                });
            }
        }
    }
}

fn access(call: &GroupCall) -> Access {
    Access {
        loc: call.group,
        node: call.node,
        write: true,
        atomic: false,
        kind: AccessKind::Library,
        choices: 1,
        via: None,
        site: call.here.site(),
    }
}

/// Whether somebody was added to the group before the goroutine, or one around it, was started: it is counted itself.
fn is_counted(exec: &Exec<'_, '_>, order: &Order<'_>, add: &GroupCall) -> bool {
    let around = order.ancestors(exec.graph.thread_of(add.node));
    exec.graph.nodes.iter().enumerate().any(|(id, node)| {
        matches!(&node.sync, Sync::Add(groups, _) if groups.contains(&add.group))
            && around
                .iter()
                .any(|&(thread, spawn)| thread == node.thread && order.reaches(id as NodeId, spawn))
    })
}

/// Whether who waits has added something itself: that may be what the other one does, and it is counted as long as it does it.
fn is_awaited(exec: &Exec<'_, '_>, order: &Order<'_>, add: &GroupCall, wait: &GroupCall) -> bool {
    let waiter = exec.graph.thread_of(wait.node);
    let mut adds = exec.groups.iter().filter(|call| call.adds && call.group == add.group);
    adds.any(|call| exec.graph.thread_of(call.node) == waiter && order.reaches(call.node, wait.node))
}

/// Whether the one adds under a lock that the other one held before it waits.
fn has_a_door(exec: &Exec<'_, '_>, order: &Order<'_>, add: &GroupCall, wait: &GroupCall) -> bool {
    let nodes = &exec.graph.nodes;
    let held = &nodes[add.node as usize].locks;
    let waiter = exec.graph.thread_of(wait.node);
    !held.is_empty()
        && nodes.iter().enumerate().any(|(id, node)| {
            node.thread == waiter
                && node
                    .locks
                    .iter()
                    .any(|(lock, _)| held.iter().any(|(other, _)| lock == other))
                && order.reaches(id as NodeId, wait.node)
        })
}
