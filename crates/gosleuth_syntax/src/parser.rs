//! Tokens to a tree: recursive descent with one token of lookahead.
//!
//! Role: the parser's state, its tokens, its errors and the lists it builds; the grammar stands in the modules below, by what it
//! produces. Every function takes what it can get: where a part is missing there is an error and a node of kind `Bad`.
//!
//! A list of children is collected on a stack of its kind and moved to the file when it is complete, because the lists of its
//! elements are completed before it.

mod decl;
mod expr;
mod param;
mod recover;
mod stmt;
mod ty;

use crate::ast::{
    Expr, ExprId, ExprKind, Field, FieldId, File, Ident, IdentId, List, Span, SpecId, Stmt, StmtId, StmtKind,
    SyntaxError,
};
use crate::lexer::Lexer;
use crate::token::{Token, TokenKind};
use crate::version::GoVersion;

/// How deep the parser goes into nested expressions, types and statements. What nests deeper is an error.
///
/// The standard library and the tests of Go reach 407 levels.
pub const MAX_NESTING: u32 = 1_000;

/// What to parse.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ParseOptions {
    /// Whether to build the statements of functions declared at the top level. Without, their blocks are there, and empty; errors
    /// in them remain unseen except for those of single tokens.
    pub bodies: bool,
    /// The language of the file: syntax that came later is an error, and is read all the same. `None` takes all of it.
    pub version: Option<GoVersion>,
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self {
            bodies: true,
            version: None,
        }
    }
}

impl ParseOptions {
    /// The whole of a file in the language of a version.
    pub fn of_version(version: GoVersion) -> Self {
        Self {
            version: Some(version),
            ..Self::default()
        }
    }
}

/// The version from which methods can have type parameters of their own.
const GENERIC_METHODS: GoVersion = GoVersion::language(27);

/// Parses one file. Never fails: what is wrong stands in [`File::errors`].
///
/// Takes time and memory in proportion to the text. Texts beyond 1 GiB are not read; an error says so.
pub fn parse(text: &[u8], options: ParseOptions) -> File {
    if text.len() > MAX_TEXT {
        return File {
            lines: vec![0],
            errors: vec![SyntaxError {
                span: Span::new(0, 0),
                message: "the file is larger than 1 GiB and was not read".to_owned(),
            }],
            ..File::default()
        };
    }
    let mut parser = Parser::new(text, options);
    parser.file();
    parser.finish()
}

/// Offsets are `u32`, and so is the number of nodes of a kind.
const MAX_TEXT: usize = 1 << 30;

struct Parser<'t> {
    lexer: Lexer<'t>,
    token: Token,
    /// End of the last token that was taken.
    prev_end: u32,
    /// Nesting of what is being parsed.
    depth: u32,
    /// Negative in the header of `if`, `for` and `switch` outside brackets: there `{` opens the body, not a composite literal.
    level: i32,
    /// Offset of the token of the last error: one is enough for each.
    last_error: u32,
    /// Where the declaration at the top level starts that is being read; `u32::MAX` between them.
    top_level: u32,
    /// Whether nothing beyond its boundary is read of it.
    limited: bool,
    /// Where it was given up to be read again.
    abandoned: Option<u32>,
    /// How many bytes were read in vain.
    wasted: usize,
    options: ParseOptions,
    file: File,
    exprs: Vec<ExprId>,
    stmts: Vec<StmtId>,
    idents: Vec<IdentId>,
    specs: Vec<SpecId>,
    fields: Vec<Field>,
    params: Vec<param::Param>,
}

impl<'t> Parser<'t> {
    fn new(text: &'t [u8], options: ParseOptions) -> Self {
        let mut file = File::default();
        // What nine tenths of the standard library need, so that most arenas do not grow; `finish` gives back what is not used.
        file.exprs.reserve(text.len() / 6);
        file.idents.reserve(text.len() / 11);
        file.stmts.reserve(text.len() / 26);
        file.expr_lists.reserve(text.len() / 12);
        file.stmt_lists.reserve(text.len() / 36);
        file.fields.reserve(text.len() / 120);
        file.field_lists.reserve(text.len() / 160);
        file.func_types.reserve(text.len() / 320);
        file.ident_lists.reserve(text.len() / 100);
        let mut lexer = Lexer::new(text);
        let token = lexer.next();
        Self {
            lexer,
            token,
            prev_end: 0,
            depth: 0,
            level: 0,
            last_error: u32::MAX,
            top_level: u32::MAX,
            limited: false,
            abandoned: None,
            wasted: 0,
            options,
            file,
            exprs: Vec::new(),
            stmts: Vec::new(),
            idents: Vec::new(),
            specs: Vec::new(),
            fields: Vec::new(),
            params: Vec::new(),
        }
    }

