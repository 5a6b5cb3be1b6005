//! What happened when: build, start, the first goroutine of each suspect that stopped, growth, pressure of the garbage collector,
//! errors in the logs, crashes, on one clock.
//!
//! Dumps tell how long a goroutine waits, in whole minutes and from the first collection on that saw it wait; so the time of the first
//! block is an estimate, which [`TimelineEvent::margin`] says. Nothing here makes a suspect; what is known of time and of requests is
//! laid beside the suspects that are there.

mod bursts;
mod requests;

use std::collections::BTreeSet;

use gosleuth_base::Idx as _;
use gosleuth_evidence::{
    EvidenceSet, InputId, Level, LogLine, LogMarkKind, LogZone, SnapshotId, SnapshotKind, StackId, Time,
};
use rustc_hash::FxHashMap;

use crate::model::{CaseFile, Suspect, Thresholds, Trend};
use crate::say::{goroutines, number, place, plural};

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
/// Snapshots named one by one.
const MAX_SNAPSHOTS: usize = 12;
/// Events of one kind from one source.
const MAX_OF_KIND: usize = 16;
/// Lines of the same death in two inputs are this close to each other.
const SAME_DEATH: i64 = 5 * SECOND;

/// What happened when.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// What came first, in one sentence; empty if nothing is known but when the evidence was taken.
    pub summary: String,
    /// Everything that has a time, in that order.
    pub events: Vec<TimelineEvent>,
    /// The logs, each in sum.
    pub logs: Vec<LogRow>,
    /// Requests of which both goroutines and logs tell.
    pub requests: Vec<RequestRow>,
    /// What to know about the clocks.
    pub notes: Vec<String>,
}

/// What an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// The source that was built was committed.
    Build,
    /// The process started.
    Start,
    /// It ran already.
    Running,
    /// The first goroutine of a suspect stopped.
    FirstBlock,
    /// Goroutines become more from here on.
    Growth,
    /// The garbage collector takes its toll, or the heap has grown.
    Memory,
    /// Errors in a log.
    Errors,
    /// A race was reported.
    Race,
    /// Evidence was taken.
    Snapshot,
    /// The process says that it ends.
    Stop,
    /// It died, or was killed.
    Crash,
}

impl EventKind {
    /// The stable word of the output contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Start => "start",
            Self::Running => "running",
            Self::FirstBlock => "first-block",
            Self::Growth => "growth",
            Self::Memory => "memory",
            Self::Errors => "errors",
            Self::Race => "race",
            Self::Snapshot => "snapshot",
            Self::Stop => "stop",
            Self::Crash => "crash",
        }
    }

    /// Whether it is something that went wrong.
    fn is_trouble(self) -> bool {
        matches!(
            self,
            Self::FirstBlock | Self::Growth | Self::Memory | Self::Errors | Self::Crash
        )
    }
}

/// Something that has a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineEvent {
    /// What it is.
    pub kind: EventKind,
    /// When.
    pub at: Time,
    /// For what lasts: until when.
    pub until: Option<Time>,
    /// It may have been this much earlier, nanoseconds.
    pub margin: i64,
    /// One sentence without its time.
    pub text: String,
    /// What the process said of it, which may be private.
    pub quote: Option<String>,
    /// The input that tells of it.
    pub source: Option<InputId>,
    /// The suspect it belongs to, a position in [`CaseFile::suspects`].
    pub suspect: Option<usize>,
}

/// A log in sum.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRow {
    /// Its input.
    pub input: InputId,
    /// Position in `EvidenceSet::logs`.
    pub index: usize,
    /// Start of the first of `lines`, seconds since 1970.
    pub start: i64,
    /// Seconds per step.
    pub step: i64,
    /// Lines per step.
    pub lines: Vec<u64>,
    /// Those at error and above.
    pub errors: Vec<u64>,
}

