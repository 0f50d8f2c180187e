//! Slices read, removed and assigned.

use core::fmt;
use core::ops::{Bound, RangeBounds};
use core::ptr::NonNull;

use super::super::block::Block;
use super::elements::{Draft, Elements, length, length_of, raws};
use super::slice::Slice;
use super::{List, collected, into_raws};
use crate::lock::section2;
use crate::refcount::SharedPtr;
use crate::runtime::{Operation, operation, pin};

impl<P: SharedPtr> List<P> {
    /// The elements of a slice at one moment, as a new list. Takes the lock while it copies their pointers.
    ///
    /// ```
    /// use freethreaded::{Brc, List, collections::Slice};
    /// let list: List<Brc<u8>> = (0..6).collect();
    /// assert_eq!(list.slice(1..3), [1, 2]);
    /// assert_eq!(list.slice(-2..), [4, 5]);
    /// assert_eq!(list.slice(Slice::new(None, None, Some(2))?), [0, 2, 4]);
    /// # Ok::<(), freethreaded::collections::ZeroStep>(())
    /// ```
    #[must_use]
    pub fn slice(&self, slice: impl Into<Slice>) -> Self {
        Self::of_raws(into_raws(self.snapshot_slice(slice)))
    }

    /// The elements of a slice at one moment. Takes the lock while it copies their pointers.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = (0..6).collect();
    /// let some: Vec<Brc<u8>> = list.snapshot_slice(1..3);
    /// assert_eq!((*some[0], *some[1]), (1, 2));
    /// ```
    #[must_use]
    pub fn snapshot_slice(&self, slice: impl Into<Slice>) -> Vec<P> {
        let slice = slice.into();
        let _pin = pin();
        let some = self.under_lock(|block| raws(block, slice.indices(length_of(block))).collect());
        // SAFETY: inside the runtime.
        unsafe { Self::copies(some) }
    }

    /// Removes the elements of a slice in one moment, as Python's `del`, and returns them in the order of the slice.
    ///
    /// ```
    /// use freethreaded::{Brc, List, collections::Slice};
    /// let list: List<Brc<u8>> = (0..6).collect();
    /// let even = list.remove_slice(Slice::new(None, None, Some(2))?);
    /// assert_eq!((even.len(), *even[1]), (3, 2));
    /// assert_eq!(list, [1, 3, 5]);
    /// # Ok::<(), freethreaded::collections::ZeroStep>(())
    /// ```
    pub fn remove_slice(&self, slice: impl Into<Slice>) -> Vec<P> {
        let slice = slice.into();
        let operation = operation();
        let removed = self.under_lock(|block| {
            let indices = slice.indices(length_of(block));
            let removed: Vec<_> = raws(block, indices.clone()).collect();
            if let Some(block) = block
                && !removed.is_empty()
            {
                self.remove_places(&operation, block, indices.ascending());
            }
            removed
        });
        let removed = Self::give_up_all(&operation, removed);
        // Here, since a destructor that unwinds at the end of a scope leaks what is being returned.
        drop(operation);
        removed
    }

    /// Unlinks the elements of some places, of which there are some, each above the one before it. Under the lock.
    pub(super) fn remove_places(
        &self,
        operation: &Operation,
        block: Elements<'_>,
        mut places: impl ExactSizeIterator<Item = usize> + Clone,
    ) {
        let len = length(block);
        let first = places.clone().next().unwrap_or(len);
        if places.len() == len - first {
            // All that is at the end: in place.
            return Self::cut(block, first).for_each(drop);
        }
        let mut draft = Draft::new(block.count());
        let mut kept_from = 0;
        places.by_ref().for_each(|place| {
            draft.copy(Some(block), kept_from..place);
            kept_from = place + 1;
        });
        draft.copy(Some(block), kept_from..len);
        self.replace_block(operation, Some(block), draft);
    }

    /// Puts values in the place of a slice's elements in one moment, as Python does, and returns the elements that were there, in the order of the slice.
    ///
    /// With a step of 1 there may be more or fewer values than elements; a slice that ends before it starts stands for no element at its start.
    /// `values` is read to its end before the list is touched, so it may read the list itself.
    ///
    /// # Errors
    /// If the step is not 1 and there are not as many values as the slice has elements. The list is not changed then.
    ///
    /// ```
    /// use freethreaded::{Brc, List, collections::Slice};
    /// let list: List<Brc<u8>> = (0..6).collect();
    /// list.assign_slice(1..3, [10, 20, 30])?;
    /// assert_eq!(list, [0, 10, 20, 30, 3, 4, 5]);
    /// let ends = Slice::new(None, None, Some(-6)).unwrap();
    /// list.assign_slice(ends, [7, 8])?;
    /// assert_eq!(list, [8, 10, 20, 30, 3, 4, 7]);
    /// assert!(list.assign_slice(ends, [7]).is_err());
    /// # Ok::<(), freethreaded::collections::LengthMismatch>(())
    /// ```
    pub fn assign_slice<V: Into<P>>(
        &self,
        slice: impl Into<Slice>,
        values: impl IntoIterator<Item = V>,
    ) -> Result<Vec<P>, LengthMismatch> {
        let slice = slice.into();
        let mut values = collected::<P, V>(values);
        let operation = operation();
        let replaced = self.under_lock(|block| {
            self.check_and_assign(&operation, block, slice, values.len(), || {
                into_raws(core::mem::take(&mut values))
            })
        });
        let replaced = replaced.map(|replaced| Self::give_up_all(&operation, replaced));
        // As in `remove_slice`.
        drop((operation, values));
        replaced
    }

