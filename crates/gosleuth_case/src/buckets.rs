//! Goroutines put together by what would be one bug: frame to blame, state and catalogue entry, over all snapshots of a line.
//!
//! A line is a list of snapshots in time order that can be compared: the dumps of one process, else its profiles.

use gosleuth_base::{Idx as _, Sym};
use gosleuth_evidence::{
    CrashKind, Cut, EvidenceSet, FrameId, Group, GroupId, Snapshot, SnapshotId, SnapshotKind, StackId, WaitRange,
    WaitReason,
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::catalogue::{ENTRIES, Entry, Matcher, StackView};
use crate::facts::{Facts, StackFacts, effective_reason};
use crate::locks::is_lock;

/// Snapshots that can be compared, oldest first; never empty.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// The snapshots.
    pub(crate) snapshots: Vec<SnapshotId>,
    /// How many of them are the baseline; at least one of several.
    pub(crate) baseline: usize,
    /// Every snapshot is a dump, so states are known.
    pub(crate) dumps: bool,
}

impl Line {
    /// The newest snapshot.
    pub(crate) fn current(&self) -> SnapshotId {
        self.snapshots[self.snapshots.len() - 1]
    }
}

/// What makes goroutines one bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// Blamed function and line; line alone would mix inlined copies.
    function: Option<Sym>,
    line: u32,
    /// State, unknown throughout a line that is not all dumps.
    reason: WaitReason,
    /// The entry, compared by address; null throughout a line that is not all dumps.
    entry: *const Entry,
    is_main: bool,
}

/// Stacks kept of one bug.
pub(crate) const STACKS: usize = 16;

/// Goroutines of one key.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    /// What the catalogue says of it.
    pub(crate) entry: &'static Entry,
    /// State (made precise).
    pub(crate) reason: WaitReason,
    /// Stack of the biggest group.
    pub(crate) stack: StackId,
    /// All stacks, biggest group first; at most [`STACKS`].
    pub(crate) stacks: Vec<StackId>,
    /// Groups in the newest snapshot, ascending.
    pub(crate) groups: Vec<GroupId>,
    /// Frame to blame.
    pub(crate) blame: Option<FrameId>,
    /// Goroutines in the newest snapshot.
    pub(crate) count: u64,
    /// Of these, marked `(leaked)`.
    pub(crate) leaked: u64,
    /// Wait times in the newest snapshot.
    pub(crate) waits: WaitRange,
    /// Ids, a sample.
    pub(crate) ids: Vec<u64>,
    /// Counts in every snapshot of the line.
    pub(crate) counts: Vec<u64>,
    /// Goroutines (by id) that stood here in the first snapshot of the line and still do.
    pub(crate) stayed: u64,
    /// The main goroutine.
    pub(crate) is_main: bool,
    /// Some goroutine in the newest snapshot waits for a lock.
    pub(crate) at_lock: bool,
    /// Creation site of the biggest group.
    pub(crate) creator: Option<FrameId>,
    biggest: u64,
}

/// Classification of every group of every snapshot that is compared.
pub(crate) struct Classes {
    /// The last answer for each stack, as a position in the catalogue: in one set a stack almost always stands in one state.
    by_stack: Vec<Option<(WaitReason, u16)>>,
    matcher: Matcher,
}

impl Classes {
    /// Nothing classified yet.
    pub(crate) fn new(set: &EvidenceSet, facts: &Facts) -> Self {
        Self {
            by_stack: vec![None; set.stacks.len()],
            matcher: Matcher::new(set, facts),
        }
    }

    /// The entry of a group.
    pub(crate) fn of(&mut self, set: &EvidenceSet, facts: &Facts, group: &Group) -> Option<&'static Entry> {
        let stack = facts.stack(group.stack);
        let reason = effective_reason(group.state.reason, stack.reason);
        if let Some((known, position)) = self.by_stack[group.stack.index()]
            && known == reason
        {
            return Some(&ENTRIES[usize::from(position)]);
        }
        let view = StackView {
            reason,
            frames: facts.outer_frames(set, group.stack),
            user: stack
                .blame
                .filter(|_| stack.blame_origin == gosleuth_base::Origin::User),
            creator: stack.creator,
            is_main: stack.is_main,
        };
        let position = self.matcher.wait_entry(facts, &view)?;
        self.by_stack[group.stack.index()] = Some((reason, position));
        Some(&ENTRIES[usize::from(position)])
    }
}

