//! `gosleuth list`.

use gosleuth::Exit;
use gosleuth_testkit::schema;

use crate::{Scratch, root, run, run_with};

/// Packages of a document, by import path.
fn package<'a>(document: &'a serde_json::Value, path: &str) -> &'a serde_json::Value {
    let packages = document["packages"].as_array().expect("a list");
    let found = packages.iter().find(|package| package["import_path"] == path);
    found.unwrap_or_else(|| panic!("{path} is not listed"))
}

#[test]
fn packages_below_their_modules() {
    let run = run(&["list", "--deps", "./testdata/modules/replaced/..."]);
    assert_eq!((run.exit, run.err.as_str()), (Exit::Clean, ""));
    assert!(
        run.out.starts_with(
            "example.com/replaced, go 1.25, testdata/modules/replaced\n  example.com/replaced             1 file, program\n"
        ),
        "{}",
        run.out
    );
    for line in [
        "example.com/dep/nested v0.1.0 => ./dep/nested, go 1.21, testdata/modules/replaced/dep/nested",
        "  example.com/fork/sub  1 file",
    ] {
        assert!(run.out.lines().any(|found| found == line), "{line}\n{}", run.out);
    }
    assert!(run.out.contains("\n7 packages, 7 files for "), "{}", run.out);
}

#[test]
fn a_build_for_another_platform_has_other_files() {
    let run = run(&[
        "list",
        "--goos",
        "windows",
        "--tags",
        "feature,e2e",
        "-v",
        "--ignored",
        "./testdata/modules/files",
    ]);
    assert_eq!(run.exit, Exit::Clean, "{}", run.err);
    for line in [
        "      name_windows.go",
        "      files_windows_test.go (test)",
        "      tagged.go",
        "      - name_linux.go: its name says linux",
        "      - other.go: it is built only if !linux && !windows",
        "      - _hidden.go: its name starts with _ or .",
        "      old.go (go 1.21)",
    ] {
        assert!(run.out.lines().any(|found| found == line), "{line}\n{}", run.out);
    }
    assert!(run.out.contains(" for windows/"), "{}", run.out);
}

#[test]
fn without_a_pattern_everything_below_is_meant() {
    let here = root().join("testdata/modules/work/a");
    let run = run_with(&["list", "--format", "json"], b"", &here);
    let document = run.json();
    assert_eq!(package(&document, "example.com/a/inner")["dir"], "inner");
    assert_eq!(document["packages"].as_array().map(Vec::len), Some(2));
    assert!(document["build"]["cgo"].is_boolean());
}

#[test]
fn documents_are_what_the_schema_says() {
    let path = root().join("docs/schema/list.v1.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(path).expect("committed")).expect("JSON");
    for pattern in ["files", "replaced", "work", "vendored", "links", "broken"] {
        let pattern = format!("./testdata/modules/{pattern}/...");
        let document = run(&["list", "--deps", "--test", "--format", "json", &pattern]).json();
        assert_eq!(schema::problems(&schema, &document), Vec::<String>::new(), "{pattern}");
        assert_ne!(document["packages"].as_array().map(Vec::len), Some(0), "{pattern}");
    }
}

#[test]
fn what_is_wrong_is_said_and_the_rest_is_listed() {
    let run = run(&["list", "--format", "json", "./testdata/modules/broken/..."]);
    assert_eq!(run.exit, Exit::Clean);
    let document = run.json();
    let imports = package(&document, "example.com/broken/a")["imports"]
        .as_array()
        .expect("a list")
        .clone();
    let missing: Vec<&str> = imports
        .iter()
        .filter(|i| i["missing"] == true)
        .filter_map(|i| i["path"].as_str())
        .collect();
    // Without a Go root it is not known what is no part of the standard library, but it is missing all the same.
    assert_eq!(
        missing,
        [
            "example.com/absent/x",
            "example.com/broken/nothing",
            "example.com/unknown",
            "nosuchstd/y"
        ]
    );
    let run = crate::run(&["list", "./testdata/modules/broken/..."]);
    for part in [
        "b/b.go:3: import cycle: example.com/broken/b imports example.com/broken/c imports example.com/broken/b\n",
        "a/a.go:4: example.com/absent/x: example.com/absent@v1.0.0 is not in the module cache; run `go mod download example.com/absent@v1.0.0`\n",
        "a/a.go:7: example.com/unknown: no module that go.mod requires has this; run `go get example.com/unknown`\n",
        "a/a.go:6: example.com/broken/nothing: the module example.com/broken has no such package\n",
        "mixed/b.go: left out: it is of another package, other\n",
    ] {
        let line = format!("gosleuth: testdata/modules/broken/{part}");
        assert!(run.err.contains(&line), "{line}{}", run.err);
    }
}

#[test]
fn a_pattern_that_names_nothing_is_trouble() {
    for (pattern, message) in [
        ("./nowhere", "gosleuth: ./nowhere: there is no such directory\n"),
        ("./nowhere.go", "gosleuth: ./nowhere.go: there is no such file\n"),
        ("./docs", "there are no Go files in "),
        (
            "example.com/no/such",
            "gosleuth: example.com/no/such: there is no go.mod here or above",
        ),
        ("./testdata/conformance/...", "matches no packages"),
    ] {
        let run = run(&["list", pattern]);
        assert_eq!(run.exit, Exit::Trouble, "{pattern}");
        assert!(run.err.contains(message), "{pattern}: {}", run.err);
    }
}

#[test]
fn names_do_no_harm_to_a_terminal() {
    let scratch = Scratch::new("list-names");
    scratch.write("go.mod", "module example.com/m\n");
    scratch.write("a\u{1b}[2J/x.go", "package x\n");
    let run = run_with(&["list", "-v"], b"", scratch.path());
    assert!(
        !run.out.contains('\u{1b}') && run.out.contains("a\\x1b[2J"),
        "{}",
        run.out
    );
}
