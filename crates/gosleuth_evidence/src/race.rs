//! Reports of the race detector.
//!
//! Source of the format: the Go part of `tsan_report.cpp` in LLVM's compiler-rt, the same from Go 1.15 to 1.27, and the C part
//! for cgo code built with `-fsanitize=thread`.
//!
//! A report is read wherever it stands: indented, with output of tests between its lines, without its closing line. The
//! goroutine numbers in it are ThreadSanitizer's own and never equal those of dumps.
//!
//! Non-goals: what a race is about (map, field, loop variable) is concluded from the stacks elsewhere.

#[cfg(test)]
mod tests;

use gosleuth_base::{ProblemKind, Sym};
use memchr::memmem;

use crate::crash;
use crate::dump;
use crate::form::{Context, Form, Step};
use crate::gotest;
use crate::model::{
    Crash, CrashKind, Frame, FrameId, FrameNote, Origin, PanicLink, RaceAccess, RaceCreation, RaceLocation, RaceReport,
    StackId, Time,
};

/// Lines of other writers in a row inside a report before it counts as over.
const MAX_JUNK: u32 = 64;
/// Accesses and creations of one report; the detector prints two of each.
const MAX_PARTS: usize = 8;
/// Frames of one stack.
const MAX_FRAMES: usize = 1_024;
/// Reports of one set.
const MAX_REPORTS: usize = 65_536;

const BAR: &[u8] = b"==================";

/// The report that starts with this line, if any: the bar or, where that is lost, the warning.
pub(crate) fn start(line: &[u8], cx: &Context<'_>) -> Option<Box<dyn Form>> {
    let text = line.trim_ascii();
    let kind = warning(text);
    if kind.is_none() && text != BAR {
        return None;
    }
    Some(Box::new(Report {
        origin: cx.origin(),
        time: cx.time,
        test: gotest::running(cx),
        kind,
        indent: indent(line),
        section: Section::None,
        frames: Vec::new(),
        function: None,
        report: RaceReport {
            origin: cx.origin(),
            time: cx.time,
            accesses: Vec::new(),
            creations: Vec::new(),
            location: None,
            test: None,
            cut: false,
        },
        junk: 0,
        closed: false,
    }))
}

/// Reads what the detector says in one line.
pub(crate) fn single_line(line: &[u8], cx: &mut Context<'_>) -> bool {
    let text = line.trim_ascii();
    if let Some(count) = text
        .strip_prefix(b"Found ")
        .and_then(|rest| rest.strip_suffix(b" data race(s)"))
        .and_then(decimal)
    {
        let input = cx.input;
        let here = cx
            .set
            .races
            .iter()
            .rev()
            .take_while(|race| race.origin.input == input)
            .count() as u64;
        if here < count {
            cx.problem(
                ProblemKind::Partial,
                format!("the race detector found {count} races, {here} of its reports are in this input"),
            );
        }
        return true;
    }
    if text.starts_with(b"race: limit on ") && text.ends_with(b" simultaneously alive goroutines is exceeded, dying") {
        let text = String::from_utf8_lossy(text).into_owned();
        let crash = Crash {
            origin: cx.origin(),
            kind: CrashKind::Fatal,
            time: cx.time,
            chain: vec![PanicLink {
                text,
                recovered: false,
                repanicked: false,
                fatal: true,
                goexit: false,
            }],
            signal: None,
            peer: None,
            running_tests: Vec::new(),
            snapshot: None,
            goroutine: None,
            test: cx.test,
            exit_status: None,
            notes: Vec::new(),
        };
        crash::push(cx, crash);
        return true;
    }
    text.ends_with(b": race detected during execution of test")
        || text == b"testing: race detected outside of test execution"
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// `WARNING: DATA RACE`.
    Go,
    /// `WARNING: ThreadSanitizer: data race (pid=1)`.
    C,
    /// `WARNING: DEADLOCK` and the other reports of C's detector.
    Other,
}

