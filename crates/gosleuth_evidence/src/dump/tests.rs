//! Dumps of every Go version, whole and damaged.

use std::fmt::Write as _;

use crate::{Cut, EvidenceSet, Frame, ReadOptions, Snapshot, Source, StackId, read};

/// Reads bytes as one input.
fn set_of(bytes: &[u8], options: &ReadOptions) -> EvidenceSet {
    let mut set = EvidenceSet::new();
    let mut bytes = bytes;
    read(
        &mut set,
        &Source {
            name: "test",
            time: None,
        },
        &mut bytes,
        options,
    );
    set
}

/// One line per group, its frames below, then problems.
fn render(set: &EvidenceSet) -> String {
    let mut out = String::new();
    for snapshot in &set.snapshots {
        let cut = snapshot.cut.map_or(String::new(), |cut| format!(" {cut:?}"));
        writeln!(
            out,
            "snapshot line {} total {}{cut}",
            snapshot.origin.line, snapshot.total
        )
        .unwrap();
        for group in &snapshot.groups {
            let state = group.state;
            write!(
                out,
                "{} x {}",
                group.count,
                state.other.map_or(state.reason.as_str(), |other| set.text(other))
            )
            .unwrap();
            for (is_set, mark) in [
                (state.leaked, "leaked"),
                (state.durable, "durable"),
                (state.locked_to_thread, "locked"),
            ] {
                if is_set {
                    write!(out, " {mark}").unwrap();
                }
            }
            if let Some(bubble) = state.bubble {
                write!(out, " bubble {bubble}").unwrap();
            }
            if group.waits.known > 0 {
                write!(out, " {}-{} min", group.waits.min, group.waits.max).unwrap();
            }
            if let Some(labels) = group.labels {
                use gosleuth_base::Idx as _;
                for &(key, value) in &set.labels[labels.index()] {
                    write!(out, " {}={:?}", set.text(key), set.text(value)).unwrap();
                }
            }
            writeln!(out, " ids {:?}", group.ids).unwrap();
            render_stack(set, group.stack, &mut out);
        }
        for used in &snapshot.addresses {
            writeln!(out, "at {:#x}: {}", used.address, used.count).unwrap();
        }
    }
    for problem in &set.problems {
        writeln!(out, "problem: {problem}").unwrap();
    }
    out
}

fn render_stack(set: &EvidenceSet, stack: StackId, out: &mut String) {
    let mut frame = |mark: &str, frame: Frame| {
        let args = frame.args.map_or(String::new(), |args| format!("({})", set.text(args)));
        writeln!(
            out,
            "  {mark}{}{args} {}:{}",
            set.text(frame.function),
            set.text(frame.file),
            frame.line
        )
        .unwrap();
    };
    for call in set.stacks.frames(stack) {
        frame("", call);
    }
    let stack = set.stacks.stack(stack);
    if let Some(creator) = stack.created_by {
        frame("< ", set.stacks.frame(creator));
    }
    for ancestor in stack.ancestors {
        for &call in &ancestor.frames {
            frame("^ ", set.stacks.frame(call));
        }
        if let Some(creator) = ancestor.created_by {
            frame("^< ", set.stacks.frame(creator));
        }
    }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let expected = expected.trim_start_matches('\n');
    let set = set_of(text.as_bytes(), &ReadOptions::default());
    assert_eq!(render(&set), expected);
    // Windows line ends change nothing.
    let set = set_of(text.replace('\n', "\r\n").as_bytes(), &ReadOptions::default());
    assert_eq!(render(&set), expected);
}

/// One block with a given header and an ordinary stack.
fn block(header: &str) -> String {
    format!("{header}\nmain.work(0x1)\n\t/src/w.go:7 +0x1d\ncreated by main.main\n\t/src/w.go:3 +0x2f\n")
}

/// The state line of a block with a given header.
#[track_caller]
fn check_header(header: &str, expected: &str) {
    let set = set_of(block(header).as_bytes(), &ReadOptions::default());
    let text = render(&set);
    assert_eq!(text.lines().nth(1), Some(expected), "{text}");
}

