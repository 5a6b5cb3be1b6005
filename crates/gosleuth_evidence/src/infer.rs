//! What the stack of a goroutine in a profile says about its state, and which of its frames a dump would show.
//!
//! Profiles have no states, but the runtime's own frames at the top of a stack name the operation that parked the goroutine. The
//! rules for hidden frames follow `showfuncinfo` in `runtime/traceback.go`, so that a profile and a dump of one process give
//! equal frames. Non-goals: nothing is guessed. Where frames leave several reasons open, the reason is `Unknown`.

use std::borrow::Cow;

use crate::model::WaitReason;

/// What a function means for the state of the goroutine on whose stack it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The program or a library: what comes before it decides.
    Other,
    /// A runtime function, or an inner function of a system call, that says nothing by itself.
    Runtime,
    /// `runtime.gopark`: it waits, for a reason told by the callers.
    Park,
    /// Preempted or yielding.
    Yield,
    /// Decides the reason alone.
    Means(WaitReason),
    /// `runtime.chanrecv`; a nil channel is told apart by the line.
    Receive,
    /// `runtime.chansend`.
    Send,
    /// The semaphore of a lock; the caller tells which one.
    Semaphore(WaitReason),
    /// A method of a `sync` type that waits at a [`Role::Semaphore`].
    Waiter(WaitReason),
    /// System call, cgo call.
    Syscall,
    /// The goroutine that writes the profile.
    Profiler,
}

/// Whether a dump would print a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visibility {
    /// Printed.
    Shown,
    /// Printed unless it is innermost (`internal/runtime/…`; `runtime.gopanic`, under the name `panic`).
    ShownInside,
    /// Not printed.
    Hidden,
}

/// The role of a function.
pub(crate) fn role(name: &[u8]) -> Role {
    use WaitReason as W;
    if let Some(rest) = name.strip_prefix(b"runtime.") {
        return match rest {
            b"gopark" => Role::Park,
            b"chanrecv" => Role::Receive,
            b"chansend" => Role::Send,
            b"selectgo" => Role::Means(W::Select),
            b"block" => Role::Means(W::SelectNoCases),
            b"netpollblock" => Role::Means(W::IoWait),
            b"timeSleep" => Role::Means(W::Sleep),
            b"semacquire" | b"semacquire1" => Role::Semaphore(W::Semacquire),
            b"notifyListWait" => Role::Means(W::CondWait),
            b"notetsleepg" | b"notetsleep" | b"cgocall" | b"entersyscall" | b"reentersyscall"
            | b"entersyscallblock" | b"exitsyscall" | b"asmcgocall" => Role::Syscall,
            b"Gosched" | b"goschedguarded" | b"goschedIfBusy" | b"asyncPreempt" | b"asyncPreempt2" | b"gopreempt_m"
            | b"morestack" | b"newstack" => Role::Yield,
            b"gcParkAssist" => Role::Means(W::GcAssistWait),
            b"bgsweep" => Role::Means(W::GcSweepWait),
            b"bgscavenge" => Role::Means(W::GcScavengeWait),
            b"forcegchelper" => Role::Means(W::ForceGcIdle),
            b"gcBgMarkWorker" => Role::Means(W::GcWorkerIdle),
            b"runfinq" | b"runFinalizers" => Role::Means(W::FinalizerWait),
            b"runCleanups" => Role::Means(W::CleanupWait),
            b"goroutineProfileWithLabels"
            | b"goroutineProfileWithLabelsConcurrent"
            | b"goroutineLeakProfileWithLabels"
            | b"goroutineLeakProfileWithLabelsConcurrent"
            | b"doConcurrentGoroutineProfile" => Role::Profiler,
            _ if rest.starts_with(b"coroswitch") || rest.starts_with(b"corostart") => Role::Means(W::Coroutine),
            _ => Role::Runtime,
        };
    }
    match name {
        b"time.Sleep" => Role::Means(W::Sleep),
        b"sync.runtime_notifyListWait" => Role::Means(W::CondWait),
        b"sync.runtime_SemacquireMutex" | b"internal/sync.runtime_SemacquireMutex" => Role::Semaphore(W::MutexLock),
        // Go 1.21 has the shorter name.
        b"sync.runtime_SemacquireRWMutexRLock" | b"sync.runtime_SemacquireRWMutexR" => Role::Means(W::RwMutexRLock),
        b"sync.runtime_SemacquireRWMutex" => Role::Means(W::RwMutexLock),
        b"sync.runtime_SemacquireWaitGroup" => Role::Means(W::WaitGroupWait),
        b"sync.runtime_Semacquire" | b"internal/poll.runtime_Semacquire" => Role::Semaphore(W::Semacquire),
        b"sync.(*Mutex).lockSlow" | b"internal/sync.(*Mutex).lockSlow" => Role::Waiter(W::MutexLock),
        b"sync.(*Mutex).Lock" => Role::Waiter(W::MutexLock),
        b"sync.(*RWMutex).RLock" => Role::Waiter(W::RwMutexRLock),
        b"sync.(*RWMutex).Lock" => Role::Waiter(W::RwMutexLock),
        b"sync.(*WaitGroup).Wait" => Role::Waiter(W::WaitGroupWait),
        b"internal/poll.runtime_pollWait" | b"internal/poll.runtime_pollWaitCanceled" => Role::Means(W::IoWait),
        b"internal/synctest.Run" => Role::Means(W::SynctestRun),
        b"internal/synctest.Wait" => Role::Means(W::SynctestWait),
        b"os/signal.signal_recv" => Role::Syscall,
        _ if name.starts_with(b"syscall.") => syscall_role(&name[b"syscall.".len()..]),
        _ if name.starts_with(b"golang.org/x/sys/unix.") => syscall_role(&name[b"golang.org/x/sys/unix.".len()..]),
        _ if is_inner_runtime(name) => Role::Runtime,
        _ if name.starts_with(b"runtime/pprof.runtime_goroutine")
            || name.starts_with(b"runtime/pprof.writeGoroutine")
            || name.starts_with(b"runtime/pprof.writeRuntimeProfile") =>
        {
            Role::Profiler
        }
        _ if memchr::memmem::find(name, b"._Cfunc_").is_some() => Role::Syscall,
        _ => Role::Other,
    }
}

