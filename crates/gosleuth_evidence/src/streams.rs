//! One input of text as the streams that were mixed into it.
//!
//! Lines without wrapping go to the root stream in bulk, so that a plain dump is read at full speed: its blocks are taken by
//! the machine before any line of them is looked at here. A wrapped line goes to the stream its wrapping names, which has a
//! machine of its own, so that the dumps of two containers, or of stdout and stderr, do not tear each other apart. Goroutine
//! blocks of such a stream are gathered until they are whole.
//!
//! Invariants: line numbers are those of the decompressed input; memory is bounded by [`MAX_STREAMS`] times
//! [`MAX_GATHERED`].

use std::borrow::Cow;

use gosleuth_base::Idx as _;
use memchr::memchr;
use rustc_hash::FxHashMap;

use crate::dump;
use crate::envelope::{self, Kind, Scope, Wrapped};
use crate::gotest::Attribution;
use crate::machine::{Machine, Stop};
use crate::model::{EvidenceSet, InputId, Time};
use crate::reader::ReadOptions;

/// Streams told apart; further ones share the last.
const MAX_STREAMS: usize = 256;
/// Longest goroutine block, or joined line, that is gathered. A block has at most 100 frames of two lines.
const MAX_GATHERED: usize = 128 << 10;
/// Layers of wrapping taken off a line.
const MAX_DEPTH: usize = 5;

/// All streams of one input.
pub(crate) struct Streams {
    input: InputId,
    /// The root first.
    streams: Vec<Stream>,
    known: FxHashMap<(usize, Kind, Vec<u8>), usize>,
    /// Lines of the input taken so far.
    line: u64,
    /// When the input was taken: the year of stamps without one.
    now: Option<Time>,
    /// A weak wrapping was believed before.
    weak: bool,
}

struct Stream {
    machine: Machine,
    name: Vec<u8>,
    /// Text not taken by the machine yet: the beginning of a goroutine block.
    gathered: Vec<u8>,
    /// Length in bytes, line number and time of each line in `gathered`.
    marks: Vec<(usize, u64, Option<Time>)>,
    /// Length at which the machine is asked again after it wanted more.
    ask_at: usize,
    /// The beginning of a line that came in parts.
    partial: Vec<u8>,
    /// Wrapping of the line that `gathered` starts with.
    hint: Option<Kind>,
    indent: Indent,
}

/// Indentation or quoting of a pasted text.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Indent {
    None,
    /// The next line tells it: `t.Log` indents further lines more than the first.
    Learn,
    Prefix(Vec<u8>),
}

impl Stream {
    fn new(input: InputId, name: Vec<u8>, set: &mut EvidenceSet) -> Self {
        let symbol = (!name.is_empty()).then(|| set.strings.intern_bytes(&name));
        Self {
            machine: Machine::new(input, symbol),
            name,
            gathered: Vec::new(),
            marks: Vec::new(),
            ask_at: 0,
            partial: Vec::new(),
            hint: None,
            indent: Indent::None,
        }
    }

    fn is_plain(&self) -> bool {
        self.gathered.is_empty() && self.indent == Indent::None
    }

    /// Gives a line of clean text to the machine.
    fn push(&mut self, set: &mut EvidenceSet, options: &ReadOptions, text: &[u8], number: u64, time: Option<Time>) {
        let gathering = !self.gathered.is_empty();
        self.gathered.extend_from_slice(text);
        self.gathered.push(b'\n');
        self.marks.push((text.len() + 1, number, time));
        let ends_block = text.is_empty() || dump::is_header(text);
        if gathering && !ends_block && (belongs_to_block(text) || self.gathered.len() < self.ask_at) {
            if self.gathered.len() > MAX_GATHERED {
                self.flush(set, options, true);
            }
            return;
        }
        self.flush(set, options, false);
    }

    /// Offers what was gathered.
    fn flush(&mut self, set: &mut EvidenceSet, options: &ReadOptions, eof: bool) {
        while let Some(&(_, number, time)) = self.marks.first() {
            self.machine.place(number - 1, time);
            let (mut taken, _) = self.machine.feed(set, options, &self.gathered, eof, |_, _| false);
            if taken == 0 {
                self.ask_at = self.gathered.len() + self.gathered.len() / 4 + 1_024;
                return;
            }
            self.gathered.drain(..taken);
            let lines = self.marks.iter().take_while(|(length, ..)| {
                let whole = *length <= taken;
                taken = taken.saturating_sub(*length);
                whole
            });
            let lines = lines.count();
            self.marks.drain(..lines);
            self.ask_at = 0;
        }
        self.hint = None;
    }
}

/// Whether a line looks like a part of a goroutine block.
fn belongs_to_block(text: &[u8]) -> bool {
    matches!(text.first(), Some(b'\t' | b' ' | b'.' | b'['))
        || text.last() == Some(&b')')
        || text.starts_with(b"created by ")
}