#[test]
fn headers_of_all_versions() {
    check_header("goroutine 7 [chan receive]:", "1 x chan receive ids [7]");
    check_header(
        "goroutine 7 [chan receive, 12 minutes]:",
        "1 x chan receive 12-12 min ids [7]",
    );
    check_header("goroutine 1 [running, locked to thread]:", "1 x running locked ids [1]");
    check_header(
        "goroutine 9 [select, 3 minutes, locked to thread]:",
        "1 x select locked 3-3 min ids [9]",
    );
    check_header(
        "goroutine 9 [chan receive (nil chan)]:",
        "1 x chan receive (nil chan) ids [9]",
    );
    check_header("goroutine 9 [select (no cases)]:", "1 x select (no cases) ids [9]");
    check_header("goroutine 9 [runnable (scan)]:", "1 x runnable ids [9]");
    check_header("goroutine 5 [chan send (leaked)]:", "1 x chan send leaked ids [5]");
    check_header(
        "goroutine 5 [chan receive (nil chan) (leaked)]:",
        "1 x chan receive (nil chan) leaked ids [5]",
    );
    check_header("goroutine 5 [select (leaked) (scan)]:", "1 x select leaked ids [5]");
    check_header(
        "goroutine 8 [chan receive (durable), synctest bubble 4]:",
        "1 x chan receive durable bubble 4 ids [8]",
    );
    check_header(
        "goroutine 8 [sleep (durable), 2 minutes, synctest bubble 1]:",
        "1 x sleep durable bubble 1 2-2 min ids [8]",
    );
    check_header(
        "goroutine 8 [select (synctest), synctest group 6]:",
        "1 x select durable bubble 6 ids [8]",
    );
    check_header("goroutine 1 gp=0xc0000061c0 m=nil [sleep]:", "1 x sleep ids [1]");
    check_header("goroutine 0 gp=0x532660 m=0 mp=0x533420 [idle]:", "1 x idle ids [0]");
    check_header(
        "goroutine 18446744073709551615 [IO wait]:",
        "1 x IO wait ids [18446744073709551615]",
    );
    check_header("goroutine 3 [flux compensation]:", "1 x flux compensation ids [3]");
    check_header("goroutine 3 [???]:", "1 x ??? ids [3]");
    check_header(
        r#"goroutine 3 [chan receive labels:{"req": "a]b:}", "k": "v"}]:"#,
        r#"1 x chan receive k="v" req="a]b:}" ids [3]"#,
    );
    check_header(
        r#"goroutine 3 [chan receive, 2 minutes] {k: v, req: "a b\n\x01"}:"#,
        "1 x chan receive 2-2 min k=\"v\" req=\"a b\\n\\u{1}\" ids [3]",
    );
}

#[test]
fn every_wait_reason_is_known() {
    for reason in crate::WaitReason::ALL {
        check_header(&format!("goroutine 2 [{reason}]:"), &format!("1 x {reason} ids [2]"));
    }
}

#[test]
fn not_headers() {
    for line in [
        "goroutine 7 [chan receive]",
        "goroutine [chan receive]:",
        "goroutine 7 started [x]",
        "goroutine 7 (running) created at:",
        "goroutines 7 [running]:",
        "goroutine profile: total 7",
        "goroutine 7 [a] b:",
        "goroutine 7 [a] {k: v:",
    ] {
        let set = set_of(block(line).as_bytes(), &ReadOptions::default());
        let dumps = set
            .snapshots
            .iter()
            .filter(|snapshot| snapshot.kind == crate::SnapshotKind::Dump);
        assert_eq!(dumps.count(), 0, "{line}");
    }
}

#[test]
fn groups_ignore_arguments_minutes_and_offsets() {
    check(
        "goroutine 1 [running]:\nmain.main()\n\t/src/w.go:3 +0x10\n\n\
         goroutine 7 [chan send, 2 minutes]:\nmain.work(0xc000012345, {0x1, 0x2?})\n\t/src/w.go:7 +0x1d\ncreated by main.main in goroutine 1\n\t/src/w.go:3 +0x2f\n\n\
         goroutine 8 [chan send]:\nmain.work(...)\n\t/src/w.go:7\ncreated by main.main in goroutine 4\n\t/src/w.go:3 +0x2f\n\n\
         goroutine 9 [chan send, 5 minutes]:\nmain.work(0x1)\n\t/src/w.go:7 +0x1d fp=0xc0001 sp=0xc0002 pc=0x47\ncreated by main.main\n\t/src/w.go:3 +0x2f\n",
        "
snapshot line 1 total 4
1 x running ids [1]
  main.main /src/w.go:3
3 x chan send 0-5 min ids [7, 8, 9]
  main.work /src/w.go:7
  < main.main /src/w.go:3
",
    );
}

