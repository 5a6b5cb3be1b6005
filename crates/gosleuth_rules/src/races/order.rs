//! Which of two moments comes first in every run.
//!
//! For a moment `a`, "done" holds at another one when `a` has happened before it, in the sense of the memory model, or will never happen. It
//! holds in the goroutine of `a` where no path leads to `a` any more, passes to goroutines that are started there, and through operations
//! that wait: a receive after all that it may have received from, the end of a wait for a group after any of its members. It is the least
//! solution, so that what cannot be shown does not hold.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::graph::{Got, Graph, NodeId, Sync, ThreadId};
use super::memory::{LocId, Memory};

/// A set of nodes.
#[derive(Clone, Debug)]
pub(super) struct Set(Vec<u64>);

impl Set {
    fn new(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    pub(super) fn has(&self, node: NodeId) -> bool {
        self.0[node as usize / 64] >> (node % 64) & 1 == 1
    }

    fn add(&mut self, node: NodeId) {
        self.0[node as usize / 64] |= 1 << (node % 64);
    }
}

/// Fewest and most operations of a kind on the way to a moment, itself included.
type Counts = FxHashMap<NodeId, (u32, u32)>;

#[derive(Debug, Default)]
struct Channel {
    sends: Vec<NodeId>,
    receives: Vec<NodeId>,
    closes: Vec<NodeId>,
    capacity: Option<i64>,
    sent: Counts,
    received: Counts,
    /// Most sends in one run, by goroutine.
    sent_by: Vec<(ThreadId, u32)>,
    /// Most receives in one run.
    most_received: u32,
    one_sender: bool,
    one_receiver: bool,
}

#[derive(Debug, Default)]
struct Group {
    adds: Vec<NodeId>,
    dones: Vec<NodeId>,
}

pub(super) struct Order<'g> {
    graph: &'g Graph,
    succs: Vec<Vec<NodeId>>,
    channels: FxHashMap<LocId, Channel>,
    groups: FxHashMap<LocId, Group>,
    once: FxHashMap<LocId, Vec<NodeId>>,
    published: FxHashMap<LocId, Vec<NodeId>>,
    /// By node: those of its goroutine from which it can be reached.
    reaching: RefCell<FxHashMap<NodeId, Rc<Set>>>,
    done: RefCell<FxHashMap<NodeId, Rc<Set>>>,
}

impl<'g> Order<'g> {
    pub(super) fn new(graph: &'g Graph, memory: &Memory) -> Self {
        let mut succs = vec![Vec::new(); graph.nodes.len()];
        let mut channels: FxHashMap<LocId, Channel> = FxHashMap::default();
        let mut groups: FxHashMap<LocId, Group> = FxHashMap::default();
        let mut once: FxHashMap<LocId, Vec<NodeId>> = FxHashMap::default();
        let mut published: FxHashMap<LocId, Vec<NodeId>> = FxHashMap::default();
        for (id, node) in graph.nodes.iter().enumerate() {
            let id = id as NodeId;
            for &pred in &node.preds {
                if graph.thread_of(pred) == node.thread {
                    succs[pred as usize].push(id);
                }
            }
            match &node.sync {
                Sync::Recv(chans, got) => {
                    for &chan in chans {
                        let channel = channels.entry(chan).or_default();
                        if *got != Got::Closed {
                            channel.receives.push(id);
                        }
                    }
                }
                Sync::Send(chans) => chans
                    .iter()
                    .for_each(|&chan| channels.entry(chan).or_default().sends.push(id)),
                Sync::Close(chans) => chans
                    .iter()
                    .for_each(|&chan| channels.entry(chan).or_default().closes.push(id)),
                Sync::Add(locs, _) => locs
                    .iter()
                    .for_each(|&loc| groups.entry(loc).or_default().adds.push(id)),
                Sync::Done(locs) | Sync::End(locs) => {
                    locs.iter()
                        .for_each(|&loc| groups.entry(loc).or_default().dones.push(id));
                }
                Sync::OnceEnd(loc) => once.entry(*loc).or_default().push(id),
                Sync::Publish(loc) | Sync::Atomic(loc) => published.entry(*loc).or_default().push(id),
                _ => {}
            }
        }
        let mut order = Self {
            graph,
            succs,
            channels,
            groups,
            once,
            published,
            reaching: RefCell::default(),
            done: RefCell::default(),
        };
        let mut channels = std::mem::take(&mut order.channels);
        for (&loc, channel) in &mut channels {
            channel.capacity = memory.of(loc).capacity;
            let is = |nodes: &[NodeId]| -> Set {
                let mut set = Set::new(graph.nodes.len());
                nodes.iter().for_each(|&node| set.add(node));
                set
            };
            (channel.sent, channel.sent_by) = order.count(&is(&channel.sends), &channel.sends);
            let received_by;
            (channel.received, received_by) = order.count(&is(&channel.receives), &channel.receives);
            channel.most_received = received_by.iter().map(|(_, most)| most).sum();
            channel.one_sender = channel.sent_by.len() == 1;
            channel.one_receiver = received_by.len() == 1;
        }
        order.channels = channels;
        order
    }

