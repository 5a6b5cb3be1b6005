//! Panics, fatal errors and signals: what the message means, which goroutine did it, and which line.

use gosleuth_base::{Idx as _, Origin, Severity, Site, SuspectKind, Verdict};
use gosleuth_evidence::{Crash, CrashKind, EvidenceSet, FrameId, Group, Snapshot, StackId, WaitReason};

use crate::catalogue::{Entry, Section, known, message_entry};
use crate::diagnose::doing;
use crate::facts::{Facts, effective_reason, site};
use crate::headline::merge_crash_rows;
use crate::model::{CaseFile, CrashRow, Cycle, Related, Suspect};
use crate::say::{self, Values, goroutines, place};

/// Adds crash rows and their suspects.
pub(crate) fn explain(set: &EvidenceSet, facts: &Facts, case: &mut CaseFile) {
    let mut rows = Vec::new();
    let mut suspects: Vec<(Suspect, String)> = Vec::new();
    for (index, crash) in set.crashes.iter().enumerate() {
        let Some(case_of) = one(set, facts, index, crash, case) else {
            continue;
        };
        rows.push(case_of.row);
        let Some(suspect) = case_of.suspect else { continue };
        match suspects
            .iter_mut()
            .find(|(known, text)| known.entry == suspect.entry && known.site == suspect.site && *text == case_of.class)
        {
            Some((known, _)) => {
                known.count += 1;
                known.evidence.truncate(6);
                let repeated = format!("Seen {} times.", known.count);
                known.evidence.retain(|sentence| !sentence.starts_with("Seen "));
                known.evidence.push(repeated);
            }
            None => suspects.push((suspect, case_of.class)),
        }
    }
    case.crashes = merge_crash_rows(rows);
    case.suspects.extend(suspects.into_iter().map(|(suspect, _)| suspect));
}

struct Explained {
    row: CrashRow,
    suspect: Option<Suspect>,
    /// Message class: crashes of one class and site are one.
    class: String,
}

