use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use gosleuth_base::Idx as _;

use super::*;
use crate::model::{Snapshot, StackId};
use crate::reader::{self, Source};

const VERSIONS: [&str; 8] = [
    "go1.19", "go1.21", "go1.22", "go1.23", "go1.24", "go1.25", "go1.26", "go1.27",
];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata/profiles")
        .join(name)
}

fn message(name: &str) -> Vec<u8> {
    let packed = std::fs::read(path(name)).expect("test data");
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(&packed[..])
        .read_to_end(&mut bytes)
        .expect("gzip");
    bytes
}

fn with_input() -> (EvidenceSet, InputId) {
    let mut set = EvidenceSet::new();
    let source = Source { name: "p", time: None };
    let input = reader::read(&mut set, &source, &mut &b""[..], &ReadOptions::default());
    set.problems.clear();
    (set, input)
}

fn read_message(bytes: &[u8]) -> EvidenceSet {
    let (mut set, input) = with_input();
    read(bytes, &mut set, input, &ReadOptions::default());
    set
}

fn read_text_into(set: &mut EvidenceSet, name: &str) {
    let bytes = std::fs::read(path(name)).expect("test data");
    let source = Source { name, time: None };
    reader::read(set, &source, &mut &bytes[..], &ReadOptions::default());
}

fn stack_text(set: &EvidenceSet, stack: StackId) -> String {
    let frames = set.stacks.frames(stack).map(|frame| {
        let site = frame.site(&set.strings);
        format!("{} {}:{}", site.function, site.file, site.line)
    });
    frames.collect::<Vec<_>>().join(" < ")
}

fn render(set: &EvidenceSet) -> String {
    let mut out = String::new();
    for snapshot in &set.snapshots {
        let declared = snapshot
            .declared_total
            .map_or(String::new(), |total| format!(" of {total}"));
        let _ = writeln!(out, "{:?}: {}{declared}", snapshot.kind, snapshot.total);
        for group in &snapshot.groups {
            let state = group.state;
            let labels = group.labels.map_or(String::new(), |labels| {
                let pairs = &set.labels[labels.index()];
                let pairs = pairs
                    .iter()
                    .map(|&(key, value)| format!("{}={:?}", set.text(key), set.text(value)));
                format!(" {{{}}}", pairs.collect::<Vec<_>>().join(" "))
            });
            let leaked = if state.leaked { " (leaked)" } else { "" };
            let _ = writeln!(
                out,
                "  {} [{}{leaked}]{labels} {}",
                group.count,
                state.reason,
                stack_text(set, group.stack)
            );
        }
    }
    for profile in &set.profiles {
        let types = profile
            .sample_types
            .iter()
            .map(|kind| format!("{}/{}", set.text(kind.name), set.text(kind.unit)));
        let _ = writeln!(
            out,
            "{:?} {} period {}",
            profile.kind,
            types.collect::<Vec<_>>().join(" "),
            profile.period
        );
        for sample in &profile.samples {
            let _ = writeln!(out, "  {:?} {}", sample.values, stack_text(set, sample.stack));
        }
    }
    for memstats in set.expvars.iter().filter_map(|expvars| expvars.memstats.as_ref()) {
        let _ = writeln!(out, "{memstats:?}");
    }
    for problem in &set.problems {
        let _ = writeln!(out, "! {:?} {}", problem.kind, problem.message);
    }
    out
}

#[test]
fn goroutine_profiles_of_every_version() {
    for version in VERSIONS {
        let set = read_message(&message(&format!("{version}/goroutine.pb.gz")));
        insta::assert_snapshot!(format!("goroutine_pb_{version}"), render(&set));
        let (mut set, _) = with_input();
        read_text_into(&mut set, &format!("{version}/goroutine.debug1.txt"));
        insta::assert_snapshot!(format!("goroutine_text_{version}"), render(&set));
    }
}

#[test]
fn packed_profiles_are_found_by_their_content() {
    let (mut set, _) = with_input();
    read_text_into(&mut set, "go1.27/goroutine.pb.gz");
    assert_eq!(set.snapshots[0].total, 27);
    assert!(set.problems.is_empty(), "{:?}", set.problems);
    let input = set.inputs.last().expect("an input");
    assert_eq!(
        (&input.compression[..], &input.forms[..]),
        (&["gzip"][..], &["pprof"][..])
    );
    assert_eq!(input.decompressed, message("go1.27/goroutine.pb.gz").len() as u64);
}

#[test]
fn other_profiles() {
    for name in ["goroutineleak", "threadcreate", "mutex", "block", "heap"] {
        let set = read_message(&message(&format!("go1.27/{name}.pb.gz")));
        if name != "heap" {
            insta::assert_snapshot!(format!("{name}_pb"), render(&set));
        }
        let (mut set, _) = with_input();
        read_text_into(&mut set, &format!("go1.27/{name}.debug1.txt"));
        insta::assert_snapshot!(format!("{name}_text"), render(&set));
    }
}

