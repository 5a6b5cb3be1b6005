//! From bytes to events in order.

use std::borrow::Cow;
use std::io::{BufReader, Read};
use std::ops::ControlFlow;

use gosleuth_base::{Interner, Problem, ProblemKind, Sym};

use super::assemble::{Assembler, TEXT_HEADER};
use super::event::{Event, EventKind, GoId, ProcId, Reason, ThreadId};
use super::generation::{Batches, Generation, Item, MAX_TIME, Stop, to_nanos};
use super::order::{Order, Pending, Step};
use super::spec::ARGS;
use super::tables::{Interned, Tables};
use super::{v1, varint};
use crate::decompress::Unpacked;
use crate::model::{StackId, StackTable};
use crate::tar::{self, Tar};

/// Form of a trace, by the Go version in its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// Go 1.11 to 1.18.
    Go111,
    /// Go 1.19 and 1.20.
    Go119,
    /// Go 1.21.
    Go121,
    /// Go 1.22.
    Go122,
    /// Go 1.23 and 1.24.
    Go123,
    /// Go 1.25.
    Go125,
    /// Go 1.26 and 1.27.
    Go126,
}

impl Version {
    const ALL: [(Self, &'static str); 7] = [
        (Self::Go111, "go 1.11"),
        (Self::Go119, "go 1.19"),
        (Self::Go121, "go 1.21"),
        (Self::Go122, "go 1.22"),
        (Self::Go123, "go 1.23"),
        (Self::Go125, "go 1.25"),
        (Self::Go126, "go 1.26"),
    ];

    /// The version in the header, for example `go 1.26`.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(version, _)| *version == self)
            .map_or("", |&(_, text)| text)
    }

    /// The version of a file that starts with these 16 bytes.
    pub(super) fn parse(header: &[u8]) -> Option<Self> {
        let known = |&(version, text): &(Self, &str)| {
            let rest = header.strip_prefix(text.as_bytes())?;
            (rest == b" trace\0\0\0").then_some(version)
        };
        Self::ALL.iter().find_map(known)
    }
}

/// Bytes of the header.
pub(super) const HEADER: usize = 16;

/// Whether these are the first bytes of an execution trace, of a version that can be read or not.
pub fn looks_like(head: &[u8]) -> bool {
    let header = head.get(..HEADER);
    header.is_some_and(|header| header.starts_with(b"go 1.") && header[7..].starts_with(b" trace\0\0"))
}

/// Whether these are the first bytes of a trace that can be read.
pub(crate) fn is_known(head: &[u8]) -> bool {
    head.get(..HEADER).and_then(Version::parse).is_some()
}

/// What events name.
#[derive(Clone, Copy, Debug)]
pub struct Names<'n> {
    /// Texts of symbols.
    pub strings: &'n Interner,
    /// Stacks.
    pub stacks: &'n StackTable,
}

/// Takes the events of a trace.
pub trait Visitor {
    /// Something happened. Breaking ends the walk.
    fn event(&mut self, names: Names<'_>, event: &Event<'_>) -> ControlFlow<()>;
}

impl<F: FnMut(Names<'_>, &Event<'_>) -> ControlFlow<()>> Visitor for F {
    fn event(&mut self, names: Names<'_>, event: &Event<'_>) -> ControlFlow<()> {
        self(names, event)
    }
}

/// How to walk.
#[derive(Clone, Debug)]
pub struct WalkOptions {
    /// Most decompressed bytes that are read; the rest is left out with a problem.
    pub max_bytes: u64,
}

impl Default for WalkOptions {
    fn default() -> Self {
        Self { max_bytes: 64 << 30 }
    }
}

/// What there was to walk through.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Form of the trace; none if it is no trace.
    pub version: Option<Version>,
    /// Bytes before decompression.
    pub raw_bytes: u64,
    /// Bytes after decompression.
    pub bytes: u64,
    /// The compression met, outermost first.
    pub compression: Vec<&'static str>,
    /// Generations whose events were given; 1 for the old form, which has none.
    pub generations: u64,
    /// Events given.
    pub events: u64,
    /// The file ends within a generation, which is left out.
    pub cut: bool,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

