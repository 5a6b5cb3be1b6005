//! `gosleuth trace`.

use gosleuth::Exit;

use crate::{Scratch, root, run, run_with};

const TRACE: &str = "testdata/recordings/traces/go1.27-slow.trace.gz";

fn json(arguments: &[&str]) -> serde_json::Value {
    let mut words = vec!["trace", TRACE];
    words.extend(arguments);
    words.extend(["--format", "json"]);
    let run = run(&words);
    assert_eq!((run.exit, run.err.as_str()), (Exit::Clean, ""), "{arguments:?}");
    serde_json::from_str(&run.out).expect("a document")
}

#[test]
fn every_view_has_something_to_show() {
    let views = [
        ("summary", "waits"),
        ("goroutines", "goroutines"),
        ("sites", "sites"),
        ("blocked", "blocked"),
        ("latency", "latency"),
        ("waits", "waits"),
        ("syscalls", "syscalls"),
        ("wakers", "wakers"),
        ("sched", "processors"),
        ("gc", "collector"),
        ("tasks", "regions"),
    ];
    for (view, table) in views {
        let document = json(&[view]);
        assert_eq!(document["version"], 1, "{view}");
        let rows = document[table]
            .as_array()
            .unwrap_or_else(|| panic!("{view}: {document}"));
        assert!(!rows.is_empty(), "{view}");
        let text = run(&["trace", TRACE, view]);
        assert_eq!((text.exit, text.err.as_str()), (Exit::Clean, ""), "{view}");
        assert!(text.out.lines().count() > 3, "{view}:\n{}", text.out);
        let csv = run(&["trace", TRACE, view, "--format", "csv"]);
        assert!(csv.out.lines().next().is_some_and(|line| line.contains(',')), "{view}");
    }
}

#[test]
fn blocked_goroutines_are_those_of_the_program() {
    let document = json(&["blocked"]);
    let rows = document["blocked"].as_array().expect("a list");
    let at: Vec<&str> = rows.iter().filter_map(|row| row["at"].as_str()).collect();
    for function in ["main.main.func1 ", "main.main.func2 ", "main.main.func3 "] {
        assert!(
            at.iter().any(|place| place.starts_with(function)),
            "{function} in {at:?}"
        );
    }
    let whole = |row: &&serde_json::Value| row["whole_trace"] == "always";
    assert_eq!(rows.iter().filter(whole).count(), 2, "{rows:?}");
    let long = json(&["blocked", "--blocked-for", "2.4s"]);
    assert_eq!(long["blocked"].as_array().map(Vec::len), Some(2));
    let one = json(&["blocked", "--goroutine", rows[0]["goroutine"].to_string().as_str()]);
    assert_eq!(one["blocked"].as_array().map(Vec::len), Some(1));
}

#[test]
fn filters_narrow() {
    let sites = json(&["sites", "--site", "main.consume"]);
    assert_eq!(sites["sites"].as_array().map(Vec::len), Some(1));
    assert_eq!(sites["sites"][0]["goroutines"], 3);
    let early = json(&["summary", "--window", "0..100ms"]);
    assert_eq!(early["summary"]["duration"], 100_000_000);
    let run = run(&["trace", TRACE, "--window", "2s..1s"]);
    assert_eq!(run.exit, Exit::Trouble);
    assert!(run.err.contains("ends before it starts"), "{}", run.err);
}

#[test]
fn a_story_of_one_goroutine() {
    let document = json(&["--follow", "1"]);
    let steps = document["steps"].as_array().expect("a list");
    assert!(steps.len() > 100);
    assert!(
        steps
            .iter()
            .any(|step| step["what"] == "waits: sync.(*WaitGroup).Wait" && step["where"] == "main.main main.go:154")
    );
    assert!(
        steps
            .iter()
            .any(|step| step["what"] == "is woken" && !step["cause"].is_null())
    );
}

