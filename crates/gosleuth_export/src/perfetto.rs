//! The protocol of Perfetto: a stream of packets that <https://ui.perfetto.dev> and `trace_processor` read.
//!
//! A track for each processor with what runs on it; under `goroutines` a track for each site and under that one for each goroutine, with a
//! slice for each stay, whose category is the state. An arrow (flow) leads from an instant of the goroutine that wakes or creates to the time
//! in which the other one is runnable. Collections, pauses, sweeps, assists, user tasks and regions are slices on tracks of their own; logs
//! and samples are instants; heap, `GOMAXPROCS` and the number of goroutines are counters.
//!
//! Slices are written when they end, both ends at once: readers sort packets by time. So memory holds what is open and the distinct names.

mod proto;

use std::io::{self, Write};
use std::ops::ControlFlow;

use gosleuth_evidence::StackId;
use gosleuth_evidence::trace::{Clock, Event, EventKind, GoId, GoState, Names, ProcId, Range, TaskId, Visitor};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::lives::{Life, LifeSink, Lives, SiteId, Stay};
use crate::names;
use proto::Message;

/// Tasks and ranges that are open at once; any further one is left out.
const MAX_OPEN: usize = 1 << 20;
/// Regions of a goroutine within each other; any further one is left out.
const MAX_REGIONS: u32 = 1000;

/// Kinds of tracks. The number of a track is its kind and the number of what it shows.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Kind {
    Process = 1,
    Procs,
    Goroutines,
    Site,
    Goroutine,
    Assists,
    Regions,
    Proc,
    Sweeps,
    Collector,
    Pauses,
    Tasks,
    Task,
    Heap,
    Goal,
    Gomaxprocs,
    Count,
    Logs,
}

fn track(kind: Kind, number: u64) -> u64 {
    (kind as u64) << 56 | number & ((1 << 56) - 1)
}

/// What the export wrote, to compare with other sums.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PerfettoCounts {
    /// Slices of goroutines, by [`GoState`].
    pub stays: [u64; 6],
    /// Their nanoseconds, by [`GoState`].
    pub nanos: [u64; 6],
    /// Arrows from who wakes or creates to who is runnable.
    pub flows: u64,
}

/// Takes the events of a trace and writes packets.
pub struct Perfetto<W> {
    lives: Option<Lives>,
    packets: Packets<W>,
}

impl<W: Write> Perfetto<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self {
            lives: Some(Lives::default()),
            packets: Packets {
                out,
                failed: None,
                packet: Message::default(),
                is_started: false,
                now: 0,
                interned: FxHashMap::default(),
                stacks: FxHashMap::default(),
                next_name: 0,
                tracks: FxHashSet::default(),
                flows: 0,
                counts: PerfettoCounts::default(),
                ranges: FxHashMap::default(),
                regions: FxHashMap::default(),
                tasks: FxHashMap::default(),
            },
        }
    }

    /// Ends the stream. The first error of writing, if there was one.
    pub fn finish(mut self) -> io::Result<PerfettoCounts> {
        match self.packets.failed.take() {
            Some(error) => Err(error),
            None => self.packets.out.flush().map(|()| self.packets.counts),
        }
    }
}

