use gosleuth_base::{Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Callee, Func, FuncId, Op, Terminator, ValueId};
use gosleuth_syntax::ast::{AssignOp, ExprKind, Span, StmtKind};
use gosleuth_types::{BasicKind, Builtin, ObjKind, Type, TypeId, VarKind};
use rustc_hash::FxHashSet;

use crate::context::RuleContext;
use crate::flow::{nil_check, results};
use crate::goroutines::receiver;
use crate::places::{Place, place_of};
use crate::rule::rule;
use crate::same::{is_returned, live, names_of, only_value, uses_any, values};

rule! {
    /// ## What it does
    ///
    /// Finds type assertions without `ok` on values that may be something else, or nil: from `sync.Pool.Get`, `Context.Value`,
    /// `atomic.Value.Load`, `sync.Map`, `recover()` and channels of `any`.
    ///
    /// ## Why it is bad
    ///
    /// The assertion panics where a pool has no `New`, a context was made without the value, nothing was stored yet, or somebody panics with
    /// another type. In a goroutine without a recover that ends the process.
    ///
    /// ## Example
    ///
    /// ```go
    /// type key struct{}
    ///
    /// func user(ctx context.Context) string {
    ///     return ctx.Value(key{}).(string)
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// type key struct{}
    ///
    /// func user(ctx context.Context) (string, bool) {
    ///     name, ok := ctx.Value(key{}).(string)
    ///     return name, ok
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// A value that is compared with nil before, and a pool or map of this package into which only values of the asserted type go, are not
    /// reported: a pool must have a `New` for that. Tests are left out.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Panics, 11),
        name: "unchecked-assertion",
        summary: "a type assertion without `ok` on a value that may be nil or another type",
        set: RuleSet::Strict,
        severity: Severity::Warning,
        fix: FixAvailability::Safe,
        symptoms: &[Symptom::Death("panic: interface conversion: ")],
    }
}

/// Where a value comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Pool,
    Context,
    Atomic,
    /// With whether somebody asks if the element is there.
    Map(bool),
    Recover,
    Channel,
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let mut kept = None;
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        if cx.files[func.file].is_test {
            continue;
        }
        for (site, node) in live(func) {
            let Op::TypeAssert {
                value,
                asserted,
                comma_ok: false,
            } = node.op
            else {
                continue;
            };
            let origin = only_value(func, value);
            let Some((source, place)) = source(cx, id, func, origin) else {
                continue;
            };
            // An interface that every value has is no demand, and a nil check answers the question.
            if is_asked(func, origin) {
                continue;
            }
            if let Some(place) = place
                && kept
                    .get_or_insert_with(|| Kept::new(cx))
                    .are_all(cx, source, place, asserted)
            {
                continue;
            }
            let (message, why) = match source {
                Source::Pool => (
                    "this asserts the type of what a pool has, which may be nil",
                    "Get returns nil when the pool is empty and has no New, and whatever was put there otherwise",
                ),
                Source::Context => (
                    "this asserts the type of a value that the context may not have",
                    "Value returns nil for a context that was made without it: another way in, a test, a background job",
                ),
                Source::Atomic => (
                    "this asserts the type of a value that may not be stored yet",
                    "Load returns nil until the first Store",
                ),
                Source::Map(_) => (
                    "this asserts the type of an element that may be missing or of another type",
                    "the map does not know the types of its elements, and a missing one is nil",
                ),
                Source::Recover => (
                    "this asserts the type of what was recovered, which may be any",
                    "the runtime panics with its own errors, so the handler panics itself",
                ),
                Source::Channel => (
                    "this asserts the type of what was received, which may be any",
                    "a closed channel gives nil, and senders may send other types",
                ),
            };
            let span = assertion(cx, func.file, node.pos).unwrap_or_else(|| cx.span_of(func, site));
            let mut report = cx
                .report(&RULE.info, func.file, span, message)
                .why(why)
                .action("use the form with `ok`, and say what holds where it is false");
            if let Some((at, safety)) = comma_ok(cx, func.file, span, asserted) {
                report = report.fix(safety, "ignore values of other types", [(func.file, at, ", _")]);
            }
            report.push(sink);
        }
    }
}

