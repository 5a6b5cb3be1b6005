//! One generation of a trace: its batches, as they lie in the file, and its tables.
//!
//! Tables may stand behind the events that name them, so a generation is read whole before its first event is known.

use std::io::{self, BufRead, BufReader, Read};

use super::event::Clock;
use super::reader::Version;
use super::spec::ev;
use super::tables::{Sample, Span, Tables, read_samples};
use super::varint;

/// Largest batch that the runtime writes.
pub(super) const MAX_BATCH: u64 = 64 << 10;
/// Largest generation that is read; the runtime starts a new one every second or so. A trace of format 1 is one generation.
pub(super) const MAX_GENERATION: usize = 1 << 30;
/// Bytes read from the source at once.
const BUFFER: usize = 256 << 10;

/// Why no further batch came.
#[derive(Debug)]
pub(super) enum Stop {
    /// The file ends behind a batch.
    End,
    /// The file ends within a batch.
    Cut,
    /// What is there is no batch.
    Damaged(String),
    /// Reading failed.
    Failed(io::Error),
}

/// The head of a batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    /// Number of the experiment; 0 for ordinary batches.
    pub experiment: u8,
    pub generation: u64,
    pub thread: u64,
    /// Units of the trace clock.
    pub time: u64,
    pub size: u64,
}

/// What stands at the top level of a file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item {
    Batch(Head),
    EndOfGeneration,
}

/// Source of batches with a position.
pub(super) struct Batches<'r> {
    inner: BufReader<&'r mut dyn Read>,
    /// Bytes taken so far.
    pub position: u64,
}

impl<'r> Batches<'r> {
    pub(super) fn new(inner: &'r mut dyn Read) -> Self {
        Self {
            inner: BufReader::with_capacity(BUFFER, inner),
            position: 0,
        }
    }

    fn byte(&mut self) -> Result<Option<u8>, Stop> {
        let byte = loop {
            match self.inner.fill_buf() {
                Ok(bytes) => break bytes.first().copied(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Stop::Failed(error)),
            }
        };
        if byte.is_some() {
            self.inner.consume(1);
            self.position += 1;
        }
        Ok(byte)
    }

    fn number(&mut self) -> Result<u64, Stop> {
        let mut bytes = [0; 10];
        for index in 0..bytes.len() {
            bytes[index] = self.byte()?.ok_or(Stop::Cut)?;
            if bytes[index] < 0x80 {
                return varint::read(&bytes[..=index], &mut 0).ok_or_else(|| self.damaged("a number is too large"));
            }
        }
        Err(self.damaged("a number is too long"))
    }

    fn damaged(&self, what: impl std::fmt::Display) -> Stop {
        Stop::Damaged(format!("{what}, at byte {}", self.position))
    }

    /// The next head; the data of a batch has to be taken with [`Self::data`].
    pub(super) fn next(&mut self, version: Version) -> Result<Item, Stop> {
        let Some(kind) = self.byte()? else {
            return Err(Stop::End);
        };
        let experiment = match kind {
            ev::EVENT_BATCH => 0,
            ev::EXPERIMENTAL_BATCH if version >= Version::Go123 => self.byte()?.ok_or(Stop::Cut)?,
            ev::END_OF_GENERATION if version >= Version::Go126 => return Ok(Item::EndOfGeneration),
            _ => return Err(self.damaged(format_args!("a batch was expected, not a byte {kind}"))),
        };
        let head = Head {
            experiment,
            generation: self.number()?,
            thread: self.number()?,
            time: self.number()?,
            size: self.number()?,
        };
        if head.size > MAX_BATCH {
            return Err(self.damaged(format_args!("a batch of {} bytes is larger than any", head.size)));
        }
        Ok(Item::Batch(head))
    }

    /// Appends the data of a batch.
    pub(super) fn data(&mut self, size: u64, out: &mut Vec<u8>) -> Result<(), Stop> {
        let before = out.len();
        let count = self.inner.by_ref().take(size).read_to_end(out).map_err(Stop::Failed)?;
        self.position += count as u64;
        if (count as u64) < size {
            out.truncate(before);
            return Err(Stop::Cut);
        }
        Ok(())
    }
}

/// Events of one thread, one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Batch {
    pub thread: u64,
    /// Units of the trace clock.
    pub time: u64,
    pub span: Span,
}

#[derive(Debug, Default)]
pub(super) struct Generation {
    pub number: u64,
    pub data: Vec<u8>,
    /// In file order.
    pub batches: Vec<Batch>,
    pub tables: Tables,
    /// In order of time, which is in nanoseconds, once the generation is whole.
    pub samples: Vec<Sample>,
    /// Nanoseconds per unit.
    scale: Option<f64>,
    snapshot: Option<Snapshot>,
    /// Earliest time of a batch, in units.
    pub earliest: u64,
    /// Sentences about parts that could not be read.
    pub remarks: Vec<String>,
}

