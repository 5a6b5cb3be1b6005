//! The `gosleuth` binary.

fn main() -> std::process::ExitCode {
    let _ = <gosleuth::args::Cli as clap::Parser>::parse();
    std::process::ExitCode::from(2)
}
