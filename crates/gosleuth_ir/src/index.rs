//! From what a running program says of a place (a function by its symbol, a file, a line) to what the source does there, and back.
//!
//! Names are those of the linker as [`Func::name`] has them, behind the package path as the runtime prints it. Bodies of loops over functions
//! and the wrappers that the compiler makes of `go` and `defer` statements are functions of their own there, and belong to the function
//! around them here.

use gosleuth_base::Idx as _;
use gosleuth_types::{Builtin, ObjKind, ObjRef, Query, Type};

use crate::build::Unit;
use crate::ir::{Call, Callee, Func, FuncId, Op, Package, ValueId};

/// What is done at a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SiteKind {
    /// A `go` statement.
    Go,
    /// `ch <- v`
    Send,
    /// `<-ch`, a round of `for … range ch`
    Receive,
    /// `select`
    Select,
    /// `close(ch)`
    Close,
    /// A call, also a deferred one, of a function or method outside the package or of an interface, by its symbol without type arguments:
    /// `sync.(*Mutex).Lock`.
    Call(String),
}

/// A place of a package where goroutines start, wait or wake each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeSite {
    /// Its function, a position in [`CodeIndex::functions`].
    pub function: u32,
    /// Its file, a position in [`CodeIndex::files`].
    pub file: u32,
    /// Its line, from 1.
    pub line: u32,
    /// The operation in the package it was made of.
    pub value: (FuncId, ValueId),
    /// What is done there.
    pub kind: SiteKind,
}

/// The places of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeIndex {
    /// Symbols of its functions as the runtime prints them, sorted.
    functions: Vec<String>,
    /// Its files, as they were named.
    files: Vec<String>,
    /// Sorted by function and line.
    sites: Vec<CodeSite>,
    /// Positions in `sites`, sorted by file and line.
    by_file: Vec<u32>,
}

impl CodeIndex {
    /// The places of a package. `path` is its import path, or `main` for a program; `files` are the names of the files of the unit.
    pub fn new(unit: &Unit<'_>, package: &Package, path: &str, files: &[&str]) -> Self {
        let path = escaped(path);
        let mut functions: Vec<String> = package
            .funcs
            .iter()
            .map(|func| format!("{path}.{}", func.name))
            .collect();
        functions.sort();
        functions.dedup();
        let mut index = Self {
            functions,
            files: files.iter().map(|&file| file.to_owned()).collect(),
            ..Self::default()
        };
        for (id, func) in package.funcs.iter_enumerated() {
            let Some(source) = unit.files.get(func.file) else {
                continue;
            };
            let symbol = format!("{path}.{}", func.name);
            let Ok(function) = index.functions.binary_search(&symbol) else {
                continue;
            };
            for block in func.blocks.iter() {
                for &value in &block.values {
                    if let Some(kind) = kind(unit.query, package, func, value) {
                        index.sites.push(CodeSite {
                            function: function as u32,
                            file: func.file as u32,
                            line: source.tree.line_column(func.values[value].pos).0,
                            value: (id, value),
                            kind,
                        });
                    }
                }
            }
        }
        index.sites.sort_by(|a, b| {
            let key = |site: &CodeSite| (site.function, site.line, site.value);
            key(a).cmp(&key(b)).then_with(|| a.kind.cmp(&b.kind))
        });
        index.order();
        index
    }

    fn order(&mut self) {
        let sites = &self.sites;
        self.by_file = (0..sites.len() as u32).collect();
        self.by_file.sort_by_key(|&at| {
            let site = &sites[at as usize];
            (site.file, site.line, at)
        });
    }

    /// Symbols of the functions of the package, sorted.
    pub fn functions(&self) -> &[String] {
        &self.functions
    }

    /// The files of the package.
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// All places, by function and line.
    pub fn sites(&self) -> &[CodeSite] {
        &self.sites
    }

    /// The places in a line of a function, named as the runtime names it.
    pub fn at_symbol(&self, symbol: &str, line: u32) -> &[CodeSite] {
        let Ok(function) = self.functions.binary_search(&of_source(symbol)) else {
            return &[];
        };
        let key = (function as u32, line);
        let from = self.sites.partition_point(|site| (site.function, site.line) < key);
        let to = self.sites.partition_point(|site| (site.function, site.line) <= key);
        &self.sites[from..to]
    }

