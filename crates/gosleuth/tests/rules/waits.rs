//! The programs of `testdata/families`: of each family of blocking bugs some that fail and some that do not, as running them has shown
//! (`cargo xtask truth`).
//!
//! A program that fails is found if the default rules report one of its lines that are marked `// want CODE|CODE` under one of these codes.
//! Any finding in one that does not fail is false, except for races, which have families and a test of their own. `UPDATE_FAMILIES=1 cargo test -p gosleuth --test rules told_apart` writes
//! `score.txt` anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::{check, has_go};

/// Bars in percent: of what fails, at least so much is found; of what does not, at most so much is reported.
const FOUND: usize = 95;
const FALSE: usize = 2;

/// Families of races have a test of their own.
const RACES: &[&str] = &["N01", "N02", "N03", "N04", "N05", "N06", "N08", "N10"];

/// Findings of one program: file name, line and code.
type Findings = Vec<(String, u64, String)>;

#[derive(Default)]
struct Family {
    bad: usize,
    found: usize,
    good: usize,
    wrong: usize,
    notes: Vec<String>,
}

#[test]
fn programs_that_wait_are_told_apart() {
    if !has_go() {
        return;
    }
    let root = gosleuth_testkit::repository_root().join("testdata/families");
    let found = check(&root, &["./..."]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    let mut findings: BTreeMap<String, Findings> = BTreeMap::new();
    for finding in &found.findings {
        let place = &finding["location"];
        let path = place["file"].as_str().expect("a path");
        let (program, file) = path.rsplit_once('/').expect("below a program");
        let line = place["line"].as_u64().expect("a line");
        let code = finding["code"].as_str().expect("a code").to_owned();
        // Races are counted with the families of races.
        if code.starts_with("DR") {
            continue;
        }
        findings
            .entry(program.to_owned())
            .or_default()
            .push((file.to_owned(), line, code));
    }
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    for family in names(&root)
        .into_iter()
        .filter(|family| !RACES.contains(&family.as_str()))
    {
        for name in names(&root.join(&family)) {
            let path = format!("{family}/{name}");
            let score = families.entry(family.clone()).or_default();
            judge(
                &root.join(&path),
                &name,
                findings.get(&path).map_or(&[], Vec::as_slice),
                score,
            );
        }
    }
    let text = score(&families);
    let snapshot = root.join("score.txt");
    if std::env::var_os("UPDATE_FAMILIES").is_some() {
        std::fs::write(&snapshot, &text).expect("writable");
    }
    let sum = |count: fn(&Family) -> usize| families.values().map(count).sum::<usize>();
    assert!(
        sum(|family| family.found) * 100 >= sum(|family| family.bad) * FOUND,
        "{text}"
    );
    assert!(
        sum(|family| family.wrong) * 100 <= sum(|family| family.good) * FALSE,
        "{text}"
    );
}

/// Folders of a folder.
fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(directory)
        .expect("readable")
        .map(|entry| entry.expect("readable"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The lines of a program that may be reported, with the codes that are right for them.
fn wants(directory: &Path) -> Vec<(String, u64, Vec<String>)> {
    let mut wants = Vec::new();
    for entry in std::fs::read_dir(directory).expect("readable") {
        let path = entry.expect("readable").path();
        let file = path.file_name().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("readable");
        for (number, line) in text.lines().enumerate() {
            if let Some((_, codes)) = line.split_once("// want ") {
                let codes = codes.trim().split('|').map(str::to_owned).collect();
                wants.push((file.clone(), number as u64 + 1, codes));
            }
        }
    }
    wants
}

fn judge(directory: &Path, name: &str, findings: &[(String, u64, String)], score: &mut Family) {
    let list = findings
        .iter()
        .map(|(file, line, code)| format!(" {code} at {file}:{line}"))
        .collect::<String>();
    if name.starts_with("fixed_") || name.starts_with("alike_") {
        score.good += 1;
        if !findings.is_empty() {
            score.wrong += 1;
            score.notes.push(format!("false in {name}:{list}"));
        }
        return;
    }
    score.bad += 1;
    let wants = wants(directory);
    let is_found = wants.iter().any(|(file, line, codes)| {
        findings
            .iter()
            .any(|(at, number, code)| at == file && number == line && codes.contains(code))
    });
    if is_found {
        score.found += 1;
    } else {
        let list = if list.is_empty() { " nothing" } else { &list };
        score.notes.push(format!("missed {name}:{list}"));
    }
}

fn score(families: &BTreeMap<String, Family>) -> String {
    let mut text =
        String::from("# Programs of each family that fail and are found, and that do not fail and are reported.\n");
    let mut all = Family::default();
    let mut line = |name: &str, family: &Family| {
        let Family {
            bad,
            found,
            good,
            wrong,
            notes,
        } = family;
        let _ = writeln!(text, "{name}: found {found} of {bad}, false {wrong} of {good}");
        for note in notes {
            let _ = writeln!(text, "  {note}");
        }
    };
    for (name, family) in families {
        line(name, family);
        all.bad += family.bad;
        all.found += family.found;
        all.good += family.good;
        all.wrong += family.wrong;
    }
    line("all", &all);
    text
}
