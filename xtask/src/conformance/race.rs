//! Races found without running: Go's own tests of its race detector, whose names say whether they race.
//!
//! Every function `TestRace…` in `runtime/race/testdata` races, every `TestNoRace…` does not. A function counts as reported if a finding of a
//! race rule is in it, or names it on the way to an access.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{findings, say};
use crate::{go, repository};

/// What `cargo xtask conformance race` takes.
#[derive(clap::Args)]
pub(crate) struct RaceArgs {
    /// Print the findings of functions whose name holds this text; the committed file stays as it is
    #[arg(long, value_name = "TEXT")]
    explain: Option<String>,
}

const SNAPSHOT: &str = "testdata/conformance/race.txt";

/// Compares and writes the score.
pub(crate) fn run(args: &RaceArgs) -> Result<()> {
    let source = go::root(None)?.join("src/runtime/race/testdata");
    let scratch = std::env::temp_dir().join(format!("gosleuth-race-{}", std::process::id()));
    std::fs::create_dir_all(&scratch)?;
    std::fs::write(scratch.join("go.mod"), "module race\n\ngo 1.26\n")?;
    let mut functions = BTreeSet::new();
    for entry in std::fs::read_dir(&source).with_context(|| format!("cannot read {}", source.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if path.extension().is_some_and(|extension| extension == "go") {
            let text = std::fs::read_to_string(&path)?;
            functions.extend(text.lines().filter_map(test_name).map(str::to_owned));
            std::fs::write(scratch.join(name), text)?;
        }
    }
    let findings = findings::of(&scratch, "DR", &[]);
    std::fs::remove_dir_all(&scratch)?;
    let mut reported: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in findings? {
        if !finding["code"].as_str().unwrap_or("").starts_with("DR") {
            continue;
        }
        let (file, line) = findings::place(&finding).unwrap_or_default();
        for function in places(&finding) {
            reported.entry(function).or_default().push(format!(
                "{file}:{line} {} {}; {}",
                finding["code"].as_str().unwrap_or(""),
                finding["message"].as_str().unwrap_or(""),
                finding["why"].as_str().unwrap_or(""),
            ));
        }
    }
    let racy: Vec<&String> = functions.iter().filter(|name| name.starts_with("TestRace")).collect();
    let clean: Vec<&String> = functions.iter().filter(|name| name.starts_with("TestNoRace")).collect();
    let missed: Vec<&&String> = racy.iter().filter(|name| !reported.contains_key(**name)).collect();
    let wrong: Vec<&&String> = clean.iter().filter(|name| reported.contains_key(**name)).collect();
    let mut report = String::from("# What `cargo xtask conformance race` found in Go's tests of its race detector.\n");
    writeln!(report, "racy: {} of {} found", racy.len() - missed.len(), racy.len())?;
    writeln!(report, "race-free: {} of {} reported", wrong.len(), clean.len())?;
    say(report.lines().skip(1).collect::<Vec<_>>().join("\n"));
    for name in &missed {
        writeln!(report, "missed {name}")?;
    }
    for name in &wrong {
        writeln!(report, "wrong {name}")?;
    }
    match &args.explain {
        Some(text) => {
            for (function, findings) in reported.iter().filter(|(function, _)| function.contains(text.as_str())) {
                say(function);
                findings.iter().for_each(|finding| say(format_args!("  {finding}")));
            }
            report
                .lines()
                .skip(3)
                .filter(|line| line.contains(text.as_str()))
                .for_each(say);
        }
        None => std::fs::write(repository::root().join(SNAPSHOT), report)?,
    }
    Ok(())
}

fn test_name(line: &str) -> Option<&str> {
    let name = line.strip_prefix("func ")?.split('(').next()?;
    name.starts_with("Test").then_some(name)
}

/// The functions that a finding names.
fn places(finding: &Value) -> BTreeSet<String> {
    let related = finding["related"].as_array().into_iter().flatten();
    std::iter::once(finding)
        .chain(related)
        .filter_map(|place| place["function"].as_str().or(place["location"]["function"].as_str()))
        .filter_map(|function| function.split('.').nth(1))
        .map(str::to_owned)
        .collect()
}
