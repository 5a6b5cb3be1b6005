//! `gosleuth ci`: one summary over check, gofmt and go vet; reports; the ready-made files.

use gosleuth::Exit;

use crate::{Run, Scratch, root, run_with};

/// A copied lock, which check and go vet see, and a line that gofmt would write otherwise.
const FAULTY: &str = "package p

import \"sync\"

type Counter struct {
\tmu sync.Mutex
\tn  int
}

func Read(c *Counter) int {
  copied := *c
\treturn copied.n
}
";

const CLEAN: &str = "package p

func Double(n int) int { return 2 * n }
";

fn module(name: &str, text: &str) -> Scratch {
    let scratch = Scratch::new(name);
    scratch.write("go.mod", "module example.com/p\n\ngo 1.21\n");
    scratch.write("p.go", text);
    scratch
}

fn ci(scratch: &Scratch, words: &[&str]) -> Run {
    let words: Vec<&str> = ["ci", "--no-cache", "--annotations", "none"]
        .iter()
        .chain(words)
        .copied()
        .collect();
    run_with(&words, b"", scratch.path())
}

fn has_go() -> bool {
    std::process::Command::new("go").arg("version").output().is_ok()
}

#[test]
fn everything_that_is_wrong_is_in_one_summary() {
    if !has_go() {
        return;
    }
    let scratch = module("ci-faulty", FAULTY);
    let run = ci(
        &scratch,
        &["--sarif", "out.sarif", "--junit", "out.xml", "--gitlab", "out.json"],
    );
    assert_eq!(run.exit, Exit::Found, "{}{}", run.out, run.err);
    assert!(run.out.contains("p.go:11:13: DR005"), "{}", run.out);
    assert!(run.out.contains("p.go:1: gofmt: is not formatted"), "{}", run.out);
    assert!(
        run.out.contains("p.go:11: vet: assignment copies lock value"),
        "{}",
        run.out
    );
    for line in [
        "check  FAIL  1 finding in 1 package",
        "gofmt  FAIL  1 file not formatted",
        "vet    FAIL  1 remark",
    ] {
        assert!(run.out.contains(line), "{line}: {}", run.out);
    }
    let read = |name: &str| std::fs::read_to_string(scratch.path().join(name)).expect("it was written");
    assert!(read("out.sarif").contains("\"DR005\""));
    assert!(read("out.sarif").contains("\"name\": \"gofmt\"") || read("out.sarif").contains("\"name\":\"gofmt\""));
    assert!(read("out.sarif").contains("assignment copies lock value"));
    let junit = read("out.xml");
    assert!(
        junit.contains("<testsuite name=\"gofmt\" tests=\"1\" failures=\"1\">"),
        "{junit}"
    );
    assert!(junit.contains("classname=\"vet\" file=\"p.go\" line=\"11\""), "{junit}");
    assert!(
        read("out.json").contains("\"check_name\": \"vet\"") || read("out.json").contains("\"check_name\":\"vet\"")
    );
    assert!(read("out.json").contains("\"check_name\""));
}

#[test]
fn a_clean_module_is_clean() {
    if !has_go() {
        return;
    }
    let scratch = module("ci-clean", CLEAN);
    let run = ci(&scratch, &[]);
    assert_eq!(run.exit, Exit::Clean, "{}{}", run.out, run.err);
    assert!(run.out.contains("gofmt  ok    1 file formatted"), "{}", run.out);
    assert!(run.out.contains("vet    ok    nothing found"), "{}", run.out);
}

#[test]
fn what_the_baseline_knows_does_not_count() {
    if !has_go() {
        return;
    }
    let scratch = module("ci-baseline", FAULTY);
    let words = ["check", "--no-cache", "--write-baseline"];
    assert_eq!(run_with(&words, b"", scratch.path()).exit, Exit::Clean);
    let run = ci(&scratch, &["--no-fmt", "--no-vet"]);
    assert_eq!(run.exit, Exit::Clean, "{}{}", run.out, run.err);
    assert!(
        run.out.contains("0 findings in 1 package, 1 known or suppressed"),
        "{}",
        run.out
    );
}

#[test]
fn ignored_errors_are_hygiene() {
    if !has_go() {
        return;
    }
    let text = "package p

import \"net/http\"

func Serve(handler http.Handler) {
\tgo http.ListenAndServe(\"localhost:1\", handler)
}
";
    let scratch = module("ci-errors", text);
    let with = ci(&scratch, &["--no-vet", "--ignore", "RS002"]);
    assert_eq!(with.exit, Exit::Found, "{}", with.out);
    assert!(with.out.contains("RS007"), "{}", with.out);
    let without = ci(&scratch, &["--no-vet", "--ignore", "RS002", "--no-errors"]);
    assert_eq!(without.exit, Exit::Clean, "{}", without.out);
}

#[test]
fn annotations_are_for_github() {
    if !has_go() {
        return;
    }
    let scratch = module("ci-annotations", FAULTY);
    let run = run_with(&["ci", "--no-cache", "--annotations", "github"], b"", scratch.path());
    let annotated = |part: &str| {
        run.out
            .lines()
            .any(|line| line.starts_with("::error ") && line.contains(part))
    };
    assert!(annotated("DR005"), "{}", run.out);
    assert!(annotated("title=gofmt::is not formatted"), "{}", run.out);
    assert!(annotated("title=vet::"), "{}", run.out);
}

/// The commands of the files in `contrib/ci`, as the services would run them.
#[test]
fn ready_made_files_hold_commands_that_work() {
    if !has_go() {
        return;
    }
    let scratch = module("ci-contrib", CLEAN);
    let git = |words: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.args(["-c", "user.name=t", "-c", "user.email=t@example.com"]);
        command
            .args(words)
            .current_dir(scratch.path())
            .output()
            .is_ok_and(|output| output.status.success())
    };
    let has_git = git(&["init", "-q"]) && git(&["add", "-A"]) && git(&["commit", "-qm", "first"]);
    for name in ["github.yml", "gitlab.yml", "pre-commit.yaml"] {
        let text = std::fs::read_to_string(root().join("contrib/ci").join(name)).expect("a file");
        let line = text
            .lines()
            .find_map(|line| line.split_once("gosleuth ci ").map(|(_, words)| words))
            .unwrap_or_else(|| panic!("{name} has no command"));
        if line.contains("--new-from") && !has_git {
            continue;
        }
        let words: Vec<&str> = std::iter::once("ci").chain(line.split_whitespace()).collect();
        let run = run_with(&words, b"", scratch.path());
        assert_eq!(run.exit, Exit::Clean, "{name}: {}{}", run.out, run.err);
    }
}
