//! Goroutine leak profiles: every goroutine in one is leaked, on the word of the runtime.

use gosleuth_base::{Idx as _, Problem, ProblemKind, Verdict};
use gosleuth_evidence::{EvidenceSet, SnapshotKind};

use crate::buckets::Classes;
use crate::catalogue::{Class, Entry, known};
use crate::diagnose::kind_of;
use crate::facts::{Facts, effective_reason, site};
use crate::model::{Related, Suspect};
use crate::say::{self, Values, goroutines};

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
    let mut suspects: Vec<Suspect> = Vec::new();
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
            let reason = effective_reason(group.state.reason, stack.reason);
            let entry: &'static Entry = classes
                .of(set, facts, group)
                .filter(|entry| entry.class != Class::Healthy)
                .unwrap_or_else(|| known("unknown-wait"));
            let blamed = stack.blame.map(|frame| site(set, frame));
            let values = Values {
                count: group.count,
                site: blamed.as_ref(),
                ..Values::default()
            };
            if let Some(same) = suspects
                .iter_mut()
                .find(|suspect| suspect.site == blamed && suspect.entry == entry.id)
            {
                same.count += group.count;
                same.stacks.push(group.stack);
                same.headline = say::fill(
                    entry.headline,
                    &Values {
                        count: same.count,
                        ..values
                    },
                );
                same.evidence = vec![proof(same.count)];
                continue;
            }
            suspects.push(Suspect {
                kind: kind_of(entry, reason),
                verdict: Verdict::Proved,
                severity: entry.severity,
                entry: entry.id,
                rules: entry.rules.to_vec(),
                headline: say::fill(entry.headline, &values),
                why: "Nothing that still runs can reach what they wait for, so nobody can release them.".to_owned(),
                action: say::fill(entry.action, &values),
                site: blamed,
                related: stack
                    .creator
                    .map(|frame| Related {
                        site: site(set, frame),
                        label: "created here".to_owned(),
                    })
                    .into_iter()
                    .collect(),
                count: group.count,
                waits: None,
                goroutines: group.ids.clone(),
                stacks: vec![group.stack],
                evidence: vec![proof(group.count)],
                would_decide: None,
            });
        }
    }
    problems.dedup();
    suspects
}

fn proof(count: u64) -> String {
    format!("The goroutine leak profile lists {}.", goroutines(count))
}
