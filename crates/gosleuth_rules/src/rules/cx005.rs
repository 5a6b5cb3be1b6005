use gosleuth_base::{
    Confidence, Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom,
};
use gosleuth_ir::{Call, Func, FuncId, Op, ValueId};
use gosleuth_types::ConstValue;
use rustc_hash::FxHashSet;

use crate::context::RuleContext;
use crate::goroutines::{arguments, receiver};
use crate::origins::{Origin, Origins};
use crate::remote::remote;
use crate::rule::rule;
use crate::syntax::{assigns_field, is_program, literals_of};

rule! {
    /// ## What it does
    ///
    /// Finds requests, queries and remote calls that nothing limits in time: without a context, or with one that comes from
    /// `context.Background()` or from a request of `net/http` without a timeout on the way, through a client without a timeout.
    ///
    /// ## Why it is bad
    ///
    /// The other side decides how long the goroutine waits. A database or service that accepts and does not answer keeps every
    /// caller, with its connection and its locks, until somebody restarts one of the two.
    ///
    /// ## Example
    ///
    /// ```go
    /// func count(db *sql.DB) (n int, err error) {
    ///     ctx := context.Background()
    ///     err = db.QueryRowContext(ctx, "SELECT count(*) FROM jobs").Scan(&n)
    ///     return n, err
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func count(db *sql.DB) (n int, err error) {
    ///     ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
    ///     defer cancel()
    ///     err = db.QueryRowContext(ctx, "SELECT count(*) FROM jobs").Scan(&n)
    ///     return n, err
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Calls on this machine, and functions that hand a call on to one of the same name, are left out. A context that is a parameter of a function nobody in the package calls is not known, and not reported. Timeouts that the driver or the
    /// server has are not seen. Requests through the default client are RS001's.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Contexts, 5),
        name: "call-without-deadline",
        summary: "a call to somebody else has no limit in time",
        set: RuleSet::Strict,
        severity: Severity::Warning,
        fix: FixAvailability::None,
        symptoms: &[
            Symptom::Wait("IO wait"),
            Symptom::Suspect(SuspectKind::BlockedIo),
            Symptom::Other("a pool of connections that is used up"),
        ],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let mut origins = None;
    let mut limited = None;
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        if cx.files[func.file].is_test {
            continue;
        }
        for (site, value) in func.values.iter_enumerated() {
            let Op::Call(call) = &value.op else { continue };
            let Some(whom) = remote(cx, call) else { continue };
            let Some(symbol) = cx.callee_symbol(call) else { continue };
            if is_local(func, call) || delegates(cx, func, call) {
                continue;
            }
            // RS001 speaks of these.
            if symbol.starts_with("net/http.") && !symbol.ends_with(").Do") {
                continue;
            }
            let origins = &*origins.get_or_insert_with(|| Origins::new(cx));
            let limited = &*limited.get_or_insert_with(|| Limited::new(cx));
            if limited.by_client(&symbol) {
                continue;
            }
            let context = call
                .args
                .iter()
                .copied()
                .find(|&arg| cx.is_context(func.values[arg].ty));
            if context.is_some_and(|context| is_of_others(cx, func, context)) {
                continue;
            }
            let why = match context {
                Some(context) => endless(cx, origins, (id, context)),
                None if symbol.ends_with(").Do") => arguments(cx, call)
                    .first()
                    .and_then(|&request| of_request(cx, origins, (id, request))),
                None => without(cx, func, call, &symbol).then_some(Endless::None),
            };
            let Some(why) = why else { continue };
            report(cx, func, site, whom, &why, sink);
        }
    }
}

/// Whether a context is a parameter of a function that other packages can call.
fn is_of_others(cx: &RuleContext<'_>, func: &Func, context: ValueId) -> bool {
    let is_exported = func
        .obj
        .is_some_and(|obj| cx.name_of(obj).starts_with(|first: char| first.is_uppercase()));
    matches!(func.op(context), Op::Param(_)) && is_exported && !is_program(cx)
}

/// Whether a call goes to this machine, or sends packets without a connection.
fn is_local(func: &Func, call: &Call) -> bool {
    call.args.iter().any(|&arg| match func.op(arg) {
        Op::Const(ConstValue::String(text)) => {
            text.starts_with(b"unix")
                || text.starts_with(b"udp")
                || text.starts_with(b"127.")
                || text.starts_with(b"localhost")
        }
        _ => false,
    })
}

/// Whether a function hands its call on to one of the same name: whoever calls it decides.
fn delegates(cx: &RuleContext<'_>, func: &Func, call: &Call) -> bool {
    let stem = |name: &str| {
        name.trim_end_matches("Context")
            .trim_end_matches('x')
            .to_ascii_lowercase()
    };
    let called = cx.callee(call).map_or("", |obj| cx.name_of(obj));
    func.obj
        .is_some_and(|obj| stem(cx.name_of(obj)).trim_start_matches("must") == stem(called))
}

