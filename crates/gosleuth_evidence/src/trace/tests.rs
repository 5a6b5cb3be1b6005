//! Recorded traces, whole and damaged.

use std::collections::HashMap;
use std::io::Read as _;
use std::ops::ControlFlow;

use gosleuth_base::{Interner, ProblemKind};
use gosleuth_testkit::recordings::traces;

use super::*;
use crate::model::StackTable;

/// Recorded traces, decompressed.
fn recorded() -> impl Iterator<Item = (String, Vec<u8>)> {
    traces()
        .into_iter()
        // Go 1.19 loses goroutines of calls from C; see the test of it.
        .filter(|(name, _)| name != "go1.19-callback")
        .map(|(name, packed)| {
            let mut bytes = Vec::new();
            flate2::read::GzDecoder::new(packed.as_slice())
                .read_to_end(&mut bytes)
                .expect("a whole file");
            (name, bytes)
        })
}

/// Those of form 2.
fn recorded_second() -> impl Iterator<Item = (String, Vec<u8>)> {
    recorded().filter(|(name, _)| !is_first_form(name))
}

/// Whether it is of form 1, which is one generation.
fn is_first_form(name: &str) -> bool {
    name.starts_with("go1.19") || name.starts_with("go1.21")
}

/// Walks and gives every event to `visit`, with the names.
fn visit(bytes: &[u8], mut visit: impl FnMut(Names<'_>, &Event<'_>)) -> Outcome {
    let (mut strings, mut stacks) = (Interner::new(), StackTable::default());
    let mut bytes = bytes;
    walk(
        "trace",
        &mut bytes,
        &mut strings,
        &mut stacks,
        &WalkOptions::default(),
        &mut |names: Names<'_>, event: &Event<'_>| {
            visit(names, event);
            ControlFlow::Continue(())
        },
    )
}

/// Checks what holds for every stream of events, damaged or not, and returns the number of events.
fn check_stream(name: &str, bytes: &[u8]) -> (Outcome, u64) {
    let mut last = 0;
    let mut states: HashMap<GoId, GoState> = HashMap::new();
    let mut running: HashMap<ThreadId, GoId> = HashMap::new();
    let mut ended = false;
    let mut count = 0;
    let outcome = visit(bytes, |_, event| {
        assert!(event.time > last, "{name}: time goes on");
        assert!(!ended, "{name}: nothing follows the end");
        last = event.time;
        count += 1;
        match event.kind {
            EventKind::Sync { lost, last, .. } => {
                if lost {
                    states.clear();
                    running.clear();
                }
                ended = last;
            }
            EventKind::Go {
                goroutine, from, to, ..
            } => {
                let known = states.insert(goroutine, to);
                match known {
                    // A part of its life is lost.
                    Some(_) if from == GoState::Undetermined && is_first_form(name) => {}
                    Some(known) => assert_eq!(known, from, "{name}: {goroutine:?} at {}", event.time),
                    None => assert!(
                        matches!(from, GoState::Undetermined | GoState::NotExist),
                        "{name}: {goroutine:?} at {}",
                        event.time
                    ),
                }
                if to == GoState::NotExist {
                    states.remove(&goroutine);
                }
                if (from, to) == (GoState::Runnable, GoState::Running) {
                    running.insert(event.thread, goroutine);
                } else if from == GoState::Undetermined && is_first_form(name) {
                    running.remove(&event.thread);
                } else if from == GoState::Running && to != GoState::Running {
                    assert_eq!(event.goroutine, goroutine, "{name}: it runs where it stops");
                    running.remove(&event.thread);
                }
            }
            EventKind::Log { .. } | EventKind::RegionBegin(..) => {
                let expected = running.get(&event.thread);
                assert!(expected.is_none_or(|&g| g == event.goroutine), "{name}: who runs");
            }
            _ => {}
        }
    });
    assert!(ended || outcome.version.is_none(), "{name}: the end is told");
    assert_eq!(outcome.events, count, "{name}");
    (outcome, count)
}

