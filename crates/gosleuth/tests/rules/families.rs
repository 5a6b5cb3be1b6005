//! The programs of races in `testdata/families`: what `bad_…` and `hidden_…` mark with `// want` is found, and `fixed_…` and `alike_…` have no
//! finding of a race rule. `go test -race` agrees with these labels. `UPDATE_FAMILIES=1 cargo test -p gosleuth --test rules races` writes
//! `races.txt`, the score, anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::{check, has_go};

/// Families of races that rules of races find; the others are of schedules.
const FAMILIES: &[&str] = &["N01", "N02", "N03", "N04", "N05", "N06", "N08", "N10"];

/// Lines of the two accesses of a finding.
fn lines(finding: &Value) -> Vec<u64> {
    let related = finding["related"].as_array().into_iter().flatten();
    let other = related.filter(|place| place["label"].as_str().is_some_and(|label| label.ends_with("it here")));
    std::iter::once(&finding["location"]["line"])
        .chain(other.map(|place| &place["line"]))
        .filter_map(Value::as_u64)
        .collect()
}

#[test]
fn programs_of_races_are_told_apart() {
    if !has_go() {
        return;
    }
    let root = gosleuth_testkit::repository_root().join("testdata/families");
    let found = check(&root, &["--select", "DR", "./..."]);
    let mut by_file: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for finding in &found.findings {
        let file = finding["location"]["file"].as_str().expect("a path").replace('\\', "/");
        by_file.entry(file).or_default().push(finding);
    }
    let (mut wrong, mut programs) = (Vec::new(), 0);
    let mut score = String::from(
        "# Programs of races that are found, of those that race, and that are reported, of those that do not.\n",
    );
    for family in FAMILIES {
        // Programs that race, and those found; those that do not, and those reported.
        let mut counts = [0; 4];
        for program in std::fs::read_dir(root.join(family)).expect("a family") {
            let program = program.expect("readable").path();
            for file in std::fs::read_dir(&program).expect("a program") {
                let file = file.expect("readable").path();
                let path = file
                    .strip_prefix(&root)
                    .expect("below")
                    .to_string_lossy()
                    .replace('\\', "/");
                let text = std::fs::read_to_string(&file).expect("readable");
                let findings = by_file.get(&path).map_or(&[][..], Vec::as_slice);
                let wants: Vec<(u64, &str)> = text
                    .lines()
                    .zip(1..)
                    .filter_map(|(line, number)| Some((number, line.split_once("// want ")?.1)))
                    .collect();
                programs += 1;
                let is_bad = !wants.is_empty();
                let is_right = if wants.is_empty() {
                    findings.is_empty()
                } else {
                    findings.iter().any(|finding| {
                        let code = finding["code"].as_str().unwrap_or("");
                        wants.iter().any(|(line, codes)| {
                            codes.split('|').any(|one| one == code) && lines(finding).contains(line)
                        })
                    })
                };
                counts[if is_bad { 0 } else { 2 }] += 1;
                counts[if is_bad { 1 } else { 3 }] += usize::from(is_bad == is_right);
                if !is_right {
                    wrong.push(format!("{path}: {findings:?}"));
                }
            }
        }
        let [bad, found, good, reported] = counts;
        let _ = writeln!(score, "{family}: found {found} of {bad}, false {reported} of {good}");
    }
    let snapshot = root.join("races.txt");
    if std::env::var_os("UPDATE_FAMILIES").is_some() {
        std::fs::write(&snapshot, &score).expect("writable");
    }
    assert_eq!(score, std::fs::read_to_string(&snapshot).unwrap_or_default());
    assert!(programs > 50, "{programs} programs");
    assert!(wrong.is_empty(), "{} of {programs}:\n{}", wrong.len(), wrong.join("\n"));
}