#[test]
fn exact_keeps_arguments() {
    let text = "goroutine 7 [chan send]:\nmain.work(0x1)\n\t/src/w.go:7 +0x1d\n\n\
                goroutine 8 [chan send]:\nmain.work(0x2)\n\t/src/w.go:7 +0x1d\n";
    let options = ReadOptions {
        exact: true,
        ..ReadOptions::default()
    };
    assert_eq!(
        render(&set_of(text.as_bytes(), &options)),
        "snapshot line 1 total 2\n1 x chan send ids [7]\n  main.work(0x1) /src/w.go:7\n1 x chan send ids [8]\n  main.work(0x2) /src/w.go:7\n"
    );
}

#[test]
fn sections_beside_calls() {
    check(
        "goroutine 5 [select]:\nmain.deep(0x1)\n\t/src/d.go:4 +0x1\n...23 frames elided...\nmain.outer(0x2)\n\t/src/d.go:9 +0x1\n\
         created by main.main in goroutine 1\n\t/src/d.go:20 +0x1\n\
         [originating from goroutine 1]:\nmain.start(...)\n\t/src/d.go:30 +0x7\nmain.main(...)\n\t/src/d.go:40 +0x7\n...additional frames elided...\ncreated by main.boot\n\t/src/d.go:50 +0x3\n\n\
         goroutine 6 [running]:\n\tgoroutine running on other thread; stack unavailable\ncreated by main.main\n\t/src/d.go:21 +0x1\n\n\
         goroutine 7 [syscall]:\nnon-Go function at pc=0x7f0012\nx_cgo_wait\n\t/src/c.c:12 pc=0x4711\nruntime.cgocall(0x1, 0x2)\n\t/go/cgocall.go:157 +0x4b\n\n\
         goroutine 8 [select]:\nmain.deep(0x1)\n\t/src/d.go:4 +0x1\n...additional frames elided...\ncreated by main.main\n\t/src/d.go:20 +0x1\n",
        "
snapshot line 1 total 4
1 x select ids [5]
  main.deep /src/d.go:4
  ... :23
  main.outer /src/d.go:9
  < main.main /src/d.go:20
  ^ main.start /src/d.go:30
  ^ main.main /src/d.go:40
  ^ ... :0
  ^< main.boot /src/d.go:50
1 x running ids [6]
  goroutine running on other thread; stack unavailable :0
  < main.main /src/d.go:21
1 x syscall ids [7]
  non-Go function :0
  x_cgo_wait /src/c.c:12
  runtime.cgocall /go/cgocall.go:157
1 x select ids [8]
  main.deep /src/d.go:4
  ... :0
  < main.main /src/d.go:20
",
    );
}

#[test]
fn names_and_files_of_all_builds() {
    check(
        "goroutine 5 [select]:\n\
         gopkg.in/natefinch/lumberjack%2ev2.(*Logger).millRun(0xc0)\n\tgopkg.in/natefinch/lumberjack.v2@v2.0.0/lumberjack.go:379 +0x45\n\
         main.(*Set[...]).Add(0xc0, {0x1?, 0x2})\n\t./p.go:12 +0x1\n\
         main.Walk[...].func1-range2(0x1)\n\tC:/src/My Project/w.go:8 +0x1\n\
         panic({0x1, 0x2})\n\t_testmain.go:48 +0x1\n\
         _cgoexp_0(0x1)\n\t_cgo_gotypes.go:40 +0x3\n\
         type:.eq.main.T(0x1)\n\t<autogenerated>:1 +0x3\n\
         created by main.init.0 in goroutine 1\n\tcommand-line-arguments/x.go:3 +0x1\n",
        "
snapshot line 1 total 1
1 x select ids [5]
  gopkg.in/natefinch/lumberjack%2ev2.(*Logger).millRun gopkg.in/natefinch/lumberjack.v2@v2.0.0/lumberjack.go:379
  main.(*Set[...]).Add ./p.go:12
  main.Walk[...].func1-range2 C:/src/My Project/w.go:8
  panic _testmain.go:48
  _cgoexp_0 _cgo_gotypes.go:40
  type:.eq.main.T <autogenerated>:1
  < main.init.0 command-line-arguments/x.go:3
",
    );
}