fn one(set: &EvidenceSet, facts: &Facts, index: usize, crash: &Crash, case: &mut CaseFile) -> Option<Explained> {
    // A chain that reads `first [recovered]`, `first` is one panic that was thrown on; the newest link killed the process.
    let deciding = crash.chain.iter().rev().find(|link| !link.goexit);
    let message = deciding.map_or("", |link| link.text.as_str());
    let fatal = crash.kind == CrashKind::Fatal || deciding.is_some_and(|link| link.fatal);
    let entry = entry_of(crash, message, fatal);
    let snapshot = crash.snapshot.map(|id| &set.snapshots[id.index()]);
    let in_bubble = matches!(entry.id, "bubble-deadlock" | "bubble-goroutines-remain");
    let is_deadlock = in_bubble || matches!(entry.id, "all-goroutines-asleep" | "no-goroutines");
    let crashing = snapshot.and_then(|snapshot| crashing_group(snapshot, crash));
    let (blame, stack) = if is_deadlock {
        snapshot.map_or((None, None), |snapshot| {
            let group = deadlock_blame(facts, snapshot, in_bubble);
            (
                group.and_then(|group| facts.stack(group.stack).blame),
                group.map(|group| group.stack),
            )
        })
    } else {
        let stack = crashing.map(|group| group.stack);
        (stack.and_then(|stack| crash_blame(set, facts, stack)), stack)
    };
    // The thread that failed is not a goroutine; those that hold the threads are.
    let (blame, stack) = if entry.id == "thread-limit" {
        let holders = snapshot.and_then(|snapshot| {
            snapshot
                .groups
                .iter()
                .filter(|group| {
                    group.state.reason == WaitReason::Syscall && facts.stack(group.stack).blame_origin == Origin::User
                })
                .max_by_key(|group| group.count)
        });
        holders.map_or((blame, stack), |group| {
            (facts.stack(group.stack).blame, Some(group.stack))
        })
    } else {
        (blame, stack)
    };
    let blamed = blame.map(|frame| site(set, frame));
    let values = Values {
        count: snapshot.map_or(1, |snapshot| snapshot.total),
        site: blamed.as_ref(),
        message: first_line(message),
        what: crash.signal.as_ref().map_or("", |signal| signal.name.as_str()),
        ..Values::default()
    };
    let recoverable = entry.recoverable;
    let row = CrashRow {
        index,
        entry: entry.id,
        recoverable,
        meaning: say::fill(entry.why, &values),
        causes: entry.causes.to_vec(),
        checks: entry.checks.to_vec(),
        site: blamed.clone(),
        count: 1,
    };
    // A stack that the program printed without a panic, or a dump asked for by SIGQUIT, is no fault of its own.
    let recovered = crash.kind == CrashKind::Recovered;
    let no_panic = recovered && !stack.is_some_and(|stack| panicked(set, stack));
    if no_panic || entry.id == "sigquit" {
        return Some(Explained {
            row,
            suspect: None,
            class: String::new(),
        });
    }
    let mut evidence = chain_sentences(crash);
    if let Some(signal) = &crash.signal
        && signal.address.is_some_and(|address| address < 4096)
        && entry.id == "nil-dereference"
    {
        let offset = signal.address.unwrap_or(0);
        evidence.push(if offset == 0 {
            "The address is 0: the pointer itself was nil.".to_owned()
        } else {
            format!("The address is {offset:#x}: a field at that offset of a nil struct pointer.")
        });
    }
    if let Some(test) = crash.test {
        evidence.push(format!("In the output of {}.", set.text(test)));
    }
    for (test, duration) in &crash.running_tests {
        evidence.push(format!("Running for {duration}: {test}."));
    }
    for note in crash.notes.iter().take(3) {
        evidence.push(format!("{note}."));
    }
    let mut related = Vec::new();
    if let Some(creator) = stack.and_then(|stack| set.stacks.stack(stack).created_by) {
        related.push(Related {
            site: site(set, creator),
            label: "created here".to_owned(),
        });
    }
    if is_deadlock && let Some(snapshot) = snapshot {
        explain_deadlock(set, facts, snapshot, stack, case, &mut evidence, &mut related);
    }
    if entry.id == "test-timed-out"
        && let Some(snapshot) = snapshot
        && let Some(group) = test_blame(facts, snapshot)
    {
        return Some(timeout(set, facts, crash, entry, row, group, evidence));
    }
    let served = crash.kind == CrashKind::HttpServed;
    let mut headline = say::fill(entry.headline, &values);
    if served {
        headline = format!(
            "A handler panicked{}: {}; net/http recovered it and closed the connection",
            blamed
                .as_ref()
                .map_or_else(String::new, |site| format!(" in {}", place(site))),
            first_line(message)
        );
    }
    if let Some(id) = crash.goroutine
        && !is_deadlock
    {
        evidence.push(format!("Goroutine {id} did it."));
    }
    let suspect = Suspect {
        verdict: Verdict::Proved,
        severity: if served || recovered {
            Severity::Warning
        } else {
            Severity::Error
        },
        headline,
        related,
        count: 1,
        goroutines: crash.goroutine.into_iter().collect(),
        stacks: stack.into_iter().collect(),
        evidence,
        ..Suspect::new(entry, kind(crash, entry, fatal, is_deadlock), &values)
    };
    Some(Explained {
        row,
        suspect: Some(suspect),
        class: format!("{}:{}", entry.id, without_digits(message)),
    })
}

fn kind(crash: &Crash, entry: &Entry, fatal: bool, is_deadlock: bool) -> SuspectKind {
    if is_deadlock {
        return SuspectKind::Deadlock;
    }
    match crash.kind {
        CrashKind::TestTimeout => SuspectKind::TestTimeout,
        CrashKind::Signal => entry.kind.unwrap_or(SuspectKind::Signal),
        _ if fatal => SuspectKind::FatalError,
        _ => entry.kind.unwrap_or(SuspectKind::Panic),
    }
}

