//! `gosleuth case verify`: evidence from before and after a fix in, what became of each suspect out.

use anyhow::{Result, bail};
use clap::Parser as _;
use gosleuth_case::{CaseFile, Outcome, VerifiedSuspect};
use gosleuth_evidence::EvidenceSet;
use gosleuth_report::write_document;
use serde::Serialize;

use crate::args::{Cli, Command, InspectArgs, ListFormatArg, VerifyArgs};
use crate::config::InspectConfig;
use crate::inputs::Inputs;
use crate::options::Options;
use crate::{Exit, Io};

pub(crate) fn run(args: &VerifyArgs, io: &mut Io<'_>) -> Result<Exit> {
    let (_, before, read_before) = judged(&args.before, io)?;
    let (after_set, after, read_after) = judged(&args.after, io)?;
    let rows = gosleuth_case::verify(&before, &after_set, &after);
    match args.format {
        ListFormatArg::Text => text(&rows, io)?,
        ListFormatArg::Json => write_document(&Document::new(&rows), io.stdout)?,
    }
    let is_bad = |row: &VerifiedSuspect| matches!(row.outcome, Outcome::StillThere | Outcome::New);
    Ok(if rows.iter().any(is_bad) {
        Exit::Found
    } else if read_before && read_after {
        Exit::Clean
    } else {
        Exit::Trouble
    })
}

/// Evidence, what is said of it, and whether all of it was read.
fn judged(names: &[String], io: &mut Io<'_>) -> Result<(EvidenceSet, CaseFile, bool)> {
    let args = defaults(names)?;
    let options = Options::new(&args, &InspectConfig::default(), io)?;
    let mut set = EvidenceSet::new();
    let mut inputs = Inputs::new(&mut set, &options, &args);
    inputs.read_all(names, 1, io)?;
    let all_read = inputs.all_read();
    let case = gosleuth_case::build(&set, &options.case);
    Ok((set, case, all_read))
}

/// The arguments of `inspect` with these inputs and nothing else.
pub(super) fn defaults(names: &[String]) -> Result<InspectArgs> {
    let words = ["gosleuth", "inspect"]
        .into_iter()
        .chain(names.iter().map(String::as_str));
    match Cli::try_parse_from(words)?.command {
        Command::Inspect(args) => Ok(*args),
        _ => bail!("these are no inputs"),
    }
}

fn text(rows: &[VerifiedSuspect], io: &mut Io<'_>) -> Result<()> {
    let count = |outcome| rows.iter().filter(|row| row.outcome == outcome).count();
    writeln!(
        io.stdout,
        "{} still there, {} not exercised, {} gone, {} new",
        count(Outcome::StillThere),
        count(Outcome::NotExercised),
        count(Outcome::Gone),
        count(Outcome::New)
    )?;
    for row in rows {
        writeln!(io.stdout, "\n{:<13} {}", row.outcome.as_str(), row.headline)?;
        let (before, after) = row.counts;
        writeln!(io.stdout, "              {before} before, {after} after. {}", row.why)?;
    }
    Ok(())
}

/// What `case verify --format json` writes.
#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    suspects: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    outcome: &'static str,
    kind: &'static str,
    verdict: &'static str,
    function: &'a str,
    file: &'a str,
    line: u32,
    headline: &'a str,
    before: u64,
    after: u64,
    why: &'a str,
}

impl<'a> Document<'a> {
    fn new(rows: &'a [VerifiedSuspect]) -> Self {
        let row = |row: &'a VerifiedSuspect| {
            let site = row.site.as_ref();
            Row {
                outcome: row.outcome.as_str(),
                kind: row.kind.as_str(),
                verdict: row.verdict.as_str(),
                function: site.map_or("", |site| &site.function),
                file: site.map_or("", |site| &site.file),
                line: site.map_or(0, |site| site.line),
                headline: &row.headline,
                before: row.counts.0,
                after: row.counts.1,
                why: &row.why,
            }
        };
        Self {
            version: 1,
            suspects: rows.iter().map(row).collect(),
        }
    }
}
