//! One package of ours beside the same of go/types.

use std::rc::Rc;

use gosleuth_syntax::ast::{self, ExprId, ExprKind, IdentId, Span, StmtId, StmtKind};
use gosleuth_types::{
    Caches, Checked, ConstValue, FileInfo, Mode, ObjKind, ObjRef, PkgId, Qualify, Query, SelectionKind, SourceFile,
    TypeId, World,
};
use rustc_hash::FxHashMap;

use super::frame::{Frame, FrameFile, TextId};
use super::score::{Fact, Score};

/// Names of the node kinds, by the numbers the Go program uses.
const KINDS: [&str; 23] = [
    "Bad",
    "Ident",
    "Literal",
    "FuncLit",
    "Composite",
    "KeyValue",
    "Paren",
    "Selector",
    "Index",
    "IndexList",
    "Slice",
    "TypeAssert",
    "Call",
    "Star",
    "Unary",
    "Binary",
    "Ellipsis",
    "Array",
    "Struct",
    "Func",
    "Interface",
    "Map",
    "Chan",
];

/// Names of the modes, by the numbers the Go program uses.
const MODES: [&str; 10] = [
    "unknown",
    "no value",
    "builtin",
    "type",
    "constant",
    "variable",
    "map index",
    "value",
    "nil",
    "comma ok",
];

fn kind_number(kind: ExprKind) -> u8 {
    match kind {
        ExprKind::Bad => 0,
        ExprKind::Ident(_) => 1,
        ExprKind::Literal(_) => 2,
        ExprKind::FuncLit { .. } => 3,
        ExprKind::Composite { .. } => 4,
        ExprKind::KeyValue { .. } => 5,
        ExprKind::Paren(_) => 6,
        ExprKind::Selector { .. } => 7,
        ExprKind::Index { .. } => 8,
        ExprKind::IndexList { .. } => 9,
        ExprKind::Slice { .. } | ExprKind::Slice3 { .. } => 10,
        ExprKind::TypeAssert { .. } => 11,
        ExprKind::Call { .. } => 12,
        ExprKind::Star(_) => 13,
        ExprKind::Unary { .. } => 14,
        ExprKind::Binary { .. } => 15,
        ExprKind::Ellipsis(_) => 16,
        ExprKind::Array { .. } => 17,
        ExprKind::Struct(_) => 18,
        ExprKind::Func(_) => 19,
        ExprKind::Interface(_) => 20,
        ExprKind::Map { .. } => 21,
        ExprKind::Chan { .. } => 22,
    }
}

fn mode_number(mode: Mode) -> u8 {
    match mode {
        Mode::Unknown => 0,
        Mode::NoValue => 1,
        Mode::Builtin => 2,
        Mode::Type => 3,
        Mode::Constant => 4,
        Mode::Variable => 5,
        Mode::MapIndex => 6,
        Mode::Value => 7,
        Mode::Nil => 8,
        Mode::CommaOk => 9,
    }
}

/// A checked package with the trees it was made from.
pub(super) struct Ours<'w, 'a> {
    pub(super) world: &'w World,
    pub(super) pkg: PkgId,
    pub(super) files: &'a [SourceFile<'w>],
    pub(super) checked: &'a Checked,
}

/// Compares a package and adds the result to the score.
pub(super) fn compare(ours: &Ours<'_, '_>, theirs: &Frame, score: &mut Score) {
    let caches = Caches::default();
    let mut texts = Texts {
        query: Query {
            world: ours.world,
            pkg: ours.pkg,
            own: &ours.checked.tables,
            caches: &caches,
        },
        files: ours.files.iter().map(|file| base_name(file.path)).collect(),
        types: FxHashMap::default(),
        objects: FxHashMap::default(),
    };
    for (file, info) in ours.files.iter().zip(&ours.checked.files) {
        let Some(frame) = theirs
            .files
            .iter()
            .find(|frame| base_name(theirs.text(frame.path)) == base_name(file.path))
        else {
            score.problem("file that go/types did not see", || file.path.to_owned());
            continue;
        };
        FileComparison {
            file,
            info,
            frame,
            theirs,
            texts: &mut texts,
            score,
        }
        .run();
    }
    for error in &ours.checked.errors {
        let Some(file) = ours.files.get(error.file) else {
            continue;
        };
        if theirs.errors.is_empty() {
            score.problem("error on correct code", || {
                format!("{}: {}", place(file, error.span.start), error.message)
            });
        }
    }
}

