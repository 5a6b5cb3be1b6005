//! The functions that can be executed.

use gosleuth_ir::{Func, FuncKey, Package};
use gosleuth_types::{ObjKind, ObjRef, PkgId, Query, Type, TypeId};
use rustc_hash::FxHashMap;

/// A package whose functions are here.
#[derive(Clone, Copy)]
pub struct ProgramUnit<'a> {
    /// Its types.
    pub query: Query<'a, 'a>,
    /// Its functions.
    pub package: &'a Package,
}

/// The packages that are executed; everything else is outside.
pub struct Program<'a> {
    units: Vec<ProgramUnit<'a>>,
    by_package: FxHashMap<PkgId, u32>,
}

/// A place in the text of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site {
    /// The function around.
    pub func: FuncKey,
    /// Offset in the function's file, in bytes.
    pub pos: u32,
}

impl<'a> Program<'a> {
    /// A program of these packages. Functions of several packages may be linked to one, which then comes with the view of types of who calls
    /// them.
    pub fn new(units: Vec<ProgramUnit<'a>>) -> Self {
        let mut by_package = FxHashMap::default();
        for (number, unit) in units.iter().enumerate() {
            by_package.entry(unit.query.pkg).or_insert(number as u32);
        }
        Self { units, by_package }
    }

    /// The packages, in the order given.
    pub fn units(&self) -> &[ProgramUnit<'a>] {
        &self.units
    }

    /// A package by its number.
    pub(crate) fn unit_at(&self, number: u32) -> &ProgramUnit<'a> {
        &self.units[number as usize]
    }

    /// The package of a function.
    pub fn unit(&self, key: FuncKey) -> &ProgramUnit<'a> {
        &self.units[key.unit as usize]
    }

    /// A function.
    pub fn func(&self, key: FuncKey) -> &'a Func {
        &self.units[key.unit as usize].package.funcs[key.func]
    }

    /// The function of an object, if its body is here.
    pub fn body_of(&self, obj: ObjRef) -> Option<FuncKey> {
        let (unit, &func) = self
            .units
            .iter()
            .enumerate()
            .find_map(|(unit, known)| Some((unit as u32, known.package.by_object.get(&obj)?)))?;
        let key = FuncKey { unit, func };
        (!self.func(key).blocks.is_empty()).then_some(key)
    }

    /// A view of types that knows the objects of a package.
    pub(crate) fn query_for(&self, pkg: PkgId) -> Query<'a, 'a> {
        let unit = self.by_package.get(&pkg).copied().unwrap_or(0);
        self.units[unit as usize].query
    }

    /// Import path, receiver type and name of a function: `("sync", "Mutex", "Lock")`.
    pub(crate) fn names(&self, obj: ObjRef) -> Option<(&'a str, &'a str, &'a str)> {
        let query = self.query_for(obj.pkg);
        let object = query.object(obj)?;
        let name = query.world.text(object.name);
        let path = query.world.path(query.world.canonical(obj.pkg));
        let recv = match object.kind {
            ObjKind::Func { recv: Some(recv), .. } => self.type_name(query, recv),
            ObjKind::Func { recv: None, .. } => "",
            _ => return None,
        };
        Some((path, recv, name))
    }

    fn type_name(&self, query: Query<'a, 'a>, mut ty: TypeId) -> &'a str {
        if let Type::Pointer(elem) = query.ty(ty) {
            ty = *elem;
        }
        match query.ty(ty) {
            Type::Named { decl, .. } => {
                let query = self.query_for(decl.pkg);
                query
                    .named(*decl)
                    .and_then(|info| query.object(info.obj))
                    .map_or("", |object| query.world.text(object.name))
            }
            _ => "",
        }
    }
}