impl<W: Write> Visitor for Perfetto<W> {
    fn event(&mut self, names: Names<'_>, event: &Event<'_>) -> ControlFlow<()> {
        let packets = &mut self.packets;
        packets.now = event.time;
        let mut lives = self.lives.take().unwrap_or_default();
        if !packets.is_started {
            packets.start(event);
        }
        if let EventKind::Go { goroutine, to, .. } = event.kind
            && to == GoState::NotExist
        {
            packets.close_regions(goroutine);
        }
        let is_other = lives.event(names, event, packets);
        if is_other {
            packets.counter(Kind::Count, lives.count() as u64);
        }
        packets.event(names, event);
        self.lives = Some(lives);
        if packets.failed.is_some() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

/// Kinds of texts with numbers of their own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Pool {
    Category,
    Name,
    Key,
    Text,
}

impl Pool {
    /// Its field of `InternedData`.
    fn field(self) -> u32 {
        match self {
            Self::Category => 1,
            Self::Name => 2,
            Self::Key => 3,
            Self::Text => 29,
        }
    }
}

/// The numbers of an event's texts.
#[derive(Clone, Copy, Default)]
struct Words {
    category: u64,
    name: u64,
}

/// A note on an event.
#[derive(Clone, Copy)]
enum Note {
    Text { key: u64, text: u64 },
    Number { key: u64, number: u64 },
}

struct Packets<W> {
    out: W,
    failed: Option<io::Error>,
    packet: Message,
    is_started: bool,
    now: u64,
    interned: FxHashMap<(Pool, String), u64>,
    /// The place and the whole of a stack, as texts.
    stacks: FxHashMap<StackId, (u64, u64)>,
    next_name: u64,
    /// Tracks that were described and may come again.
    tracks: FxHashSet<u64>,
    flows: u64,
    counts: PerfettoCounts,
    ranges: FxHashMap<Range, (u64, String)>,
    regions: FxHashMap<GoId, u32>,
    tasks: FxHashMap<TaskId, u64>,
}

const BEGIN: u64 = 1;
const END: u64 = 2;
const INSTANT: u64 = 3;
const COUNTER: u64 = 4;

impl<W: Write> Packets<W> {
    /// Writes a packet with the fields that all have.
    fn send(&mut self, time: Option<u64>, write: impl FnOnce(&mut Message)) {
        let mut packet = std::mem::take(&mut self.packet);
        packet.clear();
        let flags = if std::mem::replace(&mut self.is_started, true) {
            2
        } else {
            1
        };
        packet.nested(1, |packet| {
            if let Some(time) = time {
                packet.uint(8, time);
            }
            packet.uint(10, 1);
            packet.uint(13, flags);
            write(packet);
        });
        if self.failed.is_none() {
            self.failed = self.out.write_all(packet.bytes()).err();
        }
        self.packet = packet;
    }

    /// The number of a text, which is told the first time.
    fn intern(&mut self, pool: Pool, text: &str) -> u64 {
        let key = (pool, text.to_owned());
        if let Some(&known) = self.interned.get(&key) {
            return known;
        }
        self.next_name += 1;
        let number = self.next_name;
        self.interned.insert(key, number);
        self.send(None, |packet| {
            packet.nested(12, |data| {
                data.nested(pool.field(), |entry| {
                    entry.uint(1, number);
                    entry.text(2, text);
                });
            });
        });
        number
    }

    fn words(&mut self, category: &str, name: &str) -> Words {
        Words {
            category: self.intern(Pool::Category, category),
            name: self.intern(Pool::Name, name),
        }
    }

    fn number(&mut self, key: &str, number: u64) -> Note {
        let key = self.intern(Pool::Key, key);
        Note::Number { key, number }
    }

    /// Where a stack is, in short and in full.
    fn place(&mut self, names: Names<'_>, stack: Option<StackId>) -> Vec<Note> {
        let Some(stack) = stack else {
            return Vec::new();
        };
        let (place, whole) = match self.stacks.get(&stack) {
            Some(&known) => known,
            None => {
                let place = self.intern(Pool::Text, &names::place(names, stack));
                let whole = self.intern(Pool::Text, &names::stack(names, stack));
                self.stacks.insert(stack, (place, whole));
                (place, whole)
            }
        };
        let (at, all) = (self.intern(Pool::Key, "at"), self.intern(Pool::Key, "stack"));
        vec![
            Note::Text { key: at, text: place },
            Note::Text { key: all, text: whole },
        ]
    }

    /// Tells of a track, the first time.
    fn describe(&mut self, kind: Kind, number: u64, parent: u64, name: &str) -> u64 {
        let track = track(kind, number);
        if self.tracks.insert(track) {
            self.send(None, |packet| {
                packet.nested(60, |descriptor| {
                    descriptor.uint(1, track);
                    descriptor.text(2, name);
                    descriptor.uint(5, parent);
                    // Tracks of one name are not one track.
                    descriptor.uint(15, 2);
                    match kind {
                        Kind::Heap | Kind::Goal => descriptor.nested(8, |counter| counter.uint(3, 3)),
                        Kind::Gomaxprocs | Kind::Count => descriptor.nested(8, |counter| counter.uint(3, 2)),
                        _ => {}
                    }
                });
            });
        }
        track
    }

