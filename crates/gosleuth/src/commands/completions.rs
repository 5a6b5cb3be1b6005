//! `gosleuth completions`: a completion script for a shell.

use anyhow::Result;

use crate::args::{CompletionsArgs, command};
use crate::{Exit, Io};

pub(crate) fn run(args: &CompletionsArgs, io: &mut Io<'_>) -> Result<Exit> {
    // Into memory first: the generator panics where a write fails, and a closed pipe is no reason to.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "gosleuth", &mut script);
    io.stdout.write_all(&script)?;
    Ok(Exit::Clean)
}
