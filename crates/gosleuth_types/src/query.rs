//! Questions about types: what they are made of, what they have, how they relate.
//!
//! A [`Query`] sees finished packages through the [`World`] and one package, which may be under construction, directly. It changes
//! nothing; what it works out repeatedly is kept in [`Caches`].

mod identical;
mod infer;
mod lookup;
mod method_set;
mod predicates;
mod subst;
#[cfg(test)]
mod tests;
mod type_set;
mod unify;

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::object::{NamedInfo, NamedRef, ObjRef, Object, PackageTables, PkgId, TypeParamInfo, TypeParamRef};
use crate::types::{Type, TypeId};
use crate::world::World;

pub use infer::InferArgument;
pub use lookup::Found;
pub use type_set::TypeSet;

/// What a [`Query`] remembers; one per thread and package.
#[derive(Debug, Default)]
pub struct Caches {
    /// Underlying types of instances whose generic type is worked out.
    pub(crate) underlying: RefCell<FxHashMap<TypeId, TypeId>>,
    /// Type sets of interfaces whose parts are worked out.
    pub(crate) type_sets: RefCell<FxHashMap<TypeId, Rc<TypeSet>>>,
    /// Interfaces whose type sets are under way.
    under_way: RefCell<Vec<TypeId>>,
}

/// Interfaces nested deeper in each other than this count as empty.
const MAX_INTERFACE_NESTING: usize = 100;

impl Caches {
    /// Whether the type set of an interface can be worked out; pair a `true` with [`Caches::leave_type_set`].
    fn enter_type_set(&self, interface: TypeId) -> bool {
        let mut under_way = self.under_way.borrow_mut();
        let possible = under_way.len() < MAX_INTERFACE_NESTING && !under_way.contains(&interface);
        if possible {
            under_way.push(interface);
        }
        possible
    }

    fn leave_type_set(&self) {
        self.under_way.borrow_mut().pop();
    }
}

/// A view of types from one package.
#[derive(Clone, Copy)]
pub struct Query<'w, 'a> {
    /// What all packages share.
    pub world: &'w World,
    /// The package that asks.
    pub pkg: PkgId,
    /// Its tables.
    pub own: &'a PackageTables,
    /// What was worked out before.
    pub caches: &'a Caches,
}

impl<'w, 'a> Query<'w, 'a>
where
    'w: 'a,
{
    /// The structure of a type.
    pub fn ty(&self, id: TypeId) -> &'w Type {
        self.world.types.get(id)
    }

    /// The tables of a package.
    pub fn tables(&self, pkg: PkgId) -> &'a PackageTables {
        if pkg == self.pkg {
            self.own
        } else {
            &self.world.package(pkg).tables
        }
    }

    /// An object; `None` for one that does not exist (of a package of which nothing is known).
    pub fn object(&self, obj: ObjRef) -> Option<&'a Object> {
        self.tables(obj.pkg).objects.get(obj.index as usize)
    }

    /// The type of an object; unknown if it was not worked out.
    pub fn object_type(&self, obj: ObjRef) -> TypeId {
        self.object(obj).and_then(|object| object.ty).unwrap_or(TypeId::UNKNOWN)
    }

    /// A declared type.
    pub fn named(&self, decl: NamedRef) -> Option<&'a NamedInfo> {
        self.tables(decl.pkg).nameds.get(decl.index as usize)
    }

    /// A type parameter.
    pub fn type_param(&self, param: TypeParamRef) -> Option<&'a TypeParamInfo> {
        self.tables(param.pkg).type_params.get(param.index as usize)
    }

    /// The type behind names. For a type parameter it is the underlying type of its constraint, an interface.
    pub fn underlying(&self, id: TypeId) -> TypeId {
        match self.ty(id) {
            Type::Named { decl, args } => self.named_underlying(id, *decl, *args),
            Type::TypeParam(param) => {
                let constraint = self.type_param(*param).and_then(|info| info.constraint);
                constraint.map_or(TypeId::EMPTY_INTERFACE, |constraint| match self.ty(constraint) {
                    // A constraint that is a type parameter is an error; it must not lead in circles.
                    Type::TypeParam(_) => TypeId::EMPTY_INTERFACE,
                    _ => self.underlying(constraint),
                })
            }
            _ => id,
        }
    }

    fn named_underlying(&self, id: TypeId, decl: NamedRef, args: TypeId) -> TypeId {
        let Some(info) = self.named(decl) else {
            return TypeId::UNKNOWN;
        };
        let Some(underlying) = info.underlying else {
            return TypeId::UNKNOWN;
        };
        if args == TypeId::EMPTY_TUPLE {
            return underlying;
        }
        if let Some(&known) = self.caches.underlying.borrow().get(&id) {
            return known;
        }
        let instance = self.substitute(underlying, info.type_params, args);
        self.caches.underlying.borrow_mut().insert(id, instance);
        instance
    }
}
