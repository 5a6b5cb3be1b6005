//! Panics, fatal errors and deaths by signal: the text before the goroutine blocks.
//!
//! Source of the format: `printpanics`, `throw`, `dopanic_m` in `runtime/panic.go` and `fatalsignal` in
//! `runtime/signal_unix.go`, Go 1.15 to 1.27, and `(*conn).serve` in `net/http/server.go`.
//!
//! A text is believed only in the runtime's own layout, because logs are full of the word: `panic: ` at the start of a line
//! counts when a goroutine block, a chain line, a `[signal` line, `exit status` or the end of the input follows. What does
//! not come to that is dropped without a word.
//!
//! Non-goals: goroutine blocks (the dump parser attaches them to the crash written here), and what a message means.

mod text;

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use gosleuth_base::{ProblemKind, Sym};
use memchr::memmem;

use crate::dump;
use crate::form::{Context, Form, Step};
use crate::model::{Crash, CrashIndex, CrashKind, CrashSignal, EvidenceSet, Origin, StackId, Time};

use text::{Link, number, signal_line, signal_name};

/// Lines that belong to no known part of a crash text before it is given up.
const MAX_JUNK: u32 = 64;
/// Links of one chain.
const MAX_LINKS: usize = 256;
/// Notes of one crash.
const MAX_NOTES: usize = 32;
/// Bytes of one note.
const MAX_NOTE: usize = 1_024;
/// Crashes of one set: a hostile log can hold one per line.
const MAX_CRASHES: usize = 65_536;

/// The crash text that starts with this line, if any.
pub(crate) fn start(line: &[u8], cx: &Context<'_>) -> Option<Box<dyn Form>> {
    let new = |kind, place| CrashText {
        origin: cx.origin(),
        time: cx.time,
        test: cx.test,
        kind,
        place,
        links: Vec::new(),
        signal: None,
        peer: None,
        notes: Vec::new(),
        exit_status: None,
        junk: 0,
        confirmed: false,
        followed: false,
    };
    let text = match line.first()? {
        b'p' if line.starts_with(b"panic: ") => {
            let mut text = new(CrashKind::Panic, Place::Text);
            text.links.push(Link::new(&line[b"panic: ".len()..], false));
            text
        }
        b'f' if line.starts_with(b"fatal error: ") => {
            let mut text = new(CrashKind::Fatal, Place::Text);
            text.links.push(Link::new(&line[b"fatal error: ".len()..], true));
            text
        }
        b'f' | b'r' | b'u' | b'a' if is_foreword(line) => {
            let mut text = new(CrashKind::Fatal, Place::Foreword);
            text.note(line);
            text
        }
        b'S' | b'E' if signal_name(line).is_some() => {
            let mut text = new(CrashKind::Signal, Place::SignalHead);
            text.signal = signal_name(line);
            text
        }
        b'[' if signal_line(line).is_some() => {
            let mut text = new(CrashKind::Signal, Place::After);
            text.signal = signal_line(line);
            text.confirmed = true;
            text
        }
        b'-' if line == b"-----" => return Some(Box::new(Relay { seen: 0 })),
        _ => {
            let (peer, message) = http_panic(line)?;
            let mut text = new(CrashKind::HttpServed, Place::Text);
            text.peer = Some(String::from_utf8_lossy(peer).into_owned());
            text.links.push(Link::new(message, false));
            text.confirmed = true;
            text
        }
    };
    Some(Box::new(text))
}

/// Reads the lines that stand after the goroutines: registers, `exit status N`.
pub(crate) fn single_line(line: &[u8], cx: &mut Context<'_>) -> bool {
    if let Some(status) = exit_status(line) {
        // The crash whose process this ended: the last one of this input, unless it has its status.
        let input = cx.input;
        let last = cx
            .set
            .crashes
            .iter_mut()
            .rev()
            .take_while(|crash| crash.origin.input == input);
        let ends_process = |crash: &&mut Crash| !matches!(crash.kind, CrashKind::HttpServed | CrashKind::Recovered);
        // A process that crashed never exits with 0: the status is of one that recovered.
        if status != 0
            && let Some(crash) = last.into_iter().find(ends_process)
        {
            crash.exit_status.get_or_insert(status);
        }
        return true;
    }
    is_register(line)
}

/// Whether no goroutine block goes on behind this line: the process has died.
pub(crate) fn is_death(line: &[u8]) -> bool {
    line.starts_with(b"panic: ") || line.starts_with(b"fatal error: ") || exit_status(line).is_some()
}

