//! Names shared by all packages.

use std::hash::{BuildHasher, BuildHasherDefault};
use std::sync::{Mutex, PoisonError};

use hashbrown::HashTable;
use rustc_hash::FxHasher;

/// An interned identifier. The lowest bit tells whether it is exported, so that the most frequent question needs no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(u32);

impl Name {
    /// `_`
    pub const BLANK: Self = Self(0);
    /// The empty name, of unnamed parameters.
    pub const EMPTY: Self = Self(2);

    /// Whether the name begins with an upper-case letter.
    pub const fn is_exported(self) -> bool {
        self.0 & 1 == 1
    }

    /// Whether this is `_`.
    pub const fn is_blank(self) -> bool {
        self.0 == Self::BLANK.0
    }

    /// A dense number.
    pub const fn number(self) -> u32 {
        self.0
    }
}

const SHARDS: usize = 32;

/// The table of names; grows only, from any thread.
pub(crate) struct Names {
    texts: boxcar::Vec<Box<str>>,
    shards: [Mutex<HashTable<Name>>; SHARDS],
}

impl Names {
    pub(crate) fn new() -> Self {
        let names = Self {
            texts: boxcar::Vec::new(),
            shards: std::array::from_fn(|_| Mutex::new(HashTable::new())),
        };
        // In the order of the constants of `Name`.
        names.intern("_");
        names.intern("");
        names
    }

    pub(crate) fn intern(&self, text: &str) -> Name {
        let hash = BuildHasherDefault::<FxHasher>::default().hash_one(text);
        let shard = &self.shards[crate::types::shard(hash) % SHARDS];
        let mut table = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&name) = table.find(hash, |&name| self.get(name) == text) {
            return name;
        }
        let exported = text.chars().next().is_some_and(char::is_uppercase);
        let index = self.texts.push(text.into());
        let index = u32::try_from(index).unwrap_or(u32::MAX >> 1) << 1;
        let name = Name(index | u32::from(exported));
        table.insert_unique(hash, name, |&name| {
            BuildHasherDefault::<FxHasher>::default().hash_one(self.get(name))
        });
        name
    }

    pub(crate) fn get(&self, name: Name) -> &str {
        self.texts.get((name.0 >> 1) as usize).map_or("", |text| text)
    }
}
