//! From buckets of goroutines to suspects, candidates and healthy waits: the verdict rules. Long because what a lock and its waiters amount to
//! shares the judgement of every bucket.
//!
//! A suspect needs more than a stack: a mark of the runtime, a wait that nothing can end, an age, a growth or a number that
//! no healthy program shows. Whatever one snapshot cannot decide is a candidate.

use gosleuth_base::{GoSymbol, Idx as _, Origin, Severity, Site, SuspectKind, Verdict};
use gosleuth_evidence::{EvidenceSet, FrameId, Group, GroupId, Snapshot, SnapshotId, WaitRange, WaitReason};
use rustc_hash::FxHashMap;

use crate::buckets::{Bucket, Line, STACKS};
use crate::catalogue::{Class, Entry, known};
use crate::facts::{Facts, site};
use crate::locks::{Holder, LockClass, is_lock, lock_classes};
use crate::model::{CaseOptions, Healthy, Related, Suspect};
use crate::say::{self, Values, goroutines, place};
use crate::traces::Story;

/// What the goroutines of one line amount to.
#[derive(Debug, Default)]
pub(crate) struct Diagnosis {
    pub(crate) suspects: Vec<Suspect>,
    pub(crate) candidates: Vec<Suspect>,
    pub(crate) healthy: Vec<Healthy>,
}

/// How a bucket is judged.
#[derive(Clone, Debug)]
struct Judgement {
    decision: Decision,
    /// Growth decided, so `growth` words the headline.
    grows: bool,
    evidence: Vec<String>,
}

/// Index of a bucket, and how it was judged.
type Found = (usize, Judgement);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    Suspect(Verdict),
    Candidate,
    Healthy,
    /// Says nothing worth a line.
    Silent,
}

/// Minutes after which a wait for a lock is no contention any more.
const LOCK_MINUTES: u32 = 1;
/// A site must have gained this many goroutines before growth says something.
const GROWTH: u64 = 3;
/// The same where the evidence has no wait times, so that goroutines in flight look like stuck ones.
const GROWTH_BLIND: u64 = 8;

/// Judges every bucket of a line.
pub(crate) fn diagnose(
    set: &EvidenceSet,
    facts: &Facts,
    line: &Line,
    buckets: &[Bucket],
    options: &CaseOptions,
) -> Diagnosis {
    let snapshot = &set.snapshots[line.current().index()];
    let scene = Scene {
        set,
        facts,
        line,
        snapshot,
        options,
        has_minutes: buckets.iter().any(|bucket| bucket.waits.known > 0),
        span: span_minutes(set, line),
        story: Story::of(set, facts, line.current()),
    };
    let mut diagnosis = Diagnosis::default();
    let mut found: Vec<Found> = Vec::new();
    for (index, bucket) in buckets.iter().enumerate().filter(|(_, bucket)| bucket.count > 0) {
        let judgement = scene.judge(bucket);
        match judgement.decision {
            Decision::Healthy => diagnosis.healthy.push(Healthy {
                entry: bucket.entry.id,
                title: bucket.entry.title,
                count: bucket.count,
            }),
            Decision::Silent => {}
            Decision::Suspect(_) | Decision::Candidate => found.push((index, judgement)),
        }
    }
    let chains = if buckets.iter().any(|bucket| bucket.at_lock) {
        lock_classes(set, facts, snapshot)
    } else {
        Vec::new()
    };
    let (found, mut merged) = scene.merge_locks(buckets, found, &chains);
    for (index, judgement) in found {
        let suspect = scene.suspect(&buckets[index], &judgement);
        merged.push((judgement.decision, suspect));
    }
    for (decision, suspect) in merged {
        match decision {
            Decision::Suspect(_) => diagnosis.suspects.push(suspect),
            _ => diagnosis.candidates.push(suspect),
        }
    }
    charge_knock_ons(set, facts, &mut diagnosis.suspects, &mut diagnosis.candidates);
    diagnosis.healthy = merge_healthy(diagnosis.healthy);
    diagnosis
}

