//! The programs below `testdata/programs`: finding them, building them, and taking the forms of
//! evidence that their `fixture.toml` asks for.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;

use super::Schedule;
use super::process::{Output, Running, command};
use super::toolchain::{Toolchain, minor_of};

/// How long a program may take to fail by itself.
const CRASH_LIMIT: Duration = Duration::from_secs(90);
/// How long the runtime's own trace lines are collected, or longer until there is one.
const TRACE_TIME: Duration = Duration::from_secs(30);
/// How long building and running a test may take.
const TEST_LIMIT: Duration = Duration::from_secs(300);
/// How long a program may take from its last snapshot to its end.
const LEAVE_LIMIT: Duration = Duration::from_secs(90);

/// One program with what its `fixture.toml` says about recording it.
pub(crate) struct Program {
    /// `family/name`
    pub(crate) id: String,
    fixture: Fixture,
}

#[derive(Deserialize)]
struct Fixture {
    forms: Vec<String>,
    #[serde(default)]
    min_go: String,
    #[serde(default)]
    max_go: String,
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    env: Vec<String>,
}

impl Program {
    /// Whether the program builds, and is of interest, with this version.
    pub(crate) fn runs_with(&self, toolchain: &Toolchain) -> bool {
        let minor = |v: &str| minor_of(v).ok();
        !self.fixture.forms.is_empty()
            && minor(&self.fixture.min_go).is_none_or(|min| min <= toolchain.minor)
            && minor(&self.fixture.max_go).is_none_or(|max| max >= toolchain.minor)
    }

    /// Forms of evidence to take.
    pub(crate) fn forms(&self) -> &[String] {
        &self.fixture.forms
    }

    fn family(&self) -> &str {
        self.id.split_once('/').map_or("", |(family, _)| family)
    }

    fn name(&self) -> &str {
        self.id.rsplit_once('/').map_or(&self.id, |(_, name)| name)
    }

    /// Whether the program lives until it is told to end.
    pub(crate) fn is_long(&self) -> bool {
        self.fixture.forms.iter().any(|f| f == "dump")
    }

    /// A third of the programs is built with -trimpath, unless it is for the race detector.
    fn trimmed(&self) -> bool {
        self.id.bytes().map(u32::from).sum::<u32>().is_multiple_of(3)
    }

    fn command(&self, binary: &Path, godebug: Option<&str>) -> Command {
        let mut command = command(binary);
        command.args(&self.fixture.args);
        let mut debug: Vec<&str> = godebug.into_iter().collect();
        for pair in &self.fixture.env {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            if key == "GODEBUG" {
                // The program's own settings win over the form's.
                if let Some(form) = godebug
                    && value.contains(form.split('=').next().unwrap_or(form))
                {
                    debug.clear();
                }
                debug.push(value);
            } else {
                command.env(key, value);
            }
        }
        if !debug.is_empty() {
            command.env("GODEBUG", debug.join(","));
        }
        command
    }
}

/// All programs below `root`, sorted.
pub(crate) fn discover(root: &Path) -> Result<Vec<Program>> {
    let mut programs = Vec::new();
    for family in directories(root)? {
        for dir in directories(&family)? {
            let manifest = dir.join("fixture.toml");
            if !manifest.exists() {
                continue;
            }
            let text = std::fs::read_to_string(&manifest)?;
            let fixture: Fixture = toml::from_str(&text).with_context(|| format!("{}", manifest.display()))?;
            let id = dir
                .strip_prefix(root)?
                .to_str()
                .context("a name that is not UTF-8")?
                .to_owned();
            programs.push(Program { id, fixture });
        }
    }
    Ok(programs)
}

fn directories(of: &Path) -> Result<Vec<PathBuf>> {
    let mut dirs = Vec::new();
    for entry in std::fs::read_dir(of).with_context(|| format!("reading {}", of.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            dirs.push(entry.path());
        }
    }
    dirs.sort();
    Ok(dirs)
}

