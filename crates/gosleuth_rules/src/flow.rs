//! Walks along the paths of a function that follow one value through variables, until something settles what becomes of it.
//!
//! A path is followed once for each set of places that hold the value, so loops end; where a function has too many of those, nothing is
//! said about it.

use gosleuth_base::Idx as _;
use gosleuth_ir::{BlockId, Func, Op, Terminator, ValueId};
use gosleuth_syntax::ast::{BinaryOp, UnaryOp};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::context::RuleContext;
use crate::models::Behaviour;

/// Which of the values followed: rules number them as they like.
pub(crate) type Slot = u8;

/// What an event means for a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It goes on.
    Go,
    /// It is settled: nothing more is to be learned from it.
    Settled,
    /// It goes on, and what the user yields is the value under another name.
    Same,
}

/// Where values that are followed are now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Held {
    /// Sorted.
    values: Vec<(ValueId, Slot)>,
    /// Addresses of variables of the function that hold one; sorted.
    cells: Vec<(ValueId, Slot)>,
}

impl Held {
    /// Which of the values followed a value is.
    pub(crate) fn slot(&self, value: ValueId) -> Option<Slot> {
        find(&self.values, value)
    }

    fn hold(&mut self, value: ValueId, slot: Slot) {
        insert(&mut self.values, value, slot);
    }

    fn drop_value(&mut self, value: ValueId) {
        self.values.retain(|&(held, _)| held != value);
    }
}

fn find(list: &[(ValueId, Slot)], value: ValueId) -> Option<Slot> {
    let at = list.binary_search_by_key(&value, |&(held, _)| held).ok()?;
    Some(list[at].1)
}

fn insert(list: &mut Vec<(ValueId, Slot)>, value: ValueId, slot: Slot) {
    match list.binary_search_by_key(&value, |&(held, _)| held) {
        Ok(at) => list[at].1 = slot,
        Err(at) => list.insert(at, (value, slot)),
    }
}

/// What a rule wants to know of a path.
pub(crate) trait Follow {
    /// `user` uses the value in `slot`, or the address of a variable that holds it.
    fn used(&mut self, held: &Held, user: ValueId, slot: Slot) -> Step;

    /// The path takes the branch of `cond` that `taken` says.
    fn branched(&mut self, _held: &Held, _cond: ValueId, _taken: bool) -> Step {
        Step::Go
    }

    /// The path has come back to where it began.
    fn again(&mut self, _held: &Held) {}

    /// The function returns the value in `slot`.
    fn returned(&mut self, _slot: Slot) -> Step {
        Step::Settled
    }
}

/// Where a path ends with its value neither used up nor handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// At the end of this block, which returns.
    Return(BlockId),
    /// It comes back to where it began.
    Again(BlockId),
}

/// States of a walk; a function that needs more is not judged.
const MAX_STATES: usize = 4_000;

/// Follows the values in `start`, which are there once `origin` is done, along every path. Says where one gets lost first, in the order of
/// blocks; none if none does.
pub(crate) fn follow(
    cx: &RuleContext<'_>,
    func: &Func,
    origin: ValueId,
    start: &[(ValueId, Slot)],
    rule: &mut dyn Follow,
) -> Option<Lost> {
    follow_variables(cx, func, origin, start, &[], rule)
}

