//! Method sets.

use super::Query;
use super::lookup::{EmbeddedWalk, Found};
use crate::info::SelectionKind;
use crate::names::Name;
use crate::object::PkgId;
use crate::types::{Type, TypeId};

impl<'w, 'a> Query<'w, 'a>
where
    'w: 'a,
{
    /// The methods that a value of a type has without being addressable, promoted ones included, each as [`Query::lookup`] finds it.
    /// Exported ones first, then by name.
    pub fn method_set(&self, ty: TypeId) -> Vec<Found> {
        let mut names: Vec<(Name, PkgId)> = Vec::new();
        if let Some(start) = self.lookup_start(ty)
            && !self.is_named_pointer(ty)
        {
            let mut walk = EmbeddedWalk::new(start);
            while !walk.level.is_empty() {
                for place in &walk.level {
                    if let &Type::Named { decl, .. } = self.ty(place.ty) {
                        names.extend(self.declared_methods(decl).map(|&(name, obj)| (name, obj.pkg)));
                    }
                    if matches!(self.ty(self.underlying(place.ty)), Type::Interface(_)) {
                        let set = self.type_set(place.ty);
                        names.extend(set.methods.iter().map(|method| (method.name, method.obj.pkg)));
                    }
                }
                walk.descend(self);
            }
        }
        let world = self.world;
        for (name, pkg) in &mut names {
            // Who declares it counts for unexported names only.
            *pkg = if name.is_exported() {
                PkgId::universe()
            } else {
                world.canonical(*pkg)
            };
        }
        names.sort_unstable();
        names.dedup();
        names.sort_by(|a, b| {
            (b.0.is_exported().cmp(&a.0.is_exported()))
                .then_with(|| world.text(a.0).cmp(world.text(b.0)))
                .then_with(|| world.path(a.1).cmp(world.path(b.1)))
        });
        names
            .into_iter()
            .filter_map(|(name, pkg)| self.lookup(ty, name, pkg))
            .filter(|found| found.kind == SelectionKind::Method && (found.indirect || !found.pointer_receiver))
            .collect()
    }
}
