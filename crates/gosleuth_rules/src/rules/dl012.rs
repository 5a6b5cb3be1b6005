use gosleuth_base::{
    Confidence, Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom,
};
use gosleuth_ir::{Func, Op, ValueId};
use gosleuth_types::{ConstValue, ObjRef};
use rustc_hash::FxHashMap;

use crate::context::RuleContext;
use crate::contexts::is_handler;
use crate::places::addressed;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds HTTP handlers that send to or receive from an unbuffered channel of the package without a `select` that also looks at the
    /// request's context.
    ///
    /// ## Why it is bad
    ///
    /// When the other side is busy or gone, the handler waits for ever, and the client's timeout does not end it. Every request adds a
    /// goroutine.
    ///
    /// ## Example
    ///
    /// ```go
    /// type server struct{ jobs chan string }
    ///
    /// func newServer() *server { return &server{jobs: make(chan string)} }
    ///
    /// func (s *server) submit(w http.ResponseWriter, r *http.Request) {
    ///     s.jobs <- r.URL.Path
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// type server struct{ jobs chan string }
    ///
    /// func newServer() *server { return &server{jobs: make(chan string)} }
    ///
    /// func (s *server) submit(w http.ResponseWriter, r *http.Request) {
    ///     select {
    ///     case s.jobs <- r.URL.Path:
    ///     case <-r.Context().Done():
    ///         http.Error(w, "busy", http.StatusServiceUnavailable)
    ///     }
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Only channels in package-level variables, fields and captured variables are looked at, and only if everything the package stores
    /// there is unbuffered. Channels that the handler makes itself, and what it calls, are left out; so are tests, whose handlers wait on
    /// purpose.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Deadlocks, 12),
        name: "handler-blocks-on-channel",
        summary: "an HTTP handler waits at an unbuffered channel, whatever becomes of the request",
        set: RuleSet::Default,
        severity: Severity::Warning,
        fix: FixAvailability::None,
        symptoms: &[
            Symptom::Wait("chan send"),
            Symptom::Wait("chan receive"),
            Symptom::Suspect(SuspectKind::BlockedSend),
            Symptom::Suspect(SuspectKind::BlockedReceive),
        ],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let mut made = None;
    for func in cx.ir.funcs.iter() {
        if cx.files[func.file].is_test || !is_handler(cx, func.sig) {
            continue;
        }
        for (id, value) in func.values.iter_enumerated() {
            let (chan, what) = match value.op {
                Op::Send { chan, .. } => (chan, "sends to"),
                Op::Recv { chan, .. } => (chan, "receives from"),
                _ => continue,
            };
            let Some(obj) = loaded(cx, func, chan) else { continue };
            let made = made.get_or_insert_with(|| channels(cx));
            let Some(&Made::Unbuffered(file, pos)) = made.get(&obj) else {
                continue;
            };
            let make = gosleuth_syntax::ast::Span::new(pos, pos + 4);
            let message = format!(
                "this handler {what} `{}` and waits as long as nobody else is there",
                cx.name_of(obj)
            );
            cx.report(&RULE.info, func.file, cx.span_of(func, id), message)
                .confidence(Confidence::Medium)
                .related(file, make, "the channel is unbuffered")
                .why("nothing ends the wait when the client has gone, so waiting handlers pile up")
                .action("select on `r.Context().Done()` beside it")
                .push(sink);
        }
    }
}

/// What is known of the channels in a variable or field.
#[derive(Clone, Copy, Debug)]
enum Made {
    /// All are unbuffered; where one is made.
    Unbuffered(usize, u32),
    Other,
}

fn channels(cx: &RuleContext<'_>) -> FxHashMap<ObjRef, Made> {
    let mut made = FxHashMap::default();
    for func in cx.ir.funcs.iter() {
        for value in func.values.iter() {
            let Op::Store { addr, value: stored } = value.op else {
                continue;
            };
            let Some(obj) = addressed(cx, func, addr).filter(|_| cx.is_channel(func.values[stored].ty)) else {
                continue;
            };
            let now = match unconverted(func, stored) {
                (Op::MakeChan { capacity }, pos) => match capacity.map(|capacity| func.op(capacity)) {
                    None | Some(Op::Const(ConstValue::Int(0))) => Made::Unbuffered(func.file, pos),
                    Some(_) => Made::Other,
                },
                (Op::Zero, _) => continue,
                _ => Made::Other,
            };
            made.entry(obj)
                .and_modify(|known| {
                    if matches!(now, Made::Other) {
                        *known = Made::Other;
                    }
                })
                .or_insert(now);
        }
    }
    made
}

fn unconverted(func: &Func, mut value: ValueId) -> (&Op, u32) {
    while let Op::Convert(inner) = func.op(value) {
        value = *inner;
    }
    (func.op(value), func.values[value].pos)
}

fn loaded(cx: &RuleContext<'_>, func: &Func, chan: ValueId) -> Option<ObjRef> {
    match func.op(chan) {
        // A cell of the handler itself is the handler's own channel.
        Op::Load(addr) if !matches!(func.op(*addr), Op::Alloc { .. }) => addressed(cx, func, *addr),
        _ => None,
    }
}
