//! A tree as lines, as `xtask/go/parsedump` writes it: depth, kind, extent, and what else distinguishes a node.

use std::io::Write as _;

use gosleuth_syntax::ast::{
    AssignOp, BinaryOp, BranchKind, ChanDir, DeclId, DeclKind, ExprId, ExprKind, FieldListId, File, FuncTypeId,
    GenKeyword, IdentId, LiteralKind, RangeOp, Span, SpecId, SpecKind, StmtId, StmtKind, UnaryOp,
};

/// Writes the tree of a file.
pub(super) fn write(file: &File, text: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let mut writer = Writer {
        file,
        text,
        depth: 0,
        out,
    };
    writer.file();
}

/// FNV-1a.
pub(super) fn hash(lines: &[u8]) -> u64 {
    lines.iter().fold(14_695_981_039_346_656_037, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(1_099_511_628_211)
    })
}

struct Writer<'a> {
    file: &'a File,
    text: &'a [u8],
    depth: u32,
    out: &'a mut Vec<u8>,
}

impl Writer<'_> {
    fn line(&mut self, kind: &str, span: Span, details: std::fmt::Arguments<'_>) {
        let Span { start, end } = span;
        let depth = self.depth;
        writeln!(self.out, "{depth} {kind} {start} {end}{details}").expect("memory takes everything");
    }

    fn none(&mut self) {
        writeln!(self.out, "{} -", self.depth).expect("memory takes everything");
    }

    fn nested(&mut self, children: impl FnOnce(&mut Self)) {
        self.depth += 1;
        children(self);
        self.depth -= 1;
    }

    fn file(&mut self) {
        let file = self.file;
        let start = file.package_start;
        self.line("File", Span::new(start, start + 7), format_args!(" {}", file.top.len()));
        self.nested(|w| {
            w.ident(file.package);
            for &decl in &file.top {
                w.decl(decl);
            }
            for comment in &file.comments {
                let start = comment.span.start;
                let mark = Span::new(start, start + 2);
                let shown = String::from_utf8_lossy(mark.of(w.text)).into_owned();
                w.line("Comment", mark, format_args!(" {shown}"));
            }
            w.line("Comments", Span::default(), format_args!(" {}", file.comments.len()));
            w.line("Imports", Span::default(), format_args!(" {}", file.imports.len()));
        });
    }

    fn ident(&mut self, id: Option<IdentId>) {
        let Some(id) = id else {
            return self.none();
        };
        let file = self.file;
        self.line("Ident", file.ident_span(id), format_args!(" {}", file.name(id)));
    }

    fn decl(&mut self, id: DeclId) {
        let file = self.file;
        let decl = file.decls[id];
        match decl.kind {
            DeclKind::Bad => self.line("Bad", decl.span, format_args!("")),
            DeclKind::Gen {
                keyword,
                grouped,
                specs,
            } => {
                let keyword = match keyword {
                    GenKeyword::Import => "import",
                    GenKeyword::Const => "const",
                    GenKeyword::Type => "type",
                    GenKeyword::Var => "var",
                };
                let specs = file.specs(specs);
                self.line(
                    "Gen",
                    decl.span,
                    format_args!(" {keyword} {} {}", flag(grouped, "grouped"), specs.len()),
                );
                self.nested(|w| specs.iter().for_each(|&spec| w.spec(spec)));
            }
            DeclKind::Func(id) => {
                let function = file.func_decls[id];
                self.line("FuncDecl", decl.span, format_args!(""));
                self.nested(|w| {
                    w.fields(function.recv);
                    w.ident(Some(function.name));
                    w.func_type(function.ty);
                    w.stmt(function.body);
                });
            }
        }
    }

    fn spec(&mut self, id: SpecId) {
        let file = self.file;
        let spec = file.specs[id];
        match spec.kind {
            SpecKind::Import { name, path } => {
                self.line("Import", spec.span, format_args!(""));
                self.nested(|w| {
                    w.ident(name);
                    w.expr(Some(path));
                });
            }
            SpecKind::Value { names, ty, values } => {
                let (names, values) = (file.idents(names), file.exprs(values));
                self.line("Value", spec.span, format_args!(" {} {}", names.len(), values.len()));
                self.nested(|w| {
                    names.iter().for_each(|&name| w.ident(Some(name)));
                    w.expr(ty);
                    w.exprs(values);
                });
            }
            SpecKind::Type {
                alias,
                name,
                type_params,
                ty,
            } => {
                self.line("Type", spec.span, format_args!(" {}", flag(alias, "alias")));
                self.nested(|w| {
                    w.ident(Some(name));
                    w.fields(type_params);
                    w.expr(Some(ty));
                });
            }
        }
    }

    fn fields(&mut self, id: Option<FieldListId>) {
        let Some(id) = id else {
            return self.none();
        };
        let file = self.file;
        let list = file.field_lists[id];
        let fields = file.fields(id);
        self.line(
            "Fields",
            list.span,
            format_args!(" {} {}", flag(list.bracketed, "bracketed"), fields.len()),
        );
        self.nested(|w| {
            for field in fields {
                let names = file.idents(field.names);
                w.line("Field", field.span, format_args!(" {}", names.len()));
                w.nested(|w| {
                    names.iter().for_each(|&name| w.ident(Some(name)));
                    w.expr(Some(field.ty));
                    w.expr(field.tag);
                });
            }
        });
    }

    fn func_type(&mut self, id: FuncTypeId) {
        let ty = self.file.func_types[id];
        self.line("FuncType", ty.span, format_args!(""));
        self.nested(|w| {
            w.fields(ty.type_params);
            w.fields(Some(ty.params));
            w.fields(ty.results);
        });
    }

    fn exprs(&mut self, list: &[ExprId]) {
        list.iter().for_each(|&x| self.expr(Some(x)));
    }

    fn expr(&mut self, id: Option<ExprId>) {
        let Some(id) = id else {
            return self.none();
        };
        let file = self.file;
        let expr = file.exprs[id];
        let span = expr.span;
        let mut plain = |kind: &str, children: &[Option<ExprId>]| {
            self.line(kind, span, format_args!(""));
            self.nested(|w| children.iter().for_each(|&x| w.expr(x)));
        };
        match expr.kind {
            ExprKind::Bad => plain("Bad", &[]),
            ExprKind::Ident(name) => {
                // The extent of the expression is what is compared, not the one that follows from the name.
                self.line("Ident", span, format_args!(" {}", file.name(name)));
            }
            ExprKind::Literal(kind) => {
                let kind = match kind {
                    LiteralKind::Int => "INT",
                    LiteralKind::Float => "FLOAT",
                    LiteralKind::Imag => "IMAG",
                    LiteralKind::Char => "CHAR",
                    LiteralKind::String => "STRING",
                };
                self.line("Literal", span, format_args!(" {kind}"));
            }
            ExprKind::FuncLit { ty, body } => {
                self.line("FuncLit", span, format_args!(""));
                self.nested(|w| {
                    w.func_type(ty);
                    w.stmt(Some(body));
                });
            }
            ExprKind::Composite { ty, elems } => {
                let elems = file.exprs(elems);
                self.line("Composite", span, format_args!(" {}", elems.len()));
                self.nested(|w| {
                    w.expr(ty);
                    w.exprs(elems);
                });
            }
            ExprKind::KeyValue { key, value } => plain("KeyValue", &[Some(key), Some(value)]),
            ExprKind::Paren(x) => plain("Paren", &[Some(x)]),
            ExprKind::Selector { x, sel } => {
                self.line("Selector", span, format_args!(""));
                self.nested(|w| {
                    w.expr(Some(x));
                    w.ident(Some(sel));
                });
            }
            ExprKind::Index { x, index } => plain("Index", &[Some(x), Some(index)]),
            ExprKind::IndexList { x, indices } => {
                let indices = file.exprs(indices);
                self.line("IndexList", span, format_args!(" {}", indices.len()));
                self.nested(|w| {
                    w.expr(Some(x));
                    w.exprs(indices);
                });
            }
            ExprKind::Slice { x, lo, hi } => {
                self.line("Slice", span, format_args!(" ."));
                self.nested(|w| [Some(x), lo, hi, None].into_iter().for_each(|x| w.expr(x)));
            }
            ExprKind::Slice3 { has_lo, x, parts } => {
                let parts = file.exprs(parts);
                let (lo, rest) = match (has_lo, parts) {
                    (true, [lo, rest @ ..]) => (Some(*lo), rest),
                    _ => (None, parts),
                };
                self.line("Slice", span, format_args!(" 3"));
                self.nested(|w| {
                    w.expr(Some(x));
                    w.expr(lo);
                    w.exprs(rest);
                });
            }
            ExprKind::TypeAssert { x, ty } => plain("TypeAssert", &[Some(x), ty]),
            ExprKind::Call { spread, fun, args } => {
                let args = file.exprs(args);
                self.line("Call", span, format_args!(" {} {}", flag(spread, "spread"), args.len()));
                self.nested(|w| {
                    w.expr(Some(fun));
                    w.exprs(args);
                });
            }
            ExprKind::Star(x) => plain("Star", &[Some(x)]),
            ExprKind::Unary { op, x } => {
                let op = match op {
                    UnaryOp::Plus => "+",
                    UnaryOp::Minus => "-",
                    UnaryOp::Not => "!",
                    UnaryOp::BitNot => "^",
                    UnaryOp::Address => "&",
                    UnaryOp::Recv => "<-",
                    UnaryOp::Tilde => "~",
                };
                self.line("Unary", span, format_args!(" {op}"));
                self.nested(|w| w.expr(Some(x)));
            }
            ExprKind::Binary { op, x, y, op_start } => {
                self.line("Binary", span, format_args!(" {} {op_start}", binary(op)));
                self.nested(|w| {
                    w.expr(Some(x));
                    w.expr(Some(y));
                });
            }
            ExprKind::Ellipsis(elem) => plain("Ellipsis", &[elem]),
            ExprKind::Array { len, elem } => plain("Array", &[len, Some(elem)]),
            ExprKind::Struct(list) => {
                self.line("Struct", span, format_args!(""));
                self.nested(|w| w.fields(Some(list)));
            }
            ExprKind::Func(ty) => {
                debug_assert_eq!(file.func_types[ty].span, span);
                self.func_type(ty);
            }
            ExprKind::Interface(list) => {
                self.line("Interface", span, format_args!(""));
                self.nested(|w| w.fields(Some(list)));
            }
            ExprKind::Map { key, value } => plain("Map", &[Some(key), Some(value)]),
            ExprKind::Chan { dir, elem } => {
                let dir = match dir {
                    ChanDir::Both => "both",
                    ChanDir::Send => "send",
                    ChanDir::Recv => "receive",
                };
                self.line("Chan", span, format_args!(" {dir}"));
                self.nested(|w| w.expr(Some(elem)));
            }
        }
    }

    fn stmts(&mut self, list: &[StmtId]) {
        list.iter().for_each(|&statement| self.stmt(Some(statement)));
    }

    fn stmt(&mut self, id: Option<StmtId>) {
        let Some(id) = id else {
            return self.none();
        };
        let file = self.file;
        let stmt = file.stmts[id];
        let span = stmt.span;
        let mut plain = |kind: &str, children: &[ExprId]| {
            self.line(kind, span, format_args!(""));
            self.nested(|w| w.exprs(children));
        };
        match stmt.kind {
            StmtKind::Bad => plain("Bad", &[]),
            StmtKind::Decl(decl) => {
                self.line("DeclStmt", span, format_args!(""));
                self.nested(|w| w.decl(decl));
            }
            StmtKind::Empty { implicit } => {
                self.line("Empty", span, format_args!(" {}", flag(implicit, "implicit")));
            }
            StmtKind::Labeled { label, stmt } => {
                self.line("Labeled", span, format_args!(""));
                self.nested(|w| {
                    w.ident(Some(label));
                    w.stmt(Some(stmt));
                });
            }
            StmtKind::Expr(x) => plain("Expr", &[x]),
            StmtKind::Send { chan, value, arrow } => {
                self.line("Send", span, format_args!(" {arrow}"));
                self.nested(|w| w.exprs(&[chan, value]));
            }
            StmtKind::IncDec { increment, x } => {
                self.line("IncDec", span, format_args!(" {}", if increment { "++" } else { "--" }));
                self.nested(|w| w.expr(Some(x)));
            }
            StmtKind::Assign { op, op_start, .. } => {
                let (lhs, rhs) = file.sides(stmt.kind);
                let (name, equals) = match op {
                    AssignOp::Assign => ("", "="),
                    AssignOp::Define => ("", ":="),
                    AssignOp::Op(op) => (binary(op), "="),
                };
                self.line(
                    "Assign",
                    span,
                    format_args!(" {name}{equals} {op_start} {} {}", lhs.len(), rhs.len()),
                );
                self.nested(|w| {
                    w.exprs(lhs);
                    w.exprs(rhs);
                });
            }
            StmtKind::Go(call) => plain("Go", &[call]),
            StmtKind::Defer(call) => plain("Defer", &[call]),
            StmtKind::Return(values) => {
                let values = file.exprs(values);
                self.line("Return", span, format_args!(" {}", values.len()));
                self.nested(|w| w.exprs(values));
            }
            StmtKind::Branch { kind, label } => {
                let kind = match kind {
                    BranchKind::Break => "break",
                    BranchKind::Continue => "continue",
                    BranchKind::Goto => "goto",
                    BranchKind::Fallthrough => "fallthrough",
                };
                self.line("Branch", span, format_args!(" {kind}"));
                self.nested(|w| w.ident(label));
            }
            StmtKind::Block(list) => {
                let list = file.stmts(list);
                self.line("Block", span, format_args!(" {}", list.len()));
                self.nested(|w| w.stmts(list));
            }
            StmtKind::If { init, cond, then, els } => {
                self.line("If", span, format_args!(""));
                self.nested(|w| {
                    w.stmt(init);
                    w.expr(Some(cond));
                    w.stmt(Some(then));
                    w.stmt(els);
                });
            }
            StmtKind::Switch { init, tag, body } => {
                self.line("Switch", span, format_args!(""));
                self.nested(|w| {
                    w.stmt(init);
                    w.expr(tag);
                    w.stmt(Some(body));
                });
            }
            StmtKind::TypeSwitch { init, guard, body } => {
                self.line("TypeSwitch", span, format_args!(""));
                self.nested(|w| {
                    w.stmt(init);
                    w.stmt(Some(guard));
                    w.stmt(Some(body));
                });
            }
            StmtKind::Case { default, exprs, body } => {
                let (exprs, body) = (file.exprs(exprs), file.stmts(body));
                self.line(
                    "Case",
                    span,
                    format_args!(" {} {} {}", flag(default, "default"), exprs.len(), body.len()),
                );
                self.nested(|w| {
                    w.exprs(exprs);
                    w.stmts(body);
                });
            }
            StmtKind::Select { body } => {
                self.line("Select", span, format_args!(""));
                self.nested(|w| w.stmt(Some(body)));
            }
            StmtKind::Comm { comm, body } => {
                let body = file.stmts(body);
                self.line("Comm", span, format_args!(" {}", body.len()));
                self.nested(|w| {
                    w.stmt(comm);
                    w.stmts(body);
                });
            }
            StmtKind::For { init, cond, post, body } => {
                self.line("For", span, format_args!(""));
                self.nested(|w| {
                    w.stmt(init);
                    w.expr(cond);
                    w.stmt(post);
                    w.stmt(Some(body));
                });
            }
            StmtKind::Range {
                op,
                key,
                value,
                x,
                body,
            } => {
                let op = match op {
                    RangeOp::None => ".",
                    RangeOp::Assign => "=",
                    RangeOp::Define => ":=",
                };
                self.line("Range", span, format_args!(" {op}"));
                self.nested(|w| {
                    w.expr(key);
                    w.expr(value);
                    w.expr(Some(x));
                    w.stmt(Some(body));
                });
            }
        }
    }
}

fn flag(set: bool, name: &'static str) -> &'static str {
    if set { name } else { "." }
}

fn binary(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::LogicalOr => "||",
        BinaryOp::LogicalAnd => "&&",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Or => "|",
        BinaryOp::Xor => "^",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Rem => "%",
        BinaryOp::Shl => "<<",
        BinaryOp::Shr => ">>",
        BinaryOp::And => "&",
        BinaryOp::AndNot => "&^",
    }
}
