//! Project automation: everything a contributor or the CI does to the repository beyond building it.
//!
//! Role: `tidy` holds the rules of the repository as data and checks them, `generate` writes the committed files that are
//! derived from code, `record` runs the fixture programs. Non-goals: nothing that the product needs at run time.

mod bigmodule;
mod checking;
mod conformance;
mod fuzz;
mod generate;
mod go;
mod record;
mod repository;
mod tidy;
mod truth;

use clap::Parser;

/// Project automation of gosleuth.
#[derive(Parser)]
#[command(name = "xtask", bin_name = "cargo xtask")]
enum Task {
    /// Check the rules of the repository: layers, walls, licences, files
    Tidy,
    /// Write the committed files that are derived from code
    Generate {
        /// `std`: the summary of the standard library, which needs Go and is not written otherwise
        part: Option<generate::Part>,
        /// Write nothing; fail if a file would change
        #[arg(long)]
        check: bool,
    },
    /// Compare gosleuth's answers with those of the Go toolchain
    #[command(subcommand)]
    Conformance(conformance::Oracle),
    /// Build the fuzz targets and run them
    Fuzz(fuzz::FuzzArgs),
    /// Run the fixture programs under several Go versions and keep what they leave behind
    Record(record::RecordArgs),
    /// Run the programs of testdata/families many times under Go and record which of them fail
    Truth(truth::TruthArgs),
    /// Write the dump of a real program with very many goroutines
    Bigdump(record::BigDumpArgs),
    /// Write goroutine profiles in which every goroutine has a stack of its own
    Bigprofile(record::BigProfileArgs),
    /// Write a module with many packages
    Bigmodule(bigmodule::BigModuleArgs),
}

fn main() -> anyhow::Result<()> {
    match Task::parse() {
        Task::Tidy => tidy::run(),
        Task::Generate {
            part: Some(generate::Part::Std),
            check: true,
        } => generate::std::check(),
        Task::Generate {
            part: Some(generate::Part::Std),
            check: false,
        } => generate::std::write(),
        Task::Generate {
            part: None,
            check: true,
        } => generate::check(),
        Task::Generate {
            part: None,
            check: false,
        } => generate::write(),
        Task::Conformance(oracle) => conformance::run(&oracle),
        Task::Fuzz(args) => fuzz::run(&args),
        Task::Record(args) => record::record(&args),
        Task::Truth(args) => truth::run(&args),
        Task::Bigdump(args) => record::big_dump(&args),
        Task::Bigprofile(args) => record::big_profile(&args),
        Task::Bigmodule(args) => bigmodule::run(&args),
    }
}
