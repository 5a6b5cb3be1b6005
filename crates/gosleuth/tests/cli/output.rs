//! Formats, files, exit codes, configuration, help.

use std::process::{Command, Stdio};

use gosleuth::Exit;

use crate::{DEADLOCK, Scratch, run, run_with};

#[test]
fn every_format_goes_to_standard_output_and_to_a_file() {
    let scratch = Scratch::new("formats");
    scratch.write("dead.txt", DEADLOCK);
    for (format, start) in [("json", "{"), ("markdown", "#"), ("html", "<!"), ("text", "")] {
        let shown = run_with(&["inspect", "--format", format, "dead.txt"], b"", scratch.path());
        assert_eq!(shown.exit, Exit::Found, "{format}: {}", shown.err);
        assert!(
            shown.out.trim_start().to_lowercase().starts_with(start),
            "{format}: {}",
            shown.out
        );
        assert!(shown.out.contains("main.main"), "{format}");
        let written = run_with(
            &["inspect", "--format", format, "-o", "report", "dead.txt"],
            b"",
            scratch.path(),
        );
        assert_eq!((written.exit, written.out.as_str()), (Exit::Found, ""), "{format}");
        let file = std::fs::read_to_string(scratch.path().join("report")).expect("written");
        if matches!(format, "json" | "text") {
            assert_eq!(file, shown.out, "{format}");
        }
    }
}

#[test]
fn a_report_that_cannot_be_written_is_exit_code_2() {
    let scratch = Scratch::new("unwritable");
    scratch.write("dead.txt", DEADLOCK);
    let run = run_with(&["inspect", "-o", "no/such/directory", "dead.txt"], b"", scratch.path());
    assert_eq!(run.exit, Exit::Trouble);
    assert!(run.err.starts_with("gosleuth: cannot write "), "{}", run.err);
}

#[test]
fn json_is_the_same_bytes_each_time_and_has_what_the_contract_says() {
    let words = ["inspect", "--format", "json", "testdata/recordings/orders/go1.27/leaky"];
    let (first, second) = (run(&words), run(&words));
    assert!(first.out == second.out, "two runs differ");
    let json = first.json();
    assert_eq!(json["version"], 1);
    for key in ["inputs", "groups", "suspects", "candidates", "problems"] {
        assert!(json[key].is_array(), "{key}");
    }
    assert!(json["stats"].is_object());
    let suspect = &json["suspects"][0];
    for key in ["kind", "verdict", "headline", "why", "do", "site", "related", "count"] {
        assert!(!suspect[key].is_null(), "{key}: {suspect}");
    }
}

#[test]
fn fail_on_decides_the_exit_code_and_nothing_else() {
    let scratch = Scratch::new("fail-on");
    scratch.write("dead.txt", DEADLOCK);
    let any = run_with(&["inspect", "dead.txt"], b"", scratch.path());
    for (level, exit) in [
        ("any", Exit::Found),
        ("proved", Exit::Found),
        ("error", Exit::Found),
        ("never", Exit::Clean),
    ] {
        let run = run_with(&["inspect", "--fail-on", level, "dead.txt"], b"", scratch.path());
        assert_eq!(run.exit, exit, "{level}");
        assert_eq!(run.out, any.out, "{level}");
    }
}

#[test]
fn the_configuration_is_found_above_and_flags_win() {
    let scratch = Scratch::new("config");
    scratch.write("gosleuth.toml", "[inspect]\nfail-on = \"never\"\n");
    scratch.write("deep/down/dead.txt", DEADLOCK);
    let directory = scratch.path().join("deep/down");
    let exit = |words: &[&str]| run_with(&[&["inspect"], words].concat(), b"", &directory).exit;
    assert_eq!(exit(&["dead.txt"]), Exit::Clean);
    assert_eq!(exit(&["--fail-on", "any", "dead.txt"]), Exit::Found);
    assert_eq!(exit(&["--no-config", "dead.txt"]), Exit::Found);
    scratch.write("other.toml", "[inspect]\nmax-blocked = \"soon\"\n");
    assert_eq!(exit(&["--config", "../../other.toml", "dead.txt"]), Exit::Trouble);
    assert_eq!(exit(&["--config", "missing.toml", "dead.txt"]), Exit::Trouble);
}

