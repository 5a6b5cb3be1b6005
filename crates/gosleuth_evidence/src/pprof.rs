//! Profiles in the protobuf form of google/pprof, as `runtime/pprof` writes them with `debug=0`.
//!
//! The whole message lies in memory; it is walked twice without copies, first for the tables (strings, functions, locations),
//! then for the samples, because samples may come before what they name. Unknown fields are skipped. Work and memory are
//! bounded by the size of the input whatever the numbers in it say. Goroutine profiles become snapshots with concluded states,
//! other kinds become profiles. Non-goals: symbolisation, and profiles of programs that are not Go.

use std::collections::HashMap;

use gosleuth_base::{Idx as _, ProblemKind, Sym};
use rustc_hash::FxBuildHasher;

use crate::budget::Budget;
use crate::groups::{Groups, Samples};
use crate::infer::{self, Inference, Role, Visibility};
use crate::model::{
    EvidenceSet, Frame, FrameId, FrameNote, InputId, LabelsId, Origin, Profile, ProfileKind, SampleType, SnapshotKind,
    Time, WaitReason,
};
use crate::reader::ReadOptions;
use crate::wire::{Fields, Value, varints};

/// Inlined calls at one location beyond this are left out; the Go compiler stays far below.
const LINES_CAP: usize = 64;
/// Frames of a stack beyond this are left out; the runtime records at most 1,024 locations.
const STACK_CAP: usize = 4_096;
/// Value columns beyond this are left out.
const COLUMNS_CAP: usize = 16;

/// Whether decompressed bytes start like a profile message: every field known and of the right type, and a well-formed
/// `ValueType` among the first. Text never does, because that needs control characters at fixed places.
pub(crate) fn looks_like(bytes: &[u8]) -> bool {
    let mut typed = false;
    let mut fields = Fields::new(bytes);
    for _ in 0..64 {
        match fields.next_field() {
            Ok(Some((number, value))) => {
                let is_bytes = matches!(value, Value::Bytes(_));
                let right = match number {
                    1..=6 | 11 => is_bytes,
                    7..=10 | 12 | 14 | 15 => matches!(value, Value::Varint(_)),
                    // Comments may be packed.
                    13 => matches!(value, Value::Varint(_) | Value::Bytes(_)),
                    _ => false,
                };
                if !right {
                    return false;
                }
                if let (1 | 11, Value::Bytes(inner)) = (number, value) {
                    if !is_value_type(inner) {
                        return false;
                    }
                    typed = true;
                }
            }
            // The bytes may be a part of the message.
            Ok(None) => return typed,
            Err(_) => return typed && fields.is_short(),
        }
    }
    typed
}

fn is_value_type(bytes: &[u8]) -> bool {
    if bytes.is_empty() || bytes.len() > 24 {
        return false;
    }
    let mut fields = Fields::new(bytes);
    loop {
        match fields.next_field() {
            Ok(Some((1 | 2, Value::Varint(_)))) => {}
            Ok(None) => return true,
            _ => return false,
        }
    }
}