/// Entries of healthy waits added up, biggest first.
pub(crate) fn merge_healthy(mut rows: Vec<Healthy>) -> Vec<Healthy> {
    rows.sort_by_key(|row| row.entry);
    let mut merged: Vec<Healthy> = Vec::new();
    for row in rows {
        match merged.last_mut() {
            Some(last) if last.entry == row.entry => last.count += row.count,
            _ => merged.push(row),
        }
    }
    merged.sort_by_key(|row| (std::cmp::Reverse(row.count), row.entry));
    merged
}

/// Minutes between the first and the newest snapshot: from their times, else from goroutines that waited in both.
fn span_minutes(set: &EvidenceSet, line: &Line) -> Option<f64> {
    let first = &set.snapshots[line.snapshots[0].index()];
    let last = &set.snapshots[line.current().index()];
    if line.snapshots.len() < 2 {
        return None;
    }
    if let (Some(a), Some(b)) = (first.time, last.time)
        && b > a
    {
        #[expect(clippy::cast_precision_loss, reason = "minutes need no 64 bits")]
        return Some((b.0 - a.0) as f64 / 60e9);
    }
    let earlier: FxHashMap<u64, u32> = first.goroutines.iter().map(|g| (g.id, g.minutes)).collect();
    last.goroutines
        .iter()
        .filter(|goroutine| goroutine.minutes > 0)
        .filter_map(|goroutine| Some(goroutine.minutes.saturating_sub(*earlier.get(&goroutine.id)?)))
        .max()
        .map(f64::from)
}

struct Scene<'a> {
    set: &'a EvidenceSet,
    facts: &'a Facts,
    line: &'a Line,
    snapshot: &'a Snapshot,
    options: &'a CaseOptions,
    has_minutes: bool,
    span: Option<f64>,
    /// The trace at whose end the newest snapshot was taken.
    story: Option<Story<'a>>,
}

