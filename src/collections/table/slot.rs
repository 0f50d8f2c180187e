//! A slot of the hash index: a node pointer with part of the hash in the bits that addresses do not use.
//!
//! | word | meaning |
//! |---|---|
//! | null | empty; ends a search. Never comes back once filled |
//! | [`TOMBSTONE`] | a node was here and is gone. Never filled again in this table |
//! | else | [`Tag`] in bits 48–62, address of the node in bits 0–47 |
//!
//! A search compares tags before it follows a pointer, so all but one in 32 768 of the other nodes on its way cost no cache miss.

use core::ptr::{self, NonNull};

use super::node::Node;

const TAGGED: bool = usize::BITS == 64;
const ADDRESS_BITS: u32 = if TAGGED { 48 } else { usize::BITS - 1 };

/// Marks a slot whose node is gone: the top bit, which no tag and no tagged address has.
pub(super) const TOMBSTONE: *mut () = ptr::without_provenance_mut(1 << (usize::BITS - 1));

/// Fifteen bits of a hash, where they stand in a slot. The bits that index the table are at the other end of the hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag(usize);

impl Tag {
    #[inline(always)]
    pub(super) const fn of(hash: u64) -> Self {
        if TAGGED { Self(((hash >> 49) as usize) << (ADDRESS_BITS % usize::BITS)) } else { Self(0) }
    }

    /// The slot word for `node`.
    pub(super) fn word<K>(self, node: NonNull<Node<K>>) -> *mut () {
        assert!(
            node.addr().get() >> ADDRESS_BITS == 0,
            "freethreaded: the allocator gave an address of more than {ADDRESS_BITS} bits"
        );
        node.as_ptr().cast::<()>().map_addr(|address| address | self.0)
    }

    /// The node in a word of any tag, or null.
    #[inline(always)]
    pub(super) fn stripped<K>(word: *mut ()) -> *mut Node<K> {
        word.map_addr(|word| word & ((1 << ADDRESS_BITS) - 1)).cast()
    }

    /// The node in `word`, if it has this tag.
    ///
    /// # Safety
    /// `word` came from [`word`](Self::word), of any tag, or is [`TOMBSTONE`].
    #[inline(always)]
    pub(super) unsafe fn matches<K>(self, word: *mut ()) -> Option<NonNull<Node<K>>> {
        let untagged = word.map_addr(|word| word ^ self.0);
        // SAFETY: with its own tag taken away a word is the address of a node, which is not null. A tombstone keeps its top bit.
        (untagged.addr() >> ADDRESS_BITS == 0).then(|| unsafe { NonNull::new_unchecked(untagged.cast()) })
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn round_trips_and_tells_others_apart() {
        let mut node = core::mem::MaybeUninit::<Node<u64>>::uninit();
        let node = NonNull::new(node.as_mut_ptr()).expect("not null");
        let hashes = [0, 1, u64::MAX, 1 << 49, 1 << 63, 0x7fff << 49, 0x1234_5678_9abc_def0];
        for a in hashes {
            let word = Tag::of(a).word(node);
            assert!(!word.is_null() && word != TOMBSTONE);
            for b in hashes {
                let expected = (Tag::of(a) == Tag::of(b)).then_some(node);
                // SAFETY: a word, then the tombstone.
                unsafe {
                    assert_eq!(Tag::of(b).matches::<u64>(word), expected, "{a:x} {b:x}");
                    assert_eq!(Tag::of(a).matches::<u64>(TOMBSTONE), None);
                }
            }
        }
    }
}
