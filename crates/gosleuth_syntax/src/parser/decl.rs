//! Files and declarations.

use super::{GENERIC_METHODS, Lengths, Parser};
use crate::ast::{
    Decl, DeclId, DeclKind, ExprId, ExprKind, FuncDecl, FuncType, GenKeyword, LiteralKind, Span, Spec, SpecId,
    SpecKind, StmtKind,
};
use crate::token::TokenKind as T;

impl Parser<'_> {
    /// The package clause and all declarations.
    pub(super) fn file(&mut self) {
        self.file.package_start = self.token.start;
        if self.expect(T::Package) {
            let name = self.ident();
            self.file.package = Some(name);
            self.end_declaration();
        }
        let mut imports_over = false;
        while !self.at(T::Eof) {
            let before = self.token.start;
            if self.at(T::Import) && imports_over {
                self.error_here("imports stand before other declarations");
            }
            imports_over |= !self.at(T::Import);
            let decl = self.top_level_declaration();
            self.file.top.push(decl);
            debug_assert!(
                self.token.start > before || self.at(T::Eof),
                "every declaration takes a token"
            );
        }
    }

    /// One declaration from its keyword to behind its semicolon.
    pub(super) fn declaration(&mut self) -> DeclId {
        let start = self.token.start;
        let kind = match self.kind() {
            T::Func => self.func_decl(start),
            T::Import => self.gen_decl(GenKeyword::Import),
            T::Const => self.gen_decl(GenKeyword::Const),
            T::Type => self.gen_decl(GenKeyword::Type),
            T::Var => self.gen_decl(GenKeyword::Var),
            _ => {
                self.unexpected("a declaration");
                self.skip_to_declaration();
                DeclKind::Bad
            }
        };
        let end = match kind {
            // The semicolon is taken; what stands before it counts.
            DeclKind::Gen {
                grouped: false, specs, ..
            } => {
                let spec = self.file.specs(specs)[0];
                self.file.specs[spec].span.end
            }
            _ => self.prev_end.max(start),
        };
        let decl = self.file.decls.push(Decl {
            kind,
            span: Span::new(start, end),
        });
        if kind != DeclKind::Bad && !matches!(kind, DeclKind::Gen { grouped: false, .. }) {
            self.end_declaration();
        }
        decl
    }

    fn end_declaration(&mut self) {
        if !self.end_of_statement() {
            self.unexpected("the end of the declaration");
        }
    }

    fn gen_decl(&mut self, keyword: GenKeyword) -> DeclKind {
        self.bump();
        let base = self.specs.len();
        let grouped = self.eat(T::LeftParen);
        if grouped {
            while !matches!(self.kind(), T::RightParen | T::Eof) {
                let before = self.token.start;
                let spec = self.spec(keyword);
                self.specs.push(spec);
                if self.token.start == before {
                    self.skip_statement();
                    if self.token.start == before {
                        break;
                    }
                }
            }
            self.expect(T::RightParen);
        } else {
            let spec = self.spec(keyword);
            self.specs.push(spec);
        }
        let specs = self.take_specs(base);
        DeclKind::Gen {
            keyword,
            grouped,
            specs,
        }
    }

    /// One line of a declaration with its semicolon.
    fn spec(&mut self, keyword: GenKeyword) -> SpecId {
        let start = self.token.start;
        let kind = match keyword {
            GenKeyword::Import => self.import_spec(),
            GenKeyword::Const | GenKeyword::Var => self.value_spec(keyword),
            GenKeyword::Type => self.type_spec(),
        };
        let span = self.span_from(start);
        let spec = self.file.specs.push(Spec { kind, span });
        if keyword == GenKeyword::Import {
            self.file.imports.push(spec);
        }
        if !self.end_of_statement() {
            self.unexpected("the end of the line");
            self.skip_statement();
        }
        spec
    }

    fn import_spec(&mut self) -> SpecKind {
        let name = match self.kind() {
            T::Ident => Some(self.take_ident()),
            T::Period => {
                let start = self.token.start;
                self.bump();
                let name = self.lexer.names.intern(".");
                Some(self.file.idents.push(crate::ast::Ident { name, start }))
            }
            _ => None,
        };
        let path = if self.at(T::String) {
            let span = Span::new(self.token.start, self.token.end);
            self.bump();
            self.expr(ExprKind::Literal(LiteralKind::String), span.start, span.end)
        } else {
            self.unexpected("an import path in quotes");
            let bad = self.bad_expr();
            if !matches!(self.kind(), T::Semicolon | T::RightParen | T::Eof) {
                self.bump();
            }
            bad
        };
        SpecKind::Import { name, path }
    }

    fn value_spec(&mut self, keyword: GenKeyword) -> SpecKind {
        let base = self.idents.len();
        let name = self.ident();
        self.idents.push(name);
        while self.eat(T::Comma) {
            let name = self.ident();
            self.idents.push(name);
        }
        let names = self.take_idents(base);
        let ty = match keyword {
            GenKeyword::Const => self.try_ty(),
            _ => (!self.at(T::Assign)).then(|| self.ty()),
        };
        let base = self.exprs.len();
        if self.eat(T::Assign) {
            self.expressions();
        }
        let values = self.take_exprs(base);
        SpecKind::Value { names, ty, values }
    }

    fn type_spec(&mut self) -> SpecKind {
        let name = self.ident();
        let mut type_params = None;
        let ty = if self.at(T::LeftBracket) {
            let open = self.token.start;
            self.bump();
            match self.kind() {
                T::Ident => {
                    let first = self.take_ident();
                    match self.type_param_or_length(first) {
                        Ok(first) => {
                            type_params = Some(self.type_params_behind(open, Some(first)));
                            None
                        }
                        Err(len) => Some(self.array_elem(Some(len), open)),
                    }
                }
                _ => Some(self.array_or_slice(open)),
            }
        } else {
            None
        };
        if let Some(ty) = ty {
            return SpecKind::Type {
                alias: false,
                name,
                type_params,
                ty,
            };
        }
        let alias = self.eat(T::Assign);
        let ty: ExprId = self.ty();
        SpecKind::Type {
            alias,
            name,
            type_params,
            ty,
        }
    }

    fn func_decl(&mut self, start: u32) -> DeclKind {
        self.bump();
        let recv = self.at(T::LeftParen).then(|| self.params());
        let name = self.ident();
        let bracket = self.token.start;
        let type_params = self.at(T::LeftBracket).then(|| self.type_params());
        if recv.is_some() && type_params.is_some() && self.options.version.is_some_and(|it| it < GENERIC_METHODS) {
            let span = self.span_from(bracket);
            self.error(
                span,
                format!("a method has type parameters of its own: that needs go{GENERIC_METHODS}"),
            );
        }
        let params = self.params();
        let results = self.results();
        let ty = self.file.func_types.push(FuncType {
            type_params,
            params,
            results,
            span: self.span_from(start),
        });
        if self.at_line_end() && self.brace_follows() {
            self.error_here("the body of a function starts on the line of its head");
            self.bump();
        }
        let body = self.at(T::LeftBrace).then(|| {
            if self.options.bodies {
                self.block()
            } else {
                self.skipped_block()
            }
        });
        DeclKind::Func(self.file.func_decls.push(FuncDecl { name, recv, ty, body }))
    }

    /// `{…}` of which only the extent is kept.
    fn skipped_block(&mut self) -> crate::ast::StmtId {
        let start = self.token.start;
        let mut open = 0;
        loop {
            match self.kind() {
                T::LeftBrace => open += 1,
                T::RightBrace => open -= 1,
                T::Eof => {
                    self.unexpected("`}`");
                    break;
                }
                _ => {}
            }
            self.bump();
            if open == 0 {
                break;
            }
        }
        self.stmt_from(StmtKind::Block(crate::ast::List::EMPTY), start)
    }

    pub(super) fn lengths(&self) -> Lengths {
        Lengths::of(&self.file)
    }
}
