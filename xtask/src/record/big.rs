//! Evidence that is too large to be kept: made on demand, for benchmarks and limits.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::{HOME, copy_module, programs, remake, repository_root, say, toolchain};

/// Arguments of `cargo xtask bigdump`.
#[derive(clap::Args)]
pub(crate) struct BigDumpArgs {
    /// Number of goroutines in the dump
    #[arg(long, default_value_t = 1_000_000)]
    goroutines: u64,
    /// How long the older half of the goroutines has waited, as Go writes durations
    #[arg(long, default_value = "130s")]
    age: String,
    /// Go version that makes the dump
    #[arg(long = "go", default_value = "1.27")]
    version: String,
    /// File to write
    #[arg(long)]
    out: PathBuf,
}

/// Arguments of `cargo xtask bigprofile`.
#[derive(clap::Args)]
pub(crate) struct BigProfileArgs {
    /// Number of goroutines, each with its own stack
    #[arg(long, default_value_t = 100_000)]
    stacks: u64,
    /// Go version that makes the profiles
    #[arg(long = "go", default_value = "1.27")]
    version: String,
    /// Files to write, without their ends `.debug1.txt` and `.pb.gz`
    #[arg(long)]
    out: PathBuf,
}

/// Writes the dump of a program with very many goroutines.
pub(crate) fn big_dump(args: &BigDumpArgs) -> Result<()> {
    let mut program = build("bigdump", &args.version)?;
    program
        .arg(format!("-goroutines={}", args.goroutines))
        .arg(format!("-age={}", args.age))
        .arg("-out")
        .arg(&args.out);
    run(program)
}

/// Writes the profiles of a program whose goroutines all differ.
pub(crate) fn big_profile(args: &BigProfileArgs) -> Result<()> {
    let mut program = build("distinctstacks", &args.version)?;
    program
        .arg(format!("-stacks={}", args.stacks))
        .arg(format!("-debug1={}.debug1.txt", args.out.display()))
        .arg(format!("-proto={}.pb.gz", args.out.display()));
    run(program)
}

fn build(name: &str, version: &str) -> Result<Command> {
    let mut toolchains = toolchain::select(&[version.to_owned()], &[])?;
    let toolchain = toolchains.pop().context("no such toolchain")?;
    let app = copy_module(&toolchain, &repository_root().join("testdata/programs"), "warehouse")?;
    let bin = std::path::Path::new(HOME).join("bin/warehouse");
    remake(&bin)?;
    let binary = bin.join(name);
    let mut go = toolchain.go(&app);
    go.args(["build", "-o"]).arg(&binary).arg(format!("./runtime/{name}"));
    programs::finish(&mut go)?;
    Ok(Command::new(binary))
}

fn run(mut program: Command) -> Result<()> {
    let output = program.output().context("running the program")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}", said.trim());
    if !said.is_empty() {
        say(said.trim());
    }
    Ok(())
}
