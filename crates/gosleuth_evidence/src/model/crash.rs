//! Deaths and near deaths: panics, fatal errors, signals, race reports.

use gosleuth_base::Sym;

use super::{Origin, SnapshotId, StackId, Time};

/// Index into `EvidenceSet::crashes`.
pub type CrashIndex = u32;

/// What ended the process, or a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CrashKind {
    /// `panic: …` that reached the top of a goroutine.
    Panic,
    /// `fatal error: …`: no `recover` can stop it.
    Fatal,
    /// `http: panic serving ADDR: …`: the server recovered it; the process lives.
    HttpServed,
    /// A signal: `SIGQUIT: quit`, `SIGABRT: abort`, `SIGSEGV` outside Go code…
    Signal,
    /// `panic: test timed out after …`.
    TestTimeout,
    /// A stack printed by the program itself (`runtime/debug.Stack`, a recover handler).
    Recovered,
}

/// One link of a chain of panics, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanicLink {
    /// The text after `panic: ` or `fatal error: `, further lines joined by `\n`, without the indentation of Go 1.23 and
    /// later and without `[recovered]` marks. Cut at 64 KiB.
    pub text: String,
    /// `[recovered]`.
    pub recovered: bool,
    /// `[recovered, repanicked]` (Go 1.25 and later).
    pub repanicked: bool,
    /// This link is a fatal error (`\tfatal error: …` while panicking, Go 1.26 and later, or the only link of a fatal).
    pub fatal: bool,
    /// `goexit` marker.
    pub goexit: bool,
}

/// `[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x49e12b]` or `SIGQUIT: quit` with `PC=… m=… sigcode=…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrashSignal {
    /// `SIGSEGV`.
    pub name: String,
    /// `segmentation violation`.
    pub description: String,
    /// `code=`.
    pub code: Option<u64>,
    /// `addr=`.
    pub address: Option<u64>,
    /// `pc=`.
    pub pc: Option<u64>,
}

/// A panic, fatal error or death by a signal, with the goroutines printed after it.
#[derive(Clone, Debug)]
pub struct Crash {
    /// Where its first line stands.
    pub origin: Origin,
    /// What it is.
    pub kind: CrashKind,
    /// When, as far as the log tells.
    pub time: Option<Time>,
    /// Panics and fatal errors, oldest first; empty for plain signals.
    pub chain: Vec<PanicLink>,
    /// The signal, if one was printed.
    pub signal: Option<CrashSignal>,
    /// Peer address of `http: panic serving`.
    pub peer: Option<String>,
    /// `running tests:` of a test timeout, each with its duration text.
    pub running_tests: Vec<(String, String)>,
    /// The goroutines printed with it; the first group of the snapshot holds the crashing goroutine.
    pub snapshot: Option<SnapshotId>,
    /// Id of the goroutine that crashed, if printed.
    pub goroutine: Option<u64>,
    /// Test that the output was attributed to, if any.
    pub test: Option<Sym>,
    /// Exit status printed after it (`exit status 2`).
    pub exit_status: Option<i32>,
    /// Other lines that belong to it (`goroutine stack exceeds …`, `runtime: …`), at most 32.
    pub notes: Vec<String>,
}

/// One access of a race report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaceAccess {
    /// Whether this is a write.
    pub write: bool,
    /// Whether it is the earlier one (`Previous …`).
    pub previous: bool,
    /// Whether the report calls it atomic (`Atomic`, only in C/C++ form), or the leaf frame is of `sync/atomic`.
    pub atomic: bool,
    /// Address.
    pub address: u64,
    /// ThreadSanitizer's own goroutine number, *not* the goroutine id; `None` for the main goroutine.
    pub goroutine: Option<u64>,
    /// The stack; `None` for `[failed to restore the stack]`.
    pub stack: Option<StackId>,
}

/// `Goroutine N (running) created at:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaceCreation {
    /// ThreadSanitizer's number.
    pub goroutine: u64,
    /// `running`, else `finished`.
    pub running: bool,
    /// The stack of the `go` statement.
    pub stack: Option<StackId>,
}

/// What memory a race is about, where the report says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RaceLocation {
    /// `Heap block of size N at 0x… allocated by …`.
    Heap {
        /// Size in bytes.
        size: u64,
        /// Stack of the allocation.
        stack: Option<StackId>,
    },
    /// `Global var NAME of size N at 0x… declared at FILE:LINE`.
    Global {
        /// Name of the variable.
        name: String,
        /// Size in bytes.
        size: u64,
        /// `FILE:LINE`.
        declared: String,
    },
}

/// One report of the race detector.
#[derive(Clone, Debug)]
pub struct RaceReport {
    /// Where it starts.
    pub origin: Origin,
    /// When, as far as the log tells.
    pub time: Option<Time>,
    /// The two accesses in printed order (the later access first); hostile input may have any number up to 8.
    pub accesses: Vec<RaceAccess>,
    /// Creation stacks.
    pub creations: Vec<RaceCreation>,
    /// The memory, if named.
    pub location: Option<RaceLocation>,
    /// Test that the output was attributed to.
    pub test: Option<Sym>,
    /// The report ends before its closing line.
    pub cut: bool,
}
