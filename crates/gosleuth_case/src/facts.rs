//! What can be said of each stack before any judging: where its frames come from, the frame to blame, the creation site,
//! the state where the evidence has none.

use gosleuth_base::{GoSymbol, Idx as _, Origin, Site};
use gosleuth_evidence::{EvidenceSet, Frame, FrameId, FrameNote, StackId, WaitReason};

/// Facts of one stack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StackFacts {
    /// Index of the first frame that is not of the runtime.
    pub(crate) first: u32,
    /// Frame to blame: the innermost of the program itself, else of a third party, else the outermost.
    pub(crate) blame: Option<FrameId>,
    /// Where the blamed frame comes from.
    pub(crate) blame_origin: Origin,
    /// Outermost frame of the program itself, else the one to blame.
    pub(crate) outermost: Option<FrameId>,
    /// Frame that took the lock: the innermost that is neither of the runtime nor of package sync.
    pub(crate) owner: Option<FrameId>,
    /// Creation site.
    pub(crate) creator: Option<FrameId>,
    /// The main goroutine.
    pub(crate) is_main: bool,
    /// State concluded from the stack alone.
    pub(crate) reason: WaitReason,
}

/// What one frame contributes to the facts of the stacks that it stands in. Stacks share most of their frames, so names are
/// looked at here once and never again.
#[derive(Clone, Copy, Debug)]
struct FrameFacts {
    origin: Origin,
    /// No call: frames left out, or a stack that cannot be shown.
    is_note: bool,
    /// The function that only a main goroutine has.
    is_main: bool,
    /// Of package sync or its internal half.
    is_sync: bool,
    wrapper: Wrapper,
    /// `sync.(*RWMutex).Lock`, which starts with the mutex of its writers.
    locks_rwmutex: bool,
    /// The wait reason that this function gives away; `Unknown` if it ends the search, none if a caller may tell.
    reason: Option<WaitReason>,
    /// Counts as a function of its stack.
    is_function: bool,
}

/// Whether a frame is the wrapper that the compiler makes for the arguments of a `go` statement, shown at traceback level 2 only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrapper {
    No,
    /// Named so, from Go 1.22.
    Yes,
    /// A closure: a wrapper before Go 1.22, if it stands on the line of the statement.
    OnLine(u32),
}

impl FrameFacts {
    fn new(set: &EvidenceSet, frame: &Frame) -> Self {
        let function = set.text(frame.function);
        let symbol = GoSymbol::parse(function);
        Self {
            origin: frame_origin(set, frame),
            is_note: matches!(frame.note, FrameNote::Elided | FrameNote::Unavailable),
            is_main: matches!(function, "runtime.main" | "main.main"),
            is_sync: matches!(symbol.package, "sync" | "internal/sync"),
            wrapper: if function.contains(".gowrap") {
                Wrapper::Yes
            } else if symbol.is_closure() {
                Wrapper::OnLine(frame.line)
            } else {
                Wrapper::No
            },
            locks_rwmutex: function == "sync.(*RWMutex).Lock",
            reason: reason_of(function),
            is_function: frame.note != FrameNote::Elided && function != "runtime.goexit",
        }
    }

    /// Whether this is the wrapper of a `go` statement that stands on `go_line`.
    fn is_wrapper(&self, go_line: Option<u32>) -> bool {
        match self.wrapper {
            Wrapper::No => false,
            Wrapper::Yes => true,
            Wrapper::OnLine(line) => go_line == Some(line),
        }
    }
}

/// Facts of all frames and stacks of a set.
pub(crate) struct Facts {
    frames: Vec<FrameFacts>,
    stacks: Vec<StackFacts>,
}

impl Facts {
    /// Looks at every frame and stack once.
    pub(crate) fn new(set: &EvidenceSet) -> Self {
        let frames = set.stacks.all_frames();
        let mut facts = Self {
            frames: frames.iter().map(|frame| FrameFacts::new(set, frame)).collect(),
            stacks: Vec::new(),
        };
        let stacks = (0..set.stacks.len()).map(|index| facts.stack_facts(set, StackId::from_usize(index)));
        facts.stacks = stacks.collect();
        facts
    }

    /// Facts of one stack.
    pub(crate) fn stack(&self, id: StackId) -> &StackFacts {
        &self.stacks[id.index()]
    }

    /// Where a frame comes from.
    pub(crate) fn origin(&self, frame: FrameId) -> Origin {
        self.frames[frame.index()].origin
    }

    /// Whether a frame counts as a function of its stack.
    pub(crate) fn is_function(&self, frame: FrameId) -> bool {
        self.frames[frame.index()].is_function
    }

