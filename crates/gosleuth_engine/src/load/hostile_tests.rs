//! Modules that nobody means well with: each is a problem in words, soon.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::system::{Entry, FileKind, MemorySystem, System};
use crate::testing::{load_in, machine, problems, show};
use crate::units;
use crate::workspace::Workspace;

/// What is linear takes a small part of this, what is not takes more than anybody waits.
const SOON: Duration = Duration::from_secs(20);

fn soon<T>(work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    result
}

fn load(system: &dyn System) -> Workspace {
    soon(|| {
        let workspace = load_in(system, "/m", &["./..."]);
        units::units(&workspace, true);
        workspace
    })
}

#[test]
fn modules_that_replace_each_other() {
    // By directories, and by modules.
    let system = machine(
        r#"
-- /m/go.mod --
module m
go 1.22
require a v1.0.0
require b v1.0.0
require c v1.0.0
replace m => ./a
replace a => ./a
replace b => c v1.0.0
replace c => b v1.0.0
replace d => .
-- /m/m.go --
package m

import (
	_ "a"
	_ "b"
	_ "d"
)
-- /m/a/go.mod --
module a
require m v0.0.0
replace m => ../
replace a => ../a
-- /m/a/a.go --
package a

import _ "m"
"#,
    );
    let workspace = load(&system);
    let said = problems(&workspace);
    assert!(
        said.contains(
            &"/m/go.mod: these modules replace each other: b => c => b; Go follows one replacement and no further"
                .to_owned()
        ),
        "{said:#?}"
    );
    assert!(said.iter().any(|said| said.contains("import cycle: ")), "{said:#?}");
}

#[test]
fn a_hundred_thousand_replacements() {
    let mut text = String::from("module m\ngo 1.22\n");
    for number in 0..50_000 {
        let _ = writeln!(text, "replace a{number} => a{} v1.0.0", number + 1);
        let _ = writeln!(text, "replace same v1.0.{number} => a0 v1.0.0");
    }
    text.push_str("replace a50000 => a0 v1.0.0\n");
    let mut system = machine("-- /m/m.go --\npackage m\n");
    system.file("/m/go.mod", text);
    let workspace = load(&system);
    assert_eq!(show(&workspace), ["*m [m.go]"]);
    let said = problems(&workspace);
    assert_eq!(said.len(), 1);
    assert!(
        said[0].contains("replace each other: a0 => a1 => a2 =>"),
        "{}",
        &said[0][..200]
    );
}

#[test]
fn a_hundred_thousand_requirements_and_imports() {
    let (mut module, mut file) = (String::from("module m\n"), String::from("package m\n\nimport (\n"));
    for number in 0..100_000 {
        let _ = writeln!(module, "require x.y/a{number} v1.0.{number}");
        let _ = writeln!(file, "\t_ \"x.y/a{number}/b\"");
    }
    file.push_str(")\n");
    let mut system = machine("");
    system.file("/m/go.mod", module).file("/m/m.go", file);
    let workspace = load(&system);
    assert_eq!(workspace.roots.len(), 1);
    assert!(workspace.missing.len() >= 10_000);
}

#[test]
fn paths_with_more_parts_than_any_file_system_has() {
    let path = format!("x.y{}", "/a".repeat(1 << 20));
    let mut system = machine("-- /m/go.mod --\nmodule m\ngo 1.22\nrequire x.y v1.0.0\n");
    system.file("/m/m.go", format!("package m\n\nimport _ \"{path}\"\n"));
    assert_eq!(load(&system).missing.len(), 1);
    // Nothing is wrong with the one before.
    let path = format!("x.y{}", "/a".repeat(2000));
    system.file("/m/m.go", format!("package m\n\nimport _ \"{path}\"\n"));
    assert_eq!(load(&system).missing.len(), 1);
}

#[test]
fn links_that_lead_to_themselves() {
    let system = machine(
        r#"
-- /m/go.mod --
module m
-- /m/m.go --
package m
-- /m/self.go -> self.go --
-- /m/dir.go -> . --
-- /m/self -> self --
-- /m/up -> .. --
-- /m/a/back -> ../a --
-- /m/a/a.go --
package a

import _ "m/a/back/back/back"
-- /m/b -> c --
-- /m/c -> b --
"#,
    );
    let workspace = load(&system);
    assert_eq!(workspace.roots.len(), 2, "{:?}", show(&workspace));
    let said = problems(&workspace);
    assert!(
        said.iter().any(|said| said.contains("self.go: left out: ")),
        "{said:#?}"
    );
    // A module file that is one.
    let system = machine("-- /m/go.mod -> go.mod --\n-- /m/m.go --\npackage m\n");
    load(&system);
    let system = machine("-- /m/go.mod --\nmodule m\n-- /m/go.work -> go.work --\n-- /m/m.go --\npackage m\n");
    assert_eq!(load(&system).roots.len(), 1);
}

