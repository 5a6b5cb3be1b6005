//! Who tells whom what types do not say.

use gosleuth_base::{Idx as _, IndexVec};
use gosleuth_types::{ObjRef, export};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{AnalysisOptions, Run};
use crate::cache::{Asked, Digest, Entry, Fact};
use crate::units::{Unit, UnitId, UnitTarget, Variant};
use crate::workspace::{Module, PackageId, Workspace};

/// Whom a unit has facts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Telling {
    Nobody,
    /// A package outside of the main modules, its own tests.
    Tests,
    /// A package of a main module, all that import it.
    All,
}

/// Whom each unit tells.
pub(super) fn telling(
    workspace: &Workspace,
    options: &AnalysisOptions<'_>,
    units: &IndexVec<UnitId, Unit>,
) -> Vec<Telling> {
    let is_test = |unit: &&Unit| matches!(unit.variant, Variant::WithTests | Variant::External);
    let tested: FxHashSet<PackageId> = units.iter().filter(is_test).map(|unit| unit.package).collect();
    let of_unit = |unit: &Unit| {
        let package = &workspace.packages[unit.package];
        let module = package.module.map(|module| &workspace.modules[module]);
        if !options.facts || unit.variant != Variant::Plain || is_in_circle(workspace, units, unit) {
            Telling::Nobody
        } else if !package.standard && module.is_some_and(Module::is_main) {
            Telling::All
        } else if tested.contains(&unit.package) {
            Telling::Tests
        } else {
            Telling::Nobody
        }
    };
    units.iter().map(of_unit).collect()
}

/// Whether a unit is in a circle of imports: what it would hear there depends on who is faster.
fn is_in_circle(workspace: &Workspace, units: &IndexVec<UnitId, Unit>, unit: &Unit) -> bool {
    let depth = |package: PackageId| workspace.packages[package].depth;
    unit.imports.iter().any(|import| match import.target {
        UnitTarget::Unit(target) => depth(units[target].package) >= depth(unit.package),
        _ => false,
    })
}

impl Run<'_> {
    /// Whether a unit has facts for another one.
    pub(super) fn tells(&self, id: UnitId, other: UnitId) -> bool {
        match self.telling[id.index()] {
            Telling::Nobody => false,
            Telling::Tests => self.units[id].package == self.units[other].package,
            Telling::All => true,
        }
    }

    /// The units that tell this one because it has their tests.
    pub(super) fn told_as_tests(&self, id: UnitId) -> impl Iterator<Item = UnitId> {
        let needs = self.needs[id.index()].iter().copied();
        needs.filter(move |&need| self.telling[need.index()] == Telling::Tests && self.tells(need, id))
    }

    /// The fact about an object of a package that is done.
    pub(super) fn fact(&self, obj: ObjRef) -> Option<&Fact> {
        let slot = &self.slots[self.unit_of.get(&obj.pkg)?.index()];
        let entry = || slot.entry.get().map(|entry| &entry.facts);
        slot.facts.get().or_else(entry)?.of(obj.index)
    }

    /// Whether all that was asked for when an entry was made would be answered in the same way.
    pub(super) fn is_answered(&self, entry: &Entry) -> bool {
        entry.asked.iter().all(|asked| {
            let obj = self.by_path.get(&asked.path).map(|&pkg| ObjRef {
                pkg,
                index: asked.index,
            });
            obj.and_then(|obj| self.fact(obj)).map(|fact| fact.digest) == asked.digest
        })
    }

    /// What was asked for, as it is kept.
    pub(super) fn asked(&self, asked: FxHashMap<ObjRef, Option<Digest>>) -> Vec<Asked> {
        let mut asked: Vec<Asked> = asked
            .into_iter()
            .map(|(obj, digest)| Asked {
                path: export::path(&self.world, obj.pkg).into_owned(),
                index: obj.index,
                digest,
            })
            .collect();
        asked.sort();
        asked
    }
}
