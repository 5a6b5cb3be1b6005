//! `gosleuth check` and `gosleuth rules`: selection, suppression, known findings, fixes, formats, exit codes.

use gosleuth::Exit;
use gosleuth_testkit::schema;

use crate::{Run, Scratch, root, run, run_with};

/// Two copies of a lock, one of them suppressed with a reason. It needs nothing of the standard library but the shape of a lock.
const LOCKS: &str = "package p

type lock struct{ state int }

func (l *lock) Lock()   {}
func (l *lock) Unlock() {}

func first(l *lock) int {
\tm := *l
\treturn m.state
}

func second(l *lock) int {
\tm := *l //gosleuth:ignore DR005 -- only read
\treturn m.state
}
";

fn module(name: &str, text: &str) -> Scratch {
    let scratch = Scratch::new(name);
    scratch.write("go.mod", "module example.com/p\n\ngo 1.21\n");
    scratch.write("p.go", text);
    scratch
}

fn check(scratch: &Scratch, words: &[&str]) -> Run {
    let words: Vec<&str> = ["check", "--no-cache"].iter().chain(words).copied().collect();
    run_with(&words, b"", scratch.path())
}

fn codes(run: &Run) -> Vec<String> {
    let document = run.json();
    let findings = document["findings"].as_array().expect("a list");
    let active = findings.iter().filter(|finding| finding["suppressed"].is_null());
    active
        .map(|finding| finding["code"].as_str().expect("text").to_owned())
        .collect()
}

#[test]
fn findings_make_exit_code_one_and_suppressed_ones_do_not_count() {
    let scratch = module("check-basic", LOCKS);
    let text = check(&scratch, &["--select", "DR005"]);
    assert_eq!(text.exit, Exit::Found, "{}{}", text.out, text.err);
    assert!(
        text.out
            .contains("error[DR005] lock-copied: this assignment copies lock"),
        "{}",
        text.out
    );
    assert!(text.out.contains("p.go:9:7 in example.com/p.first"), "{}", text.out);
    assert!(
        text.out
            .contains("1 finding (1 error) in 1 package, 1 file; 1 suppressed"),
        "{}",
        text.out
    );
    let json = check(&scratch, &["--select", "DR005", "--format", "json"]);
    assert_eq!(codes(&json), ["DR005"]);
    assert_eq!(json.json()["findings"][1]["suppressed"]["reason"], "only read");
    assert_eq!(check(&scratch, &["--select", "GL004"]).exit, Exit::Clean);
    assert_eq!(
        check(&scratch, &["--select", "DR005", "--fail-on", "never"]).exit,
        Exit::Clean
    );
    assert_eq!(check(&scratch, &["--select", "NOPE"]).exit, Exit::Trouble);
    assert_eq!(check(&scratch, &["./nowhere"]).exit, Exit::Trouble);
}

#[test]
fn suppressions_need_a_reason_and_a_finding() {
    let text = LOCKS
        .replace(" -- only read", "")
        .replace("func first", "//gosleuth:ignore GL004 -- nothing\nfunc first");
    let scratch = module("check-suppress", &text);
    let found = check(&scratch, &["--select", "DR005,GL004,GS", "--format", "json"]);
    assert_eq!(codes(&found), ["GS002", "DR005", "GS001"]);
    // A comment above a declaration counts for all of it; the unused one goes.
    let text = LOCKS.replace("func first", "//gosleuth:ignore lock-copied -- all of it\nfunc first");
    let scratch = module("check-suppress-decl", &text);
    assert_eq!(check(&scratch, &["--select", "DR005,GS"]).exit, Exit::Clean);
    let text = LOCKS.replace("//gosleuth:ignore DR005 -- only read", "//nolint:gosleuth // only read");
    let scratch = module("check-suppress-nolint", &text);
    assert_eq!(
        codes(&check(&scratch, &["--select", "DR005,GS", "--format", "json"])),
        ["DR005"]
    );
}