    fn finish(self) -> File {
        let mut file = self.file;
        file.names = self.lexer.names;
        file.comments = self.lexer.comments;
        file.directives = self.lexer.directives;
        file.errors = self.lexer.errors;
        file.lines = self.lexer.lines;
        file.errors.sort_by_key(|error| error.span);
        file.exprs.shrink_to_fit();
        file.idents.shrink_to_fit();
        file.stmts.shrink_to_fit();
        file.expr_lists.shrink_to_fit();
        file.stmt_lists.shrink_to_fit();
        file
    }

    // Tokens.

    #[inline]
    fn kind(&self) -> TokenKind {
        self.token.kind
    }

    #[inline]
    fn at(&self, kind: TokenKind) -> bool {
        self.token.kind == kind
    }

    /// Takes the token.
    #[inline]
    fn bump(&mut self) {
        self.prev_end = self.token.end;
        self.token = self.lexer.next();
    }

    /// Takes the token if it is of this kind.
    #[inline]
    fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.at(kind);
        if found {
            self.bump();
        }
        found
    }

    /// Takes the token if it is of this kind; says what is missing otherwise.
    #[inline]
    fn expect(&mut self, kind: TokenKind) -> bool {
        let found = self.eat(kind);
        if !found {
            self.unexpected(kind.describe());
        }
        found
    }

    /// Whether the token is the semicolon that a line's end stands for.
    fn at_line_end(&self) -> bool {
        self.at(TokenKind::Semicolon) && self.token.start == self.token.end
    }

    // Errors.

    /// The token is not what belongs here.
    #[cold]
    fn unexpected(&mut self, expected: &str) {
        let found = match self.kind() {
            TokenKind::Semicolon if self.at_line_end() => "the end of the line".to_owned(),
            TokenKind::Ident => {
                let name = Span::new(self.token.start, self.token.end).of(self.lexer.text);
                format!("`{}`", String::from_utf8_lossy(name))
            }
            TokenKind::Eof if self.lexer.limit() < self.lexer.text.len() => "the next declaration".to_owned(),
            kind => kind.describe().to_owned(),
        };
        self.error_here(format!("expected {expected}, found {found}"));
    }

    /// An error at the token, unless it has one.
    #[cold]
    fn error_here(&mut self, message: impl Into<String>) {
        if self.last_error != self.token.start {
            self.last_error = self.token.start;
            self.error(Span::new(self.token.start, self.token.end), message);
        }
    }

    #[cold]
    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.lexer.error(span.start as usize, span.end as usize, message);
        self.damaged();
    }

    // Nodes.

    #[inline]
    fn expr(&mut self, kind: ExprKind, start: u32, end: u32) -> ExprId {
        self.file.exprs.push(Expr {
            kind,
            // What is missing may leave nothing behind its start.
            span: Span::new(start, end.max(start)),
        })
    }

    /// From `start` to the last token; empty if none was taken.
    #[inline]
    fn span_from(&self, start: u32) -> Span {
        Span::new(start, self.prev_end.max(start))
    }

    /// An expression from `start` to the last token.
    #[inline]
    fn expr_from(&mut self, kind: ExprKind, start: u32) -> ExprId {
        self.expr(kind, start, self.prev_end)
    }

    /// A place holder for what is missing before the token.
    #[cold]
    fn bad_expr(&mut self) -> ExprId {
        self.expr(ExprKind::Bad, self.token.start, self.token.start)
    }

    #[inline]
    fn stmt_node(&mut self, kind: StmtKind, start: u32, end: u32) -> StmtId {
        self.file.stmts.push(Stmt {
            kind,
            // What is missing may leave nothing behind its start.
            span: Span::new(start, end.max(start)),
        })
    }

    /// A statement from `start` to the last token.
    #[inline]
    fn stmt_from(&mut self, kind: StmtKind, start: u32) -> StmtId {
        self.stmt_node(kind, start, self.prev_end)
    }

    #[inline]
    fn start_of(&self, expr: ExprId) -> u32 {
        self.file.exprs[expr].span.start
    }

    /// The identifier at the token, which is one.
    #[inline]
    fn take_ident(&mut self) -> IdentId {
        let ident = Ident {
            name: self.lexer.name,
            start: self.token.start,
        };
        self.bump();
        self.file.idents.push(ident)
    }

    /// An identifier; `_` where there is none.
    #[inline]
    fn ident(&mut self) -> IdentId {
        if self.at(TokenKind::Ident) {
            return self.take_ident();
        }
        self.unexpected("a name");
        self.blank()
    }

    /// A name `_` that is not in the text, before the token.
    #[cold]
    fn blank(&mut self) -> IdentId {
        self.blank_at(self.token.start)
    }

    fn blank_at(&mut self, start: u32) -> IdentId {
        let name = self.lexer.names.intern("_");
        self.file.idents.push(Ident { name, start })
    }

    #[inline]
    fn ident_expr(&mut self, ident: IdentId) -> ExprId {
        let start = self.file.idents[ident].start;
        // A name that is not in the text takes none.
        let end = start.max(self.prev_end.min(start + self.name_len(ident)));
        self.expr(ExprKind::Ident(ident), start, end)
    }

    fn name_len(&self, ident: IdentId) -> u32 {
        self.lexer.names.get(self.file.idents[ident].name).len() as u32
    }

    // Lists.

    fn take_exprs(&mut self, base: usize) -> List<ExprId> {
        take(&mut self.exprs, &mut self.file.expr_lists, base)
    }

    fn take_stmts(&mut self, base: usize) -> List<StmtId> {
        take(&mut self.stmts, &mut self.file.stmt_lists, base)
    }

    fn take_idents(&mut self, base: usize) -> List<IdentId> {
        take(&mut self.idents, &mut self.file.ident_lists, base)
    }

    fn take_specs(&mut self, base: usize) -> List<SpecId> {
        take(&mut self.specs, &mut self.file.spec_lists, base)
    }

    fn take_fields(&mut self, base: usize) -> List<FieldId> {
        let start = self.file.fields.len();
        for field in self.fields.drain(base..) {
            self.file.fields.push(field);
        }
        run(start, self.file.fields.len() - start)
    }

    // Limits and progress.

    /// Goes one level deeper; false, with an error and at the end of what can be read, if that is too deep.
    #[inline]
    fn enter(&mut self) -> bool {
        self.depth += 1;
        self.depth <= MAX_NESTING || self.too_deep()
    }

    #[inline]
    fn leave(&mut self) {
        self.depth -= 1;
    }

    #[cold]
    fn too_deep(&mut self) -> bool {
        self.error_here(format!("this is nested more than {MAX_NESTING} levels deep"));
        self.abandon_declaration();
        false
    }
}

