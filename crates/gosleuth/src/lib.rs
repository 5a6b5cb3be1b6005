//! The command line: arguments, wiring, exit codes.
//!
//! Role: turns arguments into options of the libraries, opens what they name, and makes the exit code. It is a library so that
//! tests run it in their own process and so that documents are generated from the same arguments.
//!
//! Non-goals: nothing here parses evidence, judges it or formats a report.

pub mod args;
mod capture;
mod check;
mod commands;
mod config;
mod exec;
mod inputs;
mod live;
mod options;
mod revision;
pub mod values;

#[cfg(feature = "schema")]
pub use capture::schema as capture_schema;
#[cfg(feature = "schema")]
pub use commands::list::schema as list_schema;
#[cfg(feature = "schema")]
pub use commands::model::schema as model_schema;
#[cfg(feature = "schema")]
pub use config::schema as config_schema;

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use clap::Parser as _;
use clap::error::ErrorKind;

use args::{Cli, Command};

/// How a run ended: the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Nothing found.
    Clean,
    /// Suspects at or above `--fail-on`.
    Found,
    /// Usage error, internal error, nothing readable.
    Trouble,
    /// With `--exec`: the exit code of the program.
    Program(u8),
}

impl Exit {
    /// The number for the operating system.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Found => 1,
            Self::Trouble => 2,
            Self::Program(code) => code,
        }
    }
}

/// What surrounds a run. Tests pass buffers, the binary passes the streams of the process.
pub struct Io<'a> {
    /// Standard input.
    pub stdin: &'a mut dyn Read,
    /// Standard output.
    pub stdout: &'a mut dyn Write,
    /// Standard error.
    pub stderr: &'a mut dyn Write,
    /// Whether standard output is a terminal that shows colour and the user did not forbid it.
    pub color: bool,
    /// Columns of the terminal, if standard output is one.
    pub width: Option<usize>,
    /// Where a configuration file is looked for, and what relative paths mean.
    pub directory: PathBuf,
}

/// Runs the command line `words` (the first one is the program's name).
pub fn run(words: impl IntoIterator<Item = OsString>, io: &mut Io<'_>) -> Exit {
    let result = match Cli::try_parse_from(words) {
        Ok(cli) => match cli.command {
            Command::Capture(args) => commands::capture::run(&args, io),
            Command::Case(args) => commands::case::run(&args, io),
            Command::Check(args) => commands::check::run(&args, io),
            Command::Ci(args) => commands::ci::run(&args, io),
            Command::Inspect(args) => commands::inspect::run(&args, io),
            Command::List(args) => commands::list::run(&args, io),
            Command::Model(args) => commands::model::run(&args, io),
            Command::Trace(args) => commands::trace::run(&args, io),
            Command::Rules(args) => commands::rules::run(&args, io),
            Command::Explain(args) => commands::explain::run(&args, io),
            Command::Completions(args) => commands::completions::run(&args, io),
        },
        Err(error) => usage(&error, io),
    };
    let result = result.and_then(|exit| Ok(io.stdout.flush().map(|()| exit)?));
    result.unwrap_or_else(|error| {
        if is_broken_pipe(&error) {
            // Whoever reads has seen enough.
            return Exit::Clean;
        }
        let _ = writeln!(io.stderr, "gosleuth: {error:#}");
        Exit::Trouble
    })
}

/// Help and version go to standard output and are success; everything else is a usage error.
fn usage(error: &clap::Error, io: &mut Io<'_>) -> anyhow::Result<Exit> {
    let text = error.render();
    let text = if io.color {
        text.ansi().to_string()
    } else {
        text.to_string()
    };
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            io.stdout.write_all(text.as_bytes())?;
            Ok(Exit::Clean)
        }
        _ => {
            io.stderr.write_all(text.as_bytes())?;
            Ok(Exit::Trouble)
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}
