//! Types as text.

use std::cell::Cell;
use std::fmt;

use gosleuth_syntax::ast::ChanDir;

use crate::object::{ObjRef, PkgId};
use crate::query::Query;
use crate::types::{Signature, Type, TypeId};

/// How package-level names are qualified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qualify {
    /// By import path.
    Path,
    /// By package name; names of the given package alone.
    Name(PkgId),
}

/// A type as Go writes it: without parameter names, aliases resolved.
pub struct TypeDisplay<'q, 'w, 'a> {
    query: &'q Query<'w, 'a>,
    ty: TypeId,
    qualify: Qualify,
    /// How many more types are written: those that share parts can have a text of any length.
    left: Cell<u32>,
}

/// Types written in one text.
const MAX_TYPES: u32 = 20_000;

impl<'w, 'a> Query<'w, 'a>
where
    'w: 'a,
{
    /// A type as text.
    pub fn display<'q>(&'q self, ty: TypeId, qualify: Qualify) -> TypeDisplay<'q, 'w, 'a> {
        TypeDisplay {
            query: self,
            ty,
            qualify,
            left: Cell::new(MAX_TYPES),
        }
    }
}

impl fmt::Display for TypeDisplay<'_, '_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, self.ty)
    }
}

impl TypeDisplay<'_, '_, '_> {
    fn write(&self, f: &mut fmt::Formatter<'_>, id: TypeId) -> fmt::Result {
        if self.left.get() == 0 {
            return f.write_str("…");
        }
        self.left.set(self.left.get() - 1);
        match self.query.ty(id) {
            Type::Unknown => f.write_str("invalid type"),
            Type::Basic(kind) => f.write_str(kind.name()),
            Type::Named { decl, args } => {
                match self.query.named(*decl) {
                    Some(info) => self.write_object(f, info.obj)?,
                    None => f.write_str("invalid type")?,
                }
                let list = if *args == TypeId::EMPTY_TUPLE {
                    // As declared, a generic type shows its parameters.
                    self.query
                        .named(*decl)
                        .map_or(TypeId::EMPTY_TUPLE, |info| info.type_params)
                } else {
                    *args
                };
                if *args != TypeId::EMPTY_TUPLE {
                    f.write_str("[")?;
                    self.write_list(f, list, ",", false)?;
                    f.write_str("]")?;
                } else if list != TypeId::EMPTY_TUPLE {
                    self.write_type_params(f, list)?;
                }
                Ok(())
            }
            Type::TypeParam(param) => match self.query.type_param(*param) {
                Some(info) => f.write_str(
                    self.query
                        .object(info.obj)
                        .map_or("", |obj| self.query.world.text(obj.name)),
                ),
                None => f.write_str("invalid type"),
            },
            Type::Pointer(elem) => {
                f.write_str("*")?;
                self.write(f, *elem)
            }
            Type::Slice(elem) => {
                f.write_str("[]")?;
                self.write(f, *elem)
            }
            Type::Array { len, elem } => {
                write!(f, "[{len}]")?;
                self.write(f, *elem)
            }
            Type::Map { key, value } => {
                f.write_str("map[")?;
                self.write(f, *key)?;
                f.write_str("]")?;
                self.write(f, *value)
            }
            Type::Chan { dir, elem } => {
                f.write_str(match dir {
                    ChanDir::Both => "chan ",
                    ChanDir::Send => "chan<- ",
                    ChanDir::Recv => "<-chan ",
                })?;
                // `chan (<-chan T)` would be read as `(chan<-) chan T`.
                let parens = *dir != ChanDir::Send
                    && matches!(self.query.ty(*elem), Type::Chan { dir: ChanDir::Recv, .. })
                    && *dir == ChanDir::Both;
                if parens {
                    f.write_str("(")?;
                }
                self.write(f, *elem)?;
                if parens {
                    f.write_str(")")?;
                }
                Ok(())
            }
            Type::Tuple(_) => {
                f.write_str("(")?;
                self.write_list(f, id, ", ", false)?;
                f.write_str(")")
            }
            Type::Func(sig) => {
                f.write_str("func")?;
                self.write_signature(f, sig)
            }
            Type::Struct(fields) => {
                f.write_str("struct{")?;
                for (index, field) in fields.iter().enumerate() {
                    if index > 0 {
                        f.write_str("; ")?;
                    }
                    if !field.embedded {
                        write!(f, "{} ", self.query.world.text(field.name))?;
                    }
                    self.write(f, field.ty)?;
                    if let Some(tag) = field.tag {
                        write!(f, " {:?}", self.query.world.text(tag))?;
                    }
                }
                f.write_str("}")
            }
            Type::Interface(it) => {
                if id == TypeId::EMPTY_INTERFACE {
                    return f.write_str("any");
                }
                if it.implicit && it.methods.is_empty() && it.embeds.len() == 1 {
                    return self.write(f, it.embeds[0]);
                }
                f.write_str("interface{")?;
                let mut first = true;
                for method in &it.methods {
                    if !std::mem::take(&mut first) {
                        f.write_str("; ")?;
                    }
                    f.write_str(self.query.world.text(method.name))?;
                    if let Type::Func(sig) = self.query.ty(method.sig) {
                        self.write_signature(f, sig)?;
                    }
                }
                for &embed in &it.embeds {
                    if !std::mem::take(&mut first) {
                        f.write_str("; ")?;
                    }
                    self.write(f, embed)?;
                }
                f.write_str("}")
            }
            Type::Union(terms) => {
                for (index, term) in terms.iter().enumerate() {
                    if index > 0 {
                        f.write_str(" | ")?;
                    }
                    if term.tilde {
                        f.write_str("~")?;
                    }
                    self.write(f, term.ty)?;
                }
                Ok(())
            }
        }
    }

    fn write_signature(&self, f: &mut fmt::Formatter<'_>, sig: &Signature) -> fmt::Result {
        if sig.type_params != TypeId::EMPTY_TUPLE {
            self.write_type_params(f, sig.type_params)?;
        }
        f.write_str("(")?;
        self.write_list(f, sig.params, ", ", sig.variadic)?;
        f.write_str(")")?;
        match self.query.world.types.list(sig.results) {
            [] => Ok(()),
            [result] => {
                f.write_str(" ")?;
                self.write(f, *result)
            }
            _ => {
                f.write_str(" (")?;
                self.write_list(f, sig.results, ", ", false)?;
                f.write_str(")")
            }
        }
    }

    fn write_list(&self, f: &mut fmt::Formatter<'_>, list: TypeId, separator: &str, variadic: bool) -> fmt::Result {
        let types = self.query.world.types.list(list);
        for (index, &ty) in types.iter().enumerate() {
            if index > 0 {
                f.write_str(separator)?;
            }
            if variadic && index + 1 == types.len() {
                match self.query.ty(ty) {
                    Type::Slice(elem) => {
                        f.write_str("...")?;
                        self.write(f, *elem)?;
                    }
                    _ => {
                        // append([]byte, string...)
                        self.write(f, ty)?;
                        f.write_str("...")?;
                    }
                }
            } else {
                self.write(f, ty)?;
            }
        }
        Ok(())
    }

    fn write_type_params(&self, f: &mut fmt::Formatter<'_>, params: TypeId) -> fmt::Result {
        f.write_str("[")?;
        for (index, &param) in self.query.world.types.list(params).iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            self.write(f, param)?;
            if let Type::TypeParam(param) = self.query.ty(param)
                && let Some(constraint) = self.query.type_param(*param).and_then(|info| info.constraint)
            {
                f.write_str(" ")?;
                self.write(f, constraint)?;
            }
        }
        f.write_str("]")
    }

    fn write_object(&self, f: &mut fmt::Formatter<'_>, obj: ObjRef) -> fmt::Result {
        let world = self.query.world;
        let pkg = world.canonical(obj.pkg);
        if pkg != PkgId::universe() {
            match self.qualify {
                Qualify::Path => write!(f, "{}.", world.path(pkg))?,
                Qualify::Name(here) if world.canonical(here) == pkg => {}
                Qualify::Name(_) => {
                    let name = world.package(pkg).name;
                    write!(f, "{}.", name.map_or_else(|| world.path(pkg), |name| world.text(name)))?;
                }
            }
        }
        f.write_str(self.query.object(obj).map_or("", |obj| world.text(obj.name)))
    }
}