/// A constant in the words of the Go program.
fn value_text(value: &ConstValue) -> String {
    match value {
        ConstValue::Unknown => "unknown".to_owned(),
        ConstValue::Bool(value) => value.to_string(),
        ConstValue::Int(value) => value.to_string(),
        ConstValue::BigInt(value) => value.to_string(),
        ConstValue::Ratio(value) => value.to_string(),
        ConstValue::Complex(parts) => format!("({} + {}i)", value_text(&parts[0]), value_text(&parts[1])),
        ConstValue::String(bytes) => {
            let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
            format!("string {} {hash:016x}", bytes.len())
        }
    }
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn place(file: &SourceFile<'_>, offset: u32) -> String {
    let (line, column) = file.tree.line_column(offset);
    let mut parts: Vec<&str> = file.path.rsplitn(3, '/').take(2).collect();
    parts.reverse();
    format!("{}:{line}:{column}", parts.join("/"))
}

/// Our answers in the words of the Go program.
struct Texts<'w, 'q> {
    query: Query<'w, 'q>,
    files: Vec<&'q str>,
    types: FxHashMap<TypeId, Rc<str>>,
    objects: FxHashMap<ObjRef, Rc<str>>,
}

impl<'w, 'q> Texts<'w, 'q>
where
    'w: 'q,
{
    fn ty(&mut self, ty: TypeId) -> Rc<str> {
        if let Some(text) = self.types.get(&ty) {
            return Rc::clone(text);
        }
        let text: Rc<str> = self.query.display(ty, Qualify::Path).to_string().into();
        self.types.insert(ty, Rc::clone(&text));
        text
    }

    fn list(&self, tuple: TypeId) -> String {
        let types = self.query.world.types.list(tuple);
        let types: Vec<_> = types
            .iter()
            .map(|&ty| self.query.display(ty, Qualify::Path).to_string())
            .collect();
        types.join(",")
    }

    fn object(&mut self, obj: ObjRef) -> Rc<str> {
        if let Some(text) = self.objects.get(&obj) {
            return Rc::clone(text);
        }
        let text: Rc<str> = self.describe(obj).into();
        self.objects.insert(obj, Rc::clone(&text));
        text
    }

    fn describe(&self, obj: ObjRef) -> String {
        let world = self.query.world;
        let Some(object) = self.query.object(obj) else {
            return "object that does not exist".to_owned();
        };
        let what = match &object.kind {
            ObjKind::Package(pkg) => return format!("package {}", world.path(*pkg)),
            ObjKind::Const(_) => "const",
            ObjKind::Type { .. } => "type",
            ObjKind::Var(_) => "var",
            ObjKind::Func { .. } => "func",
            ObjKind::Label => "label",
            ObjKind::Builtin(_) => "builtin",
            ObjKind::Nil => "nil",
        };
        let (path, name) = (world.path(world.canonical(obj.pkg)), world.text(object.name));
        let Some(file) = object.pos.file() else {
            return format!("{what} {path}.{name}");
        };
        let file = if obj.pkg == self.query.pkg {
            self.files.get(file).copied()
        } else {
            world.package(obj.pkg).files.get(file).map(|path| base_name(path))
        };
        format!("{what} {path}.{name} {}:{}", file.unwrap_or("?"), object.pos.offset)
    }
}

struct FileComparison<'w, 'a, 'q> {
    file: &'a SourceFile<'w>,
    info: &'a FileInfo,
    frame: &'a FrameFile,
    theirs: &'a Frame,
    texts: &'a mut Texts<'w, 'q>,
    score: &'a mut Score,
}

