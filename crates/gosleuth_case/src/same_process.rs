//! Goroutines across a dump and a trace of one process: their numbers are the same in both.
//!
//! What the trace knows of a goroutine (blocked since, woken how often, never waiting) leads to its stack in the dump, and what the dump
//! shows of one leads to its story. Where both say the same of a place, they are two witnesses.

use gosleuth_base::{Idx as _, SuspectKind, Sym, Verdict, duration};
use gosleuth_evidence::trace::analysis::Goroutine;
use gosleuth_evidence::trace::{GoId, GoState, TraceRecord};
use gosleuth_evidence::{EvidenceSet, FrameId, GroupId, Snapshot, SnapshotKind};
use rustc_hash::FxHashMap;

use crate::facts::{Facts, site};
use crate::model::{CaseFile, Related, Suspect};
use crate::say::{number, place};

/// Numbers that two pictures of one process share at least.
const SHARED: usize = 2;

/// Where a goroutine stands at the end of the trace and in the dump.
#[derive(Clone, Copy, Debug)]
struct Place {
    trace: GroupId,
    dump: GroupId,
}

/// A trace and a dump of one process.
struct Pair<'a> {
    set: &'a EvidenceSet,
    facts: &'a Facts,
    trace: &'a TraceRecord,
    end: &'a Snapshot,
    dump: &'a Snapshot,
    places: FxHashMap<u64, Place>,
}

/// Lays dumps and traces of one process over each other.
pub(crate) fn explain(set: &EvidenceSet, facts: &Facts, case: &mut CaseFile) {
    for trace in &set.traces {
        let dumps = set
            .snapshots
            .iter()
            .filter(|snapshot| snapshot.kind == SnapshotKind::Dump);
        // The newest dump is the one whose places the case shows.
        let Some(pair) = dumps.rev().find_map(|dump| Pair::of(set, facts, trace, dump)) else {
            continue;
        };
        pair.merge(case);
        let (suspects, candidates) = (&mut case.suspects, &mut case.candidates);
        for suspect in suspects.iter_mut().chain(candidates) {
            pair.note(suspect);
        }
    }
}

impl<'a> Pair<'a> {
    fn of(set: &'a EvidenceSet, facts: &'a Facts, trace: &'a TraceRecord, dump: &'a Snapshot) -> Option<Self> {
        let end = &set.snapshots[trace.snapshot.index()];
        let in_dump: FxHashMap<u64, GroupId> = dump
            .goroutines
            .iter()
            .map(|goroutine| (goroutine.id, goroutine.group))
            .collect();
        let mut places = FxHashMap::default();
        let (mut known, mut same) = (0_usize, 0_usize);
        for goroutine in &end.goroutines {
            let Some(&group) = in_dump.get(&goroutine.id) else {
                continue;
            };
            let place = Place {
                trace: goroutine.group,
                dump: group,
            };
            places.insert(goroutine.id, place);
            let started = |snapshot: &Snapshot, group: GroupId| -> Option<Sym> {
                let outermost = facts.stack(snapshot.groups[group.index()].stack).outermost?;
                Some(set.stacks.frame(outermost).function)
            };
            if let (Some(here), Some(there)) = (started(end, place.trace), started(dump, place.dump)) {
                known += 1;
                same += usize::from(here == there);
            }
        }
        // Two processes of one program have equal numbers for what they do first, but not for most of what they do.
        let is_same = places.len() >= SHARED && places.len() * 2 >= in_dump.len().min(end.goroutines.len());
        (is_same && same * 10 >= known * 9).then_some(Self {
            set,
            facts,
            trace,
            end,
            dump,
            places,
        })
    }

    fn blame(&self, snapshot: &Snapshot, group: GroupId) -> Option<FrameId> {
        self.facts.stack(snapshot.groups[group.index()].stack).blame
    }

    fn place_of(&self, suspect: &Suspect) -> Option<(u64, Place)> {
        let mut ids = suspect.goroutines.iter();
        ids.find_map(|id| Some((*id, *self.places.get(id)?)))
    }

    /// What runs without end is caught at another line each time: the same goroutine is the same suspect.
    fn merge(&self, case: &mut CaseFile) {
        let spins = |suspect: &Suspect| suspect.kind == SuspectKind::Spinning;
        for suspect in case.suspects.iter_mut().filter(|suspect| spins(suspect)) {
            let ids = suspect.goroutines.clone();
            let shares = |other: &Suspect| spins(other) && other.goroutines.iter().any(|id| ids.contains(id));
            let mut same = Vec::new();
            case.candidates.retain(|candidate| {
                let is_same = shares(candidate);
                if is_same {
                    same.push(candidate.clone());
                }
                !is_same
            });
            for other in same {
                suspect.stacks.extend(
                    other
                        .stacks
                        .iter()
                        .filter(|stack| !suspect.stacks.contains(stack))
                        .copied()
                        .collect::<Vec<_>>(),
                );
                suspect.related.extend(
                    other
                        .related
                        .into_iter()
                        .filter(|related| related.label != "created here"),
                );
            }
        }
    }

    /// Adds to a suspect what the other picture tells of its goroutines.
    fn note(&self, suspect: &mut Suspect) {
        let Some((id, found)) = self.place_of(suspect) else {
            return;
        };
        let Some(goroutine) = self.trace.analysis.alive.get(&GoId(id)) else {
            return;
        };
        let (here, there) = (self.blame(self.end, found.trace), self.blame(self.dump, found.dump));
        let told = mark(goroutine, self.trace.analysis.end);
        suspect.evidence.push(format!("Goroutine {id} in the trace: {told}."));
        let Some(there) = there else {
            return;
        };
        let shown = site(self.set, there);
        let is_running = suspect.kind == SuspectKind::Spinning;
        let agrees = here == Some(there)
            || is_running
                && self
                    .facts
                    .stack(self.end.groups[found.trace.index()].stack)
                    .outermost
                    .map(|frame| self.set.stacks.frame(frame).function)
                    == self
                        .facts
                        .stack(self.dump.groups[found.dump.index()].stack)
                        .outermost
                        .map(|frame| self.set.stacks.frame(frame).function);
        if agrees {
            suspect
                .evidence
                .push(format!("Goroutine {id} in the dump: at {}.", place(&shown)));
            if suspect.verdict == Verdict::Observed && suspect.would_decide.is_none() {
                suspect.verdict = Verdict::Corroborated;
            }
        }
        if suspect.site.as_ref() != Some(&shown) && !suspect.related.iter().any(|related| related.site == shown) {
            suspect.related.push(Related {
                site: shown,
                label: format!("goroutine {id} stands here in the dump"),
            });
        }
    }
}

/// What a trace says of one goroutine, a fragment.
fn mark(goroutine: &Goroutine, end: u64) -> String {
    let since = duration(end.saturating_sub(goroutine.since));
    match goroutine.state {
        GoState::Waiting if goroutine.wakes == 0 && goroutine.runs == 0 => {
            format!("blocked all the time, {since}")
        }
        GoState::Waiting if goroutine.wakes == 0 => format!("blocked for {since}, never woken"),
        GoState::Waiting => format!(
            "blocked for {since}, after it had been woken {} times, last by goroutine {}",
            number(goroutine.wakes),
            goroutine.waker
        ),
        GoState::Syscall => format!("in a system call for {since}"),
        GoState::Runnable if goroutine.yields == 0 && end.saturating_sub(goroutine.awake) < 1_000_000_000 => {
            format!("runnable for {since} without a processor")
        }
        _ => format!(
            "it has neither waited nor called the system for {}",
            duration(end.saturating_sub(goroutine.awake))
        ),
    }
}
