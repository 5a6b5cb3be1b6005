use gosleuth_base::{Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Call, Func, FuncId, Op, Terminator, ValueId};
use gosleuth_syntax::ast::{AssignOp, ExprId, Span, StmtKind};
use gosleuth_types::Type;

use crate::context::RuleContext;
use crate::contexts::is_handler;
use crate::flow::{Follow, Held, Slot, Step, follow, in_loop, position, results};
use crate::rule::rule;
use crate::syntax::variable;

rule! {
    /// ## What it does
    ///
    /// Finds contexts that are derived from themselves in a loop, `ctx = context.WithValue(ctx, …)`, so that every round adds one around the last.
    /// The same in a handler of HTTP requests, with a variable or field that outlives the request.
    ///
    /// ## Why it is bad
    ///
    /// The chain never gets shorter. Every look at a value walks through all of it, nothing of it is freed while the last one is used, and
    /// each timeout only ever makes the deadline earlier.
    ///
    /// ## Example
    ///
    /// ```go
    /// func consume(ctx context.Context, jobs <-chan string, run func(context.Context)) {
    ///     for job := range jobs {
    ///         ctx = context.WithValue(ctx, key{}, job)
    ///         run(ctx)
    ///     }
    /// }
    ///
    /// type key struct{}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func consume(ctx context.Context, jobs <-chan string, run func(context.Context)) {
    ///     for job := range jobs {
    ///         ctx := context.WithValue(ctx, key{}, job)
    ///         run(ctx)
    ///     }
    /// }
    ///
    /// type key struct{}
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Loops over a collection whose rounds add values under different keys are left out: they build one context on purpose. So are tests. Functions of your own
    /// count where their bodies are known; of libraries those that derive contexts.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Contexts, 7),
        name: "context-grows-in-loop",
        summary: "a context is derived from itself again and again",
        set: RuleSet::Default,
        severity: Severity::Warning,
        fix: FixAvailability::Suggest,
        symptoms: &[Symptom::Other("heap and time of requests that grow with the age of the process, `context.(*valueCtx)` in the heap profile")],
    }
}

/// Functions that derive a context for their caller, from one call.
const MAX_DEPTH: u32 = 3;

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for (owner, func) in cx.ir.funcs.iter_enumerated() {
        if cx.files[func.file].is_test {
            continue;
        }
        for (id, value) in func.values.iter_enumerated() {
            let Op::Call(call) = &value.op else { continue };
            let first = match cx.query.ty(value.ty) {
                Type::Tuple(parts) => parts.first().copied(),
                _ => Some(value.ty),
            };
            if !first.is_some_and(|ty| cx.is_context(ty)) {
                continue;
            }
            let Some(derives) = derived(cx, func, call, MAX_DEPTH) else {
                continue;
            };
            let Some((child, _)) = child_of(cx, func, id) else {
                continue;
            };
            let is_looped = position(func, id).is_some_and(|(block, _)| in_loop(func, block));
            if is_looped && grows(cx, func, id, call, child) {
                if !builds_one(cx, func, id, call, derives) {
                    report(cx, func, id, "in each round of the loop", sink);
                }
            } else if (is_looped || is_request(cx, owner)) && goes_back(cx, func, call, child) {
                let when = if is_looped {
                    "in each round of the loop"
                } else {
                    "with each request"
                };
                report(cx, func, id, when, sink);
            }
        }
    }
}

/// How a call derives a context from its first argument.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Derives {
    /// With a value.
    Value,
    /// Otherwise.
    Other,
}

