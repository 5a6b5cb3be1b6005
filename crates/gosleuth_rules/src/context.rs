//! What a rule sees of a package, and how it says what it found.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use gosleuth_base::{
    Confidence, Edit, Finding, Fingerprint, Fix, FixSafety, IndexVec, Location, Related, RuleCode, RuleInfo,
    ScheduleStep, Severity,
};
use gosleuth_ir::{Call, Callee, Func, FuncId, Op, Package, Points, ValueId};
use gosleuth_model::FuncKey;
use gosleuth_syntax::ast::{self, ExprId, ExprKind, IdentId, Span};
use gosleuth_types::{FileInfo, Name, ObjKind, ObjRef, Query, Type, TypeId};
use rustc_hash::FxHashMap;

use crate::explored::{self, Diagnosis};
use crate::facts;
use crate::locks::{self, Fault};
use crate::models::{Model, Models};
use crate::races::{self, Race, Races};
use crate::select::Selection;

/// [`FuncKey::unit`] of functions of the package, and of those of others that it reaches.
pub(crate) const OWN: u32 = 0;
pub(crate) const LINKED: u32 = 1;

/// A file of the package.
#[derive(Clone, Copy, Debug)]
pub struct RuleFile<'a> {
    /// How the caller names it.
    pub path: &'a str,
    /// Its text.
    pub text: &'a [u8],
    /// Its tree.
    pub tree: &'a ast::File,
    /// What is known about its nodes.
    pub info: &'a FileInfo,
    /// The minor version of the language it is written in: 21 for Go 1.21.
    pub go_minor: u32,
    /// Whether it is a test (`_test.go`).
    pub is_test: bool,
}

/// What [`RuleContext::new`] needs of a package.
#[derive(Clone, Copy)]
pub struct PackageInput<'a> {
    /// Its types; the package that asks is this one.
    pub query: Query<'a, 'a>,
    /// Its files, in the order in which they were checked.
    pub files: &'a [RuleFile<'a>],
    /// Its functions.
    pub ir: &'a Package,
    /// The functions of other packages that it reaches and that are known ([`linked`](crate::linked)).
    pub linked: &'a Package,
    /// Its import path.
    pub path: &'a str,
    /// What is known about libraries.
    pub models: &'a Models,
    /// How much exploring schedules may take, in percent of the default; with 0 nothing is explored.
    pub budget: u32,
}

/// Everything that rules know about one package. It is built once and shared by all rules.
pub struct RuleContext<'a> {
    /// Its types; the package that asks is this one.
    pub query: Query<'a, 'a>,
    /// Its files; [`Func::file`] and [`gosleuth_types::Pos::file`] are positions here.
    pub files: &'a [RuleFile<'a>],
    /// Its functions.
    pub ir: &'a Package,
    /// [`PackageInput::linked`].
    pub(crate) linked: &'a Package,
    /// Its import path.
    pub path: &'a str,
    /// [`PackageInput::budget`].
    pub(crate) budget: u32,
    models: &'a Models,
    symbols: RefCell<FxHashMap<ObjRef, Rc<str>>>,
    known: RefCell<FxHashMap<ObjRef, &'a [Model]>>,
    /// Literals by file and start, which tells them apart.
    literals: FxHashMap<(usize, u32), FuncId>,
    /// By file: the calls and communications by their start, outer ones first.
    by_start: Vec<Vec<(u32, ExprId)>>,
    /// Rules that report what belongs to a wider set too.
    wide: Vec<RuleCode>,
    explored: OnceCell<Vec<Diagnosis>>,
    races: OnceCell<Races>,
    points: Points<'a>,
    lock_faults: OnceCell<Vec<(FuncId, Fault)>>,
}

