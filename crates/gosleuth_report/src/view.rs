//! The output contract: one tree of plain values that every format is written from, and that JSON shows as it is.
//!
//! The doc comments of these types are the descriptions of the published JSON schema. Words shown here are already redacted
//! where that is asked for; escaping is left to the formats. Stacks are read from the evidence set while they are written, so
//! that a hundred thousand groups cost no copies.

mod build;
mod context;
mod source;
mod timeline;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use gosleuth_evidence::StackId;

pub(crate) use build::build;
pub(crate) use context::Context;
pub(crate) use source::{JudgedFinding, Source, SourceLine, SourceSide};
pub(crate) use timeline::{Event, LogSum, Timeline, clock, day};

type Text<'a> = Cow<'a, str>;

/// What `gosleuth inspect` found. Fields may be added within a version; none is removed or changes its meaning.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(title = "gosleuth inspect, version 1"))]
pub(crate) struct Report<'a> {
    /// Version of this document: 1.
    pub(crate) version: u32,
    /// The program that wrote it.
    pub(crate) tool: Tool<'a>,
    /// When it was written, as ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) generated_at: Option<Text<'a>>,
    /// Whether values were replaced by placeholders.
    pub(crate) redacted: bool,
    /// What is wrong in one line, and the one next step.
    pub(crate) headline: Headline<'a>,
    /// What was read.
    pub(crate) inputs: Vec<Input<'a>>,
    /// Ranked, most certain and worst first. Empty: nothing is wrong as far as this evidence shows.
    pub(crate) suspects: Vec<Suspect<'a>>,
    /// What this evidence cannot decide, ranked; each says what would.
    pub(crate) candidates: Vec<Suspect<'a>>,
    /// Waits recognised as healthy, biggest first.
    pub(crate) healthy: Vec<Healthy>,
    /// Sets of goroutines at one instant, in time order.
    pub(crate) snapshots: Vec<Snapshot<'a>>,
    /// Goroutines of the newest snapshot, grouped as asked, biggest first.
    pub(crate) groups: Vec<Group<'a>>,
    /// What filters and limits left out of `groups`.
    pub(crate) groups_left_out: LeftOut,
    /// Who waits for whom.
    pub(crate) waiting: Waiting<'a>,
    /// Change over time; null with fewer than two snapshots.
    pub(crate) series: Option<Series<'a>>,
    /// Panics, fatal errors and signals, explained.
    pub(crate) crashes: Vec<Crash<'a>>,
    /// Race reports, merged by pair of sites, most frequent first.
    pub(crate) races: Vec<Race<'a>>,
    /// Profiles that are not sets of goroutines: their heaviest stacks.
    pub(crate) profiles: Vec<Profile<'a>>,
    /// Tables of the runtime's own counters.
    pub(crate) tables: Vec<Table<'a>>,
    /// What the source says, with `case`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<Source<'a>>,
    /// What happened when, with `case`, if anything has a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) timeline: Option<Timeline<'a>>,
    /// What could not be read or analysed.
    pub(crate) problems: Vec<Problem<'a>>,
    /// Sizes of what was read.
    pub(crate) stats: Stats,
}

/// The program that wrote a document.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Tool<'a> {
    /// `gosleuth`.
    pub(crate) name: &'static str,
    /// Its version.
    pub(crate) version: Text<'a>,
}

/// The first lines of every output.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Headline<'a> {
    /// One sentence.
    pub(crate) text: Text<'a>,
    /// How sure, if there is a suspect.
    #[cfg_attr(feature = "schema", schemars(schema_with = "words::verdict_or_null"))]
    pub(crate) verdict: Option<&'static str>,
    /// The one next step.
    pub(crate) next_step: Text<'a>,
}