/// Reads one decompressed message and adds what it holds.
pub(crate) fn read(bytes: &[u8], set: &mut EvidenceSet, input: InputId, _options: &ReadOptions) {
    set.note_form(input, "pprof");
    let mut budget = Budget::new(bytes.len());
    let tables = Tables::scan(bytes, &mut budget);
    if tables.damaged {
        set.problem(
            input,
            None,
            ProblemKind::Partial,
            "the profile is damaged or cut off; what stands before the damage was read: fetch it again",
        );
    }
    if !tables.is_go(bytes, set, input) {
        return;
    }
    let symbols = Symbols::resolve(&tables, bytes, set);
    let kind = kind_of(&tables, &symbols, bytes);
    let origin = Origin { input, line: 0 };
    let time = (tables.time_nanos != 0).then_some(Time(tables.time_nanos));
    let lost = match kind {
        Kind::Snapshot(kind) => {
            let mut groups = Groups::new(kind, origin, time, None, budget);
            groups.reserve(set, tables.samples);
            read_goroutines(bytes, &tables, &symbols, set, &mut groups);
            groups.finish(set)
        }
        Kind::Profile(kind) => {
            let sample_types = tables
                .sample_types
                .iter()
                .map(|&(name, unit)| SampleType {
                    name: set.strings.intern_bytes(tables.string(bytes, name)),
                    unit: set.strings.intern_bytes(tables.string(bytes, unit)),
                })
                .collect();
            let profile = Profile {
                origin,
                kind,
                time,
                duration_nanos: tables.duration_nanos,
                sample_types,
                period: tables.period,
                samples: Vec::new(),
            };
            let mut samples = Samples::new(profile, budget);
            read_samples(bytes, &tables, &symbols, set, &mut samples);
            samples.finish(set)
        }
    };
    if lost {
        set.problem(
            input,
            None,
            ProblemKind::Partial,
            "the profile has more distinct stacks than are kept; the rarest ones are counted together as one stack",
        );
    }
}

enum Kind {
    Snapshot(SnapshotKind),
    Profile(ProfileKind),
}

/// The tables of a message, as offsets into it.
struct Tables {
    sample_types: Vec<(u64, u64)>,
    period_type: u64,
    period: i64,
    time_nanos: i64,
    duration_nanos: i64,
    samples: usize,
    /// Position and length of each string.
    strings: Vec<(u32, u32)>,
    functions: Vec<Function>,
    locations: Vec<Location>,
    lines: Vec<Line>,
    damaged: bool,
}

#[derive(Default)]
struct Function {
    id: u64,
    name: u64,
    file: u64,
    start_line: i64,
}

#[derive(Default)]
struct Location {
    id: u64,
    address: u64,
    lines: std::ops::Range<u32>,
}

#[derive(Clone, Copy, Default)]
struct Line {
    function: u64,
    line: i64,
}

impl Tables {
    fn scan(bytes: &[u8], budget: &mut Budget) -> Self {
        let mut tables = Self {
            sample_types: Vec::new(),
            period_type: 0,
            period: 0,
            time_nanos: 0,
            duration_nanos: 0,
            samples: 0,
            strings: Vec::new(),
            functions: Vec::new(),
            locations: Vec::new(),
            lines: Vec::new(),
            damaged: false,
        };
        // Offsets are kept as `u32`.
        let (bytes, cut) = match bytes.get(..u32::MAX as usize) {
            Some(head) => (head, true),
            None => (bytes, false),
        };
        let mut fields = Fields::new(bytes);
        loop {
            match fields.next_field() {
                Ok(Some((number, value))) => {
                    if !tables.field(number, value, fields.position(), budget) {
                        tables.damaged = true;
                        break;
                    }
                }
                Ok(None) => break,
                Err(_) => {
                    tables.damaged = true;
                    break;
                }
            }
        }
        tables.damaged |= cut;
        tables
    }