/// A clock snapshot as it stands in the file.
#[derive(Clone, Copy, Debug)]
struct Snapshot {
    units: u64,
    monotonic: u64,
    seconds: u64,
    nanos: u64,
}

impl Generation {
    /// Starts a generation of this number; memory is kept.
    pub(super) fn start(&mut self, number: u64) {
        self.number = number;
        self.data.clear();
        self.batches.clear();
        self.tables.clear();
        self.samples.clear();
        self.scale = None;
        self.snapshot = None;
        self.earliest = u64::MAX;
        self.remarks.clear();
    }

    /// Whether nothing was read yet.
    pub(super) fn is_empty(&self) -> bool {
        self.batches.is_empty() && self.tables.is_empty()
    }

    /// Takes the data of a batch whose head was read.
    pub(super) fn take(&mut self, head: Head, version: Version, source: &mut Batches<'_>) -> Result<(), Stop> {
        if self.data.len() > MAX_GENERATION {
            return Err(Stop::Damaged(format!(
                "generation {} is larger than {} MiB",
                self.number,
                MAX_GENERATION >> 20
            )));
        }
        let start = self.data.len();
        source.data(head.size, &mut self.data)?;
        let span = Span {
            start: start as u32,
            end: self.data.len() as u32,
        };
        self.earliest = self.earliest.min(head.time);
        let first = self.data.get(start).copied();
        let sync = if version >= Version::Go125 {
            ev::SYNC
        } else {
            ev::FREQUENCY
        };
        let outcome = match first {
            _ if head.experiment > 0 => {
                // Only what the experiment's events stand for; the events themselves are in ordinary batches.
                self.data.truncate(start);
                Ok(())
            }
            Some(ev::STRINGS) => self.tables.add_strings(&self.data, span),
            Some(ev::STACKS) => self.tables.add_stacks(&self.data, span),
            Some(ev::CPU_SAMPLES) => read_samples(&self.data, span, &mut self.samples),
            Some(kind) if kind == sync => self.read_sync(head.time, span, version),
            _ => {
                self.batches.push(Batch {
                    thread: head.thread,
                    time: head.time,
                    span,
                });
                Ok(())
            }
        };
        if let Err(what) = outcome
            && self.remarks.len() < 10
        {
            self.remarks.push(format!(
                "{what}, in generation {} before byte {}",
                self.number, source.position
            ));
        }
        Ok(())
    }

    fn read_sync(&mut self, time: u64, span: Span, version: Version) -> Result<(), &'static str> {
        const CUT: &str = "the clocks are cut";
        let bytes = &self.data[..span.end as usize];
        let mut at = span.start as usize + usize::from(version >= Version::Go125);
        let mut time = time;
        while at < bytes.len() {
            let kind = bytes[at];
            at += 1;
            let mut next = || varint::read(bytes, &mut at).ok_or(CUT);
            match kind {
                ev::FREQUENCY => {
                    let frequency = next()?;
                    if frequency == 0 {
                        return Err("the clock does not tick");
                    }
                    self.scale = Some(1.0 / (frequency as f64 / 1e9));
                }
                ev::CLOCK_SNAPSHOT if version >= Version::Go125 => {
                    time = time.wrapping_add(next()?);
                    self.snapshot = Some(Snapshot {
                        units: time,
                        monotonic: next()?,
                        seconds: next()?,
                        nanos: next()?,
                    });
                }
                _ => return Err("the clocks hold something else"),
            }
        }
        Ok(())
    }

    /// Puts the samples in order. False if the time of events cannot be known.
    pub(super) fn finish(&mut self) -> bool {
        let Some(scale) = self.scale else {
            return false;
        };
        for sample in &mut self.samples {
            sample.time = to_nanos(sample.time, scale);
        }
        self.samples.sort_by_key(|sample| sample.time);
        true
    }

    /// Nanoseconds per unit of the trace clock.
    pub(super) fn scale(&self) -> f64 {
        self.scale.unwrap_or(1.0)
    }

    /// The clocks, if the version writes them.
    pub(super) fn clock(&self) -> Option<Clock> {
        let snapshot = self.snapshot?;
        Some(Clock {
            trace: to_nanos(snapshot.units, self.scale()),
            monotonic: snapshot.monotonic,
            wall: i64::try_from(snapshot.seconds)
                .ok()?
                .checked_mul(1_000_000_000)?
                .checked_add(i64::try_from(snapshot.nanos).ok()?)?,
        })
    }
}

/// Times beyond this are not those of any machine: 146 years after its start. Sums of two stay in range.
pub(super) const MAX_TIME: u64 = 1 << 62;

/// Units of the trace clock in nanoseconds, with the fraction cut off as Go's tools do.
#[inline(always)]
pub(super) fn to_nanos(units: u64, scale: f64) -> u64 {
    ((units as f64 * scale) as u64).min(MAX_TIME)
}
