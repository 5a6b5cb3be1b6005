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