#[test]
fn addresses_of_waited_for_objects() {
    let waiter = |id: u32, frame: &str| {
        format!("goroutine {id} [sync.Mutex.Lock]:\n{frame}\n\t/go/m.go:1 +0x1\nmain.f()\n\t/m.go:2 +0x1\n\n")
    };
    let text = [
        waiter(1, "internal/sync.(*Mutex).lockSlow(0xc000012345)"),
        waiter(2, "internal/sync.(*Mutex).lockSlow(0xc000012345)"),
        waiter(3, "internal/sync.(*Mutex).lockSlow(0xc000099999)"),
        waiter(4, "sync.(*RWMutex).RLock(0x0?)"),
        waiter(5, "sync.(*WaitGroup).Wait(0xc000000777)"),
        waiter(6, "sync.runtime_notifyListWait(0xc000000888, 0x3)"),
        waiter(7, "internal/sync.(*Mutex).lockSlow(0xc000055555?)"),
    ]
    .concat();
    let set = set_of(text.as_bytes(), &ReadOptions::default());
    let found: Vec<_> = set.snapshots[0]
        .addresses
        .iter()
        .map(|used| (used.address, used.count))
        .collect();
    assert_eq!(
        found,
        [
            (0xc0_0000_0777, 1),
            (0xc0_0000_0888, 1),
            (0xc0_0001_2345, 2),
            (0xc0_0009_9999, 1)
        ]
    );
}

#[test]
fn lines_of_other_writers_do_not_tear_blocks() {
    check(
        "goroutine 7 [chan send]:\nmain.work(0x1)\n2026/11/20 09:00:00 ready (yes)\n\t/src/w.go:7 +0x1d\n2026/11/20 09:00:01 done\ncreated by main.main\n\t/src/w.go:3 +0x2f\n\n\
         GET /healthz 200\ngoroutine 8 [chan send]:\nmain.work(0x1)\n\t/src/w.go:7 +0x1d\ncreated by main.main\n\t/src/w.go:3 +0x2f\nexit status 2\n",
        "
snapshot line 1 total 2
2 x chan send ids [7, 8]
  main.work /src/w.go:7
  < main.main /src/w.go:3
",
    );
}

#[test]
fn several_dumps_are_told_apart() {
    let dump = "goroutine 1 [running]:\nmain.main()\n\t/src/w.go:3 +0x10\n\ngoroutine 7 [sleep]:\nmain.nap()\n\t/src/w.go:9 +0x10\n";
    for between in ["", "\n", "\n\n", "\n2026/11/20 09:00:00 second dump\n"] {
        let set = set_of(format!("{dump}{between}{dump}").as_bytes(), &ReadOptions::default());
        let totals: Vec<_> = set.snapshots.iter().map(|snapshot| snapshot.total).collect();
        assert_eq!(totals, [2, 2], "{between:?}");
    }
}

#[test]
fn a_cut_dump_keeps_every_whole_goroutine() {
    let text = format!(
        "{}\n{}",
        block("goroutine 7 [chan send]:"),
        block("goroutine 8 [chan send]:")
    );
    let second = text.rfind("goroutine 8").unwrap();
    for end in 0..text.len() {
        let set = set_of(&text.as_bytes()[..end], &ReadOptions::default());
        let total: u64 = set.snapshots.iter().map(|snapshot| snapshot.total).sum();
        assert!(set.snapshots.len() <= 1, "cut at {end}");
        if end >= second - 1 {
            assert!(total >= 1, "cut at {end}: {}", render(&set));
            assert_eq!(set.snapshots[0].groups[0].ids[0], 7);
        }
        let lines: Vec<_> = set
            .snapshots
            .iter()
            .flat_map(|s| &s.groups)
            .flat_map(|group| set.stacks.frames(group.stack))
            .collect();
        assert!(
            lines.iter().all(|frame| frame.line == 7),
            "a torn line number is worse than none: cut at {end}: {}",
            render(&set)
        );
    }
}

