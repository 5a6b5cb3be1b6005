//! What interfaces mean.

use std::cmp::Ordering;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::Query;
use crate::types::{Method, Term, Type, TypeId};

/// The types that are in an interface.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeSet {
    /// Methods they all have: exported ones first, then by name, unexported ones of the same name by package.
    pub methods: Vec<Method>,
    /// The unions they are in; `None` if there is no such restriction.
    pub terms: Option<Vec<Term>>,
    /// Whether they are all comparable by demand of `comparable`.
    pub comparable: bool,
}

/// Unions of more terms than these, as unions of unions can make them, are taken for no restriction.
const MAX_TERMS: usize = 1_000;

impl<'w, 'a> Query<'w, 'a>
where
    'w: 'a,
{
    /// The type set of an interface, a declared interface type or a type parameter (that of its constraint). Other types have the type
    /// set of an empty interface.
    pub fn type_set(&self, ty: TypeId) -> Rc<TypeSet> {
        let mut work = Work {
            query: self,
            memo: FxHashMap::default(),
            incomplete: false,
        };
        work.type_set(ty)
    }

    /// The terms of a type parameter's type set; `None` if it is not restricted or the type is none.
    pub fn terms(&self, ty: TypeId) -> Option<Rc<TypeSet>> {
        if !self.is_type_param(ty) {
            return None;
        }
        let set = self.type_set(ty);
        set.terms.is_some().then_some(set)
    }

    /// Whether `test` holds for the underlying type, or for a type parameter for those of all types of its type set. It does not hold
    /// for a type parameter whose type set is not restricted to certain types.
    pub fn all_underlying(&self, ty: TypeId, mut test: impl FnMut(&Type) -> bool) -> bool {
        if !self.is_type_param(ty) {
            return test(self.ty(self.underlying(ty)));
        }
        match &self.type_set(ty).terms {
            Some(terms) if !terms.is_empty() => terms.iter().all(|term| test(self.ty(self.underlying(term.ty)))),
            _ => false,
        }
    }

    /// The order of methods in a type set.
    pub(crate) fn method_order(&self, a: &Method, b: &Method) -> Ordering {
        if a.name == b.name && (a.name.is_exported() || a.obj.pkg == b.obj.pkg) {
            return Ordering::Equal;
        }
        let world = self.world;
        (b.name.is_exported().cmp(&a.name.is_exported()))
            .then_with(|| world.text(a.name).cmp(world.text(b.name)))
            .then_with(|| {
                if a.name.is_exported() {
                    return Ordering::Equal;
                }
                let (a, b) = (world.canonical(a.obj.pkg), world.canonical(b.obj.pkg));
                world.path(a).cmp(world.path(b))
            })
    }
}

struct Work<'q, 'w, 'a> {
    query: &'q Query<'w, 'a>,
    /// What was worked out on the way and is incomplete.
    memo: FxHashMap<TypeId, Rc<TypeSet>>,
    /// Whether something is not known (yet): then the result is not kept.
    incomplete: bool,
}