/// Corrects a crash when its first goroutine is known: a `panic: ` line with a stack that `runtime/debug.Stack` made was
/// printed by the program itself, which has recovered.
pub(crate) fn settle(set: &mut EvidenceSet, crash: CrashIndex, first: StackId) {
    let by_program = set
        .stacks
        .frames(first)
        .next()
        .is_some_and(|frame| set.strings.get(frame.function) == "runtime/debug.Stack");
    if let Some(crash) = set.crashes.get_mut(crash as usize)
        && by_program
        && crash.kind == CrashKind::Panic
    {
        crash.kind = CrashKind::Recovered;
    }
}

/// Appends a crash and returns its index; past the cap a problem is noted once.
pub(crate) fn push(cx: &mut Context<'_>, crash: Crash) -> Option<CrashIndex> {
    let index = cx.set.crashes.len();
    if index >= MAX_CRASHES {
        if index == MAX_CRASHES {
            let message = format!("more than {MAX_CRASHES} crashes: all after this one are left out");
            cx.set.problem(
                crash.origin.input,
                Some(crash.origin.line),
                ProblemKind::Partial,
                message,
            );
            // One above the cap, so that the problem is noted once.
            cx.set.crashes.push(crash);
        }
        return None;
    }
    let form = match crash.kind {
        CrashKind::Panic | CrashKind::Recovered => "panic",
        CrashKind::Fatal => "fatal-error",
        CrashKind::HttpServed => "http-panic",
        CrashKind::Signal => "signal",
        CrashKind::TestTimeout => "test-timeout",
    };
    cx.set.note_form(cx.input, form);
    cx.set.crashes.push(crash);
    CrashIndex::try_from(index).ok()
}

/// Whether another form is known to start with this line, so that it cannot be text of a panic.
fn is_other_start(line: &[u8]) -> bool {
    const STARTS: &[&[u8]] = &[
        b"panic: ",
        b"fatal error: ",
        b"==================",
        b"WARNING: DATA RACE",
        b"=== RUN ",
        b"=== NAME ",
        b"=== CONT ",
        b"=== PAUSE ",
        b"--- FAIL: ",
        b"--- PASS: ",
        b"--- SKIP: ",
        b"FAIL\t",
        b"ok  \t",
        b"SCHED ",
        b"goroutine profile: total ",
    ];
    STARTS.iter().any(|start| line.starts_with(start)) || is_gc_line(line) || http_panic(line).is_some()
}

fn is_gc_line(line: &[u8]) -> bool {
    line.strip_prefix(b"gc ").is_some_and(|rest| {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        digits > 0 && rest[digits..].starts_with(b" @")
    })
}

/// Lines that the runtime prints before `fatal error: `.
fn is_foreword(line: &[u8]) -> bool {
    const STARTS: &[&[u8]] = &[
        b"runtime: ",
        b"unexpected fault address 0x",
        b"accessed data from freed user arena 0x",
        b"fatal: morestack on g",
        b"fatal: systemstack called from unexpected goroutine",
        b"fatal: bad g in signal handler",
    ];
    STARTS.iter().any(|start| line.starts_with(start))
}

/// Lines of details between a foreword and its `fatal error: `: `stack: frame={…`, hex dumps, span tables.
fn is_detail(line: &[u8]) -> bool {
    let word = line.trim_ascii_start();
    let hex = word.strip_prefix(b"0x").unwrap_or(word);
    let digits = hex.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    word.starts_with(b"stack: frame=")
        || digits >= 8 && hex[digits..].starts_with(b":")
        || word.starts_with(b"object=0x")
}

/// `http: panic serving ADDR: MSG` behind any log prefix.
fn http_panic(line: &[u8]) -> Option<(&[u8], &[u8])> {
    static NEEDLE: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b": panic serving "));
    // A log prefix is short.
    let head = &line[..line.len().min(1_024)];
    let at = NEEDLE.find(head)?;
    if !(line[..at].ends_with(b"http") || line[..at].ends_with(b"http2")) {
        return None;
    }
    let rest = &line[at + NEEDLE.needle().len()..];
    // Addresses hold colons but no blanks: `127.0.0.1:80`, `[::1]:80`, `@`.
    let end = memmem::find(rest, b": ")?;
    Some((&rest[..end], &rest[end + 2..]))
}

