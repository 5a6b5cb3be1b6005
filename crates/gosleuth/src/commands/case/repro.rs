//! `gosleuth case repro`: a suspect or a finding in, a Go test that shows it out.

use std::fs::OpenOptions;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use gosleuth_base::{Finding, Site, SuspectKind};
use gosleuth_case::{Source, Suspect};
use gosleuth_engine::{
    AnalysisOptions, Config, OsSystem, Seen, TypedUnit, Visited, analyse, base_directory, load, normal,
};
use gosleuth_evidence::EvidenceSet;
use gosleuth_repro::{Fault, Package, Repro, Unmade, Watch, generate};
use gosleuth_rules::{Models, PackageInput};
use serde::{Deserialize, Serialize};

use super::verify::defaults;
use crate::args::{ReproArgs, RuleArgs};
use crate::check::Scope;
use crate::check::analysis::{Told, facts_of, unit_name, with_package};
use crate::commands::list::overrides;
use crate::config::InspectConfig;
use crate::inputs::Inputs;
use crate::options::Options;
use crate::{Exit, Io};

/// What the test is called if nobody says otherwise. It stands last in its directory.
const FILE: &str = "zz_gosleuth_repro_test.go";

pub(crate) fn run(args: &ReproArgs, io: &mut Io<'_>) -> Result<Exit> {
    let directory = io.directory.join(&args.source);
    ensure!(
        directory.is_dir(),
        "{} is no directory with source",
        directory.display()
    );
    let scope = Scope {
        directory: &directory,
        patterns: &args.packages,
        build: &args.build,
        tests: true,
        cache: true,
        quiet: false,
        code: args.suspect.is_some(),
        checklist: false,
    };
    let rules = RuleArgs {
        extend_select: args.extend_select.clone(),
        budget: args.budget,
        ..RuleArgs::default()
    };
    let source = super::looked_at(&scope, &rules, io)?;
    let (fault, file) = match (&args.finding, args.suspect) {
        (Some(fingerprint), _) => {
            let finding = with_fingerprint(&source.findings, fingerprint)?;
            (Fault::of(finding), finding.location.file.clone())
        }
        (None, Some(number)) => of_suspect(args, number, &source, io)?,
        (None, None) => bail!("which suspect? Write its number, or --finding and a fingerprint"),
    };
    let file = normal(&io.directory.join(file));
    let package = file.parent().context("the fault is in no directory")?.to_owned();
    let made = match written(args, &package, &fault)? {
        Some(Made::Test(made)) => made,
        Some(Made::Not { why, skeleton }) => match skeleton.filter(|_| args.skeleton) {
            Some(skeleton) => skeleton,
            None => {
                bail!("no test can be made: {why}; --skeleton writes one with a TODO in its place")
            }
        },
        None => bail!(
            "no test can be made: the function {} is not found in {}",
            fault.root,
            package.display()
        ),
    };
    if args.output.as_deref() == Some("-") {
        io.stdout.write_all(made.text.as_bytes())?;
        return Ok(Exit::Clean);
    }
    let path = match &args.output {
        Some(path) => io.directory.join(path),
        None => package.join(FILE),
    };
    let mut out = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .with_context(|| format!("cannot write {}: -o names another file", path.display()))?;
    std::io::Write::write_all(&mut out, made.text.as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))?;
    say(&made.test, fault.watch, &path, io)?;
    Ok(Exit::Clean)
}

/// How the test is run.
fn say(test: &str, watch: Watch, path: &Path, io: &mut Io<'_>) -> Result<()> {
    let shown = path.strip_prefix(&io.directory).unwrap_or(path);
    let package = match shown.parent() {
        Some(parent) if parent.as_os_str().is_empty() => ".".to_owned(),
        Some(parent) if shown.is_relative() => format!("./{}", parent.display()),
        Some(parent) => parent.display().to_string(),
        None => ".".to_owned(),
    };
    let race = match watch {
        Watch::Race => " -race",
        Watch::Stuck | Watch::Death => "",
    };
    let (shown, out) = (shown.display(), &mut *io.stdout);
    writeln!(out, "{shown}: {test}\n")?;
    writeln!(
        out,
        "It fails as long as the fault is there, and passes once it is gone:\n"
    )?;
    writeln!(out, "  go test{race} -run '^{test}$' -count=1 {package}\n")?;
    writeln!(out, "To look closer:\n")?;
    writeln!(out, "  go test -race -run '^{test}$' -count=1 {package}")?;
    writeln!(
        out,
        "  go test -run '^{test}$' -count=1 -trace trace.out {package}   # for gosleuth trace"
    )?;
    writeln!(out, "  GODEBUG=gctrace=1 go test -run '^{test}$' -count=1 {package}")?;
    Ok(())
}

