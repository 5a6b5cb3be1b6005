//! Logs of a program: what its lines say in sum, and the few lines that belong to a time line.

use super::{InputId, Time};

/// How bad a line of a log is, by its own word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Finer than debug.
    Trace,
    /// For whoever wrote the program.
    Debug,
    /// What happens.
    Info,
    /// What should not happen.
    Warn,
    /// What failed.
    Error,
    /// What ends the program, or should.
    Fatal,
}

impl Level {
    /// All, the least first.
    pub const ALL: [Self; 6] = [
        Self::Trace,
        Self::Debug,
        Self::Info,
        Self::Warn,
        Self::Error,
        Self::Fatal,
    ];

    /// The stable word of the output contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }
}

/// What the stamps of a log say of their time zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogZone {
    /// Every stamp says it, or counts from 1970.
    #[default]
    Given,
    /// No stamp says it: they count as UTC.
    Missing,
    /// Some do, some do not.
    Mixed,
    /// No stamp says it, the caller did.
    Set,
}

/// A log, read once.
#[derive(Clone, Debug)]
pub struct Log {
    /// The input.
    pub input: InputId,
    /// Forms of its lines, in order of first appearance: `json`, `logfmt`, `klog`, `access`, `text`.
    pub forms: Vec<&'static str>,
    /// Lines with a stamp.
    pub dated: u64,
    /// Lines without one: stacks, dumps, text of several lines.
    pub undated: u64,
    /// Earliest stamp.
    pub first: Option<Time>,
    /// Latest stamp.
    pub last: Option<Time>,
    /// Whether the zone is known.
    pub zone: LogZone,
    /// Some stamps have no year: it was taken from the time of the input.
    pub without_year: bool,
    /// Lines by level, in the order of [`Level::ALL`].
    pub levels: [u64; 6],
    /// Width of [`Log::buckets`], seconds.
    pub bucket_seconds: i64,
    /// Lines over time; only those that are not empty, in order.
    pub buckets: Vec<LogBucket>,
    /// Kinds of messages at warn and above, most frequent first.
    pub messages: Vec<LogMessage>,
    /// Lines that tell of the life of the process, in the order of the file.
    pub marks: Vec<LogMark>,
    /// What it says of requests that goroutines carry in their labels, in order of first appearance.
    pub requests: Vec<LogRequest>,
}

/// Lines of one stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogBucket {
    /// Its start, seconds since 1970.
    pub start: i64,
    /// Lines.
    pub lines: u64,
    /// Those at error and above.
    pub errors: u64,
}

/// Messages that differ in numbers only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogMessage {
    /// Level of the first.
    pub level: Level,
    /// The text, `#` for numbers; cut at 120 bytes.
    pub text: String,
    /// How many.
    pub count: u64,
    /// When first.
    pub first: Time,
    /// When last.
    pub last: Time,
    /// Line of the first in the decompressed input.
    pub line: u64,
}

/// What a line tells of the life of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogMarkKind {
    /// It says that it serves or has started.
    Start,
    /// It says that it ends.
    Stop,
    /// A panic, a fatal error, a signal.
    Crash,
    /// The kernel or the orchestrator killed it for its memory.
    OutOfMemory,
}

/// One line that tells of the life of the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogMark {
    /// What.
    pub kind: LogMarkKind,
    /// When. For a line without a stamp that of the line before.
    pub time: Time,
    /// Whether the line itself has a stamp.
    pub exact: bool,
    /// The text; cut at 200 bytes.
    pub text: String,
    /// Its line in the decompressed input.
    pub line: u64,
}

/// What the log says of one request or trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRequest {
    /// The key in the log, in its usual form: `trace_id`, `request_id`, `correlation_id`.
    pub key: &'static str,
    /// Its value, which a label of goroutines has too.
    pub value: String,
    /// Lines with it.
    pub count: u64,
    /// The first ones.
    pub lines: Vec<LogLine>,
}

/// One line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When, if it says so.
    pub time: Option<Time>,
    /// Its level, if it says so.
    pub level: Option<Level>,
    /// Its message; cut at 200 bytes.
    pub text: String,
    /// Its line in the decompressed input.
    pub line: u64,
}
