//! Block, mutex, heap and thread profiles: the heaviest stacks, and which suspects they confirm.

use gosleuth_base::{Idx as _, Origin, Severity, Site, SuspectKind, Verdict};
use gosleuth_evidence::{EvidenceSet, Profile, ProfileKind, SnapshotKind, StackId};
use rustc_hash::FxHashMap;

use crate::catalogue::known;
use crate::facts::{Facts, site};
use crate::model::{CaseFile, ProfileRow, Suspect};
use crate::say::{self, Values, goroutines, place};

/// Stacks listed per profile.
const TOP: usize = 20;
/// A lock or channel is worth a candidate from this share of all waiting time and this much of it in nanoseconds.
const CONTENTION_SHARE: f64 = 0.5;
const CONTENTION_NANOS: i64 = 10_000_000_000;

/// Adds the tables of all profiles, and a candidate per lock that takes most of the waiting.
pub(crate) fn explain(set: &EvidenceSet, facts: &Facts, case: &mut CaseFile) {
    for (index, profile) in set.profiles.iter().enumerate() {
        let Some(column) = column(set, profile) else { continue };
        let mut top: Vec<(StackId, i64, Option<Site>)> = Vec::new();
        let mut positions: FxHashMap<StackId, usize> = FxHashMap::default();
        let mut total = 0i64;
        for sample in &profile.samples {
            let value = sample.values.get(column).copied().unwrap_or(0);
            total = total.saturating_add(value);
            let at = *positions.entry(sample.stack).or_insert_with(|| {
                top.push((sample.stack, 0, None));
                top.len() - 1
            });
            top[at].1 = top[at].1.saturating_add(value);
        }
        top.sort_by_key(|(stack, value, _)| (std::cmp::Reverse(*value), *stack));
        top.truncate(TOP);
        for (stack, _, at) in &mut top {
            *at = facts.stack(*stack).blame.map(|frame| site(set, frame));
        }
        if matches!(profile.kind, ProfileKind::Block | ProfileKind::Mutex)
            && let Some((stack, value, at)) = top
                .iter()
                .find(|(stack, ..)| facts.stack(*stack).blame_origin == Origin::User)
        {
            contention(case, profile, *stack, *value, total, at.clone());
        }
        case.profiles.push(ProfileRow {
            index,
            column,
            total,
            top,
        });
    }
    lasting_contention(set, facts, case);
    threads(set, facts, case);
}

/// The column to show: delay before contentions, bytes in use before allocated, else the last.
fn column(set: &EvidenceSet, profile: &Profile) -> Option<usize> {
    let preferred: &[&str] = match profile.kind {
        ProfileKind::Block | ProfileKind::Mutex => &["delay"],
        ProfileKind::Heap => &["inuse_space", "alloc_space"],
        ProfileKind::Cpu => &["cpu"],
        ProfileKind::Custom => &[],
    };
    preferred
        .iter()
        .find_map(|name| {
            profile
                .sample_types
                .iter()
                .position(|column| set.text(column.name) == *name)
        })
        .or_else(|| profile.sample_types.len().checked_sub(1))
}

#[expect(clippy::cast_precision_loss, reason = "shares and seconds")]
fn contention(case: &mut CaseFile, profile: &Profile, stack: StackId, value: i64, total: i64, at: Option<Site>) {
    let share = value as f64 / total.max(1) as f64;
    if profile.kind != ProfileKind::Mutex || share < CONTENTION_SHARE || value < CONTENTION_NANOS {
        return;
    }
    let entry = known("mutex-contention");
    let what = format!("{:.0} % of {:.1} s", share * 100.0, total as f64 / 1e9);
    let values = Values {
        site: at.as_ref(),
        what: &what,
        ..Values::default()
    };
    let candidate = Suspect {
        stacks: vec![stack],
        evidence: vec![format!(
            "{} profile: {what} of the waiting is charged to this stack.",
            profile.kind.as_str()
        )],
        would_decide: Some(entry.would_decide.to_owned()),
        ..Suspect::new(entry, SuspectKind::Contention, &values)
    };
    if !case
        .candidates
        .iter()
        .any(|known| known.kind == SuspectKind::Contention && known.site == candidate.site)
    {
        case.candidates.push(candidate);
    }
}

/// Thread creation profiles that grow.
fn threads(set: &EvidenceSet, facts: &Facts, case: &mut CaseFile) {
    let counts: Vec<u64> = set
        .snapshots
        .iter()
        .filter(|snapshot| snapshot.kind == SnapshotKind::Threads)
        .map(|snapshot| snapshot.total)
        .collect();
    let (Some(&first), Some(&last)) = (counts.first(), counts.last()) else {
        return;
    };
    if counts.len() < 2 || last < first + 10 || last < 2 * first {
        return;
    }
    let entry = known("thread-growth");
    // The threads were made for goroutines that stay in system calls, which a dump beside the profile shows.
    let cause = case
        .suspects
        .iter()
        .chain(&case.candidates)
        .find(|suspect| suspect.kind == SuspectKind::BlockedSyscall)
        .and_then(|suspect| suspect.site.clone());
    let locked = locked_to_thread(set, facts);
    let cause = locked.or(cause);
    let what = format!("{} → {}", say::number(first), say::number(last));
    let values = Values {
        site: cause.as_ref(),
        what: &what,
        ..Values::default()
    };
    case.suspects.push(Suspect {
        severity: Severity::Warning,
        count: last,
        evidence: vec![format!("Thread creation profile: {what} threads.")],
        ..Suspect::new(entry, SuspectKind::ThreadGrowth, &values)
    });
}