fn with_fingerprint<'a>(findings: &'a [Finding], fingerprint: &str) -> Result<&'a Finding> {
    let wanted = fingerprint.to_lowercase();
    let mut found = findings
        .iter()
        .filter(|finding| finding.fingerprint.to_string().starts_with(&wanted));
    let first = found.next().with_context(|| {
        format!("no finding has the fingerprint {fingerprint}; `gosleuth check --format json` shows them")
    })?;
    ensure!(
        found.all(|other| other.fingerprint == first.fingerprint),
        "several findings have a fingerprint that begins with {fingerprint}"
    );
    Ok(first)
}

/// The fault behind a suspect: a finding that describes it, best one with a schedule, or the function that it stands in.
fn of_suspect(args: &ReproArgs, number: usize, source: &Source, io: &mut Io<'_>) -> Result<(Fault, String)> {
    let inspect = defaults(&args.evidence)?;
    let options = Options::new(&inspect, &InspectConfig::default(), io)?;
    let mut set = EvidenceSet::new();
    let mut inputs = Inputs::new(&mut set, &options, &inspect);
    inputs.read_all(&args.evidence, 1, io)?;
    let case = gosleuth_case::build_with(&set, Some(source), &options.case);
    let count = case.suspects.len();
    let suspect = number
        .checked_sub(1)
        .and_then(|index| case.suspects.get(index))
        .with_context(|| match count {
            0 => "this evidence shows no suspect".to_owned(),
            count => format!("there is no suspect {number}: they are numbered from 1 to {count}"),
        })?;
    let known = case.code.as_ref().map_or(&[][..], |code| &code.findings);
    let findings: Vec<&Finding> = suspect
        .code
        .findings
        .iter()
        .filter_map(|&index| known.get(index))
        .map(|judged| &judged.finding)
        .collect();
    if let Some(finding) = findings
        .iter()
        .find(|finding| !finding.schedule.is_empty())
        .or(findings.first())
    {
        return Ok((Fault::of(finding), finding.location.file.clone()));
    }
    let line = suspect
        .code
        .lines
        .first()
        .context("no test can be made: nothing in the source is known of this suspect")?;
    Ok((without_finding(suspect, &line.site), line.site.file.clone()))
}

/// A fault of which only the place is known.
fn without_finding(suspect: &Suspect, site: &Site) -> Fault {
    let watch = match suspect.kind {
        SuspectKind::DataRace => Watch::Race,
        SuspectKind::Panic | SuspectKind::FatalError => Watch::Death,
        _ => Watch::Stuck,
    };
    Fault::at(watch, &site.function, &suspect.headline)
}

/// What became of a test.
#[derive(Serialize, Deserialize)]
enum Made {
    Test(File),
    Not { why: String, skeleton: Option<File> },
}

#[derive(Serialize, Deserialize)]
struct File {
    text: String,
    test: String,
}

impl From<Repro> for File {
    fn from(repro: Repro) -> Self {
        Self {
            text: repro.text,
            test: repro.test,
        }
    }
}

/// The test of a fault in the package of a directory; none if its function is not there.
fn written(args: &ReproArgs, package: &Path, fault: &Fault) -> Result<Option<Made>> {
    let patterns = [".".to_owned()];
    let base = base_directory(&OsSystem, package, &patterns);
    let (config, _) = Config::detect(&OsSystem, &base, &overrides(&args.build, true));
    let workspace = load(&OsSystem, &config, package, &patterns);
    let facts = facts_of(&workspace);
    let units = gosleuth_engine::units::units(&workspace, true);
    let models = Models::default();
    let told = Told::default();
    let visit = |unit: &TypedUnit<'_>| {
        let path = unit_name(&workspace, &units[unit.unit]);
        let look = |input: &PackageInput<'_>| test_of(input, fault);
        let (made, facts) = with_package(unit, &path, &facts, (&models, 0), &told, look);
        let made = made.flatten();
        Seen {
            result: made.map_or_else(Vec::new, |made| serde_json::to_vec(&made).unwrap_or_default()),
            facts,
        }
    };
    let options = AnalysisOptions {
        tests: true,
        threads: std::thread::available_parallelism().unwrap_or(std::num::NonZeroUsize::MIN),
        visited: Visited::Roots,
        cache: None,
        facts: true,
        salt: "",
    };
    let analysis = analyse(&OsSystem, &config, &workspace, &options, &visit);
    let mut all = analysis
        .results
        .iter()
        .filter(|bytes| !bytes.is_empty())
        .filter_map(|bytes| serde_json::from_slice(bytes).ok());
    Ok(all.next())
}

fn test_of(input: &PackageInput<'_>, fault: &Fault) -> Option<Made> {
    let name = input
        .files
        .first()
        .and_then(|file| Some(file.tree.name(file.tree.package?)))?;
    let package = Package {
        query: input.query,
        ir: input.ir,
        name,
    };
    Some(match generate(&package, fault)? {
        Ok(repro) => Made::Test(repro.into()),
        Err(Unmade { why, skeleton }) => Made::Not {
            why,
            skeleton: skeleton.map(File::from),
        },
    })
}
