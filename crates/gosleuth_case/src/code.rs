//! What the source allows: the indices of its packages joined, and who can get from where to what.
//!
//! Channels, locks and counters that may be the same are put into classes (union and find over the pairs that the indices tell, with what goes
//! through a channel as a class of its own, after Steensgaard, "Points-to Analysis in Almost Linear Time", 1996). Calls through interfaces
//! reach every method of that name, calls of unknown function values every function that is used as a value: too much rather than too
//! little, since what follows from an answer is that *nobody* can get somewhere.

use gosleuth_ir::{CodeIndex, CodeSite, ObjectScope, SiteKind};
use rustc_hash::{FxHashMap, FxHashSet};

/// A function: its package and its number there.
pub(crate) type FunctionId = (u32, u32);

/// A class of objects.
pub(crate) type ClassId = u32;

/// A place: its package and its position among the sites of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SiteId {
    pub(crate) package: u32,
    pub(crate) site: u32,
}

/// Objects that may be the same.
#[derive(Clone, Debug)]
pub(crate) struct Class {
    /// How people call it.
    pub(crate) label: String,
    /// Fields and package-level variables hold it: who has the struct gets at it.
    pub(crate) is_shared: bool,
    /// Code that is not indexed has it.
    pub(crate) is_foreign: bool,
    /// Where something is done to it.
    pub(crate) sites: Vec<SiteId>,
}

/// A place in the source that a frame stands for.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    pub(crate) function: FunctionId,
    /// What is done in that line.
    pub(crate) sites: Vec<SiteId>,
    /// The last thing that is done in a line above.
    pub(crate) before: Option<SiteId>,
}

/// The joined indices.
pub(crate) struct Code<'s> {
    packages: &'s [CodeIndex],
    /// Classes of the objects of each package, by number of the object.
    class_of: Vec<Vec<ClassId>>,
    classes: FxHashMap<ClassId, Class>,
    functions: FxHashMap<&'s str, Vec<FunctionId>>,
    /// Methods by their bare name.
    methods: FxHashMap<&'s str, Vec<FunctionId>>,
    /// Functions used as values, and those of each type.
    values: Vec<FunctionId>,
    by_type: FxHashMap<&'s str, Vec<FunctionId>>,
    /// Functions that code outside may call, if it is libraries only, and if it is anything.
    called_back: Vec<FunctionId>,
    exported: Vec<FunctionId>,
}

impl<'s> Code<'s> {
    /// Joins the indices of the packages of a program.
    pub(crate) fn new(packages: &'s [CodeIndex]) -> Self {
        let mut functions: FxHashMap<&str, Vec<FunctionId>> = FxHashMap::default();
        let mut methods: FxHashMap<&str, Vec<FunctionId>> = FxHashMap::default();
        let mut values = Vec::new();
        let mut by_type: FxHashMap<&str, Vec<FunctionId>> = FxHashMap::default();
        for (package, index) in (0_u32..).zip(packages) {
            for (number, function) in (0_u32..).zip(index.functions()) {
                let id = (package, number);
                functions.entry(&function.symbol).or_default().push(id);
                if let Some(name) = method_name(&function.symbol) {
                    methods.entry(name).or_default().push(id);
                }
                if let Some(ty) = &function.value {
                    values.push(id);
                    by_type.entry(ty).or_default().push(id);
                }
            }
        }
        let (class_of, classes) = classes(packages);
        let interfaced: FxHashSet<&str> = packages
            .iter()
            .flat_map(|index| index.interfaced().iter().map(String::as_str))
            .collect();
        let (mut called_back, mut exported) = (values.clone(), values.clone());
        for (package, index) in (0_u32..).zip(packages) {
            for (number, function) in (0_u32..).zip(index.functions()) {
                let symbol = gosleuth_base::GoSymbol::parse(&function.symbol);
                if !symbol.suffix.is_empty() || !symbol.name.starts_with(char::is_uppercase) {
                    continue;
                }
                exported.push((package, number));
                let owner = symbol.receiver.map(|receiver| format!("{}.{receiver}", symbol.package));
                if owner.is_some_and(|owner| interfaced.contains(owner.as_str())) {
                    called_back.push((package, number));
                }
            }
        }
        Self {
            called_back,
            exported,
            packages,
            class_of,
            classes,
            functions,
            methods,
            values,
            by_type,
        }
    }

