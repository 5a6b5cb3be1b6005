//! What the programs of `testdata/families` really do: `cargo xtask truth` runs each of them many times under Go, with delays before its
//! statements, and records whether it ever gets stuck, leaves a goroutine behind or panics; of programs of data races, whether Go's race
//! detector ever sees one.
//!
//! The record `testdata/families/truth.txt` names the state of each program it is of, so that a program that was changed is run again, and
//! one that was not is left alone. A program that should fail has to fail at a line that it marks with `// want`; one that should not must
//! never.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use anyhow::{Context as _, Result, bail, ensure};
use gosleuth_syntax::ast::StmtKind;
use gosleuth_syntax::{ParseOptions, parse};

use crate::{go, repository};

/// What to run, and how often.
#[derive(clap::Args)]
pub(crate) struct TruthArgs {
    /// Only programs whose path contains this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Those that did not change too
    #[arg(long)]
    all: bool,
    /// How often a program runs that does not fail
    #[arg(long, default_value_t = 40)]
    runs: u32,
    /// Failures after which a program that should fail is left alone
    #[arg(long, default_value_t = 3)]
    enough: u32,
    /// Programs that run at the same time
    #[arg(long, default_value_t = 2)]
    jobs: usize,
}

const HARNESS: &str = include_str!("../go/truth/harness_test.go");

const HEAD: &str = "\
# Written by `cargo xtask truth`: what each program does when it runs, with delays before its statements.
# path · state of its files · verdict · failing runs of all · where goroutines stood still, panicked or raced
";

/// A program: a folder of a family.
struct Program {
    /// `B01/bad_name`
    path: String,
    files: Vec<PathBuf>,
    state: String,
    fails: bool,
    /// Whether it fails by a data race.
    races: bool,
}

#[expect(clippy::print_stdout, reason = "progress is the output")]
pub(crate) fn run(args: &TruthArgs) -> Result<()> {
    let root = directory();
    let mut record = read()?;
    let programs = programs(&root)?;
    let wanted: Vec<_> = programs
        .iter()
        .filter(|program| {
            args.only
                .as_ref()
                .map_or(args.all || !is_known(&record, program), |only| {
                    program.path.contains(only.as_str())
                })
        })
        .collect();
    let scratch = std::env::temp_dir().join(format!("gosleuth-truth-{}", std::process::id()));
    std::fs::create_dir_all(&scratch)?;
    let version = go::language_version(None)?;
    println!("{} of {} programs, {version}", wanted.len(), programs.len());
    build(&root, &wanted, &scratch)?;
    let verdicts = Mutex::new(BTreeMap::new());
    let queue = Mutex::new(wanted.iter());
    let work = || -> Result<()> {
        loop {
            let next = queue.lock().expect("nobody panics").next();
            let Some(program) = next else {
                return Ok(());
            };
            let verdict = match verdict(program, &scratch, args) {
                Ok(verdict) => verdict,
                Err(error) => {
                    println!("{error:#}");
                    continue;
                }
            };
            println!("{} {verdict}", program.path);
            let line = format!("{} {verdict}", program.state);
            verdicts
                .lock()
                .expect("nobody panics")
                .insert(program.path.clone(), line);
        }
    };
    std::thread::scope(|scope| -> Result<()> {
        let threads: Vec<_> = (0..args.jobs.max(1)).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            thread.join().expect("nobody panics")?;
        }
        Ok(())
    })?;
    let _ = std::fs::remove_dir_all(&scratch);
    record.extend(verdicts.into_inner().expect("nobody panics"));
    record.retain(|path, _| programs.iter().any(|program| program.path == *path));
    let mut text = HEAD.to_owned();
    for (path, line) in &record {
        let _ = writeln!(text, "{path} {line}");
    }
    std::fs::write(root.join("truth.txt"), text)?;
    let wrong = wrong(&programs, &record);
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// What does not agree with the names of the programs.
fn wrong(programs: &[Program], record: &BTreeMap<String, String>) -> Vec<String> {
    let mut wrong = Vec::new();
    for program in programs {
        let Some(line) = record.get(&program.path) else {
            wrong.push(format!("{}: was not run", program.path));
            continue;
        };
        if !line.starts_with(&program.state) {
            wrong.push(format!("{}: changed since it was run", program.path));
        } else if program.fails && !line.contains(" fails ") {
            wrong.push(format!("{}: should fail: {line}", program.path));
        } else if !program.fails && !line.contains(" passes ") {
            wrong.push(format!("{}: should pass: {line}", program.path));
        }
    }
    wrong
}

fn directory() -> PathBuf {
    repository::root().join("testdata/families")
}

fn is_known(record: &BTreeMap<String, String>, program: &Program) -> bool {
    record
        .get(&program.path)
        .is_some_and(|line| line.starts_with(&program.state))
}

/// The record: the rest of the line for each program.
fn read() -> Result<BTreeMap<String, String>> {
    let path = directory().join("truth.txt");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).with_context(|| path.display().to_string()),
    };
    Ok(text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .map(|(path, line)| (path.to_owned(), line.to_owned()))
        .collect())
}

