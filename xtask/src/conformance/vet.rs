//! Findings of `gosleuth check` beside those of `go vet` and staticcheck, by file and line.
//!
//! Only analyzers with a rule of the same purpose are compared. What one side has and the other has not is committed, each line with a
//! reason that is written by hand and kept when the file is written anew.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::say;
use crate::repository;

/// What `cargo xtask conformance vet` takes.
#[derive(clap::Args)]
pub(crate) struct VetArgs {
    /// Compare these packages instead of the fixtures of the rules, and print only
    #[arg(long, value_name = "PATTERN")]
    packages: Vec<String>,
    /// The directory in which the patterns are meant
    #[arg(long, value_name = "DIR", requires = "packages")]
    directory: Option<PathBuf>,
}

/// The committed file.
const SNAPSHOT: &str = "testdata/conformance/vet.txt";

/// Analyzers, and the rules that have the same purpose.
const PAIRS: &[(&str, &[&str])] = &[
    ("copylocks", &["DR005", "DL006"]),
    ("lostcancel", &["CX001"]),
    ("loopclosure", &["DR003"]),
    ("waitgroup", &["DL006"]),
    ("httpresponse", &["RS003"]),
    ("SA1015", &["GL012"]),
    ("SA1017", &["RS010"]),
    ("SA2000", &["DL006"]),
    ("SA2001", &["DL003"]),
    ("SA2002", &["DR010"]),
    ("SA2003", &["DL001"]),
];

/// By file and line: the analyzers or rules that report something there.
type Places = BTreeMap<(String, u64), BTreeSet<String>>;

/// Compares and writes or prints the differences.
pub(crate) fn run(args: &VetArgs) -> Result<()> {
    let root = repository::root();
    if !args.packages.is_empty() {
        let directory = args.directory.clone().unwrap_or_else(|| PathBuf::from("."));
        let (lines, common) = compare(&directory, &args.packages)?;
        for line in &lines {
            say(line);
        }
        say(format_args!("{common} places in common, {} differences", lines.len()));
        return Ok(());
    }
    let fixtures = root.join("testdata/rules");
    let mut folders: Vec<_> = std::fs::read_dir(&fixtures)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    let mut all = Vec::new();
    let mut common = 0;
    for folder in folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (lines, both) = compare(&folder, &["./...".to_owned()]).with_context(|| name.clone())?;
        common += both;
        all.extend(lines.into_iter().map(|line| {
            let (who, place) = line.split_once(' ').unwrap_or((&line, ""));
            format!("{who} {name}/{place}")
        }));
    }
    let path = root.join(SNAPSHOT);
    let reasons = reasons(&std::fs::read_to_string(&path).unwrap_or_default());
    let mut text = format!(
        "# What `cargo xtask conformance vet` found different from go vet and staticcheck in testdata/rules.\n\
         # {common} places are reported by both. Behind each difference stands why.\n"
    );
    let mut unexplained = 0;
    for line in &all {
        let reason = reasons
            .get(line)
            .or_else(|| reasons.get(general(line)))
            .map_or("?", String::as_str);
        unexplained += usize::from(reason == "?");
        text.push_str(&format!("{line} # {reason}\n"));
    }
    std::fs::write(&path, text)?;
    say(format_args!(
        "{common} places in common, {} differences, {unexplained} without a reason",
        all.len()
    ));
    ensure!(unexplained == 0, "write a reason behind each line of {SNAPSHOT}");
    Ok(())
}

/// Who reports it and in which folder: a reason often holds for all of these.
fn general(line: &str) -> &str {
    line.split_once('/').map_or(line, |(general, _)| general)
}

/// The reasons of a committed file, by line, and by what [`general`] says of a line.
fn reasons(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let known = lines
        .filter_map(|line| line.split_once(" # "))
        .filter(|(_, reason)| *reason != "?");
    let mut reasons = BTreeMap::new();
    for (line, reason) in known {
        reasons.insert(line.to_owned(), reason.to_owned());
        reasons
            .entry(general(line).to_owned())
            .or_insert_with(|| reason.to_owned());
    }
    reasons
}

/// The differences as lines, and the number of places that both report.
fn compare(directory: &Path, patterns: &[String]) -> Result<(Vec<String>, usize)> {
    let directory = directory.canonicalize()?;
    let mut theirs = vet(&directory, patterns)?;
    for (place, analyzers) in staticcheck(&directory, patterns)? {
        theirs.entry(place).or_default().extend(analyzers);
    }
    let ours = gosleuth(&directory, patterns)?;
    let mut lines = Vec::new();
    let mut common = 0;
    let codes_of = |analyzer: &str| {
        PAIRS
            .iter()
            .find(|(name, _)| *name == analyzer)
            .map_or(&[][..], |(_, codes)| codes)
    };
    for ((file, line), analyzers) in &theirs {
        let here = ours.get(&(file.clone(), *line));
        for analyzer in analyzers {
            if here.is_some_and(|here| codes_of(analyzer).iter().any(|&code| here.contains(code))) {
                common += 1;
            } else {
                lines.push(format!("only-{analyzer} {file}:{line}"));
            }
        }
    }
    for ((file, line), codes) in &ours {
        let there = theirs.get(&(file.clone(), *line));
        for code in codes {
            let is_theirs = there.is_some_and(|there| there.iter().any(|name| codes_of(name).contains(&code.as_str())));
            if !is_theirs {
                lines.push(format!("only-{code} {file}:{line}"));
            }
        }
    }
    Ok((lines, common))
}