    /// The frames of a stack without the leading ones of the runtime, innermost first.
    pub(crate) fn outer_frames<'a>(&self, set: &'a EvidenceSet, id: StackId) -> &'a [FrameId] {
        let first = self.stack(id).first as usize;
        set.stacks.stack(id).frames.get(first..).unwrap_or(&[])
    }

    /// Walks a stack from its ends, so that the many frames between are not looked at.
    fn stack_facts(&self, set: &EvidenceSet, id: StackId) -> StackFacts {
        let stack = set.stacks.stack(id);
        let calls = stack.frames.iter().copied();
        let calls = calls.filter(|frame| !self.frames[frame.index()].is_note);
        let mut first = None;
        let mut user = None;
        let mut third = None;
        let mut owner = None;
        for (position, &frame) in stack.frames.iter().enumerate() {
            let facts = &self.frames[frame.index()];
            if facts.is_note || facts.origin == Origin::Runtime {
                continue;
            }
            first.get_or_insert(position);
            if !facts.is_sync {
                owner.get_or_insert(frame);
            }
            match facts.origin {
                Origin::User => {
                    user = Some(frame);
                    break;
                }
                Origin::ThirdParty => {
                    third.get_or_insert(frame);
                }
                Origin::Std | Origin::Runtime => {}
            }
        }
        let (blame, blame_origin) = match (user, third) {
            (Some(frame), _) => (Some(frame), Origin::User),
            (None, Some(frame)) => (Some(frame), Origin::ThirdParty),
            (None, None) if first.is_none() => (stack.frames.first().copied(), Origin::Runtime),
            (None, None) => {
                let go_line = stack.created_by.map(|creator| set.stacks.frame(creator).line);
                let outermost = calls.clone().rfind(|frame| {
                    let facts = &self.frames[frame.index()];
                    facts.origin != Origin::Runtime && !facts.is_wrapper(go_line)
                });
                (outermost.or_else(|| stack.frames.last().copied()), Origin::Std)
            }
        };
        let outermost = user.and_then(|_| calls.clone().rfind(|&frame| self.origin(frame) == Origin::User));
        // Outside of `main.main` stand only frames of the runtime, most of them hidden.
        let is_main = calls.rev().take(4).any(|frame| self.frames[frame.index()].is_main);
        StackFacts {
            first: first.map_or(0, |position| u32::try_from(position).unwrap_or(u32::MAX)),
            blame,
            blame_origin,
            outermost: outermost.or(blame),
            owner,
            creator: stack.created_by,
            is_main: is_main && stack.created_by.is_none(),
            reason: self.reason(stack.frames),
        }
    }

    /// The wait reason that the innermost frames give away: package sync below 1.20 (`semacquire`), and profiles, which have
    /// no states. Unknown if they do not.
    fn reason(&self, frames: &[FrameId]) -> WaitReason {
        let innermost = &frames[..frames.len().min(12)];
        let facts = |frame: &FrameId| &self.frames[frame.index()];
        match innermost.iter().find_map(|frame| facts(frame).reason) {
            Some(WaitReason::MutexLock) if innermost.iter().any(|frame| facts(frame).locks_rwmutex) => {
                WaitReason::RwMutexLock
            }
            reason => reason.unwrap_or(WaitReason::Unknown),
        }
    }
}

/// Where a frame comes from. The `main` package that `go test` generates belongs to the library.
fn frame_origin(set: &EvidenceSet, frame: &Frame) -> Origin {
    if frame.note == FrameNote::NonGo {
        return Origin::Runtime;
    }
    let file = set.text(frame.file);
    if file.starts_with("_testmain.go") || file.starts_with("_cgo_gotypes.go") {
        return Origin::Std;
    }
    let function = set.text(frame.function);
    let origin = GoSymbol::parse(function).origin(file);
    if origin == Origin::User && is_known_library(function) {
        return Origin::ThirdParty;
    }
    origin
}

/// Libraries that are somebody else's code even where their files do not lie in a module cache (vendored by a build tool).
fn is_known_library(function: &str) -> bool {
    const LIBRARIES: &[&str] = &[
        "google.golang.org/",
        "go.uber.org/",
        "go.opencensus.io/",
        "go.opentelemetry.io/",
        "gopkg.in/",
        "k8s.io/klog",
        "k8s.io/apimachinery/",
        "k8s.io/client-go/",
    ];
    LIBRARIES.iter().any(|prefix| function.starts_with(prefix))
}

/// The wait reason that a function gives away; `Unknown` if it waits for nothing, none if its callers may tell.
fn reason_of(function: &str) -> Option<WaitReason> {
    Some(match function {
        "runtime.chansend1" | "runtime.chansend" => WaitReason::ChanSend,
        "runtime.chanrecv1" | "runtime.chanrecv2" | "runtime.chanrecv" => WaitReason::ChanReceive,
        "runtime.selectgo" => WaitReason::Select,
        "runtime.block" => WaitReason::SelectNoCases,
        "time.Sleep" => WaitReason::Sleep,
        "internal/poll.runtime_pollWait" | "internal/poll.(*pollDesc).wait" => WaitReason::IoWait,
        "sync.(*WaitGroup).Wait" => WaitReason::WaitGroupWait,
        "sync.(*Cond).Wait" | "sync.runtime_notifyListWait" => WaitReason::CondWait,
        "sync.(*RWMutex).RLock" | "sync.runtime_SemacquireRWMutexR" => WaitReason::RwMutexRLock,
        "sync.(*RWMutex).Lock" | "sync.runtime_SemacquireRWMutex" => WaitReason::RwMutexLock,
        "sync.(*Mutex).Lock" | "sync.(*Mutex).lockSlow" => WaitReason::MutexLock,
        _ if ["runtime.", "sync.", "internal/"]
            .iter()
            .any(|package| function.starts_with(package)) =>
        {
            return None;
        }
        _ if function.starts_with("syscall.") => WaitReason::Syscall,
        _ => WaitReason::Unknown,
    })
}

/// The state to judge by: what is printed, made precise by the stack where it is vague.
pub(crate) fn effective_reason(printed: WaitReason, from_stack: WaitReason) -> WaitReason {
    match printed {
        WaitReason::Semacquire | WaitReason::Unknown | WaitReason::Leaked | WaitReason::Waiting
            if from_stack != WaitReason::Unknown =>
        {
            from_stack
        }
        // Woken from its sleep this moment: a poller, not a loop that never waits.
        WaitReason::Runnable if from_stack == WaitReason::Sleep => from_stack,
        // A writer that queues for the inner mutex of an RWMutex is printed as waiting for a Mutex.
        WaitReason::MutexLock if from_stack == WaitReason::RwMutexLock => from_stack,
        reason => reason,
    }
}

/// A frame as a site with owned text.
pub(crate) fn site(set: &EvidenceSet, frame: FrameId) -> Site {
    set.stacks.frame(frame).site(&set.strings)
}