/// Whether the goroutines of a snapshot show a process at work (or hung), not just the one that crashed.
pub(crate) fn is_whole_process(set: &EvidenceSet, snapshot: &Snapshot) -> bool {
    let by_crash = snapshot.crash.and_then(|index| set.crashes.get(index as usize));
    by_crash.is_none_or(|crash| matches!(crash.kind, CrashKind::Signal | CrashKind::TestTimeout))
        && snapshot.cut != Some(Cut::CrashingOnly)
        && matches!(snapshot.kind, SnapshotKind::Dump | SnapshotKind::Profile)
        && snapshot.total > 0
}

/// The lines of a set: one per log stream, ordered by first appearance.
pub(crate) fn lines(set: &EvidenceSet, baseline: Option<usize>) -> Vec<Line> {
    let mut streams: Vec<(Option<Sym>, Vec<SnapshotId>)> = Vec::new();
    for (index, snapshot) in set.snapshots.iter().enumerate() {
        if !is_whole_process(set, snapshot) {
            continue;
        }
        let id = SnapshotId::from_usize(index);
        match streams.iter_mut().find(|(stream, _)| *stream == snapshot.stream) {
            Some((_, ids)) => ids.push(id),
            None => streams.push((snapshot.stream, vec![id])),
        }
    }
    streams
        .into_iter()
        .map(|(_, ids)| {
            let of = |kind: SnapshotKind| -> Vec<SnapshotId> {
                ids.iter()
                    .copied()
                    .filter(|id| set.snapshots[id.index()].kind == kind)
                    .collect()
            };
            let (dumps, profiles) = (of(SnapshotKind::Dump), of(SnapshotKind::Profile));
            let mut snapshots = if dumps.len() >= 2 || profiles.is_empty() {
                dumps
            } else if profiles.len() >= 2 || dumps.is_empty() {
                profiles
            } else {
                ids
            };
            let time = |id: &SnapshotId| set.snapshots[id.index()].time;
            if snapshots.iter().all(|id| time(id).is_some()) {
                snapshots.sort_by_key(|id| (time(id), *id));
            }
            let before = baseline.map_or(1, |first| {
                snapshots.iter().filter(|id| id.index() < first).count().max(1)
            });
            Line {
                baseline: before.min(snapshots.len().saturating_sub(1)),
                dumps: snapshots
                    .iter()
                    .all(|id| set.snapshots[id.index()].kind == SnapshotKind::Dump),
                snapshots,
            }
        })
        .filter(|line| !line.snapshots.is_empty())
        .collect()
}

