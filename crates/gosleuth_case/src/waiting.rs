//! Who waits for whom as far as a dump alone shows: shared objects, families, sets that nobody can release.

use std::collections::BTreeMap;

use gosleuth_base::Idx as _;
use gosleuth_evidence::{EvidenceSet, GroupId, Snapshot, SnapshotId, SnapshotKind, WaitReason};
use rustc_hash::FxHashMap;

use crate::diagnose::doing;
use crate::facts::{Facts, effective_reason, site};
use crate::grouping::state_text;
use crate::locks::{Holder, LockClass, lock_classes};
use crate::model::{Cycle, Family, WaitGraph, WaitObject};
use crate::say::{goroutines, place, short};

/// Most objects, families and cycles listed.
const MOST: usize = 50;

/// The wait graph of one snapshot.
pub(crate) fn wait_graph(set: &EvidenceSet, facts: &Facts, id: SnapshotId) -> WaitGraph {
    let snapshot = &set.snapshots[id.index()];
    if snapshot.kind != SnapshotKind::Dump {
        return WaitGraph::default();
    }
    let classes = lock_classes(set, facts, snapshot);
    WaitGraph {
        objects: objects(set, facts, snapshot, &classes),
        families: families(set, facts, snapshot),
        cycles: cycles(set, facts, snapshot, &classes),
    }
}

fn objects(set: &EvidenceSet, facts: &Facts, snapshot: &Snapshot, classes: &[LockClass]) -> Vec<WaitObject> {
    let mut by_address: BTreeMap<u64, Vec<(GroupId, u64)>> = BTreeMap::new();
    for used in &snapshot.addresses {
        by_address
            .entry(used.address)
            .or_default()
            .push((used.group, used.count));
    }
    let mut objects: Vec<(u64, WaitObject)> = Vec::new();
    for (address, uses) in by_address {
        let total: u64 = uses.iter().map(|(_, count)| count).sum();
        let Some(&(first, _)) = uses.first() else { continue };
        let reason_of = |id: GroupId| {
            let group = &snapshot.groups[id.index()];
            effective_reason(group.state.reason, facts.stack(group.stack).reason)
        };
        let what = match reason_of(first) {
            WaitReason::MutexLock => "mutex",
            WaitReason::RwMutexLock | WaitReason::RwMutexRLock => "rwmutex",
            WaitReason::WaitGroupWait => "waitgroup",
            WaitReason::CondWait => "cond",
            _ => "object",
        };
        let holder = classes
            .iter()
            .find(|class| class.waiters.binary_search(&first).is_ok())
            .map(|class| holder_text(set, facts, snapshot, class));
        let mut waiters: BTreeMap<(String, Option<gosleuth_base::Site>), u64> = BTreeMap::new();
        for (id, count) in uses {
            let group = &snapshot.groups[id.index()];
            let blame = facts.stack(group.stack).blame.map(|frame| site(set, frame));
            *waiters.entry((state_text(set, group).to_owned(), blame)).or_default() += count;
        }
        let mut waiters: Vec<_> = waiters
            .into_iter()
            .map(|((state, site), count)| (state, site, count))
            .collect();
        waiters.sort_by_key(|(.., count)| std::cmp::Reverse(*count));
        objects.push((
            total,
            WaitObject {
                what,
                address,
                waiters,
                holder,
            },
        ));
    }
    objects.sort_by_key(|(total, object)| (std::cmp::Reverse(*total), object.address));
    objects.truncate(MOST);
    objects.into_iter().map(|(_, object)| object).collect()
}

fn holder_text(set: &EvidenceSet, facts: &Facts, snapshot: &Snapshot, class: &LockClass) -> String {
    let owner = short(&class.owner);
    match &class.holder {
        Holder::Abandoned => format!("nobody is inside a method of {owner} but the waiters: some path left it locked"),
        Holder::Itself(id) => format!(
            "{} waits inside another method of {owner}: most likely for itself",
            member(set, facts, snapshot, *id)
        ),
        Holder::Ring(ids) => format!(
            "{} wait inside other methods of {owner}: most likely for each other",
            goroutines(ids.iter().map(|id| snapshot.groups[id.index()].count).sum())
        ),
        Holder::Elsewhere(id) => format!(
            "not among the waiters; look at {}, which is inside a method of {owner}",
            member(set, facts, snapshot, *id)
        ),
        Holder::Busy => format!("not among the waiters; a running goroutine is inside a method of {owner}"),
    }
}

