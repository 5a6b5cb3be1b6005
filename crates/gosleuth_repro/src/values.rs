//! Values made of types: what a caller could pass, in the text of a Go expression.
//!
//! Where it is not known which value shows the fault, several are tried in turn: expressions depend on `attempt`, the number of the attempt.

use std::fmt;

use gosleuth_types::{BasicKind, Field, NamedRef, ObjKind, ObjRef, PkgId, Query, Signature, Type, TypeId};

use crate::text::{Imports, is_own, qualified, signature_text, type_text};

/// Why a value cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unable(String);

impl Unable {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

impl fmt::Display for Unable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Values made of values made of values: deeper ones are left out.
const MAX_DEPTH: u32 = 4;
/// Attempts after which the values repeat at the latest.
const MAX_STRIDE: u32 = 48;
/// Methods of an interface that is implemented for the test.
const MAX_METHODS: usize = 12;
/// Parameters of a function that makes a value.
const MAX_PARAMS: usize = 5;
/// Values that are made for one test: types that lead to many others end here.
const MAX_VALUES: u32 = 400;

/// Makes values for one test.
pub(crate) struct Maker<'a, 'w, 'q> {
    pub(crate) query: &'a Query<'w, 'q>,
    pub(crate) imports: Imports,
    /// Statements in front of the call, without indentation.
    pub(crate) before: Vec<String>,
    /// Declarations beside the test.
    pub(crate) beside: Vec<String>,
    /// Whether there is a context `ctx`.
    pub(crate) has_context: bool,
    /// Whether `*testing.T` may be passed on.
    id: String,
    /// How many attempts have the same values.
    stride: u32,
    /// Variables so far.
    variables: u32,
    /// Types under way.
    open: Vec<TypeId>,
    /// Functions that must not be called.
    banned: Vec<ObjRef>,
    left: u32,
}

