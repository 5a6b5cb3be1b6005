//! Goroutines that are woken in one go: a broadcast, a closed channel, a lock that many want.

use super::super::event::GoId;
use super::Stay;

/// Wakes of one goroutine that follow each other within this time are one go.
const TOGETHER: u64 = 20_000;
/// So many at least are a herd.
const LEAST: u32 = 8;

/// Follows wakes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Herd {
    waker: Option<GoId>,
    stay: u32,
    last: u64,
    size: u32,
}

impl Herd {
    /// A goroutine is woken that waited in the stay `number`.
    #[inline]
    pub(super) fn wake(&mut self, waker: GoId, number: u32, time: u64, stay: &mut Stay) {
        let goes_on = self.waker == Some(waker) && self.stay == number && time - self.last.min(time) <= TOGETHER;
        if goes_on {
            self.size += 1;
        } else {
            *self = Self {
                waker: Some(waker),
                stay: number,
                last: time,
                size: 1,
            };
        }
        self.last = time;
        if self.size >= LEAST {
            // The first ones count when the herd is known to be one.
            stay.herded += u64::from(if self.size == LEAST { LEAST } else { 1 });
            stay.herds += u64::from(self.size == LEAST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broadcast_is_one_herd() {
        let (mut herd, mut stay) = (Herd::default(), Stay::default());
        for wake in 0..20 {
            herd.wake(GoId(1), 3, 1_000_000 + wake * 500, &mut stay);
        }
        assert_eq!((stay.herds, stay.herded), (1, 20));
        // One by one, or by several wakers, they are none.
        for wake in 0..20 {
            herd.wake(GoId(1), 3, 2_000_000 + wake * 50_000, &mut stay);
            herd.wake(GoId(2), 3, 2_000_001 + wake * 50_000, &mut stay);
        }
        assert_eq!((stay.herds, stay.herded), (1, 20));
    }
}
