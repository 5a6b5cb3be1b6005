use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use gosleuth_types::{Caches, Qualify};

use super::*;
use crate::cache::{MemoryStore, Store};
use crate::config::Overrides;
use crate::load::load_with;
use crate::system::{Entry as DirEntry, FileKind, MemorySystem};

/// A module whose packages need each other, with tests of both kinds.
fn module() -> MemorySystem {
    let mut system = MemorySystem::new();
    system
        .set_env("HOME", "/home/gopher")
        .file("/m/go.mod", "module example.com/m\n\ngo 1.26\n")
        .file("/m/main.go", "package main\n\nimport \"example.com/m/b\"\n\nfunc main() { println(b.New().Name()) }\n")
        .file("/m/a/a.go", "package a\n\ntype T struct{ name string }\n\nfunc (t *T) Name() string { return t.name }\n\nconst N = 3\n")
        .file("/m/a/a_test.go", "package a\n\nfunc Make() *T { return &T{name: \"x\"} }\n")
        .file(
            "/m/a/x_test.go",
            "package a_test\n\nimport (\n\t\"example.com/m/a\"\n\t\"example.com/m/b\"\n)\n\nvar same = a.Make() == b.New()\n",
        )
        .file("/m/b/b.go", "package b\n\nimport \"example.com/m/a\"\n\nfunc New() *a.T { return new(a.T) }\n\nvar table [a.N]int\n")
        .file("/m/c/c.go", "package c\n\nfunc broken( {\n\nfunc Fine() int { return undefined }\n");
    system
}

struct Report {
    /// What the visitor said, by unit.
    results: Vec<(String, String)>,
    problems: Vec<String>,
    checked: usize,
}

/// The types of all package-level names of a unit.
fn types(unit: &TypedUnit<'_>) -> String {
    let caches = Caches::default();
    let query = unit.query(&caches);
    let mut names: Vec<String> = unit
        .checked
        .tables
        .scope
        .iter()
        .map(|(&name, &index)| {
            let ty = unit.checked.tables.objects[index as usize].ty.unwrap();
            format!("{} {}", unit.world.text(name), query.display(ty, Qualify::Path))
        })
        .collect();
    names.sort();
    names.join(", ")
}

fn analyse_module(system: &dyn System, threads: usize, store: Option<&dyn Store>) -> Report {
    analyse_as("this build", system, threads, store)
}

fn analyse_as(build: &str, system: &dyn System, threads: usize, store: Option<&dyn Store>) -> Report {
    let overrides = Overrides {
        tests: true,
        ..Overrides::default()
    };
    let config = Config::detect(system, Path::new("/m"), &overrides).0;
    let patterns = ["./...".to_owned()];
    let cache = store.map(|store| Cache::new(store, build, &config, Path::new("/m"), &patterns));
    let workspace = load_with(system, &config, Path::new("/m"), &patterns, cache.as_ref());
    let options = AnalysisOptions {
        tests: true,
        threads: NonZeroUsize::new(threads).unwrap(),
        visited: Visited::Roots,
        cache: cache.as_ref(),
        facts: false,
        salt: "test",
    };
    let analysis = analyse(system, &config, &workspace, &options, &|unit| {
        types(unit).into_bytes().into()
    });
    let names = analysis
        .units
        .iter()
        .map(|unit| crate::units::name(&workspace, unit.package, unit.variant));
    let results = names
        .zip(analysis.results.iter())
        .map(|(name, result)| (name, String::from_utf8(result.clone()).unwrap()))
        .collect();
    Report {
        results,
        problems: analysis.problems.iter().map(ToString::to_string).collect(),
        checked: analysis.checked,
    }
}

