use gosleuth_base::{Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Func, Op, ValueId};
use gosleuth_syntax::ast::{DeclKind, ExprKind, GenKeyword, Span, SpecKind, StmtKind};
use gosleuth_types::{ObjRef, Type};
use rustc_hash::FxHashSet;

use crate::context::RuleContext;
use crate::nil_channels::is_reachable;
use crate::nils::{Nil, Nils, describe};
use crate::rule::rule;
use crate::same::{live, values};

rule! {
    /// ## What it does
    ///
    /// Finds writes to maps that are nil: variables and fields that nothing ever gives a map, or that have none on some path to the write.
    ///
    /// ## Why it is bad
    ///
    /// Reading a nil map is fine, writing one panics. Where a goroutine does it, no handler of a request and no test sees the panic: the
    /// process ends.
    ///
    /// ## Example
    ///
    /// ```go
    /// func count(words chan string) {
    ///     var seen map[string]int
    ///     go func() {
    ///         for word := range words {
    ///             seen[word]++
    ///         }
    ///     }()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func count(words chan string) {
    ///     seen := make(map[string]int)
    ///     go func() {
    ///         for word := range words {
    ///             seen[word]++
    ///         }
    ///     }()
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// A field counts as never set where only this package can set it and nothing in it does, or where the struct was made in the same
    /// function and nobody else has seen it. Maps in maps are not known. Tests are left out.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Panics, 13),
        name: "nil-map-write",
        summary: "a map is written that is nil",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::Safe,
        symptoms: &[Symptom::Death("panic: assignment to entry in nil map")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let mut nils = None;
    let mut fixed = FxHashSet::default();
    for func in cx.ir.funcs.iter() {
        if cx.files[func.file].is_test {
            continue;
        }
        for (id, node) in live(func) {
            let Op::MapSet { map, .. } = node.op else { continue };
            let nils = nils.get_or_insert_with(|| Nils::new(cx, |ty| matches!(ty, Type::Map { .. })));
            let why = nils.why(cx, func, map, id).or_else(|| fresh(cx, func, map));
            let Some(why) = why.filter(|_| is_reachable(func, id)) else {
                continue;
            };
            let (text, place) = describe(cx, func, why);
            let start = node.pos;
            let mut report = cx
                .report(
                    &RULE.info,
                    func.file,
                    written(cx, func.file, start),
                    "this writes to a map that is nil, which panics",
                )
                .why(text)
                .action("make the map first, with `make` or a literal");
            if let Some((file, span, label)) = place {
                report = report.related(file, span, label);
            }
            // One change is enough for all writes to a variable.
            if let Some((file, span, text)) = declaration(cx, func, why, start)
                && fixed.insert((file, span.start))
            {
                report = report.fix(
                    FixSafety::Safe,
                    "make the map where it is declared",
                    [(file, span, text.as_str())],
                );
            }
            report.push(sink);
        }
    }
}

/// The element that is written, `m[k]`.
fn written(cx: &RuleContext<'_>, file: usize, pos: u32) -> Span {
    let tree = cx.files[file].tree;
    let element = tree
        .exprs
        .iter()
        .filter(|expr| matches!(expr.kind, ExprKind::Index { .. }) && expr.span.start == pos)
        .max_by_key(|expr| expr.span.end);
    element.map_or(Span::new(pos, pos + 1), |expr| expr.span)
}

/// A map in a field of a struct that was made in this function without it, and that nobody else has seen.
fn fresh(cx: &RuleContext<'_>, func: &Func, map: ValueId) -> Option<Nil> {
    let (base, field) = match *func.op(map) {
        Op::Field { base, field } => match *func.op(base) {
            Op::Zero => return Some(Nil::Value),
            Op::Load(addr) => (addr, field),
            _ => return None,
        },
        Op::Load(addr) => match *func.op(addr) {
            Op::FieldAddr { base, field } => (base, field),
            _ => return None,
        },
        _ => return None,
    };
    is_unset(cx, func, base, field, 2).then_some(Nil::Value)
}

/// Whether a struct was made in this function, nobody else has seen it, and a field of it is never given a value.
fn is_unset(cx: &RuleContext<'_>, func: &Func, made: ValueId, field: u32, depth: u32) -> bool {
    if !matches!(func.op(made), Op::Alloc { .. }) || cx.pointee(func.values[made].ty).is_none() {
        return false;
    }
    let mut fields = FxHashSet::default();
    for (id, value) in live(func) {
        let mut uses = false;
        value.op.for_each_operand(|operand| uses |= operand == made);
        if !uses {
            continue;
        }
        match value.op {
            Op::FieldAddr { field: other, .. } => {
                if other == field {
                    fields.insert(id);
                }
            }
            Op::Load(_) => {}
            // A literal is made elsewhere and copied.
            Op::Store { addr, value } if addr == made => match *func.op(value) {
                Op::Zero => {}
                Op::Load(from) if depth > 0 && is_unset(cx, func, from, field, depth - 1) => {}
                _ => return false,
            },
            _ => return false,
        }
    }
    !values(func).any(|value| match &value.op {
        Op::Load(_) => false,
        op => {
            let mut uses = false;
            op.for_each_operand(|operand| uses |= fields.contains(&operand));
            uses
        }
    })
}

/// The declaration `var m map[K]V` of a map that is never made, and what to write in its place.
fn declaration(cx: &RuleContext<'_>, func: &Func, why: Nil, written: u32) -> Option<(usize, Span, String)> {
    let wanted: Option<ObjRef> = match why {
        Nil::NeverSet(obj) => Some(obj),
        Nil::Value | Nil::Path(_) => None,
        Nil::OnError(_) => return None,
    };
    let name = match wanted {
        Some(obj) => cx.declaration(obj)?,
        None => variable_written(cx, func, written)?,
    };
    let (file, span) = name;
    let tree = cx.files[file].tree;
    tree.decls.iter().find_map(|decl| {
        let DeclKind::Gen {
            keyword: GenKeyword::Var,
            grouped: false,
            specs,
        } = decl.kind
        else {
            return None;
        };
        let &[spec] = tree.specs(specs) else { return None };
        let SpecKind::Value {
            names,
            ty: Some(ty),
            values,
        } = tree.specs[spec].kind
        else {
            return None;
        };
        let &[name] = tree.idents(names) else { return None };
        if tree.ident_span(name) != span || !tree.exprs(values).is_empty() {
            return None;
        }
        let ty = cx.source(file, tree.exprs[ty].span);
        let name = tree.name(name);
        let is_local = tree
            .stmts
            .iter()
            .any(|stmt| matches!(stmt.kind, StmtKind::Decl(_)) && stmt.span.contains(span.start));
        let text = match is_local {
            true => format!("{name} := make({ty})"),
            false => format!("var {name} = make({ty})"),
        };
        Some((file, decl.span, text))
    })
}

/// Where the variable is declared whose element is written at an offset.
fn variable_written(cx: &RuleContext<'_>, func: &Func, pos: u32) -> Option<(usize, Span)> {
    let file = &cx.files[func.file];
    let obj = file.tree.exprs.iter().find_map(|expr| match expr.kind {
        ExprKind::Index { x, .. } if expr.span.start == pos => crate::syntax::variable(file, x),
        _ => None,
    })?;
    cx.declaration(obj)
}
