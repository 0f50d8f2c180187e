//! Sorting, and other permutations of the whole list.

use core::cmp::Ordering;
use core::fmt;
use core::ptr::NonNull;

use super::super::block::Block;
use super::List;
use super::elements::{Draft, Elements, length_of, raws};
use crate::refcount::SharedPtr;
use crate::runtime::operation;

/// The list was changed while it was being sorted, by what compared its elements, or by others while that was waiting.
///
/// Nothing is lost: the list is what those changes made of it, and the order that was found is thrown away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Changed;

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("list modified during sort")
    }
}

impl core::error::Error for Changed {}

/// # Sorting
///
/// All sorts are stable. They order a copy of the list's pointers, in the list's critical section, and publish the result with one store: readers see the old order or the new one.
/// The section is what lets a sort of a list that others write to come to an end: they wait. It does not keep
/// the comparator from writing to the list, nor others while the comparator waits for something else; so before the result is published the list is compared with the copy, pointer by
/// pointer. A list that was changed and changed back does not count as changed.
impl<P: SharedPtr> List<P> {
    /// Sorts the list.
    ///
    /// # Errors
    /// If [the list was changed](Changed) meanwhile; it is not sorted then.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [3, 1, 2].into();
    /// list.sort()?;
    /// assert_eq!(list, [1, 2, 3]);
    /// # Ok::<(), freethreaded::collections::Changed>(())
    /// ```
    pub fn sort(&self) -> Result<(), Changed>
    where
        P::Target: Ord,
    {
        self.sort_by(P::Target::cmp)
    }

    /// Sorts the list by a comparison. If it is not a total order the result is in some order, or this panics, as in std.
    ///
    /// # Errors
    /// If [the list was changed](Changed) meanwhile; it is not sorted then.
    ///
    /// ```
    /// use freethreaded::{Brc, List, collections::Changed};
    /// let list: List<Brc<u8>> = [3, 1, 2].into();
    /// list.sort_by(|a, b| b.cmp(a))?;
    /// assert_eq!(list, [3, 2, 1]);
    /// // A comparison that writes to the list.
    /// assert_eq!(list.sort_by(|a, b| (list.push(0), a.cmp(b)).1), Err(Changed));
    /// assert!(list.len() > 3);
    /// # Ok::<(), Changed>(())
    /// ```
    pub fn sort_by(
        &self,
        mut compare: impl FnMut(&P::Target, &P::Target) -> Ordering,
    ) -> Result<(), Changed> {
        // SAFETY: `permute` calls this inside the runtime, with elements of the list.
        self.permute(|raws| raws.sort_by(|&a, &b| unsafe { compare(P::borrow(a), P::borrow(b)) }))
    }

    /// Sorts the list by a key, which is asked for at each comparison.
    ///
    /// # Errors
    /// If [the list was changed](Changed) meanwhile; it is not sorted then.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<i32>> = [-3, 1, 2].into();
    /// list.sort_by_key(|n| n.abs())?;
    /// assert_eq!(list, [1, 2, -3]);
    /// # Ok::<(), freethreaded::collections::Changed>(())
    /// ```
    pub fn sort_by_key<K: Ord>(&self, mut key: impl FnMut(&P::Target) -> K) -> Result<(), Changed> {
        self.sort_by(|a, b| key(a).cmp(&key(b)))
    }

    /// Sorts the list by a key, which is asked for once for each element, as Python does.
    ///
    /// # Errors
    /// If [the list was changed](Changed) meanwhile; it is not sorted then.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [9, 10, 8].into();
    /// list.sort_by_cached_key(|n| n.to_string())?;
    /// assert_eq!(list, [10, 8, 9]);
    /// # Ok::<(), freethreaded::collections::Changed>(())
    /// ```
    pub fn sort_by_cached_key<K: Ord>(&self, mut key: impl FnMut(&P::Target) -> K) -> Result<(), Changed> {
        // SAFETY: as in `sort_by`.
        self.permute(|raws| raws.sort_by_cached_key(|&raw| key(unsafe { P::borrow(raw) })))
    }

    /// Publishes the elements in the order that `order` brings them into, unless the list is another by then. `order` may call user code; it runs
    /// inside the runtime, in the section.
    fn permute(&self, order: impl FnOnce(&mut [NonNull<()>])) -> Result<(), Changed> {
        let operation = operation();
        self.under_lock(|block| {
            let before: Vec<_> = raws(block, 0..length_of(block)).collect();
            let mut after = before.clone();
            order(&mut after);
            let block = self.unchanged_since(&before)?;
            if after != before {
                let mut draft = Draft::new(block.map_or(0, Block::count));
                after.into_iter().for_each(|raw| draft.push(raw));
                self.replace_block(&operation, block, draft);
            }
            Ok(())
        })
    }

    /// The current block, if it has the same elements as at an earlier moment of this stay in the runtime. Under the lock.
    pub(super) fn unchanged_since(&self, before: &[NonNull<()>]) -> Result<Option<Elements<'_>>, Changed> {
        // SAFETY: under the lock.
        let block = unsafe { self.elements() };
        let len = length_of(block);
        // No pointer of then can be another object's by now: elements are dropped a grace period later.
        let same = len == before.len() && raws(block, 0..len).eq(before.iter().copied());
        if same { Ok(block) } else { Err(Changed) }
    }

    /// Reverses the order of the elements, in one moment.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2, 3].into();
    /// list.reverse();
    /// assert_eq!(list, [3, 2, 1]);
    /// ```
    pub fn reverse(&self) {
        let operation = operation();
        self.under_lock(|block| {
            if length_of(block) > 1 {
                let mut draft = Draft::new(block.map_or(0, Block::count));
                raws(block, (0..length_of(block)).rev()).for_each(|raw| draft.push(raw));
                self.replace_block(&operation, block, draft);
            }
        });
    }

    /// Moves the first `k` elements to the end, in one moment; `k` counts modulo the length.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2, 3].into();
    /// list.rotate_left(4);
    /// assert_eq!(list, [2, 3, 1]);
    /// ```
    pub fn rotate_left(&self, k: usize) {
        self.rotate(|len| k % len);
    }

    /// Moves the last `k` elements to the front, in one moment; `k` counts modulo the length.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2, 3].into();
    /// list.rotate_right(1);
    /// assert_eq!(list, [3, 1, 2]);
    /// ```
    pub fn rotate_right(&self, k: usize) {
        self.rotate(|len| len - k % len);
    }

    /// Makes the element at the place that `first` names for a length the first.
    fn rotate(&self, first: impl FnOnce(usize) -> usize) {
        let operation = operation();
        self.under_lock(|block| {
            let len = length_of(block);
            if len == 0 {
                return;
            }
            let first = first(len);
            if first != 0 && first != len {
                let mut draft = Draft::new(block.map_or(0, Block::count));
                draft.copy(block, first..len);
                draft.copy(block, 0..first);
                self.replace_block(&operation, block, draft);
            }
        });
    }
}