/// The same, where variables of the function hold some of the values already: `cells` are their addresses.
pub(crate) fn follow_variables(
    cx: &RuleContext<'_>,
    func: &Func,
    origin: ValueId,
    start: &[(ValueId, Slot)],
    cells: &[(ValueId, Slot)],
    rule: &mut dyn Follow,
) -> Option<Lost> {
    let (block, at) = position(func, origin)?;
    let mut held = Held::default();
    for &(value, slot) in start {
        held.hold(value, slot);
    }
    for &(cell, slot) in cells {
        insert(&mut held.cells, cell, slot);
    }
    let walk = Walk {
        cx,
        func,
        origin,
        captured: captured_cells(func),
    };
    let mut seen: FxHashSet<(BlockId, Held)> = FxHashSet::default();
    let mut lost: Vec<Lost> = Vec::new();
    let mut work = vec![(block, at + 1, held)];
    while let Some((block, from, mut held)) = work.pop() {
        if seen.len() > MAX_STATES {
            return None;
        }
        match walk.block(block, from, &mut held, rule) {
            BlockEnd::Settled => continue,
            BlockEnd::Again => {
                lost.push(Lost::Again(block));
                continue;
            }
            BlockEnd::Done => {}
        }
        match &func.blocks[block].end {
            Terminator::Return(values) => {
                let settled = values
                    .iter()
                    .filter_map(|&value| held.slot(value))
                    .any(|slot| rule.returned(slot) == Step::Settled);
                if !settled {
                    lost.push(Lost::Return(block));
                }
            }
            Terminator::If(cond, then, els) => {
                for (to, taken) in [(*els, false), (*then, true)] {
                    if rule.branched(&held, *cond, taken) != Step::Settled {
                        walk.enter(block, to, &held, &mut seen, &mut work);
                    }
                }
            }
            end => {
                for to in end.successors() {
                    walk.enter(block, to, &held, &mut seen, &mut work);
                }
            }
        }
    }
    let at = |lost: &Lost| match *lost {
        Lost::Return(block) | Lost::Again(block) => (end_pos(func, block), block),
    };
    lost.into_iter().min_by_key(at)
}

enum BlockEnd {
    Done,
    Settled,
    Again,
}

struct Walk<'c, 'a> {
    cx: &'c RuleContext<'a>,
    func: &'c Func,
    origin: ValueId,
    /// Variables that literals capture, with where the first of those stands.
    captured: FxHashMap<ValueId, u32>,
}

impl Walk<'_, '_> {
    fn block(&self, block: BlockId, from: usize, held: &mut Held, rule: &mut dyn Follow) -> BlockEnd {
        let func = self.func;
        for &value in func.blocks[block].values.get(from..).unwrap_or(&[]) {
            if value == self.origin {
                rule.again(held);
                return BlockEnd::Again;
            }
            let op = func.op(value);
            match op {
                Op::Phi(_) => continue,
                Op::Store { addr, value: stored } => {
                    if let Some(slot) = held.slot(*stored) {
                        // What a literal above has captured already, it sees.
                        let is_seen = self.captured.get(addr).is_some_and(|&pos| pos < func.values[value].pos);
                        let is_variable = matches!(func.op(*addr), Op::Alloc { var: Some(_) });
                        if (!is_variable || is_seen) && rule.used(held, value, slot) == Step::Settled {
                            return BlockEnd::Settled;
                        }
                        // It may be read from there as well, by this function.
                        if is_variable {
                            insert(&mut held.cells, *addr, slot);
                        }
                        continue;
                    }
                    held.cells.retain(|&(cell, _)| cell != *addr);
                    continue;
                }
                Op::Load(addr) => {
                    // A value is made anew each time it is met.
                    held.drop_value(value);
                    if let Some(slot) = find(&held.cells, *addr) {
                        held.hold(value, slot);
                        continue;
                    }
                }
                Op::Convert(inner) | Op::MakeInterface(inner) | Op::Held(inner) => {
                    held.drop_value(value);
                    if let Some(slot) = held.slot(*inner) {
                        held.hold(value, slot);
                    }
                    continue;
                }
                _ => {}
            }
            let mut slots: Vec<Slot> = Vec::new();
            op.for_each_operand(|operand| {
                slots.extend(held.slot(operand));
                slots.extend(find(&held.cells, operand));
            });
            slots.sort_unstable();
            slots.dedup();
            for slot in slots {
                match rule.used(held, value, slot) {
                    Step::Go => {}
                    Step::Settled => return BlockEnd::Settled,
                    Step::Same => held.hold(value, slot),
                }
            }
            if let Op::Call(call) = op
                && has(self.cx.call_models(call), Behaviour::NoReturn)
            {
                return BlockEnd::Settled;
            }
        }
        BlockEnd::Done
    }

