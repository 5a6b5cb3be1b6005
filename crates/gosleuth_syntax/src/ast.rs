//! The tree of one Go file.
//!
//! Nodes live in arenas of the [`File`] and are named by `u32` ids of their kind. Lists of children are runs in shared vectors
//! ([`List`]). The node kinds and their extents are those of the language specification as the package `go/ast` presents them, so that
//! the tree can be compared with it node by node; types are expressions, because only resolution can tell `T(x)` from `f(x)`.

use std::marker::PhantomData;

use gosleuth_base::{IndexVec, Interner, Sym};

gosleuth_base::new_index! {
    /// An expression or a type.
    pub struct ExprId;
}
gosleuth_base::new_index! {
    /// A statement.
    pub struct StmtId;
}
gosleuth_base::new_index! {
    /// A declaration; those inside functions too.
    pub struct DeclId;
}
gosleuth_base::new_index! {
    /// One line of a grouped declaration.
    pub struct SpecId;
}
gosleuth_base::new_index! {
    /// An occurrence of an identifier, declaring or using.
    pub struct IdentId;
}
gosleuth_base::new_index! {
    /// The parameters and results of a function type.
    pub struct FuncTypeId;
}
gosleuth_base::new_index! {
    /// Field, method, parameter, result or type-parameter list with its brackets.
    pub struct FieldListId;
}
gosleuth_base::new_index! {
    /// A name list with its type in a [`FieldList`].
    pub struct FieldId;
}
gosleuth_base::new_index! {
    /// A function or method declaration.
    pub struct FuncDeclId;
}

/// A half-open range of byte offsets in the text of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// From `start` to `end`, in bytes.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The text the span covers; empty if it does not fit.
    pub fn of<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        text.get(self.start as usize..self.end as usize).unwrap_or(&[])
    }

    /// Whether an offset is inside.
    pub fn contains(&self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }
}

/// A run of ids in the shared vector of their kind; read it with [`File::exprs`] and its siblings.
pub struct List<T> {
    /// Index of the first one.
    pub start: u32,
    /// How many.
    pub len: u32,
    marker: PhantomData<fn(T)>,
}

impl<T> List<T> {
    /// No ids.
    pub const EMPTY: Self = Self::new(0, 0);

    /// `len` ids from `start` on.
    pub const fn new(start: u32, len: u32) -> Self {
        Self {
            start,
            len,
            marker: PhantomData,
        }
    }

    /// Whether there is nothing in it.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn range(self) -> std::ops::Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for List<T> {}
impl<T> PartialEq for List<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.start, self.len) == (other.start, other.len)
    }
}
impl<T> Eq for List<T> {}
impl<T> std::fmt::Debug for List<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{}; {}]", self.start, self.len)
    }
}

/// An occurrence of an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ident {
    /// Its text, a symbol of [`File::names`].
    pub name: Sym,
    /// Offset of its first byte.
    pub start: u32,
}

/// An expression or a type with the text it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// From its first to behind its last byte, as `go/ast` has `Pos` and `End`.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the line above a variant shows where its parts stand")]
pub enum ExprKind {
    /// What could not be read.
    Bad,
    /// `x`
    Ident(IdentId),
    /// `1`, `"a"`; the value is in the text.
    Literal(LiteralKind),
    /// `func(…) {…}`; the body is a [`StmtKind::Block`].
    FuncLit { ty: FuncTypeId, body: StmtId },
    /// `T{…}`; without type inside another composite literal.
    Composite { ty: Option<ExprId>, elems: List<ExprId> },
    /// `k: v` in a composite literal.
    KeyValue { key: ExprId, value: ExprId },
    /// `(x)`, also around types.
    Paren(ExprId),
    /// `x.sel`
    Selector { x: ExprId, sel: IdentId },
    /// `x[i]`, also an instantiation with one type argument.
    Index { x: ExprId, index: ExprId },
    /// `x[A, B]`: an instantiation with several type arguments.
    IndexList { x: ExprId, indices: List<ExprId> },
    /// `x[lo:hi]`
    Slice {
        x: ExprId,
        lo: Option<ExprId>,
        hi: Option<ExprId>,
    },
    /// `x[lo:hi:max]`: `parts` are those of `lo`, `hi`, `max` that are there (in correct text `hi` and `max` are); `has_lo` tells whether
    /// the first one is `lo`.
    Slice3 {
        has_lo: bool,
        x: ExprId,
        parts: List<ExprId>,
    },
    /// `x.(T)`; without type in `x.(type)`.
    TypeAssert { x: ExprId, ty: Option<ExprId> },
    /// `f(a, b...)`; also a conversion.
    Call {
        spread: bool,
        fun: ExprId,
        args: List<ExprId>,
    },
    /// `*x`: dereference or pointer type.
    Star(ExprId),
    /// `-x`, `&x`, `<-x`, `~T`
    Unary { op: UnaryOp, x: ExprId },
    /// `x + y`; `op_start` is the offset of the operator.
    Binary {
        op: BinaryOp,
        x: ExprId,
        y: ExprId,
        op_start: u32,
    },
    /// `...T` of a parameter, or the `...` of `[...]T` (without type).
    Ellipsis(Option<ExprId>),
    /// `[n]T`, `[...]T`, or the slice type `[]T` (without length).
    Array { len: Option<ExprId>, elem: ExprId },
    /// `struct {…}`
    Struct(FieldListId),
    /// `func(…) …`
    Func(FuncTypeId),
    /// `interface {…}`: fields with one name are methods, those without name embedded elements.
    Interface(FieldListId),
    /// `map[K]V`
    Map { key: ExprId, value: ExprId },
    /// `chan T`, `<-chan T`, `chan<- T`
    Chan { dir: ChanDir, elem: ExprId },
}

