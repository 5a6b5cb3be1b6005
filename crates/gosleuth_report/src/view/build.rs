//! From evidence and case to the view.

use std::borrow::Cow;

use gosleuth_base::{self as base, Idx as _};
use gosleuth_case as case;
use gosleuth_evidence::{self as evidence, CrashKind, Cut, RaceLocation as MemoryOfRace, SnapshotKind};

use super::{
    Context, Crash, Cycle, Family, Group, Headline, Healthy, Input, JudgedFinding, LeftOut, PanicLink, Problem,
    Profile, ProfileEntry, Race, RaceAccess, RaceLocation, Related, Report, RunningTest, Series, SeriesRow, Signal,
    Snapshot, Source, SourceLine, SourceSide, StateCount, Stats, Suspect, Table, Text, Tool, WaitObject, Waiter,
    Waiting,
};

/// The view of a case with at most `groups` rows in the group table.
pub(crate) fn build<'a>(cx: &'a Context<'a>, groups: usize) -> Report<'a> {
    let case = cx.case;
    let shown = &case.groups[..groups.min(case.groups.len())];
    let cut = &case.groups[shown.len()..];
    Report {
        version: 1,
        tool: Tool {
            name: "gosleuth",
            version: Cow::Borrowed(&cx.options.version),
        },
        generated_at: cx.options.generated_at.as_deref().map(Cow::Borrowed),
        redacted: cx.options.redact,
        headline: Headline {
            text: cx.free(&case.headline.text),
            verdict: case.headline.verdict.map(base::Verdict::as_str),
            next_step: cx.free(&case.headline.next_step),
        },
        inputs: cx.set.inputs.iter().map(|input| view_input(cx, input)).collect(),
        suspects: case.suspects.iter().map(|suspect| view_suspect(cx, suspect)).collect(),
        candidates: case
            .candidates
            .iter()
            .map(|suspect| view_suspect(cx, suspect))
            .collect(),
        healthy: case
            .healthy
            .iter()
            .map(|row| Healthy {
                entry: row.entry,
                title: row.title,
                count: row.count,
            })
            .collect(),
        snapshots: case.snapshots.iter().map(|row| view_snapshot(cx, row)).collect(),
        groups: shown.iter().map(|row| view_group(cx, row)).collect(),
        groups_left_out: LeftOut {
            groups: case.groups_left_out.0 + cut.len() as u64,
            goroutines: case.groups_left_out.1 + cut.iter().map(|row| row.count).sum::<u64>(),
        },
        waiting: view_waiting(cx, &case.waits),
        series: case.series.as_ref().map(|series| view_series(cx, series)),
        crashes: case.crashes.iter().filter_map(|row| view_crash(cx, row)).collect(),
        races: case.races.iter().filter_map(|row| view_race(cx, row)).collect(),
        profiles: case.profiles.iter().filter_map(|row| view_profile(cx, row)).collect(),
        tables: case.tables.iter().map(|table| view_table(cx, table)).collect(),
        source: case.code.as_ref().map(|code| view_source(cx, code)),
        timeline: case
            .timeline
            .as_ref()
            .map(|timeline| super::timeline::build(cx, timeline)),
        problems: case.problems.iter().map(|problem| view_problem(cx, problem)).collect(),
        stats: Stats {
            bytes: case.stats.bytes,
            lines: case.stats.lines,
            goroutines: case.stats.goroutines,
            stacks: case.stats.stacks,
        },
    }
}

fn view_input<'a>(cx: &'a Context<'a>, input: &'a evidence::Input) -> Input<'a> {
    Input {
        name: cx.input(&input.name),
        bytes: input.bytes,
        decompressed_bytes: input.decompressed,
        lines: input.lines,
        compression: &input.compression,
        envelopes: &input.envelopes,
        forms: &input.forms,
        time: input.time.map(gosleuth_evidence::Time::iso),
    }
}

