//! A function with its loops unrolled a few rounds: a graph without circles, in which every instruction happens at most once.
//!
//! Analyses that ask in which order things happen have it easier there: "after" is reachability, and the first round of a loop can be told
//! from the second. What only a later round does is not seen.

use gosleuth_base::Idx as _;
use rustc_hash::FxHashMap;

use crate::ir::{BlockId, Func, ValueId};

/// A loop of a function.
#[derive(Clone, Debug)]
pub struct Loop {
    /// Where every round begins.
    pub head: BlockId,
    /// By block: whether it is in the loop.
    pub blocks: Vec<bool>,
    /// Rounds that are unrolled.
    pub rounds: u8,
}

/// A block in a certain round of the loops around it.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Which block.
    pub block: BlockId,
    /// The rounds of the loops around, outer ones first, from 0. At the head of a loop, the number of unrolled rounds means that the loop
    /// is left there.
    pub rounds: Vec<u8>,
    /// Instances that lead here, with the number of the branch taken there.
    pub preds: Vec<(usize, usize)>,
    /// Where its branches lead, in the order of [`Terminator::successors`](crate::Terminator::successors); none where that is cut off.
    pub succs: Vec<Option<usize>>,
}

/// A function with its loops unrolled.
#[derive(Clone, Debug)]
pub struct Unrolled {
    /// Its loops.
    pub loops: Vec<Loop>,
    /// By block: the loops around it, outer ones first.
    pub nest: Vec<Vec<usize>>,
    /// In an order in which every instance comes after those that lead to it; the first is the entry.
    pub instances: Vec<Instance>,
    /// By block: its instances.
    pub by_block: Vec<Vec<usize>>,
    /// By value: its block, and its place there. None for values that are in no block.
    pub home: Vec<Option<(BlockId, u32)>>,
}

/// Instances of one function.
const MAX_INSTANCES: usize = 1_000;

impl Unrolled {
    /// Unrolls each loop as many rounds as `rounds` says of it, at least one; none for functions without body and those that get too big.
    pub fn new(func: &Func, rounds: impl Fn(&Loop) -> u8) -> Option<Self> {
        if func.blocks.is_empty() {
            return None;
        }
        let mut loops = find_loops(func);
        for found in &mut loops {
            found.rounds = rounds(found).max(1);
        }
        let mut home = vec![None; func.values.len()];
        for (id, block) in func.blocks.iter_enumerated() {
            for (at, &value) in block.values.iter().enumerate() {
                home[value.index()] = Some((id, at as u32));
            }
        }
        let nest: Vec<Vec<usize>> = (0..func.blocks.len())
            .map(|block| {
                let mut around: Vec<usize> = (0..loops.len()).filter(|&index| loops[index].blocks[block]).collect();
                // The bigger one is around the smaller one.
                around.sort_by_key(|&index| std::cmp::Reverse(loops[index].blocks.iter().filter(|&&is| is).count()));
                around
            })
            .collect();
        let mut unrolled = Self {
            loops,
            nest,
            instances: Vec::new(),
            by_block: Vec::new(),
            home,
        };
        if !unrolled.fill(func) {
            unrolled.loops.iter_mut().for_each(|found| found.rounds = 1);
            if !unrolled.fill(func) {
                return None;
            }
        }
        Some(unrolled)
    }

    /// Whether it fits.
    fn fill(&mut self, func: &Func) -> bool {
        self.instances.clear();
        let mut known: FxHashMap<(BlockId, Vec<u8>), usize> = FxHashMap::default();
        let entry = BlockId::from_usize(0);
        let start = vec![0; self.nest[0].len()];
        known.insert((entry, start.clone()), 0);
        let mut made = vec![(entry, start)];
        let mut succs: Vec<Vec<Option<usize>>> = Vec::new();
        let mut next = 0;
        while next < made.len() {
            let (block, rounds) = made[next].clone();
            next += 1;
            let targets = func.blocks[block].end.successors();
            let row = targets
                .into_iter()
                .map(|to| {
                    let to_rounds = self.enter(func, block, &rounds, to)?;
                    let number = made.len();
                    let key = (to, to_rounds);
                    Some(*known.entry(key.clone()).or_insert_with(|| {
                        made.push(key);
                        number
                    }))
                })
                .collect();
            succs.push(row);
            if made.len() > MAX_INSTANCES {
                return false;
            }
        }
        let order = topological(&succs);
        let mut place = vec![usize::MAX; made.len()];
        for (at, &old) in order.iter().enumerate() {
            place[old] = at;
        }
        self.by_block = vec![Vec::new(); func.blocks.len()];
        for &old in &order {
            let (block, rounds) = made[old].clone();
            self.by_block[block.index()].push(self.instances.len());
            let succs = succs[old].iter().map(|to| to.map(|to| place[to])).collect();
            self.instances.push(Instance {
                block,
                rounds,
                preds: Vec::new(),
                succs,
            });
        }
        for from in 0..self.instances.len() {
            for branch in 0..self.instances[from].succs.len() {
                if let Some(to) = self.instances[from].succs[branch] {
                    self.instances[to].preds.push((from, branch));
                }
            }
        }
        true
    }