impl<'a, 'w, 'q> Maker<'a, 'w, 'q>
where
    'w: 'q,
{
    pub(crate) fn new(query: &'a Query<'w, 'q>, imports: Imports, id: &str, banned: Vec<ObjRef>) -> Self {
        Self {
            query,
            imports,
            before: Vec::new(),
            beside: Vec::new(),
            has_context: false,
            id: id.to_owned(),
            stride: 1,
            variables: 0,
            open: Vec::new(),
            banned,
            left: MAX_VALUES,
        }
    }

    /// A type as the file writes it.
    pub(crate) fn text(&mut self, ty: TypeId) -> Result<String, Unable> {
        type_text(self.query, &mut self.imports, ty)
    }

    /// Arguments for a function. Elements of `...T` are written one by one.
    pub(crate) fn arguments(&mut self, sig: &Signature, depth: u32) -> Result<Vec<String>, Unable> {
        let params = self.query.world.types.list(sig.params).to_vec();
        let mut out = Vec::new();
        for (number, &param) in params.iter().enumerate() {
            if sig.variadic && number + 1 == params.len() {
                if let Type::Slice(elem) = *self.query.ty(param)
                    && let Ok(value) = self.value(elem, depth)
                {
                    out.push(value);
                }
                break;
            }
            let value = self.value(param, depth).map_err(|why| match self.text(param) {
                Ok(text) if depth == 0 => Unable::new(format!("argument {} of type {text} ({why})", number + 1)),
                _ => why,
            })?;
            out.push(value);
        }
        Ok(out)
    }

    /// An expression of a type.
    pub(crate) fn value(&mut self, ty: TypeId, depth: u32) -> Result<String, Unable> {
        if depth > MAX_DEPTH || self.left == 0 || self.open.contains(&ty) {
            return match self.query.has_nil(ty) {
                true => Ok("nil".to_owned()),
                false => self.zero(ty),
            };
        }
        self.left -= 1;
        if let Some(known) = self.known(ty) {
            return Ok(known);
        }
        self.open.push(ty);
        let value = self.made(ty, depth);
        self.open.pop();
        value
    }

    fn made(&mut self, ty: TypeId, depth: u32) -> Result<String, Unable> {
        match self.query.ty(ty) {
            Type::Pointer(elem) => self.pointer(ty, *elem, depth),
            Type::Named { decl, .. } => {
                let is_struct = matches!(self.query.ty(self.query.underlying(ty)), Type::Struct(_));
                if is_struct && let Some(made) = self.constructed(ty, decl.pkg, depth) {
                    return Ok(made);
                }
                self.underlying(ty, depth)
            }
            _ => self.underlying(ty, depth),
        }
    }

    /// A value by the structure of its type.
    fn underlying(&mut self, ty: TypeId, depth: u32) -> Result<String, Unable> {
        let is_named = matches!(self.query.ty(ty), Type::Named { .. });
        match self.query.ty(self.query.underlying(ty)) {
            Type::Basic(kind) => {
                let value = self.basic(*kind)?;
                match is_named {
                    true => Ok(format!("{}({value})", self.text(ty)?)),
                    false => Ok(value),
                }
            }
            Type::Slice(elem) => {
                let text = self.text(ty)?;
                let value = self.value(*elem, depth + 1)?;
                Ok(format!("{text}{{{value}, {value}, {value}}}"))
            }
            Type::Array { .. } => self.zero(ty),
            Type::Map { key, value } => {
                let text = self.text(ty)?;
                let key = self.value(*key, depth + 1)?;
                let value = self.value(*value, depth + 1)?;
                match is_constant(&key) {
                    true => Ok(format!("{text}{{{key}: {value}}}")),
                    false => Ok(format!("{text}{{}}")),
                }
            }
            Type::Chan { elem, .. } => self.channel(*elem, depth),
            Type::Func(sig) => self.function(&sig.clone(), depth),
            Type::Struct(fields) => self.composite(ty, &fields.clone(), depth),
            Type::Interface(_) => self.interface(ty, depth),
            Type::Pointer(_) => Ok("nil".to_owned()),
            _ => Err(Unable::new("its type is not known")),
        }
    }

    fn basic(&mut self, kind: BasicKind) -> Result<String, Unable> {
        Ok(match kind {
            BasicKind::Bool => self.vary("bool", &["false", "true"]),
            BasicKind::String => "\"x\"".to_owned(),
            BasicKind::UnsafePointer => return Err(Unable::new("an unsafe.Pointer")),
            _ => "2".to_owned(),
        })
    }

    /// The zero value.
    pub(crate) fn zero(&mut self, ty: TypeId) -> Result<String, Unable> {
        let text = self.text(ty)?;
        Ok(match self.query.ty(self.query.underlying(ty)) {
            Type::Basic(BasicKind::Bool) => "false".to_owned(),
            Type::Basic(BasicKind::String) => "\"\"".to_owned(),
            Type::Basic(_) => "0".to_owned(),
            Type::Struct(_) | Type::Array { .. } => format!("{text}{{}}"),
            _ => "nil".to_owned(),
        })
    }

    /// One of several values, by the number of the attempt.
    fn vary(&mut self, elem: &str, values: &[&str]) -> String {
        let count = values.len() as u32;
        let index = match self.stride {
            1 => format!("attempt%{count}"),
            stride => format!("attempt/{stride}%{count}"),
        };
        if self.stride * count <= MAX_STRIDE {
            self.stride *= count;
        }
        format!("[]{elem}{{{}}}[{index}]", values.join(", "))
    }

    /// A new variable in front of the call.
    fn variable(&mut self, name: &str) -> String {
        self.variables += 1;
        format!("{name}{}", self.variables)
    }

    /// The path and name of a declared type of another package.
    fn foreign(&self, ty: TypeId) -> Option<(String, String)> {
        let Type::Named { decl, .. } = self.query.ty(ty) else {
            return None;
        };
        let name = self.name_of(*decl)?;
        (decl.pkg != PkgId::universe() && !is_own(self.query, decl.pkg))
            .then(|| (self.query.world.path(decl.pkg).to_owned(), name))
    }

    fn name_of(&self, decl: NamedRef) -> Option<String> {
        let object = self.query.object(self.query.named(decl)?.obj)?;
        Some(self.query.world.text(object.name).to_owned())
    }

    /// Types of the library that are made in a way of their own.
    fn known(&mut self, ty: TypeId) -> Option<String> {
        if let Type::Named { decl, .. } = self.query.ty(ty)
            && decl.pkg == PkgId::universe()
            && self.name_of(*decl).is_some_and(|name| name == "error")
        {
            let errors = self.imports.std("errors");
            let failed = format!("{errors}.New(\"made up by the test\")");
            return Some(self.vary("error", &["nil", &failed]));
        }
        let (pointer, inner) = match self.query.ty(ty) {
            Type::Pointer(elem) => (true, *elem),
            _ => (false, ty),
        };
        let (path, name) = self.foreign(inner)?;
        let import = |maker: &mut Self, path: &str| maker.imports.std(path);
        Some(match (path.as_str(), name.as_str(), pointer) {
            ("context", "Context", false) => {
                self.has_context = true;
                "ctx".to_owned()
            }
            ("context", "CancelFunc", false) => "func() {}".to_owned(),
            ("testing", "T", true) | ("testing", "TB", false) => "t".to_owned(),
            ("time", "Duration", false) => format!("5 * {}.Millisecond", import(self, "time")),
            ("time", "Time", false) => format!("{}.Now()", import(self, "time")),
            ("net/http", "ResponseWriter", false) => format!("{}.NewRecorder()", import(self, "net/http/httptest")),
            ("net/http", "Request", true) => {
                self.has_context = true;
                let httptest = import(self, "net/http/httptest");
                format!("{httptest}.NewRequest(\"GET\", \"/\", nil).WithContext(ctx)")
            }
            ("net/http", "Client", true) => format!("new({}.Client)", import(self, "net/http")),
            ("net/http", "Handler", false) => format!("{}.NotFoundHandler()", import(self, "net/http")),
            ("io", "Reader", false) => format!("{}.NewReader(\"x\\nx\\n\")", import(self, "strings")),
            ("io", "Writer", false) => {
                let buffer = import(self, "bytes");
                format!("new({buffer}.Buffer)")
            }
            ("io", "ReadCloser", false) => {
                let (ioutil, strings) = (import(self, "io/ioutil"), import(self, "strings"));
                format!("{ioutil}.NopCloser({strings}.NewReader(\"x\\nx\\n\"))")
            }
            ("net", "Conn", false) => {
                let (net, io, ioutil) = (import(self, "net"), import(self, "io"), import(self, "io/ioutil"));
                let (near, far) = (self.variable("near"), self.variable("far"));
                self.before.push(format!("{near}, {far} := {net}.Pipe()"));
                self.before.push(format!("defer {far}.Close()"));
                self.before.push(format!("go {io}.Copy({ioutil}.Discard, {far})"));
                near
            }
            ("log", "Logger", true) => {
                let (log, ioutil) = (import(self, "log"), import(self, "io/ioutil"));
                format!("{log}.New({ioutil}.Discard, \"\", 0)")
            }
            ("log/slog", "Logger", true) => {
                let (slog, ioutil) = (import(self, "log/slog"), import(self, "io/ioutil"));
                format!("{slog}.New({slog}.NewTextHandler({ioutil}.Discard, nil))")
            }
            ("os", "Signal", false) => format!("{}.Interrupt", import(self, "os")),
            ("sync" | "sync/atomic", "Cond", true) => {
                let sync = import(self, "sync");
                format!("{sync}.NewCond(new({sync}.Mutex))")
            }
            ("sync", "Locker", false) => format!("new({}.Mutex)", import(self, "sync")),
            ("sync" | "sync/atomic", _, true) => {
                let package = import(self, &path);
                format!("new({package}.{name})")
            }
            ("sync", _, false) => format!("{}.{name}{{}}", import(self, "sync")),
            ("time", "Timer" | "Ticker", true) => format!("{}.New{name}({}.Millisecond)", import(self, "time"), "time"),
            _ => return None,
        })
    }

    fn pointer(&mut self, ty: TypeId, elem: TypeId, depth: u32) -> Result<String, Unable> {
        if let Type::Named { decl, .. } = self.query.ty(elem) {
            if let Some(made) = self.constructed(ty, decl.pkg, depth) {
                return Ok(made);
            }
            if let Type::Struct(fields) = self.query.ty(self.query.underlying(elem)) {
                return Ok(format!("&{}", self.composite(elem, &fields.clone(), depth)?));
            }
        }
        Ok(format!("new({})", self.text(elem)?))
    }

    /// What a function of the package of a type makes.
    fn constructed(&mut self, ty: TypeId, pkg: PkgId, depth: u32) -> Option<String> {
        let query = self.query;
        let own = is_own(query, pkg);
        let pkg = if own { query.pkg } else { pkg };
        let mut scope: Vec<(String, ObjRef)> = query
            .tables(pkg)
            .scope
            .iter()
            .map(|(&name, &index)| (query.world.text(name).to_owned(), ObjRef { pkg, index }))
            .collect();
        scope.retain(|(name, obj)| {
            (own || name.starts_with("New"))
                && !self.banned.contains(obj)
                && !name.starts_with("Test")
                && name != "main"
        });
        let mut makers: Vec<(bool, usize, String, Signature)> = Vec::new();
        for (name, obj) in scope {
            let Some(object) = query.object(obj) else { continue };
            if !matches!(object.kind, ObjKind::Func { recv: None, .. }) {
                continue;
            }
            let Type::Func(sig) = *query.ty(query.object_type(obj)) else {
                continue;
            };
            let results = query.world.types.list(sig.results);
            let params = query.world.types.list(sig.params).len();
            let gives = results.first().is_some_and(|&result| query.identical(result, ty));
            let is_plain = sig.type_params == TypeId::EMPTY_TUPLE && results.len() <= 2 && params <= MAX_PARAMS;
            if gives && is_plain {
                let is_new = name.to_lowercase().starts_with("new");
                makers.push((!is_new, params, name, sig));
            }
        }
        makers.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
        for (_, _, name, sig) in makers {
            let (before, beside, stride) = (self.before.len(), self.beside.len(), self.stride);
            match self.call(pkg, &name, &sig, depth) {
                Ok(value) => return Some(value),
                Err(_) => {
                    self.before.truncate(before);
                    self.beside.truncate(beside);
                    self.stride = stride;
                }
            }
        }
        None
    }

    fn call(&mut self, pkg: PkgId, name: &str, sig: &Signature, depth: u32) -> Result<String, Unable> {
        let function = qualified_function(self.query, &mut self.imports, pkg, name)?;
        let arguments = self.arguments(sig, depth + 1)?;
        let variable = self.variable("v");
        let results = self.query.world.types.list(sig.results).to_vec();
        let call = format!("{function}({})", arguments.join(", "));
        match results.as_slice() {
            [_] => self.before.push(format!("{variable} := {call}")),
            [_, second] => match self.query.ty(self.query.underlying(*second)) {
                Type::Interface(_) => {
                    self.before.push(format!("{variable}, err := {call}"));
                    self.before.push("if err != nil {\n\treturn\n}".to_owned());
                }
                Type::Func(sig) if sig.params == TypeId::EMPTY_TUPLE => {
                    let stop = self.variable("stop");
                    self.before.push(format!("{variable}, {stop} := {call}"));
                    self.before.push(format!("defer {stop}()"));
                }
                _ => self.before.push(format!("{variable}, _ := {call}")),
            },
            _ => return Err(Unable::new("results that nobody knows")),
        }
        if let Some(method) = self.ending(results[0]) {
            self.before.push(format!("defer {variable}.{method}"));
        }
        Ok(variable)
    }

    /// The call that ends the life of a value.
    fn ending(&mut self, ty: TypeId) -> Option<String> {
        for name in ["Close", "Stop", "Shutdown", "close", "stop", "shutdown"] {
            let Some(found) = self
                .query
                .lookup_method(ty, self.query.world.name(name), self.query.pkg)
            else {
                continue;
            };
            if self.banned.contains(&found.obj) {
                return None;
            }
            let Type::Func(sig) = self.query.ty(found.ty) else {
                continue;
            };
            return match self.query.world.types.list(sig.params) {
                [] => Some(format!("{name}()")),
                &[one] if self.foreign(one).is_some_and(|(path, _)| path == "context") => {
                    self.has_context = true;
                    Some(format!("{name}(ctx)"))
                }
                _ => None,
            };
        }
        None
    }

    /// A channel with a partner on its other side, for as long as the attempt lasts.
    fn channel(&mut self, elem: TypeId, depth: u32) -> Result<String, Unable> {
        let text = self.text(elem)?;
        let value = self.value(elem, depth + 1)?;
        let variable = self.variable("ch");
        let _ = value;
        self.before.push(format!("{variable} := make(chan {text}, 1)"));
        Ok(variable)
    }

    /// A function that takes its time and gives values back.
    fn function(&mut self, sig: &Signature, depth: u32) -> Result<String, Unable> {
        let count = self.query.world.types.list(sig.params).len();
        let names: Vec<String> = (0..count).map(|_| "_".to_owned()).collect();
        let text = signature_text(self.query, &mut self.imports, sig, &names)?;
        let body = self.body(sig, depth)?;
        Ok(format!("func{text} {{\n{body}}}"))
    }

    fn body(&mut self, sig: &Signature, depth: u32) -> Result<String, Unable> {
        let results = self.query.world.types.list(sig.results).to_vec();
        if results.is_empty() {
            return Ok(String::new());
        }
        let time = self.imports.std("time");
        let wait = self.vary(&format!("{time}.Duration"), &["0", "20", "1"]);
        let values: Result<Vec<String>, Unable> = results.iter().map(|&ty| self.value(ty, depth + 1)).collect();
        Ok(format!(
            "\t{time}.Sleep({wait} * {time}.Millisecond)\n\treturn {}\n",
            values?.join(", ")
        ))
    }

    /// A literal of a struct with the fields that need a value.
    fn composite(&mut self, ty: TypeId, fields: &[Field], depth: u32) -> Result<String, Unable> {
        let text = self.text(ty)?;
        let mut parts = Vec::new();
        for field in fields {
            let name = self.query.world.text(field.name).to_owned();
            let is_seen = is_own(self.query, field.obj.pkg) || name.starts_with(char::is_uppercase);
            let is_own_type = match self.query.ty(ty) {
                Type::Named { decl, .. } => is_own(self.query, decl.pkg),
                _ => true,
            };
            if !is_seen || name == "_" || !is_own_type || !self.wants_value(field.ty) {
                continue;
            }
            let (before, beside) = (self.before.len(), self.beside.len());
            match self.value(field.ty, depth + 1) {
                Ok(value) if value != "nil" => parts.push(format!("{name}: {value}")),
                Ok(_) => {}
                Err(_) => {
                    self.before.truncate(before);
                    self.beside.truncate(beside);
                }
            }
        }
        Ok(format!("{text}{{{}}}", parts.join(", ")))
    }

    /// Whether a field is of no use without a value.
    fn wants_value(&self, ty: TypeId) -> bool {
        if let Some((path, name)) = self.foreign(ty) {
            return match path.as_str() {
                "sync" | "sync/atomic" => false,
                "time" => name == "Duration",
                _ => true,
            };
        }
        let is_error = matches!(self.query.ty(ty), Type::Named { decl, .. } if decl.pkg == PkgId::universe());
        match self.query.ty(self.query.underlying(ty)) {
            Type::Basic(kind) => matches!(kind, BasicKind::String) || kind.is_integer(),
            Type::Slice(_) | Type::Array { .. } => false,
            _ => !is_error,
        }
    }

    /// A type of the package that has the methods, or one that is written for the test.
    fn interface(&mut self, ty: TypeId, depth: u32) -> Result<String, Unable> {
        let query = self.query;
        let set = query.type_set(ty);
        if set.terms.is_some() {
            return Err(Unable::new("a constraint"));
        }
        if set.methods.is_empty() {
            return Ok("\"x\"".to_owned());
        }
        if let Some(value) = self.implemented(ty, depth) {
            return Ok(value);
        }
        let seen = |method: &gosleuth_types::Method| {
            query.world.text(method.name).starts_with(char::is_uppercase) || is_own(query, method.obj.pkg)
        };
        if set.methods.len() > MAX_METHODS || !set.methods.iter().all(seen) {
            return Err(Unable::new("an interface that cannot be implemented here"));
        }
        let name = format!("gosleuthStub{}n{}", self.id, self.beside.len() + 1);
        let place = self.beside.len();
        self.beside.push(String::new());
        let mut text = format!(
            "// {name} stands in for an implementation of {}.\ntype {name} struct{{ attempt int }}\n",
            self.text(ty)?
        );
        let outer = std::mem::take(&mut self.before);
        for method in &set.methods {
            let Type::Func(sig) = *query.ty(method.sig) else {
                continue;
            };
            let count = query.world.types.list(sig.params).len();
            let names: Vec<String> = (0..count).map(|_| "_".to_owned()).collect();
            let signature = signature_text(query, &mut self.imports, &sig, &names);
            let had_context = self.has_context;
            let body = self.body(&sig, depth + 1);
            let (signature, body) = match (signature, body) {
                (Ok(signature), Ok(body)) if self.before.is_empty() && !body.contains("ctx") => (signature, body),
                (Ok(signature), _) => {
                    self.has_context = had_context;
                    self.before.clear();
                    let zeros: Result<Vec<String>, Unable> = query
                        .world
                        .types
                        .list(sig.results)
                        .to_vec()
                        .into_iter()
                        .map(|result| self.zero(result))
                        .collect();
                    match zeros {
                        Ok(zeros) => (signature, format!("\treturn {}\n", zeros.join(", "))),
                        Err(why) => {
                            self.before = outer;
                            return Err(why);
                        }
                    }
                }
                (Err(why), _) => {
                    self.before = outer;
                    return Err(why);
                }
            };
            let method = query.world.text(method.name);
            let body = body
                .replace("[attempt%", "[stub.attempt%")
                .replace("[attempt/", "[stub.attempt/");
            text.push_str(&format!("\nfunc (stub {name}) {method}{signature} {{\n{body}}}\n"));
        }
        self.before = outer;
        self.beside[place] = text;
        Ok(format!("{name}{{attempt}}"))
    }

    /// A value of a type of the own package that implements an interface.
    fn implemented(&mut self, interface: TypeId, depth: u32) -> Option<String> {
        let query = self.query;
        let mut types: Vec<(String, TypeId)> = Vec::new();
        for pkg in [Some(query.pkg), query.world.base(query.pkg)].into_iter().flatten() {
            for (&name, &index) in &query.tables(pkg).scope {
                let obj = ObjRef { pkg, index };
                let is_type = query
                    .object(obj)
                    .is_some_and(|object| matches!(object.kind, ObjKind::Type { alias: false, .. }));
                if is_type {
                    types.push((query.world.text(name).to_owned(), query.object_type(obj)));
                }
            }
        }
        types.sort();
        for (_, ty) in types {
            let is_generic = matches!(query.ty(ty), Type::Named { decl, .. }
                if query.named(*decl).is_none_or(|info| info.type_params != TypeId::EMPTY_TUPLE));
            if is_generic || query.is_interface(ty) || self.open.contains(&ty) {
                continue;
            }
            let pointer = query.world.types.intern(Type::Pointer(ty));
            for candidate in [ty, pointer] {
                if query.implements(candidate, interface) && !self.open.contains(&candidate) {
                    let (before, beside) = (self.before.len(), self.beside.len());
                    match self.value(candidate, depth + 1) {
                        Ok(value) => return Some(value),
                        Err(_) => {
                            self.before.truncate(before);
                            self.beside.truncate(beside);
                        }
                    }
                }
            }
        }
        None
    }
}

/// A function of a package in this one.
fn qualified_function(query: &Query<'_, '_>, imports: &mut Imports, pkg: PkgId, name: &str) -> Result<String, Unable> {
    match is_own(query, pkg) {
        true => Ok(name.to_owned()),
        false => qualified(query, imports, pkg, name),
    }
}

/// Whether a key of a literal cannot be written twice or fail.
fn is_constant(text: &str) -> bool {
    text.starts_with('"') || text.bytes().all(|byte| byte.is_ascii_digit())
}
