//! Walking over a tree without knowing its kinds of nodes.
//!
//! Nothing here recurses: a tree is as deep as the parser allows, and callers may be deep in their own stack.

use gosleuth_base::Idx as _;

use crate::ast::{
    DeclId, DeclKind, ExprId, ExprKind, FieldId, FieldListId, File, FuncTypeId, IdentId, List, Span, SpecId, SpecKind,
    StmtId, StmtKind,
};

/// A node of any kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// A declaration.
    Decl(DeclId),
    /// A line of a grouped declaration.
    Spec(SpecId),
    /// A list of fields, parameters, results or type parameters.
    FieldList(FieldListId),
    /// One of its elements.
    Field(FieldId),
    /// The type of a function.
    FuncType(FuncTypeId),
    /// A statement.
    Stmt(StmtId),
    /// An expression or a type.
    Expr(ExprId),
    /// A name.
    Ident(IdentId),
}

impl Node {
    /// The text it covers.
    pub fn span(self, file: &File) -> Span {
        match self {
            Self::Decl(id) => file.decls[id].span,
            Self::Spec(id) => file.specs[id].span,
            Self::FieldList(id) => file.field_lists[id].span,
            Self::Field(id) => file.fields[id].span,
            Self::FuncType(id) => file.func_types[id].span,
            Self::Stmt(id) => file.stmts[id].span,
            Self::Expr(id) => file.exprs[id].span,
            Self::Ident(id) => file.ident_span(id),
        }
    }

    /// Calls `each` for the parts of which it is made, in source order. (The type of a declared function comes behind its receiver and
    /// name, although its extent starts with the keyword.)
    pub fn children(self, file: &File, mut each: impl FnMut(Node)) {
        let each = &mut each;
        match self {
            Self::Decl(id) => match file.decls[id].kind {
                DeclKind::Bad => {}
                DeclKind::Gen { specs, .. } => file.specs(specs).iter().for_each(|&spec| each(Self::Spec(spec))),
                DeclKind::Func(id) => {
                    let function = file.func_decls[id];
                    one(function.recv.map(Self::FieldList), each);
                    each(Self::Ident(function.name));
                    each(Self::FuncType(function.ty));
                    one(function.body.map(Self::Stmt), each);
                }
            },
            Self::Spec(id) => match file.specs[id].kind {
                SpecKind::Import { name, path } => {
                    one(name.map(Self::Ident), each);
                    each(Self::Expr(path));
                }
                SpecKind::Value { names, ty, values } => {
                    idents(file, names, each);
                    one(ty.map(Self::Expr), each);
                    exprs(file, values, each);
                }
                SpecKind::Type {
                    name, type_params, ty, ..
                } => {
                    each(Self::Ident(name));
                    one(type_params.map(Self::FieldList), each);
                    each(Self::Expr(ty));
                }
            },
            Self::FieldList(id) => {
                let List { start, len, .. } = file.field_lists[id].fields;
                (start..start + len).for_each(|index| each(Self::Field(FieldId::from_usize(index as usize))));
            }
            Self::Field(id) => {
                let field = file.fields[id];
                idents(file, field.names, each);
                each(Self::Expr(field.ty));
                one(field.tag.map(Self::Expr), each);
            }
            Self::FuncType(id) => {
                let ty = file.func_types[id];
                one(ty.type_params.map(Self::FieldList), each);
                each(Self::FieldList(ty.params));
                one(ty.results.map(Self::FieldList), each);
            }
            Self::Stmt(id) => stmt(file, file.stmts[id].kind, each),
            Self::Expr(id) => expr(file, file.exprs[id].kind, each),
            Self::Ident(_) => {}
        }
    }
}

/// Calls `each` for a node and everything below it, parents before children, in source order. Where it returns `false`, the walk does not
/// go below the node.
pub fn walk(file: &File, root: Node, mut each: impl FnMut(Node) -> bool) {
    let mut pending = vec![root];
    while let Some(node) = pending.pop() {
        if each(node) {
            let behind = pending.len();
            node.children(file, |child| pending.push(child));
            pending[behind..].reverse();
        }
    }
}

fn one(node: Option<Node>, each: &mut impl FnMut(Node)) {
    if let Some(node) = node {
        each(node);
    }
}

fn idents(file: &File, list: List<IdentId>, each: &mut impl FnMut(Node)) {
    file.idents(list).iter().for_each(|&ident| each(Node::Ident(ident)));
}

fn exprs(file: &File, list: List<ExprId>, each: &mut impl FnMut(Node)) {
    file.exprs(list).iter().for_each(|&x| each(Node::Expr(x)));
}

