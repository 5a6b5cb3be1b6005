//! `gosleuth capture` against processes that behave, die, redirect and explode; and its files read back.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use gosleuth::Exit;
use serde_json::Value;

use crate::{DEADLOCK, HEALTHY, Run, Scratch, run, run_with};

const COUNTS: &str = "goroutine profile: total 1\n1 @ 0x46e1d6 0x4e1c0a\n\
    #\t0x46e1d5\tmain.main+0x55\t/home/u/app/main.go:12\n\n";

/// One goroutine waits for a lock.
const LOCKED: &str = "goroutine profile: total 1\n1 @ 0x1\n#\t0x1\tsync.runtime_SemacquireMutex+0x25\t/sema.go:95\n\n";

/// What a fake process does with a request.
enum Reply {
    Page(&'static str, String),
    Status(u16),
    To(String),
    /// Promises more than comes, and hangs up.
    Broken(String),
    /// Promises more than comes, and never goes on.
    Stall(String),
    /// Does not answer, and nobody answers any more.
    Die,
}

/// A fake process; it serves until the test ends or it dies.
struct Process {
    url: String,
    asked: Arc<Mutex<Vec<(String, String, Instant)>>>,
}

impl Process {
    fn start(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let mut head = String::new();
                let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
                while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|count| count > 0) {}
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                let answer = reply(&path);
                log.lock().expect("no panic").push((path, head, Instant::now()));
                let start = "Connection: close\r\nContent-Type:";
                let _ = match answer {
                    Reply::Page(kind, body) => {
                        let length = body.len();
                        write!(
                            stream,
                            "HTTP/1.1 200 OK\r\n{start} {kind}\r\nContent-Length: {length}\r\n\r\n{body}"
                        )
                    }
                    Reply::Status(code) => {
                        write!(stream, "HTTP/1.1 {code} No\r\n{start} x/y\r\nContent-Length: 0\r\n\r\n")
                    }
                    Reply::To(url) => write!(
                        stream,
                        "HTTP/1.1 302 Found\r\n{start} x/y\r\nLocation: {url}\r\nContent-Length: 0\r\n\r\n"
                    ),
                    Reply::Broken(body) => {
                        write!(
                            stream,
                            "HTTP/1.1 200 OK\r\n{start} text/plain\r\nContent-Length: 100000\r\n\r\n{body}"
                        )
                    }
                    Reply::Stall(body) => {
                        let _ = write!(
                            stream,
                            "HTTP/1.1 200 OK\r\n{start} text/plain\r\nContent-Length: 100000\r\n\r\n{body}"
                        );
                        let _ = stream.flush();
                        std::thread::sleep(Duration::from_secs(10));
                        Ok(())
                    }
                    Reply::Die => return,
                };
            }
        });
        Self { url, asked }
    }

    /// Everything that was asked so far, without the directory of the profiles; forgets it.
    fn asked(&self) -> Vec<String> {
        let log = std::mem::take(&mut *self.asked.lock().expect("no panic"));
        log.into_iter()
            .map(|(path, _, _)| path.replace("/debug/pprof/", ""))
            .collect()
    }
}

fn index(goroutines: u64) -> Reply {
    let rows: String = [
        ("goroutine", goroutines),
        ("goroutineleak", 0),
        ("heap", 9),
        ("mutex", 3),
        ("block", 0),
        ("threadcreate", 7),
    ]
    .iter()
    .map(|(name, count)| format!("<tr><td>{count}</td><td><a href='{name}?debug=1'>{name}</a></td></tr>"))
    .collect();
    Reply::Page("text/html; charset=utf-8", format!("<table>{rows}</table>"))
}

/// A process with everything.
fn whole(path: &str) -> Reply {
    let text = |text: &str| Reply::Page("text/plain; charset=utf-8", text.to_owned());
    match path {
        "/debug/pprof/" => index(1),
        "/debug/pprof/goroutine?debug=1" => text(COUNTS),
        "/debug/pprof/goroutine?debug=2" => text(HEALTHY),
        "/debug/pprof/goroutineleak?debug=1" => text("goroutineleak profile: total 0\n"),
        "/debug/vars" => Reply::Page(
            "application/json",
            "{\"cmdline\":[\"app\"],\"memstats\":{\"HeapAlloc\":17}}".into(),
        ),
        "/metrics" => text("go_goroutines 1\ngo_info{version=\"go1.27.3\"} 1\n"),
        "/version" => text("build 17\n"),
        "/long" => text(&"x".repeat(2000)),
        path if path.starts_with("/debug/pprof/trace") => {
            Reply::Page("application/octet-stream", "go 1.26 trace\0\0\0rest".into())
        }
        path if path.starts_with("/debug/pprof/") => text("x\n"),
        _ => Reply::Status(404),
    }
}