/// A request of which goroutines and logs tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRow {
    /// Key of the label that the goroutines carry.
    pub label: String,
    /// Its value, which is that of the log.
    pub value: String,
    /// The key in the log.
    pub key: &'static str,
    /// Goroutines with it, in the snapshot that has most.
    pub goroutines: u64,
    /// The suspect that one of them belongs to.
    pub suspect: Option<usize>,
    /// Lines of the log with it.
    pub count: u64,
    /// The first of them.
    pub lines: Vec<LogLine>,
}

/// Puts together what has a time, and tells suspects what logs say of their requests.
pub(crate) fn timeline(set: &EvidenceSet, case: &mut CaseFile, thresholds: &Thresholds) {
    let mut timeline = Timeline::default();
    let events = &mut timeline.events;
    builds(set, events);
    starts(set, events);
    snapshots(set, events);
    blocks(set, case, events);
    growth(set, case, events);
    memory(set, thresholds, events);
    crashes(set, case, events);
    races(set, case, events);
    for (index, log) in set.logs.iter().enumerate() {
        let row = bursts::resample(index, log);
        bursts::errors(log, &row, events);
        timeline.logs.push(row);
    }
    running(set, events);
    timeline.requests = requests::requests(set, case);
    // Equal times: the order of kinds is that in which things happen.
    events.sort_by(|a, b| (a.at, a.kind, a.suspect, &a.text).cmp(&(b.at, b.kind, b.suspect, &b.text)));
    timeline.notes = notes(set, events);
    timeline.summary = summary(events);
    if !timeline.events.is_empty() || !timeline.requests.is_empty() {
        case.timeline = Some(timeline);
    }
}

fn event(kind: EventKind, at: Time, text: String) -> TimelineEvent {
    TimelineEvent {
        kind,
        at,
        until: None,
        margin: 0,
        text,
        quote: None,
        source: None,
        suspect: None,
    }
}

fn builds(set: &EvidenceSet, events: &mut Vec<TimelineEvent>) {
    for build in set.builds.iter().take(MAX_OF_KIND) {
        let Some(time) = build.time else { continue };
        let revision = build.revision.as_deref().map_or_else(String::new, |name| {
            format!(" (revision {})", name.get(..12).unwrap_or(name))
        });
        let modified = if build.modified {
            ", and changed before it was built"
        } else {
            ""
        };
        let text = format!("the source of the build was committed{revision}{modified}");
        events.push(event(EventKind::Build, time, text));
    }
}

fn starts(set: &EvidenceSet, events: &mut Vec<TimelineEvent>) {
    let mut known = BTreeSet::new();
    for page in &set.metrics {
        let start = page
            .samples
            .iter()
            .find(|sample| set.text(sample.name) == "process_start_time_seconds")
            .filter(|sample| (1e8..9e9).contains(&sample.value));
        if let Some(sample) = start {
            #[expect(clippy::cast_possible_truncation, reason = "the range was checked just above")]
            let at = (sample.value * 1e3) as i64 * 1_000_000;
            if known.insert(at / SECOND) && known.len() <= MAX_OF_KIND {
                events.push(TimelineEvent {
                    source: Some(page.origin.input),
                    ..event(
                        EventKind::Start,
                        Time(at),
                        "the process started, as its metrics say".to_owned(),
                    )
                });
            }
        }
    }
    for log in &set.logs {
        let marks = |kind| log.marks.iter().filter(move |mark| mark.kind == kind).take(MAX_OF_KIND);
        for mark in marks(LogMarkKind::Start) {
            // Programs say more than once that they start: what comes within seconds is one start.
            let again = events
                .iter()
                .any(|known| known.kind == EventKind::Start && (mark.time.0 - known.at.0).abs() <= 10 * SECOND);
            if !again {
                events.push(TimelineEvent {
                    source: Some(log.input),
                    quote: Some(mark.text.clone()),
                    ..event(
                        EventKind::Start,
                        mark.time,
                        "the process started, as its log says".to_owned(),
                    )
                });
            }
        }
        for mark in marks(LogMarkKind::Stop) {
            events.push(TimelineEvent {
                source: Some(log.input),
                quote: Some(mark.text.clone()),
                ..event(
                    EventKind::Stop,
                    mark.time,
                    "the process ends, as its log says".to_owned(),
                )
            });
        }
        for mark in marks(LogMarkKind::OutOfMemory) {
            events.push(TimelineEvent {
                source: Some(log.input),
                quote: Some(mark.text.clone()),
                ..event(
                    EventKind::Crash,
                    mark.time,
                    "the process was killed for its memory".to_owned(),
                )
            });
        }
    }
}

