//! What a goroutine was doing: the status text of a dump header, closed over all Go versions.
//!
//! Source: `waitReasonStrings` in `runtime/runtime2.go` and `gStatusStrings` in `runtime/traceback.go`, Go 1.15 to 1.27.

use gosleuth_base::Sym;

macro_rules! reasons {
    ($($(#[$meta:meta])* $variant:ident = $text:literal,)*) => {
        /// Why a goroutine does not run, or what it does. `Other` is a text no Go version known here writes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the texts beside the variants are the runtime's own words")]
        pub enum WaitReason {
            $($(#[$meta])* $variant,)*
            Other,
            /// The evidence has no state (a goroutine profile).
            Unknown,
        }

        impl WaitReason {
            /// Every reason with a fixed text.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The runtime's text; `other` and `unknown` for the two that have none.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other => "other",
                    Self::Unknown => "unknown",
                }
            }

            /// The reason for a status text without flags (no ` (scan)`, ` (durable)`, minutes…).
            pub fn from_text(text: &[u8]) -> Option<Self> {
                Self::ALL.iter().copied().find(|reason| reason.as_str().as_bytes() == text)
            }
        }
    };
}

reasons! {
    Running = "running",
    Runnable = "runnable",
    Idle = "idle",
    Syscall = "syscall",
    Waiting = "waiting",
    Dead = "dead",
    CopyStack = "copystack",
    Leaked = "leaked",
    Preempted = "preempted",
    CgoCallback = "waiting for cgo callback",
    ChanSend = "chan send",
    ChanReceive = "chan receive",
    ChanSendNil = "chan send (nil chan)",
    ChanReceiveNil = "chan receive (nil chan)",
    Select = "select",
    SelectNoCases = "select (no cases)",
    Semacquire = "semacquire",
    MutexLock = "sync.Mutex.Lock",
    RwMutexRLock = "sync.RWMutex.RLock",
    RwMutexLock = "sync.RWMutex.Lock",
    WaitGroupWait = "sync.WaitGroup.Wait",
    CondWait = "sync.Cond.Wait",
    Sleep = "sleep",
    IoWait = "IO wait",
    Coroutine = "coroutine",
    SynctestRun = "synctest.Run",
    SynctestWait = "synctest.Wait",
    GcAssistMarking = "GC assist marking",
    DumpingHeap = "dumping heap",
    GarbageCollection = "garbage collection",
    GarbageCollectionScan = "garbage collection scan",
    PanicWait = "panicwait",
    GcAssistWait = "GC assist wait",
    GcSweepWait = "GC sweep wait",
    GcScavengeWait = "GC scavenge wait",
    FinalizerWait = "finalizer wait",
    CleanupWait = "cleanup wait",
    ForceGcIdle = "force gc (idle)",
    GomaxprocsUpdaterIdle = "GOMAXPROCS updater (idle)",
    TimerGoroutineIdle = "timer goroutine (idle)",
    TraceReaderBlocked = "trace reader (blocked)",
    WaitForGcCycle = "wait for GC cycle",
    GcWorkerIdle = "GC worker (idle)",
    GcWorkerActive = "GC worker (active)",
    DebugCall = "debug call",
    GcMarkTermination = "GC mark termination",
    StoppingTheWorld = "stopping the world",
    FlushingProcCaches = "flushing proc caches",
    TraceGoroutineStatus = "trace goroutine status",
    TraceProcStatus = "trace proc status",
    PageTraceFlush = "page trace flush",
    GcWeakToStrongWait = "GC weak to strong wait",
    UnknownStatus = "???",
    UnknownWaitReason = "unknown wait reason",
}

impl WaitReason {
    /// Blocked at a channel, a `select` or a `sync` primitive: only another goroutine can release it.
    pub fn is_synchronisation(self) -> bool {
        matches!(
            self,
            Self::ChanSend
                | Self::ChanReceive
                | Self::ChanSendNil
                | Self::ChanReceiveNil
                | Self::Select
                | Self::SelectNoCases
                | Self::Semacquire
                | Self::MutexLock
                | Self::RwMutexRLock
                | Self::RwMutexLock
                | Self::WaitGroupWait
                | Self::CondWait
        )
    }

    /// A worker of the runtime itself.
    pub fn is_runtime_worker(self) -> bool {
        matches!(
            self,
            Self::GcSweepWait
                | Self::GcScavengeWait
                | Self::FinalizerWait
                | Self::CleanupWait
                | Self::ForceGcIdle
                | Self::GomaxprocsUpdaterIdle
                | Self::TimerGoroutineIdle
                | Self::TraceReaderBlocked
                | Self::GcWorkerIdle
                | Self::GcWorkerActive
        )
    }
}

impl std::fmt::Display for WaitReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The state of a group of goroutines: the wait reason and the marks beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WaitState {
    /// The reason.
    pub reason: WaitReason,
    /// The reason was concluded from the stack, not written in the evidence.
    pub inferred: bool,
    /// The text of `WaitReason::Other`.
    pub other: Option<Sym>,
    /// Marked `(leaked)` by a goroutine leak profile (Go 1.26 experiment, 1.27).
    pub leaked: bool,
    /// `locked to thread`.
    pub locked_to_thread: bool,
    /// `(durable)`: idle in a `testing/synctest` bubble.
    pub durable: bool,
    /// Number of the synctest bubble.
    pub bubble: Option<u64>,
}

impl WaitState {
    /// A plain state without marks.
    pub const fn new(reason: WaitReason) -> Self {
        Self {
            reason,
            inferred: false,
            other: None,
            leaked: false,
            locked_to_thread: false,
            durable: false,
            bubble: None,
        }
    }
}
