//! Parsing and checking beside go/parser and go/types, on the same packages, in the same run, cold: sources in the page cache, nothing else
//! prepared.

use std::io::Read as _;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use gosleuth_engine::{
    AnalysisOptions, Cache, Config, DiskStore, OsSystem, Overrides, Seen, Visited, analyse, load_with,
};

use super::packages;
use crate::conformance::say;
use crate::go::Unit;
use crate::repository;

/// Best of so many runs, alternating, so that other work on the machine hits both.
const RUNS: usize = 5;

/// What a run takes.
#[derive(Clone, Copy, Debug)]
struct Cost {
    wall: f64,
    cpu: f64,
    /// Largest resident set, in kB.
    memory: u64,
    /// Wall time with that of finding the packages.
    total: f64,
}

impl Cost {
    fn best(self, other: Self) -> Self {
        Self {
            wall: self.wall.min(other.wall),
            cpu: self.cpu.min(other.cpu),
            memory: self.memory.min(other.memory),
            total: self.total.min(other.total),
        }
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:.3} s, {:.3} s of CPU, {} MB",
            self.wall,
            self.cpu,
            self.memory / 1000
        )
    }
}

pub(super) fn run(set: &str, units: &[Unit], go_version: Option<&str>) -> Result<()> {
    let (mut ours, mut theirs, mut parallel) = (None, None, None);
    let keep = |best: &mut Option<Cost>, cost: Cost| {
        *best = Some(best.map_or(cost, |best| best.best(cost)));
    };
    for _ in 0..RUNS {
        keep(&mut ours, our_run(set, None)?);
        keep(&mut theirs, their_run(units, go_version, &["-speed"])?);
        keep(&mut parallel, their_run(units, go_version, &["-speed", "-parallel"])?);
    }
    let (ours, theirs, parallel) = (
        ours.context("there are runs")?,
        theirs.context("there are runs")?,
        parallel.context("there are runs")?,
    );
    let bytes: u64 = units.iter().map(Unit::size).sum();
    say(format!("{set}: {} packages, {:.1} MB", units.len(), bytes as f64 / 1e6));
    say(format!("gosleuth, parse and check:         {ours}"));
    say(format!("go/parser and go/types:            {theirs}"));
    say(format!("the same, packages in parallel:    {parallel}"));
    say(format!(
        "ratio: {:.1} of wall time ({:.1} beside the parallel one), {:.1} of CPU, {:.2} of memory",
        theirs.wall / ours.wall,
        parallel.wall / ours.wall,
        theirs.cpu / ours.cpu,
        theirs.memory as f64 / ours.memory as f64
    ));
    let directory = std::env::temp_dir().join(format!("gosleuth-speed-{}", std::process::id()));
    let filling = our_run(set, Some(&directory))?;
    let mut warm = None;
    for _ in 0..RUNS {
        keep(&mut warm, our_run(set, Some(&directory))?);
    }
    let warm = warm.context("there are runs")?;
    std::fs::remove_dir_all(&directory)?;
    say(format!("filling the cache:                 {filling}"));
    say(format!("with a warm cache:                 {warm}"));
    say(format!(
        "warm: {:.1} % of the cold wall time; with finding the packages {:.3} s, {:.1} % of {:.3} s",
        100.0 * warm.wall / ours.wall,
        warm.total,
        100.0 * warm.total / ours.total,
        ours.total
    ));
    Ok(())
}

/// In a process of its own, so that memory is that of one run.
fn our_run(set: &str, cache: Option<&Path>) -> Result<Cost> {
    let mut command = std::process::Command::new(std::env::current_exe()?);
    command.args(["conformance", "types-run", set]).env("CGO_ENABLED", "0");
    if let Some(cache) = cache {
        command.arg(cache);
    }
    let output = command.output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    cost(&String::from_utf8(output.stdout)?)
}

fn their_run(units: &[Unit], go_version: Option<&str>, flags: &[&str]) -> Result<Cost> {
    let (mut child, mut stdout) = packages::dump(units, go_version, flags)?;
    let mut text = String::new();
    stdout.read_to_string(&mut text)?;
    ensure!(child.wait()?.success(), "typesdump failed");
    cost(&text)
}

fn cost(text: &str) -> Result<Cost> {
    let mut parts = text.split_whitespace();
    let mut next = || parts.next().with_context(|| format!("{text:?} is not a cost"));
    let (wall, cpu, memory) = (next()?.parse()?, next()?.parse()?, next()?.parse()?);
    Ok(Cost {
        wall,
        cpu,
        memory,
        // Theirs are told what the packages are.
        total: next().map_or(Ok(wall), str::parse)?,
    })
}

/// One run of ours: prints seconds, seconds of CPU and memory of parsing and checking, and seconds with finding the packages.
#[derive(clap::Args)]
pub(crate) struct RunArgs {
    set: String,
    cache: Option<std::path::PathBuf>,
}

pub(crate) fn once(args: &RunArgs) -> Result<()> {
    let system = OsSystem;
    let (dir, pattern) = match args.set.as_str() {
        "closure" => (repository::root().join("testdata/closure"), "./..."),
        set => (Path::new("/").to_owned(), set),
    };
    let overrides = Overrides {
        cgo: Some(false),
        threads: Some(2),
        ..Overrides::default()
    };
    let (config, _) = Config::detect(&system, &dir, &overrides);
    let before = Instant::now();
    let patterns = [pattern.to_owned()];
    let store = args.cache.as_ref().map(DiskStore::new);
    let cache = store
        .as_ref()
        .map(|store| Cache::new(store, "speed", &config, &dir, &patterns));
    let workspace = load_with(&system, &config, &dir, &patterns, cache.as_ref());
    let (start, cpu) = (Instant::now(), cpu_seconds()?);
    let options = AnalysisOptions {
        tests: false,
        threads: NonZeroUsize::new(2).context("two is not zero")?,
        visited: Visited::All,
        cache: cache.as_ref(),
        facts: false,
        salt: "",
    };
    let analysis = analyse(&system, &config, &workspace, &options, &|_| Seen::default());
    say(format!(
        "{:.4} {:.4} {} {:.4}",
        start.elapsed().as_secs_f64(),
        cpu_seconds()? - cpu,
        memory()?,
        before.elapsed().as_secs_f64()
    ));
    say(format!(
        "{} units, {} checked, {} problems",
        analysis.units.len(),
        analysis.checked,
        analysis.problems.len()
    ));
    Ok(())
}

fn cpu_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").context("only Linux says what a process takes")?;
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // Fields 14 and 15, in hundredths of a second; the third is the first behind the name.
    let ticks: Vec<f64> = fields.skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
    Ok(ticks.iter().sum::<f64>() / 100.0)
}

fn memory() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line
        .and_then(|line| line.split_whitespace().next())
        .context("VmHWM is missing")?;
    Ok(number.parse()?)
}
