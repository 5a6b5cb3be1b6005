//! Arguments of `case`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{BuildArgs, InspectArgs, ListFormatArg};
use crate::values::Budget;

pub(super) const CASE_ABOUT: &str = "Lay the source beside the evidence: what the code allows, and what the process did.

Reads evidence as `inspect` does and the source it comes from as `check` does, and joins the two. A goroutine that waits gets the places in \
the source where it could be released, and whether any goroutine of the process can still get there; one that waits for a lock gets the \
goroutine that holds it. A finding that the evidence shows is `corroborated`, one that nothing shows stays `suspected`. Builds in other \
directories, with -trimpath, and sources that have moved a little since the build are recognised.";

pub(super) const CASE_EXAMPLES: &str = "Examples:
  gosleuth case dump.txt                              the source is in this directory
  gosleuth case --source ~/src/shop dump1.txt dump2.txt
  gosleuth case --source git:v1.4.2 dump.txt          the source as it was in that revision
  gosleuth case --source . http://localhost:6060      ask a running process
  gosleuth case --logs app.log now.case               with the log on the same clock
  gosleuth case --format html -o case.html --source . dumps/

Exit codes:
  0  no suspect as far as this evidence shows
  1  at least one suspect at or above --fail-on
  2  usage error, internal error, or no suspect and an input that could not be read";

/// Arguments of `case`.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct CaseArgs {
    /// What else to do with a case.
    #[command(subcommand)]
    pub command: Option<CaseCommand>,

    /// Where the source is: a directory, or git:REV for a revision of the repository around this directory
    #[arg(long, value_name = "DIR|git:REV", default_value = ".", help_heading = "Source")]
    pub source: String,

    /// Packages of the source, as the go command takes them; may be repeated
    #[arg(long, value_name = "PATTERN", default_value = "./...", help_heading = "Source")]
    pub packages: Vec<String>,

    /// Build configuration.
    #[command(flatten)]
    pub build: BuildArgs,

    /// Leave out tests
    #[arg(long, help_heading = "Source")]
    pub no_tests: bool,

    /// Rules to run in addition to the default set
    #[arg(long, value_name = "WORDS", value_delimiter = ',', help_heading = "Source")]
    pub extend_select: Vec<String>,

    /// How much exploring schedules may take: none, small, default, large, or a factor such as 2.5
    #[arg(long, value_name = "BUDGET", help_heading = "Source")]
    pub budget: Option<Budget>,

    /// Check everything anew
    #[arg(long, help_heading = "Source")]
    pub no_cache: bool,

    /// A log of the program, for the time line; - is standard input; may be repeated
    ///
    /// JSON lines, logfmt, klog, access logs and text of any logger whose lines start with a time, compressed or not, in the wrapping of Docker,
    /// Kubernetes or journald. Errors, starts and ends are laid beside the evidence, and requests are found whose number (trace_id, request_id,
    /// correlation_id) goroutines carry as a pprof label.
    #[arg(long, value_name = "FILE", help_heading = "Logs")]
    pub logs: Vec<String>,

    /// Zone of times in logs that do not say it, such as +01:00
    #[arg(
        long,
        value_name = "ZONE",
        help_heading = "Logs",
        value_parser = crate::values::zone,
        allow_hyphen_values = true
    )]
    pub log_zone: Option<i32>,

    /// Evidence and output, as `inspect` has them.
    #[command(flatten)]
    pub inspect: InspectArgs,
}

/// What else to do with a case.
#[derive(Clone, Debug, Subcommand)]
pub enum CaseCommand {
    /// After a fix: what has become of each suspect
    #[command(long_about = VERIFY_ABOUT, after_long_help = VERIFY_EXAMPLES)]
    Verify(VerifyArgs),
    /// Write a Go test that shows a suspect or a finding
    #[command(long_about = REPRO_ABOUT, after_long_help = REPRO_EXAMPLES)]
    Repro(Box<ReproArgs>),
}

const VERIFY_ABOUT: &str = "After a fix: what has become of each suspect.

Judges the evidence taken before and that taken after the fix, and says of each suspect whether it is still there, gone (its code ran \
afterwards, and nobody is stuck there), or not exercised (nothing shows that its code ran, so nothing is known). New suspects are named too.";

