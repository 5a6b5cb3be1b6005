//! What happens in an unrolled execution: a graph of moments for each goroutine, with what they access.
//!
//! A [`Node`] is an operation that orders (or a place where paths meet or part), and what follows it up to the next one. Each happens at
//! most once. Numbers of nodes grow along every path.

use gosleuth_ir::{FuncId, ValueId};

use super::memory::{CtxId, LocId};

pub(super) type NodeId = u32;
pub(super) type ThreadId = u32;

/// What a receive got, as far as the branch behind it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Got {
    Anything,
    Value,
    Closed,
}

/// An operation that orders.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sync {
    /// Paths meet or part.
    None,
    /// Goroutines begin.
    Spawn,
    Recv(Vec<LocId>, Got),
    Send(Vec<LocId>),
    Close(Vec<LocId>),
    /// Work is added to a wait group; the number if it is known.
    Add(Vec<LocId>, Option<i64>),
    Done(Vec<LocId>),
    Wait(Vec<LocId>),
    /// A function that happens once has happened: in this goroutine, or in another one.
    OnceEnd(LocId),
    OnceWait(LocId),
    /// A write that others look for under the same lock.
    Publish(LocId),
    /// An atomic write that is not under a lock.
    Atomic(LocId),
    /// An atomic read.
    Peek(LocId),
    /// A call of unknown code with objects that others may wait at.
    Unknown(Vec<LocId>),
    /// Something comes from outside: a connection, input.
    External,
    /// A branch that is taken only after an atomic write.
    Seen(LocId),
    /// A lock is taken or given back.
    Lock,
    /// Time passes.
    Sleep,
    /// All goroutines that this one has started have ended or wait for something.
    Settle,
    /// The end of a goroutine that `sync.WaitGroup.Go` and the like started.
    End(Vec<LocId>),
}

/// A place in the code, within a chain of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Site {
    pub(super) func: FuncId,
    pub(super) value: ValueId,
    pub(super) ctx: CtxId,
}

/// How a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Mode {
    Read,
    Write,
    /// A token was put into a channel with one place.
    Sent,
    /// The only token was taken from a channel.
    Received,
}

/// A lock that is held, and how.
pub(super) type Held = (LocId, Mode);

/// A moment.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) thread: ThreadId,
    pub(super) preds: Vec<NodeId>,
    pub(super) sync: Sync,
    /// Locks that are held on every path; sorted.
    pub(super) locks: Vec<Held>,
}

/// A goroutine.
#[derive(Clone, Debug)]
pub(super) struct Thread {
    /// The moment that starts it; none for that of the root.
    pub(super) spawn: Option<NodeId>,
    /// Where it is started.
    pub(super) site: Option<Site>,
    /// What starts it, in words: `go`, `time.AfterFunc`.
    pub(super) by: &'static str,
}

/// A read or write of memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Access {
    pub(super) loc: LocId,
    pub(super) node: NodeId,
    pub(super) write: bool,
    pub(super) atomic: bool,
    pub(super) kind: AccessKind,
    /// Places that it may be of, and functions that may do it, multiplied.
    pub(super) choices: u32,
    /// The element of a slice or array that the pointer to it was read from.
    pub(super) via: Option<LocId>,
    pub(super) site: Site,
}

/// What kind of memory is accessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AccessKind {
    Plain,
    /// The table of a map.
    Map,
    /// A slice variable that gets the result of `append`.
    Append,
    /// What a library keeps in an object, such as `bytes.Buffer`.
    Library,
}

/// Everything that happens.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) threads: Vec<Thread>,
    pub(super) accesses: Vec<Access>,
}

impl Graph {
    pub(super) fn thread_of(&self, node: NodeId) -> ThreadId {
        self.nodes[node as usize].thread
    }

    /// A moment after others of the same goroutine.
    pub(super) fn after(&mut self, preds: &[NodeId], sync: Sync) -> NodeId {
        let mut locks: Vec<Held> = Vec::new();
        if let Some((&first, rest)) = preds.split_first() {
            locks.clone_from(&self.nodes[first as usize].locks);
            for &pred in rest {
                let other = &self.nodes[pred as usize].locks;
                locks.retain(|held| other.contains(held));
            }
        }
        let thread = preds.first().map_or(0, |&pred| self.thread_of(pred));
        self.push(Node {
            thread,
            preds: preds.to_vec(),
            sync,
            locks,
        })
    }

    /// A goroutine gives back a lock that who started it took for it: it has held it since then.
    pub(super) fn hand_over(&mut self, at: NodeId, spawn: NodeId, held: Held) {
        if !self.nodes[spawn as usize].locks.contains(&held) {
            return;
        }
        let thread = self.thread_of(at);
        for node in &mut self.nodes[..=at as usize] {
            if node.thread == thread
                && let Err(place) = node.locks.binary_search(&held)
            {
                node.locks.insert(place, held);
            }
        }
    }

    pub(super) fn push(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        self.nodes.len() as NodeId - 1
    }

    /// A goroutine that starts at a moment of another one, or the first one.
    pub(super) fn thread(&mut self, spawn: Option<NodeId>, site: Option<Site>, by: &'static str) -> NodeId {
        let thread = self.threads.len() as ThreadId;
        let first = self.push(Node {
            thread,
            preds: spawn.into_iter().collect(),
            sync: Sync::None,
            locks: Vec::new(),
        });
        self.threads.push(Thread { spawn, site, by });
        first
    }

    pub(super) fn access(&mut self, access: Access) {
        let recent = self.accesses.len().saturating_sub(16);
        let is_known = self.accesses[recent..].iter().any(|known| {
            known.loc == access.loc
                && known.node == access.node
                && known.write == access.write
                && known.atomic == access.atomic
                && known.kind == access.kind
                && known.via == access.via
        });
        if !is_known {
            self.accesses.push(access);
        }
    }
}
