//! What libraries do with what they are given: elements that they read and write, methods that they call, values that contexts hold, and
//! groups that are added to.

use gosleuth_types::{Type, TypeId};
use smallvec::smallvec;

use super::exec::{Cursor, Exec, Here, Target};
use super::graph::AccessKind;
use super::memory::{Item, Key, LocId, Step, Val};

impl Exec<'_, '_> {
    /// The elements of slices, and the tables of maps, that a library function reads or writes.
    pub(super) fn touch_elements(&mut self, cursor: &Cursor, val: &[Item], write: bool, here: Here) {
        for &item in val {
            let (ty, loc) = match item {
                Item::Boxed(id) => match self.boxes[id as usize] {
                    (ty, Some(Item::Ref(loc))) => (ty, loc),
                    _ => continue,
                },
                Item::Ref(loc) => (self.memory.of(loc).ty, loc),
                _ => continue,
            };
            if matches!(self.cx.under(ty), Type::Map { .. }) {
                self.touch(cursor, &[Item::Ref(loc)], write, AccessKind::Map, here);
            } else if self.cx.pointee(ty).is_none() || !matches!(item, Item::Boxed(_)) {
                let all = self.memory.part(loc, Step::Elem(Key::Range(0, i64::MAX)));
                self.touch(cursor, &[Item::Ref(all)], write, AccessKind::Plain, here);
            }
        }
    }

    /// Calls a method of what an interface holds, where the package has it.
    pub(super) fn call_by_name(&mut self, val: &[Item], name: &str, cursor: Cursor, here: Here) -> Cursor {
        let mut cursor = cursor;
        for (number, &item) in val.iter().enumerate() {
            let Item::Boxed(id) = item else { continue };
            let of = self.boxes[id as usize].0;
            let found = self
                .cx
                .query
                .lookup(of, self.cx.query.world.name(name), self.cx.query.pkg);
            let Some(method) = found.map(|found| found.obj) else {
                continue;
            };
            let target = Target::Method {
                recv: smallvec![item],
                method,
            };
            let beside = cursor.clone();
            let args = vec![smallvec![Item::Any], smallvec![Item::Any]];
            let (end, _) = self.call(target, args, cursor, TypeId::UNKNOWN, here.numbered(number));
            cursor = end.unwrap_or(beside);
        }
        cursor
    }

    /// Notes a call that adds to a group, or waits for it.
    pub(super) fn note_group(&mut self, group: &[Item], node: super::graph::NodeId, adds: bool, here: Here) {
        if let [Item::Ref(group)] = *group {
            self.groups.push(super::groups::GroupCall {
                group,
                node,
                here,
                adds,
            });
        }
    }

    /// A context that holds a value more. What its parents hold is found under every key.
    pub(super) fn with_value(&mut self, parent: Val, value: &[Item], here: Here) -> Val {
        let mut contexts: Vec<LocId> = Vec::new();
        for item in &parent {
            if let Item::Boxed(id) = item
                && let (_, Some(Item::Ref(loc))) = self.boxes[*id as usize]
            {
                contexts.push(loc);
            }
        }
        let context = if contexts.is_empty() {
            let context = self.token_at(here, 1);
            contexts.push(context);
            self.patient.insert(self.memory.part(context, Step::Hidden(0)));
            smallvec![self.boxed(TypeId::UNKNOWN, Some(Item::Ref(context)))]
        } else {
            parent
        };
        for context in contexts {
            let values = self.memory.part(context, Step::Hidden(6));
            self.memory.write(values, value);
        }
        context
    }
}
