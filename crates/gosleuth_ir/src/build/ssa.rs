//! Variables to values: the current value of each variable in each block, with phis where paths meet.

use gosleuth_base::Idx as _;
use gosleuth_types::TypeId;
use rustc_hash::FxHashMap;

use super::Builder;
use crate::ir::{BlockId, Op, Terminator, Value, ValueId};

/// A variable that is no cell, or the address of one that is: the number of its object, or of a temporary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Var {
    /// An own object.
    Object(u32),
    /// Something the lowering needs itself.
    Temporary(u32),
}

/// Where the value of each variable is known.
#[derive(Default)]
pub(super) struct Ssa {
    defs: FxHashMap<(Var, BlockId), ValueId>,
    types: FxHashMap<Var, TypeId>,
    sealed: Vec<bool>,
    /// Phis of blocks that are not sealed.
    incomplete: FxHashMap<BlockId, Vec<(Var, ValueId)>>,
    /// Phis that turned out to be one value.
    replaced: FxHashMap<ValueId, ValueId>,
}

impl Builder<'_, '_> {
    /// A new variable without object.
    pub(super) fn temporary(&mut self) -> Var {
        self.temporaries += 1;
        Var::Temporary(self.temporaries)
    }

    /// Sets a variable in the current block.
    pub(super) fn write_var(&mut self, var: Var, ty: TypeId, value: ValueId) {
        self.ssa.types.insert(var, ty);
        if let Some(block) = self.current {
            self.ssa.defs.insert((var, block), value);
        }
    }

    /// The value of a variable in the current block.
    pub(super) fn read_var(&mut self, var: Var, pos: u32) -> ValueId {
        let Some(block) = self.current else {
            // Nothing leads here.
            let ty = self.ssa.types.get(&var).copied().unwrap_or(TypeId::UNKNOWN);
            return self.emit(Op::Unknown(Vec::new()), ty, pos);
        };
        self.read_in(var, block, pos)
    }

    fn read_in(&mut self, var: Var, block: BlockId, pos: u32) -> ValueId {
        // Chains of blocks with one predecessor are followed without recursion.
        let mut at = block;
        let mut passed = Vec::new();
        let value = loop {
            if let Some(&value) = self.ssa.defs.get(&(var, at)) {
                break self.resolve(value);
            }
            let is_sealed = self.ssa.sealed.get(at.index()).copied().unwrap_or(false);
            let preds = &self.func.blocks[at].preds;
            if is_sealed && preds.len() == 1 {
                passed.push(at);
                at = preds[0];
                continue;
            }
            passed.push(at);
            let ty = self.ssa.types.get(&var).copied().unwrap_or(TypeId::UNKNOWN);
            if is_sealed && preds.is_empty() {
                break self.emit_first(at, Op::Unknown(Vec::new()), ty, pos);
            }
            let phi = self.emit_first(at, Op::Phi(Vec::new()), ty, pos);
            self.ssa.defs.insert((var, at), phi);
            if is_sealed {
                break self.complete_phi(var, at, phi, pos);
            }
            self.ssa.incomplete.entry(at).or_default().push((var, phi));
            break phi;
        };
        for block in passed {
            self.ssa.defs.insert((var, block), value);
        }
        value
    }

    /// Adds a value in front of a block.
    fn emit_first(&mut self, block: BlockId, op: Op, ty: TypeId, pos: u32) -> ValueId {
        let value = self.func.values.push(Value { op, ty, pos });
        self.func.blocks[block].values.insert(0, value);
        value
    }

    fn complete_phi(&mut self, var: Var, block: BlockId, phi: ValueId, pos: u32) -> ValueId {
        if self.depth >= super::MAX_NESTING {
            return phi;
        }
        self.depth += 1;
        let preds = self.func.blocks[block].preds.clone();
        let operands: Vec<_> = preds.into_iter().map(|pred| self.read_in(var, pred, pos)).collect();
        self.depth -= 1;
        self.func.values[phi].op = Op::Phi(operands);
        self.simplify(phi)
    }

    /// A phi of one value and itself is that value.
    fn simplify(&mut self, phi: ValueId) -> ValueId {
        let Op::Phi(operands) = &self.func.values[phi].op else {
            return phi;
        };
        let mut same = None;
        for &operand in operands {
            let operand = self.resolve(operand);
            if operand == phi || Some(operand) == same {
                continue;
            }
            if same.is_some() {
                return phi;
            }
            same = Some(operand);
        }
        match same {
            Some(value) => {
                self.ssa.replaced.insert(phi, value);
                value
            }
            None => phi,
        }
    }