impl<'a> RuleContext<'a> {
    /// Prepares a package for rules.
    pub fn new(input: &PackageInput<'a>) -> Self {
        let literals = input
            .ir
            .funcs
            .iter_enumerated()
            .filter(|(_, func)| func.parent.is_some())
            .map(|(id, func)| ((func.file, func.span.start), id))
            .collect();
        let name = input
            .files
            .first()
            .and_then(|file| file.tree.package.map(|name| file.tree.name(name)));
        let is_main = name == Some("main");
        Self {
            query: input.query,
            files: input.files,
            ir: input.ir,
            linked: input.linked,
            path: input.path,
            budget: input.budget,
            models: input.models,
            symbols: RefCell::default(),
            known: RefCell::default(),
            literals,
            by_start: input
                .files
                .iter()
                .map(|file| calls_by_start(&file.tree.exprs))
                .collect(),
            wide: Vec::new(),
            explored: OnceCell::new(),
            races: OnceCell::new(),
            points: Points::new(input.query, vec![input.ir, input.linked], is_main),
            lock_faults: OnceCell::new(),
        }
    }

    /// What exploring the schedules of the package found; done when first asked for.
    pub fn explored(&self) -> &[Diagnosis] {
        self.explored.get_or_init(|| explored::diagnose(self))
    }

    /// What looking for data races found; done when first asked for.
    /// Lets rules find more where the selection asks for a wider set.
    pub(crate) fn widen(&mut self, selection: &Selection) {
        let is_wide = |code: &RuleCode| selection.is_wide(*code);
        self.wide = selection.codes().iter().copied().filter(is_wide).collect();
    }

    /// Whether a rule reports what belongs to a wider set too.
    pub(crate) fn is_wide(&self, code: RuleCode) -> bool {
        self.wide.contains(&code)
    }

    pub(crate) fn all_races(&self) -> &Races {
        self.races.get_or_init(|| races::find(self))
    }

    /// The data races of the package.
    pub(crate) fn races(&self) -> &[Race] {
        &self.all_races().found
    }

    /// Whether a function was executed to the end when races were looked for.
    pub(crate) fn is_executed(&self, func: FuncId) -> bool {
        self.all_races().executed.contains(&func)
    }

