//! The order of the passes: facts, lines, buckets, verdicts; then crashes, races and counters; then ranking and headline.

use std::collections::BTreeMap;

use gosleuth_base::{Idx as _, Site, SuspectKind, Sym, Verdict};
use gosleuth_evidence::{EvidenceSet, Snapshot, SnapshotId, SnapshotKind, Time, WaitReason};
use rustc_hash::FxHashMap;

use crate::buckets::{Classes, Line, buckets, is_whole_process, lines};
use crate::diagnose::{diagnose, merge_healthy};
use crate::facts::Facts;
use crate::grouping;
use crate::headline::{headline, rank, rank_candidates};
use crate::join::{Source, join, judge};
use crate::leaks::leak_profiles;
use crate::model::{CaseFile, CaseOptions, SnapshotRow, Stats, Suspect};
use crate::series::series;
use crate::waiting::wait_graph;

/// Judges a set of evidence.
pub fn build(set: &EvidenceSet, options: &CaseOptions) -> CaseFile {
    build_with(set, None, options)
}

/// Judges a set of evidence together with the source it comes from.
pub fn build_with(set: &EvidenceSet, source: Option<&Source>, options: &CaseOptions) -> CaseFile {
    let facts = Facts::new(set);
    let mut classes = Classes::new(set, &facts);
    let mut case = CaseFile {
        problems: set.problems.clone(),
        stats: stats(set),
        snapshots: snapshot_rows(set),
        ..CaseFile::default()
    };
    let lines = lines(set, options.baseline);
    for line in &lines {
        let buckets = buckets(set, &facts, &mut classes, line);
        let diagnosis = diagnose(set, &facts, line, &buckets, options);
        case.suspects.extend(diagnosis.suspects);
        case.candidates.extend(diagnosis.candidates);
        case.healthy.extend(diagnosis.healthy);
        if case.series.is_none() {
            case.series = series(set, &facts, line, options.thresholds.limit);
        }
    }
    // A trace tells more than the snapshot at its end: its own suspects count also where dumps have the last word on the rest.
    for trace in &set.traces {
        if lines.iter().any(|line| line.current() == trace.snapshot) {
            continue;
        }
        let line = Line {
            snapshots: vec![trace.snapshot],
            baseline: 0,
            dumps: false,
        };
        let buckets = buckets(set, &facts, &mut classes, &line);
        case.suspects
            .extend(diagnose(set, &facts, &line, &buckets, options).suspects);
    }
    case.healthy = merge_healthy(std::mem::take(&mut case.healthy));
    case.suspects
        .extend(leak_profiles(set, &facts, &mut classes, &mut case.problems));
    crate::crashes::explain(set, &facts, &mut case);
    crate::races::explain(set, &facts, &mut case);
    crate::runtime::explain(set, options, &mut case);
    crate::profiles::explain(set, &facts, &mut case);
    crate::escape::explain(set, &mut case);
    case.suspects = merge_same(std::mem::take(&mut case.suspects));
    drop_behind(&mut case.suspects);
    // Dumps and profiles of the same moments ask the same questions.
    case.candidates = merge_same(std::mem::take(&mut case.candidates));
    drop_decided(&mut case);
    crate::same_process::explain(set, &facts, &mut case);
    crate::profiles::corroborate(set, &mut case);
    let shown = shown_snapshot(set, &lines);
    if let Some(source) = source {
        join(set, &facts, shown, source, &mut case);
    }
    rank(&mut case.suspects);
    rank_candidates(&mut case.candidates);
    if let Some(source) = source {
        judge(source, &mut case);
    }
    if let Some(id) = shown {
        (case.groups, case.groups_left_out) = grouping::rows(set, &facts, &mut classes, id, &options.query);
        case.waits = wait_graph(set, &facts, id);
    }
    if options.timeline || !set.logs.is_empty() {
        crate::timeline::timeline(set, &mut case, &options.thresholds);
    }
    case.headline = headline(set, &case);
    case
}

/// The snapshot that the group table shows: the newest whole one, else the newest of any kind.
fn shown_snapshot(set: &EvidenceSet, lines: &[Line]) -> Option<SnapshotId> {
    lines
        .iter()
        .map(|line| line.current())
        .max_by_key(|id| (set.snapshots[id.index()].kind == SnapshotKind::Dump, *id))
        .or_else(|| {
            set.snapshots
                .iter()
                .rposition(|snapshot| snapshot.total > 0)
                .map(SnapshotId::from_usize)
        })
}

/// Suspects of the same kind and place are one, with the stronger verdict and the sum of what is known.
fn merge_same(suspects: Vec<Suspect>) -> Vec<Suspect> {
    let mut merged: Vec<Suspect> = Vec::new();
    for suspect in suspects {
        let same = merged.iter_mut().find(|known| {
            known.site == suspect.site
                && known.site.is_some()
                && (known.kind == suspect.kind || is_stateless(known.kind) || is_stateless(suspect.kind))
                && goroutine_kind(known.kind)
                && goroutine_kind(suspect.kind)
        });
        match same {
            Some(known) => absorb(known, suspect),
            None => merged.push(suspect),
        }
    }
    merged
}

fn is_stateless(kind: SuspectKind) -> bool {
    kind == SuspectKind::Leak
}