fn view_suspect<'a>(cx: &'a Context<'a>, suspect: &'a case::Suspect) -> Suspect<'a> {
    Suspect {
        kind: suspect.kind.as_str(),
        verdict: suspect.verdict.as_str(),
        severity: suspect.severity.as_str(),
        entry: suspect.entry,
        rules: &suspect.rules,
        headline: cx.free(&suspect.headline),
        why: cx.free(&suspect.why),
        action: cx.free(&suspect.action),
        site: cx.maybe_site(&suspect.site),
        related: suspect
            .related
            .iter()
            .map(|related| Related {
                site: cx.site(&related.site),
                label: cx.free(&related.label),
            })
            .collect(),
        count: suspect.count,
        waits: suspect.waits.as_ref().and_then(Context::waits),
        goroutines: &suspect.goroutines,
        evidence: suspect.evidence.iter().map(|step| cx.free(step)).collect(),
        stacks: suspect.stacks.iter().map(|&id| cx.stack(id)).collect(),
        would_decide: suspect.would_decide.as_deref().map(|text| cx.free(text)),
        source: view_source_side(cx, &suspect.code),
    }
}

fn view_source_side<'a>(cx: &'a Context<'a>, side: &'a case::CodeSide) -> Option<SourceSide<'a>> {
    let is_empty = side.explanation.is_none() && side.lines.is_empty() && side.findings.is_empty();
    (!is_empty).then(|| SourceSide {
        explanation: side.explanation.as_deref().map(|text| cx.free(text)),
        object: side.object.as_deref().map(|text| cx.free(text)),
        lines: side
            .lines
            .iter()
            .map(|line| SourceLine {
                site: cx.site(&line.site),
                label: cx.free(&line.label),
                text: cx.free(&line.text),
            })
            .collect(),
        findings: &side.findings,
    })
}

fn view_source<'a>(cx: &'a Context<'a>, code: &'a case::CodeReport) -> Source<'a> {
    Source {
        packages: code.packages as u64,
        frames: code.frames.0 as u64,
        frames_found: code.frames.1 as u64,
        findings: code
            .findings
            .iter()
            .map(|judged| {
                let finding = &judged.finding;
                JudgedFinding {
                    verdict: judged.verdict.as_str(),
                    code: finding.code.to_string(),
                    severity: finding.severity.as_str(),
                    confidence: finding.confidence.as_str(),
                    message: cx.free(&finding.message),
                    why: cx.free(&finding.why),
                    action: cx.free(&finding.action),
                    site: super::Site {
                        function: Cow::Borrowed(&finding.location.function),
                        file: cx.path(&finding.location.file, &finding.location.function),
                        line: finding.location.line,
                    },
                    fingerprint: finding.fingerprint.to_string(),
                    evidence: judged.evidence.iter().map(|text| cx.free(text)).collect(),
                    suspect: judged.suspect,
                }
            })
            .collect(),
    }
}

fn view_snapshot<'a>(cx: &'a Context<'a>, row: &'a case::SnapshotRow) -> Snapshot<'a> {
    let snapshot = cx.set.snapshots.get(row.id.index());
    Snapshot {
        id: row.id.index() as u64,
        label: cx.input(&row.label),
        time: row.time.as_deref().map(Cow::Borrowed),
        kind: match snapshot.map(|snapshot| snapshot.kind) {
            Some(SnapshotKind::Dump) | None => "dump",
            Some(SnapshotKind::Profile) => "goroutine-profile",
            Some(SnapshotKind::LeakProfile) => "leak-profile",
            Some(SnapshotKind::Threads) => "threadcreate",
        },
        cut: snapshot.and_then(|snapshot| snapshot.cut).map(|cut| match cut {
            Cut::MidBlock => "mid-block",
            Cut::HttpCap => "http-cap",
            Cut::CrashingOnly => "crashing-only",
        }),
        total: row.total,
        states: row
            .states
            .iter()
            .map(|(state, count)| StateCount {
                state: cx.free(state),
                count: *count,
            })
            .collect(),
    }
}

fn view_group<'a>(cx: &'a Context<'a>, row: &'a case::GroupRow) -> Group<'a> {
    let labels = row.labels.and_then(|id| cx.set.labels.get(id.index()));
    Group {
        snapshot: row.snapshot.index() as u64,
        key: cx.free(&row.key),
        state: cx.state(&row.state),
        state_inferred: row.state.inferred,
        leaked: row.state.leaked,
        count: row.count,
        waits: Context::waits(&row.waits),
        site: cx.maybe_site(&row.site),
        created_by: cx.maybe_site(&row.creator),
        labels: labels
            .into_iter()
            .flatten()
            .map(|&(key, value)| (Cow::Borrowed(cx.set.text(key)), cx.value("label", cx.set.text(value))))
            .collect(),
        goroutines: &row.ids,
        entry: row.entry,
        stack: cx.stack(row.stack),
    }
}