/// Kind of a basic literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LiteralKind {
    /// `42`, `0x_2a`, `0b101`, `0o17`, `017`
    Int,
    /// `1.5`, `1e3`, `0x1p-2`
    Float,
    /// `2i`
    Imag,
    /// `'a'`
    Char,
    /// `"a"` or a raw string
    String,
}

/// Directions a channel type allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChanDir {
    /// `chan T`
    Both,
    /// `chan<- T`
    Send,
    /// `<-chan T`
    Recv,
}

/// Operators before an operand. `*x` is [`ExprKind::Star`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `!`
    Not,
    /// `^`
    BitNot,
    /// `&`
    Address,
    /// `<-`
    Recv,
    /// `~` of a type term
    Tilde,
}

/// Operators between two operands; also those of assignment operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `||`
    LogicalOr,
    /// `&&`
    LogicalAnd,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `|`
    Or,
    /// `^`
    Xor,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Rem,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
    /// `&`
    And,
    /// `&^`
    AndNot,
}

/// A statement with the text it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// From its first to behind its last byte, as `go/ast` has `Pos` and `End`.
    pub span: Span,
}

/// What a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the line above a variant shows where its parts stand")]
pub enum StmtKind {
    /// What could not be read.
    Bad,
    /// A `const`, `type` or `var` declaration.
    Decl(DeclId),
    /// `;`, or nothing before a `}` (`implicit`).
    Empty { implicit: bool },
    /// `L: stmt`
    Labeled { label: IdentId, stmt: StmtId },
    /// An expression alone: a call or a receive in correct text.
    Expr(ExprId),
    /// `ch <- v`; `arrow` is the offset of the `<-`.
    Send { chan: ExprId, value: ExprId, arrow: u32 },
    /// `x++`, `x--`
    IncDec { increment: bool, x: ExprId },
    /// `a, b = …`, `a := …`, `a += …`. The left and right sides stand behind each other in [`File::expr_lists`]: see
    /// [`File::sides`]. `op_start` is the offset of the operator.
    Assign {
        op: AssignOp,
        lists: u32,
        lhs_len: u32,
        rhs_len: u32,
        op_start: u32,
    },
    /// `go f()`
    Go(ExprId),
    /// `defer f()`
    Defer(ExprId),
    /// `return …`
    Return(List<ExprId>),
    /// `break`, `continue`, `goto`, `fallthrough`
    Branch { kind: BranchKind, label: Option<IdentId> },
    /// `{…}`
    Block(List<StmtId>),
    /// `if init; cond {…} else …`; `then` is a block, `els` a block or another `if`.
    If {
        init: Option<StmtId>,
        cond: ExprId,
        then: StmtId,
        els: Option<StmtId>,
    },
    /// A [`StmtKind::Block`] of [`StmtKind::Case`]s behind `switch init; tag`.
    Switch {
        init: Option<StmtId>,
        tag: Option<ExprId>,
        body: StmtId,
    },
    /// `switch init; x := y.(type) {…}`; `guard` is the assignment or the expression statement.
    TypeSwitch {
        init: Option<StmtId>,
        guard: StmtId,
        body: StmtId,
    },
    /// `case a, b:` or `default:` (`default`) with its statements.
    Case {
        default: bool,
        exprs: List<ExprId>,
        body: List<StmtId>,
    },
    /// `select {…}`: a block of [`StmtKind::Comm`]s.
    Select { body: StmtId },
    /// `case <-ch:`, `case ch <- v:` or `default:` (without statement).
    Comm { comm: Option<StmtId>, body: List<StmtId> },
    /// `for init; cond; post {…}`
    For {
        init: Option<StmtId>,
        cond: Option<ExprId>,
        post: Option<StmtId>,
        body: StmtId,
    },
    /// `for key, value := range x {…}`
    Range {
        op: RangeOp,
        key: Option<ExprId>,
        value: Option<ExprId>,
        x: ExprId,
        body: StmtId,
    },
}