    /// What channels, locks and function values may be; worked out as far as it is asked for.
    pub(crate) fn points(&self) -> &Points<'a> {
        &self.points
    }

    /// What is wrong with the locks of single functions, and of those they call; found when first asked for.
    pub(crate) fn lock_faults(&self) -> &[(FuncId, Fault)] {
        self.lock_faults.get_or_init(|| locks::faults(self))
    }

    /// The structure of a type behind its names.
    pub fn under(&self, ty: TypeId) -> &'a Type {
        self.query.ty(self.query.underlying(ty))
    }

    /// Import path and name of a declared type, without its arguments; none for other types.
    pub fn type_name(&self, ty: TypeId) -> Option<(&'a str, &'a str)> {
        facts::declared_name(self.query, ty)
    }

    /// Whether a type is the declared type `path.name`.
    pub fn is_type(&self, ty: TypeId, path: &str, name: &str) -> bool {
        self.type_name(ty) == Some((path, name))
    }

    /// Whether a type is `path.name` or a pointer to it.
    pub fn is_type_or_pointer(&self, ty: TypeId, path: &str, name: &str) -> bool {
        self.is_type(self.pointee(ty).unwrap_or(ty), path, name)
    }

    /// What a pointer type points to.
    pub fn pointee(&self, ty: TypeId) -> Option<TypeId> {
        match *self.under(ty) {
            Type::Pointer(elem) => Some(elem),
            _ => None,
        }
    }

    /// Whether a type is `context.Context`.
    pub fn is_context(&self, ty: TypeId) -> bool {
        self.is_type(ty, "context", "Context")
    }

    /// Whether values of a type are channels.
    pub fn is_channel(&self, ty: TypeId) -> bool {
        matches!(self.under(ty), Type::Chan { .. })
    }

    /// The text of a shared name.
    pub fn text(&self, name: Name) -> &'a str {
        self.query.world.text(name)
    }

    /// The name of an object; empty for one that does not exist.
    pub fn name_of(&self, obj: ObjRef) -> &'a str {
        self.query.object(obj).map_or("", |object| self.text(object.name))
    }

    /// The full symbol of a function or method as the linker has it, without type arguments: `net/http.Get`, `sync.(*Mutex).Lock`,
    /// `context.Context.Done` for methods of interfaces.
    pub fn symbol(&self, obj: ObjRef) -> Rc<str> {
        if let Some(known) = self.symbols.borrow().get(&obj) {
            return Rc::clone(known);
        }
        let symbol: Rc<str> = gosleuth_ir::symbol(self.query, obj).into();
        self.symbols.borrow_mut().insert(obj, Rc::clone(&symbol));
        symbol
    }

    /// The function or method that a call calls, if it is known by its declaration.
    pub fn callee(&self, call: &Call) -> Option<ObjRef> {
        match call.callee {
            Callee::Static(obj) | Callee::Interface { method: obj, .. } => Some(obj),
            Callee::Value(_) | Callee::Builtin(_) => None,
        }
    }

    /// The symbol of what a call calls, if it is known by its declaration.
    pub fn callee_symbol(&self, call: &Call) -> Option<Rc<str>> {
        self.callee(call).map(|obj| self.symbol(obj))
    }

    /// What models say about a function or method.
    pub fn models(&self, obj: ObjRef) -> &'a [Model] {
        if let Some(known) = self.known.borrow().get(&obj) {
            return known;
        }
        let models = self.models.of(&self.symbol(obj));
        self.known.borrow_mut().insert(obj, models);
        models
    }

    /// What models say about what a call calls.
    pub fn call_models(&self, call: &Call) -> &'a [Model] {
        self.callee(call).map_or(&[], |obj| self.models(obj))
    }

    /// The function or method that the function part of a call expression names.
    pub fn named_callee(&self, file: usize, fun: ExprId) -> Option<ObjRef> {
        let source = &self.files[file];
        let ident = match source.tree.exprs[fun].kind {
            ExprKind::Ident(ident) | ExprKind::Selector { sel: ident, .. } => ident,
            ExprKind::Paren(inner) | ExprKind::Index { x: inner, .. } | ExprKind::IndexList { x: inner, .. } => {
                return self.named_callee(file, inner);
            }
            _ => return None,
        };
        let obj = source.info.object_of(ident)?;
        matches!(self.query.object(obj)?.kind, ObjKind::Func { .. }).then_some(obj)
    }

    /// The function that a literal was lowered to.
    pub fn literal(&self, file: usize, literal: ExprId) -> Option<FuncId> {
        let start = self.files[file].tree.exprs[literal].span.start;
        self.literals.get(&(file, start)).copied()
    }

    /// The function of this package that a function value is: a literal, or a declared function or method.
    pub fn known_function(&self, func: &Func, value: ValueId) -> Option<FuncId> {
        match func.op(value) {
            Op::Closure { func, .. } => Some(*func),
            Op::Func(obj) | Op::BoundMethod { method: obj, .. } => self.ir.by_object.get(obj).copied(),
            Op::Convert(inner) => self.known_function(func, *inner),
            _ => None,
        }
    }

    /// The function of this package that a call calls, if it is certain.
    pub fn called_function(&self, func: &Func, call: &Call) -> Option<FuncId> {
        match call.callee {
            Callee::Static(obj) => self.ir.by_object.get(&obj).copied(),
            Callee::Value(value) => self.known_function(func, value),
            Callee::Interface { .. } | Callee::Builtin(_) => None,
        }
    }

    /// A function of this package, or of another one.
    pub(crate) fn body(&self, key: FuncKey) -> &'a Func {
        match key.unit {
            OWN => &self.ir.funcs[key.func],
            _ => &self.linked.funcs[key.func],
        }
    }

    /// Every function of this package, then those of others that it reaches.
    pub(crate) fn bodies(&self) -> impl Iterator<Item = (FuncKey, &'a Func)> + use<'a> {
        let all = |unit: u32, package: &'a Package| {
            let funcs = package.funcs.iter_enumerated();
            funcs.map(move |(func, body)| (FuncKey { unit, func }, body))
        };
        all(OWN, self.ir).chain(all(LINKED, self.linked))
    }

    /// The body of a declared function or method, here or in another package.
    pub(crate) fn body_of(&self, obj: ObjRef) -> Option<FuncKey> {
        let own = self.ir.by_object.get(&obj).map(|&func| FuncKey { unit: OWN, func });
        own.or_else(|| {
            let func = *self.linked.by_object.get(&obj)?;
            Some(FuncKey { unit: LINKED, func })
        })
    }

    /// The body that a function value of a function in `unit` has, if it is known.
    pub(crate) fn known_body(&self, unit: u32, func: &Func, value: ValueId) -> Option<FuncKey> {
        match func.op(value) {
            Op::Closure { func, .. } => Some(FuncKey { unit, func: *func }),
            Op::Func(obj) | Op::BoundMethod { method: obj, .. } => self.body_of(*obj),
            Op::Convert(inner) => self.known_body(unit, func, *inner),
            _ => None,
        }
    }

    /// The body that a call in a function of `unit` executes, if it is certain and known: of this package, or of another one.
    pub(crate) fn called_body(&self, unit: u32, func: &Func, call: &Call) -> Option<FuncKey> {
        match call.callee {
            Callee::Static(obj) => self.body_of(obj),
            Callee::Value(value) => self.known_body(unit, func, value),
            Callee::Interface { .. } | Callee::Builtin(_) => None,
        }
    }

    /// How a function is called in texts: `pkg.(*T).m` where it is of another package.
    pub(crate) fn shown_name(&self, key: FuncKey) -> String {
        let func = self.body(key);
        let mut declared = key;
        while let Some(parent) = self.body(declared).parent {
            declared.func = parent;
        }
        match self.body(declared).obj {
            Some(obj) if key.unit != OWN => {
                let world = self.query.world;
                let path = world.path(world.canonical(obj.pkg));
                format!("{}.{}", path.rsplit('/').next().unwrap_or(path), func.name)
            }
            _ => func.name.clone(),
        }
    }

    /// The text that a value was written as: the call or communication, else the identifier or token there.
    pub fn span_of(&self, func: &Func, value: ValueId) -> Span {
        let pos = func.values[value].pos;
        let file = &self.files[func.file];
        let wanted = match func.op(value) {
            Op::Call(call) | Op::Go(call) | Op::Defer(call) => self.callee(call),
            _ => None,
        };
        let starts = &self.by_start[func.file];
        let first = starts.partition_point(|&(start, _)| start < pos);
        let here = starts[first..].iter().take_while(|&&(start, _)| start == pos);
        let mut best = None;
        for &(_, expr) in here {
            if let ExprKind::Call { fun, .. } = file.tree.exprs[expr].kind
                && wanted.is_some()
                && self.named_callee(func.file, fun) == wanted
            {
                return file.tree.exprs[expr].span;
            }
            best = Some(expr);
        }
        match best {
            Some(expr) if !matches!(func.op(value), Op::Send { .. } | Op::Go(_) | Op::Defer(_)) => {
                file.tree.exprs[expr].span
            }
            _ => Span::new(pos, pos + word_length(file.text, pos)),
        }
    }

    /// The symbol of the function around an offset, with the import path; empty outside functions.
    pub fn function_at(&self, file: usize, offset: u32) -> String {
        let around = self
            .ir
            .funcs
            .iter()
            .filter(|func| func.file == file && func.span.contains(offset))
            .min_by_key(|func| func.span.end - func.span.start);
        around.map_or_else(String::new, |func| format!("{}.{}", self.path, func.name))
    }

    /// A range of text as a location.
    pub fn location(&self, file: usize, span: Span) -> Location {
        let Some(source) = self.files.get(file) else {
            return Location::default();
        };
        let (line, column) = source.tree.line_column(span.start);
        let (end_line, end_column) = source.tree.line_column(span.end.max(span.start));
        Location {
            file: source.path.to_owned(),
            line,
            column,
            end_line,
            end_column,
            function: self.function_at(file, span.start),
        }
    }

    /// Where an object of this package is declared.
    pub fn declaration(&self, obj: ObjRef) -> Option<(usize, Span)> {
        let object = self.query.object(obj).filter(|_| obj.pkg == self.query.pkg)?;
        let file = object.pos.file()?;
        let length = self.text(object.name).len() as u32;
        Some((file, Span::new(object.pos.offset, object.pos.offset + length)))
    }

    /// The object an identifier declares or uses.
    pub fn object_of(&self, file: usize, ident: IdentId) -> Option<ObjRef> {
        self.files[file].info.object_of(ident)
    }

    /// The text of a range.
    pub fn source(&self, file: usize, span: Span) -> &'a str {
        std::str::from_utf8(span.of(self.files[file].text)).unwrap_or("")
    }

    /// The blanks in front of the line that an offset is in.
    pub fn indentation(&self, file: usize, offset: u32) -> &'a str {
        let source = &self.files[file];
        let (line, _) = source.tree.line_column(offset);
        let start = source.tree.lines.get(line as usize - 1).copied().unwrap_or(0) as usize;
        let rest = source.text.get(start..).unwrap_or(&[]);
        let blanks = rest.iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count();
        std::str::from_utf8(&rest[..blanks]).unwrap_or("")
    }

    /// Begins a finding at a range of text; [`Report::push`] ends it.
    pub fn report(&self, info: &RuleInfo, file: usize, span: Span, message: impl Into<String>) -> Report<'_, 'a> {
        Report {
            cx: self,
            finding: Finding {
                code: info.code,
                severity: info.severity,
                confidence: Confidence::High,
                message: message.into(),
                why: String::new(),
                action: String::new(),
                location: self.location(file, span),
                related: Vec::new(),
                schedule: Vec::new(),
                fix: None,
                fingerprint: Fingerprint::default(),
                suppressed: None,
            },
        }
    }
}

