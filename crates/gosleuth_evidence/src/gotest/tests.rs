//! Output of `go test` of several Go versions: four packages with a race, a panic, a hang and a race outside tests.

use std::fmt::Write as _;

use gosleuth_base::Idx as _;

use crate::testing::{read_bytes, read_text};
use crate::{EvidenceSet, TestOutcome};

/// Tests by package, then crashes and races with the test they are attributed to.
fn check(text: &str) -> String {
    render(&read_text(text))
}

fn render(set: &EvidenceSet) -> String {
    let mut out = String::new();
    for run in &set.tests {
        let mut package = "";
        for test in &run.tests {
            let name = set.text(test.package);
            if name != package {
                writeln!(out, "{name}").unwrap();
                package = name;
            }
            let time = if test.elapsed.is_some() { " s" } else { "" };
            let name = Some(set.text(test.test)).filter(|name| !name.is_empty()).unwrap_or(".");
            writeln!(out, "  {name} {:?}{time}", test.outcome).unwrap();
        }
    }
    let test = |test: Option<_>| test.map_or("-", |test| set.text(test));
    for crash in &set.crashes {
        let text = crash.chain.first().map_or("", |link| &link.text);
        let total = crash.snapshot.map_or(0, |id| set.snapshots[id.index()].total);
        writeln!(out, "{:?} {text:?} in {} with {total}", crash.kind, test(crash.test)).unwrap();
    }
    for race in &set.races {
        let (accesses, creations) = (race.accesses.len(), race.creations.len());
        let cut = if race.cut { " cut" } else { "" };
        writeln!(out, "race {accesses}+{creations} in {}{cut}", test(race.test)).unwrap();
    }
    for problem in &set.problems {
        writeln!(out, "problem {problem}").unwrap();
    }
    out
}

macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!("../../testdata/gotest/go", $name, ".txt"))
    };
}

