//! Checking small programs in tests.
//!
//! A program is one file, or several with lines `-- path/of/package --` or `-- path/of/package/file.go --` before each, packages in
//! the order of their imports. A comment `/*: T */` directly behind an expression states the type of the shortest expression that ends
//! there; `/*: T = value */` states a constant, and `/*: value T */` and the like a mode too (see [`describe`]). The path
//! `a [tests]` stands for tests of the same name as the package `a`.

use std::fmt::Write as _;

use gosleuth_syntax::ast::{self, ExprId};
use gosleuth_syntax::{ParseOptions, parse};
use rustc_hash::FxHashMap;

use crate::check::{CheckInput, Checked, SourceFile, check_package};
use crate::display::Qualify;
use crate::info::{Mode, Selection};
use crate::object::PkgId;
use crate::query::{Caches, Query};
use crate::types::TypeId;
use crate::world::World;

/// A package of a checked program.
pub(crate) struct Package {
    pub(crate) pkg: PkgId,
    pub(crate) texts: Vec<String>,
    pub(crate) trees: Vec<ast::File>,
    pub(crate) checked: Checked,
    pub(crate) caches: Caches,
}

/// A checked program; packages in the order of the text.
pub(crate) struct Program {
    pub(crate) world: World,
    pub(crate) packages: Vec<Package>,
}

/// Checks a program that has to be right: no errors, and every comment `/*: … */` holds.
#[track_caller]
pub(crate) fn check(program: &str) -> Program {
    let program = load(program);
    let mut wrong = program.errors();
    wrong.extend(program.failed_expectations());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    program
}

/// Checks a program that may be wrong: what was found wrong with it. The comments `/*: … */` have to hold.
#[track_caller]
pub(crate) fn errors(program: &str) -> Vec<String> {
    let program = load(program);
    let wrong = program.failed_expectations();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    program.errors()
}

/// Parses and checks a program.
pub(crate) fn load(program: &str) -> Program {
    let mut sections: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for (path, text) in split(program) {
        let (package, file) = match path.rsplit_once('/') {
            Some((package, file)) if file.ends_with(".go") => (package.to_owned(), path.clone()),
            _ => (path.clone(), format!("{path}/x.go")),
        };
        match sections.iter_mut().find(|(path, _)| *path == package) {
            Some((_, files)) => files.push((file, text)),
            None => sections.push((package, vec![(file, text)])),
        }
    }
    let world = World::new();
    let mut packages = Vec::new();
    let mut imports = FxHashMap::default();
    for (path, files) in sections {
        let base = path
            .strip_suffix(" [tests]")
            .and_then(|base| imports.get(base).copied());
        let pkg = world.register(&path, base);
        let trees: Vec<_> = files
            .iter()
            .map(|(_, text)| parse(text.as_bytes(), ParseOptions::default()))
            .collect();
        let sources = files.iter().zip(&trees).map(|((path, text), tree)| SourceFile {
            path,
            text: text.as_bytes(),
            tree,
        });
        let input = CheckInput {
            pkg,
            files: sources.collect(),
            imports: imports.clone(),
            word_size: 8,
        };
        let checked = check_package(&world, input, |types| world.finish(pkg, types));
        imports.insert(path.trim_end_matches(" [tests]").to_owned(), pkg);
        packages.push(Package {
            pkg,
            texts: files.into_iter().map(|(_, text)| text).collect(),
            trees,
            checked,
            caches: Caches::default(),
        });
    }
    Program { world, packages }
}

fn split(program: &str) -> Vec<(String, String)> {
    let mut parts: Vec<(String, String)> = Vec::new();
    for line in program.split_inclusive('\n') {
        let path = line
            .trim()
            .strip_prefix("-- ")
            .and_then(|line| line.strip_suffix(" --"));
        match (path, parts.last_mut()) {
            (Some(path), _) => parts.push((path.to_owned(), String::new())),
            (None, Some((_, text))) => text.push_str(line),
            (None, None) if line.trim().is_empty() => {}
            (None, None) => parts.push(("p".to_owned(), line.to_owned())),
        }
    }
    parts
}

impl Program {
    /// The last package.
    pub(crate) fn main(&self) -> &Package {
        self.packages.last().expect("a program has a package")
    }

