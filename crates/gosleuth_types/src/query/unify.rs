//! Unification of types, as the specification describes it under "Type unification".

use gosleuth_syntax::ast::ChanDir;
use rustc_hash::FxHashSet;

use super::Query;
use crate::types::{InterfaceType, Type, TypeId};

/// How closely types must match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    /// They must become identical.
    Exact,
    /// A value of one must become assignable to the other, as far as names, directions of channels and interfaces are concerned.
    Loose,
}

/// Comparisons of one unification; more are taken for a mismatch.
const MAX_STEPS: u32 = 100_000;

/// Type variables and what was found for them.
pub(super) struct Unifier<'q, 'w, 'a> {
    query: &'q Query<'w, 'a>,
    /// The type parameters that are variables.
    vars: Vec<TypeId>,
    /// The representative of each variable: joined variables have one.
    parents: Vec<usize>,
    /// By representative.
    values: Vec<Option<TypeId>>,
    /// Pairs of interfaces under way.
    under_way: FxHashSet<(TypeId, TypeId)>,
    steps: u32,
    depth: u32,
}

/// Nesting of types that is followed; declared types unfold, so that the store's bound is not enough.
const MAX_DEPTH: u32 = 300;

impl<'q, 'w, 'a> Unifier<'q, 'w, 'a> {
    pub(super) fn new(query: &'q Query<'w, 'a>, vars: Vec<TypeId>) -> Self {
        Self {
            query,
            parents: (0..vars.len()).collect(),
            values: vec![None; vars.len()],
            vars,
            under_way: FxHashSet::default(),
            steps: 0,
            depth: 0,
        }
    }

    /// The number of a variable.
    pub(super) fn var(&self, ty: TypeId) -> Option<usize> {
        self.vars.iter().position(|&var| var == ty)
    }

    /// What was found for a variable.
    pub(super) fn value(&self, var: usize) -> Option<TypeId> {
        self.values[self.root(var)]
    }

    pub(super) fn set(&mut self, var: usize, ty: TypeId) {
        let root = self.root(var);
        self.values[root] = Some(ty);
    }

    /// Number of variables without value.
    pub(super) fn unknowns(&self) -> usize {
        (0..self.vars.len()).filter(|&var| self.value(var).is_none()).count()
    }

    fn root(&self, mut var: usize) -> usize {
        while self.parents[var] != var {
            var = self.parents[var];
        }
        var
    }

    pub(super) fn unify(&mut self, x: TypeId, y: TypeId, how: Match) -> bool {
        if self.depth >= MAX_DEPTH || self.steps >= MAX_STEPS {
            return false;
        }
        self.depth += 1;
        self.steps += 1;
        let matches = self.unify_inner(x, y, how);
        self.depth -= 1;
        matches
    }

    fn unify_inner(&mut self, mut x: TypeId, mut y: TypeId, how: Match) -> bool {
        if x == y {
            return true;
        }
        match (self.var(x), self.var(y)) {
            (Some(a), Some(b)) => return self.join(a, b, how),
            (Some(a), None) => return self.bind(a, y, how),
            (None, Some(b)) => return self.bind(b, x, how),
            (None, None) => {}
        }
        if x.is_unknown() || y.is_unknown() {
            return true;
        }
        let query = self.query;
        if how == Match::Loose {
            // Of a declared type and a type literal the underlying types must match.
            let (x_literal, y_literal) = (self.is_literal(x), self.is_literal(y));
            if y_literal && !x_literal && !query.is_interface(y) && !query.is_type_param(x) {
                x = query.underlying(x);
            } else if x_literal && !y_literal && !query.is_interface(x) && !query.is_type_param(y) {
                y = query.underlying(y);
            }
            if let Some(matches) = self.interfaces_loosely(x, y) {
                return matches;
            }
            // A type parameter of the surroundings stands for its core type.
            if query.is_type_param(x) != query.is_type_param(y) {
                let (param, other) = if query.is_type_param(x) { (x, y) } else { (y, x) };
                return match query.core_type(param) {
                    Some(core) => self.unify(core, other, how),
                    None => false,
                };
            }
        }
        self.structures(x, y, how)
    }

    /// A type that is written out or predeclared, not declared.
    fn is_literal(&self, ty: TypeId) -> bool {
        !matches!(self.query.ty(ty), Type::Named { .. } | Type::TypeParam(_))
    }

