//! What values refer to: which channel, which lock, which function.
//!
//! An inclusion-based analysis (Andersen, "Program Analysis and Specialization for the C Programming Language", 1994) whose constraints are made
//! only for what is asked for (Heintze and Tardieu, "Demand-Driven Pointer Analysis", 2001). Things are told apart by where they are made; those that
//! a constructor only fills and returns, by the call of the constructor as well. Fields are told apart, elements of a slice, map, array or channel
//! are one place. Calls of function values and of methods of interfaces go to what those refer to.
//!
//! The order in which things happen does not count. What code outside of the packages looked at may do is there as a place of its own for each type,
//! next to what is made here and may have come there ([`Place::is_outside`]); what an unexported field holds is written here. Not followed are
//! reflection, `unsafe`, and methods of embedded fields that are called through interfaces (their callee counts as unknown).

mod private;
mod solve;
#[cfg(test)]
mod tests;
mod text;

use std::cell::RefCell;
use std::rc::Rc;

use gosleuth_types::{ObjRef, Query, TypeId};

use crate::ir::{FuncKey, Package, ValueId};
use solve::Solver;
use text::{At, Program};

gosleuth_base::new_index! {
    /// A place of [`Points`].
    pub struct PlaceId;
}

/// Something that values refer to: memory, a channel, a map, a function.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Where it is from.
    pub kind: PlaceKind,
    /// Its type: of memory what it holds.
    pub ty: TypeId,
    depth: u32,
    /// Whether it stands for what is made outside, or is part of that.
    pub is_outside: bool,
}

/// Where a [`Place`] is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlaceKind {
    /// Made by this value, each time it is executed; results of constructors of libraries as well.
    Made(FuncKey, ValueId),
    /// Made by this value of a constructor for a call of it.
    MadeFor((FuncKey, ValueId), (FuncKey, ValueId)),
    /// A variable of a package.
    Global(ObjRef),
    /// A declared function.
    Func(ObjRef),
    /// What an interface holds that this value makes.
    Box(FuncKey, ValueId),
    /// A field of a struct.
    Field(PlaceId, u32),
    /// The elements of a slice, array, map or channel.
    Element(PlaceId),
    /// All that is made outside, of one type.
    Outside((u8, u32, u32)),
}

/// Answers, worked out when first asked for.
pub struct Points<'a> {
    solver: RefCell<Option<Solver<'a>>>,
    program: Program<'a>,
}

impl<'a> Points<'a> {
    /// Prepares a package, and others that are known through it, in the view of types of the first. `is_main` says that nobody imports it. Costs nothing
    /// until something is asked.
    pub fn new(query: Query<'a, 'a>, units: Vec<&'a Package>, is_main: bool) -> Self {
        Self {
            solver: RefCell::default(),
            program: Program {
                query,
                units,
                is_main,
                tracked: Rc::default(),
            },
        }
    }

    fn ask<T>(&self, question: impl FnOnce(&mut Solver<'a>) -> T) -> T {
        let mut solver = self.solver.borrow_mut();
        question(solver.get_or_insert_with(|| Solver::new(self.program.clone())))
    }

    /// What a value may refer to, nil aside. A struct or array refers to where it was copied from. None if the packages are too big to say.
    pub fn of(&self, func: FuncKey, value: ValueId) -> Option<Rc<[PlaceId]>> {
        self.ask(|solver| solver.of((func, value)).map(sorted))
    }

    /// What a pointer type points to.
    pub(crate) fn pointee(&self, ty: TypeId) -> Option<TypeId> {
        self.program.pointee(ty)
    }

    /// A place.
    pub fn place(&self, place: PlaceId) -> Place {
        self.ask(|solver| solver.places[gosleuth_base::Idx::index(place)])
    }

    /// What a value may refer to, if all of that is made here.
    pub fn all_known(&self, func: FuncKey, value: ValueId) -> Option<Rc<[PlaceId]>> {
        let found = self.of(func, value)?;
        let is_known = !found.is_empty() && found.iter().all(|&place| !self.place(place).is_outside);
        is_known.then_some(found)
    }

    /// Whether two values may refer to the same thing. What is not known may be anything.
    pub fn may_be_same(&self, a: (FuncKey, ValueId), b: (FuncKey, ValueId)) -> bool {
        match (self.of(a.0, a.1), self.of(b.0, b.1)) {
            (Some(a), Some(b)) => a.is_empty() || b.is_empty() || a.iter().any(|place| b.binary_search(place).is_ok()),
            _ => true,
        }
    }

    /// The functions that a call of a function value, or of a method of an interface, may call; none if there may be others than those here.
    pub fn callees(&self, func: FuncKey, call: ValueId) -> Option<Vec<FuncKey>> {
        self.ask(|solver| solver.callees((func, call)))
    }

    /// A place in words that are the same in every run: `open@120.1[]` are the elements of field 1 of what function `open` makes at offset 120.
    pub fn describe(&self, place: PlaceId) -> String {
        let made = |at: At| text::place(&self.program, at);
        let name = |obj: ObjRef| {
            let object = self.program.query.object(obj);
            object.map_or("", |object| self.program.query.world.text(object.name))
        };
        match self.place(place).kind {
            PlaceKind::Made(func, value) => made((func, value)),
            PlaceKind::MadeFor(at, site) => format!("{}/{}", made(at), made(site)),
            PlaceKind::Global(obj) | PlaceKind::Func(obj) => name(obj).to_owned(),
            PlaceKind::Box(func, value) => format!("any({})", made((func, value))),
            PlaceKind::Field(of, number) => format!("{}.{number}", self.describe(of)),
            PlaceKind::Element(of) => format!("{}[]", self.describe(of)),
            PlaceKind::Outside(_) => "outside".to_owned(),
        }
    }
}

fn sorted(places: &[PlaceId]) -> Rc<[PlaceId]> {
    let mut places = places.to_vec();
    places.sort_unstable();
    places.into()
}
