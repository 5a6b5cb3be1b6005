//! From trees and types to functions.
//!
//! Single assignment is made while lowering, as Braun et al. describe ("Simple and Efficient Construction of Static Single Assignment Form",
//! 2013): a block whose predecessors are not all known yet gets phis without operands, which are completed when it is sealed.

mod calls;
mod control;
mod exprs;
mod places;
mod ranges;
mod ssa;
mod stmts;
mod vars;

use gosleuth_base::{IndexVec, Sym};
use gosleuth_syntax::ast::{self, DeclKind, ExprId, FuncDeclId, GenKeyword, IdentId, Span, SpecKind, StmtId};
use gosleuth_types::{FileInfo, ObjKind, ObjRef, Query, Type, TypeId};
use rustc_hash::FxHashMap;

use crate::ir::{Block, BlockId, Capture, Func, FuncId, Op, Package, Terminator, Value, ValueId};
use ssa::Ssa;
use vars::FileVars;

/// A checked file.
#[derive(Clone, Copy, Debug)]
pub struct UnitFile<'a> {
    /// Its tree.
    pub tree: &'a ast::File,
    /// What is known about its nodes.
    pub info: &'a FileInfo,
    /// The minor version of the language it is written in: 21 for Go 1.21. From 22 on, loop variables are new in each iteration.
    pub go_minor: u32,
}

/// A checked package.
#[derive(Clone, Copy)]
pub struct Unit<'a> {
    /// Its types; the package that asks is this one.
    pub query: Query<'a, 'a>,
    /// Its files, in the order in which they were checked.
    pub files: &'a [UnitFile<'a>],
}

/// Lowers all functions of a package.
pub fn build_package(unit: &Unit<'_>) -> Package {
    let mut package = Package {
        pkg: unit.query.pkg,
        go_minor: unit.files.iter().map(|file| file.go_minor).max().unwrap_or(0),
        funcs: IndexVec::new(),
        by_object: FxHashMap::default(),
        inits: Vec::new(),
    };
    for (file, source) in unit.files.iter().enumerate() {
        let vars = FileVars::of(unit, file);
        let mut values = Vec::new();
        for &decl in &source.tree.top {
            match source.tree.decls[decl].kind {
                DeclKind::Func(decl) => declared(unit, &mut package, &vars, file, decl),
                DeclKind::Gen {
                    keyword: GenKeyword::Var,
                    specs,
                    ..
                } => values.extend(source.tree.specs(specs).iter().copied().filter(|&spec| {
                    matches!(source.tree.specs[spec].kind, SpecKind::Value { values, .. } if !values.is_empty())
                })),
                DeclKind::Gen { .. } | DeclKind::Bad => {}
            }
        }
        if !values.is_empty() {
            initial_values(unit, &mut package, &vars, file, &values);
        }
    }
    package
}

fn declared(unit: &Unit<'_>, package: &mut Package, vars: &FileVars, file: usize, decl: FuncDeclId) {
    let source = unit.files[file];
    let func = source.tree.func_decls[decl];
    let Some(obj) = source.info.object_of(func.name) else {
        return;
    };
    let mut name = symbol_name(unit, source.tree.name(func.name), obj);
    // There can be several; nobody can call them.
    if name == "init" && func.recv.is_none() {
        let before = package.funcs.iter().filter(|func| func.parent.is_none());
        let inits = before.filter(|func| func.obj.is_some() && func.name.starts_with("init."));
        name = format!("init.{}", inits.count());
    }
    let mut span = source.tree.func_types[func.ty].span;
    if let Some(body) = func.body {
        span.end = source.tree.stmts[body].span.end;
    }
    let mut builder = Builder::new(unit, package, vars, file, name, None, span);
    builder.func.obj = Some(obj);
    builder.func.sig = unit.query.object_type(obj);
    let recv = func.recv.and_then(|list| source.tree.fields(list).first().copied());
    if let Some(recv) = recv {
        let ty = match unit.query.object(obj).map(|object| &object.kind) {
            Some(ObjKind::Func { recv: Some(ty), .. }) => *ty,
            _ => TypeId::UNKNOWN,
        };
        builder.func.has_receiver = true;
        builder.param(source.tree.idents(recv.names).first().copied(), ty);
    }
    builder.body(func.ty, func.body);
    let id = builder.finish();
    package.by_object.insert(obj, id);
}

fn initial_values(unit: &Unit<'_>, package: &mut Package, vars: &FileVars, file: usize, specs: &[ast::SpecId]) {
    let mut builder = Builder::new(unit, package, vars, file, "init".to_owned(), None, Span::default());
    for &spec in specs {
        builder.package_vars(spec);
    }
    builder.end(Terminator::Return(Vec::new()));
    let id = builder.finish();
    package.inits.push(id);
}

