//! From bytes to evidence: the driver of all parsers.
//!
//! Flow of one input: decompress → decide archive, binary profile, JSON document or text → for text, take off log wrapping, one
//! [`Machine`](crate::machine::Machine) per log stream → forms → [`EvidenceSet`].

use std::io::Read;

use gosleuth_base::{Idx as _, ProblemKind};

use crate::archive;
use crate::decompress::Unpacked;
use crate::gotest;
use crate::model::{EvidenceSet, Input, InputId, Time};
use crate::pprof;
use crate::streams::Streams;
use crate::tar;
use crate::trace;
use crate::unknown;

/// How to read.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// Keep arguments of frames and tell apart stacks that differ in them.
    pub exact: bool,
    /// Most decompressed bytes of one input; the rest is left out with a problem.
    pub max_bytes: u64,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            exact: false,
            max_bytes: 64 << 30,
        }
    }
}

/// What the caller knows about an input.
#[derive(Clone, Debug)]
pub struct Source<'a> {
    /// As the user named it.
    pub name: &'a str,
    /// When it was taken (file time, response time).
    pub time: Option<Time>,
}

/// Bytes of text handled at once: large enough to make reads cheap, small enough to stay in the L2 cache.
const CHUNK: usize = 256 << 10;
/// A line longer than this is cut: no form has such lines.
const MAX_LINE: usize = 4 << 20;
/// A protobuf profile longer than this is cut: it is held in memory whole.
const MAX_PROFILE: u64 = 1 << 30;

/// Reads one input to its end and adds what it holds to `set`. Read errors become problems; what came before is kept.
pub fn read(set: &mut EvidenceSet, source: &Source<'_>, bytes: &mut dyn Read, options: &ReadOptions) -> InputId {
    read_at(set, source, bytes, options, Depth::Top)
}

/// [`read`] for what a process answered at the time of the source: what does not say itself when it was taken is of that time. The time
/// of a file is worth less: it may be that of a copy.
pub fn read_answer(set: &mut EvidenceSet, source: &Source<'_>, bytes: &mut dyn Read, options: &ReadOptions) -> InputId {
    let id = read(set, source, bytes, options);
    date(set, id, source.time);
    id
}

/// Gives the evidence of an input that says nothing of its time this one.
pub(crate) fn date(set: &mut EvidenceSet, id: InputId, time: Option<Time>) {
    // What comes from the input stands at the end of each list.
    macro_rules! of_this_input {
        ($list:expr) => {
            $list.iter_mut().rev().take_while(|item| item.origin.input == id)
        };
    }
    for snapshot in of_this_input!(set.snapshots) {
        snapshot.time = snapshot.time.or(time);
    }
    for profile in of_this_input!(set.profiles) {
        profile.time = profile.time.or(time);
    }
    for vars in of_this_input!(set.expvars) {
        vars.time = vars.time.or(time);
    }
    for page in of_this_input!(set.metrics) {
        page.time = page.time.or(time);
    }
}

/// Where an input stands: an archive inside of an archive is not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Given by the caller.
    Top,
    /// A file of an archive.
    Inside,
}

/// [`read`] at some depth.
pub(crate) fn read_at(
    set: &mut EvidenceSet,
    source: &Source<'_>,
    bytes: &mut dyn Read,
    options: &ReadOptions,
    depth: Depth,
) -> InputId {
    let id = InputId::from_usize(set.inputs.len());
    set.inputs.push(Input {
        name: source.name.to_owned(),
        bytes: 0,
        decompressed: 0,
        lines: 0,
        compression: Vec::new(),
        envelopes: Vec::new(),
        forms: Vec::new(),
        time: source.time,
    });
    let mut unpacked = Unpacked::new(bytes);
    let head = unpacked.peek(unknown::SNIFF);
    let head = head[..head.len().min(unknown::SNIFF)].to_vec();
    let (total, lines) = if depth == Depth::Top && tar::looks_like(&head) {
        (archive::read(set, id, source, &mut unpacked, options), 0)
    } else if (depth == Depth::Top || set.snapshots.is_empty()) && trace::is_known(&head) {
        // In a capture the dumps, which stand before it, say more of the same goroutines.
        (trace::read_evidence(set, id, &mut unpacked, options), 0)
    } else if let Some(sentence) = unknown::binary(&head) {
        set.problem(id, None, ProblemKind::Unreadable, sentence);
        (head.len() as u64, 0)
    } else if pprof::looks_like(&head) {
        (read_profile(set, id, &mut unpacked, options), 0)
    } else {
        read_text(set, id, &mut unpacked, &head, options)
    };
    let layers = unpacked.layers();
    for remark in &layers.remarks {
        set.problem(id, None, ProblemKind::Partial, remark.as_str());
    }
    let input = &mut set.inputs[id.index()];
    input.bytes = unpacked.raw_bytes();
    input.decompressed = total;
    input.lines = lines;
    input.compression.clone_from(&layers.compression);
    if layers.utf16 {
        input.envelopes.insert(0, "utf-16");
    }
    id
}