/// What a value is, and the pool or map it is from.
fn source(cx: &RuleContext<'_>, id: FuncId, func: &Func, value: ValueId) -> Option<(Source, Option<Place>)> {
    match func.op(value) {
        Op::Call(call) => {
            if call.callee == Callee::Builtin(Builtin::Recover) {
                return Some((Source::Recover, None));
            }
            let place = receiver(cx, call).map(|recv| place_of(cx, id, recv));
            match &*cx.callee_symbol(call)? {
                // Nobody knows what is in a pool that is given, or is one of several.
                "sync.(*Pool).Get" => place
                    .filter(|&place| is_kept(cx, place))
                    .map(|place| (Source::Pool, Some(place))),
                "context.Context.Value" => Some((Source::Context, None)),
                "sync/atomic.(*Value).Load" => Some((Source::Atomic, None)),
                _ => None,
            }
        }
        Op::Extract { tuple, index: 0 } => match func.op(*tuple) {
            Op::Call(call) => {
                let place = receiver(cx, call).map(|recv| place_of(cx, id, recv));
                match &*cx.callee_symbol(call)? {
                    "sync.(*Map).Load" | "sync.(*Map).LoadAndDelete" => {
                        Some((Source::Map(is_used(func, *tuple)), place))
                    }
                    "sync.(*Map).LoadOrStore" => Some((Source::Map(true), place)),
                    _ => None,
                }
            }
            Op::Recv { .. } | Op::SelectRecv { .. } => Some((Source::Channel, None)),
            _ => None,
        },
        Op::Recv { comma_ok: false, .. } => Some((Source::Channel, None)),
        _ => None,
    }
}

/// Whether the second result of a call is looked at.
fn is_used(func: &Func, call: ValueId) -> bool {
    let Some(&asked) = results(func, call).get(&1) else {
        return false;
    };
    let names = names_of(func, asked);
    values(func).any(|value| !matches!(value.op, Op::Store { .. }) && uses_any(&value.op, &names))
        || func
            .blocks
            .iter()
            .any(|block| matches!(block.end, Terminator::If(cond, ..) if names.contains(&cond)))
        || is_returned(func, &names)
}

/// Whether a pool is a variable of the package or a field.
fn is_kept(cx: &RuleContext<'_>, place: Place) -> bool {
    let Place::Object(obj) = place else { return false };
    matches!(
        cx.query.object(obj).map(|object| &object.kind),
        Some(ObjKind::Var(VarKind::Package | VarKind::Field | VarKind::Local))
    )
}

/// Whether the function asks if the value is nil.
fn is_asked(func: &Func, value: ValueId) -> bool {
    let names = names_of(func, value);
    live(func).any(|(id, _)| nil_check(func, id).is_some_and(|(asked, _)| names.contains(&asked)))
}

/// The types that a package puts into its pools and maps.
struct Kept {
    put: Vec<(Place, TypeId)>,
    /// Pools whose `New` is known, with what it returns.
    made: Vec<(Place, TypeId)>,
}

impl Kept {
    fn new(cx: &RuleContext<'_>) -> Self {
        let mut kept = Self {
            put: Vec::new(),
            made: Vec::new(),
        };
        for (id, func) in cx.ir.funcs.iter_enumerated() {
            let boxed = |value: ValueId| match *func.op(only_value(func, value)) {
                Op::MakeInterface(inner) => func.values[inner].ty,
                _ => TypeId::UNKNOWN,
            };
            for value in values(func) {
                match &value.op {
                    Op::Call(call) | Op::Defer(call) => {
                        let Some(recv) = receiver(cx, call) else { continue };
                        let put = match cx.callee_symbol(call).as_deref() {
                            Some("sync.(*Pool).Put") => call.args.get(1),
                            Some("sync.(*Map).Store" | "sync.(*Map).LoadOrStore" | "sync.(*Map).Swap") => {
                                call.args.get(2)
                            }
                            _ => None,
                        };
                        kept.put
                            .extend(put.map(|&value| (place_of(cx, id, recv), boxed(value))));
                    }
                    Op::Store { addr, value } => {
                        // `sync.Pool{New: func() any { … }}`
                        if let Op::FieldAddr { base, .. } = func.op(*addr)
                            && cx.is_type_or_pointer(func.values[*base].ty, "sync", "Pool")
                            && let Some(new) = cx.known_function(func, *value)
                        {
                            let ty = returned(&cx.ir.funcs[new]);
                            kept.made
                                .extend(holders(cx, id, func, *base).into_iter().map(|place| (place, ty)));
                        }
                    }
                    _ => {}
                }
            }
        }
        kept
    }