/// One input.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Input<'a> {
    /// As the user named it.
    pub(crate) name: Text<'a>,
    /// Bytes before decompression.
    pub(crate) bytes: u64,
    /// Bytes after decompression.
    pub(crate) decompressed_bytes: u64,
    /// Lines of text; 0 for binary inputs.
    pub(crate) lines: u64,
    /// Compression met, outermost first.
    pub(crate) compression: &'a [&'static str],
    /// Log wrapping met.
    pub(crate) envelopes: &'a [&'static str],
    /// Forms of evidence met.
    pub(crate) forms: &'a [&'static str],
    /// When it was taken, as ISO 8601, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) time: Option<String>,
}

/// A place in code.
#[derive(Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Site<'a> {
    /// Go symbol name.
    pub(crate) function: Text<'a>,
    /// File as the evidence writes it; empty if unknown.
    pub(crate) file: Text<'a>,
    /// 1-based line; 0 if unknown.
    pub(crate) line: u32,
}

/// Another place that belongs to a suspect.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Related<'a> {
    /// The place.
    #[serde(flatten)]
    pub(crate) site: Site<'a>,
    /// Its role, a fragment: `created here`, `previous write`.
    pub(crate) label: Text<'a>,
}

/// Wait times in whole minutes, as the runtime prints them: counted from the first garbage collection that saw the goroutine
/// waiting, and not printed below one minute.
#[derive(Clone, Copy, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Waits {
    /// Goroutines with a printed wait time.
    pub(crate) known: u64,
    /// Shortest; 0 if any goroutine has none.
    pub(crate) min: u32,
    /// Longest.
    pub(crate) max: u32,
    /// Sum over the goroutines with a wait time.
    pub(crate) sum: u64,
}

/// One bug hypothesis; among the candidates, a question.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Suspect<'a> {
    /// What kind of fault.
    #[cfg_attr(feature = "schema", schemars(schema_with = "words::kind"))]
    pub(crate) kind: &'static str,
    /// How sure.
    #[cfg_attr(feature = "schema", schemars(schema_with = "words::verdict"))]
    pub(crate) verdict: &'static str,
    /// How bad.
    #[cfg_attr(feature = "schema", schemars(schema_with = "words::severity"))]
    pub(crate) severity: &'static str,
    /// Entry of the catalogue that explains it.
    pub(crate) entry: &'static str,
    /// Codes of the source rules that describe this fault.
    pub(crate) rules: &'a [&'static str],
    /// What is wrong: one sentence that stands alone.
    pub(crate) headline: Text<'a>,
    /// Why gosleuth says so.
    pub(crate) why: Text<'a>,
    /// What to do next.
    #[serde(rename = "do")]
    pub(crate) action: Text<'a>,
    /// The frame to blame.
    pub(crate) site: Option<Site<'a>>,
    /// Other places.
    pub(crate) related: Vec<Related<'a>>,
    /// Number of goroutines; for races, of reports.
    pub(crate) count: u64,
    /// Wait times, where the evidence has any.
    pub(crate) waits: Option<Waits>,
    /// Ids of goroutines, a sample.
    pub(crate) goroutines: &'a [u64],
    /// The steps that led to the verdict.
    pub(crate) evidence: Vec<Text<'a>>,
    /// Stacks it rests on, the most telling first.
    pub(crate) stacks: Vec<Stack<'a>>,
    /// For candidates: the evidence that would decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) would_decide: Option<Text<'a>>,
    /// What the source says of it, with `case`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<SourceSide<'a>>,
}

/// Waits that are no fault.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Healthy {
    /// Entry of the catalogue.
    pub(crate) entry: &'static str,
    /// Its title.
    pub(crate) title: &'static str,
    /// Goroutines.
    pub(crate) count: u64,
}

