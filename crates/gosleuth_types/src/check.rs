//! One package, from trees to types.
//!
//! Order: names of the package are collected; types, signatures, constants and variables are worked out, each when first needed; then
//! the package can be published to those that import it; function bodies come last. Names inside functions are bound and unbound as
//! their blocks are entered and left, so that a lookup is one index.

mod assign;
mod binary;
mod builtin;
mod call;
mod collect;
mod conversion;
mod decl;
mod expr;
#[cfg(test)]
mod expr_tests;
mod index;
mod literal;
mod operand;
mod selector;
mod stmt;
mod typexpr;
mod untyped;

use gosleuth_base::{Idx as _, Sym};
use gosleuth_syntax::ast::{self, ExprId, IdentId, Span, StmtId};
use rustc_hash::FxHashMap;

use crate::info::{FileInfo, Mode};
use crate::names::Name;
use crate::object::{ObjKind, ObjRef, Object, PackageTables, PackageTypes, PkgId, Pos};
use crate::query::{Caches, Query};
use crate::types::{Type, TypeId};
use crate::world::World;

pub(crate) use operand::Operand;

/// A file of a package with its text.
#[derive(Clone, Copy, Debug)]
pub struct SourceFile<'w> {
    /// How the caller names it.
    pub path: &'w str,
    /// Its text; literals are read from it.
    pub text: &'w [u8],
    /// Its tree.
    pub tree: &'w ast::File,
}

/// What is needed to check a package.
pub struct CheckInput<'w> {
    /// The package, registered.
    pub pkg: PkgId,
    /// Its files in the order of their names.
    pub files: Vec<SourceFile<'w>>,
    /// The packages behind its import paths, finished. Paths that are not here are unknown.
    pub imports: FxHashMap<String, PkgId>,
    /// Size of a pointer, in bytes: 4 or 8.
    pub word_size: u8,
}

/// Something that does not fit together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeError {
    /// Number of the file in the package.
    pub file: usize,
    /// Where.
    pub span: Span,
    /// One sentence without a final dot.
    pub message: String,
}

/// A checked package.
#[derive(Debug)]
pub struct Checked {
    /// Everything it declares, inside functions too.
    pub tables: PackageTables,
    /// Facts about its files, in their order.
    pub files: Vec<FileInfo>,
    /// What does not fit together, in source order.
    pub errors: Vec<TypeError>,
}

/// Checks a package. `publish` is called once, as soon as everything that other packages can see of it is known and before its function
/// bodies are checked; it should give the result to [`World::finish`].
pub fn check_package<'w>(world: &'w World, input: CheckInput<'w>, publish: impl FnOnce(PackageTypes)) -> Checked {
    let mut checker = Checker::new(world, input);
    checker.collect();
    checker.resolve_package();
    publish(checker.package_types());
    checker.run_delayed();
    checker.finish()
}

/// How far a package-level object is worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Untouched,
    Underway,
    Done,
}

/// Where a package-level object is declared.
#[derive(Clone, Copy, Debug)]
enum DeclSource {
    Const {
        /// The spec whose type and values count: the object's own, or the one it repeats.
        spec: ast::SpecId,
        /// Place of the name in its own spec.
        place: u32,
        iota: i64,
    },
    Var {
        spec: ast::SpecId,
        place: u32,
    },
    Type {
        spec: ast::SpecId,
    },
    Func {
        decl: ast::FuncDeclId,
    },
}

#[derive(Clone, Copy, Debug)]
struct PackageDecl {
    file: usize,
    source: DeclSource,
    progress: Progress,
}

/// What a name of a file means outside functions.
#[derive(Clone, Copy, Debug)]
enum FileName {
    Unasked,
    Nothing,
    Object(ObjRef),
}

/// A file under check.
struct FileScope<'w> {
    source: SourceFile<'w>,
    /// The shared name of each name of the file.
    names: Vec<Name>,
    /// Memo of lookups outside functions.
    resolved: Vec<FileName>,
    /// Package names the file declares.
    imports: FxHashMap<Name, ObjRef>,
    /// Packages imported with a dot.
    dot_imports: Vec<PkgId>,
    info: FileInfo,
}