#[test]
fn a_cut_in_or_behind_a_header_is_said() {
    let whole = block("goroutine 7 [chan send]:");
    for tail in [
        "goroutine 8 [chan se",
        "goroutine 8 [chan send]:",
        "goroutine 8 [chan send]:\n",
        "goroutine 8 [chan send, 2 minutes]:\nmain.wo",
    ] {
        let set = set_of(format!("{whole}\n{tail}").as_bytes(), &ReadOptions::default());
        assert_eq!(
            (set.snapshots[0].total, set.snapshots[0].cut),
            (1, Some(Cut::MidBlock)),
            "{tail}"
        );
        assert!(set.problems[0].message.contains("goroutine 8"), "{:?}", set.problems);
    }
}

#[test]
fn a_dump_of_exactly_64_mib_is_cut() {
    let whole = block("goroutine 7 [chan send]:");
    let mut text = String::new();
    let mut id = 1u64;
    while text.len() < 64 << 20 {
        writeln!(text, "{}", whole.replace('7', &id.to_string())).unwrap();
        id += 1;
    }
    let set = set_of(&text.as_bytes()[..64 << 20], &ReadOptions::default());
    assert_eq!(set.snapshots[0].cut, Some(Cut::HttpCap));
    assert_eq!(set.snapshots[0].total, id - 2);
    assert!(set.snapshots[0].goroutines.len() <= Snapshot::GOROUTINE_CAP);
    assert!(set.problems[0].message.contains("64 MiB"), "{:?}", set.problems);
}

#[test]
fn a_stack_printed_by_a_recover_handler_is_a_recovered_panic() {
    let set = set_of(
        b"recovered: boom\ngoroutine 7 [running]:\nruntime/debug.Stack()\n\t/go/stack.go:26 +0x5e\nmain.handle.func1()\n\t/src/w.go:4 +0x1\npanic({0x1, 0x2})\n\t/go/panic.go:783 +0x1\nmain.handle()\n\t/src/w.go:7 +0x1d\n",
        &ReadOptions::default(),
    );
    assert_eq!(set.crashes.len(), 1);
    assert_eq!(set.crashes[0].kind, crate::CrashKind::Recovered);
    assert_eq!(set.crashes[0].notes, ["recovered: boom"]);
    assert_eq!(set.snapshots[0].cut, Some(Cut::CrashingOnly));
}

#[test]
fn damage_never_panics() {
    let text = format!(
        "{}\n{}\n{}",
        block("goroutine 7 [chan send, 3 minutes]:"),
        block(r#"goroutine 8 gp=0x1 m=nil [select labels:{"k": "v"}]:"#),
        "goroutine 6 [running]:\n\tgoroutine running on other thread; stack unavailable\ncreated by main.main\n\t/src/d.go:21 +0x1\n[originating from goroutine 1]:\nmain.f(...)\n\t/x.go:1 +0x2\n",
    );
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..5_000 {
        let mut bytes = text.clone().into_bytes();
        for _ in 0..3 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let at = (random >> 8) as usize % bytes.len().max(1);
            if bytes.is_empty() {
                break;
            }
            match random % 4 {
                0 => bytes[at] = (random >> 40) as u8,
                1 => {
                    bytes.remove(at);
                }
                2 => bytes.insert(at, b"\n\t [(:"[(random >> 40) as usize % 6]),
                _ => bytes.truncate(at.max(1)),
            }
        }
        let set = set_of(&bytes, &ReadOptions::default());
        assert!(set.snapshots.iter().map(|snapshot| snapshot.total).sum::<u64>() <= 4);
    }
}

