//! Who probably holds a lock that others wait for.
//!
//! A dump shows waiters, never holders. What it does show: methods of the type whose lock is waited for, further out on the
//! stacks of other waiters or on goroutines that wait for something else. From that follow a likely holder, a goroutine that
//! waits for itself, and rings. All of it is inference, and the words say so; the verdict rests on the wait alone.

use gosleuth_base::{GoSymbol, Idx as _, Sym};
use gosleuth_evidence::{EvidenceSet, FrameId, GroupId, Snapshot, StackId, WaitReason};
use rustc_hash::FxHashMap;

use crate::facts::{Facts, effective_reason};

/// Groups that wait for locks of one owner, and who may hold them.
#[derive(Clone, Debug)]
pub(crate) struct LockClass {
    /// `package.Type`, or the function where the lock belongs to no method.
    pub(crate) owner: String,
    /// Waiting groups, ascending.
    pub(crate) waiters: Vec<GroupId>,
    /// Number of goroutines.
    pub(crate) count: u64,
    /// What is known of the holder.
    pub(crate) holder: Holder,
}

/// What is known of the holder of a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// No goroutine is inside a method of the owner but the waiters at their lock call: it was left locked.
    Abandoned,
    /// A waiter is further out inside a method of the same owner: it waits for itself.
    Itself(GroupId),
    /// Two or more waiters are inside methods of the owner and wait at different locks of it: a ring.
    Ring(Vec<GroupId>),
    /// A goroutine that waits elsewhere, inside a method of the owner.
    Elsewhere(GroupId),
    /// Somebody is inside a method of the owner and does not wait.
    Busy,
}

/// Lock classes of a snapshot, most waiters first.
pub(crate) fn lock_classes(set: &EvidenceSet, facts: &Facts, snapshot: &Snapshot) -> Vec<LockClass> {
    let mut by_owner: FxHashMap<String, Vec<GroupId>> = FxHashMap::default();
    for (index, group) in snapshot.groups.iter().enumerate() {
        let stack = facts.stack(group.stack);
        if is_lock(effective_reason(group.state.reason, stack.reason))
            && let Some(owner) = stack.owner
        {
            by_owner
                .entry(owner_key(set, owner))
                .or_default()
                .push(GroupId::from_usize(index));
        }
    }
    if by_owner.is_empty() {
        return Vec::new();
    }
    let owners = Owners::new(set);
    let mut addresses: FxHashMap<GroupId, Vec<u64>> = FxHashMap::default();
    for used in &snapshot.addresses {
        addresses.entry(used.group).or_default().push(used.address);
    }
    let mut classes: Vec<LockClass> = by_owner
        .into_iter()
        .map(|(owner, waiters)| {
            let count = waiters.iter().map(|id| snapshot.groups[id.index()].count).sum();
            let holder = find_holder(set, facts, snapshot, &owners, &owner, &waiters, &addresses);
            LockClass {
                owner,
                waiters,
                count,
                holder,
            }
        })
        .collect();
    classes.sort_by(|a, b| (std::cmp::Reverse(a.count), &a.owner).cmp(&(std::cmp::Reverse(b.count), &b.owner)));
    classes
}

/// Waits for a Mutex or an RWMutex.
pub(crate) fn is_lock(reason: WaitReason) -> bool {
    matches!(
        reason,
        WaitReason::MutexLock | WaitReason::RwMutexLock | WaitReason::RwMutexRLock
    )
}

fn owner_key(set: &EvidenceSet, frame: FrameId) -> String {
    key_of(set.text(set.stacks.frame(frame).function))
}

/// `package.Type`, or `package.function` where there is no receiver.
fn key_of(name: &str) -> String {
    let symbol = GoSymbol::parse(name);
    format!("{}.{}", symbol.package, symbol.receiver.unwrap_or(symbol.name))
}

/// The owner of each frame's function, as a number: every stack is asked about every owner.
struct Owners {
    by_frame: Vec<u32>,
    numbers: FxHashMap<String, u32>,
}

impl Owners {
    fn new(set: &EvidenceSet) -> Self {
        let mut numbers: FxHashMap<String, u32> = FxHashMap::default();
        let mut by_sym: FxHashMap<Sym, u32> = FxHashMap::default();
        let frames = set.stacks.all_frames().iter();
        let by_frame = frames.map(|frame| {
            *by_sym.entry(frame.function).or_insert_with(|| {
                let next = numbers.len() as u32;
                *numbers.entry(key_of(set.text(frame.function))).or_insert(next)
            })
        });
        Self {
            by_frame: by_frame.collect(),
            numbers,
        }
    }
}