    /// Notes one field that ends at `end`. False if no more can be kept.
    fn field(&mut self, number: u32, value: Value<'_>, end: usize, budget: &mut Budget) -> bool {
        match (number, value) {
            (1, Value::Bytes(inner)) if self.sample_types.len() < COLUMNS_CAP => {
                self.sample_types.push(value_type(inner));
            }
            (2, Value::Bytes(_)) => self.samples += 1,
            (4, Value::Bytes(inner)) => {
                // Twice the size: the vectors grow by doubling; the frames made of it follow.
                if !budget.take(2 * size_of::<Location>() + 16) {
                    return false;
                }
                let start = self.lines.len() as u32;
                let mut location = Location::default();
                for_each(inner, |number, value| match (number, value) {
                    (1, Value::Varint(id)) => location.id = id,
                    (3, Value::Varint(address)) => location.address = address,
                    (4, Value::Bytes(inner)) if self.lines.len() - (start as usize) < LINES_CAP => {
                        let mut line = Line::default();
                        for_each(inner, |number, value| match (number, value) {
                            (1, Value::Varint(function)) => line.function = function,
                            (2, Value::Varint(number)) => line.line = number as i64,
                            _ => {}
                        });
                        self.lines.push(line);
                    }
                    _ => {}
                });
                let added = self.lines.len() - start as usize;
                location.lines = start..self.lines.len() as u32;
                self.locations.push(location);
                return budget.take(added * (2 * size_of::<Line>() + 2 * size_of::<Frame>() + 32));
            }
            (5, Value::Bytes(inner)) => {
                if !budget.take(2 * (size_of::<Function>() + size_of::<Named>()) + 16) {
                    return false;
                }
                let mut function = Function::default();
                let mut system_name = 0;
                for_each(inner, |number, value| match (number, value) {
                    (1, Value::Varint(id)) => function.id = id,
                    (2, Value::Varint(name)) => function.name = name,
                    (3, Value::Varint(name)) => system_name = name,
                    (4, Value::Varint(file)) => function.file = file,
                    (5, Value::Varint(line)) => function.start_line = line as i64,
                    _ => {}
                });
                if function.name == 0 {
                    function.name = system_name;
                }
                self.functions.push(function);
            }
            (6, Value::Bytes(text)) => {
                // The text itself is charged too: what is used of it is interned.
                if !budget.take(16 + text.len()) {
                    return false;
                }
                self.strings.push(((end - text.len()) as u32, text.len() as u32));
            }
            (9, Value::Varint(time)) => self.time_nanos = time as i64,
            (10, Value::Varint(duration)) => self.duration_nanos = duration as i64,
            (11, Value::Bytes(inner)) => self.period_type = value_type(inner).0,
            (12, Value::Varint(period)) => self.period = period as i64,
            _ => {}
        }
        true
    }

    fn string<'a>(&self, bytes: &'a [u8], index: u64) -> &'a [u8] {
        let text = usize::try_from(index).ok().and_then(|index| self.strings.get(index));
        text.map_or(b"", |&(start, length)| &bytes[start as usize..][..length as usize])
    }

    /// Refuses, in words, what is not a symbolised profile of a Go program.
    fn is_go(&self, bytes: &[u8], set: &mut EvidenceSet, input: InputId) -> bool {
        if self.samples == 0 && self.functions.is_empty() {
            return true;
        }
        let symbolised = self
            .functions
            .iter()
            .any(|function| !self.string(bytes, function.name).is_empty());
        if !symbolised || self.locations.iter().all(|location| location.lines.is_empty()) {
            set.problem(
                input,
                None,
                ProblemKind::Unreadable,
                "the profile has addresses but no function names: symbolise it with \
                 `go tool pprof -proto BINARY PROFILE > symbolised.pb.gz`, or fetch it with debug=1",
            );
            return false;
        }
        let mut other = None;
        for function in &self.functions {
            let file = self.string(bytes, function.file);
            if file.ends_with(b".go") || self.string(bytes, function.name).starts_with(b"runtime.") {
                return true;
            }
            other = other.or_else(|| language(file));
        }
        let what = other.unwrap_or("another language");
        set.problem(
            input,
            None,
            ProblemKind::Unreadable,
            format!(
                "this is a pprof profile of {what}, not of a Go program (no function of it stands in a .go file): \
                 take the profile from the Go process"
            ),
        );
        false
    }
}

fn language(file: &[u8]) -> Option<&'static str> {
    let dot = memchr::memrchr(b'.', file)?;
    Some(match &file[dot + 1..] {
        b"py" | b"pyx" => "Python",
        b"rs" => "Rust",
        b"js" | b"mjs" | b"cjs" | b"ts" | b"tsx" => "JavaScript",
        b"java" | b"kt" | b"scala" => "Java",
        b"rb" => "Ruby",
        b"php" => "PHP",
        b"cs" => ".NET",
        b"c" | b"cc" | b"cpp" | b"cxx" | b"h" | b"hpp" => "C or C++",
        _ => return None,
    })
}

