use super::*;
use crate::system::MemorySystem;

fn check(files: &[(&str, &str)], cgo: bool) -> Assembled {
    let mut system = MemorySystem::new();
    for (name, text) in files {
        system.file(format!("/d/{name}"), text);
    }
    let tags = Tags::new("linux", "amd64", cgo, GoVersion::language(24), std::iter::empty());
    let dir = Path::new("/d");
    let entries = system.read_dir(dir).expect("there");
    assemble(
        &system,
        &tags,
        (dir, &entries),
        GoVersion::language(20),
        Choice::Constrained,
        None,
    )
}

fn files(package: &Assembled) -> Vec<String> {
    package
        .files
        .iter()
        .map(|file| format!("{} {:?} {}", file.name, file.role, file.go_version))
        .collect()
}

fn ignored(package: &Assembled) -> Vec<String> {
    package
        .ignored
        .iter()
        .map(|ignored| format!("{}: {}", ignored.name, ignored.reason))
        .collect()
}

#[test]
fn each_file_has_its_part() {
    let package = check(
        &[
            ("a.go", "package a\nimport \"fmt\"\nimport \"os\"\n"),
            ("a_test.go", "package a\nimport \"os\"\n"),
            ("b.go", "//go:build go1.22\npackage a\nimport \"fmt\"\n"),
            ("c.go", "//go:build go1.18\npackage a\n"),
            ("x_test.go", "package a_test\n"),
            ("a.s", ""),
            ("b_arm64.s", ""),
            ("c.s", "//go:build ignore\n"),
            ("r.txt", ""),
        ],
        false,
    );
    assert_eq!(package.name, "a");
    assert_eq!(
        files(&package),
        [
            "a.go Compiled 1.20",
            "a_test.go Test 1.20",
            "b.go Compiled 1.22",
            "c.go Compiled 1.21",
            "x_test.go XTest 1.20"
        ]
    );
    let first = |path: &str, file: &str, line| RawImport {
        path: path.to_owned(),
        file: file.to_owned(),
        line,
    };
    assert_eq!(package.imports[0], [first("fmt", "a.go", 2), first("os", "a.go", 3)]);
    assert_eq!(package.imports[1], [first("os", "a_test.go", 2)]);
    assert_eq!(package.other_files, ["a.s"]);
}

#[test]
fn a_package_whose_name_ends_with_test() {
    let package = check(
        &[
            ("a.go", "package x_test\n"),
            ("b_test.go", "package x_test\n"),
            ("c_test.go", "package x_test_test\n"),
        ],
        false,
    );
    assert_eq!(
        files(&package),
        ["a.go Compiled 1.20", "b_test.go Test 1.20", "c_test.go XTest 1.20"]
    );
    let package = check(&[("b_test.go", "package x_test\n")], false);
    assert_eq!(
        (package.name.as_str(), files(&package)),
        ("x", vec!["b_test.go XTest 1.20".to_owned()])
    );
}

#[test]
fn cgo_on_and_off() {
    let sources = [
        ("a.go", "package a\nimport \"C\"\nimport \"os\"\n"),
        ("b.go", "package a\n"),
        ("s.S", ""),
        ("t_test.go", "package a\nimport \"C\"\n"),
    ];
    let package = check(&sources, true);
    assert_eq!(files(&package), ["a.go Compiled 1.20", "b.go Compiled 1.20"]);
    assert!(package.files[0].cgo);
    assert_eq!(package.other_files, ["s.S"]);
    assert_eq!(ignored(&package), ["t_test.go: it is a test and imports \"C\""]);
    let package = check(&sources, false);
    assert_eq!(files(&package), ["b.go Compiled 1.20"]);
    assert_eq!(package.imports[0], []);
    assert!(package.other_files.is_empty());
    assert_eq!(ignored(&package)[0], "a.go: it imports \"C\" and cgo is off");
}

#[test]
fn headers_longer_than_the_first_read() {
    let long = format!(
        "// {}\n//go:build linux\n\npackage a\n\nimport \"fmt\"\n",
        "x".repeat(FIRST_READ as usize)
    );
    let embeds = format!(
        "package a\nimport _ \"embed\"\n// {}\n//go:embed a b\nvar x string\n",
        "x".repeat(FIRST_READ as usize)
    );
    let open = format!("package a\n/*{}", "x".repeat(3 * FIRST_READ as usize));
    let package = check(&[("a.go", &long), ("b.go", &embeds), ("c.go", &open)], false);
    assert_eq!(
        files(&package),
        ["a.go Compiled 1.20", "b.go Compiled 1.20", "c.go Compiled 1.20"]
    );
    assert_eq!(package.imports[0][1].line, 6);
    assert_eq!(package.files[1].embeds, ["a", "b"]);
    assert_eq!(package.errors.len(), 1);
}

#[test]
fn reasons() {
    let package = check(
        &[
            (".a.go", ""),
            ("_a.go", ""),
            ("a.go", "package a\n"),
            ("b.go", "package b\n"),
            ("c_windows.go", ""),
            ("d.go", "// +build !linux\n\npackage a\n"),
            ("e.go", "package documentation\n"),
            ("f.go", "//go:build (\npackage a\n"),
            ("g.go", "no\n"),
            ("h_test.go", "package other_test\n"),
        ],
        false,
    );
    assert_eq!(
        ignored(&package),
        [
            ".a.go: its name starts with _ or .",
            "_a.go: its name starts with _ or .",
            "b.go: it is of another package, b",
            "c_windows.go: its name says windows",
            "d.go: it is built only if !linux",
            "e.go: it is documentation only",
            "f.go: line 1: this is no build constraint: a tag is missing",
            "g.go: line 1: a file starts with its package clause",
            "h_test.go: it is of another package, other_test",
        ]
    );
}
