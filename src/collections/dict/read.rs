//! Reads, which take no lock, and snapshots.

use core::hash::{BuildHasher, Hash};

use equivalent::Equivalent;

use super::Dict;
use super::iter::{Iter, Keys, Values};
use super::value::{copied, counted};
use crate::refcount::SharedPtr;
use crate::runtime::{Attached, pin};

impl<K, P: SharedPtr, S> Dict<K, P, S> {
    /// The entries in insertion order, borrowed from the token. From the back as well.
    ///
    /// Weakly consistent: an entry that is there throughout is given once, in order; one that is added or removed meanwhile may be given or not; no entry is given
    /// twice, but a key that is removed and inserted again is a new entry. One that is [moved](Self::move_to_end) meanwhile may be given at its old place, at its new one, at
    /// both, or not at all. A value is the one at the moment it is given. Writers are not held up, and a walk is never ended by them.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict, attach};
    /// let dict: Dict<&str, Brc<u32>> = Dict::new();
    /// dict.insert("a", 1);
    /// dict.insert("b", 2);
    /// let cx = attach();
    /// assert_eq!(dict.iter(&cx).collect::<Vec<_>>(), [(&"a", &1), (&"b", &2)]);
    /// assert_eq!(dict.iter(&cx).next_back(), Some((&"b", &2)));
    /// ```
    pub fn iter<'a>(&'a self, _token: &'a Attached<'_>) -> Iter<'a, K, P> {
        // SAFETY: inside the runtime for as long as the token is borrowed.
        unsafe { Iter::over(&self.table) }
    }

    /// The keys, as [`iter`](Self::iter) gives them.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict, attach};
    /// let dict: Dict<u32, Brc<u32>> = (0..3).map(|n| (n, n * n)).collect();
    /// let cx = attach();
    /// assert!(dict.keys(&cx).eq(&[0, 1, 2]));
    /// ```
    pub fn keys<'a>(&'a self, token: &'a Attached<'_>) -> Keys<'a, K, P> {
        Keys::new(self.iter(token))
    }

    /// The targets of the values, as [`iter`](Self::iter) gives them.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict, attach};
    /// let dict: Dict<u32, Brc<u32>> = (0..3).map(|n| (n, n * n)).collect();
    /// let cx = attach();
    /// assert!(dict.values(&cx).eq(&[0, 1, 4]));
    /// ```
    pub fn values<'a>(&'a self, token: &'a Attached<'_>) -> Values<'a, K, P> {
        Values::new(self.iter(token))
    }

    /// All entries at one moment, in insertion order. Keys are cloned after the lock is released.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<u32, Brc<u32>> = (0..3).map(|n| (n, n * n)).collect();
    /// let squares = dict.snapshot();
    /// dict.clear();
    /// assert_eq!(squares.iter().map(|(n, square)| (*n, **square)).collect::<Vec<_>>(), [(0, 0), (1, 1), (2, 4)]);
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> Vec<(K, P)>
    where
        K: Clone,
    {
        let _pin = pin();
        let entries = self.table.locked(|locked| locked.entries());
        // SAFETY: the dict's references are dropped no earlier than this thread has left the runtime.
        let copy = |value| unsafe { copied(value) };
        entries.into_iter().map(|entry| (entry.node.key.clone(), copy(entry.value))).collect()
    }
}

impl<K, P, S> Dict<K, P, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    P: SharedPtr,
    S: BuildHasher,
{
    /// A counted reference to the value of `key`. Lock-free.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<&str, Brc<u32>> = Dict::new();
    /// dict.insert("a", 1);
    /// let value: Brc<u32> = dict.get("a").unwrap();
    /// assert_eq!(*value, 1);
    /// assert!(dict.get("b").is_none());
    /// ```
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<P>
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        self.get_hashed(self.hash(key), key)
    }

    #[inline]
    pub(super) fn get_hashed<Q>(&self, hash: u64, key: &Q) -> Option<P>
    where
        Q: Equivalent<K> + ?Sized,
    {
        let _pin = pin();
        // SAFETY: inside the runtime.
        unsafe { self.table.find(hash, key) }.and_then(counted)
    }

    /// The value of `key`, borrowed for as long as the token is: no count, no write to shared memory. Lock-free.
    ///
    /// The value stays valid even if the key is removed meanwhile; the borrow ends at the token's next checkpoint at the latest.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict, attach};
    /// let dict: Dict<&str, Brc<u32>> = Dict::new();
    /// dict.insert("a", 1);
    /// let cx = attach();
    /// assert_eq!(dict.get_ref("a", &cx), Some(&1));
    /// ```
    #[inline]
    pub fn get_ref<'a, Q>(&'a self, key: &Q, token: &'a Attached<'_>) -> Option<&'a P::Target>
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        self.get_key_value(key, token).map(|(_, value)| value)
    }

    /// The key that the dict has for `key`, and its value, borrowed for as long as the token is. Lock-free.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict, attach};
    /// let dict: Dict<String, Brc<u32>> = [("a".to_string(), 1)].into();
    /// let cx = attach();
    /// assert_eq!(dict.get_key_value("a", &cx), Some((&"a".to_string(), &1)));
    /// ```
    #[inline]
    pub fn get_key_value<'a, Q>(&'a self, key: &Q, _token: &'a Attached<'_>) -> Option<(&'a K, &'a P::Target)>
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        // SAFETY: inside the runtime for as long as the token is borrowed.
        let node = unsafe { self.table.find::<Q>(self.hash(key), key) }?;
        let value = node.value()?;
        // SAFETY: the dict's reference is dropped no earlier than this thread passes its next checkpoint.
        Some((&node.key, unsafe { P::borrow(value) }))
    }

    /// Whether `key` has a value. Lock-free.
    ///
    /// ```
    /// use freethreaded::{Brc, Dict};
    /// let dict: Dict<&str, Brc<u32>> = Dict::new();
    /// dict.insert("a", 1);
    /// assert!(dict.contains_key("a"));
    /// ```
    #[inline]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let hash = self.hash(key);
        let _pin = pin();
        // SAFETY: inside the runtime.
        unsafe { self.table.find(hash, key) }.is_some_and(|node| node.value().is_some())
    }
}