fn derived(cx: &RuleContext<'_>, func: &Func, call: &Call, depth: u32) -> Option<Derives> {
    let symbol = cx.callee_symbol(call)?;
    match &*symbol {
        "context.WithValue"
        | "google.golang.org/grpc/metadata.AppendToOutgoingContext"
        | "google.golang.org/grpc/metadata.NewOutgoingContext" => return Some(Derives::Value),
        "go.opentelemetry.io/otel/trace.Tracer.Start" => return Some(Derives::Other),
        _ if symbol.starts_with("context.With") => return Some(Derives::Other),
        _ => {}
    }
    let id = cx.called_function(func, call).filter(|_| depth > 0)?;
    let body = &cx.ir.funcs[id];
    let mut found = None;
    for block in body.blocks.iter() {
        let Terminator::Return(values) = &block.end else {
            continue;
        };
        let &first = values.first()?;
        let site = match *body.op(first) {
            Op::Extract { tuple, index: 0 } => tuple,
            _ => first,
        };
        let Op::Call(inner) = body.op(site) else { return None };
        let parent = *inner.args.first()?;
        let is_parameter = matches!(body.op(parent), Op::Param(_)) && cx.is_context(body.values[parent].ty);
        if !is_parameter {
            return None;
        }
        found = Some(derived(cx, body, inner, depth - 1)?);
    }
    found
}

/// The context that a call returns, and whether it is the only result.
fn child_of(cx: &RuleContext<'_>, func: &Func, id: ValueId) -> Option<(ValueId, bool)> {
    if cx.is_context(func.values[id].ty) {
        return Some((id, true));
    }
    let child = *results(func, id).get(&0)?;
    cx.is_context(func.values[child].ty).then_some((child, false))
}

/// Whether the child comes back to the call as its parent.
fn grows(cx: &RuleContext<'_>, func: &Func, id: ValueId, call: &Call, child: ValueId) -> bool {
    struct Grows<'c> {
        call: &'c Call,
        found: bool,
    }
    impl Follow for Grows<'_> {
        fn used(&mut self, _: &Held, _: ValueId, _: Slot) -> Step {
            Step::Go
        }
        fn again(&mut self, held: &Held) {
            self.found |= self.call.args.iter().any(|&arg| held.slot(arg).is_some());
        }
        fn returned(&mut self, _: Slot) -> Step {
            Step::Go
        }
    }
    let mut rule = Grows { call, found: false };
    follow(cx, func, id, &[(child, 0)], &mut rule);
    rule.found
}

/// Whether the child is stored where the parent was read, in something that lives on.
fn goes_back(cx: &RuleContext<'_>, func: &Func, call: &Call, child: ValueId) -> bool {
    let Some(parent) = call.args.iter().find(|&&arg| cx.is_context(func.values[arg].ty)) else {
        return false;
    };
    let Op::Load(from) = *func.op(*parent) else {
        return false;
    };
    func.values.iter().any(|value| match value.op {
        Op::Store { addr, value } => value == child && is_same_place(func, from, addr),
        _ => false,
    })
}

fn is_same_place(func: &Func, a: ValueId, b: ValueId) -> bool {
    match (func.op(a), func.op(b)) {
        (Op::Captured(x), Op::Captured(y)) => x == y,
        (Op::Global(x), Op::Global(y)) => x == y,
        (Op::FieldAddr { base: x, field: f }, Op::FieldAddr { base: y, field: g }) => {
            f == g && (x == y || is_same_place(func, *x, *y)) && is_from_outside(func, *x)
        }
        (Op::Load(x), Op::Load(y)) => is_same_place(func, *x, *y),
        _ => false,
    }
}

/// Whether a struct was not made by this function.
fn is_from_outside(func: &Func, base: ValueId) -> bool {
    match *func.op(base) {
        Op::Param(0) => func.has_receiver,
        Op::Captured(_) | Op::Global(_) => true,
        Op::Load(from) => is_from_outside(func, from),
        _ => false,
    }
}

/// Whether a function handles requests, or is a literal in one.
fn is_request(cx: &RuleContext<'_>, id: FuncId) -> bool {
    is_handler(cx, cx.ir.funcs[id].sig)
}

