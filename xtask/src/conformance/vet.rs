//! Findings of `gosleuth check` beside those of `go vet` and staticcheck, by file and line.
//!
//! Only analyzers with a rule of the same purpose are compared. What one side has and the other has not is committed, each line with a
//! reason that is written by hand and kept when the file is written anew. In real code these are the findings of the others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::{findings, say};
use crate::{go, repository};

/// What `cargo xtask conformance vet` takes.
#[derive(clap::Args)]
pub(crate) struct VetArgs {
    /// What to compare: the fixtures of the `rules`, `std`, `cmd`, or `closure` (third-party modules)
    #[arg(default_value = "rules")]
    set: String,
    /// Compare these packages instead, and print only
    #[arg(long, value_name = "PATTERN")]
    packages: Vec<String>,
    /// The directory in which the patterns are meant
    #[arg(long, value_name = "DIR", requires = "packages")]
    directory: Option<PathBuf>,
}

/// Analyzers, and the rules that have the same purpose.
const PAIRS: &[(&str, &[&str])] = &[
    ("copylocks", &["DR005", "DL006"]),
    ("lostcancel", &["CX001"]),
    ("loopclosure", &["DR003"]),
    ("waitgroup", &["DL006"]),
    ("httpresponse", &["RS003"]),
    ("sigchanyzer", &["RS010"]),
    ("SA1015", &["GL012"]),
    ("SA1017", &["RS010"]),
    ("SA2000", &["DL006"]),
    ("SA2001", &["DL003"]),
    ("SA2002", &["DR010"]),
    ("SA2003", &["DL001"]),
];

/// By file and line: the analyzers or rules that report something there.
type Places = BTreeMap<(String, u64), BTreeSet<String>>;

/// Where packages are, which, and what their files are named relative to.
pub(super) struct Corpus {
    pub(super) directory: PathBuf,
    pub(super) patterns: Vec<String>,
    base: PathBuf,
}

/// Compares and writes or prints the differences.
pub(crate) fn run(args: &VetArgs) -> Result<()> {
    if !args.packages.is_empty() {
        let directory = args
            .directory
            .clone()
            .unwrap_or_else(|| PathBuf::from("."))
            .canonicalize()?;
        let found = compare(&Corpus {
            base: directory.clone(),
            directory,
            patterns: args.packages.clone(),
        })?;
        for line in found.theirs.iter().chain(&found.ours) {
            say(line);
        }
        say(format_args!(
            "{} places in common, {} differences",
            found.common,
            found.theirs.len() + found.ours.len()
        ));
        return Ok(());
    }
    match args.set.as_str() {
        "rules" => fixtures(),
        set => real(set),
    }
}

/// Compares in the fixtures of the rules, where each difference is explained, in both directions.
fn fixtures() -> Result<()> {
    let fixtures = repository::root().join("testdata/rules");
    let mut folders: Vec<_> = std::fs::read_dir(&fixtures)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    let mut all = Vec::new();
    let mut common = 0;
    for folder in folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let corpus = Corpus {
            directory: folder.clone(),
            patterns: vec!["./...".to_owned()],
            base: folder,
        };
        let found = compare(&corpus).with_context(|| name.clone())?;
        common += found.common;
        all.extend(found.theirs.into_iter().chain(found.ours).map(|line| {
            let (who, place) = line.split_once(' ').unwrap_or((&line, ""));
            format!("{who} {name}/{place}")
        }));
    }
    let head = format!(
        "# What `cargo xtask conformance vet` found different from go vet and staticcheck in testdata/rules.\n\
         # {common} places are reported by both. Behind each difference stands why.\n"
    );
    write(
        &repository::root().join("testdata/conformance/vet.txt"),
        head,
        &all,
        general,
    )
}

/// Compares in real code. What gosleuth alone finds there is judged in docs/precision.md.
fn real(set: &str) -> Result<()> {
    let sources = go::root(None)?.join("src");
    let scratch = std::env::temp_dir().join(format!("gosleuth-vet-{}", std::process::id()));
    let corpus = match set {
        "std" => Corpus {
            directory: sources.clone(),
            patterns: vec!["std".to_owned()],
            base: sources,
        },
        "cmd" => Corpus {
            directory: sources.join("cmd"),
            patterns: vec!["./...".to_owned()],
            base: sources,
        },
        "closure" => closure(&scratch)?,
        other => bail!("{other} is none of rules, std, cmd and closure"),
    };
    let found = compare(&corpus);
    if scratch.exists() {
        std::fs::remove_dir_all(&scratch)?;
    }
    let found = found?;
    let head = format!(
        "# What go vet and staticcheck report in {set} and gosleuth does not (`cargo xtask conformance vet {set}`), and why.\n\
         # {} places are reported by both, {} by gosleuth alone.\n",
        found.common,
        found.ours.len()
    );
    let path = repository::root().join(format!("testdata/conformance/vet-{set}.txt"));
    write(&path, head, &found.theirs, |line| line)
}

