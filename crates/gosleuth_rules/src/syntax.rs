//! Questions about trees that several rules ask.

use gosleuth_syntax::ast::{
    self, ExprId, ExprKind, FieldListId, FuncTypeId, IdentId, Span, SpecKind, StmtId, StmtKind,
};
use gosleuth_types::ObjRef;

use crate::context::{RuleContext, RuleFile};

/// An expression without the parentheses around it.
pub(crate) fn unparen(tree: &ast::File, mut expr: ExprId) -> ExprId {
    while let ExprKind::Paren(inner) = tree.exprs[expr].kind {
        expr = inner;
    }
    expr
}

/// A function with a body: declared, or a literal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Function {
    /// Its parameters and results.
    pub(crate) ty: FuncTypeId,
    /// Its receiver.
    pub(crate) recv: Option<FieldListId>,
    /// Its block.
    pub(crate) body: StmtId,
    /// The text of the body.
    pub(crate) span: Span,
    /// The literal, if it is one.
    pub(crate) literal: Option<ExprId>,
}

/// The functions of a file, literals included.
pub(crate) fn functions(tree: &ast::File) -> Vec<Function> {
    let declared = tree.func_decls.iter().filter_map(|decl| {
        let body = decl.body?;
        Some(Function {
            ty: decl.ty,
            recv: decl.recv,
            body,
            span: tree.stmts[body].span,
            literal: None,
        })
    });
    let literals = tree.exprs.iter_enumerated().filter_map(|(id, expr)| match expr.kind {
        ExprKind::FuncLit { ty, body } => Some(Function {
            ty,
            recv: None,
            body,
            span: tree.stmts[body].span,
            literal: Some(id),
        }),
        _ => None,
    });
    declared.chain(literals).collect()
}

/// The innermost function around an offset.
pub(crate) fn innermost(functions: &[Function], offset: u32) -> Option<&Function> {
    functions
        .iter()
        .filter(|function| function.span.contains(offset))
        .min_by_key(|function| function.span.end - function.span.start)
}

/// The variable that an expression is, if it is just one.
pub(crate) fn variable(file: &RuleFile<'_>, expr: ExprId) -> Option<ObjRef> {
    match file.tree.exprs[unparen(file.tree, expr)].kind {
        ExprKind::Ident(ident) => file.info.object_of(ident),
        _ => None,
    }
}

/// The parameters of a function with their names: (name, type expression).
pub(crate) fn params(tree: &ast::File, ty: FuncTypeId) -> impl Iterator<Item = (Option<IdentId>, ExprId)> {
    let fields = tree.fields(tree.func_types[ty].params);
    fields.iter().flat_map(move |field| {
        let names = tree.idents(field.names);
        let unnamed = names.is_empty().then_some((None, field.ty));
        names.iter().map(|&name| (Some(name), field.ty)).chain(unnamed)
    })
}

/// The uses of an object in a range of text.
pub(crate) fn uses(file: &RuleFile<'_>, obj: ObjRef, within: Span) -> Vec<IdentId> {
    file.tree
        .idents
        .iter_enumerated()
        .filter(|&(id, ident)| within.contains(ident.start) && file.info.object_of(id) == Some(obj))
        .map(|(id, _)| id)
        .collect()
}

/// The call expressions in a range of text.
pub(crate) fn calls(tree: &ast::File, within: Span) -> impl Iterator<Item = (ExprId, ExprId, &[ExprId])> {
    tree.exprs
        .iter_enumerated()
        .filter_map(move |(id, expr)| match expr.kind {
            ExprKind::Call { fun, args, .. } if within.contains(expr.span.start) => Some((id, fun, tree.exprs(args))),
            _ => None,
        })
}

/// The symbol of what a call expression calls; empty if it is no declared function.
pub(crate) fn call_symbol(cx: &RuleContext<'_>, file: usize, fun: ExprId) -> std::rc::Rc<str> {
    cx.named_callee(file, fun)
        .map_or_else(|| "".into(), |obj| cx.symbol(obj))
}