fn entry_of(crash: &Crash, message: &str, fatal: bool) -> &'static Entry {
    if crash.kind == CrashKind::TestTimeout {
        return known("test-timed-out");
    }
    let by_text = |section| message_entry(section, first_line(message));
    if message.is_empty() && crash.kind == CrashKind::Recovered {
        return known("recovered-panic");
    }
    if message.is_empty() {
        let name = crash.signal.as_ref().map_or("", |signal| signal.name.as_str());
        return message_entry(Section::Fatals, name).unwrap_or_else(|| known("other-signal"));
    }
    if fatal {
        by_text(Section::Fatals).unwrap_or_else(|| known("other-fatal"))
    } else {
        // What was fatal in some versions and a panic in others has one entry.
        by_text(Section::Panics)
            .filter(|entry| entry.id != "other-panic")
            .or_else(|| by_text(Section::Fatals).filter(|entry| entry.id != "other-fatal"))
            .unwrap_or_else(|| known("other-panic"))
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or("").trim()
}

/// Addresses, indices and ids differ between crashes of one cause.
fn without_digits(text: &str) -> String {
    first_line(text).chars().filter(|c| !c.is_ascii_digit()).collect()
}

fn crashing_group<'a>(snapshot: &'a Snapshot, crash: &Crash) -> Option<&'a Group> {
    crash
        .goroutine
        .and_then(|id| snapshot.groups.iter().find(|group| group.ids.contains(&id)))
        .or_else(|| snapshot.groups.first())
}

/// The frame to blame for a panic or fatal error: the first of the program itself after the innermost panic or throw, else
/// of a third party, else of the library.
fn crash_blame(set: &EvidenceSet, facts: &Facts, stack: StackId) -> Option<FrameId> {
    let frames = &set.stacks.stack(stack).frames;
    let starts = frames.iter().rposition(|&frame| {
        matches!(
            set.text(set.stacks.frame(frame).function),
            "panic"
                | "runtime.gopanic"
                | "runtime.throw"
                | "runtime.fatal"
                | "runtime.sigpanic"
                | "sync.throw"
                | "sync.fatal"
                | "internal/sync.throw"
                | "internal/sync.fatal"
                | "internal/runtime/maps.fatal"
                | "runtime.fatalthrow"
                | "runtime.goPanicIndex"
        )
    });
    let below = frames.get(starts.map_or(0, |position| position + 1)..).unwrap_or(&[]);
    let of = |origin: Origin| below.iter().copied().find(|&frame| facts.origin(frame) == origin);
    of(Origin::User)
        .or_else(|| of(Origin::ThirdParty))
        .or_else(|| of(Origin::Std))
        .or_else(|| below.first().copied())
        .or_else(|| facts.stack(stack).blame)
}

/// Whether a panic is in flight on this stack.
fn panicked(set: &EvidenceSet, stack: StackId) -> bool {
    set.stacks
        .frames(stack)
        .any(|frame| matches!(set.text(frame.function), "panic" | "runtime.gopanic"))
}

fn chain_sentences(crash: &Crash) -> Vec<String> {
    let mut sentences = Vec::new();
    if crash.chain.len() > 1 {
        for (position, link) in crash.chain.iter().enumerate() {
            let mark = match (link.fatal, link.repanicked, link.recovered) {
                (true, ..) => "a fatal error",
                (_, true, _) => "a panic that was recovered and thrown again",
                (_, _, true) => "a panic that was recovered",
                _ => "a panic",
            };
            let order = if position == 0 { "First" } else { "Then" };
            sentences.push(format!("{order} {mark}: {}.", first_line(&link.text)));
        }
    } else if let Some(link) = crash.chain.first()
        && link.repanicked
    {
        sentences.push("The panic was recovered once and thrown again.".to_owned());
    }
    if let Some(peer) = &crash.peer {
        sentences.push(format!("While it served {peer}."));
    }
    if let Some(status) = crash.exit_status {
        sentences.push(format!("The process ended with exit status {status}."));
    }
    sentences
}

