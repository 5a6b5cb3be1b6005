//! The names a package declares.

use gosleuth_syntax::ast::{DeclKind, ExprId, ExprKind, FuncDeclId, GenKeyword, SpecId, SpecKind};

use super::{Checker, DeclSource, PackageDecl, Progress};
use crate::constant::ConstValue;
use crate::object::{NamedRef, ObjKind, ObjRef, PkgId, Pos, VarKind};
use crate::types::{Type, TypeId};

/// Aliases that are followed from a receiver to its type.
const MAX_ALIASES: usize = 16;

impl Checker<'_> {
    /// Declares imports, package-level objects and methods.
    pub(crate) fn collect(&mut self) {
        let mut methods = Vec::new();
        // Package-level objects come first, so that their numbers are those of `decls`.
        for file in 0..self.files.len() {
            self.env.file = file;
            let tree = self.tree();
            if self.package_name.is_none() {
                self.package_name = tree.package.map(|ident| self.name_of(ident));
            }
            for &decl in &tree.top {
                match tree.decls[decl].kind {
                    DeclKind::Gen { keyword, specs, .. } => match keyword {
                        GenKeyword::Import => {}
                        GenKeyword::Const => self.collect_consts(tree.specs(specs)),
                        GenKeyword::Var => self.collect_vars(tree.specs(specs)),
                        GenKeyword::Type => self.collect_types(tree.specs(specs)),
                    },
                    DeclKind::Func(decl) => self.collect_func(decl, &mut methods),
                    DeclKind::Bad => {}
                }
            }
        }
        for file in 0..self.files.len() {
            self.env.file = file;
            let tree = self.tree();
            for &spec in &tree.imports {
                self.collect_import(spec);
            }
        }
        for (file, recv, obj) in methods {
            self.env.file = file;
            self.attach_method(recv, obj);
        }
        self.env.file = 0;
    }

    fn collect_import(&mut self, spec: SpecId) {
        let tree = self.tree();
        let SpecKind::Import { name, path } = tree.specs[spec].kind else {
            return;
        };
        let quoted = tree.exprs[path].span.of(self.text());
        let Some(path) = quoted
            .get(1..quoted.len().saturating_sub(1))
            .and_then(|path| std::str::from_utf8(path).ok())
        else {
            return;
        };
        let pkg = match (path, self.import_paths.get(path)) {
            ("unsafe", _) => PkgId::unsafe_(),
            (_, Some(&pkg)) => pkg,
            // Never finished, so nothing is known of it.
            (_, None) => self.world.register(path, None),
        };
        if !self.imports.contains(&pkg) {
            self.imports.push(pkg);
        }
        match name {
            Some(ident) => {
                let obj = self.declare(ident, Some(TypeId::UNKNOWN), ObjKind::Package(pkg));
                let name = self.name_of(ident);
                let file = &mut self.files[self.env.file];
                match tree.name(ident) {
                    "." => file.dot_imports.push(pkg),
                    "_" => {}
                    _ => {
                        file.imports.insert(name, obj);
                    }
                }
            }
            None => {
                let name = self
                    .world
                    .package(pkg)
                    .name
                    .unwrap_or_else(|| self.world.name(guess_name(path)));
                let pos = Pos::new(self.env.file, tree.specs[spec].span.start);
                let obj = self.add_object(name, pos, Some(TypeId::UNKNOWN), ObjKind::Package(pkg));
                self.files[self.env.file].imports.insert(name, obj);
            }
        }
    }

    fn collect_consts(&mut self, specs: &[SpecId]) {
        let tree = self.tree();
        let mut repeated = None;
        for (iota, &spec) in specs.iter().enumerate() {
            let SpecKind::Value { names, ty, values } = tree.specs[spec].kind else {
                continue;
            };
            if ty.is_some() || !values.is_empty() {
                repeated = Some(spec);
            }
            for (place, &ident) in tree.idents(names).iter().enumerate() {
                let source = DeclSource::Const {
                    spec: repeated.unwrap_or(spec),
                    place: place as u32,
                    iota: iota as i64,
                };
                self.collect_object(ident, ObjKind::Const(ConstValue::Unknown), source, true);
            }
        }
    }

    fn collect_vars(&mut self, specs: &[SpecId]) {
        let tree = self.tree();
        for &spec in specs {
            let SpecKind::Value { names, .. } = tree.specs[spec].kind else {
                continue;
            };
            for (place, &ident) in tree.idents(names).iter().enumerate() {
                let source = DeclSource::Var {
                    spec,
                    place: place as u32,
                };
                self.collect_object(ident, ObjKind::Var(VarKind::Package), source, true);
            }
        }
    }

    fn collect_types(&mut self, specs: &[SpecId]) {
        let tree = self.tree();
        for &spec in specs {
            if let SpecKind::Type { alias, name, .. } = tree.specs[spec].kind {
                let kind = ObjKind::Type {
                    alias,
                    type_params: TypeId::EMPTY_TUPLE,
                };
                self.collect_object(name, kind, DeclSource::Type { spec }, true);
            }
        }
    }

    fn collect_func(&mut self, decl: FuncDeclId, methods: &mut Vec<(usize, ExprId, ObjRef)>) {
        let tree = self.tree();
        let func = tree.func_decls[decl];
        let recv = func.recv.and_then(|list| tree.fields(list).first());
        let kind = ObjKind::Func {
            recv: func.recv.map(|_| TypeId::UNKNOWN),
            recv_params: TypeId::EMPTY_TUPLE,
        };
        let in_scope = func.recv.is_none() && tree.name(func.name) != "init";
        let obj = self.collect_object(func.name, kind, DeclSource::Func { decl }, in_scope);
        if let Some(recv) = recv {
            methods.push((self.env.file, recv.ty, obj));
        }
    }

    fn collect_object(
        &mut self,
        ident: gosleuth_syntax::ast::IdentId,
        kind: ObjKind,
        source: DeclSource,
        in_scope: bool,
    ) -> ObjRef {
        let obj = self.declare(ident, None, kind);
        self.decls.push(PackageDecl {
            file: self.env.file,
            source,
            progress: Progress::Untouched,
        });
        let name = self.name_of(ident);
        if in_scope && !name.is_blank() {
            // The first one counts where a name is declared twice.
            self.tables.scope.entry(name).or_insert(obj.index);
        }
        obj
    }

    /// Enters a method at the type its receiver names.
    fn attach_method(&mut self, recv: ExprId, obj: ObjRef) {
        let Some(ident) = self.receiver_base(recv) else {
            return;
        };
        let name = self.tables.objects[obj.index as usize].name;
        if name.is_blank() {
            return;
        }
        let mut base = self.name_of(ident);
        for _ in 0..MAX_ALIASES {
            let Some(&index) = self.tables.scope.get(&base) else {
                self.attach_to_base(base, name, obj);
                return;
            };
            let decl = self.decls[index as usize];
            let DeclSource::Type { spec } = decl.source else {
                return;
            };
            let before = std::mem::replace(&mut self.env.file, decl.file);
            let next = match self.tree().specs[spec].kind {
                SpecKind::Type { alias: true, ty, .. } => self.receiver_base(ty).map(|ident| self.name_of(ident)),
                _ => None,
            };
            self.env.file = before;
            match next {
                Some(next) => base = next,
                None => {
                    self.methods.entry(index).or_default().push((name, obj));
                    return;
                }
            }
        }
    }

    /// A method that tests declare for a type of the package they extend.
    fn attach_to_base(&mut self, base: crate::names::Name, name: crate::names::Name, obj: ObjRef) {
        let Some(found) = self.base.and_then(|pkg| self.member(pkg, base)) else {
            return;
        };
        let ty = self.query().object_type(found);
        if let Type::Named { decl, .. } = *self.ty(ty) {
            let decl: NamedRef = decl;
            self.tables.added_methods.entry(decl).or_default().push((name, obj));
        }
    }

    /// The identifier of the type a receiver names: without `*`, parentheses and type parameters.
    fn receiver_base(&self, mut expr: ExprId) -> Option<gosleuth_syntax::ast::IdentId> {
        let tree = self.tree();
        loop {
            match tree.exprs[expr].kind {
                ExprKind::Ident(ident) => return Some(ident),
                ExprKind::Paren(x) | ExprKind::Star(x) | ExprKind::Index { x, .. } | ExprKind::IndexList { x, .. } => {
                    expr = x;
                }
                _ => return None,
            }
        }
    }

    /// Works out everything outside function bodies: declared types before aliases, so that an alias may refer to a type that contains it;
    /// then signatures, so that initial values may call anything.
    pub(crate) fn resolve_package(&mut self) {
        let order = |decl: &PackageDecl, objects: &[crate::object::Object], index: usize| match decl.source {
            DeclSource::Type { .. } => u8::from(matches!(objects[index].kind, ObjKind::Type { alias: true, .. })),
            DeclSource::Func { .. } => 2,
            DeclSource::Const { .. } | DeclSource::Var { .. } => 3,
        };
        for stage in 0..4 {
            for index in 0..self.decls.len() {
                let decl = self.decls[index];
                if decl.progress == Progress::Untouched && order(&decl, &self.tables.objects, index) == stage {
                    self.resolve_decl(index as u32);
                }
            }
        }
        // A type that is only itself.
        for named in &mut self.tables.nameds {
            named.underlying.get_or_insert(TypeId::UNKNOWN);
        }
        for object in &mut self.tables.objects {
            object.ty.get_or_insert(TypeId::UNKNOWN);
        }
    }
}

/// The package name an import path suggests: its last element that is no major version.
fn guess_name(path: &str) -> &str {
    let is_version =
        |part: &str| part.len() > 1 && part.starts_with('v') && part[1..].bytes().all(|b| b.is_ascii_digit());
    let mut parts = path.rsplit('/');
    let last = parts.next().unwrap_or(path);
    let last = if is_version(last) {
        parts.next().unwrap_or(last)
    } else {
        last
    };
    // gopkg.in/yaml.v3
    let last = last.split_once(".v").map_or(last, |(name, _)| name);
    last.strip_prefix("go-").unwrap_or(last)
}
