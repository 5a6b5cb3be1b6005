//! What an execution trace tells of goroutines that are blocked when it ends.
//!
//! That a goroutine waits is no fault, and that it waits for the whole trace is none either: idle workers, quiet subscribers and
//! open connections do. What counts is support: those that others made after them have come and gone, who made them has gone on without
//! them, they become more, a lock is waited for a thousand times longer than it ever was.
//!
//! A *session* (a goroutine that serves a connection, and those that its creator made beside it) comes and goes with its peer and is
//! never counted as growth.

use gosleuth_base::{Idx as _, Origin, duration};
use gosleuth_evidence::trace::analysis::{Goroutine, Site};
use gosleuth_evidence::trace::{GoId, GoState, Reason, TraceRecord};
use gosleuth_evidence::{EvidenceSet, FrameId, SnapshotId, StackId, WaitReason};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::buckets::Bucket;
use crate::facts::{Facts, effective_reason, site};
use crate::locks::is_lock;
use crate::say::{self, goroutines, place};

/// A goroutine has to be blocked for this part of the trace, within the bounds below, before anything is said of it.
const PATIENCE: u64 = 10;
const LEAST_PATIENCE: u64 = 100_000_000;
const MOST_PATIENCE: u64 = 1_000_000_000;
/// It has to be blocked so many times longer than whoever was released from the same line.
const LONGER: u64 = 2;
/// A send is stuck after this time, if those that were released from its line were so many times faster.
const LONG_SEND: u64 = 5_000_000_000;
const MUCH_LONGER: u64 = 20;
/// So many times older than the oldest of its kind that ended.
const OLDER: u64 = 4;
/// Goroutines of one kind that ended, from which on the others are outliers.
const SIBLINGS: u64 = 4;
/// Goroutines that are lost one by one, from which on they are growth.
const GROWTH: usize = 3;
/// The same for goroutines that still run now and then.
const LIVELY_GROWTH: usize = 8;
/// Goroutines that wait for the one below them, at most.
const MOST_ANCESTORS: usize = 8;
/// A goroutine that gives its processor away so many times a second waits for something without saying so.
const YIELDS: f64 = 1_000.0;
/// How long it has to do so.
const LEAST_SPIN: u64 = 500_000_000;
/// How long one that never does so has to run, all through the trace.
const LEAST_RUN: u64 = 3_000_000_000;
/// Goroutines made within this time belong to one another.
const TOGETHER: u64 = 20_000_000;

/// A trace, as far as it concerns those that live at its end.
pub(crate) struct Story<'a> {
    trace: &'a TraceRecord,
    /// Goroutines by group of the snapshot.
    members: Vec<Vec<&'a Goroutine>>,
    /// Who has children that live.
    parents: FxHashSet<GoId>,
    /// Births of those that wait for the network, by their creator.
    sessions: FxHashMap<GoId, Vec<u64>>,
    /// Waits that ended, by the line to blame.
    released: FxHashMap<FrameId, Released>,
    /// Goroutines that have been at a send, a lock or a wait group for long: somebody has to do something for them.
    senders: FxHashSet<GoId>,
    /// Every goroutine of the program has been waiting for others for long.
    is_quiet: bool,
    length: u64,
    patience: u64,
}

/// Waits at one line that ended.
#[derive(Clone, Copy, Debug, Default)]
struct Released {
    count: u64,
    longest: u64,
    /// Where who ended the last one stands, and when it last did anything of the kind.
    by: Option<(FrameId, u64)>,
}

/// Why goroutines are suspects.
#[derive(Clone, Debug)]
pub(crate) struct Support {
    /// One sentence each.
    pub(crate) evidence: Vec<String>,
    /// They become more.
    pub(crate) grows: bool,
}

/// Whether a stack waits for new connections.
fn is_accepting(set: &EvidenceSet, stack: StackId) -> bool {
    let mut innermost = set.stacks.frames(stack).take(8);
    innermost.any(|frame| set.text(frame.function).ends_with(").Accept"))
}

