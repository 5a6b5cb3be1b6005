//! Trees beside go/parser: for every Go file of a toolchain, whether it is Go at all, and every node of its tree with its extent.

mod damage;
mod go;
mod tree;

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use gosleuth_syntax::{GoVersion, ParseOptions, parse};

use self::go::{Answer, Go};
use super::say;
use crate::repository;

/// What `cargo xtask conformance parse` takes.
#[derive(clap::Args)]
pub(crate) struct ParseArgs {
    /// Files and directories instead of those of the toolchain
    paths: Vec<PathBuf>,
    /// Version of another Go toolchain, such as 1.27.3
    #[arg(long, value_name = "VERSION")]
    go: Option<String>,
    /// Compare the time both parsers take for the standard library (build with --release)
    #[arg(long)]
    speed: bool,
    /// Damage this many files and compare what is left
    #[arg(long, value_name = "FILES")]
    damage: Option<usize>,
    /// Write the score to testdata/conformance
    #[arg(long)]
    update: bool,
}

/// Compares and prints the score.
pub(crate) fn run(args: &ParseArgs) -> Result<()> {
    let go = Go::find(args.go.as_deref())?;
    if args.speed {
        return speed(&go);
    }
    // On a thread as the product has them: its stack is part of what is tested.
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| match args.damage {
            Some(count) => {
                let score = damage::score(&go, &files(&go, args)?, count)?;
                keep(&format!("damage-{count}-{}", go.name), &score, args)
            }
            None => compare(&go, args),
        });
        worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn compare(go: &Go, args: &ParseArgs) -> Result<()> {
    let files = files(go, args)?;
    let score = score(go, &files)?;
    say(&score.text);
    keep(&format!("parse-{}", go.name), &score.text, args)
}

/// Writes a score of all files, or compares it with the one that is there.
fn keep(name: &str, score: &str, args: &ParseArgs) -> Result<()> {
    if !args.paths.is_empty() {
        return Ok(());
    }
    let snapshot = repository::root().join(format!("testdata/conformance/{name}.txt"));
    if args.update {
        std::fs::create_dir_all(snapshot.parent().expect("a file stands in a directory"))?;
        std::fs::write(&snapshot, score)?;
    } else if std::fs::read_to_string(&snapshot).is_ok_and(|before| before != score) {
        bail!("{} differs; --update writes it anew", snapshot.display());
    }
    Ok(())
}

fn files(go: &Go, args: &ParseArgs) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in &args.paths {
        match path.is_dir() {
            true => files.extend(go::files(path)?),
            false => files.push(path.clone()),
        }
    }
    if args.paths.is_empty() {
        files = go::files(&go.root.join("src"))?;
        files.extend(go::files(&go.tests)?);
    }
    Ok(files)
}

struct Score {
    text: String,
}

fn score(go: &Go, files: &[PathBuf]) -> Result<Score> {
    let texts = files
        .iter()
        .map(|file| std::fs::read(file).with_context(|| file.display().to_string()))
        .collect::<Result<Vec<_>>>()?;
    let version = GoVersion::parse(&go.name).with_context(|| format!("{} is no version", go.name))?;
    let options = ParseOptions::of_version(version.of_language());
    let mut failures = Vec::new();
    let (mut accepted, mut rejected) = (0, 0);
    let mut lines = Vec::new();
    let mut position = 0;
    let copies = texts.clone();
    go.answers(copies.into_iter(), |answer| {
        let (path, text) = (&files[position], &texts[position]);
        position += 1;
        let file = parse(text, options);
        let shown = go.shown(path);
        match (answer, file.errors.first()) {
            (Answer::Reject(_), Some(_)) => rejected += 1,
            (Answer::Accept(hash), None) => {
                accepted += 1;
                tree::write(&file, text, &mut lines);
                if tree::hash(&lines) != hash {
                    failures.push(format!("{shown}: {}", difference(go, text, &lines)?));
                }
            }
            (Answer::Reject(why), None) => {
                rejected += 1;
                failures.push(format!("{shown}: accepted; go/parser: {why}"));
            }
            (Answer::Accept(_), Some(error)) => {
                accepted += 1;
                let (line, column) = file.line_column(error.span.start);
                failures.push(format!("{shown}:{line}:{column}: rejected: {}", error.message));
            }
        }
        Ok(())
    })?;
    anyhow::ensure!(position == files.len(), "the Go program answered only {position} times");
    let mut text = format!(
        "{}: {} files, of which go/parser takes {accepted} and rejects {rejected}; {} differ\n",
        go.name,
        files.len(),
        failures.len()
    );
    for failure in failures {
        text.push_str(&failure);
        text.push('\n');
    }
    Ok(Score { text })
}

/// The first lines of two trees that differ.
fn difference(go: &Go, text: &[u8], ours: &[u8]) -> Result<String> {
    let theirs = go.tree(text.to_vec())?;
    let ours = String::from_utf8_lossy(ours);
    let mut ours = ours.lines();
    for theirs in &theirs {
        match ours.next() {
            Some(line) if line == theirs => {}
            line => return Ok(format!("`{}`; go/parser: `{theirs}`", line.unwrap_or("nothing"))),
        }
    }
    Ok("the hashes differ".to_owned())
}

fn speed(go: &Go) -> Result<()> {
    if cfg!(debug_assertions) {
        bail!("this measures nothing in a debug build: cargo run --release -p xtask -- conformance parse --speed");
    }
    const RUNS: u32 = 5;
    let texts = go::files(&go.root.join("src"))?
        .iter()
        .map(|file| Ok(std::fs::read(file)?))
        .collect::<Result<Vec<_>>>()?;
    let bytes: usize = texts.iter().map(Vec::len).sum();
    let files = texts.len();
    let before = our_time(&texts, RUNS)?;
    let theirs = go.time(texts.clone(), RUNS)?;
    // Again, because a machine is not always as fast.
    let ours = before.min(our_time(&texts, RUNS)?);
    let rate = |time: f64| bytes as f64 / 1e6 / time;
    say(format!(
        "{files} files, {:.1} MB, one thread, least CPU time of {RUNS} runs",
        bytes as f64 / 1e6
    ));
    say(format!(
        "gosleuth:                                 {:.0} MB/s",
        rate(ours)
    ));
    for (mode, time) in ["without object resolution", "without options"].into_iter().zip(theirs) {
        say(format!(
            "go/parser of {}, {mode}: {:.0} MB/s, ratio {:.1}",
            go.name,
            rate(time),
            time / ours
        ));
    }
    Ok(())
}

fn our_time(texts: &[Vec<u8>], runs: u32) -> Result<f64> {
    let mut best = f64::INFINITY;
    for _ in 0..runs {
        let start = busy()?;
        for text in texts {
            std::hint::black_box(parse(text, ParseOptions::default()));
        }
        best = best.min(busy()? - start);
    }
    Ok(best)
}

/// Seconds this thread has been running on a processor.
fn busy() -> Result<f64> {
    let statistics =
        std::fs::read_to_string("/proc/thread-self/schedstat").context("only Linux says what a thread takes")?;
    let nanoseconds = statistics.split(' ').next().unwrap_or_default();
    Ok(nanoseconds.parse::<f64>()? / 1e9)
}
