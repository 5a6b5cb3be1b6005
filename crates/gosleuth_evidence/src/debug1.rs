//! Profiles in text form, as `runtime/pprof` writes them with `debug=1`: goroutine, goroutineleak, threadcreate, heap, mutex,
//! block, and profiles of the program's own.
//!
//! A record is a line of counts and program counters, perhaps a line of labels, one line per frame, and an empty line. Records
//! with equal frames and labels are merged. The text hides the runtime's frames at the top, so most states stay unknown.
//! Lines of frames repeat a lot and are parsed once. A record that is cut off is left out, with a problem.

use gosleuth_base::ProblemKind;
use memchr::{memchr, memmem, memrchr};

mod lines;

use lines::{Known, Lines, SKIPPED};

use crate::budget::Budget;
use crate::dump::Consumed;
use crate::form::{Context, Form, Step};
use crate::groups::{Groups, PROFILES_CAP, Samples, cost_of, is_full};
use crate::infer::{self, Inference, Visibility};
use crate::model::{
    Cut, ExpVars, Frame, FrameId, FrameNote, LabelsId, MemStats, Origin, Profile, ProfileKind, SampleType,
    SnapshotKind, WaitReason,
};

/// Frames of a record beyond this are left out; the runtime records at most 1,024.
const STACK_CAP: usize = 4_096;

/// The form that starts with this line, if it is a profile or the rest of one.
pub(crate) fn start(line: &[u8], cx: &mut Context<'_>) -> Option<Box<dyn Form>> {
    if is_full(cx.set, cx.input) {
        // The first 1,000 problems are kept, so this may be said again.
        cx.problem(
            ProblemKind::Partial,
            format!("an input may hold {PROFILES_CAP} text profiles; this one was left out"),
        );
        return None;
    }
    let text = std::str::from_utf8(line.get(..line.len().min(256))?).ok()?;
    let kind = if text == "--- mutex:" {
        Kind::Delay(ProfileKind::Mutex)
    } else if text == "--- contention:" {
        Kind::Delay(ProfileKind::Block)
    } else if let Some(rest) = text.strip_prefix("heap profile: ") {
        Kind::Heap { rate: heap_rate(rest)? }
    } else if let Some((name, total)) = text.split_once(" profile: total ") {
        let total = total.trim_end().parse().ok()?;
        let kind = match name {
            "goroutine" => SnapshotKind::Profile,
            "goroutineleak" => SnapshotKind::LeakProfile,
            "threadcreate" => SnapshotKind::Threads,
            _ => return Some(Box::new(Debug1::new(Kind::Count, Some(name), cx))),
        };
        Kind::Goroutines(kind, Some(total))
    } else if is_count_record(line) {
        return Some(Box::new(resume(line, cx)));
    } else {
        return None;
    };
    Some(Box::new(Debug1::new(kind, None, cx)))
}

/// `3 @ 0x48c5ea …`.
pub(crate) fn is_count_record(line: &[u8]) -> bool {
    let digits = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (1..20).contains(&digits) && line[digits..].starts_with(b" @ 0x")
}

/// `goroutine profile: total 16`, under any name. One look at the last byte turns most lines away.
pub(crate) fn is_count_head(line: &[u8]) -> bool {
    line.last().is_some_and(u8::is_ascii_digit)
        && line.len() <= 256
        && memrchr(b' ', line).is_some_and(|space| line[..space].ends_with(b" profile: total"))
}

/// `1: 1152 [3: 2304] @ heap/1048576`: the sampling rate is half the number at the end.
fn heap_rate(text: &str) -> Option<i64> {
    let (counts, rate) = text.trim_end().split_once(" @ heap")?;
    counts.starts_with(|c: char| c.is_ascii_digit()).then_some(())?;
    match rate.split_once('/') {
        Some((_, rate)) => Some(rate.parse::<i64>().ok()? / 2),
        None => Some(1),
    }
}