    /// [`assign_slice`](Self::assign_slice) of all elements of another list, in one moment of both. It may be the same list.
    ///
    /// # Errors
    /// As for [`assign_slice`](Self::assign_slice).
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2, 3].into();
    /// list.assign_slice_from_list(1..2, &list)?;
    /// assert_eq!(list, [1, 1, 2, 3, 3]);
    /// # Ok::<(), freethreaded::collections::LengthMismatch>(())
    /// ```
    pub fn assign_slice_from_list(
        &self,
        slice: impl Into<Slice>,
        other: &Self,
    ) -> Result<Vec<P>, LengthMismatch> {
        let slice = slice.into();
        let operation = operation();
        let replaced = section2(&self.lock, &other.lock, || {
            // SAFETY: under both locks.
            let (block, source) = unsafe { (self.elements(), other.elements()) };
            let given: Vec<_> = raws(source, 0..length_of(source)).collect();
            self.check_and_assign(&operation, block, slice, given.len(), || {
                // SAFETY: under the lock of the list that has them.
                given.into_iter().inspect(|&raw| unsafe { P::increment(raw) })
            })
        });
        let replaced = replaced.map(|replaced| Self::give_up_all(&operation, replaced));
        // As in `remove_slice`.
        drop(operation);
        replaced
    }

    /// Under the lock. `values` are taken if they fit.
    fn check_and_assign<I: ExactSizeIterator<Item = NonNull<()>>>(
        &self,
        operation: &Operation,
        block: Option<Elements<'_>>,
        slice: Slice,
        given: usize,
        values: impl FnOnce() -> I,
    ) -> Result<Vec<NonNull<()>>, LengthMismatch> {
        let len = length_of(block);
        let indices = slice.indices(len);
        let replaced: Vec<_> = raws(block, indices.clone()).collect();
        if slice.step() == 1 {
            let at = indices.bounds().0.cast_unsigned();
            self.exchange_range(operation, block, (at, replaced.len()), values());
            return Ok(replaced);
        }
        if given != replaced.len() {
            return Err(LengthMismatch { expected: replaced.len(), given });
        }
        if given != 0 {
            let mut values: Vec<_> = values().collect();
            if slice.step() < 0 {
                values.reverse();
            }
            let mut draft = Draft::new(block.map_or(0, Block::count));
            let mut kept_from = 0;
            for (place, raw) in indices.ascending().zip(values) {
                draft.copy(block, kept_from..place);
                draft.push(raw);
                kept_from = place + 1;
            }
            draft.copy(block, kept_from..len);
            self.replace_block(operation, block, draft);
        }
        Ok(replaced)
    }

    /// Puts values in the place of a range of elements in one moment, and returns the elements that were there. Bounds beyond the list are moved to its end.
    ///
    /// `values` is read to its end before the list is touched.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2, 3].into();
    /// let old = list.splice(..2, [7, 8, 9]);
    /// assert_eq!((*old[0], *old[1]), (1, 2));
    /// assert_eq!(list, [7, 8, 9, 3]);
    /// ```
    pub fn splice<V: Into<P>>(
        &self,
        range: impl RangeBounds<usize>,
        values: impl IntoIterator<Item = V>,
    ) -> Vec<P> {
        let slice = of_range(range);
        self.assign_slice(slice, values)
            .unwrap_or_else(|_| unreachable!("a step of 1 takes any number of values"))
    }

    /// Removes a range of elements in one moment, and gives them. Bounds beyond the list are moved to its end.
    ///
    /// Unlike std's, it does not wait with the removal for the iterator to be dropped.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2, 3].into();
    /// assert_eq!(list.drain(1..).map(|n| *n).sum::<u8>(), 5);
    /// assert_eq!(list, [1]);
    /// ```
    pub fn drain(&self, range: impl RangeBounds<usize>) -> super::ListIntoIter<P> {
        super::ListIntoIter::of(self.remove_slice(of_range(range)))
    }
}

fn of_range(range: impl RangeBounds<usize>) -> Slice {
    let start = match range.start_bound() {
        Bound::Included(&start) => start,
        Bound::Excluded(&before) => before.saturating_add(1),
        Bound::Unbounded => 0,
    };
    match range.end_bound() {
        Bound::Included(&last) => (start..last.saturating_add(1)).into(),
        Bound::Excluded(&end) => (start..end).into(),
        Bound::Unbounded => (start..).into(),
    }
}

/// A slice with a step was assigned another number of values than it has elements.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LengthMismatch {
    /// Elements of the slice.
    pub expected: usize,
    /// Values that were given.
    pub given: usize,
}

impl fmt::Display for LengthMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expected, given } = self;
        write!(
            f,
            "attempt to assign a sequence of {given} values to an extended slice of {expected} elements"
        )
    }
}

impl core::error::Error for LengthMismatch {}
