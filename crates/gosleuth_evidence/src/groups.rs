//! Collects the records of one profile: equal stacks are merged, and what is kept is charged.

use std::collections::HashMap;

use gosleuth_base::{Idx as _, Sym};
use rustc_hash::FxBuildHasher;

use crate::budget::Budget;
use crate::model::{
    EvidenceSet, Frame, FrameId, FrameNote, Group, InputId, LabelsId, Origin, Profile, ProfileSample, Snapshot,
    SnapshotKind, StackId, StackTable, Time, WaitRange, WaitReason, WaitState,
};

/// Builds a snapshot from a profile of goroutines or threads.
pub(crate) struct Groups {
    snapshot: Snapshot,
    index: Index,
    budget: Budget,
}

/// What makes goroutines of a profile one group: stack, reason, whether that was concluded, labels.
type Key = (StackId, WaitReason, bool, Option<LabelsId>);

/// Positions of groups by key. Almost every stack of a profile is new and has one group, so the first group of each stack that
/// came since the profile began stands in a vector; only the others are hashed.
struct Index {
    /// Number of stacks before the first record.
    base: Option<usize>,
    /// Position of the first group of each stack from `base` on; `NONE` without one.
    first: Vec<u32>,
    others: HashMap<Key, u32, FxBuildHasher>,
}

impl Index {
    const NONE: u32 = u32::MAX;

    fn slot(&self, key: &Key) -> Option<usize> {
        key.0.index().checked_sub(self.base?)
    }

    fn get(&self, key: &Key, groups: &[Group]) -> Option<u32> {
        if let Some(slot) = self.slot(key) {
            let first = *self.first.get(slot).filter(|&&first| first != Self::NONE)?;
            if key_of(&groups[first as usize]) == *key {
                return Some(first);
            }
        }
        self.others.get(key).copied()
    }

    /// Notes a group that [`Index::get`] did not find.
    fn insert(&mut self, key: Key, position: u32) {
        if let Some(slot) = self.slot(&key) {
            if self.first.len() <= slot {
                self.first.resize(slot + 1, Self::NONE);
            }
            if self.first[slot] == Self::NONE {
                self.first[slot] = position;
                return;
            }
        }
        self.others.insert(key, position);
    }
}

fn key_of(group: &Group) -> Key {
    (group.stack, group.state.reason, group.state.inferred, group.labels)
}

impl Groups {
    pub(crate) fn new(
        kind: SnapshotKind,
        origin: Origin,
        time: Option<Time>,
        stream: Option<Sym>,
        budget: Budget,
    ) -> Self {
        Self::resume(
            Snapshot {
                origin,
                kind,
                time,
                stream,
                total: 0,
                declared_total: None,
                groups: Vec::new(),
                goroutines: Vec::new(),
                addresses: Vec::new(),
                cut: None,
                crash: None,
            },
            budget,
        )
    }

    /// Goes on with a snapshot that was interrupted by other text.
    pub(crate) fn resume(snapshot: Snapshot, budget: Budget) -> Self {
        let others = snapshot.groups.iter().enumerate();
        Self {
            index: Index {
                base: None,
                first: Vec::new(),
                others: others
                    .map(|(position, group)| (key_of(group), position as u32))
                    .collect(),
            },
            snapshot,
            budget,
        }
    }

    pub(crate) fn snapshot_mut(&mut self) -> &mut Snapshot {
        &mut self.snapshot
    }

    pub(crate) fn budget_mut(&mut self) -> &mut Budget {
        &mut self.budget
    }

    /// Makes room for as many groups as may come, within what may be kept.
    pub(crate) fn reserve(&mut self, set: &mut EvidenceSet, groups: usize) {
        let groups = groups.min(1 << 17);
        set.stacks.reserve(groups);
        self.snapshot.groups.reserve(groups);
        self.index.first.reserve(groups);
    }

    /// Adds goroutines with a stack, innermost frame first.
    #[expect(
        clippy::too_many_arguments,
        reason = "the columns of one record; called at two places"
    )]
    pub(crate) fn add(
        &mut self,
        set: &mut EvidenceSet,
        frames: &[FrameId],
        reason: WaitReason,
        inferred: bool,
        labels: Option<LabelsId>,
        count: u64,
        line: u64,
    ) {
        self.snapshot.total = self.snapshot.total.saturating_add(count);
        self.index.base.get_or_insert(set.stacks.len());
        let mut key = (StackId::from_usize(0), reason, inferred, labels);
        let kept = stack_id(set, frames, &mut self.budget).and_then(|(stack, is_new)| {
            key.0 = stack;
            // Most stacks are new: no group can have them.
            let known = if is_new {
                None
            } else {
                self.index.get(&key, &self.snapshot.groups)
            };
            (known.is_some() || self.budget.take(GROUP)).then_some(known)
        });
        let known = kept.unwrap_or_else(|| {
            key = (elided(set), WaitReason::Unknown, inferred, None);
            self.index.get(&key, &self.snapshot.groups)
        });
        let (stack, reason, inferred, labels) = key;
        let leaked = self.snapshot.kind == SnapshotKind::LeakProfile;
        let groups = &mut self.snapshot.groups;
        let position = known.unwrap_or_else(|| {
            let position = groups.len() as u32;
            groups.push(Group {
                stack,
                state: WaitState {
                    inferred,
                    leaked,
                    ..WaitState::new(reason)
                },
                labels,
                count: 0,
                waits: WaitRange::default(),
                ids: Vec::new(),
                line,
            });
            self.index.insert(key, position);
            position
        });
        let group = &mut groups[position as usize];
        group.count = group.count.saturating_add(count);
    }

    /// Writes the snapshot. Returns whether stacks had to be left out.
    pub(crate) fn finish(self, set: &mut EvidenceSet) -> bool {
        let mut snapshot = self.snapshot;
        snapshot.groups.shrink_to_fit();
        set.snapshots.push(snapshot);
        self.budget.exhausted()
    }
}

