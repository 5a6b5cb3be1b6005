//! The search through the states of a program.

use std::collections::hash_map::Entry;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::hash::fingerprint;
use crate::machine::Machine;
use crate::program::{FuncKey, Program, Site};
use crate::state::{Crash, Gid, State, Sync, SyncOp};
use crate::sync::{Transition, parked};
use crate::value::{Loc, Val};

/// How far an exploration goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Different states that are visited.
    pub states: u32,
    /// Steps of one schedule.
    pub steps: u32,
    /// Failures that are kept.
    pub failures: u32,
    /// Instructions that are executed; a state costs as much as its size, so that this bounds time.
    pub instructions: u64,
    /// Branches on what the program does not determine that one schedule may take.
    pub guesses: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            states: 20_000,
            steps: 400,
            failures: 8,
            instructions: 2_000_000,
            guesses: 6,
        }
    }
}

/// What a state costs at least, in instructions.
const STATE_COST: u64 = 40;

/// What the search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Distinct failures, in the order in which they were found.
    pub failures: Vec<Failure>,
    /// States that were visited.
    pub states: u32,
    /// Instructions that were executed, as [`Bounds`] counts them.
    pub instructions: u64,
    /// Whether more states or instructions would have been followed if the bounds had let it.
    pub spent: bool,
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
    /// How many questions about values from outside were answered on the way.
    pub guesses: u32,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// Explores functions of a program, one after the other.
pub struct Explorer<'a> {
    machine: Machine<'a>,
    /// The state after the initialisation of a package: by the package, and whether code outside may use its variables.
    initialised: FxHashMap<(u32, bool), State>,
}

impl<'a> Explorer<'a> {
    /// An explorer of a program.
    pub fn new(program: &'a Program<'a>) -> Self {
        Self {
            machine: Machine::new(program),
            initialised: FxHashMap::default(),
        }
    }

    /// Explores a function: a test, `main`, or any function, whose parameters come from outside.
    pub fn explore(&mut self, root: FuncKey, bounds: Bounds) -> Outcome {
        let func = self.machine.program.func(root);
        self.machine
            .begin_root(bounds.instructions, bounds.guesses, !is_whole(&func.name));
        let state = self.initialised(root.unit);
        let mut search = Search {
            machine: &self.machine,
            bounds,
            is_main: func.name == "main" && func.parent.is_none(),
            nodes: Vec::new(),
            by_fingerprint: FxHashMap::default(),
            failures: Vec::new(),
            known: FxHashSet::default(),
        };
        let complete = search.run(root, state);
        let spent = self.machine.fuel.get() == 0 || search.nodes.len() as u32 >= bounds.states;
        Outcome {
            failures: search.failures,
            states: search.nodes.len() as u32,
            instructions: bounds.instructions - self.machine.fuel.get(),
            spent,
            complete,
        }
    }

    /// The state in which the functions of a package begin.
    fn initialised(&mut self, unit: u32) -> State {
        let is_part = self.machine.is_part.get();
        if let Some(known) = self.initialised.get(&(unit, is_part)) {
            return known.clone();
        }
        let machine = &self.machine;
        let bounds = (machine.fuel.replace(INIT_INSTRUCTIONS), machine.guesses.get());
        let mut state = State::new();
        for &init in &machine.program.unit_at(unit).package.inits {
            let before = state.clone();
            let gid = machine.new_goroutine(&mut state, None, None);
            let key = FuncKey { unit, func: init };
            machine.push(&mut state, gid, key, Vec::new(), Vec::new(), None);
            state = match <[State; 1]>::try_from(machine.run(state, gid)) {
                Ok([state]) if state.goroutines[gid as usize].ended && !state.over => state,
                // What it would have set can be anything.
                _ => machine.without(before, key),
            };
            state.goroutines.clear();
        }
        if is_part {
            let globals: Vec<_> = state.globals.values().map(|&cell| Val::Ptr(Loc::whole(cell))).collect();
            machine.escape(&mut state, &globals);
        }
        machine.cut.set(false);
        machine.fuel.set(bounds.0);
        machine.guesses.set(bounds.1);
        self.initialised.insert((unit, is_part), state.clone());
        state
    }
}