fn value_type(bytes: &[u8]) -> (u64, u64) {
    let mut result = (0, 0);
    for_each(bytes, |number, value| match (number, value) {
        (1, Value::Varint(name)) => result.0 = name,
        (2, Value::Varint(unit)) => result.1 = unit,
        _ => {}
    });
    result
}

/// Calls `visit` for every field up to the end or the damage.
fn for_each<'a>(bytes: &'a [u8], mut visit: impl FnMut(u32, Value<'a>)) {
    let mut fields = Fields::new(bytes);
    while let Ok(Some((number, value))) = fields.next_field() {
        visit(number, value);
    }
}

/// Positions of sparse ids. Go numbers from 1 without gaps, others may use any 64-bit number.
struct Ids {
    dense: Vec<u32>,
    sparse: HashMap<u64, u32, FxBuildHasher>,
}

impl Ids {
    fn new(ids: impl ExactSizeIterator<Item = u64>) -> Self {
        let limit = 2 * ids.len() + 64;
        let mut result = Self {
            dense: Vec::new(),
            sparse: HashMap::default(),
        };
        for (position, id) in ids.enumerate() {
            let position = position as u32;
            match usize::try_from(id) {
                Ok(id) if id < limit => {
                    if result.dense.len() <= id {
                        result.dense.resize(id + 1, u32::MAX);
                    }
                    result.dense[id] = position;
                }
                _ => {
                    result.sparse.insert(id, position);
                }
            }
        }
        result
    }

    fn get(&self, id: u64) -> Option<usize> {
        let position = usize::try_from(id)
            .ok()
            .and_then(|id| self.dense.get(id).copied())
            .filter(|&position| position != u32::MAX)
            .or_else(|| self.sparse.get(&id).copied())?;
        Some(position as usize)
    }
}

/// What a name of the function table stands for, found out once.
#[derive(Clone, Copy)]
struct Named {
    function: Sym,
    file: Sym,
    role: Role,
    visibility: Visibility,
}

/// One call of a location.
#[derive(Clone, Copy)]
struct Call {
    frame: FrameId,
    role: Role,
    visibility: Visibility,
}

/// Locations with their frames interned.
struct Symbols {
    calls: Vec<Call>,
    /// Start and end in `calls` of each location, by position in the table.
    ranges: Vec<(u32, u32)>,
    /// The same by id, for ids without large gaps; ids beyond are in `ids`.
    dense: Vec<(u32, u32)>,
    /// The frame of locations, by id, that are one call which dumps print anywhere: nearly all of them.
    plain: Vec<Option<FrameId>>,
    ids: Ids,
}

