use gosleuth_base::{
    Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity, SuspectKind, Symptom,
};
use gosleuth_ir::{Callee, Func, FuncId, Op, ValueId};
use gosleuth_syntax::ast::{AssignOp, ExprKind, Span, StmtKind};
use gosleuth_types::ObjRef;
use rustc_hash::FxHashSet;

use crate::context::RuleContext;
use crate::goroutines::{model_argument, spawned};
use crate::models::Behaviour;
use crate::order::{Order, is_in_bubble};
use crate::races;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds variables that a goroutine's function literal captures, where the goroutine and the function around it, or two such
    /// goroutines, use the variable and nothing orders the two uses. At least one of them writes. The `err` that a goroutine assigns with
    /// `=` instead of `:=` is the usual case.
    ///
    /// ## Why it is bad
    ///
    /// The two run at the same time. One value overwrites the other, or is seen half-written; what an error says may be about another call.
    ///
    /// ## Example
    ///
    /// ```go
    /// func both(first, second func() error) error {
    ///     var wg sync.WaitGroup
    ///     var err error
    ///     wg.Add(2)
    ///     go func() {
    ///         defer wg.Done()
    ///         err = first()
    ///     }()
    ///     go func() {
    ///         defer wg.Done()
    ///         err = second()
    ///     }()
    ///     wg.Wait()
    ///     return err
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func both(first, second func() error) error {
    ///     var wg sync.WaitGroup
    ///     var errs [2]error
    ///     wg.Add(2)
    ///     go func() {
    ///         defer wg.Done()
    ///         errs[0] = first()
    ///     }()
    ///     go func() {
    ///         defer wg.Done()
    ///         errs[1] = second()
    ///     }()
    ///     wg.Wait()
    ///     return errors.Join(errs[:]...)
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// Tests, `main` and functions that start goroutines are followed through the calls of their package; what libraries do with memory is
    /// known for few of them. Loops are followed for a few rounds. In functions that are too big to be followed, only variables as a whole are
    /// looked at, and where a lock, a channel or a call that is not understood stands between the two uses, they count as ordered.
    /// Tests are followed through the files of the tests only. Where an atomic flag, unknown code that both goroutines call, or input from
    /// outside may order the two accesses, nothing is reported.
    ///
    /// ## Version notes
    ///
    /// Loop variables before Go 1.22 are the matter of DR003.
    RuleInfo {
        code: RuleCode::new(Family::Races, 4),
        name: "captured-variable-race",
        summary: "a goroutine and the code around it use a captured variable at the same time",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::Suggest,
        symptoms: &[Symptom::Suspect(SuspectKind::DataRace)],
    }
}

/// A goroutine that runs a literal.
struct Started {
    site: ValueId,
    body: FuncId,
    /// The addresses of what it captures, in the order of its captures.
    cells: Vec<ValueId>,
    /// Whether whoever starts it tells when it has ended (`errgroup`), or may keep it from starting (`time.AfterFunc`).
    supervised: bool,
}

/// A use of a variable.
#[derive(Clone, Copy, Debug)]
struct Use {
    func: FuncId,
    at: ValueId,
    writes: bool,
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let order = Order::new(cx);
    for (id, func) in cx.ir.funcs.iter_enumerated() {
        let started = started(cx, func);
        let mut reported = FxHashSet::default();
        for (number, goroutine) in started.iter().enumerate() {
            for (capture, &cell) in goroutine.cells.iter().enumerate() {
                if let Some((obj, inside, outside)) = race(cx, &order, id, &started, number, capture as u32, cell)
                    && reported.insert(obj)
                    && (!cx.is_executed(id) || cx.races().iter().any(|race| race.is_of(obj)))
                {
                    let known = sink.len();
                    report(cx, id, goroutine, obj, inside, outside, sink);
                    // What another rule of races has said already.
                    if let [earlier @ .., last] = &sink[..]
                        && earlier.len() == known
                        && earlier
                            .iter()
                            .any(|other| other.code.family == Family::Races && other.location == last.location)
                    {
                        sink.pop();
                    }
                }
            }
        }
    }
    races::report(cx, &RULE.info, sink);
}