/// A set of goroutines at one instant.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Snapshot<'a> {
    /// Number that other parts of the document refer to.
    pub(crate) id: u64,
    /// Name of the input, with its line where several stand in one input.
    pub(crate) label: Text<'a>,
    /// When it was taken, as ISO 8601, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) time: Option<Text<'a>>,
    /// `dump`, `goroutine-profile`, `leak-profile` or `threadcreate`.
    pub(crate) kind: &'static str,
    /// Why it is not whole, if it is not: `mid-block`, `http-cap`, `crashing-only`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cut: Option<&'static str>,
    /// Goroutines.
    pub(crate) total: u64,
    /// Goroutines by state, biggest first.
    pub(crate) states: Vec<StateCount<'a>>,
}

/// Goroutines in one state.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct StateCount<'a> {
    /// State, in the runtime's words.
    pub(crate) state: Text<'a>,
    /// Goroutines.
    pub(crate) count: u64,
}

/// Goroutines put together.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Group<'a> {
    /// The snapshot.
    pub(crate) snapshot: u64,
    /// What was grouped by; absent where whole stacks are compared.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) key: Text<'a>,
    /// State of the biggest part, in the runtime's words.
    pub(crate) state: Text<'a>,
    /// Whether the state was concluded from the stack.
    pub(crate) state_inferred: bool,
    /// Whether the runtime marked these goroutines as leaked.
    pub(crate) leaked: bool,
    /// Goroutines.
    pub(crate) count: u64,
    /// Wait times.
    pub(crate) waits: Option<Waits>,
    /// First frame of the program's own code, else of a third party, else the top frame.
    pub(crate) site: Option<Site<'a>>,
    /// Where they were created.
    pub(crate) created_by: Option<Site<'a>>,
    /// Labels set by the program.
    pub(crate) labels: BTreeMap<Text<'a>, Text<'a>>,
    /// Ids of goroutines, a sample.
    pub(crate) goroutines: &'a [u64],
    /// Entry of the catalogue that explains the wait, if any.
    pub(crate) entry: Option<&'static str>,
    /// The stack.
    pub(crate) stack: Stack<'a>,
}

/// What filters and limits left out.
#[derive(Clone, Copy, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct LeftOut {
    /// Groups.
    pub(crate) groups: u64,
    /// Goroutines in them.
    pub(crate) goroutines: u64,
}

/// Who waits for whom, as far as the evidence alone shows.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Waiting<'a> {
    /// `sync` objects with several waiters.
    pub(crate) objects: Vec<WaitObject<'a>>,
    /// Parents and their living children.
    pub(crate) families: Vec<Family<'a>>,
    /// Sets of goroutines of which none can be released.
    pub(crate) cycles: Vec<Cycle<'a>>,
}

/// A `sync` object with waiters.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct WaitObject<'a> {
    /// `mutex`, `rwmutex`, `waitgroup` or `cond`.
    pub(crate) what: &'static str,
    /// Address in that process, hexadecimal.
    pub(crate) address: String,
    /// Who waits.
    pub(crate) waiters: Vec<Waiter<'a>>,
    /// What is known of who could release it.
    pub(crate) holder: Option<Text<'a>>,
}

/// Goroutines that wait for one object at one place.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Waiter<'a> {
    /// State, in the runtime's words.
    pub(crate) state: Text<'a>,
    /// Where they wait.
    pub(crate) site: Option<Site<'a>>,
    /// Goroutines.
    pub(crate) count: u64,
}

/// A goroutine and the goroutines it created at one place.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Family<'a> {
    /// Goroutine id of the parent.
    pub(crate) parent: u64,
    /// Where the parent stands now.
    pub(crate) parent_site: Option<Site<'a>>,
    /// State of the parent; `ended` if it is gone.
    pub(crate) parent_state: Text<'a>,
    /// Where the children were created.
    pub(crate) created_by: Option<Site<'a>>,
    /// Living children.
    pub(crate) children: u64,
}

/// Goroutines that can no longer be released.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Cycle<'a> {
    /// One sentence per member.
    pub(crate) members: Vec<Text<'a>>,
    /// Why nobody outside can release them.
    pub(crate) why: Text<'a>,
}

