//! `gosleuth check`: source in, findings out.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use gosleuth_base::{Finding, FixSafety, Severity};
use gosleuth_report::{
    CheckReport, ChecklistFormat, FindingFormat, RenderOptions, ToolRemark, write_checklist, write_findings,
    write_schedule,
};
use gosleuth_rules::all_infos;

use crate::args::{CheckArgs, CheckFormatArg, ColorArg, FailLevel};
use crate::check::{self, Checked, Settings, baseline, changes, fixes};
use crate::{Exit, Io};

pub(crate) fn run(args: &CheckArgs, io: &mut Io<'_>) -> Result<Exit> {
    let settings = Settings::new(args, &io.directory)?;
    let mut checked = check::run(&check::Scope::new(args, &io.directory.clone()), &settings, io)?;
    if args.output.checklist {
        return list_starts(args, &checked, io);
    }
    if args.fixes.diff {
        let edited = fixes::plan(&checked.findings, least_safety(args), &io.directory)?;
        io.stdout.write_all(fixes::diff(&edited).as_bytes())?;
        return Ok(if edited.is_empty() { Exit::Clean } else { Exit::Found });
    }
    if args.fixes.fix {
        checked = fix(args, &settings, checked, io)?;
    }
    if let Some(fingerprint) = &args.output.explain_schedule {
        explain(args, fingerprint, &mut checked, io)?;
        return Ok(Exit::Clean);
    }
    if let Some(revision) = &args.known.new_from {
        let changed = changes::since(revision, &io.directory)?;
        checked.findings.retain(|finding| changed.contains(finding));
    }
    if args.known.write_baseline {
        let path = settings.baseline_path();
        baseline::write(&checked.findings, &path)?;
        writeln!(io.stderr, "gosleuth: wrote {}", path.display())?;
    } else if let Some(path) = &settings.baseline {
        baseline::apply(&mut checked.findings, path)?;
    }
    write(args, &checked, io)?;
    let counts = |finding: &Finding| finding.suppressed.is_none() && fails(settings.fail_on, finding.severity);
    Ok(if args.known.write_baseline {
        Exit::Clean
    } else if checked.findings.iter().any(counts) {
        Exit::Found
    } else if checked.stats.packages == 0 {
        Exit::Trouble
    } else {
        Exit::Clean
    })
}

fn least_safety(args: &CheckArgs) -> FixSafety {
    if args.fixes.r#unsafe {
        FixSafety::Suggest
    } else {
        FixSafety::Safe
    }
}

/// A fix can make room for another one; more rounds than this do not happen.
const MAX_ROUNDS: usize = 10;

/// Applies fixes until there are none, and says what is left then.
fn fix(args: &CheckArgs, settings: &Settings, mut checked: Checked, io: &mut Io<'_>) -> Result<Checked> {
    let mut fixed = 0;
    for _ in 0..MAX_ROUNDS {
        let edited = fixes::plan(&checked.findings, least_safety(args), &io.directory)?;
        if edited.is_empty() {
            break;
        }
        fixed += edited.iter().map(|file| file.fixes).sum::<usize>();
        fixes::write(&edited)?;
        checked = check::run(&check::Scope::new(args, &io.directory.clone()), settings, io)?;
    }
    writeln!(io.stderr, "gosleuth: {fixed} fixed")?;
    Ok(checked)
}

pub(super) fn fails(level: FailLevel, severity: Severity) -> bool {
    match level {
        FailLevel::Any | FailLevel::Advice => true,
        FailLevel::Warning => severity >= Severity::Warning,
        FailLevel::Error => severity >= Severity::Error,
        FailLevel::Never => false,
    }
}

/// Writes what a review asks of each goroutine that is started.
fn list_starts(args: &CheckArgs, checked: &Checked, io: &mut Io<'_>) -> Result<Exit> {
    let format = match args.output.format {
        CheckFormatArg::Text => ChecklistFormat::Text,
        CheckFormatArg::Markdown => ChecklistFormat::Markdown,
        CheckFormatArg::Json => ChecklistFormat::Json,
        _ => bail!("--checklist has the formats text, markdown and json"),
    };
    for problem in &checked.problems {
        writeln!(io.stderr, "gosleuth: {problem}")?;
    }
    write_to(args, checked, io, |_, options, out| {
        write_checklist(format, &checked.starts, &options.version, out)
    })?;
    Ok(match checked.stats.packages {
        0 => Exit::Trouble,
        _ => Exit::Clean,
    })
}

