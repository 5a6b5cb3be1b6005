//! Pairs of accesses that something may order which is not understood: they are not reported.
//!
//! What comes first is known for goroutines, channels, locks and groups that are told apart. Programs also wait for each other through
//! atomic counters, through one of several channels, through libraries and through the system. Where one goroutine gives such a sign after
//! its access, and the other one may have seen it before its own, the order is unknown, and unknown is not a race.

use super::exec::Exec;
use super::graph::{Access, Got, Mode, NodeId, Site, Sync, ThreadId};
use super::library::PACKAGE;
use super::memory::LocId;
use super::order::Order;

/// Whether the order of two accesses, which nothing known gives, may come from something unknown.
pub(super) fn is_doubtful(exec: &Exec<'_, '_>, order: &Order<'_>, a: &Access, b: &Access) -> bool {
    if told(exec, order, a, b) || told(exec, order, b, a) || in_turns(exec, order, a, b) {
        return true;
    }
    // A command that is started again did not start the first time.
    let by = |access: &Access| &exec.graph.threads[exec.graph.thread_of(access.node) as usize];
    let (one, other) = (by(a), by(b));
    let is_retry = |x: Site, y: Site| (x.func, x.value, x.ctx) == (y.func, y.value, y.ctx);
    if one.by == "os/exec" && other.by == "os/exec" && one.site.zip(other.site).is_some_and(|(x, y)| is_retry(x, y)) {
        return true;
    }
    let (first, second) = (waits_outside(exec, order, a, b), waits_outside(exec, order, b, a));
    // Two workers that get their work from outside are alike; one that does and one that does not may be in turn.
    (first != second || (exec.uses_pipe && first)) && !is_guarded_once(exec, a, b) && !is_guarded_once(exec, b, a)
}

/// Whether one access takes a lock of the object for it and the other one takes none at all: who wrote the first one did not rely on an order.
fn is_guarded_once(exec: &Exec<'_, '_>, a: &Access, b: &Access) -> bool {
    let locks = |access: &Access| &exec.graph.nodes[access.node as usize].locks;
    let object = |loc: LocId| exec.memory.locs[loc as usize].object;
    locks(b).is_empty()
        && locks(a)
            .iter()
            .any(|&(lock, mode)| matches!(mode, Mode::Write | Mode::Read) && object(lock) == object(a.loc))
}

/// Whether something unknown may make the goroutine of `b` wait for `a`.
pub(super) fn may_be_awaited(exec: &Exec<'_, '_>, order: &Order<'_>, a: &Access, b: &Access) -> bool {
    told(exec, order, a, b)
        || before(exec, order, b.node, exec.graph.thread_of(a.node)).any(|(node, sync)| {
            *sync != Sync::External && !exec.selected.contains(&node) && is_from_outside(exec, sync)
        })
}

/// Whether both goroutines look at a flag and set it after their access, as those who wait for their turn do.
fn in_turns(exec: &Exec<'_, '_>, order: &Order<'_>, a: &Access, b: &Access) -> bool {
    let sets = |of: &Access, flag: LocId| after(exec, order, of.node).any(|sync| *sync == Sync::Atomic(flag));
    let looks = |of: &Access, flag: LocId| {
        of_thread(exec, exec.graph.thread_of(of.node))
            .any(|node| exec.graph.nodes[node as usize].sync == Sync::Peek(flag))
    };
    after(exec, order, a.node).any(|sync| match sync {
        Sync::Atomic(flag) => {
            !exec.memory.overlap(*flag, a.loc) && sets(b, *flag) && looks(a, *flag) && looks(b, *flag)
        }
        _ => false,
    })
}

/// The moments of the goroutine of `from` that come after it.
fn after<'e>(exec: &'e Exec<'_, '_>, order: &'e Order<'_>, from: NodeId) -> impl Iterator<Item = &'e Sync> {
    of_thread(exec, exec.graph.thread_of(from))
        .filter(move |&node| node != from && order.reaches(from, node))
        .map(|node| &exec.graph.nodes[node as usize].sync)
}

/// The moments of the goroutine of `until` on a way to it, from the start of goroutine `other` on.
fn before<'e>(
    exec: &'e Exec<'_, '_>,
    order: &'e Order<'_>,
    until: NodeId,
    other: ThreadId,
) -> impl Iterator<Item = (NodeId, &'e Sync)> {
    let own = exec.graph.thread_of(until);
    let start = order
        .ancestors(other)
        .into_iter()
        .find(|&(thread, _)| thread == own)
        .map(|(_, spawn)| spawn);
    of_thread(exec, own)
        .filter(move |&node| order.reaches(node, until) && start.is_none_or(|start| !order.reaches(node, start)))
        .map(|node| (node, &exec.graph.nodes[node as usize].sync))
}

