//! The rules of the repository that the compiler does not check, as data and checks over it.
//!
//! Every check returns what it found as sentences; `run` prints all of them and fails if there is one. To change a rule,
//! change its table here: that is the place where a reviewer looks.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use crate::repository::{self, Depth, Metadata};

/// What a crate may depend on. The arrows of ARCHITECTURE.md.
struct Layer {
    name: &'static str,
    /// Crates of this repository.
    inner: &'static [&'static str],
    /// Crates from elsewhere, besides `LIGHT`.
    outer: &'static [&'static str],
    /// Whether the crate stands behind the wall: no I/O, no clock, no environment.
    walled: bool,
}

/// Small crates without I/O that every crate may use.
const LIGHT: &[&str] = &[
    "hashbrown",
    "memchr",
    "rustc-hash",
    "serde",
    "serde_json",
    "smallvec",
    "thiserror",
];

/// Crates that tests and benchmarks of any crate may use.
const TEST_ONLY: &[&str] = &["criterion", "gosleuth_testkit", "insta", "proptest", "regex"];

const LAYERS: &[Layer] = &[
    Layer {
        name: "gosleuth_base",
        inner: &[],
        outer: &[],
        walled: true,
    },
    Layer {
        name: "gosleuth_syntax",
        inner: &["gosleuth_base"],
        outer: &["unicode-properties"],
        walled: true,
    },
    Layer {
        name: "gosleuth_types",
        inner: &["gosleuth_base", "gosleuth_syntax"],
        outer: &["boxcar", "num-bigint", "num-integer", "num-rational", "num-traits"],
        walled: true,
    },
    Layer {
        name: "gosleuth_ir",
        inner: &["gosleuth_base", "gosleuth_syntax", "gosleuth_types"],
        outer: &["serde"],
        walled: true,
    },
    Layer {
        name: "gosleuth_model",
        inner: &["gosleuth_base", "gosleuth_ir", "gosleuth_syntax", "gosleuth_types"],
        outer: &[],
        walled: true,
    },
    Layer {
        name: "gosleuth_engine",
        inner: &["gosleuth_base", "gosleuth_syntax", "gosleuth_types"],
        outer: &["blake3", "flate2"],
        walled: true,
    },
    Layer {
        name: "gosleuth_rules",
        inner: &[
            "gosleuth_base",
            "gosleuth_ir",
            "gosleuth_model",
            "gosleuth_syntax",
            "gosleuth_types",
        ],
        outer: &[],
        walled: true,
    },
    Layer {
        name: "gosleuth_repro",
        inner: &["gosleuth_base", "gosleuth_ir", "gosleuth_syntax", "gosleuth_types"],
        outer: &[],
        walled: true,
    },
    Layer {
        name: "gosleuth_evidence",
        inner: &["gosleuth_base"],
        outer: &["blake3", "flate2", "ruzstd", "schemars"],
        walled: true,
    },
    Layer {
        name: "gosleuth_case",
        inner: &["gosleuth_base", "gosleuth_evidence", "gosleuth_ir"],
        outer: &[],
        walled: true,
    },
    Layer {
        name: "gosleuth_report",
        inner: &["gosleuth_base", "gosleuth_case", "gosleuth_evidence"],
        outer: &["anstyle", "schemars"],
        walled: true,
    },
    Layer {
        name: "gosleuth_export",
        inner: &["gosleuth_base", "gosleuth_evidence", "gosleuth_report"],
        outer: &["flate2"],
        walled: true,
    },
    Layer {
        name: "gosleuth_live",
        inner: &["gosleuth_base"],
        outer: &["rustls", "ureq"],
        walled: false,
    },
    Layer {
        name: "gosleuth",
        inner: &[
            "gosleuth_base",
            "gosleuth_case",
            "gosleuth_engine",
            "gosleuth_evidence",
            "gosleuth_export",
            "gosleuth_ir",
            "gosleuth_live",
            "gosleuth_model",
            "gosleuth_report",
            "gosleuth_repro",
            "gosleuth_rules",
            "gosleuth_syntax",
            "gosleuth_types",
        ],
        outer: &[
            "anyhow",
            "blake3",
            "clap",
            "clap_complete",
            "rustix",
            "ruzstd",
            "schemars",
            "signal-hook",
            "similar",
            "terminal_size",
            "toml",
        ],
        walled: false,
    },
    Layer {
        name: "gosleuth_testkit",
        inner: &[],
        outer: &["flate2", "ruzstd", "tar", "toml"],
        walled: false,
    },
];