impl Scene<'_> {
    fn judge(&self, bucket: &Bucket) -> Judgement {
        let entry = bucket.entry;
        let kind = entry.kind;
        let mut evidence = Vec::new();
        let suspect = |verdict, grows, evidence| Judgement {
            decision: Decision::Suspect(verdict),
            grows,
            evidence,
        };
        if bucket.leaked > 0 {
            evidence.push(format!(
                "The runtime marked {} as leaked: nothing that still runs can reach what they wait for.",
                goroutines(bucket.leaked)
            ));
            return suspect(Verdict::Proved, false, evidence);
        }
        if entry.class == Class::Healthy {
            return Judgement {
                decision: Decision::Healthy,
                grows: false,
                evidence,
            };
        }
        if kind == Some(SuspectKind::NilChannel) {
            evidence.push("No goroutine can release an operation on a nil channel.".to_owned());
            return suspect(Verdict::Proved, false, evidence);
        }
        if kind == Some(SuspectKind::EmptySelect) {
            evidence.push("`select {}` outside the main goroutine has no end.".to_owned());
            return suspect(Verdict::Observed, false, evidence);
        }
        if let Some(support) = self.story.as_ref().and_then(|story| story.support(self.set, bucket)) {
            return suspect(Verdict::Observed, support.grows, support.evidence);
        }
        let thresholds = &self.options.thresholds;
        let long = thresholds.blocked_minutes;
        let age = bucket.waits.max;
        if age > 0 {
            let longest = say::plural(u64::from(age), "minute");
            evidence.push(match (bucket.count, bucket.waits.known) {
                (1, _) => format!("It has waited for {longest}."),
                (count, known) if count == known => format!(
                    "All {} have waited for a minute or more, the longest for {longest}.",
                    say::number(count)
                ),
                (count, known) => format!(
                    "{} of {} have waited for a minute or more, the longest for {longest}.",
                    say::number(known),
                    goroutines(count)
                ),
            });
        }
        if bucket.stayed > 0 {
            evidence.push(format!(
                "{} stood there in the first snapshot already.",
                goroutines(bucket.stayed)
            ));
        }
        let growth = self.growth(bucket);
        if let Some(sentence) = &growth {
            evidence.push(sentence.clone());
        }
        let running = matches!(kind, Some(SuspectKind::Spinning));
        let decided = if running {
            false
        } else if is_lock(bucket.reason) {
            age >= LOCK_MINUTES
        } else if entry.class == Class::Suspicious {
            age >= long
        } else if entry.id == "syscall-blocked" {
            age >= long && !bucket.is_main
        } else if bucket.reason == WaitReason::WaitGroupWait && age >= long && !bucket.is_main {
            let alone = self.nobody_left(bucket);
            if alone {
                evidence.push("No goroutine that the same function started is left to call Done.".to_owned());
            }
            alone
        } else {
            false
        };
        let many = bucket.count > thresholds.goroutines && bucket.reason != WaitReason::Sleep;
        if many {
            evidence.push(format!(
                "{} at one place are more than the limit of {}.",
                goroutines(bucket.count),
                say::number(thresholds.goroutines)
            ));
        }
        if decided || growth.is_some() || many {
            return suspect(Verdict::Observed, growth.is_some(), evidence);
        }
        // Where long waits have minutes, a few goroutines without any came this moment: work in flight.
        let in_flight = self.has_minutes && age == 0 && bucket.count < 3 && bucket.stayed == 0;
        let quiet = in_flight
            || match bucket.reason {
                WaitReason::Sleep => true,
                // Seen once on the processor: nothing. The same goroutine at the same place each time: a question.
                WaitReason::Running | WaitReason::Runnable | WaitReason::Preempted => bucket.stayed == 0,
                _ => {
                    entry.id == "unknown-wait"
                        && matches!(
                            self.facts.stack(bucket.stack).blame_origin,
                            Origin::Std | Origin::Runtime
                        )
                }
            };
        Judgement {
            decision: if quiet { Decision::Silent } else { Decision::Candidate },
            grows: false,
            evidence,
        }
    }

    /// Says how a bucket grows, if it does in a way that load alone does not explain.
    fn growth(&self, bucket: &Bucket) -> Option<String> {
        let counts = &bucket.counts;
        if counts.len() < 2 || matches!(bucket.reason, WaitReason::Running | WaitReason::Runnable) {
            return None;
        }
        let from = counts[..self.line.baseline].iter().copied().max().unwrap_or(0);
        let to = bucket.count;
        let gained = to.checked_sub(from)?;
        let clear = to >= 2 * from || (gained >= 100 && to >= from + from / 5);
        let peak = counts.iter().copied().max().unwrap_or(0);
        // Goroutines that only moved here from another state are no growth.
        let total = |id: SnapshotId| self.set.snapshots[id.index()].total;
        let total_gained = total(self.line.current()).saturating_sub(total(self.line.snapshots[0]));
        if !clear || to + to / 10 < peak || total_gained * 2 < gained {
            return None;
        }
        let sentence = format!(
            "{} at first, {} now{}.",
            say::number(from),
            say::number(to),
            self.span.map_or_else(String::new, |span| {
                // Two rounds of a capture are seconds apart.
                if span < 0.95 {
                    format!(", {:.0} seconds later", span * 60.0)
                } else {
                    format!(", {span:.0} minutes later")
                }
            })
        );
        // Where a long wait has no minutes (a ticker wakes it, nothing was collected), what tells is that nobody has left.
        let kept = from > 0 && bucket.stayed * 10 >= from * 9;
        if !self.line.dumps {
            // A profile shows neither ages nor ids: a burst of requests looks like a leak that began after the first one.
            let rising = counts.len() > 2 && counts.windows(2).all(|pair| pair[0] < pair[1]);
            let clear = gained >= GROWTH_BLIND && to >= 3 * from;
            return (clear && (from > 0 || rising)).then_some(sentence);
        }
        if gained >= GROWTH_BLIND && kept {
            return Some(sentence);
        }
        // Those that came must have stayed, and not all at once: a pool that was filled in one go waits with one age.
        let waits: &WaitRange = &bucket.waits;
        let one_burst = waits.known > 0 && waits.max >= 2 && waits.sum * 20 > waits.known * u64::from(waits.max) * 19;
        let aged = waits.known > 0 && waits.known * 2 >= gained && !one_burst;
        (gained >= GROWTH && aged).then_some(sentence)
    }

    /// Whether no living goroutine was started by the function that waits, or by the one that started the waiter.
    fn nobody_left(&self, bucket: &Bucket) -> bool {
        let set = self.set;
        let mut parents: Vec<String> = Vec::new();
        let mut add = |name: &str| parents.push(outer_function(name));
        if let Some(creator) = bucket.creator {
            add(set.text(set.stacks.frame(creator).function));
        }
        for frame in set.stacks.frames(bucket.stack) {
            add(set.text(frame.function));
        }
        parents.retain(|name| !name.starts_with("runtime.") && !name.starts_with("sync.") && name != "main.main");
        // Thousands of groups have a handful of creators.
        let mut started: FxHashMap<FrameId, bool> = FxHashMap::default();
        !self.snapshot.groups.iter().enumerate().any(|(index, group)| {
            let creator = self.facts.stack(group.stack).creator;
            creator.is_some_and(|creator| {
                *started.entry(creator).or_insert_with(|| {
                    let name = outer_function(set.text(set.stacks.frame(creator).function));
                    parents.contains(&name)
                })
            }) && bucket.groups.binary_search(&GroupId::from_usize(index)).is_err()
        })
    }

    /// The suspect (or candidate) of one bucket.
    fn suspect(&self, bucket: &Bucket, judgement: &Judgement) -> Suspect {
        let entry = self.chosen_entry(bucket);
        let blamed = bucket.blame.map(|frame| site(self.set, frame));
        let creator = bucket.creator.map(|frame| site(self.set, frame));
        let values = Values {
            count: bucket.count,
            site: blamed.as_ref(),
            waits: (bucket.waits.known > 0).then_some(bucket.waits),
            creator: creator.as_ref(),
            ..Values::default()
        };
        let mut suspect = Suspect::new(entry, kind_of(entry, bucket.reason), &values);
        if judgement.grows && bucket.counts.len() == 1 {
            suspect.headline.push_str(say::GROWS);
        } else if judgement.grows {
            suspect.headline.push_str(&format!(
                "{}: {}",
                say::GROWS,
                bucket
                    .counts
                    .iter()
                    .map(|&count| say::number(count))
                    .collect::<Vec<_>>()
                    .join(" → ")
            ));
        }
        if let Some(creator) = &creator {
            suspect.related.push(Related {
                site: creator.clone(),
                label: "created here".to_owned(),
            });
        }
        if bucket.entry.kind == Some(SuspectKind::Spinning) {
            // The loop stands in any of the frames around the one that the dump caught.
            let frames = self.set.stacks.stack(bucket.stack).frames.iter();
            let users = frames
                .copied()
                .filter(|&frame| self.facts.origin(frame) == Origin::User);
            suspect.related.extend(
                users
                    .filter(|&frame| Some(frame) != bucket.blame)
                    .take(8)
                    .map(|frame| Related {
                        site: site(self.set, frame),
                        label: "the loop may stand here".to_owned(),
                    }),
            );
        }
        let decision = judgement.decision;
        if let Decision::Suspect(verdict) = decision {
            suspect.verdict = verdict;
        }
        if bucket.entry.kind == Some(SuspectKind::Spinning)
            && let (Decision::Suspect(_), Some(story)) = (decision, &self.story)
        {
            if let Some(shown) = story.loop_of(self.set, bucket).map(|frame| site(self.set, frame)) {
                suspect.related.retain(|related| related.site != shown);
                let last = suspect.site.replace(shown);
                if last != suspect.site {
                    suspect.related.extend(last.map(|site| Related {
                        site,
                        label: "it was last seen here".to_owned(),
                    }));
                }
            }
            let at = suspect
                .site
                .as_ref()
                .map_or_else(|| "an unknown place".to_owned(), place);
            suspect.headline = format!("{} running without end in {at}", goroutines(bucket.count));
            "It neither waits nor calls the system: a loop that asks again and again, or very long work."
                .clone_into(&mut suspect.why);
        }
        suspect.would_decide = (decision == Decision::Candidate).then(|| decide_by(entry));
        suspect.goroutines.clone_from(&bucket.ids);
        suspect.stacks.clone_from(&bucket.stacks);
        suspect.evidence.clone_from(&judgement.evidence);
        suspect
    }

    fn chosen_entry(&self, bucket: &Bucket) -> &'static Entry {
        if bucket.entry.id == "chan-receive-blocked" && bucket.count >= 2 && !bucket.is_main {
            let same_creator = bucket.stacks.len() == 1;
            if same_creator && self.growth(bucket).is_none() {
                return known("worker-pool-idle");
            }
        }
        bucket.entry
    }

    /// Puts the waiters of one lock, and what its likely holder waits for, into one suspect each.
    fn merge_locks(
        &self,
        buckets: &[Bucket],
        found: Vec<Found>,
        chains: &[LockClass],
    ) -> (Vec<Found>, Vec<(Decision, Suspect)>) {
        if chains.is_empty() {
            return (found, Vec::new());
        }
        let bucket_of = |group: GroupId| -> Option<usize> {
            found
                .iter()
                .map(|(index, _)| *index)
                .find(|&index| buckets[index].groups.binary_search(&group).is_ok())
        };
        // Union of buckets over "waits for a lock of" and "is held by".
        let mut parent: FxHashMap<usize, usize> = FxHashMap::default();
        fn root(parent: &FxHashMap<usize, usize>, mut at: usize) -> usize {
            while let Some(&up) = parent.get(&at) {
                if up == at {
                    break;
                }
                at = up;
            }
            at
        }
        let mut chain_bucket: Vec<Option<usize>> = Vec::new();
        for chain in chains {
            let mut members: Vec<usize> = chain.waiters.iter().filter_map(|&group| bucket_of(group)).collect();
            if let Holder::Elsewhere(group) = chain.holder {
                members.extend(bucket_of(group));
            }
            chain_bucket.push(members.first().copied());
            for pair in members.windows(2) {
                let (a, b) = (root(&parent, pair[0]), root(&parent, pair[1]));
                if a != b {
                    parent.insert(a.max(b), a.min(b));
                }
            }
        }
        let mut components: std::collections::BTreeMap<usize, Vec<&LockClass>> = std::collections::BTreeMap::new();
        for (chain, bucket) in chains.iter().zip(&chain_bucket) {
            if let Some(bucket) = bucket {
                components.entry(root(&parent, *bucket)).or_default().push(chain);
            }
        }
        let mut used: Vec<usize> = Vec::new();
        let mut merged = Vec::new();
        for (top, chains) in components {
            let members: Vec<usize> = found
                .iter()
                .map(|(index, _)| *index)
                .filter(|&index| root(&parent, index) == top)
                .collect();
            merged.push(self.lock_suspect(buckets, &found, &members, &chains));
            used.extend(members);
        }
        let rest = found.into_iter().filter(|(index, _)| !used.contains(index)).collect();
        (rest, merged)
    }

    fn lock_suspect(
        &self,
        buckets: &[Bucket],
        found: &[Found],
        members: &[usize],
        chains: &[&LockClass],
    ) -> (Decision, Suspect) {
        let of = |group: GroupId| {
            members
                .iter()
                .copied()
                .find(|&index| buckets[index].groups.binary_search(&group).is_ok())
        };
        // The end of the chain: a holder that waits for something else; else the one in its own way; else a member of the
        // ring; else the most waiters.
        let is_waiter = |index: usize| is_lock(buckets[index].reason);
        let elsewhere = chains
            .iter()
            .filter_map(|chain| match chain.holder {
                Holder::Elsewhere(group) => of(group).filter(|&index| !is_waiter(index)),
                _ => None,
            })
            .next();
        let itself = chains
            .iter()
            .filter_map(|chain| match &chain.holder {
                Holder::Itself(group) => of(*group),
                Holder::Ring(groups) => groups.iter().find_map(|&group| of(group)),
                _ => None,
            })
            .next();
        let lock_ring = chains
            .iter()
            .filter_map(|chain| match chain.holder {
                Holder::Elsewhere(group) => of(group).filter(|&index| is_waiter(index)),
                _ => None,
            })
            .next();
        let biggest = members
            .iter()
            .copied()
            .max_by_key(|&index| (buckets[index].count, std::cmp::Reverse(index)))
            .unwrap_or(members[0]);
        let root = elsewhere.or(itself).or(lock_ring).unwrap_or(biggest);
        let judgement_of = |index: usize| {
            found
                .iter()
                .find(|(at, _)| *at == index)
                .map(|(_, judgement)| judgement)
                .expect("members of a chain were judged")
        };
        let decided = members
            .iter()
            .filter_map(|&index| match judgement_of(index).decision {
                Decision::Suspect(verdict) => Some(verdict),
                _ => None,
            })
            .max();
        let decision = decided.map_or(Decision::Candidate, Decision::Suspect);
        let mut judgement = judgement_of(root).clone();
        judgement.decision = decision;
        let mut suspect = self.suspect(&buckets[root], &judgement);
        let waiting: u64 = members
            .iter()
            .filter(|&&index| is_waiter(index))
            .map(|&index| buckets[index].count)
            .sum();
        let site_text = suspect.site.as_ref().map_or_else(String::new, place);
        let owner = chains.first().map_or("", |chain| say::short(&chain.owner));
        if decided.is_none() {
            // Without an age it may be contention, and then whoever seems to hold the lock has it for a moment only.
        } else if elsewhere.is_some() {
            suspect.headline = format!(
                "{} for a lock of {owner} that {site_text} most likely holds while it is {}",
                waits_text(waiting),
                doing(buckets[root].reason)
            );
            suspect.evidence.push(format!(
                "The dump does not show holders; {site_text} is inside a method of {owner} and stopped longest."
            ));
            suspect.why = format!(
                "{} need the lock, and the goroutine that most likely holds it cannot unlock while it is {}.",
                goroutines(waiting),
                doing(buckets[root].reason)
            );
            suspect.severity = suspect.severity.max(Severity::Error);
            if !suspect.rules.contains(&"DL005") {
                suspect.rules.insert(0, "DL005");
            }
            suspect.action = format!(
                "Release the lock of {owner} before {site_text}: nothing that can wait belongs between Lock and Unlock."
            );
        } else if itself == Some(root) {
            let ring = chains.iter().any(|chain| matches!(chain.holder, Holder::Ring(_)));
            if ring {
                suspect.headline = format!(
                    "{} for locks of {owner} that were taken in opposite orders, at {site_text}",
                    waits_text(waiting)
                );
                suspect.rules = vec!["DL002"];
                suspect.action = format!(
                    "Take the locks of {owner} in one order everywhere (for example by id) before {site_text}."
                );
            } else if self.story.is_some() && buckets[root].count > 1 {
                // Several are inside, and a trace has no addresses: each may have its own lock and want that of another.
                suspect.headline = format!(
                    "{} for a lock of {owner} in {site_text}, some of them with a lock of {owner} held: taken twice, or in opposite orders",
                    waits_text(waiting)
                );
                suspect.rules = vec!["DL002", "DL001", "DL004"];
                suspect.action = format!(
                    "Take the locks of {owner} in one order everywhere (for example by id) before {site_text}, and call no method that \
                     takes a lock again. A goroutine dump has addresses and tells which it is."
                );
            } else {
                suspect.headline = format!(
                    "{} for a lock of {owner} in {site_text}, whose own caller most likely holds it",
                    waits_text(waiting)
                );
                suspect.rules = vec!["DL001", "DL004"];
                suspect.action =
                    format!("Call an unlocked variant from inside the locked section, or unlock before {site_text}.");
            }
            suspect.evidence.push(format!(
                "A method of {owner} stands further out on the stack of the goroutine that waits for its lock."
            ));
        } else if lock_ring == Some(root) {
            suspect.headline = format!(
                "{} for locks that were taken in opposite orders, at {site_text}",
                waits_text(waiting)
            );
            suspect.rules = vec!["DL002"];
            suspect.action = format!(
                "Take the locks in one order everywhere: {site_text} and the other places named here do not agree on it."
            );
        } else if chains.iter().all(|chain| chain.holder == Holder::Abandoned) {
            suspect.headline = format!(
                "{} for a lock of {owner} in {site_text} that nobody seems to hold any more",
                waits_text(waiting)
            );
            suspect.evidence.push(format!(
                "No goroutine is inside a method of {owner} but those that wait at its lock: some path left it locked."
            ));
            suspect.rules = vec!["DL003", "PN005"];
            suspect.action = format!(
                "Look for a return, a panic or a missing Unlock between Lock and Unlock in the methods of {owner}; use defer."
            );
        }
        if let Some(waits) = suspect.waits.filter(|_| decided.is_some()) {
            let longest = u64::from(waits.max);
            suspect
                .headline
                .push_str(&format!(", for up to {}", say::plural(longest, "minute")));
        }
        suspect.count = members.iter().map(|&index| buckets[index].count).sum();
        for &index in members.iter().filter(|&&index| index != root) {
            let bucket = &buckets[index];
            if let Some(blame) = bucket.blame {
                suspect.related.push(Related {
                    site: site(self.set, blame),
                    label: if is_waiter(index) {
                        format!("{} behind it here", waits_text(bucket.count))
                    } else {
                        format!("{} {} here", goroutines(bucket.count), doing(bucket.reason))
                    },
                });
            }
            if let Some(entry) = bucket.entry.kind.map(|_| bucket.entry)
                && suspect.severity < entry.severity
            {
                suspect.severity = entry.severity;
            }
            suspect.stacks.extend(bucket.stacks.iter().copied());
            suspect.goroutines.extend(bucket.ids.iter().copied());
            for sentence in &judgement_of(index).evidence {
                let place = bucket
                    .blame
                    .map_or_else(String::new, |frame| place(&site(self.set, frame)));
                suspect.evidence.push(format!("{place}: {sentence}"));
            }
        }
        suspect.goroutines.truncate(Group::ID_SAMPLES);
        suspect.stacks.truncate(STACKS);
        (decision, suspect)
    }
}

