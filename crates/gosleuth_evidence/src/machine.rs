//! One stream of clean text: finds where forms start and end and feeds them.
//!
//! Goroutine blocks are read in bulk by [`Dumps`], everything else line by line through [`Form`].

use gosleuth_base::Sym;
use memchr::memchr;

use crate::dump::{self, Consumed, Dumps};
use crate::form::{self, Context, Form, Step};
use crate::gotest::Attribution;
use crate::model::{CrashIndex, EvidenceSet, InputId, Time};
use crate::reader::ReadOptions;

/// Parser state of one stream. Feed text, then finish.
pub(crate) struct Machine {
    /// What forms see of the stream; `line` counts the lines taken so far.
    state: StreamState,
    /// Bytes taken so far.
    offset: u64,
    active: Option<Box<dyn Form>>,
    dumps: Dumps,
}

/// Why [`Machine::feed`] stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Everything was taken, or more is needed.
    Empty,
    /// Before a foreign line.
    Line,
}

#[derive(Clone, Copy)]
struct StreamState {
    input: InputId,
    stream: Option<Sym>,
    line: u64,
    time: Option<Time>,
    test: Option<Sym>,
    package: Option<Sym>,
    pending_crash: Option<CrashIndex>,
}

impl Machine {
    /// A machine for one stream of `input`.
    pub(crate) fn new(input: InputId, stream: Option<Sym>) -> Self {
        let state = StreamState {
            input,
            stream,
            line: 0,
            time: None,
            test: None,
            package: None,
            pending_crash: None,
        };
        Self {
            state,
            offset: 0,
            active: None,
            dumps: Dumps::default(),
        }
    }

    /// Lines taken so far.
    pub(crate) fn lines(&self) -> u64 {
        self.state.line
    }

    /// Whether a form of several lines is being read.
    pub(crate) fn in_form(&self) -> bool {
        self.active.is_some()
    }

    /// Says how many lines of the input stand before what is fed next, and when it was written, if that is known.
    pub(crate) fn place(&mut self, lines: u64, time: Option<Time>) {
        self.state.line = lines;
        self.state.time = time.or(self.state.time);
    }

    /// Says whose output is fed next.
    pub(crate) fn attribute(&mut self, whose: Attribution) {
        self.state.package = whose.package;
        self.state.test = whose.test;
    }

    /// Reads what is whole of `bytes` and returns how many bytes were taken. The rest has to be offered again with more
    /// behind it. With `eof` everything is taken. Outside goroutine blocks `is_foreign` is asked about each line, and whether
    /// a form is being read: reading stops before a line it says yes to.
    pub(crate) fn feed(
        &mut self,
        set: &mut EvidenceSet,
        options: &ReadOptions,
        bytes: &[u8],
        eof: bool,
        is_foreign: impl Fn(&[u8], bool) -> bool,
    ) -> (usize, Stop) {
        let Self {
            state,
            offset,
            active,
            dumps,
        } = self;
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let mut cx = context(state, set, options);
            let mut taken = Consumed::default();
            if active.is_none() && dump::is_header(rest) {
                taken = dumps.consume(rest, eof, *offset, &mut cx);
                if taken.bytes == 0 && !eof && rest.len() <= dump::MAX_BLOCK {
                    break;
                }
            } else if let Some(form) = active {
                taken = form.bulk(rest, &mut cx);
            }
            if taken.bytes == 0 {
                let Some((line, bytes)) = next_line(rest, eof) else {
                    break;
                };
                if is_foreign(line, active.is_some()) {
                    return (at, Stop::Line);
                }
                if one_line(active, dumps, line, &mut cx) {
                    taken = Consumed { bytes, lines: 1 };
                }
            }
            (state.test, state.pending_crash) = (cx.test, cx.pending_crash);
            state.line += taken.lines;
            *offset += taken.bytes as u64;
            at += taken.bytes;
        }
        (at, Stop::Empty)
    }

    /// No more input: closes what is open.
    pub(crate) fn finish(&mut self, set: &mut EvidenceSet, options: &ReadOptions) {
        if let Some(mut form) = self.active.take() {
            form.finish(&mut context(&self.state, set, options), true);
        }
        self.dumps.close(set);
    }
}

/// Gives a line to the active form or finds one. Returns whether the line was taken; if not, the active form has ended and
/// the line is to be read again.
fn one_line(active: &mut Option<Box<dyn Form>>, dumps: &mut Dumps, line: &[u8], cx: &mut Context<'_>) -> bool {
    if let Some(form) = active {
        let step = form.line(line, cx);
        if step != Step::Taken {
            form.finish(cx, false);
            *active = None;
        }
        return step != Step::NotMine;
    }
    if line.is_empty() {
        return true;
    }
    dumps.junk(line);
    *active = form::start(line, cx);
    if active.is_some() {
        // What starts here is younger than the goroutines before it.
        dumps.close(cx.set);
    } else {
        form::single_line(line, cx);
    }
    true
}

/// The first line of `rest` without terminator, and its length with it.
fn next_line(rest: &[u8], eof: bool) -> Option<(&[u8], usize)> {
    let (line, length) = match memchr(b'\n', rest) {
        Some(end) => (&rest[..end], end + 1),
        None if eof => (rest, rest.len()),
        None => return None,
    };
    Some((line.strip_suffix(b"\r").unwrap_or(line), length))
}

fn context<'a>(state: &StreamState, set: &'a mut EvidenceSet, options: &'a ReadOptions) -> Context<'a> {
    Context {
        set,
        input: state.input,
        line: state.line + 1,
        time: state.time,
        stream: state.stream,
        test: state.test,
        package: state.package,
        pending_crash: state.pending_crash,
        options,
    }
}
