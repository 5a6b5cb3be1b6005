//! Arguments of `trace`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

pub(super) const TRACE_ABOUT: &str = "Read an execution trace: who waits for what, who wakes whom, what the scheduler and the collector do.

Reads what runtime/trace, go test -trace, /debug/pprof/trace and the flight recorder write, of Go 1.11 to 1.27, plain or compressed. The file is \
read as a stream: memory does not follow its length. What is cut or damaged is left out with a remark; everything before it counts.";

pub(super) const TRACE_EXAMPLES: &str = "Examples:
  gosleuth trace trace.out                     what happened, in a page
  gosleuth trace trace.out sites               time by the place where goroutines come from
  gosleuth trace trace.out blocked             who was blocked when the trace ended, and since when
  gosleuth trace trace.out latency             where runnable goroutines waited for a processor
  gosleuth trace trace.out --follow 42         the life of one goroutine
  gosleuth trace trace.out path --goroutine 42 --window 1.2s..1.5s
  gosleuth trace trace.out sched --window 1.2s..1.5s
  gosleuth trace trace.out sites --format csv > sites.csv
  gosleuth trace trace.out export --format html -o trace.html
  gosleuth trace trace.out export --format perfetto -o trace.pftrace
  gosleuth trace http://localhost:6060 --seconds 5s
  gosleuth trace incident.case blocked         the first trace of a capture

Exit codes:
  0  the trace was read
  2  usage error, or not even a part of the trace could be read";

/// Arguments of `trace`.
#[derive(Clone, Debug, Args)]
pub struct TraceArgs {
    /// The trace; a capture or another archive that holds one; - for standard input; http://HOST:PORT of a process to trace now
    #[arg(value_name = "FILE|URL|-")]
    pub file: String,

    /// What to show
    #[arg(value_name = "VIEW", default_value = "summary")]
    pub view: TraceView,

    /// Form of the output; times in json and csv are nanoseconds
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: TraceFormatArg,

    /// In `export`: write to this file instead of standard output; with --format parquet to this directory
    #[arg(long, short, value_name = "PATH")]
    pub output: Option<PathBuf>,

    /// Trace a process this long
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = crate::values::duration)]
    pub seconds: Duration,

    /// Tell the life of this goroutine as a story
    #[arg(long, value_name = "G", conflicts_with = "view")]
    pub follow: Option<u64>,

    /// Most rows of each table; 0 shows all [default: 20, in the summary 10, in json and csv all]
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,

    /// Only what happens between two times since the start of the trace: 1.2s..1.5s, 300ms.., ..2s
    #[arg(long, value_name = "FROM..TO", value_parser = window, help_heading = "Filters")]
    pub window: Option<(u64, u64)>,

    /// Only this goroutine. May be repeated
    #[arg(long, value_name = "G", help_heading = "Filters")]
    pub goroutine: Vec<u64>,

    /// Only goroutines whose start function or go statement has this text
    #[arg(long, value_name = "TEXT", help_heading = "Filters")]
    pub site: Option<String>,

    /// Only goroutines or stays in this state
    #[arg(long, value_name = "STATE", help_heading = "Filters")]
    pub state: Option<TraceStateArg>,

    /// In `blocked`: only goroutines that have been blocked at least this long
    #[arg(long, value_name = "DURATION", default_value = "0", value_parser = crate::values::duration, help_heading = "Filters")]
    pub blocked_for: Duration,

    /// A processor that is held no longer than this counts as woken for nothing, if next to nothing ran
    #[arg(long, value_name = "DURATION", default_value = "100us", value_parser = crate::values::duration, help_heading = "Thresholds")]
    pub spin_held: Duration,

    /// What counts as next to nothing
    #[arg(long, value_name = "DURATION", default_value = "5us", value_parser = crate::values::duration, help_heading = "Thresholds")]
    pub spin_useful: Duration,

    /// Wakings for nothing per second of one processor that are worth a remark
    #[arg(long, value_name = "N", default_value_t = 500, help_heading = "Thresholds")]
    pub spin_rate: u64,
}

/// What to show of a trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum TraceView {
    /// What happened, in a page
    #[default]
    Summary,
    /// Goroutines one by one
    Goroutines,
    /// Time by creation site
    Sites,
    /// Goroutines that were blocked when the trace ended, longest first
    Blocked,
    /// Time in which runnable goroutines waited for a processor, by who made them runnable
    Latency,
    /// Time blocked by reason and stack
    Waits,
    /// Time in system calls by stack
    Syscalls,
    /// Which sites wake which
    Wakers,
    /// What one goroutine (--goroutine) was held up by, through who woke it
    Path,
    /// Processors
    Sched,
    /// Garbage collector, pauses and heap
    Gc,
    /// User tasks and regions
    Tasks,
    /// Every event, in order
    Events,
    /// The whole trace in a form that other programs read
    Export,
}

/// Form of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum TraceFormatArg {
    /// For a person at a terminal; in `export` the batches of the file, line by line, which gosleuth reads as a trace again
    #[default]
    Text,
    /// One versioned document for programs; `events` writes one object per line
    Json,
    /// Tables with a header line
    Csv,
    /// In `export`: the trace file itself, from its text for example
    Binary,
    /// In `export`: for ui.perfetto.dev and trace_processor
    Perfetto,
    /// In `export`: tables for SQL (events, states, goroutines, stacks), as files in the directory that --output names
    Parquet,
    /// In `export`: one page with a timeline, for a browser
    Html,
}

impl TraceFormatArg {
    /// Whether it is a form of `export` alone.
    pub(crate) fn is_export(self) -> bool {
        matches!(self, Self::Binary | Self::Perfetto | Self::Parquet | Self::Html)
    }

    /// The word of the command line.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Binary => "binary",
            Self::Perfetto => "perfetto",
            Self::Parquet => "parquet",
            Self::Html => "html",
        }
    }
}

/// State of a goroutine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TraceStateArg {
    /// Could run and waits for a processor
    Runnable,
    /// Runs
    Running,
    /// Waits for something
    Waiting,
    /// Is in a system call or in C
    Syscall,
}

/// Reads `FROM..TO` as nanoseconds; either may be missing.
fn window(text: &str) -> Result<(u64, u64), String> {
    let (from, to) = text
        .split_once("..")
        .ok_or_else(|| format!("`{text}` is not two times such as 1.2s..1.5s"))?;
    let nanos = |text: &str, otherwise: u64| match text {
        "" => Ok(otherwise),
        text => crate::values::duration(text).map(|time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)),
    };
    let (from, to) = (nanos(from, 0)?, nanos(to, u64::MAX)?);
    if from >= to {
        return Err(format!("`{text}` ends before it starts"));
    }
    Ok((from, to))
}