/// Where no start is known, a goroutine that waits for minutes shows that the process ran.
fn running(set: &EvidenceSet, events: &mut Vec<TimelineEvent>) {
    if events.iter().any(|known| known.kind == EventKind::Start) {
        return;
    }
    let waited = dumps(set).filter_map(|(_, time, snapshot)| {
        let minutes = snapshot.groups.iter().map(|group| group.waits.max).max()?;
        (minutes > 0).then(|| (Time(time.0 - i64::from(minutes) * MINUTE), snapshot.origin.input))
    });
    if let Some((at, input)) = waited.min() {
        events.push(TimelineEvent {
            source: Some(input),
            ..event(
                EventKind::Running,
                at,
                "the process ran already: a goroutine has been waiting since".to_owned(),
            )
        });
    }
}

/// Dumps and profiles of a whole process that have a time, in that order.
fn dumps(set: &EvidenceSet) -> impl Iterator<Item = (SnapshotId, Time, &gosleuth_evidence::Snapshot)> {
    let mut dated: Vec<_> = set
        .snapshots
        .iter()
        .enumerate()
        .filter(|(_, snapshot)| {
            matches!(snapshot.kind, SnapshotKind::Dump | SnapshotKind::Profile)
                && crate::buckets::is_whole_process(set, snapshot)
        })
        .filter_map(|(index, snapshot)| Some((SnapshotId::from_usize(index), snapshot.time?, snapshot)))
        .collect();
    dated.sort_by_key(|(id, time, _)| (*time, *id));
    dated.into_iter()
}

fn snapshots(set: &EvidenceSet, events: &mut Vec<TimelineEvent>) {
    // Several forms of one moment are one event.
    let mut moments: Vec<(Time, u64, InputId, usize)> = Vec::new();
    for (_, time, snapshot) in dumps(set) {
        match moments.last_mut() {
            Some(last) if time.0 - last.0.0 < 10 * SECOND => {
                last.1 = last.1.max(snapshot.total);
                last.3 += 1;
            }
            _ => moments.push((time, snapshot.total, snapshot.origin.input, 1)),
        }
    }
    let skipped = moments.len().saturating_sub(MAX_SNAPSHOTS);
    for (index, &(time, total, input, _)) in moments.iter().enumerate() {
        // The first and the last ones tell most.
        if skipped > 0 && (MAX_SNAPSHOTS / 2..MAX_SNAPSHOTS / 2 + skipped).contains(&index) {
            continue;
        }
        events.push(TimelineEvent {
            source: Some(input),
            ..event(
                EventKind::Snapshot,
                time,
                format!("evidence was taken: {}", goroutines(total)),
            )
        });
    }
}

