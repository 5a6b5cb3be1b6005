//! The case file: what gosleuth has to say about a set of evidence. Pure data; ids refer to the evidence set it was made from.

use std::collections::BTreeMap;

use gosleuth_base::{Finding, Problem, Severity, Site, SuspectKind, Verdict};
use gosleuth_evidence::{LabelsId, SnapshotId, StackId, WaitRange, WaitState};

/// Everything concluded from one set of evidence.
#[derive(Clone, Debug, Default)]
pub struct CaseFile {
    /// What is wrong in one line, and the one next step.
    pub headline: Headline,
    /// Ranked, most certain and worst first. Empty: nothing is wrong as far as this evidence shows.
    pub suspects: Vec<Suspect>,
    /// What this evidence cannot decide, ranked; each says what would.
    pub candidates: Vec<Suspect>,
    /// Waits recognised as healthy, biggest first.
    pub healthy: Vec<Healthy>,
    /// One row per snapshot, in time order.
    pub snapshots: Vec<SnapshotRow>,
    /// Goroutines of the newest snapshot (or what the query asks for), grouped, biggest first.
    pub groups: Vec<GroupRow>,
    /// Groups left out by the query or its limit: number of groups and of goroutines.
    pub groups_left_out: (u64, u64),
    /// Who waits for whom.
    pub waits: WaitGraph,
    /// Change over time, with two or more snapshots.
    pub series: Option<Series>,
    /// Panics, fatal errors and signals, explained.
    pub crashes: Vec<CrashRow>,
    /// Race reports, merged by site pair, most frequent first.
    pub races: Vec<RaceRow>,
    /// Block, mutex, heap and other profiles: the heaviest stacks.
    pub profiles: Vec<ProfileRow>,
    /// Tables of the runtime's own counters.
    pub tables: Vec<Table>,
    /// What the source says, where there is one.
    pub code: Option<CodeReport>,
    /// Problems of the inputs and losses of the analysis.
    pub problems: Vec<Problem>,
    /// What happened when, if it was asked for and anything has a time.
    pub timeline: Option<crate::timeline::Timeline>,
    /// Sizes.
    pub stats: Stats,
}

/// The first lines of every output.
#[derive(Clone, Debug, Default)]
pub struct Headline {
    /// One sentence.
    pub text: String,
    /// Verdict of the first suspect, if there is one.
    pub verdict: Option<Verdict>,
    /// The one next step.
    pub next_step: String,
}

/// One bug hypothesis (or, in `candidates`, a question).
#[derive(Clone, Debug)]
pub struct Suspect {
    /// Kind.
    pub kind: SuspectKind,
    /// How sure.
    pub verdict: Verdict,
    /// How bad.
    pub severity: Severity,
    /// Id of the catalogue entry that explains it; its docs page has the same name.
    pub entry: &'static str,
    /// Rule codes of the static catalogue that describe this bug in source.
    pub rules: Vec<&'static str>,
    /// What is wrong: one sentence that stands alone.
    pub headline: String,
    /// Why gosleuth says so and why nobody can release it.
    pub why: String,
    /// What to do next.
    pub action: String,
    /// The frame to blame.
    pub site: Option<Site>,
    /// Other places, each with its role: creation site, other lock, other access…
    pub related: Vec<Related>,
    /// Number of goroutines (or reports, for races).
    pub count: u64,
    /// Wait time, where the evidence has one.
    pub waits: Option<WaitRange>,
    /// Goroutine ids, a sample.
    pub goroutines: Vec<u64>,
    /// Stacks it rests on, the most telling first.
    pub stacks: Vec<StackId>,
    /// Steps that led to the verdict, each one sentence: the chain of evidence.
    pub evidence: Vec<String>,
    /// For candidates: the evidence that would decide.
    pub would_decide: Option<String>,
    /// What the source says of it.
    pub code: CodeSide,
}

/// What the source says of a suspect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeSide {
    /// Why nobody can release it, or who can: one sentence. None where there is no source, or where it says nothing.
    pub explanation: Option<String>,
    /// What it waits for, as the source calls it: `Service.results`.
    pub object: Option<String>,
    /// The other party: where it could be released, or who holds the lock, each with what it is.
    pub partners: Vec<Related>,
    /// The lines of the source that matter, in reading order: where it waits, then its partners, then findings.
    pub lines: Vec<SourceLine>,
    /// Findings that describe the same bug, positions in [`CodeReport::findings`].
    pub findings: Vec<usize>,
}

