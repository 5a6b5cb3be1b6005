use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::Op;
use gosleuth_syntax::ast::{ExprKind, Span, SpecKind};
use gosleuth_types::{ObjRef, Type, TypeId};

use crate::context::RuleContext;
use crate::places::addressed;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds structs that keep a context in a field and use it in methods that others call, without owning its end: no cancel function stands
    /// beside it.
    ///
    /// ## Why it is bad
    ///
    /// The methods run for other callers than the one whose context it was. Their deadlines and cancellation are not heard, and that of the
    /// first one stops the work of all.
    ///
    /// ## Example
    ///
    /// ```go
    /// type Store struct {
    ///     ctx context.Context
    ///     db  *sql.DB
    /// }
    ///
    /// func (s *Store) Count() (n int, err error) {
    ///     err = s.db.QueryRowContext(s.ctx, "SELECT count(*) FROM jobs").Scan(&n)
    ///     return n, err
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// type Store struct {
    ///     db *sql.DB
    /// }
    ///
    /// func (s *Store) Count(ctx context.Context) (n int, err error) {
    ///     err = s.db.QueryRowContext(ctx, "SELECT count(*) FROM jobs").Scan(&n)
    ///     return n, err
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// A struct with a cancel function owns the context: that is how things with a life of their own are built. So does one that is itself a context or a
    /// request. Only exported methods without a context of their own count.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Contexts, 8),
        name: "context-stored-in-struct",
        summary: "a context that is kept in a struct is used for other callers",
        set: RuleSet::Advice,
        severity: Severity::Advice,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Other("work that is cancelled with somebody else's request, or not with its own")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for (index, file) in cx.files.iter().enumerate().filter(|(_, file)| !file.is_test) {
        let tree = file.tree;
        for spec in tree.specs.iter() {
            let SpecKind::Type { name, ty, .. } = spec.kind else {
                continue;
            };
            let ExprKind::Struct(fields) = tree.exprs[ty].kind else {
                continue;
            };
            let Some(obj) = file.info.object_of(name) else { continue };
            let declared = cx.query.object_type(obj);
            if owns_its_context(cx, declared) || is_request_like(tree.name(name)) {
                continue;
            }
            for field in tree.fields(fields) {
                for &ident in tree.idents(field.names) {
                    let Some(field_obj) = file.info.object_of(ident) else {
                        continue;
                    };
                    if !cx.is_context(cx.query.object_type(field_obj)) {
                        continue;
                    }
                    let Some((user_file, user)) = used_by_method(cx, declared, field_obj) else {
                        continue;
                    };
                    cx.report(
                        &RULE.info,
                        index,
                        tree.ident_span(ident),
                        format!("the context of whoever makes a {} is used for everybody who calls it", tree.name(name)),
                    )
                    .related(user_file, user, "used for another caller here")
                    .why("deadline and cancellation of the callers are not heard, and those of the first one stop all of them")
                    .action("give the methods a context as their first parameter")
                    .push(sink);
                }
            }
        }
    }
}

/// Whether a struct has a cancel function, or embeds a context.
fn owns_its_context(cx: &RuleContext<'_>, ty: TypeId) -> bool {
    let Type::Struct(fields) = cx.under(ty) else {
        return true;
    };
    fields.iter().any(|field| {
        let is_cancel =
            cx.is_type(field.ty, "context", "CancelFunc") || cx.is_type(field.ty, "context", "CancelCauseFunc");
        let is_context = field.embedded && cx.is_context(field.ty);
        // `cancel func()`
        let is_plain =
            matches!(cx.under(field.ty), Type::Func(_)) && cx.text(field.name).to_ascii_lowercase().contains("cancel");
        is_cancel || is_context || is_plain
    })
}

/// Things that live as long as one request, which may carry its context.
fn is_request_like(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "request",
        "req",
        "context",
        "ctx",
        "option",
        "opts",
        "config",
        "param",
        "args",
        "call",
        "builder",
        "event",
        "message",
        "job",
        "task",
        "stream",
        "iter",
        "session",
        "op",
        "query",
        "cmd",
        "command",
        "tx",
        "state",
        "reader",
        "writer",
        "conn",
        "span",
        "test",
        "suite",
        "result",
        "row",
        "carrier",
        "pipeline",
        "serialize",
        "object",
    ];
    let name = name.to_ascii_lowercase();
    WORDS.iter().any(|word| name.contains(word))
}

/// Where an exported method without a context of its own uses the field.
fn used_by_method(cx: &RuleContext<'_>, declared: TypeId, field: ObjRef) -> Option<(usize, Span)> {
    for func in cx.ir.funcs.iter() {
        let Some(obj) = func.obj.filter(|_| func.has_receiver) else {
            continue;
        };
        let is_exported = cx.name_of(obj).starts_with(|first: char| first.is_uppercase());
        let Some(&recv) = func.params.first() else { continue };
        let recv = func.values[recv].ty;
        let is_own = cx.pointee(recv).unwrap_or(recv) == declared;
        let has_context = func.params.iter().any(|&param| cx.is_context(func.values[param].ty));
        if !is_exported || !is_own || has_context || cx.files[func.file].is_test {
            continue;
        }
        for (id, value) in func.values.iter_enumerated() {
            let Op::Load(addr) = value.op else { continue };
            if addressed(cx, func, addr) != Some(field) {
                continue;
            }
            let is_passed = func.values.iter_enumerated().find(|(_, user)| {
                matches!(&user.op, Op::Call(call) if call.args.contains(&id)
                    && !cx.callee_symbol(call).is_some_and(|symbol| symbol.starts_with("context.With")))
            });
            if let Some((site, _)) = is_passed {
                return Some((func.file, cx.span_of(func, site)));
            }
        }
    }
    None
}
