//! Operations with two operands.

use std::sync::Arc;

use gosleuth_syntax::ast::{BinaryOp, ExprId, ExprKind};

use super::untyped::{is_comparison, is_shift};
use super::{Checker, Operand};
use crate::constant::ConstValue;
use crate::info::Mode;
use crate::types::{BasicKind, Type, TypeId};

/// The longest shift of a constant; what it is good for is far below.
const MAX_SHIFT: i64 = 4096;

impl Checker<'_> {
    /// `x op y`. Chains nest to the left, as deep as they are long, and are not followed by recursion.
    pub(super) fn binary_expr(&mut self, expr: ExprId) -> Operand {
        let tree = self.tree();
        let mut chain = Vec::new();
        let mut left = expr;
        while let ExprKind::Binary { op, x, y, .. } = tree.exprs[left].kind {
            chain.push((left, op, y));
            left = x;
        }
        let mut x = self.expr(left);
        // The text of a long concatenation of constants: only the whole gets a value, or the parts would take quadratic space.
        let mut text: Vec<u8> = Vec::new();
        let long = chain.len() > 64;
        while let Some((at, op, y)) = chain.pop() {
            let mut y = self.expr(y);
            match (&mut x.value, &mut y.value) {
                (Some(ConstValue::String(a)), Some(ConstValue::String(b))) if long && op == BinaryOp::Add => {
                    if self.charge(a.len() + b.len()) {
                        text.extend_from_slice(a);
                        text.extend_from_slice(b);
                    }
                    (*a, *b) = (Arc::default(), Arc::default());
                }
                _ if !text.is_empty() => x.value = Some(ConstValue::string(std::mem::take(&mut text))),
                _ => {}
            }
            x = self.binary(Some(at), op, x, y);
            if !text.is_empty() {
                if chain.is_empty() {
                    x.value = Some(ConstValue::string(std::mem::take(&mut text)));
                } else {
                    self.record(at, x.mode, x.ty);
                }
            } else if !chain.is_empty() {
                self.record_operand(&mut x);
            }
        }
        x
    }

    /// `x op= y`, `x++`: the result of the operation, untyped operands settled; `at` is where it is recorded, if anywhere.
    pub(crate) fn binary(&mut self, at: Option<ExprId>, op: BinaryOp, mut x: Operand, mut y: Operand) -> Operand {
        let at = at.unwrap_or(x.expr);
        if is_shift(op) {
            return self.shift(at, op, x, y);
        }
        if x.is_unknown() || y.is_unknown() {
            return self.half_known(at, op, x, y);
        }
        if !self.match_types(&mut x, &mut y) {
            return match is_comparison(op) {
                true => Operand::new(at, Mode::Value, TypeId::UNTYPED_BOOL),
                false => Operand::unknown(at),
            };
        }
        if is_comparison(op) {
            return self.comparison(at, op, x, y);
        }
        let ty = x.ty;
        if ty != y.ty && !self.query().identical(ty, y.ty) {
            return Operand::unknown(at);
        }
        match (&x.value, &y.value) {
            (Some(a), Some(b)) if x.mode == Mode::Constant && y.mode == Mode::Constant => {
                let integer = self.basic(ty).is_some_and(BasicKind::is_integer);
                let long =
                    matches!((a, b), (ConstValue::String(a), ConstValue::String(b)) if !self.charge(a.len() + b.len()));
                let value = if long {
                    ConstValue::Unknown
                } else {
                    ConstValue::binary(op, a, b, integer)
                };
                Operand::constant(at, ty, self.constant_of_type(value, ty))
            }
            _ => Operand::new(at, Mode::Value, ty),
        }
    }

    /// Whether the package may still concatenate that many bytes. Doubling strings does not go on for ever.
    fn charge(&mut self, bytes: usize) -> bool {
        match self.string_budget.checked_sub(bytes) {
            Some(rest) => {
                self.string_budget = rest;
                true
            }
            None => false,
        }
    }

    /// An operation of which one operand is not known: the other one may say enough.
    fn half_known(&mut self, at: ExprId, op: BinaryOp, x: Operand, y: Operand) -> Operand {
        if is_comparison(op) {
            return Operand::new(at, Mode::Value, TypeId::UNTYPED_BOOL);
        }
        let known = if x.is_unknown() { y } else { x };
        match known.is_unknown() || self.query().is_untyped(known.ty) {
            true => Operand::unknown(at),
            false => Operand::new(at, Mode::Value, known.ty),
        }
    }

    /// Operands are of one type, or assignable to each other.
    fn comparison(&mut self, at: ExprId, op: BinaryOp, mut x: Operand, mut y: Operand) -> Operand {
        if let (Some(a), Some(b)) = (&x.value, &y.value)
            && x.mode == Mode::Constant
            && y.mode == Mode::Constant
        {
            let value = ConstValue::compare(op, a, b).map_or(ConstValue::Unknown, ConstValue::Bool);
            return Operand::constant(at, TypeId::UNTYPED_BOOL, value);
        }
        self.default_untyped(&mut x);
        self.default_untyped(&mut y);
        Operand::new(at, Mode::Value, TypeId::UNTYPED_BOOL)
    }

    fn shift(&mut self, at: ExprId, op: BinaryOp, x: Operand, mut y: Operand) -> Operand {
        if y.mode != Mode::Constant && self.query().is_untyped(y.ty) {
            self.convert_untyped(&mut y, TypeId::basic(BasicKind::Uint));
        }
        if x.is_unknown() {
            return Operand::unknown(at);
        }
        let Some(value) = x.value.as_ref().filter(|_| x.mode == Mode::Constant) else {
            // The type of an untyped `x` that is not constant is still open too.
            return Operand::new(at, Mode::Value, x.ty);
        };
        if y.mode != Mode::Constant {
            // An untyped constant has the type it would have without the shift.
            return Operand::new(at, Mode::Value, x.ty);
        }
        let ty = match self.ty(x.ty) {
            Type::Basic(kind) if kind.is_untyped() && !kind.is_integer() => TypeId::basic(BasicKind::UntypedInt),
            _ => x.ty,
        };
        let count = y.value.as_ref().and_then(ConstValue::to_i64);
        let value = match count.filter(|count| (0..=MAX_SHIFT).contains(count)) {
            Some(count) if op == BinaryOp::Shl => value.shift_left(count.unsigned_abs()),
            Some(count) => value.shift_right(count.unsigned_abs()),
            None => ConstValue::Unknown,
        };
        Operand::constant(at, ty, self.constant_of_type(value, ty))
    }
}
