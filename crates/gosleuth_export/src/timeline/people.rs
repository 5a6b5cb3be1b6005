//! What a page tells of single goroutines: those that lived longest, with where they waited and who woke them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use gosleuth_evidence::StackId;
use gosleuth_evidence::trace::{GoId, GoState, Reason};
use rustc_hash::FxHashMap;

use super::lane::STATES;
use crate::lives::{Life, SiteId, Stay};

/// Places of a goroutine that are told apart; the shortest of more is counted as elsewhere.
const PLACES: usize = 48;
/// Wakers of a goroutine that are told apart.
const WAKERS: usize = 8;
/// Goroutines followed at once; further ones are only in the totals of their site.
const MAX_ALIVE: usize = 200_000;
/// Places of all goroutines told apart.
const MAX_PLACES: usize = 1 << 17;

/// All places that are not told apart.
pub(super) const ELSEWHERE: PlaceId = 0;

/// Number of a place.
pub(super) type PlaceId = u32;

/// Where and why goroutines are in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub state: GoState,
    pub reason: Reason,
    pub stack: Option<StackId>,
}

/// Time spent somewhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spent {
    pub place: PlaceId,
    pub nanos: u64,
    pub count: u64,
}

/// A goroutine.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub id: GoId,
    pub site: SiteId,
    pub parent: GoId,
    pub born: Option<u64>,
    pub ended: Option<u64>,
    pub created: Option<StackId>,
    pub times: [u64; STATES],
    pub runs: u64,
    pub wakes: u64,
    pub places: Vec<Spent>,
    pub wakers: Vec<(GoId, u64)>,
    pub last: GoState,
}

/// Goroutines that live, and the ended ones that lived longest.
#[derive(Debug)]
pub(super) struct People {
    alive: FxHashMap<GoId, Person>,
    listed: FxHashMap<GoId, Person>,
    shortest: BinaryHeap<Reverse<(u64, Reverse<GoId>)>>,
    most: usize,
    places: Vec<Place>,
    index: FxHashMap<Place, PlaceId>,
    /// Goroutines that are not listed.
    pub others: u64,
}

impl People {
    pub(super) fn new(most: usize) -> Self {
        let nowhere = Place {
            state: GoState::Undetermined,
            reason: Reason::None,
            stack: None,
        };
        Self {
            alive: FxHashMap::default(),
            listed: FxHashMap::default(),
            shortest: BinaryHeap::new(),
            most,
            places: vec![nowhere],
            index: FxHashMap::default(),
            others: 0,
        }
    }

    /// The number of a place; [`ELSEWHERE`] for those beyond the cap.
    pub(super) fn place(&mut self, place: Place) -> PlaceId {
        if let Some(&known) = self.index.get(&place) {
            return known;
        }
        if self.places.len() >= MAX_PLACES {
            return ELSEWHERE;
        }
        let number = self.places.len() as PlaceId;
        self.places.push(place);
        self.index.insert(place, number);
        number
    }

    pub(super) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Adds a stay. False if the goroutine is not followed.
    pub(super) fn stay(&mut self, life: &Life, stay: &Stay, state: usize, place: PlaceId) -> bool {
        if self.alive.len() >= MAX_ALIVE && !self.alive.contains_key(&life.id) {
            return false;
        }
        let person = self.alive.entry(life.id).or_insert_with(|| Person {
            id: life.id,
            site: life.site,
            parent: life.parent,
            born: life.born,
            ended: None,
            created: life.created,
            times: [0; STATES],
            runs: 0,
            wakes: 0,
            places: Vec::new(),
            wakers: Vec::new(),
            last: stay.state,
        });
        let nanos = stay.until - stay.since;
        person.site = life.site;
        person.last = stay.state;
        person.times[state] = person.times[state].saturating_add(nanos);
        match stay.state {
            GoState::Running => person.runs += 1,
            GoState::Runnable if stay.from == GoState::Waiting => {
                person.wakes += 1;
                count_waker(&mut person.wakers, stay.cause);
            }
            _ => {}
        }
        let spent = Spent { place, nanos, count: 1 };
        add_place(&mut person.places, spent);
        if person.places.len() > PLACES {
            let shortest = (0..person.places.len())
                .filter(|&index| person.places[index].place != ELSEWHERE)
                .min_by_key(|&index| person.places[index].nanos);
            if let Some(index) = shortest {
                let gone = person.places.swap_remove(index);
                let elsewhere = Spent {
                    place: ELSEWHERE,
                    ..gone
                };
                add_place(&mut person.places, elsewhere);
            }
        }
        true
    }