    /// The rounds in which a branch arrives; none where it is cut off.
    fn enter(&self, func: &Func, from: BlockId, rounds: &[u8], to: BlockId) -> Option<Vec<u8>> {
        let from_nest = &self.nest[from.index()];
        // At a head in its last visit, the loop is left.
        if let Some((&inner, &round)) = from_nest.last().zip(rounds.last())
            && self.loops[inner].head == from
            && round >= self.loops[inner].rounds
            && self.loops[inner].blocks[to.index()]
        {
            return None;
        }
        let mut arrived = Vec::with_capacity(self.nest[to.index()].len());
        for &around in &self.nest[to.index()] {
            let found = &self.loops[around];
            match from_nest.iter().position(|&index| index == around) {
                None if found.head == to => arrived.push(0),
                // A jump into a loop.
                None => return None,
                Some(at) if found.head == to => {
                    let round = rounds.get(at).copied().unwrap_or(0) + 1;
                    let exits = func.blocks[to]
                        .end
                        .successors()
                        .iter()
                        .any(|exit| !found.blocks[exit.index()]);
                    if round > found.rounds || (round == found.rounds && !exits) {
                        return None;
                    }
                    arrived.push(round);
                }
                Some(at) => arrived.push(rounds.get(at).copied().unwrap_or(0)),
            }
        }
        Some(arrived)
    }

    /// Whether an instance is the head of its innermost loop, in the visit in which the loop is left.
    pub fn leaves(&self, instance: usize) -> bool {
        let instance = &self.instances[instance];
        match (self.nest[instance.block.index()].last(), instance.rounds.last()) {
            (Some(&inner), Some(&round)) => {
                self.loops[inner].head == instance.block && round >= self.loops[inner].rounds
            }
            _ => false,
        }
    }

    /// The instances of the block of a value that its use in another instance may mean: the one in the same rounds, or all of a loop that
    /// was left.
    pub fn definitions(&self, value: ValueId, user: usize) -> impl Iterator<Item = (usize, u32)> + '_ {
        let home = self.home.get(value.index()).copied().flatten();
        home.into_iter().flat_map(move |(block, at)| {
            let nest = &self.nest[block.index()];
            let user = &self.instances[user];
            let user_nest = &self.nest[user.block.index()];
            let shared = nest.iter().zip(user_nest).take_while(|(a, b)| a == b).count();
            self.by_block[block.index()]
                .iter()
                .copied()
                .filter(move |&index| self.instances[index].rounds[..shared] == user.rounds[..shared])
                .map(move |index| (index, at))
        })
    }
}

/// The natural loops of a function; those with the same head are one.
fn find_loops(func: &Func) -> Vec<Loop> {
    let count = func.blocks.len();
    let mut state = vec![0_u8; count];
    let mut back: Vec<(usize, usize)> = Vec::new();
    let mut stack = vec![(0_usize, 0_usize)];
    state[0] = 1;
    while let Some(&mut (block, ref mut next)) = stack.last_mut() {
        let succs = func.blocks[BlockId::from_usize(block)].end.successors();
        match succs.get(*next) {
            Some(to) => {
                *next += 1;
                let to = to.index();
                match state[to] {
                    0 => {
                        state[to] = 1;
                        stack.push((to, 0));
                    }
                    1 => back.push((block, to)),
                    _ => {}
                }
            }
            None => {
                state[block] = 2;
                stack.pop();
            }
        }
    }
    let mut loops: Vec<Loop> = Vec::new();
    for (tail, head) in back {
        let mut blocks = vec![false; count];
        blocks[head] = true;
        let mut work = vec![tail];
        while let Some(block) = work.pop() {
            if std::mem::replace(&mut blocks[block], true) {
                continue;
            }
            let preds = &func.blocks[BlockId::from_usize(block)].preds;
            work.extend(preds.iter().map(|pred| pred.index()).filter(|&pred| state[pred] != 0));
        }
        let head = BlockId::from_usize(head);
        match loops.iter_mut().find(|known| known.head == head) {
            Some(known) => known.blocks.iter_mut().zip(blocks).for_each(|(is, also)| *is |= also),
            None => loops.push(Loop {
                head,
                blocks,
                rounds: 1,
            }),
        }
    }
    loops
}

/// The numbers of what can be reached from 0, each after those that lead to it. A circle, which a `goto` into a loop can leave, is cut.
fn topological(succs: &[Vec<Option<usize>>]) -> Vec<usize> {
    let mut seen = vec![false; succs.len()];
    let mut order = Vec::with_capacity(succs.len());
    let mut stack = vec![(0_usize, 0_usize)];
    seen[0] = true;
    while let Some(&mut (at, ref mut next)) = stack.last_mut() {
        match succs[at].get(*next) {
            Some(to) => {
                *next += 1;
                if let Some(to) = *to
                    && !std::mem::replace(&mut seen[to], true)
                {
                    stack.push((to, 0));
                }
            }
            None => {
                order.push(at);
                stack.pop();
            }
        }
    }
    order.reverse();
    order
}
