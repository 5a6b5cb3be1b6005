//! Finds the entry for a stack or a message.
//!
//! A profile may hold a hundred thousand distinct stacks, so each distinct function name is compared with the patterns once. What
//! patterns it matches is its trait, a number that is 0 for almost every function. Two stacks whose functions have the same traits
//! in the places that entries ask about have the same entry, so entries are compared once per combination.

use gosleuth_base::{Idx as _, Sym};
use gosleuth_evidence::{EvidenceSet, FrameId, WaitReason};
use rustc_hash::FxHashMap;

use super::{ENTRIES, Entry, Section, Which};
use crate::facts::Facts;

/// What an entry is compared with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StackView<'a> {
    /// State.
    pub(crate) reason: WaitReason,
    /// Frames, innermost first, without leading frames of the runtime.
    pub(crate) frames: &'a [FrameId],
    /// The first frame of the program itself: those before it are the leading ones. All are, without it.
    pub(crate) user: Option<FrameId>,
    /// The frame of the `go` statement.
    pub(crate) creator: Option<FrameId>,
    /// The main goroutine.
    pub(crate) is_main: bool,
}

/// Compiled patterns and the answers already found.
pub(crate) struct Matcher {
    /// Entries of waits by descending priority, with their patterns as numbers.
    entries: Vec<Compiled>,
    /// Traits of functions by frame.
    by_frame: Vec<Trait>,
    /// Pattern numbers of each trait.
    traits: Vec<Box<[u16]>>,
    /// Sets of traits, each in order of appearance; 0 is empty.
    sets: Vec<Box<[Trait]>>,
    /// The set with one more trait.
    with: FxHashMap<(TraitSet, Trait), TraitSet>,
    answers: FxHashMap<Signature, Option<u16>>,
    /// The last answer: neighbours are often alike.
    last: Option<(Signature, Option<u16>)>,
}

/// Which set of patterns a function name matches; 0 is none.
type Trait = u32;

/// Index in [`Matcher::sets`].
type TraitSet = u32;

/// All that entries ask of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Signature {
    reason: WaitReason,
    is_main: bool,
    has_user: bool,
    top: Trait,
    outermost: Trait,
    creator: Trait,
    leading: TraitSet,
    anywhere: TraitSet,
}

struct Compiled {
    entry: &'static Entry,
    /// Its position in [`ENTRIES`].
    position: u16,
    top: Box<[u16]>,
    anywhere: Box<[u16]>,
    leading: Box<[u16]>,
    also: Box<[u16]>,
    outermost: Box<[u16]>,
    creator: Box<[u16]>,
    without: Box<[u16]>,
}

/// Patterns of all entries, by number.
#[derive(Default)]
struct Patterns {
    numbers: FxHashMap<&'static str, u16>,
    /// Those with a star.
    wild: Vec<(&'static str, u16)>,
}

impl Patterns {
    fn numbers(&mut self, patterns: &'static [&'static str]) -> Box<[u16]> {
        let number = |pattern: &&'static str| {
            let next = u16::try_from(self.numbers.len()).expect("the catalogue has fewer than 65,536 patterns");
            *self.numbers.entry(pattern).or_insert_with(|| {
                if pattern.contains('*') {
                    self.wild.push((pattern, next));
                }
                next
            })
        };
        patterns.iter().map(number).collect()
    }

    /// The patterns that a function name matches.
    fn hits(&self, name: &str) -> Box<[u16]> {
        let exact = self.numbers.get(name).filter(|_| !name.contains('*'));
        let wild = self.wild.iter().filter(|(pattern, _)| matches(pattern, name));
        exact
            .into_iter()
            .chain(wild.map(|(_, number)| number))
            .copied()
            .collect()
    }
}

