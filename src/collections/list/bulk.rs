//! Writes of many elements, and of two lists, in one moment.

use core::ptr::{self, NonNull};

use super::super::block::Block;
use super::elements::{Draft, Elements, copied, length, length_of, raws};
use super::{Counted, List, collected, into_raws, retire_full, retire_value};
use crate::lock::section2;
use crate::refcount::SharedPtr;
use crate::runtime::{operation, pin};

impl<P: SharedPtr> List<P> {
    /// Adds elements at the end, all in one moment.
    ///
    /// `values` is read to its end first, without the lock; if it panics the list is as it was.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1].into();
    /// list.extend([2, 3]);
    /// assert_eq!(list, [1, 2, 3]);
    /// ```
    pub fn extend<V: Into<P>>(&self, values: impl IntoIterator<Item = V>) {
        let values = collected::<P, V>(values);
        let operation = operation();
        self.under_lock(|block| {
            self.exchange_range(&operation, block, (length_of(block), 0), into_raws(values))
        });
    }

    /// Adds the elements of another list at the end, in one moment of both. It may be the same list, which then has its elements twice.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// list.extend_from_list(&[3].into());
    /// list.extend_from_list(&list);
    /// assert_eq!(list, [1, 2, 3, 1, 2, 3]);
    /// ```
    pub fn extend_from_list(&self, other: &Self) {
        let operation = operation();
        section2(&self.lock, &other.lock, || {
            // SAFETY: under both locks.
            let (block, source) = unsafe { (self.elements(), other.elements()) };
            let given: Vec<_> = raws(source, 0..length_of(source)).collect();
            // SAFETY: under the lock of the list that has them.
            let added = given.into_iter().inspect(|&raw| unsafe { P::increment(raw) });
            self.exchange_range(&operation, block, (length_of(block), 0), added);
        });
    }

    /// A list of the elements of both, at one moment of both.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let (a, b): (List<Brc<u8>>, List<Brc<u8>>) = ([1, 2].into(), [3].into());
    /// assert_eq!(a.concat(&b), [1, 2, 3]);
    /// ```
    #[must_use]
    pub fn concat(&self, other: &Self) -> Self {
        let _pin = pin();
        let all: Vec<_> = section2(&self.lock, &other.lock, || {
            // SAFETY: under both locks.
            let (a, b) = unsafe { (self.elements(), other.elements()) };
            raws(a, 0..length_of(a)).chain(raws(b, 0..length_of(b))).collect()
        });
        // SAFETY: inside the runtime.
        Self::of_raws(into_raws(unsafe { Self::copies(all) }))
    }

    /// A list of the elements, `n` times over, at one moment.
    ///
    /// # Panics
    /// If that is more than the address space has.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// assert_eq!(list.repeat(2), [1, 2, 1, 2]);
    /// ```
    #[must_use]
    pub fn repeat(&self, n: usize) -> Self {
        let _pin = pin();
        let all: Vec<_> = self.under_lock(|block| raws(block, 0..length_of(block)).collect());
        let len = all.len().checked_mul(n).expect("freethreaded: a list outgrew the address space");
        if len == 0 {
            return Self::new();
        }
        let mut draft = Draft::new(len);
        for &raw in all.iter().cycle().take(len) {
            // SAFETY: inside the runtime, so the list's reference exists.
            unsafe { P::increment(raw) };
            draft.push(raw);
        }
        Self::of_block(draft)
    }

    /// Replaces every element by `value`, in one moment.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// list.fill(7);
    /// assert_eq!(list, [7, 7]);
    /// ```
    pub fn fill(&self, value: impl Into<P>) {
        let value = P::into_raw(value.into());
        let operation = operation();
        let old: Vec<_> = self.under_lock(|block| {
            let old: Vec<_> = raws(block, 0..length_of(block)).collect();
            if let Some(block) = block
                && !old.is_empty()
            {
                let mut draft = Draft::new(block.count());
                for _ in &old {
                    // SAFETY: `value` is this function's until it returns.
                    unsafe { P::increment(value) };
                    draft.push(value);
                }
                self.replace_block(&operation, Some(block), draft);
            }
            old
        });
        old.into_iter().for_each(|raw| retire_value::<Counted<P>>(&operation, raw));
        // SAFETY: the reference that was made of `value`.
        drop((operation, unsafe { P::from_raw(value) }));
    }