impl Outcome {
    pub(super) fn problem(&mut self, name: &str, kind: ProblemKind, message: impl Into<String>) {
        if self.problems.len() < 100 {
            self.problems.push(Problem {
                kind,
                input: name.to_owned(),
                line: None,
                message: message.into(),
            });
        }
    }
}

/// Further traces of an archive that are named.
const MAX_OTHERS: usize = 8;

/// Reads a trace, compressed or not, the first one of an archive, or the text of one ([`write_raw`](super::write_raw)), and gives its events to `visitor`. New names and stacks go into `strings` and `stacks`; `name`
/// is the input's name in problems.
pub fn walk<V: Visitor>(
    name: &str,
    bytes: &mut dyn Read,
    strings: &mut Interner,
    stacks: &mut StackTable,
    options: &WalkOptions,
    visitor: &mut V,
) -> Outcome {
    let mut unpacked = Unpacked::new(bytes);
    let mut outcome = if tar::looks_like(unpacked.peek(tar::BLOCK)) {
        walk_archive(name, &mut unpacked, strings, stacks, options, visitor)
    } else {
        walk_unpacked(name, &mut unpacked, strings, stacks, options, visitor)
    };
    let layers = unpacked.layers();
    outcome.compression.clone_from(&layers.compression);
    for remark in &layers.remarks {
        outcome.problem(name, ProblemKind::Partial, remark.as_str());
    }
    drop(layers);
    outcome.raw_bytes = unpacked.raw_bytes();
    outcome
}

/// The same for the first trace in an archive; a capture is one.
fn walk_archive<V: Visitor>(
    name: &str,
    archive: &mut dyn Read,
    strings: &mut Interner,
    stacks: &mut StackTable,
    options: &WalkOptions,
    visitor: &mut V,
) -> Outcome {
    // What is passed over counts too.
    let mut archive = archive.take(options.max_bytes);
    let mut tar = Tar::new(&mut archive);
    let mut outcome: Option<Outcome> = None;
    let mut others = Vec::new();
    let stopped = loop {
        let entry = match tar.next() {
            Ok(Some(entry)) => entry,
            Ok(None) => break None,
            Err(error) => break Some(error.to_string()),
        };
        let mut part = Unpacked::new(&mut tar);
        if !looks_like(part.peek(HEADER)) {
            continue;
        }
        let part_name = format!("{name}:{}", entry.name);
        if outcome.is_some() {
            others.push(entry.name);
            if others.len() == MAX_OTHERS {
                break None;
            }
            continue;
        }
        outcome = Some(walk_unpacked(&part_name, &mut part, strings, stacks, options, visitor));
    };
    let is_found = outcome.is_some();
    let mut outcome = outcome.unwrap_or_default();
    if let Some(why) = stopped {
        outcome.problem(name, ProblemKind::Partial, why);
    }
    if !is_found {
        outcome.problem(
            name,
            ProblemKind::Unreadable,
            "there is no execution trace in this archive",
        );
    } else if !others.is_empty() {
        let message = format!(
            "only the first trace of this archive is read; the others are {}",
            others.join(", ")
        );
        outcome.problem(name, ProblemKind::Partial, message);
    }
    outcome
}

