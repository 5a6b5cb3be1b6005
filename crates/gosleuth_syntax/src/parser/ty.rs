//! Types.

use super::Parser;
use crate::ast::{
    BinaryOp, ChanDir, ExprId, ExprKind, Field, FieldList, FieldListId, FuncType, FuncTypeId, IdentId, List,
    LiteralKind, Span, UnaryOp,
};
use crate::token::TokenKind as T;

impl Parser<'_> {
    /// A type; an error where there is none.
    pub(super) fn ty(&mut self) -> ExprId {
        self.try_ty().unwrap_or_else(|| {
            self.unexpected("a type");
            self.bad_expr()
        })
    }

    /// A type, if one starts here.
    pub(super) fn try_ty(&mut self) -> Option<ExprId> {
        if !self.enter() {
            self.leave();
            return None;
        }
        let start = self.token.start;
        let ty = match self.kind() {
            T::Ident => {
                let name = self.take_ident();
                Some(self.type_name(name))
            }
            T::LeftBracket => {
                self.bump();
                Some(self.array_or_slice(start))
            }
            T::Struct => Some(self.struct_type()),
            T::Star => {
                self.bump();
                let elem = self.ty();
                Some(self.expr_from(ExprKind::Star(elem), start))
            }
            T::Func => {
                let ty = self.func_type();
                Some(self.expr_from(ExprKind::Func(ty), start))
            }
            T::Interface => Some(self.interface_type()),
            T::Map => {
                self.bump();
                self.expect(T::LeftBracket);
                let key = self.ty();
                self.expect(T::RightBracket);
                let value = self.ty();
                Some(self.expr_from(ExprKind::Map { key, value }, start))
            }
            T::Chan | T::Arrow => Some(self.chan_type()),
            T::LeftParen => {
                self.bump();
                let inner = self.ty();
                self.expect(T::RightParen);
                Some(self.expr_from(ExprKind::Paren(inner), start))
            }
            _ => None,
        };
        self.leave();
        ty
    }

    /// The type that starts with a name already taken: `T`, `p.T`, `T[A]`.
    pub(super) fn type_name(&mut self, name: IdentId) -> ExprId {
        let x = self.qualified_name(name);
        if self.at(T::LeftBracket) {
            return self.instance(x);
        }
        x
    }

    /// `T` or `p.T`
    fn qualified_name(&mut self, name: IdentId) -> ExprId {
        let x = self.ident_expr(name);
        if !self.eat(T::Period) {
            return x;
        }
        let start = self.start_of(x);
        let sel = self.ident();
        self.expr_from(ExprKind::Selector { x, sel }, start)
    }

    /// `[A, B]` behind the name of a generic type.
    fn instance(&mut self, x: ExprId) -> ExprId {
        let start = self.start_of(x);
        self.bump();
        self.level += 1;
        let base = self.exprs.len();
        while !matches!(self.kind(), T::RightBracket | T::Eof) {
            let arg = self.ty();
            self.exprs.push(arg);
            if !self.comma_before(T::RightBracket, "the type arguments") {
                break;
            }
        }
        self.level -= 1;
        self.close_indices(x, start, base)
    }

    /// The type behind the `[` at `start`.
    pub(super) fn array_or_slice(&mut self, start: u32) -> ExprId {
        self.level += 1;
        let len = match self.kind() {
            T::RightBracket => None,
            T::Ellipsis => {
                let dots = self.token.start;
                self.bump();
                Some(self.expr_from(ExprKind::Ellipsis(None), dots))
            }
            _ => Some(self.expression()),
        };
        self.level -= 1;
        self.array_elem(len, start)
    }

    /// `]T` of an array or slice type.
    pub(super) fn array_elem(&mut self, len: Option<ExprId>, start: u32) -> ExprId {
        if self.at(T::Comma) {
            self.error_here("an array has one length; expected `]`");
            self.bump();
        }
        self.expect(T::RightBracket);
        let elem = self.ty();
        let end = self.file.exprs[elem].span.end;
        self.expr(ExprKind::Array { len, elem }, start, end)
    }

    fn chan_type(&mut self) -> ExprId {
        let start = self.token.start;
        let dir = if self.eat(T::Arrow) {
            self.expect(T::Chan);
            ChanDir::Recv
        } else {
            self.bump();
            if self.eat(T::Arrow) {
                ChanDir::Send
            } else {
                ChanDir::Both
            }
        };
        let elem = self.ty();
        self.expr_from(ExprKind::Chan { dir, elem }, start)
    }

    /// `func(…) …`, from its keyword on.
    pub(super) fn func_type(&mut self) -> FuncTypeId {
        let start = self.token.start;
        self.bump();
        if self.at(T::LeftBracket) {
            self.error_here("only declared functions have type parameters");
            self.type_params();
        }
        let params = self.params();
        let results = self.results();
        self.file.func_types.push(FuncType {
            type_params: None,
            params,
            results,
            span: self.span_from(start),
        })
    }

    /// `(…)` or one type or nothing.
    pub(super) fn results(&mut self) -> Option<FieldListId> {
        if self.at(T::LeftParen) {
            return Some(self.result_params());
        }
        let ty = self.try_ty()?;
        let span = self.file.exprs[ty].span;
        let field = Field {
            names: List::EMPTY,
            ty,
            tag: None,
            span,
        };
        let start = self.file.fields.len();
        self.file.fields.push(field);
        Some(self.file.field_lists.push(FieldList {
            fields: super::run(start, 1),
            span,
            bracketed: false,
        }))
    }

    fn struct_type(&mut self) -> ExprId {
        let start = self.token.start;
        self.bump();
        let open = self.token.start;
        self.expect(T::LeftBrace);
        let base = self.fields.len();
        loop {
            match self.kind() {
                T::Ident | T::Star | T::LeftParen => {
                    let field = self.struct_field();
                    self.fields.push(field);
                }
                T::RightBrace | T::Eof => break,
                _ => {
                    self.unexpected("a field or `}`");
                    if !self.skip_field() {
                        break;
                    }
                }
            }
        }
        let list = self.close_fields(open, base);
        self.expr_from(ExprKind::Struct(list), start)
    }

    /// Closes the fields of a struct or interface, which are on the stack from `base` on.
    fn close_fields(&mut self, open: u32, base: usize) -> FieldListId {
        self.expect(T::RightBrace);
        let fields = self.take_fields(base);
        self.file.field_lists.push(FieldList {
            fields,
            span: self.span_from(open),
            bracketed: true,
        })
    }

    fn struct_field(&mut self) -> Field {
        let start = self.token.start;
        let base = self.idents.len();
        let ty = match self.kind() {
            T::Ident => {
                let name = self.take_ident();
                match self.kind() {
                    T::Period | T::String | T::Semicolon | T::RightBrace => self.type_name(name),
                    T::LeftBracket => match self.array_or_instance(name) {
                        (true, ty) => {
                            self.idents.push(name);
                            ty
                        }
                        (false, ty) => ty,
                    },
                    _ => {
                        self.idents.push(name);
                        while self.eat(T::Comma) {
                            let name = self.ident();
                            self.idents.push(name);
                        }
                        self.ty()
                    }
                }
            }
            T::Star => {
                self.bump();
                let elem = if self.at(T::LeftParen) {
                    self.parenthesized_embedded()
                } else {
                    let name = self.ident();
                    self.type_name(name)
                };
                self.expr_from(ExprKind::Star(elem), start)
            }
            _ => self.parenthesized_embedded(),
        };
        let names = self.take_idents(base);
        let tag = self.at(T::String).then(|| {
            let (start, end) = (self.token.start, self.token.end);
            self.bump();
            self.expr(ExprKind::Literal(LiteralKind::String), start, end)
        });
        let field = Field {
            names,
            ty,
            tag,
            span: self.span_from(start),
        };
        self.end_field();
        field
    }

    /// `(T)` or `(*T)` as an embedded field, which the language does not have.
    fn parenthesized_embedded(&mut self) -> ExprId {
        self.error_here("an embedded type stands without parentheses");
        self.ty()
    }

    /// What follows the name `x` and a `[`: the type of a field or parameter `x []T` or `x [n]T` (`true`), or the arguments of a type
    /// `x[A, B]` (`false`).
    pub(super) fn array_or_instance(&mut self, name: IdentId) -> (bool, ExprId) {
        let open = self.token.start;
        self.bump();
        let base = self.exprs.len();
        let mut trailing_comma = None;
        if self.at(T::Ellipsis) {
            self.error_here("only the type of a composite literal has `...` as its length");
            return (true, self.array_or_slice(open));
        }
        if !self.at(T::RightBracket) {
            self.level += 1;
            let first = self.expression();
            self.exprs.push(first);
            while self.at(T::Comma) {
                let comma = self.token;
                self.bump();
                if matches!(self.kind(), T::RightBracket | T::Eof) {
                    trailing_comma = Some(comma);
                    break;
                }
                let next = self.expression();
                self.exprs.push(next);
            }
            self.level -= 1;
        }
        match self.exprs[base..] {
            [] => {
                self.bump();
                let elem = self.ty();
                (true, self.expr_from(ExprKind::Array { len: None, elem }, open))
            }
            [len] => {
                self.expect(T::RightBracket);
                let close = self.prev_end;
                self.exprs.truncate(base);
                if let Some(elem) = self.try_ty() {
                    if let Some(comma) = trailing_comma {
                        self.error(
                            Span::new(comma.start, comma.end),
                            "an array has one length; expected `]`",
                        );
                    }
                    let array = self.expr_from(ExprKind::Array { len: Some(len), elem }, open);
                    return (true, array);
                }
                let x = self.ident_expr(name);
                let start = self.start_of(x);
                (false, self.expr(ExprKind::Index { x, index: len }, start, close))
            }
            _ => {
                let x = self.ident_expr(name);
                let start = self.start_of(x);
                (false, self.close_indices(x, start, base))
            }
        }
    }

    fn interface_type(&mut self) -> ExprId {
        let start = self.token.start;
        self.bump();
        let open = self.token.start;
        self.expect(T::LeftBrace);
        let base = self.fields.len();
        loop {
            match self.kind() {
                T::Ident => {
                    let field = self.method_or_embedded();
                    self.fields.push(field);
                }
                T::RightBrace | T::Eof => break,
                _ => {
                    let element = self.token.start;
                    let first = if self.at(T::Tilde) {
                        Some(self.term())
                    } else {
                        self.try_ty()
                    };
                    if let Some(first) = first {
                        let ty = self.union_rest(first);
                        let field = self.embedded(ty, element);
                        self.fields.push(field);
                        self.end_field();
                    } else {
                        self.unexpected("a method, a type or `}`");
                        if !self.skip_field() {
                            break;
                        }
                    }
                }
            }
        }
        let list = self.close_fields(open, base);
        self.expr_from(ExprKind::Interface(list), start)
    }

    fn embedded(&mut self, ty: ExprId, start: u32) -> Field {
        Field {
            names: List::EMPTY,
            ty,
            tag: None,
            span: self.span_from(start),
        }
    }

    fn method_or_embedded(&mut self) -> Field {
        let start = self.token.start;
        let name = self.take_ident();
        let field = if self.at(T::LeftParen) {
            let ty = self.method_signature();
            let base = self.idents.len();
            self.idents.push(name);
            Field {
                names: self.take_idents(base),
                ty,
                tag: None,
                span: self.span_from(start),
            }
        } else {
            let first = self.type_name(name);
            let ty = self.union_rest(first);
            self.embedded(ty, start)
        };
        self.end_field();
        field
    }

    fn method_signature(&mut self) -> ExprId {
        let start = self.token.start;
        let params = self.params();
        let results = self.results();
        let ty = self.file.func_types.push(FuncType {
            type_params: None,
            params,
            results,
            span: self.span_from(start),
        });
        self.expr_from(ExprKind::Func(ty), start)
    }

    /// `T` or `~T`
    pub(super) fn term(&mut self) -> ExprId {
        let start = self.token.start;
        if !self.eat(T::Tilde) {
            return self.ty();
        }
        let x = self.ty();
        self.expr_from(ExprKind::Unary { op: UnaryOp::Tilde, x }, start)
    }

    /// `| B | C` behind the first term of a union.
    pub(super) fn union_rest(&mut self, first: ExprId) -> ExprId {
        let mut x = first;
        while self.at(T::Or) {
            let op_start = self.token.start;
            self.bump();
            let y = self.term();
            let start = self.start_of(x);
            x = self.expr_from(
                ExprKind::Binary {
                    op: BinaryOp::Or,
                    x,
                    y,
                    op_start,
                },
                start,
            );
        }
        x
    }

    /// The end of a field or method.
    fn end_field(&mut self) {
        match self.kind() {
            T::Semicolon => self.bump(),
            T::RightBrace => {}
            _ => {
                self.unexpected("the end of the line");
                self.skip_field();
            }
        }
    }
}