/// User frames of the goroutines started by name, with the state: what a dump, a text and a protobuf profile of one moment
/// must agree on.
fn states(set: &EvidenceSet, snapshot: &Snapshot) -> BTreeMap<String, (WaitReason, String, u64)> {
    let mut states = BTreeMap::new();
    for group in &snapshot.groups {
        let stack = stack_text(set, group.stack);
        // The goroutine that writes stands somewhere else in each form; a yielding one may be caught anywhere.
        if stack.contains("main.main ") || stack.contains("main.spin") {
            continue;
        }
        let labels = group.labels.map_or(String::new(), |labels| format!("{labels:?}"));
        let entry = states
            .entry(format!("{stack} {labels}"))
            .or_insert((group.state.reason, stack, 0));
        entry.2 += group.count;
    }
    states
}

#[test]
fn profiles_agree_with_the_dump_of_the_same_process() {
    for version in VERSIONS {
        let (mut set, input) = with_input();
        read_text_into(&mut set, &format!("{version}/goroutine.debug2.txt"));
        read(
            &message(&format!("{version}/goroutine.pb.gz")),
            &mut set,
            input,
            &ReadOptions::default(),
        );
        read_text_into(&mut set, &format!("{version}/goroutine.debug1.txt"));
        let [dump, proto, text] = &set.snapshots[..] else {
            panic!("{version}: {} snapshots", set.snapshots.len());
        };
        let mut expected: BTreeMap<String, (WaitReason, u64)> = BTreeMap::new();
        for (_, (reason, stack, count)) in states(&set, dump) {
            let entry = expected.entry(stack).or_insert((reason, 0));
            entry.1 += count;
        }
        assert!(expected.len() >= 20, "{version}: {expected:#?}");
        for (snapshot, whole) in [(proto, true), (text, false)] {
            let mut found: BTreeMap<String, u64> = BTreeMap::new();
            for (_, (reason, stack, count)) in states(&set, snapshot) {
                *found.entry(stack.clone()).or_default() += count;
                let Some(&(wanted, _)) = expected.get(&stack) else {
                    panic!("{version}: the dump has no {stack}");
                };
                if whole || reason != WaitReason::Unknown {
                    assert!(
                        same_reason(version, wanted, reason),
                        "{version}: {wanted} {reason} {stack}"
                    );
                }
                let known_in_text = ["sleep", "sync.", "IO wait", "syscall"];
                if known_in_text.iter().any(|prefix| wanted.as_str().starts_with(prefix)) {
                    assert_ne!(reason, WaitReason::Unknown, "{version}: {wanted} {stack}");
                }
            }
            let expected: BTreeMap<_, _> = expected
                .iter()
                .map(|(stack, &(_, count))| (stack.clone(), count))
                .collect();
            assert_eq!(found, expected, "{version} whole: {whole}");
        }
    }
}

/// Old versions call every lock `semacquire`, and the start line that gives nil channels away came with Go 1.21.
fn same_reason(version: &str, dump: WaitReason, inferred: WaitReason) -> bool {
    use WaitReason as W;
    dump == inferred
        || (dump == W::Semacquire
            && matches!(
                inferred,
                W::MutexLock | W::RwMutexLock | W::RwMutexRLock | W::WaitGroupWait
            ))
        || (version == "go1.19"
            && matches!(
                (dump, inferred),
                (W::ChanReceiveNil, W::ChanReceive) | (W::ChanSendNil, W::ChanSend)
            ))
}

#[test]
fn leak_profiles_mark_every_goroutine() {
    for version in ["go1.26", "go1.27"] {
        let set = read_message(&message(&format!("{version}/goroutineleak.pb.gz")));
        let snapshot = &set.snapshots[0];
        assert_eq!(snapshot.kind, SnapshotKind::LeakProfile);
        assert!(snapshot.total >= 15);
        assert!(
            snapshot
                .groups
                .iter()
                .all(|group| group.state.leaked && group.state.inferred)
        );
    }
}