#[test]
fn recorded_traces_are_read_whole() {
    let mut names = Vec::new();
    for (name, bytes) in recorded() {
        let (outcome, events) = check_stream(&name, &bytes);
        assert!(outcome.problems.is_empty(), "{name}: {:?}", outcome.problems);
        assert!(events > 100, "{name}: {events} events");
        assert_eq!(outcome.bytes, bytes.len() as u64, "{name}");
        let version = outcome.version.expect("a version").as_str();
        let expected = match &name[..6] {
            "go1.19" => "go 1.19",
            "go1.21" => "go 1.21",
            "go1.22" => "go 1.22",
            "go1.23" | "go1.24" => "go 1.23",
            "go1.25" => "go 1.25",
            _ => "go 1.26",
        };
        assert_eq!(version, expected, "{name}");
        if name.ends_with("slow") && !is_first_form(&name) {
            assert!(outcome.generations >= 3, "{name}: {} generations", outcome.generations);
        }
        names.push(name);
    }
    assert!(names.len() >= 20, "{names:?}");
}

#[test]
fn a_trace_tells_what_its_program_did() {
    for (name, bytes) in recorded().filter(|(name, _)| name.ends_with("samples")) {
        let mut reasons = std::collections::BTreeSet::new();
        let (mut samples, mut logs, mut tasks, mut regions) = (0, Vec::new(), 0, 0);
        let mut kinds = std::collections::BTreeSet::new();
        let mut receives = 0;
        visit(&bytes, |names, event| match event.kind {
            EventKind::Sample => {
                samples += u64::from(event.stack.is_some());
            }
            EventKind::Log { category, message, .. } => logs.push(format!("{category}={message}")),
            EventKind::TaskBegin { .. } => tasks += 1,
            EventKind::RegionBegin(_, region) => {
                assert!(["check", "store"].contains(&names.strings.get(region)));
                regions += 1;
            }
            EventKind::Begin(Range::StopTheWorld(_, kind)) => {
                kinds.insert(names.strings.get(kind).to_owned());
            }
            EventKind::Go {
                to: GoState::Waiting,
                reason,
                stack: Some(stack),
                ..
            } => {
                reasons.insert(reason.text().expect("a known reason"));
                let consumes = |frame: crate::model::Frame| names.strings.get(frame.function) == "main.consume";
                receives += u64::from(reason == Reason::ChanReceive && names.stacks.frames(stack).any(consumes));
            }
            _ => {}
        });
        for reason in [
            "chan receive",
            "chan send",
            "sync",
            "sync.(*Cond).Wait",
            "network",
            "sleep",
        ] {
            assert!(reasons.contains(reason), "{name}: {reason} in {reasons:?}");
        }
        assert!(samples >= 3, "{name}: {samples} samples");
        assert_eq!(tasks, 10, "{name}");
        assert_eq!(regions, 10, "{name}");
        logs.sort();
        assert_eq!(
            logs[..6],
            [
                "amount=0",
                "amount=10",
                "amount=20",
                "amount=30",
                "amount=40",
                "number=0"
            ]
        );
        let expected: &[&str] = if name.starts_with("go1.19") {
            &["GC mark termination", "GC sweep termination"]
        } else {
            &["read mem stats", "GOMAXPROCS"]
        };
        assert!(expected.iter().all(|&kind| kinds.contains(kind)), "{name}: {kinds:?}");
        assert!(receives > 0, "{name}: consumers receive");
    }
}

#[test]
fn a_cut_trace_keeps_its_whole_generations() {
    for (name, bytes) in recorded_second().filter(|(name, _)| name.ends_with("slow")) {
        let (whole, events) = check_stream(&name, &bytes);
        let mut kept = std::collections::BTreeSet::new();
        for end in (0..bytes.len()).step_by(bytes.len() / 60) {
            let (outcome, part) = check_stream(&format!("{name} cut at {end}"), &bytes[..end]);
            assert!(!outcome.problems.is_empty() || part < events, "{name}: cut at {end}");
            assert!(part <= events + 1, "{name}: cut at {end}");
            kept.insert(outcome.generations);
        }
        assert!(kept.len() as u64 >= whole.generations, "{name}: {kept:?}");
    }
}