#[test]
fn unused_suppressions_are_fixed() {
    let text = LOCKS.replace("func first", "//gosleuth:ignore GL004 -- nothing\nfunc first");
    let scratch = module("check-fix", &text);
    let diff = check(&scratch, &["--select", "GL004,GS", "--diff"]);
    assert_eq!(diff.exit, Exit::Found);
    assert!(diff.out.contains("-//gosleuth:ignore GL004 -- nothing"), "{}", diff.out);
    let fixed = check(&scratch, &["--select", "GL004,GS", "--fix"]);
    assert_eq!(fixed.exit, Exit::Clean, "{}", fixed.out);
    let left = std::fs::read_to_string(scratch.path().join("p.go")).expect("readable");
    assert_eq!(left, LOCKS);
}

#[test]
fn a_baseline_survives_lines_that_move() {
    let scratch = module("check-baseline", LOCKS);
    let written = check(&scratch, &["--select", "DR005", "--write-baseline"]);
    assert_eq!(written.exit, Exit::Clean);
    scratch.write(
        "p.go",
        LOCKS.replace("type lock", "// Other is new.\nfunc Other() {}\n\ntype lock"),
    );
    let words = ["--select", "DR005", "--baseline", "gosleuth-baseline.json"];
    assert_eq!(check(&scratch, &words).exit, Exit::Clean);
    scratch.write(
        "p.go",
        LOCKS
            .replace("only read", "")
            .replace("m := *l\n", "n, m := 1, *l\n\t_ = n\n"),
    );
    assert_eq!(check(&scratch, &words).exit, Exit::Found);
    scratch.write("gosleuth-baseline.json", "{}");
    assert_eq!(check(&scratch, &words).exit, Exit::Trouble);
}

#[test]
fn configuration_selects_ignores_and_declares() {
    let scratch = module("check-config", LOCKS);
    scratch.write(
        "gosleuth.toml",
        "[check]\nselect = [\"DR005\"]\n\n[[check.paths]]\npaths = [\"p.go\"]\nignore = [\"DR\"]\n",
    );
    assert_eq!(check(&scratch, &[]).exit, Exit::Clean);
    assert_eq!(check(&scratch, &["--no-config", "--select", "DR005"]).exit, Exit::Found);
    scratch.write(
        "gosleuth.toml",
        "[[check.models]]\nfunction = \"example.com/pool.(*Pool).Submit\"\nbehaviour = \"spwan\"\n",
    );
    let wrong = check(&scratch, &[]);
    assert_eq!(wrong.exit, Exit::Trouble);
    assert!(wrong.err.contains("spwan"), "{}", wrong.err);
}

/// A function that a project declares to start goroutines makes them visible.
#[test]
fn own_spawners_are_known() {
    let text =
        "package p\n\nfunc submit(f func()) { f() }\n\nfunc park() {\n\tsubmit(func() {\n\t\tselect {}\n\t})\n}\n";
    let scratch = module("check-models", text);
    assert_eq!(check(&scratch, &["--select", "GL004"]).exit, Exit::Clean);
    scratch.write(
        "gosleuth.toml",
        "[[check.models]]\nfunction = \"example.com/p.submit\"\nbehaviour = \"spawn\"\n",
    );
    assert_eq!(check(&scratch, &["--select", "GL004"]).exit, Exit::Found);
}

#[test]
fn every_format_has_the_finding() {
    let scratch = module("check-formats", LOCKS);
    for (format, text) in [
        ("text", "lock-copied"),
        ("concise", "p.go:9:7: DR005 this assignment copies lock"),
        ("json", "\"code\": \"DR005\""),
        ("sarif", "\"ruleId\": \"DR005\""),
        ("junit", "<testcase name=\"DR005 at 9:7\""),
        ("github", "::error file=p.go,line=9,col=7,"),
        ("gitlab", "\"check_name\": \"DR005\""),
        ("markdown", "### DR005 lock-copied at line 9"),
    ] {
        let found = check(&scratch, &["--select", "DR005", "--format", format]);
        assert!(found.out.contains(text), "{format}: {}", found.out);
        assert_eq!(
            found.out,
            check(&scratch, &["--select", "DR005", "--format", format]).out
        );
    }
    let sarif = check(&scratch, &["--select", "DR005", "--format", "sarif"]).json();
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(sarif["runs"][0]["results"][1]["suppressions"][0]["kind"], "inSource");
    let region = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(
        (region["startLine"].as_u64(), region["startColumn"].as_u64()),
        (Some(9), Some(7))
    );
}