/// What `go tool pprof` computes from the same file: value at the innermost function, and value of the stacks with the
/// function anywhere.
#[test]
fn totals_per_function_equal_those_of_go_tool_pprof() {
    type Key = (String, String);
    let mut expected: BTreeMap<Key, BTreeMap<String, (i64, i64)>> = BTreeMap::new();
    for line in std::fs::read_to_string(path("top.tsv")).expect("test data").lines() {
        let [file, index, flat, cum, function] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let number = |text: &str| text.parse::<i64>().expect("number");
        let functions = expected.entry((file.to_owned(), index.to_owned())).or_default();
        let name = String::from_utf8_lossy(&infer::printed_name(function.as_bytes())).into_owned();
        let sums: &mut (i64, i64) = functions.entry(name).or_default();
        sums.0 += number(flat);
        sums.1 += number(cum);
    }
    assert!(expected.len() >= 15);
    for ((file, index), mut expected) in expected {
        let bytes = message(&file);
        let mut found: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        let mut budget = Budget::new(bytes.len());
        let tables = Tables::scan(&bytes, &mut budget);
        let (mut set, input) = with_input();
        assert!(tables.is_go(&bytes, &mut set, input));
        // With hidden frames, which snapshots leave out.
        let symbols = Symbols::resolve(&tables, &bytes, &mut set);
        let column = tables
            .sample_types
            .iter()
            .position(|&(name, _)| tables.string(&bytes, name) == index.as_bytes());
        let column = column.expect("a column of that name");
        for_each_sample(&bytes, |sample, _| {
            let calls: Vec<&Call> = sample
                .locations
                .iter()
                .flat_map(|&location| symbols.calls(location))
                .collect();
            let value = sample.values[column];
            let mut seen = std::collections::BTreeSet::new();
            for (depth, call) in calls.iter().enumerate() {
                let name = set.text(set.stacks.frame(call.frame).function).to_owned();
                let entry = found.entry(name.clone()).or_default();
                if depth == 0 {
                    entry.0 += value;
                }
                if seen.insert(name) {
                    entry.1 += value;
                }
            }
        });
        found.retain(|_, &mut (flat, cum)| flat != 0 || cum != 0);
        // Threads that Go code did not start have one frame without address and name, which is nothing here.
        expected.remove("<unknown>");
        expected.retain(|_, &mut (flat, cum)| flat != 0 || cum != 0);
        assert_eq!(found, expected, "{file} {index}");
    }
}

#[test]
fn text_and_protobuf_of_heap_and_locks_have_the_same_values() {
    for name in ["mutex", "block", "heap"] {
        let sums = |set: &EvidenceSet| {
            let profile = &set.profiles[0];
            let columns = profile.sample_types.len();
            let sums: Vec<i64> = (0..columns)
                .map(|column| profile.samples.iter().map(|sample| sample.values[column]).sum())
                .collect();
            let types: Vec<_> = profile
                .sample_types
                .iter()
                .map(|kind| set.text(kind.name).to_owned())
                .collect();
            (profile.kind, profile.period, types, sums)
        };
        let proto = read_message(&message(&format!("go1.27/{name}.pb.gz")));
        let (mut text, _) = with_input();
        read_text_into(&mut text, &format!("go1.27/{name}.debug1.txt"));
        let (proto, text) = (sums(&proto), sums(&text));
        assert_eq!((proto.0, proto.1, &proto.2), (text.0, text.1, &text.2), "{name}");
        // Recorded one after the other in a live process: what allocates or waits in between may differ a little.
        for (proto, text) in proto.3.iter().zip(&text.3) {
            assert!((proto - text).abs() * 20 <= *proto, "{name}: {proto} {text}");
        }
    }
}

#[test]
fn every_prefix_is_survived_and_said() {
    let bytes = message("go1.27/goroutine.pb.gz");
    let whole = read_message(&bytes).snapshots[0].total;
    for end in 0..bytes.len() {
        let set = read_message(&bytes[..end]);
        assert!(set.snapshots.iter().all(|snapshot| snapshot.total <= whole));
        assert!(set.snapshots.len() <= 1);
    }
    let set = read_message(&bytes[..bytes.len() - 1]);
    assert!(
        set.problems.iter().any(|problem| problem.message.contains("cut off")),
        "{:?}",
        set.problems
    );
}

/// Flips bits by a fixed generator.
fn flipped(bytes: &[u8], rounds: u64, mut visit: impl FnMut(&[u8])) {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    for _ in 0..rounds {
        let mut copy = bytes.to_vec();
        for _ in 0..3 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let bit = (state % (copy.len() as u64 * 8)) as usize;
            copy[bit / 8] ^= 1 << (bit % 8);
        }
        visit(&copy);
    }
}

#[test]
fn flipped_bits_are_survived() {
    for name in ["goroutine", "heap"] {
        let bytes = message(&format!("go1.27/{name}.pb.gz"));
        flipped(&bytes, 1_000, |bytes| {
            let set = read_message(bytes);
            assert!(set.snapshots.len() + set.profiles.len() <= 1);
        });
    }
    let text = std::fs::read(path("go1.27/goroutine.debug1.txt")).expect("test data");
    flipped(&text, 1_000, |bytes| {
        let mut set = EvidenceSet::new();
        let source = Source { name: "p", time: None };
        reader::read(&mut set, &source, &mut &bytes[..], &ReadOptions::default());
        assert!(set.snapshots.len() + set.profiles.len() >= 1);
    });
}

