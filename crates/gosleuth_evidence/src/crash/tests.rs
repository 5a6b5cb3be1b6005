//! Crash texts of every Go version, the neighbours they stand beside in logs, and lines that only look like them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use gosleuth_base::Idx as _;

use crate::{CrashKind, EvidenceSet, ReadOptions, Source, read};

fn set_of(input: &str) -> EvidenceSet {
    let mut set = EvidenceSet::new();
    let source = Source {
        name: "test",
        time: None,
    };
    read(&mut set, &source, &mut input.as_bytes(), &ReadOptions::default());
    set
}

/// One line per crash: kind, messages, marks; then what was printed with it.
fn check(input: &str) -> String {
    render(&set_of(input))
}

fn render(set: &EvidenceSet) -> String {
    let mut out = String::new();
    for crash in &set.crashes {
        write!(out, "{} {:?}", crash.origin.line, crash.kind).unwrap();
        for link in &crash.chain {
            write!(out, " {:?}", link.text).unwrap();
            for (is_set, mark) in [
                (link.repanicked, "repanicked"),
                (link.recovered && !link.repanicked, "recovered"),
                (link.fatal && crash.chain.len() > 1, "fatal"),
            ] {
                if is_set {
                    write!(out, " {mark}").unwrap();
                }
            }
        }
        if let Some(signal) = &crash.signal {
            write!(out, " [{}|{}", signal.name, signal.description).unwrap();
            for (name, value) in [("code", signal.code), ("addr", signal.address)] {
                if let Some(value) = value {
                    write!(out, " {name}={value:#x}").unwrap();
                }
            }
            write!(out, "{}]", if signal.pc.is_some() { " pc" } else { "" }).unwrap();
        }
        if crash.peer.is_some() {
            write!(out, " peer").unwrap();
        }
        if let Some(test) = crash.test {
            write!(out, " test={}", set.text(test)).unwrap();
        }
        if let Some(id) = crash.snapshot {
            let snapshot = &set.snapshots[id.index()];
            let many = if snapshot.total > 1 { "s" } else { "" };
            write!(out, " goroutine{many}").unwrap();
            assert_eq!(crash.goroutine, snapshot.groups[0].ids.first().copied());
        }
        if let Some(status) = crash.exit_status {
            write!(out, " exit {status}").unwrap();
        }
        out.push('\n');
        for (name, time) in &crash.running_tests {
            writeln!(out, "  running {name} {time}").unwrap();
        }
        for note in &crash.notes {
            writeln!(out, "  note {note}").unwrap();
        }
    }
    for problem in &set.problems {
        writeln!(out, "problem {problem}").unwrap();
    }
    out
}

macro_rules! sample {
    ($version:literal) => {
        include_str!(concat!("../../testdata/crash/go", $version, ".txt"))
    };
}

/// The samples hold the output of one small program, run once per case; `# CASE` stands before each.
const SAMPLES: &[&str] = &[
    sample!("1.19"),
    sample!("1.21"),
    sample!("1.22"),
    sample!("1.23"),
    sample!("1.24"),
    sample!("1.25"),
    sample!("1.26"),
    sample!("1.27"),
];

/// What differs between two versions, without line numbers, addresses and ports.
fn changes(old: &str, new: &str) -> String {
    let cases = |sample: &str| -> BTreeSet<String> {
        sample
            .split("# ")
            .filter(|case| !case.is_empty())
            .map(|case| {
                let (name, text) = case.split_once('\n').expect("a case has a name line");
                let text = check(text);
                let words = text.split(' ').map(|word| match word.split_once("0x") {
                    Some((head, digits)) if digits.len() > 3 => head.to_owned(),
                    _ => word.to_owned(),
                });
                format!("{name}: {}", words.collect::<Vec<_>>().join(" ").trim_end())
            })
            .collect()
    };
    let (old, new) = (cases(old), cases(new));
    let gone = old.difference(&new).map(|case| format!("- {case}\n"));
    let come = new.difference(&old).map(|case| format!("+ {case}\n"));
    gone.chain(come).collect()
}