    /// Ends a goroutine. The one that is not listed any longer, if there is one.
    pub(super) fn end(&mut self, life: &Life, start: u64, now: u64) -> Option<GoId> {
        let Some(mut person) = self.alive.remove(&life.id) else {
            self.others += 1;
            return Some(life.id);
        };
        person.ended = life.ended;
        let lived = life.ended.unwrap_or(now) - life.born.unwrap_or(start);
        self.shortest.push(Reverse((lived, Reverse(life.id))));
        self.listed.insert(life.id, person);
        if self.listed.len() <= self.most {
            return None;
        }
        let Reverse((_, Reverse(shortest))) = self.shortest.pop()?;
        self.listed.remove(&shortest);
        self.others += 1;
        Some(shortest)
    }

    /// Those listed, by site and number.
    pub(super) fn listed(&self) -> Vec<&Person> {
        let mut listed: Vec<&Person> = self.listed.values().collect();
        listed.sort_by_key(|person| (person.site, person.id));
        listed
    }
}

/// Adds time spent somewhere to what was spent there before.
pub(super) fn add_place(places: &mut Vec<Spent>, more: Spent) {
    match places.iter_mut().find(|spent| spent.place == more.place) {
        Some(spent) => {
            spent.nanos = spent.nanos.saturating_add(more.nanos);
            spent.count += more.count;
        }
        None => places.push(more),
    }
}

/// Counts who wakes most often, in little space: an unknown one takes the place of the rarest and its count.
fn count_waker(wakers: &mut Vec<(GoId, u64)>, waker: GoId) {
    if let Some((_, count)) = wakers.iter_mut().find(|(known, _)| *known == waker) {
        *count += 1;
    } else if wakers.len() < WAKERS {
        wakers.push((waker, 1));
    } else if let Some(rarest) = wakers.iter_mut().min_by_key(|(_, count)| *count) {
        *rarest = (waker, rarest.1 + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_add_up_however_many_there_are() {
        let mut people = People::new(10);
        let life = Life::older(GoId(1));
        for index in 0..1000u64 {
            let stay = Stay {
                state: GoState::Waiting,
                since: index * 10,
                // One place counts for more than all others.
                until: index * 10 + if index % 2 == 0 { 10 } else { 1 },
                reason: Reason::Sync,
                stack: None,
                proc: gosleuth_evidence::trace::ProcId::NONE,
                cause: GoId::NONE,
                from: GoState::Running,
            };
            let place = if index % 2 == 0 { 7 } else { 100 + index as PlaceId };
            assert!(people.stay(&life, &stay, 2, place));
        }
        assert_eq!(people.end(&life, 0, 10_000), None);
        let listed = people.listed();
        let places = &listed[0].places;
        assert_eq!(places.len(), PLACES);
        assert_eq!(places.iter().map(|spent| spent.nanos).sum::<u64>(), 5500);
        let most = places.iter().find(|spent| spent.place == 7);
        assert_eq!(most.map(|spent| (spent.nanos, spent.count)), Some((5000, 500)));
    }

    #[test]
    fn who_wakes_most_is_found_in_little_space() {
        let mut wakers = Vec::new();
        for index in 0..10_000 {
            count_waker(&mut wakers, GoId(if index % 2 == 0 { 1 } else { index }));
        }
        assert_eq!(wakers.len(), WAKERS);
        let most = wakers.iter().max_by_key(|(_, count)| *count);
        assert_eq!(most.map(|&(waker, _)| waker), Some(GoId(1)));
    }
}
