//! Parameters, results and type parameters.
//!
//! `(a, b)` are two types and `(a, b int)` two names; only the end of the list tells. So names alone are kept as names until then.

use super::Parser;
use crate::ast::{BinaryOp, ExprId, ExprKind, Field, FieldId, FieldList, FieldListId, IdentId, List, Span};
use crate::token::TokenKind as T;

/// What a list declares.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Parameters or a receiver.
    Params,
    Results,
    TypeParams,
}

impl Role {
    fn close(self) -> T {
        match self {
            Self::Params | Self::Results => T::RightParen,
            Self::TypeParams => T::RightBracket,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Params => "the parameters",
            Self::Results => "the results",
            Self::TypeParams => "the type parameters",
        }
    }
}

/// One element of a list that is not complete.
#[derive(Clone, Copy)]
pub(super) struct Param {
    /// A name, or a type of one name.
    name: Option<IdentId>,
    ty: Option<ExprId>,
    start: u32,
    end: u32,
}

impl Parser<'_> {
    /// `(…)` of a function: parameters or a receiver.
    pub(super) fn params(&mut self) -> FieldListId {
        self.parenthesized(Role::Params)
    }

    /// `(…)` of a function: results.
    pub(super) fn result_params(&mut self) -> FieldListId {
        self.parenthesized(Role::Results)
    }

    fn parenthesized(&mut self, role: Role) -> FieldListId {
        let start = self.token.start;
        self.expect(T::LeftParen);
        self.param_list(role, start, None)
    }

    /// `[P any]` of a function.
    pub(super) fn type_params(&mut self) -> FieldListId {
        let start = self.token.start;
        self.bump();
        if self.at(T::RightBracket) {
            self.error_here("a list of type parameters has at least one");
        }
        self.type_params_behind(start, None)
    }

    /// The rest of type parameters of which `[` at `start` and the first name, with its constraint as far as it was read, are taken.
    pub(super) fn type_params_behind(&mut self, start: u32, first: Option<(IdentId, Option<ExprId>)>) -> FieldListId {
        self.param_list(Role::TypeParams, start, first)
    }

    /// The elements of a list whose bracket at `start` is taken, and the closing one.
    fn param_list(&mut self, role: Role, start: u32, first: Option<(IdentId, Option<ExprId>)>) -> FieldListId {
        let base = self.params.len();
        let mut first = first;
        while first.is_some() || !(self.at(role.close()) || self.at(T::Eof)) {
            let param = match first.take() {
                Some((name, ty)) => Some(self.param_named(name, ty, role)),
                None => self.param(role),
            };
            let Some(param) = param else {
                break;
            };
            self.params.push(param);
            if !self.comma_before(role.close(), role.name()) {
                break;
            }
        }
        let fields = self.distribute(base, role);
        self.close(role.close(), role.name());
        self.file.field_lists.push(FieldList {
            fields,
            span: self.span_from(start),
            bracketed: true,
        })
    }

    fn param(&mut self, role: Role) -> Option<Param> {
        let start = self.token.start;
        let ty = match self.kind() {
            T::Ident => {
                let name = self.take_ident();
                return Some(self.param_named(name, None, role));
            }
            T::Ellipsis => Some(self.variadic()),
            T::Tilde if role == Role::TypeParams => Some(self.term()),
            _ => self.try_ty(),
        };
        let Some(ty) = ty else {
            self.unexpected(role.close().describe());
            return None;
        };
        let ty = self.constraint_rest(ty, role);
        Some(Param {
            name: None,
            ty: Some(ty),
            start,
            end: self.prev_end.max(start),
        })
    }

    /// What starts with a name: the name, its type, or a type.
    fn param_named(&mut self, name: IdentId, ty: Option<ExprId>, role: Role) -> Param {
        let start = self.file.idents[name].start;
        let (name, ty) = match (ty, self.kind()) {
            (Some(ty), _) => (Some(name), Some(ty)),
            (None, T::LeftBracket) => match self.array_or_instance(name) {
                (true, ty) => (Some(name), Some(ty)),
                (false, ty) => (None, Some(ty)),
            },
            (None, T::Period) => (None, Some(self.type_name(name))),
            (None, T::Ellipsis) => (Some(name), Some(self.variadic())),
            (None, T::Tilde) if role == Role::TypeParams => (Some(name), Some(self.term())),
            (None, T::Or) if role == Role::TypeParams => (None, Some(self.ident_expr(name))),
            (None, _) => (Some(name), self.try_ty()),
        };
        let ty = ty.map(|ty| self.constraint_rest(ty, role));
        Param {
            name,
            ty,
            start,
            end: self.prev_end.max(start),
        }
    }

    fn constraint_rest(&mut self, ty: ExprId, role: Role) -> ExprId {
        if role == Role::TypeParams && self.at(T::Or) {
            return self.union_rest(ty);
        }
        ty
    }

    fn variadic(&mut self) -> ExprId {
        let start = self.token.start;
        self.bump();
        let elem = self.ty();
        self.expr_from(ExprKind::Ellipsis(Some(elem)), start)
    }

    /// Makes fields of the elements from `base` on: either all of them are types, or names share the type behind them.
    fn distribute(&mut self, base: usize, role: Role) -> List<FieldId> {
        self.check_variadic(base, role);
        let params = &self.params[base..];
        let named = params.iter().any(|param| param.name.is_some() && param.ty.is_some());
        let fields_base = self.fields.len();
        if !named {
            if let (Some(first), Role::TypeParams) = (params.first().copied(), role) {
                let message = match first.name {
                    Some(_) => "a type parameter has a constraint, `any` if nothing else",
                    None => "a type parameter has a name",
                };
                self.error(Span::new(first.start, first.end), message);
            }
            for index in base..self.params.len() {
                let param = self.params[index];
                let ty = match (param.ty, param.name) {
                    (Some(ty), _) => ty,
                    (None, Some(name)) => self.ident_expr(name),
                    (None, None) => continue,
                };
                self.fields.push(Field {
                    names: List::EMPTY,
                    ty,
                    tag: None,
                    span: Span::new(param.start, param.end),
                });
            }
            self.params.truncate(base);
            return self.take_fields(fields_base);
        }
        let mut start = None;
        let names = self.idents.len();
        let mut mixed = None;
        let count = self.params.len();
        for index in base..count {
            let param = self.params[index];
            let start_of_field = *start.get_or_insert(param.start);
            let span = Span::new(param.start, param.end);
            match param.name {
                Some(name) => self.idents.push(name),
                None => {
                    mixed = mixed.or(Some(span));
                    let blank = self.blank_at(param.start);
                    self.idents.push(blank);
                }
            }
            let ty = match param.ty {
                Some(ty) => ty,
                None if index + 1 < count => continue,
                None => {
                    mixed = mixed.or(Some(span));
                    self.expr(ExprKind::Bad, param.end, param.end)
                }
            };
            let names = self.take_idents(names);
            start = None;
            self.fields.push(Field {
                names,
                ty,
                tag: None,
                span: Span::new(start_of_field, param.end),
            });
        }
        if let Some(span) = mixed {
            self.error(
                span,
                match role {
                    Role::Params => "either all parameters have names or none",
                    Role::Results => "either all results have names or none",
                    Role::TypeParams => "every type parameter has a name and a constraint",
                },
            );
        }
        self.params.truncate(base);
        self.take_fields(fields_base)
    }

    /// `...` stands in the last parameter only, and that has a type of its own.
    fn check_variadic(&mut self, base: usize, role: Role) {
        let count = self.params.len();
        for index in base..count {
            let param = self.params[index];
            let Some(ty) = param.ty.map(|ty| self.file.exprs[ty]) else {
                continue;
            };
            if !matches!(ty.kind, ExprKind::Ellipsis(_)) {
                continue;
            }
            let shared = index > base && param.name.is_some() && self.params[index - 1].ty.is_none();
            if role != Role::Params {
                self.error(ty.span, "only parameters have `...`");
            } else if index + 1 < count || shared {
                self.error(ty.span, "only the last parameter has `...`, and a type of its own");
            }
        }
    }

    /// Behind `type T [` and a name: type parameters or the length of an array? `[P *C]` and `[P (C)]` are expressions too. They are type
    /// parameters if a comma follows or if what looks like an operand can only be a type.
    ///
    /// Returns the name and its constraint as far as it was read; or the length.
    pub(super) fn type_param_or_length(&mut self, name: IdentId) -> Result<(IdentId, Option<ExprId>), ExprId> {
        if self.at(T::LeftBracket) {
            // A name and a type that starts with a bracket, or the index of an array of constants, which is no constant.
            return Ok((name, None));
        }
        self.level += 1;
        let x = self.ident_expr(name);
        let start = self.start_of(x);
        let x = self.postfix(x, start);
        let x = self.binary_rest(x, 1);
        self.level -= 1;
        let comma = self.at(T::Comma);
        match self.split_constraint(x, comma) {
            Some((name, Some(constraint))) => Ok((name, Some(constraint))),
            Some((name, None)) if !self.at(T::RightBracket) => Ok((name, None)),
            _ => Err(x),
        }
    }

    /// Takes an expression apart into a name and what would be its constraint: `P *C`, `P (C)`, `P *C | D`; or a name alone.
    fn split_constraint(&mut self, x: ExprId, force: bool) -> Option<(IdentId, Option<ExprId>)> {
        // A union is a chain to the left, of any length.
        let mut force = force;
        let mut terms = Vec::new();
        let mut first = x;
        while let ExprKind::Binary {
            op: BinaryOp::Or,
            x,
            y,
            op_start,
        } = self.file.exprs[first].kind
        {
            force |= self.is_only_type(y);
            terms.push((y, op_start));
            first = x;
        }
        let (name, constraint) = self.split_term(first, force)?;
        if terms.is_empty() {
            return Some((name, constraint));
        }
        let mut union = constraint?;
        let start = self.start_of(union);
        for (y, op_start) in terms.into_iter().rev() {
            let kind = ExprKind::Binary {
                op: BinaryOp::Or,
                x: union,
                y,
                op_start,
            };
            let end = self.file.exprs[y].span.end;
            union = self.expr(kind, start, end);
        }
        Some((name, Some(union)))
    }

    fn split_term(&mut self, x: ExprId, force: bool) -> Option<(IdentId, Option<ExprId>)> {
        let expr = self.file.exprs[x];
        match expr.kind {
            ExprKind::Ident(name) => Some((name, None)),
            ExprKind::Binary {
                op: BinaryOp::Mul,
                x: left,
                y,
                op_start,
            } => {
                let ExprKind::Ident(name) = self.file.exprs[left].kind else {
                    return None;
                };
                if !force && !self.is_only_type(y) {
                    return None;
                }
                let end = self.file.exprs[y].span.end;
                Some((name, Some(self.expr(ExprKind::Star(y), op_start, end))))
            }
            ExprKind::Call {
                fun,
                args,
                spread: false,
            } => {
                let ExprKind::Ident(name) = self.file.exprs[fun].kind else {
                    return None;
                };
                let &[arg] = self.file.exprs(args) else {
                    return None;
                };
                if !force && !self.is_only_type(arg) {
                    return None;
                }
                Some((name, Some(self.constraint_in_parentheses(fun, arg, expr.span.end))))
            }
            _ => None,
        }
    }

    fn constraint_in_parentheses(&mut self, name: ExprId, inner: ExprId, end: u32) -> ExprId {
        let behind = self.file.exprs[name].span.end as usize;
        let open = behind + memchr::memchr(b'(', &self.lexer.text[behind..]).unwrap_or(0);
        self.expr(ExprKind::Paren(inner), open as u32, end)
    }

    /// Whether an expression can be nothing but a type or a union of types.
    fn is_only_type(&self, x: ExprId) -> bool {
        let mut x = x;
        loop {
            match self.file.exprs[x].kind {
                ExprKind::Array { .. }
                | ExprKind::Struct(_)
                | ExprKind::Func(_)
                | ExprKind::Interface(_)
                | ExprKind::Map { .. }
                | ExprKind::Chan { .. } => return true,
                ExprKind::Unary { op, .. } => return op == crate::ast::UnaryOp::Tilde,
                ExprKind::Paren(inner) => x = inner,
                ExprKind::Binary { x: left, y, .. } => {
                    if self.is_only_type(y) {
                        return true;
                    }
                    x = left;
                }
                _ => return false,
            }
        }
    }
}