/// Kinds that goroutines of snapshots give; crashes, races and counters merge by their own rules.
fn goroutine_kind(kind: SuspectKind) -> bool {
    kind < SuspectKind::Deadlock || kind == SuspectKind::Growth || kind == SuspectKind::Leak
}

fn absorb(known: &mut Suspect, other: Suspect) {
    let better = is_stateless(known.kind) && !is_stateless(other.kind);
    let other = if better { std::mem::replace(known, other) } else { other };
    known.verdict = known.verdict.max(other.verdict);
    known.severity = known.severity.max(other.severity);
    known.count = known.count.max(other.count);
    known.waits = known.waits.or(other.waits);
    for sentence in other.evidence {
        if !known.evidence.contains(&sentence) {
            known.evidence.push(sentence);
        }
    }
    for related in other.related {
        if !known.related.contains(&related) {
            known.related.push(related);
        }
    }
    for stack in other.stacks {
        if !known.stacks.contains(&stack) {
            known.stacks.push(stack);
        }
    }
    if known.goroutines.is_empty() {
        known.goroutines = other.goroutines;
    }
}

/// What a trace shows of goroutines that another suspect has in its queue is no suspect of its own.
fn drop_behind(suspects: &mut Vec<Suspect>) {
    let queues: Vec<(SuspectKind, Vec<Site>)> = suspects
        .iter()
        .map(|suspect| {
            let behind = suspect
                .related
                .iter()
                .filter(|related| related.label.contains("behind it here"));
            (suspect.kind, behind.map(|related| related.site.clone()).collect())
        })
        .collect();
    suspects.retain(|suspect| {
        let has_queue = suspect
            .related
            .iter()
            .any(|related| related.label.contains("behind it here"));
        let is_behind = |(kind, queue): &(SuspectKind, Vec<Site>)| {
            *kind == suspect.kind && suspect.site.as_ref().is_some_and(|site| queue.contains(site))
        };
        has_queue || !queues.iter().any(is_behind)
    });
}

/// A candidate whose place is a suspect's is no question any more.
fn drop_decided(case: &mut CaseFile) {
    let suspects = &case.suspects;
    case.candidates.retain(|candidate| {
        candidate.site.is_none()
            || !suspects.iter().any(|suspect| {
                suspect.site == candidate.site && suspect.verdict >= Verdict::Observed && goroutine_kind(suspect.kind)
            })
    });
}

fn stats(set: &EvidenceSet) -> Stats {
    Stats {
        bytes: set.inputs.iter().map(|input| input.decompressed).sum(),
        lines: set.inputs.iter().map(|input| input.lines).sum(),
        goroutines: set.snapshots.iter().map(|snapshot| snapshot.total).sum(),
        stacks: set.stacks.len() as u64,
    }
}

fn snapshot_rows(set: &EvidenceSet) -> Vec<SnapshotRow> {
    let mut rows: Vec<SnapshotRow> = set
        .snapshots
        .iter()
        .enumerate()
        .map(|(index, snapshot)| SnapshotRow {
            id: SnapshotId::from_usize(index),
            label: label(set, snapshot),
            time: snapshot.time.map(Time::iso_seconds),
            total: snapshot.total,
            states: states(set, snapshot),
        })
        .collect();
    rows.sort_by_key(|row| {
        let snapshot = &set.snapshots[row.id.index()];
        (
            is_whole_process(set, snapshot),
            snapshot.time.map_or(i64::MIN, |time| time.0),
            row.id,
        )
    });
    // Without times on all of them only the input order means something.
    if set.snapshots.iter().any(|snapshot| snapshot.time.is_none()) {
        rows.sort_by_key(|row| row.id);
    }
    rows
}

fn label(set: &EvidenceSet, snapshot: &Snapshot) -> String {
    let input = snapshot.origin.input;
    let name = set.inputs.get(input.index()).map_or("?", |input| &input.name);
    let several = set.snapshots.iter().filter(|other| other.origin.input == input).count() > 1;
    if several && snapshot.origin.line > 0 {
        format!("{name}:{}", snapshot.origin.line)
    } else {
        name.to_owned()
    }
}

fn states(set: &EvidenceSet, snapshot: &Snapshot) -> Vec<(String, u64)> {
    let mut counts: FxHashMap<(WaitReason, Option<Sym>), u64> = FxHashMap::default();
    for group in &snapshot.groups {
        *counts.entry((group.state.reason, group.state.other)).or_default() += group.count;
    }
    let mut states: BTreeMap<&str, u64> = BTreeMap::new();
    for ((reason, other), count) in counts {
        *states
            .entry(other.map_or(reason.as_str(), |text| set.text(text)))
            .or_default() += count;
    }
    let mut states: Vec<(String, u64)> = states
        .into_iter()
        .map(|(state, count)| (state.to_owned(), count))
        .collect();
    states.sort_by(|a, b| (std::cmp::Reverse(a.1), &a.0).cmp(&(std::cmp::Reverse(b.1), &b.0)));
    states
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_iso() {
        assert_eq!(Time(0).iso_seconds(), "1970-01-01T00:00:00Z");
        assert_eq!(Time(1_795_167_640_000_000_000).iso_seconds(), "2026-11-20T09:40:40Z");
        assert_eq!(Time(-1).iso_seconds(), "1969-12-31T23:59:59Z");
    }
}
