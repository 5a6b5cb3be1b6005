//! Collections that states share until one of them changes; copies are flat, so that they cost little.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use rustc_hash::FxHasher;

/// A set of small numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers(Rc<Vec<u64>>);

impl Numbers {
    pub(crate) fn contains(&self, number: u32) -> bool {
        let word = self.0.get(number as usize / 64);
        word.is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// Adds a number; whether it is new.
    pub(crate) fn insert(&mut self, number: u32) -> bool {
        if self.contains(number) {
            return false;
        }
        let words = Rc::make_mut(&mut self.0);
        let place = number as usize / 64;
        if words.len() <= place {
            words.resize(place + 1, 0);
        }
        words[place] |= 1 << (number % 64);
        true
    }

    /// The numbers that are not in another set, in order.
    pub(crate) fn iter_without<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = u32> + 'a {
        let known = |place: usize| other.0.get(place).copied().unwrap_or(0);
        let left = self
            .0
            .iter()
            .enumerate()
            .filter(move |&(place, &word)| word & !known(place) != 0);
        left.flat_map(move |(place, &word)| bits(place, word & !known(place)))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }
}

/// The numbers in a word.
fn bits(place: usize, word: u64) -> impl Iterator<Item = u32> {
    let mut left = word;
    std::iter::from_fn(move || {
        let bit = (left != 0).then(|| left.trailing_zeros())?;
        left &= left - 1;
        Some(place as u32 * 64 + bit)
    })
}

/// A map in order of its keys.
#[derive(Clone, Debug)]
pub(crate) struct Sorted<K, V>(Rc<Vec<(K, V)>>);

impl<K, V> Default for Sorted<K, V> {
    fn default() -> Self {
        Self(Rc::default())
    }
}

impl<K: Ord + Clone, V: Clone> Sorted<K, V> {
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let place = self.0.binary_search_by(|(known, _)| known.cmp(key)).ok()?;
        Some(&self.0[place].1)
    }

    /// Sets what belongs to a key.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        let entries = Rc::make_mut(&mut self.0);
        match entries.binary_search_by(|(known, _)| known.cmp(&key)) {
            Ok(place) => entries[place].1 = value,
            Err(place) => entries.insert(place, (key, value)),
        }
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, (K, V)> {
        self.0.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A hash of an item, the same in each run.
pub(crate) fn hash_of(item: &impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    item.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_a_set() {
        let mut numbers = Numbers::default();
        assert!(!numbers.contains(70));
        for number in [70, 0, 63, 64, 70] {
            let is_new = !numbers.contains(number);
            assert_eq!(numbers.insert(number), is_new);
        }
        let before = numbers.clone();
        numbers.insert(3);
        assert_eq!(
            numbers.iter_without(&Numbers::default()).collect::<Vec<_>>(),
            [0, 3, 63, 64, 70]
        );
        assert_eq!((before.len(), numbers.len()), (4, 5));
        assert!(!before.contains(3));
        assert_eq!(numbers.iter_without(&before).collect::<Vec<_>>(), [3]);
        numbers.insert(200);
        assert_eq!(numbers.iter_without(&before).collect::<Vec<_>>(), [3, 200]);
        assert_eq!(before.iter_without(&numbers).count(), 0);
    }

    #[test]
    fn maps_are_in_order() {
        let mut map = Sorted::default();
        for (key, value) in [(5, 'a'), (1, 'b'), (5, 'c')] {
            map.insert(key, value);
        }
        let before = map.clone();
        map.insert(2, 'd');
        assert_eq!(map.iter().copied().collect::<Vec<_>>(), [(1, 'b'), (2, 'd'), (5, 'c')]);
        assert_eq!((before.get(&2), map.get(&5)), (None, Some(&'c')));
    }
}