/// The one crate that may depend on anything, and on which nothing may depend.
const FREE: &str = "xtask";

/// What may stand at the root of the repository.
const TOP_LEVEL: &[&str] = &[
    ".cargo",
    ".ci",
    ".config",
    ".gitattributes",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "clippy.toml",
    "contrib",
    "crates",
    "docs",
    "fuzz",
    "gosleuth.example.toml",
    "rustfmt.toml",
    "testdata",
    "xtask",
];

/// Ends of names that no file has.
const STRAY: &[&str] = &[
    ".orig",
    ".rej",
    ".swp",
    ".snap.new",
    ".pending-snap",
    "~",
    ".bak",
    ".tmp",
    ".DS_Store",
    ".exe",
    ".prof",
];

/// Licences of what is built into the binary or used to test it. One alternative of an `OR` is enough.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Lines of Rust that a file may have without saying why it has more.
const LONGEST_FILE: usize = 800;

/// Words that no Rust file of ours has, and what to do instead. Taken apart so that this file does not hold them.
const FORBIDDEN: &[(&str, &str)] = &[
    (
        concat!("#[", "ignore"),
        "a known limit is a test that asserts today's behaviour, not one that is skipped",
    ),
    (concat!("should", "_panic"), "assert the error or the message"),
];

/// Runs every check.
pub(crate) fn run() -> Result<()> {
    let findings = findings()?;
    if !findings.is_empty() {
        bail!("{} finding(s)\n  {}", findings.len(), findings.join("\n  "));
    }
    Ok(())
}

fn findings() -> Result<Vec<String>> {
    let files = repository::files()?;
    let workspace = repository::metadata(Depth::Workspace)?;
    let mut findings = Vec::new();
    layers(&workspace, &mut findings);
    manifests(&workspace, &mut findings)?;
    licences(&repository::metadata(Depth::Everything)?, &mut findings);
    places(&files, &mut findings);
    texts(&files, &mut findings)?;
    fixtures(&files, &mut findings);
    Ok(findings)
}

/// Dependencies point where `LAYERS` says.
fn layers(workspace: &Metadata, findings: &mut Vec<String>) {
    for package in &workspace.packages {
        if package.name == FREE {
            continue;
        }
        let Some(layer) = LAYERS.iter().find(|layer| layer.name == package.name) else {
            findings.push(format!(
                "{}: no layer; add it to LAYERS in xtask/src/tidy.rs and to ARCHITECTURE.md",
                package.name
            ));
            continue;
        };
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            let allowed = match (dependency.path.is_some(), dependency.kind.as_deref()) {
                // A crate may test itself together with the crates it may use.
                (true, Some("dev")) => TEST_ONLY.contains(&name) || layer.inner.contains(&name),
                (false, Some("dev")) => {
                    TEST_ONLY.contains(&name) || LIGHT.contains(&name) || layer.outer.contains(&name)
                }
                (true, _) => layer.inner.contains(&name),
                (false, _) => LIGHT.contains(&name) || layer.outer.contains(&name),
            };
            if !allowed {
                let kind = dependency.kind.as_deref().unwrap_or("ordinary");
                findings.push(format!(
                    "{}: {kind} dependency on {name} is not allowed by its layer",
                    package.name
                ));
            }
        }
    }
    for layer in LAYERS {
        if !workspace.packages.iter().any(|package| package.name == layer.name) {
            findings.push(format!("{}: in LAYERS but not in the workspace", layer.name));
        }
    }
}