    pub(crate) fn site(&self, id: SiteId) -> &'s CodeSite {
        &self.packages[id.package as usize].sites()[id.site as usize]
    }

    /// The function that a place is in.
    pub(crate) fn function_of(&self, id: SiteId) -> FunctionId {
        (id.package, self.site(id).function)
    }

    pub(crate) fn symbol(&self, (package, function): FunctionId) -> &'s str {
        &self.packages[package as usize].functions()[function as usize].symbol
    }

    /// The file of a function, as the source names it.
    pub(crate) fn file(&self, (package, function): FunctionId) -> &'s str {
        let index = &self.packages[package as usize];
        let function = &index.functions()[function as usize];
        index.files().get(function.file as usize).map_or("", String::as_str)
    }

    /// A place as others name it.
    pub(crate) fn place(&self, id: SiteId) -> gosleuth_base::Site {
        let function = self.function_of(id);
        gosleuth_base::Site {
            function: self.symbol(function).to_owned(),
            file: self.file(function).to_owned(),
            line: self.site(id).line,
        }
    }

    /// The class of what a place is about.
    pub(crate) fn class_at(&self, id: SiteId) -> Option<ClassId> {
        self.class(id.package, self.site(id).object?)
    }

    pub(crate) fn class(&self, package: u32, object: u32) -> Option<ClassId> {
        self.class_of.get(package as usize)?.get(object as usize).copied()
    }

    pub(crate) fn class_info(&self, class: ClassId) -> Option<&Class> {
        self.classes.get(&class)
    }

    /// Where a frame stands. Programs in one module share the name `main`: the directory decides between them.
    pub(crate) fn locate(&self, symbol: &str, file: &str, line: u32) -> Option<Located> {
        let source = gosleuth_ir::of_source(symbol);
        let candidates = self.functions.get(source.as_str())?;
        let function = *candidates
            .iter()
            .max_by_key(|&&id| (shared_tail(self.file(id), file), std::cmp::Reverse(id)))?;
        if candidates.len() > 1 && shared_tail(self.file(function), file) < 2 {
            return None;
        }
        let at = |line: u32| self.sites_in(function).filter(move |&id| self.site(id).line == line);
        Some(Located {
            function,
            sites: at(line).collect(),
            before: self.sites_in(function).filter(|&id| self.site(id).line < line).last(),
        })
    }

    /// The places of a function.
    pub(crate) fn sites_in(&self, (package, function): FunctionId) -> impl Iterator<Item = SiteId> + use<'_, 's> {
        let index = &self.packages[package as usize];
        let start = index.sites().partition_point(|site| site.function < function);
        let count = index.of_function(function).len();
        (start..start + count).map(move |site| SiteId {
            package,
            site: site as u32,
        })
    }

    /// The lines of a function.
    pub(crate) fn lines(&self, (package, function): FunctionId) -> (u32, u32) {
        self.packages[package as usize].functions()[function as usize].lines
    }

    /// The functions that what is done at a place may run, in this goroutine or in a new one.
    pub(crate) fn targets(&self, id: SiteId) -> Vec<FunctionId> {
        match &self.site(id).kind {
            SiteKind::Go(Some(symbol)) | SiteKind::Call(symbol) => self.named(id.package, symbol),
            SiteKind::CallValue(ty) => self.by_type.get(ty.as_str()).cloned().unwrap_or_default(),
            SiteKind::Go(None) => self.values.clone(),
            _ => Vec::new(),
        }
    }

    fn named(&self, package: u32, symbol: &str) -> Vec<FunctionId> {
        if let Some(found) = self.functions.get(symbol) {
            let own: Vec<_> = found.iter().copied().filter(|id| id.0 == package).collect();
            return if own.is_empty() { found.clone() } else { own };
        }
        // A method of an interface of this program, or of a library: `sort.Interface.Less`.
        let symbol = gosleuth_base::GoSymbol::parse(symbol);
        match symbol.receiver {
            Some(_) if !symbol.package.starts_with("sync") => {
                self.methods.get(symbol.name).cloned().unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    /// Every function.
    pub(crate) fn all_functions(&self) -> impl Iterator<Item = FunctionId> + use<'_, 's> {
        self.packages
            .iter()
            .zip(0..)
            .flat_map(|(index, package)| (0..index.functions().len() as u32).map(move |function| (package, function)))
    }

    /// The functions that a function may run, its literals among them.
    pub(crate) fn runs(&self, function: FunctionId) -> Vec<FunctionId> {
        let literals = &self.packages[function.0 as usize].functions()[function.1 as usize].literals;
        let mut found: Vec<FunctionId> = literals.iter().map(|&literal| (function.0, literal)).collect();
        for id in self.sites_in(function) {
            found.extend(self.targets(id));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The functions that a function calls by their name.
    pub(crate) fn calls(&self, function: FunctionId) -> impl Iterator<Item = FunctionId> + '_ {
        self.sites_in(function).filter_map(|id| match &self.site(id).kind {
            SiteKind::Call(symbol) => {
                let found = self.functions.get(symbol.as_str())?;
                found
                    .iter()
                    .copied()
                    .find(|found| found.0 == id.package)
                    .or(found.first().copied())
            }
            _ => None,
        })
    }

    /// Whether the text of a function touches objects of a class.
    pub(crate) fn mentions(&self, (package, function): FunctionId, class: ClassId) -> bool {
        let index = &self.packages[package as usize];
        let objects = &index.functions()[function as usize].objects;
        objects.iter().any(|&object| self.class(package, object) == Some(class))
    }

    /// Functions that code outside of the source may call: those used as values, and exported methods of types that are put into
    /// interfaces. Where the program itself is not in the source (`is_open`), everything that is exported.
    pub(crate) fn callbacks(&self, is_open: bool) -> &[FunctionId] {
        if is_open { &self.exported } else { &self.called_back }
    }

    /// Functions that may return with a lock of a class, each with the line where it takes it.
    pub(crate) fn leaving(&self, class: ClassId) -> Vec<(FunctionId, u32)> {
        let mut found = Vec::new();
        for (package, index) in (0_u32..).zip(self.packages) {
            for (number, function) in (0_u32..).zip(index.functions()) {
                let left = function
                    .leaves
                    .iter()
                    .find(|lock| self.class(package, lock.object) == Some(class));
                found.extend(left.map(|lock| ((package, number), lock.line)));
            }
        }
        found
    }

    /// Whether control can come from the beginning of its function to a place without passing one of `barriers`.
    pub(crate) fn begins_before(&self, to: SiteId, barriers: &[SiteId]) -> bool {
        let function = self.function_of(to);
        let inside = barriers.iter().filter(|&&id| self.function_of(id) == function);
        let inside: Vec<&CodeSite> = inside.map(|&id| self.site(id)).collect();
        inside.is_empty() || self.packages[to.package as usize].begins_before(self.site(to), &inside)
    }

    /// Whether control can come from one place of a function to another.
    pub(crate) fn leads_to(&self, from: SiteId, to: SiteId) -> bool {
        from.package == to.package && self.packages[from.package as usize].leads_to(self.site(from), self.site(to))
    }
}

fn method_name(symbol: &str) -> Option<&str> {
    let parsed = gosleuth_base::GoSymbol::parse(symbol);
    (parsed.receiver.is_some() && parsed.suffix.is_empty()).then_some(parsed.name)
}

/// How many last names two paths share.
fn shared_tail(a: &str, b: &str) -> usize {
    let parts = |path: &'_ str| path.rsplit(['/', '\\']).map(str::to_owned).collect::<Vec<_>>();
    parts(a).iter().zip(&parts(b)).take_while(|(a, b)| a == b).count()
}

/// Union and find, with what goes through a channel as a class of its own.
#[derive(Default)]
struct Unions {
    parent: Vec<u32>,
    element: FxHashMap<u32, u32>,
}

impl Unions {
    fn root(&mut self, mut at: u32) -> u32 {
        while self.parent[at as usize] != at {
            let next = self.parent[self.parent[at as usize] as usize];
            self.parent[at as usize] = next;
            at = next;
        }
        at
    }

    fn unite(&mut self, a: u32, b: u32) {
        let mut work = vec![(a, b)];
        while let Some((a, b)) = work.pop() {
            let (a, b) = (self.root(a), self.root(b));
            if a == b {
                continue;
            }
            // The smaller number stays, so that the result does not depend on the order.
            let (kept, gone) = (a.min(b), a.max(b));
            self.parent[gone as usize] = kept;
            match (self.element.get(&kept).copied(), self.element.remove(&gone)) {
                (Some(one), Some(other)) => work.push((one, other)),
                (None, Some(other)) => {
                    self.element.insert(kept, other);
                }
                _ => {}
            }
        }
    }

    fn holds(&mut self, channel: u32, what: u32) {
        let channel = self.root(channel);
        match self.element.get(&channel).copied() {
            Some(known) => self.unite(known, what),
            None => {
                self.element.insert(channel, what);
            }
        }
    }
}

fn classes(packages: &[CodeIndex]) -> (Vec<Vec<ClassId>>, FxHashMap<ClassId, Class>) {
    let known: FxHashSet<&str> = packages.iter().map(CodeIndex::import_path).collect();
    let mut numbers: FxHashMap<&str, u32> = FxHashMap::default();
    let mut unions = Unions::default();
    let mut class_of: Vec<Vec<u32>> = Vec::new();
    for index in packages {
        let of = index.objects().iter().map(|object| {
            let next = unions.parent.len() as u32;
            *numbers.entry(&object.key).or_insert_with(|| {
                unions.parent.push(next);
                next
            })
        });
        class_of.push(of.collect());
    }
    for (index, of) in packages.iter().zip(&class_of) {
        let number = |object: u32| of.get(object as usize).copied();
        for &(a, b) in index.same() {
            if let (Some(a), Some(b)) = (number(a), number(b)) {
                unions.unite(a, b);
            }
        }
        for &(channel, what) in index.elements() {
            if let (Some(channel), Some(what)) = (number(channel), number(what)) {
                unions.holds(channel, what);
            }
        }
    }
    let mut classes: FxHashMap<ClassId, Class> = FxHashMap::default();
    let mut names: FxHashMap<ClassId, (u8, &str)> = FxHashMap::default();
    for (index, of) in packages.iter().zip(&mut class_of) {
        for (object, number) in index.objects().iter().zip(of) {
            *number = unions.root(*number);
            let class = classes.entry(*number).or_insert_with(|| Class {
                label: String::new(),
                is_shared: false,
                is_foreign: false,
                sites: Vec::new(),
            });
            class.is_shared |= object.scope == ObjectScope::Shared;
            class.is_foreign |= object.scope == ObjectScope::Foreign || !known.contains(object.package.as_str());
            // A field says more than a variable, and a variable more than a place without name.
            let rank = match object.scope {
                ObjectScope::Shared => 0,
                _ if !object.label.contains(' ') => 1,
                _ => 2,
            };
            let name = names.entry(*number).or_insert((u8::MAX, ""));
            if rank < name.0 {
                *name = (rank, &object.label);
            }
        }
    }
    for (class, (_, name)) in names {
        if let Some(class) = classes.get_mut(&class) {
            name.clone_into(&mut class.label);
        }
    }
    for (package, (index, of)) in packages.iter().zip(&class_of).enumerate() {
        for (number, site) in index.sites().iter().enumerate() {
            if let Some(class) = site.object.and_then(|object| of.get(object as usize))
                && let Some(class) = classes.get_mut(class)
            {
                class.sites.push(SiteId {
                    package: package as u32,
                    site: number as u32,
                });
            }
        }
    }
    (class_of, classes)
}
