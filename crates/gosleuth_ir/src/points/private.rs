//! What happens to a thing in the function that makes it.

use gosleuth_types::TypeId;
use rustc_hash::FxHashSet;

use super::solve::Part;
use super::text::{At, Program};
use crate::ir::{Callee, Func, FuncKey, Op, Terminator, ValueId};

/// A thing that its function only fills and returns: each call makes one of its own, and nobody else has seen it before.
pub(super) struct Private {
    /// The values that are it, or its address.
    names: FxHashSet<ValueId>,
}

/// Things in things that are filled.
const MAX_DEPTH: u32 = 3;

/// Whether a thing is private to its function until it returns it.
pub(super) fn private(program: &Program<'_>, at: At) -> Option<Private> {
    private_within(program, at, MAX_DEPTH)
}

fn private_within(program: &Program<'_>, (key, made): At, depth: u32) -> Option<Private> {
    let func = program.body(key);
    let (names, vars) = names(func, made);
    for (id, op) in live(func) {
        let mut uses = false;
        op.for_each_operand(|operand| uses |= names.contains(&operand) || vars.contains(&operand));
        if !uses {
            continue;
        }
        let is_quiet = match op {
            Op::Load(_) | Op::Phi(_) | Op::Convert(_) | Op::MapGet { .. } => true,
            Op::Store { addr, value } => {
                let is_kept_here = || vars.contains(addr) || is_filled(program, key, *addr, made, depth);
                !names.contains(value) || is_kept_here()
            }
            Op::MapSet { map, value, .. } => names.contains(map) && !names.contains(value),
            Op::FieldAddr { .. } | Op::IndexAddr { .. } => is_part_quiet(program, func, id, MAX_DEPTH),
            op => is_foreign_call(program, op),
        };
        if !is_quiet {
            return None;
        }
    }
    let panics = func
        .blocks
        .iter()
        .any(|block| matches!(block.end, Terminator::Panic(value) if names.contains(&value)));
    (!panics).then_some(Private { names })
}

/// Whether an address is part of something else that its function only fills and returns.
fn is_filled(program: &Program<'_>, key: FuncKey, addr: ValueId, made: ValueId, depth: u32) -> bool {
    let func = program.body(key);
    let mut root = addr;
    while let Op::FieldAddr { base, .. } | Op::IndexAddr { base, .. } = *func.op(root) {
        root = base;
    }
    // A variable that holds the other thing.
    if let Op::Load(var) = *func.op(root) {
        let mut stored = live(func).filter_map(|(_, op)| match *op {
            Op::Store { addr, value } if addr == var => Some(value),
            _ => None,
        });
        match (stored.next(), stored.next()) {
            (Some(only), None) => root = only,
            _ => return false,
        }
    }
    let is_made = matches!(func.op(root), Op::Alloc { .. } | Op::MakeSlice { .. } | Op::MakeMap);
    depth > 0 && is_made && root != made && root != addr && private_within(program, (key, root), depth - 1).is_some()
}

/// Whether the address of a part is only read, written and handed to functions outside.
fn is_part_quiet(program: &Program<'_>, func: &Func, part: ValueId, depth: u32) -> bool {
    let returned = func.blocks.iter().any(|block| match &block.end {
        Terminator::Return(values) => values.contains(&part),
        _ => false,
    });
    !returned
        && live(func).all(|(id, op)| {
            let mut uses = false;
            op.for_each_operand(|operand| uses |= operand == part);
            !uses
                || match op {
                    Op::Load(_) => true,
                    Op::Store { value, .. } => *value != part,
                    Op::FieldAddr { .. } | Op::IndexAddr { .. } => {
                        depth > 0 && is_part_quiet(program, func, id, depth - 1)
                    }
                    op => is_foreign_call(program, op),
                }
        })
}

fn is_foreign_call(program: &Program<'_>, op: &Op) -> bool {
    match op {
        Op::Call(call) => matches!(call.callee, Callee::Static(obj) if program.body_of(obj).is_none()),
        _ => false,
    }
}

/// The values that are a thing, or its address, and the variables that hold it.
fn names(func: &Func, made: ValueId) -> (FxHashSet<ValueId>, FxHashSet<ValueId>) {
    let mut names = FxHashSet::from_iter([made]);
    let mut vars: FxHashSet<ValueId> = FxHashSet::default();
    loop {
        let before = names.len() + vars.len();
        for (id, op) in live(func) {
            match op {
                Op::Store { addr, value }
                    if names.contains(value) && matches!(func.op(*addr), Op::Alloc { var: Some(_) }) =>
                {
                    vars.insert(*addr);
                }
                Op::Load(from) if vars.contains(from) => {
                    names.insert(id);
                }
                Op::Convert(from) if names.contains(from) => {
                    names.insert(id);
                }
                Op::Phi(values) if values.iter().any(|value| names.contains(value)) => {
                    names.insert(id);
                }
                _ => {}
            }
        }
        if names.len() + vars.len() == before {
            return (names, vars);
        }
    }
}

fn live(func: &Func) -> impl Iterator<Item = (ValueId, &Op)> {
    let ids = func.blocks.iter().flat_map(|block| block.values.iter().copied());
    ids.map(|id| (id, func.op(id)))
}

impl Private {
    /// The values that its function writes to a part of it.
    pub(super) fn written(&self, program: &Program<'_>, key: FuncKey, path: &[Part]) -> Vec<ValueId> {
        let func = program.body(key);
        let found = live(func).filter_map(|(_, op)| match *op {
            Op::Store { addr, value } if self.is_at(func, addr, path) => Some(value),
            Op::MapSet { map, value, .. } if path == [Part::Element] && self.names.contains(&map) => Some(value),
            _ => None,
        });
        found
            .filter(|&value| func.values[value].ty != TypeId::UNKNOWN)
            .collect()
    }

    fn is_at(&self, func: &Func, addr: ValueId, path: &[Part]) -> bool {
        let Some((last, rest)) = path.split_last() else {
            return self.names.contains(&addr);
        };
        match (func.op(addr), last) {
            (Op::FieldAddr { base, field }, Part::Field(number)) => field == number && self.is_at(func, *base, rest),
            (Op::IndexAddr { base, .. }, Part::Element) => self.is_at(func, *base, rest),
            _ => false,
        }
    }
}
