//! The command line as data: every flag with its help text.
//!
//! Help, man pages, shell completions and `docs/cli.md` are made from what stands here; nothing else describes a flag.
//! Non-goals: no I/O. What a flag does is decided in `commands`.

mod capture;
mod case;
mod check;
mod ci;
mod model;
mod trace;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::values::{ByteSize, FailOn, HeapRate};

pub use capture::{CaptureArgs, SeriesArgs, TriggerArgs};
pub use case::{CaseArgs, CaseCommand, ReproArgs, SourcePlace, VerifyArgs};
pub use check::{
    CheckArgs, CheckFormatArg, CheckOutputArgs, FailLevel, FixArgs, KnownArgs, PageFormatArg, RuleArgs, RulesArgs,
};
pub use ci::{AnnotationsArg, CiArgs};
pub use model::{ModelArgs, ModelFormatArg};
pub use trace::{TraceArgs, TraceFormatArg, TraceStateArg, TraceView};

/// Find, prove and explain how Go programs hang, leak goroutines, race and panic.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "gosleuth",
    version,
    max_term_width = 110,
    subcommand_required = true,
    arg_required_else_help = true
)]
#[command(
    after_help = "Exit codes: 0 nothing found, 1 findings or suspects, 2 usage error, internal error or unreadable input."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Take everything that explains an incident from running processes, without harming them, into one file
    #[command(long_about = capture::CAPTURE_ABOUT, after_long_help = capture::CAPTURE_EXAMPLES)]
    Capture(Box<CaptureArgs>),
    /// Lay the source beside the evidence: what the code allows, and what the process did
    #[command(long_about = case::CASE_ABOUT, after_long_help = case::CASE_EXAMPLES)]
    Case(Box<CaseArgs>),
    /// Find concurrency faults in Go source: leaks, deadlocks, races, panics, lost contexts, unclosed resources
    #[command(long_about = check::CHECK_ABOUT, after_long_help = check::CHECK_EXAMPLES)]
    Check(Box<CheckArgs>),
    /// Check a change in continuous integration: findings, gofmt, go vet, with reports and one exit code
    #[command(long_about = ci::CI_ABOUT, after_long_help = ci::CI_EXAMPLES)]
    Ci(Box<CiArgs>),
    /// Explain what a Go process left behind: dumps, profiles, crashes, race reports, runtime logs
    #[command(long_about = INSPECT_ABOUT, after_long_help = INSPECT_EXAMPLES)]
    Inspect(Box<InspectArgs>),
    /// Show which packages and files would be analysed, and why others would not
    #[command(long_about = LIST_ABOUT, after_long_help = LIST_EXAMPLES)]
    List(ListArgs),
    /// Show what one function and its goroutines do to channels and locks, and whether that can hang or panic
    #[command(long_about = model::MODEL_ABOUT, after_long_help = model::MODEL_EXAMPLES)]
    Model(Box<ModelArgs>),
    /// Read an execution trace: who waits for what, who wakes whom, what the scheduler does
    #[command(long_about = trace::TRACE_ABOUT, after_long_help = trace::TRACE_EXAMPLES)]
    Trace(Box<TraceArgs>),
    /// List the rules of `check`
    #[command(after_long_help = "Examples:\n  gosleuth rules\n  gosleuth rules GL,strict --format json")]
    Rules(RulesArgs),
    /// Show the page of a rule or of a catalogue entry, or the list of all
    #[command(
        after_long_help = "Examples:\n  gosleuth explain\n  gosleuth explain GL001\n  gosleuth explain all-goroutines-asleep"
    )]
    Explain(ExplainArgs),
    /// Print a completion script for a shell
    #[command(
        after_long_help = "Examples:\n  gosleuth completions bash > ~/.local/share/bash-completion/completions/gosleuth"
    )]
    Completions(CompletionsArgs),
}

const INSPECT_ABOUT: &str = "Explain what a Go process left behind.

