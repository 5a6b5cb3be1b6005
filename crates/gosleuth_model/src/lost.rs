//! Goroutines that nobody can wake any more, whatever comes.
//!
//! A search that is not finished cannot look at all that comes after a state. What a goroutine waits for can only be brought about by one that can
//! reach the channel, counter or condition, that is not lost itself, and that has code before it which does such a thing; a lock is only given
//! back by who holds it. The runtime looks for leaks in the same way, without the code (Saioc and others, 2025). Nothing that comes later makes
//! something reachable that is not.

use crate::able::Abilities;
use crate::back::Callbacks;
use crate::hash::{parts, roots};
use crate::machine::Machine;
use crate::state::{Gid, Obj, Parked, State, Sync, SyncOp};
use crate::sync::parked;
use crate::value::{Loc, ObjId, Val};

/// The goroutines that cannot proceed now, by their numbers. Calls of code outside return some time.
pub(crate) fn waiting(machine: &Machine<'_>, state: &State) -> Vec<bool> {
    let transitions = machine.ways(state, false);
    (0..state.goroutines.len() as Gid)
        .map(|gid| {
            parked(state, gid).is_some_and(|parked| !matches!(parked.op, SyncOp::Called(_) | SyncOp::Stalled))
                && !transitions.iter().any(|transition| transition.moves(gid))
        })
        .collect()
}

/// The goroutines that will never proceed, in order, of those that cannot now. Those that are not named can or may.
pub(crate) fn lost(machine: &Machine<'_>, state: &State, waits: Vec<bool>) -> Vec<Gid> {
    let count = state.goroutines.len();
    if !waits.contains(&true) {
        return Vec::new();
    }
    let mut search = Search {
        machine,
        state,
        callbacks: Callbacks::of(machine, state),
        lost: waits,
        able: Abilities::default(),
        sought_values: false,
        reached: vec![false; state.heap.len()],
        work: Vec::new(),
    };
    // What was there when the search began can be reached from package-level variables.
    search.work.extend(0..state.heap.old() as ObjId);
    search.work.extend(state.globals.iter().map(|&(_, cell)| cell));
    search.work.extend(state.shared.iter_without(&state.heap.base().shared));
    for (gid, goroutine) in state.goroutines.iter().enumerate() {
        if !goroutine.ended && !search.lost[gid] {
            search.work.extend(roots(machine, goroutine));
            machine.abilities_of(goroutine, &mut search.able);
        }
    }
    for can in search.callbacks.abilities() {
        search.able.extend(can);
    }
    loop {
        search.seek_values();
        search.spread();
        let woken: Vec<usize> = (0..count)
            .filter(|&gid| search.lost[gid] && search.can_wake(gid as Gid))
            .collect();
        if woken.is_empty() {
            break;
        }
        for gid in woken {
            search.lost[gid] = false;
            search.work.extend(roots(machine, &state.goroutines[gid]));
            machine.abilities_of(&state.goroutines[gid], &mut search.able);
        }
    }
    (0..count as Gid).filter(|&gid| search.lost[gid as usize]).collect()
}

struct Search<'s> {
    machine: &'s Machine<'s>,
    state: &'s State,
    callbacks: Callbacks,
    /// Goroutines that nobody can wake, as far as is known.
    lost: Vec<bool>,
    /// What those that may go on can do.
    able: Abilities,
    /// Whether the functions that are there were looked into.
    sought_values: bool,
    /// Objects that goroutines which may go on can use.
    reached: Vec<bool>,
    work: Vec<ObjId>,
}

impl Search<'_> {
    /// Whoever calls a function value calls one that is there, or one that comes of code that is known.
    fn seek_values(&mut self) {
        if self.able.calls && !std::mem::replace(&mut self.sought_values, true) {
            for obj in self.state.heap.iter() {
                self.machine.able_by_object(obj, &mut self.able);
            }
            for goroutine in &self.state.goroutines {
                self.machine.able_by_values(goroutine, &mut self.able);
            }
        }
        // What they can do is known now.
        self.able.calls = false;
    }

    fn spread(&mut self) {
        loop {
            while let Some(obj) = self.work.pop() {
                if !std::mem::replace(&mut self.reached[obj as usize], true) {
                    self.work.extend(parts(&self.state.heap[obj as usize]));
                }
            }
            // A context is done when one that it was derived from is.
            for (obj, known) in self.state.heap.iter().enumerate() {
                if let Obj::Context(context) = &***known
                    && !self.reached[obj]
                    && (context.deadline || context.parent.is_some_and(|parent| self.reached[parent as usize]))
                {
                    self.work.push(obj as ObjId);
                }
            }
            if self.work.is_empty() {
                return;
            }
        }
    }

    /// Whether somebody may bring about what a goroutine waits for.
    fn can_wake(&self, gid: Gid) -> bool {
        let Some(parked) = parked(self.state, gid) else {
            return true;
        };
        if self.callbacks.may_wake(self.machine, parked) {
            return true;
        }
        match &parked.op {
            SyncOp::Send { chan, .. } | SyncOp::Recv { chan, .. } => self.may_serve(chan, parked, None),
            SyncOp::Select { cases, .. } => cases
                .iter()
                .enumerate()
                .any(|(number, (chan, _))| self.may_serve(chan, parked, Some(number))),
            SyncOp::Lock(loc) | SyncOp::LockAnnounced(loc) | SyncOp::ReadLock(loc) => self.may_unlock(gid, loc),
            SyncOp::Wait(loc) => self.reached[loc.obj as usize] && self.able.may_count(),
            SyncOp::CondQueued { cond, .. } => self.reached[cond.obj as usize] && self.able.may_signal(),
            SyncOp::Once(loc, _) => match self.state.sync(loc) {
                Some(Sync::Once { running: Some(by), .. }) => !self.lost[*by as usize],
                _ => true,
            },
            _ => true,
        }
    }

    fn may_serve(&self, chan: &Val, parked: &Parked, number: Option<usize>) -> bool {
        let Val::Chan(obj) = chan else {
            return *chan != Val::Nil;
        };
        let is_timed = |chan: &crate::state::Chan| chan.timer || chan.ticker || chan.shared;
        if self.state.chan(*obj).is_none_or(is_timed) {
            return true;
        }
        // Contexts are cancelled, not closed.
        let is_done =
            |known: &Obj| matches!(known, Obj::Context(context) if context.done == Some(*obj) && !context.cancelled);
        self.reached[*obj as usize]
            && (self.able.may_serve(self.machine.element(parked, number))
                || self.state.heap.iter().any(|known| is_done(known)))
    }

    /// Whether all who stand in the way of a lock may go on. What a goroutine that has ended left locked, another one may unlock.
    fn may_unlock(&self, gid: Gid, loc: &Loc) -> bool {
        let Some(Sync::Lock {
            writer,
            readers,
            waiting,
            ..
        }) = self.state.sync(loc)
        else {
            return true;
        };
        let others_may = self.reached[loc.obj as usize] && self.machine.unlocks_for_others();
        writer.iter().chain(readers).chain(waiting).all(|&holder| {
            if holder == gid && waiting.contains(&gid) {
                true
            } else if self.state.goroutines[holder as usize].ended {
                self.reached[loc.obj as usize] || self.callbacks.keeps(loc.obj)
            } else {
                !self.lost[holder as usize] || others_may
            }
        })
    }
}