impl Streams {
    /// The streams of `input`, which was taken at `now`.
    pub(crate) fn new(set: &mut EvidenceSet, input: InputId, now: Option<Time>) -> Self {
        Self {
            input,
            streams: vec![Stream::new(input, Vec::new(), set)],
            known: FxHashMap::default(),
            line: 0,
            now,
            weak: false,
        }
    }

    /// Lines taken so far.
    pub(crate) fn lines(&self) -> u64 {
        self.line
    }

    /// Says how many lines of the input stand before what is fed next, when it was written and whose output it is.
    pub(crate) fn attribute(&mut self, lines: u64, time: Option<Time>, whose: Attribution) {
        self.line = lines;
        let root = &mut self.streams[0];
        root.machine.place(lines, time);
        root.machine.attribute(whose);
    }

    /// Reads what is whole of `bytes` and returns how many bytes were taken. The rest has to be offered again with more
    /// behind it. With `eof` everything is taken.
    pub(crate) fn feed(&mut self, set: &mut EvidenceSet, options: &ReadOptions, bytes: &[u8], eof: bool) -> usize {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let (weak, now) = (self.weak, self.now);
            let root = &mut self.streams[0];
            if root.is_plain() {
                root.machine.place(self.line, None);
                let (taken, stop) = root.machine.feed(set, options, rest, eof, |line, in_form| {
                    may_be_wrapped(line, in_form, weak, now)
                });
                self.line = root.machine.lines();
                at += taken;
                match stop {
                    Stop::Empty => break,
                    Stop::Line => {}
                }
            }
            let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) else {
                break;
            };
            let (line, length) = match memchr(b'\n', rest) {
                Some(end) => (&rest[..end], end + 1),
                None if eof => (rest, rest.len()),
                None => break,
            };
            at += length;
            self.line += 1;
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            self.one(set, options, 0, line, None, 0);
        }
        at
    }

    /// No more input: closes what is open.
    pub(crate) fn finish(&mut self, set: &mut EvidenceSet, options: &ReadOptions) {
        for index in 0..self.streams.len() {
            let partial = std::mem::take(&mut self.streams[index].partial);
            if !partial.is_empty() {
                self.one(set, options, index, &partial, None, 1);
            }
        }
        for stream in &mut self.streams {
            stream.flush(set, options, true);
            stream.machine.finish(set, options);
        }
    }

    /// Takes the wrapping off a line of a stream and gives the text on.
    fn one(
        &mut self,
        set: &mut EvidenceSet,
        options: &ReadOptions,
        index: usize,
        line: &[u8],
        time: Option<Time>,
        depth: usize,
    ) {
        let number = self.line;
        let now = self.now;
        let stream = &mut self.streams[index];
        let line = match outdent(&mut stream.indent, line) {
            Some(rest) => rest,
            None => line,
        };
        if !stream.gathered.is_empty() {
            // Inside a block only the wrapping that its header had is taken off.
            let inner = stream.hint.and_then(|kind| envelope::unwrap_as(line, kind, now));
            let (text, inner_time) = inner.map_or((Cow::Borrowed(line), None), |found| (found.text, found.time));
            stream.push(set, options, &text, number, inner_time.or(time));
            return;
        }
        if stream.indent == Indent::None
            && !stream.machine.in_form()
            && let Some((indent, rest)) = indented(line)
        {
            note(set, self.input, "indented");
            stream.indent = indent;
            stream.push(set, options, rest, number, time);
            return;
        }
        let wrapped = if depth < MAX_DEPTH {
            envelope::unwrap(line, now)
        } else {
            None
        };
        let Some(wrapped) = wrapped.filter(|wrapped| self.believed(index, wrapped)) else {
            self.streams[index].push(set, options, line, number, time);
            return;
        };
        note(set, self.input, wrapped.kind.word());
        let time = wrapped.time.or(time);
        match wrapped.kind.scope() {
            Scope::Whole => {
                let symbol = (index > 0).then(|| set.strings.intern_bytes(&self.streams[index].name));
                let mut machine = Machine::new(self.input, symbol);
                machine.place(number - 1, time);
                machine.feed(set, options, &wrapped.text, true, |_, _| false);
                machine.finish(set, options);
            }
            Scope::Same => {
                let text = wrapped.text;
                self.streams[index].hint = Some(wrapped.kind);
                self.one(set, options, index, &text, time, depth + 1);
            }
            Scope::Own => {
                let child = self.child(set, index, wrapped.kind, &wrapped.key);
                self.join(set, options, child, &wrapped, time, depth);
            }
        }
    }

    /// Joins the parts of a line and gives whole lines on.
    fn join(
        &mut self,
        set: &mut EvidenceSet,
        options: &ReadOptions,
        child: usize,
        wrapped: &Wrapped<'_>,
        time: Option<Time>,
        depth: usize,
    ) {
        let partial = &mut self.streams[child].partial;
        if wrapped.partial && partial.len() < MAX_GATHERED {
            partial.extend_from_slice(&wrapped.text);
            return;
        }
        let mut joined = std::mem::take(partial);
        let text = if joined.is_empty() {
            &wrapped.text[..]
        } else {
            joined.extend_from_slice(&wrapped.text);
            &joined[..]
        };
        for line in text.split(|&byte| byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            self.one(set, options, child, line, time, depth + 1);
        }
    }

    /// The stream of this name inside another.
    fn child(&mut self, set: &mut EvidenceSet, parent: usize, kind: Kind, key: &[u8]) -> usize {
        let id = (parent, kind, key.to_vec());
        if let Some(&known) = self.known.get(&id) {
            return known;
        }
        if self.streams.len() >= MAX_STREAMS {
            return MAX_STREAMS - 1;
        }
        let mut name = self.streams[parent].name.clone();
        if !name.is_empty() && !key.is_empty() {
            name.push(b' ');
        }
        name.extend_from_slice(key);
        self.streams.push(Stream::new(self.input, name, set));
        let index = self.streams.len() - 1;
        self.known.insert(id, index);
        index
    }

    /// A weak wrapping is believed once its text started something; then for all lines of the same name.
    fn believed(&mut self, index: usize, wrapped: &Wrapped<'_>) -> bool {
        if !wrapped.kind.is_weak() || self.known.contains_key(&(index, wrapped.kind, wrapped.key.to_vec())) {
            return true;
        }
        let believed = starts_evidence(&wrapped.text, self.now);
        self.weak |= believed;
        believed
    }
}