/// The surroundings of the expression or statement under check.
struct Env {
    file: usize,
    /// By name of the file: what the blocks around bind.
    bindings: Vec<Binding>,
    /// What leaving a block restores.
    undo: Vec<(Sym, Binding)>,
    /// How many blocks are around.
    blocks: u32,
    /// Whether we are in a function body.
    in_function: bool,
    /// Results of the function around, a tuple.
    results: TypeId,
    /// Value of `iota` in a constant declaration.
    iota: Option<i64>,
    /// Labels of the function around, and their uses so far.
    labels: Vec<(Sym, ObjRef)>,
    label_uses: Vec<(Sym, IdentId)>,
}

/// What a name means inside blocks.
#[derive(Clone, Copy, Debug, Default)]
struct Binding {
    /// An own object.
    object: Option<u32>,
    /// The number of blocks around the one that binds it.
    block: u32,
}

/// A body to check when everything outside bodies is known.
#[derive(Clone, Debug)]
struct DelayedBody {
    file: usize,
    body: StmtId,
    /// A [`Type::Func`].
    sig: TypeId,
    /// Receiver, type parameters, parameters and named results.
    bound: Vec<(Sym, u32)>,
}

/// A package-level type that is declared while an alias is underway, its definition still to be read.
#[derive(Clone, Debug)]
struct PostponedType {
    file: usize,
    /// Its place among the declared types.
    number: u32,
    /// Its right side.
    written: ExprId,
    /// Its type parameters.
    bound: Vec<(Sym, u32)>,
}

/// Nesting of expressions, types and statements that is followed: as deep as the parser goes, and what a thread's stack of 2 MiB bears.
const MAX_NESTING: u32 = 1_000;

/// More errors than these help nobody.
const MAX_ERRORS: usize = 100;

/// More text than any program concatenates in constants.
const MAX_CONSTANT_STRINGS: usize = 64 << 20;

pub(crate) struct Checker<'w> {
    world: &'w World,
    pkg: PkgId,
    /// The package that this one, being its tests, extends.
    base: Option<PkgId>,
    word_size: u8,
    import_paths: FxHashMap<String, PkgId>,
    imports: Vec<PkgId>,
    files: Vec<FileScope<'w>>,
    tables: PackageTables,
    caches: Caches,
    /// By object, for the package-level objects and methods, which are the first ones.
    decls: Vec<PackageDecl>,
    /// Methods by the object index of their type's name, in source order.
    methods: FxHashMap<u32, Vec<(Name, ObjRef)>>,
    package_name: Option<Name>,
    env: Env,
    /// Binding tables not in use, by file.
    spare_bindings: Vec<Vec<Vec<Binding>>>,
    delayed: Vec<DelayedBody>,
    /// Declared types whose right side is a declared type that was underway: by number in `nameds`, with that type.
    pending: Vec<(u32, TypeId)>,
    /// Bytes that constant strings may still be concatenated to.
    string_budget: usize,
    /// How many aliases are being worked out, one inside the other.
    aliases_underway: u32,
    postponed: Vec<PostponedType>,
    depth: u32,
    errors: Vec<TypeError>,
}

impl<'w> Checker<'w> {
    fn new(world: &'w World, input: CheckInput<'w>) -> Self {
        let files: Vec<_> = input
            .files
            .iter()
            .map(|&source| {
                let names: Vec<Name> = source.tree.names.iter().map(|text| world.name(text)).collect();
                FileScope {
                    source,
                    resolved: vec![FileName::Unasked; names.len()],
                    names,
                    imports: FxHashMap::default(),
                    dot_imports: Vec::new(),
                    info: FileInfo::for_file(source.tree),
                }
            })
            .collect();
        let mut extensions: Vec<_> = input.imports.values().copied().collect();
        extensions.retain(|&pkg| world.base(pkg).is_some());
        extensions.sort_unstable();
        extensions.dedup();
        Self {
            world,
            pkg: input.pkg,
            base: world.base(input.pkg),
            word_size: input.word_size,
            import_paths: input.imports,
            imports: Vec::new(),
            spare_bindings: vec![Vec::new(); files.len()],
            files,
            tables: PackageTables {
                extensions,
                ..PackageTables::default()
            },
            caches: Caches::default(),
            decls: Vec::new(),
            methods: FxHashMap::default(),
            package_name: None,
            env: Env::outside(0, Vec::new()),
            delayed: Vec::new(),
            pending: Vec::new(),
            string_budget: MAX_CONSTANT_STRINGS,
            aliases_underway: 0,
            postponed: Vec::new(),
            depth: 0,
            errors: Vec::new(),
        }
    }

