//! Statements.

use super::Parser;
use crate::ast::{AssignOp, BranchKind, ExprId, ExprKind, List, RangeOp, Span, StmtId, StmtKind};
use crate::token::TokenKind as T;

/// What a simple statement may be where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Basic,
    /// Also a label.
    Label,
    /// Also the header of a range loop.
    Range,
}

/// A simple statement, or the header of a range loop.
enum Simple {
    Stmt(StmtId),
    Range(RangeHeader),
}

struct RangeHeader {
    op: RangeOp,
    key: Option<ExprId>,
    value: Option<ExprId>,
    x: ExprId,
}

impl Parser<'_> {
    /// `{…}`
    pub(super) fn block(&mut self) -> StmtId {
        let start = self.token.start;
        if !self.expect(T::LeftBrace) {
            return self.stmt_node(StmtKind::Block(List::EMPTY), start, start);
        }
        let base = self.stmts.len();
        loop {
            self.statements();
            match self.kind() {
                T::Case | T::Default => {
                    self.unexpected("a statement or `}`");
                    self.skip_case();
                }
                _ => break,
            }
        }
        let list = self.take_stmts(base);
        self.expect(T::RightBrace);
        self.stmt_from(StmtKind::Block(list), start)
    }

    /// Statements up to `}`, `case` or `default`, onto the stack.
    fn statements(&mut self) {
        while !matches!(self.kind(), T::RightBrace | T::Case | T::Default | T::Eof) {
            let before = self.token.start;
            let statement = self.statement();
            self.stmts.push(statement);
            if self.token.start == before {
                self.skip_statement();
                if self.token.start == before && !self.at(T::Eof) {
                    self.bump();
                }
            }
        }
    }

    /// One statement with its semicolon.
    fn statement(&mut self) -> StmtId {
        if !self.enter() {
            self.leave();
            return self.stmt_node(StmtKind::Bad, self.token.start, self.token.start);
        }
        let statement = self.statement_inner();
        self.leave();
        statement
    }

    fn statement_inner(&mut self) -> StmtId {
        let start = self.token.start;
        match self.kind() {
            T::Ident
            | T::Int
            | T::Float
            | T::Imag
            | T::Char
            | T::String
            | T::LeftParen
            | T::LeftBracket
            | T::Struct
            | T::Map
            | T::Chan
            | T::Interface
            | T::Plus
            | T::Minus
            | T::Star
            | T::And
            | T::Xor
            | T::Not
            | T::Arrow => {
                let statement = self.simple(Mode::Label);
                if !matches!(self.file.stmts[statement].kind, StmtKind::Labeled { .. }) {
                    self.end_statement();
                }
                statement
            }
            T::Func => {
                if self.at_declared_function() {
                    // The brace that would close this block is missing.
                    self.unexpected("`}`");
                    self.end_here();
                    return self.stmt_node(StmtKind::Bad, start, start);
                }
                let statement = self.simple(Mode::Label);
                self.end_statement();
                statement
            }
            T::Const | T::Type | T::Var => {
                let decl = self.declaration();
                let end = self.file.decls[decl].span.end;
                self.stmt_node(StmtKind::Decl(decl), start, end)
            }
            T::If => {
                let statement = self.if_statement();
                self.end_statement();
                statement
            }
            T::For => self.for_statement(),
            T::Switch => self.switch_statement(),
            T::Select => self.select_statement(),
            T::Return => {
                self.bump();
                let base = self.exprs.len();
                if !matches!(self.kind(), T::Semicolon | T::RightBrace) {
                    self.expressions();
                }
                let values = self.take_exprs(base);
                self.ended(StmtKind::Return(values), start)
            }
            T::Go | T::Defer => {
                let deferred = self.at(T::Defer);
                self.bump();
                let call = self.call_expression(if deferred { "defer" } else { "go" });
                let kind = if deferred {
                    StmtKind::Defer(call)
                } else {
                    StmtKind::Go(call)
                };
                self.ended(kind, start)
            }
            T::Break => self.branch(BranchKind::Break),
            T::Continue => self.branch(BranchKind::Continue),
            T::Goto => self.branch(BranchKind::Goto),
            T::Fallthrough => self.branch(BranchKind::Fallthrough),
            T::LeftBrace => {
                let block = self.block();
                self.end_statement();
                block
            }
            T::Semicolon => {
                let implicit = self.at_line_end();
                self.bump();
                self.stmt_from(StmtKind::Empty { implicit }, start)
            }
            T::RightBrace => self.stmt_node(StmtKind::Empty { implicit: true }, start, start),
            _ => {
                self.unexpected("a statement");
                self.skip_statement();
                self.stmt_node(StmtKind::Bad, start, self.prev_end.max(start))
            }
        }
    }

    /// A statement up to the last token; takes its semicolon.
    fn ended(&mut self, kind: StmtKind, start: u32) -> StmtId {
        let statement = self.stmt_from(kind, start);
        self.end_statement();
        statement
    }

    #[inline]
    fn end_statement(&mut self) {
        if !self.end_of_statement() {
            self.unexpected("the end of the statement");
            self.skip_statement();
        }
    }

    /// Takes a semicolon; it may be left out before `)` and `}`.
    #[inline]
    pub(super) fn end_of_statement(&mut self) -> bool {
        match self.kind() {
            T::Semicolon => {
                self.bump();
                true
            }
            T::RightParen | T::RightBrace => true,
            _ => false,
        }
    }

    fn branch(&mut self, kind: BranchKind) -> StmtId {
        let start = self.token.start;
        self.bump();
        let label = match kind {
            BranchKind::Fallthrough => None,
            BranchKind::Goto => Some(self.ident()),
            BranchKind::Break | BranchKind::Continue => self.at(T::Ident).then(|| self.take_ident()),
        };
        self.ended(StmtKind::Branch { kind, label }, start)
    }

    /// The operand of `go` or `defer`.
    fn call_expression(&mut self, keyword: &str) -> ExprId {
        let x = self.expression();
        let expr = self.file.exprs[x];
        let message = match expr.kind {
            ExprKind::Call { .. } | ExprKind::Bad => return x,
            ExprKind::Paren(_) => format!("the call behind `{keyword}` stands without parentheses"),
            _ => format!("behind `{keyword}` stands a function call"),
        };
        self.error(expr.span, message);
        x
    }

    /// One expression or more, separated by commas, onto the stack.
    #[inline]
    pub(super) fn expressions(&mut self) {
        let first = self.expression();
        self.exprs.push(first);
        while self.eat(T::Comma) {
            let next = self.expression();
            self.exprs.push(next);
        }
    }

    fn simple(&mut self, mode: Mode) -> StmtId {
        match self.simple_or_range(mode) {
            Simple::Stmt(statement) => statement,
            Simple::Range(header) => self.stmt_node(StmtKind::Bad, self.start_of(header.x), self.prev_end),
        }
    }

    fn simple_or_range(&mut self, mode: Mode) -> Simple {
        let start = self.token.start;
        let base = self.exprs.len();
        self.expressions();
        let lhs = self.exprs.len() - base;
        let op_start = self.token.start;
        let op = match self.kind() {
            T::Assign => Some(AssignOp::Assign),
            T::Define => Some(AssignOp::Define),
            kind => kind.assignment_op().map(AssignOp::Op),
        };
        if let Some(op) = op {
            self.bump();
            if mode == Mode::Range && self.at(T::Range) && !matches!(op, AssignOp::Op(_)) {
                return Simple::Range(self.range_header(op, base));
            }
            self.expressions();
            let list = self.take_exprs(base);
            let kind = StmtKind::Assign {
                op,
                lists: list.start,
                lhs_len: lhs as u32,
                rhs_len: list.len - lhs as u32,
                op_start,
            };
            return Simple::Stmt(self.stmt_from(kind, start));
        }
        let x = self.exprs[base];
        if lhs > 1 {
            self.unexpected("`=` or `:=` behind several expressions");
        }
        self.exprs.truncate(base);
        let kind = match self.kind() {
            T::Colon if mode == Mode::Label => return Simple::Stmt(self.labeled(x, start)),
            T::Arrow => {
                self.bump();
                let value = self.expression();
                StmtKind::Send {
                    chan: x,
                    value,
                    arrow: op_start,
                }
            }
            T::PlusPlus | T::MinusMinus => {
                let increment = self.at(T::PlusPlus);
                self.bump();
                StmtKind::IncDec { increment, x }
            }
            _ => StmtKind::Expr(x),
        };
        Simple::Stmt(self.stmt_from(kind, start))
    }

    fn labeled(&mut self, label: ExprId, start: u32) -> StmtId {
        let ExprKind::Ident(name) = self.file.exprs[label].kind else {
            self.error_here("a label is a name");
            self.bump();
            return self.stmt_from(StmtKind::Bad, start);
        };
        // A label is no expression; it was the last one to be made.
        self.file.exprs.truncate(self.file.exprs.len() - 1);
        self.bump();
        let stmt = self.statement();
        let end = self.file.stmts[stmt].span.end;
        self.stmt_node(StmtKind::Labeled { label: name, stmt }, start, end)
    }

    /// `range x`; key and value are on the stack from `base` on.
    fn range_header(&mut self, op: AssignOp, base: usize) -> RangeHeader {
        self.bump();
        let x = self.expression();
        let (key, value) = match self.exprs[base..] {
            [key] => (key, None),
            [key, value] => (key, Some(value)),
            [key, value, third, ..] => {
                let span = self.file.exprs[third].span;
                self.error(span, "a range loop has at most two variables");
                (key, Some(value))
            }
            [] => return self.bare_range(x),
        };
        self.exprs.truncate(base);
        let op = match op {
            AssignOp::Define => RangeOp::Define,
            _ => RangeOp::Assign,
        };
        RangeHeader {
            op,
            key: Some(key),
            value,
            x,
        }
    }

    fn bare_range(&mut self, x: ExprId) -> RangeHeader {
        RangeHeader {
            op: RangeOp::None,
            key: None,
            value: None,
            x,
        }
    }

    fn if_statement(&mut self) -> StmtId {
        let start = self.token.start;
        self.bump();
        let (init, cond) = self.if_header();
        let then = self.body();
        let els = if self.eat(T::Else) { self.else_branch() } else { None };
        self.stmt_from(StmtKind::If { init, cond, then, els }, start)
    }

    fn else_branch(&mut self) -> Option<StmtId> {
        match self.kind() {
            T::If => {
                let nested = if self.enter() {
                    self.if_statement()
                } else {
                    self.stmt_node(StmtKind::Bad, self.token.start, self.token.start)
                };
                self.leave();
                Some(nested)
            }
            T::LeftBrace => Some(self.block()),
            _ => {
                self.unexpected("`if` or `{` behind `else`");
                None
            }
        }
    }

    fn if_header(&mut self) -> (Option<StmtId>, ExprId) {
        if self.at(T::LeftBrace) {
            self.error_here("an `if` has a condition");
            return (None, self.bad_expr());
        }
        let level = std::mem::replace(&mut self.level, -1);
        let mut init = None;
        if !self.at(T::Semicolon) {
            if self.at(T::Var) {
                self.error_here("the initialisation of an `if` is a short declaration with `:=`");
                self.bump();
            }
            init = Some(self.simple(Mode::Basic));
        }
        let cond = if self.at(T::LeftBrace) {
            init.take()
        } else {
            let semicolon = self.token;
            let line_end = self.at_line_end();
            self.expect(T::Semicolon);
            if self.at(T::LeftBrace) {
                let message = if line_end {
                    "the `{` stands on the line of the `if`"
                } else {
                    "an `if` has a condition"
                };
                self.error(Span::new(semicolon.start, semicolon.end), message);
                None
            } else {
                Some(self.simple(Mode::Basic))
            }
        };
        self.level = level;
        let cond = match cond {
            Some(statement) => self.condition(statement, "a condition"),
            None => self.bad_expr(),
        };
        (init, cond)
    }

    /// The expression that a statement in a header is.
    fn condition(&mut self, statement: StmtId, expected: &str) -> ExprId {
        let stmt = self.file.stmts[statement];
        if let StmtKind::Expr(x) = stmt.kind {
            return x;
        }
        let found = match stmt.kind {
            StmtKind::Assign {
                op: AssignOp::Assign, ..
            } => "an assignment; equality is `==`",
            _ => "a statement",
        };
        self.error(stmt.span, format!("expected {expected}, found {found}"));
        self.expr(ExprKind::Bad, stmt.span.start, stmt.span.end)
    }

    /// The block behind a header.
    fn body(&mut self) -> StmtId {
        if !self.at(T::LeftBrace) {
            self.unexpected("`{`");
            self.skip_to_body();
        }
        self.block()
    }

    fn for_statement(&mut self) -> StmtId {
        let start = self.token.start;
        self.bump();
        let level = std::mem::replace(&mut self.level, -1);
        let header = self.for_header();
        self.level = level;
        let body = self.body();
        let kind = match header {
            Ok(RangeHeader { op, key, value, x }) => StmtKind::Range {
                op,
                key,
                value,
                x,
                body,
            },
            Err((init, cond, post)) => StmtKind::For { init, cond, post, body },
        };
        self.ended(kind, start)
    }

    /// The header of a range loop, or initialisation, condition and step.
    #[expect(clippy::type_complexity, reason = "the three parts of a loop, used once")]
    fn for_header(&mut self) -> Result<RangeHeader, (Option<StmtId>, Option<ExprId>, Option<StmtId>)> {
        let mut first = None;
        if self.at(T::LeftBrace) {
            return Err((None, None, None));
        }
        if !self.at(T::Semicolon) {
            if self.at(T::Range) {
                self.bump();
                let x = self.expression();
                return Ok(self.bare_range(x));
            }
            if self.at(T::Var) {
                self.error_here("the initialisation of a `for` is a short declaration with `:=`");
                self.bump();
            }
            match self.simple_or_range(Mode::Range) {
                Simple::Range(header) => return Ok(header),
                Simple::Stmt(statement) => first = Some(statement),
            }
        }
        if !self.at(T::Semicolon) {
            let cond = first.map(|statement| self.condition(statement, "a condition or `range`"));
            return Err((None, cond, None));
        }
        self.bump();
        let mut cond = None;
        if !self.at(T::Semicolon) {
            if self.at(T::LeftBrace) {
                self.error_here("a `for` with an initialisation has two semicolons");
                return Err((first, None, None));
            }
            let statement = self.simple(Mode::Basic);
            cond = Some(self.condition(statement, "a condition"));
        }
        if !self.end_of_statement() {
            self.unexpected("`;` behind the condition");
            return Err((first, cond, None));
        }
        let post = (!self.at(T::LeftBrace)).then(|| self.simple(Mode::Basic));
        Err((first, cond, post))
    }

    fn switch_statement(&mut self) -> StmtId {
        let start = self.token.start;
        self.bump();
        let mut init = None;
        let mut guard = None;
        if !self.at(T::LeftBrace) {
            let level = std::mem::replace(&mut self.level, -1);
            if !self.at(T::Semicolon) {
                guard = Some(self.simple(Mode::Basic));
            }
            if self.at(T::Semicolon) {
                self.bump();
                init = guard.take();
                if !self.at(T::LeftBrace) {
                    guard = Some(self.simple(Mode::Basic));
                }
            }
            self.level = level;
        }
        let type_guard = guard.filter(|&guard| self.is_type_guard(guard));
        if !self.at(T::LeftBrace) {
            self.unexpected("`{`");
            self.skip_to_body();
        }
        let body = self.clauses(Parser::case_clause);
        let kind = match type_guard {
            Some(guard) => StmtKind::TypeSwitch { init, guard, body },
            None => StmtKind::Switch {
                init,
                tag: guard.map(|guard| self.condition(guard, "an expression")),
                body,
            },
        };
        self.ended(kind, start)
    }

    /// Whether a statement is `x.(type)` or `v := x.(type)`.
    fn is_type_guard(&mut self, guard: StmtId) -> bool {
        let stmt = self.file.stmts[guard];
        let is_guard = |x: ExprId| matches!(self.file.exprs[x].kind, ExprKind::TypeAssert { ty: None, .. });
        match stmt.kind {
            StmtKind::Expr(x) => is_guard(x),
            StmtKind::Assign { op, op_start, .. } => match self.file.sides(stmt.kind) {
                ([_], &[x]) if is_guard(x) => {
                    if op == AssignOp::Assign {
                        self.error(
                            Span::new(op_start, op_start + 1),
                            "the variable of a type switch is declared with `:=`",
                        );
                    }
                    matches!(op, AssignOp::Assign | AssignOp::Define)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// The clauses of a `switch` or `select` in their braces, as a block.
    fn clauses(&mut self, clause: fn(&mut Self) -> StmtId) -> StmtId {
        let start = self.token.start;
        self.expect(T::LeftBrace);
        let base = self.stmts.len();
        loop {
            match self.kind() {
                T::Case | T::Default => {
                    let clause = clause(self);
                    self.stmts.push(clause);
                }
                T::RightBrace | T::Eof => break,
                _ => {
                    self.unexpected("`case`, `default` or `}`");
                    let before = self.token.start;
                    self.skip_statement();
                    if self.token.start == before && !matches!(self.kind(), T::Eof | T::RightBrace) {
                        self.bump();
                    }
                }
            }
        }
        let list = self.take_stmts(base);
        self.expect(T::RightBrace);
        self.stmt_from(StmtKind::Block(list), start)
    }

    fn case_clause(&mut self) -> StmtId {
        let start = self.token.start;
        let default = self.at(T::Default);
        self.bump();
        let base = self.exprs.len();
        if !default {
            self.expressions();
        }
        let exprs = self.take_exprs(base);
        let (body, end) = self.clause_body();
        self.stmt_node(StmtKind::Case { default, exprs, body }, start, end)
    }

    fn comm_clause(&mut self) -> StmtId {
        let start = self.token.start;
        let default = self.at(T::Default);
        self.bump();
        let comm = (!default).then(|| self.communication());
        let (body, end) = self.clause_body();
        self.stmt_node(StmtKind::Comm { comm, body }, start, end)
    }

    /// A send or a receive with up to two variables.
    fn communication(&mut self) -> StmtId {
        let start = self.token.start;
        let base = self.exprs.len();
        self.expressions();
        let lhs = self.exprs.len() - base;
        let op_start = self.token.start;
        let op = match self.kind() {
            T::Assign => AssignOp::Assign,
            T::Define => AssignOp::Define,
            kind => {
                if lhs > 1 {
                    self.unexpected("`=` or `:=` behind several expressions");
                }
                let x = self.exprs[base];
                self.exprs.truncate(base);
                if kind != T::Arrow {
                    return self.stmt_from(StmtKind::Expr(x), start);
                }
                self.bump();
                let value = self.expression();
                let kind = StmtKind::Send {
                    chan: x,
                    value,
                    arrow: op_start,
                };
                return self.stmt_from(kind, start);
            }
        };
        if lhs > 2 {
            self.error_here("a receive has at most two results");
        }
        self.bump();
        let value = self.expression();
        self.exprs.push(value);
        let list = self.take_exprs(base);
        let kind = StmtKind::Assign {
            op,
            lists: list.start,
            lhs_len: lhs as u32,
            rhs_len: 1,
            op_start,
        };
        self.stmt_from(kind, start)
    }

    /// `:` and the statements of a clause, and the offset behind them.
    fn clause_body(&mut self) -> (List<StmtId>, u32) {
        if !self.expect(T::Colon) {
            self.skip_case();
        }
        let colon_end = self.prev_end;
        let base = self.stmts.len();
        self.statements();
        let end = self.stmts[base..]
            .last()
            .map_or(colon_end, |&last| self.file.stmts[last].span.end);
        (self.take_stmts(base), end)
    }

    fn select_statement(&mut self) -> StmtId {
        let start = self.token.start;
        self.bump();
        if !self.at(T::LeftBrace) {
            self.unexpected("`{`");
            self.skip_to_body();
        }
        let body = self.clauses(Parser::comm_clause);
        self.ended(StmtKind::Select { body }, start)
    }
}