/// Instructions of the initialisation of a package.
const INIT_INSTRUCTIONS: u64 = 100_000;

/// Whether a function is the beginning of everything that happens: `main`, a test, a benchmark, an example, a fuzz test.
fn is_whole(name: &str) -> bool {
    let is_test = ["Test", "Benchmark", "Example", "Fuzz"]
        .iter()
        .any(|prefix| name.starts_with(prefix));
    name == "main" || is_test
}

/// A state that was visited.
struct Visited {
    state: State,
    /// Where it was reached from first, and how.
    from: Option<(u32, Option<Step>)>,
    /// Who moved last on the way here.
    last: Option<Gid>,
    depth: u32,
    /// How often, on the way here, another goroutine went on although the one before could have, or a branch was guessed.
    cost: u32,
    /// The part of it that is switches.
    switches: u32,
    /// States that can come next.
    next: Vec<u32>,
    /// Whether all of them are here.
    whole: bool,
}

struct Search<'m, 'a> {
    machine: &'m Machine<'a>,
    bounds: Bounds,
    is_main: bool,
    nodes: Vec<Visited>,
    by_fingerprint: FxHashMap<u128, u32>,
    failures: Vec<Failure>,
    /// What was reported: the kind and where goroutines stand.
    known: FxHashSet<(FailureKind, Vec<Site>)>,
}

impl Search<'_, '_> {
    /// Visits states, those with the fewest switches between goroutines and guesses first, then looks where executions end up; whether every schedule was
    /// followed to its end. Most failures need few switches (Musuvathi and Qadeer, 2007).
    fn run(&mut self, root: FuncKey, initialised: State) -> bool {
        let mut waiting = Waiting::default();
        for state in self.initial(root, initialised) {
            if let Some((node, true)) = self.visit(state, None, 0) {
                waiting.push(self.nodes[node as usize].cost, node);
            }
        }
        let mut complete = !self.machine.cut.replace(false);
        while let Some(node) = waiting.pop() {
            let spent = self.nodes.len() as u32 >= self.bounds.states || self.machine.fuel.get() == 0;
            if spent || self.nodes[node as usize].depth >= self.bounds.steps {
                complete = false;
                continue;
            }
            let state = self.nodes[node as usize].state.clone();
            let all = self.machine.transitions(&state);
            let mut whole = true;
            let mut next = Vec::new();
            match self.machine.ample(&state, &all) {
                Some(few) => {
                    whole &= self.follow(node, &state, &few, &all, &mut next);
                    // Where the few lead back to what was seen, the others would be put off for ever.
                    if next.iter().any(|&(_, new)| !new) {
                        let rest: Vec<_> = all
                            .iter()
                            .filter(|transition| !few.contains(transition))
                            .cloned()
                            .collect();
                        whole &= self.follow(node, &state, &rest, &all, &mut next);
                    }
                }
                None => whole &= self.follow(node, &state, &all, &all, &mut next),
            }
            let cut = self.machine.cut.replace(false);
            complete &= !cut;
            for &(to, _) in next.iter().filter(|(_, new)| *new) {
                waiting.push(self.nodes[to as usize].cost, to);
            }
            let visited = &mut self.nodes[node as usize];
            visited.whole = !cut && whole;
            visited.next = next.into_iter().map(|(to, _)| to).collect();
        }
        for component in components(&self.nodes) {
            self.ends_in(&component);
        }
        complete
    }

    /// Visits what comes after a state by some of its transitions, the first one last; whether the process cannot end there.
    fn follow(
        &mut self,
        node: u32,
        state: &State,
        some: &[Transition],
        all: &[Transition],
        next: &mut Vec<(u32, bool)>,
    ) -> bool {
        let mut whole = true;
        let last = self.nodes[node as usize].last;
        let could_go_on = last.is_some_and(|last| all.iter().any(|transition| transition.moves(last)));
        for transition in some.iter().rev() {
            let switch = could_go_on && !last.is_some_and(|last| transition.moves(last));
            let step = step(state, transition);
            for state in self.machine.apply(state, transition) {
                match self.visit(state, Some((node, step, transition)), u32::from(switch)) {
                    Some(seen) => next.push(seen),
                    // The process can end here.
                    None => whole = false,
                }
            }
        }
        whole
    }

