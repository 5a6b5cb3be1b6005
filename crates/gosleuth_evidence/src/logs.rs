//! Logs of a program, read once as a stream: stamps, levels, messages, requests.
//!
//! What is kept is bounded whatever the length of the log: counts over time, kinds of messages that differ in numbers only, lines that
//! tell of the life of the process, and a few lines of each request that goroutines of the evidence carry in their labels. That is why
//! logs are read after everything else.
//!
//! A stamp without a zone counts as UTC unless the caller knows better; [`Log::zone`] says so. Non-goals: searching, zones by name,
//! lines in no order (a burst needs no order, and nothing else depends on it).

mod fields;
mod line;
mod stamp;

use std::collections::BTreeMap;
use std::io::Read;

use gosleuth_base::{Idx as _, ProblemKind};
use memchr::{memchr, memmem};
use rustc_hash::FxHashMap;

use crate::decompress::Unpacked;
use crate::model::{
    EvidenceSet, Input, InputId, Level, Log, LogBucket, LogLine, LogMark, LogMarkKind, LogMessage, LogRequest, LogZone,
    Time,
};
use crate::reader::Source;
use line::Entry;

/// Bytes read at a time.
const CHUNK: usize = 256 << 10;
/// A longer line is cut.
const MAX_LINE: usize = 1 << 20;
/// Stretches of time that are counted apart; beyond that they become twice as long.
const MAX_BUCKETS: usize = 4_096;
/// Kinds of messages kept apart.
const MAX_MESSAGES: usize = 512;
/// Messages that are named in the end.
const SHOWN_MESSAGES: usize = 64;
/// Bytes of a message that tell it from others.
const MESSAGE: usize = 120;
/// Bytes of a line that are kept.
const KEPT: usize = 200;
/// Lines that tell of the life of the process.
const MAX_MARKS: usize = 64;
/// A message that is logged more often does not tell of the life of the process.
const RARE: u64 = 16;
/// Requests looked for, and lines kept of each.
const MAX_REQUESTS: usize = 65_536;
const REQUEST_LINES: usize = 4;

/// How to read a log.
#[derive(Clone, Debug)]
pub struct LogOptions {
    /// Seconds east of UTC of stamps that do not say it.
    pub zone: Option<i32>,
    /// Most decompressed bytes.
    pub max_bytes: u64,
}

impl Default for LogOptions {
    fn default() -> Self {
        Self {
            zone: None,
            max_bytes: 64 << 30,
        }
    }
}

/// Reads a log to its end and adds it to `set`, which should hold all other evidence: its labels say which requests matter.
pub fn read_log(set: &mut EvidenceSet, source: &Source<'_>, bytes: &mut dyn Read, options: &LogOptions) -> InputId {
    let id = InputId::from_usize(set.inputs.len());
    let mut unpacked = Unpacked::new(bytes);
    let mut collector = Collector::new(set, source.time, options.zone);
    let mut window = vec![0; CHUNK];
    let (mut filled, mut total, mut lines) = (0usize, 0u64, 0u64);
    let mut stopped = None;
    loop {
        if window.len() - filled < CHUNK {
            window.resize(filled + CHUNK, 0);
        }
        let left = options.max_bytes.saturating_sub(total);
        let room = usize::try_from(left.min(CHUNK as u64)).unwrap_or(CHUNK);
        let count = match unpacked.read(&mut window[filled..filled + room]) {
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => {
                stopped = Some(format!("reading stopped after {total} bytes: {error}"));
                0
            }
        };
        if count == 0 && room == 0 {
            stopped = Some(format!("only the first {total} bytes were read"));
        }
        filled += count;
        total += count as u64;
        let mut at = 0;
        while let Some(length) = memchr(b'\n', &window[at..filled]) {
            lines += 1;
            collector.line(&window[at..at + length], lines);
            at += length + 1;
        }
        if count == 0 {
            if at < filled {
                lines += 1;
                collector.line(&window[at..filled], lines);
            }
            break;
        }
        if at == 0 && filled > MAX_LINE {
            // Its rest is read as a line of its own, without a stamp.
            lines += 1;
            collector.line(&window[..filled], lines);
            at = filled;
        }
        window.copy_within(at..filled, 0);
        filled -= at;
    }
    let log = collector.finish(id);
    let dated = log.dated;
    set.inputs.push(Input {
        name: source.name.to_owned(),
        bytes: unpacked.raw_bytes(),
        decompressed: total,
        lines,
        compression: unpacked.layers().compression.clone(),
        envelopes: Vec::new(),
        forms: if dated > 0 { vec!["log"] } else { Vec::new() },
        time: source.time,
    });
    if let Some(sentence) = stopped {
        set.problem(id, None, ProblemKind::Partial, sentence);
    }
    if dated == 0 {
        let message = "no line of this log starts with a time, or has one in a field that is known";
        set.problem(id, None, ProblemKind::Unreadable, message);
        return id;
    }
    set.logs.push(log);
    id
}