fn stmts(file: &File, list: List<StmtId>, each: &mut impl FnMut(Node)) {
    file.stmts(list)
        .iter()
        .for_each(|&statement| each(Node::Stmt(statement)));
}

fn stmt(file: &File, kind: StmtKind, each: &mut impl FnMut(Node)) {
    match kind {
        StmtKind::Bad | StmtKind::Empty { .. } => {}
        StmtKind::Decl(decl) => each(Node::Decl(decl)),
        StmtKind::Labeled { label, stmt } => {
            each(Node::Ident(label));
            each(Node::Stmt(stmt));
        }
        StmtKind::Expr(x) | StmtKind::IncDec { x, .. } | StmtKind::Go(x) | StmtKind::Defer(x) => each(Node::Expr(x)),
        StmtKind::Send { chan, value, .. } => {
            each(Node::Expr(chan));
            each(Node::Expr(value));
        }
        StmtKind::Assign { .. } => {
            let (lhs, rhs) = file.sides(kind);
            lhs.iter().chain(rhs).for_each(|&x| each(Node::Expr(x)));
        }
        StmtKind::Return(values) => exprs(file, values, each),
        StmtKind::Branch { label, .. } => one(label.map(Node::Ident), each),
        StmtKind::Block(list) => stmts(file, list, each),
        StmtKind::If { init, cond, then, els } => {
            one(init.map(Node::Stmt), each);
            each(Node::Expr(cond));
            each(Node::Stmt(then));
            one(els.map(Node::Stmt), each);
        }
        StmtKind::Switch { init, tag, body } => {
            one(init.map(Node::Stmt), each);
            one(tag.map(Node::Expr), each);
            each(Node::Stmt(body));
        }
        StmtKind::TypeSwitch { init, guard, body } => {
            one(init.map(Node::Stmt), each);
            each(Node::Stmt(guard));
            each(Node::Stmt(body));
        }
        StmtKind::Case { exprs: list, body, .. } => {
            exprs(file, list, each);
            stmts(file, body, each);
        }
        StmtKind::Select { body } => each(Node::Stmt(body)),
        StmtKind::Comm { comm, body } => {
            one(comm.map(Node::Stmt), each);
            stmts(file, body, each);
        }
        StmtKind::For { init, cond, post, body } => {
            one(init.map(Node::Stmt), each);
            one(cond.map(Node::Expr), each);
            one(post.map(Node::Stmt), each);
            each(Node::Stmt(body));
        }
        StmtKind::Range {
            key, value, x, body, ..
        } => {
            one(key.map(Node::Expr), each);
            one(value.map(Node::Expr), each);
            each(Node::Expr(x));
            each(Node::Stmt(body));
        }
    }
}

fn expr(file: &File, kind: ExprKind, each: &mut impl FnMut(Node)) {
    match kind {
        ExprKind::Bad | ExprKind::Literal(_) => {}
        ExprKind::Ident(name) => each(Node::Ident(name)),
        ExprKind::FuncLit { ty, body } => {
            each(Node::FuncType(ty));
            each(Node::Stmt(body));
        }
        ExprKind::Composite { ty, elems } => {
            one(ty.map(Node::Expr), each);
            exprs(file, elems, each);
        }
        ExprKind::KeyValue { key: x, value: y }
        | ExprKind::Index { x, index: y }
        | ExprKind::Binary { x, y, .. }
        | ExprKind::Map { key: x, value: y } => {
            each(Node::Expr(x));
            each(Node::Expr(y));
        }
        ExprKind::Paren(x) | ExprKind::Star(x) | ExprKind::Unary { x, .. } | ExprKind::Chan { elem: x, .. } => {
            each(Node::Expr(x));
        }
        ExprKind::Selector { x, sel } => {
            each(Node::Expr(x));
            each(Node::Ident(sel));
        }
        ExprKind::IndexList { x, indices: list }
        | ExprKind::Call { fun: x, args: list, .. }
        | ExprKind::Slice3 { x, parts: list, .. } => {
            each(Node::Expr(x));
            exprs(file, list, each);
        }
        ExprKind::Slice { x, lo, hi } => {
            each(Node::Expr(x));
            one(lo.map(Node::Expr), each);
            one(hi.map(Node::Expr), each);
        }
        ExprKind::TypeAssert { x, ty } => {
            each(Node::Expr(x));
            one(ty.map(Node::Expr), each);
        }
        ExprKind::Ellipsis(elem) => one(elem.map(Node::Expr), each),
        ExprKind::Array { len, elem } => {
            one(len.map(Node::Expr), each);
            each(Node::Expr(elem));
        }
        ExprKind::Struct(list) | ExprKind::Interface(list) => each(Node::FieldList(list)),
        ExprKind::Func(ty) => each(Node::FuncType(ty)),
    }
}