fn waits_text(count: u64) -> String {
    if count == 1 {
        "1 goroutine waits".to_owned()
    } else {
        format!("{} goroutines wait", say::number(count))
    }
}

/// What a goroutine in this state does, after "while it is".
pub(crate) fn doing(reason: WaitReason) -> &'static str {
    match reason {
        WaitReason::ChanSend | WaitReason::ChanSendNil => "stopped at a channel send",
        WaitReason::ChanReceive | WaitReason::ChanReceiveNil => "waiting at a channel receive",
        WaitReason::Select | WaitReason::SelectNoCases => "waiting in a select",
        WaitReason::WaitGroupWait => "waiting for a WaitGroup",
        WaitReason::CondWait => "waiting for a condition variable",
        WaitReason::MutexLock => "waiting for a mutex",
        WaitReason::RwMutexLock => "waiting for a write lock",
        WaitReason::RwMutexRLock => "waiting for a read lock",
        WaitReason::IoWait => "waiting for I/O",
        WaitReason::Syscall => "in a system call",
        WaitReason::Sleep => "sleeping",
        WaitReason::Running | WaitReason::Runnable => "running",
        _ => "parked",
    }
}

/// Kind of a suspect: what the entry says, made precise by the state for entries that cover several.
pub(crate) fn kind_of(entry: &Entry, reason: WaitReason) -> SuspectKind {
    let by_state = match reason {
        WaitReason::ChanSend => SuspectKind::BlockedSend,
        WaitReason::ChanReceive => SuspectKind::BlockedReceive,
        WaitReason::Select => SuspectKind::BlockedSelect,
        WaitReason::ChanSendNil | WaitReason::ChanReceiveNil => SuspectKind::NilChannel,
        WaitReason::SelectNoCases => SuspectKind::EmptySelect,
        WaitReason::MutexLock => SuspectKind::BlockedMutex,
        WaitReason::RwMutexLock | WaitReason::RwMutexRLock => SuspectKind::BlockedRwMutex,
        WaitReason::WaitGroupWait => SuspectKind::BlockedWaitGroup,
        WaitReason::CondWait => SuspectKind::BlockedCond,
        WaitReason::IoWait => SuspectKind::BlockedIo,
        WaitReason::Syscall | WaitReason::CgoCallback => SuspectKind::BlockedSyscall,
        WaitReason::Sleep => SuspectKind::Sleeping,
        WaitReason::Running | WaitReason::Runnable => SuspectKind::Spinning,
        _ => return entry.kind.unwrap_or(SuspectKind::Leak),
    };
    match entry.kind {
        Some(kind @ (SuspectKind::Growth | SuspectKind::Deadlock)) => kind,
        _ => by_state,
    }
}