/// What is kept of the lines read so far.
struct Collector {
    now: Option<Time>,
    /// Nanoseconds east of UTC of stamps that do not say it.
    zone: Option<i64>,
    log: Log,
    /// Stamps with and without zone.
    zoned: (bool, bool),
    buckets: BTreeMap<i64, (u64, u64)>,
    /// The stretch counted last, and what was counted since.
    current: (i64, u64, u64),
    messages: FxHashMap<Vec<u8>, usize>,
    found: Vec<LogMessage>,
    marks: Vec<(LogMark, Option<usize>)>,
    wanted: FxHashMap<Vec<u8>, Option<usize>>,
    last: Option<Time>,
    scratch: Vec<u8>,
    finders: [(memmem::Finder<'static>, LogMarkKind); 9],
}

impl Collector {
    fn new(set: &EvidenceSet, now: Option<Time>, zone: Option<i32>) -> Self {
        let mut wanted = FxHashMap::default();
        for &(_, value) in set.labels.iter().flatten() {
            let value = set.text(value).as_bytes();
            if (4..=128).contains(&value.len()) && wanted.len() < MAX_REQUESTS {
                wanted.insert(value.to_vec(), None);
            }
        }
        let finder = |text: &'static str, kind| (memmem::Finder::new(text), kind);
        Self {
            now,
            zone: zone.map(|seconds| i64::from(seconds) * 1_000_000_000),
            log: Log {
                input: InputId::from_usize(0),
                forms: Vec::new(),
                dated: 0,
                undated: 0,
                first: None,
                last: None,
                zone: LogZone::Given,
                without_year: false,
                levels: [0; 6],
                bucket_seconds: 1,
                buckets: Vec::new(),
                messages: Vec::new(),
                marks: Vec::new(),
                requests: Vec::new(),
            },
            zoned: (false, false),
            buckets: BTreeMap::new(),
            current: (i64::MIN, 0, 0),
            messages: FxHashMap::default(),
            found: Vec::new(),
            marks: Vec::new(),
            wanted,
            last: None,
            scratch: Vec::new(),
            // Without their first letter, which may be a capital.
            finders: [
                finder("istening", LogMarkKind::Start),
                finder("erving", LogMarkKind::Start),
                finder("tarting", LogMarkKind::Start),
                finder("tarted", LogMarkKind::Start),
                finder("hutting down", LogMarkKind::Stop),
                finder("hutdown", LogMarkKind::Stop),
                finder("terminating", LogMarkKind::Stop),
                finder("OOMKill", LogMarkKind::OutOfMemory),
                finder("Out of memory", LogMarkKind::OutOfMemory),
            ],
        }
    }

    fn line(&mut self, line: &[u8], number: u64) {
        if line.is_empty() {
            return;
        }
        line::take(line, self.now, &mut |entry| self.entry(entry, number));
    }

    fn entry(&mut self, entry: &Entry<'_>, number: u64) {
        let Some(stamp) = entry.stamp else {
            self.log.undated += 1;
            self.undated(entry, number);
            return;
        };
        let mut time = stamp.time;
        if stamp.zoned {
            self.zoned.0 = true;
        } else {
            self.zoned.1 = true;
            time = Time(time.0.saturating_sub(self.zone.unwrap_or(0)));
        }
        let log = &mut self.log;
        log.without_year |= !stamp.dated;
        if !log.forms.contains(&entry.form) {
            log.forms.push(entry.form);
        }
        log.dated += 1;
        log.first = Some(log.first.map_or(time, |first| first.min(time)));
        log.last = Some(log.last.map_or(time, |last| last.max(time)));
        self.last = Some(time);
        let level = entry.level;
        if let Some(level) = level {
            log.levels[level as usize] += 1;
        }
        let bad = level.is_some_and(|level| level >= Level::Error);
        self.count(time, bad);
        if level.is_some_and(|level| level >= Level::Warn) {
            self.message(entry, level.unwrap_or(Level::Warn), time, number);
        } else if let Some(message) = entry.message {
            let raw = message.raw();
            if raw.len() <= KEPT {
                let kind = self.finders.iter().find(|(finder, _)| finder.find(raw).is_some());
                if let Some(kind) = kind.map(|(_, kind)| *kind) {
                    let index = self.message(entry, level.unwrap_or(Level::Info), time, number);
                    self.mark(kind, time, true, entry, number, index);
                }
            }
        }
        let dies = entry.message.is_some_and(|message| is_death(message.raw()));
        if dies || level == Some(Level::Fatal) {
            self.mark(LogMarkKind::Crash, time, true, entry, number, None);
        }
        self.requests(entry, Some(time), number);
    }

    /// A line without a stamp may be the first of a panic.
    fn undated(&mut self, entry: &Entry<'_>, number: u64) {
        if let Some(time) = self.last
            && entry.message.is_some_and(|message| is_death(message.raw()))
        {
            self.mark(LogMarkKind::Crash, time, false, entry, number, None);
        }
        self.requests(entry, None, number);
    }

    fn count(&mut self, time: Time, bad: bool) {
        let seconds = time.0.div_euclid(1_000_000_000);
        let start = seconds - seconds.rem_euclid(self.log.bucket_seconds);
        if start != self.current.0 {
            self.settle();
            self.current = (start, 0, 0);
        }
        self.current.1 += 1;
        self.current.2 += u64::from(bad);
    }

    /// Adds what was counted since the stretch began.
    fn settle(&mut self) {
        let (start, lines, errors) = self.current;
        if lines == 0 {
            return;
        }
        let bucket = self.buckets.entry(start).or_default();
        bucket.0 += lines;
        bucket.1 += errors;
        while self.buckets.len() > MAX_BUCKETS {
            self.log.bucket_seconds *= 2;
            let width = self.log.bucket_seconds;
            for (start, (lines, errors)) in std::mem::take(&mut self.buckets) {
                let bucket = self.buckets.entry(start - start.rem_euclid(width)).or_default();
                bucket.0 += lines;
                bucket.1 += errors;
            }
        }
    }

    /// Counts a message among those like it, and says which these are.
    fn message(&mut self, entry: &Entry<'_>, level: Level, time: Time, number: u64) -> Option<usize> {
        self.scratch.clear();
        for value in [entry.message, entry.error].into_iter().flatten() {
            template(value.raw(), &mut self.scratch);
            self.scratch.push(b'\n');
        }
        if let Some(&index) = self.messages.get(&self.scratch) {
            let known = &mut self.found[index];
            known.count += 1;
            known.first = known.first.min(time);
            known.last = known.last.max(time);
            return Some(index);
        }
        if self.found.len() >= MAX_MESSAGES {
            return None;
        }
        let mut text = Vec::new();
        template(entry.text(MESSAGE).as_bytes(), &mut text);
        self.messages.insert(self.scratch.clone(), self.found.len());
        self.found.push(LogMessage {
            level,
            text: String::from_utf8_lossy(&text).into_owned(),
            count: 1,
            first: time,
            last: time,
            line: number,
        });
        Some(self.found.len() - 1)
    }

    fn mark(
        &mut self,
        kind: LogMarkKind,
        time: Time,
        exact: bool,
        entry: &Entry<'_>,
        line: u64,
        message: Option<usize>,
    ) {
        let often = message.is_some_and(|index| self.found[index].count > RARE);
        if often || self.marks.len() >= MAX_MARKS * 4 {
            return;
        }
        let text = entry.text(KEPT).into_owned();
        let mark = LogMark {
            kind,
            time,
            exact,
            text,
            line,
        };
        self.marks.push((mark, message));
    }

    fn requests(&mut self, entry: &Entry<'_>, time: Option<Time>, number: u64) {
        if self.wanted.is_empty() {
            return;
        }
        for (key, value) in entry.ids.iter().flatten() {
            let Some(slot) = self.wanted.get_mut(*value) else {
                continue;
            };
            let requests = &mut self.log.requests;
            let index = *slot.get_or_insert_with(|| {
                requests.push(LogRequest {
                    key,
                    value: String::from_utf8_lossy(value).into_owned(),
                    count: 0,
                    lines: Vec::new(),
                });
                requests.len() - 1
            });
            let request = &mut requests[index];
            request.count += 1;
            if request.lines.len() < REQUEST_LINES {
                request.lines.push(LogLine {
                    time,
                    level: entry.level,
                    text: entry.text(KEPT).into_owned(),
                    line: number,
                });
            }
        }
    }

    fn finish(mut self, input: InputId) -> Log {
        self.settle();
        let mut log = self.log;
        log.input = input;
        log.zone = match self.zoned {
            (false, true) if self.zone.is_some() => LogZone::Set,
            (false, true) => LogZone::Missing,
            (true, true) if self.zone.is_none() => LogZone::Mixed,
            _ => LogZone::Given,
        };
        let buckets = self.buckets.into_iter();
        log.buckets = buckets
            .map(|(start, (lines, errors))| LogBucket { start, lines, errors })
            .collect();
        let found = &self.found;
        log.marks = self
            .marks
            .into_iter()
            .filter(|(_, message)| message.is_none_or(|index| found[index].count <= RARE))
            .map(|(mark, _)| mark)
            .take(MAX_MARKS)
            .collect();
        log.messages = self.found;
        log.messages.retain(|message| message.level >= Level::Warn);
        log.messages
            .sort_by_key(|message| (std::cmp::Reverse(message.count), message.line));
        log.messages.truncate(SHOWN_MESSAGES);
        log
    }
}

/// Whether a text is the first line of the end of a process.
fn is_death(text: &[u8]) -> bool {
    [
        &b"panic: "[..],
        b"fatal error: ",
        b"SIGQUIT: quit",
        b"SIGABRT: abort",
        b"http: panic serving ",
    ]
    .iter()
    .any(|start| text.starts_with(start))
}

/// A message with `#` for numbers, and for words of letters and digits that are no words.
fn template(text: &[u8], out: &mut Vec<u8>) {
    let end = out.len() + MESSAGE;
    let mut rest = text;
    while let Some(&byte) = rest.first() {
        if out.len() >= end {
            return;
        }
        let length = rest
            .iter()
            .position(|byte| !(byte.is_ascii_alphanumeric() || *byte >= 0x80))
            .unwrap_or(rest.len());
        if length == 0 {
            out.push(byte);
            rest = &rest[1..];
            continue;
        }
        let (word, behind) = rest.split_at(length);
        let digits = word.iter().filter(|byte| byte.is_ascii_digit()).count();
        // `http2` and `utf8` are words, `7f3a9c` and `500` are not.
        if digits > 0 && (digits * 3 >= word.len() || word.len() >= 16) {
            if out.last() != Some(&b'#') {
                out.push(b'#');
            }
        } else {
            out.extend_from_slice(word);
        }
        rest = behind;
    }
}

#[cfg(test)]
mod tests;
