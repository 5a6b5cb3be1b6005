//! Sleeps that stand where a goroutine should be waited for: before one, another goroutine was started, and behind it is read what that one
//! writes. Whether locks keep the two apart does not matter: they give no order.

use gosleuth_ir::FuncId;

use super::exec::{Exec, Here};
use super::graph::{Access, AccessKind, NodeId, Sync};
use super::memory::LocId;
use super::order::Order;
use super::{Side, doubt, report, side};
use crate::flow::{in_loop, position};
use crate::order::is_in_bubble;

/// A sleep in the place of a wait.
#[derive(Clone, Debug)]
pub(crate) struct Slept {
    /// The function that everything began with.
    pub(crate) root: FuncId,
    /// The sleep, which the other side follows.
    pub(crate) sleep: Side,
    /// What is written, in words.
    pub(crate) name: String,
    pub(crate) write: Side,
    pub(crate) read: Side,
}

/// Pairs of accesses that are compared for one root.
const MAX_PAIRS: usize = 3_000;

/// The sleeps in what was executed last, each with one pair of accesses.
pub(super) fn find(exec: &Exec<'_, '_>, root: FuncId, choices: u32, found: &mut Vec<Slept>) {
    let sleeps: Vec<&(NodeId, Here)> = exec
        .sleeps
        .iter()
        .filter(|(_, here)| !is_polling(exec, *here) && !is_in_bubble(exec.cx, exec.cx.ir.funcs[here.func].file))
        .collect();
    if sleeps.is_empty() || exec.graph.threads.len() < 2 {
        return;
    }
    let order = Order::new(&exec.graph, &exec.memory);
    let accesses: Vec<&Access> = exec.graph.accesses.iter().chain(&exec.atomics).collect();
    let mut left = MAX_PAIRS;
    for &&(sleep, here) in &sleeps {
        if let Some((write, read)) = pair(exec, &order, &accesses, sleep, choices, &mut left)
            && let Some((name, ..)) = report::name(exec, write.loc)
        {
            let at = Access {
                node: sleep,
                site: here.site(),
                ..*read
            };
            found.push(Slept {
                root,
                sleep: side(exec, &order, &at),
                name,
                write: side(exec, &order, write),
                read: side(exec, &order, read),
            });
        }
    }
}

/// Whether a sleep stands in a loop, as those of who asks again and again do.
fn is_polling(exec: &Exec<'_, '_>, here: Here) -> bool {
    let func = &exec.cx.ir.funcs[here.func];
    position(func, here.value).is_none_or(|(block, _)| in_loop(func, block))
}

fn pair<'e>(
    exec: &Exec<'_, '_>,
    order: &Order<'_>,
    accesses: &[&'e Access],
    sleep: NodeId,
    choices: u32,
    left: &mut usize,
) -> Option<(&'e Access, &'e Access)> {
    let (graph, memory) = (&exec.graph, &exec.memory);
    let own = graph.thread_of(sleep);
    let object = |loc: LocId| memory.locs[loc as usize].object;
    for read in accesses {
        if read.write || graph.thread_of(read.node) != own || !order.reaches(sleep, read.node) {
            continue;
        }
        for write in accesses {
            let thread = graph.thread_of(write.node);
            if !write.write
                || thread == own
                || object(write.loc) != object(read.loc)
                || write.choices.saturating_mul(read.choices) > choices
                || !memory.overlap(write.loc, read.loc)
                || memory.is_guess(write.loc, read.loc)
            {
                continue;
            }
            // Where the writer waits first, the sleep may be there to see that it does.
            if waits_before(exec, order, write.node) {
                continue;
            }
            let started = order.ancestors(thread).into_iter().find(|&(around, _)| around == own);
            if !started.is_some_and(|(_, spawn)| order.reaches(spawn, sleep)) {
                continue;
            }
            *left = left.checked_sub(1)?;
            if order.parallel(write.node, read.node) && !doubt::may_be_awaited(exec, order, write, read) {
                return Some((write, read));
            }
        }
    }
    None
}

/// Whether a goroutine waits for something, other than a lock, on its way to a moment.
fn waits_before(exec: &Exec<'_, '_>, order: &Order<'_>, until: NodeId) -> bool {
    let graph = &exec.graph;
    let way = order.reaching(until);
    graph.nodes.iter().enumerate().any(|(id, node)| {
        let is_wait = matches!(
            node.sync,
            Sync::Recv(..) | Sync::Wait(_) | Sync::Unknown(_) | Sync::External | Sync::Settle
        );
        is_wait && way.has(id as NodeId)
    })
}

impl Exec<'_, '_> {
    /// Notes an atomic access that is not one of memory in general: those of typed atomics.
    pub(super) fn note_atomic(&mut self, node: NodeId, loc: LocId, write: bool, here: Here) {
        self.atomics.push(Access {
            loc,
            node,
            write,
            atomic: true,
            kind: AccessKind::Plain,
            choices: self.choices,
            via: None,
            site: here.site(),
        });
    }
}