impl Symbols {
    fn resolve(tables: &Tables, bytes: &[u8], set: &mut EvidenceSet) -> Self {
        let functions: Vec<Named> = tables
            .functions
            .iter()
            .map(|function| {
                let name = tables.string(bytes, function.name);
                Named {
                    function: set.strings.intern_bytes(&infer::printed_name(name)),
                    file: set.strings.intern_bytes(tables.string(bytes, function.file)),
                    role: infer::role(name),
                    visibility: infer::visibility(name),
                }
            })
            .collect();
        let function_ids = Ids::new(tables.functions.iter().map(|function| function.id));
        let empty = set.strings.intern("");
        let mut calls = Vec::with_capacity(tables.lines.len());
        let mut ranges = Vec::with_capacity(tables.locations.len());
        for location in &tables.locations {
            let start = calls.len() as u32;
            let lines = &tables.lines[location.lines.start as usize..location.lines.end as usize];
            for line in lines {
                let Some(index) = function_ids.get(line.function) else {
                    continue;
                };
                let named = functions[index];
                if named.function == empty {
                    continue;
                }
                let role = nil_channel(named.role, line.line, tables.functions[index].start_line);
                let frame = set.stacks.intern_frame(Frame {
                    function: named.function,
                    file: named.file,
                    line: u32::try_from(line.line).unwrap_or(0),
                    note: FrameNote::Call,
                    args: None,
                });
                calls.push(Call {
                    frame,
                    role,
                    visibility: named.visibility,
                });
            }
            if calls.len() == start as usize && !matches!(location.address, 0 | u64::MAX) {
                let function = set.strings.intern(&format!("{:#x}", location.address));
                let frame = set.stacks.intern_frame(Frame {
                    function,
                    file: empty,
                    line: 0,
                    note: FrameNote::NonGo,
                    args: None,
                });
                calls.push(Call {
                    frame,
                    role: Role::Other,
                    visibility: Visibility::Shown,
                });
            }
            ranges.push((start, calls.len() as u32));
        }
        let ids = Ids::new(tables.locations.iter().map(|location| location.id));
        let dense = ids
            .dense
            .iter()
            .map(|&position| ranges.get(position as usize).copied().unwrap_or((0, 0)));
        let dense: Vec<(u32, u32)> = dense.collect();
        let plain = dense
            .iter()
            .map(|&(start, end)| match &calls[start as usize..end as usize] {
                [call] if call.visibility == Visibility::Shown => Some(call.frame),
                _ => None,
            });
        Self {
            plain: plain.collect(),
            dense,
            calls,
            ranges,
            ids,
        }
    }

    #[inline]
    fn calls(&self, location: u64) -> &[Call] {
        let dense = usize::try_from(location)
            .ok()
            .and_then(|location| self.dense.get(location));
        let (start, end) = match dense {
            Some(&range) => range,
            None => self.ids.get(location).map_or((0, 0), |index| self.ranges[index]),
        };
        &self.calls[start as usize..end as usize]
    }

    /// Writes the frames that a dump would print, innermost first, as many as fit. Returns their number and what their roles say of
    /// the state.
    fn walk(&self, locations: &[u64], frames: &mut [FrameId]) -> (usize, Inference) {
        let mut inference = Inference::new(true);
        let mut decided = false;
        let mut count = 0;
        let plain = self.plain.as_slice();
        let mut rest = locations;
        while let Some((&location, after)) = rest.split_first() {
            if decided {
                let mut run = 0;
                for (frame, &location) in frames[count..].iter_mut().zip(rest) {
                    let Some(&Some(known)) = plain.get(location as usize) else {
                        break;
                    };
                    *frame = known;
                    run += 1;
                }
                count += run;
                rest = &rest[run..];
                if run > 0 {
                    continue;
                }
            }
            rest = after;
            for call in self.calls(location) {
                decided = decided || inference.push(call.role);
                let shown = match call.visibility {
                    Visibility::Shown => true,
                    Visibility::ShownInside => count > 0,
                    Visibility::Hidden => false,
                };
                if shown && let Some(frame) = frames.get_mut(count) {
                    *frame = call.frame;
                    count += 1;
                }
            }
        }
        (count, inference)
    }
}

/// Both channel operations park at once on a nil channel, in their first lines, and else some hundred lines below. The start
/// line is known since Go 1.21.
fn nil_channel(role: Role, line: i64, start_line: i64) -> Role {
    let offset = line.saturating_sub(start_line);
    let nil = start_line > 0 && (1..=40).contains(&offset);
    match role {
        Role::Receive if nil => Role::Means(WaitReason::ChanReceiveNil),
        Role::Send if nil => Role::Means(WaitReason::ChanSendNil),
        role => role,
    }
}

/// The fields of a sample, borrowed buffers reused from one sample to the next.
#[derive(Default)]
struct Sample {
    locations: Vec<u64>,
    values: Vec<i64>,
}

