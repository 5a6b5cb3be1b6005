//! Servers: the goroutines that they start for requests, and what a client waits for.

use gosleuth_types::TypeId;
use smallvec::smallvec;

use super::exec::{Cursor, Exec, Here, Target};
use super::memory::{Item, Step, Val, merge};

/// Whether a function serves requests, and calls handlers for them in goroutines of their own.
pub(super) fn serves(symbol: &str) -> bool {
    let name = symbol
        .strip_prefix("net/http.(*Server).")
        .or_else(|| symbol.strip_prefix("net/http."));
    matches!(
        name,
        Some("ListenAndServe" | "ListenAndServeTLS" | "Serve" | "ServeTLS")
    )
}

impl Exec<'_, '_> {
    /// Starts goroutines of a server: two for each handler, since two requests may come at once.
    pub(super) fn serve_requests(&mut self, handlers: &[Item], cursor: Cursor, here: Here) -> Cursor {
        let mut cursor = cursor;
        let mut all = Val::new();
        for &item in handlers {
            // A table of handlers: what is in it.
            let held = match item {
                Item::Boxed(id)
                    if self
                        .cx
                        .is_type_or_pointer(self.boxes[id as usize].0, "net/http", "ServeMux") =>
                {
                    let table: Val = self.boxes[id as usize].1.into_iter().collect();
                    let held = self.parts(&table, Step::Hidden(5));
                    self.read_all(&held, TypeId::EMPTY_INTERFACE)
                }
                item => smallvec![item],
            };
            merge(&mut all, &held);
        }
        for (number, &item) in all.iter().enumerate() {
            let target = match item {
                Item::Func(_) => Target::Value(smallvec![item]),
                Item::Boxed(id) => match self.boxes[id as usize] {
                    (_, Some(inner @ Item::Func(_))) => Target::Value(smallvec![inner]),
                    (of, _) => {
                        let name = self.cx.query.world.name("ServeHTTP");
                        let Some(found) = self.cx.query.lookup(of, name, self.cx.query.pkg) else {
                            continue;
                        };
                        Target::Method {
                            recv: smallvec![item],
                            method: found.obj,
                        }
                    }
                },
                _ => continue,
            };
            for twin in 0..2 {
                let here = here.numbered(2 * number + twin + 1);
                let target = target.clone();
                cursor = self.spawn(&cursor, "net/http", here, |this, entry| {
                    let args = vec![Val::new(), Val::new()];
                    this.call(target, args, entry, TypeId::EMPTY_TUPLE, here).0
                });
            }
        }
        cursor
    }

    /// Calls what serves requests, as a client waits for the answer.
    pub(super) fn request(&mut self, cursor: Cursor, here: Here) -> Cursor {
        let handlers: Val = self.handlers.clone();
        let method = |this: &Self, of: TypeId| {
            let name = this.cx.query.world.name("ServeHTTP");
            this.cx.query.lookup(of, name, this.cx.query.pkg).map(|found| found.obj)
        };
        let mut cursor = cursor;
        for (number, item) in handlers.into_iter().enumerate() {
            let Item::Boxed(id) = item else { continue };
            let Some(method) = method(self, self.boxes[id as usize].0) else {
                continue;
            };
            let here = here.numbered(number);
            let start = self.part(&cursor);
            let beside = self.part(&cursor);
            let target = Target::Method {
                recv: smallvec![item],
                method,
            };
            let (end, _) = self.call(target, vec![Val::new(), Val::new()], start, TypeId::EMPTY_TUPLE, here);
            let ends: Vec<Cursor> = std::iter::once(beside).chain(end).collect();
            cursor = self.meet(&ends).unwrap_or(cursor);
        }
        cursor
    }
}
