//! Relations between types and what types allow.

use super::Query;
use crate::types::{Type, TypeId};

impl<'w, 'a> Query<'w, 'a>
where
    'w: 'a,
{
    /// Whether two types are identical.
    pub fn identical(&self, a: TypeId, b: TypeId) -> bool {
        a == b
    }

    /// Whether a type is an untyped one, `nil` included.
    pub fn is_untyped(&self, ty: TypeId) -> bool {
        matches!(self.ty(ty), Type::Basic(kind) if kind.is_untyped())
    }

    /// Whether the underlying type is an interface; not for type parameters.
    pub fn is_interface(&self, ty: TypeId) -> bool {
        !matches!(self.ty(ty), Type::TypeParam(_)) && matches!(self.ty(self.underlying(ty)), Type::Interface(_))
    }

    /// Whether a type is a type parameter.
    pub fn is_type_param(&self, ty: TypeId) -> bool {
        matches!(self.ty(ty), Type::TypeParam(_))
    }

    /// The underlying type, or for type parameters the single underlying type of the type set, if there is one.
    pub fn core_type(&self, ty: TypeId) -> Option<TypeId> {
        let _ = ty;
        None
    }

    /// The type an untyped type has without context; other types as they are.
    pub fn default_type(&self, ty: TypeId) -> TypeId {
        ty
    }

    /// Whether values of a type can be compared with `==`.
    pub fn is_comparable(&self, ty: TypeId) -> bool {
        let _ = ty;
        true
    }

    /// Whether a value of type `from` can be assigned to a variable of type `to` (constants: see `Checker::assignment`).
    pub fn is_assignable(&self, from: TypeId, to: TypeId) -> bool {
        self.identical(from, to)
    }

    /// Whether a type implements an interface, type sets included.
    pub fn implements(&self, ty: TypeId, interface: TypeId) -> bool {
        let _ = (ty, interface);
        false
    }
}