const ROUND: [&str; 7] = [
    "",
    "goroutine?debug=1",
    "threadcreate?debug=1",
    "mutex?debug=1",
    "heap?debug=1",
    "/debug/vars",
    "/metrics",
];

/// Captures two quick rounds with a short trace.
fn capture(scratch: &Scratch, words: &[&str]) -> Run {
    let common = [
        "capture",
        "--every",
        "40ms",
        "--trace",
        "10ms",
        "--spacing",
        "1ms",
        "--read-timeout",
        "500ms",
    ];
    run_with(&[&common, words].concat(), b"", scratch.path())
}

fn manifest(directory: &Path) -> Value {
    let text = std::fs::read(directory.join("manifest.json")).expect("a manifest");
    serde_json::from_slice(&text).expect("JSON")
}

/// State of each part, as `round kind state`.
fn states(manifest: &Value) -> Vec<String> {
    let parts = manifest["parts"].as_array().expect("parts");
    let word = |part: &Value, key: &str| part[key].as_str().expect("a word").to_owned();
    parts
        .iter()
        .map(|part| format!("{} {} {}", part["round"], word(part, "kind"), word(part, "state")))
        .collect()
}

#[test]
fn everything_is_asked_in_order_and_comes_back() {
    let process = Process::start(whole);
    let scratch = Scratch::new("capture-order");
    let run = capture(&scratch, &["--page", "/version", "-o", "x.case", &process.url]);
    assert_eq!(run.exit, Exit::Clean, "{run:?}");
    let expected: Vec<&str> = ROUND
        .into_iter()
        .chain(["/version", "goroutine?debug=2", "trace?seconds=0.01"])
        .chain(ROUND)
        .chain(["/version", "goroutine?debug=2", "goroutineleak?debug=1"])
        .collect();
    assert_eq!(process.asked(), expected);
    assert!(run.out.starts_with("x.case: 18 parts"), "{}", run.out);
    assert!(
        run.err.contains("2 rounds") && run.err.contains("stops the target"),
        "{}",
        run.err
    );
    assert!(!scratch.path().join("x.case.partial").exists());

    let back = run_with(&["inspect", "--format", "json", "x.case"], b"", scratch.path());
    assert_eq!(back.exit, Exit::Clean, "{back:?}");
    let json = back.json();
    let names: Vec<&str> = json["inputs"]
        .as_array()
        .expect("inputs")
        .iter()
        .filter_map(|input| input["name"].as_str())
        .collect();
    assert_eq!(names.len(), 19, "the archive and its parts: {names:?}");
    assert!(
        names
            .iter()
            .any(|name| name.starts_with("x.case:127.0.0.1_") && name.ends_with("/002-stacks.txt"))
    );

    let again = capture(&scratch, &["-o", "x.case", &process.url]);
    assert_eq!((again.exit, process.asked().len()), (Exit::Clean, 0), "{again:?}");
    assert!(again.out.contains("is there already"), "{}", again.out);
}

#[test]
fn requests_and_rounds_are_spaced() {
    let process = Process::start(whole);
    let scratch = Scratch::new("capture-spacing");
    let words = [
        "capture",
        "--every",
        "300ms",
        "--trace",
        "0",
        "--spacing",
        "20ms",
        "-q",
        "-o",
        "d",
        &process.url,
    ];
    let run = run_with(&words, b"", scratch.path());
    assert_eq!((run.exit, run.err.as_str()), (Exit::Clean, ""));
    let log = process.asked.lock().expect("no panic");
    let rounds: Vec<Instant> = log
        .iter()
        .filter(|(path, _, _)| path == "/debug/pprof/")
        .map(|(_, _, at)| *at)
        .collect();
    // A busy machine notices requests late, the first one as well as the others: only sums are sure, and not to the millisecond.
    let pause = rounds[1] - rounds[0];
    assert!(pause >= Duration::from_millis(200), "{pause:?}");
    let last = log.iter().rfind(|(_, _, at)| *at < rounds[1]).expect("a request").2;
    assert!(last - rounds[0] >= Duration::from_millis(80), "{:?}", last - rounds[0]);
}

