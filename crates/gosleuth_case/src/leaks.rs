//! Goroutine leak profiles: every goroutine in one is leaked, on the word of the runtime.

use gosleuth_base::{Idx as _, Problem, ProblemKind, Verdict};
use gosleuth_evidence::{EvidenceSet, Group, SnapshotKind, StackId};
use rustc_hash::FxHashMap;

use crate::buckets::{Classes, STACKS};
use crate::catalogue::{Class, Entry, known};
use crate::diagnose::kind_of;
use crate::facts::{Facts, effective_reason, site};
use crate::model::{Related, Suspect};
use crate::say::{Values, goroutines};

/// What a leak profile cannot see, as a note beside every one.
const BLIND: &str = "a goroutine leak profile sees only goroutines blocked on channels, select and sync objects that nothing \
                     running or global can reach: waits on the network, sleeps, tickers, and channels or locks held by package \
                     variables are not in it, so a site that is missing here is not cleared";

/// One proved suspect per site of every leak profile.
pub(crate) fn leak_profiles(
    set: &EvidenceSet,
    facts: &Facts,
    classes: &mut Classes,
    problems: &mut Vec<Problem>,
) -> Vec<Suspect> {
    let mut leaks: Vec<Leak<'_>> = Vec::new();
    let mut index: FxHashMap<_, usize> = FxHashMap::default();
    for snapshot in &set.snapshots {
        let marked = snapshot.groups.iter().any(|group| group.state.leaked);
        if snapshot.kind == SnapshotKind::LeakProfile || marked {
            problems.push(Problem {
                kind: ProblemKind::Note,
                input: set
                    .inputs
                    .get(snapshot.origin.input.index())
                    .map_or_else(String::new, |input| input.name.clone()),
                line: None,
                message: BLIND.to_owned(),
            });
        }
        if snapshot.kind != SnapshotKind::LeakProfile {
            continue;
        }
        for group in &snapshot.groups {
            let stack = facts.stack(group.stack);
            let entry: &'static Entry = classes
                .of(set, facts, group)
                .filter(|entry| entry.class != Class::Healthy)
                .unwrap_or_else(|| known("unknown-wait"));
            let blamed = stack.blame.map(|frame| set.stacks.frame(frame));
            let key = (blamed.map(|frame| (frame.function, frame.file, frame.line)), entry.id);
            let at = *index.entry(key).or_insert_with(|| {
                leaks.push(Leak {
                    entry,
                    first: group,
                    count: 0,
                    stacks: Vec::new(),
                });
                leaks.len() - 1
            });
            leaks[at].count += group.count;
            if leaks[at].stacks.len() < STACKS {
                leaks[at].stacks.push(group.stack);
            }
        }
    }
    let suspects = leaks.iter().map(|leak| suspect(set, facts, leak)).collect();
    problems.dedup();
    suspects
}

/// The leaked goroutines of one site.
struct Leak<'a> {
    entry: &'static Entry,
    first: &'a Group,
    count: u64,
    stacks: Vec<StackId>,
}

fn suspect(set: &EvidenceSet, facts: &Facts, leak: &Leak<'_>) -> Suspect {
    let Leak { entry, first, .. } = leak;
    let stack = facts.stack(first.stack);
    let blamed = stack.blame.map(|frame| site(set, frame));
    let values = Values {
        count: leak.count,
        site: blamed.as_ref(),
        ..Values::default()
    };
    let created = stack.creator.map(|frame| Related {
        site: site(set, frame),
        label: "created here".to_owned(),
    });
    Suspect {
        verdict: Verdict::Proved,
        why: "Nothing that still runs can reach what they wait for, so nobody can release them.".to_owned(),
        related: created.into_iter().collect(),
        goroutines: first.ids.clone(),
        stacks: leak.stacks.clone(),
        evidence: vec![proof(leak.count)],
        ..Suspect::new(
            entry,
            kind_of(entry, effective_reason(first.state.reason, stack.reason)),
            &values,
        )
    }
}

fn proof(count: u64) -> String {
    format!("The goroutine leak profile lists {}.", goroutines(count))
}
