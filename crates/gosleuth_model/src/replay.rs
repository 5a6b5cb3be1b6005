//! Executes a schedule again before it is believed.
//!
//! The search leaves out orders that make no difference, and takes states with the same fingerprint for the same. Here neither happens on the way: each
//! step of the schedule has to be possible where it is taken, and the end has to be what was claimed. That goroutines can never proceed is claimed
//! of all that can come after; this is searched once more, with every order of every operation.

use gosleuth_ir::FuncKey;
use rustc_hash::FxHashSet;

use crate::failure::{Failure, FailureKind, Step};
use crate::hash::fingerprint;
use crate::lost::{lost, waiting};
use crate::machine::Machine;
use crate::program::Site;
use crate::state::{Gid, State};
use crate::sync::{Transition, is_stalled, parked};

/// One step of an execution.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    pub(crate) transition: Transition,
    /// Which of the states that come of it.
    pub(crate) branch: u32,
}

/// A failure, and how the search came to it.
pub(crate) struct Found {
    pub(crate) failure: Failure,
    /// Which of the states the root begins with.
    pub(crate) first: u32,
    pub(crate) turns: Vec<Turn>,
    /// What a reader sees of each turn.
    pub(crate) steps: Vec<Option<Step>>,
}

/// Instructions of a replay.
const INSTRUCTIONS: u64 = 400_000;
/// States behind the end of a schedule that are looked at.
const BEHIND: usize = 300;

/// The failure with the shortest schedule after which it cannot be avoided, if it happens.
pub(crate) fn replay(
    machine: &Machine<'_>,
    root: FuncKey,
    initialised: &State,
    guesses: u32,
    found: Found,
) -> Option<Failure> {
    let Found {
        mut failure,
        first,
        turns,
        mut steps,
    } = found;
    machine.fuel.set(INSTRUCTIONS);
    machine.guesses.set(guesses);
    let mut state = machine
        .begin(root, initialised.clone())
        .into_iter()
        .nth(first as usize)?;
    let mut states = Vec::with_capacity(turns.len() + 1);
    for turn in &turns {
        if !machine.ways(&state, false).contains(&turn.transition) {
            return None;
        }
        let next = machine
            .apply(&state, &turn.transition)
            .into_iter()
            .nth(turn.branch as usize)?;
        states.push(std::mem::replace(&mut state, next));
    }
    machine.guesses.set(u32::MAX);
    if !matches!(failure.kind, FailureKind::Deadlock | FailureKind::Leak) {
        let (gid, crash, site) = state.crashed?;
        let blocked = failure.blocked.first()?;
        let is_same = FailureKind::of_crash(crash).is_some_and(|(kind, _)| kind == failure.kind)
            && (gid, site) == (blocked.goroutine, blocked.site);
        failure.schedule = steps.into_iter().flatten().collect();
        return is_same.then_some(failure);
    }
    let stuck: Vec<(Gid, Site)> = failure
        .blocked
        .iter()
        .map(|blocked| (blocked.goroutine, blocked.site))
        .collect();
    if is_stuck(machine, &state, &stuck) == Some(false) {
        return None;
    }
    // What comes when nothing can be changed any more explains nothing.
    while let Some(before) = states.pop() {
        if !are_lost(machine, &before, &stuck) && is_stuck(machine, &before, &stuck) != Some(true) {
            break;
        }
        steps.pop();
        state = before;
    }
    // Whoever waits for a test that has failed is left behind by that, not by a fault of its own.
    if state.failed {
        return None;
    }
    failure.guesses = failure.guesses.min(state.guesses);
    failure.expected = state.expected;
    failure.schedule = steps.into_iter().flatten().collect();
    Some(failure)
}

/// Whether nobody can wake these goroutines any more, which stand where they do.
fn are_lost(machine: &Machine<'_>, state: &State, stuck: &[(Gid, Site)]) -> bool {
    let stand = |&(gid, site): &(Gid, Site)| {
        (gid as usize) < state.goroutines.len() && parked(state, gid).is_some_and(|parked| parked.site == site)
    };
    if !stuck.iter().all(stand) {
        return false;
    }
    let lost = lost(machine, state, waiting(machine, state));
    stuck.iter().all(|(gid, _)| lost.contains(gid))
}

/// Whether these goroutines stand where they do for ever, whatever the others do; none if that is too much to find out.
fn is_stuck(machine: &Machine<'_>, state: &State, stuck: &[(Gid, Site)]) -> Option<bool> {
    machine.cut.set(false);
    let mut seen = FxHashSet::default();
    seen.insert(fingerprint(machine, state));
    let mut work = vec![state.clone()];
    while let Some(state) = work.pop() {
        if is_stalled(&state) {
            return None;
        }
        let stand = |&(gid, site): &(Gid, Site)| {
            (gid as usize) < state.goroutines.len() && parked(&state, gid).is_some_and(|parked| parked.site == site)
        };
        let transitions = machine.transitions(&state);
        let moves = |transition: &Transition| stuck.iter().any(|&(gid, _)| transition.moves(gid));
        if !stuck.iter().all(stand) || transitions.iter().any(moves) {
            return Some(false);
        }
        for transition in &transitions {
            for next in machine.apply(&state, transition) {
                // The process ends, and everybody with it.
                if next.over || next.crashed.is_some() {
                    continue;
                }
                if seen.len() >= BEHIND || machine.fuel.get() == 0 {
                    return None;
                }
                if seen.insert(fingerprint(machine, &next)) {
                    work.push(next);
                }
            }
        }
    }
    (!machine.cut.get()).then_some(true)
}