/// A record without a head: the rest of a profile that other lines interrupted, or a file that lacks its beginning.
fn resume(line: &[u8], cx: &mut Context<'_>) -> Debug1 {
    let open = cx.set.snapshots.last().is_some_and(|snapshot| {
        snapshot.origin.input == cx.input
            && snapshot.stream == cx.stream
            && snapshot.kind != SnapshotKind::Dump
            && snapshot.origin.line != 0
            && snapshot.declared_total.is_some_and(|total| snapshot.total < total)
    });
    let mut form = if open && let Some(mut snapshot) = cx.set.snapshots.pop() {
        snapshot.cut = None;
        let mut form = Debug1::new(Kind::Goroutines(snapshot.kind, snapshot.declared_total), None, cx);
        form.sink = Sink::Groups(Groups::resume(snapshot, Budget::new(0)));
        form
    } else {
        cx.problem(
            ProblemKind::Partial,
            "the text profile lacks its first lines; it is read as a goroutine profile",
        );
        Debug1::new(Kind::Goroutines(SnapshotKind::Profile, None), None, cx)
    };
    form.line(line, cx);
    form
}

#[derive(Clone, Copy)]
enum Kind {
    /// Counts of goroutines or threads, and the declared total.
    Goroutines(SnapshotKind, Option<u64>),
    /// Counts of anything else.
    Count,
    /// Counts and times.
    Delay(ProfileKind),
    /// Objects and bytes.
    Heap { rate: i64 },
}

enum Sink {
    Groups(Groups),
    Samples(Samples),
}

struct Debug1 {
    kind: Kind,
    sink: Sink,
    lines: Lines,
    /// The open record, if any.
    open: bool,
    record_line: u64,
    values: [u64; 4],
    labels: Option<LabelsId>,
    /// Positions in `lines`, innermost first.
    stack: Vec<u32>,
    frames: Vec<FrameId>,
    cycles_per_second: u64,
    memstats: Option<Box<(MemStats, Origin)>>,
    symbolised: bool,
    unsymbolised: bool,
    /// The last line of the record may not be whole.
    damaged: bool,
}

impl Form for Debug1 {
    fn bulk(&mut self, bytes: &[u8], cx: &mut Context<'_>) -> Consumed {
        let counts = matches!(self.kind, Kind::Goroutines(..) | Kind::Count);
        let first = cx.line;
        let mut taken = Consumed::default();
        loop {
            cx.line = first + taken.lines;
            let rest = &bytes[taken.bytes..];
            let length = match rest.first() {
                Some(b'#') if self.open && rest.starts_with(b"#\t0x") => match self.expected_frame(&rest[2..]) {
                    Some(length) => length + 2,
                    None => {
                        let Some(end) = memchr(b'\n', rest) else { break };
                        let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
                        self.frame(&line[2..], cx);
                        end + 1
                    }
                },
                Some(b'\n') => {
                    self.close(cx);
                    1
                }
                Some(b'0'..=b'9') if counts => {
                    let Some(end) = memchr(b'\n', rest) else { break };
                    let line = &rest[..end];
                    if !is_count_record(line) || self.line(line, cx) != Step::Taken {
                        break;
                    }
                    end + 1
                }
                _ => break,
            };
            taken.bytes += length;
            taken.lines += 1;
        }
        cx.line = first;
        taken
    }

    fn line(&mut self, line: &[u8], cx: &mut Context<'_>) -> Step {
        match line.first() {
            Some(b'#') => self.comment(line, cx),
            None => {
                self.close(cx);
                Step::Taken
            }
            Some(b'0'..=b'9') => {
                let values = match self.kind {
                    Kind::Goroutines(..) | Kind::Count => 1,
                    Kind::Delay(_) => 2,
                    Kind::Heap { .. } => 4,
                };
                let Some(read) = record(line, values) else {
                    return Step::NotMine;
                };
                self.close(cx);
                self.open = true;
                self.record_line = cx.line;
                self.values = read;
                self.grow(line.len());
                Step::Taken
            }
            Some(b'c') if matches!(self.kind, Kind::Delay(_)) && line.starts_with(b"cycles/second=") => {
                self.cycles_per_second = number(&line[b"cycles/second=".len()..]).unwrap_or(0);
                Step::Taken
            }
            Some(b's') if matches!(self.kind, Kind::Delay(_)) && line.starts_with(b"sampling period=") => {
                let period = number(&line[b"sampling period=".len()..]).unwrap_or(0);
                if let Sink::Samples(samples) = &mut self.sink {
                    samples.profile_mut().period = i64::try_from(period).unwrap_or(i64::MAX);
                }
                Step::Taken
            }
            _ => Step::NotMine,
        }
    }

