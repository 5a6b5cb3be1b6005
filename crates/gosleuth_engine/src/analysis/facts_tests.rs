//! Facts: what units tell others beyond their types, and who has to be checked again when they change.

use std::num::NonZeroUsize;
use std::path::Path;

use super::*;
use crate::cache::{MemoryStore, Store};
use crate::config::Overrides;
use crate::load::load_with;
use crate::system::MemorySystem;

/// A chain of packages; each function has a fact, the line above it.
fn module(first: &str) -> MemorySystem {
    let mut system = MemorySystem::new();
    system
        .set_env("HOME", "/home/gopher")
        .file("/m/go.mod", "module example.com/m\n\ngo 1.26\n")
        .file("/m/a/a.go", first)
        .file(
            "/m/b/b.go",
            "package b\n\nimport \"example.com/m/a\"\n\n// stays\nfunc B() { a.A() }\n",
        )
        .file(
            "/m/c/c.go",
            "package c\n\nimport \"example.com/m/b\"\n\n// last\nfunc C() { b.B() }\n",
        )
        .file("/m/a/a_test.go", "package a\n\nfunc inTest() { A() }\n");
    system
}

/// Tells the line above each function, and says what it was told by the packages in sight.
fn visit(unit: &TypedUnit<'_>) -> Seen {
    let scope = |pkg: PkgId| {
        let tables = &unit.world.package(pkg).tables;
        let mut places: Vec<u32> = tables.scope.values().copied().collect();
        places.sort_unstable();
        places.into_iter().map(move |index| ObjRef { pkg, index })
    };
    let mut facts = Vec::new();
    for obj in scope(unit.pkg) {
        let Some(object) = unit.world.object(obj) else { continue };
        let Some(file) = object.pos.file().and_then(|file| unit.files.get(file)) else {
            continue;
        };
        let before = std::str::from_utf8(&file.text[..object.pos.offset as usize]).unwrap_or("");
        let line = before.lines().rev().nth(1).unwrap_or("");
        facts.push((obj.index, line.as_bytes().to_vec()));
    }
    let imports = unit.world.package(unit.pkg).imports.iter().copied();
    let mut told = Vec::new();
    // Tests extend packages, those that are imported too.
    let extended = |pkg: PkgId| std::iter::once(pkg).chain(unit.world.base(pkg));
    for obj in imports
        .flat_map(extended)
        .chain(unit.world.base(unit.pkg))
        .flat_map(scope)
    {
        told.extend((unit.fact)(obj).map(|fact| String::from_utf8_lossy(fact).into_owned()));
    }
    Seen {
        result: told.join(",").into_bytes(),
        facts,
    }
}

/// The results by unit, and how many were checked.
fn run(system: &MemorySystem, store: Option<&dyn Store>) -> (Vec<(String, String)>, usize) {
    run_with(system, store, &["./..."])
}

fn run_with(system: &MemorySystem, store: Option<&dyn Store>, patterns: &[&str]) -> (Vec<(String, String)>, usize) {
    let overrides = Overrides {
        tests: true,
        ..Overrides::default()
    };
    let config = Config::detect(system, Path::new("/m"), &overrides).0;
    let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
    let cache = store.map(|store| Cache::new(store, "this build", &config, Path::new("/m"), &patterns));
    let workspace = load_with(system, &config, Path::new("/m"), &patterns, cache.as_ref());
    let options = AnalysisOptions {
        tests: true,
        threads: NonZeroUsize::new(2).unwrap(),
        visited: Visited::Roots,
        cache: cache.as_ref(),
        facts: true,
        salt: "test",
    };
    let analysis = analyse(system, &config, &workspace, &options, &visit);
    let names = analysis
        .units
        .iter()
        .map(|unit| crate::units::name(&workspace, unit.package, unit.variant));
    let results = analysis.results.iter();
    let results = results.map(|result| String::from_utf8(result.clone()).unwrap());
    (names.zip(results).collect(), analysis.checked)
}