fn warning(text: &[u8]) -> Option<Kind> {
    let what = text.strip_prefix(b"WARNING: ")?;
    if what == b"DATA RACE" {
        return Some(Kind::Go);
    }
    if what == b"DEADLOCK" {
        return Some(Kind::Other);
    }
    let what = what.strip_prefix(b"ThreadSanitizer: ")?;
    memmem::find(what, b" (pid=")?;
    Some(if what.starts_with(b"data race ") {
        Kind::C
    } else {
        Kind::Other
    })
}

fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// What the frames being read belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    None,
    Access,
    Creation,
    Heap,
    /// Stacks that the model has no place for.
    Ignored,
}

struct Report {
    origin: Origin,
    time: Option<Time>,
    test: Option<Sym>,
    /// `None` until the warning comes.
    kind: Option<Kind>,
    /// White space in front of every line of the report.
    indent: usize,
    section: Section,
    frames: Vec<FrameId>,
    /// A function whose place comes on the next line.
    function: Option<Sym>,
    report: RaceReport,
    /// Lines of other writers since the last line of the report.
    junk: u32,
    closed: bool,
}

impl Form for Report {
    fn line(&mut self, line: &[u8], cx: &mut Context<'_>) -> Step {
        let text = line.trim_ascii();
        let Some(kind) = self.kind else {
            self.kind = warning(text);
            if self.kind.is_some() {
                self.indent = indent(line);
                return Step::Taken;
            }
            return Step::NotMine;
        };
        if text == BAR {
            self.closed = true;
            return Step::Last;
        }
        if dump::is_header(line) || crash::is_death(line) || warning(text).is_some() {
            return Step::NotMine;
        }
        if text.is_empty() {
            self.close_stack(cx);
            self.section = Section::None;
            return Step::Taken;
        }
        let known = match kind {
            Kind::Go => self.heading(text, cx) || self.frame(line, text, cx),
            Kind::C => self.c_heading(text, cx) || self.c_frame(text, cx),
            Kind::Other => true,
        };
        if known {
            self.junk = 0;
            return Step::Taken;
        }
        if kind == Kind::C && text.starts_with(b"SUMMARY: ThreadSanitizer: ") {
            self.closed = true;
            return Step::Taken;
        }
        // Output of others between the lines: results of tests are told, the rest is not for the report.
        self.junk += 1;
        if self.junk > MAX_JUNK {
            return Step::NotMine;
        }
        crate::form::single_line(line, cx);
        Step::Taken
    }

    fn finish(&mut self, cx: &mut Context<'_>, _cut: bool) {
        self.close_stack(cx);
        let line = Some(self.origin.line);
        let note = |cx: &mut Context<'_>, message: &str| {
            cx.set.problem(self.origin.input, line, ProblemKind::Note, message);
        };
        match self.kind {
            None => return,
            Some(Kind::Go) => {}
            Some(Kind::C) => note(
                cx,
                "a ThreadSanitizer report of C code (cgo built with -fsanitize=thread): its numbers are threads, not goroutines",
            ),
            Some(Kind::Other) => {
                note(
                    cx,
                    "a ThreadSanitizer report of another kind than a data race (lock order, thread leak…): it is left out",
                );
                return;
            }
        }
        if self.report.accesses.is_empty() {
            return;
        }
        let mut report = std::mem::replace(
            &mut self.report,
            RaceReport {
                origin: self.origin,
                time: self.time,
                accesses: Vec::new(),
                creations: Vec::new(),
                location: None,
                test: None,
                cut: false,
            },
        );
        report.test = self.test;
        report.cut = !self.closed;
        if report.cut {
            let message = "the race report has no closing line: its last part may be missing";
            cx.set.problem(self.origin.input, line, ProblemKind::Partial, message);
        }
        let count = cx.set.races.len();
        if count >= MAX_REPORTS {
            if count == MAX_REPORTS {
                let message = format!("more than {MAX_REPORTS} race reports: all after this one are left out");
                cx.set.problem(self.origin.input, line, ProblemKind::Partial, message);
                // One above the cap, so that the problem is noted once.
                cx.set.races.push(report);
            }
            return;
        }
        cx.set.note_form(self.origin.input, "race-report");
        cx.set.races.push(report);
    }
}