/// The same for bytes that are not compressed.
pub(crate) fn walk_unpacked<V: Visitor>(
    name: &str,
    bytes: &mut dyn Read,
    strings: &mut Interner,
    stacks: &mut StackTable,
    options: &WalkOptions,
    visitor: &mut V,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut limited = bytes.take(options.max_bytes);
    let mut header = Vec::with_capacity(HEADER);
    if let Err(error) = limited.by_ref().take(HEADER as u64).read_to_end(&mut header) {
        outcome.problem(name, ProblemKind::Unreadable, error.to_string());
        return outcome;
    }
    if header.starts_with(TEXT_HEADER) {
        let text = BufReader::new(header.as_slice().chain(limited));
        return walk_unpacked(name, &mut Assembler::new(text), strings, stacks, options, visitor);
    }
    let Some(version) = Version::parse(&header) else {
        let message = if looks_like(&header) {
            let version = String::from_utf8_lossy(&header[..7]).into_owned();
            format!(
                "this is an execution trace of a version that gosleuth does not know ({version}); a newer gosleuth may read it"
            )
        } else {
            "this is not an execution trace".to_owned()
        };
        outcome.problem(name, ProblemKind::Unreadable, message);
        return outcome;
    };
    outcome.version = Some(version);
    let (mut added_names, mut added_stacks) = (0, 0);
    let names = Interned {
        strings,
        stacks,
        names: &mut added_names,
        trails: &mut added_stacks,
    };
    if version < Version::Go122 {
        v1::walk(name, &mut limited, version, names, &mut outcome, visitor);
    } else {
        let walk = Walk {
            name,
            version,
            outcome: &mut outcome,
            names,
            visitor,
            last_time: 0,
            stopped: false,
            missing: 0,
        };
        walk.run(&mut limited);
        outcome.bytes += HEADER as u64;
    }
    if limited.limit() == 0 {
        outcome.problem(
            name,
            ProblemKind::Partial,
            format!(
                "only the first {} bytes were read, as the limit on decompressed bytes says",
                options.max_bytes
            ),
        );
    }
    outcome
}

struct Walk<'w, V> {
    name: &'w str,
    version: Version,
    outcome: &'w mut Outcome,
    names: Interned<'w>,
    visitor: &'w mut V,
    last_time: u64,
    stopped: bool,
    missing: u64,
}