fn started(cx: &RuleContext<'_>, func: &Func) -> Vec<Started> {
    let mut found = Vec::new();
    for block in func.blocks.iter() {
        for &site in &block.values {
            let Some(body) = spawned(cx, func, site) else { continue };
            let (closure, supervised) = match func.op(site) {
                Op::Go(call) => match call.callee {
                    Callee::Value(value) => (Some(value), false),
                    _ => (None, false),
                },
                Op::Call(call) => (model_argument(cx, call, Behaviour::Spawn), true),
                _ => (None, false),
            };
            let Some(Op::Closure { captures, .. }) = closure.map(|closure| func.op(closure)) else {
                continue;
            };
            found.push(Started {
                site,
                body,
                cells: captures.clone(),
                supervised,
            });
        }
    }
    found
}

/// Two uses of a captured variable that nothing orders: the variable, the use in the goroutine, and the other one.
fn race(
    cx: &RuleContext<'_>,
    order: &Order<'_, '_>,
    id: FuncId,
    started: &[Started],
    number: usize,
    capture: u32,
    cell: ValueId,
) -> Option<(ObjRef, Use, Use)> {
    let func = &cx.ir.funcs[id];
    let goroutine = &started[number];
    let Op::Alloc { var: Some(obj) } = *func.op(cell) else {
        return None;
    };
    if is_loop_variable(cx, func, obj) {
        return None;
    }
    let inside = uses(cx, goroutine.body, Cell::Captured(capture));
    let inside: Vec<_> = inside
        .into_iter()
        .filter(|one| !order.waits_before(one.func, one.at))
        .collect();
    let writes = inside.iter().copied().find(|one| one.writes);
    let any = writes.or(inside.first().copied())?;

    // The function around.
    for other in uses(cx, id, Cell::Address(cell)) {
        let Some(mine) = (if other.writes { Some(any) } else { writes }) else {
            continue;
        };
        let told = goroutine.supervised || order.tells_after(mine.func, mine.at) || is_in_bubble(cx, func.file);
        if order.reaches(id, goroutine.site, other.at, Some(cell), told) {
            return Some((obj, mine, other));
        }
    }
    // Other goroutines that it starts behind this one.
    for (other_number, other) in started.iter().enumerate() {
        let Some(place) = other.cells.iter().position(|&other| other == cell) else {
            continue;
        };
        let again = other_number == number;
        for theirs in uses(cx, other.body, Cell::Captured(place as u32)) {
            if order.waits_before(theirs.func, theirs.at) {
                continue;
            }
            let mine = if theirs.writes { Some(any) } else { writes };
            let Some(mine) = mine.filter(|mine| mine.writes || theirs.writes) else {
                continue;
            };
            if again && !(mine.writes && theirs.writes) {
                continue;
            }
            if order.reaches(id, goroutine.site, other.site, Some(cell), true) {
                return Some((obj, mine, theirs));
            }
        }
    }
    None
}

/// How a function refers to a variable.
#[derive(Clone, Copy)]
enum Cell {
    Captured(u32),
    Address(ValueId),
}

/// The uses of a variable in a function, and in literals that it calls or defers, where it is a goroutine's function.
fn uses(cx: &RuleContext<'_>, id: FuncId, cell: Cell) -> Vec<Use> {
    let func = &cx.ir.funcs[id];
    let is_cell = |addr: ValueId| match cell {
        Cell::Captured(number) => matches!(func.op(addr), Op::Captured(other) if *other == number),
        Cell::Address(address) => addr == address,
    };
    let mut found = Vec::new();
    for block in func.blocks.iter() {
        for &at in &block.values {
            match func.op(at) {
                Op::Load(addr) if is_cell(*addr) => found.push(Use {
                    func: id,
                    at,
                    writes: false,
                }),
                Op::Store { addr, .. } if is_cell(*addr) => found.push(Use {
                    func: id,
                    at,
                    writes: true,
                }),
                _ => {}
            }
        }
    }
    found
}

/// Whether a variable is declared by a loop whose rounds share it.
fn is_loop_variable(cx: &RuleContext<'_>, func: &Func, obj: ObjRef) -> bool {
    let file = &cx.files[func.file];
    if file.go_minor >= 22 {
        return false;
    }
    let Some((_, span)) = cx.declaration(obj) else {
        return true;
    };
    file.tree.stmts.iter().any(|stmt| match stmt.kind {
        StmtKind::For { body, .. } | StmtKind::Range { body, .. } => {
            stmt.span.contains(span.start) && span.start < file.tree.stmts[body].span.start
        }
        _ => false,
    })
}

