//! The owner word: who counts an object in plain memory, and whether others have asked for it to be counted otherwise.

use crate::runtime::ThreadId;

/// The id of the owner in the low 31 bits, 0 for nobody; above it, whether the object is on a *detour*.
///
/// A thread that finds its own id and nothing else counts in `local`. So with the detour set that path is closed to the owner too: it merges,
/// and from then on counts as the others do. The bit is set for objects that are counted [widely](super::wide).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Owner(pub(crate) u32);

impl Owner {
    pub(crate) const DETOUR: u32 = 1 << 31;
    pub(crate) const NOBODY: Self = Self(ThreadId::NOBODY);

    /// Whether the calling thread, of this id, counts in `local`.
    #[inline(always)]
    pub(crate) const fn is(self, id: u32) -> bool {
        self.0 == id
    }

    /// Whether the calling thread, of this id, owns the object and has yet to merge it, since it is on a detour.
    #[inline(always)]
    pub(crate) const fn is_aside(self, id: u32) -> bool {
        self.0 == id | Self::DETOUR
    }

    /// The owner's id, on a detour or not.
    pub(crate) fn id(self) -> Option<ThreadId> {
        ThreadId::from_owner(self.0 & !Self::DETOUR)
    }

    #[inline(always)]
    pub(crate) const fn is_detour(self) -> bool {
        self.0 & Self::DETOUR != 0
    }
}

const _: () = assert!(ThreadId::MAX & Owner::DETOUR == 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_detour_is_beside_the_id() {
        assert!(!Owner::NOBODY.is_detour() && Owner::NOBODY.id().is_none());
        for slot in [1, 2, ThreadId::MAX_SLOT] {
            for generation in [0, 1, ThreadId::GENERATIONS - 1] {
                let id = ThreadId::new(slot, generation).expect("in range");
                let (plain, aside) = (Owner(id.get()), Owner(id.get() | Owner::DETOUR));
                assert!(plain.is(id.get()) && !aside.is(id.get()) && !aside.is(ThreadId::NO_ONE));
                assert!(!plain.is_detour() && aside.is_detour());
                assert!(
                    aside.is_aside(id.get())
                        && !plain.is_aside(id.get())
                        && !aside.is_aside(ThreadId::NO_ONE)
                );
                assert!(
                    !Owner(Owner::DETOUR).is_aside(id.get())
                        && !Owner(Owner::DETOUR).is_aside(ThreadId::NO_ONE)
                );
                assert_eq!((plain.id(), aside.id()), (Some(id), Some(id)));
            }
        }
    }
}