    /// What a value was found to be.
    fn resolve(&self, mut value: ValueId) -> ValueId {
        while let Some(&next) = self.ssa.replaced.get(&value) {
            value = next;
        }
        value
    }

    /// All predecessors of a block are known.
    pub(super) fn seal(&mut self, block: BlockId) {
        if self.ssa.sealed.len() <= block.index() {
            self.ssa.sealed.resize(block.index() + 1, false);
        }
        if std::mem::replace(&mut self.ssa.sealed[block.index()], true) {
            return;
        }
        for (var, phi) in self.ssa.incomplete.remove(&block).unwrap_or_default() {
            let pos = self.func.values[phi].pos;
            self.complete_phi(var, block, phi, pos);
        }
    }

    pub(super) fn seal_all(&mut self) {
        for index in 0..self.func.blocks.len() {
            self.seal(BlockId::from_usize(index));
        }
    }

    /// Puts in what phis turned out to be, and drops what nothing leads to.
    pub(super) fn complete(&mut self) {
        self.drop_unreachable();
        // A phi may become trivial through another one.
        let phis: Vec<_> = self
            .func
            .values
            .iter_enumerated()
            .filter(|(_, value)| matches!(value.op, Op::Phi(_)))
            .map(|(id, _)| id)
            .collect();
        let mut changed = true;
        while changed {
            changed = false;
            for &phi in &phis {
                if !self.ssa.replaced.contains_key(&phi) && self.simplify(phi) != phi {
                    changed = true;
                }
            }
        }
        let replaced = std::mem::take(&mut self.ssa.replaced);
        let resolve = |mut value: ValueId| {
            while let Some(&next) = replaced.get(&value) {
                value = next;
            }
            value
        };
        for index in 0..self.func.values.len() {
            self.func.values[ValueId::from_usize(index)].op.map_operands(resolve);
        }
        for index in 0..self.func.blocks.len() {
            let block = &mut self.func.blocks[BlockId::from_usize(index)];
            block.values.retain(|value| !replaced.contains_key(value));
            match &mut block.end {
                Terminator::If(value, ..) | Terminator::Select(value, _) | Terminator::Panic(value) => {
                    *value = resolve(*value)
                }
                Terminator::Return(values) => values.iter_mut().for_each(|value| *value = resolve(*value)),
                Terminator::Jump(_) | Terminator::Unreachable => {}
            }
        }
    }

    fn drop_unreachable(&mut self) {
        if self.func.blocks.is_empty() {
            return;
        }
        let count = self.func.blocks.len();
        let mut reached = vec![false; count];
        let mut work = vec![BlockId::from_usize(0)];
        work.extend(self.func.recovered);
        while let Some(block) = work.pop() {
            if !std::mem::replace(&mut reached[block.index()], true) {
                work.extend(self.func.blocks[block].end.successors());
            }
        }
        if reached.iter().all(|&it| it) {
            return;
        }
        let mut next = 0;
        let numbers: Vec<_> = reached
            .iter()
            .map(|&it| {
                it.then(|| {
                    next += 1;
                    BlockId::from_usize(next - 1)
                })
            })
            .collect();
        let renumber = |block: &mut BlockId| {
            if let Some(number) = numbers[block.index()] {
                *block = number;
            }
        };
        let old = std::mem::take(&mut self.func.blocks);
        for (id, block) in old.iter_enumerated() {
            if !reached[id.index()] {
                continue;
            }
            let mut block = block.clone();
            let keep: Vec<bool> = block.preds.iter().map(|pred| reached[pred.index()]).collect();
            if keep.contains(&false) {
                for &value in &block.values {
                    if let Op::Phi(operands) = &mut self.func.values[value].op {
                        let mut kept = keep.iter();
                        operands.retain(|_| kept.next().copied().unwrap_or(true));
                    }
                }
                let mut kept = keep.iter();
                block.preds.retain(|_| kept.next().copied().unwrap_or(true));
            }
            block.preds.iter_mut().for_each(renumber);
            match &mut block.end {
                Terminator::Jump(to) => renumber(to),
                Terminator::If(_, then, els) => {
                    renumber(then);
                    renumber(els);
                }
                Terminator::Select(_, to) => to.iter_mut().for_each(renumber),
                Terminator::Return(_) | Terminator::Panic(_) | Terminator::Unreachable => {}
            }
            self.func.blocks.push(block);
        }
        if let Some(recovered) = &mut self.func.recovered {
            renumber(recovered);
        }
    }
}
