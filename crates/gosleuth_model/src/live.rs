//! Which values of a function are still read.
//!
//! Two states that differ in values nobody reads again are the same. Live values at the end of each block come from the usual backward data
//! flow; at a place inside a block they follow from the instructions behind it.

use std::cell::RefCell;
use std::rc::Rc;

use gosleuth_base::Idx as _;
use gosleuth_ir::{BlockId, Func, Op, Terminator, ValueId};
use rustc_hash::FxHashMap;

use crate::program::Program;
use gosleuth_ir::FuncKey;

/// A place in a function: the block, and the number of an instruction in it.
type Place = (FuncKey, BlockId, u32);

/// What was worked out before.
#[derive(Default)]
pub(crate) struct Liveness {
    ends: RefCell<FxHashMap<FuncKey, Rc<Vec<Vec<bool>>>>>,
    places: RefCell<FxHashMap<Place, Rc<[ValueId]>>>,
}

impl Liveness {
    /// The values that are read from an instruction of a block on, in order of their numbers.
    pub(crate) fn at(&self, program: &Program<'_>, key: FuncKey, block: BlockId, next: u32) -> Rc<[ValueId]> {
        if let Some(known) = self.places.borrow().get(&(key, block, next)) {
            return Rc::clone(known);
        }
        let func = program.func(key);
        let known = self.ends.borrow().get(&key).cloned();
        let ends = known.unwrap_or_else(|| {
            let ends = Rc::new(ends(func));
            self.ends.borrow_mut().insert(key, Rc::clone(&ends));
            ends
        });
        let mut live = ends[block.index()].clone();
        end_uses(func, block, &mut live);
        for &value in func.blocks[block].values[(next as usize).min(func.blocks[block].values.len())..]
            .iter()
            .rev()
        {
            step(func, value, &mut live);
        }
        // Deferred calls run from values of their own; results are read when the function has recovered.
        let list: Rc<[ValueId]> = live
            .iter()
            .enumerate()
            .filter(|&(_, &live)| live)
            .map(|(index, _)| ValueId::from_usize(index))
            .collect();
        self.places.borrow_mut().insert((key, block, next), Rc::clone(&list));
        list
    }
}

fn step(func: &Func, value: ValueId, live: &mut [bool]) {
    // An iterator is written by each round.
    live[value.index()] = false;
    match func.op(value) {
        // Read on the edges that lead here.
        Op::Phi(_) => {}
        op => op.for_each_operand(|operand| live[operand.index()] = true),
    }
}

fn end_uses(func: &Func, block: BlockId, live: &mut [bool]) {
    match &func.blocks[block].end {
        Terminator::If(value, ..) | Terminator::Select(value, _) | Terminator::Panic(value) => {
            live[value.index()] = true
        }
        Terminator::Return(values) => {
            for value in values {
                live[value.index()] = true;
            }
        }
        Terminator::Jump(_) | Terminator::Unreachable => {}
    }
}

/// The live values behind the end of each block.
fn ends(func: &Func) -> Vec<Vec<bool>> {
    let count = func.values.len();
    let blocks = func.blocks.len();
    let mut ends = vec![vec![false; count]; blocks];
    // Whatever the recovered block reads may be needed at any place.
    let mut always = vec![false; count];
    if let Some(recovered) = func.recovered {
        end_uses(func, recovered, &mut always);
        for &value in func.blocks[recovered].values.iter().rev() {
            step(func, value, &mut always);
        }
    }
    let mut changed = true;
    while changed {
        changed = false;
        for index in (0..blocks).rev() {
            let block = BlockId::from_usize(index);
            let mut begin = ends[index].clone();
            end_uses(func, block, &mut begin);
            for &value in func.blocks[block].values.iter().rev() {
                step(func, value, &mut begin);
            }
            for (place, &pred) in func.blocks[block].preds.iter().enumerate() {
                let end = &mut ends[pred.index()];
                let mut add = |value: usize| changed |= !std::mem::replace(&mut end[value], true);
                for value in 0..count {
                    if begin[value] || always[value] {
                        add(value);
                    }
                }
                for &value in &func.blocks[block].values {
                    if let Op::Phi(operands) = func.op(value)
                        && let Some(operand) = operands.get(place)
                    {
                        add(operand.index());
                    }
                }
            }
        }
    }
    for end in &mut ends {
        for (slot, &keep) in end.iter_mut().zip(&always) {
            *slot |= keep;
        }
    }
    ends
}