#[test]
fn flipped_bytes_do_no_harm() {
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    for (name, bytes) in recorded().filter(|(name, _)| name.ends_with("slow")) {
        for round in 0..40 {
            let mut damaged = bytes.clone();
            for _ in 0..1 + round % 4 {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                let at = 16 + seed as usize % (damaged.len() - 16);
                damaged[at] ^= 1 << (seed >> 60 & 7);
            }
            check_stream(&format!("{name} round {round}"), &damaged);
        }
    }
}

#[test]
fn a_generation_that_contradicts_itself_is_given_up_and_the_next_one_read() {
    let (name, mut bytes) = recorded()
        .find(|(name, _)| name == "go1.27-slow")
        .expect("the recording");
    // The first event of the second batch of the file becomes one that there is not.
    let first = 16;
    let size = |at: usize| {
        let mut at = at + 1;
        let mut last = 0;
        for _ in 0..4 {
            last = varint::read(&bytes, &mut at).expect("a head");
        }
        (at, at + last as usize)
    };
    let (_, second) = size(first);
    let (data, _) = size(second);
    bytes[data] = 60;
    let (outcome, events) = check_stream(&name, &bytes);
    assert!(events > 100, "{events} events of later generations");
    assert!(outcome.generations >= 3, "{outcome:?}");
    assert!(
        outcome
            .problems
            .iter()
            .any(|p| p.message.contains("contradicts itself")),
        "{outcome:?}"
    );
}

#[test]
fn other_files_are_named() {
    for (bytes, word) in [
        (&b""[..], "not an execution trace"),
        (b"goroutine 1 [running]:", "not an execution trace"),
        (b"go 1.99 trace\0\0\0abc", "does not know (go 1.99)"),
    ] {
        let outcome = visit(bytes, |_, _| panic!("no events"));
        let problem = outcome.problems.first().expect("a problem");
        assert_eq!(problem.kind, ProblemKind::Unreadable);
        assert!(problem.message.contains(word), "{problem}");
    }
}

#[test]
fn a_huge_size_is_no_allocation() {
    let mut bytes = b"go 1.26 trace\0\0\0".to_vec();
    bytes.extend([1, 1, 1, 1, 0xff, 0xff, 0xff, 0xff, 0x0f]);
    let (outcome, _) = check_stream("size", &bytes);
    assert!(outcome.problems[0].message.contains("larger than any"), "{outcome:?}");
}

#[test]
fn the_walk_ends_when_the_visitor_says_so() {
    let (_, bytes) = recorded().next().expect("a recording");
    let (mut strings, mut stacks) = (Interner::new(), StackTable::default());
    let mut seen = 0;
    let outcome = walk(
        "trace",
        &mut bytes.as_slice(),
        &mut strings,
        &mut stacks,
        &WalkOptions::default(),
        &mut |_: Names<'_>, _: &Event<'_>| {
            seen += 1;
            if seen == 10 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        },
    );
    assert_eq!(seen, 10);
    assert!(outcome.problems.is_empty());
}