/// When the first goroutine of each suspect stopped, as far as minutes in dumps and the moments of profiles tell.
fn blocks(set: &EvidenceSet, case: &CaseFile, events: &mut Vec<TimelineEvent>) {
    let mut of_stack: FxHashMap<StackId, Vec<usize>> = FxHashMap::default();
    for (index, suspect) in case.suspects.iter().enumerate() {
        if is_block(suspect) {
            for &stack in &suspect.stacks {
                of_stack.entry(stack).or_default().push(index);
            }
        }
    }
    // For each suspect: earliest stop by its minutes, and the first moment that shows it.
    let mut waited: Vec<Option<(Time, InputId)>> = vec![None; case.suspects.len()];
    let mut seen: Vec<Option<(Time, InputId, Option<Time>)>> = vec![None; case.suspects.len()];
    let mut before: Option<Time> = None;
    let mut current: Option<Time> = None;
    for (_, time, snapshot) in dumps(set) {
        if current.is_some_and(|at| time.0 - at.0 >= 10 * SECOND) {
            before = current;
        }
        current = Some(time);
        for group in &snapshot.groups {
            for &suspect in of_stack.get(&group.stack).into_iter().flatten() {
                if group.waits.known > 0 {
                    let at = Time(time.0 - i64::from(group.waits.max) * MINUTE);
                    if waited[suspect].is_none_or(|(known, _)| at < known) {
                        waited[suspect] = Some((at, snapshot.origin.input));
                    }
                }
                seen[suspect].get_or_insert((time, snapshot.origin.input, before));
            }
        }
    }
    for (index, suspect) in case.suspects.iter().enumerate() {
        let Some(site) = &suspect.site else { continue };
        let text = format!("the first goroutine stops in {}", place(site));
        let (at, margin, input) = match (waited[index], seen[index]) {
            (Some((at, input)), Some((shown, ..))) if at <= shown => (at, MINUTE, input),
            (_, Some((shown, input, before))) => {
                // Not there the last time, there now; or there from the first moment on.
                (shown, before.map_or(MINUTE, |before| shown.0 - before.0), input)
            }
            _ => continue,
        };
        events.push(TimelineEvent {
            margin,
            source: Some(input),
            suspect: Some(index),
            ..event(EventKind::FirstBlock, at, text)
        });
    }
}

fn is_block(suspect: &Suspect) -> bool {
    use gosleuth_base::SuspectKind as Kind;
    suspect.kind < Kind::Deadlock || matches!(suspect.kind, Kind::Leak | Kind::Growth)
}

fn growth(set: &EvidenceSet, case: &CaseFile, events: &mut Vec<TimelineEvent>) {
    let Some(series) = case.series.as_ref().filter(|series| series.timed) else {
        return;
    };
    let Some(&last) = series.totals.last() else { return };
    if crate::series::trend(&series.totals) != Trend::Growing {
        return;
    }
    // The last snapshot before the rise.
    let from = series
        .totals
        .windows(2)
        .position(|pair| pair[1] > pair[0] && (pair[1] - pair[0]) * 20 >= pair[0])
        .unwrap_or(0);
    let snapshot = &set.snapshots[series.snapshots[from].index()];
    let Some(at) = snapshot.time else { return };
    let slope = crate::series::slope(&series.at, &series.totals);
    events.push(TimelineEvent {
        source: Some(snapshot.origin.input),
        ..event(
            EventKind::Growth,
            at,
            format!(
                "goroutines become more from here on at the latest: {} → {}, {slope:.0} per minute",
                number(series.totals[from]),
                number(last)
            ),
        )
    });
}

fn memory(set: &EvidenceSet, thresholds: &Thresholds, events: &mut Vec<TimelineEvent>) {
    // gctrace counts from the start of the process, which has to be known.
    let starts: Vec<Time> = events
        .iter()
        .filter(|known| known.kind == EventKind::Start)
        .map(|known| known.at)
        .collect();
    let pressed = set
        .runtime_log
        .gc
        .iter()
        .find(|cycle| cycle.cpu_percent > thresholds.gc_cpu_percent);
    if let (&[start], Some(cycle)) = (&starts[..], pressed) {
        #[expect(clippy::cast_possible_truncation, reason = "seconds since a start")]
        let since = (cycle.at.clamp(0.0, 1e9) * 1e3) as i64 * 1_000_000;
        events.push(TimelineEvent {
            source: Some(cycle.origin.input),
            ..event(
                EventKind::Memory,
                Time(start.0.saturating_add(since)),
                format!(
                    "garbage collection takes {} % of the processor time (limit {} %)",
                    cycle.cpu_percent, thresholds.gc_cpu_percent
                ),
            )
        });
    }
    let mut pages: Vec<_> = set
        .expvars
        .iter()
        .filter_map(|vars| Some((vars.time?, vars.memstats.as_ref()?.heap_alloc, vars.origin.input)))
        .collect();
    pages.sort();
    if let (Some(first), Some(last)) = (pages.first(), pages.last())
        && last.1 >= first.1.saturating_mul(2)
        && last.1 - first.1 >= 16 << 20
    {
        let doubled = pages
            .iter()
            .find(|page| page.1 >= first.1.saturating_mul(2))
            .unwrap_or(last);
        events.push(TimelineEvent {
            margin: doubled.0.0 - first.0.0,
            source: Some(doubled.2),
            ..event(
                EventKind::Memory,
                doubled.0,
                format!("the heap has doubled: {} MB → {} MB", first.1 >> 20, doubled.1 >> 20),
            )
        });
    }
}

