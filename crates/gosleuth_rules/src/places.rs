//! Where channels, locks and other objects are kept, as far as one package can tell them apart.
//!
//! A field is one [`Place`] whatever struct it is in: what is said about a place holds for one object only where a rule looks at one path.
//! [`is_same`] tells objects apart by where they are made.

use gosleuth_ir::{Func, FuncId, FuncKey, Op, ValueId};
use gosleuth_types::{ObjRef, Type};

use crate::context::{OWN, RuleContext};

/// What an object is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// The variable or field that holds it.
    Object(ObjRef),
    /// A value of one function: a parameter, a result, or a variable that nobody else sees.
    Value(FuncId, ValueId),
}

/// A value of a function.
pub(crate) type At = (FuncId, ValueId);

/// Whether two values are, or refer to, one object as far as the package shows: they may be the same by where they are made, or where that is
/// not all known they are kept in one variable or field and need not be different.
pub(crate) fn is_same(cx: &RuleContext<'_>, a: At, b: At) -> bool {
    let (place_a, place_b) = (place_of(cx, a.0, a.1), place_of(cx, b.0, b.1));
    // Different variables and fields of different types are not asked about: that one is stored in the other is for the rules to see.
    if place_a != place_b && matches!((place_a, place_b), (Place::Object(_), Place::Object(_))) {
        return false;
    }
    let own = |(func, value): At| (FuncKey { unit: OWN, func }, value);
    let points = cx.points();
    let all_known = |(func, value): (FuncKey, ValueId)| points.all_known(func, value);
    match (all_known(own(a)), all_known(own(b))) {
        (Some(a), Some(b)) => a.iter().any(|place| b.binary_search(place).is_ok()),
        _ => place_a == place_b && points.may_be_same(own(a), own(b)),
    }
}

/// The variable or field at an address.
pub(crate) fn addressed(cx: &RuleContext<'_>, func: &Func, addr: ValueId) -> Option<ObjRef> {
    match func.op(addr) {
        Op::Global(obj) => Some(*obj),
        Op::Alloc { var } => *var,
        Op::Captured(number) => Some(func.captures.get(*number as usize)?.obj),
        Op::FieldAddr { base, field } => match cx.under(cx.pointee(func.values[*base].ty)?) {
            Type::Struct(fields) => fields.get(*field as usize).map(|field| field.obj),
            _ => None,
        },
        _ => None,
    }
}

/// Where a value that refers to an object (a channel, a pointer) comes from.
pub(crate) fn place_of(cx: &RuleContext<'_>, id: FuncId, value: ValueId) -> Place {
    let func = &cx.ir.funcs[id];
    let mut value = value;
    // Conversions do not end in themselves, but nothing here relies on it.
    for _ in 0..8 {
        match func.op(value) {
            Op::Convert(inner) => value = *inner,
            Op::Load(addr) => return addressed(cx, func, *addr).map_or(Place::Value(id, value), Place::Object),
            Op::Field { base, field } => {
                let obj = match cx.under(func.values[*base].ty) {
                    Type::Struct(fields) => fields.get(*field as usize).map(|field| field.obj),
                    _ => None,
                };
                return obj.map_or(Place::Value(id, value), Place::Object);
            }
            // A pointer to a variable or field, as receivers have it.
            _ => return addressed(cx, func, value).map_or(Place::Value(id, value), Place::Object),
        }
    }
    Place::Value(id, value)
}
