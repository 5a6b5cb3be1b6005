//! What happens in a trace: events in order, with everything resolved.

use std::fmt;

use gosleuth_base::Sym;

use crate::model::StackId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);

        impl $name {
            /// No such thing.
            pub const NONE: Self = Self(u64::MAX);

            /// Whether it names something.
            pub fn is_some(self) -> bool {
                self != Self::NONE
            }

            /// The same as an option.
            pub fn get(self) -> Option<u64> {
                self.is_some().then_some(self.0)
            }
        }

        /// The number, `-1` for none, as Go's tools print it.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&(self.0 as i64), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}

id! {
    /// A goroutine, by the number that dumps of the same process show.
    GoId
}
id! {
    /// A processor (P): one of `GOMAXPROCS` permits to run Go code.
    ProcId
}
id! {
    /// An operating system thread (M).
    ThreadId
}
id! {
    /// A user task; 0 is the background task.
    TaskId
}

/// What a goroutine does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum GoState {
    /// The trace does not say: it is the first time that the goroutine is named.
    Undetermined,
    /// It is not there yet, or no more.
    NotExist,
    /// It could run and waits for a processor.
    Runnable,
    /// It runs.
    Running,
    /// It waits for something.
    Waiting,
    /// It is in a system call or in C.
    Syscall,
}

impl GoState {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Undetermined,
        Self::NotExist,
        Self::Runnable,
        Self::Running,
        Self::Waiting,
        Self::Syscall,
    ];

    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Undetermined => "undetermined",
            Self::NotExist => "not-exist",
            Self::Runnable => "runnable",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Syscall => "syscall",
        }
    }
}

/// What a processor does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProcState {
    /// The trace does not say.
    Undetermined,
    /// It is not there.
    NotExist,
    /// It belongs to a thread; also while that thread is in a system call.
    Running,
    /// No thread has it.
    Idle,
}

/// Why a goroutine stopped running. The variants are the reasons of all Go versions up to 1.27.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// None was written.
    None,
    /// `unspecified`.
    Unspecified,
    /// `forever`: `select {}` or a nil channel.
    Forever,
    /// `network`: waits for the network poller.
    Network,
    /// `select`.
    Select,
    /// `sync.(*Cond).Wait`.
    Cond,
    /// `sync`: a mutex, a wait group or another semaphore; the stack tells which.
    Sync,
    /// `chan send`.
    ChanSend,
    /// `chan receive`.
    ChanReceive,
    /// `GC mark assist wait for work`.
    AssistWait,
    /// `GC background sweeper wait`.
    SweeperWait,
    /// `system goroutine wait`.
    SystemWait,
    /// `preempted`.
    Preempted,
    /// `wait for debug call`.
    DebugCall,
    /// `wait until GC ends`.
    UntilGcEnds,
    /// `sleep`.
    Sleep,
    /// `GC weak to strong wait`.
    WeakToStrong,
    /// `synctest`.
    Synctest,
    /// `runtime.Gosched`.
    Gosched,
    /// Anything else.
    Other(Sym),
}

impl Reason {
    /// The reasons with a fixed text.
    const TEXTS: [(Self, &'static str); 19] = [
        (Self::None, ""),
        (Self::Unspecified, "unspecified"),
        (Self::Forever, "forever"),
        (Self::Network, "network"),
        (Self::Select, "select"),
        (Self::Cond, "sync.(*Cond).Wait"),
        (Self::Sync, "sync"),
        (Self::ChanSend, "chan send"),
        (Self::ChanReceive, "chan receive"),
        (Self::AssistWait, "GC mark assist wait for work"),
        (Self::SweeperWait, "GC background sweeper wait"),
        (Self::SystemWait, "system goroutine wait"),
        (Self::Preempted, "preempted"),
        (Self::DebugCall, "wait for debug call"),
        (Self::UntilGcEnds, "wait until GC ends"),
        (Self::Sleep, "sleep"),
        (Self::WeakToStrong, "GC weak to strong wait"),
        (Self::Synctest, "synctest"),
        (Self::Gosched, "runtime.Gosched"),
    ];

    /// The reason that a text names, if it is a known one.
    pub fn parse(text: &str) -> Option<Self> {
        Self::TEXTS
            .iter()
            .find(|(_, known)| *known == text)
            .map(|&(reason, _)| reason)
    }

    /// Whether it is the runtime that makes a goroutine wait for this: the collector, or somebody who looks at its stack.
    pub fn is_for_runtime(self) -> bool {
        matches!(
            self,
            Self::AssistWait | Self::UntilGcEnds | Self::WeakToStrong | Self::Preempted | Self::DebugCall
        )
    }

    /// The text as the runtime writes it; none for [`Reason::Other`], whose symbol has it.
    pub fn text(self) -> Option<&'static str> {
        Self::TEXTS
            .iter()
            .find(|&&(reason, _)| reason == self)
            .map(|&(_, text)| text)
    }
}