    fn package_types(&self) -> PackageTypes {
        PackageTypes {
            name: self.package_name,
            tables: self.tables.clone(),
            imports: self.imports.clone(),
            files: self.files.iter().map(|file| file.source.path.to_owned()).collect(),
            opaque: false,
        }
    }

    fn finish(self) -> Checked {
        let mut errors = self.errors;
        errors.sort_by_key(|error| (error.file, error.span));
        Checked {
            tables: self.tables,
            files: self.files.into_iter().map(|file| file.info).collect(),
            errors,
        }
    }

    /// Questions about types, as this package sees them now.
    fn query(&self) -> Query<'w, '_> {
        Query {
            world: self.world,
            pkg: self.pkg,
            own: &self.tables,
            caches: &self.caches,
        }
    }

    /// The tree of the file under check.
    fn tree(&self) -> &'w ast::File {
        self.files[self.env.file].source.tree
    }

    /// The text of the file under check.
    fn text(&self) -> &'w [u8] {
        self.files[self.env.file].source.text
    }

    /// The facts about the file under check.
    fn info(&mut self) -> &mut FileInfo {
        &mut self.files[self.env.file].info
    }

    /// The shared name of an identifier of the file under check.
    fn name_of(&self, ident: IdentId) -> Name {
        let sym = self.tree().idents[ident].name;
        self.files[self.env.file].names[sym.index()]
    }

    /// The structure of a type.
    fn ty(&self, id: TypeId) -> &'w Type {
        self.world.types.get(id)
    }

    /// The structure behind the names of a type.
    fn under(&self, id: TypeId) -> &'w Type {
        self.world.types.get(self.query().underlying(id))
    }

    fn intern(&self, ty: Type) -> TypeId {
        self.world.types.intern(ty)
    }

    /// Adds an object of this package.
    fn add_object(&mut self, name: Name, pos: Pos, ty: Option<TypeId>, kind: ObjKind) -> ObjRef {
        let index = u32::try_from(self.tables.objects.len()).unwrap_or(u32::MAX);
        self.tables.objects.push(Object { name, pos, ty, kind });
        ObjRef { pkg: self.pkg, index }
    }

    /// Adds an object that an identifier of the file under check declares, and records it there.
    fn declare(&mut self, ident: IdentId, ty: Option<TypeId>, kind: ObjKind) -> ObjRef {
        let pos = Pos::new(self.env.file, self.tree().idents[ident].start);
        let obj = self.add_object(self.name_of(ident), pos, ty, kind);
        self.info().set_object(ident, obj);
        obj
    }

    /// Makes a name of the file under check mean an own object until the block is left. `_` is never bound.
    fn bind(&mut self, ident: IdentId, obj: ObjRef) {
        let sym = self.tree().idents[ident].name;
        self.bind_sym(sym, obj.index);
    }

    fn bind_sym(&mut self, sym: Sym, index: u32) {
        if self.files[self.env.file].names[sym.index()].is_blank() {
            return;
        }
        let binding = Binding {
            object: Some(index),
            block: self.env.blocks,
        };
        let old = std::mem::replace(&mut self.env.bindings[sym.index()], binding);
        self.env.undo.push((sym, old));
    }

    /// Enters a block; give the result to [`Checker::leave`].
    fn enter(&mut self) -> usize {
        self.env.blocks += 1;
        self.env.undo.len()
    }

    /// Leaves a block: names mean what they meant before.
    fn leave(&mut self, mark: usize) {
        self.env.blocks = self.env.blocks.saturating_sub(1);
        while self.env.undo.len() > mark {
            if let Some((sym, old)) = self.env.undo.pop() {
                self.env.bindings[sym.index()] = old;
            }
        }
    }

    /// What an identifier of the file under check means here.
    fn lookup(&mut self, ident: IdentId) -> Option<ObjRef> {
        let sym = self.tree().idents[ident].name;
        if let Some(&Binding {
            object: Some(index), ..
        }) = self.env.bindings.get(sym.index())
        {
            return Some(ObjRef { pkg: self.pkg, index });
        }
        let file = &self.files[self.env.file];
        match file.resolved[sym.index()] {
            FileName::Object(obj) => return Some(obj),
            FileName::Nothing => return None,
            FileName::Unasked => {}
        }
        let found = self.lookup_outside(file, file.names[sym.index()]);
        self.files[self.env.file].resolved[sym.index()] = found.map_or(FileName::Nothing, FileName::Object);
        found
    }

    fn lookup_outside(&self, file: &FileScope<'w>, name: Name) -> Option<ObjRef> {
        if name.is_blank() {
            return None;
        }
        if let Some(&obj) = file.imports.get(&name) {
            return Some(obj);
        }
        if let Some(&index) = self.tables.scope.get(&name) {
            return Some(ObjRef { pkg: self.pkg, index });
        }
        if let Some(base) = self.base
            && let Some(obj) = self.member(base, name)
        {
            return Some(obj);
        }
        if name.is_exported()
            && let Some(obj) = file.dot_imports.iter().find_map(|&pkg| self.member(pkg, name))
        {
            return Some(obj);
        }
        self.member(PkgId::universe(), name)
    }

    /// A package-level object of another package.
    fn member(&self, pkg: PkgId, name: Name) -> Option<ObjRef> {
        let package = self.world.package(pkg);
        if let Some(&index) = package.tables.scope.get(&name) {
            return Some(ObjRef { pkg, index });
        }
        // Tests of the same name as their package stand before it.
        self.world.base(pkg).and_then(|base| self.member(base, name))
    }

    /// An object, own or not.
    fn object(&self, obj: ObjRef) -> Option<&Object> {
        self.query().object(obj)
    }

    /// The type of an object, worked out if it was not.
    fn object_type(&mut self, obj: ObjRef) -> TypeId {
        self.resolve(obj);
        self.query().object_type(obj)
    }

    /// Works out a package-level object of this package if it was not.
    fn resolve(&mut self, obj: ObjRef) {
        if obj.pkg == self.pkg
            && let Some(decl) = self.decls.get(obj.index as usize)
            && decl.progress == Progress::Untouched
        {
            self.resolve_decl(obj.index);
        }
    }

    /// Runs `work` outside all blocks of a file, as package-level declarations are.
    fn outside<T>(&mut self, file: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let names = self.files[file].names.len();
        let bindings = self.spare_bindings[file]
            .pop()
            .unwrap_or_else(|| vec![Binding::default(); names]);
        let before = std::mem::replace(&mut self.env, Env::outside(file, bindings));
        let result = work(self);
        self.leave(0);
        let env = std::mem::replace(&mut self.env, before);
        self.spare_bindings[file].push(env.bindings);
        result
    }

    /// Whether nesting can go one deeper; pair a `true` with [`Checker::ascend`].
    fn descend(&mut self) -> bool {
        if self.depth >= MAX_NESTING {
            return false;
        }
        self.depth += 1;
        true
    }

    fn ascend(&mut self) {
        self.depth -= 1;
    }

    /// Records what an expression denotes.
    fn record(&mut self, expr: ExprId, mode: Mode, ty: TypeId) {
        self.info().set_type(expr, mode, ty);
    }

    fn error(&mut self, span: Span, message: impl Into<String>) {
        if self.errors.len() < MAX_ERRORS {
            let file = self.env.file;
            self.errors.push(TypeError {
                file,
                span,
                message: message.into(),
            });
        }
    }

    fn run_delayed(&mut self) {
        let mut next = 0;
        while next < self.delayed.len() {
            let work = std::mem::replace(&mut self.delayed[next], DelayedBody::nothing());
            next += 1;
            self.outside(work.file, |this| this.function_body(&work.bound, work.sig, work.body));
        }
    }
}

impl DelayedBody {
    fn nothing() -> Self {
        Self {
            file: 0,
            body: StmtId::from_usize(0),
            sig: TypeId::UNKNOWN,
            bound: Vec::new(),
        }
    }
}

impl Env {
    fn outside(file: usize, bindings: Vec<Binding>) -> Self {
        Self {
            file,
            bindings,
            undo: Vec::new(),
            blocks: 0,
            in_function: false,
            results: TypeId::EMPTY_TUPLE,
            iota: None,
            labels: Vec::new(),
            label_uses: Vec::new(),
        }
    }
}
