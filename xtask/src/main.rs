//! Project automation. `cargo xtask help` lists the commands.

mod record;

use clap::Parser;

/// Project automation of gosleuth.
#[derive(Parser)]
#[command(name = "xtask", bin_name = "cargo xtask")]
enum Task {
    /// Run the fixture programs under several Go versions and keep what they leave behind
    Record(record::RecordArgs),
    /// Write the dump of a real program with very many goroutines
    Bigdump(record::BigDumpArgs),
    /// Write goroutine profiles in which every goroutine has a stack of its own
    Bigprofile(record::BigProfileArgs),
}

fn main() -> anyhow::Result<()> {
    match Task::parse() {
        Task::Record(args) => record::record(&args),
        Task::Bigdump(args) => record::big_dump(&args),
        Task::Bigprofile(args) => record::big_profile(&args),
    }
}