    /// The node of a state, and whether it is new; none where execution is over.
    fn visit(
        &mut self,
        state: State,
        from: Option<(u32, Option<Step>, &Transition)>,
        switches: u32,
    ) -> Option<(u32, bool)> {
        if state.over || (self.is_main && state.goroutines[0].ended) {
            return None;
        }
        if state.doubtful {
            self.machine.cut.set(true);
            return None;
        }
        if state.crashed.is_some() {
            self.crashed(&state, from.as_ref().map(|(node, step, _)| (*node, *step)));
            return None;
        }
        // A state costs what has to be copied and read of it.
        self.machine
            .spend(STATE_COST + state.heap.len() as u64 / 2 + 8 * state.goroutines.len() as u64);
        let fingerprint = fingerprint(self.machine, &state);
        let new = self.nodes.len() as u32;
        match self.by_fingerprint.entry(fingerprint) {
            Entry::Occupied(entry) => Some((*entry.get(), false)),
            Entry::Vacant(entry) => {
                entry.insert(new);
                let before = from.as_ref().map(|&(node, ..)| &self.nodes[node as usize]);
                let switches = before.map_or(0, |before| before.switches) + switches;
                let visited = Visited {
                    cost: switches + state.guesses,
                    switches,
                    state,
                    depth: before.map_or(0, |before| before.depth + 1),
                    last: match &from {
                        Some((.., transition)) => transition.mover().or(before.and_then(|before| before.last)),
                        None => None,
                    },
                    from: from.map(|(node, step, _)| (node, step)),
                    next: Vec::new(),
                    whole: false,
                };
                self.nodes.push(visited);
                Some((new, true))
            }
        }
    }

    /// States that executions do not leave once they are there: who stands at the same place in all of them, and moves in none, never will.
    fn ends_in(&mut self, component: &[u32]) {
        let is_closed = component.iter().all(|&node| {
            let node = &self.nodes[node as usize];
            node.whole && node.next.iter().all(|next| component.binary_search(next).is_ok())
        });
        if !is_closed {
            return;
        }
        let mut moves = FxHashSet::default();
        for &node in component {
            let state = &self.nodes[node as usize].state;
            for transition in self.machine.transitions(state) {
                moves.extend(
                    (0..state.goroutines.len() as Gid)
                        .filter(|&gid| transition.moves(gid))
                        .filter_map(|gid| parked(state, gid).map(|parked| parked.site)),
                );
            }
        }
        let mut stuck: Option<FxHashSet<Site>> = None;
        for &node in component {
            let state = &self.nodes[node as usize].state;
            let here: FxHashSet<Site> = (0..state.goroutines.len() as Gid)
                .filter_map(|gid| parked(state, gid).map(|parked| parked.site))
                .filter(|site| !moves.contains(site))
                .collect();
            stuck = Some(match stuck {
                None => here,
                Some(before) => before.intersection(&here).copied().collect(),
            });
        }
        let stuck = stuck.unwrap_or_default();
        // The state that is reached first has the shortest way.
        let Some(&first) = component.iter().min() else {
            return;
        };
        let state = self.nodes[first as usize].state.clone();
        self.quiescent(first, &state, &stuck);
    }

    /// The states in which the root stands in front of its first operation.
    fn initial(&self, root: FuncKey, mut state: State) -> Vec<State> {
        let gid = self.machine.new_goroutine(&mut state, None, None);
        let func = self.machine.program.func(root);
        let args = func
            .params
            .iter()
            .map(|&param| Val::Lazy(func.values[param].ty))
            .collect();
        self.machine.push(&mut state, gid, root, args, Vec::new(), None);
        let states = self.machine.run(state, gid);
        self.machine.run_started(states)
    }