/// Change between snapshots.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Series<'a> {
    /// Ids of the snapshots compared, in time order.
    pub(crate) snapshots: Vec<u64>,
    /// Minutes since the first snapshot, or indices where no times are known.
    pub(crate) at: &'a [f64],
    /// Whether `at` is minutes.
    pub(crate) timed: bool,
    /// Goroutines, one number per snapshot.
    pub(crate) totals: &'a [u64],
    /// What changed, strongest growth first.
    pub(crate) rows: Vec<SeriesRow<'a>>,
}

/// One stack over time.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct SeriesRow<'a> {
    /// What happened.
    #[cfg_attr(feature = "schema", schemars(schema_with = "words::trend"))]
    pub(crate) trend: &'static str,
    /// State, in the runtime's words.
    pub(crate) state: Text<'a>,
    /// Where they stand.
    pub(crate) site: Option<Site<'a>>,
    /// Where they were created.
    pub(crate) created_by: Option<Site<'a>>,
    /// Goroutines, one number per snapshot.
    pub(crate) counts: &'a [u64],
    /// Goroutines per minute; per snapshot where no times are known.
    pub(crate) slope: f64,
    /// Minutes from the last snapshot until the limit is reached, if it grows.
    pub(crate) minutes_to_limit: Option<f64>,
    /// The stack.
    pub(crate) stack: Stack<'a>,
}

/// A crash, explained.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Crash<'a> {
    /// `panic`, `fatal`, `http-served`, `signal`, `test-timeout` or `recovered`.
    pub(crate) kind: &'static str,
    /// Entry of the catalogue that explains it.
    pub(crate) entry: &'static str,
    /// The deciding message in one line.
    pub(crate) message: String,
    /// Panics and fatal errors, oldest first.
    pub(crate) chain: Vec<PanicLink<'a>>,
    /// The signal, if one was printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signal: Option<Signal<'a>>,
    /// Whether a `recover` could have stopped it; null where that does not apply.
    pub(crate) recoverable: Option<bool>,
    /// What the message means.
    pub(crate) meaning: Text<'a>,
    /// Usual causes.
    pub(crate) causes: &'a [&'static str],
    /// What to check.
    pub(crate) checks: &'a [&'static str],
    /// The frame to blame.
    pub(crate) site: Option<Site<'a>>,
    /// How many times the same message class was seen at the same site.
    pub(crate) count: u64,
    /// Id of the goroutine that crashed, if printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) goroutine: Option<u64>,
    /// Peer of a recovered request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) peer: Option<Text<'a>>,
    /// The test that was running.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) test: Option<Text<'a>>,
    /// Tests that were running at a timeout.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) running_tests: Vec<RunningTest<'a>>,
    /// Exit status printed after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exit_status: Option<i32>,
    /// Other lines that belong to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<Text<'a>>,
    /// When, as ISO 8601, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) time: Option<String>,
    /// Name of the input.
    pub(crate) input: Text<'a>,
    /// Line in the input where it starts.
    pub(crate) line: u64,
    /// Stack of the goroutine that crashed, if printed.
    pub(crate) stack: Option<Stack<'a>>,
}

/// One link of a chain of panics.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct PanicLink<'a> {
    /// The message.
    pub(crate) text: Text<'a>,
    /// Marked as recovered.
    pub(crate) recovered: bool,
    /// Marked as recovered and raised again.
    pub(crate) repanicked: bool,
    /// A fatal error.
    pub(crate) fatal: bool,
    /// A `runtime.Goexit`.
    pub(crate) goexit: bool,
}

/// A signal.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Signal<'a> {
    /// Name.
    pub(crate) name: Text<'a>,
    /// Description.
    pub(crate) description: Text<'a>,
    /// Faulting address, hexadecimal, if printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
}

/// A test that was running at a timeout.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct RunningTest<'a> {
    /// Test.
    pub(crate) test: Text<'a>,
    /// For how long, as printed.
    pub(crate) duration: Text<'a>,
}