    fn finish(&mut self, cx: &mut Context<'_>, cut: bool) {
        let declared = match self.kind {
            Kind::Goroutines(_, declared) => declared,
            _ => None,
        };
        if self.open {
            // Without its empty line a record may lack frames, unless it completes the total.
            let total = match &mut self.sink {
                Sink::Groups(groups) => groups.snapshot_mut().total,
                Sink::Samples(_) => 0,
            };
            let completes = declared.is_some_and(|declared| total + self.values[0] == declared);
            let whole = !self.damaged && !self.stack.is_empty();
            if whole && (completes || (!cut && declared.is_none())) {
                self.close(cx);
            } else {
                cx.problem(
                    ProblemKind::Partial,
                    "the last record of the text profile is cut off and was left out",
                );
            }
        }
        if !self.symbolised && self.unsymbolised {
            cx.problem(
                ProblemKind::Partial,
                "the text profile has addresses but no function names: take it from the running process with debug=1",
            );
        }
        if let Some(memstats) = self.memstats.take() {
            let (memstats, origin) = *memstats;
            cx.set.note_form(cx.input, "memstats");
            cx.set.expvars.push(ExpVars {
                origin,
                time: cx.time,
                cmdline: Vec::new(),
                memstats: Some(memstats),
                numbers: Vec::new(),
            });
        }
        let empty = Sink::Samples(Samples::new(profile(Kind::Count, None, cx), Budget::new(0)));
        let lost = match std::mem::replace(&mut self.sink, empty) {
            Sink::Groups(mut groups) => {
                let snapshot = groups.snapshot_mut();
                let total = snapshot.total;
                if let Some(declared) = declared
                    && total < declared
                {
                    snapshot.cut = Some(Cut::MidBlock);
                    cx.problem(
                        ProblemKind::Partial,
                        format!("the text profile declares {declared} entries and {total} were read: it is cut or mixed with other text"),
                    );
                }
                groups.finish(cx.set)
            }
            Sink::Samples(samples) => samples.finish(cx.set),
        };
        if lost {
            cx.problem(
                ProblemKind::Partial,
                "the text profile has more distinct stacks than are kept; the rarest ones are counted together as one stack",
            );
        }
    }
}

fn profile(kind: Kind, name: Option<&str>, cx: &mut Context<'_>) -> Profile {
    let strings = &mut cx.set.strings;
    let mut types = |types: &[(&str, &str)]| {
        types
            .iter()
            .map(|(name, unit)| SampleType {
                name: strings.intern(name),
                unit: strings.intern(unit),
            })
            .collect::<Vec<_>>()
    };
    let (kind, sample_types, period) = match kind {
        Kind::Delay(kind) => (kind, types(&[("contentions", "count"), ("delay", "nanoseconds")]), 1),
        Kind::Heap { rate } => (
            ProfileKind::Heap,
            types(&[
                ("alloc_objects", "count"),
                ("alloc_space", "bytes"),
                ("inuse_objects", "count"),
                ("inuse_space", "bytes"),
            ]),
            rate,
        ),
        Kind::Goroutines(..) | Kind::Count => (ProfileKind::Custom, types(&[(name.unwrap_or("count"), "count")]), 1),
    };
    Profile {
        origin: cx.origin(),
        kind,
        time: cx.time,
        duration_nanos: 0,
        sample_types,
        period,
        samples: Vec::new(),
    }
}

impl Debug1 {
    fn new(kind: Kind, name: Option<&str>, cx: &mut Context<'_>) -> Self {
        cx.set.note_form(cx.input, "pprof-text");
        let budget = Budget::after(cost_of(cx.set, cx.input));
        let sink = match kind {
            Kind::Goroutines(snapshot, declared) => {
                let mut groups = Groups::new(snapshot, cx.origin(), cx.time, cx.stream, budget);
                groups.reserve(
                    cx.set,
                    declared.and_then(|total| usize::try_from(total).ok()).unwrap_or(0),
                );
                groups.snapshot_mut().declared_total = declared;
                Sink::Groups(groups)
            }
            _ => Sink::Samples(Samples::new(profile(kind, name, cx), budget)),
        };
        Self {
            kind,
            sink,
            lines: Lines::default(),
            open: false,
            record_line: 0,
            values: [0; 4],
            labels: None,
            stack: Vec::new(),
            frames: Vec::new(),
            cycles_per_second: 0,
            memstats: None,
            symbolised: false,
            unsymbolised: false,
            damaged: false,
        }
    }

    fn budget(&mut self) -> &mut Budget {
        match &mut self.sink {
            Sink::Groups(groups) => groups.budget_mut(),
            Sink::Samples(samples) => samples.budget_mut(),
        }
    }