#[test]
fn what_is_there_and_whole_is_not_taken_again() {
    let bad = Arc::new(AtomicBool::new(true));
    let switch = Arc::clone(&bad);
    let process = Process::start(move |path| match path {
        "/debug/pprof/goroutine?debug=2" if switch.load(Ordering::Relaxed) => Reply::Broken(DEADLOCK.into()),
        "/debug/pprof/heap?debug=1" if switch.load(Ordering::Relaxed) => Reply::Status(500),
        _ => whole(path),
    });
    let scratch = Scratch::new("capture-resume");
    let first = capture(&scratch, &["-o", "x.case", &process.url]);
    assert_eq!(first.exit, Exit::Trouble, "{first:?}");
    assert!(first.out.contains("takes what is missing"), "{}", first.out);
    let partial = scratch.path().join("x.case.partial");
    let before = manifest(&partial);
    assert_eq!(before["state"], "partial");
    let said = states(&before);
    for line in [
        "1 stacks broken",
        "2 stacks broken",
        "1 heap failed",
        "1 trace whole",
        "2 leaks whole",
    ] {
        assert!(said.contains(&line.to_owned()), "{line}: {said:?}");
    }
    // What broke is packed and used as far as it came.
    let back = run_with(&["inspect", "x.case"], b"", scratch.path());
    assert_eq!(back.exit, Exit::Found, "{back:?}");
    assert!(back.out.contains("broke off"), "{}", back.out);

    process.asked();
    bad.store(false, Ordering::Relaxed);
    let second = capture(&scratch, &["-o", "x.case", &process.url]);
    assert_eq!(second.exit, Exit::Clean, "{second:?}");
    let round = ["", "heap?debug=1", "goroutine?debug=2"];
    assert_eq!(process.asked(), [round, round].concat());
    assert!(!partial.exists());
    let back = run_with(&["inspect", "x.case"], b"", scratch.path());
    assert_eq!(back.exit, Exit::Clean, "{back:?}");
}

#[test]
fn a_process_that_dies_leaves_what_was_taken_whole() {
    let process = Process::start(|path| match path {
        "/debug/pprof/goroutine?debug=2" => Reply::Die,
        _ => whole(path),
    });
    let scratch = Scratch::new("capture-death");
    let run = capture(&scratch, &["-o", "d", &process.url]);
    assert_eq!(run.exit, Exit::Trouble, "{run:?}");
    let directory = scratch.path().join("d");
    let found = manifest(&directory);
    let said = states(&found);
    let whole = ["goroutines", "threads", "mutex", "heap", "vars", "metrics"];
    for kind in whole {
        assert!(said.contains(&format!("1 {kind} whole")), "{kind}: {said:?}");
    }
    assert!(said.contains(&"1 stacks failed".to_owned()), "{said:?}");
    for line in ["1 trace failed", "2 goroutines not_asked", "2 leaks not_asked"] {
        assert!(said.contains(&line.to_owned()), "{line}: {said:?}");
    }
    for part in found["parts"].as_array().expect("parts") {
        if part["state"] == "whole" {
            let bytes = std::fs::read(directory.join(part["name"].as_str().expect("a name"))).expect("it is there");
            assert_eq!(part["bytes"].as_u64(), Some(bytes.len() as u64));
        }
    }
    let back = run_with(&["inspect", "--format", "json", "d"], b"", scratch.path());
    let problems = back.json()["problems"].to_string();
    assert!(
        !problems.contains("checksum") && problems.contains("not asked"),
        "{problems}"
    );
}

