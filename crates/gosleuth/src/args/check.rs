//! Arguments of `check` and `rules`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{BuildArgs, ColorArg};
use crate::values::Budget;

pub(super) const CHECK_ABOUT: &str = "Find concurrency faults in Go source.

Reads the packages that PATTERNS name, as `go build` would with their tests, and reports goroutine leaks, deadlocks, data races, \
panics, lost contexts and unclosed resources, each with why it happens and what to do. No Go toolchain is run; the standard library \
is read from GOROOT.

A comment `//gosleuth:ignore CODE -- reason` on a line, or above a line or declaration, suppresses a finding.";

pub(super) const CHECK_EXAMPLES: &str = "Examples:
  gosleuth check ./...                           the whole module
  gosleuth check --select GL,DL ./internal/...   only leaks and deadlocks
  gosleuth check --extend-select strict ./...    noisier rules too
  gosleuth check --fix ./...                     apply what is safe
  gosleuth check --diff --unsafe ./...           show every change that could be made
  gosleuth check --new-from origin/main ./...    only what this branch brings
  gosleuth check --baseline known.json ./...     only what is not known
  gosleuth check --format sarif -o out.sarif ./...
  gosleuth check --explain-schedule 5f0c2a --format html -o out.html ./...

Exit codes:
  0  nothing found
  1  at least one finding at or above --fail-on
  2  usage error, internal error, or nothing could be checked";

/// Arguments of `check`.
#[derive(Clone, Debug, Args)]
pub struct CheckArgs {
    /// Packages, as the go command takes them: ./..., import paths, directories, files
    #[arg(value_name = "PATTERNS", default_value = "./...")]
    pub patterns: Vec<String>,

    /// Which rules run.
    #[command(flatten)]
    pub rules: RuleArgs,

    /// Changes.
    #[command(flatten)]
    pub fixes: FixArgs,

    /// What is known already.
    #[command(flatten)]
    pub known: KnownArgs,

    /// Build configuration.
    #[command(flatten)]
    pub build: BuildArgs,

    /// Leave out tests
    #[arg(long, help_heading = "Build")]
    pub no_tests: bool,

    /// Output.
    #[command(flatten)]
    pub output: CheckOutputArgs,

    /// Configuration file
    ///
    /// Without this flag, gosleuth.toml of the current directory or of the nearest directory above it. Flags win over the file.
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    pub config: Option<PathBuf>,

    /// Read no configuration file
    #[arg(long, help_heading = "Configuration", conflicts_with = "config")]
    pub no_config: bool,

    /// Check everything anew
    ///
    /// What was found out about packages that did not change is kept in GOSLEUTH_CACHE, or where the platform keeps caches.
    #[arg(long, help_heading = "Configuration")]
    pub no_cache: bool,
}

/// Which rules run. Each word is a code, a prefix of one, a name, a set (default, strict, advice) or ALL.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Rules")]
pub struct RuleArgs {
    /// Rules to run, in place of the default set
    ///
    /// Words with commas between: codes (GL001), prefixes (GL), names (lock-copied), sets (default, strict, advice) or ALL.
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    pub select: Vec<String>,

    /// Rules to run in addition
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    pub extend_select: Vec<String>,

    /// Rules not to run; the more exact word wins
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    pub ignore: Vec<String>,

    /// How much exploring schedules may take: none, small, default, large, or a factor such as 2.5
    ///
    /// It is counted in instructions, not in time: the same budget finds the same.
    #[arg(long, value_name = "BUDGET")]
    pub budget: Option<Budget>,
}

/// Changes of source files.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Fixes")]
pub struct FixArgs {
    /// Apply fixes that are safe, and report what is left
    #[arg(long)]
    pub fix: bool,

    /// With --fix or --diff: also changes that may alter what the program does
    #[arg(long)]
    pub r#unsafe: bool,

    /// Show the changes that --fix would make, and change nothing
    #[arg(long, conflicts_with = "fix")]
    pub diff: bool,
}

/// What is known already and does not count.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Known findings")]
pub struct KnownArgs {
    /// File with findings that do not count
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// Write the findings of this run to the baseline file [default: gosleuth-baseline.json]
    #[arg(long)]
    pub write_baseline: bool,

    /// Only findings on lines that changed since this revision of Git, files that Git does not know included
    #[arg(long, value_name = "REV")]
    pub new_from: Option<String>,
}

/// What is written, where, and what makes the exit code.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct CheckOutputArgs {
    /// Form of the findings
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: CheckFormatArg,

    /// Write the findings to FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Show one finding with its whole schedule, the source of each step and a picture: text, or --format html or json
    ///
    /// FINGERPRINT is that of the finding, or its beginning; `--format json` has it, and so have findings whose schedule is cut.
    #[arg(long, value_name = "FINGERPRINT")]
    pub explain_schedule: Option<String>,

    /// Say of each goroutine that is started what a review asks: a table instead of findings (text, markdown or json)
    ///
    /// Does it recover, can it be cancelled, does it end by itself, does somebody wait for it, do its deferred functions block, has it a time
    /// limit. Tests are left out. The exit code is 0.
    #[arg(long, conflicts_with_all = ["explain_schedule", "statistics", "fail_on", "fix", "diff", "write_baseline", "new_from"])]
    pub checklist: bool,

    /// Also say how many findings each rule has
    #[arg(long)]
    pub statistics: bool,

    /// When to use colour; NO_COLOR is honoured
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArg,

    /// What makes exit code 1: a severity and what is worse, any, or never [default: any]
    #[arg(long, value_name = "LEVEL")]
    pub fail_on: Option<FailLevel>,

    /// Show no progress
    #[arg(short, long)]
    pub quiet: bool,
}

/// Form of findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CheckFormatArg {
    /// For a person at a terminal, with excerpts of the source
    #[default]
    Text,
    /// One line a finding
    Concise,
    /// One versioned document for programs
    Json,
    /// SARIF 2.1.0 for code scanning
    Sarif,
    /// JUnit XML
    Junit,
    /// Annotations of GitHub Actions
    Github,
    /// Code quality report of GitLab
    Gitlab,
    /// For a ticket or a pull request
    Markdown,
    /// With --explain-schedule: a page with a picture
    Html,
}

/// From which severity on a finding makes exit code 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FailLevel {
    /// Every finding
    #[default]
    Any,
    /// Advice, warnings and errors
    Advice,
    /// Warnings and errors
    Warning,
    /// Errors
    Error,
    /// None
    Never,
}

/// Arguments of `rules`.
#[derive(Clone, Debug, Args)]
pub struct RulesArgs {
    /// Only these rules: codes, prefixes, names, sets or ALL
    #[arg(value_name = "WORDS", value_delimiter = ',')]
    pub words: Vec<String>,

    /// Form of the list
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: PageFormatArg,
}

/// Form of lists and pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum PageFormatArg {
    /// For a person at a terminal
    #[default]
    Text,
    /// Markdown
    Markdown,
    /// For programs
    Json,
}