Reads goroutine dumps (SIGQUIT, debug=2, crash output, runtime.Stack), goroutine, goroutineleak, block, mutex, threadcreate \
and heap profiles (debug=1 and protobuf), panics and fatal errors, race reports, gctrace, schedtrace and scavtrace lines, \
/debug/vars, Prometheus text, compiler escape output and go test -json. The kind is found by content, not by name; inputs may \
be compressed with gzip or zstd, wrapped by Kubernetes, Docker, journald or a logger, and mixed in one log. Nothing of Go needs \
to be installed.

Several inputs are one investigation: snapshots of one process in the order of their times show growth.";

const INSPECT_EXAMPLES: &str = "Examples:
  gosleuth inspect dump.txt                      explain a dump
  kubectl logs -p api-7d9f | gosleuth inspect -  explain why a pod died
  gosleuth inspect 10h00.txt 10h05.txt           what grew in between
  gosleuth inspect --baseline good.txt bad.txt   what is different
  gosleuth inspect http://localhost:6060         ask a running process
  gosleuth inspect --exec -- go test ./...       run something and explain its death
  gosleuth inspect --state 'chan send' --group-by creator dump.txt
  gosleuth inspect --format html -o report.html dump.txt

Exit codes:
  0  no suspect as far as this evidence shows, and every input was read
  1  at least one suspect at or above --fail-on, even if an input could not be read
  2  usage error, internal error, or no suspect and an input that could not be read";

const LIST_ABOUT: &str = "Show which packages and files would be analysed, and why others would not.

Finds modules, packages and files as the go command does: go.mod, go.work, vendor, replace, the module cache, build constraints and \
file names, tests, cgo. Go need not be installed, and nothing is downloaded or written. Without a pattern, ./... is meant.";

const LIST_EXAMPLES: &str = "Examples:
  gosleuth list                       every package below this directory
  gosleuth list -v ./server           one package with its files
  gosleuth list --ignored ./...       what is left out, and why
  gosleuth list --deps --test ./...   dependencies too, those of tests included
  gosleuth list --goos windows --tags integration ./...
  gosleuth list --format json ./... | jq -r '.packages[].dir'

Exit codes:
  0  the packages are listed; what is missing or wrong stands on standard error
  2  usage error, or a pattern that names nothing";

/// Arguments of `list`.
#[derive(Clone, Debug, Args)]
pub struct ListArgs {
    /// Packages: directories (./server, ./...), import paths (net/http, example.com/...), std, cmd, all, or Go files
    #[arg(value_name = "PATTERN")]
    pub patterns: Vec<String>,

    /// The build.
    #[command(flatten)]
    pub build: BuildArgs,

    /// List what the packages import too, directly or not
    #[arg(long)]
    pub deps: bool,

    /// With what their tests import
    ///
    /// Test files are listed in any case; this also looks for the packages that only tests need.
    #[arg(long)]
    pub test: bool,

    /// Say which directories and files are left out, and why
    #[arg(long)]
    pub ignored: bool,

    /// Name the files and imports of each package
    #[arg(short, long)]
    pub verbose: bool,

    /// Form of the list
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ListFormatArg,
}

/// What the build is for.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Build")]
pub struct BuildArgs {
    /// Build tags, with commas between them; instead of those of GOFLAGS
    #[arg(long, value_name = "TAG,TAG")]
    pub tags: Option<String>,

    /// Operating system of the build, instead of GOOS or that of this machine
    #[arg(long, value_name = "OS")]
    pub goos: Option<String>,

    /// Processor of the build, instead of GOARCH or that of this machine
    #[arg(long, value_name = "ARCH")]
    pub goarch: Option<String>,
}

/// Form of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ListFormatArg {
    /// For a person at a terminal
    #[default]
    Text,
    /// One versioned document for programs
    Json,
}