/// Whether a condition that is not known decides whether the goroutine waits at `wait` on its way to `until`. What a `select` does instead
/// of waiting is known to be possible.
fn is_skipped(exec: &Exec<'_, '_>, order: &Order<'_>, wait: NodeId, until: NodeId) -> bool {
    if exec.selected.contains(&wait) {
        return false;
    }
    let nodes = &exec.graph.nodes;
    let thread = exec.graph.thread_of(until);
    let way = order.reaching(until);
    let mut avoided = vec![false; nodes.len()];
    // Numbers grow along every path.
    for id in 0..=until {
        let node = &nodes[id as usize];
        if node.thread != thread || id == wait || !way.has(id) {
            continue;
        }
        let mut preds = node
            .preds
            .iter()
            .filter(|&&pred| nodes[pred as usize].thread == thread)
            .peekable();
        avoided[id as usize] = preds.peek().is_none() || preds.any(|&pred| avoided[pred as usize]);
    }
    avoided[until as usize]
}

fn of_thread<'e>(exec: &'e Exec<'_, '_>, thread: ThreadId) -> impl Iterator<Item = NodeId> + 'e {
    let nodes = exec.graph.nodes.iter().enumerate();
    nodes
        .filter(move |(_, node)| node.thread == thread)
        .map(|(id, _)| id as NodeId)
}

/// Whether a sign is given after `a` that may be seen before `b`.
fn told(exec: &Exec<'_, '_>, order: &Order<'_>, a: &Access, b: &Access) -> bool {
    let asked =
        before(exec, order, a.node, exec.graph.thread_of(b.node)).any(|(_, sync)| matches!(sync, Sync::Recv(..)));
    let seen: Vec<(NodeId, &Sync)> = before(exec, order, b.node, exec.graph.thread_of(a.node)).collect();
    // Goroutines that do the same call the same functions, and mostly those do not wait for each other.
    let started = |access: &Access| {
        let site = exec.graph.threads[exec.graph.thread_of(access.node) as usize].site;
        site.map(|site| (site.func, site.value))
    };
    let is_alike = started(a).is_some() && started(a) == started(b);
    let common = |x: &[LocId], y: &[LocId]| x.iter().any(|loc| y.contains(loc));
    // A loop that ends when channels are closed: the unrolled one ends sooner.
    let done = order.done(a.node);
    let is_end = |&(node, sync): &(NodeId, &Sync)| matches!(sync, Sync::Recv(_, Got::Closed)) && done.has(node);
    if seen.iter().any(is_end) {
        return true;
    }
    after(exec, order, a.node).any(|sign| {
        seen.iter().any(|&(node, seen)| match (sign, seen) {
            (Sync::Atomic(given), Sync::Atomic(got) | Sync::Peek(got) | Sync::Seen(got)) => {
                given == got && !exec.memory.overlap(*given, a.loc)
            }
            (Sync::Unknown(given), Sync::Unknown(got)) => given
                .iter()
                .any(|loc| got.contains(loc) && !(is_alike && *loc == PACKAGE)),
            // The answer to a request, or one of several channels.
            (Sync::Send(given) | Sync::Close(given), Sync::Recv(got, _)) => {
                let is_known = |chans: &[LocId]| matches!(*chans, [chan] if order.is_counted_out(chan));
                common(given, got)
                    && ((asked && !is_known(given))
                        || given.len() > 1
                        || got.len() > 1
                        || is_skipped(exec, order, node, b.node))
            }
            (Sync::Done(given) | Sync::End(given), Sync::Wait(got)) => {
                common(given, got) && is_skipped(exec, order, node, b.node)
            }
            _ => false,
        })
    })
}

/// Whether before `b`, and since the other goroutine has been there, its goroutine waits for something that comes from nowhere in sight.
fn waits_outside(exec: &Exec<'_, '_>, order: &Order<'_>, a: &Access, b: &Access) -> bool {
    before(exec, order, b.node, exec.graph.thread_of(a.node)).any(|(_, sync)| is_from_outside(exec, sync))
}

/// Whether something is waited for that comes from nowhere in sight.
fn is_from_outside(exec: &Exec<'_, '_>, sync: &Sync) -> bool {
    match sync {
        Sync::External => true,
        Sync::Recv(chans, _) => {
            !chans.is_empty()
                && chans.iter().all(|&chan| {
                    let object = exec.memory.of(chan);
                    let is_known = object.outside || object.escaped || exec.memory.is_held_outside(chan);
                    is_known && object.root == chan && !exec.met.sent.contains(&chan) && !exec.patient.contains(&chan)
                })
        }
        _ => false,
    }
}