/// Whether this text, or what it wraps, starts something that is read here.
fn starts_evidence(text: &[u8], now: Option<Time>) -> bool {
    envelope::starts_evidence(text)
        || envelope::unwrap(text, now)
            .is_some_and(|inner| inner.kind.scope() != Scope::Own && envelope::starts_evidence(&inner.text))
}

/// Whether a line of the root stream is to be looked at here. With `in_form` set, a form is being read: then its own lines
/// may have any shape, and only wrapping that no form has is looked at.
fn may_be_wrapped(line: &[u8], in_form: bool, weak: bool, now: Option<Time>) -> bool {
    match line.first() {
        None => false,
        Some(b' ' | b'\t' | b'>' | b'#') => !in_form && indented(line).is_some(),
        Some(b'{') if in_form => line.starts_with(b"{\"log\":\""),
        _ if in_form => envelope::unwrap_prefix(line, now).is_some_and(|found| weak || !found.kind.is_weak()),
        _ => envelope::unwrap(line, now)
            .is_some_and(|found| weak || !found.kind.is_weak() || starts_evidence(&found.text, now)),
    }
}

/// A line that starts evidence behind white space, quote marks, or the `file.go:1: ` of `t.Log`.
fn indented(line: &[u8]) -> Option<(Indent, &[u8])> {
    let marks: &[u8] = match line.first()? {
        b' ' | b'\t' => b" \t",
        b'>' => b"> ",
        b'#' => b"# ",
        _ => return None,
    };
    let end = line.iter().position(|byte| !marks.contains(byte))?;
    let (prefix, rest) = line.split_at(end);
    let strong = |text: &[u8]| {
        dump::is_header(text)
            || [
                &b"panic: "[..],
                b"fatal error: ",
                b"WARNING: DATA RACE",
                b"SIGQUIT: quit",
                b"goroutine profile: total ",
            ]
            .iter()
            .any(|start| text.starts_with(start))
    };
    if strong(rest) {
        return Some((Indent::Prefix(prefix.to_vec()), rest));
    }
    let logged = envelope::strip_source(rest).filter(|logged| strong(logged))?;
    Some((Indent::Learn, logged))
}

/// The line without the indentation of the text it belongs to. Ends that text at a line that is not indented.
fn outdent<'a>(indent: &mut Indent, line: &'a [u8]) -> Option<&'a [u8]> {
    if *indent == Indent::Learn {
        let end = line.iter().position(|&byte| byte != b' ').unwrap_or(0);
        *indent = if end >= 4 {
            Indent::Prefix(line[..end].to_vec())
        } else {
            Indent::None
        };
    }
    let Indent::Prefix(prefix) = indent else { return None };
    if let Some(rest) = line.strip_prefix(&prefix[..]) {
        return Some(rest);
    }
    // Editors and mail programs drop white space at the end of empty lines.
    if prefix.trim_ascii_end() == line.trim_ascii_end() || line.trim_ascii().is_empty() {
        return Some(b"");
    }
    *indent = Indent::None;
    None
}

fn note(set: &mut EvidenceSet, input: InputId, word: &'static str) {
    if let Some(input) = set.inputs.get_mut(input.index())
        && !input.envelopes.contains(&word)
    {
        input.envelopes.push(word);
    }
}

#[cfg(test)]
mod tests;
