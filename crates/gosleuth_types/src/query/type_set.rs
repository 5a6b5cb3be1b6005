//! What interfaces mean.

use std::rc::Rc;

use super::Query;
use crate::types::{Method, Term, TypeId};

/// The types that are in an interface.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeSet {
    /// Methods they all have, sorted by name (unexported ones by package too).
    pub methods: Vec<Method>,
    /// The unions they are in; `None` if there is no such restriction.
    pub terms: Option<Vec<Term>>,
    /// Whether they are all comparable by demand of `comparable`.
    pub comparable: bool,
}

impl<'w, 'a> Query<'w, 'a>
where
    'w: 'a,
{
    /// The type set of an interface, a declared interface type or a type parameter (that of its constraint).
    pub fn type_set(&self, ty: TypeId) -> Rc<TypeSet> {
        let _ = ty;
        Rc::default()
    }
}
