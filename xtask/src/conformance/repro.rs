//! Tests that `gosleuth case repro` writes, run with Go: whether they compile, fail where the fault is, and pass where it was corrected.
//!
//! Suspects are the findings with a schedule in `testdata/families`, whose programs have a corrected twin each, and in `testdata/programs`,
//! which have none.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use anyhow::{Context as _, Result};
use gosleuth::Io;
use serde_json::Value;

use super::{findings, say};
use crate::{go, repository};

/// What `cargo xtask conformance repro` takes.
#[derive(clap::Args)]
pub(crate) struct ReproArgs {
    /// Only findings in files whose path contains this; nothing is written then
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Show what Go says of tests that do not do what they should
    #[arg(long)]
    explain: bool,
    /// Tests that run at the same time
    #[arg(long, default_value_t = 2)]
    jobs: usize,
}

/// What became of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// A value was needed that cannot be made.
    Refused,
    NotCompiled,
    /// It passes on the program with the fault.
    NotShown,
    /// It fails on the fault, but by something else.
    Otherwise,
    /// It fails on the corrected program.
    NotTold,
    /// It fails where it should, and there is no corrected program.
    Shown,
    /// It fails and passes where it should.
    Told,
}

impl Outcome {
    fn text(self) -> &'static str {
        match self {
            Self::Refused => "no test can be made",
            Self::NotCompiled => "does not compile",
            Self::NotShown => "passes on the fault",
            Self::Otherwise => "fails by something else",
            Self::NotTold => "fails on the corrected program",
            Self::Shown => "fails",
            Self::Told => "fails, and passes once corrected",
        }
    }

    fn is_good(self) -> bool {
        matches!(self, Self::Shown | Self::Told)
    }
}

/// Generates, runs, and writes the score.
pub(crate) fn run(args: &ReproArgs) -> Result<()> {
    let scratch = std::env::temp_dir().join(format!("gosleuth-repro-{}", std::process::id()));
    let result = all(args, &scratch);
    if scratch.exists() {
        std::fs::remove_dir_all(&scratch)?;
    }
    let outcomes = result?;
    let mut text = format!(
        "# Tests written by `gosleuth case repro` for findings with a schedule, run with {} (`cargo xtask conformance repro`).\n",
        go::language_version(None)?
    );
    for set in ["families", "programs"] {
        let of_set: Vec<Outcome> = outcomes
            .iter()
            .filter(|(key, _)| key.starts_with(set))
            .map(|(_, outcome)| *outcome)
            .collect();
        let count = |test: &dyn Fn(Outcome) -> bool| of_set.iter().filter(|outcome| test(**outcome)).count();
        let made = count(&|outcome| outcome != Outcome::Refused);
        let _ = writeln!(
            text,
            "# {set}: {} suspects, {made} tests, {} compile, {} do what they should",
            of_set.len(),
            made - count(&|outcome| outcome == Outcome::NotCompiled),
            count(&Outcome::is_good)
        );
    }
    for (key, outcome) in outcomes.iter().filter(|(_, outcome)| !outcome.is_good()) {
        let _ = writeln!(text, "{key}: {}", outcome.text());
    }
    text.lines().for_each(say);
    if args.only.is_none() {
        std::fs::write(repository::root().join("testdata/conformance/repro.txt"), text)?;
    }
    Ok(())
}

fn all(args: &ReproArgs, scratch: &Path) -> Result<BTreeMap<String, Outcome>> {
    let mut outcomes = BTreeMap::new();
    for set in ["families", "programs"] {
        let sources = repository::root().join("testdata").join(set);
        let found = findings::of(&sources, "default,strict", &["./...".to_owned()])?;
        let copy = scratch.join(set);
        copy_tree(&sources, &copy)?;
        // Tests of one package would meet each other's files.
        let mut packages: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for finding in &found {
            let has_schedule = finding["schedule"].as_array().is_some_and(|steps| !steps.is_empty());
            let file = finding["location"]["file"].as_str().unwrap_or_default();
            if has_schedule && args.only.as_ref().is_none_or(|only| file.contains(only.as_str())) {
                let package = file.rsplit_once('/').map_or("", |(package, _)| package);
                packages.entry(package).or_default().push(finding);
            }
        }
        let queue = Mutex::new(packages.into_values());
        let work = || -> Result<Vec<(String, Outcome)>> {
            let mut done = Vec::new();
            loop {
                let Some(of_package) = queue.lock().expect("nobody panics").next() else {
                    return Ok(done);
                };
                for finding in of_package {
                    let (location, code) = (&finding["location"], &finding["code"]);
                    let (file, code) = (location["file"].as_str(), code.as_str());
                    let key = format!(
                        "{set}/{}:{} {}",
                        file.unwrap_or_default(),
                        location["line"],
                        code.unwrap_or_default()
                    );
                    let outcome = one(args, &copy, finding).with_context(|| key.clone())?;
                    say(format_args!("{key}: {}", outcome.text()));
                    done.push((key, outcome));
                }
            }
        };
        std::thread::scope(|scope| -> Result<()> {
            let threads: Vec<_> = (0..args.jobs.max(1)).map(|_| scope.spawn(work)).collect();
            for thread in threads {
                outcomes.extend(thread.join().expect("nobody panics")?);
            }
            Ok(())
        })?;
    }
    Ok(outcomes)
}

