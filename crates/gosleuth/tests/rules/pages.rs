//! The examples of the pages: the first has a finding of its rule, the second has none, and both are Go.

use gosleuth_rules::RULES;

use crate::{Scratch, check, compile, fixtures_root, has_go};

/// Packages that examples use without saying so, by the name they are used under.
const PACKAGES: &[(&str, &str)] = &[
    ("atomic", "sync/atomic"),
    ("context", "context"),
    ("errors", "errors"),
    ("exec", "os/exec"),
    ("fmt", "fmt"),
    ("http", "net/http"),
    ("io", "io"),
    ("log", "log"),
    ("os", "os"),
    ("pprof", "net/http/pprof"),
    ("signal", "os/signal"),
    ("sql", "database/sql"),
    ("strings", "strings"),
    ("sync", "sync"),
    ("synctest", "testing/synctest"),
    ("testing", "testing"),
    ("time", "time"),
];

/// The Go text under a heading.
fn example(page: &str, heading: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("## {heading}\n"))?;
    let rest = rest.split("\n## ").next()?;
    let (_, rest) = rest.split_once("```go\n")?;
    Some(rest.split("```").next()?.to_owned())
}

fn program(example: &str) -> String {
    let mut text = String::from("package example\n\n");
    for (name, path) in PACKAGES {
        let uses = regex::Regex::new(&format!(r"\b{name}\.[A-Z]")).expect("a regex");
        if uses.is_match(example) {
            text.push_str(&format!("import {path:?}\n"));
        }
    }
    format!("{text}\n{example}")
}

#[test]
fn examples_of_pages_hold() {
    if !has_go() {
        return;
    }
    let only = std::env::var("RULES").ok();
    for rule in RULES {
        let code = rule.info.code.to_string();
        if only
            .as_ref()
            .is_some_and(|codes| !codes.split(',').any(|one| one == code))
        {
            continue;
        }
        let page = rule.page();
        let version = std::fs::read_to_string(fixtures_root().join(&code).join("go.mod"))
            .ok()
            .and_then(|text| {
                text.lines()
                    .find_map(|line| line.strip_prefix("go ").map(str::to_owned))
            })
            .unwrap_or_else(|| "1.21".to_owned());
        for (heading, is_bad) in [("Example", true), ("Use instead", false)] {
            let example = example(&page, heading).unwrap_or_else(|| panic!("{code} has no example under {heading}"));
            let scratch = Scratch::new(&format!("page-{code}-{is_bad}"));
            std::fs::write(
                scratch.0.join("go.mod"),
                format!("module example.com/page\n\ngo {version}\n"),
            )
            .expect("writable");
            let file = if example.contains("testing.T") {
                "page_test.go"
            } else {
                "page.go"
            };
            std::fs::write(scratch.0.join(file), program(&example)).expect("writable");
            // Suppressions are judged only where the rules they name run.
            let select = if code.starts_with("GS") { "ALL" } else { &code };
            let found = check(&scratch.0, &["--select", select, "./..."]);
            assert!(found.problems.is_empty(), "{code}, {heading}: {:?}", found.problems);
            let has_finding = found.findings.iter().any(|finding| finding["code"] == code.as_str());
            assert_eq!(has_finding, is_bad, "{code}, {heading}: {:?}", found.findings);
            compile(&scratch.0);
        }
    }
}
