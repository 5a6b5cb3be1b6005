//! Handlers of HTTP requests: what they are given is theirs until they return.
//!
//! The writer of the response and the body of the request are objects of their own, made where a handler is entered with ones that nothing is
//! known of. Their uses are collected, and the moment at which the handler has returned.

use gosleuth_ir::FuncId;
use gosleuth_types::TypeId;

use super::exec::{Cursor, Exec, HandleUse, Here, Purpose};
use super::graph::{Access, AccessKind, Mode, NodeId};
use super::memory::{CtxId, Item, LocId, Step, Val};
use super::order::Order;
use super::{LateKind, LateUse, doubt, side_at};

/// Methods of requests that read the body, if nobody has before.
const READ_BODY: &[&str] = &[
    "FormFile",
    "FormValue",
    "MultipartReader",
    "ParseForm",
    "ParseMultipartForm",
    "PostFormValue",
];

impl Exec<'_, '_> {
    /// Gives a handler that is entered with an unknown writer a writer and a body that are told apart.
    pub(super) fn serve(&mut self, func: FuncId, ctx: CtxId, args: &mut [Val]) -> Vec<LocId> {
        let body = &self.cx.ir.funcs[func];
        let [.., writer, request] = body.params[..] else {
            return Vec::new();
        };
        let first = body.params.len() - 2;
        let request_type = body.values[request].ty;
        match args {
            [.., known, _] if known.is_empty() => {}
            _ => return Vec::new(),
        }
        let token = |value| Here {
            func,
            ctx,
            instance: 0,
            value,
        };
        let response = self.token_at(token(writer), 9);
        args[first] = self.holding(response);
        let mut handles = vec![response];
        if args[first + 1].is_empty() {
            let origin = super::memory::Origin::Made(ctx, 0, request, 10);
            args[first + 1] = self.outside(origin, request_type);
        }
        let held = self.cx.pointee(request_type).unwrap_or(TypeId::UNKNOWN);
        if let ([Item::Ref(request_loc)], Some(number)) = (&args[first + 1][..], self.field_number(held, "Body")) {
            let request_loc = *request_loc;
            let body = self.token_at(token(request), 9);
            let field = self.memory.part(request_loc, Step::Field(number));
            let val = self.holding(body);
            self.memory.write(field, &val);
            self.bodies.insert(request_loc, body);
            handles.push(body);
        }
        self.responses.extend(&handles);
        handles
    }

    /// An interface that holds something nobody knows the type of.
    fn holding(&mut self, of: LocId) -> Val {
        std::iter::once(self.boxed(TypeId::UNKNOWN, Some(Item::Ref(of)))).collect()
    }

    /// A handler has returned.
    pub(super) fn answer(&mut self, handles: &[LocId], end: &Cursor) -> Cursor {
        let end = self.part(end);
        for &handle in handles {
            self.ends.insert(handle, end.node);
        }
        end
    }

    /// Whether a value is the writer of a response or the body of a request.
    pub(super) fn is_response(&self, val: &[Item]) -> bool {
        val.iter().any(|&item| self.response_of(item).is_some())
    }

    fn response_of(&self, item: Item) -> Option<LocId> {
        match item {
            Item::Boxed(id) => match self.boxes[id as usize].1 {
                Some(Item::Ref(loc)) if self.responses.contains(&loc) => Some(loc),
                _ => None,
            },
            _ => None,
        }
    }

    /// Notes that something unknown is done with the writers and bodies among some values.
    pub(super) fn use_responses<'v>(&mut self, cursor: &Cursor, vals: impl IntoIterator<Item = &'v Val>, here: Here) {
        if self.responses.is_empty() {
            return;
        }
        let handles: Vec<LocId> = vals
            .into_iter()
            .flatten()
            .filter_map(|&item| self.response_of(item))
            .collect();
        for handle in handles {
            self.use_response(cursor, handle, here);
        }
    }

    /// Notes that a method of a request reads its body.
    pub(super) fn read_body(&mut self, cursor: &Cursor, request: &[Item], method: &str, here: Here) {
        if let [Item::Ref(request)] = *request
            && READ_BODY.contains(&method)
            && let Some(&body) = self.bodies.get(&request)
        {
            self.use_response(cursor, body, here);
        }
    }

    fn use_response(&mut self, cursor: &Cursor, handle: LocId, here: Here) {
        let is_body = self.bodies.values().any(|&body| body == handle);
        self.uses.push(HandleUse {
            handle,
            node: cursor.node,
            site: here.site(),
            purpose: if is_body { Purpose::Body } else { Purpose::Response },
        });
    }
}

/// Whether a writer or body is used where its handler may have returned: by another goroutine, that nothing makes the handler wait for. Under
/// a lock, it is likely to be asked first whether it is too late.
pub(super) fn late(
    exec: &Exec<'_, '_>,
    order: &Order<'_>,
    root: FuncId,
    one: &HandleUse,
    end: NodeId,
) -> Option<LateUse> {
    let graph = &exec.graph;
    let at = |node| Access {
        loc: one.handle,
        node,
        write: true,
        atomic: false,
        kind: AccessKind::Plain,
        choices: 1,
        via: None,
        site: one.site,
    };
    let is_lock = |(_, mode): &(LocId, Mode)| matches!(mode, Mode::Read | Mode::Write);
    let is_late = graph.thread_of(one.node) != graph.thread_of(end)
        && !graph.nodes[one.node as usize].locks.iter().any(is_lock)
        && !order.done(one.node).has(end)
        && !order.done(end).has(one.node)
        && !doubt::may_be_awaited(exec, order, &at(one.node), &at(end));
    is_late.then(|| LateUse {
        root,
        side: side_at(exec, order, one.node, one.site),
        kind: match one.purpose {
            Purpose::Body => LateKind::Body,
            _ => LateKind::Response,
        },
    })
}
