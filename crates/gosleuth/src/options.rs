//! From flags and configuration to the options of the libraries. Flags win.

use std::time::{Duration, SystemTime};

use anyhow::{Result, ensure};
use gosleuth_case::{CaseOptions, GroupBy, GroupQuery, Thresholds};
use gosleuth_evidence::ReadOptions;
use gosleuth_report::{Format, RenderOptions};

use crate::Io;
use crate::args::{ColorArg, FormatArg, GroupByArg, InspectArgs};
use crate::config::InspectConfig;
use crate::values::FailOn;

/// Options of everything that `inspect` calls.
pub(crate) struct Options {
    pub(crate) read: ReadOptions,
    pub(crate) case: CaseOptions,
    pub(crate) format: Format,
    pub(crate) render: RenderOptions,
    pub(crate) fail_on: FailOn,
}

impl Options {
    pub(crate) fn new(args: &InspectArgs, config: &InspectConfig, io: &Io<'_>) -> Result<Self> {
        let format = match args.output.format {
            FormatArg::Text => Format::Text,
            FormatArg::Json => Format::Json,
            FormatArg::Markdown => Format::Markdown,
            FormatArg::Html => Format::Html,
        };
        let redact = args.output.redact || config.redact;
        // Text and JSON of the same evidence are the same bytes; a page that is passed on says when it was made and how.
        let document = matches!(format, Format::Markdown | Format::Html);
        let mut render = RenderOptions {
            color: match args.output.color {
                ColorArg::Always => true,
                ColorArg::Never => false,
                ColorArg::Auto => io.color && args.output.output.is_none(),
            },
            full: args.query.full,
            top: args.query.top.map(|top| if top == 0 { usize::MAX } else { top }),
            redact,
            generated_at: document.then(|| iso(SystemTime::now())),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: (document && !redact).then(|| command(args)),
            ..RenderOptions::default()
        };
        if let Some(width) = io.width.filter(|_| args.output.output.is_none()) {
            render.width = width.clamp(60, 200);
        }
        let mut query = query(args);
        query.top = query.top.or(render.most_groups(format));
        Ok(Self {
            read: ReadOptions {
                exact: args.query.exact,
                ..ReadOptions::default()
            },
            case: CaseOptions {
                thresholds: thresholds(args, config)?,
                query,
                baseline: None,
                timeline: false,
            },
            format,
            render,
            fail_on: args.output.fail_on.or(config.fail_on()?).unwrap_or_default(),
        })
    }
}

fn thresholds(args: &InspectArgs, config: &InspectConfig) -> Result<Thresholds> {
    let (flags, defaults) = (&args.thresholds, Thresholds::default());
    let thresholds = Thresholds {
        goroutines: flags
            .max_goroutines
            .or(config.max_goroutines)
            .unwrap_or(defaults.goroutines),
        blocked_minutes: flags
            .max_blocked
            .or(config.max_blocked()?)
            .map_or(defaults.blocked_minutes, minutes),
        heap_growth_mib_per_minute: flags
            .max_heap_growth
            .or(config.max_heap_growth()?)
            .map_or(defaults.heap_growth_mib_per_minute, |rate| rate.mib_per_minute()),
        gc_pause_p99_ms: flags
            .max_gc_pause
            .or(config.max_gc_pause()?)
            .map_or(defaults.gc_pause_p99_ms, |pause| pause.as_secs_f64() * 1e3),
        gc_cpu_percent: flags
            .max_gc_cpu
            .or(config.max_gc_cpu)
            .unwrap_or(defaults.gc_cpu_percent),
        run_queue_per_proc: flags
            .max_run_queue
            .or(config.max_run_queue)
            .unwrap_or(defaults.run_queue_per_proc),
        limit: flags.limit.or(config.limit).unwrap_or(defaults.limit),
    };
    let finite = thresholds.gc_cpu_percent.is_finite() && thresholds.run_queue_per_proc.is_finite();
    ensure!(finite, "a threshold is not a number");
    Ok(thresholds)
}

fn query(args: &InspectArgs) -> GroupQuery {
    let query = &args.query;
    GroupQuery {
        by: match query.group_by {
            GroupByArg::Stack => GroupBy::Stack,
            GroupByArg::Top => GroupBy::Top,
            GroupByArg::Site => GroupBy::Site,
            GroupByArg::Creator => GroupBy::Creator,
            GroupByArg::Label => GroupBy::Label,
        },
        label_key: query.label_key.clone(),
        states: query.state.clone(),
        min_wait: query.min_wait.map(minutes),
        matching: query.matching.clone(),
        without: query.without.clone(),
        created_by: query.created_by.clone(),
        labels: query.label.clone(),
        top: query.top.filter(|top| *top > 0),
    }
}

/// Whole minutes, as the runtime prints them; what is shorter than a minute is one.
fn minutes(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs().div_ceil(60)).unwrap_or(u32::MAX)
}

/// The command for the ticket, without flags that hold secrets or say nothing about the report.
fn command(args: &InspectArgs) -> String {
    let mut words = vec!["gosleuth inspect".to_owned()];
    for baseline in &args.baseline {
        words.push(format!("--baseline {}", quoted(baseline)));
    }
    words.extend(args.inputs.iter().map(|input| quoted(input)));
    if args.exec.exec {
        words.push("--exec --".to_owned());
        words.extend(args.exec.program.iter().map(|word| quoted(&word.to_string_lossy())));
    }
    words.join(" ")
}

/// A word for a shell, without the credentials of a URL.
fn quoted(word: &str) -> String {
    let word = match gosleuth_live::Target::is_url(word).then(|| gosleuth_live::Target::parse(word)) {
        Some(Ok(target)) => target.name(),
        _ => word.to_owned(),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A time as ISO 8601 UTC, to the second.
fn iso(time: SystemTime) -> String {
    let seconds = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Days since 1 March of year 0 in the proleptic Gregorian calendar, in eras of 400 years.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let shifted = (5 * day + 2) / 153;
    let (month, day) = (
        if shifted < 10 { shifted + 3 } else { shifted - 9 },
        day - (153 * shifted + 2) / 5 + 1,
    );
    let year = era * 400 + year + u64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_176_732, "2026-11-20T12:12:12Z"),
            (4_102_444_799, "2099-12-31T23:59:59Z"),
        ] {
            assert_eq!(iso(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn minutes_round_up() {
        for (seconds, whole) in [(0, 0), (1, 1), (60, 1), (61, 2), (300, 5)] {
            assert_eq!(minutes(Duration::from_secs(seconds)), whole);
        }
    }

    #[test]
    fn words_for_a_shell() {
        assert_eq!(quoted("a/b-c.txt"), "a/b-c.txt");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted("http://me:secret@h:1/x"), "http://h:1/x");
    }
}