/// How an assignment assigns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignOp {
    /// `=`
    Assign,
    /// `:=`
    Define,
    /// `+=` and the like
    Op(BinaryOp),
}

/// How a range loop binds its variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeOp {
    /// `for range x`
    None,
    /// `for k = range x`
    Assign,
    /// `for k := range x`
    Define,
}

/// Statements that leave their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BranchKind {
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `goto`
    Goto,
    /// `fallthrough`
    Fallthrough,
}

/// A declaration with the text it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decl {
    /// What it is.
    pub kind: DeclKind,
    /// From its keyword to behind its last byte, without comments.
    pub span: Span,
}

/// What a declaration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the line above a variant shows where its parts stand")]
pub enum DeclKind {
    /// What could not be read.
    Bad,
    /// `import`, `const`, `type`, `var`; `grouped` with parentheses.
    Gen {
        keyword: GenKeyword,
        grouped: bool,
        specs: List<SpecId>,
    },
    /// `func`
    Func(FuncDeclId),
}

/// Keywords of declarations that are not functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GenKeyword {
    /// `import`
    Import,
    /// `const`
    Const,
    /// `type`
    Type,
    /// `var`
    Var,
}

/// One line of a grouped declaration with the text it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// What it is.
    pub kind: SpecKind,
    /// From its first to behind its last byte.
    pub span: Span,
}

/// What such a line declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the line above a variant shows where its parts stand")]
pub enum SpecKind {
    /// `name "path"`; `path` is a string literal, or [`ExprKind::Bad`] in damaged text.
    Import { name: Option<IdentId>, path: ExprId },
    /// `a, b T = x, y` of `const` and `var`. A constant without values repeats the one before.
    Value {
        names: List<IdentId>,
        ty: Option<ExprId>,
        values: List<ExprId>,
    },
    /// `T[P any] = U`
    Type {
        alias: bool,
        name: IdentId,
        type_params: Option<FieldListId>,
        ty: ExprId,
    },
}

/// A function or method declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FuncDecl {
    /// Its name.
    pub name: IdentId,
    /// The receiver: one field in correct text.
    pub recv: Option<FieldListId>,
    /// Parameters, results and type parameters.
    pub ty: FuncTypeId,
    /// A [`StmtKind::Block`]; `None` for a function written elsewhere (assembly, linkname).
    pub body: Option<StmtId>,
}

/// The parameters and results of a function type, literal or declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FuncType {
    /// `[P any]`, of declarations only.
    pub type_params: Option<FieldListId>,
    /// `(…)`
    pub params: FieldListId,
    /// `(…)` or the one type without parentheses.
    pub results: Option<FieldListId>,
    /// From `func`, or from the parameters where there is no keyword (methods of interfaces), to behind the results.
    pub span: Span,
}

/// Fields between brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldList {
    /// A run in [`File::fields`].
    pub fields: List<FieldId>,
    /// With the brackets; without brackets from the first to behind the last field.
    pub span: Span,
    /// Whether there are brackets.
    pub bracketed: bool,
}

/// A name list with its type: fields of structs, methods and elements of interfaces, parameters, type parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// None for embedded fields and unnamed parameters.
    pub names: List<IdentId>,
    /// The type or constraint; a function type for methods of interfaces.
    pub ty: ExprId,
    /// The string literal behind a struct field.
    pub tag: Option<ExprId>,
    /// From its first to behind its last byte.
    pub span: Span,
}

/// A comment with its marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// With `//` or `/*` and `*/`, without the line end.
    pub span: Span,
}

/// A comment that tells a tool something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Directive {
    /// Which tool.
    pub kind: DirectiveKind,
    /// The whole comment.
    pub span: Span,
    /// What stands behind the directive's word, trimmed.
    pub args: Span,
}

/// Directives that gosleuth reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DirectiveKind {
    /// `//go:build`
    GoBuild,
    /// `// +build`
    PlusBuild,
    /// `//go:generate`
    GoGenerate,
    /// `//go:embed`
    GoEmbed,
    /// `//go:linkname`
    GoLinkname,
    /// Any other `//go:…`; the word is the first of the arguments.
    GoOther,
    /// `//nolint`, `//nolint:a,b`
    Nolint,
    /// `//lint:ignore`, `//lint:file-ignore`
    LintIgnore,
    /// `//gosleuth:…`
    Gosleuth,
    /// `// Code generated … DO NOT EDIT.`
    Generated,
}

