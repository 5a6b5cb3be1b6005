//! Expressions.

use super::Parser;
use crate::ast::{ChanDir, ExprId, ExprKind, LiteralKind, UnaryOp};
use crate::token::TokenKind as T;

impl Parser<'_> {
    /// An expression, or a type where an argument or operand may be one.
    #[inline]
    pub(super) fn expression(&mut self) -> ExprId {
        self.binary(1)
    }

    /// Expressions with operators that bind at least as strongly as `min`.
    fn binary(&mut self, min: u8) -> ExprId {
        let x = self.unary();
        self.binary_rest(x, min)
    }

    /// What follows a first operand.
    #[inline]
    pub(super) fn binary_rest(&mut self, first: ExprId, min: u8) -> ExprId {
        let mut x = first;
        loop {
            let (op, strength) = self.kind().binary();
            if strength < min {
                return x;
            }
            let op_start = self.token.start;
            self.bump();
            let y = self.binary(strength + 1);
            let start = self.start_of(x);
            let end = self.file.exprs[y].span.end;
            x = self.expr(ExprKind::Binary { op, x, y, op_start }, start, end);
        }
    }

    fn unary(&mut self) -> ExprId {
        let op = match self.kind() {
            T::Plus => UnaryOp::Plus,
            T::Minus => UnaryOp::Minus,
            T::Not => UnaryOp::Not,
            T::Xor => UnaryOp::BitNot,
            T::And => UnaryOp::Address,
            T::Tilde => UnaryOp::Tilde,
            T::Arrow => UnaryOp::Recv,
            T::Star => return self.star(),
            _ => {
                if !self.enter() {
                    self.leave();
                    return self.bad_expr();
                }
                let start = self.token.start;
                let x = self.operand();
                let x = self.postfix(x, start);
                self.leave();
                return x;
            }
        };
        let start = self.token.start;
        self.bump();
        let x = self.nested_unary();
        if op == UnaryOp::Recv && matches!(self.file.exprs[x].kind, ExprKind::Chan { .. }) {
            return self.receive_only_channel(x, start);
        }
        let end = self.file.exprs[x].span.end;
        self.expr(ExprKind::Unary { op, x }, start, end)
    }

    fn star(&mut self) -> ExprId {
        let start = self.token.start;
        self.bump();
        let x = self.nested_unary();
        let end = self.file.exprs[x].span.end;
        self.expr(ExprKind::Star(x), start, end)
    }

    fn nested_unary(&mut self) -> ExprId {
        let x = if self.enter() { self.unary() } else { self.bad_expr() };
        self.leave();
        x
    }

    /// `<-` before a channel type belongs to the leftmost `chan` that can take it: `<-chan chan<- T` is `<-chan (chan<- T)`, and
    /// `<-chan<- chan T` does not exist.
    fn receive_only_channel(&mut self, ty: ExprId, start: u32) -> ExprId {
        let mut arrow = start;
        let mut at = ty;
        loop {
            let expr = &mut self.file.exprs[at];
            let ExprKind::Chan { dir, elem } = expr.kind else {
                let span = expr.span;
                self.error(span, "expected a channel type behind `<-`");
                return ty;
            };
            let keyword = expr.span.start;
            expr.span.start = arrow;
            expr.kind = ExprKind::Chan {
                dir: ChanDir::Recv,
                elem,
            };
            match dir {
                ChanDir::Both => return ty,
                ChanDir::Recv => {
                    let span = expr.span;
                    self.error(span, "expected `chan` behind `<-`");
                    return ty;
                }
                // Its own arrow stands directly behind the keyword and goes to the element.
                ChanDir::Send => {
                    arrow = self.arrow_behind(keyword);
                    at = elem;
                }
            }
        }
    }

    /// Offset of the `<-` behind a `chan`; comments may stand between them.
    fn arrow_behind(&self, keyword: u32) -> u32 {
        let from = keyword as usize + "chan".len();
        let found = memchr::memmem::find(&self.lexer.text[from..], b"<-").unwrap_or(0);
        (from + found) as u32
    }

    fn operand(&mut self) -> ExprId {
        let start = self.token.start;
        let literal = match self.kind() {
            T::Ident => {
                let end = self.token.end;
                let ident = self.take_ident();
                return self.expr(ExprKind::Ident(ident), start, end);
            }
            T::Int => LiteralKind::Int,
            T::Float => LiteralKind::Float,
            T::Imag => LiteralKind::Imag,
            T::Char => LiteralKind::Char,
            T::String => LiteralKind::String,
            T::LeftParen => {
                self.bump();
                self.level += 1;
                let x = self.expression();
                self.level -= 1;
                self.expect(T::RightParen);
                return self.expr_from(ExprKind::Paren(x), start);
            }
            T::Func => return self.func_type_or_literal(),
            T::LeftBracket | T::Struct | T::Map | T::Chan | T::Interface => return self.ty(),
            _ => {
                self.unexpected("an expression");
                return self.bad_expr();
            }
        };
        let end = self.token.end;
        self.bump();
        self.expr(ExprKind::Literal(literal), start, end)
    }

    fn func_type_or_literal(&mut self) -> ExprId {
        let start = self.token.start;
        let ty = self.func_type();
        if !self.at(T::LeftBrace) {
            return self.expr_from(ExprKind::Func(ty), start);
        }
        // A body is no part of the header it may stand in.
        let level = std::mem::replace(&mut self.level, 0);
        let body = self.block();
        self.level = level;
        self.expr_from(ExprKind::FuncLit { ty, body }, start)
    }

    /// Selectors, indices, calls, type assertions and composite literals behind an operand.
    #[inline]
    pub(super) fn postfix(&mut self, operand: ExprId, start: u32) -> ExprId {
        let mut x = operand;
        loop {
            x = match self.kind() {
                T::Period => self.selector_or_assertion(x, start),
                T::LeftParen => self.call(x, start),
                T::LeftBracket => self.index_or_slice(x, start),
                T::LeftBrace if self.takes_literal(x) => {
                    if let ExprKind::Paren(_) = self.file.exprs[x].kind {
                        let span = self.file.exprs[x].span;
                        self.error(span, "the type of a composite literal stands without parentheses");
                    }
                    self.composite(Some(x), start)
                }
                _ => return x,
            };
        }
    }

    fn selector_or_assertion(&mut self, x: ExprId, start: u32) -> ExprId {
        self.bump();
        match self.kind() {
            T::Ident => {
                let sel = self.take_ident();
                self.expr_from(ExprKind::Selector { x, sel }, start)
            }
            T::LeftParen => {
                self.bump();
                let ty = if self.eat(T::Type) { None } else { Some(self.ty()) };
                self.expect(T::RightParen);
                self.expr_from(ExprKind::TypeAssert { x, ty }, start)
            }
            _ => {
                self.unexpected("a name or `(` behind the period");
                let sel = self.blank();
                self.expr_from(ExprKind::Selector { x, sel }, start)
            }
        }
    }

    fn call(&mut self, fun: ExprId, start: u32) -> ExprId {
        self.bump();
        self.level += 1;
        let base = self.exprs.len();
        let mut spread = false;
        while !matches!(self.kind(), T::RightParen | T::Eof) && !spread {
            let arg = self.expression();
            self.exprs.push(arg);
            spread = self.eat(T::Ellipsis);
            if !self.comma_before(T::RightParen, "the arguments") {
                break;
            }
        }
        self.level -= 1;
        let args = self.take_exprs(base);
        self.close(T::RightParen, "the arguments");
        self.expr_from(ExprKind::Call { spread, fun, args }, start)
    }

    fn index_or_slice(&mut self, x: ExprId, start: u32) -> ExprId {
        self.bump();
        if self.at(T::RightBracket) {
            self.unexpected("an index");
            let index = self.bad_expr();
            self.bump();
            return self.expr_from(ExprKind::Index { x, index }, start);
        }
        self.level += 1;
        let first = (!self.at(T::Colon)).then(|| self.expression());
        let expr = match (self.kind(), first) {
            (T::Colon, lo) => {
                let slice = self.slice(x, lo);
                self.level -= 1;
                slice
            }
            (T::Comma, Some(first)) => {
                let base = self.exprs.len();
                self.exprs.push(first);
                while self.eat(T::Comma) {
                    if matches!(self.kind(), T::RightBracket | T::Eof) {
                        break;
                    }
                    let before = self.token.start;
                    let arg = self.ty();
                    self.exprs.push(arg);
                    debug_assert!(self.token.start > before || !self.at(T::Comma) || self.last_error == before);
                }
                self.level -= 1;
                return self.close_indices(x, start, base);
            }
            (_, index) => {
                self.level -= 1;
                let index = index.unwrap_or_else(|| self.bad_expr());
                ExprKind::Index { x, index }
            }
        };
        self.close(T::RightBracket, "the index");
        self.expr_from(expr, start)
    }

    /// Closes `x[A, B`; the indices are on the stack from `base` on.
    pub(super) fn close_indices(&mut self, x: ExprId, start: u32, base: usize) -> ExprId {
        let kind = match self.exprs[base..] {
            [] => {
                self.unexpected("a type argument");
                ExprKind::Index {
                    x,
                    index: self.bad_expr(),
                }
            }
            [index] => {
                self.exprs.truncate(base);
                ExprKind::Index { x, index }
            }
            _ => ExprKind::IndexList {
                x,
                indices: self.take_exprs(base),
            },
        };
        self.close(T::RightBracket, "the type arguments");
        self.expr_from(kind, start)
    }

    fn slice(&mut self, x: ExprId, lo: Option<ExprId>) -> ExprKind {
        let mut rest = [None; 2];
        let mut colons = 0;
        while colons < 2 && self.at(T::Colon) {
            self.bump();
            if !matches!(self.kind(), T::Colon | T::RightBracket | T::Eof) {
                rest[colons] = Some(self.expression());
            }
            colons += 1;
        }
        let [hi, max] = rest;
        if colons < 2 {
            return ExprKind::Slice { x, lo, hi };
        }
        if hi.is_none() {
            self.error_here("a slice with two colons has a middle index");
        }
        if max.is_none() {
            self.error_here("a slice with two colons has a last index");
        }
        let base = self.exprs.len();
        self.exprs.extend([lo, hi, max].into_iter().flatten());
        ExprKind::Slice3 {
            has_lo: lo.is_some(),
            x,
            parts: self.take_exprs(base),
        }
    }

    /// Whether `{` behind an expression makes it a composite literal.
    fn takes_literal(&self, x: ExprId) -> bool {
        let mut x = x;
        while let ExprKind::Paren(inner) = self.file.exprs[x].kind {
            x = inner;
        }
        match self.file.exprs[x].kind {
            ExprKind::Bad
            | ExprKind::Ident(_)
            | ExprKind::Selector { .. }
            | ExprKind::Index { .. }
            | ExprKind::IndexList { .. } => self.level >= 0,
            ExprKind::Array { .. } | ExprKind::Struct(_) | ExprKind::Map { .. } => true,
            _ => false,
        }
    }

    /// `{…}` of a composite literal.
    fn composite(&mut self, ty: Option<ExprId>, start: u32) -> ExprId {
        if !self.enter() {
            self.leave();
            return self.bad_expr();
        }
        self.expect(T::LeftBrace);
        self.level += 1;
        let base = self.exprs.len();
        while !matches!(self.kind(), T::RightBrace | T::Eof) {
            let element = self.element();
            self.exprs.push(element);
            if !self.comma_before(T::RightBrace, "the composite literal") {
                break;
            }
        }
        self.level -= 1;
        let elems = self.take_exprs(base);
        self.close(T::RightBrace, "the composite literal");
        self.leave();
        self.expr_from(ExprKind::Composite { ty, elems }, start)
    }

    fn element(&mut self) -> ExprId {
        let key = self.element_part();
        if !self.eat(T::Colon) {
            return key;
        }
        let value = self.element_part();
        let (start, end) = (self.start_of(key), self.file.exprs[value].span.end);
        self.expr(ExprKind::KeyValue { key, value }, start, end)
    }

    fn element_part(&mut self) -> ExprId {
        if self.at(T::LeftBrace) {
            return self.composite(None, self.token.start);
        }
        self.expression()
    }

    /// Between the elements of a bracketed list: takes the comma; false if the list ends here. Where a comma is missing but another
    /// element can follow, it is an error and the list goes on.
    #[inline]
    pub(super) fn comma_before(&mut self, close: T, list: &str) -> bool {
        if self.at(T::Comma) {
            self.bump();
            return true;
        }
        !self.at(close) && self.missing_comma(close, list)
    }

    /// Ends an expression list in brackets.
    #[inline]
    pub(super) fn close(&mut self, close: T, list: &str) {
        if !self.eat(close) {
            self.skip_to_close(close, list);
        }
    }
}