#[cfg(unix)]
#[test]
fn a_capture_that_is_killed_leaves_what_was_taken_whole() {
    let process = Process::start(|path| match path {
        "/debug/pprof/goroutine?debug=2" => Reply::Stall(HEALTHY[..200].into()),
        _ => whole(path),
    });
    let scratch = Scratch::new("capture-killed");
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_gosleuth"))
        .args(["capture", "--spacing", "1ms", "-q", "-o", "x.case", &process.url])
        .current_dir(scratch.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("the binary");
    let start = Instant::now();
    let stalled = || {
        process
            .asked
            .lock()
            .expect("no panic")
            .iter()
            .any(|(path, _, _)| path.ends_with("debug=2"))
    };
    while !stalled() && start.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().expect("it runs");
    child.wait().expect("it ended");
    let partial = scratch.path().join("x.case.partial");
    let found = manifest(&partial);
    assert_eq!(found["state"], "running");
    assert_eq!(states(&found).len(), 6, "{found}");
    let back = run_with(&["inspect", "--format", "json", "x.case.partial"], b"", scratch.path());
    assert!(
        back.json()["problems"].to_string().contains("did not end"),
        "{}",
        back.out
    );
    assert_eq!(back.json()["stats"]["goroutines"], 1, "{}", back.out);
}

#[test]
fn redirects_to_other_servers_are_refused() {
    let other = Process::start(whole);
    let away = format!("{}/debug/pprof/", other.url);
    let process = Process::start(move |_| Reply::To(away.clone()));
    let scratch = Scratch::new("capture-redirect");
    let run = capture(&scratch, &["--header", "X-Secret: s3cret", "-o", "d", &process.url]);
    assert_eq!(run.exit, Exit::Trouble, "{run:?}");
    assert!(run.err.contains("another server"), "{}", run.err);
    assert!(other.asked().is_empty());
}

#[test]
fn caps_are_kept() {
    let process = Process::start(|path| match path {
        "/debug/pprof/goroutine?debug=1" => Reply::Page("text/plain", LOCKED.into()),
        _ => whole(path),
    });
    let scratch = Scratch::new("capture-caps");
    let caps = [
        "--stacks-cap",
        "0",
        "--leaks-cap",
        "0",
        "--trace-cap",
        "0",
        "--max-response",
        "1000",
        "--page",
        "/long",
    ];
    let run = capture(&scratch, &[&caps[..], &["-o", "d", &process.url]].concat());
    assert_eq!(run.exit, Exit::Clean, "what a cap leaves out is no failure: {run:?}");
    let asked = process.asked();
    assert!(
        !asked
            .iter()
            .any(|path| path.contains("debug=2") || path.contains("trace")),
        "{asked:?}"
    );
    let found = manifest(&scratch.path().join("d"));
    let said = states(&found);
    for line in [
        "1 page cut",
        "1 stacks left_out",
        "1 trace left_out",
        "2 leaks left_out",
        "1 metrics whole",
    ] {
        assert!(said.contains(&line.to_owned()), "{line}: {said:?}");
    }
    // Raised caps take the rest.
    let run = capture(&scratch, &["-o", "d", &process.url]);
    assert_eq!(run.exit, Exit::Clean, "{run:?}");
    let said = states(&manifest(&scratch.path().join("d")));
    for line in ["1 stacks whole", "1 trace whole", "2 leaks whole"] {
        assert!(said.contains(&line.to_owned()), "{line}: {said:?}");
    }
}

#[test]
fn a_spike_starts_it_and_the_next_one_has_to_wait() {
    let looks = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&looks);
    let process = Process::start(move |path| match path {
        "/debug/pprof/" => index(counter.fetch_add(1, Ordering::Relaxed) as u64),
        _ => whole(path),
    });
    let scratch = Scratch::new("capture-spike");
    let words = [
        "--on",
        "goroutines>3",
        "--poll",
        "10ms",
        "--captures",
        "2",
        "--cooldown",
        "400ms",
        "-o",
        "x.case",
    ];
    let start = Instant::now();
    let run = capture(
        &scratch,
        &[&words[..], &["--header", "X-Team: core", &process.url]].concat(),
    );
    assert_eq!(run.exit, Exit::Clean, "{run:?}");
    assert!(start.elapsed() >= Duration::from_millis(400));
    {
        let log = process.asked.lock().expect("no panic");
        let first = log
            .iter()
            .position(|(path, _, _)| path != "/debug/pprof/")
            .expect("a capture");
        // Five looks (0 to 4), and the index of the first round.
        assert_eq!(first, 6);
        assert!(
            log.iter()
                .all(|(_, head, _)| head.to_ascii_lowercase().contains("x-team: core"))
        );
    }
    for name in ["x-1.case", "x-2.case"] {
        let back = run_with(&["inspect", name], b"", scratch.path());
        assert_eq!(back.exit, Exit::Clean, "{name}: {back:?}");
    }
    let run = capture(
        &scratch,
        &[
            "--on",
            "memstats.HeapAlloc>17",
            "--give-up",
            "50ms",
            "--poll",
            "10ms",
            "-o",
            "y",
            &process.url,
        ],
    );
    assert_eq!(run.exit, Exit::Trouble);
    assert!(run.err.contains("given up"), "{}", run.err);
    let run = capture(
        &scratch,
        &["--on", "go_goroutines>=1", "--poll", "10ms", "-o", "y", &process.url],
    );
    assert_eq!(run.exit, Exit::Clean, "{run:?}");
    let found = manifest(&scratch.path().join("y"));
    assert_eq!(found["trigger"]["condition"], "go_goroutines>=1");
    assert_eq!(found["targets"][0]["go_version"], "go1.27.3");
}

