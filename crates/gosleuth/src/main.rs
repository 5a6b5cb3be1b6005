//! The `gosleuth` binary: connects the streams of the process and makes the exit code.

use std::io::{self, BufWriter, IsTerminal as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    let terminal = io::stdout().is_terminal();
    let forbidden = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
        || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    let exit = gosleuth::run(
        std::env::args_os(),
        &mut gosleuth::Io {
            stdin: &mut io::stdin().lock(),
            stdout: &mut BufWriter::new(io::stdout().lock()),
            stderr: &mut io::stderr().lock(),
            color: terminal && !forbidden,
            width: terminal
                .then(terminal_size::terminal_size)
                .flatten()
                .map(|(width, _)| usize::from(width.0)),
            directory: std::env::current_dir().unwrap_or_default(),
        },
    );
    ExitCode::from(exit.code())
}