fn report(
    cx: &RuleContext<'_>,
    id: FuncId,
    goroutine: &Started,
    obj: ObjRef,
    inside: Use,
    outside: Use,
    sink: &mut Vec<Finding>,
) {
    let func = &cx.ir.funcs[id];
    let name = cx.name_of(obj);
    let verb = |writes| if writes { "writes" } else { "reads" };
    let is_other = outside.func != id;
    let what = match (is_other, outside.func == inside.func) {
        (false, _) => format!("{} {} it at the same time", func.name, verb(outside.writes)),
        (true, false) => format!("another goroutine {} it at the same time", verb(outside.writes)),
        (true, true) => "so do the goroutines of the other rounds".to_owned(),
    };
    let body = &cx.ir.funcs[inside.func];
    let at = span(cx, inside, name);
    let mut report = cx
        .report(
            &RULE.info,
            body.file,
            at,
            format!("this goroutine {} `{name}`, and {what}", verb(inside.writes)),
        )
        .related(
            func.file,
            cx.span_of(func, goroutine.site),
            "the goroutine is started here",
        )
        .why("nothing orders the two uses, so either may come first, or both together")
        .action(
            "give the goroutine a variable of its own, or hand the value over through a channel or behind a `Wait`",
        );
    if outside.func != inside.func || outside.at != inside.at {
        let other = &cx.ir.funcs[outside.func];
        let label = if outside.writes { "written here" } else { "read here" };
        report = report.related(other.file, span(cx, outside, name), label);
    }
    if let Some(sign) = own_variable(cx, inside, obj) {
        let edit = [(body.file, sign, ":=")];
        report = report.fix(
            FixSafety::Suggest,
            format!("declare a `{name}` of the goroutine's own"),
            edit,
        );
    }
    report.push(sink);
}

/// The name at a use, else its token.
fn span(cx: &RuleContext<'_>, one: Use, name: &str) -> Span {
    let func = &cx.ir.funcs[one.func];
    let pos = func.values[one.at].pos;
    let file = &cx.files[func.file];
    // A store stands at its assignment; the variable is on the left of it.
    let stmt = file
        .tree
        .stmts
        .iter()
        .find(|stmt| matches!(stmt.kind, StmtKind::Assign { .. }) && stmt.span.contains(pos) && one.writes);
    if let Some(stmt) = stmt {
        let (lhs, _) = file.tree.sides(stmt.kind);
        for &expr in lhs {
            if let ExprKind::Ident(ident) = file.tree.exprs[expr].kind
                && file.tree.name(ident) == name
            {
                return file.tree.exprs[expr].span;
            }
        }
    }
    cx.span_of(func, one.at)
}

/// The `=` of an assignment to the variable and nothing else, whose value the goroutine goes on to use, and before which it does not use
/// the variable.
fn own_variable(cx: &RuleContext<'_>, inside: Use, obj: ObjRef) -> Option<Span> {
    let func = &cx.ir.funcs[inside.func];
    let file = &cx.files[func.file];
    let tree = file.tree;
    let pos = func.values[inside.at].pos;
    let mut list = tree
        .func_decls
        .iter()
        .filter_map(|decl| decl.body)
        .chain(tree.exprs.iter().filter_map(|expr| match expr.kind {
            ExprKind::FuncLit { body, .. } => Some(body),
            _ => None,
        }));
    let body = list
        .rfind(|&body| func.span.contains(tree.stmts[body].span.start) && tree.stmts[body].span.end == func.span.end)?;
    let &stmt = tree
        .block(body)
        .iter()
        .find(|&&stmt| tree.stmts[stmt].span.contains(pos))?;
    let kind = tree.stmts[stmt].kind;
    if !matches!(
        kind,
        StmtKind::Assign {
            op: AssignOp::Assign,
            ..
        }
    ) {
        return None;
    }
    let (lhs, rhs) = tree.sides(kind);
    let is_own = lhs.iter().all(|&expr| match tree.exprs[expr].kind {
        ExprKind::Ident(ident) => tree.name(ident) == "_" || file.info.object_of(ident) == Some(obj),
        _ => false,
    });
    let uses = crate::syntax::uses(file, obj, func.span);
    let first = uses.iter().map(|&ident| tree.ident_span(ident).start).min()?;
    let last = uses.iter().map(|&ident| tree.ident_span(ident).start).max()?;
    let span = tree.stmts[stmt].span;
    if !is_own || first < span.start || last < span.end {
        return None;
    }
    let from = tree.exprs[*lhs.last()?].span.end;
    let to = tree.exprs[*rhs.first()?].span.start;
    let sign = file
        .text
        .get(from as usize..to as usize)?
        .iter()
        .position(|&byte| byte == b'=')?;
    let at = from + sign as u32;
    Some(Span::new(at, at + 1))
}
