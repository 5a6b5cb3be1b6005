//! The search through the states of a program.

use std::cmp::Reverse;
use std::collections::hash_map::Entry;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::back::Callbacks;
use crate::circles::components;
use crate::failure::{Blocked, Failure, FailureKind, Step, blocked, step};
use crate::hash::fingerprint;
use crate::lost::{lost, waiting};
use crate::machine::Machine;
use crate::program::{Program, Site};
use crate::replay::{Found, Turn, replay};
use crate::state::{Gid, Starter, State};
use crate::sync::{Transition, is_stalled, may_be_served, parked};
use crate::value::{Loc, Val};
use crate::waiting::{Pending, Waiting};
use gosleuth_ir::FuncKey;

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
            states: 100_000,
            steps: 5_000,
            failures: 8,
            instructions: 2_000_000,
            guesses: 6,
        }
    }
}

/// Bytes that the states that one search keeps may take, roughly: what they share is counted for each.
const MEMORY: u64 = 96 << 20;

/// Instructions that making the states of a circle again may take.
const INSTRUCTIONS_AGAIN: u64 = 2_000_000;

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
    /// If the explorer watches: the places where goroutines stood, each once, and whether code outside may have had a part in what happened
    /// there.
    pub stood: Vec<(Site, bool)>,
}

impl Outcome {
    /// Whether nothing can be said: no failure, and not every schedule was followed.
    pub fn is_inconclusive(&self) -> bool {
        self.failures.is_empty() && !self.complete
    }
}

/// Explores functions of a program, one after the other.
pub struct Explorer<'a> {
    pub(crate) machine: Machine<'a>,
    /// The state after the initialisation of a package: by the package, and whether code outside may use its variables.
    initialised: FxHashMap<(u32, bool), State>,
    watches: bool,
}

impl<'a> Explorer<'a> {
    /// An explorer of a program.
    pub fn new(program: &'a Program<'a>) -> Self {
        Self {
            machine: Machine::new(program),
            initialised: FxHashMap::default(),
            watches: false,
        }
    }

    /// From now on outcomes say where goroutines stood.
    pub fn watch(&mut self) {
        self.watches = true;
    }

    /// Explores a function: a test, `main`, or any function, whose parameters come from outside.
    pub fn explore(&mut self, root: FuncKey, bounds: Bounds) -> Outcome {
        let func = self.machine.program.func(root);
        self.machine
            .begin_root(bounds.instructions, bounds.guesses, !is_whole(&func.name));
        // A test knows what it calls.
        self.machine
            .calls_back
            .set(func.name == "main" || !is_whole(&func.name));
        let state = self.initialised(root.unit);
        let mut search = Search {
            machine: &self.machine,
            bounds,
            is_main: func.name == "main" && func.parent.is_none(),
            nodes: Vec::new(),
            by_fingerprint: FxHashMap::default(),
            found: Vec::new(),
            ends: Vec::new(),
            begins: Vec::new(),
            memory: 0,
            known: FxHashSet::default(),
            stood: self.watches.then(FxHashMap::default),
        };
        let complete = search.run(root, state.clone());
        let spent = self.machine.fuel.get() == 0 || search.nodes.len() as u32 >= bounds.states;
        let instructions = bounds.instructions - self.machine.fuel.get();
        let states = search.nodes.len() as u32;
        let mut stood: Vec<_> = search.stood.take().into_iter().flatten().collect();
        stood.sort_unstable();
        let found = search.weighed();
        let replayed = found
            .into_iter()
            .filter_map(|found| replay(&self.machine, root, &state, bounds.guesses, found));
        Outcome {
            failures: replayed.collect(),
            states,
            instructions,
            spent,
            complete,
            stood,
        }
    }