/// The name of a function or method as the linker has it, without the import path.
fn symbol_name(unit: &Unit<'_>, name: &str, obj: ObjRef) -> String {
    let query = unit.query;
    let is_generic = |params: TypeId| params != TypeId::EMPTY_TUPLE;
    match query.object(obj).map(|object| &object.kind) {
        Some(ObjKind::Func {
            recv: Some(recv),
            recv_params,
        }) => {
            let (star, base) = match query.ty(*recv) {
                Type::Pointer(base) => (true, *base),
                _ => (false, *recv),
            };
            let mut text = match query.ty(base) {
                Type::Named { decl, .. } => query
                    .named(*decl)
                    .and_then(|info| query.object(info.obj))
                    .map_or("?", |object| query.world.text(object.name))
                    .to_owned(),
                _ => "?".to_owned(),
            };
            if is_generic(*recv_params) {
                text.push_str("[...]");
            }
            if star {
                format!("(*{text}).{name}")
            } else {
                format!("{text}.{name}")
            }
        }
        _ => match query.ty(query.object_type(obj)) {
            Type::Func(sig) if is_generic(sig.type_params) => format!("{name}[...]"),
            _ => name.to_owned(),
        },
    }
}

/// Where `break` and `continue` go.
#[derive(Clone, Copy)]
struct Target {
    label: Option<Sym>,
    break_to: BlockId,
    /// None for `switch` and `select`.
    continue_to: Option<BlockId>,
}

/// A function being lowered.
struct Builder<'a, 'p> {
    unit: &'p Unit<'a>,
    package: &'p mut Package,
    vars: &'p FileVars,
    tree: &'a ast::File,
    info: &'a FileInfo,
    id: FuncId,
    func: Func,
    /// The literal this function is, none for a declared function.
    literal: Option<ExprId>,
    ssa: Ssa,
    /// The block that is being filled; none where control does not get to.
    current: Option<BlockId>,
    targets: Vec<Target>,
    /// The label in front of the statement that comes next.
    label: Option<Sym>,
    labels: FxHashMap<Sym, BlockId>,
    /// Blocks of the clause after the one being lowered, for `fallthrough`.
    fallthrough: Option<BlockId>,
    /// Named results, in order; empty if they have no names.
    named_results: Vec<Option<ObjRef>>,
    has_defer: bool,
    /// Literals lowered so far in this function.
    literals: u32,
    /// Numbers of variables that no object stands for.
    temporaries: u32,
    depth: u32,
}

/// Nesting of statements and expressions that is followed.
const MAX_NESTING: u32 = 2_000;

impl<'a, 'p> Builder<'a, 'p> {
    fn new(
        unit: &'p Unit<'a>,
        package: &'p mut Package,
        vars: &'p FileVars,
        file: usize,
        name: String,
        parent: Option<FuncId>,
        span: Span,
    ) -> Self {
        let source = unit.files[file];
        // Its number is taken now, so that literals come after the function around them and can name it.
        let id = package.funcs.push(Func::bodyless(String::new(), file, span));
        let mut builder = Self {
            unit,
            package,
            vars,
            tree: source.tree,
            info: source.info,
            id,
            func: Func {
                parent,
                ..Func::bodyless(name, file, span)
            },
            literal: None,
            ssa: Ssa::default(),
            current: None,
            targets: Vec::new(),
            label: None,
            labels: FxHashMap::default(),
            fallthrough: None,
            named_results: Vec::new(),
            has_defer: false,
            literals: 0,
            temporaries: 0,
            depth: 0,
        };
        let entry = builder.block();
        builder.seal(entry);
        builder.current = Some(entry);
        builder
    }

    fn query(&self) -> Query<'a, 'a> {
        self.unit.query
    }