    /// Whether what is in a pool or map is of one type.
    fn are_all(&self, cx: &RuleContext<'_>, source: Source, place: Place, asserted: TypeId) -> bool {
        // What was put there has the methods of an interface that it is asserted to; methods of a generic type have names of their own for
        // its parameters.
        let is_open = |ty: TypeId| matches!(cx.query.ty(ty), Type::TypeParam(_));
        let is_interface = !is_open(asserted) && matches!(cx.under(asserted), Type::Interface(_));
        let fits =
            |ty: TypeId| ty == asserted || ty == TypeId::UNKNOWN || is_interface || is_open(asserted) && is_open(ty);
        let mut put = self
            .put
            .iter()
            .filter(|(at, _)| *at == place)
            .map(|&(_, ty)| ty)
            .peekable();
        match source {
            Source::Pool => {
                let mut made = self
                    .made
                    .iter()
                    .filter(|(at, _)| *at == place)
                    .map(|&(_, ty)| ty)
                    .peekable();
                made.peek().is_some() && made.all(|ty| ty != TypeId::UNKNOWN && fits(ty)) && put.all(fits)
            }
            Source::Map(asked) => asked && put.all(fits),
            _ => false,
        }
    }
}

/// The variables and fields that a struct is put into: itself, and where it is copied.
fn holders(cx: &RuleContext<'_>, id: FuncId, func: &Func, addr: ValueId) -> Vec<Place> {
    let mut places = vec![place_of(cx, id, addr)];
    for value in values(func) {
        if let Op::Store { addr: to, value } = value.op {
            let from = match func.op(value) {
                Op::Load(from) => *from,
                _ => value,
            };
            if from == addr {
                places.push(place_of(cx, id, to));
            }
        }
    }
    places
}

/// The type that a function returns as an interface, if it is one.
fn returned(func: &Func) -> TypeId {
    let mut types: FxHashSet<TypeId> = FxHashSet::default();
    for block in func.blocks.iter() {
        if let Terminator::Return(list) = &block.end
            && let [value] = list.as_slice()
        {
            types.insert(match *func.op(only_value(func, *value)) {
                Op::MakeInterface(inner) => func.values[inner].ty,
                _ => TypeId::UNKNOWN,
            });
        }
    }
    match types.len() {
        1 => types.into_iter().next().unwrap_or(TypeId::UNKNOWN),
        _ => TypeId::UNKNOWN,
    }
}

/// The text of the assertion at an offset.
fn assertion(cx: &RuleContext<'_>, file: usize, pos: u32) -> Option<Span> {
    let tree = cx.files[file].tree;
    let here = tree
        .exprs
        .iter()
        .filter(|expr| matches!(expr.kind, ExprKind::TypeAssert { ty: Some(_), .. }) && expr.span.contains(pos));
    here.map(|expr| expr.span).min_by_key(|span| span.end - span.start)
}

/// Where `, _` makes `v := x.(T)` an assertion that does not panic: safe where the next statement looks at the zero value.
fn comma_ok(cx: &RuleContext<'_>, file: usize, assertion: Span, asserted: TypeId) -> Option<(Span, FixSafety)> {
    let tree = cx.files[file].tree;
    for list in crate::syntax::statement_lists(tree) {
        for (at, &stmt) in list.iter().enumerate() {
            let kind = tree.stmts[stmt].kind;
            let StmtKind::Assign {
                op: AssignOp::Define, ..
            } = kind
            else {
                continue;
            };
            let (&[name], &[value]) = tree.sides(kind) else {
                continue;
            };
            if tree.exprs[value].span != assertion {
                continue;
            }
            let ExprKind::Ident(ident) = tree.exprs[name].kind else {
                return None;
            };
            let is_asked = list.get(at + 1).is_some_and(|&next| match tree.stmts[next].kind {
                StmtKind::If { init: None, cond, .. } => match tree.exprs[cond].kind {
                    ExprKind::Binary { x, y, .. } => {
                        let zero = cx.source(file, tree.exprs[y].span);
                        matches!(zero, "nil" | "\"\"" | "0")
                            && matches!(tree.exprs[x].kind, ExprKind::Ident(asked) if tree.name(asked) == tree.name(ident))
                    }
                    _ => false,
                },
                _ => false,
            });
            let end = tree.exprs[name].span.end;
            let is_plain = matches!(cx.under(asserted), Type::Basic(kind) if *kind != BasicKind::UnsafePointer);
            return match (is_asked, is_plain) {
                (true, _) => Some((Span::new(end, end), FixSafety::Safe)),
                (false, true) => Some((Span::new(end, end), FixSafety::Suggest)),
                _ => None,
            };
        }
    }
    None
}