/// Race reports with the same pair of sites.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Race<'a> {
    /// What is shared: `map`, `slice-append`, `captured-variable`, `loop-variable`, `field`, `global`…
    pub(crate) class: &'static str,
    /// Reports merged.
    pub(crate) count: u64,
    /// Every frame of both sides is in test files.
    pub(crate) test_only: bool,
    /// The test that was running.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) test: Option<Text<'a>>,
    /// The two accesses of the first report, the later one first.
    pub(crate) accesses: Vec<RaceAccess<'a>>,
    /// Where the memory was allocated or declared, if the report says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) location: Option<RaceLocation<'a>>,
    /// Name of the input.
    pub(crate) input: Text<'a>,
    /// Line in the input where the first report starts.
    pub(crate) line: u64,
}

/// One side of a race.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct RaceAccess<'a> {
    /// A write; else a read.
    pub(crate) write: bool,
    /// The earlier one.
    pub(crate) previous: bool,
    /// By an atomic operation.
    pub(crate) atomic: bool,
    /// Whether a lock was visible on this side.
    pub(crate) lock_seen: bool,
    /// The race detector's number of the goroutine (not the goroutine id); absent for the main goroutine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) goroutine: Option<u64>,
    /// Whether that goroutine was still running; absent where the report does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) goroutine_running: Option<bool>,
    /// The frame to blame.
    pub(crate) site: Option<Site<'a>>,
    /// The stack; null where the report could not restore it.
    pub(crate) stack: Option<Stack<'a>>,
    /// Stack of the `go` statement that made the goroutine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) created: Option<Stack<'a>>,
}

/// The memory of a race.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct RaceLocation<'a> {
    /// `heap` or `global`.
    pub(crate) kind: &'static str,
    /// Size in bytes.
    pub(crate) size: u64,
    /// Name of a global variable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<Text<'a>>,
    /// Where a global variable is declared, as `FILE:LINE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) declared: Option<Text<'a>>,
    /// Stack of the allocation of a heap block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stack: Option<Stack<'a>>,
}

/// The heaviest stacks of a profile.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Profile<'a> {
    /// `block`, `mutex`, `heap`, `cpu` or `custom`.
    pub(crate) kind: &'static str,
    /// Name of the input.
    pub(crate) input: Text<'a>,
    /// Column shown: `delay`, `inuse_space`…
    pub(crate) column: Text<'a>,
    /// Its unit.
    pub(crate) unit: Text<'a>,
    /// Sum over all samples.
    pub(crate) total: i64,
    /// Seconds covered; 0 if it counts since the process started.
    pub(crate) seconds: f64,
    /// Heaviest stacks.
    pub(crate) top: Vec<ProfileEntry<'a>>,
}

/// One stack of a profile.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct ProfileEntry<'a> {
    /// Value in the unit of the column.
    pub(crate) value: i64,
    /// Share of the total, percent.
    pub(crate) percent: f64,
    /// The frame to blame.
    pub(crate) site: Option<Site<'a>>,
    /// The stack.
    pub(crate) stack: Stack<'a>,
}

/// A table of counters.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Table<'a> {
    /// Title.
    pub(crate) title: Text<'a>,
    /// Column heads.
    pub(crate) columns: Vec<Text<'a>>,
    /// Rows of cells.
    pub(crate) rows: Vec<Vec<Text<'a>>>,
    /// One sentence per threshold crossed or trend seen.
    pub(crate) remarks: Vec<Text<'a>>,
}

/// What could not be read or analysed.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Problem<'a> {
    /// How bad: `unreadable`, `partial` or `note`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "words::problem"))]
    pub(crate) kind: &'static str,
    /// Name of the input.
    pub(crate) input: Text<'a>,
    /// 1-based line in the input, where one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u64>,
    /// What is wrong and what to do.
    pub(crate) message: Text<'a>,
}

