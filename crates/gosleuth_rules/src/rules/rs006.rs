use gosleuth_base::{Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_ir::{Call, Callee, Func, Op, ValueId};
use gosleuth_syntax::ast::{self, ExprId, ExprKind, Span, StmtId, StmtKind, UnaryOp};
use gosleuth_types::{Mode, ObjRef, Type, TypeId};

use crate::context::{RuleContext, RuleFile};
use crate::flow::{has, in_loop, position};
use crate::models::Behaviour;
use crate::rule::rule;
use crate::syntax::{functions, innermost, uses, variable};

rule! {
    /// ## What it does
    ///
    /// Finds deferred calls of `Unlock`, `Close`, `Rollback`, `Release`, `Stop` and of cancel functions in loops that go round again.
    ///
    /// ## Why it is bad
    ///
    /// A deferred call runs when the function returns, not at the end of a round. Until then every round keeps its lock, file, connection or
    /// timer; a second round that needs the same lock waits for ever.
    ///
    /// ## Example
    ///
    /// ```go
    /// func total(names []string) (sum int64, err error) {
    ///     for _, name := range names {
    ///         file, err := os.Open(name)
    ///         if err != nil {
    ///             return 0, err
    ///         }
    ///         defer file.Close()
    ///         n, err := io.Copy(io.Discard, file)
    ///         if err != nil {
    ///             return 0, err
    ///         }
    ///         sum += n
    ///     }
    ///     return sum, nil
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func total(names []string) (sum int64, err error) {
    ///     for _, name := range names {
    ///         n, err := size(name)
    ///         if err != nil {
    ///             return 0, err
    ///         }
    ///         sum += n
    ///     }
    ///     return sum, nil
    /// }
    ///
    /// func size(name string) (int64, error) {
    ///     file, err := os.Open(name)
    ///     if err != nil {
    ///         return 0, err
    ///     }
    ///     defer file.Close()
    ///     return io.Copy(io.Discard, file)
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Left out are tests, loops with a small constant number of rounds, loops that only lock, and loops that keep what they open for later: in a
    /// slice, a map, a field, a variable outside, or a goroutine.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Resources, 6),
        name: "defer-in-loop",
        summary: "a deferred release in a loop runs only when the function returns",
        set: RuleSet::Default,
        severity: Severity::Warning,
        fix: FixAvailability::Suggest,
        symptoms: &[
            Symptom::Wait("sync.Mutex.Lock"),
            Symptom::Other("open files, connections and timers that become more as long as one function runs"),
        ],
    }
}

/// Rounds that do not matter.
const FEW: i64 = 10;

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    for func in cx.ir.funcs.iter() {
        if cx.files[func.file].is_test {
            continue;
        }
        for (id, value) in func.values.iter_enumerated() {
            let Op::Defer(call) = &value.op else { continue };
            let Some(released) = released(cx, func, call, true) else {
                continue;
            };
            if !position(func, id).is_some_and(|(block, _)| in_loop(func, block)) {
                continue;
            }
            look(cx, func, id, released, sink);
        }
    }
}

/// What a deferred call does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Released {
    Lock,
    Cancel,
    /// The method of this name.
    Other(&'static str),
}

const METHODS: &[&str] = &["Close", "Release", "Rollback", "Stop", "Unlock", "CloseNow"];

fn released(cx: &RuleContext<'_>, func: &Func, call: &Call, deep: bool) -> Option<Released> {
    let models = cx.call_models(call);
    if has(models, Behaviour::Unlock) || has(models, Behaviour::ReadUnlock) {
        return Some(Released::Lock);
    }
    let is_cancel =
        |ty: TypeId| cx.is_type(ty, "context", "CancelFunc") || cx.is_type(ty, "context", "CancelCauseFunc");
    match call.callee {
        Callee::Value(value) if is_cancel(func.values[value].ty) => Some(Released::Cancel),
        Callee::Value(value) if deep => {
            let body = &cx.ir.funcs[cx.known_function(func, value)?];
            body.parent?;
            body.values.iter().find_map(|value| match &value.op {
                Op::Call(call) => released(cx, body, call, false),
                _ => None,
            })
        }
        Callee::Static(method) | Callee::Interface { method, .. } => {
            let is_method =
                matches!(call.callee, Callee::Interface { .. }) || crate::goroutines::receiver(cx, call).is_some();
            let name = cx.name_of(method);
            METHODS
                .iter()
                .find(|&&known| is_method && known == name)
                .map(|&known| Released::Other(known))
        }
        _ => None,
    }
}

