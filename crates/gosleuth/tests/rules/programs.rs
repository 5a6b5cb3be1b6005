//! The failing programs of `testdata/programs`, which look like code of users: which of them `gosleuth check` finds by a rule that their
//! `fixture.toml` names, and at the line to blame. `UPDATE_PROGRAMS=1 cargo test -p gosleuth --test rules programs` writes the list anew: it is to
//! become better only.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::{check, has_go};

/// What is said of programs that do not fail: requests without a limit of time, which is so.
const OF_HEALTHY: &[&str] = &["RS001"];

/// What one program is to show.
struct Program {
    /// `leak/unclosed-jobs`
    name: String,
    rules: Vec<String>,
    /// File and line of each mark.
    lines: Vec<(String, u64)>,
}

/// A list of texts in a `fixture.toml`: they are on one line.
fn list(text: &str, key: &str) -> Vec<String> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(" = ["));
    let items = line.unwrap_or("").trim_end_matches(']').split(',');
    items
        .map(|item| item.trim().trim_matches('"').to_owned())
        .filter(|item| !item.is_empty())
        .collect()
}

fn programs(root: &Path) -> Vec<Program> {
    let mut programs = Vec::new();
    for kind in directories(root) {
        for name in directories(&root.join(&kind)) {
            let name = format!("{kind}/{name}");
            let Ok(text) = std::fs::read_to_string(root.join(&name).join("fixture.toml")) else {
                continue;
            };
            let marks = list(&text, "lines");
            let mut lines = Vec::new();
            for file in files(&root.join(&name)) {
                let text = std::fs::read_to_string(&file).expect("readable");
                let path = file
                    .strip_prefix(root)
                    .expect("below")
                    .to_string_lossy()
                    .replace('\\', "/");
                for (line, number) in text.lines().zip(1..) {
                    if let Some((_, mark)) = line.split_once("// MARK: ")
                        && marks.iter().any(|known| known == mark.trim())
                    {
                        lines.push((path.clone(), number));
                    }
                }
            }
            programs.push(Program {
                name,
                rules: list(&text, "rules"),
                lines,
            });
        }
    }
    programs
}

fn directories(of: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(of)
        .expect("a directory")
        .map(|entry| entry.expect("readable"));
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn files(of: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut work = vec![of.to_owned()];
    while let Some(directory) = work.pop() {
        for entry in std::fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                work.push(path);
            } else if path.extension().is_some_and(|ext| ext == "go") {
                found.push(path);
            }
        }
    }
    found
}

/// Every place that a finding shows.
fn places(finding: &Value) -> Vec<(String, u64)> {
    let related = finding["related"].as_array().into_iter().flatten();
    std::iter::once(&finding["location"])
        .chain(related.map(|place| {
            if place["location"].is_object() {
                &place["location"]
            } else {
                place
            }
        }))
        .filter_map(|place| Some((place["file"].as_str()?.replace('\\', "/"), place["line"].as_u64()?)))
        .collect()
}

#[test]
fn programs_are_found() {
    if !has_go() {
        return;
    }
    let repository = gosleuth_testkit::repository_root();
    let root = repository.join("testdata/programs");
    let mut by_program: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for finding in check(&root, &["./..."]).findings {
        let file = finding["location"]["file"].as_str().expect("a path").replace('\\', "/");
        let name: Vec<&str> = file.split('/').take(2).collect();
        by_program.entry(name.join("/")).or_default().push(finding);
    }
    let mut text = String::from(
        "# Programs that fail, and whether a rule that fits is found in them: at the line to blame (`line`), elsewhere (`found`), or not (`missed`).\n",
    );
    let (mut found, mut all, mut wrong) = (0, 0, Vec::new());
    for program in programs(&root) {
        let findings = by_program.get(&program.name).map_or(&[][..], Vec::as_slice);
        let code = |finding: &Value| finding["code"].as_str().unwrap_or("").to_owned();
        if program.name.starts_with("healthy/") {
            wrong.extend(
                findings
                    .iter()
                    .map(code)
                    .filter(|code| !OF_HEALTHY.contains(&code.as_str()))
                    .map(|code| format!("{}: {code}", program.name)),
            );
            continue;
        }
        if program.rules.is_empty() {
            continue;
        }
        all += 1;
        let fits: Vec<&Value> = findings
            .iter()
            .filter(|finding| program.rules.contains(&code(finding)))
            .collect();
        let at_line = fits
            .iter()
            .any(|finding| places(finding).iter().any(|place| program.lines.contains(place)));
        found += usize::from(!fits.is_empty());
        let word = match (fits.is_empty(), at_line) {
            (true, _) => "missed",
            (false, true) => "line",
            (false, false) => "found",
        };
        writeln!(text, "{word:<6} {} ({})", program.name, program.rules.join(" ")).expect("a string");
    }
    writeln!(text, "{found} of {all}").expect("a string");
    assert!(wrong.is_empty(), "programs that do not fail:\n{}", wrong.join("\n"));
    assert!(all > 150, "{all} programs");
    let path = repository.join("testdata/conformance/programs.txt");
    if std::env::var_os("UPDATE_PROGRAMS").is_some() {
        std::fs::write(&path, &text).expect("writable");
        return;
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert_eq!(known, text, "UPDATE_PROGRAMS=1 writes it anew");
}