#[test]
fn units_are_checked_with_what_they_import() {
    let seen = analyse_module(&module(), 2, None);
    let of = |name: &str| &seen.results.iter().find(|(unit, _)| unit == name).unwrap().1;
    assert_eq!(of("example.com/m/b"), "New func() *example.com/m/a.T, table [3]int");
    assert_eq!(
        of("example.com/m/a [example.com/m/a.test]"),
        "Make func() *example.com/m/a.T"
    );
    assert_eq!(of("example.com/m/a_test [example.com/m/a.test]"), "same bool");
    assert_eq!(of("example.com/m/c"), "Fine func() int, broken func()");
    assert!(
        seen.problems.iter().all(|problem| problem.starts_with("/m/c/c.go:")),
        "{:?}",
        seen.problems
    );
    assert!(
        seen.problems.iter().any(|problem| problem.contains(":3: ")),
        "{:?}",
        seen.problems
    );
}

#[test]
fn results_do_not_depend_on_threads() {
    let system = module();
    let one = analyse_module(&system, 1, None);
    for threads in [2, 3, 8] {
        let more = analyse_module(&system, threads, None);
        assert_eq!(
            (one.results.as_slice(), &one.problems),
            (more.results.as_slice(), &more.problems)
        );
    }
}

#[test]
fn what_did_not_change_is_not_checked_again() {
    let mut system = module();
    let store = MemoryStore::default();
    let first = analyse_module(&system, 2, Some(&store));
    let fresh = analyse_module(&system, 2, None);
    assert_eq!((&first.results, &first.problems), (&fresh.results, &fresh.problems));
    let second = analyse_module(&system, 2, Some(&store));
    assert_eq!(
        (&second.results, &second.problems, second.checked),
        (&first.results, &first.problems, 0)
    );

    // Who imports b is checked again, with a and its types from the store.
    system.file(
        "/m/b/b.go",
        "package b\n\nimport \"example.com/m/a\"\n\nfunc New() *a.T { return nil }\n\nvar other a.T\n",
    );
    let third = analyse_module(&system, 2, Some(&store));
    assert_eq!(third.results, analyse_module(&system, 1, None).results);
    assert_eq!(third.checked, 3, "b, the program, and the external test of a");

    // Damage makes a run slower, not wrong.
    for entry in store.entries().values_mut() {
        let last = entry.len() - 1;
        entry[last] ^= 1;
    }
    let fourth = analyse_module(&system, 2, Some(&store));
    assert_eq!((&fourth.results, &fourth.problems), (&third.results, &third.problems));
    assert!(fourth.checked > 3);
}

#[test]
fn imports_in_a_circle_do_not_hang() {
    let mut system = MemorySystem::new();
    system
        .file("/m/go.mod", "module m\n")
        .file("/m/a/a.go", "package a\n\nimport \"m/b\"\n\nvar A = b.B\n")
        .file("/m/b/b.go", "package b\n\nimport \"m/a\"\n\nvar B = a.A\n");
    for threads in [1, 2] {
        let store = MemoryStore::default();
        let seen = analyse_module(&system, threads, Some(&store));
        assert_eq!(seen.results.len(), 2);
    }
}

#[test]
fn without_go_the_standard_library_is_known() {
    let mut system = MemorySystem::new();
    system
        .file("/m/go.mod", "module m\n\ngo 1.26\n")
        .file(
            "/m/m.go",
            "package m\n\nimport (\n\t\"net/http\"\n\t\"sync\"\n\t\"strings\"\n)\n\n\
             var c = http.DefaultClient\nvar m sync.Mutex\nvar s = strings.Split(\"a\", \"\")\nvar h = new(http.Server).Handler\n",
        );
    let seen = analyse_module(&system, 2, None);
    assert_eq!(
        seen.results[0].1,
        "c *net/http.Client, h net/http.Handler, m sync.Mutex, s []string"
    );
    assert_eq!(seen.problems, Vec::<String>::new());
}

/// A machine on which somebody writes a file between the first and the second time it is read in full.
struct Changing {
    inner: MemorySystem,
    reads: AtomicUsize,
}