/// `exit status N`.
fn exit_status(line: &[u8]) -> Option<i32> {
    let digits = line.strip_prefix(b"exit status ")?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// `rax    0xfffffffffffffffc`.
fn is_register(line: &[u8]) -> bool {
    let name = line
        .iter()
        .take_while(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        .count();
    let rest = line[name..].trim_ascii_start();
    (2..=8).contains(&name)
        && rest.len() < line.len() - name
        && rest
            .strip_prefix(b"0x")
            .is_some_and(|hex| !hex.is_empty() && hex.iter().all(u8::is_ascii_hexdigit))
}

/// Which part of the text is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// `runtime: …` and the like, before `fatal error: `.
    Foreword,
    /// The chain of messages.
    Text,
    /// After `SIGQUIT: quit`, before its `PC=` line.
    SignalHead,
    /// After the messages.
    After,
    /// Frames below `runtime stack:`.
    RuntimeStack,
}

struct CrashText {
    origin: Origin,
    time: Option<Time>,
    test: Option<Sym>,
    kind: CrashKind,
    place: Place,
    links: Vec<Link>,
    signal: Option<CrashSignal>,
    peer: Option<String>,
    notes: Vec<String>,
    exit_status: Option<i32>,
    /// Lines that fit no part.
    junk: u32,
    /// The layout can only be the runtime's.
    confirmed: bool,
    /// A goroutine block comes next.
    followed: bool,
}

impl Form for CrashText {
    fn line(&mut self, line: &[u8], cx: &mut Context<'_>) -> Step {
        if dump::is_header(line) {
            self.followed = !matches!(self.place, Place::Foreword | Place::SignalHead);
            self.confirmed |= self.followed;
            return Step::NotMine;
        }
        let _ = cx;
        match self.place {
            Place::Foreword => self.foreword(line),
            Place::SignalHead => self.signal_head(line),
            Place::Text => self.message(line),
            Place::After => self.after(line),
            Place::RuntimeStack => {
                if line.is_empty() {
                    self.place = Place::After;
                    Step::Taken
                } else if line.starts_with(b"\t") || line.ends_with(b")") || line.starts_with(b"...") {
                    Step::Taken
                } else {
                    self.junk(line)
                }
            }
        }
    }

    fn finish(&mut self, cx: &mut Context<'_>, cut: bool) {
        let ended_here = cut && self.junk == 0 && self.place == Place::Text;
        if !(self.confirmed || ended_here) {
            return;
        }
        let mut chain = text::chain(&self.links, self.followed || self.exit_status.is_some());
        if self.kind == CrashKind::HttpServed {
            self.finish_http(&mut chain);
        }
        let mut running_tests = Vec::new();
        if self.kind == CrashKind::Panic
            && let [link] = chain.as_mut_slice()
            && link.text.starts_with("test timed out after ")
        {
            self.kind = CrashKind::TestTimeout;
            running_tests = text::take_running_tests(&mut link.text);
        }
        let index = push(
            cx,
            Crash {
                origin: self.origin,
                kind: self.kind,
                time: self.time,
                chain,
                signal: self.signal.take(),
                peer: self.peer.take(),
                running_tests,
                snapshot: None,
                goroutine: None,
                test: self.test,
                exit_status: self.exit_status,
                notes: std::mem::take(&mut self.notes),
            },
        );
        if self.followed {
            cx.pending_crash = index;
        }
    }
}

impl CrashText {
    fn foreword(&mut self, line: &[u8]) -> Step {
        if let Some(message) = line.strip_prefix(b"fatal error: ") {
            self.links.push(Link::new(message, true));
            self.place = Place::Text;
            self.confirmed = true;
        } else if let Some(message) = line.strip_prefix(b"panic: ") {
            self.kind = CrashKind::Panic;
            self.links.push(Link::new(message, false));
            self.place = Place::Text;
        } else if signal_name(line).is_some() {
            self.kind = CrashKind::Signal;
            self.signal = signal_name(line);
            self.place = Place::SignalHead;
        } else if is_foreword(line) {
            self.junk += 1;
            self.note(line);
        } else if is_detail(line) {
            // Hex dumps say nothing to a reader.
            self.junk += 1;
        } else {
            return Step::NotMine;
        }
        if self.place != Place::Foreword {
            self.junk = 0;
        }
        if self.junk > MAX_JUNK {
            Step::NotMine
        } else {
            Step::Taken
        }
    }

    fn signal_head(&mut self, line: &[u8]) -> Step {
        if !line.starts_with(b"PC=") {
            return Step::NotMine;
        }
        if let Some(signal) = &mut self.signal {
            for field in line.split(|&byte| byte == b' ') {
                if let Some(value) = field.strip_prefix(b"PC=") {
                    signal.pc = number(value);
                } else if let Some(value) = field.strip_prefix(b"sigcode=") {
                    signal.code = number(value);
                } else if let Some(value) = field.strip_prefix(b"addr=") {
                    signal.address = number(value);
                }
            }
        }
        self.place = Place::After;
        self.confirmed = true;
        Step::Taken
    }

    fn message(&mut self, line: &[u8]) -> Step {
        if self.kind != CrashKind::HttpServed {
            let link = line
                .strip_prefix(b"\tpanic: ")
                .map(|message| (message, false))
                .or_else(|| line.strip_prefix(b"\tfatal error: ").map(|message| (message, true)))
                .or_else(|| line.strip_prefix(b"fatal error: ").map(|message| (message, true)));
            if let Some((message, fatal)) = link {
                if fatal {
                    self.kind = CrashKind::Fatal;
                }
                self.link(message, fatal);
                self.confirmed = true;
                return Step::Taken;
            }
            if let Some(signal) = signal_line(line) {
                self.signal = Some(signal);
                self.confirmed = true;
                self.place = Place::After;
                return Step::Taken;
            }
            if line == b"runtime stack:" || is_note(line) {
                self.confirmed = true;
                return self.after(line);
            }
            if let Some(status) = exit_status(line) {
                if !self.confirmed && self.junk > 0 {
                    return Step::NotMine;
                }
                self.exit_status = Some(status);
                self.confirmed = true;
                return Step::Last;
            }
        }
        if is_other_start(line) {
            return Step::NotMine;
        }
        if let Some(link) = self.links.last_mut() {
            link.push(line);
        }
        if line.is_empty() || line.starts_with(b"\t") && self.kind != CrashKind::HttpServed {
            return Step::Taken;
        }
        self.junk(line)
    }

    fn after(&mut self, line: &[u8]) -> Step {
        if line == b"runtime stack:" {
            self.place = Place::RuntimeStack;
            return Step::Taken;
        }
        self.place = Place::After;
        if let Some(message) = line.strip_prefix(b"fatal error: ")
            && self.kind != CrashKind::Signal
        {
            // A second failure while the first one was printed.
            self.kind = CrashKind::Fatal;
            self.link(message, true);
            return Step::Taken;
        }
        if let Some(status) = exit_status(line) {
            self.exit_status = Some(status);
            return Step::Last;
        }
        if let Some(signal) = signal_line(line) {
            self.signal.get_or_insert(signal);
            return Step::Taken;
        }
        if is_note(line) {
            self.note(line);
            return Step::Taken;
        }
        if line.is_empty() || line.starts_with(b"instruction bytes:") || is_register(line) {
            return Step::Taken;
        }
        self.junk(line)
    }

    /// Adds a link. Two threads that fail alike at once (map races) print the same line twice.
    fn link(&mut self, message: &[u8], fatal: bool) {
        let repeated = fatal && self.links.last().is_some_and(|last| last.is_fatal(message));
        if !repeated && self.links.len() < MAX_LINKS {
            self.links.push(Link::new(message, fatal));
        }
    }

    fn junk(&mut self, line: &[u8]) -> Step {
        if is_other_start(line) {
            return Step::NotMine;
        }
        self.junk += 1;
        if self.junk > MAX_JUNK {
            Step::NotMine
        } else {
            Step::Taken
        }
    }

    fn note(&mut self, line: &[u8]) {
        if self.notes.len() < MAX_NOTES {
            let line = &line[..line.len().min(MAX_NOTE)];
            self.notes.push(String::from_utf8_lossy(line).into_owned());
        }
    }

    /// A served panic without goroutines after it: only the first line is certain. Loggers that write one line per record
    /// escape the stack into the message.
    fn finish_http(&mut self, chain: &mut [crate::model::PanicLink]) {
        let [link] = chain else { return };
        if !self.followed {
            let first = link.text.split('\n').next().unwrap_or("");
            let first = first.split("\\ngoroutine ").next().unwrap_or("");
            link.text = first.to_owned();
        }
    }
}

/// Lines that may stand between the messages and the goroutines.
fn is_note(line: &[u8]) -> bool {
    const STARTS: &[&[u8]] = &[
        b"runtime: ",
        b"signal arrived during ",
        b"panic during panic",
        b"stack trace unavailable",
        b"stack: frame=",
    ];
    STARTS.iter().any(|start| line.starts_with(start))
}

/// `-----` and a SIGQUIT that the runtime sends to its other threads under GOTRACEBACK=crash: the goroutines after it belong
/// to the crash before, so it is not another crash.
struct Relay {
    seen: u32,
}

impl Form for Relay {
    fn line(&mut self, line: &[u8], _cx: &mut Context<'_>) -> Step {
        self.seen += 1;
        let expected = match self.seen {
            1 => line.is_empty(),
            2 => line.starts_with(b"SIGQUIT: "),
            3 => line.starts_with(b"PC="),
            _ => false,
        };
        match (expected, self.seen) {
            (true, 3) => Step::Last,
            (true, _) => Step::Taken,
            (false, _) => Step::NotMine,
        }
    }

    fn finish(&mut self, cx: &mut Context<'_>, _cut: bool) {
        let input = cx.input;
        if self.seen == 3
            && let Some(crash) = cx
                .set
                .crashes
                .iter_mut()
                .rev()
                .find(|crash| crash.origin.input == input)
            && crash.notes.len() < MAX_NOTES
        {
            crash.notes.push("SIGQUIT passed on to another thread".to_owned());
        }
    }
}
