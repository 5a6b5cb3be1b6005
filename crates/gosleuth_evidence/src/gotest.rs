//! Output of `go test`: results, whose output a line is, and the streams inside `go test -json`.
//!
//! Source of the format: `cmd/internal/test2json` and `testing`, Go 1.15 to 1.27.
//!
//! With `-json` the output of packages that run at once is interleaved line by line, and long lines are split into several
//! events. Each package therefore has streams of its own, and its text is read there as if it stood alone.
//!
//! Attribution is the tool's own and positional: text of a panic may hang on the test that was named last.
//!
//! Non-goals: compiler errors, coverage, benchmark figures.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cmp::Ordering;

use gosleuth_base::{Idx as _, ProblemKind, Sym};
use memchr::memmem;
use serde::Deserialize;

use crate::form::{Context, Form, Step};
use crate::model::{EvidenceSet, InputId, TestEvent, TestOutcome, TestRun, Time};
use crate::streams::Streams;
use crate::time;

/// Tests kept of one input.
const MAX_TESTS: usize = 65_536;
/// Packages read at once; `go test` runs as many as there are processors.
const MAX_PACKAGES: usize = 64;
/// Text that waits for the end of its line or goroutine block, of one package.
const MAX_WAITING: usize = 1 << 20;

/// Whose output is read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Attribution {
    /// The package, where the output itself says so (`go test -json`).
    pub package: Option<Sym>,
    /// The test.
    pub test: Option<Sym>,
}

/// The stream of events that starts with this line, if it is one.
pub(crate) fn start(line: &[u8], cx: &mut Context<'_>) -> Option<Box<dyn Form>> {
    // An event inside the output of a test is only text.
    if cx.package.is_some() {
        return None;
    }
    let event = unwrap(line)?;
    let mut stream = EventStream {
        packages: Vec::new(),
        others: Stream::new(cx),
    };
    stream.event(&event, cx);
    Some(Box::new(stream))
}

/// Reads the framing lines of `go test`, plain or inside `-json`.
pub(crate) fn single_line(line: &[u8], cx: &mut Context<'_>) -> bool {
    // Binaries run with -test.v=test2json mark framing lines.
    let line = line.strip_prefix(b"\x16").unwrap_or(line);
    match line.first() {
        Some(b'=') => update(line, cx),
        Some(b'-' | b' ') => result(line, cx),
        Some(b'P' | b'F' | b'o' | b'?') => package_line(line, cx),
        _ => false,
    }
}

/// The test that is running, which a report without framing lines can be attributed to.
pub(crate) fn running(cx: &Context<'_>) -> Option<Sym> {
    if cx.package.is_some() {
        return cx.test;
    }
    // Without -v only results are printed, and what follows them is of another test.
    let last = run_of(cx.set, cx.input)?.tests.last()?;
    cx.test
        .filter(|&test| last.test == test && last.outcome == TestOutcome::Unfinished)
}

/// Brings the tests of an input to their final form: one entry per test, sorted.
pub(crate) fn finish(set: &mut EvidenceSet, input: InputId) {
    if let Some(at) = set.tests.iter().position(|run| run.input == input) {
        compact(set, at, false);
    }
}

/// `=== RUN   T` and the like.
fn update(line: &[u8], cx: &mut Context<'_>) -> bool {
    const RUNNING: &[&[u8]] = &[b"=== RUN   ", b"=== CONT  ", b"=== NAME  "];
    const OTHER: &[&[u8]] = &[b"=== PAUSE ", b"=== ATTR  ", b"=== ARTIFACTS "];
    if let Some(name) = RUNNING.iter().find_map(|start| line.strip_prefix(*start)) {
        let name = name.trim_ascii();
        cx.test = (!name.is_empty()).then(|| cx.set.strings.intern_bytes(name));
        if let Some(test) = cx.test {
            add(cx, test, TestOutcome::Unfinished, None);
        }
        return true;
    }
    if line == b"=== NAME" {
        cx.test = None;
        return true;
    }
    OTHER.iter().any(|start| line.starts_with(start))
}

/// `--- FAIL: T (0.00s)`, indented by four blanks per level.
fn result(line: &[u8], cx: &mut Context<'_>) -> bool {
    let text = line.trim_ascii();
    let Some(text) = text.strip_prefix(b"--- ") else {
        return false;
    };
    let outcomes: [(&[u8], TestOutcome); 4] = [
        (b"PASS: ", TestOutcome::Pass),
        (b"FAIL: ", TestOutcome::Fail),
        (b"SKIP: ", TestOutcome::Skip),
        (b"BENCH: ", TestOutcome::Pass),
    ];
    let found = outcomes
        .into_iter()
        .find_map(|(word, outcome)| Some((outcome, text.strip_prefix(word)?)));
    let Some((outcome, rest)) = found else {
        return false;
    };
    let (name, elapsed) = match memmem::rfind(rest, b" (") {
        Some(at) => (&rest[..at], rest[at + 2..].strip_suffix(b")").and_then(seconds)),
        None => (rest, None),
    };
    if name.is_empty() {
        return false;
    }
    let test = cx.set.strings.intern_bytes(name);
    add(cx, test, outcome, elapsed);
    cx.test = Some(test);
    true
}

