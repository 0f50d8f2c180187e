//! Removal of the elements that the user's code picks.

use core::ptr::NonNull;

use super::elements::{Elements, length_of, raws};
use super::{Counted, List, retire_value};
use crate::refcount::SharedPtr;
use crate::runtime::{Operation, operation};

impl<P: SharedPtr> List<P> {
    /// Removes the elements that `keep` says no to, in one moment.
    ///
    /// `keep` is asked once for each element that the list has at the beginning, in order, in the list's critical section. If the list is changed meanwhile, by `keep` itself or
    /// by others while it waits, what it said no to goes if it is still there, and what has come stays, unasked.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = (0..6).collect();
    /// list.retain(|n| n % 2 == 0);
    /// assert_eq!(list, [0, 2, 4]);
    /// ```
    pub fn retain(&self, mut keep: impl FnMut(&P::Target) -> bool) {
        self.remove_picked(|all| {
            // SAFETY: inside the runtime, with elements of the list.
            all.iter().map(|&raw| !keep(unsafe { P::borrow(raw) })).collect()
        });
    }

    /// Removes the elements that `picks` says yes to, in one moment, and returns them. Otherwise as [`retain`](Self::retain).
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = (0..6).collect();
    /// let odd = list.extract_if(|n| n % 2 == 1);
    /// assert_eq!((odd.len(), list.len()), (3, 3));
    /// ```
    pub fn extract_if(&self, mut picks: impl FnMut(&P::Target) -> bool) -> Vec<P> {
        let operation = operation();
        let removed = self.unlink_picked(&operation, |all| {
            // SAFETY: inside the runtime, with elements of the list.
            all.iter().map(|&raw| picks(unsafe { P::borrow(raw) })).collect()
        });
        let removed = Self::give_up_all(&operation, removed);
        // Here, since a destructor that unwinds at the end of a scope leaks what is being returned.
        drop(operation);
        removed
    }

    /// Removes all but the first of equal elements that follow each other, in one moment. For changes meanwhile see [`retain`](Self::retain).
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 1, 2, 1].into();
    /// list.dedup();
    /// assert_eq!(list, [1, 2, 1]);
    /// ```
    pub fn dedup(&self)
    where
        P::Target: PartialEq,
    {
        self.dedup_by(|a, b| a == b);
    }

    /// [`dedup`](Self::dedup) by a key.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [10, 11, 20, 12].into();
    /// list.dedup_by_key(|n| *n / 10);
    /// assert_eq!(list, [10, 20, 12]);
    /// ```
    pub fn dedup_by_key<K: PartialEq>(&self, mut key: impl FnMut(&P::Target) -> K) {
        self.dedup_by(|a, b| key(a) == key(b));
    }

    /// [`dedup`](Self::dedup) by a comparison, which gets an element and the last one before it that stays.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2, 4, 5].into();
    /// list.dedup_by(|n, before| *n == *before + 1);
    /// assert_eq!(list, [1, 4]);
    /// ```
    pub fn dedup_by(&self, mut same: impl FnMut(&P::Target, &P::Target) -> bool) {
        self.remove_picked(|all| {
            let mut kept: Option<NonNull<()>> = None;
            let is_repeated = |&raw| {
                // SAFETY: inside the runtime, with elements of the list.
                let repeated = kept.is_some_and(|kept| unsafe { same(P::borrow(raw), P::borrow(kept)) });
                if !repeated {
                    kept = Some(raw);
                }
                repeated
            };
            all.iter().map(is_repeated).collect()
        });
    }

    /// Removes the first element that equals `value`, as Python's `list.remove`, and returns it.
    ///
    /// Elements are compared in order, in the list's critical section, each as it is there when the search comes to it. If the list is changed meanwhile, by `==` itself or by
    /// others while it waits, the element that was found equal is removed from where it is by then; if it is gone, the search goes on.
    ///
    /// ```
    /// use freethreaded::{Brc, List};
    /// let list: List<Brc<u8>> = [1, 2, 1].into();
    /// assert_eq!(list.remove_item(&1).as_deref(), Some(&1));
    /// assert_eq!(list, [2, 1]);
    /// assert!(list.remove_item(&7).is_none());
    /// ```
    pub fn remove_item<Q>(&self, value: &Q) -> Option<P>
    where
        P::Target: PartialEq<Q>,
        Q: ?Sized,
    {
        let operation = operation();
        let raw = self.under_lock(|block| {
            // No further than to the length of now, even if `==` adds an element each time.
            (0..length_of(block)).find_map(|index| {
                // SAFETY: under the lock; read again behind each comparison.
                let current = || unsafe { self.elements() };
                let raw = at(current(), index)?;
                // SAFETY: inside the runtime, with an element of the list.
                if unsafe { P::borrow(raw) } != value {
                    return None;
                }
                let block = current()?;
                let index = if at(Some(block), index) == Some(raw) {
                    index
                } else {
                    raws(Some(block), 0..length_of(Some(block))).position(|at| at == raw)?
                };
                self.take_out(&operation, block, index)
            })
        })?;
        let element = Self::give_up(&operation, raw);
        // As in `extract_if`.
        drop(operation);
        Some(element)
    }

    fn remove_picked(&self, pick: impl FnOnce(&[NonNull<()>]) -> Vec<bool>) {
        let operation = operation();
        for raw in self.unlink_picked(&operation, pick) {
            retire_value::<Counted<P>>(&operation, raw);
        }
    }

    /// Unlinks the elements that `pick` marks, and returns them. `pick` may call user code; it runs inside the runtime, in the section.
    fn unlink_picked(
        &self,
        operation: &Operation,
        pick: impl FnOnce(&[NonNull<()>]) -> Vec<bool>,
    ) -> Vec<NonNull<()>> {
        self.under_lock(|block| {
            let before: Vec<_> = raws(block, 0..length_of(block)).collect();
            let picked = pick(&before);
            let places: Vec<usize> = if self.unchanged_since(&before).is_ok() {
                (0..before.len()).filter(|&place| picked[place]).collect()
            } else {
                self.places_by_now(
                    before.iter().zip(&picked).filter(|(_, picked)| **picked).map(|(raw, _)| *raw),
                )
            };
            // SAFETY: under the lock; read again behind `pick`.
            let block = unsafe { self.elements() };
            let removed = raws(block, places.iter().copied()).collect();
            if let Some(block) = block
                && !places.is_empty()
            {
                self.remove_places(operation, block, places.into_iter());
            }
            removed
        })
    }

    /// Where some elements of an earlier moment stand in the list that has changed since, each once. Under the lock.
    #[cold]
    fn places_by_now(&self, of: impl Iterator<Item = NonNull<()>>) -> Vec<usize> {
        let mut wanted: Vec<_> = of.collect();
        wanted.sort_unstable();
        // SAFETY: under the lock.
        let block = unsafe { self.elements() };
        let is_wanted = |(place, raw)| {
            let run =
                wanted.partition_point(|&other| other < raw)..wanted.partition_point(|&other| other <= raw);
            // One place for each time that it is wanted.
            (!run.is_empty()).then(|| {
                wanted.remove(run.start);
                place
            })
        };
        raws(block, 0..length_of(block)).enumerate().filter_map(is_wanted).collect()
    }
}

/// The element at an index, if there is one. Under the lock.
fn at(block: Option<Elements<'_>>, index: usize) -> Option<NonNull<()>> {
    if index < length_of(block) { raws(block, index..index + 1).next() } else { None }
}
