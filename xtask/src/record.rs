//! `cargo xtask record`: runs the Go programs of `testdata` under several Go versions and keeps the
//! evidence they leave in `testdata/recordings`. Building is sequential, because all versions build
//! at the same path below `/home/u`; running is parallel, because the programs mostly sleep.
//!
//! It judges nothing: whether a recording shows what its `fixture.toml` says is for tests to find out.

mod archive;
mod big;
mod http;
mod orders;
mod process;
mod programs;
mod toolchain;

pub(crate) use big::{BigDumpArgs, BigProfileArgs, big_dump, big_profile};

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use programs::Program;
use toolchain::Toolchain;

/// Home directory of the person who, as the recordings tell it, built the programs.
pub(crate) const HOME: &str = "/home/u";

/// Programs of one version that run at a time, of those that end by themselves.
const SHORT_AT_ONCE: usize = 3;

/// Arguments of `cargo xtask record`.
#[derive(clap::Args)]
pub(crate) struct RecordArgs {
    /// Go version to record with, such as 1.27; may be repeated [default: all that can be fetched]
    #[arg(long = "go", value_name = "VERSION")]
    versions: Vec<String>,
    /// Go root of a version that cannot be fetched, such as 1.19=/usr/lib/go-1.19; may be repeated
    #[arg(long = "goroot", value_name = "VERSION=DIR")]
    roots: Vec<String>,
    /// Record only programs whose family/name contains this (`orders` is the order service); may be repeated
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Record only programs of which there is no recording yet, and not the order service
    #[arg(long)]
    missing: bool,
    /// Say what would be recorded, and stop
    #[arg(long)]
    list: bool,
    /// Take the last snapshot after half a minute, to try things out; needs --out
    #[arg(long, requires = "out")]
    quick: bool,
    /// Directory to write to [default: testdata/recordings]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Versions whose programs run at the same time
    #[arg(long, default_value_t = 4, value_name = "N")]
    at_once: usize,
}

/// When evidence is taken, counted from the start of a program.
#[derive(Clone, Copy)]
struct Schedule {
    first: Duration,
    middle: Duration,
    last: Duration,
}

impl Schedule {
    const FULL: Self = Self {
        first: Duration::from_secs(60),
        middle: Duration::from_secs(210),
        last: Duration::from_secs(390),
    };
    const QUICK: Self = Self {
        first: Duration::from_secs(10),
        middle: Duration::from_secs(20),
        last: Duration::from_secs(30),
    };
}

/// Records what the arguments ask for.
pub(crate) fn record(args: &RecordArgs) -> Result<()> {
    let root = repository_root();
    let out = args.out.clone().unwrap_or_else(|| root.join("testdata/recordings"));
    let schedule = if args.quick { Schedule::QUICK } else { Schedule::FULL };
    let toolchains = toolchain::select(&args.versions, &args.roots)?;
    let wanted = |name: &str| args.only.is_empty() || args.only.iter().any(|o| name.contains(o));
    let programs: Vec<Program> = programs::discover(&root.join("testdata/programs"))?
        .into_iter()
        .filter(|p| wanted(&p.id))
        .collect();
    let with_orders = wanted("orders") && !args.missing;
    let select = |toolchain: &Toolchain| -> Result<Vec<&Program>> {
        let recorded = if args.missing {
            archive::programs(&archive_path(&out, toolchain))?
        } else {
            BTreeSet::new()
        };
        let open = |p: &&Program| p.runs_with(toolchain) && !recorded.contains(&p.id);
        Ok(programs.iter().filter(open).collect())
    };

    if args.list {
        for toolchain in &toolchains {
            for program in select(toolchain)? {
                say(&format!(
                    "go{} {} [{}]",
                    toolchain.release,
                    program.id,
                    program.forms().join(" ")
                ));
            }
            if with_orders && orders::recorded_with(toolchain) {
                say(&format!("go{} orders", toolchain.release));
            }
        }
        return Ok(());
    }

    // The next version is built while others run, the newest first.
    let running = Gate::new(args.at_once);
    std::thread::scope(|scope| -> Result<()> {
        for toolchain in toolchains.iter().rev() {
            let job = prepare(toolchain, &root, &select(toolchain)?, with_orders)?;
            let permit = running.enter();
            let (out, whole) = (&out, args.only.is_empty() && !args.missing);
            scope.spawn(move || {
                run(&job, schedule, out);
                drop(permit);
                report_failure(&toolchain.name, keep(&job, out, whole));
            });
        }
        Ok(())
    })
}