/// `PASS`, `FAIL`, `FAIL\tpkg\t0.1s`, `ok  \tpkg\t(cached)`, `?   \tpkg\t[no test files]`.
fn package_line(line: &[u8], cx: &mut Context<'_>) -> bool {
    if line == b"PASS" || line == b"FAIL" {
        cx.test = None;
        return true;
    }
    let outcomes: [(&[u8], TestOutcome); 3] = [
        (b"ok  \t", TestOutcome::Pass),
        (b"FAIL\t", TestOutcome::Fail),
        (b"?   \t", TestOutcome::Skip),
    ];
    let found = outcomes
        .into_iter()
        .find_map(|(word, outcome)| Some((outcome, line.strip_prefix(word)?)));
    let Some((outcome, rest)) = found else {
        return false;
    };
    // `FAIL\tpkg [build failed]` has a blank.
    let end = rest
        .iter()
        .position(|byte| matches!(byte, b'\t' | b' '))
        .unwrap_or(rest.len());
    let (name, rest) = rest.split_at(end);
    if name.is_empty() {
        return false;
    }
    let elapsed = rest
        .trim_ascii_start()
        .split(|&byte| byte == b'\t')
        .next()
        .and_then(seconds);
    let package = cx.set.strings.intern_bytes(name);
    let none = cx.set.strings.intern("");
    if cx.package.is_none() {
        // The tests printed since the last such line are of this package.
        let run = run_mut(cx.set, cx.input);
        let open = run.tests.iter_mut().rev().take_while(|test| test.package == none);
        open.for_each(|test| test.package = package);
    }
    let kept = cx.package.replace(package);
    add(cx, none, outcome, elapsed);
    cx.package = kept;
    cx.test = None;
    true
}

/// `0.02s`.
fn seconds(text: &[u8]) -> Option<f64> {
    let number = std::str::from_utf8(text.strip_suffix(b"s")?).ok()?;
    number.parse().ok().filter(|seconds: &f64| seconds.is_finite())
}

fn run_of(set: &EvidenceSet, input: InputId) -> Option<&TestRun> {
    set.tests.iter().rev().find(|run| run.input == input)
}

fn run_mut(set: &mut EvidenceSet, input: InputId) -> &mut TestRun {
    let at = match set.tests.iter().rposition(|run| run.input == input) {
        Some(at) => at,
        None => {
            set.note_form(input, "go-test");
            set.tests.push(TestRun {
                input,
                tests: Vec::new(),
            });
            set.tests.len() - 1
        }
    };
    &mut set.tests[at]
}

/// Adds what was said about a test. Entries of one test are merged later.
fn add(cx: &mut Context<'_>, test: Sym, outcome: TestOutcome, elapsed: Option<f64>) {
    let package = cx.package.unwrap_or_else(|| cx.set.strings.intern(""));
    let input = cx.input;
    let run = run_mut(cx.set, input);
    run.tests.push(TestEvent {
        package,
        test,
        outcome,
        elapsed,
    });
    if run.tests.len() >= 2 * MAX_TESTS
        && let Some(at) = cx.set.tests.iter().rposition(|run| run.input == input)
    {
        compact(cx.set, at, true);
    }
}

/// Merges the entries of each test and sorts them. While reading, tests whose package is not known yet stay at the end.
fn compact(set: &mut EvidenceSet, at: usize, unknown_last: bool) {
    let EvidenceSet { strings, tests, .. } = set;
    let Some(run) = tests.get_mut(at) else { return };
    let order = |a: &TestEvent, b: &TestEvent| -> Ordering {
        let (first, second) = (strings.get(a.package), strings.get(b.package));
        let unknown = |package: &str| unknown_last && package.is_empty();
        unknown(first)
            .cmp(&unknown(second))
            .then_with(|| first.cmp(second))
            .then_with(|| strings.get(a.test).cmp(strings.get(b.test)))
    };
    // Stable: of one test the later entry stands later.
    run.tests.sort_by(order);
    run.tests.dedup_by(|later, kept| {
        let same = (later.package, later.test) == (kept.package, kept.test);
        if same {
            // With -count=N a test runs several times: a failure stays.
            if kept.outcome != TestOutcome::Fail {
                kept.outcome = later.outcome;
            }
            kept.elapsed = later.elapsed.or(kept.elapsed);
        }
        same
    });
    if run.tests.len() > MAX_TESTS {
        run.tests.truncate(MAX_TESTS);
        let input = run.input;
        let message = format!("more than {MAX_TESTS} tests: those last in the alphabet are left out");
        if set.problems.last().is_none_or(|problem| problem.message != message) {
            set.problem(input, None, ProblemKind::Partial, message);
        }
    }
}

