//! Programs that hang, leak or panic, and their corrected twins.
//!
//! Each program is a file of its own under `programs`. Every function `TestBad…` has to fail with the operations that the comment in front of it
//! names (`// want Leak: chan send`), every `TestOk…` has to be found without failure. `TestFN_…` is a failure that is not found, `TestFP_…` one that is
//! reported although there is none.

use std::fmt::Write as _;

use gosleuth_base::Idx as _;
use gosleuth_ir::{FuncId, Package, Unit, UnitFile, build_package, print_func, verify};
use gosleuth_model::{Action, Bounds, End, Explorer, FuncKey, Model, Outcome, Program, ProgramUnit, promela};
use gosleuth_syntax::{ParseOptions, ast, parse};
use gosleuth_types::{Caches, CheckInput, Checked, PkgId, Query, SourceFile, World, check_package};
use rustc_hash::FxHashMap;

const LIBRARY: [(&str, &str); 9] = [
    ("math/rand", include_str!("library/rand.go")),
    ("time", include_str!("library/time.go")),
    ("sync", include_str!("library/sync.go")),
    ("sync/atomic", include_str!("library/atomic.go")),
    ("context", include_str!("library/context.go")),
    ("testing", include_str!("library/testing.go")),
    ("errors", include_str!("library/errors.go")),
    ("fmt", include_str!("library/fmt.go")),
    ("io", include_str!("library/io.go")),
];

struct Loaded {
    world: World,
    pkg: PkgId,
    tree: ast::File,
    checked: Checked,
    caches: Caches,
}

impl Loaded {
    fn query(&self) -> Query<'_, '_> {
        Query {
            world: &self.world,
            pkg: self.pkg,
            own: &self.checked.tables,
            caches: &self.caches,
        }
    }
}

fn load(text: &str) -> Loaded {
    let world = World::new();
    let mut imports = FxHashMap::default();
    for (path, text) in LIBRARY {
        let pkg = check(&world, path, text, &imports).0;
        imports.insert(path.to_owned(), pkg);
    }
    let (pkg, tree, checked) = check(&world, "example.com/program", text, &imports);
    assert!(checked.errors.is_empty(), "{:?}", checked.errors);
    Loaded {
        world,
        pkg,
        tree,
        checked,
        caches: Caches::default(),
    }
}

fn check(world: &World, path: &str, text: &str, imports: &FxHashMap<String, PkgId>) -> (PkgId, ast::File, Checked) {
    let tree = parse(text.as_bytes(), ParseOptions::default());
    assert!(tree.errors.is_empty(), "{path}: {:?}", tree.errors);
    let pkg = world.register(path, None);
    let input = CheckInput {
        pkg,
        files: vec![SourceFile {
            path,
            text: text.as_bytes(),
            tree: &tree,
        }],
        imports: imports.clone(),
        word_size: 8,
    };
    let checked = check_package(world, input, |types| world.finish(pkg, types));
    (pkg, tree, checked)
}

fn build(loaded: &Loaded) -> Package {
    let files = [UnitFile {
        tree: &loaded.tree,
        info: &loaded.checked.files[0],
        go_minor: 21,
    }];
    let unit = Unit {
        query: loaded.query(),
        files: &files,
    };
    let package = build_package(&unit);
    for func in package.funcs.iter() {
        let wrong = verify(&package, func);
        assert!(
            wrong.is_empty(),
            "{wrong:#?}\n{}",
            print_func(loaded.query(), &package, func)
        );
    }
    package
}

/// What the comment in front of a function wants: lines behind `// want `.
fn wanted(text: &str, start: u32) -> Vec<&str> {
    let mut lines = Vec::new();
    for line in text[..start as usize].trim_end().rsplit('\n') {
        let Some(comment) = line.strip_prefix("//") else {
            break;
        };
        lines.extend(comment.trim().strip_prefix("want "));
    }
    lines.reverse();
    lines
}

fn describe(loaded: &Loaded, package: &Package, outcome: &Outcome) -> Vec<String> {
    outcome
        .failures
        .iter()
        .map(|failure| {
            let blocked: Vec<_> = failure
                .blocked
                .iter()
                .map(|blocked| {
                    let (line, _) = loaded.tree.line_column(blocked.site.pos);
                    let func = &package.funcs[blocked.site.func.func].name;
                    format!("{} ({func}:{line})", blocked.operation)
                })
                .collect();
            let mut text = format!("{:?}: {}", failure.kind, blocked.join(", "));
            for step in &failure.schedule {
                let (line, _) = loaded.tree.line_column(step.site.pos);
                let _ = write!(text, "\n      g{} {} line {line}", step.goroutine, step.operation);
                if let Some((partner, site)) = step.partner {
                    let (line, _) = loaded.tree.line_column(site.pos);
                    let _ = write!(text, " with g{partner} line {line}");
                }
            }
            text
        })
        .collect()
}