    fn join(&mut self, a: usize, b: usize, how: Match) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return true;
        }
        match (self.values[a], self.values[b]) {
            (Some(x), Some(y)) => {
                if !self.unify(x, y, how) {
                    return false;
                }
                self.values[a] = Some(self.preferred(x, y, how));
            }
            (None, y) => self.values[a] = y,
            (_, None) => {}
        }
        self.parents[b] = a;
        true
    }

    fn bind(&mut self, var: usize, ty: TypeId, how: Match) -> bool {
        let root = self.root(var);
        match self.values[root] {
            None | Some(TypeId::UNKNOWN) => self.values[root] = Some(ty),
            Some(value) => {
                if !self.unify(value, ty, how) {
                    return false;
                }
                let root = self.root(var);
                self.values[root] = Some(self.preferred(value, ty, how));
            }
        }
        true
    }

    /// Which of two matching types a variable stands for: the one to which values of both can be assigned.
    fn preferred(&self, old: TypeId, new: TypeId, how: Match) -> TypeId {
        let query = self.query;
        if how == Match::Exact {
            return old;
        }
        match (query.is_interface(old), query.is_interface(new)) {
            (true, true) => {
                let (a, b) = (query.type_set(old).methods.len(), query.type_set(new).methods.len());
                if a == b && self.is_literal(old) && !self.is_literal(new) || b < a {
                    return new;
                }
                return old;
            }
            (true, false) => return old,
            (false, true) => return new,
            (false, false) => {}
        }
        if let Type::Chan { dir, .. } = query.ty(query.underlying(new))
            && *dir != ChanDir::Both
            && matches!(query.ty(old), Type::Chan { dir: ChanDir::Both, .. })
        {
            return new;
        }
        if matches!(query.ty(new), Type::Named { .. }) && !matches!(query.ty(old), Type::Named { .. }) {
            return new;
        }
        old
    }

    /// Interfaces match loosely what has their methods; `None` if neither type is one (or they are declared the same way).
    fn interfaces_loosely(&mut self, x: TypeId, y: TypeId) -> Option<bool> {
        let query = self.query;
        if let (Type::Named { decl, .. }, Type::Named { decl: other, .. }) = (query.ty(x), query.ty(y))
            && decl == other
        {
            return None;
        }
        match (query.is_interface(x), query.is_interface(y)) {
            (false, false) => None,
            (true, true) => {
                let (a, b) = (query.type_set(x), query.type_set(y));
                let (small, large) = if a.methods.len() <= b.methods.len() {
                    (&a, &b)
                } else {
                    (&b, &a)
                };
                if a.comparable != b.comparable || a.terms.is_some() != b.terms.is_some() {
                    return Some(false);
                }
                Some(small.methods.iter().all(|method| {
                    (large.methods.iter())
                        .find(|other| {
                            other.name == method.name && query.same_name(method.name, method.obj.pkg, other.obj.pkg)
                        })
                        .is_some_and(|other| self.unify(method.sig, other.sig, Match::Exact))
                }))
            }
            (true, false) => Some(self.methods(y, x)),
            (false, true) => Some(self.methods(x, y)),
        }
    }

    /// Whether a type has the methods of an interface.
    pub(super) fn methods(&mut self, ty: TypeId, interface: TypeId) -> bool {
        let query = self.query;
        if !self.under_way.insert((ty, interface)) {
            return true;
        }
        let wanted = query.type_set(interface);
        let all = wanted.methods.iter().all(|method| {
            query
                .lookup_method(ty, method.name, method.obj.pkg)
                .is_some_and(|found| self.unify(found.ty, method.sig, Match::Exact))
        });
        self.under_way.remove(&(ty, interface));
        all
    }

    fn structures(&mut self, x: TypeId, y: TypeId, how: Match) -> bool {
        let query = self.query;
        let types = &query.world.types;
        match (query.ty(x), query.ty(y)) {
            (&Type::Pointer(a), &Type::Pointer(b)) | (&Type::Slice(a), &Type::Slice(b)) => {
                self.unify(a, b, Match::Exact)
            }
            (&Type::Array { len, elem }, &Type::Array { len: l, elem: e }) => {
                (len == l || len < 0 || l < 0) && self.unify(elem, e, Match::Exact)
            }
            (&Type::Chan { dir, elem }, &Type::Chan { dir: d, elem: e }) => {
                (dir == d || how == Match::Loose) && self.unify(elem, e, Match::Exact)
            }
            (&Type::Map { key, value }, &Type::Map { key: k, value: v }) => {
                self.unify(key, k, Match::Exact) && self.unify(value, v, Match::Exact)
            }
            (Type::Tuple(a), Type::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(&a, &b)| self.unify(a, b, Match::Exact))
            }
            (&Type::Named { decl, args }, &Type::Named { decl: d, args: a }) => {
                decl == d && self.unify(args, a, Match::Exact)
            }
            (Type::Func(a), Type::Func(b)) => {
                types.list(a.type_params).len() == types.list(b.type_params).len()
                    && a.variadic == b.variadic
                    && self.unify(a.params, b.params, Match::Exact)
                    && self.unify(a.results, b.results, Match::Exact)
            }
            (Type::Struct(a), Type::Struct(b)) => {
                a.len() == b.len()
                    && a.iter().zip(b).all(|(a, b)| {
                        a.name == b.name
                            && a.embedded == b.embedded
                            && a.tag == b.tag
                            && query.same_name(a.name, a.obj.pkg, b.obj.pkg)
                            && self.unify(a.ty, b.ty, Match::Exact)
                    })
            }
            (Type::Interface(a), Type::Interface(b)) => self.interfaces_exactly((x, a), (y, b)),
            _ => query.identical(x, y),
        }
    }

    fn interfaces_exactly(&mut self, (x, a): (TypeId, &InterfaceType), (y, b): (TypeId, &InterfaceType)) -> bool {
        let query = self.query;
        if a.embeds.is_empty() && b.embeds.is_empty() && a.methods.len() != b.methods.len() {
            return false;
        }
        if !self.under_way.insert((x, y)) {
            return true;
        }
        let (a, b) = (query.type_set(x), query.type_set(y));
        let all = a.methods.len() == b.methods.len()
            && a.comparable == b.comparable
            && a.terms.is_some() == b.terms.is_some()
            && a.methods.iter().zip(&b.methods).all(|(a, b)| {
                a.name == b.name
                    && query.same_name(a.name, a.obj.pkg, b.obj.pkg)
                    && self.unify(a.sig, b.sig, Match::Exact)
            });
        self.under_way.remove(&(x, y));
        all
    }
}