fn look(cx: &RuleContext<'_>, func: &Func, id: ValueId, released: Released, sink: &mut Vec<Finding>) {
    let file = &cx.files[func.file];
    let tree = file.tree;
    let pos = func.values[id].pos;
    let Some((stmt, deferred)) = deferred_at(tree, pos) else {
        return;
    };
    let around = functions(tree);
    let Some(function) = innermost(&around, pos) else {
        return;
    };
    let Some((the_loop, body)) = loop_around(tree, function.span, pos) else {
        return;
    };
    if is_short(file, the_loop) || is_kept(cx, file, body, deferred) || is_once(cx, file, body, stmt, deferred) {
        return;
    }
    if released == Released::Lock && only_locks(tree, body, stmt) {
        return;
    }
    let (what, held) = match released {
        Released::Lock => ("Unlock", "the lock is held from the first round on"),
        Released::Cancel => (
            "cancel function",
            "every round adds a timer or child that stays until then",
        ),
        Released::Other(name) => (name, "every round keeps what it opened until then"),
    };
    let span = Span::new(tree.stmts[stmt].span.start, tree.stmts[stmt].span.end);
    let keyword = Span::new(tree.stmts[the_loop].span.start, tree.stmts[the_loop].span.start + 3);
    let shown = match released {
        Released::Cancel => "this deferred cancel function".to_owned(),
        _ => format!("this deferred {what}"),
    };
    let mut report = cx
        .report(
            &RULE.info,
            func.file,
            span,
            format!("{shown} runs when the function returns, not at the end of the round"),
        )
        .related(func.file, keyword, "the loop")
        .why(held)
        .action(
            "put the body of the loop into a function of its own, or release at the end of the round without `defer`",
        );
    if let Some((span, text)) = wrapped(cx, func.file, body) {
        report = report.fix(
            FixSafety::Suggest,
            "put the body of the loop into a function literal",
            [(func.file, span, text.as_str())],
        );
    }
    report.push(sink);
}

/// The `defer` statement at an offset, and what it calls.
fn deferred_at(tree: &ast::File, pos: u32) -> Option<(StmtId, ExprId)> {
    let stmts = tree.stmts.iter_enumerated();
    let around = stmts.filter_map(|(id, stmt)| match stmt.kind {
        StmtKind::Defer(call) if stmt.span.contains(pos) => Some((id, call, stmt.span)),
        _ => None,
    });
    around
        .min_by_key(|(_, _, span)| span.end - span.start)
        .map(|(id, call, _)| (id, call))
}

/// The innermost loop of a function around an offset, and its body.
fn loop_around(tree: &ast::File, function: Span, pos: u32) -> Option<(StmtId, StmtId)> {
    let stmts = tree.stmts.iter_enumerated();
    let around = stmts.filter_map(|(id, stmt)| match stmt.kind {
        StmtKind::For { body, .. } | StmtKind::Range { body, .. }
            if function.contains(stmt.span.start) && tree.stmts[body].span.contains(pos) =>
        {
            Some((id, body, stmt.span))
        }
        _ => None,
    });
    around
        .min_by_key(|(_, _, span)| span.end - span.start)
        .map(|(id, body, _)| (id, body))
}

