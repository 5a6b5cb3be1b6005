//! From what a running program says of a place (a function by its symbol, a file, a line) to what the source does there, and back.
//!
//! Names are those of the linker as [`Func::name`] has them, behind the package path as the runtime prints it. Bodies of loops over functions
//! and the wrappers that the compiler makes of `go` and `defer` statements are functions of their own there, and belong to the function
//! around them here.
//!
//! An index holds names and numbers only: it is kept, and joined with those of other packages, when the package is long gone. Channels and
//! locks are known by where they are kept (`objects`): a field is one object whatever struct it is in, and what flows from one place to
//! another is told as pairs that may be the same.

mod gather;
mod held;
mod objects;

use gosleuth_types::{ObjKind, ObjRef, Query, Type};
use serde::{Deserialize, Serialize};

use crate::build::Unit;
use crate::ir::Package;

/// What is done at a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SiteKind {
    /// A `go` statement, with the symbol of the function it starts where that is known.
    Go(Option<String>),
    /// A channel, or something of package sync, is made: alone or as a field of a struct.
    Make,
    /// `ch <- v`
    Send,
    /// `<-ch`, a round of `for … range ch`
    Receive,
    /// `select`; its communications are places of their own.
    Select,
    /// `close(ch)`
    Close,
    /// A call, also a deferred one, by the symbol of the function or method without type arguments: `sync.(*Mutex).Lock`. Methods of
    /// interfaces have the interface in place of a type: `io.Reader.Read`.
    Call(String),
    /// A call of a function value that is not known here, by its type.
    CallValue(String),
}

/// A lock that is held at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HeldLock {
    /// The lock, a position in [`CodeIndex::objects`].
    pub object: u32,
    /// The line in the same file where it was taken.
    pub line: u32,
    /// Whether it is held for reading.
    pub read: bool,
}

/// A place of a package where goroutines start, wait or wake each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeSite {
    /// Its function, a position in [`CodeIndex::functions`].
    pub function: u32,
    /// Its line, from 1.
    pub line: u32,
    /// What is done there.
    pub kind: SiteKind,
    /// The channel, lock or counter it is done to, a position in [`CodeIndex::objects`].
    pub object: Option<u32>,
    /// For a communication of a `select`: the line of that, and whether it has a `default`.
    pub select: Option<(u32, bool)>,
    /// Whether it happens when the function ends.
    pub deferred: bool,
    /// Its block in the function, and its position there.
    pub at: (u32, u32),
    /// Locks that are held on every path that comes here.
    pub held: Vec<HeldLock>,
}

/// A function of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeFunction {
    /// Its symbol as the runtime prints it.
    pub symbol: String,
    /// Its file, a position in [`CodeIndex::files`].
    pub file: u32,
    /// Its first and last line.
    pub lines: (u32, u32),
    /// Its type if it is used as a value: anybody who got it may call it.
    pub value: Option<String>,
    /// Where each of its blocks may go on.
    pub successors: Vec<Vec<u32>>,
    /// The literals in its text, by position, sorted.
    pub literals: Vec<u32>,
    /// The channels, locks and counters that its text touches, positions in [`CodeIndex::objects`], sorted.
    pub objects: Vec<u32>,
    /// Locks that it holds where it returns, on some paths and not on others.
    pub leaves: Vec<HeldLock>,
}

/// Where channels, locks and the like are kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CodeObject {
    /// Its identity in all packages.
    pub key: String,
    /// The package that declares or makes it: code that is not looked at has what others declare.
    pub package: String,
    /// How people call it: `Server.mu`, `results`.
    pub label: String,
    /// Where it lives.
    pub scope: ObjectScope,
}

/// Who can get at an object without having been given it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ObjectScope {
    /// One activation of a function: a variable, a parameter, a result.
    Local,
    /// Whoever has the struct, or everybody: fields and package-level variables.
    Shared,
    /// Code that is not followed has it: functions behind interfaces, values in `any`.
    Foreign,
}

/// The places of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeIndex {
    /// Its import path.
    import_path: String,
    /// Its functions, sorted by symbol.
    functions: Vec<CodeFunction>,
    /// Its files, as they were named.
    files: Vec<String>,
    /// Sorted by function and line.
    sites: Vec<CodeSite>,
    /// Positions in `sites`, sorted by file and line.
    by_file: Vec<u32>,
    /// Channels, locks and counters.
    objects: Vec<CodeObject>,
    /// Declared types of which values are put into interfaces, as they stand in symbols, sorted: `main.server`.
    interfaced: Vec<String>,
    /// Objects that may be the same, sorted.
    same: Vec<(u32, u32)>,
    /// Channels, and what may be sent through them, sorted.
    elements: Vec<(u32, u32)>,
}

impl CodeIndex {
    /// The places of a package. `path` is its import path, or `main` for a program; `files` are the names of the files of the unit.
    pub fn new(unit: &Unit<'_>, package: &Package, path: &str, files: &[&str]) -> Self {
        let mut index = gather::gather(unit, package, &escaped(path));
        let world = unit.query.world;
        index.import_path = world.path(world.canonical(unit.query.pkg)).to_owned();
        index.files = files.iter().map(|&file| file.to_owned()).collect();
        index.order();
        index
    }

