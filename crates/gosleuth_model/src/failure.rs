//! What goes wrong: who stands where for ever, or panics, and the steps that lead there.

use crate::program::{Program, Site};
use crate::state::{Crash, Gid, State, Sync, SyncOp};
use crate::sync::{Transition, parked};
use crate::value::{Loc, Val};
use gosleuth_ir::FuncKey;

/// Something that goes wrong, and how to get there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What.
    pub kind: FailureKind,
    /// How many branches on what the program does not determine the schedule takes.
    pub guesses: u32,
    /// Answers on the way that a test takes for granted, as it fails on others.
    pub expected: u32,
    /// Whether a timer fires or a deadline passes on the way.
    pub timed: bool,
    /// Goroutines that can never proceed; the one that panics, for panics.
    pub blocked: Vec<Blocked>,
    /// What happens, in order.
    pub schedule: Vec<Step>,
}

/// Kinds of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailureKind {
    /// The root can never proceed.
    Deadlock,
    /// The root returns, other goroutines can never proceed.
    Leak,
    /// A send on a closed channel.
    SendOnClosed,
    /// A close of a closed channel.
    CloseOfClosed,
    /// A close of a nil channel.
    CloseOfNil,
    /// A counter below zero.
    NegativeCounter,
    /// An unlock of a lock that is not locked.
    UnlockOfUnlocked,
}

/// A goroutine that can never proceed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// Its number; 0 is the root.
    pub goroutine: u32,
    /// What it does: `chan send`, `sync.Mutex.Lock`, in the words of a goroutine dump.
    pub operation: &'static str,
    /// Where.
    pub site: Site,
    /// The place in the package of the root that led there: the site, or the call around it; none if there is no such call.
    pub shown: Option<Site>,
    /// The calls around, innermost first, without that of the site.
    pub stack: Vec<FuncKey>,
    /// The `go` statement that started it.
    pub created: Option<Site>,
    /// Where the channel was made, or the lock was locked.
    pub object: Option<Site>,
    /// The goroutine that holds the lock.
    pub holder: Option<u32>,
}

/// A step of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Who.
    pub goroutine: u32,
    /// What it does.
    pub operation: &'static str,
    /// Where.
    pub site: Site,
    /// The place in the package of the root that led there, as in [`Blocked::shown`].
    pub shown: Option<Site>,
    /// The goroutine it meets, and where that stands.
    pub partner: Option<(u32, Site)>,
}

impl FailureKind {
    /// The kind of a panic, and the operation that panics.
    pub(crate) fn of_crash(crash: Crash) -> Option<(Self, &'static str)> {
        Some(match crash {
            Crash::SendOnClosed => (Self::SendOnClosed, "chan send"),
            Crash::CloseOfClosed => (Self::CloseOfClosed, "close"),
            Crash::CloseOfNil => (Self::CloseOfNil, "close"),
            Crash::NegativeCounter => (Self::NegativeCounter, "sync.WaitGroup.Add"),
            Crash::UnlockOfUnlocked => (Self::UnlockOfUnlocked, "unlock"),
            Crash::Other => return None,
        })
    }
}

/// Where a goroutine stands, and what it waits for.
pub(crate) fn blocked(program: &Program<'_>, state: &State, gid: Gid) -> Option<Blocked> {
    let parked = parked(state, gid)?;
    let goroutine = &state.goroutines[gid as usize];
    let (object, holder) = match &parked.op {
        SyncOp::Send { chan, .. } | SyncOp::Recv { chan, .. } => (made(state, chan), None),
        SyncOp::Lock(loc) | SyncOp::LockAnnounced(loc) | SyncOp::ReadLock(loc) => held(state, loc),
        SyncOp::Once(loc, _) => match state.sync(loc) {
            Some(Sync::Once { running, .. }) => (None, *running),
            _ => (None, None),
        },
        _ => (None, None),
    };
    Some(Blocked {
        goroutine: gid,
        operation: operation(&parked.op),
        site: parked.site,
        shown: shown(program, state, gid, parked.site),
        stack: goroutine.frames.iter().rev().skip(1).map(|frame| frame.func).collect(),
        created: goroutine.created,
        object,
        holder,
    })
}

