//! `Set`: an insertion-ordered set.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::iter::FusedIterator;
use core::marker::PhantomData;
use std::hash::RandomState;

use equivalent::Equivalent;

use super::table::{Found, Nodes, Present, Table};
use crate::lock::{HasLock, ObjectLock};
use crate::runtime::{Attached, operation, pin};

/// A set that many threads share, in insertion order.
///
/// Reads take no lock and never retry; writes take the set's own lock. All methods take `&self`.
/// [`insert`](Self::insert) tells exactly one of several threads that it was first, so a set is what one claims work with.
///
/// Locking, atomicity and what user code runs where are as for [`Dict`](super::Dict).
///
/// ```
/// use freethreaded::Set;
/// let seen: Set<String> = Set::new();
/// assert!(seen.insert("index.html".to_string()));
/// assert!(!seen.insert("index.html".to_string()));
/// assert!(seen.contains("index.html"));
/// ```
pub struct Set<K, S = RandomState> {
    table: Table<K, Present>,
    hasher: S,
}

impl<K> Set<K> {
    /// An empty set. Allocates nothing.
    ///
    /// ```
    /// assert!(freethreaded::Set::<u8>::new().is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::with_hasher(RandomState::new())
    }

    /// An empty set with room for `capacity` keys.
    ///
    /// ```
    /// assert!(freethreaded::Set::<u8>::with_capacity(100).capacity() >= 100);
    /// ```
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_and_hasher(capacity, RandomState::new())
    }
}

impl<K, S> Set<K, S> {
    crate::sync::const_unless_loom! {
        /// An empty set that hashes with `hasher`. Usable in a `static` if the hasher is.
        pub const fn with_hasher(hasher: S) -> Self {
            Self { table: Table::new(), hasher }
        }
    }

    /// [`with_hasher`](Self::with_hasher), with room for `capacity` keys.
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        Self { table: Table::with_capacity(capacity), hasher }
    }

    /// The hasher.
    pub fn hasher(&self) -> &S {
        &self.hasher
    }

    /// The number of keys: exact while nobody writes, else off by at most the writes under way.
    #[inline]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether [`len`](Self::len) is 0.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Keys, removed ones among them, that fit before the table is rebuilt.
    pub fn capacity(&self) -> usize {
        let _pin = pin();
        // SAFETY: inside the runtime.
        unsafe { self.table.index() }.map_or(0, |index| index.capacity())
    }

    /// The keys in insertion order, borrowed from the token. Weakly consistent, as [`Dict::iter`](super::Dict::iter).
    ///
    /// ```
    /// use freethreaded::{Set, attach};
    /// let set: Set<u32> = [3, 1, 2, 3].into();
    /// let cx = attach();
    /// assert!(set.iter(&cx).eq(&[3, 1, 2]));
    /// ```
    pub fn iter<'a>(&'a self, _token: &'a Attached<'_>) -> SetIter<'a, K> {
        // SAFETY: inside the runtime for as long as the token is borrowed.
        SetIter { nodes: Nodes::new(unsafe { self.table.index() }), _token: PhantomData }
    }
}

impl<K, S> Set<K, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    S: BuildHasher,
{
    #[inline]
    fn hash<Q: Hash + ?Sized>(&self, key: &Q) -> u64 {
        self.hasher.hash_one(key)
    }

