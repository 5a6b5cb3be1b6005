//! Finds the entry for a stack or a message.
//!
//! A dump may hold a hundred thousand distinct stacks, so each distinct function name is compared with the patterns once and
//! remembered as a list of pattern numbers; entries are then decided on numbers.

use gosleuth_base::{Idx as _, Interner, Sym};
use gosleuth_evidence::WaitReason;
use rustc_hash::FxHashMap;

use super::{ENTRIES, Entry, Section, Which};

/// What an entry is compared with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StackView<'a> {
    /// State.
    pub(crate) reason: WaitReason,
    /// Functions, innermost first, without leading frames of the runtime.
    pub(crate) functions: &'a [Sym],
    /// How many of them are further in than the first of the program itself.
    pub(crate) leading: usize,
    /// Function with the `go` statement.
    pub(crate) creator: Option<Sym>,
    /// The main goroutine.
    pub(crate) is_main: bool,
    /// Some frame is of the program itself.
    pub(crate) has_user: bool,
}

/// Compiled patterns and the answers already found.
pub(crate) struct Matcher {
    /// Pattern number of each exact name.
    exact: FxHashMap<&'static str, u16>,
    /// Patterns with a star.
    wild: Vec<(&'static str, u16)>,
    /// Entries of waits by descending priority, with their patterns as numbers.
    entries: Vec<Compiled>,
    /// Numbers of the patterns that a function matches, by symbol.
    known: Vec<Option<Box<[u16]>>>,
}

struct Compiled {
    entry: &'static Entry,
    top: Box<[u16]>,
    anywhere: Box<[u16]>,
    leading: Box<[u16]>,
    also: Box<[u16]>,
    outermost: Box<[u16]>,
    creator: Box<[u16]>,
    without: Box<[u16]>,
}

impl Matcher {
    /// Compiles the entries of waits.
    pub(crate) fn new() -> Self {
        let mut matcher = Self {
            exact: FxHashMap::default(),
            wild: Vec::new(),
            entries: Vec::new(),
            known: Vec::new(),
        };
        let mut numbers: FxHashMap<&'static str, u16> = FxHashMap::default();
        let mut waits: Vec<&'static Entry> = ENTRIES.iter().filter(|entry| entry.section == Section::Waits).collect();
        waits.sort_by_key(|entry| (std::cmp::Reverse(entry.priority), entry.id));
        for entry in waits {
            let mut compile = |patterns: &'static [&'static str]| -> Box<[u16]> {
                patterns
                    .iter()
                    .map(|pattern| matcher.number(pattern, &mut numbers))
                    .collect()
            };
            let compiled = Compiled {
                entry,
                top: compile(entry.wait.top),
                anywhere: compile(entry.wait.anywhere),
                leading: compile(entry.wait.leading),
                also: compile(entry.wait.also),
                outermost: compile(entry.wait.entry),
                creator: compile(entry.wait.creator),
                without: compile(entry.wait.without),
            };
            matcher.entries.push(compiled);
        }
        matcher
    }

    fn number(&mut self, pattern: &'static str, numbers: &mut FxHashMap<&'static str, u16>) -> u16 {
        let next = u16::try_from(numbers.len()).expect("the catalogue has fewer than 65,536 patterns");
        *numbers.entry(pattern).or_insert_with(|| {
            if pattern.contains('*') {
                self.wild.push((pattern, next));
            } else {
                self.exact.insert(pattern, next);
            }
            next
        })
    }

    fn learn(&mut self, strings: &Interner, sym: Sym) {
        let index = sym.index();
        if self.known.len() <= index {
            self.known.resize_with(index + 1, || None);
        }
        if self.known[index].is_none() {
            let name = strings.get(sym);
            let mut hits: Vec<u16> = self.exact.get(name).copied().into_iter().collect();
            hits.extend(
                self.wild
                    .iter()
                    .filter(|(pattern, _)| matches(pattern, name))
                    .map(|(_, number)| *number),
            );
            self.known[index] = Some(hits.into_boxed_slice());
        }
    }

    fn hits(&self, sym: Sym) -> &[u16] {
        self.known
            .get(sym.index())
            .and_then(|hits| hits.as_deref())
            .unwrap_or(&[])
    }

    /// The entry for a goroutine: the one of highest priority whose conditions all hold.
    pub(crate) fn wait_entry(&mut self, strings: &Interner, view: &StackView<'_>) -> Option<&'static Entry> {
        for &sym in view.functions.iter().chain(&view.creator) {
            self.learn(strings, sym);
        }
        let top = view.functions.first().map_or(&[][..], |&sym| self.hits(sym));
        let outermost = view.functions.last().map_or(&[][..], |&sym| self.hits(sym));
        let creator = view.creator.map_or(&[][..], |sym| self.hits(sym));
        let any = |wanted: &[u16]| view.functions.iter().any(|&sym| overlap(wanted, self.hits(sym)));
        let any_leading = |wanted: &[u16]| {
            view.functions[..view.leading.min(view.functions.len())]
                .iter()
                .any(|&sym| overlap(wanted, self.hits(sym)))
        };
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
                    && (compiled.top.is_empty() || overlap(&compiled.top, top))
                    && (compiled.outermost.is_empty() || overlap(&compiled.outermost, outermost))
                    && (compiled.creator.is_empty() || overlap(&compiled.creator, creator))
                    && (compiled.anywhere.is_empty() || any(&compiled.anywhere))
                    && (compiled.leading.is_empty() || any_leading(&compiled.leading))
                    && (compiled.also.is_empty() || any(&compiled.also))
                    && (compiled.without.is_empty() || !any(&compiled.without))
            })
            .map(|compiled| compiled.entry)
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