/// What a reader sees of a transition; nothing of the passing of time.
pub(crate) fn step(program: &Program<'_>, state: &State, transition: &Transition) -> Option<Step> {
    let (gid, partner) = match *transition {
        Transition::Go(gid, _) => (gid, None),
        Transition::Meet { sender, receiver } => (sender.0, Some(receiver.0)),
        Transition::Fire(_) | Transition::Expire(_) => return None,
    };
    let moved = parked(state, gid)?;
    let partner = partner.and_then(|partner| Some((partner, parked(state, partner)?.site)));
    Some(Step {
        goroutine: gid,
        operation: operation(&moved.op),
        site: moved.site,
        shown: shown(program, state, gid, moved.site),
        partner,
    })
}

/// A place of a goroutine, or the innermost call around it that is written in the first package of the program.
fn shown(program: &Program<'_>, state: &State, gid: Gid, site: Site) -> Option<Site> {
    if site.func.unit == 0 {
        return Some(site);
    }
    let frames = &state.goroutines[gid as usize].frames;
    let frame = frames.iter().rev().find(|frame| frame.func.unit == 0)?;
    let func = program.func(frame.func);
    // The next value is the one behind the call, except where deferred calls run.
    let next = frame.next as usize;
    let values = &func.blocks[frame.block].values;
    let call = next.checked_sub(1).and_then(|at| values.get(at)).or(values.get(next))?;
    Some(Site {
        func: frame.func,
        pos: func.values[*call].pos,
    })
}

fn made(state: &State, chan: &Val) -> Option<Site> {
    match chan {
        Val::Chan(obj) => state.chan(*obj)?.site,
        _ => None,
    }
}

fn held(state: &State, loc: &Loc) -> (Option<Site>, Option<Gid>) {
    match state.sync(loc) {
        Some(Sync::Lock {
            writer,
            readers,
            waiting,
            site,
        }) => (*site, writer.or(readers.first().copied()).or(waiting.first().copied())),
        _ => (None, None),
    }
}

/// An operation in the words of a goroutine dump.
pub(crate) fn operation(op: &SyncOp) -> &'static str {
    match op {
        SyncOp::Send { chan: Val::Nil, .. } => "chan send (nil chan)",
        SyncOp::Recv { chan: Val::Nil, .. } => "chan receive (nil chan)",
        SyncOp::Send { .. } => "chan send",
        SyncOp::Recv { .. } => "chan receive",
        SyncOp::Select { cases, .. } if cases.is_empty() => "select (no cases)",
        SyncOp::Select { .. } => "select",
        SyncOp::Close { .. } => "close",
        SyncOp::Lock(_) | SyncOp::LockAnnounced(_) => "lock",
        SyncOp::TryLock(..) => "trylock",
        SyncOp::Unlock(_) => "unlock",
        SyncOp::ReadLock(_) => "rlock",
        SyncOp::ReadUnlock(_) => "runlock",
        SyncOp::Add(_, count) if *count < 0 => "sync.WaitGroup.Done",
        SyncOp::Add(..) => "sync.WaitGroup.Add",
        SyncOp::Wait(_) => "sync.WaitGroup.Wait",
        SyncOp::CondWait { .. } | SyncOp::CondQueued { .. } => "sync.Cond.Wait",
        SyncOp::Signal(_, false) => "sync.Cond.Signal",
        SyncOp::Signal(..) => "sync.Cond.Broadcast",
        SyncOp::Once(..) => "sync.Once.Do",
        SyncOp::Spawn(..) => "go",
        SyncOp::Cancel(_) => "cancel",
        SyncOp::Access(..) => "access",
        SyncOp::Yield => "yield",
        SyncOp::Called(_) => "call",
        SyncOp::Stalled => "stalled",
    }
}
