//! Identity of types.

use rustc_hash::FxHashSet;

use super::Query;
use crate::types::{InterfaceType, Signature, Term, Type, TypeFlags, TypeId};

/// Unions in interfaces in unions: no program nests deeper, and a cycle ends here.
const MAX_UNION_NESTING: u8 = 4;

impl<'w, 'a> Query<'w, 'a>
where
    'w: 'a,
{
    /// Whether two types are identical.
    pub fn identical(&self, a: TypeId, b: TypeId) -> bool {
        a == b || (self.are_deep(a, b) && Comparison::new(self, true).ty(a, b))
    }

    /// Whether two types are identical but for the tags of struct fields.
    pub fn identical_ignoring_tags(&self, a: TypeId, b: TypeId) -> bool {
        a == b || (self.are_deep(a, b) && Comparison::new(self, false).ty(a, b))
    }

    fn are_deep(&self, a: TypeId, b: TypeId) -> bool {
        let types = &self.world.types;
        types.flags(a).has(TypeFlags::DEEP) && types.flags(b).has(TypeFlags::DEEP)
    }
}

struct Comparison<'q, 'w, 'a> {
    query: &'q Query<'w, 'a>,
    tags: bool,
    /// How many comparisons of unions this one is inside of.
    nesting: u8,
    /// Pairs of composite types that are found or taken to be identical: one that is not ends the whole comparison. Without it, types
    /// that share parts would be compared once for each path.
    same: FxHashSet<(TypeId, TypeId)>,
}

impl<'q, 'w, 'a> Comparison<'q, 'w, 'a> {
    fn new(query: &'q Query<'w, 'a>, tags: bool) -> Self {
        Self {
            query,
            tags,
            nesting: 0,
            same: FxHashSet::default(),
        }
    }

    fn ty(&mut self, a: TypeId, b: TypeId) -> bool {
        if a == b {
            return true;
        }
        let query = self.query;
        if !query.are_deep(a, b) {
            return false;
        }
        match (query.ty(a), query.ty(b)) {
            (&Type::Pointer(a), &Type::Pointer(b)) | (&Type::Slice(a), &Type::Slice(b)) => self.ty(a, b),
            (&Type::Array { len, elem }, &Type::Array { len: l, elem: e }) => len == l && self.ty(elem, e),
            (&Type::Chan { dir, elem }, &Type::Chan { dir: d, elem: e }) => dir == d && self.ty(elem, e),
            (&Type::Map { key, value }, &Type::Map { key: k, value: v }) => {
                self.same.contains(&(a, b)) || (self.ty(key, k) && self.ty(value, v) && self.found(a, b))
            }
            (&Type::Named { decl, args }, &Type::Named { decl: d, args: a }) => decl == d && self.ty(args, a),
            (Type::Tuple(x), Type::Tuple(y)) => {
                if x.len() != y.len() || self.same.contains(&(a, b)) {
                    return x.len() == y.len();
                }
                x.iter().zip(y).all(|(&x, &y)| self.ty(x, y)) && (x.len() == 1 || self.found(a, b))
            }
            (Type::Func(x), Type::Func(y)) => self.same.contains(&(a, b)) || (self.funcs(x, y) && self.found(a, b)),
            (Type::Struct(x), Type::Struct(y)) => {
                if self.same.contains(&(a, b)) {
                    return true;
                }
                let fields = x.len() == y.len()
                    && x.iter().zip(y).all(|(x, y)| {
                        x.name == y.name
                            && x.embedded == y.embedded
                            && (!self.tags || x.tag == y.tag)
                            && query.same_name(x.name, x.obj.pkg, y.obj.pkg)
                            && self.ty(x.ty, y.ty)
                    });
                fields && self.found(a, b)
            }
            (Type::Interface(x), Type::Interface(y)) => self.interfaces((a, x), (b, y)),
            (Type::Union(x), Type::Union(y)) => self.terms(x, y),
            _ => false,
        }
    }

    fn found(&mut self, a: TypeId, b: TypeId) -> bool {
        self.same.insert((a, b));
        true
    }

    fn funcs(&mut self, x: &Signature, y: &Signature) -> bool {
        if x.variadic != y.variadic {
            return false;
        }
        let query = self.query;
        let types = &query.world.types;
        let (params, others) = (types.list(x.type_params), types.list(y.type_params));
        if params.len() != others.len() {
            return false;
        }
        if params.is_empty() || x.type_params == y.type_params {
            return self.ty(x.params, y.params) && self.ty(x.results, y.results);
        }
        // Names of type parameters do not count: the second function is read with those of the first.
        let renamed = |ty| query.substitute(ty, y.type_params, x.type_params);
        let constraints = params.iter().zip(others).all(|(&param, &other)| {
            let (Some(a), Some(b)) = (query.constraint(param), query.constraint(other)) else {
                return true;
            };
            self.ty(a, renamed(b))
        });
        constraints && self.ty(x.params, renamed(y.params)) && self.ty(x.results, renamed(y.results))
    }

    fn interfaces(&mut self, (a, x): (TypeId, &InterfaceType), (b, y): (TypeId, &InterfaceType)) -> bool {
        let query = self.query;
        if !self.same.insert((a, b)) {
            return true;
        }
        // The frequent case needs no type sets.
        if x.embeds.is_empty() && y.embeds.is_empty() && x.methods.len() != y.methods.len() {
            return false;
        }
        let (x, y) = (query.type_set(a), query.type_set(b));
        x.comparable == y.comparable
            && x.methods.len() == y.methods.len()
            && x.methods.iter().zip(&y.methods).all(|(x, y)| {
                x.name == y.name && query.same_name(x.name, x.obj.pkg, y.obj.pkg) && self.ty(x.sig, y.sig)
            })
            && match (&x.terms, &y.terms) {
                (None, None) => true,
                (Some(x), Some(y)) => self.terms(x, y),
                _ => false,
            }
    }

    /// Whether two unions have the same terms, in whatever order.
    fn terms(&mut self, x: &[Term], y: &[Term]) -> bool {
        let query = self.query;
        let (tags, nesting) = (self.tags, self.nesting + 1);
        if nesting > MAX_UNION_NESTING {
            return true;
        }
        // A term that is not found does not end the comparison: it must not leave pairs behind.
        let identical = |a, b| {
            a == b
                || Comparison {
                    nesting,
                    ..Comparison::new(query, tags)
                }
                .ty(a, b)
        };
        let covers = |some: &[Term], others: &[Term]| {
            (some.iter()).all(|term| others.iter().any(|o| o.tilde == term.tilde && identical(o.ty, term.ty)))
        };
        covers(x, y) && covers(y, x)
    }
}