impl Report {
    /// The first line of a part of a Go report.
    fn heading(&mut self, text: &[u8], cx: &mut Context<'_>) -> bool {
        if let Some((write, previous, rest)) = access_words(text) {
            let Some((address, rest)) = hex_word(rest) else {
                return false;
            };
            let Some(who) = rest.strip_prefix(b" by ").and_then(|rest| rest.strip_suffix(b":")) else {
                return false;
            };
            let goroutine = match who.strip_prefix(b"goroutine ") {
                Some(number) => match decimal(number) {
                    Some(number) => Some(number),
                    None => return false,
                },
                None if who == b"main goroutine" => None,
                None => return false,
            };
            self.begin(Section::Access, cx);
            self.access(write, previous, false, address, goroutine);
            return true;
        }
        if let Some(rest) = text.strip_prefix(b"Goroutine ") {
            let Some((goroutine, rest)) = leading_decimal(rest) else {
                return false;
            };
            let running = match rest {
                b" (running) created at:" => true,
                b" (finished) created at:" => false,
                _ => return false,
            };
            self.begin(Section::Creation, cx);
            self.creation(goroutine, running);
            return true;
        }
        if let Some(rest) = text.strip_prefix(b"Heap block of size ") {
            let Some((size, _)) = leading_decimal(rest) else {
                return false;
            };
            self.begin(Section::Heap, cx);
            self.report.location = Some(RaceLocation::Heap { size, stack: None });
            return true;
        }
        if let Some(rest) = text.strip_prefix(b"Global var ") {
            let Some(at) = memmem::find(rest, b" of size ") else {
                return false;
            };
            let name = text_of(&rest[..at]);
            let Some((size, rest)) = leading_decimal(&rest[at + b" of size ".len()..]) else {
                return false;
            };
            let declared =
                memmem::find(rest, b" declared at ").map_or(&b""[..], |at| &rest[at + b" declared at ".len()..]);
            self.begin(Section::Ignored, cx);
            self.report.location = Some(RaceLocation::Global {
                name,
                size,
                declared: text_of(declared),
            });
            return true;
        }
        false
    }

    /// A line of a Go stack: `  main.f()` or `      /path/f.go:1 +0x2`.
    fn frame(&mut self, line: &[u8], text: &[u8], cx: &mut Context<'_>) -> bool {
        if self.section == Section::None {
            return false;
        }
        if text == b"[failed to restore the stack]" {
            return true;
        }
        let depth = indent(line).saturating_sub(self.indent);
        // Terminals and loggers turn the six blanks into a tab.
        let is_place = depth >= 4 || line.get(self.indent) == Some(&b'\t');
        if let Some(function) = self.function
            && is_place
        {
            let offset = memmem::rfind(text, b" +0x");
            let (file, line) = split_place(&text[..offset.unwrap_or(text.len())]);
            if line == 0 && offset.is_none() {
                // A log line of a test.
                return false;
            }
            self.function = None;
            self.push(function, file, line, cx);
            return true;
        }
        let Some(name) = text.strip_suffix(b"()").filter(|name| !name.is_empty() && depth > 0) else {
            return false;
        };
        self.close_function(cx);
        self.function = Some(cx.set.strings.intern_bytes(name));
        true
    }