impl<V: Visitor> Walk<'_, V> {
    fn run(mut self, source: &mut dyn Read) {
        let mut source = Batches::new(source);
        let mut generation = Generation::default();
        let mut order = Order::default();
        let mut syncs = 0;
        let mut lost = false;
        let mut pending = None;
        loop {
            let stop = self.fill(&mut source, &mut generation, &mut pending);
            let is_whole = match &stop {
                None => true,
                // Before 1.26 nothing marks the end of the last generation.
                Some(Stop::End) if self.version < Version::Go126 => !generation.is_empty(),
                Some(_) => self.version < Version::Go126 && !generation.is_empty(),
            };
            if is_whole && !generation.finish() {
                let message = format!(
                    "generation {} does not say how fast its clock is, so it is left out",
                    generation.number
                );
                self.outcome.problem(self.name, ProblemKind::Partial, message);
                order.reset();
                lost = true;
            } else if is_whole {
                for remark in std::mem::take(&mut generation.remarks) {
                    self.outcome.problem(self.name, ProblemKind::Partial, remark);
                }
                syncs += 1;
                lost = !self.play(&mut generation, &mut order, syncs, lost);
                self.outcome.generations += 1;
            }
            match stop {
                _ if self.stopped => break,
                None => {}
                Some(stop) => {
                    self.explain(stop, is_whole, &generation);
                    break;
                }
            }
        }
        self.outcome.bytes = source.position;
        if !self.stopped {
            let end = self.last_time;
            let kind = EventKind::Sync {
                number: syncs + 1,
                clock: None,
                lost,
                last: true,
            };
            let mut sink = self.sink(&mut generation);
            sink.tell(Event {
                time: end,
                thread: ThreadId::NONE,
                proc: ProcId::NONE,
                goroutine: GoId::NONE,
                stack: None,
                kind,
            });
        }
        if self.missing > 0 {
            let message = format!(
                "{} events name strings or stacks that their generation does not have; these are left out",
                self.missing
            );
            self.outcome.problem(self.name, ProblemKind::Partial, message);
        }
    }

    /// Reads a generation. None if it is whole and something may follow.
    fn fill(
        &mut self,
        source: &mut Batches<'_>,
        generation: &mut Generation,
        pending: &mut Option<super::generation::Head>,
    ) -> Option<Stop> {
        generation.start(0);
        if let Some(head) = pending.take() {
            generation.number = head.generation;
            if let Err(stop) = generation.take(head, self.version, source) {
                return Some(stop);
            }
        }
        loop {
            let head = match source.next(self.version) {
                Ok(Item::Batch(head)) => head,
                Ok(Item::EndOfGeneration) if generation.number == 0 => continue,
                Ok(Item::EndOfGeneration) => return None,
                Err(stop) => return Some(stop),
            };
            if head.generation == 0 {
                return Some(Stop::Damaged(format!(
                    "a batch belongs to generation 0, before byte {}",
                    source.position
                )));
            }
            if generation.number == 0 {
                generation.number = head.generation;
            }
            if head.generation != generation.number {
                if self.version < Version::Go126 && head.generation == generation.number.wrapping_add(1) {
                    *pending = Some(head);
                    return None;
                }
                return Some(Stop::Damaged(format!(
                    "a batch of generation {} lies within generation {}, before byte {}",
                    head.generation, generation.number, source.position
                )));
            }
            if let Err(stop) = generation.take(head, self.version, source) {
                return Some(stop);
            }
        }
    }

    /// Says why nothing follows.
    fn explain(&mut self, stop: Stop, is_whole: bool, generation: &Generation) {
        let left_out = if is_whole || generation.is_empty() {
            String::new()
        } else {
            self.outcome.cut = true;
            format!("; generation {}, which it belongs to, is left out", generation.number)
        };
        let what = match stop {
            Stop::End if is_whole || generation.is_empty() => return,
            Stop::End => format!("the trace ends before its generation {} does", generation.number),
            Stop::Cut => {
                self.outcome.cut = true;
                "the trace is cut within a batch".to_owned()
            }
            Stop::Damaged(what) => format!("the trace is damaged: {what}; nothing behind is read"),
            Stop::Failed(error) => format!("reading stopped: {error}"),
        };
        let kind = if self.outcome.generations == 0 {
            ProblemKind::Unreadable
        } else {
            ProblemKind::Partial
        };
        self.outcome.problem(self.name, kind, format!("{what}{left_out}"));
    }

    fn sink<'s>(&'s mut self, generation: &'s mut Generation) -> Sink<'s, V> {
        Sink {
            data: &generation.data,
            tables: &mut generation.tables,
            names: Interned {
                strings: self.names.strings,
                stacks: self.names.stacks,
                names: self.names.names,
                trails: self.names.trails,
            },
            visitor: self.visitor,
            last_time: &mut self.last_time,
            stopped: &mut self.stopped,
            events: &mut self.outcome.events,
        }
    }

    /// Gives the events of a generation in order. False if the rest of it contradicts what came before.
    fn play(&mut self, generation: &mut Generation, order: &mut Order, number: u64, lost: bool) -> bool {
        let scale = generation.scale();
        let clock = generation.clock();
        let start = to_nanos(generation.earliest, scale);
        let samples = std::mem::take(&mut generation.samples);
        let batches = std::mem::take(&mut generation.batches);
        order.start(generation.number);
        let mut frontier = Frontier::new(&batches, order, scale);
        let generation_number = generation.number;
        let mut sink = self.sink(generation);
        sink.tell(Event {
            time: start,
            thread: ThreadId::NONE,
            proc: ProcId::NONE,
            goroutine: GoId::NONE,
            stack: None,
            kind: EventKind::Sync {
                number,
                clock,
                lost,
                last: false,
            },
        });
        let broken = frontier.run(&batches, &samples, order, &mut sink);
        let missing = std::mem::take(&mut generation.tables.missing);
        self.missing += missing;
        generation.batches = batches;
        generation.samples = samples;
        let Some(why) = broken else {
            return true;
        };
        order.reset();
        let message = format!(
            "generation {generation_number} contradicts itself after {} events of the trace ({why}); the rest of the generation is left out",
            self.outcome.events
        );
        self.outcome.problem(self.name, ProblemKind::Partial, message);
        false
    }
}

