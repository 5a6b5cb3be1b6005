//! Where channels, locks and other objects are kept, as far as one package can tell them apart.
//!
//! A field is one place whatever struct it is in: what is said about a place holds for one object only where a rule looks at one path.

use gosleuth_ir::{Func, FuncId, Op, ValueId};
use gosleuth_types::{ObjRef, Type};

use crate::context::RuleContext;

/// What an object is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// The variable or field that holds it.
    Object(ObjRef),
    /// A value of one function: a parameter, a result, or a variable that nobody else sees.
    Value(FuncId, ValueId),
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
