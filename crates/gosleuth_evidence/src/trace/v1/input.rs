//! The file of a trace of form 1: where the batches of each processor lie, and the tables.
//!
//! Nothing in this form says how long a batch is, so all of it has to be decoded to find the next one. At a byte that is no event, the rest
//! of the batch is given up and the next head that can be one is looked for.

use std::io::Read;
use std::ops::Range;

use rustc_hash::FxHashMap;

use super::events::{BATCH_BYTE, Decoded, Raw, decode, kind};
use crate::trace::generation::MAX_GENERATION;
use crate::trace::reader::Version;
use crate::trace::tables::{Sample, Span, Tables};
use crate::trace::varint;

/// Processors that are told apart; no machine has as many.
const MAX_CURSORS: usize = 1 << 12;
/// Events that have to follow a head that is found by looking for one.
const PROOF: usize = 8;

/// A batch of a processor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Batch {
    /// Ticks that the first event counts from.
    pub ticks: u64,
    /// The events.
    pub span: Span,
}

/// The batches of one processor, or of none, in order.
#[derive(Debug)]
pub(super) struct Lane {
    /// The processor; [`u64::MAX`] for what happens on none.
    pub proc: u64,
    /// Its batches.
    pub batches: Vec<Batch>,
}

/// A system call that blocked is over long before its goroutine gets a processor to say so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exit {
    /// When it was over.
    pub ticks: u64,
    pub goroutine: u64,
}

/// A file, read whole.
#[derive(Debug, Default)]
pub(super) struct Input {
    /// Everything behind the header.
    pub data: Vec<u8>,
    pub lanes: Vec<Lane>,
    pub tables: Tables,
    pub samples: Vec<Sample>,
    /// In order of time.
    pub exits: Vec<Exit>,
    /// Ticks per second.
    pub frequency: Option<u64>,
    /// The file ends within an event.
    pub cut: bool,
    /// The file is larger than what is read.
    pub too_large: bool,
    /// Bytes that are no events.
    pub skipped: u64,
    /// Where the first of them are.
    pub damaged_at: Option<usize>,
    /// What stopped reading.
    pub failed: Option<String>,
}

impl Input {
    /// Reads everything behind the header.
    pub(super) fn read(source: &mut dyn Read, version: Version) -> Self {
        let mut input = Self::default();
        let mut data = Vec::new();
        let most = MAX_GENERATION as u64;
        if let Err(error) = source.take(most + 1).read_to_end(&mut data) {
            input.failed = Some(error.to_string());
        }
        if data.len() > MAX_GENERATION {
            data.truncate(MAX_GENERATION);
            input.too_large = true;
        }
        input.index(&data, version);
        input.data = data;
        input.exits.sort_by_key(|exit| exit.ticks);
        input.samples.sort_by_key(|sample| sample.time);
        input
    }

    /// Finds batches and tables.
    fn index(&mut self, data: &[u8], version: Version) {
        let mut lanes = FxHashMap::default();
        let mut lane = None;
        // Ticks of the batches so far, by which a head that is found by looking for one is judged.
        let mut ticks: Option<Range<u64>> = None;
        let mut start = 0;
        let mut at = 0;
        while at < data.len() {
            let before = at;
            let decoded = decode(data, &mut at, version);
            let is_batch = matches!(&decoded, Ok(raw) if raw.kind == kind::BATCH);
            if is_batch || decoded.is_err() {
                self.close(lane, start, before);
            }
            match decoded {
                Ok(raw) if is_batch => {
                    lane = self.open(raw, &mut lanes);
                    let seen = ticks.get_or_insert(raw.args[1]..raw.args[1]);
                    *seen = seen.start.min(raw.args[1])..seen.end.max(raw.args[1]);
                    start = at;
                }
                Ok(raw) => self.note(data, &raw, at),
                Err(wrong) => {
                    let next = find_batch(data, before + 1, version, ticks.as_ref());
                    // A file that is cut ends in the middle of something, and nothing follows.
                    if wrong == Decoded::Cut && next.is_none() {
                        self.cut = true;
                    } else {
                        self.damaged_at.get_or_insert(before);
                        self.skipped += (next.unwrap_or(data.len()) - before) as u64;
                    }
                    lane = None;
                    at = next.unwrap_or(data.len());
                    start = at;
                }
            }
        }
        self.close(lane, start, at);
    }

    /// A batch starts: the row of its lane.
    fn open(&mut self, head: Raw, lanes: &mut FxHashMap<u64, usize>) -> Option<(usize, u64)> {
        let [proc, ticks, ..] = head.args;
        if self.lanes.len() >= MAX_CURSORS && !lanes.contains_key(&proc) {
            return None;
        }
        let lane = *lanes.entry(proc).or_insert_with(|| {
            self.lanes.push(Lane {
                proc,
                batches: Vec::new(),
            });
            self.lanes.len() - 1
        });
        Some((lane, ticks))
    }

    /// A batch ends.
    fn close(&mut self, lane: Option<(usize, u64)>, start: usize, end: usize) {
        if let Some((lane, ticks)) = lane
            && start < end
        {
            let span = Span {
                start: start as u32,
                end: end as u32,
            };
            self.lanes[lane].batches.push(Batch { ticks, span });
        }
    }

    /// Keeps what is needed before the first event is told. `at` is behind the event.
    fn note(&mut self, data: &[u8], raw: &Raw, at: usize) {
        match raw.kind {
            kind::STRING => self.tables.add_text(raw.args[0], raw.text),
            kind::STACK => {
                let mut from = raw.text.start as usize;
                // The frames were counted when the event was decoded.
                let _ = self.tables.add_trail(raw.args[0], raw.args[1], &data[..at], &mut from);
            }
            kind::FREQUENCY if raw.args[0] > 0 => self.frequency = Some(raw.args[0]),
            kind::CPU_SAMPLE => {
                let [_, time, proc, goroutine, stack] = raw.args;
                self.samples.push(Sample {
                    time,
                    thread: u64::MAX,
                    // The number is written with 32 or 64 bits; -1 is none.
                    proc: if proc as u32 == u32::MAX { u64::MAX } else { proc },
                    goroutine,
                    stack,
                });
            }
            kind::GO_SYS_EXIT if raw.args[3] > 0 => self.exits.push(Exit {
                ticks: raw.args[3],
                goroutine: raw.args[1],
            }),
            _ => {}
        }
    }
}

/// The first place from `at` on where a batch may begin.
fn find_batch(data: &[u8], mut at: usize, version: Version, seen: Option<&Range<u64>>) -> Option<usize> {
    loop {
        at += memchr::memchr(BATCH_BYTE, data.get(at..)?)?;
        if is_plausible(data, at, version, seen) {
            return Some(at);
        }
        at += 1;
    }
}

fn is_plausible(data: &[u8], mut at: usize, version: Version, seen: Option<&Range<u64>>) -> bool {
    at += 1;
    let (Some(proc), Some(ticks)) = (varint::read(data, &mut at), varint::read(data, &mut at)) else {
        return false;
    };
    if proc >= MAX_CURSORS as u64 && proc != u64::MAX {
        return false;
    }
    // The clock of a thread may be a little behind; 2^44 ticks are days.
    let fits = seen.is_none_or(|seen| (seen.start / 2..seen.end.saturating_add(1 << 44)).contains(&ticks));
    fits && (0..PROOF).all(|_| at >= data.len() || decode(data, &mut at, version).is_ok())
}
