//! Types as a file of the package writes them, with the imports that takes.

use std::collections::{BTreeMap, BTreeSet};

use gosleuth_syntax::ast::ChanDir;
use gosleuth_types::{BasicKind, PkgId, Query, Signature, Type, TypeId};

use crate::values::Unable;

/// The imports of a file: names by path.
#[derive(Debug, Default)]
pub(crate) struct Imports {
    names: BTreeMap<String, String>,
    /// What the package and the test itself call something else.
    taken: BTreeSet<String>,
}

impl Imports {
    /// Imports of a file in a package that declares names of its own.
    pub(crate) fn new(taken: BTreeSet<String>) -> Self {
        Self {
            names: BTreeMap::new(),
            taken,
        }
    }

    /// The name of a package in the file, which imports it from now on.
    pub(crate) fn name(&mut self, path: &str, name: &str) -> String {
        if let Some(known) = self.names.get(path) {
            return known.clone();
        }
        let mut free = name.to_owned();
        let mut number = 2;
        while self.taken.contains(&free) || self.names.values().any(|used| *used == free) {
            free = format!("{name}{number}");
            number += 1;
        }
        self.names.insert(path.to_owned(), free.clone());
        free
    }

    /// A package of the standard library: `net/http` is called `http`.
    pub(crate) fn std(&mut self, path: &str) -> String {
        self.name(path, path.rsplit('/').next().unwrap_or(path))
    }

    /// Leaves out imports that nothing needs.
    pub(crate) fn keep(&mut self, text: &str) {
        self.names.retain(|_, name| text.contains(&format!("{name}.")));
    }

    /// The declaration.
    pub(crate) fn declaration(&self) -> String {
        let mut text = String::from("import (\n");
        // The standard library stands first, as gofmt's users have it.
        for is_std in [true, false] {
            let mut any = false;
            for (path, name) in &self.names {
                if path.split('/').next().is_some_and(|first| !first.contains('.')) != is_std {
                    continue;
                }
                if !is_std && !any && self.names.keys().any(|path| !path.contains('.')) {
                    text.push('\n');
                }
                any = true;
                if path.rsplit('/').next() == Some(name) {
                    text.push_str(&format!("\t\"{path}\"\n"));
                } else {
                    text.push_str(&format!("\t{name} \"{path}\"\n"));
                }
            }
        }
        text.push_str(")\n");
        text
    }
}

/// Types deeper than this are not written.
const MAX_DEPTH: u32 = 12;

/// A type as the file writes it.
pub(crate) fn type_text(query: &Query<'_, '_>, imports: &mut Imports, ty: TypeId) -> Result<String, Unable> {
    Writer { query, imports }.ty(ty, 0)
}

struct Writer<'a, 'w, 'q> {
    query: &'a Query<'w, 'q>,
    imports: &'a mut Imports,
}