#[test]
fn two_instances_are_kept_apart() {
    let (one, two) = (Process::start(whole), Process::start(whole));
    let scratch = Scratch::new("capture-two");
    let run = capture(&scratch, &["-o", "d", &one.url, &two.url]);
    assert_eq!(run.exit, Exit::Clean, "{run:?}");
    assert_eq!(one.asked(), two.asked());
    let found = manifest(&scratch.path().join("d"));
    assert_eq!(found["targets"].as_array().map(Vec::len), Some(2));
    let names: std::collections::BTreeSet<&str> = found["parts"]
        .as_array()
        .expect("parts")
        .iter()
        .filter_map(|part| part["name"].as_str())
        .collect();
    assert_eq!(
        names.iter().filter(|name| name.ends_with("/001-stacks.txt")).count(),
        2,
        "{names:?}"
    );
}

#[test]
fn damage_is_a_problem_and_no_failure() {
    let process = Process::start(whole);
    let scratch = Scratch::new("capture-damage");
    capture(&scratch, &["-o", "d", &process.url]);
    let found = manifest(&scratch.path().join("d"));
    let file = |kind: &str| {
        let part = found["parts"]
            .as_array()
            .expect("parts")
            .iter()
            .find(|part| part["kind"] == kind);
        scratch
            .path()
            .join("d")
            .join(part.and_then(|part| part["name"].as_str()).expect("a name"))
    };
    let text = std::fs::read_to_string(file("stacks")).expect("it is there");
    std::fs::write(file("stacks"), text.replace("main.go:12", "main.go:13")).expect("writable");
    std::fs::remove_file(file("metrics")).expect("it is there");
    let back = run_with(&["inspect", "--format", "json", "d"], b"", scratch.path());
    assert_eq!(back.exit, Exit::Clean, "{back:?}");
    let problems = back.json()["problems"].to_string();
    assert!(
        problems.contains("checksum") && problems.contains("cannot be read"),
        "{problems}"
    );
}

#[test]
fn mistakes_are_said_before_anything_is_asked() {
    let scratch = Scratch::new("capture-usage");
    scratch.write("full/notes.txt", "mine");
    for (words, said) in [
        (&["capture", "-o", "d", "dump.txt"][..], "not a URL"),
        (
            &["capture", "-o", "full", "http://127.0.0.1:1"],
            "something else than a capture",
        ),
        (
            &[
                "capture",
                "-o",
                "d",
                "--every",
                "1s",
                "--for",
                "2h",
                "http://127.0.0.1:1",
            ],
            "at most 1000",
        ),
        (
            &["capture", "-o", "d", "--on", "goroutines", "http://127.0.0.1:1"],
            "not a condition",
        ),
        (
            &["capture", "-o", "d", "--page", "version", "http://127.0.0.1:1"],
            "not a path",
        ),
        (&["capture", "http://127.0.0.1:1"], "--output"),
    ] {
        let run = run_with(words, b"", scratch.path());
        assert_eq!(run.exit, Exit::Trouble, "{words:?}");
        assert!(run.err.contains(said), "{words:?}: {}", run.err);
    }
    let help = run(&["capture", "--help"]);
    assert!(help.out.contains("--on <CONDITION>"), "{}", help.out);
}
