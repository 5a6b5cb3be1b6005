//! Calls that ask somebody else: over the network, a database, another service.

use gosleuth_ir::{Call, Callee, Func, FuncId, Op, ValueId};
use gosleuth_types::Type;
use rustc_hash::FxHashMap;

use crate::context::RuleContext;

/// Functions in functions that are looked into for a call.
const MAX_DEPTH: u32 = 2;

/// Whom a call asks, if it waits for an answer from outside.
pub(crate) fn remote(cx: &RuleContext<'_>, call: &Call) -> Option<&'static str> {
    let obj = cx.callee(call)?;
    let symbol = cx.symbol(obj);
    let (path, name) = split(&symbol);
    match path {
        "net/http" => {
            let is_request = matches!(
                name,
                "Get"
                    | "Head"
                    | "Post"
                    | "PostForm"
                    | "(*Client).Do"
                    | "(*Client).Get"
                    | "(*Client).Head"
                    | "(*Client).Post"
                    | "(*Client).PostForm"
                    | "RoundTripper.RoundTrip"
            );
            is_request.then_some("an HTTP server")
        }
        "net" => (name.starts_with("Dial") || name.starts_with("(*Dialer).Dial")).then_some("a connection"),
        "crypto/tls" => (name == "Dial" || name.starts_with("(*Dialer).Dial")).then_some("a connection"),
        "net/smtp" => (name == "SendMail").then_some("a mail server"),
        "net/rpc" => (name == "(*Client).Call").then_some("another service"),
        "database/sql" | "github.com/jmoiron/sqlx" => {
            let (_, method) = name.split_once(").")?;
            let asks = [
                "Query",
                "Exec",
                "Ping",
                "Begin",
                "Get",
                "Select",
                "Prepare",
                "NamedQuery",
                "NamedExec",
            ];
            (asks.iter().any(|word| method.starts_with(word)) && !name.contains("Row)")).then_some("the database")
        }
        "github.com/jackc/pgx/v5" | "github.com/jackc/pgx/v5/pgxpool" => {
            let (_, method) = name.rsplit_once('.')?;
            ["Query", "Exec", "Ping", "Begin", "SendBatch", "Acquire"]
                .iter()
                .any(|word| method.starts_with(word))
                .then_some("the database")
        }
        "github.com/redis/go-redis/v9" => {
            (name.starts_with("(*Client)") && !name.ends_with(".Close")).then_some("Redis")
        }
        "google.golang.org/grpc" => name.ends_with(".Invoke").then_some("another service"),
        _ => is_stub(cx, call).then_some("another service"),
    }
}

/// The import path and the rest of a symbol.
fn split(symbol: &str) -> (&str, &str) {
    let from = symbol.rfind('/').map_or(0, |slash| slash + 1);
    // The last element of a path may have dots: `gopkg.in/yaml.v3.Marshal`; such paths are not asked for here.
    match symbol[from..].find('.') {
        Some(dot) => (&symbol[..from + dot], &symbol[from + dot + 1..]),
        None => ("", symbol),
    }
}

/// Whether a call is that of a generated stub of gRPC: a method of an interface whose last parameter is `...grpc.CallOption`.
fn is_stub(cx: &RuleContext<'_>, call: &Call) -> bool {
    let Callee::Interface { method, .. } = call.callee else {
        return false;
    };
    let Type::Func(sig) = cx.query.ty(cx.query.object_type(method)) else {
        return false;
    };
    let params = cx.query.world.types.list(sig.params);
    // A stream lives as long as it is wanted.
    let first = cx.query.world.types.list(sig.results).first();
    let is_unary = first.is_some_and(|&ty| cx.pointee(ty).is_some());
    is_unary
        && sig.variadic
        && params.last().is_some_and(|&last| match cx.under(last) {
            Type::Slice(elem) => cx.is_type(*elem, "google.golang.org/grpc", "CallOption"),
            _ => false,
        })
}

/// Whom the functions of a package ask, as far as somebody wanted to know.
#[derive(Default)]
pub(crate) struct Asked {
    known: FxHashMap<(FuncId, u32), Option<&'static str>>,
}

impl Asked {
    /// Whom a call asks, itself or through functions of the package that it calls.
    pub(crate) fn by_call(&mut self, cx: &RuleContext<'_>, func: &Func, call: &Call) -> Option<&'static str> {
        self.within(cx, func, call, MAX_DEPTH)
    }

    fn within(&mut self, cx: &RuleContext<'_>, func: &Func, call: &Call, depth: u32) -> Option<&'static str> {
        if let Some(whom) = remote(cx, call) {
            return Some(whom);
        }
        let callee = cx.called_function(func, call).filter(|_| depth > 0)?;
        if let Some(&known) = self.known.get(&(callee, depth)) {
            return known;
        }
        let body = &cx.ir.funcs[callee];
        let whom = body.values.iter().find_map(|value| match &value.op {
            Op::Call(inner) => self.within(cx, body, inner, depth - 1),
            _ => None,
        });
        self.known.insert((callee, depth), whom);
        whom
    }
}

/// Whether the last result of a call is an error.
pub(crate) fn returns_error(cx: &RuleContext<'_>, func: &Func, call: ValueId) -> bool {
    let ty = func.values[call].ty;
    let last = match cx.query.ty(ty) {
        Type::Tuple(parts) => parts.last().copied(),
        _ => Some(ty),
    };
    last.is_some_and(|ty| cx.type_name(ty) == Some(("", "error")))
}

/// The error that a call returns: its last result.
pub(crate) fn error_of(cx: &RuleContext<'_>, func: &Func, call: ValueId) -> Option<ValueId> {
    let is_error = |value: ValueId| cx.type_name(func.values[value].ty) == Some(("", "error"));
    if is_error(call) {
        return Some(call);
    }
    crate::flow::results(func, call)
        .into_iter()
        .max_by_key(|&(index, _)| index)
        .map(|(_, value)| value)
        .filter(|&value| is_error(value))
}
