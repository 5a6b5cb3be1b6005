//! Fields and methods, promoted ones included.

use super::Query;
use crate::info::SelectionKind;
use crate::names::Name;
use crate::object::{ObjRef, PkgId};
use crate::types::TypeId;

/// What a name selects from a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Field or method.
    pub kind: SelectionKind,
    /// As declared.
    pub obj: ObjRef,
    /// Its type, as seen through the type it is selected from: arguments of instances replaced; the signature of a method without receiver.
    pub ty: TypeId,
    /// See [`Selection::path`](crate::Selection::path).
    pub path: Vec<u32>,
    /// Whether a pointer is followed on the way.
    pub indirect: bool,
    /// For methods: whether the receiver is a pointer.
    pub pointer_receiver: bool,
}

impl<'w, 'a> Query<'w, 'a>
where
    'w: 'a,
{
    /// The field or method that `name`, written in package `from`, selects from a value of type `ty`: the one at the shallowest depth if
    /// it is the only one there.
    pub fn lookup(&self, ty: TypeId, name: Name, from: PkgId) -> Option<Found> {
        let _ = (ty, name, from);
        None
    }
}