#[test]
fn profiles_are_told_from_text() {
    for version in VERSIONS {
        let bytes = message(&format!("{version}/goroutine.pb.gz"));
        assert!(looks_like(&bytes), "{version}");
        // A part is enough.
        assert!(looks_like(&bytes[..20]), "{version}");
        for name in ["goroutine.debug1.txt", "goroutine.debug2.txt"] {
            let text = std::fs::read(path(&format!("{version}/{name}"))).expect("test data");
            assert!(!looks_like(&text), "{version} {name}");
            assert!(
                (0..text.len()).all(|start| !looks_like(&text[start..])),
                "{version} {name}"
            );
        }
    }
    for text in [
        &b""[..],
        b"\n",
        b"{\"cmdline\":[]}",
        b"\n\n\n\ngoroutine 1 [running]:\n",
        b"2026/11/20 10:00:00 x",
        b"\x1f\x8b\x08\x00",
    ] {
        assert!(!looks_like(text), "{text:?}");
    }
}

/// A message from (field, content) pairs.
fn encode(fields: &[(u8, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (number, content) in fields {
        out.extend([number << 3 | 2, u8::try_from(content.len()).expect("short")]);
        out.extend(*content);
    }
    out
}

fn small(file: &str, function: &str, lines: bool) -> Vec<u8> {
    let location: &[u8] = if lines {
        &[8, 1, 24, 0x10, 0x22, 4, 8, 1, 16, 7]
    } else {
        &[8, 1, 24, 0x10]
    };
    let mut fields: Vec<(u8, &[u8])> = vec![(1, &[8, 1, 16, 2]), (2, &[8, 1, 16, 5]), (4, location)];
    if lines {
        fields.push((5, &[8, 1, 16, 3, 32, 4]));
    }
    fields.extend([
        (6, &b""[..]),
        (6, b"goroutine"),
        (6, b"count"),
        (6, function.as_bytes()),
        (6, file.as_bytes()),
    ]);
    encode(&fields)
}

#[test]
fn single_numbers_are_read_like_packed_ones() {
    let set = read_message(&small("a.go", "main.f", true));
    insta::assert_snapshot!(render(&set), @"
    Profile: 5
      5 [running] main.f a.go:7
    ");
}

#[test]
fn other_languages_and_bare_addresses_are_named() {
    let set = read_message(&small("app/views.py", "handle", true));
    insta::assert_snapshot!(render(&set), @"! Unreadable this is a pprof profile of Python, not of a Go program (no function of it stands in a .go file): take the profile from the Go process");
    let set = read_message(&small("", "", false));
    insta::assert_snapshot!(render(&set), @"! Unreadable the profile has addresses but no function names: symbolise it with `go tool pprof -proto BINARY PROFILE > symbolised.pb.gz`, or fetch it with debug=1");
}

#[test]
fn what_is_kept_is_bounded() {
    // 200,000 locations that name one function, and 600,000 samples that each name another location.
    let mut bytes = small("a.go", "main.f", true);
    let varint = |mut number: u64, out: &mut Vec<u8>| {
        while number >= 0x80 {
            out.push(number as u8 | 0x80);
            number >>= 7;
        }
        out.push(number as u8);
    };
    for id in 2..200_000u64 {
        let mut inner = vec![8];
        varint(id, &mut inner);
        inner.extend([0x22, 4, 8, 1, 16, (id % 100) as u8]);
        bytes.extend([0x22, inner.len() as u8]);
        bytes.extend(&inner);
    }
    for number in 0..600_000u64 {
        let mut inner = vec![8];
        varint(number % 200_000, &mut inner);
        inner.push(8);
        varint(number / 7, &mut inner);
        inner.extend([16, 1]);
        bytes.extend([0x12, inner.len() as u8]);
        bytes.extend(&inner);
    }
    let set = read_message(&bytes);
    let snapshot = &set.snapshots[0];
    // Every goroutine is counted, whatever is kept.
    let total = 600_005;
    assert!(
        set.problems
            .iter()
            .any(|problem| problem.message.contains("more distinct"))
            || set.stacks.len() < 20_000
    );
    assert_eq!(snapshot.total, total);
    assert_eq!(snapshot.groups.iter().map(|group| group.count).sum::<u64>(), total);
    assert!(set.stacks.len() * (STACK_COST + size_of::<crate::model::Group>()) <= Budget::ALLOWANCE + 2 * bytes.len());
}

const STACK_COST: usize = size_of::<crate::model::Stack>();