/// `goroutine 7, waiting for a mutex at f (x.go:3)`.
fn member(set: &EvidenceSet, facts: &Facts, snapshot: &Snapshot, id: GroupId) -> String {
    let group = &snapshot.groups[id.index()];
    let stack = facts.stack(group.stack);
    let who = group
        .ids
        .first()
        .map_or_else(|| "a goroutine".to_owned(), |id| format!("goroutine {id}"));
    let at = stack
        .blame
        .map_or_else(String::new, |frame| format!(" at {}", place(&site(set, frame))));
    format!(
        "{who} ({}{at})",
        doing(effective_reason(group.state.reason, stack.reason))
    )
}

fn families(set: &EvidenceSet, facts: &Facts, snapshot: &Snapshot) -> Vec<Family> {
    let mut living: FxHashMap<u64, GroupId> = FxHashMap::default();
    for goroutine in &snapshot.goroutines {
        living.insert(goroutine.id, goroutine.group);
    }
    let mut children: BTreeMap<(u64, Option<gosleuth_evidence::FrameId>), u64> = BTreeMap::new();
    for goroutine in snapshot.goroutines.iter().filter(|goroutine| goroutine.parent != 0) {
        let creator = facts.stack(snapshot.groups[goroutine.group.index()].stack).creator;
        *children.entry((goroutine.parent, creator)).or_default() += 1;
    }
    let mut rows: Vec<_> = children.into_iter().filter(|(_, count)| *count >= 2).collect();
    rows.sort_by_key(|((parent, creator), count)| (std::cmp::Reverse(*count), *parent, *creator));
    rows.truncate(MOST);
    rows.into_iter()
        .map(|((parent, creator), count)| {
            let group = living.get(&parent).map(|id| &snapshot.groups[id.index()]);
            Family {
                parent,
                parent_site: group
                    .and_then(|group| facts.stack(group.stack).blame)
                    .map(|frame| site(set, frame)),
                parent_state: group.map_or_else(|| "ended".to_owned(), |group| state_text(set, group).to_owned()),
                creator: creator.map(|frame| site(set, frame)),
                children: count,
            }
        })
        .collect()
}

fn cycles(set: &EvidenceSet, facts: &Facts, snapshot: &Snapshot, classes: &[LockClass]) -> Vec<Cycle> {
    let mut cycles = Vec::new();
    // Without an age it may be contention: the next moment another goroutine waits.
    let old = |ids: &[GroupId]| ids.iter().all(|id| snapshot.groups[id.index()].waits.max > 0);
    for (index, class) in classes.iter().enumerate() {
        match &class.holder {
            Holder::Itself(id) if old(&[*id]) => cycles.push(Cycle {
                members: vec![member(set, facts, snapshot, *id)],
                why: format!(
                    "its own stack is inside another method of {}, so the lock it waits for is most likely its own",
                    short(&class.owner)
                ),
            }),
            Holder::Ring(ids) if old(ids) => cycles.push(Cycle {
                members: ids.iter().take(8).map(|&id| member(set, facts, snapshot, id)).collect(),
                why: format!(
                    "each waits for a lock of {} while it is inside a section of another one",
                    short(&class.owner)
                ),
            }),
            Holder::Elsewhere(id) if old(&class.waiters) => {
                // Follow "most likely held by" until it comes back here.
                let mut path = vec![*id];
                let mut at = *id;
                while let Some(next) = classes
                    .iter()
                    .position(|other| other.waiters.binary_search(&at).is_ok())
                {
                    if next == index {
                        // A ring is found from each of its members: keep the first.
                        if path.len() > 1
                            && classes[..index]
                                .iter()
                                .all(|earlier| !path.iter().any(|id| earlier.waiters.binary_search(id).is_ok()))
                        {
                            cycles.push(Cycle {
                                members: path.iter().map(|&id| member(set, facts, snapshot, id)).collect(),
                                why: "each waits for a lock that the next one most likely holds".to_owned(),
                            });
                        }
                        break;
                    }
                    let Holder::Elsewhere(holder) = classes[next].holder else {
                        break;
                    };
                    if path.contains(&holder) {
                        break;
                    }
                    path.push(holder);
                    at = holder;
                }
            }
            _ => {}
        }
        if cycles.len() >= MOST {
            break;
        }
    }
    cycles
}
