//! `--exec` with programs of the shell. Go programs are in `go.rs`.
#![cfg(unix)]

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use gosleuth::Exit;

use crate::{DEADLOCK, HEALTHY, Scratch, run, run_with};

fn shell(script: &str) -> crate::Run {
    run(&["inspect", "--exec", "--", "sh", "-c", script])
}

#[test]
fn output_passes_through_and_the_code_is_that_of_the_program() {
    let run = shell("echo out; echo err >&2; exit 7");
    assert_eq!((run.exit, run.out.as_str()), (Exit::Program(7), "out\n"));
    assert!(run.err.starts_with("err\n"), "{}", run.err);
    assert!(
        run.err
            .ends_with("gosleuth: sh ended with exit code 7; its output holds nothing to explain\n"),
        "{}",
        run.err
    );
    assert_eq!(shell("true").exit.code(), 0);
}

#[test]
fn a_death_is_explained_from_either_stream() {
    let scratch = Scratch::new("exec");
    scratch.write("dead.txt", DEADLOCK);
    for script in ["cat dead.txt >&2; exit 2", "cat dead.txt; exit 2"] {
        let run = run_with(&["inspect", "--exec", "--", "sh", "-c", script], b"", scratch.path());
        assert_eq!(run.exit, Exit::Found, "{script}: {run:?}");
        assert!(run.out.contains("deadlock"), "{script}: {}", run.out);
    }
}

#[test]
fn a_report_for_programs_has_standard_output_for_itself() {
    let scratch = Scratch::new("exec-json");
    scratch.write("healthy.txt", HEALTHY);
    let words = [
        "inspect",
        "--format",
        "json",
        "--exec",
        "--",
        "sh",
        "-c",
        "echo hello; cat healthy.txt >&2",
    ];
    let run = run_with(&words, b"", scratch.path());
    assert_eq!(run.exit, Exit::Program(0));
    assert_eq!(run.json()["version"], 1);
    assert!(run.err.contains("hello\n"), "{}", run.err);
}

#[test]
fn a_killed_program_is_said_to_be_killed() {
    let run = shell("kill -9 $$");
    assert_eq!(run.exit, Exit::Program(137));
    assert!(run.err.contains("out-of-memory killer"), "{}", run.err);
}

#[test]
fn a_program_that_does_not_exist_is_trouble() {
    let run = run(&["inspect", "--exec", "--", "./no-such-program"]);
    assert_eq!(run.exit, Exit::Trouble);
    assert_eq!(
        run.err,
        "gosleuth: cannot run ./no-such-program: no such file or directory\n"
    );
}

#[test]
fn the_time_limit_asks_with_sigquit() {
    let start = Instant::now();
    let script = "trap 'echo quit; exit 3' QUIT; while :; do sleep 0.05; done";
    let run = run(&["inspect", "--timeout", "300ms", "--exec", "--", "sh", "-c", script]);
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    assert_eq!(
        (run.exit, run.out.as_str()),
        (Exit::Program(3), "quit\n"),
        "{}",
        run.err
    );
    assert!(run.err.contains("still running after 300ms"), "{}", run.err);
}

#[test]
fn a_child_that_keeps_the_streams_does_not_keep_us() {
    let start = Instant::now();
    let run = shell("sleep 30 & exit 0");
    assert_eq!(run.exit, Exit::Program(0));
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}

#[test]
fn signals_are_passed_on_and_ctrl_c_becomes_sigquit() {
    for (signal, expected) in [("INT", "quit"), ("TERM", "term"), ("USR1", "user")] {
        let script = "trap 'echo quit; exit 3' QUIT; trap 'echo term; exit 4' TERM; trap 'echo user; exit 5' USR1; \
            echo ready; while :; do sleep 0.05; done";
        let mut child = Command::new(env!("CARGO_BIN_EXE_gosleuth"))
            .args(["inspect", "--exec", "--", "sh", "-c", script])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let mut out = child.stdout.take().expect("piped");
        let mut ready = [0; 6];
        out.read_exact(&mut ready).expect("the program says that it is ready");
        let sent = Command::new("kill")
            .args([format!("-{signal}"), child.id().to_string()])
            .status();
        assert!(sent.is_ok_and(|status| status.success()));
        let mut rest = String::new();
        out.read_to_string(&mut rest).expect("text");
        assert!(rest.starts_with(expected), "{signal}: {rest:?}");
        assert!(
            matches!(child.wait().ok().and_then(|status| status.code()), Some(3..=5)),
            "{signal}"
        );
    }
}