fn crashes(set: &EvidenceSet, case: &CaseFile, events: &mut Vec<TimelineEvent>) {
    let suspect_at = |site: &Option<gosleuth_base::Site>| {
        site.as_ref().and_then(|site| {
            case.suspects
                .iter()
                .position(|suspect| suspect.site.as_ref() == Some(site))
        })
    };
    for row in case.crashes.iter().take(MAX_OF_KIND) {
        let crash = &set.crashes[row.index];
        let Some(time) = crash.time else { continue };
        let (text, quote) = death(set, row.index);
        events.push(TimelineEvent {
            source: Some(crash.origin.input),
            suspect: suspect_at(&row.site),
            quote,
            ..event(EventKind::Crash, time, text)
        });
    }
    for log in &set.logs {
        for mark in log
            .marks
            .iter()
            .filter(|mark| mark.kind == LogMarkKind::Crash)
            .take(MAX_OF_KIND)
        {
            let known = events
                .iter()
                .any(|known| known.kind == EventKind::Crash && (known.at.0 - mark.time.0).abs() < SAME_DEATH);
            if known {
                continue;
            }
            // The suspect of a crash whose own input has no clock.
            let of_crash = case.crashes.iter().find(|row| {
                let crash = &set.crashes[row.index];
                crash.time.is_none()
                    && crash.chain.first().is_some_and(|link| {
                        !link.text.is_empty() && mark.text.contains(link.text.lines().next().unwrap_or("?"))
                    })
            });
            events.push(TimelineEvent {
                source: Some(log.input),
                suspect: of_crash.and_then(|row| suspect_at(&row.site)),
                quote: Some(mark.text.clone()),
                ..event(
                    EventKind::Crash,
                    mark.time,
                    if mark.exact {
                        "the process gives up".to_owned()
                    } else {
                        "the process dies, soon after this line of the log".to_owned()
                    },
                )
            });
        }
    }
}

/// What a crash was, and its message.
fn death(set: &EvidenceSet, index: usize) -> (String, Option<String>) {
    let crash = &set.crashes[index];
    match (crash.chain.first(), &crash.signal) {
        (Some(link), _) => {
            let word = if link.fatal { "a fatal error" } else { "a panic" };
            (word.to_owned(), link.text.lines().next().map(str::to_owned))
        }
        (None, Some(signal)) => (format!("signal {}", signal.name), None),
        (None, None) => ("a stack was printed".to_owned(), None),
    }
}

fn races(set: &EvidenceSet, case: &CaseFile, events: &mut Vec<TimelineEvent>) {
    for row in case.races.iter().take(MAX_OF_KIND) {
        let report = &set.races[row.index];
        let Some(time) = report.time else { continue };
        let at = row.sites.iter().flatten().next();
        events.push(TimelineEvent {
            source: Some(report.origin.input),
            suspect: at.and_then(|site| {
                case.suspects
                    .iter()
                    .position(|suspect| suspect.site.as_ref() == Some(site))
            }),
            ..event(
                EventKind::Race,
                time,
                at.map_or_else(
                    || "a race was reported".to_owned(),
                    |site| format!("a race was reported in {}", place(site)),
                ),
            )
        });
    }
}