/// Calls `visit` for every sample with its `Label` messages.
fn for_each_sample<'a>(bytes: &'a [u8], mut visit: impl FnMut(&Sample, &[&'a [u8]])) {
    let mut sample = Sample::default();
    let mut labels: Vec<&'a [u8]> = Vec::new();
    for_each(bytes, |number, value| {
        let (2, Value::Bytes(inner)) = (number, value) else {
            return;
        };
        sample.locations.clear();
        sample.values.clear();
        labels.clear();
        for_each(inner, |number, value| match (number, value) {
            // Small numbers are one byte each.
            (1, Value::Bytes(packed)) if packed.is_ascii() => {
                let room = STACK_CAP - sample.locations.len();
                let packed = &packed[..packed.len().min(room)];
                sample.locations.extend(packed.iter().map(|&byte| u64::from(byte)));
            }
            (1, value) => varints(value, |location| {
                if sample.locations.len() < STACK_CAP {
                    sample.locations.push(location);
                }
            }),
            (2, value) => varints(value, |value| {
                if sample.values.len() < COLUMNS_CAP {
                    sample.values.push(value as i64);
                }
            }),
            (3, Value::Bytes(label)) if labels.len() < 256 => labels.push(label),
            _ => {}
        });
        visit(&sample, &labels);
    });
}

/// What the labels of a goroutine sample say.
#[derive(Clone, Copy, Default)]
struct Labels {
    labels: Option<LabelsId>,
    /// The state, in profiles with one sample per goroutine (the `debug=3` of CockroachDB's Go).
    state: Option<WaitReason>,
}

/// Label sets seen before, by their raw bytes: most samples repeat a set.
#[derive(Default)]
struct LabelCache<'a> {
    known: HashMap<Vec<&'a [u8]>, Labels, FxBuildHasher>,
}

/// Labels that a runtime with one sample per goroutine makes up itself start with this.
const SYNTHETIC: &[u8] = b"go::";

impl<'a> LabelCache<'a> {
    const CAP: usize = 4_096;