/// Where most goroutines that keep a thread of their own wait, in the newest dump.
fn locked_to_thread(set: &EvidenceSet, facts: &Facts) -> Option<Site> {
    let dump = set
        .snapshots
        .iter()
        .rfind(|snapshot| snapshot.kind == SnapshotKind::Dump)?;
    let group = dump
        .groups
        .iter()
        .filter(|group| group.state.locked_to_thread && facts.stack(group.stack).blame_origin == Origin::User)
        .max_by_key(|group| group.count)?;
    facts.stack(group.stack).blame.map(|frame| site(set, frame))
}

/// Goroutines that waited for one lock at any moment between two mutex profiles, on average; that many make it a suspect.
const ALWAYS_WAITING: f64 = 4.0;

/// Two mutex profiles of known times: how much waiting one stack caused in between.
#[expect(clippy::cast_precision_loss, reason = "a rate")]
fn lasting_contention(set: &EvidenceSet, facts: &Facts, case: &mut CaseFile) {
    let timed: Vec<&Profile> = set
        .profiles
        .iter()
        .filter(|profile| profile.kind == ProfileKind::Mutex && profile.time.is_some())
        .collect();
    let (Some(first), Some(last)) = (timed.first(), timed.last()) else {
        return;
    };
    let (Some(from), Some(to), Some(column)) = (first.time, last.time, column(set, last)) else {
        return;
    };
    if to <= from {
        return;
    }
    let delay = |profile: &Profile, stack: StackId| -> i64 {
        let of_stack = profile.samples.iter().filter(|sample| sample.stack == stack);
        of_stack.filter_map(|sample| sample.values.get(column)).sum()
    };
    let Some(heaviest) = last
        .samples
        .iter()
        .filter(|sample| facts.stack(sample.stack).blame_origin == Origin::User)
        .max_by_key(|sample| (sample.values.get(column), std::cmp::Reverse(sample.stack)))
    else {
        return;
    };
    let caused = delay(last, heaviest.stack) - delay(first, heaviest.stack);
    let waiting = caused as f64 / (to.0 - from.0) as f64;
    if waiting < ALWAYS_WAITING {
        return;
    }
    let at = facts.stack(heaviest.stack).blame.map(|frame| site(set, frame));
    let Some(candidate) = case
        .candidates
        .iter()
        .position(|known| known.kind == SuspectKind::Contention && known.site == at)
    else {
        return;
    };
    let mut suspect = case.candidates.remove(candidate);
    suspect.severity = Severity::Warning;
    suspect.would_decide = None;
    suspect.evidence.push(format!(
        "Between the two mutex profiles {waiting:.0} goroutines waited for this section at any moment, on average."
    ));
    case.suspects.push(suspect);
}

/// Raises suspects that an independent kind of evidence confirms: a block or mutex profile that charges the same function, or
/// counters of the process that grow with them.
pub(crate) fn corroborate(set: &EvidenceSet, case: &mut CaseFile) {
    let growth = counter_growth(set);
    for suspect in &mut case.suspects {
        if suspect.verdict != Verdict::Observed || suspect.kind > SuspectKind::Growth {
            continue;
        }
        let Some(at) = &suspect.site else { continue };
        let confirming = set
            .profiles
            .iter()
            .filter(|profile| matches!(profile.kind, ProfileKind::Block | ProfileKind::Mutex))
            .find(|profile| {
                profile.samples.iter().any(|sample| {
                    set.stacks
                        .frames(sample.stack)
                        .any(|frame| set.text(frame.function) == at.function)
                })
            });
        if let Some(profile) = confirming {
            suspect.verdict = Verdict::Corroborated;
            suspect.evidence.push(format!(
                "The {} profile charges waiting to {} too.",
                profile.kind.as_str(),
                place(at)
            ));
        }
        if let Some((first, last)) = growth
            && last > first
            && (last - first) * 2 >= suspect.count
            && suspect.headline.contains("become more")
        {
            suspect.verdict = Verdict::Corroborated;
            suspect.evidence.push(format!(
                "The process counts {} at first and {} at last.",
                goroutines(first),
                say::number(last)
            ));
        }
    }
}

/// First and last goroutine count of Prometheus pages and expvar documents, in input order.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of goroutines"
)]
fn counter_growth(set: &EvidenceSet) -> Option<(u64, u64)> {
    let mut counts: Vec<(usize, u64, f64)> = Vec::new();
    for page in &set.metrics {
        for sample in &page.samples {
            if matches!(
                set.text(sample.name),
                "go_goroutines" | "go_sched_goroutines_goroutines"
            ) {
                counts.push((page.origin.input.index(), page.origin.line, sample.value));
            }
        }
    }
    for vars in &set.expvars {
        for (name, value) in &vars.numbers {
            let name = name.to_ascii_lowercase();
            if name == "goroutines" || name.ends_with(".goroutines") || name == "numgoroutine" {
                counts.push((vars.origin.input.index(), vars.origin.line, *value));
            }
        }
    }
    counts.sort_by_key(|count| (count.0, count.1));
    let (first, last) = (counts.first()?, counts.last()?);
    (counts.len() >= 2).then_some((first.2 as u64, last.2 as u64))
}