/// What to know about the clocks before the order of events is believed.
fn notes(set: &EvidenceSet, events: &[TimelineEvent]) -> Vec<String> {
    let mut notes = Vec::new();
    let name = |id: InputId| set.inputs.get(id.index()).map_or("?", |input| input.name.as_str());
    let newest = dumps(set).map(|(_, time, _)| time).max();
    for log in &set.logs {
        let zone = match log.zone {
            LogZone::Missing => "Its times do not say their zone and count as UTC; --log-zone sets another.",
            LogZone::Mixed => "Some of its times do not say their zone and count as UTC; --log-zone sets another.",
            LogZone::Given | LogZone::Set => "",
        };
        if !zone.is_empty() {
            let hint = newest
                .zip(log.last)
                .and_then(|(evidence, last)| likely_zone(last.0 - evidence.0));
            let hint = hint.map_or_else(String::new, |zone| {
                format!(" They end about that much apart from the newest evidence, so that {zone} is likely.")
            });
            notes.push(format!("{}: {zone}{hint}", name(log.input)));
        }
        if log.without_year {
            notes.push(format!(
                "{}: Some times have no year; that of the file was taken.",
                name(log.input)
            ));
        }
    }
    if set
        .snapshots
        .iter()
        .any(|snapshot| snapshot.time.is_none() && snapshot.total > 1)
    {
        let dated = set.snapshots.iter().any(|snapshot| snapshot.time.is_some());
        notes.push(
            if dated {
                "Some dumps do not say when they were taken and are not on this line."
            } else {
                "The dumps do not say when they were taken; those of `gosleuth capture`, of a running process and in container logs do."
            }
            .to_owned(),
        );
    }
    let guessed = events.iter().any(|known| known.kind == EventKind::FirstBlock);
    if guessed {
        notes.push(
            "Dumps count waiting in whole minutes, so a first block may have been up to a minute earlier.".to_owned(),
        );
    }
    notes
}

/// The zone that would explain a difference of clocks: whole half hours, give or take some minutes.
fn likely_zone(difference: i64) -> Option<String> {
    let half_hours = (difference + 15 * MINUTE).div_euclid(30 * MINUTE);
    let rest = (difference - half_hours * 30 * MINUTE).abs();
    if half_hours == 0 || half_hours.abs() > 28 || rest > 4 * MINUTE {
        return None;
    }
    let sign = if half_hours > 0 { '+' } else { '-' };
    let half_hours = half_hours.abs();
    Some(format!(
        "--log-zone {sign}{:02}:{:02}",
        half_hours / 2,
        half_hours % 2 * 30
    ))
}

/// What came first, and what followed.
fn summary(events: &[TimelineEvent]) -> String {
    let mut trouble: Vec<&TimelineEvent> = Vec::new();
    for event in events.iter().filter(|event| event.kind.is_trouble()) {
        // One of each kind: a process with six suspects has six first blocks.
        if trouble.len() < 4 && !trouble.iter().any(|known| known.kind == event.kind) {
            trouble.push(event);
        }
    }
    let Some(first) = trouble.first() else {
        return String::new();
    };
    let start = events
        .iter()
        .rfind(|event| event.kind == EventKind::Start && event.at <= first.at);
    let since = start.map_or_else(String::new, |start| {
        format!(", {} after the start", span(first.at.0 - start.at.0))
    });
    let mut text = format!("First at {}{since}: {}", first.at.clock(), first.text);
    for event in &trouble[1..] {
        text.push_str(&format!("; {} later: {}", span(event.at.0 - first.at.0), event.text));
    }
    text.push('.');
    text
}

/// A span in the unit that says most.
pub(crate) fn span(nanos: i64) -> String {
    let seconds = nanos.max(0) / SECOND;
    match seconds {
        0 => "less than a second".to_owned(),
        1..=119 => plural(seconds.unsigned_abs(), "second"),
        120..=7_199 => plural((seconds / 60).unsigned_abs(), "minute"),
        7_200..=172_799 => plural((seconds / 3_600).unsigned_abs(), "hour"),
        _ => plural((seconds / 86_400).unsigned_abs(), "day"),
    }
}

/// Whether a level is one of trouble.
pub(crate) fn is_error(level: Option<Level>) -> bool {
    level.is_some_and(|level| level >= Level::Error)
}

#[cfg(test)]
mod tests;