    fn ty(&self, id: TypeId) -> &'a Type {
        self.unit.query.ty(id)
    }

    fn under(&self, id: TypeId) -> &'a Type {
        let query = self.unit.query;
        query.ty(query.underlying(id))
    }

    /// The structure behind a type; for type parameters that of their core type.
    fn core(&self, id: TypeId) -> &'a Type {
        let query = self.unit.query;
        query.core_type(id).map_or(&Type::Unknown, |core| query.ty(core))
    }

    /// An empty block that nothing leads to yet.
    fn block(&mut self) -> BlockId {
        self.func.blocks.push(Block {
            values: Vec::new(),
            end: Terminator::Unreachable,
            preds: Vec::new(),
        })
    }

    /// Appends a value to the current block. Where control does not get to, the value goes to a block without predecessors, which is dropped.
    fn emit(&mut self, op: Op, ty: TypeId, pos: u32) -> ValueId {
        let block = match self.current {
            Some(block) => block,
            None => {
                let block = self.block();
                self.seal(block);
                self.current = Some(block);
                block
            }
        };
        let value = self.func.values.push(Value { op, ty, pos });
        self.func.blocks[block].values.push(value);
        value
    }

    /// Ends the current block.
    fn end(&mut self, end: Terminator) {
        let Some(block) = self.current.take() else {
            return;
        };
        for to in end.successors() {
            self.func.blocks[to].preds.push(block);
        }
        self.func.blocks[block].end = end;
    }

    fn jump(&mut self, to: BlockId) {
        self.end(Terminator::Jump(to));
    }

    /// Fills a block whose predecessors are all known.
    fn start_sealed(&mut self, block: BlockId) {
        self.seal(block);
        self.current = Some(block);
    }

    /// Declares a parameter; `ident` is its name if it has one.
    fn param(&mut self, ident: Option<IdentId>, ty: TypeId) {
        let number = self.func.params.len() as u32;
        let pos = ident.map_or(self.func.span.start, |ident| self.tree.idents[ident].start);
        let value = self.emit(Op::Param(number), ty, pos);
        self.func.params.push(value);
        if let Some(obj) = ident.and_then(|ident| self.info.object_of(ident)) {
            self.declare_var(obj, ty, Some(value), pos);
        }
    }

    /// Parameters, named results, statements, and the end.
    fn body(&mut self, ty: ast::FuncTypeId, body: Option<StmtId>) {
        let tree = self.tree;
        let ty = tree.func_types[ty];
        let (params, results) = match *self.ty(self.func.sig) {
            Type::Func(sig) => (sig.params, sig.results),
            _ => (TypeId::EMPTY_TUPLE, TypeId::EMPTY_TUPLE),
        };
        let mut types = self.query().world.types.list(params).iter().copied();
        for field in tree.fields(ty.params) {
            let names = tree.idents(field.names);
            for &ident in names {
                self.param(Some(ident), types.next().unwrap_or(TypeId::UNKNOWN));
            }
            if names.is_empty() {
                self.param(None, types.next().unwrap_or(TypeId::UNKNOWN));
            }
        }
        let Some(body) = body else {
            self.func.blocks = IndexVec::new();
            self.current = None;
            return;
        };
        self.has_defer = self.vars.defers(self.literal, tree.stmts[body].span);
        let mut types = self.query().world.types.list(results).iter().copied();
        if let Some(results) = ty.results {
            for field in tree.fields(results) {
                for &ident in tree.idents(field.names) {
                    let ty = types.next().unwrap_or(TypeId::UNKNOWN);
                    let obj = self.info.object_of(ident);
                    if let Some(obj) = obj {
                        self.declare_result(obj, ty, tree.idents[ident].start);
                    }
                    self.named_results.push(obj);
                }
            }
        }
        self.stmts(tree.block(body));
        let end = tree.stmts[body].span.end.saturating_sub(1);
        if self.current.is_some() {
            self.return_named(end);
        }
        if self.has_defer {
            let block = self.block();
            self.start_sealed(block);
            self.func.recovered = Some(block);
            let types = self.query().world.types.list(results);
            let values = if self.named_results.is_empty() {
                types.iter().map(|&ty| self.emit(Op::Zero, ty, end)).collect()
            } else {
                self.load_results(end)
            };
            self.end(Terminator::Return(values));
        }
    }

    fn finish(mut self) -> FuncId {
        self.seal_all();
        self.complete();
        // All functions of a package are held at once.
        self.func.values.shrink_to_fit();
        self.func.blocks.shrink_to_fit();
        self.package.funcs[self.id] = self.func;
        self.id
    }

    /// Lowers a literal: its function, and what it captures.
    fn lower_literal(&mut self, expr: ExprId, ty: ast::FuncTypeId, body: StmtId) -> (FuncId, Vec<Capture>) {
        self.literals += 1;
        let name = if self.literal.is_some() {
            format!("{}.{}", self.func.name, self.literals)
        } else {
            format!("{}.func{}", self.func.name, self.literals)
        };
        let span = self.tree.exprs[expr].span;
        let (file, parent) = (self.func.file, Some(self.id));
        let mut builder = Builder::new(self.unit, &mut *self.package, self.vars, file, name, parent, span);
        builder.literal = Some(expr);
        builder.depth = self.depth;
        builder.func.sig = builder.info.type_of(expr);
        builder.body(ty, Some(body));
        let captures = builder.func.captures.clone();
        (builder.finish(), captures)
    }
}
