//! Type arguments in place of type parameters.

use rustc_hash::FxHashMap;

use super::Query;
use crate::types::{InterfaceType, Signature, Type, TypeFlags, TypeId};

impl<'w, 'a> Query<'w, 'a>
where
    'w: 'a,
{
    /// A type with the type parameters of `params` replaced by those of `args`; both are tuples of the same length (if they are not,
    /// what has no argument becomes unknown).
    pub fn substitute(&self, ty: TypeId, params: TypeId, args: TypeId) -> TypeId {
        if params == args || !self.world.types.flags(ty).has(TypeFlags::PARAMS) {
            return ty;
        }
        self.substitute_lists(ty, self.world.types.list(params), self.world.types.list(args))
    }

    /// As [`Query::substitute`], of lists.
    pub(crate) fn substitute_lists(&self, ty: TypeId, params: &[TypeId], args: &[TypeId]) -> TypeId {
        if params.is_empty() || !self.world.types.flags(ty).has(TypeFlags::PARAMS) {
            return ty;
        }
        let mut substitution = Substitution {
            query: self,
            params,
            args,
            memo: FxHashMap::default(),
        };
        substitution.ty(ty)
    }

    /// A generic declared type with arguments, a tuple.
    pub fn instantiate(&self, generic: TypeId, args: TypeId) -> TypeId {
        match self.ty(generic) {
            Type::Named { decl, .. } => self.world.types.intern(Type::Named { decl: *decl, args }),
            _ => generic,
        }
    }

    /// The signature of a generic function with arguments, a tuple, for all its type parameters: no longer generic.
    pub fn instantiate_signature(&self, sig: TypeId, args: TypeId) -> TypeId {
        match self.ty(sig) {
            Type::Func(func) if func.type_params != TypeId::EMPTY_TUPLE => {
                let bare = self.world.types.intern(Type::Func(Signature {
                    type_params: TypeId::EMPTY_TUPLE,
                    ..*func
                }));
                self.substitute(bare, func.type_params, args)
            }
            _ => sig,
        }
    }
}

struct Substitution<'q, 'w, 'a> {
    query: &'q Query<'w, 'a>,
    params: &'q [TypeId],
    args: &'q [TypeId],
    /// Results for types with several parts: shared parts must not be done once for each path that leads to them.
    memo: FxHashMap<TypeId, TypeId>,
}

impl Substitution<'_, '_, '_> {
    /// The store bounds the depth of types, and with it this recursion.
    fn ty(&mut self, id: TypeId) -> TypeId {
        let types = &self.query.world.types;
        if !types.flags(id).has(TypeFlags::PARAMS) {
            return id;
        }
        let ty = types.get(id);
        match ty {
            Type::Unknown | Type::Basic(_) => return id,
            Type::TypeParam(_) => {
                return match self.params.iter().position(|&param| param == id) {
                    Some(place) => self.args.get(place).copied().unwrap_or(TypeId::UNKNOWN),
                    None => id,
                };
            }
            Type::Pointer(elem) => return types.intern(Type::Pointer(self.ty(*elem))),
            Type::Slice(elem) => return types.intern(Type::Slice(self.ty(*elem))),
            &Type::Array { len, elem } => {
                let elem = self.ty(elem);
                return types.intern(Type::Array { len, elem });
            }
            &Type::Chan { dir, elem } => {
                let elem = self.ty(elem);
                return types.intern(Type::Chan { dir, elem });
            }
            &Type::Named { decl, args } => {
                let args = self.ty(args);
                return types.intern(Type::Named { decl, args });
            }
            _ => {}
        }
        if let Some(&known) = self.memo.get(&id) {
            return known;
        }
        let replaced = match ty {
            &Type::Map { key, value } => Type::Map {
                key: self.ty(key),
                value: self.ty(value),
            },
            Type::Tuple(list) => Type::Tuple(list.iter().map(|&part| self.ty(part)).collect()),
            Type::Func(sig) => Type::Func(Signature {
                params: self.ty(sig.params),
                results: self.ty(sig.results),
                // A function inside keeps the parameters it declares.
                ..*sig
            }),
            Type::Struct(fields) => {
                let mut fields = fields.clone();
                for field in &mut fields {
                    field.ty = self.ty(field.ty);
                }
                Type::Struct(fields)
            }
            Type::Interface(it) => {
                let mut methods = it.methods.clone();
                for method in &mut methods {
                    method.sig = self.ty(method.sig);
                }
                Type::Interface(InterfaceType {
                    methods,
                    embeds: it.embeds.iter().map(|&embed| self.ty(embed)).collect(),
                    implicit: it.implicit,
                })
            }
            Type::Union(terms) => {
                let mut terms = terms.clone();
                for term in &mut terms {
                    term.ty = self.ty(term.ty);
                }
                Type::Union(terms)
            }
            _ => return id,
        };
        let result = types.intern(replaced);
        self.memo.insert(id, result);
        result
    }
}
