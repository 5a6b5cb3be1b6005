//! Arguments of `ci`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{BuildArgs, FailLevel, RuleArgs};

pub(super) const CI_ABOUT: &str = "Check a change in continuous integration: one command, one summary, one exit code.

Runs `check` against the baseline, with the rule about ignored errors (RS007) in addition, and where Go is installed gofmt and go vet \
over the same packages. Writes SARIF, JUnit and a code quality report as files beside the text, and annotations for GitHub Actions \
where it runs there.";

pub(super) const CI_EXAMPLES: &str = "Examples:
  gosleuth ci                                       the whole module
  gosleuth ci --sarif gosleuth.sarif --junit gosleuth.xml
  gosleuth ci --new-from origin/main                only what a pull request brings
  gosleuth ci --gitlab gl-code-quality-report.json  for GitLab
  gosleuth ci --fail-on error --no-vet ./internal/...

Exit codes:
  0  nothing found
  1  a finding at or above --fail-on, a file that gofmt would change, or something that go vet says
  2  usage error, internal error, or nothing could be checked";

/// Arguments of `ci`.
#[derive(Clone, Debug, Args)]
pub struct CiArgs {
    /// Packages, as the go command takes them: ./..., import paths, directories
    #[arg(value_name = "PATTERNS", default_value = "./...")]
    pub patterns: Vec<String>,

    /// Which rules run.
    #[command(flatten)]
    pub rules: RuleArgs,

    /// File with findings that do not count [default: that of the configuration, or gosleuth-baseline.json if it is there]
    #[arg(long, value_name = "FILE", help_heading = "Known findings")]
    pub baseline: Option<PathBuf>,

    /// Only findings on lines that changed since this revision of Git; gofmt and go vet look at everything
    #[arg(long, value_name = "REV", help_heading = "Known findings")]
    pub new_from: Option<String>,

    /// Build configuration.
    #[command(flatten)]
    pub build: BuildArgs,

    /// Do not run gofmt
    #[arg(long, help_heading = "Hygiene")]
    pub no_fmt: bool,

    /// Do not run go vet
    #[arg(long, help_heading = "Hygiene")]
    pub no_vet: bool,

    /// Do not add RS007, the rule about ignored errors
    #[arg(long, help_heading = "Hygiene")]
    pub no_errors: bool,

    /// Write the findings as SARIF 2.1.0, for code scanning
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub sarif: Option<PathBuf>,

    /// Write the findings as JUnit XML
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub junit: Option<PathBuf>,

    /// Write the findings as a code quality report of GitLab
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub gitlab: Option<PathBuf>,

    /// Whether annotations of GitHub Actions are written to standard output; auto: where GITHUB_ACTIONS is `true`
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub annotations: AnnotationsArg,

    /// What makes exit code 1: a severity and what is worse, any, or never [default: any]
    #[arg(long, value_name = "LEVEL", help_heading = "Output")]
    pub fail_on: Option<FailLevel>,

    /// Configuration file
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    pub config: Option<PathBuf>,

    /// Check everything anew
    #[arg(long, help_heading = "Configuration")]
    pub no_cache: bool,
}

/// Whether annotations are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum AnnotationsArg {
    /// Where the environment is that of GitHub Actions
    #[default]
    Auto,
    /// Annotations of GitHub Actions
    Github,
    /// None
    None,
}