    /// Questions as a package asks them.
    pub(crate) fn query<'a>(&'a self, package: &'a Package) -> Query<'a, 'a> {
        Query {
            world: &self.world,
            pkg: package.pkg,
            own: &package.checked.tables,
            caches: &package.caches,
        }
    }

    /// A type as text; names of the package itself without qualifier.
    pub(crate) fn display(&self, package: &Package, ty: TypeId) -> String {
        self.query(package).display(ty, Qualify::Name(package.pkg)).to_string()
    }

    /// The type of a package-level object of the last package, as text.
    #[track_caller]
    pub(crate) fn type_of(&self, name: &str) -> String {
        let package = self.main();
        let tables = &package.checked.tables;
        let index = tables.scope[&self.world.name(name)];
        self.display(package, tables.objects[index as usize].ty.expect("is worked out"))
    }

    pub(crate) fn errors(&self) -> Vec<String> {
        let mut all = Vec::new();
        for package in &self.packages {
            for tree in &package.trees {
                all.extend(tree.errors.iter().map(|error| format!("syntax: {}", error.message)));
            }
            for error in &package.checked.errors {
                let (line, _) = package.trees[error.file].line_column(error.span.start);
                all.push(format!("{line}: {}", error.message));
            }
        }
        all
    }

    /// The first expression of the last package with a text, which has one file.
    #[track_caller]
    pub(crate) fn find(&self, text: &str) -> ExprId {
        let package = self.main();
        let source = package.texts[0].as_bytes();
        let found = (package.trees[0].exprs.iter_enumerated())
            .filter(|(_, expr)| expr.span.of(source) == text.as_bytes())
            .min_by_key(|(_, expr)| expr.span);
        found.unwrap_or_else(|| panic!("no expression {text}")).0
    }

    /// Mode and type of the first expression with a text, as [`Program::describe`] shows them.
    #[track_caller]
    pub(crate) fn expr(&self, text: &str) -> String {
        let (mode, ty) = self.describe(self.main(), 0, self.find(text));
        format!("{mode} {ty}")
    }

    /// The selection of the first expression with a text.
    #[track_caller]
    pub(crate) fn selection(&self, text: &str) -> &Selection {
        let info = &self.main().checked.files[0];
        info.selections.get(&self.find(text)).expect("a selection is recorded")
    }

    /// The type arguments recorded at the `number`th occurrence of an identifier, counted from 0, and the instance.
    #[track_caller]
    pub(crate) fn instance(&self, name: &str, number: usize) -> (Vec<String>, String) {
        let package = self.main();
        let tree = &package.trees[0];
        let mut idents: Vec<_> = (tree.idents.iter_enumerated())
            .filter(|&(ident, _)| tree.name(ident) == name)
            .collect();
        idents.sort_by_key(|(_, ident)| ident.start);
        let instance = &package.checked.files[0].instances[&idents[number].0];
        let args = self.world.types.list(instance.args).iter();
        let args = args.map(|&arg| self.display(package, arg)).collect();
        (args, self.display(package, instance.ty))
    }

    /// The comments `/*: … */` that do not hold.
    fn failed_expectations(&self) -> Vec<String> {
        let mut failed = Vec::new();
        for package in &self.packages {
            for (file, tree) in package.trees.iter().enumerate() {
                let text = package.texts[file].as_bytes();
                for comment in &tree.comments {
                    let body = comment.span.of(text);
                    let Some(expected) = body.strip_prefix(b"/*:").and_then(|body| body.strip_suffix(b"*/")) else {
                        continue;
                    };
                    let expected = String::from_utf8_lossy(expected).trim().to_owned();
                    let before = &text[..comment.span.start as usize];
                    let end = before.trim_ascii_end().len() as u32;
                    let exprs = tree.exprs.iter_enumerated().filter(|(_, expr)| expr.span.end == end);
                    let Some((expr, node)) = exprs.max_by_key(|(_, expr)| expr.span.start) else {
                        failed.push(format!("no expression before {}", String::from_utf8_lossy(body)));
                        continue;
                    };
                    let (mode, ty) = self.describe(package, file, expr);
                    let without_value = ty.split(" = ").next().unwrap_or_default();
                    if expected != ty && expected != format!("{mode} {ty}") && expected != without_value {
                        let (line, _) = tree.line_column(node.span.start);
                        let source = String::from_utf8_lossy(node.span.of(text));
                        failed.push(format!("{line}: {source}: expected `{expected}`, found `{mode} {ty}`"));
                    }
                }
            }
        }
        failed
    }

    /// Mode and type of an expression: `var int`, `value string`, `const untyped int = 1`.
    pub(crate) fn describe(&self, package: &Package, file: usize, expr: ExprId) -> (&'static str, String) {
        let info = &package.checked.files[file];
        let mode = match info.mode_of(expr) {
            Mode::Unknown => "unknown",
            Mode::NoValue => "void",
            Mode::Builtin => "builtin",
            Mode::Type => "type",
            Mode::Constant => "const",
            Mode::Variable => "var",
            Mode::MapIndex => "mapindex",
            Mode::Value => "value",
            Mode::Nil => "nil",
            Mode::CommaOk => "commaok",
        };
        let mut text = self.display(package, info.type_of(expr));
        if let Some(value) = info.constants.get(&expr) {
            write!(text, " = {value}").expect("writing to a string cannot fail");
        }
        (mode, text)
    }
}