#[test]
fn programs() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is part of the repository")
        .map(|entry| entry.expect("it can be listed").path())
        .collect();
    paths.sort();
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut wrong = String::new();
    let mut count = 0;
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("it is text");
        let loaded = load(&text);
        let package = build(&loaded);
        let name = path
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        for (id, func) in package.funcs.iter_enumerated() {
            if !func.name.starts_with("Test") || func.parent.is_some() || !func.name.contains(&only) {
                continue;
            }
            count += 1;
            let outcome = explored(&loaded, &package, id);
            let found = describe(&loaded, &package, &outcome);
            let wanted = wanted(&text, func.span.start);
            let holds = |want: &str| {
                let (kind, ops) = want.split_once(": ").unwrap_or((want, ""));
                outcome.failures.iter().any(|failure| {
                    let mut have: Vec<_> = failure.blocked.iter().map(|blocked| blocked.operation).collect();
                    have.sort_unstable();
                    let mut ops: Vec<_> = ops.split(", ").filter(|op| !op.is_empty()).collect();
                    ops.sort_unstable();
                    format!("{:?}", failure.kind) == kind && (ops.is_empty() || have == ops)
                })
            };
            let right = if func.name.starts_with("TestBad") || func.name.starts_with("TestFP_") {
                assert!(!wanted.is_empty(), "{name}: {} does not say what it wants", func.name);
                wanted.iter().all(|want| holds(want))
            } else {
                found.is_empty()
            };
            if !right {
                let _ = writeln!(
                    wrong,
                    "{name}: {} wants {wanted:?} ({} states{})\n    {}",
                    func.name,
                    outcome.states,
                    if outcome.complete { "" } else { ", incomplete" },
                    found.join("\n    ")
                );
                if !only.is_empty() {
                    for func in package.funcs.iter() {
                        wrong.push_str(&print_func(loaded.query(), &package, func));
                    }
                }
            }
        }
    }
    assert!(count > 0, "no program was found");
    assert!(wrong.is_empty(), "{wrong}");
}

fn explored(loaded: &Loaded, package: &Package, root: FuncId) -> Outcome {
    let program = Program::new(vec![ProgramUnit {
        query: loaded.query(),
        package,
    }]);
    Explorer::new(&program).explore(FuncKey { unit: 0, func: root }, Bounds::default())
}

#[test]
fn exploration_is_deterministic() {
    let text = include_str!("programs/channels.go");
    let loaded = load(text);
    let package = build(&loaded);
    for index in 0..package.funcs.len() {
        let id = FuncId::from_usize(index);
        assert_eq!(explored(&loaded, &package, id), explored(&loaded, &package, id));
    }
}

fn extracted(text: &str) -> Model {
    let loaded = load(text);
    let package = build(&loaded);
    let program = Program::new(vec![ProgramUnit {
        query: loaded.query(),
        package: &package,
    }]);
    let root = package.funcs.iter_enumerated().find(|(_, func)| func.name == "Test");
    let (func, _) = root.expect("there is a test");
    Explorer::new(&program).extract(FuncKey { unit: 0, func }, Bounds::default())
}

#[test]
fn goroutines_as_automata() {
    let model = extracted(
        "package p

import \"testing\"

func Test(t *testing.T) {
	ch := make(chan int)
	for range 2 {
		go func() { ch <- 1 }()
	}
	<-ch
}
",
    );
    assert!(model.complete && model.exact);
    let states: Vec<usize> = model
        .goroutines
        .iter()
        .map(|goroutine| goroutine.states.len())
        .collect();
    // Two starts, a receive and the end; a send and the end.
    assert_eq!(states, [4, 2, 2]);
    assert_eq!(model.goroutines[1].states, model.goroutines[2].states);
    let send = &model.goroutines[1].states[0].steps;
    assert_eq!(send.len(), 1);
    assert_eq!(send[0].action, Action::Send(0));
    assert_eq!(model.goroutines[1].states[send[0].to as usize].end, End::Returned);
    // Nobody, one or two goroutines are there; then one has sent, or the other.
    assert_eq!(model.states, 5);
    let text = promela(&model, "Test", |_| String::new());
    assert!(text.contains("chan c0 = [0] of { bit }"), "{text}");
    assert!(text.contains(":: atomic { c0!1; goto S1 }"), "{text}");
}

#[test]
fn branches_on_shared_memory_are_not_exact() {
    let model = extracted(
        "package p

import (
	\"sync\"
	\"testing\"
)

func Test(t *testing.T) {
	var mu sync.Mutex
	done := false
	go func() {
		mu.Lock()
		done = true
		mu.Unlock()
	}()
	mu.Lock()
	if done {
		mu.Lock()
	}
	mu.Unlock()
}
",
    );
    assert!(model.complete);
    assert!(!model.exact);
}
