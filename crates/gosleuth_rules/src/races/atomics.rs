//! What `sync/atomic` does to memory and to the order of goroutines.

use gosleuth_types::{Type, TypeId};

use super::exec::{Cursor, Exec, Here, Target};
use super::graph::{AccessKind, Sync};
use super::memory::{Item, LocId, Step, Val, merge, places};

impl Exec<'_, '_> {
    /// The place that a call reads atomically, and what it yields as long as nothing was written.
    pub(super) fn publishes(&mut self, target: &Target, args: &[Val]) -> Option<(LocId, i64)> {
        let Target::Declared(obj) = target else { return None };
        let named = self.named(*obj);
        let name = named.symbol.strip_prefix("sync/atomic.")?;
        let name = name.rsplit('.').next().unwrap_or(name);
        let reads = ["Load", "CompareAndSwap", "Swap", "Add"]
            .iter()
            .any(|prefix| name.starts_with(prefix));
        let number = |index: usize| match args.get(index).map(|val| &val[..]) {
            Some([Item::Int(number)]) => Some(*number),
            _ => None,
        };
        let first = if name.starts_with("CompareAndSwap") {
            i64::from(matches!(
                args.get(1).map(|val| &val[..]),
                Some([Item::Int(0) | Item::Bool(false)] | [])
            ))
        } else if name.starts_with("Add") {
            number(1).unwrap_or(1)
        } else {
            0
        };
        match args.first().map(|val| &val[..]) {
            Some([Item::Ref(loc)]) if reads => Some((*loc, first)),
            _ => None,
        }
    }

    /// A function or method of `sync/atomic`.
    pub(super) fn atomic(
        &mut self,
        name: &str,
        args: &[Val],
        cursor: Cursor,
        ty: TypeId,
        here: Here,
    ) -> (Option<Cursor>, Vec<Val>) {
        let first = args.first().cloned().unwrap_or_default();
        let is_method = name.starts_with("(*");
        let operation = name.rsplit('.').next().unwrap_or(name);
        let write = !operation.starts_with("Load");
        let cursor = match first[..] {
            [Item::Ref(flag)] if operation.starts_with("Store") => self.free(cursor, flag, here),
            _ => cursor,
        };
        // A typed atomic has no plain uses, but copies.
        if is_method {
            if let [Item::Ref(place)] = first[..] {
                self.note_atomic(cursor.node, place, write, here);
            }
        } else {
            self.touch_as(&cursor, &first, write, true, AccessKind::Plain, here);
        }
        let places = places(&first);
        let held: Vec<LocId> = places
            .iter()
            .map(|&place| {
                if is_method {
                    self.memory.part(place, Step::Hidden(0))
                } else {
                    place
                }
            })
            .collect();
        let stored = match operation {
            name if name.starts_with("CompareAndSwap") => args.get(2),
            name if name.starts_with("Store") || name.starts_with("Swap") => args.get(1),
            _ => None,
        };
        if let Some(stored) = stored {
            for &place in &held {
                self.give(&cursor, stored, Some(place));
                self.memory.write(place, stored);
            }
        }
        let is_pointer = matches!(
            self.cx.under(ty),
            Type::Pointer(_) | Type::Interface(_) | Type::Map { .. } | Type::Slice(_) | Type::Chan { .. }
        );
        let mut val = Val::new();
        if is_pointer {
            for &place in &held {
                merge(&mut val, &self.memory.read(place));
            }
        } else {
            val.push(Item::Any);
        }
        let cursor = match places[..] {
            [place] if write => self.sync(&cursor, Sync::Atomic(place), here),
            [place] => self.sync(&cursor, Sync::Peek(place), here),
            _ => cursor,
        };
        (Some(cursor), vec![val])
    }
}