impl<'a> Story<'a> {
    /// The trace that a snapshot belongs to.
    pub(crate) fn of(set: &'a EvidenceSet, facts: &Facts, snapshot: SnapshotId) -> Option<Self> {
        let trace = set.traces.iter().find(|trace| trace.snapshot == snapshot)?;
        let analysis = &trace.analysis;
        let snapshot = &set.snapshots[snapshot.index()];
        let mut members = vec![Vec::new(); snapshot.groups.len()];
        let mut sessions: FxHashMap<GoId, Vec<u64>> = FxHashMap::default();
        for placed in &snapshot.goroutines {
            let Some(goroutine) = analysis.alive.get(&GoId(placed.id)) else {
                continue;
            };
            members[placed.group.index()].push(goroutine);
            let stack = snapshot.groups[placed.group.index()].stack;
            if goroutine.reason == Reason::Network
                && let Some(born) = goroutine.born
                && !is_accepting(set, stack)
            {
                sessions.entry(goroutine.parent).or_default().push(born);
            }
        }
        let stays = &analysis.totals.stays;
        let mut acts: FxHashMap<FrameId, u64> = FxHashMap::default();
        for (key, stay) in stays.iter().filter(|(key, _)| key.state == GoState::Runnable) {
            if let Some(frame) = key.stack.and_then(|stack| facts.stack(stack).blame) {
                let last = acts.entry(frame).or_default();
                *last = stay.last.max(*last);
            }
        }
        let mut released: FxHashMap<FrameId, Released> = FxHashMap::default();
        for (key, stay) in stays.iter().filter(|(key, _)| key.state == GoState::Waiting) {
            let Some(frame) = key.stack.and_then(|stack| facts.stack(stack).blame) else {
                continue;
            };
            let at = released.entry(frame).or_default();
            at.count += stay.count;
            at.longest = at.longest.max(stay.longest);
            let by = stay.ended_by.and_then(|stack| facts.stack(stack).blame);
            if let Some(by) = by
                && let Some(&last) = acts.get(&by)
                && at.by.is_none_or(|(_, known)| known < last)
            {
                at.by = Some((by, last));
            }
        }
        let length = analysis.duration();
        let patience = (length / PATIENCE).clamp(LEAST_PATIENCE, MOST_PATIENCE);
        let mut senders = FxHashSet::default();
        // One goroutine has to end the trace.
        let mut busy = 0;
        for (group, members) in snapshot.groups.iter().zip(&members) {
            let stack = facts.stack(group.stack);
            let reason = effective_reason(group.state.reason, stack.reason);
            let is_system = stack.blame_origin == Origin::Runtime
                || stack.blame.is_some_and(|frame| {
                    let function = set.text(set.stacks.frame(frame).function);
                    function.starts_with("runtime/") || function.starts_with("os/signal.")
                });
            for goroutine in members {
                let is_stuck = goroutine.state == GoState::Waiting && analysis.end - goroutine.since >= patience;
                let waits_for_others = is_stuck && reason.is_synchronisation() && reason != WaitReason::Select;
                let ends = goroutine.state == GoState::Running && analysis.end - goroutine.awake < patience;
                busy += match () {
                    () if is_system || waits_for_others => 0,
                    () if ends => 1,
                    () => 2,
                };
                if is_stuck && (is_lock(reason) || matches!(reason, WaitReason::ChanSend | WaitReason::WaitGroupWait)) {
                    senders.insert(goroutine.id);
                }
            }
        }
        Some(Self {
            senders,
            is_quiet: busy <= 1,
            trace,
            members,
            parents: analysis.alive.values().map(|goroutine| goroutine.parent).collect(),
            sessions,
            released,
            length,
            patience,
        })
    }

    fn end(&self) -> u64 {
        self.trace.analysis.end
    }