impl<'w, 'q> Writer<'_, 'w, 'q>
where
    'w: 'q,
{
    fn ty(&mut self, id: TypeId, depth: u32) -> Result<String, Unable> {
        if depth > MAX_DEPTH {
            return Err(Unable::new("a type that is nested too deeply"));
        }
        let deeper = depth + 1;
        Ok(match self.query.ty(id) {
            Type::Unknown => return Err(Unable::new("a type that is not known")),
            Type::Basic(BasicKind::UnsafePointer) => {
                return Err(Unable::new("an unsafe.Pointer"));
            }
            Type::Basic(kind) if kind.is_untyped() => return Err(Unable::new("an untyped value")),
            Type::Basic(kind) => kind.name().to_owned(),
            Type::Named { decl, args } => {
                let Some(object) = self.query.named(*decl).and_then(|info| self.query.object(info.obj)) else {
                    return Err(Unable::new("a type that is not known"));
                };
                let name = self.query.world.text(object.name).to_owned();
                let mut text = qualified(self.query, self.imports, decl.pkg, &name)?;
                if *args != TypeId::EMPTY_TUPLE {
                    let list = self.list(*args, deeper)?;
                    text = format!("{text}[{}]", list.join(", "));
                }
                text
            }
            Type::TypeParam(_) => return Err(Unable::new("a type parameter")),
            Type::Pointer(elem) => format!("*{}", self.ty(*elem, deeper)?),
            Type::Slice(elem) => format!("[]{}", self.ty(*elem, deeper)?),
            Type::Array { len, elem } => format!("[{len}]{}", self.ty(*elem, deeper)?),
            Type::Map { key, value } => format!("map[{}]{}", self.ty(*key, deeper)?, self.ty(*value, deeper)?),
            Type::Chan { dir, elem } => {
                let elem = self.ty(*elem, deeper)?;
                // `chan <-chan int` would be read as `chan<- chan int`.
                let elem = match elem.starts_with("<-") {
                    true => format!("({elem})"),
                    false => elem,
                };
                match dir {
                    ChanDir::Both => format!("chan {elem}"),
                    ChanDir::Send => format!("chan<- {elem}"),
                    ChanDir::Recv => format!("<-chan {elem}"),
                }
            }
            Type::Tuple(_) | Type::Union(_) => return Err(Unable::new("a list of types")),
            Type::Func(sig) => format!("func{}", self.signature(sig, &[], deeper)?),
            Type::Struct(fields) if fields.is_empty() => "struct{}".to_owned(),
            Type::Interface(interface) if interface.methods.is_empty() && interface.embeds.is_empty() => {
                "interface{}".to_owned()
            }
            Type::Struct(_) => return Err(Unable::new("a struct type without a name")),
            Type::Interface(_) => return Err(Unable::new("an interface without a name")),
        })
    }

    fn list(&mut self, tuple: TypeId, depth: u32) -> Result<Vec<String>, Unable> {
        let types = self.query.world.types.list(tuple);
        types.iter().map(|&ty| self.ty(ty, depth)).collect()
    }

    fn signature(&mut self, sig: &Signature, names: &[String], depth: u32) -> Result<String, Unable> {
        let mut params = self.list(sig.params, depth)?;
        if sig.variadic
            && let Some(last) = params.last_mut()
        {
            *last = last.replacen("[]", "...", 1);
        }
        for (param, name) in params.iter_mut().zip(names) {
            *param = format!("{name} {param}");
        }
        let results = self.list(sig.results, depth)?;
        let results = match results.as_slice() {
            [] => String::new(),
            [one] => format!(" {one}"),
            many => format!(" ({})", many.join(", ")),
        };
        Ok(format!("({}){results}", params.join(", ")))
    }
}

/// Parameters and results of a function: `(int, ...string) error`.
pub(crate) fn signature_text(
    query: &Query<'_, '_>,
    imports: &mut Imports,
    sig: &Signature,
    names: &[String],
) -> Result<String, Unable> {
    Writer { query, imports }.signature(sig, names, 0)
}

/// A name of a package in this one.
pub(crate) fn qualified(
    query: &Query<'_, '_>,
    imports: &mut Imports,
    pkg: PkgId,
    name: &str,
) -> Result<String, Unable> {
    let world = query.world;
    if pkg == PkgId::universe() || is_own(query, pkg) {
        let is_declared = pkg == PkgId::universe() || {
            let name = world.name(name);
            query.tables(pkg).scope.contains_key(&name)
        };
        return match is_declared {
            true => Ok(name.to_owned()),
            false => Err(Unable::new(format!("the type {name}, which is declared in a function"))),
        };
    }
    let path = world.path(pkg);
    if !name.starts_with(char::is_uppercase) {
        return Err(Unable::new(format!("{path}.{name}, which is not exported")));
    }
    if path.starts_with("internal/") || path.starts_with("vendor/") {
        return Err(Unable::new(format!("{path}.{name}, which nobody may import")));
    }
    let package = match world.package(pkg).name {
        Some(name) => world.text(name).to_owned(),
        None => path.rsplit('/').next().unwrap_or(path).to_owned(),
    };
    let alias = imports.name(path, &package);
    Ok(format!("{alias}.{name}"))
}

/// Whether a package is the one of the test.
pub(crate) fn is_own(query: &Query<'_, '_>, pkg: PkgId) -> bool {
    query.world.canonical(pkg) == query.world.canonical(query.pkg)
}
