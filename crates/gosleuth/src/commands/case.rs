//! `gosleuth case`: source and evidence in, one answer out.

mod repro;
mod verify;

use anyhow::{Result, ensure};
use gosleuth_base::Location;
use gosleuth_case::Source;
use gosleuth_engine::normal;
use gosleuth_rules::all_infos;

use crate::args::{CaseArgs, CaseCommand, RuleArgs, SourcePlace};
use crate::check::{self, Scope, Settings};
use crate::commands::inspect;
use crate::revision::Revision;
use crate::{Exit, Io};

pub(crate) fn run(args: &CaseArgs, io: &mut Io<'_>) -> Result<Exit> {
    match &args.command {
        Some(CaseCommand::Verify(args)) => return verify::run(args, io),
        Some(CaseCommand::Repro(args)) => return repro::run(args, io),
        None => {}
    }
    // It lives until its lines are quoted.
    let mut revision = None;
    let times = inspect::Times {
        logs: &args.logs,
        zone: args.log_zone,
    };
    inspect::run_with(&args.inspect, Some(&times), io, |io| {
        source(args, &mut revision, io).map(Some)
    })
}

/// What the rules find in the source, and its places.
fn source(args: &CaseArgs, revision: &mut Option<Revision>, io: &mut Io<'_>) -> Result<Source> {
    let directory = match args.source_place() {
        SourcePlace::Directory(directory) => io.directory.join(directory),
        SourcePlace::Revision(name) => {
            let unpacked = revision.insert(Revision::unpack(&name, &io.directory)?);
            unpacked.directory().to_owned()
        }
    };
    ensure!(
        directory.is_dir(),
        "{} is no directory with source",
        directory.display()
    );
    let rules = RuleArgs {
        extend_select: args.extend_select.clone(),
        budget: args.budget,
        ..RuleArgs::default()
    };
    let scope = Scope {
        directory: &directory,
        patterns: &args.packages,
        build: &args.build,
        tests: !args.no_tests,
        cache: !args.no_cache,
        quiet: args.inspect.output.quiet,
        code: true,
        checklist: false,
    };
    looked_at(&scope, &rules, io)
}

/// What the rules find in a directory. Paths are relative to the working directory.
fn looked_at(scope: &Scope<'_>, rules: &RuleArgs, io: &mut Io<'_>) -> Result<Source> {
    let directory = scope.directory;
    let settings = Settings::of_source(rules, directory)?;
    let mut checked = check::run(scope, &settings, io)?;
    ensure!(
        checked.stats.packages > 0,
        "there are no Go packages in {}; --source names the directory of the module",
        directory.display()
    );
    // Findings name files from the source on; here they are named from the working directory on.
    let here = normal(&io.directory);
    let root = normal(directory);
    let shown = |location: &mut Location| {
        let path = root.join(&location.file);
        let path = path.strip_prefix(&here).unwrap_or(&path);
        location.file = path.to_string_lossy().into_owned();
    };
    for finding in &mut checked.findings {
        shown(&mut finding.location);
        finding
            .related
            .iter_mut()
            .for_each(|related| shown(&mut related.location));
        finding.schedule.iter_mut().for_each(|step| shown(&mut step.location));
    }
    Ok(Source {
        findings: checked.findings,
        rules: all_infos(),
        packages: checked.code,
    })
}
