//! What a suspect is, in one stable word: the `kind` of the JSON output.

macro_rules! kinds {
    ($($(#[$meta:meta])* $variant:ident = $text:literal,)*) => {
        /// What kind of fault a suspect is. The text form is part of the output contract.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum SuspectKind {
            $($(#[$meta])* $variant,)*
        }

        impl SuspectKind {
            /// Every kind, in declaration order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stable word.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The kind named by a stable word.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
            }
        }
    };
}

kinds! {
    /// Goroutines stopped at a channel send.
    BlockedSend = "blocked-send",
    /// Goroutines stopped at a channel receive or a range over a channel.
    BlockedReceive = "blocked-receive",
    /// Goroutines stopped in a `select`.
    BlockedSelect = "blocked-select",
    /// An operation on a nil channel, which can never complete.
    NilChannel = "nil-channel",
    /// `select {}` where it is not the program's keep-alive.
    EmptySelect = "empty-select",
    /// Goroutines waiting for a `sync.Mutex`.
    BlockedMutex = "blocked-mutex",
    /// Goroutines waiting for a `sync.RWMutex`, as reader or writer.
    BlockedRwMutex = "blocked-rwmutex",
    /// Goroutines in `WaitGroup.Wait`.
    BlockedWaitGroup = "blocked-waitgroup",
    /// Goroutines in `Cond.Wait`.
    BlockedCond = "blocked-cond",
    /// Goroutines waiting for the network or a file.
    BlockedIo = "blocked-io",
    /// Goroutines that stay in a system call or cgo.
    BlockedSyscall = "blocked-syscall",
    /// Goroutines that run without end.
    Spinning = "spinning",
    /// Goroutines that sleep, poll and never end.
    Sleeping = "sleeping",
    /// A set of goroutines of which none can be released, or the runtime's own deadlock report.
    Deadlock = "deadlock",
    /// Goroutines that stay, where the evidence does not tell how they are blocked (a profile without states).
    Leak = "leak",
    /// One creation site whose goroutines become more and more.
    Growth = "growth",
    /// A panic that ended the process or was reported by a server.
    Panic = "panic",
    /// A fatal error of the runtime, which no `recover` can stop.
    FatalError = "fatal-error",
    /// Death by a signal.
    Signal = "signal",
    /// A test binary that ran into its time limit.
    TestTimeout = "test-timeout",
    /// A report of the race detector.
    DataRace = "data-race",
    /// A heap that grows without end.
    HeapGrowth = "heap-growth",
    /// A garbage collector that takes too large a share.
    GcPressure = "gc-pressure",
    /// Stop-the-world pauses that are too long.
    GcPause = "gc-pause",
    /// Runnable goroutines that wait too long for a processor.
    SchedulerStarvation = "scheduler-starvation",
    /// Operating system threads that become more and more.
    ThreadGrowth = "thread-growth",
    /// Time lost at one lock or channel.
    Contention = "contention",
    /// A value that is kept alive or moved to the heap.
    Escape = "escape",
}

impl std::fmt::Display for SuspectKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
