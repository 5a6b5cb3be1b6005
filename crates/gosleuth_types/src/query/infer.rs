//! Type arguments that are not written.

use rustc_hash::FxHashSet;

use super::Query;
use super::unify::{Match, Unifier};
use crate::object::{PkgId, TypeParamRef};
use crate::types::{BasicKind, Signature, Term, Type, TypeFlags, TypeId};

/// An argument of a call, for inference.
#[derive(Clone, Copy, Debug)]
pub struct InferArgument {
    /// The type of the parameter it is passed to.
    pub param: TypeId,
    /// The type of the argument: untyped for untyped constants, generic for generic functions as values.
    pub arg: TypeId,
    /// The type arguments that are written for a generic function as argument, a tuple; empty for others.
    pub given: TypeId,
}

impl<'w, 'a> Query<'w, 'a>
where
    'w: 'a,
{
    /// The constraint of a type that is a type parameter.
    pub(crate) fn constraint(&self, param: TypeId) -> Option<TypeId> {
        match self.ty(param) {
            Type::TypeParam(param) => self.type_param(*param)?.constraint,
            _ => None,
        }
    }

    /// The type arguments for `params` (a tuple of type parameters) of which the first few are `given`, as function argument type
    /// inference and constraint type inference of the specification have it; `None` if one stays unknown. If arguments are generic
    /// functions themselves, the type arguments for them follow, in order.
    pub fn infer(&self, params: TypeId, given: &[TypeId], arguments: &[InferArgument]) -> Option<Vec<TypeId>> {
        let own = self.world.types.list(params);
        if given.len() >= own.len() && !arguments.iter().any(|argument| self.is_generic(argument.arg)) {
            return Some(given[..own.len()].to_vec());
        }
        let mut vars = Variables::default();
        // Where arguments speak of type parameters, these may be the very ones that are to be found, as in recursive calls.
        let types = &self.world.types;
        let speaks = |ty: &TypeId| types.flags(*ty).has(TypeFlags::PARAMS);
        let rename = given.iter().any(speaks) || arguments.iter().any(|argument| speaks(&argument.arg));
        vars.add(self, own, rename);
        let mut pairs = Vec::with_capacity(arguments.len());
        let mut known: Vec<(usize, TypeId)> = given.iter().copied().take(own.len()).enumerate().collect();
        for &InferArgument { param, arg, given } in arguments {
            let param = vars.renamed(self, own, 0, param);
            let arg = match self.ty(arg) {
                &Type::Func(sig) if sig.type_params != TypeId::EMPTY_TUPLE => {
                    let first = vars.vars.len();
                    let theirs = types.list(sig.type_params);
                    vars.add(self, theirs, true);
                    known.extend((first..).zip(types.list(given).iter().copied()).take(theirs.len()));
                    let bare = types.intern(Type::Func(Signature {
                        type_params: TypeId::EMPTY_TUPLE,
                        ..sig
                    }));
                    vars.renamed(self, theirs, first, bare)
                }
                _ => arg,
            };
            pairs.push((param, arg));
        }
        let mut unifier = Unifier::new(self, vars.vars.clone());
        for (var, ty) in known {
            unifier.set(var, ty);
        }
        for &(param, arg) in &pairs {
            if arg.is_unknown() || self.is_untyped(arg) {
                continue;
            }
            if !unifier.unify(param, arg, Match::Loose) {
                return None;
            }
        }
        self.apply_constraints(&mut unifier, &vars)?;
        self.apply_constants(&mut unifier, &pairs);
        self.resolved(&unifier, &vars)
    }

    fn is_generic(&self, ty: TypeId) -> bool {
        matches!(self.ty(ty), Type::Func(sig) if sig.type_params != TypeId::EMPTY_TUPLE)
    }

    /// What the constraints say: core types and methods, until nothing new follows.
    fn apply_constraints(&self, unifier: &mut Unifier<'_, '_, '_>, vars: &Variables) -> Option<()> {
        loop {
            let before = unifier.unknowns();
            for (var, &constraint) in vars.constraints.iter().enumerate() {
                let set = self.type_set(constraint);
                let known = unifier.value(var);
                if let Some((core, single)) = self.core_term(set.terms.as_deref()) {
                    match known {
                        Some(ty) => {
                            // A declared type is in `~T` by what is behind it; a type parameter of the surroundings by its core type.
                            let ty = if core.tilde && !self.is_type_param(ty) {
                                self.underlying(ty)
                            } else {
                                ty
                            };
                            if !unifier.unify(ty, core.ty, Match::Loose) {
                                return None;
                            }
                        }
                        None if single && !core.tilde => unifier.set(var, core.ty),
                        None => {}
                    }
                } else if let Some(ty) = known
                    && !set.methods.is_empty()
                {
                    // If it does not have them the program is wrong, but there is no better type.
                    unifier.methods(ty, constraint);
                }
            }
            // A core type found above may hold variables itself: as long as something changes there is another round.
            let after = unifier.unknowns();
            if after == 0 || after == before {
                break;
            }
        }
        Some(())
    }

    /// The term all terms agree in, as far as underlying types go, and whether there is only one.
    fn core_term(&self, terms: Option<&[Term]>) -> Option<(Term, bool)> {
        let terms = terms?;
        let (&first, rest) = terms.split_first()?;
        if rest.is_empty() {
            return Some((first, true));
        }
        let core = self.underlying(first.ty);
        rest.iter()
            .all(|term| self.identical(self.underlying(term.ty), core))
            .then_some((Term { tilde: true, ty: core }, false))
    }

    /// Variables for which there are only untyped constants get the default type of the kind that comes last.
    fn apply_constants(&self, unifier: &mut Unifier<'_, '_, '_>, pairs: &[(TypeId, TypeId)]) {
        let mut greatest: Vec<(usize, BasicKind)> = Vec::new();
        for &(param, arg) in pairs {
            let Some(var) = unifier.var(param).filter(|&var| unifier.value(var).is_none()) else {
                continue;
            };
            match self.ty(arg) {
                Type::Basic(kind) if kind.is_untyped() && *kind != BasicKind::UntypedNil => {
                    match greatest.iter_mut().find(|(other, _)| *other == var) {
                        Some((_, known)) => *known = (*known).max(*kind),
                        None => greatest.push((var, *kind)),
                    }
                }
                _ => {}
            }
        }
        for (var, kind) in greatest {
            if unifier.value(var).is_none() {
                unifier.set(var, self.default_type(TypeId::basic(kind)));
            }
        }
    }

    /// The values of the variables with each other's values put in; `None` if one has none or holds itself.
    fn resolved(&self, unifier: &Unifier<'_, '_, '_>, vars: &Variables) -> Option<Vec<TypeId>> {
        let count = vars.vars.len();
        let mut values = (0..count).map(|var| unifier.value(var)).collect::<Option<Vec<_>>>()?;
        let types = &self.world.types;
        // Each round resolves what holds only resolved values; values that hold each other are never done.
        for _ in 0..=count {
            let mut open = false;
            for place in 0..count {
                if types.flags(values[place]).has(TypeFlags::PARAMS) && self.holds_any(values[place], &vars.vars) {
                    open = true;
                    values[place] = self.substitute_lists(values[place], &vars.vars, &values);
                }
            }
            if !open {
                return Some(values);
            }
        }
        None
    }

    /// Whether a type holds one of some type parameters.
    fn holds_any(&self, ty: TypeId, params: &[TypeId]) -> bool {
        let mut open = vec![ty];
        let mut seen = FxHashSet::default();
        while let Some(ty) = open.pop() {
            if !self.world.types.flags(ty).has(TypeFlags::PARAMS) || !seen.insert(ty) {
                continue;
            }
            if params.contains(&ty) {
                return true;
            }
            crate::types::for_each_part(self.ty(ty), |part| open.push(part));
        }
        false
    }
}

