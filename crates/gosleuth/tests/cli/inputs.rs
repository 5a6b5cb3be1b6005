//! Files, directories, standard input, bad input.

use gosleuth::Exit;

use crate::{DEADLOCK, HEALTHY, Scratch, run, run_with};

#[test]
fn standard_input_is_read_alone_and_among_files() {
    let scratch = Scratch::new("stdin");
    scratch.write("healthy.txt", HEALTHY);
    let alone = run_with(&["inspect", "-"], DEADLOCK.as_bytes(), scratch.path());
    assert_eq!(alone.exit, Exit::Found, "{alone:?}");
    assert!(alone.out.contains("main.main"), "{}", alone.out);
    let among = run_with(
        &["inspect", "--format", "json", "healthy.txt", "-"],
        DEADLOCK.as_bytes(),
        scratch.path(),
    );
    assert_eq!(among.exit, Exit::Found);
    assert_eq!(
        among.json()["inputs"].as_array().map(Vec::len),
        Some(2),
        "{}",
        among.out
    );
}

#[test]
fn a_healthy_process_is_exit_code_0() {
    let scratch = Scratch::new("healthy");
    scratch.write("healthy.txt", HEALTHY);
    let run = run_with(&["inspect", "healthy.txt"], b"", scratch.path());
    assert_eq!((run.exit, run.err.as_str()), (Exit::Clean, ""), "{}", run.out);
}

/// One clear sentence each, exit code 2, no report.
#[test]
fn bad_input_is_one_sentence() {
    let scratch = Scratch::new("bad");
    scratch.write("empty", "");
    scratch.write("letter.txt", "Dear Sir or Madam,\nthe goroutine is fine.\n");
    scratch.write("cat.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0");
    scratch.write("directory/letter.txt", "nothing\n");
    for name in [
        "empty",
        "letter.txt",
        "cat.png",
        "directory",
        "missing.txt",
        "http://",
        "http://127.0.0.1:1",
    ] {
        let run = run_with(&["inspect", name], b"", scratch.path());
        assert_eq!(run.exit, Exit::Trouble, "{name}: {run:?}");
        assert_eq!(run.out, "", "{name}");
        let sentences: Vec<&str> = run
            .err
            .lines()
            .filter(|line| !line.starts_with("gosleuth: asking"))
            .collect();
        assert_eq!(sentences.len(), 1, "{name}: {}", run.err);
        assert!(
            sentences[0].starts_with("gosleuth: ") && sentences[0].contains(name),
            "{name}: {}",
            run.err
        );
    }
}

#[test]
fn bad_input_does_not_spoil_the_others() {
    let scratch = Scratch::new("mixed");
    scratch.write("dead.txt", DEADLOCK);
    scratch.write("healthy.txt", HEALTHY);
    scratch.write("empty", "");
    let found = run_with(&["inspect", "missing", "empty", "dead.txt"], b"", scratch.path());
    assert_eq!(found.exit, Exit::Found);
    assert!(found.out.contains("main.main"), "{}", found.out);
    assert_eq!(found.err.lines().count(), 2, "{}", found.err);
    // No suspect in what was read is no clean bill for what was not.
    let unknown = run_with(&["inspect", "missing", "healthy.txt"], b"", scratch.path());
    assert_eq!(unknown.exit, Exit::Trouble);
    assert_ne!(unknown.out, "");
}

#[test]
fn a_directory_is_all_its_files_sorted() {
    let scratch = Scratch::new("directory");
    scratch.write("d/b/2.txt", HEALTHY);
    scratch.write("d/a.txt", HEALTHY);
    scratch.write("d/notes.md", "seen on Tuesday\n");
    scratch.write("d/.hidden", DEADLOCK);
    let run = run_with(&["inspect", "--format", "json", "d"], b"", scratch.path());
    let json = run.json();
    let names: Vec<&str> = json["inputs"]
        .as_array()
        .expect("inputs")
        .iter()
        .filter_map(|input| input["name"].as_str())
        .collect();
    assert_eq!(names, ["d/a.txt", "d/b/2.txt", "d/notes.md"]);
    assert_eq!(run.exit, Exit::Clean, "other files may lie there: {}", run.err);
}

#[test]
fn a_recorded_service_leaks() {
    let leaky = run(&[
        "inspect",
        "testdata/recordings/orders/go1.27/leaky/goroutine.3.debug2.txt.gz",
    ]);
    assert_eq!(leaky.exit, Exit::Found, "{}", leaky.out);
}

#[test]
fn its_fixed_twin_under_the_same_load_does_not() {
    for version in ["go1.21", "go1.27"] {
        for dump in ["goroutine.3.debug2.txt.gz", "goroutine.3.pb.gz", ""] {
            let path = format!("testdata/recordings/orders/{version}/fixed/{dump}");
            let fixed = run(&["inspect", "--no-config", &path]);
            assert_eq!(fixed.exit, Exit::Clean, "{path}: {}", fixed.out);
        }
    }
}

#[test]
fn the_baseline_is_not_what_is_judged() {
    let scratch = Scratch::new("baseline");
    scratch.write("good.txt", HEALTHY);
    scratch.write("bad.txt", DEADLOCK);
    let run = run_with(&["inspect", "--baseline", "good.txt", "bad.txt"], b"", scratch.path());
    assert_eq!(run.exit, Exit::Found, "{run:?}");
}
