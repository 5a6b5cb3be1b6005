//! Type arguments that are not written.

use super::Query;
use crate::types::TypeId;

/// An argument of a call, for inference.
#[derive(Clone, Copy, Debug)]
pub struct InferArgument {
    /// The type of the parameter it is passed to.
    pub param: TypeId,
    /// The type of the argument: untyped for untyped constants, generic for generic functions as values.
    pub arg: TypeId,
}

impl<'w, 'a> Query<'w, 'a>
where
    'w: 'a,
{
    /// The type arguments for `params` (a tuple of type parameters) of which the first few are `given`, as function argument type
    /// inference and constraint type inference of the specification have it; `None` if one stays unknown.
    pub fn infer(&self, params: TypeId, given: &[TypeId], arguments: &[InferArgument]) -> Option<Vec<TypeId>> {
        let _ = (params, given, arguments);
        None
    }
}