/// Whether a frame further out than `after` belongs to the owner of this number. Returns its position.
fn inside(set: &EvidenceSet, owners: &Owners, stack: StackId, owner: u32, after: Option<FrameId>) -> Option<usize> {
    let frames = set.stacks.stack(stack).frames;
    let start = after.map_or(0, |after| {
        frames
            .iter()
            .position(|&frame| frame == after)
            .map_or(0, |position| position + 1)
    });
    let symbol = |frame: FrameId| GoSymbol::parse(set.text(set.stacks.frame(frame).function));
    (start..frames.len()).find(|&position| {
        // A closure of the locking function itself (or the function around the closure) is one section, not two.
        let same_section = || {
            after.map(symbol).is_some_and(|first| {
                let symbol = symbol(frames[position]);
                first.is_closure() != symbol.is_closure()
                    && first.receiver == symbol.receiver
                    && first.name == symbol.name
            })
        };
        owners.by_frame[frames[position].index()] == owner && !same_section()
    })
}

fn find_holder(
    set: &EvidenceSet,
    facts: &Facts,
    snapshot: &Snapshot,
    owners: &Owners,
    owner: &str,
    waiters: &[GroupId],
    addresses: &FxHashMap<GroupId, Vec<u64>>,
) -> Holder {
    let number = owners.numbers.get(owner).copied().unwrap_or(u32::MAX);
    let inner: Vec<GroupId> = waiters
        .iter()
        .copied()
        .filter(|id| {
            let stack = snapshot.groups[id.index()].stack;
            inside(set, owners, stack, number, facts.stack(stack).owner).is_some()
        })
        .collect();
    let longest = waiters
        .iter()
        .map(|id| snapshot.groups[id.index()].waits.max)
        .max()
        .unwrap_or(0);
    // Goroutines inside a method of the owner that wait for something else, or run.
    let mut best: Option<(i32, u32, std::cmp::Reverse<usize>)> = None;
    let mut busy = false;
    for (index, group) in snapshot.groups.iter().enumerate() {
        if waiters.binary_search(&GroupId::from_usize(index)).is_ok() {
            continue;
        }
        let Some(position) = inside(set, owners, group.stack, number, None) else {
            continue;
        };
        let stack = facts.stack(group.stack);
        let reason = effective_reason(group.state.reason, stack.reason);
        let frames = &set.stacks.stack(group.stack).frames;
        // Cond.Wait gives back the lock that its caller took, which most often is this one.
        let gives_back =
            reason == WaitReason::CondWait && stack.owner.is_some_and(|frame| owner_key(set, frame) == owner);
        // The method of the owner is both where the goroutine started and where it waits.
        let is_entry =
            stack.creator.is_some() && stack.blame == frames.get(position).copied() && stack.outermost == stack.blame;
        let mut score = match reason {
            WaitReason::Running | WaitReason::Runnable => {
                busy |= !is_entry;
                continue;
            }
            WaitReason::ChanSend | WaitReason::ChanSendNil | WaitReason::WaitGroupWait => 4,
            reason if is_lock(reason) => 4,
            WaitReason::CondWait if gives_back => 0,
            WaitReason::ChanReceive | WaitReason::ChanReceiveNil | WaitReason::CondWait => 3,
            WaitReason::IoWait | WaitReason::Syscall | WaitReason::SelectNoCases => 3,
            WaitReason::Select | WaitReason::Unknown => 2,
            WaitReason::Sleep => 1,
            _ => 0,
        };
        // A goroutine that was started with this method and parks in it is its event loop rather than a holder, and one that
        // came later than the longest waiter cannot hold what that one waits for.
        if is_entry {
            score -= if reason == WaitReason::Select { 2 } else { 1 };
        }
        if group.waits.max < longest {
            score -= 2;
        }
        let rank = (score, group.waits.max, std::cmp::Reverse(index));
        if score >= 2 && best.is_none_or(|known| rank > known) {
            best = Some(rank);
        }
    }
    let elsewhere = best.map(|(_, _, std::cmp::Reverse(index))| GroupId::from_usize(index));
    match (inner.as_slice(), elsewhere) {
        ([], Some(group)) => Holder::Elsewhere(group),
        ([], None) if busy => Holder::Busy,
        ([], None) => Holder::Abandoned,
        (inner, _) => {
            let mut known: Vec<u64> = inner
                .iter()
                .flat_map(|id| addresses.get(id).into_iter().flatten().copied())
                .collect();
            known.sort_unstable();
            known.dedup();
            let goroutines: u64 = inner.iter().map(|id| snapshot.groups[id.index()].count).sum();
            if known.len() >= 2 && goroutines >= 2 {
                Holder::Ring(inner.to_vec())
            } else {
                // The one that waits longest came first and is the one in its own way.
                let first = inner
                    .iter()
                    .copied()
                    .max_by_key(|id| (snapshot.groups[id.index()].waits.max, std::cmp::Reverse(*id)))
                    .unwrap_or(inner[0]);
                Holder::Itself(first)
            }
        }
    }
}