/// Descriptions, the wall, and dependencies that nothing uses.
fn manifests(workspace: &Metadata, findings: &mut Vec<String>) -> Result<()> {
    for package in &workspace.packages {
        if package.description.as_deref().is_none_or(str::is_empty) {
            findings.push(format!("{}: no description", package.name));
        }
        let directory = package
            .manifest_path
            .parent()
            .expect("a manifest stands in a directory");
        let walled = LAYERS.iter().any(|layer| layer.name == package.name && layer.walled);
        if walled {
            let library = std::fs::read_to_string(directory.join("src/lib.rs"))?;
            if !library.contains("#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]")
            {
                findings.push(format!(
                    "{}: src/lib.rs does not deny clippy::disallowed_methods",
                    package.name
                ));
            }
        }
        let mut source = String::new();
        rust_below(directory, &mut source)?;
        for dependency in &package.dependencies {
            let name = dependency.name.replace('-', "_");
            if !source.contains(&name) {
                findings.push(format!("{}: nothing uses {}", package.name, dependency.name));
            }
        }
    }
    Ok(())
}

fn rust_below(directory: &std::path::Path, text: &mut String) -> Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            rust_below(&path, text)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&std::fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// Everything that is built in has a licence that goes with ours.
fn licences(everything: &Metadata, findings: &mut Vec<String>) {
    for package in &everything.packages {
        let licence = package.license.as_deref().unwrap_or("none");
        if !licence_allowed(licence) {
            findings.push(format!(
                "{} {}: licence {licence} is not in the list",
                package.name, package.version
            ));
        }
    }
}

/// Whether an SPDX expression is satisfied by `LICENCES`. `AND` binds stronger than `OR`, as in SPDX.
fn licence_allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let allowed = alternatives(&words, &mut at);
    allowed && at == words.len()
}

fn alternatives(words: &[&str], at: &mut usize) -> bool {
    let mut allowed = conjunction(words, at);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        allowed |= conjunction(words, at);
    }
    allowed
}

fn conjunction(words: &[&str], at: &mut usize) -> bool {
    let mut allowed = licence(words, at);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        allowed &= licence(words, at);
    }
    allowed
}

fn licence(words: &[&str], at: &mut usize) -> bool {
    // Counting on past the end makes an expression that stops early invalid as a whole.
    *at += 1;
    let Some(&word) = words.get(*at - 1) else { return false };
    if word == "(" {
        let allowed = alternatives(words, at);
        *at += 1;
        return allowed && words.get(*at - 1) == Some(&")");
    }
    if words.get(*at) == Some(&"WITH") {
        let exception = words.get(*at + 1).copied().unwrap_or_default();
        *at += 2;
        return LICENCES.contains(&format!("{word} WITH {exception}").as_str());
    }
    LICENCES.contains(&word)
}

/// Files stand where files of their sort stand.
fn places(files: &[String], findings: &mut Vec<String>) {
    let mut top_level = BTreeSet::new();
    for file in files {
        top_level.insert(file.split('/').next().unwrap_or(file));
        if STRAY.iter().any(|end| file.ends_with(end)) {
            findings.push(format!("{file}: stray file"));
        }
        if file.contains(' ') {
            findings.push(format!("{file}: a name with a space"));
        }
        if let Some(rest) = file.strip_prefix("crates/") {
            let mut parts = rest.split('/');
            let part = parts.nth(1).unwrap_or_default();
            if !matches!(
                part,
                "Cargo.toml"
                    | "build.rs"
                    | "src"
                    | "tests"
                    | "benches"
                    | "examples"
                    | "assets"
                    | "catalogue"
                    | "models"
                    | "testdata"
            ) {
                findings.push(format!(
                    "{file}: a crate holds Cargo.toml, build.rs, src, tests, benches, examples, assets, catalogue, models, testdata"
                ));
            }
        }
    }
    for name in top_level {
        if !TOP_LEVEL.contains(&name) {
            findings.push(format!("{name}: not one of the files at the root of the repository"));
        }
    }
}

/// What Rust files and prose hold.
fn texts(files: &[String], findings: &mut Vec<String>) -> Result<()> {
    for file in files {
        let Some(extension) = file
            .rsplit('.')
            .next()
            .filter(|extension| matches!(*extension, "rs" | "md" | "toml"))
        else {
            continue;
        };
        let Ok(text) = std::fs::read_to_string(repository::root().join(file)) else {
            findings.push(format!("{file}: not UTF-8"));
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            if line.ends_with([' ', '\t']) {
                findings.push(format!("{file}:{}: space at the end of the line", number + 1));
            }
        }
        if !text.is_empty() && !text.ends_with('\n') {
            findings.push(format!("{file}: no line end at the end of the file"));
        }
        if extension == "rs" {
            rust(file, &text, findings);
        }
    }
    Ok(())
}