/// Builds a profile of another kind.
pub(crate) struct Samples {
    profile: Profile,
    index: HashMap<(StackId, Option<LabelsId>), u32, FxBuildHasher>,
    budget: Budget,
}

impl Samples {
    pub(crate) fn new(profile: Profile, budget: Budget) -> Self {
        Self {
            profile,
            index: HashMap::default(),
            budget,
        }
    }

    pub(crate) fn profile_mut(&mut self) -> &mut Profile {
        &mut self.profile
    }

    pub(crate) fn budget_mut(&mut self) -> &mut Budget {
        &mut self.budget
    }

    /// Adds a sample; `values` has one entry per sample type.
    pub(crate) fn add(&mut self, set: &mut EvidenceSet, frames: &[FrameId], labels: Option<LabelsId>, values: &[i64]) {
        let stack = stack_id(set, frames, &mut self.budget).map(|(stack, _)| stack);
        let mut key = (stack.unwrap_or_else(|| elided(set)), labels);
        let cost = SAMPLE + size_of_val(values);
        if stack.is_none() || !(self.index.contains_key(&key) || self.budget.take(cost)) {
            key = (elided(set), None);
        }
        let (stack, labels) = key;
        let samples = &mut self.profile.samples;
        let position = *self.index.entry(key).or_insert_with(|| {
            samples.push(ProfileSample {
                stack,
                values: vec![0; values.len()],
                labels,
            });
            (samples.len() - 1) as u32
        });
        for (sum, &value) in samples[position as usize].values.iter_mut().zip(values) {
            *sum = sum.saturating_add(value);
        }
    }

    /// Writes the profile. Returns whether stacks had to be left out.
    pub(crate) fn finish(self, set: &mut EvidenceSet) -> bool {
        set.profiles.push(self.profile);
        self.budget.exhausted()
    }
}

/// Profiles of one input beyond this are left out.
pub(crate) const PROFILES_CAP: usize = 4_096;

/// Whether an input has given as many profiles as it may. Those of one input stand together, so one look is enough.
pub(crate) fn is_full(set: &EvidenceSet, input: InputId) -> bool {
    let oldest = |count: usize| count.checked_sub(PROFILES_CAP);
    oldest(set.snapshots.len()).is_some_and(|index| set.snapshots[index].origin.input == input)
        || oldest(set.profiles.len()).is_some_and(|index| set.profiles[index].origin.input == input)
}

/// What the profiles of an input cost so far: they share one allowance.
pub(crate) fn cost_of(set: &EvidenceSet, input: InputId) -> usize {
    let snapshots = set
        .snapshots
        .iter()
        .rev()
        .take_while(|snapshot| snapshot.origin.input == input);
    let snapshots = snapshots
        .filter(|snapshot| snapshot.kind != SnapshotKind::Dump)
        .map(|snapshot| size_of::<Snapshot>() + snapshot.groups.len() * (GROUP + STACK + 64));
    let profiles = set
        .profiles
        .iter()
        .rev()
        .take_while(|profile| profile.origin.input == input);
    let profiles = profiles.map(|profile| size_of::<Profile>() + profile.samples.len() * (SAMPLE + STACK + 64));
    snapshots.chain(profiles).sum()
}

/// Vectors and tables grow by doubling: on average half as much again is held. The rest is the entry of the index.
const GROUP: usize = size_of::<Group>() * 3 / 2 + 40;
const SAMPLE: usize = size_of::<ProfileSample>() * 3 / 2 + 56;
const STACK: usize = StackTable::STACK_COST;

/// The id of a stack, if it may be kept, and whether it is new.
fn stack_id(set: &mut EvidenceSet, frames: &[FrameId], budget: &mut Budget) -> Option<(StackId, bool)> {
    let cost = STACK + size_of_val(frames) * 3 / 2;
    if !budget.take(cost) {
        return None;
    }
    let (id, is_new) = set.stacks.intern_frames(frames);
    if !is_new {
        budget.grow(cost);
    }
    Some((id, is_new))
}

/// The stack that stands for all that do not fit.
fn elided(set: &mut EvidenceSet) -> StackId {
    let function = set.strings.intern("");
    let frame = set.stacks.intern_frame(Frame {
        function,
        file: function,
        line: 0,
        note: FrameNote::Elided,
        args: None,
    });
    set.stacks.intern_frames(&[frame]).0
}