    fn start(&mut self, event: &Event<'_>) {
        let process = track(Kind::Process, 0);
        self.send(Some(event.time), |packet| {
            packet.nested(60, |descriptor| {
                descriptor.uint(1, process);
                descriptor.nested(3, |process| {
                    process.uint(1, 1);
                    process.text(6, "go");
                });
            });
        });
        self.describe(Kind::Procs, 0, process, "processors");
        self.describe(Kind::Collector, 0, process, "collector");
        self.describe(Kind::Pauses, 0, process, "world stopped");
        self.describe(Kind::Tasks, 0, process, "tasks");
        self.describe(Kind::Goroutines, 0, process, "goroutines");
    }

    /// Wall clock, from Go 1.25 on.
    fn clock(&mut self, clock: Clock) {
        self.send(None, |packet| {
            packet.nested(6, |snapshot| {
                // The trace's own clock stands for the one since the boot.
                for (id, time) in [(6, clock.trace), (1, u64::try_from(clock.wall).unwrap_or(0))] {
                    snapshot.nested(1, |clock| {
                        clock.uint(1, id);
                        clock.uint(2, time);
                    });
                }
            });
        });
    }

    fn point(&mut self, kind: u64, time: u64, track: u64, words: Words, notes: &[Note], flow: Option<(u32, u64)>) {
        self.send(Some(time), |packet| {
            packet.nested(11, |event| {
                if kind != END {
                    event.uint(3, words.category);
                    event.uint(10, words.name);
                }
                for &note in notes {
                    event.nested(4, |annotation| match note {
                        Note::Text { key, text } => {
                            annotation.uint(1, key);
                            annotation.uint(17, text);
                        }
                        Note::Number { key, number } => {
                            annotation.uint(1, key);
                            annotation.uint(3, number);
                        }
                    });
                }
                event.uint(9, kind);
                event.uint(11, track);
                if let Some((field, flow)) = flow {
                    event.fixed64(field, flow);
                }
            });
        });
    }

    fn slice(&mut self, span: (u64, u64), track: u64, words: Words, notes: &[Note], flow: Option<u64>) {
        self.point(BEGIN, span.0, track, words, notes, flow.map(|flow| (48, flow)));
        self.point(END, span.1, track, words, &[], None);
    }

    fn counter(&mut self, kind: Kind, value: u64) {
        let name = match kind {
            Kind::Heap => "heap",
            Kind::Goal => "heap goal",
            Kind::Gomaxprocs => "GOMAXPROCS",
            _ => "goroutines that live",
        };
        let track = self.describe(kind, 0, track(Kind::Process, 0), name);
        let now = self.now;
        self.send(Some(now), |packet| {
            packet.nested(11, |event| {
                event.uint(9, COUNTER);
                event.uint(11, track);
                event.uint(30, value);
            });
        });
    }

    fn proc(&mut self, proc: ProcId) -> u64 {
        self.describe(Kind::Proc, proc.0, track(Kind::Procs, 0), &format!("P{proc}"))
    }

    fn goroutine(&mut self, names: Names<'_>, lives: &Lives, id: GoId, site: SiteId) -> u64 {
        let own = track(Kind::Goroutine, id.0);
        if !self.tracks.contains(&own) {
            let site_track = track(Kind::Site, u64::from(site));
            if !self.tracks.contains(&site_track) {
                let name = names::site(names, lives.site(site));
                self.describe(Kind::Site, u64::from(site), track(Kind::Goroutines, 0), &name);
            }
            let start = names::start(names, lives.site(site)).to_owned();
            self.describe(Kind::Goroutine, id.0, site_track, &format!("G{id} {start}"));
        }
        own
    }