const VERIFY_EXAMPLES: &str = "Examples:
  gosleuth case verify --before monday.case --after tuesday.case
  gosleuth case verify --before old1.txt --before old2.txt --after new/

Exit codes:
  0  no suspect is still there, and none is new
  1  a suspect is still there or new
  2  usage error, or an input that could not be read";

/// Arguments of `case verify`.
#[derive(Clone, Debug, Args)]
pub struct VerifyArgs {
    /// Evidence from before the fix; may be repeated
    #[arg(long, value_name = "FILE|DIR|URL", required = true)]
    pub before: Vec<String>,

    /// Evidence from after the fix; may be repeated
    #[arg(long, value_name = "FILE|DIR|URL", required = true)]
    pub after: Vec<String>,

    /// Form of the answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ListFormatArg,
}

const REPRO_ABOUT: &str = "Write a Go test that shows a suspect or a finding.

The test stands in the package of the fault. It calls the function in which the schedule of the finding begins, with arguments made up from \
their types (constructors of the package, functions and interfaces that are slow or fail, contexts that end), again and again, and fails when \
goroutines stand still where the finding says, when the function panics, or, for races, when Go's race detector sees them. It passes once the \
fault is gone. Nothing is run, and no file is overwritten.";

const REPRO_EXAMPLES: &str = "Examples:
  gosleuth case repro 1 dump.txt                       the first suspect of `gosleuth case dump.txt`
  gosleuth case repro --finding 9733d407f5e41034       a finding of `gosleuth check --format json`
  gosleuth case repro --finding 9733d407 -o - | less   only look at it
  gosleuth case repro 2 --source ~/src/shop dumps/ -o ~/src/shop/db/leak_test.go

Exit codes:
  0  the test is written
  2  usage error, no such suspect or finding, or a value is needed that cannot be made: --skeleton writes what there is";

/// Arguments of `case repro`.
#[derive(Clone, Debug, Args)]
pub struct ReproArgs {
    /// Number of the suspect in the report of `gosleuth case` with the same evidence
    #[arg(
        value_name = "SUSPECT",
        required_unless_present = "finding",
        conflicts_with = "finding"
    )]
    pub suspect: Option<usize>,

    /// Evidence, as `case` takes it
    #[arg(value_name = "EVIDENCE", conflicts_with = "finding")]
    pub evidence: Vec<String>,

    /// Fingerprint of a finding of `check`, or its beginning
    #[arg(long, value_name = "FINGERPRINT")]
    pub finding: Option<String>,

    /// Where to write the test: a file of the package, or - for standard output; by default zz_gosleuth_repro_test.go beside the fault
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<String>,

    /// Write a test that is skipped, with a TODO, where a value cannot be made
    #[arg(long)]
    pub skeleton: bool,

    /// Where the source is
    #[arg(long, value_name = "DIR", default_value = ".", help_heading = "Source")]
    pub source: String,

    /// Packages of the source, as the go command takes them; may be repeated
    #[arg(long, value_name = "PATTERN", default_value = "./...", help_heading = "Source")]
    pub packages: Vec<String>,

    /// Build configuration.
    #[command(flatten)]
    pub build: BuildArgs,

    /// Rules to run in addition to the default set
    #[arg(long, value_name = "WORDS", value_delimiter = ',', help_heading = "Source")]
    pub extend_select: Vec<String>,

    /// How much exploring schedules may take: none, small, default, large, or a factor such as 2.5
    #[arg(long, value_name = "BUDGET", help_heading = "Source")]
    pub budget: Option<Budget>,
}

impl CaseArgs {
    /// The directory of the source, or the revision it is taken from.
    pub fn source_place(&self) -> SourcePlace {
        match self.source.strip_prefix("git:") {
            Some(revision) => SourcePlace::Revision(revision.to_owned()),
            None => SourcePlace::Directory(PathBuf::from(&self.source)),
        }
    }
}

/// Where the source is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourcePlace {
    /// A directory.
    Directory(PathBuf),
    /// A revision of the repository around the working directory.
    Revision(String),
}
