//! Interned text: every distinct string is stored once and named by a `u32`.

crate::new_index! {
    /// An interned string; compare and hash it instead of the text. Valid only with the interner that made it.
    pub struct Sym;
}

/// A table of distinct strings in one growing buffer.
///
/// Open addressing with linear probing, at most half full. A slot holds the text itself where it fits eight bytes, as most identifiers
/// do, so that neither finding nor comparing them leaves the table.
#[derive(Clone, Default)]
pub struct Interner {
    text: String,
    /// Byte ranges into `text`, by symbol.
    spans: Vec<(u32, u32)>,
    /// A power of two of slots, or none.
    slots: Vec<Slot>,
}

#[derive(Clone, Copy, Default)]
struct Slot {
    /// Texts of up to eight bytes themselves, little-endian and padded with zeros; a hash of longer ones.
    key: u64,
    /// Index of the symbol plus one; zero in a free slot.
    symbol: u32,
    /// Length of the text in bytes.
    len: u32,
}

/// An odd constant with bits in no order: 2^64 divided by the golden ratio.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

impl Interner {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty table that takes `symbols` strings with `bytes` bytes together without growing.
    pub fn with_capacity(symbols: usize, bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            spans: Vec::with_capacity(symbols),
            slots: vec![Slot::default(); (symbols * 2).max(16).next_power_of_two()],
        }
    }

    /// The symbol of `text`, new or known. Past 4 GiB of distinct text every new string becomes the empty one.
    #[inline]
    pub fn intern(&mut self, text: &str) -> Sym {
        self.intern_keyed(text, key(text.as_bytes()))
    }

    /// Interns a text of up to eight bytes given as a little-endian number padded with zeros: the fast path of a lexer that has loaded it.
    /// `text` gives the same text, of `len` bytes; it is asked for if the text is new.
    #[inline]
    pub fn intern_word<'t>(&mut self, word: u64, len: usize, text: impl FnOnce() -> &'t str) -> Sym {
        match self.probe_word(word, len) {
            Ok(symbol) => symbol,
            Err(free) => {
                let text = text();
                debug_assert!(
                    text.len() == len && key(text.as_bytes()) == word,
                    "the word is the text"
                );
                self.insert(free, word, text)
            }
        }
    }

    /// Interns bytes that should be UTF-8; what is not becomes U+FFFD.
    pub fn intern_bytes(&mut self, bytes: &[u8]) -> Sym {
        let key = key(bytes);
        match self.probe(key, bytes) {
            Ok(symbol) => symbol,
            Err(free) => match std::str::from_utf8(bytes) {
                Ok(text) => self.insert(free, key, text),
                Err(_) => self.intern(&String::from_utf8_lossy(bytes)),
            },
        }
    }

    /// The symbol of `text` if it was interned before.
    pub fn find(&self, text: &str) -> Option<Sym> {
        self.probe(key(text.as_bytes()), text.as_bytes()).ok()
    }

    /// The text of a symbol; empty for one of another interner that is out of range.
    #[inline]
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

    #[inline]
    fn intern_keyed(&mut self, text: &str, key: u64) -> Sym {
        match self.probe(key, text.as_bytes()) {
            Ok(symbol) => symbol,
            Err(free) => self.insert(free, key, text),
        }
    }

    /// The symbol of a text, or the slot where it belongs; that is beyond the table while there is none.
    #[inline]
    fn probe(&self, key: u64, text: &[u8]) -> Result<Sym, usize> {
        use crate::Idx as _;
        if self.slots.is_empty() {
            return Err(0);
        }
        let mask = self.slots.len() - 1;
        let mut at = place(key, self.slots.len());
        // Ends: at least half of the slots are free.
        loop {
            let slot = self.slots[at & mask];
            if slot.symbol == 0 {
                return Err(at & mask);
            }
            if slot.key == key
                && slot.len as usize == text.len()
                && (text.len() <= 8 || self.bytes(slot.symbol - 1) == text)
            {
                return Ok(Sym::from_usize(slot.symbol as usize - 1));
            }
            at += 1;
        }
    }

    /// The same for a text of up to eight bytes, which its key and length tell.
    #[inline]
    fn probe_word(&self, word: u64, len: usize) -> Result<Sym, usize> {
        use crate::Idx as _;
        if self.slots.is_empty() {
            return Err(0);
        }
        let mask = self.slots.len() - 1;
        let mut at = place(word, self.slots.len());
        loop {
            let slot = self.slots[at & mask];
            if slot.symbol == 0 {
                return Err(at & mask);
            }
            if slot.key == word && slot.len as usize == len {
                return Ok(Sym::from_usize(slot.symbol as usize - 1));
            }
            at += 1;
        }
    }

    #[inline(never)]
    fn insert(&mut self, free: usize, key: u64, text: &str) -> Sym {
        use crate::Idx as _;
        let (Ok(start), Ok(end)) = (
            u32::try_from(self.text.len()),
            u32::try_from(self.text.len() + text.len()),
        ) else {
            return self.intern("");
        };
        let mut free = free;
        if (self.spans.len() + 1) * 2 > self.slots.len() {
            self.grow();
            free = match self.probe(key, text.as_bytes()) {
                Ok(symbol) => return symbol,
                Err(free) => free,
            };
        }
        let index = u32::try_from(self.spans.len()).expect("fewer symbols than bytes of text, which fit u32");
        self.text.push_str(text);
        self.spans.push((start, end));
        self.slots[free] = Slot {
            key,
            symbol: index + 1,
            len: end - start,
        };
        Sym::from_usize(index as usize)
    }

    fn grow(&mut self) {
        let len = (self.slots.len() * 2).max(16);
        let old = std::mem::replace(&mut self.slots, vec![Slot::default(); len]);
        for slot in old.into_iter().filter(|slot| slot.symbol != 0) {
            let mut at = place(slot.key, len);
            while self.slots[at & (len - 1)].symbol != 0 {
                at += 1;
            }
            self.slots[at & (len - 1)] = slot;
        }
    }

    fn bytes(&self, index: u32) -> &[u8] {
        let (start, end) = self.spans[index as usize];
        &self.text.as_bytes()[start as usize..end as usize]
    }
}

