//! The search through the states of a program.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::hash::fingerprint;
use crate::machine::Machine;
use crate::program::{FuncKey, Program, Site};
use crate::state::{Crash, Gid, State, Sync, SyncOp};
use crate::sync::parked;
use crate::value::{Loc, Val};

/// How far an exploration goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Different states that are visited.
    pub states: u32,
    /// Steps of one schedule.
    pub steps: u32,
    /// Failures after which the search ends.
    pub failures: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            states: 20_000,
            steps: 400,
            failures: 8,
        }
    }
}

/// What the search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Distinct failures, in the order in which they were found.
    pub failures: Vec<Failure>,
    /// States that were visited.
    pub states: u32,
    /// Whether every schedule was followed to its end: if so and there are no failures, there are none within the bounds of loops and
    /// undetermined branches.
    pub complete: bool,
}

impl Outcome {
    /// Whether nothing can be said: no failure, and not every schedule was followed.
    pub fn is_inconclusive(&self) -> bool {
        self.failures.is_empty() && !self.complete
    }
}

/// Something that goes wrong, and how to get there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What.
    pub kind: FailureKind,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Who.
    pub goroutine: u32,
    /// What it does.
    pub operation: &'static str,
    /// Where.
    pub site: Site,
    /// The goroutine it meets, and where that stands.
    pub partner: Option<(u32, Site)>,
}

/// Explores a function: a test, `main`, or any function, whose parameters come from outside.
pub fn explore(program: &Program<'_>, root: FuncKey, bounds: Bounds) -> Outcome {
    let machine = Machine::new(program);
    let mut search = Search {
        machine: &machine,
        bounds,
        seen: FxHashSet::default(),
        failures: Vec::new(),
        known: FxHashMap::default(),
    };
    let func = program.func(root);
    let is_main = func.name == "main" && func.parent.is_none();
    let mut stack: Vec<(State, u32)> = search.initial(root).into_iter().map(|state| (state, 0)).collect();
    let mut complete = true;
    while let Some((state, depth)) = stack.pop() {
        if state.over {
            continue;
        }
        if is_main && state.goroutines[0].ended {
            // The process ends with it.
            continue;
        }
        if state.crashed.is_some() {
            search.crashed(&state);
            continue;
        }
        if !search.seen.insert(fingerprint(&state)) {
            continue;
        }
        if search.seen.len() as u32 > bounds.states || depth > bounds.steps {
            complete = false;
            if search.seen.len() as u32 > bounds.states {
                break;
            }
            continue;
        }
        if search.failures.len() as u32 >= bounds.failures {
            complete = false;
            break;
        }
        let transitions = machine.transitions(&state);
        if transitions.is_empty() {
            search.quiescent(&state);
            continue;
        }
        for transition in transitions.iter().rev() {
            stack.extend(
                machine
                    .apply(&state, transition)
                    .into_iter()
                    .map(|state| (state, depth + 1)),
            );
        }
    }
    Outcome {
        failures: search.failures,
        states: search.seen.len() as u32,
        complete: complete && !machine.cut.get(),
    }
}

struct Search<'m, 'a> {
    machine: &'m Machine<'a>,
    bounds: Bounds,
    seen: FxHashSet<u128>,
    failures: Vec<Failure>,
    /// What was reported: the kind and where goroutines stand.
    known: FxHashMap<(FailureKind, Vec<Site>), ()>,
}

impl Search<'_, '_> {
    /// The states in which the root stands in front of its first operation.
    fn initial(&self, root: FuncKey) -> Vec<State> {
        let mut state = State::new();
        for &init in &self.machine.program.unit(root).package.inits {
            let before = state.clone();
            let gid = self.machine.new_goroutine(&mut state, None, None);
            let key = FuncKey {
                unit: root.unit,
                func: init,
            };
            self.machine.push(&mut state, gid, key, Vec::new(), Vec::new(), None);
            // Variables whose first value is not determined alone stay at zero.
            state = match <[State; 1]>::try_from(self.machine.run(state, gid)) {
                Ok([state]) if state.goroutines[gid as usize].ended && !state.over => state,
                _ => before,
            };
            state.goroutines.clear();
        }
        self.machine.cut.set(false);
        let gid = self.machine.new_goroutine(&mut state, None, None);
        let func = self.machine.program.func(root);
        let args = func
            .params
            .iter()
            .map(|&param| Val::Lazy(func.values[param].ty))
            .collect();
        self.machine.push(&mut state, gid, root, args, Vec::new(), None);
        self.machine.run(state, gid)
    }