/// Where events go, and what resolves the numbers in them.
pub(super) struct Sink<'s, V> {
    pub data: &'s [u8],
    pub tables: &'s mut Tables,
    pub names: Interned<'s>,
    pub visitor: &'s mut V,
    pub last_time: &'s mut u64,
    pub stopped: &'s mut bool,
    pub events: &'s mut u64,
}

impl<'s, V: Visitor> Sink<'s, V> {
    #[inline]
    pub(super) fn stack(&mut self, id: u64) -> Option<StackId> {
        self.tables.stack(self.data, &mut self.names, id)
    }

    #[inline]
    pub(super) fn sym(&mut self, id: u64) -> Sym {
        self.tables.sym(self.data, &mut self.names, id)
    }

    #[inline]
    pub(super) fn reason(&mut self, id: u64) -> Reason {
        self.tables.reason(self.data, &mut self.names, id)
    }

    /// A string of the generation that is not kept.
    pub(super) fn text(&mut self, id: u64) -> Cow<'s, str> {
        String::from_utf8_lossy(self.tables.bytes(self.data, id))
    }

    /// Gives an event to the visitor. Its time is moved behind that of the one before.
    #[inline]
    pub(super) fn tell(&mut self, mut event: Event<'_>) {
        if event.time <= *self.last_time {
            event.time = *self.last_time + 1;
        }
        *self.last_time = event.time;
        *self.events += 1;
        let names = Names {
            strings: self.names.strings,
            stacks: self.names.stacks,
        };
        if !*self.stopped && self.visitor.event(names, &event).is_break() {
            *self.stopped = true;
        }
    }
}

/// Position in the batches of a thread.
struct Cursor {
    /// Of [`Order`].
    thread: u32,
    /// Batches of this thread that follow, as a range of the sorted list.
    next: u32,
    last: u32,
    at: u32,
    end: u32,
    /// Time of the event before, in nanoseconds.
    time: u64,
    event: Pending,
}

/// The next event of every thread.
struct Frontier {
    cursors: Vec<Cursor>,
    /// Batches by thread, each thread's in file order.
    sorted: Vec<u32>,
    /// Time and cursor, latest first, so that the next one to try is at the end.
    queue: Vec<(u64, u32)>,
    scale: f64,
    broken: Option<&'static str>,
}

impl Frontier {
    fn new(batches: &[super::generation::Batch], order: &mut Order, scale: f64) -> Self {
        let mut sorted: Vec<u32> = (0..batches.len() as u32).collect();
        sorted.sort_by_key(|&index| batches[index as usize].thread);
        let mut cursors = Vec::new();
        let mut start = 0;
        for group in sorted.chunk_by(|&a, &b| batches[a as usize].thread == batches[b as usize].thread) {
            cursors.push(Cursor {
                thread: order.thread(batches[group[0] as usize].thread),
                next: start,
                last: start + group.len() as u32,
                at: 0,
                end: 0,
                time: 0,
                event: Pending::default(),
            });
            start += group.len() as u32;
        }
        Self {
            cursors,
            sorted,
            queue: Vec::new(),
            scale,
            broken: None,
        }
    }

    /// Reads the next event of a cursor. False at its end, and at damage, which is noted.
    #[inline]
    fn read(&mut self, index: u32, batches: &[super::generation::Batch], data: &[u8]) -> bool {
        let cursor = &mut self.cursors[index as usize];
        while cursor.at == cursor.end {
            if cursor.next == cursor.last {
                return false;
            }
            let batch = &batches[self.sorted[cursor.next as usize] as usize];
            cursor.next += 1;
            cursor.at = batch.span.start;
            cursor.end = batch.span.end;
            cursor.time = to_nanos(batch.time, self.scale);
        }
        let bytes = &data[..cursor.end as usize];
        let mut at = cursor.at as usize;
        let kind = bytes[at];
        at += 1;
        let count = ARGS[usize::from(kind)];
        let mut whole = count != u8::MAX;
        if whole {
            let delta = varint::read(bytes, &mut at);
            whole = delta.is_some();
            let event = &mut cursor.event;
            event.kind = kind;
            event.args = [0; 4];
            for arg in &mut event.args[..usize::from(count)] {
                match varint::read(bytes, &mut at) {
                    Some(value) => *arg = value,
                    None => whole = false,
                }
            }
            cursor.time = (cursor.time + to_nanos(delta.unwrap_or(0), self.scale)).min(MAX_TIME);
            event.time = cursor.time;
        }
        if !whole {
            self.broken = Some("a batch holds something that is no event");
            return false;
        }
        cursor.at = at as u32;
        true
    }

