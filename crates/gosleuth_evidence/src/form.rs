//! What a parser of one textual form is, and how a form is recognised by its first line.

use gosleuth_base::{ProblemKind, Sym};

use crate::crash;
use crate::debug1;
use crate::dump::Consumed;
use crate::gotest;
use crate::model::{CrashIndex, EvidenceSet, InputId, Origin, Time};
use crate::race;
use crate::reader::ReadOptions;
use crate::{build, escape, expvar, prometheus, runtime_log};

/// What a form did with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Taken; more lines may follow.
    Taken,
    /// Taken, and the form is complete.
    Last,
    /// Not part of this form: it is complete, and the line is offered to others.
    NotMine,
}

/// A parser of one multi-line textual form, fed line by line without terminators.
pub(crate) trait Form {
    /// Takes lines from the start of `bytes` that are part of this form beyond doubt and end with a line feed, as many as it
    /// likes: a form with very many lines is read faster this way. `cx.line` is the number of the first one.
    fn bulk(&mut self, _bytes: &[u8], _cx: &mut Context<'_>) -> Consumed {
        Consumed::default()
    }

    /// Offers the next line.
    fn line(&mut self, line: &[u8], cx: &mut Context<'_>) -> Step;

    /// No more lines: writes what is there. `cut` tells that the input ended inside the form.
    fn finish(&mut self, cx: &mut Context<'_>, cut: bool);
}

/// What a form may use and write.
pub(crate) struct Context<'a> {
    /// Where evidence goes.
    pub set: &'a mut EvidenceSet,
    /// The input being read.
    pub input: InputId,
    /// 1-based number of the current line in the decompressed input.
    pub line: u64,
    /// Time stamp of the current line or the last one seen, from the log wrapping.
    pub time: Option<Time>,
    /// Stream of a multiplexed log (container, pod, unit).
    pub stream: Option<Sym>,
    /// The test whose output this is (`go test -json`, `=== RUN`).
    pub test: Option<Sym>,
    /// The package whose output this is, where the output itself says so (`go test -json`).
    pub package: Option<Sym>,
    /// The crash whose goroutines follow: set when a crash text ends, taken by the next dump.
    pub pending_crash: Option<CrashIndex>,
    /// Options.
    pub options: &'a ReadOptions,
}

impl Context<'_> {
    /// Where the current line stands.
    pub(crate) fn origin(&self) -> Origin {
        Origin {
            input: self.input,
            line: self.line,
        }
    }

    /// Adds a problem at the current line.
    pub(crate) fn problem(&mut self, kind: ProblemKind, message: impl Into<String>) {
        self.set.problem(self.input, Some(self.line), kind, message);
    }
}

/// The multi-line form that starts with this line, if any. Cheap for lines that start nothing: one look at the first byte.
pub(crate) fn start(line: &[u8], cx: &mut Context<'_>) -> Option<Box<dyn Form>> {
    match line.first()? {
        b'-' if line.starts_with(b"--- mutex:") || line.starts_with(b"--- contention:") => debug1::start(line, cx),
        b'h' if line.starts_with(b"heap profile: ") => debug1::start(line, cx),
        b'0'..=b'9' if debug1::is_count_record(line) => debug1::start(line, cx),
        _ if debug1::is_count_head(line) => debug1::start(line, cx),
        b'=' | b'W' | b' ' | b'\t' => race::start(line, cx).or_else(|| crash::start(line, cx)),
        b'{' => gotest::start(line, cx).or_else(|| crash::start(line, cx)),
        _ => crash::start(line, cx),
    }
    .or_else(|| prometheus::start(line, cx))
    .or_else(|| expvar::start(line, cx))
    .or_else(|| escape::start(line, cx))
}

/// Reads forms of a single line. Returns whether the line was one.
pub(crate) fn single_line(line: &[u8], cx: &mut Context<'_>) -> bool {
    crash::single_line(line, cx)
        || race::single_line(line, cx)
        || gotest::single_line(line, cx)
        || runtime_log::line(line, cx)
        || expvar::fragment(line, cx)
        || build::line(line, cx)
}
