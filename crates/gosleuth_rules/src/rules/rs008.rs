use gosleuth_base::{Confidence, Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Call, Func, FuncId, Op, ValueId};
use gosleuth_syntax::ast::{Span, SpecKind};
use gosleuth_types::{ConstValue, Type};

use crate::context::RuleContext;
use crate::goroutines::{arguments, receiver};
use crate::origins::{Origin, Origins, call_of};
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds servers that show the pages of `net/http/pprof` to whoever reaches them: the default mux, or a router with those handlers, on an
    /// address that is not local.
    ///
    /// ## Why it is bad
    ///
    /// A CPU profile or trace that somebody else asks for costs what they like, a heap dump stops the process, and goroutine dumps and command
    /// lines show paths, addresses and secrets.
    ///
    /// ## Example
    ///
    /// ```go
    /// func serve(mux *http.ServeMux) error {
    ///     mux.HandleFunc("/debug/pprof/", pprof.Index)
    ///     server := &http.Server{Addr: ":8080", Handler: mux, ReadHeaderTimeout: time.Second}
    ///     return server.ListenAndServe()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func serve(mux *http.ServeMux) error {
    ///     debug := http.NewServeMux()
    ///     debug.HandleFunc("/debug/pprof/", pprof.Index)
    ///     go http.ListenAndServe("localhost:6060", debug)
    ///     server := &http.Server{Addr: ":8080", Handler: mux, ReadHeaderTimeout: time.Second}
    ///     return server.ListenAndServe()
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// The address has to be written in the package, at least the host of it: `":" + port` is public, `host + ":6060"` is not known. So has the import
    /// of `net/http/pprof`. Handlers behind functions whose names speak of authentication count as protected.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Resources, 8),
        name: "pprof-exposed",
        summary: "the pages of pprof are served on a public address",
        set: RuleSet::Default,
        severity: Severity::Warning,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Other("requests for `/debug/pprof/` from outside, pauses and CPU time that nobody of yours asked for")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let Some(import) = pprof_import(cx) else { return };
    let origins = Origins::new(cx);
    let shown = registrations(cx, &origins);
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        if cx.files[func.file].is_test {
            continue;
        }
        for (site, value) in func.values.iter_enumerated() {
            let Some(call) = call_of(&value.op) else { continue };
            let Some(served) = served(cx, &origins, id, call) else {
                continue;
            };
            if served.reach != Reach::Public {
                continue;
            }
            let registered = match &served.handler {
                Handler::Default => Some((import.0, import.1, "this import adds pprof to the default mux")),
                Handler::Values(values) => shown.iter().find_map(|(router, file, span)| {
                    let is_same = router.iter().any(|origin| values.contains(origin));
                    is_same.then_some((*file, *span, "pprof is added here"))
                }),
            };
            let Some((file, span, label)) = registered else {
                continue;
            };
            cx.report(
                &RULE.info,
                func.file,
                cx.span_of(func, site),
                "this server shows the pages of pprof to everybody who reaches it",
            )
            .confidence(if served.is_certain { Confidence::High } else { Confidence::Medium })
            .related(file, span, label)
            .why("profiles cost time, stop the process for moments, and show what is in it; the address is not only local")
            .action("serve pprof from a mux of its own on `localhost`, or behind authentication")
            .push(sink);
        }
    }
}