/// Sizes of what was read.
#[derive(Clone, Copy, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Stats {
    /// Decompressed bytes of all inputs.
    pub(crate) bytes: u64,
    /// Lines of all inputs.
    pub(crate) lines: u64,
    /// Goroutines of all snapshots.
    pub(crate) goroutines: u64,
    /// Distinct stacks.
    pub(crate) stacks: u64,
}

/// One frame of a stack.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Frame<'a> {
    /// Go symbol name.
    pub(crate) function: Text<'a>,
    /// File as the evidence writes it.
    pub(crate) file: Text<'a>,
    /// 1-based line; 0 if unknown.
    pub(crate) line: u32,
    /// Whose code: `user`, `third-party`, `std` or `runtime`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "words::origin"))]
    pub(crate) origin: &'static str,
    /// `elided` (frames left out by the runtime), `non-go` or `unavailable`; absent for ordinary calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<&'static str>,
    /// Arguments as printed; absent unless asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) args: Option<Text<'a>>,
}

/// A stack of the evidence set, innermost frame first; read while it is written.
#[derive(Clone, Copy)]
pub(crate) struct Stack<'a> {
    pub(crate) cx: &'a Context<'a>,
    pub(crate) id: StackId,
}

impl<'a> Stack<'a> {
    /// Its frames, innermost first.
    pub(crate) fn frames(self) -> impl DoubleEndedIterator<Item = Frame<'a>> + ExactSizeIterator {
        self.cx
            .set
            .stacks
            .frames(self.id)
            .map(move |frame| self.cx.frame(frame))
    }
}

impl Serialize for Stack<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.frames())
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Stack<'_> {
    fn schema_name() -> Cow<'static, str> {
        "Stack".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let items = generator.subschema_for::<Frame<'_>>();
        schemars::json_schema!({"description": "A stack, innermost frame first.", "type": "array", "items": items})
    }
}

/// Closed sets of words, for the schema.
#[cfg(feature = "schema")]
mod words {
    use gosleuth_base::{ProblemKind, Severity, SuspectKind, Verdict};
    use gosleuth_case::Trend;
    use schemars::{Schema, SchemaGenerator, json_schema};

    fn one_of(words: &[&str]) -> Schema {
        json_schema!({"type": "string", "enum": words})
    }

    const VERDICTS: [Verdict; 5] = [
        Verdict::Proved,
        Verdict::Corroborated,
        Verdict::Observed,
        Verdict::Suspected,
        Verdict::Cleared,
    ];

    pub(super) fn verdict(_: &mut SchemaGenerator) -> Schema {
        one_of(&VERDICTS.map(Verdict::as_str))
    }

    pub(super) fn verdict_or_null(_: &mut SchemaGenerator) -> Schema {
        let mut words: Vec<Option<&str>> = VERDICTS.map(Verdict::as_str).map(Some).to_vec();
        words.push(None);
        json_schema!({"type": ["string", "null"], "enum": words})
    }

    pub(super) fn severity(_: &mut SchemaGenerator) -> Schema {
        one_of(&[Severity::Error, Severity::Warning, Severity::Advice].map(Severity::as_str))
    }

    pub(super) fn kind(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = SuspectKind::ALL.iter().map(|kind| kind.as_str()).collect();
        one_of(&words)
    }

    pub(super) fn trend(_: &mut SchemaGenerator) -> Schema {
        let all = [Trend::New, Trend::Growing, Trend::Steady, Trend::Shrinking, Trend::Gone];
        one_of(&all.map(Trend::as_str))
    }

    pub(super) fn problem(_: &mut SchemaGenerator) -> Schema {
        one_of(&[ProblemKind::Unreadable, ProblemKind::Partial, ProblemKind::Note].map(ProblemKind::as_str))
    }

    pub(super) fn origin(_: &mut SchemaGenerator) -> Schema {
        one_of(&["user", "third-party", "std", "runtime"])
    }
}