/// A program built with one toolchain. Forms that need the source are taken already.
pub(crate) struct Built<'a> {
    pub(crate) program: &'a Program,
    binary: PathBuf,
    race_binary: PathBuf,
    stage: PathBuf,
}

/// How a group of programs is built. The `go` command links a group much faster than one after the other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Plain,
    Trimmed,
    Race,
}

impl Mode {
    const ALL: [Self; 3] = [Self::Plain, Self::Trimmed, Self::Race];

    fn wants(self, program: &Program) -> bool {
        let has = |forms: &[&str]| program.forms().iter().any(|f| forms.contains(&f.as_str()));
        match self {
            Self::Race => has(&["race"]),
            Self::Plain | Self::Trimmed => {
                (self == Self::Trimmed) == program.trimmed() && has(&["dump", "crash", "gctrace", "schedtrace"])
            }
        }
    }

    fn directory(self, bin: &Path, family: &str) -> PathBuf {
        bin.join(if self == Self::Race { "race-detector" } else { "bin" })
            .join(family)
    }
}

/// Builds `programs`, whose sources lie below `app`, into `bin`. What does not build is complained about.
pub(crate) fn build<'a>(
    programs: &[&'a Program],
    toolchain: &Toolchain,
    app: &Path,
    bin: &Path,
    stage: &Path,
) -> Result<Vec<Built<'a>>> {
    let mut families: Vec<&str> = programs.iter().map(|p| p.family()).collect();
    families.dedup();
    for family in families {
        for mode in Mode::ALL {
            let group: Vec<&Program> = programs
                .iter()
                .filter(|p| p.family() == family && mode.wants(p))
                .copied()
                .collect();
            let dir = mode.directory(bin, family);
            if link(&group, mode, toolchain, app, &dir).is_err() {
                for program in group {
                    if let Err(e) = link(&[program], mode, toolchain, app, &dir) {
                        super::complain(&format!("{} with {}: {e:#}", program.id, toolchain.name));
                    }
                }
            }
        }
    }
    let mut built = Vec::new();
    for &program in programs {
        let stage = stage.join(&program.id);
        std::fs::create_dir_all(&stage)?;
        take_forms_of_source(program, toolchain, app, &stage)?;
        let binary = |mode: Mode| mode.directory(bin, program.family()).join(program.name());
        built.push(Built {
            program,
            binary: binary(Mode::Plain),
            race_binary: binary(Mode::Race),
            stage,
        });
    }
    Ok(built)
}

fn link(group: &[&Program], mode: Mode, toolchain: &Toolchain, app: &Path, dir: &Path) -> Result<()> {
    if group.is_empty() {
        return Ok(());
    }
    std::fs::create_dir_all(dir)?;
    let mut go = toolchain.go(app);
    // Without debug information linking takes half the time; stacks do not need it.
    go.args(["build", "-ldflags=-w"]);
    match mode {
        Mode::Plain => {}
        Mode::Trimmed => {
            go.arg("-trimpath");
        }
        Mode::Race => {
            go.arg("-race").env("CGO_ENABLED", "1");
        }
    }
    // The slash tells `go build` that this is a directory, even for one program.
    go.arg("-o").arg(format!("{}/", dir.display()));
    go.args(group.iter().map(|p| format!("./{}", p.id)));
    finish(&mut go)?;
    Ok(())
}