/// Only the entry points that tell the scheduler make the state `syscall`; the raw ones below them say nothing.
fn syscall_role(name: &[u8]) -> Role {
    match name {
        b"Syscall" | b"Syscall6" | b"Syscall9" | b"SyscallN" | b"syscall" | b"syscall6" | b"syscall6X"
        | b"syscallPtr" | b"syscallX" | b"syscalln" => Role::Syscall,
        _ if name.starts_with(b"RawSyscall") || name.starts_with(b"rawSyscall") || name.starts_with(b"runtime_") => {
            Role::Runtime
        }
        _ => Role::Other,
    }
}

fn is_inner_runtime(name: &[u8]) -> bool {
    name.starts_with(b"internal/runtime/") || name.starts_with(b"runtime/internal/")
}

/// Whether a dump prints a function.
pub(crate) fn visibility(name: &[u8]) -> Visibility {
    if is_inner_runtime(name) || name == b"runtime.gopanic" {
        return Visibility::ShownInside;
    }
    let Some(rest) = name.strip_prefix(b"runtime.") else {
        return if name.contains(&b'.') || name == b"panic" || name.starts_with(b"0x") {
            Visibility::Shown
        } else {
            // Assembly helpers without a package.
            Visibility::Hidden
        };
    };
    // Exported functions, and exported methods of exported types.
    let (receiver, function) = match memchr::memrchr(b'.', rest) {
        Some(dot) => (
            rest[..dot].strip_prefix(b"(*").unwrap_or(&rest[..dot]),
            &rest[dot + 1..],
        ),
        None => (&b"X"[..], rest),
    };
    let exported = |text: &[u8]| text.first().is_some_and(u8::is_ascii_uppercase);
    if exported(receiver) && exported(function) {
        Visibility::Shown
    } else {
        Visibility::Hidden
    }
}

/// The name under which a dump prints a function: type arguments are left out, which protobuf profiles write in full.
pub(crate) fn printed_name(name: &[u8]) -> Cow<'_, [u8]> {
    if name == b"runtime.gopanic" {
        return Cow::Borrowed(b"panic");
    }
    let Some(open) = memchr::memchr(b'[', name) else {
        return Cow::Borrowed(name);
    };
    if name[open..].starts_with(b"[...]") && !name[open + 5..].contains(&b'[') {
        return Cow::Borrowed(name);
    }
    let mut out = Vec::with_capacity(name.len());
    let mut depth = 0usize;
    for &byte in name {
        match byte {
            b'[' => {
                if depth == 0 {
                    out.extend(b"[...]");
                }
                depth += 1;
            }
            b']' if depth > 0 => depth -= 1,
            _ if depth == 0 => out.push(byte),
            _ => {}
        }
    }
    Cow::Owned(out)
}

/// Concludes the state of one goroutine from its frames, innermost first.
#[derive(Debug)]
pub(crate) struct Inference {
    /// Whether the stack still has the runtime's own frames, so that their absence means something.
    whole: bool,
    parked: bool,
    yields: bool,
    pending: Option<WaitReason>,
    result: Option<WaitReason>,
}

impl Inference {
    pub(crate) fn new(whole: bool) -> Self {
        Self {
            whole,
            parked: false,
            yields: false,
            pending: None,
            result: None,
        }
    }

    /// The same for a goroutine that is known to wait, from whose stack the frames of the scheduler are left out.
    pub(crate) fn of_waiting() -> Self {
        Self {
            parked: true,
            pending: Some(WaitReason::Waiting),
            ..Self::new(true)
        }
    }