/// Whether a loop over a collection adds values under keys that differ from round to round, or that a collection has few of.
fn builds_one(cx: &RuleContext<'_>, func: &Func, id: ValueId, call: &Call, derives: Derives) -> bool {
    if derives != Derives::Value {
        return false;
    }
    let tree = cx.files[func.file].tree;
    let pos = func.values[id].pos;
    let around = tree.stmts.iter().filter(|stmt| match stmt.kind {
        StmtKind::For { body, .. } | StmtKind::Range { body, .. } => tree.stmts[body].span.contains(pos),
        _ => false,
    });
    let Some(innermost) = around.min_by_key(|stmt| stmt.span.end - stmt.span.start) else {
        return false;
    };
    let StmtKind::Range { x, .. } = innermost.kind else {
        return matches!(
            innermost.kind,
            StmtKind::For {
                cond: Some(_),
                post: Some(_),
                ..
            }
        ) && !has_fixed_key(func, call);
    };
    !cx.is_channel(cx.files[func.file].info.type_of(x)) && !has_fixed_key(func, call)
}

/// Whether the key is the same each time: a constant, or a value of a type made for it.
fn has_fixed_key(func: &Func, call: &Call) -> bool {
    let Some(&key) = call.args.get(1) else { return false };
    let key = match *func.op(key) {
        Op::MakeInterface(inner) => inner,
        _ => key,
    };
    let key = match *func.op(key) {
        Op::Convert(inner) => inner,
        _ => key,
    };
    match *func.op(key) {
        Op::Const(_) | Op::Zero | Op::Global(_) => true,
        Op::Load(addr) => match func.op(addr) {
            Op::Global(_) => true,
            // `key{}`
            Op::Alloc { var: None } => !func.values.iter().any(|value| match value.op {
                Op::Store { addr: to, .. } => to == addr,
                Op::FieldAddr { base, .. } => base == addr,
                _ => false,
            }),
            _ => false,
        },
        _ => false,
    }
}

fn report(cx: &RuleContext<'_>, func: &Func, id: ValueId, when: &str, sink: &mut Vec<Finding>) {
    let span = cx.span_of(func, id);
    let mut report = cx
        .report(
            &RULE.info,
            func.file,
            span,
            format!("this context is derived from itself {when}, and only grows"),
        )
        .why("each one keeps the one before alive, and every look at a value walks through all of them")
        .action("derive a new variable from the context at the beginning: `ctx := …`");
    let file = &cx.files[func.file];
    let tree = file.tree;
    let assigned = tree.stmts.iter().find_map(|stmt| match stmt.kind {
        StmtKind::Assign {
            op: AssignOp::Assign,
            op_start,
            ..
        } => match tree.sides(stmt.kind) {
            (places, &[value]) if tree.exprs[value].span == span => Some((places, op_start, stmt.span)),
            _ => None,
        },
        _ => None,
    });
    if let Some((places, op_start, within)) = assigned
        && when.ends_with("loop")
        && places.iter().all(|&place| is_used_behind(cx, func.file, place, within))
    {
        let edit = [(func.file, Span::new(op_start, op_start + 1), ":=")];
        report = report.fix(FixSafety::Suggest, "declare a new variable in each round", edit);
    }
    report.push(sink);
}

/// Whether a variable is used in the same block behind the assignment, so that a new one of its name would not be unused, and nowhere behind
/// the loop, where the old one would be meant.
fn is_used_behind(cx: &RuleContext<'_>, index: usize, place: ExprId, assignment: Span) -> bool {
    let file = &cx.files[index];
    let tree = file.tree;
    let Some(obj) = variable(file, place) else { return false };
    let lists = crate::syntax::statement_lists(tree);
    let Some(list) = lists
        .filter(|list| list.iter().any(|&stmt| tree.stmts[stmt].span == assignment))
        .last()
    else {
        return false;
    };
    let Some(end) = list.last().map(|&stmt| tree.stmts[stmt].span.end) else {
        return false;
    };
    let behind = crate::syntax::uses(file, obj, Span::new(assignment.end, end));
    let later = crate::syntax::uses(file, obj, Span::new(end, u32::MAX));
    !behind.is_empty() && later.is_empty()
}