    fn grow(&mut self, bytes: usize) {
        self.budget().grow(bytes);
    }

    fn comment(&mut self, line: &[u8], cx: &mut Context<'_>) -> Step {
        if self.open && matches!(line.get(1), Some(b'\t' | b' ')) {
            if line[2..].starts_with(b"0x") {
                self.frame(&line[2..], cx);
                return Step::Taken;
            }
            if let Some(labels) = line.strip_prefix(b"# labels: ") {
                self.labels = labels_of(labels, cx);
                return Step::Taken;
            }
            // A tab made to spaces by copying.
            let rest = line[2..].trim_ascii_start();
            if rest.starts_with(b"0x") {
                self.frame(rest, cx);
                return Step::Taken;
            }
        }
        if matches!(self.kind, Kind::Heap { .. }) && line.starts_with(b"# ") {
            self.close(cx);
            self.memstats_line(&line[2..], cx);
            return Step::Taken;
        }
        // A frame line that is cut off, or a remark.
        self.damaged = self.open;
        Step::Taken
    }

    /// `0x6b98fd\tmain.f+0x1d\t/path/x.go:18`.
    fn frame(&mut self, text: &[u8], cx: &mut Context<'_>) {
        let position = match self.lines.find(text) {
            Some(position) => position,
            None => match self.new_line(text, cx) {
                Some(position) => position,
                None => {
                    self.damaged = true;
                    return;
                }
            },
        };
        self.lines.follow(position);
        self.push(position);
    }

    /// Takes a line, from its address on, if it is one of those expected here. Returns its length with the line feed.
    #[inline]
    fn expected_frame(&mut self, text: &[u8]) -> Option<usize> {
        let (position, length) = self.lines.expected(text)?;
        self.push(position);
        Some(length)
    }

    fn push(&mut self, position: u32) {
        self.damaged = self.lines.get(position).is_none_or(|line| line.bare);
        if self.stack.len() < STACK_CAP && position != SKIPPED {
            self.stack.push(position);
        }
    }

    fn new_line(&mut self, text: &[u8], cx: &mut Context<'_>) -> Option<u32> {
        let parsed = Parsed::of(text)?;
        if parsed.function.is_empty() && matches!(parsed.address, 0 | u64::MAX) {
            return Some(SKIPPED);
        }
        // The frame, the line itself, its strings and the entries of three indexes, grown by doubling.
        let cost = 2 * text.len() + 2 * (Lines::COST + size_of::<Frame>() + 50);
        self.grow(2 * text.len());
        if !self.budget().take(cost) {
            return Some(SKIPPED);
        }
        let (function, file, note) = if parsed.function.is_empty() {
            self.unsymbolised = true;
            (parsed.address_text, &b""[..], FrameNote::NonGo)
        } else {
            self.symbolised = true;
            (parsed.function, parsed.file, FrameNote::Call)
        };
        let frame = Frame {
            function: cx.set.strings.intern_bytes(&infer::printed_name(function)),
            file: cx.set.strings.intern_bytes(file),
            line: parsed.line,
            note,
            args: None,
        };
        let line = Known {
            frame: cx.set.stacks.intern_frame(frame),
            role: infer::role(function),
            visibility: infer::visibility(function),
            bare: parsed.function.is_empty(),
        };
        self.lines.insert(text, line)
    }

    /// Ends the open record.
    fn close(&mut self, cx: &mut Context<'_>) {
        if !std::mem::take(&mut self.open) {
            return;
        }
        let lines = &self.lines;
        self.frames.clear();
        let snapshot = matches!(self.kind, Kind::Goroutines(kind, _) if kind != SnapshotKind::Threads);
        for &position in &self.stack {
            let Some(line) = lines.get(position) else { continue };
            if !snapshot || line.visibility != Visibility::Hidden {
                self.frames.push(line.frame);
            }
        }
        if self.frames.is_empty() {
            self.frames.extend(
                self.stack
                    .iter()
                    .filter_map(|&position| Some(lines.get(position)?.frame)),
            );
        }
        match &mut self.sink {
            Sink::Groups(groups) => {
                let mut inference = Inference::new(false);
                for line in self.stack.iter().filter_map(|&position| lines.get(position)) {
                    if inference.push(line.role) {
                        break;
                    }
                }
                let reason = if snapshot {
                    inference.reason()
                } else {
                    WaitReason::Unknown
                };
                groups.add(
                    cx.set,
                    &self.frames,
                    reason,
                    true,
                    self.labels,
                    self.values[0],
                    self.record_line,
                );
            }
            Sink::Samples(samples) => {
                let (values, columns) = sample_values(self.kind, self.values, self.cycles_per_second);
                samples.add(cx.set, &self.frames, self.labels, &values[..columns]);
            }
        }
        self.labels = None;
        self.lines.restart();
        self.stack.clear();
        self.damaged = false;
    }