    /// What concerns no stay.
    fn event(&mut self, names: Names<'_>, event: &Event<'_>) {
        let own = match event.goroutine.get() {
            Some(goroutine) => track(Kind::Goroutine, goroutine),
            None => self.describe(Kind::Logs, 0, track(Kind::Process, 0), "without goroutine"),
        };
        match event.kind {
            EventKind::Sync { clock, lost, last, .. } => {
                if let Some(clock) = clock {
                    self.clock(clock);
                }
                if lost || last {
                    self.close_all();
                }
            }
            EventKind::Gomaxprocs(value) => self.counter(Kind::Gomaxprocs, value),
            EventKind::HeapAlloc(value) => self.counter(Kind::Heap, value),
            EventKind::HeapGoal(value) => self.counter(Kind::Goal, value),
            EventKind::Begin(range) | EventKind::Active(range) => {
                let name = match range {
                    Range::StopTheWorld(_, why) => names.strings.get(why),
                    Range::Mark => "mark",
                    Range::Sweep(_) => "sweep",
                    Range::Assist(_) => "assist",
                };
                if self.ranges.len() < MAX_OPEN {
                    self.ranges
                        .entry(range)
                        .or_insert_with(|| (event.time, name.to_owned()));
                }
            }
            EventKind::End { range, .. } => {
                if let Some((since, name)) = self.ranges.remove(&range) {
                    self.range(range, (since, event.time), &name);
                }
            }
            EventKind::TaskBegin { task, parent, name } => {
                let name = names.strings.get(name);
                if self.tasks.len() < MAX_OPEN && !self.tasks.contains_key(&task) {
                    let tasks = track(Kind::Tasks, 0);
                    let track = self.describe(Kind::Task, task.0, tasks, &format!("task {} {name}", task.0));
                    self.tasks.insert(task, track);
                    let words = self.words("task", name);
                    let mut notes = vec![self.number("task", task.0), self.number("parent", parent.0)];
                    notes.extend(self.place(names, event.stack));
                    self.point(BEGIN, event.time, track, words, &notes, None);
                }
            }
            EventKind::TaskEnd { task, .. } => {
                if let Some(track) = self.tasks.remove(&task) {
                    self.tracks.remove(&track);
                    self.point(END, event.time, track, Words::default(), &[], None);
                }
            }
            EventKind::RegionBegin(task, name) => {
                let depth = self.regions.entry(event.goroutine).or_default();
                if *depth < MAX_REGIONS {
                    *depth += 1;
                    let track = self.describe(Kind::Regions, event.goroutine.0, own, "regions");
                    let words = self.words("region", names.strings.get(name));
                    let mut notes = vec![self.number("task", task.0)];
                    notes.extend(self.place(names, event.stack));
                    self.point(BEGIN, event.time, track, words, &notes, None);
                }
            }
            EventKind::RegionEnd(..) => {
                // One that began before the trace has no beginning here.
                if let Some(depth) = self.regions.get_mut(&event.goroutine)
                    && *depth > 0
                {
                    *depth -= 1;
                    let track = track(Kind::Regions, event.goroutine.0);
                    self.point(END, event.time, track, Words::default(), &[], None);
                }
            }
            EventKind::Log {
                task,
                category,
                message,
            } => {
                // Messages may all be different, so they are no interned texts.
                let words = self.words("log", category);
                let keys = [self.intern(Pool::Key, "task"), self.intern(Pool::Key, "message")];
                self.send(Some(event.time), |packet| {
                    packet.nested(11, |point| {
                        point.uint(3, words.category);
                        point.uint(10, words.name);
                        point.nested(4, |note| {
                            note.uint(1, keys[0]);
                            note.uint(3, task.0);
                        });
                        point.nested(4, |note| {
                            note.uint(1, keys[1]);
                            note.text(6, message);
                        });
                        point.uint(9, INSTANT);
                        point.uint(11, own);
                    });
                });
            }
            EventKind::Sample => {
                let words = self.words("sample", "cpu sample");
                let notes = self.place(names, event.stack);
                self.point(INSTANT, event.time, own, words, &notes, None);
            }
            EventKind::Proc { .. } | EventKind::Go { .. } | EventKind::Label(_) | EventKind::Experiment(_) => {}
        }
    }