    fn crashed(&mut self, state: &State) {
        let Some((gid, crash, site)) = state.crashed else {
            return;
        };
        let (kind, operation) = match crash {
            Crash::SendOnClosed => (FailureKind::SendOnClosed, "chan send"),
            Crash::CloseOfClosed => (FailureKind::CloseOfClosed, "close"),
            Crash::CloseOfNil => (FailureKind::CloseOfNil, "close"),
            Crash::NegativeCounter => (FailureKind::NegativeCounter, "sync.WaitGroup.Add"),
            Crash::UnlockOfUnlocked => (FailureKind::UnlockOfUnlocked, "unlock"),
            Crash::Other => return,
        };
        let goroutine = &state.goroutines[gid as usize];
        let blocked = Blocked {
            goroutine: gid,
            operation,
            site,
            stack: Vec::new(),
            created: goroutine.created,
            object: None,
            holder: None,
        };
        self.report(kind, vec![blocked], state);
    }

    /// No goroutine can proceed.
    fn quiescent(&mut self, state: &State) {
        let blocked: Vec<_> = (0..state.goroutines.len() as Gid)
            .filter_map(|gid| self.blocked(state, gid))
            .collect();
        // `select {}` is meant to block.
        if blocked.iter().all(|blocked| blocked.operation == "select (no cases)") {
            return;
        }
        let kind = if state.goroutines[0].ended {
            FailureKind::Leak
        } else {
            FailureKind::Deadlock
        };
        self.report(kind, blocked, state);
    }

    fn blocked(&self, state: &State, gid: Gid) -> Option<Blocked> {
        let parked = parked(state, gid)?;
        let goroutine = &state.goroutines[gid as usize];
        let (object, holder) = match &parked.op {
            SyncOp::Send { chan, .. } | SyncOp::Recv { chan, .. } => (made(state, chan), None),
            SyncOp::Lock(loc) | SyncOp::LockAnnounced(loc) | SyncOp::ReadLock(loc) => held(state, loc),
            SyncOp::Once(loc, _) => match state.syncs.get(loc) {
                Some(Sync::Once { running, .. }) => (None, *running),
                _ => (None, None),
            },
            _ => (None, None),
        };
        Some(Blocked {
            goroutine: gid,
            operation: operation(&parked.op),
            site: parked.site,
            stack: goroutine.frames.iter().rev().skip(1).map(|frame| frame.func).collect(),
            created: goroutine.created,
            object,
            holder,
        })
    }

    fn report(&mut self, kind: FailureKind, blocked: Vec<Blocked>, state: &State) {
        let mut sites: Vec<_> = blocked.iter().map(|blocked| blocked.site).collect();
        sites.sort_unstable();
        sites.dedup();
        if self.known.insert((kind, sites), ()).is_some() || self.failures.len() as u32 >= self.bounds.failures {
            return;
        }
        let mut schedule = Vec::new();
        let mut trail = state.trail.clone();
        while let Some(step) = trail {
            schedule.push(Step {
                goroutine: step.gid,
                operation: operation(&step.op),
                site: step.site,
                partner: step.partner,
            });
            trail = step.before.as_ref().map(Rc::clone);
        }
        schedule.reverse();
        self.failures.push(Failure {
            kind,
            blocked,
            schedule,
        });
    }
}

fn made(state: &State, chan: &Val) -> Option<Site> {
    match chan {
        Val::Chan(obj) => state.chan(*obj)?.site,
        _ => None,
    }
}

fn held(state: &State, loc: &Loc) -> (Option<Site>, Option<Gid>) {
    match state.syncs.get(loc) {
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
fn operation(op: &SyncOp) -> &'static str {
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
    }
}