fn view_waiting<'a>(cx: &'a Context<'a>, waits: &'a case::WaitGraph) -> Waiting<'a> {
    Waiting {
        objects: waits
            .objects
            .iter()
            .map(|object| WaitObject {
                what: object.what,
                address: format!("{:#x}", object.address),
                waiters: object
                    .waiters
                    .iter()
                    .map(|(state, site, count)| Waiter {
                        state: cx.free(state),
                        site: cx.maybe_site(site),
                        count: *count,
                    })
                    .collect(),
                holder: object.holder.as_deref().map(|text| cx.free(text)),
            })
            .collect(),
        families: waits
            .families
            .iter()
            .map(|family| Family {
                parent: family.parent,
                parent_site: cx.maybe_site(&family.parent_site),
                parent_state: cx.free(&family.parent_state),
                created_by: cx.maybe_site(&family.creator),
                children: family.children,
            })
            .collect(),
        cycles: waits
            .cycles
            .iter()
            .map(|cycle| Cycle {
                members: cycle.members.iter().map(|member| cx.free(member)).collect(),
                why: cx.free(&cycle.why),
            })
            .collect(),
    }
}

fn view_series<'a>(cx: &'a Context<'a>, series: &'a case::Series) -> Series<'a> {
    Series {
        snapshots: series.snapshots.iter().map(|id| id.index() as u64).collect(),
        at: &series.at,
        timed: series.timed,
        totals: &series.totals,
        rows: series
            .rows
            .iter()
            .map(|row| SeriesRow {
                trend: row.trend.as_str(),
                state: cx.free(&row.state),
                site: cx.maybe_site(&row.site),
                created_by: cx.maybe_site(&row.creator),
                counts: &row.counts,
                slope: row.slope,
                minutes_to_limit: row.minutes_to_limit,
                stack: cx.stack(row.stack),
            })
            .collect(),
    }
}

fn view_crash<'a>(cx: &'a Context<'a>, row: &'a case::CrashRow) -> Option<Crash<'a>> {
    let crash = cx.set.crashes.get(row.index)?;
    let chain: Vec<PanicLink<'a>> = crash
        .chain
        .iter()
        .map(|link| PanicLink {
            text: cx.message(&link.text),
            recovered: link.recovered,
            repanicked: link.repanicked,
            fatal: link.fatal,
            goexit: link.goexit,
        })
        .collect();
    let signal = crash.signal.as_ref().map(|signal| Signal {
        name: Cow::Borrowed(signal.name.as_str()),
        description: cx.free(&signal.description),
        address: signal.address.map(|address| format!("{address:#x}")),
    });
    let message = match (chain.last(), &signal) {
        (Some(link), _) => {
            let prefix = if link.fatal { "fatal error" } else { "panic" };
            format!("{prefix}: {}", link.text.lines().next().unwrap_or(""))
        }
        (None, Some(signal)) => format!("{}: {}", signal.name, signal.description),
        (None, None) => String::new(),
    };
    let snapshot = crash.snapshot.and_then(|id| cx.set.snapshots.get(id.index()));
    let stack = snapshot.and_then(|snapshot| {
        let own = crash
            .goroutine
            .and_then(|id| snapshot.goroutines.iter().find(|goroutine| goroutine.id == id))
            .and_then(|goroutine| snapshot.groups.get(goroutine.group.index()));
        own.or_else(|| snapshot.groups.first())
            .map(|group| cx.stack(group.stack))
    });
    Some(Crash {
        kind: match crash.kind {
            CrashKind::Panic => "panic",
            CrashKind::Fatal => "fatal",
            CrashKind::HttpServed => "http-served",
            CrashKind::Signal => "signal",
            CrashKind::TestTimeout => "test-timeout",
            CrashKind::Recovered => "recovered",
        },
        entry: row.entry,
        message,
        chain,
        signal,
        recoverable: row.recoverable,
        meaning: cx.free(&row.meaning),
        causes: &row.causes,
        checks: &row.checks,
        site: cx.maybe_site(&row.site),
        count: row.count,
        goroutine: crash.goroutine,
        peer: crash.peer.as_deref().map(|peer| cx.value("peer", peer)),
        test: crash.test.map(|test| cx.free(cx.set.text(test))),
        running_tests: crash
            .running_tests
            .iter()
            .map(|(test, duration)| RunningTest {
                test: cx.free(test),
                duration: Cow::Borrowed(duration.as_str()),
            })
            .collect(),
        exit_status: crash.exit_status,
        notes: crash.notes.iter().map(|note| cx.message(note)).collect(),
        time: crash.time.map(gosleuth_evidence::Time::iso),
        input: cx.input_name(crash.origin.input),
        line: crash.origin.line,
        stack,
    })
}