impl std::fmt::Debug for Interner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Interner({} strings, {} bytes)", self.len(), self.text.len())
    }
}

/// Where the search for a key starts: the uppermost bits of a product, into which every bit of the key goes.
#[inline]
fn place(key: u64, slots: usize) -> usize {
    (key.wrapping_mul(MIX) >> (64 - slots.trailing_zeros())) as usize
}

#[inline]
fn key(text: &[u8]) -> u64 {
    if text.len() <= 8 {
        return word(text);
    }
    let mix = |hash: u64, word: u64| {
        let product = u128::from(hash ^ word ^ MIX) * u128::from(MIX.rotate_left(23));
        product as u64 ^ (product >> 64) as u64
    };
    let mut hash = text.len() as u64;
    let mut rest = text;
    while let Some((chunk, behind)) = rest.split_first_chunk::<8>() {
        hash = mix(hash, u64::from_le_bytes(*chunk));
        rest = behind;
    }
    // The last eight bytes, some of them again: there is no need to pad what is left.
    match text.last_chunk::<8>() {
        Some(last) if !rest.is_empty() => mix(hash, u64::from_le_bytes(*last)),
        _ => hash,
    }
}

#[inline]
fn word(bytes: &[u8]) -> u64 {
    if let Ok(bytes) = <[u8; 8]>::try_from(bytes) {
        return u64::from_le_bytes(bytes);
    }
    let mut padded = [0; 8];
    padded[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(padded)
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

    #[test]
    fn many_texts_of_every_length_stay_distinct() {
        let mut interner = Interner::with_capacity(4, 16);
        let texts: Vec<String> = (0..5000).map(|n| format!("{n}{}", "x".repeat(n % 19))).collect();
        let symbols: Vec<Sym> = texts.iter().map(|text| interner.intern(text)).collect();
        assert_eq!(interner.len(), texts.len());
        for (text, symbol) in texts.iter().zip(symbols) {
            assert_eq!(interner.get(symbol), text);
            assert_eq!(interner.find(text), Some(symbol));
        }
    }

    #[test]
    fn words_are_texts_and_zeros_count() {
        let mut interner = Interner::new();
        let a = interner.intern("ab");
        assert_eq!(
            interner.intern_word(u64::from_le_bytes(*b"ab\0\0\0\0\0\0"), 2, || "ab"),
            a
        );
        assert_ne!(interner.intern("ab\0"), a);
        assert_ne!(interner.intern(""), interner.intern("\0"));
    }
}
