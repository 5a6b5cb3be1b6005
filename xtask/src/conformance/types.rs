//! Objects and types beside go/types: a Go program checks the same files and writes down what it found, package by package, while
//! gosleuth checks them here.
//!
//! Both get the file lists of `go list`, so that what is compared is the understanding of Go, not the choice of files.

mod compare;
mod frame;
mod packages;
mod score;
mod speed;

use std::io::BufReader;
use std::panic::AssertUnwindSafe;

use anyhow::{Context as _, Result, ensure};
use gosleuth_engine::Stdlib;

pub(crate) use self::speed::{RunArgs, once};

use self::frame::Frame;
use self::score::Score;
use super::say;
use crate::checking::{Checking, Sources};
use crate::go::{self, Unit};
use crate::repository;

/// What `cargo xtask conformance types` takes.
#[derive(clap::Args)]
pub(crate) struct TypesArgs {
    /// `std`, `cmd`, `closure` (third-party modules), `programs` (on which the compiler tests itself), `errors` (programs that do not
    /// compile) or a pattern of `go list`
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
    /// Compare the tests of the packages too
    #[arg(long)]
    tests: bool,
    /// Take the standard library from the summary that gosleuth carries, as on a machine without Go
    #[arg(long)]
    summary: bool,
    /// Compare nothing; measure parsing and checking on two cores beside go/parser and go/types
    #[arg(long)]
    speed: bool,
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
    if args.speed {
        let units = packages::of_set(&args.pattern, &[], false, args.go.as_deref())?;
        return speed::run(&args.pattern, &units, args.go.as_deref());
    }
    let score = score(args)?;
    say(score.text(if args.explain { usize::MAX } else { 40 }));
    if args.update {
        ensure!(args.packages.is_empty(), "--update wants all packages of the set");
        let directory = repository::root().join("testdata/conformance");
        std::fs::create_dir_all(&directory)?;
        let summary = if args.summary { "-summary" } else { "" };
        let tests = if args.tests { "-tests" } else { "" };
        std::fs::write(
            directory.join(format!("types-{}{tests}{summary}.txt", args.pattern)),
            format!("{}, {}", go::language_version(args.go.as_deref())?, score.text(200)),
        )?;
    }
    Ok(())
}

fn score(args: &TypesArgs) -> Result<Score> {
    let units = packages::of_set(&args.pattern, &args.packages, args.tests, args.go.as_deref())?;
    ensure!(units.iter().any(|unit| unit.dump), "no package to compare");
    let stdlib = args.summary.then(|| Stdlib::embedded("linux", "amd64"));
    let (mut child, stdout) = packages::dump(&units, args.go.as_deref(), &[])?;
    let mut frames = BufReader::with_capacity(1 << 20, stdout);
    let mut checking = Checking::default();
    let mut score = Score::new(if args.explain { 25 } else { 2 });
    for unit in &units {
        let theirs = if unit.dump {
            let frame = Frame::read(&mut frames)?;
            Some(frame.with_context(|| format!("typesdump stopped before {}", unit.path))?)
        } else {
            None
        };
        let known = stdlib.as_ref().filter(|_| unit.standard && !unit.dump);
        if let Some(pkg) = known.and_then(|stdlib| stdlib.package(&checking.world, &unit.path)) {
            checking.know(&unit.path, pkg);
            continue;
        }
        compare(&mut checking, unit, theirs.as_ref(), &mut score)?;
    }
    ensure!(child.wait()?.success(), "typesdump failed");
    Ok(score)
}

/// Checks a package and compares it with what go/types says, if that is known.
fn compare(checking: &mut Checking, unit: &Unit, theirs: Option<&Frame>, score: &mut Score) -> Result<()> {
    let Some(pkg) = checking.register_unit(unit) else {
        return Ok(());
    };
    let sources = Sources::read(unit)?;
    let files = sources.files();
    for (file, error) in files
        .iter()
        .flat_map(|file| file.tree.errors.iter().map(move |error| (file, error)))
    {
        let (line, column) = file.tree.line_column(error.span.start);
        score.problem("syntax error", || {
            format!("{}:{line}:{column}: {}", file.path, error.message)
        });
    }
    let checked = std::panic::catch_unwind(AssertUnwindSafe(|| checking.check(unit, pkg, &files)));
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
        world: &checking.world,
        pkg,
        files: &files,
        checked: &checked,
    };
    compare::compare(&ours, theirs, score);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::score::Fact;
    use super::*;

    /// The whole sets take minutes; this shows that the oracle works.
    #[test]
    fn a_package_agrees_with_go_types() {
        if go::go(None).arg("version").output().is_err() {
            assert!(std::env::var_os("CI").is_none(), "the CI has Go");
            return;
        }
        let args = TypesArgs {
            pattern: "sort".to_owned(),
            packages: Vec::new(),
            tests: false,
            summary: false,
            speed: false,
            explain: false,
            update: false,
            go: None,
        };
        let score = score(&args).expect("both sides check the package");
        for fact in [
            Fact::Ident,
            Fact::Expr,
            Fact::Selection,
            Fact::Instance,
            Fact::Clause,
            Fact::Value,
        ] {
            assert!(score.percent(fact) > 99.99, "{}", score.text(10));
        }
        assert!(score.total(Fact::Ident) > 1000, "{}", score.text(10));
    }
}