    /// Gives all events. Some reason if it does not go on.
    fn run<V: Visitor>(
        &mut self,
        batches: &[super::generation::Batch],
        samples: &[super::tables::Sample],
        order: &mut Order,
        sink: &mut Sink<'_, V>,
    ) -> Option<&'static str> {
        let data = sink.data;
        for index in 0..self.cursors.len() as u32 {
            if self.read(index, batches, data) {
                self.queue.push((self.cursors[index as usize].event.time, index));
            }
        }
        self.queue.sort_by_key(|&(time, _)| std::cmp::Reverse(time));
        let mut samples = samples.iter().peekable();
        while let Some(&(time, index)) = self.queue.last() {
            if self.broken.is_some() || *sink.stopped {
                return self.broken;
            }
            if let Some(sample) = samples.next_if(|sample| sample.time < time) {
                sink.sample(sample);
                continue;
            }
            let cursor = &self.cursors[index as usize];
            let mut place = self.queue.len() - 1;
            match order.advance(cursor.thread, &cursor.event, sink) {
                Step::Done => {}
                Step::Broken(why) => return Some(why),
                Step::Wait => match self.try_others(order, sink) {
                    Ok(other) => place = other,
                    Err(why) => return Some(why),
                },
            }
            let index = self.queue[place].1;
            if !self.read(index, batches, data) {
                self.queue.remove(place);
                continue;
            }
            let time = self.cursors[index as usize].event.time;
            self.requeue(place, time);
        }
        if self.broken.is_some() || *sink.stopped {
            return self.broken;
        }
        samples.for_each(|sample| sink.sample(sample));
        None
    }

    /// Moves an entry whose time has changed to its place.
    #[inline]
    fn requeue(&mut self, mut place: usize, time: u64) {
        let index = self.queue[place].1;
        // Behind the end are the earlier ones.
        while place > 0 && self.queue[place - 1].0 < time {
            self.queue[place] = self.queue[place - 1];
            place -= 1;
        }
        while place + 1 < self.queue.len() && self.queue[place + 1].0 > time {
            self.queue[place] = self.queue[place + 1];
            place += 1;
        }
        self.queue[place] = (time, index);
    }

    /// Lets the earliest event happen that can, the first one aside. Its place in the queue.
    #[cold]
    fn try_others<V: Visitor>(&mut self, order: &mut Order, sink: &mut Sink<'_, V>) -> Result<usize, &'static str> {
        for place in (0..self.queue.len() - 1).rev() {
            let cursor = &self.cursors[self.queue[place].1 as usize];
            match order.advance(cursor.thread, &cursor.event, sink) {
                Step::Done => return Ok(place),
                Step::Wait => {}
                Step::Broken(why) => return Err(why),
            }
        }
        Err("no thread can go on")
    }
}

impl<V: Visitor> Sink<'_, V> {
    pub(super) fn sample(&mut self, sample: &super::tables::Sample) {
        let stack = self.stack(sample.stack);
        self.tell(Event {
            time: sample.time,
            thread: ThreadId(sample.thread),
            proc: ProcId(sample.proc),
            goroutine: if sample.goroutine == 0 {
                GoId::NONE
            } else {
                GoId(sample.goroutine)
            },
            stack,
            kind: EventKind::Sample,
        });
    }
}
