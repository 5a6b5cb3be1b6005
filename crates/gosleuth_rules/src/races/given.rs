//! Which goroutine made what, and where pointers to it were given away.

use super::exec::{Cursor, Exec, FuncVal, Given};
use super::memory::{Item, LocId, Val};

impl Exec<'_, '_> {
    /// Leaves out what the goroutine that is here has not made yet.
    pub(super) fn made_so_far(&self, cursor: &Cursor, mut val: Val) -> Val {
        let own = self.graph.thread_of(cursor.node);
        val.retain(|item| {
            let inner = match *item {
                Item::Boxed(id) => self.boxes[id as usize].1,
                item => Some(item),
            };
            let is_made = |loc: LocId| {
                let object = self.memory.locs[loc as usize].object;
                self.born_before.get(&object) != Some(&own) || self.born.contains_key(&object)
            };
            match inner {
                Some(Item::Ref(loc) | Item::Copy(loc)) => is_made(loc),
                Some(Item::Func(id)) => match &self.funcs[id as usize] {
                    FuncVal::Closure { captures, .. } => captures.iter().flatten().all(|item| match *item {
                        Item::Ref(loc) => is_made(loc),
                        _ => true,
                    }),
                    _ => true,
                },
                _ => true,
            }
        });
        val
    }

    /// Notes which goroutine made an object.
    pub(super) fn bear(&mut self, cursor: &Cursor, loc: LocId) {
        let object = self.memory.locs[loc as usize].object;
        self.born.insert(object, self.graph.thread_of(cursor.node));
    }

    /// Notes that the pointers in a value are given away here.
    pub(super) fn give(&mut self, cursor: &Cursor, val: &[Item], holder: Option<LocId>) {
        let holder = holder.map(|holder| self.memory.locs[holder as usize].object);
        if holder.is_some_and(|holder| self.memory.objects[holder as usize].private) {
            return;
        }
        for &item in val {
            let inner = match item {
                Item::Boxed(id) => self.boxes[id as usize].1,
                item => Some(item),
            };
            if let Some(Item::Ref(loc)) = inner {
                let object = self.memory.locs[loc as usize].object;
                self.given.entry(object).or_default().push(Given {
                    node: cursor.node,
                    after: self.graph.accesses.len(),
                    holder,
                });
            }
        }
    }
}
