//! What types allow, and how values of one become values of another.

use std::rc::Rc;

use gosleuth_syntax::ast::ChanDir;
use rustc_hash::FxHashSet;

use super::{Query, TypeSet};
use crate::types::{BasicKind, Term, Type, TypeId};

impl<'w, 'a> Query<'w, 'a>
where
    'w: 'a,
{
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

    /// The underlying type, or for type parameters the single underlying type of the type set, if there is one. Channels of several
    /// directions count as one type if one direction is left to all.
    pub fn core_type(&self, ty: TypeId) -> Option<TypeId> {
        if !self.is_type_param(ty) {
            return Some(self.underlying(ty));
        }
        let set = self.terms(ty)?;
        let mut types = set.terms.iter().flatten().map(|term| self.underlying(term.ty));
        let first = types.next()?;
        types.try_fold(first, |core, next| self.common_core(core, next))
    }

    fn common_core(&self, a: TypeId, b: TypeId) -> Option<TypeId> {
        if self.identical(a, b) {
            return Some(a);
        }
        match (self.ty(a), self.ty(b)) {
            (&Type::Chan { dir: x, elem }, &Type::Chan { dir: y, elem: other }) if self.identical(elem, other) => {
                match (x, y) {
                    (_, ChanDir::Both) => Some(a),
                    (ChanDir::Both, _) => Some(b),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// As [`Query::core_type`], but a type set of strings and byte slices has the core type `string`: what indexing, slicing, `append`,
    /// `copy` and `range` need.
    pub fn core_string(&self, ty: TypeId) -> Option<TypeId> {
        if let Some(core) = self.core_type(ty) {
            return Some(core);
        }
        let set = self.terms(ty)?;
        let all = set.terms.iter().flatten().all(|term| {
            let underlying = self.underlying(term.ty);
            underlying == TypeId::STRING || self.is_byte_slice(underlying)
        });
        all.then_some(TypeId::STRING)
    }

    fn is_byte_slice(&self, underlying: TypeId) -> bool {
        matches!(self.ty(underlying), &Type::Slice(elem) if self.underlying(elem) == TypeId::BYTE)
    }

    /// The type an untyped type has without context; other types as they are.
    pub fn default_type(&self, ty: TypeId) -> TypeId {
        let Type::Basic(kind) = self.ty(ty) else {
            return ty;
        };
        match kind {
            BasicKind::UntypedBool => TypeId::BOOL,
            BasicKind::UntypedInt => TypeId::INT,
            BasicKind::UntypedRune => TypeId::RUNE,
            BasicKind::UntypedFloat => TypeId::basic(BasicKind::Float64),
            BasicKind::UntypedComplex => TypeId::basic(BasicKind::Complex128),
            BasicKind::UntypedString => TypeId::STRING,
            _ => ty,
        }
    }

    /// Whether values of a type can be compared with `==`. Interfaces are, even if what is in them need not be.
    pub fn is_comparable(&self, ty: TypeId) -> bool {
        self.comparable(ty, &mut FxHashSet::default())
    }

    fn comparable(&self, ty: TypeId, seen: &mut FxHashSet<TypeId>) -> bool {
        match self.ty(ty) {
            Type::Unknown | Type::Pointer(_) | Type::Chan { .. } | Type::Interface(_) => true,
            Type::Basic(kind) => *kind != BasicKind::UntypedNil,
            Type::Slice(_) | Type::Map { .. } | Type::Func(_) | Type::Tuple(_) | Type::Union(_) => false,
            &Type::Array { elem, .. } => self.comparable(elem, seen),
            // A type inside itself is an error elsewhere.
            Type::Struct(fields) => !seen.insert(ty) || fields.iter().all(|field| self.comparable(field.ty, seen)),
            Type::Named { .. } => !seen.insert(ty) || self.comparable(self.underlying(ty), seen),
            Type::TypeParam(_) => {
                let set = self.type_set(ty);
                let terms = set.terms.as_deref().unwrap_or_default();
                set.comparable || (!terms.is_empty() && terms.iter().all(|term| self.comparable(term.ty, seen)))
            }
        }
    }

    /// Whether `nil` is a value of a type; for type parameters, of all types of the type set.
    pub fn has_nil(&self, ty: TypeId) -> bool {
        self.all_underlying(ty, |underlying| match underlying {
            Type::Basic(kind) => matches!(kind, BasicKind::UnsafePointer | BasicKind::UntypedNil),
            Type::Unknown
            | Type::Pointer(_)
            | Type::Slice(_)
            | Type::Map { .. }
            | Type::Chan { .. }
            | Type::Func(_)
            | Type::Interface(_) => true,
            _ => false,
        })
    }

    /// Whether `<` compares values of a type.
    pub fn is_ordered(&self, ty: TypeId) -> bool {
        self.all_underlying(ty, |underlying| match underlying {
            Type::Basic(kind) => kind.is_ordered(),
            _ => false,
        })
    }

    /// Whether a type has a name of its own: predeclared and declared types and type parameters.
    fn is_named(&self, ty: TypeId) -> bool {
        matches!(self.ty(ty), Type::Basic(_) | Type::Named { .. } | Type::TypeParam(_))
    }

    /// Whether a value of type `from` can be assigned to a variable of type `to` (constants: see `Checker::assignment`). What is
    /// unknown can be assigned to everything.
    pub fn is_assignable(&self, from: TypeId, to: TypeId) -> bool {
        if from.is_unknown() || to.is_unknown() || self.identical(from, to) {
            return true;
        }
        if self.is_untyped(from) {
            return from == TypeId::UNTYPED_NIL && self.has_nil(to)
                || self.all_underlying(to, |underlying| self.takes_untyped(from, underlying));
        }
        let (x, y) = (self.underlying(from), self.underlying(to));
        let type_params = self.is_type_param(from) || self.is_type_param(to);
        if !type_params && self.identical(x, y) && !(self.is_named(from) && self.is_named(to)) {
            return true;
        }
        if self.is_interface(to) {
            return self.implements(from, to);
        }
        if let (&Type::Chan { dir, elem }, &Type::Chan { elem: other, .. }) = (self.ty(x), self.ty(y))
            && dir == ChanDir::Both
            && self.identical(elem, other)
        {
            return !(self.is_named(from) && self.is_named(to));
        }
        if self.is_type_param(to) && !self.is_named(from) {
            return self.all_terms(to, |term| self.is_assignable(from, term));
        }
        if self.is_type_param(from) && !self.is_named(to) {
            return self.all_terms(from, |term| self.is_assignable(term, to));
        }
        false
    }

    /// Whether an untyped constant of a kind may have a value in a type; which value it is does not count here.
    fn takes_untyped(&self, from: TypeId, underlying: &Type) -> bool {
        match (self.ty(from), underlying) {
            (_, Type::Interface(_) | Type::Unknown) => true,
            (Type::Basic(from), Type::Basic(to)) => {
                (from.is_boolean() && to.is_boolean())
                    || (from.is_string() && to.is_string())
                    || (from.is_numeric() && to.is_numeric())
            }
            _ => false,
        }
    }

    /// Whether `test` holds for all types of a type parameter's type set, of which there is a list.
    fn all_terms(&self, param: TypeId, mut test: impl FnMut(TypeId) -> bool) -> bool {
        self.terms(param).is_some_and(|set| {
            let terms = set.terms.as_deref().unwrap_or_default();
            !terms.is_empty() && terms.iter().all(|term| test(term.ty))
        })
    }

    /// Whether a value of type `from`, not a constant, can be converted to type `to`.
    pub fn is_convertible(&self, from: TypeId, to: TypeId) -> bool {
        if self.is_assignable(from, to) {
            return true;
        }
        // `P(x)` for type parameters: for each type of the type sets.
        if self.is_type_param(to) && self.terms(to).is_some() {
            return self.all_terms(to, |term| self.is_convertible(from, term));
        }
        if self.is_type_param(from) && self.terms(from).is_some() {
            return self.all_terms(from, |term| self.is_convertible(term, to));
        }
        let (x, y) = (self.underlying(from), self.underlying(to));
        if self.identical_ignoring_tags(x, y) {
            return true;
        }
        match (self.ty(x), self.ty(y)) {
            (Type::Basic(a), Type::Basic(b)) => {
                let real = |kind: BasicKind| kind.is_integer() || kind.is_float();
                let address = |kind| matches!(kind, BasicKind::UnsafePointer | BasicKind::Uintptr);
                (real(*a) && real(*b))
                    || (a.is_complex() && b.is_complex())
                    || (b.is_string() && (a.is_integer() || a.is_string()))
                    || (address(*a) && address(*b))
            }
            (Type::Basic(BasicKind::UnsafePointer), Type::Pointer(_))
            | (Type::Pointer(_), Type::Basic(BasicKind::UnsafePointer)) => true,
            (Type::Basic(kind), &Type::Slice(elem)) | (&Type::Slice(elem), Type::Basic(kind)) => {
                kind.is_string() && matches!(self.underlying(elem), TypeId::BYTE | TypeId::RUNE)
            }
            // Pointers with a name of their own are not converted by what they point to.
            (&Type::Pointer(a), &Type::Pointer(b)) => {
                x == from && y == to && self.identical_ignoring_tags(self.underlying(a), self.underlying(b))
            }
            (&Type::Slice(elem), &Type::Array { elem: other, .. }) => self.identical(elem, other),
            (&Type::Slice(elem), &Type::Pointer(array)) => match self.ty(self.underlying(array)) {
                &Type::Array { elem: other, .. } => self.identical(elem, other),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether a type implements an interface, type sets included. Types implement `comparable` as they satisfy it: interfaces do.
    pub fn implements(&self, ty: TypeId, interface: TypeId) -> bool {
        if ty.is_unknown() || interface.is_unknown() || ty == interface {
            return true;
        }
        let wanted = self.type_set(interface);
        if wanted.methods.is_empty() && wanted.terms.is_none() && !wanted.comparable {
            return self.is_interface(interface) || self.is_type_param(interface);
        }
        if wanted.comparable && !self.is_comparable(ty) {
            return false;
        }
        if let Some(terms) = &wanted.terms
            && !self.within(ty, terms)
        {
            return false;
        }
        self.has_methods(ty, &wanted)
    }

    fn has_methods(&self, ty: TypeId, wanted: &Rc<TypeSet>) -> bool {
        if wanted.methods.is_empty() {
            return true;
        }
        if self.is_interface(ty) || self.is_type_param(ty) {
            let own = self.type_set(ty);
            if Rc::ptr_eq(&own, wanted) {
                return true;
            }
        }
        wanted.methods.iter().all(|method| {
            self.lookup_method(ty, method.name, method.obj.pkg)
                .is_some_and(|found| found.ty.is_unknown() || self.identical(found.ty, method.sig))
        })
    }

    /// Whether the types of a type are all among `terms`.
    fn within(&self, ty: TypeId, terms: &[Term]) -> bool {
        let has = |one: Term| {
            terms.iter().any(|term| {
                self.identical(term.ty, one.ty)
                    && (term.tilde || !one.tilde)
                    // A declared type is in `~T` if `T` is what is behind it.
                    || (term.tilde && self.identical(term.ty, self.underlying(one.ty)))
            })
        };
        if self.is_interface(ty) || self.is_type_param(ty) {
            return match &self.type_set(ty).terms {
                Some(own) => own.iter().all(|&term| has(term)),
                None => false,
            };
        }
        has(Term { tilde: false, ty })
    }
}