/// Whether the text says that there are only a few rounds.
fn is_short(file: &RuleFile<'_>, the_loop: StmtId) -> bool {
    let tree = file.tree;
    match tree.stmts[the_loop].kind {
        StmtKind::Range { x, .. } => match tree.exprs[crate::syntax::unparen(tree, x)].kind {
            ExprKind::Composite { elems, .. } => tree.exprs(elems).len() as i64 <= FEW,
            ExprKind::Literal(_) => number(file, x).is_some_and(|rounds| rounds <= FEW),
            _ => false,
        },
        StmtKind::For { cond: Some(cond), .. } => match tree.exprs[cond].kind {
            ExprKind::Binary { y, .. } => number(file, y).is_some_and(|rounds| rounds <= FEW),
            _ => false,
        },
        _ => false,
    }
}

fn number(file: &RuleFile<'_>, expr: ExprId) -> Option<i64> {
    let span = file.tree.exprs[expr].span;
    std::str::from_utf8(span.of(file.text)).ok()?.parse().ok()
}

/// The variable that an expression begins with: `f` of `f.Body.Close()` and of `&f`.
fn root(file: &RuleFile<'_>, expr: ExprId) -> Option<ObjRef> {
    let tree = file.tree;
    match tree.exprs[expr].kind {
        ExprKind::Ident(_) => variable(file, expr),
        ExprKind::Selector { x, .. } | ExprKind::Paren(x) | ExprKind::Star(x) | ExprKind::Index { x, .. } => {
            root(file, x)
        }
        ExprKind::Unary {
            op: UnaryOp::Address,
            x,
        } => root(file, x),
        ExprKind::Call { fun, .. } => root(file, fun),
        _ => None,
    }
}

/// Whether what the deferred call releases, or what was made with it, is used when the round is over.
fn is_kept(cx: &RuleContext<'_>, file: &RuleFile<'_>, body: StmtId, deferred: ExprId) -> bool {
    let tree = file.tree;
    let within = tree.stmts[body].span;
    // What a literal releases is what its calls begin with.
    let mut objects: Vec<ObjRef> = match tree.exprs[deferred].kind {
        ExprKind::Call { fun, .. } => match tree.exprs[crate::syntax::unparen(tree, fun)].kind {
            ExprKind::FuncLit { body, .. } => crate::syntax::calls(tree, tree.stmts[body].span)
                .filter_map(|(_, fun, _)| root(file, fun))
                .collect(),
            _ => root(file, fun).into_iter().collect(),
        },
        _ => Vec::new(),
    };
    // A context goes with its cancel function.
    for stmt in tree.stmts.iter() {
        if !matches!(stmt.kind, StmtKind::Assign { .. }) || !within.contains(stmt.span.start) {
            continue;
        }
        let places: Vec<ObjRef> = tree
            .sides(stmt.kind)
            .0
            .iter()
            .filter_map(|&place| variable(file, place))
            .collect();
        if places.iter().any(|place| objects.contains(place)) {
            objects.extend(
                places
                    .iter()
                    .filter(|&&place| !is_plain(cx, cx.query.object_type(place))),
            );
        }
    }
    objects.sort_unstable();
    objects.dedup();
    objects.iter().any(|&obj| {
        let is_own = cx
            .query
            .object(obj)
            .is_some_and(|object| object.pos.file().is_some_and(|_| within.contains(object.pos.offset)));
        is_own
            && uses(file, obj, within)
                .into_iter()
                .map(|ident| tree.ident_span(ident))
                .any(|at| is_kept_at(cx, file, within, tree.exprs[deferred].span, at))
    })
}

/// Whether the defer is in an `if` about the variable that it releases, which lives outside of the loop: `if timer == nil { … }`.
fn is_once(cx: &RuleContext<'_>, file: &RuleFile<'_>, body: StmtId, stmt: StmtId, deferred: ExprId) -> bool {
    let tree = file.tree;
    let within = tree.stmts[body].span;
    let ExprKind::Call { fun, .. } = tree.exprs[deferred].kind else {
        return false;
    };
    let Some(obj) = root(file, fun) else { return false };
    let is_own = cx
        .query
        .object(obj)
        .is_some_and(|object| within.contains(object.pos.offset));
    !is_own
        && tree.stmts.iter().any(|around| match around.kind {
            StmtKind::If { cond, .. } => {
                within.contains(around.span.start)
                    && around.span.contains(tree.stmts[stmt].span.start)
                    && !uses(file, obj, tree.exprs[cond].span).is_empty()
            }
            _ => false,
        })
}