const FIRST: &str = "package a\n\n// one\nfunc A() { println(1) }\n";

#[test]
fn units_are_told_facts_by_those_they_import() {
    let (results, _) = run(&module(FIRST), None);
    let of = |name: &str| &results.iter().find(|(unit, _)| unit == name).unwrap().1;
    assert_eq!(of("example.com/m/b"), "// one");
    assert_eq!(of("example.com/m/c"), "// stays");
    // Tests extend the package that they are in.
    assert_eq!(of("example.com/m/a [example.com/m/a.test]"), "// one");
}

#[test]
fn packages_outside_of_the_main_modules_tell_their_tests_alone() {
    let mut system = module(FIRST);
    // What another module says in its tests is asked for by its path.
    system
        .file(
            "/m/go.mod",
            "module example.com/m\n\ngo 1.26\n\nrequire example.com/n v1.0.0\n",
        )
        .file("/m/go.sum", "")
        .file(
            "/m/vendor/modules.txt",
            "# example.com/n v1.0.0\n## explicit; go 1.26\nexample.com/n\n",
        )
        .file("/m/vendor/example.com/n/n.go", "package n\n\n// of n\nfunc N() {}\n")
        .file(
            "/m/vendor/example.com/n/n_test.go",
            "package n\n\nfunc inTest() { N() }\n",
        )
        .file(
            "/m/vendor/example.com/n/x_test.go",
            "package n_test\n\nimport \"example.com/n\"\n\nfunc inTest() { n.N() }\n",
        )
        .file(
            "/m/d/d.go",
            "package d\n\nimport \"example.com/n\"\n\nfunc D() { n.N() }\n",
        );
    let store = MemoryStore::default();
    let check = |expected: usize| {
        let (results, checked) = run_with(&system, Some(&store), &["./d", "example.com/n"]);
        let of = |name: &str| &results.iter().find(|(unit, _)| unit == name).unwrap().1;
        assert_eq!(of("example.com/m/d"), "");
        assert_eq!(of("example.com/n [example.com/n.test]"), "// of n");
        assert_eq!(of("example.com/n_test [example.com/n.test]"), "// of n");
        assert_eq!(checked, expected);
    };
    check(4);
    check(0);
}

#[test]
fn a_fact_that_changes_concerns_those_who_asked_for_it() {
    let store = MemoryStore::default();
    let cold = |text: &str| run(&module(text), None).0;
    let warm = |text: &str| run(&module(text), Some(&store));
    assert_eq!(warm(FIRST).0, cold(FIRST));
    assert_eq!(warm(FIRST), (cold(FIRST), 0));
    // The same facts.
    let text = FIRST.replace("println(1)", "println(20)");
    let (results, checked) = warm(&text);
    assert_eq!(results, cold(&text));
    assert_eq!(checked, 1);
    // Another fact: its tests and `b` too, but not `c`, which was told the same as before.
    let text = FIRST.replace("one", "another");
    let (results, checked) = warm(&text);
    assert_eq!(results, cold(&text));
    assert_eq!(checked, 3);
    assert_eq!(warm(&text), (cold(&text), 0));
    // And back.
    assert_eq!(warm(FIRST).0, cold(FIRST));
}

#[test]
fn packages_in_a_circle_tell_nothing() {
    let mut system = module(FIRST);
    system
        .file(
            "/m/x/x.go",
            "package x\n\nimport \"example.com/m/y\"\n\n// x\nfunc X() { y.Y() }\n",
        )
        .file(
            "/m/y/y.go",
            "package y\n\nimport \"example.com/m/x\"\n\n// y\nfunc Y() { x.X() }\n",
        );
    let (results, _) = run(&system, None);
    for name in ["example.com/m/x", "example.com/m/y"] {
        let result = results.iter().find(|(unit, _)| unit == name);
        assert_eq!(result.map(|(_, result)| result.as_str()), Some(""), "{name}");
    }
}