/// The packages of other modules that `testdata/closure` imports. Go may change go.mod, so it gets a copy.
pub(super) fn closure(scratch: &Path) -> Result<Corpus> {
    let module = repository::root().join("testdata/closure");
    std::fs::create_dir_all(scratch)?;
    for name in ["go.mod", "go.sum", "imports.go"] {
        std::fs::copy(module.join(name), scratch.join(name))?;
    }
    let said = |words: &[&str]| -> Result<String> {
        let output = command("go", scratch).args(words).output().context("go")?;
        ensure!(
            output.status.success(),
            "go {words:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let list = said(&[
        "list",
        "-deps",
        "-f",
        "{{if and .Module (not .Module.Main)}}{{.ImportPath}}{{end}}",
        "./...",
    ])?;
    Ok(Corpus {
        directory: scratch.to_owned(),
        patterns: list
            .lines()
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect(),
        base: PathBuf::from(said(&["env", "GOMODCACHE"])?.trim()),
    })
}

/// Writes differences with their reasons; those that are known are kept, also by what `general` says of a line.
fn write(path: &Path, head: String, lines: &[String], general: fn(&str) -> &str) -> Result<()> {
    let reasons = reasons(&std::fs::read_to_string(path).unwrap_or_default(), general);
    let mut text = head;
    let mut unexplained = 0;
    for line in lines {
        let reason = reasons.get(line).or_else(|| reasons.get(general(line)));
        let reason = reason.map_or("?", String::as_str);
        unexplained += usize::from(reason == "?");
        text.push_str(&format!("{line} # {reason}\n"));
    }
    text.lines().take_while(|line| line.starts_with('#')).for_each(say);
    std::fs::write(path, text)?;
    say(format_args!(
        "{} differences, {unexplained} without a reason",
        lines.len()
    ));
    ensure!(
        unexplained == 0,
        "write a reason behind each line of {}",
        path.display()
    );
    Ok(())
}

/// Who reports it and in which folder: a reason often holds for all of these.
fn general(line: &str) -> &str {
    line.split_once('/').map_or(line, |(general, _)| general)
}

/// The reasons of a committed file, by line, and by what [`general`] says of a line.
fn reasons(text: &str, general: fn(&str) -> &str) -> BTreeMap<String, String> {
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

/// What a comparison found.
#[derive(Default)]
struct Differences {
    /// `only-ANALYZER FILE:LINE`
    theirs: Vec<String>,
    /// `only-CODE FILE:LINE`
    ours: Vec<String>,
    /// Places that both report.
    common: usize,
}

fn compare(corpus: &Corpus) -> Result<Differences> {
    let mut theirs = vet(corpus)?;
    for (place, analyzers) in staticcheck(corpus)? {
        theirs.entry(place).or_default().extend(analyzers);
    }
    let ours = gosleuth(corpus)?;
    let mut found = Differences::default();
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
                found.common += 1;
            } else {
                found.theirs.push(format!("only-{analyzer} {file}:{line}"));
            }
        }
    }
    for ((file, line), codes) in &ours {
        let there = theirs.get(&(file.clone(), *line));
        for code in codes {
            let is_theirs = there.is_some_and(|there| there.iter().any(|name| codes_of(name).contains(&code.as_str())));
            if !is_theirs {
                found.ours.push(format!("only-{code} {file}:{line}"));
            }
        }
    }
    Ok(found)
}

pub(super) fn command(program: &str, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(directory)
        .env("GOFLAGS", "-mod=mod")
        .env("GOPROXY", "off")
        .env("GOTOOLCHAIN", "local");
    command
}

fn vet(corpus: &Corpus) -> Result<Places> {
    let analyzers = [
        "-copylocks",
        "-lostcancel",
        "-loopclosure",
        "-waitgroup",
        "-httpresponse",
        "-sigchanyzer",
    ];
    let output = command("go", &corpus.directory)
        .args(["vet", "-json"])
        .args(analyzers)
        .args(&corpus.patterns)
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
                    .entry((relative(&corpus.base, file), line))
                    .or_default()
                    .insert(analyzer.clone());
            }
        }
    }
    Ok(places)
}

fn staticcheck(corpus: &Corpus) -> Result<Places> {
    let program = std::env::var("STATICCHECK").unwrap_or_else(|_| "staticcheck".to_owned());
    let output = command(&program, &corpus.directory)
        .args(["-f", "json", "-checks", "SA1015,SA1017,SA2000,SA2001,SA2002,SA2003"])
        .args(&corpus.patterns)
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
                .entry((relative(&corpus.base, file), line))
                .or_default()
                .insert(code.to_owned());
        }
    }
    Ok(places)
}

fn gosleuth(corpus: &Corpus) -> Result<Places> {
    let codes: BTreeSet<&str> = PAIRS.iter().flat_map(|(_, codes)| codes.iter().copied()).collect();
    let codes: Vec<_> = codes.into_iter().collect();
    let mut places = Places::new();
    for finding in findings::of(&corpus.directory, &codes.join(","), &corpus.patterns)? {
        if let (Some(code), Some((file, line))) = (finding["code"].as_str(), findings::place(&finding)) {
            places
                .entry((relative(&corpus.base, &absolute(&corpus.directory, file)), line))
                .or_default()
                .insert(code.to_owned());
        }
    }
    Ok(places)
}

/// Files of the checked directory are named relative to it.
fn absolute(directory: &Path, file: &str) -> String {
    directory.join(file).to_string_lossy().into_owned()
}

fn relative(directory: &Path, file: &str) -> String {
    let path = Path::new(file);
    path.strip_prefix(directory)
        .unwrap_or(path)
        .to_string_lossy()
        .into_owned()
}
