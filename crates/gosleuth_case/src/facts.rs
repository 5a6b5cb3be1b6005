//! What can be said of each stack before any judging: where its frames come from, the frame to blame, the creation site,
//! the state where the evidence has none.

use gosleuth_base::{GoSymbol, Idx as _, Origin, Site, Sym};
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

impl StackFacts {
    /// How many of the functions stand further in than the first of the program itself.
    pub(crate) fn leading(&self, set: &EvidenceSet, functions: &[Sym]) -> usize {
        let blamed = self.blame.filter(|_| self.blame_origin == Origin::User);
        blamed
            .map(|frame| set.stacks.frame(frame).function)
            .and_then(|function| functions.iter().position(|&other| other == function))
            .unwrap_or(functions.len())
    }
}

/// Facts of all frames and stacks of a set.
pub(crate) struct Facts {
    origins: Vec<Origin>,
    stacks: Vec<StackFacts>,
}

impl Facts {
    /// Looks at every frame and stack once.
    pub(crate) fn new(set: &EvidenceSet) -> Self {
        let mut facts = Self {
            origins: Vec::new(),
            stacks: Vec::new(),
        };
        for index in 0..set.stacks.len() {
            let stack = facts.stack_facts(set, StackId::from_usize(index));
            facts.stacks.push(stack);
        }
        facts
    }

    /// Facts of one stack.
    pub(crate) fn stack(&self, id: StackId) -> StackFacts {
        self.stacks[id.index()]
    }

    /// Where a frame comes from.
    pub(crate) fn origin(&self, frame: FrameId) -> Origin {
        self.origins.get(frame.index()).copied().unwrap_or(Origin::Std)
    }

    /// Functions of a stack without the leading frames of the runtime, innermost first.
    pub(crate) fn functions(&self, set: &EvidenceSet, id: StackId) -> Vec<Sym> {
        let first = self.stack(id).first as usize;
        let stack = set.stacks.stack(id);
        let frames = stack.frames.get(first..).unwrap_or(&[]);
        frames
            .iter()
            .map(|&frame| set.stacks.frame(frame))
            .filter(|frame| frame.note != FrameNote::Elided && set.text(frame.function) != "runtime.goexit")
            .map(|frame| frame.function)
            .collect()
    }

    fn learn(&mut self, set: &EvidenceSet, id: FrameId) -> Origin {
        let index = id.index();
        while self.origins.len() <= index {
            let frame = set.stacks.frame(FrameId::from_usize(self.origins.len()));
            self.origins.push(frame_origin(set, &frame));
        }
        self.origins[index]
    }

    fn stack_facts(&mut self, set: &EvidenceSet, id: StackId) -> StackFacts {
        let stack = set.stacks.stack(id);
        let mut first = None;
        let mut user = None;
        let mut outermost = None;
        let mut third = None;
        let mut owner = None;
        let mut last = None;
        let mut is_main = false;
        for (position, &frame) in stack.frames.iter().enumerate() {
            let origin = self.learn(set, frame);
            let data = set.stacks.frame(frame);
            if matches!(data.note, FrameNote::Elided | FrameNote::Unavailable) {
                continue;
            }
            let function = set.text(data.function);
            if matches!(function, "runtime.main" | "main.main") {
                is_main = true;
            }
            if origin == Origin::Runtime {
                continue;
            }
            let position = u32::try_from(position).unwrap_or(u32::MAX);
            first.get_or_insert(position);
            if owner.is_none() && !matches!(GoSymbol::parse(function).package, "sync" | "internal/sync") {
                owner = Some(frame);
            }
            match origin {
                Origin::User => {
                    user.get_or_insert(frame);
                    outermost = Some(frame);
                }
                Origin::ThirdParty => {
                    third.get_or_insert(frame);
                }
                Origin::Std | Origin::Runtime => {}
            }
            if !is_wrapper(set, function, data.line, stack.created_by) {
                last = Some(frame);
            }
        }
        let created_by = stack.created_by;
        if let Some(creator) = created_by {
            self.learn(set, creator);
        }
        let (blame, blame_origin) = match (user, third) {
            (Some(frame), _) => (Some(frame), Origin::User),
            (None, Some(frame)) => (Some(frame), Origin::ThirdParty),
            (None, None) if first.is_none() => (stack.frames.first().copied(), Origin::Runtime),
            (None, None) => (last.or_else(|| stack.frames.last().copied()), Origin::Std),
        };
        StackFacts {
            first: first.unwrap_or(0),
            blame,
            blame_origin,
            outermost: outermost.or(blame),
            owner,
            creator: created_by,
            is_main: is_main && created_by.is_none(),
            reason: reason_of(set, &stack.frames),
        }
    }
}

/// The wrapper that the compiler makes for the arguments of a `go` statement, shown at traceback level 2 only: named so from
/// Go 1.22, before that a closure on the line of the statement.
fn is_wrapper(set: &EvidenceSet, function: &str, line: u32, created_by: Option<FrameId>) -> bool {
    function.contains(".gowrap")
        || created_by.is_some_and(|creator| {
            let creator = set.stacks.frame(creator);
            line == creator.line && GoSymbol::parse(function).is_closure()
        })
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

/// The wait reason that the innermost frames give away: package sync below 1.20 (`semacquire`), and profiles, which have no
/// states. Unknown if they do not.
fn reason_of(set: &EvidenceSet, frames: &[FrameId]) -> WaitReason {
    for &frame in frames.iter().take(12) {
        let frame = set.stacks.frame(frame);
        let reason = match set.text(frame.function) {
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
            "sync.(*Mutex).Lock" | "sync.(*Mutex).lockSlow" => {
                // RWMutex.Lock starts with the mutex of its writers; the next frame tells.
                WaitReason::MutexLock
            }
            function => {
                if function.starts_with("runtime.")
                    || function.starts_with("sync.")
                    || function.starts_with("internal/")
                {
                    continue;
                }
                if function.starts_with("syscall.") {
                    return WaitReason::Syscall;
                }
                return WaitReason::Unknown;
            }
        };
        if reason == WaitReason::MutexLock && below_is_rwmutex(set, frames) {
            return WaitReason::RwMutexLock;
        }
        return reason;
    }
    WaitReason::Unknown
}

fn below_is_rwmutex(set: &EvidenceSet, frames: &[FrameId]) -> bool {
    frames
        .iter()
        .take(12)
        .any(|&frame| set.text(set.stacks.frame(frame).function) == "sync.(*RWMutex).Lock")
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
