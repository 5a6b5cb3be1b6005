use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Callee, Func, Op, ValueId};
use gosleuth_syntax::ast::StmtKind;
use gosleuth_types::{BasicKind, ConstValue, Type, TypeId};

use crate::context::RuleContext;
use crate::flow::{in_loop, position};
use crate::goroutines::spawned;
use crate::rule::rule;
use crate::same::{Rounds, live, rounds, values};

rule! {
    /// ## What it does
    ///
    /// Finds goroutines that run an endless loop and whose literal captures a large array or slice (64 KiB or more) that only its first lines
    /// use.
    ///
    /// ## Why it is bad
    ///
    /// What a literal captures may be kept as long as it runs. One goroutine for each connection that read its configuration from a buffer
    /// of a megabyte keeps as many megabytes as there are connections.
    ///
    /// ## Example
    ///
    /// ```go
    /// func start(load func([]byte) int, jobs chan int) {
    ///     buffer := make([]byte, 1<<20)
    ///     go func() {
    ///         limit := load(buffer)
    ///         for job := range jobs {
    ///             println(job < limit)
    ///         }
    ///     }()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func start(load func([]byte) int, jobs chan int) {
    ///     buffer := make([]byte, 1<<20)
    ///     limit := load(buffer)
    ///     go func() {
    ///         for job := range jobs {
    ///             println(job < limit)
    ///         }
    ///     }()
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Only sizes that the source says are known. Today's compiler often finds out that a variable is not used any more and frees it all the
    /// same; the language does not promise that.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Leaks, 14),
        name: "closure-pins-large-value",
        summary: "a long-lived goroutine captures something large that it uses only at its start",
        set: RuleSet::Advice,
        severity: Severity::Advice,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Other("heap that grows with the number of goroutines")],
    }
}

/// Bytes from which on a value is large.
const LARGE: u64 = 64 * 1024;

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for func in cx.ir.funcs.iter() {
        if cx.files[func.file].is_test {
            continue;
        }
        for (site, node) in live(func) {
            let (Op::Go(call), Some(id)) = (&node.op, spawned(cx, func, site)) else {
                continue;
            };
            let Callee::Value(value) = call.callee else { continue };
            let Op::Closure { captures, .. } = func.op(value) else {
                continue;
            };
            let body = &cx.ir.funcs[id];
            if !is_endless(cx, body) {
                continue;
            }
            for (number, &cell) in captures.iter().enumerate() {
                let Some(bytes) = size_of_cell(cx, func, cell).filter(|&bytes| bytes >= LARGE) else {
                    continue;
                };
                let mut uses = live(body)
                    .filter(|(_, value)| matches!(value.op, Op::Captured(captured) if captured as usize == number));
                let in_loops = uses.any(|(id, _)| position(body, id).is_none_or(|(block, _)| in_loop(body, block)));
                let Some(capture) = body.captures.get(number).filter(|_| !in_loops) else {
                    continue;
                };
                cx.report(
                    &RULE.info,
                    func.file,
                    cx.span_of(func, site),
                    format!(
                        "this goroutine captures `{}` of {} KiB, which it uses only before its loop",
                        cx.name_of(capture.obj),
                        bytes / 1024
                    ),
                )
                .why("what a literal captures may be kept for as long as it runs")
                .action("do that part in front of the `go`, and capture only the result")
                .push(sink);
            }
        }
    }
}

/// Whether a literal has a loop that nothing but its body or a close ends.
fn is_endless(cx: &RuleContext<'_>, func: &Func) -> bool {
    let tree = cx.files[func.file].tree;
    tree.stmts.iter_enumerated().any(|(id, stmt)| {
        matches!(stmt.kind, StmtKind::For { .. } | StmtKind::Range { .. })
            && func.span.contains(stmt.span.start)
            && rounds(cx, func.file, id) == Rounds::Endless
    })
}

/// Bytes that a variable holds or refers to, as far as the source says.
fn size_of_cell(cx: &RuleContext<'_>, func: &Func, cell: ValueId) -> Option<u64> {
    let elem = cx.pointee(func.values[cell].ty)?;
    match cx.under(elem) {
        Type::Array { .. } | Type::Struct(_) => size(cx, elem, 8),
        Type::Slice(item) => values(func).find_map(|value| match value.op {
            Op::Store { addr, value } if addr == cell => match *func.op(value) {
                Op::MakeSlice { len } => match func.op(len) {
                    Op::Const(ConstValue::Int(count)) => {
                        Some(u64::try_from(*count).ok()?.saturating_mul(size(cx, *item, 8)?))
                    }
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }),
        _ => None,
    }
}

/// Bytes of a type on a machine of 64 bits, without padding.
fn size(cx: &RuleContext<'_>, ty: TypeId, depth: u32) -> Option<u64> {
    if depth == 0 {
        return None;
    }
    Some(match cx.under(ty) {
        Type::Basic(kind) => match kind {
            BasicKind::Bool | BasicKind::Int8 | BasicKind::Uint8 => 1,
            BasicKind::Int16 | BasicKind::Uint16 => 2,
            BasicKind::Int32 | BasicKind::Uint32 | BasicKind::Float32 => 4,
            BasicKind::String | BasicKind::Complex128 => 16,
            _ => 8,
        },
        Type::Array { elem, len } => {
            let len = u64::try_from(*len).ok()?;
            len.saturating_mul(size(cx, *elem, depth - 1)?)
        }
        Type::Struct(fields) => {
            let sizes = fields.iter().map(|field| size(cx, field.ty, depth - 1));
            sizes.sum::<Option<u64>>()?
        }
        Type::Slice(_) => 24,
        Type::Interface(_) => 16,
        _ => 8,
    })
}