    /// The first line of a part of a C report.
    fn c_heading(&mut self, text: &[u8], cx: &mut Context<'_>) -> bool {
        let (atomic, rest) = match text.strip_prefix(b"Previous atomic ") {
            Some(rest) => (Some(true), rest),
            None => match text.strip_prefix(b"Atomic ") {
                Some(rest) => (Some(false), rest),
                None => (None, text),
            },
        };
        let words = match atomic {
            Some(previous) => c_access(rest).map(|(write, rest)| (write, previous, rest)),
            None => c_access(rest)
                .map(|(write, rest)| (write, false, rest))
                .or_else(|| c_access(rest.strip_prefix(b"Previous ")?).map(|(write, rest)| (write, true, rest))),
        };
        if let Some((write, previous, rest)) = words {
            let Some(at) = memmem::find(rest, b" at ") else {
                return false;
            };
            let Some((address, rest)) = hex_word(&rest[at + 4..]) else {
                return false;
            };
            self.begin(Section::Access, cx);
            self.access(write, previous, atomic.is_some(), address, c_thread(rest));
            return true;
        }
        if let Some(rest) = text.strip_prefix(b"Thread T") {
            let Some((thread, rest)) = leading_decimal(rest) else {
                return false;
            };
            if memmem::find(rest, b" created by ").is_none() {
                return false;
            }
            self.begin(Section::Creation, cx);
            self.creation(thread, memmem::find(rest, b"running").is_some());
            return true;
        }
        if let Some(rest) = text.strip_prefix(b"Location is heap block of size ") {
            let Some((size, _)) = leading_decimal(rest) else {
                return false;
            };
            self.begin(Section::Heap, cx);
            self.report.location = Some(RaceLocation::Heap { size, stack: None });
            return true;
        }
        if let Some(rest) = text.strip_prefix(b"Location is global '") {
            let Some(at) = memmem::find(rest, b"' of size ") else {
                return false;
            };
            let size = leading_decimal(&rest[at + b"' of size ".len()..]).map_or(0, |(size, _)| size);
            self.begin(Section::Ignored, cx);
            self.report.location = Some(RaceLocation::Global {
                name: text_of(&rest[..at]),
                size,
                declared: String::new(),
            });
            return true;
        }
        if text.starts_with(b"Location is ") || text.starts_with(b"Mutex M") || text.starts_with(b"As if synchronized")
        {
            self.begin(Section::Ignored, cx);
            return true;
        }
        false
    }

    /// `#0 f /path/f.c:3:5 (module+0x12)`.
    fn c_frame(&mut self, text: &[u8], cx: &mut Context<'_>) -> bool {
        if self.section == Section::None {
            return false;
        }
        if text == b"[failed to restore the stack]" {
            return true;
        }
        let Some((_, rest)) = text.strip_prefix(b"#").and_then(leading_decimal) else {
            return false;
        };
        let rest = rest.trim_ascii_start();
        let rest = match memmem::rfind(rest, b" (") {
            Some(at) if rest.ends_with(b")") => &rest[..at],
            _ => rest,
        };
        // Names of C++ hold blanks; paths seldom do.
        let (name, place) = match memmem::rfind(rest, b" ") {
            Some(at) => (&rest[..at], &rest[at + 1..]),
            None => (rest, &b""[..]),
        };
        let (mut file, mut line) = split_place(place);
        // `file:line:column`.
        if let (shorter, number @ 1..) = split_place(file) {
            (file, line) = (shorter, number);
        }
        let function = cx.set.strings.intern_bytes(name);
        self.push(function, file, line, cx);
        true
    }

    fn begin(&mut self, section: Section, cx: &mut Context<'_>) {
        self.close_stack(cx);
        self.section = section;
    }

    fn access(&mut self, write: bool, previous: bool, atomic: bool, address: u64, goroutine: Option<u64>) {
        if self.report.accesses.len() >= MAX_PARTS {
            self.section = Section::Ignored;
            return;
        }
        self.report.accesses.push(RaceAccess {
            write,
            previous,
            atomic,
            address,
            goroutine,
            stack: None,
        });
    }