/// What would decide a candidate, with the commands.
fn decide_by(entry: &Entry) -> String {
    if entry.would_decide.is_empty() {
        "A second goroutine dump some minutes later.".to_owned()
    } else {
        entry.would_decide.to_owned()
    }
}

/// The function around a closure: `main.(*T).Run.func1.2` → `main.(*T).Run`.
fn outer_function(name: &str) -> String {
    let symbol = GoSymbol::parse(name);
    match symbol.receiver {
        Some(receiver) => format!("{}.{receiver}.{}", symbol.package, symbol.name),
        None => format!("{}.{}", symbol.package, symbol.name),
    }
}

/// Goroutines of libraries that exist because of another suspect's call are charged to that suspect.
fn charge_knock_ons(set: &EvidenceSet, facts: &Facts, suspects: &mut Vec<Suspect>, candidates: &mut Vec<Suspect>) {
    let mut all: Vec<(bool, Suspect)> = suspects
        .drain(..)
        .map(|suspect| (true, suspect))
        .chain(candidates.drain(..).map(|candidate| (false, candidate)))
        .collect();
    let is_library = |suspect: &Suspect| {
        suspect
            .stacks
            .first()
            .is_some_and(|&stack| facts.stack(stack).blame_origin != Origin::User)
    };
    let mut index = 0;
    while index < all.len() {
        // An open response body is a cause and never comes with a call that waits.
        let cause = (is_library(&all[index].1) && all[index].1.entry != "http-response-body-open")
            .then(|| {
                let package = blamed_package(&all[index].1);
                (0..all.len()).find(|&other| {
                    other != index
                        && (all[other].0 || !all[index].0)
                        && if is_library(&all[other].1) {
                            // Two goroutines of one library, made at the same place: the first stands for both.
                            other < index
                                && blamed_package(&all[other].1) == package
                                && created_by(&all[other].1) == created_by(&all[index].1)
                        } else {
                            passes_through(set, &all[other].1, &package)
                        }
                })
            })
            .flatten();
        let Some(cause) = cause else {
            index += 1;
            continue;
        };
        let (_, knock_on) = all.remove(index);
        let cause = if cause > index { cause - 1 } else { cause };
        if let Some(site) = knock_on.site {
            all[cause].1.related.push(Related {
                site,
                label: format!("{} of the library that come with it", goroutines(knock_on.count)),
            });
        }
    }
    for (is_suspect, suspect) in all {
        if is_suspect {
            suspects.push(suspect);
        } else {
            candidates.push(suspect);
        }
    }
}

fn blamed_package(suspect: &Suspect) -> String {
    suspect
        .site
        .as_ref()
        .map_or_else(String::new, |site| GoSymbol::parse(&site.function).package.to_owned())
}

fn created_by(suspect: &Suspect) -> Option<&Site> {
    suspect
        .related
        .iter()
        .find(|related| related.label == "created here")
        .map(|related| &related.site)
}

fn passes_through(set: &EvidenceSet, suspect: &Suspect, package: &str) -> bool {
    !package.is_empty()
        && suspect.stacks.iter().any(|&stack| {
            // Only calls into the library count, not a handler that the library called.
            set.stacks
                .frames(stack)
                .map(|frame| set.text(frame.function))
                .take_while(|function| suspect.site.as_ref().is_none_or(|site| site.function != *function))
                .any(|function| GoSymbol::parse(function).package == package)
        })
}