    /// The places that a frame stands for: by symbol and line, else by file and line. The compiler names literals of functions that it has put
    /// into others after these (`main.outer.inner.func1`), which only the line tells.
    pub fn at(&self, symbol: &str, file: &str, line: u32) -> Vec<&CodeSite> {
        match self.at_symbol(symbol, line) {
            [] => self.at_file(file, line),
            found => found.iter().collect(),
        }
    }

    /// The places in a line of a file. Of the file's name only the last part counts, so that builds with `-trimpath` and in other directories
    /// agree: the files of a package have different ones.
    pub fn at_file(&self, file: &str, line: u32) -> Vec<&CodeSite> {
        let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        let wanted = name(file);
        let files = self.files.iter().zip(0_u32..);
        let mut found = Vec::new();
        for (_, number) in files.filter(|(known, _)| name(known) == wanted) {
            let key = |at: u32| {
                let site = &self.sites[at as usize];
                (site.file, site.line)
            };
            let from = self.by_file.partition_point(|&at| key(at) < (number, line));
            let rest = self.by_file[from..].iter().take_while(|&&at| key(at) == (number, line));
            found.extend(rest.map(|&at| &self.sites[at as usize]));
        }
        found
    }

    /// The index as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![FORM];
        let number = |out: &mut Vec<u8>, value: usize| out.extend_from_slice(&(value as u32).to_le_bytes());
        let text = |out: &mut Vec<u8>, text: &str| {
            out.extend_from_slice(&(text.len() as u32).to_le_bytes());
            out.extend_from_slice(text.as_bytes());
        };
        for list in [&self.functions, &self.files] {
            number(&mut out, list.len());
            list.iter().for_each(|item| text(&mut out, item));
        }
        number(&mut out, self.sites.len());
        for site in &self.sites {
            let (func, value) = site.value;
            for part in [
                site.function,
                site.file,
                site.line,
                func.index() as u32,
                value.index() as u32,
            ] {
                number(&mut out, part as usize);
            }
            let tag = KINDS.iter().position(|kind| *kind == site.kind).unwrap_or(KINDS.len());
            out.push(tag as u8);
            if let SiteKind::Call(symbol) = &site.kind {
                text(&mut out, symbol);
            }
        }
        out
    }

    /// What was encoded; `None` for other bytes.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(&[FORM])?;
        let mut index = Self::default();
        for list in [&mut index.functions, &mut index.files] {
            for _ in 0..number(&mut rest)? {
                list.push(text(&mut rest)?);
            }
        }
        for _ in 0..number(&mut rest)? {
            let mut parts = [0; 5];
            for part in &mut parts {
                *part = number(&mut rest)?;
            }
            let [function, file, line, func, value] = parts;
            let (&tag, behind) = rest.split_first()?;
            rest = behind;
            let kind = match KINDS.get(usize::from(tag)) {
                Some(kind) => kind.clone(),
                None => SiteKind::Call(text(&mut rest)?),
            };
            let is_known = (function as usize) < index.functions.len() && (file as usize) < index.files.len();
            if !is_known {
                return None;
            }
            index.sites.push(CodeSite {
                function,
                file,
                line,
                value: (FuncId::from_usize(func as usize), ValueId::from_usize(value as usize)),
                kind,
            });
        }
        index.order();
        rest.is_empty().then_some(index)
    }
}

/// Changes when the form does.
const FORM: u8 = 1;

/// Kinds that a tag says; what is behind them is a call.
const KINDS: [SiteKind; 5] = [
    SiteKind::Go,
    SiteKind::Send,
    SiteKind::Receive,
    SiteKind::Select,
    SiteKind::Close,
];

fn number(rest: &mut &[u8]) -> Option<u32> {
    let (number, behind) = rest.split_first_chunk::<4>()?;
    *rest = behind;
    Some(u32::from_le_bytes(*number))
}