#[test]
fn events_in_order() {
    let run = run(&["trace", TRACE, "events", "--top", "5"]);
    assert_eq!((run.exit, run.err.as_str()), (Exit::Clean, ""));
    assert!(run.out.starts_with("M=-1 P=-1 G=-1 Sync Time="), "{}", run.out);
    let waits = crate::run(&[
        "trace",
        TRACE,
        "events",
        "--state",
        "waiting",
        "--site",
        "main.consume",
        "--format",
        "json",
    ]);
    assert!(waits.out.lines().count() > 10);
    for line in waits.out.lines() {
        let event: serde_json::Value = serde_json::from_str(line).expect("an object");
        assert!(
            event["event"].as_str().is_some_and(|text| text.contains("->Waiting")),
            "{line}"
        );
    }
    let csv = crate::run(&["trace", TRACE, "events", "--format", "csv", "--top", "3"]);
    assert_eq!(csv.out.lines().count(), 4);
}

#[test]
fn a_cut_trace_from_standard_input() {
    let bytes = std::fs::read(root().join(TRACE)).expect("the recording");
    let run = run_with(&["trace", "-", "sites"], &bytes[..bytes.len() - 2000], &root());
    assert_eq!(run.exit, Exit::Clean, "{}", run.err);
    assert!(run.err.contains("left out"), "{}", run.err);
    assert!(run.out.contains("main.consume from main.main"), "{}", run.out);
}

#[test]
fn what_is_no_trace_is_named() {
    let scratch = Scratch::new("no-trace");
    scratch.write("dump.txt", "goroutine 1 [running]:\nmain.main()\n");
    let run = run_with(&["trace", "dump.txt"], b"", scratch.path());
    assert_eq!(run.exit, Exit::Trouble);
    assert!(run.err.contains("this is not an execution trace"), "{}", run.err);
    let missing = crate::run(&["trace", "nowhere.trace"]);
    assert_eq!(missing.exit, Exit::Trouble);
    assert!(
        missing
            .err
            .contains("cannot read nowhere.trace: no such file or directory"),
        "{}",
        missing.err
    );
}

#[test]
fn a_trace_is_inspected_like_other_evidence() {
    let run = run(&["inspect", TRACE, "--format", "json"]);
    assert_eq!((run.exit, run.err.as_str()), (Exit::Found, ""));
    let document: serde_json::Value = serde_json::from_str(&run.out).expect("a document");
    let suspects = document["suspects"].as_array().expect("a list");
    // Goroutines that wait at a channel may be woken after the trace; `select {}` is never.
    assert_eq!(suspects.len(), 1, "{suspects:?}");
    assert_eq!(suspects[0]["kind"], "empty-select");
}

#[test]
fn an_exported_text_is_the_same_trace() {
    let scratch = Scratch::new("trace-text");
    let file = scratch.path().join("trace.txt");
    let file = file.to_str().expect("a path");
    let export = run(&["trace", TRACE, "export", "-o", file]);
    assert_eq!(
        (export.exit, export.out.as_str(), export.err.as_str()),
        (Exit::Clean, "", "")
    );
    let text = std::fs::read_to_string(file).expect("a file");
    assert!(text.starts_with("Trace Go1.26\nEventBatch gen=1 "), "{}", &text[..100]);
    for view in ["summary", "sites", "events"] {
        let ours = run(&["trace", file, view, "--top", "50"]);
        assert_eq!(ours.out, run(&["trace", TRACE, view, "--top", "50"]).out, "{view}");
    }
    let binary = scratch.path().join("again.trace");
    let binary = binary.to_str().expect("a path");
    let export = run(&["trace", file, "export", "--format", "binary", "--output", binary]);
    assert_eq!((export.exit, export.err.as_str()), (Exit::Clean, ""));
    assert!(run(&["trace", binary, "export"]).out == text);
}

#[test]
fn forms_belong_to_views() {
    let wrong = run(&["trace", TRACE, "export", "--format", "csv"]);
    assert_eq!(wrong.exit, Exit::Trouble);
    assert!(
        wrong.err.contains("`events --format csv` has every event"),
        "{}",
        wrong.err
    );
    let wrong = run(&["trace", TRACE, "sites", "--format", "binary"]);
    assert!(
        wrong.err.contains("--format binary belongs to `export`"),
        "{}",
        wrong.err
    );
    let wrong = run(&["trace", TRACE, "sites", "-o", "x"]);
    assert!(wrong.err.contains("--output belongs to `export`"), "{}", wrong.err);
    let scratch = Scratch::new("trace-text-wrong");
    scratch.write(
        "wrong.txt",
        "Trace Go1.26\nEventBatch gen=1 m=1 time=1 size=1\nGoStart\n",
    );
    let wrong = run_with(&["trace", "wrong.txt"], b"", scratch.path());
    assert_eq!(wrong.exit, Exit::Trouble);
    assert!(
        wrong.err.contains("line 3 of the text of a trace: dt=… is missing"),
        "{}",
        wrong.err
    );
}