    /// Counts operations along the paths of the goroutines they are in: at each of them, and the most that can happen in each.
    fn count(&self, is: &Set, nodes: &[NodeId]) -> (Counts, Vec<(ThreadId, u32)>) {
        let mut threads: Vec<ThreadId> = nodes.iter().map(|&node| self.graph.thread_of(node)).collect();
        threads.sort_unstable();
        threads.dedup();
        let mut most = Vec::new();
        let mut counts = Counts::default();
        for &thread in &threads {
            let mut here: Counts = FxHashMap::default();
            let mut highest = 0;
            for (id, node) in self.graph.nodes.iter().enumerate() {
                if node.thread != thread {
                    continue;
                }
                let id = id as NodeId;
                let before = node.preds.iter().filter_map(|pred| here.get(pred));
                let (low, high) = before.fold((u32::MAX, 0), |(low, high), &(l, h)| (low.min(l), high.max(h)));
                let low = if low == u32::MAX { 0 } else { low };
                let this = u32::from(is.has(id));
                here.insert(id, (low + this, high + this));
                highest = highest.max(high + this);
            }
            most.push((thread, highest));
            counts.extend(here);
        }
        (counts, most)
    }

    /// The nodes of its goroutine from which a node can be reached, itself included.
    pub(super) fn reaching(&self, node: NodeId) -> Rc<Set> {
        if let Some(known) = self.reaching.borrow().get(&node) {
            return Rc::clone(known);
        }
        let mut set = Set::new(self.graph.nodes.len());
        let thread = self.graph.thread_of(node);
        let mut work = vec![node];
        while let Some(node) = work.pop() {
            if set.has(node) {
                continue;
            }
            set.add(node);
            let preds = &self.graph.nodes[node as usize].preds;
            work.extend(preds.iter().filter(|&&pred| self.graph.thread_of(pred) == thread));
        }
        let set = Rc::new(set);
        self.reaching.borrow_mut().insert(node, Rc::clone(&set));
        set
    }

    /// Whether a path of one goroutine leads from one node to the other.
    pub(super) fn reaches(&self, from: NodeId, to: NodeId) -> bool {
        self.reaching(to).has(from)
    }

    /// The goroutines around one, innermost first, each with the moment at which it starts the way to it.
    pub(super) fn ancestors(&self, mut thread: ThreadId) -> Vec<(ThreadId, NodeId)> {
        let mut chain = Vec::new();
        while let Some(spawn) = self.graph.threads[thread as usize].spawn {
            thread = self.graph.thread_of(spawn);
            chain.push((thread, spawn));
        }
        chain
    }

    /// Where, in goroutine `thread`, the way to a node begins: the node itself, or the moment that starts the goroutine it is in.
    fn seen_from(&self, node: NodeId, thread: ThreadId) -> Option<NodeId> {
        let own = self.graph.thread_of(node);
        if own == thread {
            return Some(node);
        }
        self.ancestors(own)
            .into_iter()
            .find(|&(around, _)| around == thread)
            .map(|(_, spawn)| spawn)
    }

    /// Whether what happens at `source` can be what `waiter` waited for.
    fn possible(&self, source: NodeId, waiter: NodeId) -> bool {
        match self.seen_from(source, self.graph.thread_of(waiter)) {
            Some(seen) => seen != waiter && self.reaches(seen, waiter),
            None => true,
        }
    }