fn take_forms_of_source(program: &Program, toolchain: &Toolchain, app: &Path, stage: &Path) -> Result<()> {
    let package = format!("./{}", program.id);
    let go = |subcommand: &str| {
        let mut go = toolchain.go(app);
        go.arg(subcommand);
        if program.trimmed() {
            go.arg("-trimpath");
        }
        go
    };
    for form in program.forms() {
        if form == "escape" {
            let mut go = go("build");
            go.args(["-gcflags=-m", "-o", "/dev/null"]).arg(&package);
            std::fs::write(stage.join("escape.txt"), finish(&mut go)?)?;
        } else if form == "gotest" {
            for (member, flag) in [("gotest.json", Some("-json")), ("gotest.txt", None)] {
                let mut go = go("test");
                go.args(flag)
                    .args(["-count=1", "-timeout=60s"])
                    .args(&program.fixture.args)
                    .arg(&package);
                if program.fixture.args.iter().any(|a| a == "-race") {
                    go.env("CGO_ENABLED", "1");
                }
                for (key, value) in program.fixture.env.iter().filter_map(|pair| pair.split_once('=')) {
                    go.env(key, value);
                }
                let mut run = Running::start(go, &Output::Both(&stage.join(member)))?;
                if run.wait(TEST_LIMIT)?.is_none() {
                    super::complain(&format!("{} with {}: the test did not end", program.id, toolchain.name));
                }
            }
        }
    }
    Ok(())
}

/// Runs a `go` command to its end and returns its standard error.
pub(crate) fn finish(go: &mut Command) -> Result<Vec<u8>> {
    let output = go.output().context("running go")?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(output.stderr)
}

/// Takes the forms for which the program has to run.
pub(crate) fn run(built: &Built<'_>, schedule: Schedule) -> Result<()> {
    for form in built.program.forms() {
        match form.as_str() {
            "dump" => dump(built, schedule)?,
            "crash" => crash(built)?,
            "race" => race(built)?,
            "gctrace" => runtime_trace(built, "gctrace.txt", "gctrace=1")?,
            "schedtrace" => runtime_trace(built, "schedtrace.txt", "schedtrace=500")?,
            "escape" | "gotest" => {}
            other => bail!("fixture.toml asks for the unknown form {other:?}"),
        }
    }
    Ok(())
}

fn dump(built: &Built<'_>, schedule: Schedule) -> Result<()> {
    let mut command = built.program.command(&built.binary, None);
    command
        .env("FIXTURE_DIR", &built.stage)
        .env("FIXTURE_B", format!("{}s", schedule.last.as_secs()));
    let log = built.stage.join("B.sigquit.txt");
    let mut run = Running::start(command, &Output::Errors(&log))?;
    let done = built.stage.join("done");
    let complete = run.wait_until(Instant::now() + schedule.last + LEAVE_LIMIT, || done.exists())?;
    if complete {
        std::fs::remove_file(&done)?;
        run.signal("QUIT")?;
        run.wait(LEAVE_LIMIT)?.context("still alive after SIGQUIT")?;
        Ok(())
    } else {
        let log = std::fs::read_to_string(&log).unwrap_or_default();
        bail!(
            "ended before its last snapshot: {}",
            log.lines().next().unwrap_or("no output")
        )
    }
}

fn crash(built: &Built<'_>) -> Result<()> {
    let log = built.stage.join("crash.txt");
    let mut run = Running::start(built.program.command(&built.binary, None), &Output::Both(&log))?;
    let status = run.wait(CRASH_LIMIT)?.context("still alive: it should have crashed")?;
    std::fs::write(built.stage.join("exit.txt"), format!("{status}\n"))?;
    Ok(())
}

fn race(built: &Built<'_>) -> Result<()> {
    let log = built.stage.join("race.txt");
    let mut run = Running::start(built.program.command(&built.race_binary, None), &Output::Both(&log))?;
    run.wait(CRASH_LIMIT)?
        .context("still alive: a race program ends by itself")?;
    Ok(())
}

fn runtime_trace(built: &Built<'_>, form: &str, setting: &str) -> Result<()> {
    let log = built.stage.join(form);
    let mut run = Running::start(
        built.program.command(&built.binary, Some(setting)),
        &Output::Errors(&log),
    )?;
    let start = Instant::now();
    let enough = || start.elapsed() >= TRACE_TIME && std::fs::metadata(&log).is_ok_and(|m| m.len() > 0);
    run.wait_until(start + CRASH_LIMIT, enough)?;
    ensure!(std::fs::metadata(&log)?.len() > 0, "the runtime wrote no trace line");
    Ok(())
}
