//! One stream of clean text: finds where forms start and end and feeds them.
//!
//! Goroutine blocks are read in bulk by `dump`, everything else line by line through [`Form`].

use gosleuth_base::Sym;
use memchr::memchr;

use crate::form::{self, Context, Form, Step};
use crate::model::{CrashIndex, EvidenceSet, InputId, Time};
use crate::reader::ReadOptions;

/// Parser state of one stream. Feed whole lines, then finish.
pub(crate) struct Machine {
    input: InputId,
    stream: Option<Sym>,
    line: u64,
    time: Option<Time>,
    test: Option<Sym>,
    pending_crash: Option<CrashIndex>,
    active: Option<Box<dyn Form>>,
}

impl Machine {
    /// A machine for one stream of `input`.
    pub(crate) fn new(input: InputId, stream: Option<Sym>) -> Self {
        Self {
            input,
            stream,
            line: 0,
            time: None,
            test: None,
            pending_crash: None,
            active: None,
        }
    }

    /// Reads whole lines (the last one may lack its terminator only at the end of the input).
    pub(crate) fn feed(&mut self, set: &mut EvidenceSet, options: &ReadOptions, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let end = memchr(b'\n', bytes).unwrap_or(bytes.len());
            let line = bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]);
            bytes = bytes.get(end + 1..).unwrap_or(&[]);
            self.line += 1;
            self.one(set, options, line);
        }
    }

    fn one(&mut self, set: &mut EvidenceSet, options: &ReadOptions, line: &[u8]) {
        let mut active = self.active.take();
        let mut cx = self.context(set, options);
        if let Some(form) = &mut active {
            match form.line(line, &mut cx) {
                Step::Taken => {
                    self.keep(cx.test, cx.pending_crash);
                    self.active = active;
                    return;
                }
                Step::Last => {
                    form.finish(&mut cx, false);
                    let kept = (cx.test, cx.pending_crash);
                    self.keep(kept.0, kept.1);
                    return;
                }
                Step::NotMine => form.finish(&mut cx, false),
            }
        }
        let next = form::start(line, &mut cx);
        if next.is_none() {
            form::single_line(line, &mut cx);
        }
        let kept = (cx.test, cx.pending_crash);
        self.keep(kept.0, kept.1);
        self.active = next;
    }

    /// No more input: closes what is open.
    pub(crate) fn finish(&mut self, set: &mut EvidenceSet, options: &ReadOptions) {
        if let Some(mut form) = self.active.take() {
            form.finish(&mut self.context(set, options), true);
        }
    }

    fn keep(&mut self, test: Option<Sym>, pending_crash: Option<CrashIndex>) {
        self.test = test;
        self.pending_crash = pending_crash;
    }

    fn context<'a>(&self, set: &'a mut EvidenceSet, options: &'a ReadOptions) -> Context<'a> {
        Context {
            set,
            input: self.input,
            line: self.line,
            time: self.time,
            stream: self.stream,
            test: self.test,
            pending_crash: self.pending_crash,
            options,
        }
    }
}