fn view_race<'a>(cx: &'a Context<'a>, row: &'a case::RaceRow) -> Option<Race<'a>> {
    let report = cx.set.races.get(row.index)?;
    let accesses = report
        .accesses
        .iter()
        .enumerate()
        .map(|(index, access)| {
            let creation = access
                .goroutine
                .and_then(|id| report.creations.iter().find(|creation| creation.goroutine == id));
            RaceAccess {
                write: access.write,
                previous: access.previous,
                atomic: access.atomic,
                lock_seen: row.lock_seen.get(index).copied().unwrap_or(false),
                goroutine: access.goroutine,
                goroutine_running: creation.map(|creation| creation.running),
                site: row.sites.get(index).and_then(|site| cx.maybe_site(site)),
                stack: access.stack.map(|id| cx.stack(id)),
                created: creation.and_then(|creation| creation.stack).map(|id| cx.stack(id)),
            }
        })
        .collect();
    let location = report.location.as_ref().map(|location| match location {
        MemoryOfRace::Heap { size, stack } => RaceLocation {
            kind: "heap",
            size: *size,
            name: None,
            declared: None,
            stack: stack.map(|id| cx.stack(id)),
        },
        MemoryOfRace::Global { name, size, declared } => RaceLocation {
            kind: "global",
            size: *size,
            name: Some(Cow::Borrowed(name.as_str())),
            declared: Some(declared_at(cx, declared)),
            stack: None,
        },
    });
    Some(Race {
        class: row.class,
        count: row.count,
        test_only: row.test_only,
        test: report.test.map(|test| cx.free(cx.set.text(test))),
        accesses,
        location,
        input: cx.input_name(report.origin.input),
        line: report.origin.line,
    })
}

fn declared_at<'a>(cx: &'a Context<'a>, declared: &'a str) -> Text<'a> {
    match declared.rsplit_once(':') {
        Some((file, line)) if cx.options.redact => Cow::Owned(format!("{}:{line}", cx.path(file, ""))),
        _ => Cow::Borrowed(declared),
    }
}

fn view_profile<'a>(cx: &'a Context<'a>, row: &'a case::ProfileRow) -> Option<Profile<'a>> {
    let profile = cx.set.profiles.get(row.index)?;
    let column = profile.sample_types.get(row.column);
    let text = |sym: Option<base::Sym>| Cow::Borrowed(sym.map_or("", |sym| cx.set.text(sym)));
    Some(Profile {
        kind: profile.kind.as_str(),
        input: cx.input_name(profile.origin.input),
        column: text(column.map(|column| column.name)),
        unit: text(column.map(|column| column.unit)),
        total: row.total,
        seconds: profile.duration_nanos as f64 / 1e9,
        top: row
            .top
            .iter()
            .map(|(stack, value, site)| ProfileEntry {
                value: *value,
                percent: if row.total == 0 {
                    0.0
                } else {
                    // One digit: more would pretend a precision that sampling does not have.
                    (*value as f64 / row.total as f64 * 1000.0).round() / 10.0
                },
                site: cx.maybe_site(site),
                stack: cx.stack(*stack),
            })
            .collect(),
    })
}

fn view_table<'a>(cx: &'a Context<'a>, table: &'a case::Table) -> Table<'a> {
    let all = |texts: &'a [String]| texts.iter().map(|text| cx.free(text)).collect();
    Table {
        title: cx.free(&table.title),
        columns: all(&table.columns),
        rows: table.rows.iter().map(|row| all(row)).collect(),
        remarks: all(&table.remarks),
    }
}

fn view_problem<'a>(cx: &'a Context<'a>, problem: &'a base::Problem) -> Problem<'a> {
    Problem {
        kind: problem.kind.as_str(),
        input: cx.input(&problem.input),
        line: problem.line,
        message: cx.free(&problem.message),
    }
}