impl<'w, 'q> FileComparison<'w, '_, 'q>
where
    'w: 'q,
{
    fn run(&mut self) {
        let tree = self.file.tree;
        let idents: FxHashMap<u32, IdentId> = tree
            .idents
            .iter_enumerated()
            .map(|(id, ident)| (ident.start, id))
            .collect();
        let exprs: FxHashMap<(u32, u32, u8), ExprId> = tree
            .exprs
            .iter_enumerated()
            .map(|(id, expr)| ((expr.span.start, expr.span.end, kind_number(expr.kind)), id))
            .collect();
        self.idents(&idents);
        self.exprs(&exprs);
        self.selections(&exprs);
        self.instances(&idents);
        self.clauses(tree);
    }

    fn idents(&mut self, idents: &FxHashMap<u32, IdentId>) {
        for ident in &self.frame.idents {
            let theirs = self.theirs.text(ident.object);
            let Some(&id) = idents.get(&ident.offset) else {
                self.differ(Fact::Ident, ident.offset, "no such node", theirs, "nothing");
                continue;
            };
            let ours = self.info.object_of(id).map(|obj| self.texts.object(obj));
            match ours {
                Some(ref ours) if same_object(ours, theirs) => self.score.agree(Fact::Ident),
                _ => {
                    let role = if ident.definition { "def" } else { "use" };
                    let class = match &ours {
                        Some(ours) if first_word(ours) == first_word(theirs) => {
                            format!("{role} {}: another", first_word(theirs))
                        }
                        Some(ours) => format!("{role} {}: {}", first_word(theirs), first_word(ours)),
                        None => format!("{role} {}: nothing", first_word(theirs)),
                    };
                    self.differ(
                        Fact::Ident,
                        ident.offset,
                        &class,
                        theirs,
                        ours.as_deref().unwrap_or("nothing"),
                    );
                }
            }
        }
    }

    fn exprs(&mut self, exprs: &FxHashMap<(u32, u32, u8), ExprId>) {
        for expr in &self.frame.exprs {
            let kind = KINDS.get(usize::from(expr.kind)).copied().unwrap_or("?");
            let their_mode = MODES.get(usize::from(expr.mode)).copied().unwrap_or("?");
            let their_type = self.theirs.text(expr.ty);
            let span = Span::new(expr.start, expr.end);
            let Some(&id) = exprs.get(&(expr.start, expr.end, expr.kind)) else {
                self.differ_at(
                    Fact::Expr,
                    span,
                    &format!("{kind}: no such node"),
                    their_type,
                    "nothing",
                );
                continue;
            };
            let our_mode = mode_number(self.info.mode_of(id));
            let our_type = self.texts.ty(self.info.type_of(id));
            let same_type = *our_type == *their_type;
            if same_type && our_mode == expr.mode {
                self.score.agree(Fact::Expr);
                if let Some(value) = expr.value {
                    self.value(span, kind, id, self.theirs.text(value));
                }
                continue;
            }
            let our_mode = MODES[usize::from(our_mode)];
            let mut class = format!("{kind}:");
            if !same_type {
                class += &format!(" type {} → {}", shape(their_type), shape(&our_type));
            }
            if our_mode != their_mode {
                class += &format!(" mode {their_mode} → {our_mode}");
            }
            let (theirs, ours) = (format!("{their_mode} {their_type}"), format!("{our_mode} {our_type}"));
            self.differ_at(Fact::Expr, span, &class, &theirs, &ours);
        }
    }

    fn value(&mut self, span: Span, kind: &str, expr: ExprId, theirs: &str) {
        if theirs.contains('?') {
            return;
        }
        let ours = self.info.constants.get(&expr).map(value_text);
        match ours {
            Some(ours) if ours == theirs => self.score.agree(Fact::Value),
            Some(ours) => self.differ_at(Fact::Value, span, &format!("{kind}: another"), theirs, &ours),
            None => self.differ_at(Fact::Value, span, &format!("{kind}: nothing"), theirs, "nothing"),
        }
    }

    fn selections(&mut self, exprs: &FxHashMap<(u32, u32, u8), ExprId>) {
        const SELECTOR: u8 = 7;
        for selection in &self.frame.selections {
            let span = Span::new(selection.start, selection.end);
            let kind = match selection.kind {
                0 => SelectionKind::Field,
                1 => SelectionKind::Method,
                _ => SelectionKind::MethodExpr,
            };
            let describe = |kind: SelectionKind, object: &str, path: &[u32], indirect: bool| {
                format!(
                    "{kind:?} {object} path {path:?}{}",
                    if indirect { " indirect" } else { "" }
                )
            };
            let their_object = self.theirs.text(selection.object);
            let theirs = describe(kind, their_object, &selection.path, selection.indirect);
            let ours = exprs
                .get(&(selection.start, selection.end, SELECTOR))
                .and_then(|id| self.info.selections.get(id));
            let Some(ours) = ours else {
                self.differ_at(Fact::Selection, span, &format!("{kind:?}: nothing"), &theirs, "nothing");
                continue;
            };
            let our_object = self.texts.object(ours.obj);
            let class = if ours.kind != kind {
                format!("{kind:?}: {:?}", ours.kind)
            } else if !same_object(&our_object, their_object) {
                format!("{kind:?}: another object")
            } else if *our_object != *their_object && same_but_last(&ours.path, &selection.path) {
                // The summary leaves out methods that programs cannot reach, which shifts the numbers of the others.
                self.score.agree(Fact::Selection);
                continue;
            } else if ours.path != selection.path {
                format!("{kind:?}: another path")
            } else if ours.indirect != selection.indirect {
                format!("{kind:?}: indirect {} → {}", selection.indirect, ours.indirect)
            } else {
                self.score.agree(Fact::Selection);
                continue;
            };
            let ours = describe(ours.kind, &our_object, &ours.path, ours.indirect);
            self.differ_at(Fact::Selection, span, &class, &theirs, &ours);
        }
    }

    fn instances(&mut self, idents: &FxHashMap<u32, IdentId>) {
        for instance in &self.frame.instances {
            let (their_args, their_type) = (self.theirs.text(instance.args), self.theirs.text(instance.ty));
            let theirs = format!("[{their_args}] {their_type}");
            let ours = idents.get(&instance.offset).and_then(|id| self.info.instances.get(id));
            let Some(ours) = ours else {
                self.differ(Fact::Instance, instance.offset, "nothing", &theirs, "nothing");
                continue;
            };
            let (our_args, our_type) = (self.texts.list(ours.args), self.texts.ty(ours.ty));
            if our_args == their_args && *our_type == *their_type {
                self.score.agree(Fact::Instance);
                continue;
            }
            let class = if our_args == their_args {
                "another type"
            } else {
                "other arguments"
            };
            self.differ(
                Fact::Instance,
                instance.offset,
                class,
                &theirs,
                &format!("[{our_args}] {our_type}"),
            );
        }
    }

    fn clauses(&mut self, tree: &ast::File) {
        if self.frame.clauses.is_empty() {
            return;
        }
        let ours: FxHashMap<u32, StmtId> = tree
            .stmts
            .iter_enumerated()
            .filter(|(_, stmt)| matches!(stmt.kind, StmtKind::Case { .. }))
            .map(|(id, stmt)| (stmt.span.start, id))
            .collect();
        for &(start, ty) in &self.frame.clauses {
            self.clause(start, ty, ours.get(&start).copied());
        }
    }

    fn clause(&mut self, start: u32, ty: TextId, clause: Option<StmtId>) {
        let theirs = self.theirs.text(ty);
        let variable = clause.and_then(|clause| self.info.clause_vars.get(&clause));
        let ours = variable
            .and_then(|&obj| self.texts.query.object(obj))
            .and_then(|object| object.ty);
        match ours.map(|ty| self.texts.ty(ty)) {
            None => self.differ(Fact::Clause, start, "nothing", theirs, "nothing"),
            Some(ours) if *ours == *theirs => self.score.agree(Fact::Clause),
            Some(ours) => {
                let class = format!("{} → {}", shape(theirs), shape(&ours));
                self.differ(Fact::Clause, start, &class, theirs, &ours);
            }
        }
    }

    fn differ(&mut self, fact: Fact, offset: u32, class: &str, theirs: &str, ours: &str) {
        self.differ_at(fact, Span::new(offset, offset), class, theirs, ours);
    }

    fn differ_at(&mut self, fact: Fact, span: Span, class: &str, theirs: &str, ours: &str) {
        let file = self.file;
        self.score.differ(fact, class, || {
            let text = String::from_utf8_lossy(span.of(file.text)).into_owned();
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let (text, theirs, ours) = (cut(&text, 60), cut(theirs, 300), cut(ours, 300));
            format!("{}: `{text}`: {theirs} | ours: {ours}", place(file, span.start))
        });
    }
}

