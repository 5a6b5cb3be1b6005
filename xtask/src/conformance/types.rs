//! Objects and types beside go/types: a Go program checks the same files and writes down what it found, package by package, while
//! gosleuth checks them here.
//!
//! Both get the file lists of `go list`, so that what is compared is the understanding of Go, not the choice of files.

mod compare;
mod frame;
mod packages;
mod score;

use std::io::BufReader;
use std::panic::AssertUnwindSafe;

use anyhow::{Context as _, Result, ensure};
use gosleuth_syntax::{ParseOptions, ast};
use gosleuth_types::{CheckInput, Checked, PkgId, SourceFile, World, check_package};
use rustc_hash::FxHashMap;

use self::frame::Frame;
use self::packages::{Selection, Unit};
use self::score::Score;
use super::say;
use crate::repository;

/// What `cargo xtask conformance types` takes.
#[derive(clap::Args)]
pub(crate) struct TypesArgs {
    /// `std`, `cmd`, `closure` (third-party modules), `errors` (programs that do not compile) or a pattern of `go list`
    #[arg(default_value = "std")]
    pattern: String,
    /// Compare only this package (and check what it imports)
    #[arg(long = "package", value_name = "PATH")]
    packages: Vec<String>,
    /// Show more examples of every class
    #[arg(long)]
    explain: bool,
    /// Write the score to testdata/conformance
    #[arg(long)]
    update: bool,
    /// Version of another Go toolchain, such as 1.27.3
    #[arg(long, value_name = "VERSION")]
    go: Option<String>,
}

/// Compares and prints the score.
pub(crate) fn run(args: &TypesArgs) -> Result<()> {
    // Debug builds need more stack than a thread has by default.
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().stack_size(512 << 20);
        let handle = worker.spawn_scoped(scope, || conform(args)).context("no thread")?;
        handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn conform(args: &TypesArgs) -> Result<()> {
    let selection = Selection {
        pattern: &args.pattern,
        only: &args.packages,
        go: args.go.as_deref(),
    };
    let units = packages::list(&selection)?;
    ensure!(units.iter().any(|unit| unit.dump), "no package to compare");
    let (mut child, stdout) = packages::dump(&units, args.go.as_deref(), &[])?;
    let mut frames = BufReader::with_capacity(1 << 20, stdout);
    let mut checker = Checking::default();
    let mut score = Score::new(if args.explain { 25 } else { 2 });
    for unit in &units {
        let theirs = if unit.dump {
            let frame = Frame::read(&mut frames)?;
            Some(frame.with_context(|| format!("typesdump stopped before {}", unit.path))?)
        } else {
            None
        };
        checker.check(unit, theirs.as_ref(), &mut score)?;
    }
    ensure!(child.wait()?.success(), "typesdump failed");
    say(score.text(if args.explain { usize::MAX } else { 40 }));
    if args.update {
        ensure!(args.packages.is_empty(), "--update wants all packages of the set");
        let directory = repository::root().join("testdata/conformance");
        std::fs::create_dir_all(&directory)?;
        std::fs::write(directory.join(format!("types-{}.txt", args.pattern)), score.text(200))?;
    }
    Ok(())
}

/// Our side: packages in the order given.
#[derive(Default)]
struct Checking {
    world: World,
    by_path: FxHashMap<String, PkgId>,
}

impl Checking {
    fn check(&mut self, unit: &Unit, theirs: Option<&Frame>, score: &mut Score) -> Result<()> {
        let pkg = self.world.register(&unit.path, None);
        self.by_path.insert(unit.path.clone(), pkg);
        let mut sources = Vec::new();
        for name in &unit.files {
            let path = unit.dir.join(name);
            let text = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            let tree = gosleuth_syntax::parse(&text, ParseOptions::default());
            sources.push((path.to_string_lossy().into_owned(), text, tree));
        }
        let files: Vec<SourceFile<'_>> = sources
            .iter()
            .map(|(path, text, tree)| SourceFile { path, text, tree })
            .collect();
        for (file, error) in files
            .iter()
            .flat_map(|file| file.tree.errors.iter().map(move |error| (file, error)))
        {
            let (line, column) = file.tree.line_column(error.span.start);
            score.problem("syntax error", || {
                format!("{}:{line}:{column}: {}", file.path, error.message)
            });
        }
        let checked = std::panic::catch_unwind(AssertUnwindSafe(|| self.types(unit, pkg, &files)));
        let Ok(checked) = checked else {
            score.problem("panic", || unit.path.clone());
            return Ok(());
        };
        let Some(theirs) = theirs else { return Ok(()) };
        ensure!(
            theirs.text(theirs.path) == unit.path,
            "typesdump is out of step at {}",
            unit.path
        );
        score.package();
        if let Some(&error) = theirs.errors.first() {
            score.problem("package with errors for go/types", || {
                format!("{}: {}", unit.path, theirs.text(error))
            });
        }
        let ours = compare::Ours {
            world: &self.world,
            pkg,
            files: &files,
            checked: &checked,
        };
        compare::compare(&ours, theirs, score);
        Ok(())
    }

    fn types(&self, unit: &Unit, pkg: PkgId, files: &[SourceFile<'_>]) -> Checked {
        let mut imports = FxHashMap::default();
        for file in files {
            for &spec in &file.tree.imports {
                if let Some(path) = import_path(file, spec) {
                    let target = unit.import_map.get(&path).unwrap_or(&path);
                    if target == "unsafe" {
                        imports.insert(path, PkgId::unsafe_());
                    } else if let Some(&pkg) = self.by_path.get(target) {
                        imports.insert(path, pkg);
                    }
                }
            }
        }
        let input = CheckInput {
            pkg,
            files: files.to_vec(),
            imports,
            word_size: 8,
        };
        check_package(&self.world, input, |types| self.world.finish(pkg, types))
    }
}

fn import_path(file: &SourceFile<'_>, spec: ast::SpecId) -> Option<String> {
    let ast::SpecKind::Import { path, .. } = file.tree.specs[spec].kind else {
        return None;
    };
    let literal = std::str::from_utf8(file.tree.exprs[path].span.of(file.text)).ok()?;
    let quoted = literal.trim_matches(['"', '`']);
    Some(quoted.to_owned())
}