    /// Replaces all elements, in one moment, and returns the old ones.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// let old = list.replace_all([3, 4, 5]);
    /// assert_eq!((old.len(), list.len()), (2, 3));
    /// ```
    pub fn replace_all<V: Into<P>>(&self, values: impl IntoIterator<Item = V>) -> Vec<P> {
        let values = collected::<P, V>(values);
        let operation = operation();
        let old = self.under_lock(|block| {
            if values.is_empty() {
                self.unlink();
            } else {
                let mut draft = Draft::new(values.len());
                into_raws(values).for_each(|raw| draft.push(raw));
                self.publish(draft.finish());
            }
            block.map(Block::into_raw)
        });
        let mut elements = Vec::new();
        // SAFETY: unlinked just now, and not freed yet.
        if let Some(block) = old.and_then(|raw| unsafe { Block::from_raw(raw) }) {
            // Nobody writes to an unlinked block, so this needs no lock.
            let all = raws(Some(block), 0..length(block));
            if operation.is_alone() {
                // SAFETY: the list's references, unlinked, and nobody can be reading.
                elements.extend(all.map(|raw| unsafe { P::from_raw(raw) }));
                // SAFETY: unlinked, and the elements are moved out of it.
                operation.retire(unsafe { block.into_garbage() });
            } else {
                // SAFETY: the list's references exist until they are retired.
                elements.extend(all.map(|raw| unsafe { copied::<P>(raw) }));
                // SAFETY: unlinked, with the references to its elements.
                unsafe { retire_full::<P>(&operation, block) };
            }
        }
        // Here, since a destructor that unwinds at the end of a scope leaks what is being returned.
        drop(operation);
        elements
    }

    /// Removes all elements in one moment and returns them.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2].into();
    /// assert_eq!(list.take_all().len(), 2);
    /// assert!(list.is_empty());
    /// ```
    pub fn take_all(&self) -> Vec<P> {
        self.replace_all(core::iter::empty::<P>())
    }

    /// Exchanges the elements of two lists: whoever writes or takes both locks sees both as they were or both exchanged. A reader without lock sees each list change at one moment.
    ///
    /// O(n), with a count for each element: both lists get new blocks and references of their own, since whoever reads or borrows from one list is not protected from what the other
    /// does with its block, nor from its end.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let (a, b): (List<Brc<u8>>, List<Brc<u8>>) = ([1, 2].into(), [3].into());
    /// a.swap_contents(&b);
    /// assert_eq!((a.len(), b.len()), (1, 2));
    /// ```
    pub fn swap_contents(&self, other: &Self) {
        if ptr::eq(self, other) {
            return;
        }
        let operation = operation();
        let old = section2(&self.lock, &other.lock, || {
            // SAFETY: under both locks.
            let (mine, theirs) = unsafe { (self.elements(), other.elements()) };
            let copy = |of: Option<Elements<'_>>| {
                let mut draft = Draft::new(length_of(of).max(1));
                for raw in raws(of, 0..length_of(of)) {
                    // SAFETY: under the lock of the list that has it.
                    unsafe { P::increment(raw) };
                    draft.push(raw);
                }
                draft.finish()
            };
            let (for_me, for_them) = (copy(theirs), copy(mine));
            self.publish(for_me);
            other.publish(for_them);
            [mine, theirs].map(|block| block.map(Block::into_raw))
        });
        for block in old.into_iter().flatten() {
            // SAFETY: unlinked just now, and not freed yet.
            if let Some(block) = unsafe { Block::from_raw(block) } {
                // SAFETY: unlinked, with the references to its elements.
                unsafe { retire_full::<P>(&operation, block) };
            }
        }
    }
}

impl<P: SharedPtr> Clone for List<P> {
    /// A list of the same elements, at one moment. Takes the lock while it copies their pointers.
    fn clone(&self) -> Self {
        Self::of_raws(into_raws(self.snapshot()))
    }
}

/// The elements of two lists, at one moment of both, if `both` wants them by their lengths.
///
/// The references exist while the calling thread stays inside the runtime, in which it must have been before.
pub(super) fn at_one_moment<P: SharedPtr, R: SharedPtr>(
    a: &List<P>,
    b: &List<R>,
    both: impl FnOnce(usize, usize) -> bool,
) -> Option<[Vec<NonNull<()>>; 2]> {
    section2(&a.lock, &b.lock, || {
        // SAFETY: under both locks.
        let (a, b) = unsafe { (a.elements(), b.elements()) };
        let (of_a, of_b) = (length_of(a), length_of(b));
        both(of_a, of_b).then(|| [raws(a, 0..of_a).collect(), raws(b, 0..of_b).collect()])
    })
}
