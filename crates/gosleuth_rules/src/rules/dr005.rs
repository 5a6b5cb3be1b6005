use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity, Symptom};
use gosleuth_syntax::ast::{AssignOp, ExprId, ExprKind, RangeOp, SpecKind, StmtKind};
use gosleuth_types::{Builtin, Mode, ObjKind, SelectionKind, Type, TypeId};

use crate::context::{RuleContext, RuleFile};
use crate::rule::rule;
use crate::syntax;

rule! {
    /// ## What it does
    ///
    /// Finds copies of values that hold a lock or another type of `sync` that must not be copied: assignments, arguments, parameters and
    /// receivers that are not pointers, results, elements of a range loop, elements of literals.
    ///
    /// ## Why it is bad
    ///
    /// The copy has a lock of its own. Whoever locks the copy does not exclude whoever locks the original, and a copy of a locked mutex
    /// stays locked for ever.
    ///
    /// ## Example
    ///
    /// ```go
    /// type counter struct {
    ///     mu sync.Mutex
    ///     n  int
    /// }
    ///
    /// func (c counter) add() {
    ///     c.mu.Lock()
    ///     c.n++
    ///     c.mu.Unlock()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// type counter struct {
    ///     mu sync.Mutex
    ///     n  int
    /// }
    ///
    /// func (c *counter) add() {
    ///     c.mu.Lock()
    ///     c.n++
    ///     c.mu.Unlock()
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// ## Limits
    ///
    /// A type counts as a lock when its pointer has the methods `Lock` and `Unlock` and the value has not. Results of calls are not
    /// reported where they are used: the function that returns them is. Copies to `_` change nothing and are not reported.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Races, 5),
        name: "lock-copied",
        summary: "a value that holds a lock is copied",
        set: RuleSet::Default,
        severity: Severity::Error,
        fix: FixAvailability::None,
        symptoms: &[Symptom::Other("lost mutual exclusion: races on what the lock guards, or a copy that stays locked")],
    }
}

fn check(cx: &RuleContext<'_>, sink: &mut Vec<Finding>) {
    let locks = Locks { cx };
    for (index, file) in cx.files.iter().enumerate() {
        assignments(&locks, index, file, sink);
        expressions(&locks, index, file, sink);
        signatures(&locks, index, file, sink);
    }
}

struct Locks<'c, 'a> {
    cx: &'c RuleContext<'a>,
}

/// Structs in structs are looked into this deep.
const MAX_DEPTH: u32 = 20;

impl Locks<'_, '_> {
    /// The lock that a value of a type holds by value, as a path: `sync.Mutex`, or `counter holds sync.Mutex`.
    fn held_by(&self, ty: TypeId) -> Option<String> {
        self.path(ty, 0)
    }

    fn path(&self, ty: TypeId, depth: u32) -> Option<String> {
        let query = self.cx.query;
        if depth > MAX_DEPTH {
            return None;
        }
        if let Type::TypeParam(_) = query.ty(ty) {
            let set = query.terms(ty)?;
            return set
                .terms
                .as_ref()?
                .iter()
                .find_map(|term| self.path(term.ty, depth + 1));
        }
        match self.cx.under(ty) {
            Type::Array { elem, .. } => self.path(*elem, depth + 1),
            Type::Struct(fields) => {
                if self.is_lock(ty) {
                    return Some(self.show(ty));
                }
                fields.iter().find_map(|field| {
                    let inner = self.path(field.ty, depth + 1)?;
                    Some(match self.cx.type_name(ty) {
                        Some(("sync" | "sync/atomic", _)) => self.show(ty),
                        Some((_, name)) if depth == 0 => format!("{name}, which holds {inner}"),
                        _ => inner,
                    })
                })
            }
            _ => None,
        }
    }

    /// Whether a pointer to the type is a lock and the value is none.
    fn is_lock(&self, ty: TypeId) -> bool {
        let query = self.cx.query;
        let Some(pkg) = (match *query.ty(ty) {
            Type::Named { decl, .. } => Some(decl.pkg),
            _ => None,
        }) else {
            return false;
        };
        ["Lock", "Unlock"].iter().all(|name| {
            query.lookup(ty, query.world.name(name), pkg).is_some_and(|found| {
                let plain = matches!(query.ty(found.ty), Type::Func(sig) if sig.params == TypeId::EMPTY_TUPLE && sig.results == TypeId::EMPTY_TUPLE);
                found.kind == SelectionKind::Method && found.pointer_receiver && found.path.len() == 1 && plain
            })
        })
    }

    fn show(&self, ty: TypeId) -> String {
        match self.cx.type_name(ty) {
            Some((path, name)) if path != self.cx.path => format!("{}.{name}", path.rsplit('/').next().unwrap_or(path)),
            Some((_, name)) => name.to_owned(),
            None => "a lock".to_owned(),
        }
    }

    /// What copying the value of an expression copies: nothing for values that are made there.
    fn copied(&self, file: &RuleFile<'_>, expr: ExprId) -> Option<String> {
        let expr = syntax::unparen(file.tree, expr);
        match file.tree.exprs[expr].kind {
            ExprKind::Composite { .. } | ExprKind::Call { .. } => return None,
            // A function that returns a pointer to a new value.
            ExprKind::Star(inner)
                if matches!(
                    file.tree.exprs[syntax::unparen(file.tree, inner)].kind,
                    ExprKind::Call { .. }
                ) =>
            {
                return None;
            }
            _ => {}
        }
        match file.info.mode_of(expr) {
            Mode::Variable | Mode::MapIndex | Mode::Value | Mode::CommaOk => self.held_by(file.info.type_of(expr)),
            _ => None,
        }
    }

