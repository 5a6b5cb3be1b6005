//! What the packages of one analysis share.

use std::sync::OnceLock;

use gosleuth_base::Idx as _;

use crate::names::{Name, Names};
use crate::object::{ObjRef, Object, PackageTypes, PkgId};
use crate::types::TypeStore;
use crate::universe;

/// A registered package.
struct Slot {
    path: Name,
    /// The package whose tests these are.
    base: Option<PkgId>,
    types: OnceLock<PackageTypes>,
}

/// Names, types and packages; grows only, from any thread.
pub struct World {
    names: Names,
    /// The table of types.
    pub types: TypeStore,
    packages: boxcar::Vec<Slot>,
    opaque: PackageTypes,
    universe: universe::Universe,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// A world with the predeclared identifiers and `unsafe`.
    pub fn new() -> Self {
        let mut world = Self {
            names: Names::new(),
            types: TypeStore::new(),
            packages: boxcar::Vec::new(),
            opaque: PackageTypes {
                opaque: true,
                ..PackageTypes::default()
            },
            universe: universe::Universe::default(),
        };
        world.universe = universe::install(&world);
        world
    }

    /// Adds a package that is not finished yet. `base` is given for the tests of a package that have its name: they extend it, and
    /// share its scope and what is private to it.
    pub fn register(&self, path: &str, base: Option<PkgId>) -> PkgId {
        let slot = Slot {
            path: self.name(path),
            base,
            types: OnceLock::new(),
        };
        PkgId::from_usize(self.packages.push(slot))
    }

    /// Finishes a package; only the first call for a package has an effect.
    pub fn finish(&self, pkg: PkgId, types: PackageTypes) {
        if let Some(slot) = self.packages.get(pkg.index()) {
            // A second result for the same package would be the same.
            let _ = slot.types.set(types);
        }
    }

    /// A finished package; one of which nothing is known if it is not finished.
    pub fn package(&self, pkg: PkgId) -> &PackageTypes {
        self.packages
            .get(pkg.index())
            .and_then(|slot| slot.types.get())
            .unwrap_or(&self.opaque)
    }

    /// Whether a package is finished.
    pub fn is_finished(&self, pkg: PkgId) -> bool {
        self.packages
            .get(pkg.index())
            .is_some_and(|slot| slot.types.get().is_some())
    }

    /// The import path of a package.
    pub fn path(&self, pkg: PkgId) -> &str {
        self.packages.get(pkg.index()).map_or("", |slot| self.text(slot.path))
    }

    /// The package that tests of the same name extend.
    pub fn base(&self, pkg: PkgId) -> Option<PkgId> {
        self.packages.get(pkg.index()).and_then(|slot| slot.base)
    }

    /// The package whose private names a package shares: itself, or the one its tests extend.
    pub fn canonical(&self, pkg: PkgId) -> PkgId {
        self.base(pkg).unwrap_or(pkg)
    }

    /// An object of a finished package.
    pub fn object(&self, obj: ObjRef) -> Option<&Object> {
        self.package(obj.pkg).tables.objects.get(obj.index as usize)
    }

    /// Interns an identifier (or any other text that is compared often).
    pub fn name(&self, text: &str) -> Name {
        self.names.intern(text)
    }

    /// The text of a name.
    pub fn text(&self, name: Name) -> &str {
        self.names.get(name)
    }

    /// What the language itself declares.
    pub(crate) fn universe(&self) -> &universe::Universe {
        &self.universe
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "World({} packages, {} types)",
            self.packages.count(),
            self.types.len()
        )
    }
}