#[test]
fn plain() {
    insta::assert_snapshot!(check(sample!("1.27-plain")), @r#"
tapp/o
  . Fail s
tapp/p
  . Fail s
  TestPanic Fail s
  TestPanic/a/b_c Fail s
tapp/r
  . Fail s
  TestFail Fail s
  TestRace Fail s
  TestRace/sub Fail s
tapp/t
  . Fail s
Panic "boom\nline two" in TestPanic/a/b_c with 1
TestTimeout "test timed out after 1s" in - with 4
race 2+2 in -
race 2+1 in -
"#);
    assert_eq!(check(sample!("1.21-plain")), check(sample!("1.27-plain")));
}

#[test]
fn verbose() {
    insta::assert_snapshot!(check(sample!("1.27-v")), @r#"
tapp/o
  . Fail s
  TestA Pass s
tapp/p
  . Fail s
  TestPanic Fail s
  TestPanic/a/b_c Fail s
tapp/r
  . Fail s
  TestFail Fail s
  TestOK Pass s
  TestRace Fail s
  TestRace/sub Fail s
  TestSkip Skip s
tapp/t
  . Fail s
  TestHang Unfinished
  TestHang/sub Unfinished
Panic "boom\nline two" in TestPanic/a/b_c with 1
TestTimeout "test timed out after 1s" in TestHang/sub with 4
race 2+2 in TestRace/sub
race 2+1 in -
"#);
    assert_eq!(check(sample!("1.21-v")), check(sample!("1.27-v")));
}

#[test]
fn json() {
    insta::assert_snapshot!(check(sample!("1.27-json")), @r#"
tapp/o
  . Fail s
  TestA Pass s
tapp/p
  . Fail s
  TestPanic Fail s
  TestPanic/a/b_c Fail s
tapp/r
  . Fail s
  TestFail Fail s
  TestOK Pass s
  TestRace Fail s
  TestRace/sub Fail s
  TestSkip Skip s
tapp/t
  . Fail s
  TestHang Unfinished
  TestHang/sub Unfinished
Panic "boom\nline two" in TestPanic with 1
TestTimeout "test timed out after 1s" in TestHang/sub with 4
race 2+2 in TestRace/sub
race 2+1 in -
"#);
    insta::assert_snapshot!(check(sample!("1.21-json")), @r#"
tapp/o
  . Fail s
  TestA Pass s
tapp/p
  . Fail s
  TestPanic Fail s
  TestPanic/a/b_c Fail s
tapp/r
  . Fail s
  TestFail Fail s
  TestOK Pass s
  TestRace Fail s
  TestRace/sub Fail s
  TestSkip Skip s
tapp/t
  . Fail s
  TestHang Unfinished
  TestHang/sub Unfinished
Panic "boom\nline two" in TestPanic with 1
TestTimeout "test timed out after 1s" in TestHang/sub with 4
race 2+2 in TestRace/sub
race 2+1 in -
"#);
}

/// Packages that run at once do not tear each other's reports and stacks apart.
#[test]
fn json_of_parallel_packages() {
    let sorted = |text: String| {
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let parallel = sorted(check(sample!("1.27-json-parallel")));
    assert_eq!(parallel, sorted(check(sample!("1.27-json"))));
}

#[test]
fn lines_of_events_are_lines_of_the_input() {
    let sample = sample!("1.27-json");
    let set = read_text(sample);
    let expected = |needle: &str| sample.lines().position(|line| line.contains(needle)).unwrap() as u64 + 1;
    assert_eq!(set.crashes[0].origin.line, expected("panic: boom"));
    assert_eq!(set.races[0].origin.line, expected("=================="));
    assert!(set.races[0].time.is_some());
}

#[test]
fn other_lines_between_events() {
    insta::assert_snapshot!(check("\
go: downloading example.com/x v1.0.0
{\"ImportPath\":\"a/b [a/b.test]\",\"Action\":\"build-output\",\"Output\":\"# a/b [a/b.test]\\n\"}
{\"ImportPath\":\"a/b [a/b.test]\",\"Action\":\"build-fail\"}
{\"Time\":\"2026-11-20T12:32:02Z\",\"Action\":\"start\",\"Package\":\"a/b\"}
{\"Action\":\"output\",\"Package\":\"a/b\",\"Output\":\"FAIL\\ta/b [build failed]\\n\"}
panic: of a wrapper

goroutine 1 [running]:
main.main()
	/w/main.go:3 +0x1
exit status 2
{\"Action\":\"fail\",\"Package\":\"a/b\",\"Elapsed\":0,\"FailedBuild\":\"a/b [a/b.test]\"}
{\"Action\":\"output\",\"Package\":\"c\",\"Test\":\"TestX\",\"Output\":\"panic: split \"}
{\"Action\":\"output\",\"Package\":\"c\",\"Test\":\"TestX\",\"Output\":\"line\\n\"}
{\"Action\":\"output\",\"Package\":\"c\",\"Test\":\"TestX\",\"Output\":\"\\ngoroutine 7 [running]:\\n\"}
{\"Action\":\"output\",\"Package\":\"c\",\"Test\":\"TestX\",\"Output\":\"c.TestX()\\n\\t/c/c_test.go:3 +0x1\\n\"}
"), @r#"
a/b
  . Fail s
Panic "of a wrapper" in - with 1
Panic "split line" in TestX with 1
"#);
}

#[test]
fn package_lines() {
    insta::assert_snapshot!(check("\
=== RUN   TestA
--- PASS: TestA (0.10s)
PASS
coverage: 80.0% of statements
ok  \ta/one\t0.012s\tcoverage: 80.0% of statements
ok  \ta/two\t(cached)
?   \ta/three\t[no test files]
FAIL\ta/four [build failed]
=== RUN   TestA
=== RUN   TestA/sub
    --- FAIL: TestA/sub (1.50s)
--- FAIL: TestA (1.50s)
=== RUN   TestA
--- PASS: TestA (0.00s)
--- BENCH: BenchmarkB
=== RUN   TestStuck
FAIL\ta/five\t3.0s
=== RUN   TestNoPackage
"), @r"
  TestNoPackage Unfinished
a/five
  . Fail s
  BenchmarkB Pass
  TestA Fail s
  TestA/sub Fail s
  TestStuck Unfinished
a/four
  . Fail
a/one
  . Pass s
  TestA Pass s
a/three
  . Skip
a/two
  . Pass
");
}

#[test]
fn not_results() {
    for line in [
        "--- a/file.go\n+++ b/file.go\n",
        "=== RUN\n=== title ===\n",
        "FAILED\nPASSED\nok then\n",
        "ok  \t\n",
        "--- FAIL: \n",
        "{\"Action\":\"output\"}\n",
        "{\"Action\":\"order\",\"Package\":\"box\"}\n",
        "{\"action\":\"run\",\"package\":\"p\"}\n",
        "{\"Action\":\"run\",\"Package\":\"p\"\n",
    ] {
        assert!(read_text(line).tests.is_empty(), "{line:?}");
    }
}

#[test]
fn tests_kept_are_bounded() {
    let mut text = String::new();
    for number in 0..super::MAX_TESTS + 100 {
        writeln!(text, "=== RUN   Test{number:06}\n--- PASS: Test{number:06} (0.00s)").unwrap();
    }
    text.push_str("ok  \tp\t1.0s\n");
    let set = read_text(&text);
    assert_eq!(set.tests[0].tests.len(), super::MAX_TESTS);
    assert!(set.tests[0].tests.iter().all(|test| test.outcome == TestOutcome::Pass));
    assert_eq!(set.problems.len(), 1);
}

#[test]
fn damaged_output() {
    let mut random = 0xd1b5_4a32_d192_ed03_u64;
    let mut next = move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random >> 33).unwrap()
    };
    for sample in [sample!("1.27-json-parallel"), sample!("1.27-v"), sample!("1.21-plain")] {
        for _ in 0..60 {
            let mut bytes = sample.as_bytes().to_vec();
            bytes.truncate(1 + next() % (bytes.len() - 1));
            for _ in 0..next() % 40 {
                let at = next() % bytes.len();
                bytes[at] = b"\n\t :{}\"=-\\\xff\0"[next() % 12];
            }
            let set = read_bytes(&bytes);
            let sorted = |run: &crate::TestRun| {
                run.tests
                    .is_sorted_by_key(|test| (set.text(test.package).to_owned(), set.text(test.test).to_owned()))
            };
            assert!(set.tests.iter().all(sorted));
        }
    }
}