/// A stretch of time with a name of the runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Range {
    /// The world is stopped, by this goroutine, for this reason (`GC mark termination`, `read mem stats`…).
    StopTheWorld(GoId, Sym),
    /// The collector marks concurrently.
    Mark,
    /// This processor sweeps.
    Sweep(ProcId),
    /// This goroutine marks for the collector because it allocates.
    Assist(GoId),
}

/// One moment on several clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Clock of the trace, nanoseconds.
    pub trace: u64,
    /// Monotonic clock of the system, nanoseconds.
    pub monotonic: u64,
    /// Wall clock, nanoseconds since the Unix epoch.
    pub wall: i64,
}

/// The numbers of an event of the runtime's experiments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExperimentArgs {
    /// Number of the event type in the file.
    pub kind: u8,
    /// Its arguments; unused ones are 0.
    pub args: [u64; 3],
}

/// Something that happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event<'a> {
    /// Nanoseconds of the trace clock; strictly growing from event to event.
    pub time: u64,
    /// The thread on which it happened; none for events of the whole process.
    pub thread: ThreadId,
    /// The processor that the thread had before.
    pub proc: ProcId,
    /// The goroutine that ran on the thread before.
    pub goroutine: GoId,
    /// The stack of that goroutine, or of the thread. With the first state of a goroutine in format 1, the function it started with.
    pub stack: Option<StackId>,
    /// What.
    pub kind: EventKind<'a>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EventKind<'a> {
    /// A generation starts, or the trace ends. What goes on across it is told again.
    Sync {
        /// Counts from 1.
        number: u64,
        /// The clocks, from Go 1.25 on.
        clock: Option<Clock>,
        /// What came before has no connection with what comes now: the rest of the generation before could not be read.
        lost: bool,
        /// Nothing follows.
        last: bool,
    },
    /// A processor changes hands, or its state is told.
    Proc {
        /// Which.
        proc: ProcId,
        /// Its state before.
        from: ProcState,
        /// Its state now.
        to: ProcState,
    },
    /// A goroutine changes its state, or its state is told (`from` is then `to`, or undetermined the first time). `from` is also
    /// undetermined where something between is lost; what the goroutine did in between is then unknown.
    Go {
        /// Which; often not the one of the context.
        goroutine: GoId,
        /// Its state before.
        from: GoState,
        /// Its state now.
        to: GoState,
        /// Why it stopped running.
        reason: Reason,
        /// Its own stack; for a new goroutine the function it starts with.
        stack: Option<StackId>,
    },
    /// `GOMAXPROCS` is this.
    Gomaxprocs(u64),
    /// Bytes of live and unswept objects.
    HeapAlloc(u64),
    /// Bytes at which the next collection should end.
    HeapGoal(u64),
    /// The goroutine of the context has a label: a worker of the collector tells its mode.
    Label(Sym),
    /// A stretch begins.
    Begin(Range),
    /// A stretch that began before goes on.
    Active(Range),
    /// A stretch ends.
    End {
        /// Which.
        range: Range,
        /// Bytes swept and reclaimed; 0 for stretches other than sweeps.
        swept: (u64, u64),
    },
    /// A user task begins.
    TaskBegin {
        /// Which.
        task: TaskId,
        /// The task it is a part of.
        parent: TaskId,
        /// Its type.
        name: Sym,
    },
    /// A user task ends.
    TaskEnd {
        /// Which.
        task: TaskId,
        /// The task it is a part of; none if it began before the trace.
        parent: TaskId,
        /// Its type; empty if it began before the trace.
        name: Sym,
    },
    /// A region of the goroutine begins.
    RegionBegin(TaskId, Sym),
    /// A region of the goroutine ends.
    RegionEnd(TaskId, Sym),
    /// The program logged something.
    Log {
        /// For which task.
        task: TaskId,
        /// Category.
        category: &'a str,
        /// Message.
        message: &'a str,
    },
    /// The CPU profiler saw the stack of the context.
    Sample,
    /// An event of an experiment of the runtime, for example `traceallocfree`.
    Experiment(ExperimentArgs),
}