    /// The state in which the functions of a package begin.
    pub(crate) fn initialised(&mut self, unit: u32) -> State {
        let is_part = self.machine.is_part.get();
        if let Some(known) = self.initialised.get(&(unit, is_part)) {
            return known.clone();
        }
        let machine = &self.machine;
        let bounds = (machine.fuel.replace(INIT_INSTRUCTIONS), machine.guesses.get());
        let mut state = State::new();
        for &init in &machine.program.unit_at(unit).package.inits {
            let before = state.clone();
            let gid = machine.new_goroutine(&mut state, Starter::Root, None, None);
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
            let globals: Vec<_> = state
                .globals
                .iter()
                .map(|&(_, cell)| Val::Ptr(Loc::whole(cell)))
                .collect();
            machine.publish(&mut state, &globals);
        }
        state.freeze();
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
pub(crate) fn is_whole(name: &str) -> bool {
    let is_test = ["Test", "Benchmark", "Example", "Fuzz"]
        .iter()
        .any(|prefix| name.starts_with(prefix));
    name == "main" || is_test
}

/// Bytes of a state, roughly.
fn size(state: &State) -> u64 {
    let facts = 2 * state.questions.len() + state.free.len();
    2048 + 16 * state.heap.len() as u64 + 64 * facts as u64
}

/// How a state was reached.
#[derive(Clone)]
enum From {
    /// It is one of those the root begins with.
    Begin(u32),
    /// From another one.
    Node { node: u32, step: Option<Step>, turn: Turn },
}

/// A way from one state to another.
#[derive(Clone, Copy)]
struct Edge {
    to: u32,
    /// Edges of the same transition, which differ in what was guessed, have the same number.
    transition: u32,
    /// Whether what it rests on is a guess.
    guessed: bool,
    /// Whether it needs that code outside does its part now.
    bets: bool,
}

/// A state that was visited.
struct Visited {
    /// Not kept where everything that comes next was looked at: it can be made again.
    state: Option<State>,
    guesses: u32,
    /// How it was reached first.
    from: From,
    /// Who moved last on the way here.
    last: Option<Gid>,
    depth: u32,
    /// How often, on the way here, another goroutine went on although the one before could have, or a branch was guessed.
    cost: u32,
    /// The part of it that is switches.
    switches: u32,
    /// States that can come next.
    next: Vec<Edge>,
    /// Whether all of them are here.
    whole: bool,
}

struct Search<'m, 'a> {
    machine: &'m Machine<'a>,
    bounds: Bounds,
    is_main: bool,
    nodes: Vec<Visited>,
    by_fingerprint: FxHashMap<u128, u32>,
    /// Failures, each with the state from which it came.
    found: Vec<(u32, Found)>,
    /// States in which goroutines at these places can never proceed, or from which one panics there.
    ends: Vec<(u32, Vec<Site>)>,
    /// The states the root begins with, if all are known.
    begins: Vec<u32>,
    /// Bytes of states, roughly.
    memory: u64,
    /// What was reported: the kind and where goroutines stand.
    known: FxHashSet<(FailureKind, Vec<Site>)>,
    /// Where goroutines stood, and whether code outside may have had a part, if that is asked for.
    stood: Option<FxHashMap<Site, bool>>,
}

impl Search<'_, '_> {
    /// Visits states, those with the fewest switches between goroutines and guesses first, then looks where executions end up; whether every
    /// schedule was followed to its end. Most failures need few switches (Musuvathi and Qadeer, 2007).
    fn run(&mut self, root: FuncKey, initialised: State) -> bool {
        let mut waiting = Waiting::default();
        for (number, state) in by_guesses(self.machine.begin(root, initialised)) {
            if let Some((node, true)) = self.visit(state, From::Begin(number as u32), 0) {
                self.begins.push(node);
                waiting.push(self.nodes[node as usize].cost, Pending::new(node));
            }
        }
        let mut complete = !self.machine.cut.replace(false);
        if !complete {
            self.begins.clear();
        }
        while let Some(mut pending) = waiting.pop() {
            let node = pending.node as usize;
            let spent = self.nodes.len() as u32 >= self.bounds.states || self.machine.fuel.get() == 0;
            if spent || self.nodes[node].depth >= self.bounds.steps {
                complete = false;
                continue;
            }
            let Some(state) = self.nodes[node].state.take() else {
                continue;
            };
            if !pending.is_ready {
                self.prepare(&mut pending, &state);
            }
            let Some(transition) = pending.next.pop() else {
                self.nodes[node].whole = pending.whole;
                self.nodes[node].state = Some(state);
                continue;
            };
            let switch = pending.is_switch(&transition);
            let new = self.follow(&mut pending, &state, &transition, u32::from(switch));
            if self.machine.cut.replace(false) {
                complete = false;
                pending.whole = false;
                // What came first is not followed; what others do is not to be lost with it.
                if new.is_empty() && pending.next.is_empty() && !pending.is_widened {
                    pending.is_widened = true;
                    let mut all = self.machine.ways(&state, false);
                    all.retain(|other| *other != transition);
                    pending.next = all;
                }
            }
            if let Some(last) = pending.next.last() {
                let cost = self.nodes[node].cost + u32::from(pending.is_switch(last));
                self.nodes[node].state = Some(state);
                waiting.push(cost, pending);
            } else {
                self.nodes[node].whole = pending.whole;
                if !pending.whole || matches!(self.nodes[node].from, From::Begin(_)) {
                    self.nodes[node].state = Some(state);
                } else {
                    self.memory -= size(&state);
                }
            }
            for node in new {
                waiting.push(self.nodes[node as usize].cost, Pending::new(node));
            }
        }
        let edge = |node: usize, number: usize| Some(self.nodes[node].next.get(number)?.to as usize);
        for component in components(self.nodes.len(), edge) {
            self.ends_in(&component);
        }
        if !complete {
            self.unfinished();
        }
        complete
    }

    /// Finds out in which ways a state can go on: first the same goroutine, then the others.
    fn prepare(&self, pending: &mut Pending, state: &State) {
        pending.whole &= !is_stalled(state);
        let all = self.machine.transitions(state);
        let last = self.nodes[pending.node as usize].last;
        pending.last = last.filter(|&last| all.iter().any(|transition| transition.moves(last)));
        let some = self.machine.ample(state, &all);
        if let Some(few) = &some {
            pending.rest = all
                .iter()
                .filter(|transition| !few.contains(transition))
                .cloned()
                .collect();
        }
        let (mut first, mut then): (Vec<_>, Vec<_>) = some
            .unwrap_or_else(|| all.clone())
            .into_iter()
            .partition(|transition| !pending.is_switch(transition));
        then.reverse();
        first.reverse();
        then.append(&mut first);
        pending.next = then;
        pending.is_ready = true;
    }

    /// Visits what comes after a state by one of its transitions: the states that are new.
    fn follow(&mut self, pending: &mut Pending, state: &State, transition: &Transition, switches: u32) -> Vec<u32> {
        let node = pending.node;
        let step = step(self.machine.program, state, transition);
        let number = self.nodes[node as usize]
            .next
            .last()
            .map_or(0, |edge| edge.transition + 1);
        let bets = self.machine.bets(state, transition);
        let mut new = Vec::new();
        for (branch, after) in by_guesses(self.machine.apply(state, transition)) {
            let guessed = after.guesses > state.guesses;
            let turn = Turn {
                transition: transition.clone(),
                branch: branch as u32,
            };
            match self.visit(after, From::Node { node, step, turn }, switches) {
                Some((to, is_new)) => {
                    let edge = Edge {
                        to,
                        transition: number,
                        guessed,
                        bets,
                    };
                    self.nodes[node as usize].next.push(edge);
                    if is_new {
                        new.push(to);
                    } else {
                        // Where the few lead back to what was seen, the others would be put off for ever.
                        pending.next.splice(0..0, std::mem::take(&mut pending.rest));
                    }
                }
                // The process can end here.
                None => pending.whole = false,
            }
        }
        new
    }

    /// The node of a state, and whether it is new; none where execution is over.
    fn visit(&mut self, state: State, from: From, switches: u32) -> Option<(u32, bool)> {
        if state.doubtful {
            self.machine.cut.set(true);
            return None;
        }
        // The goroutine that panics has ended too.
        if state.crashed.is_some() {
            self.crashed(&state, from);
            return None;
        }
        if state.over || (self.is_main && state.goroutines[0].ended) {
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
                if let Some(stood) = &mut self.stood {
                    let parked = (0..state.goroutines.len() as Gid).filter_map(|gid| parked(&state, gid));
                    parked
                        .for_each(|parked| *stood.entry(parked.site).or_default() |= may_be_served(&state, &parked.op));
                }
                self.memory += size(&state);
                if self.memory > MEMORY {
                    self.machine.fuel.set(0);
                }
                let before = match &from {
                    From::Begin(_) => None,
                    From::Node { node, turn, .. } => Some((&self.nodes[*node as usize], turn)),
                };
                let switches = before.map_or(0, |(before, _)| before.switches) + switches;
                let visited = Visited {
                    cost: switches + state.guesses,
                    switches,
                    guesses: state.guesses,
                    state: Some(state),
                    depth: before.map_or(0, |(before, _)| before.depth + 1),
                    last: before.and_then(|(before, turn)| turn.transition.mover().or(before.last)),
                    from,
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
            node.whole && node.next.iter().all(|edge| component.binary_search(&edge.to).is_ok())
        });
        if !is_closed {
            return;
        }
        let fuel = self.machine.fuel.replace(INSTRUCTIONS_AGAIN);
        let states = self.states(component);
        self.machine.fuel.set(fuel);
        self.machine.cut.set(false);
        let Some(states) = states else {
            return;
        };
        let mut moves = FxHashSet::default();
        for state in &states {
            for transition in self.machine.transitions(state) {
                moves.extend(
                    (0..state.goroutines.len() as Gid)
                        .filter(|&gid| transition.moves(gid))
                        .filter_map(|gid| parked(state, gid).map(|parked| parked.site)),
                );
            }
        }
        let mut stuck: Option<FxHashSet<Site>> = None;
        for state in &states {
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
        if let (Some(&first), Some(state)) = (component.first(), states.first()) {
            let callbacks = Callbacks::of(self.machine, state);
            self.quiescent(first, state, &|gid, site| {
                stuck.contains(&site)
                    && !parked(state, gid).is_some_and(|parked| callbacks.may_wake(self.machine, parked))
            });
        }
    }

    /// States by their nodes, which are in order; those that were not kept are made again. None if that leads elsewhere.
    fn states(&self, nodes: &[u32]) -> Option<Vec<State>> {
        let mut states: Vec<State> = Vec::with_capacity(nodes.len());
        for &node in nodes {
            let mut turns = Vec::new();
            let mut at = node;
            let mut state = loop {
                // A state comes after the one that it was reached from.
                if let Some(place) = nodes.binary_search(&at).ok().filter(|&place| place < states.len()) {
                    break states[place].clone();
                }
                let visited = &self.nodes[at as usize];
                match (&visited.state, &visited.from) {
                    (Some(state), _) => break state.clone(),
                    (None, From::Node { node, turn, .. }) => {
                        turns.push(turn);
                        at = *node;
                    }
                    (None, From::Begin(_)) => return None,
                }
            };
            let is_made = !turns.is_empty();
            for turn in turns.into_iter().rev() {
                let next = self.machine.apply(&state, &turn.transition);
                state = next.into_iter().nth(turn.branch as usize)?;
            }
            if is_made && self.by_fingerprint.get(&fingerprint(self.machine, &state)) != Some(&node) {
                return None;
            }
            states.push(state);
        }
        Some(states)
    }

    /// States from which not every way was followed: who can never proceed whatever comes, is lost in all that follows. Where one state leads to
    /// another, the lost of the first are those of the second too, so that the last ones tell most.
    fn unfinished(&mut self) {
        if !self.is_main && !self.machine.is_part.get() {
            return;
        }
        let mut last: Vec<u32> = (0..self.nodes.len() as u32)
            .filter(|&node| !self.nodes[node as usize].whole)
            .collect();
        last.sort_by_key(|&node| (self.nodes[node as usize].guesses, Reverse(node)));
        let mut tries: FxHashMap<Vec<(Site, bool)>, u32> = FxHashMap::default();
        let mut left = UNFINISHED;
        for node in last.into_iter().take(UNFINISHED_SEEN) {
            let Some(state) = self.nodes[node as usize].state.clone() else {
                continue;
            };
            let waits = waiting(self.machine, &state);
            if !waits.contains(&true) {
                continue;
            }
            let gids = 0..state.goroutines.len() as Gid;
            let mut sites: Vec<(Site, bool)> = gids
                .filter_map(|gid| Some((parked(&state, gid)?.site, waits[gid as usize])))
                .collect();
            sites.sort_unstable();
            let tries = tries.entry(sites).or_default();
            *tries += 1;
            if *tries > 3 || left == 0 {
                continue;
            }
            left -= 1;
            let lost = lost(self.machine, &state, waits);
            if lost.is_empty() {
                continue;
            }
            let is_root_stuck = lost.first() == Some(&0);
            let stuck: FxHashSet<Gid> = lost
                .into_iter()
                .filter(|&gid| is_root_stuck || self.outlives(&state, gid))
                .collect();
            self.quiescent(node, &state, &|gid, _| stuck.contains(&gid));
        }
    }

    /// Whether it matters that a goroutine is lost: the process goes on, or comes back here. Who is called back can be called again.
    fn outlives(&self, state: &State, mut gid: Gid) -> bool {
        if !self.is_main || self.machine.never_returns(state) {
            return true;
        }
        loop {
            let goroutine = &state.goroutines[gid as usize];
            match goroutine.starter {
                Starter::Outside => return true,
                Starter::Root => return false,
                Starter::Goroutine(by) => gid = by,
            }
        }
    }

    fn crashed(&mut self, state: &State, from: From) {
        let Some((gid, crash, site)) = state.crashed else {
            return;
        };
        // Code outside that says it did not take a function does not call it, nor all of several: who closes then is not followed.
        if !state.callbacks.is_empty() {
            self.machine.cut.set(true);
            return;
        }
        let Some((kind, operation)) = FailureKind::of_crash(crash) else {
            return;
        };
        let goroutine = &state.goroutines[gid as usize];
        let blocked = Blocked {
            goroutine: gid,
            operation,
            site,
            shown: None,
            stack: Vec::new(),
            created: goroutine.created,
            object: None,
            holder: None,
        };
        let node = match &from {
            From::Begin(_) => u32::MAX,
            From::Node { node, .. } => *node,
        };
        self.report(kind, vec![blocked], state, node, from);
    }

    /// Goroutines at these places can never proceed.
    fn quiescent(&mut self, node: u32, state: &State, is_stuck: &dyn Fn(Gid, Site) -> bool) {
        let blocked: Vec<_> = (0..state.goroutines.len() as Gid)
            .filter_map(|gid| blocked(self.machine.program, state, gid))
            .filter(|blocked| is_stuck(blocked.goroutine, blocked.site))
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
        let from = self.nodes[node as usize].from.clone();
        self.report(kind, blocked, state, node, from);
    }

    fn report(&mut self, kind: FailureKind, blocked: Vec<Blocked>, state: &State, at: u32, mut from: From) {
        let mut sites: Vec<_> = blocked.iter().map(|blocked| blocked.site).collect();
        sites.sort_unstable();
        sites.dedup();
        self.ends.push((at, sites.clone()));
        if !self.known.insert((kind, sites)) || self.found.len() as u32 >= self.bounds.failures {
            return;
        }
        let mut turns = Vec::new();
        let first = loop {
            match from {
                From::Begin(number) => break number,
                From::Node { node, step, turn } => {
                    turns.push((turn, step));
                    from = self.nodes[node as usize].from.clone();
                }
            }
        };
        turns.reverse();
        let (turns, steps): (Vec<_>, Vec<_>) = turns.into_iter().unzip();
        let failure = Failure {
            kind,
            guesses: state.guesses,
            expected: state.expected,
            timed: turns
                .iter()
                .any(|turn| matches!(turn.transition, Transition::Fire(_) | Transition::Expire(_))),
            blocked,
            schedule: Vec::new(),
        };
        let found = Found {
            failure,
            first,
            turns,
            steps,
        };
        self.found.push((at, found));
    }

    /// The failures with the number of guesses they rest on.
    fn weighed(&mut self) -> Vec<Found> {
        let mut all = std::mem::take(&mut self.found);
        for (_, found) in all.iter_mut().filter(|(_, found)| found.failure.guesses > 0) {
            if let Some(site) = found.failure.blocked.first().map(|blocked| blocked.site) {
                found.failure.guesses = self.price(site).min(found.failure.guesses);
            }
        }
        all.into_iter().map(|(_, found)| found).collect()
    }

    /// How many answers have to be guessed to come to a failure at a place, whatever the other answers are: of a branch either one side is
    /// picked for a price of one, or what both sides cost at most is paid.
    fn price(&self, site: Site) -> u32 {
        let mut prices = vec![u32::MAX; self.nodes.len()];
        for (node, _) in self.ends.iter().filter(|(_, sites)| sites.contains(&site)) {
            if let Some(price) = prices.get_mut(*node as usize) {
                *price = 0;
            }
        }
        let of_branches = |prices: &[u32], branches: &[Edge], whole: bool| {
            let price = |edge: &Edge| prices[edge.to as usize].saturating_add(u32::from(edge.bets));
            let each = || branches.iter().map(price);
            let least = each().min().unwrap_or(u32::MAX);
            if !branches.iter().any(|edge| edge.guessed && !edge.bets) {
                return least;
            }
            let most = if whole {
                each().max().unwrap_or(u32::MAX)
            } else {
                u32::MAX
            };
            least.saturating_add(1).min(most)
        };
        // States that were found later mostly come later.
        let mut changed = true;
        let mut rounds = 0;
        while changed && rounds < PRICE_ROUNDS {
            changed = false;
            rounds += 1;
            for (node, visited) in self.nodes.iter().enumerate().rev() {
                for branches in visited.next.chunk_by(|a, b| a.transition == b.transition) {
                    let price = of_branches(&prices, branches, visited.whole);
                    if price < prices[node] {
                        prices[node] = price;
                        changed = true;
                    }
                }
            }
        }
        let begins: Vec<Edge> = self
            .begins
            .iter()
            .map(|&to| Edge {
                to,
                transition: 0,
                guessed: self.nodes[to as usize].guesses > 0,
                bets: false,
            })
            .collect();
        of_branches(&prices, &begins, true)
    }
}

/// States with their numbers, those that rest on the fewest guesses first: of two that are the same, the first one counts.
fn by_guesses(states: Vec<State>) -> Vec<(usize, State)> {
    let mut states: Vec<(usize, State)> = states.into_iter().enumerate().collect();
    states.sort_by_key(|(_, state)| state.guesses);
    states
}

/// States that are looked at although not all that comes after them was.
const UNFINISHED: u32 = 200;

/// States that are looked at for goroutines that wait.
const UNFINISHED_SEEN: usize = 2_000;

/// Rounds over all states in which prices are made smaller.
const PRICE_ROUNDS: u32 = 40;
