//! Wrapped, mixed, quoted and cut logs give what the plain text gives, with the line numbers of the log.

use crate::testing::{read_bytes, read_text};
use crate::{EvidenceSet, FrameNote};

/// A panic with three goroutines.
const CRASH: &str = "\
panic: boom

goroutine 1 [running]:
main.main()
\t/home/u/app/main.go:12 +0x1d

goroutine 7 [chan receive, 5 minutes]:
main.worker(0xc000012345)
\t/home/u/app/worker.go:40 +0x1d
created by main.start in goroutine 1
\t/home/u/app/worker.go:20 +0x5c

goroutine 8 [chan receive, 6 minutes]:
main.worker(0xc000012346)
\t/home/u/app/worker.go:40 +0x1d
created by main.start in goroutine 1
\t/home/u/app/worker.go:20 +0x5c
";

/// Another program's, to be mixed with the first.
const OTHER: &str = "\
fatal error: all goroutines are asleep - deadlock!

goroutine 1 [select (no cases)]:
main.run(...)
\t/srv/other/run.go:3
main.main()
\t/srv/other/main.go:9 +0x25
";

/// What was found, without line numbers.
fn outline(set: &EvidenceSet) -> Vec<String> {
    let mut out = Vec::new();
    for crash in &set.crashes {
        let chain: Vec<&str> = crash.chain.iter().map(|link| link.text.as_str()).collect();
        out.push(format!("{:?} {chain:?}", crash.kind));
    }
    for snapshot in &set.snapshots {
        for group in &snapshot.groups {
            let frames: Vec<String> = set
                .stacks
                .frames(group.stack)
                .map(|frame| {
                    assert_ne!(frame.note, FrameNote::NonGo);
                    format!("{} {}:{}", set.text(frame.function), set.text(frame.file), frame.line)
                })
                .collect();
            out.push(format!(
                "{} {} {}-{} {frames:?} {}",
                group.count,
                group.state.reason,
                group.waits.min,
                group.waits.max,
                set.stacks.stack(group.stack).created_by.is_some()
            ));
        }
    }
    out.sort();
    out
}

fn expected(texts: &[&str]) -> Vec<String> {
    let mut all: Vec<String> = texts.iter().flat_map(|text| outline(&read_text(text))).collect();
    all.sort();
    assert!(all.len() > texts.len(), "{all:?}");
    all
}

fn wrap(text: &str, line: impl Fn(usize, &str) -> String) -> String {
    text.lines()
        .enumerate()
        .map(|(at, text)| line(at, text) + "\n")
        .collect()
}

fn json(text: &str) -> String {
    serde_json::to_string(text).expect("a string")
}

