//! The index of a small table: a word that says where in the order to look for a hash.
//!
//! Sixteen slots of four bits, with linear probing: 0 is empty, `n + 1` stands for place `n`. What a slot names may have gone, and its place be empty or another
//! node's; so a search looks at each node that it is led to, as it does in a large table. The slots are one word, so a search sees them all at one moment: a key that was
//! in the table then is found where they say, or was removed since.

/// Places that a look-up can name.
pub(super) const MOST_PLACES: usize = 8;

/// See the [module](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lookup(u64);

impl Lookup {
    pub(super) const EMPTY: Self = Self(0);

    const SLOTS: u32 = 16;
    /// So many stay empty, so that searches are short.
    const LEAST_EMPTY: u32 = 4;

    #[inline(always)]
    pub(super) const fn of_bits(bits: u64) -> Self {
        Self(bits)
    }

    pub(super) const fn bits(self) -> u64 {
        self.0
    }

    /// What stands in the slot whose number ends in the low four bits of `slot`.
    #[inline(always)]
    const fn slot(self, slot: u64) -> u64 {
        // The shift takes its low six bits.
        self.0.wrapping_shr((slot as u32).wrapping_mul(4)) & 0xf
    }

    /// The places to look at for a hash.
    #[inline(always)]
    pub(super) fn places_of(self, hash: u64) -> impl Iterator<Item = usize> {
        let mut slot = hash;
        core::iter::from_fn(move || {
            let place = (self.slot(slot) as usize).checked_sub(1);
            slot = slot.wrapping_add(1);
            place
        })
    }

    /// This with another place. `None` if too many slots are taken for that, by places that are named more than once.
    pub(super) fn with(self, hash: u64, place: usize) -> Option<Self> {
        debug_assert!(place < MOST_PLACES);
        let taken = (self.0 | self.0 >> 1 | self.0 >> 2 | self.0 >> 3) & (u64::MAX / 0xf);
        if taken.count_ones() >= Self::SLOTS - Self::LEAST_EMPTY {
            return None;
        }
        let mut slot = hash;
        while self.slot(slot) != 0 {
            slot = slot.wrapping_add(1);
        }
        Some(Self(self.0 | (place as u64 + 1).wrapping_shl((slot as u32).wrapping_mul(4))))
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn names_every_place_that_was_added() {
        let sets: [[u64; MOST_PLACES]; 4] = [
            [0, 1, 2, 3, 4, 5, 6, 7],
            [15; MOST_PLACES],
            [u64::MAX, 0, 16, 32, 1, 17, 8, 9],
            core::array::from_fn(|n| (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)),
        ];
        for hashes in sets {
            let mut lookup = Lookup::EMPTY;
            for (place, &hash) in hashes.iter().enumerate() {
                assert!(!lookup.places_of(hash).any(|other| other == place));
                lookup = lookup.with(hash, place).expect("half of the slots are empty");
                assert_eq!(Lookup::of_bits(lookup.bits()), lookup);
                for (place, &hash) in hashes.iter().enumerate().take(place + 1) {
                    assert!(lookup.places_of(hash).any(|other| other == place), "{hashes:?}");
                }
            }
        }
    }

    #[test]
    fn is_full_before_a_search_would_not_end() {
        let mut lookup = Lookup::EMPTY;
        let added = (0..).map_while(|n| lookup.with(7, n % MOST_PLACES).map(|more| lookup = more)).count();
        assert_eq!(added, 12);
        assert_eq!(lookup.places_of(7).count(), 12);
        assert_eq!(lookup.places_of(6).count(), 0);
    }
}
