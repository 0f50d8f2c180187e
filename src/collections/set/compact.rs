//! The index of a `FrozenSet`: where in a slice of keys a hash may be.
//!
//! Open addressing with linear probing over words of 32 bits of hash and 32 of place. Nothing is ever removed, and whoever builds it has it alone, so it is plain memory.

/// The most keys: places begin at 1, since 0 is an empty slot.
const MOST: usize = u32::MAX as usize - 1;

/// Fewest slots, if there are any.
const MIN_SLOTS: usize = 4;

#[derive(Clone)]
pub(super) struct Places {
    /// None, or a power of two of them, of which a quarter is empty.
    slots: Box<[u64]>,
    used: usize,
}

/// What is kept of a hash: all of its bits in half the width, as hashers that are bad vary in the high ones or the low ones only.
const fn short(hash: u64) -> u32 {
    (hash ^ (hash >> 32)) as u32
}

impl Places {
    /// For so many places without growing.
    ///
    /// # Panics
    /// If they are more than four thousand million.
    pub(super) fn with_room(count: usize) -> Self {
        assert!(count <= MOST, "freethreaded: a FrozenSet of more than {MOST} keys");
        let slots =
            if count == 0 { 0 } else { (count + count.div_ceil(3)).next_power_of_two().max(MIN_SLOTS) };
        Self { slots: vec![0; slots].into(), used: 0 }
    }

    /// The place with this hash of which `is_it` says that it is the one. `is_it` may unwind.
    #[inline]
    pub(super) fn find(&self, hash: u64, mut is_it: impl FnMut(usize) -> bool) -> Option<usize> {
        let short = short(hash);
        let mut at = short as usize;
        loop {
            // Only without slots is there nothing below the mask.
            let word = *self.slots.get(at & self.slots.len().wrapping_sub(1))?;
            let place = (word as u32).checked_sub(1)? as usize;
            if (word >> 32) as u32 == short && is_it(place) {
                return Some(place);
            }
            at += 1;
        }
    }

    /// Adds the next place, which is the number of those before it.
    pub(super) fn push(&mut self, hash: u64) {
        if self.used == self.slots.len() / 4 * 3 {
            let mut larger =
                Self::with_room((self.used * 2).max(MIN_SLOTS / 4 * 3).min(MOST.max(self.used + 1)));
            for &word in self.slots.iter().filter(|&&word| word != 0) {
                larger.put((word >> 32) as u32, word as u32);
            }
            larger.used = self.used;
            *self = larger;
        }
        self.used += 1;
        self.put(short(hash), self.used as u32);
    }

    fn put(&mut self, short: u32, place: u32) {
        let mask = self.slots.len() - 1;
        let mut at = short as usize & mask;
        while self.slots[at] != 0 {
            at = (at + 1) & mask;
        }
        self.slots[at] = u64::from(short) << 32 | u64::from(place);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_pushed_and_nothing_else() {
        let spread = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let hashes: [fn(u64) -> u64; 4] =
            [|n| n, |n| n << 50, |_| 9, |n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15)];
        for hash in hashes {
            for room in [0, 1, 3, 4, 100] {
                let mut places = Places::with_room(room);
                for n in 0..100 {
                    assert_eq!(places.find(hash(n), |place| place as u64 == n), None);
                    places.push(hash(n));
                    for m in 0..=n {
                        assert_eq!(places.find(hash(m), |place| place as u64 == m), Some(m as usize));
                    }
                }
                assert!(places.slots.iter().filter(|&&word| word == 0).count() * 4 >= places.slots.len());
            }
        }
        assert_eq!(Places::with_room(0).find(spread(1), |_| true), None);
    }

    #[test]
    fn as_many_slots_as_needed() {
        for (count, slots) in [(0, 0), (1, 4), (3, 4), (4, 8), (6, 8), (7, 16), (12, 16), (13, 32)] {
            let mut places = Places::with_room(count);
            (0..count).for_each(|n| places.push(n as u64));
            assert_eq!(places.slots.len(), slots, "{count}");
        }
    }
}