    fn crashed(&mut self, state: &State, from: Option<(u32, Option<Step>)>) {
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
        self.report(kind, vec![blocked], state, from);
    }

    /// Goroutines at these places can never proceed.
    fn quiescent(&mut self, node: u32, state: &State, stuck: &FxHashSet<Site>) {
        let blocked: Vec<_> = (0..state.goroutines.len() as Gid)
            .filter_map(|gid| self.blocked(state, gid))
            .filter(|blocked| stuck.contains(&blocked.site))
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
        let from = self.nodes[node as usize].from;
        self.report(kind, blocked, state, from);
    }

    fn blocked(&self, state: &State, gid: Gid) -> Option<Blocked> {
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
            stack: goroutine.frames.iter().rev().skip(1).map(|frame| frame.func).collect(),
            created: goroutine.created,
            object,
            holder,
        })
    }

    fn report(
        &mut self,
        kind: FailureKind,
        blocked: Vec<Blocked>,
        state: &State,
        mut from: Option<(u32, Option<Step>)>,
    ) {
        let mut sites: Vec<_> = blocked.iter().map(|blocked| blocked.site).collect();
        sites.sort_unstable();
        sites.dedup();
        if !self.known.insert((kind, sites)) || self.failures.len() as u32 >= self.bounds.failures {
            return;
        }
        let mut schedule = Vec::new();
        while let Some((node, step)) = from {
            schedule.extend(step);
            from = self.nodes[node as usize].from;
        }
        schedule.reverse();
        self.failures.push(Failure {
            kind,
            guesses: state.guesses,
            blocked,
            schedule,
        });
    }
}

/// States that are to be followed, by their cost.
#[derive(Default)]
struct Waiting {
    stacks: Vec<Vec<u32>>,
    /// None is waiting below this number.
    least: usize,
}

impl Waiting {
    fn push(&mut self, cost: u32, node: u32) {
        let cost = cost as usize;
        if self.stacks.len() <= cost {
            self.stacks.resize_with(cost + 1, Vec::new);
        }
        self.stacks[cost].push(node);
        self.least = self.least.min(cost);
    }

    /// One of the least cost, the last that came.
    fn pop(&mut self) -> Option<u32> {
        while let Some(stack) = self.stacks.get_mut(self.least) {
            if let Some(node) = stack.pop() {
                return Some(node);
            }
            self.least += 1;
        }
        None
    }
}

/// What a reader sees of a transition; nothing of the passing of time.
fn step(state: &State, transition: &Transition) -> Option<Step> {
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
        partner,
    })
}

/// The strongly connected components of the graph of states, each in order of numbers (Tarjan, 1972, without recursion).
fn components(nodes: &[Visited]) -> Vec<Vec<u32>> {
    let count = nodes.len();
    let mut index = vec![u32::MAX; count];
    let mut low = vec![0; count];
    let mut on_stack = vec![false; count];
    let mut stack = Vec::new();
    let mut out = Vec::new();
    let mut next_index = 0;
    for root in 0..count {
        if index[root] != u32::MAX {
            continue;
        }
        let mut calls = vec![(root, 0)];
        while let Some((node, edge)) = calls.pop() {
            if edge == 0 {
                index[node] = next_index;
                low[node] = next_index;
                next_index += 1;
                stack.push(node as u32);
                on_stack[node] = true;
            }
            match nodes[node].next.get(edge) {
                Some(&to) => {
                    let to = to as usize;
                    calls.push((node, edge + 1));
                    if index[to] == u32::MAX {
                        calls.push((to, 0));
                    } else if on_stack[to] {
                        low[node] = low[node].min(index[to]);
                    }
                }
                None => {
                    if let Some(&(parent, _)) = calls.last() {
                        low[parent] = low[parent].min(low[node]);
                    }
                    if low[node] == index[node] {
                        let mut component = Vec::new();
                        while let Some(member) = stack.pop() {
                            on_stack[member as usize] = false;
                            component.push(member);
                            if member as usize == node {
                                break;
                            }
                        }
                        component.sort_unstable();
                        out.push(component);
                    }
                }
            }
        }
    }
    out
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