/// Moves what is above `base` on a stack to the end of a shared vector.
#[inline]
fn take<T: Copy>(stack: &mut Vec<T>, lists: &mut Vec<T>, base: usize) -> List<T> {
    let start = lists.len();
    match stack[base..] {
        // Most lists are short; a copy of memory would cost more than it does.
        [] => return List::EMPTY,
        [one] => lists.push(one),
        [one, two] => lists.extend([one, two]),
        ref many => lists.extend_from_slice(many),
    }
    stack.truncate(base);
    run(start, lists.len() - start)
}

#[inline]
fn run<T>(start: usize, len: usize) -> List<T> {
    if len == 0 {
        return List::EMPTY;
    }
    List::new(start as u32, len as u32)
}

/// Lengths of the arenas of a file, to forget what was parsed in vain.
struct Lengths {
    exprs: usize,
    stmts: usize,
    decls: usize,
    specs: usize,
    idents: usize,
    func_types: usize,
    field_lists: usize,
    fields: usize,
    func_decls: usize,
    expr_lists: usize,
    stmt_lists: usize,
    ident_lists: usize,
    spec_lists: usize,
    imports: usize,
}

impl Lengths {
    fn of(file: &File) -> Self {
        Self {
            exprs: file.exprs.len(),
            stmts: file.stmts.len(),
            decls: file.decls.len(),
            specs: file.specs.len(),
            idents: file.idents.len(),
            func_types: file.func_types.len(),
            field_lists: file.field_lists.len(),
            fields: file.fields.len(),
            func_decls: file.func_decls.len(),
            expr_lists: file.expr_lists.len(),
            stmt_lists: file.stmt_lists.len(),
            ident_lists: file.ident_lists.len(),
            spec_lists: file.spec_lists.len(),
            imports: file.imports.len(),
        }
    }

    fn restore(&self, file: &mut File) {
        file.exprs.truncate(self.exprs);
        file.stmts.truncate(self.stmts);
        file.decls.truncate(self.decls);
        file.specs.truncate(self.specs);
        file.idents.truncate(self.idents);
        file.func_types.truncate(self.func_types);
        file.field_lists.truncate(self.field_lists);
        file.fields.truncate(self.fields);
        file.func_decls.truncate(self.func_decls);
        file.expr_lists.truncate(self.expr_lists);
        file.stmt_lists.truncate(self.stmt_lists);
        file.ident_lists.truncate(self.ident_lists);
        file.spec_lists.truncate(self.spec_lists);
        file.imports.truncate(self.imports);
    }
}
