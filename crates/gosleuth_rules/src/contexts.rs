//! Contexts that functions are given.

use gosleuth_syntax::ast::{ExprId, ExprKind, Span, StmtKind, UnaryOp};
use gosleuth_types::ObjRef;

use crate::context::RuleContext;
use crate::syntax::{self, Function, call_symbol, calls};

/// A context that is at hand in a function.
#[derive(Clone, Debug)]
pub(crate) struct AtHand {
    /// How it is written: `ctx`, or `r.Context()` for a request.
    pub(crate) text: String,
    /// The parameter.
    pub(crate) obj: ObjRef,
    /// Where the parameter stands.
    pub(crate) span: Span,
}

/// The context among the parameters of a function, or its HTTP request.
pub(crate) fn at_hand(cx: &RuleContext<'_>, file: usize, function: &Function) -> Option<AtHand> {
    let source = &cx.files[file];
    let tree = source.tree;
    let mut request = None;
    for (name, _) in syntax::params(tree, function.ty) {
        let Some(name) = name.filter(|&name| tree.name(name) != "_") else {
            continue;
        };
        let Some(obj) = source.info.object_of(name) else {
            continue;
        };
        let ty = cx.query.object_type(obj);
        let found = |text: String| AtHand {
            text,
            obj,
            span: tree.ident_span(name),
        };
        if cx.is_context(ty) {
            return Some(found(tree.name(name).to_owned()));
        }
        if request.is_none()
            && cx
                .pointee(ty)
                .is_some_and(|elem| cx.is_type(elem, "net/http", "Request"))
        {
            request = Some(found(format!("{}.Context()", tree.name(name))));
        }
    }
    request
}

/// A call in a function with a context at hand.
pub(crate) struct CallWithContext<'f> {
    /// The file.
    pub(crate) index: usize,
    /// The function around.
    pub(crate) function: &'f Function,
    /// Its context.
    pub(crate) context: &'f AtHand,
    /// What is called.
    pub(crate) fun: ExprId,
    /// With what.
    pub(crate) args: &'f [ExprId],
    /// The text of the call.
    pub(crate) span: Span,
    /// The functions of the file.
    all: &'f [Function],
}

impl CallWithContext<'_> {
    /// Whether the context may be over when the call is made. It takes a look at the whole file, so ask it last.
    pub(crate) fn is_late(&self, cx: &RuleContext<'_>) -> bool {
        may_be_over(cx, self.index, self.function, self.all, self.span.start)
    }
}

/// The calls, but for those in tests, in functions with a context at hand that nobody there replaces or asks about.
pub(crate) fn calls_with_context(cx: &RuleContext<'_>, mut visit: impl FnMut(&CallWithContext<'_>)) {
    for (index, file) in cx.files.iter().enumerate().filter(|(_, file)| !file.is_test) {
        let all = syntax::functions(file.tree);
        for function in &all {
            let Some(context) = at_hand(cx, index, function) else {
                continue;
            };
            if is_decided(cx, index, function, context.obj) {
                continue;
            }
            for (call, fun, args) in calls(file.tree, function.span) {
                visit(&CallWithContext {
                    index,
                    function,
                    context: &context,
                    fun,
                    args,
                    span: file.tree.exprs[call].span,
                    all: &all,
                });
            }
        }
    }
}

/// Whether an expression makes a context that never ends.
pub(crate) fn is_empty_context(cx: &RuleContext<'_>, index: usize, expr: ExprId) -> bool {
    let tree = cx.files[index].tree;
    match tree.exprs[syntax::unparen(tree, expr)].kind {
        ExprKind::Call { fun, .. } => {
            matches!(&*call_symbol(cx, index, fun), "context.Background" | "context.TODO")
        }
        _ => false,
    }
}

/// Whether a place is in code that runs when the context may be over, where another one is right: deferred functions, literals (which may
/// run later), and what stands behind a receive from `Done`.
fn may_be_over(cx: &RuleContext<'_>, file: usize, function: &Function, all: &[Function], offset: u32) -> bool {
    let tree = cx.files[file].tree;
    let in_other = syntax::innermost(all, offset).is_some_and(|inner| inner.body != function.body);
    let deferred = tree
        .stmts
        .iter()
        .any(|stmt| matches!(stmt.kind, StmtKind::Defer(_) | StmtKind::Go(_)) && stmt.span.contains(offset));
    // Behind `<-ctx.Done()`, in a clause of a select or after it; or behind a look at `ctx.Err()`.
    let asked = tree.exprs.iter().any(|expr| {
        if !function.span.contains(expr.span.start) || expr.span.start > offset {
            return false;
        }
        match expr.kind {
            ExprKind::Unary { op: UnaryOp::Recv, x } => is_method(tree, x, "Done"),
            ExprKind::Call { .. } => false,
            _ => false,
        }
    });
    in_other || deferred || asked
}

fn is_method(tree: &gosleuth_syntax::ast::File, call: gosleuth_syntax::ast::ExprId, name: &str) -> bool {
    match tree.exprs[syntax::unparen(tree, call)].kind {
        ExprKind::Call { fun, .. } => {
            matches!(tree.exprs[fun].kind, ExprKind::Selector { sel, .. } if tree.name(sel) == name)
        }
        _ => false,
    }
}

/// Whether a name says that the function cleans up, which it should do even when the context is over.
pub(crate) fn is_cleanup(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [
        "shutdown",
        "close",
        "stop",
        "cleanup",
        "rollback",
        "release",
        "teardown",
        "unlock",
        "drain",
        "cancel",
        "delete",
        "abort",
        "background",
        "async",
        "detach",
    ]
    .iter()
    .any(|word| name.contains(word))
}

/// Whether a parameter is given another value, or compared with nil: then the code decides itself which context counts.
fn is_decided(cx: &RuleContext<'_>, file: usize, function: &Function, obj: ObjRef) -> bool {
    let source = &cx.files[file];
    let tree = source.tree;
    tree.exprs.iter().any(|expr| match expr.kind {
        ExprKind::Binary { x, y, .. } if function.span.contains(expr.span.start) => {
            [x, y].iter().any(|&side| syntax::variable(source, side) == Some(obj))
        }
        _ => false,
    })
}

/// Whether a function handles HTTP requests: its last parameters are an `http.ResponseWriter` and an `*http.Request`.
pub(crate) fn is_handler(cx: &RuleContext<'_>, sig: gosleuth_types::TypeId) -> bool {
    let gosleuth_types::Type::Func(sig) = cx.query.ty(sig) else {
        return false;
    };
    match cx.query.world.types.list(sig.params) {
        [.., writer, request] => {
            cx.is_type(*writer, "net/http", "ResponseWriter")
                && cx
                    .pointee(*request)
                    .is_some_and(|elem| cx.is_type(elem, "net/http", "Request"))
        }
        _ => false,
    }
}