/// Families whose faults stop nobody: data races, which the race detector of Go shows.
const RACES: &[&str] = &["N01", "N02", "N03", "N04", "N05", "N06", "N08", "N10"];

fn programs(root: &Path) -> Result<Vec<Program>> {
    let mut programs = Vec::new();
    for family in folders(root)? {
        let races = RACES.iter().any(|name| family.ends_with(name));
        for folder in folders(&family)? {
            let path = folder.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
            let name = path.split('/').next_back().unwrap_or_default();
            let fails = name.starts_with("bad_") || name.starts_with("hidden_");
            ensure!(
                fails || name.starts_with("fixed_") || name.starts_with("alike_"),
                "{path}: a program is bad_, hidden_, fixed_ or alike_"
            );
            let mut files: Vec<_> = std::fs::read_dir(&folder)?
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<std::io::Result<_>>()?;
            files.sort();
            let mut hasher = blake3::Hasher::new();
            for file in &files {
                hasher.update(&std::fs::read(file).with_context(|| file.display().to_string())?);
            }
            let state = hasher.finalize().to_hex()[..8].to_owned();
            programs.push(Program {
                path,
                files,
                state,
                fails,
                races,
            });
        }
    }
    Ok(programs)
}

fn folders(root: &Path) -> Result<Vec<PathBuf>> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(root).with_context(|| root.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            out.push(path);
        }
    }
    out.sort();
    Ok(out)
}