/// Reads a protobuf profile, which has to be whole before it can be understood. Returns its bytes.
fn read_profile(set: &mut EvidenceSet, id: InputId, unpacked: &mut Unpacked<'_>, options: &ReadOptions) -> u64 {
    let cap = options.max_bytes.min(MAX_PROFILE);
    let mut bytes = Vec::new();
    let outcome = unpacked.by_ref().take(cap).read_to_end(&mut bytes);
    if let Err(error) = outcome {
        set.problem(id, None, ProblemKind::Partial, error.to_string());
    } else if bytes.len() as u64 == cap && unpacked.read(&mut [0]).is_ok_and(|more| more > 0) {
        let message = format!(
            "the profile is longer than {} MiB; only its beginning was read",
            cap >> 20
        );
        set.problem(id, None, ProblemKind::Partial, message);
    }
    pprof::read(&bytes, set, id, options);
    bytes.len() as u64
}

/// Reads the text of an input. Returns its bytes and lines.
fn read_text(
    set: &mut EvidenceSet,
    id: InputId,
    unpacked: &mut Unpacked<'_>,
    head: &[u8],
    options: &ReadOptions,
) -> (u64, u64) {
    let now = set.inputs[id.index()].time;
    let mut streams = Streams::new(set, id, now);
    let mut window = Window::default();
    let mut total = 0u64;
    let mut stopped = None;
    let problems = set.problems.len();
    loop {
        let room = options.max_bytes.saturating_sub(total).min(CHUNK as u64);
        let room = usize::try_from(room).unwrap_or(CHUNK);
        let count = match unpacked.read(window.room(room)) {
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => {
                stopped = Some(if error.kind() == std::io::ErrorKind::InvalidData {
                    error.to_string()
                } else {
                    format!("reading stopped after {total} bytes: {error}")
                });
                0
            }
        };
        window.filled += count;
        total += count as u64;
        if count == 0 {
            if room == 0 && unpacked.read(&mut [0]).is_ok_and(|more| more > 0) {
                stopped = Some(format!(
                    "only the first {total} bytes were read, as the limit on decompressed bytes says"
                ));
            }
            streams.feed(set, options, window.text(), true);
            break;
        }
        let mut taken = streams.feed(set, options, window.text(), false);
        if taken == 0 && window.filled > MAX_LINE {
            // No form has lines this long: the head is given up, the rest of the line is junk too.
            taken = window.filled;
        }
        window.take(taken);
    }
    streams.finish(set, options);
    gotest::finish(set, id);
    let lines = streams.lines();
    // A parser that met its form and could not read it has said more than could be said here.
    let found = !set.inputs[id.index()].forms.is_empty() || set.problems.len() > problems;
    if let Some(sentence) = stopped {
        let kind = if found || total > 0 {
            ProblemKind::Partial
        } else {
            ProblemKind::Unreadable
        };
        set.problem(id, None, kind, sentence);
        if total == 0 {
            return (total, lines);
        }
    }
    if !found {
        set.problem(id, None, ProblemKind::Unreadable, unknown::text(head, lines));
    }
    (total, lines)
}

/// The part of the text that was read and not yet taken. Its memory is cleared once, not for every read.
#[derive(Default)]
struct Window {
    bytes: Vec<u8>,
    filled: usize,
}

impl Window {
    /// Space for the next `size` bytes.
    fn room(&mut self, size: usize) -> &mut [u8] {
        let end = self.filled + size;
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        &mut self.bytes[self.filled..end]
    }

    fn text(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    /// Gives up the first `count` bytes.
    fn take(&mut self, count: usize) {
        self.bytes.copy_within(count..self.filled, 0);
        self.filled -= count;
    }
}
