use crate::model::{EvidenceSet, ProfileKind, SnapshotKind, WaitReason};
use crate::reader::{self, ReadOptions, Source};

fn read(text: &str) -> EvidenceSet {
    let mut set = EvidenceSet::new();
    let source = Source { name: "p", time: None };
    reader::read(&mut set, &source, &mut text.as_bytes(), &ReadOptions::default());
    set
}

const TWO: &str = "goroutine profile: total 5
3 @ 0x10 0x20
# labels: {\"kind\":\"a \\\"b\\\"\", \"user\":\"\\u00e4\"}
#\t0xf\tmain.f+0x1\t\t/x y/a.go:3
#\t0x1f\tmain.main+0x2\t\t/x y/a.go:9

2 @ 0x11 0x20
#\t0x10\ttime.Sleep+0x1\t\ttime/sleep.go:3
#\t0x18229
#\t0x1f\tmain.main+0x2\t\t/x y/a.go:9

";

#[test]
fn records_labels_and_frames_without_symbol() {
    let set = read(TWO);
    assert!(set.problems.is_empty(), "{:?}", set.problems);
    let snapshot = &set.snapshots[0];
    assert_eq!(
        (snapshot.kind, snapshot.total, snapshot.declared_total),
        (SnapshotKind::Profile, 5, Some(5))
    );
    assert_eq!(
        snapshot.groups.iter().map(|group| group.count).collect::<Vec<_>>(),
        [3, 2]
    );
    assert_eq!(snapshot.groups[0].state.reason, WaitReason::Unknown);
    assert_eq!(snapshot.groups[1].state.reason, WaitReason::Sleep);
    assert_eq!(snapshot.groups[1].line, 7);
    let pairs: Vec<_> = set.labels[0]
        .iter()
        .map(|&(key, value)| (set.text(key), set.text(value)))
        .collect();
    assert_eq!(pairs, [("kind", "a \"b\""), ("user", "ä")]);
    let frames: Vec<_> = set
        .stacks
        .frames(snapshot.groups[1].stack)
        .map(|frame| frame.site(&set.strings).to_string())
        .collect();
    assert_eq!(
        frames,
        ["time.Sleep (time/sleep.go:3)", "0x18229", "main.main (/x y/a.go:9)"]
    );
}

#[test]
fn line_ends_and_spaces_for_tabs_change_nothing() {
    let sites = |set: &EvidenceSet| {
        let groups = set.snapshots[0].groups.iter();
        groups
            .map(|group| {
                (
                    group.count,
                    group.state.reason,
                    set.stacks
                        .frames(group.stack)
                        .map(|frame| frame.site(&set.strings))
                        .collect::<Vec<_>>(),
                )
            })
            .collect::<Vec<_>>()
    };
    let wanted = sites(&read(TWO));
    assert_eq!(sites(&read(&TWO.replace('\n', "\r\n"))), wanted);
    assert_eq!(sites(&read(&TWO.replace("\t\t", "   ").replace('\t', " "))), wanted);
}

#[test]
fn every_prefix_keeps_the_whole_records() {
    let second = TWO.find("2 @").expect("second record");
    for end in 0..TWO.len() {
        if !TWO.is_char_boundary(end) {
            continue;
        }
        let set = read(&TWO[..end]);
        let total: u64 = set.snapshots.iter().map(|snapshot| snapshot.total).sum();
        // Without its empty line a record counts if its last line is whole and it completes the total.
        let last = TWO[..end].lines().next_back().unwrap_or("");
        let place = last
            .rsplit_once(':')
            .is_some_and(|(head, line)| head.contains(".go") && line.parse::<u32>().is_ok());
        let expected = match end {
            _ if end > second && (place || TWO[..end].ends_with("\n\n")) => 5,
            _ if end >= second => 3,
            _ => 0,
        };
        assert_eq!(total, expected, "{:?}", &TWO[..end]);
        if total != 5 && end > 30 {
            assert!(!set.problems.is_empty(), "{:?}", &TWO[..end]);
        }
    }
}

#[test]
fn other_text_between_records_splits_nothing() {
    let mixed = TWO.replace("\n2 @", "\n2026/11/20 10:00:00 listening\n2 @");
    let set = read(&mixed);
    assert_eq!(set.snapshots.len(), 1);
    assert_eq!(set.snapshots[0].total, 5);
    // What follows a profile is read for itself.
    let set = read(&format!(
        "{TWO}goroutine 1 [running]:\nmain.main()\n\t/x/a.go:9 +0x1d\n"
    ));
    assert_eq!(set.snapshots.len(), 2);
    assert_eq!(set.snapshots[1].kind, SnapshotKind::Dump);
}

#[test]
fn a_file_without_its_beginning_is_read_from_the_first_record() {
    let set = read(&TWO[TWO.find("2 @").expect("second record")..]);
    assert_eq!(set.snapshots[0].total, 2);
    assert!(set.problems[0].message.contains("lacks its first lines"));
}

#[test]
fn profiles_of_other_kinds() {
    let set = read("--- contention:\ncycles/second=2000000000\n4000 2 @ 0x1\n#\t0x0f\tmain.f+0x1\ta.go:3\n\n");
    assert_eq!(set.profiles[0].kind, ProfileKind::Block);
    assert_eq!(set.profiles[0].samples[0].values, [2, 2000]);
    let set = read("connections profile: total 3\n3 @ 0x1\n#\t0x0f\tmain.open+0x1\ta.go:3\n\n");
    assert_eq!(set.profiles[0].kind, ProfileKind::Custom);
    assert_eq!(set.text(set.profiles[0].sample_types[0].name), "connections");
    assert_eq!(set.profiles[0].samples[0].values, [3]);
    let set = read("heap profile: 1: 10 [2: 20] @ heap/2\n1: 10 [2: 20] @ 0x1\n#\t0x0f\tmain.f+0x1\ta.go:3\n\n");
    assert_eq!(set.profiles[0].kind, ProfileKind::Heap);
    assert_eq!(set.profiles[0].samples[0].values, [2, 20, 1, 10]);
}

#[test]
fn empty_profiles_are_no_problem() {
    let set = read("goroutineleak profile: total 0\n");
    assert_eq!(set.snapshots[0].kind, SnapshotKind::LeakProfile);
    assert_eq!(set.snapshots[0].total, 0);
    assert!(set.problems.is_empty(), "{:?}", set.problems);
}

#[test]
fn many_small_profiles_share_one_allowance() {
    let mut text = String::new();
    for number in 0..6_000u32 {
        text.push_str(&format!(
            "goroutine profile: total 1\n1 @ 0x1\n#\t{number:#x}\tf.g+0x1\ta.go:{number}\n\n"
        ));
    }
    let set = read(&text);
    assert_eq!(set.snapshots.len(), crate::groups::PROFILES_CAP);
    assert!(set.problems.iter().any(|problem| problem.message.contains("left out")));
}

#[test]
fn a_declared_total_reserves_nothing_for_good() {
    let set = read("goroutine profile: total 99999999999\n1 @ 0x1\n#\t0x1\tf.g+0x1\ta.go:3\n\n");
    assert_eq!(set.snapshots[0].total, 1);
    assert!(set.snapshots[0].groups.capacity() <= 4);
}
