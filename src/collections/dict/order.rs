//! The ends of the order: looking at them, popping there, moving there.

use core::hash::{BuildHasher, Hash};

use equivalent::Equivalent;

use super::super::table::{End, Found};
use super::Dict;
use super::value::{counted, give_up, take};
use crate::refcount::SharedPtr;
use crate::runtime::{operation, pin};

impl<K, P, S> Dict<K, P, S>
where
    K: Clone + Send + Sync + 'static,
    P: SharedPtr,
{
    /// The first entry. Takes the lock; the key is cloned after it is released. [`iter`](Self::iter)`.next()` is the same without lock and
    /// clone, as good as an iteration is.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<&str, Brc<u32>> = [("a", 1), ("b", 2)].into();
    /// assert_eq!(dict.first().map(|(key, value)| (key, *value)), Some(("a", 1)));
    /// ```
    #[must_use]
    pub fn first(&self) -> Option<(K, P)> {
        self.at(End::First)
    }

    /// The last entry, as [`first`](Self::first).
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<&str, Brc<u32>> = [("a", 1), ("b", 2)].into();
    /// assert_eq!(dict.last().map(|(key, value)| (key, *value)), Some(("b", 2)));
    /// ```
    #[must_use]
    pub fn last(&self) -> Option<(K, P)> {
        self.at(End::Last)
    }

    fn at(&self, end: End) -> Option<(K, P)> {
        let _pin = pin();
        let (node, value) = self.table.locked(|locked| {
            let node = locked.at(end)?;
            Some((node, counted(node)?))
        })?;
        Some((node.key.clone(), value))
    }

    /// Removes the first entry and returns it.
    ///
    /// The key is cloned, after the lock is released, if other threads may still be reading it; else it is the dict's own.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let queue: Dict<&str, Brc<u32>> = [("a", 1), ("b", 2)].into();
    /// assert_eq!(queue.pop_first().map(|(key, value)| (key, *value)), Some(("a", 1)));
    /// assert_eq!(queue.pop_first().map(|(key, value)| (key, *value)), Some(("b", 2)));
    /// assert!(queue.pop_first().is_none());
    /// ```
    pub fn pop_first(&self) -> Option<(K, P)> {
        self.pop(End::First)
    }

    /// Removes the last entry and returns it, as Python's `popitem`. Keys as in [`pop_first`](Self::pop_first).
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let stack: Dict<&str, Brc<u32>> = [("a", 1), ("b", 2)].into();
    /// assert_eq!(stack.pop_last().map(|(key, value)| (key, *value)), Some(("b", 2)));
    /// ```
    pub fn pop_last(&self) -> Option<(K, P)> {
        self.pop(End::Last)
    }

    fn pop(&self, end: End) -> Option<(K, P)> {
        let operation = operation();
        let removed = self.table.locked(|locked| locked.at(end).map(|node| locked.remove(node)))?;
        let entry = take(&operation, removed);
        // As in `insert`.
        drop(operation);
        Some(entry)
    }
}

impl<K, P, S> Dict<K, P, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    P: SharedPtr,
    S: BuildHasher,
{
    /// Moves `key`, with its value, to an end of the order. Returns whether it is there.
    ///
    /// Look-ups find it all the while. What an iteration sees of it is said at [`iter`](Self::iter).
    ///
    /// ```
    /// use freethreaded::collections::{Dict, End};
    /// use freethreaded::Brc;
    /// let recent: Dict<&str, Brc<u32>> = [("a", 1), ("b", 2), ("c", 3)].into();
    /// assert!(recent.move_to_end("a", End::Last)); // just used
    /// assert_eq!(recent.pop_first().map(|(key, _)| key), Some("b")); // the one that was not used for longest
    /// ```
    pub fn move_to_end<Q>(&self, key: &Q, end: End) -> bool
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let hash = self.hash(key);
        let operation = operation();
        self.table.locked(|locked| match locked.find(hash, key) {
            Found::Node(node) => {
                locked.move_to(&operation, node, end);
                true
            }
            Found::Nothing => false,
        })
    }

    /// [`insert`](Self::insert), and the key stands at that end of the order afterwards, whether it was there or not.
    ///
    /// ```
    /// use freethreaded::collections::{Dict, End};
    /// use freethreaded::Brc;
    /// let dict: Dict<&str, Brc<u32>> = [("a", 1), ("b", 2)].into();
    /// dict.insert_at(End::First, "c", 3);
    /// dict.insert_at(End::Last, "a", 4);
    /// assert_eq!(format!("{dict:?}"), r#"{"c": 3, "b": 2, "a": 4}"#);
    /// ```
    pub fn insert_at(&self, end: End, key: K, value: impl Into<P>) -> Option<P> {
        // As in `insert`.
        let (mut key, mut value) = (Some(key), Some(value.into()));
        let hash = self.hash(key.as_ref()?);
        let operation = operation();
        let old = self.table.locked(|locked| {
            let found = locked.find(hash, key.as_ref()?);
            let value = P::into_raw(value.take()?);
            let (node, old) = match found {
                Found::Node(node) => (node, Some(locked.replace(node, value))),
                Found::Nothing => (locked.insert(&operation, hash, key.take()?, value), None),
            };
            locked.move_to(&operation, node, end);
            old
        });
        let old = old.map(|old| give_up(&operation, old));
        drop((operation, value, key));
        old
    }
}