    fn order(&mut self) {
        self.sites.sort_by(|a, b| {
            let key = |site: &CodeSite| (site.function, site.line, site.at);
            key(a).cmp(&key(b)).then_with(|| a.kind.cmp(&b.kind))
        });
        let (sites, functions) = (&self.sites, &self.functions);
        self.by_file = (0..sites.len() as u32).collect();
        self.by_file.sort_by_key(|&at| {
            let site = &sites[at as usize];
            (functions[site.function as usize].file, site.line, at)
        });
    }

    /// The import path of the package.
    pub fn import_path(&self) -> &str {
        &self.import_path
    }

    /// The functions of the package, sorted by symbol.
    pub fn functions(&self) -> &[CodeFunction] {
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

    /// The channels, locks and counters of the package.
    pub fn objects(&self) -> &[CodeObject] {
        &self.objects
    }

    /// Declared types of which values are put into interfaces, as they stand in symbols: code outside may call their methods.
    pub fn interfaced(&self) -> &[String] {
        &self.interfaced
    }

    /// Pairs of objects that may be the same.
    pub fn same(&self) -> &[(u32, u32)] {
        &self.same
    }

    /// Channels, and what may be sent through them.
    pub fn elements(&self) -> &[(u32, u32)] {
        &self.elements
    }

    /// The position of a function, named as the runtime names it.
    pub fn function(&self, symbol: &str) -> Option<u32> {
        let symbol = of_source(symbol);
        let found = self
            .functions
            .binary_search_by(|function| function.symbol.as_str().cmp(&symbol));
        found.ok().map(|at| at as u32)
    }

    /// The places of a function, by line.
    pub fn of_function(&self, function: u32) -> &[CodeSite] {
        let from = self.sites.partition_point(|site| site.function < function);
        let to = self.sites.partition_point(|site| site.function <= function);
        &self.sites[from..to]
    }

    /// The places in a line of a function, named as the runtime names it.
    pub fn at_symbol(&self, symbol: &str, line: u32) -> &[CodeSite] {
        let Some(function) = self.function(symbol) else {
            return &[];
        };
        let sites = self.of_function(function);
        let from = sites.partition_point(|site| site.line < line);
        let to = sites.partition_point(|site| site.line <= line);
        &sites[from..to]
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
                (self.functions[site.function as usize].file, site.line)
            };
            let from = self.by_file.partition_point(|&at| key(at) < (number, line));
            let rest = self.by_file[from..].iter().take_while(|&&at| key(at) == (number, line));
            found.extend(rest.map(|&at| &self.sites[at as usize]));
        }
        found
    }

    /// The file of a place.
    pub fn file_of(&self, site: &CodeSite) -> &str {
        let function = self.functions.get(site.function as usize);
        function
            .and_then(|function| self.files.get(function.file as usize))
            .map_or("", String::as_str)
    }

    /// Whether control can come from the beginning of its function to a place without passing one of `barriers`.
    pub fn begins_before(&self, to: &CodeSite, barriers: &[&CodeSite]) -> bool {
        let Some(function) = self.functions.get(to.function as usize) else {
            return true;
        };
        let barred = |block: u32, before: u32| barriers.iter().any(|site| site.at.0 == block && site.at.1 < before);
        let mut seen = vec![false; function.successors.len()];
        let mut work = vec![0_u32];
        while let Some(block) = work.pop() {
            let Some(seen) = seen.get_mut(block as usize).filter(|seen| !**seen) else {
                continue;
            };
            *seen = true;
            if block == to.at.0 && !barred(block, to.at.1) {
                return true;
            }
            if !barred(block, u32::MAX) {
                work.extend(function.successors.get(block as usize).into_iter().flatten());
            }
        }
        false
    }

    /// Whether control can come from one place to another of the same function before the function returns. Deferred calls come last.
    pub fn leads_to(&self, from: &CodeSite, to: &CodeSite) -> bool {
        if from.function != to.function {
            return false;
        }
        if to.deferred || (from.at.0 == to.at.0 && from.at.1 < to.at.1) {
            return true;
        }
        let Some(function) = self.functions.get(from.function as usize) else {
            return false;
        };
        let mut seen = vec![false; function.successors.len()];
        let mut work = vec![from.at.0];
        while let Some(block) = work.pop() {
            for &next in function.successors.get(block as usize).into_iter().flatten() {
                if next == to.at.0 {
                    return true;
                }
                if let Some(seen) = seen.get_mut(next as usize).filter(|seen| !**seen) {
                    *seen = true;
                    work.push(next);
                }
            }
        }
        false
    }
}

/// The symbol of a function or method as the linker has it, without type arguments: `net/http.Get`, `sync.(*Mutex).Lock`,
/// `context.Context.Done` for methods of interfaces.
pub fn symbol(query: Query<'_, '_>, obj: ObjRef) -> String {
    symbol_with(query, obj, &str::to_owned)
}

/// The same with the path as it stands in symbols that the runtime prints.
fn escaped_symbol(query: Query<'_, '_>, obj: ObjRef) -> String {
    symbol_with(query, obj, &escaped)
}

fn symbol_with(query: Query<'_, '_>, obj: ObjRef, written: &dyn Fn(&str) -> String) -> String {
    let world = query.world;
    let path = written(world.path(world.canonical(obj.pkg)));
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
            .map(|object| (written(world.path(world.canonical(decl.pkg))), world.text(object.name))),
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
pub fn of_source(symbol: &str) -> String {
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