    fn get(&mut self, raw: &[&'a [u8]], tables: &Tables, bytes: &[u8], set: &mut EvidenceSet) -> Labels {
        if raw.is_empty() {
            return Labels::default();
        }
        if let Some(&known) = self.known.get(raw) {
            return known;
        }
        let mut result = Labels::default();
        let mut pairs = Vec::new();
        for label in raw {
            let (mut key, mut text) = (0, 0);
            for_each(label, |number, value| match (number, value) {
                (1, Value::Varint(index)) => key = index,
                (2, Value::Varint(index)) => text = index,
                _ => {}
            });
            let (key, text) = (tables.string(bytes, key), tables.string(bytes, text));
            if key.starts_with(SYNTHETIC) {
                if key.ends_with(b"state") || key.ends_with(b"status") {
                    result.state = WaitReason::from_text(text);
                }
            } else if !text.is_empty() {
                // Numbers are made up by the profiler (`bytes` of a heap sample).
                pairs.push((set.strings.intern_bytes(key), set.strings.intern_bytes(text)));
            }
        }
        if !pairs.is_empty() {
            result.labels = Some(set.intern_labels(&mut pairs));
        }
        if self.known.len() < Self::CAP {
            self.known.insert(raw.to_vec(), result);
        }
        result
    }
}

fn read_goroutines(bytes: &[u8], tables: &Tables, symbols: &Symbols, set: &mut EvidenceSet, groups: &mut Groups) {
    let mut cache = LabelCache::default();
    // Overwritten from the start by each sample.
    let mut buffer = vec![FrameId::from_usize(0); STACK_CAP];
    for_each_sample(bytes, |sample, raw_labels| {
        let count = sample.values.first().copied().unwrap_or(0);
        let Ok(count @ 1..) = u64::try_from(count) else {
            return;
        };
        let labels = cache.get(raw_labels, tables, bytes, set);
        let (mut depth, inference) = symbols.walk(&sample.locations, &mut buffer);
        if depth == 0 {
            // A goroutine of the runtime itself: its frames are all there is. Go's own text form does the same.
            let all = sample.locations.iter().flat_map(|&location| symbols.calls(location));
            for (frame, call) in buffer.iter_mut().zip(all) {
                *frame = call.frame;
                depth += 1;
            }
        }
        let frames = &buffer[..depth];
        let reason = match groups.snapshot_mut().kind {
            // The stack is that of the thread that started another one, long ago.
            SnapshotKind::Threads => WaitReason::Unknown,
            _ => labels.state.unwrap_or_else(|| inference.reason()),
        };
        groups.add(set, frames, reason, labels.state.is_none(), labels.labels, count, 0);
    });
}

fn read_samples(bytes: &[u8], tables: &Tables, symbols: &Symbols, set: &mut EvidenceSet, samples: &mut Samples) {
    let mut cache = LabelCache::default();
    let mut frames: Vec<FrameId> = Vec::new();
    let columns = tables.sample_types.len();
    for_each_sample(bytes, |sample, raw_labels| {
        let labels = cache.get(raw_labels, tables, bytes, set);
        frames.clear();
        let calls = sample.locations.iter().flat_map(|&location| symbols.calls(location));
        frames.extend(calls.map(|call| call.frame).take(STACK_CAP));
        let mut values = [0i64; COLUMNS_CAP];
        for (to, &from) in values.iter_mut().zip(&sample.values) {
            *to = from;
        }
        samples.add(set, &frames, labels.labels, &values[..columns]);
    });
}

fn kind_of(tables: &Tables, symbols: &Symbols, bytes: &[u8]) -> Kind {
    let name = |index: usize| {
        tables
            .sample_types
            .get(index)
            .map_or(&b""[..], |&(name, _)| tables.string(bytes, name))
    };
    if tables.sample_types.len() == 1 {
        match name(0) {
            b"goroutine" | b"goroutines" => return Kind::Snapshot(SnapshotKind::Profile),
            b"goroutineleak" => return Kind::Snapshot(SnapshotKind::LeakProfile),
            b"threadcreate" => return Kind::Snapshot(SnapshotKind::Threads),
            _ => {}
        }
    }
    let any = |wanted: &[u8]| (0..tables.sample_types.len()).any(|index| name(index) == wanted);
    if any(b"inuse_space") || any(b"alloc_space") || any(b"inuse_objects") {
        return Kind::Profile(ProfileKind::Heap);
    }
    if any(b"cpu") || tables.string(bytes, tables.period_type) == b"cpu" {
        return Kind::Profile(ProfileKind::Cpu);
    }
    if any(b"contentions") || any(b"delay") {
        return Kind::Profile(if unlocks(tables, symbols, bytes) {
            ProfileKind::Mutex
        } else {
            ProfileKind::Block
        });
    }
    Kind::Profile(ProfileKind::Custom)
}

/// Block and mutex profiles have equal types; but a mutex profile charges the unlock, so its stacks start there.
fn unlocks(tables: &Tables, symbols: &Symbols, bytes: &[u8]) -> bool {
    let function_ids = Ids::new(tables.functions.iter().map(|function| function.id));
    let unlocking = |location: u64| {
        let index = symbols.ids.get(location)?;
        let line = tables.lines.get(tables.locations[index].lines.start as usize)?;
        let function = &tables.functions[function_ids.get(line.function)?];
        let name = tables.string(bytes, function.name);
        Some(name.ends_with(b"nlock") || name.ends_with(b".runlock") || name == b"runtime._LostContendedRuntimeLock")
    };
    let (mut yes, mut no) = (0usize, 0usize);
    for_each_sample(bytes, |sample, _| {
        match sample.locations.first().and_then(|&location| unlocking(location)) {
            Some(true) => yes += 1,
            _ => no += 1,
        }
    });
    yes > no
}

#[cfg(test)]
#[path = "pprof/tests.rs"]
mod tests;