    /// `Alloc = 4230048`.
    fn memstats_line(&mut self, line: &[u8], cx: &Context<'_>) {
        if line == b"runtime.MemStats" {
            self.memstats = Some(Box::new((MemStats::default(), cx.origin())));
            return;
        }
        let (Some(memstats), Some(at)) = (&mut self.memstats, memmem::find(line, b" = ")) else {
            return;
        };
        let (stats, value) = (&mut memstats.0, &line[at + 3..]);
        let read = number(value).unwrap_or(0);
        match &line[..at] {
            b"HeapAlloc" => stats.heap_alloc = read,
            b"HeapSys" => stats.heap_sys = read,
            b"HeapInuse" => stats.heap_inuse = read,
            b"HeapObjects" => stats.heap_objects = read,
            b"Stack" => stats.stack_inuse = read,
            b"Sys" => stats.sys = read,
            b"NextGC" => stats.next_gc = read,
            b"LastGC" => stats.last_gc = read,
            b"NumGC" => {
                stats.num_gc = read;
                newest_last(stats);
            }
            b"PauseNs" => {
                stats.recent_pauses_ns = value
                    .split(|byte| !byte.is_ascii_digit())
                    .filter_map(number)
                    .take(256)
                    .collect();
            }
            b"GCCPUFraction" => {
                stats.gc_cpu_fraction = std::str::from_utf8(value)
                    .ok()
                    .and_then(|text| text.trim().parse().ok())
                    .filter(|fraction: &f64| fraction.is_finite())
                    .unwrap_or(0.0);
            }
            _ => {}
        }
    }
}

/// The runtime keeps pauses in a ring, the newest at `(NumGC + 255) % 256`. The total is not printed: it is known only while
/// the ring has every pause.
fn newest_last(stats: &mut MemStats) {
    let ring = &mut stats.recent_pauses_ns;
    let count = usize::try_from(stats.num_gc).unwrap_or(usize::MAX);
    if count < ring.len() {
        ring.truncate(count);
    } else if !ring.is_empty() {
        let oldest = count % ring.len();
        ring.rotate_left(oldest);
    }
    if count == ring.len() {
        stats.pause_total_ns = ring.iter().fold(0, |sum, &pause| sum.saturating_add(pause));
    }
}

/// The columns that the protobuf form has for the same record.
fn sample_values(kind: Kind, values: [u64; 4], cycles_per_second: u64) -> ([i64; 4], usize) {
    let signed = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    match kind {
        Kind::Goroutines(..) | Kind::Count => ([signed(values[0]), 0, 0, 0], 1),
        Kind::Delay(_) => {
            let nanos = if cycles_per_second == 0 {
                values[0] as f64
            } else {
                values[0] as f64 * 1e9 / cycles_per_second as f64
            };
            ([signed(values[1]), nanos as i64, 0, 0], 2)
        }
        Kind::Heap { rate } => {
            let (inuse_objects, inuse_space) = unsample(values[0], values[1], rate);
            let (alloc_objects, alloc_space) = unsample(values[2], values[3], rate);
            ([alloc_objects, alloc_space, inuse_objects, inuse_space], 4)
        }
    }
}

/// Heap text has the sampled numbers. An object of average size is sampled with probability `1 - exp(-size / rate)`.
fn unsample(objects: u64, bytes: u64, rate: i64) -> (i64, i64) {
    let signed = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    if objects == 0 || bytes == 0 {
        return (0, 0);
    }
    if rate <= 1 {
        return (signed(objects), signed(bytes));
    }
    let average = bytes as f64 / objects as f64;
    let scale = 1.0 / (1.0 - (-average / rate as f64).exp());
    ((objects as f64 * scale) as i64, (bytes as f64 * scale) as i64)
}