    /// Adds the next frame. Returns whether the state is decided.
    pub(crate) fn push(&mut self, role: Role) -> bool {
        if self.result.is_some() {
            return true;
        }
        match role {
            Role::Runtime => {}
            Role::Park => self.parked = true,
            Role::Yield => self.yields = true,
            Role::Means(reason) => self.result = Some(reason),
            Role::Receive => self.result = Some(WaitReason::ChanReceive),
            Role::Send => self.result = Some(WaitReason::ChanSend),
            Role::Semaphore(reason) => self.pending = Some(reason),
            Role::Waiter(reason) if self.pending.is_some() => self.result = Some(reason),
            Role::Syscall if !self.parked => self.result = Some(WaitReason::Syscall),
            Role::Profiler if !self.parked => self.result = Some(WaitReason::Running),
            Role::Waiter(_) | Role::Syscall | Role::Profiler | Role::Other => self.result = Some(self.otherwise()),
        }
        self.result.is_some()
    }

    /// The reason; call after the last frame.
    pub(crate) fn reason(&self) -> WaitReason {
        self.result.unwrap_or_else(|| self.otherwise())
    }

    fn otherwise(&self) -> WaitReason {
        if let Some(reason) = self.pending {
            reason
        } else if self.parked {
            WaitReason::Waiting
        } else if self.yields {
            WaitReason::Runnable
        } else if self.whole {
            WaitReason::Running
        } else {
            WaitReason::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn infer(whole: bool, names: &[&str]) -> WaitReason {
        let mut inference = Inference::new(whole);
        for name in names {
            if inference.push(role(name.as_bytes())) {
                break;
            }
        }
        inference.reason()
    }

    #[test]
    fn locks_are_told_apart_by_their_callers() {
        let semaphore = ["runtime.gopark", "runtime.semacquire1", "sync.runtime_SemacquireMutex"];
        let with = |rest: &[&'static str]| infer(true, &[&semaphore[..], rest].concat());
        assert_eq!(
            with(&["internal/sync.(*Mutex).lockSlow", "main.f"]),
            WaitReason::MutexLock
        );
        assert_eq!(with(&["sync.(*RWMutex).RLock", "main.f"]), WaitReason::RwMutexRLock);
        assert_eq!(with(&["sync.(*RWMutex).Lock", "main.f"]), WaitReason::RwMutexLock);
        // A writer that waits for another writer waits for the mutex inside.
        assert_eq!(
            with(&[
                "sync.(*Mutex).lockSlow",
                "sync.(*Mutex).Lock",
                "sync.(*RWMutex).Lock",
                "main.f"
            ]),
            WaitReason::MutexLock
        );
    }

    #[test]
    fn hidden_runtime_frames_leave_the_state_open() {
        assert_eq!(infer(false, &["main.f", "main.main"]), WaitReason::Unknown);
        assert_eq!(infer(true, &["main.f", "main.main"]), WaitReason::Running);
        assert_eq!(infer(false, &["time.Sleep", "main.main"]), WaitReason::Sleep);
        assert_eq!(
            infer(true, &["runtime.gopark", "runtime.strange", "main.f"]),
            WaitReason::Waiting
        );
        // A finished wait of a WaitGroup: no semaphore above it.
        assert_eq!(infer(false, &["sync.(*WaitGroup).Wait", "main.f"]), WaitReason::Unknown);
    }

    #[test]
    fn type_arguments_are_cut() {
        for (name, expected) in [
            ("main.generic[go.shape.string]", "main.generic[...]"),
            ("slices.Grow[...]", "slices.Grow[...]"),
            (
                "main.(*Set[go.shape.map[string][]int]).add.func1",
                "main.(*Set[...]).add.func1",
            ),
            ("main.(*Set[int]).as[string]", "main.(*Set[...]).as[...]"),
            ("runtime.gopanic", "panic"),
        ] {
            assert_eq!(&*printed_name(name.as_bytes()), expected.as_bytes());
        }
    }

    #[test]
    fn dumps_hide_what_is_not_exported() {
        for (name, expected) in [
            ("runtime.gopark", Visibility::Hidden),
            ("runtime.main", Visibility::Hidden),
            ("runtime.Gosched", Visibility::Shown),
            ("runtime.(*Func).Entry", Visibility::Shown),
            ("runtime.(*mheap).alloc", Visibility::Hidden),
            ("runtime.(*mheap).Alloc", Visibility::Hidden),
            ("runtime.gopanic", Visibility::ShownInside),
            ("runtime/pprof.Do", Visibility::Shown),
            ("main.main", Visibility::Shown),
            ("callRet", Visibility::Hidden),
        ] {
            assert_eq!(visibility(name.as_bytes()), expected, "{name}");
        }
    }
}
