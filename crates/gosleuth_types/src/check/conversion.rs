//! Conversions `T(x)`.

use super::{Checker, Operand};
use crate::constant::ConstValue;
use crate::info::Mode;
use crate::types::{BasicKind, Type, TypeId};

impl Checker<'_> {
    /// Converts `x` to `target`: constants stay constants where the language says so. The caller records the result.
    pub(crate) fn conversion(&mut self, x: &mut Operand, target: TypeId) {
        let kind = self.basic(target);
        let constant = x.mode == Mode::Constant && kind.is_some_and(BasicKind::is_const_type);
        let to_string = kind.is_some_and(BasicKind::is_string);
        let from_integer = constant && self.basic(x.ty).is_some_and(BasicKind::is_integer);
        let value = match &x.value {
            Some(value) if from_integer && to_string => value.rune_to_string(),
            Some(value) if constant => self.constant_of_type(value.clone(), target),
            _ => ConstValue::Unknown,
        };
        if let Type::Basic(from) = *self.ty(x.ty)
            && from.is_untyped()
        {
            if x.mode == Mode::Constant && !constant || kind.is_none() {
                self.default_untyped(x);
            } else if !(from_integer && to_string || from == BasicKind::UntypedNil) {
                // The value is that of the argument: it is the conversion that rounds.
                let ty = self.implicit_type(from, target);
                self.update_recorded(x.expr, ty);
            }
        }
        *x = match constant {
            true => Operand::constant(x.expr, target, value),
            false if target.is_unknown() => Operand::unknown(x.expr),
            false => Operand::new(x.expr, Mode::Value, target),
        };
    }
}