    /// The nodes before whose operation `a` is done.
    pub(super) fn done(&self, a: NodeId) -> Rc<Set> {
        if let Some(known) = self.done.borrow().get(&a) {
            return Rc::clone(known);
        }
        let count = self.graph.nodes.len();
        let own = self.graph.thread_of(a);
        let reaching = self.reaching(a);
        // By goroutine around: what comes before the start of the way to `a`, and what may come after it.
        let around: FxHashMap<ThreadId, (Rc<Set>, Set)> = self
            .ancestors(own)
            .into_iter()
            .map(|(thread, spawn)| (thread, (self.reaching(spawn), self.reachable(spawn))))
            .collect();
        // `before` the operation of a node, and `after` it.
        let mut before = Set::new(count);
        let mut after = Set::new(count);
        loop {
            let mut changed = false;
            for id in 0..count as NodeId {
                let node = &self.graph.nodes[id as usize];
                if !before.has(id) {
                    let holds = if node.thread == own {
                        !reaching.has(id)
                    } else {
                        let way = around.get(&node.thread);
                        // Where the way to `a` was not taken, and cannot be any more.
                        let missed = |pred: NodeId| {
                            way.is_some_and(|(reaching, reachable)| !reaching.has(id) && !reachable.has(pred))
                        };
                        way.is_some_and(|(reaching, reachable)| !reaching.has(id) && !reachable.has(id))
                            || (!node.preds.is_empty()
                                && node.preds.iter().all(|&pred| {
                                    if self.graph.thread_of(pred) == node.thread {
                                        after.has(pred) || missed(pred)
                                    } else {
                                        // Started there.
                                        before.has(pred)
                                    }
                                }))
                    };
                    if holds {
                        before.add(id);
                        changed = true;
                    }
                }
                if !after.has(id) && (before.has(id) || (node.thread != own && self.acquires(id, a, &before))) {
                    after.add(id);
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        let set = Rc::new(after);
        self.done.borrow_mut().insert(a, Rc::clone(&set));
        set
    }

    fn reachable(&self, from: NodeId) -> Set {
        let mut set = Set::new(self.graph.nodes.len());
        let mut work = vec![from];
        while let Some(node) = work.pop() {
            if !set.has(node) {
                set.add(node);
                work.extend(&self.succs[node as usize]);
            }
        }
        set
    }

    /// Whether what a node waits for implies that `a` is done, given where it is known to be.
    fn acquires(&self, id: NodeId, _a: NodeId, done: &Set) -> bool {
        let all = |sources: &[NodeId]| {
            let mut any = false;
            sources
                .iter()
                .filter(|&&source| self.possible(source, id))
                .all(|&source| {
                    any = true;
                    done.has(source)
                })
                && any
        };
        match &self.graph.nodes[id as usize].sync {
            Sync::Recv(chans, got) => {
                !chans.is_empty() && chans.iter().all(|chan| self.received(id, *chan, *got, done))
            }
            Sync::Send(chans) => !chans.is_empty() && chans.iter().all(|chan| self.room(id, *chan, done)),
            Sync::Wait(groups) => {
                !groups.is_empty()
                    && groups.iter().all(|group| {
                        let Some(group) = self.groups.get(group) else {
                            return false;
                        };
                        group.dones.iter().any(|&source| {
                            done.has(source) && self.possible(source, id) && self.is_counted(group, source, id)
                        })
                    })
            }
            Sync::Settle => true,
            Sync::OnceWait(loc) => self.once.get(loc).is_some_and(|ends| all(ends)),
            // What the goroutine wrote itself tells it nothing of others.
            Sync::Seen(loc) => self.published.get(loc).is_some_and(|stores| {
                let own = self.graph.thread_of(id);
                let others: Vec<NodeId> = stores
                    .iter()
                    .copied()
                    .filter(|&store| self.graph.thread_of(store) != own)
                    .collect();
                all(&others)
            }),
            _ => false,
        }
    }

    /// Whether the work that `done` ends was added where the waiter knows of it: not in the goroutine that does it.
    fn is_counted(&self, group: &Group, done: NodeId, waiter: NodeId) -> bool {
        let doer = self.graph.thread_of(done);
        let around = self.graph.thread_of(waiter);
        let started = |thread: ThreadId| {
            let chain = self.ancestors(around);
            chain.into_iter().find(|&(other, _)| other == thread)
        };
        // A copy of a group that was added to.
        let is_copy = group.adds.is_empty();
        is_copy
            || group.adds.iter().any(|&add| {
                let thread = self.graph.thread_of(add);
                match thread == around {
                    true => self.reaches(add, waiter),
                    // Added by who does it, but before the waiter was there.
                    false => thread != doer || started(thread).is_some_and(|(_, spawn)| self.reaches(add, spawn)),
                }
            })
    }

    fn received(&self, id: NodeId, chan: LocId, got: Got, done: &Set) -> bool {
        let Some(channel) = self.channels.get(&chan) else {
            return false;
        };
        // All that can have been sent so far was received: every send has happened.
        if got != Got::Closed
            && let Some(&(least, _)) = channel.received.get(&id)
        {
            let sends = |thread: ThreadId| {
                let of = channel.sends.iter().copied();
                of.filter(move |&send| self.graph.thread_of(send) == thread && self.possible(send, id))
            };
            let available: u32 = channel
                .sent_by
                .iter()
                .filter(|&&(thread, _)| sends(thread).next().is_some())
                .map(|(_, most)| most)
                .sum();
            let is_done = |&(thread, _): &(ThreadId, u32)| sends(thread).any(|send| done.has(send));
            if available > 0 && least >= available && channel.sent_by.iter().any(is_done) {
                return true;
            }
        }
        let counts = match (channel.one_sender && channel.one_receiver, channel.received.get(&id)) {
            (true, Some(&range)) if got != Got::Closed => Some(range),
            _ => None,
        };
        let mut any = false;
        if got != Got::Closed {
            for &send in &channel.sends {
                let in_turn = match (counts, channel.sent.get(&send)) {
                    (Some((low, high)), Some(&(first, last))) => first <= high && low <= last,
                    _ => true,
                };
                if in_turn && self.possible(send, id) {
                    any = true;
                    if !done.has(send) {
                        return false;
                    }
                }
            }
        }
        if got != Got::Value {
            for &close in &channel.closes {
                if self.possible(close, id) {
                    any = true;
                    if !done.has(close) {
                        return false;
                    }
                }
            }
        }
        any
    }

    /// A send that is over: a receive made room for it, if the channel holds fewer than were sent.
    fn room(&self, id: NodeId, chan: LocId, done: &Set) -> bool {
        let Some(channel) = self.channels.get(&chan) else {
            return false;
        };
        let Some(capacity) = channel.capacity.and_then(|capacity| u32::try_from(capacity).ok()) else {
            return false;
        };
        let Some(&(least, most)) = channel.sent.get(&id) else {
            return false;
        };
        if channel.most_received > 0
            && least >= channel.most_received.saturating_add(capacity)
            && channel.receives.iter().any(|&receive| done.has(receive))
        {
            return true;
        }
        if !(channel.one_sender && channel.one_receiver) && capacity > 0 {
            return false;
        }
        if least <= capacity {
            return false;
        }
        let mut any = false;
        for &receive in &channel.receives {
            let in_turn = match channel.received.get(&receive) {
                Some(&(first, last)) if channel.one_sender && channel.one_receiver => {
                    first <= most - capacity && least - capacity <= last
                }
                _ => true,
            };
            if in_turn && self.possible(receive, id) {
                any = true;
                if !done.has(receive) {
                    return false;
                }
            }
        }
        any
    }

    /// Whether one goroutine sends to a channel and one receives from it: then it is known which value is received where.
    pub(super) fn is_counted_out(&self, chan: LocId) -> bool {
        let channel = self.channels.get(&chan);
        channel.is_some_and(|channel| channel.one_sender && channel.one_receiver && channel.closes.is_empty())
    }

    /// Whether two moments can happen at the same time.
    pub(super) fn parallel(&self, a: NodeId, b: NodeId) -> bool {
        let graph = self.graph;
        if graph.thread_of(a) == graph.thread_of(b) {
            return false;
        }
        !self.done(a).has(b) && !self.done(b).has(a)
    }
}
