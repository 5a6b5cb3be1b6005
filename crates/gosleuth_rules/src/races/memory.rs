//! What memory there is, and what it may hold.
//!
//! Memory is told apart by where it is made: the instruction, in the chain of calls and the round of each loop around it. Because the
//! execution is unrolled, nearly every object stands for one object of a real run. Parts of objects are places: fields and elements.
//! What a place may hold is collected without regard to order.

use gosleuth_ir::{FuncId, ValueId};
use gosleuth_types::{ObjRef, TypeId};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// Number of a place.
pub(super) type LocId = u32;

/// Number of an object.
pub(super) type ObjectId = u32;

/// Number of a chain of calls.
pub(super) type CtxId = u32;

/// Something a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Item {
    /// A number or the like that is not known.
    Any,
    /// A number that goes over a range: from the first one up to the second one, which is left out.
    Span(i64, i64),
    /// An integer.
    Int(i64),
    /// What an integer is in this round of a loop that has more rounds than are looked at.
    Round { value: i64, of: u32 },
    /// A boolean.
    Bool(bool),
    /// A string, by number.
    Text(u32),
    /// A pointer to a place, or a slice, map or channel whose elements are there.
    Ref(LocId),
    /// What a struct or array held at a place.
    Copy(LocId),
    /// A function, by number.
    Func(u32),
    /// A value in an interface, by number.
    Boxed(u32),
}

/// What a value may be; sorted.
pub(super) type Val = SmallVec<[Item; 1]>;

/// Things that one value may be; beyond that some are left out.
const MAX_ITEMS: usize = 12;

/// Adds what is in `more`; says whether that is news.
pub(super) fn merge(into: &mut Val, more: &[Item]) -> bool {
    let mut changed = false;
    for &item in more {
        if let Err(at) = into.binary_search(&item)
            && into.len() < MAX_ITEMS
        {
            into.insert(at, item);
            changed = true;
        }
    }
    changed
}

/// The places a value points to.
pub(super) fn places(val: &[Item]) -> Vec<LocId> {
    val.iter()
        .filter_map(|item| match item {
            Item::Ref(loc) => Some(*loc),
            _ => None,
        })
        .collect()
}

/// A loop goes on to numbers from here on in rounds that are not looked at.
const FEW_ROUNDS: i64 = 2;

/// Which element of an array, slice, map or channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Any,
    Int(i64),
    Round {
        value: i64,
        of: u32,
    },
    Text(u32),
    /// From the first number up to the second one, which is left out.
    Range(i64, i64),
}

impl Key {
    pub(super) fn of(val: &[Item]) -> Self {
        match *val {
            [Item::Int(value)] => Self::Int(value),
            [Item::Round { value, of }] => Self::Round { value, of },
            [Item::Text(text)] => Self::Text(text),
            [Item::Span(low, high)] => Self::Range(low, high),
            _ => Self::Any,
        }
    }

    /// The key in the whole of a key in the part from `low` to `high`.
    fn shifted(self, low: i64, high: i64) -> Self {
        match self {
            Self::Int(at) => at.checked_add(low).map_or(Self::Any, Self::Int),
            Self::Range(a, b) => Self::Range(a.saturating_add(low), b.saturating_add(low).min(high)),
            _ if low == 0 && high == i64::MAX => self,
            _ => Self::Range(low, high),
        }
    }

    /// Whether two keys may be equal.
    fn may_equal(self, other: Self) -> bool {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Range(low, high), Self::Int(at)) | (Self::Int(at), Self::Range(low, high)) => low <= at && at < high,
            (Self::Range(a, b), Self::Range(c, d)) => a < d && c < b,
            // Loops over the same things go through them in the same order.
            (Self::Round { value: a, .. }, Self::Round { value: b, .. }) => a == b,
            (Self::Round { value: a, .. }, Self::Int(b)) | (Self::Int(b), Self::Round { value: a, .. }) => {
                a == b || b >= FEW_ROUNDS
            }
            _ => true,
        }
    }
}

/// How a part lies in the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    Field(u32),
    Elem(Key),
    /// The elements from the first number up to the second one, as a slice of their own.
    Sub(i64, i64),
    /// What a library keeps behind a pointer; only its users say what.
    Hidden(u32),
}

impl Step {
    pub(super) fn may_equal(self, other: Self) -> bool {
        match (self, other) {
            (Self::Elem(a), Self::Elem(b)) => a.may_equal(b),
            _ => self == other,
        }
    }

    /// Whether what was written at one is what is read at the other. What the first rounds of a loop made for their elements is not what
    /// later elements hold: two of those are different, as two of these are.
    fn may_hold(self, other: Self) -> bool {
        match (self, other) {
            (Self::Elem(Key::Round { value: a, .. }), Self::Elem(Key::Int(b)))
            | (Self::Elem(Key::Int(b)), Self::Elem(Key::Round { value: a, .. })) => a == b,
            _ => self.may_equal(other),
        }
    }
}