/// Builds programs with delays, family by family.
fn build(root: &Path, programs: &[&Program], scratch: &Path) -> Result<()> {
    let families: BTreeSet<_> = programs
        .iter()
        .filter_map(|program| program.path.split('/').next())
        .collect();
    for family in families {
        let out = scratch.join(family);
        std::fs::create_dir_all(&out)?;
        let mut replace = BTreeMap::new();
        let mut packages = Vec::new();
        for program in programs.iter().filter(|program| program.path.starts_with(family)) {
            let name = program.path.replace('/', "_");
            for file in &program.files {
                let text = std::fs::read(file)?;
                let (delayed, package) = delay(&text);
                let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let to = scratch.join(format!("{name}_{stem}.go"));
                std::fs::write(&to, delayed)?;
                replace.insert(file.clone(), to);
                let harness = scratch.join(format!("{name}_harness.go"));
                std::fs::write(
                    &harness,
                    HARNESS.replacen("package truth", &format!("package {package}"), 1),
                )?;
                replace.insert(root.join(&program.path).join("zz_harness_test.go"), harness);
            }
            packages.push(format!("./{}", program.path));
        }
        let overlay = scratch.join(format!("{family}.json"));
        std::fs::write(&overlay, serde_json::to_vec(&BTreeMap::from([("Replace", &replace)]))?)?;
        let mut command = go::go(None);
        command
            .args(["test", "-c", "-vet=off", "-ldflags=-w"])
            .arg("-overlay")
            .arg(&overlay)
            .arg("-o")
            .arg(format!("{}/", out.display()))
            .args(&packages)
            .current_dir(root);
        if RACES.contains(&family) {
            command.arg("-race").env("CGO_ENABLED", "1");
        } else if supports_leak_profile() {
            // Who stands still is proved where the toolchain can do that.
            command.env("GOEXPERIMENT", "goroutineleakprofile");
        }
        let output = command.output().context("go runs")?;
        ensure!(
            output.status.success(),
            "{family} does not build:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}

fn supports_leak_profile() -> bool {
    Command::new("go")
        .args(["env", "GOVERSION"])
        .env("GOEXPERIMENT", "goroutineleakprofile")
        .output()
        .is_ok_and(|output| output.status.success())
}

/// A program with a call before each statement, on the same lines, and the name of its package.
fn delay(text: &[u8]) -> (Vec<u8>, String) {
    let file = parse(text, ParseOptions::default());
    let mut places: Vec<u32> = file
        .stmt_lists
        .iter()
        .map(|&stmt| &file.stmts[stmt])
        .filter(|stmt| {
            !matches!(
                stmt.kind,
                StmtKind::Case { .. } | StmtKind::Comm { .. } | StmtKind::Empty { .. } | StmtKind::Bad
            )
        })
        .map(|stmt| stmt.span.start)
        .collect();
    places.sort_unstable();
    places.dedup();
    let mut out = Vec::with_capacity(text.len() * 2);
    let mut at = 0;
    for place in places {
        out.extend_from_slice(&text[at..place as usize]);
        out.extend_from_slice(b"zzDelay(); ");
        at = place as usize;
    }
    out.extend_from_slice(&text[at..]);
    let package = file
        .package
        .map_or("", |package| file.names.get(file.idents[package].name));
    (out, package.to_owned())
}

/// Lines of a program that are marked, as `file:line`.
fn marked(program: &Program) -> Result<BTreeSet<String>> {
    let mut marked = BTreeSet::new();
    for file in &program.files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let text = std::fs::read_to_string(file)?;
        for (number, line) in text.lines().enumerate() {
            if line.contains("// want ") {
                marked.insert(format!("{name}:{}", number + 1));
            }
        }
    }
    Ok(marked)
}

/// Runs a program until its fate is clear.
fn verdict(program: &Program, scratch: &Path, args: &TruthArgs) -> Result<String> {
    let (family, name) = program.path.split_once('/').context("a family and a name")?;
    let binary = scratch.join(family).join(format!("{name}.test"));
    let marked = marked(program)?;
    ensure!(
        marked.is_empty() != program.fails,
        "{}: `// want` is for programs that fail",
        program.path
    );
    let (mut count, mut failed, mut proved) = (0, 0, 0);
    let mut kinds = BTreeSet::new();
    let mut places = BTreeSet::new();
    while count < args.runs && failed < args.enough {
        count += 1;
        let output = Command::new(&binary)
            .current_dir(scratch)
            .env("GOTRACEBACK", "all")
            .env("GORACE", "halt_on_error=1 exitcode=66")
            .output()
            .with_context(|| binary.display().to_string())?;
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        let kind = match output.status.code() {
            Some(0) => continue,
            Some(3) => "deadlock",
            Some(4) => "leak",
            Some(2) => "panic",
            Some(66) => "race",
            Some(5) if program.races && program.fails => "failed test",
            Some(5) => bail!("{}: the test says FAIL:\n{text}", program.path),
            code => bail!("{}: ends with {code:?}:\n{text}", program.path),
        };
        failed += 1;
        kinds.insert(kind);
        proved += u32::from(text.contains("verdict: proved"));
        places.extend(match kind {
            "race" => raced(program, &text),
            _ => stand(program, &text),
        });
    }
    if failed == 0 {
        return Ok(format!("passes 0 of {count}"));
    }
    ensure!(
        !program.fails || places.iter().any(|place| marked.contains(place)),
        "{}: goroutines stand at {places:?}, none of which is marked",
        program.path
    );
    let mut line = format!(
        "fails ({}) {failed} of {count}",
        kinds.into_iter().collect::<Vec<_>>().join(", ")
    );
    if proved > 0 {
        let _ = write!(line, ", {proved} with a leak profile");
    }
    for place in places {
        let _ = write!(line, " {place}");
    }
    Ok(line)
}

/// The lines of the program on the way to the two accesses that the race detector names.
fn raced(program: &Program, text: &str) -> Vec<String> {
    let report = text.split_once("WARNING: DATA RACE").map_or("", |(_, report)| report);
    let accesses = report.split("\n\nGoroutine ").next().unwrap_or_default();
    let names: Vec<_> = program.files.iter().filter_map(|file| file.file_name()).collect();
    accesses
        .lines()
        .filter_map(|line| line.trim().split(' ').next()?.rsplit('/').next())
        .filter(|place| {
            let file = place.split(':').next().unwrap_or_default();
            names.iter().any(|name| name.to_string_lossy() == file)
        })
        .map(str::to_owned)
        .collect()
}

/// Where goroutines stand in the files of the program, or where it panicked: the innermost call of each stack there.
fn stand(program: &Program, text: &str) -> Vec<String> {
    let names: Vec<_> = program
        .files
        .iter()
        .filter_map(|file| file.file_name())
        .map(|name| format!("{}:", name.to_string_lossy()))
        .collect();
    let stuck = text.split_once("verdict: stuck").map(|(_, stacks)| stacks);
    let stacks: Vec<&str> = match stuck {
        Some(stacks) => stacks.split("\n\ngoroutine ").collect(),
        // The goroutine that panics comes first.
        None => text
            .split_once("\ngoroutine ")
            .map(|(_, stacks)| stacks.split("\n\n").next().unwrap_or_default())
            .into_iter()
            .collect(),
    };
    stacks
        .iter()
        .filter_map(|stack| {
            stack
                .lines()
                .take_while(|line| !line.starts_with("created by"))
                .find_map(|line| {
                    let line = line.trim();
                    let place = names.iter().find_map(|name| line.find(name.as_str()))?;
                    line[place..].split(' ').next().map(str::to_owned)
                })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_is_of_the_programs() {
        let programs = programs(&directory()).expect("readable");
        let wrong = wrong(&programs, &read().expect("readable"));
        assert!(wrong.is_empty(), "run `cargo xtask truth`:\n{}", wrong.join("\n"));
    }

    #[test]
    fn delays_stand_before_statements_on_the_same_lines() {
        let (text, package) =
            delay(b"package p\n\nfunc f(c chan int) {\n\tselect {\n\tcase <-c:\n\t\treturn\n\t}\n}\n");
        assert_eq!(package, "p");
        assert_eq!(
            String::from_utf8_lossy(&text),
            "package p\n\nfunc f(c chan int) {\n\tzzDelay(); select {\n\tcase <-c:\n\t\tzzDelay(); return\n\t}\n}\n"
        );
    }
}