impl System for Changing {
    fn read(&self, path: &Path, at_most: u64) -> io::Result<Vec<u8>> {
        if path == Path::new("/m/a/a.go") && at_most == MAX_FILE && self.reads.fetch_add(1, Ordering::Relaxed) > 0 {
            return Ok(b"package a\n\ntype T struct{}\n\nfunc (T) Name() int { return 0 }\n\nconst N = 4\n".to_vec());
        }
        self.inner.read(path, at_most)
    }

    fn read_dir(&self, path: &Path) -> io::Result<Vec<DirEntry>> {
        self.inner.read_dir(path)
    }

    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        self.inner.kind(path)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.inner.canonicalize(path)
    }

    fn env(&self, name: &str) -> Option<String> {
        self.inner.env(name)
    }

    fn host(&self) -> (&'static str, &'static str) {
        self.inner.host()
    }
}

#[test]
fn files_that_change_during_a_run_do_not_spoil_the_store() {
    let store = MemoryStore::default();
    analyse_module(&Unstamped(module()), 2, Some(&store));
    // Only what is known of files is left, so that those are read to see what they hold, and once more to be checked.
    store.entries().retain(|_, entry| entry.starts_with(b"gsf"));
    let system = Changing {
        inner: module(),
        reads: AtomicUsize::new(0),
    };
    let during = analyse_module(&system, 2, Some(&store));
    let table = "New func() *example.com/m/a.T, table [4]int";
    assert!(during.results.iter().any(|(_, result)| result == table));
    let after = analyse_module(&module(), 2, Some(&store));
    assert_eq!(after.results, analyse_module(&module(), 2, None).results);
}

/// A machine that has no stamps.
struct Unstamped(MemorySystem);

impl System for Unstamped {
    fn read(&self, path: &Path, at_most: u64) -> io::Result<Vec<u8>> {
        self.0.read(path, at_most)
    }

    fn read_dir(&self, path: &Path) -> io::Result<Vec<DirEntry>> {
        self.0.read_dir(path)
    }