    /// Whether `key` is in the set. Lock-free.
    ///
    /// ```
    /// let set: freethreaded::Set<&str> = ["a"].into();
    /// assert!(set.contains("a") && !set.contains("b"));
    /// ```
    #[inline]
    pub fn contains<Q>(&self, key: &Q) -> bool
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let hash = self.hash(key);
        let _pin = pin();
        // SAFETY: inside the runtime.
        unsafe { self.table.find(hash, key) }.is_some_and(|node| node.value().is_some())
    }

    /// A copy of the key in the set that equals `key`. Lock-free.
    ///
    /// ```
    /// let set: freethreaded::Set<String> = ["a".to_string()].into();
    /// assert_eq!(set.get("a"), Some("a".to_string()));
    /// ```
    pub fn get<Q>(&self, key: &Q) -> Option<K>
    where
        Q: Equivalent<K> + Hash + ?Sized,
        K: Clone,
    {
        let hash = self.hash(key);
        let _pin = pin();
        // SAFETY: inside the runtime.
        let node = unsafe { self.table.find(hash, key) }?;
        node.value().map(|_| node.key.clone())
    }

    /// The key in the set that equals `key`, borrowed for as long as the token is. Lock-free.
    ///
    /// ```
    /// let set: freethreaded::Set<String> = ["a".to_string()].into();
    /// let cx = freethreaded::attach();
    /// assert_eq!(set.get_ref("a", &cx).map(String::as_str), Some("a"));
    /// ```
    #[inline]
    pub fn get_ref<'a, Q>(&'a self, key: &Q, _token: &'a Attached<'_>) -> Option<&'a K>
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        // SAFETY: inside the runtime for as long as the token is borrowed.
        let node = unsafe { self.table.find::<Q>(self.hash(key), key) }?;
        node.value().map(|_| &node.key)
    }

    /// Adds `key` and returns `true`; if an equal key is there, drops `key` and returns `false`.
    ///
    /// ```
    /// let set = freethreaded::Set::new();
    /// assert!(set.insert(1));
    /// assert!(!set.insert(1));
    /// ```
    pub fn insert(&self, key: K) -> bool {
        let hash = self.hash(&key);
        // Outlives the lock: a key that is not stored is dropped after it.
        let mut key = Some(key);
        let operation = operation();
        self.table.locked(|locked| {
            if let Some(Found::Nothing) = key.as_ref().map(|key| locked.find(hash, key))
                && let Some(key) = key.take()
            {
                locked.insert(&operation, hash, key, Present::RAW);
                true
            } else {
                false
            }
        })
    }

    /// The key in the set that equals `key`; if there is none, that of `make(key)`, which is added. Borrowed from the token.
    ///
    /// `make` runs without the lock, at most once. For interning: one object per key, whoever comes first.
    ///
    /// # Panics
    /// If what `make` gives does not equal `key`, or has another hash.
    ///
    /// ```
    /// let names: freethreaded::Set<String> = freethreaded::Set::new();
    /// let cx = freethreaded::attach();
    /// let a: &String = names.get_or_insert_with("x", |name: &str| name.to_string(), &cx);
    /// let b: &String = names.get_or_insert_with("x", |_: &str| unreachable!(), &cx);
    /// assert!(std::ptr::eq(a, b));
    /// ```
    pub fn get_or_insert_with<'a, Q>(
        &'a self,
        key: &Q,
        make: impl FnOnce(&Q) -> K,
        token: &'a Attached<'_>,
    ) -> &'a K
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        if let Some(key) = self.get_ref(key, token) {
            return key;
        }
        let made = make(key);
        assert!(key.equivalent(&made), "the key that was made does not equal the one that was looked up");
        let hash = self.hash(&made);
        assert!(
            hash == self.hash(key),
            "the key that was made hashes otherwise than the one that was looked up"
        );
        let mut made = Some(made);
        let operation = operation();
        let stored = self.table.locked(|locked| match locked.find(hash, key) {
            Found::Node(node) => Some(core::ptr::from_ref(&node.key)),
            Found::Nothing => {
                made.take().map(|made| &raw const locked.insert(&operation, hash, made, Present::RAW).key)
            }
        });
        // SAFETY: a key in the table under the lock, and the token has kept this thread inside since.
        unsafe { &*stored.expect("made once, stored once") }
    }

    /// Removes `key`. Returns whether it was there.
    ///
    /// ```
    /// let set: freethreaded::Set<u8> = [1].into();
    /// assert!(set.remove(&1));
    /// assert!(!set.remove(&1));
    /// ```
    pub fn remove<Q>(&self, key: &Q) -> bool
    where
        Q: Equivalent<K> + Hash + ?Sized,
    {
        let hash = self.hash(key);
        let operation = operation();
        let removed = self.table.locked(|locked| match locked.find(hash, key) {
            Found::Node(node) => Some(locked.remove(node)),
            Found::Nothing => None,
        });
        removed.map(|removed| removed.dispose::<Present, ()>(&operation, |_| (), |_| ())).is_some()
    }

    /// Removes all keys. They are destroyed in this call, or after a grace period.
    ///
    /// ```
    /// let set: freethreaded::Set<u8> = [1, 2].into();
    /// set.clear();
    /// assert!(set.is_empty());
    /// ```
    pub fn clear(&self) {
        self.table.clear(&operation());
    }

    /// All keys at one moment, in insertion order. They are cloned after the lock is released.
    ///
    /// ```
    /// let set: freethreaded::Set<u8> = [2, 1].into();
    /// assert_eq!(set.snapshot(), [2, 1]);
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> Vec<K>
    where
        K: Clone,
    {
        let _pin = pin();
        let nodes: Vec<_> = self.table.locked(|locked| locked.nodes().collect());
        nodes.into_iter().map(|node| node.key.clone()).collect()
    }
}

impl<K, S> HasLock for Set<K, S> {
    fn object_lock(&self) -> &ObjectLock {
        self.table.lock()
    }
}

impl<K, S: Default> Default for Set<K, S> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K: fmt::Debug, S> fmt::Debug for Set<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter(&crate::attach())).finish()
    }
}

impl<K, S> Extend<K> for Set<K, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    S: BuildHasher,
{
    fn extend<I: IntoIterator<Item = K>>(&mut self, keys: I) {
        for key in keys {
            self.insert(key);
        }
    }
}

impl<K, S> FromIterator<K> for Set<K, S>
where
    K: Eq + Hash + Send + Sync + 'static,
    S: BuildHasher + Default,
{
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        let keys = keys.into_iter();
        let mut set = Self::with_capacity_and_hasher(keys.size_hint().0, S::default());
        set.extend(keys);
        set
    }
}

impl<K, const N: usize> From<[K; N]> for Set<K>
where
    K: Eq + Hash + Send + Sync + 'static,
{
    fn from(keys: [K; N]) -> Self {
        keys.into_iter().collect()
    }
}

/// Keys in insertion order; see [`Set::iter`].
pub struct SetIter<'a, K> {
    nodes: Nodes<'a, K>,
    /// Neither `Send` nor `Sync`: what it gives is protected by the token of this thread.
    _token: PhantomData<*mut ()>,
}

impl<'a, K> Iterator for SetIter<'a, K> {
    type Item = &'a K;

    #[inline]
    fn next(&mut self) -> Option<&'a K> {
        loop {
            let node = self.nodes.next()?;
            if node.value().is_some() {
                return Some(&node.key);
            }
        }
    }
}

impl<K> FusedIterator for SetIter<'_, K> {}

impl<K> fmt::Debug for SetIter<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetIter").field("at_most", &self.nodes.at_most()).finish_non_exhaustive()
    }
}