/// Runs everything that was built: programs that wait to be told all at once, those that end by themselves a few at a time.
fn run(job: &Job<'_>, schedule: Schedule, out: &Path) {
    let few = Gate::new(SHORT_AT_ONCE);
    std::thread::scope(|scope| {
        for service in &job.services {
            scope.spawn(|| report_failure("orders", orders::run(service, schedule, out)));
        }
        let (long, short): (Vec<_>, Vec<_>) = job.built.iter().partition(|b| b.program.is_long());
        for build in long.into_iter().chain(short) {
            let permit = (!build.program.is_long()).then(|| few.enter());
            scope.spawn(move || {
                let what = format!("{} with {}", build.program.id, job.toolchain.name);
                report_failure(&what, programs::run(build, schedule));
                drop(permit);
            });
        }
    });
}

fn keep(job: &Job<'_>, out: &Path, whole: bool) -> Result<()> {
    if job.built.is_empty() {
        return Ok(());
    }
    let path = archive_path(out, job.toolchain);
    archive::update(&path, &job.stage, whole)?;
    say(&format!("wrote {}", path.display()));
    Ok(())
}

fn archive_path(out: &Path, toolchain: &Toolchain) -> PathBuf {
    out.join(format!("go{}.tar.zst", toolchain.release))
}

/// Lets a number of threads in at a time.
struct Gate {
    free: Mutex<usize>,
    changed: Condvar,
}

/// Leave to be inside a [`Gate`], until it is dropped.
struct Permit<'a>(&'a Gate);

impl Gate {
    fn new(size: usize) -> Self {
        Self {
            free: Mutex::new(size.max(1)),
            changed: Condvar::new(),
        }
    }

    fn enter(&self) -> Permit<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self
            .changed
            .wait_while(free, |free| *free == 0)
            .unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Permit(self)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.changed.notify_one();
    }
}

/// Everything built with one toolchain, ready to run.
struct Job<'a> {
    toolchain: &'a Toolchain,
    stage: PathBuf,
    built: Vec<programs::Built<'a>>,
    services: Vec<orders::Service>,
}

fn prepare<'a>(toolchain: &'a Toolchain, root: &Path, programs: &[&'a Program], with_orders: bool) -> Result<Job<'a>> {
    say(&format!("building with {}", toolchain.name));
    let stage = scratch().join(format!("go{}", toolchain.release));
    remake(&stage)?;
    let bin = Path::new(HOME).join("bin").join(&toolchain.name);
    remake(&bin)?;
    let mut built = Vec::new();
    if !programs.is_empty() {
        let app = copy_module(toolchain, &root.join("testdata/programs"), "app")?;
        built = programs::build(programs, toolchain, &app, &bin, &stage)?;
    }
    let services = if with_orders && orders::recorded_with(toolchain) {
        let source = copy_module(toolchain, &root.join("testdata/orders"), "orders")?;
        orders::build(toolchain, &source, &bin)?
    } else {
        Vec::new()
    };
    Ok(Job {
        toolchain,
        stage,
        built,
        services,
    })
}

/// Copies a module below [`HOME`] and sets its `go` directive to the toolchain's version.
fn copy_module(toolchain: &Toolchain, from: &Path, name: &str) -> Result<PathBuf> {
    let to = Path::new(HOME).join(name);
    remake(&to)?;
    copy_tree(from, &to)?;
    let manifest = to.join("go.mod");
    let text = std::fs::read_to_string(&manifest)?;
    let text: Vec<String> = text
        .lines()
        .map(|l| {
            if l.starts_with("go ") {
                format!("go {}", toolchain.release)
            } else {
                l.to_owned()
            }
        })
        .collect();
    std::fs::write(&manifest, text.join("\n") + "\n")?;
    Ok(to)
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from).with_context(|| format!("reading {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

/// Empties a directory of ours, or makes it.
fn remake(dir: &Path) -> Result<()> {
    ensure!(
        dir.starts_with(HOME) || dir.starts_with(scratch()),
        "{} is not a directory of the recorder",
        dir.display()
    );
    if dir.exists() {
        std::fs::remove_dir_all(dir)?;
    }
    std::fs::create_dir_all(dir)
        .with_context(|| format!("creating {} (the recorder needs to write below {HOME})", dir.display()))
}

fn scratch() -> PathBuf {
    std::env::temp_dir().join("gosleuth-record")
}

fn repository_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in the repository")
        .to_path_buf()
}

fn report_failure(what: &str, result: Result<()>) {
    if let Err(e) = result {
        complain(&format!("{what}: {e:#}"));
    }
}

#[expect(clippy::print_stdout, reason = "the recorder is a terminal program")]
fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::print_stderr, reason = "the recorder is a terminal program")]
fn complain(line: &str) {
    eprintln!("xtask: {line}");
}