    fn kind(&self, path: &Path) -> io::Result<FileKind> {
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
fn without_stamps_files_are_read_and_results_known() {
    let store = MemoryStore::default();
    let first = analyse_module(&Unstamped(module()), 2, Some(&store));
    let second = analyse_module(&Unstamped(module()), 2, Some(&store));
    assert_eq!(
        (&second.results, &second.problems, second.checked),
        (&first.results, &first.problems, 0)
    );
    let mut system = module();
    system.file(
        "/m/b/b.go",
        "package b\n\nfunc New() interface{ Name() string } { return nil }\n",
    );
    let third = analyse_module(&Unstamped(system.clone()), 2, Some(&store));
    assert_eq!(third.results, analyse_module(&system, 1, None).results);
}

#[test]
fn a_file_with_its_old_stamp_is_not_read() {
    /// Files are read only if nobody knows what they hold.
    struct Counting(MemorySystem, AtomicUsize);
    impl System for Counting {
        fn read(&self, path: &Path, at_most: u64) -> io::Result<Vec<u8>> {
            if path.extension().is_some_and(|ending| ending == "go") {
                self.1.fetch_add(1, Ordering::Relaxed);
            }
            self.0.read(path, at_most)
        }
        fn stamp(&self, path: &Path) -> Option<crate::system::Stamp> {
            self.0.stamp(path)
        }
        fn read_dir(&self, path: &Path) -> io::Result<Vec<DirEntry>> {
            self.0.read_dir(path)
        }
        fn kind(&self, path: &Path) -> io::Result<FileKind> {
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
    let mut system = Counting(module(), AtomicUsize::new(0));
    let store = MemoryStore::default();
    let first = analyse_module(&system, 2, Some(&store));
    *system.1.get_mut() = 0;
    let second = analyse_module(&system, 2, Some(&store));
    assert_eq!((second.results, *system.1.get_mut()), (first.results, 0));
    system.0.file("/m/c/c.go", "package c\n");
    let third = analyse_module(&system, 2, Some(&store));
    assert_eq!(third.checked, 1);
    assert_eq!(*system.1.get_mut(), 3, "for its imports, for its hash, and to check it");
    assert_eq!(third.results, analyse_module(&system.0, 1, None).results);
}

#[test]
fn a_change_within_a_function_concerns_its_package_alone() {
    let mut system = module();
    let store = MemoryStore::default();
    analyse_module(&system, 2, Some(&store));
    let body = "package a\n\ntype T struct{ name string }\n\nfunc (t *T) Name() string {\n\tprintln()\n\treturn \"\"\n}\n\nconst N = 3\n";
    system.file("/m/a/a.go", body);
    let seen = analyse_module(&system, 2, Some(&store));
    assert_eq!(seen.checked, 1);
    let fresh = analyse_module(&system, 1, None);
    assert_eq!((&seen.results, &seen.problems), (&fresh.results, &fresh.problems));
    // What a constant is worth is seen by others, and by those who import them.
    system.file("/m/a/a.go", body.replace("N = 3", "N = 5"));
    let seen = analyse_module(&system, 2, Some(&store));
    assert_eq!(seen.results, analyse_module(&system, 1, None).results);
    assert!(seen.results.iter().any(|(_, result)| result.contains("[5]int")));
    assert_eq!(seen.checked, 5, "all but c");
}

#[test]
fn what_only_functions_use_concerns_no_others() {
    let mut system = MemorySystem::new();
    system
        .file("/m/go.mod", "module m\n\ngo 1.26\n")
        .file("/m/a/a.go", "package a\n\ntype T struct{ F int }\n\nconst N = 1\n")
        .file(
            "/m/used/u.go",
            "package used\n\nimport \"m/a\"\n\nfunc U() int { return a.N }\n",
        )
        .file(
            "/m/said/s.go",
            "package said\n\nimport \"m/a\"\n\nfunc S() *a.T { return nil }\n",
        )
        .file("/m/x/x.go", "package x\n\nimport \"m/used\"\n\nvar X = used.U()\n")
        .file("/m/y/y.go", "package y\n\nimport \"m/said\"\n\nvar Y = said.S().F\n");
    let store = MemoryStore::default();
    analyse_module(&system, 2, Some(&store));
    system.file("/m/a/a.go", "package a\n\ntype T struct{ F string }\n\nconst N = 1\n");
    let seen = analyse_module(&system, 2, Some(&store));
    assert_eq!(seen.results, analyse_module(&system, 1, None).results);
    assert!(seen.results.contains(&("m/y".to_owned(), "Y string".to_owned())));
    assert_eq!(seen.checked, 4, "all but x");
}

#[test]
fn entries_are_those_of_one_build_of_the_program() {
    let (system, store) = (module(), MemoryStore::default());
    let first = analyse_as("one build", &system, 2, Some(&store));
    assert_eq!(analyse_as("one build", &system, 2, Some(&store)).checked, 0);
    assert_eq!(
        analyse_as("another build", &system, 2, Some(&store)).checked,
        first.checked
    );
    assert_eq!(analyse_as("one build", &system, 2, Some(&store)).checked, 0);
}

#[test]
fn packages_that_the_store_has_lost_are_checked_again() {
    let (mut system, store) = (module(), MemoryStore::default());
    analyse_module(&system, 2, Some(&store));
    system.file(
        "/m/main.go",
        "package main\n\nimport \"example.com/m/b\"\n\nfunc main() { b.New() }\n",
    );
    let keys: Vec<Key> = store.entries().keys().copied().collect();
    for lost in keys {
        let some = MemoryStore::default();
        some.entries().extend(
            store
                .entries()
                .iter()
                .filter(|(key, _)| **key != lost)
                .map(|(key, bytes)| (*key, bytes.clone())),
        );
        let seen = analyse_module(&system, 2, Some(&some));
        assert_eq!(seen.results, analyse_module(&system, 1, None).results);
    }
}
