//! Room for entries that are not there yet.

use super::Dict;
use crate::refcount::SharedPtr;
use crate::runtime::{operation, pin};

impl<K, P: SharedPtr, S> Dict<K, P, S> {
    /// Entries, those of removed keys among them, that fit before the table is rebuilt.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<u32, Brc<u32>> = Dict::new();
    /// assert_eq!(dict.capacity(), 0);
    /// dict.insert(1, 1);
    /// assert!(dict.capacity() >= 1);
    /// ```
    pub fn capacity(&self) -> usize {
        let _pin = pin();
        // SAFETY: inside the runtime.
        unsafe { self.table.index() }.map_or(0, |index| index.capacity())
    }
}

impl<K, P, S> Dict<K, P, S>
where
    K: Send + Sync + 'static,
    P: SharedPtr,
{
    /// Makes room for `additional` more entries, so that inserting them rebuilds nothing. Takes the lock; O(n) if there is no such room.
    ///
    /// # Panics
    /// If that is more than the address space has room for.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<u32, Brc<u32>> = [(1, 1)].into();
    /// dict.reserve(100);
    /// assert!(dict.capacity() >= 101);
    /// ```
    pub fn reserve(&self, additional: usize) {
        let operation = operation();
        self.table.locked(|locked| locked.reserve(&operation, additional));
    }

    /// Gives up the room that the entries do not need, as far as the table's sizes go. Takes the lock; O(n).
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<u32, Brc<u32>> = Dict::with_capacity(1000);
    /// dict.insert(1, 1);
    /// dict.shrink_to_fit();
    /// assert!(dict.capacity() < 10 && dict.contains_key(&1));
    /// ```
    pub fn shrink_to_fit(&self) {
        self.shrink_to(0);
    }

    /// [`shrink_to_fit`](Self::shrink_to_fit), but keeps room for `capacity` entries in all if it is there.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<u32, Brc<u32>> = Dict::with_capacity(1000);
    /// dict.shrink_to(50);
    /// assert!((50..200).contains(&dict.capacity()));
    /// ```
    pub fn shrink_to(&self, capacity: usize) {
        let operation = operation();
        self.table.locked(|locked| locked.shrink_to(&operation, capacity));
    }
}
