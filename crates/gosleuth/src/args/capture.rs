//! Arguments of `capture`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use gosleuth_live::Condition;

use super::RequestArgs;

pub(super) const CAPTURE_ABOUT: &str = "Take everything that explains an incident from running processes, without harming them, \
into one file.

Asks each process for its goroutines (twice, with a pause), contention, memory, /debug/vars, /metrics, an execution trace and, where \
it has one, its leak profile: one request at a time, each announced with its cost, what is expensive only below caps. The result is a \
directory, or one file that can be mailed; `gosleuth inspect` reads both. A manifest in it says what was taken, when, at which \
cost, and what is missing.

What was taken is kept whatever happens next; the same command again takes what is missing.";

pub(super) const CAPTURE_EXAMPLES: &str = "Examples:
  gosleuth capture http://localhost:6060 -o now.case      everything, twice, 10 seconds apart
  gosleuth capture http://a:6060 http://b:6060 -o both/   two instances, into a directory
  gosleuth capture --every 1m --for 1h -o hour.case URL   a series
  gosleuth capture --on 'goroutines>5000' -o spike.case URL
  gosleuth capture --trace 5s --page /version -o x.case URL
  gosleuth inspect now.case                               explain it

Exit codes:
  0  everything that could be asked was taken
  2  usage error, or something that was asked is missing; what was taken is kept";

/// Arguments of `capture`.
#[derive(Clone, Debug, Args)]
pub struct CaptureArgs {
    /// Processes: the root of a server with net/http/pprof (http://host:6060), its index page, or a path above it
    #[arg(value_name = "URL", required = true)]
    pub targets: Vec<String>,

    /// Where to: a directory, or one file if the name ends in .case
    ///
    /// What stands there from an earlier run and is whole is not taken again. While a file is being made, its parts are in
    /// FILE.case.partial, which is a capture too.
    #[arg(short, long, value_name = "DIR|FILE.case")]
    pub output: PathBuf,

    /// What is taken, and how often.
    #[command(flatten)]
    pub series: SeriesArgs,

    /// What is waited for.
    #[command(flatten)]
    pub trigger: TriggerArgs,

    /// Say nothing on standard error but errors
    #[arg(short, long)]
    pub quiet: bool,

    /// Live processes.
    #[command(flatten)]
    pub request: RequestArgs,
}

/// What is taken, and how often.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Series")]
pub struct SeriesArgs {
    /// Time from one round of questions to the next
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = crate::values::duration)]
    pub every: Duration,

    /// How long to go on; 0 makes one round [default: two rounds]
    #[arg(long = "for", value_name = "DURATION", value_parser = crate::values::duration)]
    pub length: Option<Duration>,

    /// Length of the execution trace in the first round; 0 takes none
    #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = crate::values::duration)]
    pub trace: Duration,

    /// Most goroutines of a process of which a trace is taken
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub trace_cap: u64,

    /// Also take this page of each server in each round, for example /version. May be repeated
    #[arg(long, value_name = "PATH", value_parser = page)]
    pub page: Vec<String>,
}

/// What is waited for.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Waiting for a moment")]
pub struct TriggerArgs {
    /// Begin when this holds for one of the processes: goroutines>5000, memstats.HeapAlloc>2GiB, http_inflight>=100
    ///
    /// A name is a profile of the index page (goroutines, threadcreate, one of the program's own), a path into /debug/vars if there
    /// is a dot in it, or a metric of /metrics, of which all samples are added up.
    #[arg(long, value_name = "CONDITION", value_parser = crate::values::condition)]
    pub on: Option<Condition>,

    /// With --on: time between two looks
    #[arg(long, value_name = "DURATION", default_value = "5s", requires = "on", value_parser = crate::values::duration)]
    pub poll: Duration,

    /// With --on: make this many captures, NAME-1, NAME-2 and so on
    #[arg(long, value_name = "N", default_value_t = 1, requires = "on", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub captures: u32,

    /// With --captures: shortest time from the end of one capture to the beginning of the next
    #[arg(long, value_name = "DURATION", default_value = "10m", requires = "on", value_parser = crate::values::duration)]
    pub cooldown: Duration,

    /// With --on: give up after this time without a capture
    #[arg(long, value_name = "DURATION", requires = "on", value_parser = crate::values::duration)]
    pub give_up: Option<Duration>,
}

/// A path on a server.
fn page(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_graphic() && c != '#';
    if text.starts_with('/') && text.len() <= 1000 && text.chars().all(plain) {
        Ok(text.to_owned())
    } else {
        Err(format!("`{text}` is not a path such as /version"))
    }
}