type Wrapper = (&'static str, fn(usize, &str) -> String);

/// Every wrapping of one line each, with the word it is noted under.
const WRAPPERS: &[Wrapper] = &[
    ("kubernetes", |at, text| {
        format!("2026-11-20T09:27:40.{at:09}Z stderr F {text}")
    }),
    ("docker-json", |_, text| {
        format!(
            r#"{{"log":{},"stream":"stderr","time":"2026-11-20T09:27:40Z"}}"#,
            json(&format!("{text}\n"))
        )
    }),
    ("docker-compose", |_, text| format!("orders-1  | {text}")),
    ("colours", |_, text| format!("\x1b[36morders-1  | \x1b[0m{text}")),
    ("kubectl-prefix", |_, text| format!("[pod/orders-7d9f/app] {text}")),
    ("timestamps", |at, text| {
        format!("[pod/orders-7d9f/app] 2026-11-20T09:27:40.{at:09}Z {text}")
    }),
    ("timestamps", |at, text| format!("2026-11-20T09:27:40.{at:07}Z {text}")),
    ("timestamps", |at, text| format!("Nov 20 09:27:{at:02} {text}")),
    ("stern", |_, text| format!("orders-7d9f app {text}")),
    ("journald", |at, text| {
        format!("Nov 20 09:27:{at:02} web-1 orders[812]: {text}")
    }),
    ("journald", |at, text| {
        format!("2026-11-20T09:27:{at:02}+0100 web-1 orders[812]: {text}")
    }),
    ("journald-json", |_, text| {
        format!(
            r#"{{"__REALTIME_TIMESTAMP":"1795166860123456","_PID":"812","MESSAGE":{}}}"#,
            json(text)
        )
    }),
    ("syslog", |_, text| {
        format!("<11>1 2026-11-20T09:27:40.003Z web-1 orders 812 - - {text}")
    }),
    ("syslog", |_, text| {
        format!("<11>Nov 20 09:27:40 web-1 orders[812]: {}", text.replace('\t', "#011"))
    }),
    ("github-actions", |at, text| {
        format!("build\tRun tests\t2026-11-20T09:27:40.{at:07}Z {text}")
    }),
    ("go-log", |at, text| format!("2026/11/20 09:27:{at:02} {text}")),
    ("klog", |_, text| {
        format!("E1120 09:27:40.123456       1 panic.go:115] {text}")
    }),
    ("indented", |_, text| format!("    {text}")),
    ("indented", |_, text| format!("> {text}")),
    ("indented", |_, text| format!("# {text}").trim_end().to_owned()),
];

#[test]
fn every_wrapping_gives_what_the_plain_text_gives() {
    let plain = read_text(CRASH);
    let expected = expected(&[CRASH]);
    for (word, wrapper) in WRAPPERS {
        for end in ["\n", "\r\n"] {
            let text = wrap(CRASH, wrapper).replace('\n', end);
            let set = read_text(&text);
            assert_eq!(outline(&set), expected, "{text}");
            assert!(
                set.inputs[0].envelopes.contains(word),
                "{:?}: {text}",
                set.inputs[0].envelopes
            );
            assert_eq!(set.inputs[0].lines, plain.inputs[0].lines, "{text}");
            let lines = |set: &EvidenceSet| -> Vec<u64> {
                let groups = set.snapshots.iter().flat_map(|snapshot| &snapshot.groups);
                groups
                    .map(|group| group.line)
                    .chain(set.crashes.iter().map(|crash| crash.origin.line))
                    .collect()
            };
            assert_eq!(lines(&set), lines(&plain), "{text}");
            assert_eq!(set.snapshots.len(), 1, "{text}");
            assert_eq!(set.snapshots[0].crash, Some(0), "the dump belongs to the panic: {text}");
        }
    }
}

#[test]
fn wrapped_lines_between_ordinary_ones() {
    let expected = expected(&[CRASH]);
    for (word, wrapper) in WRAPPERS {
        let around = |text: &str| {
            let ordinary = "starting server on :8080\nlevel=info msg=ready\n";
            wrap(&format!("{ordinary}{text}\n{ordinary}"), wrapper)
        };
        let set = read_text(&around(CRASH));
        // Indentation that starts with ordinary text is not known before the first line of evidence.
        assert_eq!(outline(&set), expected, "{word}");
        assert!(read_text(&around("")).snapshots.is_empty());
    }
}

#[test]
fn two_streams_mixed_line_by_line() {
    let expected = expected(&[CRASH, OTHER]);
    let mixed = |first: &dyn Fn(&str) -> String, second: &dyn Fn(&str) -> String| -> String {
        let (mut a, mut b) = (CRASH.lines(), OTHER.lines());
        let mut out = String::new();
        loop {
            let pair = [a.next().map(first), b.next().map(second), a.next().map(first)];
            if pair.iter().all(Option::is_none) {
                return out;
            }
            for line in pair.into_iter().flatten() {
                out += &line;
                out.push('\n');
            }
        }
    };
    for text in [
        mixed(&|text| format!("[pod/a-1/app] {text}"), &|text| {
            format!("[pod/b-1/app] {text}")
        }),
        mixed(&|text| format!("a-1  | {text}"), &|text| format!("b-1  | {text}")),
        mixed(&|text| format!("a-1 app {text}"), &|text| format!("b-1 app {text}")),
        mixed(&|text| format!("2026-11-20T09:27:40Z stderr F {text}"), &|text| {
            format!("2026-11-20T09:27:40Z stdout F {text}")
        }),
        mixed(&|text| format!("Nov 20 09:27:40 web-1 a[1]: {text}"), &|text| {
            format!("Nov 20 09:27:40 web-1 b[2]: {text}")
        }),
    ] {
        let set = read_text(&text);
        assert_eq!(outline(&set), expected, "{text}");
        let streams: Vec<&str> = set
            .snapshots
            .iter()
            .filter_map(|snapshot| snapshot.stream.map(|stream| set.text(stream)))
            .collect();
        assert_eq!(streams.len(), 2, "{text}");
        assert_ne!(streams[0], streams[1]);
    }
}

#[test]
fn lines_in_parts_are_joined() {
    let long = CRASH.replace("main.worker", &format!("main.{}worker", "x".repeat(40)));
    let expected = expected(&[&long]);
    let halves = |text: &str, part: &dyn Fn(&str) -> String, rest: &dyn Fn(&str) -> String| -> String {
        let mut out = String::new();
        for line in text.lines() {
            let mut line = line;
            while line.len() > 16 {
                out += &part(&line[..16]);
                line = &line[16..];
            }
            out += &rest(line);
        }
        out
    };
    let cri = halves(
        &long,
        &|text| format!("2026-11-20T09:27:40Z stderr P {text}\n2026-11-20T09:27:40Z stdout F noise\n"),
        &|text| format!("2026-11-20T09:27:40Z stderr F {text}\n"),
    );
    assert_eq!(outline(&read_text(&cri)), expected);
    let entry = |text: String| format!("{{\"log\":{},\"stream\":\"stderr\",\"time\":\"\"}}\n", json(&text));
    let docker = halves(&long, &|text| entry(text.to_owned()), &|text| {
        entry(format!("{text}\n"))
    });
    assert_eq!(outline(&read_text(&docker)), expected);
}

#[test]
fn layers_of_wrapping() {
    let expected = expected(&[CRASH]);
    let compose = wrap(CRASH, |_, text| format!("orders-1  | 2026-11-20T09:27:40.5Z {text}"));
    let pasted = wrap(&compose, |_, text| format!("2026-11-20T09:27:40Z stdout F {text}"));
    let set = read_text(&pasted);
    assert_eq!(outline(&set), expected);
    assert_eq!(set.inputs[0].envelopes, ["kubernetes", "docker-compose", "timestamps"]);
    // log.Printf of a stack: only the first line has the prefix.
    let stack = CRASH.split_once("\n\n").expect("a dump behind the panic").1;
    let logged = format!("2026/11/20 09:27:40 {stack}\n2026/11/20 09:27:41 going on\n");
    let set = read_text(&logged);
    assert_eq!(set.snapshots.len(), 1);
    assert_eq!(set.snapshots[0].total, 3);
    assert_eq!(
        set.snapshots[0].time.map(|time| time.0),
        Some(1_795_166_860_000_000_000)
    );
    // t.Log of a stack: further lines are indented more.
    let logged = format!(
        "=== RUN   TestX\n    x_test.go:12: {}--- PASS: TestX\n",
        stack.replace('\n', "\n        ")
    );
    assert_eq!(
        read_text(&logged)
            .snapshots
            .iter()
            .map(|snapshot| snapshot.total)
            .sum::<u64>(),
        3
    );
    // A JSON logger inside Kubernetes.
    let entry = format!(
        "{{\"level\":\"error\",\"msg\":\"recovered\",\"stack\":{}}}",
        json(stack)
    );
    let set = read_text(&format!("2026-11-20T09:27:40Z stderr F {entry}\n"));
    assert_eq!(set.snapshots.len(), 1);
    assert_eq!(set.snapshots[0].total, 3);
    assert_eq!(set.inputs[0].envelopes, ["kubernetes", "json-log"]);
}

#[test]
fn runtime_lines_behind_wrapping() {
    let gc =
        "gc 1 @0.041s 0%: 0.056+0.20+0.002 ms clock, 0.11+0.013/0.066/0.061+0.005 ms cpu, 4->4->3 MB, 5 MB goal, 2 P";
    for (word, wrapper) in WRAPPERS {
        let set = read_text(&(wrapper(0, gc) + "\n"));
        assert_eq!(set.runtime_log.gc.len(), 1, "{word}");
    }
}

#[test]
fn ordinary_logs_hold_no_evidence() {
    let text = "\
web-1  | 200 GET /
a-1 b c
Nov 20 09:27:40 web-1 sshd[1]: Accepted publickey for u from 127.0.0.1
2026-11-20T09:27:40Z INFO server: listening
2026/11/20 09:27:40 [error] 7#7: *1 open() failed
I1120 09:27:40.123456       1 server.go:12] ready
{\"level\":\"info\",\"msg\":\"hello\"}
{\"log\":\"hello\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-20T09:27:40Z\"}
[GIN] 2026/11/20 - 09:27:40 | 200 | 1.2ms | 127.0.0.1 | GET \"/\"
127.0.0.1 - - [20/Nov/2026:09:27:40 +0000] \"GET / HTTP/1.1\" 200 12
    at Object.<anonymous> (/app/x.js:1:7)
> quoted mail
# a comment
\x1b[32mINFO\x1b[0m ready
";
    let set = read_text(&text.repeat(50));
    assert!(set.snapshots.is_empty() && set.crashes.is_empty() && set.metrics.is_empty());
    assert!(set.inputs[0].forms.is_empty());
    assert_eq!(set.inputs[0].lines, 50 * 14);
}

#[test]
fn plain_dumps_are_never_unwrapped() {
    let set = read_text(&format!("{CRASH}\n{OTHER}\nexit status 2\n"));
    assert_eq!(set.inputs[0].envelopes, [""; 0]);
    assert_eq!(set.snapshots.len(), 2);
}

#[test]
fn more_streams_than_are_told_apart() {
    let mut text = String::new();
    for pod in 0..2_000 {
        text += &wrap(CRASH, |_, line| format!("[pod/p-{pod}/app] {line}"));
    }
    let set = read_text(&text);
    assert_eq!(set.snapshots.iter().map(|snapshot| snapshot.total).sum::<u64>(), 6_000);
    assert_eq!(set.inputs[0].lines, text.lines().count() as u64);
}

#[test]
fn damage_never_panics() {
    let mut read = 0;
    for (_, wrapper) in WRAPPERS {
        let text = wrap(CRASH, wrapper);
        for at in (0..text.len()).step_by(7) {
            read_bytes(&text.as_bytes()[..at]);
            let mut flipped = text.clone().into_bytes();
            flipped[at] ^= 1 << (at % 8);
            read += read_bytes(&flipped).snapshots.len();
        }
    }
    assert!(read > 1_000, "{read}");
}