/// A rule with a fix, one with several places, one with a schedule, and what is suppressed.
const OUTPUTS: &str = "package p

import \"sync\"

var mu sync.Mutex

func twice() {
\tmu.Lock()
\tmu.Lock() // \"<&>\"
}

func leak() {
\tdone := make(chan int)
\tgo func() { done <- 1 }()
}

//gosleuth:ignore GL004 -- nothing is here
var x int
";

#[test]
fn sarif_is_what_its_standard_says() {
    let path = root().join("testdata/schemas/sarif-schema-2.1.0.json");
    let standard = serde_json::from_str(&std::fs::read_to_string(path).expect("committed")).expect("JSON");
    for (name, text) in [
        ("check-sarif", OUTPUTS),
        ("check-sarif-locks", LOCKS),
        ("check-sarif-none", "package p\n"),
    ] {
        let scratch = module(name, text);
        scratch.write("broken_test.go", "package p\n\nfunc broken( {\n");
        let document = check(&scratch, &["--select", "ALL", "--format", "sarif"]).json();
        assert_eq!(schema::problems(&standard, &document), Vec::<String>::new(), "{name}");
        let results = document["runs"][0]["results"].as_array().expect("a list");
        assert_eq!(results.is_empty(), name == "check-sarif-none", "{document}");
    }
    // The validator sees what is wrong.
    let wrong = serde_json::json!({ "version": "2.1.0", "runs": [{ "results": [{ "level": "bad" }] }], "more": 1 });
    assert!(schema::problems(&standard, &wrong).len() >= 4);
}

/// The elements of a JUnit report with the attributes they must have; each may stand in the one before it alone.
const JUNIT: &[(&str, &[&str])] = &[
    ("testsuites", &["name", "tests", "failures"]),
    ("testsuite", &["name", "tests", "failures"]),
    ("testcase", &["name", "classname"]),
    ("failure", &["type", "message"]),
];