/// Writes the one finding whose schedule is asked for.
fn explain(args: &CheckArgs, fingerprint: &str, checked: &mut Checked, io: &mut Io<'_>) -> Result<()> {
    let wanted = fingerprint.to_ascii_lowercase();
    checked
        .findings
        .retain(|finding| finding.fingerprint.to_string().starts_with(&wanted));
    match checked.findings.as_slice() {
        [] => bail!("no finding has the fingerprint {fingerprint}; --format json shows those of all"),
        [finding] if finding.schedule.is_empty() => {
            bail!(
                "{} at {}:{} has no schedule",
                finding.code,
                finding.location.file,
                finding.location.line
            )
        }
        [_] => {}
        more => bail!(
            "{} findings have a fingerprint that begins with {fingerprint}",
            more.len()
        ),
    }
    let html = match args.output.format {
        CheckFormatArg::Text => false,
        CheckFormatArg::Html => true,
        _ => return write(args, checked, io),
    };
    write_to(args, checked, io, |report, options, out| {
        write_schedule(html, report, &report.findings[0], options, out)
    })
}

fn write(args: &CheckArgs, checked: &Checked, io: &mut Io<'_>) -> Result<()> {
    let format = match args.output.format {
        CheckFormatArg::Text => FindingFormat::Text,
        CheckFormatArg::Concise => FindingFormat::Concise,
        CheckFormatArg::Json => FindingFormat::Json,
        CheckFormatArg::Sarif => FindingFormat::Sarif,
        CheckFormatArg::Junit => FindingFormat::Junit,
        CheckFormatArg::Github => FindingFormat::Github,
        CheckFormatArg::Gitlab => FindingFormat::Gitlab,
        CheckFormatArg::Markdown => FindingFormat::Markdown,
        CheckFormatArg::Html => bail!("--format html is for one finding: add --explain-schedule FINGERPRINT"),
    };
    write_to(args, checked, io, |report, options, out| {
        write_findings(format, report, options, out)
    })
}

/// Writes findings to a file, for `ci`.
pub(super) fn write_file(
    format: FindingFormat,
    checked: &Checked,
    remarks: &[ToolRemark],
    path: &Path,
    io: &Io<'_>,
) -> Result<()> {
    let path = io.directory.join(path);
    let wrong = || format!("cannot write {}", path.display());
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).with_context(wrong)?);
    report_to(checked, &plain(), io, |report, options| {
        let report = CheckReport {
            remarks,
            ..report.clone()
        };
        write_findings(format, &report, options, &mut file)
    })
    .and_then(|()| file.flush())
    .with_context(wrong)
}

/// Writes findings to standard output without colour, for `ci`.
pub(super) fn write_text(format: FindingFormat, checked: &Checked, io: &mut Io<'_>) -> Result<()> {
    let mut text = Vec::new();
    report_to(checked, &plain(), io, |report, options| {
        write_findings(format, report, options, &mut text)
    })?;
    Ok(io.stdout.write_all(&text)?)
}

fn plain() -> RenderOptions {
    RenderOptions {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..RenderOptions::default()
    }
}

fn report_to(
    checked: &Checked,
    options: &RenderOptions,
    io: &Io<'_>,
    write: impl FnOnce(&CheckReport<'_>, &RenderOptions) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let sources = check::sources(&checked.findings, &io.directory);
    let report = CheckReport {
        findings: &checked.findings,
        rules: &all_infos(),
        problems: &checked.problems,
        stats: checked.stats,
        sources: &sources,
        statistics: false,
        remarks: &[],
    };
    write(&report, options)
}

/// Gives a writer what it needs and where to write: standard output, or a file.
fn write_to(
    args: &CheckArgs,
    checked: &Checked,
    io: &mut Io<'_>,
    write: impl FnOnce(&CheckReport<'_>, &RenderOptions, &mut dyn std::io::Write) -> std::io::Result<()>,
) -> Result<()> {
    let to_file = args.output.output.is_some();
    let mut options = RenderOptions {
        color: match args.output.color {
            ColorArg::Always => true,
            ColorArg::Never => false,
            ColorArg::Auto => io.color && !to_file,
        },
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..RenderOptions::default()
    };
    if let Some(width) = io.width.filter(|_| !to_file) {
        options.width = width.clamp(60, 200);
    }
    let sources = check::sources(&checked.findings, &io.directory);
    let report = CheckReport {
        findings: &checked.findings,
        rules: &all_infos(),
        problems: &checked.problems,
        stats: checked.stats,
        sources: &sources,
        statistics: args.output.statistics,
        remarks: &[],
    };
    let Some(path) = &args.output.output else {
        return Ok(write(&report, &options, io.stdout)?);
    };
    let path = io.directory.join(path);
    let wrong = || format!("cannot write {}", path.display());
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).with_context(wrong)?);
    write(&report, &options, &mut file)
        .and_then(|()| file.flush())
        .with_context(wrong)
}