/// The numbers before ` @ ` of a record, exactly `expected` of them.
fn record(line: &[u8], expected: usize) -> Option<[u64; 4]> {
    let head = &line[..memchr(b'@', line)?];
    let mut values = [0; 4];
    let mut count = 0;
    let mut rest = head;
    while let Some((byte, tail)) = rest.split_first() {
        if byte.is_ascii_digit() {
            let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            *values.get_mut(count)? = number(&rest[..length])?;
            count += 1;
            rest = &rest[length..];
        } else if matches!(byte, b' ' | b':' | b'[' | b']') {
            rest = tail;
        } else {
            return None;
        }
    }
    (count == expected).then_some(values)
}

/// The decimal number at the start.
fn number(text: &[u8]) -> Option<u64> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 {
        return None;
    }
    let mut digits = text[..length].iter();
    digits.try_fold(0u64, |value, byte| {
        value.checked_mul(10)?.checked_add(u64::from(byte - b'0'))
    })
}

fn hexadecimal(text: &[u8]) -> Option<u64> {
    let text = text.strip_prefix(b"0x")?;
    if text.is_empty() || text.len() > 16 {
        return None;
    }
    text.iter().try_fold(0u64, |value, &byte| {
        Some(value << 4 | u64::from((byte as char).to_digit(16)?))
    })
}

/// The parts of a frame line.
struct Parsed<'a> {
    address: u64,
    address_text: &'a [u8],
    function: &'a [u8],
    file: &'a [u8],
    line: u32,
}

impl<'a> Parsed<'a> {
    fn of(text: &'a [u8]) -> Option<Self> {
        let space = |byte: &u8| matches!(byte, b'\t' | b' ');
        let end = text.iter().position(space).unwrap_or(text.len());
        let (address_text, rest) = text.split_at(end);
        let address = hexadecimal(address_text)?;
        let rest = rest.trim_ascii();
        if rest.is_empty() {
            return Some(Self {
                address,
                address_text,
                function: b"",
                file: b"",
                line: 0,
            });
        }
        // A file name may have spaces, a function name none.
        let (symbol, rest) = rest.split_at(rest.iter().position(space)?);
        let plus = memrchr(b'+', symbol)?;
        hexadecimal(&symbol[plus + 1..])?;
        let place = rest.trim_ascii();
        let colon = memrchr(b':', place)?;
        let digits = &place[colon + 1..];
        let line = number(digits).filter(|_| digits.iter().all(u8::is_ascii_digit))?;
        Some(Self {
            address,
            address_text,
            function: &symbol[..plus],
            file: &place[..colon],
            line: u32::try_from(line).unwrap_or(0),
        })
    }
}

/// `{"k":"v", "req":"a b"}`, each part quoted as by `%q`.
fn labels_of(text: &[u8], cx: &mut Context<'_>) -> Option<LabelsId> {
    let mut rest = text.strip_prefix(b"{")?;
    let mut pairs = Vec::new();
    while pairs.len() < 256
        && let Some((key, after)) = quoted(rest)
        && let Some((value, after)) = after.strip_prefix(b":").and_then(quoted)
    {
        pairs.push((cx.set.strings.intern_bytes(&key), cx.set.strings.intern_bytes(&value)));
        rest = after.strip_prefix(b", ").unwrap_or(after);
    }
    (!pairs.is_empty()).then(|| cx.set.intern_labels(&mut pairs))
}

/// The text of a quoted string at the start, and what follows it.
fn quoted(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = text.strip_prefix(b"\"")?;
    let mut out = Vec::new();
    loop {
        let (&byte, tail) = rest.split_first()?;
        rest = tail;
        match byte {
            b'"' => return Some((out, rest)),
            b'\\' => {
                let (&escape, tail) = rest.split_first()?;
                rest = tail;
                let digits = match escape {
                    b'x' => 2,
                    b'u' => 4,
                    b'U' => 8,
                    _ => {
                        out.push(match escape {
                            b'a' => 7,
                            b'b' => 8,
                            b'f' => 12,
                            b'n' => b'\n',
                            b'r' => b'\r',
                            b't' => b'\t',
                            b'v' => 11,
                            other => other,
                        });
                        continue;
                    }
                };
                let code = std::str::from_utf8(rest.get(..digits)?).ok()?;
                let code = u32::from_str_radix(code, 16).ok()?;
                rest = &rest[digits..];
                if digits == 2 {
                    out.push(code as u8);
                } else {
                    let letter = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                    out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
            byte => out.push(byte),
        }
    }
}

#[cfg(test)]
#[path = "debug1/tests.rs"]
mod tests;