/// The import of `net/http/pprof`.
fn pprof_import(cx: &RuleContext<'_>) -> Option<(usize, Span)> {
    cx.files
        .iter()
        .enumerate()
        .filter(|(_, file)| !file.is_test)
        .find_map(|(index, file)| {
            let specs = file.tree.imports.iter().map(|&spec| &file.tree.specs[spec]);
            specs.into_iter().find_map(|spec| match spec.kind {
                SpecKind::Import { path, .. } => {
                    let span = file.tree.exprs[path].span;
                    (cx.source(index, span) == "\"net/http/pprof\"").then_some((index, span))
                }
                _ => None,
            })
        })
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reach {
    Public,
    Local,
    Unknown,
}

enum Handler {
    /// The default mux.
    Default,
    /// What these values are.
    Values(Vec<Origin>),
}

struct Served {
    reach: Reach,
    /// Whether nothing else can be the address.
    is_certain: bool,
    handler: Handler,
}

/// What a call serves, and where.
fn served(cx: &RuleContext<'_>, origins: &Origins<'_, '_>, id: FuncId, call: &Call) -> Option<Served> {
    let symbol = cx.callee_symbol(call)?;
    let args = arguments(cx, call);
    match &*symbol {
        "net/http.ListenAndServe" | "net/http.ListenAndServeTLS" => {
            let (reach, is_certain) = address(cx, origins, (id, *args.first()?));
            Some(Served {
                reach,
                is_certain,
                handler: handler(cx, origins, (id, *args.last()?)),
            })
        }
        "net/http.Serve" | "net/http.ServeTLS" => {
            let (reach, is_certain) = listener(cx, origins, (id, *args.first()?));
            Some(Served {
                reach,
                is_certain,
                handler: handler(cx, origins, (id, *args.get(1)?)),
            })
        }
        "net/http.(*Server).ListenAndServe"
        | "net/http.(*Server).ListenAndServeTLS"
        | "net/http.(*Server).Serve"
        | "net/http.(*Server).ServeTLS" => {
            let fields = server_fields(cx, origins, (id, receiver(cx, call)?))?;
            let (reach, is_certain) = match (args.first(), symbol.contains("Listen")) {
                (Some(&from), false) => listener(cx, origins, (id, from)),
                _ => fields
                    .address
                    .map_or((Reach::Public, true), |addr| address(cx, origins, addr)),
            };
            Some(Served {
                reach,
                is_certain,
                handler: fields
                    .handler
                    .map_or(Handler::Default, |value| handler(cx, origins, value)),
            })
        }
        _ => None,
    }
}

struct ServerFields {
    address: Option<Origin>,
    handler: Option<Origin>,
}

/// What is stored in the fields of a server, if it is made in the package, and once.
fn server_fields(cx: &RuleContext<'_>, origins: &Origins<'_, '_>, server: Origin) -> Option<ServerFields> {
    // A variable that is a server, and not a pointer to one, is its own address.
    let [(maker, made)] = origins.of(server.0, server.1)[..] else {
        return None;
    };
    let func = &cx.ir.funcs[maker];
    if !matches!(func.op(made), Op::Alloc { .. }) {
        return None;
    }
    let mut fields = ServerFields {
        address: None,
        handler: None,
    };
    for value in func.values.iter() {
        let Op::Store { addr, value } = value.op else { continue };
        let Op::FieldAddr { base, field } = *func.op(addr) else {
            continue;
        };
        let is_server = base == made
            || matches!(*func.op(base), Op::Load(from) if origins.of(maker, from) == [(maker, made)])
            || origins.of(maker, base) == [(maker, made)];
        if !is_server {
            continue;
        }
        let Type::Struct(names) = cx.under(cx.pointee(func.values[base].ty)?) else {
            continue;
        };
        match cx.text(names.get(field as usize)?.name) {
            "Addr" => fields.address = Some((maker, value)),
            "Handler" => fields.handler = Some((maker, value)),
            _ => {}
        }
    }
    Some(fields)
}

fn listener(cx: &RuleContext<'_>, origins: &Origins<'_, '_>, from: Origin) -> (Reach, bool) {
    let found = origins.of(from.0, from.1);
    let [(id, value)] = found[..] else {
        return (Reach::Unknown, false);
    };
    let func = &cx.ir.funcs[id];
    let site = match *func.op(value) {
        Op::Extract { tuple, index: 0 } => tuple,
        _ => value,
    };
    match func.op(site) {
        Op::Call(call) if cx.callee_symbol(call).as_deref() == Some("net.Listen") => match call.args[..] {
            [_, addr] => address(cx, origins, (id, addr)),
            _ => (Reach::Unknown, false),
        },
        _ => (Reach::Unknown, false),
    }
}

/// How far an address reaches, and whether it is the only one that is possible.
fn address(cx: &RuleContext<'_>, origins: &Origins<'_, '_>, from: Origin) -> (Reach, bool) {
    let found = origins.of(from.0, from.1);
    let reaches: Vec<Reach> = found.iter().map(|&origin| reach(cx, origins, origin)).collect();
    let is_certain = reaches.iter().all(|&reach| reach == Reach::Public);
    if reaches.contains(&Reach::Public) {
        return (Reach::Public, is_certain);
    }
    (reaches.first().copied().unwrap_or(Reach::Unknown), false)
}

fn text_of(func: &Func, value: ValueId) -> Option<String> {
    match func.op(value) {
        Op::Const(ConstValue::String(bytes)) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Op::Zero => Some(String::new()),
        Op::Convert(inner) => text_of(func, *inner),
        _ => None,
    }
}

fn reach(cx: &RuleContext<'_>, origins: &Origins<'_, '_>, (id, value): Origin) -> Reach {
    let func = &cx.ir.funcs[id];
    if let Some(text) = text_of(func, value) {
        return of_text(&text, true);
    }
    match func.op(value) {
        // `":" + port`
        Op::Binary(_, x, _) => {
            let mut left = *x;
            while let Op::Binary(_, x, _) = *func.op(left) {
                left = x;
            }
            text_of(func, left).map_or(Reach::Unknown, |text| of_text(&text, false))
        }
        Op::Call(call) => match cx.callee_symbol(call).as_deref() {
            Some("fmt.Sprintf") => call
                .args
                .first()
                .and_then(|&format| text_of(func, format))
                .map_or(Reach::Unknown, |format| {
                    of_text(format.split('%').next().unwrap_or(""), false)
                }),
            Some("net.JoinHostPort") => call
                .args
                .first()
                .and_then(|&host| text_of(func, host))
                .map_or(Reach::Unknown, |host| of_text(&format!("{host}:0"), true)),
            _ => Reach::Unknown,
        },
        // What a flag is when nobody sets it.
        Op::Load(addr) => {
            let flags = origins.of(id, *addr);
            let [(maker, site)] = flags[..] else {
                return Reach::Unknown;
            };
            let maker = &cx.ir.funcs[maker];
            match maker.op(site) {
                Op::Call(call)
                    if matches!(
                        cx.callee_symbol(call).as_deref(),
                        Some("flag.String" | "flag.(*FlagSet).String")
                    ) =>
                {
                    arguments(cx, call)
                        .get(1)
                        .and_then(|&default| text_of(maker, default))
                        .map_or(Reach::Unknown, |text| of_text(&text, true))
                }
                _ => Reach::Unknown,
            }
        }
        _ => Reach::Unknown,
    }
}

/// How far an address reaches, or one that begins like this.
fn of_text(text: &str, is_whole: bool) -> Reach {
    let host = match text.rsplit_once(':') {
        Some((host, _)) => host,
        None if is_whole && text.is_empty() => "",
        None => return Reach::Unknown,
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host.is_empty() || host == "0.0.0.0" || host == "::" {
        Reach::Public
    } else if host == "localhost" || host.starts_with("127.") || host == "::1" {
        Reach::Local
    } else {
        Reach::Unknown
    }
}

fn is_default_mux(cx: &RuleContext<'_>, func: &Func, value: ValueId) -> bool {
    matches!(*func.op(value), Op::Load(addr)
        if matches!(func.op(addr), Op::Global(obj) if &*cx.symbol(*obj) == "net/http.DefaultServeMux"))
}

/// What a handler is, wrappers that only look at requests taken off.
fn handler(cx: &RuleContext<'_>, origins: &Origins<'_, '_>, from: Origin) -> Handler {
    let mut found = Vec::new();
    let mut work = vec![from];
    for _ in 0..20 {
        let Some((id, value)) = work.pop() else { break };
        let func = &cx.ir.funcs[id];
        match func.op(value) {
            Op::Zero => return Handler::Default,
            _ if is_default_mux(cx, func, value) => return Handler::Default,
            Op::MakeInterface(inner) | Op::Convert(inner) => work.push((id, *inner)),
            Op::Call(call) if wraps(cx, call) && call.args.iter().any(|&arg| is_handler_value(cx, func, arg)) => {
                let inner = call.args.iter().filter(|&&arg| is_handler_value(cx, func, arg));
                work.extend(inner.map(|&arg| (id, arg)));
            }
            _ => {
                let sources = origins.of(id, value);
                if sources == [(id, value)] {
                    found.push((id, value));
                } else {
                    work.extend(sources);
                }
            }
        }
    }
    Handler::Values(found)
}

/// Whether a call puts something around a handler that lets everybody through, as far as its name says.
fn wraps(cx: &RuleContext<'_>, call: &Call) -> bool {
    const GUARDS: &[&str] = &[
        "auth",
        "basic",
        "login",
        "session",
        "token",
        "allow",
        "guard",
        "restrict",
        "internal",
        "acl",
        "check",
        "verify",
        "protect",
        "admin",
        "permission",
        "require",
        "only",
        "strip",
        "mux",
        "new",
    ];
    let Some(obj) = cx.callee(call) else { return false };
    let name = cx.name_of(obj).to_ascii_lowercase();
    !GUARDS.iter().any(|word| name.contains(word))
}

fn is_handler_value(cx: &RuleContext<'_>, func: &Func, value: ValueId) -> bool {
    let ty = func.values[value].ty;
    cx.is_type(ty, "net/http", "Handler") || cx.is_type_or_pointer(ty, "net/http", "ServeMux")
}

/// Where pprof is added to routers: what the router is, and the place.
fn registrations(cx: &RuleContext<'_>, origins: &Origins<'_, '_>) -> Vec<(Vec<Origin>, usize, Span)> {
    let mut found = Vec::new();
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        for (site, value) in func.values.iter_enumerated() {
            let Op::Call(call) = &value.op else { continue };
            let router = match call.callee {
                gosleuth_ir::Callee::Interface { recv, .. } => Some(recv),
                _ => receiver(cx, call),
            };
            let Some(router) = router else { continue };
            let shows = arguments_of(cx, call).iter().any(|&arg| shows_pprof(cx, (id, arg)));
            if shows {
                found.push((origins.of(id, router), func.file, cx.span_of(func, site)));
            }
        }
    }
    found
}

fn arguments_of<'c>(cx: &RuleContext<'_>, call: &'c Call) -> &'c [ValueId] {
    match call.callee {
        gosleuth_ir::Callee::Interface { .. } => &call.args,
        _ => arguments(cx, call),
    }
}

/// Whether a value is a handler of pprof, or the default mux that has them.
fn shows_pprof(cx: &RuleContext<'_>, from: Origin) -> bool {
    let (id, value) = from;
    let func = &cx.ir.funcs[id];
    match func.op(value) {
        Op::Func(obj) => cx.symbol(*obj).starts_with("net/http/pprof."),
        Op::Call(call) => cx
            .callee_symbol(call)
            .is_some_and(|symbol| &*symbol == "net/http/pprof.Handler"),
        Op::Convert(inner) | Op::MakeInterface(inner) => shows_pprof(cx, (id, *inner)),
        _ => is_default_mux(cx, func, value),
    }
}
