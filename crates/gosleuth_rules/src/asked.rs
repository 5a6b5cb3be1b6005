//! Whether a function gets to a place only where its caller may have decided so.
//!
//! A helper that asks a parameter, or a field for one of several named values, before it locks is often told by its callers whether to:
//! `flush(locked bool)`, `if c.version != v3 { c.renegotiate() }`. What such a call does is not certain where the answer is not known.

use gosleuth_base::Idx as _;
use gosleuth_ir::{BlockId, Func, Op, Terminator, ValueId};
use gosleuth_syntax::ast::{BinaryOp, UnaryOp};
use gosleuth_types::ConstValue;

use crate::locks::only_parameter;

/// Blocks up to which a function is looked at.
const MAX_BLOCKS: usize = 2_000;

/// Whether a block is reached only by one answer to a question that callers can know the answer to.
pub(crate) fn is_asked(func: &Func, block: BlockId) -> bool {
    func.blocks.len() <= MAX_BLOCKS
        && func.blocks.iter_enumerated().any(|(at, node)| match node.end {
            Terminator::If(cond, then, els) => {
                then != els
                    && at != block
                    && is_for_callers(func, cond)
                    && (!is_reached(func, block, (at, then)) || !is_reached(func, block, (at, els)))
                    // Both are unreachable where the block itself is.
                    && is_reached(func, block, (block, block))
            }
            _ => false,
        })
}

/// Whether control gets to a block without taking an edge.
fn is_reached(func: &Func, wanted: BlockId, without: (BlockId, BlockId)) -> bool {
    let mut seen = vec![false; func.blocks.len()];
    let mut work = vec![BlockId::from_usize(0)];
    while let Some(block) = work.pop() {
        if block == wanted {
            return true;
        }
        if !std::mem::replace(&mut seen[block.index()], true) {
            let next = func.blocks[block].end.successors();
            work.extend(next.into_iter().filter(|&to| (block, to) != without));
        }
    }
    false
}

/// Whether a condition is about a parameter, or compares a field that is reached from one with a value that has a meaning.
fn is_for_callers(func: &Func, cond: ValueId) -> bool {
    match *func.op(cond) {
        Op::Unary(UnaryOp::Not, inner) => is_for_callers(func, inner),
        Op::Binary(BinaryOp::Equal | BinaryOp::NotEqual, x, y) => {
            let (asked, known) = if is_constant(func, y) { (x, y) } else { (y, x) };
            is_constant(func, known)
                && match origin(func, asked) {
                    Some(Asked::Parameter) => true,
                    // Nil and zero say only that there is nothing.
                    Some(Asked::Field) => {
                        matches!(func.op(known), Op::Const(value) if !matches!(value, ConstValue::Int(0) | ConstValue::Bool(_)))
                    }
                    None => false,
                }
        }
        _ => matches!(origin(func, cond), Some(Asked::Parameter)),
    }
}

fn is_constant(func: &Func, value: ValueId) -> bool {
    matches!(func.op(value), Op::Const(_) | Op::Zero)
}

enum Asked {
    /// A parameter that is not the receiver.
    Parameter,
    /// A field of what a parameter refers to.
    Field,
}

/// What a value is read from.
fn origin(func: &Func, mut value: ValueId) -> Option<Asked> {
    let mut has_parts = false;
    // Expressions are not longer where people write them.
    for _ in 0..16 {
        let number = match *func.op(value) {
            Op::Convert(inner) => {
                value = inner;
                continue;
            }
            Op::FieldAddr { base, .. } | Op::Field { base, .. } => {
                has_parts = true;
                value = base;
                continue;
            }
            Op::Load(addr) => match only_parameter(func, addr) {
                Some(number) => number,
                None => {
                    value = addr;
                    continue;
                }
            },
            // `x.state.Load()` asks for what is in the field.
            Op::Call(ref call) => match *call.args {
                [place] if matches!(func.op(place), Op::FieldAddr { .. }) => {
                    value = place;
                    continue;
                }
                _ => return None,
            },
            Op::Param(number) => number,
            _ => return None,
        };
        let is_receiver = number == 0 && func.has_receiver;
        return match has_parts {
            true => Some(Asked::Field),
            false => (!is_receiver).then_some(Asked::Parameter),
        };
    }
    None
}