/// Whether values of a type keep nothing else alive: numbers, text, errors.
fn is_plain(cx: &RuleContext<'_>, ty: TypeId) -> bool {
    let is_error = cx.type_name(ty) == Some(("", "error"));
    is_error
        || match cx.under(ty) {
            Type::Basic(_) => true,
            Type::Slice(elem) => matches!(cx.under(*elem), Type::Basic(_)),
            Type::Struct(fields) => fields.iter().all(|field| matches!(cx.under(field.ty), Type::Basic(_))),
            _ => false,
        }
}

/// Whether this use of a variable makes something that lives longer than a round of the loop in `within`.
fn is_kept_at(cx: &RuleContext<'_>, file: &RuleFile<'_>, within: Span, deferred: Span, at: Span) -> bool {
    let tree = file.tree;
    if deferred.contains(at.start) {
        return false;
    }
    let in_literal = tree.exprs.iter().any(|expr| match expr.kind {
        ExprKind::FuncLit { .. } => within.contains(expr.span.start) && expr.span.contains(at.start),
        _ => false,
    });
    if in_literal {
        return true;
    }
    tree.stmts.iter().any(|stmt| {
        if !within.contains(stmt.span.start) || !stmt.span.contains(at.start) {
            return false;
        }
        match stmt.kind {
            StmtKind::Go(_) => true,
            StmtKind::Send { value, .. } => tree.exprs[value].span.contains(at.start),
            StmtKind::Assign { .. } => {
                let (places, values) = tree.sides(stmt.kind);
                let is_used = values.iter().any(|&value| tree.exprs[value].span.contains(at.start));
                is_used && places.iter().any(|&place| lives_on(cx, file, within, place))
            }
            _ => false,
        }
    })
}

/// Whether a left side is outside of the loop and may refer to what was made in it.
fn lives_on(cx: &RuleContext<'_>, file: &RuleFile<'_>, within: Span, place: ExprId) -> bool {
    let tree = file.tree;
    match tree.exprs[crate::syntax::unparen(tree, place)].kind {
        ExprKind::Ident(ident) => {
            let Some(obj) = file.info.object_of(ident) else {
                return false;
            };
            let is_own = cx
                .query
                .object(obj)
                .is_some_and(|object| within.contains(object.pos.offset));
            !is_own && !is_plain(cx, cx.query.object_type(obj))
        }
        _ => file.info.mode_of(place) != Mode::Nil && !is_plain(cx, file.info.type_of(place)),
    }
}

/// Whether a loop does nothing but lock: then all the locks are meant to be held together.
fn only_locks(tree: &ast::File, body: StmtId, deferred: StmtId) -> bool {
    let stmts = tree.block(body);
    stmts.len() <= 2 && stmts.contains(&deferred)
}

/// The body of a loop as that of a function literal, if that changes nothing else.
fn wrapped(cx: &RuleContext<'_>, index: usize, body: StmtId) -> Option<(Span, String)> {
    let file = &cx.files[index];
    let tree = file.tree;
    let span = tree.stmts[body].span;
    let inside = Span::new(span.start + 1, span.end.checked_sub(1)?);
    let leaves = tree.stmts.iter().any(|stmt| {
        inside.contains(stmt.span.start)
            && matches!(
                stmt.kind,
                StmtKind::Return(_) | StmtKind::Branch { .. } | StmtKind::Labeled { .. }
            )
    });
    let text = cx.source(index, inside);
    if leaves || text.contains(['`', '\r']) || !text.starts_with('\n') {
        return None;
    }
    let indent = cx.indentation(index, span.end - 1);
    let mut out = format!("\n{indent}\tfunc() {{");
    let lines: Vec<&str> = text.split('\n').collect();
    for line in &lines[1..lines.len() - 1] {
        out.push('\n');
        if !line.is_empty() {
            out.push('\t');
            out.push_str(line);
        }
    }
    out.push_str(&format!("\n{indent}\t}}()\n{indent}"));
    Some((inside, out))
}
