//! Accesses of memory, and the locks that are held at them.

use gosleuth_ir::{Op, ValueId};

use super::exec::{Cursor, Exec, Frame, Here};
use super::graph::{Access, AccessKind, Mode, Sync};
use super::memory::{Item, LocId};

impl Exec<'_, '_> {
    pub(super) fn lock(&mut self, cursor: &Cursor, val: &[Item], mode: Mode, here: Here) -> Cursor {
        let sync = match *val {
            [Item::Ref(loc)] => Sync::Seen(loc),
            _ => Sync::Lock,
        };
        let next = self.sync(cursor, sync, here);
        // One of several: what it guards is one of several too, the same one.
        for item in val {
            if let Item::Ref(loc) = *item {
                let locks = &mut self.graph.nodes[next.node as usize].locks;
                if let Err(at) = locks.binary_search(&(loc, mode)) {
                    locks.insert(at, (loc, mode));
                }
            }
        }
        next
    }

    pub(super) fn unlock(&mut self, cursor: &Cursor, val: &[Item], mode: Mode, here: Here) -> Cursor {
        let is_held = |held: &(LocId, Mode)| val.contains(&Item::Ref(held.0));
        let sync = match *val {
            // Another goroutine took the lock: it is handed over.
            [Item::Ref(loc)] if !self.graph.nodes[cursor.node as usize].locks.iter().any(is_held) => Sync::Publish(loc),
            _ => Sync::Lock,
        };
        if let (Sync::Publish(loc), Some(spawn)) = (
            &sync,
            self.graph.threads[self.graph.thread_of(cursor.node) as usize].spawn,
        ) {
            self.graph.hand_over(cursor.node, spawn, (*loc, mode));
        }
        let next = self.sync(cursor, sync, here);
        let locks = &mut self.graph.nodes[next.node as usize].locks;
        locks.retain(|&(loc, held)| held != mode || !val.contains(&Item::Ref(loc)));
        next
    }

    /// Accesses the places that a value points to.
    pub(super) fn touch(&mut self, cursor: &Cursor, val: &[Item], write: bool, kind: AccessKind, here: Here) {
        self.touch_as(cursor, val, write, false, kind, here);
    }

    pub(super) fn touch_as(
        &mut self,
        cursor: &Cursor,
        val: &[Item],
        write: bool,
        atomic: bool,
        kind: AccessKind,
        here: Here,
    ) {
        let choices = self.choices.saturating_mul(val.len() as u32);
        for &item in val {
            let Item::Ref(loc) = item else { continue };
            if !self.memory.of(loc).private {
                self.graph.access(Access {
                    loc,
                    node: cursor.node,
                    write,
                    atomic,
                    kind,
                    choices,
                    via: self.via,
                    site: here.site(),
                });
            }
        }
    }

    /// The element that a pointer was read from, where a value is that pointer or leads on from it.
    pub(super) fn element_of(&self, frame: &Frame, instance: usize, value: ValueId) -> Option<LocId> {
        if frame.via.is_empty() {
            return None;
        }
        let mut elements = Self::slots(frame, instance, value).map(|slot| frame.via.get(&slot).copied());
        let first = elements.next()??;
        elements.all(|other| other == Some(first)).then_some(first)
    }

    /// Notes for a value that was worked out which element it leads on from.
    pub(super) fn note_element(&mut self, frame: &mut Frame, instance: usize, slot: usize, op: &Op) {
        let element = match op {
            Op::Load(addr) => match self.val(frame, instance, *addr)[..] {
                [Item::Ref(loc)] => self
                    .memory
                    .element_around(loc)
                    .or_else(|| self.element_of(frame, instance, *addr)),
                _ => None,
            },
            Op::FieldAddr { base, .. }
            | Op::Field { base, .. }
            | Op::IndexAddr { base, .. }
            | Op::Index { base, .. }
            | Op::Slice { base, .. } => self.element_of(frame, instance, *base),
            Op::Convert(inner) => self.element_of(frame, instance, *inner),
            _ => None,
        };
        if let Some(element) = element {
            frame.via.insert(slot, element);
        }
    }
}

/// Whether two accesses of one object are through different elements of a list that has the object in one place only: then they are of
/// different objects, of which the one that was looked at stands for all. Workers that are alike and get the numbers of elements from
/// somewhere mostly get different ones.
pub(super) fn are_apart(exec: &Exec<'_, '_>, a: &Access, b: &Access) -> bool {
    let (Some(x), Some(y)) = (a.via, b.via) else {
        return false;
    };
    let memory = &exec.memory;
    let started = |access: &Access| {
        let site = exec.graph.threads[exec.graph.thread_of(access.node) as usize].site;
        site.map(|site| (site.func, site.value))
    };
    let are_alike = started(a).is_some() && started(a) == started(b);
    (memory.is_guess(x, y) || !memory.overlap(x, y) || (are_alike && (memory.is_any(x) || memory.is_any(y))))
        && memory.locs[x as usize].object == memory.locs[y as usize].object
        && memory.is_in_one_element(memory.of(a.loc).root)
}
