//! Interned text: every distinct string is stored once and named by a `u32`.

use std::hash::{BuildHasher, BuildHasherDefault};

use hashbrown::HashTable;
use rustc_hash::FxHasher;

crate::new_index! {
    /// An interned string; compare and hash it instead of the text. Valid only with the interner that made it.
    pub struct Sym;
}

/// A table of distinct strings in one growing buffer.
#[derive(Clone, Default)]
pub struct Interner {
    text: String,
    /// Byte ranges into `text`, by symbol.
    spans: Vec<(u32, u32)>,
    table: HashTable<u32>,
}

type Hasher = BuildHasherDefault<FxHasher>;

impl Interner {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// The symbol of `text`, new or known. Past 4 GiB of distinct text every new string becomes the empty one.
    pub fn intern(&mut self, text: &str) -> Sym {
        use crate::Idx as _;
        let hash = Hasher::default().hash_one(text);
        let Self {
            text: buffer,
            spans,
            table,
        } = self;
        if let Some(&index) = table.find(hash, |&index| slice(buffer, spans, index) == text) {
            return Sym::from_usize(index as usize);
        }
        let (Ok(start), Ok(end)) = (u32::try_from(buffer.len()), u32::try_from(buffer.len() + text.len())) else {
            return self.intern("");
        };
        let index = u32::try_from(spans.len()).expect("fewer symbols than bytes of text, which fit u32");
        buffer.push_str(text);
        spans.push((start, end));
        table.insert_unique(hash, index, |&index| {
            Hasher::default().hash_one(slice(buffer, spans, index))
        });
        Sym::from_usize(index as usize)
    }

    /// Interns bytes that should be UTF-8; what is not becomes U+FFFD.
    pub fn intern_bytes(&mut self, bytes: &[u8]) -> Sym {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.intern(text),
            Err(_) => self.intern(&String::from_utf8_lossy(bytes)),
        }
    }

    /// The symbol of `text` if it was interned before.
    pub fn find(&self, text: &str) -> Option<Sym> {
        use crate::Idx as _;
        let hash = Hasher::default().hash_one(text);
        let found = self
            .table
            .find(hash, |&index| slice(&self.text, &self.spans, index) == text)?;
        Some(Sym::from_usize(*found as usize))
    }

    /// The text of a symbol; empty for one of another interner that is out of range.
    pub fn get(&self, sym: Sym) -> &str {
        use crate::Idx as _;
        self.spans
            .get(sym.index())
            .map_or("", |&(start, end)| &self.text[start as usize..end as usize])
    }

    /// The distinct strings, in the order of their symbols.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.spans
            .iter()
            .map(|&(start, end)| &self.text[start as usize..end as usize])
    }

    /// Number of distinct strings.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether nothing was interned.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }
}

impl std::fmt::Debug for Interner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Interner({} strings, {} bytes)", self.len(), self.text.len())
    }
}

fn slice<'a>(text: &'a str, spans: &[(u32, u32)], index: u32) -> &'a str {
    let (start, end) = spans[index as usize];
    &text[start as usize..end as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_text_same_symbol() {
        let mut interner = Interner::new();
        let a = interner.intern("main.main");
        let b = interner.intern("main.worker");
        assert_eq!(a, interner.intern("main.main"));
        assert_ne!(a, b);
        assert_eq!(interner.get(b), "main.worker");
        assert_eq!(interner.find("main.worker"), Some(b));
        assert_eq!(interner.find("main.other"), None);
    }

    #[test]
    fn invalid_utf8_is_replaced() {
        let mut interner = Interner::new();
        let sym = interner.intern_bytes(b"a\xffb");
        assert_eq!(interner.get(sym), "a\u{fffd}b");
    }
}