fn go(program: &str, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(directory)
        .env("GOFLAGS", "-mod=mod")
        .env("GOTOOLCHAIN", "local");
    command
}

fn vet(directory: &Path, patterns: &[String]) -> Result<Places> {
    let analyzers = [
        "-copylocks",
        "-lostcancel",
        "-loopclosure",
        "-waitgroup",
        "-httpresponse",
    ];
    let output = go("go", directory)
        .args(["vet", "-json"])
        .args(analyzers)
        .args(patterns)
        .output()
        .context("go vet")?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let mut places = Places::new();
    for document in serde_json::Deserializer::from_str(&lines.join("\n")).into_iter::<Value>() {
        let Value::Object(packages) = document.context("go vet -json")? else {
            continue;
        };
        for (analyzer, diagnostics) in packages.values().filter_map(Value::as_object).flatten() {
            for diagnostic in diagnostics.as_array().into_iter().flatten() {
                let message = diagnostic["message"].as_str().unwrap_or_default();
                // Says where a path of the diagnostic before it ends.
                if message.starts_with("this return statement may be reached") {
                    continue;
                }
                let position = diagnostic["posn"].as_str().unwrap_or_default();
                let mut parts = position.rsplitn(3, ':');
                let (_, line, file) = (parts.next(), parts.next(), parts.next());
                let (Some(line), Some(file)) = (line.and_then(|line| line.parse().ok()), file) else {
                    continue;
                };
                places
                    .entry((relative(directory, file), line))
                    .or_default()
                    .insert(analyzer.clone());
            }
        }
    }
    Ok(places)
}

fn staticcheck(directory: &Path, patterns: &[String]) -> Result<Places> {
    let program = std::env::var("STATICCHECK").unwrap_or_else(|_| "staticcheck".to_owned());
    let output = go(&program, directory)
        .args(["-f", "json", "-checks", "SA1015,SA1017,SA2000,SA2001,SA2002,SA2003"])
        .args(patterns)
        .output()
        .context("staticcheck; install it or set STATICCHECK to its path")?;
    let mut places = Places::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let diagnostic: Value = serde_json::from_str(line).context("staticcheck -f json")?;
        let (Some(code), Some(file), Some(line)) = (
            diagnostic["code"].as_str(),
            diagnostic["location"]["file"].as_str(),
            diagnostic["location"]["line"].as_u64(),
        ) else {
            continue;
        };
        if PAIRS.iter().any(|(name, _)| *name == code) {
            places
                .entry((relative(directory, file), line))
                .or_default()
                .insert(code.to_owned());
        }
    }
    Ok(places)
}

fn gosleuth(directory: &Path, patterns: &[String]) -> Result<Places> {
    let codes: BTreeSet<&str> = PAIRS.iter().flat_map(|(_, codes)| codes.iter().copied()).collect();
    let known: Vec<_> = codes
        .into_iter()
        .filter(|code| gosleuth_rules::find_rule(code).is_some())
        .collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let words = [
        "gosleuth",
        "check",
        "--no-config",
        "--no-cache",
        "--format",
        "json",
        "--select",
    ];
    let words = words
        .iter()
        .map(|word| (*word).to_owned())
        .chain([known.join(",")])
        .chain(patterns.iter().cloned());
    let exit = gosleuth::run(
        words.map(std::ffi::OsString::from),
        &mut gosleuth::Io {
            stdin: &mut std::io::empty(),
            stdout: &mut out,
            stderr: &mut err,
            color: false,
            width: None,
            directory: directory.to_owned(),
        },
    );
    ensure!(exit != gosleuth::Exit::Trouble, "{}", String::from_utf8_lossy(&err));
    let document: Value = serde_json::from_slice(&out).context("gosleuth check --format json")?;
    let mut places = Places::new();
    for finding in document["findings"].as_array().into_iter().flatten() {
        let (Some(code), Some(file), Some(line)) = (
            finding["code"].as_str(),
            finding["location"]["file"].as_str(),
            finding["location"]["line"].as_u64(),
        ) else {
            continue;
        };
        places
            .entry((relative(directory, file), line))
            .or_default()
            .insert(code.to_owned());
    }
    Ok(places)
}

fn relative(directory: &Path, file: &str) -> String {
    let path = Path::new(file);
    path.strip_prefix(directory)
        .unwrap_or(path)
        .to_string_lossy()
        .into_owned()
}