/// Where memory comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Origin {
    /// An instruction in a chain of calls and a round of the loops around it; the last number tells objects of one instruction apart.
    Made(CtxId, u32, ValueId, u32),
    /// A package-level variable.
    Global(ObjRef),
    /// What a place of an object from outside holds, or a parameter of the function that everything begins with.
    Outside(LocId),
    Param(FuncId, u32),
}

/// Memory.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) origin: Origin,
    /// The variable it is.
    pub(super) var: Option<ObjRef>,
    /// The function that makes it.
    pub(super) func: Option<FuncId>,
    /// The type of what it holds; unknown for elements of slices.
    pub(super) ty: TypeId,
    /// Whether it comes from outside, so that its places hold something from the beginning.
    pub(super) outside: bool,
    /// Only its function sees it, and its address is nowhere else.
    pub(super) private: bool,
    /// Whether code that is not followed has it.
    pub(super) escaped: bool,
    /// Capacity of a channel, if it is known.
    pub(super) capacity: Option<i64>,
    pub(super) root: LocId,
}

#[derive(Clone, Debug)]
pub(super) struct Loc {
    pub(super) object: ObjectId,
    pub(super) parent: Option<LocId>,
    pub(super) step: Step,
    children: Vec<(Step, LocId)>,
}

/// What places hold, and what was copied where.
pub(super) type Contents = (FxHashMap<LocId, Val>, FxHashMap<LocId, Vec<LocId>>);

/// All memory.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) objects: Vec<Object>,
    by_origin: FxHashMap<Origin, ObjectId>,
    pub(super) locs: Vec<Loc>,
    parts: FxHashMap<(LocId, Step), LocId>,
    /// What was there before the root, below what it writes.
    base: Contents,
    contents: FxHashMap<LocId, Val>,
    /// Structs and arrays that were assigned: from where, by where to.
    copies: FxHashMap<LocId, Vec<LocId>>,
    /// Whether anything was added since the last time this was set to false.
    pub(super) changed: bool,
}

/// Steps from a place to the whole that are followed.
const MAX_DEPTH: usize = 8;

impl Memory {
    /// What places hold now is where every root begins.
    pub(super) fn keep(&mut self) {
        self.base = (std::mem::take(&mut self.contents), std::mem::take(&mut self.copies));
    }

    /// Lets places hold what they held when it was kept. They keep their numbers.
    pub(super) fn restore(&mut self) {
        self.contents.clear();
        self.copies.clear();
    }

    fn contents(&self, loc: LocId) -> Option<&Val> {
        self.contents.get(&loc).or_else(|| self.base.0.get(&loc))
    }

    pub(super) fn object(&mut self, origin: Origin, make: impl FnOnce() -> Object) -> LocId {
        if let Some(&known) = self.by_origin.get(&origin) {
            return self.objects[known as usize].root;
        }
        let id = self.objects.len() as ObjectId;
        let root = self.locs.len() as LocId;
        self.locs.push(Loc {
            object: id,
            parent: None,
            step: Step::Field(0),
            children: Vec::new(),
        });
        let mut object = make();
        object.root = root;
        object.origin = origin;
        self.objects.push(object);
        self.by_origin.insert(origin, id);
        root
    }

    pub(super) fn of(&self, loc: LocId) -> &Object {
        &self.objects[self.locs[loc as usize].object as usize]
    }

    pub(super) fn part(&mut self, parent: LocId, step: Step) -> LocId {
        if let Loc {
            step: Step::Sub(low, high),
            parent: Some(whole),
            ..
        } = self.locs[parent as usize]
        {
            match step {
                Step::Elem(key) => return self.part(whole, Step::Elem(key.shifted(low, high))),
                Step::Sub(a, b) => {
                    let end = b.checked_add(low).map_or(high, |end| end.min(high));
                    return self.part(whole, Step::Sub(low.saturating_add(a), end));
                }
                _ => {}
            }
        }
        if let Some(&known) = self.parts.get(&(parent, step)) {
            return known;
        }
        // Lists of lists of …: deep places are their wholes.
        if self.depth(parent) >= MAX_DEPTH {
            return parent;
        }
        let id = self.locs.len() as LocId;
        let object = self.locs[parent as usize].object;
        self.locs.push(Loc {
            object,
            parent: Some(parent),
            step,
            children: Vec::new(),
        });
        self.locs[parent as usize].children.push((step, id));
        self.parts.insert((parent, step), id);
        id
    }

    fn depth(&self, loc: LocId) -> usize {
        std::iter::successors(self.locs[loc as usize].parent, |&parent| {
            self.locs[parent as usize].parent
        })
        .count()
    }

    /// The steps from the whole to a part.
    pub(super) fn path(&self, mut loc: LocId) -> Vec<Step> {
        let mut path = Vec::new();
        while let Some(parent) = self.locs[loc as usize].parent {
            path.push(self.locs[loc as usize].step);
            loc = parent;
        }
        path.reverse();
        path
    }

    /// Whether two places may be the same only if two elements are whose numbers are worked out somehow: goroutines that share out work do
    /// that, and mostly use different ones.
    pub(super) fn is_guess(&self, a: LocId, b: LocId) -> bool {
        let is_any = |step: &Step| matches!(step, Step::Elem(Key::Any));
        self.path(a)
            .iter()
            .zip(&self.path(b))
            .any(|(a, b)| is_any(a) && is_any(b))
    }