fn rust(file: &str, text: &str, findings: &mut Vec<String>) {
    let lines = text.lines().count();
    let header = text.lines().take_while(|line| line.starts_with("//!"));
    if lines > LONGEST_FILE
        && !header
            .into_iter()
            .any(|line| line.contains("Long because") || line.contains("Generated by `cargo xtask generate`"))
    {
        findings.push(format!(
            "{file}: {lines} lines; split it, or say `Long because …` in its header"
        ));
    }
    for (word, instead) in FORBIDDEN {
        for (number, line) in text.lines().enumerate() {
            if line.contains(word) {
                findings.push(format!("{file}:{}: {word}: {instead}", number + 1));
            }
        }
    }
}

/// Every fixture program says what it shows.
fn fixtures(files: &[String], findings: &mut Vec<String>) {
    let mut programs: BTreeMap<&str, bool> = BTreeMap::new();
    for file in files {
        let Some(rest) = file.strip_prefix("testdata/programs/") else {
            continue;
        };
        let mut parts = rest.splitn(3, '/');
        let (Some(family), Some(name), Some(below)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        if family == "internal" {
            continue;
        }
        let end = "testdata/programs/".len() + family.len() + 1 + name.len();
        *programs.entry(&file[..end]).or_default() |= below == "fixture.toml";
    }
    for (program, described) in programs {
        if !described {
            findings.push(format!("{program}: no fixture.toml"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let findings = findings().expect("the checks run");
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }

    #[test]
    fn licence_expressions() {
        for good in [
            "MIT",
            "MIT OR GPL-3.0",
            "MIT/Apache-2.0",
            "(MIT OR GPL-3.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(licence_allowed(good), "{good}");
        }
        for bad in [
            "none",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT OR Apache-2.0) AND OpenSSL",
            "MIT OR",
            "Apache-2.0 WITH Surprise",
        ] {
            assert!(!licence_allowed(bad), "{bad}");
        }
    }

    #[test]
    fn layers_catch_an_arrow_that_points_up() {
        let workspace: Metadata = serde_json::from_str(
            r#"{"packages":[{"name":"gosleuth_base","version":"0.1.0","description":"d","license":null,"manifest_path":"/x/Cargo.toml",
                "dependencies":[{"name":"gosleuth_case","kind":null,"path":"/y"},{"name":"ureq","kind":null,"path":null},
                {"name":"memchr","kind":null,"path":null},{"name":"gosleuth_testkit","kind":"dev","path":"/z"}]}]}"#,
        )
        .expect("valid");
        let mut found = Vec::new();
        layers(&workspace, &mut found);
        found.retain(|finding| finding.starts_with("gosleuth_base"));
        assert_eq!(
            found,
            [
                "gosleuth_base: ordinary dependency on gosleuth_case is not allowed by its layer",
                "gosleuth_base: ordinary dependency on ureq is not allowed by its layer",
            ]
        );
    }

    #[test]
    fn words_and_lengths_of_rust_files() {
        let mut found = Vec::new();
        rust(
            "a.rs",
            &format!("{}]\nfn f() {{}}\n{}", FORBIDDEN[0].0, "\n".repeat(LONGEST_FILE)),
            &mut found,
        );
        assert_eq!(found.len(), 2, "{found:?}");
        found.clear();
        rust(
            "a.rs",
            &format!("//! Long because it is a table.\n{}", "\n".repeat(LONGEST_FILE)),
            &mut found,
        );
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn a_program_without_description_is_found() {
        let files: Vec<String> = [
            "testdata/programs/leak/a/main.go",
            "testdata/programs/leak/b/main.go",
            "testdata/programs/leak/b/fixture.toml",
            "testdata/programs/internal/h/h.go",
        ]
        .map(str::to_owned)
        .into();
        let mut found = Vec::new();
        fixtures(&files, &mut found);
        assert_eq!(found, ["testdata/programs/leak/a: no fixture.toml"]);
    }
}