/// Blocks of one dump are mostly recognised by templates; each alone is scanned. Both ways must agree.
#[test]
fn templates_agree_with_the_scanner() {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |bound: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random >> 11) % bound
    };
    let mut blocks = Vec::new();
    for id in 1..=600u64 {
        let state = [
            "chan send",
            "select, 2 minutes",
            "sync.Mutex.Lock",
            "chan send, 9 minutes",
        ][next(4) as usize];
        let mut text = format!("goroutine {id} [{state}]:\n");
        if state.starts_with("sync") {
            let live = if next(3) == 0 { "?" } else { "" };
            writeln!(
                text,
                "internal/sync.(*Mutex).lockSlow({:#x}{live})\n\t/go/mutex.go:149 +{:#x}",
                0xc000 + next(3),
                next(300)
            )
            .unwrap();
        }
        for depth in 0..=next(3) {
            match next(4) {
                0 => writeln!(text, "main.(*T).f{depth}(...)\n\t/src/f.go:{}", 10 + next(2)).unwrap(),
                1 => writeln!(
                    text,
                    "main.g{depth}()\n\t/src/f.go:{} +{:#x} fp=0xc0{} sp=0xc1 pc=0x{}",
                    20 + next(2),
                    next(50),
                    next(9),
                    next(99)
                )
                .unwrap(),
                _ => writeln!(
                    text,
                    "main.(*T).f{depth}({:#x}, {{{:#x}?, 0x2}})\n\t/src/f.go:{} +{:#x}",
                    next(999),
                    next(999),
                    10 + next(2),
                    next(40)
                )
                .unwrap(),
            }
        }
        match next(3) {
            0 => writeln!(text, "created by main.start\n\t/src/f.go:40 +{:#x}", next(90)).unwrap(),
            1 => writeln!(
                text,
                "created by main.start in goroutine {}\n\t/src/f.go:40 +{:#x}",
                next(90),
                next(90)
            )
            .unwrap(),
            _ => {}
        }
        blocks.push(text);
    }
    let key = |set: &EvidenceSet, group: &crate::Group| {
        let mut text = format!("{}", group.state.reason);
        render_stack(set, group.stack, &mut text);
        text
    };
    let mut expected = std::collections::BTreeMap::new();
    let mut parents = Vec::new();
    let mut addresses = std::collections::BTreeMap::new();
    for block in &blocks {
        let set = set_of(block.as_bytes(), &ReadOptions::default());
        let group = &set.snapshots[0].groups[0];
        let entry = expected.entry(key(&set, group)).or_insert((0, 0, 0));
        *entry = (entry.0 + 1, entry.1 + group.waits.known, entry.2 + group.waits.sum);
        parents.push(set.snapshots[0].goroutines[0].parent);
        for used in &set.snapshots[0].addresses {
            *addresses.entry(used.address).or_insert(0) += used.count;
        }
    }
    for ending in ["\n", "\r\n"] {
        let text = blocks.join("\n").replace('\n', ending);
        let set = set_of(text.as_bytes(), &ReadOptions::default());
        assert_eq!(set.snapshots.len(), 1);
        let snapshot = &set.snapshots[0];
        let found: std::collections::BTreeMap<_, _> = snapshot
            .groups
            .iter()
            .map(|group| (key(&set, group), (group.count, group.waits.known, group.waits.sum)))
            .collect();
        assert_eq!(found, expected);
        assert_eq!(snapshot.groups.len(), expected.len(), "no group twice");
        assert_eq!(
            snapshot
                .goroutines
                .iter()
                .map(|goroutine| goroutine.parent)
                .collect::<Vec<_>>(),
            parents
        );
        let mut found = std::collections::BTreeMap::new();
        for used in &snapshot.addresses {
            *found.entry(used.address).or_insert(0) += used.count;
        }
        assert_eq!(found, addresses);
        assert_eq!(set.inputs[0].lines, text.lines().count() as u64);
    }
}

#[test]
fn many_stacks_of_one_state_in_turns() {
    for line_end in ["\n", "\r\n"] {
        let mut dump = String::new();
        for id in 1..=600 {
            // Groups of three share the first and the last place.
            let (stack, place) = (id % 12, id % 12 / 3);
            write!(
                dump,
                "goroutine {id} [select]:\nmain.wait(0x{id:x})\n\t/src/wait.go:{place} +0x1d\nmain.f{stack}()\n\t/src/f.go:9 +0x2\n\
                 created by main.main in goroutine 1\n\t/src/main.go:{place} +0x9\n\n",
            )
            .unwrap();
        }
        let set = set_of(dump.replace('\n', line_end).as_bytes(), &ReadOptions::default());
        let groups = &set.snapshots[0].groups;
        assert_eq!(groups.len(), 12);
        for (index, group) in groups.iter().enumerate() {
            assert_eq!(group.count, 50);
            let own = set.text(set.stacks.frames(group.stack).nth(1).unwrap().function);
            assert_eq!(own, format!("main.f{}", (index + 1) % 12));
        }
    }
}