#[test]
fn exports_for_other_programs() {
    let scratch = Scratch::new("trace-export");
    let at = |name: &str| scratch.path().join(name).to_str().expect("a path").to_owned();
    let perfetto = run(&["trace", TRACE, "export", "--format", "perfetto", "-o", &at("t.pftrace")]);
    assert_eq!((perfetto.exit, perfetto.err.as_str()), (Exit::Clean, ""));
    // A packet is field 1 of the whole.
    assert_eq!(std::fs::read(at("t.pftrace")).expect("a file")[0], 0x0a);
    let html = run(&["trace", TRACE, "export", "--format", "html"]);
    assert_eq!((html.exit, html.err.as_str()), (Exit::Clean, ""));
    assert!(html.out.starts_with("<!doctype html>\n") && html.out.ends_with("</html>\n"));
    let parquet = run(&["trace", TRACE, "export", "--format", "parquet", "-o", &at("tables")]);
    assert_eq!((parquet.exit, parquet.err.as_str()), (Exit::Clean, ""));
    for table in ["events", "states", "goroutines", "stacks"] {
        let bytes = std::fs::read(at("tables").to_owned() + "/" + table + ".parquet").expect("a file");
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"), "{table}");
    }
    let wrong = run(&["trace", TRACE, "export", "--format", "parquet"]);
    assert!(
        wrong.err.contains("needs --output with the name of a directory"),
        "{}",
        wrong.err
    );
    scratch.write("dump.txt", "goroutine 1 [running]:\nmain.main()\n");
    let wrong = run_with(
        &["trace", "dump.txt", "export", "--format", "html"],
        b"",
        scratch.path(),
    );
    assert_eq!((wrong.exit, wrong.out.as_str()), (Exit::Trouble, ""));
}

const BLOCKED: &str = "testdata/recordings/traces/programs/lock_abba-transfer.trace.gz";

#[test]
fn the_summary_names_suspects_with_why_and_what_to_do() {
    let text = run(&["trace", BLOCKED]);
    assert_eq!((text.exit, text.err.as_str()), (Exit::Clean, ""));
    for part in [
        "Suspects",
        "blocked-mutex",
        "main.(*wallet).deposit",
        "why ",
        "Nobody got this lock here",
        "do ",
    ] {
        assert!(text.out.contains(part), "{part} in\n{}", text.out);
    }
    let document = run(&["trace", BLOCKED, "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&document.out).expect("a document");
    assert_eq!(document["suspects"][0]["kind"], "blocked-mutex");
    assert_eq!(document["suspects"][0]["goroutines"], 28);
    let healthy = run(&["trace", "testdata/recordings/traces/programs/loaded_workers.trace.gz"]);
    assert!(!healthy.out.contains("Suspects"), "{}", healthy.out);
    // Of a part nothing is said, since it does not show how things end.
    let part = run(&["trace", BLOCKED, "--window", "0..1s"]);
    assert!(!part.out.contains("Suspects"), "{}", part.out);
}

#[test]
fn a_critical_path_goes_from_waker_to_waker() {
    let document = json(&["path", "--goroutine", "1", "--window", "0..200ms"]);
    let links = document["path"].as_array().expect("a list");
    assert!(links.len() > 5, "{links:?}");
    // Its parts follow each other without gaps or overlaps, up to the end.
    let number = |link: &serde_json::Value, key: &str| link[key].as_u64().expect("a number");
    for pair in links.windows(2) {
        assert_eq!(
            number(&pair[0], "at") + number(&pair[0], "for"),
            number(&pair[1], "at"),
            "{pair:?}"
        );
    }
    let last = links.last().expect("a link");
    assert_eq!(last["goroutine"], 1);
    assert!(number(last, "at") + number(last, "for") <= 200_000_000);
    assert!(
        links.iter().any(|link| link["goroutine"] != 1),
        "somebody else was waited for"
    );
    let run = run(&["trace", TRACE, "path"]);
    assert_eq!(run.exit, Exit::Trouble);
    assert!(run.err.contains("--goroutine G"), "{}", run.err);
}