/// A line of the source, quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLine {
    /// Where it is; the file as the source names it.
    pub site: Site,
    /// What is there: `waits here`, `could close it here`.
    pub label: String,
    /// Its text without leading blanks; empty until [`CaseFile::quote`] was called.
    pub text: String,
}

impl CaseFile {
    /// Fills the quoted lines of the source. `read` gets the name of a file.
    pub fn quote(&mut self, mut read: impl FnMut(&str) -> Option<String>) {
        let mut files: BTreeMap<String, Option<String>> = BTreeMap::new();
        let suspects = self.suspects.iter_mut().chain(&mut self.candidates);
        for line in suspects.flat_map(|suspect| &mut suspect.code.lines) {
            let file = &line.site.file;
            let text = files.entry(file.clone()).or_insert_with(|| read(file));
            let number = line.site.line.saturating_sub(1) as usize;
            if let Some(found) = text.as_deref().and_then(|text| text.lines().nth(number)) {
                found.trim().clone_into(&mut line.text);
            }
        }
    }
}

/// What the source says, laid beside the evidence.
#[derive(Clone, Debug, Default)]
pub struct CodeReport {
    /// Packages that were looked at.
    pub packages: usize,
    /// Frames of the program's own code, and how many of them were found in the source at the line that they name.
    pub frames: (usize, usize),
    /// Every finding with what the evidence says of it, the most certain first.
    pub findings: Vec<JudgedFinding>,
    /// Findings that the evidence contradicts, by their number in the source, with how.
    pub(crate) cleared: Vec<(usize, String)>,
}

/// A finding, and what the evidence says of it.
#[derive(Clone, Debug)]
pub struct JudgedFinding {
    /// The finding.
    pub finding: Finding,
    /// How sure it is with the evidence: `suspected` if that says nothing.
    pub verdict: Verdict,
    /// Why, one sentence each.
    pub evidence: Vec<String>,
    /// The suspect it belongs to, a position in [`CaseFile::suspects`].
    pub suspect: Option<usize>,
}

/// Another place that belongs to a suspect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The place.
    pub site: Site,
    /// Its role, a fragment: `created here`, `previous write`.
    pub label: String,
}

/// A wait that is no fault.
#[derive(Clone, Debug)]
pub struct Healthy {
    /// Catalogue entry.
    pub entry: &'static str,
    /// Title of the entry.
    pub title: &'static str,
    /// Goroutines.
    pub count: u64,
}

/// One snapshot in the overview.
#[derive(Clone, Debug)]
pub struct SnapshotRow {
    /// The snapshot.
    pub id: SnapshotId,
    /// Name of the input, with line where several stand in one input.
    pub label: String,
    /// When, as ISO 8601 UTC, if known.
    pub time: Option<String>,
    /// Goroutines.
    pub total: u64,
    /// Goroutines by state text, biggest first.
    pub states: Vec<(String, u64)>,
}

/// A group of goroutines in the table.
#[derive(Clone, Debug)]
pub struct GroupRow {
    /// The snapshot it is from.
    pub snapshot: SnapshotId,
    /// Text of the key for `--group-by top|site|creator|label`; empty for `stack`.
    pub key: String,
    /// State (of the biggest member).
    pub state: WaitState,
    /// Stack (of the biggest member).
    pub stack: StackId,
    /// Labels (of the biggest member).
    pub labels: Option<LabelsId>,
    /// Number of goroutines.
    pub count: u64,
    /// Wait times.
    pub waits: WaitRange,
    /// First frame of the program's own code, else of a third party, else the top frame.
    pub site: Option<Site>,
    /// Creation site.
    pub creator: Option<Site>,
    /// Sample of ids.
    pub ids: Vec<u64>,
    /// Catalogue entry that explains the wait, if any.
    pub entry: Option<&'static str>,
}

