//! The modules in `testdata/rules`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde_json::Value;

use crate::{Scratch, check, compile, fixtures_root, has_go};

/// `cargo test -p gosleuth --test rules` with `RULES=DR005,GL004` looks only at these.
fn wanted(code: &str) -> bool {
    std::env::var("RULES").map_or(true, |codes| codes.split(',').any(|one| one == code))
}

/// Ways in which code reaches what a rule is about, each with parts of the names of functions that have it.
const SHAPES: [(&str, &[&str]); 6] = [
    ("through a field", &["Field", "Method", "Embedded"]),
    ("through a parameter", &["Parameter", "Argument", "Passed", "Helper"]),
    ("across packages", &["OtherPackage", "Across"]),
    ("through an interface", &["Interface"]),
    ("in a closure", &["Closure", "Literal", "Callback", "Captured"]),
    ("with generics", &["Generic"]),
];

/// Rules whose fixtures have each shape twice: found, or missed under the name `FN_…`; and not found, or found wrongly as `FP_…`.
const EVERY_SHAPE: [&str; 25] = [
    "DL001", "DL002", "DL003", "DL004", "DL005", "DL007", "DL008", "DL009", "DL012", "DR001", "DR002", "DR006",
    "DR007", "DR008", "DR010", "GL001", "GL002", "GL003", "GL005", "GL006", "GL008", "PN001", "PN002", "PN004",
    "PN005",
];

fn folders() -> Vec<(String, PathBuf)> {
    let mut folders: Vec<_> = std::fs::read_dir(fixtures_root())
        .expect("fixtures")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.is_dir())
        .map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), path))
        .filter(|(code, _)| wanted(code))
        .collect();
    folders.sort();
    folders
}

fn go_files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            go_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "go") {
            found.push(path);
        }
    }
    found.sort();
}

/// What the comments of a fixture say: regexes by file and line, and the function that each line is in.
struct Expected {
    wants: BTreeMap<(String, u64), Vec<Regex>>,
    functions: BTreeMap<(String, u64), String>,
}

fn expected(code: &str, directory: &Path) -> Expected {
    let mut files = Vec::new();
    go_files(directory, &mut files);
    let func = Regex::new(r"^func (?:\([^)]*\) )?(\w+)").expect("a regex");
    let want = Regex::new(r#"// want (?:\w+) (.*)$"#).expect("a regex");
    let text_of = Regex::new(r#""((?:[^"\\]|\\.)*)""#).expect("a regex");
    let mut expected = Expected {
        wants: BTreeMap::new(),
        functions: BTreeMap::new(),
    };
    for path in files {
        let file = path
            .strip_prefix(directory)
            .expect("below")
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path).expect("readable");
        let mut function = String::new();
        for (number, line) in text.lines().enumerate() {
            let at = (file.clone(), number as u64 + 1);
            if let Some(found) = func.captures(line) {
                function = found[1].to_owned();
            }
            if let Some(found) = want.captures(line) {
                assert!(
                    line.contains(&format!("// want {code} ")),
                    "{file}:{}: another code",
                    number + 1
                );
                let regexes = text_of.captures_iter(&found[1]);
                let regexes = regexes.map(|text| Regex::new(&text[1].replace("\\\"", "\"")).expect("a regex"));
                expected.wants.insert(at.clone(), regexes.collect());
            }
            expected.functions.insert(at, function.clone());
            if line == "}" {
                function.clear();
            }
        }
    }
    expected
}

fn at(finding: &Value) -> (String, u64) {
    let place = &finding["location"];
    (
        place["file"].as_str().expect("a path").to_owned(),
        place["line"].as_u64().expect("a line"),
    )
}

fn compare(code: &str, directory: &Path) -> Vec<String> {
    let expected = expected(code, directory);
    let found = check(directory, &["--select", code, "./..."]);
    let mut wrong: Vec<String> = found
        .problems
        .iter()
        .map(|problem| format!("problem: {problem}"))
        .collect();
    let mut left = expected.wants;
    let name_of = |at: &(String, u64)| expected.functions.get(at).cloned().unwrap_or_default();
    for finding in &found.findings {
        let at = at(finding);
        let message = finding["message"].as_str().expect("text");
        let fits = left.get_mut(&at).and_then(|wants| {
            let index = wants.iter().position(|want| want.is_match(message))?;
            wants.remove(index);
            Some(())
        });
        if fits.is_none() {
            wrong.push(format!("{}:{}: not wanted: {message}", at.0, at.1));
        }
        let name = name_of(&at);
        if name.starts_with("Ok") || name.starts_with("FN_") {
            wrong.push(format!("{}:{}: a finding in {name}", at.0, at.1));
        }
        for key in ["why", "do"] {
            if finding[key].as_str().is_none_or(str::is_empty) {
                wrong.push(format!("{}:{}: no {key}", at.0, at.1));
            }
        }
    }
    for (at, wants) in &left {
        wrong.extend(wants.iter().map(|want| format!("{}:{}: not found: {want}", at.0, at.1)));
    }
    let mut names: Vec<_> = expected.functions.values().collect();
    names.sort();
    names.dedup();
    for start in ["Bad", "Ok"] {
        let count = names.iter().filter(|name| name.starts_with(start)).count();
        if count < 6 {
            wrong.push(format!("only {count} functions {start}…"));
        }
    }
    if EVERY_SHAPE.contains(&code) {
        for (shape, parts) in SHAPES {
            for starts in [["Bad", "FN_"], ["Ok", "FP_"]] {
                let has_shape = names.iter().any(|name| {
                    starts.iter().any(|start| name.starts_with(start)) && parts.iter().any(|part| name.contains(part))
                });
                if !has_shape {
                    wrong.push(format!("no function {}… {shape}", starts[0]));
                }
            }
        }
    }
    wrong
}

#[test]
fn findings_are_those_that_the_comments_want() {
    if !has_go() {
        return;
    }
    let mut wrong = Vec::new();
    for (code, directory) in folders() {
        wrong.extend(
            compare(&code, &directory)
                .into_iter()
                .map(|text| format!("{code}/{text}")),
        );
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn fixtures_compile() {
    if has_go() {
        for (_, directory) in folders() {
            compile(&directory);
        }
    }
}

/// Applied fixes leave a program that compiles, and nothing that a fix would change.
#[test]
fn fixes_converge_and_compile() {
    if !has_go() {
        return;
    }
    for (code, directory) in folders() {
        let before = check(&directory, &["--select", &code, "./..."]).findings;
        let fixable = before.iter().filter(|finding| finding["fix"].is_object()).count();
        if fixable == 0 {
            continue;
        }
        let scratch = Scratch::new(&code);
        copy(&directory, &scratch.0);
        let after = check(&scratch.0, &["--select", &code, "--fix", "--unsafe", "./..."]).findings;
        let left: Vec<_> = after.iter().filter(|finding| finding["fix"].is_object()).collect();
        assert!(left.is_empty(), "{code}: {left:?}");
        assert!(
            after.len() + fixable <= before.len(),
            "{code}: {fixable} of {} could be fixed, {} are left",
            before.len(),
            after.len()
        );
        compile(&scratch.0);
        let mut files = Vec::new();
        go_files(&scratch.0, &mut files);
        let output = std::process::Command::new("gofmt")
            .arg("-l")
            .args(&files)
            .output()
            .expect("gofmt runs");
        let unformatted = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(unformatted.is_empty(), "{code}: a fix is not formatted: {unformatted}");
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("writable");
    for entry in std::fs::read_dir(from).expect("readable") {
        let path = entry.expect("readable").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("writable");
        }
    }
}