    fn range(&mut self, range: Range, span: (u64, u64), name: &str) {
        let track = match range {
            Range::StopTheWorld(..) => track(Kind::Pauses, 0),
            Range::Mark => track(Kind::Collector, 0),
            Range::Sweep(proc) => {
                let parent = self.proc(proc);
                self.describe(Kind::Sweeps, proc.0, parent, "sweep")
            }
            Range::Assist(goroutine) => {
                let parent = track(Kind::Goroutine, goroutine.0);
                self.describe(Kind::Assists, goroutine.0, parent, "assist")
            }
        };
        let words = self.words("gc", name);
        self.slice(span, track, words, &[], None);
    }

    /// Ends the regions of a goroutine, which ends.
    fn close_regions(&mut self, goroutine: GoId) {
        for _ in 0..self.regions.remove(&goroutine).unwrap_or(0) {
            let (now, track) = (self.now, track(Kind::Regions, goroutine.0));
            self.point(END, now, track, Words::default(), &[], None);
        }
        for kind in [Kind::Regions, Kind::Assists] {
            self.tracks.remove(&track(kind, goroutine.0));
        }
    }

    /// What is open ends here: the trace is over, or does not know any longer.
    fn close_all(&mut self) {
        let now = self.now;
        let mut ranges: Vec<(u64, Range, String)> = self
            .ranges
            .drain()
            .map(|(range, (since, name))| (since, range, name))
            .collect();
        ranges.sort_by_key(|&(since, ..)| since);
        for (since, range, name) in ranges {
            self.range(range, (since, now), &name);
        }
        let mut goroutines: Vec<GoId> = self.regions.keys().copied().collect();
        goroutines.sort();
        for goroutine in goroutines {
            self.close_regions(goroutine);
        }
        let mut tasks: Vec<u64> = self.tasks.drain().map(|(_, track)| track).collect();
        tasks.sort_unstable();
        for track in tasks {
            self.point(END, now, track, Words::default(), &[], None);
        }
    }
}

impl<W: Write> LifeSink for Packets<W> {
    fn stay(&mut self, names: Names<'_>, lives: &Lives, life: &Life, stay: &Stay) {
        self.counts.stays[stay.state as usize] += 1;
        let nanos = &mut self.counts.nanos[stay.state as usize];
        *nanos = nanos.saturating_add(stay.until - stay.since);
        let own = self.goroutine(names, lives, life.id, life.site);
        let span = (stay.since, stay.until);
        let name = match stay.state {
            GoState::Waiting => names::reason(names, stay.reason, stay.stack),
            state => state.as_str(),
        };
        let words = self.words(stay.state.as_str(), name);
        let mut notes = self.place(names, stay.stack);
        let mut flow = None;
        if stay.state == GoState::Runnable && stay.cause.is_some() {
            self.flows += 1;
            self.counts.flows += 1;
            flow = Some(self.flows);
            notes.push(self.number(
                if stay.from == GoState::NotExist {
                    "creator"
                } else {
                    "waker"
                },
                stay.cause.0,
            ));
            let (verb, note) = (
                if stay.from == GoState::NotExist {
                    "creates"
                } else {
                    "wakes"
                },
                self.number("goroutine", life.id.0),
            );
            let words = self.words("cause", verb);
            self.point(
                INSTANT,
                stay.since,
                track(Kind::Goroutine, stay.cause.0),
                words,
                &[note],
                Some((47, self.flows)),
            );
        }
        self.slice(span, own, words, &notes, flow);
        if stay.state == GoState::Running && stay.proc.is_some() {
            let track = self.proc(stay.proc);
            let words = self.words("processor", names::start(names, lives.site(life.site)));
            let note = self.number("goroutine", life.id.0);
            self.slice(span, track, words, &[note], None);
        }
    }

    fn end(&mut self, names: Names<'_>, lives: &Lives, life: &Life) {
        // Who woke others while the trace began may have no stay of its own.
        let track = self.goroutine(names, lives, life.id, life.site);
        self.tracks.remove(&track);
    }
}

#[cfg(test)]
mod tests;