    fn creation(&mut self, goroutine: u64, running: bool) {
        if self.report.creations.len() >= MAX_PARTS {
            self.section = Section::Ignored;
            return;
        }
        self.report.creations.push(RaceCreation {
            goroutine,
            running,
            stack: None,
        });
    }

    fn push(&mut self, function: Sym, file: &[u8], line: u32, cx: &mut Context<'_>) {
        if self.frames.len() >= MAX_FRAMES {
            return;
        }
        let file = cx.set.strings.intern_bytes(file);
        self.frames.push(cx.set.stacks.intern_frame(Frame {
            function,
            file,
            line,
            note: FrameNote::Call,
            args: None,
        }));
    }

    /// Writes a function whose place did not come.
    fn close_function(&mut self, cx: &mut Context<'_>) {
        if let Some(function) = self.function.take() {
            self.push(function, b"", 0, cx);
        }
    }

    /// Gives the frames read so far to their part.
    fn close_stack(&mut self, cx: &mut Context<'_>) {
        self.close_function(cx);
        let frames = std::mem::take(&mut self.frames);
        let Some(&leaf) = frames.first() else { return };
        let leaf = cx.set.stacks.frame(leaf).function;
        let atomic = cx.set.strings.get(leaf).starts_with("sync/atomic.");
        let mut intern = || -> StackId { cx.set.stacks.intern_frames(&frames).0 };
        match self.section {
            Section::Access => {
                if let Some(access) = self.report.accesses.last_mut() {
                    access.stack = Some(intern());
                    access.atomic |= atomic;
                }
            }
            Section::Creation => {
                if let Some(creation) = self.report.creations.last_mut() {
                    creation.stack = Some(intern());
                }
            }
            Section::Heap => {
                if let Some(RaceLocation::Heap { stack, .. }) = &mut self.report.location {
                    *stack = Some(intern());
                }
            }
            Section::None | Section::Ignored => {}
        }
    }
}

/// `Read at `, `Previous write at `…: write, previous, the rest.
fn access_words(text: &[u8]) -> Option<(bool, bool, &[u8])> {
    let words: [(&[u8], bool, bool); 4] = [
        (b"Read at ", false, false),
        (b"Write at ", true, false),
        (b"Previous read at ", false, true),
        (b"Previous write at ", true, true),
    ];
    words
        .into_iter()
        .find_map(|(words, write, previous)| Some((write, previous, text.strip_prefix(words)?)))
}

/// `Read of size 4` and `write of size 4`, in either case of the first letter.
fn c_access(text: &[u8]) -> Option<(bool, &[u8])> {
    let words: [(&[u8], bool); 4] = [
        (b"Read of size ", false),
        (b"read of size ", false),
        (b"Write of size ", true),
        (b"write of size ", true),
    ];
    words
        .into_iter()
        .find_map(|(words, write)| Some((write, text.strip_prefix(words)?)))
}

/// The number of ` by thread T1 (mutexes: …):`; none for the main thread.
fn c_thread(text: &[u8]) -> Option<u64> {
    Some(leading_decimal(text.strip_prefix(b" by thread T")?)?.0)
}

/// Splits `file:line`.
fn split_place(place: &[u8]) -> (&[u8], u32) {
    let digits = place.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (head, number) = place.split_at(place.len() - digits);
    match (head.strip_suffix(b":"), decimal(number)) {
        (Some(file), Some(number)) => (file, u32::try_from(number).unwrap_or(0)),
        _ => (place, 0),
    }
}

fn hex_word(text: &[u8]) -> Option<(u64, &[u8])> {
    let hex = text.strip_prefix(b"0x")?;
    let digits = hex.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let number = std::str::from_utf8(&hex[..digits]).ok()?;
    Some((u64::from_str_radix(number, 16).ok()?, &hex[digits..]))
}

fn leading_decimal(text: &[u8]) -> Option<(u64, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    Some((decimal(&text[..digits])?, &text[digits..]))
}

fn decimal(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(1_024)]).into_owned()
}