    fn report(&self, file: usize, expr: ExprId, what: &str, lock: &str, sink: &mut Vec<Finding>) {
        let span = self.cx.files[file].tree.exprs[expr].span;
        self.cx
            .report(&RULE.info, file, span, format!("{what} copies {lock}"))
            .why("the copy is locked and unlocked apart from the original, so the two do not exclude each other")
            .action("use a pointer to it")
            .push(sink);
    }
}

fn is_blank(file: &RuleFile<'_>, expr: ExprId) -> bool {
    matches!(file.tree.exprs[expr].kind, ExprKind::Ident(ident) if file.tree.name(ident) == "_")
}

fn assignments(locks: &Locks<'_, '_>, index: usize, file: &RuleFile<'_>, sink: &mut Vec<Finding>) {
    let tree = file.tree;
    for stmt in tree.stmts.iter() {
        match stmt.kind {
            StmtKind::Assign {
                op: AssignOp::Assign | AssignOp::Define,
                ..
            } => {
                let (lhs, rhs) = tree.sides(stmt.kind);
                for (at, &value) in rhs.iter().enumerate() {
                    let to_nowhere = lhs.get(at).is_some_and(|&place| is_blank(file, place));
                    if !to_nowhere && let Some(lock) = locks.copied(file, value) {
                        locks.report(index, value, "this assignment", &lock, sink);
                    }
                }
            }
            StmtKind::Return(list) => {
                for &value in tree.exprs(list) {
                    if let Some(lock) = locks.copied(file, value) {
                        locks.report(index, value, "this return", &lock, sink);
                    }
                }
            }
            StmtKind::Range { op, key, value, .. } if op != RangeOp::None => {
                for place in [key, value].into_iter().flatten() {
                    if is_blank(file, place) {
                        continue;
                    }
                    let ty = match tree.exprs[place].kind {
                        ExprKind::Ident(ident) => file
                            .info
                            .object_of(ident)
                            .map_or(TypeId::UNKNOWN, |obj| locks.cx.query.object_type(obj)),
                        _ => file.info.type_of(place),
                    };
                    if let Some(lock) = locks.held_by(ty) {
                        locks.report(index, place, "each round of this loop", &lock, sink);
                    }
                }
            }
            _ => {}
        }
    }
    for spec in tree.specs.iter() {
        if let SpecKind::Value { names, values, .. } = spec.kind {
            for (&name, &value) in tree.idents(names).iter().zip(tree.exprs(values)) {
                if tree.name(name) != "_"
                    && let Some(lock) = locks.copied(file, value)
                {
                    locks.report(index, value, "this declaration", &lock, sink);
                }
            }
        }
    }
}

fn expressions(locks: &Locks<'_, '_>, index: usize, file: &RuleFile<'_>, sink: &mut Vec<Finding>) {
    let tree = file.tree;
    for expr in tree.exprs.iter() {
        match expr.kind {
            ExprKind::Call { fun, args, .. } => {
                // Sizes and the like are asked of the type, and what is appended is copied where it is read.
                if file.info.mode_of(fun) == Mode::Type || is_question(locks.cx, file, fun) {
                    continue;
                }
                for &arg in tree.exprs(args) {
                    if let Some(lock) = locks.copied(file, arg) {
                        locks.report(index, arg, "this argument", &lock, sink);
                    }
                }
            }
            ExprKind::Composite { elems, .. } => {
                for &elem in tree.exprs(elems) {
                    let value = match tree.exprs[elem].kind {
                        ExprKind::KeyValue { value, .. } => value,
                        _ => elem,
                    };
                    if let Some(lock) = locks.copied(file, value) {
                        locks.report(index, value, "this literal", &lock, sink);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Built-in functions that do not copy their arguments.
fn is_question(cx: &RuleContext<'_>, file: &RuleFile<'_>, fun: ExprId) -> bool {
    let ident = match file.tree.exprs[syntax::unparen(file.tree, fun)].kind {
        ExprKind::Ident(ident) | ExprKind::Selector { sel: ident, .. } => ident,
        _ => return false,
    };
    let kind = file.info.object_of(ident).and_then(|obj| cx.query.object(obj));
    matches!(
        kind.map(|object| &object.kind),
        Some(ObjKind::Builtin(
            Builtin::New | Builtin::Len | Builtin::Cap | Builtin::Sizeof | Builtin::Offsetof | Builtin::Alignof
        ))
    )
}

fn signatures(locks: &Locks<'_, '_>, index: usize, file: &RuleFile<'_>, sink: &mut Vec<Finding>) {
    let tree = file.tree;
    for function in syntax::functions(tree) {
        if let Some(field) = function.recv.and_then(|list| tree.fields(list).first())
            && let Some(lock) = locks.held_by(file.info.type_of(field.ty))
        {
            locks.report(index, field.ty, "this receiver", &lock, sink);
        }
        let mut last = None;
        for (_, ty) in syntax::params(tree, function.ty) {
            if last != Some(ty)
                && let Some(lock) = locks.held_by(file.info.type_of(ty))
            {
                locks.report(index, ty, "this parameter", &lock, sink);
            }
            last = Some(ty);
        }
    }
}
