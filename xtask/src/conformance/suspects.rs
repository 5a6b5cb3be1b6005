//! Suspects of execution traces: every program of `testdata/programs` that lives until it is told to end is traced from its start on, and
//! what `gosleuth_case` says of the trace is compared with its `fixture.toml`. The healthy ones, and the healthy servers of
//! `testdata/traces/loaded`, must have no suspect.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use gosleuth_base::{Site, SuspectKind};
use gosleuth_case::{CaseFile, CaseOptions, Suspect};
use gosleuth_evidence::{EvidenceSet, ReadOptions, Source};
use gosleuth_testkit::fixtures::{self, Fixture, Mark};
use serde::Deserialize;

use super::say;
use crate::repository;

/// What `cargo xtask conformance suspects` takes.
#[derive(clap::Args)]
pub(crate) struct SuspectArgs {
    /// The toolchains that build the programs
    #[arg(long, value_name = "VERSION", value_delimiter = ',', default_value = "1.26.8,1.27.3")]
    go: Vec<String>,
    /// Only programs whose family/name contains this; the committed file stays as it is
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Seconds of each trace
    #[arg(long, value_name = "SECONDS", default_value_t = 8)]
    seconds: u32,
    /// Keeps the traces here
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// The committed file.
const SNAPSHOT: &str = "testdata/conformance/trace-suspects.txt";
/// Programs that run at the same time. They sleep mostly.
const AT_ONCE: usize = 24;
/// A failure comes once in so many milliseconds, as under load, instead of once in ten seconds.
const EVERY: &str = "300ms";
/// Healthy servers that run at the same time. They do not sleep.
const LOADED_AT_ONCE: usize = 2;

/// Records and compares.
pub(crate) fn run(args: &SuspectArgs) -> Result<()> {
    let dir = std::env::temp_dir().join(format!("gosleuth-suspects-{}", std::process::id()));
    let keep = args.keep.clone().unwrap_or_else(|| dir.join("traces"));
    let mut report = String::from(
        "# Programs traced from their start on, the failure coming again every 300 ms, and what the trace alone says of them: `cargo xtask\n\
         # conformance suspects`. A hit has the kind and the line that the program's fixture names. Only the others are listed.\n",
    );
    for go in &args.go {
        let traces = keep.join(go);
        std::fs::create_dir_all(&traces)?;
        let text = compare(args, go, &dir, &traces).with_context(|| format!("with Go {go}"))?;
        say(&text);
        report.push_str(&text);
    }
    let _ = std::fs::remove_dir_all(&dir);
    if args.only.is_none() {
        std::fs::write(repository::root().join(SNAPSHOT), report)?;
    }
    Ok(())
}

/// What a program needs to run.
#[derive(Deserialize)]
struct Run {
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    env: Vec<String>,
}

fn compare(args: &SuspectArgs, go: &str, dir: &Path, traces: &Path) -> Result<String> {
    let wanted = |name: &str| args.only.as_ref().is_none_or(|only| name.contains(only.as_str()));
    let programs: Vec<Fixture> = fixtures::all()
        .into_iter()
        .filter(|fixture| fixture.facts.forms.iter().any(|form| form == "dump") && wanted(&fixture.id))
        .collect();
    let root = repository::root().join("testdata");
    let bin = dir.join(format!("bin-{go}"));
    let mut commands = Vec::new();
    let mut families: BTreeMap<&str, Vec<&Fixture>> = BTreeMap::new();
    for program in &programs {
        let family = program.id.split_once('/').map_or("", |(family, _)| family);
        families.entry(family).or_default().push(program);
    }
    for (family, members) in families {
        let packages: Vec<String> = members.iter().map(|program| format!("./{}", program.id)).collect();
        build(go, &root.join("programs"), &packages, &bin.join(family))?;
    }
    for program in &programs {
        let text = std::fs::read_to_string(program.dir.join("fixture.toml"))?;
        let run: Run = toml::from_str(&text)?;
        let mut command = Command::new(bin.join(&program.id));
        command
            .args(&run.args)
            .envs(run.env.iter().filter_map(|pair| pair.split_once('=')))
            .env("FIXTURE_TRACE", file_of(traces, &program.id))
            .env("FIXTURE_TRACE_FOR", format!("{}s", args.seconds))
            .env("FIXTURE_EVERY", EVERY);
        commands.push(command);
    }
    run_all(commands, AT_ONCE)?;
    let loaded: Vec<&str> = LOADED.iter().copied().filter(|kind| wanted(kind)).collect();
    if !loaded.is_empty() {
        build(go, &root.join("traces"), &["./loaded".to_owned()], &bin)?;
    }
    let commands = loaded.iter().map(|kind| {
        let mut command = Command::new(bin.join("loaded"));
        command.arg(kind).arg(file_of(traces, kind)).arg("5");
        command
    });
    run_all(commands.collect(), LOADED_AT_ONCE)?;
    score(go, &programs, &loaded, traces)
}

/// The kinds of `testdata/traces/loaded`.
const LOADED: [&str; 10] = [
    "arrivals",
    "database",
    "groups",
    "keepalive",
    "locks",
    "longpoll",
    "pipelines",
    "tickers",
    "topics",
    "workers",
];

fn file_of(traces: &Path, name: &str) -> PathBuf {
    traces.join(format!("{}.trace", name.replace('/', "_")))
}

fn score(go: &str, programs: &[Fixture], loaded: &[&str], traces: &Path) -> Result<String> {
    let (mut hits, mut failing, mut healthy, mut wrong) = (0, 0, 0, 0);
    let mut lines = String::new();
    for program in programs {
        let case = judge(&file_of(traces, &program.id))?;
        if program.facts.kind == "healthy" {
            healthy += 1;
            wrong += usize::from(!case.suspects.is_empty());
            for suspect in &case.suspects {
                writeln!(lines, "  {}: healthy, but {}", program.id, brief(suspect))?;
            }
            continue;
        }
        failing += 1;
        let marks = fixtures::marks(&program.dir);
        if case.suspects.iter().any(|suspect| is_hit(program, &marks, suspect)) {
            hits += 1;
        } else {
            let found: Vec<String> = case.suspects.iter().map(brief).collect();
            let found = if found.is_empty() {
                "none".to_owned()
            } else {
                found.join(", ")
            };
            writeln!(lines, "  {}: {}, suspects: {found}", program.id, program.facts.kind)?;
        }
    }
    for kind in loaded {
        let case = judge(&file_of(traces, kind))?;
        healthy += 1;
        wrong += usize::from(!case.suspects.is_empty());
        for suspect in &case.suspects {
            writeln!(lines, "  loaded {kind}: healthy, but {}", brief(suspect))?;
        }
    }
    let share = 100.0 * f64::from(hits) / f64::from(failing.max(1));
    Ok(format!(
        "go{go}: {hits} of {failing} failing programs are hits ({share:.1} %), {wrong} of {healthy} healthy ones have a suspect\n{lines}"
    ))
}

fn judge(trace: &Path) -> Result<CaseFile> {
    let mut file = std::fs::File::open(trace).with_context(|| trace.display().to_string())?;
    let mut set = EvidenceSet::new();
    let name = trace.display().to_string();
    let source = Source {
        name: &name,
        time: None,
    };
    gosleuth_evidence::read(&mut set, &source, &mut file, &ReadOptions::default());
    ensure!(set.traces.len() == 1, "{}: {:?}", trace.display(), set.problems);
    Ok(gosleuth_case::build(&set, &CaseOptions::default()))
}

fn brief(suspect: &Suspect) -> String {
    let at = suspect.site.as_ref().map_or_else(String::new, |site| {
        format!(" at {}:{}", site.file.rsplit('/').next().unwrap_or(""), site.line)
    });
    format!("{}{at}", suspect.kind.as_str())
}

/// Whether a suspect is what the fixture names: by the kind and the line to blame, or as the other party of the same lock.
fn is_hit(program: &Fixture, marks: &[Mark], suspect: &Suspect) -> bool {
    let facts = &program.facts;
    let name = |path: &str| path.rsplit('/').next().unwrap_or("").to_owned();
    let at = |site: &Site| {
        facts.frames.contains(&site.function)
            || facts.functions.contains(&site.function)
                && (facts.lines.is_empty()
                    || marks.iter().any(|mark| {
                        facts.lines.contains(&mark.name)
                            && mark.line == site.line
                            && name(&mark.file) == name(&site.file)
                    }))
    };
    let is_blocked = suspect.kind < SuspectKind::Deadlock;
    let is_kind = match facts.kind.as_str() {
        // What grows is blocked somehow, and of threads, memory and contention a trace shows where goroutines wait.
        "growth" | "thread-growth" | "heap-growth" | "contention" => is_blocked || suspect.kind == SuspectKind::Growth,
        kind => kind == suspect.kind.as_str(),
    };
    is_kind && suspect.site.as_ref().is_some_and(at)
        || suspect
            .related
            .iter()
            .any(|related| related.label.ends_with(" here") && related.label != "created here" && at(&related.site))
}

fn build(go: &str, module: &Path, packages: &[String], to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    let status = Command::new("go")
        .args(["build", "-ldflags=-w", "-o"])
        .arg(format!("{}/", to.display()))
        .args(packages)
        .current_dir(module)
        .env("GOTOOLCHAIN", format!("go{go}"))
        .status()
        .context("running go build")?;
    ensure!(status.success(), "go build failed");
    Ok(())
}

fn run_all(commands: Vec<Command>, at_once: usize) -> Result<()> {
    let mut running: Vec<Child> = Vec::new();
    for mut command in commands {
        if running.len() == at_once {
            // They take the same time, so the first one to start is the first one to end.
            running.remove(0).wait()?;
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        running.push(command.spawn().with_context(|| format!("{command:?}"))?);
    }
    for mut child in running {
        child.wait()?;
    }
    Ok(())
}