#[test]
fn a_trace_is_evidence_like_a_profile() {
    use crate::model::{EvidenceSet, SnapshotKind, WaitReason};
    use crate::{ReadOptions, Source, read};
    for (name, bytes) in recorded().filter(|(name, _)| name.ends_with("slow")) {
        let mut set = EvidenceSet::new();
        let source = Source {
            name: &name,
            time: None,
        };
        read(&mut set, &source, &mut bytes.as_slice(), &ReadOptions::default());
        assert!(set.problems.is_empty(), "{name}: {:?}", set.problems);
        assert_eq!(set.inputs[0].forms, ["execution-trace"], "{name}");
        let snapshot = &set.snapshots[0];
        assert_eq!(snapshot.kind, SnapshotKind::Profile, "{name}");
        assert!(snapshot.total >= 8, "{name}: {}", snapshot.total);
        let state = |function: &str| {
            let has = |stack| {
                let mut frames = set.stacks.frames(stack);
                frames.any(|frame| set.text(frame.function) == function)
            };
            let group = snapshot.groups.iter().find(|group| has(group.stack));
            group.map(|group| group.state.reason)
        };
        // Ranges over a channel that is sent to within the trace.
        assert_eq!(state("main.main.func3"), Some(WaitReason::ChanReceive), "{name}");
        if !name.starts_with("go1.22") && !is_first_form(&name) {
            // Older than the trace: their stacks tell.
            assert_eq!(state("main.main.func1"), Some(WaitReason::ChanReceive), "{name}");
            assert_eq!(state("main.main.func2"), Some(WaitReason::SelectNoCases), "{name}");
        }
    }
}

/// The text of a trace as it lies in the file.
fn raw(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut bytes = bytes;
    write_raw(&mut bytes, &mut |piece| text.push_str(piece)).expect("a whole trace");
    text
}

/// Every event as text.
fn parsed(bytes: &[u8]) -> String {
    let mut text = String::new();
    let outcome = visit(bytes, |names, event| write_event(names, event, &mut text));
    assert!(outcome.problems.is_empty(), "{:?}", outcome.problems);
    text
}

#[test]
fn text_becomes_the_same_trace_again() {
    for (name, bytes) in recorded_second() {
        let text = raw(&bytes);
        let mut again = Vec::new();
        assemble::Assembler::new(text.as_bytes())
            .read_to_end(&mut again)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        // What the runtime pads is written without padding, and the size of a batch is the same.
        assert!(again.len() <= bytes.len(), "{name}");
        assert!(raw(&again) == text, "{name}: text -> trace -> text");
        assert!(parsed(&again) == parsed(&bytes), "{name}: the same events");
        assert!(
            parsed(text.as_bytes()) == parsed(&bytes),
            "{name}: text is read as a trace is"
        );
    }
}

#[test]
fn a_mistake_in_a_text_is_named_by_its_line() {
    let (_, bytes) = recorded_second().next().expect("a trace");
    let text = raw(&bytes).replacen("GoStart dt=", "GoStart tt=", 1);
    let outcome = visit(text.as_bytes(), |_, _| {});
    let message = outcome.problems.first().map(|problem| problem.message.as_str());
    assert!(
        message.is_some_and(|message| message.contains("of the text of a trace: dt=… is missing")),
        "{message:?}"
    );
}

#[test]
fn a_cut_trace_of_form_1_keeps_what_was_written() {
    for (name, bytes) in recorded().filter(|(name, _)| name.ends_with("slow") && is_first_form(name)) {
        let (_, all) = check_stream(&name, &bytes);
        let mut most = 0;
        for end in (16..bytes.len()).step_by(bytes.len() / 80) {
            let (outcome, part) = check_stream(&format!("{name} cut at {end}"), &bytes[..end]);
            assert!(!outcome.problems.is_empty(), "{name}: cut at {end}");
            // An event that is lost may cost more than one; it never costs what others wrote.
            most = most.max(part);
            assert!(
                part * 3 + 30 > all * end as u64 / bytes.len() as u64,
                "{name}: {part} of {all}, cut at {end}"
            );
        }
        assert!(most <= all + 100, "{name}: {most} of {all}");
    }
}

#[test]
fn damage_in_form_1_costs_a_batch() {
    let (name, mut bytes) = recorded()
        .find(|(name, _)| name == "go1.21-slow")
        .expect("the recording");
    let (_, all) = check_stream(&name, &bytes);
    // No event and no number.
    bytes[60_000..60_016].fill(0xff);
    let (outcome, events) = check_stream(&name, &bytes);
    assert!(events > all / 2, "{events} of {all}");
    let problem = &outcome.problems[0];
    assert!(problem.message.contains("damaged at byte"), "{problem}");
}

