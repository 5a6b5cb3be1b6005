//! Which objects of packages others can come across.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::names::Name;
use crate::object::{NamedRef, ObjKind, ObjRef, PackageTypes, PkgId, TypeParamRef};
use crate::types::{Type, TypeId, for_each_part};
use crate::world::World;

/// What is kept of a package: positions in its tables.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) objects: Vec<u32>,
    pub(super) nameds: Vec<u32>,
    pub(super) type_params: Vec<u32>,
}

/// The parts of packages that can be reached from outside.
#[derive(Debug, Default)]
pub struct Reach {
    packages: FxHashMap<PkgId, Kept>,
}

impl Reach {
    /// What the tests of a package and other packages can reach of it: everything that its scope leads to.
    pub fn of_package(world: &World, pkg: PkgId) -> Self {
        let mut walk = Walk::new(world, Within::One(pkg));
        for &index in world.package(pkg).tables.scope.values() {
            walk.object(ObjRef { pkg, index });
        }
        for methods in world.package(pkg).tables.added_methods.values() {
            methods.iter().for_each(|&(_, method)| walk.object(method));
        }
        walk.finish()
    }

    /// What programs can reach of a closed set of packages, given those that programs can import: what is exported, and what that leads to
    /// in all of the set.
    pub fn of_exported(world: &World, importable: &[PkgId]) -> Self {
        let mut walk = Walk::new(world, Within::All);
        for &pkg in importable {
            for (&name, &index) in &world.package(pkg).tables.scope {
                if name.is_exported() {
                    walk.object(ObjRef { pkg, index });
                }
            }
        }
        walk.finish()
    }

    /// The packages of which something is kept, in the order of their registration.
    pub fn packages(&self) -> Vec<PkgId> {
        let mut packages: Vec<PkgId> = self.packages.keys().copied().collect();
        packages.sort();
        packages
    }

    pub(super) fn of(&self, pkg: PkgId) -> Option<&Kept> {
        self.packages.get(&pkg)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    One(PkgId),
    All,
}

struct Walk<'w> {
    world: &'w World,
    within: Within,
    objects: FxHashSet<ObjRef>,
    nameds: FxHashSet<NamedRef>,
    type_params: FxHashSet<TypeParamRef>,
    types: FxHashSet<TypeId>,
    todo_objects: Vec<ObjRef>,
    todo_types: Vec<TypeId>,
    /// Unexported names that methods of interfaces have, by package: a method of such a name decides what implements them.
    private: FxHashMap<PkgId, FxHashSet<Name>>,
}

impl<'w> Walk<'w> {
    fn new(world: &'w World, within: Within) -> Self {
        Self {
            world,
            within,
            objects: FxHashSet::default(),
            nameds: FxHashSet::default(),
            type_params: FxHashSet::default(),
            types: FxHashSet::default(),
            todo_objects: Vec::new(),
            todo_types: Vec::new(),
            private: FxHashMap::default(),
        }
    }

    fn is_within(&self, pkg: PkgId) -> bool {
        match self.within {
            Within::One(one) => one == pkg,
            Within::All => pkg != PkgId::universe() && pkg != PkgId::unsafe_(),
        }
    }

    fn object(&mut self, obj: ObjRef) {
        if self.is_within(obj.pkg) && self.objects.insert(obj) {
            self.todo_objects.push(obj);
        }
    }

    fn ty(&mut self, ty: TypeId) {
        if self.types.insert(ty) {
            self.todo_types.push(ty);
        }
    }

    fn finish(mut self) -> Reach {
        loop {
            if let Some(obj) = self.todo_objects.pop() {
                self.visit_object(obj);
            } else if let Some(ty) = self.todo_types.pop() {
                self.visit_type(ty);
            } else {
                break;
            }
        }
        let mut reach = Reach::default();
        for obj in self.objects {
            reach.packages.entry(obj.pkg).or_default().objects.push(obj.index);
        }
        for named in self.nameds {
            reach.packages.entry(named.pkg).or_default().nameds.push(named.index);
        }
        for param in self.type_params {
            reach
                .packages
                .entry(param.pkg)
                .or_default()
                .type_params
                .push(param.index);
        }
        for kept in reach.packages.values_mut() {
            kept.objects.sort_unstable();
            kept.nameds.sort_unstable();
            kept.type_params.sort_unstable();
        }
        reach
    }

    fn visit_object(&mut self, obj: ObjRef) {
        let Some(object) = self.world.object(obj) else { return };
        if let Some(ty) = object.ty {
            self.ty(ty);
        }
        match object.kind {
            ObjKind::Type { type_params, .. } => self.ty(type_params),
            ObjKind::Func { recv, recv_params } => {
                if let Some(recv) = recv {
                    self.ty(recv);
                }
                self.ty(recv_params);
            }
            _ => {}
        }
    }

    fn visit_type(&mut self, id: TypeId) {
        let ty = self.world.types.get(id);
        for_each_part(ty, |part| self.ty(part));
        match ty {
            Type::Named { decl, .. } => self.named(*decl),
            Type::TypeParam(param) => self.type_param(*param),
            Type::Struct(fields) => fields.iter().for_each(|field| self.object(field.obj)),
            Type::Interface(interface) => interface.methods.iter().for_each(|method| self.object(method.obj)),
            _ => {}
        }
    }

    fn named(&mut self, decl: NamedRef) {
        if !self.is_within(decl.pkg) || !self.nameds.insert(decl) {
            return;
        }
        let package = self.world.package(decl.pkg);
        let Some(info) = package.tables.nameds.get(decl.index as usize) else {
            return;
        };
        self.object(info.obj);
        self.ty(info.type_params);
        if let Some(underlying) = info.underlying {
            self.ty(underlying);
        }
        for &(name, method) in &info.methods {
            if self.keeps_method(decl.pkg, package, name) {
                self.object(method);
            }
        }
    }

    /// Whether others can tell if a type of the package has a method of this name.
    pub(super) fn keeps_method(&mut self, pkg: PkgId, package: &PackageTypes, name: Name) -> bool {
        if self.within != Within::All || name.is_exported() {
            return true;
        }
        let world = self.world;
        let private = self.private.entry(pkg).or_insert_with(|| private_names(world, package));
        private.contains(&name)
    }

    fn type_param(&mut self, param: TypeParamRef) {
        if !self.is_within(param.pkg) || !self.type_params.insert(param) {
            return;
        }
        let package = self.world.package(param.pkg);
        if let Some(info) = package.tables.type_params.get(param.index as usize) {
            self.object(info.obj);
            if let Some(constraint) = info.constraint {
                self.ty(constraint);
            }
        }
    }
}

fn private_names(world: &World, package: &PackageTypes) -> FxHashSet<Name> {
    let underlying = package.tables.nameds.iter().filter_map(|info| info.underlying);
    let mut names = FxHashSet::default();
    for ty in underlying {
        if let Type::Interface(interface) = world.types.get(ty) {
            names.extend(
                interface
                    .methods
                    .iter()
                    .map(|method| method.name)
                    .filter(|name| !name.is_exported()),
            );
        }
    }
    names
}

impl Kept {
    /// Whether a position is in a sorted list of them.
    pub(super) fn has_object(&self, index: u32) -> bool {
        self.objects.binary_search(&index).is_ok()
    }
}