/// The buckets of a line, in order of first appearance.
pub(crate) fn buckets(set: &EvidenceSet, facts: &Facts, classes: &mut Classes, line: &Line) -> Vec<Bucket> {
    let mut index: FxHashMap<Key, usize> = FxHashMap::default();
    let mut buckets: Vec<Bucket> = Vec::new();
    let last = line.snapshots.len() - 1;
    // Where each goroutine of the first snapshot stood, to tell those that stayed.
    let mut first_at: FxHashMap<u64, usize> = FxHashMap::default();
    for (position, &id) in line.snapshots.iter().enumerate() {
        let snapshot = &set.snapshots[id.index()];
        let follows = last > 0 && (position == 0 || position == last) && snapshot.kind == SnapshotKind::Dump;
        let mut group_bucket = vec![usize::MAX; if follows { snapshot.groups.len() } else { 0 }];
        // Stacks that begin alike come one after the other.
        let mut previous: Option<(Key, usize)> = None;
        for (number, group) in snapshot.groups.iter().enumerate() {
            let Some(entry) = classes.of(set, facts, group) else {
                continue;
            };
            let stack = facts.stack(group.stack);
            let reason = effective_reason(group.state.reason, stack.reason);
            // A goroutine on the processor is caught at another line each time; what stays is the function that loops.
            let running = matches!(
                reason,
                WaitReason::Running | WaitReason::Runnable | WaitReason::Preempted
            );
            let shown = if running { stack.outermost } else { stack.blame };
            let frame = shown.map(|frame| set.stacks.frame(frame));
            let mixed = !line.dumps;
            let key = Key {
                function: frame.map(|frame| frame.function),
                line: frame.filter(|_| !running).map_or(0, |frame| frame.line),
                reason: match reason {
                    _ if mixed => WaitReason::Unknown,
                    _ if running => WaitReason::Running,
                    reason => reason,
                },
                entry: if mixed { std::ptr::null() } else { entry },
                is_main: stack.is_main,
            };
            let same = previous.filter(|(known, _)| *known == key);
            let at = same.map_or_else(|| index.get(&key).copied(), |(_, at)| Some(at));
            let at = at.unwrap_or_else(|| {
                index.insert(key, buckets.len());
                buckets.push(Bucket {
                    entry,
                    reason,
                    stack: group.stack,
                    stacks: Vec::new(),
                    groups: Vec::new(),
                    blame: stack.blame,
                    count: 0,
                    leaked: 0,
                    waits: WaitRange::default(),
                    ids: Vec::new(),
                    counts: vec![0; line.snapshots.len()],
                    stayed: 0,
                    is_main: stack.is_main,
                    at_lock: false,
                    creator: stack.creator,
                    biggest: 0,
                });
                buckets.len() - 1
            });
            previous = Some((key, at));
            if follows {
                group_bucket[number] = at;
            }
            let bucket = &mut buckets[at];
            bucket.counts[position] += group.count;
            if position == last {
                add_current(bucket, group, GroupId::from_usize(number), entry, reason, stack);
            } else if bucket.groups.is_empty() && bucket.stacks.len() < STACKS && !bucket.stacks.contains(&group.stack)
            {
                bucket.stacks.push(group.stack);
            }
        }
        if follows {
            let mut seen: FxHashSet<u64> = FxHashSet::default();
            for goroutine in &snapshot.goroutines {
                let Some(&at) = group_bucket
                    .get(goroutine.group.index())
                    .filter(|&&at| at != usize::MAX)
                else {
                    continue;
                };
                if position == 0 {
                    first_at.insert(goroutine.id, at);
                } else if first_at.get(&goroutine.id) == Some(&at) && seen.insert(goroutine.id) {
                    buckets[at].stayed += 1;
                }
            }
        }
    }
    for bucket in &mut buckets {
        if bucket.waits.known < bucket.count {
            bucket.waits.min = 0;
        }
        bucket.ids.sort_unstable();
        bucket.ids.truncate(Group::ID_SAMPLES);
    }
    buckets
}

fn add_current(
    bucket: &mut Bucket,
    group: &Group,
    id: GroupId,
    entry: &'static Entry,
    reason: WaitReason,
    stack: &StackFacts,
) {
    let (blame, creator) = (stack.blame, stack.creator);
    if bucket.groups.is_empty() {
        bucket.stacks.clear();
    }
    bucket.groups.push(id);
    bucket.at_lock |= is_lock(reason);
    bucket.count += group.count;
    if group.state.leaked {
        bucket.leaked += group.count;
    }
    merge_waits(&mut bucket.waits, &group.waits);
    bucket.ids.extend(group.ids.iter().take(Group::ID_SAMPLES));
    if group.count > bucket.biggest {
        bucket.blame = blame;
        bucket.biggest = group.count;
        bucket.stack = group.stack;
        bucket.entry = entry;
        bucket.reason = reason;
        bucket.creator = creator;
        bucket.stacks.retain(|&stack| stack != group.stack);
        bucket.stacks.insert(0, group.stack);
        bucket.stacks.truncate(STACKS);
    } else if bucket.stacks.len() < STACKS && !bucket.stacks.contains(&group.stack) {
        bucket.stacks.push(group.stack);
    }
}

/// Adds the wait times of one group to those of several.
pub(crate) fn merge_waits(into: &mut WaitRange, from: &WaitRange) {
    if from.known == 0 {
        into.min = 0;
        return;
    }
    into.min = if into.known == 0 {
        from.min
    } else {
        into.min.min(from.min)
    };
    into.max = into.max.max(from.max);
    into.known += from.known;
    into.sum += from.sum;
}