fn text(rest: &mut &[u8]) -> Option<String> {
    let length = number(rest)? as usize;
    let (text, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    String::from_utf8(text.to_vec()).ok()
}

fn kind(query: Query<'_, '_>, package: &Package, func: &Func, value: ValueId) -> Option<SiteKind> {
    Some(match func.op(value) {
        Op::Go(_) => SiteKind::Go,
        Op::Send { .. } => SiteKind::Send,
        Op::Recv { .. } => SiteKind::Receive,
        Op::Select { .. } => SiteKind::Select,
        Op::Call(call) | Op::Defer(call) => return called(query, package, call),
        _ => return None,
    })
}

fn called(query: Query<'_, '_>, package: &Package, call: &Call) -> Option<SiteKind> {
    match call.callee {
        Callee::Builtin(Builtin::Close) => Some(SiteKind::Close),
        Callee::Static(obj) if package.by_object.contains_key(&obj) => None,
        Callee::Static(obj) | Callee::Interface { method: obj, .. } => Some(SiteKind::Call(symbol(query, obj))),
        Callee::Value(_) | Callee::Builtin(_) => None,
    }
}

/// The symbol of a function or method as the linker has it, without type arguments: `net/http.Get`, `sync.(*Mutex).Lock`,
/// `context.Context.Done` for methods of interfaces.
pub fn symbol(query: Query<'_, '_>, obj: ObjRef) -> String {
    let world = query.world;
    let path = world.path(world.canonical(obj.pkg));
    let object = query.object(obj);
    let name = object.map_or("", |object| world.text(object.name));
    let Some(ObjKind::Func { recv: Some(recv), .. }) = object.map(|object| &object.kind) else {
        return format!("{path}.{name}");
    };
    let (star, base) = match *query.ty(*recv) {
        Type::Pointer(base) => (true, base),
        _ => (false, *recv),
    };
    let declared = match *query.ty(base) {
        Type::Named { decl, .. } => query
            .named(decl)
            .and_then(|info| query.object(info.obj))
            .map(|object| (world.path(world.canonical(decl.pkg)), world.text(object.name))),
        _ => None,
    };
    match (star, declared) {
        (true, Some((path, base))) => format!("{path}.(*{base}).{name}"),
        (false, Some((path, base))) => format!("{path}.{base}.{name}"),
        (_, None) => format!("{path}.?.{name}"),
    }
}

/// An import path as it stands in symbols: in its last part dots, and quotes and percent signs everywhere, are written as numbers.
fn escaped(path: &str) -> String {
    let last = path.rfind('/').map_or(0, |slash| slash + 1);
    let mut text = String::with_capacity(path.len());
    for (at, c) in path.char_indices() {
        let is_plain = !(c <= ' ' || c == '%' || c == '"' || c >= '\u{7f}' || c == '.' && at >= last);
        if is_plain {
            text.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                text.push_str(&format!("%{byte:02x}"));
            }
        }
    }
    text
}

/// The symbol of the function that a symbol of the compiler was written in: without the bodies of loops over functions (`-range1`), the
/// wrappers of statements (`.gowrap1`, `.deferwrap1`) and of method values (`-fm`).
fn of_source(symbol: &str) -> String {
    let symbol = symbol.strip_suffix("-fm").unwrap_or(symbol);
    let from = symbol.rfind('/').map_or(0, |slash| slash + 1);
    let mut text = symbol[..from].to_owned();
    let mut parts = symbol[from..].split('.');
    let wraps = |part: &str| {
        ["gowrap", "deferwrap"].iter().any(|word| {
            part.strip_prefix(word)
                .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
        })
    };
    if let Some(first) = parts.next() {
        text.push_str(first);
    }
    for part in parts {
        if wraps(part) {
            continue;
        }
        text.push('.');
        text.push_str(without_ranges(part));
    }
    text
}

fn without_ranges(part: &str) -> &str {
    let mut part = part;
    while let Some(at) = part.rfind("-range") {
        let number = &part[at + "-range".len()..];
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            break;
        }
        part = &part[..at];
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_compiler_adds_to_names() {
        for (symbol, source) in [
            ("main.main.gowrap1", "main.main"),
            ("main.main.func1.gowrap2", "main.main.func1"),
            ("main.f-range1", "main.f"),
            ("main.f.func1-range1-range2", "main.f.func1"),
            ("example.com/m/pkg.(*T).Run.func1", "example.com/m/pkg.(*T).Run.func1"),
            ("main.(*pool[...]).run.func1", "main.(*pool[...]).run.func1"),
            ("main.(*T).m-fm", "main.(*T).m"),
            ("main.f-ranger", "main.f-ranger"),
            ("main.init.0.func1", "main.init.0.func1"),
            ("a.b/c-range1/m.f", "a.b/c-range1/m.f"),
        ] {
            assert_eq!(of_source(symbol), source);
        }
    }

    #[test]
    fn paths_as_they_stand_in_symbols() {
        assert_eq!(escaped("gopkg.in/yaml.v3"), "gopkg.in/yaml%2ev3");
        assert_eq!(escaped("example.com/m"), "example.com/m");
        assert_eq!(escaped("main"), "main");
    }
}