impl Work<'_, '_, '_> {
    fn type_set(&mut self, ty: TypeId) -> Rc<TypeSet> {
        let query = self.query;
        if let Type::Named { decl, .. } = query.ty(ty)
            && *decl == query.world.universe().comparable
        {
            return Rc::new(TypeSet {
                comparable: true,
                ..TypeSet::default()
            });
        }
        let interface = query.underlying(ty);
        let it = match query.ty(interface) {
            Type::Interface(it) => it,
            Type::Unknown => {
                self.incomplete = true;
                return Rc::default();
            }
            _ => return Rc::default(),
        };
        // The underlying type does not show that a constraint is `comparable` itself.
        if let Type::TypeParam(param) = query.ty(ty) {
            let constraint = query.type_param(*param).and_then(|info| info.constraint);
            return match constraint {
                Some(constraint) if !query.is_type_param(constraint) => self.type_set(constraint),
                Some(_) => Rc::default(),
                None => {
                    self.incomplete = true;
                    Rc::default()
                }
            };
        }
        if interface == TypeId::EMPTY_INTERFACE {
            return Rc::default();
        }
        if let Some(known) = query.caches.type_sets.borrow().get(&interface) {
            return known.clone();
        }
        if let Some(known) = self.memo.get(&interface) {
            // What is complete would be in the cache.
            self.incomplete = true;
            return known.clone();
        }
        // Comparing terms can ask for type sets again; asking for one that is under way would not end.
        if !query.caches.enter_type_set(interface) {
            self.incomplete = true;
            return Rc::default();
        }
        let before = std::mem::take(&mut self.incomplete);
        let mut set = TypeSet {
            methods: it.methods.clone(),
            ..TypeSet::default()
        };
        for &embed in &it.embeds {
            self.embed(&mut set, embed);
        }
        set.methods.sort_by(|a, b| query.method_order(a, b));
        set.methods.dedup_by(|a, b| query.method_order(a, b).is_eq());
        query.caches.leave_type_set();
        let set = Rc::new(set);
        if self.incomplete {
            self.memo.insert(interface, set.clone());
        } else {
            query.caches.type_sets.borrow_mut().insert(interface, set.clone());
        }
        self.incomplete |= before;
        set
    }

    fn embed(&mut self, set: &mut TypeSet, embed: TypeId) {
        let query = self.query;
        match query.ty(embed) {
            Type::Unknown => self.incomplete = true,
            Type::TypeParam(_) => {}
            Type::Union(terms) => {
                if let Some(terms) = self.union(terms) {
                    query.restrict(set, terms);
                }
            }
            _ => match query.ty(query.underlying(embed)) {
                Type::Unknown => self.incomplete = true,
                Type::Interface(_) => {
                    let inner = self.type_set(embed);
                    set.methods.extend_from_slice(&inner.methods);
                    set.comparable |= inner.comparable;
                    if let Some(terms) = &inner.terms {
                        query.restrict(set, terms.clone());
                    }
                }
                _ => query.restrict(
                    set,
                    vec![Term {
                        tilde: false,
                        ty: embed,
                    }],
                ),
            },
        }
    }

    /// The terms of a union with those of its interfaces; `None` if they do not restrict anything.
    fn union(&mut self, terms: &[Term]) -> Option<Vec<Term>> {
        let query = self.query;
        let mut all = Vec::with_capacity(terms.len());
        for &term in terms {
            match query.ty(query.underlying(term.ty)) {
                Type::Unknown => {
                    self.incomplete = true;
                    return None;
                }
                Type::Interface(_) if !query.is_type_param(term.ty) => {
                    let inner = self.type_set(term.ty);
                    all.extend_from_slice(inner.terms.as_ref()?);
                }
                _ => all.push(term),
            }
            if all.len() > MAX_TERMS {
                self.incomplete = true;
                return None;
            }
        }
        Some(all)
    }
}

impl<'w, 'a> Query<'w, 'a>
where
    'w: 'a,
{
    fn restrict(&self, set: &mut TypeSet, terms: Vec<Term>) {
        let Some(before) = set.terms.take() else {
            set.terms = Some(terms);
            return;
        };
        let mut both = Vec::new();
        for a in &before {
            for b in &terms {
                let meet = match (a.tilde, b.tilde) {
                    _ if self.identical(a.ty, b.ty) => Some(Term {
                        tilde: a.tilde && b.tilde,
                        ty: a.ty,
                    }),
                    (true, false) if self.identical(a.ty, self.underlying(b.ty)) => Some(*b),
                    (false, true) if self.identical(b.ty, self.underlying(a.ty)) => Some(*a),
                    _ => None,
                };
                both.extend(meet.filter(|term| !both.contains(term)));
            }
        }
        set.terms = Some(both);
    }
}