/// The example has every key, and its values are the defaults: with and without it the report is the same.
#[test]
fn the_example_configuration_is_the_defaults() {
    let dump = "testdata/recordings/orders/go1.27/leaky/goroutine.3.debug2.txt.gz";
    let with = run(&["inspect", "--config", "gosleuth.example.toml", dump]);
    let without = run(&["inspect", "--no-config", dump]);
    assert_eq!((with.exit, with.out), (without.exit, without.out), "{}", with.err);
}

#[test]
fn thresholds_reach_the_diagnosis() {
    let suspects = |limit: &str| {
        let dump = "testdata/recordings/orders/go1.27/leaky/goroutine.3.debug2.txt.gz";
        let json = run(&[
            "inspect",
            "--no-config",
            "--max-blocked",
            limit,
            "--format",
            "json",
            dump,
        ])
        .json();
        json["suspects"].as_array().map(Vec::len)
    };
    assert!(
        suspects("1m") > suspects("1h"),
        "{:?} {:?}",
        suspects("1m"),
        suspects("1h")
    );
}

#[test]
fn usage_errors_are_exit_code_2_and_help_is_0() {
    for words in [
        &["inspect", "--format", "pdf", "x"][..],
        &["inspect"],
        &["frobnicate"],
        &["inspect", "--min-wait", "soon", "x"],
        &[],
    ] {
        let run = run(words);
        assert_eq!((run.exit, run.out.as_str()), (Exit::Trouble, ""), "{words:?}");
        assert_ne!(run.err, "", "{words:?}");
    }
    for words in [
        &["--help"][..],
        &["--version"],
        &["inspect", "--help"],
        &["inspect", "-h"],
        &["list", "--help"],
        &["explain", "--help"],
    ] {
        let run = run(words);
        assert_eq!((run.exit, run.err.as_str()), (Exit::Clean, ""), "{words:?}");
        assert_ne!(run.out, "", "{words:?}");
    }
}

#[test]
fn explain_lists_and_shows_pages() {
    let list = run(&["explain"]);
    assert_eq!(list.exit, Exit::Clean);
    assert!(list.out.lines().count() > 50, "{}", list.out);
    for line in list.out.lines() {
        let id = line.split(' ').next().expect("an id");
        let page = run(&["explain", id]);
        assert_eq!(page.exit, Exit::Clean, "{id}");
        assert!(
            page.out.starts_with("# ") && page.out.contains(id),
            "{id}: {}",
            page.out
        );
    }
    let unknown = run(&["explain", "asleep-goroutines"]);
    assert_eq!(unknown.exit, Exit::Trouble);
    assert!(unknown.err.contains("all-goroutines-asleep"), "{}", unknown.err);
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = run(&["completions", shell]);
        assert_eq!(run.exit, Exit::Clean, "{shell}");
        assert!(run.out.contains("fail-on"), "{shell}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_success() {
    let dump = crate::root().join("testdata/recordings/orders/go1.27/leaky");
    let mut child = Command::new(env!("CARGO_BIN_EXE_gosleuth"))
        .args(["inspect", "--full", "--format", "json"])
        .arg(dump)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    drop(child.stdout.take());
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(0));
}

#[test]
fn colour_only_where_it_is_wanted() {
    let scratch = Scratch::new("colour");
    scratch.write("dead.txt", DEADLOCK);
    let has_colour = |words: &[&str]| {
        run_with(&[&["inspect"], words, &["dead.txt"]].concat(), b"", scratch.path())
            .out
            .contains('\x1b')
    };
    assert!(!has_colour(&[]), "not a terminal");
    assert!(has_colour(&["--color", "always"]));
    assert!(!has_colour(&["--color", "never"]));
}

#[test]
fn redaction_reaches_the_report() {
    let scratch = Scratch::new("redact");
    scratch.write("dead.txt", DEADLOCK);
    let run = run_with(&["inspect", "--redact", "--full", "dead.txt"], b"", scratch.path());
    assert!(!run.out.contains("/home/u/app"), "{}", run.out);
    assert!(run.out.contains("main.go:9"), "{}", run.out);
}