#[test]
fn goroutine_0_of_form_1_is_none() {
    let mut bytes = b"go 1.21 trace\0\0\0".to_vec();
    // A batch of processor 0: ProcStart, Gomaxprocs, then goroutine 0 is created, starts and ends.
    bytes.extend([0x41, 0, 1, 0x45, 1, 1, 0x84, 1, 1, 0]);
    bytes.extend([0xcd, 4, 1, 0, 0, 0, 0x8e, 1, 0, 1, 0x0f, 1]);
    let (outcome, events) = check_stream("go1.21 by hand", &bytes);
    assert_eq!(events, 3, "two ends and a processor");
    assert!(
        outcome
            .problems
            .iter()
            .any(|problem| problem.message.contains("do not follow")),
        "{outcome:?}"
    );
}

#[test]
fn go_1_19_loses_goroutines_of_calls_from_c() {
    let (name, packed) = traces()
        .into_iter()
        .find(|(name, _)| name == "go1.19-callback")
        .expect("the recording");
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed.as_slice())
        .read_to_end(&mut bytes)
        .expect("a whole file");
    // `go tool trace` refuses it: no order of its events is consistent.
    let (outcome, events) = check_stream(&name, &bytes);
    assert!(events > 50, "{events}");
    assert!(outcome.problems[0].message.contains("do not follow"), "{outcome:?}");
    assert!(!outcome.cut);
}

#[test]
fn the_form_of_go_1_11_is_read() {
    // The same as that of Go 1.19 without samples of the profiler.
    let (name, mut bytes) = recorded()
        .find(|(name, _)| name == "go1.19-slow")
        .expect("the recording");
    let (_, all) = check_stream(&name, &bytes);
    bytes[..7].copy_from_slice(b"go 1.11");
    let (outcome, events) = check_stream(&name, &bytes);
    assert_eq!((outcome.version, events), (Some(Version::Go111), all));
    assert!(outcome.problems.is_empty(), "{outcome:?}");
}

#[test]
fn form_1_knows_where_older_goroutines_started() {
    use super::analysis::{Analysis, AnalysisOptions};
    for (name, bytes) in recorded().filter(|(name, _)| name.ends_with("slow") && is_first_form(name)) {
        let (mut strings, mut stacks) = (Interner::new(), StackTable::default());
        let mut analysis = Analysis::new(AnalysisOptions::default());
        walk(
            &name,
            &mut bytes.as_slice(),
            &mut strings,
            &mut stacks,
            &WalkOptions::default(),
            &mut analysis,
        );
        let sites = analysis.totals.sites.iter().filter(|site| site.older > 0);
        let starts: Vec<&str> = sites
            .filter_map(|site| Some(strings.get(stacks.frame(site.start?).function)))
            .collect();
        assert!(starts.contains(&"main.main.func1"), "{name}: {starts:?}");
        assert!(starts.contains(&"runtime.bgsweep"), "{name}: {starts:?}");
    }
}

#[test]
fn the_first_trace_of_an_archive_is_read() {
    let (name, bytes) = recorded_second().next().expect("a recording");
    let (whole, events) = check_stream(&name, &bytes);
    let mut archive = crate::tar::tests::entry("a/goroutines.txt", b"goroutine 1 [running]:\n", b'0');
    archive.extend(crate::tar::tests::entry("a/trace.out", &bytes, b'0'));
    archive.extend(crate::tar::tests::entry("a/later.out", &bytes, b'0'));
    let (outcome, in_archive) = check_stream("archive", &archive);
    assert_eq!((outcome.version, in_archive), (whole.version, events));
    assert_eq!(outcome.problems.len(), 1, "{:?}", outcome.problems);
    assert!(outcome.problems[0].message.ends_with("the others are a/later.out"));
    let archive = crate::tar::tests::entry("a/goroutines.txt", b"goroutine 1 [running]:\n", b'0');
    let outcome = visit(&archive, |_, _| panic!("no events"));
    assert!(
        outcome.problems[0]
            .message
            .contains("no execution trace in this archive")
    );
}