/// Arguments of `inspect`.
#[derive(Clone, Debug, Args)]
pub struct InspectArgs {
    /// Files, directories, URLs, or - for standard input
    ///
    /// A directory stands for all files below it, sorted by name. A URL is the root of a server with net/http/pprof
    /// (http://host:6060), its index page, or one profile (http://host:6060/debug/pprof/goroutine?debug=2).
    #[arg(value_name = "FILE|DIR|URL|-", required_unless_present = "exec")]
    pub inputs: Vec<String>,

    /// Evidence of a good state, to compare the inputs with; may be given several times
    #[arg(long, value_name = "FILE|URL")]
    pub baseline: Vec<String>,

    /// Flags for `--exec`.
    #[command(flatten)]
    pub exec: ExecArgs,

    /// Filters and shape of the group table.
    #[command(flatten)]
    pub query: QueryArgs,

    /// Thresholds.
    #[command(flatten)]
    pub thresholds: ThresholdArgs,

    /// Output.
    #[command(flatten)]
    pub output: OutputArgs,

    /// Live processes.
    #[command(flatten)]
    pub live: LiveArgs,

    /// Configuration file
    ///
    /// Without this flag, gosleuth.toml of the current directory or of the nearest directory above it. Flags win over the file.
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    pub config: Option<PathBuf>,

    /// Read no configuration file
    #[arg(long, help_heading = "Configuration", conflicts_with = "config")]
    pub no_config: bool,
}

/// Running a program.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Running a program")]
pub struct ExecArgs {
    /// Run CMD, pass its output through, and explain how it died
    ///
    /// Signals are passed on. Ctrl-C, and --timeout, send SIGQUIT first so that the Go runtime prints every goroutine; what does
    /// not end within ten seconds after that is killed. GOTRACEBACK=all is set unless it is set already. The exit code is 1 if
    /// there is a suspect, else that of CMD (128 + N if signal N ended it).
    #[arg(long, requires = "program")]
    pub exec: bool,

    /// Ask CMD for a dump with SIGQUIT and end it after this time, for example 90s or 10m
    #[arg(long, value_name = "DURATION", requires = "exec", value_parser = crate::values::duration)]
    pub timeout: Option<Duration>,

    /// The program and its arguments
    #[arg(value_name = "CMD", last = true, requires = "exec")]
    pub program: Vec<std::ffi::OsString>,
}

/// Filters and shape of the group table. They change what is shown, not what is judged.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Group table")]
pub struct QueryArgs {
    /// Only goroutines in this state; a prefix, so `chan` is every channel operation. May be repeated
    #[arg(long, value_name = "STATE")]
    pub state: Vec<String>,

    /// Only goroutines that have waited at least this long, in whole minutes (5m, 2h)
    #[arg(long, value_name = "DURATION", value_parser = crate::values::duration)]
    pub min_wait: Option<Duration>,

    /// Only stacks with this text in a function or file:line. May be repeated: any of them
    #[arg(long = "match", value_name = "TEXT")]
    pub matching: Vec<String>,

    /// Only stacks without this text in any function or file:line. May be repeated: none of them
    #[arg(long, value_name = "TEXT")]
    pub without: Vec<String>,

    /// Only goroutines whose creation site has this text. May be repeated
    #[arg(long, value_name = "TEXT")]
    pub created_by: Vec<String>,

    /// Only goroutines with this pprof label: KEY or KEY=VALUE. May be repeated
    #[arg(long, value_name = "KEY[=VALUE]")]
    pub label: Vec<String>,

    /// What makes goroutines one group
    #[arg(long, value_name = "WHAT", default_value = "stack")]
    pub group_by: GroupByArg,

    /// With --group-by label: the key to group by; without it, the whole label set
    #[arg(long, value_name = "KEY")]
    pub label_key: Option<String>,

    /// Most rows of each list after the suspects; 0 shows all [default: 10, in HTML 2000, in JSON all]
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,

    /// Show whole stacks, with frames of the runtime and the standard library, and every group
    #[arg(long)]
    pub full: bool,

