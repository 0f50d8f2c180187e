//! The id of a thread, as it stands in the owner field of a refcount.
//!
//! 31 bits: the *slot* of the thread's record in the low 21, the *generation* of that slot in the 10 above. (The bit that is left belongs to
//! the refcount.) Slots are dense and reused; a pair of slot and generation is not, so an object whose owner has finished can never be
//! taken for an object of a later thread. (A dying thread may still drop, from the destructor of some other
//! thread-local, a `Brc` of a type that is not `Send`; had a new thread inherited the id, that object would be
//! handed to it.) A slot whose generations are used up serves on with threads that own nothing.

use core::fmt;
use core::num::NonZeroU32;

/// Identifies a thread that can own objects: see [`RefCount`](crate::refcount::RefCount).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct ThreadId(NonZeroU32);

impl ThreadId {
    const BITS: u32 = 31;
    pub(crate) const SLOT_BITS: u32 = 21;
    pub(crate) const MAX_SLOT: u32 = (1 << Self::SLOT_BITS) - 1;
    /// The last generation is left out, so that no id is all ones.
    pub(crate) const GENERATIONS: u32 = (1 << (Self::BITS - Self::SLOT_BITS)) - 1;
    /// No id is greater.
    pub(crate) const MAX: u32 = (1 << Self::BITS) - 1;

    /// What a field of type owner holds when nobody owns the object. Never the value of an id.
    pub(crate) const NOBODY: u32 = 0;
    /// What a thread that can own nothing at the moment has for its id. Never the value of an id, never
    /// [`NOBODY`](Self::NOBODY): an object without owner does not belong to a thread without id.
    pub(crate) const NO_ONE: u32 = u32::MAX;

    /// The id for `generation` of `slot` (from 1), or `None` when the slot's generations are used up.
    pub(crate) fn new(slot: u32, generation: u32) -> Option<Self> {
        debug_assert!((1..=Self::MAX_SLOT).contains(&slot));
        if generation >= Self::GENERATIONS {
            return None;
        }
        NonZeroU32::new(generation << Self::SLOT_BITS | slot).map(Self)
    }

    /// The id in an owner field, if somebody owns the object.
    pub(crate) fn from_owner(owner: u32) -> Option<Self> {
        debug_assert!(owner != Self::NO_ONE);
        NonZeroU32::new(owner).map(Self)
    }

    /// The id that a thread has at the moment, if it can own anything.
    pub(crate) fn from_current(id: u32) -> Option<Self> {
        if id == Self::NO_ONE { None } else { NonZeroU32::new(id).map(Self) }
    }

    /// The value for an owner field.
    pub(crate) const fn get(self) -> u32 {
        self.0.get()
    }

    pub(crate) const fn slot(self) -> u32 {
        self.0.get() & Self::MAX_SLOT
    }

    #[cfg(test)]
    pub(crate) const fn generation(self) -> u32 {
        self.0.get() >> Self::SLOT_BITS
    }
}

impl fmt::Debug for ThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ThreadId({}.{})", self.slot(), self.0.get() >> Self::SLOT_BITS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_and_never_takes_a_reserved_value() {
        for slot in [1, 2, 77, ThreadId::MAX_SLOT - 1, ThreadId::MAX_SLOT] {
            for generation in [0, 1, 511, ThreadId::GENERATIONS - 1] {
                let id = ThreadId::new(slot, generation).expect("in range");
                assert_eq!((id.slot(), id.generation()), (slot, generation));
                assert_eq!(ThreadId::from_owner(id.get()), Some(id));
                assert!(id.get() != ThreadId::NOBODY && id.get() != ThreadId::NO_ONE);
            }
            assert_eq!(ThreadId::new(slot, ThreadId::GENERATIONS), None);
        }
        assert_eq!(ThreadId::from_owner(ThreadId::NOBODY), None);
    }
}
