//! Oracles: gosleuth's answers beside those of the Go toolchain, on real code. They need Go, take minutes, and are run by hand; their scores
//! are committed in `testdata/conformance`, which lists what does not agree.

mod cost;
mod export;
mod findings;
mod fixes;
mod list;
mod parse;
mod race;
mod repro;
mod spin;
mod sums;
mod suspects;
mod trace;
mod types;
mod vet;

use anyhow::Result;

/// What to compare.
#[derive(clap::Subcommand)]
pub(crate) enum Oracle {
    /// What exploring costs: CPU time of each function
    Cost(cost::CostArgs),
    /// Exported traces with the readers of Perfetto, DuckDB and Arrow
    Export(export::ExportArgs),
    /// Fixes, applied to a copy of real code
    Fixes(fixes::FixesArgs),
    /// Packages, files and imports with go list
    List(list::ListArgs),
    /// Trees with go/parser
    Parse(parse::ParseArgs),
    /// Explored schedules with SPIN
    Spin(spin::SpinArgs),
    /// Races with Go's tests of its race detector
    Race(race::RaceArgs),
    /// Tests of `case repro` with what they should show
    Repro(repro::ReproArgs),
    /// Events of execution traces with go tool trace
    Trace(trace::TraceArgs),
    /// Suspects of execution traces against what the traced programs are known to do wrong
    Suspects(suspects::SuspectArgs),
    /// Objects and types with go/types
    Types(types::TypesArgs),
    /// Findings with go vet and staticcheck
    Vet(vet::VetArgs),
    /// One run of `types --speed`
    #[command(hide = true)]
    TypesRun(types::RunArgs),
}

/// Compares and prints the score.
pub(crate) fn run(oracle: &Oracle) -> Result<()> {
    match oracle {
        Oracle::Cost(args) => cost::run(args),
        Oracle::Export(args) => export::run(args),
        Oracle::Fixes(args) => fixes::run(args),
        Oracle::List(args) => list::run(args),
        Oracle::Parse(args) => parse::run(args),
        Oracle::Spin(args) => spin::run(args),
        Oracle::Race(args) => race::run(args),
        Oracle::Repro(args) => repro::run(args),
        Oracle::Trace(args) => trace::run(args),
        Oracle::Suspects(args) => suspects::run(args),
        Oracle::Types(args) => types::run(args),
        Oracle::Vet(args) => vet::run(args),
        Oracle::TypesRun(args) => types::once(args),
    }
}

#[expect(clippy::print_stdout, reason = "scores are the output")]
pub(crate) fn say(line: impl std::fmt::Display) {
    println!("{line}");
}
