//! Errors that the program makes: which they are, and what they wrap.

use gosleuth_types::TypeId;

use crate::state::{Obj, State};
use crate::value::{Loc, Val};

/// An error of its own; what it may wrap is among the arguments.
pub(crate) fn new_error(state: &mut State, args: &[Val]) -> Val {
    let wrapped = match args.get(1) {
        Some(Val::Slice { obj, start, len, .. }) => match state.obj(*obj) {
            Obj::Array(elems) => elems
                .iter()
                .skip(*start as usize)
                .take(*len as usize)
                .cloned()
                .collect(),
            _ => vec![Val::Unknown],
        },
        _ => Vec::new(),
    };
    Val::Ptr(Loc::whole(state.alloc(Obj::Cell(TypeId::UNKNOWN, Val::tuple(wrapped)))))
}

/// Errors in errors that `errors.Is` looks at.
pub(crate) const MAX_WRAPPED: u32 = 4;

/// Whether an error is, or wraps, another one; none if that cannot be said.
pub(crate) fn is_error(state: &State, error: &Val, target: &Val, depth: u32) -> Option<bool> {
    if error == target && !matches!(error, Val::Unknown) {
        return Some(true);
    }
    if *error == Val::Nil || *target == Val::Nil {
        return (!error.is_open() && !target.is_open()).then_some(false);
    }
    let (Val::Ptr(loc), Val::Ptr(_)) = (error, target) else {
        return None;
    };
    let Obj::Cell(TypeId::UNKNOWN, Val::Tuple(wrapped)) = state.obj(loc.obj) else {
        return None;
    };
    let mut found = Some(false);
    for inner in wrapped.iter() {
        // Numbers and texts are not errors.
        if matches!(inner, Val::Boxed(_, value) if matches!(**value, Val::Int(_) | Val::Str(_) | Val::Bool(_))) {
            continue;
        }
        match depth
            .checked_sub(1)
            .and_then(|depth| is_error(state, inner, target, depth))
        {
            Some(true) => return Some(true),
            Some(false) => {}
            None => found = None,
        }
    }
    found
}