    /// Tell apart stacks that differ only in arguments
    #[arg(long)]
    pub exact: bool,
}

/// What makes one group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum GroupByArg {
    /// Equal stacks
    #[default]
    Stack,
    /// Equal innermost frame
    Top,
    /// Equal first frame of the program's own code
    Site,
    /// Equal creation site
    Creator,
    /// Equal pprof label
    Label,
}

/// Limits of the life-cycle model; `docs/inspect.md` explains each.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Thresholds")]
pub struct ThresholdArgs {
    /// Goroutines of one process that are too many [default: 5000]
    #[arg(long, value_name = "N")]
    pub max_goroutines: Option<u64>,

    /// Blocked at one site longer than this is too long [default: 5m]
    #[arg(long, value_name = "DURATION", value_parser = crate::values::duration)]
    pub max_blocked: Option<Duration>,

    /// Heap growth per minute that is too fast [default: 2GiB]
    #[arg(long, value_name = "SIZE")]
    pub max_heap_growth: Option<HeapRate>,

    /// 99th percentile of garbage collector pauses that is too long [default: 200ms]
    #[arg(long, value_name = "DURATION", value_parser = crate::values::duration)]
    pub max_gc_pause: Option<Duration>,

    /// Share of processor time for the garbage collector that is too large, percent [default: 25]
    #[arg(long, value_name = "PERCENT")]
    pub max_gc_cpu: Option<f64>,

    /// Runnable goroutines per processor that are too many [default: 10]
    #[arg(long, value_name = "N")]
    pub max_run_queue: Option<f64>,

    /// With several snapshots: forecast when this many goroutines are reached [default: 100000]
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
}

/// What is written, where, and what makes the exit code.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Form of the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: FormatArg,

    /// Write the report to FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// When to use colour; NO_COLOR is honoured
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,

    /// Leave out what may be private: label values, arguments, directories of paths, panic values, host names
    #[arg(long)]
    pub redact: bool,

    /// What makes exit code 1: a verdict (proved, corroborated, observed), a severity (error, warning, advice), any, or never
    ///
    /// A verdict stands for itself and every more certain one, a severity for itself and every worse one.
    #[arg(long, value_name = "LEVEL")]
    pub fail_on: Option<FailOn>,

    /// Say nothing on standard error but errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// Form of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// For a person at a terminal
    #[default]
    Text,
    /// One versioned document for programs
    Json,
    /// For an incident ticket
    Markdown,
    /// One self-contained page with search, stack picture and growth chart
    Html,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to ask a running process, and how.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Live processes")]
pub struct LiveArgs {
    /// Take this many snapshots
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub count: u32,

    /// Time between two snapshots
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = crate::values::duration)]
    pub interval: Duration,

    /// The requests.
    #[command(flatten)]
    pub request: RequestArgs,
}

/// Which requests may be made, and how.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Live processes")]
pub struct RequestArgs {
    /// Ask for every stack with wait times (goroutine?debug=2), which stops the target while it is written
    ///
    /// auto asks only below --stacks-cap goroutines; --stacks alone means always.
    #[arg(long, value_name = "WHEN", default_value = "auto", default_missing_value = "always", num_args = 0..=1, require_equals = true)]
    pub stacks: WhenArg,

    /// With --stacks=auto: most goroutines for which every stack is asked
    #[arg(long, value_name = "N", default_value_t = 5_000)]
    pub stacks_cap: u64,

    /// Ask for the goroutineleak profile, which forces a garbage collection in the target
    ///
    /// auto asks only below --leaks-cap goroutines that wait for a lock, because the profile's cost is the square of the waiters of
    /// one mutex; --leaks alone means always.
    #[arg(long, value_name = "WHEN", default_value = "auto", default_missing_value = "always", num_args = 0..=1, require_equals = true)]
    pub leaks: WhenArg,

    /// With --leaks=auto: most waiting goroutines for which the leak profile is asked
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub leaks_cap: u64,

