//! Arguments of `model`.

use clap::{Args, ValueEnum};

use super::BuildArgs;
use crate::values::Budget;

pub(super) const MODEL_ABOUT: &str = "Show what one function and its goroutines do to channels and locks, and whether that can hang or panic.

The function is executed in every order in which its goroutines can take turns, within bounds, as `check` does. What is shown is what is left of \
it then: channels, locks, counters, contexts and timers, and for each goroutine its operations on them with what can come next; then the \
verdict, with a schedule for each failure. Code of other packages is not followed.";

pub(super) const MODEL_EXAMPLES: &str = "Examples:
  gosleuth model '(*Pool).Close' ./pool       a method
  gosleuth model example.com/app/pool.New     a function by its whole symbol
  gosleuth model TestPool --format json
  gosleuth model TestPool --promela > pool.pml && spin -run pool.pml

Exit codes:
  0  no failure was found
  1  a schedule leads to a failure
  2  usage error, or no function or several are meant";

/// Arguments of `model`.
#[derive(Clone, Debug, Args)]
pub struct ModelArgs {
    /// The function: its symbol as stack traces have it, or the end of it behind a dot or slash
    ///
    /// `(*T).Method`, `T.Method`, `pkg.Func`, `example.com/app/pkg.(*T).Method`. Tests are functions too.
    #[arg(value_name = "FUNC")]
    pub function: String,

    /// Packages to look in, as the go command takes them [default: ./...]
    #[arg(value_name = "PATTERNS")]
    pub patterns: Vec<String>,

    /// Build configuration.
    #[command(flatten)]
    pub build: BuildArgs,

    /// Form of the model
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ModelFormatArg,

    /// Write the model in Promela, the language of SPIN
    #[arg(long, conflicts_with = "format")]
    pub promela: bool,

    /// Most different states of the whole program
    #[arg(long, value_name = "N", default_value_t = 100_000, help_heading = "Bounds")]
    pub states: u32,

    /// Most steps of one schedule
    #[arg(long, value_name = "N", default_value_t = 5_000, help_heading = "Bounds")]
    pub steps: u32,

    /// Most branches of one schedule on what the program leaves open
    #[arg(long, value_name = "N", default_value_t = 4, help_heading = "Bounds")]
    pub guesses: u32,

    /// How many instructions exploring may take: small, default, large, or a factor such as 2.5
    #[arg(long, value_name = "BUDGET", default_value = "default", help_heading = "Bounds")]
    pub budget: Budget,
}

/// Form of a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ModelFormatArg {
    /// For a person at a terminal
    #[default]
    Text,
    /// One versioned document for programs
    Json,
}