/// Number of elements of each kind; fails if the text is not a JUnit report.
fn junit_elements(text: &str) -> [usize; 4] {
    let tag = regex::Regex::new(r#"<(/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(/?)>"#).expect("a pattern");
    let attribute = regex::Regex::new(r#" ([a-z]+)=""#).expect("a pattern");
    let reference = regex::Regex::new("^&(amp|lt|gt|quot|apos|#[0-9]+);").expect("a pattern");
    let body = text
        .strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        .expect("a declaration");
    for (place, _) in body.match_indices('&') {
        assert!(reference.is_match(&body[place..]), "{}", &body[place..]);
    }
    assert_eq!(tag.find_iter(body).count(), body.matches('<').count(), "{body}");
    let (mut open, mut counts) = (Vec::new(), [0; 4]);
    for found in tag.captures_iter(body) {
        let name = &found[2];
        if &found[1] == "/" {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        let (element, wanted) = JUNIT[open.len()];
        assert_eq!(name, element);
        let has: Vec<&str> = attribute
            .captures_iter(&found[3])
            .map(|name| name.extract::<1>().1[0])
            .collect();
        assert!(wanted.iter().all(|wanted| has.contains(wanted)), "{}", &found[0]);
        counts[open.len()] += 1;
        if found[4].is_empty() {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty(), "{open:?} is not closed");
    counts
}

#[test]
fn junit_is_what_its_readers_expect() {
    for (text, failures) in [(OUTPUTS, 2), ("package p\n", 0)] {
        let scratch = module("check-junit", text);
        let found = check(&scratch, &["--select", "DL001,GL002", "--format", "junit"]);
        let counts = junit_elements(&found.out);
        assert_eq!((counts[0], counts[3]), (1, failures), "{}", found.out);
        assert_eq!(counts[2], failures.max(1), "{}", found.out);
    }
}

#[test]
fn a_warm_run_says_what_a_cold_one_does_whatever_was_written() {
    let scratch = module("check-warm", LOCKS);
    scratch.write("q/q.go", "package q\n\nimport _ \"example.com/p\"\n");
    let with_cache = |cache: &str| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_gosleuth"))
            .args(["check", "--select", "DR005,GS", "--format", "concise", "./..."])
            .env("GOSLEUTH_CACHE", cache)
            .current_dir(scratch.path())
            .output()
            .expect("the binary starts");
        (output.status.code(), String::from_utf8(output.stdout).expect("text"))
    };
    let cache = scratch.path().join("cache");
    let (warm, cold) = (|| with_cache(cache.to_str().expect("text")), || with_cache("off"));
    let first = warm();
    assert_eq!((first.0, &first), (Some(1), &cold()));
    assert_eq!(warm(), first);
    // Of the same length, and a moment after it was read.
    for text in [
        LOCKS.replace("m := *l\n", "m := l \n"),
        LOCKS.to_owned(),
        LOCKS.replace("*l //gosleuth:ignore DR005", "*l //gosleuth:ignore DR004"),
    ] {
        scratch.write("p.go", &text);
        assert_eq!(warm(), cold());
        assert_eq!(warm(), cold());
    }
    scratch.write(
        "new.go",
        LOCKS
            .replace("first", "third")
            .replace("second", "fourth")
            .replace("lock", "bolt"),
    );
    assert_eq!(warm(), cold());
    std::fs::remove_file(scratch.path().join("p.go")).expect("it is there");
    assert_eq!(warm(), cold());
}

#[test]
fn a_warm_run_sees_what_other_packages_do_as_a_cold_one_does() {
    let queue = |end: &str| {
        format!(
            "package queue\n\ntype Queue struct{{ in chan int }}\n\n// New starts a worker.\nfunc New() *Queue {{\n\tq := &Queue{{in: make(chan int)}}\n\tgo q.work()\n\treturn q\n}}\n\nfunc (q *Queue) work() {{\n\tfor range q.in {{\n\t}}\n}}\n\nfunc (q *Queue) Put(v int) {{ q.in <- v }}\n\nfunc (q *Queue) End() {{ {end} }}\n"
        )
    };
    let user =
        "package p\n\nimport \"example.com/p/queue\"\n\nfunc use() {\n\tq := queue.New()\n\tq.Put(1)\n\tq.End()\n}\n";
    let scratch = module("check-facts", user);
    let with_cache = |cache: &str| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_gosleuth"))
            .args(["check", "--select", "GL001", "--format", "concise", "./..."])
            .env("GOSLEUTH_CACHE", cache)
            .current_dir(scratch.path())
            .output()
            .expect("the binary starts");
        (output.status.code(), String::from_utf8(output.stdout).expect("text"))
    };
    let cache = scratch.path().join("cache");
    let (warm, cold) = (|| with_cache(cache.to_str().expect("text")), || with_cache("off"));
    for (end, code) in [("", 1), ("close(q.in)", 0), ("_ = q", 1), ("close(q.in)", 0)] {
        scratch.write("queue/queue.go", queue(end));
        let now = cold();
        assert_eq!(now.0, Some(code), "{end}: {}", now.1);
        assert_eq!(warm(), now);
        assert_eq!(warm(), now);
    }
}

/// The receiver takes one value, and two are sent.
const STUCK: &str = "package p

func first() int {
\tresults := make(chan int)
\tgo func() { results <- 1 }()
\tgo func() { results <- 2 }()
\treturn <-results
}
";

#[test]
fn a_finding_has_a_schedule_that_can_be_followed() {
    let scratch = module("check-schedule", STUCK);
    let text = check(&scratch, &["--select", "GL002"]);
    assert!(text.out.contains("  how:  1   line 5"), "{}", text.out);
    assert!(text.out.contains("starts goroutine 1"), "{}", text.out);
    assert!(
        text.out
            .contains("sends to results: waits for a receiver, who never comes"),
        "{}",
        text.out
    );
    let document = check(&scratch, &["--select", "GL002", "--format", "json"]).json();
    let finding = &document["findings"][0];
    assert_eq!(finding["confidence"], "witnessed", "{finding}");
    let steps = finding["schedule"].as_array().expect("a list");
    assert_eq!(steps[0]["partner"], "goroutine 1");
    assert!(
        steps.last().is_some_and(|step| step["waits_for"].is_string()),
        "{steps:?}"
    );

    let fingerprint = finding["fingerprint"].as_str().expect("text");
    let whole = check(
        &scratch,
        &["--select", "GL002", "--explain-schedule", &fingerprint[..8]],
    );
    assert_eq!(whole.exit, Exit::Clean, "{}", whole.err);
    for part in ["●──▶○", "✗", "p.go:5  go func() { results <- 1 }()"] {
        assert!(whole.out.contains(part), "no {part} in\n{}", whole.out);
    }
    let words = [
        "--select",
        "GL002",
        "--format",
        "html",
        "--explain-schedule",
        fingerprint,
    ];
    let page = check(&scratch, &words).out;
    assert!(
        page.starts_with("<!doctype html>") && page.contains("class=\"stuck\""),
        "{page}"
    );
    assert!(page.contains("results &lt;- 1") && !page.contains("<script"), "{page}");

    assert_eq!(check(&scratch, &["--format", "html"]).exit, Exit::Trouble);
    assert_eq!(
        check(&scratch, &["--explain-schedule", "ffffffffffffffff"]).exit,
        Exit::Trouble
    );
}

#[test]
fn a_budget_decides_how_far_schedules_are_explored() {
    let scratch = module("check-budget", STUCK);
    let exit = |words: &[&str]| check(&scratch, &[&["--select", "GL002"], words].concat()).exit;
    assert_eq!(exit(&["--budget", "none"]), Exit::Clean);
    assert_eq!(exit(&["--budget", "large"]), Exit::Found);
    assert_eq!(exit(&["--budget", "0.5"]), Exit::Found);
    assert_eq!(exit(&["--budget", "much"]), Exit::Trouble);
    scratch.write("gosleuth.toml", "[check]\nbudget = \"none\"\n");
    assert_eq!(exit(&[]), Exit::Clean);
    assert_eq!(exit(&["--budget", "default"]), Exit::Found);
}

#[test]
fn broken_files_are_problems_and_the_rest_is_checked() {
    let scratch = module("check-broken", LOCKS);
    scratch.write("broken.go", "package p\n\nfunc broken( {\n");
    let found = check(&scratch, &["--select", "DR005", "--format", "json"]);
    assert_eq!(found.exit, Exit::Found, "{}", found.err);
    let document = found.json();
    let problems = document["problems"].as_array().expect("a list");
    assert!(
        problems.iter().any(|problem| problem["input"] == "broken.go"),
        "{problems:?}"
    );
}

#[test]
fn rules_and_their_pages() {
    let list = run(&["rules"]);
    assert_eq!(list.exit, Exit::Clean);
    assert!(list.out.contains("DR005  lock-copied"), "{}", list.out);
    assert_eq!(
        run(&["rules", "DR005", "--format", "json"]).json()["rules"][0]["name"],
        "lock-copied"
    );
    let page = run(&["explain", "lock-copied"]);
    assert!(page.out.starts_with("# DR005 lock-copied"), "{}", page.out);
    assert_eq!(run(&["explain", "dr005", "--format", "json"]).json()["code"], "DR005");
    assert_eq!(run(&["explain", "GL999"]).exit, Exit::Trouble);
}

/// Finds the copied lock of [`LOCKS`] in `p.go` among problems that say what is wrong with the rest.
fn found_beside(name: &str, files: &[(&str, &str)], problems: &[&str]) {
    let scratch = module(name, LOCKS);
    for (name, text) in files {
        scratch.write(name, text);
    }
    let found = check(&scratch, &["--select", "DR005", "--format", "json", "./..."]);
    assert_eq!(found.exit, Exit::Found, "{name}: {}{}", found.out, found.err);
    assert_eq!(codes(&found), ["DR005"], "{name}");
    let document = found.json();
    for part in problems {
        let listed = document["problems"].as_array().expect("a list");
        let said = |problem: &serde_json::Value| problem["message"].as_str().is_some_and(|text| text.contains(part));
        assert!(listed.iter().any(said), "{name}: {part}: {listed:#?}");
    }
}

#[test]
fn what_is_broken_around_it_does_not_hide_a_finding() {
    let broken = "package p\n\nfunc wrong() int { return undefinedName + \"text\" }\n\nvar count int = \"one\"\n";
    found_beside("check-types", &[("wrong.go", broken)], &["undefinedName"]);
    let missing = "package p\n\nimport (\n\t\"example.com/absent/x\"\n\t\"example.com/p/nothing\"\n)\n\nvar a = x.A\n\nvar b = nothing.B(a)\n";
    found_beside(
        "check-missing",
        &[("missing.go", missing)],
        &["go get example.com/absent/x", "has no such package"],
    );
    let cgo = "package p\n\n// #include <stdio.h>\nimport \"C\"\n\nfunc call() int { return int(C.puts(C.CString(\"x\"))) }\n";
    found_beside("check-cgo", &[("cgo.go", cgo)], &[]);
    let (a, b) = (
        "package a\n\nimport \"example.com/p/b\"\n\nvar A = b.B\n",
        "package b\n\nimport \"example.com/p/a\"\n\nvar B = a.A\n",
    );
    found_beside("check-circle", &[("a/a.go", a), ("b/b.go", b)], &["import cycle: "]);
    let itself = "package p\n\nimport p \"example.com/p\"\n\nvar _ = p.Nothing\n";
    found_beside(
        "check-itself",
        &[("itself.go", itself)],
        &["import cycle: example.com/p imports example.com/p"],
    );
    found_beside(
        "check-bytes",
        &[("bytes.go", "package p\n\nvar s = \"\u{0}\u{1b}[31m\"\n")],
        &["NUL"],
    );
}

#[test]
fn findings_in_a_circle_of_imports_are_there() {
    let scratch = module(
        "check-in-circle",
        &LOCKS.replace("package p\n", "package p\n\nimport _ \"example.com/p/q\"\n"),
    );
    scratch.write("q/q.go", "package q\n\nimport _ \"example.com/p\"\n");
    let found = check(&scratch, &["--select", "DR005", "--format", "json", "./..."]);
    assert_eq!((found.exit, codes(&found)), (Exit::Found, vec!["DR005".to_owned()]));
}

#[test]
fn a_generated_file_of_fifty_thousand_lines_is_checked() {
    let mut text =
        String::from("// Code generated by a test. DO NOT EDIT.\n\npackage p\n\nvar table = map[string]int{\n");
    for number in 0..20_000 {
        text += &format!("\t\"key{number}\": {number},\n");
    }
    text += "}\n\nfunc long(n int) int {\n";
    for number in 0..10_000 {
        text += &format!("\tif n == {number} {{\n\t\tn += {number}\n\t}}\n");
    }
    text += "\treturn n\n}\n";
    let scratch = module("check-long", LOCKS);
    scratch.write("generated.go", &text);
    let start = std::time::Instant::now();
    let found = check(&scratch, &["--select", "ALL", "--format", "json"]);
    assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
    assert_eq!(found.exit, Exit::Found);
    assert!(codes(&found).contains(&"DR005".to_owned()));
    assert!(found.json()["stats"]["lines"].as_u64() > Some(50_000));
}

#[test]
fn nothing_to_check_is_trouble() {
    let scratch = Scratch::new("check-nothing");
    assert_eq!(check(&scratch, &["./..."]).exit, Exit::Trouble);
    scratch.write("go.mod", "module example.com/p\n\ngo 1.21\n");
    assert_eq!(check(&scratch, &["./..."]).exit, Exit::Trouble);
    scratch.write("p_windows.go", "package p\n");
    let none = check(&scratch, &["--goos", "linux", "./..."]);
    assert_eq!(none.exit, Exit::Trouble, "{}{}", none.out, none.err);
    // One file that can be read is enough, however wrong.
    scratch.write("p.go", "package p\n\nfunc broken( {\n");
    assert_eq!(check(&scratch, &["./..."]).exit, Exit::Clean);
}
