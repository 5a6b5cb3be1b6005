//! Exploring small programs: time by the number of goroutines and by the bound of a loop.
//!
//! States are printed before each measurement; `docs/model.md` has a table of both.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use gosleuth_ir::{Package, Unit, UnitFile, build_package};
use gosleuth_model::{Bounds, Explorer, FuncKey, Outcome, Program, ProgramUnit};
use gosleuth_syntax::{ParseOptions, ast, parse};
use gosleuth_types::{Caches, CheckInput, Checked, PkgId, Query, SourceFile, World, check_package};
use rustc_hash::FxHashMap;

const LIBRARY: [(&str, &str); 2] = [
    ("sync", include_str!("../tests/library/sync.go")),
    ("testing", include_str!("../tests/library/testing.go")),
];

/// Goroutines that lock one mutex, each a few times.
fn locks(goroutines: u32, rounds: u32) -> String {
    program(&format!(
        "	var mu sync.Mutex
	var wg sync.WaitGroup
	for range {goroutines} {{
		wg.Add(1)
		go func() {{
			defer wg.Done()
			for range {rounds} {{
				mu.Lock()
				mu.Unlock()
			}}
		}}()
	}}
	wg.Wait()
"
    ))
}

/// Workers that take jobs from one channel and put results into another.
fn workers(goroutines: u32, rounds: u32) -> String {
    program(&format!(
        "	var wg sync.WaitGroup
	jobs, results := make(chan int), make(chan int, {rounds})
	for range {goroutines} {{
		wg.Add(1)
		go func() {{
			defer wg.Done()
			for range jobs {{
				results <- 1
			}}
		}}()
	}}
	for range {rounds} {{
		jobs <- 1
	}}
	close(jobs)
	wg.Wait()
"
    ))
}

/// Philosophers who take the fork on the left first (Dijkstra, 1971): they can starve together.
fn philosophers(goroutines: u32, rounds: u32) -> String {
    program(&format!(
        "	var wg sync.WaitGroup
	forks := make([]sync.Mutex, {goroutines})
	for i := range {goroutines} {{
		wg.Add(1)
		go func() {{
			defer wg.Done()
			left, right := &forks[i], &forks[(i+1)%{goroutines}]
			for range {rounds} {{
				left.Lock()
				right.Lock()
				right.Unlock()
				left.Unlock()
			}}
		}}()
	}}
	wg.Wait()
"
    ))
}

fn program(body: &str) -> String {
    format!(
        "package p\n\nimport (\n\t\"sync\"\n\t\"testing\"\n)\n\nfunc Test(t *testing.T) {{\n\tvar _ sync.Mutex\n{body}}}\n"
    )
}

/// A program that was read.
struct Loaded {
    world: World,
    pkg: PkgId,
    tree: ast::File,
    checked: Checked,
    caches: Caches,
}

impl Loaded {
    fn new(text: &str) -> Self {
        let world = World::new();
        let mut imports = FxHashMap::default();
        for (path, text) in LIBRARY {
            let pkg = check(&world, path, text, &imports).0;
            imports.insert(path.to_owned(), pkg);
        }
        let (pkg, tree, checked) = check(&world, "example.com/p", text, &imports);
        assert!(checked.errors.is_empty(), "{:?}", checked.errors);
        Self {
            world,
            pkg,
            tree,
            checked,
            caches: Caches::default(),
        }
    }

    fn query(&self) -> Query<'_, '_> {
        Query {
            world: &self.world,
            pkg: self.pkg,
            own: &self.checked.tables,
            caches: &self.caches,
        }
    }

    fn lower(&self) -> Package {
        let files = [UnitFile {
            tree: &self.tree,
            info: &self.checked.files[0],
            go_minor: 24,
        }];
        build_package(&Unit {
            query: self.query(),
            files: &files,
        })
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

fn explored(loaded: &Loaded, package: &Package) -> Outcome {
    let program = Program::new(vec![ProgramUnit {
        query: loaded.query(),
        package,
    }]);
    let root = package.funcs.iter_enumerated().find(|(_, func)| func.name == "Test");
    let (func, _) = root.expect("the test is there");
    let bounds = Bounds {
        states: 1_000_000,
        instructions: u64::MAX,
        ..Bounds::default()
    };
    Explorer::new(&program).explore(FuncKey { unit: 0, func }, bounds)
}

/// The text of a program, by the number of its goroutines and of their rounds.
type Source = fn(u32, u32) -> String;

fn explore(criterion: &mut Criterion) {
    let programs: [(&str, Source); 3] = [("locks", locks), ("workers", workers), ("philosophers", philosophers)];
    for (name, text) in programs {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10);
        for (goroutines, rounds) in [(2, 1), (3, 1), (4, 1), (5, 1), (6, 1), (2, 2), (2, 4), (2, 8)] {
            let loaded = Loaded::new(&text(goroutines, rounds));
            let package = loaded.lower();
            let outcome = explored(&loaded, &package);
            assert_eq!(outcome.failures.is_empty(), name != "philosophers", "{name}");
            report(name, goroutines, rounds, &outcome);
            let id = BenchmarkId::new(format!("{goroutines} goroutines"), format!("{rounds} rounds"));
            group.bench_function(id, |bencher| bencher.iter(|| explored(&loaded, &package)));
        }
        group.finish();
    }
}

#[expect(clippy::print_stderr, reason = "states belong beside the times")]
fn report(name: &str, goroutines: u32, rounds: u32, outcome: &Outcome) {
    eprintln!(
        "{name}, {goroutines} goroutines, {rounds} rounds: {} states{}",
        outcome.states,
        if outcome.complete { "" } else { ", not all" }
    );
}

criterion_group!(benches, explore);
criterion_main!(benches);