/// The statement lists of a file: bodies of blocks and clauses.
pub(crate) fn statement_lists(tree: &ast::File) -> impl Iterator<Item = &[StmtId]> {
    tree.stmts.iter().filter_map(|stmt| match stmt.kind {
        StmtKind::Block(list) => Some(tree.stmts(list)),
        StmtKind::Case { body, .. } | StmtKind::Comm { body, .. } => Some(tree.stmts(body)),
        _ => None,
    })
}

/// Whether a file imports a package under its own name.
pub(crate) fn imports(file: &RuleFile<'_>, path: &str) -> bool {
    file.tree.imports.iter().any(|&spec| match file.tree.specs[spec].kind {
        SpecKind::Import {
            name: None,
            path: literal,
        } => {
            let text = file.tree.exprs[literal].span.of(file.text);
            text.len() == path.len() + 2 && text[1..text.len() - 1] == *path.as_bytes()
        }
        _ => false,
    })
}

/// A composite literal.
pub(crate) struct Literal<'a> {
    /// Number of its file.
    pub(crate) index: usize,
    /// Its text.
    pub(crate) span: Span,
    /// Its elements.
    pub(crate) elems: &'a [ExprId],
}

/// The composite literals of the declared type `path.name`, but for those in tests.
pub(crate) fn literals_of<'a>(cx: &RuleContext<'a>, path: &'a str, name: &'a str) -> impl Iterator<Item = Literal<'a>> {
    let files = cx.files.iter().enumerate().filter(|(_, file)| !file.is_test);
    files.flat_map(move |(index, file)| {
        file.tree
            .exprs
            .iter_enumerated()
            .filter_map(move |(id, expr)| match expr.kind {
                ExprKind::Composite { elems, .. } if cx.is_type(file.info.type_of(id), path, name) => Some(Literal {
                    index,
                    span: expr.span,
                    elems: file.tree.exprs(elems),
                }),
                _ => None,
            })
    })
}

impl Literal<'_> {
    /// Whether its elements have keys.
    pub(crate) fn is_keyed(&self, file: &RuleFile<'_>) -> bool {
        let is_pair = |&elem: &ExprId| matches!(file.tree.exprs[elem].kind, ExprKind::KeyValue { .. });
        self.elems.iter().all(is_pair)
    }

    /// Whether it sets one of these fields by name.
    pub(crate) fn sets(&self, file: &RuleFile<'_>, names: &[&str]) -> bool {
        self.elems.iter().any(|&elem| match file.tree.exprs[elem].kind {
            ExprKind::KeyValue { key, .. } => {
                matches!(file.tree.exprs[key].kind, ExprKind::Ident(ident) if names.contains(&file.tree.name(ident)))
            }
            _ => false,
        })
    }
}

/// Whether the package assigns one of these fields of the declared type `path.name`.
pub(crate) fn assigns_field(cx: &RuleContext<'_>, path: &str, name: &str, fields: &[&str]) -> bool {
    cx.files.iter().any(|file| {
        let is_field = |&place: &ExprId| match file.tree.exprs[place].kind {
            ExprKind::Selector { x, sel } => {
                fields.contains(&file.tree.name(sel)) && cx.is_type_or_pointer(file.info.type_of(x), path, name)
            }
            _ => false,
        };
        let mut stmts = file.tree.stmts.iter();
        stmts.any(|stmt| {
            matches!(stmt.kind, StmtKind::Assign { .. }) && file.tree.sides(stmt.kind).0.iter().any(is_field)
        })
    })
}

/// Whether the package is a program.
pub(crate) fn is_program(cx: &RuleContext<'_>) -> bool {
    let tree = cx.files.first().map(|file| file.tree);
    tree.is_some_and(|tree| tree.package.is_some_and(|name| tree.name(name) == "main"))
}
