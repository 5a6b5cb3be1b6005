//! `gosleuth case repro`: tests that show findings and suspects.

use std::process::Command;

use gosleuth::Exit;
use gosleuth_testkit::recordings::Recordings;

use crate::go::has_go;
use crate::{Run, Scratch, root, run_with};

const MODULE: &str = "module example.com/quotes\n\ngo 1.21\n";

/// A quote that nobody takes when the caller has given up; the channel has room for it in the corrected program.
fn quotes(room: &str) -> String {
    format!(
        r#"package quotes

import (
	"errors"
	"time"
)

type Client struct {{
	upstream func(symbol string) (int64, error)
	timeout  time.Duration
}}

func (c *Client) Price(symbol string) (int64, error) {{
	answer := make(chan int64{room})
	go func() {{
		cents, _ := c.upstream(symbol)
		answer <- cents
	}}()
	select {{
	case cents := <-answer:
		return cents, nil
	case <-time.After(c.timeout):
		return 0, errors.New("too late")
	}}
}}
"#
    )
}

fn module(name: &str, text: &str) -> Scratch {
    let scratch = Scratch::new(name);
    std::fs::write(scratch.path().join("go.mod"), MODULE).expect("a file");
    std::fs::write(scratch.path().join("quotes.go"), text).expect("a file");
    scratch
}

fn repro(scratch: &Scratch, words: &[&str]) -> Run {
    run_with(&[&["case", "repro"], words].concat(), b"", scratch.path())
}

/// The fingerprint of the only finding.
fn fingerprint(scratch: &Scratch) -> String {
    let checked = run_with(
        &["check", "--format", "json", "--no-config", "--no-cache"],
        b"",
        scratch.path(),
    );
    let findings = checked.json();
    findings["findings"][0]["fingerprint"]
        .as_str()
        .unwrap_or_else(|| panic!("no finding: {findings}"))
        .to_owned()
}

#[test]
fn a_test_of_a_finding() {
    let scratch = module("repro", &quotes(""));
    let print = fingerprint(&scratch);
    let made = repro(&scratch, &["--finding", &print]);
    assert_eq!(made.exit, Exit::Clean, "{}", made.err);
    let test = format!("TestGosleuthRepro{}", &print[..8]);
    let expected = format!("go test -run '^{test}$' -count=1 .");
    assert!(made.out.contains(&expected), "{}", made.out);
    for word in ["-race", "-trace trace.out", "GODEBUG=gctrace=1"] {
        assert!(made.out.contains(word), "{word}: {}", made.out);
    }
    let path = scratch.path().join("zz_gosleuth_repro_test.go");
    let text = std::fs::read_to_string(&path).expect("the test");
    for part in [
        "package quotes\n",
        "GL002 at quotes.go:17",
        "(&Client{upstream: func(_ string) (int64, error) {",
        ".Price(\"x\")",
        r"`(?m)^\S*\.(\(?\*?Client(?:\[\.\.\.\])?\)?\.Price)[(.\[]`",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // What is there is never overwritten.
    let again = repro(&scratch, &["--finding", &print]);
    assert_eq!(again.exit, Exit::Trouble);
    assert!(again.err.contains("-o names another file"), "{}", again.err);
    assert_eq!(std::fs::read_to_string(&path).expect("the test"), text);
    let shown = repro(&scratch, &["--finding", &print[..6], "-o", "-"]);
    assert_eq!(shown.out, text);
    let unknown = repro(&scratch, &["--finding", "0000000000000000"]);
    assert_eq!(unknown.exit, Exit::Trouble);
    assert!(
        unknown.err.contains("no finding has the fingerprint"),
        "{}",
        unknown.err
    );
}

#[test]
fn it_fails_on_the_fault_and_passes_without() {
    if !has_go() {
        return;
    }
    let scratch = module("repro-go", &quotes(""));
    let made = repro(&scratch, &["--finding", &fingerprint(&scratch)]);
    assert_eq!(made.exit, Exit::Clean, "{}", made.err);
    let tested = || {
        let output = Command::new("go")
            .args(["test", "-count=1", "."])
            .env("GOTOOLCHAIN", "local")
            .env("GOFLAGS", "")
            .current_dir(scratch.path())
            .output()
            .expect("go starts");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.success(), text)
    };
    let (passes, text) = tested();
    assert!(!passes && text.contains("it is left behind"), "{text}");
    std::fs::write(scratch.path().join("quotes.go"), quotes(", 1")).expect("a file");
    let (passes, text) = tested();
    assert!(passes, "{text}");
}

/// What cannot be made is named, and a skeleton is a skeleton.
#[test]
fn arguments_that_cannot_be_made() {
    let text = "package quotes\n\nimport \"unsafe\"\n\nfunc wait(p unsafe.Pointer) {\n\tc := make(chan int)\n\tc <- 1\n\t_ = p\n}\n\nvar _ = wait\n";
    let scratch = module("repro-skeleton", text);
    let print = fingerprint(&scratch);
    let refused = repro(&scratch, &["--finding", &print]);
    assert_eq!(refused.exit, Exit::Trouble);
    assert!(refused.err.contains("unsafe.Pointer"), "{}", refused.err);
    assert!(!scratch.path().join("zz_gosleuth_repro_test.go").exists());
    let skeleton = repro(&scratch, &["--finding", &print, "--skeleton", "-o", "-"]);
    assert_eq!(skeleton.exit, Exit::Clean, "{}", skeleton.err);
    assert!(skeleton.out.contains("t.Skip(\"TODO"), "{}", skeleton.out);
}

/// A suspect of a dump leads to the finding that describes it.
#[test]
fn a_test_of_a_suspect() {
    let scratch = Scratch::new("repro-suspect");
    let dump = Recordings::open(27)
        .get("leak/abandoned-result", "B.debug2.txt")
        .expect("the recording")
        .to_vec();
    let path = scratch.path().join("dump.txt");
    std::fs::write(&path, dump).expect("a file");
    let programs = root().join("testdata/programs");
    let words = [
        "1",
        path.to_str().expect("a path"),
        "--source",
        programs.to_str().expect("a path"),
        "--packages",
        "./leak/abandoned-result",
        "-o",
        "-",
    ];
    let made = repro(&scratch, &words);
    assert_eq!(made.exit, Exit::Clean, "{}", made.err);
    assert!(
        made.out.contains("package main\n") && made.out.contains(".Price(\"x\")"),
        "{}",
        made.out
    );
    let none = repro(&scratch, &[&["9"], &words[1..]].concat());
    assert_eq!(none.exit, Exit::Trouble);
    assert!(none.err.contains("there is no suspect 9"), "{}", none.err);
}
