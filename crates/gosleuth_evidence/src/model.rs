//! The normal form that every kind of evidence is brought to.
//!
//! Names, frames and stacks are interned once per [`EvidenceSet`], so that the same stack in two snapshots has the same id.

mod crash;
mod log;
mod profile;
mod runtime_log;
mod snapshot;
mod stack;
mod wait;

use gosleuth_base::{Interner, Problem, Sym};
use rustc_hash::FxHashMap;

use crate::trace::TraceRecord;

pub use crash::{
    Crash, CrashIndex, CrashKind, CrashSignal, PanicLink, RaceAccess, RaceCreation, RaceLocation, RaceReport,
};
pub use log::{Level, Log, LogBucket, LogLine, LogMark, LogMarkKind, LogMessage, LogRequest, LogZone};
pub use profile::{Profile, ProfileKind, ProfileSample, SampleType};
pub use runtime_log::{
    Escape, EscapeKind, ExpVars, GcCycle, MemStats, MetricSample, MetricsPage, RuntimeLog, ScavTick, SchedTick,
    TestEvent, TestOutcome, TestRun,
};
pub use snapshot::{
    AddressUse, Cut, Goroutine, Group, GroupId, LabelsId, Snapshot, SnapshotId, SnapshotKind, WaitRange,
};
pub use stack::{Ancestor, Frame, FrameId, FrameNote, Stack, StackId, StackRef, StackTable};
pub use wait::{WaitReason, WaitState};

gosleuth_base::new_index! {
    /// One input: a file, standard input, a URL, the output of a command.
    pub struct InputId;
}

/// Where a piece of evidence stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The input.
    pub input: InputId,
    /// 1-based line in the decompressed input; 0 for binary inputs.
    pub line: u64,
}

/// Nanoseconds since the Unix epoch, UTC where the source tells the zone, else as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

/// One input and what was found in it.
#[derive(Clone, Debug)]
pub struct Input {
    /// As the user named it.
    pub name: String,
    /// Bytes before decompression.
    pub bytes: u64,
    /// Bytes after decompression.
    pub decompressed: u64,
    /// Lines of text, 0 for binary inputs.
    pub lines: u64,
    /// The compression met, outermost first: `gzip`, `zstd`.
    pub compression: Vec<&'static str>,
    /// The log wrapping met, for example `kubernetes`, `docker-json`.
    pub envelopes: Vec<&'static str>,
    /// Stable words for the forms met, in order of first appearance: `goroutine-dump`, `panic`, `race-report`…
    pub forms: Vec<&'static str>,
    /// When it was taken, if the caller knows (file time, response time) .
    pub time: Option<Time>,
}

/// What `go version -m` says of a binary, as far as it is about time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildInfo {
    /// The revision it was built from.
    pub revision: Option<String>,
    /// When that revision was made.
    pub time: Option<Time>,
    /// There were changes that are in no revision.
    pub modified: bool,
}

/// Everything read from all inputs.
#[derive(Clone, Debug, Default)]
pub struct EvidenceSet {
    /// Interned text of all names below.
    pub strings: Interner,
    /// Interned frames and stacks.
    pub stacks: StackTable,
    /// Interned sets of pprof labels: key and value pairs sorted by key.
    pub labels: Vec<Vec<(Sym, Sym)>>,
    label_index: FxHashMap<Vec<(Sym, Sym)>, LabelsId>,
    /// Inputs in the order given.
    pub inputs: Vec<Input>,
    /// Sets of goroutines at one instant, from dumps and from goroutine profiles, in input order.
    pub snapshots: Vec<Snapshot>,
    /// Execution traces; the goroutines at the end of each are a snapshot too.
    pub traces: Vec<TraceRecord>,
    /// Profiles of other kinds.
    pub profiles: Vec<Profile>,
    /// Panics, fatal errors and deaths by signal.
    pub crashes: Vec<Crash>,
    /// Reports of the race detector.
    pub races: Vec<RaceReport>,
    /// Lines of `GODEBUG` gctrace, schedtrace, scavtrace.
    pub runtime_log: RuntimeLog,
    /// `/debug/vars` documents.
    pub expvars: Vec<ExpVars>,
    /// Prometheus pages.
    pub metrics: Vec<MetricsPage>,
    /// Compiler escape decisions.
    pub escapes: Vec<Escape>,
    /// Test events.
    pub tests: Vec<TestRun>,
    /// Logs of the program.
    pub logs: Vec<Log>,
    /// What binaries say of how they were built.
    pub builds: Vec<BuildInfo>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

impl EvidenceSet {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// The text of a symbol of this set.
    pub fn text(&self, sym: Sym) -> &str {
        self.strings.get(sym)
    }

    /// Interns a label set given as unsorted pairs; equal sets get the same id. At most 65,536 distinct sets are kept apart,
    /// any further one shares the last id.
    pub fn intern_labels(&mut self, pairs: &mut Vec<(Sym, Sym)>) -> LabelsId {
        use gosleuth_base::Idx as _;
        const CAP: usize = 65_536;
        let strings = &self.strings;
        pairs.sort_by(|a, b| (strings.get(a.0), strings.get(a.1)).cmp(&(strings.get(b.0), strings.get(b.1))));
        pairs.dedup();
        if let Some(&known) = self.label_index.get(pairs) {
            return known;
        }
        if self.labels.len() >= CAP {
            return LabelsId::from_usize(CAP - 1);
        }
        let id = LabelsId::from_usize(self.labels.len());
        self.label_index.insert(pairs.clone(), id);
        self.labels.push(std::mem::take(pairs));
        id
    }

    /// Notes that `input` holds a form.
    pub fn note_form(&mut self, input: InputId, form: &'static str) {
        use gosleuth_base::Idx as _;
        if let Some(input) = self.inputs.get_mut(input.index())
            && !input.forms.contains(&form)
        {
            input.forms.push(form);
        }
    }

    /// Adds a problem of `input`; at most 1,000 are kept.
    pub fn problem(
        &mut self,
        input: InputId,
        line: Option<u64>,
        kind: gosleuth_base::ProblemKind,
        message: impl Into<String>,
    ) {
        use gosleuth_base::Idx as _;
        if self.problems.len() < 1_000 {
            let input = self
                .inputs
                .get(input.index())
                .map_or_else(String::new, |input| input.name.clone());
            self.problems.push(Problem {
                kind,
                input,
                line,
                message: message.into(),
            });
        }
    }
}