    fn enter(
        &self,
        from: BlockId,
        to: BlockId,
        held: &Held,
        seen: &mut FxHashSet<(BlockId, Held)>,
        work: &mut Vec<(BlockId, usize, Held)>,
    ) {
        let block = &self.func.blocks[to];
        let mut next = held.clone();
        if let Some(edge) = block.preds.iter().position(|&pred| pred == from) {
            for &value in &block.values {
                let Op::Phi(operands) = self.func.op(value) else { break };
                match operands.get(edge).and_then(|&operand| held.slot(operand)) {
                    Some(slot) => next.hold(value, slot),
                    None => next.drop_value(value),
                }
            }
        }
        if seen.insert((to, next.clone())) {
            work.push((to, 0, next));
        }
    }
}

/// Whether a model of this behaviour is among them.
pub(crate) fn has(models: &[crate::Model], behaviour: Behaviour) -> bool {
    models.iter().any(|model| model.behaviour == behaviour)
}

fn captured_cells(func: &Func) -> FxHashMap<ValueId, u32> {
    let mut cells: FxHashMap<ValueId, u32> = FxHashMap::default();
    for value in func.values.iter() {
        if let Op::Closure { captures, .. } = &value.op {
            for &cell in captures {
                let first = cells.entry(cell).or_insert(value.pos);
                *first = value.pos.min(*first);
            }
        }
    }
    cells
}

/// The block a value is in, and its place there.
pub(crate) fn position(func: &Func, value: ValueId) -> Option<(BlockId, usize)> {
    func.blocks.iter_enumerated().find_map(|(id, block)| {
        let at = block.values.iter().position(|&other| other == value)?;
        Some((id, at))
    })
}

/// An offset that stands for the end of a block: that of its last value that was written, else the end of the function.
pub(crate) fn end_pos(func: &Func, block: BlockId) -> u32 {
    let values = &func.blocks[block].values;
    values
        .iter()
        .rev()
        .map(|&value| func.values[value].pos)
        .find(|&pos| pos > func.span.start)
        .unwrap_or(func.span.end.saturating_sub(1))
}

/// `x == nil` or `x != nil`, also negated: what is compared, and whether the condition holds when it is nil.
pub(crate) fn nil_check(func: &Func, cond: ValueId) -> Option<(ValueId, bool)> {
    match func.op(cond) {
        Op::Unary(UnaryOp::Not, inner) => nil_check(func, *inner).map(|(value, when_nil)| (value, !when_nil)),
        Op::Binary(op @ (BinaryOp::Equal | BinaryOp::NotEqual), x, y) => {
            let is_zero = |value: ValueId| match func.op(value) {
                Op::Zero => true,
                Op::MakeInterface(inner) => matches!(func.op(*inner), Op::Zero),
                _ => false,
            };
            let value = match (is_zero(*x), is_zero(*y)) {
                (false, true) => *x,
                (true, false) => *y,
                _ => return None,
            };
            Some((value, *op == BinaryOp::Equal))
        }
        _ => None,
    }
}

/// The results of a call by number; a call with one result is its own.
pub(crate) fn results(func: &Func, call: ValueId) -> FxHashMap<u32, ValueId> {
    func.values
        .iter_enumerated()
        .filter_map(|(id, value)| match value.op {
            Op::Extract { tuple, index } if tuple == call => Some((index, id)),
            _ => None,
        })
        .collect()
}

/// Whether control can come back to a block.
pub(crate) fn in_loop(func: &Func, block: BlockId) -> bool {
    let mut seen = vec![false; func.blocks.len()];
    let mut work = func.blocks[block].end.successors();
    while let Some(next) = work.pop() {
        if next == block {
            return true;
        }
        if !std::mem::replace(&mut seen[next.index()], true) {
            work.extend(func.blocks[next].end.successors());
        }
    }
    false
}