/// Why nothing ends a call.
enum Endless {
    /// It gets no context.
    None,
    /// Its context was made here.
    Context(FuncId, ValueId),
}

fn report(cx: &RuleContext<'_>, func: &Func, site: ValueId, whom: &str, why: &Endless, sink: &mut Vec<Finding>) {
    let mut report = cx
        .report(
            &RULE.info,
            func.file,
            cx.span_of(func, site),
            format!("this call waits for {whom} without a limit in time"),
        )
        .confidence(Confidence::Medium)
        .action("give it a context from `context.WithTimeout`, or the client a timeout");
    report = match why {
        Endless::None => report.why("it takes no context, and nothing else ends it"),
        &Endless::Context(id, value) => {
            let maker = &cx.ir.funcs[id];
            report
                .related(
                    maker.file,
                    cx.span_of(maker, value),
                    "the context begins here, without a deadline",
                )
                .why("its context has no deadline on the way from where it begins")
        }
    };
    report.push(sink);
}

/// Clients that limit what goes through them, anywhere in the package.
struct Limited {
    http: bool,
    dialer: bool,
}

impl Limited {
    fn new(cx: &RuleContext<'_>) -> Self {
        let sets = |path: &'static str, name: &'static str, fields: &[&str]| {
            assigns_field(cx, path, name, fields)
                || literals_of(cx, path, name).any(|literal| literal.sets(&cx.files[literal.index], fields))
        };
        Self {
            http: sets("net/http", "Client", &["Timeout"]),
            dialer: sets("net", "Dialer", &["Timeout", "Deadline"]),
        }
    }

    fn by_client(&self, symbol: &str) -> bool {
        (self.http && symbol.starts_with("net/http.")) || (self.dialer && symbol.contains("Dialer)"))
    }
}

/// Whether a call that takes no context can wait for ever.
fn without(cx: &RuleContext<'_>, func: &Func, call: &Call, symbol: &str) -> bool {
    if symbol == "net.DialTimeout" {
        return false;
    }
    // What belongs to a transaction or statement was given its context there.
    let recv = receiver(cx, call).map(|recv| func.values[recv].ty);
    !recv.is_some_and(|ty| cx.is_type_or_pointer(ty, "database/sql", "Tx"))
        && !symbol.contains("Tx)")
        && !symbol.contains("Prepare")
        && (symbol.starts_with("database/sql.")
            || symbol.starts_with("github.com/jmoiron/sqlx.")
            || symbol.starts_with("net."))
        || symbol == "net/smtp.SendMail"
        || symbol == "net/rpc.(*Client).Call"
}

/// Where the context of a request begins, if it never ends.
fn of_request(cx: &RuleContext<'_>, origins: &Origins<'_, '_>, request: Origin) -> Option<Endless> {
    let mut why = None;
    for (id, value) in origins.of(request.0, request.1) {
        let func = &cx.ir.funcs[id];
        let site = match *func.op(value) {
            Op::Extract { tuple, index: 0 } => tuple,
            _ => value,
        };
        let Op::Call(call) = func.op(site) else { return None };
        match cx.callee_symbol(call).as_deref() {
            Some("net/http.NewRequestWithContext") => why = Some(endless(cx, origins, (id, *call.args.first()?))?),
            Some("net/http.(*Request).WithContext") => why = Some(endless(cx, origins, (id, *call.args.get(1)?))?),
            Some("net/http.NewRequest") => why = Some(Endless::Context(id, site)),
            _ => return None,
        }
    }
    why
}

/// Where a context begins, if nothing on the way limits it.
fn endless(cx: &RuleContext<'_>, origins: &Origins<'_, '_>, context: Origin) -> Option<Endless> {
    let mut seen = FxHashSet::default();
    let mut work = vec![context];
    let mut begin = None;
    while let Some(origin) = work.pop() {
        if !seen.insert(origin) || seen.len() > 50 {
            continue;
        }
        for (id, value) in origins.of(origin.0, origin.1) {
            let func = &cx.ir.funcs[id];
            let site = match *func.op(value) {
                Op::Extract { tuple, index: 0 } => tuple,
                _ => value,
            };
            let Op::Call(call) = func.op(site) else { return None };
            match cx.callee_symbol(call).as_deref()? {
                "context.Background" | "context.TODO" | "net/http.(*Request).Context" => {
                    begin = Some(Endless::Context(id, site))
                }
                "context.WithCancel" | "context.WithCancelCause" | "context.WithValue" | "os/signal.NotifyContext" => {
                    work.push((id, *call.args.first()?));
                }
                "context.WithoutCancel" => begin = Some(Endless::Context(id, site)),
                _ => return None,
            }
        }
    }
    begin
}