/// An event of `go test -json`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event<'a> {
    #[serde(borrow)]
    action: Cow<'a, str>,
    #[serde(borrow, default)]
    package: Cow<'a, str>,
    /// Of build events.
    #[serde(borrow, default)]
    import_path: Cow<'a, str>,
    #[serde(borrow, default)]
    test: Cow<'a, str>,
    #[serde(borrow, default)]
    output: Cow<'a, str>,
    #[serde(borrow, default)]
    time: Cow<'a, str>,
    elapsed: Option<f64>,
}

/// Reads a line of `go test -json`; `None` for any other line, JSON or not.
fn unwrap(line: &[u8]) -> Option<Event<'_>> {
    const ACTIONS: &[&str] = &[
        "start",
        "run",
        "pause",
        "cont",
        "pass",
        "bench",
        "fail",
        "output",
        "skip",
        "attr",
        "artifacts",
        "build-output",
        "build-fail",
    ];
    let line = line.trim_ascii();
    if line.first() != Some(&b'{') || memmem::find(&line[..line.len().min(512)], b"\"Action\":").is_none() {
        return None;
    }
    let event: Event<'_> = serde_json::from_slice(line).ok()?;
    let known = ACTIONS.contains(&event.action.as_ref());
    (known && !(event.package.is_empty() && event.import_path.is_empty())).then_some(event)
}

/// Text of one package, read as if it stood alone.
struct Stream {
    streams: Streams,
    /// Text that is not a whole line or block yet.
    waiting: Vec<u8>,
}

impl Stream {
    fn new(cx: &mut Context<'_>) -> Self {
        let now = cx.set.inputs.get(cx.input.index()).and_then(|input| input.time);
        Self {
            streams: Streams::new(cx.set, cx.input, now),
            waiting: Vec::new(),
        }
    }

    fn push(&mut self, cx: &mut Context<'_>, text: &[u8], time: Option<Time>, whose: Attribution) {
        if self.waiting.is_empty() {
            self.streams.attribute(cx.line.saturating_sub(1), time, whose);
        }
        self.waiting.extend_from_slice(text);
        if !text.ends_with(b"\n") && self.waiting.len() < MAX_WAITING {
            return;
        }
        let eof = self.waiting.len() >= MAX_WAITING;
        let taken = self.streams.feed(cx.set, cx.options, &self.waiting, eof);
        self.waiting.drain(..taken);
    }

    fn finish(&mut self, cx: &mut Context<'_>) {
        self.streams.feed(cx.set, cx.options, &self.waiting, true);
        self.waiting.clear();
        self.streams.finish(cx.set, cx.options);
    }
}

/// A stream of events, and the lines of other writers between them (`go: downloading …`).
struct EventStream {
    packages: Vec<(Sym, Stream)>,
    others: Stream,
}

impl Form for EventStream {
    fn line(&mut self, line: &[u8], cx: &mut Context<'_>) -> Step {
        if let Some(event) = unwrap(line) {
            self.event(&event, cx);
        } else {
            let mut text = line.to_vec();
            text.push(b'\n');
            self.others.push(cx, &text, cx.time, Attribution::default());
        }
        Step::Taken
    }

    fn finish(&mut self, cx: &mut Context<'_>, _cut: bool) {
        for (_, stream) in &mut self.packages {
            stream.finish(cx);
        }
        self.others.finish(cx);
    }
}

impl EventStream {
    fn event(&mut self, event: &Event<'_>, cx: &mut Context<'_>) {
        let stamp = time::stamp(event.time.as_bytes(), b'-', b'T').and_then(|(civil, _)| civil.time());
        let stamp = stamp.or(cx.time);
        let name = if event.package.is_empty() {
            &event.import_path
        } else {
            &event.package
        };
        let package = cx.set.strings.intern(name);
        let test = cx.set.strings.intern(&event.test);
        let whose = Attribution {
            package: Some(package),
            test: (!event.test.is_empty()).then_some(test),
        };
        if !event.output.is_empty() {
            self.stream(package, cx).push(cx, event.output.as_bytes(), stamp, whose);
            return;
        }
        let outcome = match event.action.as_ref() {
            // Packages have a start only since Go 1.20.
            "run" | "start" => TestOutcome::Unfinished,
            "pass" | "bench" => TestOutcome::Pass,
            "fail" => TestOutcome::Fail,
            "skip" => TestOutcome::Skip,
            _ => return,
        };
        let kept = cx.package.replace(package);
        add(cx, test, outcome, event.elapsed.filter(|seconds| seconds.is_finite()));
        cx.package = kept;
        if event.test.is_empty() && outcome != TestOutcome::Unfinished {
            // The package is done.
            if let Some(at) = self.packages.iter().position(|(known, _)| *known == package) {
                self.packages.remove(at).1.finish(cx);
            }
        }
    }

    fn stream(&mut self, package: Sym, cx: &mut Context<'_>) -> &mut Stream {
        let at = match self.packages.iter().position(|(known, _)| *known == package) {
            Some(at) => at,
            None => {
                if self.packages.len() >= MAX_PACKAGES {
                    self.packages.remove(0).1.finish(cx);
                }
                let stream = Stream::new(cx);
                self.packages.push((package, stream));
                self.packages.len() - 1
            }
        };
        &mut self.packages[at].1
    }
}