    /// Time between two requests
    #[arg(long, value_name = "DURATION", default_value = "100ms", value_parser = crate::values::duration)]
    pub spacing: Duration,

    /// Longest time to connect
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = crate::values::duration)]
    pub connect_timeout: Duration,

    /// Longest time until the target begins to answer
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = crate::values::duration)]
    pub read_timeout: Duration,

    /// Longest time for one request
    #[arg(long, value_name = "DURATION", default_value = "2m", value_parser = crate::values::duration)]
    pub total_timeout: Duration,

    /// Most bytes of one response; the rest is left out and said so
    #[arg(long, value_name = "SIZE", default_value = "256MB")]
    pub max_response: ByteSize,

    /// Extra request header, NAME: VALUE, or @FILE with one per line. May be repeated
    #[arg(long, value_name = "HEADER|@FILE")]
    pub header: Vec<String>,

    /// File that holds a bearer token
    #[arg(long, value_name = "FILE", conflicts_with = "user")]
    pub bearer_file: Option<PathBuf>,

    /// User and password for basic authentication, NAME:PASSWORD, or @FILE that holds them
    #[arg(long, value_name = "NAME:PASSWORD|@FILE")]
    pub user: Option<String>,

    /// Certificate authorities to trust, PEM, instead of those of the system
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,

    /// Client certificate, PEM
    #[arg(long, value_name = "FILE", requires = "key")]
    pub cert: Option<PathBuf>,

    /// Key of the client certificate, PEM
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub key: Option<PathBuf>,

    /// Do not verify the target's certificate
    #[arg(long)]
    pub insecure: bool,
}

/// When to make an expensive request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum WhenArg {
    /// When it is cheap enough
    #[default]
    Auto,
    /// Whatever it costs
    Always,
    /// Not at all
    Never,
}

/// Arguments of `explain`.
#[derive(Clone, Debug, Args)]
pub struct ExplainArgs {
    /// Code or name of a rule, or id of a catalogue entry; without it, the list of all
    #[arg(value_name = "RULE|ENTRY")]
    pub entry: Option<String>,

    /// Form of the page
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: PageFormatArg,
}

/// Arguments of `completions`.
#[derive(Clone, Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// The command line as clap knows it, for whoever makes documents from it.
pub fn command() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        command().debug_assert();
    }

    /// `--help` of everything says something about every flag.
    #[test]
    fn every_flag_has_a_help_text() {
        fn look(command: &clap::Command) {
            for argument in command.get_arguments() {
                assert!(
                    argument.get_help().is_some(),
                    "{} {}",
                    command.get_name(),
                    argument.get_id()
                );
            }
            for command in command.get_subcommands() {
                assert!(command.get_about().is_some(), "{}", command.get_name());
                look(command);
            }
        }
        look(&command());
    }

    #[test]
    fn stacks_alone_means_always() {
        let parse = |words: &[&str]| match Cli::try_parse_from(words).map(|cli| cli.command) {
            Ok(Command::Inspect(args)) => args.live.request.stacks,
            other => panic!("{other:?}"),
        };
        assert_eq!(parse(&["gosleuth", "inspect", "x"]), WhenArg::Auto);
        assert_eq!(parse(&["gosleuth", "inspect", "--stacks", "x"]), WhenArg::Always);
        assert_eq!(parse(&["gosleuth", "inspect", "--stacks=never", "x"]), WhenArg::Never);
    }

    #[test]
    fn exec_needs_a_program_and_the_other_way_round() {
        assert!(Cli::try_parse_from(["gosleuth", "inspect", "--exec"]).is_err());
        assert!(Cli::try_parse_from(["gosleuth", "inspect", "x", "--", "true"]).is_err());
        assert!(Cli::try_parse_from(["gosleuth", "inspect", "--exec", "--", "true"]).is_ok());
        assert!(Cli::try_parse_from(["gosleuth", "inspect"]).is_err());
    }
}