/// The type parameters that are to be found.
#[derive(Default)]
struct Variables {
    /// The type parameters themselves, or stand-ins for them.
    vars: Vec<TypeId>,
    /// Their constraints in terms of `vars`.
    constraints: Vec<TypeId>,
}

impl Variables {
    /// Adds the type parameters of a function; `rename` puts stand-ins in their places, which occur nowhere else.
    fn add(&mut self, query: &Query<'_, '_>, params: &[TypeId], rename: bool) {
        let first = self.vars.len();
        for (place, &param) in params.iter().enumerate() {
            let var = if rename { stand_in(query, first + place) } else { param };
            self.vars.push(var);
        }
        for &param in params {
            let constraint = query.constraint(param).unwrap_or(TypeId::EMPTY_INTERFACE);
            let constraint = self.renamed(query, params, first, constraint);
            self.constraints.push(constraint);
        }
    }

    /// A type of a function whose type parameters begin at `first`.
    fn renamed(&self, query: &Query<'_, '_>, params: &[TypeId], first: usize, ty: TypeId) -> TypeId {
        let vars = self.vars.get(first..first + params.len()).unwrap_or_default();
        if vars == params {
            return ty;
        }
        query.substitute_lists(ty, params, vars)
    }
}

/// The `number`th type parameter that no package declares.
fn stand_in(query: &Query<'_, '_>, number: usize) -> TypeId {
    query.world.types.intern(Type::TypeParam(TypeParamRef {
        pkg: PkgId::universe(),
        index: u32::try_from(number).unwrap_or(u32::MAX),
    }))
}