#[test]
fn every_kind_of_death() {
    insta::assert_snapshot!(check(sample!("1.27")), @r#"
2 Panic "boom" goroutine exit 2
9 Panic "first line\nsecond line\n\nfourth line" goroutine exit 2
19 Panic "first" goroutine exit 2
27 Panic "an error" goroutine exit 2
34 Panic "one\ntwo" goroutine exit 2
42 Panic "main.S(\"hi\nthere\")" goroutine exit 2
50 Panic "42" goroutine exit 2
57 Panic "main.I(42)" goroutine exit 2
64 Panic "main.B(true)" goroutine exit 2
71 Panic "1.5" goroutine exit 2
78 Panic "(main.E) 0x6f10c0" goroutine exit 2
85 Panic "(*main.E) 0xcf4fe098120" goroutine exit 2
92 Panic "stringer\nsecond" goroutine exit 2
100 Panic "custom error" goroutine exit 2
107 Fatal "panic while printing panic value: in Error" goroutines exit 2
127 Panic "nil" goroutine exit 2
134 Panic "runtime error: invalid memory address or nil pointer dereference" [SIGSEGV|segmentation violation code=0x1 addr=0x0 pc] goroutine exit 2
142 Panic "assignment to entry in nil map" goroutine exit 2
149 Panic "runtime error: index out of range [5] with length 1" goroutine exit 2
156 Panic "interface conversion: interface {} is string, not int" goroutine exit 2
163 Panic "first" "second" goroutine exit 2
177 Panic "first\nline2" "second\nline2" "third\nmore" goroutine exit 2
195 Panic "first" recovered "other" goroutine exit 2
209 Panic "first" repanicked goroutine exit 2
220 Panic "inner" recovered "wrapped: inner" goroutine exit 2
232 Panic "after goexit" goroutine exit 2
245 Fatal "all goroutines are asleep - deadlock!" goroutines exit 2
264 Fatal "all goroutines are asleep - deadlock!" goroutine exit 2
273 Fatal "sync: unlock of unlocked mutex" goroutine exit 2
286 Fatal "sync: RUnlock of unlocked RWMutex" goroutine exit 2
299 Fatal "in flight" "sync: unlock of unlocked mutex" fatal goroutine exit 2
313 Panic "sync: negative WaitGroup counter" goroutine exit 2
324 Panic "send on closed channel" goroutine exit 2
331 Fatal "concurrent map writes" goroutine exit 2
342 Fatal "stack overflow" goroutines exit 2
  note runtime: goroutine stack exceeds 65536-byte limit
  note runtime: sp=0x27942af00390 stack=[0x27942af00000, 0x27942af10000]
370 Fatal "runtime: out of memory" goroutines exit 2
396 Signal [SIGQUIT|quit code=0x0 pc] goroutines exit 2
419 Signal [SIGABRT|abort code=0x0 pc] goroutines exit 2
442 Signal [SIGSEGV|segmentation violation code=0x0 addr=0x4d40 pc] goroutines exit 2
465 Fatal "fault" [SIGSEGV|segmentation violation code=0x1 addr=0x40000000 pc] goroutines exit 2
  note unexpected fault address 0x40000000
488 Recovered goroutine
  note recovered: handled
497 Recovered "handled by log" goroutine
511 HttpServed "handler\nline two" peer goroutine
527 HttpServed "runtime error: invalid memory address or nil pointer dereference" peer goroutine
"#);
}

#[test]
fn versions() {
    insta::assert_snapshot!(changes(sample!("1.19"), sample!("1.21")), @"");
    insta::assert_snapshot!(changes(sample!("1.21"), sample!("1.22")), @r"
- segvuser: 1 Signal [SIGSEGV|segmentation violation code=0x0 pc] goroutines exit 2
+ segvuser: 1 Signal [SIGSEGV|segmentation violation code=0x0 addr= pc] goroutines exit 2
");
    insta::assert_snapshot!(changes(sample!("1.22"), sample!("1.23")), @"");
    insta::assert_snapshot!(changes(sample!("1.23"), sample!("1.24")), @"");
    insta::assert_snapshot!(changes(sample!("1.24"), sample!("1.25")), @r#"
- repanicked: 1 Panic "first" recovered "first" goroutine exit 2
+ repanicked: 1 Panic "first" repanicked goroutine exit 2
"#);
    insta::assert_snapshot!(changes(sample!("1.25"), sample!("1.26")), @r#"
- float: 1 Panic "+1.500000e+000" goroutine exit 2
- mapwrites: 1 Fatal "concurrent map writes" goroutines exit 2
- panicfatal: 1 Fatal "sync: unlock of unlocked mutex" goroutine exit 2
+ float: 1 Panic "1.5" goroutine exit 2
+ mapwrites: 1 Fatal "concurrent map writes" goroutine exit 2
+ panicfatal: 1 Fatal "in flight" "sync: unlock of unlocked mutex" fatal goroutine exit 2
"#);
    insta::assert_snapshot!(changes(sample!("1.26"), sample!("1.27")), @"");
}

/// Every message of the runtime, in the layout of each age.
#[test]
fn every_message() {
    const FATAL: &[&str] = &[
        "all goroutines are asleep - deadlock!",
        "no goroutines (main called runtime.Goexit) - deadlock!",
        "concurrent map writes",
        "concurrent map read and map write",
        "concurrent map iteration and map write",
        "concurrent map clone and map write",
        "sync: unlock of unlocked mutex",
        "sync: RUnlock of unlocked RWMutex",
        "sync: Unlock of unlocked RWMutex",
        "sync: inconsistent mutex state",
        "sync: WaitGroup.Add called from multiple synctest bubbles",
        "sync: WaitGroup.Add called from inside and outside synctest bubble",
        "send on synctest channel from outside bubble",
        "semaphore wake of synctest goroutine from outside bubble",
        "stack overflow",
        "runtime: out of memory",
        "runtime: cannot allocate memory",
        "runtime.Goexit called in a thread that was not created by the Go runtime",
        "semacquire not on the G stack",
        "checkdead: runnable g",
    ];
    const PANIC: &[&str] = &[
        "send on closed channel",
        "close of closed channel",
        "close of nil channel",
        "sync: negative WaitGroup counter",
        "sync: WaitGroup misuse: Add called concurrently with Wait",
        "sync: WaitGroup is reused before previous Wait has returned",
        "sync.Cond is copied",
        "deadlock: all goroutines in bubble are blocked",
        "deadlock: main bubble goroutine has exited but blocked goroutines remain",
        "synctest.Run called from within a synctest bubble",
        "goroutine is not in a bubble",
        "makechan: size out of range",
        "runtime error: invalid memory address or nil pointer dereference",
        "runtime error: panic called with nil argument",
        "panic called with nil argument (use GODEBUG=panicnil=1 to disable)",
        "internal/sync.HashTrieMap: ran out of hash bits while inserting (incorrect use of unsafe or cgo, or data race?)",
    ];
    const BLOCK: &str = "goroutine 7 [running]:\nmain.f()\n\t/app/f.go:1 +0x1\nexit status 2\n";
    for (prefix, kind, messages) in [
        ("fatal error: ", CrashKind::Fatal, FATAL),
        ("panic: ", CrashKind::Panic, PANIC),
    ] {
        for message in messages {
            for (head, tail) in [
                ("", "\n\n"),
                (
                    "",
                    "\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x49e12b]\n\n",
                ),
                (
                    "",
                    "\n\nruntime stack:\nruntime.throw({0x1, 0x2})\n\truntime/panic.go:1 +0x1\n\n",
                ),
                ("runtime: some detail\n", "\n\n"),
            ] {
                let input = format!("some log line\n{head}{prefix}{message}{tail}{BLOCK}");
                let set = set_of(&input);
                let [crash] = set.crashes.as_slice() else {
                    panic!("{} crashes in {input}", set.crashes.len());
                };
                assert_eq!(crash.kind, kind, "{input}");
                assert_eq!(crash.chain.len(), 1, "{input}");
                assert_eq!(crash.chain[0].text, *message, "{input}");
                assert_eq!(crash.goroutine, Some(7), "{input}");
                assert_eq!(crash.exit_status, Some(2), "{input}");
                assert_eq!(crash.signal.is_some(), tail.contains("SIGSEGV"), "{input}");
            }
        }
    }
}

#[test]
fn test_timeouts() {
    insta::assert_snapshot!(check("\
=== RUN   TestHang
panic: test timed out after 1s
	running tests:
		TestHang (1s)
		TestHang/sub_(odd) (0s)

goroutine 5 [running]:
testing.(*M).startAlarm.func1()
	testing/testing.go:2961 +0x34a
created by time.goFunc
	time/sleep.go:182 +0x2d
FAIL	tapp/t	1.009s
panic: test timed out after 1m0s
running tests:
	TestOld (1m0s)

goroutine 5 [running]:
testing.(*M).startAlarm.func1()
	testing/testing.go:2366 +0x385
panic: test timed out after 10m0s

goroutine 17 [running]:
testing.(*M).startAlarm.func1()
	testing/testing.go:1509 +0xdf
"), @r#"
2 TestTimeout "test timed out after 1s" test=TestHang goroutine
  running TestHang 1s
  running TestHang/sub_(odd) 0s
13 TestTimeout "test timed out after 1m0s" goroutine
  running TestOld 1m0s
20 TestTimeout "test timed out after 10m0s" goroutine
"#);
}

#[test]
fn no_goroutines_printed() {
    // GOTRACEBACK=none; the end of the input; a kill in the middle.
    insta::assert_snapshot!(check("panic: boom\nexit status 2\nlog\npanic: first [recovered]\n\tpanic: second\nlog line\n"), @r#"
1 Panic "boom" exit 2
4 Panic "first" recovered "second"
"#);
    insta::assert_snapshot!(check("log\npanic: at the end\n"), @r#"2 Panic "at the end""#);
    insta::assert_snapshot!(check("log\nfatal error: at the end\n\truntime stuff"), @r#"2 Fatal "at the end\nruntime stuff""#);
    insta::assert_snapshot!(check("2026/11/20 09:27:40 http: panic serving 1.2.3.4:5: boom\n2026/11/20 09:27:41 next\n"), @r#"1 HttpServed "boom" peer"#);
    insta::assert_snapshot!(check("ERROR http: panic serving [::1]:5: boom\\ngoroutine 5 [running]:\\nnet/http…\n"), @r#"1 HttpServed "boom" peer"#);
}

#[test]
fn several_threads_under_gotraceback_crash() {
    insta::assert_snapshot!(check("\
panic: boom

goroutine 1 gp=0x1 m=0 mp=0x2 [running]:
main.main()
	/app/main.go:48 +0xd3e fp=0x1 sp=0x1 pc=0x1

-----

SIGQUIT: quit
PC=0x48e6e1 m=2 sigcode=18446744073709551610

goroutine 0 gp=0x3 m=2 mp=0x4 [idle]:
runtime.futex()
	runtime/sys_linux_amd64.s:557 +0x21 fp=0x1 sp=0x1 pc=0x1
rax    0xca
SIGABRT: abort
PC=0x48e6e1 m=0 sigcode=18446744073709551610

goroutine 0 gp=0x3 m=2 mp=0x4 [idle]:
runtime.futex()
	runtime/sys_linux_amd64.s:557 +0x21 fp=0x1 sp=0x1 pc=0x1
"), @r#"
1 Panic "boom" goroutine
  note SIGQUIT passed on to another thread
16 Signal [SIGABRT|abort code=0xfffffffffffffffa pc] goroutine
"#);
}

#[test]
fn failures_while_failing() {
    insta::assert_snapshot!(check("\
panic: boom
fatal error: panic on system stack
panic during panic
[signal SIGSEGV: segmentation violation code=0x1 addr=0x18 pc=0x43e8a1]

runtime stack:
runtime.throw({0x1, 0x2})
	runtime/panic.go:1077 +0x5c fp=0x1 sp=0x2 pc=0x3

goroutine 1 [running]:
main.main()
	/app/main.go:48 +0xd3e
"), @r#"
1 Fatal "boom" "panic on system stack" fatal [SIGSEGV|segmentation violation code=0x1 addr=0x18 pc] goroutine
  note panic during panic
"#);
    insta::assert_snapshot!(check("\
runtime: g 1: unexpected return pc for main.f called from 0x1
stack: frame={sp:0xc000068710, fp:0xc000068750} stack=[0xc000068000,0xc000068800)
0x000000c000068610:  0x0000000000000001  0x000000c000068650
000000c000068620:  0000000000000001  000000c000068650
fatal error: unknown caller pc

goroutine 1 [running]:
main.main()
	/app/main.go:48 +0xd3e
"), @r#"
1 Fatal "unknown caller pc" goroutine
  note runtime: g 1: unexpected return pc for main.f called from 0x1
"#);
    insta::assert_snapshot!(check("\
fatal: morestack on g0
SIGTRAP: trace trap
PC=0x45f842 m=0 sigcode=128
signal arrived during cgo execution
instruction bytes: 0xcc 0xcc

goroutine 0 [idle]:
runtime.abort()
	runtime/asm_amd64.s:1000 +0x2
rax    0x17
rflags 0x246
exit status 2
"), @r"
1 Signal [SIGTRAP|trace trap code=0x80 pc] goroutine exit 2
  note fatal: morestack on g0
  note signal arrived during cgo execution
");
    insta::assert_snapshot!(check("\
Exception 0xc0000005 0x0 0x0 0x7ff8e1a2
PC=0x7ff8e1a2
signal arrived during external code execution

runtime.cgocall(0x1, 0x2)
	runtime/cgocall.go:157 +0x3e

goroutine 1 [syscall]:
main.main()
	C:/app/main.go:48 +0xd3e
"), @r"
1 Signal [Exception 0xc0000005| pc] goroutine
  note signal arrived during external code execution
");
}

#[test]
fn program_printed_stacks() {
    // The line before a stack of debug.Stack is the program's own; the runtime's stack has no such frame.
    insta::assert_snapshot!(check("\
panic: handled
goroutine 9 [running]:
runtime/debug.Stack()
	runtime/debug/stack.go:26 +0x5e
main.f.func1()
	/app/main.go:7 +0x1
panic({0x1, 0x2})
	runtime/panic.go:859 +0x125
"), @r#"1 Recovered "handled" goroutine"#);
}

#[test]
fn neighbours_in_a_log() {
    // Two dead processes and a served panic between log lines, CRLF, text that holds a stack.
    insta::assert_snapshot!(check(
        "start\r\npanic: one\r\n\r\ngoroutine 1 [running]:\r\nmain.f()\r\n\t/a/f.go:1 +0x1\r\nexit status 2\r\nrestart\r\n\
         panic: outer: inner panicked\n\t\n\tgoroutine 9 [running]:\n\tmain.g()\n\t\t/a/g.go:2 +0x1\n\n\
         goroutine 1 [running]:\nmain.f()\n\t/a/f.go:1 +0x1\nexit status 3\n"
    ), @r#"
2 Panic "one" goroutine exit 2
9 Panic "outer: inner panicked\n\ngoroutine 9 [running]:\nmain.g()\n\t/a/g.go:2 +0x1" goroutine exit 3
"#);
    // Without indentation, text with empty lines, and output of others in between.
    insta::assert_snapshot!(check(
        "panic: one\ntwo\n\nfour\n\ngoroutine 1 [running]:\nmain.f()\n\t/a/f.go:1 +0x1\n\
         panic: one\n\nlog line of another goroutine\ngoroutine 1 [running]:\nmain.f()\n\t/a/f.go:1 +0x1\n"
    ), @r#"
1 Panic "one\ntwo\n\nfour" goroutine
9 Panic "one" goroutine
"#);
}

#[test]
fn not_crashes() {
    let far = format!(
        "panic: told\n{}goroutine 1 [running]:\nmain.f()\n\t/a/f.go:1\n",
        "log line\n".repeat(70)
    );
    for input in [
        "2026/11/20 09:00:00 panic: told by a logger\nnext\n",
        "panic: told at the start of a line\n2026/11/20 09:00:00 next\n2026/11/20 09:00:01 next\n",
        "panic mode off\npanic:\npanics: 3\nlog\n",
        "fatal error: told by a compiler\nfoo.c:3: note: here\ncompilation terminated.\n",
        "<stdin>:1:10: fatal error: foo.h: No such file or directory\ncompilation terminated.\n",
        "runtime: 3.2s\nnext\n",
        "runtime: unexpected\n\nfatal: not a git repository\n",
        "SIGTERM: terminated\nshutting down\n",
        "SIGQUIT: quit\n\ngoroutine count is 5\n",
        "[signal] received\n[signal 15]\n",
        "-----\n\nchapter\n",
        "serving http: panic is served at 10:00: cold\n",
        "exit status 1\nrax 5\n",
        "goroutine 5 is stuck\n",
        far.as_str(),
    ] {
        let set = set_of(input);
        let told: Vec<_> = set
            .crashes
            .iter()
            .filter(|crash| crash.kind != CrashKind::Recovered)
            .collect();
        assert!(told.is_empty(), "{input:?} gave {told:?}");
    }
}

/// Cut at any byte and with bytes changed: nothing panics, and what is found stays in the bounds of the model.
#[test]
fn damaged_texts() {
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random >> 33).unwrap()
    };
    for sample in SAMPLES {
        let whole = set_of(sample).crashes.len();
        for _ in 0..60 {
            let mut bytes = sample.as_bytes().to_vec();
            let cut = next() % bytes.len();
            let after = set_of(&String::from_utf8_lossy(&bytes[..cut]));
            assert!(after.crashes.len() <= whole);
            for _ in 0..1 + next() % 40 {
                let at = next() % bytes.len();
                bytes[at] = b"\n\t :[]0gp\xff\0"[next() % 11];
            }
            let mut set = EvidenceSet::new();
            let source = Source {
                name: "test",
                time: None,
            };
            read(&mut set, &source, &mut bytes.as_slice(), &ReadOptions::default());
            for crash in &set.crashes {
                assert!(crash.snapshot.is_none_or(|id| id.index() < set.snapshots.len()));
                assert!(crash.notes.len() <= super::MAX_NOTES);
            }
        }
    }
}