/// Go files and modules of a folder.
fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn one(args: &ReproArgs, root: &Path, finding: &Value) -> Result<Outcome> {
    let fingerprint = finding["fingerprint"].as_str().unwrap_or_default();
    let file = PathBuf::from(finding["location"]["file"].as_str().unwrap_or_default());
    let package = file.parent().context("a finding is in a folder")?;
    let Some(text) = written(root, package, fingerprint)? else {
        return Ok(Outcome::Refused);
    };
    let test = format!("TestGosleuthRepro{}", &fingerprint[..8]);
    let bad = tested(args, &root.join(package), &test, &text, true)?;
    match bad {
        None => return Ok(Outcome::NotCompiled),
        Some(Ran::Passed) => return Ok(Outcome::NotShown),
        Some(Ran::Otherwise) => return Ok(Outcome::Otherwise),
        Some(Ran::Showed) => {}
    }
    let name = package.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let plain = name.strip_prefix("bad_").or_else(|| name.strip_prefix("hidden_"));
    let twin = plain.map(|plain| root.join(package).with_file_name(format!("fixed_{plain}")));
    match twin.filter(|twin| twin.is_dir()) {
        None => Ok(Outcome::Shown),
        Some(twin) => match tested(args, &twin, &test, &text, false)? {
            Some(Ran::Passed) => Ok(Outcome::Told),
            _ => Ok(Outcome::NotTold),
        },
    }
}

/// What `case repro` writes.
fn written(root: &Path, package: &Path, fingerprint: &str) -> Result<Option<String>> {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let pattern = format!("./{}", package.display());
    let words = [
        "gosleuth",
        "case",
        "repro",
        "--finding",
        fingerprint,
        "--packages",
        &pattern,
        "--extend-select",
        "strict",
        "-o",
        "-",
    ];
    let exit = gosleuth::run(
        words.iter().map(std::ffi::OsString::from),
        &mut Io {
            stdin: &mut std::io::empty(),
            stdout: &mut out,
            stderr: &mut err,
            color: false,
            width: None,
            directory: root.to_owned(),
        },
    );
    if exit != gosleuth::Exit::Clean {
        say(String::from_utf8_lossy(&err).trim());
        return Ok(None);
    }
    Ok(Some(String::from_utf8(out)?))
}

/// What a test that compiles does.
enum Ran {
    Passed,
    /// It fails as it should where the fault is.
    Showed,
    Otherwise,
}

/// What a test does; none if it does not compile.
fn tested(args: &ReproArgs, folder: &Path, test: &str, text: &str, should_fail: bool) -> Result<Option<Ran>> {
    let file = folder.join("zz_gosleuth_repro_test.go");
    std::fs::write(&file, text)?;
    let output = Command::new("go")
        .args(["test", "-count=1", "-timeout=100s", "-run"])
        .arg(format!("^{test}$"))
        .arg(".")
        .env("GOFLAGS", "")
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .context("go runs")?;
    std::fs::remove_file(&file)?;
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let compiled = !said.contains("[build failed]") && !said.contains("[setup failed]");
    if args.explain && (!compiled || output.status.success() == should_fail) {
        say(said.lines().take(40).collect::<Vec<_>>().join("\n"));
    }
    let watches = text.contains("it stands still");
    let shown = match watches {
        true => said.contains("it stands still") || said.contains("it is left behind"),
        // Made-up values may be nil where the program's own are not.
        false => !said.contains("nil pointer dereference"),
    };
    Ok(compiled.then_some(match (output.status.success(), shown) {
        (true, _) => Ran::Passed,
        (false, true) => Ran::Showed,
        (false, false) => Ran::Otherwise,
    }))
}
