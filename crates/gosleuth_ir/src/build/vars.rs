//! Which variables are cells.
//!
//! A variable is a cell when a literal other than the one that declares it uses it, when its address is taken, or when it is a struct or an
//! array (whose parts are assigned to). This is decided for a whole file before its functions are lowered.

use gosleuth_base::IndexVec;
use gosleuth_syntax::ast::{self, ExprId, ExprKind, Span, StmtKind, UnaryOp};
use gosleuth_types::{FileInfo, ObjKind, ObjRef, Query, SelectionKind, Type, VarKind};
use rustc_hash::FxHashSet;

use super::Unit;

/// A literal and the one around it.
struct Literal {
    span: Span,
    expr: ExprId,
    parent: Option<usize>,
}

/// Facts about the variables of a file.
pub(super) struct FileVars {
    /// By where they begin.
    literals: Vec<Literal>,
    /// Numbers of own objects that are captured or whose address is taken.
    cells: FxHashSet<u32>,
    /// Where deferred calls stand: offset, and the literal around.
    defers: Vec<(u32, Option<ExprId>)>,
}

impl FileVars {
    pub(super) fn of(unit: &Unit<'_>, file: usize) -> Self {
        let source = unit.files[file];
        let mut literals: Vec<_> = exprs(&source.tree.exprs)
            .filter(|(_, expr)| matches!(expr.kind, ExprKind::FuncLit { .. }))
            .map(|(id, expr)| Literal {
                span: expr.span,
                expr: id,
                parent: None,
            })
            .collect();
        literals.sort_by_key(|literal| (literal.span.start, std::cmp::Reverse(literal.span.end)));
        let mut open: Vec<usize> = Vec::new();
        for index in 0..literals.len() {
            while open
                .last()
                .is_some_and(|&outer| literals[outer].span.end <= literals[index].span.start)
            {
                open.pop();
            }
            literals[index].parent = open.last().copied();
            open.push(index);
        }
        let mut vars = Self {
            literals,
            cells: FxHashSet::default(),
            defers: Vec::new(),
        };
        vars.find_captured(unit, file);
        vars.find_addressed(unit.query, source.tree, source.info);
        for stmt in source.tree.stmts.iter() {
            if matches!(stmt.kind, StmtKind::Defer(_)) {
                vars.defers.push((stmt.span.start, vars.literal_at(stmt.span.start)));
            }
        }
        vars.defers.sort_unstable();
        vars
    }

    /// Whether a variable of the package is a cell because of how it is used.
    pub(super) fn is_cell(&self, obj: ObjRef) -> bool {
        self.cells.contains(&obj.index)
    }

    /// The innermost literal around an offset.
    pub(super) fn literal_at(&self, offset: u32) -> Option<ExprId> {
        let mut at = self
            .literals
            .partition_point(|literal| literal.span.start <= offset)
            .checked_sub(1);
        while let Some(index) = at {
            let literal = &self.literals[index];
            if literal.span.contains(offset) {
                return Some(literal.expr);
            }
            at = literal.parent;
        }
        None
    }

    /// Whether a function (a literal, or a declared one) with this body defers anything itself.
    pub(super) fn defers(&self, literal: Option<ExprId>, body: Span) -> bool {
        let first = self.defers.partition_point(|&(start, _)| start < body.start);
        self.defers[first..]
            .iter()
            .take_while(|&&(start, _)| start < body.end)
            .any(|&(_, around)| around == literal)
    }

    fn find_captured(&mut self, unit: &Unit<'_>, file: usize) {
        if self.literals.is_empty() {
            return;
        }
        let source = unit.files[file];
        for (id, ident) in source.tree.idents.iter_enumerated() {
            let Some(obj) = source.info.object_of(id) else {
                continue;
            };
            if obj.pkg != unit.query.pkg || self.cells.contains(&obj.index) {
                continue;
            }
            let Some(object) = unit.query.object(obj) else {
                continue;
            };
            let is_local = matches!(
                object.kind,
                ObjKind::Var(VarKind::Local | VarKind::Param | VarKind::Receiver | VarKind::Result)
            );
            if is_local && self.literal_at(object.pos.offset) != self.literal_at(ident.start) {
                self.cells.insert(obj.index);
            }
        }
    }

    fn find_addressed(&mut self, query: Query<'_, '_>, tree: &ast::File, info: &FileInfo) {
        for (id, expr) in exprs(&tree.exprs) {
            match expr.kind {
                ExprKind::Unary {
                    op: UnaryOp::Address,
                    x,
                    ..
                } => self.addressed(query, tree, info, x),
                ExprKind::Slice { x, .. } | ExprKind::Slice3 { x, .. }
                    if matches!(query.ty(query.underlying(info.type_of(x))), Type::Array { .. }) =>
                {
                    self.addressed(query, tree, info, x);
                }
                ExprKind::Selector { x, .. } => {
                    // A method with a pointer receiver takes the address of a variable it is called on.
                    let is_pointer_method = info.selections.get(&id).is_some_and(|selection| {
                        selection.kind == SelectionKind::Method
                            && matches!(
                                query.object(selection.obj).map(|object| &object.kind),
                                Some(ObjKind::Func { recv: Some(recv), .. }) if matches!(query.ty(*recv), Type::Pointer(_))
                            )
                    });
                    if is_pointer_method {
                        self.addressed(query, tree, info, x);
                    }
                }
                _ => {}
            }
        }
    }

    /// The variable whose memory an addressable expression is part of becomes a cell.
    fn addressed(&mut self, query: Query<'_, '_>, tree: &ast::File, info: &FileInfo, mut x: ExprId) {
        loop {
            match tree.exprs[x].kind {
                ExprKind::Paren(inner) => x = inner,
                ExprKind::Selector { x: inner, .. } | ExprKind::Index { x: inner, .. } => {
                    // Behind a pointer, slice or map it is other memory.
                    if !matches!(
                        query.ty(query.underlying(info.type_of(inner))),
                        Type::Struct(_) | Type::Array { .. }
                    ) {
                        return;
                    }
                    x = inner;
                }
                ExprKind::Ident(ident) => {
                    if let Some(obj) = info.object_of(ident)
                        && obj.pkg == query.pkg
                    {
                        self.cells.insert(obj.index);
                    }
                    return;
                }
                _ => return,
            }
        }
    }
}

fn exprs(arena: &IndexVec<ExprId, ast::Expr>) -> impl Iterator<Item = (ExprId, &ast::Expr)> {
    arena.iter_enumerated()
}