/// Who waits for whom as far as the evidence alone shows.
#[derive(Clone, Debug, Default)]
pub struct WaitGraph {
    /// Objects that several goroutines wait for.
    pub objects: Vec<WaitObject>,
    /// Creation sites and how many children of each live: parents first.
    pub families: Vec<Family>,
    /// Sets of goroutines of which none can be released.
    pub cycles: Vec<Cycle>,
}

/// A `sync` object with waiters.
#[derive(Clone, Debug)]
pub struct WaitObject {
    /// `mutex`, `rwmutex`, `waitgroup`, `cond`.
    pub what: &'static str,
    /// Its address in that process.
    pub address: u64,
    /// Waiters: state text, site, count.
    pub waiters: Vec<(String, Option<Site>, u64)>,
    /// What is known of who could release it, one sentence.
    pub holder: Option<String>,
}

/// Parent and children.
#[derive(Clone, Debug)]
pub struct Family {
    /// The creating goroutine's id.
    pub parent: u64,
    /// Where the parent stands now; none if it has ended.
    pub parent_site: Option<Site>,
    /// State text of the parent; `ended` if it is gone.
    pub parent_state: String,
    /// Creation site of the children.
    pub creator: Option<Site>,
    /// Living children.
    pub children: u64,
}

/// Goroutines that can no longer be released.
#[derive(Clone, Debug)]
pub struct Cycle {
    /// One sentence per member: `goroutine 7 waits for mutex 0x… at …`.
    pub members: Vec<String>,
    /// Why nobody outside can release them.
    pub why: String,
}

/// Change between snapshots.
#[derive(Clone, Debug)]
pub struct Series {
    /// Snapshots compared, in time order.
    pub snapshots: Vec<SnapshotId>,
    /// Minutes since the first snapshot, one per snapshot; indices where no times are known.
    pub at: Vec<f64>,
    /// Whether `at` is minutes.
    pub timed: bool,
    /// Total number of goroutines, one per snapshot.
    pub totals: Vec<u64>,
    /// Rows that changed, strongest growth first, then gone ones, then steady ones.
    pub rows: Vec<SeriesRow>,
}

/// One creation site and blocking stack over time.
#[derive(Clone, Debug)]
pub struct SeriesRow {
    /// The stack.
    pub stack: StackId,
    /// State text.
    pub state: String,
    /// Frame to blame.
    pub site: Option<Site>,
    /// Creation site.
    pub creator: Option<Site>,
    /// Count per snapshot.
    pub counts: Vec<u64>,
    /// What happened.
    pub trend: Trend,
    /// Goroutines per minute (per snapshot where there are no times), by least squares.
    pub slope: f64,
    /// Minutes from the last snapshot until the limit is reached, if it grows and times are known.
    pub minutes_to_limit: Option<f64>,
}

/// What a row did between snapshots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trend {
    /// Not there at first.
    New,
    /// More each time, or clearly more over all.
    Growing,
    /// Neither.
    Steady,
    /// Fewer.
    Shrinking,
    /// Not there any more.
    Gone,
}

impl Trend {
    /// The stable word of the output contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Growing => "growing",
            Self::Steady => "steady",
            Self::Shrinking => "shrinking",
            Self::Gone => "gone",
        }
    }
}

/// A crash, explained.
#[derive(Clone, Debug)]
pub struct CrashRow {
    /// Index into `EvidenceSet::crashes`.
    pub index: usize,
    /// Catalogue entry of the deciding message.
    pub entry: &'static str,
    /// Whether a `recover` could have stopped it; none where it does not apply.
    pub recoverable: Option<bool>,
    /// What the message means.
    pub meaning: String,
    /// Usual causes.
    pub causes: Vec<&'static str>,
    /// What to check.
    pub checks: Vec<&'static str>,
    /// The frame to blame.
    pub site: Option<Site>,
    /// How many times this crash (same message class and site) was seen.
    pub count: u64,
}

/// Race reports with the same pair of sites.
#[derive(Clone, Debug)]
pub struct RaceRow {
    /// Index of the first report in `EvidenceSet::races`.
    pub index: usize,
    /// `map`, `slice-append`, `captured-variable`, `loop-variable`, `field`, `global`, …
    pub class: &'static str,
    /// Reports merged.
    pub count: u64,
    /// Sites of the two accesses.
    pub sites: [Option<Site>; 2],
    /// Whether a lock was visible on one side.
    pub lock_seen: [bool; 2],
    /// Every frame of both sides is in test files.
    pub test_only: bool,
}