#[test]
fn workspaces_that_use_themselves() {
    let mut system = machine(
        r#"
-- /m/go.work --
go 1.24
use .
use ./
use ./a
use ./a/../a
use ./a/b/..
use ..
use ./link
replace m => ./a
replace a => ./
-- /m/go.mod --
module m
-- /m/m.go --
package m

import _ "a"
-- /m/a/go.mod --
module a
-- /m/a/go.work --
use ../
use .
-- /m/a/a.go --
package a

import _ "m"
-- /m/link -> . --
"#,
    );
    let workspace = load(&system);
    let said = problems(&workspace);
    assert!(said.iter().any(|said| said.contains(".. has no go.mod")), "{said:#?}");
    assert!(said.iter().any(|said| said.contains("import cycle: ")), "{said:#?}");
    // The variable names a directory, itself, or nothing.
    for work in ["/m", "/m/m.go", "/m/nothing", "."] {
        system.set_env("GOWORK", work);
        load(&system);
    }
    // Every line names a directory that is not there.
    let uses: String = (0..100_000).map(|number| format!("use ./d{number}\n")).collect();
    system.file("/m/go.work", uses).set_env("GOWORK", "");
    assert!(problems(&load(&system)).len() >= 100_000);
}

#[test]
fn packages_that_import_themselves() {
    let system = machine(
        r#"
-- /m/go.mod --
module m
-- /m/m.go --
package m

import _ "m"
-- /m/m_test.go --
package m

import _ "m"
-- /m/x_test.go --
package m_test

import (
	_ "m"
	_ "m_test"
)
-- /m/a/a.go --
package a

import _ "m/b"
-- /m/b/b.go --
package b
-- /m/b/b_test.go --
package b

import _ "m/a"
"#,
    );
    let workspace = load(&system);
    let said = problems(&workspace);
    assert!(
        said.contains(&"/m/m.go:3: import cycle: m imports m".to_owned()),
        "{said:#?}"
    );
    assert_eq!(workspace.roots.len(), 3);
}

#[test]
fn circles_of_ten_thousand_packages() {
    let mut system = machine("-- /m/go.mod --\nmodule m\n");
    for number in 0..10_000 {
        let text = format!(
            "package p\n\nimport (\n\t_ \"m/p{}\"\n\t_ \"m/p{}\"\n)\n",
            (number + 1) % 10_000,
            number / 2
        );
        system.file(format!("/m/p{number}/p.go"), text);
    }
    let workspace = load(&system);
    assert_eq!(workspace.roots.len(), 10_000);
    let said = problems(&workspace);
    assert!(said[0].contains("import cycle: ") && said[0].len() < 600, "{}", said[0]);
}

/// A machine on which some paths cannot be read.
struct Locked(MemorySystem, Vec<PathBuf>);

impl Locked {
    fn open(&self, path: &Path) -> io::Result<()> {
        match self.1.iter().any(|locked| path.starts_with(locked)) {
            true => Err(io::ErrorKind::PermissionDenied.into()),
            false => Ok(()),
        }
    }
}

impl System for Locked {
    fn read(&self, path: &Path, at_most: u64) -> io::Result<Vec<u8>> {
        self.open(path).and_then(|()| self.0.read(path, at_most))
    }

    fn read_dir(&self, path: &Path) -> io::Result<Vec<Entry>> {
        self.open(path).and_then(|()| self.0.read_dir(path))
    }

    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        // What a directory holds can be seen without being read.
        self.0.kind(path)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.0.canonicalize(path)
    }

    fn env(&self, name: &str) -> Option<String> {
        self.0.env(name)
    }

    fn host(&self) -> (&'static str, &'static str) {
        self.0.host()
    }
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_is_loaded() {
    let text = "-- /m/go.mod --\nmodule m\n-- /m/a/a.go --\npackage a\n\nimport _ \"m/locked\"\n-- /m/a/b.go --\npackage a\n-- /m/locked/l.go --\npackage l\n";
    let locked = |paths: &[&str]| Locked(machine(text), paths.iter().map(PathBuf::from).collect());
    let workspace = load(&locked(&["/m/locked", "/m/a/b.go"]));
    let skipped: Vec<String> = workspace
        .skipped
        .iter()
        .map(|skipped| format!("{}: {}", skipped.dir.display(), skipped.reason))
        .collect();
    assert_eq!(skipped, ["/m/locked: it cannot be read: permission denied"]);
    let said = problems(&workspace);
    assert!(
        said.contains(&"/m/a/b.go: left out: it cannot be read: permission denied".to_owned()),
        "{said:#?}"
    );
    assert!(said.iter().any(|said| said.contains("m/locked")), "{said:#?}");
    let said = problems(&load(&locked(&["/m"])));
    assert!(said.iter().any(|said| said.contains("permission denied")), "{said:#?}");
    let said = problems(&load(&locked(&["/m/go.mod"])));
    assert!(
        said.contains(&"/m/go.mod: cannot be read: permission denied".to_owned()),
        "{said:#?}"
    );
    // Without a Go root that can be read, its packages are those of the summary.
    load(&locked(&["/go"]));
}

#[test]
fn a_circle_through_tests_is_told_and_one_through_external_tests_is_none() {
    let system = machine(
        r#"
-- /m/go.mod --
module m
-- /m/a/a.go --
package a
-- /m/a/a_test.go --
package a

import (
	_ "fmt"
	_ "m/c"
)
-- /m/b/b.go --
package b

import _ "m/a"
-- /m/c/c.go --
package c

import _ "m/b"
-- /m/b/b_test.go --
package b_test

import _ "m/c"
-- /m/c/c_test.go --
package c

import _ "m/c"
"#,
    );
    assert_eq!(
        problems(&load_in(&system, "/m", &["./..."])),
        [
            "/m/a/a_test.go:5: import cycle in tests: m/a imports m/c imports m/b imports m/a",
            "/m/c/c_test.go:3: import cycle in tests: m/c imports m/c",
        ]
    );
}