fn same_but_last(a: &[u32], b: &[u32]) -> bool {
    a.len() == b.len() && a.split_last().map(|(_, rest)| rest) == b.split_last().map(|(_, rest)| rest)
}

/// Whether two descriptions are of one object. In the summary of the standard library objects have no place.
fn same_object(ours: &str, theirs: &str) -> bool {
    ours == theirs
        || theirs
            .strip_prefix(ours)
            .and_then(|place| place.strip_prefix(' '))
            .is_some_and(|place| place.contains(".go:"))
}

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or(text)
}

/// The beginning of a text.
fn cut(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What kind of type a text is.
fn shape(text: &str) -> &str {
    const HEADS: [(&str, &str); 10] = [
        ("*", "pointer"),
        ("[]", "slice"),
        ("[", "array"),
        ("map[", "map"),
        ("func", "func"),
        ("struct{", "struct"),
        ("interface{", "interface"),
        ("chan ", "chan"),
        ("chan<- ", "chan"),
        ("<-chan ", "chan"),
    ];
    if text.starts_with("untyped ") || text == "invalid type" || text == "unsafe.Pointer" || text == "()" {
        return text;
    }
    if text.starts_with('(') {
        return "tuple";
    }
    if let Some((_, shape)) = HEADS.iter().find(|(head, _)| text.starts_with(head)) {
        return shape;
    }
    if text.contains('[') {
        "instance"
    } else if text.contains('.') || text == "error" {
        "named"
    } else if text.starts_with(char::is_uppercase) {
        "type parameter"
    } else {
        text
    }
}