    fn site(&self, goroutine: &Goroutine) -> &'a Site {
        &self.trace.analysis.totals.sites[goroutine.site as usize]
    }

    /// How long it has been blocked.
    fn age(&self, goroutine: &Goroutine) -> u64 {
        self.end().saturating_sub(goroutine.since)
    }

    /// The goroutine for whose sake it exists: whoever made it and has waited ever since waits for it.
    fn root(&self, goroutine: &'a Goroutine) -> &'a Goroutine {
        let mut root = goroutine;
        for _ in 0..MOST_ANCESTORS {
            let parent = self.trace.analysis.alive.get(&root.parent);
            match parent.filter(|parent| parent.state == GoState::Waiting && self.age(parent) >= self.patience) {
                Some(parent)
                    if root
                        .born
                        .is_some_and(|born| parent.born.is_some_and(|older| older < born)) =>
                {
                    root = parent;
                }
                _ => break,
            }
        }
        root
    }

    /// Whether the creator has ended, or has done something else since this time. Timers make goroutines that belong to nobody.
    fn is_left_behind(&self, goroutine: &Goroutine, since: u64) -> bool {
        match self.trace.analysis.alive.get(&goroutine.parent) {
            None => goroutine.born.is_some(),
            Some(parent) => parent.state != GoState::Waiting || parent.since >= since.saturating_add(self.patience / 2),
        }
    }

    fn is_parent_gone(&self, goroutine: &Goroutine) -> bool {
        goroutine.born.is_some() && !self.trace.analysis.alive.contains_key(&goroutine.parent)
    }

    /// Whether it was made together with a goroutine that serves a connection, or by one that does.
    fn is_of_session(&self, goroutine: &Goroutine) -> bool {
        let Some(born) = goroutine.born else {
            return false;
        };
        let beside = self.sessions.get(&goroutine.parent);
        beside.is_some_and(|births| births.iter().any(|&other| other.abs_diff(born) <= TOGETHER))
    }

    /// What supports that the goroutines of a bucket never get on; none if nothing does.
    pub(crate) fn support(&self, set: &EvidenceSet, bucket: &Bucket) -> Option<Support> {
        let all: Vec<&'a Goroutine> = bucket
            .groups
            .iter()
            .flat_map(|group| self.members[group.index()].iter().copied())
            .collect();
        let released = bucket
            .blame
            .and_then(|frame| self.released.get(&frame))
            .copied()
            .unwrap_or_default();
        let waits = all
            .iter()
            .copied()
            .filter(|goroutine| goroutine.state == GoState::Waiting);
        let stuck: Vec<&'a Goroutine> = waits
            .filter(|goroutine| {
                let age = self.age(goroutine);
                age >= self.patience && age >= released.longest.saturating_mul(LONGER)
            })
            .collect();
        if matches!(
            bucket.reason,
            WaitReason::Running | WaitReason::Runnable | WaitReason::Preempted
        ) {
            let evidence = vec![self.spinning(&all)?];
            return Some(Support { evidence, grows: false });
        }
        let mut evidence = Vec::new();
        let mut grows = false;
        if let Some(sentence) = self.growth(bucket, &stuck, &all, released) {
            evidence.push(sentence);
            grows = true;
        }
        if !stuck.is_empty() {
            evidence.extend(self.outliers(bucket, &stuck));
            evidence.extend(self.by_reason(bucket, &stuck, released));
        }
        if evidence.is_empty() {
            return None;
        }
        if !stuck.is_empty() {
            evidence.insert(0, self.ages(&stuck));
            evidence.extend(self.partner(set, &stuck, released));
        }
        Some(Support { evidence, grows })
    }

    fn ages(&self, stuck: &[&Goroutine]) -> String {
        let longest = stuck.iter().map(|goroutine| self.age(goroutine)).max().unwrap_or(0);
        let whole = stuck
            .iter()
            .filter(|goroutine| goroutine.wakes == 0 && goroutine.runs == 0)
            .count();
        let mut text = format!(
            "When the trace of {} ends, {} been blocked here, the longest for {}",
            duration(self.length),
            if stuck.len() == 1 {
                "1 goroutine has".to_owned()
            } else {
                format!("{} have", goroutines(stuck.len() as u64))
            },
            duration(longest)
        );
        if whole > 0 && whole == stuck.len() {
            text.push_str(", which is all of it");
        }
        text.push('.');
        text
    }

    /// Who released others from here, and when it last did.
    fn partner(&self, set: &EvidenceSet, stuck: &[&Goroutine], released: Released) -> Option<String> {
        let first = stuck.iter().map(|goroutine| goroutine.since).min()?;
        let Some((by, last)) = released.by else {
            return (released.count == 0).then(|| "Nobody was released from here in this trace.".to_owned());
        };
        let by = place(&site(set, by));
        Some(if last < first {
            format!("Who released others from here, {by}, has not done so since.")
        } else {
            format!(
                "Others were released from here by {by}, after {} at most; these were not.",
                duration(released.longest)
            )
        })
    }

    /// They come one after the other and stay.
    fn growth(
        &self,
        bucket: &Bucket,
        stuck: &[&'a Goroutine],
        all: &[&'a Goroutine],
        released: Released,
    ) -> Option<String> {
        let is_blocked = bucket.reason.is_synchronisation();
        let (counted, least) = match bucket.reason {
            _ if is_blocked && stuck.len() >= GROWTH => (stuck, GROWTH),
            // A peer that has not said a word yet is no leak, but many of them are.
            WaitReason::IoWait if stuck.len() >= LIVELY_GROWTH && released.count == 0 => (stuck, LIVELY_GROWTH),
            WaitReason::IoWait => return None,
            _ => (all, LIVELY_GROWTH),
        };
        let is_lively = least == LIVELY_GROWTH;
        // Those that wait for one another count once, with whoever made the first of them.
        let roots: Vec<(&Goroutine, &Goroutine)> = counted
            .iter()
            .map(|&goroutine| (goroutine, self.root(goroutine)))
            .collect();
        let mut by_parent: FxHashMap<GoId, Vec<u64>> = FxHashMap::default();
        for (_, root) in &roots {
            by_parent.entry(root.parent).or_default().extend(root.born);
        }
        let loses = |&(goroutine, root): &(&Goroutine, &Goroutine)| {
            let born = root.born?;
            let since = if is_lively { born } else { goroutine.since };
            let is_session =
                bucket.reason != WaitReason::IoWait && (self.is_of_session(goroutine) || self.is_of_session(root));
            let is_left = self.is_left_behind(root, since) && !is_session;
            let again = || {
                by_parent[&root.parent]
                    .iter()
                    .any(|&other| other.abs_diff(born) > TOGETHER)
            };
            (is_left && (self.is_parent_gone(root) || again())).then_some(born)
        };
        let mut births: Vec<u64> = roots.iter().filter_map(loses).collect();
        births.sort_unstable();
        births.dedup_by(|next, kept| next.abs_diff(*kept) <= TOGETHER);
        if births.len() < least {
            return None;
        }
        let mut sites: Vec<_> = counted.iter().map(|goroutine| goroutine.site).collect();
        sites.sort_unstable();
        sites.dedup();
        let sites = sites
            .iter()
            .map(|&site| &self.trace.analysis.totals.sites[site as usize]);
        let (created, ended) = sites.fold((0, 0), |(created, ended), site| {
            (created + site.created, ended + site.ended)
        });
        // What still moves is growth only if none of its kind has ended.
        if is_lively && ended > 0 {
            return None;
        }
        // They come all the time, not in one burst at the start.
        let (first, last) = (births[0], births[births.len() - 1]);
        let span = last - first;
        let middle = first + span / 4..first + span / 4 * 3;
        let in_middle = births.iter().any(|born| middle.contains(born));
        let burst = self.end() - last > self.length / 2 && first - self.trace.analysis.start < span;
        if span < self.length / 4 || !in_middle || burst {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "a rate for a person")]
        let rate = births.len() as f64 / (span.max(1) as f64 / 1e9);
        Some(format!(
            "They become more all the time, {rate:.1} a second: {} of this kind were created in the trace, {} ended.",
            say::number(created),
            say::number(ended)
        ))
    }

    /// Those of the same kind have come and gone.
    fn outliers(&self, bucket: &Bucket, stuck: &[&'a Goroutine]) -> Option<String> {
        let strict = matches!(
            bucket.reason,
            WaitReason::Select | WaitReason::ChanReceive | WaitReason::IoWait | WaitReason::Sleep
        );
        let outliers: Vec<_> = stuck
            .iter()
            .filter(|goroutine| {
                let site = self.site(goroutine);
                let life = goroutine.born.map(|born| self.end() - born);
                site.lifetimes.count >= SIBLINGS
                    && life.is_some_and(|life| life >= site.lifetimes.longest.saturating_mul(OLDER))
                    && self.is_left_behind(goroutine, goroutine.since)
                    && !self.is_of_session(goroutine)
                    && (!strict || self.is_parent_gone(goroutine))
            })
            .collect();
        if outliers.len() < if strict { 2 } else { 1 } {
            return None;
        }
        let like = &self.site(outliers[0]).lifetimes;
        Some(format!(
            "{} others of the same kind came and went meanwhile, the longest-lived in {}.",
            say::number(like.count),
            duration(like.longest)
        ))
    }

    /// What the operation itself tells.
    fn by_reason(&self, bucket: &Bucket, stuck: &[&'a Goroutine], released: Released) -> Option<String> {
        if is_lock(bucket.reason) {
            return Some(if released.count == 0 {
                "Nobody got this lock here in the whole trace.".to_owned()
            } else {
                format!(
                    "The {} that ended took {} at most.",
                    say::plural(released.count, "wait"),
                    duration(released.longest)
                )
            });
        }
        match bucket.reason {
            WaitReason::WaitGroupWait => {
                let alone = |goroutine: &&&Goroutine| goroutine.children > 0 && !self.parents.contains(&goroutine.id);
                (stuck.iter().filter(alone).count() > 0)
                    .then(|| "Every goroutine that it started has ended: nobody is left to call Done.".to_owned())
            }
            WaitReason::ChanSend => self.send(bucket, stuck, released),
            _ => None,
        }
    }

    fn send(&self, bucket: &Bucket, stuck: &[&'a Goroutine], released: Released) -> Option<String> {
        if stuck.iter().all(|goroutine| self.is_parent_gone(goroutine)) && !bucket.is_main {
            return Some("Who started it has ended.".to_owned());
        }
        if self.is_quiet {
            return Some("No goroutine of the program runs, sleeps or waits for the network any more.".to_owned());
        }
        let Some(ring) = stuck.iter().find_map(|goroutine| self.ring(goroutine)) else {
            return self.long_send(stuck, released);
        };
        let ring: Vec<String> = ring.iter().map(|id| id.to_string()).collect();
        Some(format!(
            "Who took what it sent before cannot take more: goroutines {} wait for one another.",
            ring.join(" → ")
        ))
    }

    /// Back pressure gives way from time to time: a send that nobody takes for so long does not.
    fn long_send(&self, stuck: &[&'a Goroutine], released: Released) -> Option<String> {
        let longest = stuck.iter().max_by_key(|goroutine| self.age(goroutine))?;
        let age = self.age(longest);
        let is_idle = released.by.is_none_or(|(_, last)| last < longest.since);
        let is_long = age >= LONG_SEND && age >= released.longest.saturating_mul(MUCH_LONGER);
        (is_long && is_idle).then(|| format!("Nobody has taken anything here for {}.", duration(age)))
    }

    /// Goroutines each of which was last released by the next one, and all of which are stuck where somebody has to take something.
    fn ring(&self, goroutine: &Goroutine) -> Option<Vec<GoId>> {
        let mut ring = vec![goroutine.id];
        let mut at = goroutine;
        for _ in 0..MOST_ANCESTORS {
            at = self.trace.analysis.alive.get(&at.waker)?;
            if !self.senders.contains(&at.id) {
                return None;
            }
            if at.id == goroutine.id {
                return (ring.len() > 1).then_some(ring);
            }
            if ring.contains(&at.id) {
                return None;
            }
            ring.push(at.id);
        }
        None
    }

    /// The line of its outermost function at which a goroutine without end was most often interrupted: where the loop stands.
    pub(crate) fn loop_of(&self, set: &EvidenceSet, bucket: &Bucket) -> Option<FrameId> {
        let goroutine = bucket
            .groups
            .iter()
            .flat_map(|group| &self.members[group.index()])
            .next()?;
        let start = set.stacks.frame(self.site(goroutine).start?).function;
        let mut seen: FxHashMap<FrameId, u64> = FxHashMap::default();
        for (key, stay) in &self.trace.analysis.totals.stays {
            let is_break = matches!(key.reason, Reason::Preempted | Reason::Gosched);
            if let Some(stack) = key.stack.filter(|_| is_break && key.site == goroutine.site) {
                let frames = set.stacks.stack(stack).frames.iter();
                let outer = frames
                    .copied()
                    .filter(|&frame| set.stacks.frame(frame).function == start);
                outer.for_each(|frame| *seen.entry(frame).or_default() += stay.count + stay.open);
            }
        }
        seen.into_iter()
            .max_by_key(|&(frame, count)| (count, frame))
            .map(|(frame, _)| frame)
    }

    /// A goroutine that neither waits nor calls the system.
    fn spinning(&self, running: &[&'a Goroutine]) -> Option<String> {
        let tireless = running.iter().filter(|goroutine| {
            let awake = self.end().saturating_sub(goroutine.awake);
            #[expect(clippy::cast_precision_loss, reason = "a rate for a person")]
            let yields = goroutine.yields as f64 / (awake.max(1) as f64 / 1e9);
            let least = if yields >= YIELDS { LEAST_SPIN } else { LEAST_RUN };
            awake >= least && (yields >= YIELDS || awake >= self.length / 10 * 9)
        });
        let longest = tireless.max_by_key(|goroutine| (self.end() - goroutine.awake, goroutine.id))?;
        let awake = self.end() - longest.awake;
        let mut text = format!(
            "Goroutine {} has neither waited nor called the system for {} of the {} of the trace",
            longest.id,
            duration(awake),
            duration(self.length)
        );
        if longest.yields > 0 {
            text.push_str(&format!(
                ", and gave its processor away by itself {} times",
                say::number(longest.yields)
            ));
        }
        text.push('.');
        Some(text)
    }
}