/// Which goroutine of a deadlocked process to blame: one that is not main, with the most specific wait; else main.
fn deadlock_blame<'a>(facts: &Facts, snapshot: &'a Snapshot, in_bubble: bool) -> Option<&'a Group> {
    let weight = |group: &Group| {
        let stack = facts.stack(group.stack);
        let specific = match effective_reason(group.state.reason, stack.reason) {
            WaitReason::ChanSendNil | WaitReason::ChanReceiveNil => 9,
            WaitReason::MutexLock | WaitReason::RwMutexLock | WaitReason::RwMutexRLock => 8,
            WaitReason::ChanSend => 7,
            WaitReason::CondWait => 6,
            WaitReason::WaitGroupWait => 5,
            WaitReason::ChanReceive => 4,
            WaitReason::Select => 3,
            WaitReason::SelectNoCases => 2,
            _ => 0,
        };
        let user = stack.blame_origin == Origin::User;
        (user, specific, !stack.is_main)
    };
    snapshot
        .groups
        .iter()
        .enumerate()
        .filter(|(_, group)| !in_bubble || group.state.bubble.is_some() || group.state.durable)
        .max_by_key(|(index, group)| (weight(group), std::cmp::Reverse(*index)))
        .map(|(_, group)| group)
}

fn explain_deadlock(
    set: &EvidenceSet,
    facts: &Facts,
    snapshot: &Snapshot,
    blamed: Option<StackId>,
    case: &mut CaseFile,
    evidence: &mut Vec<String>,
    related: &mut Vec<Related>,
) {
    let mut members = Vec::new();
    for group in snapshot.groups.iter().take(12) {
        let stack = facts.stack(group.stack);
        let reason = effective_reason(group.state.reason, stack.reason);
        let Some(frame) = stack.blame else { continue };
        let at = site(set, frame);
        let who = if stack.is_main {
            "The main goroutine".to_owned()
        } else if group.count == 1 {
            group
                .ids
                .first()
                .map_or_else(|| "A goroutine".to_owned(), |id| format!("Goroutine {id}"))
        } else {
            goroutines(group.count)
        };
        members.push(format!("{who}: {} in {}", doing(reason), place(&at)));
        if Some(group.stack) != blamed {
            related.push(Related {
                site: at,
                label: format!("{}{}", if stack.is_main { "main, " } else { "" }, doing(reason)),
            });
        }
    }
    evidence.extend(members.iter().map(|member| format!("{member}.")));
    if !members.is_empty() {
        case.waits.cycles.push(Cycle {
            members,
            why: "the runtime found that no goroutine can run any more and no timer or I/O is pending".to_owned(),
        });
    }
}

/// The goroutine that kept a test from ending: in the program's own code, waiting, the longest first.
fn test_blame<'a>(facts: &Facts, snapshot: &'a Snapshot) -> Option<&'a Group> {
    snapshot
        .groups
        .iter()
        .filter(|group| {
            let stack = facts.stack(group.stack);
            stack.blame_origin == Origin::User && !matches!(group.state.reason, WaitReason::Running)
        })
        .max_by_key(|group| {
            let stack = facts.stack(group.stack);
            // The goroutine of the test itself is created by testing.(*T).Run and shows what the test waits for.
            (
                group.state.reason.is_synchronisation(),
                group.waits.max,
                stack.creator.is_some(),
                group.count,
            )
        })
}

fn timeout(
    set: &EvidenceSet,
    facts: &Facts,
    crash: &Crash,
    entry: &'static Entry,
    mut row: CrashRow,
    group: &Group,
    evidence: Vec<String>,
) -> Explained {
    let stack = facts.stack(group.stack);
    let blamed: Option<Site> = stack.blame.map(|frame| site(set, frame));
    let test = crash.running_tests.first().map_or("", |(test, _)| test.as_str());
    let state = doing(effective_reason(group.state.reason, stack.reason));
    let headline = match (&blamed, test) {
        (Some(at), "") => format!(
            "The test binary ran into its time limit: a goroutine is {state} in {}",
            place(at)
        ),
        (Some(at), test) => format!(
            "{test} ran into the time limit: a goroutine is {state} in {}",
            place(at)
        ),
        (None, test) => format!("{test} ran into the time limit"),
    };
    row.site = blamed.clone();
    let values = Values {
        site: blamed.as_ref(),
        message: test,
        ..Values::default()
    };
    Explained {
        row,
        suspect: Some(Suspect {
            verdict: Verdict::Proved,
            severity: Severity::Error,
            headline,
            count: group.count,
            waits: (group.waits.known > 0).then_some(group.waits),
            goroutines: group.ids.clone(),
            stacks: vec![group.stack],
            evidence,
            ..Suspect::new(entry, SuspectKind::TestTimeout, &values)
        }),
        class: format!("timeout:{test}"),
    }
}