/// A place where the text is not Go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub span: Span,
    /// One sentence without a final dot.
    pub message: String,
}

/// The tree of one file, its arenas and side lists.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// Every distinct identifier of the file.
    pub names: Interner,
    /// The identifier of the package clause.
    pub package: Option<IdentId>,
    /// Offset of the keyword `package`.
    pub package_start: u32,
    /// Top-level declarations in source order.
    pub top: Vec<DeclId>,
    /// Import specs in source order.
    pub imports: Vec<SpecId>,
    /// Arena of expressions.
    pub exprs: IndexVec<ExprId, Expr>,
    /// Arena of statements.
    pub stmts: IndexVec<StmtId, Stmt>,
    /// Arena of declarations.
    pub decls: IndexVec<DeclId, Decl>,
    /// Arena of specs.
    pub specs: IndexVec<SpecId, Spec>,
    /// Arena of identifiers.
    pub idents: IndexVec<IdentId, Ident>,
    /// Arena of function types.
    pub func_types: IndexVec<FuncTypeId, FuncType>,
    /// Arena of field lists.
    pub field_lists: IndexVec<FieldListId, FieldList>,
    /// Arena of fields; the fields of one list stand together.
    pub fields: IndexVec<FieldId, Field>,
    /// Arena of functions and methods.
    pub func_decls: IndexVec<FuncDeclId, FuncDecl>,
    /// Runs of expressions.
    pub expr_lists: Vec<ExprId>,
    /// Runs of statements.
    pub stmt_lists: Vec<StmtId>,
    /// Runs of identifiers.
    pub ident_lists: Vec<IdentId>,
    /// Runs of specs.
    pub spec_lists: Vec<SpecId>,
    /// Comments in source order.
    pub comments: Vec<Comment>,
    /// Directives among them, in source order.
    pub directives: Vec<Directive>,
    /// Offset of the first byte of each line; the first is 0.
    pub lines: Vec<u32>,
    /// What is not Go, in source order.
    pub errors: Vec<SyntaxError>,
}

impl File {
    /// The text of an identifier.
    pub fn name(&self, id: IdentId) -> &str {
        self.names.get(self.idents[id].name)
    }

    /// The extent of an identifier.
    pub fn ident_span(&self, id: IdentId) -> Span {
        let ident = self.idents[id];
        Span::new(ident.start, ident.start + self.names.get(ident.name).len() as u32)
    }

    /// The expressions of a list.
    pub fn exprs(&self, list: List<ExprId>) -> &[ExprId] {
        &self.expr_lists[list.range()]
    }

    /// The statements of a list.
    pub fn stmts(&self, list: List<StmtId>) -> &[StmtId] {
        &self.stmt_lists[list.range()]
    }

    /// The identifiers of a list.
    pub fn idents(&self, list: List<IdentId>) -> &[IdentId] {
        &self.ident_lists[list.range()]
    }

    /// The specs of a list.
    pub fn specs(&self, list: List<SpecId>) -> &[SpecId] {
        &self.spec_lists[list.range()]
    }

    /// The fields of a list.
    pub fn fields(&self, list: FieldListId) -> &[Field] {
        &self.fields.as_slice()[self.field_lists[list].fields.range()]
    }

    /// The left and the right side of an assignment; empty for other statements.
    pub fn sides(&self, stmt: StmtKind) -> (&[ExprId], &[ExprId]) {
        let StmtKind::Assign {
            lists,
            lhs_len,
            rhs_len,
            ..
        } = stmt
        else {
            return (&[], &[]);
        };
        let whole = List::<ExprId>::new(lists, lhs_len + rhs_len).range();
        self.expr_lists[whole].split_at(lhs_len as usize)
    }

    /// The statements of a block; empty for other statements.
    pub fn block(&self, stmt: StmtId) -> &[StmtId] {
        match self.stmts[stmt].kind {
            StmtKind::Block(list) => self.stmts(list),
            _ => &[],
        }
    }

    /// 1-based line and 1-based column in bytes of an offset.
    pub fn line_column(&self, offset: u32) -> (u32, u32) {
        let line = self.lines.partition_point(|&start| start <= offset).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or(0);
        (line as u32, offset - start + 1)
    }
}

const _: () = assert!(size_of::<Expr>() == 24);
const _: () = assert!(size_of::<Stmt>() <= 28);
const _: () = assert!(size_of::<Ident>() == 8);
const _: () = assert!(size_of::<Option<ExprId>>() == 4);