    /// Whether two places of one object may have memory in common.
    pub(super) fn overlap(&self, a: LocId, b: LocId) -> bool {
        a == b
            || (self.locs[a as usize].object == self.locs[b as usize].object
                && self.path(a).iter().zip(&self.path(b)).all(|(a, b)| a.may_equal(*b)))
    }

    /// Whether two places are elements of one whole, the first one any element and the second one a certain one.
    pub(super) fn is_sibling(&self, any: LocId, one: LocId) -> bool {
        let (any, one) = (&self.locs[any as usize], &self.locs[one as usize]);
        any.parent.is_some()
            && any.parent == one.parent
            && any.step == Step::Elem(Key::Any)
            && matches!(one.step, Step::Elem(key) if key != Key::Any)
    }

    /// The element that a place is, or is in.
    pub(super) fn element_around(&self, loc: LocId) -> Option<LocId> {
        let around = std::iter::successors(Some(loc), |&loc| self.locs[loc as usize].parent);
        around
            .into_iter()
            .find(|&loc| matches!(self.locs[loc as usize].step, Step::Elem(_)))
    }

    /// Whether a place is some element or other.
    pub(super) fn is_any(&self, loc: LocId) -> bool {
        self.locs[loc as usize].step == Step::Elem(Key::Any)
    }

    /// Whether of all elements a certain one holds a pointer to a place, and no other one does.
    pub(super) fn is_in_one_element(&self, of: LocId) -> bool {
        let held = self.contents.iter().chain(&self.base.0);
        let mut elements = held
            .filter(|(_, val)| val.contains(&Item::Ref(of)))
            .filter_map(|(&loc, _)| self.element_around(loc));
        let first = elements.next();
        let is_certain = |loc: LocId| {
            matches!(
                self.locs[loc as usize].step,
                Step::Elem(Key::Int(_) | Key::Round { .. })
            )
        };
        first.is_some_and(is_certain) && elements.all(|other| Some(other) == first)
    }

    /// Whether memory from outside holds a pointer to a place.
    pub(super) fn is_held_outside(&self, of: LocId) -> bool {
        let mut held = self.contents.iter().chain(&self.base.0);
        held.any(|(&loc, val)| self.of(loc).outside && val.contains(&Item::Ref(of)))
    }

    /// A place that holds a pointer to another one: the first that was made.
    pub(super) fn holder(&self, of: LocId) -> Option<LocId> {
        let holds = |(_, val): &(&LocId, &Val)| val.contains(&Item::Ref(of));
        let held = self.contents.iter().chain(&self.base.0);
        held.filter(holds).map(|(&loc, _)| loc).min()
    }

    pub(super) fn write(&mut self, loc: LocId, val: &[Item]) {
        for &item in val {
            if let Item::Copy(from) = item {
                let base = &self.base.1;
                let from_list = self
                    .copies
                    .entry(loc)
                    .or_insert_with(|| base.get(&loc).cloned().unwrap_or_default());
                if from != loc && !from_list.contains(&from) && from_list.len() < MAX_ITEMS {
                    from_list.push(from);
                    self.changed = true;
                }
            } else {
                let base = &self.base.0;
                let held = self
                    .contents
                    .entry(loc)
                    .or_insert_with(|| base.get(&loc).cloned().unwrap_or_default());
                self.changed |= merge(held, &[item]);
            }
        }
    }

    /// What a place may hold.
    pub(super) fn read(&self, loc: LocId) -> Val {
        let mut val = Val::new();
        let mut seen = Vec::new();
        self.collect(loc, &mut Vec::new(), &mut val, &mut seen);
        val
    }

    /// Adds what the part of `base` at `path` (from behind) may hold.
    fn collect(&self, base: LocId, path: &mut Vec<Step>, val: &mut Val, seen: &mut Vec<(LocId, usize)>) {
        if seen.contains(&(base, path.len())) || seen.len() > 64 {
            return;
        }
        seen.push((base, path.len()));
        // The place itself, and those that may be the same element.
        self.below(base, path, val, seen);
        if let Some(parent) = self.locs[base as usize].parent
            && path.len() < MAX_DEPTH
        {
            path.push(self.locs[base as usize].step);
            // Elements of other keys, and copies of the whole.
            self.collect(parent, path, val, seen);
            path.pop();
        }
    }

    /// Adds what is at `path` (from behind) below a place, by every matching way.
    fn below(&self, base: LocId, path: &[Step], val: &mut Val, seen: &mut Vec<(LocId, usize)>) {
        match path.split_last() {
            None => {
                if let Some(contents) = self.contents(base) {
                    merge(val, contents);
                }
            }
            Some((step, rest)) => {
                for &(known, child) in &self.locs[base as usize].children {
                    if known.may_hold(*step) {
                        self.below(child, rest, val, seen);
                    }
                }
            }
        }
        if let Some(sources) = self.copies.get(&base).or_else(|| self.base.1.get(&base)) {
            for &source in sources {
                self.collect(source, &mut path.to_vec(), val, seen);
            }
        }
    }
}
