//! Loops that start goroutines.
//!
//! How many workers there are comes from outside more often than anything else. That there are none is no use of a program; two show what many do.

use gosleuth_base::Idx as _;
use gosleuth_ir::{BlockId, Callee, FuncKey, Op};

use crate::machine::Machine;
use crate::native::Native;
use crate::state::{Gid, State};
use crate::value::Val;

/// Rounds of a loop that starts goroutines, where how many it has is not known at all.
const WORKERS: u8 = 2;

/// How a loop that starts goroutines goes on.
pub(crate) enum Rounds {
    /// It has at least one round: its body is here.
    Some(BlockId),
    /// Nothing is known of the number: the body, or what comes behind it.
    Next(BlockId),
}

impl Machine<'_> {
    /// Whether a branch is the end of a loop that starts goroutines and that has a number of rounds from outside, and how it goes on. None where that
    /// is a question as any other.
    pub(crate) fn rounds(&self, state: &mut State, gid: Gid, question: &Val, sides: [BlockId; 2]) -> Option<Rounds> {
        let is_unknown = question.is_unknown();
        if !self.calls_back.get() || !is_unknown && !state.is_order(question) {
            return None;
        }
        let frame = state.frame(gid);
        let (key, head) = (frame.func, frame.block);
        let body = self.worker_loop(key, head, sides)?;
        let behind = if body == sides[0] { sides[1] } else { sides[0] };
        let place = match frame.open_branches.iter().position(|(to, _)| *to == body) {
            Some(place) => place,
            None => {
                frame.open_branches.push((body, 0));
                frame.open_branches.len() - 1
            }
        };
        let count = &mut frame.open_branches[place].1;
        match (is_unknown, *count) {
            (false, 0) => {
                *count = 1;
                Some(Rounds::Some(body))
            }
            (false, _) => None,
            (true, rounds) if rounds < WORKERS => {
                *count += 1;
                Some(Rounds::Next(body))
            }
            (true, _) => Some(Rounds::Next(behind)),
        }
    }

    /// The side of a branch that is the body of a loop and starts goroutines.
    fn worker_loop(&self, key: FuncKey, head: BlockId, [body, behind]: [BlockId; 2]) -> Option<BlockId> {
        if let Some(&known) = self.worker_loops.borrow().get(&(key, head)) {
            return known;
        }
        let func = self.program.func(key);
        let from = |side: BlockId| {
            let mut seen = vec![false; func.blocks.len()];
            seen[head.index()] = true;
            let mut work = vec![side];
            while let Some(block) = work.pop() {
                if !std::mem::replace(&mut seen[block.index()], true) {
                    work.extend(func.blocks[block].end.successors());
                }
            }
            seen
        };
        let (inside, outside) = (from(body), from(behind));
        // What is behind the loop gets back to it only by way of its beginning.
        let is_of_loop = |block: BlockId| inside[block.index()] && !outside[block.index()];
        let starts = |block: BlockId| {
            func.blocks[block].values.iter().any(|&value| match func.op(value) {
                Op::Go(_) => true,
                Op::Call(call) => match call.callee {
                    Callee::Static(obj) => matches!(self.native(obj), Some(Native::WaitGroupGo | Native::GroupGo)),
                    _ => false,
                },
                _ => false,
            })
        };
        let comes_back = func.blocks[head].preds.iter().any(|&pred| is_of_loop(pred));
        let is_found = comes_back
            && func
                .blocks
                .iter_enumerated()
                .any(|(block, _)| is_of_loop(block) && starts(block));
        let found = is_found.then_some(body);
        self.worker_loops.borrow_mut().insert((key, head), found);
        found
    }
}