/// Calls and channel receives by their start, outer ones first.
fn calls_by_start(exprs: &IndexVec<ExprId, ast::Expr>) -> Vec<(u32, ExprId)> {
    let mut found: Vec<_> = exprs
        .iter_enumerated()
        .filter(|(_, expr)| matches!(expr.kind, ExprKind::Call { .. } | ExprKind::Unary { .. }))
        .map(|(id, expr)| (expr.span.start, std::cmp::Reverse(expr.span.end), id))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(start, _, id)| (start, id)).collect()
}

/// Bytes of the identifier, number or operator at an offset; at least one.
fn word_length(text: &[u8], pos: u32) -> u32 {
    let rest = text.get(pos as usize..).unwrap_or(&[]);
    if rest.starts_with(b"<-") {
        return 2;
    }
    let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_' || **byte >= 0x80;
    rest.iter().take_while(is_word).count().max(1) as u32
}

/// A finding in the making.
#[must_use = "a finding counts when it is pushed"]
pub struct Report<'c, 'a> {
    cx: &'c RuleContext<'a>,
    finding: Finding,
}

impl Report<'_, '_> {
    /// Why it happens, a sentence without a final dot.
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.finding.why = why.into();
        self
    }

    /// What to do, a sentence without a final dot.
    pub fn action(mut self, action: impl Into<String>) -> Self {
        self.finding.action = action.into();
        self
    }

    /// How sure the rule is, where it is not [`Confidence::High`].
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.finding.confidence = confidence;
        self
    }

    /// How bad it is, where that is not what the rule says.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.finding.severity = severity;
        self
    }

    /// Another place that matters.
    pub fn related(mut self, file: usize, span: Span, label: impl Into<String>) -> Self {
        self.finding.related.push(Related {
            location: self.cx.location(file, span),
            label: label.into(),
        });
        self
    }

    /// A change that removes it: for each edit the file, the range replaced and the new text.
    pub fn fix<'t>(
        mut self,
        safety: FixSafety,
        title: impl Into<String>,
        edits: impl IntoIterator<Item = (usize, Span, &'t str)>,
    ) -> Self {
        let mut edits: Vec<_> = edits
            .into_iter()
            .map(|(file, span, text)| Edit {
                file: self.cx.files[file].path.to_owned(),
                start: span.start,
                end: span.end,
                text: text.to_owned(),
            })
            .collect();
        edits.sort();
        self.finding.fix = Some(Fix {
            safety,
            title: title.into(),
            edits,
        });
        self
    }

    /// A schedule in which it happens.
    pub fn schedule(mut self, steps: Vec<ScheduleStep>) -> Self {
        self.finding.schedule = steps;
        self
    }

    /// The finding.
    pub fn finish(self) -> Finding {
        self.finding
    }

    /// Hands the finding over.
    pub fn push(self, sink: &mut Vec<Finding>) {
        sink.push(self.finding);
    }
}