/// The heaviest stacks of a profile.
#[derive(Clone, Debug)]
pub struct ProfileRow {
    /// Index into `EvidenceSet::profiles`.
    pub index: usize,
    /// Column shown, as index into the sample types.
    pub column: usize,
    /// Sum over all samples.
    pub total: i64,
    /// Heaviest stacks: stack, value, site.
    pub top: Vec<(StackId, i64, Option<Site>)>,
}

/// A table of counters over time with thresholds.
#[derive(Clone, Debug)]
pub struct Table {
    /// Title: `Garbage collection`, `Scheduler`.
    pub title: String,
    /// Column heads.
    pub columns: Vec<String>,
    /// Rows of cells.
    pub rows: Vec<Vec<String>>,
    /// One sentence per threshold crossed or trend seen.
    pub remarks: Vec<String>,
}

/// Sizes of what was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Decompressed bytes of all inputs.
    pub bytes: u64,
    /// Lines of all inputs.
    pub lines: u64,
    /// Goroutines of all snapshots.
    pub goroutines: u64,
    /// Distinct stacks.
    pub stacks: u64,
}

/// What to diagnose with, and how to group. All thresholds are explained in `docs/inspect.md`.
#[derive(Clone, Debug, Default)]
pub struct CaseOptions {
    /// Thresholds.
    pub thresholds: Thresholds,
    /// Group table.
    pub query: GroupQuery,
    /// Index of the first snapshot that counts as "now"; those before it are the baseline (`--baseline`).
    pub baseline: Option<usize>,
    /// Put together what happened when.
    pub timeline: bool,
}

/// Limits of the life-cycle model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// Goroutines of one process that are too many.
    pub goroutines: u64,
    /// Minutes blocked at one site that are too long.
    pub blocked_minutes: u32,
    /// Heap growth in MiB per minute that is too fast.
    pub heap_growth_mib_per_minute: f64,
    /// 99th percentile of GC pauses, milliseconds.
    pub gc_pause_p99_ms: f64,
    /// GC share of CPU, percent.
    pub gc_cpu_percent: f64,
    /// Run queue length per processor.
    pub run_queue_per_proc: f64,
    /// Limit for the time-to-limit forecast, in goroutines.
    pub limit: u64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            goroutines: 5_000,
            blocked_minutes: 5,
            heap_growth_mib_per_minute: 2048.0,
            gc_pause_p99_ms: 200.0,
            gc_cpu_percent: 25.0,
            run_queue_per_proc: 10.0,
            limit: 100_000,
        }
    }
}

/// How goroutines are put together in the group table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupBy {
    /// Equal stacks.
    #[default]
    Stack,
    /// Equal innermost frame.
    Top,
    /// Equal site of the first user frame.
    Site,
    /// Equal creation site.
    Creator,
    /// Equal value of a label, or equal label set.
    Label,
}

/// Filters and shape of the group table. Several values of one filter are alternatives; different filters add up.
#[derive(Clone, Debug, Default)]
pub struct GroupQuery {
    /// Grouping.
    pub by: GroupBy,
    /// Label key for `GroupBy::Label`.
    pub label_key: Option<String>,
    /// State texts, compared without case, as prefix (`chan` matches `chan send`).
    pub states: Vec<String>,
    /// Shortest longest-wait, in minutes.
    pub min_wait: Option<u32>,
    /// Substrings of `function` or `file:line` of any frame.
    pub matching: Vec<String>,
    /// Substrings that no frame may have.
    pub without: Vec<String>,
    /// Substrings of the creation site.
    pub created_by: Vec<String>,
    /// `key` or `key=value`.
    pub labels: Vec<String>,
    /// Most rows; none = all.
    pub top: Option<usize>,
}

impl GroupQuery {
    /// Whether some groups may not pass.
    pub(crate) fn has_filters(&self) -> bool {
        let lists = [
            &self.states,
            &self.matching,
            &self.without,
            &self.created_by,
            &self.labels,
        ];
        self.min_wait.is_some() || lists.iter().any(|list| !list.is_empty())
    }
}