impl Matcher {
    /// Compiles the entries of waits and compares their patterns with every function of the set.
    pub(crate) fn new(set: &EvidenceSet, facts: &Facts) -> Self {
        let mut patterns = Patterns::default();
        let waits = (0..).zip(ENTRIES).filter(|(_, entry)| entry.section == Section::Waits);
        let mut waits: Vec<(u16, &'static Entry)> = waits.collect();
        waits.sort_by_key(|(_, entry)| (std::cmp::Reverse(entry.priority), entry.id));
        let entries = waits.into_iter().map(|(position, entry)| Compiled {
            entry,
            position,
            top: patterns.numbers(entry.wait.top),
            anywhere: patterns.numbers(entry.wait.anywhere),
            leading: patterns.numbers(entry.wait.leading),
            also: patterns.numbers(entry.wait.also),
            outermost: patterns.numbers(entry.wait.entry),
            creator: patterns.numbers(entry.wait.creator),
            without: patterns.numbers(entry.wait.without),
        });
        let entries = entries.collect();
        let mut traits: Vec<Box<[u16]>> = vec![Box::default()];
        let mut index: FxHashMap<Box<[u16]>, Trait> = FxHashMap::from_iter([(Box::default(), 0)]);
        let mut by_sym: FxHashMap<Sym, Trait> = FxHashMap::default();
        let frames = set.stacks.all_frames().iter().enumerate();
        let by_frame = frames.map(|(position, frame)| {
            if !facts.is_function(FrameId::from_usize(position)) {
                return 0;
            }
            *by_sym.entry(frame.function).or_insert_with(|| {
                let next = traits.len() as Trait;
                *index
                    .entry(patterns.hits(set.text(frame.function)))
                    .or_insert_with_key(|hits| {
                        traits.push(hits.clone());
                        next
                    })
            })
        });
        Self {
            by_frame: by_frame.collect(),
            entries,
            traits,
            sets: vec![Box::default()],
            with: FxHashMap::default(),
            answers: FxHashMap::default(),
            last: None,
        }
    }

    /// The traits of frames, added to those of `set`.
    fn gather(&mut self, mut set: TraitSet, frames: &[FrameId]) -> TraitSet {
        let Self {
            by_frame, sets, with, ..
        } = self;
        let by_frame = by_frame.as_slice();
        for frame in frames {
            let found = by_frame[frame.index()];
            // Functions that no pattern matches decide nothing, and they are nearly all.
            if found == 0 {
                continue;
            }
            set = *with.entry((set, found)).or_insert_with(|| {
                let known = &sets[set as usize];
                if known.contains(&found) {
                    return set;
                }
                sets.push(known.iter().copied().chain([found]).collect());
                (sets.len() - 1) as TraitSet
            });
        }
        set
    }

    /// The position in [`ENTRIES`] of the entry for a goroutine: the one of highest priority whose conditions all hold.
    pub(crate) fn wait_entry(&mut self, facts: &Facts, view: &StackView<'_>) -> Option<u16> {
        let frames = view.frames;
        let user = view
            .user
            .and_then(|user| frames.iter().position(|&frame| frame == user))
            .unwrap_or(frames.len());
        let leading = self.gather(0, &frames[..user]);
        let is_function = |frame: &&FrameId| facts.is_function(**frame);
        let trait_of = |frame: Option<FrameId>| frame.map_or(0, |frame| self.by_frame[frame.index()]);
        let signature = Signature {
            reason: view.reason,
            is_main: view.is_main,
            has_user: view.user.is_some(),
            top: trait_of(frames.iter().find(is_function).copied()),
            outermost: trait_of(frames.iter().rfind(is_function).copied()),
            creator: trait_of(view.creator),
            leading,
            anywhere: self.gather(leading, &frames[user..]),
        };
        if let Some((last, known)) = self.last
            && last == signature
        {
            return known;
        }
        let known = self.answers.get(&signature).copied();
        let entry = known.unwrap_or_else(|| {
            let entry = self.compare(&signature);
            self.answers.insert(signature, entry);
            entry
        });
        self.last = Some((signature, entry));
        entry
    }

    /// Compares the signature with every entry.
    fn compare(&self, view: &Signature) -> Option<u16> {
        let has = |wanted: &[u16], of: Trait| overlap(wanted, &self.traits[of as usize]);
        let any_of = |wanted: &[u16], of: TraitSet| self.sets[of as usize].iter().any(|&of| has(wanted, of));
        let any = |wanted: &[u16]| any_of(wanted, view.anywhere);
        self.entries
            .iter()
            .find(|compiled| {
                let wait = &compiled.entry.wait;
                let asks_functions = !(wait.top.is_empty()
                    && wait.anywhere.is_empty()
                    && wait.leading.is_empty()
                    && wait.entry.is_empty());
                let state = wait.states.is_empty()
                    || wait.states.contains(&view.reason)
                    || (view.reason == WaitReason::Unknown && asks_functions);
                state
                    && match wait.goroutine {
                        Which::Any => true,
                        Which::Main => view.is_main,
                        Which::Other => !view.is_main,
                    }
                    && wait.user_frames.is_none_or(|wanted| wanted == view.has_user)
                    && (compiled.top.is_empty() || has(&compiled.top, view.top))
                    && (compiled.outermost.is_empty() || has(&compiled.outermost, view.outermost))
                    && (compiled.creator.is_empty() || has(&compiled.creator, view.creator))
                    && (compiled.anywhere.is_empty() || any(&compiled.anywhere))
                    && (compiled.leading.is_empty() || any_of(&compiled.leading, view.leading))
                    && (compiled.also.is_empty() || any(&compiled.also))
                    && (compiled.without.is_empty() || !any(&compiled.without))
            })
            .map(|compiled| compiled.position)
    }
}

fn overlap(wanted: &[u16], have: &[u16]) -> bool {
    have.iter().any(|number| wanted.contains(number))
}

/// Whether `text` is what `pattern` asks for; a `*` at either end stands for any text.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(_), Some(_)) => text.contains(pattern.trim_matches('*')),
        (Some(end), None) => text.ends_with(end),
        (None, Some(start)) => text.starts_with(start),
        (None, None) => text == pattern,
    }
}

/// The entry of a section for a message: exact texts before patterns, longer patterns before shorter ones.
pub(crate) fn message_entry(section: Section, text: &str) -> Option<&'static Entry> {
    let text = text.trim();
    ENTRIES
        .iter()
        .filter(|entry| entry.section == section)
        .flat_map(|entry| entry.texts.iter().map(move |pattern| (entry, *pattern)))
        .filter(|(_, pattern)| matches(pattern, text))
        .max_by_key(|(entry, pattern)| (!pattern.contains('*'), pattern.len(), std::cmp::Reverse(entry.id)))
        .map(|(entry, _)| entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn star_stands_at_either_end() {
        assert!(matches("net/http.*", "net/http.(*conn).serve"));
        assert!(matches("*.Notify", "os/signal.Notify"));
        assert!(matches("*Timer*", "main.newTimerLoop"));
        assert!(matches("main.main", "main.main"));
        assert!(!matches("main.main", "main.main.func1"));
        assert!(!matches("net/http.*", "net/httputil.X"));
    }
}
